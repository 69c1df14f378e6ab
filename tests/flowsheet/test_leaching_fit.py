"""Fits to made-up batch curves give back the constants that made them, and what curves leave open is named."""

from dataclasses import replace

import numpy as np
import pytest

from raffinate.flowsheet import DataError
from raffinate.flowsheet.leaching.curves import BatchCurve, read_curves
from raffinate.flowsheet.leaching.fitting import fit_leaching
from raffinate.flowsheet.leaching.rates import AVRAMI, LAWS, MIXED, RateLaw
from raffinate.flowsheet.quantities import celsius
from raffinate.flowsheet.sizes import SizeDistribution

MINUTES = np.array([2.0, 5.0, 10.0, 15.0, 20.0, 30.0, 45.0, 60.0])
WARM = (35.0, 50.0, 65.0, 75.0)
SPREAD = SizeDistribution.rosin_rammler(25e-6, 1.6)
TRUE = RateLaw(complete_time=3600.0, activation_energy=48e3, acid_order=0.7, reference_temperature=333.15)


def made(law, degrees=WARM, acids=(3000.0,), oxidants=(None,), seed=1, scatter=0.015, minutes=MINUTES, **given):
    """Batch curves of a law with scatter."""
    random = np.random.default_rng(seed)
    found = []
    for degree in degrees:
        for acid in acids:
            for oxidant in oxidants:
                demand, sizes = given.get("acid_demand", 0.0), given.get("sizes")
                exact = law.conversion(60.0 * minutes, celsius(degree), acid, oxidant, sizes, demand)
                found.append(
                    BatchCurve(
                        name=f"{degree:g} degC {acid} {oxidant}",
                        times=60.0 * minutes,
                        conversions=np.clip(exact + scatter * random.standard_normal(exact.size), -0.05, 1.05),
                        temperature=celsius(degree),
                        acid=acid,
                        oxidant=oxidant,
                        uncertainty=scatter,
                        **given,
                    )
                )
    return found


def within(fit, constant, true, errors=3.0):
    """Whether a constant lies within so many of its standard errors."""
    row = fit.constants.loc[constant]
    return abs(row["value"] - true) <= errors * row["standard error"]


@pytest.mark.parametrize(("element", "energy"), [("Co", 52.3), ("Li", 47.7)])
def test_fit__finds_the_energies_of_lee_and_rhee_again(element, energy):
    """Their set makes the curves; the law is chosen, and 52.3 and 47.7 kJ/mol come back within 3 %."""
    fit = fit_leaching(made(RateLaw.named("LiCoO2(s)", "lee2003", element), acids=(1000.0,)))
    assert fit.law.law == "surface reaction"
    assert fit.constants.loc["activation energy", "value"] == pytest.approx(energy, rel=0.03)
    assert within(fit, "activation energy", energy)
    assert fit.law.time(348.15) == pytest.approx(47.5 * 60.0, rel=0.03)
    assert fit.left_open == ()


def test_fit__finds_the_energy_and_the_order_of_larouche_again():
    """11 kJ/mol and 0.65 in peroxide, of a first-order law."""
    law = RateLaw.named("LiFePO4(s)", "larouche2023", "Li")
    minutes = np.array([0.2, 0.5, 1.0, 1.5, 2.0, 3.0, 5.0, 8.0])
    curves = made(law, (10.0, 25.0, 40.0, 60.0), (None,), (300.0, 1000.0), minutes=minutes, scatter=0.01)
    fit = fit_leaching(curves, AVRAMI, accessible=True)
    assert within(fit, "activation energy", 11.0)
    assert within(fit, "oxidant order", 0.65)
    assert within(fit, "exponent", 1.0)
    assert within(fit, "accessible", 0.97)
    assert fit.constants.loc["activation energy", "standard error"] < 1.5


@pytest.mark.parametrize("law", [law for law in LAWS if law not in {MIXED, "table"}])
def test_fit__knows_each_law_by_its_curves(law):
    true = replace(TRUE, law=law, exponent=0.6, complete_time=5400.0)
    fit = fit_leaching(made(true, seed=3))
    assert fit.law.law == law
    assert fit.laws["weight"].iloc[0] > 0.9
    assert fit.laws["weight"].sum() == pytest.approx(1.0)
    assert within(fit, "activation energy", 48.0)


def test_fit__finds_orders_while_the_acid_falls_and_sizes_spread():
    """Two acids, each spent by 800 mol/m3 at the most, particles of 36 classes."""
    true = replace(TRUE, reference_size=20e-6, oxidant_order=0.4, reference_acid=1500.0)
    given = {"acids": (1200.0, 3000.0), "oxidants": (300.0, 900.0), "acid_demand": 800.0, "sizes": SPREAD}
    fit = fit_leaching(made(true, (40.0, 70.0), **given), "surface reaction", replace(true, complete_time=1.0))
    for constant, value in (("activation energy", 48.0), ("acid order", 0.7), ("oxidant order", 0.4)):
        assert within(fit, constant, value)
        assert bool(fit.constants.loc[constant, "determined"])
    assert fit.law.time(333.15, 1500.0, 1000.0) == pytest.approx(3600.0, rel=0.03)
    assert fit.law.window["acid"] == (1200.0, 3000.0)


def test_fit__says_that_mixed_control_needs_more_than_one_size():
    """Scattered curves of one size fit with many pairs of shares: they are named as open, and the time is not."""
    true = replace(TRUE, law=MIXED, shares=(0.2, 0.3, 0.5))
    fit = fit_leaching(made(true), (MIXED, "ash", "film"))
    assert fit.law.law == MIXED
    assert any("film share of the rest is not determined" in told for told in fit.left_open)
    assert within(fit, "activation energy", 48.0)


def test_interval__holds_the_truth_nineteen_times_in_twenty():
    hits, tries = 0, 60
    for seed in range(tries):
        row = fit_leaching(made(TRUE, seed=seed), "surface reaction").constants.loc["activation energy"]
        hits += row["low"] <= 48.0 <= row["high"]
    assert 0.87 * tries <= hits <= tries


def test_fit__keeps_the_energy_that_one_temperature_cannot_tell():
    start = RateLaw(complete_time=1.0, activation_energy=65e3)
    fit = fit_leaching(made(TRUE, (60.0,)), "surface reaction", start)
    assert fit.law.activation_energy == 65e3
    assert list(fit.constants.index) == ["complete time"]
    assert fit.remarks[0] == (
        "the activation energy cannot be told from curves at 60 degC (5 K apart is the least); that of 65 kJ/mol is kept"
    )
    assert fit.remarks[1] == "the order in acid cannot be told from curves at 3 mol/L alone; 0 is kept"


def test_fit__says_that_two_temperatures_draw_a_line_through_two_points():
    fit = fit_leaching(made(TRUE, (40.0, 60.0)), "surface reaction")
    assert any("cannot show that one holds throughout" in told for told in fit.remarks)


def test_fit__says_that_readings_at_the_end_tell_no_time():
    fit = fit_leaching(made(TRUE, (90.0, 95.0), minutes=np.array([200.0, 300.0, 400.0])), "surface reaction")
    assert any(told.startswith("complete time is not determined") for told in fit.left_open)
    assert not fit.constants.loc["complete time", "determined"]


def test_fit__says_that_the_curves_do_not_choose():
    """The start of a curve alone is straight under most laws."""
    curves = made(replace(TRUE, complete_time=200e3), scatter=0.01)
    fit = fit_leaching(curves)
    assert any("do not choose between" in told for told in fit.remarks)


def test_fit__says_that_the_law_misses_the_readings():
    fit = fit_leaching(made(replace(TRUE, law="ash"), scatter=0.005), "film")
    assert any("another law, or a larger uncertainty, is called for" in told for told in fit.remarks)
    assert np.abs(fit.residuals["in uncertainties"]).max() > 5.0


def test_fit__gives_the_law_the_range_of_its_curves():
    fit = fit_leaching(made(TRUE, acids=(1500.0, 3000.0)), "surface reaction", name="our oxide")
    assert fit.law.window == {"temperature": (308.15, 348.15), "acid": (1500.0, 3000.0)}
    (told,) = fit.law.remarks(temperature=celsius(95.0))
    assert "rate of our oxide, from fit_leaching, is used outside its window: temperature 368.1 K" in told


def test_fit__draws_curves_residuals_and_rates(tmp_path):
    fit = fit_leaching(made(TRUE, acids=(1500.0, 3000.0)), "surface reaction")
    figure = fit.draw(tmp_path / "fit.png")
    assert (tmp_path / "fit.png").stat().st_size > 10_000
    assert {text.get_text() for axes in figure.axes for text in axes.texts} >= {"conversion", "residuals", "rate"}


def test_curves__are_read_in_the_units_of_the_bench(tmp_path):
    path = tmp_path / "tests.csv"
    path.write_text(
        "# ours\ncurve,time min,X %,+- %,temperature degC,acid mol/L,oxidant mol/L,acid demand mol/L,size um,spread\n"
        "A,10,20,1,40,2,0.5,0.6,25,1.6\nA,30,45,,40,,,,,\nB,10,30,3,60,2,,,,\n"
    )
    one, other = read_curves(path)
    assert one.times == pytest.approx([600.0, 1800.0])
    assert one.conversions == pytest.approx([0.2, 0.45])
    assert one.uncertainty == pytest.approx([0.01, 0.02])
    assert (one.temperature, one.acid, one.oxidant, one.acid_demand) == pytest.approx((313.15, 2000.0, 500.0, 600.0))
    assert one.sizes is not None
    assert one.sizes.fractions == pytest.approx(SPREAD.fractions)
    assert (other.oxidant, other.sizes, other.acid_demand) == (None, None, 0.0)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("curve,time min,X %,temperatur degC\nA,1,2,3\n", "did you mean 'temperature degC'"),
        ("curve,time min,temperature degC\nA,1,3\n", "the column 'X %' is missing"),
        ("curve,time min,X %,temperature degC\nA,1,two,3\n", "row 2, X % = 'two' is no number"),
        ("curve,time min,X %,temperature degC\nA,1,,3\n", "row 2, X % is empty"),
        ("curve,time min,X %,temperature degC\nA,1,2,3\nA,2,3,4\n", "has 2 values of temperature degC"),
        ("curve,time min,X %,temperature degC\nA,1,140,3\n", r"conversion = 1.4 is outside -0.05 to 1.05"),
        ("curve,time min,X %,temperature degC\n", "there are 0 readings"),
        ("curve,time min,X %,temperature degC,size um\nA,1,2,3,20\n", "needs both size um and spread"),
        ("curve,time min,X %,temperature degC,acid demand mol/L\nA,1,2,3,1\n", "needs the acid that it is taken from"),
    ],
)
def test_curves__refuse_what_cannot_be(tmp_path, text, message):
    path = tmp_path / "tests.csv"
    path.write_text(text)
    with pytest.raises(DataError, match=message):
        read_curves(path)


def test_fit__refuses_laws_and_curves_that_hold_too_little():
    with pytest.raises(DataError, match=r"law 'avrami' cannot be fitted; did you mean 'Avrami'"):
        fit_leaching(made(TRUE), "avrami")
    with pytest.raises(DataError, match="2 readings are given, 3 are the least"):
        fit_leaching(made(TRUE, (60.0,), minutes=np.array([5.0, 10.0])))
    with pytest.raises(DataError, match="temperature = 60 K is outside 250 to 550 K"):
        replace(made(TRUE, (60.0,))[0], temperature=60.0)
