"""Filtration: a slurry becomes filtrate and a moist cake, which wash liquor displaces.

Model      the cake holds liquor by its moisture; a wash of N times that liquor leaves u + (1 - u) exp(-k N) of it behind, u
           being held where no wash reaches; the rest of the cake's moisture is wash liquor
Assumes    all solids stay on the cloth; the cake keeps its moisture through the wash; no reaction
Valid      wash efficiency k 0.7 to 0.9 for a filter press; moisture 0.35 to 0.45 for graphite, 0.6 to 0.75 for Al/Fe
           hydroxide, 0.03 to 0.15 for crystals from a centrifuge
Sources    displacement washing: Svarovsky (2000), Solid-Liquid Separation, ch. 15; u 0.001 to 0.01 (estimated: liquor
           occluded in agglomerates). Area, cycle and moisture worked out: see CakeFilter
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ..flowsheet.stream import Stream, mix
from ..flowsheet.unitop import Figure, Outcome, Port, UnitOp, parameter
from ..flowsheet.washing import displace, held_in_cake, left_by_efficiency, occluded_too


@dataclass(frozen=True, kw_only=True)
class Filtration(UnitOp):
    """The solids leave by `cake` with `moisture` of liquor; `wash` displaces the mother liquor in it.

    Organic droplets and gas in the slurry go with the filtrate. Without solids there is no cake.
    """

    inlets: ClassVar[Mapping[str, Port]] = {
        "slurry": Port("a slurry", {"H2O": 1.0, "NiSO4": 0.1, "C(s)": 0.3}),
        "wash": Port("wash liquor", {"H2O": 0.4}, required=False),
    }
    outlets: ClassVar[Mapping[str, str]] = {
        "filtrate": "the mother liquor",
        "washings": "what the wash liquor displaced, and itself",
        "cake": "the moist solids",
    }
    figures: ClassVar[Mapping[str, Figure]] = {
        "cake_mass_flow": Figure("kg/s", "moist cake"),
        "wash_ratio": Figure("-", "wash liquor per liquor in the cake"),
        "retained_fraction": Figure("-", "share of the cake's mother liquor that the wash left behind"),
    }

    moisture: float = parameter("-", "mass of liquor in the moist cake per mass of moist cake", 0.4, low=0.0, high=0.95)
    wash_efficiency: float = parameter("-", "k of the wash curve exp(-k N)", 0.8, low=0.0, high=1.0, default=0.8)
    occluded: float = parameter(
        "-", "share of the cake's mother liquor no wash reaches", 0.005, low=0.0, high=1.0, default=0.005
    )

    def run(self, inlets: Mapping[str, Stream]) -> Outcome:
        """Answer filtrate, washings and cake."""
        slurry, wash = inlets["slurry"], inlets["wash"]
        solids, liquor = slurry.solids, slurry.liquor
        held = solids.mass * self.moisture / (1.0 - self.moisture)
        share, filling, ratio = held_in_cake(liquor.mass, held, wash.mass)
        retained = occluded_too(left_by_efficiency(ratio, self.wash_efficiency), self.occluded)
        filtrate = mix([liquor * (1.0 - share), slurry.organic, slurry.gas])
        cake, washings = displace(solids, liquor, share, wash, retained, filling)
        report = {"cake_mass_flow": cake.mass, "wash_ratio": ratio, "retained_fraction": retained}
        return Outcome({"filtrate": filtrate, "washings": washings, "cake": cake}, report)
