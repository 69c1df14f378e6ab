"""Coalescer: after-settler and carbon bed that take droplets of organic out of a liquor.

Model      the share `removal` of every organic species leaves by `organic`
Assumes    what is dissolved stays dissolved                     Valid      droplets of 20 to 200 ppm by volume
Sources    a balance; removal 0.95 to 0.99 for a settler with dual-media and carbon filters (estimated from practice)
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ..flowsheet.stream import Stream
from ..flowsheet.unitop import Figure, Outcome, Port, UnitOp, parameter


@dataclass(frozen=True, kw_only=True)
class Coalescer(UnitOp):
    """The droplets leave by `organic`, the liquor by `liquor` with what is left of them."""

    inlets: ClassVar[Mapping[str, Port]] = {
        "feed": Port("a liquor with droplets", {"H2O": 1.0, "NiSO4": 0.1, "HA[Cyanex 272]": 1e-4, "diluent": 3e-4})
    }
    outlets: ClassVar[Mapping[str, str]] = {"liquor": "the liquor", "organic": "the organic recovered"}
    figures: ClassVar[Mapping[str, Figure]] = {"recovered": Figure("kg/s", "organic recovered")}

    removal: float = parameter("-", "share of the droplets that is taken out", 0.98, low=0.0, high=1.0, default=0.98)

    def run(self, inlets: Mapping[str, Stream]) -> Outcome:
        """Answer the liquor and the organic."""
        feed = inlets["feed"]
        recovered = feed.organic * self.removal
        return Outcome({"liquor": feed.without(recovered), "organic": recovered}, {"recovered": recovered.mass})
