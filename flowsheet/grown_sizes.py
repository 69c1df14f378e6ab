"""Particle sizes of what is precipitated: crystals born in the first tank grow for as long as they stay.

With N equal tanks of residence time t in all, the age a of a crystal is distributed as gamma(N, t/N); its size is G a, with G
the rate of growth, and its mass goes with the cube. So the mass is distributed as

    w(L) = gamma(N + 3, G t / N)        L43 = (N + 3) G t / N, which is 4 G t of one tank

A share r of the solids that is returned goes through once more: with chance (1 - r) r^(k-1) a crystal passes k times. Seed of
known size grows by G t, or by less where there is too little to grow from, and only what it leaves makes new crystals.

Sources: Randolph & Larson (1988) Theory of Particulate Processes, ch. 4; Levenspiel (1999) ch. 13 (tanks in series).
"""

from __future__ import annotations

import functools

import numpy as np
from scipy.optimize import root_scalar
from scipy.special import gammainc

from .errors import DataError
from .sizes import DIAMETERS, EDGES, SizeDistribution

_NEGLIGIBLE = 1e-13
_MOST_PASSES = 2000


@functools.lru_cache(maxsize=256)  # a loop asks for the same sizes at every pass
def crystal_sizes(growth: float, residence_time: float, tanks: int = 1, recycle: float = 0.0) -> SizeDistribution:
    """Answer the sizes of crystals that grow by `growth` (m/s) in `tanks` of `residence_time` (s) in all.

    `recycle`: share of the solids returned to the first tank. Raises `DataError` for a growth, time or share that cannot be.
    """
    if not (growth > 0.0 and residence_time > 0.0 and tanks >= 1 and 0.0 <= recycle < 1.0):
        raise DataError(
            f"crystal sizes: growth = {growth:g} m/s and residence time = {residence_time:g} s must be above 0, tanks = {tanks} "
            f"1 or more, recycle = {recycle:g} from 0 to below 1"
        )
    scale = growth * residence_time / tanks
    passes = np.arange(1, 2)
    if recycle > 0.0:
        most = int(np.ceil((np.log(_NEGLIGIBLE) - 12.0) / np.log(recycle)))
        passes = np.arange(1, min(max(most, 2), _MOST_PASSES))
    times = passes * float(tanks)
    weights = np.exp((passes - 1) * np.log(recycle)) if recycle > 0.0 else np.ones(1)
    weights = weights * times * (times + 1.0) * (times + 2.0)
    weights /= weights.sum()
    passing = weights @ gammainc(times[:, None] + 3.0, EDGES[None, :] / scale)
    passing[0], passing[-1] = 0.0, 1.0
    fractions = np.maximum(np.diff(passing), 0.0)
    return SizeDistribution(fractions / fractions.sum())


def grown(seed: SizeDistribution, mass: float, gained: float, length: float) -> tuple[SizeDistribution, float]:
    """Let `mass` of seed grow by `length` (m) from what it can gain (in the unit of `mass`); answers sizes and what it gained.

    Every crystal grows by the same length, and less than `length` where `gained` does not suffice.
    """
    if mass <= 0.0 or gained <= 0.0 or length <= 0.0:
        return seed, 0.0

    def gain(by: float) -> float:
        return float(mass * (seed.fractions @ ((1.0 + by / DIAMETERS) ** 3 - 1.0)))

    by, taken = length, gain(length)
    if taken > gained:
        bracket = (0.0, length)
        found = root_scalar(
            lambda trial: gain(trial) - gained, bracket=bracket, method="brentq", xtol=1e-18, rtol=1e-13
        )
        by = float(found.root)
        taken = gained
    classes = seed.fractions * (1.0 + by / DIAMETERS) ** 3
    cumulative = np.concatenate([[0.0], np.cumsum(classes)]) / classes.sum()
    passing = np.interp(np.log(EDGES), np.log(EDGES + by), cumulative)
    passing[0], passing[-1] = 0.0, 1.0
    fractions = np.maximum(np.diff(passing), 0.0)
    return SizeDistribution(fractions / fractions.sum()), taken
