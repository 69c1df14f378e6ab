import pytest
from hand import imbalance

from raffinate.flowsheet import DeclarationError, Stream
from raffinate.flowsheet.chemistry import Chemistry
from raffinate.flowsheet.sizes import SizeDistribution
from raffinate.flowsheet.thickening import limiting_flux
from raffinate.unitops.thickener import Thickener

CHEMISTRY = Chemistry("Ni S C")
SLURRY = Stream.of(CHEMISTRY, {"H2O": 90.0, "NiSO4": 10.0, "C(s)": 20.0}, sizes={"C(s)": SizeDistribution.single(2e-5)})


def test_thickener__keeps_the_liquor_that_its_solids_hold():
    # 20 kg solids at 40 % leave with 30 kg of the 100 kg liquor, so with 30 % of its nickel
    outcome = Thickener(solids_fraction=0.4).run({"slurry": SLURRY})
    underflow = outcome.outlets["underflow"]
    assert underflow.mass == pytest.approx(50.0, rel=1e-12)
    assert underflow["Ni+2"] == pytest.approx(0.3 * SLURRY["Ni+2"], rel=1e-12)
    assert outcome.outlets["overflow"].solids.mass == 0.0
    assert (underflow.sizes["C(s)"] == SLURRY.sizes["C(s)"]).all()
    assert outcome.warnings == ()
    assert imbalance({"slurry": SLURRY}, outcome) < 1e-13


def test_thickener__says_that_its_feed_is_thick_already():
    outcome = Thickener(solids_fraction=0.1).run({"slurry": SLURRY})
    assert outcome.outlets["overflow"].mass == 0.0
    assert outcome.warnings == ("slurry holds 0.167 solids, more than the 0.1 of the underflow",)


def test_thickener__is_sized_and_rated_by_its_flux():
    """20 kg/s at 0.05 kg/m2/s need 400 m2; 300 m2 pass 15 kg/s."""
    assert Thickener(solids_fraction=0.4, solids_flux=0.05).run({"slurry": SLURRY}).report[
        "area_needed"
    ] == pytest.approx(400.0)
    rated = Thickener(solids_fraction=0.4, solids_flux=0.05, area=300.0).run({"slurry": SLURRY})
    assert rated.report["capacity"] == pytest.approx(15.0)
    assert rated.warnings == ("area = 300 m2 is less than the 400 m2 that these solids need",)


def test_thickener__takes_its_flux_from_a_settling_velocity():
    """Solids 8.1 % by volume of the feed and 22.8 % of the underflow; the flux is the least over the layers between."""
    unit = Thickener(solids_fraction=0.4, settling_velocity=1e-3)
    outcome = unit.run({"slurry": SLURRY})
    volume = SLURRY.solid_volume
    feed = volume / (volume + SLURRY.liquor_volume)
    thick = volume / (volume + outcome.outlets["underflow"].liquor_volume)
    flux = limiting_flux(1e-3, feed, thick, 20.0 / volume)
    assert outcome.report["area_needed"] == pytest.approx(20.0 / flux, rel=1e-12)
    assert Thickener(solids_fraction=0.1, settling_velocity=1e-3).run({"slurry": SLURRY}).report["area_needed"] == 0.0
    assert unit.run({"slurry": SLURRY.liquor}).report["area_needed"] == 0.0


def test_thickener__refuses_an_underflow_without_solids():
    with pytest.raises(DeclarationError, match=r"solids_fraction = 0 is outside 0\.001 to 0\.9"):
        Thickener(solids_fraction=0.0)
