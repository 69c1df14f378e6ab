import naive_population_balance as naive
import numpy as np
import pytest

from raffinate.kernels.population_balance import Crystal, Kinetics
from raffinate.kernels.population_balance_batch import Charge, Programme, Table, batch_run
from raffinate.kernels.status import CONVERGED, DRY, OUT_OF_STEPS, UNDERSATURATED, WASHED_OUT

EDGES = np.geomspace(1e-6, 5e-3, 201)
HOT, COLD = 343.15, 293.15


def batch(seeds=0.5, evaporated=0.0, primary=1e5, **changes):
    """A salt with water of hydration, cooled from 70 to 20 degC in four hours; `changes` of the kinetics."""
    temperature = np.linspace(COLD, HOT, 41)
    one = np.ones(41)
    kinetics = Kinetics(1e-7 * one, 1.3, 1e7 * one, 1.8, 1.0, primary * one, 3.0, 0.0, 0.0)._replace(**changes)
    crystal = Crystal(2000.0, np.pi / 6, 0.6, 0.4)
    programme = Programme(
        np.array([0.0, 7200.0, 14400.0]), np.array([HOT, 318.15, COLD]), evaporated * np.array([0.0, 0.5, 1.0])
    )
    sown = np.exp(-0.5 * (np.log(EDGES[:-1] / 5e-5) / 0.2) ** 2)
    charge = Charge(1.0, 480.0, 800.0, seeds * sown / sown.sum())
    return kinetics, crystal, Table(temperature, 0.3 + 0.006 * (temperature - COLD)), programme, EDGES, charge


def run(case, tolerance=1e-5):
    answer, error, _, status = batch_run(*case, tolerance)
    assert status == CONVERGED
    assert error < 1e-12
    return answer


CASES = {
    "seeded": batch(),
    "unseeded": batch(seeds=0.0, primary=1e7),
    "boiled_down": batch(evaporated=200.0),
    "heavily_seeded": batch(seeds=50.0),
}


@pytest.mark.parametrize("name", CASES)
def test_batch_run__agrees_with_the_method_of_moments(name):
    answer = run(CASES[name])
    np.testing.assert_allclose(answer.moments, naive.batch_moments(*CASES[name]), rtol=1e-3)


@pytest.mark.parametrize("name", CASES)
def test_batch_run__keeps_solute_and_solvent(name):
    kinetics, crystal, table, programme, edges, charge = CASES[name]
    answer = run(CASES[name])
    grown = answer.masses.sum() - charge.seeds.sum()
    assert answer.solute == pytest.approx(charge.solute - crystal.solute * grown, rel=1e-12)
    assert answer.solvent == pytest.approx(
        charge.solvent - crystal.solvent * grown - programme.evaporated[-1], rel=1e-12
    )
    concentration = answer.solute / answer.solvent
    assert answer.supersaturation[-1] == pytest.approx(concentration / table.solubility[0] - 1.0, abs=1e-9)
    unit = crystal.density * crystal.shape
    assert answer.moments[3] * unit == pytest.approx(answer.masses.sum(), rel=1e-12)
    assert answer.numbers.sum() == pytest.approx(answer.moments[0], rel=1e-12)
    assert np.all(np.diff(answer.crystals) >= 0.0)
    assert answer.crystals[-1] == pytest.approx(answer.masses.sum(), rel=1e-12)
    assert edges is EDGES
    assert kinetics.magma_order == 1.0


def test_batch_run__converges_with_the_tolerance():
    exact = naive.batch_moments(*batch())
    errors = [np.max(np.abs(run(batch(), tolerance).moments / exact - 1.0)) for tolerance in (1e-3, 1e-4, 1e-5, 1e-6)]
    assert np.all(np.diff(np.log10(errors)) < -0.4), errors
    assert errors[-1] < 1e-4


def test_batch_run__moves_seeds_by_what_has_grown():
    case = batch(primary=0.0, nucleation=np.zeros(41))
    answer = run(case)
    seeds = case[5].seeds / (2000.0 * np.pi / 6 * naive.pivots(EDGES))
    assert answer.moments[0] == pytest.approx(seeds.sum(), rel=1e-12)
    mean = np.sum(seeds * 0.5 * (EDGES[1:] + EDGES[:-1])) / seeds.sum()
    assert answer.moments[1] / answer.moments[0] == pytest.approx(mean + answer.grown[-1], rel=1e-9)
    largest = EDGES[1:][case[5].seeds > 1e-9 * case[5].seeds.max()].max()
    assert answer.masses[EDGES[:-1] > 1.05 * (largest + answer.grown[-1])].sum() < 1e-6 * answer.masses.sum()


def test_batch_run__grows_large_seeds_faster_where_growth_depends_on_size():
    alike = run(batch(primary=0.0, nucleation=np.zeros(41)))
    faster = run(batch(primary=0.0, nucleation=np.zeros(41), size_scale=1e4, size_exponent=0.5))
    spread = [b.moments[2] / b.moments[0] - (b.moments[1] / b.moments[0]) ** 2 for b in (alike, faster)]
    assert spread[1] > 1.5 * spread[0]


def test_batch_run__classes_far_too_few_still_hold_the_crystals():
    kinetics, crystal, table, programme, _, charge = batch()
    few = np.array([1e-6, 1e-5, 1e-4, 3e-4])
    charge = charge._replace(seeds=np.array([0.0, 0.5, 0.0]))
    answer = run((kinetics, crystal, table, programme, few, charge))
    assert answer.oversize > 0.0
    assert answer.masses[-1] > answer.oversize
    assert answer.solute + crystal.solute * answer.masses.sum() == pytest.approx(
        480.0 + crystal.solute * 0.5, rel=1e-12
    )


def test_batch_run__slow_growth_leaves_supersaturation_and_fast_growth_none():
    slow, fast = (run(batch(growth=np.full(41, growth))) for growth in (1e-9, 1e-5))
    assert slow.supersaturation[-1] > 0.5
    assert 0.0 < fast.supersaturation[-1] < 0.02


@pytest.mark.parametrize(
    ("status", "case"),
    [
        (WASHED_OUT, batch(seeds=0.0, primary=0.0)),
        (UNDERSATURATED, (*batch()[:5], Charge(1.0, 100.0, 800.0, batch()[5].seeds))),
        (UNDERSATURATED, (*batch(seeds=0.0)[:5], Charge(1.0, 100.0, 800.0, np.zeros(200)))),
        (DRY, batch(evaporated=900.0)),
        (OUT_OF_STEPS, batch(growth=np.full(41, np.nan))),
    ],
)
def test_batch_run__says_what_went_wrong(status, case):
    *_, found = batch_run(*case, 1e-4)
    assert found == status


@pytest.mark.parametrize("count", [100, pytest.param(10_000, marks=pytest.mark.validation_long)])
def test_batch_run__finishes_random_batches(count):
    rng = np.random.default_rng(7)
    for _ in range(count):
        one = np.ones(41)
        case = batch(
            seeds=float(10 ** rng.uniform(-3, 2)), evaporated=rng.choice([0.0, 100.0]), primary=10 ** rng.uniform(0, 10),
            growth=10 ** rng.uniform(-8.5, -6) * one, growth_order=rng.uniform(1, 2), magma_order=rng.uniform(0, 2),
            nucleation=10 ** rng.uniform(4, 10) * one, nucleation_order=rng.uniform(1, 4),
        )  # fmt: skip
        answer, error, _, status = batch_run(*case, 1e-4)
        assert status == CONVERGED
        assert error < 1e-9
        assert answer.supersaturation[-1] > -1e-9
