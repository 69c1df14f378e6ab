"""What a stirred precipitation tank does: solids come down as far as equilibrium and their rates let them, and take ions along.

    n_s = n_s0 + f_s (n_s,eq - n_s0)        f_s = k h t / (1 + k h t)

    n_s, n_s0   flow of a solid that leaves and that enters, mol/s; eq: at equilibrium of all that enters
    k           `settling_rate` of `precipitation.csv` at the tank's temperature; f = 1 of a solid without a row
    t, h        residence time; solids held per solids made, seed and recycled ones counted

Solids that share a lattice are an ideal solid solution: the activity of each is its mole fraction x, so that with T in all,
n in the solid and D = dissolved / activity

    x_i = T_i / (n + D_i),  sum_i x_i = 1

What a precipitate takes up is bound as a solid of its own that plays no part in the tank: ions in place of protons of the
host as hydroxides, y = K n_host m / (1 + K n_host / w) with K `sorption` (kg of water per mole of host formed), and sulfate
in nickel hydroxide as Ni4(OH)6SO4(s). So elements, charge and heat are kept.

Sources: first-order approach: Mullin (2001) Crystallization, 4th ed., ch. 6; solid solutions: Prausnitz et al. (1999) ch. 11;
uptake: Dzombak & Morel (1990) Surface Complexation Modeling, ch. 2.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import brentq

from .chemistry.database import table
from .chemistry.equilibrium import Equilibrium, speciate, titrate
from .chemistry.reaction import reaction
from .chemistry.system import PROTON, WATER, Chemistry
from .chemistry.water import GAS_CONSTANT
from .errors import ConvergenceError, DataError
from .stream import Stream, gathered, mix

_ROOM = 298.15
_PASSES = 200
_AGREED = 1e-10  # of mole fractions, and of the largest total
_MEMORY = 6  # passes that the next one is made of
_DAMPED = 0.7  # of the first step
_LONGEST = 5.0  # step in ln x
_DOSE_ACCURACY = 1e-13
_NOTICED = 0.05  # of pH
_MOST_SULFATE = 0.9  # of the nickel that may be bound as basic sulfate
_BASIC_SULFATE = "Ni4(OH)6SO4(s)"
_SULFATE_HOST, _SULFATE = "Ni(OH)2(s)", "SO4-2"
_Uptake = tuple[str, str]  # host and ion
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


def precipitate(
    stream: Stream, tank: Tank, titrant: Stream | None = None, target_ph: float | None = None
) -> Precipitated:
    """Let solids come down in a tank; with a titrant, dosed until the liquor that leaves has `target_ph`.

    A liquor already beyond the target gets nothing, with a warning. Raises `DataError` where the titrant cannot reach the
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
    dose = 0.0
    if titrant is not None and target_ph is not None:
        dose = _dose(stream, tank, titrant, target_ph, warnings)
    drawn = titrant * dose if titrant is not None and dose > 0.0 else nothing
    whole = mix([stream, drawn]) if dose > 0.0 else stream
    after, found = _left(whole, tank)
    return Precipitated(after, drawn, found, (*warnings, *found.warnings))


def _dose(stream: Stream, tank: Tank, titrant: Stream, target_ph: float, warnings: list[str]) -> float:
    """Answer how much of the titrant brings the liquor that leaves to the pH; 0 where it is beyond already."""
    start = _left(stream, tank)[1].ph
    is_base = _alkalinity(titrant, tank) > 0.0
    if (start >= target_ph) if is_base else (start <= target_ph):
        if abs(start - target_ph) > _NOTICED:
            side = "above" if is_base else "below"
            warnings.append(f"the liquor stands at pH {start:.2f} without a dose, {side} the {target_ph:g} wanted")
        return 0.0
    dose, _, _ = _balanced(stream, tank, titrant, target_ph)
    if not _is_slow(stream.chemistry, tank):
        return dose

    def beyond(trial: float) -> float:
        return _left(mix([stream, titrant * trial]), tank)[1].ph - target_ph

    low, high = 0.0, dose
    for _ in range(60):
        if (beyond(high) >= 0.0) == is_base:
            break
        low, high = high, 1.3 * high
    else:
        raise DataError(f"pH {target_ph:g} cannot be reached: {high:.3g} doses leave the liquor short of it")
    return float(brentq(beyond, low, high, xtol=_DOSE_ACCURACY * high, rtol=4.0 * np.finfo(float).eps))


def _alkalinity(titrant: Stream, tank: Tank) -> float:
    """Answer how much base (mol/s) a titrant is at pH 7 or so; below 0 an acid."""
    chemistry = titrant.chemistry
    totals = gathered(titrant, chemistry.allowed(tank.forms))
    weak = sum(share * totals[chemistry.index[name]] for name, share in _WEAK.items() if name in chemistry.index)
    return float(weak - totals[PROTON])


def _is_slow(chemistry: Chemistry, tank: Tank) -> bool:
    return bool((_approach(chemistry, tank)[chemistry.allowed(tank.forms)] < 1.0).any())


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
            shares[place] = times / (1.0 + times)
    shared = [chemistry.phase_index[name] for name in tank.lattice if name in chemistry.phase_index]
    if shared:
        shares[shared] = shares[shared].min()
    return shares


def _left(stream: Stream, tank: Tank) -> tuple[Stream, Equilibrium]:
    """Answer what leaves the tank of what is in it, and the speciation of its liquor."""
    chemistry = stream.chemistry
    allowed = chemistry.allowed((*tank.forms, *tank.pressures))
    _, found, bound = _balanced(stream, tank)
    held = np.where(allowed, stream.flows[chemistry.phase_positions], 0.0)
    shares = np.where(allowed, _approach(chemistry, tank), 1.0)
    flows = np.array(stream.flows)
    if (shares == 1.0).all():
        flows += _changes(chemistry, bound)
        flows[chemistry.liquor] = found.totals
        flows[chemistry.phase_positions[allowed]] = found.amounts[allowed]
        return stream.replace(flows=flows, temperature=tank.temperature), found
    composition = chemistry.mixture(tank.temperature).phase_composition
    totals = gathered(stream, allowed)

    def at(way: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        going = shares.min() + way * (shares - shares.min())
        amounts = held + going * (found.amounts - held)
        gone = {name: float(going[at]) for name, at in chemistry.phase_index.items()}
        bind = _changes(chemistry, bound, gone)
        return amounts, bind, totals + bind[chemistry.liquor] - amounts @ composition

    amounts, bind, liquor = at(_furthest(lambda way: at(way)[2], found.totals))
    flows += bind
    liquor[PROTON + 1 :] = np.maximum(liquor[PROTON + 1 :], 0.0)
    flows[chemistry.liquor] = liquor
    flows[chemistry.phase_positions[allowed]] = np.maximum(amounts[allowed], 0.0)
    as_it_is = speciate(chemistry, liquor, tank.temperature, np.zeros(len(chemistry.phases), dtype=np.bool_))
    return stream.replace(flows=flows, temperature=tank.temperature), as_it_is


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
    stream: Stream, tank: Tank, titrant: Stream | None = None, target_ph: float = 7.0
) -> tuple[float, Equilibrium, Mapping[_Uptake, float]]:
    """Answer dose, equilibrium and how much each host takes up of each ion (mol/s of what binds it), all three agreeing."""
    chemistry = stream.chemistry
    allowed = chemistry.allowed((*tank.forms, *tank.pressures))
    given = gathered(stream, allowed)
    per_dose = None if titrant is None else gathered(titrant, allowed)
    pressures = tank.pressures or None
    scale = float(np.abs(given[PROTON + 1 :]).max(initial=1e-300))
    activities: dict[str, float] = {}
    bound: dict[_Uptake, float] = {}
    history = _History()
    for _ in range(_PASSES):
        totals = given + _changes(chemistry, bound)[chemistry.liquor]
        dose, refused = 0.0, None
        if per_dose is not None:
            try:
                dose, found = titrate(
                    chemistry, totals, per_dose, target_ph, tank.temperature, allowed, pressures, activities
                )
            except DataError as error:  # solids that do not agree yet can put the liquor beyond the pH
                refused = error
        if per_dose is None or refused is not None:
            found = speciate(chemistry, totals, tank.temperature, allowed, pressures, activities=activities)
        fractions = lattice_fractions(found, tank.lattice)
        new = _taken_up(stream, tank, found, bound)
        if refused is not None and not fractions and not new:
            raise refused
        if not fractions and not new:
            return dose, found, bound
        if fractions.keys() != activities.keys() or new.keys() != bound.keys():
            activities, bound, history = fractions, new, _History()
            continue
        old = np.array([*(math.log(activities[n]) for n in fractions), *(bound[k] / scale for k in new)])
        wanted = np.array([*(math.log(x) for x in fractions.values()), *(v / scale for v in new.values())])
        if np.abs(wanted - old).max() <= _AGREED:
            if refused is not None:
                raise refused
            return dose, found, bound
        following = history.next(old, wanted)
        activities = {n: math.exp(min(v, 0.0)) for n, v in zip(fractions, following, strict=False)}
        bound = {k: max(0.0, v) * scale for k, v in zip(new, following[len(fractions) :], strict=True)}
    raise ConvergenceError(
        f"precipitation: {_PASSES} passes have not made solids agree with what they take up at {tank.temperature:g} K"
    )


class _History:
    """Anderson's acceleration of a fixed point, from the last few passes; begins anew where it gets worse."""

    def __init__(self) -> None:
        self._points: list[np.ndarray] = []
        self._steps: list[np.ndarray] = []

    def next(self, old: np.ndarray, wanted: np.ndarray) -> np.ndarray:
        """Answer the point to try after `old`, which led to `wanted`."""
        step = wanted - old
        if len(self._steps) > 1 and np.abs(step).max() > 2.0 * np.abs(self._steps[-1]).max():
            self._points, self._steps = [], []
        self._points, self._steps = [*self._points, old][-_MEMORY:], [*self._steps, step][-_MEMORY:]
        if len(self._steps) == 1:
            return old + _DAMPED * step
        turns = np.array([step - s for s in self._steps[:-1]]).T
        share = np.linalg.lstsq(turns, step, rcond=1e-12)[0]
        moved = np.array([old - q for q in self._points[:-1]]).T
        following = wanted - (moved + turns) @ share
        return following if np.isfinite(following).all() and np.abs(following - old).max() < _LONGEST else wanted


def lattice_fractions(found: Equilibrium, lattice: tuple[str, ...]) -> dict[str, float]:
    """Answer the mole fractions of an ideal solid solution of the named solids, each of one metal, with a liquor.

    Those of a metal that is not there are left out; under saturation the fractions of the first solid that would form.
    """
    chemistry = found.chemistry
    names, totals, dissolved = [], [], []
    for name in lattice:
        if name not in chemistry.phase_index:
            continue
        at, count = _metal(chemistry, name)
        free, solid = found.totals[at] / count, float(found.amounts[chemistry.phase_index[name]])
        index = found.saturation_index(name)
        if free > 0.0 and np.isfinite(index):
            names.append(name)
            totals.append(free + solid)
            dissolved.append(free / 10.0**index)
    if not names:
        return {}
    total, per_activity = np.array(totals), np.array(dissolved)
    if (total / per_activity).sum() <= 1.0:
        share = total / per_activity
        return dict(zip(names, (float(x) for x in share / share.sum()), strict=True))
    solid = brentq(lambda n: (total / (n + per_activity)).sum() - 1.0, 0.0, total.sum(), xtol=1e-300, rtol=1e-14)
    return dict(zip(names, (float(x) for x in total / (solid + per_activity)), strict=True))


@functools.lru_cache(maxsize=256)
def _metal(chemistry: Chemistry, name: str) -> tuple[int, float]:
    """Answer the place of the only cation of a solid among the components, and how many it holds."""
    held = {c: n for c, n in chemistry.database.species[name].reaction.items() if c not in {"H2O", "H+"} and n > 0.0}
    cations = [c for c in held if chemistry.database.species[c].charge > 0]
    if len(cations) != 1:
        raise DataError(f"lattice: {name} holds {len(cations)} cations, a solid solution is of solids with 1")
    return chemistry.index[cations[0]], held[cations[0]]


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
        hosts = {h: k * tank.uptake * made[h] for h, i, k in _sorptions() if i == ion and made.get(h, 0.0) > 0.0}
        total = float(found.totals[chemistry.index[ion]]) + sum(before.get((h, ion), 0.0) for h in hosts)
        if total <= 0.0:
            continue
        for host, affinity in hosts.items():
            taken[(host, ion)] = min(affinity * total / (water + sum(hosts.values())), most * made[host])
    if made.get(_SULFATE_HOST, 0.0) > 0.0 and _BASIC_SULFATE in chemistry.index and _BASIC_SULFATE not in tank.forms:
        taken[(_SULFATE_HOST, _SULFATE)] = _sulfate(chemistry, tank, found, made, before)
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
    held = before.get((_SULFATE_HOST, _SULFATE), 0.0)
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
