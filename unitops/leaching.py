"""Reductive leaching: black mass dissolves in sulfuric acid in a train of stirred tanks, with its electrons counted.

Model      rate laws of `leaching.csv` by particle size, tank after tank, all minerals drawing on one acid; oxides need
           electrons (one for each metal above valence two), which aluminium, iron, nickel and cobalt metal, sulfite, copper,
           peroxide and iron(II) give, the strongest first; where they do not suffice, oxides lose their lithium and
           disproportionate to M+2 and MO2; a share of aluminium's electrons makes hydrogen; peroxide that no one uses decays;
           carbonates give CO2, sulfite in excess SO2; acid and reductant are dosed to a target or in a given amount
Assumes    isothermal, co-current, solids segregated and liquor mixed in each tank; all acid enters the first tank, the
           reductant where it is needed; graphite and binder do not react
Valid      where the rate of each mineral was measured or estimated (`leaching.csv`, told by a warning); 40 to 90 degC, 0.5 to
           2.5 mol/L acid
Sources    Levenspiel (1999) ch. 25; rates in `leaching.csv`, electrons without a reductant and decay of peroxide in
           `leaching_redox.csv`, each with its source; copper and aluminium as reductants: Chernyaev et al. (2022) Sep. Purif.
           Technol. 281, 119903
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ..flowsheet.leaching.bookkeeping import Train
from ..flowsheet.leaching.dosing import AcidRule, ElectronRule, PerElectron, ToFreeAcid
from ..flowsheet.leaching.rates import RateLaw
from ..flowsheet.leaching.train import Tank, leach
from ..flowsheet.leaching.unit import (
    ELECTRON_FIGURES,
    FIGURES,
    electron_figures,
    figures,
    left_alone,
    remarks,
    with_gas,
)
from ..flowsheet.stream import Stream, mix
from ..flowsheet.unitop import Figure, Outcome, Port, UnitOp, parameter, reagent


@dataclass(frozen=True, kw_only=True)
class Leaching(UnitOp):
    """`tanks` equal stirred tanks.

    `acid` is drawn until the liquor that leaves holds `free_acid`, or by `acid_rule`; `reductant` at `reductant_ratio` times
    the electrons that the oxides need beyond those of the metals, or by `reductant_rule` (`flowsheet/leaching/dosing.py`). It
    may hold H2O2, sulfite, SO2 or iron(II). `decomposition` None lets peroxide decay by its law; what is left of it then
    oxidises iron(II) and copper too. The slurry leaves by `slurry`, gas by `offgas`; `profile` tells of each tank.
    """

    inlets: ClassVar[Mapping[str, Port]] = {
        "solids": Port("black mass", {"LiNi0.6Mn0.2Co0.2O2(s)": 0.5, "C(s)": 0.3, "Al(s)": 0.02, "Cu(s)": 0.02}),
        "liquor": Port("water or a liquor to pulp it with", {"H2O": 4.0}),
    }
    outlets: ClassVar[Mapping[str, str]] = {"slurry": "leach liquor and residue", "offgas": "gas evolved"}
    figures: ClassVar[Mapping[str, Figure]] = {
        **FIGURES,
        **ELECTRON_FIGURES,
    }

    acid: Stream = reagent("sulfuric acid", example={"H2SO4": 0.98, "H2O": 0.02})
    reductant: Stream = reagent("hydrogen peroxide solution", example={"H2O2": 0.3, "H2O": 0.7})
    free_acid: float = parameter(
        "mol/m3",
        "protons to leave beyond salts, HF and H3PO4: twice the free H2SO4",
        245.0,
        low=1.0,
        high=5000.0,
        default=245.0,
    )
    reductant_ratio: float = parameter("-", "reductant per net electrons needed", 1.8, low=0.0, high=10.0, default=1.8)
    acid_rule: AcidRule | None = parameter("rule", "how acid is dosed instead of to `free_acid`", None, default=None)
    reductant_rule: ElectronRule | None = parameter(
        "rule", "how reductant is dosed instead of by `reductant_ratio`", None, default=None
    )
    decomposition: float | None = parameter(
        "-", "share of the peroxide that decomposes unused; None for the law of its decay", 0.44, default=0.44
    )
    hydrogen_share: float = parameter(
        "-", "share of aluminium's electrons that makes hydrogen", 0.5, low=0.0, high=1.0, default=0.5
    )
    residence_time: float = parameter("s", "of the liquor in all tanks together", 14400.0, low=60.0, high=1e6)
    tanks: int = parameter("-", "equal tanks in series", 4, low=1, high=20, default=4)
    temperature: float = parameter("K", "of the tanks", 343.15, low=273.15, high=373.15, default=343.15)
    laws: Mapping[str, RateLaw] | None = parameter(
        "rate laws", "by mineral, instead of those of the data", None, default=None
    )

    def run(self, inlets: Mapping[str, Stream]) -> Outcome:
        """Answer the slurry, the gas, and the acid and reductant drawn."""
        return self.resume(inlets, None)

    def resume(self, inlets: Mapping[str, Stream], start: object) -> Outcome:
        """Answer the slurry, the gas, and the acid and reductant drawn. `start`: where an earlier run ended."""
        feed = mix([inlets["solids"], inlets["liquor"]])
        chemistry = feed.chemistry
        nothing = Stream.empty(chemistry)
        if feed.mass == 0.0:
            return Outcome({"slurry": feed, "offgas": feed}, dict.fromkeys(self.figures, 0.0))
        if feed["H2O"] == 0.0:  # as on the first pass of a recycle that brings the liquor
            idle = ("no liquor is fed: nothing dissolves",)
            return Outcome({"slurry": feed, "offgas": nothing}, dict.fromkeys(self.figures, 0.0), warnings=idle)
        found = leach(self._train(), [inlets["solids"], inlets["liquor"]], start)
        slurry = with_gas(found.slurry)
        report = figures(found, slurry) | electron_figures(found, slurry)
        drawn = {"acid": found.acid, "reductant": found.reagent}
        said = remarks(found, slurry, report["free_acid"]) + left_alone(found, slurry)
        return Outcome({"slurry": slurry.without(slurry.gas), "offgas": slurry.gas}, report, drawn, said, found.start)

    def profile(self, inlets: Mapping[str, Stream]) -> tuple[Tank, ...]:
        """Answer what leaves each tank: liquor, solids and gas so far, free acid, pH, electrons, shares dissolved."""
        return leach(self._train(), [inlets["solids"], inlets["liquor"]]).tanks

    def _train(self) -> Train:
        return Train(
            acid=self.acid,
            reagent=self.reductant,
            acid_rule=self.acid_rule or ToFreeAcid(self.free_acid),
            reagent_rule=self.reductant_rule or PerElectron(self.reductant_ratio),
            decomposition=self.decomposition,
            hydrogen_share=self.hydrogen_share,
            residence_time=self.residence_time,
            tanks=self.tanks,
            temperature=self.temperature,
            laws=self.laws or {},
        )
