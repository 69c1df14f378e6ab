import pytest
from hand import imbalance

from raffinate.flowsheet import DataError, Stream
from raffinate.flowsheet.chemistry import Chemistry
from raffinate.flowsheet.quantities import celsius
from raffinate.unitops.bicarbonate_decomposition import BicarbonateDecomposition

CHEMISTRY = Chemistry("Li Na C S")
FEED = Stream.of(CHEMISTRY, {"H2O": 1.0, "LiHCO3": 0.055, "Na2SO4": 0.001}, celsius(25))


def run(feed=FEED, **given):
    outcome = BicarbonateDecomposition(**given).run({"feed": feed})
    assert imbalance({"feed": feed}, outcome) <= 1e-9
    return outcome


def test_decomposition__yields_what_solubility_leaves():
    outcome = run()
    slurry = outcome.outlets["slurry"]
    assert 0.6 < outcome.report["precipitated_fraction"] < 0.8
    assert slurry["Li2CO3(s)"] == pytest.approx(0.5 * outcome.report["precipitated_fraction"] * FEED["Li+"], rel=1e-9)
    # a mole of carbon dioxide for each of lithium carbonate, and that of the carbonate in the mother liquor
    assert 1.0 < outcome.report["carbon_dioxide"] / slurry["Li2CO3(s)"] < 1.6


def test_decomposition__yields_more_when_hotter_and_better_stripped():
    assert run(temperature=celsius(95)).report["precipitated_fraction"] > run().report["precipitated_fraction"]
    poor = run(carbon_dioxide_pressure=3e4)
    assert poor.report["precipitated_fraction"] < run().report["precipitated_fraction"]


def test_decomposition__carries_steam_and_boils_off_what_it_is_told():
    plain, boiled = run(), run(evaporated=0.3)
    assert plain.outlets["offgas"]["H2O(g)"] > plain.outlets["offgas"]["CO2(g)"]
    assert boiled.report["evaporation"] > 0.28
    assert boiled.report["precipitated_fraction"] > plain.report["precipitated_fraction"]


def test_decomposition__gives_its_product_sizes():
    assert 20e-6 < run().outlets["slurry"].size_distribution("Li2CO3(s)").d50 < 200e-6


def test_decomposition__refuses_to_boil():
    low = Stream(CHEMISTRY, FEED.flows, FEED.temperature, 5e4)
    with pytest.raises(DataError, match="water boils"):
        run(low)
