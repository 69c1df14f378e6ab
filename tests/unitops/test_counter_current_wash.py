import pytest
from hand import imbalance

from raffinate.flowsheet import DeclarationError, Flowsheet, Stream, settle, solve
from raffinate.flowsheet.chemistry import Chemistry
from raffinate.unitops.counter_current_wash import CounterCurrentWash
from raffinate.unitops.displacement_wash import DisplacementWash

CHEMISTRY = Chemistry("Na Ni S C")
CAKE = Stream.of(CHEMISTRY, {"H2O": 0.36, "NiSO4": 0.04, "C(s)": 0.6})
WASH = Stream.of(CHEMISTRY, {"H2O": 0.6})


@pytest.mark.parametrize("washes", [1, 2, 4])
def test_counter_current__is_a_row_of_washes_linked_backwards(washes):
    """The closed sum against a flowsheet of that many washes, each washed with what the next one displaced."""
    sheet = Flowsheet()
    for n in range(1, washes + 1):
        cake = CAKE if n == 1 else f"wash {n - 1}.cake"
        wash = WASH if n == washes else f"wash {n + 1}.washings"
        sheet.add(f"wash {n}", DisplacementWash(dispersion_number=5.0, occluded=0.0), cake=cake, wash=wash)
    found = solve(sheet)
    inlets = {"cake": CAKE, "wash": WASH}
    outcome = CounterCurrentWash(washes=washes, dispersion_number=5.0, occluded=0.0).run(inlets)
    row = found.streams[f"wash {washes}.cake"]
    assert outcome.outlets["cake"].flows == pytest.approx(row.flows, rel=1e-8, abs=1e-14)
    assert outcome.outlets["washings"]["Ni+2"] == pytest.approx(found.streams["wash 1.washings"]["Ni+2"], rel=1e-9)
    assert imbalance(inlets, outcome) < 1e-13


def test_counter_current__washes_better_with_the_same_water():
    left = [
        CounterCurrentWash(washes=n).run({"cake": CAKE, "wash": WASH}).report["retained_fraction"] for n in (1, 2, 3)
    ]
    assert left[0] > left[1] > left[2] > 0.005


def test_counter_current_wash__dissolves_to_saturation():
    """Plenty of nickel sulfate: the wash takes as much as the water of a saturated liquor does."""
    cake = Stream.of(CHEMISTRY, {"NiSO4.6H2O(s)": 2.0, "C(s)": 1.0, "H2O": 0.1})
    wash = Stream.of(CHEMISTRY, {"H2O": 1.0})
    outcome = CounterCurrentWash(washes=2, dissolving=("NiSO4.6H2O(s)",)).run({"cake": cake, "wash": wash})
    reached, _ = settle(cake.solids + wash, cake.temperature, ("NiSO4.6H2O(s)",))
    left = reached["NiSO4.6H2O(s)"] / cake["NiSO4.6H2O(s)"]
    assert 0.2 < left < 0.8
    assert outcome.report["dissolved_fraction"] == pytest.approx((1.0 - left) * 2.0 / 3.0, rel=1e-9)
    assert imbalance({"cake": cake, "wash": wash}, outcome) < 1e-9


def test_counter_current__refuses_no_stage():
    with pytest.raises(DeclarationError, match="washes = 0 is outside 1 to 50"):
        CounterCurrentWash(washes=0)
