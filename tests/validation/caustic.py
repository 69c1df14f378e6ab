"""Sodium sulfate in caustic at 90 degC: the points of data/caustic_solubility.csv, and what the engine answers."""

import csv

import fit_solids as fit

from raffinate.flowsheet.chemistry.database import atomic_masses
from raffinate.flowsheet.chemistry.formula import molar_mass, parse
from raffinate.flowsheet.quantities import celsius

HOT = celsius(90.0)


def caustic_liquors() -> list[tuple[float, float]]:
    """NaOH and Na2SO4 of each saturated liquor, mol/kg of water."""
    with (fit.HERE / "data" / "caustic_solubility.csv").open(newline="") as file:
        rows = [(float(row["caustic"]), float(row["sulfate"])) for row in csv.DictReader(file)]
    hydroxide, salt = (molar_mass(parse(formula), atomic_masses()) for formula in ("NaOH", "Na2SO4"))
    return [(a / hydroxide / (100.0 - a - s), s / salt / (100.0 - a - s)) for a, s in rows]


def sulfate_beside(caustic: float) -> float:
    """mol/kg of Na2SO4 at saturation with thenardite beside `caustic` (mol/kg of NaOH)."""
    settled = fit.solution_with(["Na2SO4(s)"], "Na2SO4", HOT, {"NaOH": caustic} if caustic else {})
    at = [component.name for component in settled.chemistry.components].index("SO4-2")
    return float(settled.totals[at] / settled.speciation.water)
