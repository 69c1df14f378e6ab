"""Iron oxidation: iron(II) becomes iron(III) with hydrogen peroxide, chlorate or peroxydisulfate.

Model      Fe+2 + 1/2 H2O2 + H+ = Fe+3 + H2O; 6 Fe+2 + ClO3- + 6 H+ = 6 Fe+3 + Cl- + 3 H2O; 2 Fe+2 + S2O8-2 = 2 Fe+3 + 2 SO4-2
           for the share `extent`; what is left of peroxide decomposes, what is left of the others stays
Assumes    residence time enough; nothing else takes the oxidant before iron does (copper, manganese: raise `oxidant_ratio`)
Valid      pH 0 to 4; chlorate 60 to 90 degC, 1.05 to 1.3 times what iron needs; peroxide 1.1 to 2 times (estimated)
Sources    `redox.csv`; Latimer (1952), Oxidation Potentials, 2nd ed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..flowsheet.chemistry.couples import couple
from ..flowsheet.chemistry.reaction import reaction
from ..flowsheet.errors import DataError
from ..flowsheet.oxidation import oxidise
from ..flowsheet.stream import Stream, mix
from ..flowsheet.unitop import Figure, Outcome, Port, UnitOp, parameter, reagent

_OXIDANTS = {"H2O2": "H2O2/H2O", "ClO3-": "ClO3-/Cl-", "S2O8-2": "S2O8-2/SO4-2"}


@dataclass(frozen=True, kw_only=True)
class IronOxidation(UnitOp):
    """`oxidant` is drawn at `oxidant_ratio` times what all iron(II) needs. Raises `DataError` for a reagent without one."""

    inlets: ClassVar[Mapping[str, Port]] = {
        "feed": Port("a liquor with iron(II)", {"H2O": 1.0, "FeSO4": 0.01, "H2SO4": 0.01})
    }
    outlets: ClassVar[Mapping[str, str]] = {"liquor": "the liquor with iron(III)", "offgas": "oxygen"}
    figures: ClassVar[Mapping[str, Figure]] = {
        "oxidant_dose": Figure("kg/s", "oxidant drawn"),
        "conversion": Figure("-", "share of iron(II) that is oxidised"),
        "oxygen": Figure("mol/s", "oxygen evolved"),
    }

    oxidant: Stream = reagent("hydrogen peroxide, chlorate or peroxydisulfate", example={"H2O2": 0.3, "H2O": 0.7})
    oxidant_ratio: float = parameter(
        "-", "oxidant per oxidant that iron(II) needs", 1.2, low=0.0, high=10.0, default=1.2
    )
    extent: float = parameter("-", "share of iron(II) that is oxidised", 0.999, low=0.0, high=1.0, default=0.999)

    def run(self, inlets: Mapping[str, Stream]) -> Outcome:
        """Answer the liquor, the oxygen and the oxidant drawn."""
        feed = inlets["feed"]
        if feed.mass == 0.0:
            return Outcome({"liquor": feed, "offgas": feed})
        agent = self._agent()
        electrons = couple(_OXIDANTS[agent]).electrons
        drawn = self.oxidant * (self.oxidant_ratio * feed["Fe+2"] / electrons / self.oxidant[agent])
        mixed = mix([feed, drawn])
        extent = self.extent
        if feed["Fe+2"] > 0.0:
            extent = min(extent, electrons * mixed[agent] / feed["Fe+2"])
        done = oxidise(mixed, "Fe+2", "Fe+3", extent, agent)
        flows = np.array(done.stream.flows)
        if agent == "H2O2" and done.stream["H2O2"] > 0.0:
            flows += done.stream["H2O2"] * reaction(feed.chemistry, "H2O2 = H2O + 0.5 O2(g)")
        after = done.stream.replace(flows=flows)
        report = {
            "oxidant_dose": drawn.mass,
            "conversion": extent if feed["Fe+2"] > 0.0 else 0.0,
            "oxygen": after["O2(g)"] if "O2(g)" in feed.chemistry.index else 0.0,
        }
        outlets = {"liquor": after.without(after.gas), "offgas": after.gas}
        return Outcome(outlets, report, {"oxidant": drawn}, done.warnings)

    def _agent(self) -> str:
        for name in _OXIDANTS:
            if name in self.oxidant.chemistry.index and self.oxidant[name] > 0.0:
                return name
        raise DataError(f"oxidant: {' and '.join(_OXIDANTS)} = 0 mol/s, the reagent must hold one of them")
