"""Liquors, organics and tests of extraction as they were done, put to the engine; for the fit, the tests and the plots.

Liquors are neutral sulfates unless their pH is told; volumes are litres, or litres per second. Sodium hydroxide that a
plant puts into its organic is dosed where that organic enters, so that its water leaves with the raffinate.
"""

import csv
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

import numpy as np
from scipy.optimize import brentq

from raffinate.flowsheet import Stream
from raffinate.flowsheet.chemistry import Chemistry
from raffinate.flowsheet.chemistry.formula import parse
from raffinate.flowsheet.extraction.profile import StageProfile
from raffinate.flowsheet.extraction.section import Section, contact, run_section
from raffinate.flowsheet.stream import dose, solvent

HERE = Path(__file__).parent
LITRE = 1e-3
ROOM = 298.15
MASS = {
    "Li+": 6.94,
    "Na+": 22.99,
    "Mg+2": 24.305,
    "Al+3": 26.982,
    "Ca+2": 40.078,
    "Mn+2": 54.938,
    "Fe+2": 55.845,
    "Fe+3": 55.845,
    "Co+2": 58.933,
    "Ni+2": 58.693,
    "Cu+2": 63.546,
    "Zn+2": 65.38,
}
NAOH = 39.997


def read(name: str) -> list[dict[str, str]]:
    """The rows of a table of tests/validation/data."""
    with (HERE / "data" / name).open(newline="") as file:
        return list(csv.DictReader(file))


def charge(cation: str) -> int:
    return parse(cation).charge


def element(cation: str) -> str:
    return cation.split("+", maxsplit=1)[0]


@cache
def chemistry(elements: str, extractant: str) -> Chemistry:
    """A chemistry with one extractant, kept for all tests that ask for the same."""
    return Chemistry(elements, extractants=(extractant,))


def liquor(of: Chemistry, grams: Mapping[str, float], volume: float = 1.0, ph: float | None = None) -> Stream:
    """Sulfates of `grams` (g/L) in `volume` (L/s), acidified with sulfuric acid to `ph` where that is told."""
    moles = {cation: g / MASS[cation] * volume for cation, g in grams.items() if g > 0.0}
    salts = {**moles, "SO4-2": 0.5 * sum(charge(cation) * n for cation, n in moles.items())}
    masses = {name: n * of.molar_masses[of.index[name]] for name, n in salts.items() if n > 0.0}

    def excess(water: float) -> float:
        return Stream.of(of, {**masses, "H2O": water * volume}).liquor_volume / LITRE - volume

    made = Stream.of(of, {**masses, "H2O": brentq(excess, 0.3, 1.2) * volume})
    if ph is None or made.ph <= ph:
        return made
    acid = Stream.of(of, {"H2SO4": 0.96 * volume, "H2O": 0.04 * volume})
    return dose(made, acid, ph, ROOM, ())[0]


def caustic(of: Chemistry, fraction: float) -> Stream:
    """A kilogram per second of sodium hydroxide of a mass fraction."""
    return Stream.of(of, {"NaOH": fraction, "H2O": 1.0 - fraction})


def organic(of: Chemistry, extractant: str, molarity: float, volume: float) -> Stream:
    """`volume` (L/s) of an extractant (mol/L of molecules) in diluent."""
    return solvent(of, extractant, 1000.0 * molarity, volume * LITRE)


def grams(profile: StageProfile, cation: str, stage: int = -1) -> float:
    """g/L of a cation in the liquor that leaves a stage, the last one unless told."""
    return float(profile.aqueous[stage, profile.cations.index(cation)]) * MASS[cation]


def percent(profile: StageProfile, cation: str) -> float:
    """Percent of a cation that is in the organic after one contact, of what is in both; 0 where there is none."""
    at = profile.cations.index(cation)
    held = float(profile.organic[0, at] * profile.organic_flow[0])
    left = float(profile.aqueous[0, at] * profile.liquor_flow[0])
    return 100.0 * held / (held + left) if held + left > 0.0 else 0.0


def distribution(profile: StageProfile, cation: str) -> float:
    """Molarity in the organic over that in the liquor."""
    at = profile.cations.index(cation)
    return float(profile.organic[0, at] / profile.aqueous[0, at])


def caustic_of(row: Mapping[str, str]) -> float:
    """Sodium hydroxide that a pilot day was fed, mol/min."""
    return float(row["naoh_ml_min"]) * float(row["naoh_g_ml"]) * float(row["naoh_fraction"]) / NAOH


def pilot(row: Mapping[str, str], of: Chemistry, utilisation: float = 1.0) -> StageProfile:
    """A pilot day: liquor, organic and sodium hydroxide as they were fed, mL/min taken as mL/s; ideal stages."""
    return _pilot(row, of, {"dose": {int(row["stages"]): utilisation * caustic_of(row)}})


def pilot_at_ph(row: Mapping[str, str], of: Chemistry) -> StageProfile:
    """A pilot day with the pH of its raffinate held, sodium hydroxide dosed where the organic enters."""
    return _pilot(row, of, {"ph": {int(row["stages"]): float(row["raffinate_ph"])}})


def _pilot(row: Mapping[str, str], of: Chemistry, setting: Mapping[str, Mapping[int, float]]) -> StageProfile:
    fed = {c: float(row.get(f"feed_{element(c)}_g_l") or 0.0) for c in MASS if c in of.index}
    base = caustic(of, float(row["naoh_fraction"]))
    section = Section(extractant=row["extractant"], stages=int(row["stages"]), base=base, **setting)
    feed = liquor(of, fed, float(row["feed_ml_min"]) * LITRE, float(row["feed_ph"]))
    oil = organic(of, row["extractant"], float(row["extractant_molarity"]), float(row["organic_ml_min"]) * LITRE)
    return run_section(section, feed, oil)


def at_ph(of: Chemistry, extractant: str, feed: Stream, oil: Stream, ph: float, fraction: float = 0.1) -> StageProfile:
    """One contact at a pH held with sodium hydroxide of a mass fraction."""
    return contact(feed, oil, extractant, ph=ph, base=caustic(of, fraction))


def at_phs(
    of: Chemistry, extractant: str, feed: Stream, oil: Stream, phs: Iterable[float]
) -> dict[float, StageProfile]:
    """One contact at each pH, upwards, each beginning where the one before ended."""
    found: dict[float, StageProfile] = {}
    start: dict[str, np.ndarray] = {}
    for ph in sorted(set(phs)):
        section = Section(extractant=extractant, ph=ph, base=caustic(of, 0.1))
        found[ph] = run_section(section, feed, oil, **start)
        start = {"start": found[ph].start}
    return found
