"""The Pitzer parameters that no publication at hand gives; run this file to write them into flowsheet/data/pitzer.csv.

1. Cobalt sulfate at 25 degC. Its published parameters stop at 0.1 mol/kg. The sulfates of Ni, Zn and Mn, on either side
   of Co in ionic radius, agree within 4 per cent in activity up to 2.5 mol/kg; Co takes the mean of their osmotic
   coefficients above 0.1 mol/kg, and its own freezing points (as parameters of Pitzer & Mayorga 1974) below.
2. Temperature terms of the sulfates of Fe, Mn, Co, Ni, Cu and Zn. Those of MgSO4 for beta1 and beta2; beta0 and Cphi get two
   terms each, from solubilities, each solid with its own constant, and with its heat of solution and the heat capacity of
   it by calorimetry (recalled, of six of the fourteen solids estimated); a heat capacity left free would take the place of
   the hot strong liquor. NiSO4 was measured at 110 degC
   to beyond saturation (Holmes & Mesmer 1983), and its activity coefficient proves to fall on heating as that of MgSO4 does,
   within 0.02 in log10 up to 3 mol/kg; so the others are held to MgSO4 as far.
3. Temperature terms of H2SO4: heats of dilution at 25 degC, osmotic coefficients at 60 and 100 degC.
4. The slopes of beta0 and Cphi of LiOH: from the solubility of its monohydrate, with the heat that calorimetry gives it.

The functions return what they found and how well; `main` prints it. The parameters of literature are never touched.
"""

import csv
import math
import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from pitzer_reference import (
    LN10,
    ROOM,
    TABLE,
    Table,
    at,
    of_salt,
    of_sulfuric_acid,
    read,
    stoichiometry,
)
from scipy.optimize import least_squares

MEASURED = Path(__file__).parent / "data" / "activity_coefficients.csv"
ISOPIESTIC = Path(__file__).parent / "data" / "isopiestic.csv"
CAPACITIES = Path(__file__).parents[2] / "flowsheet" / "data" / "heat_capacities.csv"
SATURATED = Path(__file__).parent / "data" / "solubility.csv"
HEADER = ["of", "quantity", "value", "unit", "conditions", "source", "where", "note"]
GAS = 8.314462618e-3  # kJ/mol/K
WATER = 0.018015  # kg/mol
WATER_CAPACITY = 75.3  # J/mol/K
# What a heat capacity of dissolution may be off by, and change from 0 to 100 degC, kJ/mol/K.
CAPACITY_DOUBT = 0.1
MOLAR_MASS = {
    "Fe+2": 151.91,
    "Mn+2": 151.0,
    "Co+2": 154.99,
    "Ni+2": 154.75,
    "Cu+2": 159.61,
    "Zn+2": 161.47,
    "Li+": 23.95,
}
FORMULAS = {
    "Li+|OH-": "LiOH",
    **{f"{metal}+2|SO4-2": f"{metal}SO4" for metal in ("Fe", "Mn", "Co", "Ni", "Cu", "Zn")},
}
# Heat capacity of LiOH.H2O = Li+ + OH- + H2O, kJ/mol/K: NBS tables, recalled.
LITHIUM_HYDROXIDE_CAPACITY = -0.084
# Where the sulfates are held to the change of log10 gamma of MgSO4 from 25 degC: mol/kg, K, how firmly.
HELD = (
    *((0.5, 323.15, 0.01), (1.0, 323.15, 0.02), (2.0, 323.15, 0.02), (3.0, 323.15, 0.03)),
    *((0.5, 373.15, 0.02), (1.0, 373.15, 0.03), (2.0, 373.15, 0.03), (3.0, 373.15, 0.04)),
)
# mol/kg to which the parameters at 25 degC reach, where that is not to saturation.
LARGEST_KNOWN = {"Fe+2": 2.0}
METALS = ["Fe+2", "Mn+2", "Co+2", "Ni+2", "Cu+2", "Zn+2"]
# mol/kg to which the hot isopiestic points are fitted, near the strongest liquor that is saturated below 100 degC
STRONGEST = 4.4
# Pitzer & Mayorga (1974), Table I: valid to 0.1 mol/kg.
DILUTE_COBALT = {"beta0": 0.20, "beta1": 2.70, "beta2": -30.7}
# H+ + SO4-2 = HSO4-: log10 K, enthalpy (kJ/mol), heat capacity (kJ/mol/K). Harvie & others (1984); the enthalpies of
# formation of the NBS tables; 2.99 at 100 degC (Marshall & Jones 1966).
BISULFATE = (1.979, 21.93, 0.200)


class Solubility(NamedTuple):
    """One solid of a salt: what was measured of it, its heat of solution and the doubt about it (kJ/mol).

    capacity: the heat capacity of its dissolution by calorimetry, kJ/mol/K; None where that of the solid is not known.
    """

    solid: str
    salt: str
    kelvin: np.ndarray
    molality: np.ndarray
    heat: float | None
    doubt: float
    capacity: float | None


def measured(salt: str, quantity: str) -> list[dict[str, str]]:
    with MEASURED.open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if (row["salt"], row["quantity"]) == (salt, quantity)]


def isopiestic(table: Table, salt: str) -> np.ndarray:
    """(K, mol/kg, osmotic coefficient) of a salt, a row each, from solutions of another salt with as much water activity."""
    found = []
    with ISOPIESTIC.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["salt"] == salt:
                kelvin, molality = float(row["temperature_c"]) + 273.15, float(row["molality"])
                other, reference = float(row["molality_of_reference"]), row["reference"]
                ions = sum(stoichiometry(reference)[1::2]) / sum(stoichiometry(salt)[1::2])
                osmotic = of_salt(at(table, kelvin), reference, other, kelvin)[1] * ions * other / molality
                found.append((kelvin, molality, osmotic))
    return np.array(found).reshape((-1, 3))


def capacity_of_solution(salt: str, solid: str) -> float | None:
    """The heat capacity of dissolution at 25 degC, kJ/mol/K: of the ions at infinite dilution and water less the solid."""
    known = {row["solid"]: float(row["value"]) for row in measured(salt, "heat_capacity_of_solid")}
    if solid not in known:
        return None
    with CAPACITIES.open(encoding="utf-8", newline="") as file:
        ions = {row["of"]: float(row["value"]) for row in csv.DictReader(file) if row["quantity"] == "heat_capacity"}
    dissolved = sum(ions[ion] for ion in salt.split("|")) + hydrate_number(solid) * WATER_CAPACITY
    return 1e-3 * (dissolved - known[solid])


def solubilities(salt: str) -> list[Solubility]:
    """The solids of a salt, in the order of the file."""
    mass = MOLAR_MASS[salt.partition("|")[0]]
    heats = {row["solid"]: row for row in measured(salt, "heat_of_solution")}
    with SATURATED.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["salt"] == FORMULAS[salt]]
    found = []
    for solid in dict.fromkeys(row["solid"] for row in rows):
        own = [row for row in rows if row["solid"] == solid]
        kelvin = np.array([float(row["temperature"]) + 273.15 for row in own])
        molality = np.array([10.0 * float(row["value"]) / mass for row in own])
        heat = float(heats[solid]["value"]) if solid in heats else None
        told = re.search(r"(\d+) kJ/mol either way", heats[solid]["note"]) if solid in heats else None
        doubt = float(told[1]) if told else 1.0
        found.append(Solubility(solid, salt, kelvin, molality, heat, doubt, capacity_of_solution(salt, solid)))
    return found


def van_t_hoff(ln_k: float, enthalpy: float, capacity: float, kelvin: float) -> float:
    """ln K at a temperature."""
    ratio = ROOM / kelvin
    curved = capacity / GAS * (ratio - 1.0 - math.log(ratio))
    return ln_k + enthalpy / GAS * (1.0 / ROOM - 1.0 / kelvin) + curved


def ln_product(table: Table, salt: str, hydrate: int, molality: float, kelvin: float) -> float:
    """ln of the activities of a salt's ions and of the water of its solid."""
    log_gamma, osmotic = of_salt(at(table, kelvin), salt, molality, kelvin)
    _, n_cation, _, n_anion = stoichiometry(salt)
    ions = n_cation + n_anion
    counts = n_cation * math.log(n_cation) + n_anion * math.log(n_anion)
    return ions * (log_gamma * LN10 + math.log(molality)) + counts - hydrate * osmotic * ions * molality * WATER


def hydrate_number(solid: str) -> int:
    """7 of `NiSO4.7H2O(s)`."""
    _, _, water = solid.removesuffix("(s)").partition(".")
    return int(water.removesuffix("H2O") or "1") if water else 0


def fit_cobalt(table: Table) -> tuple[dict[str, float], float]:
    """(beta0, beta1, beta2, cphi of CoSO4; largest error of the osmotic coefficient aimed at)."""
    values = at(table, ROOM)
    key = frozenset(("Co+2", "SO4-2"))
    low, high = [0.005, 0.01, 0.02, 0.05, 0.1], [0.3, 0.5, 0.75, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5]
    aims = [of_salt({key: DILUTE_COBALT}, "Co+2|SO4-2", m)[1] for m in low]
    near = ("Ni+2", "Zn+2", "Mn+2")
    aims += [sum(of_salt(values, f"{metal}|SO4-2", m)[1] for metal in near) / len(near) for m in high]

    def errors(p: np.ndarray) -> np.ndarray:
        own = dict(zip(("beta0", "beta1", "beta2", "cphi"), p, strict=True))
        return np.array([of_salt({key: own}, "Co+2|SO4-2", m)[1] for m in low + high]) - aims

    start = least_squares(errors, [0.2, 2.8, -40.0, 0.02], x_scale=[0.1, 1.0, 10.0, 0.01])
    # the two ends were found by other means and meet within 0.01 only: the largest error counts, by its sixth power
    fit = least_squares(lambda p: (errors(p) / 0.005) ** 3, start.x, x_scale=[0.1, 1.0, 10.0, 0.01], xtol=1e-12)
    names = ("beta0", "beta1", "beta2", "cphi")
    return dict(zip(names, map(float, fit.x), strict=True)), float(np.max(np.abs(errors(fit.x))))


def with_terms(table: Table, salt: str, terms: Sequence[float]) -> Table:
    """`table` with the temperature terms of MgSO4 on a sulfate, and t2 and t4 added to its beta0 and cphi."""
    own = table[frozenset(salt.split("|"))]
    magnesium = table[frozenset(("Mg+2", "SO4-2"))]
    entry = {}
    for name in ("beta0", "beta1", "beta2", "cphi"):
        entry[name] = [own.get(name, [0.0])[0], *magnesium[name][1:]]
    for name, (second, fourth) in (("beta0", terms[:2]), ("cphi", terms[2:])):
        entry[name][1] += second * 1e3
        entry[name][3] += fourth * 1e-2
    return table | {frozenset(salt.split("|")): entry}


def fit_temperature(table: Table, metal: str) -> tuple[Table, list[str], np.ndarray]:
    """(table with the terms, a line on each solid, relative errors of the molalities at saturation)."""
    salt = f"{metal}|SO4-2"
    solids = solubilities(salt)
    start = [ln_product(table, salt, hydrate_number(s.solid), s.molality[0], s.kelvin[0]) for s in solids]
    held = [hold for hold in HELD if hold[0] <= LARGEST_KNOWN.get(metal, np.inf)]
    hot = [(t, m, phi) for t, m, phi in isopiestic(table, salt) if t > ROOM and m <= STRONGEST]
    magnesium = [[of_salt(at(table, k), "Mg+2|SO4-2", m, k)[0] for k in (t, ROOM)] for m, t, _ in held]
    wanted = [
        of_salt(at(table, ROOM), salt, m)[0] + hot - cool for (m, *_), (hot, cool) in zip(held, magnesium, strict=True)
    ]

    def saturation(p: np.ndarray, fitted: Table) -> list[np.ndarray]:
        errors = []
        for k, s in enumerate(solids):
            number = hydrate_number(s.solid)
            own = []
            for t, m in zip(s.kelvin, s.molality, strict=True):
                product = ln_product(fitted, salt, number, m, t)
                slope = (ln_product(fitted, salt, number, m * 1.001, t) - product) / 0.001
                # Where the curve is about to turn the slope says nothing on the error of the molality.
                own.append((van_t_hoff(*p[4 + 3 * k : 7 + 3 * k], float(t)) - product) / max(slope, 0.5))
            errors.append(np.array(own))
        return errors

    def residuals(p: np.ndarray) -> np.ndarray:
        fitted = with_terms(table, salt, p[:4])
        parts = [e / 0.01 for e in saturation(p, fitted)]
        for k, s in enumerate(solids):
            heat = [] if s.heat is None else [(p[5 + 3 * k] - s.heat) / s.doubt]
            capacity = [] if s.capacity is None else [(p[6 + 3 * k] - s.capacity) / CAPACITY_DOUBT]
            parts.append(np.array([*heat, *capacity]))
        shifts = np.array([of_salt(at(fitted, t), salt, m, t)[0] for m, t, _ in held])
        parts.append((shifts - wanted) / np.array([firmness for *_, firmness in held]))
        parts.append(np.array([of_salt(at(fitted, t), salt, m, t)[1] - phi for t, m, phi in hot]) / 0.01)
        return np.concatenate([*parts, p[:4] / np.array([3.0, 1.0, 0.6, 0.2])])

    guess = [0.0] * 4
    for first, s in zip(start, solids, strict=True):
        guess += [first, s.heat or 0.0, 0.0]
    fit = least_squares(residuals, guess, diff_step=1e-5)
    fitted = with_terms(table, salt, fit.x[:4])
    errors = saturation(fit.x, fitted)
    lines = []
    for k, (s, e) in enumerate(zip(solids, errors, strict=True)):
        ln_k, heat, capacity = fit.x[4 + 3 * k : 7 + 3 * k]
        lines.append(
            f"{s.solid}: log K {ln_k / LN10:.3f}, heat {heat:.1f} kJ/mol (tables {s.heat}), "
            f"capacity {1e3 * capacity:.0f} J/mol/K; errors % {np.round(100 * e, 1)}"
        )
    return fitted, lines, np.concatenate(errors)


ACID = [("H+|HSO4-", "beta0"), ("H+|HSO4-", "beta1"), ("H+|SO4-2", "beta0"), ("H+|SO4-2", "cphi")]


def bisulfate_constant(kelvin: float) -> float:
    log_k, heat, capacity = BISULFATE
    return van_t_hoff(log_k * LN10, heat, capacity, kelvin) / LN10


def with_acid_terms(table: Table, terms: Sequence[float]) -> Table:
    """`table` with t2 and t4 on the parameters of H2SO4."""
    changed = {key: {name: list(v) for name, v in entry.items()} for key, entry in table.items()}
    for (of, name), second, fourth in zip(ACID, terms[:4], terms[4:], strict=True):
        entry = changed[frozenset(of.split("|"))][name]
        entry[1], entry[3] = second * 1e3, fourth * 1e-2
    return changed


def apparent_enthalpy(table: Table, molality: float) -> float:
    """Relative apparent molar enthalpy of H2SO4 at 25 degC, kJ/mol, from the excess Gibbs energy at two temperatures."""
    step = 0.5

    def excess(kelvin: float) -> float:
        values, log_k = at(table, kelvin), bisulfate_constant(kelvin)
        log_gamma, osmotic = of_sulfuric_acid(values, molality, log_k, kelvin)
        return 3.0 * (1.0 - osmotic + log_gamma * LN10)

    return -GAS * ROOM**2 * (excess(ROOM + step) - excess(ROOM - step)) / (2.0 * step)


def fit_acid(table: Table) -> tuple[Table, np.ndarray, np.ndarray]:
    """(table with the terms, errors of apparent enthalpy in kJ/mol, errors of the osmotic coefficient)."""
    heats = [(float(r["molality"]), float(r["value"])) for r in measured("H+|SO4-2", "apparent_enthalpy")]
    points = [
        (float(r["temperature_c"]) + 273.15, float(r["molality"]), float(r["value"]))
        for r in measured("H+|SO4-2", "osmotic")
        if r["temperature_c"] != "25"
    ]

    def errors(p: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        fitted = with_acid_terms(table, p)
        first = [apparent_enthalpy(fitted, m) - h for m, h in heats]
        second = [of_sulfuric_acid(at(fitted, t), m, bisulfate_constant(t), t)[1] - phi for t, m, phi in points]
        return np.array(first), np.array(second)

    def residuals(p: np.ndarray) -> np.ndarray:
        first, second = errors(p)
        return np.concatenate([first / 0.5, second / 0.01, 0.3 * p])

    fit = least_squares(residuals, np.zeros(8), diff_step=1e-5)
    return with_acid_terms(table, fit.x), *errors(fit.x)


def fit_hydroxide(table: Table) -> tuple[Table, tuple[float, float], np.ndarray]:
    """(table with the slopes of LiOH, log10 K and kJ/mol/K of its monohydrate, relative errors of the solubility)."""
    salt, (solid,) = "Li+|OH-", solubilities("Li+|OH-")
    own = table[frozenset(salt.split("|"))]

    def filled(slopes: Sequence[float]) -> Table:
        entry = own | {"beta0": list(own["beta0"]), "cphi": [0.0] * 6}
        entry["beta0"][3], entry["cphi"][3] = 1e-3 * slopes[0], 1e-4 * slopes[1]
        return table | {frozenset(salt.split("|")): entry}

    def errors(p: np.ndarray) -> np.ndarray:
        fitted, found = filled(p[2:]), []
        for t, m in zip(solid.kelvin, solid.molality, strict=True):
            product, more = (ln_product(fitted, salt, 1, s * m, t) for s in (1.0, 1.001))
            found.append((van_t_hoff(p[0], solid.heat, 0.1 * p[1], t) - product) / ((more - product) / 0.001))
        return np.array(found)

    def residuals(p: np.ndarray) -> np.ndarray:
        return np.append(errors(p) / 0.01, (0.1 * p[1] - LITHIUM_HYDROXIDE_CAPACITY) / 0.05)

    fit = least_squares(residuals, [1.4, -0.8, 0.0, 0.0], diff_step=1e-5)
    return filled(fit.x[2:]), (float(fit.x[0]) / LN10, 0.1 * float(fit.x[1])), errors(fit.x)


def unit_of(quantity: str) -> str:
    name, _, term = quantity.partition("_t")
    base = "kg^2/mol^2" if name in {"cphi", "psi", "zeta"} else "kg/mol"
    return base + {"": "", "2": "*K", "3": "", "4": "/K", "5": "/K^2", "6": "*K^2"}[term]


class Origin(NamedTuple):
    """What stands beside the numbers of one pair."""

    conditions: str
    where: str
    note: str


def rows_of(table: Table, of: str, names: Sequence[str], terms: Sequence[int], origin: Origin) -> list[list[str]]:
    """Rows of the given terms (1 to 6) of a pair; zero terms are left out, a zero value at 25 degC is not."""
    rows = []
    entry = table[frozenset(of.split("|"))]
    for name in names:
        for term in terms:
            value = entry[name][term - 1]
            if value or term == 1:
                quantity = name if term == 1 else f"{name}_t{term}"
                about = [unit_of(quantity), origin.conditions, "raffinate2026", origin.where, origin.note]
                rows.append([of, quantity, f"{value:.6g}", *about])
    return rows


def write(fitted: list[list[str]], script: str = "fit_pitzer.py") -> None:
    """Replace the rows of a script in the table: behind those of literature on the pair, or where they were."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        old = list(csv.reader(file))[1:]
    is_own = [row[6] == script for row in old]
    last = {row[0]: k for k, row in enumerate(old)}
    last |= {row[0]: k for k, row in enumerate(old) if not is_own[k]}
    written: list[list[str]] = []
    for k, row in enumerate(old):
        if not is_own[k]:
            written.append(row)
        if last[row[0]] == k:
            written += [new for new in fitted if new[0] == row[0]]
    written += [new for new in fitted if new[0] not in last]
    with TABLE.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([HEADER, *written])


def literature() -> Table:
    """The table without the rows this script writes."""
    own: set[tuple[str, str]] = set()
    with TABLE.open(encoding="utf-8", newline="") as file:
        own = {(row["of"], row["quantity"]) for row in csv.DictReader(file) if row["where"] == "fit_pitzer.py"}
    table = read()
    for of, quantity in own:
        name, _, term = quantity.partition("_t")
        table[frozenset(of.split("|"))][name][int(term or "1") - 1] = 0.0
    return table


def main() -> None:
    table, rows, where = literature(), [], "fit_pitzer.py"
    cobalt, worst = fit_cobalt(table)
    print("CoSO4", {name: round(v, 4) for name, v in cobalt.items()}, f"osmotic within {worst:.4f}")
    table[frozenset(("Co+2", "SO4-2"))] = {name: [float(f"{v:.5g}")] + [0.0] * 5 for name, v in cobalt.items()}
    note = "estimated: mean osmotic coefficient of the sulfates of Ni Zn and Mn above 0.1 mol/kg and the freezing points of "
    note += "CoSO4 below; range 0.02 in log10 gamma"
    origin = Origin("25 degC; <= 3.5 mol/kg", where, note)
    rows += rows_of(table, "Co+2|SO4-2", ("beta0", "beta1", "beta2", "cphi"), [1], origin)
    for metal in METALS:
        fitted, lines, errors = fit_temperature(table, metal)
        mean = 100 * float(np.mean(np.abs(errors)))
        print(metal, *lines, f"mean error of the solubility {mean:.1f} %", sep="\n  ")
        note = f"fitted: to the solubilities 0 to 100 degC from the terms of MgSO4; mean error {mean:.1f} % of the molality"
        if metal == "Ni+2":
            note = note.replace("degC from", "degC and the osmotic coefficients at 110 degC from")
        rows += rows_of(
            fitted,
            f"{metal}|SO4-2",
            ("beta0", "beta1", "beta2", "cphi"),
            [2, 3, 4, 5, 6],
            Origin("0-100 degC", where, note),
        )
    fitted, heats, osmotic = fit_acid(table)
    print(f"H2SO4: enthalpy errors {np.round(heats, 2)} kJ/mol, osmotic errors {np.round(osmotic, 4)}")
    note = f"fitted: to heats of dilution within {np.max(np.abs(heats)):.1f} kJ/mol and osmotic coefficients at 60 and 100 degC "
    note += f"within {np.max(np.abs(osmotic)):.3f}"
    for of in ("H+|SO4-2", "H+|HSO4-"):
        names = [name for pair_of, name in ACID if pair_of == of]
        rows += rows_of(fitted, of, names, [2, 4], Origin("0-100 degC; <= 6 mol/kg", where, note))
    fitted, (log_k, capacity), errors = fit_hydroxide(table)
    worst = 100 * float(np.max(np.abs(errors)))
    print(
        f"LiOH.H2O: log K {log_k:.3f}, {1e3 * capacity:.0f} J/mol/K, errors of the solubility % {np.round(100 * errors, 1)}"
    )
    note = f"fitted: to the solubility of LiOH.H2O within {worst:.1f} % with its heat held to calorimetry"
    origin = Origin("0-100 degC; <= 8 mol/kg", where, note)
    rows += rows_of(fitted, "Li+|OH-", ("beta0",), [4], origin) + rows_of(fitted, "Li+|OH-", ("cphi",), [1, 4], origin)
    write(rows)


if __name__ == "__main__":
    main()
