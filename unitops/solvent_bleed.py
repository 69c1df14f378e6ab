"""Solvent bleed: a share of the organic leaves its loop, and with it what strip does not take off and what decayed.

Model      every flow times `bleed`; what enters the loop at c and leaves by the bleed b alone builds up to c / b
Assumes    the bleed is drawn from a mixed organic; what becomes of it (iron strip, clay, sale) is another unit
Valid      any organic; poisons beyond a tenth of the extractant slow the settling and feed crud
Sources    a balance; Ritcey and Ashbrook (1984) on crud (recalled)
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ..flowsheet.chemistry.system import degraded_form
from ..flowsheet.extraction.holding import holding
from ..flowsheet.stream import Stream
from ..flowsheet.unitop import Figure, Outcome, Port, UnitOp, parameter

_POISONS = ("Fe+3", "Al+3")
_SPOILED = 0.1  # share of the extractant that poisons or decay may take before a plant feels it


@dataclass(frozen=True, kw_only=True)
class SolventBleed(UnitOp):
    """The share `bleed` of the organic leaves by `bleed`, the rest returns by `organic`.

    `poisons` are the cations whose salts count as spoilt extractant; a cation that the chemistry lacks is passed over.
    """

    inlets: ClassVar[Mapping[str, Port]] = {
        "organic": Port("a stripped organic", {"HA[Cyanex 272]": 0.2, "FeA3[Cyanex 272]": 0.004, "diluent": 0.7})
    }
    outlets: ClassVar[Mapping[str, str]] = {"organic": "the organic that returns", "bleed": "the organic that leaves"}
    figures: ClassVar[Mapping[str, Figure]] = {
        "mass_flow": Figure("kg/s", "organic that leaves by `bleed`"),
        "poisoned": Figure("-", "share of the extractant that poisons hold"),
        "degraded": Figure("-", "share of the extractant that has decayed, of both together"),
    }

    extractant: str = parameter("name", "the extractant", "Cyanex 272")
    bleed: float = parameter("-", "share of the organic that leaves", 0.05, low=0.0, high=1.0)
    poisons: tuple[str, ...] = parameter("names", "cations that strip leaves on", _POISONS, default=_POISONS)

    def run(self, inlets: Mapping[str, Stream]) -> Outcome:
        """Answer the organic and its bleed."""
        organic = inlets["organic"]
        held = holding(organic, self.extractant)
        decayed = organic[degraded_form(self.extractant)]
        leaving = organic * self.bleed
        report = {
            "mass_flow": leaving.mass,
            "poisoned": held.share(*self.poisons),
            "degraded": decayed / (held.total + decayed) if decayed > 0.0 else 0.0,
        }
        warnings = tuple(
            f"{what} {report[key]:.3g} of the {self.extractant}, more than {_SPOILED:g}: crud and slow settling, bleed more"
            for key, what in (("poisoned", f"{', '.join(self.poisons)} hold"), ("degraded", "decay has taken"))
            if report[key] > _SPOILED
        )
        return Outcome({"organic": organic.without(leaving), "bleed": leaving}, report, warnings=warnings)
