"""The leaching train: kinetics of the kernel, electrons, doses and liquor of every tank brought into agreement.

What leaves is found by a fixed point of the volume of the liquor, the acid fed, and the acid that a mineral takes up; one
call of the kernel a pass. Moles are counted since the feed in every tank, so that elements and charge close exactly whatever
the iteration.

Shapes: M minerals, G groups of minerals that dissolve alike, N tanks, S species, R reactions beside the minerals'.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from ...kernels.leach_residue import residue_sizes
from ...kernels.shrinking_core import leach_train
from ...kernels.status import CONVERGED, SENTENCES, STARVED
from ..chemistry import density, water
from ..chemistry.system import PROTON, Chemistry
from ..convergence import Accelerator
from ..errors import ConvergenceError, DataError, DeclarationError
from ..sizes import DIAMETERS, EDGES
from ..stream import Stream, mix
from .dissolution import BARE, METALS, PHOSPHATE, STRIPPED, Ways, acid_ways, oxidative_ways, present, rate_laws
from .dosing import AcidRule, ElectronRule, PerElectron, ToFreeAcid, electrons_of, moles_of_acid, times
from .electrons import CATALYSTS, Exchange, Offers, decay_constant, exchange, exchange_rows, extents
from .rates import RateLaw, minerals

STEPS = 60
AGREED = 1e-10
_USUAL = 0.95  # of what can dissolve, to begin with
_BOUND = (("F-", 1.0), ("PO4-3", 3.0), ("CO3-2", 2.0), ("SO3-2", 2.0))  # protons that a weak acid's anion holds
_LEAST_ACID = 1e-12  # mol/s, and mol/m3
_WHOLLY = 1.0 - 1e-6
_SLIGHT = 0.1  # order in acid, where acid is short
_NONE: Mapping[str, RateLaw] = {}
_SIGNED = np.array([False, False, True])


@dataclass(frozen=True, kw_only=True)
class Train:
    """A train and its reagents.

    `acid`, `reagent`: what is dosed, or None; `reagent` gives or takes electrons. `decomposition`: share of the peroxide that
    decays unused, or None for the law of `electrons.py`. `oxidative`: whether lithium iron phosphate keeps its lattice.
    `laws`: rate laws other than the usual ones. `temperatures`: of the tanks where they differ, K, the last being `temperature`;
    rates then follow them by the activation energy of the mineral that takes up the most acid. Other names as in
    `unitops/leaching.py`.
    """

    acid: Stream | None
    reagent: Stream | None
    acid_rule: AcidRule
    reagent_rule: ElectronRule
    decomposition: float | None
    hydrogen_share: float
    residence_time: float
    tanks: int
    temperature: float
    oxidative: bool = False
    laws: Mapping[str, RateLaw] = field(default_factory=lambda: _NONE)
    temperatures: tuple[float, ...] = ()

    def __post_init__(self):
        if self.decomposition is not None and not 0.0 <= self.decomposition <= 1.0:
            raise DeclarationError(f"decomposition = {self.decomposition:g} is outside 0 to 1 (or None for the law)")

    def temperature_of(self, number: int) -> float:
        """Answer the temperature of a tank, K."""
        return self.temperatures[number] if self.temperatures else self.temperature


class Kinetics(NamedTuple):
    """What the kernel takes, and how minerals fall into groups: group (M,), accessible (M,), demand (M,) of acid, faster (N,)."""

    packed: tuple
    sizes: tuple
    group: np.ndarray
    accessible: np.ndarray
    demand: np.ndarray
    faster: np.ndarray
    laws: Mapping[str, RateLaw]
    members: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Tank:
    """What leaves one tank.

    `stream`: slurry and the gas made so far. `free_acid`: mol/m3 of protons beyond salts and weak acids. `exchange`: electrons
    exchanged since the feed, mol/s. `dissolved`: share of each mineral that is gone. `heat`: W to supply to this tank so that
    it stands at its temperature, below 0 to take away. `reagent`: share of the reagent dosed so far.
    """

    stream: Stream
    free_acid: float
    exchange: Exchange
    dissolved: Mapping[str, float]
    heat: float
    reagent: float

    @property
    def temperature(self) -> float:
        """Temperature, K."""
        return self.stream.temperature

    @property
    def ph(self) -> float:
        """The pH of its liquor."""
        return self.stream.ph

    def extraction(self, element: str, feed: Stream) -> float:
        """Answer the share of an element of the feed's solids that is no longer in solids; 0 where there was none."""
        return extraction(element, feed, self.stream)


class _State(NamedTuple):
    """Of a tank, since the feed: what the kinetics offer (M,), electrons exchanged, moles of peroxide decayed, share of dose."""

    potential: np.ndarray
    exchange: Exchange
    decayed: float
    share: float
    sulfur_dioxide: float


class _Known(NamedTuple):
    """What stays the same in all passes.

    flows: (M,) of the minerals. protons: (S,) protons beyond salts and weak acids in a mole. metals: names and places of
    those that dissolve wanted or not. copper, phosphate: places, -1 for none. own, reagent: what exchanges electrons in the
    feed and in the reagent. oxides: (M,) electrons that a mole takes up. wants: (M,) that the reagent is dosed for. ferrous:
    (M,) iron(II) of a mole. catalysts: of peroxide, in the feed's liquor and (M, 3) in a mole. rows: of `exchange_rows`.
    """

    chemistry: Chemistry
    feed: Stream
    ways: Ways
    flows: np.ndarray
    kinetics: Kinetics
    protons: np.ndarray
    metals: tuple[tuple[str, int], ...]
    copper: int
    phosphate: int
    own: Mapping[str, float]
    reagent: Mapping[str, float]
    reagent_electrons: float
    acid_moles: float
    oxides: np.ndarray
    wants: np.ndarray
    ferrous: np.ndarray
    catalysts: tuple[np.ndarray, np.ndarray]
    rows: np.ndarray


@dataclass(frozen=True, eq=False)
class Leached:
    """What a train answers.

    `inlets`: what was fed, `feed`: all of it mixed, reagents left out. `slurry`: what leaves the last tank, gas included.
    `acid`, `reagent`: drawn.
    `conversion`: (N, M) by the kinetics alone. `exchange`: electrons in all tanks. `volume`: m3/s of liquor.
    """

    train: Train
    inlets: tuple[Stream, ...]
    feed: Stream
    slurry: Stream
    acid: Stream
    reagent: Stream
    conversion: np.ndarray
    exchange: Exchange
    volume: float
    known: _Known

    @property
    def ways(self) -> Ways:
        """How its minerals dissolve."""
        return self.known.ways

    @property
    def kinetics(self) -> Kinetics:
        """By which rates."""
        return self.known.kinetics

    @functools.cached_property
    def tanks(self) -> tuple[Tank, ...]:
        """What leaves each tank; acid enters the first, the reagent where it is needed."""
        at = [self.feed.chemistry.index[name] for name in self.ways.names]
        states, _ = _tanks(self.train, self.known, self.conversion, self.volume, every=True)
        brought = sum(stream.enthalpy_flow for stream in (*self.inlets, self.acid))
        found, before = [], 0.0
        for number, state in enumerate(states):
            start = self.feed.flows + self.acid.flows + state.share * self.reagent.flows
            stream = self.slurry.replace(
                flows=rounded(start + _change(self.known, state)), temperature=self.train.temperature_of(number)
            )
            heat = stream.enthalpy_flow - brought - state.share * self.reagent.enthalpy_flow
            volume = stream.liquor_volume
            gone = 1.0 - stream.flows[at] / self.known.flows
            found.append(
                Tank(
                    stream=stream,
                    free_acid=free_protons(stream.chemistry, stream.flows) / volume,
                    exchange=state.exchange,
                    dissolved=dict(zip(self.ways.names, gone.tolist(), strict=True)),
                    heat=heat - before,
                    reagent=state.share,
                )
            )
            before = heat
        return tuple(found)


def leach(train: Train, inlets: Sequence[Stream]) -> Leached:
    """Let a train leach what enters; raises `DataError` for reagents that are none, `ConvergenceError` where nothing settles."""
    feed = mix(inlets)
    known = _known(train, feed)
    floor, volume = _start(train, known)
    accelerator = Accelerator(floor=floor, may_be_negative=_SIGNED)
    # how much dissolves is first taken as nearly all that can, so that volume and acid are near when the kernel is asked
    usual = np.tile(_USUAL * known.kinetics.accessible, (train.tanks, 1))
    passed = _pass(train, known, usual, volume)
    passed = _pass(train, known, usual, passed.volume)
    state = accelerator.start(np.array([passed.volume, passed.factor, passed.acid_fed]))
    for _ in range(STEPS):
        volume, factor, acid = (float(value) for value in state.x)
        conversion, tank_acid = _conversion(train, known, acid, volume, factor)
        passed = _pass(train, known, conversion, volume)
        state, _ = accelerator.step(state, np.array([passed.volume, passed.factor, passed.acid_fed]))
        if state.residual <= AGREED:
            break
    else:
        raise ConvergenceError(
            f"leach of {train.tanks} tanks has not settled in {STEPS} steps: the liquor changes by {state.residual:.2g} of "
            f"itself, {AGREED:g} is wanted"
        )
    nothing = Stream.empty(known.chemistry, train.temperature)
    slurry = feed.replace(flows=rounded(passed.flows), temperature=train.temperature)
    if feed.sizes:
        slurry = slurry.with_sizes(_residue(train, known, conversion[-1], tank_acid, passed.exchange))
    return Leached(
        train=train,
        inlets=tuple(inlets),
        feed=feed,
        slurry=slurry,
        acid=nothing if train.acid is None else train.acid * passed.acid,
        reagent=nothing if train.reagent is None else train.reagent * passed.reagent,
        conversion=conversion,
        exchange=passed.exchange,
        volume=volume,
        known=known,
    )


class _Passed(NamedTuple):
    """What one pass answers: flows (S,), doses as multiples of the reagents, and the unknowns of the next pass."""

    flows: np.ndarray
    exchange: Exchange
    acid: float
    reagent: float
    volume: float
    factor: float
    acid_fed: float


def _start(train: Train, known: _Known) -> tuple[np.ndarray, float]:
    """Answer what the unknowns are measured by, and a first volume."""
    volume = max(known.feed.liquor_volume, 1e-30)
    most = float(known.flows * known.kinetics.accessible @ known.kinetics.demand)
    fed = float(known.protons @ known.feed.flows)
    return np.array([volume, 1.0, max(most, abs(fed), volume)]), volume


def _pass(train: Train, known: _Known, conversion: np.ndarray, volume: float) -> _Passed:
    """Let so much dissolve, (N, M): exchange electrons, dose the reagents, and weigh acid and volume."""
    states, electrons = _tanks(train, known, conversion, volume)
    change = _change(known, states[-1])
    flows = known.feed.flows + change
    reagent = acid = 0.0
    if electrons > 0.0:
        reagent = electrons / known.reagent_electrons
        flows += reagent * train.reagent.flows
    taken = -float(known.protons @ change)
    fed = float(known.protons @ flows) + taken
    if train.acid is not None:
        if isinstance(train.acid_rule, ToFreeAcid):
            acid = max(0.0, (train.acid_rule.free_acid * volume + taken - fed) / train.acid["H+"])
        else:
            acid = times(train.acid_rule, train.acid, known.acid_moles, known.feed)
        flows += acid * train.acid.flows
        fed += acid * float(known.protons @ train.acid.flows)
    expected = float(known.flows * conversion[-1] @ known.kinetics.demand)
    return _Passed(
        flows=flows,
        exchange=states[-1].exchange,
        acid=acid,
        reagent=reagent,
        volume=density.liquor_volume(known.chemistry, flows[known.chemistry.liquor], train.temperature),
        factor=max(0.0, taken / expected) if expected > 0.0 else 1.0,
        acid_fed=fed,
    )


def free_protons(chemistry: Chemistry, flows: np.ndarray) -> float:
    """Answer the protons in excess of the neutral salts and of weak acids: twice the free sulfuric acid, mol/s."""
    return float(_proton_row(chemistry) @ flows)


def extraction(element: str, feed: Stream, slurry: Stream) -> float:
    """Answer the share of an element of the feed's solids that is no longer in solids; 0 where there was none."""
    chemistry = feed.chemistry
    if element not in chemistry.element_names:
        return 0.0
    row = chemistry.element_matrix[chemistry.element_names.index(element)][chemistry.solid]
    fed = float(row @ feed.flows[chemistry.solid])
    return 1.0 - float(row @ slurry.flows[chemistry.solid]) / fed if fed > 0.0 else 0.0


def rounded(flows: np.ndarray) -> np.ndarray:
    """Set to zero what is below zero by round-off alone."""
    flows = np.array(flows)
    tiny = (flows < 0.0) & (flows > -1e-12 * np.abs(flows).max())
    tiny[PROTON] = False
    flows[tiny] = 0.0
    return flows


@functools.lru_cache(maxsize=64)
def _proton_row(chemistry: Chemistry) -> np.ndarray:
    row = np.zeros(chemistry.size)
    row[PROTON] = 1.0
    for name, count in _BOUND:
        if name in chemistry.index:
            row[chemistry.index[name]] = -count
    row.setflags(write=False)
    return row


def _known(train: Train, feed: Stream) -> _Known:
    chemistry = feed.chemistry
    ways = present(oxidative_ways(chemistry) if train.oxidative else acid_ways(chemistry), feed.flows, chemistry)
    if train.acid is not None and train.acid["H+"] <= 0.0:
        raise DataError(f"acid: H+ = {train.acid['H+']:.4g} mol/s, the reagent must hold acid")
    electrons = 0.0 if train.reagent is None else electrons_of(train.reagent)
    if train.reagent is not None and electrons <= 0.0:
        acts = "peroxide, persulfate, sulfite or iron(II)"
        raise DataError(f"reductant: H2O2 = {train.reagent['H2O2']:.4g} mol/s, the reagent must hold {acts}")
    names = ways.names
    flows = feed.flows[[chemistry.index[name] for name in names]]
    oxides = np.maximum(0.0, ways.electrons)
    phosphate = names.index(PHOSPHATE) if train.oxidative and PHOSPHATE in names else -1
    wants = np.array(oxides)
    for at, name in enumerate(names):
        if train.oxidative:
            wants[at] = -min(0.0, ways.electrons[at])
        elif name in METALS:
            wants[at] = ways.electrons[at] * (1.0 - train.hydrogen_share if name == "Al(s)" else 1.0)
    liquor = np.zeros(chemistry.size)
    liquor[chemistry.liquor] = 1.0
    known = chemistry.element_names
    rows = [chemistry.element_matrix[known.index(e)] * liquor if e in known else 0.0 * liquor for e in CATALYSTS]
    active = _active(feed)
    return _Known(
        chemistry=chemistry,
        feed=feed,
        ways=ways,
        flows=flows,
        kinetics=_kinetics(train, feed, ways, flows, bool(oxides.any())),
        protons=_proton_row(chemistry),
        metals=tuple((name, names.index(name)) for name in METALS[:-1] if name in names),
        copper=names.index(METALS[-1]) if METALS[-1] in names else -1,
        phosphate=phosphate,
        own=active,
        reagent=dict.fromkeys(active, 0.0) if train.reagent is None else _active(train.reagent),
        reagent_electrons=electrons,
        acid_moles=0.0 if train.acid is None else moles_of_acid(train.acid),
        oxides=oxides,
        wants=wants,
        ferrous=np.maximum(0.0, ways.changes[:, chemistry.index["Fe+2"]])
        if "Fe+2" in chemistry.index
        else 0.0 * oxides,
        catalysts=(np.array([row @ feed.flows for row in rows]), np.array([ways.changes @ row for row in rows]).T),
        rows=exchange_rows(chemistry),
    )


def _active(stream: Stream) -> dict[str, float]:
    """Answer mol/s of what exchanges electrons in a liquor or a gas."""
    index = stream.chemistry.index
    names = ("H2O2", "SO3-2", "SO2(g)", "S2O8-2", "Fe+2", "Fe+3", "Cu+2")
    return {name: stream[name] if name in index else 0.0 for name in names}


def _kinetics(train: Train, feed: Stream, ways: Ways, flows: np.ndarray, with_oxides: bool) -> Kinetics:
    """Pack what the kernel needs: minerals that dissolve alike are one to it, as all oxides of the cathode are."""
    laws = rate_laws(ways.names, train.laws)
    members: dict[object, str] = {}
    group = np.zeros(len(ways.names), dtype=np.int64)
    keys: dict[object, int] = {}
    for at, name in enumerate(ways.names):
        key = (id(laws[name]), feed.sizes[name].tobytes() if name in feed.sizes else b"")
        members.setdefault(key, name)
        group[at] = keys.setdefault(key, len(keys))
    chosen = tuple(members.values())
    packed, sizes = minerals(chosen, train.temperature, {name: laws[name] for name in chosen}, feed.sizes)
    packed = packed._replace(accessible=np.ones(len(chosen)))
    accessible = np.array([laws[name].accessible for name in ways.names])
    protons = -(ways.changes @ _proton_row(feed.chemistry)) - np.maximum(0.0, ways.electrons)
    demand = np.maximum(0.0, protons)
    for at, name in enumerate(ways.names):
        if name in METALS:
            share = train.hydrogen_share if name == "Al(s)" else 0.0
            demand[at] = -ways.electrons[at] * (share if with_oxides or name == METALS[-1] else 1.0)
            if name == METALS[-1]:
                demand[at] = 0.0
        elif name == PHOSPHATE and train.oxidative:
            peroxide = 0.0 if train.reagent is None else train.reagent["H2O2"]
            demand[at] = 1.0 if peroxide > 0.0 else 0.0
    return Kinetics(packed, sizes, group, accessible, demand, _faster(train, laws, ways, flows * demand), laws, chosen)


def _faster(train: Train, laws: Mapping[str, RateLaw], ways: Ways, taken: np.ndarray) -> np.ndarray:
    """Answer how many times faster each tank (N,) is than the last, by its temperature."""
    if not train.temperatures or not len(ways.names):
        return np.ones(train.tanks)
    energy = laws[ways.names[int(np.argmax(taken))]].activation_energy
    inverse = 1.0 / train.temperature - 1.0 / np.array(train.temperatures)
    return np.exp(energy / water.GAS_CONSTANT * inverse)


def _conversion(
    train: Train, known: _Known, acid: float, volume: float, factor: float
) -> tuple[np.ndarray, np.ndarray]:
    """Answer how much of each mineral its kinetics dissolve, (N, M), and the acid (N,) mol/m3, from the kernel."""
    kinetics = known.kinetics
    count = len(kinetics.members)
    if count == 0:
        return np.zeros((train.tanks, 0)), np.ones(train.tanks)
    reactive = known.flows * kinetics.accessible
    flows = np.bincount(kinetics.group, reactive, count)
    taken = np.bincount(kinetics.group, reactive * kinetics.demand * factor, count)
    packed = kinetics.packed._replace(acid_demand=taken / flows)
    residence = train.residence_time / train.tanks * kinetics.faster
    fed = (kinetics.sizes, residence, flows, max(acid, _LEAST_ACID), volume)
    conversion, tank_acid, error, _, status = leach_train(packed, *fed)
    if status == STARVED:  # a mineral that does not heed the acid would take more than there is
        slight = np.where(packed.acid_demand > 0.0, np.maximum(packed.acid_order, _SLIGHT), packed.acid_order)
        conversion, tank_acid, error, _, status = leach_train(packed._replace(acid_order=slight), *fed)
    if status != CONVERGED:
        raise ConvergenceError(
            f"train of {train.tanks} tanks {SENTENCES[status]} (acid {acid:.4g} mol/s, error {error:.2g})"
        )
    return conversion[:, kinetics.group] * kinetics.accessible, tank_acid


def _tanks(
    train: Train, known: _Known, conversion: np.ndarray, volume: float, every: bool = False
) -> tuple[tuple[_State, ...], float]:
    """Exchange electrons tank by tank; answers the states of the tanks and the electrons that the reagent brings.

    The state of the last tank alone, where the others do not matter for it and `every` is not asked for.
    """
    potential = known.flows * conversion  # (N, M)
    net = np.maximum(0.0, potential @ known.wants)
    electrons = _reagent_electrons(train, known, float(net[-1]))
    shares = np.minimum(1.0, net / net[-1]) if net[-1] > 0.0 else np.ones(len(net))
    scale = electrons / known.reagent_electrons if known.reagent_electrons > 0.0 else 0.0
    by_law = train.decomposition is None
    decayed, states = 0.0, []
    for n in range(len(net)) if by_law or every else (len(net) - 1,):
        dosed = float(shares[n]) * scale
        fed = {name: amount + dosed * known.reagent[name] for name, amount in known.own.items()}
        usable = fed["H2O2"] - decayed if by_law else fed["H2O2"] * (1.0 - (train.decomposition or 0.0))
        found = exchange(_offers(train, known, potential[n], fed, usable))
        left = max(0.0, fed["H2O2"] - decayed * by_law - 0.5 * (found.reducing + found.oxidising))
        if by_law:
            held = (known.catalysts[0] + potential[n] @ known.catalysts[1]) / volume
            turned = train.residence_time / train.tanks * decay_constant(train.temperature, held.tolist())
            decayed += left * turned / (1.0 + turned)
        else:
            decayed = left
        states.append(_State(potential[n], found, decayed, float(shares[n]), fed["SO2(g)"]))
    return tuple(states), electrons


def _offers(train: Train, known: _Known, potential: np.ndarray, fed: Mapping[str, float], peroxide: float) -> Offers:
    """Answer what may exchange electrons where the kinetics offer `potential` (M,) and the liquor was fed `fed`."""
    electrons = known.ways.electrons
    return Offers(
        oxide=float(potential @ known.oxides),
        metals={name: -float(electrons[at] * potential[at]) for name, at in known.metals},
        copper=2.0 * float(potential[known.copper]) if known.copper >= 0 else 0.0,
        phosphate=float(potential[known.phosphate]) if known.phosphate >= 0 else 0.0,
        sulfite=2.0 * (fed["SO3-2"] + fed["SO2(g)"]),
        peroxide=2.0 * peroxide,
        persulfate=2.0 * fed["S2O8-2"],
        ferrous=fed["Fe+2"] + float(potential @ known.ferrous),
        ferric=fed["Fe+3"],
        cupric=2.0 * fed["Cu+2"],
        hydrogen_share=train.hydrogen_share,
        oxidising=train.decomposition is None or train.oxidative,
    )


def _reagent_electrons(train: Train, known: _Known, net: float) -> float:
    if train.reagent is None:
        return 0.0
    if isinstance(train.reagent_rule, PerElectron):
        return train.reagent_rule.ratio * net
    moles = 0.5 * known.reagent_electrons
    return known.reagent_electrons * times(train.reagent_rule, train.reagent, moles, known.feed)


def _change(known: _Known, state: _State) -> np.ndarray:
    """Answer the changes of flow (S,) since the feed."""
    found, potential = state.exchange, state.potential
    reduced = np.where(known.oxides > 0.0, found.covered, 1.0) * potential
    if known.copper >= 0:
        reduced[known.copper] = 0.5 * found.copper
    if known.phosphate >= 0:
        reduced[known.phosphate] = found.phosphate
    change = reduced @ known.ways.changes + extents(found, state.decayed, state.sulfur_dioxide) @ known.rows
    if found.covered < 1.0:
        change += np.where(known.oxides > 0.0, 1.0 - found.covered, 0.0) * potential @ known.ways.unreduced
    return change


def _residue(
    train: Train, known: _Known, conversion: np.ndarray, tank_acid: np.ndarray, exchanged: Exchange
) -> dict[str, np.ndarray]:
    """Answer the sizes (50,) of what is left of each mineral that came with sizes, and of what keeps its shape."""
    kinetics, sizes = known.kinetics, known.feed.sizes
    sized = [name for name in known.ways.names if name in sizes]
    if not sized:
        return {}
    chosen = [name for name in kinetics.members if name in sizes]
    held = np.flatnonzero(np.sum([sizes[name] for name in chosen], axis=0))
    edges = EDGES / DIAMETERS[held[len(held) // 2]]
    packed = kinetics.packed._replace(
        accessible=np.array([kinetics.laws[name].accessible for name in kinetics.members])
    )
    residence = train.residence_time / train.tanks * kinetics.faster
    acid = np.maximum(tank_acid, _LEAST_ACID)
    fractions = residue_sizes(packed, kinetics.sizes, residence, acid, np.full(train.tanks, np.inf), edges)
    left = {name: fractions[kinetics.group[at]] for at, name in enumerate(known.ways.names) if name in sizes}
    if known.copper >= 0 and 0.5 * exchanged.copper < _WHOLLY * known.flows[known.copper] * conversion[known.copper]:
        left.pop(METALS[-1], None)  # it waits for someone to take its electrons
    index, oxides = known.chemistry.index, [n for n in sized if known.oxides[known.ways.names.index(n)] > 0.0]
    if known.phosphate >= 0 and PHOSPHATE in sizes:
        left |= {PHOSPHATE: sizes[PHOSPHATE], STRIPPED: sizes[PHOSPHATE]}
    if oxides and exchanged.covered < 1.0:
        left |= {name: sizes[oxides[0]] for name in BARE.values() if name in index and name not in sizes}
    return left
