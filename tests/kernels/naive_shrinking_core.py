"""The leaching train once more, slow and obvious: phase-type distribution, adaptive quadrature, bisection."""

from itertools import pairwise

import numpy as np
from scipy.integrate import quad
from scipy.linalg import expm
from scipy.optimize import brentq


def coordinate(law, depth):
    """Reaction coordinate at which a core has shrunk by `depth` of its radius."""
    left = (1 - depth) ** 3
    if law == 0:
        return 1 - left ** (1 / 3)
    if law == 1:
        return 1 - 3 * left ** (2 / 3) + 2 * left
    return 1 - left


def passed_fraction(thetas, s):
    """Chance that a sum of exponential times of means `thetas` is below s: absorption of a chain of states."""
    count = len(thetas)
    generator = np.zeros((count + 1, count + 1))
    for i, theta in enumerate(thetas):
        generator[i, i], generator[i, i + 1] = -1 / theta, 1 / theta
    return expm(generator * s)[0, count]


def unreacted_after(law, thetas, size_ratio, size_fraction):
    """Unreacted fraction after tanks of scaled times `thetas`: the segregated integral over depth, class by class."""
    if law == 3:
        return 1 / np.prod(1 + np.asarray(thetas))
    total = 0.0
    for ratio, fraction in zip(size_ratio, size_fraction, strict=True):
        scaled = np.asarray(thetas) / (ratio**2 if law == 1 else ratio)

        def chance(depth, scaled=scaled):
            return passed_fraction(scaled, coordinate(law, depth)) * 3 * (1 - depth) ** 2

        splits = np.unique(np.clip([0, *(np.sum(scaled) * np.array([0.1, 0.5, 1, 3])), 1], 0, 1))
        parts = [quad(chance, *ends, epsabs=1e-11, epsrel=1e-11, limit=200)[0] for ends in pairwise(splits)]
        total += fraction * sum(parts)
    return total


def conversion_at(minerals, sizes, residence_times, acids):
    """Conversions (M,) after the last tank, the acids of all tanks being given."""
    conversion = np.empty(minerals.law.size)
    for m, law in enumerate(minerals.law):
        scaled_acids = np.asarray(acids) / minerals.reference_acid[m]
        thetas = residence_times * scaled_acids ** minerals.acid_order[m] / minerals.complete_time[m]
        conversion[m] = minerals.accessible[m] * (
            1 - unreacted_after(law, thetas, sizes.size_ratio, sizes.size_fraction[m])
        )
    return conversion


def leach_train(minerals, sizes, residence_times, mineral_flows, acid_flow, volumetric_flow):
    """Conversions (N, M) and acids (N,), tank by tank by bisection between no acid and that of the tank before."""
    conversions, acids = [], []
    for i in range(len(residence_times)):

        def balance(acid, acids=tuple(acids), times=residence_times[: i + 1]):
            consumed = minerals.acid_demand * mineral_flows * conversion_at(minerals, sizes, times, [*acids, acid])
            return volumetric_flow * acid + np.sum(consumed) - acid_flow

        largest = acids[-1] if acids else acid_flow / volumetric_flow
        acids.append(brentq(balance, 1e-6 * largest, largest, xtol=1e-9 * largest, rtol=1e-11))
        conversions.append(conversion_at(minerals, sizes, residence_times[: i + 1], acids))
    return np.array(conversions), np.array(acids)
