import pytest
from hand import imbalance

from raffinate.flowsheet import ConvergenceError, DataError, Stream, settle
from raffinate.flowsheet.chemistry import Chemistry, water
from raffinate.flowsheet.heat import adiabatic, heat_duty
from raffinate.unitops.flash_crystalliser import FlashCrystalliser

CHEMISTRY = Chemistry("Na Ni S")
HYDRATES = ("NiSO4.7H2O(s)", "NiSO4.6H2O(s)")
LIQUOR = Stream.of(CHEMISTRY, {"H2O": 1.0, "NiSO4": 0.5}, temperature=333.15)


def _run(feed=LIQUOR, **given):
    return FlashCrystalliser(**{"salts": HYDRATES, "pressure": 2500.0, **given}).run({"feed": feed})


@pytest.mark.parametrize("pressure", [1500.0, 2500.0, 6000.0])
def test_flash__closes_its_heat_and_boils_at_its_pressure(pressure):
    outcome = _run(pressure=pressure)
    slurry, vapour = outcome.outlets["slurry"], outcome.outlets["vapour"]
    assert abs(heat_duty([LIQUOR], [slurry, vapour])) < 1e-9 * abs(LIQUOR.enthalpy_flow)
    _, found = settle(slurry, slurry.temperature, HYDRATES)
    assert found.water_activity * water.vapour_pressure(slurry.temperature) == pytest.approx(pressure, rel=1e-3)
    assert slurry.temperature == outcome.report["outlet_temperature"] == vapour.temperature
    assert imbalance({"feed": LIQUOR}, outcome) < 1e-10


def test_flash__of_water_boils_off_what_its_heat_is_good_for():
    """From 60 degC to 2.34 kPa, 20 degC: cp 40 K / heat of evaporation = 4.18 * 40 / 2430 (steam tables: 6.8 %)."""
    plain = Stream.of(CHEMISTRY, {"H2O": 1.0}, temperature=333.15)
    outcome = _run(feed=plain, pressure=2339.0)
    assert outcome.report["outlet_temperature"] == pytest.approx(293.15, abs=0.1)
    assert outcome.report["evaporated_fraction"] == pytest.approx(4.18 * 40.0 / 2430.0, rel=0.02)


def test_flash__boils_off_more_where_crystals_give_heat():
    """Morenosite crystallises with some 50 to 60 kJ/mol: it shows in the vapour."""
    outcome = _run()
    slurry = outcome.outlets["slurry"]
    cooled, _ = settle(LIQUOR, slurry.temperature, ())
    sensible = heat_duty([cooled], [LIQUOR])
    latent = outcome.report["evaporation"] * water.heat_of_evaporation(slurry.temperature)
    assert slurry["NiSO4.7H2O(s)"] > 0.5
    assert latent > 1.05 * sensible


def test_flash__takes_heat_into_vapour():
    cold, heated = _run(), _run(heat=5e4)
    more = heated.report["evaporation"] - cold.report["evaporation"]
    assert heat_duty([LIQUOR], heated.outlets.values()) == pytest.approx(5e4, rel=1e-6)
    assert more == pytest.approx(5e4 / 2.45e6, rel=0.3)  # less: what is lost of water gives crystals, which give heat


def test_flash__lets_a_liquor_that_is_too_cold_crystallise_without_boiling():
    """As an adiabatic tank does, but for the supersaturation that is left."""
    feed = Stream.of(CHEMISTRY, {"H2O": 1.0, "NiSO4": 0.42}, temperature=288.15)
    outcome = _run(feed=feed, pressure=5000.0)
    assert outcome.report["evaporation"] == 0.0
    assert outcome.report["outlet_temperature"] == pytest.approx(adiabatic(feed, HYDRATES).temperature, abs=0.3)
    assert outcome.report["outlet_temperature"] > 288.15
    assert abs(heat_duty([feed], outcome.outlets.values())) < 1e-9 * abs(feed.enthalpy_flow)


@pytest.mark.parametrize(
    ("nickel", "sodium", "magnesium", "kelvins", "pressure", "heat"),
    [
        (0.5461, 0.0469, 0.0823, 292.677, 8994.3, 0.0),
        (0.2257, 0.2145, 0.0829, 290.269, 11251.5, -3e4),
        (0.2871, 0.2231, 0.0950, 284.686, 11195.6, 2e4),
    ],
)
def test_flash__finds_a_cold_temperature_between_those_of_two_sets_of_crystals(
    nickel, sodium, magnesium, kelvins, pressure, heat
):
    """Each set alone would lead to where the other one comes down, to and fro for ever."""
    chemistry = Chemistry("Na Ni Mg S")
    masses = {"H2O": 1.0, "NiSO4": nickel, "Na2SO4": sodium, "MgSO4": magnesium}
    feed = Stream.of(chemistry, masses, temperature=kelvins)
    outcome = _run(feed=feed, pressure=pressure, heat=heat, salts=(*HYDRATES, "Na2SO4.10H2O(s)"))
    assert outcome.report["evaporation"] == 0.0
    assert abs(heat_duty([feed], outcome.outlets.values()) - heat) < 1e-9 * abs(feed.enthalpy_flow)


def test_flash__refuses_to_freeze():
    brine = Stream.of(CHEMISTRY, {"H2O": 1.0, "Na2SO4": 0.02}, temperature=283.15)
    with pytest.raises(DataError, match=r"flash: pressure = 500 Pa is below what the liquor boils at when it freezes"):
        _run(feed=brine, pressure=500.0, salts=("Na2SO4.10H2O(s)",))


def test_flash__passes_what_has_no_water():
    dry = Stream.of(CHEMISTRY, {"NiSO4.6H2O(s)": 1.0})
    assert _run(feed=dry).outlets["slurry"] is dry


def test_flash__says_at_which_hydrates_its_temperature_stands_still():
    """The heptahydrate gives more heat, which warms it past where it is stable, and the hexahydrate less, which does not."""
    chemistry = Chemistry("Ni Mg S")
    flows = {"NiSO4": 3.405281 * 0.154756, "MgSO4": 0.1750957 * 0.120368, "H2SO4": 0.305909 * 0.098079, "H2O": 1.0}
    liquor = Stream.of(chemistry, flows, temperature=293.108)
    both = ("NiSO4.7H2O(s)", "NiSO4.6H2O(s)")
    with pytest.raises(ConvergenceError, match=r"near 301\.\d+ K, where NiSO4\.6H2O\(s\) and NiSO4\.7H2O\(s\) change"):
        FlashCrystalliser(salts=both, pressure=13988.0).run({"feed": liquor})
    alone = FlashCrystalliser(salts=both[:1], pressure=13988.0).run({"feed": liquor})
    assert alone.report["outlet_temperature"] > 300.0
