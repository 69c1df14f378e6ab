"""Sulfates of sodium and lithium to 100 degC, their mixtures, and the double salts; run this file to write the rows.

1. Sodium sulfate: Holmes & Mesmer (1986), isopiestic to 225 degC, with alpha1 = 1.4. A fit with the usual alpha1 = 2 agrees
   with it to saturation within 0.01 in log10 gamma, but has to put a falling Cphi (-0.011 at 90 degC) in the place of the slow
   part of beta1: beyond 3 mol/kg, where mixed liquors are, its water activity turns and rises. Their functions are brought
   to the six terms of the table.
2. Lithium sulfate, in the same form: the parameters of 25 degC and their first derivatives as published with alpha1 = 2, and
   the solubility of Li2SO4.H2O from 0 to 100 degC with its constant held to calorimetry.
3. The double salts LiNaSO4, Na2M(SO4)2.4H2O and (NH4)2M(SO4)2.6H2O with M = Ni and Co: constants from the liquors in
   data/mixed_solubility.csv; Na3Li(SO4)2.6H2O from the temperature to which it lasts; burkeite from a liquor at 90 degC.

The functions return what they found and how well; `main` prints it and writes pitzer.csv. The constants of the solids are
printed, to be copied into equilibrium.csv.
"""

import csv
import functools
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from fit_pitzer import HEADER, SATURATED, van_t_hoff
from pitzer_reference import LN10, ROOM, TABLE, Table, at, evaluate, of_salt, read
from scipy.optimize import brentq, least_squares

LIQUORS = Path(__file__).parent / "data" / "mixed_solubility.csv"
MOLAR_MASS = {
    "Li2SO4": 109.94,
    "Na2SO4": 142.04,
    "(NH4)2SO4": 132.14,
    "NiSO4": 154.75,
    "CoSO4": 154.99,
    "MnSO4": 151.0,
    "MgSO4": 120.37,
}
CATIONS = {
    "Li2SO4": ("Li+", 2),
    "Na2SO4": ("Na+", 2),
    "(NH4)2SO4": ("NH4+", 2),
    "NiSO4": ("Ni+2", 1),
    "CoSO4": ("Co+2", 1),
    "MnSO4": ("Mn+2", 1),
    "MgSO4": ("Mg+2", 1),
    "H2SO4": ("H+", 2),
}
# What a solid gives to a liquor: ions and water.
SOLIDS: dict[str, tuple[dict[str, int], int]] = {
    "Na2SO4(s)": ({"Na+": 2, "SO4-2": 1}, 0),
    "Na2SO4.10H2O(s)": ({"Na+": 2, "SO4-2": 1}, 10),
    "Li2SO4.H2O(s)": ({"Li+": 2, "SO4-2": 1}, 1),
    "LiNaSO4(s)": ({"Li+": 1, "Na+": 1, "SO4-2": 1}, 0),
    "Na3Li(SO4)2.6H2O(s)": ({"Na+": 3, "Li+": 1, "SO4-2": 2}, 6),
    "Na2Ni(SO4)2.4H2O(s)": ({"Na+": 2, "Ni+2": 1, "SO4-2": 2}, 4),
    "Na2Co(SO4)2.4H2O(s)": ({"Na+": 2, "Co+2": 1, "SO4-2": 2}, 4),
    "(NH4)2Ni(SO4)2.6H2O(s)": ({"NH4+": 2, "Ni+2": 1, "SO4-2": 2}, 6),
    "(NH4)2Co(SO4)2.6H2O(s)": ({"NH4+": 2, "Co+2": 1, "SO4-2": 2}, 6),
}
# Holmes & Mesmer (1986), J. Solution Chem. 15, 495, eq. 8: the seven coefficients of each parameter of Na2SO4.
HOLMES = {
    "beta0": (-1.727e-2, 1.7828e-3, 9.133e-6, 0.0, -6.552, 0.0, -96.90),
    "beta1": (0.7534, 5.61e-3, -5.7513e-4, 1.11068, -378.82, 0.0, 1861.3),
    "cphi": (1.1745e-2, -3.3038e-4, 1.85794e-5, -3.9200e-2, 14.2130, 0.0, -24.950),
}
# alpha1 of the alkali sulfates there, kg^0.5/mol^0.5. PHREEQC wants an alpha2 with it, which has no beta2 to act on.
SLOW = 1.4
# Li2SO4 with alpha1 = 2: May & others (2011) at 25 degC, and the first derivatives of Silvester & Pitzer (1978).
LITHIUM = {"beta0": 0.1408, "beta1": 1.184, "cphi": -0.0051}
LITHIUM_SLOPE = {"beta0": 5.055e-4, "beta1": 1.41e-3, "cphi": -2.33345e-4}
# Li2SO4.H2O = 2 Li+ + SO4-2 + H2O: enthalpy (NBS tables) in kJ/mol, heat capacity in kJ/mol/K from 151 J/mol/K of the solid,
# 69 of Li+, -293 of SO4-2 and 75 of water.
MONOHYDRATE = (-16.6, -0.232)
# Slope of Cphi of Li2SO4, 1e-3 kg^2/mol^2/K: half that of Na2SO4, for what is measured ends at 3 mol/kg.
LITHIUM_CPHI_SLOPE = -0.08
# LiNaSO4 = Li+ + Na+ + SO4-2: half the sum of the two anhydrous sulfates (NBS tables), and 5 kJ/mol that the compound gains.
DOUBLE = (-11.0, -0.300)
# K where Na3Li(SO4)2.6H2O gives way to LiNaSO4 and Na2SO4: Ji & others (2015, Fluid Phase Equilib. 397, 81) found it at 308 and
# at 313 K, its field shrinking. An estimate; range 4 K.
LOSS_OF_WATER = 319.0
# Na2M(SO4)2.4H2O = 2 Na+ + M+2 + 2 SO4-2 + 4 H2O: that of Na2SO4 (128 of the solid, 46 of Na+), for the hydrates of MSO4
# have none to speak of in the form in which their parameters were fitted.
DOUBLE_HYDRATE_CAPACITY = -0.330
# That of the salts of Tutton, kJ/mol/K: what the one of cobalt, measured from 0 to 80 degC, comes to when it is free.
TUTTON_CAPACITY = -1.0
# Burkeite, Na6CO3(SO4)2: log10 K at 25 degC in pitzer.dat; heat capacity of two Na2SO4 and one Na2CO3, kJ/mol/K.
BURKEITE = (-0.772, -0.790)
# The liquor at 90 degC that thenardite and burkeite saturate, mass % of Na2CO3 and Na2SO4: doi 10.1021/acsomega.9b03703, Table 7.
WITH_SODA = (363.15, 4.41, 25.99)
ABOVE = np.arange(273.15, 393.2, 10.0)


class Liquor(NamedTuple):
    """A saturated liquor as measured: molalities of the salts, and the solids beside it."""

    kelvin: float
    salts: dict[str, float]
    solids: tuple[str, ...]
    note: str


@functools.cache
def liquors() -> tuple[Liquor, ...]:
    """All of data/mixed_solubility.csv and, of the salts here, those of data/solubility.csv, in mol/kg of water."""
    found = []
    with LIQUORS.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            names = (row["first_salt"], row["second_salt"])
            parts = {name: float(row[place]) for name, place in zip(names, ("first", "second"), strict=True)}
            if row["unit"] == "mass %":
                water = 100.0 - sum(parts.values())
                parts = {name: 1000.0 * part / (MOLAR_MASS[name] * water) for name, part in parts.items()}
            else:
                parts = {name: 10.0 * part / MOLAR_MASS[name] for name, part in parts.items()}
            solids = tuple(f"{name}(s)" for name in row["solids"].split(" + "))
            found.append(Liquor(float(row["temperature_c"]) + 273.15, parts, solids, row["note"]))
    with SATURATED.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["solid"] in SOLIDS:
                molality = float(row["value"]) * (1.0 if row["unit"] == "mol/kg" else 10.0 / MOLAR_MASS[row["salt"]])
                kelvin = float(row["temperature"]) + 273.15
                found.append(Liquor(kelvin, {row["salt"]: molality}, (row["solid"],), row["note"]))
    return tuple(found)


def ions(salts: Mapping[str, float]) -> dict[str, float]:
    """Molalities of the ions of sulfates."""
    found: dict[str, float] = {}
    for salt, molality in salts.items():
        cation, number = CATIONS[salt]
        if molality > 0.0:
            found[cation] = number * molality
            found["SO4-2"] = found.get("SO4-2", 0.0) + molality
    return found


def ln_products(table: Table, salts: Mapping[str, float], kelvin: float, solids: Sequence[str]) -> list[float]:
    """ln of the ion activity product of each solid, which is ln K at saturation."""
    m = ions(salts)
    found = evaluate(at(table, kelvin), m, kelvin)
    ln = {name: math.log(amount) + found.ln_gamma[name] for name, amount in m.items()}
    answers = []
    for solid in solids:
        numbers, water = SOLIDS[solid]
        answers.append(sum(n * ln[name] for name, n in numbers.items()) + water * found.ln_water)
    return answers


def water_activity(table: Table, salts: Mapping[str, float], kelvin: float) -> float:
    """Of a liquor of sulfates."""
    return math.exp(evaluate(at(table, kelvin), ions(salts), kelvin).ln_water)


def holmes(kelvin: float) -> dict[str, float]:
    """The parameters of Na2SO4 as Holmes & Mesmer give them."""
    t, r = kelvin, ROOM
    terms = (
        1.0,
        r - r**2 / t,
        t**2 + 2 * r**3 / t - 3 * r**2,
        t + r**2 / t - 2 * r,
        math.log(t / r) + r / t - 1,
        1 / (t - 263) + (263 * t - r**2) / (t * (r - 263) ** 2),
        1 / (680 - t) + (r**2 - 680 * t) / (t * (680 - r) ** 2),
    )
    return {name: float(np.dot(numbers, terms)) for name, numbers in HOLMES.items()}


def fit_sodium() -> tuple[dict[str, list[float]], float]:
    """(six terms of each parameter of Na2SO4; largest difference of a parameter from the function of the source)."""
    t, r = ABOVE, ROOM
    design = np.array([1 / t - 1 / r, np.log(t / r), t - r, t**2 - r**2]).T
    scale = np.max(np.abs(design), axis=0)
    entry, worst = {"alpha1": [SLOW] + [0.0] * 5, "alpha2": [SLOW] + [0.0] * 5}, 0.0
    for name, numbers in HOLMES.items():
        aim = np.array([holmes(float(kelvin))[name] for kelvin in t]) - numbers[0]
        terms = np.linalg.lstsq(design / scale, aim, rcond=1e-12)[0] / scale
        entry[name] = [numbers[0], *(float(f"{value:.9g}") for value in terms), 0.0]
        worst = max(worst, float(np.max(np.abs(design @ np.array(entry[name][1:5]) - aim))))
    return entry, worst


def published_lithium(kelvin: float) -> dict[str, float]:
    """The parameters of Li2SO4 with alpha1 = 2, good to 50 degC."""
    return {name: value + LITHIUM_SLOPE[name] * (kelvin - ROOM) for name, value in LITHIUM.items()}


def _lithium_entry(p: np.ndarray) -> dict[str, list[float]]:
    slopes = {"beta0": (p[3], p[6]), "beta1": (p[4], p[7]), "cphi": (p[5], 0.0)}
    entry = {"alpha1": [SLOW] + [0.0] * 5, "alpha2": [SLOW] + [0.0] * 5}
    for (name, (fourth, second)), value in zip(slopes.items(), p[:3], strict=True):
        entry[name] = [value, second * 1e3, 0.0, fourth * 1e-3, 0.0, 0.0]
    return entry


class LithiumFit(NamedTuple):
    """The fit of Li2SO4: its terms, ln K enthalpy and capacity of the monohydrate, and errors."""

    entry: dict[str, list[float]]
    monohydrate: tuple[float, float, float]
    solubility: np.ndarray
    gamma: float
    osmotic: float


def fit_lithium(table: Table) -> LithiumFit:
    """Fit Li2SO4 to its published parameters to 35 degC and to the solubility of its monohydrate."""
    key, salt = frozenset(("Li+", "SO4-2")), "Li+|SO4-2"
    points = [(t, m) for t in (288.15, ROOM, 308.15) for m in (0.05, 0.1, 0.2, 0.5, 1.0, 1.5, 2.0, 2.5, 3.1)]
    aims = np.array([of_salt({key: published_lithium(t)}, salt, m, t) for t, m in points])
    saturated = [q for q in liquors() if q.salts.keys() == {"Li2SO4"}]

    def against_published(entry: dict[str, list[float]]) -> np.ndarray:
        return np.array([of_salt(at({key: entry}, t), salt, m, t) for t, m in points]) - aims

    def solubility(entry: dict[str, list[float]], constants: Sequence[float]) -> np.ndarray:
        errors = []
        for q in saturated:
            product, more = (
                ln_products({key: entry}, {"Li2SO4": s * q.salts["Li2SO4"]}, q.kelvin, q.solids)[0]
                for s in (1.0, 1.001)
            )
            errors.append((van_t_hoff(*constants, q.kelvin) - product) / ((more - product) / 0.001))
        return np.array(errors)

    def residuals(p: np.ndarray) -> np.ndarray:
        entry = _lithium_entry(p)
        held = [(p[9] - MONOHYDRATE[0]) / 0.5, (0.1 * p[10] - MONOHYDRATE[1]) / 0.02]
        first = against_published(entry) / np.array([0.003, 0.006])
        parts = [first.ravel(), solubility(entry, (p[8], p[9], 0.1 * p[10])) / 0.01, held, 0.3 * p[6:8]]
        return np.concatenate([*parts, [(p[5] - LITHIUM_CPHI_SLOPE) / 0.005]])

    fit = least_squares(
        residuals, [0.1, 0.9, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0, *MONOHYDRATE[:1], -2.3], diff_step=1e-5
    )
    entry = {name: [float(f"{v:.7g}") for v in terms] for name, terms in _lithium_entry(fit.x).items()}
    constants = (float(fit.x[8]), float(fit.x[9]), 0.1 * float(fit.x[10]))
    errors = np.max(np.abs(against_published(entry)), axis=0)
    return LithiumFit(entry, constants, solubility(entry, constants), float(errors[0]), float(errors[1]))


class Constant(NamedTuple):
    """ln K, enthalpy (kJ/mol) and heat capacity (kJ/mol/K) of dissolution, with relative errors of the molalities fitted."""

    ln_k: float
    enthalpy: float
    capacity: float
    errors: np.ndarray

    def at(self, kelvin: float) -> float:
        return van_t_hoff(self.ln_k, self.enthalpy, self.capacity, kelvin)


def _products(table: Table, solid: str, found: Sequence[Liquor]) -> np.ndarray:
    """(ln K that each liquor would have, its slope with the logarithm of all molalities)."""
    answers = []
    for q in found:
        product, more = (
            ln_products(table, {name: s * m for name, m in q.salts.items()}, q.kelvin, [solid])[0] for s in (1.0, 1.001)
        )
        answers.append((product, (more - product) / 0.001))
    return np.array(answers).T


def fit_constant(table: Table, solid: str, held: tuple[float | None, float | None] = (None, None)) -> Constant:
    """The constant of a solid from the liquors that it alone saturates; `held` enthalpy or capacity are not fitted."""
    own = [q for q in liquors() if q.solids == (solid,)]
    products, slopes = _products(table, solid, own)
    laws = np.array([[1.0, van_t_hoff(0, 1, 0, q.kelvin), van_t_hoff(0, 0, 1, q.kelvin)] for q in own])
    fixed = np.array([0.0, *(value or 0.0 for value in held)])
    free = [True, *(value is None for value in held)]
    aim = products - laws @ fixed
    fixed[free] += np.linalg.lstsq(laws[:, free] / slopes[:, None], aim / slopes, rcond=None)[0]
    return Constant(*map(float, fixed), (laws @ fixed - products) / slopes)


def along(table: Table, kelvin: float, given: tuple[str, float], sought: str, solid: str, ln_k: float) -> float:
    """Molality of the salt `sought` where `solid` is saturated beside a `given` molality of another salt."""

    def excess(molality: float) -> float:
        return ln_products(table, {given[0]: given[1], sought: molality}, kelvin, [solid])[0] - ln_k

    trials = np.linspace(0.05, 6.0, 60)
    signs = [excess(float(trial)) > 0.0 for trial in trials]
    first = signs.index(True)
    return float(brentq(excess, trials[first - 1], trials[first]))


def fit_lithium_sodium(table: Table, monohydrate: Constant) -> tuple[Constant, float]:
    """(constant of LiNaSO4; what the range of the measured Na2SO4 does to its log10 K)."""
    (point,) = (q for q in liquors() if "LiNaSO4(s)" in q.solids)
    answers, errors = [], []
    for factor in (1.0, 0.82, 1.18):
        beside = ("Na2SO4", factor * point.salts["Na2SO4"])
        lithium = along(table, point.kelvin, beside, "Li2SO4", "Li2SO4.H2O(s)", monohydrate.at(point.kelvin))
        salts = dict([beside, ("Li2SO4", lithium)])
        answers.append(ln_products(table, salts, point.kelvin, ["LiNaSO4(s)"])[0])
        errors.append(lithium / point.salts["Li2SO4"] - 1.0)
    return Constant(answers[0], *DOUBLE, np.array(errors[:1])), (answers[2] - answers[1]) / 2.0 / LN10


def fit_hexahydrate(table: Table, found: Mapping[str, Constant]) -> Constant:
    """The constant of Na3Li(SO4)2.6H2O from where it goes, its water bound with the heat and capacity that mirabilite's has."""
    parts, kelvin = ("LiNaSO4(s)", "Na2SO4(s)"), LOSS_OF_WATER
    ln_k = np.array([found[name].at(kelvin) for name in parts])

    def excess(x: np.ndarray) -> np.ndarray:
        return (
            np.array(ln_products(table, dict(zip(("Li2SO4", "Na2SO4"), np.exp(x), strict=True)), kelvin, parts)) - ln_k
        )

    lithium, sodium = np.exp(least_squares(excess, np.log([1.5, 2.6])).x)
    salts = {"Li2SO4": float(lithium), "Na2SO4": float(sodium)}
    product = ln_products(table, salts, kelvin, ["Na3Li(SO4)2.6H2O(s)"])[0]
    law = []
    for name in ("enthalpy", "capacity"):
        double, dry, wet = (getattr(found[solid], name) for solid in (*parts, "Na2SO4.10H2O(s)"))
        law.append(double + dry + 0.6 * (wet - dry))
    return Constant(product - van_t_hoff(0.0, *law, kelvin), *law, np.zeros(1))


def fit_burkeite(table: Table, thenardite: Constant) -> Constant:
    """The constant of burkeite: its enthalpy from the liquor at 90 degC; the error is that of the Na2SO4 in it."""
    kelvin, soda, sulfate = WITH_SODA
    water = 100.0 - soda - sulfate
    carbonate, sulfate = (
        1000.0 * part / (mass * water) for part, mass in ((soda, 105.99), (sulfate, MOLAR_MASS["Na2SO4"]))
    )
    m = {"Na+": 2.0 * (carbonate + sulfate), "CO3-2": carbonate, "SO4-2": sulfate}
    found = evaluate(at(table, kelvin), m, kelvin)
    ln = {name: math.log(amount) + found.ln_gamma[name] for name, amount in m.items()}
    log_k, capacity = BURKEITE
    at_room = log_k * LN10
    rest = 6.0 * ln["Na+"] + ln["CO3-2"] + 2.0 * ln["SO4-2"] - van_t_hoff(at_room, 0.0, capacity, kelvin)
    enthalpy = rest / van_t_hoff(0.0, 1.0, 0.0, kelvin)
    error = (2.0 * ln["Na+"] + ln["SO4-2"] - thenardite.at(kelvin)) / 3.0
    return Constant(at_room, enthalpy, capacity, np.array([error]))


def rows_of(of: str, entry: Mapping[str, Sequence[float]], about: Sequence[str]) -> list[list[str]]:
    """Rows of the table for a pair; `about` are conditions, source, where and note. Terms of zero are left out."""
    units = {"": "", "2": "*K", "3": "", "4": "/K", "5": "/K^2", "6": "*K^2"}
    rows = []
    for name, terms in entry.items():
        base = {"cphi": "kg^2/mol^2", "alpha1": "kg^0.5/mol^0.5", "alpha2": "kg^0.5/mol^0.5"}.get(name, "kg/mol")
        for place, value in enumerate(terms, start=1):
            term = "" if place == 1 else str(place)
            if value or not term:
                rows.append([of, f"{name}_t{term}" if term else name, f"{value:.9g}", base + units[term], *about])
    return rows


def write(pairs: Mapping[str, list[list[str]]]) -> None:
    """Put the rows of each pair in the place of those it had."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        old = list(csv.reader(file))[1:]
    kept: list[list[str]] = []
    done: set[str] = set()
    for row in old:
        if row[0] not in pairs:
            kept.append(row)
        elif row[0] not in done:
            done.add(row[0])
            kept.extend(pairs[row[0]])
    with TABLE.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([HEADER, *kept])


def constants(table: Table) -> tuple[dict[str, Constant], float]:
    """(constants of the solids under `table`; the range of log10 K of LiNaSO4)."""
    found = {name: fit_constant(table, name) for name in ("Na2SO4(s)", "Na2SO4.10H2O(s)", "Li2SO4.H2O(s)")}
    found["LiNaSO4(s)"], moved = fit_lithium_sodium(table, found["Li2SO4.H2O(s)"])
    found["Na3Li(SO4)2.6H2O(s)"] = fit_hexahydrate(table, found)
    found["Na6CO3(SO4)2(s)"] = fit_burkeite(table, found["Na2SO4(s)"])
    for metal in ("Ni", "Co"):
        name = f"Na2{metal}(SO4)2.4H2O(s)"
        found[name] = fit_constant(table, name, (None, DOUBLE_HYDRATE_CAPACITY))
        tutton = f"(NH4)2{metal}(SO4)2.6H2O(s)"
        found[tutton] = fit_constant(table, tutton, (None, TUTTON_CAPACITY))
    return found, moved


def main() -> None:
    table = read()
    sodium, worst = fit_sodium()
    print(f"Na2SO4: the six terms differ from the source by at most {worst:.1e}")
    table[frozenset(("Na+", "SO4-2"))] = sodium
    lithium = fit_lithium(table)
    table[frozenset(("Li+", "SO4-2"))] = lithium.entry
    ln_k, enthalpy, capacity = lithium.monohydrate
    print(
        f"Li2SO4: ln gamma within {lithium.gamma:.4f}, osmotic within {lithium.osmotic:.4f} of the published to 35 degC; "
        f"solubility errors % {np.round(100 * lithium.solubility, 1)}; "
        f"monohydrate log K {ln_k / LN10:.4f} {enthalpy:.2f} kJ/mol {1e3 * capacity:.0f} J/mol/K"
    )
    where = "eq. 8 and the table of its coefficients as coded in pytzer; its six terms by fit_mixtures.py"
    about = ["0-100 degC; <= 4 mol/kg", "holmes1986", where, "measured from 25 degC; to 6 mol/kg beside other salts"]
    note = "fitted: to the parameters of May & others to 35 degC within "
    note += f"{lithium.gamma / LN10:.3f} of log10 gamma and to the solubility 0 to 100 degC within "
    note += f"{100 * np.max(np.abs(lithium.solubility)):.1f} %; slope of cphi half that of Na2SO4"
    own = ["0-100 degC; <= 3.2 mol/kg", "raffinate2026", "fit_mixtures.py", note]
    write({"Na+|SO4-2": rows_of("Na+|SO4-2", sodium, about), "Li+|SO4-2": rows_of("Li+|SO4-2", lithium.entry, own)})
    found, moved = constants(table)
    for name, c in found.items():
        told = f"log K {c.ln_k / LN10:.4f} {c.enthalpy:.2f} kJ/mol {1e3 * c.capacity:.0f} J/mol/K"
        print(f"{name}: {told}; errors % {np.round(100 * c.errors, 1)}")
    print(f"LiNaSO4: log10 K moves by {moved:.2f} within the range of the measurement")


if __name__ == "__main__":
    main()
