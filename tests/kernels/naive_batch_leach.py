"""The batch leach once more, slow and obvious: the balance by bisection inside a stiff solver of SciPy."""

from itertools import pairwise

import numpy as np
from naive_shrinking_core import AVRAMI, FIRST_ORDER, TABULATED, coordinate
from scipy.integrate import solve_ivp
from scipy.optimize import brentq


def unreacted(minerals, m, ratio, elapsed):
    """Unreacted fraction of one size class at `elapsed` complete times, the law's formula solved by bisection."""
    if minerals.law[m] == FIRST_ORDER:
        return np.exp(-elapsed)
    if minerals.law[m] == AVRAMI:
        return np.exp(-(elapsed ** minerals.exponent[m]))
    if minerals.law[m] == TABULATED:
        places = minerals.curve_coordinate[m] * ratio ** minerals.size_exponent[m]
        return np.interp(elapsed, places, minerals.curve_unreacted[m])
    if elapsed >= coordinate(minerals, m, ratio, 1.0):
        return 0.0
    return (1.0 - brentq(lambda x: coordinate(minerals, m, ratio, x) - elapsed, 0.0, 1.0, xtol=1e-15)) ** 3


def converted(minerals, sizes, s):
    """Conversions (M,) at the coordinates s (M,), in seconds."""
    found = np.empty(len(s))
    for m in range(len(s)):
        elapsed = max(s[m], 0.0) / minerals.complete_time[m]
        classes = zip(sizes.size_ratio, sizes.size_fraction[m], strict=True)
        left = sum(share * unreacted(minerals, m, ratio, elapsed) for ratio, share in classes)
        found[m] = minerals.accessible[m] * (1.0 - left)
    return found


def batch_leach(minerals, sizes, amounts, times, supply, volume, accuracy=1e-9):
    """Conversions (T, M) and concentrations (2, T)."""

    def reagents(t, s):
        gone = amounts * converted(minerals, sizes, s)
        fed = np.array([np.interp(t, times, row) for row in supply])
        taken = np.array([minerals.acid_demand @ gone, minerals.oxidant_demand @ gone])
        return (fed - taken) / np.interp(t, times, volume)

    def rates(t, s):
        acid, oxidant = np.maximum(reagents(t, s), 0.0)
        rate = (acid / minerals.reference_acid) ** minerals.acid_order
        return rate * (oxidant / minerals.reference_oxidant) ** minerals.oxidant_order

    states = [np.zeros(len(amounts))]
    for begin, end in pairwise(times):
        found = solve_ivp(rates, (begin, end), states[-1], method="LSODA", rtol=accuracy, atol=1e-8, max_step=end / 20)
        states.append(found.y[:, -1])
    conversion = np.array([converted(minerals, sizes, s) for s in states])
    return conversion, np.array([reagents(t, s) for t, s in zip(times, states, strict=True)]).T
