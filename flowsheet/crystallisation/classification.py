"""Withdrawal by size: fines that are drawn off and dissolved, coarse crystals that leave sooner than a mixed outflow takes them.

    d(d G n)/dL = -(h(L) + f(L)) n / tau       h: product over a mixed outflow, f: fines loop over the same

Larger and more even crystals follow from dissolving fines, smaller and more even ones from a classified product.

Sources: Randolph & Larson (1988) Theory of Particulate Processes, ch. 8: the R-z crystalliser, R = f + 1 and z = h.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ..errors import DataError
from ..sizes import CLASSES, EDGES


@dataclass(frozen=True, kw_only=True)
class Classification:
    """Which crystals leave a tank how fast, relative to those in as much of a mixed outflow as leaves.

    `fines_flow`: flow of the fines loop over the outflow; it takes crystals below `fines_size` (m) and dissolves them.
    `coarse_flow`: how much faster than mixed crystals above `coarse_size` (m) leave with the product, below 1 slower.
    Raises `DataError` for a flow below 0 or not finite, or a size that is none.
    """

    fines_size: float = 0.0
    fines_flow: float = 0.0
    coarse_size: float = math.inf
    coarse_flow: float = 1.0

    def __post_init__(self):
        for name, unit in (("fines_size", " m"), ("coarse_size", " m"), ("fines_flow", ""), ("coarse_flow", "")):
            value = getattr(self, name)
            if not value >= 0.0 or (math.isinf(value) and name != "coarse_size"):
                raise DataError(f"classification: {name} = {value:g}{unit} is not 0 or more")
        if self.coarse_flow == 0.0 and self.coarse_size < EDGES[-1]:
            raise DataError(
                f"classification: coarse_flow = 0: crystals above {self.coarse_size:g} m would stay for ever"
            )

    def removal(self) -> np.ndarray:
        """Answer how fast each class (`CLASSES`,) leaves with the product, over a mixed outflow."""
        return self.coarse_flow + (1.0 - self.coarse_flow) * _finer(self.coarse_size)

    def dissolution(self, residence_time: float) -> np.ndarray:
        """Answer at which rate (1/s) each class (`CLASSES`,) is dissolved in a tank of `residence_time` (s)."""
        return self.fines_flow / residence_time * _finer(self.fines_size)


def _finer(size: float) -> np.ndarray:
    """Answer which part of each class, over ln d, is finer than a size (m)."""
    if size <= 0.0:
        return np.zeros(CLASSES)
    widths = np.log(EDGES[1:] / EDGES[:-1])
    return np.clip(np.log(size / EDGES[:-1]) / widths, 0.0, 1.0)
