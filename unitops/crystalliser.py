"""Crystalliser: a mixed tank in which a liquor is cooled, or some of its water boiled off, and salts come down.

Model      equilibrium with the named salts less what the supersaturation keeps; nucleation, growth and residence time decide
           the supersaturation and the sizes (mixed suspension, mixed product removal); lattice and occlusion take up impurities
Assumes    steady, mixed, growth does not depend on size; the slurry leaves as it is in the tank but for a `classification`
           by size (fines dissolved, coarse crystals withdrawn sooner); no agglomeration but that of `kinetics` that are given
Valid      where the constants of the salts were fitted to solubility (`equilibrium.csv`), 0 to 100 degC; most rates in
           `crystallisation.csv` are estimates: sizes within a factor of 2, impurities within the ranges given there
Sources    `flowsheet/crystallisation/`; Randolph & Larson (1988) Theory of Particulate Processes, ch. 4
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ..flowsheet.crystallisation.classification import Classification
from ..flowsheet.crystallisation.crystals import Start, Tank, crystallise
from ..flowsheet.crystallisation.figures import CRYSTALS, Report, crystal_report
from ..flowsheet.crystallisation.kinetics import Kinetics
from ..flowsheet.heat import heat_duty
from ..flowsheet.stream import Stream
from ..flowsheet.unitop import Figure, Outcome, Port, UnitOp, parameter


@dataclass(frozen=True, kw_only=True)
class Crystalliser(UnitOp):
    """The share `evaporated` of the water leaves by `vapour`; `salts` crystallise at `temperature`.

    With `evaporated` = 0 it is a cooling crystalliser. Crystals in the feed whose sizes are known grow on.
    """

    inlets: ClassVar[Mapping[str, Port]] = {"feed": Port("a liquor", {"H2O": 1.0, "NiSO4": 0.3})}
    outlets: ClassVar[Mapping[str, str]] = {"slurry": "crystals in their mother liquor", "vapour": "water boiled off"}
    figures: ClassVar[Mapping[str, Figure]] = {
        **CRYSTALS,
        "evaporation": Figure("kg/s", "water boiled off"),
        "heat": Figure("W", "heat to supply, below 0 to take away"),
    }

    salts: tuple[str, ...] = parameter("names", "solids that may crystallise", ("NiSO4.6H2O(s)",))
    evaporated: float = parameter("-", "share of the feed's water that is boiled off", 0.6, low=0.0, high=0.99)
    temperature: float = parameter("K", "of the crystals and the mother liquor", 328.15, low=273.15, high=373.15)
    residence_time: float = parameter("s", "of the slurry", 7200.0, low=60.0, high=1e6, default=7200.0)
    kinetics: Kinetics | None = parameter(
        "kinetics", "of the first of the salts, where not those of the data", None, default=None
    )

    classification: Classification | None = parameter(
        "classification", "withdrawal of crystals by size, where the product is not mixed", None, default=None
    )

    def run(self, inlets: Mapping[str, Stream]) -> Outcome:
        """Answer the slurry and the vapour."""
        return self.resume(inlets, None)

    def resume(self, inlets: Mapping[str, Stream], start: object) -> Outcome:
        """Do as `run`, from where an earlier run ended."""
        feed = inlets["feed"]
        if feed.mass == 0.0:
            return Outcome({"slurry": feed, "vapour": feed})
        tank = Tank(
            temperature=self.temperature,
            salts=self.salts,
            residence_time=self.residence_time,
            kinetics=self.kinetics,
            classification=self.classification,
        )
        made = crystallise(feed, tank, self.evaporated, start if isinstance(start, Start) else None)
        known = {**crystal_report(made, feed), "evaporation": made.vapour.mass}
        report = Report(known, ("heat",), lambda: {"heat": heat_duty([feed], [made.slurry, made.vapour])})
        return Outcome({"slurry": made.slurry, "vapour": made.vapour}, report, warnings=made.warnings, start=made.start)
