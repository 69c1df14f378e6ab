"""How long one call of each kernel takes, on liquors of the size that the example line has.

Steps of the iteration stand beside the times (`extra_info`). Compiling is left out: each kernel is called once before.
"""

import numpy as np
import pytest

from raffinate.flowsheet import Stream
from raffinate.flowsheet.chemistry import Chemistry
from raffinate.flowsheet.extraction.folding import fold
from raffinate.flowsheet.extraction.section import Section, _Row
from raffinate.flowsheet.quantities import celsius, hour
from raffinate.flowsheet.stream import gathered
from raffinate.kernels.cascade import solve_cascade
from raffinate.kernels.chain import Cascade, Media
from raffinate.kernels.circuit import solve_circuit
from raffinate.kernels.circuit_flows import COLD_START
from raffinate.kernels.saturation import NO_ANSWER, NO_ROOM, equilibrate
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
    measure(benchmark, equilibrate, *packed, gathered(liquor, allowed), allowed, NO_ROOM, NO_ANSWER)
    benchmark.extra_info["components"] = len(chemistry.components)
    benchmark.extra_info["species"] = len(chemistry.aqueous)


def test_dose_to_ph__hydrolysis_of_iron_and_aluminium(benchmark, liquor):
    chemistry = liquor.chemistry
    packed, allowed = chemistry.packed(TEMPERATURE), chemistry.allowed(HYDROXIDES)
    base = Stream.of(chemistry, {"NaOH": 0.3, "H2O": 0.7})
    totals, titrant = gathered(liquor, allowed), gathered(base, allowed)
    measure(benchmark, dose_to_ph, packed, totals, titrant, allowed, 4.8, 10.0)


@pytest.fixture(scope="module")
def row(liquor):
    """Five stages at 0.7 mol/L extractant, 43 % saponified, as the kernel of extraction takes them."""
    chemistry, extractant = liquor.chemistry, "Cyanex 272"
    feed = Stream.of(chemistry, {"H2O": 1.0, "NiSO4": 0.1, "CoSO4": 0.03, "Li2SO4": 0.05, "Na2SO4": 0.05})
    organic = Stream.of(chemistry, {"HA[Cyanex 272]": 0.133, "NaA[Cyanex 272]": 0.108, "diluent": 0.7})
    section = Section(
        extractant=extractant, stages=5, efficiency=0.95, aqueous_in_organic=5e-4, organic_in_aqueous=5e-5
    )
    return _Row(section, feed, organic)


def test_solve_circuit__five_stages(benchmark, row):
    packed = row.chemistry.packed(row.temperature)
    measure(benchmark, solve_circuit, packed, row.complexes, row.circuit, row.places, COLD_START)


def test_solve_circuit__five_stages_from_their_own_answer(benchmark, row):
    packed = row.chemistry.packed(row.temperature)
    answer, *_ = solve_circuit(packed, row.complexes, row.circuit, row.places, COLD_START)
    measure(benchmark, solve_circuit, packed, row.complexes, row.circuit, row.places, answer.start)


def test_solve_cascade__five_stages_of_constant_media(benchmark, row):
    stages, cations = 5, len(row.names)
    answer, *_ = solve_circuit(
        row.chemistry.packed(row.temperature), row.complexes, row.circuit, row.places, COLD_START
    )
    sulfate = float(answer.totals[0, [c.name for c in row.chemistry.components].index("SO4-2")])
    media = Media(
        *(np.zeros((stages, cations)), np.zeros(stages), np.full((stages, 1), sulfate), np.array([-2.0])),
        *(np.tile([[[10.0**1.3, 0.0, 0.0]]], (stages, 1, 1)), np.tile([[1.0, 1e-14, 0.0]], (stages, 1))),
    )
    circuit = row.circuit
    cascade = Cascade(
        *(answer.flows, np.ascontiguousarray(circuit.source[:, row.at]), circuit.organic_source, circuit.unit_total),
        *(circuit.efficiency, circuit.control, circuit.ln_target, circuit.dosed, row.complexes.protons),
    )
    measure(benchmark, solve_cascade, *fold(row.complexes, media, cascade), np.zeros((2, 0)))


def test_leach_train__five_minerals_in_four_tanks(benchmark):
    one = np.ones(5)
    minerals = Minerals.of(
        law=np.full(5, REACTION),
        complete_time=np.array([1.25, 0.5, 0.2, 2.0, 4.0]) * hour,
        acid_order=0.7 * one,
        reference_acid=3000.0 * one,
        acid_demand=np.array([3.0, 2.0, 3.0, 2.0, 2.0]),
        accessible=0.985 * one,
    )
    sizes = Sizes(np.array([0.5, 1.0, 2.0]), np.tile([0.3, 0.4, 0.3], (5, 1)))
    flows = np.array([1.2, 0.1, 0.2, 0.1, 0.1])  # mol/s
    measure(benchmark, leach_train, minerals, sizes, np.full(4, hour), flows, 6.0, 1.5e-3)
