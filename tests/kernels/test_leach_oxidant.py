import naive_shrinking_core as naive
import numpy as np
import pytest

from raffinate.kernels.leach_oxidant import Reagents, leach_train_with_oxidant
from raffinate.kernels.shrinking_core import (
    ASH,
    AVRAMI,
    FIRST_ORDER,
    MIXED,
    REACTION,
    SHRINKING_FILM,
    Minerals,
    Sizes,
    leach_train,
)
from raffinate.kernels.status import CONVERGED, OUT_OF_STEPS, STARVED

HOUR = 3600.0
ONE_SIZE = Sizes(np.ones(1), np.ones((4, 1)))


def mineral(laws, **given):
    count = len(laws)
    fields = {
        "acid_order": 0.7,
        "reference_acid": 1000.0,
        "acid_demand": 2.0,
        "oxidant_order": 0.5,
        "reference_oxidant": 300.0,
        "oxidant_demand": 0.5,
        **given,
    }
    columns = {name: np.broadcast_to(np.asarray(value, float), (count,)) for name, value in fields.items()}
    return Minerals.of(laws, np.full(count, HOUR), **columns, resistance=np.tile([0.3, 0.3, 0.4], (count, 1)))


def random_case(seed, tanks=None, laws=None):
    rng = np.random.default_rng(seed)
    tanks = tanks or int(rng.integers(1, 7))
    count = int(rng.integers(1, 4)) if laws is None else len(laws)
    laws = rng.choice([REACTION, ASH, FIRST_ORDER, MIXED, AVRAMI, SHRINKING_FILM], count) if laws is None else laws
    known = mineral(
        laws,
        acid_order=rng.choice([0.0, 0.4, 0.8, 1.2], count),
        reference_acid=10 ** rng.uniform(2.0, 3.5, count),
        acid_demand=rng.uniform(0.5, 4.0, count),
        oxidant_order=rng.choice([0.0, 0.5, 1.0], count),
        reference_oxidant=10 ** rng.uniform(1.5, 3.0, count),
        accessible=rng.uniform(0.7, 1.0, count),
    )
    # what does not know the oxidant does not take it up, and what takes up acid knows it
    known = known._replace(
        complete_time=10 ** rng.uniform(2.0, 5.5, count),
        oxidant_demand=np.where(known.oxidant_order > 0.0, rng.uniform(0.1, 2.0, count), 0.0),
        acid_demand=np.where(known.acid_order > 0.0, known.acid_demand, 0.0),
    )
    flows = 10 ** rng.uniform(-2.0, 0.0, count)
    reactive = known.accessible * flows
    fed = [
        rng.uniform(0.3, 2.0) * float(demand @ reactive) + 1e-3 for demand in (known.acid_demand, known.oxidant_demand)
    ]
    ratios = np.geomspace(0.1, 3.0, int(rng.choice([1, 6])))
    sizes = Sizes(ratios, rng.dirichlet(np.ones(ratios.size), size=count))
    return known, sizes, 10 ** rng.uniform(2.5, 4.3, tanks), flows, Reagents(*fed, fed[0] / 10 ** rng.uniform(2.5, 3.5))


@pytest.mark.parametrize(
    ("laws", "tanks"), [([REACTION], 2), ([FIRST_ORDER, REACTION], 1), ([FIRST_ORDER, FIRST_ORDER], 2)]
)
def test_leach_train_with_oxidant__equals_its_slow_twin(laws, tanks):
    known, _, times, flows, reagents = random_case(40 + tanks, tanks, laws)
    case = (known._replace(oxidant_order=np.full(len(laws), 0.5)), ONE_SIZE, times, flows, reagents)
    conversion, acid, oxidant, _, _, status = leach_train_with_oxidant(*case)
    expected = naive.leach_train_with_oxidant(*case)
    assert status == CONVERGED
    np.testing.assert_allclose(conversion, expected[0], atol=1e-7)
    np.testing.assert_allclose(acid, expected[1], rtol=1e-6)
    np.testing.assert_allclose(oxidant, expected[2], rtol=1e-6)


def test_leach_train_with_oxidant__is_the_train_of_acid_alone_where_oxidant_plays_no_part():
    known = mineral([REACTION, ASH], oxidant_order=0.0, oxidant_demand=0.0)
    times, flows = np.full(3, HOUR), np.array([1.0, 0.3])
    found = leach_train_with_oxidant(known, ONE_SIZE, times, flows, Reagents(2.0, 0.5, 1e-3))
    alone = leach_train(known, ONE_SIZE, times, flows, 2.0, 1e-3)
    assert found[-1] == CONVERGED
    np.testing.assert_allclose(found[0], alone[0], rtol=1e-13)
    np.testing.assert_allclose(found[1], alone[1], rtol=1e-12)
    np.testing.assert_allclose(found[2], 500.0, rtol=1e-13)


def test_leach_train_with_oxidant__is_a_train_of_oxidant_where_acid_plays_no_part():
    """What is called acid and what oxidant does not matter."""
    known = mineral([REACTION, ASH], acid_order=0.0, acid_demand=0.0)
    other = known._replace(
        acid_order=known.oxidant_order,
        reference_acid=known.reference_oxidant,
        acid_demand=known.oxidant_demand,
        oxidant_order=known.acid_order,
        oxidant_demand=known.acid_demand,
    )
    times, flows = np.full(3, HOUR), np.array([1.0, 0.3])
    found = leach_train_with_oxidant(known, ONE_SIZE, times, flows, Reagents(1.0, 0.4, 1e-3))
    expected = leach_train(other, ONE_SIZE, times, flows, 0.4, 1e-3)
    np.testing.assert_allclose(found[0], expected[0], rtol=1e-12)
    np.testing.assert_allclose(found[2], expected[1], rtol=1e-11)


@pytest.mark.parametrize("count", [300, pytest.param(10_000, marks=pytest.mark.validation_long)])
def test_leach_train_with_oxidant__closes_both_balances(count):
    for seed in range(count):
        known, sizes, times, flows, reagents = random_case(seed)
        conversion, acid, oxidant, error, _, status = leach_train_with_oxidant(known, sizes, times, flows, reagents)
        assert status == CONVERGED, seed
        assert error <= 1e-12
        volume = reagents.volumetric_flow
        acid_left = reagents.acid_flow - conversion @ (known.acid_demand * flows)
        oxidant_left = reagents.oxidant_flow - conversion @ (known.oxidant_demand * flows)
        np.testing.assert_allclose(volume * acid, acid_left, atol=1e-11 * (reagents.acid_flow + flows.sum()))
        np.testing.assert_allclose(volume * oxidant, oxidant_left, atol=1e-11 * (reagents.oxidant_flow + flows.sum()))
        assert np.all(np.diff(conversion, axis=0) >= -1e-12)


def test_leach_train_with_oxidant__stops_where_the_oxidant_runs_out():
    known = mineral([REACTION], oxidant_demand=1.0)
    conversion, acid, oxidant, _, _, status = leach_train_with_oxidant(
        known, ONE_SIZE, np.full(4, 30 * HOUR), np.ones(1), Reagents(5.0, 0.6, 1e-3)
    )
    assert status == CONVERGED
    assert conversion[-1, 0] == pytest.approx(0.6, abs=1e-4)
    assert 0.0 < oxidant[-1] < 0.1
    assert acid[-1] == pytest.approx((5.0 - 2.0 * conversion[-1, 0]) / 1e-3, rel=1e-10)


def test_leach_train_with_oxidant__dissolves_nothing_without_oxidant():
    known = mineral([REACTION], oxidant_demand=1.0)
    conversion, _, oxidant, _, _, status = leach_train_with_oxidant(
        known, ONE_SIZE, np.full(2, HOUR), np.ones(1), Reagents(5.0, 0.0, 1e-3)
    )
    assert status == CONVERGED
    np.testing.assert_array_equal(conversion, 0.0)
    np.testing.assert_array_equal(oxidant, 0.0)


@pytest.mark.parametrize("reagents", [Reagents(5.0, 0.2, 1e-3), Reagents(5.0, -0.1, 1e-3), Reagents(-1.0, 1.0, 1e-3)])
def test_leach_train_with_oxidant__answers_starved(reagents):
    """A mineral of order zero in the oxidant goes on where there is none; less than nothing cannot be balanced."""
    known = mineral([REACTION], oxidant_order=0.0, oxidant_demand=1.0)
    assert leach_train_with_oxidant(known, ONE_SIZE, np.full(2, 9 * HOUR), np.ones(1), reagents)[-1] == STARVED


def test_leach_train_with_oxidant__never_calls_a_nan_converged():
    known = mineral([REACTION], oxidant_demand=np.nan)
    found = leach_train_with_oxidant(known, ONE_SIZE, np.full(2, HOUR), np.ones(1), Reagents(5.0, 1.0, 1e-3))
    assert found[-1] == OUT_OF_STEPS
