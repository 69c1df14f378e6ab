"""Gypsum in water, NaCl and Na2SO4 from 0 to 95 degC: run this file to write what it fits into pitzer.csv and equilibrium.csv.

Calcium and sulfate go without an ion pair, as in Harvie, Moller & Weare (1984) and in pitzer.dat, from whose parameters
(Appelo 2015) all others stay. Those with sodium were made beside other parameters of Na2SO4 than ours, and leave gypsum 8 %
too low in 6 mol/kg of NaCl. Seven terms move, and the three constants of gypsum and that of anhydrite; all enter ln of the ion
activity product in a straight line, so one least squares finds them, each held to where it was within a range.

Of anhydrite only log K moves, from its solubility at 100 degC, on which the sources differ by a quarter. Glauberite, the scale
of hot sodium sulfate, comes last: its three constants under what was found.
"""

import csv
import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from fit_pitzer import HEADER, Origin, rows_of, van_t_hoff
from pitzer_reference import LN10, TABLE, Table, at, evaluate, read
from scipy.optimize import brentq

SCRIPT = "fit_gypsum.py"
HERE = Path(__file__).parent
DATABASE = HERE.parents[1] / "flowsheet" / "data" / "equilibrium.csv"
GYPSUM, ANHYDRITE, GLAUBERITE = "CaSO4.2H2O(s)", "CaSO4(s)", "Na2Ca(SO4)2(s)"
NAMES = {GYPSUM: "Gypsum", ANHYDRITE: "Anhydrite", GLAUBERITE: "Glauberite"}
# What a solid gives to a liquor: ions and water.
MAKEUP = {
    GYPSUM: ({"Ca+2": 1, "SO4-2": 1}, 2),
    ANHYDRITE: ({"Ca+2": 1, "SO4-2": 1}, 0),
    GLAUBERITE: ({"Na+": 2, "Ca+2": 1, "SO4-2": 2}, 0),
}
SALTS = {"NaCl": {"Na+": 1, "Cl-": 1}, "Na2SO4": {"Na+": 2, "SO4-2": 1}}
UNITS = (("log_k", "-", 4), ("delta_h", "kJ/mol", 2), ("delta_cp", "J/mol/K", 1))
MOLAR_MASS = 136.14  # g/mol of CaSO4
# How far a point may lie off: the scatter of Block & Waters (1968) is 5 %, the sources on anhydrite differ by a quarter.
SCATTER = {
    ("NaCl", GYPSUM): 0.02,
    ("Na2SO4", GYPSUM): 0.05,
    ("NaCl", ANHYDRITE): 0.15,
    ("Na2SO4", ANHYDRITE): 0.15,
    ("Na2SO4", GLAUBERITE): 0.05,
}


class Term(NamedTuple):
    """A term of a parameter: its place, 1 to 6, its value in pitzer.dat and the range in which it may move."""

    of: str
    quantity: str
    place: int
    literature: float
    range: float


TERMS = (
    Term("Ca+2|Na+|SO4-2", "psi", 1, -0.055, 0.02),
    Term("Ca+2|Na+|SO4-2", "psi", 4, 0.0, 1e-3),
    Term("Ca+2|Na+|Cl-", "psi", 1, -0.0148, 0.005),
    Term("Ca+2|Na+|Cl-", "psi", 4, -5.2e-6, 1e-4),
    Term("Ca+2|SO4-2", "beta1", 1, 3.546, 0.5),
    Term("Ca+2|SO4-2", "beta1", 4, 0.00577, 0.02),
    Term("Ca+2|SO4-2", "cphi", 1, 0.114, 0.1),
)
# log10 K, kJ/mol, J/mol/K: least squares through the analytical expressions of pitzer.dat from 0 to 100 degC.
CONSTANTS = {
    GYPSUM: (-4.6005, -1.521, -249.4),
    ANHYDRITE: (-4.2496, -22.37, -271.1),
    GLAUBERITE: (-5.3502, -14.94, -646.3),
}
MOVES = ((GYPSUM, 0, 0.01), (GYPSUM, 1, 1.0), (GYPSUM, 2, 50.0), (ANHYDRITE, 0, 0.05))


class Point(NamedTuple):
    """A saturated solution: kelvin, the salt beside it and its molality, molality of CaSO4."""

    solid: str
    kelvin: float
    salt: str
    beside: float
    molality: float


def points() -> list[Point]:
    """The measured solubilities in salts, and those in water of solubility.csv."""
    found = []
    with (HERE / "data" / "calcium_sulfate.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            kelvin = float(row["temperature"]) + 273.15
            found.append(Point(row["solid"], kelvin, row["salt"], float(row["salt_molality"]), float(row["molality"])))
    with (HERE / "data" / "solubility.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["solid"] == GYPSUM:
                molality = 10.0 * float(row["value"]) / MOLAR_MASS
                found.append(Point(GYPSUM, float(row["temperature"]) + 273.15, "NaCl", 0.0, molality))
    return found


def fitted(point: Point) -> bool:
    """Whether a fit minds a point: not anhydrite below 100 degC, where it takes months to come to rest."""
    return point.solid != ANHYDRITE or point.kelvin > 370.0


def ln_product(table: Table, point: Point, molality: float) -> float:
    """ln of the ion activity product, water included, of CaSO4 at `molality` beside the salt of a point."""
    m = {ion: number * point.beside for ion, number in SALTS[point.salt].items() if point.beside}
    m["Ca+2"] = molality
    m["SO4-2"] = m.get("SO4-2", 0.0) + molality
    found = evaluate(at(table, point.kelvin), m, point.kelvin)
    ions, water = MAKEUP[point.solid]
    return sum(n * (math.log(m[ion]) + found.ln_gamma[ion]) for ion, n in ions.items()) + water * found.ln_water


def ln_constant(constants: Sequence[float], kelvin: float) -> float:
    log_k, enthalpy, capacity = constants
    return van_t_hoff(log_k * LN10, enthalpy, 1e-3 * capacity, kelvin)


def with_terms(table: Table, values: Sequence[float]) -> Table:
    """`table` with the seven terms at `values`."""
    changed = dict(table)
    for term, value in zip(TERMS, values, strict=True):
        key = frozenset(term.of.split("|"))
        entry = {name: list(numbers) for name, numbers in changed[key].items()}
        entry[term.quantity][term.place - 1] = value
        changed[key] = entry
    return changed


def literature() -> Table:
    """The table as it would be without this script."""
    return with_terms(read(), [term.literature for term in TERMS])


def slope(table: Table, point: Point) -> float:
    """Change of ln of the product with ln of the molality."""
    return (ln_product(table, point, 1.01 * point.molality) - ln_product(table, point, point.molality)) / math.log(1.01)


class Fit(NamedTuple):
    """The terms and the constants of both solids, rounded as written."""

    terms: tuple[float, ...]
    constants: dict[str, tuple[float, float, float]]


def fit_glauberite(table: Table) -> tuple[float, ...]:
    """The three constants of glauberite by least squares of the molality of calcium."""
    own = [point for point in points() if point.solid == GLAUBERITE]
    units = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
    design = np.array([[ln_constant(unit, p.kelvin) for unit in units] for p in own])
    weight = np.array([1.0 / slope(table, p) for p in own])
    aim = np.array([ln_product(table, p, p.molality) for p in own])
    scale = np.max(np.abs(design), axis=0)
    found = np.linalg.lstsq(design / scale * weight[:, None], aim * weight, rcond=None)[0] / scale
    return tuple(round(float(value), digits) for value, (_, _, digits) in zip(found, UNITS, strict=True))


def fit() -> Fit:
    """Least squares from the literature."""
    table = literature()
    start = [term.literature for term in TERMS]
    minded = [point for point in points() if fitted(point) and point.solid != GLAUBERITE]
    first = np.array([ln_product(table, p, p.molality) for p in minded])
    columns = []
    for k, term in enumerate(TERMS):
        moved = with_terms(table, [v + term.range * (j == k) for j, v in enumerate(start)])
        columns.append(np.array([ln_product(moved, p, p.molality) for p in minded]) - first)
    for solid, place, size in MOVES:
        step = [size * (k == place) for k in range(3)]
        columns.append(np.array([-ln_constant(step, p.kelvin) if p.solid == solid else 0.0 for p in minded]))
    aim = np.array([ln_constant(CONSTANTS[p.solid], p.kelvin) for p in minded]) - first
    weight = np.array([1.0 / (slope(table, p) * SCATTER[p.salt, p.solid]) for p in minded])
    design = np.vstack([np.array(columns).T * weight[:, None], np.eye(len(columns))])
    moves = np.linalg.lstsq(design, np.concatenate([aim * weight, np.zeros(len(columns))]), rcond=None)[0]
    terms = tuple(float(f"{t.literature + t.range * m:.4g}") for t, m in zip(TERMS, moves, strict=False))
    constants = {solid: list(numbers) for solid, numbers in CONSTANTS.items()}
    for (solid, place, size), move in zip(MOVES, moves[len(TERMS) :], strict=True):
        constants[solid][place] = round(constants[solid][place] + size * float(move), UNITS[place][2])
    constants[GLAUBERITE] = list(fit_glauberite(with_terms(table, terms)))
    return Fit(terms, {solid: (one, two, three) for solid, (one, two, three) in constants.items()})


def solubility(table: Table, constants: dict[str, tuple[float, float, float]], point: Point) -> float:
    """mol/kg of CaSO4 at saturation where a point was measured."""
    ln_k = ln_constant(constants[point.solid], point.kelvin)
    return float(brentq(lambda m: ln_product(table, point, m) - ln_k, 1e-4, 0.3))


def errors(found: Fit) -> dict[Point, float]:
    """Relative error of the solubility at every point."""
    table = with_terms(literature(), found.terms)
    return {point: solubility(table, found.constants, point) / point.molality - 1.0 for point in points()}


def pitzer_rows(found: Fit, worst: float, rows: list[list[str]]) -> list[list[str]]:
    """The rows of pitzer.csv with the seven terms anew, each in the place it had."""
    table = with_terms(literature(), found.terms)
    note = f"fitted: to gypsum 0 to 95 degC within {worst:.0f} % in NaCl to 6 mol/kg; from "
    kept = list(rows)
    for term in TERMS:
        quantity = term.quantity if term.place == 1 else f"{term.quantity}_t{term.place}"
        origin = Origin(
            "0-95 degC; molality not stated", SCRIPT, f"{note}{term.literature:g} of Appelo 2015; range {term.range:g}"
        )
        (row,) = (r for r in rows_of(table, term.of, (term.quantity,), [term.place], origin) if r[1] == quantity)
        old = [k for k, other in enumerate(kept) if other[:2] == row[:2]]
        near = [k for k, other in enumerate(kept) if other[0] == term.of and other[1].startswith(term.quantity)]
        kept[slice(*((old[0], old[0] + 1) if old else (near[-1] + 1, near[-1] + 1)))] = [row]
    return kept


def constant_rows(found: Fit, rows: list[list[str]]) -> list[list[str]]:
    """The rows of equilibrium.csv with the constants of gypsum and anhydrite anew, before what else is known of them."""
    kept = [row for row in rows if SCRIPT not in row[-1]]
    for solid, numbers in found.constants.items():
        own = []
        for (quantity, unit, digits), value, before in zip(UNITS, numbers, CONSTANTS[solid], strict=True):
            if abs(value - before) < 0.6 * 10.0**-digits:
                told = f"estimated: least squares through the analytical expression (tests/validation/{SCRIPT}); range 0-100 degC"
                about = ["appelo2015", f"pitzer.dat: {NAMES[solid]}", told]
            else:
                told = f"fitted: tests/validation/{SCRIPT}, range 0 to 100 degC, from {before:g} of Appelo 2015"
                about = ["raffinate2026", "tests/validation/data/calcium_sulfate.csv", told]
            own.append([solid, quantity, f"{value:.{digits}f}", unit, "25 degC", *about])
        place = next(k for k, row in enumerate(kept) if row[0] == solid)
        kept[place:place] = own
    return kept


def _rewrite(path: Path, change: Callable[[list[list[str]]], list[list[str]]]) -> None:
    with path.open(encoding="utf-8", newline="") as file:
        changed = change(list(csv.reader(file))[1:])
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([HEADER, *changed])


def main() -> None:
    found = fit()
    away = errors(found)
    for term, value in zip(TERMS, found.terms, strict=True):
        print(f"{term.of} {term.quantity} term {term.place}: {value:g}, {term.literature:g} in the literature")
    print(found.constants)
    for salt, solid in SCATTER:
        own = np.array([abs(e) for p, e in away.items() if (p.salt, p.solid) == (salt, solid) and fitted(p)])
        print(
            f"{solid} in {salt}: {len(own)} points, mean error {100 * own.mean():.1f} %, largest {100 * own.max():.1f} %"
        )
    worst = 100.0 * max(abs(e) for p, e in away.items() if (p.salt, p.solid) == ("NaCl", GYPSUM))
    _rewrite(TABLE, lambda rows: pitzer_rows(found, worst, rows))
    _rewrite(DATABASE, lambda rows: constant_rows(found, rows))


if __name__ == "__main__":
    main()
