"""Particles dissolving in a train of stirred tanks that consume an oxidant beside the acid.

As in `shrinking_core`, with a rate that also follows the oxidant (or reductant) dissolved, which the minerals take up in
proportion. Each tank has two balances,

    V A + sum_m a_m X_m(A, O) = A_0,    V O + sum_m o_m X_m(A, O) = O_0,

and both reagents enter a mineral's rate as powers, so there is still one reaction coordinate for each. With the oxidant
held the first has one root, found by `leach_tank`'s safeguarded Newton; it falls as the oxidant rises, and for one
mineral the second, along it, rises: more oxidant dissolves less than it would if the acid did not fall, but not less than
before. So Newton's method in ln A and ln O at once, and where that fails in ln O alone, between bounds.

Shapes: M minerals, K size classes, N tanks.
Sources: Levenspiel, Chemical Reaction Engineering, 3rd ed. 1999, ch. 25 (segregated flow of solids).
"""

from typing import NamedTuple

import numpy as np

from .jit import inner, kernel
from .shrinking_core import (
    CLOSURE,
    LOWEST_LN_ACID,
    MOST_STEPS,
    ROUNDING,
    Minerals,
    Sizes,
    Supply,
    dissolve,
    leach_tank,
    longest_coordinates,
    most_of,
    prepare_solids,
)
from .status import CONVERGED, OUT_OF_STEPS, STARVED

_FEW_STEPS = 25
_LEAP = 2.0  # the longest step, in ln


class Reagents(NamedTuple):
    """What flows into the train beside the minerals: acid_flow, oxidant_flow in mol/s; volumetric_flow in m3/s."""

    acid_flow: float
    oxidant_flow: float
    volumetric_flow: float


@inner.kernel
def _balances(minerals, solids, residence_time, acid_supply, oxidant_supply, before, ln_oxidant):
    """Close the acid of a tank with the oxidant held; before: acid in the liquor that enters, mol/m3.

    Answers (acid, Solids, balance of acid, balance of oxidant, its slope by ln of the oxidant, steps).
    """
    acid, after, acid_balance, steps = leach_tank(minerals, solids, residence_time, acid_supply, before, ln_oxidant)
    _, slopes = dissolve(minerals, solids, residence_time, np.log(acid), ln_oxidant)
    volume = oxidant_supply.volumetric_flow
    balance = volume * np.exp(ln_oxidant) - oxidant_supply.fed
    slope = volume * np.exp(ln_oxidant)
    by_acid, by_oxidant = volume * acid, 0.0
    for m in range(slopes.size):
        by_acid += acid_supply.demand[m] * minerals.acid_order[m] * slopes[m]
        by_oxidant += acid_supply.demand[m] * minerals.oxidant_order[m] * slopes[m]
    follows = by_oxidant / by_acid if by_acid > 0.0 else 0.0  # by how much the acid falls, in ln
    for m in range(slopes.size):
        order = minerals.oxidant_order[m] - minerals.acid_order[m] * follows
        balance += oxidant_supply.demand[m] * after.reacted[m]
        slope += oxidant_supply.demand[m] * order * slopes[m]
    return acid, after, acid_balance, balance, slope, steps + 1


@inner.kernel
def _newton(minerals, solids, residence_time, acid_supply, oxidant_supply, before):
    """Newton's method in ln of acid and oxidant from those `before`; answers as `_tank`."""
    volume = acid_supply.volumetric_flow
    acid_scale, oxidant_scale = most_of(acid_supply)[1], most_of(oxidant_supply)[1]
    ln_acid, ln_oxidant = np.log(before[0]), np.log(before[1])
    after, acid_balance, oxidant_balance, steps = solids, 0.0, 0.0, 0
    while steps < _FEW_STEPS:
        steps += 1
        after, slopes = dissolve(minerals, solids, residence_time, ln_acid, ln_oxidant)
        acid, oxidant = np.exp(ln_acid), np.exp(ln_oxidant)
        acid_balance, oxidant_balance = volume * acid - acid_supply.fed, volume * oxidant - oxidant_supply.fed
        a, b, c, d = volume * acid, 0.0, 0.0, volume * oxidant
        for m in range(slopes.size):
            by_acid, by_oxidant = minerals.acid_order[m] * slopes[m], minerals.oxidant_order[m] * slopes[m]
            acid_balance += acid_supply.demand[m] * after.reacted[m]
            oxidant_balance += oxidant_supply.demand[m] * after.reacted[m]
            a += acid_supply.demand[m] * by_acid
            b += acid_supply.demand[m] * by_oxidant
            c += oxidant_supply.demand[m] * by_acid
            d += oxidant_supply.demand[m] * by_oxidant
        if abs(acid_balance) <= ROUNDING * acid_scale and abs(oxidant_balance) <= ROUNDING * oxidant_scale:
            return acid, oxidant, after, acid_balance, oxidant_balance, True, steps
        determinant = a * d - b * c
        if not determinant > 0.0:
            break
        ln_acid += min(max((b * oxidant_balance - d * acid_balance) / determinant, -_LEAP), _LEAP)
        ln_oxidant += min(max((c * acid_balance - a * oxidant_balance) / determinant, -_LEAP), _LEAP)
    return before[0], before[1], solids, acid_balance, oxidant_balance, False, steps


@inner.kernel
def _tank(minerals, solids, residence_time, acid_supply, oxidant_supply, before):
    """One tank; before: (acid, oxidant) in the liquor that enters, mol/m3.

    Answers (acid, oxidant, Solids, balance of acid, balance of oxidant, whether it closes, steps).
    """
    volume = oxidant_supply.volumetric_flow
    present, scale = volume * before[1], abs(oxidant_supply.fed)
    for m in range(oxidant_supply.demand.size):
        present += max(0.0, -oxidant_supply.demand[m]) * (1.0 - solids.reacted[m])
        scale += abs(oxidant_supply.demand[m])
    ln_oxidant = np.log(present / volume) if present > 0.0 else -np.inf
    high, floor = ln_oxidant, ln_oxidant + LOWEST_LN_ACID
    low, reach, bracketed, steps = floor, 2.0, False, 0
    acid, after, acid_balance, balance = before[0], solids, 0.0, 0.0
    for _ in range(MOST_STEPS):
        acid, after, acid_balance, balance, slope, taken = _balances(
            minerals, solids, residence_time, acid_supply, oxidant_supply, before[0], ln_oxidant
        )
        steps += taken
        if abs(balance) <= ROUNDING * scale or (balance > 0.0 and ln_oxidant <= floor) or present <= 0.0:
            return acid, np.exp(ln_oxidant), after, acid_balance, balance, True, steps
        if balance > 0.0:
            high = ln_oxidant
        else:
            low, bracketed = ln_oxidant, True
        change = -balance / slope if slope > 0.0 else -np.inf
        if not bracketed and not change >= -reach:
            change, reach = max(-reach, floor - ln_oxidant), 2.0 * reach
        elif not low < ln_oxidant + change < high:
            change = 0.5 * (low + high) - ln_oxidant
        if abs(change) <= 1e-15 * (1.0 + abs(ln_oxidant)):
            return acid, np.exp(ln_oxidant), after, acid_balance, balance, True, steps
        ln_oxidant += change
    return acid, np.exp(ln_oxidant), after, acid_balance, balance, False, steps


@kernel
def leach_train_with_oxidant(
    minerals: Minerals,
    sizes: Sizes,
    residence_times: np.ndarray,
    mineral_flows: np.ndarray,
    reagents: Reagents,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, float, int, int]:
    """Conversions, acid and oxidant along a co-current train of stirred tanks.

    minerals: Minerals
    sizes: Sizes
    residence_times: (N,) s, mean, of solids and liquor alike
    mineral_flows: (M,) mol/s fed
    reagents: Reagents

    Returns (conversion (N, M) of the mineral fed, after each tank; acid (N,) mol/m3; oxidant (N,) mol/m3; error, the
    largest imbalance of acid or oxidant relative to what is fed and could be consumed; steps in all; status). STARVED:
    acid or oxidant cannot be balanced in a tank, because less than nothing was fed or a mineral of order 0 in it goes on.
    """
    N, M = residence_times.size, minerals.law.size
    conversion, acid, oxidant = np.zeros((N, M)), np.zeros(N), np.zeros(N)
    volume = reagents.volumetric_flow
    acid_supply = Supply(minerals.acid_demand * minerals.accessible * mineral_flows, reagents.acid_flow, volume)
    oxidant_supply = Supply(
        minerals.oxidant_demand * minerals.accessible * mineral_flows, reagents.oxidant_flow, volume
    )
    ln_acid, acid_scale = most_of(acid_supply)
    ln_oxidant, oxidant_scale = most_of(oxidant_supply)
    solids = prepare_solids(minerals, sizes, longest_coordinates(minerals, residence_times, ln_acid, ln_oxidant))
    before = (reagents.acid_flow / volume, reagents.oxidant_flow / volume)
    error, steps = 0.0, 0
    for i in range(N):
        found = _newton(minerals, solids, residence_times[i], acid_supply, oxidant_supply, before)
        steps += found[6]
        if not found[5]:
            found = _tank(minerals, solids, residence_times[i], acid_supply, oxidant_supply, before)
            steps += found[6]
        acid[i], oxidant[i], solids, lacking_acid, lacking_oxidant, closed, _ = found
        before = (acid[i], oxidant[i])
        # Afresh, from the numbers that are answered.
        acid_left, oxidant_left = volume * acid[i] - reagents.acid_flow, volume * oxidant[i] - reagents.oxidant_flow
        for m in range(M):
            conversion[i, m] = minerals.accessible[m] * solids.reacted[m]
            acid_left += minerals.acid_demand[m] * mineral_flows[m] * conversion[i, m]
            oxidant_left += minerals.oxidant_demand[m] * mineral_flows[m] * conversion[i, m]
        for left, scale in ((acid_left, acid_scale), (oxidant_left, oxidant_scale)):
            if scale != 0.0 and not abs(left) / scale <= error:  # written so that a nan is kept
                error = abs(left) / scale
        if not error <= CLOSURE:
            short = lacking_acid > CLOSURE * acid_scale or lacking_oxidant > CLOSURE * oxidant_scale
            return conversion, acid, oxidant, error, steps, STARVED if closed and short else OUT_OF_STEPS
    return conversion, acid, oxidant, error, steps, CONVERGED
