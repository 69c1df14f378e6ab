import pytest
from hand import imbalance, mass_of

from raffinate.flowsheet import DataError, Stream
from raffinate.flowsheet.chemistry import Chemistry
from raffinate.unitops.iron_oxidation import IronOxidation

CHEMISTRY = Chemistry("Na Fe S Cl", states=("ClO3-", "S2O8-2"))
FEED = Stream.of(CHEMISTRY, {"H2O": 1.0, "FeSO4": mass_of("FeSO4") * 0.1, "H2SO4": 0.05})


def run(reagent, **given):
    unit = IronOxidation(oxidant=Stream.of(CHEMISTRY, reagent), **given)
    outcome = unit.run({"feed": FEED})
    assert imbalance({"feed": FEED}, outcome) <= 1e-9
    return outcome


@pytest.mark.parametrize(
    ("reagent", "state", "per_iron"),
    [
        ({"H2O2": 0.3, "H2O": 0.7}, "H2O2", 1 / 2),
        ({"NaClO3": 1.0}, "ClO3-", 1 / 6),
        ({"Na2S2O8": 1.0}, "S2O8-2", 1 / 2),
    ],
    ids=["peroxide", "chlorate", "peroxydisulfate"],
)
def test_oxidation__draws_by_the_electrons_of_each_oxidant(reagent, state, per_iron):
    outcome = run(reagent, oxidant_ratio=1.0, extent=1.0)
    assert outcome.drawn["oxidant"][state] == pytest.approx(0.1 * per_iron, rel=1e-9)
    assert outcome.outlets["liquor"]["Fe+3"] == pytest.approx(0.1, rel=1e-9)
    assert outcome.report["conversion"] == pytest.approx(1.0)
    assert outcome.outlets["liquor"][state] == pytest.approx(0.0, abs=1e-12)
    assert outcome.warnings == ()


def test_oxidation__leaves_chloride_of_chlorate():
    liquor = run({"NaClO3": 1.0}, oxidant_ratio=1.2, extent=1.0).outlets["liquor"]
    assert liquor["Cl-"] == pytest.approx(0.1 / 6.0, rel=1e-9)
    assert liquor["ClO3-"] == pytest.approx(0.2 * 0.1 / 6.0, rel=1e-9)


def test_oxidation__decomposes_peroxide_in_excess_to_oxygen():
    outcome = run({"H2O2": 0.3, "H2O": 0.7}, oxidant_ratio=1.5, extent=1.0)
    assert outcome.outlets["offgas"]["O2(g)"] == pytest.approx(0.5 * 0.5 * 0.05, rel=1e-9)
    assert outcome.outlets["liquor"]["H2O2"] == 0.0


def test_oxidation__goes_as_far_as_its_oxidant():
    outcome = run({"NaClO3": 1.0}, oxidant_ratio=0.5, extent=1.0)
    assert outcome.report["conversion"] == pytest.approx(0.5)


def test_oxidation__refuses_what_is_no_oxidant():
    with pytest.raises(DataError, match="must hold one of them"):
        run({"H2O": 1.0})
