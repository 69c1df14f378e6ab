import pytest
from hand import imbalance

from raffinate.flowsheet import DataError, Stream
from raffinate.flowsheet.chemistry import Chemistry
from raffinate.flowsheet.quantities import celsius
from raffinate.unitops.lithium_phosphate import LithiumPhosphate

CHEMISTRY = Chemistry("Li Na S P Mg")
FEED = Stream.of(CHEMISTRY, {"H2O": 1.0, "Li2SO4": 0.03, "Na2SO4": 0.02, "MgSO4": 1e-4}, celsius(60))
TRISODIUM = Stream.of(CHEMISTRY, {"Na3PO4": 0.12, "H2O": 0.88})
ACID = Stream.of(CHEMISTRY, {"H3PO4": 0.5, "H2O": 0.5})
SODA = Stream.of(CHEMISTRY, {"NaOH": 0.2, "H2O": 0.8})


def run(feed=FEED, **given):
    outcome = LithiumPhosphate(**{"phosphate": TRISODIUM} | given).run({"feed": feed})
    assert imbalance({"feed": feed}, outcome) <= 1e-9
    return outcome


def test_phosphate__takes_a_third_of_a_phosphate_per_lithium():
    outcome = run(phosphate_ratio=1.05)
    assert outcome.drawn["phosphate"]["PO4-3"] == pytest.approx(1.05 * FEED["Li+"] / 3.0, rel=1e-9)
    assert 0.9 < outcome.report["precipitated_fraction"] < 0.99


def test_phosphate__comes_of_phosphoric_acid_and_soda():
    outcome = run(phosphate=ACID, base=SODA, target_ph=11.5)
    assert outcome.report["ph"] == pytest.approx(11.5, abs=0.02)
    assert outcome.report["precipitated_fraction"] > 0.9
    acid = run(phosphate=ACID)
    assert acid.report["precipitated_fraction"] < 0.05


def test_phosphate__leaves_less_with_time_and_solids_returned():
    shares = [
        run(residence_time=time, seed_recycle=0.0).report["precipitated_fraction"] for time in (900.0, 3600.0, 1e5)
    ]
    assert shares == sorted(shares)
    assert run(residence_time=900.0, seed_recycle=0.8).report["precipitated_fraction"] > shares[0]


def test_phosphate__counts_what_the_feed_holds():
    held = Stream.of(CHEMISTRY, {"H2O": 1.0, "Li2SO4": 0.03, "Na3PO4": 0.02})
    drawn = run(held).drawn["phosphate"]["PO4-3"]
    assert drawn == pytest.approx(1.05 * held["Li+"] / 3.0 - held["PO4-3"], rel=1e-9)


def test_phosphate__refuses_a_reagent_without_phosphate():
    with pytest.raises(DataError, match="must hold phosphate"):
        run(phosphate=SODA)
