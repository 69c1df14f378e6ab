"""Activity models: which one a chemistry uses, how far it reaches, and the numbers that it gives to the kernels.

A model is a value. It says which aqueous species it wants: where Pitzer's parameters stand for all that a cation and an
anion do to each other, a complex of the two would count the same thing twice, so it drops out.

Sources: Harvie, Moller & Weare (1984) Geochim. Cosmochim. Acta 48, 723; Truesdell & Jones (1974) J. Res. USGS 2, 233;
Davies (1962) Ion Association, Butterworths.
"""

import functools
import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

import numpy as np

from ...kernels.activity import PITZER, TRUESDELL_JONES
from ...kernels.pitzer import NO_PITZER
from ...kernels.pitzer import Pitzer as Interactions
from ..errors import DataError
from . import water
from .database import all_species, table
from .species import AQUEOUS, Species

_REFERENCE_TEMPERATURE = 298.15
_DAVIES = 0.3
_PROTON = "H+"
_MOST_LIGANDS = 6
_MEMBERS = {"theta": 2, "lambda": 2, "psi": 3, "zeta": 3}


class Numbers(NamedTuple):
    """What a model gives to the kernels at one temperature; see `kernels.activity.Mixture`."""

    model: int
    ion_size: np.ndarray
    salting: np.ndarray
    interactions: Interactions


class ActivityModel(Protocol):
    """How activity coefficients follow from molalities. `largest_ionic_strength`: mol/kg, where the model ends."""

    @property
    def largest_ionic_strength(self) -> float:
        """Answer the ionic strength beyond which results carry a warning, mol/kg."""
        ...

    def keeps(self, species: Species) -> bool:
        """Answer whether a chemistry with this model has the species."""
        ...

    def numbers(self, aqueous: tuple[Species, ...], temperature: float) -> Numbers:
        """Answer what the kernels need of the species at `temperature` (K)."""
        ...

    def knows(self, cation: str, anion: str) -> bool:
        """Answer whether the model has an interaction of the pair, or needs none."""
        ...


@dataclass(frozen=True)
class TruesdellJones:
    """Extended Debye-Hückel law with an ion size and a linear term; all ion pairs are species."""

    largest_ionic_strength: float = field(
        default_factory=lambda: table("activity").value("model", "largest_ionic_strength")
    )

    def keeps(self, species: Species) -> bool:
        """Answer True: the model wants every species."""
        return True

    def numbers(self, aqueous: tuple[Species, ...], temperature: float) -> Numbers:
        """Answer ion sizes and salting coefficients; `temperature` does not change them."""
        return Numbers(TRUESDELL_JONES, *_sizes(aqueous), NO_PITZER)

    def knows(self, cation: str, anion: str) -> bool:
        """Answer True: the model has no parameters of pairs."""
        return True


@dataclass(frozen=True)
class Davies:
    """Davies' law: one for all ions, nothing to know of any; for dilute liquors."""

    largest_ionic_strength: float = 0.5

    def keeps(self, species: Species) -> bool:
        """Answer True: the model wants every species."""
        return True

    def numbers(self, aqueous: tuple[Species, ...], temperature: float) -> Numbers:
        """Answer the ion size and the salting coefficients that make Davies' law of the law of Truesdell and Jones."""
        debye_a, debye_b = water.debye_hueckel(temperature)
        _, salting = _sizes(aqueous)
        charge = np.array([float(s.charge) for s in aqueous])
        size = np.where(charge != 0.0, 1.0 / debye_b, 0.0)
        return Numbers(
            TRUESDELL_JONES, size, np.where(charge != 0.0, _DAVIES * debye_a * charge**2, salting), NO_PITZER
        )

    def knows(self, cation: str, anion: str) -> bool:
        """Answer True: the model has no parameters of pairs."""
        return True


@dataclass(frozen=True)
class Pitzer:
    """Pitzer's interactions of ions with the parameters of `pitzer.csv`; only strong complexes are species.

    The sulfates of two-valent metals were fitted to saturation, at 3 mol/kg, which is where the range ends.
    """

    largest_ionic_strength: float = 12.0

    def keeps(self, species: Species) -> bool:
        """Answer False for a complex of a cation and an anion whose pair has parameters."""
        return species.phase != AQUEOUS or species.name not in _replaced()

    def numbers(self, aqueous: tuple[Species, ...], temperature: float) -> Numbers:
        """Answer the interactions of the species at `temperature` (K)."""
        return Numbers(PITZER, *_sizes(aqueous), interactions(tuple(s.name for s in aqueous), temperature))

    def knows(self, cation: str, anion: str) -> bool:
        """Answer whether `pitzer.csv` has the pair."""
        return f"{cation}|{anion}" in _pairs()


def parameter(of: str, quantity: str, temperature: float, default: float | None = None) -> float:
    """Answer a parameter of `pitzer.csv` at `temperature` (K).

    P = a1 + a2 (1/T - 1/Tr) + a3 ln(T/Tr) + a4 (T - Tr) + a5 (T^2 - Tr^2) + a6 (1/T^2 - 1/Tr^2), Tr = 298.15 K
    """
    numbers, reference = table("pitzer"), _REFERENCE_TEMPERATURE
    value = numbers.value(of, quantity, default)
    terms = (
        1.0 / temperature - 1.0 / reference,
        math.log(temperature / reference),
        temperature - reference,
        temperature**2 - reference**2,
        temperature**-2 - reference**-2,
    )
    for place, term in enumerate(terms, start=2):
        value += term * numbers.value(of, f"{quantity}_t{place}", 0.0)
    return value


@functools.lru_cache(maxsize=1024)
def interactions(names: tuple[str, ...], temperature: float) -> Interactions:
    """Answer the Pitzer interactions among the aqueous species `names` at `temperature` (K)."""
    index = {name: at for at, name in enumerate(names)}
    pairs, alphas, values = [], [], []
    for of in _pairs():
        cation, anion = of.split("|")
        if cation in index and anion in index:
            one, two, *numbers = _pair(of, temperature)
            alphas += [alpha for alpha in (one, two) if alpha not in alphas]
            pairs.append((index[cation], index[anion], alphas.index(one), alphas.index(two)))
            values.append(numbers)
    doubles, double_values = _groups(index, ("theta", "lambda"), temperature)
    triples, triple_values = _groups(index, ("psi", "zeta"), temperature)
    return Interactions(
        math.log(10.0) / 3.0 * water.debye_hueckel(temperature)[0],
        np.array(alphas, np.float64),
        np.array(pairs, np.int64).reshape(-1, 4),
        np.array(values, np.float64).reshape(-1, 4),
        np.array(doubles, np.int64).reshape(-1, 2),
        np.array(double_values, np.float64),
        np.array(triples, np.int64).reshape(-1, 3),
        np.array(triple_values, np.float64),
    )


def _pair(of: str, temperature: float) -> tuple[float, ...]:
    """Answer alpha1, alpha2, beta0, beta1, beta2 and C of a pair."""
    species = all_species()
    cation, anion = (abs(species[name].charge) for name in of.split("|"))
    # the usual exponents (Pitzer 1991): of a 2-2 salt 1.4 and 12, of a salt of higher charge 2 and 50
    usual = (1.4, 12.0) if cation == anion == 2 else (2.0, 12.0 if min(cation, anion) == 1 else 50.0)
    alphas = [table("pitzer").value(of, f"alpha{n}", usual[n - 1]) for n in (1, 2)]
    betas = [parameter(of, quantity, temperature, 0.0) for quantity in ("beta0", "beta1", "beta2")]
    return *alphas, *betas, parameter(of, "cphi", temperature, 0.0) / (2.0 * math.sqrt(cation * anion))


def _groups(
    index: dict[str, int], quantities: Sequence[str], temperature: float
) -> tuple[list[tuple[int, ...]], list[float]]:
    """Answer the interactions among like ions, neutral species and three species, each once."""
    found: dict[tuple[int, ...], float] = {}
    for quantity in quantities:
        for of in table("pitzer").names(quantity):
            members = of.split("|")
            if len(members) == 1:
                members *= 2  # a neutral species with itself
            if len(members) != _MEMBERS[quantity]:
                raise DataError(f"pitzer.csv: {quantity} is of {_MEMBERS[quantity]} species, not of {of!r}")
            if all(name in index for name in members):
                key = tuple(sorted(index[name] for name in members))
                found.setdefault(key, parameter(of, quantity, temperature))
    return list(found), list(found.values())


@functools.cache
def _pairs() -> tuple[str, ...]:
    """Answer the pairs of cation and anion that have parameters."""
    return tuple(table("pitzer").names("beta0"))


@functools.cache
def _replaced() -> frozenset[str]:
    """Answer the complexes whose cation and anion have parameters; acids of H+ stay."""
    species = all_species()
    makeup = {name: _key(s.reaction) for name, s in species.items() if s.phase == AQUEOUS}
    replaced: set[str] = set()
    for of in _pairs():
        cation, anion = (species[name] for name in of.split("|") if name in species)
        if cation.name == _PROTON:
            continue
        for cations, anions in itertools.product((1, 2), range(1, _MOST_LIGANDS + 1)):
            total: dict[str, float] = {}
            for count, part in ((cations, cation), (anions, anion)):
                for name, number in part.reaction.items():
                    total[name] = total.get(name, 0.0) + count * number
            replaced |= {name for name, key in makeup.items() if key == _key(total)}
    return frozenset(replaced)


def _key(reaction) -> frozenset[tuple[str, float]]:
    return frozenset((name, number) for name, number in reaction.items() if number != 0.0)


def _sizes(aqueous: tuple[Species, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Answer the ion sizes (angstrom) and the salting coefficients (kg/mol) of `activity.csv`."""
    numbers = table("activity")
    kinds = ["charged" if s.charge else "neutral" for s in aqueous]
    sizes = [
        numbers.value(s.name, "ion_size", numbers.value(kind, "ion_size", 0.0))
        for s, kind in zip(aqueous, kinds, strict=True)
    ]
    salting = [
        numbers.value(s.name, "salting", numbers.value(kind, "salting")) for s, kind in zip(aqueous, kinds, strict=True)
    ]
    return np.array(sizes), np.array(salting)
