import dataclasses

import pytest
from hand import imbalance, mass_of

from raffinate.flowsheet import DataError, DeclarationError, Stream, settle
from raffinate.flowsheet.chemistry import Chemistry
from raffinate.flowsheet.crystallisation.kinetics import Kinetics
from raffinate.unitops.lithium_carbonate import LithiumCarbonate

CHEMISTRY = Chemistry("Li Na S C P")
SODA = Stream.of(CHEMISTRY, {"Na2CO3": 0.23, "H2O": 0.77})


def _liquor(salt):
    return Stream.of(CHEMISTRY, {"H2O": 1.0, "Li2SO4": salt, "Na2SO4": 0.1})


def _yield(salt, **given):
    return LithiumCarbonate(soda=SODA, **given).run({"feed": _liquor(salt)}).report["precipitated_fraction"]


def test_lithium_carbonate__draws_soda_by_its_ratio():
    """Li2SO4 + Na2CO3: one carbonate for two lithium, 5 % in excess."""
    outcome = LithiumCarbonate(soda=SODA, soda_ratio=1.05).run({"feed": _liquor(0.15)})
    moles = 0.15 / mass_of("Li2SO4")
    assert outcome.drawn["soda"]["CO3-2"] == pytest.approx(1.05 * moles, rel=1e-12)
    assert outcome.report["dose"] == pytest.approx(1.05 * moles * mass_of("Na2CO3") / 0.23, rel=1e-12)
    assert imbalance({"feed": _liquor(0.15)}, outcome) < 1e-10


def test_lithium_carbonate__counts_the_carbonate_of_the_feed():
    feed = _liquor(0.15) + Stream.of(CHEMISTRY, {"H2O": 0.1, "Na2CO3": 0.05})
    plain, counted = (LithiumCarbonate(soda=SODA).run({"feed": f}).drawn["soda"] for f in (_liquor(0.15), feed))
    assert plain["CO3-2"] - counted["CO3-2"] == pytest.approx(0.05 / mass_of("Na2CO3"), rel=1e-10)
    rich = _liquor(0.01) + Stream.of(CHEMISTRY, {"H2O": 0.1, "Na2CO3": 0.05})
    assert LithiumCarbonate(soda=SODA).run({"feed": rich}).report["dose"] == 0.0


def test_lithium_carbonate__leaves_a_liquor_supersaturated_by_what_its_rates_keep():
    outcome = LithiumCarbonate(soda=SODA).run({"feed": _liquor(0.15)})
    slurry = outcome.outlets["slurry"]
    settled, _ = settle(slurry, 365.15, ["Li2CO3(s)"])
    ratio = (slurry["Li+"] / slurry["H2O"]) / (settled["Li+"] / settled["H2O"])
    assert outcome.report["supersaturation"] == pytest.approx(ratio - 1.0, rel=1e-6)
    assert slurry["Li+"] + 2.0 * slurry["Li2CO3(s)"] == pytest.approx(_liquor(0.15)["Li+"], rel=1e-10)
    expected = 2.0 * slurry["Li2CO3(s)"] / _liquor(0.15)["Li+"]
    assert outcome.report["precipitated_fraction"] == pytest.approx(expected, rel=1e-10)
    assert outcome.report["lithium"] == pytest.approx(slurry.concentration("Li+"), rel=1e-13)


def test_lithium_carbonate__comes_to_equilibrium_as_growth_gets_fast():
    fast = dataclasses.replace(Kinetics.of("Li2CO3(s)"), growth_constant=1e6, occlusion=0.0)
    outcome = LithiumCarbonate(soda=SODA, kinetics=fast).run({"feed": _liquor(0.15)})
    assert outcome.outlets["slurry"].equilibrium.saturation_index("Li2CO3(s)") == pytest.approx(0.0, abs=1e-4)


def test_lithium_carbonate__encloses_sodium_sulfate():
    """As much as crude carbonate holds after the best washing, 0.1 to 0.5 %; sizes of 50 to 100 um (Zhao et al. 2019)."""
    outcome = LithiumCarbonate(soda=SODA).run({"feed": _liquor(0.15)})
    slurry = outcome.outlets["slurry"]
    share = slurry["Na2SO4(s)"] * mass_of("Na2SO4") / (slurry["Li2CO3(s)"] * mass_of("Li2CO3"))
    assert 0.001 < share < 0.005
    assert 5e-5 < outcome.report["mean_size"] < 1e-4
    assert slurry.size_distribution("Li2CO3(s)").mean(4, 3) == pytest.approx(outcome.report["mean_size"], rel=0.02)


def test_lithium_carbonate__leaves_what_plants_find_in_the_mother_liquor():
    """Hot mother liquors hold 1.5 to 2.2 g/L lithium, first-pass yields are 0.80 to 0.88 for 12 to 20 g/L of feed."""
    for salt in (0.1, 0.15):
        report = LithiumCarbonate(soda=SODA).run({"feed": _liquor(salt)}).report
        assert 1.2 < report["lithium"] < 2.5
        assert 0.75 < report["precipitated_fraction"] < 0.92


def test_lithium_carbonate__yields_less_of_a_dilute_liquor():
    found = [_yield(salt) for salt in (0.005, 0.02, 0.05, 0.1, 0.2)]
    assert found == sorted(found)
    assert found[0] == pytest.approx(0.0, abs=1e-12)
    assert found[1] < 0.5
    assert found[-1] > 0.84


def test_lithium_carbonate__yields_more_when_hot_and_with_more_soda():
    assert _yield(0.1, temperature=333.15) < _yield(0.1, temperature=353.15) < _yield(0.1, temperature=368.15)
    assert _yield(0.1, soda_ratio=0.9) < _yield(0.1, soda_ratio=1.05) < _yield(0.1, soda_ratio=1.3)
    assert _yield(0.1, soda_ratio=0.0) == pytest.approx(0.0, abs=1e-12)


def test_lithium_carbonate__brings_phosphate_down_with_it():
    feed = _liquor(0.15) + Stream.of(CHEMISTRY, {"H2O": 0.01, "Na3PO4": 0.01})
    slurry = LithiumCarbonate(soda=SODA).run({"feed": feed}).outlets["slurry"]
    assert slurry["Li3PO4(s)"] > 0.9 * feed["PO4-3"]


def test_lithium_carbonate__drives_gas_out_of_an_acid_liquor():
    feed = _liquor(0.05) + Stream.of(CHEMISTRY, {"H2SO4": 0.1, "H2O": 0.01})
    outcome = LithiumCarbonate(soda=SODA).run({"feed": feed})
    assert outcome.outlets["offgas"]["CO2(g)"] > 0.0
    assert outcome.outlets["slurry"].gas.mass == 0.0
    assert outcome.report["precipitated_fraction"] == pytest.approx(0.0, abs=1e-12)


def test_lithium_carbonate__refuses_caustic_as_soda():
    caustic = Stream.of(CHEMISTRY, {"NaOH": 0.3, "H2O": 0.7})
    with pytest.raises(DataError, match="soda: CO3-2 = 0 mol/s, the reagent must hold carbonate"):
        LithiumCarbonate(soda=caustic).run({"feed": _liquor(0.1)})


def test_lithium_carbonate__refuses_a_temperature_above_boiling():
    with pytest.raises(
        DeclarationError, match=r"LithiumCarbonate: temperature = 400 K is outside 273\.15 to 373\.15 K"
    ):
        LithiumCarbonate(soda=SODA, temperature=400.0)
