"""Flowsheets as graphs, and what a wrongly linked one says."""

from dataclasses import dataclass
from typing import ClassVar

import pytest

from raffinate.flowsheet import ConvergenceError, DataError, DeclarationError, Flowsheet, Stream, solve
from raffinate.flowsheet.chemistry import Chemistry
from raffinate.flowsheet.unitop import Outcome, Port, UnitOp, parameter, reagent
from raffinate.unitops.splitter import Splitter


@dataclass(frozen=True, kw_only=True)
class Source(UnitOp):
    """Makes a stream of its own."""

    outlets: ClassVar = {"made": "the stream"}

    stream: Stream = reagent("what is made", {"H2O": 1.0})

    def run(self, inlets):
        return Outcome({"made": self.stream})


@dataclass(frozen=True, kw_only=True)
class Pipe(UnitOp):
    """Lets a stream through, with what may be added."""

    inlets: ClassVar = {"feed": Port("a stream"), "extra": Port("what may be added", required=False)}
    outlets: ClassVar = {"out": "both"}

    def run(self, inlets):
        return Outcome({"out": inlets["feed"] + inlets["extra"]})


@dataclass(frozen=True, kw_only=True)
class Tee(UnitOp):
    """Divides a stream."""

    inlets: ClassVar = {"feed": Port("a stream")}
    outlets: ClassVar = {"first": "its share", "second": "the rest"}

    share: float = parameter("-", "to the first", 0.5, low=0.0, high=1.0, default=0.5)

    def run(self, inlets):
        feed = inlets["feed"]
        return Outcome({"first": feed * self.share, "second": feed * (1.0 - self.share)})


@dataclass(frozen=True, kw_only=True)
class Forgetful(Tee):
    """Answers one outlet of two."""

    def run(self, inlets):
        return Outcome({"first": inlets["feed"]})


@dataclass(frozen=True, kw_only=True)
class Leak(Pipe):
    """Loses half."""

    def run(self, inlets):
        return Outcome({"out": inlets["feed"] * 0.5})


@pytest.fixture(scope="module")
def chemistry():
    return Chemistry("Na S")


@pytest.fixture(scope="module")
def brine(chemistry):
    return Stream.of(chemistry, {"H2O": 1.0, "Na2SO4": 0.1})


@pytest.fixture
def sheet(brine):
    """A recycle as it is drawn: half of the tee's feed comes back."""
    sheet = Flowsheet()
    sheet.add("pipe", Pipe(), feed=[brine, "tee.second"])
    sheet.add("tee", Tee(), feed="pipe")
    return sheet


def test_links__name_source_target_and_inlet(sheet):
    found = [(link.source, link.from_unit, link.target, link.inlet) for link in sheet.links()]
    assert found == [("tee.second", "tee", "pipe", "feed"), ("pipe.out", "pipe", "tee", "feed")]


def test_graph__has_a_node_for_each_unit_and_an_edge_for_each_link(sheet):
    graph = sheet.graph
    assert list(graph.nodes) == ["pipe", "tee"]
    assert set(graph.edges(keys=True)) == {("pipe", "tee", "pipe.out"), ("tee", "pipe", "tee.second")}
    assert isinstance(graph.nodes["tee"]["unit"], Tee)
    assert graph.edges["tee", "pipe", "tee.second"]["inlet"] == "feed"


def test_flowsheet__knows_its_feeds_units_and_chemistry(sheet, brine, chemistry):
    assert sheet.feeds == {("pipe", "feed"): [brine]}
    assert list(sheet.units) == ["pipe", "tee"]
    assert sheet.chemistry is chemistry


def test_flowsheet__finds_its_chemistry_in_a_source(brine, chemistry):
    sheet = Flowsheet()
    sheet.add("source", Source(stream=brine))
    sheet.add("pipe", Pipe(), feed="source")
    assert sheet.chemistry is chemistry
    assert solve(sheet).streams["pipe.out"].mass == pytest.approx(1.1)


def test_flowsheet__keeps_its_units_when_what_it_answers_is_changed(sheet):
    sheet.units.clear()
    assert list(sheet.units) == ["pipe", "tee"]


def test_solve__finds_the_recycle(sheet, brine):
    solution = solve(sheet)
    assert solution.streams["pipe.out"].mass == pytest.approx(2.0 * brine.mass)
    assert solution.streams["tee.first"].flows == pytest.approx(brine.flows, rel=1e-8)
    assert solution.products == ("tee.first",)
    assert solution.imbalance < 1e-9


def test_add__refuses_a_name_that_is_taken_or_cannot_be(sheet):
    with pytest.raises(DeclarationError, match="a unit 'tee' already, of kind Tee"):
        sheet.add("tee", Pipe(), feed="pipe")
    for name in ("", "a.b"):
        with pytest.raises(DeclarationError, match=f"unit name '{name}' must not be empty or hold a point"):
            sheet.add(name, Pipe(), feed="pipe")


def test_add__refuses_a_misspelt_port(sheet):
    with pytest.raises(DeclarationError, match=r"other: Pipe has no inlet 'fed'; did you mean 'feed'\?"):
        sheet.add("other", Pipe(), fed="tee.first")


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("te.first", "other.feed is fed from 'te.first', which does not exist; did you mean 'tee.first'?"),
        ("tee.frist", "other.feed is fed from 'tee.frist', which does not exist; did you mean 'tee.first'?"),
        ("Tee.First", "'Tee.First', which does not exist; did you mean 'tee.first'?"),
        ("tee", "'tee', which has the outlets first, second: name one"),
        ("pipe.out", "'pipe.out', which feeds tee.feed already; put a Splitter between"),
        ("pipe", "'pipe.out', which feeds tee.feed already; put a Splitter between"),
        ("nothing like it", "which does not exist; known: other.out, pipe.out, tee.first, tee.second"),
    ],
)
def test_links__refuse_a_source_that_cannot_be(sheet, source, reason):
    sheet.add("other", Pipe(), feed=source)
    with pytest.raises(DeclarationError, match=reason.replace("?", r"\?")):
        sheet.links()


def test_links__refuse_one_outlet_twice_in_one_port(sheet):
    sheet.add("other", Pipe(), feed=["tee.first", "tee.first"])
    with pytest.raises(DeclarationError, match=r"'tee.first', which feeds other.feed already"):
        sheet.links()


def test_links__refuse_a_required_port_that_nothing_feeds(sheet):
    sheet.add("other", Pipe(), extra="tee.first")
    with pytest.raises(DeclarationError, match=r"other.feed is fed by nothing, it needs a stream"):
        sheet.links()
    empty = Flowsheet()
    empty.add("other", Pipe(), feed=[])
    with pytest.raises(DeclarationError, match=r"other.feed is fed by nothing"):
        empty.links()


def test_chemistry__of_a_flowsheet_that_nothing_feeds_is_refused():
    with pytest.raises(DeclarationError, match="flowsheet of 0 units is fed by no stream"):
        _ = Flowsheet().chemistry


def test_solve__tells_which_unit_answers_the_wrong_outlets(brine):
    sheet = Flowsheet()
    sheet.add("odd", Forgetful(), feed=brine)
    with pytest.raises(DeclarationError, match=r"odd: answers the outlets \['first'\], declares \['first', 'second'\]"):
        solve(sheet)


def test_solve__tells_which_unit_does_not_conserve(brine):
    sheet = Flowsheet()
    sheet.add("leaky", Leak(), feed=brine)
    with pytest.raises(ConvergenceError, match=r"leaky: .* does not balance, out and in differ by -0.5 of what enters"):
        solve(sheet)


def test_add__refuses_what_is_no_unit_and_a_feed_of_the_wrong_kind(brine):
    sheet = Flowsheet()
    with pytest.raises(DeclarationError, match=r"tank: .*Tee'> must be a unit operation, such as Splitter"):
        sheet.add("tank", Tee, feed=brine)
    for feed in (None, 5.0, [brine, 5.0]):
        with pytest.raises(
            DeclarationError, match=r"tank\.feed is fed from (None|5\.0), it takes a Stream or the name"
        ):
            sheet.add("tank", Tee(), feed=feed)


def test_add__refuses_a_feed_that_carries_a_charge():
    chemistry = Chemistry("Ni S")
    charged = Stream.of(chemistry, {"H2O": 10.0, "Ni+2": 1.0})
    with pytest.raises(DataError, match=r"split\.feed is fed a stream that carries a charge of 34\.\d+ mol/s"):
        Flowsheet().add("split", Splitter(fraction=0.5), feed=charged)
