"""How well data determine constants: covariance, intervals, and what they do not determine, by name.

The model is linear near its best constants, residuals r + J (p - p0) with r in standard uncertainties. A direction of the
constants that J does not see is not determined; so is a constant whose interval is too wide to be of use.

Sources: Bates & Watts (1988) Nonlinear Regression Analysis, chapters 1 and 3; Belsley, Kuh & Welsch (1980) (condition);
Burnham & Anderson (2002) Model Selection (the criterion).
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from scipy.stats import t as student

CONFIDENCE = 0.95
_BLIND = 1e-9  # singular value over the largest, below which a direction is not seen at all
_SCATTER = 1e-3  # of residuals in squared uncertainties, below which agreement is chance
_CORRELATED = 0.995


class Quantity(NamedTuple):
    """What is reported of a fit: a linear function of the parameters.

    `weights`: (P,). `widest`: half of the interval beyond which it is not determined. `unit`: as shown; `factor`: to it.
    """

    name: str
    weights: np.ndarray
    widest: float
    unit: str
    factor: float = 1.0


class Estimate(NamedTuple):
    """Standard errors (Q,) and half-intervals (Q,) of quantities, their covariance (Q, Q), and the directions unseen.

    `weakest`: (P, K), directions of the parameters that the data do not see.
    """

    errors: np.ndarray
    halves: np.ndarray
    covariance: np.ndarray
    weakest: np.ndarray
    variance: float


def estimate(jacobian: np.ndarray, residuals: np.ndarray, quantities: list[Quantity]) -> Estimate:
    """Answer how well quantities are known from a Jacobian (R, P) and residuals (R,) in standard uncertainties.

    The scatter of the residuals themselves sets the variance, at the least that of the uncertainties given where there are no
    more readings than parameters. What is not determined has an infinite error.
    """
    count, parameters = jacobian.shape
    freedom = count - parameters
    variance = max(float(residuals @ residuals) / freedom, _SCATTER) if freedom > 0 else 1.0
    _, values, directions = np.linalg.svd(jacobian, full_matrices=True)
    values = np.concatenate([values, np.zeros(parameters - len(values))])
    seen = values > _BLIND * max(float(values.max(initial=0.0)), 1e-30)
    weakest = directions[~seen].T
    inverse = np.where(seen, 1.0 / np.where(seen, values, 1.0), 0.0)
    weights = np.array([quantity.weights for quantity in quantities])
    along = weights @ directions.T  # (Q, P): each quantity along the singular directions
    spread = along * inverse
    covariance = variance * spread @ spread.T
    blind = np.abs(along[:, ~seen]).max(axis=1, initial=0.0) > 1e-6
    errors = np.where(blind, np.inf, np.sqrt(np.maximum(np.diag(covariance), 0.0)))
    factor = float(student.ppf(0.5 + CONFIDENCE / 2.0, max(freedom, 1)))
    return Estimate(errors, factor * errors, covariance, weakest, variance)


def akaike(scaled: np.ndarray, parameters: int) -> float:
    """Answer Akaike's criterion, corrected for few readings, from residuals (R,) in uncertainties and how many were sought.

    The lower of two fits of the same readings is the better. The scatter counts as one parameter more.
    """
    count, parameters = len(scaled), parameters + 1
    spare = max(count - parameters - 1, 1)
    scatter = max(float(scaled @ scaled), 1e-12) / count
    return count * math.log(scatter) + 2.0 * parameters * (1.0 + (parameters + 1) / spare)


def correlation(found: Estimate) -> np.ndarray:
    """Answer the correlation of the quantities (Q, Q), not a number for what is not determined at all."""
    scale = np.where(np.isfinite(found.errors) & (found.errors > 0.0), found.errors, np.nan)
    matrix = found.covariance / np.outer(scale, scale)
    np.fill_diagonal(matrix, 1.0)
    return matrix


def tied(found: Estimate, quantities: list[Quantity]) -> list[tuple[int, int, float]]:
    """Answer pairs of quantities of which the data see a combination alone: (one, other, correlation)."""
    matrix = correlation(found)
    return [
        (one, other, float(matrix[one, other]))
        for one in range(len(quantities))
        for other in range(one + 1, len(quantities))
        if abs(matrix[one, other]) > _CORRELATED
    ]
