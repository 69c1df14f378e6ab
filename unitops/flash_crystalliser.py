"""Flash crystalliser: a hot liquor is let into a vacuum, boils and cools, and salts come down (adiabatic cooling).

Model      temperature and vapour follow from the pressure, by the activity of water, and from the balance of enthalpies,
           heats of crystallisation and dilution among them; a mixed tank as in `crystalliser.py`
Assumes    no heat lost; the vapour leaves in equilibrium with the liquor; a liquor too cold to boil at the pressure
           crystallises without losing water
Valid      0 to 100 degC; where the constants of the salts were fitted to solubility; rates are mostly estimates
Sources    `flowsheet/crystallisation/flash.py`; Mullin (2001) Crystallization, ch. 9
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ..flowsheet.crystallisation.classification import Classification
from ..flowsheet.crystallisation.figures import CRYSTALS, Report, crystal_report
from ..flowsheet.crystallisation.flash import flash
from ..flowsheet.crystallisation.kinetics import Kinetics
from ..flowsheet.crystallisation.vapour import boiling_point_elevation
from ..flowsheet.stream import Stream
from ..flowsheet.unitop import Figure, Outcome, Port, UnitOp, parameter


@dataclass(frozen=True, kw_only=True)
class FlashCrystalliser(UnitOp):
    """`feed` boils at `pressure` without heat from outside but for `heat`; its water leaves by `vapour`."""

    inlets: ClassVar[Mapping[str, Port]] = {"feed": Port("a hot liquor", {"H2O": 1.0, "NiSO4": 0.45})}
    outlets: ClassVar[Mapping[str, str]] = {"slurry": "crystals in their mother liquor", "vapour": "water boiled off"}
    figures: ClassVar[Mapping[str, Figure]] = {
        **CRYSTALS,
        "evaporation": Figure("kg/s", "water boiled off"),
        "evaporated_fraction": Figure("-", "share of the feed's water that is boiled off"),
        "outlet_temperature": Figure("K", "of the slurry"),
        "boiling_point_elevation": Figure("K", "how much hotter the liquor boils than water"),
    }

    salts: tuple[str, ...] = parameter("names", "solids that may crystallise", ("NiSO4.7H2O(s)", "NiSO4.6H2O(s)"))
    pressure: float = parameter("Pa", "of the vacuum", 2500.0, low=500.0, high=2e5)
    residence_time: float = parameter("s", "of the slurry", 7200.0, low=60.0, high=1e6, default=7200.0)
    heat: float = parameter("W", "heat to supply, below 0 to take away", 0.0, low=-1e12, high=1e12, default=0.0)
    kinetics: Kinetics | None = parameter(
        "kinetics", "of the first of the salts, where not those of the data", None, default=None
    )

    classification: Classification | None = parameter(
        "classification", "withdrawal of crystals by size, where the product is not mixed", None, default=None
    )

    def run(self, inlets: Mapping[str, Stream]) -> Outcome:
        """Answer the slurry and the vapour."""
        feed = inlets["feed"]
        if feed["H2O"] == 0.0:
            return Outcome({"slurry": feed, "vapour": Stream.empty(feed.chemistry)})
        made = flash(
            feed, self.salts, self.pressure, self.residence_time, self.kinetics, self.heat, self.classification
        )
        temperature, activity = made.slurry.temperature, made.equilibrium.water_activity
        known = {
            **crystal_report(made, feed),
            "evaporation": made.vapour.mass,
            "evaporated_fraction": made.evaporated,
            "outlet_temperature": temperature,
        }
        report = Report(
            known,
            ("boiling_point_elevation",),
            lambda: {"boiling_point_elevation": boiling_point_elevation(temperature, activity)},
        )
        return Outcome({"slurry": made.slurry, "vapour": made.vapour}, report, warnings=made.warnings)
