"""The picture of a fit: the model through what was measured, a frame for each metal, and parity for cascades."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from matplotlib.figure import Figure

from ..canvas import FONT
from ..charts import FAINT, GREY, LABEL, TICK, Chart, colour_of, finish, name_axes, panels, written
from ..chemistry.extractants import Extractant
from ..quantities import mol_per_litre, to_celsius
from .fit_model import Read, Workbench, read_off
from .observations import AQUEOUS, EXTRACTED, ORGANIC, PH, Conditions, Observation, Reading
from .profile import StageProfile

_GRID = 41  # pH of a curve
_MOST_CURVES = 4  # conditions that are drawn as curves
_MARKS = ("o", "s", "^", "D")
_STYLES = ("solid", (0, (5.0, 1.5)), (0, (2.0, 1.2)), (0, (4.0, 1.2, 1.0, 1.2)))
_SMALL = 3.2
_ROOM = 0.3  # pH beyond the readings
_LEAST = 1e-4  # g/L, below which parity shows nothing


class _Frame(NamedTuple):
    """One frame: its kind ("E", "loading", "parity" or "pH") and the cation where it is of one."""

    kind: str
    cation: str


def draw_fit(
    extractant: Extractant, observations: Sequence[Observation], path: str | Path | None = None, base_use: float = 1.0
) -> Figure:
    """Draw the constants of an extractant through observations, to a file where a `path` is given.

    `base_use`: share of the doses that is at work.

    Frames: E against pH by metal, with a curve for each set of conditions, up to four; organic against liquor by metal,
    measured filled and calculated open; parity of cascades in g/L and pH.
    """
    bench = Workbench(observations, extractant)
    profiles = bench.profiles(extractant, base_use=base_use)
    frames = _frames(bench)
    sets = list(dict.fromkeys(_place(bench, read) for read in bench.reads if read.reading.kind == EXTRACTED))
    across = 2 if len(frames) in {2, 4} else 3
    heads = [_head(frame) for frame in frames]
    figure, drawn = panels(f"{extractant.name}: fitted constants", _note(bench, sets), heads, across)
    curves = _curves(bench, extractant, sets[:_MOST_CURVES])
    for frame, chart in zip(frames, drawn, strict=True):
        if frame.kind == "E":
            _draw_extraction(chart, frame.cation, bench, sets, curves)
        elif frame.kind == "loading":
            _draw_loading(chart, frame.cation, bench, profiles)
        else:
            _draw_parity(chart, frame.kind, bench, profiles)
    return finish(figure, drawn, path)


def _frames(bench: Workbench) -> list[_Frame]:
    """Answer which frames the readings ask for, metals in the order of the extractant's."""
    order = [c for c in dict.fromkeys(bench.cations.tolist()) if c != "H+"]
    found = [_Frame("E", cation) for cation in order if _of(bench, EXTRACTED, cation)]
    single = [read for read in bench.reads if bench.tasks[read.task].stages == 1]
    held = {read.reading.cation for read in single if read.reading.kind in {AQUEOUS, ORGANIC}}
    found += [_Frame("loading", cation) for cation in order if cation in held]
    many = [read for read in bench.reads if bench.tasks[read.task].stages > 1]
    if any(read.reading.kind in {AQUEOUS, ORGANIC} for read in many):
        found.append(_Frame("parity", ""))
    if any(read.reading.kind == PH for read in bench.reads):
        found.append(_Frame("pH", ""))
    return found


def _head(frame: _Frame) -> str:
    heads = {"E": written(frame.cation), "loading": f"{written(frame.cation)}, loading", "parity": "cascades, g/L"}
    return heads.get(frame.kind, "pH of cascades")


def _of(bench: Workbench, kind: str, cation: str) -> list[Read]:
    return [read for read in bench.reads if read.reading.kind == kind and read.reading.cation == cation]


def _place(bench: Workbench, read: Read) -> int:
    """Answer the first task that has the conditions of a reading: the number of the set."""
    own = _likeness(bench.tasks[read.task].conditions)
    return next(at for at, task in enumerate(bench.tasks) if _likeness(task.conditions) == own)


def _likeness(conditions: Conditions) -> tuple:
    feed = tuple(sorted(conditions.feed.items()))
    return (feed, conditions.extractant, conditions.organic_to_aqueous, conditions.temperature, conditions.anion)


def _note(bench: Workbench, sets: list[int]) -> str:
    """Say what was brought together, and what the marks are."""
    parts = []
    for mark, at in zip(("dots", "squares", "triangles", "diamonds"), sets, strict=False):
        conditions = bench.tasks[at].conditions
        name = f"{mark}: " if len(sets) > 1 else ""
        parts.append(
            f"{name}{conditions.extractant / mol_per_litre:g} mol/L, O/A {conditions.organic_to_aqueous:g}, "
            f"{to_celsius(conditions.temperature):.4g} °C"
        )
    more = len(sets) - _MOST_CURVES
    parts += [f"{more} more sets of conditions have no curve"] if more > 0 else []
    kinds = set(bench.kinds.tolist())
    parts += ["lines: calculated"] if EXTRACTED in kinds else []
    parts += ["filled: measured, open: calculated"] if any(f.kind == "loading" for f in _frames(bench)) else []
    return "; ".join(parts) or "measured against calculated"


def _curves(
    bench: Workbench, extractant: Extractant, sets: list[int]
) -> dict[int, tuple[np.ndarray, list[StageProfile]]]:
    """Answer pH and the contacts at them, by set of conditions."""
    found = {}
    for at in sets:
        own = [bench.tasks[read.task].ph or 0.0 for read in bench.reads if read.reading.kind == EXTRACTED]
        phs = np.linspace(min(own) - _ROOM, max(own) + _ROOM, _GRID)
        found[at] = (phs, bench.along_ph(extractant, bench.tasks[at].conditions, phs))
    return found


def _draw_extraction(
    chart: Chart,
    cation: str,
    bench: Workbench,
    sets: list[int],
    curves: dict[int, tuple[np.ndarray, list[StageProfile]]],
) -> None:
    """Draw E of one metal against pH."""
    colour = colour_of(cation, 0)
    chart.axes.set_ylim(-4.0, 104.0)
    phs = next(iter(curves.values()))[0]
    chart.axes.set_xlim(float(phs[0]), float(phs[-1]))
    reads = _of(bench, EXTRACTED, cation)
    for number, at in enumerate(sets):
        own = [read for read in reads if _place(bench, read) == at]
        if not own:
            continue
        if at in curves:
            phs, profiles = curves[at]
            share = [100.0 * read_off(Reading(EXTRACTED, cation, 1, 0.0), profile) for profile in profiles]
            chart.curve(phs, np.array(share), colour, style=_STYLES[number % len(_STYLES)], width=1.3)
        x = [bench.tasks[read.task].ph or 0.0 for read in own]
        y = [100.0 * read.reading.value for read in own]
        mark = _MARKS[number % len(_MARKS)]
        chart.axes.plot(x, y, mark, color=colour, markersize=_SMALL, markeredgewidth=0.0, zorder=4)
    name_axes(chart, "pH", "E, %")


def _draw_loading(chart: Chart, cation: str, bench: Workbench, profiles: dict[int, StageProfile]) -> None:
    """Draw what the organic holds of one metal against what the liquor holds."""
    colour = colour_of(cation, 0)
    measured, calculated = [], []
    for at, task in enumerate(bench.tasks):
        own = {r.reading.kind: r.reading for r in bench.reads if r.task == at and r.reading.cation == cation}
        if task.stages > 1 or not (AQUEOUS in own or ORGANIC in own):
            continue
        pair = [read_off(Reading(kind, cation, 1, 0.0), profiles[at]) for kind in (AQUEOUS, ORGANIC)]
        calculated.append(pair)
        # What was not analysed is drawn where the model has it.
        measured.append([own[k].value if k in own else v for k, v in zip((AQUEOUS, ORGANIC), pair, strict=True)])
    found, model = np.array(measured), np.array(calculated)
    for one, other in zip(found, model, strict=True):
        chart.axes.plot([one[0], other[0]], [one[1], other[1]], color=GREY, linewidth=0.6, zorder=3)
    chart.axes.plot(model[:, 0], model[:, 1], "o", markersize=_SMALL + 1.6, mfc="none", mec=colour, mew=0.9, zorder=4)
    chart.axes.plot(found[:, 0], found[:, 1], "o", color=colour, markersize=_SMALL, markeredgewidth=0.0, zorder=5)
    for axis, column in ((chart.axes.set_xlim, 0), (chart.axes.set_ylim, 1)):
        axis(0.0, 1.12 * max(float(found[:, column].max()), float(model[:, column].max()), 1e-6))
    name_axes(chart, "liquor, g/L", "organic, g/L")


def _draw_parity(chart: Chart, kind: str, bench: Workbench, profiles: dict[int, StageProfile]) -> None:
    """Draw calculated against measured, of cascades: g/L by decades, or pH."""
    kinds = {PH} if kind == "pH" else {AQUEOUS, ORGANIC}
    points: dict[str, list[tuple[float, float]]] = {}
    for read in bench.reads:
        if read.reading.kind in kinds and (kind == "pH" or bench.tasks[read.task].stages > 1):
            pair = (read.reading.value, read_off(read.reading, profiles[read.task]))
            points.setdefault(read.reading.cation, []).append(pair)
    every = np.array([pair for pairs in points.values() for pair in pairs])
    if kind == "pH":
        low, high = float(every.min()) - _ROOM, float(every.max()) + _ROOM
    else:
        every = np.maximum(every, _LEAST)
        low, high = 0.6 * float(every.min()), 1.7 * float(every.max())
        chart.axes.set_xscale("log")
        chart.axes.set_yscale("log")
        chart.axes.minorticks_off()
    chart.axes.set_xlim(low, high)
    chart.axes.set_ylim(low, high)
    chart.axes.plot([low, high], [low, high], color=GREY, linewidth=0.8, zorder=2)
    floor = -np.inf if kind == "pH" else _LEAST
    for number, (cation, pairs) in enumerate(points.items()):
        x, y = np.maximum(np.array(pairs), floor).T
        colour = colour_of(cation, number)
        chart.axes.plot(x, y, "o", color=colour, markersize=_SMALL + 0.6, markeredgewidth=0.0, zorder=4)
    if kind != "pH":
        _write_key(chart, list(points))
    name_axes(chart, "measured", "calculated")


def _write_key(chart: Chart, cations: list[str]) -> None:
    """Write the metals of the dots into the corner where parity leaves room."""
    for number, cation in enumerate(cations):
        chart.base.text(
            chart.left + 6.0,
            chart.top + 9.0 + number * (TICK + 2.0),
            written(cation),
            fontsize=LABEL,
            family=FONT,
            color=colour_of(cation, number),
            va="center",
            gid="key",
            bbox={"facecolor": "white", "edgecolor": FAINT, "linewidth": 0.0, "pad": 0.5},
        )
