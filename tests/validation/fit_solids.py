"""Dissolution constants of the soluble solids from measured solubility; run this file to write their rows anew.

Each point gives ln of the ion activity product, water included, of the saturated solution by Pitzer's model. log_k,
delta_h and delta_cp are the weighted least squares through these, the weight being such that the errors are those of
ln(solubility). Heats found in this way lie within a few kJ/mol of calorimetry, which was not fitted but for the sulfates of
Fe, Mn, Co, Ni, Cu and Zn, whose hot liquors rest on it (`fit_pitzer`); and a constant goes with the interactions it was
fitted with, and must be fitted anew when they change. The rows go to the head of each solid in
flowsheet/data/equilibrium.csv; the literature stays behind them.
"""

import csv
import functools
import math
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from fit_pitzer import CAPACITY_DOUBT, Solubility, solubilities

from raffinate.flowsheet.chemistry import Chemistry
from raffinate.flowsheet.chemistry.database import all_species, atomic_masses
from raffinate.flowsheet.chemistry.equilibrium import Equilibrium, speciate
from raffinate.flowsheet.chemistry.formula import molar_mass, parse
from raffinate.flowsheet.chemistry.water import GAS_CONSTANT
from raffinate.flowsheet.quantities import celsius

HERE = Path(__file__).parent
DATABASE = HERE.parents[1] / "flowsheet" / "data" / "equilibrium.csv"
SCRIPT = "tests/validation/fit_solids.py"
REFERENCE = 298.15
WATER = 0
UNITS = (("log_k", "-", 4), ("delta_h", "kJ/mol", 2), ("delta_cp", "J/mol/K", 1))


@dataclass(frozen=True)
class Plan:
    """How many of log_k, delta_h, delta_cp are fitted, and the delta_cp given (J/mol/K) with its reason, where it is not.

    calorimetry: whether the heat and the heat capacity of dissolution are measurements to be fitted too, with their doubts, as
    in `fit_pitzer`: 1 % of a molality counts as much as one doubt.
    """

    count: int
    delta_cp: float = 0.0
    reason: str = ""
    calorimetry: bool = False


# Three where the points bend and reach over 30 degC or more, two where a third changes the errors by less than half.
PLANS = {
    "Li2CO3(s)": Plan(3),
    "LiOH.H2O(s)": Plan(3),
    "Li2SO4.H2O(s)": Plan(3),
    "LiF(s)": Plan(2),
    "Li3PO4(s)": Plan(1),
    "Na2SO4.10H2O(s)": Plan(3),
    "Na2SO4(s)": Plan(3),
    "Na2CO3.10H2O(s)": Plan(3),
    "Na2CO3.H2O(s)": Plan(2, -300.0, "near that of the ions less that of the solid; free it is -520"),
    "(NH4)2SO4(s)": Plan(3),
    "K2SO4(s)": Plan(3),
    "MgSO4.7H2O(s)": Plan(3),
    "MgSO4.6H2O(s)": Plan(2),
    "MgSO4.H2O(s)": Plan(2, -110.0, "free it is -500, and the heat 20 kJ/mol off calorimetry"),
    "FeSO4.7H2O(s)": Plan(3, calorimetry=True),
    "FeSO4.H2O(s)": Plan(3, calorimetry=True),
    "MnSO4.7H2O(s)": Plan(3, calorimetry=True),
    "MnSO4.5H2O(s)": Plan(3, calorimetry=True),
    "MnSO4.H2O(s)": Plan(3, calorimetry=True),
    "CoSO4.7H2O(s)": Plan(3, calorimetry=True),
    "CoSO4.6H2O(s)": Plan(3, calorimetry=True),
    "CoSO4.H2O(s)": Plan(3, calorimetry=True),
    "NiSO4.7H2O(s)": Plan(3, calorimetry=True),
    "NiSO4.6H2O(s)": Plan(3, calorimetry=True),
    "CuSO4.5H2O(s)": Plan(3, calorimetry=True),
    "ZnSO4.7H2O(s)": Plan(3, calorimetry=True),
    "ZnSO4.6H2O(s)": Plan(3, calorimetry=True),
    "ZnSO4.H2O(s)": Plan(3, calorimetry=True),
}


@dataclass(frozen=True)
class Point:
    """A saturated solution: temperature in K, molality of the anhydrous salt in mol/kg."""

    salt: str
    temperature: float
    molality: float
    source: str
    where: str


@dataclass(frozen=True)
class Fit:
    """The three constants (-, kJ/mol, J/mol/K), rounded as written, and the error of ln(solubility) at each point."""

    constants: tuple[float, float, float]
    errors: np.ndarray


@functools.cache
def points() -> dict[str, tuple[Point, ...]]:
    """The points of `data/solubility.csv` for each solid."""
    found: dict[str, list[Point]] = {}
    with (HERE / "data" / "solubility.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            value = float(row["value"])
            if row["unit"] == "g/100 g":
                value *= 0.01 / molar_mass(parse(row["salt"]), atomic_masses())
            point = Point(row["salt"], celsius(float(row["temperature"])), value, row["source"], row["where"])
            found.setdefault(row["solid"], []).append(point)
    return {solid: tuple(of_solid) for solid, of_solid in found.items()}


@functools.cache
def chemistry_of(*salts: str) -> Chemistry:
    """The chemistry of the elements of some salts."""
    return Chemistry(sorted({element for salt in salts for element in parse(salt).elements} - {"H", "O"}))


def liquor(chemistry: Chemistry, molalities: dict[str, float]) -> np.ndarray:
    """The totals of a kilogram of water with anhydrous salts, mol."""
    totals = sum(molality * chemistry.dissolve(salt) for salt, molality in molalities.items())
    return totals + chemistry.dissolve("H2O") / chemistry.molar_masses[WATER]


def ln_product(solid: str, salt: str, temperature: float, molality: float) -> float:
    """ln of the ion activity product of a solid in the liquor of its salt, kept from crystallising."""
    chemistry = chemistry_of(salt)
    settled = speciate(chemistry, liquor(chemistry, {salt: molality}), temperature, chemistry.allowed([]))
    product = 0.0
    for component, count in all_species()[solid].reaction.items():
        activity = settled.water_activity if component == "H2O" else settled.activity(component)
        product += count * math.log(activity)
    return product


def basis(temperature: float) -> np.ndarray:
    """What one unit of log_k, of delta_h (kJ/mol) and of delta_cp (J/mol/K) add to ln K."""
    ratio = REFERENCE / temperature
    of_enthalpy = 1000.0 / GAS_CONSTANT * (1.0 / REFERENCE - 1.0 / temperature)
    return np.array([math.log(10.0), of_enthalpy, (ratio - 1.0 - math.log(ratio)) / GAS_CONSTANT])


def slope(solid: str, point: Point) -> float:
    """Change of ln of the product with ln of the molality."""
    ends = [ln_product(solid, point.salt, point.temperature, point.molality * math.exp(step)) for step in (-0.01, 0.01)]
    return (ends[1] - ends[0]) / 0.02


def saturated(solid: str, point: Point, ln_k: float) -> float:
    """The molality at which the product reaches ln K, by Newton's method from the measured one."""
    found = point
    for _ in range(30):
        gap = ln_k - ln_product(solid, point.salt, point.temperature, found.molality)
        molality = found.molality * math.exp(gap / slope(solid, found))
        found = Point(point.salt, point.temperature, molality, point.source, point.where)
        if abs(gap) < 1e-10:
            break
    return found.molality


def calorimetric(solid: str) -> Solubility:
    """The heat and the heat capacity of dissolution of a sulfate of a two-valent metal, and the doubt about them."""
    return next(s for s in solubilities(f"{solid[:2]}+2|SO4-2") if s.solid == solid)


def fit(solid: str) -> Fit:
    """The constants of one solid as its plan says."""
    plan, measured = PLANS[solid], points()[solid]
    given = np.array([0.0, 0.0, plan.delta_cp])
    if plan.count == 1:
        given[1] = all_species()[solid].enthalpy / 1000.0
    matrix = np.array([basis(point.temperature) for point in measured])
    product = np.array([ln_product(solid, p.salt, p.temperature, p.molality) for p in measured])
    weight = 1.0 / np.array([slope(solid, point) for point in measured])
    design, aim = matrix[:, : plan.count] * weight[:, None], (product - matrix @ given) * weight
    if plan.calorimetry:
        known = calorimetric(solid)
        doubts = np.array([known.doubt, 1e3 * CAPACITY_DOUBT])
        design = np.vstack([design, 0.01 * np.array([[0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]) / doubts[:, None]])
        aim = np.concatenate([aim, 0.01 * np.array([known.heat, 1e3 * known.capacity]) / doubts])
    fitted, *_ = np.linalg.lstsq(design, aim)
    constants = given.copy()
    constants[: plan.count] = fitted
    rounded = tuple(round(float(c), digits) for c, (_, _, digits) in zip(constants, UNITS, strict=True))
    ln_k = matrix @ np.array(rounded)
    errors = [math.log(saturated(solid, p, k) / p.molality) for p, k in zip(measured, ln_k, strict=True)]
    return Fit((rounded[0], rounded[1], rounded[2]), np.array(errors))


def rows_of(solid: str) -> list[list[str]]:
    """The rows of one solid in equilibrium.csv."""
    plan, measured, found = PLANS[solid], points()[solid], fit(solid)
    (source, where), _ = Counter((point.source, point.where) for point in measured).most_common(1)[0]
    low, high = (bound(p.temperature for p in measured) - 273.15 for bound in (min, max))
    span = f"{low:g} to {high:g} degC" if high > low else f"{low:g} degC only"
    worst = 100.0 * float(np.abs(found.errors).max())
    fitted = f"fitted: {SCRIPT}, range {span}, max error {worst:.1f} %"
    notes = [fitted if i < plan.count else f"estimated: {SCRIPT}, {plan.reason}; range 80" for i in range(len(UNITS))]
    origins = [(source, where)] * len(UNITS)
    if plan.calorimetry:
        known = calorimetric(solid)
        notes[1] += (
            f"; held to {known.heat:g} kJ/mol by recalled enthalpies of formation, range {max(2.0, known.doubt):g}"
        )
        notes[2] += (
            f"; held to {1e3 * known.capacity:.0f} J/mol/K, of the solid's recalled or estimated heat capacity, range 100"
        )
        origins[2] = ("wagman1982", "heat capacities of the ions and of the solid")
    return [
        [solid, quantity, f"{value:.{digits}f}", unit, "25 degC", *origins[i], notes[i]]
        for i, (value, (quantity, unit, digits)) in enumerate(zip(found.constants, UNITS, strict=True))
        if i < plan.count or (quantity == "delta_cp" and plan.delta_cp)
    ]


def written(rows: list[list[str]]) -> list[list[str]]:
    """The rows of equilibrium.csv with those of this script anew, each solid's before what else is known of it."""
    kept = [row for row in rows if SCRIPT not in row[-1]]
    at = 0
    for solid in PLANS:
        known = [i for i, row in enumerate(kept) if row[0] == solid]
        # a solid that no other source has follows the one before it
        at = known[0] if known else at
        own = rows_of(solid)
        kept[at:at] = own
        at += len(own) + len(known)
    return kept


def solubility(solid: str, salt: str, temperature: float, others: dict[str, float] | None = None) -> float:
    """Molality of a salt in equilibrium with its solid by the constants in the data, beside `others` (mol/kg fed)."""
    return held(solution_with([solid], salt, temperature, others or {}), salt)


def solution_with(solids: list[str], salt: str, temperature: float, others: dict[str, float]) -> Equilibrium:
    """The liquor of so much of a salt that one of the solids has formed; little more, so that water is left."""
    chemistry = chemistry_of(salt, *others)
    allowed = chemistry.allowed(solids)
    molality = 0.3 * min(point.molality for solid in solids for point in points()[solid])
    while molality < 40.0:
        settled = speciate(chemistry, liquor(chemistry, {salt: molality, **others}), temperature, allowed)
        if settled.amounts.any():
            return settled
        molality *= 1.1
    raise ValueError(f"{' or '.join(solids)} does not form from {salt} at {temperature:g} K")


def held(settled: Equilibrium, salt: str) -> float:
    """Molality of a salt, counted by its metal, on the water that is not its own."""
    chemistry = settled.chemistry
    mole = chemistry.dissolve(salt)
    metal = next(i for i, c in enumerate(chemistry.components) if c.charge > 0 and c.name != "H+" and mole[i] > 0.0)
    amount = settled.totals[metal] / mole[metal]
    water = (settled.totals[WATER] - amount * mole[WATER]) * chemistry.molar_masses[WATER]
    return float(amount / water)


def main() -> None:
    with DATABASE.open(newline="", encoding="utf-8") as file:
        header, *rows = csv.reader(file)
    for solid in PLANS:
        for row in rows_of(solid):
            print(",".join(row))
    with DATABASE.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(written(rows))


if __name__ == "__main__":
    main()
