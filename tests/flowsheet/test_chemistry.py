"""Which species a chemistry holds, how substances dissolve into its components, and the properties of water."""

import math

import numpy as np
import pytest

from raffinate.flowsheet import DataError, Stream
from raffinate.flowsheet.chemistry import Chemistry, water
from raffinate.flowsheet.chemistry.equilibrium import speciate, titrate
from raffinate.flowsheet.quantities import celsius


@pytest.fixture(scope="module")
def chemistry():
    return Chemistry("Li Na Ni Co Mn Cu Al Fe Ca S C P F Cl N")


def components(chemistry, formula):
    totals = chemistry.dissolve(formula)
    return {c.name: float(n) for c, n in zip(chemistry.components, totals, strict=True) if n}


def test_chemistry__has_the_species_of_its_elements_and_no_other():
    chemistry = Chemistry("Li S")
    assert [c.name for c in chemistry.components] == ["H2O", "H+", "Li+", "SO4-2", "H2O2"]
    assert {"OH-", "HSO4-"} <= {s.name for s in chemistry.aqueous}
    assert {"LiOH.H2O(s)", "Li2SO4.H2O(s)"} <= {s.name for s in chemistry.solids}
    assert all(set(s.elements) <= {"H", "O", "Li", "S"} for s in (*chemistry.species, *chemistry.aqueous))


def test_chemistry__takes_elements_as_text_or_one_by_one_in_any_order():
    assert Chemistry("Ni S Li").names == Chemistry(["Li", "Ni", "S"]).names == Chemistry("Li Ni S S").names


def test_chemistry__without_elements_is_water():
    assert [c.name for c in Chemistry("").components] == ["H2O", "H+", "H2O2"]


def test_chemistry__orders_flows_as_liquor_solids_organic_and_gas():
    chemistry = Chemistry("Ni Co S", extractants=["Cyanex 272"])
    assert chemistry.liquor.start == 0
    assert chemistry.gas.stop == chemistry.size
    assert [chemistry.liquor.stop, chemistry.solid.stop, chemistry.organic.stop] == [
        chemistry.solid.start,
        chemistry.organic.start,
        chemistry.gas.start,
    ]
    assert {"HA[Cyanex 272]", "NiA2[Cyanex 272]", "CoA2[Cyanex 272]", "diluent"} <= {s.name for s in chemistry.organics}
    assert all(s.charge == 0 for s in chemistry.organics)


def test_chemistry__first_aqueous_species_are_the_components():
    chemistry = Chemistry("Ni Co S")
    mixture = chemistry.mixture(298.15)
    count = len(chemistry.components) - 1
    assert mixture.composition[:count, 1:] == pytest.approx(np.eye(count))
    assert mixture.ln_k[:count] == pytest.approx(np.zeros(count))


def test_chemistry__without_leaves_out_a_species_and_what_is_made_of_it():
    chemistry = Chemistry("Fe S", without=("Fe+3", "FeSO4(aq)"))
    names = {s.name for s in (*chemistry.species, *chemistry.aqueous)}
    assert "Fe+2" in names
    assert not names & {"Fe+3", "FeSO4(aq)", "FeSO4+", "Fe(OH)3(s)", "FeOOH(s)", "Fe2(OH)2+4"}


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"elements": "Li Nj"}, "element 'Nj' is in no species of the data; did you mean 'N"),
        ({"elements": "li"}, "element 'li' is in no species of the data; did you mean 'Li'?"),
        ({"elements": "Li Unobtainium"}, "'Unobtainium'"),
        (
            {"elements": "Ni S", "extractants": ["Cyanex 27"]},
            "'Cyanex 27' is not in extraction.csv; did you mean 'Cyanex 272'",
        ),
        ({"elements": "Li", "without": ("LiOH",)}, "'LiOH' cannot be left out, the data do not have it; did you mean"),
        ({"elements": "Li", "without": ("H2O",)}, "'H2O' cannot be left out, every liquor holds it"),
        ({"elements": "Li", "without": ("H+",)}, r"'H\+' cannot be left out, every liquor holds it"),
    ],
)
def test_chemistry__refuses_what_the_data_lack_with_the_nearest_name(given, reason):
    with pytest.raises(DataError, match=reason):
        Chemistry(**given)


def test_position__refuses_a_misspelt_species_with_the_nearest(chemistry):
    with pytest.raises(DataError, match=r"'Ni2\+' is not in the chemistry; did you mean 'Ni\+2'"):
        chemistry.position("Ni2+")


def test_allowed__takes_solids_and_gases_with_a_constant_only(chemistry):
    mask = chemistry.allowed(["Ni(OH)2(s)", "CO2(g)"])
    assert [p.name for p, on in zip(chemistry.phases, mask, strict=True) if on] == ["Ni(OH)2(s)", "CO2(g)"]
    for name in ("C(s)", "Ni(OH)2", "Ni+2", "NiOH+"):
        with pytest.raises(DataError, match="has no equilibrium in the"):
            chemistry.allowed([name])


def test_allowed__passes_over_a_phase_of_elements_that_are_not_there(chemistry):
    assert not chemistry.allowed(["ZnCO3(s)", "Mg(OH)2(s)"]).any()


@pytest.mark.parametrize(
    ("formula", "found"),
    [
        ("H2O", {"H2O": 1}),
        ("H2SO4", {"H+": 2, "SO4-2": 1}),
        ("NaOH", {"H2O": 1, "H+": -1, "Na+": 1}),
        ("CaO", {"H2O": 1, "H+": -2, "Ca+2": 1}),
        ("NH3", {"H+": -1, "NH4+": 1}),
        ("CO2", {"H2O": -1, "H+": 2, "CO3-2": 1}),
        ("H3PO4", {"H+": 3, "PO4-3": 1}),
        ("NiSO4.6H2O", {"H2O": 6, "Ni+2": 1, "SO4-2": 1}),
        ("FeSO4", {"Fe+2": 1, "SO4-2": 1}),
        ("Fe2(SO4)3", {"Fe+3": 2, "SO4-2": 3}),
        ("Fe3O4", {"H2O": 4, "H+": -8, "Fe+2": 1, "Fe+3": 2}),
        ("Na3AlF6", {"Na+": 3, "Al+3": 1, "F-": 6}),
    ],
)
def test_dissolve__finds_components_and_redox_states(chemistry, formula, found):
    assert components(chemistry, formula) == pytest.approx(found)
    assert chemistry.dissolve(formula) @ chemistry.charges[chemistry.liquor] == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize(
    ("formula", "reason"),
    [
        ("SO4-2", "carries the charge -2; give a neutral substance"),
        ("ZnSO4", "holds Zn, which no component of the chemistry has"),
        ("Na2SO3", "cannot be made up from the components"),
        ("Ni", "cannot be made up from the components"),
        ("LiCoO2", "cannot be made up from the components"),
        ("NaOH)", "closes a bracket that is not open"),
    ],
)
def test_dissolve__refuses_what_its_components_cannot_make(chemistry, formula, reason):
    with pytest.raises(DataError, match=reason):
        chemistry.dissolve(formula)


@pytest.mark.parametrize("formula", ["Na2SO3", "Na2S2O3", "SO2", "(NH4)2SO3"])
def test_dissolve__makes_no_sulfite_of_sulfate_and_sulfide(formula):
    reason = r"only as a mix of SO4-2 and HS-, .* no component of its state; ask for .* with `states`: SO3-2"
    with pytest.raises(DataError, match=reason):
        Chemistry("Na S N", states="HS-").dissolve(formula)


def test_dissolve__mixes_states_that_a_formula_shows():
    iron = Chemistry("Fe S", states="HS-")
    assert components(iron, "Fe3O4") == {"H2O": 4.0, "H+": -8.0, "Fe+2": 1.0, "Fe+3": 2.0}
    assert components(Chemistry("Na S", states=("HS-", "SO3-2")), "Na2SO3") == {"Na+": 2.0, "SO3-2": 1.0}


def test_mixture__keeps_constants_at_25_degrees_and_moves_them_by_their_heat(chemistry):
    names = [s.name for s in chemistry.aqueous]
    hydroxide = chemistry.aqueous[names.index("OH-")]
    at = names.index("OH-")
    assert chemistry.mixture(298.15).ln_k[at] == pytest.approx(hydroxide.log_k * math.log(10.0))
    slope = (chemistry.mixture(299.15).ln_k[at] - chemistry.mixture(297.15).ln_k[at]) / 2.0
    assert slope == pytest.approx(hydroxide.enthalpy / (8.314462618 * 298.15**2), rel=1e-4)


def test_water__has_the_properties_of_the_handbooks():
    assert water.density(298.15) == pytest.approx(997.05, rel=1e-4)
    assert water.density(celsius(4)) == pytest.approx(999.97, rel=1e-4)
    assert water.density(celsius(90)) == pytest.approx(965.3, rel=5e-4)
    assert water.heat_capacity(298.15) == pytest.approx(4181, rel=2e-3)
    assert water.vapour_pressure(celsius(100)) == pytest.approx(101325, rel=3e-3)
    assert water.vapour_pressure(298.15) == pytest.approx(3169, rel=3e-3)
    assert water.heat_of_evaporation(celsius(100)) == pytest.approx(2257e3, rel=1e-3)
    assert water.dielectric_constant(298.15) == pytest.approx(78.38, rel=1e-3)


def test_water__is_liquid_at_zero_degrees():
    assert water.density(273.15) == pytest.approx(999.84, rel=1e-4)


def test_debye_hueckel__is_that_of_the_textbooks():
    a, b = water.debye_hueckel(298.15)
    assert a == pytest.approx(0.509, abs=0.0015)
    assert b == pytest.approx(0.328, abs=0.001)
    assert water.debye_hueckel(celsius(60))[0] == pytest.approx(0.545, abs=0.002)


def test_gas_heat_capacity__is_that_of_the_tables_and_nothing_for_a_gas_without_one():
    assert water.gas_heat_capacity("CO2(g)", 298.15) == pytest.approx(37.1, rel=5e-3)
    assert water.gas_heat_capacity("HF(g)", 298.15) == pytest.approx(29.1, rel=5e-3)
    assert water.gas_heat_capacity("POF3(g)", 298.15) == 0.0
    assert water.gas_enthalpy("POF3(g)", 398.15) == 0.0


def test_speciate__of_water_is_neutral(chemistry):
    totals = chemistry.dissolve("H2O") * 55.5
    found = speciate(chemistry, totals, 298.15, chemistry.allowed(()))
    assert found.ph == pytest.approx(7.0, abs=0.01)
    assert found.water_activity == pytest.approx(1.0, abs=1e-8)
    assert found.activity("H+") == pytest.approx(found.activity("OH-"), rel=1e-6)
    assert found.saturation_index("Ni(OH)2(s)") == -math.inf


def test_equilibrium__names_what_it_is_asked_for(chemistry):
    stream = Stream.of(chemistry, {"H2O": 1.0, "CaSO4": 0.01})
    found = stream.equilibrium
    assert found.molality("Ca+2") == pytest.approx(0.01 / 0.13614, rel=1e-3)
    assert found.saturation_index("CaSO4.2H2O(s)") > 0.5
    with pytest.raises(DataError, match=r"'alf3\(AQ\)' is not in the chemistry; did you mean 'AlF3\(aq\)'"):
        found.molality("alf3(AQ)")
    with pytest.raises(DataError, match=r"'CaSO4.2H2O' has no equilibrium in the"):
        found.saturation_index("CaSO4.2H2O")


def test_equilibrium__warns_beyond_the_range_of_its_activity_model(chemistry):
    thin, thick = (Stream.of(chemistry, {"H2O": 1.0, "NaCl": mass}).equilibrium for mass in (0.001, 0.8))
    assert thin.warnings == ()
    assert thin.in_range
    assert "ionic strength 13.6" in thick.warnings[0]
    assert "outside the activity model's range of 0 to" in thick.warnings[0]


@pytest.mark.parametrize("degrees", [-5.0, 0.0, 100.0, 150.0])
def test_equilibrium__warns_beyond_the_temperatures_of_its_data(chemistry, degrees):
    found = Stream.of(chemistry, {"H2O": 1.0, "NaCl": 0.01}, celsius(degrees)).equilibrium
    told = [warning for warning in found.warnings if "is outside 273.15 to 373.15 K" in warning]
    assert len(told) == (0 if 0.0 <= degrees <= 100.0 else 1)


def test_speciate__says_why_it_refuses(chemistry):
    nothing = chemistry.allowed(())
    charged = chemistry.dissolve("H2O") * 55.5
    charged[chemistry.index["Ni+2"]] = 1.0
    with pytest.raises(DataError, match=r"net charge of 2 mol .*in mol/kg water: Ni\+2 1"):
        speciate(chemistry, charged, 298.15, nothing)
    with pytest.raises(DataError, match="no liquid water"):
        speciate(chemistry, np.zeros(len(chemistry.components)), 298.15, nothing)


def test_titrate__says_how_near_it_comes(chemistry):
    liquor = chemistry.dissolve("H2O") * 55.5 + 0.1 * chemistry.dissolve("H2SO4")
    nothing = chemistry.allowed(())
    dose, found = titrate(chemistry, liquor, chemistry.dissolve("NaOH"), 7.0, 298.15, nothing)
    assert dose == pytest.approx(0.2, rel=1e-4)
    assert found.ph == pytest.approx(7.0, abs=1e-8)
    with pytest.raises(DataError, match=r"pH 0.5 cannot be reached with the titrant .*stands at pH 1.0"):
        titrate(chemistry, liquor, chemistry.dissolve("NaOH"), 0.5, 298.15, nothing)
    charged = np.zeros(len(chemistry.components))
    charged[chemistry.index["Na+"]] = 1.0
    with pytest.raises(DataError, match="titrant carries a net charge of 1 mol per dose"):
        titrate(chemistry, liquor, charged, 7.0, 298.15, nothing)


def test_chemistry__takes_a_bare_string_as_one_name():
    assert Chemistry("Li S", "Cyanex 272").extractants == ("Cyanex 272",)
    assert "H2O2" not in Chemistry("Li S", without="H2O2").index
