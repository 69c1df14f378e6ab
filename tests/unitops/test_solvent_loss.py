import numpy as np
import pytest
from hand import imbalance, mass_of

from raffinate.flowsheet import DataError, Flowsheet, Stream, solve
from raffinate.flowsheet.chemistry import Chemistry
from raffinate.flowsheet.extraction.losses import decay, solubility
from raffinate.flowsheet.stream import dose, solvent
from raffinate.unitops.solvent_bleed import SolventBleed
from raffinate.unitops.solvent_loss import SolventLoss
from raffinate.unitops.solvent_makeup import SolventMakeup

CHEMISTRY = Chemistry("Na Ni S", extractants=("Cyanex 272",))
ORGANIC = solvent(CHEMISTRY, "Cyanex 272", 600.0, 0.01)
LIQUOR = Stream.of(CHEMISTRY, {"H2O": 10.0, "NiSO4": 0.5})
BASE, ACID = Stream.of(CHEMISTRY, {"NaOH": 1.0}), Stream.of(CHEMISTRY, {"H2SO4": 1.0})
YEAR = 365.25 * 86400.0
CYANEX = 1e3 * mass_of("C16H35O2P")  # g/mol


def _lost(liquor=LIQUOR, organic=ORGANIC, **given):
    inlets = {"organic": organic, "liquor": liquor}
    outcome = SolventLoss(**({"hold_up": 0.0} | given)).run(inlets)
    assert imbalance(inlets, outcome) < 1e-12
    return outcome


@pytest.mark.parametrize(("extractant", "ph", "found"), [("Cyanex 272", 2.6, 0.016), ("Cyanex 272", 3.7, 0.038)])
def test_solubility__is_what_the_data_say(extractant, ph, found):
    assert solubility(extractant, ph) == pytest.approx(found, rel=1e-9)


def test_solubility__is_a_straight_line_of_its_logarithm_and_level_beyond():
    """From 38 mg/L at pH 3.7 to 200 at 6.5: half way their geometric mean."""
    assert solubility("Cyanex 272", 5.1) == pytest.approx((0.038 * 0.2) ** 0.5, rel=1e-9)
    assert solubility("Cyanex 272", 9.0) == pytest.approx(0.2, rel=1e-9)
    assert solubility("Cyanex 272", 0.0) == pytest.approx(0.016, rel=1e-9)
    assert solubility("D2EHPA", 1.0) == solubility("D2EHPA", 6.0) == pytest.approx(0.02, rel=1e-9)


def test_solubility__is_refused_where_the_data_do_not_tell():
    with pytest.raises(DataError, match="has no solubility of 'Cyanex 27'; did you mean 'Cyanex 272'"):
        solubility("Cyanex 27", 3.0)


@pytest.mark.parametrize("ph", [3.7, 6.5])
def test_loss__is_what_the_liquor_dissolves_at_its_ph(ph):
    titrant = BASE if ph > LIQUOR.ph else ACID
    liquor = dose(LIQUOR, titrant, ph, 298.15, ())[0]
    outcome = _lost(liquor)
    wanted = {3.7: 0.038, 6.5: 0.2}[ph] * liquor.liquor_volume
    assert outcome.report["dissolved"] == pytest.approx(wanted, rel=1e-6)
    assert outcome.outlets["liquor"]["HA[Cyanex 272]"] * CYANEX * 1e-3 == pytest.approx(wanted, rel=1e-6)
    assert outcome.report["decayed"] == 0.0


def test_loss__is_limited_to_what_is_free():
    thin = ORGANIC * 1e-6
    outcome = _lost(organic=thin)
    assert outcome.outlets["organic"]["HA[Cyanex 272]"] == 0.0
    assert outcome.outlets["liquor"]["HA[Cyanex 272]"] == pytest.approx(thin["HA[Cyanex 272]"], rel=1e-12)


def test_loss__lets_the_inventory_decay():
    """An inventory of two hours of the flow, 2 % of it a year."""
    outcome = _lost(Stream.empty(CHEMISTRY), hold_up=7200.0)
    degraded = outcome.outlets["organic"]["degraded[Cyanex 272]"]
    assert decay("Cyanex 272") * YEAR == pytest.approx(0.02, rel=1e-12)
    assert degraded == pytest.approx(0.02 / YEAR * 7200.0 * ORGANIC["HA[Cyanex 272]"], rel=1e-12)
    assert outcome.report["decayed"] == pytest.approx(degraded * CYANEX * 1e-3, rel=1e-9)


def test_loss__dissolves_each_of_two_extractants_by_its_share():
    chemistry = Chemistry("Na Ni S", extractants=("Cyanex 272", "D2EHPA"))
    organic = solvent(chemistry, "Cyanex 272", 600.0, 0.01) + solvent(chemistry, "D2EHPA", 600.0, 0.02)
    liquor = Stream.of(chemistry, {"H2O": 10.0, "NiSO4": 0.5})
    outcome = SolventLoss(hold_up=0.0).run({"organic": organic, "liquor": liquor}).outlets["liquor"]
    for name, share in (("Cyanex 272", 1.0 / 3.0), ("D2EHPA", 2.0 / 3.0)):
        at = chemistry.index[f"HA[{name}]"]
        wanted = share * solubility(name, liquor.ph) * liquor.liquor_volume
        assert outcome.flows[at] * chemistry.molar_masses[at] == pytest.approx(wanted, rel=1e-9)


def test_loss__passes_an_organic_without_its_extractant():
    diluent = Stream.of(CHEMISTRY, {"diluent": 1.0})
    outcome = _lost(organic=diluent)
    assert np.array_equal(outcome.outlets["liquor"].flows, LIQUOR.flows)


@pytest.mark.parametrize("bleed", [0.01, 0.05])
def test_loop__builds_up_what_decays_to_the_decay_over_the_bleed(bleed):
    """What decays a pass, d, leaves by the bleed alone: at rest d = b x, where x reaches the bleed."""
    sheet = Flowsheet()
    loss = SolventLoss(hold_up=7200.0)
    sheet.add("makeup", SolventMakeup(extractant="Cyanex 272", solvent=ORGANIC), organic="bleed.organic")
    sheet.add("loss", loss, organic="makeup.organic", liquor=LIQUOR)
    sheet.add("bleed", SolventBleed(extractant="Cyanex 272", bleed=bleed), organic="loss.organic")
    solution = solve(sheet)
    decayed = solution.reports["loss"]["decayed"] / (1e-3 * CYANEX)
    at_bleed = solution.streams["loss.organic"]["degraded[Cyanex 272]"]
    assert at_bleed == pytest.approx(decayed / bleed, rel=1e-6)
    lost = decayed + solution.reports["loss"]["dissolved"] / (1e-3 * CYANEX)
    made_up = solution.drawn["makeup.solvent"]["HA[Cyanex 272]"]
    assert made_up == pytest.approx(lost + solution.streams["bleed.bleed"]["HA[Cyanex 272]"], rel=1e-6)
