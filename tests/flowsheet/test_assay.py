"""Assays of elements laid out over phases."""

import numpy as np
import pytest

from raffinate.flowsheet import DataError
from raffinate.flowsheet.assay import from_assay
from raffinate.flowsheet.chemistry import Chemistry
from raffinate.flowsheet.chemistry.database import atomic_masses

BLACK_MASS = {
    "Li": 0.04,
    "Ni": 0.20,
    "Co": 0.07,
    "Mn": 0.07,
    "Cu": 0.02,
    "Al": 0.025,
    "Fe": 0.007,
    "F": 0.018,
    "P": 0.004,
}
PHASES = [
    "LiNi0.6Mn0.2Co0.2O2(s)",
    "Ni0.6Mn0.2Co0.2O2(s)",
    "NiO(s)",
    "CoO(s)",
    "MnO(s)",
    "LiF(s)",
    "Li3PO4(s)",
    "Cu(s)",
    "Al(s)",
    "Fe(s)",
]
METALS = ("Ni", "Co", "Mn")


@pytest.fixture(scope="module")
def chemistry():
    return Chemistry("Li Ni Co Mn Cu Al Fe F P S C Si")


def assayed(stream):
    masses = atomic_masses()
    return {element: flow * masses[element] / stream.mass for element, flow in stream.elements.items()}


def test_from_assay__conserves_every_element_of_a_black_mass(chemistry):
    stream = from_assay(chemistry, 1000.0, BLACK_MASS, PHASES)
    found = assayed(stream)
    assert {element: found[element] for element in BLACK_MASS} == pytest.approx(BLACK_MASS, rel=1e-9)
    assert stream.mass == pytest.approx(1000.0, rel=1e-12)
    assert found["C"] == pytest.approx(0.361, abs=0.002)
    assert np.flatnonzero(stream.flows).tolist() == sorted(chemistry.index[name] for name in [*PHASES, "C(s)"])


def test_from_assay__gives_the_metals_their_mean_valence(chemistry):
    stream = from_assay(chemistry, 1.0, BLACK_MASS, PHASES, valence=3.0)
    oxides = [name for name in PHASES if any(metal in name for metal in METALS)]
    lithium, oxygen, metals = 0.0, 0.0, 0.0
    for name in oxides:
        elements = chemistry.species[chemistry.index[name]].elements
        lithium += stream[name] * elements.get("Li", 0.0)
        oxygen += stream[name] * elements["O"]
        metals += stream[name] * sum(elements.get(metal, 0.0) for metal in METALS)
    assert (2.0 * oxygen - lithium) / metals == pytest.approx(3.0, rel=1e-9)


@pytest.mark.parametrize("phase", ["Ni(OH)2(s)", "NiCO3(s)", "Ni3(PO4)2(s)", "NiSO4.6H2O(s)", "NiO(s)"])
def test_from_assay__finds_nickel_divalent_in_oxide_hydroxide_and_salts(chemistry, phase):
    stream = from_assay(chemistry, 1.0, {"Ni": 0.1}, [phase], valence=2.0)
    assert assayed(stream)["Ni"] == pytest.approx(0.1, rel=1e-9)


def test_from_assay__leaves_the_rest_to_the_balance(chemistry):
    stream = from_assay(chemistry, 2.0, {"Cu": 0.25}, ["Cu(s)"], balance="SiO2(s)")
    assert stream["Cu(s)"] * 63.546e-3 == pytest.approx(0.5)
    assert stream.mass == pytest.approx(2.0)
    assert stream["SiO2(s)"] > 0.0


def test_from_assay__of_one_pure_phase_leaves_no_balance(chemistry):
    stream = from_assay(chemistry, 1.0, {"Cu": 1.0}, ["Cu(s)"])
    assert stream["C(s)"] == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize(
    ("assay", "phases", "reason"),
    [
        ({"Nj": 0.1}, ["NiO(s)"], "element 'Nj' is unknown; did you mean 'N"),
        ({"Cu": -0.1}, ["Cu(s)"], "Cu = -10 % is outside 0 to 100 %"),
        ({"Cu": 20.0}, ["Cu(s)"], "Cu = 2000 % is outside 0 to 100 %"),
        ({"Cu": float("nan")}, ["Cu(s)"], "Cu = nan % is outside 0 to 100 %"),
        ({"Cu": 0.9, "Al": 0.2}, ["Cu(s)", "Al(s)"], "elements add up to 110 %, above 100 %"),
        ({"Cu": 0.1, "Si": 0.1}, ["Cu(s)"], "Si = 10 % cannot be held by the phases .* the nearest is 0 %"),
        ({"Li": 0.01, "P": 0.1}, ["Li3PO4(s)"], "cannot be held by the phases"),
        ({"Li": 0.5}, ["LiF(s)"], "cannot be held by the phases|add up to 18[67]"),
        ({"Cu": 0.1}, ["Cu (s)"], r"'Cu \(s\)' is not in the chemistry; did you mean 'Cu\(s\)'"),
        ({"Cu": 0.1}, [], "1 elements and 0 phases are given"),
        ({}, ["Cu(s)"], "0 elements and 1 phases are given"),
    ],
)
def test_from_assay__refuses_what_cannot_be(chemistry, assay, phases, reason):
    with pytest.raises(DataError, match=reason):
        from_assay(chemistry, 1.0, assay, phases)


def test_from_assay__refuses_oxides_heavier_than_the_mass(chemistry):
    with pytest.raises(DataError, match=r"phases of the elements add up to 114.5 % of the mass, above 100 %"):
        from_assay(chemistry, 1.0, {"Ni": 0.9}, ["NiO(s)"], valence=2.0)


def test_from_assay__refuses_a_valence_that_the_phases_cannot_have(chemistry):
    with pytest.raises(
        DataError, match=r"in these proportions at a mean valence of 3\.9 of Ni, Co and Mn; the nearest"
    ):
        from_assay(chemistry, 1.0, BLACK_MASS, PHASES, valence=3.9)


def test_from_assay__refuses_a_mass_below_nothing(chemistry):
    with pytest.raises(DataError, match="assay: mass = -2 kg/s is below 0"):
        from_assay(chemistry, -2.0, {"Cu": 0.1}, ["Cu(s)"])


def test_from_assay__refuses_a_misspelt_balance(chemistry):
    with pytest.raises(DataError, match=r"'graphite' is not in the chemistry"):
        from_assay(chemistry, 1.0, {"Cu": 0.1}, ["Cu(s)"], balance="graphite")
