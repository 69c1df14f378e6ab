import numpy as np
import pytest

from raffinate.kernels.leach_panels import (
    DEGREE,
    EDGES,
    PANELS,
    avrami_weights,
    cubic_weights,
    curve_weights,
    depth_at,
    pass_tank,
    share_beyond,
)

FRESH = np.zeros((DEGREE + 1, PANELS))


@pytest.mark.parametrize("theta", [1e-4, 0.03, 1.0, 50.0])
def test_pass_tank__gives_the_exponential_and_its_derivative(theta):
    after, slope = pass_tank(FRESH, theta)
    ends = EDGES[1:]  # where all Legendre polynomials are one
    np.testing.assert_allclose(np.sum(after, axis=0), np.exp(-ends / theta), atol=1e-13)
    np.testing.assert_allclose(np.sum(slope, axis=0), ends / theta * np.exp(-ends / theta), atol=1e-12)


def test_pass_tank__leaves_all_as_it_is_in_no_time():
    before, _ = pass_tank(FRESH, 0.2)
    after, slope = pass_tank(before, 0.0)
    np.testing.assert_array_equal(after, before)
    np.testing.assert_array_equal(slope, 0.0)


def test_share_beyond__is_the_exponential_between_the_edges():
    after, _ = pass_tank(FRESH, 0.1)
    for s in (0.0, 1e-17, 1e-5, 0.03, 0.4, 0.97):
        assert share_beyond(after, s) == pytest.approx(np.exp(-s / 0.1), abs=1e-10)
    assert share_beyond(after, 1.0) == 0.0


def blocks(classes):
    """(4, B, 8) of classes (a, b, c, fraction), as the kernel takes them."""
    cubic = np.zeros((4, -(-len(classes) // 8), 8))
    cubic[0] = 1.0
    for k, each in enumerate(classes):
        cubic[:, k // 8, k % 8] = each
    return cubic


@pytest.mark.parametrize(
    "law", [(1.0, 0.0, 0.0), (0.0, 3.0, -2.0), (3.0, -3.0, 1.0), (2.0, -1.0, 0.0), (0.9, 1.2, -1.1)]
)
def test_cubic_weights__sum_to_the_whole_mineral(law):
    classes = [(*np.multiply(law, ratio), 0.1) for ratio in np.geomspace(0.01, 1.0, 10)]
    assert np.sum(cubic_weights(blocks(classes))[0]) == pytest.approx(1.0, abs=1e-13)


@pytest.mark.parametrize("law", [(1.0, 0.0, 0.0), (0.0, 3.0, -2.0), (0.9, 1.2, -1.1)])
def test_cubic_weights__sum_to_what_reacts_within_the_span(law):
    beyond = (1.0 - depth_at(*np.multiply(law, 4.0), 1.0)) ** 3
    weights = cubic_weights(blocks([(*np.multiply(law, 4.0), 1.0)]))
    assert np.sum(weights[0]) == pytest.approx(1.0 - beyond, abs=1e-6)  # the end need be known roughly only


@pytest.mark.parametrize("exponent", [0.2, 0.9, 1.0, 2.5, 12.0])
@pytest.mark.parametrize("span", [0.5, 2.0])
def test_avrami_weights__sum_to_what_reacts_within_the_span(exponent, span):
    assert np.sum(avrami_weights(exponent, span)[0]) == pytest.approx(-np.expm1(-(span**exponent)), abs=1e-11)


def test_curve_weights__take_the_mean_of_a_straight_fall():
    # u = 1 - s: the weights of P_0 and P_1 on a panel are its width and 0
    weights = curve_weights(np.array([0.0, 1.0]), np.array([1.0, 0.0]), np.ones(1), np.ones(1))
    np.testing.assert_allclose(weights[0], np.diff(EDGES), rtol=1e-14)
    np.testing.assert_allclose(weights[1:], 0.0, atol=1e-15)


def test_curve_weights__begin_after_a_delay_and_stop_before_the_end():
    through, fraction = np.array([0.5, 2.0]), np.array([0.5, 0.5])
    weights = curve_weights(np.array([0.1, 0.3]), np.array([1.0, 0.4]), through, fraction)
    assert np.sum(weights[0]) == pytest.approx(0.6, rel=1e-14)
    assert np.all(weights[0, EDGES[1:] <= 0.05] == 0.0)


def test_depth_at__keeps_its_digits_near_the_start():
    for depth in (1e-9, 1e-5, 0.1, 0.5, 0.9):
        assert depth_at(0.0, 3.0, -2.0, depth**2 * (3 - 2 * depth)) == pytest.approx(depth, rel=1e-14)
        assert depth_at(3.0, -3.0, 1.0, -np.expm1(3 * np.log1p(-depth))) == pytest.approx(depth, rel=1e-14)
