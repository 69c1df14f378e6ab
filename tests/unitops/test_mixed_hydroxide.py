import pytest
from hand import imbalance

from raffinate.flowsheet import Stream
from raffinate.flowsheet.chemistry import Chemistry
from raffinate.flowsheet.quantities import celsius
from raffinate.unitops.mixed_hydroxide import MixedHydroxide

CHEMISTRY = Chemistry("Li Na Ni Co Mn Mg S C")
LIQUOR = {"H2O": 1.0, "NiSO4": 0.09, "CoSO4": 0.03, "MnSO4": 0.03, "Li2SO4": 0.05, "MgSO4": 0.002}
FEED = Stream.of(CHEMISTRY, LIQUOR, celsius(55))
SODA = Stream.of(CHEMISTRY, {"NaOH": 0.2, "H2O": 0.8})
MAGNESIA = Stream.of(CHEMISTRY, {"Mg(OH)2(s)": 0.1, "H2O": 0.9})


def run(base=SODA, **given):
    outcome = MixedHydroxide(base=base, **given).run({"feed": FEED})
    assert imbalance({"feed": FEED}, outcome) <= 1e-9
    return outcome


def test_hydroxide__takes_nickel_and_cobalt_and_leaves_lithium_and_magnesium():
    report = run().report
    assert report["nickel_yield"] > 0.97
    assert report["cobalt_yield"] > 0.85
    assert 0.02 < report["manganese_yield"] < 0.4
    assert report["magnesium_yield"] < 0.05


def test_hydroxide__catches_the_rest_in_stage_2():
    outcome = run()
    assert outcome.report["nickel_yield"] + outcome.report["nickel_recycled"] > 0.99
    assert outcome.outlets["liquor"]["Ni+2"] < 0.005 * FEED["Ni+2"]
    assert outcome.outlets["liquor"].solids.mass == 0.0
    product = outcome.outlets["product"]
    assert product.solids.mass / product.mass == pytest.approx(0.1, rel=1e-9)


def test_hydroxide__gains_recovery_and_manganese_with_ph():
    low, high = (run(first_ph=ph).report for ph in (7.0, 7.8))
    assert high["nickel_yield"] > low["nickel_yield"]
    assert high["manganese_yield"] > 1.5 * low["manganese_yield"]


def test_hydroxide__comes_of_magnesia_too():
    outcome = run(base=MAGNESIA)
    assert outcome.report["nickel_yield"] > 0.97
    assert outcome.outlets["liquor"]["Mg+2"] > 5.0 * FEED["Mg+2"]
    assert outcome.outlets["product"].solids["Mg(OH)2(s)"] < 0.02 * outcome.drawn["base"]["Mg(OH)2(s)"]


@pytest.mark.parametrize("first_ph", [6.8, 7.1, 7.4, 7.8, 8.0])
@pytest.mark.parametrize("base", ["NaOH", "Ca(OH)2"])
def test_hydroxide__settles_with_its_second_tank_at_the_ph_of_the_first(first_ph, base):
    """The second tank gets next to no dose: its liquor stands at the pH, a trace beyond it or short of it."""
    chemistry = Chemistry("Li Na Ni Co Mn Mg Ca S")
    feed = Stream.of(chemistry, LIQUOR | {"CaSO4": 0.001}, celsius(55))
    reagent = Stream.of(chemistry, {base: 0.15, "H2O": 0.85})
    unit = MixedHydroxide(base=reagent, first_ph=first_ph, tanks=3, solids_fraction=0.3)
    outcome = unit.run({"feed": feed})
    assert imbalance({"feed": feed}, outcome) <= 1e-9
    assert outcome.report["ph"] == pytest.approx(8.2, abs=0.05)


def test_hydroxide__says_that_its_stage_1_is_too_thick():
    outcome = run(solids_fraction=0.01)
    assert "nothing overflows to stage 2" in outcome.warnings[0]
    assert outcome.outlets["liquor"].mass == outcome.outlets["recycle"].mass == 0.0
