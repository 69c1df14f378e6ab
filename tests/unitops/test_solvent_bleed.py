import numpy as np
import pytest
from hand import imbalance

from raffinate.flowsheet import DeclarationError, Flowsheet, Stream, solve
from raffinate.flowsheet.chemistry import Chemistry
from raffinate.flowsheet.stream import solvent
from raffinate.unitops.solvent_bleed import SolventBleed
from raffinate.unitops.solvent_makeup import SolventMakeup

CHEMISTRY = Chemistry("Na Fe Al Ni S", extractants=("D2EHPA",))
SOLVENT = solvent(CHEMISTRY, "D2EHPA", 600.0, 0.01)
FREE = SOLVENT["HA[D2EHPA]"]


def _organic(**amounts):
    flows = np.array(SOLVENT.flows)
    for name, amount in amounts.items():
        flows[CHEMISTRY.index[f"{name}[D2EHPA]"]] = amount
    return Stream(CHEMISTRY, flows)


def _bled(organic, bleed=0.05, **given):
    outcome = SolventBleed(extractant="D2EHPA", bleed=bleed, **given).run({"organic": organic})
    assert imbalance({"organic": organic}, outcome) < 1e-13
    return outcome


def test_bleed__takes_its_share_of_everything():
    organic = _organic(FeA3=0.01, degraded=0.1)
    outcome = _bled(organic)
    assert np.allclose(outcome.outlets["bleed"].flows, 0.05 * organic.flows, rtol=1e-14)
    assert outcome.report["mass_flow"] == pytest.approx(0.05 * organic.mass, rel=1e-12)


def test_bleed__counts_the_extractant_that_poisons_hold_and_what_has_decayed():
    """0.05 mol/s of FeA3 and 0.02 of AlA3 hold 0.21 of 6.21 mol; nickel is no poison."""
    report = _bled(_organic(FeA3=0.05, AlA3=0.02, NiA2=0.1, degraded=0.3)).report
    total = FREE + 0.21 + 0.2
    assert report["poisoned"] == pytest.approx(0.21 / total, rel=1e-12)
    assert report["degraded"] == pytest.approx(0.3 / (total + 0.3), rel=1e-12)
    nickel = _bled(_organic(NiA2=0.1), poisons=("Ni+2",)).report
    assert nickel["poisoned"] == pytest.approx(0.2 / (FREE + 0.2), rel=1e-12)


def test_bleed__warns_of_a_spoilt_organic():
    outcome = _bled(_organic(FeA3=0.3, degraded=1.0))
    assert [warning.split(" of the D2EHPA, more than 0.1")[0] for warning in outcome.warnings] == [
        "Fe+3, Al+3 hold 0.13",
        "decay has taken 0.127",
    ]
    assert _bled(SOLVENT).warnings == ()


@pytest.mark.parametrize("bleed", [0.02, 0.1, 1.0])
def test_loop__builds_poison_up_to_its_inflow_over_the_bleed(bleed):
    """Iron enters the loop at c and strip leaves it on: what reaches the bleed is c (1 + (1 - b) + ...) = c / b."""
    entering = np.zeros(CHEMISTRY.size)
    entering[CHEMISTRY.index["FeA3[D2EHPA]"]] = 1e-4
    sheet = Flowsheet()
    sheet.add("makeup", SolventMakeup(extractant="D2EHPA", solvent=SOLVENT), organic="bleed.organic")
    sheet.add(
        "bleed", SolventBleed(extractant="D2EHPA", bleed=bleed), organic=["makeup.organic", Stream(CHEMISTRY, entering)]
    )
    solution = solve(sheet)
    reached = solution.streams["bleed.organic"] + solution.streams["bleed.bleed"]
    assert reached["FeA3[D2EHPA]"] == pytest.approx(1e-4 / bleed, rel=1e-6)
    assert solution.reports["bleed"]["poisoned"] == pytest.approx(3e-4 / bleed / FREE, rel=1e-3)
    assert solution.imbalance < 1e-9


def test_bleed__refuses_a_share_above_one():
    with pytest.raises(DeclarationError, match=r"SolventBleed: bleed = 1\.5 is outside 0 to 1"):
        SolventBleed(extractant="D2EHPA", bleed=1.5)
