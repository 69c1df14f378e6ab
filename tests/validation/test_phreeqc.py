"""The equilibrium of liquors against PHREEQC 3.7.3 with the same constants: what differs is the arithmetic alone."""

import numpy as np
import pytest
from liquors import CARBONATES, GYPSUM, HYDROXIDES, LIQUORS, PHOSPHATES, Liquor
from phreeqc_database import Phreeqc, database, phreeqc_formula

from raffinate.flowsheet.chemistry import Chemistry, TruesdellJones
from raffinate.flowsheet.chemistry.equilibrium import speciate, titrate
from raffinate.flowsheet.chemistry.water import debye_hueckel
from raffinate.flowsheet.quantities import celsius

PH_LIMIT = 0.005
SOLIDS_LIMIT = 0.005
LIMIT = 1e-3
LEAST_AMOUNT = 1e-8  # mol per kg: a phase of less is none
LEAST_REMNANT = 1e-6  # of a solid that has all but dissolved: the difference of two numbers that are far larger
LEAST_MOLALITY = 1e-6
RANDOM_LIQUORS = 300
SALTS = (
    *("Li2SO4", "Na2SO4", "K2SO4", "(NH4)2SO4", "MgSO4", "CaSO4", "Al2(SO4)3", "FeSO4", "Fe2(SO4)3", "MnSO4", "CoSO4"),
    *("NiSO4", "CuSO4", "ZnSO4", "NaCl", "CaCl2", "NaF", "Na3PO4", "Na2CO3", "H2SO4", "H3PO4", "HF", "CO2"),
    *("NaOH", "LiOH", "NH3"),
)

TITRATIONS = (
    (
        "NaOH",
        4.5,
        Liquor(
            "iron and aluminium", 60, {"NiSO4": 0.3, "Al2(SO4)3": 0.05, "Fe2(SO4)3": 0.02, "H2SO4": 0.2}, HYDROXIDES
        ),
    ),
    ("NaOH", 8.5, Liquor("mixed hydroxide", 60, {"NiSO4": 0.3, "CoSO4": 0.1, "MnSO4": 0.1, "H2SO4": 0.05}, HYDROXIDES)),
    ("NaOH", 11.0, Liquor("magnesium", 25, {"MgSO4": 0.1, "Na2SO4": 0.5, "H2SO4": 0.01}, HYDROXIDES)),
    ("NaOH", 3.0, Liquor("acid alone", 25, {"Na2SO4": 0.4, "H2SO4": 0.3})),
    ("Na2CO3", 8.0, Liquor("carbonates", 40, {"NiSO4": 0.2, "CoSO4": 0.1, "MnSO4": 0.1, "H2SO4": 0.02}, CARBONATES)),
    ("Ca(OH)2", 5.0, Liquor("liming", 50, {"NiSO4": 0.3, "Al2(SO4)3": 0.05, "H2SO4": 0.3}, (*GYPSUM, *HYDROXIDES))),
    ("NH3", 9.0, Liquor("ammonia", 25, {"NiSO4": 0.05, "CoSO4": 0.02, "(NH4)2SO4": 1.0}, HYDROXIDES)),
    ("H2SO4", 2.0, Liquor("hydroxides dissolved", 80, {"NiSO4": 0.1, "NaOH": 0.2, "CuSO4": 0.05}, HYDROXIDES)),
    ("H3PO4", 3.5, Liquor("phosphate by its acid", 40, {"Fe2(SO4)3": 0.05, "Li2SO4": 0.3, "NaOH": 0.3}, PHOSPHATES)),
)


@pytest.fixture(scope="module")
def chemistry():
    return Chemistry("Li Na K N Mg Ca Al Fe Mn Co Ni Cu Zn S Cl C P F", without=("H2O2",), activity=TruesdellJones())


@pytest.fixture(scope="module")
def phreeqc(chemistry):
    return Phreeqc(chemistry)


@pytest.fixture(scope="module")
def pairs(chemistry, phreeqc):
    """Every liquor by both: {name: (liquor, our Equilibrium, PHREEQC's Answer)}."""
    return {liquor.name: (liquor, *both(chemistry, phreeqc, liquor)) for liquor in LIQUORS}


def totals_of(chemistry, liquor):
    totals = np.zeros(len(chemistry.components))
    totals[0] = 1.0 / chemistry.molar_masses[0]
    for formula, moles in liquor.holds.items():
        totals += moles * chemistry.dissolve(formula)
    return totals


def both(chemistry, phreeqc, liquor):
    totals, temperature = totals_of(chemistry, liquor), celsius(liquor.degrees)
    ours = speciate(chemistry, totals, temperature, chemistry.allowed(liquor.phases))
    return ours, phreeqc.equilibrate(totals, temperature, liquor.phases)


def check_phases(chemistry, liquor, ours, theirs, least=LEAST_AMOUNT):
    """The same phases form, in the same amounts; one that PHREEQC has none of is none here."""
    for phase in liquor.phases:
        amount = float(ours.amounts[chemistry.phase_index[phase]])
        assert amount == pytest.approx(theirs.amounts[phase], rel=SOLIDS_LIMIT, abs=least), phase


PER_LIQUOR = pytest.mark.parametrize("name", [liquor.name for liquor in LIQUORS])
PER_TITRATION = pytest.mark.parametrize(
    ("reagent", "target", "liquor"), TITRATIONS, ids=[t[2].name for t in TITRATIONS]
)


@PER_LIQUOR
def test_speciate__answers_the_ph_of_phreeqc(pairs, name):
    _, ours, theirs = pairs[name]
    assert ours.ph == pytest.approx(theirs.ph, abs=PH_LIMIT)


@PER_LIQUOR
def test_speciate__forms_the_solids_and_gases_of_phreeqc(chemistry, pairs, name):
    check_phases(chemistry, *pairs[name])


@PER_LIQUOR
def test_speciate__answers_ionic_strength_and_water_of_phreeqc(pairs, name):
    _, ours, theirs = pairs[name]
    assert ours.ionic_strength == pytest.approx(theirs.ionic_strength, rel=LIMIT)
    assert ours.water_activity == pytest.approx(theirs.water_activity, rel=LIMIT)
    assert float(ours.speciation.water) == pytest.approx(theirs.water, rel=LIMIT)


@PER_LIQUOR
def test_speciate__answers_every_species_of_phreeqc(pairs, name):
    _, ours, theirs = pairs[name]
    seen = {species: molality for species, molality in theirs.molalities.items() if molality > LEAST_MOLALITY}
    assert {species: ours.molality(species) for species in seen} == pytest.approx(seen, rel=SOLIDS_LIMIT)


def test_speciate__agrees_on_random_liquors_with_many_phases(chemistry, phreeqc):
    random = np.random.default_rng(2)
    phases = [phase.name for phase in chemistry.phases]
    formed = 0
    for number in range(RANDOM_LIQUORS):
        salts = random.choice(SALTS, random.integers(2, 9), replace=False).tolist()
        holds = {salt: float(10.0 ** random.uniform(-6.0, 0.3)) for salt in salts}
        chosen = tuple(random.choice(phases, 50, replace=False).tolist())
        liquor = Liquor(f"random {number}", float(random.uniform(5.0, 90.0)), holds, chosen)
        ours, theirs = both(chemistry, phreeqc, liquor)
        assert ours.ph == pytest.approx(theirs.ph, abs=PH_LIMIT), liquor
        assert ours.ionic_strength == pytest.approx(theirs.ionic_strength, rel=LIMIT), liquor
        check_phases(chemistry, liquor, ours, theirs, LEAST_REMNANT)
        formed += sum(amount > LEAST_AMOUNT for amount in theirs.amounts.values())
    assert formed > RANDOM_LIQUORS / 2


def test_liquors__span_the_conditions_of_plants(pairs):
    answers = [theirs for _, _, theirs in pairs.values()]
    formed = {phase for answer in answers for phase, amount in answer.amounts.items() if amount > LEAST_AMOUNT}
    assert len(answers) >= 40
    assert min(answer.ph for answer in answers) < 0.1
    assert max(answer.ph for answer in answers) > 12.0
    assert min(answer.ionic_strength for answer in answers) < 0.01
    assert max(answer.ionic_strength for answer in answers) > 5.0
    assert {liquor.degrees for liquor, _, _ in pairs.values()} >= {5, 25, 60, 90}
    assert len(formed) >= 30
    assert "CO2(g)" in formed


@PER_TITRATION
def test_titrate__draws_the_dose_of_phreeqc(chemistry, phreeqc, reagent, target, liquor):
    totals, temperature = totals_of(chemistry, liquor), celsius(liquor.degrees)
    allowed = chemistry.allowed(liquor.phases)
    dose, ours = titrate(chemistry, totals, chemistry.dissolve(reagent), target, temperature, allowed)
    theirs = phreeqc.titrate(totals, reagent, target, temperature, liquor.phases)
    assert theirs.ph == pytest.approx(target, abs=1e-6)
    assert ours.ph == pytest.approx(target, abs=1e-6)
    assert dose == pytest.approx(theirs.dose, rel=SOLIDS_LIMIT)
    check_phases(chemistry, liquor, ours, theirs)


@pytest.mark.parametrize("degrees", [5, 25, 40, 60, 75, 90])
def test_debye_hueckel__is_that_of_phreeqcs_own_water(chemistry, phreeqc, degrees):
    water = totals_of(chemistry, Liquor("water", degrees, {}))
    theirs = phreeqc.equilibrate(water, celsius(degrees), ())
    assert debye_hueckel(celsius(degrees)) == pytest.approx((theirs.debye_a, theirs.debye_b), rel=LIMIT)


def test_phreeqc_formula__keeps_iron_apart_and_binds_water_with_a_colon():
    chemistry = Chemistry("Fe S Ni F", without=("H2O2",), activity=TruesdellJones())
    written = {s.name: phreeqc_formula(s) for s in (*chemistry.components, *chemistry.aqueous, *chemistry.phases)}
    assert written["Fe+2"] == "Fetwo+2"
    assert written["FeSO4+"] == "FethreeSO4+"
    assert written["Fe2(OH)2+4"] == "Fethree2(OH)2+4"
    assert written["FeSO4.7H2O(s)"] == "FetwoSO4:7H2O"
    assert written["NiSO4(aq)"] == "NiSO4"
    assert written["HF(g)"] == "HF"


def test_database__writes_every_species_and_phase_once(chemistry):
    lines = database(chemistry).splitlines()
    for phase in chemistry.phases:
        assert lines.count(phase.name) == 1
    assert sum("-gamma" in line for line in lines) == len(chemistry.aqueous)
    assert sum(" = " in line for line in lines) == len(chemistry.aqueous) + len(chemistry.phases) + 5


def test_database__gives_the_same_law_of_temperature_with_heat_capacity(chemistry):
    """PHREEQC's -analytic, evaluated here, against ours."""
    text = database(chemistry)
    gypsum = text[text.index("\nCaSO4.2H2O(s)\n") :]
    line = next(line for line in gypsum.splitlines() if "-analytic" in line)
    constant, linear, inverse, logarithm = (float(number) for number in line.split()[1:])
    at = chemistry.phase_index["CaSO4.2H2O(s)"]
    for temperature in (278.15, 298.15, 333.15, 363.15):
        log_k = constant + linear * temperature + inverse / temperature + logarithm * np.log10(temperature)
        assert log_k == pytest.approx(chemistry.mixture(temperature).phase_ln_k[at] / np.log(10.0), abs=1e-10)
