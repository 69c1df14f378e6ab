"""Wash curves against quadrature of their own breakthrough curves, limits and stage-by-stage sums."""

import math

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import erfc, erfcx

from raffinate.flowsheet import Stream
from raffinate.flowsheet.chemistry import Chemistry
from raffinate.flowsheet.washing import (
    dispersion_number,
    displace,
    left_by_decantation,
    left_by_dispersion,
    left_by_efficiency,
    left_by_mixing,
    left_by_repulps,
    left_by_stages,
    occluded_too,
)


def breakthrough(ratio, number):
    """Solute in the washings over that of the mother liquor: dispersion model, cake long against its grains."""
    root = math.sqrt(number / ratio) / 2.0
    return 1.0 - 0.5 * (erfc(root * (1.0 - ratio)) + math.exp(number) * erfc(root * (1.0 + ratio)))


@pytest.mark.parametrize("number", [0.5, 1.0, 5.0, 10.0, 50.0, 200.0])
@pytest.mark.parametrize("ratio", [0.2, 0.7, 1.0, 1.4, 2.5])
def test_dispersion__leaves_what_its_breakthrough_curve_has_not_carried_out(ratio, number):
    carried, _ = quad(breakthrough, 1e-300, ratio, args=(number,), epsabs=1e-13, epsrel=1e-13, limit=400)
    assert left_by_dispersion(ratio, number) == pytest.approx(1.0 - carried, abs=1e-12)


@pytest.mark.parametrize("ratio", [0.3, 0.999, 1.0, 1.7])
def test_dispersion__becomes_plug_flow(ratio):
    assert left_by_dispersion(ratio, 1e7) == max(0.0, 1.0 - ratio)
    assert left_by_dispersion(ratio, 9e5) == pytest.approx(max(0.0, 1.0 - ratio), abs=1e-3)


def test_dispersion__falls_with_wash_and_number_and_never_below_nothing():
    ratios = np.linspace(0.0, 6.0, 121)
    for number in (0.3, 3.0, 30.0, 300.0, 3e4):
        left = np.array([left_by_dispersion(ratio, number) for ratio in ratios])
        assert left[0] == 1.0
        assert (np.diff(left) <= 1e-15).all()
        assert (left >= np.maximum(0.0, 1.0 - ratios) - 1e-12).all()
    assert left_by_dispersion(1.5, 3.0) > left_by_dispersion(1.5, 30.0) > left_by_dispersion(1.5, 300.0) > 0.0


@pytest.mark.parametrize(("ratio", "number"), [(3.0, 50.0), (2.0, 200.0), (1.5, 1000.0), (5.0, 10.0)])
def test_dispersion__keeps_its_digits_far_out(ratio, number):
    """What is left is what the washings would still carry, of which little is known as 1 less the rest."""

    def carried(at):
        root = math.sqrt(number / at) / 2.0
        near, far = erfcx(root * (at - 1.0)), erfcx(root * (1.0 + at))
        return 0.5 * math.exp(-((root * (1.0 - at)) ** 2)) * (near - far)

    scale = carried(ratio)
    left = (
        scale
        * quad(lambda at: carried(at) / scale, ratio, ratio + 60.0, epsrel=1e-12, limit=800, points=(ratio + 1.0,))[0]
    )
    assert left_by_dispersion(ratio, number) == pytest.approx(left, rel=1e-9)


def test_efficiency__is_the_exponential():
    assert left_by_efficiency(2.0, 0.8) == pytest.approx(math.exp(-1.6), rel=1e-15)


@pytest.mark.parametrize("ratio", [0.4, 1.0, 2.5])
@pytest.mark.parametrize("stages", [1, 2, 5, 20])
def test_stages__that_mix_follow_the_closed_form(ratio, stages):
    """Recovery (R^(n+1) - R) / (R^(n+1) - 1), and n / (n + 1) where R is 1."""
    left = left_by_stages(left_by_mixing(ratio), ratio, stages)
    recovery = (
        stages / (stages + 1) if ratio == 1.0 else (ratio ** (stages + 1) - ratio) / (ratio ** (stages + 1) - 1.0)
    )
    assert left == pytest.approx(1.0 - recovery, rel=1e-12)


@pytest.mark.parametrize("kept", [0.05, 0.3, 0.6])
@pytest.mark.parametrize("ratio", [0.97, 1.5, 4.0])
def test_stages__agree_with_a_balance_over_each_of_them(ratio, kept):
    """x of mother liquor in the cakes, y in the washes: x_n = f x_(n-1) + (1 - f) y_(n+1), solved as linear equations."""
    count = 4
    matrix, right = np.zeros((2 * count, 2 * count)), np.zeros(2 * count)
    for n in range(count):
        x, y = n, count + n
        matrix[x, x] = matrix[y, y] = 1.0
        for row, own, given in ((x, kept, 1.0 - kept), (y, (1.0 - kept) / ratio, 1.0 - (1.0 - kept) / ratio)):
            if n == 0:
                right[row] += own
            else:
                matrix[row, x - 1] -= own
            if n < count - 1:
                matrix[row, y + 1] -= given
    found = np.linalg.solve(matrix, right)
    assert left_by_stages(kept, ratio, count) == pytest.approx(found[count - 1], rel=1e-11)


def test_stages__of_nothing_leave_all_and_of_plug_flow_nothing():
    assert left_by_stages(0.3, 2.0, 0) == 1.0
    assert left_by_stages(1.0, 0.0, 3) == 1.0
    assert left_by_stages(0.0, 1.5, 3) == 0.0


@pytest.mark.parametrize("efficiency", [1.0, 0.93, 0.5])
@pytest.mark.parametrize("feed", [0.6, 1.0, 6.0])
@pytest.mark.parametrize("thickeners", [1, 2, 5])
def test_decantation__agrees_with_a_balance_over_each_thickener(feed, thickeners, efficiency):
    """Shares of the slurry's liquor in underflows u and in mixed liquors m, the overflows, of a train at wash ratio 2."""
    ratio = 2.0
    matrix, right = np.zeros((2 * thickeners, 2 * thickeners)), np.zeros(2 * thickeners)
    for n in range(thickeners):
        u, o = n, thickeners + n
        into = feed if n == 0 else 1.0
        # mixed: (into x + ratio y) / (into + ratio); underflow: e mixed + (1 - e) x; overflow: what is left of both
        matrix[u, u] = matrix[o, o] = 1.0
        out = into + ratio - 1.0
        # of a feed thicker than the underflows there are fewer lumps than these could hold
        share = 1.0 - (1.0 - efficiency) * min(1.0, into)
        mixes = (share * into / (into + ratio) + 1.0 - share, share * ratio / (into + ratio))
        for row, (own, wash) in ((u, mixes), (o, ((into - mixes[0]) / out, (ratio - mixes[1]) / out))):
            if n == 0:
                right[row] += own
            else:
                matrix[row, u - 1] -= own
            if n < thickeners - 1:
                matrix[row, o + 1] -= wash
    found = np.linalg.solve(matrix, right)
    left = left_by_decantation(ratio, feed, thickeners, efficiency)
    assert left == pytest.approx(found[thickeners - 1] / feed, rel=1e-11)


def test_decantation__of_a_feed_as_thick_as_its_underflows_is_counter_current_washing():
    assert left_by_decantation(2.5, 1.0, 4) == pytest.approx((2.5 - 1.0) / (2.5**5 - 1.0), rel=1e-13)


@pytest.mark.parametrize("times", [1, 2, 4])
def test_repulps__each_leave_one_over_one_and_the_ratio(times):
    left, holds = left_by_repulps((2.0, 2.0), 3.0, times)
    assert left == pytest.approx((2.0 / 5.0) ** times, rel=1e-14)
    assert holds == 2.0


def test_repulps__take_up_liquor_or_press_it_out_at_the_first_time():
    assert left_by_repulps((4.0, 1.0), 2.0, 1)[0] == pytest.approx(1.0 / 6.0, rel=1e-14)
    assert left_by_repulps((1.0, 2.0), 3.0, 1)[0] == pytest.approx(2.0 / 4.0, rel=1e-14)
    assert left_by_repulps((1.0, 9.0), 3.0, 2) == (1.0, 7.0)
    assert left_by_repulps((1.0, 0.0), 3.0, 2) == (0.0, 0.0)


def test_repulps__leave_lumps_whole():
    assert left_by_repulps((2.0, 2.0), 6.0, 1, 0.9)[0] == pytest.approx(0.1 + 0.9 * 0.25, rel=1e-14)


def test_occluded__is_never_washed_out():
    assert occluded_too(0.0, 0.02) == 0.02
    assert occluded_too(1.0, 0.02) == 1.0


def test_displace__puts_wash_in_the_place_of_what_is_gone():
    chemistry = Chemistry("Ni S C")
    slurry = Stream.of(chemistry, {"C(s)": 1.0, "H2O": 1.0, "NiSO4": 0.2})
    wash = Stream.of(chemistry, {"H2O": 2.0})
    cake, washings = displace(slurry.solids, slurry.liquor, 0.5, wash, 0.25)
    assert cake.liquor.mass == pytest.approx(0.6, rel=1e-13)
    assert cake["Ni+2"] == pytest.approx(0.125 * slurry["Ni+2"], rel=1e-13)
    assert cake.mass + washings.mass == pytest.approx(1.0 + 0.6 + 2.0, rel=1e-14)


def test_dispersion_number__grows_with_the_cake_and_falls_with_the_grains():
    """v L / D_L by hand: 1e-4 m/s through 20 mm of 50 um grains, Re Sc = 5, D_L = 9.457e-9 m2/s."""
    assert dispersion_number(0.02, 1e-4, 5e-5) == pytest.approx(1e-4 * 0.02 / (1e-9 * (0.707 + 1.75 * 5.0)), rel=1e-12)
    assert dispersion_number(0.04, 1e-4, 5e-5) == pytest.approx(2.0 * dispersion_number(0.02, 1e-4, 5e-5), rel=1e-12)
    assert dispersion_number(0.02, 1e-4, 1e-4) < dispersion_number(0.02, 1e-4, 5e-5)
