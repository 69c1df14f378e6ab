"""A picture of a product sheet: limits and what is predicted on a logarithmic scale, a row an analyte."""

from __future__ import annotations

import math
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

from .canvas import FONT, sheet
from .charts import COLOURS, FAINT, GREY, INK, LABEL, NOTE, TICK, TITLE, written
from .files import write_figure
from .product_sheets import FAIL, Line, ProductSheet, hourly
from .quantities import percent, ppm

_WIDTH, _LEFT, _FRAME, _TOP, _BOTTOM, _ROW = 720.0, 58.0, 280.0, 62.0, 40.0, 15.0
_LEAST_SHOWN = 1e-3  # ppm, below which a prediction stands at the edge
_KEPT, _BROKEN, _LIMIT = COLOURS[2], COLOURS[1], INK
_NOTES_CHARACTERS = 78
_NAMED = 0.005  # share of an origin from which on it is named


def draw_product_sheet(product: ProductSheet, path: str | Path) -> Path:
    """Draw the limits of a sheet and what is predicted, and write the picture; answers the path.

    What is at most so much is drawn in ppm; what is at least so much, and ratios, stand in the head. Raises `DataError` for
    an ending that is no format of pictures.
    """
    rows = [line for line in product.lines if line.limit.kind == "largest" and line.limit.unit != "-"]
    rows = [line for line in rows if not math.isnan(line.predicted)]
    height = _TOP + _ROW * max(1, len(rows)) + _BOTTOM
    figure, base = sheet(_WIDTH, height)
    axes = figure.add_axes(
        (_LEFT / _WIDTH, _BOTTOM / height, _FRAME / _WIDTH, _ROW * max(1, len(rows)) / height), facecolor="white"
    )
    _head(base, product)
    _scale(axes, rows)
    for at, line in enumerate(rows):
        _draw_row(axes, at, line)
        y = _TOP + _ROW * (at + 0.5)
        base.text(
            _LEFT - 6.0, y, written(line.limit.analyte), size=LABEL, color=INK, family=FONT, ha="right", va="center"
        )
        base.text(_LEFT + _FRAME + 8.0, y, _notes(line), size=NOTE, color=GREY, family=FONT, va="center")
    return write_figure(path, figure)


def _head(base: Axes, product: ProductSheet) -> None:
    """Write the title, what must be there at least, and what the marks mean."""
    title = f"{written(product.standard.name)}: {product.outlet}, {hourly(product.mass)} dry"
    base.text(10.0, 16.0, title, size=TITLE, color=INK, family=FONT, va="center", weight="bold")
    told = [_told(line) for line in product.lines if line.limit.kind == "least" or line.limit.unit == "-"]
    base.text(10.0, 33.0, "    ".join(text for text in told if text), size=NOTE, color=GREY, family=FONT, va="center")
    marks = [
        Line2D([], [], marker="|", color=_LIMIT, linestyle="none", markersize=9, markeredgewidth=1.6, label="limit"),
        Line2D([], [], marker="o", color=_KEPT, linestyle="none", markersize=5, label="predicted, kept"),
        Line2D([], [], marker="X", color=_BROKEN, linestyle="none", markersize=6, label="predicted, broken"),
    ]
    base.legend(
        handles=marks,
        loc="upper left",
        bbox_to_anchor=(_LEFT, 40.0),
        bbox_transform=base.transData,
        ncols=3,
        frameon=False,
        fontsize=NOTE,
        borderaxespad=0.0,
        handletextpad=0.2,
        columnspacing=1.2,
    )
    base.text(_LEFT + _FRAME + 8.0, _TOP - 8.0, "sits in; comes from", size=NOTE, color=INK, family=FONT, va="center")


def _told(line: Line) -> str:
    """Answer what is said in the head of a line that is not drawn."""
    if math.isnan(line.predicted):
        return ""
    limit = line.limit
    scale, unit = (percent, " %") if limit.unit == "%" else (ppm, " ppm") if limit.unit == "ppm" else (1.0, "")
    sign = "≥" if limit.kind == "least" else "≤"
    broken = " (broken)" if line.verdict == FAIL else ""
    return f"{limit.analyte} {line.predicted / scale:.4g}{unit} {sign} {limit.value / scale:.4g}{unit}{broken}"


def _scale(axes: Axes, rows: list[Line]) -> None:
    values = [line.limit.value / ppm for line in rows] + [line.predicted / ppm for line in rows]
    shown = [max(value, _LEAST_SHOWN) for value in values] or [1.0]
    axes.set_xscale("log")
    axes.set_xlim(10.0 ** math.floor(math.log10(min(shown)) + 1e-9), 10.0 ** math.ceil(math.log10(max(shown)) + 0.05))
    axes.xaxis.set_major_locator(LogLocator(numticks=20))
    axes.xaxis.set_major_formatter(FuncFormatter(_tick))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_ylim(max(1, len(rows)), 0.0)
    axes.set_yticks([])
    axes.tick_params(axis="x", which="both", labelsize=TICK, colors=GREY, length=2.5, width=0.5)
    axes.grid(axis="x", which="major", color=FAINT, linewidth=0.7)
    axes.set_axisbelow(True)
    axes.set_xlabel("ppm of the dry product (mg/kg)", size=LABEL, color=INK, family=FONT)
    for spine in axes.spines.values():
        spine.set_color(GREY)
        spine.set_linewidth(0.5)


def _tick(value: float, _: object) -> str:
    """Answer the label of a tick in ppm, in % from where that is shorter."""
    return f"{value * ppm / percent:g} %" if value * ppm >= percent else f"{value:,.10g}"


def _draw_row(axes: Axes, at: int, line: Line) -> None:
    limit, y = line.limit.value / ppm, at + 0.5
    found = max(line.predicted / ppm, _LEAST_SHOWN)
    broken = line.verdict == FAIL
    colour, mark = (_BROKEN, "X") if broken else (_KEPT, "o")
    axes.plot([found, limit], [y, y], color=colour, linewidth=2.5, alpha=0.25, solid_capstyle="butt")
    axes.plot([limit], [y], marker="|", color=_LIMIT, markersize=9, markeredgewidth=1.6)
    if line.predicted / ppm < _LEAST_SHOWN:
        axes.plot([axes.get_xlim()[0]], [y], marker="<", color=colour, markersize=4, clip_on=False)
    else:
        axes.plot([found], [y], marker=mark, color=colour, markersize=6 if broken else 5, clip_on=False)


def _notes(line: Line) -> str:
    """Answer where most of an impurity sits and comes from, as long as there is room for."""
    if line.predicted == 0.0 or not line.places:
        return ""
    place, held = max(line.places.items(), key=lambda item: item[1])
    text = f"{place} {held / percent:.0f} %"
    sign = "; "
    for name, share in line.origins.items():
        longer = f"{text}{sign}{name} {share / percent:.0f} %"
        if len(longer) > _NOTES_CHARACTERS or share < _NAMED:
            break
        text, sign = longer, ", "
    return text
