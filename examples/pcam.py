"""Cathode precursor from purified sulfates: one stirred tank with ammonia, and the washed cake.

RATIO sets the metals. Prints what a kilogram of cathode takes, what the filtrate keeps and the sizes; the sulfate of the
filtrate is what a kilogram of cathode leaves behind.
"""

from raffinate.flowsheet import Flowsheet, Stream, solve
from raffinate.flowsheet.chemistry import Chemistry
from raffinate.flowsheet.chemistry.database import atomic_masses
from raffinate.flowsheet.quantities import celsius, hour, kg
from raffinate.flowsheet.report import reagent_table, recovery_table
from raffinate.flowsheet.solver import Solution
from raffinate.unitops.cathode_precursor import CathodePrecursor
from raffinate.unitops.filtration import Filtration

CHEMISTRY = Chemistry("Na Ni Co Mn S N")
RATIO = {"Ni": 0.8, "Co": 0.1, "Mn": 0.1}
STRENGTH = 2.0  # mol of metals per kg of water
MOLAR = {"Ni": 0.154751, "Co": 0.154991, "Mn": 0.150996}  # kg/mol of the sulfates
WATER = 1000 * kg / hour


def feed(ratio: dict[str, float] = RATIO) -> Stream:
    """Make the liquor of the metals in their ratio."""
    salts = {f"{metal}SO4": STRENGTH * share * MOLAR[metal] * WATER for metal, share in ratio.items()}
    return Stream.of(CHEMISTRY, {"H2O": WATER} | salts, celsius(25.0))


def build(ratio: dict[str, float] = RATIO, target_ph: float = 11.0, ammonia_ratio: float = 0.35) -> Flowsheet:
    """Lay out the tank and its filter."""
    tank = CathodePrecursor(
        base=Stream.of(CHEMISTRY, {"NaOH": 0.25, "H2O": 0.75}),
        ammonia=Stream.of(CHEMISTRY, {"NH3": 0.25, "H2O": 0.75}),
        nitrogen=Stream.of(CHEMISTRY, {"N2(g)": 1.0}),
        target_ph=target_ph,
        ammonia_ratio=ammonia_ratio,
        temperature=celsius(55.0),
        residence_time=12.0 * hour,
    )
    wash = Stream.of(CHEMISTRY, {"H2O": 1200 * kg / hour}, celsius(70.0))
    sheet = Flowsheet()
    sheet.add("tank", tank, feed=feed(ratio))
    sheet.add("filter", Filtration(moisture=0.25), slurry="tank.slurry", wash=wash)
    return sheet


def per_cathode(solution: Solution) -> dict[str, float]:
    """Answer kg of NaOH, ammonia and sodium sulfate per kg of LiMO2 that the cake makes."""
    masses = atomic_masses()
    metals = solution.streams["filter.cake"].solids.elements
    cathode = sum(metals[m] * (masses["Li"] + masses[m] + 2.0 * masses["O"]) for m in RATIO)
    soda = -solution.drawn["tank.base"]["H+"] * (masses["Na"] + masses["O"] + masses["H"])
    ammonia = solution.drawn["tank.ammonia"]["NH4+"] * (masses["N"] + 3.0 * masses["H"])
    sulfate = solution.streams["tank.slurry"]["SO4-2"] * (2.0 * masses["Na"] + masses["S"] + 4.0 * masses["O"])
    return {"NaOH": soda / cathode, "NH3": ammonia / cathode, "Na2SO4 left": sulfate / cathode}


def main() -> None:
    """Solve the tank and its filter, and print them."""
    solution = solve(build())
    report, slurry = solution.reports["tank"], solution.streams["tank.slurry"]
    print(f"pH {report['ph']:.2f} at 55 degC; filtrate: nickel {report['nickel'] * 1e3:.1f} mg/L, ", end="")
    print(f"cobalt {report['cobalt'] * 1e3:.2f} mg/L, ammonia {report['ammonia_content'] / 1e3:.2f} mol/L")
    print(f"ammonia lost with the nitrogen: {report['ammonia_loss'] * 100.0:.2f} %")
    sizes = slurry.size_distribution("Ni(OH)2(aged)")
    print(f"d10 {sizes.d10 * 1e6:.1f}, d50 {sizes.d50 * 1e6:.1f}, d90 {sizes.d90 * 1e6:.1f} um")
    print("kg per kg of cathode: " + ", ".join(f"{name} {mass:.3f}" for name, mass in per_cathode(solution).items()))
    exits = {"precursor": "filter.cake", "filtrate": "filter.filtrate"}
    print(f"\nrecoveries, %\n{recovery_table(solution, exits, 'tank.feed').round(3).to_string()}")
    print(f"\nreagents\n{reagent_table(solution).round(2).to_string()}")
    print(f"\nlargest imbalance of an element: {solution.imbalance:.1e}")


if __name__ == "__main__":
    main()
