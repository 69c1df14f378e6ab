"""Recompression crystalliser: an evaporative crystalliser that a compressor heats with its own vapour (MVR).

Model      the vapour is compressed until it condenses hotter than the liquor boils by `temperature_difference`; what the
           compressor gives has to overcome the boiling point elevation too; its condensate warms the feed. What the balance
           of enthalpies lacks is steam from outside (`heat` above 0), what it has too much is vented (below 0)
Assumes    a mixed tank as in `crystalliser.py`; all vapour is compressed; steam is superheated by the elevation when it enters
Valid      40 to 100 degC; elevations up to some 10 K, beyond which two stages of compression are usual; 12 to 25 kWh/t
Sources    `flowsheet/crystallisation/`; Green & Perry (2008) Perry's Chemical Engineers' Handbook, ch. 11; steam by Cantera
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..flowsheet.chemistry import water
from ..flowsheet.chemistry.system import WATER
from ..flowsheet.crystallisation.boiling import BOILER
from ..flowsheet.crystallisation.classification import Classification
from ..flowsheet.crystallisation.crystals import Crystals, Start, Tank
from ..flowsheet.crystallisation.figures import Report, crystal_report
from ..flowsheet.crystallisation.kinetics import Kinetics
from ..flowsheet.crystallisation.targets import crystallise_to_yield, main_metal
from ..flowsheet.crystallisation.vapour import boiling_point_elevation, compression_work
from ..flowsheet.heat import heat_duty
from ..flowsheet.stream import Stream
from ..flowsheet.unitop import Figure, Outcome, Port, UnitOp, parameter

_LATER = ("heat", "power", "specific_power", "pressure", "boiling_point_elevation")


@dataclass(frozen=True, kw_only=True)
class RecompressionCrystalliser(UnitOp):
    """Water leaves by `condensate` until `yield_per_pass` of the metal of the first of `salts` is crystals.

    What cannot be had is answered as by `EvaporativeCrystalliser`. `power` is what the compressor's shaft takes.
    """

    inlets: ClassVar[Mapping[str, Port]] = {"feed": Port("a liquor", {"H2O": 1.0, "Na2SO4": 0.3})}
    outlets: ClassVar[Mapping[str, str]] = {"slurry": "crystals in their mother liquor", "condensate": "of the vapour"}
    figures: ClassVar[Mapping[str, Figure]] = {
        **{name: figure for name, figure in BOILER.items() if name not in ("heat", "steam")},
        "yield_per_pass": Figure("-", "share of the main salt's metal that crystallised"),
        "heat": Figure("W", "heat to supply beside the compressor, below 0 to take away"),
        "power": Figure("W", "of the compressor's shaft"),
        "specific_power": Figure("J/kg", "work of the compressor per water boiled off"),
    }

    salts: tuple[str, ...] = parameter("names", "solids that may crystallise, the main one first", ("Na2SO4(s)",))
    temperature: float = parameter("K", "of the crystals and the mother liquor", 363.15, low=293.15, high=373.15)
    yield_per_pass: float = parameter(
        "-", "share of the main salt's metal to crystallise", 0.86, low=0.0, high=0.99, default=0.86
    )
    residence_time: float = parameter("s", "of the slurry", 7200.0, low=60.0, high=1e6, default=7200.0)
    temperature_difference: float = parameter(
        "K", "of the condensing vapour over the boiling liquor", 5.0, low=0.5, high=40.0, default=5.0
    )
    compressor_efficiency: float = parameter("-", "adiabatic, of the compressor", 0.75, low=0.2, high=1.0, default=0.75)
    approach: float = parameter(
        "K", "of the condensate to the feed that it warms", 5.0, low=0.5, high=100.0, default=5.0
    )
    kinetics: Kinetics | None = parameter(
        "kinetics", "of the main salt, where not those of the data", None, default=None
    )

    classification: Classification | None = parameter(
        "classification", "withdrawal of crystals by size, where the product is not mixed", None, default=None
    )

    def run(self, inlets: Mapping[str, Stream]) -> Outcome:
        """Answer the slurry and the condensate."""
        return self.resume(inlets, None)

    def resume(self, inlets: Mapping[str, Stream], start: object) -> Outcome:
        """Do as `run`, from where an earlier run ended."""
        feed = inlets["feed"]
        if feed[main_metal(feed.chemistry, self.salts)] == 0.0:
            return Outcome({"slurry": feed, "condensate": Stream.empty(feed.chemistry)})
        tank = Tank(
            temperature=self.temperature,
            salts=self.salts,
            residence_time=self.residence_time,
            kinetics=self.kinetics,
            classification=self.classification,
        )
        begun = start if isinstance(start, Start) else None
        made, gained, notes = crystallise_to_yield(feed, tank, self.yield_per_pass, begun)
        flows = np.zeros(feed.chemistry.size)
        flows[WATER] = made.vapour["H2O(g)"]
        hottest = self.temperature + self.temperature_difference
        condensate = Stream(feed.chemistry, flows, min(hottest, max(feed.temperature + self.approach, 273.15)))
        outlets = {"slurry": made.slurry, "condensate": condensate}
        known = {
            **crystal_report(made, feed),
            "evaporation": made.vapour.mass,
            "evaporated_fraction": made.evaporated,
            "yield_per_pass": gained,
        }
        report = Report(known, _LATER, lambda: self._later(feed, made, outlets))
        return Outcome(outlets, report, warnings=made.warnings + notes, start=made.start)

    def _later(self, feed: Stream, made: Crystals, outlets: Mapping[str, Stream]) -> dict[str, float]:
        """Answer the figures that no stream depends on."""
        pressure = made.vapour.pressure
        condensing = water.vapour_pressure(self.temperature + self.temperature_difference)
        work = compression_work(self.temperature, pressure, condensing, self.compressor_efficiency)
        power = work * made.vapour.mass
        return {
            "heat": heat_duty([feed], outlets.values()) - power,
            "power": power,
            "specific_power": work,
            "pressure": pressure,
            "boiling_point_elevation": boiling_point_elevation(self.temperature, made.equilibrium.water_activity),
        }
