import numpy as np
import pytest
from hand import imbalance

from raffinate.flowsheet import DeclarationError, Flowsheet, Stream, solve
from raffinate.flowsheet.chemistry import Chemistry
from raffinate.flowsheet.stream import solvent
from raffinate.unitops.clay_treatment import ClayTreatment
from raffinate.unitops.solvent_bleed import SolventBleed
from raffinate.unitops.solvent_loss import SolventLoss
from raffinate.unitops.solvent_makeup import SolventMakeup

CHEMISTRY = Chemistry("Na Ni S", extractants=("Cyanex 272",))
ORGANIC = solvent(CHEMISTRY, "Cyanex 272", 600.0, 0.01)
SPOILT = ORGANIC + Stream.of(CHEMISTRY, {"degraded[Cyanex 272]": 0.05, "H2O": 0.01})


@pytest.mark.parametrize("removal", [0.0, 0.9, 1.0])
def test_clay__takes_its_share_of_what_decayed_and_nothing_else(removal):
    outcome = ClayTreatment(removal=removal).run({"organic": SPOILT})
    clay, organic = outcome.outlets["clay"], outcome.outlets["organic"]
    assert outcome.report["held"] == pytest.approx(0.05 * removal, rel=1e-12)
    assert np.allclose(organic.flows + clay.flows, SPOILT.flows, rtol=1e-14)
    assert organic["HA[Cyanex 272]"] == SPOILT["HA[Cyanex 272]"]
    assert organic["H2O"] == SPOILT["H2O"]
    assert imbalance({"organic": SPOILT}, outcome) < 1e-14


def test_loop__holds_what_decays_over_bleed_and_removal():
    """Decay d a pass, a bleed of 5 % of which clay takes 80 %: what reaches the bleed is d / (0.05 x 0.8)."""
    sheet = Flowsheet()
    back = ["bleed.organic", "clay.organic"]
    sheet.add("makeup", SolventMakeup(extractant="Cyanex 272", solvent=ORGANIC), organic=back)
    sheet.add("loss", SolventLoss(hold_up=7200.0), organic="makeup.organic")
    sheet.add("bleed", SolventBleed(extractant="Cyanex 272", bleed=0.05), organic="loss.organic")
    sheet.add("clay", ClayTreatment(removal=0.8), organic="bleed.bleed")
    solution = solve(sheet)
    decayed = solution.drawn["makeup.solvent"]["HA[Cyanex 272]"]
    assert solution.streams["loss.organic"]["degraded[Cyanex 272]"] == pytest.approx(decayed / 0.04, rel=1e-6)


def test_clay__refuses_a_share_above_one():
    with pytest.raises(DeclarationError, match=r"ClayTreatment: removal = 2 is outside 0 to 1"):
        ClayTreatment(removal=2.0)
