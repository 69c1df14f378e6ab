"""The equilibrium from a start and in a sweep: the same answers as from nothing, whatever the start."""

import numba
import numpy as np
import pytest
from asked import equilibrate, equilibrate_many
from naive_speciation import mixture, random_totals, totals_of
from test_pitzer_equilibrium import MODEL as PITZER_MODEL

from raffinate.flowsheet.chemistry.packing import pack
from raffinate.kernels.guess import guess
from raffinate.kernels.packed import SPECIES
from raffinate.kernels.saturation import NO_ROOM
from raffinate.kernels.speciation import ACTIVE, bring, exponentiate, reduce
from raffinate.kernels.status import CHARGED, CONVERGED, DRY

MODEL, NAMES, PHASES = mixture()
COMPILED = not numba.config.DISABLE_JIT


@numba.njit
def guessed(packed, totals, allowed):
    """Which phases (P,) the guess for totals (C,) names."""
    liquor, model, terms = reduce(packed, totals, totals, allowed, np.zeros(allowed.shape[0]), 0)
    bring(liquor, totals, totals, 0)
    guess(liquor, model, terms, 0.0)
    named = np.zeros(allowed.shape[0], np.bool_)
    first = liquor.component.shape[1] + liquor.species.shape[1]
    for k in range(liquor.phase.shape[1]):
        named[liquor.place[first + k] - packed.places[SPECIES]] = liquor.phase[ACTIVE, k] > 0.0
    return named


def same(one, other):
    np.testing.assert_allclose(one.molality, other.molality, rtol=1e-10)
    np.testing.assert_allclose(one.phase_amounts, other.phase_amounts, rtol=1e-10, atol=1e-12)
    assert one.water == pytest.approx(other.water, rel=1e-11)


@pytest.mark.parametrize("model", [MODEL, PITZER_MODEL], ids=["truesdell_jones", "pitzer"])
def test_equilibrate__answers_the_same_from_any_start(model):
    generator = np.random.default_rng(41)
    for _ in range(300 if COMPILED else 5):
        totals = random_totals(generator)
        allowed = generator.random(len(PHASES)) < generator.choice([0.0, 0.5, 1.0])
        cold, _, _, status = equilibrate(model, totals, allowed)
        assert status == CONVERGED
        strange = equilibrate(model, random_totals(generator), allowed)[0]
        for start in (cold, strange):
            found, _, _, status = equilibrate(model, totals, allowed, NO_ROOM, start)
            assert status == CONVERGED
            same(found, cold)


def test_equilibrate__takes_few_steps_from_a_near_start():
    totals = totals_of(Na=0.5, Ni=1.0, SO4=1.25 + 0.05, acid=0.1)
    near = totals.copy()
    near[2:] *= 1.01
    near[1] *= 1.01
    none = np.zeros(len(PHASES), dtype=bool)
    start = equilibrate(MODEL, totals, none)[0]
    assert equilibrate(MODEL, near, none, NO_ROOM, start)[2] <= 4


def test_guess__names_the_phases_of_most_liquors():
    generator = np.random.default_rng(47)
    allowed = np.ones(len(PHASES), dtype=bool)
    steps, named, held = [], 0, 0
    for _ in range(200 if COMPILED else 3):
        totals = random_totals(generator)
        found, _, taken, status = equilibrate(MODEL, totals, allowed)
        assert status == CONVERGED
        active = guessed(pack(MODEL), totals, allowed)
        named += np.array_equal(active, found.phase_amounts > 0.0)
        held += np.any(found.phase_amounts > 0.0)
        steps.append(taken)
    assert named >= 0.6 * len(steps)
    assert held > 0
    assert np.median(steps) <= 8.0


@pytest.mark.parametrize("model", [MODEL, PITZER_MODEL], ids=["truesdell_jones", "pitzer"])
def test_equilibrate_many__equals_equilibrate_of_each(model):
    generator = np.random.default_rng(43)
    rows = np.array([random_totals(generator) for _ in range(150 if COMPILED else 4)])
    allowed = generator.random(len(PHASES)) < 0.7
    answers = equilibrate_many(model, rows, allowed)
    for at, totals in enumerate(rows):
        one, _, _, status = equilibrate(model, totals, allowed)
        assert status == answers.counts[at, 1] == CONVERGED
        np.testing.assert_allclose(answers.molality[at], one.molality, rtol=1e-10)
        np.testing.assert_allclose(answers.phase_amounts[at], one.phase_amounts, rtol=1e-10, atol=1e-12)
        np.testing.assert_allclose(
            answers.whole[at, :3], [one.water, one.ln_water_activity, one.ionic_strength], rtol=1e-10
        )


def test_equilibrate_many__does_not_depend_on_where_a_sweep_is_cut():
    rows = np.array([totals_of(Na=0.2 + 0.01 * step, Cl=0.2 + 0.01 * step, Ca=0.01, CO3=0.01) for step in range(130)])
    whole = equilibrate_many(MODEL, rows, np.ones(len(PHASES), dtype=bool))
    part = equilibrate_many(MODEL, rows[37:101].copy(), np.ones(len(PHASES), dtype=bool))
    np.testing.assert_allclose(part.molality, whole.molality[37:101], rtol=1e-11)


def test_equilibrate_many__tells_of_each_liquor_what_is_wrong_with_it():
    rows = np.array(
        [totals_of(Na=1.0, Cl=1.0), totals_of(Na=1.0), totals_of(Na=1.0, Cl=1.0), totals_of(Na=1.0, Cl=1.0)]
    )
    rows[2, 0] = 0.0
    answers = equilibrate_many(MODEL, rows, np.zeros(len(PHASES), dtype=bool))
    assert answers.counts[:, 1].tolist() == [CONVERGED, CHARGED, DRY, CONVERGED]
    assert np.array_equal(answers.molality[1], np.zeros(len(NAMES)))
    np.testing.assert_allclose(answers.molality[3], answers.molality[0], rtol=1e-12)


def test_exponentiate__equals_exp_within_its_range():
    logarithms = np.concatenate([np.linspace(-700.0, 150.0, 5001), [0.0, -1e-300, 1e-17]])
    values = np.empty(len(logarithms))
    exponentiate(logarithms, values)
    np.testing.assert_allclose(values, np.exp(logarithms), rtol=4e-16)
    exponentiate(np.array([-1e9, 1e9]), values[:2])
    np.testing.assert_allclose(values[:2], np.exp([-700.0, 150.0]), rtol=4e-16)
