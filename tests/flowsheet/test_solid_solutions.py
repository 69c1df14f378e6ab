"""Ideal solid solutions: fractions by hand, and which members are taken as solids."""

import pytest

from raffinate.flowsheet import DataError, Stream
from raffinate.flowsheet.chemistry import Chemistry
from raffinate.flowsheet.solid_solutions import Member, lattice_members, taken_as_solids
from raffinate.flowsheet.stream import dose

CHEMISTRY = Chemistry("Na Ni Mg Mn S")
LATTICE = ("Ni(OH)2(s)", "Mn(OH)2(s)", "Mg(OH)2(s)")


def test_members__are_totals_over_solid_and_dissolved_per_activity():
    feed = Stream.of(CHEMISTRY, {"H2O": 1.0, "NiSO4": 0.05, "MnSO4": 0.05})
    soda = Stream.of(CHEMISTRY, {"NaOH": 0.2, "H2O": 0.8})
    _, _, found = dose(feed, soda, 8.5, 298.15, LATTICE)
    members = lattice_members(found, LATTICE)
    assert set(members) == {"Ni(OH)2(s)", "Mn(OH)2(s)"}
    solid = sum(member.amount for member in members.values())
    assert sum(member.fraction for member in members.values()) == pytest.approx(1.0, rel=1e-12)
    for member in members.values():
        assert member.fraction == pytest.approx(member.total / (solid + member.dissolved), rel=1e-9)
        assert member.amount == pytest.approx(member.fraction * solid, rel=1e-12)


def test_members__of_an_unknown_lattice_are_none():
    assert lattice_members(Stream.of(CHEMISTRY, {"H2O": 1.0}).equilibrium, LATTICE) == {}
    salt = Stream.of(CHEMISTRY, {"H2O": 1.0, "NiSO4": 0.1, "Na2SO4": 0.1})
    with pytest.raises(DataError, match="holds 2 cations"):
        lattice_members(salt.equilibrium, ("Na2Ni(SO4)2.4H2O(s)",))


def test_taken__are_those_that_are_mostly_solid_and_always_one():
    members = {
        "a": Member(0.9, 0.9, 0.9, 0.001),
        "b": Member(0.05, 0.05, 0.06, 0.2),
        "c": Member(0.05, 0.05, 5.0, 100.0),
    }
    assert taken_as_solids(members, frozenset()) == {"a"}
    assert taken_as_solids(members, frozenset({"a", "b"})) == {"a", "b"}  # stays where it is not far off
    dissolved = {"a": Member(0.7, 0.0, 0.1, 10.0), "b": Member(0.3, 0.0, 0.1, 20.0)}
    assert taken_as_solids(dissolved, frozenset()) == {"a"}
    assert taken_as_solids({}, frozenset()) == frozenset()
