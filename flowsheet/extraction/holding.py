"""What an organic holds of its extractant: free, and bound to each cation; and what of it is degraded.

Amounts are moles of the extractant itself (not of its dimers). A salt `CoA2` counts as two, `FeA3` as three.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from ..chemistry.extractants import cations
from ..chemistry.formula import parse
from ..chemistry.system import Chemistry, acid_form, salt_form
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


def salts(chemistry: Chemistry, extractant: str) -> dict[str, str]:
    """Answer the name of the salt of each cation that an extractant of the chemistry takes up."""
    return {name: salt_form(name, extractant) for name in cations(chemistry, extractant)}


def holding(organic: Stream, extractant: str) -> Holding:
    """Answer what an organic holds of an extractant; raises `DataError` for one that the chemistry does not have."""
    known = salts(organic.chemistry, extractant)
    bound = {name: organic[salt] * charge(name) for name, salt in known.items()}
    return Holding(organic[acid_form(extractant)], MappingProxyType(bound))


def members(chemistry: Chemistry, extractant: str) -> np.ndarray:
    """Answer where the extractant, free and bound, stands in a vector of flows."""
    names = [acid_form(extractant), *salts(chemistry, extractant).values()]
    return np.array([chemistry.index[name] for name in names])
