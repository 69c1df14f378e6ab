"""The tables and the activity model together, against solutions that are standards or stand in every handbook."""

import numpy as np
import pytest

from raffinate.flowsheet.chemistry import Chemistry
from raffinate.flowsheet.chemistry.equilibrium import speciate

WATER = 55.508  # mol in a kg
CELSIUS = 273.15


def _equilibrium(elements, solutes, solids=(), celsius=25.0):
    chemistry = Chemistry(elements)
    totals = np.zeros(len(chemistry.components))
    totals[0] = WATER
    for formula, molality in solutes.items():
        totals = totals + molality * chemistry.dissolve(formula)
    return speciate(chemistry, totals, celsius + CELSIUS, chemistry.allowed(solids))


# pH of the NIST standards: Bates (1973), Determination of pH; Covington, Bates & Durst (1985), Pure Appl. Chem. 57:531.
PHOSPHATE = {0.0: 6.984, 25.0: 6.865, 50.0: 6.833, 90.0: 6.877}
BLOOD = {0.0: 7.534, 25.0: 7.413, 50.0: 7.367}
CARBONATE = {0.0: 10.317, 25.0: 10.012, 50.0: 9.828}


@pytest.mark.parametrize(("celsius", "ph"), PHOSPHATE.items())
def test_phosphate_standard__has_its_ph_from_0_to_90_degc(celsius, ph):
    answer = _equilibrium("Na K P", {"KH2PO4": 0.025, "Na2HPO4": 0.025}, celsius=celsius)
    assert abs(answer.ph - ph) < 0.08


@pytest.mark.parametrize(("celsius", "ph"), BLOOD.items())
def test_physiological_standard__has_its_ph(celsius, ph):
    answer = _equilibrium("Na K P", {"KH2PO4": 0.008695, "Na2HPO4": 0.03043}, celsius=celsius)
    assert abs(answer.ph - ph) < 0.08


@pytest.mark.parametrize(("celsius", "ph"), CARBONATE.items())
def test_carbonate_standard__has_its_ph(celsius, ph):
    answer = _equilibrium("Na C", {"NaHCO3": 0.025, "Na2CO3": 0.025}, celsius=celsius)
    assert abs(answer.ph - ph) < 0.08


def test_carbonate_standard__keeps_its_ph_when_diluted_by_half():
    # Dilution value of the standard, +0.079 (Bates 1973): activity coefficients alone move it.
    full, half = (_equilibrium("Na C", {"NaHCO3": m, "Na2CO3": m}) for m in (0.025, 0.0125))
    assert abs(half.ph - full.ph - 0.079) < 0.015


def test_lime_water__is_a_standard_of_ph_12_45():
    answer = _equilibrium("Ca", {"CaO2H2": 0.1}, ["Ca(OH)2(s)"])
    assert abs(answer.ph - 12.454) < 0.05
    assert abs(answer.totals[answer.chemistry.index["Ca+2"]] - 0.0203) < 0.001


def test_acid_standard__of_hydrochloric_acid_has_its_activity():
    # 0.1 mol/kg HCl: mean activity coefficient 0.796 (Robinson & Stokes 1959).
    answer = _equilibrium("Cl", {"HCl": 0.1})
    mean = np.sqrt(answer.activity("H+") * answer.activity("Cl-")) / 0.1
    assert abs(mean - 0.796) < 0.02


@pytest.mark.parametrize(
    ("elements", "salt", "solid", "component", "molality"),
    [  # CRC Handbook, aqueous solubility of inorganic compounds, 25 degC, mol/kg water
        ("Ca S", "CaSO4", "CaSO4.2H2O(s)", "Ca+2", 0.0153),
        ("Ca F", "CaF2", "CaF2(s)", "Ca+2", 0.00021),
        ("Mg F", "MgF2", "MgF2(s)", "Mg+2", 0.0021),
        ("Li F", "LiF", "LiF(s)", "Li+", 0.0515),
        ("Na Al F", "Na3AlF6", "Na3AlF6(s)", "Al+3", 0.0020),
        ("Mg C", "MgCO3", "MgCO3.3H2O(s)", "Mg+2", 0.0129),
        ("Mg N P", "MgNH4PO4", "MgNH4PO4.6H2O(s)", "Mg+2", 0.00073),  # 0.18 g/L
    ],
)
def test_sparing_salt__dissolves_as_in_the_handbook(elements, salt, solid, component, molality):
    answer = _equilibrium(elements, {salt: 0.2}, [solid])
    dissolved = answer.totals[answer.chemistry.index[component]] / answer.speciation.water
    assert abs(dissolved / molality - 1.0) < 0.25


def test_bisulfate__forms_more_when_hot():
    # Marshall & Jones (1966): log K2 = -2.99 at 100 degC.
    cold = _equilibrium("S Na", {"H2SO4": 0.01, "Na2SO4": 0.05})
    hot = _equilibrium("S Na", {"H2SO4": 0.01, "Na2SO4": 0.05}, celsius=90.0)
    assert hot.molality("HSO4-") > cold.molality("HSO4-")
    assert hot.ph > cold.ph
