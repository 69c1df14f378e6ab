"""Sulfate liquors of several cations to 95 degC: saturated liquors, the order of salts on evaporation, what acid does.

Every constant of a solid here is that which its own solubility in water gives under the parameters of pitzer.csv
(fit_mixtures.py), so that only the mixing is on trial.
"""

import csv
import itertools
import math

import fit_mixtures as mixtures
import numpy as np
import pitzer_reference as reference
import pytest
from fit_pitzer import bisulfate_constant
from scipy.optimize import brentq

from raffinate.flowsheet.chemistry import Chemistry
from raffinate.flowsheet.chemistry.packing import pack
from raffinate.kernels.saturation import NO_ROOM, NO_START, equilibrate
from raffinate.kernels.status import CONVERGED

TABLE = reference.read()
EQUILIBRIUM = reference.TABLE.with_name("equilibrium.csv")
CONSTANTS, _ = mixtures.constants(TABLE)
DOUBLE_SALTS = ["LiNaSO4(s)", "Na2Co(SO4)2.4H2O(s)", "Na2Ni(SO4)2.4H2O(s)"]
METAL_SULFATES = ["NiSO4", "CoSO4", "MnSO4", "MgSO4"]
WATER = 55.508  # mol/kg
LITHIUM = 6.94  # g/mol
# A lithium liquor as it leaves the removal of the metals, mol/kg: Li2SO4 and Na2SO4.
LITHIUM_LIQUOR = (0.3, 0.92)
# Molalities at saturation in water of the solid there at each temperature, and its water: CRC and Seidell, recalled.
SATURATED = {
    "NiSO4": (6, {40: 3.18, 60: 3.59, 80: 4.17}),
    "CoSO4": (6, {40: 3.15, 60: 3.55}),
    "MnSO4": (1, {25: 4.17, 60: 3.55, 90: 2.71}),
    "MgSO4": (6, {60: 4.54, 90: 4.40}),
}


def _osmotic(salt, molality, celsius):
    kelvin = celsius + 273.15
    return reference.of_salt(reference.at(TABLE, kelvin), salt, molality, kelvin)[1]


def _table_of_constants():
    found = {}
    with EQUILIBRIUM.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["of"] in DOUBLE_SALTS:
                found[row["of"], row["quantity"]] = float(row["value"])
    return found


def _thenardite(lithium, celsius):
    """mol/kg of Na2SO4 at saturation with thenardite beside Li2SO4."""
    kelvin = celsius + 273.15
    ln_k = CONSTANTS["Na2SO4(s)"].at(kelvin)
    return mixtures.along(TABLE, kelvin, ("Li2SO4", lithium), "Na2SO4", "Na2SO4(s)", ln_k)


def _isopiestic(salt, activity, kelvin):
    """mol/kg of one salt at an activity of water."""
    return brentq(lambda m: mixtures.water_activity(TABLE, {salt: m}, kelvin) - activity, 0.01, 7.0)


# --- the salts alone


@pytest.mark.parametrize("celsius", [25, 40, 60, 75, 90, 100])
def test_sodium_sulfate__is_that_of_holmes_and_mesmer(celsius):
    kelvin, key = celsius + 273.15, frozenset(("Na+", "SO4-2"))
    source = {key: {"alpha1": mixtures.SLOW, **mixtures.holmes(kelvin)}}
    for molality in (0.1, 0.5, 1.0, 2.0, 3.0, 4.0):
        published = reference.of_salt(source, "Na+|SO4-2", molality, kelvin)[1]
        assert _osmotic("Na+|SO4-2", molality, celsius) == pytest.approx(published, abs=0.002)


@pytest.mark.parametrize("salt", ["Na+|SO4-2", "Li+|SO4-2"])
@pytest.mark.parametrize("celsius", [25, 60, 75, 90, 95])
def test_osmotic_coefficient__goes_on_rising_beyond_saturation(salt, celsius):
    values = [_osmotic(salt, molality, celsius) for molality in (3.0, 4.0, 5.0, 6.0)]
    assert values == sorted(values)
    assert values[-1] < 1.6


@pytest.mark.parametrize(
    ("solid", "log_k", "enthalpy", "worst"),
    [
        # llnl.dat and the NBS tables; sit.dat -1.23 and Thermoddem -1.22; NBS tables.
        ("Na2SO4(s)", (-0.31, 0.03), (-2.3, 1.0), 0.005),
        ("Na2SO4.10H2O(s)", (-1.23, 0.02), (79.4, 1.0), 0.025),
        ("Li2SO4.H2O(s)", (0.44, 0.05), (-16.6, 1.5), 0.005),
    ],
)
def test_solubility_in_water__gives_the_constant_that_calorimetry_gives(solid, log_k, enthalpy, worst):
    found = CONSTANTS[solid]
    told = f"log K {found.ln_k / reference.LN10:.3f} {found.enthalpy:.1f} kJ/mol {1e3 * found.capacity:.0f} J/mol/K"
    print(f"\n{solid}: {told}, errors % {np.round(100 * found.errors, 1)}")
    assert found.ln_k / reference.LN10 == pytest.approx(log_k[0], abs=log_k[1])
    assert found.enthalpy == pytest.approx(enthalpy[0], abs=enthalpy[1])
    assert np.max(np.abs(found.errors)) < worst


def test_fit_of_lithium__is_that_of_the_table():
    found = mixtures.fit_lithium(TABLE)
    assert np.max(np.abs(found.solubility)) < 0.01
    assert found.gamma / reference.LN10 < 0.005
    assert found.monohydrate[1] == pytest.approx(mixtures.MONOHYDRATE[0], abs=1.0)
    for celsius in (0, 25, 60, 95):
        values = reference.at({frozenset(("Li+", "SO4-2")): found.entry}, celsius + 273.15)
        fresh = reference.of_salt(values, "Li+|SO4-2", 3.0, celsius + 273.15)[1]
        assert _osmotic("Li+|SO4-2", 3.0, celsius) == pytest.approx(fresh, abs=1e-3)


# --- mixtures


@pytest.mark.parametrize("metal", [*METAL_SULFATES, "Li2SO4"])
@pytest.mark.parametrize("celsius", [20, 60, 95])
def test_water_activity__follows_zdanovskii_beside_sodium_sulfate(metal, celsius):
    kelvin = celsius + 273.15
    for total, share in itertools.product((1.0, 2.0, 3.0), (0.25, 0.5, 0.75)):
        parts = {metal: share * total, "Na2SO4": (1 - share) * total}
        aim = mixtures.water_activity(TABLE, parts, kelvin)
        alone = {salt: _isopiestic(salt, aim, kelvin) for salt in parts}
        assert sum(parts[salt] / alone[salt] for salt in parts) == pytest.approx(1.0, abs=0.07)


@pytest.mark.parametrize("metal", [*METAL_SULFATES, "Li2SO4"])
@pytest.mark.parametrize("celsius", [20, 40, 60, 75, 90, 95])
def test_water_activity__falls_all_the_way_of_a_boil_down(metal, celsius):
    kelvin = celsius + 273.15
    for share in (0.0, 0.1, 0.25, 0.5, 0.75, 0.9):
        activities = []
        for total in np.arange(0.5, 5.1, 0.5):
            parts = {metal: share * total, "Na2SO4": (1 - share) * total}
            activities.append(mixtures.water_activity(TABLE, parts, kelvin))
        assert activities[0] < 1.0
        assert activities == sorted(activities, reverse=True), share


@pytest.mark.parametrize("celsius", [35, 60, 75, 90, 100])
def test_thenardite__dissolves_less_beside_lithium_sulfate(celsius):
    alone = _thenardite(0.0, celsius)
    beside = [_thenardite(lithium, celsius) for lithium in (0.5, 1.0, 1.5)]
    assert [alone, *beside] == sorted([alone, *beside], reverse=True)
    assert 0.8 < beside[1] / alone < 0.98


def test_lithium_double_salt__is_saturated_where_measured():
    (point,) = (q for q in mixtures.liquors() if "LiNaSO4(s)" in q.solids)
    sodium = ("Na2SO4", point.salts["Na2SO4"])
    ln_k = CONSTANTS["Li2SO4.H2O(s)"].at(point.kelvin)
    lithium = mixtures.along(TABLE, point.kelvin, sodium, "Li2SO4", "Li2SO4.H2O(s)", ln_k)
    assert lithium == pytest.approx(point.salts["Li2SO4"], rel=0.06)
    product = mixtures.ln_products(TABLE, dict([sodium, ("Li2SO4", lithium)]), point.kelvin, ["LiNaSO4(s)"])[0]
    assert product / reference.LN10 == pytest.approx(_table_of_constants()["LiNaSO4(s)", "log_k"], abs=0.01)


@pytest.mark.parametrize("solid", DOUBLE_SALTS)
def test_constants_of_double_salts__are_those_fitted(solid):
    found, written = CONSTANTS[solid], _table_of_constants()
    assert written[solid, "log_k"] == pytest.approx(found.ln_k / reference.LN10, abs=2e-3)
    assert written[solid, "delta_h"] == pytest.approx(found.enthalpy, abs=0.1)
    assert written[solid, "delta_cp"] == pytest.approx(1e3 * found.capacity, abs=1.0)
    assert np.max(np.abs(found.errors)) < 0.06


@pytest.mark.parametrize("metal", ["Ni", "Co"])
def test_double_hydrate__dissolves_less_when_warm(metal):
    solid, salt = f"Na2{metal}(SO4)2.4H2O(s)", f"{metal}SO4"

    def solubility(kelvin):
        def excess(molality):
            return mixtures.ln_products(TABLE, {salt: molality, "Na2SO4": molality}, kelvin, [solid])[0] - (
                CONSTANTS[solid].at(kelvin)
            )

        return brentq(excess, 0.2, 4.0)

    values = [solubility(celsius + 273.15) for celsius in (20, 30, 40, 50, 60)]
    assert values == sorted(values, reverse=True)
    assert 1.0 < values[-1] < values[0] < 2.0


# --- a lithium liquor boiled down


def _boiled_down(celsius, shares):
    """(share, water activity, g of Li per kg of water, moles of thenardite, LiNaSO4 and Li2SO4.H2O), a row each."""
    chemistry, kelvin = Chemistry("Li Na S", without=("H2O2",)), celsius + 273.15
    mixture = chemistry.mixture(kelvin)
    components = [c.name for c in chemistry.components]
    wanted = ("Na2SO4(s)", "LiNaSO4(s)", "Li2SO4.H2O(s)")
    ln_k = mixture.phase_ln_k.copy()
    allowed = np.zeros(ln_k.size, dtype=bool)
    for solid in wanted:
        ln_k[chemistry.phase_index[solid]] = CONSTANTS[solid].at(kelvin)
        allowed[chemistry.phase_index[solid]] = True
    lithium, sodium = LITHIUM_LIQUOR
    rows = []
    for share in shares:
        totals = np.zeros(len(components))
        given = {"H2O": WATER * (1 - share), "Li+": 2 * lithium, "Na+": 2 * sodium, "SO4-2": lithium + sodium}
        for name, amount in given.items():
            totals[components.index(name)] = amount
        found, _, _, status = equilibrate(pack(mixture._replace(phase_ln_k=ln_k)), totals, allowed, NO_ROOM, NO_START)
        assert status == CONVERGED
        amounts = [float(found.phase_amounts[chemistry.phase_index[solid]]) for solid in wanted]
        left = 2 * lithium - amounts[1] - 2 * amounts[2]
        rows.append((share, math.exp(found.ln_water_activity), LITHIUM * left / found.water, *amounts))
    return rows


@pytest.mark.parametrize("celsius", [60, 75, 90])
def test_boil_down__brings_thenardite_first_and_then_the_double_salt(celsius):
    rows = _boiled_down(celsius, [*np.arange(0.0, 0.96, 0.01), 0.97])
    activities = [row[1] for row in rows]
    assert all(after <= before + 1e-9 for before, after in itertools.pairwise(activities))
    first = next(row for row in rows if row[3] > 1e-6)
    both = next(row for row in rows if row[4] > 1e-6)
    told = f"thenardite from {first[2]:.1f} g Li/kg water, both from {both[2]:.1f} at water activity {both[1]:.3f}"
    print(f"\n{celsius} degC: {told}; at 0.97 {rows[-1][2]:.1f} g Li/kg water")
    assert first[0] < both[0]
    assert 11.0 < first[2] < 16.0
    assert 15.0 < both[2] < 22.0
    assert rows[-1][2] == pytest.approx(both[2], rel=0.05)
    assert all(row[5] < 1e-6 for row in rows)
    assert 0.8 < activities[-1] < 0.87


# --- acid


def _saturated_in_acid(salt, celsius, acid):
    """mol/kg of a sulfate at saturation beside sulfuric acid."""
    kelvin, (hydrate, points) = celsius + 273.15, SATURATED[salt]
    values, constant, cation = reference.at(TABLE, kelvin), bisulfate_constant(kelvin), mixtures.CATIONS[salt][0]

    def product(m, activity):
        ions = sum(math.log(m[name]) + activity.ln_gamma[name] for name in (cation, "SO4-2"))
        return ions + hydrate * activity.ln_water

    alone = {cation: points[celsius], "SO4-2": points[celsius]}
    ln_k = product(alone, reference.evaluate(values, alone, kelvin))

    def excess(molality):
        given = {"H+": 2 * acid, cation: molality, "SO4-2": molality + acid}
        return product(*reference.bisulfate(values, given, constant, kelvin)) - ln_k

    return brentq(excess, 0.3, points[celsius] + 0.5)


@pytest.mark.parametrize(("salt", "celsius"), [(salt, t) for salt, (_, points) in SATURATED.items() for t in points])
def test_acid__lowers_the_solubility_of_a_metal_sulfate(salt, celsius):
    alone = SATURATED[salt][1][celsius]
    values = [alone, *(_saturated_in_acid(salt, celsius, acid) for acid in (0.3, 1.0, 2.0))]
    print(f"\n{salt} {celsius} degC: {np.round(values, 2)} mol/kg in 0, 0.3, 1 and 2 mol/kg of acid")
    assert values == sorted(values, reverse=True)


@pytest.mark.parametrize("celsius", [40, 60, 90])
def test_acid__raises_the_solubility_of_thenardite_as_bisulfate_forms(celsius):
    kelvin = celsius + 273.15
    values, constant = reference.at(TABLE, kelvin), bisulfate_constant(kelvin)
    alone = _thenardite(0.0, celsius)

    def excess(molality, acid):
        given = {"H+": 2 * acid, "Na+": 2 * molality, "SO4-2": molality + acid}
        m, activity = reference.bisulfate(values, given, constant, kelvin)
        ln = {name: math.log(m[name]) + activity.ln_gamma[name] for name in ("Na+", "SO4-2")}
        return 2 * ln["Na+"] + ln["SO4-2"] - CONSTANTS["Na2SO4(s)"].at(kelvin)

    found = [brentq(excess, 1.0, 6.0, args=(acid,)) for acid in (0.3, 1.0)]
    assert alone < found[0] < found[1] < 1.3 * alone
