"""Selective leaching of lithium iron phosphate in batches: acid and oxidant are dosed over time, iron and phosphate stay.

    LiFePO4 + 1/2 H2O2 + H+ = Li+ + FePO4 + H2O          2 LiFePO4 + S2O8-2 = 2 Li+ + 2 FePO4 + 2 SO4-2

Model      the batch of `batch_leaching.py` with the electrons of `selective_leaching.py`: oxidant serves aluminium, iron and
           copper first, then the phosphate, which keeps its lattice; peroxide decays meanwhile; at the end a little iron and
           phosphate dissolve by the equilibrium of the liquor with FePO4
Assumes    isothermal; filled and emptied at once, in `idle_time`; several vessels even out the flows, which are averages over
           the cycle; FePO4 keeps the particle sizes of what it was
Valid      0.25 to 0.6 mol of H2SO4 per mol of Li with H2O2, or persulfate without acid; 20 to 80 degC
Sources    as of `selective_leaching.py`
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ..flowsheet.leaching.batch import AT_ONCE, Batch, BatchLeached, Reading, Schedule, check_schedule, leach_in_batch
from ..flowsheet.leaching.bookkeeping import Train
from ..flowsheet.leaching.dosing import AcidRule, Flow, PerElement
from ..flowsheet.leaching.iron_phosphate import MADE
from ..flowsheet.leaching.rates import RateLaw
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
class BatchSelectiveLeaching(UnitOp):
    """A vessel, or several in turn, in which an oxidant takes the lithium of lithium iron phosphate.

    `acid` and `oxidant` (H2O2 or persulfate in water) are dosed in all by their rules, and by `acid_schedule` and
    `oxidant_schedule` over time, pairs (time in s, share dosed until then). The slurry leaves by `slurry`, gas by `offgas`;
    `profile` answers the course of the batch before iron and phosphate dissolve.
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
        "cycle_time": Figure("s", "from one filling to the next"),
        "vessel_volume": Figure("m3", "of liquor and solids at the end of a batch, in all vessels"),
    }

    acid: Stream = reagent("sulfuric acid", example={"H2SO4": 0.98, "H2O": 0.02})
    oxidant: Stream = reagent("hydrogen peroxide, or sodium persulfate in water", example={"H2O2": 0.3, "H2O": 0.7})
    acid_rule: AcidRule = parameter(
        "rule", "how acid is dosed: mol of H2SO4 per mol of Li", PerElement("Li", 0.57), default=PerElement("Li", 0.57)
    )
    oxidant_rule: PerElement | Flow = parameter(
        "rule", "how oxidant is dosed: mol per mol of Li", PerElement("Li", 1.0), default=PerElement("Li", 1.0)
    )
    acid_schedule: Schedule = parameter("schedule", "when the acid is dosed", AT_ONCE, default=AT_ONCE)
    oxidant_schedule: Schedule = parameter(
        "schedule", "when the oxidant is dosed", ((0.0, 0.2), (3600.0, 1.0)), default=AT_ONCE
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
    temperature: float = parameter("K", "of the vessel", 333.15, low=273.15, high=373.15, default=333.15)
    laws: Mapping[str, RateLaw] | None = parameter(
        "rate laws", "by mineral, instead of those of the data", None, default=None
    )

    def __post_init__(self):
        super().__post_init__()
        for name in ("acid_schedule", "oxidant_schedule"):
            check_schedule(f"BatchSelectiveLeaching: {name}", getattr(self, name), self.batch_time)

    def run(self, inlets: Mapping[str, Stream]) -> Outcome:
        """Answer the slurry, the gas, and the acid and oxidant drawn."""
        feed = mix([inlets["solids"], inlets["liquor"]])
        cycle = self.batch_time + self.idle_time
        if feed["H2O"] == 0.0:
            idle = ("no liquor is fed: nothing dissolves",) if feed.mass > 0.0 else ()
            nothing = Stream.empty(feed.chemistry)
            report = dict.fromkeys(self.figures, 0.0) | {"cycle_time": cycle}
            return Outcome({"slurry": feed, "offgas": nothing}, report, warnings=idle)
        found = self._leached(inlets).leached
        slurry = selective_slurry(found.slurry)
        report = figures(found, slurry) | selective_figures(found)
        report |= {"cycle_time": cycle, "vessel_volume": cycle * slurry.volume}
        said = remarks(found, slurry, max(report["free_acid"], 0.0)) + left_alone(found, slurry, MADE)
        drawn = {"acid": found.acid, "oxidant": found.reagent}
        return Outcome({"slurry": slurry.without(slurry.gas), "offgas": slurry.gas}, report, drawn, said)

    def profile(self, inlets: Mapping[str, Stream]) -> tuple[Reading, ...]:
        """Answer what the vessel holds at each reading: liquor and solids, free acid, pH, electrons, shares dissolved, heat."""
        return self._leached(inlets).readings

    def _leached(self, inlets: Mapping[str, Stream]) -> BatchLeached:
        train = Train(
            acid=self.acid,
            reagent=self.oxidant,
            acid_rule=self.acid_rule,
            reagent_rule=self.oxidant_rule,
            decomposition=self.decomposition,
            hydrogen_share=self.hydrogen_share,
            residence_time=self.batch_time,
            tanks=1,
            temperature=self.temperature,
            oxidative=True,
            laws={**selective_laws(self.oxidant), **(self.laws or {})},
        )
        batch = Batch(
            train=train,
            acid_schedule=self.acid_schedule,
            reagent_schedule=self.oxidant_schedule,
            readings=self.readings,
        )
        return leach_in_batch(batch, [inlets["solids"], inlets["liquor"]])
