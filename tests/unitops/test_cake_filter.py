import pytest
from hand import imbalance

from raffinate.flowsheet import DeclarationError, Stream
from raffinate.flowsheet.chemistry import Chemistry
from raffinate.flowsheet.filtration import cake_of, sauter_mean, viscosity
from raffinate.flowsheet.sizes import SizeDistribution
from raffinate.flowsheet.washing import dispersion_number, left_by_dispersion
from raffinate.unitops.cake_filter import CakeFilter

CHEMISTRY = Chemistry("Na Ni Co S C", extractants=("Cyanex 272",))
SLURRY = Stream.of(CHEMISTRY, {"H2O": 4.0, "NiSO4": 0.5, "C(s)": 0.6})
WASH = Stream.of(CHEMISTRY, {"H2O": 0.7})
INLETS = {"slurry": SLURRY, "wash": WASH}
NO_WASH = Stream.empty(CHEMISTRY)


def test_cake_filter__sizes_its_cloth_by_hand():
    """Cake 16 mm, pores 0.55: 16.3 kg/m2; alpha 3e10 m/kg at 5 bar, R 0; then t = mu alpha w q / 2 p, area = M t / w."""
    unit = CakeFilter(cake_resistance=3e10, medium_resistance=0.0, idle_time=600.0, porosity=0.55)
    outcome = unit.run({"slurry": SLURRY, "wash": NO_WASH})
    density = SLURRY.solids.mass / SLURRY.solid_volume
    per_area = 0.45 * density * 0.016
    filtrate = outcome.outlets["filtrate"].liquor_volume / 0.6 * per_area
    time = viscosity(SLURRY) * 3e10 * per_area * filtrate / (2.0 * 5e5)
    assert outcome.report["filtration_time"] == pytest.approx(time, rel=1e-9)
    assert outcome.report["washing_time"] == 0.0
    assert outcome.report["area_needed"] == pytest.approx(0.6 * (time + 600.0) / per_area, rel=1e-9)
    assert outcome.report["capacity"] == 0.0


def test_cake_filter__of_an_area_tells_what_that_filters():
    """Rating a filter of the area that was asked for: capacity is this slurry's solids, whatever the flow."""
    needed = CakeFilter().run(INLETS).report["area_needed"]
    rated = CakeFilter(area=needed)
    assert rated.run(INLETS).report["capacity"] == pytest.approx(0.6, rel=1e-12)
    half = {port: stream * 0.5 for port, stream in INLETS.items()}
    assert rated.run(half).report["capacity"] == pytest.approx(0.6, rel=1e-12)
    assert rated.run(half).warnings == ()


def test_cake_filter__says_that_it_is_too_small():
    outcome = CakeFilter(area=10.0).run(INLETS)
    assert outcome.warnings[0].startswith("area = 10 m2 is less than the ")
    assert outcome.report["capacity"] < 0.6


def test_cake_filter__holds_what_the_pores_hold():
    outcome = CakeFilter(porosity=0.6).run({"slurry": SLURRY, "wash": NO_WASH})
    cake = outcome.outlets["cake"]
    assert cake.liquor_volume / (cake.liquor_volume + cake.solid_volume) == pytest.approx(0.6, rel=1e-9)
    assert outcome.report["moisture"] == pytest.approx(cake.liquor.mass / cake.mass, rel=1e-12)
    assert 0.35 <= CakeFilter().run(INLETS).report["moisture"] <= 0.45


def test_cake_filter__conserves_and_washes():
    outcome = CakeFilter(occluded=0.0).run(INLETS)
    in_cake = outcome.outlets["cake"]["Ni+2"]
    washed = outcome.outlets["washings"]["Ni+2"]
    assert in_cake / (in_cake + washed) == pytest.approx(outcome.report["retained_fraction"], rel=1e-12)
    assert imbalance(INLETS, outcome) < 1e-13
    assert outcome.report["washing_time"] > 0.0


def test_cake_filter__takes_longer_for_finer_grains_and_keeps_their_sizes():
    coarse = SLURRY.with_sizes({"C(s)": SizeDistribution.rosin_rammler(4e-5, 1.5)})
    fine = SLURRY.with_sizes({"C(s)": SizeDistribution.rosin_rammler(1e-5, 1.5)})
    slow, fast = (CakeFilter().run({"slurry": slurry, "wash": WASH}) for slurry in (fine, coarse))
    ratio = slow.report["cake_resistance"] / fast.report["cake_resistance"]
    assert ratio == pytest.approx(cake_of(fine).resistance / cake_of(coarse).resistance, rel=1e-12)
    assert ratio > 10.0
    assert slow.report["area_needed"] > fast.report["area_needed"]
    assert (slow.outlets["cake"].sizes["C(s)"] == fine.sizes["C(s)"]).all()


def test_cake_filter__is_blown_drier_the_coarser_the_grains():
    def moisture(size, blow=3e5):
        slurry = SLURRY.with_sizes({"C(s)": SizeDistribution.single(size)})
        outcome = CakeFilter(blow=blow).run({"slurry": slurry, "wash": WASH})
        assert imbalance({"slurry": slurry, "wash": WASH}, outcome) < 1e-13
        return outcome.report["moisture"]

    assert moisture(1e-4) < moisture(1e-5) < moisture(1e-5, 0.0)
    outcome = CakeFilter(blow=3e5).run(INLETS)
    assert outcome.warnings == ("no sizes of the solids are known, so nothing is taken to be blown out of the cake",)


def test_cake_filter__works_out_the_dispersion_of_its_wash():
    """Plain grains of 20 um in 16 mm of cake: v L / D_L from the last rate of filtration, a hundred or so."""
    slurry = SLURRY.with_sizes({"C(s)": SizeDistribution.single(2e-5)})
    unit = CakeFilter(dispersion_number=0.0, cake_resistance=3e10, porosity=0.55, medium_resistance=0.0, occluded=0.0)
    inlets = {"slurry": slurry, "wash": WASH}
    outcome = unit.run(inlets)
    rate = 5e5 / (viscosity(WASH) * 3e10 * 0.45 * slurry.solids.mass / slurry.solid_volume * 0.016)
    number = dispersion_number(0.016, rate / 0.55, sauter_mean(slurry))
    expected = left_by_dispersion(outcome.report["wash_ratio"], number)
    assert 20.0 < number < 1000.0
    assert outcome.report["retained_fraction"] == pytest.approx(expected, rel=1e-9)
    plain = CakeFilter(dispersion_number=0.0).run(INLETS).report["retained_fraction"]
    assert plain == CakeFilter(dispersion_number=10.0).run(INLETS).report["retained_fraction"]


def test_cake_filter__says_which_solid_it_knows_nothing_of():
    slurry = Stream.of(CHEMISTRY, {"H2O": 4.0, "CoO(s)": 0.6})
    outcome = CakeFilter().run({"slurry": slurry, "wash": NO_WASH})
    assert outcome.warnings == ("cake resistance of CoO(s) is not known, 1e11 m/kg at 1 bar is taken",)
    assert CakeFilter(cake_resistance=1e10).run({"slurry": slurry, "wash": NO_WASH}).warnings == ()


def test_cake_filter__loses_what_its_wash_dissolves():
    chemistry = Chemistry("Li Na S C")
    inlets = {
        "slurry": Stream.of(chemistry, {"Li2CO3(s)": 1.0, "H2O": 5.0, "Na2SO4": 0.5}),
        "wash": Stream.of(chemistry, {"H2O": 1.0}),
    }
    outcome = CakeFilter(dissolving=("Li2CO3(s)",)).run(inlets)
    assert outcome.report["dissolved_fraction"] == pytest.approx(0.013, rel=0.1)  # 13 g/L at 25 degC
    assert imbalance(inlets, outcome) < 1e-9


def test_cake_filter__without_solids_passes_everything():
    outcome = CakeFilter().run({"slurry": SLURRY.liquor, "wash": WASH})
    assert outcome.outlets["cake"].mass == 0.0
    assert outcome.outlets["washings"].mass == pytest.approx(0.7, rel=1e-14)
    assert outcome.report["area_needed"] == 0.0


def test_cake_filter__of_a_thick_slurry_has_no_filtrate():
    thick = Stream.of(CHEMISTRY, {"H2O": 0.1, "C(s)": 0.6})
    outcome = CakeFilter().run({"slurry": thick, "wash": NO_WASH})
    assert outcome.outlets["filtrate"].mass == 0.0
    assert outcome.report["filtration_time"] == 0.0


def test_cake_filter__sends_droplets_of_organic_with_the_filtrate():
    droplets = Stream.of(CHEMISTRY, {"HA[Cyanex 272]": 1e-3, "diluent": 3e-3})
    outcome = CakeFilter().run({"slurry": SLURRY + droplets, "wash": WASH})
    assert outcome.outlets["filtrate"].organic.mass == pytest.approx(4e-3, rel=1e-12)


def test_cake_filter__refuses_a_cake_without_thickness():
    with pytest.raises(DeclarationError, match=r"CakeFilter: cake_thickness = 0 m is outside 0\.001 to 0\.5 m"):
        CakeFilter(cake_thickness=0.0)


def test_cake_filter__fills_a_dry_cake_with_its_wash():
    """Pores that the slurry leaves dry take wash before any of it passes; a cake is full whatever it came with."""
    wet = CakeFilter().run(INLETS).report["moisture"]
    for water in (0.0, 0.1):
        thick = {"slurry": Stream.of(CHEMISTRY, {"H2O": water, "C(s)": 0.6}), "wash": WASH}
        outcome = CakeFilter().run(thick)
        assert imbalance(thick, outcome) < 1e-13
        assert outcome.report["moisture"] == pytest.approx(wet, rel=0.1)
        held = outcome.outlets["cake"].liquor.mass
        filled = held - water
        assert outcome.report["wash_ratio"] == pytest.approx((0.7 - filled) / held, rel=1e-9)
    drop = {"slurry": Stream.of(CHEMISTRY, {"C(s)": 0.6}), "wash": WASH * 0.1}
    assert CakeFilter().run(drop).outlets["washings"].mass == pytest.approx(0.0, abs=1e-15)
