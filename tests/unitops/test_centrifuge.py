import math

import numpy as np
import pytest
from hand import imbalance

from raffinate.flowsheet import DataError, DeclarationError, Stream
from raffinate.flowsheet.chemistry import Chemistry
from raffinate.flowsheet.sizes import SizeDistribution
from raffinate.unitops.centrifuge import Centrifuge

CHEMISTRY = Chemistry("Li Na Ni Co S C", extractants=("Cyanex 272",))
CRYSTALS = SizeDistribution.rosin_rammler(5e-4, 2.5)
SLURRY = Stream.of(CHEMISTRY, {"H2O": 1.0, "NiSO4": 0.4, "NiSO4.6H2O(s)": 0.5}, sizes={"NiSO4.6H2O(s)": CRYSTALS})
WASH = Stream.of(CHEMISTRY, {"H2O": 0.03})
INLETS = {"slurry": SLURRY, "wash": WASH}


def spun(slurry, **given):
    inlets = {"slurry": slurry, "wash": WASH}
    outcome = Centrifuge(**given).run(inlets)
    assert imbalance(inlets, outcome) < 1e-13
    return outcome


def test_centrifuge__holds_the_moisture_that_it_is_given_and_washes_it():
    """0.5 kg of crystals at 5 %: 26.3 g of liquor, a wash of 30 g leaves exp(-0.8 x 1.14) of it."""
    outcome = spun(SLURRY, moisture=0.05, occluded=0.0)
    held = 0.5 * 0.05 / 0.95
    assert outcome.report["moisture"] == pytest.approx(0.05, rel=1e-12)
    assert outcome.report["wash_ratio"] == pytest.approx(0.03 / held, rel=1e-12)
    left = math.exp(-0.8 * 0.03 / held)
    assert outcome.outlets["cake"]["Ni+2"] == pytest.approx(left * held / 1.4 * SLURRY["Ni+2"], rel=1e-12)
    assert (outcome.outlets["cake"].sizes["NiSO4.6H2O(s)"] == SLURRY.sizes["NiSO4.6H2O(s)"]).all()


def test_centrifuge__works_out_from_sizes_a_moisture_near_that_of_practice():
    by_sizes = spun(SLURRY, moisture=0.0).report["moisture"]
    assert 0.03 <= by_sizes <= 0.08
    fine = SLURRY.with_sizes({"NiSO4.6H2O(s)": SizeDistribution.rosin_rammler(5e-5, 2.5)})
    assert spun(fine, moisture=0.0).report["moisture"] > by_sizes
    assert (
        spun(fine, moisture=0.0, acceleration=2000.0).report["moisture"] < spun(fine, moisture=0.0).report["moisture"]
    )


def test_centrifuge__without_sizes_takes_the_moisture_of_the_table():
    plain = Stream.of(CHEMISTRY, {"H2O": 1.0, "NiSO4": 0.4, "NiSO4.6H2O(s)": 0.5})
    assert spun(plain, moisture=0.0).report["moisture"] == pytest.approx(0.04, rel=1e-12)


def test_centrifuge__without_sizes_or_a_row_says_what_it_needs():
    slurry = Stream.of(CHEMISTRY, {"H2O": 1.0, "CoO(s)": 0.5})
    with pytest.raises(DataError, match=r"moisture = 0 needs the sizes of CoO\(s\), or its centrifuge_moisture"):
        Centrifuge(moisture=0.0).run({"slurry": slurry, "wash": WASH})


def test_centrifuge__loses_fines_through_its_screen():
    """A fifth of what is finer than 0.2 mm; the crystals left are coarser, those lost finer, class by class all there."""
    outcome = spun(SLURRY, moisture=0.05, slot=2e-4, fines_loss=0.2)
    finer = SLURRY.size_distribution("NiSO4.6H2O(s)").passing(2e-4)
    assert outcome.report["solids_loss"] == pytest.approx(0.2 * finer, rel=1e-9)
    cake, filtrate = outcome.outlets["cake"], outcome.outlets["filtrate"]
    name = "NiSO4.6H2O(s)"
    assert cake.size_distribution(name).d50 > SLURRY.size_distribution(name).d50 > filtrate.size_distribution(name).d50
    classes = cake[name] * cake.sizes[name] + filtrate[name] * filtrate.sizes[name]
    assert classes == pytest.approx(SLURRY[name] * SLURRY.sizes[name], rel=1e-9, abs=1e-12)


def test_centrifuge__loses_crystals_to_its_wash_where_that_dissolves_them():
    """30 g of water take some 28 g of hexahydrate at 25 degC, where all else is as before."""
    outcome = spun(SLURRY, moisture=0.05, dissolving=("NiSO4.6H2O(s)",))
    assert 0.03 < outcome.report["dissolved_fraction"] < 0.09
    cake = outcome.outlets["cake"].solids.mass
    assert cake == pytest.approx(0.5 * (1.0 - outcome.report["dissolved_fraction"]), rel=1e-9)


def test_centrifuge__of_a_liquor_gives_no_cake():
    outcome = spun(SLURRY.liquor, moisture=0.05)
    assert outcome.outlets["cake"].mass == 0.0
    assert np.array_equal(outcome.outlets["filtrate"].flows, SLURRY.liquor.flows)


def test_centrifuge__sends_droplets_with_the_filtrate():
    outcome = spun(SLURRY + Stream.of(CHEMISTRY, {"diluent": 1e-3}), moisture=0.05)
    assert outcome.outlets["filtrate"].organic.mass == pytest.approx(1e-3, rel=1e-12)


def test_centrifuge__refuses_a_basket_that_stands():
    with pytest.raises(DeclarationError, match="acceleration = 1 is outside 10 to 10000"):
        Centrifuge(acceleration=1.0, moisture=0.05)


def test_centrifuge__wets_dry_crystals_to_its_moisture():
    outcome = spun(SLURRY.solids, moisture=0.02)
    assert outcome.outlets["cake"].liquor.mass / outcome.outlets["cake"].mass == pytest.approx(0.02, rel=1e-12)
    assert outcome.outlets["washings"].mass == pytest.approx(0.03 - 0.5 * 0.02 / 0.98, rel=1e-9)


def test_centrifuge__says_that_it_does_not_know_what_passes_its_screen():
    bare = Stream.of(CHEMISTRY, {"H2O": 1.0, "NiSO4.6H2O(s)": 0.5})
    outcome = spun(bare, moisture=0.04, slot=2e-4)
    assert outcome.warnings == ("the sizes of NiSO4.6H2O(s) are not known: none of it is taken to pass the screen",)
    assert outcome.report["solids_loss"] == 0.0
