"""Solvent extraction of a sulfate liquor: manganese with D2EHPA, then cobalt with Cyanex 272, from nickel and lithium.

Each circuit: saponification - extraction - scrub - strip; that of D2EHPA has an iron strip on a bleed of its organic. Both
organics and both spent scrub liquors return. Losses of extractant to the liquor and by decay count, carbon and clay hold
them. Prints what each bank does, the liquors and how large mixers and settlers have to be; pictures go to results/.
"""

from extraction_tables import count_written, show_plant
from sections import acid, add_sections

from raffinate.flowsheet import Flowsheet, Stream, solve
from raffinate.flowsheet.chemistry import Chemistry
from raffinate.flowsheet.extraction.pictures import draw_profile
from raffinate.flowsheet.extraction.section import Section, run_section
from raffinate.flowsheet.quantities import celsius, hour, mol_per_litre
from raffinate.flowsheet.stream import mix, solvent
from raffinate.flowsheet.warm_up import warm_up

# fmt: off
CHEMISTRY = Chemistry("Li Na Ni Co Mn Fe Al S", extractants=("D2EHPA", "Cyanex 272"))
VOLUME = 10.0 / hour  # m3/s of liquor
LIQUOR = {"NiSO4": 92.0, "CoSO4": 31.0, "MnSO4": 33.0, "Li2SO4": 55.0, "Na2SO4": 40.0, "Fe2(SO4)3": 0.02,
          "Al2(SO4)3": 0.05}  # g/L
CIRCUITS = {"Mn": ("D2EHPA", 1.10, 1.06, 0.40), "Co": ("Cyanex 272", 1.05, 0.98, 0.45)}
# extractant; soda to saponify and acid to strip, per metal; degree of saponification
UPKEEP = {"hold_up": 1.5 * hour, "bleed": 0.02, "purge": 0.005}
# fmt: on
STRENGTH = 0.7 * mol_per_litre
CAUSTIC = Stream.of(CHEMISTRY, {"NaOH": 0.3, "H2O": 0.7})


def feed(liquor: dict[str, float] = LIQUOR) -> Stream:
    """Make the liquor of salts in g/L."""
    masses = {"H2O": 980.0 * VOLUME} | {salt: concentration * VOLUME for salt, concentration in liquor.items()}
    return Stream.of(CHEMISTRY, masses, celsius(30.0))


def build(liquor: dict[str, float] = LIQUOR, upkeep: bool = True) -> Flowsheet:
    """Lay out both circuits for a liquor of salts in g/L, sized to what it holds; `upkeep`: with losses and bleeds."""
    sheet = Flowsheet()
    source: str | Stream = feed(liquor)
    for metal, (extractant, soda, strip, degree) in CIRCUITS.items():
        flow = feed(liquor)[f"{metal}+2"]
        fed = {
            "organic": solvent(CHEMISTRY, extractant, STRENGTH, 2.0 * flow * soda / (degree * STRENGTH)),
            "base": CAUSTIC,
            "scrub": acid(CHEMISTRY, 0.08 * flow, 0.3),
            "strip": acid(CHEMISTRY, strip * flow, 1.6),
        }
        if upkeep and extractant == "D2EHPA":
            fed["iron strip"] = acid(CHEMISTRY, 0.05 * flow, 4.5)
        source = add_sections(sheet, metal, extractant, [source], fed, degree=degree, **(UPKEEP if upkeep else {}))
    return sheet


def main() -> None:
    """Solve the plant, print it and draw it."""
    solution = solve(build())
    streams = solution.streams
    liquors = {
        "feed": feed(),
        "Mn raffinate": streams["Mn carbon.liquor"],
        "Co raffinate": streams["Co carbon.liquor"],
        "Mn liquor": streams["Mn liquor.liquor"],
        "Co liquor": streams["Co liquor.liquor"],
        "iron strip": streams["Mn iron strip.raffinate"],
    }
    folder = show_plant(solution, liquors, ("Li+", "Na+", "Ni+2", "Co+2", "Mn+2", "Fe+3"), ("Mn", "Co", "Ni", "Li"))
    made_up = {name: drawn.mass * hour for name, drawn in solution.drawn.items() if name.endswith("solvent.solvent")}
    print("solvent made up, kg/h: " + ", ".join(f"{name.split()[0]} {mass:.2f}" for name, mass in made_up.items()))
    for metal, (extractant, *_) in CIRCUITS.items():
        liquor = mix([streams[f"{metal} scrub.raffinate"], feed() if metal == "Mn" else streams["Mn carbon.liquor"]])
        section = Section(extractant=extractant, stages=6, efficiency=0.95)
        draw_profile(run_section(section, liquor, streams[f"{metal} saponification.organic"]), folder / f"{metal}.png")
    count_written(folder)


if __name__ == "__main__":
    warm_up()
    main()
