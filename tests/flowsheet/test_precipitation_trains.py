"""Tanks in series: staged base, ageing, solids returned, seed and sizes."""

import pytest

from raffinate.flowsheet import DataError, Stream
from raffinate.flowsheet.balances import balance
from raffinate.flowsheet.chemistry import Chemistry
from raffinate.flowsheet.precipitation_equilibrium import Tank
from raffinate.flowsheet.precipitation_rates import ageing_rate
from raffinate.flowsheet.precipitation_trains import Step, run_train
from raffinate.flowsheet.quantities import celsius
from raffinate.flowsheet.sizes import SizeDistribution

CHEMISTRY = Chemistry("Na Fe Al Ca S")
HOT = celsius(80)
FEED = Stream.of(CHEMISTRY, {"H2O": 1.0, "Fe2(SO4)3": 0.01, "Al2(SO4)3": 0.02, "Na2SO4": 0.05}, HOT)
SODA = Stream.of(CHEMISTRY, {"NaOH": 0.2, "H2O": 0.8})
FORMS = ("Fe(OH)3(s)", "Al(OH)3(s)")


def tank(hours=1.0):
    return Tank(HOT, hours * 3600.0, FORMS)


def test_train__brings_iron_down_before_aluminium():
    train = run_train(FEED, [Step(tank(), SODA, ph) for ph in (2.6, 4.8)])
    first = run_train(FEED, [Step(tank(), SODA, 2.6)]).stream
    assert train.ph == pytest.approx((2.6, 4.8), abs=1e-6)
    assert first["Fe+3"] < 0.1 * FEED["Fe+3"]
    assert first["Al+3"] > 0.99 * FEED["Al+3"]
    assert train.stream["Al+3"] < 0.1 * FEED["Al+3"]
    assert balance(CHEMISTRY, [FEED, *train.drawn], [train.stream]).worst <= 1e-9


def test_train__ages_in_each_tank_and_more_with_solids_returned():
    rate = ageing_rate("Fe(OH)3(s)", "FeOOH(s)", HOT)
    steps = [Step(tank(10.0), SODA, 4.8), Step(tank(10.0), SODA, 4.8)]
    left = 1.0 / (1.0 + rate * 36000.0) ** 2
    once = run_train(FEED, steps).stream
    fresh = once["Fe(OH)3(s)"] / (once["Fe(OH)3(s)"] + once["FeOOH(s)"])
    assert fresh == pytest.approx(left, rel=1e-6)
    share = 0.8
    back = run_train(FEED, steps, recycle=share).stream
    fresh_back = back["Fe(OH)3(s)"] / (back["Fe(OH)3(s)"] + back["FeOOH(s)"])
    assert fresh_back == pytest.approx(left * (1.0 - share) / (1.0 - share * left), rel=1e-6)


def test_train__gives_its_product_sizes():
    stream = run_train(FEED, [Step(tank(3.0), SODA, 4.8)]).stream
    assert stream.size_distribution("Al(OH)3(s)").mean(4, 3) == pytest.approx(12e-6, rel=0.02)
    aged = stream.size_distribution("FeOOH(s)")
    assert aged.d50 == pytest.approx(stream.size_distribution("Fe(OH)3(s)").d50)


def test_train__grows_on_seed_and_comes_nearer_to_equilibrium():
    forms = ("CaSO4.2H2O(s)",)
    feed = Stream.of(CHEMISTRY, {"H2O": 1.0, "CaSO4": 0.006, "Na2SO4": 0.05}, celsius(25))
    fine = {"CaSO4.2H2O(s)": SizeDistribution.single(10e-6)}
    seed = Stream.of(CHEMISTRY, {"H2O": 0.05, "CaSO4.2H2O(s)": 0.02}, celsius(25), sizes=fine)
    step = Step(Tank(celsius(25), 1800.0, forms))
    alone, seeded = run_train(feed, [step]), run_train(feed, [step], seed)
    assert seeded.stream["Ca+2"] < alone.stream["Ca+2"]
    assert seeded.stream.size_distribution("CaSO4.2H2O(s)").d50 > 1.02 * 10e-6
    assert balance(CHEMISTRY, [feed, seed], [seeded.stream]).worst <= 1e-9


def test_train__refuses_no_tanks_and_a_full_return():
    with pytest.raises(DataError, match="0 tanks are given"):
        run_train(FEED, [])
    with pytest.raises(DataError, match="share of solids returned = 1 is outside"):
        run_train(FEED, [Step(tank())], recycle=1.0)
