"""Phosphate dissolution: the iron phosphate of a leach residue dissolves in acid, so that graphite can be filtered off.

Model      FePO4 = Fe+3 + PO4-3 and LiFePO4 = Li+ + Fe+2 + PO4-3 for the share that acid reaches, as far as the liquor does not
           saturate with FePO4.2H2O, by equilibrium at `temperature`; Cu + 2 Fe+3 = Cu+2 + 2 Fe+2 and Al + 3 H+ = Al+3 +
           1.5 H2 for the shares given; peroxide oxidises iron(II), what is left of it decomposes
Assumes    residence time enough for equilibrium, 2 to 6 h; what stays behind for saturation is counted as the dihydrate;
           graphite and binder do not react
Valid      40 to 80 degC, 2 to 4 mol/kg sulfuric acid, 0.3 to 0.9 mol/kg iron(III). Beyond 3 mol/kg the constants of the
           complexes of iron(III) with phosphate are extrapolated: the warnings say so
Sources    constants of FePO4.2H2O and of the complexes in `equilibrium.csv`; acid 2.5 to 3 mol/L at 6 L/kg dissolves more
           than 0.95 of a residue (recalled from practice, 0.9 to 0.99); shares of metals estimated, 0.5 to 1
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..flowsheet.chemistry.reaction import reaction
from ..flowsheet.chemistry.system import PROTON
from ..flowsheet.errors import DataError
from ..flowsheet.stream import Stream, mix, settle
from ..flowsheet.unitop import Figure, Outcome, Port, UnitOp, parameter, reagent

_FORMS = ("FePO4.2H2O(s)", "AlPO4.2H2O(s)", "Fe(OH)3(s)")
_IRON = ("FePO4(s)", "LiFePO4(s)", "FePO4.2H2O(s)")


@dataclass(frozen=True, kw_only=True)
class PhosphateDissolution(UnitOp):
    """`acid` is drawn until `acid_ratio` moles of H2SO4 face a mole of iron phosphate; acid in the liquor counts.

    Three moles of H+ dissolve one of iron phosphate, so 1.5 is the least; solubility asks for 3 to 5. `oxidant` is drawn at
    `oxidant_ratio` times what iron(II) needs. Raises `DataError` for an acid without H+ or an oxidant without peroxide.
    """

    inlets: ClassVar[Mapping[str, Port]] = {
        "solids": Port("a residue", {"FePO4(s)": 0.2, "LiFePO4(s)": 0.01, "C(s)": 0.1, "Cu(s)": 0.002, "Al(s)": 0.002}),
        "liquor": Port("acid that returns, water", {"H2O": 2.0, "H2SO4": 0.5}),
    }
    outlets: ClassVar[Mapping[str, str]] = {"slurry": "liquor and what did not dissolve", "offgas": "hydrogen, oxygen"}
    figures: ClassVar[Mapping[str, Figure]] = {
        "acid_dose": Figure("kg/s", "acid drawn"),
        "oxidant_dose": Figure("kg/s", "oxidant drawn"),
        "dissolved_fraction": Figure("-", "share of the iron phosphate that dissolved"),
        "iron": Figure("kg/m3", "iron in the liquor, both valences"),
        "acid_molality": Figure("mol/kg", "sulfate per water of the liquor"),
        "ionic_strength": Figure("mol/kg", "of the liquor that leaves"),
    }

    acid: Stream = reagent("sulfuric acid", example={"H2SO4": 0.98, "H2O": 0.02})
    oxidant: Stream = reagent("hydrogen peroxide", example={"H2O2": 0.35, "H2O": 0.65})
    acid_ratio: float = parameter("-", "H2SO4 per iron phosphate, mol/mol", 4.2, low=0.0, high=50.0)
    oxidant_ratio: float = parameter(
        "-", "oxidant per oxidant that iron(II) needs", 1.2, low=0.0, high=10.0, default=1.2
    )
    reached: float = parameter(
        "-", "share of the iron phosphate that acid reaches", 0.99, low=0.0, high=1.0, default=0.99
    )
    copper_share: float = parameter("-", "share of copper metal that dissolves", 0.9, low=0.0, high=1.0, default=0.9)
    aluminium_share: float = parameter(
        "-", "share of aluminium metal that dissolves", 0.6, low=0.0, high=1.0, default=0.6
    )
    temperature: float = parameter("K", "of the tanks", 333.15, low=273.15, high=373.15, default=333.15)

    def run(self, inlets: Mapping[str, Stream]) -> Outcome:
        """Answer the slurry, the gas, and the acid and oxidant drawn."""
        feed = mix([inlets["solids"], inlets["liquor"]])
        if feed.mass == 0.0:
            return Outcome({"slurry": feed, "offgas": feed})
        if feed["H2O"] == 0.0:  # as on the first pass of a recycle that brings the liquor
            idle = ("no liquor is fed: nothing dissolves",)
            return Outcome({"slurry": feed, "offgas": Stream.empty(feed.chemistry)}, warnings=idle)
        if self.acid["H+"] <= 0.0:
            raise DataError(f"acid: H+ = {self.acid['H+']:.4g} mol/s, the reagent must hold acid")
        phosphate = sum(feed[name] for name in _IRON)
        acid = self.acid * (max(0.0, 2.0 * self.acid_ratio * phosphate - _free(feed)) / self.acid["H+"])
        reacted, oxidant = self._oxidised(self._dissolved(mix([feed, acid])))
        slurry, found = settle(reacted, self.temperature, _FORMS)
        left = sum(slurry[name] for name in _IRON)
        report = {
            "acid_dose": acid.mass,
            "oxidant_dose": oxidant.mass,
            "dissolved_fraction": 1.0 - left / phosphate if phosphate > 0.0 else 0.0,
            "iron": slurry.concentration("Fe+3") + slurry.concentration("Fe+2"),
            "acid_molality": slurry["SO4-2"] / (slurry["H2O"] * slurry.chemistry.molar_masses[0]),
            "ionic_strength": found.ionic_strength,
        }
        outlets = {"slurry": slurry.without(slurry.gas), "offgas": slurry.gas}
        return Outcome(outlets, report, {"acid": acid, "oxidant": oxidant}, found.warnings)

    def _dissolved(self, mixed: Stream) -> Stream:
        """Dissolve what acid reaches; copper as far as iron(III) is there for it."""
        chemistry, flows = mixed.chemistry, np.array(mixed.flows)
        at = chemistry.index
        flows += self.reached * flows[at["LiFePO4(s)"]] * reaction(chemistry, "LiFePO4(s) = Li+ + Fe+2 + PO4-3")
        flows += self.reached * flows[at["FePO4(s)"]] * reaction(chemistry, "FePO4(s) = Fe+3 + PO4-3")
        if "Cu(s)" in at:
            copper = min(self.copper_share * flows[at["Cu(s)"]], 0.5 * flows[at["Fe+3"]])
            flows += copper * reaction(chemistry, "Cu(s) + 2 Fe+3 = Cu+2 + 2 Fe+2")
        if "Al(s)" in at:
            flows += self.aluminium_share * flows[at["Al(s)"]] * reaction(chemistry, "Al(s) + 3 H+ = Al+3 + 1.5 H2(g)")
        return mixed.replace(flows=flows)

    def _oxidised(self, mixed: Stream) -> tuple[Stream, Stream]:
        """Oxidise iron(II) with the peroxide drawn, decompose what is left of it."""
        chemistry, ferrous = mixed.chemistry, mixed["Fe+2"]
        if self.oxidant["H2O2"] <= 0.0:
            raise DataError(f"oxidant: H2O2 = {self.oxidant['H2O2']:.4g} mol/s, the reagent must hold peroxide")
        oxidant = self.oxidant * (self.oxidant_ratio * 0.5 * ferrous / self.oxidant["H2O2"])
        whole = mix([mixed, oxidant])
        done = min(ferrous, 2.0 * whole["H2O2"])
        flows = whole.flows + done * reaction(chemistry, "Fe+2 + 0.5 H2O2 + H+ = Fe+3 + H2O")
        left = max(0.0, whole["H2O2"] - 0.5 * done)
        return whole.replace(flows=flows + left * reaction(chemistry, "H2O2 = H2O + 0.5 O2(g)")), oxidant


def _free(stream: Stream) -> float:
    """Answer the protons beyond neutral salts, HF and H3PO4: twice the free sulfuric acid, mol/s."""
    chemistry = stream.chemistry
    held = [(chemistry.index[name], count) for name, count in (("F-", 1.0), ("PO4-3", 3.0)) if name in chemistry.index]
    return max(0.0, float(stream.flows[PROTON] - sum(count * stream.flows[at] for at, count in held)))
