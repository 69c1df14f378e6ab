"""What a unit operation refuses in its parameters."""

import dataclasses
from dataclasses import dataclass
from typing import ClassVar

import pytest

from raffinate.flowsheet import DeclarationError, Stream
from raffinate.flowsheet.chemistry import Chemistry
from raffinate.flowsheet.unitop import Outcome, Port, UnitOp, parameter, reagent


@dataclass(frozen=True, kw_only=True)
class Tank(UnitOp):
    """A tank for these tests."""

    inlets: ClassVar = {"feed": Port("any stream", {"H2O": 1.0})}
    outlets: ClassVar = {"out": "the feed"}

    volume: float = parameter("m3", "of the tank", 10.0, low=0.1, high=1000.0)
    temperature: float = parameter("K", "of the tank", 300.0, low=273.15, high=373.15, default=298.15)
    pressure: float = parameter("Pa", "of the tank", 1e5, low=0.0, default=1e5)
    label: str = parameter("text", "on the door", "A", default="")
    base: Stream = reagent("what is dosed", {"NaOH": 0.2, "H2O": 0.8})

    def run(self, inlets):
        return Outcome({"out": inlets["feed"]})


@pytest.fixture(scope="module")
def base():
    return Stream.of(Chemistry("Na"), {"NaOH": 0.2, "H2O": 0.8})


def test_unitop__takes_its_parameters_and_defaults(base):
    tank = Tank(volume=5, base=base)
    assert (tank.volume, tank.temperature, tank.label) == (5, 298.15, "")
    assert Tank(volume=5.0, base=base, pressure=1e12).pressure == 1e12


def test_unitop__refuses_a_misspelt_parameter_with_the_nearest(base):
    with pytest.raises(DeclarationError, match=r"Tank has no parameter 'volumme'; did you mean 'volume'\?"):
        Tank(volumme=5.0, base=base)


def test_unitop__says_which_parameter_is_missing_and_what_it_means(base):
    with pytest.raises(DeclarationError, match=r"Tank needs the parameter 'volume' \(of the tank\)"):
        Tank(base=base)
    with pytest.raises(DeclarationError, match=r"Tank needs the parameter 'base' \(what is dosed\)"):
        Tank(volume=5.0)


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"temperature": 60.0}, r"Tank: temperature = 60 K is outside 273.15 to 373.15 K \(of the tank\)"),
        ({"volume": 0.0}, r"volume = 0 m3 is outside 0.1 to 1000 m3"),
        ({"pressure": -1.0}, "pressure = -1 Pa is outside 0 to inf Pa"),
        ({"temperature": float("nan")}, "temperature = nan K is outside"),
        ({"volume": "5"}, "volume = '5' must be a number in m3"),
        ({"volume": True}, "volume = True must be a number in m3"),
        ({"volume": None}, "volume = None must be a number in m3"),
        ({"base": {"NaOH": 1.0}}, "base = {'NaOH': 1.0} must be a Stream"),
    ],
)
def test_unitop__refuses_a_value_out_of_range_or_of_the_wrong_kind(base, given, reason):
    with pytest.raises(DeclarationError, match=reason):
        Tank(**{"volume": 5.0, "base": base, **given})


def test_unitop__is_checked_again_when_replaced(base):
    tank = Tank(volume=5.0, base=base)
    assert dataclasses.replace(tank, volume=7.0).volume == 7.0
    with pytest.raises(DeclarationError, match="volume = -7 m3"):
        dataclasses.replace(tank, volume=-7.0)


def test_unitop__cannot_be_changed(base):
    with pytest.raises(dataclasses.FrozenInstanceError):
        Tank(volume=5.0, base=base).volume = 6.0


def test_unitop__takes_no_parameter_by_position():
    with pytest.raises(TypeError):
        Tank(5.0)


def test_example__is_made_of_the_examples_of_the_parameters():
    chemistry = Chemistry("Na")
    tank = Tank.example(chemistry)
    assert (tank.volume, tank.temperature, tank.label) == (10.0, 300.0, "A")
    assert tank.base.chemistry is chemistry
    assert tank.base.mass == pytest.approx(1.0)


def test_run__of_a_unit_that_defines_none_is_refused():
    with pytest.raises(DeclarationError, match="UnitOp defines no run, 0 inlets are given to it"):
        UnitOp().run({})


def test_run__answers_the_same_twice_and_keeps_nothing(base):
    tank = Tank(volume=5.0, base=base)
    first, second = tank.run({"feed": base}), tank.run({"feed": base})
    assert first.outlets["out"].flows == pytest.approx(second.outlets["out"].flows)
    assert (first.report, first.drawn, first.warnings) == ({}, {}, ())


@dataclass(frozen=True, kw_only=True)
class Bank(UnitOp):
    """Parameters of the other kinds, for these tests."""

    tanks: int = parameter("-", "tanks in series", 3, low=1, high=20, default=3)
    salts: tuple[str, ...] = parameter("names", "solids", ("NiSO4.6H2O(s)",), default=())
    extractant: str = parameter("name", "the extractant", "D2EHPA", default="D2EHPA")


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"tanks": 2.5}, r"Bank: tanks = 2.5 must be a whole number \(tanks in series\)"),
        ({"tanks": "3"}, r"Bank: tanks = '3' must be a number$"),
        (
            {"salts": "NiSO4.6H2O(s)"},
            r"salts = 'NiSO4.6H2O\(s\)' must be a tuple of names, such as \('NiSO4.6H2O\(s\)',\)",
        ),
        ({"salts": (4,)}, r"salts = \(4,\) must be a tuple of names"),
        ({"extractant": 272}, "extractant = 272 must be a name, such as 'D2EHPA'"),
    ],
)
def test_unitop__refuses_names_and_counts_of_the_wrong_kind(given, reason):
    assert Bank(tanks=2, salts=("Na2SO4(s)",), extractant="Cyanex 272").tanks == 2
    with pytest.raises(DeclarationError, match=reason):
        Bank(**given)
