"""Saponification: the cation of a base takes the place of the proton in part of the extractant, before it meets the liquor.

Model      z HA + M(OH)z = MAz + z H2O to the wanted degree, M the cation of the base: NaOH, KOH, LiOH, NH3, Mg(OH)2 as
           solution or slurry; acid that the organic carries in droplets is neutralised as well; the water of the base goes
           with the organic
Assumes    the base reacts completely, as an organic with room for it makes it do; two cations of a base share the extractant
           as they share the base
Valid      degree 0.3 to 0.65; beyond it the organic gels or forms a third phase; ammonia below pH 9
Sources    a balance; degrees: plants in the literature, 0.30 to 0.60 (recalled)
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..flowsheet.chemistry.reaction import reaction
from ..flowsheet.chemistry.system import PROTON
from ..flowsheet.errors import DataError
from ..flowsheet.extraction.holding import Holding, charge, holding, salts
from ..flowsheet.stream import Stream, gathered, mix
from ..flowsheet.unitop import Figure, Outcome, Port, UnitOp, parameter, reagent

_ROUND_OFF = 1e-9


@dataclass(frozen=True, kw_only=True)
class Saponification(UnitOp):
    """`base` is drawn until the share `degree` of the extractant is in the form of the base's cation.

    Raises `DataError` for a base that is none, or whose cation the extractant has no constant of, and for an organic that
    has no room for so much of it.
    """

    inlets: ClassVar[Mapping[str, Port]] = {"organic": Port("an organic", {"HA[Cyanex 272]": 0.2, "diluent": 0.7})}
    outlets: ClassVar[Mapping[str, str]] = {
        "organic": "the organic in part in the form of the base's cation, with the base's water"
    }
    figures: ClassVar[Mapping[str, Figure]] = {
        "dose": Figure("kg/s", "base drawn"),
        "degree": Figure("-", "share of the extractant in the form of the base's cation"),
    }

    extractant: str = parameter("name", "the extractant", "Cyanex 272")
    base: Stream = reagent("a base in water: NaOH, KOH, LiOH, NH3, Mg(OH)2", example={"NaOH": 0.3, "H2O": 0.7})
    degree: float = parameter(
        "-", "share of the extractant to bring into the form of the base's cation", 0.45, low=0.0, high=0.9
    )

    def run(self, inlets: Mapping[str, Stream]) -> Outcome:
        """Answer the organic and the base drawn."""
        organic = inlets["organic"]
        kind = organic.chemistry.extractant(self.extractant).kind
        if kind != "acidic":
            raise DataError(f"extractant {self.extractant} is {kind}, only an acid can be saponified")
        held = holding(organic, self.extractant)
        if held.free == 0.0:
            idle = (
                (f"no free {self.extractant} in the organic: no base is drawn",) if organic.organic_volume > 0.0 else ()
            )
            return Outcome({"organic": organic}, warnings=idle)
        everything = np.ones(len(organic.chemistry.phases), dtype=np.bool_)
        dissolved = gathered(self.base, everything)  # a slurry of hydroxide goes into solution as it reacts
        shares = self._cations(organic, dissolved)
        wanted = max(0.0, self.degree * held.total - sum(held.bound[name] for name in shares))
        if wanted > held.free:
            self._refuse_room(held, tuple(shares))
        acid = max(0.0, organic["H+"])
        times = (wanted + acid) / -dissolved[PROTON]
        out = self._exchanged(organic, dissolved * times, {name: share * wanted for name, share in shares.items()})
        drawn = self.base * times
        after = holding(out, self.extractant)
        report = {"dose": drawn.mass, "degree": after.share(*shares)}
        return Outcome({"organic": mix([organic, drawn]).replace(flows=out.flows)}, report, {"base": drawn})

    def _cations(self, organic: Stream, dissolved: np.ndarray) -> dict[str, float]:
        """Answer the share of its hydroxide that each cation of the base brings, for totals (C,) of the base in mol/s."""
        chemistry = organic.chemistry
        known = salts(chemistry, self.extractant)
        amounts = {
            c.name: float(dissolved[at]) for at, c in enumerate(chemistry.components) if c.charge > 0 and c.name != "H+"
        }
        found = {name: amount * charge(name) for name, amount in amounts.items() if amount > 0.0 and name in known}
        hydroxide, equivalents = -float(dissolved[PROTON]), sum(found.values())
        if hydroxide > 0.0 and equivalents >= hydroxide * (1.0 - _ROUND_OFF):
            return {name: amount / equivalents for name, amount in found.items()}
        held = ", ".join(f"{name} {amount:.4g}" for name, amount in amounts.items() if amount > 0.0) or "no cation"
        raise DataError(
            f"base: {held} and OH- {hydroxide:.4g} mol/s, it must be a hydroxide or ammonia of a cation that "
            f"{self.extractant} takes up: {', '.join(known)}"
        )

    def _refuse_room(self, held: Holding, names: tuple[str, ...]) -> None:
        room = held.free / held.total
        raise DataError(
            f"organic asked to carry {', '.join(names)} on {self.degree:.3g} of its extractant, {room:.3g} is free "
            f"({1.0 - room:.3g} is bound to cations already)"
        )

    def _exchanged(self, organic: Stream, base: np.ndarray, wanted: Mapping[str, float]) -> Stream:
        """Answer the organic with the base's totals in it, `wanted` of its extractant (mol/s) exchanged for each cation."""
        chemistry = organic.chemistry
        flows = np.array(organic.flows)
        flows[chemistry.liquor] += base
        acid = chemistry.extractant(self.extractant).free_form
        for name, salt in salts(chemistry, self.extractant).items():
            if wanted.get(name, 0.0) > 0.0:
                count = charge(name)
                flows += wanted[name] / count * reaction(chemistry, f"{count} {acid} + {name} = {salt} + {count} H+")
        return organic.replace(flows=flows)
