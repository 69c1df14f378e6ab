"""Selective leaching of LFP against its two reactions, and what little of FePO4 dissolves."""

import pytest
from hand import imbalance, mass_of

from raffinate.flowsheet import DeclarationError, Flowsheet, Stream, solve
from raffinate.flowsheet.chemistry import Chemistry
from raffinate.flowsheet.leaching.dosing import Flow, PerElement
from raffinate.flowsheet.leaching.iron_phosphate import settle_phosphate
from raffinate.flowsheet.leaching.rates import RateLaw
from raffinate.flowsheet.sizes import SizeDistribution
from raffinate.unitops.filtration import Filtration
from raffinate.unitops.selective_leaching import SelectiveLeaching

CHEMISTRY = Chemistry("Li Na Ni Co Mn Cu Al Fe S P C F", states=("S2O8-2",))
ACID = Stream.of(CHEMISTRY, {"H2SO4": 0.98, "H2O": 0.02})
PEROXIDE = Stream.of(CHEMISTRY, {"H2O2": 0.3, "H2O": 0.7})
PERSULFATE = Stream.of(CHEMISTRY, {"Na2S2O8": 0.3, "H2O": 0.7})
WATER = Stream.of(CHEMISTRY, {"H2O": 1000.0})
PURE = {"LiFePO4(s)": RateLaw(complete_time=600.0, acid_order=0.5, reference_acid=300.0, name="all of it")}
CONGRUENT = {"phosphate_release": 0.0, "dihydrate_saturation": -20.0}  # nothing of FePO4 dissolves


def _leach(solids, oxidant=PEROXIDE, liquor=WATER, **given):
    settings = {"residence_time": 36000.0, "tanks": 4} | given
    inlets = {"solids": Stream.of(CHEMISTRY, solids), "liquor": liquor}
    outcome = SelectiveLeaching(acid=ACID, oxidant=oxidant, **settings).run(inlets)
    assert imbalance(inlets, outcome) < 1e-9
    return inlets["solids"], outcome


def test_selective_leaching__takes_a_proton_and_half_a_peroxide_for_each_lithium():
    """LiFePO4 + 1/2 H2O2 + H+ = Li+ + FePO4 + H2O, with all other reactions shut off."""
    rules = {"acid_rule": PerElement("Li", 0.6), "oxidant_rule": PerElement("Li", 0.6), "decomposition": 0.0}
    solids, outcome = _leach({"LiFePO4(s)": 100.0}, laws=PURE, **rules, **CONGRUENT)
    slurry, moles = outcome.outlets["slurry"], solids["LiFePO4(s)"]
    assert slurry["Li+"] == pytest.approx(moles, rel=1e-3)
    assert slurry["FePO4(s)"] == pytest.approx(slurry["Li+"], rel=1e-9)
    assert slurry["H+"] == pytest.approx(1.2 * moles - slurry["Li+"], rel=1e-6)
    assert outcome.drawn["oxidant"]["H2O2"] == pytest.approx(0.6 * moles, rel=1e-12)
    assert outcome.report["peroxide_utilisation"] == pytest.approx(0.5 / 0.6, rel=1e-3)
    assert outcome.report["oxygen"] == pytest.approx(0.5 * (0.6 * moles - 0.5 * slurry["Li+"]), rel=1e-6)


def test_selective_leaching__takes_half_a_persulfate_and_no_acid():
    """2 LiFePO4 + S2O8-2 = 2 Li+ + 2 FePO4 + 2 SO4-2."""
    rules = {"acid_rule": PerElement("Li", 0.0), "oxidant_rule": PerElement("Li", 0.525), "temperature": 298.15}
    solids, outcome = _leach({"LiFePO4(s)": 100.0}, PERSULFATE, **rules, **CONGRUENT)
    slurry, moles = outcome.outlets["slurry"], solids["LiFePO4(s)"]
    assert slurry["Li+"] == pytest.approx(0.995 * moles, rel=1e-3)
    assert slurry["SO4-2"] == pytest.approx(slurry["Li+"], rel=1e-9)
    assert slurry["S2O8-2"] == pytest.approx(0.525 * moles - 0.5 * slurry["Li+"], rel=1e-9)
    assert outcome.drawn["acid"].mass == 0.0
    assert outcome.report["heat"] < 0.0  # E = 1.94 V against 0.4: it warms up


def test_selective_leaching__stops_where_the_oxidant_is_spent():
    rules = {"oxidant_rule": PerElement("Li", 0.3), "decomposition": 0.0}
    solids, outcome = _leach({"LiFePO4(s)": 100.0}, laws=PURE, **rules, **CONGRUENT)
    assert outcome.report["delithiated"] == pytest.approx(0.6, rel=1e-9)
    assert outcome.outlets["slurry"]["LiFePO4(s)"] == pytest.approx(0.4 * solids["LiFePO4(s)"], rel=1e-9)
    assert outcome.report["oxidant_utilisation"] == pytest.approx(1.0, rel=1e-9)


def test_selective_leaching__serves_aluminium_and_copper_with_its_oxidant_first():
    """Oxidant that attacks copper is not there for lithium: half of it short, what metals take is missing in the phosphate."""
    rules = {"oxidant_rule": PerElement("Li", 0.4), "decomposition": 0.0}
    bare, foiled = (
        _leach({"LiFePO4(s)": 100.0, "Cu(s)": copper}, laws=PURE, **rules, **CONGRUENT)[1] for copper in (0.0, 5.0)
    )
    copper = foiled.outlets["slurry"]["Cu+2"]
    assert copper > 0.0
    lost = bare.outlets["slurry"]["Li+"] - foiled.outlets["slurry"]["Li+"]
    assert lost == pytest.approx(2.0 * copper, rel=1e-9)


def test_selective_leaching__gives_phosphate_to_oxides_of_an_nmc_that_is_mixed_in():
    """LiFePO4 reduces LiCoO2: without oxidant as much lithium phosphate is oxidised as cobalt is reduced."""
    rules = {"oxidant_rule": PerElement("Li", 0.0), "acid_rule": PerElement("Li", 1.5), "temperature": 343.15}
    solids, outcome = _leach({"LiFePO4(s)": 100.0, "LiCoO2(s)": 20.0}, laws=PURE, **rules, **CONGRUENT)
    reduced = solids["LiCoO2(s)"] - outcome.outlets["slurry"]["LiCoO2(s)"]
    assert reduced > 0.9 * solids["LiCoO2(s)"]
    assert outcome.outlets["slurry"]["FePO4(s)"] == pytest.approx(reduced, rel=1e-9)


@pytest.mark.parametrize("index", [1.0, 2.6])
def test_selective_leaching__leaves_the_liquor_at_its_supersaturation(index):
    _, outcome = _leach({"LiFePO4(s)": 100.0}, dihydrate_saturation=index)
    liquor = outcome.outlets["slurry"].liquor
    assert liquor.equilibrium.saturation_index("FePO4.2H2O(s)") == pytest.approx(index, abs=1e-8)
    assert 0.0 < outcome.report["iron_extraction"] < 0.02


def test_selective_leaching__precipitates_iron_that_the_liquor_holds_beyond_it():
    """Iron(III) and phosphate brought by the liquor leave as the dihydrate, mole for mole."""
    sour = Stream.of(CHEMISTRY, {"H2O": 1000.0, "Fe2(SO4)3": 5.0, "H3PO4": 5.0})
    _, outcome = _leach({"LiFePO4(s)": 100.0}, liquor=sour, phosphate_release=0.0)
    slurry = outcome.outlets["slurry"]
    assert slurry["FePO4.2H2O(s)"] == pytest.approx(sour["Fe+3"] - slurry["Fe+3"], rel=1e-6)
    assert slurry["FePO4.2H2O(s)"] > 0.5 * sour["Fe+3"]


def test_selective_leaching__releases_phosphate_beside_iron_that_stays():
    _, outcome = _leach({"LiFePO4(s)": 100.0}, phosphate_release=0.03, dihydrate_saturation=-20.0)
    slurry = outcome.outlets["slurry"]
    assert slurry["Fe(OH)3(s)"] == pytest.approx(slurry["PO4-3"], rel=1e-9)
    assert outcome.report["phosphorus_extraction"] == pytest.approx(0.03 * outcome.report["delithiated"], rel=1e-6)
    assert outcome.report["iron_extraction"] == pytest.approx(0.0, abs=1e-9)


def test_settle_phosphate__leaves_a_slurry_without_iron_phosphate_alone():
    slurry = Stream.of(CHEMISTRY, {"H2O": 10.0, "H2SO4": 1.0, "LiFePO4(s)": 1.0})
    assert settle_phosphate(slurry, 2.6, 0.02) is slurry


def test_selective_leaching__keeps_the_sizes_of_the_powder():
    """FePO4 is what LiFePO4 was."""
    sizes = SizeDistribution.log_normal(2e-6, 0.5)
    solids = Stream.of(CHEMISTRY, {"LiFePO4(s)": 100.0, "C(s)": 5.0}, sizes={"LiFePO4(s)": sizes})
    unit = SelectiveLeaching(acid=ACID, oxidant=PEROXIDE, residence_time=10800.0)
    slurry = unit.run({"solids": solids, "liquor": WATER}).outlets["slurry"]
    assert slurry.size_distribution("FePO4(s)").fractions == pytest.approx(sizes.fractions, abs=1e-12)
    assert slurry.size_distribution("LiFePO4(s)").fractions == pytest.approx(sizes.fractions, abs=1e-12)


def test_selective_leaching__tells_of_each_tank():
    inlets = {"solids": Stream.of(CHEMISTRY, {"LiFePO4(s)": 100.0}), "liquor": WATER}
    tanks = SelectiveLeaching(acid=ACID, oxidant=PEROXIDE, residence_time=10800.0, tanks=3).profile(inlets)
    shares = [tank.dissolved["LiFePO4(s)"] for tank in tanks]
    assert len(tanks) == 3
    assert 0.5 < shares[0] < shares[1] < shares[2] < 0.97
    assert tanks[0].ph < tanks[2].ph


def test_selective_leaching__doses_a_flow_of_oxidant():
    solids, outcome = _leach({"LiFePO4(s)": 100.0}, oxidant_rule=Flow(60.0))
    assert outcome.report["oxidant_dose"] == pytest.approx(60.0, rel=1e-12)
    assert outcome.drawn["oxidant"]["H2O2"] == pytest.approx(60.0 * 0.3 / mass_of("H2O2"), rel=1e-9)
    assert solids["LiFePO4(s)"] > 0.0


def test_selective_leaching__is_solved_in_a_recycle_of_its_wash_water():
    sheet = Flowsheet()
    leach = SelectiveLeaching(acid=ACID, oxidant=PEROXIDE, residence_time=10800.0)
    powder = Stream.of(CHEMISTRY, {"LiFePO4(s)": 68.0, "C(s)": 30.0, "Al(s)": 1.0, "Cu(s)": 1.0})
    sheet.add("leach", leach, solids=powder, liquor=[Stream.of(CHEMISTRY, {"H2O": 300.0}), "filter.washings"])
    sheet.add("filter", Filtration(moisture=0.4), slurry="leach.slurry", wash=Stream.of(CHEMISTRY, {"H2O": 150.0}))
    solution = solve(sheet)
    assert solution.imbalance < 1e-9
    assert solution.reports["leach"]["lithium_extraction"] > 0.9


def test_selective_leaching__lets_dry_solids_pass_and_says_so():
    solids, outcome = _leach({"LiFePO4(s)": 1.0}, liquor=Stream.empty(CHEMISTRY))
    assert outcome.outlets["slurry"].mass == pytest.approx(solids.mass, rel=1e-14)
    assert outcome.warnings == ("no liquor is fed: nothing dissolves",)


@pytest.mark.parametrize("given", [{"phosphate_release": 2.0}, {"dihydrate_saturation": float("nan")}])
def test_selective_leaching__refuses_a_release_or_saturation_that_cannot_be(given):
    with pytest.raises(DeclarationError, match=next(iter(given))):
        _leach({"LiFePO4(s)": 100.0}, **given)


def test_selective_leaching__takes_next_to_no_acid_where_there_is_none():
    """Peroxide with copper makes Cu+2 of it only with acid."""
    _, outcome = _leach({"LiFePO4(s)": 100.0, "Cu(s)": 2.0}, acid_rule=PerElement("Li", 0.0), residence_time=10800.0)
    assert outcome.report["copper_extraction"] < 0.1
