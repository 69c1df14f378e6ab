import numpy as np
import pytest

from raffinate.flowsheet import DeclarationError, Flowsheet, Stream, solve
from raffinate.flowsheet.chemistry import Chemistry
from raffinate.unitops.feed import Feed
from raffinate.unitops.mixer import Mixer

CHEMISTRY = Chemistry("Na S")


def test_feed__passes_its_stream_on():
    stream = Stream.of(CHEMISTRY, {"H2O": 2.0, "Na2SO4": 0.5}, temperature=310.0)
    outcome = Feed(stream=stream).run({})
    assert outcome.outlets["out"] is stream
    assert outcome.report["mass_flow"] == pytest.approx(2.5, rel=1e-14)
    assert not outcome.drawn


def test_feed__enters_the_balance_of_the_plant_once():
    stream = Stream.of(CHEMISTRY, {"H2O": 2.0, "Na2SO4": 0.5})
    sheet = Flowsheet()
    sheet.add("brine", Feed(stream=stream))
    sheet.add("tank", Mixer(), feed=["brine", stream])
    solution = solve(sheet)
    assert solution.plant.mass_in == pytest.approx(5.0, rel=1e-14)
    assert solution.imbalance < 1e-14
    assert np.array_equal(solution.streams["tank.out"].flows, 2.0 * stream.flows)


def test_feed__refuses_what_is_no_stream():
    with pytest.raises(DeclarationError, match=r"Feed: stream = 3\.0 must be a Stream"):
        Feed(stream=3.0)
    with pytest.raises(DeclarationError, match="Feed needs the parameter 'stream' \\(what enters the plant\\)"):
        Feed()
