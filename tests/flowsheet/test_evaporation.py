"""Boiling water off: the balance of water, and the search for what is wanted."""

import numpy as np
import pytest

from raffinate.flowsheet import Stream, settle
from raffinate.flowsheet.chemistry import Chemistry
from raffinate.flowsheet.evaporation import evaporate, share_until

CHEMISTRY = Chemistry("Na Ni S")
LIQUOR = Stream.of(CHEMISTRY, {"H2O": 1.0, "Na2SO4": 0.2})
HOT = 363.15


def thenardite(slurry):
    return slurry["Na2SO4(s)"]


def boil_until(feed, temperature, salts, gain, wanted):
    return share_until(
        lambda share: gain(settle(evaporate(feed, share, temperature)[0], temperature, salts)[0]), wanted
    )


def test_evaporate__moves_the_share_of_the_water_to_the_vapour():
    left, vapour = evaporate(LIQUOR, 0.3, HOT)
    assert vapour["H2O(g)"] == pytest.approx(0.3 * LIQUOR["H2O"], rel=1e-15)
    assert left["H2O"] + vapour["H2O(g)"] == pytest.approx(LIQUOR["H2O"], rel=1e-15)
    assert left["Na+"] == LIQUOR["Na+"]
    assert vapour.temperature == HOT
    assert vapour.gas.mass == vapour.mass


def test_share_until__reaches_what_is_wanted_and_no_more():
    sulfate = LIQUOR["SO4-2"]
    half, gained = boil_until(LIQUOR, HOT, ["Na2SO4(s)"], thenardite, 0.5 * sulfate)
    assert gained == 0.5 * sulfate
    # sulfate left over water left is the solubility, whatever the share
    quarter, _ = boil_until(LIQUOR, HOT, ["Na2SO4(s)"], thenardite, 0.25 * sulfate)
    assert (1.0 - half) / (1.0 - quarter) == pytest.approx(0.5 / 0.75, rel=1e-6)
    slurry, _ = settle(evaporate(LIQUOR, half, HOT)[0], HOT, ["Na2SO4(s)"])
    assert thenardite(slurry) == pytest.approx(0.5 * sulfate, rel=1e-12)


def test_share_until__boils_nothing_where_enough_is_there():
    assert boil_until(LIQUOR, HOT, ["Na2SO4(s)"], lambda _: 2.0, 1.0) == (0.0, 2.0)


NICKEL = Stream.of(CHEMISTRY, {"H2O": 1.0, "NiSO4": 0.4, "H2SO4": 0.05})
WARM, SALT = 328.15, "NiSO4.6H2O(s)"


def retgersite(slurry):
    return slurry[SALT]


def test_share_until__boils_on_as_long_as_it_pays():
    share, gained = boil_until(NICKEL, WARM, [SALT], retgersite, 2.0 * NICKEL["Ni+2"])
    shares = np.linspace(0.1, 0.8, 701)
    tried = np.array([retgersite(settle(evaporate(NICKEL, s, WARM)[0], WARM, [SALT])[0]) for s in shares])
    assert 0.995 * tried.max() < gained < tried.max()
    assert share < shares[tried.argmax()]
    stride = 0.02 * (1.0 - share)
    before = retgersite(settle(evaporate(NICKEL, share - stride, WARM)[0], WARM, [SALT])[0])
    assert (gained - before) / stride == pytest.approx(0.25 * gained / share, rel=1e-6)
    slurry, _ = settle(evaporate(NICKEL, share, WARM)[0], WARM, [SALT])
    assert retgersite(slurry) == pytest.approx(gained, rel=1e-10)


def test_share_until__turns_gradually_from_what_is_wanted_to_where_boiling_ends():
    _, most = boil_until(NICKEL, WARM, [SALT], retgersite, 2.0 * NICKEL["Ni+2"])
    below, _ = boil_until(NICKEL, WARM, [SALT], retgersite, most * (1.0 - 1e-9))
    at, _ = boil_until(NICKEL, WARM, [SALT], retgersite, most * (1.0 + 1e-9))
    assert below == pytest.approx(at, abs=1e-7)


def test_share_until__finds_the_same_from_a_share_near_it():
    def gain(share):
        return retgersite(settle(evaporate(NICKEL, share, WARM)[0], WARM, [SALT])[0])

    for wanted in (0.5 * NICKEL["Ni+2"], 2.0 * NICKEL["Ni+2"]):
        share, _ = share_until(gain, wanted)
        for near in (0.3, share - 0.01, share, share + 0.01, 0.95):
            assert share_until(gain, wanted, near)[0] == pytest.approx(share, abs=1e-11)


def test_share_until__answers_smoothly_where_the_wanted_cannot_be_had():
    # a recycle is solved to 1e-10, so a change of the feed by 1e-7 may not make the answer jump
    def share_of(water):
        feed = Stream.of(CHEMISTRY, {"H2O": water, "NiSO4": 0.4, "H2SO4": 0.05})
        return boil_until(feed, WARM, [SALT], retgersite, 2.0 * feed["Ni+2"])[0]

    one, two, three = share_of(1.0), share_of(1.0 + 1e-5), share_of(1.0 + 2e-5)
    assert two - one == pytest.approx(three - two, abs=1e-8)


def test_share_until__gains_nothing_where_nothing_comes_down():
    thin = Stream.of(CHEMISTRY, {"H2O": 1.0, "Na2SO4": 1e-6})
    share, gained = boil_until(thin, HOT, [SALT], retgersite, 1.0)
    assert (share, gained) == (0.0, 0.0)
