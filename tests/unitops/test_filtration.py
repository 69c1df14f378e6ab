import math

import numpy as np
import pytest
from hand import imbalance

from raffinate.flowsheet import DeclarationError, Stream
from raffinate.flowsheet.chemistry import Chemistry
from raffinate.unitops.filtration import Filtration

CHEMISTRY = Chemistry("Na Ni S C", extractants=("Cyanex 272",))
SLURRY = Stream.of(CHEMISTRY, {"H2O": 4.0, "NiSO4": 0.5, "C(s)": 0.6})
NO_WASH = Stream.empty(CHEMISTRY)


def _water(mass):
    return Stream.of(CHEMISTRY, {"H2O": mass})


@pytest.mark.parametrize("moisture", [0.0, 0.05, 0.4, 0.75])
def test_filtration__holds_liquor_by_its_moisture(moisture):
    outcome = Filtration(moisture=moisture).run({"slurry": SLURRY, "wash": NO_WASH})
    cake = outcome.outlets["cake"]
    assert cake.liquor.mass / cake.mass == pytest.approx(moisture, rel=1e-12, abs=1e-15)
    assert cake["C(s)"] == SLURRY["C(s)"]
    assert outcome.report["cake_mass_flow"] == pytest.approx(0.6 / (1.0 - moisture), rel=1e-12)
    assert outcome.outlets["washings"].mass == 0.0
    assert imbalance({"slurry": SLURRY, "wash": NO_WASH}, outcome) < 1e-13


def test_filtration__keeps_the_mother_liquors_composition():
    outcome = Filtration(moisture=0.4).run({"slurry": SLURRY, "wash": NO_WASH})
    for name in ("filtrate", "cake"):
        stream = outcome.outlets[name]
        assert stream["Ni+2"] / stream["H2O"] == pytest.approx(SLURRY["Ni+2"] / SLURRY["H2O"], rel=1e-13)


@pytest.mark.parametrize(("ratio", "efficiency"), [(0.5, 0.8), (1.0, 0.7), (2.0, 0.9), (3.0, 1.0), (2.0, 0.0)])
def test_filtration__leaves_the_exponential_of_the_wash_ratio_behind(ratio, efficiency):
    """Cake of 0.6 kg solids at moisture 0.4 holds 0.4 kg of liquor; a wash of N times that leaves exp(-k N) of it."""
    wash = _water(0.4 * ratio)
    outcome = Filtration(moisture=0.4, wash_efficiency=efficiency, occluded=0.0).run({"slurry": SLURRY, "wash": wash})
    left = math.exp(-efficiency * ratio)
    in_cake = SLURRY["Ni+2"] * 0.4 / SLURRY.liquor.mass
    assert outcome.report["wash_ratio"] == pytest.approx(ratio, rel=1e-12)
    assert outcome.report["retained_fraction"] == pytest.approx(left, rel=1e-12)
    assert outcome.outlets["cake"]["Ni+2"] == pytest.approx(in_cake * left, rel=1e-12)
    assert outcome.outlets["washings"]["Ni+2"] == pytest.approx(in_cake * (1.0 - left), rel=1e-12, abs=1e-15)
    assert imbalance({"slurry": SLURRY, "wash": wash}, outcome) < 1e-13


def test_filtration__cannot_wash_what_is_occluded():
    """u + (1 - u) exp(-k N): with plenty of wash liquor the share u of the mother liquor is left."""
    outcome = Filtration(moisture=0.4, occluded=0.02).run({"slurry": SLURRY, "wash": _water(40.0)})
    in_cake = SLURRY["Ni+2"] * 0.4 / SLURRY.liquor.mass
    assert outcome.report["retained_fraction"] == pytest.approx(0.02, rel=1e-12)
    assert outcome.outlets["cake"]["Ni+2"] == pytest.approx(0.02 * in_cake, rel=1e-12)
    some = Filtration(moisture=0.4, occluded=0.02, wash_efficiency=0.8).run({"slurry": SLURRY, "wash": _water(0.4)})
    assert some.report["retained_fraction"] == pytest.approx(0.02 + 0.98 * math.exp(-0.8), rel=1e-12)


def test_filtration__keeps_the_moisture_through_the_wash():
    cake = Filtration(moisture=0.4).run({"slurry": SLURRY, "wash": _water(1.7)}).outlets["cake"]
    assert cake.liquor.mass / cake.mass == pytest.approx(0.4, rel=1e-12)


def test_filtration__washes_with_what_it_is_given():
    """Wash liquor with nickel of its own leaves nickel in the cake however much of it there is."""
    wash = Stream.of(CHEMISTRY, {"H2O": 40.0, "NiSO4": 5.0})
    cake = Filtration(moisture=0.4, occluded=0.0).run({"slurry": SLURRY, "wash": wash}).outlets["cake"]
    assert cake["Ni+2"] == pytest.approx(wash["Ni+2"] * 0.4 / wash.mass, rel=1e-12)


def test_filtration__gives_no_cake_without_solids_and_passes_the_wash_on():
    inlets = {"slurry": SLURRY.liquor, "wash": _water(1.0)}
    outcome = Filtration(moisture=0.4).run(inlets)
    assert outcome.outlets["cake"].mass == 0.0
    assert np.array_equal(outcome.outlets["filtrate"].flows, SLURRY.liquor.flows)
    assert outcome.outlets["washings"].mass == pytest.approx(1.0, rel=1e-14)


def test_filtration__takes_all_the_liquor_where_the_cake_could_hold_more():
    thick = Stream.of(CHEMISTRY, {"H2O": 0.1, "C(s)": 0.6})
    outcome = Filtration(moisture=0.4).run({"slurry": thick, "wash": NO_WASH})
    assert outcome.outlets["filtrate"].mass == 0.0
    assert outcome.outlets["cake"].mass == pytest.approx(0.7, rel=1e-14)


def test_filtration__sends_droplets_of_organic_with_the_filtrate():
    droplets = Stream.of(CHEMISTRY, {"HA[Cyanex 272]": 1e-3, "diluent": 3e-3})
    outcome = Filtration(moisture=0.4).run({"slurry": SLURRY + droplets, "wash": NO_WASH})
    assert outcome.outlets["filtrate"].organic.mass == pytest.approx(4e-3, rel=1e-13)


def test_filtration__refuses_a_cake_of_nothing_but_liquor():
    with pytest.raises(DeclarationError, match=r"Filtration: moisture = 0\.99 is outside 0 to 0\.95 \(mass of liquor"):
        Filtration(moisture=0.99)
