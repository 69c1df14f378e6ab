"""Water leach of a roast: what water reaches, and what the solubility of lithium carbonate lets dissolve."""

import pytest
from hand import imbalance

from raffinate.flowsheet import DataError, Stream
from raffinate.flowsheet.chemistry import Chemistry
from raffinate.flowsheet.quantities import celsius
from raffinate.unitops.water_leaching import WaterLeaching

CHEMISTRY = Chemistry("Li Na Ni Co Mn Al C F P S")
ALL = {"Li2CO3(s)": 1.0}


def _leach(water, carbonate=1.0, gas=0.0, temperature=298.15, **given):
    solids = Stream.of(CHEMISTRY, {"Li2CO3(s)": carbonate, "NiO(s)": 5.0, "C(s)": 3.0, "LiAlO2(s)": 0.2})
    inlets = {
        "solids": solids, "liquor": Stream.of(CHEMISTRY, {"H2O": water}), "gas": Stream.of(CHEMISTRY, {"CO2(g)": gas})
    }  # fmt: skip
    outcome = WaterLeaching(temperature=temperature, **given).run(inlets)
    assert imbalance(inlets, outcome) < 1e-9
    return solids, outcome


def test_water_leaching__dissolves_what_water_reaches():
    solids, outcome = _leach(500.0, accessible={"Li2CO3(s)": 0.9})
    slurry = outcome.outlets["slurry"]
    assert slurry["Li+"] == pytest.approx(1.8 * solids["Li2CO3(s)"], rel=1e-9)
    assert slurry["LiAlO2(s)"] == solids["LiAlO2(s)"]
    assert slurry["NiO(s)"] == solids["NiO(s)"]
    whole = 2.0 * solids["Li2CO3(s)"] + solids["LiAlO2(s)"]
    assert outcome.report["lithium_extraction"] == pytest.approx(slurry["Li+"] / whole, rel=1e-9)
    assert outcome.warnings == ()


@pytest.mark.parametrize(("temperature", "grams"), [(20.0, 13.3), (60.0, 10.1), (90.0, 7.8)])
def test_water_leaching__holds_as_much_carbonate_as_its_solubility(temperature, grams):
    """g of Li2CO3 in 1000 g of water, from the handbook's table; less in hot water."""
    _, outcome = _leach(20.0, temperature=celsius(temperature), accessible=ALL)
    slurry = outcome.outlets["slurry"]
    per_kilogram = 0.5 * slurry["Li+"] * CHEMISTRY.molar_masses[CHEMISTRY.index["Li2CO3(s)"]] * 1e3 / 20.0
    assert per_kilogram == pytest.approx(grams, rel=0.07)
    assert outcome.report["saturation_index"] == pytest.approx(0.0, abs=1e-6)
    assert any("saturated with Li2CO3" in warning for warning in outcome.warnings)


def test_water_leaching__takes_up_carbon_dioxide():
    """Li2CO3 + CO2 + H2O = 2 LiHCO3: 5 to 6.5 g of it in 100 g of water at 1 bar; the gas that is not taken up leaves."""
    _, outcome = _leach(20.0, gas=2.0, accessible=ALL, carbon_dioxide_pressure=1e5)
    slurry = outcome.outlets["slurry"]
    assert 5.0 < slurry["Li+"] * 0.06796 / 20.0 * 100.0 < 6.5  # kg/mol of LiHCO3
    taken = 2.0 / CHEMISTRY.molar_masses[CHEMISTRY.index["CO2(g)"]] - outcome.outlets["offgas"]["CO2(g)"]
    assert 0.45 * slurry["Li+"] < taken < 0.55 * slurry["Li+"]
    assert outcome.report["ph"] < 9.0


def test_water_leaching__refuses_salts_and_shares_that_are_none():
    with pytest.raises(DataError, match=r"accessible: 'NiO\(s\)' is no salt that a water leach dissolves"):
        _leach(10.0, accessible={"NiO(s)": 0.5})
    with pytest.raises(DataError, match=r"accessible: share of Li2CO3\(s\) = 1\.5 is outside 0 to 1"):
        _leach(10.0, accessible={"Li2CO3(s)": 1.5})


def test_water_leaching__lets_dry_solids_pass():
    solids, outcome = _leach(0.0)
    assert outcome.outlets["slurry"].mass == pytest.approx(solids.mass, rel=1e-14)
    assert outcome.warnings == ("no liquor is fed: nothing dissolves",)
