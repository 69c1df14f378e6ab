"""Displacement wash: wash liquor pushes the mother liquor out of a cake that lies on its filter.

Model      the share of the mother liquor left is that of plug flow with dispersion, by the wash ratio; what is occluded stays
Assumes    the cake keeps its moisture and does not crack; no reaction, no adsorption
Valid      dispersion number 3 to 30 for a press or belt, 30 to 100 for a thin even cake of crystals, about 1 where it is
           channelled (estimated from practice; `dispersion_number` of `flowsheet/washing.py` tells it from grains and rate)
Sources    `flowsheet/washing.py`: Brenner (1962), Wakeman & Tarleton (2005) ch. 6
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ..flowsheet.stream import Stream, mix
from ..flowsheet.unitop import Figure, Outcome, Port, UnitOp, parameter
from ..flowsheet.washing import displace, left_by_dispersion, occluded_too, saturate


@dataclass(frozen=True, kw_only=True)
class DisplacementWash(UnitOp):
    """The cake leaves as moist as it came; organic and gas of the cake go with the washings."""

    inlets: ClassVar[Mapping[str, Port]] = {
        "cake": Port("a moist cake", {"H2O": 0.2, "NiSO4": 0.02, "C(s)": 0.3}),
        "wash": Port("wash liquor", {"H2O": 0.4}),
    }
    outlets: ClassVar[Mapping[str, str]] = {
        "cake": "the washed cake",
        "washings": "what the wash liquor displaced, and itself",
    }
    figures: ClassVar[Mapping[str, Figure]] = {
        "wash_ratio": Figure("-", "wash liquor per liquor in the cake"),
        "retained_fraction": Figure("-", "share of the cake's mother liquor that the wash left behind"),
        "dissolved_fraction": Figure("-", "share of the cake's solids that the wash dissolved"),
    }

    dispersion_number: float = parameter(
        "-", "of the wash, v L / D_L; large for plug flow", 10.0, low=0.1, high=1e9, default=10.0
    )
    occluded: float = parameter(
        "-", "share of the cake's mother liquor no wash reaches", 0.005, low=0.0, high=1.0, default=0.005
    )
    dissolving: tuple[str, ...] = parameter("names", "solids that the wash dissolves to saturation", (), default=())

    def run(self, inlets: Mapping[str, Stream]) -> Outcome:
        """Answer the washed cake and the washings."""
        cake, wash, lost = saturate(inlets["cake"], inlets["wash"], self.dissolving)
        held = cake.liquor.mass
        ratio = wash.mass / held if held > 0.0 else 0.0
        retained = occluded_too(left_by_dispersion(ratio, self.dispersion_number), self.occluded)
        washed, washings = displace(cake.solids, cake.liquor, 1.0, wash, retained)
        washings = mix([washings, cake.organic, cake.gas])
        report = {"wash_ratio": ratio, "retained_fraction": retained, "dissolved_fraction": lost}
        return Outcome({"cake": washed, "washings": washings}, report)
