"""A ternary line to mixed hydroxide: 1 t/h of end-of-life NMC622 black mass to nickel-cobalt hydroxide and lithium carbonate.

Leach -> filter -> cementation -> fluoride sorption -> iron and aluminium train -> hydroxide in two stages -> press; what is left
of manganese down -> sodium sulfate -> lithium carbonate. The hydroxide of stage 2 goes back and dissolves in the acid liquor.
Run it, change DUSTY or the pH of the stages, run it again: tables, pictures and the sheet of each product against its
standard are written to results/.
"""

from nmc_black_mass import ASSAY, black_mass
from sections import add_front_end, add_lithium_end

from raffinate.flowsheet import DataError, Flowsheet, Stream, solve
from raffinate.flowsheet.chemistry import Chemistry
from raffinate.flowsheet.chemistry.database import atomic_masses
from raffinate.flowsheet.feeds import Blend, FeedMaterial
from raffinate.flowsheet.quantities import celsius, hour, kg, percent
from raffinate.flowsheet.results import show_results
from raffinate.flowsheet.solver import Solution
from raffinate.flowsheet.warm_up import warm_up
from raffinate.unitops.cake_filter import CakeFilter
from raffinate.unitops.mixed_hydroxide import MixedHydroxide

CHEMISTRY = Chemistry("Li Na Ni Co Mn Mg Ca Cu Fe Al S C P F")
MOST_RISE = 0.5  # of pH from stage 1 to stage 2
DUSTY = ASSAY | {"Mg": 0.05, "Ca": 0.1}  # % of dry mass
PRODUCTS = {
    "hydroxide filter.cake": "Ni(OH)2(s)",
    "Li2CO3 dryer.product": "Li2CO3(s)",
    "Na2SO4 dryer.product": "Na2SO4(s)",
}  # what leaves as a product, and its main solid
SHOWN = ("Ni", "Co", "Mn", "Mg", "Ca", "Li", "Na", "S", "Cu", "Al", "Fe")


def reagent(**masses: float) -> Stream:
    """Make a reagent or a feed from masses of its substances, kg/s."""
    return Stream.of(CHEMISTRY, masses)


FED = {
    "acid": reagent(H2SO4=0.98, H2O=0.02),
    "peroxide": reagent(H2O2=0.3, H2O=0.7),
    "iron": Stream.of(CHEMISTRY, {"Fe(s)": 1.0}),
    "caustic": reagent(NaOH=0.2, H2O=0.8),
    "soda": reagent(Na2CO3=0.22, H2O=0.78),
    "polish": reagent(NaOH=0.2, Na2CO3=0.025, H2O=0.775),
}


def build(
    feed: dict[str, float] | FeedMaterial | Blend = DUSTY,
    mass: float = 1000 * kg / hour,
    first_ph: float = 7.6,
    second_ph: float = 7.7,
) -> Flowsheet:
    """Lay out the line for so much of a feed, given as a feed or as an assay (%), with the pH of both stages.

    Raises `DataError` for a stage 2 so far above stage 1 that what returns of it is more base than the liquor has acid.
    """
    if second_ph > first_ph + MOST_RISE:
        raise DataError(
            f"hydroxide: second_ph = {second_ph:g} is more than {MOST_RISE:g} above first_ph = {first_ph:g}: manganese that "
            "returns is then more base than the acid liquor dissolves, and nickel goes to the iron cake"
        )
    powder = (black_mass(feed) if isinstance(feed, dict) else feed).stream(CHEMISTRY, mass)
    fed = {**FED, "water": reagent(H2O=mass)}
    sheet = Flowsheet()
    liquor = add_front_end(sheet, powder, fed, celsius(55.0), returned=["hydroxide.recycle"])
    stages = MixedHydroxide(base=FED["caustic"], first_ph=first_ph, second_ph=second_ph, temperature=celsius(55.0))
    pressed = ["hydroxide filter.filtrate", "hydroxide filter.washings"]
    sheet.add("hydroxide", stages, feed=[liquor, *pressed])
    sheet.add("hydroxide filter", CakeFilter(), slurry="hydroxide.product", wash=1.5 * fed["water"])
    add_lithium_end(sheet, "hydroxide.liquor", fed)
    return sheet


def composition(solution: Solution, outlet: str = "hydroxide filter.cake") -> dict[str, float]:
    """Answer the mass fraction of each element in the solids of a cake."""
    solids = solution.streams[outlet].solids
    return {element: solids.elements[element] * atomic_masses()[element] / solids.mass for element in SHOWN}


def recoveries(solution: Solution) -> dict[str, float]:
    """Answer the share of the nickel, cobalt and manganese fed that is in the hydroxide, of lithium in the carbonate."""
    outlets = dict.fromkeys(("Ni", "Co", "Mn"), "hydroxide filter.cake") | {"Li": "Li2CO3 dryer.product"}
    fed = solution.feeds["leach.solids"].elements
    fed = {element: amount for element, amount in fed.items() if element in outlets and amount > 0.0}
    return {element: solution.streams[outlets[element]].elements[element] / amount for element, amount in fed.items()}


def main() -> None:
    """Solve the line and show it."""
    warm_up()
    solution = solve(build())
    show_results(solution, "results", PRODUCTS, feed="leach.solids", elements=("Li", "Ni", "Co", "Mn", "Na", "S"))
    found = {"mixed hydroxide, dry": composition(solution), "of the feed": recoveries(solution)}
    for name, shares in found.items():
        print(f"{name}: " + ", ".join(f"{element} {share / percent:.2f} %" for element, share in shares.items()))


if __name__ == "__main__":
    main()
