"""Activity models of a chemistry: what species they want, how far they reach, what they report."""

import math

import numpy as np
import pytest

from raffinate.flowsheet.chemistry import Chemistry, Davies, Pitzer, TruesdellJones
from raffinate.flowsheet.chemistry.activity_models import interactions, parameter
from raffinate.flowsheet.chemistry.database import table
from raffinate.flowsheet.chemistry.equilibrium import speciate
from raffinate.flowsheet.chemistry.water import debye_hueckel

ELEMENTS = "Li Na Ni Mn Al Fe Cu S Cl C P F"
ROOM = 298.15


def liquor(chemistry, **molalities):
    """Totals of 1 kg of water and components by molality."""
    totals = np.zeros(len(chemistry.components))
    totals[0] = 1.0 / chemistry.molar_masses[0]
    for name, molality in molalities.items():
        totals[chemistry.index[name]] = molality
    return totals


def equilibrium(chemistry, **molalities):
    return speciate(chemistry, liquor(chemistry, **molalities), ROOM, np.zeros(len(chemistry.phases), dtype=bool))


def test_chemistry__uses_pitzer_unless_told_otherwise():
    assert Chemistry("Na S").activity == Pitzer()
    assert Chemistry("Na S", activity=TruesdellJones()).activity == TruesdellJones()


def test_pitzer__leaves_out_the_complexes_that_its_pairs_stand_for():
    names = {s.name for s in Chemistry(ELEMENTS).aqueous}
    everything = {s.name for s in Chemistry(ELEMENTS, activity=TruesdellJones()).aqueous}
    assert names < everything
    assert not names & {"NiSO4(aq)", "NaSO4-", "LiSO4-", "MnSO4(aq)", "CuSO4(aq)", "NaCO3-", "NaHCO3(aq)"}
    assert names >= {"HSO4-", "OH-", "HF(aq)", "AlF+2", "AlOH+2", "NiOH+", "HCO3-", "CO2(aq)", "H2PO4-", "FeOH+2"}


def test_truesdell_jones__wants_every_species():
    assert {s.name for s in Chemistry("Ni S", activity=TruesdellJones()).aqueous} >= {"NiSO4(aq)", "HSO4-"}


def test_davies__is_davies_law():
    chemistry = Chemistry("Na Cl", activity=Davies())
    found = equilibrium(chemistry, **{"Na+": 0.1, "Cl-": 0.1})
    root = math.sqrt(0.1)
    law = -debye_hueckel(ROOM)[0] * (root / (1 + root) - 0.3 * 0.1)
    assert math.log10(found.activity("Na+") / found.molality("Na+")) == pytest.approx(law, rel=1e-5)


def test_pitzer__gives_sodium_chloride_its_measured_activity():
    chemistry = Chemistry("Na Cl")
    for molality, gamma in ((1.0, 0.657), (3.0, 0.714), (6.0, 0.986)):
        found = equilibrium(chemistry, **{"Na+": molality, "Cl-": molality})
        mean = math.sqrt(found.activity("Na+") * found.activity("Cl-")) / molality
        assert mean == pytest.approx(gamma, rel=0.01)


@pytest.mark.parametrize("activity", [Pitzer(), TruesdellJones(), Davies()])
def test_equilibrium__warns_beyond_the_range_of_its_model(activity):
    chemistry = Chemistry("Na Cl", activity=activity)
    limit = chemistry.activity.largest_ionic_strength
    assert equilibrium(chemistry, **{"Na+": 0.5 * limit, "Cl-": 0.5 * limit}).warnings == ()
    beyond = equilibrium(chemistry, **{"Na+": 1.5 * limit, "Cl-": 1.5 * limit})
    assert not beyond.in_range
    assert f"range of 0 to {limit:g}" in beyond.warnings[0]


def test_equilibrium__names_the_major_pairs_without_parameters():
    chemistry = Chemistry("Na Li P C")
    assert not chemistry.activity.knows("Li+", "PO4-3")
    found = equilibrium(chemistry, **{"Na+": 0.2, "Li+": 0.1, "PO4-3": 0.1})
    assert ("Li+", "PO4-3") in found.unknown_pairs
    assert any("Li+ with PO4-3" in warning for warning in found.warnings)
    trace = equilibrium(chemistry, **{"Na+": 0.299, "Li+": 0.001, "PO4-3": 0.1})
    assert not any(cation == "Li+" for cation, _ in trace.unknown_pairs)


def test_parameter__is_the_listed_value_at_the_reference_temperature():
    numbers = table("pitzer")
    for quantity in ("beta0", "theta", "psi", "lambda"):
        for of in numbers.names(quantity):
            assert parameter(of, quantity, ROOM) == pytest.approx(numbers.value(of, quantity), rel=1e-12)


def test_parameter__follows_its_terms_with_temperature():
    numbers = table("pitzer")
    of = next(of for of in numbers.names("beta0_t4"))
    step = 1e-3
    slope = (parameter(of, "beta0", ROOM + step) - parameter(of, "beta0", ROOM - step)) / (2 * step)
    t2, t3, t4, t5, t6 = (numbers.value(of, f"beta0_t{n}", 0.0) for n in range(2, 7))
    assert slope == pytest.approx(-t2 / ROOM**2 + t3 / ROOM + t4 + 2 * t5 * ROOM - 2 * t6 / ROOM**3, rel=1e-6)


def test_interactions__are_among_the_species_given():
    names = ("H+", "Na+", "SO4-2", "OH-", "HSO4-")
    found = interactions(names, ROOM)
    assert found.a_phi == pytest.approx(0.3915, abs=0.001)
    assert found.pair.shape[0] == len(found.pair_value) >= 4
    for table_of in (found.pair[:, :2], found.double, found.triple):
        assert np.all((table_of >= 0) & (table_of < len(names)))
    assert interactions(("H+", "Ni+2"), ROOM).pair.shape == (0, 4)
