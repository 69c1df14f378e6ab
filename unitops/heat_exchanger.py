"""Heat exchanger: a stream is brought to a temperature.

Model      sensible heat by the heat capacities of water, solids, organic and gas
Assumes    nothing precipitates, boils or reacts; what is dissolved counts as nothing beside its water, which is some 5 %
           too much heat; `heat_duties` of a solution (`flowsheet/heat.py`) goes by enthalpies
Valid      0 to 100 degC                       Sources    heat capacities: Cantera's water and gases, Kopp's rule
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ..flowsheet.stream import Stream
from ..flowsheet.unitop import Figure, Outcome, Port, UnitOp, parameter


@dataclass(frozen=True, kw_only=True)
class HeatExchanger(UnitOp):
    """`feed` leaves at `temperature`; `heat` is below 0 where it is cooled."""

    inlets: ClassVar[Mapping[str, Port]] = {"feed": Port("a stream", {"H2O": 1.0, "NiSO4": 0.1})}
    outlets: ClassVar[Mapping[str, str]] = {"out": "the stream at its new temperature"}
    figures: ClassVar[Mapping[str, Figure]] = {"heat": Figure("W", "heat to supply, below 0 to take away")}

    temperature: float = parameter("K", "of the stream that leaves", 308.15, low=273.15, high=373.15)

    def run(self, inlets: Mapping[str, Stream]) -> Outcome:
        """Answer the stream at its new temperature."""
        feed = inlets["feed"]
        out = feed.replace(temperature=self.temperature)
        mean = 0.5 * (feed.heat_capacity + out.heat_capacity)
        return Outcome({"out": out}, {"heat": mean * (self.temperature - feed.temperature)})
