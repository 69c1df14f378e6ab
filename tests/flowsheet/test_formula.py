"""Formulas into elements, charge and phase, and what is refused."""

import pytest

from raffinate.flowsheet import DataError
from raffinate.flowsheet.chemistry.database import all_species, atomic_masses
from raffinate.flowsheet.chemistry.formula import Formula, molar_mass, parse

READ = [
    ("H+", {"H": 1}, 1, "aqueous"),
    ("CO3-2", {"C": 1, "O": 3}, -2, "aqueous"),
    ("Fe2(OH)2+4", {"Fe": 2, "O": 2, "H": 2}, 4, "aqueous"),
    ("NiSO4(aq)", {"Ni": 1, "S": 1, "O": 4}, 0, "aqueous"),
    ("CO2(g)", {"C": 1, "O": 2}, 0, "gas"),
    ("Al(OH)3(gibbsite)", {"Al": 1, "O": 3, "H": 3}, 0, "solid"),
    ("NiSO4.6H2O(s)", {"Ni": 1, "S": 1, "O": 10, "H": 12}, 0, "solid"),
    ("Na2SO4.10H2O", {"Na": 2, "S": 1, "O": 14, "H": 20}, 0, "aqueous"),
    ("Li2SO4.H2O(s)", {"Li": 2, "S": 1, "O": 5, "H": 2}, 0, "solid"),
    ("CaSO4.0.5H2O(s)", {"Ca": 1, "S": 1, "O": 4.5, "H": 1}, 0, "solid"),
    ("Ni0.6Co0.4SO4.6H2O(s)", {"Ni": 0.6, "Co": 0.4, "S": 1, "O": 10, "H": 12}, 0, "solid"),
    ("LiNi0.6Mn0.2Co0.2O2(s)", {"Li": 1, "Ni": 0.6, "Mn": 0.2, "Co": 0.2, "O": 2}, 0, "solid"),
    ("Ca5(PO4)3OH(s)", {"Ca": 5, "P": 3, "O": 13, "H": 1}, 0, "solid"),
    ("K(Al(OH)2)3(s)", {"K": 1, "Al": 3, "O": 6, "H": 6}, 0, "solid"),
    ("  NaCl ", {"Na": 1, "Cl": 1}, 0, "aqueous"),
]
REFUSED = [
    ("", "cannot be read"),
    ("   ", "cannot be read"),
    ("ni", "cannot be read at 'ni'"),
    ("Ni$", r"cannot be read at '\$'"),
    ("2H", "a number where an element should stand: '2'"),
    ("Ni(OH", "leaves a bracket open"),
    ("Ni)2", "closes a bracket that is not open"),
    ("NiO0", "counts 0 of O"),
    ("Ni(OH)0", "counts 0 of a bracket"),
    ("Ca0.5H2O", "counts 0 of Ca"),
    ("NaCl.2H2O.H2O", "cannot be read at '.2H2O'"),
]


@pytest.mark.parametrize(("name", "elements", "charge", "phase"), READ)
def test_parse__reads_elements_charge_and_phase(name, elements, charge, phase):
    found = parse(name)
    assert dict(found.elements) == pytest.approx(elements)
    assert (found.charge, found.phase) == (charge, phase)


@pytest.mark.parametrize(("name", "reason"), REFUSED)
def test_parse__says_what_it_cannot_read(name, reason):
    with pytest.raises(DataError, match=reason) as caught:
        parse(name)
    assert repr(name) in str(caught.value)


def test_parse__answers_what_cannot_be_changed():
    with pytest.raises(TypeError):
        parse("NaCl").elements["Na"] = 2.0


@pytest.mark.parametrize(
    ("name", "gram"), [("H2O", 18.015), ("H2SO4", 98.079), ("NiSO4.6H2O(s)", 262.84), ("LiNi0.6Mn0.2Co0.2O2(s)", 96.93)]
)
def test_molar_mass__is_that_of_the_handbooks(name, gram):
    assert molar_mass(parse(name), atomic_masses()) * 1e3 == pytest.approx(gram, rel=2e-4)


def test_molar_mass__refuses_an_element_that_does_not_exist():
    with pytest.raises(DataError, match="element 'Nj' has no atomic mass; did you mean 'N"):
        molar_mass(parse("NjO"), atomic_masses())


def test_molar_mass__of_nothing_is_nothing():
    assert molar_mass(Formula({}, 0, "solid"), atomic_masses()) == 0.0


def test_all_species__carry_the_elements_and_charge_of_their_formula():
    for name, species in all_species().items():
        assert dict(species.elements) == dict(parse(name).elements)
        assert species.charge == parse(name).charge
