"""Pitzer parameters of Fe2(OH)2+4, which no publication gives; run this file to write them into flowsheet/data/pitzer.csv.

Without parameters an ion of charge 4 has the activity coefficient of the limiting law, 1e-7 and less where 0.01 is nearer:
hot acid liquors would then hold their ferric iron as this dimer. Baes & Mesmer (1976) give its constant at 3 mol/kg of
perchlorate within 0.05 of that in pure water, so that gamma(dimer) / gamma(Fe+3)^2 is near 1, as an ion size gives it. It is
given the activity coefficients that the law of Truesdell and Jones has in the same liquors, where the complexes of sulfate
are species of their own; the dimer's own complexes are not known and left out. Linear least squares in beta0 and beta1 of
its pairs with SO4-2, HSO4- and Cl-, each with a slope in temperature.
"""

import itertools
import math

import numpy as np
from fit_pitzer import Origin, rows_of, write
from pitzer_reference import ROOM, Table, alphas, at, evaluate, read

from raffinate.flowsheet.chemistry import Chemistry, TruesdellJones
from raffinate.flowsheet.chemistry.equilibrium import Equilibrium, speciate

DIMER = "Fe2(OH)2+4"
ANIONS = ("SO4-2", "HSO4-", "Cl-")
METALS = "Li Na Ni Co Mn Fe S Cl"
IRON = {"S": ("Fe2(SO4)3", 0.5), "Cl": ("FeCl3", 1.0)}
KELVIN = (288.15, ROOM, 318.15, 343.15, 368.15)
LIQUORS = (
    *({"H2SO4": m} for m in (0.03, 0.1, 0.3, 1.0, 2.0)),
    *({"H2SO4": 0.1, "Na2SO4": m} for m in (0.1, 0.5, 1.0, 1.8)),
    *({"H2SO4": 0.1, "NiSO4": m} for m in (0.1, 0.5, 1.0, 2.0)),
    *({"H2SO4": 0.3, "NiSO4": 0.8 * m, "CoSO4": 0.2 * m, "MnSO4": 0.2 * m, "Li2SO4": 0.5 * m} for m in (0.5, 1.0)),
    *({"H2SO4": 1.0, "Fe2(SO4)3": m} for m in (0.05, 0.25, 0.75)),
    *({"H2SO4": 1.0, "Na2SO4": 1.0, "Fe2(SO4)3": m} for m in (0.05, 0.25)),
    *({"H2SO4": 0.5, "NiSO4": 1.0, "Fe2(SO4)3": m} for m in (0.05, 0.25)),
    *({"HCl": m} for m in (0.1, 0.5, 1.0, 3.0)),
    *({"HCl": 0.1, "NaCl": m} for m in (0.5, 2.0)),
)
TRACE = 1e-3  # mol/kg of iron, beside that of the liquors that are rich in it
RIDGE = 0.02  # what a parameter of 1 kg/mol counts as, in ln gamma


def liquor(chemistry: Chemistry, holds: dict[str, float], kelvin: float) -> Equilibrium:
    """A kilogram of water with salts (mol) and a little ferric iron of the same anion."""
    salt, share = IRON["Cl" if any("Cl" in name for name in holds) else "S"]
    parts = {**holds, salt: holds.get(salt, 0.0) + share * TRACE}
    totals = sum(moles * chemistry.dissolve(name) for name, moles in parts.items())
    return speciate(
        chemistry, totals + chemistry.dissolve("H2O") / chemistry.molar_masses[0], kelvin, chemistry.allowed([])
    )


def shape(alpha: float, strength: float) -> float:
    """What beta1 is multiplied with in B."""
    x = alpha * math.sqrt(strength)
    return 2.0 * (1.0 - (1.0 + x) * math.exp(-x)) / x**2


def fit_dimer(table: Table) -> tuple[Table, np.ndarray]:
    """(table with the parameters, errors of ln gamma in each liquor at each temperature)."""
    bare = {key: entry for key, entry in table.items() if DIMER not in key}
    law = Chemistry(METALS, activity=TruesdellJones(), without=("H2O2",))
    pitzer = Chemistry(METALS, without=("H2O2", DIMER))  # so that the fit does not lean on what it found before
    design, aim = [], []
    for holds, kelvin in itertools.product(LIQUORS, KELVIN):
        wanted, found = liquor(law, holds, kelvin), liquor(pitzer, holds, kelvin)
        molality = {
            name: m for name, m in zip(pitzer.aqueous_names, found.speciation.molality, strict=True) if m > 1e-12
        }
        molality[DIMER] = 1e-12
        strength = found.speciation.ionic_strength
        row = []
        for anion in ANIONS:
            of_b = 2.0 * molality.get(anion, 0.0) * np.array([1.0, shape(alphas({}, DIMER, anion)[0], strength)])
            row += [*of_b, *(of_b * (kelvin - ROOM) * 1e-2)]
        design.append(row)
        target = math.log(wanted.activity(DIMER) / wanted.molality(DIMER))
        aim.append(target - evaluate(at(bare, kelvin), molality, kelvin).ln_gamma[DIMER])
    rows, wished = np.array(design), np.array(aim)
    found_parameters = np.linalg.lstsq(
        np.vstack([rows, RIDGE * np.eye(rows.shape[1])]), np.append(wished, np.zeros(rows.shape[1]))
    )[0]
    parameters = np.array([float(f"{v:.4g}") for v in found_parameters])
    fitted = dict(bare)
    for anion, (beta0, beta1, slope0, slope1) in zip(ANIONS, parameters.reshape(-1, 4), strict=True):
        fitted[frozenset((DIMER, anion))] = {
            "beta0": [beta0, 0.0, 0.0, 1e-2 * slope0, 0.0, 0.0],
            "beta1": [beta1, 0.0, 0.0, 1e-2 * slope1, 0.0, 0.0],
        }
    return fitted, rows @ parameters - wished


def main() -> None:
    fitted, errors = fit_dimer(read())
    spread, worst = float(np.sqrt(np.mean(errors**2))), float(np.max(np.abs(errors)))
    print(f"{DIMER}: ln gamma within {spread:.2f} (root mean square), {worst:.2f} (worst)")
    for anion in ANIONS:
        print(anion, fitted[frozenset((DIMER, anion))])
    note = f"estimated: an ion of its size by Truesdell and Jones, ln gamma within {spread:.1f}, worst {worst:.1f}; "
    note += "its own complexes are not known; range 2 in ln gamma"
    origin = Origin("15-95 degC; <= 3 mol/kg", "fit_iron_dimer.py", note)
    write(
        [row for anion in ANIONS for row in rows_of(fitted, f"{DIMER}|{anion}", ("beta0", "beta1"), [1, 4], origin)],
        "fit_iron_dimer.py",
    )


if __name__ == "__main__":
    main()
