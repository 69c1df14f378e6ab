"""Enthalpy: the slope of the very constants and parameters in use, and published heats of reaction."""

import dataclasses
import itertools
import math
import re

import numpy as np
import pytest

from raffinate.flowsheet import DataError, Stream, mix
from raffinate.flowsheet.chemistry import Chemistry, Davies, TruesdellJones, thermal, water
from raffinate.flowsheet.chemistry.databases import own_data
from raffinate.flowsheet.chemistry.equilibrium import speciate
from raffinate.flowsheet.chemistry.reaction import reaction
from raffinate.flowsheet.quantities import celsius

GAS_CONSTANT = water.GAS_CONSTANT


@pytest.fixture(scope="module")
def chemistry():
    return Chemistry("Li Na N Ni Co Mn Cu Fe Al S Cl C", extractants=["Cyanex 272"])


def totals(chemistry, masses):
    return np.array(Stream.of(chemistry, masses).flows[chemistry.liquor])


def ln_activities(chemistry, amounts, temperature):
    """ln a of every component of a liquor at equilibrium, nothing precipitating."""
    found = speciate(chemistry, amounts, temperature, np.zeros(len(chemistry.phases), dtype=bool)).speciation
    count = len(chemistry.components) - 1
    with np.errstate(divide="ignore"):
        ions = np.log(found.molality[:count]) + found.ln_gamma[:count]
    return np.append(found.ln_water_activity, ions)[amounts != 0.0]


def relative(chemistry, amounts, temperature):
    nothing = np.zeros(len(chemistry.phases), dtype=bool)
    found = speciate(chemistry, amounts, temperature, nothing)
    return thermal.relative_enthalpy(chemistry, temperature, found.speciation)


def heat_of(chemistry, equation, temperature=298.15):
    """J for the reaction as written, everything at infinite dilution or pure."""
    return float(reaction(chemistry, equation) @ thermal.standard_enthalpies(chemistry, temperature))


@pytest.mark.parametrize(
    "masses",
    [
        {"H2O": 1.0, "NiSO4": 0.3, "H2SO4": 0.1},
        {"H2O": 1.0, "Na2SO4": 0.2, "NaOH": 0.02},
        {"H2O": 1.0, "Na2CO3": 0.05, "CO2": 0.01, "NH3": 0.02},
        {"H2O": 1.0, "Al2(SO4)3": 0.05, "FeSO4": 0.1, "H2SO4": 0.05, "NaCl": 0.05},
    ],
)
@pytest.mark.parametrize("temperature", [298.15, 348.15])
def test_relative_enthalpy__is_minus_t_squared_times_the_slope_of_g_over_t(chemistry, masses, temperature):
    """At fixed totals, with the equilibrium shifting: what the laws of thermodynamics ask of it."""
    amounts, step = totals(chemistry, masses), 0.1
    present = amounts != 0.0
    hot, cold = (ln_activities(chemistry, amounts, temperature + sign * step) for sign in (1.0, -1.0))
    slope = float(amounts[present] @ (hot - cold)) / (2.0 * step)
    expected = -GAS_CONSTANT * temperature**2 * slope
    assert relative(chemistry, amounts, temperature) == pytest.approx(expected, rel=2e-5, abs=0.05)


def test_standard_enthalpies__of_solids_at_25_degrees_are_those_of_their_constants(chemistry):
    enthalpies = thermal.standard_enthalpies(chemistry, 298.15)
    for species in chemistry.phases:
        dissolved = sum(n * enthalpies[chemistry.index[name]] for name, n in species.reaction.items())
        assert dissolved - enthalpies[chemistry.index[species.name]] == pytest.approx(
            species.enthalpy, rel=1e-5, abs=2.0
        )


@pytest.mark.parametrize("temperature", [263.15, 283.15, 363.15, 500.0])
def test_standard_enthalpies__of_solids_and_gases_rise_by_their_own_heat_capacity(chemistry, temperature):
    """Not by that of their ions at infinite dilution, which is below 0 for FePO4.2H2O and many others."""
    risen = thermal.standard_enthalpies(chemistry, temperature) - thermal.standard_enthalpies(chemistry, 298.15)
    kopp = chemistry.heat_capacities(298.15)
    for species in chemistry.phases:
        at = chemistry.index[species.name]
        if species.phase == "solid":
            assert risen[at] == pytest.approx(kopp[at] * (temperature - 298.15), rel=1e-6)
        else:
            assert risen[at] == pytest.approx(water.gas_enthalpy(species.name, temperature), rel=1e-6)
            assert risen[at] / (temperature - 298.15) > 28.0


@pytest.mark.parametrize(
    ("solid", "measured"),
    [  # J/mol/K at 25 degC, NBS tables (Wagman et al. 1982); Kopp's rule is within 20 % of them
        ("Na2SO4(s)", 128.2),
        ("CaSO4.2H2O(s)", 186.0),
        ("NiSO4.6H2O(s)", 327.9),
        ("CuSO4.5H2O(s)", 280.0),
        ("Li2CO3(s)", 99.1),
        ("LiF(s)", 41.6),
        ("CaF2(s)", 67.0),
        ("Mg(OH)2(s)", 77.0),
    ],
)
def test_heat_capacity__of_a_cake_is_near_the_measured_one(solid, measured):
    chemistry = Chemistry("Li Na Mg Ca Ni Cu S C F")
    at = chemistry.index[solid]
    cake = Stream.of(chemistry, {solid: float(chemistry.molar_masses[at])}, celsius(60))
    assert cake.heat_capacity == pytest.approx(measured, rel=0.2)


@pytest.mark.parametrize(("name", "measured"), [("SO2(g)", 39.9), ("HF(g)", 29.1), ("HCl(g)", 29.1), ("H2S(g)", 34.2)])
def test_gas_heat_capacity__is_the_measured_one_of_acid_gases_too(name, measured):
    """J/mol/K at 25 degC, NBS tables."""
    assert water.gas_heat_capacity(name, 298.15) == pytest.approx(measured, abs=0.2)
    risen = water.gas_enthalpy(name, 299.15) - water.gas_enthalpy(name, 298.15)
    assert risen == pytest.approx(measured, abs=0.3)


def test_water__takes_heat_below_its_triple_point_as_at_it():
    """Only a brine is liquid there, and it has no other water."""
    assert water.enthalpy(273.16) - water.enthalpy(263.16) == pytest.approx(
        10.0 * water.heat_capacity(273.16), rel=1e-9
    )


STREAMS = {
    "water": ({"H2O": 1.0}, 25.0),
    "cold brine": ({"H2O": 0.8, "NaCl": 0.2}, -5.0),
    "dilute salts": ({"H2O": 1.0, "NiSO4": 0.02, "Na2SO4": 0.03}, 40.0),
    "leach liquor": ({"H2O": 1.0, "NiSO4": 0.2, "CoSO4": 0.05, "Li2SO4": 0.05, "H2SO4": 0.03}, 80.0),
    "soda": ({"H2O": 0.9, "Na2CO3": 0.1}, 60.0),
    "ammonia": ({"H2O": 0.85, "NH3": 0.15}, 40.0),
    "phosphoric acid": ({"H2O": 0.7, "H3PO4": 0.3}, 60.0),
    "20 % acid": ({"H2O": 0.8, "H2SO4": 0.2}, 25.0),
    "60 % acid": ({"H2O": 0.4, "H2SO4": 0.6}, 25.0),
    "98 % acid": ({"H2O": 0.02, "H2SO4": 0.98}, 80.0),
    "pure acid": ({"H2SO4": 1.0}, 25.0),
    "acid with salt": ({"H2O": 0.1, "H2SO4": 0.6, "NiSO4": 0.3}, 60.0),
    "32 % hydrochloric acid": ({"H2O": 0.68, "HCl": 0.32}, 25.0),
    "10 % caustic": ({"H2O": 0.9, "NaOH": 0.1}, 25.0),
    "50 % caustic": ({"H2O": 0.5, "NaOH": 0.5}, 45.0),
    "peroxide": ({"H2O": 0.7, "H2O2": 0.3}, 25.0),
    "slurry of phosphate": ({"H2O": 1.0, "FePO4.2H2O(s)": 0.5, "Na2SO4": 0.1}, 90.0),
    "slurry of black mass": ({"H2O": 1.0, "LiCoO2(s)": 0.3, "C(s)": 0.2, "Al(OH)3(s)": 0.1, "H2SO4": 0.1}, 70.0),
    "dry cake": ({"MnSO4.H2O(s)": 1.0, "CaSO4(s)": 0.2}, 80.0),
    "off-gas": ({"O2(g)": 0.2, "CO2(g)": 0.3, "H2O(g)": 0.1, "HCl(g)": 0.05, "N2(g)": 1.0}, 60.0),
    "furnace gas": ({"CO2(g)": 0.3, "SO2(g)": 0.1, "H2O(g)": 0.1, "C(s)": 0.2}, 700.0),
    "organic": ({"HA[Cyanex 272]": 0.3, "diluent": 0.7}, 35.0),
    "everything": ({"H2O": 1.0, "CoSO4": 0.1, "Cu(s)": 0.2, "diluent": 0.5, "CO2(g)": 0.1, "NaOH": 0.01}, 50.0),
}


@pytest.fixture(scope="module")
def wide():
    return Chemistry("Li Na N Ni Co Mn Cu Fe Al Ca P S Cl C", states=["SO3-2"], extractants=["Cyanex 272"])


@pytest.mark.parametrize(("masses", "degrees"), STREAMS.values(), ids=STREAMS)
def test_heat_capacity__is_the_slope_of_the_enthalpy(wide, masses, degrees):
    stream = Stream.of(wide, masses, celsius(degrees))
    cold, hot = (stream.replace(temperature=celsius(degrees + step)).enthalpy_flow for step in (-2.0, 2.0))
    assert stream.heat_capacity > 0.0
    assert stream.heat_capacity == pytest.approx((hot - cold) / 4.0, rel=1e-3)
    assert (7.0 * stream).heat_capacity == pytest.approx(7.0 * stream.heat_capacity, rel=1e-7)


@pytest.mark.parametrize(
    ("masses", "capacity", "within"),
    [  # J/kg/K at 25 degC: Perry's handbook for acids, Olsson et al. (1997) for caustic soda, Laliberté (2009)
        ({"H2SO4": 0.98, "H2O": 0.02}, 1420.0, 0.03),
        ({"H2SO4": 0.6, "H2O": 0.4}, 2220.0, 0.04),
        ({"HCl": 0.3, "H2O": 0.7}, 2600.0, 0.06),
        ({"NaOH": 0.5, "H2O": 0.5}, 3230.0, 0.03),
        ({"NaCl": 0.2, "H2O": 0.8}, 3390.0, 0.03),
        ({"H2O2": 0.3, "H2O": 0.7}, 3600.0, 0.05),
    ],
    ids=str,
)
def test_heat_capacity__is_the_measured_one(wide, masses, capacity, within):
    assert Stream.of(wide, masses, celsius(25)).heat_capacity == pytest.approx(capacity, rel=within)


def test_heat_capacity__is_above_zero_for_whatever_comes(wide):
    """Liquors of up to 4 mol/kg of each of several salts, acid or base in them, solids beside them."""
    random = np.random.default_rng(3)
    salts = ("NiSO4", "CoSO4", "MnSO4", "Na2SO4", "Li2SO4", "H2SO4", "NaCl", "Al2(SO4)3", "FeSO4")
    solids = [s.name for s in wide.solids]
    for _ in range(60):
        masses = {"H2O": 1.0} | {name: float(10.0 ** random.uniform(-3, -0.5)) for name in random.choice(salts, 3)}
        masses |= {name: float(random.uniform(0.0, 2.0)) for name in random.choice(solids, 2)}
        stream = Stream.of(wide, masses, celsius(float(random.uniform(5, 95))))
        per_mass = stream.heat_capacity / stream.mass
        assert 500.0 < per_mass < 4200.0, masses
        shared = thermal.sensible_capacity(wide, stream.flows, stream.temperature)
        assert shared == pytest.approx(stream.heat_capacity, rel=0.15), masses


def test_heat_capacity__of_a_liquor_far_beyond_the_model_is_the_least_that_salts_have_and_says_so(wide):
    """5.6 mol/kg of FeSO4, which is soluble to some 2: the slope of the enthalpy would be a quarter of that of its water."""
    beyond = Stream.of(wide, {"H2O": 1.0, "FeSO4": 0.854, "CoSO4": 0.193}, celsius(9))
    assert beyond.heat_capacity == pytest.approx(0.9 * 4190.0, rel=0.01)
    (found,) = beyond.enthalpy_remarks
    assert re.match(
        r"heat capacity of the liquor would be -?\d+ J/kg/K by the activity model, .*; heat_capacity takes 184\d", found
    )
    assert Stream.of(wide, {"H2O": 1.0, "FeSO4": 0.2, "CoSO4": 0.1}, celsius(9)).enthalpy_remarks == ()


MEASURED = [  # J/kg/K by Laliberté (2009) within the range of each salt: mass fraction, degC, value
    ("NaCl", 0.20, 25.0, 3412.0),
    ("NaCl", 0.20, 60.0, 3425.0),
    ("NaCl", 0.20, 90.0, 3441.0),
    ("NaCl", 0.25, 90.0, 3318.0),
    ("Na2SO4", 0.20, 25.0, 3509.0),
    ("Na2SO4", 0.20, 60.0, 3514.0),
    ("Na2SO4", 0.20, 90.0, 3534.0),
    ("Na2CO3", 0.10, 25.0, 3793.0),
    ("Na2CO3", 0.20, 25.0, 3600.0),
    ("K2SO4", 0.08, 90.0, 3833.0),
    ("KCl", 0.25, 90.0, 3080.0),
    ("LiCl", 0.15, 90.0, 3513.0),
    ("CaCl2", 0.30, 25.0, 2783.0),
    ("CaCl2", 0.40, 90.0, 2682.0),
    ("MgCl2", 0.30, 25.0, 2702.0),
    ("MgCl2", 0.30, 90.0, 2767.0),
    ("MgSO4", 0.25, 90.0, 3300.0),
    ("NiCl2", 0.30, 25.0, 2744.0),
    ("NiSO4", 0.15, 41.0, 3489.0),
    ("FeSO4", 0.20, 35.0, 3336.0),
    ("K2CO3", 0.065, 90.0, 3922.0),
    ("H3PO4", 0.40, 60.0, 3013.0),
    ("NH3", 0.20, 60.0, 4286.0),
]


@pytest.fixture(scope="module")
def salty():
    return Chemistry("Li Na K N Mg Ca Ni Fe S Cl C P")


@pytest.mark.parametrize(("salt", "fraction", "degrees", "measured"), MEASURED, ids=str)
def test_heat_capacity__of_hot_and_strong_liquors_is_the_measured_one_within_5_percent(
    salty, salt, fraction, degrees, measured
):
    stream = Stream.of(salty, {"H2O": 1.0 - fraction, salt: fraction}, celsius(degrees))
    assert stream.heat_capacity == pytest.approx(measured, rel=0.05)
    shared = thermal.sensible_capacity(salty, stream.flows, stream.temperature)
    low, high = (0.75, 1.0) if salt in ("H3PO4", "NH3") else (0.92, 1.10)
    assert low * measured < shared < high * measured


@pytest.mark.parametrize(
    ("masses", "degrees", "low", "high"),
    [  # J/kg/K, recalled with their range: handbooks for soda; ammonium sulfate by ions that take 0 to 150 J/mol/K
        ({"H2O": 0.75, "Na2CO3": 0.25}, 98.0, 3550.0, 3750.0),
        ({"H2O": 0.76, "Na2CO3": 0.24}, 60.0, 3500.0, 3720.0),
        ({"H2O": 0.715, "(NH4)2SO4": 0.285}, 25.0, 2900.0, 3150.0),
        ({"H2O": 0.715, "(NH4)2SO4": 0.285}, 90.0, 3000.0, 3500.0),
    ],
    ids=str,
)
def test_heat_capacity__of_hot_soda_and_ammonium_sulfate_stays_below_that_of_water(salty, masses, degrees, low, high):
    """By the slope of the enthalpy it would be 4580 and 3900 J/kg/K."""
    stream = Stream.of(salty, masses, celsius(degrees))
    assert low < stream.heat_capacity < high
    assert bool(stream.enthalpy_remarks) == (degrees > 50.0)


def test_heat_capacity__of_a_thin_liquor_needs_no_bounds(salty):
    """What `is_concentrated` leaves out of the remarks has a slope that is usual, whatever is dissolved."""
    random = np.random.default_rng(11)
    salts = (
        "NaCl",
        "Na2CO3",
        "K2CO3",
        "(NH4)2SO4",
        "NiSO4",
        "FeSO4",
        "Fe2(SO4)3",
        "MgCl2",
        "H2SO4",
        "NH3",
        "H3PO4",
        "NaOH",
    )
    looked_at = 0
    for _ in range(80):
        masses = {"H2O": 1.0} | {name: float(10.0 ** random.uniform(-2.5, -0.8)) for name in random.choice(salts, 2)}
        stream = Stream.of(salty, masses, celsius(float(random.uniform(1, 99))))
        if not thermal.is_concentrated(salty, stream.flows[salty.liquor]):
            looked_at += 1
            slope, least, most = stream._slope_of_liquor
            assert least <= slope <= most, masses
            assert not any("heat capacity" in remark for remark in stream.enthalpy_remarks)
    assert looked_at > 30


@pytest.mark.parametrize("name", ["98 % acid", "50 % caustic", "dry cake", "off-gas", "organic", "acid with salt"])
def test_sensible_capacity__is_exact_without_a_liquor_of_the_model(wide, name):
    masses, degrees = STREAMS[name]
    stream = Stream.of(wide, masses, celsius(degrees))
    found = thermal.sensible_capacity(wide, stream.flows, stream.temperature)
    cold, hot = (stream.replace(temperature=celsius(degrees + step)).enthalpy_flow for step in (-2.0, 2.0))
    assert found == pytest.approx((hot - cold) / 4.0, rel=1e-3)


def test_sensible_capacity__goes_on_where_no_liquor_is(wide):
    """Water that a furnace's solids were mixed with has the heat capacity that it ends with, until it is steam."""
    wet = Stream.of(wide, {"H2O": 1.0}, 600.0)
    assert thermal.sensible_capacity(wide, wet.flows, 600.0) == pytest.approx(water.heat_capacity(473.15), rel=1e-3)
    assert thermal.sensible_capacity(wide, Stream.empty(wide).flows, 300.0) == 0.0


def test_standard_enthalpies__of_water_and_steam_differ_by_the_heat_of_evaporation(chemistry):
    for temperature in (298.15, 333.15, 373.15):
        enthalpies = thermal.standard_enthalpies(chemistry, temperature)
        heat = enthalpies[chemistry.index["H2O(g)"]] - enthalpies[chemistry.index["H2O"]]
        expected = water.heat_of_evaporation(temperature) * chemistry.molar_masses[0]
        assert heat == pytest.approx(expected, rel=1e-9)
    assert heat_of(chemistry, "H2O = H2O(g)") == pytest.approx(44.0e3, rel=2e-3)


@pytest.mark.parametrize(
    ("equation", "heat", "tolerance"),
    [  # kJ/mol, NBS tables (Wagman et al. 1982); LiCoO2 of Wang & Navrotsky (2004)
        ("H2O2 = H2O + 0.5 O2(g)", -94.7, 0.5),
        ("Fe(s) + Cu+2 = Fe+2 + Cu(s)", -153.9, 0.5),
        ("Al(s) + 3 H+ = Al+3 + 1.5 H2(g)", -531.0, 1.0),
        ("LiCoO2(s) + 3 H+ + 0.5 H2O2 = Li+ + Co+2 + 2 H2O + 0.5 O2(g)", -133.4, 3.0),
        ("NiO(s) + 2 H+ = Ni+2 + H2O", -100.1, 0.5),
        ("C(s) + O2(g) = CO2(g)", -393.5, 2.5),
        ("CO2(g) + H2O = CO3-2 + 2 H+", 2.2, 2.5),
    ],
)
def test_standard_enthalpies__give_the_heats_of_reactions(chemistry, equation, heat, tolerance):
    assert heat_of(chemistry, equation) / 1e3 == pytest.approx(heat, abs=tolerance)


def test_standard_enthalpies__give_no_heat_of_extraction(chemistry):
    assert heat_of(chemistry, "NiA2[Cyanex 272] + 2 H+ = Ni+2 + 2 HA[Cyanex 272]") == pytest.approx(0.0, abs=1e-6)


def test_standard_enthalpies__rise_with_temperature_of_gases_metals_and_water(chemistry):
    colder, hotter = (thermal.standard_enthalpies(chemistry, t) for t in (298.15, 348.15))
    for name in ("H2O", "O2(g)", "H2(g)", "Cu(s)", "LiCoO2(s)", "HA[Cyanex 272]"):
        at = chemistry.index[name]
        assert hotter[at] > colder[at], name
    assert (hotter - colder)[chemistry.index["O2(g)"]] == pytest.approx(50.0 * 29.5, rel=0.02)


def test_standard_enthalpies__go_on_above_the_end_of_liquors(chemistry):
    """A furnace: no jump at 473.15 K, and heat taken up by Kopp's rule beyond."""
    below, above, far = (thermal.standard_enthalpies(chemistry, t) for t in (473.15 - 1e-6, 473.15 + 1e-6, 973.15))
    assert above == pytest.approx(below, abs=2.0)
    kopp = chemistry.heat_capacities(298.1)[chemistry.index["Li2CO3(s)"]]
    risen = (far - above)[chemistry.index["Li2CO3(s)"]]
    assert risen == pytest.approx(500.0 * kopp, rel=1e-6)


def test_neutralisation__gives_55_8_kilojoules(chemistry):
    """H+ + OH- in much water, at 25 degC; 1 mol/kg of HCl with 1 mol/kg of NaOH gives some 57."""
    for water_mass, heat, tolerance in ((1000.0, -55.84, 0.1), (1.0, -57.5, 0.5)):
        acid = Stream.of(chemistry, {"H2O": water_mass, "HCl": 0.036461})
        base = Stream.of(chemistry, {"H2O": water_mass, "NaOH": 0.039997})
        given = mix([acid, base]).enthalpy_flow - acid.enthalpy_flow - base.enthalpy_flow
        assert given / 1e3 == pytest.approx(heat, abs=tolerance)


def test_neutralisation__of_hot_water_gives_less(chemistry):
    """Olofsson & Hepler (1975): -52.6 kJ/mol at 40 degC, as the heat capacity of ionization says."""
    acid = Stream.of(chemistry, {"H2O": 1000.0, "HCl": 0.036461}, celsius(40))
    base = Stream.of(chemistry, {"H2O": 1000.0, "NaOH": 0.039997}, celsius(40))
    given = mix([acid, base]).replace(temperature=celsius(40)).enthalpy_flow - acid.enthalpy_flow - base.enthalpy_flow
    assert given / 1e3 == pytest.approx(-52.5, abs=0.4)


def test_tabulated_share__is_none_for_liquors_and_all_for_delivered_reagents(chemistry):
    for masses in (
        {"H2O": 1.0},
        {"H2O": 1.0, "H2SO4": 0.2, "NiSO4": 0.3},
        {"H2O": 1.0, "NaOH": 0.05},
        {"H2O": 1.0, "NaOH": 0.1, "Na2SO4": 0.3},
        {"H2O": 1.0, "Na2SO4": 0.4},
    ):
        assert thermal.tabulated_share(chemistry, totals(chemistry, masses)) == 0.0
    for masses in (
        {"H2O": 0.02, "H2SO4": 0.98},
        {"H2SO4": 1.0},
        {"H2O": 0.7, "NaOH": 0.3},
        {"H2O": 0.68, "HCl": 0.32},
    ):
        assert thermal.tabulated_share(chemistry, totals(chemistry, masses)) == 1.0


@pytest.mark.parametrize(("substance", "most"), [("H2SO4", 0.8), ("NaOH", 0.35), ("HCl", 0.2)])
def test_enthalpy__passes_from_the_model_to_the_table_smoothly(chemistry, substance, most):
    """Adding reagent step by step, its partial enthalpy never jumps."""
    amounts = np.linspace(0.01, most, 80)
    streams = [Stream.of(chemistry, {"H2O": 1.0, substance: m}) for m in amounts]
    partial = np.diff([s.enthalpy_flow for s in streams]) / np.diff(amounts)
    molar_mass = float(chemistry.dissolve(substance) @ chemistry.molar_masses[chemistry.liquor])
    assert np.abs(np.diff(partial * molar_mass)).max() < 2.0e3


def test_enthalpy__needs_no_speciation_of_strong_acid(chemistry):
    acid = totals(chemistry, {"H2SO4": 0.98, "H2O": 0.02})
    assert math.isfinite(thermal.liquor_enthalpy(chemistry, acid, 298.15, None))
    with pytest.raises(Exception, match=r"enthalpy of a liquor at 298.15 K needs its speciation"):
        thermal.liquor_enthalpy(chemistry, totals(chemistry, {"H2O": 1.0}), 298.15, None)


def test_enthalpy__of_pure_acid_is_that_of_the_tables(chemistry):
    """NBS tables: H2SO4(l) -813.99 kJ/mol; the table of heats of solution is 0.9 kJ/mol off it at infinite dilution."""
    acid = Stream.of(chemistry, {"H2SO4": 1.0})
    assert acid.enthalpy_flow / acid["SO4-2"] / 1e3 == pytest.approx(-813.99, abs=1.0)


@pytest.mark.parametrize(
    ("masses", "capacity"),
    [  # J/kg/K near 25 degC: Perry's handbook for acid, Olsson et al. (1997) for caustic soda, Laliberté (2009)
        ({"H2O": 1.0}, 4180.0),
        ({"H2SO4": 0.98, "H2O": 0.02}, 1420.0),
        ({"H2SO4": 0.5, "H2O": 0.5}, 2520.0),
        ({"H2SO4": 0.2, "H2O": 0.8}, 3500.0),
        ({"NaOH": 0.5, "H2O": 0.5}, 3230.0),
        ({"NaOH": 0.1, "H2O": 0.9}, 3770.0),
        ({"NaCl": 0.2, "H2O": 0.8}, 3390.0),
        ({"Na2SO4": 0.15, "H2O": 0.85}, 3630.0),
        ({"NiSO4": 0.25, "H2O": 0.75}, 3030.0),
        ({"MnSO4": 0.25, "H2O": 0.75}, 3130.0),
    ],
    ids=str,
)
def test_enthalpy__rises_with_temperature_by_the_measured_heat_capacity(chemistry, masses, capacity):
    colder, hotter = (Stream.of(chemistry, masses, celsius(t)) for t in (20.0, 35.0))
    found = (hotter.enthalpy_flow - colder.enthalpy_flow) / 15.0 / colder.mass
    assert found == pytest.approx(capacity, rel=0.055 if {"NiSO4", "MnSO4"} & set(masses) else 0.03)


def test_equilibrium__has_the_enthalpy_of_its_liquor(chemistry):
    stream = Stream.of(chemistry, {"H2O": 1.0, "NiSO4": 0.2, "H2SO4": 0.05, "C(s)": 1.0}, celsius(60))
    graphite = stream.solids.enthalpy_flow
    assert stream.enthalpy_flow == pytest.approx(stream.equilibrium.enthalpy + graphite, rel=1e-9)


def test_enthalpy_flow__adds_up_over_phases_and_amounts(chemistry):
    stream = Stream.of(
        chemistry, {"H2O": 1.0, "NiSO4": 0.2, "Cu(s)": 0.1, "HA[Cyanex 272]": 0.2, "O2(g)": 0.01}, celsius(50)
    )
    parts = [stream.liquor, stream.solids, stream.organic, stream.gas]
    assert sum(part.enthalpy_flow for part in parts) == pytest.approx(stream.enthalpy_flow, rel=1e-10)
    assert (1e3 * stream).enthalpy_flow == pytest.approx(1e3 * stream.enthalpy_flow, rel=1e-9)
    assert Stream.empty(chemistry).enthalpy_flow == 0.0


def test_enthalpy_flow__of_a_dry_stream_needs_no_liquor(chemistry):
    dry = Stream.of(chemistry, {"LiCoO2(s)": 1.0, "C(s)": 0.5}, celsius(600))
    assert dry.enthalpy_flow > dry.replace(temperature=298.15).enthalpy_flow


def test_enthalpy__of_what_is_left_is_that_of_what_came_less_the_crystals(chemistry):
    """Over two ways to the same state: dissolve then heat, heat then dissolve."""
    crystals = Stream.of(chemistry, {"NiSO4.6H2O(s)": 0.1}, celsius(25))
    solvent = Stream.of(chemistry, {"H2O": 1.0}, celsius(25))
    liquor = Stream.of(chemistry, {"H2O": 1.0 + 0.1 * 6 * 18.0153 / 262.85, "NiSO4": 0.1 * 154.757 / 262.85})
    for one, other in itertools.pairwise(celsius(t) for t in (25, 40, 55)):
        way_one = [liquor.replace(temperature=one).enthalpy_flow, liquor.replace(temperature=other).enthalpy_flow]
        apart = [
            crystals.replace(temperature=t).enthalpy_flow + solvent.replace(temperature=t).enthalpy_flow
            for t in (one, other)
        ]
        dissolving = [w - a for w, a in zip(way_one, apart, strict=True)]
        assert dissolving[0] + (way_one[1] - way_one[0]) == pytest.approx(
            (apart[1] - apart[0]) + dissolving[1], rel=1e-9, abs=1e-3
        )
    assert dissolving[0] > 0.0


def test_remarks__say_where_caustic_soda_is_too_strong(chemistry):
    assert Stream.of(chemistry, {"H2O": 0.5, "NaOH": 0.5}).enthalpy_remarks == ()
    (found,) = Stream.of(chemistry, {"H2O": 0.3, "NaOH": 0.7}).enthalpy_remarks
    assert found.startswith("heat of Na+ with OH- is known down to 1.9 mol of water per mole")


def test_remarks__say_which_heat_of_dilution_the_model_does_not_know(chemistry):
    (found,) = Stream.of(chemistry, {"H2O": 1.0, "Al2(SO4)3": 0.1}).enthalpy_remarks
    assert found.startswith("heat of dilution of Al+3 with SO4-2 is that of Debye and Hückel's law alone")
    assert Stream.of(chemistry, {"H2O": 1.0, "Al2(SO4)3": 0.01, "NiSO4": 0.3}).enthalpy_remarks == ()


def test_data__has_the_enthalpy_of_every_solid_and_gas_that_the_data_know():
    everything = Chemistry("Li Na K N Mg Ca Al Fe Mn Co Ni Cu Zn S Cl C P F Si")
    assert thermal._without_enthalpy(everything) == ()


@pytest.mark.parametrize("model", [TruesdellJones(), Davies()], ids=lambda m: type(m).__name__)
def test_enthalpy__is_answered_under_other_activity_models(model):
    """A dilute acid: whichever model, 22 kJ for a bisulfate formed and 56 for water."""
    chemistry = Chemistry("Na S Cl", activity=model)
    acid = Stream.of(chemistry, {"H2O": 1.0, "HCl": 0.00036461})
    base = Stream.of(chemistry, {"H2O": 1.0, "NaOH": 0.00039997})
    given = mix([acid, base]).enthalpy_flow - acid.enthalpy_flow - base.enthalpy_flow
    assert given / 0.01 / 1e3 == pytest.approx(-55.9, abs=0.4)


def test_heat_capacity__is_there_at_the_ends_of_the_range_of_the_data():
    """A slope needs a kelvin of room; mixing needs no constants at all."""
    narrow = dataclasses.replace(own_data(), temperatures=(303.15, 333.15))
    chemistry = Chemistry("Na S Cl", database=narrow)
    for degrees, inside in ((30.2, 31.2), (59.8, 58.8)):
        brine = Stream.of(chemistry, {"H2O": 1.0, "NaCl": 0.1}, celsius(degrees))
        near = brine.replace(temperature=celsius(inside))
        assert brine.heat_capacity == pytest.approx(near.heat_capacity, rel=1e-3)
    one = dataclasses.replace(own_data(), temperatures=(298.15, 298.15))
    chemistry = Chemistry("Na S Cl", database=one)
    brine = Stream.of(chemistry, {"H2O": 1.0, "NaCl": 0.1}, celsius(25))
    with pytest.raises(
        DataError, match=r"stream: heat capacity of a liquor at 298\.15 K is a slope .* 298\.15 to 298\.15 K"
    ):
        _ = brine.heat_capacity
    with pytest.raises(
        DataError, match=r"enthalpy at 298\.15 K: a slope with temperature needs constants 0\.1 K either way"
    ):
        _ = brine.enthalpy_flow
    mixed = mix([Stream.of(chemistry, {"H2O": 1.0, "NaCl": 0.1}, celsius(t)) for t in (20.0, 30.0)])
    assert mixed.temperature == pytest.approx(celsius(25), abs=1e-2)


def test_enthalpy__says_the_temperature_of_the_user_where_the_data_end():
    """Neither that of a derivative's step, nor an answer of the nearest temperature inside."""
    chemistry = Chemistry("Na S")
    for masses in ({"H2O": 1.0}, {"H2O": 1.0, "Na2SO4": 0.1}):
        hot = Stream.of(chemistry, masses, 523.15)
        for of in ("heat_capacity", "enthalpy_flow", "ph"):
            with pytest.raises(
                DataError, match=r"liquor: temperature 523\.15 K \(250 degC\) is outside 253\.15 to 473\.15 K"
            ):
                getattr(hot, of)
    for temperature in (253.15, 473.15):
        edge = Stream.of(chemistry, {"H2O": 1.0, "Na2SO4": 0.1}, temperature)
        inside = edge.replace(temperature=min(max(temperature, 254.0), 472.0))
        between = 0.5 * (edge.heat_capacity + inside.heat_capacity) * (edge.temperature - inside.temperature)
        assert edge.enthalpy_flow - inside.enthalpy_flow == pytest.approx(between, rel=1e-2)
