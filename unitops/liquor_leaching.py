"""Leaching by acid alone: phosphates, fluorides, carbonates, hydroxides and oxides of valence two in a train of tanks.

Model      rate laws of `leaching.csv` by particle size, tank after tank, driven by the free H+ of each tank's liquor, its
           concentration or its activity, at equilibrium with sulfate, phosphate, fluoride, complexes and what precipitates; a
           law's acid of reference is turned into the free H+ of the acid drawn, diluted to it
Assumes    isothermal, co-current, solids segregated and liquor mixed in each tank; all acid enters the first tank; CO2 leaves
           at 1 bar; what precipitates forms at once, beside the minerals that still dissolve, and these themselves form
           again at their saturation. A carbonate or hydroxide without a rate has that of Li2CO3, NiO, CoO and MnO that of
           cathode oxide: give `laws` where that matters. Oxides that need electrons and metals that give them stay as they are
Valid      where the rate of each mineral was measured or estimated and where the activity model holds, told by warnings
Sources    Levenspiel (1999) ch. 25; Parkhurst & Appelo (2013) USGS Techniques and Methods 6-A43; rates in `leaching.csv`
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, cast

import numpy as np

from ..flowsheet.errors import DeclarationError, nearest
from ..flowsheet.leaching.bookkeeping import extraction, free_protons
from ..flowsheet.leaching.dosing import AcidRule
from ..flowsheet.leaching.liquor import (
    DRIVERS,
    GAS,
    LeachedInLiquor,
    LiquorTank,
    LiquorTrain,
    PerProton,
    leach_in_liquor,
    left_as_they_are,
)
from ..flowsheet.leaching.rates import RateLaw
from ..flowsheet.leaching.unit import ELEMENTS
from ..flowsheet.stream import Stream, mix
from ..flowsheet.unitop import Figure, Outcome, Port, UnitOp, parameter, reagent

_FORMS = ("FePO4.2H2O(s)", "AlPO4.2H2O(s)", "Fe(OH)3(s)", "Al(OH)3(s)", "CaSO4.2H2O(s)", "CaF2(s)")


@dataclass(frozen=True, kw_only=True)
class LiquorLeaching(UnitOp):
    """`tanks` equal stirred tanks.

    `acid` is drawn at `proton_ratio` times the protons that the minerals can take up, acid in the liquor counted, or by
    `acid_rule` (`flowsheet/leaching/dosing.py`). `driver`: "concentration" or "activity" of H+. `profile` tells of each tank.
    Raises `DataError` for an acid without H+, for `laws` of what does not dissolve by acid alone, or a liquor that is charged
    or dry, `ConvergenceError` for acid that is used up by a mineral that does not heed it, or base in excess of it.
    """

    inlets: ClassVar[Mapping[str, Port]] = {
        "solids": Port("a hydroxide, salt or residue", {"Ni(OH)2(s)": 0.3, "Co(OH)2(s)": 0.1, "Li3PO4(s)": 0.05}),
        "liquor": Port("water or a liquor to pulp it with", {"H2O": 3.0, "Na2SO4": 0.1}),
    }
    outlets: ClassVar[Mapping[str, str]] = {"slurry": "liquor, residue and what formed", "offgas": "carbon dioxide"}
    figures: ClassVar[Mapping[str, Figure]] = {
        **{
            f"{word}_extraction": Figure("-", f"share of the solids' {word} that dissolved")
            for word in ELEMENTS.values()
        },
        "conversion": Figure("-", "share of the mass of minerals with a rate that is gone"),
        "carbon_dioxide": Figure("mol/s", "carbon dioxide evolved"),
        "first_tank_conversion": Figure("-", "the same of the first tank"),
        "first_tank_ph": Figure("-", "pH of the first tank, at its temperature"),
        "ph": Figure("-", "pH of the liquor that leaves, at its temperature"),
        "hydrogen_ion": Figure("mol/m3", "H+ as such in the liquor that leaves"),
        "free_acid": Figure("mol/m3", "protons beyond salts, HF and H3PO4 in the liquor that leaves"),
        "ionic_strength": Figure("mol/kg", "of the liquor that leaves"),
        "pulp_density": Figure("kg/m3", "solids fed per volume of liquor that leaves"),
        "acid_dose": Figure("kg/s", "acid drawn"),
        "heat": Figure("W", "to supply; below 0 to take away"),
    }

    acid: Stream = reagent("sulfuric acid", example={"H2SO4": 0.98, "H2O": 0.02})
    proton_ratio: float = parameter(
        "-", "protons per proton that the minerals can take up", 1.1, low=0.0, high=50.0, default=1.1
    )
    acid_rule: AcidRule | None = parameter("rule", "how acid is dosed instead of by `proton_ratio`", None, default=None)
    residence_time: float = parameter("s", "of the liquor in all tanks together", 7200.0, low=60.0, high=1e6)
    tanks: int = parameter("-", "equal tanks in series", 3, low=1, high=20, default=3)
    temperature: float = parameter("K", "of the tanks", 333.15, low=273.15, high=373.15, default=333.15)
    forms: tuple[str, ...] = parameter("names", "solids that may form", _FORMS, default=_FORMS)
    driver: str = parameter("name", "concentration or activity of H+", "concentration", default="concentration")
    laws: Mapping[str, RateLaw] | None = parameter(
        "rate laws", "by mineral, instead of those of the data", None, default=None
    )

    def __post_init__(self):
        super().__post_init__()
        if self.driver not in DRIVERS:
            raise DeclarationError(f"LiquorLeaching: driver = {self.driver!r} is none{nearest(self.driver, DRIVERS)}")

    def run(self, inlets: Mapping[str, Stream]) -> Outcome:
        """Answer the slurry, the gas and the acid drawn."""
        return self._begun(inlets, None)

    def resume(self, inlets: Mapping[str, Stream], start: object) -> Outcome:
        """Answer what `run` does, from the volume and the dose of an earlier one."""
        return self._begun(inlets, cast("tuple[float, float]", start) if isinstance(start, tuple) else None)

    def profile(self, inlets: Mapping[str, Stream]) -> tuple[LiquorTank, ...]:
        """Answer what leaves each tank: slurry and gas so far, pH, H+, free acid, shares dissolved, heat."""
        return leach_in_liquor(self._train(), [inlets["solids"], inlets["liquor"]]).tanks

    def _begun(self, inlets: Mapping[str, Stream], start: tuple[float, float] | None) -> Outcome:
        feed = mix([inlets["solids"], inlets["liquor"]])
        if feed["H2O"] == 0.0:  # as on the first pass of a recycle that brings the liquor
            idle = ("no liquor is fed: nothing dissolves",) if feed.mass > 0.0 else ()
            nothing = Stream.empty(feed.chemistry)
            return Outcome({"slurry": feed, "offgas": nothing}, dict.fromkeys(self.figures, 0.0), warnings=idle)
        found = leach_in_liquor(self._train(), [inlets["solids"], inlets["liquor"]], start)
        outlets = {"slurry": found.slurry.without(found.slurry.gas), "offgas": found.slurry.gas}
        report = self._report(found)
        said = self._remarks(found, report) + left_as_they_are(found)
        return Outcome(outlets, report, {"acid": found.acid}, said, start=found.start)

    def _train(self) -> LiquorTrain:
        return LiquorTrain(
            acid=self.acid,
            acid_rule=self.acid_rule or PerProton(self.proton_ratio),
            residence_time=self.residence_time,
            tanks=self.tanks,
            temperature=self.temperature,
            forms=self.forms,
            driver=self.driver,
            laws=self.laws or {},
        )

    def _report(self, found: LeachedInLiquor) -> dict[str, float]:
        slurry, chemistry = found.slurry, found.feed.chemistry
        volume = slurry.liquor_volume
        at = [chemistry.index[name] for name in found.names]
        masses = chemistry.molar_masses[at]
        whole = float(found.feed.flows[at] @ masses)
        shares = 1.0 - found.flows[:, at] @ masses / whole if whole > 0.0 else np.zeros(self.tanks)
        report = {f"{word}_extraction": extraction(element, found.feed, slurry) for element, word in ELEMENTS.items()}
        return report | {
            "conversion": float(shares[-1]),
            "carbon_dioxide": slurry[GAS] if GAS in chemistry.index else 0.0,
            "first_tank_conversion": float(shares[0]),
            "first_tank_ph": float(found.ph[0]),
            "ph": float(found.ph[-1]),
            "hydrogen_ion": float(found.hydrogen_ion[-1]),
            "free_acid": free_protons(chemistry, slurry.flows) / volume,
            "ionic_strength": slurry.equilibrium.ionic_strength,
            "pulp_density": found.feed.solids.mass / volume,
            "acid_dose": found.acid.mass,
            "heat": slurry.enthalpy_flow - found.enthalpy,
        }

    def _remarks(self, found: LeachedInLiquor, report: Mapping[str, float]) -> tuple[str, ...]:
        """Say what lies outside the range of the activity model and of the rates."""
        said = list(found.slurry.equilibrium.warnings)
        for name, law in found.laws.items():
            size = found.feed.size_distribution(name).d50 if name in found.feed.sizes else None
            acid = report["free_acid"] if law.acid_order > 0.0 else None
            said += law.remarks(temperature=self.temperature, acid=acid, size=size, pulp_density=report["pulp_density"])
        return tuple(dict.fromkeys(said))
