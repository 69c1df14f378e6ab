"""Minerals that take up acid and no electrons, in tanks whose free H+ is what the chemistry of the whole liquor leaves.

    LiF, Li3PO4, Li2CO3, Ni(OH)2, NiO, FePO4 + acid = their ions        sulfate, phosphate, fluoride and metals hold protons

A rate law is measured by the acid that was poured in (`reference_acid`, protons beyond salts). Here it is driven by free H+,
so its reference becomes the H+ of the acid drawn, diluted to that concentration at the temperature of the law: in that
liquor both agree, and sulfuric acid gives about half of its protons. A mineral with a constant of solubility dissolves up to
saturation: what its kinetics give beyond forms again.

The volume of the liquor that leaves is found by a fixed point, one call of the kernel a pass; a dose to free acid within a
bracket about it.

Shapes: M minerals, N tanks, C components, P phases, S species of the chemistry.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.optimize import root_scalar

from ...kernels import leach_liquor
from ...kernels.leach_liquor import Pulp, leach_train_in_liquor
from ...kernels.leach_residue import residue_sizes
from ...kernels.shrinking_core import Minerals, Sizes
from ...kernels.status import CHARGED, CONVERGED, DRY, SENTENCES, STARVED
from ..chemistry import density
from ..chemistry.database import all_species
from ..chemistry.equilibrium import speciate
from ..chemistry.species import Species
from ..chemistry.system import PROTON, WATER, Chemistry
from ..convergence import Accelerator
from ..errors import ConvergenceError, DataError, DeclarationError, nearest
from ..sizes import DIAMETERS, EDGES
from ..stream import Stream, mix
from .bookkeeping import free_protons, rounded
from .dissolution import acid_ways, rate_laws
from .dosing import Flow, PerElement, ToFreeAcid, moles_of_acid, times
from .electrons import Exchange
from .rates import RateLaw, minerals
from .train import Tank

DRIVERS: Mapping[str, int] = {"concentration": leach_liquor.CONCENTRATION, "activity": leach_liquor.ACTIVITY}
GAS = "CO2(g)"  # leaves where carbonates bring more of it than dissolves at 1 bar
STEPS = 60
AGREED = 1e-11
_FILLER = "LiF(s)"  # packed where nothing dissolves, and not asked for
_SETS = {"FePO4.2H2O(s)": "raffinate2026"}  # what black mass does not hold, and leaching leaves alone
_SLIGHT = 0.1  # order in acid, where acid is short
_LEAST_ACID = 1e-300
_DILUTIONS = 60
_DILUTED = 1e-13
_NEAR, _STRIDE, _CLOSE = 1e-3, 10.0, 1e-13  # first step about a dose of acid, relative; its growth; where it is found
_LN10 = float(np.log(10.0))
_NO_EXCHANGE = Exchange(*np.zeros(12).tolist(), covered=1.0)


class _NoAcidError(ConvergenceError):
    """A tank whose liquor holds less than no acid."""


@dataclass(frozen=True)
class PerProton:
    """`ratio` times the protons that the minerals can take up; acid of the liquor counts, base in it is made up for."""

    ratio: float


@dataclass(frozen=True, kw_only=True)
class LiquorTrain:
    """A train and its acid; names as in `unitops/liquor_leaching.py`, `laws` those that are not the usual ones."""

    acid: Stream
    acid_rule: PerElement | ToFreeAcid | Flow | PerProton
    residence_time: float
    tanks: int
    temperature: float
    forms: tuple[str, ...]
    driver: str
    laws: Mapping[str, RateLaw]

    def __post_init__(self):
        kinds = (PerElement, ToFreeAcid, Flow, PerProton)
        if not isinstance(self.acid_rule, kinds):
            meant = ", ".join(kind.__name__ for kind in kinds)
            raise DeclarationError(f"rule of the acid = {self.acid_rule!r} is none of {meant}")
        for name, law in self.laws.items():
            if not isinstance(law, RateLaw):
                raise DeclarationError(f"laws: that of {name} = {law!r} is no RateLaw")


@dataclass(frozen=True, eq=False)
class LiquorTank(Tank):
    """What leaves one tank: as `Tank`, and `hydrogen_ion`, mol/m3 of H+ as such, and `liquor_ph`, that its solids met."""

    hydrogen_ion: float
    liquor_ph: float

    @property
    def ph(self) -> float:
        """The pH of its liquor."""
        return self.liquor_ph


@dataclass(frozen=True, eq=False)
class _Known:
    """What stays the same in all passes. fed: (M,) mol/s of the minerals, changes: (M, C). carried: (P,) phases whose
    content takes part in the equilibrium, of those `allowed`, because no rate holds them back."""

    feed: Stream
    names: tuple[str, ...]
    fed: np.ndarray
    changes: np.ndarray
    laws: Mapping[str, RateLaw]
    packed: Minerals
    sizes: Sizes
    allowed: np.ndarray
    carried: np.ndarray
    demand: float


@dataclass(frozen=True, eq=False)
class LeachedInLiquor:
    """What a train answers.

    `inlets`: what was fed, `feed`: all of it mixed, the acid left out. `slurry`: what leaves the last tank, gas included.
    `acid`: drawn. `names`: M minerals that dissolved by `laws`, `conversion`: (N, M) by the kinetics, before any forms again.
    `ph`, `hydrogen_ion` (mol/m3): (N,), `flows`: (N, S), that leave the tanks.
    `start`: where a later run may begin: volume and dose per kg/s of the feed.
    """

    train: LiquorTrain
    inlets: tuple[Stream, ...]
    feed: Stream
    slurry: Stream
    acid: Stream
    names: tuple[str, ...]
    laws: Mapping[str, RateLaw]
    conversion: np.ndarray
    ph: np.ndarray
    hydrogen_ion: np.ndarray
    flows: np.ndarray
    start: tuple[float, float]

    @functools.cached_property
    def enthalpy(self) -> float:
        """Flow of enthalpy of all that enters, W; that of the acid is that of what it was drawn from."""
        whole = self.train.acid
        acid = whole.enthalpy_flow * self.acid.mass / whole.mass if whole.mass > 0.0 else 0.0
        return acid + sum(stream.enthalpy_flow for stream in self.inlets)

    @functools.cached_property
    def tanks(self) -> tuple[LiquorTank, ...]:
        """What leaves each tank; all acid enters the first."""
        at = [self.feed.chemistry.index[name] for name in self.names]
        found, before = [], 0.0
        for number, flows in enumerate(self.flows):
            stream = self.slurry.replace(flows=flows)
            heat = stream.enthalpy_flow - self.enthalpy
            gone = 1.0 - flows[at] / self.feed.flows[at]
            found.append(
                LiquorTank(
                    stream=stream,
                    free_acid=free_protons(stream.chemistry, flows) / stream.liquor_volume,
                    exchange=_NO_EXCHANGE,
                    dissolved=dict(zip(self.names, gone.tolist(), strict=True)),
                    heat=heat - before,
                    reagent=1.0,
                    hydrogen_ion=float(self.hydrogen_ion[number]),
                    liquor_ph=float(self.ph[number]),
                )
            )
            before = heat
        return tuple(found)


def leach_in_liquor(
    train: LiquorTrain, inlets: Sequence[Stream], start: tuple[float, float] | None = None
) -> LeachedInLiquor:
    """Let a train leach what enters, begun at an earlier answer's `start` where there is one.

    Raises `DataError` for an acid that is none, a rate law of a solid that is not fed to be dissolved by acid alone, or a
    liquor that is charged or dry; `ConvergenceError` where the acid is used up or nothing settles.
    """
    feed = mix(inlets)
    known = _known(train, feed)
    by_target, dose = isinstance(train.acid_rule, ToFreeAcid), _dose(train, known)
    most = feed.flows + dose * train.acid.flows
    most[feed.chemistry.liquor] += (known.fed * known.packed.accessible) @ known.changes
    volume = density.liquor_volume(feed.chemistry, most[feed.chemistry.liquor], train.temperature)
    if start is not None:
        volume, dose = start[0] * feed.mass, start[1] * feed.mass if by_target else dose
    if isinstance(train.acid_rule, ToFreeAcid):
        volume, dose = _dose_to(train.acid_rule.free_acid, train, known, volume, dose)
    packed, answer, flows, volume = _settled(train, known, dose, volume)
    left = flows[-1]
    slurry = feed.replace(flows=left, temperature=train.temperature)
    slurry = slurry.with_sizes(_residue(train, known, packed, answer.acid))
    hydrogen_ion = answer.molality[:, 0]
    return LeachedInLiquor(
        train=train,
        inlets=tuple(inlets),
        feed=feed,
        slurry=slurry,
        acid=train.acid * dose,
        names=known.names,
        laws=known.laws,
        conversion=answer.conversion[:, : len(known.names)],
        ph=-(np.log(hydrogen_ion) + answer.ln_gamma[:, 0]) / _LN10,
        hydrogen_ion=hydrogen_ion * answer.water / volume,
        flows=flows,
        start=(volume / feed.mass, dose / feed.mass),
    )


@functools.lru_cache(maxsize=64)
def acid_only(chemistry: Chemistry) -> Mapping[str, np.ndarray]:
    """Answer the solids that dissolve without electrons, with moles of each component (C,) that a mole brings.

    A state that only some liquors have (`Chemistry.states`), such as Mn+3, is none that acid alone makes.
    """
    plain = {component.name for component in chemistry.components if not component.on_request}
    found = {}
    for solid in chemistry.solids:
        change = _brought(chemistry, solid)
        if change is not None and {c.name for c, n in zip(chemistry.components, change, strict=True) if n} <= plain:
            change.setflags(write=False)
            found[solid.name] = change
    return found


def _brought(chemistry: Chemistry, solid: Species) -> np.ndarray | None:
    """Answer what a solid brings to the liquor, by its equilibrium or by its formula; None where that takes electrons."""
    if solid.reaction:
        return np.array([solid.reaction.get(component.name, 0.0) for component in chemistry.components])
    try:
        return np.array(chemistry.dissolve(solid.name.removesuffix("(s)")))
    except DataError:
        return None


def left_as_they_are(found: LeachedInLiquor) -> tuple[str, ...]:
    """Name the solids that acid would dissolve and that stay, with why."""
    chemistry, feed = found.feed.chemistry, found.feed
    held = {s.name for s in chemistry.solids if feed[s.name] > 0.0} - set(found.names) - set(found.train.forms)
    bare = acid_only(chemistry)
    reactive = acid_ways(chemistry)
    electrons = [
        n for n, e in zip(reactive.names, reactive.electrons, strict=True) if e != 0.0 and n in held - set(bare)
    ]
    slow = [name for name in bare if name in held and bare[name][PROTON] < 0.0]
    said = []
    if electrons:
        said.append(f"{', '.join(electrons)} would exchange electrons; that is not followed here, it stays as it is")
    if slow:
        said.append(f"{', '.join(slow)} would dissolve in acid; without a rate in leaching.csv it stays as it is")
    return tuple(said)


def _known(train: LiquorTrain, feed: Stream) -> _Known:
    chemistry = feed.chemistry
    bare = acid_only(chemistry)
    for name in train.laws:
        if name in all_species() and name not in chemistry.index:  # of elements that this chemistry lacks
            continue
        chemistry.position(name)
        if name not in bare:
            why = "it is no solid that acid dissolves without electrons"
            raise DataError(f"laws: a rate of {name!r} is given, {why}{nearest(name, bare)}")
    if not _protons(train.acid) > 0.0:
        raise DataError(f"acid: H+ = {train.acid['H+']:.4g} mol/s, the reagent must hold acid")
    laws = {name: law for name in bare if feed[name] > 0.0 and (law := _law(chemistry, name, train.laws)) is not None}
    names = tuple(laws)
    held = laws or {_FILLER: RateLaw.named(_FILLER)}  # packed, and nothing of it fed
    packed, sizes = minerals(tuple(held), train.temperature, held, feed.sizes)
    references = [
        _reference(chemistry, law, train.driver, _solute(train.acid)) if law.acid_order > 0.0 else 1.0
        for law in held.values()
    ]
    fed = np.array([feed[name] for name in names] or [0.0])
    changes = np.array([bare[name] for name in names] or [np.zeros(len(chemistry.components))])
    again = [
        name for name in (*names, GAS) if name in chemistry.phase_index
    ]  # a liquor over its own solids is not oversaturated
    allowed = chemistry.allowed([*train.forms, *again])
    carried = allowed & np.array([phase.name not in laws for phase in chemistry.phases], dtype=np.bool_)
    row = _component_protons(chemistry)
    return _Known(
        feed=feed,
        names=names,
        fed=fed,
        changes=changes,
        laws=laws,
        packed=packed._replace(reference_acid=np.array(references)),
        sizes=sizes,
        allowed=allowed,
        carried=carried,
        demand=max(0.0, -float(fed * packed.accessible @ changes @ row)),
    )


def _law(chemistry: Chemistry, name: str, given: Mapping[str, RateLaw]) -> RateLaw | None:
    """Answer the rate of a solid: the one given, its own, that of a fast salt; None where there is none."""
    return given[name] if name in given else _own_law(chemistry, name)


@functools.lru_cache(maxsize=4096)
def _own_law(chemistry: Chemistry, name: str) -> RateLaw | None:
    if name in _SETS:
        return RateLaw.named(name, _SETS[name])
    return rate_laws((name,), {})[name] if name in acid_ways(chemistry).names else None


def _solute(acid: Stream) -> str | bytes:
    """Answer the acid by its formula, or the totals of another than sulfuric, as a key."""
    chemistry = acid.chemistry
    if "SO4-2" in chemistry.index and acid["SO4-2"] > 0.0:
        return "H2SO4"
    totals = np.array(acid.flows[chemistry.liquor]) / acid["H+"]
    totals[WATER] = 0.0
    return totals.tobytes()


@functools.lru_cache(maxsize=512)
def _acid_at(chemistry: Chemistry, solute: str | bytes, temperature: float, protons: float, driver: str) -> float:
    """Answer the H+ (mol/m3, or activity) of an acid that holds `protons` (mol/m3) at `temperature` (K)."""
    totals = chemistry.dissolve(solute) if isinstance(solute, str) else np.frombuffer(solute)
    liquor = np.zeros(totals.size)
    liquor[WATER] = 1.0 / chemistry.molar_masses[WATER]
    amount, per_mole = 0.0, float(totals[PROTON])
    for _ in range(_DILUTIONS):
        wanted = protons / per_mole * density.liquor_volume(chemistry, liquor + amount * totals, temperature)
        settled = abs(wanted - amount) <= _DILUTED * wanted
        amount = wanted
        if settled:
            break
    nothing = np.zeros(len(chemistry.phases), dtype=np.bool_)
    found = speciate(chemistry, liquor + amount * totals, temperature, nothing)
    if driver == "activity":
        return found.activity("H+")
    volume = density.liquor_volume(chemistry, liquor + amount * totals, temperature)
    return found.molality("H+") * found.speciation.water / volume


def _reference(chemistry: Chemistry, law: RateLaw, driver: str, solute: str | bytes) -> float:
    return _acid_at(chemistry, solute, law.reference_temperature, law.reference_acid, driver)


def _protons(acid: Stream) -> float:
    return free_protons(acid.chemistry, acid.flows)


def _component_protons(chemistry: Chemistry) -> np.ndarray:
    """Answer the protons beyond salts and weak acids of a mole of each component, (C,)."""
    size = len(chemistry.components)
    unit = np.zeros(chemistry.size)
    row = np.zeros(size)
    for j in range(size):
        unit[j] = 1.0
        row[j] = free_protons(chemistry, unit)
        unit[j] = 0.0
    return row


def _dose(train: LiquorTrain, known: _Known) -> float:
    """Answer how many times the acid is dosed; where it is dosed to free acid, as a first guess."""
    rule, feed = train.acid_rule, known.feed
    if isinstance(rule, (PerElement, Flow)):
        return times(rule, train.acid, moles_of_acid(train.acid), feed)
    totals = _totals(known, np.array(feed.flows))
    held = float(_component_protons(feed.chemistry) @ totals)
    if isinstance(rule, PerProton):
        return max(0.0, rule.ratio * known.demand - held) / _protons(train.acid)
    return max(0.0, known.demand + rule.free_acid * feed.liquor_volume - held) / _protons(train.acid)


def _dose_to(free_acid: float, train: LiquorTrain, known: _Known, volume: float, dose: float) -> tuple[float, float]:
    """Answer the volume and the dose that leave `free_acid` (mol/m3), sought from a first guess; more acid leaves more."""
    chemistry = known.feed.chemistry
    held = [volume]

    def excess(tried: float) -> float:
        try:
            passed = _settled(train, known, tried, held[0])
        except _NoAcidError:
            return -free_acid * held[0]
        held[0] = passed.volume
        return free_protons(chemistry, passed.flows[-1]) - free_acid * passed.volume

    least = known.demand / _protons(train.acid) + free_acid * volume / _protons(train.acid)
    low = high = dose
    step = _NEAR * (dose + _NEAR * least)
    while low > 0.0 and excess(low) > 0.0:
        low, high, step = max(0.0, low - step), low, _STRIDE * step
    while excess(high) < 0.0:
        low, high, step = high, high + step, _STRIDE * step
    if low == 0.0 and excess(0.0) >= 0.0:  # there is more than that without any
        return held[0], 0.0
    if low < high:
        dose = root_scalar(excess, bracket=(low, high), method="brentq", xtol=_CLOSE * high, rtol=_CLOSE).root
    return held[0], dose


def _totals(known: _Known, flows: np.ndarray) -> np.ndarray:
    """Answer the component totals (C,) of the liquor and of the phases that no rate holds back."""
    chemistry = known.feed.chemistry
    held = np.where(known.carried, flows[chemistry.phase_positions], 0.0)
    return flows[chemistry.liquor] + held @ chemistry.mixture(298.15).phase_composition


class _Settled(NamedTuple):
    """The kernel's minerals and its answer, the flows (N, S), and the volume of the liquor that leaves, m3/s."""

    packed: Minerals
    answer: leach_liquor.Leached
    flows: np.ndarray
    volume: float


def _settled(train: LiquorTrain, known: _Known, dose: float, volume: float) -> _Settled:
    """Leach with so much acid; the volume of the liquor is sought from the one given."""
    chemistry = known.feed.chemistry
    accelerator = Accelerator()
    state = accelerator.start(np.array([volume]))
    for _ in range(STEPS):
        volume = float(state.x[0])
        packed, answer, flows = _pass(train, known, dose, volume)
        found = density.liquor_volume(chemistry, flows[-1][chemistry.liquor], train.temperature)
        state, _ = accelerator.step(state, np.array([found]))
        if state.residual <= AGREED:
            return _Settled(packed, answer, flows, volume)
    raise ConvergenceError(
        f"leach of {train.tanks} tanks has not settled in {STEPS} steps: the liquor changes by {state.residual:.2g} of "
        f"itself, {AGREED:g} is wanted"
    )


def _pass(
    train: LiquorTrain, known: _Known, dose: float, volume: float
) -> tuple[Minerals, leach_liquor.Leached, np.ndarray]:
    """Let the kernel leach with so much acid in so much liquor; answers its minerals, its answer and the flows (N, S)."""
    chemistry = known.feed.chemistry
    flows = known.feed.flows + dose * train.acid.flows
    totals = _totals(known, flows)
    pulp = Pulp(
        residence_times=np.full(train.tanks, train.residence_time / train.tanks),
        mineral_flows=known.fed,
        changes=known.changes,
        totals=totals,
        volumetric_flow=volume,
        driver=DRIVERS[train.driver],
    )
    mixture, packed = chemistry.packed(train.temperature), known.packed
    answer, error, _, status = leach_train_in_liquor(packed, known.sizes, pulp, mixture, known.allowed)
    if status == STARVED:  # a mineral that does not heed the acid would take more than there is
        taking = known.changes[:, PROTON] < 0.0
        packed = packed._replace(acid_order=np.where(taking, np.maximum(packed.acid_order, _SLIGHT), packed.acid_order))
        answer, error, _, status = leach_train_in_liquor(packed, known.sizes, pulp, mixture, known.allowed)
    if status != CONVERGED:
        _refuse(status, error, train, known, totals, answer)
    return packed, answer, _flows(known, flows, answer)


def _refuse(
    status: int, error: float, train: LiquorTrain, known: _Known, totals: np.ndarray, answer: leach_liquor.Leached
) -> None:
    """Raise what a status of the kernel means."""
    chemistry = known.feed.chemistry
    where = f"train of {train.tanks} tanks at {train.temperature:.2f} K"
    if status == CHARGED:
        charge = float(totals @ chemistry.charges[chemistry.liquor])
        raise DataError(f"{where}: the liquor fed carries a net charge of {charge:.4g} mol/s, it must be neutral")
    if status == DRY:
        raise DataError(f"{where}: {totals[WATER]:.4g} mol/s of water, no liquor is left to leach in")
    tank = max(1, int(np.count_nonzero(answer.water)))
    acid = float(_component_protons(chemistry) @ totals)
    balance = f"{acid:.4g} mol/s of acid is there, the minerals can take up {known.demand:.4g} mol/s"
    if status == STARVED:
        raise _NoAcidError(f"{where}: tank {tank} {SENTENCES[status]}, its pH is above 7; {balance}: dose more acid")
    raise ConvergenceError(f"{where}: tank {tank} {SENTENCES[status]} (error {error:.2g}; {balance})")


def _flows(known: _Known, fed: np.ndarray, answer: leach_liquor.Leached) -> np.ndarray:
    """Answer the flows (N, S) that leave the tanks: nothing but reactions lies between them and what was fed."""
    chemistry = known.feed.chemistry
    composition = chemistry.mixture(298.15).phase_composition
    at = [chemistry.index[name] for name in known.names]
    found = np.tile(fed, (len(answer.totals), 1))
    for row, totals, amounts, conversion in zip(
        found, answer.totals, answer.phase_amounts, answer.conversion, strict=True
    ):
        formed = np.where(known.allowed, amounts, 0.0)
        row[chemistry.liquor] = totals - formed @ composition
        row[chemistry.phase_positions[known.carried]] = 0.0
        row[at] -= known.fed[: len(at)] * conversion[: len(at)]
        row[chemistry.phase_positions] += formed
    return np.array([rounded(row) for row in found])


def _residue(train: LiquorTrain, known: _Known, packed: Minerals, tank_acid: np.ndarray) -> dict[str, np.ndarray]:
    """Answer the sizes (50,) of what is left of each mineral that came with sizes."""
    sizes = known.feed.sizes
    chosen = [name for name in known.names if name in sizes]
    if not chosen:
        return {}
    held = np.flatnonzero(np.sum([sizes[name] for name in chosen], axis=0))
    edges = EDGES / DIAMETERS[held[len(held) // 2]]
    residence = np.full(train.tanks, train.residence_time / train.tanks)
    acid = np.maximum(tank_acid, _LEAST_ACID)
    fractions = residue_sizes(packed, known.sizes, residence, acid, np.full(train.tanks, np.inf), edges)
    return {name: fractions[at] for at, name in enumerate(known.names) if name in sizes}
