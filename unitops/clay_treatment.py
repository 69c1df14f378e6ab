"""Clay treatment: activated clay takes what decayed out of an organic, so that it need not be thrown away.

Model      the share `removal` of the degraded extractant is held by the clay, which leaves with it
Assumes    the clay takes up neither extractant nor metal; the organic that wets it is pressed out
Valid      organics of 0.1 to 10 % degraded extractant on 2 to 6 kg of clay a cubic metre
Sources    practice of copper plants: Schlesinger et al. (2011) chapter 16 (recalled)
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..flowsheet.chemistry.system import degraded_form
from ..flowsheet.stream import Stream
from ..flowsheet.unitop import Figure, Outcome, Port, UnitOp, parameter


@dataclass(frozen=True, kw_only=True)
class ClayTreatment(UnitOp):
    """`organic` leaves with the share 1 - `removal` of its degraded extractant; the rest leaves by `clay`."""

    inlets: ClassVar[Mapping[str, Port]] = {
        "organic": Port("a bleed of organic", {"HA[Cyanex 272]": 0.2, "degraded[Cyanex 272]": 0.01, "diluent": 0.7})
    }
    outlets: ClassVar[Mapping[str, str]] = {"organic": "the organic", "clay": "what the clay holds"}
    figures: ClassVar[Mapping[str, Figure]] = {"held": Figure("kg/s", "degraded extractant that leaves with the clay")}

    removal: float = parameter(
        "-", "share of the degraded extractant that is taken out", 0.9, low=0.0, high=1.0, default=0.9
    )

    def run(self, inlets: Mapping[str, Stream]) -> Outcome:
        """Answer the organic and what the clay holds."""
        organic = inlets["organic"]
        chemistry = organic.chemistry
        flows = np.zeros(chemistry.size)
        for name in chemistry.extractants:
            at = chemistry.index[degraded_form(name)]
            flows[at] = self.removal * organic.flows[at]
        held = organic.replace(flows=flows)
        return Outcome({"organic": organic.without(held), "clay": held}, {"held": held.mass})
