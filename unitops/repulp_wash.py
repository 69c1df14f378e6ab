"""Repulp wash: a cake is stirred up in wash liquor and filtered again, once or several times.

Model      each time an equal part of the wash mixes with the cake's liquor, 1 / (1 + N) of the old is left in a cake of
           `moisture`; the share 1 - `mixing` of the liquor stays in lumps and does not mix
Assumes    no reaction; fresh wash liquor each time, and all the washings leave together
Valid      mixing 0.9 to 1, 10 to 30 min in a stirred tank (estimated from practice); moisture as for Filtration
Sources    a balance (`flowsheet/washing.py`); Svarovsky (2000) ch. 15
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ..flowsheet.stream import Stream, mix
from ..flowsheet.unitop import Figure, Outcome, Port, UnitOp, parameter
from ..flowsheet.washing import left_by_repulps, saturate


@dataclass(frozen=True, kw_only=True)
class RepulpWash(UnitOp):
    """The cake leaves with `moisture` of liquor; where cake and wash hold less than that, all of it stays."""

    inlets: ClassVar[Mapping[str, Port]] = {
        "cake": Port("a moist cake", {"H2O": 0.2, "NiSO4": 0.02, "C(s)": 0.3}),
        "wash": Port("wash liquor, for all times together", {"H2O": 1.2}),
    }
    outlets: ClassVar[Mapping[str, str]] = {"cake": "the washed cake", "washings": "the filtrates"}
    figures: ClassVar[Mapping[str, Figure]] = {
        "wash_ratio": Figure("-", "wash liquor, of all times together, per liquor in the cake that leaves"),
        "retained_fraction": Figure("-", "share of the mother liquor that came with the cake which leaves with it"),
        "dissolved_fraction": Figure("-", "share of the cake's solids that the wash dissolved"),
    }

    repulps: int = parameter("-", "times that the cake is stirred up", 2, low=1, high=20, default=1)
    moisture: float = parameter("-", "mass of liquor in the moist cake per mass of moist cake", 0.4, low=0.0, high=0.95)
    mixing: float = parameter("-", "share of the cake's liquor that mixes", 1.0, low=0.0, high=1.0, default=1.0)
    dissolving: tuple[str, ...] = parameter("names", "solids that the wash dissolves to saturation", (), default=())

    def run(self, inlets: Mapping[str, Stream]) -> Outcome:
        """Answer the washed cake and the washings."""
        cake, wash, lost = saturate(inlets["cake"], inlets["wash"], self.dissolving)
        held = cake.solids.mass * self.moisture / (1.0 - self.moisture)
        came = cake.liquor.mass
        retained, leaves = left_by_repulps((came, held), wash.mass / self.repulps, self.repulps, self.mixing)
        part = min(1.0, max(0.0, (leaves - retained * came) / wash.mass)) if wash.mass > 0.0 else 0.0
        washed = mix([cake.solids, cake.liquor * retained, wash * part])
        washings = mix([cake.liquor * (1.0 - retained), wash * (1.0 - part), cake.organic, cake.gas])
        ratio = wash.mass / leaves if leaves > 0.0 else 0.0
        report = {"wash_ratio": ratio, "retained_fraction": retained, "dissolved_fraction": lost}
        return Outcome({"cake": washed, "washings": washings}, report)
