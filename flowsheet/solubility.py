"""How much of a salt a liquor holds at saturation, and what is left of each metal along pH.

A solubility is the amount of the salt that brings the liquor to saturation with a solid, nothing else precipitating: the
hydrates of a salt are held against each other by what they leave in the liquor, so water that one binds dilutes no other.

Sources: Monhemius (1977) Trans. IMM C 86, 202 (precipitation diagrams of metals).
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas
from scipy.optimize import minimize_scalar, root_scalar

from .chemistry.equilibrium import Equilibrium
from .chemistry.system import PROTON, WATER, Chemistry
from .errors import DataError, nearest
from .quantities import gram_per_litre
from .stream import Stream, settled
from .sweeps import AgainstPh, Axis, axis_of, check_liquor, solve_all, warnings_of

_LN10 = float(np.log(10.0))
_LEAST, MOST = 1e-14, 30.0  # mol/kg water: what a solubility is sought between
MOST_SHOWN = 5.0  # mol/kg water, on a precipitation diagram
_LOOKS = 8
_NEAR = 1e-6  # of a coordinate, how near a transition is found
_SAME = 1e-6  # two solids this near to each other in solubility coexist
# of ln molality; a hydrate is least undersaturated somewhere, beyond which there is too little water for it
_STEP = 0.3
_SOLUBILITY_TOLERANCE = 1e-10  # of ln molality
_SOLID_MARK = re.compile(r"\([a-z]+\)$")
_POINTS = 101


@dataclass(frozen=True)
class _Salt:
    """What dissolves: totals (C,) in a mole without water of crystallisation, kg/mol, and its solids with their shift."""

    name: str
    totals: np.ndarray
    molar_mass: float
    solids: tuple[int, ...]
    shift: float = 0.0  # of log K that is asked for, over the chemistry's

    def measure(self, totals: np.ndarray) -> float:
        """Answer how many moles of it `totals` would make."""
        own = self.totals > 0.0
        own[[WATER, PROTON]] = False
        return float((totals[own] / self.totals[own]).min())


def _salt(chemistry: Chemistry, name: str, log_k: float | None = None) -> _Salt:
    """Answer a salt by the formula of its anhydrous form, with all its hydrates, or one solid by its name."""
    mixture = chemistry.mixture(298.15)
    rows = mixture.phase_composition
    solids = {s.name: chemistry.phase_index[s.name] for s in chemistry.solids if s.name in chemistry.phase_index}
    if name in solids:
        alike = [solids[name]]
        totals = np.array(rows[alike[0]])
        totals[WATER] = min(
            totals[WATER], max(0.0, -totals[PROTON])
        )  # what is beyond its hydroxide is of crystallisation
    elif _SOLID_MARK.search(name):
        raise DataError(f"solubility: solid {name!r} has no equilibrium in the chemistry{nearest(name, solids)}")
    else:
        try:
            totals = chemistry.dissolve(name)
        except DataError as error:
            formulas = [_SOLID_MARK.sub("", solid).partition(".")[0] for solid in solids]
            raise DataError(f"solubility: {error}{nearest(name, formulas)}") from error
        alike = [at for at in solids.values() if np.allclose(rows[at][PROTON:], totals[PROTON:])]
        if not alike:
            raise DataError(
                f"solubility: no solid of {name!r} has an equilibrium in the chemistry{nearest(name, solids)}"
            )
    shift = 0.0 if log_k is None else log_k - float(mixture.phase_ln_k[alike[0]]) / _LN10
    return _Salt(name, totals, float(totals @ chemistry.molar_masses[chemistry.liquor]), tuple(alike), shift)


def solubility_table(stream: Stream, salt: str, axis: Axis, points: int = _POINTS) -> pandas.DataFrame:
    """Answer how much of a salt the liquor holds at saturation, along temperature, pH or the dose of another salt.

    `salt`: "Na2SO4" means it with all its hydrates, "Na2SO4.10H2O(s)" that solid alone. A row for each solid and
    coordinate; `stable` says that no other solid of the salt is less soluble there. `mol/kg water`, `g/L` and `g/kg water`
    count the salt without water of crystallisation, as much as the liquor's own content and what is added would make of
    it. Cells are empty where 30 mol/kg do not saturate the liquor. Nothing else precipitates. `attrs["transitions"]`: where
    one solid takes the place of another, each (coordinate, before, after).
    """
    chemistry = stream.chemistry
    check_liquor("solubility", stream)
    axis = axis_of("solubility", axis, stream)
    low, high = axis.ends()
    whole = _salt(chemistry, salt)
    singles = [_Salt(chemistry.phases[at].name, whole.totals, whole.molar_mass, (at,)) for at in whole.solids]
    held: dict[float, list[tuple[float, Equilibrium] | None]] = {}
    near = [1.0] * len(singles)
    for coordinate in np.linspace(low, high, points):
        held[float(coordinate)] = at = [
            _saturated(stream, one, axis, float(coordinate), start) for one, start in zip(singles, near, strict=True)
        ]
        near = [found[0] if found else MOST for found in at]
    transitions = []
    for one, other in itertools.pairwise(list(held)):
        for place, before, after in _transition(stream, singles, axis, (one, other), held):
            starts = [found[0] if found else MOST for found in held[one]]
            held[place] = [_saturated(stream, s, axis, place, near) for s, near in zip(singles, starts, strict=True)]
            transitions.append((place, before, after))
    rows = []
    for coordinate in sorted(held):
        least = min((found[0] for found in held[coordinate] if found), default=0.0)
        for single, found in zip(singles, held[coordinate], strict=True):
            is_stable = found is not None and found[0] <= least * (1.0 + _SAME)
            rows.append((coordinate, single.name, *_measured(stream, whole, found), is_stable))
    along = axis.label()
    columns = [along, "solid", "mol/kg water", "g/L", "g/kg water", "pH of it", "stable"]
    table = pandas.DataFrame(rows, columns=columns).astype(dict.fromkeys(columns[2:6], "Float64"))
    table = table.drop(columns="pH of it") if along == "pH" else table.rename(columns={"pH of it": "pH"})
    stable = [min((found for found in at if found), key=lambda one: one[0], default=None) for at in held.values()]
    shown = [found[1] for found in stable if found]
    table.attrs |= {"salt": salt, "transitions": transitions, "warnings": warnings_of(shown)}
    return table


def _transition(
    stream: Stream,
    singles: list[_Salt],
    axis: Axis,
    ends: tuple[float, float],
    held: Mapping[float, list[tuple[float, Equilibrium] | None]],
) -> list[tuple[float, str, str]]:
    """Answer where between two coordinates one solid takes the place of another as the least soluble, if it does."""
    orders = [[(found[0], at) for at, found in enumerate(held[end]) if found] for end in ends]
    if not all(orders):
        return []
    (_, one), (_, other) = (min(order) for order in orders)
    if one == other:
        return []
    near = min(orders[0])[0]

    def lead(coordinate: float) -> float:
        """How much more of the one it takes; what does not saturate takes more than any."""
        first, second = (_saturated(stream, singles[at], axis, coordinate, near) for at in (one, other))
        if first is None:
            return np.inf
        return first[0] - second[0] if second else -np.inf

    (low, high), before, after = ends, lead(ends[0]), lead(ends[1])
    if before > 0.0 or after < 0.0:
        return []
    while not np.isfinite([before, after]).all() and high - low > _NEAR:
        middle = 0.5 * (low + high)
        there = lead(middle)
        if there <= 0.0:
            low, before = middle, there
        else:
            high, after = middle, there
    place = low  # where the one saturates for the last time, if it does not become the more soluble first
    if np.isfinite([before, after]).all():
        place = float(root_scalar(lead, bracket=(low, high), method="brentq", xtol=_NEAR).root)
    return [(place, singles[one].name, singles[other].name)]


def _measured(stream: Stream, salt: _Salt, found: tuple[float, Equilibrium] | None) -> tuple[object, ...]:
    if found is None:
        return (pandas.NA,) * 4
    molality, equilibrium = found
    chemistry = stream.chemistry
    nothing = np.zeros(len(chemistry.phases), dtype=np.bool_)
    liquor = settled(Stream.empty(chemistry, equilibrium.temperature), equilibrium, nothing)
    kilograms = equilibrium.totals[WATER] * chemistry.molar_masses[WATER]
    mass = molality * kilograms * salt.molar_mass
    return molality, mass / liquor.liquor_volume / gram_per_litre, molality * salt.molar_mass * 1e3, equilibrium.ph


def _saturated(
    stream: Stream, salt: _Salt, axis: Axis, coordinate: float, near: float = 1e-3, most: float = MOST
) -> tuple[float, Equilibrium] | None:
    """Answer the salt in the liquor at saturation with its least soluble solid, mol/kg water, and the equilibrium.

    `near`: where the search begins. None where it takes more than `most`. What the liquor holds above saturation already
    precipitates.
    """
    chemistry = stream.chemistry
    nothing = np.zeros(len(chemistry.phases), dtype=np.bool_)
    totals = np.array(stream.flows[chemistry.liquor])
    kilograms = totals[WATER] * chemistry.molar_masses[WATER]
    last: dict[float, Equilibrium] = {}

    def excess(ln_molality: float) -> float:
        added = totals + np.exp(ln_molality) * kilograms * salt.totals
        [found] = solve_all("solubility", axis, [axis.state(stream, added, coordinate)], chemistry, nothing)
        last[ln_molality] = found
        return max(found.saturation_index(chemistry.phases[at].name) for at in salt.solids) - salt.shift

    least, limit = float(np.log(_LEAST)), float(np.log(most))
    start = min(max(float(np.log(near)), least), limit)
    ends = bracket(excess, start, least, limit)
    if ends is None:
        return None
    low, high = ends
    if low == high:
        return _precipitated(stream, salt, axis, coordinate)
    root = float(root_scalar(excess, bracket=(low, high), method="brentq", xtol=_SOLUBILITY_TOLERANCE).root)
    excess(root)
    found = last[root]
    return salt.measure(found.totals) / (found.totals[WATER] * chemistry.molar_masses[WATER]), found


def bracket(excess: Callable[[float], float], start: float, least: float, limit: float) -> tuple[float, float] | None:
    """Answer where a supersaturation passes 0, as (below, above); `least` twice where it is above from the beginning.

    It has a largest value where what dissolves takes the water or the ligands of its own saturation, so a start beyond
    that looks back.
    """
    seen: dict[float, float] = {}

    def found(at: float) -> float:
        seen[at] = excess(at)
        return seen[at]

    high = start
    if found(high) < 0.0:
        while high < limit:
            low, high = high, min(high + _STEP, limit)
            if found(high) >= 0.0:
                return low, high
        high = next((at for at in start - 2.0 * _STEP * np.arange(1, _LOOKS) if found(at) >= 0.0), limit)
        if high == limit:
            return _about_largest(excess, seen, least)
    step = _STEP
    while high > least:
        low = max(high - step, least)
        if excess(low) < 0.0:
            # from where it is strong downward, what is met first may be the last of several
            end = least if start == limit else max(low - 2.0 * _STEP * _LOOKS, least)
            beneath = np.arange(low, end, -2.0 * _STEP)[1:] if start > 0.0 else ()
            deeper = next((float(at) for at in beneath if excess(at) >= 0.0), None)
            if deeper is None:
                return low, high
            high, step = deeper, _STEP
            continue
        high, step = low, 2.0 * step
    return least, least


def _about_largest(
    excess: Callable[[float], float], seen: dict[float, float], least: float
) -> tuple[float, float] | None:
    """Answer what brackets a passage through 0 where the largest value lies between points `seen` below it, or None.

    A hydrate near the temperature where it melts is saturated over a range that is narrower than a step.
    """
    lowest = min(seen)
    while seen[lowest] == max(seen.values()) and lowest > least:  # it rises still where the search gave up
        lowest = max(lowest - 2.0 * _STEP, least)
        seen[lowest] = excess(lowest)
    if seen[lowest] >= 0.0:
        return lowest, lowest
    points = sorted(seen)
    best = max(range(len(points)), key=lambda at: seen[points[at]])
    if not 0 < best < len(points) - 1:
        return None
    bounds = (points[best - 1], points[best + 1])
    found: Any = minimize_scalar(lambda at: -excess(at), bounds=bounds, method="bounded", options={"xatol": 1e-3})
    top = float(found.x)
    return (bounds[0], top) if excess(top) >= 0.0 else None


def _precipitated(stream: Stream, salt: _Salt, axis: Axis, coordinate: float) -> tuple[float, Equilibrium]:
    chemistry = stream.chemistry
    allowed = np.zeros(len(chemistry.phases), dtype=np.bool_)
    allowed[list(salt.solids)] = True
    totals = np.array(stream.flows[chemistry.liquor])
    [found] = solve_all("solubility", axis, [axis.state(stream, totals, coordinate)], chemistry, allowed)
    return salt.measure(found.totals) / (found.totals[WATER] * chemistry.molar_masses[WATER]), found


def precipitation_table(
    stream: Stream,
    axis: Axis | None = None,
    solids: str | Iterable[str] = (),
    aged: bool = False,
    log_k: Mapping[str, float] = MappingProxyType({}),
) -> pandas.DataFrame:
    """Answer the logarithm of what is left of each metal in equilibrium with its solid, along pH (or another axis).

    Each metal stands alone in the liquor without the others: the concentrations that the solids allow, whatever there is
    to precipitate. `solids`: those to show; else of each metal in the stream the hydroxide or oxide that is the most
    soluble, as it comes down fresh, or the least soluble with `aged`. `log_k`: another constant (of dissolution, 25 degC)
    by solid, such as that of an aged hydroxide. Columns: solids; empty above 5 mol/kg water. `attrs["metals"]`: the
    component by solid, `attrs["begins"]`: the coordinate where the stream's own concentration begins to come down.
    """
    chemistry = stream.chemistry
    check_liquor("precipitation", stream)
    axis = axis_of("precipitation", AgainstPh() if axis is None else axis, stream)
    solids = [solids] if isinstance(solids, str) else list(solids)
    chosen = solids or _hydroxides(stream, aged)
    for name in log_k:
        if name not in chosen:
            raise DataError(f"precipitation: log_k is given of {name!r}, which is not shown{nearest(name, chosen)}")
    salts = {name: _salt(chemistry, name, log_k.get(name)) for name in chosen}
    metals = {name: _metal(chemistry, salt) for name, salt in salts.items()}
    medium = _without(stream, set(metals.values()))
    low, high = axis.ends()
    coordinates = np.linspace(low, high, _POINTS)
    table = pandas.DataFrame(index=pandas.Index(coordinates, name=axis.label()))
    begins: dict[str, float] = {}
    shown: list[Equilibrium] = []
    for name, salt in salts.items():
        per_mole = float(salt.totals[chemistry.index[metals[name]]])
        left: list[float | None] = []
        near = MOST_SHOWN
        for coordinate in coordinates:
            found = _saturated(medium, salt, axis, float(coordinate), near, MOST_SHOWN)
            near = found[0] if found else MOST_SHOWN
            shown += [found[1]] if found else []
            left.append(float(np.log10(found[0] * per_mole)) if found else None)
        table[name] = pandas.array(left, dtype="Float64")
        own = stream[metals[name]] / (stream.flows[WATER] * chemistry.molar_masses[WATER])
        start = _crossing(coordinates, left, own)
        if start is not None:
            begins[name] = start
    if not solids:
        table = table.dropna(axis="columns", how="all")  # such as LiOH.H2O, which does not come down
    table.attrs |= {
        "metals": {name: metals[name] for name in table.columns},
        "begins": begins,
        "warnings": warnings_of(shown),
    }
    return table


def _hydroxides(stream: Stream, aged: bool) -> list[str]:
    """Answer for each metal of the stream its freshest, or most aged, solid of nothing but metal, H2O and H+."""
    chemistry = stream.chemistry
    found: dict[str, str] = {}
    constants: dict[str, float] = {}
    mixture = chemistry.mixture(stream.temperature)
    for phase, row, ln_k in zip(chemistry.phases, mixture.phase_composition, mixture.phase_ln_k, strict=True):
        others = [chemistry.components[at].name for at in np.flatnonzero(row) if at > PROTON]
        if len(others) != 1 or stream[others[0]] <= 0.0 or row[PROTON] >= 0.0 or phase not in chemistry.solids:
            continue
        constant = float(ln_k) / row[chemistry.index[others[0]]] * (-1.0 if aged else 1.0)
        if others[0] not in found or constant > constants[others[0]]:
            found[others[0]], constants[others[0]] = phase.name, constant
    if not found:
        raise DataError("precipitation: no metal of the stream has a hydroxide in the chemistry; name the solids")
    return list(found.values())


def _metal(chemistry: Chemistry, salt: _Salt) -> str:
    """Answer the cation that a solid takes out of the liquor."""
    charges = chemistry.charges[chemistry.liquor]
    ions = [at for at in np.flatnonzero(salt.totals) if at > PROTON and charges[at] > 0.0]
    if not ions:
        raise DataError(f"precipitation: solid {salt.name!r} holds 0 metals of the chemistry, 1 is needed")
    return chemistry.components[ions[int(np.argmax(charges[ions]))]].name


def _without(stream: Stream, metals: set[str]) -> Stream:
    """Answer the liquor with H+ in place of the metals, which the titrant then neutralises."""
    chemistry = stream.chemistry
    flows = np.zeros_like(stream.flows)
    flows[chemistry.liquor] = stream.flows[chemistry.liquor]
    for name in metals:
        at = chemistry.position(name)
        flows[PROTON] += flows[at] * chemistry.charges[at]
        flows[at] = 0.0
    return stream.replace(flows=flows)


def _crossing(coordinates: np.ndarray, left: list[float | None], own: float) -> float | None:
    """Answer the first coordinate where log10 of solubility falls below that of the molality `own`, by interpolation."""
    if own <= 0.0:
        return None
    gap = np.array([np.inf if value is None else value for value in left]) - np.log10(own)
    below = np.flatnonzero((gap[1:] <= 0.0) & (gap[:-1] > 0.0))
    if below.size == 0:
        return None
    at = int(below[0])
    share = gap[at] / (gap[at] - gap[at + 1]) if np.isfinite(gap[at]) else 1.0
    return float(coordinates[at] + (coordinates[at + 1] - coordinates[at]) * share)
