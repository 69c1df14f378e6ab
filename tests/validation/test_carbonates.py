"""Carbonates: buffers, CO2 in salts, the hydrates of Na2CO3, Li2CO3 alone and beside salts, LiHCO3 and calcite under CO2."""

import csv

import fit_carbonates as fit
import fit_solids
import numpy as np
import pitzer_reference as reference
import pytest
import sparing

from raffinate.flowsheet.chemistry.equilibrium import Equilibrium
from raffinate.flowsheet.quantities import celsius

# log10 of the slope of Debye & Hückel for the convention of Bates & Guggenheim on the activity of Cl-, kg^0.5 mol^-0.5.
DEBYE = {0.0: 0.4918, 25.0: 0.5115, 50.0: 0.5341}
# pH of 0.025 mol/kg NaHCO3 + 0.025 mol/kg Na2CO3: Bates (1973), Determination of pH.
BUFFER = {0.0: 10.317, 25.0: 10.012, 50.0: 9.828}
# Setschenow's constant of CO2 at 25 degC, kg/mol: log10 of the ratio of solubilities in water and in the salt, to 1 mol/kg.
# NaCl: 0.097 (0.0343 and 0.0274 mol/kg/bar; Drummond 1981), recalled, range 0.01.
SALTED_OUT = 0.097


def _lithium_carbonate(degrees: float, salt: str = "", beside: float = 0.0) -> float:
    """mol/kg of Li2CO3 that dissolve in a salt."""
    others = {salt: beside} if beside else None
    return fit_solids.solubility("Li2CO3(s)", "Li2CO3", celsius(degrees), others)


def _ln_activity(settled: Equilibrium, species: str) -> float:
    return float(np.log10(settled.activity(species) / settled.molality(species)))


@pytest.mark.parametrize(("degrees", "ph"), BUFFER.items())
def test_buffer__has_its_ph_within_0_02_and_within_0_012_on_the_scale_of_the_standard(degrees, ph):
    settled = sparing.settle("Na C Cl", {"NaHCO3": 0.025, "Na2CO3": 0.025, "NaCl": 1e-6}, [], degrees)
    assert abs(settled.ph - ph) < 0.02
    # The standard rests on p(aH gamma Cl), which was measured, and on a convention for gamma Cl: take ours off, put that on.
    root = np.sqrt(settled.ionic_strength)
    conventional = settled.ph - _ln_activity(settled, "Cl-") - DEBYE[degrees] * root / (1.0 + 1.5 * root)
    assert abs(conventional - ph) < 0.012


def test_carbon_dioxide__is_salted_out_as_measured():
    def held(salt, molality):
        elements = {"NaCl": "Na Cl C", "Na2SO4": "Na S C"}[salt]
        return sparing.held(sparing.settle(elements, {salt: molality, "CO2": 0.5}, ["CO2(g)"], 25.0), "CO3-2")

    alone = held("NaCl", 1e-6)
    for molality in (0.5, 1.0):
        assert np.log10(alone / held("NaCl", molality)) / molality == pytest.approx(SALTED_OUT, abs=0.01)
    assert np.log10(alone / held("Na2SO4", 1.0)) > 2.0 * SALTED_OUT


@pytest.mark.parametrize("solid", fit.HYDRATES)
def test_hydrates_of_soda__dissolve_with_the_heats_of_calorimetry(solid):
    _, enthalpy, capacity = fit.HYDRATES[solid]
    species = fit_solids.all_species()[solid]
    assert species.enthalpy / 1000.0 == pytest.approx(enthalpy.value, abs=2.0)
    assert species.heat_capacity == pytest.approx(capacity.value, abs=350.0)


def test_soda__is_fitted_within_2_percent_but_for_the_point_in_doubt():
    for solid, errors in fit.fit_sodium(_before()[0])[2].items():
        doubted = np.array([kelvin == fit.DOUBTFUL for kelvin, _ in fit.solubilities(solid)])
        assert np.abs(errors[~doubted]).max() < 0.02


@pytest.mark.parametrize("degrees", [0.0, 10.0, 20.0, 25.0, 30.0, 40.0, 50.0, 60.0, 70.0, 80.0, 90.0, 100.0])
def test_lithium_carbonate__dissolves_as_measured_from_0_to_100_degc(degrees):
    measured = dict(fit.solubilities("Li2CO3(s)"))
    assert _lithium_carbonate(degrees) == pytest.approx(measured[celsius(degrees)], rel=0.01)


@pytest.mark.parametrize("degrees", [25.0, 50.0, 90.0])
def test_lithium_carbonate__dissolves_more_in_sodium_sulfate(degrees):
    # The sign of Wang & others (2018, J. Chem. Eng. Data 63, 1429) from 20 to 80 degC.
    found = [_lithium_carbonate(degrees, "Na2SO4", beside) for beside in (0.0, 0.1, 0.25, 0.5, 1.0)]
    assert found == sorted(found)
    assert found[-1] < 2.0 * found[0]


@pytest.mark.parametrize("degrees", [25.0, 60.0])
def test_lithium_carbonate__passes_a_maximum_in_chloride(degrees):
    # Cheng & others (2013, J. Chem. Thermodyn. 67, 74), 20 to 90 degC.
    found = [_lithium_carbonate(degrees, "NaCl", beside) for beside in (0.0, 0.5, 1.0, 3.0, 5.0)]
    assert found[0] < found[1]
    assert max(found) > found[-1]


@pytest.mark.parametrize("degrees", [25.0, 90.0])
@pytest.mark.parametrize("salt", ["Na2CO3", "LiCl", "Li2SO4"])
def test_lithium_carbonate__dissolves_less_beside_an_ion_of_its_own(salt, degrees):
    found = [_lithium_carbonate(degrees, salt, beside) for beside in (0.0, 0.2, 0.5, 1.0)]
    # Lithium of the salt counts too where it is the metal.
    if salt != "Na2CO3":
        own = 0.5 if salt == "LiCl" else 1.0
        found = [total - own * beside for total, beside in zip(found, (0.0, 0.2, 0.5, 1.0), strict=True)]
    assert found == sorted(found, reverse=True)


def test_lithium_bicarbonate__holds_5_to_7_g_in_100_g_at_20_degc_and_more_when_cold():
    grams = 6.794 * sparing.lithium_under_gas(20.0)
    assert 5.0 < grams < 7.0
    assert sparing.lithium_under_gas(5.0) > sparing.lithium_under_gas(20.0) > sparing.lithium_under_gas(40.0)


def test_lithium_carbonate__is_taken_up_by_carbon_dioxide_threefold():
    assert sparing.lithium_under_gas(20.0) > 2.5 * 2.0 * _lithium_carbonate(20.0)


def test_calcite__dissolves_under_carbon_dioxide_as_measured_from_0_to_100_degc():
    points = sparing.calcite_points()
    errors = np.array([sparing.calcite_under_gas(degrees) / molality - 1.0 for degrees, molality in points])
    assert np.abs(errors).max() < 0.10
    assert np.abs(errors).mean() < 0.05


@pytest.fixture(scope="module")
def found() -> dict[str, float]:
    return fit.fit(reference.read())


def _before() -> tuple[reference.Table, reference.Table]:
    """The table without the rows of the script for sodium, and the table."""
    table = reference.read()
    return fit.with_cphi(table, 0.0, 0.0), table


def test_fit__finds_the_parameters_of_the_table(found):
    before, table = _before()
    second, fourth, _ = fit.fit_sodium(before)
    assert table[frozenset(("Na+", "CO3-2"))]["cphi"] == pytest.approx(
        [0.0052, second, 0.0, fourth, 0.0, 0.0], rel=1e-3
    )
    expected = fit.with_lithium(table, found)
    for of in (fit.CARBONATE, fit.BICARBONATE, fit.CARBON_DIOXIDE):
        key = frozenset(of.split("|"))
        for name, terms in expected[key].items():
            assert table[key][name] == pytest.approx(terms, rel=2e-3, abs=1e-6), (of, name)


def test_fit__keeps_what_is_known_within_three_times_its_range(found):
    for name, known in fit.KNOWN.items():
        assert abs(found[name] - known.value) < 3.0 * known.range, name


def test_constant__of_the_solid_is_that_of_the_fit(found):
    species = fit_solids.all_species()["Li2CO3(s)"]
    assert species.log_k == pytest.approx(found["log_k"], abs=0.01)
    assert species.enthalpy / 1000.0 == pytest.approx(found["enthalpy"], abs=1.0)


def test_written__moves_no_row_when_run_again(found):
    table = reference.read()
    with reference.TABLE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))[1:]
    again = fit.written(rows, fit.sodium_rows(table, 0.056), fit.lithium_rows(table, found))
    assert [row[:2] for row in again] == [row[:2] for row in rows]


def test_ions__refuses_a_salt_that_it_does_not_know():
    assert fit.ions("Na2SO4", 0.5) == {"Na+": 1.0, "SO4-2": 0.5}
    with pytest.raises(ValueError, match="LiNO3"):
        fit.ions("LiNO3", 1.0)
