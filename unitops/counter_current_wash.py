"""Counter-current wash: a belt or row of filters on which the wash of each stage is what the next one has displaced.

Model      every stage displaces its cake's liquor by what dispersion leaves (`flowsheet/washing.py`); the stages close in a
           sum. Fresh wash enters at the last stage and leaves, as washings, at the first
Assumes    the cake keeps its moisture from stage to stage; no reaction
Valid      2 to 4 stages of a belt filter with separate filtrates, dispersion number 3 to 30 (estimated from practice)
Sources    `flowsheet/washing.py`; Wakeman & Tarleton (2005) ch. 6
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ..flowsheet.stream import Stream, mix
from ..flowsheet.unitop import Figure, Outcome, Port, UnitOp, parameter
from ..flowsheet.washing import displace, left_by_dispersion, left_by_stages, occluded_too, saturate


@dataclass(frozen=True, kw_only=True)
class CounterCurrentWash(UnitOp):
    """The cake leaves as moist as it came; organic and gas of the cake go with the washings."""

    inlets: ClassVar[Mapping[str, Port]] = {
        "cake": Port("a moist cake", {"H2O": 0.2, "NiSO4": 0.02, "C(s)": 0.3}),
        "wash": Port("wash liquor", {"H2O": 0.4}),
    }
    outlets: ClassVar[Mapping[str, str]] = {"cake": "the washed cake", "washings": "what leaves the first stage"}
    figures: ClassVar[Mapping[str, Figure]] = {
        "wash_ratio": Figure("-", "wash liquor per liquor in the cake"),
        "retained_fraction": Figure("-", "share of the cake's mother liquor that the wash left behind"),
        "dissolved_fraction": Figure("-", "share of the cake's solids that the wash dissolved"),
    }

    washes: int = parameter("-", "stages in counter-current", 3, low=1, high=50)
    dispersion_number: float = parameter(
        "-", "of the wash of a stage, v L / D_L; large for plug flow", 10.0, low=0.1, high=1e9, default=10.0
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
        left = left_by_stages(left_by_dispersion(ratio, self.dispersion_number), ratio, self.washes)
        retained = occluded_too(left, self.occluded)
        washed, washings = displace(cake.solids, cake.liquor, 1.0, wash, retained)
        washings = mix([washings, cake.organic, cake.gas])
        report = {"wash_ratio": ratio, "retained_fraction": retained, "dissolved_fraction": lost}
        return Outcome({"cake": washed, "washings": washings}, report)
