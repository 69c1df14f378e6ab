"""Particle sizes: mass fractions of a solid in fixed size classes.

Every distribution stands on the same classes, so that mixing is addition: ten to the decade (the R10 series of ISO 3) from
0.1 um to 10 mm. What is finer is counted to the first class, what is coarser to the last. A class is represented by the
geometric mean of its edges.

Sources: Rosin & Rammler, J. Inst. Fuel 7 (1933) 29-36; Gates, Trans. AIME 52 (1915) 875; Schuhmann, AIME Tech. Publ. 1189
(1940); Allen, Particle Size Measurement, 5th ed. 1997, ch. 2 (means and moments).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from .errors import DataError

CLASSES = 50
EDGES = 1e-7 * 10.0 ** (np.arange(CLASSES + 1) / 10.0)
DIAMETERS = np.sqrt(EDGES[1:] * EDGES[:-1])
_SUM = 1e-9
_LARGEST = 1.0  # m, beyond which a size was given in um or mm
EDGES.setflags(write=False)
DIAMETERS.setflags(write=False)


@dataclass(frozen=True, eq=False)
class SizeDistribution:
    """Mass fractions (`CLASSES`,) by size class; they sum to 1.

    Raises `DataError` for fractions that are below 0, not finite, or do not sum to 1.
    """

    fractions: np.ndarray

    def __post_init__(self):
        fractions = np.array(self.fractions, dtype=np.float64)
        if fractions.shape != (CLASSES,):
            raise DataError(f"particle sizes: {fractions.shape} fractions given for the {CLASSES} size classes")
        if not np.isfinite(fractions).all() or fractions.min() < 0.0:
            at = int(np.argmin(np.where(np.isfinite(fractions), fractions, -np.inf)))
            raise DataError(
                f"particle sizes: mass fraction of {EDGES[at] * 1e6:.3g} to {EDGES[at + 1] * 1e6:.3g} um = "
                f"{fractions[at]:g} must be 0 or more"
            )
        total = float(fractions.sum())
        if abs(total - 1.0) > _SUM:
            raise DataError(f"particle sizes: mass fractions sum to {total:.6g}, must sum to 1")
        fractions /= total
        fractions.setflags(write=False)
        object.__setattr__(self, "fractions", fractions)

    @classmethod
    def rosin_rammler(cls, size_632: float, spread: float) -> SizeDistribution:
        """Make the distribution of passing 1 - exp(-(d / `size_632`)^`spread`); `size_632`: m, `spread`: -."""
        _size("size_632", size_632)
        _positive("spread", spread, "")
        return _of_passing(-np.expm1(-((EDGES / size_632) ** spread)))

    @classmethod
    def gates_gaudin_schuhmann(cls, largest: float, modulus: float) -> SizeDistribution:
        """Make the distribution of passing (d / `largest`)^`modulus` up to `largest` (m)."""
        _size("largest", largest)
        _positive("modulus", modulus, "")
        return _of_passing(np.minimum(1.0, EDGES / largest) ** modulus)

    @classmethod
    def log_normal(cls, median: float, deviation: float) -> SizeDistribution:
        """Make the distribution whose ln d is normal around ln `median` (m) with the standard deviation `deviation`."""
        _size("median", median)
        _positive("deviation", deviation, "")
        return _of_passing(ndtr(np.log(EDGES / median) / deviation))

    @classmethod
    def tabulated(cls, sizes: Iterable[float], passing: Iterable[float]) -> SizeDistribution:
        """Make the distribution of a sieve analysis: mass fraction `passing` (0 to 1) each of `sizes` (m), both rising.

        Between the sieves passing is a straight line over ln d; nothing is finer than the first decade below the table,
        and nothing coarser than its last sieve, whose passing must be 1. Raises `DataError` where it is not so.
        """
        at, share = np.array(list(sizes), dtype=np.float64), np.array(list(passing), dtype=np.float64)
        if at.shape != share.shape or at.ndim != 1 or at.size < 1:
            raise DataError(
                f"particle sizes: {at.size} sizes and {share.size} passing shares, as many of each are needed"
            )
        if not at.min() > 0.0 or (np.diff(at) <= 0.0).any():
            raise DataError(f"particle sizes: sizes {_list(at * 1e6)} um must be above 0 and rise")
        _size("coarsest sieve", float(at[-1]))
        if not share.min() >= 0.0 or (np.diff(share) < 0.0).any() or not share.max() <= 1.0:
            raise DataError(f"particle sizes: passing {_list(share)} must rise between 0 and 1")
        if share[-1] != 1.0:
            raise DataError(
                f"particle sizes: passing of the coarsest sieve, {at[-1] * 1e6:.4g} um, = {share[-1]:g} must be 1"
            )
        ends = np.log(np.concatenate([[0.1 * at[0]], at]))
        return _of_passing(np.interp(np.log(EDGES), ends, np.concatenate([[0.0], share])))

    @classmethod
    def single(cls, size: float) -> SizeDistribution:
        """Make the distribution of particles that are all of the class that holds `size` (m)."""
        _size("size", size)
        fractions = np.zeros(CLASSES)
        fractions[min(max(int(np.searchsorted(EDGES, size, side="right")) - 1, 0), CLASSES - 1)] = 1.0
        return cls(fractions)

    def passing(self, size: float) -> float:
        """Answer the mass fraction finer than `size` (m); within a class a straight line over ln d."""
        _positive("size", size, "m")
        return float(np.interp(np.log(size), np.log(EDGES), _cumulative(self.fractions)))

    def quantile(self, share: float) -> float:
        """Answer the size (m) that the mass fraction `share` is finer than; raises `DataError` outside 0 to 1."""
        if not 0.0 <= share <= 1.0:
            raise DataError(f"particle sizes: share = {share:g} is outside 0 to 1")
        cumulative = _cumulative(self.fractions)
        last = min(int(np.searchsorted(cumulative, share, side="left")), CLASSES)
        if last == 0:
            last = int(np.argmax(cumulative > 0.0))
        part = (share - cumulative[last - 1]) / (cumulative[last] - cumulative[last - 1])
        return float(EDGES[last - 1] * (EDGES[last] / EDGES[last - 1]) ** min(max(part, 0.0), 1.0))

    @property
    def d10(self) -> float:
        """Size (m) that 10 % of the mass is finer than."""
        return self.quantile(0.1)

    @property
    def d50(self) -> float:
        """Size (m) that half of the mass is finer than."""
        return self.quantile(0.5)

    @property
    def d90(self) -> float:
        """Size (m) that 90 % of the mass is finer than."""
        return self.quantile(0.9)

    def mean(self, upper: int, lower: int) -> float:
        """Answer the mean D[`upper`, `lower`] (m): the Sauter mean is `mean(3, 2)`, the mass mean `mean(4, 3)`."""
        if upper <= lower:
            raise DataError(f"particle sizes: mean of the moments {upper} and {lower}, the first must be the higher")
        moments = [float(self.fractions @ DIAMETERS ** float(order - 3)) for order in (upper, lower)]
        return float((moments[0] / moments[1]) ** (1.0 / (upper - lower)))


def sealed(classes: np.ndarray) -> np.ndarray:
    """Answer the mass fractions of masses by class, not all 0, which cannot be written to: a stream takes them unchecked."""
    whole = np.maximum(classes, 0.0)
    whole /= whole.sum()
    whole.setflags(write=False)
    return whole


def _cumulative(fractions: np.ndarray) -> np.ndarray:
    finer = np.concatenate([[0.0], np.cumsum(fractions)])
    return finer / finer[-1]  # which rounding may have left beside 1


def _of_passing(passing: np.ndarray) -> SizeDistribution:
    """Make a distribution of the share that passes each of the `EDGES`, the ends taking what lies beyond."""
    ends = np.array(passing, dtype=np.float64)
    ends[0], ends[-1] = 0.0, 1.0
    return SizeDistribution(np.diff(ends))


def _positive(name: str, value: float, unit: str) -> None:
    if not (np.isfinite(value) and value > 0.0):
        raise DataError(f"particle sizes: {name} = {f'{value:g} {unit}'.rstrip()} is not above 0")


def _size(name: str, value: float) -> None:
    """Refuse a size that is none, or that was given in another unit than m."""
    _positive(name, value, "m")
    if value > _LARGEST:
        raise DataError(f"particle sizes: {name} = {value:g} m is above {_LARGEST:g} m; 20 um is 20e-6")


def _list(values: np.ndarray) -> str:
    return ", ".join(f"{value:.4g}" for value in values)
