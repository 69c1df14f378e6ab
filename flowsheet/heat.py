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

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from .errors import ConvergenceError, DataError
from .stream import Stream, mix, settle

if TYPE_CHECKING:
    from .solver import Solution

_COLDEST, _HOTTEST = 253.15, 473.15  # K, between which a liquor's temperature is sought
_STEPS = 60
_ACCURACY = 1e-10  # of the temperature


def heat_duty(inlets: Iterable[Stream], outlets: Iterable[Stream]) -> float:
    """Answer the heat (W) to supply so that `inlets` become `outlets`; below 0 it is to be taken away.

    What is drawn belongs to the inlets. Raises `DataError` or `ConvergenceError` where a liquor has no speciation.
    """
    return sum(stream.enthalpy_flow for stream in outlets) - sum(stream.enthalpy_flow for stream in inlets)


def heat_duties(solution: Solution) -> Mapping[str, float]:
    """Answer the heat (W) to supply to every unit of a solved flowsheet, by name; below 0 it is to be taken away.

    The inlets are the streams before they mix, so the heat of their mixing counts, and the duties add up to the enthalpy
    of the products less that of the feeds and of what was drawn.
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
    return {name: heat_duty(entering[name], leaving[name]) for name in entering}


def adiabatic(
    inlets: Stream | Iterable[Stream],
    phases: Iterable[str] = (),
    duty: float = 0.0,
    pressures: Mapping[str, float] | None = None,
) -> Stream:
    """Answer the mixture of `inlets` at the temperature that it takes when `duty` (W) alone is supplied.

    The named solids and gases come to equilibrium at that temperature (`pressures`: partial pressures of gases, Pa, as in
    `settle`); boiling is not followed. Raises `DataError` where the temperature would lie outside -20 to 200 degC.
    """
    streams = [inlets] if isinstance(inlets, Stream) else list(inlets)
    mixed = mix(streams)
    named = tuple(phases)
    wanted = sum(stream.enthalpy_flow for stream in streams) + duty

    def at(temperature: float) -> Stream:
        if not named and not pressures:
            return mixed.replace(temperature=temperature)
        return settle(mixed, temperature, named, pressures)[0]

    temperature = _temperature(lambda t: at(t).enthalpy_flow - wanted, mixed)
    return at(temperature)


def _temperature(excess: Callable[[float], float], mixed: Stream) -> float:
    """Find where the enthalpy is as wanted: Newton's method by secants, held within a bracket. `excess` in W."""
    low, high = _COLDEST, _HOTTEST
    temperature = min(max(mixed.temperature, low), high)
    slope = max(mixed.heat_capacity, 1e-300)
    value = excess(temperature)
    for _ in range(_STEPS):
        if value == 0.0:
            return temperature
        low, high = (low, temperature) if value > 0.0 else (temperature, high)
        step = -value / slope
        new = temperature + step
        if not low < new < high:
            new = _beyond(excess, low, high, new)
        if abs(new - temperature) <= _ACCURACY * temperature:
            return new
        answered = excess(new)
        slope = (answered - value) / (new - temperature) if answered != value else slope
        slope = slope if slope > 0.0 else max(mixed.heat_capacity, 1e-300)
        temperature, value = new, answered
    raise ConvergenceError(
        f"adiabatic: {_STEPS} steps have not settled the temperature, which lies between {low:.4f} and {high:.4f} K"
    )


def _beyond(excess: Callable[[float], float], low: float, high: float, new: float) -> float:
    """Answer a temperature inside the bracket for one that a step took outside; `DataError` where none is there."""
    if new >= high:
        if high == _HOTTEST and excess(high) < 0.0:
            raise DataError(f"adiabatic: the mixture would be hotter than {high:g} K, where a liquor boils")
        return 0.5 * (low + high)
    if low == _COLDEST and excess(low) > 0.0:
        raise DataError(f"adiabatic: the mixture would be colder than {low:g} K, where a liquor freezes")
    return 0.5 * (low + high)
