"""Copper from a leach liquor of black mass with LIX 984N, and its electrowinning loop.

Extraction in two stages, a wash, strip with spent electrolyte; the electrolyte goes through the tankhouse and back, a bleed
of it takes iron out, acid and water make up for it. The oxime gives back two protons a copper to the raffinate, which can
leach again. Prints the liquors, the transfer of iron, current, voltage and energy; pictures go to results/.
"""

from extraction_tables import count_written, show_plant

from raffinate.flowsheet import Flowsheet, Stream, solve
from raffinate.flowsheet.chemistry import Chemistry
from raffinate.flowsheet.chemistry.database import atomic_masses
from raffinate.flowsheet.extraction.pictures import draw_mccabe_thiele
from raffinate.flowsheet.extraction.section import Section
from raffinate.flowsheet.quantities import celsius, hour, kilowatt, kilowatt_hour, mol_per_litre
from raffinate.flowsheet.stream import solvent
from raffinate.flowsheet.warm_up import warm_up
from raffinate.unitops.coalescer import Coalescer
from raffinate.unitops.electrowinning import Electrowinning
from raffinate.unitops.mixer_settler import MixerSettler
from raffinate.unitops.solvent_makeup import SolventMakeup

# fmt: off
CHEMISTRY = Chemistry("Li Ni Co Mn Cu Fe S", extractants=("LIX 984N",))
OXIME = "LIX 984N"
LIQUOR = {"CuSO4": 8.0, "FeSO4": 1.0, "Fe2(SO4)3": 2.0, "NiSO4": 92.0, "CoSO4": 31.0, "MnSO4": 33.0, "Li2SO4": 55.0,
          "H2SO4": 2.0}  # g/L
# fmt: on
VOLUME = 10.0 / hour  # m3/s of liquor, and of organic
STRENGTH = 0.25 * mol_per_litre  # of oxime, about 15 vol %
BLEED = 0.02  # of the spent electrolyte
ELECTROLYTE = VOLUME / 4.0  # m3/s that circulate, nearly


def feed(liquor: dict[str, float] = LIQUOR) -> Stream:
    """Make the liquor of salts in g/L."""
    masses = {"H2O": 960.0 * VOLUME} | {salt: concentration * VOLUME for salt, concentration in liquor.items()}
    return Stream.of(CHEMISTRY, masses, celsius(35.0))


def build(liquor: dict[str, float] = LIQUOR) -> Flowsheet:
    """Lay out extraction, wash, strip and tankhouse for a liquor of salts in g/L."""
    made_up = BLEED * ELECTROLYTE  # m3/s of fresh acid for what is bled; copper comes from the strip
    acid = Stream.of(CHEMISTRY, {"H2SO4": 235.0 * made_up, "H2O": 940.0 * made_up}, celsius(35.0))
    wash = Stream.of(CHEMISTRY, {"H2SO4": 10.0 * 0.05 * VOLUME, "H2O": 995.0 * 0.05 * VOLUME}, celsius(35.0))
    sheet = Flowsheet()
    two, one = (MixerSettler(extractant=OXIME, stages=stages) for stages in (2, 1))
    makeup = SolventMakeup(extractant=OXIME, solvent=solvent(CHEMISTRY, OXIME, STRENGTH, VOLUME))
    sheet.add("solvent", makeup, organic="strip.loaded")
    sheet.add("extraction", two, aqueous=[feed(liquor), "wash.raffinate"], organic="solvent.organic")
    sheet.add("wash", one, aqueous=wash, organic="extraction.loaded")
    sheet.add("strip", two, aqueous=["tankhouse.spent", acid], organic="wash.loaded")
    sheet.add("raffinate", Coalescer(), feed="extraction.raffinate")
    sheet.add("electrolyte", Coalescer(), feed="strip.raffinate")
    sheet.add("tankhouse", Electrowinning(copper=35.0, bleed=BLEED), electrolyte="electrolyte.liquor")
    return sheet


def main() -> None:
    """Solve the plant, print it and draw it."""
    solution = solve(build())
    streams, cells = solution.streams, solution.reports["tankhouse"]
    liquors = {
        "feed": feed(),
        "raffinate": streams["raffinate.liquor"],
        "rich electrolyte": streams["electrolyte.liquor"],
        "spent electrolyte": streams["tankhouse.spent"],
    }
    folder = show_plant(solution, liquors, ("Cu+2", "Fe+3", "Ni+2", "Co+2", "H+"), ("Cu", "Fe"))
    copper, iron = streams["tankhouse.cathode"], streams["tankhouse.bleed"].elements["Fe"]
    recovery = 100.0 * copper["Cu(s)"] / feed()["Cu+2"]
    transfer = copper.mass / (iron * atomic_masses()["Fe"])
    efficiency, energy = 100.0 * cells["current_efficiency"], cells["specific_energy"] / kilowatt_hour
    print(
        f"copper {copper.mass * hour:.1f} kg/h, {recovery:.1f} % of the feed; copper per iron transferred {transfer:.0f}"
    )
    print(
        f"{cells['current'] / 1e3:.1f} kA at {cells['voltage']:.2f} V, current efficiency {efficiency:.1f} %, "
        f"{cells['power'] / kilowatt:.1f} kW, {energy:.2f} kWh/kg, {cells['cathode_area']:.0f} m2 of cathode"
    )
    section = Section(extractant=OXIME, stages=2, efficiency=0.95)
    draw_mccabe_thiele(section, feed(), streams["solvent.organic"], "Cu+2", folder / "copper.png")
    count_written(folder)


if __name__ == "__main__":
    warm_up()
    main()
