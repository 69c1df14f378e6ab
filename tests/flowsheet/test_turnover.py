"""Passengers of a loop: found, and put where as much leaves as enters."""

import numpy as np
import pytest

from raffinate.flowsheet import Flowsheet, Stream, solve
from raffinate.flowsheet.chemistry import Chemistry
from raffinate.flowsheet.tearing import TornStreams
from raffinate.flowsheet.turnover import settled
from raffinate.unitops.mixer import Mixer
from raffinate.unitops.splitter import Splitter

CHEMISTRY = Chemistry("Na S", extractants="D2EHPA")
ACID, SALT = "HA[D2EHPA]", "NaA[D2EHPA]"
TORN = TornStreams.of(CHEMISTRY, ["bleed.second"], {"bleed.second": Stream.empty(CHEMISTRY)})


def stream(**flows):
    vector = np.zeros(CHEMISTRY.size)
    for name, flow in flows.items():
        vector[CHEMISTRY.position({"acid": ACID, "salt": SALT, "sodium": "Na+", "oil": "diluent"}[name])] = flow
    return Stream(CHEMISTRY, vector)


NONE = np.zeros(CHEMISTRY.size, dtype=np.bool_)


def pack(one):
    return TORN.pack({"bleed.second": one})


def at(vector, name):
    return float(vector[CHEMISTRY.position(name)])


def test_settled__puts_a_passenger_where_as_much_leaves_as_enters():
    # a ten-thousandth of 50 mol/s leaves, 0.02 mol/s enter: 200 mol/s is where it stays
    given, answered = stream(acid=50.0), stream(acid=50.0 + 0.02 - 0.005)
    passengers, found = settled(TORN, pack(given), pack(answered), ([stream(acid=0.02)], [stream(acid=0.005)]), NONE)
    assert passengers.sum() == 1
    assert at(passengers, ACID)
    assert at(found, ACID) == pytest.approx(4.0 * at(pack(answered), ACID), rel=1e-15)


def test_settled__changes_no_more_than_tenfold_at_a_pass():
    given, answered = stream(acid=50.0), stream(acid=50.0 + 1.0 - 0.005)
    _, found = settled(TORN, pack(given), pack(answered), ([stream(acid=1.0)], [stream(acid=0.005)]), NONE)
    assert at(found, ACID) == pytest.approx(10.0 * at(pack(answered), ACID), rel=1e-15)


@pytest.mark.parametrize(
    ("answered", "enters", "leaves", "drawn"),
    [
        (stream(oil=50.1), stream(oil=0.02), stream(oil=0.005), NONE),  # something makes it
        (
            stream(acid=50.015),
            stream(acid=0.02),
            stream(acid=0.005),
            stream(salt=0.02).flows > 0.0,
        ),  # a unit tops it up
        (stream(acid=46.0), stream(acid=1.0), stream(acid=5.0), NONE),  # it is gone soon
        (stream(acid=50.02), stream(acid=0.02), stream(), NONE),  # it cannot leave
    ],
)
def test_settled__leaves_alone_what_is_no_slow_passenger(answered, enters, leaves, drawn):
    passengers, found = settled(TORN, pack(stream(acid=50.0, oil=50.0)), pack(answered), ([enters], [leaves]), drawn)
    assert not passengers.any()
    np.testing.assert_array_equal(found, pack(answered))


def test_settled__leaves_ions_to_those_they_go_with():
    passengers, _ = settled(
        TORN,
        pack(stream(sodium=50.0)),
        pack(stream(sodium=50.015)),
        ([stream(sodium=0.02)], [stream(sodium=0.005)]),
        NONE,
    )
    assert not passengers.any()


@pytest.mark.parametrize("share", [1e-3, 1e-5])
def test_solve__settles_a_trace_that_turns_over_in_a_thousand_passes(share):
    sheet = Flowsheet()
    sheet.add("tank", Mixer(), feed=[stream(acid=1e-6, salt=1e-8, oil=1e-4), "bleed.second"])
    sheet.add("bleed", Splitter(fraction=share), feed="tank")
    solution = solve(sheet)
    assert solution.passes <= 12
    assert solution.streams["tank.out"][ACID] == pytest.approx(1e-6 / share, rel=1e-8)
    assert solution.streams["tank.out"][SALT] == pytest.approx(1e-8 / share, rel=1e-8)
    assert solution.imbalance < 1e-9
