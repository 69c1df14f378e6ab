"""Thickening: the flux of solids that a thickener passes, from how fast they settle.

    A = M (1/c - 1/u) / v(c),   the largest over c from feed to underflow                 (Coe & Clevenger)
    v(phi) = v0 (1 - phi)^n                                                              (Richardson & Zaki)

    M       solids, kg/s; c, u concentration of solids at a level and in the underflow, kg/m3; v settling velocity, m/s

Sources: Coe & Clevenger, Trans. AIME 55 (1916) 356; Richardson & Zaki, Trans. IChemE 32 (1954) 35: n = 4.65 for grains that
settle slowly; Svarovsky (2000) ch. 5 (all recalled).
"""

from __future__ import annotations

import numpy as np

from .errors import DataError

GRAINS = 4.65  # exponent of Richardson & Zaki for slow settling of grains
_LEVELS = 2000


def limiting_flux(velocity: float, feed: float, underflow: float, density: float, exponent: float = GRAINS) -> float:
    """Answer the flux of solids (kg/m2/s) that a thickener passes at most.

    `velocity`: with which a single grain or floc settles, m/s. `feed`, `underflow`: volume fractions of solids (of flocs
    where `velocity` is theirs). `density`: of the same, kg/m3. Raises `DataError` where the feed is as thick as the underflow.
    """
    if not 0.0 < feed < underflow < 1.0:
        raise DataError(
            f"thickener: volume fraction {feed:g} of the feed and {underflow:g} of the underflow must rise between 0 and 1"
        )
    levels = np.linspace(feed, underflow, _LEVELS, endpoint=False)
    fluxes = velocity * (1.0 - levels) ** exponent * density / (1.0 / levels - 1.0 / underflow)
    return float(fluxes.min())
