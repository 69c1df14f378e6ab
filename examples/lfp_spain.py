"""A lithium iron phosphate line at the size of the Spanish plant: 6,000 t/y of black mass, or of cells.

Selective route: leach with peroxide (lithium dissolves, iron phosphate stays) -> filter and wash -> fluoride sorption ->
hydrolysis and polishing, both by the mother liquor of lithium carbonate -> evaporation, which crystallises sodium sulfate
-> lithium carbonate. The residue dissolves in sulfuric acid, graphite is filtered off, water brings FePO4.2H2O down hot, and
the acid is evaporated and returns. Total route: all dissolves in acid, graphite is filtered off, copper cemented, peroxide
and soda lye bring FePO4.2H2O down, and the liquor goes the same way.

    python lfp_spain.py                                   6,000 t/y of black mass with 68 % LFP, selective
    python lfp_spain.py --basis cells --route total
    python lfp_spain.py --yield 0.22                      t Li2CO3 per t LFP: washes the residue until it is reached

Tables and pictures are written to results/.
"""

import argparse
import dataclasses

from lfp_sections import (
    CHEMISTRY,
    Design,
    add_lithium,
    add_refining,
    add_selective_leach,
    add_total_leach,
    reagent,
)
from scipy.optimize import root_scalar

from raffinate.flowsheet import DataError, Flowsheet, Solution, solve
from raffinate.flowsheet.chemistry.database import atomic_masses
from raffinate.flowsheet.errors import EngineError
from raffinate.flowsheet.feeds import FeedMaterial
from raffinate.flowsheet.quantities import hour, kg
from raffinate.flowsheet.results import show_results
from raffinate.flowsheet.warm_up import warm_up
from raffinate.flowsheet.yields import largest_yield, refuse_yield

# fmt: off
CAPACITY = 6000.0  # t/y of what `basis` says
HOURS = 7500.0  # h/y
BASES = ("black mass", "scrap", "cells")
ROUTES = ("selective", "total")
OTHERS = {"black mass": {"Cu": 0.3, "Al": 0.3}, "scrap": {"Cu": 0.05, "Al": 0.3}}  # % of the dry mass
PHOSPHATE = {"black mass": 68.0, "scrap": 93.0}  # % LiFePO4
BINDER = {"black mass": 2.0, "scrap": 1.7}  # % polyvinylidene fluoride
CELLS = {  # of a cell: mass share (BatPac's LFP cell), share that shredding and sieving bring into black mass, and into scrap
    "LiFePO4(s)": (0.28, 1.0, 0.0), "graphite": (0.16, 1.0, 0.0), "carbon black": (0.03, 1.0, 0.0),
    "C2H2F2(s)": (0.03, 0.5, 0.0), "Cu(s)": (0.15, 0.02, 0.90), "Al(s)": (0.20, 0.02, 0.90), "steel": (0.08, 0.0, 0.95),
    "electrolyte": (0.05, 0.0, 0.0), "plastics": (0.02, 0.0, 0.0),
}
PRODUCTS = {"Li2CO3 dryer.product": "Li2CO3(s)", "Na2SO4 centrifuge.cake": "Na2SO4(s)",
            "FePO4 dryer.product": "FePO4.2H2O(s)"}
# fmt: on
MOST_YIELD = largest_yield("Li2CO3(s)", "LiFePO4(s)", "Li")  # t/t
MOST_WASH = 3.0  # kg of water to a kg of black mass


def composition(basis: str) -> tuple[dict[str, float], float, float]:
    """Answer the assay (%) and the binder (%) of the black mass of a basis, and its mass for a unit mass of the basis."""
    if basis != "cells":
        phosphate, others, binder, share = PHOSPHATE[basis], OTHERS[basis], BINDER[basis], 1.0
    else:
        kept = {name: whole * part for name, (whole, part, _) in CELLS.items()}
        share = sum(kept.values())
        phosphate, binder = 100.0 * kept["LiFePO4(s)"] / share, 100.0 * kept["C2H2F2(s)"] / share
        others = {metal: 100.0 * kept[f"{metal}(s)"] / share for metal in ("Cu", "Al")}
    masses = atomic_masses()
    molar = masses["Li"] + masses["Fe"] + masses["P"] + 4.0 * masses["O"]
    return {element: phosphate * masses[element] / molar for element in ("Li", "Fe", "P")} | others, binder, share


def black_mass(basis: str = "black mass") -> FeedMaterial:
    """Make the black mass of a basis: its lithium is that of LFP."""
    assay, binder, _ = composition(basis)
    fractions = {element: value / 100.0 for element, value in assay.items()}
    return FeedMaterial(name=f"LFP {basis}", cathode="LFP", assay=fractions, binder=binder / 100.0)


def build(
    basis: str = "black mass",
    route: str = "selective",
    material: FeedMaterial | None = None,
    mass: float | None = None,
    design: Design = Design(),  # noqa: B008  a value
) -> Flowsheet:
    """Lay out the line. `material`, `mass` (kg/s): of black mass, instead of what `basis` and `CAPACITY` say.

    Raises `DataError` for a basis or a route that does not exist.
    """
    for what, given, known in (("basis", basis, BASES), ("route", route, ROUTES)):
        if given not in known:
            raise DataError(f"LFP line: {what} = {given!r} must be one of {', '.join(known)}")
    if material is None:
        material = black_mass(basis)
    if mass is None:
        mass = CAPACITY * 1000.0 * composition(basis)[2] / HOURS * kg / hour
    powder, sheet = material.stream(CHEMISTRY, mass), Flowsheet()
    design_point = black_mass().stream(CHEMISTRY, mass)
    # as much water to lithium and to phosphorus as with the black mass of the design point
    for_lithium, for_phosphate = (
        reagent(H2O=mass * powder.elements[element] / design_point.elements[element]) for element in ("Li", "P")
    )
    if route == "selective":
        liquor, sodium_yield = add_selective_leach(sheet, powder, for_lithium, design), design.sodium_yield
        add_refining(sheet, "residue.cake", for_phosphate, design)
    else:
        liquor, sodium_yield = add_total_leach(sheet, powder, for_lithium, design), design.total_sodium_yield
    add_lithium(sheet, liquor, for_lithium, design, sodium_yield)
    return sheet


def lithium_yield(solution: Solution) -> float:
    """Answer the t Li2CO3 per t LiFePO4 of a solved line; what other lithium of the feed makes is left out."""
    fed, made = solution.feeds["leach.solids"], solution.streams["Li2CO3 centrifuge.cake"]
    phosphate, carbonate = (CHEMISTRY.index[name] for name in ("LiFePO4(s)", "Li2CO3(s)"))
    own = fed.flows[phosphate] / fed.elements["Li"]
    masses = CHEMISTRY.molar_masses
    return float(own * made.flows[carbonate] * masses[carbonate] / (fed.flows[phosphate] * masses[phosphate]))


def solve_for_yield(target: float, design: Design = Design(), **given) -> Solution:  # noqa: B008  a value
    """Wash the residue until the line yields `target` t Li2CO3 per t LiFePO4; `given` as for `build`.

    Raises `DataError` for a target above the lithium of LFP, or above what the line yields at the most wash.
    """
    refuse_yield("LFP line", target, "Li2CO3(s)", "LiFePO4(s)", "Li")
    found: list[Solution] = []

    def short(wash: float) -> float:
        sheet = build(design=dataclasses.replace(design, wash=wash), **given)
        found.append(solve(sheet, start=found[-1] if found else None))
        return lithium_yield(found[-1]) - target

    least, most = short(0.0) + target, short(MOST_WASH) + target
    if not least <= target <= most:
        raise DataError(
            f"LFP line: yield = {target:g} t Li2CO3 per t LiFePO4 is outside what its residue's wash can make of it: {least:.4f} "
            f"without wash, {most:.4f} with {MOST_WASH:g} kg water per kg black mass"
        )
    root_scalar(short, bracket=(0.0, MOST_WASH), method="brentq", xtol=1e-6, rtol=1e-6)
    return found[-1]


def amounts(solution: Solution) -> dict[str, float]:
    """Answer kg/s of what the line takes up, as 100 %, and makes, dry.

    Soda is what the lithium section takes; acid and peroxide are those of the leach and, apart, those of the refining.
    FePO4 is the iron phosphate that the residue holds, by its phosphorus; sodium sulfate the crystals.
    """
    drawn, streams = solution.drawn, solution.streams

    def pure(formula: str, component: str, *reagents: str) -> float:
        totals = CHEMISTRY.dissolve(formula)
        one = float(totals @ CHEMISTRY.molar_masses[CHEMISTRY.liquor]) / float(totals[CHEMISTRY.index[component]])
        return one * sum(drawn[name][component] for name in reagents if name in drawn)

    def dry(solid: str, outlet: str) -> float:
        at = CHEMISTRY.index[solid]
        return float(streams[outlet].flows[at] * CHEMISTRY.molar_masses[at])

    peroxide = float(CHEMISTRY.molar_masses[CHEMISTRY.index["H2O2"]])
    first = ("leach.oxidant", "FePO4.oxidant", "oxidation.oxidant")
    phosphate = float(CHEMISTRY.molar_masses[CHEMISTRY.index["FePO4(s)"]])
    return {
        "H2SO4": pure("H2SO4", "SO4-2", "leach.acid"),
        "H2SO4 of refining": pure("H2SO4", "SO4-2", "dissolution.acid"),
        "H2O2": peroxide * sum(drawn[name]["H2O2"] for name in first if name in drawn),
        "H2O2 of refining": peroxide
        * (drawn["dissolution.oxidant"]["H2O2"] if "dissolution.oxidant" in drawn else 0.0),
        "Na2CO3": pure("Na2CO3", "CO3-2", "hydrolysis.base", "Li2CO3.soda"),
        "NaOH": pure("NaOH", "Na+", "FePO4.base", "polishing.base", "defluorination.base"),
        "Li2CO3": dry("Li2CO3(s)", "Li2CO3 centrifuge.cake"),
        "Na2SO4": dry("Na2SO4(s)", "Na2SO4 centrifuge.cake"),
        "FePO4 in the residue": phosphate * streams["residue.cake"].solids.elements["P"],
        "FePO4.2H2O": dry("FePO4.2H2O(s)", "FePO4 filter.cake"),
    }


def show_plant(solution: Solution, basis: str) -> None:
    """Print t/y of a line that takes `CAPACITY` of a basis, and what the cells bring beside their black mass."""
    print(f"\n{CAPACITY:,.0f} t/y of {basis}, {HOURS:,.0f} h/y: t/y")
    yearly = {name: flow * HOURS * hour / 1000.0 for name, flow in amounts(solution).items() if flow > 0.0}
    if basis == "cells":
        yearly |= {
            f"{name.removesuffix('(s)')} by shredding": CAPACITY * a * c for name, (a, _, c) in CELLS.items() if c
        }
    for name, tonnes in yearly.items():
        print(f"  {name:24s}{tonnes:8,.0f}")
    print(f"  {lithium_yield(solution):.4f} t Li2CO3 per t LFP; {MOST_YIELD:.4f} is what its lithium makes")


def main() -> None:
    """Read the arguments, solve the line and show it."""
    parser = argparse.ArgumentParser(description="lithium iron phosphate to lithium carbonate and iron phosphate")
    parser.add_argument("--basis", choices=BASES, default="black mass", help="of what 6,000 t/y are fed")
    parser.add_argument("--route", choices=ROUTES, default="selective")
    parser.add_argument("--yield", dest="target", type=float, help="t Li2CO3 per t LFP to reach by the residue's wash")
    given = parser.parse_args()
    warm_up()
    plant = {"basis": given.basis, "route": given.route}
    try:
        solution = solve(build(**plant)) if given.target is None else solve_for_yield(given.target, **plant)
    except EngineError as error:
        raise SystemExit(str(error)) from error
    show_plant(solution, given.basis)
    show_results(solution, "results", PRODUCTS, feed="leach.solids", elements=("Li", "Fe", "P", "Na", "S"))


if __name__ == "__main__":
    main()
