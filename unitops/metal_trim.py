"""Metal trim: virgin salts of nickel, cobalt and manganese are drawn until a liquor holds them in a ratio, then water.

Model      the metal of which the liquor holds most for its share sets the amount; of the others salts bring what is missing
Assumes    the salts dissolve completely; what else the liquor holds stays in it
Valid      up to the solubility of the sulfates, 2 to 2.5 mol of metals per kg of water at 25 degC; crystals are not followed
Sources    a balance
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ..flowsheet.chemistry.system import WATER
from ..flowsheet.errors import DataError
from ..flowsheet.stream import Stream, mix
from ..flowsheet.unitop import Figure, Outcome, Port, UnitOp, parameter, reagent

_METALS = {"nickel": "Ni+2", "cobalt": "Co+2", "manganese": "Mn+2"}
_AGREED = 1e-12


@dataclass(frozen=True, kw_only=True)
class MetalTrim(UnitOp):
    """Salts are drawn until the metals stand to each other as their shares do, water until they have `strength`.

    A metal of share 0 stays as it came. A liquor below `strength` gets no water, with a warning. Raises `DataError` for
    shares of which none is above 0, a metal with no salt that is wanted, and a salt that does not hold its metal alone.
    """

    inlets: ClassVar[Mapping[str, Port]] = {
        "feed": Port("a liquor of the metals", {"H2O": 1.0, "NiSO4": 0.2, "CoSO4": 0.07, "MnSO4": 0.07})
    }
    outlets: ClassVar[Mapping[str, str]] = {"liquor": "the liquor with its metals in the ratio"}
    figures: ClassVar[Mapping[str, Figure]] = {
        "metals": Figure("mol/s", "nickel, cobalt and manganese in the liquor that leaves"),
        "virgin_share": Figure("-", "share of them that the salts brought"),
        "strength": Figure("mol/kg", "of them per water in the liquor that leaves"),
    }

    nickel_salt: Stream | None = parameter("reagent", "nickel sulfate", {"NiSO4": 0.6, "H2O": 0.4}, default=None)
    cobalt_salt: Stream | None = parameter("reagent", "cobalt sulfate", {"CoSO4": 0.55, "H2O": 0.45}, default=None)
    manganese_salt: Stream | None = parameter("reagent", "manganese sulfate", {"MnSO4": 0.9, "H2O": 0.1}, default=None)
    water: Stream = reagent("water", example={"H2O": 1.0})
    nickel_share: float = parameter("-", "share of nickel", 0.8, low=0.0, high=1.0)
    cobalt_share: float = parameter("-", "share of cobalt", 0.1, low=0.0, high=1.0)
    manganese_share: float = parameter("-", "share of manganese", 0.1, low=0.0, high=1.0)
    strength: float = parameter("mol/kg", "metals per water to dilute to", 1.5, low=0.01, high=5.0, default=2.0)

    def run(self, inlets: Mapping[str, Stream]) -> Outcome:
        """Answer the trimmed liquor, and the salts and water drawn."""
        feed = inlets["feed"]
        given = {word: getattr(self, f"{word}_share") for word in _METALS}
        shares = {word: share for word, share in given.items() if share > 0.0}
        if not shares:
            raise DataError("nickel_share, cobalt_share, manganese_share = 0: one of the shares must be above 0")
        amount = max(feed[_METALS[word]] / share for word, share in shares.items())
        if amount == 0.0:
            return Outcome({"liquor": feed})
        drawn = {f"{word}_salt": self._salt(word, share * amount, feed) for word, share in shares.items()}
        drawn = {name: salt for name, salt in drawn.items() if salt is not None}
        salted = mix([feed, *drawn.values()])
        metals = sum(salted[ion] for ion in _METALS.values() if ion in feed.chemistry.index)
        held = float(feed.chemistry.molar_masses[WATER]) * salted.flows[WATER]
        missing, warnings = metals / self.strength - held, ()
        if missing < -_AGREED * held:
            strength = f"{metals / held:.3g} mol/kg of metals"
            warnings = (
                f"the liquor has {strength} and so is weaker than the {self.strength:g} wanted: no water is drawn",
            )
        drawn["water"] = self.water * (max(0.0, missing) / self.water.mass)
        liquor = mix([salted, drawn["water"]])
        brought = metals - sum(feed[ion] for ion in _METALS.values() if ion in feed.chemistry.index)
        report = {
            "metals": metals,
            "virgin_share": brought / metals,
            "strength": metals / max(held, held + missing),
        }
        return Outcome({"liquor": liquor}, report, drawn, warnings)

    def _salt(self, word: str, wanted: float, feed: Stream) -> Stream | None:
        """Answer so much of a metal's salt that the liquor holds `wanted` of it (mol/s); none where it is there."""
        salt, ion = getattr(self, f"{word}_salt"), _METALS[word]
        missing = wanted - feed[ion]
        if salt is None:
            if missing > _AGREED * wanted:
                raise DataError(f"{word}_salt is not given, and the liquor holds {feed[ion]:.4g} of {wanted:.4g} mol/s")
            return None
        others = [
            name for name in _METALS.values() if name != ion and name in salt.chemistry.index and salt[name] > 0.0
        ]
        if salt[ion] <= 0.0 or others:
            raise DataError(
                f"{word}_salt: {ion} = {salt[ion]:.4g} mol/s, {', '.join(others) or 'no other metal'} beside it; it must hold "
                "its metal alone"
            )
        return salt * (max(0.0, missing) / salt[ion])
