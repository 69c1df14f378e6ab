"""Sodium sulfate removal: the lithium liquor is boiled down until lithium is concentrated enough, sodium sulfate comes down.

Model      equilibrium with the named salts at `temperature`; the evaporation is solved for lithium in the mother liquor
Assumes    no supersaturation left; the double salt NaLiSO4 has no constant in the data and does not form
Valid      up to about 20 kg/m3 lithium; beyond it Li2SO4.H2O or NaLiSO4 come down with the sodium sulfate
Sources    `kernels/saturation.py`; heat of evaporation from Cantera's water
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ..flowsheet.errors import DataError
from ..flowsheet.evaporation import boil, boil_until
from ..flowsheet.stream import Stream
from ..flowsheet.unitop import Figure, Outcome, Port, UnitOp, parameter

_SALTS = ("Na2SO4(s)", "Na2SO4.10H2O(s)")


@dataclass(frozen=True, kw_only=True)
class SodiumSulfateRemoval(UnitOp):
    """Water leaves by `vapour` until the mother liquor holds `lithium`; `salts` crystallise.

    A feed that holds as much already is not boiled. Raises `DataError` where lithium cannot be concentrated so far.
    """

    inlets: ClassVar[Mapping[str, Port]] = {
        "feed": Port("a lithium liquor", {"H2O": 1.0, "Li2SO4": 0.03, "Na2SO4": 0.15})
    }
    outlets: ClassVar[Mapping[str, str]] = {"slurry": "crystals in their mother liquor", "vapour": "water boiled off"}
    figures: ClassVar[Mapping[str, Figure]] = {
        "evaporation": Figure("kg/s", "water boiled off"),
        "evaporated_fraction": Figure("-", "share of the feed's water that is boiled off"),
        "crystals": Figure("kg/s", "crystals that formed"),
        "lithium": Figure("kg/m3", "lithium in the mother liquor"),
        "heat": Figure("W", "heat to supply: evaporation and warming, heat of crystallisation left out"),
        "ionic_strength": Figure("mol/kg", "of the mother liquor"),
    }

    lithium: float = parameter("kg/m3", "lithium to reach in the mother liquor", 12.0, low=0.1, high=40.0)
    temperature: float = parameter(
        "K", "of the crystals and the mother liquor", 363.15, low=273.15, high=373.15, default=363.15
    )
    salts: tuple[str, ...] = parameter("names", "solids that may crystallise", _SALTS, default=_SALTS)

    def run(self, inlets: Mapping[str, Stream]) -> Outcome:
        """Answer the slurry and the vapour."""
        feed = inlets["feed"]
        if feed["Li+"] == 0.0:
            return Outcome({"slurry": feed, "vapour": Stream.empty(feed.chemistry)})
        share = self._share(feed)
        boiled = boil(feed, share, self.temperature, self.salts)
        slurry, vapour = boiled.slurry, boiled.vapour
        report = {
            "evaporation": vapour.mass,
            "evaporated_fraction": share,
            "crystals": slurry.solids.mass - feed.solids.mass,
            "lithium": slurry.concentration("Li+"),
            "heat": boiled.heat,
            "ionic_strength": boiled.equilibrium.ionic_strength,
        }
        return Outcome({"slurry": slurry, "vapour": vapour}, report, warnings=boiled.equilibrium.warnings)

    def _share(self, feed: Stream) -> float:
        """Answer the share of the water to boil off."""

        def lithium(slurry: Stream) -> float:
            return slurry.concentration("Li+")

        share, most = boil_until(feed, self.temperature, self.salts, lithium, self.lithium)
        if most < self.lithium:
            raise DataError(
                f"lithium = {self.lithium:g} kg/m3 cannot be reached: with {share:.1%} of the water gone the mother liquor "
                f"holds {most:.3g} kg/m3, and hardly more beyond that"
            )
        return share
