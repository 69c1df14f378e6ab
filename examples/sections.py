"""Sections of a plant that lines share: an extraction circuit, a crystalliser with its centrifuge."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from raffinate.flowsheet import Flowsheet, Stream
from raffinate.flowsheet.chemistry import Chemistry
from raffinate.flowsheet.quantities import celsius, hour, kg, litre, mol_per_litre
from raffinate.flowsheet.stream import solvent
from raffinate.unitops.cake_filter import CakeFilter
from raffinate.unitops.cementation import Cementation
from raffinate.unitops.centrifuge import Centrifuge
from raffinate.unitops.clay_treatment import ClayTreatment
from raffinate.unitops.coalescer import Coalescer
from raffinate.unitops.dosed_precipitation import DosedPrecipitation
from raffinate.unitops.dryer import Dryer
from raffinate.unitops.evaporative_crystalliser import EvaporativeCrystalliser
from raffinate.unitops.fluoride_sorption import FluorideSorption
from raffinate.unitops.heat_exchanger import HeatExchanger
from raffinate.unitops.iron_oxidation import IronOxidation
from raffinate.unitops.leaching import Leaching
from raffinate.unitops.lithium_carbonate import LithiumCarbonate
from raffinate.unitops.mixer_settler import MixerSettler
from raffinate.unitops.neutralisation import Neutralisation
from raffinate.unitops.precipitation_train import PrecipitationTrain
from raffinate.unitops.saponification import Saponification
from raffinate.unitops.sodium_sulfate_removal import SodiumSulfateRemoval
from raffinate.unitops.solvent_bleed import SolventBleed
from raffinate.unitops.solvent_loss import SolventLoss
from raffinate.unitops.solvent_makeup import SolventMakeup
from raffinate.unitops.splitter import Splitter

STAGES = MappingProxyType(
    {"preload": 3, "extraction": 6, "scrub": 4, "selective strip": 3, "strip": 4, "iron strip": 2}
)
HYDROXIDES = ("Ni(OH)2(s)", "Co(OH)2(s)", "Mn(OH)2(s)", "Ni(OH)2(aged)", "Co(OH)2(aged)", "Ni4(OH)6SO4(s)")
TRACES = (
    "Ni(OH)2(s)",
    "Co(OH)2(s)",
    "Mn(OH)2(s)",
    "Mg(OH)2(s)",
    "Fe(OH)2(s)",
    "Fe(OH)3(s)",
    "Al(OH)3(s)",
    "Cu(OH)2(s)",
    "CaCO3(s)",
    "CaF2(s)",
)


def acid(chemistry: Chemistry, flow: float, strength: float, formula: str = "H2SO4") -> Stream:
    """Make `flow` (mol/s) of an acid in water, of a strength in mol/L."""
    molar_mass = float(chemistry.dissolve(formula) @ chemistry.molar_masses[chemistry.liquor])
    volume = flow / (strength * mol_per_litre)
    water = (0.97 if strength < 3.0 else 0.8) * kg * volume / litre  # a litre of dilute acid holds about as much
    return Stream.of(chemistry, {formula: flow * molar_mass, "H2O": water})


def add_sections(
    sheet: Flowsheet,
    name: str,
    extractant: str,
    feeds: Sequence[str | Stream],
    fed: Mapping[str, Stream],
    stages: Mapping[str, int] = STAGES,
    **shares: float,
) -> str:
    """Add an extraction circuit whose organic and spent scrub liquor return; answers the outlet of its raffinate.

    The organic passes: make-up, saponification, preload, extraction, scrub, selective strip, strip, and a bleed of it the iron
    strip. All are there but those that `fed` has nothing for: `organic` (as it circulates), `base` of the saponification,
    and the liquors `preload` (salt of the metal whose place the extracted one takes, so that no sodium comes into the
    raffinate), `scrub`, `selective strip`, `strip`, `iron strip`.
    `stages`: of each section. `shares`: `degree` of saponification; `hold_up` (s) of the organic, with which its losses beside
    droplets count, and carbon holds most of what the raffinate dissolved; `bleed` of the organic through the iron strip and
    over clay, of which `purge` leaves, since what comes over from another circuit has no other way out.
    """

    def bank(section: str, liquor: str | Stream | Sequence[str | Stream], organic: str | Sequence[str]) -> str:
        """Add a bank of mixer-settlers and answer where its organic leaves."""
        unit = MixerSettler(extractant=extractant, stages={**STAGES, **stages}[section])
        sheet.add(f"{name} {section}", unit, aqueous=liquor, organic=organic)
        return f"{name} {section}.loaded"

    raffinate, returned = f"{name} raffinate.liquor", [f"{name} strip.loaded"]
    sheet.add(f"{name} raffinate", Coalescer(), feed=f"{name} extraction.raffinate")
    if "hold_up" in shares:
        sheet.add(f"{name} losses", SolventLoss(hold_up=shares["hold_up"]), organic=returned, liquor=raffinate)
        sheet.add(f"{name} carbon", Coalescer(), feed=f"{name} losses.liquor")
        raffinate, returned = f"{name} carbon.liquor", [f"{name} losses.organic"]
    if "bleed" in shares:
        sheet.add(f"{name} bleed", SolventBleed(extractant=extractant, bleed=shares["bleed"]), organic=returned)
        treated = f"{name} bleed.bleed"
        if "iron strip" in fed:
            treated = bank("iron strip", fed["iron strip"], treated)
        sheet.add(f"{name} clay", ClayTreatment(), organic=treated)
        sheet.add(f"{name} purge", Splitter(fraction=shares["purge"]), feed=f"{name} clay.organic")
        returned = [f"{name} bleed.organic", f"{name} purge.second"]
    sheet.add(f"{name} solvent", SolventMakeup(extractant=extractant, solvent=fed["organic"]), organic=returned)
    organic = f"{name} solvent.organic"
    if "base" in fed:
        soap = Saponification(extractant=extractant, base=fed["base"], degree=shares["degree"])
        sheet.add(f"{name} saponification", soap, organic=organic)
        organic = f"{name} saponification.organic"
    if "preload" in fed:
        organic = bank("preload", fed["preload"], organic)
    spent = [f"{name} scrub.raffinate"] if "scrub" in fed else []
    organic = bank("extraction", [*feeds, *spent], organic)
    for section in ("scrub", "selective strip", "strip"):
        if section in fed:
            organic = bank(section, fed[section], organic)
    sheet.add(f"{name} liquor", Coalescer(), feed=f"{name} strip.raffinate")
    return raffinate


def add_circuit(
    sheet: Flowsheet, metal: str, extractant: str, feeds: list[str], caustic: Stream, **size: float
) -> None:
    """Add an extraction circuit for a divalent metal: its organic and its spent scrub liquor return.

    `size`: `flow` of the metal (mol/s); per metal `soda` saponified, `scrub` acid and `strip` acid; `degree` of
    saponification; `strength` of the extractant (mol/L); `bleed`, the share of the organic that goes through an iron strip.
    """
    chemistry, flow, strength = caustic.chemistry, size["flow"], size["strength"] * mol_per_litre
    fed = {
        "organic": solvent(chemistry, extractant, strength, 2.0 * flow * size["soda"] / (size["degree"] * strength)),
        "base": caustic,
        "scrub": acid(chemistry, size["scrub"] * flow, 0.3),
        "strip": acid(chemistry, size["strip"] * flow, 1.6),
    }
    shares = {"degree": size["degree"]}
    if "bleed" in size:
        fed["iron strip"] = acid(chemistry, 2.0 * size["bleed"] * flow, 3.0)  # takes off what the strip leaves
        shares |= {"bleed": size["bleed"], "purge": 0.0}
    add_sections(sheet, metal, extractant, feeds, fed, **shares)


def add_centrifuge(sheet: Flowsheet, name: str, slurry: str, moisture: float, temperature: float, wash: Stream) -> None:
    """Add a centrifuge with a wash, whose cake of `moisture` a dryer at `temperature` (K) makes the product."""
    sheet.add(f"{name} centrifuge", Centrifuge(moisture=moisture), slurry=slurry, wash=wash)
    sheet.add(f"{name} dryer", Dryer(temperature=temperature), cake=f"{name} centrifuge.cake")


def add_crystals(
    sheet: Flowsheet, name: str, feed: str, boiler: EvaporativeCrystalliser, wash: Stream, temperature: float
) -> None:
    """Add a crystalliser with its centrifuge and dryer (at K); the mother liquor returns but for a bleed."""
    sheet.add(f"{name} crystalliser", boiler, feed=[feed, f"{name} bleed.second"])
    add_centrifuge(sheet, name, f"{name} crystalliser.slurry", moisture=0.05, temperature=temperature, wash=wash)
    liquors = [f"{name} centrifuge.filtrate", f"{name} centrifuge.washings"]
    sheet.add(f"{name} bleed", Splitter(fraction=0.1), feed=liquors)


def add_front_end(
    sheet: Flowsheet, powder: Stream, fed: Mapping[str, Stream], temperature: float, returned: Sequence[str] = ()
) -> str:
    """Add leach, cementation, fluoride sorption, iron and aluminium train; answers where the liquor leaves at a temperature (K).

    `fed`: `water`, as much as the black mass `powder`, and the reagents `acid`, `peroxide`, `iron` and `caustic`. `returned`:
    outlets of hydroxides that go into solution in the acid liquor before it gets its base.
    """
    water, caustic = fed["water"], fed["caustic"]
    leach = Leaching(
        acid=fed["acid"], reductant=fed["peroxide"], temperature=celsius(80.0), residence_time=5 * hour, tanks=4
    )
    sheet.add("leach", leach, solids=powder, liquor=[4.0 * water, "residue.washings"])
    sheet.add("residue", CakeFilter(), slurry="leach.slurry", wash=0.8 * water)
    sheet.add("cementation", Cementation(iron_powder=fed["iron"], rate_constant=1e-4), feed="residue.filtrate")
    sheet.add("copper", CakeFilter(), slurry="cementation.slurry", wash=0.03 * water)
    sheet.add("defluorination", FluorideSorption(base=caustic), feed=["copper.filtrate", "copper.washings"])
    sheet.add("oxidation", IronOxidation(oxidant=fed["peroxide"], oxidant_ratio=1.3), feed="defluorination.liquor")
    liquor = "oxidation.liquor"
    if returned:
        tank = DosedPrecipitation(
            precipitant=water, dose_profile=(0.0,), temperature=celsius(70.0), forms=HYDROXIDES, uptake=0.0
        )
        sheet.add("redissolution", tank, feed=[liquor, *returned])
        liquor = "redissolution.slurry"
    hydrolysis = PrecipitationTrain(
        base=caustic, ph_profile=(3.2, 4.8), tanks=2, temperature=celsius(80.0), seed_recycle=0.5
    )
    sheet.add("hydrolysis", hydrolysis, feed=liquor)
    sheet.add("iron cake", CakeFilter(), slurry="hydrolysis.slurry", wash=0.4 * water)
    sheet.add("cooler", HeatExchanger(temperature=temperature), feed=["iron cake.filtrate", "iron cake.washings"])
    return "cooler.out"


def add_lithium_end(sheet: Flowsheet, liquor: str, fed: Mapping[str, Stream], lithium: float = 16.0) -> None:
    """Add what makes lithium carbonate and sodium sulfate of a liquor: traces out, boiled down to `lithium` (kg/m3), soda.

    `fed`: `water`, as much as the black mass, and the reagents `acid`, `soda` and `polish`, which is caustic, with some soda
    where there is calcium. The mother liquor of the carbonate returns but for a bleed.
    """
    water = fed["water"]
    polish = Neutralisation(reagent=fed["polish"], target_ph=10.0, temperature=celsius(60.0), forms=TRACES)
    sheet.add("polishing", polish, feed=liquor)
    sheet.add("traces", CakeFilter(), slurry="polishing.slurry", wash=0.1 * water)
    feeds = ["traces.filtrate", "traces.washings", "acidification.slurry"]
    sheet.add("Na2SO4", SodiumSulfateRemoval(lithium=lithium), feed=feeds)
    add_centrifuge(sheet, "Na2SO4", "Na2SO4.slurry", moisture=0.04, temperature=celsius(120.0), wash=0.15 * water)
    feeds = ["Na2SO4 centrifuge.filtrate", "Na2SO4 centrifuge.washings"]
    sheet.add("Li2CO3", LithiumCarbonate(soda=fed["soda"], soda_ratio=0.95), feed=feeds)
    add_centrifuge(sheet, "Li2CO3", "Li2CO3.slurry", moisture=0.1, temperature=celsius(120.0), wash=0.08 * water)
    feeds = ["Li2CO3 centrifuge.filtrate", "Li2CO3 centrifuge.washings"]
    sheet.add("Li2CO3 bleed", Splitter(fraction=0.12), feed=feeds)
    acidify = Neutralisation(reagent=fed["acid"], target_ph=5.0, temperature=celsius(60.0), forms=("CO2(g)",))
    sheet.add("acidification", acidify, feed="Li2CO3 bleed.second")
