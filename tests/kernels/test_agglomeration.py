import naive_population_balance as naive
import numpy as np
import pytest
from crystallisers import EDGES, LAWS, plain, random_exchange, random_train
from test_msmpr import balances

from raffinate.kernels.msmpr import msmpr_train
from raffinate.kernels.msmpr_agglomeration import agglomerating_train
from raffinate.kernels.population_balance import size_classes
from raffinate.kernels.population_balance_exchange import (
    CONSTANT,
    SHEAR,
    agglomeration_of,
    bear,
    breakage_of,
    collision_frequency,
    fragment,
    partial_sum,
)
from raffinate.kernels.status import CONVERGED, DRY, OUT_OF_STEPS, OUTGROWN, UNDERSATURATED, WASHED_OUT

LONG = pytest.mark.validation_long


def exchange(law, strength, selection=0.0, edges=EDGES):
    strength = np.atleast_1d(np.asarray(strength, float))
    agglomeration = agglomeration_of(edges, collision_frequency(edges, law), strength)
    return agglomeration, breakage_of(edges, np.full(edges.size - 1, selection))


def change(agglomeration, breakage, number):
    """Change of the pivots by the tables of the kernels."""
    births = np.zeros(number.size)
    fragment(breakage, number, births)
    deaths = -breakage.selection * np.diag(breakage.fragments)
    for i in range(number.size):
        bear(agglomeration, agglomeration.strength[0], i, number, births)
        if i < number.size - 1:
            met = partial_sum(agglomeration.loss, i, number, 0, number.size)
            deaths[i] += agglomeration.strength[0] * met
    return births - deaths * number


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize(
    "edges", [np.geomspace(1e-6, 1e-2, 41), np.geomspace(1e-6, 1e-2, 9), np.linspace(0.0, 1e-3, 31)]
)
def test_exchange__agrees_with_its_twin_pair_by_pair_and_keeps_volume(law, edges):
    K = edges.size - 1
    rng = np.random.default_rng(1)
    number, selection = rng.random(K), rng.random(K)
    frequency = collision_frequency(edges, law)
    agglomeration = agglomeration_of(edges, frequency, np.ones(1))
    found = change(agglomeration, breakage_of(edges, selection), number)
    expected = naive.exchange(edges, frequency, selection, number)
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12 * np.abs(expected).max())
    volume = size_classes(edges, 0.0, 0.0).volume
    assert abs(found @ volume) < 1e-12 * (np.abs(found) @ volume)


def test_agglomerating_train__is_the_plain_one_without_agglomeration():
    train = plain(2, seeds=0.01)
    with_none, error, _, status = agglomerating_train(*train, *exchange(CONSTANT, np.zeros(2)))
    assert (status, error < 1e-9) == (CONVERGED, True)
    np.testing.assert_allclose(with_none.masses, msmpr_train(*train)[0].masses, rtol=1e-8, atol=1e-12)


def test_agglomerating_train__has_the_number_of_the_closed_form():
    edges = np.geomspace(1e-6, 1e-2, 201)
    train = plain(edges=edges)
    alone = msmpr_train(*train)[0]
    strength = 2.0 / (alone.numbers.sum() / 1e-3 * 5000.0)
    answer, error, _, status = agglomerating_train(*train, *exchange(CONSTANT, strength))
    assert (status, error < 1e-9) == (CONVERGED, True)
    # Of all crystals in a m3: born - strength number^2 / 2 = number / time
    number, born = answer.moments[0, 0] / 1e-3, answer.nucleation[0]
    expected = (np.sqrt(1.0 + 2.0 * strength * born * 5000.0**2) - 1.0) / (strength * 5000.0)
    assert number == pytest.approx(expected, rel=2e-3)
    assert answer.moments[0, 4] / answer.moments[0, 3] > 1.2 * alone.moments[0, 4] / alone.moments[0, 3]


def test_agglomerating_train__answers_a_steady_population():
    """The rate of each class by the twins: what agglomerates, grows and leaves adds up to nothing."""
    edges = np.geomspace(1e-6, 3e-3, 31)
    train = plain(edges=edges)
    kinetics, crystal, vessels, _, _ = train
    frequency = collision_frequency(edges, SHEAR)
    strength, selection = 1e-5, np.linspace(0.0, 2e-4, 30)
    tables = agglomeration_of(edges, frequency, np.array([strength])), breakage_of(edges, selection)
    answer, error, _, status = agglomerating_train(*train, *tables)
    assert (status, error < 1e-9) == (CONVERGED, True)
    number = answer.masses[0] / 1e-3 / (crystal.density * crystal.shape * naive.pivots(edges))
    births = 5.0 * naive.exchange(edges, strength * frequency, selection, number)
    assert abs(births @ naive.pivots(edges)) < 1e-9 * (np.abs(births) @ naive.pivots(edges))
    deaths = strength * tables[0].loss @ number - selection * np.diag(tables[1].fragments)
    vessels = vessels._replace(dissolution=deaths[None, :])
    source = (births + 5.0 * deaths * number) / np.diff(edges)
    nuclei = answer.nucleation[0] * 5.0
    found = naive.crystals_by_class(kinetics, vessels, edges, 0, answer.supersaturation[0], nuclei, source)
    expected = 5.0 * number * naive.pivots(edges)
    np.testing.assert_allclose(found[:-1], expected[:-1], rtol=1e-4, atol=1e-5 * expected.max())


def test_agglomerating_train__converges_with_the_width_of_the_classes():
    found = []
    for classes in (50, 100, 200, 400):
        edges = np.geomspace(1e-6, 1e-2, classes + 1)
        answer, *_, status = agglomerating_train(*plain(edges=edges), *exchange(CONSTANT, 2e-16, edges=edges))
        assert status == CONVERGED
        found.append(answer.moments[0, 4] / answer.moments[0, 3])
    steps = np.abs(np.diff(found))
    assert np.all(np.log2(steps[:-1] / steps[1:]) > 1.3), steps
    assert steps[-1] < 2e-3 * found[-1]


def test_agglomerating_train__makes_finer_crystals_where_they_break():
    train = plain()
    whole, broken = (agglomerating_train(*train, *exchange(CONSTANT, 0.0, selection))[0] for selection in (0.0, 2e-4))
    assert broken.moments[0, 4] / broken.moments[0, 3] < 0.9 * whole.moments[0, 4] / whole.moments[0, 3]
    assert broken.masses.sum() > whole.masses.sum()  # more surface uses up more of the supersaturation


@pytest.mark.parametrize(("count", "first"), [(100, 0), *(pytest.param(1000, n, marks=LONG) for n in range(1, 11))])
def test_agglomerating_train__solves_random_trains(count, first):
    rng = np.random.default_rng([20_261_130, first])
    crystallised = 0
    for _ in range(count):
        train = random_train(rng)
        answer, error, _, status = agglomerating_train(*train, *random_exchange(rng, train))
        assert status in (CONVERGED, WASHED_OUT, DRY)
        assert OUT_OF_STEPS not in answer.states
        if status != DRY:
            assert error <= 1e-9
            assert balances(train, answer) < 1e-9
        assert np.all(answer.masses >= 0.0)
        crystallised += status == CONVERGED
    assert crystallised > 0.9 * count


@pytest.mark.parametrize(
    ("status", "train"),
    [
        (WASHED_OUT, plain(nucleation=np.array([1e3]))),
        (UNDERSATURATED, plain(solubility=np.array([0.7]), seeds=0.01)),
        (DRY, plain(evaporated=np.array([1.0]))),
        (OUT_OF_STEPS, plain(growth=np.array([np.nan]))),
        (OUTGROWN, plain(removal=np.where(EDGES[1:] > 1e-4, 0.0, 1.0)[None, :])),
    ],
)
def test_agglomerating_train__says_why_nothing_crystallises(status, train):
    answer, *_, found = agglomerating_train(*train, *exchange(CONSTANT, 1e-16))
    assert (found, answer.states[0]) == (status, status)
