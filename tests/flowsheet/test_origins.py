"""Origins of elements against plants whose shares are known in closed form."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pytest

from raffinate.flowsheet import DataError, Flowsheet, Stream, solve
from raffinate.flowsheet.chemistry import Chemistry
from raffinate.flowsheet.origins import element_origins, origin_table
from raffinate.flowsheet.stream import mix
from raffinate.flowsheet.unitop import Outcome, Port, UnitOp, parameter, reagent
from raffinate.unitops.feed import Feed
from raffinate.unitops.filtration import Filtration
from raffinate.unitops.mixer import Mixer
from raffinate.unitops.splitter import Splitter

CHEMISTRY = Chemistry("Na Ni Co S Cl C")


def salt(**masses):
    return Stream.of(CHEMISTRY, masses)


@dataclass(frozen=True, kw_only=True)
class Doser(UnitOp):
    """Draws `soda`, a `share` of its feed's mass."""

    inlets: ClassVar = {"feed": Port("a liquor")}
    outlets: ClassVar = {"out": "both"}
    soda: Stream = reagent("soda", {"H2O": 1.0})
    share: float = parameter("-", "soda per feed", 0.1, low=0.0, high=1.0)

    def run(self, inlets):
        drawn = self.soda * (self.share * inlets["feed"].mass / self.soda.mass)
        return Outcome({"out": mix([inlets["feed"], drawn])}, {}, {"soda": drawn})


def test_origins__are_the_shares_of_the_feeds_where_two_mix():
    sheet = Flowsheet()
    sheet.add("ore", Mixer(), feed=salt(NiSO4=3.0, H2O=10.0))
    sheet.add("tank", Mixer(), feed=["ore.out", salt(NiSO4=1.0, Na2SO4=1.0, H2O=10.0)])
    solution = solve(sheet)
    nickel, sodium = element_origins(solution, "Ni"), element_origins(solution, "Na")
    assert nickel.of("tank.out") == pytest.approx({"ore.feed": 0.75, "tank.feed": 0.25}, rel=1e-13)
    assert list(nickel.of("tank.out")) == ["ore.feed", "tank.feed"]
    assert nickel.of("ore.out") == {"ore.feed": 1.0}
    assert sodium.of("tank.out") == {"tank.feed": 1.0}
    assert sodium.of("ore.out") == {}


@pytest.mark.parametrize("recycled", [0.1, 0.5, 0.9, 0.999])
def test_origins__of_a_recycle_follow_from_its_turns(recycled):
    """`head` is fed a of Ni; `second`, downstream, b more; the share r of what leaves `second` returns to `head`.

    Through `second` flow (a + b) / (1 - r); a's share of it is a / (a + b), and in `head`, which b reaches by the recycle
    alone, b's share is r b / (a + r b).
    """
    a, b = 2.0, 5.0
    sheet = Flowsheet()
    sheet.add("head", Mixer(), feed=[salt(NiSO4=a, H2O=20.0), "split.first"])
    sheet.add("second", Mixer(), feed=["head.out", salt(NiSO4=b, H2O=20.0)])
    sheet.add("split", Splitter(fraction=recycled), feed="second.out")
    found = element_origins(solve(sheet), "Ni")
    assert found.of("split.second") == pytest.approx({"head.feed": a / (a + b), "second.feed": b / (a + b)}, rel=1e-9)
    of_head = found.of("head.out")
    assert of_head["second.feed"] == pytest.approx(recycled * b / (a + recycled * b), rel=1e-8)
    assert sum(of_head.values()) == pytest.approx(1.0, abs=1e-14)


def test_origins__of_two_loops_agree_with_following_the_atoms():
    """A walk of many atoms through the plant, seeded, beside the linear equations."""
    sheet = Flowsheet()
    sheet.add("one", Mixer(), feed=[salt(NiSO4=2.0, H2O=20.0), "inner.first", "outer.first"])
    sheet.add("two", Mixer(), feed=["one.out", salt(NiSO4=1.0, CoSO4=1.0, H2O=10.0)])
    sheet.add("inner", Splitter(fraction=0.4), feed="two.out")
    sheet.add("three", Mixer(), feed=["inner.second", salt(NiSO4=0.5, H2O=5.0)])
    sheet.add("outer", Splitter(fraction=0.3), feed="three.out")
    solution = solve(sheet)
    found = element_origins(solution, "Ni").of("one.out")
    flows = {name: solution.streams[name].elements["Ni"] for name in solution.streams}
    feeds = {name: solution.feeds[name].elements["Ni"] for name in solution.feeds}
    into = {
        "one": {"one.feed": feeds["one.feed"], "inner": flows["inner.first"], "outer": flows["outer.first"]},
        "two": {"two.feed": feeds["two.feed"], "one": flows["one.out"]},
        "inner": {"two": flows["two.out"]},
        "three": {"three.feed": feeds["three.feed"], "inner": flows["inner.second"]},
        "outer": {"three": flows["three.out"]},
    }
    rng, walks = np.random.default_rng(5), 40000
    names = {unit: list(sources) for unit, sources in into.items()}
    steps = {unit: np.cumsum(list(sources.values())) / sum(sources.values()) for unit, sources in into.items()}
    counts = dict.fromkeys(feeds, 0)
    for _ in range(walks):
        at = "one"
        while at in into:
            at = names[at][int(np.searchsorted(steps[at], rng.random()))]
        counts[at] += 1
    for name, count in counts.items():
        assert found.get(name, 0.0) == pytest.approx(count / walks, abs=4.0 * 0.5 / walks**0.5)


def test_origins__count_what_units_draw():
    """Feed 10 of which 1 NaCl; 1 of soda with 0.4 NaOH is drawn: sodium by the moles of both."""
    soda = salt(NaOH=0.4, H2O=0.6)
    sheet = Flowsheet()
    sheet.add("doser", Doser(soda=soda, share=0.1), feed=salt(NaCl=1.0, H2O=9.0))
    solution = solve(sheet)
    own, drawn = 1.0 / 58.443, 0.4 / 39.997
    found = element_origins(solution, "Na").of("doser.out")
    assert found == pytest.approx({"doser.soda": drawn / (own + drawn), "doser.feed": own / (own + drawn)}, rel=1e-4)
    assert element_origins(solution, "Cl").of("doser.out") == {"doser.feed": 1.0}


def test_origins__tell_a_feed_from_an_outlet_of_the_same_name():
    """`press.wash` is fed; a unit named so that its inlet and its outlet are called alike keeps them apart."""
    sheet = Flowsheet()
    sheet.add(
        "press",
        Filtration(moisture=0.4),
        slurry=salt(**{"NiSO4": 1.0, "H2O": 8.0, "C(s)": 1.0}),
        wash=salt(NaCl=0.1, H2O=1.0),
    )
    sheet.add("source", Feed(stream=salt(NiSO4=1.0, H2O=1.0)))
    sheet.add("tank", Mixer(), feed=["source.out", "press.washings"])
    solution = solve(sheet)
    found = element_origins(solution, "Ni")
    assert set(found.of("tank.out")) == {"source.out", "press.slurry"}
    assert found.of("source.out") == {"source.out": 1.0}
    assert found.of("press.slurry") == {"press.slurry": 1.0}


def test_origins__leave_out_what_circulates_and_never_entered():
    sheet = Flowsheet()
    sheet.add("head", Mixer(), feed=[salt(NiSO4=1.0, H2O=5.0), "split.first"])
    sheet.add("split", Splitter(fraction=0.5), feed="head.out")
    assert element_origins(solve(sheet), "Co").of("split.second") == {}


def test_origins__name_the_nearest_element_and_unit():
    sheet = Flowsheet()
    sheet.add("tank", Mixer(), feed=salt(NiSO4=1.0, H2O=5.0))
    solution = solve(sheet)
    with pytest.raises(DataError, match=r"the chemistry has no element 'Nii'; did you mean 'Ni'\?"):
        element_origins(solution, "Nii")
    with pytest.raises(DataError, match=r"'tnak.out' leaves no unit of the plant; did you mean 'tank'\?"):
        element_origins(solution, "Ni").of("tnak.out")
    with pytest.raises(DataError, match=r"'tank\.product' is no outlet of the plant; did you mean 'tank\.out'\?"):
        element_origins(solution, "Ni").of("tank.product")


def test_origin_table__sums_to_a_hundred():
    sheet = Flowsheet()
    sheet.add("head", Mixer(), feed=[salt(NiSO4=1.0, H2O=5.0), "split.first"])
    sheet.add("second", Mixer(), feed=["head.out", salt(NiSO4=2.0, NaCl=1.0, H2O=5.0)])
    sheet.add("split", Splitter(fraction=0.5), feed="second.out")
    table = origin_table(solve(sheet), "split.second", ["Ni", "Na", "S"])
    assert table.sum(axis=1).tolist() == pytest.approx([100.0] * 3, rel=1e-13)
    assert list(table.index) == ["Ni", "Na", "S"]
    assert table.loc["Na", "second.feed"] == pytest.approx(100.0)
    assert table.attrs["unit"] == "% of the element in split.second"
