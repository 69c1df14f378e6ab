"""What an organic holds of its extractant: free, and bound to each cation; and what of it is degraded.

Amounts are moles of the extractant itself (not of its dimers). A salt of an acid holds as much as its charge: `CoA2` two,
`FeA3` three. Another extractant is one species, bound or not; a salt takes of it what its complex at low loading does.
"""

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from ..chemistry.extractants import cations
from ..chemistry.formula import parse
from ..chemistry.system import Chemistry
from ..stream import Stream


@dataclass(frozen=True, eq=False)
class Holding:
    """Extractant in an organic, mol/s: `free`, and `bound` to each cation."""

    free: float
    bound: Mapping[str, float]

    @property
    def total(self) -> float:
        """Extractant free and bound, mol/s."""
        return self.free + sum(self.bound.values())

    def share(self, *names: str) -> float:
        """Answer the share of the extractant that the named cations hold, 0 to 1; 0 where there is no extractant."""
        held = sum(self.bound.get(name, 0.0) for name in names)
        return held / self.total if held > 0.0 else 0.0


def charge(cation: str) -> int:
    """Answer the charge of a cation by its name: 2 of `Co+2`."""
    return parse(cation).charge


@functools.lru_cache(maxsize=64)
def salts(chemistry: Chemistry, extractant: str) -> Mapping[str, str]:
    """Answer the name of the salt of each cation that an extractant of the chemistry takes up."""
    known = chemistry.extractant(extractant)
    return MappingProxyType({name: known.salt_form(name) for name in cations(chemistry, extractant)})


@functools.lru_cache(maxsize=64)
def _counts(chemistry: Chemistry, extractant: str) -> np.ndarray:
    """Answer the molecules of extractant that a mole of each salt holds, in the order of `salts`."""
    known = chemistry.extractant(extractant)
    if known.kind == "acidic":
        return np.array([float(charge(name)) for name in salts(chemistry, extractant)])
    return np.array([known.complexes_of(name)[0].units * known.unit for name in salts(chemistry, extractant)])


def holding(organic: Stream, extractant: str) -> Holding:
    """Answer what an organic holds of an extractant; raises `DataError` for one that the chemistry does not have."""
    chemistry = organic.chemistry
    held = organic.flows[members(chemistry, extractant)]
    bound = (held[1:] * _counts(chemistry, extractant)).tolist()
    free = float(held[0])
    if chemistry.extractant(extractant).kind != "acidic":
        free = max(0.0, free - sum(bound))
    return Holding(free, MappingProxyType(dict(zip(salts(chemistry, extractant), bound, strict=True))))


@functools.lru_cache(maxsize=64)
def members(chemistry: Chemistry, extractant: str) -> np.ndarray:
    """Answer where the extractant stands in a vector of flows: free first, then bound, in the order of `salts`."""
    free = chemistry.extractant(extractant).free_form
    found = np.array([chemistry.position(name) for name in (free, *salts(chemistry, extractant).values())])
    found.setflags(write=False)
    return found
