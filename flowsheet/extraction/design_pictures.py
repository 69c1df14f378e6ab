"""Pictures of design: stages against the phase ratio, the window of the base, and extractants side by side.

Each answers the figure, and writes it where a `path` is given.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from ..canvas import FONT
from ..charts import (
    COLOURS,
    DASHES,
    FAINT,
    GREY,
    INK,
    LABEL,
    TICK,
    Chart,
    charts,
    colour_of,
    finish,
    name_axes,
    wide,
    written,
)
from ..errors import DataError
from .duty import SHARES

_CATION = re.compile(r"[A-Z][A-Za-z0-9]*\+\d?")
_ROW, _COLUMN, _BAR, _SPACE, _HEAD = 30.0, 84.0, 4.0, 12.0, 26.0
_HOLDS = "#e6f4ef"
_USUAL = {
    "stages": "stages",
    "pH": "pH held",
    "base mol/mol": "base, mol/mol",
    "loading": "loading, %",
    "solvent m3": "solvent, m³",
    "first fill USD": "first fill, USD",
    "make-up USD/m3": "make-up, USD/m³",
}


def draw_stages_against_ratio(found: pandas.DataFrame, path: str | Path | None = None) -> Figure:
    """Draw stages and loading by the phase ratio, from a table of `stages_against_ratio`.

    Crosses at the top: ratios at which the most stages allowed miss the duty. Raises `DataError` for another table.
    """
    if "stages" not in found or "loading" not in found:
        raise DataError(
            f"stages against ratio: the table has no column 'stages'; it has {', '.join(map(str, found.columns))}"
        )
    ratios = np.array(found.index, dtype=float)
    stages = np.array([np.nan if value is pandas.NA else float(value) for value in found["stages"]])
    note = f"{_shown(str(found.attrs.get('duty', '')))}; crosses: the duty is missed"
    figure, drawn = charts("Stages against the phase ratio", note, heights=(200.0, 110.0))
    for chart in drawn:
        chart.axes.set_xscale("log")
        chart.axes.set_xlim(ratios.min() / 1.15, ratios.max() * 1.15)
        chart.axes.set_xticks(ratios, [f"{ratio:g}" for ratio in ratios])
        chart.axes.set_xticks([], minor=True)
    top, below = drawn
    there = np.isfinite(stages)
    highest = float(stages[there].max()) if there.any() else 1.0
    top.axes.set_ylim(0.0, highest + 1.6)
    top.axes.set_yticks([int(at) for at in np.arange(0, highest + 1.0, max(1.0, highest // 8))])
    top.curve(ratios, stages, INK, width=1.3)
    top.axes.plot(ratios[there], stages[there], "o", color=INK, markersize=4.5, zorder=4)
    top.axes.plot(
        ratios[~there], np.full((~there).sum(), highest + 1.1), "x", color=COLOURS[1], markersize=6.0, zorder=4
    )
    name_axes(top, "", "stages needed")
    loading = 100.0 * found["loading"].to_numpy(dtype=float)
    below.axes.set_ylim(0.0, max(5.0, 1.25 * float(loading.max())))
    below.curve(ratios, loading, COLOURS[0], width=1.3, style=DASHES)
    below.axes.plot(ratios, loading, "o", color=COLOURS[0], markersize=3.5, zorder=4)
    name_axes(below, "organic to aqueous, volume per volume", "loading, %")
    return finish(figure, drawn, path)


def draw_base_window(found: pandas.DataFrame, path: str | Path | None = None) -> Figure:
    """Draw what each limit of a duty reaches along a lever, from a table of `base_table`, and where the duty holds.

    Shares in percent; the dashed line of a curve's colour is its limit. Other limits have frames of their own. Raises
    `DataError` for another table.
    """
    limits = found.attrs.get("limits", ())
    if not limits or "met" not in found:
        raise DataError(f"base window: the table has no limits; it has {', '.join(map(str, found.columns))}")
    shares = [limit for limit in limits if limit.kind in SHARES]
    groups = [*([shares] if shares else []), *([limit] for limit in limits if limit.kind not in SHARES)]
    x = np.array(found.index, dtype=float)
    note = f"{_shown('; '.join(limit.text() for limit in limits))}; shaded: the duty holds"
    heights = [200.0, *([110.0] * (len(groups) - 1)), 90.0]
    figure, drawn = charts("Base for a duty", note, heights=heights)
    met = found["met"].to_numpy(dtype=bool)
    for chart in drawn:
        chart.axes.set_xlim(x[0], x[-1])
        for start, end in _runs(x, met):
            chart.axes.axvspan(start, end, color=_HOLDS, linewidth=0.0, zorder=0)
    for chart, group in zip(drawn, groups, strict=False):
        scale = 100.0 if group[0].kind in SHARES else 1.0
        columns = [scale * found[limit.name()].to_numpy(dtype=float) for limit in group]
        finite = [column[np.isfinite(column)] for column in columns]
        highest = max([scale * limit.bound for limit in group] + [float(one.max()) for one in finite if one.size])
        chart.axes.set_ylim(0.0, 108.0 if scale == 100.0 else 1.15 * highest)
        for number, (limit, column) in enumerate(zip(group, columns, strict=True)):
            colour = colour_of(limit.cation, number)
            chart.curve(x, column, colour)
            bound = np.full_like(x, scale * limit.bound)
            chart.curve(x, bound, colour, _shown(limit.name()), float(x[len(x) // 3]), DASHES, 0.9)
        name_axes(chart, "", "share, %" if scale == 100.0 else "kg/m³" if not group[0].other else "kg/kg")
    lowest = "base mol/s" if found.index.name == "pH" else "pH of raffinate"
    values = found[lowest].to_numpy(dtype=float)
    good = values[np.isfinite(values)]
    room = 0.1 * max(float(good.max() - good.min()), 1e-6)
    drawn[-1].axes.set_ylim(float(good.min()) - room, float(good.max()) + room)
    drawn[-1].curve(x, values, INK, width=1.3)
    name_axes(drawn[-1], str(found.index.name), lowest.replace("base ", "base, "))
    return finish(figure, drawn, path)


def _runs(x: np.ndarray, met: np.ndarray) -> list[tuple[float, float]]:
    """Answer the stretches of x in which a duty is met."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], met, [False]]).astype(int)))
    return [(float(x[start]), float(x[end - 1])) for start, end in zip(edges[::2], edges[1::2], strict=True)]


def draw_comparison(found: pandas.DataFrame, path: str | Path | None = None) -> Figure:
    """Draw extractants side by side, from a table of `compare_extractants`: a row each, a bar for each number.

    Extractants that miss the duty are grey, with what the recoveries alone would take. Raises `DataError` for another table.
    """
    if "meets" not in found:
        raise DataError(
            f"compare extractants: the table has no column 'meets'; it has {', '.join(map(str, found.columns))}"
        )
    columns = {name: head for name, head in _USUAL.items() if name in found}
    extracted = {
        c: f"{written(c.removeprefix('extraction of '))}, %" for c in found.columns if c.startswith("extraction of ")
    }
    names = [str(name) for name in found.index]
    room = max(wide(name, LABEL) for name in names) + 14.0
    panels = [*columns.items(), *extracted.items()]
    per_line = 7
    lines = [panels[at : at + per_line] for at in range(0, len(panels), per_line)]
    width = room + per_line * _COLUMN
    height = _HEAD + len(names) * _ROW
    note = f"{found.attrs.get('terms', '')}; {_shown(str(found.attrs.get('duty', '')))}"
    if not all(found["meets"]):
        note += "; grey: misses the duty, numbers for the recoveries alone"
    figure, drawn = charts("Extractants for one duty", note, width, [height] * len(lines))
    for chart, line in zip(drawn, lines, strict=True):
        chart.axes.set_axis_off()
        for row, name in enumerate(names):
            y = chart.top + _HEAD + (row + 0.35) * _ROW
            ink = INK if found["meets"].iloc[row] else GREY
            chart.base.text(chart.left, y, name, fontsize=LABEL, family=FONT, color=ink, va="center", gid="name")
        for at, (column, head) in enumerate(line):
            _draw_panel(chart, found, column, head, chart.left + room + at * _COLUMN)
    return finish(figure, drawn, path)


def _shown(duty: str) -> str:
    """Answer the text of a duty as it is printed."""
    signs = duty.replace(">=", "≥").replace("<=", "≤")
    return _CATION.sub(lambda found: written(found[0]), signs)


def _draw_panel(chart: Chart, found: pandas.DataFrame, column: str, head: str, left: float) -> None:
    """Draw one number of every extractant: its value over a bar."""
    length = _COLUMN - _SPACE
    scale = 100.0 if head.endswith("%") else 1.0
    values = scale * np.array([np.nan if value is pandas.NA else float(value) for value in found[column]])
    largest = 100.0 if scale == 100.0 else float(np.nanmax(values)) if np.isfinite(values).any() else 1.0
    font = {"fontsize": TICK, "family": FONT, "va": "center"}
    chart.base.text(left, chart.top + 8.0, head, color=GREY, gid="head", **font)
    for row, (value, meets) in enumerate(zip(values, found["meets"], strict=True)):
        y = chart.top + _HEAD + (row + 0.35) * _ROW
        text = _number(float(value)) if np.isfinite(value) else "–"
        chart.base.text(left, y - 3.0, text, color=INK if meets else GREY, gid="value", **font)
        chart.base.add_patch(Rectangle((left, y + 5.0), length, _BAR, facecolor=FAINT, zorder=2))
        if np.isfinite(value) and largest > 0.0:
            share = min(1.0, max(0.0, float(value) / largest))
            colour = COLOURS[0] if meets else "#a9b4bd"
            chart.base.add_patch(Rectangle((left, y + 5.0), share * length, _BAR, facecolor=colour, zorder=3))


def _number(value: float) -> str:
    """Answer a number with three figures and no power of ten."""
    if value == 0.0:
        return "0"
    if abs(value) >= 1000.0:
        return f"{value:,.0f}".replace(",", "\u2009")
    return f"{value:.3g}" if abs(value) >= 1e-3 else "< 0.001"
