"""Water leach of roasted black mass: lithium salts dissolve as far as water reaches and holds them, all else stays.

Model      of each soluble salt a share is accessible (`water_accessible` of `leaching_redox.csv`); the liquor comes to
           equilibrium with it and with such salts as may form, under carbon dioxide where that is blown in
Assumes    time enough; oxides, metals, LiAlO2, graphite do not react; solids within the accessible share dissolve or stay by
           solubility alone: Li2CO3 1.3 wt % at 20 degC, less when hot, LiF 0.13 wt %; 5 to 6 wt % LiHCO3 under CO2
Valid      0 to 100 degC; roasts of 600 to 750 degC, whose shares of Li2CO3, LiF, LiAlO2 come with the feed
Sources    equilibrium constants of the data; accessible shares in `leaching_redox.csv`
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..flowsheet.chemistry.database import table
from ..flowsheet.errors import DataError, nearest
from ..flowsheet.heat import heat_duty
from ..flowsheet.leaching.bookkeeping import extraction
from ..flowsheet.stream import Stream, mix, settle
from ..flowsheet.unitop import Figure, Outcome, Port, UnitOp, parameter

_CARBON_DIOXIDE = "CO2(g)"


@dataclass(frozen=True, kw_only=True)
class WaterLeaching(UnitOp):
    """A stirred tank. `carbon_dioxide_pressure` (Pa, 0 for none) is that of what enters by `gas`; the rest of it leaves.

    `accessible`: shares by salt other than those of the data, `{"Li2CO3(s)": 0.9}`.
    """

    inlets: ClassVar[Mapping[str, Port]] = {
        "solids": Port("roasted black mass", {"Li2CO3(s)": 0.02, "NiO(s)": 0.2, "C(s)": 0.2}),
        "liquor": Port("water or a liquor to pulp it with", {"H2O": 5.0}),
        "gas": Port("carbon dioxide", required=False),
    }
    outlets: ClassVar[Mapping[str, str]] = {
        "slurry": "lithium liquor and residue",
        "offgas": "gas that is not taken up",
    }
    figures: ClassVar[Mapping[str, Figure]] = {
        "lithium_extraction": Figure("-", "share of the solids' lithium that dissolved"),
        "fluorine_extraction": Figure("-", "share of the solids' fluorine that dissolved"),
        "lithium": Figure("kg/m3", "in the liquor that leaves"),
        "ph": Figure("-", "pH of the liquor that leaves, at its temperature"),
        "saturation_index": Figure("-", "of Li2CO3 in the liquor that leaves, -99 where there is none"),
        "pulp_density": Figure("kg/m3", "solids fed per volume of liquor that leaves"),
        "heat": Figure("W", "to supply; below 0 to take away"),
    }

    temperature: float = parameter("K", "of the tank", 298.15, low=273.15, high=373.15, default=298.15)
    carbon_dioxide_pressure: float = parameter("Pa", "partial pressure of CO2", 0.0, low=0.0, high=2e6, default=0.0)
    accessible: Mapping[str, float] | None = parameter("-", "shares that water reaches, by salt", None, default=None)

    def run(self, inlets: Mapping[str, Stream]) -> Outcome:
        """Answer the slurry and the gas."""
        entering = list(inlets.values())
        feed = mix(entering)
        chemistry = feed.chemistry
        if feed["H2O"] == 0.0:
            idle = ("no liquor is fed: nothing dissolves",) if feed.mass > 0.0 else ()
            rest, gas = feed.without(feed.gas), feed.gas
            return Outcome({"slurry": rest, "offgas": gas}, dict.fromkeys(self.figures, 0.0), warnings=idle)
        shares = self._shares()
        kept = np.zeros(chemistry.size)
        for name, share in shares.items():
            if name in chemistry.index:
                kept[chemistry.index[name]] = (1.0 - share) * feed[name]
        under = {_CARBON_DIOXIDE: self.carbon_dioxide_pressure} if self.carbon_dioxide_pressure > 0.0 else None
        reached = feed.replace(flows=feed.flows - kept)
        soluble = [name for name in shares if name in chemistry.phase_index]
        settled, found = settle(reached, self.temperature, soluble, under)
        out = settled.replace(flows=settled.flows + kept)
        volume = out.liquor_volume
        carbonate = "Li2CO3(s)" in chemistry.phase_index and out["Li+"] > 0.0 and out["CO3-2"] > 0.0
        report = {
            "lithium_extraction": extraction("Li", feed, out),
            "fluorine_extraction": extraction("F", feed, out),
            "lithium": out.concentration("Li+") if "Li+" in chemistry.index else 0.0,
            "ph": found.ph,
            "saturation_index": found.saturation_index("Li2CO3(s)") if carbonate else -99.0,
            "pulp_density": feed.solids.mass / volume,
            "heat": heat_duty(entering, [out]),
        }
        said = found.warnings
        if carbonate and settled["Li2CO3(s)"] > 0.0:
            left = settled["Li2CO3(s)"] / max(reached["Li2CO3(s)"], settled["Li2CO3(s)"])
            said += (
                f"the liquor is saturated with Li2CO3: {left:.3g} of what it reaches stays; use more water or CO2",
            )
        return Outcome({"slurry": out.without(out.gas), "offgas": out.gas}, report, warnings=said)

    def _shares(self) -> dict[str, float]:
        numbers = table("leaching_redox")
        shares = {name: numbers.value(name, "water_accessible") for name in numbers.names("water_accessible")}
        for name, share in (self.accessible or {}).items():
            if name not in shares:
                raise DataError(f"accessible: {name!r} is no salt that a water leach dissolves{nearest(name, shares)}")
            if not 0.0 <= share <= 1.0:
                raise DataError(f"accessible: share of {name} = {share:g} is outside 0 to 1")
            shares[name] = share
        return shares
