"""The solver against closed forms of recycles: geometric series, crystallisation with a bleed, nested loops."""

import itertools

import numpy as np
import pytest
from recycles import CHEMISTRY, SALT, FixedYield, Flipper, Leak, Misnamed, Refusal, Saturator, Unacidifier

from raffinate.flowsheet import ConvergenceError, DataError, DeclarationError, Flowsheet, Stream, solve
from raffinate.flowsheet.chemistry import Chemistry
from raffinate.unitops.feed import Feed
from raffinate.unitops.mixer import Mixer
from raffinate.unitops.splitter import Splitter

FEED = Stream.of(CHEMISTRY, {"H2O": 10.0, "NiSO4": 2.0, "MgSO4": 0.01})


def _crystallisation(per_pass, bleed, feed=FEED, dryness=0.2):
    sheet = Flowsheet()
    unit = FixedYield(per_pass=per_pass, dryness=dryness)
    sheet.add("crystalliser", unit, feed=[feed, "bleed.second"])
    sheet.add("bleed", Splitter(fraction=bleed), feed="crystalliser.liquor")
    return sheet


def _recycle(share, feed=FEED):
    sheet = Flowsheet()
    sheet.add("tank", Mixer(), feed=[feed, "split.second"])
    sheet.add("split", Splitter(fraction=1.0 - share), feed="tank")
    return sheet


def test_solve__runs_a_single_unit_once():
    sheet = Flowsheet()
    sheet.add("split", Splitter(fraction=0.25), feed=FEED)
    solution = solve(sheet)
    assert np.allclose(solution.streams["split.first"].flows, 0.25 * FEED.flows, rtol=1e-15)
    assert (solution.unit_calls, solution.passes, solution.history, solution.tears) == (1, 0, (), ())
    assert set(solution.products) == {"split.first", "split.second"}
    assert solution.reports["split"]["mass_flow"] == pytest.approx(0.25 * FEED.mass, rel=1e-14)
    assert solution.imbalance < 1e-15
    assert solution.flowsheet is sheet


def test_solve__mixes_what_feeds_a_port_and_leaves_a_spare_port_empty():
    sheet = Flowsheet()
    sheet.add("brine", Feed(stream=FEED))
    sheet.add("tank", Mixer(), feed=["brine", FEED])
    solution = solve(sheet)
    assert solution.streams["tank.out"].mass == pytest.approx(2.0 * FEED.mass, rel=1e-14)
    assert solution.feeds["tank.feed"].mass == pytest.approx(FEED.mass, rel=1e-14)
    assert solution.products == ("tank.out",)


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9, 0.99, 0.999])
def test_solve__sums_the_geometric_series_of_a_recycle(share):
    """Of the tank's flow the share r returns: 1 + r + r^2 + ... = 1 / (1 - r)."""
    solution = solve(_recycle(share))
    assert np.allclose(solution.streams["tank.out"].flows, FEED.flows / (1.0 - share), rtol=1e-7, atol=1e-9)
    assert np.allclose(solution.streams["split.first"].flows, FEED.flows, rtol=1e-8, atol=1e-9)
    assert solution.imbalance < 1e-9


def test_solve__begins_where_another_solution_stands():
    """One pass confirms an answer that is given; from one nearby the answer is the same, sooner than from nothing."""
    cold = solve(_crystallisation(0.86, 0.02))
    assert solve(_crystallisation(0.86, 0.02), start=cold).passes == 1
    nearby = solve(_crystallisation(0.86, 0.02, FEED * 1.05), start=cold)
    again = solve(_crystallisation(0.86, 0.02, FEED * 1.05))
    assert nearby.passes <= again.passes
    for key, stream in again.streams.items():
        assert np.allclose(nearby.streams[key].flows, stream.flows, rtol=1e-7, atol=1e-9)


def test_solve__takes_no_start_from_another_chemistry_or_flowsheet():
    other = Chemistry("Ni Mg S")
    elsewhere = solve(_recycle(0.5, Stream.of(other, {"H2O": 1.0, "NiSO4": 0.1})))
    once, twice = solve(_recycle(0.5)), solve(_recycle(0.5), start=elsewhere)
    assert once.passes == twice.passes
    assert solve(_crystallisation(0.86, 0.02), start=once).passes == solve(_crystallisation(0.86, 0.02)).passes


@pytest.mark.parametrize(("per_pass", "bleed"), [(0.86, 0.05), (0.86, 0.02), (0.5, 0.1), (0.1, 0.01), (0.99, 0.5)])
def test_solve__finds_the_recovery_of_a_crystalliser_with_a_bleed(per_pass, bleed):
    """Yield y a pass and bleed b of the mother liquor: P/F = y / (y + (1 - y) b)."""
    solution = solve(_crystallisation(per_pass, bleed))
    recovery = solution.streams["crystalliser.crystals"][SALT] / FEED["Ni+2"]
    assert recovery == pytest.approx(per_pass / (per_pass + (1.0 - per_pass) * bleed), rel=1e-6)
    assert solution.reports["crystalliser"]["made"] == solution.streams["crystalliser.crystals"][SALT]


@pytest.mark.parametrize(("per_pass", "bleed"), [(0.86, 0.05), (0.86, 0.01), (0.5, 0.1), (0.99, 0.5), (0.86, 1.0)])
def test_solve__finds_how_far_an_inert_impurity_builds_up(per_pass, bleed):
    """Magnesium leaves by the bleed alone, so that the mother liquor carries 1/b of what is fed.

    Nickel in it: (1 - y) F / (y + (1 - y) b). The ratio of the two has grown by (y + (1 - y) b) / (b (1 - y)).
    """
    solution = solve(_crystallisation(per_pass, bleed))
    liquor = solution.streams["crystalliser.liquor"]
    assert liquor["Mg+2"] == pytest.approx(FEED["Mg+2"] / bleed, rel=1e-6)
    grown = (liquor["Mg+2"] / liquor["Ni+2"]) / (FEED["Mg+2"] / FEED["Ni+2"])
    expected = (per_pass + (1.0 - per_pass) * bleed) / (bleed * (1.0 - per_pass))
    assert grown == pytest.approx(expected, rel=1e-6)
    assert solution.streams["bleed.first"]["Mg+2"] == pytest.approx(FEED["Mg+2"], rel=1e-8)


def test_solve__refuses_a_loop_that_an_impurity_cannot_leave():
    """No bleed: magnesium enters, crystals hold none, the vapour holds none."""
    with pytest.raises(ConvergenceError) as caught:
        solve(_crystallisation(0.86, 0.0))
    text = str(caught.value)
    assert text.startswith("element Mg enters the loop ")
    assert "crystalliser -> bleed" in text or "bleed -> crystalliser" in text
    assert f"at {FEED['Mg+2']:.4g} mol/s and nothing leaves it: without a bleed or a product that holds Mg" in text
    assert caught.value.solution["crystalliser.liquor"]["Mg+2"] > 0.0


def test_solve__needs_no_bleed_without_an_impurity():
    pure = Stream.of(CHEMISTRY, {"H2O": 10.0, "NiSO4": 2.0})
    solution = solve(_crystallisation(0.86, 0.0, feed=pure))
    assert solution.streams["crystalliser.crystals"][SALT] == pytest.approx(pure["Ni+2"], rel=1e-8)


@pytest.mark.parametrize("solubility", [0.05, 0.5, 5.0])
def test_solve__accepts_an_element_that_leaves_once_it_has_built_up(solubility):
    """Nothing of the magnesium leaves until the loop holds what stays dissolved; in the end all but the purge does."""
    sheet = Flowsheet()
    sheet.add("saturator", Saturator(solubility=solubility), feed=[FEED, "purge.second"])
    sheet.add("crystalliser", FixedYield(per_pass=0.9), feed="saturator.liquor")
    sheet.add("neutraliser", Unacidifier(), feed="crystalliser.liquor")
    sheet.add("purge", Splitter(fraction=0.0), feed="neutraliser.liquor")
    solution = solve(sheet)
    assert solution.streams["saturator.solid"]["Mg(OH)2(s)"] == pytest.approx(FEED["Mg+2"], rel=1e-6)
    assert solution.streams["saturator.liquor"]["Mg+2"] == pytest.approx(solubility, rel=1e-8)


def test_solve__says_what_keeps_building_up_though_some_of_it_leaves():
    """Sulfate leaves with nickel only: what came with magnesium, which leaves as hydroxide, stays as acid."""
    sheet = Flowsheet()
    sheet.add("saturator", Saturator(solubility=0.05), feed=[FEED, "crystalliser.liquor"])
    sheet.add("crystalliser", FixedYield(per_pass=0.9, dryness=1.0), feed="saturator.liquor")
    with pytest.raises(
        ConvergenceError, match="has not converged in 400 passes: its streams agree, but over the loop: S does"
    ):
        solve(sheet)


def test_solve__solves_loops_in_loops():
    """An inner loop returns r1 of a tank's flow to it, an outer one r2 of what leaves: 1/((1 - r1)(1 - r2)) in the tank."""
    inner, outer = 0.6, 0.5
    sheet = Flowsheet()
    sheet.add("head", Mixer(), feed=[FEED, "outer.second"])
    sheet.add("tank", Mixer(), feed=["head", "inner.second"])
    sheet.add("inner", Splitter(fraction=1.0 - inner), feed="tank")
    sheet.add("outer", Splitter(fraction=1.0 - outer), feed="inner.first")
    solution = solve(sheet)
    expected = FEED.flows / ((1.0 - inner) * (1.0 - outer))
    assert np.allclose(solution.streams["tank.out"].flows, expected, rtol=1e-8, atol=1e-9)
    assert len(solution.tears) == 1


def test_solve__solves_loops_one_after_another():
    sheet = Flowsheet()
    for number, source in ((1, FEED), (2, "split 1.first")):
        sheet.add(f"tank {number}", Mixer(), feed=[source, f"split {number}.second"])
        sheet.add(f"split {number}", Splitter(fraction=0.5), feed=f"tank {number}")
    solution = solve(sheet)
    assert len(solution.tears) == 2
    assert {entry.part for entry in solution.history} == {0, 1}
    assert np.allclose(solution.streams["split 2.first"].flows, FEED.flows, rtol=1e-8, atol=1e-9)


def test_solve__does_not_depend_on_the_order_in_which_units_are_added():
    units = {
        "crystalliser": (FixedYield(per_pass=0.86), {"feed": [FEED, "wash.second", "bleed.second"]}),
        "bleed": (Splitter(fraction=0.1), {"feed": "crystalliser.liquor"}),
        "wash": (Splitter(fraction=0.7), {"feed": "bleed.first"}),
        "sewer": (Mixer(), {"feed": "wash.first"}),
    }
    found = []
    for names in itertools.permutations(units):
        sheet = Flowsheet()
        for name in names:
            unit, feeds = units[name]
            sheet.add(name, unit, **feeds)
        found.append(solve(sheet).streams)
    for streams in found[1:]:
        for key, stream in found[0].items():
            assert np.allclose(streams[key].flows, stream.flows, rtol=1e-7, atol=1e-12)


def test_solve__answers_the_same_twice():
    sheet = _crystallisation(0.86, 0.05)
    first, second = solve(sheet), solve(sheet)
    for key, stream in first.streams.items():
        assert np.array_equal(stream.flows, second.streams[key].flows)
        assert stream.temperature == second.streams[key].temperature
    assert first.history == second.history
    assert first.unit_calls == second.unit_calls


def test_solve__keeps_a_history_of_its_passes():
    solution = solve(_crystallisation(0.86, 0.05))
    assert solution.passes == len(solution.history) > 2
    assert solution.unit_calls == 2 * solution.passes  # two units a pass, and the units it concludes with are its own
    assert solution.history[-1].residual <= 1e-10
    assert solution.history[0].residual > 0.1
    assert all(entry.worst.endswith(solution.tears[0][0]) for entry in solution.history)
    assert solution.tears in ((("bleed.second",),), (("crystalliser.liquor",),))


def test_solve__converges_closer_for_a_tighter_tolerance():
    loose, tight = (solve(_recycle(0.9), tolerance=t) for t in (1e-4, 1e-12))
    assert loose.passes <= tight.passes
    assert tight.history[-1].residual <= 1e-12


def test_solve__balances_every_unit_and_the_plant():
    solution = solve(_crystallisation(0.86, 0.05))
    assert set(solution.balances) == {"crystalliser", "bleed"}
    assert all(found.worst <= 1e-9 for found in solution.balances.values())
    assert solution.plant.mass_in == pytest.approx(FEED.mass, rel=1e-12)
    assert solution.imbalance == solution.plant.worst <= 1e-9


def test_solve__says_which_unit_refuses_its_feed():
    sheet = Flowsheet()
    sheet.add("tank", Mixer(), feed=FEED)
    sheet.add("valve", Refusal(most=5.0), feed="tank")
    with pytest.raises(DataError, match=r"^valve: feed = 12 kg/s is above 5 kg/s$"):
        solve(sheet)


def test_solve__says_which_unit_refuses_in_a_loop():
    """The loop would carry 24 kg/s; it is refused on the way to it."""
    sheet = Flowsheet()
    sheet.add("valve", Refusal(most=20.0), feed=[FEED, "split.second"])
    sheet.add("split", Splitter(fraction=0.5), feed="valve")
    with pytest.raises(DataError, match=r"^valve: feed = .* kg/s is above 20 kg/s"):
        solve(sheet)


def test_solve__gets_past_a_unit_that_refuses_an_extrapolation_only():
    """The loop ends at 24.02 kg/s, just below what the valve takes."""
    sheet = Flowsheet()
    sheet.add("valve", Refusal(most=24.1), feed=[FEED, "split.second"])
    sheet.add("split", Splitter(fraction=0.5), feed="valve")
    assert solve(sheet).streams["valve.out"].mass == pytest.approx(2.0 * FEED.mass, rel=1e-8)


def test_solve__refuses_a_unit_that_does_not_conserve():
    sheet = Flowsheet()
    sheet.add("tank", Leak(lost=1e-6), feed=FEED)
    with pytest.raises(
        ConvergenceError, match=r"^tank: \w+ does not balance, out and in differ by -1e-06 .* 1e-09 is allow"
    ):
        solve(sheet)


def test_solve__refuses_a_leak_in_a_loop():
    sheet = Flowsheet()
    sheet.add("tank", Leak(lost=1e-3), feed=[FEED, "split.second"])
    sheet.add("split", Splitter(fraction=0.5), feed="tank")
    with pytest.raises(ConvergenceError) as caught:
        solve(sheet)
    assert "tank" in str(caught.value)
    assert caught.value.solution["tank.out"].mass > 0.0


def test_solve__tells_the_last_iterate_of_a_loop_that_does_not_converge():
    sheet = Flowsheet()
    sheet.add("tank", Mixer(), feed=[FEED * 0.1, "flipper.back"])
    sheet.add("flipper", Flipper(level=3.0), feed="tank")
    with pytest.raises(
        ConvergenceError, match=r"^loop .* has not converged in \d+ passes: .* 1e-10 is wanted$"
    ) as caught:
        solve(sheet)
    assert "tank -> flipper" in str(caught.value) or "flipper -> tank" in str(caught.value)
    assert set(caught.value.solution) == {"tank.out", "flipper.out", "flipper.back"}


def test_solve__stops_after_the_passes_it_is_allowed():
    with pytest.raises(ConvergenceError, match="has not converged in 3 passes") as caught:
        solve(_crystallisation(0.1, 0.01), largest_passes=3)
    assert caught.value.solution["crystalliser.liquor"].mass > 0.0


def test_solve__refuses_an_outlet_that_is_not_declared():
    sheet = Flowsheet()
    sheet.add("tank", Misnamed(), feed=FEED)
    with pytest.raises(DeclarationError, match=r"tank: answers the outlets \['exit'\], declares \['out'\]"):
        solve(sheet)


def test_solve__refuses_a_flowsheet_that_does_not_hang_together():
    sheet = Flowsheet()
    sheet.add("tank", Mixer(), feed="filer.first")
    with pytest.raises(DeclarationError, match=r"tank\.feed is fed from 'filer\.first', which does not exist"):
        solve(sheet)
