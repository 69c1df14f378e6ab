import pytest
from hand import imbalance

from raffinate.flowsheet import DeclarationError, Stream, settle
from raffinate.flowsheet.chemistry import Chemistry
from raffinate.unitops.repulp_wash import RepulpWash

CHEMISTRY = Chemistry("Na Ni S C")
CAKE = Stream.of(CHEMISTRY, {"H2O": 0.36, "NiSO4": 0.04, "C(s)": 0.6})


def washed(mass, **given):
    inlets = {"cake": CAKE, "wash": Stream.of(CHEMISTRY, {"H2O": mass})}
    outcome = RepulpWash(**given).run(inlets)
    assert imbalance(inlets, outcome) < 1e-13
    return outcome


@pytest.mark.parametrize("repulps", [1, 2, 3])
def test_repulping__leaves_one_over_one_and_the_ratio_each_time(repulps):
    """0.4 kg of liquor in 1.2 kg of wash each time: 1/4, 1/16, 1/64."""
    outcome = washed(1.2 * repulps, repulps=repulps, moisture=0.4)
    assert outcome.report["retained_fraction"] == pytest.approx(0.25**repulps, rel=1e-13)
    assert outcome.outlets["cake"]["Ni+2"] == pytest.approx(0.25**repulps * CAKE["Ni+2"], rel=1e-12)
    assert outcome.outlets["cake"].liquor.mass == pytest.approx(0.4, rel=1e-13)


def test_repulping__twice_with_half_the_wash_is_better_than_once():
    assert (
        washed(2.4, repulps=2, moisture=0.4).report["retained_fraction"]
        < washed(2.4, repulps=1, moisture=0.4).report["retained_fraction"]
    )


def test_repulping__presses_to_its_own_moisture():
    outcome = washed(1.2, moisture=0.25)
    cake = outcome.outlets["cake"]
    assert cake.liquor.mass / cake.mass == pytest.approx(0.25, rel=1e-12)
    assert outcome.report["retained_fraction"] == pytest.approx(0.2 / 1.6, rel=1e-12)


def test_repulping__leaves_lumps_as_they_were():
    outcome = washed(1.2, moisture=0.4, mixing=0.9)
    assert outcome.report["retained_fraction"] == pytest.approx(0.1 + 0.9 * 0.25, rel=1e-13)


def test_repulping__keeps_all_the_liquor_where_the_cake_could_hold_more():
    outcome = washed(0.1, moisture=0.9)
    assert outcome.outlets["washings"].mass == pytest.approx(0.0, abs=1e-15)
    assert outcome.report["retained_fraction"] == pytest.approx(1.0, rel=1e-14)


def test_repulping__wets_dry_solids():
    dry = Stream.of(CHEMISTRY, {"C(s)": 0.6})
    outcome = RepulpWash(moisture=0.4).run({"cake": dry, "wash": Stream.of(CHEMISTRY, {"H2O": 1.0})})
    assert outcome.outlets["cake"]["H2O"] * 0.018015 == pytest.approx(0.4, rel=1e-4)


def test_repulp_wash__dissolves_to_saturation():
    """Plenty of nickel sulfate: the wash takes as much as the water of a saturated liquor does."""
    cake = Stream.of(CHEMISTRY, {"NiSO4.6H2O(s)": 2.0, "C(s)": 1.0, "H2O": 0.1})
    wash = Stream.of(CHEMISTRY, {"H2O": 1.0})
    outcome = RepulpWash(moisture=0.4, dissolving=("NiSO4.6H2O(s)",)).run({"cake": cake, "wash": wash})
    reached, _ = settle(cake.solids + wash, cake.temperature, ("NiSO4.6H2O(s)",))
    left = reached["NiSO4.6H2O(s)"] / cake["NiSO4.6H2O(s)"]
    assert 0.2 < left < 0.8
    assert outcome.report["dissolved_fraction"] == pytest.approx((1.0 - left) * 2.0 / 3.0, rel=1e-9)
    assert imbalance({"cake": cake, "wash": wash}, outcome) < 1e-9


def test_repulping__refuses_no_repulps():
    with pytest.raises(DeclarationError, match="repulps = 0 is outside 1 to 20"):
        RepulpWash(repulps=0, moisture=0.4)
