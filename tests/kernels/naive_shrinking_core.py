"""The leaching train once more, slow and obvious: phase-type distribution, adaptive quadrature, bisection."""

from itertools import pairwise

import numpy as np
from scipy.integrate import quad
from scipy.linalg import expm
from scipy.optimize import brentq

REACTION, ASH, FILM, FIRST_ORDER, MIXED, AVRAMI, TABULATED, SHRINKING_FILM = range(8)


def coordinate(minerals, m, ratio, depth):
    """Reaction coordinate, in complete times, at which a core has shrunk by `depth` of its radius."""
    left = (1 - depth) ** 3
    surface = (1 - left ** (1 / 3)) * ratio
    ash = (1 - 3 * left ** (2 / 3) + 2 * left) * ratio**2
    film = (1 - left) * ratio
    if minerals.law[m] == MIXED:
        shares = minerals.resistance[m]
        return shares[0] * film + shares[1] * ash + shares[2] * surface
    return {REACTION: surface, ASH: ash, FILM: film, SHRINKING_FILM: (1 - left ** (2 / 3)) * ratio**2}[minerals.law[m]]


def passed_fraction(thetas, s):
    """Chance that a sum of exponential times of means `thetas` is below s: absorption of a chain of states."""
    count = len(thetas)
    generator = np.zeros((count + 1, count + 1))
    for i, theta in enumerate(thetas):
        generator[i, i], generator[i, i + 1] = -1 / theta, 1 / theta
    return expm(generator * s)[0, count]


def integral(function, low, high, splits):
    """Integral by adaptive quadrature, in parts between the splits that lie inside."""
    ends = np.unique(np.clip([low, *splits, high], low, high))
    return sum(quad(function, *part, epsabs=1e-11, epsrel=1e-11, limit=200)[0] for part in pairwise(ends))


def unreacted_of_class(minerals, m, thetas, ratio):
    """Unreacted fraction of one size class after tanks of scaled times `thetas`, in complete times."""
    thetas = np.asarray(thetas, float)
    if minerals.law[m] == FIRST_ORDER:
        return 1 / np.prod(1 + thetas)
    if minerals.law[m] == AVRAMI:
        n = minerals.exponent[m]
        splits = (np.sum(thetas) * np.array([1e-3, 1e-2, 0.1, 0.5, 1, 3, 10, 40])) ** n
        return integral(lambda v: passed_fraction(thetas, v ** (1 / n)) * np.exp(-v), 0, 40, splits)
    if minerals.law[m] == TABULATED:
        places = minerals.curve_coordinate[m] * ratio ** minerals.size_exponent[m]
        left = minerals.curve_unreacted[m, -1]
        for q, ends in enumerate(pairwise(places)):
            fall = minerals.curve_unreacted[m, q] - minerals.curve_unreacted[m, q + 1]
            left += fall * integral(lambda s: passed_fraction(thetas, s), *ends, []) / (ends[1] - ends[0])
        return left

    def chance(depth):
        return passed_fraction(thetas, coordinate(minerals, m, ratio, depth)) * 3 * (1 - depth) ** 2

    return integral(chance, 0, 1, np.sum(thetas) / ratio * np.array([0.1, 0.5, 1, 3]))


def unreacted_after(minerals, m, thetas, sizes):
    """Unreacted fraction of a mineral: the segregated integral, class by class."""
    classes = zip(sizes.size_ratio, sizes.size_fraction[m], strict=True)
    return sum(fraction * unreacted_of_class(minerals, m, thetas, ratio) for ratio, fraction in classes)


def thetas_at(minerals, m, residence_times, acids, oxidants=None):
    """Scaled times (N,) of a mineral, in complete times, at the acids and the oxidants (None: its reference) of the tanks."""
    rate = (np.asarray(acids) / minerals.reference_acid[m]) ** minerals.acid_order[m]
    if oxidants is not None:
        rate = rate * (np.asarray(oxidants) / minerals.reference_oxidant[m]) ** minerals.oxidant_order[m]
    return residence_times * rate / minerals.complete_time[m]


def conversion_at(minerals, sizes, residence_times, acids, oxidants=None):
    """Conversions (M,) after the last tank, the acids (and oxidants) of all tanks being given."""
    conversion = np.empty(minerals.law.size)
    for m in range(minerals.law.size):
        thetas = thetas_at(minerals, m, residence_times, acids, oxidants)
        conversion[m] = minerals.accessible[m] * (1 - unreacted_after(minerals, m, thetas, sizes))
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


def arriving(thetas, s):
    """Density of a sum of exponential times of means `thetas` at s: the flow from the last state of the chain."""
    count = len(thetas)
    generator = np.diag(-1 / np.asarray(thetas)) + np.diag(1 / np.asarray(thetas[:-1]), 1)
    return (expm(generator * s)[0] / thetas)[count - 1]


def residue_sizes(minerals, m, thetas, sizes, edges):
    """Mass fractions (E,) of what is left of a mineral, class by class, particle by particle."""
    masses = np.zeros(len(edges) - 1)
    for ratio, fraction in zip(sizes.size_ratio, sizes.size_fraction[m], strict=True):
        own = np.clip(np.searchsorted(edges, ratio, side="right") - 1, 0, len(masses) - 1)
        masses[own] += fraction * (1 - minerals.accessible[m])
        left = fraction * minerals.accessible[m]
        if minerals.law[m] not in (REACTION, SHRINKING_FILM):
            masses[own] += left * unreacted_of_class(minerals, m, thetas, ratio)
            continue

        def mass_at(depth, ratio=ratio):
            slope = ratio if minerals.law[m] == REACTION else 2 * ratio**2 * (1 - depth)
            return (1 - depth) ** 3 * arriving(thetas, coordinate(minerals, m, ratio, depth)) * slope

        for e in range(own + 1):
            low = 0 if e == own else 1 - edges[e + 1] / ratio
            high = 1 if e == 0 else 1 - edges[e] / ratio
            masses[e] += left * integral(mass_at, low, high, np.sum(thetas) / ratio * np.array([0.03, 0.1, 0.5, 1, 3]))
    return masses / np.sum(masses)


def leach_train_with_oxidant(minerals, sizes, residence_times, mineral_flows, reagents):
    """Conversions (N, M), acids (N,) and oxidants (N,), tank by tank: bisection for the acid within one for the oxidant."""
    acid_flow, oxidant_flow, volumetric_flow = reagents
    conversions, acids, oxidants = [], [], []
    for i in range(len(residence_times)):
        times = residence_times[: i + 1]

        def left(acid, oxidant, acids=tuple(acids), oxidants=tuple(oxidants), times=times):
            conversion = conversion_at(minerals, sizes, times, [*acids, acid], [*oxidants, oxidant])
            acid_left = volumetric_flow * acid + np.sum(minerals.acid_demand * mineral_flows * conversion) - acid_flow
            taken = np.sum(minerals.oxidant_demand * mineral_flows * conversion)
            return acid_left, volumetric_flow * oxidant + taken - oxidant_flow, conversion

        def acid_at(oxidant, left=left):
            most = acid_flow / volumetric_flow
            return brentq(lambda acid: left(acid, oxidant)[0], 1e-6 * most, most, xtol=1e-10 * most, rtol=1e-11)

        most = oxidant_flow / volumetric_flow
        oxidant = brentq(
            lambda oxidant: left(acid_at(oxidant), oxidant)[1], 1e-6 * most, most, xtol=1e-9 * most, rtol=1e-9
        )
        acids.append(acid_at(oxidant))
        oxidants.append(oxidant)
        conversions.append(left(acids[-1], oxidant, tuple(acids[:-1]), tuple(oxidants[:-1]))[2])
    return np.array(conversions), np.array(acids), np.array(oxidants)
