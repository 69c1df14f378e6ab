import pytest
from hand import imbalance, mass_of

from raffinate.flowsheet import DataError, DeclarationError, Stream
from raffinate.flowsheet.chemistry import Chemistry
from raffinate.unitops.cementation import Cementation

CHEMISTRY = Chemistry("Cu Fe Ni S")
IRON = Stream.of(CHEMISTRY, {"Fe(s)": 1.0})
FEED = Stream.of(CHEMISTRY, {"H2O": 1.0, "CuSO4": 0.02, "H2SO4": 0.02, "NiSO4": 0.1})
COPPER = 0.02 / mass_of("CuSO4")
ACID = 2.0 * 0.02 / mass_of("H2SO4")


@pytest.mark.parametrize("tanks", [1, 2, 5, 20])
def test_cementation__converts_as_tanks_in_series(tanks):
    """First order in n equal stirred tanks: 1 - X = (1 + k a t / n)^-n (Levenspiel, ch. 6)."""
    unit = Cementation(iron_powder=IRON, rate_constant=3e-5, surface=60.0, residence_time=1800.0, tanks=tanks)
    outcome = unit.run({"feed": FEED})
    left = (1.0 + 3e-5 * 60.0 * 1800.0 / tanks) ** -tanks
    assert outcome.report["conversion"] == pytest.approx(1.0 - left, rel=1e-13)
    assert outcome.outlets["slurry"]["Cu+2"] == pytest.approx(COPPER * left, rel=1e-10)
    assert outcome.outlets["slurry"]["Cu(s)"] == pytest.approx(COPPER * (1.0 - left), rel=1e-12)
    assert imbalance({"feed": FEED}, outcome) < 1e-13


def test_cementation__converts_more_in_more_tanks_and_time():
    one, four = (Cementation(iron_powder=IRON, tanks=n).run({"feed": FEED}).report["conversion"] for n in (1, 4))
    longer = Cementation(iron_powder=IRON, tanks=4, residence_time=7200.0).run({"feed": FEED}).report["conversion"]
    assert one < four < longer < 1.0


def test_cementation__balances_iron_copper_and_hydrogen():
    """Iron dissolved is copper down plus hydrogen; half of the iron left over meets acid, the rest stays a solid."""
    outcome = Cementation(iron_powder=IRON, iron_ratio=1.5, acid_share=0.5, rate_constant=1e-2).run({"feed": FEED})
    slurry, gas = outcome.outlets["slurry"], outcome.outlets["offgas"]
    fed = 1.5 * COPPER
    by_copper = COPPER * outcome.report["conversion"]
    by_acid = 0.5 * (fed - by_copper)
    assert outcome.report["dose"] == pytest.approx(fed * mass_of("Fe"), rel=1e-12)
    assert gas["H2(g)"] == pytest.approx(by_acid, rel=1e-12)
    assert outcome.report["hydrogen"] == pytest.approx(by_acid, rel=1e-12)
    assert slurry["Fe+2"] == pytest.approx(by_copper + by_acid, rel=1e-12)
    assert slurry["Fe(s)"] == pytest.approx(fed - by_copper - by_acid, rel=1e-12)
    assert slurry["H+"] == pytest.approx(ACID - 2.0 * by_acid, rel=1e-12)
    assert slurry.gas.mass == 0.0


def test_cementation__makes_no_more_hydrogen_than_there_is_acid():
    weak = Stream.of(CHEMISTRY, {"H2O": 1.0, "CuSO4": 0.02, "H2SO4": 0.0005})
    outcome = Cementation(iron_powder=IRON, iron_ratio=3.0, acid_share=1.0).run({"feed": weak})
    assert outcome.report["hydrogen"] == pytest.approx(0.0005 / mass_of("H2SO4"), rel=1e-12)
    assert outcome.outlets["slurry"]["H+"] == pytest.approx(0.0, abs=1e-12)


def test_cementation__reduces_iron_three_before_copper():
    """Fe + 2 Fe+3 = 3 Fe+2: half a mole of iron for each Fe+3, then one for each copper."""
    feed = FEED + Stream.of(CHEMISTRY, {"H2O": 0.1, "Fe2(SO4)3": 0.03})
    ferric = 2.0 * 0.03 / mass_of("Fe2(SO4)3")
    outcome = Cementation(iron_powder=IRON, iron_ratio=1.2).run({"feed": feed})
    assert outcome.drawn["iron_powder"]["Fe(s)"] == pytest.approx(1.2 * (COPPER + 0.5 * ferric), rel=1e-12)
    assert outcome.outlets["slurry"]["Fe+3"] == pytest.approx(0.0, abs=1e-14)
    starved = Cementation(iron_powder=IRON, iron_ratio=0.25 * ferric / (COPPER + 0.5 * ferric)).run({"feed": feed})
    assert starved.outlets["slurry"]["Fe+3"] == pytest.approx(0.5 * ferric, rel=1e-10)
    assert starved.report["conversion"] == pytest.approx(0.0, abs=1e-12)


def test_cementation__brings_down_no_more_copper_than_iron_goes_up():
    outcome = Cementation(iron_powder=IRON, iron_ratio=0.6, rate_constant=1e-2).run({"feed": FEED})
    assert outcome.report["conversion"] == pytest.approx(0.6, rel=1e-12)
    assert outcome.outlets["slurry"]["Fe(s)"] == pytest.approx(0.0, abs=1e-15)
    assert outcome.report["hydrogen"] == pytest.approx(0.0, abs=1e-15)


def test_cementation__leaves_nickel_alone():
    outcome = Cementation(iron_powder=IRON).run({"feed": FEED})
    assert outcome.outlets["slurry"]["Ni+2"] == FEED["Ni+2"]
    assert outcome.report["copper"] == pytest.approx(outcome.outlets["slurry"].concentration("Cu+2"), rel=1e-14)


def test_cementation__draws_nothing_for_a_liquor_without_copper():
    plain = Stream.of(CHEMISTRY, {"H2O": 1.0, "H2SO4": 0.02})
    outcome = Cementation(iron_powder=IRON).run({"feed": plain})
    assert outcome.drawn["iron_powder"].mass == 0.0
    assert outcome.report["conversion"] == 0.0


def test_cementation__refuses_a_powder_without_iron():
    nickel = Stream.of(CHEMISTRY, {"NiO(s)": 1.0})
    with pytest.raises(DataError, match=r"iron_powder: Fe\(s\) = 0 mol/s, the powder must hold iron"):
        Cementation(iron_powder=nickel).run({"feed": FEED})


def test_cementation__refuses_a_rate_constant_in_the_wrong_unit():
    """3 mm/min is 5e-5 m/s; typed as 3 it is out of any range."""
    with pytest.raises(DeclarationError, match=r"Cementation: rate_constant = 3 m/s is outside 1e-07 to 0\.01 m/s"):
        Cementation(iron_powder=IRON, rate_constant=3.0)
