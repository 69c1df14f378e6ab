import pytest
from hand import imbalance, mass_of

from raffinate.flowsheet import DataError, DeclarationError, Stream
from raffinate.flowsheet.chemistry import Chemistry
from raffinate.unitops.hydrolysis import Hydrolysis

CHEMISTRY = Chemistry("Na Ni Co Mn Fe Al S P F")
BASE = Stream.of(CHEMISTRY, {"NaOH": 0.3, "H2O": 0.7})
OXIDANT = Stream.of(CHEMISTRY, {"H2O2": 0.3, "H2O": 0.7})
# about 3.6 g/L Al and 1 g/L Fe, as in the leach liquor of an end-of-life black mass
LIQUOR = {"H2O": 1.0, "FeSO4": 0.003, "Al2(SO4)3": 0.0228, "NiSO4": 0.08, "CoSO4": 0.03, "MnSO4": 0.03, "H2SO4": 0.01}
FEED = Stream.of(CHEMISTRY, LIQUOR)
FLUORIDE = 3.2e-3  # kg/kg water


def _tanks(target_ph=4.8, **given):
    return Hydrolysis(base=BASE, oxidant=OXIDANT, target_ph=target_ph, **given)


def test_hydrolysis__brings_aluminium_down_without_fluoride_and_not_with_it():
    """At 80 degC and pH 5: some milligrams a litre without fluoride, more than a gram with 3.2 g/L of it."""
    with_fluoride = Stream.of(CHEMISTRY, LIQUOR | {"HF": FLUORIDE * mass_of("HF") / mass_of("F")})
    plain, fluoride = (_tanks(target_ph=5.0).run({"feed": feed}) for feed in (FEED, with_fluoride))
    assert FEED.concentration("Al+3") > 3.0
    assert 1e-3 < plain.report["aluminium"] < 30e-3
    assert fluoride.report["aluminium"] > 1.0
    assert fluoride.outlets["slurry"].equilibrium.saturation_index("Al(OH)3(s)") == pytest.approx(0.0, abs=1e-6)
    assert imbalance({"feed": with_fluoride}, fluoride) < 1e-10


def test_hydrolysis__leaves_more_aluminium_the_more_fluoride_there_is():
    left = [
        _tanks(target_ph=5.0).run({"feed": Stream.of(CHEMISTRY, LIQUOR | {"HF": f})}).report["aluminium"]
        for f in (1e-4, 5e-4, 1e-3, 3e-3)
    ]
    assert left == sorted(left)


def test_hydrolysis__leaves_less_aluminium_at_a_higher_ph_up_to_its_least():
    left = [_tanks(target_ph=ph).run({"feed": FEED}).report["aluminium"] for ph in (3.5, 4.0, 4.5, 5.0)]
    assert left == sorted(left, reverse=True)


def test_hydrolysis__oxidises_iron_and_brings_it_down():
    """What stays is the iron(II) that was not oxidised, 0.1 %; of iron(III) stays a fifth of that at most, as Fe(OH)2+."""
    outcome = _tanks(iron_oxidised=0.999).run({"feed": FEED})
    slurry = outcome.outlets["slurry"]
    assert slurry["Fe+2"] == pytest.approx(1e-3 * FEED["Fe+2"], rel=1e-9)
    assert slurry["Fe+3"] < 0.2 * slurry["Fe+2"]
    assert slurry["Fe(OH)3(s)"] == pytest.approx(0.999 * FEED["Fe+2"] - slurry["Fe+3"], rel=1e-9)


def test_hydrolysis__leaves_iron_two_in_solution_without_oxidant():
    outcome = _tanks(oxidant_ratio=0.0, target_ph=5.0).run({"feed": FEED})
    assert outcome.outlets["slurry"]["Fe+2"] == pytest.approx(FEED["Fe+2"], rel=1e-12)
    assert outcome.outlets["slurry"]["Fe(OH)3(s)"] == 0.0
    assert outcome.report["oxidant_dose"] == 0.0
    assert outcome.report["iron"] == pytest.approx(1.0, rel=0.05)


def test_hydrolysis__oxidises_what_a_short_oxidant_can():
    """Fe+2 + 1/2 H2O2 + H+ = Fe+3 + H2O: 0.6 of the peroxide needed oxidises 0.6 of the iron, and none is left."""
    outcome = _tanks(oxidant_ratio=0.6).run({"feed": FEED})
    assert outcome.drawn["oxidant"]["H2O2"] == pytest.approx(0.3 * FEED["Fe+2"], rel=1e-12)
    assert outcome.outlets["slurry"]["Fe+2"] == pytest.approx(0.4 * FEED["Fe+2"], rel=1e-10)
    assert outcome.outlets["offgas"]["O2(g)"] == pytest.approx(0.0, abs=1e-12)


def test_hydrolysis__decomposes_the_peroxide_left():
    outcome = _tanks(oxidant_ratio=1.5, iron_oxidised=1.0).run({"feed": FEED})
    left = 0.5 * FEED["Fe+2"] * (1.5 - 1.0)
    assert outcome.outlets["slurry"]["H2O2"] == pytest.approx(0.0, abs=1e-14)
    assert outcome.outlets["offgas"]["O2(g)"] == pytest.approx(0.5 * left, rel=1e-10)


def test_hydrolysis__loses_its_shares_of_nickel_cobalt_and_manganese():
    outcome = _tanks(nickel_loss=0.02, cobalt_loss=0.01, manganese_loss=0.0).run({"feed": FEED})
    slurry = outcome.outlets["slurry"]
    assert slurry["Ni(OH)2(s)"] == pytest.approx(0.02 * FEED["Ni+2"], rel=1e-12)
    assert slurry["Co(OH)2(s)"] == pytest.approx(0.01 * FEED["Co+2"], rel=1e-12)
    assert slurry["Mn(OH)2(s)"] == 0.0
    assert slurry["Ni+2"] == pytest.approx(0.98 * FEED["Ni+2"], rel=1e-12)


def test_hydrolysis__needs_three_bases_per_aluminium_and_iron_and_one_per_acid():
    """Base for 3 Al, 2 Fe (the third proton is the oxidation's), the free acid, and two for each metal lost."""
    outcome = _tanks(target_ph=5.0, nickel_loss=0.0, cobalt_loss=0.0, manganese_loss=0.0).run({"feed": FEED})
    needed = 3.0 * FEED["Al+3"] + 2.0 * FEED["Fe+2"] + 2.0 * 0.01 / mass_of("H2SO4")
    assert outcome.drawn["base"]["Na+"] == pytest.approx(needed, rel=0.01)
    assert outcome.report["dose"] == pytest.approx(outcome.drawn["base"].mass, rel=1e-14)


def test_hydrolysis__binds_phosphate():
    feed = Stream.of(CHEMISTRY, LIQUOR | {"H3PO4": 0.002})
    slurry = _tanks().run({"feed": feed}).outlets["slurry"]
    assert slurry["FePO4.2H2O(s)"] + slurry["AlPO4.2H2O(s)"] > 0.9 * feed["PO4-3"]


def test_hydrolysis__works_without_nickel_or_aluminium_in_the_chemistry():
    iron = Chemistry("Na Fe S")
    feed = Stream.of(iron, {"H2O": 1.0, "FeSO4": 0.01})
    reagents = {
        "base": Stream.of(iron, {"NaOH": 0.3, "H2O": 0.7}),
        "oxidant": Stream.of(iron, {"H2O2": 0.3, "H2O": 0.7}),
    }
    outcome = Hydrolysis(target_ph=4.8, **reagents).run({"feed": feed})
    assert outcome.outlets["slurry"]["Fe(OH)3(s)"] == pytest.approx(0.999 * feed["Fe+2"], rel=1e-4)
    assert outcome.report["aluminium"] == 0.0
    assert imbalance({"feed": feed}, outcome) < 1e-10


def test_hydrolysis__tells_the_ph_that_an_acid_liquor_cannot_come_down_to():
    basic = Stream.of(CHEMISTRY, {"H2O": 1.0, "NiSO4": 0.05})
    with pytest.raises(
        DataError, match=r"pH 2 cannot be reached with the titrant \(H2O, H\+, Na\+\): the liquor stands at pH"
    ):
        _tanks(target_ph=2.0, nickel_loss=0.0).run({"feed": basic})


def test_hydrolysis__refuses_an_oxidant_without_peroxide():
    water = Stream.of(CHEMISTRY, {"H2O": 1.0})
    with pytest.raises(DataError, match="oxidant: H2O2 = 0 mol/s, the reagent must hold peroxide"):
        Hydrolysis(base=BASE, oxidant=water, target_ph=4.8).run({"feed": FEED})


def test_hydrolysis__refuses_a_loss_above_its_range():
    with pytest.raises(
        DeclarationError, match=r"Hydrolysis: nickel_loss = 0\.5 is outside 0 to 0\.2 \(share of nickel"
    ):
        _tanks(nickel_loss=0.5)
