"""Heat: what a step gives off or takes up, and how warm streams become that exchange none.

    >>> chemistry = Chemistry("S")
    >>> acid = Stream.of(chemistry, {"H2SO4": 0.98, "H2O": 0.02}, celsius(25))
    >>> water = Stream.of(chemistry, {"H2O": 2.267}, celsius(25))
    >>> to_celsius(adiabatic([acid, water]).temperature)  # to 30 % acid
    >>> cooled = mix([acid, water]).replace(temperature=celsius(25))
    >>> heat_duty([acid, water], [cooled])  # W, below 0: to take away

Streams mix at ports by heat capacity, and tanks stand at the temperature that they are given, so that a plant is solved
without an enthalpy. `heat_duties` then says of every unit what has to be supplied or taken away for that: heats of mixing,
reaction, crystallisation and evaporation, and the warming of what enters.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from .chemistry import thermal
from .errors import ConvergenceError, DataError, EngineError
from .stream import Stream, mix, settle

if TYPE_CHECKING:
    from .solver import Solution

_COLDEST, _HOTTEST = 253.15, 473.15  # K, between which a liquor's temperature is sought
_STEPS = 100
_ACCURACY = 1e-10  # of the temperature
_NARROW = 0.01  # K, about as near as a solver of equilibria comes to where two hydrates change
_NEAR = 0.5  # K, within which it may fail there
_TOUCHES = 8
_LEAST_SPAN = 1.0  # K, of a warming whose heat is looked at
_STEEP = 1e3  # times the heat capacity: a slope that is a jump


def heat_duty(inlets: Iterable[Stream], outlets: Iterable[Stream]) -> float:
    """Answer the heat (W) to supply so that `inlets` become `outlets`; below 0 it is to be taken away.

    What is drawn belongs to the inlets. Raises `DataError` or `ConvergenceError` where a liquor has no speciation.
    """
    return float(sum(stream.enthalpy_flow for stream in outlets) - sum(stream.enthalpy_flow for stream in inlets))


def warming_remarks(before: Stream, after: Stream) -> tuple[str, ...]:
    """Say where the heat (W) between two temperatures of one stream is more or less than a solution of salts takes.

    It stays what the enthalpies say, so that heats add up over a plant; the sentence tells what the heat capacity of
    `thermal.usual_capacities` would make of it. Nothing is said of a difference below 1 K.
    """
    chemistry, span = before.chemistry, after.temperature - before.temperature
    concentrated = thermal.is_concentrated(chemistry, before.flows[chemistry.liquor])
    if abs(span) < _LEAST_SPAN or before.is_strong or not concentrated:
        return ()
    liquor, heat = before.liquor, heat_duty([before], [after])
    cold, hot = (thermal.standard_enthalpies(chemistry, stream.temperature) for stream in (before, after))
    slope = (heat - float((before.flows - liquor.flows) @ (hot - cold))) / span
    middle = float(round(0.5 * (before.temperature + after.temperature)))
    least, most = thermal.usual_capacities(chemistry, liquor.flows, middle, before.equilibrium.speciation)
    if least <= slope <= most:
        return ()
    usual = min(max(slope, least), most)
    heat -= (slope - usual) * span
    return (
        f"heat of the liquor comes to {slope / liquor.mass:.0f} J/kg/K by the activity model, solutions of salts have "
        f"{thermal.LEAST_USUAL:g} to {thermal.MOST_USUAL:g} times that of their water; "
        f"with {usual / liquor.mass:.0f} J/kg/K it would be {heat:.4g} W in all",
    )


def heat_duties(solution: Solution) -> Mapping[str, float]:
    """Answer the heat (W) to supply to every unit of a solved flowsheet, by name; below 0 it is to be taken away.

    The inlets are the streams before they mix, so the heat of their mixing counts, and the duties add up to the enthalpy
    of the products less that of the feeds and of what was drawn. Hot and strong liquors of soda or ammonium salts: see
    `Stream.enthalpy_remarks`. Raises the `DataError` or `ConvergenceError` of a liquor
    without a speciation, with the unit that it enters or leaves.
    """
    entering: dict[str, list[Stream]] = {name: [] for name in solution.flowsheet.units}
    leaving: dict[str, list[Stream]] = {name: [] for name in solution.flowsheet.units}
    for link in solution.flowsheet.links():
        entering[link.target].append(solution.streams[link.source])
    for (name, _), streams in solution.flowsheet.feeds.items():
        entering[name] += streams
    for full, stream in solution.drawn.items():
        entering[full.partition(".")[0]].append(stream)
    for full, stream in solution.streams.items():
        leaving[full.partition(".")[0]].append(stream)
    duties = {}
    for name, inlets in entering.items():
        try:
            duties[name] = heat_duty(inlets, leaving[name])
        except EngineError as error:
            raise type(error)(f"{name}: no heat duty, {error}") from error
    return duties


def adiabatic(
    inlets: Stream | Iterable[Stream],
    phases: str | Iterable[str] = (),
    duty: float = 0.0,
    pressures: Mapping[str, float] | None = None,
) -> Stream:
    """Answer the mixture of `inlets` at the temperature that it takes when `duty` (W) alone is supplied.

    The named solids and gases come to equilibrium at that temperature (`pressures`: partial pressures of gases, Pa, as in
    `settle`); boiling is not followed. Raises `DataError` where the temperature would lie outside -20 to 200 degC.
    """
    streams = [inlets] if isinstance(inlets, Stream) else list(inlets)
    mixed = mix(streams)
    named = (phases,) if isinstance(phases, str) else tuple(phases)
    wanted = sum(stream.enthalpy_flow for stream in streams) + duty

    def at(temperature: float) -> Stream:
        if not named and not pressures:
            return mixed.replace(temperature=temperature)
        return settle(mixed, temperature, named, pressures)[0]

    low, high = _between(lambda t: at(t).enthalpy_flow - wanted, mixed)
    if low == high:
        return at(low)
    # one hydrate turns into another at this temperature, and heat goes into that: both are there, by the rule of the lever
    colder, hotter = at(low), at(high)
    share = (wanted - colder.enthalpy_flow) / (hotter.enthalpy_flow - colder.enthalpy_flow)
    both = colder.replace(flows=(1.0 - share) * colder.flows + share * hotter.flows)
    slope = max(thermal.sensible_capacity(both.chemistry, both.flows, both.temperature), 1e-300)
    excess = both.enthalpy_flow - wanted
    for _ in range(_TOUCHES):
        step = -excess / slope
        both = both.replace(temperature=both.temperature + step)
        if abs(step) <= _ACCURACY * both.temperature:
            break
        before, excess = excess, both.enthalpy_flow - wanted
        slope = (excess - before) / step if (excess - before) * step > 0.0 else slope
    return both


def _between(excess: Callable[[float], float], mixed: Stream) -> tuple[float, float]:
    """Answer the temperatures between which the enthalpy is as wanted: one twice, or two a little apart where it jumps.

    Newton's method by secants, held within a bracket that is halved where a step does not halve the excess. `excess` in W.
    """
    low, high = _COLDEST, _HOTTEST
    temperature = min(max(mixed.temperature, low), high)
    # not the slope of its enthalpy: what is to settle need not have a speciation as it stands
    usual = max(thermal.sensible_capacity(mixed.chemistry, mixed.flows, mixed.temperature), 1e-300)
    slope, value, before = usual, excess(temperature), math.inf
    for _ in range(_STEPS):
        if value == 0.0:
            return temperature, temperature
        low, high = (low, temperature) if value > 0.0 else (temperature, high)
        if high - low <= _NARROW:
            return low, high
        new = temperature - value / slope
        if not low < new < high:
            new = _inside(excess, low, high, new)
        elif abs(value) > 0.5 * before:
            new = 0.5 * (low + high)
        before = abs(value)
        if abs(new - temperature) <= _ACCURACY * temperature and slope < _STEEP * usual:
            return new, new
        try:
            answered = excess(new)
        except ConvergenceError:
            if high - low > _NEAR:
                raise
            return low, high  # the hydrates change right here
        slope = (answered - value) / (new - temperature) if new != temperature else usual
        slope = slope if slope > 0.0 else usual
        temperature, value = new, answered
    raise ConvergenceError(
        f"adiabatic: {_STEPS} steps have not settled the temperature, which lies between {low:.4f} and {high:.4f} K"
    )


def _inside(excess: Callable[[float], float], low: float, high: float, new: float) -> float:
    """Answer a temperature inside the bracket for one that a step took outside; `DataError` where none is there."""
    if new >= high and high == _HOTTEST and excess(high) < 0.0:
        raise DataError(f"adiabatic: the mixture would be hotter than {high:g} K, where a liquor boils")
    if new <= low and low == _COLDEST and excess(low) > 0.0:
        raise DataError(f"adiabatic: the mixture would be colder than {low:g} K, where a liquor freezes")
    return 0.5 * (low + high)
