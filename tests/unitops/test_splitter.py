import numpy as np
import pytest

from raffinate.flowsheet import DeclarationError, Stream
from raffinate.flowsheet.chemistry import Chemistry
from raffinate.unitops.splitter import Splitter

CHEMISTRY = Chemistry("Na Ni S C")
FEED = Stream.of(CHEMISTRY, {"H2O": 1.0, "NaOH": 0.1, "NiSO4": 0.2, "C(s)": 0.3}, temperature=330.0)


@pytest.mark.parametrize("fraction", [0.0, 1e-9, 1.0 / 3.0, 0.97, 1.0])
def test_splitter__gives_both_sides_the_same_composition(fraction):
    outcome = Splitter(fraction=fraction).run({"feed": FEED})
    first, second = outcome.outlets["first"], outcome.outlets["second"]
    assert np.allclose(first.flows, fraction * FEED.flows, rtol=1e-14, atol=0.0)
    assert np.allclose(second.flows, (1.0 - fraction) * FEED.flows, rtol=1e-12, atol=0.0)
    assert np.allclose(first.flows + second.flows, FEED.flows, rtol=1e-15, atol=0.0)
    assert first.temperature == second.temperature == 330.0
    assert outcome.report["mass_flow"] == pytest.approx(fraction * FEED.mass, rel=1e-14)


def test_splitter__sends_all_to_one_side_and_nothing_to_the_other():
    outcome = Splitter(fraction=1.0).run({"feed": FEED})
    assert not outcome.outlets["second"].flows.any()


def test_splitter__refuses_a_share_above_one():
    with pytest.raises(DeclarationError, match=r"Splitter: fraction = 1\.2 is outside 0 to 1 \(share of every flow"):
        Splitter(fraction=1.2)
    with pytest.raises(DeclarationError, match=r"Splitter: fraction = 'half' must be a number$"):
        Splitter(fraction="half")
    with pytest.raises(DeclarationError, match="no parameter 'fracton'; did you mean 'fraction'"):
        Splitter(fracton=0.5)
