"""A ternary line to cathode precursor: 1 t/h of end-of-life NMC622 black mass to hydroxide in a ratio and lithium carbonate.

Leach -> filter -> cementation -> fluoride sorption -> iron and aluminium train -> nickel, cobalt and manganese together on BC196
-> strip liquor trimmed with virgin sulfates to RATIO -> co-precipitation with ammonia -> washed and dried precursor; raffinate
-> traces out -> sodium sulfate -> lithium carbonate. Prints what a kilogram of cathode takes; tables, pictures and the sheet
of each product against its standard are written to results/.
"""

from nmc_black_mass import ASSAY, black_mass
from sections import acid, add_front_end, add_lithium_end, add_sections

from raffinate.flowsheet import Flowsheet, Stream, solve
from raffinate.flowsheet.chemistry import Chemistry
from raffinate.flowsheet.chemistry.database import atomic_masses
from raffinate.flowsheet.feeds import Blend, FeedMaterial
from raffinate.flowsheet.quantities import celsius, hour, kg, mol_per_litre, percent
from raffinate.flowsheet.results import show_results
from raffinate.flowsheet.solver import Solution
from raffinate.flowsheet.stream import solvent
from raffinate.flowsheet.warm_up import warm_up
from raffinate.unitops.cake_filter import CakeFilter
from raffinate.unitops.cathode_precursor import CathodePrecursor
from raffinate.unitops.dryer import Dryer
from raffinate.unitops.metal_trim import MetalTrim
from raffinate.unitops.repulp_wash import RepulpWash

EXTRACTANT = "BC196"
CHEMISTRY = Chemistry("Li Na Ni Co Mn Cu Fe Al S C P F N", extractants=(EXTRACTANT,))
PRODUCTS = {
    "precursor dryer.product": "Ni(OH)2(aged)",
    "Li2CO3 dryer.product": "Li2CO3(s)",
    "Na2SO4 dryer.product": "Na2SO4(s)",
}  # what leaves as a product, and its main solid
RATIO = {"Ni": 0.8, "Co": 0.1, "Mn": 0.1}
METALS = {"Ni": "Ni+2", "Co": "Co+2", "Mn": "Mn+2"}
STRENGTH = 1.0 * mol_per_litre  # of the extractant
DEGREE, SODA, SCRUB, STRIP = 0.55, 1.14, 0.15, 1.02  # of saponification; soda and acids, per metal
BLEED = 0.05  # share of the organic that is stripped of iron and aluminium


def reagent(**masses: float) -> Stream:
    """Make a reagent or a feed from masses of its substances, kg/s."""
    return Stream.of(CHEMISTRY, masses)


FED = {
    "acid": reagent(H2SO4=0.98, H2O=0.02),
    "peroxide": reagent(H2O2=0.3, H2O=0.7),
    "iron": Stream.of(CHEMISTRY, {"Fe(s)": 1.0}),
    "caustic": reagent(NaOH=0.3, H2O=0.7),
    "soda": reagent(Na2CO3=0.22, H2O=0.78),
    "polish": reagent(NaOH=0.3, H2O=0.7),
}


def build(
    feed: dict[str, float] | FeedMaterial | Blend = ASSAY,
    mass: float = 1000 * kg / hour,
    ratio: dict[str, float] = RATIO,
    target_ph: float = 11.0,
    ammonia_ratio: float = 0.35,
) -> Flowsheet:
    """Lay out the line for so much of a feed, given as a feed or as an assay (%), and for a ratio of the precursor's metals."""
    powder = (black_mass(feed) if isinstance(feed, dict) else feed).stream(CHEMISTRY, mass)
    fed = {**FED, "water": reagent(H2O=mass)}
    sheet = Flowsheet()
    liquor = add_front_end(sheet, powder, fed, celsius(30.0))
    flow = 0.94 * sum(powder.elements[metal] for metal in METALS)  # what leach and hydrolysis leave of them
    extraction = {
        "organic": solvent(CHEMISTRY, EXTRACTANT, STRENGTH, 2.0 * flow * SODA / (DEGREE * STRENGTH)),
        "base": FED["caustic"],
        "scrub": acid(CHEMISTRY, SCRUB * flow, 0.3),
        "strip": acid(CHEMISTRY, STRIP * flow, 1.8),
        "iron strip": acid(CHEMISTRY, 2.0 * BLEED * flow, 3.0),
    }
    raffinate = add_sections(sheet, "NiCoMn", EXTRACTANT, [liquor], extraction, degree=DEGREE, bleed=BLEED, purge=0.0)
    add_precursor(sheet, "NiCoMn liquor.liquor", mass, ratio, target_ph, ammonia_ratio)
    add_lithium_end(sheet, raffinate, fed)
    return sheet


def add_precursor(
    sheet: Flowsheet, liquor: str, mass: float, ratio: dict[str, float], target_ph: float, ammonia_ratio: float
) -> None:
    """Add trim, co-precipitation, filter, washes and dryer to a strip liquor of so much black mass (kg/s)."""
    trim = MetalTrim(
        nickel_salt=reagent(NiSO4=0.589, H2O=0.411),  # hexahydrate
        cobalt_salt=reagent(CoSO4=0.551, H2O=0.449),  # heptahydrate
        manganese_salt=reagent(MnSO4=0.893, H2O=0.107),  # monohydrate
        water=reagent(H2O=1.0),
        nickel_share=ratio["Ni"],
        cobalt_share=ratio["Co"],
        manganese_share=ratio["Mn"],
    )
    tank = CathodePrecursor(
        base=reagent(NaOH=0.25, H2O=0.75),
        ammonia=reagent(NH3=0.25, H2O=0.75),
        nitrogen=Stream.of(CHEMISTRY, {"N2(g)": 1.0}),
        target_ph=target_ph,
        ammonia_ratio=ammonia_ratio,
        temperature=celsius(55.0),
        residence_time=12.0 * hour,
    )
    sheet.add("trim", trim, feed=liquor)
    sheet.add("precursor", tank, feed="trim.liquor")
    dilute, hot = reagent(NaOH=0.01 * mass, H2O=mass), Stream.of(CHEMISTRY, {"H2O": 6.0 * mass}, celsius(70.0))
    sheet.add("precursor filter", CakeFilter(), slurry="precursor.slurry", wash=dilute)
    sheet.add("precursor wash", RepulpWash(repulps=2, moisture=0.25), cake="precursor filter.cake", wash=hot)
    sheet.add("precursor dryer", Dryer(temperature=celsius(115.0)), cake="precursor wash.cake")


def per_cathode(solution: Solution) -> dict[str, float]:
    """Answer kg of caustic and ammonia that the precursor takes, and of sulfates that it gets, per kg of LiMO2 that it makes."""
    masses, molar = atomic_masses(), CHEMISTRY.molar_masses
    metals = solution.streams["precursor dryer.product"].solids.elements
    cathode = sum(metals[m] * (masses["Li"] + masses[m] + 2.0 * masses["O"]) for m in METALS)
    sulfate = masses["S"] + 4.0 * masses["O"]
    taken = {
        "NaOH": solution.drawn["precursor.base"]["Na+"] * (masses["Na"] + masses["O"] + masses["H"]),
        "NH3": solution.drawn["precursor.ammonia"]["NH4+"] * (masses["N"] + 3.0 * masses["H"]),
        "Na2SO4 left": solution.streams["precursor.slurry"]["SO4-2"] * (2.0 * masses["Na"] + sulfate),
    }
    liquor = solution.streams["trim.liquor"]
    taken |= {f"{m}SO4": liquor[ion] * (molar[CHEMISTRY.index[ion]] + sulfate) for m, ion in METALS.items()}
    return {name: float(mass) / cathode for name, mass in taken.items()}


def recoveries(solution: Solution) -> dict[str, float]:
    """Answer the share of each metal fed that is in the trimmed liquor from black mass, of lithium in the carbonate."""
    fed, strip = solution.feeds["leach.solids"].elements, solution.streams["NiCoMn liquor.liquor"].elements
    found = {metal: strip[metal] / fed[metal] for metal in METALS if fed[metal] > 0.0}
    return found | {"Li": solution.streams["Li2CO3 dryer.product"].elements["Li"] / fed["Li"]}


def main() -> None:
    """Solve the line and show it."""
    warm_up()
    solution = solve(build())
    show_results(solution, "results", PRODUCTS, feed="leach.solids", elements=("Li", "Ni", "Co", "Mn", "Na", "S"))
    report, sizes = (
        solution.reports["precursor"],
        solution.streams["precursor.slurry"].size_distribution(PRODUCTS["precursor dryer.product"]),
    )
    print(f"precursor: pH {report['ph']:.2f} at 55 degC; filtrate: nickel {report['nickel'] * 1e3:.1f} mg/L, ", end="")
    print(
        f"ammonia {report['ammonia_content'] / 1e3:.2f} mol/L, {report['ammonia_loss'] / percent:.2f} % of it with the gas; ",
        end="",
    )
    print(f"d10 {sizes.d10 * 1e6:.1f}, d50 {sizes.d50 * 1e6:.1f}, d90 {sizes.d90 * 1e6:.1f} um")
    print(f"virgin metal in it: {solution.reports['trim']['virgin_share'] / percent:.1f} %")
    print("kg per kg of cathode: " + ", ".join(f"{name} {mass:.3f}" for name, mass in per_cathode(solution).items()))
    print("of the feed: " + ", ".join(f"{e} {share / percent:.1f} %" for e, share in recoveries(solution).items()))


if __name__ == "__main__":
    main()
