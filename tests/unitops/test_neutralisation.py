import dataclasses

import pytest
from hand import imbalance, mass_of

from raffinate.flowsheet import DataError, DeclarationError, Stream
from raffinate.flowsheet.chemistry import Chemistry
from raffinate.unitops.neutralisation import Neutralisation

CHEMISTRY = Chemistry("Na Ni Ca S C")
CAUSTIC = Stream.of(CHEMISTRY, {"NaOH": 0.3, "H2O": 0.7})
ACID = Stream.of(CHEMISTRY, {"H2SO4": 0.98, "H2O": 0.02})
SOUR = Stream.of(CHEMISTRY, {"H2O": 1.0, "H2SO4": 0.02})


def _tank(reagent, target_ph, **given):
    return Neutralisation(reagent=reagent, target_ph=target_ph, temperature=298.15, **given)


def test_neutralisation__neutralises_two_hydroxides_per_sulfuric_acid():
    """At pH 7 nothing but sodium sulfate is left: moles of NaOH are twice those of H2SO4, within 1e-5."""
    outcome = _tank(CAUSTIC, 7.0).run({"feed": SOUR})
    hydroxide = outcome.drawn["reagent"].mass * 0.3 / mass_of("NaOH")
    assert hydroxide == pytest.approx(2.0 * 0.02 / mass_of("H2SO4"), rel=1e-5)
    assert outcome.outlets["slurry"].ph == pytest.approx(7.0, abs=1e-6)
    assert outcome.report["dose"] == outcome.drawn["reagent"].mass
    assert imbalance({"feed": SOUR}, outcome) < 1e-10


@pytest.mark.parametrize("target_ph", [1.0, 3.0, 6.5, 9.0, 12.0])
def test_neutralisation__reaches_its_ph(target_ph):
    outcome = _tank(CAUSTIC, target_ph).run({"feed": SOUR})
    assert outcome.report["ph"] == pytest.approx(target_ph, abs=1e-6)
    assert outcome.outlets["slurry"].ph == pytest.approx(target_ph, abs=1e-6)


def test_neutralisation__draws_more_for_a_higher_ph():
    doses = [_tank(CAUSTIC, ph).run({"feed": SOUR}).report["dose"] for ph in (1.0, 2.0, 4.0, 8.0, 12.0)]
    assert doses == sorted(doses)


def test_neutralisation__brings_nickel_hydroxide_down_at_saturation():
    """Base beyond the acid makes half as much hydroxide solid, and the liquor stays saturated with it."""
    feed = Stream.of(CHEMISTRY, {"H2O": 1.0, "NiSO4": 0.03})
    outcome = _tank(CAUSTIC, 9.0, forms=("Ni(OH)2(s)",)).run({"feed": feed})
    slurry = outcome.outlets["slurry"]
    assert slurry["Ni(OH)2(s)"] == pytest.approx(feed["Ni+2"], rel=1e-2)
    assert outcome.drawn["reagent"]["Na+"] == pytest.approx(2.0 * slurry["Ni(OH)2(s)"], rel=1e-2)
    assert slurry.equilibrium.saturation_index("Ni(OH)2(s)") == pytest.approx(0.0, abs=1e-6)
    assert imbalance({"feed": feed}, outcome) < 1e-10


def test_neutralisation__leaves_a_solid_dissolved_that_is_not_named():
    feed = Stream.of(CHEMISTRY, {"H2O": 1.0, "NiSO4": 0.03})
    slurry = _tank(CAUSTIC, 8.0).run({"feed": feed}).outlets["slurry"]
    assert slurry.solids.mass == 0.0
    assert slurry.equilibrium.saturation_index("Ni(OH)2(s)") > 1.0


def test_neutralisation__drives_carbon_dioxide_out_with_acid():
    """Soda and acid: at pH 2 all carbonate but what dissolves at 1 bar (0.034 mol/kg) leaves as gas."""
    feed = Stream.of(CHEMISTRY, {"H2O": 1.0, "Na2CO3": 0.05})
    outcome = _tank(ACID, 2.0, forms=("CO2(g)",)).run({"feed": feed})
    carbonate = 0.05 / mass_of("Na2CO3")
    assert outcome.outlets["offgas"]["CO2(g)"] == pytest.approx(carbonate - 0.034, rel=0.02)
    assert outcome.outlets["slurry"].gas.mass == 0.0
    assert imbalance({"feed": feed}, outcome) < 1e-10


def test_neutralisation__draws_nothing_where_the_liquor_stands_at_its_ph():
    at = _tank(CAUSTIC, 4.0).run({"feed": SOUR}).outlets["slurry"]
    outcome = _tank(CAUSTIC, 4.0).run({"feed": at})
    assert outcome.report["dose"] == pytest.approx(0.0, abs=1e-9)


def test_neutralisation__warns_of_an_ionic_strength_outside_the_model():
    strong = Stream.of(CHEMISTRY, {"H2O": 1.0, "NiSO4": 0.55, "H2SO4": 0.01})
    outcome = _tank(CAUSTIC, 4.0).run({"feed": strong})
    assert outcome.report["ionic_strength"] > CHEMISTRY.activity.largest_ionic_strength
    assert len(outcome.warnings) == 1
    assert "is outside the activity model's range of 0 to 12" in outcome.warnings[0]


def test_neutralisation__tells_the_ph_that_acid_leaves_it_at():
    with pytest.raises(
        DataError, match=r"pH 9 cannot be reached with the titrant \(H2O, H\+, SO4-2\): .* pH 0\.74, the n"
    ):
        _tank(ACID, 9.0).run({"feed": SOUR})


def test_neutralisation__tells_the_ph_that_soda_comes_nearest_to():
    """A soda solution stands near pH 11.6 itself; no dose of it goes beyond."""
    soda = Stream.of(CHEMISTRY, {"Na2CO3": 0.1, "H2O": 0.9})
    with pytest.raises(
        DataError, match=r"pH 13 cannot be reached .*Na\+, CO3-2\).* nearest it comes to is pH 11\.\d\d"
    ):
        _tank(soda, 13.0).run({"feed": SOUR})


def test_neutralisation__refuses_a_titrant_of_nothing_or_with_a_charge():
    with pytest.raises(DataError, match="pH 3 cannot be reached with the titrant"):
        _tank(Stream.empty(CHEMISTRY), 3.0).run({"feed": SOUR})
    with pytest.raises(DataError, match=r"titrant carries a net charge of 43\.5 mol per dose, it must be neutral"):
        _tank(Stream.of(CHEMISTRY, {"Na+": 1.0, "H2O": 1.0}), 9.0).run({"feed": SOUR})


def test_neutralisation__refuses_a_solid_that_the_data_do_not_know():
    with pytest.raises(
        DataError, match=r"'Ni\(OH\)3\(s\)' has no equilibrium in the data; did you mean 'Ni\(OH\)2\(s\)'"
    ):
        _tank(CAUSTIC, 9.0, forms=("Ni(OH)3(s)",)).run({"feed": SOUR})


def test_neutralisation__passes_over_a_solid_of_elements_that_are_not_there():
    outcome = _tank(CAUSTIC, 9.0, forms=("Al(OH)3(s)",)).run({"feed": SOUR})
    assert outcome.outlets["slurry"].solids.mass == 0.0


def test_neutralisation__refuses_a_feed_without_water():
    with pytest.raises(DataError, match="liquor has no liquid water: 0 mol water"):
        _tank(ACID, 1.0).run({"feed": Stream.of(CHEMISTRY, {"Ni(OH)2(s)": 1.0})})


def test_neutralisation__refuses_a_temperature_below_freezing():
    with pytest.raises(DeclarationError, match=r"Neutralisation: temperature = 60 K is outside 273\.15 to 373\.15 K"):
        dataclasses.replace(_tank(CAUSTIC, 7.0), temperature=60.0)
