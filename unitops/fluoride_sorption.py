"""Fluoride sorption: a loaded resin or alumina takes hydrogen fluoride from the liquor, sodium hydroxide takes it off again.

Model      the share `removal` of fluoride is sorbed as HF and leaves as sodium fluoride in the eluate
Assumes    columns in merry-go-round, so that loading and elution are steady in the mean; nothing else is sorbed
Valid      pH 1 to 5; fluoride from grams to some 20 to 300 mg/L
Sources    aluminium-, zirconium- or lanthanum-loaded chelating resin, capacity 20 to 60 g F/L (estimated from practice)
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..flowsheet.chemistry.system import PROTON
from ..flowsheet.errors import DataError
from ..flowsheet.stream import Stream, mix
from ..flowsheet.unitop import Figure, Outcome, Port, UnitOp, parameter, reagent


@dataclass(frozen=True, kw_only=True)
class FluorideSorption(UnitOp):
    """`removal` of the fluoride leaves by `eluate`; `base` is drawn at `base_ratio` times the fluoride."""

    inlets: ClassVar[Mapping[str, Port]] = {"feed": Port("an acid liquor", {"H2O": 1.0, "H2SO4": 0.02, "HF": 0.003})}
    outlets: ClassVar[Mapping[str, str]] = {
        "liquor": "the liquor without that fluoride",
        "eluate": "sodium fluoride in water",
    }
    figures: ClassVar[Mapping[str, Figure]] = {
        "dose": Figure("kg/s", "base drawn"),
        "sorbed": Figure("kg/s", "fluoride sorbed"),
        "fluoride": Figure("kg/m3", "fluoride left in the liquor"),
    }

    base: Stream = reagent("sodium hydroxide solution for elution", example={"NaOH": 0.04, "H2O": 0.96})
    removal: float = parameter("-", "share of fluoride that is sorbed", 0.97, low=0.0, high=0.999, default=0.97)
    base_ratio: float = parameter("-", "sodium hydroxide per fluoride sorbed", 1.1, low=1.0, high=5.0, default=1.1)

    def run(self, inlets: Mapping[str, Stream]) -> Outcome:
        """Answer the liquor, the eluate and the base drawn."""
        feed = inlets["feed"]
        hydroxide = -self.base["H+"]
        if hydroxide <= 0.0:
            raise DataError(f"base: OH- = {hydroxide:.4g} mol/s, it must be a hydroxide")
        sorbed = feed["F-"] * self.removal
        taken = np.zeros(feed.chemistry.size)
        taken[feed.chemistry.index["F-"]] = taken[PROTON] = sorbed
        acid = feed.replace(flows=taken)
        drawn = self.base * (self.base_ratio * sorbed / hydroxide)
        liquor = feed.without(acid)
        report = {
            "dose": drawn.mass,
            "sorbed": sorbed * feed.chemistry.molar_masses[feed.chemistry.index["F-"]],
            "fluoride": liquor.concentration("F-"),
        }
        return Outcome({"liquor": liquor, "eluate": mix([acid, drawn])}, report, {"base": drawn})
