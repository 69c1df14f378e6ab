"""PHREEQC's own databases by our reader and our engine, against IPhreeqc: the same data, another engine.

What is told to both: molalities in a kilogram of water, H+ as electroneutrality asks, temperature, solids, pressures of
gases. PHREEQC's kilogram of water is 55.506 mol, ours 55.509: both are given a kilogram. MacInnes' scaling is off in both.
"""

import numpy as np
import pytest
from database_problems import ELEMENTS, PROBLEMS, every_component
from iphreeqc import DATABASES, Library, Problem, elements_of

from raffinate.flowsheet import Stream
from raffinate.flowsheet.analysis import AgainstTemperature, solubility_table
from raffinate.flowsheet.chemistry import Chemistry, read_phreeqc
from raffinate.flowsheet.chemistry.equilibrium import speciate
from raffinate.flowsheet.chemistry.macinnes import macinnes_ph
from raffinate.flowsheet.diagrams import draw_solubility
from raffinate.flowsheet.errors import DataError
from raffinate.flowsheet.quantities import celsius

PH_LIMIT = 1e-4
LIMIT = 1e-5
SOLIDS_LIMIT = 1e-4
LEAST_AMOUNT = 1e-9  # mol/kg
ATMOSPHERE = 101325.0
GAS_BROUGHT = 10.0  # mol
OURS_PER_KG = 1.0 / 0.018015


@pytest.fixture(scope="module")
def engines():
    """Of each database: our chemistry, IPhreeqc with it, the names of elements."""
    found = {}
    for name, elements in ELEMENTS.items():
        path = DATABASES / f"{name}.dat"
        database = read_phreeqc(path)
        found[name] = (Chemistry(elements, database=database), Library(path), elements_of(database, path))
    return found


def phase(chemistry, name):
    """The place of a phase; one that is named like a dissolved species is marked as a solid."""
    return chemistry.phase_index[name if name in chemistry.phase_index else f"{name}(s)"]


def totals_of(chemistry, problem, theirs):
    """Totals of a kilogram of free water, as PHREEQC's: what else holds oxygen is bound in species."""
    totals = np.zeros(len(chemistry.components))
    for name, molality in problem.holds.items():
        totals[chemistry.index[name]] = molality
    oxygen = np.array([c.elements.get("O", 0.0) for c in chemistry.components])
    totals[1] = -totals @ np.array([float(c.charge) for c in chemistry.components])
    totals[0] = OURS_PER_KG + theirs.oxygen - 1.0 / theirs.water_mass - totals @ oxygen
    return totals


def ours(chemistry, problem, theirs):
    """Our Equilibrium of a problem."""
    totals = totals_of(chemistry, problem, theirs)
    allowed = np.zeros(len(chemistry.phases), dtype=bool)
    for name in (*problem.solids, *problem.gases):
        allowed[phase(chemistry, name)] = True
    for name in problem.gases:
        brought = chemistry.phases[phase(chemistry, name)].reaction
        totals += GAS_BROUGHT * np.array([brought.get(c.name, 0.0) for c in chemistry.components])
    pressures = {name: pressure * ATMOSPHERE for name, pressure in problem.gases.items()}
    return speciate(chemistry, totals, celsius(problem.degrees), allowed, pressures)


def test_problems__are_more_than_a_hundred_of_every_database():
    assert len(PROBLEMS) >= 100
    assert {problem.database for problem in PROBLEMS} == set(ELEMENTS)
    assert sum(bool(p.solids) for p in PROBLEMS) > 40
    assert sum(bool(p.gases) for p in PROBLEMS) > 8


@pytest.mark.parametrize("problem", PROBLEMS, ids=lambda problem: problem.name)
def test_equilibrium__is_that_of_iphreeqc_with_its_own_database(engines, problem):
    compare(*engines[problem.database], problem)


@pytest.mark.parametrize("name", [name for name in ELEMENTS if name != "sit_small"])
def test_equilibrium__is_that_of_iphreeqc_with_every_component_of_the_database(engines, name):
    _, library, elements = engines[name]
    database = engines[name][0].database
    chemistry = Chemistry(sorted(database.elements - {"H", "O"}), database=database)
    answered = 0
    for problem in every_component(name, [c.name for c in database.components]):
        try:
            compare(chemistry, library, elements, problem)
        except Exception as error:
            if "not converged" not in str(error) and "An error occured" not in str(error):
                raise
        else:
            answered += 1
    assert answered >= 38


def compare(chemistry, library, elements, problem):
    """Hold our answer of a problem to PHREEQC's."""
    theirs = library.run(problem, elements)
    found = ours(chemistry, problem, theirs)
    assert found.ph == pytest.approx(theirs.ph, abs=PH_LIMIT)
    assert found.ionic_strength == pytest.approx(theirs.ionic_strength, rel=LIMIT)
    assert found.water_activity == pytest.approx(theirs.water_activity, rel=LIMIT)
    for name, amount in theirs.amounts.items():
        mine = float(found.amounts[phase(chemistry, name)])
        assert mine == pytest.approx(amount, rel=SOLIDS_LIMIT, abs=LEAST_AMOUNT), name


@pytest.mark.parametrize(
    "holds",
    [
        {"Na+": 1.0, "SO4-2": 1.0},
        {"Na+": 2.0, "Cl-": 2.5, "Mg+2": 0.5},
        {"Li+": 0.8, "Mn+2": 0.9, "SO4-2": 1.5},
        {"K+": 3.0, "Cl-": 3.001},
    ],
)
def test_macinnes_ph__is_the_ph_that_phreeqc_gives_by_default(engines, holds):
    chemistry, _, elements = engines["pitzer"]
    problem = Problem("pitzer", 40, holds)
    theirs = Library(DATABASES / "pitzer.dat", macinnes=True).run(problem, elements)
    found = ours(chemistry, problem, theirs)
    assert macinnes_ph(found) == pytest.approx(theirs.ph, abs=PH_LIMIT)
    assert found.ph != pytest.approx(theirs.ph, abs=0.01) or "K+" in holds


def test_macinnes_ph__says_what_it_needs(engines):
    dilute = Problem("phreeqc", 25, {"Na+": 0.01, "Cl-": 0.01})
    chemistry, library, elements = engines["phreeqc"]
    with pytest.raises(DataError, match="the chemistry has TruesdellJones"):
        macinnes_ph(ours(chemistry, dilute, library.run(dilute, elements)))
    no_chloride = Chemistry("Na S", database=engines["pitzer"][0].database)
    totals = np.zeros(len(no_chloride.components))
    totals[0], totals[no_chloride.index["Na+"]], totals[no_chloride.index["SO4-2"]] = 55.5, 0.2, 0.1
    liquor = speciate(no_chloride, totals, celsius(25), no_chloride.allowed(()))
    with pytest.raises(DataError, match="add Cl to the elements"):
        macinnes_ph(liquor)


def test_equilibrium__of_a_brine_that_freezes_warns_where_its_database_ends(engines):
    chemistry = engines["ColdChem"][0]
    assert chemistry.database.temperatures[0] == pytest.approx(celsius(-50))
    brine = {"H2O": 1.0, "NaCl": 0.2}
    assert np.isfinite(Stream.of(chemistry, brine, celsius(-50)).ph)
    assert not Stream.of(chemistry, brine, celsius(-10)).equilibrium.warnings
    warm = Stream.of(chemistry, brine, celsius(40)).equilibrium.warnings
    assert any(
        w.startswith("temperature 313.15 K is outside 223.15 to 298.15 K, which ColdChem.dat was made for")
        for w in warm
    )
    with pytest.raises(DataError, match=r"outside 273\.15 to 623\.15 K, where the data of pitzer\.dat hold"):
        _ = Stream.of(engines["pitzer"][0], brine, celsius(-5)).equilibrium


def test_ice__melts_at_zero_and_takes_a_salt_to_freeze_later(engines):
    """An ideal liquor of 1 mol/kg of ions freezes 1.86 K lower; 0.5 mol/kg NaCl 1.69 K (recalled from handbooks)."""
    chemistry = engines["ColdChem"][0]
    for molality, degrees in ((0.0, 0.0), (0.5, -1.69)):
        totals = np.zeros(len(chemistry.components))
        totals[0], totals[chemistry.index["Na+"]], totals[chemistry.index["Cl-"]] = 55.51, molality, molality
        found = speciate(chemistry, totals, celsius(degrees), chemistry.allowed(()))
        assert found.saturation_index("Ice(s)") == pytest.approx(0.0, abs=2e-4)


@pytest.mark.parametrize(("name", "solid", "first"), [("llnl", "Gypsum", 0.01), ("ColdChem", "Gypsum", 0.0)])
def test_temperatures__begin_where_the_database_does(engines, name, solid, first):
    water = Stream.of(engines[name][0], {"H2O": 1.0})
    table = solubility_table(water, solid, AgainstTemperature(), 3)
    assert sorted(set(table["temperature degC"])) == pytest.approx([first, 0.5 * (first + 100.0), 100.0])
    assert (table["mol/kg water"] > 0.0).all()
    draw_solubility(water, solid, AgainstTemperature())


def test_temperatures__may_lie_below_zero_where_the_database_does(engines):
    """Mirabilite dissolves the less the colder it is, and warm answers are told of."""
    water = Stream.of(engines["ColdChem"][0], {"H2O": 1.0, "NaCl": 0.2}, celsius(-5))
    cold = solubility_table(water, "Mirabilite", AgainstTemperature(celsius(-10), celsius(10)), 5)
    assert (np.diff(cold["mol/kg water"].to_numpy(dtype=float)) > 0.0).all()
    assert cold.attrs["warnings"] == ()
    warm = solubility_table(water, "Halite", AgainstTemperature(celsius(20), celsius(30)), 3)
    ends = "temperatures of 30 to 30 degC are outside -50 to 25 degC, which ColdChem.dat was made for"
    assert ends in warm.attrs["warnings"]
    coldest = solubility_table(water, "Halite", AgainstTemperature(celsius(-50), celsius(-40)), 2)
    assert coldest["temperature degC"].iloc[0] == pytest.approx(-50.0)
    fresh = Stream.of(engines["llnl"][0], {"H2O": 1.0})
    with pytest.raises(DataError, match=r"temperature = 263\.15 K \(-10 degC\) is outside 273\.16 to .*llnl\.dat"):
        solubility_table(fresh, "Gypsum", AgainstTemperature(celsius(-10), celsius(10)))


@pytest.fixture(scope="module")
def llnl():
    """Four states of manganese, two of copper and ten of sulfur."""
    return Chemistry("Na K Mn Cu Fe S N Cl", database=read_phreeqc(DATABASES / "llnl.dat"))


@pytest.mark.parametrize(
    ("substance", "ions"),
    [
        ("MnSO4", {"Mn+2": 1.0, "SO4-2": 1.0}),
        ("CuSO4", {"Cu+2": 1.0, "SO4-2": 1.0}),
        ("CuSO4:5H2O", {"Cu+2": 1.0, "SO4-2": 1.0, "H2O": 5.0}),
        ("Fe2(SO4)3", {"Fe+3": 2.0, "SO4-2": 3.0}),
        ("NaHSO4", {"Na+": 1.0, "H+": 1.0, "SO4-2": 1.0}),
        ("Na2SO3", {"Na+": 2.0, "SO3-2": 1.0}),
        ("Na2S2O3", {"Na+": 2.0, "S2O3-2": 1.0}),
        ("KMnO4", {"K+": 1.0, "MnO4-": 1.0}),
        ("K2MnO4", {"K+": 2.0, "MnO4-2": 1.0}),
        ("NaClO4", {"Na+": 1.0, "ClO4-": 1.0}),
        ("CuCl", {"Cu+": 1.0, "Cl-": 1.0}),
    ],
)
def test_dissolve__takes_the_ions_that_a_formula_names(llnl, substance, ions):
    totals = llnl.dissolve(substance)
    found = {c.name: float(n) for c, n in zip(llnl.components, totals, strict=True) if n}
    assert found == pytest.approx(ions)


def test_dissolve__of_a_salt_is_the_liquor_of_its_ions(llnl, engines):
    """The same molality of sulfate from Stream.of as the ions given to PHREEQC."""
    molality = 0.1
    mass = float(llnl.dissolve("CuSO4") @ llnl.molar_masses[llnl.liquor]) * molality
    found = Stream.of(llnl, {"H2O": 1.0, "CuSO4": mass}, celsius(25)).equilibrium
    _, library, elements = engines["llnl"]
    theirs = library.run(Problem("llnl", 25, {"Cu+2": molality, "SO4-2": molality}), elements)
    assert found.ph == pytest.approx(theirs.ph, abs=1e-3)


@pytest.mark.parametrize(("name", "sulfide"), [("minteq.v4", "HS-"), ("phreeqc", "HS-"), ("wateq4f", "H2S")])
def test_dissolve__refuses_a_state_that_a_database_has_not(name, sulfide):
    chemistry = Chemistry("Na S N C", database=read_phreeqc(DATABASES / f"{name}.dat"))
    for formula in ("Na2SO3", "NaHSO3", "Na2S2O3", "Na2S2O5", "Na2S2O4", "SO2", "S"):
        reason = (
            f"'{formula}' could be made up only as a mix of SO4-2 and {sulfide}, for {name}.dat has no component of its"
        )
        with pytest.raises(DataError, match=reason):
            chemistry.dissolve(formula)
    with pytest.raises(DataError, match=r"'\(NH4\)2SO3' could be"):
        chemistry.dissolve("(NH4)2SO3")
    assert chemistry.dissolve("NH4NO3")[chemistry.index["NH4+"]] == 1.0
    for formula in ("Na2S", "Na2SO4", "H2S"):
        assert chemistry.dissolve(formula) @ chemistry.charges[chemistry.liquor] == pytest.approx(0.0, abs=1e-12)


def test_dissolve__names_the_ways_where_the_formula_does_not(llnl):
    with pytest.raises(DataError, match=r"'MnO2' could be .* give the components: Mn\+2, Mn\+3, MnO4-2, MnO4-$"):
        llnl.dissolve("MnO2")
    with pytest.raises(DataError, match=r"'MnO4S' could be .* the components: Mn\+2 with SO4-2, or MnO4-2 with"):
        llnl.dissolve("MnO4S")


@pytest.mark.parametrize("name", sorted(ELEMENTS))
def test_equilibrium__warns_beyond_the_range_of_the_model_of_each_database(engines, name):
    chemistry = engines[name][0]
    limit = chemistry.activity.largest_ionic_strength
    for share, warns in ((0.5, False), (1.3, True)):
        totals = np.zeros(len(chemistry.components))
        totals[0], totals[chemistry.index["Na+"]], totals[chemistry.index["Cl-"]] = 55.5, share * limit, share * limit
        found = speciate(chemistry, totals, celsius(25), chemistry.allowed(()))
        assert any(f"range of 0 to {limit:g}" in warning for warning in found.warnings) == warns
