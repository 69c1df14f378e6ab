"""`redox.csv` against the other tables: couples are complete, and their heats follow from the enthalpies of formation."""

import csv
from importlib import resources

import pytest

from raffinate.flowsheet.chemistry.couples import couple, couple_names
from raffinate.flowsheet.chemistry.database import all_species, table

FOLDER = resources.files("raffinate.flowsheet.data")
KILOJOULE = 1e3


def rows(name):
    with FOLDER.joinpath(f"{name}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def formation():
    """Answer the enthalpies of formation, J/mol."""
    return {
        row["of"]: float(row["value"]) * KILOJOULE
        for row in rows("enthalpies")
        if row["quantity"] == "enthalpy_of_formation"
    }


@pytest.mark.parametrize("name", couple_names())
def test_couple__has_a_constant_and_a_heat_of_known_states(name):
    assert table("redox").find(name, "delta_h") is not None
    for state in name.split("/"):
        assert state in all_species()


def test_couple__sets_the_heat_free_that_formation_has():
    """H+ and the elements are zero; an electron is half of H2 less H+. Iron and aluminium of sources 3 and 7 kJ apart."""
    heats, checked = formation(), 0
    for name in couple_names():
        found = couple(name)
        if all(species in heats for species in found.makes):
            made = sum(count * heats[species] for species, count in found.makes.items())
            assert made == pytest.approx(found.enthalpy, abs=3.0 * KILOJOULE * found.electrons), name
            checked += 1
    assert checked >= 15


def test_dissolved_gas__has_the_same_heat_by_its_constant_and_by_formation():
    heats, equilibrium = formation(), table("equilibrium")
    assert heats["O2(aq)"] - heats["O2(g)"] == pytest.approx(equilibrium.value("O2(g)", "delta_h"), abs=200.0)


def test_oxygen__has_the_same_potential_dissolved_and_over_the_liquor():
    """O2(g) = O2(aq) of equilibrium.csv closes the circle of O2(g)/H2O and O2(aq)/H2O from 0 to 100 degC."""
    gas, dissolved, equilibrium = couple("O2(g)/H2O"), couple("O2(aq)/H2O"), table("equilibrium")
    assert gas.log_k - dissolved.log_k == pytest.approx(equilibrium.value("O2(g)", "log_k"), abs=1e-6)
    assert gas.enthalpy - dissolved.enthalpy == pytest.approx(equilibrium.value("O2(g)", "delta_h"), abs=10.0)
    assert gas.heat_capacity - dissolved.heat_capacity == pytest.approx(equilibrium.value("O2(g)", "delta_cp"), abs=0.1)


def test_oxidants__stand_in_the_order_of_practice():
    order = [
        "Fe+2/Fe(s)",
        "SO4-2/SO3-2",
        "Cu+2/Cu(s)",
        "Fe+3/Fe+2",
        "MnO2(s)/Mn+2",
        "O2(g)/H2O",
        "H2O2/H2O",
        "Co+3/Co+2",
    ]
    volts = [couple(name).standard_potential(298.15) for name in order]
    assert volts == sorted(volts)


def test_electrode__has_a_potential_and_a_slope():
    numbers = table("redox")
    assert numbers.names("electrode") == numbers.names("electrode_slope")
    assert numbers.value("SCE", "electrode") > numbers.value("Ag/AgCl", "electrode")
