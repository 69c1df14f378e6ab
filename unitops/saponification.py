"""Saponification: sodium takes the place of the proton in part of the extractant, before it meets the liquor.

Model      HA + NaOH = NaA + H2O to the wanted degree; acid that the organic carries in droplets is neutralised as well; the
           water of the base goes with the organic
Assumes    the base reacts completely, as an organic with room for it makes it do
Valid      degree 0.3 to 0.65; beyond it the organic gels or forms a third phase
Sources    a balance; degrees: `examples` of plants in the literature, 0.30 to 0.60 (recalled)
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ..flowsheet.chemistry.extractants import cations, constants
from ..flowsheet.chemistry.reaction import reaction
from ..flowsheet.chemistry.system import acid_form, salt_form
from ..flowsheet.errors import DataError
from ..flowsheet.stream import Stream, mix
from ..flowsheet.unitop import Figure, Outcome, Port, UnitOp, parameter, reagent


@dataclass(frozen=True, kw_only=True)
class Saponification(UnitOp):
    """`base` is drawn until the share `degree` of the extractant is in the sodium form.

    Raises `DataError` for a base without sodium hydroxide, or an organic that has no room for so much sodium.
    """

    inlets: ClassVar[Mapping[str, Port]] = {"organic": Port("an organic", {"HA[Cyanex 272]": 0.2, "diluent": 0.7})}
    outlets: ClassVar[Mapping[str, str]] = {"organic": "the organic in part in its sodium form, with the base's water"}
    figures: ClassVar[Mapping[str, Figure]] = {
        "dose": Figure("kg/s", "base drawn"),
        "degree": Figure("-", "share of the extractant in the sodium form"),
    }

    extractant: str = parameter("name", "the extractant", "Cyanex 272")
    base: Stream = reagent("sodium hydroxide solution", example={"NaOH": 0.3, "H2O": 0.7})
    degree: float = parameter("-", "share of the extractant to bring into the sodium form", 0.45, low=0.0, high=0.9)

    def run(self, inlets: Mapping[str, Stream]) -> Outcome:
        """Answer the organic and the base drawn."""
        organic = inlets["organic"]
        chemistry = organic.chemistry
        acid, salt = acid_form(self.extractant), salt_form("Na+", self.extractant)
        if organic[acid] == 0.0:
            idle = (
                (f"no free {self.extractant} in the organic: no base is drawn",) if organic.organic_volume > 0.0 else ()
            )
            return Outcome({"organic": organic}, warnings=idle)
        hydroxide = -self.base["H+"]
        if hydroxide <= 0.0 or self.base["Na+"] < hydroxide * (1.0 - 1e-9):
            raise DataError(
                f"base: Na+ {self.base['Na+']:.4g} and OH- {hydroxide:.4g} mol/s, it must be sodium hydroxide"
            )
        charges = constants(chemistry, self.extractant).charge
        names = [salt_form(name, self.extractant) for name in cations(chemistry, self.extractant)]
        bound = sum(organic[name] * charge for name, charge in zip(names, charges, strict=True))
        extractant = organic[acid] + bound
        wanted = max(0.0, self.degree * extractant - organic[salt])
        if wanted > organic[acid]:
            raise DataError(
                f"organic asked to carry sodium on {self.degree:.3g} of its extractant, {organic[acid] / extractant:.3g} is free "
                f"({bound / extractant:.3g} is bound to cations already)"
            )
        acid_carried = max(0.0, organic["H+"])
        drawn = self.base * ((wanted + acid_carried) / hydroxide)
        flows = mix([organic, drawn]).flows + wanted * reaction(chemistry, f"{acid} + Na+ = {salt} + H+")
        return Outcome(
            {"organic": organic.replace(flows=flows)},
            {"dose": drawn.mass, "degree": (organic[salt] + wanted) / extractant},
            {"base": drawn},
        )
