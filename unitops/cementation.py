"""Copper cementation: iron powder goes into solution, copper comes out of it.

Model      Fe + Cu+2 = Fe+2 + Cu, first order in copper and limited by its transport to the powder, in equal stirred tanks;
           Fe + 2 Fe+3 = 3 Fe+2 to completion; a share of the iron left reacts with acid: Fe + 2 H+ = Fe+2 + H2
Assumes    copper that has come down stays down; the powder's surface per volume of slurry is given
Valid      pH 1 to 2, 40 to 60 degC, iron 1.1 to 1.5 times copper
Sources    rate: first order with k = 1e-5 to 1e-4 m/s (Power and Ritchie 1975, recalled); tanks in series: Levenspiel ch. 6
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..flowsheet.chemistry.reaction import reaction
from ..flowsheet.errors import DataError
from ..flowsheet.stream import Stream, mix
from ..flowsheet.unitop import Figure, Outcome, Port, UnitOp, parameter, reagent


@dataclass(frozen=True, kw_only=True)
class Cementation(UnitOp):
    """`iron_powder` is drawn at `iron_ratio` times what copper and Fe(III) need.

    The hydrogen leaves by `offgas`; copper and the iron left over leave with the slurry. Raises `DataError` for a
    powder without iron.
    """

    inlets: ClassVar[Mapping[str, Port]] = {
        "feed": Port("a liquor with copper", {"H2O": 1.0, "CuSO4": 0.02, "H2SO4": 0.02})
    }
    outlets: ClassVar[Mapping[str, str]] = {"slurry": "liquor with copper powder", "offgas": "hydrogen"}
    figures: ClassVar[Mapping[str, Figure]] = {
        "dose": Figure("kg/s", "iron drawn"),
        "conversion": Figure("-", "share of copper that came down"),
        "copper": Figure("kg/m3", "copper left in the liquor"),
        "hydrogen": Figure("mol/s", "hydrogen evolved"),
    }

    iron_powder: Stream = reagent("iron powder", example={"Fe(s)": 1.0})
    iron_ratio: float = parameter(
        "-", "iron per iron that copper and Fe(III) need", 1.2, low=0.0, high=5.0, default=1.2
    )
    rate_constant: float = parameter("m/s", "first-order rate constant", 3e-5, low=1e-7, high=1e-2, default=3e-5)
    surface: float = parameter(
        "m2/m3", "surface of the powder per volume of slurry", 60.0, low=0.1, high=1e5, default=60.0
    )
    residence_time: float = parameter("s", "of all tanks together", 3600.0, low=1.0, high=1e6, default=3600.0)
    tanks: int = parameter("-", "equal stirred tanks in series", 2, low=1, high=20, default=2)
    acid_share: float = parameter(
        "-", "share of the iron left over that reacts with acid", 0.5, low=0.0, high=1.0, default=0.5
    )

    def run(self, inlets: Mapping[str, Stream]) -> Outcome:
        """Answer the slurry, the hydrogen and the iron drawn."""
        feed = inlets["feed"]
        chemistry = feed.chemistry
        if feed.mass == 0.0:
            return Outcome({"slurry": feed, "offgas": feed})
        if self.iron_powder["Fe(s)"] <= 0.0:
            raise DataError("iron_powder: Fe(s) = 0 mol/s, the powder must hold iron")
        copper, ferric = feed["Cu+2"], feed["Fe+3"]
        needed = copper + 0.5 * ferric
        drawn = self.iron_powder * (self.iron_ratio * needed / self.iron_powder["Fe(s)"])
        per_tank = self.rate_constant * self.surface * self.residence_time / self.tanks
        reach = 1.0 - (1.0 + per_tank) ** -self.tanks
        available = drawn["Fe(s)"]
        by_ferric = min(available, 0.5 * ferric)
        by_copper = min(available - by_ferric, copper * reach)
        acid = max(0.0, feed["H+"])
        by_acid = min(self.acid_share * (available - by_ferric - by_copper), 0.5 * acid)
        flows = np.array(mix([feed, drawn]).flows)
        flows += by_ferric * reaction(chemistry, "Fe(s) + 2 Fe+3 = 3 Fe+2")
        flows += by_copper * reaction(chemistry, "Fe(s) + Cu+2 = Fe+2 + Cu(s)")
        flows += by_acid * reaction(chemistry, "Fe(s) + 2 H+ = Fe+2 + H2(g)")
        mixed = feed.replace(flows=flows)
        report = {
            "dose": drawn.mass,
            "conversion": by_copper / copper if copper > 0.0 else 0.0,
            "copper": mixed.concentration("Cu+2"),
            "hydrogen": by_acid,
        }
        return Outcome({"slurry": mixed.without(mixed.gas), "offgas": mixed.gas}, report, {"iron_powder": drawn})
