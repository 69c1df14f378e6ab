from math import factorial

import naive_population_balance as naive
import numpy as np
import pytest
from crystallisers import EDGES, plain, random_train

from raffinate.kernels.msmpr import msmpr_train
from raffinate.kernels.msmpr_moments import moments_train
from raffinate.kernels.population_balance import Feed
from raffinate.kernels.status import CONVERGED, DRY, OUT_OF_STEPS, OUTGROWN, UNDERSATURATED, WASHED_OUT

LONG = pytest.mark.validation_long
SIZE_DEPENDENT = {"size_scale": 1e5, "size_exponent": 0.5}


def classified(tanks, classes):
    """Fines half as likely to leave as a mixed outflow takes them, large crystals twice as likely."""
    return np.where(np.arange(classes) < classes // 2, 0.5, 2.0) * np.ones((tanks, 1))


def solve(*train):
    answer, error, _, status = msmpr_train(*train)
    assert status == CONVERGED
    assert error < 1e-10
    return answer


def test_msmpr_train__gives_the_exponential_distribution():
    kinetics, crystal, vessels, edges, feed = plain()
    answer = solve(kinetics, crystal, vessels, edges, feed)
    growth = kinetics.growth[0] * answer.supersaturation[0] ** kinetics.growth_order
    decay, born = growth * 5000.0, answer.nucleation[0] * 5.0
    expected = born * (np.exp(-(edges[:-1] - edges[0]) / decay) - np.exp(-(edges[1:] - edges[0]) / decay))
    seen = expected > 1e-12 * expected.max()
    np.testing.assert_allclose(answer.numbers[0][seen], expected[seen], rtol=1e-9)
    assert answer.growth[0] == pytest.approx(growth, rel=1e-12)


@pytest.mark.parametrize("classes", [5, 50, 200])
def test_msmpr_train__has_the_moments_of_the_closed_form_whatever_the_classes(classes):
    edges = np.geomspace(1e-9, 1e-2, classes + 1)
    answer = solve(*plain(edges=edges))
    decay, born = answer.growth[0] * 5000.0, answer.nucleation[0] * 5.0
    expected = [born * factorial(k) * decay**k for k in range(5)]
    np.testing.assert_allclose(answer.moments[0], expected, rtol=1e-3)  # nuclei are of 1 nm, not of none
    assert answer.moments[0, 4] / answer.moments[0, 3] == pytest.approx(4.0 * decay, rel=1e-3)


@pytest.mark.parametrize("tanks", [1, 3])
@pytest.mark.parametrize("seeds", [0.0, 0.02])
def test_moments_train__agrees_with_the_classes(tanks, seeds):
    train = plain(tanks, edges=np.geomspace(1e-6, 1e-2, 401), seeds=seeds)
    by_class = solve(*train)
    by_moments, error, _, status = moments_train(*train)
    assert (status, error < 1e-10) == (CONVERGED, True)
    rough = 1e-3 if tanks > 1 else 1e-9  # classes spread what comes from the tank before evenly
    np.testing.assert_allclose(by_moments.moments, by_class.moments, rtol=rough)
    np.testing.assert_allclose(by_moments.supersaturation, by_class.supersaturation, rtol=rough)
    np.testing.assert_allclose(by_moments.crystals, by_class.masses.sum(1), rtol=rough)


@pytest.mark.parametrize("case", ["size", "seeds", "classified", "all"])
def test_msmpr_train__agrees_with_its_twin(case):
    edges = np.geomspace(1e-6, 3e-3, 31)
    changes = {"primary": np.array([1e6])}
    if case in ("size", "all"):
        changes |= SIZE_DEPENDENT
    if case in ("classified", "all"):
        changes |= {"removal": classified(1, 30), "dissolution": np.where(edges[:-1] < 1e-5, 4e-4, 0.0)[None, :]}
    train = plain(edges=edges, seeds=0.02 if case in ("seeds", "all") else 0.0, **changes)
    answer = solve(*train)
    masses, sigma = naive.msmpr(*train)
    # Growth is taken as constant over a class, which the twin does not: 30 classes are coarse.
    rough = 2e-2 if case in ("size", "all") else 1e-7
    np.testing.assert_allclose(answer.masses[0], masses, rtol=rough, atol=rough * masses.max())
    assert answer.supersaturation[0] == pytest.approx(sigma, rel=rough)


def test_msmpr_train__converges_with_the_square_of_the_width_of_the_classes():
    found = []
    for classes in (50, 100, 200, 400, 800):
        edges = np.geomspace(1e-6, 1e-2, classes + 1)
        answer = solve(*plain(edges=edges, **SIZE_DEPENDENT))
        found.append([answer.moments[0, 4] / answer.moments[0, 3], answer.supersaturation[0], answer.moments[0, 2]])
    steps = np.abs(np.diff(found, axis=0))
    orders = np.log2(steps[:-1] / steps[1:])
    assert np.all(orders[1:] > 1.8), orders
    assert np.all(steps[-1] / found[-1] < 1e-4)
    assert abs(found[2][0] / found[-1][0] - 1.0) < 1e-3  # L43 with 200 classes


def balances(train, answer):
    """Largest imbalance of solute and solvent over the train, relative, with the crystals by class."""
    _, crystal, vessels, _, feed = train
    crystals = np.concatenate(([feed.seeds.sum()], answer.masses.sum(1)))
    solute = np.concatenate(([feed.solute], answer.solute)) + crystal.solute * crystals
    solvent = np.concatenate(([feed.solvent], answer.solvent)) + crystal.solvent * crystals
    return max(
        np.max(np.abs(np.diff(solute)) / solute[0]), np.max(np.abs(np.diff(solvent) + vessels.evaporated) / solvent[0])
    )


@pytest.mark.parametrize("count", [300, pytest.param(10_000, marks=LONG)])
def test_msmpr_train__solves_random_trains(count):
    rng = np.random.default_rng(20_261_130)
    crystallised = 0
    for _ in range(count):
        train = random_train(rng, 0.05, 5.0)
        answer, error, _, status = msmpr_train(*train)
        assert status in (CONVERGED, WASHED_OUT, DRY)
        assert OUT_OF_STEPS not in answer.states
        if status != DRY:
            assert error < 1e-9
            assert balances(train, answer) < 1e-9
        assert np.all(answer.masses >= 0.0)
        assert np.all(answer.numbers >= 0.0)
        crystallised += status == CONVERGED
    assert crystallised > 0.9 * count


def test_msmpr_train__yields_all_of_the_supersaturation_where_kinetics_are_fast():
    kinetics, crystal, vessels, edges, feed = plain(growth=np.array([1e-3]), nucleation=np.array([1e16]))
    answer = solve(kinetics, crystal, vessels, edges, feed)
    solute, solvent = feed.solute - 0.6 * answer.masses.sum(), 0.85 - 0.4 * answer.masses.sum()
    assert solute / solvent == pytest.approx(0.4, rel=1e-4)
    assert 0.0 < answer.supersaturation[0] < 1e-4


def test_msmpr_train__keeps_the_digits_of_a_trace_of_crystals():
    answer = solve(*plain(magma_order=0.0, nucleation=np.array([1e-3])))
    growth, time = answer.growth[0], 5000.0
    decay, lowest = growth * time, EDGES[0]
    cubes = lowest**3 + 3 * lowest**2 * decay + 6 * lowest * decay**2 + 6 * decay**3
    expected = 2070.0 * np.pi / 6 * 5.0 * answer.nucleation[0] * cubes
    assert 0.0 < answer.masses.sum() < 1e-10
    assert answer.masses.sum() == pytest.approx(expected, rel=1e-9)


def test_msmpr_train__withdraws_large_crystals_first_from_a_classified_tank():
    mixed, taken = solve(*plain()), solve(*plain(removal=classified(1, EDGES.size - 1)))
    assert taken.magma[0] != pytest.approx(taken.masses.sum() / 1e-3, rel=1e-2)
    assert mixed.magma[0] == pytest.approx(mixed.masses.sum() / 1e-3, rel=1e-9)


def test_msmpr_train__makes_coarser_crystals_where_fines_are_dissolved():
    fines = np.where(EDGES[1:] < 2e-5, 2e-3, 0.0)[None, :]
    before, after = solve(*plain()), solve(*plain(dissolution=fines))
    mean = [answer.moments[0, 4] / answer.moments[0, 3] for answer in (before, after)]
    assert mean[1] > 1.2 * mean[0]


def test_msmpr_train__counts_what_outgrows_the_last_edge():
    wide, short = solve(*plain()), solve(*plain(edges=np.geomspace(1e-6, 10**-3.7, 51)))
    np.testing.assert_allclose(short.moments, wide.moments, rtol=1e-9)
    assert short.oversize[0] > 0.05 * short.masses.sum()
    assert wide.masses[0][EDGES[:-1] > 1.99e-4].sum() == pytest.approx(short.oversize[0], rel=1e-9)


def test_msmpr_train__takes_the_state_with_more_crystals_where_there_are_two():
    answer = solve(*plain(magma_order=1.5, primary=np.zeros(1)))
    assert answer.masses.sum() > 0.1


def unwithdrawn():
    removal = np.ones((1, EDGES.size - 1))
    removal[0, EDGES[1:] > 1e-4] = 0.0
    return plain(edges=np.geomspace(1e-6, 2e-4, EDGES.size), removal=removal)


@pytest.mark.parametrize("kernel", [msmpr_train, moments_train])
@pytest.mark.parametrize(
    ("status", "train"),
    [
        (WASHED_OUT, plain(nucleation=np.array([1e3]))),
        (WASHED_OUT, plain(nucleation=np.zeros(1))),
        (WASHED_OUT, plain(magma_order=1.5, nucleation=np.array([1e3]))),
        (UNDERSATURATED, plain(solubility=np.array([0.7]), seeds=0.01)),
        (DRY, plain(evaporated=np.array([1.0]))),
        (DRY, plain(evaporated=np.array([0.6]))),
        (OUT_OF_STEPS, plain(growth=np.array([np.nan]))),
    ],
)
def test_trains__say_why_nothing_crystallises(kernel, status, train):
    answer, _, _, found = kernel(*train)
    assert found == status
    assert answer.states[-1] == status
    if status == WASHED_OUT:
        assert answer.moments.sum() == 0.0
        assert answer.supersaturation[0] > 0.0
    if status == UNDERSATURATED:
        assert answer.supersaturation[0] < 0.0
        np.testing.assert_allclose(answer.moments[0, 3] * 2070.0 * np.pi / 6, 0.01, rtol=1e-12)


def test_msmpr_train__says_that_crystals_outgrow_classes_that_are_never_withdrawn():
    answer, _, _, status = msmpr_train(*unwithdrawn())
    assert (status, answer.states[0]) == (OUTGROWN, OUTGROWN)


def test_msmpr_train__goes_on_behind_a_tank_that_washes_out():
    train = plain(2, nucleation=np.array([1e3, 1e8]))
    answer, _, _, status = msmpr_train(*train)
    assert list(answer.states) == [WASHED_OUT, CONVERGED]
    assert status == CONVERGED
    assert balances(train, answer) < 1e-12


def test_msmpr_train__passes_on_seeds_of_a_liquor_that_does_not_crystallise():
    train = plain(seeds=0.01, solubility=np.array([0.7]))
    answer, *_ = msmpr_train(*train)
    np.testing.assert_allclose(answer.masses[0], train[4].seeds, rtol=1e-12)


def test_msmpr_train__takes_linear_edges_from_zero():
    answer = solve(*plain(edges=np.linspace(0.0, 3e-3, 301)))
    np.testing.assert_allclose(
        answer.moments[0, 3] / (6 * answer.moments[0, 0] * answer.growth[0] ** 3 * 5000.0**3), 1, rtol=1e-9
    )


def test_msmpr_train__does_not_change_what_it_is_given():
    train = plain(2, seeds=0.01)
    before = [np.copy(value) for part in (train[0], train[2], train[4]) for value in part]
    msmpr_train(*train)
    after = [value for part in (train[0], train[2], train[4]) for value in part]
    assert all(np.array_equal(a, b) for a, b in zip(before, after, strict=True))
    assert isinstance(train[4], Feed)
