"""Activity coefficients and the activity of water: limits, slopes and the twin."""

import math

import numpy as np
import pytest
from naive_speciation import LN10, ln_water, mixture
from naive_speciation import ln_gamma as naive_ln_gamma

from raffinate.kernels.activity import log_gamma, log_water_activity

DEBYE = np.array([0.5092, 0.3283])


@pytest.mark.parametrize("strength", [1e-7, 1e-3, 0.1, 1.0, 5.0, 20.0])
def test_log_gamma__equals_its_twin_for_every_species(strength):
    model, _, _ = mixture()
    kernel_values = [
        log_gamma(charge, size, salting, DEBYE, strength)[0]
        for charge, size, salting in zip(model.charge, model.ion_size, model.salting, strict=True)
    ]
    np.testing.assert_allclose(kernel_values, naive_ln_gamma(model, strength), rtol=1e-13, atol=1e-15)


def test_log_gamma__approaches_the_limiting_law_of_debye_and_hueckel():
    for charge in (1.0, -2.0, 3.0):
        value, _ = log_gamma(charge, 5.0, 0.1, DEBYE, 1e-9)
        assert value == pytest.approx(-LN10 * DEBYE[0] * charge**2 * math.sqrt(1e-9), rel=1e-3)


def test_log_gamma__salts_out_neutral_species_in_proportion():
    value, slope = log_gamma(0.0, 0.0, 0.1, DEBYE, 2.0)
    assert value == pytest.approx(LN10 * 0.2)
    assert slope == pytest.approx(LN10 * 0.1)


def test_log_gamma__matches_sodium_in_sodium_chloride():
    # Truesdell & Jones parameters of Na+ (a 4.08, b 0.082) at I = 0.1: gamma = 0.783 in PHREEQC
    value, _ = log_gamma(1.0, 4.08, 0.082, DEBYE, 0.1)
    assert math.exp(value) == pytest.approx(0.783, abs=0.003)


@pytest.mark.parametrize("strength", [1e-4, 0.3, 4.0])
@pytest.mark.parametrize("charge", [0.0, 1.0, -2.0])
def test_log_gamma__answers_its_own_slope(charge, strength):
    step = 1e-5 * strength
    above = log_gamma(charge, 4.0, 0.05, DEBYE, strength + step)[0]
    below = log_gamma(charge, 4.0, 0.05, DEBYE, strength - step)[0]
    slope = log_gamma(charge, 4.0, 0.05, DEBYE, strength)[1]
    assert slope == pytest.approx((above - below) / (2 * step), rel=1e-5)


@pytest.mark.parametrize("molalities", [0.0, 1.0, 29.999, 30.0, 30.001, 60.0, 500.0])
def test_log_water_activity__equals_its_twin_and_stays_positive(molalities):
    value, slope = log_water_activity(molalities)
    assert value == pytest.approx(ln_water(molalities), abs=1e-14)
    assert math.exp(value) > 0.0
    assert slope < 0.0


def test_log_water_activity__is_smooth_where_its_branches_meet():
    below, slope_below = log_water_activity(30.0 - 1e-9)
    above, slope_above = log_water_activity(30.0 + 1e-9)
    assert above == pytest.approx(below, abs=1e-9)
    assert slope_above == pytest.approx(slope_below, rel=1e-8)
