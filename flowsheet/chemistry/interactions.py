"""Pitzer's parameters as a database gives them, and the arrays that the kernels take of them.

P = a1 + a2 (1/T - 1/Tr) + a3 ln(T/Tr) + a4 (T - Tr) + a5 (T^2 - Tr^2) + a6 (1/T^2 - 1/Tr^2), Tr = 298.15 K

The same law stands in `pitzer.csv`, in PHREEQC's PITZER blocks and, with four terms, in the data0 files of EQ3/6.

Sources: Parkhurst & Appelo (2013) USGS Techniques and Methods 6-A43, PITZER; Pitzer (1991) Activity Coefficients in
Electrolyte Solutions, 2nd ed., ch. 3 (the usual exponents); Grenthe, Plyasunov & Spahiu (1997) in Modelling in Aquatic
Chemistry, OECD/NEA, ch. IX (SIT).
"""

import functools
import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ...kernels.pitzer import FULL, SIT, WITHOUT_UNEQUAL
from ...kernels.pitzer import Pitzer as Interactions
from ..errors import DataError
from . import water
from .database import all_species, table

_REFERENCE_TEMPERATURE = 298.15
_LN10 = math.log(10.0)
_MEMBERS = {"theta": 2, "lambda": 2, "psi": 3, "zeta": 3, "mu": 3, "eta": 3}
PAIRED = ("beta0", "beta1", "beta2", "cphi")

Terms = tuple[float, ...]


def a_phi(temperature: float) -> float:
    """Answer the Debye-Hückel parameter of the osmotic coefficient at `temperature` (K), kg^0.5 mol^-0.5."""
    return _LN10 / 3.0 * water.debye_hueckel(temperature)[0]


def phreeqc_a_phi(temperature: float) -> float:
    """Answer the same as PHREEQC computes it."""
    return _LN10 / 3.0 * water.phreeqc_debye_hueckel(temperature)[0]


def parameter_of(terms: Sequence[float], temperature: float) -> float:
    """Answer a parameter from its terms a1 to a6, fewer where the rest is 0, at `temperature` (K)."""
    reference = _REFERENCE_TEMPERATURE
    basis = (
        1.0,
        1.0 / temperature - 1.0 / reference,
        math.log(temperature / reference),
        temperature - reference,
        temperature**2 - reference**2,
        temperature**-2 - reference**-2,
    )
    return sum(term * value for term, value in zip(terms, basis, strict=False))


@dataclass(frozen=True, eq=False)
class Parameters:
    """Interactions of species by quantity and members.

    `terms`: of beta0, beta1, beta2 and cphi by (cation, anion), of theta, lambda, psi, zeta, mu, eta and epsilon by members
    in any order. `alphas`: alpha1 and alpha2 of pairs that have not the usual ones. `charges`: of all species named.
    `a_phi`: by temperature (K). `unequal`: whether ions of like sign and unlike charge have theta^E. `usual`: alphas of
    a cation and an anion of given charges.
    """

    terms: Mapping[str, Mapping[tuple[str, ...], Terms]]
    alphas: Mapping[tuple[str, str], tuple[float, float]]
    charges: Mapping[str, int]
    a_phi: Callable[[float], float] = a_phi
    unequal: bool = True

    @functools.cached_property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """The pairs of cation and anion that have any parameter."""
        found = dict.fromkeys(members for quantity in PAIRED for members in self.terms.get(quantity, {}))
        return tuple((cation, anion) for cation, anion in found)

    def value(self, quantity: str, members: tuple[str, ...], temperature: float) -> float:
        """Answer a parameter at `temperature` (K), 0 where there is none."""
        return parameter_of(self.terms.get(quantity, {}).get(members, ()), temperature)

    def pair(self, cation: str, anion: str, temperature: float) -> tuple[float, ...]:
        """Answer alpha1, alpha2, beta0, beta1, beta2 and C of a pair."""
        sizes = abs(self.charges[cation]), abs(self.charges[anion])
        alphas = self.alphas.get((cation, anion), usual_alphas(*sizes))
        *betas, cphi = (self.value(quantity, (cation, anion), temperature) for quantity in PAIRED)
        return *alphas, *betas, cphi / (2.0 * math.sqrt(sizes[0] * sizes[1]))

    def knows(self, cation: str, anion: str) -> bool:
        """Answer whether the pair has any parameter."""
        return (cation, anion) in self._known

    @functools.cached_property
    def _known(self) -> frozenset[tuple[str, ...]]:
        return frozenset((*self.pairs, *(m for one in self.terms.get("epsilon", {}) for m in (one, one[::-1]))))


def usual_alphas(cation: int, anion: int) -> tuple[float, float]:
    """Answer alpha1 and alpha2 of sizes of charge: of a 2-2 salt 1.4 and 12, of a salt of higher charge 2 and 50."""
    return (1.4, 12.0) if cation == anion == 2 else (2.0, 12.0 if min(cation, anion) == 1 else 50.0)


@functools.cache
def built_in() -> Parameters:
    """Answer the parameters of `pitzer.csv`."""
    numbers = table("pitzer")
    terms: dict[str, dict[tuple[str, ...], Terms]] = {}
    for quantity in (*PAIRED, *_MEMBERS):
        for of in numbers.names(quantity):
            later = (numbers.value(of, f"{quantity}_t{place}", 0.0) for place in range(2, 7))
            members = tuple(of.split("|"))
            if quantity not in PAIRED:
                members = members * 2 if len(members) == 1 else members  # a neutral species with itself
                if len(members) != _MEMBERS[quantity]:
                    raise DataError(f"pitzer.csv: {quantity} is of {_MEMBERS[quantity]} species, not of {of!r}")
            terms.setdefault(quantity, {})[members] = (numbers.value(of, quantity), *later)
    charges = {name: species.charge for name, species in all_species().items()}
    alphas: dict[tuple[str, str], tuple[float, float]] = {}
    for of in {**dict.fromkeys(numbers.names("alpha1")), **dict.fromkeys(numbers.names("alpha2"))}:
        cation, anion = of.split("|")
        one, two = usual_alphas(abs(charges[cation]), abs(charges[anion]))
        alphas[cation, anion] = (numbers.value(of, "alpha1", one), numbers.value(of, "alpha2", two))
    return Parameters(terms, alphas, charges)


@functools.lru_cache(maxsize=1024)
def arrays(parameters: Parameters, names: tuple[str, ...], temperature: float) -> Interactions:
    """Answer the Pitzer interactions among the aqueous species `names` at `temperature` (K)."""
    index = {name: at for at, name in enumerate(names)}
    pairs, alphas, values = [], [], []
    for cation, anion in parameters.pairs:
        if cation in index and anion in index:
            one, two, *numbers = parameters.pair(cation, anion, temperature)
            alphas += [alpha for alpha in dict.fromkeys((one, two)) if alpha not in alphas]
            pairs.append((index[cation], index[anion], alphas.index(one), alphas.index(two)))
            values.append(numbers)
    doubles = _groups(parameters, index, ("theta", "lambda"), temperature)
    triples = _groups(parameters, index, ("psi", "zeta", "mu", "eta"), temperature)
    return Interactions(
        parameters.a_phi(temperature),
        np.array(alphas, np.float64),
        np.array(pairs, np.int64).reshape(-1, 4),
        np.array(values, np.float64).reshape(-1, 4),
        np.array(list(doubles), np.int64).reshape(-1, 2),
        np.array(list(doubles.values()), np.float64),
        np.array(list(triples), np.int64).reshape(-1, 3),
        np.array(list(triples.values()), np.float64),
        FULL if parameters.unequal else WITHOUT_UNEQUAL,
    )


def sit_arrays(parameters: Parameters, names: tuple[str, ...], temperature: float) -> Interactions:
    """Answer the interactions of SIT: epsilon, in log10 gamma, is half of theta in ln gamma (all of it with itself)."""
    index = {name: at for at, name in enumerate(names)}
    doubles = _groups(parameters, index, ("epsilon",), temperature)
    values = [_LN10 * value * (1.0 if i == j else 0.5) for (i, j), value in doubles.items()]
    return Interactions(
        parameters.a_phi(temperature),
        np.zeros(0),
        np.zeros((0, 4), np.int64),
        np.zeros((0, 4)),
        np.array(list(doubles), np.int64).reshape(-1, 2),
        np.array(values, np.float64),
        np.zeros((0, 3), np.int64),
        np.zeros(0),
        SIT,
    )


def _groups(
    parameters: Parameters, index: dict[str, int], quantities: Sequence[str], temperature: float
) -> dict[tuple[int, ...], float]:
    """Answer the interactions among like ions, neutral species and three species, each once.

    Of mu the energy counts every order of its members, as Pitzer writes it: 3 mu of n, n and n', 6 mu of three.
    """
    found: dict[tuple[int, ...], float] = {}
    for quantity in quantities:
        for members, terms in parameters.terms.get(quantity, {}).items():
            if all(name in index for name in members):
                orders = len(set(itertools.permutations(members))) if quantity == "mu" else 1
                key = tuple(sorted(index[name] for name in members))
                found.setdefault(key, orders * parameter_of(terms, temperature))
    return found
