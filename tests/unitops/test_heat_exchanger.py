"""Heat exchanger: heat by hand, and what it leaves alone."""

import numpy as np
import pytest

from raffinate.flowsheet import DeclarationError, Stream
from raffinate.flowsheet.chemistry import Chemistry
from raffinate.flowsheet.heat import heat_duty
from raffinate.unitops.heat_exchanger import HeatExchanger

CHEMISTRY = Chemistry("Na S C")
WATER = Stream.of(CHEMISTRY, {"H2O": 2.0}, temperature=343.15)


def test_heat_exchanger__takes_the_heat_of_water():
    # 2 kg/s of water from 70 to 35 degC at 4.185 kJ/kg/K
    outcome = HeatExchanger(temperature=308.15).run({"feed": WATER})
    assert outcome.report["heat"] == pytest.approx(-2.0 * 4185.0 * 35.0, rel=2e-3)
    assert outcome.outlets["out"].temperature == 308.15


@pytest.mark.parametrize(
    ("masses", "heat"),
    [  # J from 25 to 60 degC: 1.42 kJ/kg/K of 98 % acid (Perry's handbook), 3.63 of 15 % Na2SO4 (Laliberté 2009)
        ({"H2SO4": 0.98, "H2O": 0.02}, 1450.0 * 35.0),
        ({"Na2SO4": 0.15, "H2O": 0.85}, 3630.0 * 35.0),
        ({"C(s)": 0.5, "H2O": 0.5}, (0.5 * 4180.0 + 0.5 * 625.0) * 35.0),
    ],
)
def test_heat_exchanger__takes_what_the_enthalpy_says(masses, heat):
    feed = Stream.of(CHEMISTRY, masses, temperature=298.15)
    outcome = HeatExchanger(temperature=333.15).run({"feed": feed})
    assert outcome.report["heat"] == heat_duty([feed], outcome.outlets.values())
    assert outcome.report["heat"] == pytest.approx(heat, rel=0.03)


def test_heat_exchanger__leaves_the_flows_alone():
    slurry = Stream.of(CHEMISTRY, {"H2O": 1.0, "Na2SO4": 0.1, "C(s)": 0.2}, temperature=298.15)
    outcome = HeatExchanger(temperature=353.15).run({"feed": slurry})
    assert np.array_equal(outcome.outlets["out"].flows, slurry.flows)
    assert outcome.report["heat"] > 0.0


def test_heat_exchanger__there_and_back_needs_no_heat():
    there = HeatExchanger(temperature=308.15).run({"feed": WATER})
    back = HeatExchanger(temperature=343.15).run({"feed": there.outlets["out"]})
    assert there.report["heat"] + back.report["heat"] == pytest.approx(0.0, abs=1e-6 * abs(back.report["heat"]))


def test_heat_exchanger__refuses_a_temperature_beyond_liquid_water():
    with pytest.raises(DeclarationError, match=r"HeatExchanger: temperature = 400 K is outside 273\.15 to 373\.15 K"):
        HeatExchanger(temperature=400.0)
