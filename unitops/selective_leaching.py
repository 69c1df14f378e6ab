"""Selective leaching of lithium iron phosphate: an oxidant takes the lithium, iron and phosphate stay as FePO4.

    LiFePO4 + 1/2 H2O2 + H+ = Li+ + FePO4 + H2O          2 LiFePO4 + S2O8-2 = 2 Li+ + 2 FePO4 + 2 SO4-2

Model      the train of `leaching.py` with lithium iron phosphate as a donor of electrons that keeps its lattice; the oxidant
           serves aluminium, iron and copper first, then the phosphate; acid that is short stops it; peroxide decays as dissolved
           iron and copper catalyse it; a little iron and phosphate dissolve by the equilibrium of the liquor with FePO4
           (`flowsheet/leaching/iron_phosphate.py`), less than it with another `dihydrate_saturation` and `phosphate_release`
Assumes    isothermal, co-current; FePO4 keeps the particle sizes of what it was; acid enters the first tank, the oxidant where
           it is needed; graphite and binder do not react; phosphates of aluminium do not precipitate
Valid      0.25 to 0.6 mol of H2SO4 per mol of Li with H2O2, or persulfate without acid; 20 to 80 degC
Sources    Li et al. (2017) ACS Sustain. Chem. Eng. 5, 8017 (H2O2); Zhang et al. (2019) 7, 5626 (persulfate); the rest of
           `leaching.csv` and `leaching_redox.csv`
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ..flowsheet.errors import DeclarationError
from ..flowsheet.leaching.bookkeeping import Train
from ..flowsheet.leaching.dosing import AcidRule, Flow, PerElement
from ..flowsheet.leaching.iron_phosphate import MADE
from ..flowsheet.leaching.rates import RateLaw
from ..flowsheet.leaching.train import Tank, leach
from ..flowsheet.leaching.unit import (
    FIGURES,
    SELECTIVE_FIGURES,
    figures,
    left_alone,
    remarks,
    selective_figures,
    selective_laws,
    selective_slurry,
)
from ..flowsheet.stream import Stream, mix
from ..flowsheet.unitop import Figure, Outcome, Port, UnitOp, parameter, reagent


@dataclass(frozen=True, kw_only=True)
class SelectiveLeaching(UnitOp):
    """`tanks` equal stirred tanks; `acid` and `oxidant` (H2O2 or persulfate in water) are dosed by rules, per Li as a default.

    `PerElement("Li", 0.0)` doses no acid. `dihydrate_saturation` and `phosphate_release` None are those of the data. The slurry
    leaves by `slurry`, gas by `offgas`; `profile` tells of each tank before iron and phosphate dissolve.
    """

    inlets: ClassVar[Mapping[str, Port]] = {
        "solids": Port(
            "black mass of lithium iron phosphate", {"LiFePO4(s)": 0.68, "C(s)": 0.29, "Al(s)": 0.01, "Cu(s)": 0.01}
        ),
        "liquor": Port("water or a liquor to pulp it with", {"H2O": 4.0}),
    }
    outlets: ClassVar[Mapping[str, str]] = {"slurry": "lithium liquor and FePO4", "offgas": "gas evolved"}
    figures: ClassVar[Mapping[str, Figure]] = {
        **FIGURES,
        **SELECTIVE_FIGURES,
    }

    acid: Stream = reagent("sulfuric acid", example={"H2SO4": 0.98, "H2O": 0.02})
    oxidant: Stream = reagent("hydrogen peroxide, or sodium persulfate in water", example={"H2O2": 0.3, "H2O": 0.7})
    acid_rule: AcidRule = parameter(
        "rule", "how acid is dosed: mol of H2SO4 per mol of Li", PerElement("Li", 0.57), default=PerElement("Li", 0.57)
    )
    oxidant_rule: PerElement | Flow = parameter(
        "rule", "how oxidant is dosed: mol per mol of Li", PerElement("Li", 1.0), default=PerElement("Li", 1.0)
    )
    decomposition: float | None = parameter(
        "-", "share of the peroxide that decomposes unused; None for the law of its decay", None, default=None
    )
    hydrogen_share: float = parameter(
        "-", "share of aluminium's electrons that makes hydrogen", 0.5, low=0.0, high=1.0, default=0.5
    )
    residence_time: float = parameter("s", "of the liquor in all tanks together", 10800.0, low=60.0, high=1e6)
    tanks: int = parameter("-", "equal tanks in series", 4, low=1, high=20, default=4)
    temperature: float = parameter("K", "of the tanks", 333.15, low=273.15, high=373.15, default=333.15)
    dihydrate_saturation: float | None = parameter(
        "-", "saturation index of FePO4.2H2O that the liquor keeps", None, default=None
    )
    phosphate_release: float | None = parameter("-", "share of FePO4 that releases its phosphate", None, default=None)
    laws: Mapping[str, RateLaw] | None = parameter(
        "rate laws", "by mineral, instead of those of the data", None, default=None
    )

    def __post_init__(self):
        super().__post_init__()
        for name, low, high in (("dihydrate_saturation", -50.0, 50.0), ("phosphate_release", 0.0, 1.0)):
            value = getattr(self, name)
            if value is not None and not low <= value <= high:
                raise DeclarationError(f"SelectiveLeaching: {name} = {value:g} is outside {low:g} to {high:g}")

    def run(self, inlets: Mapping[str, Stream]) -> Outcome:
        """Answer the slurry, the gas, and the acid and oxidant drawn."""
        return self.resume(inlets, None)

    def resume(self, inlets: Mapping[str, Stream], start: object) -> Outcome:
        """Answer the slurry, the gas, and the acid and oxidant drawn. `start`: where an earlier run ended."""
        entering = [inlets["solids"], inlets["liquor"]]
        feed = mix(entering)
        if feed["H2O"] == 0.0:
            idle = ("no liquor is fed: nothing dissolves",) if feed.mass > 0.0 else ()
            nothing = Stream.empty(feed.chemistry)
            return Outcome({"slurry": feed, "offgas": nothing}, dict.fromkeys(self.figures, 0.0), warnings=idle)
        found = leach(self._train(), entering, start)
        slurry = selective_slurry(found.slurry, self.dihydrate_saturation, self.phosphate_release)
        report = figures(found, slurry) | selective_figures(found)
        said = remarks(found, slurry, max(report["free_acid"], 0.0)) + left_alone(found, slurry, MADE)
        drawn = {"acid": found.acid, "oxidant": found.reagent}
        return Outcome({"slurry": slurry.without(slurry.gas), "offgas": slurry.gas}, report, drawn, said, found.start)

    def profile(self, inlets: Mapping[str, Stream]) -> tuple[Tank, ...]:
        """Answer what leaves each tank: liquor, solids and gas so far, free acid, pH, electrons, shares dissolved."""
        return leach(self._train(), [inlets["solids"], inlets["liquor"]]).tanks

    def _train(self) -> Train:
        return Train(
            acid=self.acid,
            reagent=self.oxidant,
            acid_rule=self.acid_rule,
            reagent_rule=self.oxidant_rule,
            decomposition=self.decomposition,
            hydrogen_share=self.hydrogen_share,
            residence_time=self.residence_time,
            tanks=self.tanks,
            temperature=self.temperature,
            oxidative=True,
            laws={**selective_laws(self.oxidant), **(self.laws or {})},
        )
