import numpy as np
import pytest
from hand import imbalance, mass_of

from raffinate.flowsheet import DataError, DeclarationError, Stream
from raffinate.flowsheet.chemistry import Chemistry, water
from raffinate.unitops.crystalliser import Crystalliser

CHEMISTRY = Chemistry("Na Ni Mg S")
GLAUBER = "Na2SO4.10H2O(s)"
BRINE = Stream.of(CHEMISTRY, {"H2O": 1.0, "Na2SO4": 0.3}, temperature=313.15)


def test_crystalliser__closes_its_water_balance():
    """Water fed is vapour, water of the hydrate and water of the mother liquor; the salt is crystals and liquor."""
    outcome = Crystalliser(salts=(GLAUBER,), evaporated=0.2, temperature=283.15).run({"feed": BRINE})
    slurry, vapour = outcome.outlets["slurry"], outcome.outlets["vapour"]
    crystals = slurry[GLAUBER]
    assert crystals > 0.5 * BRINE["SO4-2"]
    assert vapour["H2O(g)"] == pytest.approx(0.2 * BRINE["H2O"], rel=1e-13)
    assert slurry["H2O"] == pytest.approx(0.8 * BRINE["H2O"] - 10.0 * crystals, rel=1e-11)
    assert slurry["Na+"] == pytest.approx(BRINE["Na+"] - 2.0 * crystals, rel=1e-11)
    assert outcome.report["crystals"] == pytest.approx(crystals * mass_of("Na2SO4.10H2O"), rel=1e-12)
    assert outcome.report["evaporation"] == pytest.approx(0.2, rel=1e-12)
    assert imbalance({"feed": BRINE}, outcome) < 1e-10


def test_crystalliser__answers_the_same_liquor_whatever_is_boiled_off():
    """A saturated liquor of one salt has one composition; boiling more gives more crystals of it only."""
    found = [
        Crystalliser(salts=(GLAUBER,), evaporated=evaporated, temperature=283.15).run({"feed": BRINE}).outlets["slurry"]
        for evaporated in (0.0, 0.1, 0.2)
    ]
    ratios = [slurry["SO4-2"] / slurry["H2O"] for slurry in found]
    assert ratios == pytest.approx([ratios[0]] * 3, rel=1e-8)
    assert found[0][GLAUBER] < found[1][GLAUBER] < found[2][GLAUBER]


@pytest.mark.parametrize(("degrees", "solubility"), [(0.0, 4.9), (10.0, 9.1), (20.0, 19.5)])
def test_crystalliser__cools_sodium_sulfate_to_glaubers_salt(degrees, solubility):
    """Solubility of Na2SO4, g/100 g water: CRC Handbook of Chemistry and Physics; the model comes within a quarter."""
    outcome = Crystalliser(salts=(GLAUBER,), evaporated=0.0, temperature=273.15 + degrees).run({"feed": BRINE})
    slurry = outcome.outlets["slurry"]
    assert outcome.outlets["vapour"].mass == 0.0
    dissolved = slurry["SO4-2"] * mass_of("Na2SO4") / (slurry["H2O"] * mass_of("H2O"))
    assert dissolved * 100.0 == pytest.approx(solubility, rel=0.26)
    assert slurry[GLAUBER] + slurry["SO4-2"] == pytest.approx(BRINE["SO4-2"], rel=1e-11)
    assert slurry["H2O"] == pytest.approx(BRINE["H2O"] - 10.0 * slurry[GLAUBER], rel=1e-11)
    assert imbalance({"feed": BRINE}, outcome) < 1e-10


def test_crystalliser__counts_steam_and_warming():
    """Boiling half the water off at 60 degC from 40 degC: 0.5 kg/s times the heat of evaporation, and 1 kg/s by 20 K."""
    dilute = Stream.of(CHEMISTRY, {"H2O": 1.0}, temperature=313.15)
    outcome = Crystalliser(salts=(GLAUBER,), evaporated=0.5, temperature=333.15).run({"feed": dilute})
    assert outcome.report["heat"] == pytest.approx(0.5 * 2.358e6 + 4.18e3 * 20.0, rel=2e-3)
    assert 0.5 * water.heat_of_evaporation(333.15) == pytest.approx(0.5 * 2.358e6, rel=2e-3)
    cooled = Crystalliser(salts=(GLAUBER,), evaporated=0.0, temperature=293.15).run({"feed": dilute})
    assert cooled.report["heat"] == pytest.approx(-4.18e3 * 20.0, rel=3e-3)


def test_crystalliser__leaves_impurities_in_the_mother_liquor():
    feed = BRINE + Stream.of(CHEMISTRY, {"H2O": 0.1, "MgSO4": 0.004}, temperature=313.15)
    slurry = Crystalliser(salts=(GLAUBER,), evaporated=0.1, temperature=283.15).run({"feed": feed}).outlets["slurry"]
    assert slurry[GLAUBER] > 0.0
    assert slurry["Mg+2"] == pytest.approx(feed["Mg+2"], rel=1e-12)


def test_crystalliser__makes_no_crystals_of_a_dilute_liquor():
    feed = Stream.of(CHEMISTRY, {"H2O": 1.0, "NiSO4": 0.01})
    outcome = Crystalliser(salts=("NiSO4.6H2O(s)",), evaporated=0.3, temperature=328.15).run({"feed": feed})
    assert outcome.report["crystals"] == pytest.approx(0.0, abs=1e-12)


def test_crystalliser__counts_only_crystals_that_formed():
    seeds = Stream.of(CHEMISTRY, {GLAUBER: 0.1})
    plain, seeded = (
        Crystalliser(salts=(GLAUBER,), evaporated=0.0, temperature=283.15).run({"feed": feed})
        for feed in (BRINE, BRINE + seeds)
    )
    assert seeded.outlets["slurry"].solids.mass == pytest.approx(plain.outlets["slurry"].solids.mass + 0.1, rel=1e-9)
    assert seeded.report["crystals"] == pytest.approx(plain.report["crystals"], rel=1e-9)


def test_crystalliser__refuses_to_make_hydrates_without_water():
    dry = Stream.of(CHEMISTRY, {GLAUBER: 0.1})
    with pytest.raises(DataError, match="liquor has no liquid water: 0 mol"):
        Crystalliser(salts=("NiSO4.6H2O(s)",), evaporated=0.0, temperature=300.0).run({"feed": dry})


def test_crystalliser__refuses_an_unknown_salt_and_complete_drying():
    with pytest.raises(
        DataError, match=r"'NiSO4.5H2O\(s\)' has no equilibrium in the data; did you mean 'NiSO4\.[67]H2O"
    ):
        Crystalliser(salts=("NiSO4.5H2O(s)",), evaporated=0.1, temperature=300.0).run({"feed": BRINE})
    with pytest.raises(DeclarationError, match=r"Crystalliser: evaporated = 1 is outside 0 to 0\.99 \(share of the"):
        Crystalliser(salts=(GLAUBER,), evaporated=1.0, temperature=300.0)


def test_crystalliser__is_idle_without_feed():
    outcome = Crystalliser(salts=(GLAUBER,), evaporated=0.5, temperature=300.0).run({"feed": Stream.empty(CHEMISTRY)})
    assert not any(np.any(stream.flows) for stream in outcome.outlets.values())
