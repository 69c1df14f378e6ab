"""Feed: a named stream that enters the plant.

Model      what is given                      Assumes    steady flow
Valid      any stream                         Sources    none needed
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ..flowsheet.stream import Stream
from ..flowsheet.unitop import Figure, Outcome, UnitOp, reagent


@dataclass(frozen=True, kw_only=True)
class Feed(UnitOp):
    """`stream` enters the plant by `out`."""

    outlets: ClassVar[Mapping[str, str]] = {"out": "the stream"}
    figures: ClassVar[Mapping[str, Figure]] = {"mass_flow": Figure("kg/s", "mass that enters")}

    stream: Stream = reagent("what enters the plant", example={"H2O": 1.0, "H2SO4": 0.1})

    def run(self, inlets: Mapping[str, Stream]) -> Outcome:
        """Answer the stream as it is."""
        return Outcome({"out": self.stream}, {"mass_flow": self.stream.mass})
