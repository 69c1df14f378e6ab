"""Solvent loss: what a circuit loses of its extractant beside droplets, in the liquor that leaves and by decay.

Model      the liquor takes up the extractant that its pH dissolves; of two extractants in the organic each dissolves by its
           share; a share of the inventory decays a year, into a product that stays in the organic and takes up nothing
Assumes    the liquor comes without dissolved extractant, which mixer-settlers gave to their organic, and leaves saturated;
           the diluent does not dissolve; the inventory is what circulates in `hold_up`
Valid      25 to 45 degC; solubility within a factor of 2, decay of a factor of 3
Sources    `flowsheet/extraction/losses.py`; solubility and degradation of `extractants.csv`, a source in each row
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..flowsheet.chemistry.system import degraded_form
from ..flowsheet.extraction.holding import holding
from ..flowsheet.extraction.losses import decay, dissolved
from ..flowsheet.stream import Stream
from ..flowsheet.unitop import Figure, Outcome, Port, UnitOp, parameter


@dataclass(frozen=True, kw_only=True)
class SolventLoss(UnitOp):
    """Free extractant of `organic` goes into `liquor` and decays; place it after the coalescer of the raffinate."""

    inlets: ClassVar[Mapping[str, Port]] = {
        "organic": Port("the organic of the circuit", {"HA[Cyanex 272]": 0.2, "diluent": 0.7}),
        "liquor": Port("the liquor that leaves it", {"H2O": 1.0, "NiSO4": 0.05}, required=False),
    }
    outlets: ClassVar[Mapping[str, str]] = {
        "organic": "the organic without what it lost",
        "liquor": "the liquor with the extractant dissolved in it",
    }
    figures: ClassVar[Mapping[str, Figure]] = {
        "dissolved": Figure("kg/s", "extractants that went into the liquor"),
        "decayed": Figure("kg/s", "extractants that decayed"),
    }

    hold_up: float = parameter(
        "s", "organic that stands in the circuit per flow of it", 3600.0, low=0.0, high=1e7, default=3600.0
    )

    def run(self, inlets: Mapping[str, Stream]) -> Outcome:
        """Answer the organic and the liquor."""
        organic, liquor = inlets["organic"], inlets["liquor"]
        chemistry = organic.chemistry
        held = {name: holding(organic, name) for name in chemistry.extractants}
        whole = sum(one.total for one in held.values())
        if whole == 0.0:
            return Outcome({"organic": organic, "liquor": liquor})
        volume = liquor.liquor_volume
        ph = liquor.ph if volume > 0.0 else 0.0
        left, gained = np.array(organic.flows), np.array(liquor.flows)
        report = {"dissolved": 0.0, "decayed": 0.0}
        for name, one in held.items():
            if one.free == 0.0:
                continue
            acid = chemistry.index[chemistry.extractant(name).free_form]
            spoiled = chemistry.index[degraded_form(name)]
            decayed = min(decay(name) * self.hold_up * one.total, one.free)
            taken = min(dissolved(chemistry, name, volume, ph) * one.total / whole, one.free - decayed)
            left[acid] -= taken + decayed
            left[spoiled] += decayed
            gained[acid] += taken
            report["dissolved"] += float(taken * chemistry.molar_masses[acid])
            report["decayed"] += float(decayed * chemistry.molar_masses[acid])
        return Outcome({"organic": organic.replace(flows=left), "liquor": liquor.replace(flows=gained)}, report)
