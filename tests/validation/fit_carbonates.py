"""Carbonates of sodium and lithium: the Pitzer parameters that no publication at hand gives, written into pitzer.csv.

Sodium: the published parameters (He & Morse 1993) end at 3 mol/kg and give Cphi no temperature, with which the hydrates of
Na2CO3 need heats of solution far from the calorimetric. Two terms of Cphi follow from the solubility of both hydrates from 0 to
100 degC, the enthalpies and heat capacities of dissolution held.

Lithium: solubility in water alone does not tell the constant of Li2CO3 from its activity coefficient. The constant is
therefore held to the tables of formation, beta0 of Li+ and CO3-2 to what sodium and the sulfates of both suggest, its slope is
that of Na2CO3, and the rest follows by least squares from

1. the solubility of Li2CO3 in water from 0 to 100 degC,
2. an estimate of that in 1 mol/kg of Na2CO3,
3. the solubility of LiHCO3 under an atmosphere of CO2, recalled,
4. lithium in the hot mother liquors of plants that precipitate Li2CO3 from sulfate, recalled.

The constants of the solid itself are fitted by fit_solids.py under the parameters written here. CO2(aq) and Li+ go as CO2(aq)
and Na+. What Na2SO4 and NaCl alone do to the solubility is not fitted; numbers of Wang & others (2018, J. Chem. Eng. Data 63,
1429) and Cheng & others (2013, J. Chem. Thermodyn. 67, 74) were not at hand, only their signs.
"""

import csv
import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
from fit_pitzer import HEADER, Origin, rows_of, van_t_hoff
from pitzer_reference import LN10, ROOM, TABLE, Table, Values, at, evaluate, read
from scipy.optimize import brentq, least_squares

SCRIPT = "fit_carbonates.py"
SATURATED = Path(__file__).parent / "data" / "solubility.csv"
SODIUM, CARBONATE, BICARBONATE, CARBON_DIOXIDE = "Na+|CO3-2", "Li+|CO3-2", "Li+|HCO3-", "CO2(aq)|Li+"
MOLAR_MASS = {"Li2CO3": 73.89, "Na2CO3": 105.99}  # g/mol
# log10 K, kJ/mol, kJ/mol/K of formation from CO3-2 and H+, of water, and of CO2(g) dissolving, as in equilibrium.csv.
HYDROGEN_CARBONATE = (10.329, -14.93, 0.288)
DISSOLVED_GAS = (16.681, -23.76, 0.620)
GAS = (-18.153, 4.06, -0.441)
WATER = (-13.997, 55.81, -0.224)
# Slopes of Na2CO3 (pitzer.dat) and of NaHCO3, kg/mol/K.
CARBONATE_SLOPES = (1.79e-3, 2.05e-3)
BICARBONATE_SLOPES = (1.0e-3, 1.1e-3)
# beta1 of Li+ and HCO3-: LiCl less NaCl plus NaHCO3.
BICARBONATE_BETA1 = 0.085
SODA = (1.0, 0.106)  # mol/kg of Na2CO3 and of Li2CO3: 0.6 of that in water, with the mean activity of Na2CO3 itself
ATMOSPHERE = 0.98  # bar of CO2, water's own pressure off
LITHIUM_BICARBONATE = (293.15, 0.85)  # K, mol/kg under an atmosphere of CO2: 5 to 6 g in 100 g
# Mother liquor at 92 degC of sodium sulfate and a twentieth of soda in excess: 1.5 to 2.2 g/L of lithium. Kelvin, mol/kg of
# Li2CO3, and the other ions.
PLANT = (365.15, 0.1435, {"Na+": 2.84, "SO4-2": 1.37, "CO3-2": 0.05})


class Known(NamedTuple):
    """What a parameter is expected to be, and how far off it may be."""

    value: float
    range: float


# Water in a hydrate of Na2CO3, enthalpy (kJ/mol; minteq.v4.dat) and heat capacity (J/mol/K; 46 of Na+, -290 of CO3-2, 75 of
# water less that of the solid) of its dissolution.
HYDRATES = {
    "Na2CO3.10H2O(s)": (10, Known(65.9, 1.5), Known(500.0, 150.0)),
    "Na2CO3.H2O(s)": (1, Known(-10.5, 1.5), Known(-268.0, 80.0)),
}
DOUBTFUL = 298.15  # K, where the point of the decahydrate lies off the curve of the others
KNOWN = {
    # beta0: Na2CO3 (0.036) plus what the sulfate of Li has over that of Na (0.121; May & others 2011)
    "beta0": Known(0.157, 0.07),
    # slope of beta1, 1e-3 kg/mol/K, about that of Na2CO3
    "slope": Known(2.05, 2.0),
    # log10 K: -3.09 of the NBS tables, -3.2 of the entropies of CODATA
    "log_k": Known(-3.12, 0.10),
    # enthalpy, kJ/mol: -18.2 of the NBS tables, -16.2 of CODATA
    "enthalpy": Known(-17.2, 1.2),
    # heat capacity, J/mol/K: the ions 137 - 290, the solid 99
    "capacity": Known(-250.0, 60.0),
    # beta0 of LiHCO3: LiCl less NaCl plus NaHCO3
    "bicarbonate": Known(0.10, 0.08),
}
START = {
    "beta0": 0.2,
    "beta1": -0.4,
    "slope": 2.0,
    "log_k": -3.1,
    "enthalpy": -17.0,
    "capacity": -200.0,
    "bicarbonate": 0.1,
}


def solubilities(solid: str) -> list[tuple[float, float]]:
    """Temperatures (K) and molalities of the anhydrous salt at which a solid is in equilibrium with water."""
    with SATURATED.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["solid"] == solid]
    return [(float(row["temperature"]) + 273.15, 10.0 * float(row["value"]) / MOLAR_MASS[row["salt"]]) for row in rows]


def with_cphi(table: Table, second: float, fourth: float) -> Table:
    """`table` with t2 (K kg^2/mol^2) and t4 (kg^2/mol^2/K) of Cphi of Na2CO3."""
    key = frozenset(SODIUM.split("|"))
    return table | {key: table[key] | {"cphi": [table[key]["cphi"][0], second, 0.0, fourth, 0.0, 0.0]}}


def fit_sodium(table: Table) -> tuple[float, float, dict[str, np.ndarray]]:
    """(t2 and t4 of Cphi of Na2CO3; relative errors of the solubility of each hydrate)."""

    def product(filled: Table, water: int, molality: float, kelvin: float) -> float:
        found = evaluate(at(filled, kelvin), {"Na+": 2 * molality, "CO3-2": molality}, kelvin)
        ln = 2 * (math.log(2 * molality) + found.ln_gamma["Na+"]) + math.log(molality) + found.ln_gamma["CO3-2"]
        return ln + water * found.ln_water

    def errors_of(p: np.ndarray) -> dict[str, np.ndarray]:
        filled = with_cphi(table, 10.0 * p[0], 1e-4 * p[1])
        away = {}
        for k, (solid, (water, _, _)) in enumerate(HYDRATES.items()):
            log_k, enthalpy, capacity = p[2 + 3 * k : 5 + 3 * k]
            own = []
            for kelvin, molality in solubilities(solid):
                here, there = (product(filled, water, factor * molality, kelvin) for factor in (1.0, 1.01))
                ln_k = van_t_hoff(log_k * LN10, enthalpy, 1e-3 * capacity, kelvin)
                own.append((ln_k - here) / ((there - here) / math.log(1.01)))
            away[solid] = np.array(own)
        return away

    def residuals(p: np.ndarray) -> np.ndarray:
        parts = [0.3 * p[:1]]
        for k, (solid, own) in enumerate(errors_of(p).items()):
            doubt = np.array([3.0 if kelvin == DOUBTFUL else 1.0 for kelvin, _ in solubilities(solid)])
            held = [(p[3 + 3 * k + j] - known.value) / known.range for j, known in enumerate(HYDRATES[solid][1:])]
            parts += [own / (0.01 * doubt), np.array(held)]
        return np.concatenate(parts)

    start = [0.0, 0.0, -0.8, 65.9, 500.0, 0.6, -10.5, -268.0]
    found = least_squares(residuals, start, x_scale=[1.0, 1.0, 0.1, 1.0, 100.0, 0.1, 1.0, 100.0], diff_step=1e-4).x
    return float(f"{10.0 * found[0]:.6g}"), float(f"{1e-4 * found[1]:.6g}"), errors_of(found)


def with_lithium(table: Table, found: Mapping[str, float]) -> Table:
    """`table` with Li+ and the three forms of carbon dioxide."""
    slope0, _ = CARBONATE_SLOPES
    return table | {
        frozenset(CARBONATE.split("|")): {
            "beta0": [found["beta0"], 0.0, 0.0, slope0, 0.0, 0.0],
            "beta1": [found["beta1"], 0.0, 0.0, found["slope"] * 1e-3, 0.0, 0.0],
        },
        frozenset(BICARBONATE.split("|")): {
            "beta0": [found["bicarbonate"], 0.0, 0.0, BICARBONATE_SLOPES[0], 0.0, 0.0],
            "beta1": [BICARBONATE_BETA1, 0.0, 0.0, BICARBONATE_SLOPES[1], 0.0, 0.0],
        },
        frozenset(CARBON_DIOXIDE.split("|")): table[frozenset(("CO2(aq)", "Na+"))],
    }


def constant(found: Mapping[str, float], kelvin: float) -> float:
    """ln K of Li2CO3 at a temperature."""
    return van_t_hoff(found["log_k"] * LN10, found["enthalpy"], 1e-3 * found["capacity"], kelvin)


def _ln(numbers: tuple[float, float, float], kelvin: float) -> float:
    return van_t_hoff(numbers[0] * LN10, *numbers[1:], kelvin)


def ln_product(values: Values, molality: float, kelvin: float, beside: Mapping[str, float] | None = None) -> float:
    """ln of a(Li+)^2 a(CO3-2) of Li2CO3 in a solution of the ions `beside` (mol/kg), part of its carbonate hydrolysed."""
    others = dict(beside or {})
    carbonate = molality + others.pop("CO3-2", 0.0)
    lithium = 2.0 * molality + others.pop("Li+", 0.0)
    hydrolysis = _ln(HYDROGEN_CARBONATE, kelvin) + _ln(WATER, kelvin)

    def liquor(x: float) -> dict[str, float]:
        return {"Li+": lithium, "CO3-2": carbonate - x, "HCO3-": x, "OH-": x} | others

    def excess(x: float) -> float:
        m = liquor(x)
        found = evaluate(values, m, kelvin)
        ln = {name: math.log(m[name]) + found.ln_gamma[name] for name in ("CO3-2", "HCO3-", "OH-")}
        return ln["HCO3-"] + ln["OH-"] - ln["CO3-2"] - found.ln_water - hydrolysis

    m = liquor(brentq(excess, 1e-6 * carbonate, 0.999 * carbonate, rtol=1e-8))
    ln = evaluate(values, m, kelvin).ln_gamma
    return 2 * (math.log(m["Li+"]) + ln["Li+"]) + math.log(m["CO3-2"]) + ln["CO3-2"]


def ln_product_under_gas(values: Values, molality: float, kelvin: float, pressure: float) -> float:
    """The same of a solution of LiHCO3 under `pressure` (bar) of CO2."""
    ln_gas = _ln(DISSOLVED_GAS, kelvin) + _ln(GAS, kelvin) + math.log(pressure)
    dissolved = math.exp(ln_gas)
    m: dict[str, float] = {}
    for _ in range(20):
        m = {"Li+": molality, "HCO3-": molality, "CO2(aq)": dissolved}
        dissolved = math.exp(ln_gas - evaluate(values, m, kelvin).ln_gamma["CO2(aq)"])
    found = evaluate(values, m, kelvin)
    ln = {name: math.log(molality) + found.ln_gamma[name] for name in ("Li+", "HCO3-")}
    split = 2 * _ln(HYDROGEN_CARBONATE, kelvin) - _ln(DISSOLVED_GAS, kelvin)
    return 2 * ln["Li+"] + 2 * ln["HCO3-"] - ln_gas - found.ln_water - split


def ions(salt: str, molality: float) -> dict[str, float]:
    """The ions of a salt of one of the anions Cl-, SO4-2 and CO3-2."""
    for end, anion, number in (("Cl", "Cl-", 1), ("2SO4", "SO4-2", 2), ("2CO3", "CO3-2", 2)):
        if salt.endswith(end):
            return {f"{salt.removesuffix(end)}+": number * molality, anion: molality}
    raise ValueError(f"{salt} is none of a chloride, a sulfate and a carbonate of an alkali")


def solubility(
    table: Table, found: Mapping[str, float], kelvin: float, beside: Mapping[str, float] | None = None
) -> float:
    """mol/kg of Li2CO3 in a solution of the ions `beside`."""
    values, ln_k = at(table, kelvin), constant(found, kelvin)
    return float(brentq(lambda m: ln_product(values, m, kelvin, beside) - ln_k, 1e-3, 1.0))


class Errors(NamedTuple):
    """Relative errors: solubility of Li2CO3 in water, in soda and in mother liquor, and of LiHCO3 under CO2."""

    water: np.ndarray
    soda: float
    plant: float
    gas: float


def errors(table: Table, found: Mapping[str, float]) -> Errors:
    """How far the solubilities are off."""

    def error(kelvin: float, molality: float, product: Callable[[Values, float, float], float]) -> float:
        values = at(table, kelvin)
        here, there = (product(values, factor * molality, kelvin) for factor in (1.0, 1.001))
        return (constant(found, kelvin) - here) / ((there - here) / 0.001)

    water = [error(kelvin, molality, ln_product) for kelvin, molality in solubilities("Li2CO3(s)")]
    soda = error(ROOM, SODA[1], lambda values, m, kelvin: ln_product(values, m, kelvin, ions("Na2CO3", SODA[0])))
    kelvin, molality, beside = PLANT
    plant = error(kelvin, molality, lambda values, m, t: ln_product(values, m, t, beside))
    gas = error(*LITHIUM_BICARBONATE, lambda values, m, kelvin: ln_product_under_gas(values, m, kelvin, ATMOSPHERE))
    return Errors(np.array(water), soda, plant, gas)


def fit(table: Table) -> dict[str, float]:
    """The parameters by least squares; the range of what is known is their weight."""
    names = list(START)

    def residuals(p: np.ndarray) -> np.ndarray:
        found = dict(zip(names, p, strict=True))
        away = errors(with_lithium(table, found), found)
        expected = [(found[name] - known.value) / known.range for name, known in KNOWN.items()]
        return np.array([*(away.water / 0.01), away.soda / 0.15, away.plant / 0.05, away.gas / 0.08, *expected])

    scale = [0.1, 0.5, 2.0, 0.1, 1.0, 50.0, 0.1]
    solved = least_squares(residuals, list(START.values()), x_scale=scale, diff_step=1e-4)
    return {name: float(f"{value:.5g}") for name, value in zip(names, solved.x, strict=True)}


def sodium_rows(table: Table, worst: float) -> list[list[str]]:
    """The two terms of Cphi of Na2CO3."""
    note = f"fitted: to the solubility of Na2CO3.10H2O and Na2CO3.H2O within {100 * worst:.1f} % but for "
    note += "that at 25 degC and with their heats; range 0.0003/K"
    return rows_of(table, SODIUM, ("cphi",), [2, 4], Origin("0-100 degC; <= 4.6 mol/kg", SCRIPT, note))


def lithium_rows(table: Table, found: Mapping[str, float]) -> dict[str, list[list[str]]]:
    """The rows of each pair of lithium."""
    full = with_lithium(table, found)
    away = errors(full, found)
    worst = 100 * float(np.max(np.abs(away.water)))
    note = f"fitted: to the solubility of Li2CO3 within {worst:.1f} % with log10 K {found['log_k']:.3f} {found['enthalpy']:.1f} "
    note += f"kJ/mol and {found['capacity']:.0f} J/mol/K; range 0.1 of beta0 and 1 of beta1 with 0.15 of log10 K"
    hydrogen = (
        "fitted: to 0.85 mol/kg of LiHCO3 under 1 atm of CO2 at 20 degC recalled; beta1 and slopes estimated from LiCl "
    )
    hydrogen += f"NaCl and NaHCO3; {100 * away.gas:+.0f} % of the molality; range 0.1 of beta0"
    return {
        CARBONATE: rows_of(
            full, CARBONATE, ("beta0", "beta1"), [1, 4], Origin("0-100 degC; <= 0.3 mol/kg", SCRIPT, note)
        ),
        BICARBONATE: rows_of(
            full, BICARBONATE, ("beta0", "beta1"), [1, 4], Origin("0-60 degC; <= 1 mol/kg", SCRIPT, hydrogen)
        ),
        CARBON_DIOXIDE: rows_of(
            full,
            CARBON_DIOXIDE,
            ("lambda",),
            [1, 2, 3, 4],
            Origin("0-250 degC", SCRIPT, "estimated: as CO2(aq) and Na+; range 0.05"),
        ),
    }


def written(rows: list[list[str]], sodium: list[list[str]], lithium: dict[str, list[list[str]]]) -> list[list[str]]:
    """The rows of pitzer.csv with those of this script anew, each pair of lithium in the place it had."""
    kept: list[list[str]] = []
    done: set[str] = set()
    for row in rows:
        if row[0] in lithium:
            kept += [] if row[0] in done else lithium[row[0]]
            done.add(row[0])
        elif (row[0], row[6]) != (SODIUM, SCRIPT):
            kept.append(row)
            kept += sodium if row[:2] == [SODIUM, "cphi"] else []
    for of, own in lithium.items():
        if of not in done:
            place = max(k for k, row in enumerate(kept) if row[1] == own[0][1]) + 1
            kept[place:place] = own
    return kept


def main() -> None:
    table = read()
    second, fourth, away = fit_sodium(table)
    print(f"Cphi of Na2CO3: t2 {second}, t4 {fourth}; errors %", {k: np.round(100 * e, 1) for k, e in away.items()})
    table = with_cphi(table, second, fourth)
    found = fit(table)
    full = with_lithium(table, found)
    print(found)
    print("errors %:", {name: np.round(100 * value, 1) for name, value in errors(full, found)._asdict().items()})
    for kelvin in (ROOM, 363.15):
        alone = solubility(full, found, kelvin)
        for salt in ("Na2SO4", "NaCl", "Na2CO3"):
            beside = [solubility(full, found, kelvin, ions(salt, m)) / alone for m in (0.5, 1.0, 2.0)]
            print(f"{kelvin:g} K: of that in water in 0.5, 1, 2 mol/kg of {salt}: {np.round(beside, 3)}")
    with TABLE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))[1:]
    worst = max(
        abs(float(error))
        for solid, own in away.items()
        for error, (kelvin, _) in zip(own, solubilities(solid), strict=True)
        if kelvin != DOUBTFUL
    )
    rows = written(rows, sodium_rows(table, worst), lithium_rows(table, found))
    with TABLE.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([HEADER, *rows])


if __name__ == "__main__":
    main()
