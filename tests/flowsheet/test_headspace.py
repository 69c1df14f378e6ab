"""A closed headspace: Henry's law in a vessel in closed form, PHREEQC's GAS_PHASE, a bubble at a pressure, refusals."""

import numpy as np
import pytest
from phreeqpy.iphreeqc.phreeqc_dll import IPhreeqc

from raffinate.flowsheet import DeclarationError
from raffinate.flowsheet.chemistry import Chemistry, Davies
from raffinate.flowsheet.chemistry.equilibrium import speciate
from raffinate.flowsheet.chemistry.headspace import Headspace

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
    assert found.saturation_index("CO2(g)") == pytest.approx(np.log10(2.0), abs=1e-9)
    assert gas(found) > 0.05
    np.testing.assert_allclose(held(found), totals, rtol=1e-12, atol=1e-12)


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
    with pytest.raises(DeclarationError, match=r"CO2\(g\)"):
        speciate(CHEMISTRY, liquor(CO2=0.1), ROOM, NOTHING, headspace=Headspace(("CO(g)",), volume=1.0))
