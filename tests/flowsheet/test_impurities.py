"""Where impurities of crystals come from: the lattice, occlusion, and the liquor that adheres; together what the cake holds."""

import pytest

from raffinate.flowsheet import DataError, Flowsheet, Stream, solve
from raffinate.flowsheet.chemistry import Chemistry
from raffinate.flowsheet.chemistry.database import atomic_masses
from raffinate.flowsheet.crystallisation.impurities import impurity_sources
from raffinate.unitops.evaporative_crystalliser import EvaporativeCrystalliser
from raffinate.unitops.filtration import Filtration
from raffinate.unitops.splitter import Splitter

CHEMISTRY = Chemistry("Na Mg Ni Co S Cl")
SALT = "NiSO4.6H2O(s)"
LIQUOR = {"H2O": 1.0, "NiSO4": 0.4, "CoSO4": 0.002, "MgSO4": 0.003, "Na2SO4": 0.004, "NaCl": 0.001}


def _line(wash):
    sheet = Flowsheet()
    boiler = EvaporativeCrystalliser(salts=(SALT,), temperature=328.15, yield_per_pass=0.7)
    sheet.add("crystalliser", boiler, feed=[Stream.of(CHEMISTRY, LIQUOR, 303.15), "bleed.second"])
    centrifuge = Filtration(moisture=0.05)
    sheet.add("centrifuge", centrifuge, slurry="crystalliser.slurry", wash=Stream.of(CHEMISTRY, {"H2O": wash}))
    sheet.add("bleed", Splitter(fraction=0.1), feed=["centrifuge.filtrate", "centrifuge.washings"])
    return solve(sheet)


@pytest.fixture(scope="module")
def solution():
    return _line(0.01)


def test_impurities__add_up_to_what_the_product_holds(solution):
    table = impurity_sources(solution, "crystalliser", "centrifuge.cake")
    cake = solution.streams["centrifuge.cake"]
    dry = cake.mass - cake["H2O"] * 0.0180153
    assert set(table.index) == {"Co", "Mg", "Na", "Cl"}
    for element in table.index:
        held = cake.elements[element] * atomic_masses()[element] / dry * 1e6
        assert table.loc[element, "total"] == pytest.approx(held, rel=1e-6)
    assert (table["other solids"] < 1e-6).all()


def test_impurities__sit_where_their_chemistry_puts_them(solution):
    table = impurity_sources(solution, "crystalliser", "centrifuge.cake")
    assert table.loc["Mg", "lattice"] > 5.0 * (table.loc["Mg", "occluded"] + table.loc["Mg", "adhering"])
    assert table.loc["Na", "lattice"] == 0.0
    assert table.loc["Na", "occluded"] > 0.0
    assert table.loc["Cl", "total"] == table.loc["Cl", "adhering"]


def test_impurities__are_washed_off_where_they_adhere_only(solution):
    little, much = (impurity_sources(each, "crystalliser", "centrifuge.cake") for each in (solution, _line(0.06)))
    assert much.loc["Cl", "total"] < 0.5 * little.loc["Cl", "total"]  # the bleed is its only other way out
    # the washings return: the lattice holds by its distribution coefficient what stays with the nickel
    assert much.loc["Mg", "lattice"] == pytest.approx(little.loc["Mg", "lattice"], rel=0.1)


def test_impurities__refuse_a_unit_that_crystallises_nothing_and_a_product_without_crystals(solution):
    with pytest.raises(DataError, match="'centrifuge' is no crystalliser that was solved"):
        impurity_sources(solution, "centrifuge", "centrifuge.cake")
    with pytest.raises(DataError, match=r"'centrifuge\.cak' is no outlet .*; did you mean 'centrifuge\.cake'"):
        impurity_sources(solution, "crystalliser", "centrifuge.cak")
    with pytest.raises(DataError, match=r"bleed\.first holds 0 mol/s of the crystals of 'crystalliser'"):
        impurity_sources(solution, "crystalliser", "bleed.first")
