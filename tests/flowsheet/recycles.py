"""Small unit operations with closed forms, for the tests of the solver."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from raffinate.flowsheet import DataError, Stream
from raffinate.flowsheet.chemistry import Chemistry
from raffinate.flowsheet.unitop import Figure, Outcome, Port, UnitOp, parameter

CHEMISTRY = Chemistry("Na Mg Ni S C")
SALT = "NiSO4.6H2O(s)"


def moved(stream, **changes):
    """The stream with mol/s added to species."""
    flows = np.array(stream.flows)
    for name, change in changes.items():
        flows[CHEMISTRY.index[name]] += change
    return stream.replace(flows=flows)


@dataclass(frozen=True, kw_only=True)
class FixedYield(UnitOp):
    """A crystalliser with a centrifuge: of the nickel fed a fixed share leaves as crystals; water is made up by nothing.

    `dryness`: of the water that is not in crystals, the share that boils off.
    """

    inlets: ClassVar = {"feed": Port("a liquor")}
    outlets: ClassVar = {"crystals": "the salt", "liquor": "mother liquor", "vapour": "water"}
    figures: ClassVar = {"made": Figure("mol/s", "crystals")}
    per_pass: float = parameter("-", "share of nickel that crystallises", 0.86, low=0.0, high=1.0)
    dryness: float = parameter("-", "share of the water that boils off", 0.2, low=0.0, high=1.0, default=0.2)

    def run(self, inlets):
        feed = inlets["feed"]
        made = self.per_pass * feed["Ni+2"]
        left = moved(feed, **{"Ni+2": -made, "SO4-2": -made, "H2O": -6.0 * made})
        boiled = self.dryness * left["H2O"]
        outlets = {
            "crystals": moved(Stream.empty(CHEMISTRY), **{SALT: made}),
            "liquor": moved(left, H2O=-boiled),
            "vapour": moved(Stream.empty(CHEMISTRY), **{"H2O(g)": boiled}),
        }
        return Outcome(outlets, {"made": made})


@dataclass(frozen=True, kw_only=True)
class Saturator(UnitOp):
    """Magnesium stays dissolved up to `solubility` (mol/s); what is beyond it leaves as its hydroxide, acid is left."""

    inlets: ClassVar = {"feed": Port("a liquor")}
    outlets: ClassVar = {"liquor": "the liquor", "solid": "magnesium hydroxide"}
    solubility: float = parameter("mol/s", "the most that stays dissolved", 1.0, low=0.0)

    def run(self, inlets):
        feed = inlets["feed"]
        solid = max(0.0, feed["Mg+2"] - self.solubility)
        liquor = moved(feed, **{"Mg+2": -solid, "H2O": -2.0 * solid, "H+": 2.0 * solid})
        return Outcome({"liquor": liquor, "solid": moved(Stream.empty(CHEMISTRY), **{"Mg(OH)2(s)": solid})})


@dataclass(frozen=True, kw_only=True)
class Unacidifier(UnitOp):
    """Takes all free sulfuric acid out of a liquor."""

    inlets: ClassVar = {"feed": Port("a liquor")}
    outlets: ClassVar = {"liquor": "the salts", "acid": "sulfuric acid"}

    def run(self, inlets):
        acid = max(0.0, 0.5 * inlets["feed"]["H+"])
        liquor = moved(inlets["feed"], **{"H+": -2.0 * acid, "SO4-2": -acid})
        return Outcome({"liquor": liquor, "acid": moved(Stream.empty(CHEMISTRY), **{"H+": 2.0 * acid, "SO4-2": acid})})


@dataclass(frozen=True, kw_only=True)
class Leak(UnitOp):
    """Loses a share of what it is given: a unit that does not conserve."""

    inlets: ClassVar = {"feed": Port("anything")}
    outlets: ClassVar = {"out": "less than that"}
    lost: float = parameter("-", "share lost", 0.01, low=0.0, high=1.0)

    def run(self, inlets):
        return Outcome({"out": inlets["feed"] * (1.0 - self.lost)})


@dataclass(frozen=True, kw_only=True)
class Refusal(UnitOp):
    """Refuses a feed above `most` kg/s."""

    inlets: ClassVar = {"feed": Port("anything")}
    outlets: ClassVar = {"out": "the same"}
    most: float = parameter("kg/s", "the most it takes", 1.0, low=0.0)

    def run(self, inlets):
        mass = inlets["feed"].mass
        if mass > self.most:
            raise DataError(f"feed = {mass:.3g} kg/s is above {self.most:g} kg/s")
        return Outcome({"out": inlets["feed"]})


@dataclass(frozen=True, kw_only=True)
class Flipper(UnitOp):
    """Sends all of it out while more than `level` comes in, and nothing while less does: a loop without a steady state."""

    inlets: ClassVar = {"feed": Port("a liquor")}
    outlets: ClassVar = {"out": "all or nothing", "back": "the rest"}
    level: float = parameter("kg/s", "where it flips", 3.0, low=0.0)

    def run(self, inlets):
        feed, empty = inlets["feed"], Stream.empty(CHEMISTRY)
        full = feed.mass > self.level
        return Outcome({"out": feed if full else empty, "back": empty if full else feed})


@dataclass(frozen=True, kw_only=True)
class Misnamed(UnitOp):
    """Answers an outlet that it does not declare."""

    inlets: ClassVar = {"feed": Port("anything")}
    outlets: ClassVar = {"out": "all"}

    def run(self, inlets):
        return Outcome({"exit": inlets["feed"]})
