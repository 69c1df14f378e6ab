"""Sizes of crystals from tanks in series, with solids returned and with seed."""

import pytest

from raffinate.flowsheet import DataError
from raffinate.flowsheet.grown_sizes import crystal_sizes, grown
from raffinate.flowsheet.sizes import SizeDistribution

HOUR = 3600.0
GROWTH = 1e-6 / HOUR


def test_crystal_sizes__are_those_of_a_stirred_tank():
    # L43 = 4 G t, and passing of gamma(4) at its mean: 1 - exp(-4) (1 + 4 + 8 + 32/3) = 0.5665
    found = crystal_sizes(GROWTH, 5.0 * HOUR)
    assert found.mean(4, 3) == pytest.approx(20e-6, rel=0.01)
    assert found.passing(20e-6) == pytest.approx(0.5665, abs=0.01)


@pytest.mark.parametrize("tanks", [1, 2, 4, 10])
def test_crystal_sizes__narrow_with_the_number_of_tanks(tanks):
    found = crystal_sizes(GROWTH, 5.0 * HOUR, tanks)
    assert found.mean(4, 3) == pytest.approx((tanks + 3) / tanks * 5e-6, rel=0.02)
    wider = crystal_sizes(GROWTH, 5.0 * HOUR, 1)
    assert found.d90 / found.d10 <= wider.d90 / wider.d10 * (1.0 + 1e-12)


def test_crystal_sizes__grow_with_the_solids_returned():
    sizes = [crystal_sizes(GROWTH, 5.0 * HOUR, 3, share).d50 for share in (0.0, 0.5, 0.9)]
    assert sizes == sorted(sizes)
    assert sizes[2] > 5.0 * sizes[0]


def test_grown__gains_what_its_surface_takes_or_all_there_is():
    seed = SizeDistribution.log_normal(10e-6, 0.3)
    bigger, gained = grown(seed, 1.0, 100.0, 1e-6)
    assert gained == pytest.approx(1.1**3 - 1.0, rel=0.1)
    assert bigger.d50 == pytest.approx(11e-6, rel=0.05)
    starved, all_there_is = grown(seed, 1.0, 0.05, 1e-6)
    assert all_there_is == 0.05
    assert seed.d50 < starved.d50 < bigger.d50
    assert grown(seed, 0.0, 1.0, 1e-6) == (seed, 0.0)


def test_crystal_sizes__refuse_what_cannot_be():
    with pytest.raises(DataError, match="recycle = 1 from 0 to below 1"):
        crystal_sizes(GROWTH, HOUR, 1, 1.0)
