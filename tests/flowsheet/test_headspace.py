"""A closed headspace: Henry's law in a vessel in closed form, PHREEQC's GAS_PHASE, a bubble at a pressure, refusals."""

import numpy as np
import pytest
from phreeqpy.iphreeqc.phreeqc_dll import IPhreeqc

from raffinate.flowsheet import DataError, DeclarationError, Stream, settle
from raffinate.flowsheet.chemistry import Chemistry, Davies
from raffinate.flowsheet.chemistry.equilibrium import speciate
from raffinate.flowsheet.chemistry.headspace import Headspace
from raffinate.flowsheet.chemistry.water import vapour_pressure
from raffinate.flowsheet.quantities import celsius

GAS_CONSTANT = 8.314462618
ROOM = 298.15
CHEMISTRY = Chemistry("Na Ca C S")
NOTHING = CHEMISTRY.allowed(())


def liquor(**moles):
    totals = np.zeros(len(CHEMISTRY.components))
    totals[0] = 1.0 / CHEMISTRY.molar_masses[0]
    for formula, amount in moles.items():
        totals += amount * CHEMISTRY.dissolve(formula)
    return totals


def held(found):
    """All components of a liquor with its phases and gases."""
    return found.totals + found.amounts @ CHEMISTRY.mixture(ROOM).phase_composition


def gas(found, name="CO2(g)"):
    return float(found.amounts[CHEMISTRY.phase_index[name]])


@pytest.mark.parametrize("litres", [0.01, 1.0, 30.0])
def test_speciate__obeys_henrys_law_in_a_closed_vessel(litres):
    found = speciate(CHEMISTRY, liquor(CO2=0.05), ROOM, NOTHING, headspace=Headspace(("CO2(g)",), volume=1e-3 * litres))
    pressure = gas(found) * GAS_CONSTANT * ROOM / (1e-3 * litres) / 1e5
    # CO2 hardly dissociates: n = m + p V / RT with m gamma = K p
    henry = found.activity("CO2(aq)") / pressure
    gamma = found.activity("CO2(aq)") / found.molality("CO2(aq)")
    room = 1e2 * litres / (GAS_CONSTANT * ROOM)
    dissolved = 0.05 - found.molality("HCO3-")
    assert found.saturation_index("CO2(g)") == pytest.approx(np.log10(pressure), abs=1e-10)
    assert pressure == pytest.approx(dissolved / (henry / gamma * found.speciation.water + room), rel=1e-8)
    np.testing.assert_allclose(held(found), liquor(CO2=0.05), rtol=1e-12, atol=1e-13)


def test_speciate__without_room_is_speciate_without_headspace():
    totals = liquor(CO2=0.05, NaOH=0.02)
    closed = speciate(CHEMISTRY, totals, ROOM, NOTHING, headspace=Headspace(("CO2(g)",), volume=1e-12))
    assert closed.ph == pytest.approx(speciate(CHEMISTRY, totals, ROOM, NOTHING).ph, abs=1e-8)


def test_speciate__shares_carbon_between_gas_liquor_and_calcite():
    totals = liquor(CaCO3=0.05, CO2=0.2)
    calcite = CHEMISTRY.allowed(["CaCO3(s)"])
    for litres in (0.1, 1.0, 10.0):
        found = speciate(CHEMISTRY, totals, ROOM, calcite, headspace=Headspace(("CO2(g)",), volume=1e-3 * litres))
        np.testing.assert_allclose(held(found), totals, rtol=1e-12, atol=1e-12)
        pressure = gas(found) * GAS_CONSTANT * ROOM / (1e2 * litres)
        assert found.saturation_index("CO2(g)") == pytest.approx(np.log10(pressure), abs=1e-10)
        assert found.saturation_index("CaCO3(s)") <= 1e-9


def test_speciate__finds_the_bubble_that_holds_a_pressure():
    totals = liquor(CO2=0.2)
    headspace = Headspace(("CO2(g)",), pressure=2e5)
    found = speciate(CHEMISTRY, totals, ROOM, NOTHING, headspace=headspace)
    vapour = found.water_activity * vapour_pressure(ROOM)
    assert found.fugacity("CO2(g)") == pytest.approx(2e5 - vapour, rel=1e-9)
    assert gas(found) > 0.05
    np.testing.assert_allclose(held(found), totals, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("degrees", [25.0, 60.0, 90.0, 99.0])
@pytest.mark.parametrize("salt", [{}, {"Na2SO4": 2.0}])
def test_speciate__leaves_the_gas_what_the_water_vapour_does_not_hold(degrees, salt):
    totals, temperature = liquor(CO2=0.5, **salt), celsius(degrees)
    found = speciate(CHEMISTRY, totals, temperature, NOTHING, headspace=Headspace("CO2(g)", pressure=101325.0))
    vapour = found.water_activity * vapour_pressure(temperature)
    assert found.fugacity("CO2(g)") + vapour == pytest.approx(101325.0, rel=1e-9)
    if degrees == 90.0 and not salt:
        assert found.fugacity("CO2(g)") == pytest.approx(31.2e3, rel=0.01)  # steam holds 70.1 kPa at 90 degC


def test_speciate__refuses_a_liquor_that_boils_in_its_bubble():
    totals, headspace = liquor(CO2=0.5), Headspace("CO2(g)", pressure=101325.0)
    with pytest.raises(DataError, match=r"the liquor boils: its vapour holds 1\.08\de\+05 Pa, more than the pressure"):
        speciate(CHEMISTRY, totals, celsius(102.0), NOTHING, headspace=headspace)
    salty = liquor(CO2=0.5, Na2SO4=2.0)  # whose boiling point lies higher
    assert 0.0 < speciate(CHEMISTRY, salty, celsius(101.0), NOTHING, headspace=headspace).fugacity("CO2(g)") < 5e3


def test_speciate__holds_a_bubble_beside_gases_at_their_own_pressure():
    chemistry = Chemistry("Na C N")
    totals = np.zeros(len(chemistry.components))
    totals[0] = 1.0 / chemistry.molar_masses[0]
    totals += 0.4 * chemistry.dissolve("CO2") + 0.05 * chemistry.dissolve("NH3")
    headspace = Headspace("CO2(g)", pressure=2e5)
    allowed = chemistry.allowed(["NH3(g)"])
    found = speciate(chemistry, totals, ROOM, allowed, {"NH3(g)": 1e-3}, headspace=headspace)
    vapour = found.water_activity * vapour_pressure(ROOM)
    assert found.fugacity("CO2(g)") == pytest.approx(2e5 - vapour, rel=1e-9)
    assert found.fugacity("NH3(g)") == pytest.approx(1e-3, rel=1e-8)
    assert found.amounts[chemistry.phase_index["NH3(g)"]] > 0.0


def test_speciate__refuses_a_gas_in_the_headspace_and_at_a_pressure_of_its_own():
    headspace = Headspace("CO2(g)", volume=1e-3)
    with pytest.raises(DataError, match=r"'CO2\(g\)' is in the headspace and has a partial pressure of its own"):
        speciate(CHEMISTRY, liquor(CO2=0.1), ROOM, NOTHING, {"CO2(g)": 1e4}, headspace=headspace)


def test_speciate__forms_a_gas_of_the_headspace_nowhere_else():
    # 0.03 mol/kg CO2 would leave at 0.5 bar, and has no bubble at 2 bar though it may form
    headspace = Headspace("CO2(g)", pressure=2e5)
    found = speciate(CHEMISTRY, liquor(CO2=0.04), ROOM, "CO2(g)", headspace=headspace)
    assert gas(found) == 0.0
    assert 1e5 < found.fugacity("CO2(g)") < 2e5


def test_settle__closes_a_stream_in_with_its_gas():
    stream = Stream.of(CHEMISTRY, {"H2O": 1.0, "NaHCO3": 0.01, "CO2(g)": 0.02})
    after, found = settle(stream, ROOM, (), headspace=Headspace("CO2(g)", pressure=1.5e5))
    vapour = found.water_activity * vapour_pressure(ROOM)
    assert found.fugacity("CO2(g)") == pytest.approx(1.5e5 - vapour, rel=1e-9)
    assert after["CO2(g)"] == pytest.approx(gas(found), rel=1e-12)
    assert after.elements == pytest.approx(stream.elements, rel=1e-12, abs=1e-15)
    assert after.ph == pytest.approx(found.ph, abs=1e-8)


@pytest.mark.parametrize("times", [1.0, 1e3])
def test_settle__takes_a_volume_per_second_of_its_stream(times):
    stream = Stream.of(CHEMISTRY, {"H2O": 1.0, "CO2(g)": 0.02}) * times
    volume = 5e-3 * times
    after, found = settle(stream, ROOM, "CO2(g)", headspace=Headspace("CO2(g)", volume=volume))
    assert after["CO2(g)"] == pytest.approx(found.fugacity("CO2(g)") * volume / (GAS_CONSTANT * ROOM), rel=1e-8)
    held = 5e-3 * 1e5 / (GAS_CONSTANT * ROOM)  # mol/bar, beside 0.0339 mol/kg/bar in water
    assert after["CO2(g)"] / times == pytest.approx(0.02 / 0.04401 * held / (held + 0.0339), rel=1e-2)
    assert after.mass == pytest.approx(stream.mass, rel=1e-12)


def test_settle__has_calcite_dissolve_in_the_acid_of_its_bubble():
    stream = Stream.of(CHEMISTRY, {"H2O": 1.0, "CaCO3(s)": 0.01, "CO2(g)": 0.05})
    few, many = (
        settle(stream, ROOM, ["CaCO3(s)"], headspace=Headspace("CO2(g)", pressure=bar * 1e5))[0] for bar in (0.5, 5.0)
    )
    # HCO3- in water with calcite grows as the third root of the pressure of CO2
    assert many["Ca+2"] / few["Ca+2"] == pytest.approx(10.4 ** (1.0 / 3.0), rel=0.1)


def test_speciate__has_no_bubble_where_the_gases_cannot_hold_the_pressure():
    totals = liquor(CO2=0.02)
    found = speciate(CHEMISTRY, totals, ROOM, NOTHING, headspace=Headspace(("CO2(g)",), pressure=2e5))
    assert gas(found) == 0.0
    assert found.saturation_index("CO2(g)") < np.log10(2.0)


def test_speciate__agrees_with_the_gas_phase_of_phreeqc():
    # PHREEQC is given our constants; it counts pressures in atm
    chemistry = Chemistry("Na C", activity=Davies())
    names = [s.name for s in chemistry.aqueous]
    mixture = chemistry.mixture(ROOM)
    dioxide = names.index("CO2(aq)")
    bicarbonate, hydroxide = names.index("HCO3-"), names.index("OH-")
    gas_at = chemistry.phase_index["CO2(g)"]
    henry = (mixture.phase_ln_k[gas_at] + mixture.ln_k[dioxide]) / np.log(10.0) + np.log10(1.01325)
    log_k = mixture.ln_k / np.log(10.0)
    library = IPhreeqc()
    library.load_database_string(
        "SOLUTION_MASTER_SPECIES\nH H+ 0 H 1.008\nH(0) H2 0 H\nH(1) H+ 0 H\nE e- 0 0 0\nO H2O 0 O 15.999\nO(0) O2 0 O\n"
        "O(-2) H2O 0 O\nC CO3-2 2 61.0 12.011\nSOLUTION_SPECIES\nH+ = H+\n log_k 0\ne- = e-\n log_k 0\nH2O = H2O\n log_k 0\n"
        "CO3-2 = CO3-2\n log_k 0\n2 H+ + 2 e- = H2\n log_k -3.15\n2 H2O = O2 + 4 H+ + 4 e-\n log_k -86.08\n"
        f"H2O = OH- + H+\n log_k {log_k[hydroxide]}\nCO3-2 + H+ = HCO3-\n log_k {log_k[bicarbonate]}\n"
        f"CO3-2 + 2 H+ = CO2 + H2O\n log_k {log_k[dioxide]}\n -gamma 0 {mixture.salting[dioxide]}\n"
        f"PHASES\nCO2(g)\nCO2 = CO2\n log_k {henry}\nEND\n"
    )
    library.run_string(
        "SOLUTION 1\n temp 25\n pH 7 charge\n -water 1\nREACTION 1\n CO2 0.1\n 1 mol\nGAS_PHASE 1\n -fixed_volume\n"
        " -volume 2\n -temperature 25\n CO2(g) 0\nSELECTED_OUTPUT\n -reset false\n -high_precision true\nUSER_PUNCH\n"
        ' -headings moles ph\n 10 PUNCH GAS("CO2(g)"), -LA("H+")\nEND\n'
    )
    moles, ph = (float(value) for value in library.get_selected_output_array()[-1])
    totals = np.zeros(len(chemistry.components))
    totals[0] = 1.0 / chemistry.molar_masses[0]
    totals += 0.1 * chemistry.dissolve("CO2")
    found = speciate(chemistry, totals, ROOM, chemistry.allowed(()), headspace=Headspace(("CO2(g)",), volume=2e-3))
    assert found.ph == pytest.approx(ph, abs=1e-3)
    assert float(found.amounts[gas_at]) == pytest.approx(moles, rel=1e-3)


def test_headspace__wants_a_volume_or_a_pressure_and_a_known_gas():
    with pytest.raises(DeclarationError, match="volume or pressure"):
        Headspace(("CO2(g)",))
    with pytest.raises(DeclarationError, match="not above 0"):
        Headspace(("CO2(g)",), volume=-1.0)
    assert Headspace("CO2(g)", volume=1.0) == Headspace(("CO2(g)", "CO2(g)"), volume=1.0)
    with pytest.raises(DeclarationError, match="at least 1 is needed"):
        Headspace((), volume=1.0)
    with pytest.raises(DeclarationError, match=r"CO2\(g\)"):
        speciate(CHEMISTRY, liquor(CO2=0.1), ROOM, NOTHING, headspace=Headspace(("CO(g)",), volume=1.0))


@pytest.mark.parametrize(
    ("gases", "given", "reason"),
    [
        ("CO2(g)", {"pressure": "1e5"}, "headspace: pressure = '1e5' is no number; give it in Pa"),
        ("CO2(g)", {"volume": True}, "headspace: volume = True is no number; give it in m3"),
        (None, {"pressure": 1e5}, r"headspace: gas = None is no name; give one such as 'CO2\(g\)'"),
        (("CO2(g)", 1), {"pressure": 1e5}, "headspace: gas = 1 is no name"),
    ],
)
def test_headspace__wants_numbers_and_names(gases, given, reason):
    with pytest.raises(DeclarationError, match=reason):
        Headspace(gases, **given)
