"""Charts: frames measured in points on a sheet, curves in colours that all eyes tell apart, labels beside the curves.

A label stands where it hides nothing: of many places along its curve the one that covers the fewest points of any curve, no
other label, and lies near where the curve is to be named. Formulas are set with their subscripts and charges.

Sources: Okabe & Ito (2008) Color Universal Design (the colours).
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.patheffects import withStroke
from matplotlib.ticker import NullLocator

from .canvas import FONT, POINTS_PER_INCH, sheet, text_width
from .files import write_figure

TITLE, LABEL, TICK, NOTE = 10.0, 8.0, 7.0, 7.0
INK, GREY, FAINT = "#1d2b38", "#5b6b7a", "#e3e8ed"
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#000000", "#e69f00", "#56b4e9", "#8a5a2b", "#7f7f7f", "#6a3d9a")
_OF_METALS = {
    "Li+": "#000000",
    "Na+": "#7f7f7f",
    "Mg+2": "#9a8c00",
    "Ca+2": "#6b6b6b",
    "Al+3": "#56b4e9",
    "Fe+2": "#e69f00",
    "Fe+3": "#d55e00",
    "Mn+2": "#8a5a2b",
    "Co+2": "#cc79a7",
    "Ni+2": "#009e73",
    "Cu+2": "#0072b2",
    "Zn+2": "#6a3d9a",
}
DASHES = (0, (3.0, 1.5))
_STYLES = ("solid", DASHES, (0, (1.0, 1.5)), (0, (6.0, 1.5, 1.0, 1.5)))
_COVERED = 0.05  # of the width of a frame, along which two curves may run together
_SUBSCRIPT = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_SUPERSCRIPT = str.maketrans("0123456789+-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻")
_CHARGED = re.compile(r"^(?P<body>.+?)(?P<sign>[+-])(?P<count>\d*)$")
_HYDRATE = re.compile(r"\.(?=\d*H2O)")
_COUNT = re.compile(r"(?<=[A-Za-z)\]])\d+(?:\.\d+)?")
_PHASE = re.compile(r"\([a-z]+\)$")
_LEFT, _RIGHT, _TOP, _BOTTOM, _GAP = 46.0, 14.0, 44.0, 38.0, 14.0
_PANEL_GAP, _PANEL_HEAD = 12.0, 22.0
_STEP = 2.0  # points between samples of a curve
_CLEAR = 2.5  # points around a label that are kept clear
_PLACES = 90
_FAR = 2.5  # of the distance of a label from its curve: where it goes if no place beside the curve is free
_FAR_COSTS = 12.0  # as much as a few samples of a curve that are covered
_RESOLUTION = 150.0


def written(name: str) -> str:
    """Answer a species as it is printed: `SO4-2` as SO₄²⁻, `Na2SO4.10H2O(s)` as Na₂SO₄·10H₂O(s)."""
    mark = _PHASE.search(name)
    body = name[: mark.start()] if mark else name
    charge = ""
    charged = _CHARGED.match(body)
    if charged:
        body, charge = charged["body"], f"{charged['count']}{charged['sign']}".translate(_SUPERSCRIPT)
    parts = (_COUNT.sub(lambda found: found[0].translate(_SUBSCRIPT), part) for part in _HYDRATE.split(body))
    return "·".join(parts) + charge + (mark[0] if mark else "")


def colour_of(component: str, number: int) -> str:
    """Answer the colour of a metal, the same in every picture, or that of a `number` for anything else."""
    return _OF_METALS.get(component, COLOURS[number % len(COLOURS)])


@functools.cache
def _printing() -> FigureCanvasAgg:
    return FigureCanvasAgg(Figure(dpi=_RESOLUTION))


@functools.cache
def wide(text: str, size: float) -> float:
    """Answer the width of a line of text, points: the larger of what it takes on a screen and in a printed picture.

    Raised and lowered figures come out much wider where there are more dots to draw them with.
    """
    font = FontProperties(family=FONT, size=size)
    width, _, _ = _printing().get_renderer().get_text_width_height_descent(text, font, ismath=False)
    return max(text_width(text, size), float(width) * POINTS_PER_INCH / _RESOLUTION)


def styles_of(x: np.ndarray, curves: Sequence[np.ndarray], near: float) -> list[object]:
    """Answer a line style for each of `curves` (N,) over `x` (N,), so that one that lies upon another shows it between dashes.

    Two lie upon each other where they are within `near` along more than a twentieth of the range of x.
    """
    length = np.gradient(x)
    found: list[object] = []
    for number, own in enumerate(curves):
        beneath = []
        for style, other in zip(found, curves[:number], strict=True):
            together = np.abs(own - other) < near  # not where either is not a number
            if float(length[together].sum()) > _COVERED * float(x[-1] - x[0]):
                beneath.append(style)
        found.append(next((style for style in _STYLES if style not in beneath), _STYLES[-1]))
    return found


@dataclass
class Chart:
    """A frame on a sheet with the curves drawn in it so far. `left`, `top`, `width`, `height`: of the frame, points."""

    base: Axes
    axes: Axes
    left: float
    top: float
    width: float
    height: float
    _curves: list[np.ndarray] = field(default_factory=list)
    _wanted: list[tuple[str, str, np.ndarray, float]] = field(default_factory=list)
    _taken: list[tuple[float, float, float, float]] = field(default_factory=list)

    def to_sheet(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Answer points of the sheet (N, 2) of data, y running downward."""
        inverse = self.base.transData.inverted()
        return inverse.transform(self.axes.transData.transform(np.column_stack([x, y])))

    def curve(
        self,
        x: np.ndarray,
        y: np.ndarray,
        colour: str,
        label: str = "",
        at: float | None = None,
        style: object = "solid",
        width: float = 1.7,
    ) -> None:
        """Draw a curve (N,), (N,) with gaps where y is not finite; its label is to stand near x = `at`.

        The limits of the axes have to be set before. Where no place is given it is that of the largest y.
        """
        self.axes.plot(x, y, color=colour, linewidth=width, linestyle=style, solid_capstyle="round", zorder=3)
        good = np.isfinite(y)
        if not good.any():
            return
        points = self._inside(_sampled(self.to_sheet(x, np.where(good, y, y[good][0])), good))
        self._curves.append(points)
        if label and len(points):
            best = float(x[good][int(np.argmax(y[good]))]) if at is None else at
            wanted = self.to_sheet(np.array([best]), np.array([0.0 if self.axes.get_yscale() == "linear" else 1.0]))
            self._wanted.append((label, colour, points, float(wanted[0, 0])))

    def _inside(self, points: np.ndarray) -> np.ndarray:
        right, bottom = self.left + self.width, self.top + self.height
        x, y = points.T
        return points[(x >= self.left - 1) & (x <= right + 1) & (y >= self.top - 1) & (y <= bottom + 1)]

    def reserve(self, box: tuple[float, float, float, float]) -> None:
        """Keep labels out of a box (left, top, right, bottom) of the sheet."""
        self._taken.append(box)

    def write_labels(self) -> None:
        """Write the labels of all curves where they hide the least, those of the shortest curves first."""
        for text, colour, points, near in sorted(self._wanted, key=lambda one: len(one[2])):
            x, y = self._place(text, points, near)
            font = {"fontsize": LABEL, "color": colour, "ha": "center", "va": "center", "gid": "curve"}
            write_over(self.base, x, y, text, "white", **font)
        self._wanted.clear()

    def _place(self, text: str, points: np.ndarray, near: float) -> tuple[float, float]:
        half_width, half_height = wide(text, LABEL) / 2.0 + 1.0, LABEL * 0.62
        anchors = points[np.unique(np.linspace(0, len(points) - 1, _PLACES).astype(int))]
        away = np.array([
            (dx * (half_width + 4.0), dy * (half_height + 3.0))
            for dx in (0.0, 1.0, -1.0, 0.5, -0.5)
            for dy in (-1.0, 1.0, 0.0, -_FAR, _FAR)
            if dx or dy
        ])  # fmt: skip
        far = np.abs(away[:, 1]) > half_height + 3.0
        above = far & (away[:, 1] < 0.0)  # where the labels that stand upon their curves are
        centres = (anchors[:, None, :] + away[None]).reshape(-1, 2)
        distance = np.abs(np.repeat(anchors[:, 0], len(away)) - near) / self.width
        lost = np.tile(_FAR_COSTS * far + above, len(anchors))
        right, bottom = self.left + self.width, self.top + self.height
        x, y = centres.T
        outside = (x - half_width < self.left + 2) | (x + half_width > right - 2)
        outside |= (y - half_height < self.top + 2) | (y + half_height > bottom - 2)
        lost += 1e6 * outside
        for one, two, three, four in self._taken:
            lost += 1e4 * (
                (x + half_width > one) & (x - half_width < three) & (y + half_height > two) & (y - half_height < four)
            )
        for curve in self._curves:
            near_x = np.abs(curve[None, :, 0] - x[:, None]) < half_width + _CLEAR
            near_y = np.abs(curve[None, :, 1] - y[:, None]) < half_height + _CLEAR
            lost += (5.0 if curve is not points else 2.0) * (near_x & near_y).sum(axis=1)
        best = int(np.argmin(lost + 8.0 * distance + 1e-9 * np.arange(len(lost))))
        x, y = (float(value) for value in centres[best])
        self._taken.append((x - half_width, y - half_height, x + half_width, y + half_height))
        return x, y


def _sampled(points: np.ndarray, good: np.ndarray) -> np.ndarray:
    """Answer points every `_STEP` along a line that is broken where it is not `good`."""
    pieces = [points[good]]
    for at in np.flatnonzero(good[1:] & good[:-1]):
        one, other = points[at], points[at + 1]
        count = min(int(np.hypot(*(other - one)) / _STEP), 2000)
        if count > 1:
            pieces.append(one + np.linspace(0.0, 1.0, count, endpoint=False)[1:, None] * (other - one))
    found = np.concatenate(pieces)
    return found[np.argsort(found[:, 0], kind="stable")]


def write_over(base: Axes, x: float, y: float, text: str, ground: str, **font: object) -> None:
    """Write a text at a point of the sheet over lines, which a rim in the colour of the ground keeps clear of it."""
    effects = [withStroke(linewidth=2.0, foreground=ground)]
    drawn = base.text(x, y, text, {"family": FONT, **font}, zorder=6, path_effects=effects)
    drawn.set_snap(False)  # else thin strokes of letters are drawn 0 dots wide


def charts(
    title: str, note: str, width: float = 400.0, heights: Sequence[float] = (250.0,), right: float = _RIGHT
) -> tuple[Figure, list[Chart]]:
    """Answer a figure with a title, a grey note beneath, and frames one under the other that share their x.

    `width`, `heights`: of the frames, points. `right`: the margin.
    """
    lines = _folded(note, width)
    top = _TOP + (len(lines) - 1) * NOTE * 1.35
    total = top + sum(heights) + _GAP * (len(heights) - 1) + _BOTTOM
    whole = _LEFT + width + right
    figure, base = sheet(whole, total)
    base.text(_LEFT, 9.0, title, fontsize=TITLE, family=FONT, weight="bold", color=INK, va="top", gid="title")
    for number, line in enumerate(lines):
        y = 25.0 + number * NOTE * 1.35
        base.text(_LEFT, y, line, fontsize=NOTE, family=FONT, color=GREY, va="top", gid="note")
    found = []
    y = top
    for height in heights:
        place = (_LEFT / whole, 1.0 - (y + height) / total, width / whole, height / total)
        axes = figure.add_axes(place, zorder=-1)
        _dress(axes, height is heights[-1] and len(found) == len(heights) - 1)
        found.append(Chart(base, axes, _LEFT, y, width, height))
        y += height + _GAP
    return figure, found


def panels(
    title: str, note: str, heads: Sequence[str], columns: int = 3, size: tuple[float, float] = (150.0, 118.0)
) -> tuple[Figure, list[Chart]]:
    """Answer a figure with a title, a grey note beneath, and a frame for each of `heads`, side by side and in rows.

    `heads`: written above the frames. `size`: width and height of a frame, points. Each frame has its own axes.
    """
    across = min(columns, len(heads))
    rows = -(-len(heads) // across)
    width, height = size
    step_x, step_y = width + _LEFT + _PANEL_GAP, height + _BOTTOM + _PANEL_HEAD
    lines = _folded(note, across * step_x - _LEFT - _PANEL_GAP)
    top = _TOP + (len(lines) - 1) * NOTE * 1.35 + _PANEL_HEAD - _GAP
    whole, total = across * step_x + _RIGHT - _PANEL_GAP, top + rows * step_y - _PANEL_HEAD
    figure, base = sheet(whole, total)
    base.text(_LEFT, 9.0, title, fontsize=TITLE, family=FONT, weight="bold", color=INK, va="top", gid="title")
    for number, line in enumerate(lines):
        y = 25.0 + number * NOTE * 1.35
        base.text(_LEFT, y, line, fontsize=NOTE, family=FONT, color=GREY, va="top", gid="note")
    found = []
    for at, head in enumerate(heads):
        left, up = _LEFT + (at % across) * step_x, top + (at // across) * step_y
        axes = figure.add_axes((left / whole, 1.0 - (up + height) / total, width / whole, height / total), zorder=-1)
        _dress(axes, True)
        base.text(left, up - 5.0, head, fontsize=LABEL, family=FONT, weight="bold", color=INK, va="bottom", gid="head")
        found.append(Chart(base, axes, left, up, width, height))
    return figure, found


def _folded(note: str, width: float) -> list[str]:
    """Break a note into lines that fit: a line may end at a comma, and ends at a semicolon where what follows is long."""
    lines = [""]
    for sentence in note.split("; "):
        parts = [sentence] if wide(sentence, NOTE) <= width else sentence.split(", ")
        for number, part in enumerate(parts):
            between = "; " if number == 0 else ", "
            longer = f"{lines[-1]}{between}{part}" if lines[-1] else part
            if lines[-1] and wide(longer, NOTE) > width:
                lines[-1] += between.rstrip() if number else ""
                lines.append(part)
            else:
                lines[-1] = longer
    return lines


def _dress(axes: Axes, lowest: bool) -> None:
    axes.set_facecolor("white")
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_color(GREY)
        axes.spines[side].set_linewidth(0.8)
    axes.grid(True, color=FAINT, linewidth=0.6, zorder=0)
    axes.set_axisbelow(True)
    axes.tick_params(labelsize=TICK, colors=GREY, length=3.0, labelfontfamily=FONT, labelbottom=lowest)


def logarithmic(chart: Chart, low: float, high: float) -> None:
    """Make the y axis run by decades from `low` to `high`."""
    chart.axes.set_yscale("log")
    chart.axes.set_ylim(low, high)
    chart.axes.yaxis.set_minor_locator(NullLocator())


def name_axes(chart: Chart, x: str, y: str) -> None:
    """Write what the axes are; an empty text writes nothing."""
    font = {"fontsize": LABEL, "family": FONT, "color": INK}
    if x:
        chart.axes.set_xlabel(x, labelpad=4.0, **font)
    if y:
        chart.axes.set_ylabel(y, labelpad=4.0, **font)
        chart.axes.yaxis.set_label_coords(-32.0 / chart.width, 0.5)


def finish(figure: Figure, drawn: Iterable[Chart], path: str | Path | None) -> Figure:
    """Write the labels of the charts, and the figure to a file where a `path` is given; answers the figure."""
    for chart in drawn:
        chart.write_labels()
    if path is not None:
        write_figure(path, figure)
    return figure
