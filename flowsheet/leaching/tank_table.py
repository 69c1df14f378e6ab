"""Tables of what stands in each tank of a leach, in the units that a plant reads."""

from __future__ import annotations

from collections.abc import Sequence

import pandas

from ..chemistry.database import atomic_masses
from ..quantities import to_celsius
from ..stream import Stream
from .bookkeeping import extraction
from .train import Tank

_H2SO4 = 98.08e-3 / 2.0  # kg for each mol of protons
_KILO, _PERCENT = 1e3, 100.0


def tank_table(tanks: Sequence[Tank], feed: Stream) -> pandas.DataFrame:
    """Answer one row a tank: temperature, pH, free acid, heat, reagent dosed, and of each element what dissolved and stands.

    `tanks`: what the `profile` of a leaching unit answers; `feed`: the solids fed. Elements that the solids lack are left out;
    g/L are of the element in the liquor.
    """
    chemistry = feed.chemistry
    masses = atomic_masses()
    solids = feed.solids.elements
    elements = [e for e in chemistry.element_names if e not in {"H", "O", "C"} and solids[e] > 0.0]
    rows = []
    for number, tank in enumerate(tanks, 1):
        liquor = tank.stream.liquor
        volume = liquor.liquor_volume
        held = liquor.elements
        row = {
            "tank": number,
            "degC": to_celsius(tank.temperature),
            "pH": tank.ph,
            "free H2SO4 g/L": tank.free_acid * _H2SO4,
            "heat kW": tank.heat / _KILO,
            "reagent dosed %": _PERCENT * tank.reagent,
        }
        row |= {f"{e} dissolved %": _PERCENT * extraction(e, feed, tank.stream) for e in elements}
        row |= {f"{e} g/L": held[e] * masses[e] / volume for e in elements}
        rows.append(row)
    return pandas.DataFrame(rows).set_index("tank")
