"""Sections of a line for lithium iron phosphate: leach, refining of the phosphate, and from liquor to lithium carbonate."""

from dataclasses import dataclass, replace

from raffinate.flowsheet import Flowsheet, Stream
from raffinate.flowsheet.chemistry import Chemistry
from raffinate.flowsheet.leaching.dosing import Flow
from raffinate.flowsheet.leaching.rates import RateLaw
from raffinate.flowsheet.quantities import celsius, hour
from raffinate.unitops.cake_filter import CakeFilter
from raffinate.unitops.cementation import Cementation
from raffinate.unitops.centrifuge import Centrifuge
from raffinate.unitops.crystalliser import Crystalliser
from raffinate.unitops.dosed_precipitation import DosedPrecipitation
from raffinate.unitops.dryer import Dryer
from raffinate.unitops.fluoride_sorption import FluorideSorption
from raffinate.unitops.iron_oxidation import IronOxidation
from raffinate.unitops.iron_phosphate import IronPhosphate
from raffinate.unitops.leaching import Leaching
from raffinate.unitops.lithium_carbonate import LithiumCarbonate
from raffinate.unitops.phosphate_dissolution import PhosphateDissolution
from raffinate.unitops.precipitation_train import PrecipitationTrain
from raffinate.unitops.recompression_crystalliser import RecompressionCrystalliser
from raffinate.unitops.selective_leaching import SelectiveLeaching
from raffinate.unitops.splitter import Splitter

# fmt: off
CHEMISTRY = Chemistry("Li Na Fe Al Cu S C P F")
IMPURITIES = ("AlPO4.2H2O(s)", "Fe(OH)3(s)", "Al(OH)3(s)", "CO2(g)")
HYDROXIDES = ("Fe(OH)3(s)", "Fe(OH)2(s)", "Cu2CO3(OH)2(s)", "Al(OH)3(s)", "Cu(OH)2(s)", "Li3PO4(s)", "Li2CO3(s)", "CO2(g)")
EQUILIBRIUM = 1e6  # a factor on rates, with which solids come down as far as they can
# fmt: on


def reagent(**masses: float) -> Stream:
    """Make a reagent or a feed from masses of its substances, kg/s."""
    return Stream.of(CHEMISTRY, masses)


ACID, PEROXIDE = reagent(H2SO4=0.98, H2O=0.02), reagent(H2O2=0.35, H2O=0.65)
CAUSTIC, SODA = reagent(NaOH=0.3, H2O=0.7), reagent(Na2CO3=0.28, H2O=0.72)
PHOSPHORIC = reagent(H3PO4=0.85, H2O=0.15)
IRON = Stream.of(CHEMISTRY, {"Fe(s)": 1.0})


@dataclass(frozen=True, kw_only=True)
class Design:
    """What is chosen of the line; doses are chosen, pH and yields come out of them.

    acid_ratio, oxidant_ratio: H2SO4 and H2O2 to a mole of lithium, of the selective leach
    total_acid_ratio: H2SO4 to a mole of lithium, of the total leach
    pulp, total_pulp: water of the leaches, kg to a kg of black mass with 3 % lithium
    wash: water of the residue's wash, kg to a kg of black mass
    sodium_yield, total_sodium_yield: share of the sodium that crystallises each time the liquor is boiled down
    soda_ratio: carbonate to half the lithium, mol/mol, that of the liquor counted
    purge, to_hydrolysis: shares of the last mother liquor: that which leaves; of the rest, that which neutralises first
    refining_acid: H2SO4 in circulation to a mole of iron phosphate
    dilution: water that brings FePO4.2H2O down, kg to a kg of black mass with 13 % phosphorus
    phosphate_base: kg of 30 % NaOH to a kg of that liquor, beside the water
    acid_evaporation, acid_bleed: shares of the water boiled off the acid then, and of the acid that leaves
    phosphate_ph: at which FePO4.2H2O comes down after a total leach
    """

    acid_ratio: float = 0.525
    oxidant_ratio: float = 0.70
    total_acid_ratio: float = 1.52
    leach_temperature: float = celsius(60.0)
    total_temperature: float = celsius(80.0)
    residence_time: float = 4.0 * hour
    tanks: int = 6
    pulp: float = 3.2
    total_pulp: float = 3.5
    wash: float = 0.35
    hydrolysis_ph: float = 5.0
    polishing_ph: float = 9.0
    sodium_yield: float = 0.22
    total_sodium_yield: float = 0.44
    soda_ratio: float = 0.85
    purge: float = 0.006
    to_hydrolysis: float = 0.25
    refining_acid: float = 5.5
    dilution: float = 13.0
    phosphate_base: float = 0.0
    acid_evaporation: float = 0.71
    acid_bleed: float = 0.03
    phosphate_ph: float = 1.8


def dose(solution: Stream, acting: str, moles: float) -> Flow:
    """Dose `moles` (mol/s) of what acts in a reagent."""
    return Flow(moles * solution.mass / solution[acting])


def add_selective_leach(sheet: Flowsheet, powder: Stream, water: Stream, design: Design) -> list[str]:
    """Add the leach that takes lithium and leaves FePO4, with its filter; answers the outlets with the liquor."""
    lithium = powder.elements["Li"]
    leach = SelectiveLeaching(
        acid=ACID,
        oxidant=PEROXIDE,
        acid_rule=dose(ACID, "SO4-2", design.acid_ratio * lithium),
        oxidant_rule=dose(PEROXIDE, "H2O2", design.oxidant_ratio * lithium),
        residence_time=design.residence_time,
        tanks=design.tanks,
        temperature=design.leach_temperature,
    )
    sheet.add("leach", leach, solids=powder, liquor=design.pulp * water)
    sheet.add("residue", CakeFilter(), slurry="leach.slurry", wash=reagent(H2O=design.wash * powder.solids.mass))
    sheet.add("defluorination", FluorideSorption(base=CAUSTIC), feed=["residue.filtrate", "residue.washings"])
    return ["defluorination.liquor"]


def add_total_leach(sheet: Flowsheet, powder: Stream, water: Stream, design: Design) -> list[str]:
    """Add the leach that takes lithium, iron and phosphate, and FePO4.2H2O; answers the outlets with the lithium liquor."""
    lithium = powder.elements["Li"]
    # the rate was measured on a powder of 0.14 mm: a surface reaction of finer particles is done the sooner
    law = replace(RateLaw.named("LiFePO4(s)"), reference_size=140e-6)
    leach = Leaching(
        acid=ACID,
        reductant=PEROXIDE,
        acid_rule=dose(ACID, "SO4-2", design.total_acid_ratio * lithium),
        reductant_rule=Flow(0.0),
        residence_time=design.residence_time,
        temperature=design.total_temperature,
        laws={"LiFePO4(s)": law},
    )
    sheet.add("leach", leach, solids=powder, liquor=design.total_pulp * water)
    sheet.add("residue", CakeFilter(), slurry="leach.slurry", wash=reagent(H2O=design.wash * powder.solids.mass))
    powder_of_iron = Cementation(iron_powder=IRON, rate_constant=1e-4)
    sheet.add("cementation", powder_of_iron, feed=["residue.filtrate", "residue.washings"])
    sheet.add("copper", CakeFilter(), slurry="cementation.slurry", wash=0.01 * water)
    sheet.add("defluorination", FluorideSorption(base=CAUSTIC), feed=["copper.filtrate", "copper.washings"])
    bring_down = IronPhosphate(
        base=CAUSTIC,
        oxidant=PEROXIDE,
        phosphate=PHOSPHORIC,
        iron_phosphorus=1.0,
        target_ph=design.phosphate_ph,
        oxidant_ratio=1.0,
    )
    sheet.add("FePO4", bring_down, feed="defluorination.liquor")
    sheet.add("FePO4 filter", CakeFilter(), slurry="FePO4.slurry", wash=1.5 * water)
    sheet.add("FePO4 dryer", Dryer(temperature=celsius(105.0)), cake="FePO4 filter.cake")
    return ["FePO4 filter.filtrate", "FePO4 filter.washings"]


def add_refining(sheet: Flowsheet, residue: str, water: Stream, design: Design) -> None:
    """Add the acid loop that dissolves the phosphate of a residue, rejects graphite and makes FePO4.2H2O.

    Solubility asks for 5.5 moles of acid to one of iron. To neutralise them, down to pH 2 where the phosphate comes down too,
    would take 2 t of acid and 1.7 t of caustic soda to a ton of black mass: so water brings it down and is boiled off again.
    """
    dissolution = PhosphateDissolution(acid=ACID, oxidant=PEROXIDE, acid_ratio=design.refining_acid)
    sheet.add("dissolution", dissolution, solids=residue, liquor="acid return.second")
    sheet.add("graphite", CakeFilter(), slurry="dissolution.slurry", wash=1.0 * water)
    bring_down = DosedPrecipitation(
        precipitant=CAUSTIC,
        dose_profile=(design.phosphate_base,),
        residence_time=5.0 * hour,
        temperature=celsius(90.0),
        forms=("FePO4.2H2O(s)", "AlPO4.2H2O(s)"),
        seed_recycle=0.5,
        rates=EQUILIBRIUM,
        uptake=0.0,  # of lithium, 0.05 % of the product
    )
    feeds = ["graphite.filtrate", "graphite.washings", design.dilution * water, "FePO4 filter.washings"]
    sheet.add("FePO4", bring_down, feed=feeds)
    sheet.add("FePO4 filter", CakeFilter(), slurry="FePO4.slurry", wash=2.5 * water)
    sheet.add("FePO4 dryer", Dryer(temperature=celsius(105.0)), cake="FePO4 filter.cake")
    boiler = Crystalliser(evaporated=design.acid_evaporation, salts=(), temperature=celsius(90.0))
    sheet.add("acid evaporator", boiler, feed="FePO4 filter.filtrate")
    sheet.add("acid return", Splitter(fraction=design.acid_bleed), feed="acid evaporator.slurry")


def add_lithium(sheet: Flowsheet, feeds: list[str], water: Stream, design: Design, sodium_yield: float) -> None:
    """Add what makes lithium carbonate of a lithium sulfate liquor: its mother liquor returns as a base, but for a purge.

    The carbonate that the mother liquor holds neutralises the liquor that comes from the leach. Sodium sulfate leaves as crystals
    where all of it is boiled down together.
    """
    # peroxide left over from the leach serves first, and what is not needed decays
    sheet.add("oxidation", IronOxidation(oxidant=PEROXIDE), feed=feeds)
    hydrolysis = PrecipitationTrain(
        base=SODA, ph_profile=(design.hydrolysis_ph,), temperature=celsius(60.0), forms=IMPURITIES, uptake=0.0
    )
    sheet.add("hydrolysis", hydrolysis, feed=["oxidation.liquor", "mother liquor.first"])
    sheet.add("cake", CakeFilter(), slurry="hydrolysis.slurry", wash=0.05 * water)
    polishing = PrecipitationTrain(
        base=CAUSTIC,
        ph_profile=(design.polishing_ph,),
        temperature=celsius(60.0),
        forms=HYDROXIDES,
        rates=EQUILIBRIUM,
        uptake=0.0,
    )
    sheet.add("polishing", polishing, feed=["cake.filtrate", "cake.washings", "mother liquor.second"])
    sheet.add("traces", CakeFilter(), slurry="polishing.slurry", wash=0.02 * water)
    boiler = RecompressionCrystalliser(
        salts=("Na2SO4(s)", "LiNaSO4(s)"), temperature=celsius(90.0), yield_per_pass=sodium_yield
    )
    sheet.add("Na2SO4", boiler, feed=["traces.filtrate", "traces.washings"])
    sheet.add("Na2SO4 centrifuge", Centrifuge(moisture=0.045), slurry="Na2SO4.slurry", wash=0.02 * water)
    precipitation = LithiumCarbonate(soda=SODA, soda_ratio=design.soda_ratio)
    sheet.add("Li2CO3", precipitation, feed=["Na2SO4 centrifuge.filtrate", "Na2SO4 centrifuge.washings"])
    sheet.add("Li2CO3 centrifuge", Centrifuge(moisture=0.11), slurry="Li2CO3.slurry", wash=0.3 * water)
    sheet.add("Li2CO3 dryer", Dryer(temperature=celsius(150.0), salts=("Li2CO3(s)",)), cake="Li2CO3 centrifuge.cake")
    feeds = ["Li2CO3 centrifuge.filtrate", "Li2CO3 centrifuge.washings"]
    sheet.add("purge", Splitter(fraction=design.purge), feed=feeds)
    sheet.add("mother liquor", Splitter(fraction=design.to_hydrolysis), feed="purge.second")
