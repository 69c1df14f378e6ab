import pytest
from hand import imbalance, mass_of

from raffinate.flowsheet import DataError, Stream
from raffinate.flowsheet.chemistry import Chemistry
from raffinate.flowsheet.quantities import celsius
from raffinate.unitops.lithium_bicarbonation import LithiumBicarbonation

CHEMISTRY = Chemistry("Li Na Ca Mg S C")
FEED = Stream.of(CHEMISTRY, {"H2O": 1.0, "Li2CO3(s)": 0.03, "CaCO3(s)": 0.001, "Na2SO4": 0.001}, celsius(25))
GAS = Stream.of(CHEMISTRY, {"CO2(g)": 1.0})


def run(feed=FEED, **given):
    outcome = LithiumBicarbonation(**{"gas": GAS} | given).run({"feed": feed})
    assert imbalance({"feed": feed}, outcome) <= 1e-9
    return outcome


def test_bicarbonation__dissolves_lithium_and_leaves_calcium():
    outcome = run()
    assert outcome.report["dissolved_fraction"] == pytest.approx(1.0)
    assert outcome.outlets["slurry"]["CaCO3(s)"] > 0.7 * FEED["CaCO3(s)"]


def test_bicarbonation__takes_one_carbon_dioxide_per_carbonate():
    outcome = run(gas_used=1.0)
    taken = outcome.drawn["gas"]["CO2(g)"]
    assert taken == pytest.approx(FEED["Li2CO3(s)"], rel=0.15)
    half = run(gas_used=0.5)
    assert half.drawn["gas"]["CO2(g)"] == pytest.approx(2.0 * taken, rel=1e-9)
    assert half.outlets["offgas"]["CO2(g)"] == pytest.approx(taken, rel=1e-9)


def test_bicarbonation__holds_50_to_70_grams_of_bicarbonate_at_1_bar():
    rich = Stream.of(CHEMISTRY, {"H2O": 1.0, "Li2CO3(s)": 0.15}, celsius(25))
    outcome = run(rich)
    assert outcome.report["dissolved_fraction"] < 0.7
    assert 50.0 < outcome.report["lithium"] * mass_of("LiHCO3") / mass_of("Li") < 70.0
    pressed, warm = run(rich, carbon_dioxide_pressure=5e5), run(rich, temperature=celsius(40))
    assert pressed.report["lithium"] > outcome.report["lithium"] > warm.report["lithium"]


def test_bicarbonation__refuses_a_gas_without_carbon_dioxide():
    with pytest.raises(DataError, match=r"CO2\(g\) = 0 mol/s"):
        run(gas=Stream.of(CHEMISTRY, {"H2O": 1.0}))
