"""From the equations of a foreign database to species made of components: redox states apart, no electrons.

A database writes a species as formed from others, some of these defined in turn, and couples redox states through `e-` or
dissolved oxygen. Here each redox state that the database names is a component of its own. What can be written without
electrons, by the states that the database has, is; what cannot (pyrite, between two states of sulfur) is left out and told.

Laws of log K are added up along the way, so that every law is one of formation from components, or dissolution into them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from ..errors import DataError
from .laws import ZERO, Analytic, Grid, Law, at_reference
from .species import AQUEOUS, COMPONENT, Critical, Species

WATER, PROTON, ELECTRON = "H2O", "H+", "e-"
_NOTHING = 1e-6
_UNBALANCED = 1e-3
_WHOLE = 1e-4


@dataclass
class Entry:
    """One species as a database writes it: formed from (an aqueous one) or dissolving into others, at log K `law`."""

    name: str
    phase: str
    elements: dict[str, float]
    charge: float
    reaction: dict[str, float]
    law: Law
    place: str
    lenient: bool = False
    volume: float | None = None
    critical: Critical | None = None


@dataclass
class Sources:
    """The entries of a database. `masters`: what components are made of, H2O and H+ first; `agents`: what stands for
    electrons beside `e-`, dissolved oxygen and hydrogen."""

    aqueous: dict[str, Entry]
    phases: list[Entry]
    masters: Sequence[str]
    masses: Mapping[str, float]
    gas_constant: float
    agents: frozenset[str] = frozenset()
    left_out: dict[str, str] = field(default_factory=dict)


def add(into: dict[str, float], what: Mapping[str, float], times: float) -> None:
    """Add `times` a sum of named amounts to another one."""
    for name, count in what.items():
        into[name] = into.get(name, 0.0) + times * count


def plus(law: Law, other: Law, times: float) -> Law:
    """Answer a law and `times` another of the same kind; an `Analytic` of all noughts is nothing."""
    if isinstance(other, Analytic) and not any(other.terms):
        return law
    if isinstance(law, Analytic) and isinstance(other, Analytic):
        return law.plus(other, times)
    if isinstance(law, Analytic) and isinstance(other, Grid) and not any(law.terms):
        return other.scaled(times)
    if isinstance(law, Grid) and isinstance(other, Grid):
        return law.plus(other, times)
    raise DataError("laws of two kinds cannot be added")


def negative(law: Law) -> Law:
    """Answer the law of the reaction read backwards."""
    return law.scaled(-1.0) if isinstance(law, Grid) else plus(ZERO, law, -1.0)


class _Assembler:
    def __init__(self, sources: Sources):
        self.sources = sources
        self.known = set(sources.masters)
        self.ways: dict[tuple[str, bool], tuple[dict[str, float], Law]] = {}
        self.cuts: dict[str, tuple[dict[str, float], Law] | None] = {}

    def cut(self, master: str) -> tuple[dict[str, float], Law] | None:
        """Answer a secondary master's own equation, with no agent in it; None for a primary one."""
        if master not in self.cuts:
            entry = self.sources.aqueous[master]
            self.cuts[master] = None
            if entry.reaction != {master: 1.0} and master not in {WATER, PROTON}:
                reaction, law = self._resolve(entry.reaction, entry.law, (master,), False)
                self.cuts[master] = self._bare(reaction, law, master)
        return self.cuts[master]

    def _resolve(
        self, reaction: Mapping[str, float], law: Law, within: tuple[str, ...], settled: bool
    ) -> tuple[dict[str, float], Law]:
        """Write a reaction in masters and electrons; `settled`: its species first without electrons where they can be."""
        total: dict[str, float] = {}
        for name, count in reaction.items():
            if name in self.known or name == ELECTRON:
                add(total, {name: 1.0}, count)
                continue
            if name not in self.sources.aqueous:
                raise DataError(f"species {name!r} is not defined")
            if name in within:
                raise DataError(f"species {name!r} is defined by itself, through {' and '.join(within)}")
            if (name, settled) not in self.ways:
                entry = self.sources.aqueous[name]
                way = self._settle(entry, entry.law, (*within, name)) if settled else None
                self.ways[name, settled] = way or self._resolve(entry.reaction, entry.law, (*within, name), False)
            way, own = self.ways[name, settled]
            add(total, way, count)
            law = plus(law, own, count)
        return {name: count for name, count in total.items() if abs(count) > _NOTHING}, law

    def _bare(self, reaction: dict[str, float], law: Law, but: str = "") -> tuple[dict[str, float], Law]:
        """Write agents as electrons."""
        for agent in sorted(self.sources.agents & set(reaction) - {but}):
            cut = self.cut(agent)
            if cut is not None:
                count = reaction.pop(agent)
                add(reaction, cut[0], count)
                law = plus(law, cut[1], count)
        return {name: count for name, count in reaction.items() if abs(count) > _NOTHING}, law

    def settle(self, entry: Entry) -> tuple[dict[str, float], Law] | None:
        """Answer an entry's reaction in components without electrons, or None where there is none.

        A phase is settled as if it were formed: laws of formation add up, one of dissolution is the negative of its own.
        """
        if entry.phase == AQUEOUS:
            return self._settle(entry, entry.law, (entry.name,))
        settled = self._settle(entry, negative(entry.law), ())
        return None if settled is None else (settled[0], negative(settled[1]))

    def _settle(self, entry: Entry, law: Law, within: tuple[str, ...]) -> tuple[dict[str, float], Law] | None:
        reaction, law = self._resolve(entry.reaction, law, within, True)
        own = self.sources.agents & set(reaction)
        if ELECTRON not in reaction and (not own or set(entry.elements) <= {"H", "O"}):
            return reaction, law
        reaction, law = self._bare(reaction, law)
        electrons = reaction.get(ELECTRON, 0.0)
        if abs(electrons) < _NOTHING:
            return reaction, law
        for state in self.sources.masters:
            cut = self.cut(state)
            if cut is None or (state in self.sources.agents and not set(entry.elements) <= {"H", "O"}):
                continue
            way, own_law = cut
            times = electrons / way[ELECTRON] if way.get(ELECTRON) else 0.0
            if times < _NOTHING or abs(times - round(times)) > _WHOLE:
                continue
            trial = dict(reaction)
            add(trial, way, -times)
            add(trial, {state: 1.0}, times)
            trial = {name: count for name, count in trial.items() if abs(count) > _NOTHING}
            solutes = [count for name, count in trial.items() if name not in {WATER, PROTON}]
            if ELECTRON not in trial and all(count > 0.0 for count in solutes):
                return trial, plus(law, own_law, -times)
        return None


def assemble(sources: Sources) -> dict[str, Species]:
    """Answer the species of a database, components first; fills `sources.left_out` with what it had to leave."""
    assembler = _Assembler(sources)
    made: dict[str, Species] = {}
    for name in sources.masters:
        entry = sources.aqueous[name]
        made[name] = _species(entry, name, COMPONENT, {name: 1.0}, None, sources)
    for entry in [e for n, e in sources.aqueous.items() if n not in assembler.known and n != ELECTRON]:
        _put(made, entry, entry.name, assembler)
    for entry in sources.phases:
        _put(made, entry, f"{entry.name}(s)" if entry.name in made else entry.name, assembler)
    return made


def _put(made: dict[str, Species], entry: Entry, name: str, assembler: _Assembler) -> None:
    """Add a species, or say why not."""
    sources = assembler.sources
    try:
        settled = assembler.settle(entry)
    except DataError as error:
        raise DataError(f"{entry.place}: {entry.name}: {error}") from error
    if settled is None:
        sources.left_out[name] = "takes up or gives off electrons"
        return
    reaction, law = settled
    elements: dict[str, float] = {}
    charge = 0.0
    for component, count in reaction.items():
        add(elements, sources.aqueous[component].elements, count)
        charge += count * sources.aqueous[component].charge
    off = {e: elements.get(e, 0.0) - entry.elements.get(e, 0.0) for e in {*elements, *entry.elements}}
    off["charge"] = charge - entry.charge
    worst = max(off, key=lambda what: abs(off[what]))
    if abs(off[worst]) > _UNBALANCED * max(1.0, entry.elements.get(worst, 0.0)):
        if not entry.lenient:
            raise DataError(
                f"{entry.place}: the equation of {entry.name} does not balance: {worst} is out by {off[worst]:+g}"
            )
        sources.left_out[name] = f"does not balance: {worst} is out by {off[worst]:+g}"
        return
    exact = {element: round(count, 12) for element, count in elements.items() if abs(count) > _UNBALANCED}
    entry.elements = exact
    made[name] = _species(entry, name, entry.phase, reaction, law, sources)


def _species(
    entry: Entry, name: str, phase: str, reaction: Mapping[str, float], law: Law | None, sources: Sources
) -> Species:
    if abs(entry.charge - round(entry.charge)) > _NOTHING:
        raise DataError(f"{entry.place}: species {entry.name!r} carries {entry.charge:g} charges, not a whole number")
    missing = [element for element in entry.elements if element not in sources.masses]
    if missing:
        raise DataError(f"{entry.place}: {entry.name} holds {missing[0]!r}, which has no master species")
    log_k, enthalpy, capacity = (0.0, 0.0, 0.0) if law is None else at_reference(law, sources.gas_constant)
    return Species(
        name=name,
        phase=phase,
        elements=MappingProxyType(dict(entry.elements)),
        charge=round(entry.charge),
        molar_mass=sum(count * sources.masses[element] for element, count in entry.elements.items()),
        reaction=MappingProxyType(dict(reaction)),
        log_k=log_k,
        enthalpy=enthalpy,
        heat_capacity=capacity,
        law=law,
        volume=entry.volume,
        critical=entry.critical,
    )
