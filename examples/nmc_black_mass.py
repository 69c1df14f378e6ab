"""A ternary line: 1 t/h of end-of-life NMC622 black mass to nickel, cobalt, manganese and lithium salts.

Leach -> filter -> cementation -> fluoride sorption -> hydrolysis -> D2EHPA (Mn) -> Cyanex 272 (Co) -> Cyanex 272 (Ni), each
with scrub, strip and crystalliser -> sodium sulfate -> lithium carbonate. Recycles: wash water of the residue, three organic
loops with their spent scrub liquors, three crystalliser mother liquors, the mother liquor of lithium carbonate.
Run it, change ASSAY, run it again: tables and pictures are written to results/.
"""

from raffinate.flowsheet import Flowsheet, Stream, solve
from raffinate.flowsheet.assay import from_assay
from raffinate.flowsheet.chemistry import Chemistry
from raffinate.flowsheet.quantities import celsius, hour, kg, litre, mol_per_litre, percent
from raffinate.flowsheet.results import show_results
from raffinate.flowsheet.stream import solvent
from raffinate.flowsheet.warm_up import warm_up
from raffinate.unitops.cementation import Cementation
from raffinate.unitops.coalescer import Coalescer
from raffinate.unitops.evaporative_crystalliser import EvaporativeCrystalliser
from raffinate.unitops.filtration import Filtration
from raffinate.unitops.fluoride_sorption import FluorideSorption
from raffinate.unitops.hydrolysis import Hydrolysis
from raffinate.unitops.leaching import Leaching
from raffinate.unitops.lithium_carbonate import LithiumCarbonate
from raffinate.unitops.mixer_settler import MixerSettler
from raffinate.unitops.neutralisation import Neutralisation
from raffinate.unitops.saponification import Saponification
from raffinate.unitops.sodium_sulfate_removal import SodiumSulfateRemoval
from raffinate.unitops.solvent_makeup import SolventMakeup
from raffinate.unitops.splitter import Splitter

CHEMISTRY = Chemistry("Li Na Ni Co Mn Cu Fe Al S C P F", extractants=("D2EHPA", "Cyanex 272"))
ASSAY = {
    "Li": 4.0,
    "Ni": 20.0,
    "Co": 7.0,
    "Mn": 7.0,
    "Cu": 2.0,
    "Al": 2.5,
    "Fe": 0.7,
    "F": 1.8,
    "P": 0.4,
}  # % of dry mass
BINDER = 0.34 * percent  # PVDF that outlived pyrolysis, of the dry mass: the rest of the fluorine
OXIDES = ("LiNi0.6Mn0.2Co0.2O2(s)", "Ni0.6Mn0.2Co0.2O2(s)", "NiO(s)", "CoO(s)", "MnO(s)")
OTHERS = ("LiF(s)", "Li3PO4(s)", "Cu(s)", "Al(s)", "Fe(s)")
PRODUCTS = {  # what is sold, and the salt that it is sold as
    "MnSO4 centrifuge.cake": "MnSO4.H2O(s)",
    "CoSO4 centrifuge.cake": "CoSO4.7H2O(s)",
    "NiSO4 centrifuge.cake": "NiSO4.6H2O(s)",
    "Li2CO3 centrifuge.cake": "Li2CO3(s)",
    "Na2SO4 centrifuge.cake": "Na2SO4(s)",
}
DEGREE = {"Mn": 0.4, "Co": 0.45, "Ni": 0.45}  # of saponification
SCRUB = 0.08  # acid to scrub with, per metal
SPARE = {"Mn": 0.05, "Co": 0.01, "Ni": 0.01}  # acid to strip with beyond the metal


def reagent(**masses: float) -> Stream:
    """Make a reagent from masses of its substances."""
    return Stream.of(CHEMISTRY, masses)


def water(mass: float) -> Stream:
    """Make a flow of water, kg/h."""
    return reagent(H2O=mass * kg / hour)


def strip_acid(metal: float, strength: float) -> Stream:
    """Make sulfuric acid of a strength (mol/L) that carries `metal` mol/s."""
    volume = metal / (strength * mol_per_litre)
    return reagent(H2SO4=metal * 0.098079 * kg, H2O=volume / litre * 0.97 * kg)


ACID, PEROXIDE, IRON = reagent(H2SO4=0.98, H2O=0.02), reagent(H2O2=0.3, H2O=0.7), Stream.of(CHEMISTRY, {"Fe(s)": 1.0})
CAUSTIC, SODA = reagent(NaOH=0.3, H2O=0.7), reagent(Na2CO3=0.22, H2O=0.78)


def add_circuit(sheet: Flowsheet, metal: str, extractant: str, feeds: list[str], flow: float, excess: float) -> None:
    """Add an extraction circuit sized for `flow` (mol/s) of a divalent metal; its organic and its scrub liquor return."""
    strength = 0.7 * mol_per_litre
    organic = solvent(CHEMISTRY, extractant, strength, 2.0 * flow * excess / (DEGREE[metal] * strength))
    sheet.add(
        f"{metal} solvent", SolventMakeup(extractant=extractant, solvent=organic), organic=f"{metal} strip.loaded"
    )
    soap = Saponification(extractant=extractant, base=CAUSTIC, degree=DEGREE[metal])
    sheet.add(f"{metal} saponification", soap, organic=f"{metal} solvent.organic")
    bank, short = MixerSettler(extractant=extractant, stages=6), MixerSettler(extractant=extractant, stages=4)
    sheet.add(
        f"{metal} extraction",
        bank,
        aqueous=[*feeds, f"{metal} scrub.raffinate"],
        organic=f"{metal} saponification.organic",
    )
    sheet.add(f"{metal} scrub", short, aqueous=strip_acid(SCRUB * flow, 0.3), organic=f"{metal} extraction.loaded")
    sheet.add(
        f"{metal} strip",
        short,
        aqueous=strip_acid((excess - SCRUB + SPARE[metal]) * flow, 1.6),
        organic=f"{metal} scrub.loaded",
    )
    sheet.add(f"{metal} raffinate", Coalescer(), feed=f"{metal} extraction.raffinate")
    sheet.add(f"{metal} liquor", Coalescer(), feed=f"{metal} strip.raffinate")


def add_crystals(sheet: Flowsheet, metal: str, salt: str, temperature: float, wash: Stream) -> None:
    """Add a crystalliser with its centrifuge; the mother liquor returns but for a bleed."""
    name = f"{metal}SO4"
    boiler = EvaporativeCrystalliser(salts=(salt,), temperature=celsius(temperature), yield_per_pass=0.5)
    sheet.add(f"{name} crystalliser", boiler, feed=[f"{metal} liquor.liquor", f"{name} bleed.second"])
    sheet.add(f"{name} centrifuge", Filtration(moisture=0.05), slurry=f"{name} crystalliser.slurry", wash=wash)
    sheet.add(
        f"{name} bleed", Splitter(fraction=0.05), feed=[f"{name} centrifuge.filtrate", f"{name} centrifuge.washings"]
    )


def build(assay: dict[str, float] = ASSAY, mass: float = 1000 * kg / hour) -> Flowsheet:
    """Lay out the line for a black mass of this assay (%), sized to what it holds."""
    fractions = {element: share * percent for element, share in assay.items()}
    powder = from_assay(
        CHEMISTRY, mass * (1.0 - BINDER), {e: f / (1.0 - BINDER) for e, f in fractions.items()}, OXIDES + OTHERS
    )
    powder += Stream.of(CHEMISTRY, {"C2H2F2(s)": BINDER * mass})
    held = {metal: 0.955 * powder.elements[metal] for metal in ("Mn", "Co", "Ni")}
    size = mass / (1000 * kg / hour)  # of the plant; water and wash follow it
    sheet = Flowsheet()
    leach = Leaching(acid=ACID, reductant=PEROXIDE, residence_time=5 * hour, tanks=4)
    sheet.add("leach", leach, solids=powder, liquor=[water(4000.0 * size), "residue.washings"])
    sheet.add("residue", Filtration(moisture=0.4), slurry="leach.slurry", wash=water(800.0 * size))
    sheet.add("cementation", Cementation(iron_powder=IRON, rate_constant=1e-4), feed="residue.filtrate")
    sheet.add("copper", Filtration(moisture=0.3), slurry="cementation.slurry", wash=water(30.0 * size))
    sheet.add("defluorination", FluorideSorption(base=CAUSTIC), feed=["copper.filtrate", "copper.washings"])
    sheet.add("hydrolysis", Hydrolysis(base=CAUSTIC, oxidant=PEROXIDE, target_ph=4.8), feed="defluorination.liquor")
    sheet.add("cake", Filtration(moisture=0.65), slurry="hydrolysis.slurry", wash=water(400.0 * size))
    add_circuit(sheet, "Mn", "D2EHPA", ["cake.filtrate", "cake.washings"], held["Mn"], 1.1)
    add_circuit(sheet, "Co", "Cyanex 272", ["Mn raffinate.liquor"], held["Co"], 1.05)
    add_circuit(sheet, "Ni", "Cyanex 272", ["Co raffinate.liquor"], held["Ni"], 1.08)
    add_crystals(sheet, "Mn", "MnSO4.H2O(s)", 95.0, water(30.0 * size))
    add_crystals(sheet, "Co", "CoSO4.7H2O(s)", 20.0, water(30.0 * size))
    add_crystals(sheet, "Ni", "NiSO4.6H2O(s)", 55.0, water(30.0 * size))
    sheet.add("Na2SO4", SodiumSulfateRemoval(lithium=18.0), feed=["Ni raffinate.liquor", "acidification.slurry"])
    sheet.add("Na2SO4 centrifuge", Filtration(moisture=0.04), slurry="Na2SO4.slurry", wash=water(150.0 * size))
    sheet.add(
        "Li2CO3",
        LithiumCarbonate(soda=SODA, soda_ratio=0.83),
        feed=["Na2SO4 centrifuge.filtrate", "Na2SO4 centrifuge.washings"],
    )
    sheet.add("Li2CO3 centrifuge", Filtration(moisture=0.1), slurry="Li2CO3.slurry", wash=water(80.0 * size))
    sheet.add(
        "Li2CO3 bleed", Splitter(fraction=0.16), feed=["Li2CO3 centrifuge.filtrate", "Li2CO3 centrifuge.washings"]
    )
    acidify = Neutralisation(reagent=ACID, target_ph=5.0, temperature=celsius(60.0), forms=("CO2(g)",))
    sheet.add("acidification", acidify, feed="Li2CO3 bleed.second")
    return sheet


if __name__ == "__main__":
    warm_up()
    show_results(solve(build()), "results", PRODUCTS, feed="leach.solids", elements=("Li", "Ni", "Co", "Mn", "Na", "S"))
