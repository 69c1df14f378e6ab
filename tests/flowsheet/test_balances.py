import numpy as np
import pytest

from raffinate.flowsheet import Stream
from raffinate.flowsheet.balances import balance
from raffinate.flowsheet.chemistry import Chemistry

CHEMISTRY = Chemistry("Na Ni S C")
BRINE = Stream.of(CHEMISTRY, {"H2O": 1.0, "Na2SO4": 0.1, "NiSO4": 0.05})


def _with(stream, name, factor):
    flows = np.array(stream.flows)
    flows[CHEMISTRY.index[name]] *= factor
    return stream.replace(flows=flows)


def test_balance__closes_for_what_passes_through():
    found = balance(CHEMISTRY, [BRINE], [BRINE * 0.3, BRINE * 0.7])
    assert found.worst < 1e-15
    assert found.mass_in == pytest.approx(1.15, rel=1e-14)
    assert found.elements_in["Ni"] == pytest.approx(BRINE["Ni+2"], rel=1e-14)
    assert found.elements_out["S"] == pytest.approx(BRINE["SO4-2"], rel=1e-14)


def test_balance__counts_an_element_in_every_phase():
    """Sodium sulfate that crystallises with its water: the same elements in other species."""
    feed = Stream.of(CHEMISTRY, {"H2O": 1.0, "Na2SO4": 0.2})
    flows = np.array(feed.flows)
    crystals = 0.5 * feed["SO4-2"]
    for name, change in (("Na+", -2.0), ("SO4-2", -1.0), ("H2O", -10.0), ("Na2SO4.10H2O(s)", 1.0)):
        flows[CHEMISTRY.index[name]] += change * crystals
    assert balance(CHEMISTRY, [feed], [feed.replace(flows=flows)]).worst < 1e-14


@pytest.mark.parametrize("factor", [0.9, 1.0 + 1e-6, 2.0])
def test_balance__measures_an_element_against_what_enters(factor):
    found = balance(CHEMISTRY, [BRINE], [_with(BRINE, "Ni+2", factor)])
    assert found.element_errors["Ni"] == pytest.approx(factor - 1.0, rel=1e-9)
    assert found.element_errors["Na"] == 0.0
    assert found.worst == pytest.approx(abs(factor - 1.0), rel=1e-9)


def test_balance__measures_a_trace_against_itself():
    """A part in a million of nickel, lost to one half, is an error of one half."""
    trace = Stream.of(CHEMISTRY, {"H2O": 1.0, "NiSO4": 1e-6})
    assert balance(CHEMISTRY, [trace], [_with(trace, "Ni+2", 0.5)]).element_errors["Ni"] == pytest.approx(
        -0.5, rel=1e-9
    )


def test_balance__finds_an_element_made_of_nothing():
    water = Stream.of(CHEMISTRY, {"H2O": 1.0})
    found = balance(CHEMISTRY, [water], [water + Stream.of(CHEMISTRY, {"NiSO4": 1e-9})])
    assert found.element_errors["Ni"] == pytest.approx(1.0, rel=1e-12)
    assert "C" not in found.element_errors


def test_balance__finds_charge_that_appears():
    """Na+ without its anion: charge relative to all charge that the ions carry."""
    found = balance(CHEMISTRY, [BRINE], [_with(BRINE, "Na+", 1.1)])
    carried = 1.1 * BRINE["Na+"] + 2.0 * BRINE["Ni+2"] + 2.0 * BRINE["SO4-2"]
    assert found.charge_error == pytest.approx(0.1 * BRINE["Na+"] / carried, rel=1e-9)


def test_balance__counts_acid_and_base_of_a_liquor_as_charge_of_either_sign():
    caustic = Stream.of(CHEMISTRY, {"H2O": 1.0, "NaOH": 0.1})
    assert caustic["H+"] < 0.0
    found = balance(CHEMISTRY, [caustic], [caustic])
    assert found.charge_in == pytest.approx(0.0, abs=1e-12)
    assert found.turnover == pytest.approx(2.0 * caustic["Na+"], rel=1e-12)


def test_balance__measures_what_circulates_against_its_size():
    """1e-9 mol/s of nickel lost of 1e-6 that enters is a thousandth; beside 1 mol/s going round it is round-off."""
    feed, loop = (Stream.of(CHEMISTRY, {"H2O": 1.0, "NiSO4": m * 0.154754}) for m in (1e-6, 1.0))
    out = _with(feed, "Ni+2", 1.0 - 1e-3)
    assert balance(CHEMISTRY, [feed], [out]).element_errors["Ni"] == pytest.approx(-1e-3, rel=1e-3)
    inside = balance(CHEMISTRY, [feed], [out], [loop])
    assert inside.floors["Ni"] == pytest.approx(1e-6, rel=1e-3)
    assert abs(inside.element_errors["Ni"]) < 1.1e-3
    larger = balance(CHEMISTRY, [feed], [out], [loop * 1e3])
    assert abs(larger.element_errors["Ni"]) < 1.1e-6


def test_balance__of_nothing_is_closed():
    found = balance(CHEMISTRY, [], [])
    assert found.worst == 0.0
    assert found.element_errors == {}
    assert (found.mass_error, found.charge_error) == (0.0, 0.0)
