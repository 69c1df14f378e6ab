"""How long one call of each kernel takes, on liquors of the size that the example line has.

Steps of the iteration stand beside the times (`extra_info`). Compiling is left out: each kernel is called once before.
"""

import numpy as np
import pytest

from raffinate.flowsheet import Stream
from raffinate.flowsheet.chemistry import Chemistry
from raffinate.flowsheet.chemistry.extractants import cations, constants, medium
from raffinate.flowsheet.quantities import celsius, hour
from raffinate.flowsheet.stream import gathered
from raffinate.kernels.cascade import Cascade, solve_cascade
from raffinate.kernels.saturation import NO_ROOM, NO_START, equilibrate
from raffinate.kernels.shrinking_core import REACTION, Minerals, Sizes, leach_train
from raffinate.kernels.status import CONVERGED
from raffinate.kernels.titration import dose_to_ph

TEMPERATURE = celsius(70.0)
HYDROXIDES = ("Al(OH)3(s)", "Fe(OH)3(s)", "FePO4.2H2O(s)", "AlPO4.2H2O(s)")
LEACH_LIQUOR = {
    "H2O": 1.0, "H2SO4": 0.02, "NiSO4": 0.1, "CoSO4": 0.035, "MnSO4": 0.035, "Li2SO4": 0.055,
    "Al2(SO4)3": 0.02, "Fe2(SO4)3": 0.004, "CuSO4": 0.001, "H3PO4": 0.002, "HF": 0.003,
}  # kg/s  # fmt: skip


@pytest.fixture(scope="module")
def liquor():
    chemistry = Chemistry("Li Na Ni Co Mn Cu Fe Al S C P F", extractants=("D2EHPA", "Cyanex 272"))
    return Stream.of(chemistry, LEACH_LIQUOR, TEMPERATURE)


def measure(benchmark, kernel, *arguments):
    """Call a kernel once, which compiles it, then time it; a call that has not converged is no measurement."""
    *_, steps, status = kernel(*arguments)
    assert status == CONVERGED
    benchmark.extra_info["steps"] = int(steps)
    benchmark(kernel, *arguments)


@pytest.mark.parametrize("phases", [(), HYDROXIDES], ids=["dissolved", "four_solids_allowed"])
def test_equilibrate__one_liquor(benchmark, liquor, phases):
    chemistry = liquor.chemistry
    packed, allowed = chemistry.packed(TEMPERATURE), chemistry.allowed(phases)
    measure(benchmark, equilibrate, packed, gathered(liquor, allowed), allowed, NO_ROOM, NO_START)
    benchmark.extra_info["components"] = len(chemistry.components)
    benchmark.extra_info["species"] = len(chemistry.aqueous)


def test_dose_to_ph__hydrolysis_of_iron_and_aluminium(benchmark, liquor):
    chemistry = liquor.chemistry
    packed, allowed = chemistry.packed(TEMPERATURE), chemistry.allowed(HYDROXIDES)
    base = Stream.of(chemistry, {"NaOH": 0.3, "H2O": 0.7})
    totals, titrant = gathered(liquor, allowed), gathered(base, allowed)
    measure(benchmark, dose_to_ph, packed, totals, titrant, allowed, 4.8, 10.0)


def test_solve_cascade__five_stages(benchmark, liquor):
    chemistry, extractant = liquor.chemistry, "Cyanex 272"
    feed = Stream.of(chemistry, {"H2O": 1.0, "NiSO4": 0.1, "CoSO4": 0.03, "Li2SO4": 0.05, "Na2SO4": 0.05})
    names, litres = cations(chemistry, extractant), 1000.0 * feed.liquor_volume
    aqueous = np.array([feed[name] for name in names]) / litres
    organic = np.zeros(len(names))
    organic[names.index("Na+")] = 0.3  # mol/L: 43 % of 0.7 mol/L extractant
    circuit = Cascade(5, 1.0, 1.2, 0.35, np.full(len(names), 0.95), 5e-4, 5e-5)
    surroundings = medium(chemistry, feed.equilibrium, feed.liquor_volume, names)
    arguments = (constants(chemistry, extractant), surroundings, circuit, aqueous, organic, np.zeros(5))
    measure(benchmark, solve_cascade, *arguments, names.index("Na+"))


def test_leach_train__five_minerals_in_four_tanks(benchmark):
    one = np.ones(5)
    minerals = Minerals(
        law=np.full(5, REACTION, dtype=np.int64),
        complete_time=np.array([1.25, 0.5, 0.2, 2.0, 4.0]) * hour,
        acid_order=0.7 * one,
        reference_acid=3000.0 * one,
        acid_demand=np.array([3.0, 2.0, 3.0, 2.0, 2.0]),
        accessible=0.985 * one,
    )
    sizes = Sizes(np.array([0.5, 1.0, 2.0]), np.array([0.3, 0.4, 0.3]))
    flows = np.array([1.2, 0.1, 0.2, 0.1, 0.1])  # mol/s
    measure(benchmark, leach_train, minerals, sizes, np.full(4, hour), flows, 6.0, 1.5e-3)
