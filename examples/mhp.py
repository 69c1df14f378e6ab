"""Mixed hydroxide from the liquor of black mass: iron and aluminium out, nickel and cobalt down in two stages.

The hydroxide of stage 2 goes back and dissolves in the acid liquor that comes in. Prints pH, losses, the composition of the
product and the reagents; change LIQUOR or the pH and run it again.
"""

from raffinate.flowsheet import Flowsheet, Stream, solve
from raffinate.flowsheet.chemistry import Chemistry
from raffinate.flowsheet.chemistry.database import atomic_masses
from raffinate.flowsheet.quantities import celsius, hour, percent
from raffinate.flowsheet.report import reagent_table, recovery_table, stream_table
from raffinate.flowsheet.solver import Solution
from raffinate.unitops.dosed_precipitation import DosedPrecipitation
from raffinate.unitops.filtration import Filtration
from raffinate.unitops.mixed_hydroxide import MixedHydroxide
from raffinate.unitops.precipitation_train import PrecipitationTrain

# fmt: off
CHEMISTRY = Chemistry("Li Na Ni Co Mn Mg Ca Al Fe S P F C")
LIQUOR = {"NiSO4": 91.0, "CoSO4": 32.0, "MnSO4": 33.0, "Li2SO4": 55.0, "Al2(SO4)3": 22.0, "Fe2(SO4)3": 3.5,
          "MgSO4": 1.0, "CaSO4": 1.0, "HF": 0.1, "H3PO4": 1.0, "H2SO4": 12.0}  # g/L, iron oxidised, copper cemented
# fmt: on
VOLUME = 5.6 / hour  # m3/s, of a tonne of black mass an hour
HYDROXIDES = ("Ni(OH)2(s)", "Co(OH)2(s)", "Mn(OH)2(s)", "Mg(OH)2(s)", "Ni(OH)2(aged)", "Co(OH)2(aged)")
DISSOLVES = (*HYDROXIDES, "Ni4(OH)6SO4(s)", "LiOH.H2O(s)")
SHOWN = ("Ni", "Co", "Mn", "Mg", "Li", "Na", "S", "Ca")
WASH = 0.35  # kg/s


def feed(liquor: dict[str, float] = LIQUOR) -> Stream:
    """Make the liquor of salts in g/L."""
    masses = {"H2O": 960.0 * VOLUME} | {salt: concentration * VOLUME for salt, concentration in liquor.items()}
    return Stream.of(CHEMISTRY, masses, celsius(70.0))


def build(liquor: dict[str, float] = LIQUOR, first_ph: float = 7.5, second_ph: float = 8.2) -> Flowsheet:
    """Lay out hydrolysis, two stages of mixed hydroxide, and their filters."""
    soda = Stream.of(CHEMISTRY, {"NaOH": 0.2, "H2O": 0.8})
    water = Stream.of(CHEMISTRY, {"H2O": WASH}, celsius(60.0))
    sheet = Flowsheet()
    redissolution = DosedPrecipitation(
        precipitant=water, dose_profile=(0.0,), temperature=celsius(70.0), forms=DISSOLVES, uptake=0.0
    )
    sheet.add("redissolution", redissolution, feed=[feed(liquor), "hydroxide.recycle"])
    hydrolysis = PrecipitationTrain(
        base=soda, ph_profile=(3.2, 4.8), tanks=2, temperature=celsius(80.0), seed_recycle=0.5
    )
    sheet.add("hydrolysis", hydrolysis, feed="redissolution.slurry")
    sheet.add("iron cake", Filtration(moisture=0.65), slurry="hydrolysis.slurry", wash=water * 0.4)
    liquor_and_wash = ["iron cake.filtrate", "iron cake.washings"]
    sheet.add(
        "hydroxide",
        MixedHydroxide(base=soda, first_ph=first_ph, second_ph=second_ph, temperature=celsius(55.0)),
        feed=liquor_and_wash,
    )
    sheet.add("product", Filtration(moisture=0.5), slurry="hydroxide.product", wash=water)
    return sheet


def composition(solution: Solution, outlet: str = "product.cake") -> dict[str, float]:
    """Answer the mass fraction of each element in the solids of a cake."""
    solids = solution.streams[outlet].solids
    return {element: solids.elements[element] * atomic_masses()[element] / solids.mass for element in SHOWN}


def main() -> None:
    """Solve the line and print it."""
    solution = solve(build())
    streams = stream_table(solution, ["hydrolysis.slurry", "hydroxide.product", "hydroxide.liquor", "product.cake"])
    print(streams.loc[:, ["mass kg/h", "temperature degC", "pH", "Ni+2 g/L", "Li+ g/L"]].round(3).to_string())
    exits = {"mixed hydroxide": "product.cake", "iron cake": "iron cake.cake", "lithium liquor": "hydroxide.liquor"}
    print(f"\nrecoveries, %\n{recovery_table(solution, exits, 'redissolution.feed').round(2).to_string()}")
    print(f"\nreagents\n{reagent_table(solution).round(1).to_string()}")
    found = composition(solution)
    print("\nmixed hydroxide, dry: " + ", ".join(f"{e} {share / percent:.2f} %" for e, share in found.items()))
    print(f"largest imbalance of an element over the plant: {solution.imbalance:.1e}")


if __name__ == "__main__":
    main()
