"""Mixer-settlers: liquor and organic in a row. Extraction, scrubbing, stripping and regeneration are all this.

Model      M^z + m units + a A- = complex + (z - a) H+ in every stage, in the liquor's own chemistry with its activity model;
           balances of extractant and charge; Murphree efficiency; entrainment of either liquid in the other; base dosed to a
           stage brings its water
Assumes    volumes of the organic unchanged by transfer; the organic ideal; no precipitate
Valid      loading below gelling, pH below about 8
Sources    `kernels/circuit.py`; constants of `extraction.csv`, each with its source
"""

import dataclasses
import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ..flowsheet.extraction.holding import holding
from ..flowsheet.extraction.section import COUNTER_CURRENT, Section, run_section
from ..flowsheet.stream import Stream, mix
from ..flowsheet.unitop import Figure, Outcome, Port, UnitOp, parameter
from ..kernels.circuit_flows import COLD_START, CircuitStart


@dataclass(frozen=True, kw_only=True)
class MixerSettler(UnitOp):
    """`stages` of mixer-settlers: the liquor enters at one end, the organic at the other; stage 1 is where the liquor enters.

    `target_ph` holds stages at a pH and `hydroxide` (mol/s) is dosed to them with `base`, as `Section` has it. What enters by
    `liquor_side` and `organic_side` enters the stages `liquor_stage` and `organic_stage`. The shares of `liquor_bleeds` and
    `organic_bleeds` leave their stages by `bleed`.
    Raises `DataError` for an organic that carries more than its extractant can bind.
    """

    inlets: ClassVar[Mapping[str, Port]] = {
        "aqueous": Port("a liquor", {"H2O": 1.0, "CoSO4": 0.02, "NiSO4": 0.05, "Li2SO4": 0.02}),
        "organic": Port("an organic", {"HA[Cyanex 272]": 0.12, "NaA[Cyanex 272]": 0.1, "diluent": 0.7, "H2O": 0.01}),
        "liquor_side": Port("a liquor that enters from the side", required=False),
        "organic_side": Port("an organic that enters from the side", required=False),
    }
    outlets: ClassVar[Mapping[str, str]] = {
        "raffinate": "the liquor after contact",
        "loaded": "the organic after contact",
        "bleed": "what is drawn off stages",
    }
    figures: ClassVar[Mapping[str, Figure]] = {
        "ph_raffinate": Figure("-", "pH of the last stage, where the raffinate leaves"),
        "ph_first": Figure("-", "pH of the first stage, where the liquor enters"),
        "loading": Figure("-", "share of the extractant that is bound in the organic that leaves"),
        "organic_to_aqueous": Figure("-", "volume of organic per volume of liquor"),
        "dose": Figure("kg/s", "base dosed to stages"),
    }

    extractant: str = parameter("name", "the extractant that works here", "Cyanex 272")
    stages: int = parameter("-", "stages", 4, low=1, high=60)
    efficiency: float | Mapping[str, float] = parameter(
        "-", "Murphree efficiency of every cation, or by cation", 0.95, default=0.95
    )
    aqueous_in_organic: float = parameter(
        "-", "liquor entrained, volume per organic", 5e-4, low=0.0, high=0.05, default=5e-4
    )
    organic_in_aqueous: float = parameter(
        "-", "organic entrained, volume per liquor", 5e-5, low=0.0, high=0.05, default=5e-5
    )
    flow: str = parameter("name", "counter-current or cross-current", COUNTER_CURRENT, default=COUNTER_CURRENT)
    base: Stream | None = parameter("reagent", "what stages are dosed with: a hydroxide in water", None, default=None)
    target_ph: float | Mapping[int, float] | None = parameter(
        "-", "pH that stages are held at, by stage or all", None, default=None
    )
    hydroxide: Mapping[int, float] | None = parameter("mol/s", "hydroxide dosed, by stage", None, default=None)
    liquor_stage: int = parameter("-", "stage of the liquor from the side", 1, low=1, high=60, default=1)
    organic_stage: int = parameter("-", "stage of the organic from the side", 1, low=1, high=60, default=1)
    liquor_bleeds: Mapping[int, float] | None = parameter(
        "-", "share of liquor drawn off, by stage", None, default=None
    )
    organic_bleeds: Mapping[int, float] | None = parameter(
        "-", "share of organic drawn off, by stage", None, default=None
    )

    def run(self, inlets: Mapping[str, Stream]) -> Outcome:
        """Answer the raffinate, the loaded organic and the bleeds."""
        return self.resume(inlets, None)

    def resume(self, inlets: Mapping[str, Stream], start: object) -> Outcome:
        """Do as `run`, from the stages of an earlier run."""
        liquor, organic = inlets["aqueous"], inlets["organic"]
        nothing = Stream.empty(liquor.chemistry, liquor.temperature)
        volume, oil = liquor.liquor_volume, organic.organic_volume
        if volume == 0.0 or holding(organic, self.extractant).total == 0.0:
            idle = (f"no {self.extractant} in the organic: nothing is taken up",) if volume > 0.0 and oil > 0.0 else ()
            return self._idle(inlets, nothing, idle)
        profile = run_section(
            self._section(inlets), liquor, organic, start if isinstance(start, CircuitStart) else COLD_START
        )
        report = {
            "ph_raffinate": float(profile.ph[-1]),
            "ph_first": float(profile.ph[0]),
            "loading": float(profile.loading[0]),
            "organic_to_aqueous": oil / volume,
            "dose": profile.base.mass,
        }
        drawn = {} if self.base is None else {"base": profile.base}
        bleed = mix([nothing, *profile.bleeds.values()])
        outlets = {"raffinate": profile.raffinate, "loaded": profile.loaded, "bleed": bleed}
        return Outcome(outlets, report, drawn, profile.warnings, profile.start)

    def _idle(self, inlets: Mapping[str, Stream], nothing: Stream, warnings: tuple[str, ...]) -> Outcome:
        """Answer two liquids that pass each other."""
        everything = mix([stream for stream in inlets.values() if stream.mass > 0.0] or [nothing])
        organic = everything.organic
        outlets = {"raffinate": everything.without(organic), "loaded": organic, "bleed": nothing}
        return Outcome(outlets, warnings=warnings)

    def _section(self, inlets: Mapping[str, Stream]) -> Section:
        """Answer the section that this unit is, with what enters from the side."""
        sides = {
            "liquor_feeds": ("liquor_side", self.liquor_stage),
            "organic_feeds": ("organic_side", self.organic_stage),
        }
        given = {
            feeds: {stage: inlets[name]}
            for feeds, (name, stage) in sides.items()
            if name in inlets and inlets[name].mass > 0.0
        }
        return dataclasses.replace(self._alone, **given) if given else self._alone

    @functools.cached_property
    def _alone(self) -> Section:
        """The section that this unit is where nothing enters from the side."""
        return Section(
            extractant=self.extractant,
            stages=self.stages,
            efficiency=self.efficiency,
            aqueous_in_organic=self.aqueous_in_organic,
            organic_in_aqueous=self.organic_in_aqueous,
            flow=self.flow,
            ph=self.target_ph,
            dose=self.hydroxide or {},
            base=self.base,
            liquor_bleeds=self.liquor_bleeds or {},
            organic_bleeds=self.organic_bleeds or {},
        )
