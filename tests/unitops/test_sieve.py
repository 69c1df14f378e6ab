import numpy as np
import pytest
from hand import imbalance

from raffinate.flowsheet import DeclarationError, Stream
from raffinate.flowsheet.chemistry import Chemistry
from raffinate.flowsheet.sizes import DIAMETERS, EDGES, SizeDistribution
from raffinate.unitops.sieve import Sieve

CHEMISTRY = Chemistry("Ni Al Cu S C", extractants=("Cyanex 272",))
POWDER = Stream.of(
    CHEMISTRY,
    {"Al(s)": 0.1, "C(s)": 0.3},
    sizes={"Al(s)": SizeDistribution.rosin_rammler(1e-3, 2.0), "C(s)": SizeDistribution.rosin_rammler(3e-5, 1.2)},
)


def sieved(feed, **given):
    outcome = Sieve(**given).run({"feed": feed})
    assert imbalance({"feed": feed}, outcome) < 1e-13
    return outcome


def test_sieve__parts_foil_from_powder():
    outcome = sieved(POWDER, cut_size=2.5e-4)
    coarse, fine = outcome.outlets["coarse"], outcome.outlets["fine"]
    assert coarse["Al(s)"] > 0.9 * POWDER["Al(s)"]
    assert fine["C(s)"] > 0.99 * POWDER["C(s)"]
    assert outcome.report["fine_fraction"] == pytest.approx(fine.mass / POWDER.mass, rel=1e-12)
    assert outcome.warnings == ()


def test_sieve__conserves_every_class():
    outcome = sieved(POWDER, cut_size=5e-5, sharpness=2.0, bypass=0.1)
    for name in ("Al(s)", "C(s)"):
        both = sum(stream[name] * stream.sizes[name] for stream in outcome.outlets.values())
        assert both == pytest.approx(POWDER[name] * POWDER.sizes[name], rel=1e-11, abs=1e-15)


@pytest.mark.parametrize("sharpness", [1.0, 3.0, 8.0])
def test_sieve__halves_the_class_of_its_cut(sharpness):
    """A solid of one class, 26 % wide: about half of it where the cut is its size; the mean of Plitt's curve elsewhere."""
    size = float(DIAMETERS[25])
    feed = Stream.of(CHEMISTRY, {"C(s)": 1.0}, sizes={"C(s)": SizeDistribution.single(size)})
    assert sieved(feed, cut_size=size, sharpness=sharpness).outlets["coarse"].mass == pytest.approx(0.5, abs=0.02)
    twice = sieved(feed, cut_size=2.0 * size, sharpness=sharpness).outlets["coarse"].mass
    within = np.geomspace(EDGES[25], EDGES[26], 20001)
    curve = 1.0 - 2.0 ** -((within / (2.0 * size)) ** sharpness)
    assert twice == pytest.approx(0.5 * (curve[1:] + curve[:-1]).mean(), rel=1e-7)


def test_sieve__lets_a_share_of_everything_bypass():
    fines = Stream.of(CHEMISTRY, {"C(s)": 1.0}, sizes={"C(s)": SizeDistribution.single(1e-6)})
    outcome = sieved(fines, cut_size=1e-3, sharpness=10.0, bypass=0.25)
    assert outcome.outlets["coarse"].mass == pytest.approx(0.25, rel=1e-9)


def test_sieve__of_infinite_sharpness_cuts_clean():
    outcome = sieved(POWDER, cut_size=1e-4, sharpness=100.0)
    coarse = outcome.outlets["coarse"].sizes["Al(s)"]
    assert coarse[DIAMETERS < 0.85e-4].max() < 1e-6
    assert np.isclose(coarse.sum(), 1.0)


@pytest.mark.parametrize("cut", [2.05e-5, 2.2e-5, 2.24e-5, 2.4e-5])
def test_sieve__that_is_sharp_cuts_within_a_class_where_its_opening_is(cut):
    feed = Stream.of(CHEMISTRY, {"C(s)": 1.0}, sizes={"C(s)": SizeDistribution.rosin_rammler(3e-5, 1.2)})
    fine = sieved(feed, cut_size=cut, sharpness=100.0).report["fine_fraction"]
    assert fine == pytest.approx(feed.size_distribution("C(s)").passing(cut), abs=1e-3)
    assert sieved(feed, cut_size=1e-7, sharpness=100.0).report["fine_fraction"] < 0.01
    assert sieved(feed, cut_size=1e-2, sharpness=100.0).report["fine_fraction"] == pytest.approx(1.0, abs=1e-12)


def test_sieve__sends_the_liquor_with_the_coarse_by_its_moisture():
    slurry = POWDER + Stream.of(CHEMISTRY, {"H2O": 2.0, "NiSO4": 0.1, "diluent": 1e-3})
    outcome = sieved(slurry, cut_size=2.5e-4, moisture=0.3)
    coarse = outcome.outlets["coarse"]
    assert coarse.liquor.mass / coarse.mass == pytest.approx(0.3, rel=1e-12)
    assert coarse.organic.mass == 0.0
    assert sieved(slurry, cut_size=2.5e-4).outlets["coarse"].liquor.mass == 0.0


def test_sieve__sends_what_it_does_not_know_with_the_coarse_and_says_so():
    outcome = sieved(POWDER + Stream.of(CHEMISTRY, {"Cu(s)": 0.2}), cut_size=2.5e-4)
    assert outcome.outlets["fine"]["Cu(s)"] == 0.0
    assert outcome.warnings == ("the sizes of Cu(s) are not known: it goes with the coarse",)


def test_sieve__refuses_a_cut_of_nothing():
    with pytest.raises(DeclarationError, match=r"cut_size = 0 m is outside 1e-07 to 0\.01 m"):
        Sieve(cut_size=0.0)


def test_sieve__leaves_the_liquor_of_a_damp_powder_with_its_particles():
    """What dried on a product does not all go with the fines."""
    damp = POWDER + Stream.of(CHEMISTRY, {"H2O": 4e-4, "NiSO4": 1e-4})
    outcome = sieved(damp, cut_size=2.5e-4)
    shares = [outcome.outlets["coarse"][name] / damp[name] for name in ("H2O", "Ni+2")]
    assert shares == pytest.approx([outcome.outlets["coarse"].solids.mass / POWDER.mass] * 2, rel=1e-12)
