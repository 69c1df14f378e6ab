"""Lithium carbonate precipitation: soda ash is dosed by its ratio to lithium, hot, and lithium carbonate comes down.

Model      equilibrium with the solids of `forms`; the yield follows from solubility and the water balance
Assumes    residence time enough for equilibrium; metals left in the feed come down with the product; no occlusion of
           sulfate (impurities come with the adhering liquor)
Valid      60 to 100 degC: the solubility of Li2CO3 falls with temperature
Sources    `kernels/saturation.py`; solubility of Li2CO3 as fitted in `equilibrium.csv`
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ..flowsheet.errors import DataError
from ..flowsheet.stream import Stream, mix, settle
from ..flowsheet.unitop import Figure, Outcome, Port, UnitOp, parameter, reagent

_FORMS = (
    "Li2CO3(s)", "Li3PO4(s)", "LiF(s)", "CO2(g)", "CaCO3(s)", "Mg(OH)2(s)", "Al(OH)3(s)", "Fe(OH)3(s)", "Fe(OH)2(s)",
    "Mn(OH)2(s)", "MnCO3(s)", "Co(OH)2(s)", "CoCO3(s)", "Ni(OH)2(s)", "NiCO3(s)", "Cu(OH)2(s)", "Zn(OH)2(s)",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class LithiumCarbonate(UnitOp):
    """`soda` is drawn until carbonate is `soda_ratio` times half the lithium; carbonate in the feed counts."""

    inlets: ClassVar[Mapping[str, Port]] = {
        "feed": Port("a lithium liquor", {"H2O": 1.0, "Li2SO4": 0.15, "Na2SO4": 0.2})
    }
    outlets: ClassVar[Mapping[str, str]] = {
        "slurry": "lithium carbonate in its mother liquor",
        "offgas": "carbon dioxide",
    }
    figures: ClassVar[Mapping[str, Figure]] = {
        "dose": Figure("kg/s", "soda solution drawn"),
        "ph": Figure("-", "pH of the mother liquor, at its temperature"),
        "precipitated_fraction": Figure("-", "share of the feed's lithium that came down"),
        "lithium": Figure("kg/m3", "lithium left in the mother liquor"),
        "ionic_strength": Figure("mol/kg", "of the mother liquor"),
    }

    soda: Stream = reagent("soda solution", example={"Na2CO3": 0.23, "H2O": 0.77})
    soda_ratio: float = parameter("-", "carbonate per half a lithium", 1.05, low=0.0, high=3.0, default=1.05)
    temperature: float = parameter("K", "of the tank", 365.15, low=273.15, high=373.15, default=365.15)
    forms: tuple[str, ...] = parameter("names", "solids and gases that may form", _FORMS, default=_FORMS)

    def run(self, inlets: Mapping[str, Stream]) -> Outcome:
        """Answer the slurry, the gas and the soda drawn."""
        feed = inlets["feed"]
        if feed.mass == 0.0:
            return Outcome({"slurry": feed, "offgas": feed})
        if self.soda["CO3-2"] <= 0.0:
            raise DataError("soda: CO3-2 = 0 mol/s, the reagent must hold carbonate")
        wanted = max(0.0, self.soda_ratio * feed["Li+"] / 2.0 - feed["CO3-2"])
        drawn = self.soda * (wanted / self.soda["CO3-2"])
        mixed, found = settle(mix([feed, drawn]), self.temperature, self.forms)
        report = {
            "dose": drawn.mass,
            "ph": found.ph,
            "precipitated_fraction": 1.0 - mixed["Li+"] / feed["Li+"] if feed["Li+"] > 0.0 else 0.0,
            "lithium": mixed.concentration("Li+"),
            "ionic_strength": found.ionic_strength,
        }
        outlets = {"slurry": mixed.without(mixed.gas), "offgas": mixed.gas}
        return Outcome(outlets, report, {"soda": drawn}, found.warnings)
