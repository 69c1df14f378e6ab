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
import plot_mixtures
import pytest
from caustic import caustic_liquors
from fit_pitzer import bisulfate_constant
from scipy.optimize import brentq

from raffinate.flowsheet.chemistry import Chemistry
from raffinate.flowsheet.chemistry.equilibrium import speciate
from raffinate.flowsheet.chemistry.packing import equilibrate, pack
from raffinate.kernels.status import CONVERGED

TABLE = reference.read()
EQUILIBRIUM = reference.TABLE.with_name("equilibrium.csv")
CONSTANTS, _ = mixtures.constants(TABLE)
DOUBLE_SALTS = [
    "LiNaSO4(s)",
    "Na3Li(SO4)2.6H2O(s)",
    "Na6CO3(SO4)2(s)",
    "Na2Co(SO4)2.4H2O(s)",
    "Na2Ni(SO4)2.4H2O(s)",
    "(NH4)2Co(SO4)2.6H2O(s)",
    "(NH4)2Ni(SO4)2.6H2O(s)",
]
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
    assert np.max(np.abs(found.errors)) < 0.07  # the liquors are recalled, good to 12 % of a molality


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


def _fields(celsius):
    """The solids that lithium and sodium sulfate crystallise to, by rising share of lithium."""
    chemistry, kelvin = Chemistry("Li Na S", without=("H2O2",)), celsius + 273.15
    names = ("Na2SO4.10H2O(s)", "Na2SO4(s)", "Na3Li(SO4)2.6H2O(s)", "LiNaSO4(s)", "Li2SO4.H2O(s)")
    found = []
    for share in np.arange(0.02, 1.0, 0.02):
        # the first solid to come as the liquor is made stronger
        for total in np.arange(0.5, 6.0, 0.05):
            parts = {"Li2SO4": share * total, "Na2SO4": (1 - share) * total, "H2O": WATER}
            totals = sum(amount * chemistry.dissolve(formula) for formula, amount in parts.items())
            settled = speciate(chemistry, totals, kelvin, chemistry.allowed(names))
            formed = [name for name in names if settled.amounts[chemistry.phase_index[name]] > 0.0]
            if formed:
                found += [name for name in formed[:1] if name not in found]
                break
    return found


@pytest.mark.parametrize(
    ("celsius", "solids"),
    [
        # Ji & others (2015), Fluid Phase Equilib. 397, 81, at 35 and 40 degC
        (35, ["Na2SO4(s)", "Na3Li(SO4)2.6H2O(s)", "LiNaSO4(s)", "Li2SO4.H2O(s)"]),
        (40, ["Na2SO4(s)", "Na3Li(SO4)2.6H2O(s)", "LiNaSO4(s)", "Li2SO4.H2O(s)"]),
        (60, ["Na2SO4(s)", "LiNaSO4(s)", "Li2SO4.H2O(s)"]),
        (5, ["Na2SO4.10H2O(s)", "Li2SO4.H2O(s)"]),
    ],
)
def test_lithium_and_sodium_sulfate__crystallise_in_the_fields_known(celsius, solids):
    assert _fields(celsius) == solids


def test_burkeite__comes_with_thenardite_at_90_degc_from_as_much_soda_as_measured():
    kelvin, soda, sulfate = mixtures.WITH_SODA
    water = 100.0 - soda - sulfate
    chemistry, solids = Chemistry("Na C S", without=("H2O2",)), ("Na2SO4(s)", "Na6CO3(SO4)2(s)")
    parts = {"Na2CO3": soda / (water * 0.10599), "Na2SO4": sulfate / (water * 0.14204), "H2O": 1000 / 18.015}
    # half as much of both once more, and the liquor must come back
    totals = sum((1.0 if name == "H2O" else 1.5) * n * chemistry.dissolve(name) for name, n in parts.items())
    settled = speciate(chemistry, totals, kelvin, chemistry.allowed(solids))
    assert all(settled.amounts[chemistry.phase_index[solid]] > 0.0 for solid in solids)
    left = {
        c.name: amount / settled.speciation.water
        for c, amount in zip(chemistry.components, settled.totals, strict=True)
    }
    assert left["CO3-2"] == pytest.approx(parts["Na2CO3"], rel=0.05)
    assert left["SO4-2"] == pytest.approx(parts["Na2SO4"], rel=0.02)


@pytest.mark.parametrize("metal", ["Ni", "Co"])
def test_ammonium_sulfate__salts_out_the_double_salt_of_a_metal(metal):
    chemistry, solid = Chemistry(f"N {metal} S", without=("H2O2",)), f"(NH4)2{metal}(SO4)2.6H2O(s)"
    left = []
    for ammonium in (0.5, 1.0, 2.0):
        parts = {f"{metal}SO4": 0.5, "(NH4)2SO4": ammonium, "H2O": WATER}
        totals = sum(amount * chemistry.dissolve(formula) for formula, amount in parts.items())
        settled = speciate(chemistry, totals, 293.15, chemistry.allowed([solid]))
        left.append(0.5 - float(settled.amounts[chemistry.phase_index[solid]]))
    assert left == sorted(left, reverse=True)
    assert left[-1] < 0.3 * left[0]


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
        found, _, _, status = equilibrate(pack(mixture._replace(phase_ln_k=ln_k)), totals, allowed)
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


# --- the picture


def test_draw__shows_every_liquor_of_two_salts():
    drawn = sum(
        len(line.get_xdata())
        for axes in plot_mixtures.draw().axes
        for line in axes.get_lines()
        if line.get_marker() == "o"
    )
    assert drawn == sum(len(q.salts) == 2 for q in mixtures.liquors()) + len(caustic_liquors())
