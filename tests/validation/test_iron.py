"""Ferric iron in acid sulfate, cold and hot: its dimer is rare, its potential beside ferrous iron is the measured one."""

import fit_iron_dimer as fit
import numpy as np
import pytest
from pitzer_reference import TABLE, read

from raffinate.flowsheet.chemistry import Chemistry
from raffinate.flowsheet.chemistry.equilibrium import speciate
from raffinate.flowsheet.quantities import celsius

LEACH = {"NiSO4": 0.8, "CoSO4": 0.2, "MnSO4": 0.2, "Li2SO4": 0.4}
CHEMISTRY = Chemistry("Li Ni Co Mn Fe S", without=("H2O2",))


def settled(holds, degrees):
    totals = sum(moles * CHEMISTRY.dissolve(salt) for salt, moles in holds.items())
    water = CHEMISTRY.dissolve("H2O") / CHEMISTRY.molar_masses[0]
    return speciate(CHEMISTRY, totals + water, celsius(degrees), CHEMISTRY.allowed([]))


@pytest.mark.parametrize("degrees", [25.0, 60.0, 90.0])
@pytest.mark.parametrize("salts", [{}, LEACH], ids=["acid", "leach liquor"])
def test_dimer__is_rare_below_ph_1(salts, degrees):
    found = settled({**salts, "H2SO4": 1.0, "Fe2(SO4)3": 0.025}, degrees)
    assert found.ph < 1.0
    assert 2.0 * found.molality(fit.DIMER) < 0.02 * 0.05


@pytest.mark.parametrize("salts", [{}, {"NiSO4": 1.0}], ids=["acid", "nickel sulfate"])
def test_dimer__takes_little_of_much_iron(salts):
    assert 2.0 * settled({**salts, "H2SO4": 1.0, "Fe2(SO4)3": 0.25}, 90.0).molality(fit.DIMER) < 0.05 * 0.5


def test_potential__of_ferric_and_ferrous_iron_is_0_68_v_in_sulfuric_acid_of_1_mol_per_litre_and_rises_when_hot():
    # 0.68 V at 25 degC: the formal potential of the handbooks, recalled
    eh = [settled({"H2SO4": 1.0, "Fe2(SO4)3": 0.025, "FeSO4": 0.05}, degrees).eh for degrees in (25.0, 60.0, 90.0)]
    assert eh[0] == pytest.approx(0.68, abs=0.015)
    slopes = np.diff(eh) / np.array([35.0, 30.0])
    assert np.all(slopes > 2e-4)
    assert np.all(slopes < 1.2e-3)


def test_fit_of_the_dimer__gives_the_rows_of_the_table():
    fitted, errors = fit.fit_dimer(read())
    table = read()
    assert np.sqrt(np.mean(errors**2)) < 0.45
    for anion in fit.ANIONS:
        key = frozenset((fit.DIMER, anion))
        for name, terms in fitted[key].items():
            assert table[key][name] == pytest.approx(terms, rel=2e-2, abs=1e-3), TABLE
