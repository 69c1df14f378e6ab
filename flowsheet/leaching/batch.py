"""A batch or semi-batch leach: the course of the particles, electrons and liquor at every reading brought into agreement.

Flows are averages over the cycle; the vessel holds what flows in during one. Kinetics ask for concentrations alone, so a
mole of a batch is counted as a mole per second. At each reading the electrons of `electrons.py` are exchanged over all that
happened so far, and moles are counted since the charge, so that elements and charge close exactly whatever the iteration.

Reagents are dosed by a schedule of pairs (time in s, share dosed until then), straight between and from (0, 0), all given by
its last pair:

    ((0.0, 1.0),)                                    all before the start
    ((0.0, 0.3), (3600.0, 1.0))                      three tenths before, the rest evenly over an hour

Shapes: M minerals, G groups of minerals that dissolve alike, T readings, S species.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.optimize import root_scalar

from ...kernels.batch_leach import NODES, Curves, batch_leach, tabulate
from ...kernels.status import CONVERGED, SENTENCES
from ..chemistry import density
from ..convergence import Accelerator
from ..errors import ConvergenceError, DeclarationError
from ..sizes import DIAMETERS, EDGES
from ..stream import Stream, mix
from .bookkeeping import Known, State, Train, change_of, free_protons, known_of, offers_of, reagent_electrons, rounded
from .dosing import ToFreeAcid, times
from .electrons import decay_constant, exchange
from .rates import SHRINKING_FILM, SURFACE
from .train import Leached, Tank, heedful

Schedule = tuple[tuple[float, float], ...]
AT_ONCE: Schedule = ((0.0, 1.0),)
STEPS = 60
AGREED, ENOUGH = 1e-8, 1e-6
_WIDENINGS = 12
_USUAL = 0.9  # of what can dissolve, to begin with
_DENSER = 1.5  # power by which readings crowd towards the start
_LEAST = 1e-12  # of the acid, below which there is none
_OVERDRAWN = 1e-6  # of the acid
_LEAST_AMOUNT = 1e-300  # mol, of a mineral that nothing reaches


@dataclass(frozen=True, kw_only=True)
class Batch:
    """A batch: `train` tells reagents, rules and laws, its residence time is that of the batch; and the schedules of doses."""

    train: Train
    acid_schedule: Schedule
    reagent_schedule: Schedule
    readings: int

    def __post_init__(self):
        for name in ("acid_schedule", "reagent_schedule"):
            check_schedule(name, getattr(self, name), self.train.residence_time)


@dataclass(frozen=True, eq=False)
class Reading(Tank):
    """What the vessel holds at a `time` (s) after the start, as of `Tank`; `acid`: share of the acid dosed until then."""

    time: float
    acid: float


class _Course(NamedTuple):
    """One pass: states and flows (T, S) at the readings, doses as multiples, and the unknowns of the next pass."""

    states: tuple[State, ...]
    flows: np.ndarray
    acid: float
    reagent: float
    supply: np.ndarray
    volume: np.ndarray


class _Clock(NamedTuple):
    """Times of the readings (T,), shares of acid and reagent dosed until then (T,)."""

    times: np.ndarray
    acid: np.ndarray
    reagent: np.ndarray


@dataclass(frozen=True, eq=False)
class BatchLeached:
    """What a batch answers: as a train does, `leached`, and the course of it by `readings`."""

    leached: Leached
    clock: _Clock
    course: _Course

    @functools.cached_property
    def readings(self) -> tuple[Reading, ...]:
        """What the vessel holds at each reading, the first at the start."""
        found = self.leached
        at = [found.feed.chemistry.index[name] for name in found.ways.names]
        brought = sum(stream.enthalpy_flow for stream in found.inlets)
        told, before = [], 0.0
        for number, state in enumerate(self.course.states):
            flows = rounded(self.course.flows[number])
            stream = found.feed.replace(flows=flows, temperature=found.train.temperature)
            acid, reagent = float(self.clock.acid[number]), float(self.clock.reagent[number])
            heat = stream.enthalpy_flow - brought - acid * found.acid.enthalpy_flow
            heat -= reagent * found.reagent.enthalpy_flow
            gone = 1.0 - flows[at] / found.known.flows
            told.append(
                Reading(
                    time=float(self.clock.times[number]),
                    acid=acid,
                    stream=stream,
                    free_acid=free_protons(stream.chemistry, flows) / stream.liquor_volume,
                    exchange=state.exchange,
                    dissolved=dict(zip(found.ways.names, gone.tolist(), strict=True)),
                    heat=heat - before,
                    reagent=reagent,
                )
            )
            before = heat
        return tuple(told)


def check_schedule(name: str, schedule: Schedule, last: float) -> None:
    """Raise `DeclarationError` for a schedule that is none within a batch of `last` s."""
    if not isinstance(schedule, tuple) or not schedule or any(np.shape(pair) != (2,) for pair in schedule):
        raise DeclarationError(f"{name} = {schedule!r} must be pairs (time in s, share dosed), such as ((0.0, 1.0),)")
    for before, after in zip(((0.0, 0.0), *schedule), schedule, strict=False):
        if not (before[0] <= after[0] <= last and before[1] <= after[1] <= 1.0):
            raise DeclarationError(
                f"{name}: ({after[0]:g} s, {after[1]:g}) after ({before[0]:g} s, {before[1]:g}); times rise to {last:g} s at the "
                "most, shares to 1"
            )
    if schedule[-1][1] != 1.0:
        raise DeclarationError(f"{name}: its last share is {schedule[-1][1]:g}, all is dosed at the end, 1")


def leach_in_batch(batch: Batch, inlets: Sequence[Stream]) -> BatchLeached:
    """Let a batch leach what enters; raises `DataError` for reagents that are none, `ConvergenceError` where nothing settles."""
    feed = mix(inlets)
    train = batch.train
    known = known_of(train, feed)
    clock = _clock(batch)
    curves = _curves(known)
    found = _settled(batch, known, curves, clock, None)
    if _overdrawn(found.course, known):  # copper that does not heed the acid would take more than there is
        known = heedful(known)
        found = _settled(batch, known, curves, clock, None)
    if found.residual > ENOUGH and isinstance(train.acid_rule, ToFreeAcid):
        found = _tried(batch, known, curves, clock, found)
    if found.residual > ENOUGH:
        raise ConvergenceError(
            f"batch leach of {train.residence_time:g} s has not settled in {STEPS} steps: the liquor changes by "
            f"{found.residual:.2g} of itself, {AGREED:g} is wanted"
        )
    course, conversion = found.course, found.conversion
    slurry = feed.replace(flows=rounded(course.flows[-1]), temperature=train.temperature)
    if feed.sizes:
        slurry = slurry.with_sizes(_residue(known, curves, conversion[-1], train.temperature))
    nothing = Stream.empty(known.chemistry, train.temperature)
    leached = Leached(
        train=train,
        inlets=tuple(inlets),
        feed=feed,
        slurry=slurry,
        acid=nothing if train.acid is None else train.acid * course.acid,
        reagent=nothing if train.reagent is None else train.reagent * course.reagent,
        conversion=conversion,
        exchange=course.states[-1].exchange,
        volume=float(course.volume[-1]),
        known=known,
        unsettled=found.residual if found.residual > AGREED else 0.0,
    )
    return BatchLeached(leached, clock, course)


class _Settled(NamedTuple):
    """Where the iteration came to: the course, conversions (T, M) by the kinetics, and by how much the liquor still changes."""

    course: _Course
    conversion: np.ndarray
    residual: float


def _settled(
    batch: Batch, known: Known, curves: Curves | None, clock: _Clock, dose: float | None, start: _Course | None = None
) -> _Settled:
    """Bring kinetics and liquor into agreement, with a `dose` of acid (multiples of the reagent) or by the rule."""
    count = clock.times.size
    conversion = np.outer(np.minimum(1.0, clock.times / clock.times[-1] * 2.0), _USUAL * known.kinetics.accessible)
    if start is None:
        volume = np.full(count, max(known.feed.liquor_volume, 1e-30))
        start = _pass(batch, known, clock, conversion, volume, dose)
        start = _pass(batch, known, clock, conversion, start.volume, dose)
    scale = np.abs(start.supply).max(axis=1, keepdims=True) + 1e-3 * start.volume.max()
    floor = np.concatenate([np.broadcast_to(scale, (2, count)).ravel(), start.volume])
    accelerator = Accelerator(floor=floor, may_be_negative=np.arange(3 * count) < 2 * count)
    state, course = accelerator.start(np.concatenate([start.supply.ravel(), start.volume])), start
    for _ in range(STEPS):
        supply, volume = state.x[: 2 * count].reshape(2, count), state.x[2 * count :]
        conversion = _conversion(known, curves, clock, supply, volume)
        course = _pass(batch, known, clock, conversion, volume, dose)
        state, _ = accelerator.step(state, np.concatenate([course.supply.ravel(), course.volume]))
        if state.residual <= AGREED or (state.stalled and state.residual <= ENOUGH):
            return _Settled(course, conversion, state.residual)
    return _Settled(course, conversion, state.residual)


def _overdrawn(course: _Course, known: Known) -> bool:
    """Whether more acid is gone at the end than was there."""
    most = float(np.abs(course.supply[0]).max())
    return float(known.protons @ course.flows[-1]) < -_OVERDRAWN * most


def _tried(batch: Batch, known: Known, curves: Curves | None, clock: _Clock, last: _Settled) -> _Settled:
    """Find the dose of acid by trial where next to no acid is to be left: then a drop more dissolves a drop more."""
    train, latest = batch.train, last

    def excess(dose: float) -> float:
        nonlocal latest
        latest = _settled(batch, known, curves, clock, dose, latest.course)
        left = float(known.protons @ latest.course.flows[-1])
        return left - train.acid_rule.free_acid * float(latest.course.volume[-1])  # type: ignore[union-attr]

    middle = max(last.course.acid, 1e-12)
    low, high = 0.8 * middle, 1.25 * middle
    for _ in range(_WIDENINGS):
        if excess(low) <= 0.0:
            break
        low *= 0.5
    for _ in range(_WIDENINGS):
        if excess(high) >= 0.0:
            break
        high *= 2.0
    if excess(low) > 0.0 or excess(high) < 0.0:
        return latest._replace(residual=math.inf)
    found = root_scalar(excess, bracket=(low, high), method="brentq", rtol=1e-9)
    excess(float(found.root))
    return latest


def _clock(batch: Batch) -> _Clock:
    """Lay out the readings: crowded at the start, and at every turn of a schedule."""
    last = batch.train.residence_time
    even = last * np.linspace(0.0, 1.0, batch.readings + 1) ** _DENSER
    turns = [time for schedule in (batch.acid_schedule, batch.reagent_schedule) for time, _ in schedule]
    found = np.unique(np.concatenate([even, turns]))
    shares = []
    for schedule in (batch.acid_schedule, batch.reagent_schedule):
        at, share = np.array(schedule if schedule[0][0] == 0.0 else ((0.0, 0.0), *schedule)).T
        shares.append(np.interp(found, at, share))
    return _Clock(found, *shares)


def _curves(known: Known) -> Curves | None:
    kinetics = known.kinetics
    if not kinetics.members:
        return None
    return tabulate(kinetics.packed, kinetics.sizes, np.full(len(kinetics.members), np.inf))


def _oxidant_demand(known: Known) -> np.ndarray:
    """Answer moles of peroxide that a mole of each mineral takes up, (M,), of those whose rate asks for it."""
    orders = np.array([known.kinetics.laws[name].oxidant_order for name in known.ways.names])
    return np.where(orders > 0.0, 0.5 * np.abs(known.ways.electrons), 0.0)


def _conversion(
    known: Known, curves: Curves | None, clock: _Clock, supply: np.ndarray, volume: np.ndarray
) -> np.ndarray:
    """Answer how much of each mineral its kinetics dissolve until each reading, (T, M), from the kernel."""
    kinetics = known.kinetics
    count = len(kinetics.members)
    if curves is None:
        return np.zeros((clock.times.size, 0))
    reactive = known.flows * kinetics.accessible
    amounts = np.maximum(np.bincount(kinetics.group, reactive, count), _LEAST_AMOUNT)
    acid = np.bincount(kinetics.group, reactive * kinetics.demand, count) / amounts
    oxidant = np.bincount(kinetics.group, reactive * _oxidant_demand(known), count) / amounts
    packed = kinetics.packed._replace(acid_demand=acid, oxidant_demand=oxidant)
    lowest = _LEAST * (np.abs(supply[0]).max() + amounts.sum())
    held = np.array([np.maximum(supply[0], lowest), np.maximum(supply[1], 0.0)])
    conversion, _, error, _, status = batch_leach(packed, curves, amounts, clock.times, held, volume)
    if status != CONVERGED:
        raise ConvergenceError(f"batch of {clock.times[-1]:g} s {SENTENCES[status]} (error {error:.2g})")
    return conversion[:, kinetics.group] * kinetics.accessible


def _pass(
    batch: Batch, known: Known, clock: _Clock, conversion: np.ndarray, volume: np.ndarray, dose: float | None
) -> _Course:
    """Let so much dissolve until each reading, (T, M): exchange electrons, dose the reagents, weigh acid and volume."""
    train = batch.train
    potential = known.flows * conversion
    electrons = reagent_electrons(train, known, max(0.0, float(potential[-1] @ known.wants)))
    reagent = electrons / known.reagent_electrons if known.reagent_electrons > 0.0 else 0.0
    states, peroxide = _exchanged(train, known, clock, potential, volume, reagent)
    flows = known.feed.flows + np.array([change_of(known, state) for state in states])
    if train.reagent is not None:
        flows += np.outer(clock.reagent * reagent, train.reagent.flows)
    acid = 0.0
    if train.acid is not None:
        if dose is not None:
            acid = dose
        elif isinstance(train.acid_rule, ToFreeAcid):
            left = float(known.protons @ flows[-1])
            acid = max(0.0, (train.acid_rule.free_acid * float(volume[-1]) - left) / train.acid["H+"])
        else:
            acid = times(train.acid_rule, train.acid, known.acid_moles, known.feed)
        flows += np.outer(clock.acid * acid, train.acid.flows)
    liquor = known.chemistry.liquor
    volumes = [density.liquor_volume(known.chemistry, row[liquor], train.temperature) for row in flows]
    oxidant = _oxidant_demand(known)
    acidic = flows @ known.protons + potential @ known.kinetics.demand
    supply = np.array([acidic, peroxide + potential @ oxidant if oxidant.any() else np.zeros(len(states))])
    return _Course(states, flows, acid, reagent, supply, np.array(volumes))


def _exchanged(
    train: Train, known: Known, clock: _Clock, potential: np.ndarray, volume: np.ndarray, reagent: float
) -> tuple[tuple[State, ...], np.ndarray]:
    """Exchange electrons until each reading; answers the states and the peroxide that is left to react (T,), mol.

    Between readings peroxide is dosed and used evenly, and decays meanwhile by the law of the first order.
    """
    by_law = train.decomposition is None
    kept = 1.0 if by_law else 1.0 - (train.decomposition or 0.0)
    states, remaining = [], np.zeros(clock.times.size)
    decayed, used, dosed_before = 0.0, 0.0, 0.0
    for n, time in enumerate(clock.times):
        dosed = float(clock.reagent[n]) * reagent
        fed = {name: amount + dosed * known.reagent[name] for name, amount in known.own.items()}
        peroxide = fed["H2O2"] * kept
        found = exchange(offers_of(train, known, potential[n], fed, max(0.0, peroxide - decayed)))
        if by_law and n > 0:
            taken = 0.5 * (found.reducing + found.oxidising)
            held = (known.catalysts[0] + 0.5 * (potential[n] + potential[n - 1]) @ known.catalysts[1]) / volume[n]
            turned = decay_constant(train.temperature, held.tolist()) * (time - clock.times[n - 1])
            gain = peroxide - dosed_before - (taken - used)
            share = -math.expm1(-turned)
            lost = remaining[n - 1] * share + gain * (1.0 - (share / turned if turned > 0.0 else 1.0))
            decayed += min(max(lost, 0.0), max(0.0, peroxide - decayed))
            found = exchange(offers_of(train, known, potential[n], fed, max(0.0, peroxide - decayed)))
        used, dosed_before = 0.5 * (found.reducing + found.oxidising), peroxide
        remaining[n] = max(0.0, peroxide - decayed - used)
        gone = decayed if by_law else max(0.0, fed["H2O2"] - used)
        states.append(State(potential[n], found, gone, float(clock.reagent[n]), fed["SO2(g)"]))
    return tuple(states), remaining


def _residue(known: Known, curves: Curves | None, conversion: np.ndarray, temperature: float) -> dict[str, np.ndarray]:
    """Answer the sizes (50,) of what is left of each mineral that came with sizes.

    Each class is left by its own share; particles that react at their surface or through a film shrink with it.
    """
    kinetics, found = known.kinetics, {}
    if curves is None:
        return found
    nodes = np.linspace(0.0, 1.0, NODES + 1) ** 4
    for at, name in enumerate(known.ways.names):
        if name not in known.feed.sizes:
            continue
        group, law = int(kinetics.group[at]), kinetics.laws[name]
        fractions = known.feed.sizes[name]
        share = curves.share[group]
        coordinate = float(np.interp(conversion[at] / law.accessible, share, curves.span[group] * nodes))
        reference = law.reference_size or known.feed.size_distribution(name).d50
        own = law.time(temperature)
        left = law.unreacted(np.array([coordinate / own]), DIAMETERS / reference)
        mass = fractions * (1.0 - law.accessible * (1.0 - left))
        if mass.sum() <= 0.0:
            continue
        shrunk = DIAMETERS * np.cbrt(np.maximum(left, 1e-9)) if law.law in {SURFACE, SHRINKING_FILM} else DIAMETERS
        places = np.clip(np.searchsorted(EDGES, shrunk, side="right") - 1, 0, DIAMETERS.size - 1)
        classes = np.bincount(places, mass, DIAMETERS.size)
        found[name] = classes / classes.sum()
    return found
