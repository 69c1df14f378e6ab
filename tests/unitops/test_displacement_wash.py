import pytest
from hand import imbalance

from raffinate.flowsheet import DeclarationError, Stream, settle
from raffinate.flowsheet.chemistry import Chemistry
from raffinate.flowsheet.quantities import celsius
from raffinate.flowsheet.sizes import SizeDistribution
from raffinate.unitops.displacement_wash import DisplacementWash

CHEMISTRY = Chemistry("Na Ni S C")
CAKE = Stream.of(
    CHEMISTRY, {"H2O": 0.36, "NiSO4": 0.04, "C(s)": 0.6}, sizes={"C(s)": SizeDistribution.rosin_rammler(2e-5, 1.2)}
)


def washed(mass, **given):
    inlets = {"cake": CAKE, "wash": Stream.of(CHEMISTRY, {"H2O": mass})}
    outcome = DisplacementWash(**given).run(inlets)
    assert imbalance(inlets, outcome) < 1e-13
    return outcome


def test_wash__in_plug_flow_pushes_out_just_what_it_displaces():
    outcome = washed(0.3, dispersion_number=1e8, occluded=0.0)
    assert outcome.report["wash_ratio"] == pytest.approx(0.75, rel=1e-14)
    assert outcome.report["retained_fraction"] == pytest.approx(0.25, rel=1e-12)
    assert outcome.outlets["cake"]["Ni+2"] == pytest.approx(0.25 * CAKE["Ni+2"], rel=1e-12)
    assert washed(0.4, dispersion_number=1e8, occluded=0.0).outlets["cake"]["Ni+2"] == pytest.approx(0.0, abs=1e-15)


def test_wash__keeps_moisture_solids_and_their_sizes():
    cake = washed(0.9).outlets["cake"]
    assert cake.liquor.mass == pytest.approx(0.4, rel=1e-13)
    assert cake["C(s)"] == CAKE["C(s)"]
    assert (cake.sizes["C(s)"] == CAKE.sizes["C(s)"]).all()


def test_wash__leaves_more_the_more_it_is_dispersed():
    left = [washed(0.8, dispersion_number=number).report["retained_fraction"] for number in (1.0, 10.0, 100.0)]
    assert left[0] > left[1] > left[2] > 0.005
    assert 0.01 < left[1] < 0.03  # two displacements of a usual cake leave 1 to 3 %


def test_wash__cannot_reach_what_is_occluded():
    assert washed(40.0, occluded=0.02).outlets["cake"]["Ni+2"] == pytest.approx(0.02 * CAKE["Ni+2"], rel=1e-12)


def test_wash__without_wash_or_cake_changes_nothing():
    assert washed(0.0).report["retained_fraction"] == 1.0
    outcome = DisplacementWash().run({"cake": CAKE.solids, "wash": Stream.of(CHEMISTRY, {"H2O": 1.0})})
    assert outcome.outlets["washings"].mass == pytest.approx(1.0, rel=1e-14)


def test_wash__of_lithium_carbonate_dissolves_some_of_it():
    """2500 L at 75 degC over a cake take some 22 kg, 8.9 g/L (pilot recipe); with the wash saturated before, none."""
    chemistry = Chemistry("Li Na S C")
    hot = celsius(75)
    cake = Stream.of(chemistry, {"Li2CO3(s)": 300.0, "H2O": 60.0, "Na2SO4": 6.0}, hot)
    water = Stream.of(chemistry, {"H2O": 2437.0}, hot)
    unit = DisplacementWash(dissolving=("Li2CO3(s)",))
    outcome = unit.run({"cake": cake, "wash": water})
    lost = 300.0 * outcome.report["dissolved_fraction"]
    assert lost == pytest.approx(22.0, rel=0.1)
    assert outcome.outlets["cake"]["Li2CO3(s)"] == pytest.approx(cake["Li2CO3(s)"] * (1.0 - lost / 300.0), rel=1e-9)
    assert imbalance({"cake": cake, "wash": water}, outcome) < 1e-9
    saturated = settle(water + cake.solids, hot, ("Li2CO3(s)",))[0].liquor
    assert unit.run({"cake": cake, "wash": saturated}).report["dissolved_fraction"] == pytest.approx(0.0, abs=1e-9)
    assert washed(0.5).report["dissolved_fraction"] == 0.0


def test_wash__may_dissolve_a_whole_cake():
    cake = Stream.of(CHEMISTRY, {"NiSO4.6H2O(s)": 0.1, "H2O": 0.01})
    inlets = {"cake": cake, "wash": Stream.of(CHEMISTRY, {"H2O": 5.0})}
    outcome = DisplacementWash(dissolving=("NiSO4.6H2O(s)",)).run(inlets)
    assert outcome.report["dissolved_fraction"] == 1.0
    assert outcome.outlets["cake"].solids.mass == 0.0
    assert imbalance(inlets, outcome) < 1e-12


def test_wash__refuses_a_negative_dispersion_number():
    with pytest.raises(DeclarationError, match=r"dispersion_number = -1 is outside 0\.1 to"):
        DisplacementWash(dispersion_number=-1.0)
