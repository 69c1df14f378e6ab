"""Sodium sulfate removal: the lithium liquor is boiled down until lithium is concentrated enough, sodium sulfate comes down.

Model      a mixed tank as in `crystalliser.py`; the evaporation is solved for lithium in the mother liquor
Assumes    the double salt NaLiSO4 does not form unless it is named among the salts
Valid      up to about 20 kg/m3 lithium; beyond it Li2SO4.H2O or NaLiSO4 come down with the sodium sulfate. Rates in
           `crystallisation.csv` are mostly estimates
Sources    `flowsheet/crystallisation/`
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ..flowsheet.crystallisation.boiling import BOILER, boiler_report
from ..flowsheet.crystallisation.crystals import Crystals, Start, Tank, crystallise_until
from ..flowsheet.crystallisation.kinetics import Kinetics
from ..flowsheet.errors import DataError
from ..flowsheet.stream import Stream
from ..flowsheet.unitop import Figure, Outcome, Port, UnitOp, parameter

_SALTS = ("Na2SO4(s)", "Na2SO4.10H2O(s)")
_MET = 1e-9


@dataclass(frozen=True, kw_only=True)
class SodiumSulfateRemoval(UnitOp):
    """Water leaves by `vapour` until the mother liquor holds `lithium`; `salts` crystallise.

    A feed that holds as much already is not boiled. Raises `DataError` where lithium cannot be concentrated so far.
    """

    inlets: ClassVar[Mapping[str, Port]] = {
        "feed": Port("a lithium liquor", {"H2O": 1.0, "Li2SO4": 0.03, "Na2SO4": 0.15})
    }
    outlets: ClassVar[Mapping[str, str]] = {"slurry": "crystals in their mother liquor", "vapour": "water boiled off"}
    figures: ClassVar[Mapping[str, Figure]] = {**BOILER, "lithium": Figure("kg/m3", "lithium in the mother liquor")}

    lithium: float = parameter("kg/m3", "lithium to reach in the mother liquor", 12.0, low=0.1, high=40.0)
    temperature: float = parameter(
        "K", "of the crystals and the mother liquor", 363.15, low=273.15, high=373.15, default=363.15
    )
    salts: tuple[str, ...] = parameter("names", "solids that may crystallise", _SALTS, default=_SALTS)
    residence_time: float = parameter("s", "of the slurry", 7200.0, low=60.0, high=1e6, default=7200.0)
    steam_temperature: float = parameter("K", "of the heating steam", 393.15, low=313.15, high=473.15, default=393.15)
    kinetics: Kinetics | None = parameter(
        "kinetics", "of the first of the salts, where not those of the data", None, default=None
    )

    def run(self, inlets: Mapping[str, Stream]) -> Outcome:
        """Answer the slurry and the vapour."""
        return self.resume(inlets, None)

    def resume(self, inlets: Mapping[str, Stream], start: object) -> Outcome:
        """Do as `run`, from where an earlier run ended."""
        feed = inlets["feed"]
        if feed["Li+"] == 0.0:
            return Outcome({"slurry": feed, "vapour": Stream.empty(feed.chemistry)})
        made, reached = self._boil(feed, start if isinstance(start, Start) else None)
        report = boiler_report(made, feed, self.steam_temperature, lithium=reached)
        return Outcome({"slurry": made.slurry, "vapour": made.vapour}, report, warnings=made.warnings, start=made.start)

    def _boil(self, feed: Stream, start: Start | None) -> tuple[Crystals, float]:
        """Answer the crystals, and lithium in their mother liquor."""
        tank = Tank(
            temperature=self.temperature,
            salts=self.salts,
            residence_time=self.residence_time,
            kinetics=self.kinetics,
        )
        first = 1.0 - min(1.0, feed.concentration("Li+") / self.lithium)
        made, reached = crystallise_until(
            feed, tank, lambda slurry: slurry.concentration("Li+"), self.lithium, first, start
        )
        if reached < self.lithium * (1.0 - _MET):
            raise DataError(
                f"lithium = {self.lithium:g} kg/m3 cannot be reached: with {made.evaporated:.1%} of the water gone the mother "
                f"liquor holds {reached:.3g} kg/m3, and hardly more beyond that"
            )
        return made, reached
