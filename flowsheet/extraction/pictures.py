"""Pictures of extraction: McCabe-Thiele's diagram, stages, extraction curves, separation factors.

Each answers the figure, and writes it where a `path` is given. A metal has the same colour in every picture.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pandas
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from ..canvas import FONT
from ..charts import (
    COLOURS,
    DASHES,
    GREY,
    INK,
    LABEL,
    TICK,
    Chart,
    charts,
    colour_of,
    finish,
    logarithmic,
    name_axes,
    wide,
    written,
)
from ..errors import DataError
from ..quantities import litre, to_celsius
from ..stream import Stream
from ..sweeps import AgainstPh
from .curves import extraction_curves, mccabe_thiele, ph50, ph_axis, separation_factors, separation_over_ph
from .profile import StageProfile
from .section import Section

_DECADES = 6.0  # that a logarithmic axis shows at most
_LEAST_NAMED = 0.02  # of the height of a frame that runs evenly
_ROOM = 1.25  # above the highest point
_CELL = (44.0, 24.0)
_DIVERGING = LinearSegmentedColormap.from_list("diverging", [COLOURS[0], "#ffffff", COLOURS[1]])
_SATURATED = 4.0  # decades of a separation factor at which a colour is full


def draw_mccabe_thiele(
    section: Section,
    liquor: Stream,
    organic: Stream,
    cation: str,
    path: str | Path | None = None,
    by_decades: bool = False,
) -> Figure:
    """Draw McCabe-Thiele's diagram of a cation as `mccabe_thiele` answers it: what is held along the curve stands there.

    Equilibrium curve, operating line and the stages of the section, numbered from where the liquor enters. `by_decades`:
    both axes logarithmic, for a raffinate of some mg/L.
    """
    found = mccabe_thiele(section, liquor, organic, cation)
    profile = found.profile
    held = "pH held" if section.ph is not None else "pH free, base as dosed"
    note = f"{_what(profile)}; equilibrium of the liquors and organics that meet, {held}"
    figure, drawn = charts(f"McCabe-Thiele diagram of {written(cation)}", note, heights=(300.0,))
    chart, axes = drawn[0], drawn[0].axes
    if by_decades:
        _by_decades(chart, found.steps)
    else:
        axes.set_xlim(0.0, _above(found.steps[:, 0]))
        axes.set_ylim(0.0, _above(found.steps[:, 1]))
    colour = colour_of(cation, 0)
    chart.curve(
        found.curve[:, 0], found.curve[:, 1], colour, "equilibrium", float(np.median(found.steps[:, 0])), width=2.0
    )
    for number, line in enumerate(found.lines):
        middle = float(line[:, 0].mean())
        x, y = _straight(line) if by_decades else line.T
        chart.curve(x, y, INK, "" if number else "operating line", middle, width=1.2)
    chart.curve(found.steps[:, 0], found.steps[:, 1], GREY, style=DASHES, width=0.9)
    _number_stages(chart, found.profile, found.steps, section.flow == "counter-current", colour)
    name = written(cation)
    name_axes(chart, f"{name} in the liquor, g/L", f"{name} in the organic, g/L")
    return finish(figure, drawn, path)


def _above(values: np.ndarray) -> float:
    highest = float(values.max())
    return 1.08 * highest if highest > 0.0 else 1.0


def _by_decades(chart: Chart, points: np.ndarray) -> None:
    chart.axes.set_xscale("log")
    chart.axes.set_yscale("log")
    for values, limit in zip(points.T, (chart.axes.set_xlim, chart.axes.set_ylim), strict=True):
        there = values[values > 0.0]
        highest = float(there.max()) if there.size else 1.0
        lowest = max(float(there.min()) if there.size else 0.1, highest * 10.0**-_DECADES)
        limit(10.0 ** np.floor(np.log10(lowest)), 2.0 * highest)
    for axis in (chart.axes.xaxis, chart.axes.yaxis):
        axis.set_minor_locator(NullLocator())


def _straight(line: np.ndarray) -> np.ndarray:
    """Answer points along a line that is straight on axes that run evenly, (2, P)."""
    parts = np.linspace(0.0, 1.0, 200)[:, None]
    pieces = [(1.0 - parts) * one + parts * other for one, other in itertools.pairwise(line)]
    return np.concatenate(pieces).T


def _number_stages(chart: Chart, profile: StageProfile, steps: np.ndarray, is_counter: bool, colour: str) -> None:
    """Mark the stages with dots, and write their numbers where they do not meet each other."""
    stages = steps[1::2]
    chart.axes.plot(stages[:, 0], stages[:, 1], "o", color=colour, markersize=4.5, zorder=4, clip_on=False)
    last = None
    for number, (x, y) in enumerate(chart.to_sheet(stages[:, 0], stages[:, 1]), start=1):
        text = str(number)
        half = wide(text, TICK) / 2.0 + 1.0
        place = (float(x) - 7.0, float(y) - 6.0)
        is_inside = chart.left + 4.0 < place[0] and chart.top < place[1] < chart.top + chart.height - 4.0
        if not is_inside or (last is not None and np.hypot(place[0] - last[0], place[1] - last[1]) < 9.0 + half):
            continue
        font = {"fontsize": TICK, "family": FONT, "color": GREY, "ha": "center", "va": "center", "gid": "stage"}
        chart.base.text(*place, text, **font)
        chart.reserve((place[0] - half, place[1] - 5.0, place[0] + half, place[1] + 5.0))
        last = place


def draw_profile(profile: StageProfile, path: str | Path | None = None, by_decades: bool = True) -> Figure:
    """Draw metals in liquor and organic, pH and loading by stage; `by_decades`: metals on logarithmic axes.

    Stage 1 is where the liquor enters. Open circles are the liquor fed (before stage 1) and the organic fed (behind the last).
    """
    masses = _grams(profile)
    count = len(profile.ph)
    heights = (150.0, 150.0, 70.0, 70.0)
    note = f"{_what(profile)}; open circles: liquor and organic as they are fed"
    figure, drawn = charts(f"Stages with {profile.extractant}", note, heights=heights)
    stages = np.arange(1, count + 1)
    for chart in drawn:
        chart.axes.set_xlim(-0.3, count + 1.3)
        chart.axes.set_xticks([int(at) for at in stages[:: max(1, count // 20)]])
    sides = (
        (drawn[0], profile.aqueous * masses, profile.aqueous_feed * masses, 0, "in the liquor, g/L"),
        (drawn[1], profile.organic * masses, profile.organic_feed * masses, count + 1, "in the organic, g/L"),
    )
    for chart, held, fed, at, label in sides:
        _limit(chart, np.concatenate([held, fed[None]]), by_decades)
        for number, cation in enumerate(profile.cations):
            if max(float(held[:, number].max()), float(fed[number])) <= chart.axes.get_ylim()[0] * by_decades:
                continue
            _draw_stages(chart, stages, held[:, number], (at, float(fed[number])), colour_of(cation, number), cation)
        name_axes(chart, "", label)
    acidity, loading = drawn[2:]
    _one_line(acidity, stages, profile.ph, "pH")
    _one_line(loading, stages, 100.0 * profile.loading, "loading, %")
    loading.axes.set_ylim(0.0, max(5.0, 118.0 * float(profile.loading.max())))
    name_axes(loading, "stage", "loading, %")
    return finish(figure, drawn, path)


def _grams(profile: StageProfile) -> np.ndarray:
    """Answer g/mol of each cation (M,)."""
    chemistry = profile.raffinate.chemistry
    return np.array([chemistry.molar_masses[chemistry.position(name)] for name in profile.cations]) / litre


def _limit(chart: Chart, values: np.ndarray, by_decades: bool) -> None:
    highest = float(values.max()) if values.size else 0.0
    highest = highest if highest > 0.0 else 1.0
    if by_decades:
        there = values[values > 0.0]
        lowest = max(float(there.min()) if there.size else 0.1 * highest, highest * 10.0**-_DECADES)
        logarithmic(chart, lowest / 3.0, highest * 3.0)
    else:
        chart.axes.set_ylim(0.0, _ROOM * highest)


def _draw_stages(
    chart: Chart, stages: np.ndarray, held: np.ndarray, fed: tuple[int, float], colour: str, cation: str
) -> None:
    lowest = chart.axes.get_ylim()[0] if chart.axes.get_yscale() == "log" else 0.0
    shown = np.where(held >= lowest, held, np.nan)
    chart.axes.plot(stages, shown, "o", color=colour, markersize=3.5, zorder=4)
    place, value = fed
    x, y = stages.astype(float), shown
    if value > lowest:
        before = place == 0
        x = np.concatenate([[place], x] if before else [x, [place]])
        y = np.concatenate([[value], y] if before else [y, [value]])
        chart.axes.plot(
            [place], [value], "o", markerfacecolor="white", markeredgecolor=colour, markersize=4.5, zorder=5
        )
    if np.isfinite(y).any():
        is_seen = lowest > 0.0 or float(np.nanmax(y)) > _LEAST_NAMED * chart.axes.get_ylim()[1]
        chart.curve(x, y, colour, written(cation) if is_seen else "", float(stages.mean()), width=1.3)


def _one_line(chart: Chart, stages: np.ndarray, values: np.ndarray, label: str) -> None:
    low, high = float(values.min()), float(values.max())
    room = 0.15 * max(high - low, 0.5)
    chart.axes.set_ylim(low - room, high + room)
    chart.curve(stages, values, INK, width=1.3)
    chart.axes.plot(stages, values, "o", color=INK, markersize=3.5, zorder=4)
    name_axes(chart, "", label)


def draw_extraction_curves(
    liquor: Stream,
    extractants: str | Iterable[str],
    path: str | Path | None = None,
    organic_to_aqueous: float = 1.0,
    molarity: float = 500.0,
    axis: AgainstPh | None = None,
) -> Figure:
    """Draw the share of each cation extracted against pH, a frame for each extractant, as `extraction_curves` answers it.

    The dot on a curve is its pH50.
    """
    axis = ph_axis(axis, liquor)
    table = extraction_curves(liquor, extractants, organic_to_aqueous, molarity, axis)
    halves = ph50(table)
    names = list(halves.columns)
    note = f"{_held(liquor)}; {molarity * litre:g} mol/L, O/A {organic_to_aqueous:.3g}; dots: pH50"
    note = "; ".join([note, *table.attrs["warnings"]])
    heights = [220.0] if len(names) == 1 else [150.0] * len(names)
    figure, drawn = charts("Extraction curves", note, heights=heights)
    x = np.array(table.index, dtype=float)
    for chart, extractant in zip(drawn, names, strict=True):
        chart.axes.set_xlim(x[0], x[-1])
        chart.axes.set_ylim(-3.0, 105.0)
        _write_corner(chart, str(extractant))
        for number, cation in enumerate(table[extractant].columns):
            share = 100.0 * np.array(table[extractant][cation], dtype=float)
            half = float(halves.loc[cation, extractant])
            colour = colour_of(str(cation), number)
            at = half if np.isfinite(half) else None
            chart.curve(x, share, colour, written(str(cation)), at)
            if np.isfinite(half):
                chart.axes.plot([half], [50.0], "o", color=colour, markersize=4.5, zorder=4)
        name_axes(chart, "", "extracted, %")
    name_axes(drawn[-1], f"pH at equilibrium, reached with {written(axis.acid)} or {written(axis.base)}", "")
    return finish(figure, drawn, path)


def _write_corner(chart: Chart, text: str) -> None:
    """Write a name in the upper left corner of a frame, and keep labels away from it."""
    x, y = chart.left + 6.0, chart.top + 8.0
    font = {"fontsize": LABEL, "family": FONT, "color": INK, "weight": "bold", "va": "center", "gid": "frame"}
    chart.base.text(x, y, text, **font)
    chart.reserve((x - 2.0, y - 7.0, x + 1.15 * wide(text, LABEL) + 2.0, y + 7.0))


def draw_separation_factors(profile: StageProfile, path: str | Path | None = None, stage: int = 1) -> Figure:
    """Draw beta = D(row) / D(column) of every pair in a stage as a heat map, 1 being where the liquor enters.

    The best extracted stands first. Orange: the row is extracted better, blue: worse; a colour is full at four decades.
    """
    table = separation_factors(profile, stage)
    names = [written(str(name)) for name in table.index]
    values = table.to_numpy(dtype=float)
    size = len(names)
    note = f"stage {stage} of {len(profile.ph)}, pH {profile.ph[stage - 1]:.2f}; orange: the row is extracted better"
    title = f"Separation factors, {profile.extractant}"
    width = max(size * _CELL[0], 240.0)
    figure, drawn = charts(title, note, width, [size * _CELL[1]])
    chart = drawn[0]
    _heat(chart.axes, np.log10(values), _SATURATED)
    chart.axes.set_xticks(range(size), names)
    chart.axes.set_yticks(range(size), names)
    cells = [(row, column) for row in range(size) for column in range(size)]
    for row, column in cells:
        x, y = chart.to_sheet(np.array([column]), np.array([row]))[0]
        far = abs(np.log10(values[row, column])) > 0.6 * _SATURATED
        font = {"fontsize": TICK, "family": FONT, "ha": "center", "va": "center", "gid": "value"}
        chart.base.text(float(x), float(y), _factor(values[row, column]), color="white" if far else INK, **font)
    name_axes(chart, "D of the column", "D of the row")
    return finish(figure, drawn, path)


def _heat(axes: Axes, values: np.ndarray, full: float) -> None:
    axes.imshow(values, cmap=_DIVERGING, vmin=-full, vmax=full, aspect="auto", zorder=1)
    axes.grid(False)
    axes.tick_params(length=0.0, labelbottom=True)
    for side in ("left", "bottom"):
        axes.spines[side].set_visible(False)


def _factor(value: float) -> str:
    """Answer a factor in the fewest letters: 1, 0.021, 340, 2·10⁶."""
    if value == 1.0:
        return "1"
    if 1e-3 <= value < 9.95e4:
        figures = f"{float(f'{value:.2g}'):.0f}"
        return figures if value >= 99.5 else f"{value:.2g}"
    power = int(np.floor(np.log10(value) + 0.022))
    raised = str(power).translate(str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻"))
    return f"{value / 10.0**power:.0f}·10{raised}"


def draw_separation_over_ph(
    curves: pandas.DataFrame, path: str | Path | None = None, extractant: str = "", pairs: Sequence[str] = ()
) -> Figure:
    """Draw beta of pairs of cations against pH, from a table of `extraction_curves`.

    `extractant`: the first of the table where none is named. `pairs`: columns of `separation_over_ph`, such as `Co+2/Ni+2`;
    all of them where none is named. Raises `DataError` for a pair that is not there.
    """
    table = separation_over_ph(curves, extractant)
    for pair in pairs:
        if pair not in table:
            raise DataError(f"separation factors: pair {pair!r} is not in the table; known: {', '.join(table.columns)}")
    shown = table[list(pairs)] if pairs else table
    name = extractant or str(curves.columns[0][0])
    figure, drawn = charts(
        f"Separation factors, {name}", "beta: ratio of the distribution ratios; one contact", heights=(260.0,)
    )
    chart = drawn[0]
    x = np.array(shown.index, dtype=float)
    values = shown.to_numpy(dtype=float)
    good = values[np.isfinite(values) & (values > 0.0)]
    chart.axes.set_xlim(x[0], x[-1])
    logarithmic(chart, float(good.min()) / 3.0, float(good.max()) * 3.0)
    chart.axes.axhline(1.0, color=GREY, linewidth=0.8, zorder=1)
    for number, pair in enumerate(shown.columns):
        label = "/".join(written(part) for part in str(pair).split("/"))
        style = "solid" if number < len(COLOURS) else DASHES
        middle = float(x[len(x) * (number + 1) // (len(shown.columns) + 1)])
        chart.curve(x, values[:, number], COLOURS[number % len(COLOURS)], label, middle, style)
    name_axes(chart, "pH at equilibrium", "separation factor")
    return finish(figure, drawn, path)


def _what(profile: StageProfile) -> str:
    """Say which section it is: stages, extractant, phase ratio, temperature, and what the model warns of."""
    count = len(profile.ph)
    ratio = profile.loaded.organic_volume / profile.raffinate.liquor_volume if profile.raffinate.liquor_volume else 0.0
    parts = [
        f"{count} {'stage' if count == 1 else 'stages'} with {profile.extractant}, O/A {ratio:.3g}",
        f"{to_celsius(profile.raffinate.temperature):.4g} °C",
        *profile.warnings,
    ]
    return "; ".join(parts)


def _held(liquor: Stream) -> str:
    """Say what a liquor holds, g/L."""
    chemistry = liquor.chemistry
    held = [
        f"{written(c.name)} {liquor.concentration(c.name):.3g}"
        for c in chemistry.components
        if c.charge > 0 and c.name != "H+" and liquor[c.name] > 0.0
    ]
    return f"{', '.join(held)} g/L; {to_celsius(liquor.temperature):.4g} °C"
