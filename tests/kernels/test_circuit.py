"""Rows in the liquor's own chemistry: every stage speciated anew, on its own, with the public `speciate`."""

import math

import numpy as np
import pytest
from scipy.optimize import root

from raffinate.flowsheet import Stream
from raffinate.flowsheet.balances import balance
from raffinate.flowsheet.chemistry import Chemistry
from raffinate.flowsheet.chemistry.equilibrium import speciate
from raffinate.flowsheet.chemistry.extractants import Complex, Extractant
from raffinate.flowsheet.extraction.section import Section, contact, run_section
from raffinate.flowsheet.quantities import celsius
from raffinate.kernels.circuit_flows import COLD_START

CYANEX = "Cyanex 272"
# constants of the tests' own, so that a refit of the built-in ones changes nothing here
ACID = Extractant(
    "Acid",
    "C16H35O2P",
    complexes=(
        *(Complex("Li+", -6.6, 1.0), Complex("Li+", -7.6, 0.5)),
        *(Complex("Na+", -7.1, 1.0), Complex("Na+", -8.1, 0.5)),
        Complex("Al+3", -4.0, 3.0),
        *(Complex("Co+2", -6.5, 2.0, enthalpy=30e3), Complex("Co+2", -7.9, 1.0, enthalpy=20e3)),
        *(Complex("Ni+2", -9.5, 2.0), Complex("Ni+2", -10.9, 1.0)),
    ),
    properties={"density": 920.0},
)
SOLVENT = Extractant(
    "Solvent",
    "C12H27O4P",
    "solvating",
    1.0,
    (
        Complex("Co+2", -1.5, 2.0, "Cl-", 2.0),
        *(Complex("Zn+2", 0.5, 2.0, "Cl-", 2.0), Complex("Zn+2", 0.0, 1.0, "Cl-", 2.0)),
        Complex("Fe+3", 1.0, 2.0, "Cl-", 4.0),
    ),
    {"density": 970.0},
)
SULFATE = Chemistry("Li Na Ni Co Al S F", extractants=(ACID,))
CHLORIDE = Chemistry("Na Co Zn Fe Cl", extractants=(SOLVENT,))
SALTS = {"CoSO4": 0.02, "NiSO4": 0.05, "Li2SO4": 0.02, "Al2(SO4)3": 0.002, "H2SO4": 0.001}
LIQUOR = Stream.of(SULFATE, {"H2O": 1.0, **SALTS})
FLUORIDE = Stream.of(SULFATE, {"H2O": 1.0, **SALTS, "HF": 0.0005})
ORGANIC = Stream.of(SULFATE, {"HA[Acid]": 0.12, "NaA[Acid]": 0.1, "diluent": 0.7})
UNSAPONIFIED = Stream.of(SULFATE, {"HA[Acid]": 0.22, "diluent": 0.7})
CAUSTIC = Stream.of(SULFATE, {"NaOH": 0.2, "H2O": 0.8})
BRINE = Stream.of(CHLORIDE, {"H2O": 1.0, "HCl": 0.08, "NaCl": 0.1, "CoCl2": 0.03, "ZnCl2": 0.01, "FeCl3": 0.002})
PHOSPHATE = Stream.of(CHLORIDE, {"L[Solvent]": 0.3, "diluent": 0.6})


def nothing(chemistry):
    return np.zeros(len(chemistry.phases), dtype=bool)


def stage_liquor(profile, i):
    """The equilibrium of a stage's liquor, from its totals alone."""
    chemistry = profile.raffinate.chemistry
    return speciate(chemistry, profile.totals[i], profile.raffinate.temperature, nothing(chemistry))


def complexes(extractant, cation, found, free, temperature):
    """(mol/L, units) of each complex of a cation by the law of mass action, with activities of the speciated liquor."""
    proton = 10.0**-found.ph
    for each in extractant.complexes_of(cation):
        ln_k = each.log_k * math.log(10.0) - each.enthalpy / 8.31446261815324 * (1.0 / temperature - 1.0 / 298.15)
        activity = found.activity(cation) * (found.activity(each.anion) ** each.anions if each.anion else 1.0)
        yield math.exp(ln_k) * activity * free**each.units / proton**each.protons, each.units


def check_stages(profile, extractant, fed_organic, efficiency=1.0):
    """Speciate each stage: its pH, every complex and the balance of the extractant are those of the row."""
    stages, temperature = profile.stages, profile.raffinate.temperature
    bound = 0.0
    for cation in fed_organic.chemistry.extractant(extractant.name).cations:
        salt = extractant.salt_form(cation)
        if extractant.kind == "acidic" and salt in fed_organic.chemistry.names:
            bound += fed_organic[salt] * round(extractant.complexes_of(cation)[0].protons)
    molecules = (fed_organic[extractant.free_form] + bound) / (1000.0 * fed_organic.organic_volume)
    for i in range(stages):
        found = stage_liquor(profile, i)
        assert found.ph == pytest.approx(profile.ph[i], abs=1e-7)
        units = profile.free[i]
        for j, cation in enumerate(profile.cations):
            formed = list(complexes(extractant, cation, found, profile.free[i], temperature))
            reached = sum(y for y, _ in formed)
            before = profile.organic[i + 1, j] if i < stages - 1 else profile.organic_feed[j]
            expected = before + efficiency * (reached - before)
            assert profile.organic[i, j] == pytest.approx(expected, rel=2e-6, abs=1e-25), (i, cation)
            units += profile.organic[i, j] * sum(y * n for y, n in formed) / reached
        assert units == pytest.approx(molecules / extractant.unit, rel=1e-9)


def check_closed(profile, *entering):
    """Elements, charge and mass of all that enters and leaves."""
    leaving = [profile.raffinate, profile.loaded, *profile.bleeds.values()]
    chemistry = profile.raffinate.chemistry
    assert balance(chemistry, [*entering, profile.base], leaving).worst < 1e-12


@pytest.mark.parametrize("stages", [1, 2, 6])
def test_solve_circuit__every_stage_is_at_equilibrium(stages):
    profile = run_section(Section(extractant="Acid", stages=stages), LIQUOR, ORGANIC)
    check_stages(profile, ACID, ORGANIC)
    check_closed(profile, LIQUOR, ORGANIC)
    assert profile.error < 1e-7


@pytest.mark.parametrize("efficiency", [0.6, 0.95])
def test_solve_circuit__every_stage_reaches_its_efficiency(efficiency):
    profile = run_section(Section(extractant="Acid", stages=4, efficiency=efficiency), LIQUOR, ORGANIC)
    check_stages(profile, ACID, ORGANIC, efficiency)
    check_closed(profile, LIQUOR, ORGANIC)


@pytest.mark.parametrize("ph", [3.5, 5.0, 6.5])
def test_solve_circuit__stages_held_at_a_ph_have_it(ph):
    section = Section(extractant="Acid", stages=4, ph=ph, base=CAUSTIC)
    profile = run_section(section, LIQUOR, UNSAPONIFIED)
    check_stages(profile, ACID, UNSAPONIFIED)
    check_closed(profile, LIQUOR, UNSAPONIFIED)
    np.testing.assert_allclose(profile.ph, ph, atol=1e-9)
    assert profile.dosed.min() > 0.0


@pytest.mark.parametrize("stages", [1, 5])
def test_solve_circuit__anions_go_along_from_what_chloride_is_left(stages):
    profile = run_section(Section(extractant="Solvent", stages=stages), BRINE, PHOSPHATE)
    check_stages(profile, SOLVENT, PHOSPHATE)
    check_closed(profile, BRINE, PHOSPHATE)
    assert profile.extraction["Zn+2"] > 0.5
    iron = profile.extraction["Fe+3"] * BRINE["Fe+3"]
    # protons that are gone from the liquor went with the iron, one each
    taken = sum(profile.loaded[f"{salt}[Solvent]"] for salt in ("HFeCl4",))
    assert taken == pytest.approx(iron, rel=1e-9)


def test_solve_circuit__fluoride_keeps_aluminium_in_the_liquor():
    """At one pH: what it is bound to does not extract, and its activity tells by how much."""
    shares = []
    for liquor in (LIQUOR, FLUORIDE, FLUORIDE + Stream.of(SULFATE, {"HF": 0.001})):
        profile = contact(liquor, UNSAPONIFIED, "Acid", 3.5, CAUSTIC)
        check_stages(profile, ACID, UNSAPONIFIED)
        shares.append(profile.extraction["Al+3"])
    assert shares[0] > 1.3 * shares[1] > 1.3**2 * shares[2]


@pytest.mark.parametrize("stages", [1, 2, 3, 4, 5, 6, 8, 12, 20])
@pytest.mark.parametrize("saponified", [0.0, 0.02, 0.1, 0.15])
def test_solve_circuit__aluminium_and_fluoride_are_at_equilibrium_in_every_stage(saponified, stages):
    """Each mole of aluminium that is taken up sets its fluoride free, which binds protons and the aluminium that is left."""
    organic = Stream.of(SULFATE, {"HA[Acid]": 0.22 - saponified, "NaA[Acid]": saponified, "diluent": 0.7})
    profile = run_section(Section(extractant="Acid", stages=stages), FLUORIDE, organic)
    check_stages(profile, ACID, organic)
    check_closed(profile, FLUORIDE, organic)


@pytest.mark.parametrize("stages", [2, 7])
def test_solve_circuit__what_is_at_equilibrium_stays_as_it_is_in_any_number_of_stages(stages):
    one = contact(LIQUOR, ORGANIC, "Acid")
    row = run_section(Section(extractant="Acid", stages=stages), one.raffinate, one.loaded)
    np.testing.assert_allclose(row.ph, one.ph[0], atol=1e-7)
    np.testing.assert_allclose(row.molality, np.repeat(one.molality, stages, axis=0), rtol=1e-7)
    np.testing.assert_allclose(row.organic, np.repeat(one.organic, stages, axis=0), rtol=1e-6)


def test_solve_circuit__one_stage_is_the_flash_that_scipy_finds():
    """Unknown are the molality of each cation and the free units; pH comes of the liquor's charge alone."""
    profile = contact(LIQUOR, ORGANIC, "Acid")
    names = profile.cations
    index = [[c.name for c in SULFATE.components].index(name) for name in names]
    salts = [ORGANIC[ACID.salt_form(name)] for name in names]
    charges = np.array([float(c.charge) for c in SULFATE.components])
    base, oil = LIQUOR.flows[SULFATE.liquor].copy(), 1000.0 * ORGANIC.organic_volume
    entering = base[index] + salts
    units = (ORGANIC["HA[Acid]"] + ORGANIC["NaA[Acid]"]) / oil / 2.0

    def equations(sought):
        totals = base.copy()
        totals[index] = entering / (1.0 + np.exp(-sought[:-1]))
        totals[1] = 0.0
        totals[1] = -float(totals @ charges)
        found = speciate(SULFATE, totals, LIQUOR.temperature, nothing(SULFATE))
        free, held, errors = math.exp(sought[-1]), 0.0, []
        for j, name in enumerate(names):
            formed = list(complexes(ACID, name, found, free, LIQUOR.temperature))
            errors.append(math.log(oil * sum(y for y, _ in formed) / (entering[j] - totals[index[j]])))
            held += sum(y * n for y, n in formed)
        return np.array([*errors, math.log((free + held) / units)]), found

    left = profile.molality[0] * profile.water_flow[0] / entering
    start = np.append(np.log(left / (1.0 - left)), math.log(profile.free[0])) + np.linspace(-1e-3, 2e-3, len(names) + 1)
    answer = root(lambda sought: equations(sought)[0], start, method="hybr", options={"xtol": 1e-12})
    errors, found = equations(answer.x)
    assert np.abs(errors).max() < 1e-8
    assert profile.ph[0] == pytest.approx(found.ph, abs=1e-6)
    assert profile.free[0] == pytest.approx(math.exp(answer.x[-1]), rel=1e-6)


def test_solve_circuit__heat_of_extraction_moves_the_constant_by_van_t_hoff():
    cold, warm = (
        contact(LIQUOR.replace(temperature=t), ORGANIC.replace(temperature=t), "Acid")
        for t in (celsius(25.0), celsius(55.0))
    )
    for profile in (cold, warm):
        check_stages(profile, ACID, ORGANIC)
    assert ACID.complexes_of("Co+2")[0].ln_k(celsius(55.0)) - ACID.complexes_of("Co+2")[0].ln_k(
        298.15
    ) == pytest.approx(30e3 / 8.31446261815324 * (1.0 / 298.15 - 1.0 / celsius(55.0)), rel=1e-12)
    assert warm.extraction["Co+2"] > cold.extraction["Co+2"]


@pytest.mark.parametrize("section", [{}, {"ph": 5.0, "base": CAUSTIC}])
def test_solve_circuit__a_start_changes_nothing(section):
    row = Section(extractant="Acid", stages=6, efficiency=0.95, aqueous_in_organic=0.005, **section)
    organic = UNSAPONIFIED if section else ORGANIC
    cold = run_section(row, LIQUOR, organic)
    other = run_section(row, 1.05 * LIQUOR, organic)
    for start in (cold.start, other.start):
        warm = run_section(row, LIQUOR, organic, start)
        np.testing.assert_allclose(warm.ph, cold.ph, atol=1e-8)
        np.testing.assert_allclose(warm.organic, cold.organic, rtol=1e-7)


@pytest.mark.parametrize("first", range(0, 20, 5))
def test_solve_circuit__answers_the_same_from_the_answer_of_another_row(first):
    for seed in range(first, first + 5):
        section, liquor, organic = random_section(seed)
        other = run_section(section, 1.3 * liquor, 0.9 * organic)
        cold, warm = (run_section(section, liquor, organic, start) for start in (COLD_START, other.start))
        np.testing.assert_allclose(warm.ph, cold.ph, atol=1e-7)
        np.testing.assert_allclose(warm.organic, cold.organic, rtol=1e-6, atol=1e-12)


def random_section(seed):
    """A liquor of 0.1 to 50 g/L, acid or held, an organic of 0.1 to 1.2 mol/L of acid saponified to 70 %."""
    rng = np.random.default_rng(seed)
    masses = {"H2O": 1.0, "H2SO4": 10.0 ** rng.uniform(-4.0, -1.5), "HF": 10.0 ** rng.uniform(-5.0, -3.0)}
    salts = {"Li2SO4": 7.9, "Na2SO4": 3.1, "CoSO4": 2.6, "NiSO4": 2.6, "Al2(SO4)3": 6.3}
    for salt, factor in salts.items():
        masses[salt] = 1e-3 * factor * 10.0 ** rng.uniform(-1.0, 1.2 if salt == "Al2(SO4)3" else 1.5)
    liquor = Stream.of(SULFATE, masses)
    saponified, acid = rng.uniform(0.0, 0.7), rng.uniform(0.03, 0.35)
    organic = Stream.of(
        SULFATE, {"HA[Acid]": acid * (1.0 - saponified), "NaA[Acid]": acid * saponified, "diluent": 0.8 - acid}
    ) * (5.0 ** rng.uniform(-1.0, 1.0))
    held = {"ph": rng.uniform(1.0, 7.0), "base": CAUSTIC} if rng.random() < 0.5 else {}
    section = Section(
        extractant="Acid",
        stages=int(np.exp(rng.uniform(0.0, np.log(21.0)))),
        efficiency=rng.uniform(0.7, 1.0),
        aqueous_in_organic=rng.uniform(0.0, 0.02),
        organic_in_aqueous=rng.uniform(0.0, 0.02),
        **held,
    )
    return section, liquor, organic


LONG = [pytest.param(first, marks=pytest.mark.validation_long) for first in range(20, 1000, 20)]


@pytest.mark.parametrize("first", [0, *LONG])
def test_solve_circuit__converges_and_closes_at_random_feasible_points(first):
    for seed in range(first, first + 20):
        section, liquor, organic = random_section(seed)
        profile = run_section(section, liquor, organic)
        check_closed(profile, liquor, organic)
        assert profile.molality.min() >= 0.0, seed
        assert profile.organic.min() >= 0.0, seed
        for i in {0, profile.stages - 1}:
            assert stage_liquor(profile, i).ph == pytest.approx(profile.ph[i], abs=1e-6), seed
        if section.ph is not None:
            above = profile.ph - section.set_points[1]
            assert above.min() > -1e-9, seed
            assert np.all((profile.dosed == 0.0) | (above < 1e-9)), seed
