import pytest
from hand import imbalance, mass_of

from raffinate.flowsheet import DataError, DeclarationError, Stream
from raffinate.flowsheet.chemistry import Chemistry
from raffinate.unitops.fluoride_sorption import FluorideSorption

CHEMISTRY = Chemistry("Na Ni Al S F")
BASE = Stream.of(CHEMISTRY, {"NaOH": 0.04, "H2O": 0.96})
FEED = Stream.of(CHEMISTRY, {"H2O": 1.0, "NiSO4": 0.1, "H2SO4": 0.02, "HF": 0.004})
FLUORIDE = 0.004 / mass_of("HF")


def test_fluoride_sorption__takes_hf_and_elutes_sodium_fluoride():
    outcome = FluorideSorption(base=BASE, removal=0.95, base_ratio=1.2).run({"feed": FEED})
    liquor, eluate = outcome.outlets["liquor"], outcome.outlets["eluate"]
    assert liquor["F-"] == pytest.approx(0.05 * FLUORIDE, rel=1e-12)
    assert liquor["H+"] == pytest.approx(FEED["H+"] - 0.95 * FLUORIDE, rel=1e-12)
    assert eluate["F-"] == pytest.approx(0.95 * FLUORIDE, rel=1e-12)
    assert eluate["Na+"] == pytest.approx(1.2 * 0.95 * FLUORIDE, rel=1e-12)
    # base beyond what turns HF into NaF is left: H+ of the eluate is below zero by it
    assert eluate["H+"] == pytest.approx(-0.2 * 0.95 * FLUORIDE, rel=1e-10)
    assert outcome.report["sorbed"] == pytest.approx(0.95 * FLUORIDE * mass_of("F"), rel=1e-12)
    assert outcome.report["dose"] == pytest.approx(1.2 * 0.95 * FLUORIDE * mass_of("NaOH") / 0.04, rel=1e-12)
    assert outcome.report["fluoride"] == pytest.approx(liquor.concentration("F-"), rel=1e-14)
    assert imbalance({"feed": FEED}, outcome) < 1e-13


def test_fluoride_sorption__leaves_metals_in_the_liquor():
    outcome = FluorideSorption(base=BASE).run({"feed": FEED})
    for name in ("Ni+2", "SO4-2", "H2O"):
        assert outcome.outlets["liquor"][name] == pytest.approx(FEED[name], rel=1e-14)
        if name != "H2O":
            assert outcome.outlets["eluate"][name] == 0.0


def test_fluoride_sorption__draws_nothing_for_a_liquor_without_fluoride():
    plain = Stream.of(CHEMISTRY, {"H2O": 1.0, "H2SO4": 0.02})
    outcome = FluorideSorption(base=BASE).run({"feed": plain})
    assert outcome.drawn["base"].mass == 0.0
    assert outcome.outlets["eluate"].mass == 0.0


def test_fluoride_sorption__refuses_an_acid_as_base():
    acid = Stream.of(CHEMISTRY, {"H2SO4": 0.1, "H2O": 0.9})
    with pytest.raises(DataError, match=r"base: OH- = -2\.039 mol/s, it must be a hydroxide"):
        FluorideSorption(base=acid).run({"feed": FEED})


def test_fluoride_sorption__refuses_complete_removal():
    with pytest.raises(DeclarationError, match=r"FluorideSorption: removal = 1 is outside 0 to 0\.999"):
        FluorideSorption(base=BASE, removal=1.0)
