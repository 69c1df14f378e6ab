"""Splitter: one stream into two of the same composition, for a recycle, or a bleed of mother liquor.

Model      every flow times a fraction         Assumes    no reaction, no heat
Valid      any stream                          Sources    a balance
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ..flowsheet.stream import Stream
from ..flowsheet.unitop import Figure, Outcome, Port, UnitOp, parameter


@dataclass(frozen=True, kw_only=True)
class Splitter(UnitOp):
    """`fraction` of every flow leaves by `first`, the rest by `second`."""

    inlets: ClassVar[Mapping[str, Port]] = {"feed": Port("a stream", {"H2O": 1.0, "Na2SO4": 0.1})}
    outlets: ClassVar[Mapping[str, str]] = {"first": "the fraction", "second": "the rest"}
    figures: ClassVar[Mapping[str, Figure]] = {"mass_flow": Figure("kg/s", "mass that leaves by `first`")}

    fraction: float = parameter("-", "share of every flow that leaves by `first`", 0.25, low=0.0, high=1.0)

    def run(self, inlets: Mapping[str, Stream]) -> Outcome:
        """Answer both shares."""
        feed = inlets["feed"]
        first = feed * self.fraction
        return Outcome({"first": first, "second": feed.without(first)}, {"mass_flow": first.mass})
