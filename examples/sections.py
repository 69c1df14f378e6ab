"""Sections of a plant that lines share: an extraction circuit, a crystalliser with its centrifuge."""

from raffinate.flowsheet import Flowsheet, Stream
from raffinate.flowsheet.chemistry import Chemistry
from raffinate.flowsheet.quantities import kg, litre, mol_per_litre
from raffinate.flowsheet.stream import solvent
from raffinate.unitops.coalescer import Coalescer
from raffinate.unitops.evaporative_crystalliser import EvaporativeCrystalliser
from raffinate.unitops.filtration import Filtration
from raffinate.unitops.mixer_settler import MixerSettler
from raffinate.unitops.saponification import Saponification
from raffinate.unitops.solvent_makeup import SolventMakeup
from raffinate.unitops.splitter import Splitter


def sulfuric_acid(chemistry: Chemistry, flow: float, strength: float) -> Stream:
    """Make `flow` (mol/s) of sulfuric acid in water, of a strength in mol/L."""
    molar_mass = float(chemistry.dissolve("H2SO4") @ chemistry.molar_masses[chemistry.liquor])
    volume = flow / (strength * mol_per_litre)
    water = 0.97 * kg * volume / litre  # a litre of dilute acid holds about as much
    return Stream.of(chemistry, {"H2SO4": flow * molar_mass, "H2O": water})


def add_circuit(
    sheet: Flowsheet, metal: str, extractant: str, feeds: list[str], caustic: Stream, **size: float
) -> None:
    """Add an extraction circuit for a divalent metal: its organic and its spent scrub liquor return.

    `size`: `flow` of the metal (mol/s); per metal `soda` saponified, `scrub` acid and `strip` acid; `degree` of
    saponification; `strength` of the extractant (mol/L).
    """
    chemistry, flow, strength = caustic.chemistry, size["flow"], size["strength"] * mol_per_litre
    organic = solvent(chemistry, extractant, strength, 2.0 * flow * size["soda"] / (size["degree"] * strength))
    long, short = (MixerSettler(extractant=extractant, stages=stages) for stages in (6, 4))
    soap = Saponification(extractant=extractant, base=caustic, degree=size["degree"])
    makeup = SolventMakeup(extractant=extractant, solvent=organic)
    scrub, strip = (
        sulfuric_acid(chemistry, size["scrub"] * flow, 0.3),
        sulfuric_acid(chemistry, size["strip"] * flow, 1.6),
    )
    liquors = [*feeds, f"{metal} scrub.raffinate"]
    sheet.add(f"{metal} solvent", makeup, organic=f"{metal} strip.loaded")
    sheet.add(f"{metal} saponification", soap, organic=f"{metal} solvent.organic")
    sheet.add(f"{metal} extraction", long, aqueous=liquors, organic=f"{metal} saponification.organic")
    sheet.add(f"{metal} scrub", short, aqueous=scrub, organic=f"{metal} extraction.loaded")
    sheet.add(f"{metal} strip", short, aqueous=strip, organic=f"{metal} scrub.loaded")
    sheet.add(f"{metal} raffinate", Coalescer(), feed=f"{metal} extraction.raffinate")
    sheet.add(f"{metal} liquor", Coalescer(), feed=f"{metal} strip.raffinate")


def add_crystals(sheet: Flowsheet, name: str, feed: str, boiler: EvaporativeCrystalliser, wash: Stream) -> None:
    """Add a crystalliser with its centrifuge; the mother liquor returns but for a bleed."""
    sheet.add(f"{name} crystalliser", boiler, feed=[feed, f"{name} bleed.second"])
    sheet.add(f"{name} centrifuge", Filtration(moisture=0.05), slurry=f"{name} crystalliser.slurry", wash=wash)
    liquors = [f"{name} centrifuge.filtrate", f"{name} centrifuge.washings"]
    sheet.add(f"{name} bleed", Splitter(fraction=0.05), feed=liquors)
