"""Crystalliser: water is boiled off, or the liquor cooled, until salts come down.

Model      a share of the water leaves as vapour; the rest comes to equilibrium with the named salts
Assumes    no supersaturation left, no impurity in the lattice: impurities come with the adhering liquor (see Filtration)
Valid      where the constants of the salts were fitted to solubility (`equilibrium.csv`), 0 to 100 degC
Sources    `kernels/saturation.py`; heat of evaporation from Cantera's water
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ..flowsheet.evaporation import boil
from ..flowsheet.stream import Stream
from ..flowsheet.unitop import Figure, Outcome, Port, UnitOp, parameter


@dataclass(frozen=True, kw_only=True)
class Crystalliser(UnitOp):
    """The share `evaporated` of the water leaves by `vapour`; `salts` crystallise at `temperature`.

    With `evaporated` = 0 it is a cooling crystalliser. `heat` counts the water evaporated and the warming of the feed.
    """

    inlets: ClassVar[Mapping[str, Port]] = {"feed": Port("a liquor", {"H2O": 1.0, "NiSO4": 0.3})}
    outlets: ClassVar[Mapping[str, str]] = {"slurry": "crystals in their mother liquor", "vapour": "water boiled off"}
    figures: ClassVar[Mapping[str, Figure]] = {
        "evaporation": Figure("kg/s", "water boiled off"),
        "crystals": Figure("kg/s", "crystals that formed"),
        "heat": Figure("W", "heat to supply: evaporation and warming, heat of crystallisation left out"),
        "ionic_strength": Figure("mol/kg", "of the mother liquor"),
    }

    salts: tuple[str, ...] = parameter("names", "solids that may crystallise", ("NiSO4.6H2O(s)",))
    evaporated: float = parameter("-", "share of the feed's water that is boiled off", 0.6, low=0.0, high=0.99)
    temperature: float = parameter("K", "of the crystals and the mother liquor", 328.15, low=273.15, high=373.15)

    def run(self, inlets: Mapping[str, Stream]) -> Outcome:
        """Answer the slurry and the vapour."""
        feed = inlets["feed"]
        if feed.mass == 0.0:
            return Outcome({"slurry": feed, "vapour": feed})
        boiled = boil(feed, self.evaporated, self.temperature, self.salts)
        slurry, vapour = boiled.slurry, boiled.vapour
        report = {
            "evaporation": vapour.mass,
            "crystals": slurry.solids.mass - feed.solids.mass,
            "heat": boiled.heat,
            "ionic_strength": boiled.equilibrium.ionic_strength,
        }
        return Outcome({"slurry": slurry, "vapour": vapour}, report, warnings=boiled.equilibrium.warnings)
