import pytest
from hand import imbalance, mass_of

from raffinate.flowsheet import DataError, DeclarationError, Stream
from raffinate.flowsheet.chemistry import Chemistry
from raffinate.flowsheet.chemistry.water import heat_of_evaporation
from raffinate.flowsheet.drying import deposit, drying_heat
from raffinate.flowsheet.heat import heat_duty
from raffinate.flowsheet.quantities import celsius
from raffinate.flowsheet.sizes import SizeDistribution
from raffinate.unitops.dryer import Dryer

CHEMISTRY = Chemistry("Li Na Ni Fe P S C", extractants=("Cyanex 272",))
WATER = mass_of("H2O")
CAKE = Stream.of(
    CHEMISTRY,
    {"H2O": 0.05, "NiSO4": 0.02, "Na2SO4": 1e-4, "NiSO4.6H2O(s)": 0.9},
    sizes={"NiSO4.6H2O(s)": SizeDistribution.rosin_rammler(4e-4, 2.0)},
)
WET = Stream.of(CHEMISTRY, {"H2O": 0.2, "C(s)": 0.8}, celsius(25))


def dried(cake, **given):
    outcome = Dryer(**given).run({"cake": cake})
    assert imbalance({"cake": cake}, outcome) < 1e-12
    assert sum(stream.mass for stream in outcome.outlets.values()) == pytest.approx(cake.mass, rel=1e-13)
    return outcome


def test_dryer__leaves_the_moisture_that_is_wanted():
    """0.8 kg of carbon keep 1 % of their product: 8.08 g of 200 g of water."""
    outcome = dried(WET, temperature=celsius(90), moisture=0.01)
    left = 0.8 * 0.01 / 0.99
    assert outcome.outlets["product"]["H2O"] * WATER == pytest.approx(left, rel=1e-12)
    assert outcome.report["moisture"] == pytest.approx(0.01, rel=1e-12)
    assert outcome.report["evaporation"] == pytest.approx(0.2 - left, rel=1e-12)
    assert outcome.outlets["vapour"].mass == pytest.approx(0.2 - left, rel=1e-12)


def test_dryer__needs_the_heat_of_evaporation_and_of_warming():
    outcome = dried(WET, temperature=celsius(90), moisture=0.01)
    warming = WET.heat_capacity * 65.0
    evaporating = outcome.report["evaporation"] * heat_of_evaporation(celsius(90))
    assert outcome.report["heat"] == pytest.approx(warming + evaporating, rel=0.01)
    assert outcome.report["heat"] == pytest.approx(heat_duty([WET], list(outcome.outlets.values())), rel=1e-12)
    assert outcome.warnings == ()


def test_dryer__keeps_crystal_water_and_makes_crystals_of_what_is_dissolved():
    outcome = dried(CAKE, temperature=celsius(90), salts=("NiSO4.6H2O(s)", "Na2SO4(s)"))
    product = outcome.outlets["product"]
    made = 0.02 / mass_of("NiSO4")
    assert product["NiSO4.6H2O(s)"] == pytest.approx(CAKE["NiSO4.6H2O(s)"] + made, rel=1e-10)
    assert product["Ni+2"] == pytest.approx(0.0, abs=1e-15)
    assert product["Na2SO4(s)"] == pytest.approx(1e-4 / mass_of("Na2SO4"), rel=1e-9)
    assert outcome.report["crystal_water"] == 0.0
    assert (product.sizes["NiSO4.6H2O(s)"] == CAKE.sizes["NiSO4.6H2O(s)"]).all()


def test_dryer__leaves_what_no_salt_takes_in_the_last_water():
    product = dried(CAKE, temperature=celsius(90), salts=("NiSO4.6H2O(s)",)).outlets["product"]
    assert product["Na+"] == pytest.approx(CAKE["Na+"], rel=1e-13)
    assert product.charge == pytest.approx(0.0, abs=1e-12)


def test_dryer__drives_crystal_water_off_where_that_is_wanted():
    wet = Stream.of(
        CHEMISTRY, {"H2O": 0.3, "FePO4.2H2O(s)": 1.0}, sizes={"FePO4.2H2O(s)": SizeDistribution.single(3e-6)}
    )
    outcome = dried(wet, temperature=celsius(180), dehydrated=("FePO4.2H2O(s)",), moisture=1e-4)
    product = outcome.outlets["product"]
    assert product["FePO4.2H2O(s)"] == 0.0
    assert product["FePO4(s)"] == pytest.approx(1.0 / mass_of("FePO4H4O2"), rel=1e-9)
    assert outcome.report["crystal_water"] == pytest.approx(2.0 * WATER / mass_of("FePO4H4O2"), rel=1e-9)
    assert (product.sizes["FePO4(s)"] == wet.sizes["FePO4.2H2O(s)"]).all()
    plain = dried(wet, temperature=celsius(180), moisture=1e-4)
    assert plain.outlets["product"]["FePO4.2H2O(s)"] == wet["FePO4.2H2O(s)"]
    assert outcome.report["heat"] > plain.report["heat"]


def test_dryer__drives_off_half_where_half_is_wanted():
    wet = Stream.of(CHEMISTRY, {"FePO4.2H2O(s)": 1.0})
    product = dried(wet, temperature=celsius(180), dehydrated=("FePO4.2H2O(s)",), conversion=0.5).outlets["product"]
    assert product["FePO4(s)"] == pytest.approx(product["FePO4.2H2O(s)"], rel=1e-12)


def test_dryer__evaporates_nothing_from_what_is_dry_already():
    outcome = dried(Stream.of(CHEMISTRY, {"C(s)": 1.0}), temperature=celsius(90))
    assert outcome.outlets["vapour"].mass == 0.0


def test_dryer__lets_organic_go_with_the_vapour():
    outcome = dried(WET + Stream.of(CHEMISTRY, {"diluent": 1e-3}), temperature=celsius(90))
    assert outcome.outlets["vapour"].organic.mass == pytest.approx(1e-3, rel=1e-12)


def test_dryer__says_what_is_no_hydrate():
    with pytest.raises(DataError, match=r"Li2SO4\(s\), which the chemistry does not have"):
        dried(
            WET + Stream.of(CHEMISTRY, {"Li2SO4.H2O(s)": 1.0}), temperature=celsius(90), dehydrated=("Li2SO4.H2O(s)",)
        )
    with pytest.raises(DataError, match=r"C\(s\) in dehydrated has no water of crystallisation"):
        dried(WET, temperature=celsius(90), dehydrated=("C(s)",))


def test_deposit__refuses_what_does_not_dissolve():
    with pytest.raises(DataError, match=r"C\(s\) in salts is no solid that dissolves"):
        deposit(WET, ("C(s)",))


def test_deposit__takes_base_only_from_where_base_is():
    """LiOH.H2O of a neutral lithium sulfate: none; of a liquor with base in excess: as much as that."""
    neutral = Stream.of(CHEMISTRY, {"H2O": 1.0, "Li2SO4": 0.1})
    assert deposit(neutral, ("LiOH.H2O(s)",))["LiOH.H2O(s)"] == 0.0
    basic = neutral + Stream.of(CHEMISTRY, {"LiOH": 0.01, "H2O": 0.1})
    assert deposit(basic, ("LiOH.H2O(s)",))["LiOH.H2O(s)"] == pytest.approx(0.01 / mass_of("LiOH"), rel=1e-9)


def test_drying_heat__of_a_liquor_without_a_speciation_says_so():
    """A liquor of 500 mol/kg has none; the rest of the heat is told all the same."""
    brine = Stream.of(CHEMISTRY, {"H2O": 0.01, "NiSO4": 1.0, "C(s)": 1.0})
    steam = Stream.of(CHEMISTRY, {"H2O(g)": 0.009}, celsius(90))
    rest = Stream.of(CHEMISTRY, {"H2O": 0.001, "NiSO4": 1.0, "C(s)": 1.0}, celsius(90))
    heat, notes = drying_heat(brine, [rest, steam])
    assert heat > 0.009 * heat_of_evaporation(celsius(90))
    assert len(notes) <= 1


def test_dryer__refuses_a_kiln():
    with pytest.raises(DeclarationError, match=r"temperature = 900 K is outside 303\.15 to 473\.15 K"):
        Dryer(temperature=900.0)
