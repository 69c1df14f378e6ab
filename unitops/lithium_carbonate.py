"""Lithium carbonate precipitation: soda ash is dosed by its ratio to lithium, hot, and lithium carbonate comes down.

Model      a mixed tank as in `crystalliser.py`, with the other solids of `forms` at equilibrium; the yield follows from
           solubility, the water balance and what the supersaturation keeps; agglomerates enclose mother liquor
Assumes    soda and liquor meet well mixed; metals left in the feed come down with the product
Valid      60 to 100 degC: the solubility of Li2CO3 falls with temperature. Rates and occlusion in `crystallisation.csv` are
           estimates: 0.1 to 0.5 % of sodium sulfate stay in crude carbonate however well it is washed
Sources    `flowsheet/crystallisation/`; solubility of Li2CO3 as fitted in `equilibrium.csv`
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ..flowsheet.crystallisation.crystals import Start, Tank, crystallise
from ..flowsheet.crystallisation.figures import CRYSTALS, crystal_report
from ..flowsheet.crystallisation.kinetics import Kinetics
from ..flowsheet.errors import DataError
from ..flowsheet.stream import Stream, mix
from ..flowsheet.unitop import Figure, Outcome, Port, UnitOp, parameter, reagent

_PRODUCT = "Li2CO3(s)"
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
        **CRYSTALS,
        "dose": Figure("kg/s", "soda solution drawn"),
        "ph": Figure("-", "pH of the mother liquor were it saturated, at its temperature"),
        "precipitated_fraction": Figure("-", "share of the feed's lithium that came down"),
        "lithium": Figure("kg/m3", "lithium left in the mother liquor"),
    }

    soda: Stream = reagent("soda solution", example={"Na2CO3": 0.23, "H2O": 0.77})
    soda_ratio: float = parameter("-", "carbonate per half a lithium", 1.05, low=0.0, high=3.0, default=1.05)
    temperature: float = parameter("K", "of the tank", 365.15, low=273.15, high=373.15, default=365.15)
    forms: tuple[str, ...] = parameter("names", "solids and gases that may form", _FORMS, default=_FORMS)
    residence_time: float = parameter("s", "of the slurry", 5400.0, low=60.0, high=1e6, default=5400.0)
    kinetics: Kinetics | None = parameter(
        "kinetics", "of lithium carbonate, where not those of the data", None, default=None
    )

    def run(self, inlets: Mapping[str, Stream]) -> Outcome:
        """Answer the slurry, the gas and the soda drawn."""
        return self.resume(inlets, None)

    def resume(self, inlets: Mapping[str, Stream], start: object) -> Outcome:
        """Do as `run`, from where an earlier run ended."""
        feed = inlets["feed"]
        if feed.mass == 0.0:
            return Outcome({"slurry": feed, "offgas": feed})
        if self.soda["CO3-2"] <= 0.0:
            raise DataError("soda: CO3-2 = 0 mol/s, the reagent must hold carbonate")
        wanted = max(0.0, self.soda_ratio * feed["Li+"] / 2.0 - feed["CO3-2"])
        drawn = self.soda * (wanted / self.soda["CO3-2"])
        tank = Tank(
            temperature=self.temperature,
            salts=tuple(name for name in self.forms if name == _PRODUCT),
            residence_time=self.residence_time,
            kinetics=self.kinetics,
            others=tuple(name for name in self.forms if name != _PRODUCT),
        )
        made = crystallise(mix([feed, drawn]), tank, 0.0, start if isinstance(start, Start) else None)
        mixed = made.slurry
        slurry = mixed.without(mixed.gas)
        report = {
            **crystal_report(made, feed),
            "dose": drawn.mass,
            "ph": made.equilibrium.ph,
            "precipitated_fraction": 1.0 - mixed["Li+"] / feed["Li+"] if feed["Li+"] > 0.0 else 0.0,
            "lithium": mixed.concentration("Li+"),
        }
        outlets = {"slurry": slurry, "offgas": mixed.gas}
        return Outcome(outlets, report, {"soda": drawn}, made.warnings, made.start)
