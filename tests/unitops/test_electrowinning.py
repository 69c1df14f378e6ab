import pytest
from hand import imbalance, mass_of

from raffinate.flowsheet import DeclarationError, Stream
from raffinate.flowsheet.chemistry import Chemistry
from raffinate.unitops.electrowinning import Electrowinning

CHEMISTRY = Chemistry("Cu Fe Co S")
FEED = Stream.of(CHEMISTRY, {"H2O": 1.0, "CuSO4": 0.12, "H2SO4": 0.19, "CoSO4": 0.0005})  # 44 g/L copper
FARADAY = 96485.33212  # C/mol
KILOWATT_HOUR = 3.6e6


def _won(feed=FEED, **given):
    outcome = Electrowinning(**({"copper": 35.0} | given)).run({"electrolyte": feed})
    assert imbalance({"electrolyte": feed}, outcome) < 1e-12
    return outcome


def _with_iron(ferric):
    """A feed with kg/m3 of Fe(III) in its spent electrolyte, nearly."""
    sulfate = ferric * FEED.liquor_volume / (2.0 * mass_of("Fe")) * mass_of("Fe2(SO4)3")
    return FEED + Stream.of(CHEMISTRY, {"Fe2(SO4)3": sulfate})


def test_electrowinning__plates_down_to_the_copper_of_the_spent_electrolyte():
    outcome = _won()
    spent = outcome.outlets["spent"]
    assert spent.concentration("Cu+2") == pytest.approx(35.0, rel=1e-9)
    plated = FEED["Cu+2"] - spent["Cu+2"]
    assert outcome.outlets["cathode"]["Cu(s)"] == pytest.approx(plated, rel=1e-10)
    assert outcome.report["mass_flow"] == pytest.approx(plated * mass_of("Cu"), rel=1e-10)
    assert outcome.warnings == ()


def test_electrowinning__gives_back_the_acid_that_stripped_the_copper():
    """A mole of copper sets two protons free and half a mole of oxygen; cobalt and water but one mole a copper stay."""
    outcome = _won()
    spent, plated = outcome.outlets["spent"], outcome.outlets["cathode"]["Cu(s)"]
    assert spent["H+"] - FEED["H+"] == pytest.approx(2.0 * plated, rel=1e-9)
    assert outcome.report["oxygen"] == pytest.approx(0.5 * plated, rel=1e-12)
    assert outcome.outlets["offgas"]["O2(g)"] == pytest.approx(0.5 * plated, rel=1e-12)
    assert FEED["H2O"] - spent["H2O"] == pytest.approx(plated, rel=1e-9)
    assert spent["Co+2"] == FEED["Co+2"]
    assert outcome.report["free_acid"] == pytest.approx(spent["H+"] / spent.liquor_volume, rel=1e-12)
    assert 0.5 * outcome.report["free_acid"] * mass_of("H2SO4") == pytest.approx(186.0, rel=0.02)  # g/L, as plants have


def test_electrowinning__obeys_faradays_law():
    """2 F a mole of copper over the current efficiency; kWh/kg = V / (1.186 g/Ah x efficiency), the rectifier's loss on top."""
    outcome = _won(current_efficiency=0.9, current_density=300.0)
    report = outcome.report
    plated = outcome.outlets["cathode"]["Cu(s)"]
    assert report["current"] == pytest.approx(2.0 * FARADAY * plated / 0.9, rel=1e-9)
    assert report["cathode_area"] == pytest.approx(report["current"] / 300.0, rel=1e-12)
    per_kilogram = report["voltage"] / (1.1855 * 0.9) / 0.96
    assert report["specific_energy"] / KILOWATT_HOUR == pytest.approx(per_kilogram, rel=1e-3)
    assert report["power"] == pytest.approx(report["specific_energy"] * report["mass_flow"], rel=1e-12)


def test_electrowinning__has_the_voltage_and_energy_of_plants():
    """Plants: 1.9 to 2.2 V and 1.7 to 2.2 kWh/kg at 250 to 320 A/m2 (recalled)."""
    for density in (250.0, 280.0, 320.0):
        report = _won(current_density=density).report
        assert 1.85 < report["voltage"] < 2.2
        assert 1.7 < report["specific_energy"] / KILOWATT_HOUR < 2.2


def test_electrowinning__needs_more_voltage_for_more_current():
    voltages = [_won(current_density=density).report["voltage"] for density in (150.0, 250.0, 350.0)]
    assert voltages == sorted(voltages)


def test_electrowinning__loses_current_to_iron():
    clean, dirty = _won(), _won(_with_iron(2.0))
    iron = dirty.outlets["spent"].concentration("Fe+3")
    lost = clean.report["current_efficiency"] - dirty.report["current_efficiency"]
    assert lost == pytest.approx(0.025 * iron, rel=1e-9)
    assert iron == pytest.approx(2.0, rel=0.05)
    assert dirty.outlets["spent"]["Fe+3"] == pytest.approx(_with_iron(2.0)["Fe+3"], rel=1e-12)


def test_electrowinning__bleeds_its_share_of_the_spent_electrolyte():
    outcome = _won(bleed=0.05)
    spent, bleed = outcome.outlets["spent"], outcome.outlets["bleed"]
    assert bleed["Cu+2"] == pytest.approx(0.05 * (spent["Cu+2"] + bleed["Cu+2"]), rel=1e-12)
    assert bleed["Cu(s)"] == 0.0


def test_electrowinning__says_that_there_is_nothing_to_plate():
    outcome = _won(copper=60.0)
    assert outcome.outlets["cathode"].mass == 0.0
    assert outcome.report["voltage"] == 0.0
    [warning] = outcome.warnings
    assert "of copper, no more than the 60 it is to be plated down to" in warning


def test_electrowinning__warns_of_rough_deposits_and_of_iron():
    assert "is below 28, where deposits become rough" in _won(copper=10.0).warnings[0]
    assert "400 A/m2 is above 350" in _won(current_density=400.0).warnings[0]
    assert "takes all of the current" in _won(_with_iron(38.0)).warnings[0]


def test_electrowinning__refuses_an_efficiency_above_one():
    with pytest.raises(DeclarationError, match=r"Electrowinning: current_efficiency = 1\.2 is outside 0\.1 to 1"):
        Electrowinning(copper=35.0, current_efficiency=1.2)
