"""How much iron and phosphate a selective leach loses from FePO4 to its liquor.

Heterosite that the oxidation of lithium iron phosphate leaves is less stable than the dihydrate, and so is the dihydrate while
it is fresh: the liquor stands at a saturation index of the dihydrate above 0, the `dihydrate_saturation` of `leaching_redox.csv`,
fitted to what a pilot found. FePO4 dissolves until it is reached; iron(III) that the liquor holds beyond it precipitates as the
dihydrate. Complexes of iron with phosphate and sulfate, and the pH, are those of the speciation, so that acid in excess counts
as it does there.

    FePO4(s) = Fe+3 + PO4-3            log (ion activity product of FePO4.2H2O) = log K + dihydrate_saturation

More phosphate than iron is found in such liquors. That share of the lattice is taken as hydrolysed, its iron staying with the
solids:

    FePO4(s) + 3 H2O = Fe(OH)3(s) + PO4-3 + 3 H+
"""

from __future__ import annotations

import math

import numpy as np
from scipy.optimize import root_scalar

from ..chemistry.equilibrium import Equilibrium, speciate
from ..chemistry.reaction import reaction
from ..stream import Stream

HETEROSITE, DIHYDRATE, HYDROXIDE = "FePO4(s)", "FePO4.2H2O(s)", "Fe(OH)3(s)"
MADE = (HETEROSITE, DIHYDRATE, HYDROXIDE)
_LEAST = 1e-14  # of all iron that could dissolve
_ACCURACY = 1e-11  # of ln of the iron in the liquor
_TINY = 1e-30


def settle_phosphate(slurry: Stream, dihydrate_saturation: float, release: float) -> Stream:
    """Answer the slurry with iron and phosphate of its liquor as FePO4 leaves them.

    `dihydrate_saturation`: saturation index of FePO4.2H2O that stays. `release`: share of FePO4(s) that gives up its phosphate.
    A slurry without FePO4(s), or a chemistry without the dihydrate, is answered as it is.
    """
    chemistry = slurry.chemistry
    held = slurry[HETEROSITE] if HETEROSITE in chemistry.index else 0.0
    if held <= 0.0 or DIHYDRATE not in chemistry.phase_index or HYDROXIDE not in chemistry.index:
        return slurry
    released = slurry.flows + release * held * reaction(chemistry, "FePO4(s) + 3 H2O = Fe(OH)3(s) + PO4-3 + 3 H+")
    held -= release * held
    iron, phosphate = (chemistry.index[name] for name in ("Fe+3", "PO4-3"))
    most, before = held + float(released[iron]), float(released[iron])
    nothing = np.zeros(len(chemistry.phases), dtype=np.bool_)
    last: list[Equilibrium] = []

    def excess(log_iron: float) -> float:
        totals = np.array(released[chemistry.liquor])
        moved = math.exp(log_iron) - before
        totals[iron] += moved
        totals[phosphate] = max(totals[phosphate] + moved, _TINY)
        found = speciate(chemistry, totals, slurry.temperature, nothing, start=last[-1] if last else None)
        last[:] = [found]
        return found.saturation_index(DIHYDRATE) - dihydrate_saturation

    # phosphate goes with the iron: where there is less of it, not all iron can precipitate
    least = max(_LEAST * most, before - float(released[phosphate]) * (1.0 - 1e-9), _TINY)
    if excess(math.log(most)) <= 0.0:
        log_iron = math.log(most)
    elif excess(math.log(least)) >= 0.0:
        log_iron = math.log(least)
    else:
        between = (math.log(least), math.log(most))
        found = root_scalar(excess, bracket=between, method="brentq", xtol=_ACCURACY, rtol=1e-14)
        log_iron = float(found.root)
    moved = math.exp(log_iron) - before
    if moved >= 0.0:
        way = reaction(chemistry, "FePO4(s) = Fe+3 + PO4-3")
    else:
        way, moved = reaction(chemistry, "Fe+3 + PO4-3 + 2 H2O = FePO4.2H2O(s)"), -moved
    flows = released + moved * way
    flows[chemistry.solid] = np.maximum(flows[chemistry.solid], 0.0)
    return slurry.replace(flows=flows)
