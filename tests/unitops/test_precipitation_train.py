import pytest
from hand import imbalance

from raffinate.flowsheet import DataError, DeclarationError, Stream
from raffinate.flowsheet.chemistry import Chemistry
from raffinate.flowsheet.quantities import celsius
from raffinate.unitops.precipitation_train import PrecipitationTrain

CHEMISTRY = Chemistry("Li Na Ni Co Mn Ca Fe Al S C P F")
LIQUOR = {"H2O": 1.0, "Fe2(SO4)3": 0.004, "Al2(SO4)3": 0.02, "NiSO4": 0.08, "Li2SO4": 0.05}
FEED = Stream.of(CHEMISTRY, LIQUOR, celsius(80))
SODA = Stream.of(CHEMISTRY, {"NaOH": 0.2, "H2O": 0.8})
ASH = Stream.of(CHEMISTRY, {"Na2CO3": 0.2, "H2O": 0.8})
NO_SEED = Stream.empty(CHEMISTRY)


def run(**given):
    unit = PrecipitationTrain(
        **{"base": SODA, "ph_profile": (3.0, 4.8), "tanks": 2, "temperature": celsius(80)} | given
    )
    inlets = {"feed": FEED, "seed": given.get("seed", NO_SEED)}
    outcome = unit.run(inlets)
    assert imbalance(inlets, outcome) <= 1e-9
    return outcome


def test_train__takes_iron_and_aluminium_and_loses_some_nickel_and_lithium():
    outcome = run()
    slurry = outcome.outlets["slurry"]
    assert outcome.report["ph"] == pytest.approx(4.8, abs=1e-6)
    assert slurry["Fe+3"] < 0.01 * FEED["Fe+3"]
    assert slurry["Al+3"] < 0.15 * FEED["Al+3"]
    assert 0.003 < 1.0 - slurry["Ni+2"] / FEED["Ni+2"] < 0.03
    assert 0.002 < 1.0 - slurry["Li+"] / FEED["Li+"] < 0.02
    assert outcome.report["formed"] == pytest.approx(slurry.solids.mass)


def test_train__stages_its_base():
    """Soda first and soda ash after it: each is drawn by its own tank, and the ash gives off carbon dioxide."""
    outcome = run(second_base=ASH)
    assert outcome.drawn["base"]["CO3-2"] == 0.0
    assert outcome.drawn["second_base"]["CO3-2"] > 0.0
    assert outcome.outlets["offgas"]["CO2(g)"] > 0.0
    single = run()
    assert outcome.drawn["base"].mass < single.drawn["base"].mass


def test_train__takes_less_with_uptake_off():
    slurry = run(uptake=0.0).outlets["slurry"]
    assert slurry["Ni+2"] == pytest.approx(FEED["Ni+2"], rel=1e-12)


def test_train__ages_more_with_solids_returned():
    aged = [run(seed_recycle=share).outlets["slurry"]["Al(OH)3(gibbsite)"] for share in (0.0, 0.8)]
    assert 0.0 < 2.0 * aged[0] < aged[1]


def test_train__needs_a_ph_for_each_tank():
    with pytest.raises(DeclarationError, match="ph_profile holds 2 values, 3 tanks need 1 or 3"):
        run(tanks=3)
    with pytest.raises(DeclarationError, match="ph_profile = 15 is outside -1 to 14"):
        run(ph_profile=(15.0,))
    with pytest.raises(DataError, match="cannot be reached"):
        run(base=Stream.of(CHEMISTRY, {"CaCO3(s)": 1.0, "H2O": 1.0}), ph_profile=(13.5,), forms=("CaCO3(s)",))
    for nothing in ({"H2O": 1.0}, {}):
        with pytest.raises(DataError, match="neither acid nor base"):
            run(base=Stream.of(CHEMISTRY, nothing))
    with pytest.raises(DeclarationError, match=r"ph_profile = 4\.0 must be a tuple"):
        run(ph_profile=4.0)
