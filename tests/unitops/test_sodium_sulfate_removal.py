import pytest
from hand import imbalance, mass_of

from raffinate.flowsheet import DataError, DeclarationError, Stream
from raffinate.flowsheet.chemistry import Chemistry
from raffinate.unitops.sodium_sulfate_removal import SodiumSulfateRemoval

CHEMISTRY = Chemistry("Li Na S")
FEED = Stream.of(CHEMISTRY, {"H2O": 1.0, "Li2SO4": 0.03, "Na2SO4": 0.15})


@pytest.mark.parametrize("lithium", [5.0, 8.0, 12.0, 16.0])
def test_removal__reaches_the_lithium_asked(lithium):
    outcome = SodiumSulfateRemoval(lithium=lithium).run({"feed": FEED})
    slurry = outcome.outlets["slurry"]
    assert slurry.concentration("Li+") == pytest.approx(lithium, rel=1e-9)
    assert outcome.report["lithium"] == pytest.approx(lithium, rel=1e-9)
    assert slurry["Li+"] + 2.0 * slurry["Li2SO4.H2O(s)"] == pytest.approx(FEED["Li+"], rel=1e-12)
    assert slurry["Li+"] > 0.995 * FEED["Li+"]  # what the crystals take up
    assert imbalance({"feed": FEED}, outcome) < 1e-10


def test_removal__closes_water_and_sodium():
    """Thenardite binds no water: what the liquor lost is the vapour; sodium is in crystals and liquor, two to one."""
    outcome = SodiumSulfateRemoval(lithium=14.0).run({"feed": FEED})
    slurry, vapour = outcome.outlets["slurry"], outcome.outlets["vapour"]
    crystals = slurry["Na2SO4(s)"]
    assert crystals > 0.0
    bound = slurry["Li2SO4.H2O(s)"]
    assert slurry["H2O"] + vapour["H2O(g)"] + bound == pytest.approx(FEED["H2O"], rel=1e-12)
    assert slurry["Na+"] == pytest.approx(FEED["Na+"] - 2.0 * crystals, rel=1e-10)
    mass = crystals * mass_of("Na2SO4") + bound * mass_of("Li2SO4.H2O")
    assert outcome.report["crystals"] == pytest.approx(mass, rel=1e-10)
    assert outcome.report["evaporated_fraction"] == pytest.approx(vapour.mass / 1.0, rel=1e-10)
    # (1 + 0.005)^3 by the ions, less as the activity coefficients fall
    excess = 10.0 ** slurry.equilibrium.saturation_index("Na2SO4(s)") - 1.0
    assert 0.0 < excess < 4.0 * outcome.report["supersaturation"] < 0.04


def test_removal__boils_more_for_more_lithium():
    found = [SodiumSulfateRemoval(lithium=lithium).run({"feed": FEED}).report for lithium in (5.0, 10.0, 15.0)]
    assert found[0]["evaporation"] < found[1]["evaporation"] < found[2]["evaporation"]
    assert found[0]["crystals"] <= found[1]["crystals"] < found[2]["crystals"]


def test_removal__makes_glaubers_salt_in_the_cold():
    """Ten waters leave with each sulfate, so that less has to be boiled off for the same lithium."""
    hot, cold = (
        SodiumSulfateRemoval(lithium=12.0, temperature=temperature).run({"feed": FEED})
        for temperature in (363.15, 283.15)
    )
    assert cold.outlets["slurry"]["Na2SO4.10H2O(s)"] > 0.0
    assert cold.outlets["slurry"]["Na2SO4(s)"] == 0.0
    assert hot.outlets["slurry"]["Na2SO4.10H2O(s)"] == 0.0
    assert cold.report["evaporation"] < hot.report["evaporation"]


def test_removal__does_not_boil_a_liquor_that_holds_enough():
    outcome = SodiumSulfateRemoval(lithium=1.0).run({"feed": FEED})
    assert outcome.report["evaporation"] == 0.0
    assert outcome.report["lithium"] > 1.0


def test_removal__passes_a_liquor_without_lithium():
    brine = Stream.of(CHEMISTRY, {"H2O": 1.0, "Na2SO4": 0.15})
    outcome = SodiumSulfateRemoval(lithium=12.0).run({"feed": brine})
    assert outcome.outlets["slurry"] is brine
    assert outcome.outlets["vapour"].mass == 0.0


def test_removal__refuses_a_lithium_that_cannot_be_reached():
    weak = Stream.of(CHEMISTRY, {"H2O": 1.0, "Li2SO4": 0.0003, "Na2SO4": 0.15})
    with pytest.raises(
        DataError,
        match=r"lithium = 40 kg/m3 cannot be reached: with 99\.\d% of the water gone .* holds \d+\.?\d* kg/m3",
    ):
        SodiumSulfateRemoval(lithium=40.0).run({"feed": weak})


def test_removal__refuses_a_lithium_beyond_any_solubility():
    with pytest.raises(DeclarationError, match=r"SodiumSulfateRemoval: lithium = 80 kg/m3 is outside 0\.1 to 40 kg/m3"):
        SodiumSulfateRemoval(lithium=80.0)


def test_removal__warns_of_the_ionic_strength():
    outcome = SodiumSulfateRemoval(lithium=20.0).run({"feed": FEED})
    assert any("is outside the activity model's range" in warning for warning in outcome.warnings)
