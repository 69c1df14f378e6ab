"""Equilibrium with solids and gases, and doses to a pH: solubility products, the twin, robustness, round trips."""

import numba
import numpy as np
import pytest
from asked import dose_to_ph, equilibrate
from naive_speciation import LN10, mixture, random_totals, settle, totals_of

from raffinate.kernels.status import CHARGED, CONVERGED, DRY, OUT_OF_STEPS, UNREACHABLE

MODEL, NAMES, PHASES = mixture()
NO_PHASES = np.zeros(len(PHASES), dtype=bool)
ALL_PHASES = np.ones(len(PHASES), dtype=bool)
COMPILED = not numba.config.DISABLE_JIT
SODA_LYE = totals_of(water=0.0, Na=1.0, base=1.0)
SULFURIC_ACID = totals_of(water=0.0, acid=2.0, SO4=1.0)
SODA = totals_of(water=0.0, Na=2.0, CO3=1.0)


def only(*names):
    return np.array([name in names for name in PHASES])


def ph(speciation):
    return -(np.log(speciation.molality[0]) + speciation.ln_gamma[0]) / LN10


def amount(speciation, phase):
    return speciation.phase_amounts[PHASES.index(phase)]


def ln_saturation(speciation, totals, model=MODEL):
    """ln SI of each phase; -inf where a component is absent."""
    count = model.composition.shape[1] - 1
    present = totals[2:] > 0
    ln_a = np.zeros(count + 1)
    ln_a[0] = speciation.ln_water_activity
    shown = np.concatenate([[True], present])
    ln_a[1:][shown] = np.log(speciation.molality[:count][shown]) + speciation.ln_gamma[:count][shown]
    missing = np.any(model.phase_composition[:, 2:][:, ~present] != 0, axis=1)
    return np.where(missing, -np.inf, model.phase_composition @ ln_a - model.phase_ln_k)


def solved(totals, allowed, model=MODEL):
    speciation, error, _, status = equilibrate(model, totals, allowed)
    assert status == CONVERGED
    assert error <= 1e-11
    index = ln_saturation(speciation, totals, model)
    assert np.all(speciation.phase_amounts >= 0)
    assert np.all(index[allowed] <= 1.1e-9)
    np.testing.assert_allclose(index[speciation.phase_amounts > 0], 0.0, atol=1e-9)
    assert np.all(speciation.phase_amounts[~allowed] == 0)
    return speciation


def test_equilibrate__dissolves_gypsum_to_its_solubility_product():
    speciation = solved(totals_of(Ca=0.1, SO4=0.1), only("CaSO4.2H2O(s)"))
    dissolved = 0.1 - amount(speciation, "CaSO4.2H2O(s)")
    # measured: 15.2 mmol/kg at 25 degC; this model's constants are rounded
    assert dissolved == pytest.approx(0.0152, abs=0.002)
    assert speciation.water == pytest.approx(1.0 - 0.036031 * amount(speciation, "CaSO4.2H2O(s)"), rel=1e-6)


def test_equilibrate__leaves_an_undersaturated_liquor_alone():
    totals = totals_of(Ca=1e-3, SO4=1e-3)
    assert np.all(solved(totals, ALL_PHASES).phase_amounts == 0)
    np.testing.assert_allclose(solved(totals, ALL_PHASES).molality, solved(totals, NO_PHASES).molality, rtol=1e-12)


def test_equilibrate__gives_calcite_in_closed_water_ph_9_9():
    speciation = solved(totals_of(Ca=0.01, CO3=0.01), only("CaCO3(s)"))
    assert ph(speciation) == pytest.approx(9.9, abs=0.1)


def test_equilibrate__picks_the_stable_of_gypsum_and_anhydrite():
    dilute = solved(totals_of(Ca=0.2, SO4=0.2), only("CaSO4.2H2O(s)", "CaSO4(s)"))
    assert amount(dilute, "CaSO4(s)") == 0.0
    assert amount(dilute, "CaSO4.2H2O(s)") > 0.1
    salty = solved(totals_of(Ca=0.2, SO4=0.2, Li=18.0, Cl=18.0), only("CaSO4.2H2O(s)", "CaSO4(s)"))
    assert amount(salty, "CaSO4(s)") > 0.1
    assert amount(salty, "CaSO4.2H2O(s)") == 0.0


def test_equilibrate__lets_hydrates_take_their_water():
    totals = totals_of(Na=8.0, SO4=4.0)
    speciation = solved(totals, only("Na2SO4(s)", "Na2SO4.10H2O(s)"))
    hydrate = amount(speciation, "Na2SO4.10H2O(s)")
    assert hydrate > 1.0
    assert speciation.water == pytest.approx(1.0 - 10 * 0.018015 * hydrate, rel=1e-6)


def test_equilibrate__holds_a_liquor_under_carbon_dioxide_at_its_pressure():
    totals = totals_of(Na=0.5, CO3=1.0, acid=1.5)
    speciation = solved(totals, only("CO2(g)"))
    dioxide = NAMES.index("CO2(aq)")
    # Henry: ln a(CO2) = ln(10) (16.681 - 18.15) at 1 bar
    activity = np.log(speciation.molality[dioxide]) + speciation.ln_gamma[dioxide]
    assert activity == pytest.approx(LN10 * (16.681 - 18.15), abs=1e-9)


def test_equilibrate__precipitates_six_hydroxides_at_once():
    metals = {"Al": 0.05, "Fe": 0.01, "Mn": 0.2, "Co": 0.2, "Ni": 0.5, "Cu": 0.02}
    charges = {"Al": 3, "Fe": 3, "Mn": 2, "Co": 2, "Ni": 2, "Cu": 2}
    demand = sum(charges[name] * total for name, total in metals.items())
    totals = totals_of(**metals, SO4=demand / 2, Na=1.02 * demand, base=1.02 * demand)
    speciation = solved(totals, ALL_PHASES)
    for metal, total in metals.items():
        solid = f"{metal}(OH)3(s)" if charges[metal] == 3 else f"{metal}(OH)2(s)"
        # the excess of base redissolves some of the aluminium
        floor = 0.1 if metal == "Al" else 0.99
        assert amount(speciation, solid) > floor * total


def test_equilibrate__equals_its_twin_with_solids():
    components = ("H2O", "H+", "Na+", "Ca+2", "Al+3", "Ni+2", "SO4-2", "CO3-2", "Cl-")
    model, _, phases = mixture(components)
    generator = np.random.default_rng(12)
    allowed = np.ones(len(phases), dtype=bool)
    compared = 0
    while compared < 20:
        totals = random_totals(generator, components, decades=2.0)
        if np.all(totals[2:] > 0):
            _, water, molality, amounts = settle(model, totals, allowed)
            speciation = solved(totals, allowed, model)
            np.testing.assert_allclose(speciation.molality, molality, rtol=1e-10)
            np.testing.assert_allclose(speciation.phase_amounts, amounts, atol=1e-12)
            assert speciation.water == pytest.approx(water, rel=1e-12)
            compared += 1


@pytest.mark.parametrize(
    ("decades", "liquors"), [(4.0, 1250), (12.0, 1250), pytest.param(4.0, 20_000, marks=pytest.mark.validation_long)]
)
def test_equilibrate__converges_for_every_random_liquor(decades, liquors):
    generator = np.random.default_rng(2024)
    for _ in range(liquors if COMPILED else 10):
        totals = random_totals(generator, decades=decades)
        allowed = generator.random(len(PHASES)) < generator.choice([0.0, 0.5, 1.0])
        speciation = solved(totals, allowed)
        held = speciation.water * speciation.molality @ MODEL.composition
        held += speciation.phase_amounts @ MODEL.phase_composition
        held[0] += speciation.water / 0.018015
        terms = speciation.water * speciation.molality @ np.abs(MODEL.composition) + np.abs(totals)
        terms += speciation.phase_amounts @ np.abs(MODEL.phase_composition)
        assert np.all(np.abs(held - totals) <= 1e-11 * terms)


@pytest.mark.parametrize("scale", [1e-6, 1e6])
def test_equilibrate__with_solids_does_not_depend_on_the_scale(scale):
    generator = np.random.default_rng(6)
    for _ in range(20):
        totals = random_totals(generator)
        one, other = solved(totals, ALL_PHASES), solved(scale * totals, ALL_PHASES)
        np.testing.assert_allclose(other.phase_amounts, scale * one.phase_amounts, rtol=1e-7, atol=1e-12 * scale)


def test_equilibrate__says_dry_when_hydrates_take_all_water():
    for water, sulfate in ((0.1, 2.0), (0.1, 4.0), (0.3, 4.0)):
        totals = totals_of(water=water, Na=2 * sulfate, SO4=sulfate)
        assert equilibrate(MODEL, totals, only("Na2SO4(s)", "Na2SO4.10H2O(s)"))[3] == DRY


def test_dose_to_ph__finds_the_dose_that_gives_the_ph():
    generator = np.random.default_rng(31)
    reached = 0
    for titrant in (SODA_LYE, SULFURIC_ACID, SODA):
        for _ in range(60 if COMPILED else 4):
            totals, target = random_totals(generator), generator.uniform(1.0, 11.0)
            allowed = generator.random(len(PHASES)) < generator.choice([0.0, 1.0])
            dose, speciation, error, _, status = dose_to_ph(MODEL, totals, titrant, allowed, target, 10.0)
            assert status in (CONVERGED, UNREACHABLE)
            if status == CONVERGED:
                reached += 1
                assert 0 <= dose <= 10.0
                assert error <= 1e-11
                assert ph(speciation) == pytest.approx(target, abs=1e-10)
                again = solved(totals + dose * titrant, allowed)
                assert ph(again) == pytest.approx(target, abs=1e-9)
                np.testing.assert_allclose(again.phase_amounts, speciation.phase_amounts, atol=1e-9)
    assert reached >= 0.3 * (180 if COMPILED else 12)


def test_dose_to_ph__adds_up_ideal_acid_and_base():
    ideal, _, _ = mixture(ideal=True)
    totals = totals_of(acid=0.1, Cl=0.1)
    dose = dose_to_ph(ideal, totals, SODA_LYE, NO_PHASES, 7.0, 1.0)[0]
    assert dose == pytest.approx(0.1, rel=1e-5)


def test_dose_to_ph__crosses_the_plateau_where_a_hydroxide_precipitates():
    totals = totals_of(Ni=0.5, SO4=0.5)
    doses = [
        dose_to_ph(MODEL, totals, SODA_LYE, only("Ni(OH)2(s)"), target, 5.0)[0] for target in (7.0, 7.5, 8.0, 9.0, 12.0)
    ]
    assert np.all(np.diff(doses) > 0)
    assert doses[3] == pytest.approx(1.0, abs=0.01)


def test_dose_to_ph__finds_the_dose_where_nothing_buffers():
    # a strong acid neutralised to 1e-7 of itself: one rounding of the dose moves the pH by 1e-10
    totals = totals_of(acid=3.0, Cl=3.2, Ca=0.1)
    dose, speciation, _, _, status = dose_to_ph(MODEL, totals, SODA_LYE, ALL_PHASES, 6.9, 10.0)
    assert status == CONVERGED
    assert dose == pytest.approx(3.0, abs=1e-6)
    assert ph(speciation) == pytest.approx(6.9, abs=1e-10)


def test_dose_to_ph__is_smooth_in_its_totals():
    totals = totals_of(Ni=0.5, SO4=0.55, acid=0.1)
    shift = totals_of(water=0.0, acid=1.0, Cl=1.0)
    shifted = [totals + step * shift for step in np.arange(5) * 1e-4]
    doses = [dose_to_ph(MODEL, each, SODA_LYE, ALL_PHASES, 8.0, 5.0)[0] for each in shifted]
    np.testing.assert_allclose(np.diff(doses, 2), 0.0, atol=1e-9)


def test_dose_to_ph__answers_the_nearer_end_when_the_ph_is_out_of_reach():
    acid = totals_of(acid=0.1, Cl=0.1)
    dose, speciation, _, _, status = dose_to_ph(MODEL, acid, SULFURIC_ACID, NO_PHASES, 5.0, 1.0)
    assert (dose, status) == (0.0, UNREACHABLE)
    np.testing.assert_allclose(speciation.molality, solved(acid, NO_PHASES).molality, rtol=1e-12)
    dose, speciation, _, _, status = dose_to_ph(MODEL, acid, SODA_LYE, NO_PHASES, 7.0, 0.05)
    assert (dose, status) == (0.05, UNREACHABLE)
    assert ph(speciation) < 2.0
    dose, _, _, _, status = dose_to_ph(MODEL, acid, SODA, NO_PHASES, 1e-3, 1.0)
    assert (dose, status) == (0.0, UNREACHABLE)
    dose, _, _, _, status = dose_to_ph(MODEL, acid, SODA, NO_PHASES, 13.5, 1.0)
    assert (dose, status) == (1.0, UNREACHABLE)


def test_dose_to_ph__needs_nothing_when_the_ph_is_there():
    totals = totals_of(Na=0.2, CO3=0.1)
    there = ph(solved(totals, NO_PHASES))
    for titrant in (SODA_LYE, SODA, SULFURIC_ACID):
        dose, _, _, _, status = dose_to_ph(MODEL, totals, titrant, NO_PHASES, there, 1.0)
        assert status == CONVERGED
        assert dose == pytest.approx(0.0, abs=1e-9)


def test_dose_to_ph__refuses_what_equilibrate_refuses():
    totals = totals_of(Na=1.0, Cl=1.0)
    charged = totals_of(water=0.0, Na=1.0)
    assert dose_to_ph(MODEL, totals, charged, NO_PHASES, 7.0, 1.0)[4] == CHARGED
    assert dose_to_ph(MODEL, totals + charged, SODA_LYE, NO_PHASES, 7.0, 1.0)[4] == CHARGED
    totals[0] = 0.0
    assert dose_to_ph(MODEL, totals, SODA_LYE, NO_PHASES, 7.0, 1.0)[4] == DRY
    components = ("H2O", "H+", "Na+", "Cl-")
    model, names, _ = mixture(components)
    model = model._replace(ln_k=np.where(np.array(names) == "OH-", -np.inf, model.ln_k))
    basic = totals_of(components, Na=1.0, base=1.0)
    acid = totals_of(components, water=0.0, acid=1.0, Cl=1.0)
    assert dose_to_ph(model, basic, acid, np.zeros(0, dtype=bool), 7.0, 0.5)[4] == OUT_OF_STEPS
