"""What a leach keeps of its feed, its reagents and its minerals, and how states of it are turned into changes of flow.

Shared by the train (`train.py`) and the batch (`batch.py`). Moles are counted since the feed, so that elements and charge close
exactly whatever an iteration does.

Shapes: M minerals, G groups of minerals that dissolve alike, N tanks, S species, R reactions beside the minerals'.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from ...kernels.shrinking_core import Minerals, Sizes
from ..chemistry import water
from ..chemistry.database import all_species
from ..chemistry.system import PROTON, Chemistry
from ..errors import DataError, DeclarationError, nearest
from ..stream import Stream
from .dissolution import METALS, PHOSPHATE, Ways, acid_ways, oxidative_ways, present, rate_laws
from .dosing import (
    AcidRule,
    ElectronRule,
    Flow,
    PerElectron,
    PerElement,
    ToFreeAcid,
    electrons_of,
    moles_of_acid,
    times,
)
from .electrons import CATALYSTS, Exchange, Offers, exchange_rows, extents
from .rates import RateLaw, minerals

_BOUND = (("F-", 1.0), ("PO4-3", 3.0), ("CO3-2", 2.0), ("SO3-2", 2.0))  # protons that a weak acid's anion holds
_NONE: Mapping[str, RateLaw] = {}
_FILLER = "LiF(s)"  # packed where nothing dissolves, and not asked for


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
        for name, rule, kinds in (
            ("acid", self.acid_rule, (PerElement, ToFreeAcid, Flow)),
            ("reagent", self.reagent_rule, (PerElement, PerElectron, Flow)),
        ):
            if not isinstance(rule, kinds):
                meant = ", ".join(kind.__name__ for kind in kinds)
                raise DeclarationError(f"rule of the {name} = {rule!r} is none of {meant}")
        for name, law in self.laws.items():
            if not isinstance(law, RateLaw):
                raise DeclarationError(f"laws: that of {name} = {law!r} is no RateLaw")

    def temperature_of(self, number: int) -> float:
        """Answer the temperature of a tank, K."""
        return self.temperatures[number] if self.temperatures else self.temperature


class Kinetics(NamedTuple):
    """What the kernel takes, and how minerals fall into groups: group (M,), accessible (M,), demand (M,) of acid, faster (N,)."""

    packed: Minerals
    sizes: Sizes
    group: np.ndarray
    accessible: np.ndarray
    demand: np.ndarray
    faster: np.ndarray
    laws: Mapping[str, RateLaw]
    members: tuple[str, ...]


class State(NamedTuple):
    """Of a tank, since the feed: what the kinetics offer (M,), electrons exchanged, moles of peroxide decayed, share of dose."""

    potential: np.ndarray
    exchange: Exchange
    decayed: float
    share: float
    sulfur_dioxide: float


class Known(NamedTuple):
    """What stays the same in all passes.

    flows: (M,) of the minerals. protons: (S,) protons beyond salts and weak acids in a mole. metals: names and places of
    those that dissolve wanted or not. copper, phosphate: places, -1 for none. own, reagent: what exchanges electrons in the
    feed and in the reagent. oxides: (M,) electrons that a mole takes up. wants: (M,) that the reagent is dosed for. ferrous,
    ferric: (M,) iron(II) and iron(III) of a mole. catalysts: of peroxide, in the feed's liquor and (M, 3) in a mole.
    rows: of `exchange_rows`.
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
    ferric: np.ndarray
    catalysts: tuple[np.ndarray, np.ndarray]
    rows: np.ndarray


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


def known_of(train: Train, feed: Stream) -> Known:
    """Answer what of a leach stays the same in all passes; raises `DataError` for an acid or a reagent that is none."""
    chemistry = feed.chemistry
    every = oxidative_ways(chemistry) if train.oxidative else acid_ways(chemistry)
    _refuse_laws(train.laws, every.names, chemistry)
    ways = present(every, feed.flows, chemistry)
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
    return Known(
        chemistry=chemistry,
        feed=feed,
        ways=ways,
        flows=flows,
        kinetics=_kinetics(train, feed, ways, flows),
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
        ferrous=_made(ways, chemistry, "Fe+2"),
        ferric=_made(ways, chemistry, "Fe+3"),
        catalysts=(np.array([row @ feed.flows for row in rows]), np.array([ways.changes @ row for row in rows]).T),
        rows=exchange_rows(chemistry),
    )


def _refuse_laws(laws: Mapping[str, RateLaw], names: tuple[str, ...], chemistry: Chemistry) -> None:
    for name in laws:
        if name not in all_species() or (name in chemistry.index and name not in names):
            raise DataError(f"laws: {name!r} is no solid that dissolves here{nearest(name, names)}")


def _made(ways: Ways, chemistry: Chemistry, name: str) -> np.ndarray:
    """Answer moles of a species that a mole of each mineral makes, (M,)."""
    return (
        np.maximum(0.0, ways.changes[:, chemistry.index[name]])
        if name in chemistry.index
        else np.zeros(len(ways.names))
    )


def _active(stream: Stream) -> dict[str, float]:
    """Answer mol/s of what exchanges electrons in a liquor or a gas."""
    index = stream.chemistry.index
    names = ("H2O2", "SO3-2", "SO2(g)", "S2O8-2", "Fe+2", "Fe+3", "Cu+2")
    return {name: stream[name] if name in index else 0.0 for name in names}


def _kinetics(train: Train, feed: Stream, ways: Ways, flows: np.ndarray) -> Kinetics:
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
    packed, sizes = minerals(chosen or (_FILLER,), train.temperature, {name: laws[name] for name in chosen}, feed.sizes)
    packed = packed._replace(accessible=np.ones(len(chosen)))
    accessible = np.array([laws[name].accessible for name in ways.names])
    protons = -(ways.changes @ _proton_row(feed.chemistry)) - np.maximum(0.0, ways.electrons)
    demand = np.maximum(0.0, protons)
    # an electron that a metal gives takes up a proton: it makes hydrogen, or water of peroxide, or spares the peroxide that an
    # oxide is counted with; copper waits for someone to take its electrons
    for at, name in enumerate(ways.names):
        if name in METALS:
            demand[at] = 0.0 if name == METALS[-1] else -ways.electrons[at]
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


def offers_of(train: Train, known: Known, potential: np.ndarray, fed: Mapping[str, float], peroxide: float) -> Offers:
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
        ferric=fed["Fe+3"] + float(potential @ known.ferric),
        cupric=2.0 * fed["Cu+2"],
        hydrogen_share=train.hydrogen_share,
        oxidising=train.decomposition is None or train.oxidative,
    )


def reagent_electrons(train: Train, known: Known, net: float) -> float:
    """Answer mol/s of electrons that the reagent brings, by its rule, where `net` are asked for that nothing else gives."""
    if train.reagent is None:
        return 0.0
    if isinstance(train.reagent_rule, PerElectron):
        return train.reagent_rule.ratio * net
    moles = 0.5 * known.reagent_electrons
    return known.reagent_electrons * times(train.reagent_rule, train.reagent, moles, known.feed)


def change_of(known: Known, state: State) -> np.ndarray:
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
