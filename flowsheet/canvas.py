"""A figure measured in points, and what is drawn on it: text of a known width, lines with round corners."""

from __future__ import annotations

import functools
from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.path import Path

POINTS_PER_INCH = 72.0
FONT = "DejaVu Sans"
_MARGIN = 1.03  # hinting makes text a little wider at some resolutions


def sheet(width: float, height: float) -> tuple[Figure, Axes]:
    """Answer an empty figure of a size in points and axes over all of it: 1 is a point, y runs downward."""
    figure = Figure(figsize=(width / POINTS_PER_INCH, height / POINTS_PER_INCH), facecolor="white")
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.set_xlim(0.0, width)
    axes.set_ylim(height, 0.0)
    axes.set_axis_off()
    return figure, axes


@functools.cache
def _measuring() -> FigureCanvasAgg:
    return FigureCanvasAgg(Figure(dpi=POINTS_PER_INCH))


@functools.cache
def text_width(text: str, size: float, bold: bool = False) -> float:
    """Answer the width of a line of text, points."""
    font = FontProperties(family=FONT, size=size, weight="bold" if bold else "normal")
    width, _, _ = _measuring().get_renderer().get_text_width_height_descent(text, font, ismath=False)
    return float(width) * _MARGIN


def rounded(points: Sequence[tuple[float, float]], radius: float) -> Path:
    """Answer a path along `points` whose corners are rounded, by less than `radius` where a piece is short."""
    kept = [p for i, p in enumerate(points) if i == 0 or _distance(p, points[i - 1]) > 0.0]
    vertices, codes = [kept[0]], [Path.MOVETO]
    for before, corner, after in zip(kept, kept[1:], kept[2:], strict=False):
        into, out = _distance(before, corner), _distance(corner, after)
        cut = min(radius, into / 2.0, out / 2.0)
        vertices += [_toward(corner, before, cut / into), corner, _toward(corner, after, cut / out)]
        codes += [Path.LINETO, Path.CURVE3, Path.CURVE3]
    vertices.append(kept[-1])
    codes.append(Path.LINETO)
    return Path(vertices, codes)


def _distance(one: tuple[float, float], other: tuple[float, float]) -> float:
    return ((one[0] - other[0]) ** 2 + (one[1] - other[1]) ** 2) ** 0.5


def _toward(start: tuple[float, float], end: tuple[float, float], share: float) -> tuple[float, float]:
    return start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share


def mass_text(mass: float) -> str:
    """Tell a mass flow (kg/s) in t/h or kg/h with three figures."""
    hourly = mass * 3600.0
    if hourly >= 999.5:  # which three figures round to a tonne
        return f"{hourly / 1000.0:.3g} t/h" if hourly < 1e6 else f"{hourly / 1000.0:.0f} t/h"
    return f"{hourly:.3g} kg/h" if hourly >= 0.001 or hourly == 0.0 else "< 1 g/h"
