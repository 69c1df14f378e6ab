"""Evaporative crystalliser: water is boiled off under vacuum until a wanted share of the main salt's metal has crystallised.

Model      a mixed tank as in `crystalliser.py`; the evaporation is solved for the yield per pass; the vacuum is what the
           liquor boils at, heating steam gives the heat that the enthalpies ask for
Assumes    steady, mixed, growth does not depend on size; classification and agglomeration as in `crystalliser.py`
Valid      where the constants of the salts were fitted to solubility (`equilibrium.csv`), 0 to 100 degC; yields of 0.8 to
           0.9 are usual, since impurities build up in what is left. Rates in `crystallisation.csv` are mostly estimates
Sources    `flowsheet/crystallisation/`; yield 0.86: Zhang et al. (2022) Hydrometallurgy 208, 105821
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ..flowsheet.crystallisation.boiling import BOILER, boiler_report
from ..flowsheet.crystallisation.classification import Classification
from ..flowsheet.crystallisation.crystals import Start, Tank
from ..flowsheet.crystallisation.kinetics import Kinetics
from ..flowsheet.crystallisation.targets import crystallise_to_yield, main_metal
from ..flowsheet.stream import Stream
from ..flowsheet.unitop import Figure, Outcome, Port, UnitOp, parameter


@dataclass(frozen=True, kw_only=True)
class EvaporativeCrystalliser(UnitOp):
    """Water leaves by `vapour` until `yield_per_pass` of the metal of the first of `salts` is crystals.

    A feed that yields as much without boiling is not boiled. Where less is the most that can be had, that is answered with a
    warning. Raises `DataError` where nothing crystallises at all.
    """

    inlets: ClassVar[Mapping[str, Port]] = {"feed": Port("a liquor", {"H2O": 1.0, "NiSO4": 0.4})}
    outlets: ClassVar[Mapping[str, str]] = {"slurry": "crystals in their mother liquor", "vapour": "water boiled off"}
    figures: ClassVar[Mapping[str, Figure]] = {
        **BOILER,
        "yield_per_pass": Figure("-", "share of the main salt's metal that crystallised"),
    }

    salts: tuple[str, ...] = parameter("names", "solids that may crystallise, the main one first", ("NiSO4.6H2O(s)",))
    temperature: float = parameter("K", "of the crystals and the mother liquor", 328.15, low=273.15, high=373.15)
    yield_per_pass: float = parameter(
        "-", "share of the main salt's metal to crystallise", 0.86, low=0.0, high=0.99, default=0.86
    )
    residence_time: float = parameter("s", "of the slurry", 7200.0, low=60.0, high=1e6, default=7200.0)
    steam_temperature: float = parameter("K", "of the heating steam", 393.15, low=313.15, high=473.15, default=393.15)
    kinetics: Kinetics | None = parameter(
        "kinetics", "of the main salt, where not those of the data", None, default=None
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
        if feed[main_metal(feed.chemistry, self.salts)] == 0.0:
            return Outcome({"slurry": feed, "vapour": Stream.empty(feed.chemistry)})
        tank = Tank(
            temperature=self.temperature,
            salts=self.salts,
            residence_time=self.residence_time,
            kinetics=self.kinetics,
            classification=self.classification,
        )
        made, gained, notes = crystallise_to_yield(
            feed, tank, self.yield_per_pass, start if isinstance(start, Start) else None
        )
        report = boiler_report(made, feed, self.steam_temperature, yield_per_pass=gained)
        return Outcome(
            {"slurry": made.slurry, "vapour": made.vapour}, report, warnings=made.warnings + notes, start=made.start
        )
