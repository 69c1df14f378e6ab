from itertools import pairwise

import naive_shrinking_core as naive
import numpy as np
import pytest
from scipy.special import gammaincc

from raffinate.kernels.shrinking_core import (
    ASH,
    AVRAMI,
    FILM,
    FIRST_ORDER,
    MIXED,
    REACTION,
    SHRINKING_FILM,
    TABULATED,
    Minerals,
    Sizes,
    batch_conversion,
    leach_train,
    unreacted_fraction,
)
from raffinate.kernels.status import CONVERGED, OUT_OF_STEPS, STARVED

CORES = (REACTION, ASH, FILM, MIXED, SHRINKING_FILM)
LAWS = (*CORES, FIRST_ORDER, AVRAMI, TABULATED)
HOUR = 3600.0
MOST = 6  # minerals in a test; sizes may hold more rows than there are minerals
ONE_SIZE = Sizes(np.ones(1), np.ones((MOST, 1)))
THREE_SIZES = Sizes(np.array([0.4, 1.0, 1.9]), np.tile([0.25, 0.5, 0.25], (MOST, 1)))


def make_minerals(
    laws, complete_time=HOUR, acid_order=0.8, reference_acid=1000.0, acid_demand=2.0, accessible=1.0, **others
) -> Minerals:
    values = {
        "complete_time": complete_time,
        "acid_order": acid_order,
        "reference_acid": reference_acid,
        "acid_demand": acid_demand,
        "accessible": accessible,
    }
    fields = {
        "resistance": np.tile([0.2, 0.5, 0.3], (len(laws), 1)),
        "exponent": np.full(len(laws), 0.7),
        "curve_coordinate": np.tile([0.0, 0.1, 0.35, 1.0], (len(laws), 1)),
        "curve_unreacted": np.tile([1.0, 0.6, 0.2, 0.0], (len(laws), 1)),
        **{name: np.broadcast_to(np.asarray(value, float), (len(laws),)) for name, value in values.items()},
        **others,
    }
    return Minerals.of(np.array(laws), **fields)


def leach_at_reference(law, thetas, sizes=ONE_SIZE, **others):
    """Conversions after each tank where the acid stays at its reference, so that the scaled times are given."""
    minerals = make_minerals([law], complete_time=1.0, acid_demand=0.0, **others)
    conversion, acid, _, _, status = leach_train(minerals, sizes, np.asarray(thetas, float), np.ones(1), 1.0, 1e-3)
    assert status == CONVERGED
    np.testing.assert_allclose(acid, 1000.0, rtol=1e-14)
    return conversion[:, 0]


def random_case(seed, tanks, laws, sizes=ONE_SIZE, supply=(0.5, 2.0)):
    rng = np.random.default_rng(seed)
    count = len(laws)
    minerals = make_minerals(
        laws,
        10 ** rng.uniform(3.0, 4.5, count),
        rng.uniform(0.4, 1.2, count),
        10 ** rng.uniform(2.0, 3.5, count),
        rng.uniform(0.5, 6.0, count),
        rng.uniform(0.7, 1.0, count),
    )
    flows = 10 ** rng.uniform(-2.0, 0.0, count)
    acid_flow = rng.uniform(*supply) * np.sum(minerals.acid_demand * minerals.accessible * flows)
    times = 10 ** rng.uniform(3.0, 4.3, tanks)
    return minerals, sizes, times, flows, acid_flow, acid_flow / 10 ** rng.uniform(2.3, 3.5)


# Analytic cases computed for this project after Levenspiel, Chemical Reaction Engineering, ch. 25: conversion in N
# equal tanks at the total residence time that gives 0.99 or 0.999 in a batch.
SEGREGATED = [
    (REACTION, 0.99, {1: 0.748, 2: 0.8472, 3: 0.8883, 4: 0.9108, 6: 0.9349, 8: 0.9476}),
    (REACTION, 0.999, {1: 0.7741, 2: 0.8733, 3: 0.913, 4: 0.9342, 6: 0.9561, 8: 0.9671}),
    (FIRST_ORDER, 0.99, {1: 0.8216, 2: 0.9083, 3: 0.9386, 4: 0.9533, 6: 0.9672, 8: 0.9737}),
]


@pytest.mark.parametrize(("law", "batch", "row"), SEGREGATED)
def test_leach_train__gives_the_table_of_segregated_flow(law, batch, row):
    total = -np.log(1 - batch) if law == FIRST_ORDER else 1 - (1 - batch) ** (1 / 3)
    for tanks, expected in row.items():
        assert leach_at_reference(law, np.full(tanks, total / tanks))[-1] == pytest.approx(expected, abs=6e-5)


@pytest.mark.parametrize("a", [0.05, 0.3, 1.0, 2.7, 10.0, 300.0, 1e4])
def test_leach_train__gives_the_closed_form_of_one_tank(a):
    # Reaction: X = 3/a - 6/a^2 + 6/a^3 (1 - exp(-a)) with a = complete time over mean time (Levenspiel ch. 25);
    # written as its power series where it cancels. Film: X = (1 - exp(-a))/a.
    if a < 0.5:
        expected = 1 - a * sum(6 * (-a) ** n / float(np.prod(np.arange(1.0, n + 5))) for n in range(25))
    else:
        expected = 3 / a - 6 / a**2 + 6 / a**3 * (1 - np.exp(-a))
    assert leach_at_reference(REACTION, [1 / a])[0] == pytest.approx(expected, abs=1e-13)
    assert leach_at_reference(FILM, [1 / a])[0] == pytest.approx(-np.expm1(-a) / a, abs=1e-13)


def test_leach_train__gives_the_product_for_first_order():
    thetas = np.array([0.3, 4.0, 1.0, 0.05])
    np.testing.assert_allclose(leach_at_reference(FIRST_ORDER, thetas), 1 - np.cumprod(1 / (1 + thetas)), rtol=1e-14)


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize("sizes", [ONE_SIZE, THREE_SIZES])
def test_leach_train__equals_the_segregated_integral_for_unequal_tanks(law, sizes):
    for thetas in ([0.4], [0.02, 0.9], [0.5, 0.5, 0.1, 0.003], [0.15, 0.16, 0.15, 0.151, 0.15]):
        expected = 1 - naive.unreacted_after(make_minerals([law]), 0, thetas, sizes)
        assert leach_at_reference(law, thetas, sizes)[-1] == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("law", LAWS)
def test_leach_train__does_not_mind_the_order_of_the_tanks(law):
    thetas = np.array([1e-3, 2.0, 0.05, 0.3])
    assert leach_at_reference(law, thetas)[-1] == pytest.approx(leach_at_reference(law, thetas[::-1])[-1], abs=1e-12)


@pytest.mark.parametrize(
    ("laws", "tanks", "sizes"),
    [
        ([REACTION, FIRST_ORDER], 3, ONE_SIZE),
        ([ASH, FILM], 2, ONE_SIZE),
        ([REACTION, ASH], 1, THREE_SIZES),
        ([FILM, FIRST_ORDER, REACTION], 2, ONE_SIZE),
        ([MIXED, AVRAMI], 2, ONE_SIZE),
        ([TABULATED, SHRINKING_FILM], 2, THREE_SIZES),
    ],
)
def test_leach_train__equals_its_slow_twin(laws, tanks, sizes):
    case = random_case(tanks + 10 * len(laws), tanks, laws, sizes)
    conversion, acid, _, _, status = leach_train(*case)
    expected_conversion, expected_acid = naive.leach_train(*case)
    assert status == CONVERGED
    np.testing.assert_allclose(conversion, expected_conversion, atol=2e-8)
    np.testing.assert_allclose(acid, expected_acid, atol=2e-8 * case[4] / case[5])


@pytest.mark.parametrize("seed", range(12))
def test_leach_train__closes_the_acid_in_every_tank(seed):
    laws = np.random.default_rng(seed).permutation(LAWS)[: 1 + seed % 6]
    minerals, sizes, times, flows, acid_flow, volumetric_flow = random_case(seed, 1 + seed % 5, laws, THREE_SIZES)
    conversion, acid, error, steps, status = leach_train(minerals, sizes, times, flows, acid_flow, volumetric_flow)
    left = volumetric_flow * acid + conversion @ (minerals.acid_demand * flows)
    assert status == CONVERGED
    assert error <= 1e-12
    assert steps >= times.size
    np.testing.assert_allclose(left, acid_flow, rtol=1e-12)
    assert np.all(acid > 0)
    assert np.all(np.diff(acid) <= 0)
    assert np.all(np.diff(conversion, axis=0) >= 0)
    assert np.all(conversion <= minerals.accessible)


@pytest.mark.parametrize(("tanks", "within"), [(1, 1e-14), (4, 2e-14), (8, 2e-13), (20, 1e-11), (50, 1e-8)])
@pytest.mark.parametrize("law", CORES)
def test_leach_train__equals_the_incomplete_gamma_function_in_equal_tanks(law, tanks, within):
    """The sum of the times in N equal tanks has Erlang's distribution."""
    places, weights = np.polynomial.legendre.leggauss(40)
    ends = np.unique(np.concatenate([np.linspace(0.0, 1.0, 401), np.geomspace(1e-9, 1.0, 200)]))
    half = 0.5 * np.diff(ends)[:, None]
    depth = 0.5 * (ends[1:] + ends[:-1])[:, None] + half * places
    for total in (1e-3, 0.3, 1.5):
        elapsed = np.maximum(naive.coordinate(make_minerals([law]), 0, 1.0, depth), 0.0)
        beyond = gammaincc(tanks, elapsed * tanks / total)
        expected = np.sum(beyond * 3.0 * (1.0 - depth) ** 2 * half * weights)
        assert leach_at_reference(law, np.full(tanks, total / tanks))[-1] == pytest.approx(expected, abs=within)


@pytest.mark.parametrize("law", LAWS)
def test_leach_train__tends_to_the_batch_for_many_tanks(law):
    # The variance of the residence time falls as 1/N, and so does the distance from the batch, or faster where the
    # law is a straight line up to the mean time, as for film.
    minerals = make_minerals([law], complete_time=1.0)
    expected = batch_conversion(minerals, ONE_SIZE, np.array([0.6]), 1000.0)[0, 0]
    distances = [abs(leach_at_reference(law, np.full(tanks, 0.6 / tanks))[-1] - expected) for tanks in (16, 32, 64)]
    assert distances[-1] < 0.007
    for wide, narrow in pairwise(distances):
        assert wide / narrow > 1.6


@pytest.mark.parametrize("law", LAWS)
def test_leach_train__converts_more_in_a_longer_time(law):
    minerals = make_minerals([law], accessible=0.97)
    conversions, acids = [], []
    for time in 10 ** np.linspace(0.0, 7.0, 15):
        conversion, acid, _, _, status = leach_train(minerals, ONE_SIZE, np.full(2, time), np.ones(1), 2.5, 1e-3)
        assert status == CONVERGED
        conversions.append(conversion[-1, 0])
        acids.append(acid[-1])
    assert np.all(np.diff(conversions) > 0)
    assert np.all(np.diff(acids) < 0)
    assert conversions[-1] == pytest.approx(0.97, abs=1e-3)


@pytest.mark.parametrize("law", LAWS)
def test_leach_train__stops_where_the_acid_runs_out(law):
    minerals = make_minerals([law], complete_time=10.0)
    conversion, acid, error, _, status = leach_train(minerals, ONE_SIZE, np.full(5, 20 * HOUR), np.ones(1), 0.9, 1e-3)
    assert status == CONVERGED
    assert error <= 1e-12
    assert conversion[-1, 0] == pytest.approx(0.45, abs=1e-6)
    assert np.all(acid > 0)
    assert acid[0] < 5.0
    assert acid[-1] < 1e-6


def test_leach_train__lets_minerals_share_the_acid():
    both = make_minerals([REACTION, ASH], complete_time=[2 * HOUR, 5 * HOUR])
    alone = make_minerals([REACTION], complete_time=2 * HOUR)
    times = np.full(3, HOUR)
    shared, shared_acid, *_ = leach_train(both, ONE_SIZE, times, np.ones(2), 4.0, 1e-3)
    single, single_acid, *_ = leach_train(alone, ONE_SIZE, times, np.ones(1), 4.0, 1e-3)
    idle, idle_acid, *_ = leach_train(both, ONE_SIZE, times, np.array([1.0, 0.0]), 4.0, 1e-3)
    assert np.all(shared[:, 0] < single[:, 0])
    assert np.all(shared_acid < single_acid)
    np.testing.assert_allclose(idle[:, 0], single[:, 0], rtol=1e-13)
    np.testing.assert_allclose(idle_acid, single_acid, rtol=1e-13)


def test_leach_train__treats_a_mineral_split_in_two_as_one():
    whole = leach_train(make_minerals([ASH]), ONE_SIZE, np.full(3, HOUR), np.ones(1), 2.2, 1e-3)
    parts = leach_train(make_minerals([ASH, ASH]), ONE_SIZE, np.full(3, HOUR), np.array([0.3, 0.7]), 2.2, 1e-3)
    np.testing.assert_allclose(parts[0][:, 0], whole[0][:, 0], rtol=1e-12)
    np.testing.assert_allclose(parts[1], whole[1], rtol=1e-12)


def test_leach_train__does_not_depend_on_the_scale_of_the_flows():
    minerals, sizes, times, flows, acid_flow, volumetric_flow = random_case(3, 3, [REACTION, ASH])
    expected = leach_train(minerals, sizes, times, flows, acid_flow, volumetric_flow)
    for scale in (1e-6, 1e6):
        found = leach_train(minerals, sizes, times, scale * flows, scale * acid_flow, scale * volumetric_flow)
        np.testing.assert_allclose(found[0], expected[0], rtol=1e-12)
        np.testing.assert_allclose(found[1], expected[1], rtol=1e-12)


@pytest.mark.parametrize("law", [REACTION, ASH, FILM])
def test_leach_train__takes_equal_sizes_for_one_and_small_ones_for_faster(law):
    thetas = [0.2, 0.3]
    same = leach_at_reference(law, thetas, Sizes(np.ones(3), np.array([[0.2, 0.3, 0.5]])))
    np.testing.assert_allclose(same, leach_at_reference(law, thetas), rtol=1e-13)
    factor = 0.25 if law == ASH else 0.5
    half = leach_at_reference(law, thetas, Sizes(np.array([0.5]), np.ones((1, 1))))
    np.testing.assert_allclose(half, leach_at_reference(law, np.array(thetas) / factor), rtol=1e-13)


def test_leach_train__is_smooth_and_repeats_itself():
    # Second differences of a smooth function over a step of 1e-4 are of the order of 1e-8; noise would show beyond.
    minerals, sizes, times, flows, acid_flow, volumetric_flow = random_case(5, 3, [REACTION, ASH])
    feeds = acid_flow * (1 + 1e-4 * np.arange(8))
    ends = np.array([leach_train(minerals, sizes, times, flows, feed, volumetric_flow)[0][-1] for feed in feeds])
    again = leach_train(minerals, sizes, times, flows, feeds[0], volumetric_flow)[0][-1]
    np.testing.assert_array_equal(again, ends[0])
    assert np.max(np.abs(np.diff(ends, n=4, axis=0))) < 2e-13


def test_leach_train__lets_a_mineral_set_acid_free():
    minerals = make_minerals([REACTION, FILM], acid_demand=[2.0, -1.0])
    conversion, acid, error, _, status = leach_train(minerals, ONE_SIZE, np.full(2, HOUR), np.ones(2), 2.0, 1e-3)
    assert status == CONVERGED
    assert error <= 1e-12
    np.testing.assert_allclose(1e-3 * acid, 2.0 - conversion @ [2.0, -1.0], rtol=1e-12)


def test_leach_train__dissolves_nothing_without_acid():
    minerals = make_minerals([REACTION, ASH, FILM, FIRST_ORDER])
    conversion, acid, _, _, status = leach_train(minerals, ONE_SIZE, np.full(2, HOUR), np.ones(4), 0.0, 1e-3)
    assert status == CONVERGED
    np.testing.assert_array_equal(acid, 0.0)
    np.testing.assert_allclose(conversion, 0.0, atol=1e-14)


def test_leach_train__passes_tanks_without_residence_time():
    conversion = leach_at_reference(ASH, [0.2, 0.0, 0.1])
    assert conversion[1] == pytest.approx(conversion[0], abs=1e-14)
    assert conversion[2] > conversion[1]


def test_leach_train__completes_at_endless_time():
    for law in (*CORES, FIRST_ORDER, TABULATED):
        assert leach_at_reference(law, [1e300])[0] == pytest.approx(1.0, abs=1e-14)


def test_leach_train__answers_starved_where_order_zero_needs_more_acid_than_fed():
    minerals = make_minerals([REACTION], acid_order=0.0)
    arguments = (ONE_SIZE, np.full(2, 10 * HOUR), np.ones(1))
    assert leach_train(minerals, *arguments, 1.0, 1e-3)[-1] == STARVED
    assert leach_train(minerals, *arguments, 0.0, 1e-3)[-1] == STARVED
    assert leach_train(minerals, *arguments, 2.5, 1e-3)[-1] == CONVERGED


def test_leach_train__answers_starved_for_less_than_no_acid():
    minerals = make_minerals([REACTION])
    assert leach_train(minerals, ONE_SIZE, np.full(2, HOUR), np.ones(1), -0.1, 1e-3)[-1] == STARVED


@pytest.mark.parametrize("field", ["complete_time", "acid_demand"])
def test_leach_train__never_calls_a_nan_converged(field):
    minerals = make_minerals([REACTION], **{field: np.nan})
    assert leach_train(minerals, ONE_SIZE, np.full(2, HOUR), np.ones(1), 2.5, 1e-3)[-1] == OUT_OF_STEPS


@pytest.mark.parametrize("ratio", [1.0, 0.3])
@pytest.mark.parametrize("law", CORES)
def test_unreacted_fraction__inverts_the_laws(law, ratio):
    minerals = make_minerals([law])
    assert unreacted_fraction(minerals, 0, ratio, 0.0) == 1.0
    for depth in (1e-3, 0.01, 0.3, 0.7, 0.9):
        elapsed = naive.coordinate(minerals, 0, ratio, depth)
        assert unreacted_fraction(minerals, 0, ratio, elapsed) == pytest.approx((1 - depth) ** 3, abs=1e-11)
    assert unreacted_fraction(minerals, 0, ratio, 1.5) == 0.0


def test_unreacted_fraction__is_exponential_or_follows_the_curve():
    minerals = make_minerals([FIRST_ORDER, AVRAMI, TABULATED], size_exponent=[0.0, 0.0, 1.0])
    assert unreacted_fraction(minerals, 0, 9.0, 0.4) == pytest.approx(np.exp(-0.4), rel=1e-15)
    assert unreacted_fraction(minerals, 1, 9.0, 0.4) == pytest.approx(np.exp(-(0.4**0.7)), rel=1e-15)
    assert unreacted_fraction(minerals, 2, 2.0, 0.1) == pytest.approx(0.8, rel=1e-14)
    assert unreacted_fraction(minerals, 2, 2.0, 5.0) == 0.0


def test_minerals__resist_in_series():
    """The mixed law with one resistance alone is the law of it."""
    for law, shares in ((FILM, [1.0, 0.0, 0.0]), (ASH, [0.0, 1.0, 0.0]), (REACTION, [0.0, 0.0, 1.0])):
        alone = leach_at_reference(law, [0.2, 0.3], THREE_SIZES)
        mixed = leach_at_reference(MIXED, [0.2, 0.3], THREE_SIZES, resistance=[shares])
        np.testing.assert_allclose(mixed, alone, atol=1e-11)


@pytest.mark.parametrize("exponent", [0.1, 0.3, 0.7, 1.0, 1.6, 3.0, 8.0])
def test_leach_train__takes_any_exponent_of_avrami(exponent):
    for thetas in ([1e-4], [0.05, 0.4], [2.0, 2.0, 2.0]):
        minerals = make_minerals([AVRAMI], exponent=[exponent])
        expected = 1 - naive.unreacted_after(minerals, 0, thetas, ONE_SIZE)
        found = leach_at_reference(AVRAMI, thetas, exponent=[exponent])[-1]
        assert found == pytest.approx(expected, abs=2e-9)
    whole = leach_at_reference(FIRST_ORDER, [0.3, 4.0, 0.05])
    np.testing.assert_allclose(leach_at_reference(AVRAMI, [0.3, 4.0, 0.05], exponent=[1.0]), whole, atol=1e-12)


def test_leach_train__keeps_the_digits_of_small_conversions():
    """Of a short time, the share that reacts is the mean time over the complete one, times three for a sphere's surface."""
    for theta in (1e-14, 1e-9):
        assert leach_at_reference(REACTION, [theta, theta])[-1] == pytest.approx(6.0 * theta, rel=1e-8)
        assert leach_at_reference(FILM, [theta])[0] == pytest.approx(theta, rel=1e-12)
        assert leach_at_reference(FIRST_ORDER, [theta])[0] == pytest.approx(theta, rel=1e-8)


def test_leach_train__counts_what_a_curve_has_at_once():
    curve = {"curve_coordinate": [[0.0, 0.5]], "curve_unreacted": [[0.8, 0.3]]}
    assert leach_at_reference(TABULATED, [1e-9], **curve)[0] == pytest.approx(0.2, abs=1e-8)


def test_leach_train__leaves_what_a_curve_leaves():
    curve = {"curve_coordinate": [[0.0, 0.2, 0.5]], "curve_unreacted": [[1.0, 0.5, 0.25]]}
    assert leach_at_reference(TABULATED, [1e4], **curve)[0] == pytest.approx(0.75, abs=1e-4)
    # straight pieces of one tank: u falls at the rate f between a and b, (1 - F) f integrates to f theta (e^-a - e^-b)
    theta = 0.3
    reacted = theta * (2.5 * -np.expm1(-0.2 / theta) + 2.5 / 3 * (np.exp(-0.2 / theta) - np.exp(-0.5 / theta)))
    assert leach_at_reference(TABULATED, [theta], **curve)[0] == pytest.approx(reacted, abs=1e-13)


def test_leach_train__gives_each_mineral_its_own_sizes():
    own = Sizes(THREE_SIZES.size_ratio, np.array([[0.1, 0.2, 0.7], [0.9, 0.1, 0.0]]))
    minerals = make_minerals([REACTION, REACTION], complete_time=1.0, acid_demand=0.0)
    together, *_ = leach_train(minerals, own, np.full(2, 0.3), np.ones(2), 1.0, 1e-3)
    for m in range(2):
        alone = leach_at_reference(REACTION, [0.3, 0.3], Sizes(own.size_ratio, own.size_fraction[m : m + 1]))
        np.testing.assert_allclose(together[:, m], alone, rtol=1e-13)


@pytest.mark.parametrize("law", CORES)
def test_leach_train__is_as_accurate_where_nearly_all_is_fine(law):
    """A trace of coarse particles moves the span far beyond what the fine ones need."""
    fine = leach_at_reference(law, [3e-4, 2e-4], Sizes(np.array([1e-3]), np.ones((1, 1))))
    both = Sizes(np.array([1e-3, 1.0]), np.array([[1.0 - 1e-13, 1e-13]]))
    np.testing.assert_allclose(leach_at_reference(law, [3e-4, 2e-4], both), fine, atol=1e-11)


def test_batch_conversion__follows_acid_time_and_size():
    minerals = make_minerals([REACTION, ASH], acid_order=[1.0, 0.5], accessible=[0.9, 1.0])
    times = np.linspace(0.0, 2 * HOUR, 9)
    conversion = batch_conversion(minerals, THREE_SIZES, times, 1000.0)
    np.testing.assert_array_equal(conversion[0], 0.0)
    assert np.all(np.diff(conversion, axis=0) >= 0)
    # Twice the acid halves the time of first order; four times the acid that of order one half.
    np.testing.assert_allclose(batch_conversion(minerals, THREE_SIZES, times / 2, 2000.0)[:, 0], conversion[:, 0])
    np.testing.assert_allclose(batch_conversion(minerals, THREE_SIZES, times / 2, 4000.0)[:, 1], conversion[:, 1])
    largest = batch_conversion(minerals, THREE_SIZES, np.array([1.9 * HOUR]), 1000.0)[0, 0]
    assert largest == pytest.approx(0.9, abs=1e-14)
