"""Heat exchanger: heat by hand, and what it leaves alone."""

import numpy as np
import pytest

from raffinate.flowsheet import DeclarationError, Stream
from raffinate.flowsheet.chemistry import Chemistry
from raffinate.flowsheet.heat import heat_duty
from raffinate.flowsheet.quantities import celsius
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


@pytest.mark.parametrize(
    ("masses", "usual"),
    [  # 35 K of 1 kg/s, in W: 3.66 kJ/kg/K of hot soda, recalled 3.6 to 3.7; ammonium sulfate at most 1.15 times its water
        ({"H2O": 0.76, "Na2CO3": 0.24}, "1.283e+05"),
        ({"H2O": 0.715, "(NH4)2SO4": 0.285}, "1.207e+05"),
        ({"H2O": 0.76, "Na2CO3": 0.24, "C(s)": 0.5}, "1.392e+05"),
    ],
)
def test_heat_exchanger__says_where_a_liquor_takes_more_heat_than_salts_do(masses, usual):
    """Its heat stays that of the enthalpies, so that a plant's heats add up."""
    chemistry = Chemistry("Na N S C")
    feed = Stream.of(chemistry, masses, celsius(60))
    outcome = HeatExchanger(temperature=celsius(95)).run({"feed": feed})
    assert outcome.report["heat"] == heat_duty([feed], outcome.outlets.values())
    (found,) = outcome.warnings
    assert found.startswith("heat of the liquor comes to ")
    assert found.endswith(f"it would be {usual} W in all")
    back = HeatExchanger(temperature=celsius(60)).run({"feed": outcome.outlets["out"]})
    assert back.warnings[0].endswith(f"it would be -{usual} W in all")


def test_heat_exchanger__says_nothing_of_liquors_that_it_knows():
    for masses in ({"H2O": 0.8, "Na2SO4": 0.2}, {"H2O": 1.0}, {"H2SO4": 0.98, "H2O": 0.02}, {"C(s)": 1.0}, {}):
        feed = Stream.of(CHEMISTRY, masses, celsius(60))
        assert HeatExchanger(temperature=celsius(95)).run({"feed": feed}).warnings == ()
    soda = Stream.of(CHEMISTRY, {"H2O": 0.76, "Na2CO3": 0.24}, celsius(94.5))
    assert HeatExchanger(temperature=celsius(95)).run({"feed": soda}).warnings == ()


def test_heat_exchanger__there_and_back_needs_no_heat():
    there = HeatExchanger(temperature=308.15).run({"feed": WATER})
    back = HeatExchanger(temperature=343.15).run({"feed": there.outlets["out"]})
    assert there.report["heat"] + back.report["heat"] == pytest.approx(0.0, abs=1e-6 * abs(back.report["heat"]))


def test_heat_exchanger__refuses_a_temperature_beyond_liquid_water():
    with pytest.raises(DeclarationError, match=r"HeatExchanger: temperature = 400 K is outside 273\.15 to 373\.15 K"):
        HeatExchanger(temperature=400.0)
