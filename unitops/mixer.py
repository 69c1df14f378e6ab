"""Mixer: streams become one, without reaction.

Model      flows add up, heat is shared by heat capacity
Assumes    no heat of mixing; `heat_duties` of a solution (`flowsheet/heat.py`) gives what is to be cooled for that, and
           `adiabatic` the temperature without
Valid      any streams of one chemistry        Sources    a balance
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ..flowsheet.stream import Stream
from ..flowsheet.unitop import Figure, Outcome, Port, UnitOp


@dataclass(frozen=True, kw_only=True)
class Mixer(UnitOp):
    """All that feeds `feed` leaves by `out`. A port mixes too; a mixer is for giving the mixture a name."""

    inlets: ClassVar[Mapping[str, Port]] = {"feed": Port("streams to mix", {"H2O": 1.0, "NiSO4": 0.1})}
    outlets: ClassVar[Mapping[str, str]] = {"out": "the mixture"}
    figures: ClassVar[Mapping[str, Figure]] = {"mass_flow": Figure("kg/s", "mass that leaves")}

    def run(self, inlets: Mapping[str, Stream]) -> Outcome:
        """Answer the mixture."""
        return Outcome({"out": inlets["feed"]}, {"mass_flow": inlets["feed"].mass})
