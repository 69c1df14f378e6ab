"""The short route: nickel, cobalt and manganese together, away from lithium, sodium, calcium and magnesium.

BC196, a carboxylic extractant: saponification - extraction - scrub - strip; organic and spent scrub liquor return. The strip
liquor is trimmed to a precursor, so that three crystallisers fall away. Prints the liquors and how much of each metal goes
where; pictures go to results/.
"""

from extraction_tables import count_written, show_plant
from sections import acid, add_sections

from raffinate.flowsheet import Flowsheet, Stream, solve
from raffinate.flowsheet.chemistry import Chemistry
from raffinate.flowsheet.extraction.pictures import draw_extraction_curves
from raffinate.flowsheet.quantities import celsius, hour, mol_per_litre
from raffinate.flowsheet.stream import solvent
from raffinate.flowsheet.warm_up import warm_up

# fmt: off
CHEMISTRY = Chemistry("Li Na Mg Ca Ni Co Mn S", extractants=("BC196",))
ACID = "BC196"
LIQUOR = {"NiSO4": 60.0, "CoSO4": 20.0, "MnSO4": 20.0, "Li2SO4": 55.0, "Na2SO4": 40.0, "MgSO4": 1.0, "CaSO4": 0.8}  # g/L
METALS = ("Ni+2", "Co+2", "Mn+2")
# fmt: on
VOLUME = 10.0 / hour  # m3/s of liquor
STRENGTH = 1.0 * mol_per_litre
DEGREE, SODA, STRIP = 0.55, 1.14, 1.02  # of saponification; soda and acid, per metal
CAUSTIC = Stream.of(CHEMISTRY, {"NaOH": 0.3, "H2O": 0.7})


def feed(liquor: dict[str, float] = LIQUOR) -> Stream:
    """Make the liquor of salts in g/L."""
    masses = {"H2O": 980.0 * VOLUME} | {salt: concentration * VOLUME for salt, concentration in liquor.items()}
    return Stream.of(CHEMISTRY, masses, celsius(30.0))


def build(liquor: dict[str, float] = LIQUOR) -> Flowsheet:
    """Lay out the circuit for a liquor of salts in g/L, sized to what it holds."""
    flow = sum(feed(liquor)[metal] for metal in METALS)
    fed = {
        "organic": solvent(CHEMISTRY, ACID, STRENGTH, 2.0 * flow * SODA / (DEGREE * STRENGTH)),
        "base": CAUSTIC,
        "scrub": acid(CHEMISTRY, 0.15 * flow, 0.3),
        "strip": acid(CHEMISTRY, STRIP * flow, 1.8),
    }
    sheet = Flowsheet()
    add_sections(sheet, "NiCoMn", ACID, [feed(liquor)], fed, degree=DEGREE)
    return sheet


def main() -> None:
    """Solve the plant, print it and draw it."""
    solution = solve(build())
    streams = solution.streams
    liquors = {
        "feed": feed(),
        "raffinate": streams["NiCoMn raffinate.liquor"],
        "spent scrub": streams["NiCoMn scrub.raffinate"],
        "strip liquor": streams["NiCoMn liquor.liquor"],
    }
    cations = (*METALS, "Li+", "Na+", "Ca+2", "Mg+2")
    folder = show_plant(solution, liquors, cations, ("Ni", "Co", "Mn", "Li"))
    product = streams["NiCoMn liquor.liquor"]
    shares = ", ".join(f"{name} {100.0 * product[name] / feed()[name]:.3g}" for name in cations)
    print(f"of the feed in the strip liquor, %: {shares}")
    draw_extraction_curves(feed(), ACID, folder / "curves.png", organic_to_aqueous=2.2, molarity=STRENGTH)
    count_written(folder)


if __name__ == "__main__":
    warm_up()
    main()
