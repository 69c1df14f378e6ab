import numpy as np
import pytest
from hand import imbalance

from raffinate.flowsheet import DeclarationError, Stream
from raffinate.flowsheet.chemistry import Chemistry
from raffinate.unitops.coalescer import Coalescer

CHEMISTRY = Chemistry("Na Ni S", extractants=("Cyanex 272",))
DROPLETS = {"HA[Cyanex 272]": 2e-4, "NiA2[Cyanex 272]": 1e-5, "diluent": 6e-4}
FEED = Stream.of(CHEMISTRY, {"H2O": 1.0, "NiSO4": 0.1, **DROPLETS})


@pytest.mark.parametrize("removal", [0.0, 0.98, 1.0])
def test_coalescer__takes_its_share_of_every_organic_species(removal):
    outcome = Coalescer(removal=removal).run({"feed": FEED})
    for name, mass in DROPLETS.items():
        flow = mass / CHEMISTRY.molar_masses[CHEMISTRY.index[name]]
        assert outcome.outlets["organic"][name] == pytest.approx(removal * flow, rel=1e-13)
        assert outcome.outlets["liquor"][name] == pytest.approx((1.0 - removal) * flow, rel=1e-12)
    assert outcome.report["recovered"] == pytest.approx(removal * 8.1e-4, rel=1e-13)
    assert imbalance({"feed": FEED}, outcome) < 1e-14


def test_coalescer__leaves_what_is_dissolved():
    outcome = Coalescer().run({"feed": FEED})
    assert np.array_equal(outcome.outlets["liquor"].liquor.flows, FEED.liquor.flows)
    assert not outcome.outlets["organic"].liquor.flows.any()


def test_coalescer__passes_a_clean_liquor():
    outcome = Coalescer().run({"feed": FEED.liquor})
    assert outcome.report["recovered"] == 0.0


def test_coalescer__refuses_a_share_above_one():
    with pytest.raises(DeclarationError, match=r"Coalescer: removal = 1\.5 is outside 0 to 1"):
        Coalescer(removal=1.5)
