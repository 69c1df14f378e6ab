"""Solvent make-up: the organic that comes back is topped up to the circulation that the circuit is run at.

Model      extractant and diluent are each brought to their flow in `solvent`
Assumes    the extractant's metals stay on it; extractant that has decayed counts for nothing
Valid      any organic                         Sources    a balance
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..flowsheet.chemistry.system import DILUENT
from ..flowsheet.extraction.holding import holding, members
from ..flowsheet.stream import Stream, mix
from ..flowsheet.unitop import Figure, Outcome, Port, UnitOp, parameter, reagent


@dataclass(frozen=True, kw_only=True)
class SolventMakeup(UnitOp):
    """What the circuit lost of `solvent` is drawn; what comes back beyond it leaves by `surplus`."""

    inlets: ClassVar[Mapping[str, Port]] = {
        "organic": Port("the organic that comes back", {"HA[Cyanex 272]": 0.2, "diluent": 0.7}, required=False)
    }
    outlets: ClassVar[Mapping[str, str]] = {"organic": "the organic at its full flow", "surplus": "organic beyond it"}
    figures: ClassVar[Mapping[str, Figure]] = {
        "makeup": Figure("kg/s", "solvent drawn"),
        "circulation": Figure("m3/s", "organic that leaves"),
    }

    extractant: str = parameter("name", "the extractant", "Cyanex 272")
    solvent: Stream = reagent(
        "extractant and diluent at the flow they circulate", {"HA[Cyanex 272]": 0.22, "diluent": 0.75}
    )

    def run(self, inlets: Mapping[str, Stream]) -> Outcome:
        """Answer the organic, the surplus and the make-up."""
        organic = inlets["organic"]
        chemistry = organic.chemistry
        held = holding(organic, self.extractant).total
        acid, *_ = kept = members(chemistry, self.extractant)
        diluent = chemistry.index[DILUENT]
        surplus, drawn = np.zeros(chemistry.size), np.zeros(chemistry.size)
        for share_of, have, want, top_up in (
            (kept, held, self.solvent.flows[acid], acid),
            ([diluent], organic.flows[diluent], self.solvent.flows[diluent], diluent),
        ):
            if have > want:
                surplus[share_of] = organic.flows[share_of] * (1.0 - want / have)
            else:
                drawn[top_up] = want - have
        extra = organic.replace(flows=surplus)
        fresh = self.solvent.replace(flows=drawn)
        out = mix([organic.without(extra), fresh])
        report = {"makeup": fresh.mass, "circulation": out.organic_volume}
        return Outcome({"organic": out, "surplus": extra}, report, {"solvent": fresh})
