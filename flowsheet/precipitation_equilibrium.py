"""Equilibrium of a precipitation tank: liquor, solids, solid solutions and what precipitates take up, all agreeing.

What a precipitate takes up is bound as a solid of its own that plays no part in the tank: ions in place of protons of the
host as hydroxides, y = K n_host m / (1 + K n_host / w) with K `sorption` (kg of water per mole of host formed), and sulfate
in nickel hydroxide as Ni4(OH)6SO4(s). So elements, charge and heat are kept.

Source: Dzombak & Morel (1990) Surface Complexation Modeling, ch. 2.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from scipy.optimize import root_scalar

from .acceleration import Anderson
from .chemistry.database import table
from .chemistry.equilibrium import Equilibrium, speciate_trial, titrate_trial
from .chemistry.reaction import reaction
from .chemistry.system import PROTON, WATER, Chemistry
from .errors import ConvergenceError, DataError
from .solid_solutions import Member, lattice_members, taken_as_solids
from .stream import Stream, gathered

_PASSES = 200
_PH_RANGE = (0.0, 13.5)  # within which the pH of a liquor without a titrant is sought
_AGREED = 1e-12  # of mole fractions, and of the largest total
_NEARLY, _AFTER = 1e-9, 60  # what will do after so many passes
_MOST_CHANGES = 6  # of which members of a lattice are taken as solids
_MOST_SOLID = 0.999  # of a metal that is mostly dissolved
_ENDLESS = 5.0  # times the first dose
_MOST_TAKEN = 0.97  # of an ion, while what is taken up is sought
_MOST_SULFATE = 0.9  # of the nickel that may be bound as basic sulfate
_BASIC_SULFATE = "Ni4(OH)6SO4(s)"
_SULFATE_HOST, _SULFATE = "Ni(OH)2(s)", "SO4-2"
Uptake = tuple[str, str]  # host and ion
_AS_SULFATE: Uptake = (_SULFATE_HOST, _SULFATE)
_ANIONS, _CATIONS = (("SO4-2", 2.0), ("Cl-", 1.0)), (("Na+", 1.0), ("K+", 1.0), ("Li+", 1.0), ("NH4+", 1.0))
_CARRIERS = {
    "Li+": "LiOH.H2O(s)",
    "Mg+2": "Mg(OH)2(s)",
    "Mn+2": "Mn(OH)2(s)",
    "Co+2": "Co(OH)2(s)",
    "Ni+2": "Ni(OH)2(s)",
}


@dataclass(frozen=True)
class Tank:
    """A tank: `temperature` (K), `residence_time` (s), solids and gases that may form.

    `lattice`: those of `forms` that are one solid solution. `uptake`, `rates`: factors on what precipitates take up and on
    the rate constants of `precipitation.csv`. `hold`: solids held per solids made. `pressures`: of gases, Pa.
    """

    temperature: float
    residence_time: float
    forms: tuple[str, ...]
    lattice: tuple[str, ...] = ()
    uptake: float = 1.0
    rates: float = 1.0
    hold: float = 1.0
    pressures: Mapping[str, float] = field(default_factory=dict)


def balanced(
    stream: Stream, tank: Tank, start: State, titrant: Stream | None = None, target_ph: float = 7.0
) -> tuple[float, Equilibrium, State]:
    """Answer dose, equilibrium, and the solid solution and uptakes that agree with it; `start`: those of a liquor near this.

    Raises `DataError` where the titrant cannot reach the pH, `ConvergenceError` where they do not come to agree.
    """
    chemistry = stream.chemistry
    allowed = chemistry.allowed((*tank.forms, *tank.pressures))
    per_dose = None if titrant is None else gathered(titrant, allowed)
    problem = _Problem(chemistry, tank, allowed, gathered(stream, allowed), per_dose, target_ph)
    try:
        return _agreed(stream, problem, start)
    except ConvergenceError as failure:
        if titrant is None:
            return _agreed(stream, problem, _by_ph(stream, problem))
        own = [name for name in tank.lattice if name in chemistry.index and titrant[name] > 0.0]
        if own:
            raise DataError(
                f"pH {target_ph:g} cannot be reached with {own[0]}: the liquor is saturated with it"
            ) from failure
        raise


def _by_ph(stream: Stream, problem: _Problem) -> State:
    """Answer the state of a liquor that gets no titrant, sought by its pH: where it needs neither acid nor base to hold it.

    At a given pH solids, solid solution and uptakes agree at once, where at given totals they push the pH to and fro.
    """
    base = _opposite(problem.chemistry, np.eye(problem.given.size)[PROTON])
    if base is None:
        raise ConvergenceError(
            "precipitation: solids do not agree with what they take up, and no base is there to hold a pH"
        )
    states: dict[float, State] = {}
    doses: dict[float, float] = {}

    def needed(ph: float) -> float:
        if ph not in doses:
            near = states[min(states, key=lambda known: abs(known - ph))] if states else State()
            at_ph = replace(problem, per_dose=base, target_ph=ph)
            doses[ph], _, states[ph] = _agreed(stream, at_ph, near, signed=True)
        return doses[ph]

    low = high = _solved(problem, State(), None)[1].ph
    while needed(low) > 0.0 and low > _PH_RANGE[0]:
        high, low = low, low - 0.5
    while needed(high) < 0.0 and high < _PH_RANGE[1]:
        low, high = high, high + 0.5
    root = (
        low if low == high else root_scalar(needed, bracket=(low, high), method="brentq", xtol=1e-11, rtol=1e-14).root
    )
    return states[min(states, key=lambda known: abs(known - root))]


def _agreed(stream: Stream, problem: _Problem, start: State, signed: bool = False) -> tuple[float, Equilibrium, State]:
    """Answer what `balanced` does; `signed`: a dose below 0, of the opposite, is an answer too."""
    tank, target_ph = problem.tank, problem.target_ph
    scale = float(np.abs(problem.given[PROTON + 1 :]).max(initial=1e-300))
    state, history, changes, first = start, Anderson(), 0, 0.0
    found: Equilibrium | None = None
    dose, refused = 0.0, None
    for number in range(_PASSES):
        dose, found, refused = _solved(problem, state, found)
        first = first or dose
        members = lattice_members(found, tank.lattice)
        solids = taken_as_solids(members, frozenset(state.activities))
        if changes > _MOST_CHANGES and state.activities.keys() & members.keys():
            solids = frozenset(state.activities)  # no more to and fro: each way is right, one is quicker
        new = State(
            {name: members[name].fraction for name in members if name in solids},
            {name: members[name].amount for name in members if name not in solids},
            _taken_up(stream, tank, found, state.bound),
        )
        if new.keys() != state.keys():
            state, history, changes = new, Anderson(), changes + 1
            continue
        old, wanted = state.vector(scale), new.vector(scale)
        if np.abs(wanted - old).max(initial=0.0) <= (_AGREED if number < _AFTER else _NEARLY):
            if refused is not None and not (signed and dose < 0.0):
                raise refused
            return dose, found, state
        state = new.at(history.next(old, wanted), scale, members, _limits(found, state), state)
    if refused is not None or dose > _ENDLESS * first > 0.0:
        raise DataError(
            f"pH {target_ph:g} cannot be reached: the dose grows without end, the base's own solid is saturated"
        )
    raise ConvergenceError(
        f"precipitation: {_PASSES} passes have not made solids agree with what they take up at {tank.temperature:g} K"
    )


@dataclass(frozen=True)
class _Problem:
    """What `_balanced` solves: totals `given` and `per_dose` (C,) of components, phases that may form, and the pH."""

    chemistry: Chemistry
    tank: Tank
    allowed: np.ndarray
    given: np.ndarray
    per_dose: np.ndarray | None
    target_ph: float


@dataclass(frozen=True)
class Guess:
    """Where a tank ended, per kg/s of what entered: doses of its titrant, and its solid solution and uptakes."""

    dose: float
    state: State


@dataclass(frozen=True)
class State:
    """What a pass starts from: activities of lattice members that are solids, amounts of those that are not, uptakes (mol/s)."""

    activities: Mapping[str, float] = field(default_factory=dict)
    amounts: Mapping[str, float] = field(default_factory=dict)
    bound: Mapping[Uptake, float] = field(default_factory=dict)

    def times(self, factor: float) -> State:
        """Answer the state of `factor` times as much of everything."""
        return State(
            self.activities,
            {name: amount * factor for name, amount in self.amounts.items()},
            {key: amount * factor for key, amount in self.bound.items()},
        )

    def keys(self) -> tuple:
        """Answer what the state is of; two of other keys are not compared."""
        return tuple(self.activities), tuple(self.amounts), tuple(self.bound)

    def vector(self, scale: float) -> np.ndarray:
        """Answer ln x of the solids, then amounts and uptakes over `scale` (mol/s)."""
        logarithms = [math.log(x) for x in self.activities.values()]
        return np.array([*logarithms, *(v / scale for v in (*self.amounts.values(), *self.bound.values()))])

    def at(
        self,
        vector: np.ndarray,
        scale: float,
        members: Mapping[str, Member],
        limits: Mapping[Uptake, float],
        before: State,
    ) -> State:
        """Answer the state of a vector, its amounts kept within what there is."""
        first, second = len(self.activities), len(self.activities) + len(self.amounts)
        bound = {k: min(max(0.0, v) * scale, limits[k]) for k, v in zip(self.bound, vector[second:], strict=True)}
        amounts = {}
        for name, value in zip(self.amounts, vector[first:second], strict=True):
            most = members[name].total
            if name == _SULFATE_HOST:  # nickel that goes over to the basic sulfate is not there for the hydroxide
                most -= 4.0 * (bound.get(_AS_SULFATE, 0.0) - before.bound.get(_AS_SULFATE, 0.0))
            amounts[name] = min(max(0.0, value) * scale, _MOST_SOLID * max(0.0, most))
        return State(
            {n: math.exp(min(v, 0.0)) for n, v in zip(self.activities, vector[:first], strict=True)}, amounts, bound
        )


def _limits(found: Equilibrium, state: State) -> dict[Uptake, float]:
    """Answer the most that each host can take up of each ion (mol/s) of what is there."""
    chemistry, limits = found.chemistry, {}
    for host, ion in state.bound:
        held = sum(amount for (_, other), amount in state.bound.items() if other == ion)
        most = float(found.totals[chemistry.index[ion]]) + held
        if ion == _SULFATE:
            nickel = float(found.totals[chemistry.index["Ni+2"]] + found.amounts[chemistry.phase_index[host]])
            most = min(most, nickel / 4.0 + held)
        limits[(host, ion)] = _MOST_TAKEN * most
    return limits


def _solved(problem: _Problem, state: State, last: Equilibrium | None) -> tuple[float, Equilibrium, DataError | None]:
    """Answer dose and equilibrium of a state, and why the pH cannot be reached in it where it cannot; `last`: one near it."""
    chemistry, tank = problem.chemistry, problem.tank
    totals = problem.given + changes_of(chemistry, state.bound)[chemistry.liquor]
    allowed, apart = problem.allowed, np.zeros(len(chemistry.phases))
    if state.amounts:
        allowed = problem.allowed.copy()
        for name, amount in state.amounts.items():
            allowed[chemistry.phase_index[name]] = False
            apart[chemistry.phase_index[name]] = amount
        totals = totals - apart @ chemistry.mixture(tank.temperature).phase_composition
    pressures = tank.pressures or None
    dose, refused, found = 0.0, None, None
    if problem.per_dose is not None:
        for sign, titrant in ((1.0, problem.per_dose), (-1.0, _opposite(chemistry, problem.per_dose))):
            if titrant is None:
                continue
            try:
                dose, found = titrate_trial(
                    chemistry,
                    totals,
                    titrant,
                    problem.target_ph,
                    tank.temperature,
                    allowed,
                    pressures,
                    state.activities,
                )
            except DataError as error:  # the liquor is beyond the pH, with solids as they are in this pass at least
                refused = refused or error
                continue
            dose *= sign
            break
    if found is None:
        found = speciate_trial(
            chemistry, totals, tank.temperature, allowed, pressures, last, activities=state.activities
        )
    return dose, replace(found, amounts=found.amounts + apart), refused


def _opposite(chemistry: Chemistry, titrant: np.ndarray) -> np.ndarray | None:
    """Answer an acid for a base and a base for an acid (C,), by which a pass is solved where the liquor is beyond the pH."""
    proton = titrant[PROTON]
    for ion, count in _ANIONS if proton <= 0.0 else _CATIONS:
        if ion in chemistry.index:
            found = np.zeros(titrant.size)
            found[chemistry.index[ion]] = 1.0
            found[PROTON] = count if proton <= 0.0 else -1.0
            found[WATER] = 0.0 if proton <= 0.0 else 1.0
            return found
    return None


@functools.cache
def _sorptions() -> tuple[tuple[str, str, float], ...]:
    numbers = table("precipitation")
    return tuple((*of.split("|"), numbers.value(of, "sorption")) for of in numbers.names("sorption"))  # pyright: ignore[reportReturnType]


def _taken_up(stream: Stream, tank: Tank, found: Equilibrium, before: Mapping[Uptake, float]) -> dict[Uptake, float]:
    """Answer how much each host that formed takes up of each ion, mol/s of the solid that binds it."""
    chemistry = stream.chemistry
    if tank.uptake == 0.0:
        return {}
    made = {}
    for name in tank.forms:
        if name in chemistry.phase_index:
            at = chemistry.phase_index[name]
            made[name] = max(0.0, float(found.amounts[at]) - float(stream.flows[chemistry.phase_positions[at]]))
    taken: dict[Uptake, float] = {}
    water = float(found.totals[WATER] * chemistry.molar_masses[WATER])
    most = table("precipitation").value("Al(OH)3(s)|Ni+2", "sorption_capacity")
    for ion, carrier in _CARRIERS.items():
        if carrier not in chemistry.index or carrier in tank.forms:
            continue
        hosts = {h: k * tank.uptake * made[h] for h, i, k in _sorptions() if i == ion and h in made}
        total = float(found.totals[chemistry.index[ion]]) + sum(before.get((h, ion), 0.0) for h in hosts)
        if total <= 0.0:
            continue
        for host, affinity in hosts.items():
            taken[(host, ion)] = min(affinity * total / (water + sum(hosts.values())), most * made[host])
    if _SULFATE_HOST in made and _BASIC_SULFATE in chemistry.index and _BASIC_SULFATE not in tank.forms:
        taken[_AS_SULFATE] = _sulfate(chemistry, tank, found, made, before)
    return taken


def changes_of(
    chemistry: Chemistry, bound: Mapping[Uptake, float], shares: Mapping[str, float] | None = None
) -> np.ndarray:
    """Answer the change of flows (mol/s) by which ions are bound, each host counted by its share where there are `shares`."""
    change = np.zeros(chemistry.size)
    for (host, ion), amount in bound.items():
        change += amount * (1.0 if shares is None else shares[host]) * _binding(chemistry, ion)
    return change


@functools.lru_cache(maxsize=256)
def _binding(chemistry: Chemistry, ion: str) -> np.ndarray:
    if ion == _SULFATE:
        return reaction(chemistry, f"4 Ni+2 + SO4-2 + 6 H2O = {_BASIC_SULFATE} + 6 H+")
    carrier = _CARRIERS[ion]
    binds = chemistry.database.species[carrier].reaction
    return reaction(chemistry, f"{ion} + {binds['H2O']:g} H2O = {carrier} + {-binds['H+']:g} H+")


def _sulfate(
    chemistry: Chemistry, tank: Tank, found: Equilibrium, made: Mapping[str, float], before: Mapping[Uptake, float]
) -> float:
    """Answer the basic sulfate (mol/s) that hydroxides with nickel make, a share of their metal."""
    share = min(table("precipitation").value(_SULFATE_HOST, "sulfate_uptake") * tank.uptake, _MOST_SULFATE / 4.0)
    metals = sum(made[n] for n in (tank.lattice if _SULFATE_HOST in tank.lattice else (_SULFATE_HOST,)) if n in made)
    held = before.get(_AS_SULFATE, 0.0)
    nickel = made[_SULFATE_HOST] + 4.0 * held
    sulfate = float(found.totals[chemistry.index[_SULFATE]]) + held
    return min(share * (metals + 4.0 * held), _MOST_SULFATE * nickel / 4.0, _MOST_SULFATE * sulfate)
