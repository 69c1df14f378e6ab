import pytest
from hand import imbalance, mass_of

from raffinate.flowsheet import DataError, Stream
from raffinate.flowsheet.chemistry import Chemistry
from raffinate.flowsheet.quantities import celsius
from raffinate.unitops.iron_phosphate import IronPhosphate

CHEMISTRY = Chemistry("Li Na Fe Al S P")
SODA = Stream.of(CHEMISTRY, {"NaOH": 0.2, "H2O": 0.8})
PEROXIDE = Stream.of(CHEMISTRY, {"H2O2": 0.3, "H2O": 0.7})
ACID = Stream.of(CHEMISTRY, {"H3PO4": 0.5, "H2O": 0.5})
VITRIOL = Stream.of(CHEMISTRY, {"FeSO4": 0.2, "H2O": 0.8})


def liquor(iron, phosphorus):
    return Stream.of(
        CHEMISTRY,
        {"H2O": 1.0, "FeSO4": iron * mass_of("FeSO4"), "H3PO4": phosphorus * mass_of("H3PO4"), "H2SO4": 0.02},
        celsius(90),
    )


def run(feed, **given):
    unit = IronPhosphate(**{"base": SODA, "oxidant": PEROXIDE, "phosphate": ACID} | given)
    inlets = {"feed": feed, "seed": given.get("seed", Stream.empty(CHEMISTRY))}
    outcome = unit.run(inlets)
    assert imbalance(inlets, outcome) <= 1e-9
    return outcome


def test_phosphate__draws_acid_where_phosphorus_is_short():
    outcome = run(liquor(0.4, 0.3), iron_phosphorus=0.98)
    assert outcome.drawn["phosphate"]["PO4-3"] == pytest.approx(0.4 / 0.98 - 0.3, rel=1e-9)
    assert "iron" not in outcome.drawn
    assert outcome.report["iron_yield"] > 0.95
    assert outcome.report["product_ratio"] == pytest.approx(1.0, abs=0.02)


def test_phosphate__draws_iron_where_phosphorus_is_in_excess():
    outcome = run(liquor(0.3, 0.4), iron=VITRIOL, iron_phosphorus=0.98)
    assert outcome.drawn["iron"]["Fe+2"] == pytest.approx(0.98 * 0.4 - 0.3, rel=1e-9)
    short = run(liquor(0.3, 0.4), iron_phosphorus=0.98)
    assert "no iron is given" in short.warnings[0]
    assert short.report["phosphorus_yield"] < 0.8


def test_phosphate__oxidises_by_half_a_peroxide_per_iron():
    outcome = run(liquor(0.4, 0.41), oxidant_ratio=1.2, iron_phosphorus=0.9756)
    assert outcome.drawn["oxidant"]["H2O2"] == pytest.approx(0.5 * 1.2 * 0.4, rel=1e-4)
    assert outcome.outlets["offgas"]["O2(g)"] > 0.0


def test_phosphate__comes_to_more_with_ph_and_to_hydroxide_where_iron_is_in_excess():
    low, high = (run(liquor(0.4, 0.41), target_ph=ph).report for ph in (0.8, 2.0))
    assert high["iron_yield"] > low["iron_yield"]
    rich = run(liquor(0.4, 0.3), iron_phosphorus=1.3, target_ph=3.0)
    assert rich.report["product_ratio"] > 1.05
    assert "iron over phosphorus of the solids" in rich.warnings[0]


def test_phosphate__gives_its_product_sizes():
    slurry = run(liquor(0.4, 0.41)).outlets["slurry"]
    assert 2e-6 < slurry.size_distribution("FePO4.2H2O(s)").d50 < 15e-6


def test_phosphate__refuses_reagents_that_are_not_what_they_are_called():
    with pytest.raises(DataError, match="must hold peroxide"):
        run(liquor(0.4, 0.4), oxidant=SODA)
    with pytest.raises(DataError, match="must hold phosphate"):
        run(liquor(0.4, 0.3), phosphate=SODA)
    with pytest.raises(DataError, match="must hold iron"):
        run(liquor(0.3, 0.4), iron=SODA)
