"""Gases over liquors: Henry's constants of reviews, partial pressures, salting out.

Sources: IAPWS guideline G7-04 after Fernandez-Prini, Alvarez & Harvey (2003) J. Phys. Chem. Ref. Data 32, 903 (O2, CO2,
H2S; coefficients recalled); Sander (2023) Atmos. Chem. Phys. 23, 10901 (SO2, HCN, HF, NH3); CRC Handbook, solubility of
sulfur dioxide; Robinson & Bates (1971) and Perry's handbook, vapour over hydrochloric acid, recalled.
"""

import math

import pytest

from raffinate.flowsheet import DataError, Stream, settle
from raffinate.flowsheet.chemistry import Chemistry
from raffinate.flowsheet.chemistry.equilibrium import under
from raffinate.flowsheet.chemistry.water import vapour_pressure
from raffinate.flowsheet.quantities import celsius
from raffinate.flowsheet.stream import dose

MOLES = 55.508
STATES = ("SO3-2", "HS-", "CN-", "O2(aq)")
GASES = {
    **{"CO2(g)": "CO2(aq)", "O2(g)": "O2(aq)", "NH3(g)": "NH3(aq)", "HF(g)": "HF(aq)", "SO2(g)": "SO2(aq)"},
    **{"H2S(g)": "H2S(aq)", "HCN(g)": "HCN(aq)"},
}
# ln(kH/p) = A/Tr + B t^0.355/Tr + C exp(t)/Tr^0.41, t = 1 - Tr, Tr = T/647.096 K
GUIDELINE = {
    "O2(g)": (-9.44833, 4.43822, 11.42005),
    "CO2(g)": (-8.55445, 4.01195, 9.52345),
    "H2S(g)": (-4.51499, 5.23538, 4.42126),
}


@pytest.fixture(scope="module")
def chemistry():
    return Chemistry("Na S C N F Cl", states=STATES)


def henry(chemistry, gas, degrees):
    """Answer mol/kg of the undissociated gas at 1 bar and infinite dilution."""
    mixture = chemistry.mixture(celsius(degrees))
    dissolved = mixture.ln_k[chemistry.aqueous_names.index(GASES[gas])]
    return math.exp(dissolved + mixture.phase_ln_k[chemistry.phase_index[gas]])


def of_guideline(gas, degrees):
    temperature = celsius(degrees)
    reduced = temperature / 647.096
    a, b, c = GUIDELINE[gas]
    rest = 1.0 - reduced
    exponent = a / reduced + b * rest**0.355 / reduced + c * math.exp(rest) * reduced**-0.41
    return MOLES * 1e5 / (vapour_pressure(temperature) * math.exp(exponent))


@pytest.mark.parametrize("degrees", [0, 25, 50, 75, 100])
@pytest.mark.parametrize(("gas", "tolerance"), [("O2(g)", 0.03), ("CO2(g)", 0.045), ("H2S(g)", 0.01)])
def test_henry__is_that_of_the_guideline_from_0_to_100_degc(chemistry, gas, tolerance, degrees):
    assert henry(chemistry, gas, degrees) == pytest.approx(of_guideline(gas, degrees), rel=tolerance)


@pytest.mark.parametrize("degrees", [0, 25, 50, 75, 100])
def test_ammonia__has_the_henry_constant_of_rumpf_and_maurer(chemistry, degrees):
    """ln (H / MPa kg/mol) = 3.932 - 1879.02 K/T - 355134.1 K2/T2, 0 to 160 degC; recalled."""
    temperature = celsius(degrees)
    megapascal = math.exp(3.932 - 1879.02 / temperature - 355134.1 / temperature**2)
    assert henry(chemistry, "NH3(g)", degrees) == pytest.approx(0.1 / megapascal, rel=0.045)


@pytest.mark.parametrize(
    ("gas", "least", "most"),
    [  # mol/kg/bar at 25 degC: the range of the reviews
        ("SO2(g)", 1.17, 1.42),
        ("HCN(g)", 7.4, 17.0),
        ("NH3(g)", 57.0, 61.0),
        ("HF(g)", 1.2e4, 1.5e4),
    ],
)
def test_henry__lies_in_the_range_of_the_reviews(chemistry, gas, least, most):
    assert least < henry(chemistry, gas, 25) < most


@pytest.mark.parametrize(
    ("gas", "least", "most"),
    [
        ("SO2(g)", 2800, 3300),
        ("HCN(g)", 2900, 5100),
        ("NH3(g)", 4000, 4400),
        ("H2S(g)", 1900, 2300),
        ("O2(g)", 1400, 1800),
    ],
)
def test_henry__falls_with_temperature_as_in_the_reviews(chemistry, gas, least, most):
    """Minus d ln H / d (1/T), K, about 25 degC."""
    colder, hotter = henry(chemistry, gas, 20), henry(chemistry, gas, 30)
    slope = math.log(colder / hotter) / (1.0 / celsius(20) - 1.0 / celsius(30))
    assert least < slope < most


@pytest.mark.parametrize(("degrees", "grams"), [(0, 228), (10, 162), (20, 113), (30, 78), (40, 54), (50, 45), (60, 32)])
def test_sulfur_dioxide__dissolves_as_in_the_handbook(chemistry, degrees, grams):
    """g SO2 in a kg of water under one atmosphere of SO2, a gas that is not ideal by some 2 %."""
    gas = Stream.of(chemistry, {"H2O": 1.0, "SO2(g)": 0.5})
    after, _ = settle(gas, celsius(degrees), [], {"SO2(g)": 101325.0})
    assert after["SO3-2"] * 64.06 == pytest.approx(grams, rel=0.12)


@pytest.mark.parametrize(("molality", "bar"), [(4.0, 2.4e-5), (6.0, 1.9e-4)])
def test_hydrochloric_acid__has_the_vapour_of_the_tables(chemistry, molality, bar):
    acid = Stream.of(chemistry, {"H2O": 1.0, "HCl": molality * 0.03646}).equilibrium
    assert acid.fugacity("HCl(g)") == pytest.approx(bar * 1e5, rel=0.15)


@pytest.mark.parametrize("gas", GASES)
def test_settle__holds_a_gas_at_its_partial_pressure(chemistry, gas):
    feed = Stream.of(chemistry, {"H2O": 1.0, "Na2SO4": 0.05, gas: 0.4})
    for pressure in (10.0, 30.0) if gas == "HF(g)" else (2e3, 1e4):
        after, found = settle(feed, 298.15, [], {gas: pressure})
        assert found.fugacity(gas) == pytest.approx(pressure, rel=1e-8)
        assert 0.0 < after[gas] < feed[gas]
        assert after.mass == pytest.approx(feed.mass, rel=1e-12)


def test_settle__takes_a_gas_of_phases_alone_as_1_bar(chemistry):
    feed = Stream.of(chemistry, {"H2O": 1.0, "CO2(g)": 0.1})
    plain, _ = settle(feed, 298.15, ["CO2(g)"])
    given, _ = settle(feed, 298.15, ["CO2(g)"], {"CO2(g)": 1e5})
    assert given.flows == pytest.approx(plain.flows, rel=1e-12)


def test_settle__lets_air_take_carbon_dioxide_out_of_bicarbonate(chemistry):
    feed = Stream.of(chemistry, {"H2O": 1.0, "NaHCO3": 0.0084})
    aired, found = settle(feed, 298.15, [], {"CO2(g)": 42.0})
    assert aired["CO2(g)"] > 0.0
    assert found.ph > feed.ph + 1.0


def test_dose__counts_the_gas_at_its_pressure(chemistry):
    """Acid to pH 4 drives out more CO2 under air than under pure CO2, and takes less of it to stay."""
    feed = Stream.of(chemistry, {"H2O": 1.0, "Na2CO3": 0.0106})
    acid = Stream.of(chemistry, {"H2SO4": 1.0})
    pure, _, _ = dose(feed, acid, 4.0, 298.15, ["CO2(g)"])
    aired, _, found = dose(feed, acid, 4.0, 298.15, [], {"CO2(g)": 42.0})
    assert found.ph == pytest.approx(4.0, abs=1e-8)
    assert aired["CO2(g)"] > pure["CO2(g)"]
    assert found.fugacity("CO2(g)") == pytest.approx(42.0, rel=1e-6)


@pytest.mark.parametrize(
    ("gas", "species", "salt", "least", "most"),
    [  # solubility in salt over that in water; Setschenow: O2 0.57 in 2 mol/kg NaCl and 0.5 in 1 mol/kg Na2SO4, recalled
        ("O2(g)", "O2(aq)", {"NaCl": 0.11688}, 0.50, 0.60),
        ("O2(g)", "O2(aq)", {"Na2SO4": 0.14204}, 0.40, 0.55),
        ("CO2(g)", "CO2(aq)", {"NaCl": 0.11688}, 0.60, 0.72),
        ("H2S(g)", "H2S(aq)", {"NaCl": 0.11688}, 0.60, 0.80),
    ],
)
def test_salt__drives_a_gas_out(chemistry, gas, species, salt, least, most):
    water = settle(Stream.of(chemistry, {"H2O": 1.0, gas: 0.1}), 298.15, [], {gas: 1e5})[1].molality(species)
    brine = settle(Stream.of(chemistry, {"H2O": 1.0, gas: 0.1, **salt}), 298.15, [], {gas: 1e5})[1].molality(species)
    assert least < brine / water < most


@pytest.mark.parametrize(("gas", "species", "own"), [("O2(g)", "O2(aq)", 0.0), ("CO2(g)", "CO2(aq)", -0.0172)])
@pytest.mark.parametrize(("metal", "constant"), [("Ni", 0.1654), ("Co", 0.1680), ("Mn", 0.1463), ("Mg", 0.1694)])
def test_metal_sulfate__drives_a_gas_out_as_weisenberger_and_schumpe_estimate(gas, species, own, metal, constant):
    """log10 of solubility in water over that in 1 mol/L of sulfate: the sum of the constants of ions and gas; recalled."""
    chemistry = Chemistry(f"{metal} S C", states=("O2(aq)",))
    masses = {"Ni": 0.15475, "Co": 0.15499, "Mn": 0.15100, "Mg": 0.12037}
    feed = {"H2O": 1.0, "H2SO4": 1e-4, gas: 0.1}
    water = settle(Stream.of(chemistry, feed), 298.15, [], {gas: 1e5})[1].molality(species)
    brine = settle(Stream.of(chemistry, feed | {f"{metal}SO4": masses[metal]}), 298.15, [], {gas: 1e5})[1].molality(
        species
    )
    assert math.log10(water / brine) == pytest.approx(constant + 0.1117 + 2.0 * own, abs=0.06)


def test_fugacity__of_an_absent_gas_is_0(chemistry):
    assert Stream.of(chemistry, {"H2O": 1.0}).equilibrium.fugacity("SO2(g)") == 0.0


def test_fugacity__is_of_gases_only():
    chemistry = Chemistry("Na S")
    found = Stream.of(chemistry, {"H2O": 1.0, "Na2SO4": 0.1}).equilibrium
    with pytest.raises(DataError, match=r"'Na2SO4\(s\)' is no gas"):
        found.fugacity("Na2SO4(s)")
    with pytest.raises(DataError, match=r"'O2\(g\)' has no equilibrium in the chemistry"):
        found.fugacity("O2(g)")


@pytest.mark.parametrize(
    ("pressures", "reason"),
    [
        ({"CO2(gas)": 1e5}, r"'CO2\(gas\)' has no equilibrium in the chemistry; did you mean 'CO2\(g\)'"),
        ({"Na2SO4(s)": 1e5}, r"gas 'Na2SO4\(s\)' has no equilibrium in the chemistry"),
        ({"CO2(g)": 0.0}, r"partial pressure of CO2\(g\) = 0 Pa is not above 0 Pa"),
    ],
)
def test_under__refuses_what_is_no_gas_or_no_pressure(chemistry, pressures, reason):
    with pytest.raises(DataError, match=reason):
        under(chemistry, 298.15, pressures)
