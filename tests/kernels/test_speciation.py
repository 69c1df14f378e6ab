"""Equilibrium of a liquor without solids: closed forms, the twin, conservation, scale, refusals."""

import math

import numba
import numpy as np
import pytest
from asked import equilibrate
from naive_speciation import COMPONENTS, LN10, mixture, random_totals, settle, totals_of

from raffinate.kernels.status import CHARGED, CONVERGED, DRY, OUT_OF_STEPS

MODEL, NAMES, PHASES = mixture()
NO_PHASES = np.zeros(len(PHASES), dtype=bool)
COMPILED = not numba.config.DISABLE_JIT


def ph(speciation):
    return -(np.log(speciation.molality[0]) + speciation.ln_gamma[0]) / LN10


def solved(totals, model=MODEL, allowed=NO_PHASES):
    speciation, error, _, status = equilibrate(model, totals, allowed)
    assert status == CONVERGED
    assert error <= 1e-12
    return speciation


def test_equilibrate__gives_pure_water_ph_7():
    speciation = solved(totals_of())
    assert ph(speciation) == pytest.approx(7.0, abs=1e-6)
    assert speciation.molality[NAMES.index("OH-")] == pytest.approx(speciation.molality[0], rel=1e-9)
    # of 1 kg, 1e-7 mol are in H+ and OH-
    assert speciation.water == pytest.approx(1.0, abs=1e-8)


def test_equilibrate__gives_hydrochloric_acid_its_ideal_ph():
    ideal, _, _ = mixture(ideal=True)
    speciation = solved(totals_of(acid=0.01, Cl=0.01), ideal)
    assert ph(speciation) == pytest.approx(2.0, abs=1e-9)
    assert speciation.ionic_strength == pytest.approx(0.01, rel=1e-9)
    assert speciation.ln_water_activity == pytest.approx(math.log(1 - 0.017 * 0.02), rel=1e-9)


def test_equilibrate__dissociates_bisulfate_by_its_quadratic():
    components = ("H2O", "H+", "SO4-2")
    ideal, names, _ = mixture(components, ideal=True)
    total = 0.1
    speciation = solved(totals_of(components, acid=2 * total, SO4=total), ideal, np.zeros(0, dtype=bool))
    # h = T + s and K (T - s) = h s, with OH- far too small to matter
    dissociation = 10**-1.988
    sulfate = (-(total + dissociation) + math.sqrt((total + dissociation) ** 2 + 4 * dissociation * total)) / 2
    assert speciation.molality[names.index("SO4-2")] == pytest.approx(sulfate, rel=1e-9)


def test_equilibrate__gives_an_amphoteric_salt_the_ph_between_its_steps():
    components = ("H2O", "H+", "Na+", "CO3-2")
    ideal, _, phases = mixture(components, ideal=True)
    plain = ideal._replace(ln_k=np.where(ideal.composition[:, 2] * ideal.composition[:, 3] > 0, -np.inf, ideal.ln_k))
    totals = totals_of(components, Na=0.1, CO3=0.1, acid=0.1)
    speciation = solved(totals, plain, np.zeros(len(phases), dtype=bool))
    assert ph(speciation) == pytest.approx((10.329 + 6.352) / 2, abs=0.01)


def test_equilibrate__obeys_every_law_of_mass_action():
    speciation = solved(random_totals(np.random.default_rng(3)))
    present = speciation.molality > 0
    count = len(COMPONENTS) - 1
    ln_a = np.log(np.where(present, speciation.molality, 1.0)) + speciation.ln_gamma
    components = np.concatenate([[speciation.ln_water_activity], ln_a[:count]])
    expected = MODEL.ln_k + MODEL.composition @ components
    np.testing.assert_allclose(ln_a[present], expected[present], atol=1e-11)


def test_equilibrate__equals_its_twin_from_acid_to_base():
    components = ("H2O", "H+", "Na+", "Ca+2", "Al+3", "Ni+2", "SO4-2", "CO3-2", "Cl-")
    model, _, phases = mixture(components)
    generator = np.random.default_rng(11)
    allowed = np.zeros(len(phases), dtype=bool)
    compared = 0
    while compared < 25:
        totals = random_totals(generator, components, decades=2.0)
        if np.all(totals[2:] > 0):
            _, water, molality, _ = settle(model, totals, allowed)
            speciation = solved(totals, model, allowed)
            np.testing.assert_allclose(speciation.molality, molality, rtol=1e-11)
            assert speciation.water == pytest.approx(water, rel=1e-12)
            compared += 1


def test_equilibrate__leaves_absent_components_out():
    speciation = solved(totals_of(Na=0.2, SO4=0.1))
    for name, molality in zip(NAMES, speciation.molality, strict=True):
        assert (molality > 0) == (name in ("H+", "OH-", "Na+", "SO4-2", "HSO4-", "NaSO4-"))


def test_equilibrate__solves_a_trace_as_well_as_the_rest():
    major = solved(totals_of(Na=2.0, SO4=1.0 + 1e-3, Ni=1e-3))
    trace = solved(totals_of(Na=2.0, SO4=1.0 + 1e-15, Ni=1e-15))
    nickel = [NAMES.index(name) for name in ("Ni+2", "NiOH+", "NiSO4(aq)")]
    assert trace.molality[nickel].sum() == pytest.approx(1e-15 / trace.water, rel=1e-3)
    shares = trace.molality[nickel] / trace.molality[nickel].sum()
    np.testing.assert_allclose(shares, major.molality[nickel] / major.molality[nickel].sum(), atol=0.01)


@pytest.mark.parametrize("scale", [1e-6, 1e6])
def test_equilibrate__does_not_depend_on_the_scale(scale):
    generator = np.random.default_rng(5)
    for _ in range(20):
        totals = random_totals(generator)
        one, other = solved(totals), solved(scale * totals)
        np.testing.assert_allclose(other.molality, one.molality, rtol=1e-8)
        assert other.water == pytest.approx(scale * one.water, rel=1e-12)


def test_equilibrate__answers_the_same_twice():
    totals = random_totals(np.random.default_rng(8))
    first = solved(totals)
    solved(random_totals(np.random.default_rng(9)))
    assert np.array_equal(first.molality, solved(totals).molality)


def test_equilibrate__conserves_components_and_charge():
    generator = np.random.default_rng(21)
    for _ in range(200 if COMPILED else 10):
        totals = random_totals(generator)
        speciation = solved(totals)
        held = speciation.water * speciation.molality @ MODEL.composition
        held[0] += speciation.water / 0.018015
        scale = speciation.water * speciation.molality @ np.abs(MODEL.composition) + np.abs(totals)
        assert np.all(np.abs(held - totals) <= 1e-12 * scale)
        charge = MODEL.charge * speciation.molality
        assert abs(charge.sum()) <= 1e-12 * np.abs(charge).sum() + 1e-15


def test_equilibrate__refuses_charged_totals():
    totals = totals_of(Na=1.0)
    assert equilibrate(MODEL, totals, NO_PHASES)[3] == CHARGED
    totals[COMPONENTS.index("Cl-")] = 1.0 + 1e-11
    assert equilibrate(MODEL, totals, NO_PHASES)[3] == CONVERGED
    totals[COMPONENTS.index("Cl-")] = np.nan
    assert equilibrate(MODEL, totals, NO_PHASES)[3] == CHARGED


def test_equilibrate__refuses_a_liquor_without_water():
    totals = totals_of(Na=1.0, Cl=1.0)
    totals[0] = 0.0
    speciation, _, _, status = equilibrate(MODEL, totals, NO_PHASES)
    assert status == DRY
    assert speciation.water == 0.0


def test_equilibrate__says_so_when_no_answer_exists():
    # without OH- nothing can hold the negative total of H+
    components = ("H2O", "H+", "Na+", "Cl-")
    model, names, _ = mixture(components)
    model = model._replace(ln_k=np.where(np.array(names) == "OH-", -np.inf, model.ln_k))
    outcome = equilibrate(model, totals_of(components, Na=1.0, base=1.0), np.zeros(0, dtype=bool))
    assert outcome[3] == OUT_OF_STEPS


def test_equilibrate__takes_rounding_below_nothing_for_nothing():
    totals = totals_of(Na=1.0, Cl=1.0)
    totals[COMPONENTS.index("Li+")] = -1e-17
    assert solved(totals).molality[NAMES.index("Li+")] == 0.0
