"""Iron and aluminium removal: iron(II) is oxidised, base is dosed to a pH, hydroxides and phosphates come down.

Model      Fe+2 + 1/2 H2O2 + H+ = Fe+3 + H2O for the share `iron_oxidised`; oxidant beyond it decomposes; nickel, cobalt and
           manganese are lost to the cake by given shares; then equilibrium with the solids of `forms` at the target pH
Assumes    residence time enough for equilibrium; the metals lost are bound as hydroxides and do not redissolve
Valid      70 to 95 degC, pH 3 to 5.5. Fluoride keeps aluminium in solution: it shows in the filtrate
Sources    `kernels/saturation.py`; losses 0.3 to 3 % of Ni, Co, Mn (estimated from industrial practice)
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..flowsheet.chemistry.reaction import reaction
from ..flowsheet.errors import DataError
from ..flowsheet.stream import Stream, dose, mix
from ..flowsheet.unitop import Figure, Outcome, Port, UnitOp, parameter, reagent

_FORMS = ("Al(OH)3(s)", "Fe(OH)3(s)", "FePO4.2H2O(s)", "AlPO4.2H2O(s)", "CaSO4.2H2O(s)", "CaF2(s)", "CO2(g)")
_LOST = (
    ("Ni+2", "Ni(OH)2(s)", "nickel_loss"),
    ("Co+2", "Co(OH)2(s)", "cobalt_loss"),
    ("Mn+2", "Mn(OH)2(s)", "manganese_loss"),
)


@dataclass(frozen=True, kw_only=True)
class Hydrolysis(UnitOp):
    """`oxidant` is drawn at `oxidant_ratio` times what iron(II) needs, `base` until the liquor has `target_ph`.

    Raises `DataError` for an oxidant without peroxide, or a base that cannot reach the pH.
    """

    inlets: ClassVar[Mapping[str, Port]] = {
        "feed": Port("a liquor with iron and aluminium", {"H2O": 1.0, "FeSO4": 0.01, "Al2(SO4)3": 0.02, "NiSO4": 0.08})
    }
    outlets: ClassVar[Mapping[str, str]] = {"slurry": "liquor and the precipitate", "offgas": "oxygen, carbon dioxide"}
    figures: ClassVar[Mapping[str, Figure]] = {
        "dose": Figure("kg/s", "base drawn"),
        "oxidant_dose": Figure("kg/s", "oxidant drawn"),
        "ph": Figure("-", "pH of the liquor that leaves, at its temperature"),
        "iron": Figure("kg/m3", "iron left in the liquor, both valences"),
        "aluminium": Figure("kg/m3", "aluminium left in the liquor"),
        "ionic_strength": Figure("mol/kg", "of the liquor that leaves"),
    }

    base: Stream = reagent("base", example={"NaOH": 0.3, "H2O": 0.7})
    oxidant: Stream = reagent("hydrogen peroxide", example={"H2O2": 0.3, "H2O": 0.7})
    target_ph: float = parameter("-", "pH to reach", 4.8, low=1.0, high=9.0)
    temperature: float = parameter("K", "of the tanks", 353.15, low=273.15, high=373.15, default=353.15)
    oxidant_ratio: float = parameter(
        "-", "oxidant per oxidant that iron(II) needs", 1.3, low=0.0, high=10.0, default=1.3
    )
    iron_oxidised: float = parameter("-", "share of iron(II) that is oxidised", 0.999, low=0.0, high=1.0, default=0.999)
    nickel_loss: float = parameter("-", "share of nickel lost to the cake", 0.01, low=0.0, high=0.2, default=0.01)
    cobalt_loss: float = parameter("-", "share of cobalt lost to the cake", 0.007, low=0.0, high=0.2, default=0.007)
    manganese_loss: float = parameter(
        "-", "share of manganese lost to the cake", 0.005, low=0.0, high=0.2, default=0.005
    )
    forms: tuple[str, ...] = parameter("names", "solids and gases that may form", _FORMS, default=_FORMS)

    def run(self, inlets: Mapping[str, Stream]) -> Outcome:
        """Answer the slurry, the gas and the reagents drawn."""
        feed = inlets["feed"]
        if feed.mass == 0.0:
            return Outcome({"slurry": feed, "offgas": feed})
        oxidised, oxidant = self._oxidise(feed)
        flows = np.array(oxidised.flows)
        for cation, solid, loss in _LOST:
            lost = _flow(oxidised, cation) * getattr(self, loss)
            if lost > 0.0:
                flows += lost * reaction(feed.chemistry, f"{cation} + 2 H2O = {solid} + 2 H+")
        mixed, base, found = dose(
            oxidised.replace(flows=flows), self.base, self.target_ph, self.temperature, self.forms
        )
        report = {
            "dose": base.mass,
            "oxidant_dose": oxidant.mass,
            "ph": found.ph,
            "iron": sum(mixed.concentration(name) for name in ("Fe+2", "Fe+3") if name in mixed.chemistry.index),
            "aluminium": mixed.concentration("Al+3") if "Al+3" in mixed.chemistry.index else 0.0,
            "ionic_strength": found.ionic_strength,
        }
        outlets = {"slurry": mixed.without(mixed.gas), "offgas": mixed.gas}
        return Outcome(outlets, report, {"base": base, "oxidant": oxidant}, found.warnings)

    def _oxidise(self, feed: Stream) -> tuple[Stream, Stream]:
        """Oxidise iron(II), decompose the peroxide that is left."""
        ferrous = _flow(feed, "Fe+2")
        if self.oxidant["H2O2"] <= 0.0:
            raise DataError(f"oxidant: H2O2 = {self.oxidant['H2O2']:.4g} mol/s, the reagent must hold peroxide")
        oxidant = self.oxidant * (self.oxidant_ratio * 0.5 * ferrous / self.oxidant["H2O2"])
        mixed = mix([feed, oxidant])
        done = min(self.iron_oxidised * ferrous, 2.0 * mixed["H2O2"])
        flows = np.array(mixed.flows)
        if done > 0.0:
            flows += done * reaction(feed.chemistry, "Fe+2 + 0.5 H2O2 + H+ = Fe+3 + H2O")
        left = max(0.0, mixed["H2O2"] - 0.5 * done)
        flows += left * reaction(feed.chemistry, "H2O2 = H2O + 0.5 O2(g)")
        return mixed.replace(flows=flows), oxidant


def _flow(stream: Stream, name: str) -> float:
    """Answer the flow of a component, mol/s; none of one that the chemistry lacks."""
    return stream[name] if name in stream.chemistry.index else 0.0
