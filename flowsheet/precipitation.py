"""What a stirred precipitation tank does: solids come down as far as equilibrium and their rates let them, and take ions along.

    n_s = n_s0 + f_s (n_s,eq - n_s0)        f_s = k h t / (1 + k h t)

    n_s, n_s0   flow of a solid that leaves and that enters, mol/s; eq: at equilibrium of all that enters
    k           `settling_rate` of `precipitation.csv` at the tank's temperature; f = 1 of a solid without a row
    t, h        residence time; solids held per solids made, seed and recycled ones counted

Solids that share a lattice are an ideal solid solution (`solid_solutions.py`).

What a precipitate takes up is bound as a solid of its own that plays no part in the tank: ions in place of protons of the
host as hydroxides, y = K n_host m / (1 + K n_host / w) with K `sorption` (kg of water per mole of host formed), and sulfate
in nickel hydroxide as Ni4(OH)6SO4(s). So elements, charge and heat are kept.

Sources: first-order approach: Mullin (2001) Crystallization, 4th ed., ch. 6;
uptake: Dzombak & Morel (1990) Surface Complexation Modeling, ch. 2.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from scipy.optimize import brentq

from .acceleration import Anderson
from .chemistry.database import table
from .chemistry.equilibrium import Equilibrium, speciate, titrate
from .chemistry.reaction import reaction
from .chemistry.system import PROTON, WATER, Chemistry
from .chemistry.water import GAS_CONSTANT
from .errors import ConvergenceError, DataError
from .solid_solutions import Member, lattice_members, taken_as_solids
from .stream import Stream, gathered, mix

_ROOM = 298.15
_PASSES = 200
_AGREED = 1e-12  # of mole fractions, and of the largest total
_NEARLY, _AFTER = 1e-9, 60  # what will do after so many passes
_MOST_CHANGES = 6  # of which members of a lattice are taken as solids
_MOST_SOLID = 0.999  # of a metal that is mostly dissolved
_DOSE_ACCURACY = 1e-13
_REACHES = (1e-3, 0.03)  # either way of the dose expected, within which it is sought
_LONGER = 60  # times that a dose is made longer
_ENDLESS_TIME = 1e5  # times that a solid would need: it is at equilibrium
_ENDLESS = 5.0  # times the first dose
_NOTICED = 0.05  # of pH
_MOST_TAKEN = 0.97  # of an ion, while what is taken up is sought
_MOST_SULFATE = 0.9  # of the nickel that may be bound as basic sulfate
_BASIC_SULFATE = "Ni4(OH)6SO4(s)"
_SULFATE_HOST, _SULFATE = "Ni(OH)2(s)", "SO4-2"
_Uptake = tuple[str, str]  # host and ion
_AS_SULFATE: _Uptake = (_SULFATE_HOST, _SULFATE)
_WEAK = {"CO3-2": 1.5, "PO4-3": 1.5, "HS-": 0.5, "SO3-2": 0.5, "NH4+": 0.5}  # protons that a mole takes near pH 7
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


@dataclass(frozen=True)
class Precipitated:
    """What leaves a tank: `stream`; what was `drawn` of the titrant; `liquor`, its liquor's speciation; `warnings`."""

    stream: Stream
    drawn: Stream
    liquor: Equilibrium
    warnings: tuple[str, ...] = ()
    guess: Guess | None = None


def precipitate(
    stream: Stream,
    tank: Tank,
    titrant: Stream | None = None,
    target_ph: float | None = None,
    start: Guess | None = None,
) -> Precipitated:
    """Let solids come down in a tank; with a titrant, dosed until the liquor that leaves has `target_ph`.

    A liquor already beyond the target gets nothing, with a warning. `start`: the guess of a run on a stream like this, which
    saves time and changes nothing. Raises `DataError` where the titrant cannot reach the
    target, `ConvergenceError` where tank and uptake do not agree.
    """
    chemistry = stream.chemistry
    unknown = [name for name in tank.lattice if name not in tank.forms]
    if unknown:
        raise DataError(f"lattice: {', '.join(unknown)} is not among the solids that may form")
    if stream.mass == 0.0:
        raise DataError("precipitation: 0 kg/s enters the tank, there is nothing to precipitate from")
    nothing = stream.replace(flows=np.zeros(chemistry.size))
    warnings: list[str] = []
    dose, state = 0.0, _State() if start is None else start.state.times(stream.mass)
    if titrant is not None and target_ph is not None:
        expected = 0.0 if start is None else start.dose * stream.mass
        dose, state = _dose_near(stream, tank, titrant, target_ph, expected, state) or _dose(
            stream, tank, titrant, target_ph, warnings
        )
    drawn = titrant * dose if titrant is not None and dose > 0.0 else nothing
    whole = mix([stream, _dissolved(drawn, tank)]) if dose > 0.0 else stream
    after, found, state = _left(whole, tank, state)
    guess = Guess(dose / stream.mass, state.times(1.0 / stream.mass))
    return Precipitated(after, drawn, found, (*warnings, *found.warnings), guess)


def _dissolved(titrant: Stream, tank: Tank) -> Stream:
    """Answer a titrant with those of its solids that may form in the tank as their components: they are not made there."""
    chemistry = titrant.chemistry
    allowed = chemistry.allowed(tank.forms)
    flows = np.array(titrant.flows)
    flows[chemistry.liquor] = gathered(titrant, allowed)
    flows[chemistry.phase_positions[allowed]] = 0.0
    return titrant.replace(flows=flows)


def _dose_near(
    stream: Stream, tank: Tank, titrant: Stream, target_ph: float, expected: float, state: _State
) -> tuple[float, _State] | None:
    """Answer what `_dose` does from a dose that is near, or None where it is not near."""
    if expected <= 0.0:
        return None
    try:
        dose, found, state = _balanced(stream, tank, state, titrant, target_ph)
    except (DataError, ConvergenceError):
        return None
    if not _is_slow(stream, tank, found):
        return (dose, state) if dose > 0.0 else None
    beyond = _Beyond(stream, tank, _dissolved(titrant, tank), target_ph, state, {})
    for reach in _REACHES:
        low, high = expected * (1.0 - reach), expected * (1.0 + reach)
        if beyond(low) * beyond(high) < 0.0:
            return _root(beyond, low, high)
    return None


def _dose(stream: Stream, tank: Tank, titrant: Stream, target_ph: float, warnings: list[str]) -> tuple[float, _State]:
    """Answer how much of the titrant brings the liquor that leaves to the pH, 0 where it is beyond already, and the solids."""
    _, liquor, state = _left(stream, tank, _State())
    start = liquor.ph
    is_base = _alkalinity(titrant, tank) > 0.0
    if (start >= target_ph) if is_base else (start <= target_ph):
        if abs(start - target_ph) > _NOTICED:
            side = "above" if is_base else "below"
            warnings.append(f"the liquor stands at pH {start:.2f} without a dose, {side} the {target_ph:g} wanted")
        return 0.0, state
    dose, found, state = _balanced(stream, tank, state, titrant, target_ph)
    if not _is_slow(stream, tank, found):
        return dose, state
    beyond = _Beyond(stream, tank, _dissolved(titrant, tank), target_ph, state, {0.0: start - target_ph})
    low, high = 0.0, dose
    for _ in range(_LONGER):
        if (beyond(high) >= 0.0) == is_base:
            break
        low, high = high, 1.3 * high
    else:
        raise DataError(f"pH {target_ph:g} cannot be reached: {high:.3g} doses leave the liquor short of it")
    return _root(beyond, low, high)


def _root(beyond: _Beyond, low: float, high: float) -> tuple[float, _State]:
    dose = float(brentq(beyond, low, high, xtol=_DOSE_ACCURACY * high, rtol=4.0 * np.finfo(float).eps))
    return dose, beyond.state


@dataclass
class _Beyond:
    """How far beyond the pH a dose takes what leaves; remembers doses it knows and the solids of the last."""

    stream: Stream
    tank: Tank
    titrant: Stream
    target_ph: float
    state: _State
    known: dict[float, float]

    def __call__(self, dose: float) -> float:
        if dose not in self.known:
            _, left, self.state = _left(mix([self.stream, self.titrant * dose]), self.tank, self.state)
            self.known[dose] = left.ph - self.target_ph
        return self.known[dose]


def _alkalinity(titrant: Stream, tank: Tank) -> float:
    """Answer how much base (mol/s) a titrant is at pH 7 or so; below 0 an acid."""
    chemistry = titrant.chemistry
    totals = gathered(titrant, chemistry.allowed(tank.forms))
    weak = sum(share * totals[chemistry.index[name]] for name, share in _WEAK.items() if name in chemistry.index)
    return float(weak - totals[PROTON])


def _is_slow(stream: Stream, tank: Tank, found: Equilibrium) -> bool:
    """Answer whether a solid that is there before or after is slow to come or go."""
    return bool((_shares(stream, tank, found) < 1.0).any())


def _shares(stream: Stream, tank: Tank, found: Equilibrium) -> np.ndarray:
    """Answer f (P,) of the phases that are there before or after, 1 of all others."""
    chemistry = stream.chemistry
    allowed = chemistry.allowed((*tank.forms, *tank.pressures))
    there = allowed & ((found.amounts > 0.0) | (stream.flows[chemistry.phase_positions] > 0.0))
    return np.where(there, _approach(chemistry, tank), 1.0)


def settling_rate(name: str, temperature: float) -> float | None:
    """Answer the rate constant (1/s) by which a solid comes to equilibrium at `temperature` (K); None without a row."""
    return _rate(name, "settling", temperature)


def _rate(of: str, what: str, temperature: float) -> float | None:
    numbers = table("precipitation")
    found = numbers.find(of, f"{what}_rate")
    if found is None:
        return None
    energy = numbers.value(of, f"{what}_energy", 0.0)
    return found.value * math.exp(-energy / GAS_CONSTANT * (1.0 / temperature - 1.0 / _ROOM))


def _approach(chemistry: Chemistry, tank: Tank) -> np.ndarray:
    """Answer f (P,): the share of its way to equilibrium that each phase goes in the tank; one for all of a lattice."""
    shares = np.ones(len(chemistry.phases))
    for place, phase in enumerate(chemistry.phases):
        rate = settling_rate(phase.name, tank.temperature)
        if rate is not None:
            times = rate * tank.rates * tank.hold * tank.residence_time
            shares[place] = times / (1.0 + times) if times < _ENDLESS_TIME else 1.0
    shared = [chemistry.phase_index[name] for name in tank.lattice if name in chemistry.phase_index]
    if shared:
        shares[shared] = shares[shared].min()
    return shares


def _left(stream: Stream, tank: Tank, start: _State) -> tuple[Stream, Equilibrium, _State]:
    """Answer what leaves the tank of what is in it, the speciation of its liquor, and the solids of the equilibrium."""
    chemistry = stream.chemistry
    allowed = chemistry.allowed((*tank.forms, *tank.pressures))
    _, found, state = _balanced(stream, tank, start)
    bound = state.bound
    held = np.where(allowed, stream.flows[chemistry.phase_positions], 0.0)
    shares = _shares(stream, tank, found)
    flows = np.array(stream.flows)
    if (shares == 1.0).all():
        flows += _changes(chemistry, bound)
        flows[chemistry.liquor] = found.totals
        flows[chemistry.phase_positions[allowed]] = found.amounts[allowed]
        return stream.replace(flows=flows, temperature=tank.temperature), found, state
    composition = chemistry.mixture(tank.temperature).phase_composition
    totals = gathered(stream, allowed)

    def at(way: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        going = shares.min() + way * (shares - shares.min())
        amounts = held + going * (found.amounts - held)
        gone = {name: float(going[place]) for name, place in chemistry.phase_index.items()}
        bind = _changes(chemistry, bound, gone)
        return amounts, bind, totals + bind[chemistry.liquor] - amounts @ composition

    amounts, bind, liquor = at(_furthest(lambda way: at(way)[2], found.totals))
    flows += bind
    liquor[PROTON + 1 :] = np.maximum(liquor[PROTON + 1 :], 0.0)
    flows[chemistry.liquor] = liquor
    flows[chemistry.phase_positions[allowed]] = np.maximum(amounts[allowed], 0.0)
    as_it_is = speciate(chemistry, liquor, tank.temperature, np.zeros(len(chemistry.phases), dtype=np.bool_))
    return stream.replace(flows=flows, temperature=tank.temperature), as_it_is, state


def _furthest(liquor_at, scale: np.ndarray) -> float:
    """Answer how far (0 to 1) solids may go at rates of their own before one takes what another has not given yet."""
    nearest, furthest = liquor_at(0.0), liquor_at(1.0)
    solutes = slice(PROTON + 1, None)
    short = furthest[solutes] < -1e-14 * np.abs(scale).max()
    if not short.any():
        return 1.0
    falls = nearest[solutes][short] - furthest[solutes][short]
    return float(np.clip((nearest[solutes][short] / falls).min(), 0.0, 1.0))


def _balanced(
    stream: Stream, tank: Tank, start: _State, titrant: Stream | None = None, target_ph: float = 7.0
) -> tuple[float, Equilibrium, _State]:
    """Answer dose, equilibrium, and the solid solution and uptakes that agree with it; `start`: those of a liquor near this."""
    chemistry = stream.chemistry
    allowed = chemistry.allowed((*tank.forms, *tank.pressures))
    problem = _Problem(
        chemistry,
        tank,
        allowed,
        gathered(stream, allowed),
        None if titrant is None else gathered(titrant, allowed),
        target_ph,
    )
    scale = float(np.abs(problem.given[PROTON + 1 :]).max(initial=1e-300))
    state, history, changes, first = start, Anderson(), 0, 0.0
    found: Equilibrium | None = None
    for number in range(_PASSES):
        dose, found, refused = _solved(problem, state, found)
        first = first or dose
        members = lattice_members(found, tank.lattice)
        solids = taken_as_solids(members, frozenset(state.activities))
        if changes > _MOST_CHANGES and state.activities.keys() & members.keys():
            solids = frozenset(state.activities)  # no more to and fro: each way is right, one is quicker
        new = _State(
            {name: members[name].fraction for name in members if name in solids},
            {name: members[name].amount for name in members if name not in solids},
            _taken_up(stream, tank, found, state.bound),
        )
        if new.keys() != state.keys():
            state, history, changes = new, Anderson(), changes + 1
            continue
        old, wanted = state.vector(scale), new.vector(scale)
        if np.abs(wanted - old).max(initial=0.0) <= (_AGREED if number < _AFTER else _NEARLY):
            if refused is not None:
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
    state: _State


@dataclass(frozen=True)
class _State:
    """What a pass starts from: activities of lattice members that are solids, amounts of those that are not, uptakes (mol/s)."""

    activities: Mapping[str, float] = field(default_factory=dict)
    amounts: Mapping[str, float] = field(default_factory=dict)
    bound: Mapping[_Uptake, float] = field(default_factory=dict)

    def times(self, factor: float) -> _State:
        """Answer the state of `factor` times as much of everything."""
        return _State(
            self.activities,
            {name: amount * factor for name, amount in self.amounts.items()},
            {key: amount * factor for key, amount in self.bound.items()},
        )

    def keys(self) -> tuple:
        return tuple(self.activities), tuple(self.amounts), tuple(self.bound)

    def vector(self, scale: float) -> np.ndarray:
        logarithms = [math.log(x) for x in self.activities.values()]
        return np.array([*logarithms, *(v / scale for v in (*self.amounts.values(), *self.bound.values()))])

    def at(
        self,
        vector: np.ndarray,
        scale: float,
        members: Mapping[str, Member],
        limits: Mapping[_Uptake, float],
        before: _State,
    ) -> _State:
        """Answer the state of a vector, its amounts kept within what there is."""
        first, second = len(self.activities), len(self.activities) + len(self.amounts)
        bound = {k: min(max(0.0, v) * scale, limits[k]) for k, v in zip(self.bound, vector[second:], strict=True)}
        amounts = {}
        for name, value in zip(self.amounts, vector[first:second], strict=True):
            most = members[name].total
            if name == _SULFATE_HOST:  # nickel that goes over to the basic sulfate is not there for the hydroxide
                most -= 4.0 * (bound.get(_AS_SULFATE, 0.0) - before.bound.get(_AS_SULFATE, 0.0))
            amounts[name] = min(max(0.0, value) * scale, _MOST_SOLID * max(0.0, most))
        return _State(
            {n: math.exp(min(v, 0.0)) for n, v in zip(self.activities, vector[:first], strict=True)}, amounts, bound
        )


def _limits(found: Equilibrium, state: _State) -> dict[_Uptake, float]:
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


def _solved(problem: _Problem, state: _State, last: Equilibrium | None) -> tuple[float, Equilibrium, DataError | None]:
    """Answer dose and equilibrium of a state, and why the pH cannot be reached in it where it cannot; `last`: one near it."""
    chemistry, tank = problem.chemistry, problem.tank
    totals = problem.given + _changes(chemistry, state.bound)[chemistry.liquor]
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
        try:
            dose, found = titrate(
                chemistry,
                totals,
                problem.per_dose,
                problem.target_ph,
                tank.temperature,
                allowed,
                pressures,
                state.activities,
            )
        except DataError as error:  # solids that do not agree yet can put the liquor beyond the pH
            refused = error
    if found is None:
        found = speciate(chemistry, totals, tank.temperature, allowed, pressures, last, activities=state.activities)
    return dose, replace(found, amounts=found.amounts + apart), refused


@functools.cache
def _sorptions() -> tuple[tuple[str, str, float], ...]:
    numbers = table("precipitation")
    return tuple((*of.split("|"), numbers.value(of, "sorption")) for of in numbers.names("sorption"))  # pyright: ignore[reportReturnType]


def _taken_up(stream: Stream, tank: Tank, found: Equilibrium, before: Mapping[_Uptake, float]) -> dict[_Uptake, float]:
    """Answer how much each host that formed takes up of each ion, mol/s of the solid that binds it."""
    chemistry = stream.chemistry
    if tank.uptake == 0.0:
        return {}
    made = {}
    for name in tank.forms:
        if name in chemistry.phase_index:
            at = chemistry.phase_index[name]
            made[name] = max(0.0, float(found.amounts[at]) - float(stream.flows[chemistry.phase_positions[at]]))
    taken: dict[_Uptake, float] = {}
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


def _changes(
    chemistry: Chemistry, bound: Mapping[_Uptake, float], shares: Mapping[str, float] | None = None
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
    chemistry: Chemistry, tank: Tank, found: Equilibrium, made: Mapping[str, float], before: Mapping[_Uptake, float]
) -> float:
    """Answer the basic sulfate (mol/s) that hydroxides with nickel make, a share of their metal."""
    share = min(table("precipitation").value(_SULFATE_HOST, "sulfate_uptake") * tank.uptake, _MOST_SULFATE / 4.0)
    metals = sum(made[n] for n in (tank.lattice if _SULFATE_HOST in tank.lattice else (_SULFATE_HOST,)) if n in made)
    held = before.get(_AS_SULFATE, 0.0)
    nickel = made[_SULFATE_HOST] + 4.0 * held
    sulfate = float(found.totals[chemistry.index[_SULFATE]]) + held
    return min(share * (metals + 4.0 * held), _MOST_SULFATE * nickel / 4.0, _MOST_SULFATE * sulfate)


def aged(
    stream: Stream, temperature: float, residence_time: float, forms: tuple[str, ...], share: float = 1.0
) -> Stream:
    """Answer the stream with its fresh solids aged in a stirred tank, by the first-order `ageing_rate`.

    An aged solid that is among `forms` is in equilibrium anyway and left alone. `share`: of the fresh solid that is let
    age, for solids that come round again.
    """
    chemistry = stream.chemistry
    flows = np.array(stream.flows)
    numbers = table("precipitation")
    for of in numbers.names("ageing_rate"):
        fresh, old = of.split("|")
        if fresh not in chemistry.index or old in forms or flows[chemistry.index[fresh]] == 0.0:
            continue
        rate = _rate(of, "ageing", temperature) or 0.0
        turned = flows[chemistry.index[fresh]] * share * (1.0 - 1.0 / (1.0 + rate * residence_time))
        flows += turned * _turning(chemistry, fresh, old)
    return stream.replace(flows=flows)


def ageing_rate(fresh: str, old: str, temperature: float) -> float | None:
    """Answer the first-order constant (1/s) by which a fresh solid turns into its aged form at `temperature` (K)."""
    return _rate(f"{fresh}|{old}", "ageing", temperature)


@functools.lru_cache(maxsize=256)
def _turning(chemistry: Chemistry, fresh: str, old: str) -> np.ndarray:
    species = chemistry.database.species
    water = species[fresh].reaction.get("H2O", 0.0) - species[old].reaction.get("H2O", 0.0)
    released = f" + {water:g} H2O" if water > 0.0 else ""
    return reaction(chemistry, f"{fresh} = {old}{released}")
