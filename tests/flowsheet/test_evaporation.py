"""Boiling water off: the balance of water, and the search for what is wanted."""

import numpy as np
import pytest

from raffinate.flowsheet import Stream
from raffinate.flowsheet.chemistry import Chemistry
from raffinate.flowsheet.evaporation import boil_until, evaporate

CHEMISTRY = Chemistry("Na Ni S")
LIQUOR = Stream.of(CHEMISTRY, {"H2O": 1.0, "Na2SO4": 0.2})
HOT = 363.15


def solids(slurry):
    return slurry["Na2SO4(s)"]


def test_evaporate__moves_the_share_of_the_water_to_the_vapour():
    left, vapour = evaporate(LIQUOR, 0.3, HOT)
    assert vapour["H2O(g)"] == pytest.approx(0.3 * LIQUOR["H2O"], rel=1e-15)
    assert left["H2O"] + vapour["H2O(g)"] == pytest.approx(LIQUOR["H2O"], rel=1e-15)
    assert left["Na+"] == LIQUOR["Na+"]
    assert vapour.temperature == HOT
    assert vapour.gas.mass == vapour.mass


def test_boil_until__reaches_what_is_wanted_and_no_more():
    wanted = 0.5 * LIQUOR["SO4-2"]
    share, short = boil_until(LIQUOR, HOT, ["Na2SO4(s)"], lambda slurry: wanted - solids(slurry))
    assert short == 0.0
    # sulfate left over water left is the solubility, whatever the share: half the sulfate stays in what is not boiled
    again, _ = boil_until(LIQUOR, HOT, ["Na2SO4(s)"], lambda slurry: 0.5 * wanted - solids(slurry))
    assert (1.0 - share) / (1.0 - again) == pytest.approx(0.5 / 0.75, rel=1e-6)


def test_boil_until__boils_nothing_where_nothing_is_short():
    assert boil_until(LIQUOR, HOT, ["Na2SO4(s)"], lambda _: -1.0) == (0.0, -1.0)


def test_boil_until__says_how_far_it_came():
    nickel = Stream.of(CHEMISTRY, {"H2O": 1.0, "NiSO4": 0.4})
    metal = nickel["Ni+2"]
    share, short = boil_until(nickel, 328.15, ["NiSO4.6H2O(s)"], lambda slurry: 2.0 * metal - slurry["NiSO4.6H2O(s)"])
    assert 0.0 < share < 1.0
    # all the nickel at most, and the hydrate needs six waters that cannot be boiled off
    assert metal <= short < 2.0 * metal
    assert np.isfinite(short)
