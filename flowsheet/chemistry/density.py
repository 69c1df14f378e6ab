"""Volume of a liquor: water, and the salts that its ions make up, by the densities of Laliberté and Cooper.

    V = m_w / rho_w(T) + sum m_i / rho_i,    rho_i = (c0 w + c1) exp(1e-6 (t + c4)^2) / (w + c2 + c3 t)

    m_w, m_i    mass of water and of salt i, kg      rho_w    density of pure water (Cantera), kg/m3
    rho_i       apparent density of salt i, kg/m3    w        mass fraction of all that is dissolved
    c0 to c4    of the salt, `density.csv`           t        temperature, degC

A liquor holds ions, not salts. The equivalents of each cation are shared among the anions in proportion to the anions'
equivalents: the one pairing that depends on no order and is smooth, and the rule of Young that mixtures of the sulfates of
Ni, Co, Mn and Cu were found to follow (Vielma et al. 2023). Protons below zero are hydroxide; NH4+ with OH- is NH3 and
water, H+ with CO3-2 is CO2 and water.

Beyond the range of a salt, in temperature or in w, its apparent density is that at the end of the range. Sulfuric acid
beyond 78.2 % takes additional room, x (s1 + st (t - 20)^2) + s2 x^2 + s3 x^3 (m3/kg) with x = w - 0.782, up to 100 %. A
pair without coefficients takes the room of its ions (`volumes.csv`), which is an estimate; `remarks` says so.

    >>> chemistry = Chemistry("S")
    >>> acid = Stream.of(chemistry, {"H2SO4": 0.98, "H2O": 0.02}, celsius(20))
    >>> acid.mass / acid.liquor_volume  # kg/m3; 1836 in the handbooks

Sources: Laliberté & Cooper (2004) J. Chem. Eng. Data 49, 1141; coefficients Laliberté (2009) J. Chem. Eng. Data 54, 1725.
"""

import functools
import math
from typing import NamedTuple

import numpy as np

from . import water
from .database import table
from .system import PROTON, WATER, Chemistry

_HYDROXIDE = "OH-"
_PEROXIDE = "H2O2"
_ACID = "H+|SO4-2"
_ICE = 273.15
_STRONG = 0.782  # mass fraction of sulfuric acid at which the additional room begins
_ROOM = 20.0  # degC, at which the densities of strong acid were fitted
_SHARE = 0.01  # of the volume, above which a pair outside its range is worth a remark
# water that a pair sets free: moles for each equivalent
_FREED = {"NH4+|OH-": 1.0, "H+|CO3-2": 0.5}


class _Pairs(NamedTuple):
    """The salts of a chemistry: cations (N) by anions (M), hydroxide last. Per equivalent unless said otherwise."""

    cations: np.ndarray
    anions: np.ndarray
    cation_charge: np.ndarray
    anion_charge: np.ndarray
    names: tuple[tuple[str, ...], ...]
    mass: np.ndarray
    freed: np.ndarray
    known: np.ndarray  # whether the pair has coefficients
    slope: np.ndarray  # its mass, 0 without coefficients
    room: np.ndarray  # of its ions where it has none, m3; 0 with coefficients
    largest: np.ndarray
    lowest: np.ndarray
    highest: np.ndarray
    coefficients: np.ndarray  # (5, N, M)
    others: np.ndarray  # m3 per mole of each component without charge, 0 for the rest (C,)
    peroxide: int  # where the component stands, -1 without it


class _Neat(NamedTuple):
    """Coefficients of what is no pair: hydrogen peroxide, and the additional room of strong acid."""

    c: tuple[float, ...]
    lowest: float
    highest: float


class _AtTemperature(NamedTuple):
    """Volume of a pair, m3 per equivalent: (a + b w) / (c + d w), each (N, M); the same of peroxide per mole; extras."""

    a: np.ndarray
    b: np.ndarray
    c: np.ndarray
    d: np.ndarray
    peroxide: tuple[float, float, float, float]
    strong: float
    water: float


def liquor_volume(chemistry: Chemistry, totals: np.ndarray, temperature: float) -> float:
    """Answer the volume (m3) of a liquor of component `totals` (mol, C) at `temperature` (K)."""
    pairs, at = _pairs(chemistry), _at_temperature(chemistry, temperature)
    cations, anions, both = _equivalents(pairs, totals)
    molar = chemistry.molar_masses[chemistry.liquor]
    hydroxide = max(0.0, -float(totals[PROTON]))
    free_water = molar[WATER] * (float(totals[WATER]) - hydroxide + _shared(cations, pairs.freed, anions, both))
    mass = float(totals @ molar)
    if mass <= 0.0:
        return 0.0
    fraction = min(1.0, max(0.0, 1.0 - free_water / mass))
    held = np.minimum(fraction, pairs.largest)
    room = (at.a + at.b * held) / (at.c + at.d * held)
    volume = free_water / at.water + _shared(cations, room, anions, both) + float(totals @ pairs.others)
    if pairs.peroxide >= 0:
        a, b, c, d = at.peroxide
        volume += float(totals[pairs.peroxide]) * (a + b * fraction) / (c + d * fraction)
    if fraction > _STRONG and cations[0] > 0.0:
        excess, (_, second, third, _) = fraction - _STRONG, _strong().c
        room_of_acid = excess * (at.strong + excess * (second + excess * third))
        volume += _strong_acid(pairs, cations, anions, both) * room_of_acid
    return float(volume)


def density(chemistry: Chemistry, totals: np.ndarray, temperature: float) -> float:
    """Answer the density (kg/m3) of a liquor of component `totals` (mol, C) at `temperature` (K); 0 for nothing."""
    volume = liquor_volume(chemistry, totals, temperature)
    return float(totals @ chemistry.molar_masses[chemistry.liquor]) / volume if volume > 0.0 else 0.0


def salts(chemistry: Chemistry, totals: np.ndarray) -> dict[str, float]:
    """Answer the equivalents (mol) of every salt, named `Ni+2|SO4-2`, that a liquor of component `totals` is taken for."""
    pairs = _pairs(chemistry)
    cations, anions, both = _equivalents(pairs, totals)
    shares = np.outer(cations, anions) / both if both > 0.0 else np.zeros(pairs.mass.shape)
    found = zip(pairs.names, shares, strict=True)
    return {name: float(n) for names, row in found for name, n in zip(names, row, strict=True) if n > 0.0}


def remarks(chemistry: Chemistry, totals: np.ndarray, temperature: float) -> tuple[str, ...]:
    """Say which salts of a liquor lie outside their published range or are estimates; those above 1 % of its mass."""
    pairs = _pairs(chemistry)
    mass = float(totals @ chemistry.molar_masses[chemistry.liquor])
    cations, anions, both = _equivalents(pairs, totals)
    if mass <= 0.0 or both <= 0.0:
        return ()
    of_mass = np.outer(cations, anions) / both * pairs.mass / mass
    fraction = float(of_mass.sum())
    found = []
    for i, j in zip(*np.nonzero(of_mass > _SHARE), strict=True):
        name, most = pairs.names[i][j].replace("|", " with "), float(pairs.largest[i, j])
        if not pairs.known[i, j]:
            found.append(f"density of {name} is an estimate: the data have no coefficients of it")
            continue
        if pairs.names[i][j] == _ACID:
            most = 1.0
        if fraction > most + 1e-9:
            found.append(
                f"density of {name} is known up to a mass fraction of {most:.3g} dissolved, here it is {fraction:.3g}"
            )
        low, high = float(pairs.lowest[i, j]), float(pairs.highest[i, j])
        if not low <= temperature <= high:
            found.append(f"density of {name} is known at {low:.2f} to {high:.2f} K, here it is {temperature:.2f} K")
    return tuple(found)


def _equivalents(pairs: _Pairs, totals: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
    """Answer equivalents of cations (N,) and anions (M,), and the larger of their sums (mol)."""
    cations = totals[pairs.cations] * pairs.cation_charge
    anions = np.empty(pairs.anion_charge.shape)
    anions[:-1] = totals[pairs.anions] * pairs.anion_charge[:-1]
    anions[-1] = max(0.0, -cations[0])
    cations[0] = max(0.0, cations[0])
    return cations, anions, max(float(cations.sum()), float(anions.sum()))


def _shared(cations: np.ndarray, of_pair: np.ndarray, anions: np.ndarray, both: float) -> float:
    return float(cations @ of_pair @ anions) / both if both > 0.0 else 0.0


def _strong_acid(pairs: _Pairs, cations: np.ndarray, anions: np.ndarray, both: float) -> float:
    """Answer the mass of sulfuric acid (kg)."""
    if _ACID not in pairs.names[0]:
        return 0.0
    at = pairs.names[0].index(_ACID)
    return float(cations[0] * anions[at] / both * pairs.mass[0, at])


@functools.cache
def _peroxide() -> _Neat:
    numbers = table("density")
    ends = (numbers.value(_PEROXIDE, f"{end}_temperature") for end in ("lowest", "highest"))
    return _Neat(tuple(numbers.value(_PEROXIDE, f"c{n}") for n in range(5)), *ends)


@functools.cache
def _strong() -> _Neat:
    """Answer s1, s2, s3 and st; they hold from 0 degC to where the coefficients of the acid end."""
    numbers = table("density")
    names = ("strong1", "strong2", "strong3", "strong_t")
    return _Neat(tuple(numbers.value(_ACID, name) for name in names), _ICE, numbers.value(_ACID, "highest_temperature"))


@functools.lru_cache(maxsize=64)
def _pairs(chemistry: Chemistry) -> _Pairs:
    """Make the salts of a chemistry; the first cation is H+."""
    components = chemistry.components
    cations = [PROTON] + [i for i, c in enumerate(components) if c.charge > 0 and i != PROTON]
    anions = [i for i, c in enumerate(components) if c.charge < 0]
    charges = np.array([float(c.charge) for c in components])
    cation_charge = charges[cations]
    anion_charge = np.append(-charges[anions], 1.0)
    of_anion = [components[i].name for i in anions] + [_HYDROXIDE]
    names = tuple(tuple(f"{components[i].name}|{anion}" for anion in of_anion) for i in cations)
    molar = chemistry.molar_masses[chemistry.liquor]
    hydroxide = molar[WATER] - molar[PROTON]
    freed = np.array([[_FREED.get(name, 0.0) for name in row] for row in names])
    mass = np.add.outer(molar[cations] / cation_charge, np.append(molar[anions], hydroxide) / anion_charge)
    volumes = chemistry.apparent_volumes
    room = np.add.outer(
        volumes[cations] / cation_charge, np.append(volumes[anions], chemistry.hydroxide_volume) / anion_charge
    )
    numbers = table("density")

    def of(quantity: str, default: float) -> np.ndarray:
        return np.array([[numbers.value(name, quantity, default) for name in row] for row in names])

    known = np.array([[numbers.find(name, "c1") is not None for name in row] for row in names])
    return _Pairs(
        cations=np.array(cations),
        anions=np.array(anions, dtype=np.int64),
        cation_charge=cation_charge,
        anion_charge=anion_charge,
        names=names,
        mass=mass - freed * molar[WATER],
        freed=freed,
        known=known,
        slope=np.where(known, mass - freed * molar[WATER], 0.0),
        room=np.where(known, 0.0, room),
        largest=of("largest_fraction", 1.0),
        # without coefficients (c1 = 1, t = 0) the expression comes to the room of the ions
        lowest=of("lowest_temperature", _ICE),
        highest=of("highest_temperature", _ICE),
        coefficients=np.array([of(f"c{n}", float(n == 1)) for n in range(5)]),
        peroxide=chemistry.index.get(_PEROXIDE, -1),
        others=np.where([c.charge == 0 and c.name not in {"H2O", _PEROXIDE} for c in components], volumes, 0.0),
    )


@functools.lru_cache(maxsize=4096)
def _at_temperature(chemistry: Chemistry, temperature: float) -> _AtTemperature:
    """Bring the apparent densities to a temperature (K)."""
    pairs = _pairs(chemistry)
    held = np.minimum(np.maximum(temperature, pairs.lowest), pairs.highest) - _ICE
    _, c1, c2, c3, c4 = pairs.coefficients
    swollen = np.exp(1e-6 * (held + c4) ** 2)
    peroxide, acid = _peroxide(), _strong()
    at = min(max(temperature, peroxide.lowest), peroxide.highest) - _ICE
    grown = math.exp(1e-6 * (at + peroxide.c[4]) ** 2)
    molar = float(chemistry.molar_masses[pairs.peroxide]) if pairs.peroxide >= 0 else 0.0
    warm = min(max(temperature, acid.lowest), acid.highest) - _ICE
    return _AtTemperature(
        a=pairs.slope * (c2 + c3 * held) + pairs.room,
        b=pairs.slope,
        c=c1 * swollen,
        d=pairs.coefficients[0] * swollen,
        peroxide=(molar * (peroxide.c[2] + peroxide.c[3] * at), molar, peroxide.c[1] * grown, peroxide.c[0] * grown),
        strong=acid.c[0] + acid.c[3] * (warm - _ROOM) ** 2,
        water=water.density(temperature),
    )
