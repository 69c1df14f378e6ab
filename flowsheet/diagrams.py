"""Pictures of what a liquor would do: titration, speciation, solubility, precipitation, saturation, Eh-pH.

Each draws the table of `analysis` that has its name, answers the figure, and writes it where a `path` is given. A metal has
the same colour in every picture.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pandas
from matplotlib.figure import Figure

from .analysis import (
    precipitation_table,
    saturation_table,
    solubility_table,
    speciation_table,
    titration_table,
)
from .canvas import FONT
from .charts import (
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
    styles_of,
    wide,
    written,
)
from .chemistry.system import PROTON, Chemistry
from .pourbaix_picture import draw_pourbaix
from .quantities import to_celsius
from .solubility import MOST, MOST_SHOWN
from .stream import Stream
from .sweeps import AgainstPh, AgainstTemperature, Axis, axis_of

__all__ = [
    "draw_pourbaix",
    "draw_precipitation",
    "draw_saturation",
    "draw_solubility",
    "draw_speciation",
    "draw_titration",
]

_LEAST_LEFT = 1e-4  # g/L, at the foot of the titration's picture
_LEAST_SHARE = 0.01
_SHOWN = (-8.0, 0.7)  # log10 of mol/kg water
_ROW = 13.0
_LINE = 1.7  # points, the width of a curve


def draw_titration(
    stream: Stream,
    titrant: str | Stream,
    path: str | Path | None = None,
    largest: float | None = None,
    target_ph: float | None = None,
    phases: str | Iterable[str] = (),
) -> Figure:
    """Draw pH, metals left in the liquor and solids formed by dose; the arguments are those of `titration_table`."""
    phases = (phases,) if isinstance(phases, str) else tuple(phases)
    table = titration_table(stream, titrant, largest, target_ph, phases)
    doses = _coordinates(table)
    metals = _metals(stream) if phases else []
    formed = [name for name in phases if f"{name} g/L" in table and _values(table, f"{name} g/L").max() > 0.0]
    heights = [170.0, *([150.0] if metals else []), *([110.0] if formed else [])]
    what = written(titrant) if isinstance(titrant, str) else "a reagent"
    figure, drawn = charts(f"Titration with {what}", _note(stream, table), heights=heights)
    top = drawn[0]
    top.axes.set_xlim(doses[0], doses[-1])
    top.axes.set_ylim(*_loosely(_values(table, "pH")))
    top.curve(doses, _values(table, "pH"), INK)
    name_axes(top, "", "pH")
    if metals:
        _draw_metals(drawn[1], table, metals)
    if formed:
        _draw_formed(drawn[-1], table, formed, stream.chemistry)
    name_axes(drawn[-1], _shown(str(table.index.name)), "")
    return finish(figure, drawn, path)


def _metals(stream: Stream) -> list[str]:
    chemistry = stream.chemistry
    names = [c.name for at, c in enumerate(chemistry.components) if at > PROTON and c.charge > 0]
    return [name for name in names if stream[name] > 0.0]


def _draw_metals(chart: Chart, table: pandas.DataFrame, metals: list[str]) -> None:
    doses = _coordinates(table)
    highest = max(float(_values(table, f"{name} g/L").max()) for name in metals)
    chart.axes.set_xlim(doses[0], doses[-1])
    logarithmic(chart, _LEAST_LEFT, max(10.0 * _LEAST_LEFT, highest * 3.0))
    amounts = [_values(table, f"{name} g/L") for name in metals]
    for number, (name, left, style) in enumerate(zip(metals, amounts, _styles(chart, doses, amounts), strict=True)):
        shown = np.where(left > 0.0, left, np.nan)
        falls = np.flatnonzero(left < 0.5 * left[0])
        at = doses[falls[0]] if falls.size else doses[-1]
        chart.curve(doses, shown, colour_of(name, number), written(name), float(at), style)
    name_axes(chart, "", "in the liquor, g/L")


def _draw_formed(chart: Chart, table: pandas.DataFrame, formed: list[str], chemistry: Chemistry) -> None:
    doses = _coordinates(table)
    chart.axes.set_xlim(doses[0], doses[-1])
    masses = [_values(table, f"{name} g/L") for name in formed]
    largest = [float(mass.max()) for mass in masses]
    logarithmic(chart, max(0.03 * min(largest), 1e-4 * max(largest)), 3.0 * max(largest))
    for number, (name, amounts, style) in enumerate(zip(formed, masses, _styles(chart, doses, masses), strict=True)):
        there = amounts > 0.0
        edge = ~there & (np.roll(there, -1) | np.roll(there, 1))  # from the foot of the picture, and back to it
        drawn = np.where(edge, 1e-3 * chart.axes.get_ylim()[0], np.where(there, amounts, np.nan))
        chart.curve(doses, drawn, _of_solid(chemistry, name, number), written(name), style=style)
    name_axes(chart, "", "formed, g/L")


def _styles(chart: Chart, x: np.ndarray, amounts: Sequence[np.ndarray]) -> list[object]:
    """Answer line styles for curves of a frame by decades, whose limits are set."""
    low, high = np.log10(chart.axes.get_ylim())
    heights = [np.log10(np.where(amount > 0.0, amount, np.nan)) for amount in amounts]
    return styles_of(x, heights, _LINE * float(high - low) / chart.height)


def _of_solid(chemistry: Chemistry, name: str, number: int) -> str:
    """Answer the colour of the metal that a solid holds."""
    phase = chemistry.phases[chemistry.phase_index[name]]
    charges = {c.name: c.charge for c in chemistry.components}
    cations = [part for part in phase.reaction if charges[part] > 0 and part != "H+"]
    return colour_of(max(cations, key=charges.__getitem__, default=""), number)


def draw_speciation(
    stream: Stream, component: str, axis: Axis, path: str | Path | None = None, phases: str | Iterable[str] = ()
) -> Figure:
    """Draw the share of each species of a component along pH, temperature or dose, as `speciation_table` answers it."""
    axis = axis_of("speciation", axis, stream)
    table = speciation_table(stream, component, axis, phases)
    title = f"Species of {written(component)}"
    figure, drawn = charts(title, _note(stream, table, axis))
    chart = drawn[0]
    x = _coordinates(table)
    chart.axes.set_xlim(x[0], x[-1])
    chart.axes.set_ylim(0.0, 105.0)
    shown = [name for name in table.columns if _values(table, name).max() >= _LEAST_SHARE]
    for number, name in enumerate(shown):
        style = "solid" if number < len(COLOURS) else DASHES
        label = written(name)
        chart.curve(x, 100.0 * _values(table, name), COLOURS[number % len(COLOURS)], label, style=style)
    name_axes(chart, _axis_name(axis), f"share of {written(component)}, %")
    return finish(figure, drawn, path)


def draw_solubility(stream: Stream, salt: str, axis: Axis, path: str | Path | None = None) -> Figure:
    """Draw the solubility of a salt as `solubility_table` answers it: stable solids bold, metastable ones dashed."""
    axis = axis_of("solubility", axis, stream)
    table = solubility_table(stream, salt, axis)
    by_decades = isinstance(axis, AgainstPh)
    figure, drawn = charts(
        f"Solubility of {written(salt)}", "; ".join([_note(stream, table, axis), *_gaps(table, axis)])
    )
    chart = drawn[0]
    stable = table["stable"].to_numpy(dtype=bool)
    column = "mol/kg water" if by_decades else "g/L"
    highest = float(table.loc[stable, column].max()) if stable.any() else 1.0
    chart.axes.set_xlim(*axis.ends())
    if by_decades:
        lowest = float(table.loc[stable, column].min()) if stable.any() else 0.1
        logarithmic(chart, lowest / 3.0, highest * 3.0)
    else:
        chart.axes.set_ylim(0.0, 1.18 * highest)
    for place, _, _ in table.attrs["transitions"]:
        chart.axes.axvline(place, color=GREY, linewidth=0.8, linestyle=(0, (1.0, 2.0)), zorder=1)
        _write_transition(chart, place, axis)
    for number, (name, part) in enumerate(table.groupby("solid", sort=False)):
        x = _values(part, axis.label())
        y = _values(part, column)
        bold = part["stable"].to_numpy(dtype=bool)
        colour = COLOURS[number % len(COLOURS)]
        chart.curve(x, y, colour, style=DASHES, width=0.9)
        middle = float(np.median(x[bold])) if bold.any() else float(np.median(x))
        chart.curve(x, np.where(bold, y, np.nan), colour, written(str(name)) if bold.any() else "", middle, width=2.2)
        if not bold.any():
            chart.curve(x, y, colour, f"{written(str(name))}, metastable", middle, DASHES, 0.9)
    name_axes(chart, _axis_name(axis), f"{written(_anhydrous(salt))}, {column}")
    return finish(figure, drawn, path)


def _write_transition(chart: Chart, place: float, axis: Axis) -> None:
    """Write at the foot of the frame where one solid takes the place of another."""
    text = f"{place:.1f} °C" if isinstance(axis, AgainstTemperature) else f"{place:.3g}"
    x = float(chart.to_sheet(np.array([place]), np.array([chart.axes.get_ylim()[0]]))[0, 0])
    width, y = wide(text, TICK), chart.top + chart.height - 8.0
    chart.reserve((x - 1.0, chart.top, x + 1.0, chart.top + chart.height))  # labels keep off the line
    x += 4.0 if x + width + 6.0 < chart.left + chart.width else -width - 4.0
    chart.base.text(x, y, text, fontsize=TICK, family=FONT, color=GREY, va="center", gid="transition")
    chart.reserve((x, y - 6.0, x + width, y + 6.0))


def _anhydrous(salt: str) -> str:
    return salt.removesuffix("(s)").partition(".")[0]


def draw_precipitation(
    stream: Stream,
    path: str | Path | None = None,
    axis: Axis | None = None,
    solids: str | Iterable[str] = (),
    aged: bool = False,
    log_k: Mapping[str, float] = MappingProxyType({}),
) -> Figure:
    """Draw log10 of what is left of each metal against pH; the arguments are those of `precipitation_table`.

    A dot marks where the metal begins to come down from the stream as it is.
    """
    axis = axis_of("precipitation", AgainstPh() if axis is None else axis, stream)
    table = precipitation_table(stream, axis, solids, aged, log_k)
    metals, begins = table.attrs["metals"], table.attrs["begins"]
    note = f"{_note(stream, table, axis)}; dots: where the liquor's own metal begins to come down"
    if any(any(value is pandas.NA for value in table[name]) for name in table.columns):
        note += f"; a curve ends where {MOST_SHOWN:g} mol/kg water do not saturate the liquor"
    figure, drawn = charts("What is left of the metals", note, heights=(280.0,))
    chart = drawn[0]
    chart.axes.set_xlim(*axis.ends())
    chart.axes.set_ylim(*_SHOWN)
    x = _coordinates(table)
    for number, name in enumerate(table.columns):
        colour = colour_of(metals[name], number)
        y = _values(table, name)
        shared = [other for other in table.columns if metals[other] == metals[name]]
        style = "solid" if name == shared[0] else DASHES
        going_down = np.flatnonzero(np.isfinite(y) & (y < -1.5))
        at = float(x[going_down[0]]) if going_down.size else None
        chart.curve(x, y, colour, written(name), at, style)
        if name in begins:
            height = float(np.interp(begins[name], x[np.isfinite(y)], y[np.isfinite(y)]))
            chart.axes.plot(begins[name], height, "o", color=colour, markersize=4.5, zorder=4)
    name_axes(chart, _axis_name(axis), "log₁₀ of metal left, mol/kg water")
    return finish(figure, drawn, path)


def draw_saturation(
    stream: Stream, path: str | Path | None = None, phases: str | Iterable[str] = (), lowest: float = -4.0
) -> Figure:
    """Draw the saturation indices down to `lowest` as bars; the `phases` allowed to form are filled.

    The table is that of `saturation_table`.
    """
    table = saturation_table(stream, phases)
    shown = table.loc[table["saturation index"] >= lowest]
    left_out = len(table) - len(shown)
    indices = _values(shown, "saturation index")
    names = [written(str(name)) for name in shown.index]
    highest = max(0.5, float(indices.max(initial=0.0)) * 1.05)
    room = max((wide(name, LABEL) for name in names), default=0.0)
    width = 300.0
    note = f"{_note(stream, table)}; orange: supersaturated, grey: undersaturated"
    note += ", filled: allowed to form" if shown["allowed"].any() else ""
    note += f"; {left_out} more lie below {lowest:g}".replace("-", "−") if left_out else ""
    figure, drawn = charts("Saturation indices", note, width, [max(2, len(names)) * _ROW], right=room + 60.0)
    chart = drawn[0]
    axes = chart.axes
    axes.set_xlim(lowest, highest)
    axes.set_ylim(len(names) - 0.4, -0.6)
    for at, (index, allowed) in enumerate(zip(indices, shown["allowed"], strict=True)):
        colour = COLOURS[1] if index > 1e-6 else GREY
        face = colour if allowed else "white"
        axes.barh(at, index, height=0.66, facecolor=face, edgecolor=colour, linewidth=1.0, zorder=3)
        y = chart.top + (at + 0.6) / len(names) * chart.height
        x = chart.left + chart.width + 8.0
        ink = {"fontsize": LABEL, "family": FONT, "va": "center_baseline", "color": INK}
        chart.base.text(x, y, names[at], gid="name", **ink)
        chart.base.text(x + room + 44.0, y, f"{index:+.2f}".replace("-", "−"), ha="right", gid="value", **ink)
    axes.axvline(0.0, color=INK, linewidth=1.0, zorder=4)
    axes.tick_params(left=False, labelleft=False)
    axes.spines["left"].set_visible(False)
    axes.grid(False, axis="y")
    name_axes(chart, "saturation index, log₁₀ of ion activity product / K", "")
    return finish(figure, drawn, path)


def _coordinates(table: pandas.DataFrame) -> np.ndarray:
    return np.array([float(value) for value in table.index])


def _values(table: pandas.DataFrame, name: str) -> np.ndarray:
    """Answer a column as numbers, not a number where it is empty."""
    return np.array([math.nan if value is pandas.NA else float(value) for value in table[name]])


def _loosely(column: np.ndarray) -> tuple[float, float]:
    low, high = float(column.min()), float(column.max())
    room = 0.06 * max(high - low, 0.5)
    return low - room, high + room


def _shown(label: str) -> str:
    """Answer the name of an axis as it is printed."""
    label = label.replace("temperature degC", "temperature, °C").replace("dose kg/kg", "dose, kg/kg")
    name, space, unit = label.partition(" mol/kg water")
    return f"{written(name)}, mol/kg water" if space else f"{label}{unit}"


def _axis_name(axis: Axis) -> str:
    """Answer the name of an axis as it is printed, of pH with what is dosed to reach it."""
    if isinstance(axis, AgainstPh):
        return f"pH, reached with {written(axis.acid)} or {written(axis.base)}"
    return _shown(axis.label())


def _gaps(table: pandas.DataFrame, axis: Axis) -> list[str]:
    """Say where no solid of the salt is saturated, so that no curve is drawn."""
    saturated = table.groupby(axis.label())["stable"].any()
    places = [float(place) for place in saturated.index]
    found: list[list[float]] = []
    for before, (place, is_drawn) in zip([True, *saturated], zip(places, saturated, strict=True), strict=False):
        if not is_drawn and before:
            found.append([place, place])
        elif not is_drawn:
            found[-1][1] = place
    spans = " and ".join(f"{low:.3g} to {high:.3g}" for low, high in found)
    return (
        [f"no curve at {_shown(axis.label())} {spans}: {MOST:g} mol/kg water do not saturate the liquor"]
        if found
        else []
    )


def _note(stream: Stream, table: pandas.DataFrame, axis: Axis | None = None) -> str:
    """Say which liquor it is: what it holds in mol/kg water, its temperature, and where the model was left."""
    chemistry = stream.chemistry
    kilograms = stream.flows[0] * chemistry.molar_masses[0]
    held = [
        f"{written(c.name)} {stream.flows[at] / kilograms:.3g}"
        for at, c in enumerate(chemistry.components)
        if at > PROTON and stream.flows[at] > 0.0
    ]
    where = "" if isinstance(axis, AgainstTemperature) else f"; {to_celsius(stream.temperature):.4g} °C"
    liquor = f"{', '.join(held)} mol/kg water" if held else "water"
    return "; ".join([liquor + where, *table.attrs["warnings"]])
