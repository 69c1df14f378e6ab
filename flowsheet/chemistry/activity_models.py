"""Activity models: which one a chemistry uses, how far it reaches, and the numbers that it gives to the kernels.

A model is a value. It says which aqueous species it wants: where Pitzer's parameters stand for all that a cation and an
anion do to each other, a complex of the two would count the same thing twice, so it drops out. Without numbers of its own
a model takes those of `flowsheet/data/`; a database that is read brings a model with its own.

Sources: Harvie, Moller & Weare (1984) Geochim. Cosmochim. Acta 48, 723; Truesdell & Jones (1974) J. Res. USGS 2, 233;
Davies (1962) Ion Association, Butterworths; Daveler & Wolery (1992) UCRL-MA-110662 PT II (B-dot); Grenthe, Plyasunov &
Spahiu (1997) in Modelling in Aquatic Chemistry, OECD/NEA, ch. IX (SIT); Parkhurst & Appelo (2013) USGS Techniques and
Methods 6-A43 (how PHREEQC takes each).
"""

import functools
import itertools
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol, runtime_checkable

import numpy as np

from ...kernels.activity import PITZER, TRUESDELL_JONES
from ...kernels.pitzer import LARGEST_CHARGE, NO_PITZER
from ...kernels.pitzer import Pitzer as Interactions
from ..errors import DataError
from . import water
from .database import all_species, table
from .interactions import Parameters, arrays, built_in, parameter_of, sit_arrays
from .species import AQUEOUS, Species

_DAVIES = 0.3
_LN10 = math.log(10.0)
_PROTON = "H+"
_MOST_LIGANDS = 6
_BOUNDLESS = 1e12  # angstrom: an ion so large that it is ideal
_FREEZING = 273.15


class Numbers(NamedTuple):
    """What a model gives to the kernels at one temperature; see `kernels.activity.Mixture`. debye: A and B."""

    model: int
    ion_size: np.ndarray
    salting: np.ndarray
    interactions: Interactions
    debye: tuple[float, float]


@runtime_checkable
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

    def doubts(self, species: Species) -> str:
        """Answer what a reader must know of a species that there is much of, or nothing."""
        ...


class _IonAssociation:
    """What models have in common that know no pairs: all ion pairs are species."""

    def keeps(self, species: Species) -> bool:
        """Answer True: the model wants every species."""
        return True

    def knows(self, cation: str, anion: str) -> bool:
        """Answer True: the model has no parameters of pairs."""
        return True

    def doubts(self, species: Species) -> str:
        """Answer nothing."""
        return ""


@dataclass(frozen=True, eq=False)
class Sizes:
    """Ion sizes (angstrom) and salting coefficients (kg/mol) by species; None for an ion that follows Davies' law."""

    of: Mapping[str, tuple[float, float] | None]
    debye_hueckel: Callable[[float], tuple[float, float]] = water.phreeqc_debye_hueckel


@dataclass(frozen=True)
class TruesdellJones(_IonAssociation):
    """Extended Debye-Hückel law with an ion size and a linear term (the law of WATEQ); all ion pairs are species."""

    largest_ionic_strength: float = field(
        default_factory=lambda: table("activity").value("model", "largest_ionic_strength")
    )
    sizes: Sizes | None = None

    def numbers(self, aqueous: tuple[Species, ...], temperature: float) -> Numbers:
        """Answer ion sizes and salting coefficients; only those of Davies' law change with `temperature`."""
        if self.sizes is None:
            return Numbers(TRUESDELL_JONES, *_sizes(aqueous), NO_PITZER, water.debye_hueckel(temperature))
        debye_a, debye_b = self.sizes.debye_hueckel(temperature)
        size, salting = np.zeros(len(aqueous)), np.zeros(len(aqueous))
        for i, species in enumerate(aqueous):
            own = self.sizes.of[species.name]
            size[i], salting[i] = own or (1.0 / debye_b, _DAVIES * debye_a * species.charge**2)
        return Numbers(TRUESDELL_JONES, size, salting, NO_PITZER, (debye_a, debye_b))

    def doubts(self, species: Species) -> str:
        """Tell of an ion that has the limiting law, `-gamma 0 0`: wrong above some 0.01 mol/kg."""
        if self.sizes is not None and species.charge and self.sizes.of.get(species.name) == (0.0, 0.0):
            return f"{species.name} has no size in the database (-gamma 0 0: the limiting law, for infinite dilution)"
        return ""


@dataclass(frozen=True)
class Davies(_IonAssociation):
    """Davies' law: one for all ions, nothing to know of any; for dilute liquors."""

    largest_ionic_strength: float = 0.5

    def numbers(self, aqueous: tuple[Species, ...], temperature: float) -> Numbers:
        """Answer the ion size and the salting coefficients that make Davies' law of the law of Truesdell and Jones."""
        debye_a, debye_b = water.debye_hueckel(temperature)
        charge = np.array([float(s.charge) for s in aqueous])
        numbers = table("activity")
        neutral = [numbers.value(s.name, "salting", numbers.value("neutral", "salting")) for s in aqueous]
        size = np.where(charge != 0.0, 1.0 / debye_b, 0.0)
        salting = np.where(charge != 0.0, _DAVIES * debye_a * charge**2, neutral)
        return Numbers(TRUESDELL_JONES, size, salting, NO_PITZER, (debye_a, debye_b))


@dataclass(frozen=True, eq=False)
class BdotTable:
    """A, B and b-dot at temperatures (degC), and the five coefficients of dissolved CO2 (Drummond 1981), if any.

    ln gamma(CO2) = (c1 + c2 T + c3 / T) I - (c4 + c5 T) I / (1 + I).   `ion_sizes`: angstrom, of ions; None: an ion without
    size, which is ideal as PHREEQC takes it. `like_co2`: neutral species with the law of CO2; `salting`: kg/mol of others.
    """

    degrees: tuple[float, ...]
    debye_a: tuple[float, ...]
    debye_b: tuple[float, ...]
    bdot: tuple[float, ...]
    co2: tuple[float, ...]
    ion_sizes: Mapping[str, float | None]
    like_co2: frozenset[str]
    salting: Mapping[str, float]


@dataclass(frozen=True)
class Bdot(_IonAssociation):
    """The B-dot law of LLNL: an ion size each, one b-dot for all ions, A, B and b-dot by straight lines from a table."""

    values: BdotTable
    largest_ionic_strength: float = 1.0

    def numbers(self, aqueous: tuple[Species, ...], temperature: float) -> Numbers:
        """Answer ion sizes, and as salting coefficients b-dot; raises `DataError` outside the table."""
        known, degrees = self.values, temperature - _FREEZING
        low, high = known.degrees[0], known.degrees[-1]
        if not low - 1e-9 <= degrees <= high + 1e-9:
            raise DataError(f"temperature {degrees:g} degC is outside {low:g} to {high:g} degC (of the table of b-dot)")
        debye_a, debye_b, bdot = (
            float(np.interp(degrees, known.degrees, column)) for column in (known.debye_a, known.debye_b, known.bdot)
        )
        size, salting = np.zeros(len(aqueous)), np.zeros(len(aqueous))
        for i, species in enumerate(aqueous):
            if species.name in known.like_co2:
                c = known.co2
                salting[i] = (c[0] + c[1] * temperature + c[2] / temperature) / _LN10
                size[i] = -(c[3] + c[4] * temperature) / _LN10
            elif not species.charge:
                salting[i] = known.salting.get(species.name, 0.0)
            else:
                own = known.ion_sizes.get(species.name)
                size[i], salting[i] = (_BOUNDLESS, 0.0) if own is None else (own, bdot)
        return Numbers(TRUESDELL_JONES, size, salting, NO_PITZER, (debye_a, debye_b))


@dataclass(frozen=True)
class Pitzer:
    """Pitzer's interactions of ions, by default those of `pitzer.csv`; only strong complexes are species then.

    The sulfates of two-valent metals were fitted to saturation at 25 degC, some 3 mol/kg or an ionic strength of 12, where the
    range ends; those of Ni and Mg agree with what was measured to 4 mol/kg at 110 degC.
    """

    largest_ionic_strength: float = 12.0
    parameters: Parameters | None = None

    def keeps(self, species: Species) -> bool:
        """Answer False for a complex of a cation and an anion whose pair has parameters; a database read keeps its own."""
        return self.parameters is not None or species.phase != AQUEOUS or species.name not in _replaced()

    def numbers(self, aqueous: tuple[Species, ...], temperature: float) -> Numbers:
        """Answer the interactions of the species at `temperature` (K)."""
        names = tuple(s.name for s in aqueous)
        debye = water.debye_hueckel(temperature)
        found = arrays(self.parameters or built_in(), names, temperature)
        if self.parameters is not None:
            return Numbers(PITZER, *_plain(aqueous, debye), found, debye)
        return Numbers(PITZER, *_sizes(aqueous), found, debye)

    def knows(self, cation: str, anion: str) -> bool:
        """Answer whether the pair has parameters."""
        return (self.parameters or built_in()).knows(cation, anion)

    def doubts(self, species: Species) -> str:
        """Answer nothing."""
        return ""


@dataclass(frozen=True)
class Sit:
    """The specific ion interaction theory: the parameters of a database; ion pairs are species."""

    parameters: Parameters
    largest_ionic_strength: float = 3.5

    def keeps(self, species: Species) -> bool:
        """Answer True: the model wants every species."""
        return True

    def numbers(self, aqueous: tuple[Species, ...], temperature: float) -> Numbers:
        """Answer the interactions of the species at `temperature` (K)."""
        debye = water.phreeqc_debye_hueckel(temperature)
        found = sit_arrays(self.parameters, tuple(s.name for s in aqueous), temperature)
        return Numbers(PITZER, *_plain(aqueous, debye), found, debye)

    def knows(self, cation: str, anion: str) -> bool:
        """Answer whether the pair has an epsilon."""
        return self.parameters.knows(cation, anion)

    def doubts(self, species: Species) -> str:
        """Answer nothing."""
        return ""


def parameter(of: str, quantity: str, temperature: float, default: float | None = None) -> float:
    """Answer a parameter of `pitzer.csv` at `temperature` (K)."""
    numbers = table("pitzer")
    later = (numbers.value(of, f"{quantity}_t{place}", 0.0) for place in range(2, 7))
    return parameter_of((numbers.value(of, quantity, default), *later), temperature)


def interactions(names: tuple[str, ...], temperature: float) -> Interactions:
    """Answer the Pitzer interactions of `pitzer.csv` among the aqueous species `names` at `temperature` (K)."""
    return arrays(built_in(), names, temperature)


@functools.cache
def _replaced() -> frozenset[str]:
    """Answer the complexes whose cation and anion have parameters; acids of H+ stay."""
    species = all_species()
    makeup = {name: _key(s.reaction) for name, s in species.items() if s.phase == AQUEOUS}
    replaced: set[str] = set()
    for members in built_in().terms["beta0"]:
        cation, anion = (species[name] for name in members if name in species)
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


def _plain(aqueous: tuple[Species, ...], debye: tuple[float, float]) -> tuple[np.ndarray, np.ndarray]:
    """Answer the sizes and salting coefficients of Davies' law, which the first guess of a liquor is made with.

    Raises `DataError` for a charge that the kernel of Pitzer's model has no room for.
    """
    for species in aqueous:
        if abs(species.charge) > LARGEST_CHARGE:
            raise DataError(
                f"species {species.name!r} has the charge {species.charge:+d}, Pitzer's model and SIT go to {LARGEST_CHARGE}; "
                "leave it out with `without`"
            )
    charge = np.array([float(s.charge) for s in aqueous])
    return np.where(charge != 0.0, 1.0 / debye[1], 0.0), _DAVIES * debye[0] * np.minimum(charge**2, 1.0)
