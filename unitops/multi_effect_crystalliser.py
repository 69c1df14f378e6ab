"""Multi-effect crystalliser: effects in a row, the first heated by steam, each other by the vapour of the one before.

Model      slurry and vapour run the same way, from the hottest effect to the coldest; what each boils off follows from the
           enthalpies; every effect is a mixed tank as in `crystalliser.py`, where crystals of the one before grow on
Assumes    temperatures of the effects in equal steps; no heat lost; vapour condenses at the pressure that it comes at, so that
           the boiling point elevation is lost to the next effect; condensates leave as they are, without flashing
Valid      40 to 100 degC; two to five effects; the difference that heats an effect should be 8 K or more
Sources    `flowsheet/crystallisation/effects.py`; Green & Perry (2008) Perry's Chemical Engineers' Handbook, ch. 11
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..flowsheet.crystallisation.boiling import BOILER
from ..flowsheet.crystallisation.classification import Classification
from ..flowsheet.crystallisation.crystals import Tank
from ..flowsheet.crystallisation.effects import Effects, forward_effects
from ..flowsheet.crystallisation.figures import Report, crystal_report
from ..flowsheet.crystallisation.kinetics import Kinetics
from ..flowsheet.crystallisation.targets import crystallise_to_yield, first_share, main_metal
from ..flowsheet.crystallisation.vapour import boiling_point_elevation, steam_for
from ..flowsheet.errors import DataError, EngineError
from ..flowsheet.heat import heat_duty
from ..flowsheet.stream import Stream
from ..flowsheet.unitop import Figure, Outcome, Port, UnitOp, parameter

_MET = 1e-9
_LATER = ("heat", "steam", "steam_economy", "pressure", "boiling_point_elevation")


@dataclass(frozen=True, kw_only=True)
class MultiEffectCrystalliser(UnitOp):
    """Water is boiled off in `effects` until `yield_per_pass` of the metal of the first of `salts` is crystals.

    The slurry leaves the last effect at `temperature`, its vapour by `vapour`; the vapours of the others leave by `condensate`.
    Raises `DataError` where the yield cannot be had, or the effects lie so near that a vapour does not heat the next.
    """

    inlets: ClassVar[Mapping[str, Port]] = {"feed": Port("a liquor", {"H2O": 1.0, "Na2SO4": 0.3})}
    outlets: ClassVar[Mapping[str, str]] = {
        "slurry": "crystals in their mother liquor",
        "vapour": "water boiled off in the last effect",
        "condensate": "of the vapours of the others",
    }
    figures: ClassVar[Mapping[str, Figure]] = {
        **BOILER,
        "yield_per_pass": Figure("-", "share of the main salt's metal that crystallised"),
        "steam_economy": Figure("kg/kg", "water boiled off per heating steam"),
        "heating_difference": Figure("K", "smallest difference of temperature that a vapour heats an effect with"),
    }

    salts: tuple[str, ...] = parameter("names", "solids that may crystallise, the main one first", ("Na2SO4(s)",))
    effects: int = parameter("-", "effects in a row", 3, low=1, high=8, default=3)
    first_temperature: float = parameter("K", "of the first effect", 371.15, low=293.15, high=373.15, default=371.15)
    temperature: float = parameter("K", "of the last effect", 333.15, low=293.15, high=373.15)
    yield_per_pass: float = parameter(
        "-", "share of the main salt's metal to crystallise", 0.86, low=0.01, high=0.99, default=0.86
    )
    residence_time: float = parameter(
        "s", "of the slurry, in all effects together", 14400.0, low=60.0, high=1e6, default=14400.0
    )
    steam_temperature: float = parameter("K", "of the heating steam", 393.15, low=313.15, high=473.15, default=393.15)
    kinetics: Kinetics | None = parameter(
        "kinetics", "of the main salt, where not those of the data", None, default=None
    )

    classification: Classification | None = parameter(
        "classification", "withdrawal of crystals by size, where the product is not mixed", None, default=None
    )

    def run(self, inlets: Mapping[str, Stream]) -> Outcome:
        """Answer the slurry, the last vapour and the condensate."""
        feed = inlets["feed"]
        nothing = Stream.empty(feed.chemistry)
        metal = main_metal(feed.chemistry, self.salts)
        if feed[metal] == 0.0:
            return Outcome({"slurry": feed, "vapour": nothing, "condensate": nothing})
        tanks = tuple(
            Tank(
                temperature=float(temperature),
                salts=self.salts,
                residence_time=self.residence_time / self.effects,
                kinetics=self.kinetics,
                classification=self.classification,
            )
            for temperature in self._temperatures()
        )

        def crystallised(slurry: Stream) -> float:
            return 1.0 - slurry[metal] / feed[metal]

        try:
            first = first_share(feed, tanks[-1], self.yield_per_pass)
            row = forward_effects(feed, tanks, crystallised, self.yield_per_pass, first)
        except EngineError:  # from the share that one effect alone boils off, which is nearly that of all together
            alone, most, _ = crystallise_to_yield(feed, tanks[-1], self.yield_per_pass)
            if most < self.yield_per_pass * (1.0 - _MET):
                raise DataError(
                    f"yield_per_pass = {self.yield_per_pass:g} cannot be had: {most:.4g} is the most at "
                    f"{self.temperature:.2f} K, with {alone.evaporated:.1%} of the water boiled off"
                ) from None
            row = forward_effects(feed, tanks, crystallised, self.yield_per_pass, alone.evaporated)
        last = row.made[-1]
        outlets = {"slurry": last.slurry, "vapour": last.vapour, "condensate": row.condensate}
        known = {
            **crystal_report(last, feed),
            "evaporation": row.evaporation,
            "evaporated_fraction": float(row.boiled.sum()),
            "yield_per_pass": crystallised(last.slurry),
            "heating_difference": min(row.least_difference, self.steam_temperature - tanks[0].temperature),
        }
        report = Report(known, _LATER, lambda: self._later(feed, row, outlets))
        notes = tuple(dict.fromkeys(note for each in row.made for note in each.warnings))
        return Outcome(outlets, report, warnings=notes)

    def _temperatures(self) -> np.ndarray:
        if self.effects == 1:
            return np.array([self.temperature])
        return np.linspace(self.first_temperature, self.temperature, self.effects)

    def _later(self, feed: Stream, row: Effects, outlets: Mapping[str, Stream]) -> dict[str, float]:
        """Answer the figures that no stream depends on."""
        heat = heat_duty([feed], outlets.values())
        steam = steam_for(heat, self.steam_temperature)
        last = row.made[-1]
        return {
            "heat": heat,
            "steam": steam,
            "steam_economy": row.evaporation / steam if steam > 0.0 else 0.0,
            "pressure": last.vapour.pressure,
            "boiling_point_elevation": boiling_point_elevation(self.temperature, last.equilibrium.water_activity),
        }
