"""Neutralisation: a reagent is dosed to a target pH, and what saturates comes down or bubbles off.

Model      equilibrium of the liquor with the named solids and gases; the dose is solved for the pH
Assumes    residence time enough for equilibrium; gas leaves as it forms, at the pressure of the tank
Valid      where the activity model is: the report says when the ionic strength lies outside
Sources    `kernels/saturation.py`
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ..flowsheet.stream import Stream, dose
from ..flowsheet.unitop import Figure, Outcome, Port, UnitOp, parameter, reagent


@dataclass(frozen=True, kw_only=True)
class Neutralisation(UnitOp):
    """`reagent` is drawn until the liquor has `target_ph` at `temperature`, in the presence of the phases of `forms`."""

    inlets: ClassVar[Mapping[str, Port]] = {
        "feed": Port("a liquor or slurry", {"H2O": 1.0, "H2SO4": 0.02, "NiSO4": 0.05})
    }
    outlets: ClassVar[Mapping[str, str]] = {"slurry": "liquor and solids", "offgas": "gas that formed"}
    figures: ClassVar[Mapping[str, Figure]] = {
        "ph": Figure("-", "pH of the liquor that leaves, at its temperature"),
        "dose": Figure("kg/s", "reagent drawn"),
        "ionic_strength": Figure("mol/kg", "of the liquor that leaves"),
    }

    reagent: Stream = reagent("what is dosed", example={"NaOH": 0.3, "H2O": 0.7})
    target_ph: float = parameter("-", "pH to reach", 4.0, low=-1.0, high=14.0)
    temperature: float = parameter("K", "of the tank", 298.15, low=273.15, high=373.15)
    forms: tuple[str, ...] = parameter("names", "solids and gases that may form", (), default=())

    def run(self, inlets: Mapping[str, Stream]) -> Outcome:
        """Answer the slurry, the gas and what was drawn."""
        feed = inlets["feed"]
        if feed.mass == 0.0:
            return Outcome({"slurry": feed, "offgas": feed})
        mixed, drawn, found = dose(feed, self.reagent, self.target_ph, self.temperature, self.forms)
        report = {"ph": found.ph, "dose": drawn.mass, "ionic_strength": found.ionic_strength}
        outlets = {"slurry": mixed.without(mixed.gas), "offgas": mixed.gas}
        return Outcome(outlets, report, {"reagent": drawn}, found.warnings)
