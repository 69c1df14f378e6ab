"""Where the impurities of a crystalline product came from: the lattice, occluded mother liquor, or what adheres to the crystals.

    >>> solution = solve(sheet)
    >>> impurity_sources(solution, "NiSO4 crystalliser", "NiSO4 centrifuge.cake")  # mg/kg of dry product, by element

What adheres can be washed off; what is occluded becomes less with slower growth; what sits in the lattice is there as long as
the liquor holds it, and less of it comes with a smaller yield per pass or by crystallising once more.
"""

from __future__ import annotations

import numpy as np
import pandas

from ..chemistry.database import atomic_masses
from ..chemistry.system import WATER
from ..errors import DataError, nearest
from ..solver import Solution
from .crystals import Start

_MILLIGRAMS = 1e6  # in a kilogram
_SOURCES = ("lattice", "occluded", "adhering", "other solids")


def impurity_sources(solution: Solution, crystalliser: str, product: str) -> pandas.DataFrame:
    """Answer the elements of `product` ("unit.outlet") beside those of its salt, mg/kg of it when dry, by where they sit.

    `crystalliser`: the unit that its crystals come from. "other solids": what came down beside the crystals. A row for each
    element, the most first; columns `lattice`, `occluded`, `adhering`, `other solids` and `total`. Raises `DataError` for a
    unit that is no crystalliser, or a product without its crystals.
    """
    start = solution.starts.get(crystalliser)
    if not isinstance(start, Start):
        known = [name for name, each in solution.starts.items() if isinstance(each, Start)]
        raise DataError(
            f"impurities: {crystalliser!r} is no crystalliser that was solved{nearest(crystalliser, known)}"
        )
    if product not in solution.streams:
        raise DataError(f"impurities: {product!r} is no outlet of the flowsheet{nearest(product, solution.streams)}")
    slurry, cake = solution.streams[f"{crystalliser}.slurry"], solution.streams[product]
    chemistry = cake.chemistry
    matrix = chemistry.element_matrix
    found = {source: np.zeros(len(chemistry.element_names)) for source in _SOURCES}
    hosts = np.zeros(chemistry.size)
    for host, uptake in start.uptakes.items():
        at = chemistry.index[host]
        share = cake.flows[at] / slurry.flows[at] if slurry.flows[at] > 0.0 else 0.0
        hosts[at] = cake.flows[at]
        solids = uptake.guests.solids
        for source, cations in (("lattice", uptake.lattice), ("occluded", uptake.occluded)):
            found[source] += share * (matrix[:, solids] @ (cations / uptake.guests.counts))
    if not hosts.any():
        raise DataError(f"impurities: {product} holds 0 mol/s of the crystals of {crystalliser!r}")
    found["adhering"] = matrix @ cake.liquor.flows
    found["other solids"] = matrix @ (cake.solids.flows - hosts) - found["lattice"] - found["occluded"]
    own = {"H", "O"}.union(*(chemistry.species[at].elements for at in np.flatnonzero(hosts)))
    dry = cake.mass - cake["H2O"] * chemistry.molar_masses[WATER]
    masses = np.array([atomic_masses()[element] for element in chemistry.element_names])
    rows = {
        element: [float(found[source][at] * masses[at] / dry * _MILLIGRAMS) for source in _SOURCES]
        for at, element in enumerate(chemistry.element_names)
        if element not in own
    }
    answer = pandas.DataFrame.from_dict(rows, orient="index", columns=list(_SOURCES)).clip(lower=0.0)
    answer["total"] = answer.sum(axis="columns")
    answer.index.name = "element"
    return answer.loc[answer["total"] > 0.0].sort_values(by="total", ascending=False)
