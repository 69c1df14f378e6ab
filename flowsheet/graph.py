"""A flowsheet: named unit operations and the links between them, as a networkx graph.

A recycle is written as it is drawn: a port may be fed from an outlet of a unit that is added later.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import networkx

from .chemistry.system import Chemistry
from .errors import DataError, DeclarationError, nearest
from .stream import Stream
from .unitop import UnitOp

_NEUTRAL = 1e-6  # of the charge that the ions carry
Source = str | Stream | Iterable["str | Stream"]


@dataclass(frozen=True)
class Link:
    """A stream from an outlet to an inlet; `source` is "unit.outlet"."""

    source: str
    target: str
    inlet: str

    @property
    def from_unit(self) -> str:
        """The unit that the stream comes from."""
        return self.source.partition(".")[0]


class Flowsheet:
    """Named unit operations and how they are linked.

    `sheet.add("leach", Leaching(...), solids=powder, liquor=[acid, "split.first"])`: a port is fed by a stream, by the
    outlet of a unit ("unit.outlet", or "unit" where it has one outlet only), or by a list of them, which mix.
    """

    def __init__(self):
        self._units: dict[str, UnitOp] = {}
        self._fed: dict[str, dict[str, list[str | Stream]]] = {}

    def add(self, name: str, unit: UnitOp, **feeds: Source) -> None:
        """Add a unit operation and say what feeds its ports.

        Raises `DeclarationError` for a name that is taken, or a port that the unit does not have; `DataError` for a feed that
        carries a charge.
        """
        if name in self._units:
            raise DeclarationError(f"flowsheet has a unit {name!r} already, of kind {type(self._units[name]).__name__}")
        if not isinstance(unit, UnitOp):
            raise DeclarationError(f"{name}: {unit!r} must be a unit operation, such as Splitter(fraction=0.25)")
        if not name or "." in name:
            raise DeclarationError(
                f"unit name {name!r} must not be empty or hold a point, which stands before an outlet"
            )
        fed: dict[str, list[str | Stream]] = {}
        for port, source in feeds.items():
            if port not in unit.inlets:
                raise DeclarationError(
                    f"{name}: {type(unit).__name__} has no inlet {port!r}{nearest(port, unit.inlets)}"
                )
            if isinstance(source, (str, Stream)):
                fed[port] = [source]
            else:
                fed[port] = list(source) if isinstance(source, Iterable) else [source]
            for one in fed[port]:
                if not isinstance(one, (str, Stream)):
                    raise DeclarationError(
                        f"{name}.{port} is fed from {one!r}, it takes a Stream or the name of an outlet"
                    )
                if isinstance(one, Stream):
                    _refuse_charge(one, f"{name}.{port}")
        self._units[name] = unit
        self._fed[name] = fed

    @property
    def units(self) -> dict[str, UnitOp]:
        """The unit operations by name, in the order they were added."""
        return dict(self._units)

    @property
    def feeds(self) -> dict[tuple[str, str], list[Stream]]:
        """The streams given directly, by (unit, inlet)."""
        return {
            (name, port): streams
            for name, ports in self._fed.items()
            for port, sources in ports.items()
            if (streams := [source for source in sources if isinstance(source, Stream)])
        }

    def links(self) -> list[Link]:
        """Answer every link; raises `DeclarationError` for a source that does not exist, or one that is used twice."""
        outlets = [f"{name}.{outlet}" for name, unit in self._units.items() for outlet in unit.outlets]
        taken: dict[str, str] = {}
        links = []
        for name, ports in self._fed.items():
            for port, sources in ports.items():
                for source in sources:
                    if isinstance(source, Stream):
                        continue
                    full = self._full_name(source, f"{name}.{port}", outlets)
                    if full in taken:
                        raise DeclarationError(
                            f"{name}.{port} is fed from {full!r}, which feeds {taken[full]} already; put a Splitter between"
                        )
                    taken[full] = f"{name}.{port}"
                    links.append(Link(full, name, port))
        self._check_fed()
        return links

    def _full_name(self, source: str, asker: str, outlets: list[str]) -> str:
        if source in outlets:
            return source
        if source in self._units:
            own = list(self._units[source].outlets)
            if len(own) == 1:
                return f"{source}.{own[0]}"
            raise DeclarationError(f"{asker} is fed from {source!r}, which has the outlets {', '.join(own)}: name one")
        raise DeclarationError(f"{asker} is fed from {source!r}, which does not exist{nearest(source, outlets)}")

    def _check_fed(self) -> None:
        for name, unit in self._units.items():
            for port, declared in unit.inlets.items():
                if declared.required and not self._fed[name].get(port):
                    raise DeclarationError(f"{name}.{port} is fed by nothing, it needs {declared.doc}")

    @property
    def graph(self) -> networkx.MultiDiGraph:
        """The flowsheet as a graph: a node for each unit (attribute `unit`), an edge for each link (key "unit.outlet")."""
        graph = networkx.MultiDiGraph()
        for name, unit in self._units.items():
            graph.add_node(name, unit=unit)
        for link in self.links():
            graph.add_edge(link.from_unit, link.target, key=link.source, inlet=link.inlet)
        return graph

    @property
    def chemistry(self) -> Chemistry:
        """The chemistry that the feeds share; raises `DeclarationError` where nothing is fed."""
        for streams in self.feeds.values():
            return streams[0].chemistry
        for unit in self._units.values():
            for value in vars(unit).values():
                if isinstance(value, Stream):
                    return value.chemistry
        raise DeclarationError(f"flowsheet of {len(self._units)} units is fed by no stream")


def _refuse_charge(stream: Stream, place: str) -> None:
    """Raise `DataError` for a feed whose ions do not balance: no such liquor exists."""
    carried = float(abs(stream.flows) @ abs(stream.chemistry.charges))
    if abs(stream.charge) > _NEUTRAL * carried:
        raise DataError(
            f"{place} is fed a stream that carries a charge of {stream.charge:.4g} mol/s; "
            f"give its salts (NiSO4), or ions that balance"
        )
