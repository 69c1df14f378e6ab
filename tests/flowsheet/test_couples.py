"""Redox couples: half reactions that balance, standard potentials of the tables, and potentials of liquors."""

import math

import pytest

from raffinate.flowsheet import DataError, Stream
from raffinate.flowsheet.chemistry import Chemistry
from raffinate.flowsheet.chemistry.couples import (
    FARADAY,
    couple,
    couple_names,
    partial_pressure,
    potential,
    reference_electrode,
)
from raffinate.flowsheet.chemistry.database import all_species
from raffinate.flowsheet.chemistry.water import GAS_CONSTANT
from raffinate.flowsheet.quantities import celsius

IRON = "Fe+3/Fe+2"


@pytest.fixture(scope="module")
def chemistry():
    return Chemistry("Na S Fe Mn Cu C", states=("O2(aq)", "Cu+"))


@pytest.fixture(scope="module")
def liquor(chemistry):
    return Stream.of(
        chemistry, {"H2O": 1.0, "FeSO4": 0.02, "Fe2(SO4)3": 0.03, "MnSO4": 0.02, "H2SO4": 0.05}
    ).equilibrium


@pytest.mark.parametrize("name", couple_names())
def test_couple__balances_elements_and_charge(name):
    found = couple(name)
    total = {"charge": -found.electrons}
    for species, count in found.makes.items():
        total["charge"] -= count * all_species()[species].charge
        for element, number in all_species()[species].elements.items():
            total[element] = total.get(element, 0.0) + count * number
    assert found.electrons > 0.0
    assert found.makes[found.oxidised] < 0.0 < found.makes[found.reduced]
    assert total == pytest.approx(dict.fromkeys(total, 0.0), abs=1e-8)


@pytest.mark.parametrize(
    ("name", "makes", "electrons"),
    [
        (IRON, {"Fe+3": -1, "Fe+2": 1}, 1),
        ("MnO2(s)/Mn+2", {"MnO2(s)": -1, "H+": -4, "Mn+2": 1, "H2O": 2}, 2),
        ("SO4-2/HS-", {"SO4-2": -1, "H+": -9, "HS-": 1, "H2O": 4}, 8),
        ("O2(g)/H2O", {"O2(g)": -1, "H+": -4, "H2O": 2}, 4),
        ("O2(g)/H2O2", {"O2(g)": -1, "H+": -2, "H2O2": 1}, 2),
        ("H2O2/H2O", {"H2O2": -1, "H+": -2, "H2O": 2}, 2),
        ("H+/H2(g)", {"H+": -1, "H2(g)": 0.5}, 1),
    ],
)
def test_couple__has_the_half_reaction_of_the_textbook(name, makes, electrons):
    assert couple(name).makes == pytest.approx(makes)
    assert couple(name).electrons == pytest.approx(electrons)


@pytest.mark.parametrize(
    ("name", "volts", "tolerance"),
    [  # Bard, Parsons & Jordan (1985) Standard Potentials in Aqueous Solution; Fe(s) of the spread of the tables
        (IRON, 0.771, 0.003),
        ("Cu+2/Cu+", 0.159, 0.002),
        ("Cu+2/Cu(s)", 0.340, 0.003),
        ("Cu+/Cu(s)", 0.520, 0.003),
        ("Fe+2/Fe(s)", -0.44, 0.04),
        ("Al+3/Al(s)", -1.67, 0.02),
        ("MnO2(s)/Mn+2", 1.23, 0.01),
        ("Mn+3/Mn+2", 1.51, 0.02),
        ("Co+3/Co+2", 1.92, 0.01),
        ("S2O8-2/SO4-2", 1.94, 0.01),
        ("H2O2/H2O", 1.763, 0.002),
        ("O2(g)/H2O", 1.229, 0.001),
        ("O2(g)/H2O2", 0.695, 0.001),
        ("O2(aq)/H2O", 1.272, 0.001),
        ("SO4-2/SO3-2", -0.104, 0.01),
        ("SO4-2/HS-", 0.252, 0.01),
        ("H+/H2(g)", 0.0, 1e-12),
    ],
)
def test_standard_potential__is_that_of_the_tables(name, volts, tolerance):
    assert couple(name).standard_potential(298.15) == pytest.approx(volts, abs=tolerance)


@pytest.mark.parametrize(
    ("name", "millivolts", "tolerance"),
    [  # Bratsch (1989) J. Phys. Chem. Ref. Data 18, 1: isothermal temperature coefficients, mV/K; recalled
        (IRON, 1.175, 0.05),
        ("O2(g)/H2O", -0.846, 0.01),
        ("Cu+2/Cu(s)", 0.011, 0.02),
        ("MnO2(s)/Mn+2", -0.61, 0.03),
        ("Co+3/Co+2", 1.23, 0.1),
        ("H+/H2(g)", 0.0, 1e-12),
    ],
)
def test_standard_potential__changes_with_temperature_as_measured(name, millivolts, tolerance):
    found = couple(name)
    slope = found.standard_potential(308.15) - found.standard_potential(288.15)
    assert slope / 20.0 * 1e3 == pytest.approx(millivolts, abs=tolerance)


def test_couples__of_one_element_add_up_along_a_circle():
    """Cu+2 to Cu in one step or in two; O2 to water in one step or by way of H2O2."""
    for whole, *steps in [("Cu+2/Cu(s)", "Cu+2/Cu+", "Cu+/Cu(s)"), ("O2(g)/H2O", "O2(g)/H2O2", "H2O2/H2O")]:
        one, parts = couple(whole), [couple(step) for step in steps]
        assert one.log_k == pytest.approx(sum(part.log_k for part in parts), abs=0.01)
        assert one.enthalpy == pytest.approx(sum(part.enthalpy for part in parts), abs=200.0)


def test_potential__is_nernsts(liquor):
    ratio = liquor.activity("Fe+3") / liquor.activity("Fe+2")
    expected = couple(IRON).standard_potential(298.15) + GAS_CONSTANT * 298.15 / FARADAY * math.log(ratio)
    assert potential(liquor, IRON) == pytest.approx(expected, abs=1e-12)
    assert liquor.eh == pytest.approx(expected, abs=1e-12)


def test_potential__of_a_solid_and_an_ion_falls_four_steps_for_each_unit_of_ph(chemistry):
    """MnO2 + 4 H+ + 2 e-: 2 * 59.16 mV for each unit of pH at 25 degC."""
    found = []
    for acid in (0.01, 0.1):
        feed = Stream.of(chemistry, {"H2O": 1.0, "MnSO4": 1e-6, "H2SO4": acid * 0.098, "Na2SO4": 0.05}).equilibrium
        rest = GAS_CONSTANT * 298.15 / (2.0 * FARADAY) * math.log(feed.activity("Mn+2") / feed.water_activity**-2)
        found.append((feed.ph, potential(feed, "MnO2(s)/Mn+2") + rest))
    (low_ph, high), (high_ph, low) = sorted(found)
    assert (high - low) / (high_ph - low_ph) == pytest.approx(2.0 * 0.05916, rel=1e-3)


def test_potential__of_oxygen_rises_with_its_pressure(liquor):
    one = potential(liquor, "O2(g)/H2O")
    tenth = potential(liquor, "O2(g)/H2O", pressures={"O2(g)": 1e4})
    assert one - tenth == pytest.approx(GAS_CONSTANT * 298.15 / (4.0 * FARADAY) * math.log(10.0), rel=1e-9)
    assert potential(liquor, "O2(g)/H2O", pressures={"O2(g)": 1e5}) == pytest.approx(one, abs=1e-15)


def test_orp__stands_below_eh_by_the_reference_electrode(liquor):
    assert liquor.eh - liquor.orp() == pytest.approx(0.207, abs=1e-12)
    assert liquor.eh - liquor.orp("SCE") == pytest.approx(0.2444, abs=1e-12)
    assert liquor.orp("SHE") == liquor.eh
    assert 0.4 < liquor.orp() < 0.6  # a leach with most of its iron oxidised


@pytest.mark.parametrize(("degrees", "volts"), [(5, 0.221), (20, 0.210), (30, 0.203), (40, 0.196)])
def test_reference_electrode__follows_the_table_of_silver_chloride(degrees, volts):
    assert reference_electrode("Ag/AgCl", celsius(degrees)) == pytest.approx(volts, abs=0.0011)


@pytest.mark.parametrize(("degrees", "volts"), [(15, 0.2511), (20, 0.2479), (30, 0.2411), (35, 0.2376)])
def test_reference_electrode__follows_the_table_of_calomel(degrees, volts):
    assert reference_electrode("SCE", celsius(degrees)) == pytest.approx(volts, abs=4e-4)


def test_couple__says_which_one_was_meant():
    with pytest.raises(DataError, match=r"couple 'Fe\+3/Fe2' is not in redox.csv; did you mean 'Fe\+3/Fe\+2'\?"):
        couple("Fe+3/Fe2")


def test_couple__says_that_its_states_are_swapped():
    with pytest.raises(
        DataError, match=r"'Fe\+2/Fe\+3' has its states the wrong way round: .*did you mean 'Fe\+3/Fe\+2'\?"
    ):
        couple("Fe+2/Fe+3")


def test_potential__says_which_state_is_absent(chemistry):
    for salt, absent in (("FeSO4", r"Fe\+3"), ("Fe2(SO4)3", r"Fe\+2")):
        with pytest.raises(DataError, match=rf"potential of Fe\+3/Fe\+2 is undefined: the liquor holds no {absent}"):
            _ = Stream.of(chemistry, {"H2O": 1.0, salt: 0.01, "H2SO4": 0.1}).equilibrium.eh


def test_potential__refuses_a_state_that_the_chemistry_lacks(liquor):
    with pytest.raises(DataError, match=r"aqueous species 'Co\+3' is not in the chemistry"):
        potential(liquor, "Co+3/Co+2")


def test_potential__refuses_an_unknown_electrode(liquor):
    with pytest.raises(DataError, match=r"reference electrode 'AgCl' is not in redox.csv; did you mean 'Ag/AgCl'\?"):
        liquor.orp("AgCl")


@pytest.mark.parametrize("pressure", [0.0, -1e5, math.inf, math.nan])
def test_partial_pressure__refuses_what_is_no_pressure(pressure):
    with pytest.raises(DataError, match=r"partial pressure of O2\(g\) = \S+ Pa is not above 0 Pa"):
        partial_pressure("O2(g)", {"O2(g)": pressure})
