"""Liquors beside sparing salts as the engine leaves them, for the tests and pictures of sulfates, carbonates and hydroxides."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from fit_gypsum import GLAUBERITE, Point

from raffinate.flowsheet.chemistry import Chemistry
from raffinate.flowsheet.chemistry.equilibrium import Equilibrium, speciate, titrate
from raffinate.flowsheet.quantities import celsius

DATA = Path(__file__).parent / "data"
WATER = 55.508  # mol in a kg
# Of each metal: the hydroxide that forms first, the aged one, a sulfate with its metal atoms.
HYDROXIDES = {
    "Fe+3": ("Fe(OH)3(am)", "FeOOH(s)", "Fe2S3O12", 2),
    "Al+3": ("Al(OH)3(s)", "Al(OH)3(gibbsite)", "Al2S3O12", 2),
    "Cu+2": ("Cu(OH)2(s)", "CuO(s)", "CuSO4", 1),
    "Zn+2": ("Zn(OH)2(s)", "Zn(OH)2(epsilon)", "ZnSO4", 1),
    "Ni+2": ("Ni(OH)2(s)", "Ni(OH)2(aged)", "NiSO4", 1),
    "Co+2": ("Co(OH)2(s)", "Co(OH)2(aged)", "CoSO4", 1),
    "Fe+2": ("Fe(OH)2(s)", "Fe(OH)2(aged)", "FeSO4", 1),
    "Mn+2": ("Mn(OH)2(am)", "Mn(OH)2(s)", "MnSO4", 1),
    "Mg+2": ("Mg(OH)2(am)", "Mg(OH)2(s)", "MgSO4", 1),
}


def liquor(chemistry: Chemistry, solutes: Mapping[str, float]) -> np.ndarray:
    """The totals of a kilogram of water with solutes, mol."""
    totals = np.zeros(len(chemistry.components))
    totals[0] = WATER
    for salt, molality in solutes.items():
        totals = totals + molality * chemistry.dissolve(salt)
    return totals


def settle(elements: str, solutes: Mapping[str, float], phases: Sequence[str], degrees: float) -> Equilibrium:
    """The equilibrium of a kilogram of water with solutes (mol) and the phases that may form, at a temperature in degC."""
    chemistry = Chemistry(elements)
    return speciate(chemistry, liquor(chemistry, solutes), celsius(degrees), chemistry.allowed(phases))


def held(settled: Equilibrium, component: str) -> float:
    """mol of a component in a kilogram of the water that is left."""
    chemistry = settled.chemistry
    return float(settled.totals[chemistry.index[component]] / (settled.totals[0] * chemistry.molar_masses[0]))


def beside_gypsum(point: Point, solids: Sequence[str] = ()) -> Equilibrium:
    """The liquor where a solubility of CaSO4 was measured, beside its own solid or other `solids`."""
    # Glauberite takes the salt with it, so no more of it than need be.
    excess = 1.3 * point.molality if point.solid == GLAUBERITE else 0.2
    solutes = {point.salt: point.beside, "CaSO4": excess}
    return settle("Ca Na S Cl", solutes, list(solids) or [point.solid], point.kelvin - 273.15)


def calcite_under_gas(degrees: float) -> float:
    """mol/kg of Ca beside calcite under 1 bar of CO2."""
    return held(settle("Ca C", {"CaCO3": 0.05, "CO2": 0.5}, ["CaCO3(s)", "CO2(g)"], degrees), "Ca+2")


def lithium_under_gas(degrees: float) -> float:
    """mol/kg of Li beside Li2CO3 under 1 bar of CO2."""
    return held(settle("Li C", {"Li2CO3": 2.0, "CO2": 4.0}, ["Li2CO3(s)", "CO2(g)"], degrees), "Li+")


def calcite_points() -> list[tuple[float, float]]:
    """Temperatures (degC) and mol/kg of Ca measured beside calcite under 1 bar of CO2."""
    with (DATA / "calcite.csv").open(encoding="utf-8", newline="") as file:
        return [(float(row["temperature"]), 1e-3 * float(row["value"])) for row in csv.DictReader(file)]


def left_at_ph(ion: str, solid: str, ph: float, degrees: float = 25.0) -> float:
    """Share of 0.01 mol/kg of a metal in sulfuric acid and sodium sulfate that is left beside a hydroxide at a pH."""
    _, _, salt, atoms = HYDROXIDES[ion]
    chemistry = Chemistry([ion.rstrip("+23"), "S", "Na"])
    totals = liquor(chemistry, {salt: 0.01 / atoms, "H2SO4": 0.02, "Na2SO4": 0.05})
    titrant, allowed = chemistry.dissolve("NaOH"), chemistry.allowed([solid])
    settled = titrate(chemistry, totals, titrant, ph, celsius(degrees), allowed)[1]
    return float(settled.totals[chemistry.index[ion]] / 0.01)


def ph_that_leaves(share: float, ion: str, solid: str) -> float:
    """pH at 25 degC at which a hydroxide leaves a share of 0.01 mol/kg of a metal."""
    low, high = 2.0, 12.0
    while high - low > 0.002:
        middle = 0.5 * (low + high)
        low, high = (low, middle) if left_at_ph(ion, solid, middle) < share else (middle, high)
    return low
