"""Small units and made-up plants for the tests of reports and pictures: no reaction, arithmetic a hand can do."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from raffinate.flowsheet import Flowsheet, Stream, mix
from raffinate.flowsheet.chemistry.system import Chemistry
from raffinate.flowsheet.quantities import hour, kg
from raffinate.flowsheet.unitop import Outcome, Port, UnitOp, parameter, reagent

KILOGRAM_PER_HOUR = kg / hour


@dataclass(frozen=True, kw_only=True)
class Source(UnitOp):
    """A stream from outside."""

    outlets: ClassVar = {"out": "the stream"}
    stream: Stream = reagent("what enters", example={"H2O": 1.0})

    def run(self, inlets):
        return Outcome({"out": self.stream})


@dataclass(frozen=True, kw_only=True)
class Tank(UnitOp):
    """What enters leaves, with `dose` times `base` besides."""

    inlets: ClassVar = {"feed": Port("anything"), "water": Port("anything", required=False)}
    outlets: ClassVar = {"slurry": "all of it"}
    base: Stream = reagent("what is dosed", example={"H2O": 1.0})
    dose: float = parameter("-", "times the base", 0.0, low=0.0, default=0.0)

    def run(self, inlets):
        fed = mix(inlets.values())
        drawn = {"base": self.base * self.dose} if self.dose > 0.0 else {}
        return Outcome({"slurry": mix([fed, *drawn.values()])}, drawn=drawn)


@dataclass(frozen=True, kw_only=True)
class Sieve(UnitOp):
    """All solids and a share of the liquor leave by `cake`."""

    inlets: ClassVar = {"slurry": Port("a slurry")}
    outlets: ClassVar = {"filtrate": "liquor", "cake": "solids, wet"}
    adhering: float = parameter("-", "share of the liquor", 0.1, low=0.0, high=1.0, default=0.1)

    def run(self, inlets):
        slurry = inlets["slurry"]
        cake = mix([slurry.solids, slurry.liquor * self.adhering])
        return Outcome({"filtrate": slurry.without(cake), "cake": cake})


@dataclass(frozen=True, kw_only=True)
class Divider(UnitOp):
    """A share by `first`, the rest by `second`."""

    inlets: ClassVar = {"feed": Port("anything")}
    outlets: ClassVar = {"first": "a share", "second": "the rest"}
    share: float = parameter("-", "by first", 0.5, low=0.0, high=1.0, default=0.5)

    def run(self, inlets):
        feed = inlets["feed"]
        return Outcome({"first": feed * self.share, "second": feed * (1.0 - self.share)})


@dataclass(frozen=True, kw_only=True)
class EvaporativeCrystalliser(UnitOp):
    """Half the water boils off; the rest leaves in two equal parts."""

    inlets: ClassVar = {"feed": Port("a liquor")}
    outlets: ClassVar = {"crystals": "half", "mother_liquor": "half", "condensate": "steam"}

    def run(self, inlets):
        feed = inlets["feed"]
        steam, left = np.zeros(feed.chemistry.size), np.array(feed.flows)
        steam[feed.chemistry.position("H2O(g)")] = left[0] / 2.0
        left[0] /= 2.0
        half = feed.replace(flows=left / 2.0)
        return Outcome({"crystals": half, "mother_liquor": half, "condensate": feed.replace(flows=steam)})


def stream(chemistry: Chemistry, **hourly: float) -> Stream:
    """Make a stream from kg/h."""
    return Stream.of(chemistry, {name: mass * KILOGRAM_PER_HOUR for name, mass in hourly.items()})


def long_plant(chemistry: Chemistry, stages: int) -> Flowsheet:
    """Make a plant of 4 units a stage and a recycle in each, all in a row, with one recycle from end to start."""
    sheet = Flowsheet()
    black = stream(chemistry, **{"C(s)": 300.0, "NiSO4": 500.0, "CoSO4": 180.0, "H2O": 2000.0})
    soda = stream(chemistry, NaOH=10.0, H2O=40.0)
    sheet.add("black_mass", Source(stream=black))
    before = ["black_mass", f"stage_{stages}_mother_liquor_bleed.first"]
    for number in range(1, stages + 1):
        name = f"stage_{number}"
        sheet.add(f"{name}_iron_aluminium_removal", Tank(base=soda, dose=1.0), feed=[*before, f"{name}_filter.cake"])
        sheet.add(f"{name}_divider", Divider(share=0.2), feed=f"{name}_iron_aluminium_removal")
        sheet.add(f"{name}_filter", Sieve(), slurry=f"{name}_divider.first")
        sheet.add(f"{name}_crystalliser", EvaporativeCrystalliser(), feed=f"{name}_filter.filtrate")
        before = [f"{name}_divider.second", f"{name}_crystalliser.mother_liquor"]
    sheet.add(f"stage_{stages}_mother_liquor_bleed", Divider(share=0.3), feed=before)
    return sheet
