"""Rate law of iron(II) with oxygen, against the numbers of its sources, and a tank limited by chemistry or by transfer."""

import math

import pytest

from raffinate.flowsheet import DataError
from raffinate.flowsheet.iron_oxidation import henry, oxygenate, rate_constant
from raffinate.flowsheet.quantities import celsius

ATMOSPHERE = 101325.0
COOL = celsius(20.5)
KW = 10.0**-14.15  # at 20.5 degC


def half_life(ph, oxygen=0.2):
    return math.log(2.0) / (rate_constant(KW * 10.0**ph, COOL) * oxygen * ATMOSPHERE)


def test_rate__is_minutes_at_ph_7_and_hours_at_ph_6():
    # Stumm & Lee: some 4 to 10 minutes at pH 7 in air
    assert 120.0 < half_life(7.0) < 900.0
    assert half_life(6.0) == pytest.approx(100.0 * half_life(7.0), rel=0.01)


def test_rate__is_that_of_example_9_of_phreeqc():
    # 1.33e12 L2/mol2/atm/s and, at 0.2 atm, some 2.9e-9 1/s without hydroxide (written there for any pressure)
    at_8 = rate_constant(1e-6, COOL) * ATMOSPHERE
    assert at_8 == pytest.approx(1.33e12 * 1e-12, rel=0.01)
    acid = rate_constant(0.0, celsius(25)) * ATMOSPHERE
    assert acid == pytest.approx(1e-7 / 60.0, rel=1e-6)
    assert 0.2 < acid / 2.91e-9 < 1.0


def test_henry__is_that_of_oxygen_in_water():
    assert henry(celsius(25)) * ATMOSPHERE == pytest.approx(1.28, rel=0.02)  # mol/m3 at 1 atm
    assert henry(celsius(80)) < henry(celsius(25))


def test_tank__is_limited_by_chemistry_where_oxygen_passes_freely():
    constant, time = 1e-8, 3600.0
    found = oxygenate(10.0, constant, 2e4, 1e6, time, celsius(25))
    assert found.conversion == pytest.approx(constant * 2e4 * time / (1.0 + constant * 2e4 * time), rel=1e-5)
    assert found.oxygen == pytest.approx(2e4, rel=1e-4)


def test_tank__is_limited_by_transfer_where_chemistry_is_fast():
    iron, gas, transfer, time = 200.0, 2e4, 0.01, 3600.0
    found = oxygenate(iron, 1.0, gas, transfer, time, celsius(25))
    assert found.conversion * iron == pytest.approx(4.0 * transfer * henry(celsius(25)) * time * gas, rel=1e-3)
    # both laws hold at once
    assert found.conversion * iron == pytest.approx(
        4.0 * transfer * henry(celsius(25)) * time * (gas - found.oxygen), rel=1e-6
    )


def test_tank__does_nothing_without_oxygen_or_iron():
    assert oxygenate(0.0, 1e-8, 2e4, 0.1, 3600.0, celsius(25)).conversion == 0.0
    assert oxygenate(10.0, 1e-8, 0.0, 0.1, 3600.0, celsius(25)).conversion == 0.0
    with pytest.raises(DataError, match="iron = -1 mol/m3"):
        oxygenate(-1.0, 1e-8, 2e4, 0.1, 3600.0, celsius(25))
    with pytest.raises(DataError, match="activity of OH- = -1"):
        rate_constant(-1.0, celsius(25))
