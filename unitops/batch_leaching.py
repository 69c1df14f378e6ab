"""Batch leaching: black mass dissolves in a vessel that is filled, leached and emptied, acid and reductant dosed over time.

Model      rate laws of `leaching.csv` by particle size, all minerals drawing on one acid that falls as they dissolve and
           rises as it is dosed; electrons, hydrogen, decay of peroxide, carbonates and sulfite as in `leaching.py`, exchanged
           over all that has happened until each reading
Assumes    isothermal, solids segregated and liquor mixed; filled and emptied at once, in `idle_time`; several vessels even
           out the flows, which are averages over the cycle
Valid      where the rate of each mineral was measured or estimated (`leaching.csv`, told by a warning)
Sources    Levenspiel (1999) ch. 25; rates in `leaching.csv`, electrons and decay in `leaching_redox.csv`, each with its source
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ..flowsheet.errors import DeclarationError
from ..flowsheet.leaching.batch import AT_ONCE, Batch, BatchLeached, Reading, Schedule, check_schedule, leach_in_batch
from ..flowsheet.leaching.bookkeeping import Train
from ..flowsheet.leaching.dosing import AcidRule, ElectronRule, PerElectron, ToFreeAcid
from ..flowsheet.leaching.rates import RateLaw
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
class BatchLeaching(UnitOp):
    """A vessel, or several in turn.

    `acid` and `reductant` are drawn in all as `Leaching` draws them; `acid_schedule` and `reductant_schedule` say when, as
    pairs (time in s, share dosed until then): ((0.0, 0.3), (3600.0, 1.0)) is 30 % before the start and the rest evenly over an
    hour. The slurry leaves by `slurry`, gas by `offgas`; `profile` answers conversion, liquor and electrons against time.
    """

    inlets: ClassVar[Mapping[str, Port]] = {
        "solids": Port("black mass", {"LiNi0.6Mn0.2Co0.2O2(s)": 0.5, "C(s)": 0.3, "Al(s)": 0.02, "Cu(s)": 0.02}),
        "liquor": Port("water or a liquor to pulp it with", {"H2O": 4.0}),
    }
    outlets: ClassVar[Mapping[str, str]] = {"slurry": "leach liquor and residue", "offgas": "gas evolved"}
    figures: ClassVar[Mapping[str, Figure]] = {
        **FIGURES,
        **ELECTRON_FIGURES,
        "cycle_time": Figure("s", "from one filling to the next"),
        "vessel_volume": Figure("m3", "of liquor and solids at the end of a batch, in all vessels"),
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
    acid_schedule: Schedule = parameter("schedule", "when the acid is dosed", AT_ONCE, default=AT_ONCE)
    reductant_schedule: Schedule = parameter(
        "schedule", "when the reductant is dosed", ((0.0, 0.0), (5400.0, 1.0)), default=AT_ONCE
    )
    decomposition: float | None = parameter(
        "-", "share of the peroxide that decomposes unused; None for the law of its decay", None, default=None
    )
    hydrogen_share: float = parameter(
        "-", "share of aluminium's electrons that makes hydrogen", 0.5, low=0.0, high=1.0, default=0.5
    )
    batch_time: float = parameter("s", "of leaching, from the end of filling", 7200.0, low=1.0, high=1e6)
    idle_time: float = parameter("s", "to fill, empty and wait", 3600.0, low=0.0, high=1e6, default=3600.0)
    readings: int = parameter("-", "of the profile, beside the start", 24, low=4, high=500, default=24)
    temperature: float = parameter("K", "of the vessel", 343.15, low=273.15, high=373.15, default=343.15)
    laws: Mapping[str, RateLaw] | None = parameter(
        "rate laws", "by mineral, instead of those of the data", None, default=None
    )

    def __post_init__(self):
        super().__post_init__()
        for name in ("acid_schedule", "reductant_schedule"):
            check_schedule(f"BatchLeaching: {name}", getattr(self, name), self.batch_time)
        if self.decomposition is not None and not 0.0 <= self.decomposition <= 1.0:
            raise DeclarationError(f"BatchLeaching: decomposition = {self.decomposition:g} is outside 0 to 1")

    def run(self, inlets: Mapping[str, Stream]) -> Outcome:
        """Answer the slurry, the gas, and the acid and reductant drawn."""
        feed = mix([inlets["solids"], inlets["liquor"]])
        nothing = Stream.empty(feed.chemistry)
        idle = dict.fromkeys(self.figures, 0.0) | {"cycle_time": self.batch_time + self.idle_time}
        if feed.mass == 0.0:
            return Outcome({"slurry": feed, "offgas": feed}, idle)
        if feed["H2O"] == 0.0:  # as on the first pass of a recycle that brings the liquor
            warning = ("no liquor is fed: nothing dissolves",)
            return Outcome({"slurry": feed, "offgas": nothing}, idle, warnings=warning)
        found = self._leached(inlets).leached
        slurry = with_gas(found.slurry)
        report = figures(found, slurry) | electron_figures(found, slurry)
        cycle = self.batch_time + self.idle_time
        report |= {"cycle_time": cycle, "vessel_volume": cycle * slurry.volume}
        drawn = {"acid": found.acid, "reductant": found.reagent}
        said = remarks(found, slurry, report["free_acid"]) + left_alone(found, slurry)
        return Outcome({"slurry": slurry.without(slurry.gas), "offgas": slurry.gas}, report, drawn, said)

    def profile(self, inlets: Mapping[str, Stream]) -> tuple[Reading, ...]:
        """Answer what the vessel holds at each reading: liquor and solids, free acid, pH, electrons, shares dissolved, heat."""
        return self._leached(inlets).readings

    def _leached(self, inlets: Mapping[str, Stream]) -> BatchLeached:
        train = Train(
            acid=self.acid,
            reagent=self.reductant,
            acid_rule=self.acid_rule or ToFreeAcid(self.free_acid),
            reagent_rule=self.reductant_rule or PerElectron(self.reductant_ratio),
            decomposition=self.decomposition,
            hydrogen_share=self.hydrogen_share,
            residence_time=self.batch_time,
            tanks=1,
            temperature=self.temperature,
            laws=self.laws or {},
        )
        batch = Batch(
            train=train,
            acid_schedule=self.acid_schedule,
            reagent_schedule=self.reductant_schedule,
            readings=self.readings,
        )
        return leach_in_batch(batch, [inlets["solids"], inlets["liquor"]])
