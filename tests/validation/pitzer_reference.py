"""The Pitzer model in the form of Harvie, Møller & Weare (1984), as plainly as it is printed: the oracle of the data.

It reads flowsheet/data/pitzer.csv by itself and shares no code with the engine. Ions are keyed by name, molalities are
mol/kg of water, temperatures kelvin. The higher-order terms of unsymmetrical mixing are integrated (Pitzer 1975),
not approximated. Activity coefficients are those of single ions, unscaled.
"""

import csv
import itertools
import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
from scipy.optimize import brentq

TABLE = Path(__file__).parents[2] / "flowsheet" / "data" / "pitzer.csv"
ROOM = 298.15
B_DEBYE = 1.2
LN10 = math.log(10.0)
# Gauss-Legendre points over [0, 1], for the integrals J and J'.
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(64)

Key = frozenset[str]
Table = dict[Key, dict[str, list[float]]]
Values = dict[Key, dict[str, float]]


class Activity(NamedTuple):
    """Natural logarithms of the activity coefficients, the osmotic coefficient and the activity of water."""

    ln_gamma: dict[str, float]
    osmotic: float
    ln_water: float


def charge(name: str) -> int:
    """The charge at the end of an ion's name."""
    found = re.search(r"([+-])(\d*)$", name)
    if not found:
        return 0
    return int(found[2] or "1") * (1 if found[1] == "+" else -1)


def read(path: Path = TABLE) -> Table:
    """The six coefficients a1 to a6 of every parameter, keyed by the set of its species."""
    table: Table = {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            quantity, _, term = row["quantity"].partition("_t")
            entry = table.setdefault(frozenset(row["of"].split("|")), {})
            entry.setdefault(quantity, [0.0] * 6)[int(term or "1") - 1] = float(row["value"])
    return table


def temperature_function(terms: list[float], temperature: float) -> float:
    """A parameter at a temperature; the six terms of PHREEQC."""
    a1, a2, a3, a4, a5, a6 = terms
    t, r = temperature, ROOM
    linear = a4 * (t - r) + a5 * (t**2 - r**2)
    return a1 + a2 * (1 / t - 1 / r) + a3 * math.log(t / r) + linear + a6 * (1 / t**2 - 1 / r**2)


def at(table: Table, temperature: float) -> Values:
    """All parameters at a temperature."""
    return {
        key: {name: temperature_function(terms, temperature) for name, terms in entry.items()}
        for key, entry in table.items()
    }


def debye_slope(temperature: float) -> float:
    """A of the osmotic coefficient: permittivity of Bradley & Pitzer (1979), density of Kell (1975), at 1 bar."""
    t, c = temperature, temperature - 273.15
    at_1000_bar = 342.79 * math.exp(-5.0866e-3 * t + 9.4690e-7 * t**2)
    slope = -2.0525 + 3.1159e3 / (-182.89 + t)
    shift = -8.0325e3 + 4.2142e6 / t + 2.1417 * t
    permittivity = at_1000_bar + slope * math.log((shift + 1.0) / (shift + 1000.0))
    cubic = 999.83952 + 16.945176 * c - 7.9870401e-3 * c**2 - 46.170461e-6 * c**3
    density = (cubic + 105.56302e-9 * c**4 - 280.54253e-12 * c**5) / (1 + 16.879850e-3 * c)
    charge_squared = 1.602176634e-19**2 / (4 * math.pi * 8.8541878128e-12 * permittivity)
    bjerrum = charge_squared / (1.380649e-23 * t)
    return math.sqrt(2 * math.pi * 6.02214076e23 * density) * bjerrum**1.5 / 3


def j_integral(x: float) -> tuple[float, float]:
    """Pitzer's J(x) and its derivative, by integration over y = s / (1 - s)."""
    s = 0.5 * (_NODES + 1.0)
    total, slope = 0.0, 0.0
    # Panels, because the integrand turns near y = ln x.
    for low, high in itertools.pairwise(np.linspace(0.0, 1.0, 9)):
        u = low + (high - low) * s
        y = u / (1.0 - u)
        weight = 0.5 * (high - low) * _WEIGHTS / (1.0 - u) ** 2
        q = np.exp(-y) / y
        inner = np.exp(-x * q)
        total += float(np.sum(weight * -np.expm1(-x * q) * y**2))
        slope += float(np.sum(weight * q * inner * y**2))
    return x / 4 - 1 + total / x, 0.25 - total / x**2 + slope / x


def e_theta(first: int, second: int, strength: float, slope: float) -> tuple[float, float]:
    """The higher-order term of two ions of like sign and its derivative with ionic strength."""
    if first == second or strength <= 0.0:
        return 0.0, 0.0
    pairs = ((first, second, 1.0), (first, first, -0.5), (second, second, -0.5))
    total, derivative = 0.0, 0.0
    for one, other, weight in pairs:
        x = 6 * one * other * slope * math.sqrt(strength)
        j, j_slope = j_integral(x)
        total += weight * j
        derivative += weight * x * j_slope
    factor = first * second / (4 * strength)
    theta = factor * total
    return theta, -theta / strength + factor / (2 * strength) * derivative


def _g(x: float) -> float:
    return 2 * (1 - (1 + x) * math.exp(-x)) / x**2 if x else 1.0


def _g_slope(x: float) -> float:
    return -2 * (1 - (1 + x + x**2 / 2) * math.exp(-x)) / x**2 if x else 0.0


def alphas(entry: Mapping[str, float], cation: str, anion: str) -> tuple[float, float]:
    """The exponents of a pair: its own, or those usual for its charges."""
    both = min(charge(cation), -charge(anion))
    highest = max(charge(cation), -charge(anion))
    usual = (2.0, 12.0) if both == 1 else (1.4, 12.0) if highest == 2 else (2.0, 50.0)
    return entry.get("alpha1", usual[0]), entry.get("alpha2", usual[1])


class Pair(NamedTuple):
    """The second virial coefficient B, its derivative, B of the osmotic coefficient, and C."""

    b: float
    b_slope: float
    b_osmotic: float
    c: float


def pair(values: Values, cation: str, anion: str, strength: float) -> Pair:
    """What a cation and an anion do to each other."""
    entry = values.get(frozenset((cation, anion)), {})
    root = math.sqrt(strength)
    b, slope, osmotic = entry.get("beta0", 0.0), 0.0, entry.get("beta0", 0.0)
    for alpha, name in zip(alphas(entry, cation, anion), ("beta1", "beta2"), strict=True):
        beta, x = entry.get(name, 0.0), alpha * root
        b += beta * _g(x)
        slope += beta * _g_slope(x) / strength if strength else 0.0
        osmotic += beta * math.exp(-x)
    return Pair(b, slope, osmotic, entry.get("cphi", 0.0) / (2 * math.sqrt(charge(cation) * -charge(anion))))


def evaluate(values: Values, molality: Mapping[str, float], temperature: float = ROOM) -> Activity:
    """The activities in a solution; `values` are the parameters at that temperature."""
    cations = [name for name in molality if charge(name) > 0]
    anions = [name for name in molality if charge(name) < 0]
    neutrals = [name for name in molality if charge(name) == 0]
    m = dict(molality)
    strength = 0.5 * sum(amount * charge(name) ** 2 for name, amount in m.items())
    z = sum(amount * abs(charge(name)) for name, amount in m.items())
    slope, root = debye_slope(temperature), math.sqrt(strength)
    pairs = {(c, a): pair(values, c, a, strength) for c in cations for a in anions}

    def symmetric(quantity: str, *names: str) -> float:
        return values.get(frozenset(names), {}).get(quantity, 0.0)

    f = -slope * (root / (1 + B_DEBYE * root) + 2 / B_DEBYE * math.log(1 + B_DEBYE * root))
    sum_c = sum(m[c] * m[a] * p.c for (c, a), p in pairs.items())
    f += sum(m[c] * m[a] * p.b_slope for (c, a), p in pairs.items())
    bracket = -slope * strength * root / (1 + B_DEBYE * root)
    bracket += sum(m[c] * m[a] * (p.b_osmotic + z * p.c) for (c, a), p in pairs.items())
    ln_gamma = dict.fromkeys(m, 0.0)
    for (c, a), p in pairs.items():
        ln_gamma[c] += m[a] * (2 * p.b + z * p.c)
        ln_gamma[a] += m[c] * (2 * p.b + z * p.c)
    for group, others in ((cations, anions), (anions, cations)):
        for one, two in itertools.combinations(group, 2):
            higher, higher_slope = e_theta(abs(charge(one)), abs(charge(two)), strength, slope)
            phi = symmetric("theta", one, two) + higher
            f += m[one] * m[two] * higher_slope
            triple = {o: symmetric("psi", one, two, o) for o in others}
            of_triples = sum(m[o] * value for o, value in triple.items())
            ln_gamma[one] += m[two] * (2 * phi + of_triples)
            ln_gamma[two] += m[one] * (2 * phi + of_triples)
            for o, value in triple.items():
                ln_gamma[o] += m[one] * m[two] * value
            bracket += m[one] * m[two] * (phi + strength * higher_slope + of_triples)
    for n in neutrals:
        for ion in (*cations, *anions):
            value = symmetric("lambda", n, ion)
            ln_gamma[n] += 2 * m[ion] * value
            ln_gamma[ion] += 2 * m[n] * value
            bracket += m[n] * m[ion] * value
        for c, a in pairs:
            value = symmetric("zeta", n, c, a)
            ln_gamma[n] += m[c] * m[a] * value
            ln_gamma[c] += m[n] * m[a] * value
            ln_gamma[a] += m[n] * m[c] * value
            bracket += m[n] * m[c] * m[a] * value
        ln_gamma[n] += 2 * m[n] * symmetric("lambda", n)
        bracket += 0.5 * m[n] ** 2 * symmetric("lambda", n)
    for one, two in itertools.combinations(neutrals, 2):
        value = symmetric("lambda", one, two)
        ln_gamma[one] += 2 * m[two] * value
        ln_gamma[two] += 2 * m[one] * value
        bracket += m[one] * m[two] * value
    for name in (*cations, *anions):
        ln_gamma[name] += charge(name) ** 2 * f + abs(charge(name)) * sum_c
    total = sum(m.values())
    osmotic = 1 + 2 * bracket / total if total else 1.0
    return Activity(ln_gamma, osmotic, -osmotic * total * 0.018015)


def stoichiometry(salt: str) -> tuple[str, int, str, int]:
    """`Na+|SO4-2` is two sodium ions and one sulfate ion."""
    cation, anion = salt.split("|")
    common = math.gcd(charge(cation), -charge(anion))
    return cation, -charge(anion) // common, anion, charge(cation) // common


def of_salt(values: Values, salt: str, molality: float, temperature: float = ROOM) -> tuple[float, float]:
    """(log10 of the mean activity coefficient, osmotic coefficient) of one fully dissociated salt."""
    cation, n_cation, anion, n_anion = stoichiometry(salt)
    found = evaluate(values, {cation: n_cation * molality, anion: n_anion * molality}, temperature)
    mean = n_cation * found.ln_gamma[cation] + n_anion * found.ln_gamma[anion]
    return mean / (n_cation + n_anion) / LN10, found.osmotic


def bisulfate(
    values: Values, molality: Mapping[str, float], log_k: float, temperature: float = ROOM
) -> tuple[dict[str, float], Activity]:
    """Molalities at equilibrium, and activities, of a liquor of total H+ and SO4-2; `log_k` is of H+ + SO4-2 = HSO4-."""

    def shifted(bound: float) -> dict[str, float]:
        moved = dict(molality)
        moved["H+"] -= bound
        moved["SO4-2"] -= bound
        return moved | {"HSO4-": bound}

    def excess(bound: float) -> float:
        m = shifted(bound)
        ln = evaluate(values, m, temperature).ln_gamma
        ions = math.log(m["H+"] * m["SO4-2"]) + ln["H+"] + ln["SO4-2"]
        return math.log(bound) + ln["HSO4-"] - ions - log_k * LN10

    limit = min(molality["H+"], molality["SO4-2"])
    bound = brentq(excess, 1e-12 * limit, (1 - 1e-12) * limit, xtol=1e-15, rtol=1e-13)
    found = shifted(bound)
    return found, evaluate(values, found, temperature)


def of_sulfuric_acid(values: Values, molality: float, log_k: float, temperature: float = ROOM) -> tuple[float, float]:
    """(log10 of the mean activity coefficient of H2SO4 as 2 H+ + SO4-2, osmotic coefficient on three ions)."""
    m, found = bisulfate(values, {"H+": 2 * molality, "SO4-2": molality}, log_k, temperature)
    ions = 2 * (math.log(m["H+"]) + found.ln_gamma["H+"]) + math.log(m["SO4-2"]) + found.ln_gamma["SO4-2"]
    mean = (ions - math.log(4 * molality**3)) / 3
    return mean / LN10, found.osmotic * sum(m.values()) / (3 * molality)
