"""Phosphate dissolution: acid and solubility decide how much of a residue's iron phosphate comes into solution."""

import dataclasses

import pytest

from raffinate.flowsheet import DataError, Stream
from raffinate.flowsheet.balances import balance
from raffinate.flowsheet.chemistry import Chemistry
from raffinate.flowsheet.quantities import celsius
from raffinate.unitops.phosphate_dissolution import PhosphateDissolution

CHEMISTRY = Chemistry("Li Fe Al Cu S C P F")
RESIDUE = {"FePO4(s)": 0.63, "LiFePO4(s)": 0.02, "C(s)": 0.28, "C2H2F2(s)": 0.02, "Al(s)": 0.008, "Cu(s)": 0.003}
ACID, PEROXIDE = (
    Stream.of(CHEMISTRY, masses) for masses in ({"H2SO4": 0.98, "H2O": 0.02}, {"H2O2": 0.35, "H2O": 0.65})
)


def run(residue=None, water=14.0, liquor=None, **given):
    unit = PhosphateDissolution(acid=ACID, oxidant=PEROXIDE, **{"acid_ratio": 6.0, **given})
    solids = Stream.of(CHEMISTRY, RESIDUE if residue is None else residue)
    inlets = {"solids": solids, "liquor": Stream.of(CHEMISTRY, {"H2O": water}) if liquor is None else liquor}
    return inlets, unit.run(inlets)


def test_dissolution__brings_iron_lithium_and_phosphate_into_solution_and_leaves_graphite():
    inlets, outcome = run(reached=1.0, water=7.0)
    slurry, solids = outcome.outlets["slurry"], inlets["solids"]
    assert outcome.report["dissolved_fraction"] == pytest.approx(1.0, abs=1e-12)
    assert slurry["Fe+3"] == pytest.approx(solids.elements["Fe"], rel=1e-9)
    assert slurry["PO4-3"] == pytest.approx(solids.elements["P"], rel=1e-9)
    assert slurry["Li+"] == pytest.approx(solids["LiFePO4(s)"], rel=1e-9)
    for stays in ("C(s)", "C2H2F2(s)"):
        assert slurry[stays] == solids[stays]
    drawn = outcome.drawn.values()
    assert balance(CHEMISTRY, [*inlets.values(), *drawn], outcome.outlets.values()).worst <= 1e-12


def test_dissolution__of_little_acid_is_held_by_saturation():
    """At the least acid that the reaction asks for, 1.5 a mole, most of the phosphate stays: the liquor is full."""
    shares = [run(acid_ratio=ratio, water=7.0)[1].report["dissolved_fraction"] for ratio in (1.5, 3.0, 4.5, 6.0)]
    assert shares == sorted(shares)
    assert shares[0] < 0.5
    assert shares[-1] == pytest.approx(0.99, abs=1e-3)


def test_dissolution__counts_the_acid_that_returns():
    _, fresh = run(water=7.0)
    acid = fresh.drawn["acid"]
    _, again = run(liquor=Stream.of(CHEMISTRY, {"H2O": 7.0}) + 0.9 * acid)
    assert again.drawn["acid"].mass == pytest.approx(0.1 * acid.mass, rel=1e-9)


def test_dissolution__draws_peroxide_for_the_iron_that_phosphate_and_copper_reduce():
    inlets, outcome = run(reached=1.0, copper_share=1.0, oxidant_ratio=1.0, water=7.0)
    solids = inlets["solids"]
    ferrous = solids["LiFePO4(s)"] + 2.0 * solids["Cu(s)"]
    assert outcome.drawn["oxidant"]["H2O2"] == pytest.approx(0.5 * ferrous, rel=1e-9)
    assert outcome.outlets["slurry"]["Fe+2"] == pytest.approx(0.0, abs=1e-12)
    assert outcome.outlets["offgas"]["H2(g)"] == pytest.approx(1.5 * 0.6 * solids["Al(s)"], rel=1e-9)


def test_dissolution__of_copper_stops_where_iron_iii_does():
    copper = {"FePO4(s)": 0.01, "Cu(s)": 0.5}
    inlets, outcome = run(copper, copper_share=1.0, reached=1.0, acid_ratio=50.0, oxidant_ratio=0.0)
    assert outcome.outlets["slurry"]["Cu+2"] == pytest.approx(0.5 * inlets["solids"]["FePO4(s)"], rel=1e-6)
    assert outcome.outlets["slurry"]["Fe+3"] == pytest.approx(0.0, abs=1e-12)


def test_dissolution__says_that_nothing_dissolves_before_the_liquor_has_come():
    inlets, outcome = run(liquor=Stream.empty(CHEMISTRY))
    assert outcome.outlets["slurry"].flows == pytest.approx(inlets["solids"].flows)
    assert any("no liquor" in sentence for sentence in outcome.warnings)


@pytest.mark.parametrize(("reagent", "says"), [("acid", "must hold acid"), ("oxidant", "must hold peroxide")])
def test_dissolution__refuses_water_for_a_reagent(reagent, says):
    unit = PhosphateDissolution(acid=ACID, oxidant=PEROXIDE, acid_ratio=4.0, temperature=celsius(40.0))
    unit = dataclasses.replace(unit, **{reagent: Stream.of(CHEMISTRY, {"H2O": 1.0})})
    with pytest.raises(DataError, match=says):
        unit.run({"solids": Stream.of(CHEMISTRY, RESIDUE), "liquor": Stream.of(CHEMISTRY, {"H2O": 7.0})})
