"""How long a train of four leaching tanks takes: 30 size classes of one mineral, by law and by what the acid comes from.

Aims: 150 microseconds with a balance of acid alone, 1 millisecond with the chemistry of the liquor in every tank. Steps of
the iteration stand beside the times (`extra_info`). Compiling is left out: each kernel is called once before.
"""

import numpy as np
import pytest

from raffinate.flowsheet.chemistry import Chemistry, Davies
from raffinate.flowsheet.quantities import celsius, hour
from raffinate.kernels import shrinking_core
from raffinate.kernels.leach_liquor import ACTIVITY, CONCENTRATION, Pulp, leach_train_in_liquor
from raffinate.kernels.leach_oxidant import Reagents, leach_train_with_oxidant
from raffinate.kernels.leach_residue import residue_sizes
from raffinate.kernels.shrinking_core import Minerals, Sizes, leach_train
from raffinate.kernels.status import CONVERGED

LAWS = ("REACTION", "ASH", "FILM", "FIRST_ORDER", "MIXED", "AVRAMI", "TABULATED", "SHRINKING_FILM")
TIMES = np.full(4, hour)
# LiNi0.6Mn0.2Co0.2O2 whose electrons come from elsewhere
OXIDE = {"H2O": 2.0, "H+": -3.0, "Li+": 1.0, "Ni+2": 0.6, "Co+2": 0.2, "Mn+2": 0.2}


def rosin_rammler(classes):
    """Sizes of `classes` from 0.03 to 3 times the median."""
    ratios = np.geomspace(0.03, 3.0, classes)
    fractions = np.diff(np.append(0.0, 1.0 - np.exp(-np.log(2.0) * ratios**1.2)))
    return Sizes(ratios, fractions[None, :] / np.sum(fractions))


def mineral(law, **given):
    """One mineral, complete in two hours at a reference of 1 mol/L acid, order 0.8."""
    points = np.linspace(0.0, 1.0, 12)
    rates = {
        "acid_order": [0.8],
        "reference_acid": [1000.0],
        "acid_demand": [2.0],
        "exponent": [0.7],
        "resistance": [[0.2, 0.3, 0.5]],
        "curve_coordinate": [points],
        "curve_unreacted": [(1.0 - points) ** 2],
        **given,
    }
    return Minerals.of([getattr(shrinking_core, law)], [2 * hour], **rates)


def measure(benchmark, kernel, *arguments):
    """Call a kernel once, which compiles it, then time it; a call that has not converged is no measurement."""
    *_, steps, status = kernel(*arguments)
    assert status == CONVERGED
    benchmark.extra_info["steps"] = int(steps)
    benchmark(kernel, *arguments)


@pytest.mark.parametrize("law", LAWS)
def test_leach_train__four_tanks_thirty_classes(benchmark, law):
    measure(benchmark, leach_train, mineral(law), rosin_rammler(30), TIMES, np.ones(1), 2.5, 1e-3)


def test_leach_train_with_oxidant__four_tanks_thirty_classes(benchmark):
    taking = mineral("REACTION", oxidant_order=[0.5], reference_oxidant=[300.0], oxidant_demand=[0.5])
    measure(benchmark, leach_train_with_oxidant, taking, rosin_rammler(30), TIMES, np.ones(1), Reagents(2.5, 0.6, 1e-3))


@pytest.mark.parametrize("law", ["REACTION", "MIXED"])
def test_residue_sizes__fifty_classes_of_thirty(benchmark, law):
    known, sizes = mineral(law), rosin_rammler(30)
    _, acid, *_, status = leach_train(known, sizes, TIMES, np.ones(1), 2.5, 1e-3)
    assert status == CONVERGED
    arguments = (known, sizes, TIMES, acid, np.full(4, np.inf), np.geomspace(1e-3, 5.0, 51))
    residue_sizes(*arguments)
    benchmark(residue_sizes, *arguments)


@pytest.mark.parametrize("driver", [CONCENTRATION, ACTIVITY], ids=["concentration", "activity"])
@pytest.mark.parametrize("activity", [Davies(), None], ids=["davies", "pitzer"])
def test_leach_train_in_liquor__four_tanks_thirty_classes(benchmark, activity, driver):
    """Eight metals in 2 mol/L sulfuric acid, 36 to 46 species."""
    chemistry = Chemistry("Li Ni Co Mn Al Cu Fe S", activity=activity, without=("H2O2", "Fe+2"))
    names = [component.name for component in chemistry.components]
    change = np.zeros((1, len(names)))
    for name, moles in OXIDE.items():
        change[0, names.index(name)] = moles
    totals = 2.0 * chemistry.dissolve("H2SO4") + 0.01 * chemistry.dissolve("CuSO4")
    totals += 0.02 * chemistry.dissolve("Al2(SO4)3")
    totals[0] += 55.5
    known = mineral("REACTION", reference_acid=[1000.0 if driver == CONCENTRATION else 1.0])
    pulp = Pulp(TIMES, np.ones(1), change, totals, 1.05e-3, driver)
    packed, allowed = chemistry.packed(celsius(70.0)), chemistry.allowed(())
    measure(benchmark, leach_train_in_liquor, known, rosin_rammler(30), pulp, packed, allowed)
    benchmark.extra_info["species"] = len(chemistry.aqueous)
