"""A liquor along one quantity: what is varied, and the one loop that asks for the equilibria.

What is varied is a value: `AgainstPh`, `AgainstTemperature` or `AgainstDose`. It says how the totals, the temperature or
the pH of a stream follow from a coordinate; tables and pictures know nothing else of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, Protocol, runtime_checkable

import numpy as np

from .chemistry.databases import Database
from .chemistry.equilibrium import Equilibrium, speciate, titrate
from .chemistry.formula import parse
from .chemistry.system import PROTON, WATER, Chemistry
from .errors import ConvergenceError, DataError, nearest
from .quantities import ROUND_OFF, celsius, kelvin, to_celsius
from .stream import Stream, gathered

COLDEST, HOTTEST = celsius(0.0), celsius(100.0)
_BROADEST = (223.15, HOTTEST)
_BASES = {"Na+": "NaOH", "K+": "KOH", "Li+": "LiOH", "NH4+": "NH3"}
_ACIDS = {"SO4-2": "H2SO4", "Cl-": "HCl", "PO4-3": "H3PO4", "F-": "HF"}
_USUAL = ("Na2CO3", "NaHCO3", "Na2SO4", "Ca(OH)2", "CaO", "CO2", "Li2CO3", "Li2SO4", "(NH4)2SO4", "MgO")
_PH_STEP = 0.1  # a larger one between neighbours asks for a point between them
_ROUNDS = 16  # of halving: a step is 1/65536 of a first one at the least
_AT_TARGET = 1e-9
_NAMED = 3  # pairs without an interaction, in a warning


class State(NamedTuple):
    """A liquor to be solved: totals (mol, C) at a temperature (K).

    Where `target_ph` is given, `acid` or `base` (mol per unit of dose, C) is dosed until the pH is that.
    """

    coordinate: float
    totals: np.ndarray
    temperature: float
    target_ph: float | None = None
    acid: np.ndarray | None = None
    base: np.ndarray | None = None


@runtime_checkable
class Axis(Protocol):
    """What is varied. `low`, `high`: in the units of its `label`, which stands on the pictures."""

    def ends(self) -> tuple[float, float]:
        """Answer the range as it is shown."""
        ...

    def label(self) -> str:
        """Answer what the coordinate is, with its unit."""
        ...

    def state(self, stream: Stream, totals: np.ndarray, coordinate: float) -> State:
        """Answer the liquor at a coordinate, of `totals` (mol, C) of components that the stream was gathered to."""
        ...


@dataclass(frozen=True)
class AgainstPh:
    """pH from `low` to `high`, reached by dosing a pure acid or base, such as "H2SO4" and "NaOH".

    Where none is named it is the acid of the liquor's most plentiful anion, and the first of NaOH, KOH, LiOH and NH3
    that the chemistry has.
    """

    low: float = 0.0
    high: float = 14.0
    acid: str = ""
    base: str = ""

    def ends(self) -> tuple[float, float]:
        """Answer the range, pH; raises `DataError` where it is empty or no pH."""
        return _range("pH", self.low, self.high, (-2.0, 16.0), "")

    def label(self) -> str:
        """Answer `pH`."""
        return "pH"

    def state(self, stream: Stream, totals: np.ndarray, coordinate: float) -> State:
        """Answer the totals with the titrants that bring them to a pH."""
        chemistry = stream.chemistry
        base = self.base or _first(chemistry, _BASES, "base")
        acid = self.acid or _first(chemistry, _ranked(stream), "acid")
        return State(
            coordinate, totals, stream.temperature, coordinate, substance(chemistry, acid), substance(chemistry, base)
        )


@dataclass(frozen=True)
class AgainstTemperature:
    """Temperature from `low` to `high`, K; tables and pictures show it in degC.

    Where they are not given it is 0 to 100 degC, as far as the database of the liquor reaches.
    """

    low: float | None = None
    high: float | None = None

    def ends(self) -> tuple[float, float]:
        """Answer the range, degC; raises `DataError` where it is empty or leaves -50 to 100 degC."""
        low = COLDEST if self.low is None else self.low
        high = HOTTEST if self.high is None else self.high
        low, high = kelvin(low, "temperature range"), kelvin(high, "temperature range")
        low, high = _range("temperature", low, high, _BROADEST, " K")
        return to_celsius(low), to_celsius(high)

    def label(self) -> str:
        """Answer `temperature degC`."""
        return "temperature degC"

    def state(self, stream: Stream, totals: np.ndarray, coordinate: float) -> State:
        """Answer the totals at a temperature in degC."""
        return State(coordinate, totals, celsius(coordinate))


@dataclass(frozen=True)
class AgainstDose:
    """Dose of a titrant or salt from 0 to `high`.

    A substance by its formula ("NaOH") is dosed in mol per kg of the liquor's water, a stream in kg per kg of the stream.
    """

    titrant: str | Stream
    high: float
    low: float = 0.0

    def ends(self) -> tuple[float, float]:
        """Answer the range; raises `DataError` where it is empty or below 0."""
        return _range("dose", self.low, self.high, (0.0, 1e3), f" {self._unit()}")

    def label(self) -> str:
        """Answer `NaOH mol/kg water`, or `dose kg/kg` of a stream."""
        return f"{self.titrant if isinstance(self.titrant, str) else 'dose'} {self._unit()}"

    def _unit(self) -> str:
        return "mol/kg water" if isinstance(self.titrant, str) else "kg/kg"

    def state(self, stream: Stream, totals: np.ndarray, coordinate: float) -> State:
        """Answer the totals with the dose added."""
        return State(coordinate, totals + coordinate * per_dose(stream, self.titrant), stream.temperature)


def axis_of(where: str, axis: Axis, stream: Stream) -> Axis:
    """Answer an axis with what follows from the stream: the acid and base that are dosed, the ends of its temperatures.

    Raises `DataError` for what is no axis, and for temperatures that the database of the stream was not made for.
    """
    if isinstance(axis, type) or not isinstance(axis, Axis):
        known = {"pH": "AgainstPh()", "temperature": "AgainstTemperature()", "dose": "AgainstDose('NaOH', 1.0)"}
        meant = nearest(str(axis), known)
        usual = (
            [value for name, value in known.items() if repr(name) in meant]
            if "did you mean" in meant
            else known.values()
        )
        raise DataError(f"{where}: axis = {axis!r} is no axis; give {' or '.join(usual)}")
    if isinstance(axis, AgainstPh):
        base = axis.base or _first(stream.chemistry, _BASES, "base")
        return replace(axis, acid=axis.acid or _first(stream.chemistry, _ranked(stream), "acid"), base=base)
    if isinstance(axis, AgainstTemperature):
        database = stream.chemistry.database
        lowest, highest = limits(database)
        low = max(COLDEST, lowest) if axis.low is None else axis.low
        high = highest if axis.high is None else axis.high
        for temperature in (low, high):
            check_temperature(f"{where}: temperature range", temperature, database)
        return AgainstTemperature(low, high)
    return axis


def limits(database: Database | None) -> tuple[float, float]:
    """Answer the temperatures (K) between which liquors of a database are asked for; without one, of the built-in data."""
    if database is None or database.own:
        return COLDEST, HOTTEST
    return database.temperatures[0], min(database.temperatures[1], HOTTEST)


def per_dose(stream: Stream, titrant: str | Stream) -> np.ndarray:
    """Answer the totals (mol, C) that a dose of 1 mol/kg water of a substance, or of 1 kg/kg of a stream, brings.

    What a titrant stream holds of solids and gases dissolves, where the data know how. Raises `DataError` for a stream of
    another chemistry, an empty one, or an unknown substance.
    """
    chemistry = stream.chemistry
    if isinstance(titrant, str):
        if titrant in chemistry.names[chemistry.liquor]:
            pure = np.zeros(len(chemistry.components))
            pure[chemistry.position(titrant)] = 1.0
            if chemistry.charges[chemistry.position(titrant)] != 0.0:
                raise DataError(f"titrant {titrant!r} is an ion; give a neutral substance, such as NaOH")
        else:
            pure = substance(chemistry, titrant)
        return pure * stream.flows[WATER] * chemistry.molar_masses[WATER]
    if titrant.chemistry is not chemistry:
        raise DataError("titrant is a stream of another chemistry than the liquor; share one Chemistry")
    if not titrant.mass > 0.0:
        raise DataError(f"titrant is a stream of {titrant.mass:g} kg/s, more than 0 is needed")
    every = np.ones(len(chemistry.phases), dtype=np.bool_)
    return gathered(titrant, every) * stream.mass / titrant.mass


def substance(chemistry: Chemistry, formula: str) -> np.ndarray:
    """Answer the totals (C,) of a mole of a titrant; raises `DataError` with the nearest usual one for what is none."""
    try:
        return chemistry.dissolve(formula)
    except DataError as error:
        near = nearest(formula, _dosable(chemistry))
        raise DataError(f"titrant: {error}{near if 'did you mean' in near else ''}") from error


def _dosable(chemistry: Chemistry) -> list[str]:
    """Answer the usual titrants whose elements the chemistry has."""
    known = set(chemistry.element_names)
    usual = (*_BASES.values(), *_ACIDS.values(), *_USUAL)
    return [name for name in usual if known >= set(parse(name).elements)]


def mask(chemistry: Chemistry, phases: str | Iterable[str]) -> np.ndarray:
    """Answer the mask (P,) of the phases that may form, of one name or several."""
    return chemistry.allowed((phases,) if isinstance(phases, str) else phases)


def check_temperature(where: str, temperature: float, database: Database | None = None) -> None:
    """Refuse a temperature (K) that the data were not made for; without a `database`, the built-in data."""
    low, high = limits(database)
    temperature = kelvin(temperature, where)
    if not low - ROUND_OFF <= temperature <= high + ROUND_OFF:
        of_whom = "" if database is None or database.own else f", where the data of {database.name} hold"
        raise DataError(
            f"{where}: temperature = {temperature:g} K ({to_celsius(temperature):.4g} degC) is outside {low:g} to {high:g} K "
            f"({to_celsius(low):.4g} to {to_celsius(high):.4g} degC){of_whom}; celsius(25) is 298.15 K"
        )


def check_liquor(where: str, stream: Stream) -> None:
    """Refuse a stream without water, or at a temperature that the data were not made for."""
    if not stream.flows[WATER] > 0.0:
        raise DataError(f"{where}: the stream has {stream.flows[WATER]:g} mol/s water, more than 0 is needed")
    check_temperature(where, stream.temperature, stream.chemistry.database)


def trace(
    where: str, stream: Stream, axis: Axis, allowed: np.ndarray, points: int = 101, totals: np.ndarray | None = None
) -> tuple[np.ndarray, list[Equilibrium]]:
    """Answer coordinates and equilibria along an axis, closer together where the pH runs off.

    `allowed`: the phases (P,) that may form. `totals`: mol (C,), those of the stream where they are not given.
    """
    check_liquor(where, stream)
    axis = axis_of(where, axis, stream)
    low, high = axis.ends()
    start = gathered(stream, allowed) if totals is None else totals
    coordinates = np.linspace(low, high, points)
    found = solve_all(where, axis, [axis.state(stream, start, c) for c in coordinates], stream.chemistry, allowed)
    for _ in range(_ROUNDS):
        ph = np.array([equilibrium.ph for equilibrium in found])
        wide = np.flatnonzero(np.abs(np.diff(ph)) > _PH_STEP * (1.0 + 1e-6))
        if isinstance(axis, AgainstPh) or wide.size == 0:
            break
        between = 0.5 * (coordinates[wide] + coordinates[wide + 1])
        states = [axis.state(stream, start, c) for c in between]
        added = solve_all(where, axis, states, stream.chemistry, allowed)
        order = np.argsort(np.concatenate([coordinates, between]), kind="stable")
        coordinates = np.concatenate([coordinates, between])[order]
        found = [(found + added)[at] for at in order]
    return coordinates, found


def solve_all(
    where: str, axis: Axis, states: Sequence[State], chemistry: Chemistry, allowed: np.ndarray
) -> list[Equilibrium]:
    """Answer the equilibrium of each state with the `allowed` phases (P,); an error names the coordinate it met.

    Every sweep of the package comes through here, in the order of its coordinate.
    """
    found = []
    for state in states:
        try:
            found.append(_solve(state, chemistry, allowed))
        except (DataError, ConvergenceError) as error:
            raise type(error)(f"{where}: at {axis.label()} = {state.coordinate:g}: {error}") from error
    return found


def warnings_of(found: Iterable[Equilibrium]) -> tuple[str, ...]:
    """Answer what a reader must know of the equilibria of a sweep, each once: how far they leave the model and its data."""
    found = list(found)
    warnings = []
    outside = [equilibrium for equilibrium in found if not equilibrium.in_range]
    if outside:
        limit = outside[0].chemistry.activity.largest_ionic_strength
        highest = max(equilibrium.ionic_strength for equilibrium in outside)
        warnings.append(
            f"ionic strength up to {highest:.1f} mol/kg is outside the activity model's range of 0 to {limit:g}"
        )
    cold_or_hot = [equilibrium.temperature for equilibrium in found if not _made_for(equilibrium)]
    if cold_or_hot:
        low, high = found[0].chemistry.database.made_for
        warnings.append(
            f"temperatures of {to_celsius(min(cold_or_hot)):.4g} to {to_celsius(max(cold_or_hot)):.4g} degC are outside "
            f"{to_celsius(low):.4g} to {to_celsius(high):.4g} degC, {found[0].chemistry.database.was_made_for}"
        )
    pairs = dict.fromkeys(pair for equilibrium in found for pair in equilibrium.unknown_pairs)
    if pairs:
        named = ", ".join(f"{cation} with {anion}" for cation, anion in list(pairs)[:_NAMED])
        more = f" and {len(pairs) - _NAMED} others" if len(pairs) > _NAMED else ""
        warnings.append(f"the activity model has no interaction of {named}{more}, taken as none")
    return tuple(warnings)


def _made_for(found: Equilibrium) -> bool:
    low, high = found.chemistry.database.made_for
    return low - ROUND_OFF <= found.temperature <= high + ROUND_OFF


def _solve(state: State, chemistry: Chemistry, allowed: np.ndarray) -> Equilibrium:
    if state.target_ph is None or state.acid is None or state.base is None:
        return speciate(chemistry, state.totals, state.temperature, allowed)
    start = speciate(chemistry, state.totals, state.temperature, allowed)
    gap = state.target_ph - start.ph
    if abs(gap) <= _AT_TARGET:
        return start
    titrant = state.base if gap > 0.0 else state.acid
    return titrate(chemistry, state.totals, titrant, state.target_ph, state.temperature, allowed)[1]


def _range(what: str, low: float, high: float, limits: tuple[float, float], unit: str) -> tuple[float, float]:
    if not np.isfinite([low, high]).all() or not low < high:
        raise DataError(f"{what} from {low:g} to {high:g}{unit} is an empty range; the first must be below the second")
    if not limits[0] - ROUND_OFF <= low <= high <= limits[1] + ROUND_OFF:
        raise DataError(f"{what} from {low:g} to {high:g}{unit} is outside {limits[0]:g} to {limits[1]:g}{unit}")
    return float(low), float(high)


def _first(chemistry: Chemistry, known: dict[str, str], what: str) -> str:
    for ion, substance in known.items():
        if ion in chemistry.index:
            return substance
    raise DataError(f"pH range: the chemistry has no {what} to dose (none of {', '.join(known.values())}); name one")


def _ranked(stream: Stream) -> dict[str, str]:
    """Answer the acids, that of the liquor's most plentiful anion first."""
    index, flows = stream.chemistry.index, stream.flows
    held = [ion for ion in _ACIDS if ion in index and flows[index[ion]] > 0.0]
    held.sort(key=lambda ion: -flows[index[ion]])
    return {ion: _ACIDS[ion] for ion in [*held, *_ACIDS]}


def solutes(chemistry: Chemistry, flows: np.ndarray) -> Iterable[str]:
    """Answer the components but H2O and H+ of which there is any in `flows` (mol/s)."""
    return [c.name for at, c in enumerate(chemistry.components) if at > PROTON and flows[at] > 0.0]
