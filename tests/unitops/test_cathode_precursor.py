import pytest
from hand import imbalance

from raffinate.flowsheet import DataError, Stream
from raffinate.flowsheet.chemistry import Chemistry
from raffinate.unitops.cathode_precursor import CathodePrecursor

CHEMISTRY = Chemistry("Na Ni Co Mn S N")
FEED = Stream.of(CHEMISTRY, {"H2O": 1.0, "NiSO4": 0.2476, "CoSO4": 0.031, "MnSO4": 0.0302})  # 8 to 1 to 1
SODA = Stream.of(CHEMISTRY, {"NaOH": 0.25, "H2O": 0.75})
AMMONIA = Stream.of(CHEMISTRY, {"NH3": 0.25, "H2O": 0.75})
NITROGEN = Stream.of(CHEMISTRY, {"N2(g)": 1.0})


def run(**given):
    unit = CathodePrecursor(**{"base": SODA, "ammonia": AMMONIA, "nitrogen": NITROGEN} | given)
    outcome = unit.run({"feed": FEED})
    assert imbalance({"feed": FEED}, outcome) <= 1e-9
    return outcome


def test_precursor__keeps_the_ratio_of_its_metals():
    slurry = run().outlets["slurry"]
    nickel, cobalt, manganese = (slurry[name] for name in ("Ni(OH)2(aged)", "Co(OH)2(aged)", "Mn(OH)2(s)"))
    whole = nickel + cobalt + manganese
    assert nickel / whole == pytest.approx(0.8, abs=0.002)
    assert cobalt / whole == pytest.approx(0.1, abs=0.002)


def test_precursor__takes_two_hydroxide_per_metal():
    outcome = run()
    metals = sum(FEED[name] for name in ("Ni+2", "Co+2", "Mn+2"))
    assert -outcome.drawn["base"]["H+"] / metals == pytest.approx(2.0, rel=0.05)


def test_precursor__leaves_nickel_in_the_filtrate_with_ammonia():
    # filtrates of practice hold 5 to 100 mg/L of nickel
    with_ammonia, without = run().report, run(ammonia=None).report
    assert 0.002 < with_ammonia["nickel"] < 0.1
    assert without["nickel"] < 0.1 * with_ammonia["nickel"]
    assert with_ammonia["cobalt"] < 0.1 * with_ammonia["nickel"]
    more = run(ammonia_ratio=0.7).report
    assert more["nickel"] > 2.0 * with_ammonia["nickel"]
    assert run(target_ph=11.5).report["nickel"] < with_ammonia["nickel"]


def test_precursor__loses_ammonia_with_the_nitrogen():
    little, much = (run(nitrogen_ratio=ratio) for ratio in (0.002, 0.02))
    assert 0.001 < little.report["ammonia_loss"] < 0.05
    assert much.report["ammonia_loss"] == pytest.approx(10.0 * little.report["ammonia_loss"], rel=0.1)
    assert little.outlets["offgas"]["NH3(g)"] > 0.0
    assert run(nitrogen=None).report["ammonia_loss"] == 0.0


def test_precursor__grows_with_residence_time():
    short, long = (run(residence_time=hours * 3600.0) for hours in (6.0, 12.0))
    assert long.report["median_size"] == pytest.approx(2.0 * short.report["median_size"], rel=0.05)
    sizes = long.outlets["slurry"].size_distribution("Ni(OH)2(aged)")
    assert 3e-6 < sizes.d50 < 12e-6


def test_precursor__refuses_an_ammonia_without_ammonia():
    with pytest.raises(DataError, match=r"NH4\+ = 0 mol/s"):
        run(ammonia=SODA)
