"""Adiabatic tank: a reagent is stirred into a liquor, and the temperature is what the heat of it makes.

Model      enthalpies of the streams before they mix; the named solids and gases come to equilibrium at the temperature
           that results; sulfuric and hydrochloric acid and caustic soda as strong as they are delivered
Assumes    residence time enough for equilibrium; nothing evaporates unless a gas is named; `heat` is all that is exchanged
Valid      -20 to 200 degC, under pressure above the boiling point, which is not watched
Sources    `flowsheet/chemistry/thermal.py`
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ..flowsheet.heat import adiabatic
from ..flowsheet.stream import Stream
from ..flowsheet.unitop import Figure, Outcome, Port, UnitOp, parameter


@dataclass(frozen=True, kw_only=True)
class AdiabaticTank(UnitOp):
    """`liquor` and `reagent` leave by `out` at the temperature that they reach when `heat` is supplied.

    Raises `DataError` where that temperature would lie outside the range.
    """

    inlets: ClassVar[Mapping[str, Port]] = {
        "liquor": Port("water, a liquor or a slurry", {"H2O": 2.3}),
        "reagent": Port("what is stirred in", {"H2SO4": 0.98, "H2O": 0.02}),
    }
    outlets: ClassVar[Mapping[str, str]] = {"out": "the mixture, warm or cold as it became"}
    figures: ClassVar[Mapping[str, Figure]] = {
        "outlet_temperature": Figure("K", "of the mixture"),
        "ionic_strength": Figure("mol/kg", "of the liquor that leaves, 0 for a reagent as strong as it is delivered"),
    }

    heat: float = parameter("W", "heat to supply, below 0 to take away", 0.0, low=-1e12, high=1e12, default=0.0)
    forms: tuple[str, ...] = parameter("names", "solids and gases that may form", (), default=())

    def run(self, inlets: Mapping[str, Stream]) -> Outcome:
        """Answer the mixture."""
        liquor, reagent = inlets["liquor"], inlets["reagent"]
        if liquor.mass + reagent.mass == 0.0:
            return Outcome({"out": liquor})
        out = adiabatic([liquor, reagent], self.forms, self.heat)
        found = None if out.is_strong or out["H2O"] == 0.0 else out.equilibrium
        report = {
            "outlet_temperature": out.temperature,
            "ionic_strength": found.ionic_strength if found else 0.0,
        }
        return Outcome({"out": out}, report, warnings=(found.warnings if found else ()) + out.enthalpy_remarks)
