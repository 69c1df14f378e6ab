"""Dryer: water of the liquor, and of crystals where that is wanted, leaves as steam.

Model      the product keeps water to a `moisture`; what the adhering liquor held in solution stays, as `salts` as far as these
           can be made of it and in the last water beyond that. Of the hydrates in `dehydrated` the share `conversion` loses
           all its water of crystallisation; every other hydrate keeps it
Assumes    all at `temperature`; no decomposition of salts, no dust; steam of 1 bar, the air that carries it left out
Valid      40 to 110 degC for sulfates with crystal water (NiSO4.6H2O keeps it below 100 degC, CoSO4.7H2O below 40), 100 to
           200 degC for carbonates and phosphates, FePO4.2H2O loses its water at 100 to 200 degC (recalled)
Sources    a balance; enthalpies of `flowsheet/chemistry/thermal.py`; add 20 to 50 % to the heat for warm air that leaves
           (estimated)
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..flowsheet.chemistry.system import WATER
from ..flowsheet.drying import deposit, drying_heat, without_crystal_water
from ..flowsheet.stream import Stream
from ..flowsheet.unitop import Figure, Outcome, Port, UnitOp, parameter


@dataclass(frozen=True, kw_only=True)
class Dryer(UnitOp):
    """The dry product leaves by `product`, the steam with what gas and organic there was by `vapour`.

    Raises `DataError` for a name in `dehydrated` that is no hydrate, or whose anhydrous solid the chemistry does not have.
    """

    inlets: ClassVar[Mapping[str, Port]] = {
        "cake": Port("a moist cake", {"H2O": 0.05, "NiSO4": 0.02, "NiSO4.6H2O(s)": 0.9})
    }
    outlets: ClassVar[Mapping[str, str]] = {"product": "the dried solids", "vapour": "the steam"}
    figures: ClassVar[Mapping[str, Figure]] = {
        "evaporation": Figure("kg/s", "water driven off"),
        "crystal_water": Figure("kg/s", "of which was water of crystallisation"),
        "moisture": Figure("-", "mass of free water in the product per mass of product"),
        "heat": Figure("W", "heat to supply"),
    }

    wet_inlet: ClassVar[str] = "cake"  # where a product sheet sees what was liquor, before it dries on the crystals

    temperature: float = parameter("K", "of product and steam", 363.15, low=303.15, high=473.15)
    moisture: float = parameter(
        "-", "mass of free water in the product per mass of product", 0.001, low=1e-6, high=0.5, default=0.001
    )
    salts: tuple[str, ...] = parameter(
        "names", "solids that what is dissolved becomes, in this order", ("NiSO4.6H2O(s)",), default=()
    )
    dehydrated: tuple[str, ...] = parameter("names", "hydrates that lose their water", (), default=())
    conversion: float = parameter("-", "share of `dehydrated` that loses it", 1.0, low=0.0, high=1.0, default=1.0)

    def run(self, inlets: Mapping[str, Stream]) -> Outcome:
        """Answer the product and the vapour."""
        cake = inlets["cake"]
        chemistry = cake.chemistry
        anhydrous, driven = without_crystal_water(cake, self.dehydrated, self.conversion)
        solid = deposit(anhydrous, self.salts)
        flows, vapour = np.array(solid.flows), np.zeros_like(solid.flows)
        for part in (chemistry.organic, chemistry.gas):
            vapour[part] = flows[part]
            flows[part] = 0.0
        water = float(flows[WATER])
        rest = float(flows @ chemistry.molar_masses) - water * float(chemistry.molar_masses[WATER])
        stays = min(water, rest * self.moisture / (1.0 - self.moisture) / float(chemistry.molar_masses[WATER]))
        flows[WATER] = stays
        vapour[chemistry.position("H2O(g)")] += water - stays
        product = solid.replace(flows=flows, temperature=self.temperature)
        steam = Stream(chemistry, vapour, self.temperature, cake.pressure)
        heat, warnings = drying_heat(cake, [product, steam])
        report = {
            "evaporation": (water - stays) * float(chemistry.molar_masses[WATER]),
            "crystal_water": driven * float(chemistry.molar_masses[WATER]),
            "moisture": stays * float(chemistry.molar_masses[WATER]) / product.mass if product.mass > 0.0 else 0.0,
            "heat": heat,
        }
        return Outcome({"product": product, "vapour": steam}, report, {}, warnings)
