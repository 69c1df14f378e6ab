"""A ternary line: 1 t/h of end-of-life NMC622 black mass to nickel, cobalt, manganese and lithium salts.

Leach -> filter -> cementation -> fluoride sorption -> hydrolysis -> D2EHPA (Mn) -> Cyanex 272 (Co) -> Cyanex 272 (Ni), each
with scrub, strip, crystalliser, centrifuge and dryer -> metals' trace removal -> sodium sulfate -> lithium carbonate.
Recycles: wash water of the residue, three organic loops with their spent scrub liquors, three crystalliser mother liquors,
the mother liquor of lithium carbonate. Run it, change ASSAY, run it again: tables, pictures and the sheet of each product
against its standard are written to results/.
"""

from dataclasses import dataclass

from sections import add_centrifuge, add_circuit, add_crystals

from raffinate.flowsheet import Flowsheet, Stream, solve
from raffinate.flowsheet.chemistry import Chemistry
from raffinate.flowsheet.feeds import Blend, FeedMaterial
from raffinate.flowsheet.quantities import celsius, hour, kg, micrometre, percent
from raffinate.flowsheet.results import show_results
from raffinate.flowsheet.sizes import SizeDistribution
from raffinate.flowsheet.warm_up import warm_up
from raffinate.unitops.cake_filter import CakeFilter
from raffinate.unitops.cementation import Cementation
from raffinate.unitops.evaporative_crystalliser import EvaporativeCrystalliser
from raffinate.unitops.fluoride_sorption import FluorideSorption
from raffinate.unitops.heat_exchanger import HeatExchanger
from raffinate.unitops.hydrolysis import Hydrolysis
from raffinate.unitops.leaching import Leaching
from raffinate.unitops.lithium_carbonate import LithiumCarbonate
from raffinate.unitops.neutralisation import Neutralisation
from raffinate.unitops.sodium_sulfate_removal import SodiumSulfateRemoval
from raffinate.unitops.splitter import Splitter

# fmt: off
CHEMISTRY = Chemistry("Li Na Ni Co Mn Cu Fe Al S C P F", extractants=("D2EHPA", "Cyanex 272"))
ASSAY = {"Li": 4.0, "Ni": 20.0, "Co": 7.0, "Mn": 7.0, "Cu": 2.0, "Al": 2.5, "Fe": 0.7, "F": 2.0, "P": 0.4}  # % of dry mass
BINDER = 0.34 * percent  # PVDF that outlived pyrolysis, of the dry mass
SIZES = SizeDistribution.rosin_rammler(25 * micrometre, 1.1)
PRODUCTS = {"MnSO4 dryer.product": "MnSO4.H2O(s)", "CoSO4 dryer.product": "CoSO4.7H2O(s)",
            "NiSO4 dryer.product": "NiSO4.6H2O(s)", "Li2CO3 dryer.product": "Li2CO3(s)",
            "Na2SO4 dryer.product": "Na2SO4(s)"}  # what leaves as a product, and the salt that it is
# per metal: extractant, soda to saponify, acid to scrub and to strip, degree of saponification, crystals, their degC, a dryer's
CIRCUITS = {
    "Mn": ("D2EHPA", 1.10, 0.10, 1.07, 0.40, "MnSO4.H2O(s)", 95.0, 110.0),
    "Co": ("Cyanex 272", 1.08, 0.10, 1.05, 0.45, "CoSO4.7H2O(s)", 20.0, 38.0),
    "Ni": ("Cyanex 272", 1.20, 0.15, 1.10, 0.45, "NiSO4.6H2O(s)", 55.0, 80.0),
}
SHARE_WORTH_A_CIRCUIT = 0.02  # moles of a metal to nickel, cobalt and manganese together; less goes with the next metal
OLIVINES = ("LiMn0.6Fe0.4PO4(s)", "Mn0.6Fe0.4PO4(s)")  # have no rate in acid
TRACES = ("Ni(OH)2(s)", "Co(OH)2(s)", "Mn(OH)2(s)", "Fe(OH)2(s)", "Fe(OH)3(s)", "Al(OH)3(s)", "Cu(OH)2(s)")
# fmt: on


@dataclass(frozen=True)
class Conditions:
    """How the line is run: `leach_temperature` in K, `leach_time` in s, `free_acid` left by the leach in mol/m3.

    `peroxide` for each electron that it is needed for; `crystal_yield` of each pass through a crystalliser by metal. `soda` and
    `scrub`: times what CIRCUITS has, for all circuits; `strip`: likewise, for what soda and scrub leave on the organic.
    """

    leach_temperature: float = celsius(80.0)
    leach_time: float = 5 * hour
    free_acid: float = 245.0
    peroxide: float = 1.8
    crystal_yield: tuple[float, float, float] = (0.8, 0.8, 0.8)
    soda: float = 1.0
    scrub: float = 1.0
    strip: float = 1.0


USUAL = Conditions()


def reagent(**masses: float) -> Stream:
    """Make a reagent or a feed from masses of its substances, kg/s."""
    return Stream.of(CHEMISTRY, masses)


ACID, PEROXIDE, IRON = reagent(H2SO4=0.98, H2O=0.02), reagent(H2O2=0.3, H2O=0.7), Stream.of(CHEMISTRY, {"Fe(s)": 1.0})
CAUSTIC, SODA = reagent(NaOH=0.3, H2O=0.7), reagent(Na2CO3=0.22, H2O=0.78)


def black_mass(assay: dict[str, float]) -> FeedMaterial:
    """Make a black mass of an assay in %, discharged, so that its metals are trivalent."""
    shares = {element: value * percent for element, value in assay.items()}
    return FeedMaterial(name="black mass", cathode="NMC622", assay=shares, valence=3.0, binder=BINDER, sizes=SIZES)


def dissolving(powder: Stream) -> dict[str, float]:
    """Answer mol/s of each element in what the leach dissolves: all but an olivine with manganese."""
    olivine = {name: powder[name] * CHEMISTRY.molar_masses[CHEMISTRY.index[name]] for name in OLIVINES}
    return powder.without(Stream.of(CHEMISTRY, olivine)).elements


def build(
    feed: dict[str, float] | FeedMaterial | Blend = ASSAY,
    mass: float = 1000 * kg / hour,
    conditions: Conditions = USUAL,
) -> Flowsheet:
    """Lay out the line for so much of a feed, given as a feed or as an assay (%), sized to what it holds."""
    powder = (black_mass(feed) if isinstance(feed, dict) else feed).stream(CHEMISTRY, mass)
    water = reagent(H2O=mass)  # as much as black mass
    sheet = Flowsheet()
    leach = Leaching(
        acid=ACID,
        reductant=PEROXIDE,
        free_acid=conditions.free_acid,
        reductant_ratio=conditions.peroxide,
        temperature=conditions.leach_temperature,
        residence_time=conditions.leach_time,
    )
    sheet.add("leach", leach, solids=powder, liquor=[4.0 * water, "residue.washings"])
    sheet.add("residue", CakeFilter(), slurry="leach.slurry", wash=0.8 * water)
    sheet.add("cementation", Cementation(iron_powder=IRON, rate_constant=1e-4), feed="residue.filtrate")
    sheet.add("copper", CakeFilter(), slurry="cementation.slurry", wash=0.03 * water)
    sheet.add("defluorination", FluorideSorption(base=CAUSTIC), feed=["copper.filtrate", "copper.washings"])
    sheet.add("hydrolysis", Hydrolysis(base=CAUSTIC, oxidant=PEROXIDE, target_ph=5.0), feed="defluorination.liquor")
    sheet.add("cake", CakeFilter(), slurry="hydrolysis.slurry", wash=0.4 * water)
    sheet.add("cooler", HeatExchanger(temperature=celsius(30.0)), feed=["cake.filtrate", "cake.washings"])
    liquor = "cooler.out"
    held = dissolving(powder)
    least = SHARE_WORTH_A_CIRCUIT * sum(held[metal] for metal in CIRCUITS)
    for (metal, circuit), crystal_yield in zip(CIRCUITS.items(), conditions.crystal_yield, strict=True):
        if held[metal] < least:
            continue
        extractant, soda, scrub, strip, degree, salt, temperature, dried = circuit
        flow = 0.955 * held[metal]  # what leach and hydrolysis leave of it
        size = {"flow": flow, "degree": degree, "strength": 0.7, "soda": conditions.soda * soda}
        left = (conditions.soda * soda - conditions.scrub * scrub) / (soda - scrub)
        size |= {"scrub": conditions.scrub * scrub, "strip": conditions.strip * strip * left}
        size["bleed"] = 0.1 if extractant == "D2EHPA" else 0.03  # iron(III) and aluminium stay on it in the strip
        add_circuit(sheet, metal, extractant, [liquor], CAUSTIC, **size)
        boiler = EvaporativeCrystalliser(salts=(salt,), temperature=celsius(temperature), yield_per_pass=crystal_yield)
        wash = reagent(H2O=0.03 * flow)  # 30 g a mole
        add_crystals(sheet, f"{metal}SO4", f"{metal} liquor.liquor", boiler, wash, celsius(dried))
        liquor = f"{metal} raffinate.liquor"
    polish = Neutralisation(reagent=CAUSTIC, target_ph=9.5, temperature=celsius(60.0), forms=TRACES)
    sheet.add("polishing", polish, feed=liquor)
    sheet.add("traces", CakeFilter(), slurry="polishing.slurry", wash=0.02 * water)
    feeds = ["traces.filtrate", "traces.washings", "acidification.slurry"]
    sheet.add("Na2SO4", SodiumSulfateRemoval(lithium=16.0), feed=feeds)
    add_centrifuge(sheet, "Na2SO4", "Na2SO4.slurry", moisture=0.04, temperature=celsius(120.0), wash=0.15 * water)
    feeds = ["Na2SO4 centrifuge.filtrate", "Na2SO4 centrifuge.washings"]
    sheet.add("Li2CO3", LithiumCarbonate(soda=SODA, soda_ratio=0.95), feed=feeds)
    add_centrifuge(sheet, "Li2CO3", "Li2CO3.slurry", moisture=0.1, temperature=celsius(120.0), wash=0.08 * water)
    feeds = ["Li2CO3 centrifuge.filtrate", "Li2CO3 centrifuge.washings"]
    sheet.add("Li2CO3 bleed", Splitter(fraction=0.12), feed=feeds)
    acidify = Neutralisation(reagent=ACID, target_ph=5.0, temperature=celsius(60.0), forms=("CO2(g)",))
    sheet.add("acidification", acidify, feed="Li2CO3 bleed.second")
    return sheet


if __name__ == "__main__":
    warm_up()
    show_results(solve(build()), "results", PRODUCTS, feed="leach.solids", elements=("Li", "Ni", "Co", "Mn", "Na", "S"))
