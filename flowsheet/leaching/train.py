"""The leaching train: kinetics of the kernel, electrons, doses and liquor of every tank brought into agreement.

What leaves is found by a fixed point of the volume of the liquor, the acid fed, and the acid that a mineral takes up; one
call of the kernel a pass.

Shapes: M minerals, N tanks, S species.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from scipy.optimize import root_scalar

from ...kernels.leach_residue import residue_sizes
from ...kernels.shrinking_core import leach_train
from ...kernels.status import CONVERGED, SENTENCES, STARVED
from ..chemistry import density
from ..convergence import Accelerator
from ..errors import ConvergenceError
from ..sizes import DIAMETERS, EDGES
from ..stream import Stream, mix
from .bookkeeping import (
    Kinetics,
    Known,
    State,
    Train,
    change_of,
    extraction,
    free_protons,
    known_of,
    offers_of,
    reagent_electrons,
    rounded,
)
from .dissolution import BARE, METALS, PHOSPHATE, STRIPPED, Ways
from .dosing import Flow, ToFreeAcid, times
from .electrons import Exchange, decay_constant, exchange

STEPS = 60
AGREED, ENOUGH = 1e-10, 1e-6
_USUAL = 0.95  # of what can dissolve, to begin with
_LEAST_ACID = 1e-12  # mol/s, and mol/m3
_LEAST_FLOW = 1e-300  # mol/s: of a mineral that nothing reaches, its law has accessible = 0
_WHOLLY = 1.0 - 1e-6
_NOTICED = 1.0  # mol/m3 of protons
_SLIGHT = 0.1  # order in acid, where acid is short
_WIDENINGS = 12
_FACTORS = (0.5, 2.0)  # between which the acid that minerals take up may differ from what is first counted
_SIGNED = np.array([False, False, True])


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


@dataclass(frozen=True, eq=False)
class Leached:
    """What a train answers.

    `inlets`: what was fed, `feed`: all of it mixed, reagents left out. `slurry`: what leaves the last tank, gas included.
    `acid`, `reagent`: drawn. `start`: where a leach of a feed like this may begin.
    `conversion`: (N, M) by the kinetics alone. `exchange`: electrons in all tanks. `volume`: m3/s of liquor. `unsettled`: by how
    much of itself the liquor still changed where that is more than `AGREED`, 0 otherwise.
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
    known: Known
    start: object = None
    unsettled: float = 0.0

    @property
    def ways(self) -> Ways:
        """How its minerals dissolve."""
        return self.known.ways

    @property
    def kinetics(self) -> Kinetics:
        """By which rates."""
        return self.known.kinetics

    @functools.cached_property
    def enthalpies(self) -> tuple[float, float, float]:
        """Flows of enthalpy (W) of what was fed, of the acid and of the reagent; those of a reagent are known from its own."""
        acid, reagent = (
            _enthalpy(drawn, whole)
            for drawn, whole in ((self.acid, self.train.acid), (self.reagent, self.train.reagent))
        )
        return sum(stream.enthalpy_flow for stream in self.inlets), acid, reagent

    @functools.cached_property
    def tanks(self) -> tuple[Tank, ...]:
        """What leaves each tank; acid enters the first, the reagent where it is needed."""
        at = [self.feed.chemistry.index[name] for name in self.ways.names]
        states, _ = _tanks(self.train, self.known, self.conversion, self.volume, every=True)
        fed, acid, reagent = self.enthalpies
        found, before = [], 0.0
        for number, state in enumerate(states):
            start = self.feed.flows + self.acid.flows + state.share * self.reagent.flows
            stream = self.slurry.replace(
                flows=rounded(start + change_of(self.known, state)), temperature=self.train.temperature_of(number)
            )
            heat = stream.enthalpy_flow - fed - acid - state.share * reagent
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


def _enthalpy(drawn: Stream, whole: Stream | None) -> float:
    """Answer W of what was drawn of a reagent, by the share of the `whole`, whose enthalpy stays with it."""
    return whole.enthalpy_flow * drawn.mass / whole.mass if whole is not None and whole.mass > 0.0 else 0.0


def leach(train: Train, inlets: Sequence[Stream], start: object = None) -> Leached:
    """Let a train leach what enters.

    `start`: the `start` of an earlier leach of a feed like this, which saves time and changes nothing. Raises `DataError` for
    reagents that are none, `ConvergenceError` where nothing settles.
    """
    feed = mix(inlets)
    known = known_of(train, feed)
    try:
        found = _resumed(train, known, start)
    except ConvergenceError:  # minerals that do not heed an acid that is nearly spent, and then do, lead to and fro
        found = None
    if found is None or _overdrawn(found.passed, known):  # copper that heeds no acid would take more than there is
        known = heedful(known)
        found = _dosed_or_settled(train, known)
    passed = found.passed
    nothing = Stream.empty(known.chemistry, train.temperature)
    slurry = feed.replace(flows=rounded(passed.flows), temperature=train.temperature)
    if feed.sizes:
        slurry = slurry.with_sizes(_residue(train, known, found.conversion[-1], found.tank_acid, passed.exchange))
    return Leached(
        train=train,
        inlets=tuple(inlets),
        feed=feed,
        slurry=slurry,
        acid=nothing if train.acid is None else train.acid * passed.acid,
        reagent=nothing if train.reagent is None else train.reagent * passed.reagent,
        conversion=found.conversion,
        exchange=passed.exchange,
        volume=float(found.unknowns[0]),
        known=known,
        start=Start(found.unknowns).times(1.0 / feed.mass),
        unsettled=found.residual if found.residual > AGREED else 0.0,
    )


@dataclass(frozen=True, eq=False)
class Start:
    """Where a leach may begin, per kg/s of its feed: volume (m3/s), factor on the acid that minerals take up, acid (mol/s)."""

    unknowns: np.ndarray

    def times(self, mass: float) -> Start:
        """Answer the start of `mass` times as much."""
        return Start(self.unknowns * np.array([mass, 1.0, mass]))


class _Settled(NamedTuple):
    """Where the iteration came to: its last pass, conversions (N, M), acid (N,) mol/m3, the unknowns it was made with, and by
    how much these still changed.
    """

    passed: _Passed
    conversion: np.ndarray
    tank_acid: np.ndarray
    unknowns: np.ndarray
    residual: float


def _settled(train: Train, known: Known, begun: Start | None) -> _Settled:
    """Bring kinetics, doses and volume into agreement."""
    floor, volume = _start(train, known)
    accelerator = Accelerator(floor=floor, may_be_negative=_SIGNED)
    if begun is None:
        # how much dissolves is first taken as nearly all that can, so that volume and acid are near when the kernel is asked
        usual = np.tile(_USUAL * known.kinetics.accessible, (train.tanks, 1))
        passed = _pass(train, known, usual, volume)
        passed = _pass(train, known, usual, passed.volume)
        begun = Start(passed.unknowns)
    state, best, nearest = accelerator.start(begun.unknowns), None, ENOUGH
    for _ in range(STEPS):
        unknowns = state.x
        volume, factor, acid = unknowns.tolist()
        conversion, tank_acid = _conversion(train, known, acid, volume, factor)
        passed = _pass(train, known, conversion, volume)
        state, _ = accelerator.step(state, passed.unknowns)
        if state.residual <= nearest:
            best, nearest = _Settled(passed, conversion, tank_acid, unknowns, state.residual), state.residual
        if state.residual <= AGREED:
            break
    if best is not None:  # where acid is nearly spent the kernel is not more accurate
        return best
    raise ConvergenceError(
        f"leach of {train.tanks} tanks has not settled in {STEPS} steps: the liquor changes by {state.residual:.2g} of "
        f"itself, {AGREED:g} is wanted"
    )


def _resumed(train: Train, known: Known, start: object) -> _Settled:
    """Answer what `_settled` does from a `start`, and from none where it leads nowhere."""
    if isinstance(start, Start):
        try:
            return _settled(train, known, start.times(known.feed.mass))
        except ConvergenceError:
            pass
    return _settled(train, known, None)


def _dosed_or_settled(train: Train, known: Known) -> _Settled:
    """Answer what `_settled` does; where next to no acid is to be left, of the dose that leaves it, found by trial."""
    try:
        return _settled(train, known, None)
    except ConvergenceError:
        if not isinstance(train.acid_rule, ToFreeAcid) or train.acid is None:
            raise
    target, acid = train.acid_rule.free_acid, train.acid
    latest: list[_Settled] = []

    def excess(dose: float) -> float:
        begun = Start(latest[-1].unknowns) if latest else None
        latest.append(_settled(replace(train, acid_rule=Flow(dose * acid.mass)), known, begun))
        passed = latest[-1].passed
        return float(known.protons @ passed.flows) - target * passed.volume

    most = float(known.flows @ np.abs(known.kinetics.demand)) + target * max(known.feed.liquor_volume, 1e-30)
    high = most / acid["H+"]
    for _ in range(_WIDENINGS):
        if excess(high) >= 0.0:
            break
        high *= 2.0
    root = root_scalar(excess, bracket=(0.0, high), method="brentq", rtol=1e-12)
    excess(float(root.root))
    return latest[-1]


def _overdrawn(passed: _Passed, known: Known) -> bool:
    """Whether more acid is gone than was there, by what a cubic metre notices."""
    before = min(0.0, float(known.protons @ known.feed.flows))
    return float(known.protons @ passed.flows) < before - _NOTICED * passed.volume


def heedful(known: Known) -> Known:
    """Answer the same with minerals that all slow down where acid is short."""
    packed = known.kinetics.packed
    order = np.maximum(packed.acid_order, _SLIGHT)
    return known._replace(kinetics=known.kinetics._replace(packed=packed._replace(acid_order=order)))


class _Passed(NamedTuple):
    """What one pass answers: flows (S,), doses as multiples of the reagents, and the unknowns of the next pass.

    volume: m3/s. factor: on the acid that minerals take up. acid_fed: mol/s that is fed to them.
    """

    flows: np.ndarray
    exchange: Exchange
    acid: float
    reagent: float
    volume: float
    factor: float
    acid_fed: float

    @property
    def unknowns(self) -> np.ndarray:
        """What the next pass is given."""
        return np.array([self.volume, self.factor, self.acid_fed])


def _start(train: Train, known: Known) -> tuple[np.ndarray, float]:
    """Answer what the unknowns are measured by, and a first volume."""
    volume = max(known.feed.liquor_volume, 1e-30)
    most = float(known.flows * known.kinetics.accessible @ known.kinetics.demand)
    fed = float(known.protons @ known.feed.flows)
    return np.array([volume, 1.0, max(most, abs(fed), volume)]), volume


def _pass(train: Train, known: Known, conversion: np.ndarray, volume: float) -> _Passed:
    """Let so much dissolve, (N, M): exchange electrons, dose the reagents, and weigh acid and volume."""
    states, electrons = _tanks(train, known, conversion, volume)
    change = change_of(known, states[-1])
    flows = known.feed.flows + change
    reagent = acid = 0.0
    if electrons > 0.0 and train.reagent is not None:
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
    # what others than minerals take up, as iron(II) that peroxide oxidises does, is gone before these meet the acid
    factor = min(max(taken / expected, _FACTORS[0]), _FACTORS[1]) if expected > 0.0 else 1.0
    return _Passed(
        flows=flows,
        exchange=states[-1].exchange,
        acid=acid,
        reagent=reagent,
        volume=density.liquor_volume(known.chemistry, flows[known.chemistry.liquor], train.temperature),
        factor=factor,
        acid_fed=fed - (taken - factor * expected),
    )


def _conversion(train: Train, known: Known, acid: float, volume: float, factor: float) -> tuple[np.ndarray, np.ndarray]:
    """Answer how much of each mineral its kinetics dissolve, (N, M), and the acid (N,) mol/m3, from the kernel."""
    kinetics = known.kinetics
    count = len(kinetics.members)
    if count == 0:
        return np.zeros((train.tanks, 0)), np.ones(train.tanks)
    reactive = known.flows * kinetics.accessible
    flows = np.bincount(kinetics.group, reactive, count)
    taken = np.bincount(kinetics.group, reactive * kinetics.demand * factor, count)
    packed = kinetics.packed._replace(acid_demand=taken / np.maximum(flows, _LEAST_FLOW))
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
    train: Train, known: Known, conversion: np.ndarray, volume: float, every: bool = False
) -> tuple[tuple[State, ...], float]:
    """Exchange electrons tank by tank; answers the states of the tanks and the electrons that the reagent brings.

    The state of the last tank alone, where the others do not matter for it and `every` is not asked for.
    """
    potential = known.flows * conversion  # (N, M)
    net = np.maximum(0.0, potential @ known.wants)
    electrons = reagent_electrons(train, known, float(net[-1]))
    shares = np.minimum(1.0, net / net[-1]) if net[-1] > 0.0 else np.ones(len(net))
    scale = electrons / known.reagent_electrons if known.reagent_electrons > 0.0 else 0.0
    by_law = train.decomposition is None
    decayed, states = 0.0, []
    for n in range(len(net)) if by_law or every else (len(net) - 1,):
        dosed = float(shares[n]) * scale
        fed = {name: amount + dosed * known.reagent[name] for name, amount in known.own.items()}
        usable = fed["H2O2"] - decayed if by_law else fed["H2O2"] * (1.0 - (train.decomposition or 0.0))
        found = exchange(offers_of(train, known, potential[n], fed, usable))
        left = max(0.0, fed["H2O2"] - decayed * by_law - 0.5 * (found.reducing + found.oxidising))
        if by_law:
            held = (known.catalysts[0] + potential[n] @ known.catalysts[1]) / volume
            turned = train.residence_time / train.tanks * decay_constant(train.temperature, held.tolist())
            decayed += left * turned / (1.0 + turned)
        else:
            decayed = left
        states.append(State(potential[n], found, decayed, float(shares[n]), fed["SO2(g)"]))
    return tuple(states), electrons


def _residue(
    train: Train, known: Known, conversion: np.ndarray, tank_acid: np.ndarray, exchanged: Exchange
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
