"""Lithium bicarbonation: lithium carbonate dissolves in water under carbon dioxide, what it carries stays behind.

Model      Li2CO3 + CO2 + H2O = 2 LiHCO3 to equilibrium with the pressure of carbon dioxide; solids of `forms` may stay
Assumes    time enough (0.5 to 2 h in a stirred reactor); the gas fed is used up to `gas_used`; pure carbon dioxide
Valid      10 to 40 degC, 0.5 to 10 bar of carbon dioxide, up to 0.9 mol/kg of bicarbonate at 1 bar
Sources    LiHCO3 as fitted in `pitzer.csv`; carbon dioxide: `equilibrium.csv`
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ..flowsheet.errors import DataError
from ..flowsheet.stream import Stream, mix, settle
from ..flowsheet.unitop import Figure, Outcome, Port, UnitOp, parameter, reagent

_FORMS = (
    "Li2CO3(s)", "CaCO3(s)", "MgCO3.3H2O(s)", "FeCO3(s)", "MnCO3(s)", "NiCO3(s)", "CoCO3(s)", "Al(OH)3(s)",
    "Fe(OH)3(s)", "LiF(s)", "Li3PO4(s)", "CaF2(s)",
)  # fmt: skip
_GAS = "CO2(g)"
_ROOM = 0.05  # of carbon dioxide per water, beyond what dissolves at 50 bar


@dataclass(frozen=True, kw_only=True)
class LithiumBicarbonation(UnitOp):
    """`gas` is drawn at what the liquor takes over `gas_used`. Raises `DataError` for a gas without carbon dioxide."""

    inlets: ClassVar[Mapping[str, Port]] = {
        "feed": Port("a slurry of lithium carbonate", {"H2O": 1.0, "Li2CO3(s)": 0.03, "CaCO3(s)": 0.0003})
    }
    outlets: ClassVar[Mapping[str, str]] = {
        "slurry": "lithium bicarbonate liquor and what did not dissolve",
        "offgas": "carbon dioxide that is left",
    }
    figures: ClassVar[Mapping[str, Figure]] = {
        "dissolved_fraction": Figure("-", "share of the lithium that is dissolved"),
        "lithium": Figure("kg/m3", "lithium in the liquor that leaves"),
        "gas_flow": Figure("kg/s", "gas drawn"),
        "ph": Figure("-", "pH of the liquor that leaves, at its temperature"),
    }

    gas: Stream = reagent("carbon dioxide", example={"CO2(g)": 1.0})
    carbon_dioxide_pressure: float = parameter(
        "Pa", "partial pressure of carbon dioxide", 2e5, low=10.0, high=5e6, default=1e5
    )
    gas_used: float = parameter(
        "-", "share of the carbon dioxide fed that is used", 0.8, low=0.01, high=1.0, default=0.8
    )
    temperature: float = parameter("K", "of the reactor", 298.15, low=273.15, high=333.15, default=298.15)
    forms: tuple[str, ...] = parameter("names", "solids that may stay or form", _FORMS, default=_FORMS)

    def run(self, inlets: Mapping[str, Stream]) -> Outcome:
        """Answer the slurry, the gas left and the gas drawn."""
        feed = inlets["feed"]
        if feed.mass == 0.0:
            return Outcome({"slurry": feed, "offgas": feed})
        if self.gas[_GAS] <= 0.0:
            raise DataError("gas: CO2(g) = 0 mol/s, the gas must hold carbon dioxide")
        # more than liquor and solids can take; as much as there is of water would leave none to dissolve in
        plenty = self.gas * ((feed.elements["Li"] + feed.elements["C"] + _ROOM * feed["H2O"]) / self.gas[_GAS])
        met, found = settle(mix([feed, plenty]), self.temperature, self.forms, {_GAS: self.carbon_dioxide_pressure})
        taken = feed[_GAS] + plenty[_GAS] - met[_GAS]
        drawn = self.gas * (max(0.0, taken - feed[_GAS]) / self.gas_used / self.gas[_GAS])
        slurry = met.without(met.gas)
        offgas = mix([feed, drawn]).gas.replace(temperature=self.temperature)
        left = offgas.flows.copy()
        left[feed.chemistry.index[_GAS]] -= taken
        lithium = feed.elements["Li"]
        report = {
            "dissolved_fraction": slurry["Li+"] / lithium if lithium > 0.0 else 0.0,
            "lithium": slurry.concentration("Li+"),
            "gas_flow": drawn.mass,
            "ph": found.ph,
        }
        return Outcome({"slurry": slurry, "offgas": offgas.replace(flows=left)}, report, {"gas": drawn}, found.warnings)
