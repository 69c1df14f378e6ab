import pytest
from hand import imbalance

from raffinate.flowsheet import DeclarationError, Flowsheet, Stream, solve
from raffinate.flowsheet.chemistry import Chemistry
from raffinate.flowsheet.sizes import SizeDistribution
from raffinate.unitops.counter_current_decantation import CounterCurrentDecantation
from raffinate.unitops.thickener import Thickener

CHEMISTRY = Chemistry("Na Ni S C", extractants=("Cyanex 272",))
SLURRY = Stream.of(CHEMISTRY, {"H2O": 9.0, "NiSO4": 1.0, "C(s)": 1.0})
THICK = Stream.of(CHEMISTRY, {"H2O": 1.35, "NiSO4": 0.15, "C(s)": 1.0})  # already 40 % solids
WASH = Stream.of(CHEMISTRY, {"H2O": 3.75})  # 2.5 times the liquor of an underflow at 40 %


def decanted(slurry, wash, **given):
    inlets = {"slurry": slurry, "wash": wash}
    outcome = CounterCurrentDecantation(**{"solids_fraction": 0.4, **given}).run(inlets)
    assert imbalance(inlets, outcome) < 1e-13
    return outcome


@pytest.mark.parametrize("thickeners", [1, 2, 4, 7])
def test_decantation__follows_the_closed_form(thickeners):
    """A feed as thick as the underflows: recovery (R^(n+1) - R) / (R^(n+1) - 1) at R = 2.5."""
    outcome = decanted(THICK, WASH, thickeners=thickeners)
    ratio = 2.5
    expected = (ratio ** (thickeners + 1) - ratio) / (ratio ** (thickeners + 1) - 1.0)
    assert outcome.report["wash_ratio"] == pytest.approx(ratio, rel=1e-13)
    assert outcome.report["recovery"] == pytest.approx(expected, rel=1e-12)
    assert outcome.outlets["overflow"]["Ni+2"] / THICK["Ni+2"] == pytest.approx(expected, rel=1e-12)
    assert outcome.outlets["underflow"].liquor.mass == pytest.approx(1.5, rel=1e-12)


@pytest.mark.parametrize("thickeners", [2, 4])
def test_decantation__is_a_train_of_thickeners_with_their_recycles(thickeners):
    sheet = Flowsheet()
    for n in range(1, thickeners + 1):
        solids = SLURRY if n == 1 else f"T{n - 1}.underflow"
        wash = WASH if n == thickeners else f"T{n + 1}.overflow"
        sheet.add(f"T{n}", Thickener(solids_fraction=0.4), slurry=[solids, wash])
    found = solve(sheet)
    outcome = decanted(SLURRY, WASH, thickeners=thickeners)
    for outlet, last in (("underflow", f"T{thickeners}.underflow"), ("overflow", "T1.overflow")):
        assert outcome.outlets[outlet].flows == pytest.approx(found.streams[last].flows, rel=1e-8, abs=1e-13)


def test_decantation__recovers_less_where_it_mixes_badly():
    assert (
        decanted(SLURRY, WASH, mixing=0.9, thickeners=4).report["recovery"]
        < decanted(SLURRY, WASH, thickeners=4).report["recovery"]
    )


def test_decantation__keeps_sizes_and_sends_organic_over():
    slurry = SLURRY.with_sizes({"C(s)": SizeDistribution.single(2e-5)}) + Stream.of(CHEMISTRY, {"diluent": 1e-3})
    outcome = decanted(slurry, WASH, thickeners=3)
    assert (outcome.outlets["underflow"].sizes["C(s)"] == slurry.sizes["C(s)"]).all()
    assert outcome.outlets["overflow"].organic.mass == pytest.approx(1e-3, rel=1e-12)
    assert outcome.outlets["overflow"].solids.mass == 0.0


def test_decantation__says_that_there_is_too_little_liquor():
    outcome = decanted(
        Stream.of(CHEMISTRY, {"H2O": 1.0, "C(s)": 1.0}),
        Stream.of(CHEMISTRY, {"H2O": 1.0}),
        solids_fraction=0.1,
        thickeners=2,
    )
    assert outcome.warnings == ("slurry and wash hold 0.333 solids, more than the 0.1 of the underflow",)


def test_decantation__of_a_clear_liquor_sends_all_over():
    outcome = decanted(SLURRY.liquor, WASH, thickeners=3)
    assert outcome.outlets["underflow"].mass == 0.0
    assert outcome.outlets["overflow"].mass == pytest.approx(13.75, rel=1e-13)


def test_decantation__wets_dry_solids():
    outcome = decanted(Stream.of(CHEMISTRY, {"C(s)": 1.0}), WASH, thickeners=3)
    assert outcome.outlets["underflow"].liquor.mass == pytest.approx(1.5, rel=1e-12)


def test_decantation__refuses_no_thickener():
    with pytest.raises(DeclarationError, match="thickeners = 0 is outside 1 to 50"):
        CounterCurrentDecantation(thickeners=0, solids_fraction=0.4)
