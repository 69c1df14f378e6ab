"""Bicarbonate decomposition: a lithium bicarbonate liquor is heated, carbon dioxide leaves, pure lithium carbonate comes down.

Model      2 LiHCO3 = Li2CO3 + CO2 + H2O to equilibrium with the pressure of carbon dioxide that stripping leaves; the carbon
           dioxide carries steam off as it boils out: pw / (p - pw) mol per mol, and `evaporated` of the water besides
Assumes    time enough for equilibrium; no metal left in the liquor but what stands in `forms`
Valid      80 to 97 degC; pressure of carbon dioxide 500 to 2e4 Pa (estimated: steam or air through the liquor)
Sources    solubility of Li2CO3 and LiHCO3 as fitted in `equilibrium.csv` and `pitzer.csv`; steam: Cantera's water
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ..flowsheet.chemistry import water
from ..flowsheet.chemistry.database import table
from ..flowsheet.chemistry.equilibrium import Equilibrium
from ..flowsheet.errors import ConvergenceError, DataError
from ..flowsheet.evaporation import evaporate
from ..flowsheet.grown_sizes import crystal_sizes
from ..flowsheet.stream import Stream, mix, settle
from ..flowsheet.unitop import Figure, Outcome, Port, UnitOp, parameter

_FORMS = ("Li2CO3(s)", "CaCO3(s)", "MgCO3.3H2O(s)", "Mg(OH)2(s)", "MnCO3(s)", "FeCO3(s)", "Li3PO4(s)", "LiF(s)")
_PRODUCT, _GAS, _STEAM = "Li2CO3(s)", "CO2(g)", "H2O(g)"
_PASSES = 60
_AGREED = 1e-13  # of the water
_MOST = 0.9  # of the water that may leave


@dataclass(frozen=True, kw_only=True)
class BicarbonateDecomposition(UnitOp):
    """Raises `DataError` where water boils at `temperature` under the pressure of the feed, or more is to leave than there is."""

    inlets: ClassVar[Mapping[str, Port]] = {"feed": Port("a lithium bicarbonate liquor", {"H2O": 1.0, "LiHCO3": 0.055})}
    outlets: ClassVar[Mapping[str, str]] = {
        "slurry": "lithium carbonate in its mother liquor",
        "offgas": "carbon dioxide and steam",
    }
    figures: ClassVar[Mapping[str, Figure]] = {
        "precipitated_fraction": Figure("-", "share of the feed's lithium that came down"),
        "lithium": Figure("kg/m3", "lithium left in the mother liquor"),
        "evaporation": Figure("kg/s", "water that leaves with the gas"),
        "carbon_dioxide": Figure("mol/s", "carbon dioxide that leaves"),
        "ph": Figure("-", "pH of the mother liquor, at its temperature"),
    }

    temperature: float = parameter("K", "of the reactor", 363.15, low=313.15, high=372.15, default=363.15)
    carbon_dioxide_pressure: float = parameter(
        "Pa", "partial pressure of carbon dioxide", 2e3, low=10.0, high=5e6, default=2e3
    )
    evaporated: float = parameter("-", "share of the feed's water boiled off", 0.0, low=0.0, high=0.99, default=0.0)
    residence_time: float = parameter("s", "of the reactor", 7200.0, low=60.0, high=1e6, default=7200.0)
    forms: tuple[str, ...] = parameter("names", "solids that may form", _FORMS, default=_FORMS)

    def run(self, inlets: Mapping[str, Stream]) -> Outcome:
        """Answer the slurry and the gas."""
        feed = inlets["feed"]
        if feed.mass == 0.0:
            return Outcome({"slurry": feed, "offgas": feed})
        steam = water.vapour_pressure(self.temperature)
        if steam >= feed.pressure:
            raise DataError(
                f"water boils: its vapour pressure of {steam:.0f} Pa at {self.temperature:g} K is above the feed's "
                f"{feed.pressure:.0f} Pa"
            )
        left, vapour = evaporate(feed, self.evaporated, self.temperature)
        slurry, more, found = self._boiled(left, steam / (feed.pressure - steam))
        offgas = mix([slurry.gas, vapour, more])
        slurry = slurry.without(slurry.gas)
        if slurry[_PRODUCT] > 0.0:
            sizes = crystal_sizes(table("precipitation").value(_PRODUCT, "growth"), self.residence_time)
            slurry = slurry.with_sizes({_PRODUCT: sizes})
        report = {
            "precipitated_fraction": 1.0 - slurry["Li+"] / feed["Li+"] if feed["Li+"] > 0.0 else 0.0,
            "lithium": slurry.concentration("Li+"),
            "evaporation": float(offgas[_STEAM] * feed.chemistry.molar_masses[feed.chemistry.index[_STEAM]]),
            "carbon_dioxide": offgas[_GAS],
            "ph": found.ph,
        }
        return Outcome({"slurry": slurry, "offgas": offgas}, report, {}, found.warnings)

    def _boiled(self, left: Stream, steam_ratio: float) -> tuple[Stream, Stream, Equilibrium]:
        """Answer slurry, steam and equilibrium; `steam_ratio`: mol of steam that goes with a mol of carbon dioxide."""
        carried = 0.0
        for _ in range(_PASSES):
            wet, steam = evaporate(left, carried, self.temperature)
            slurry, found = settle(wet, self.temperature, self.forms, {_GAS: self.carbon_dioxide_pressure})
            gone = max(0.0, (slurry[_GAS] - left[_GAS]) * steam_ratio / left["H2O"])
            if abs(gone - carried) <= _AGREED:
                return slurry, steam, found
            carried = gone
            if carried >= _MOST:
                raise DataError(
                    f"steam: {gone:.2f} of the water would leave with the carbon dioxide, {_MOST:g} is the most"
                )
        raise ConvergenceError(f"steam: {_PASSES} passes have not settled it, {carried:.4g} of the water at the last")
