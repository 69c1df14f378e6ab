"""Heat exchanger: a stream is brought to a temperature.

Model      the enthalpy of the stream as it leaves less that as it enters
Assumes    nothing precipitates, boils or reacts
Valid      0 to 100 degC; told by a warning where the liquor takes heat as no solution of salts does
Sources    `flowsheet/chemistry/thermal.py`
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ..flowsheet.heat import heat_duty, warming_remarks
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
        return Outcome({"out": out}, {"heat": heat_duty([feed], [out])}, warnings=warming_remarks(feed, out))
