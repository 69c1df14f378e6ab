"""The sequential-modular solver: parts in order, loops torn and iterated, and an independent check at the end.

A loop is a strongly connected part of the graph. Its torn streams are the unknowns x; a pass over its units answers
g(x); `convergence.Accelerator` proposes the next x. A loop has converged when every species of every torn stream agrees
to the tolerance and every element balances over the loop. At the end every element, charge and mass is checked again on
the streams that are answered, over each unit and over the plant.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

from .balances import Balance, balance
from .chemistry.system import Chemistry
from .convergence import Accelerator, Secants
from .errors import ConvergenceError, DeclarationError, EngineError
from .graph import Flowsheet, Link
from .ordering import Part, parts_of
from .stream import Stream, mix
from .tearing import TRACE, TornStreams
from .turnover import settled
from .unitop import Outcome, UnitOp

TOLERANCE = 1e-10
CLOSURE = 1e-9
_TRACE_OF_PLANT = 1e-6
_SURE = 0.1  # of the tolerance: one pass that agrees so well is enough, otherwise two in a row
_PROBE_PASS = 4
_PROBE_FACTOR = 1e3
_NO_EXIT = 1e-9
_MOST_REMARKS = 3


@dataclass(frozen=True)
class Pass:
    """One pass over a loop: the relative residual of its torn streams and the species it is worst in."""

    part: int
    residual: float
    worst: str


@dataclass(frozen=True)
class Solution:
    """A solved flowsheet.

    `streams`: by "unit.outlet". `feeds`: streams given directly, by "unit.inlet". `drawn`: reagents that units drew, by
    "unit.reagent". `products`: outlets that feed nothing. `reports`: each unit's figures. `history`: every pass over
    every loop. `tears`: torn streams of each loop. `balances`: over each unit; `plant`: over the whole.
    """

    flowsheet: Flowsheet
    streams: Mapping[str, Stream]
    feeds: Mapping[str, Stream]
    drawn: Mapping[str, Stream]
    products: tuple[str, ...]
    reports: Mapping[str, Mapping[str, float]]
    warnings: Mapping[str, tuple[str, ...]]
    history: tuple[Pass, ...]
    tears: tuple[tuple[str, ...], ...]
    unit_calls: int
    balances: Mapping[str, Balance]
    plant: Balance
    starts: Mapping[str, object]
    secants: Mapping[TornStreams, Secants]

    @property
    def passes(self) -> int:
        """Passes over loops, all loops together."""
        return len(self.history)

    @property
    def imbalance(self) -> float:
        """The largest relative error of any element, charge or mass over the plant."""
        return self.plant.worst


@dataclass
class _Run:
    """What is known while a flowsheet is being solved."""

    units: Mapping[str, UnitOp]
    links: list[Link]
    feeds: Mapping[tuple[str, str], list[Stream]]
    chemistry: Chemistry
    streams: dict[str, Stream] = field(default_factory=dict)
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    starts: dict[str, object] = field(default_factory=dict)
    secants: dict[TornStreams, Secants] = field(default_factory=dict)

    @functools.cached_property
    def entering(self) -> Mapping[str, list[Link]]:
        """The links that enter each unit."""
        found: dict[str, list[Link]] = {}
        for link in self.links:
            found.setdefault(link.target, []).append(link)
        return found

    @functools.cached_property
    def traces(self) -> np.ndarray:
        """Flow of each element, mol/s, that is a trace of what is fed to the plant."""
        fed = [stream for streams in self.feeds.values() for stream in streams]
        return _TRACE_OF_PLANT * (self.chemistry.element_matrix @ mix([Stream.empty(self.chemistry), *fed]).flows)

    history: list[Pass] = field(default_factory=list)
    calls: int = 0

    def inlets(self, name: str) -> dict[str, Stream]:
        """Gather what feeds the ports of a unit; a port that nothing feeds receives an empty stream."""
        gathered: dict[str, list[Stream]] = {
            port: list(self.feeds.get((name, port), ())) for port in self.units[name].inlets
        }
        for link in self.entering.get(name, ()):
            gathered[link.inlet].append(self.streams[link.source])
        return {port: mix(s) if s else Stream.empty(self.chemistry) for port, s in gathered.items()}

    def call(self, name: str) -> None:
        """Run a unit and keep its outlets."""
        unit = self.units[name]
        self.calls += 1
        try:
            outcome = unit.resume(self.inlets(name), self.starts.get(name))
        except EngineError as error:
            raise type(error)(f"{name}: {error}") from error
        if set(outcome.outlets) != set(unit.outlets):
            raise DeclarationError(
                f"{name}: answers the outlets {sorted(outcome.outlets)}, declares {sorted(unit.outlets)}"
            )
        self.outcomes[name] = outcome
        if outcome.start is not None:
            self.starts[name] = outcome.start
        for outlet, stream in outcome.outlets.items():
            self.streams[f"{name}.{outlet}"] = stream

    def drawn(self, names: Iterable[str]) -> np.ndarray:
        """Answer the mask of the species that a group of units drew as reagents."""
        flows = [stream.flows for name in names for stream in self.outcomes[name].drawn.values()]
        return np.add.reduce([np.zeros(self.chemistry.size), *flows]) != 0.0

    def crossing(self, names: Iterable[str]) -> tuple[list[Stream], list[Stream]]:
        """Answer what enters a group of units from outside, drawn reagents included, and what leaves it."""
        group = set(names)
        into = [s for (name, _), streams in self.feeds.items() if name in group for s in streams]
        into += [s for name in group if not self.units[name].inlets for s in self.outcomes[name].outlets.values()]
        into += [s for name in group for s in self.outcomes[name].drawn.values()]
        into += [self.streams[k.source] for k in self.links if k.target in group and k.from_unit not in group]
        inside = {link.source for link in self.links if link.from_unit in group and link.target in group}
        out = [
            stream
            for name in group
            for outlet, stream in self.outcomes[name].outlets.items()
            if f"{name}.{outlet}" not in inside
        ]
        return into, out


def solve(
    flowsheet: Flowsheet, tolerance: float = TOLERANCE, largest_passes: int = 400, start: Solution | None = None
) -> Solution:
    """Solve a flowsheet.

    `tolerance`: relative agreement of every species in every torn stream. `start`: the solution of a flowsheet like it, of
    the same chemistry, whose torn streams and units are where the loops begin; from nothing where it is None. Raises
    `DeclarationError` for a flowsheet that does not hang together; `DataError` from a unit that is given what cannot be;
    `ConvergenceError` for a loop that an element cannot leave, or that does not converge within `largest_passes`.
    """
    run = _Run(flowsheet.units, flowsheet.links(), flowsheet.feeds, flowsheet.chemistry)
    if start is not None and start.flowsheet.chemistry is run.chemistry:
        run.starts.update(start.starts)
        run.secants.update(start.secants)
    arcs = tuple((link.from_unit, link.target, link.source) for link in run.links)
    found = parts_of(tuple(run.units), arcs)
    for number, (part, path) in enumerate(found):
        if part.is_loop:
            _begin(run, part, start)
            _iterate(run, number, part, path, (tolerance, largest_passes))
        else:
            run.call(part.units[0])
    return _conclude(flowsheet, run, tuple(part for part, _ in found))


def _begin(run: _Run, part: Part, start: Solution | None) -> None:
    """Give the torn streams of a loop their first values: those of `start` where it has them, nothing otherwise."""
    known = start.streams if start is not None else {}
    for _, _, key in part.tears:
        stream = known.get(key)
        if stream is None or stream.chemistry is not run.chemistry:
            stream = Stream.empty(run.chemistry)
        run.streams[key] = stream


def _iterate(run: _Run, number: int, part: Part, path: tuple[str, ...], limits: tuple[float, int]) -> None:
    """Iterate one loop to convergence from its torn streams as they are."""
    tolerance, largest_passes = limits
    tears = [key for _, _, key in part.tears]
    begun = {key: run.streams[key] for key in tears}
    _pass_over(run, part)
    torn = TornStreams.of(run.chemistry, tears, begun).with_sized(TornStreams.of(run.chemistry, tears, run.streams))
    given, answered = torn.pack(begun), torn.pack(run.streams)
    accelerator = _accelerator(torn, answered)
    state = accelerator.start(given, run.secants.get(torn))
    count, agreed, drawn = 1, 0, np.zeros(run.chemistry.size, dtype=np.bool_)
    while True:
        residual, worst = torn.residual(given, answered)
        run.history.append(Pass(number, residual, worst))
        agreed = agreed + 1 if residual <= tolerance and _over_loop(run, part, tears).worst <= CLOSURE else 0
        if agreed > 1 or (agreed and residual <= _SURE * tolerance):
            run.secants[torn] = accelerator.secants(state)
            return
        if count == _PROBE_PASS:
            _refuse_closed_loop(run, part, path, tears)
        drawn = drawn | run.drawn(part.units)
        passengers, settling = settled(torn, given, answered, run.crossing(part.units), drawn)
        state, proposed = accelerator.step(state, settling, np.where(passengers, settling, given))
        proposed = np.where(passengers, settling, proposed)  # they heed nothing that is mixed
        if count >= largest_passes:
            break
        given, answered = _advance(run, part, torn, answered if agreed else proposed, answered)
        count += 1
        now = torn.with_sized(TornStreams.of(run.chemistry, tears, run.streams))
        if now.sized != torn.sized:  # a solid with sizes has turned up: its classes are unknowns from here on
            given = now.pack({**run.streams, **torn.unpack(given, run.streams)})
            torn, answered = now, now.pack(run.streams)
            accelerator = _accelerator(torn, answered)
            state, agreed = accelerator.start(given), 0
    trouble = f"{worst} still differs by {residual:.2g} of its flow, {tolerance:.2g} is wanted"
    if residual <= tolerance:  # so much circulates that what a pass adds to it no longer shows
        crossing = balance(run.chemistry, *run.crossing(part.units))
        trouble = f"its streams agree, but {_imbalance_text('over the loop', crossing)}"
    raise ConvergenceError(
        f"loop {' -> '.join(path)} has not converged in {count} passes: {trouble}{_limits_passed(run, part)}",
        MappingProxyType(dict(run.streams)),
    )


def _limits_passed(run: _Run, part: Part) -> str:
    """Say which units of a loop were last beyond the range of their models, since that is mostly why it does not settle."""
    said = [f"; {name}: {run.outcomes[name].warnings[0]}" for name in part.units if run.outcomes[name].warnings]
    return "".join(said[:_MOST_REMARKS])


def _over_loop(run: _Run, part: Part, tears: list[str]) -> Balance:
    """Answer the balance over a loop; a trace is measured against what the plant is fed of it."""
    inside = [run.streams[key] for key in tears]
    return balance(run.chemistry, *run.crossing(part.units), inside, run.traces)


def _accelerator(torn: TornStreams, answered: np.ndarray) -> Accelerator:
    return Accelerator(may_be_negative=torn.may_be_negative(), floor=torn.scales(answered) * TRACE)


def _pass_over(run: _Run, part: Part) -> None:
    """Run every unit of a loop once."""
    for name in part.units:
        run.call(name)


def _advance(
    run: _Run, part: Part, torn: TornStreams, proposed: np.ndarray, plain: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Answer what a pass was given and what it answered.

    A unit may refuse a proposal that no plant would meet on its way (an accelerator extrapolates); what the last pass
    answered is then given instead. A unit that refuses that too means it.
    """
    try:
        return _attempt(run, part, torn, proposed)
    except EngineError:
        return _attempt(run, part, torn, plain)


def _attempt(run: _Run, part: Part, torn: TornStreams, vector: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give the torn streams of a vector to a pass; answer what was given, neutral as it is, and what was answered."""
    run.streams.update(torn.unpack(vector, run.streams))
    given = torn.pack(run.streams)
    _pass_over(run, part)
    return given, torn.pack(run.streams)


def _refuse_closed_loop(run: _Run, part: Part, path: tuple[str, ...], tears: list[str]) -> None:
    """Raise `ConvergenceError` where an element enters a loop and cannot leave it, however much of it builds up.

    An element that has not left yet may do so once there is more of it, by precipitating; so the loop is asked again with
    a thousand times as much in the torn streams.
    """
    chemistry = run.chemistry
    seen = balance(chemistry, *run.crossing(part.units))
    suspects = [e for e, flow in seen.elements_in.items() if flow > 0.0 and seen.elements_out[e] <= _NO_EXIT * flow]
    if not suspects:
        return
    kept = dict(run.streams), dict(run.outcomes)
    try:
        for key in tears:
            run.streams[key] = run.streams[key] * _PROBE_FACTOR
        content = balance(chemistry, [run.streams[key] for key in tears], []).elements_in
        for name in part.units:
            run.call(name)
        out = balance(chemistry, *run.crossing(part.units)).elements_out
    except EngineError:
        out = content = dict.fromkeys(chemistry.element_names, 1.0)  # a unit refuses such a load: nothing is proved
    run.streams, run.outcomes = kept
    for element in suspects:
        if out[element] <= _NO_EXIT * content[element]:
            raise ConvergenceError(
                f"element {element} enters the loop {' -> '.join(path)} at {seen.elements_in[element]:.4g} mol/s and nothing "
                f"leaves it: without a bleed or a product that holds {element} there is no steady state",
                MappingProxyType(dict(run.streams)),
            )


def _conclude(flowsheet: Flowsheet, run: _Run, parts: tuple[Part, ...]) -> Solution:
    """Check every unit and the plant independently, and answer the solution."""
    balances = {}
    tears = {key for part in parts for _, _, key in part.tears}
    for name, unit in run.units.items():
        inlets = run.inlets(name)
        outcome = run.outcomes[name]
        if unit.inlets:
            # what a unit was given of a torn stream is known to the traces of that stream
            torn = [run.streams[link.source] for link in run.links if link.target == name and link.source in tears]
            balances[name] = balance(
                run.chemistry, [*inlets.values(), *outcome.drawn.values()], list(outcome.outlets.values()), torn
            )
            if balances[name].worst > CLOSURE:
                raise ConvergenceError(_imbalance_text(name, balances[name]), MappingProxyType(dict(run.streams)))
    plant = balance(run.chemistry, *run.crossing(run.units), [run.streams[key] for key in tears])
    if plant.worst > CLOSURE:
        raise ConvergenceError(_imbalance_text("plant", plant), MappingProxyType(dict(run.streams)))
    used = {link.source for link in run.links}
    return Solution(
        flowsheet=flowsheet,
        streams=MappingProxyType(dict(run.streams)),
        feeds=MappingProxyType({f"{name}.{port}": mix(streams) for (name, port), streams in run.feeds.items()}),
        drawn=MappingProxyType(
            {f"{name}.{key}": stream for name, outcome in run.outcomes.items() for key, stream in outcome.drawn.items()}
        ),
        products=tuple(key for key in run.streams if key not in used),
        reports=MappingProxyType({name: MappingProxyType(dict(o.report)) for name, o in run.outcomes.items()}),
        warnings=MappingProxyType({name: o.warnings for name, o in run.outcomes.items() if o.warnings}),
        history=tuple(run.history),
        tears=tuple(tuple(key for _, _, key in part.tears) for part in parts if part.is_loop),
        unit_calls=run.calls,
        balances=MappingProxyType(balances),
        plant=plant,
        starts=MappingProxyType(dict(run.starts)),
        secants=MappingProxyType(dict(run.secants)),
    )


def _imbalance_text(name: str, found: Balance) -> str:
    errors = found.element_errors
    if all(abs(error) <= CLOSURE for error in errors.values()):
        errors = {"mass": found.mass_error, "charge": found.charge_error}
    worst = max(errors, key=lambda key: abs(errors[key]))
    return f"{name}: {worst} does not balance, out and in differ by {errors[worst]:.2g} of what enters; {CLOSURE:.0e} is allowed"
