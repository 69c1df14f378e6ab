"""Particles dissolving in a batch whose liquor they share, acid and oxidant dosed over time.

Segregated solids, well mixed liquor. All that happened to the particles of a mineral is one number, its reaction
coordinate s in seconds at the references (see `shrinking_core`), whose rate depends on the liquor alone:

    ds_m/dt = (C_a/C_ref,m)^order (O/O_ref,m)^order        X_m = accessible_m (1 - u_m(s_m))
    V(t) C_a(t) = A(t) - sum_m demand_m N_m X_m            V(t) O(t) = B(t) - sum_m need_m N_m X_m

A, B and V, what has been dosed and the volume, are straight between the times given. The balance is algebraic, so that
no acid is gained or lost however long the steps. Where acid is short the rate falls to what the dosing feeds, which is
stiff: L-stable singly diagonal Runge-Kutta of order 4 with embedded order 3, stiffly accurate, so that the end of a step
satisfies the balance as a stage does. A stage is the root in ln C of a scalar balance, which rises with C as long as no
demand is negative; with orders in oxidant, of two balances. A mineral of order 0 that consumes acid slows
within `LIMIT` of none.

X(s) of all sizes together is asked for thousands of times, so it is tabulated once, over the fourth root of s, in which it
starts smoothly whatever the law: cubics through `NODES` + 1 points, within 1e-7 of a conversion, of film 1e-5.

Shapes: M minerals, K size classes, T times, J nodes of the table.
Sources: Levenspiel, Chemical Reaction Engineering, 3rd ed. 1999, ch. 25; Hairer & Wanner, Solving Ordinary Differential
Equations II, 1996, sec. IV.6, table 6.5 (SDIRK4), sec. IV.8 (the error by Shampine).
"""

from typing import NamedTuple

import numpy as np

from .jit import inner, kernel
from .shrinking_core import Minerals, Sizes, rate_factor, slowest_coordinate, unreacted_fraction
from .status import CONVERGED, OUT_OF_STEPS

GAMMA = 0.25
STAGES = np.array(
    [
        [0.25, 0.0, 0.0, 0.0, 0.0],
        [0.5, 0.25, 0.0, 0.0, 0.0],
        [17.0 / 50.0, -1.0 / 25.0, 0.25, 0.0, 0.0],
        [371.0 / 1360.0, -137.0 / 2720.0, 15.0 / 544.0, 0.25, 0.0],
        [25.0 / 24.0, -49.0 / 48.0, 125.0 / 16.0, -85.0 / 12.0, 0.25],
    ]
)
EMBEDDED = np.array([59.0 / 48.0, -17.0 / 96.0, 225.0 / 32.0, -85.0 / 12.0, 0.0])
PLACES = np.array([0.25, 0.75, 0.55, 0.5, 1.0])
NODES = 1024
LIMIT = 1e-3  # mol/m3
LOWEST_LN = -80.0  # below the ln of the largest concentration there can be
NEAR, NEAR_OXIDANT = 1e-13, 1e-11  # of a balance
LEAST = 1e-30  # mol, and of a supply
SLIGHT = 1e-8  # of a balance: a stage that overdraws by no more goes on at the lowest concentration
MOST_TRIES = 100
SWIFT = 14  # tries, after which every third halves the bracket
NUDGE, LONGEST = 1e-6, 3.0  # of ln of a concentration: a difference, a step of Newton's method
MOST_STEPS = 20000
SMALLEST_STEP = 1e-12  # of the whole time
TOLERANCE = 1e-8  # of a conversion, in one step


class Curves(NamedTuple):
    """Conversion against reaction coordinate.

    span: (M,) s, the coordinate of the last node; nothing changes beyond
    share: (M, J+1) conversion at the nodes, which lie at span (j/J)^4
    slope: (M, J+1) its change from a node to the next, by differences of order 4
    """

    span: np.ndarray
    share: np.ndarray
    slope: np.ndarray


@kernel
def tabulate(minerals: Minerals, sizes: Sizes, reach: np.ndarray) -> Curves:
    """The curves of minerals, up to the coordinates `reach` (M,) in s that a batch may come to."""
    M = minerals.law.size
    span, share, slope = np.empty(M), np.zeros((M, NODES + 1)), np.zeros((M, NODES + 1))
    for m in range(M):
        span[m] = min(reach[m], slowest_coordinate(minerals, sizes, m))
        for j in range(NODES + 1):
            elapsed = span[m] * (j / NODES) ** 4 / minerals.complete_time[m]
            left = 0.0
            for k in range(sizes.size_ratio.size):
                if sizes.size_fraction[m, k] > 0.0:
                    left += sizes.size_fraction[m, k] * unreacted_fraction(minerals, m, sizes.size_ratio[k], elapsed)
            share[m, j] = minerals.accessible[m] * (1.0 - left)
        f = share[m]
        for j in range(2, NODES - 1):
            slope[m, j] = (8.0 * (f[j + 1] - f[j - 1]) - (f[j + 2] - f[j - 2])) / 12.0
        slope[m, 1] = 0.5 * (f[2] - f[0])
        slope[m, NODES - 1] = 0.5 * (f[NODES] - f[NODES - 2])
        slope[m, NODES] = f[NODES] - f[NODES - 1]
    return Curves(span, share, slope)


@inner.kernel
def converted(curves: Curves, m: int, coordinate: float) -> float:
    """Conversion of mineral m at reaction coordinate `coordinate` in s."""
    if coordinate <= 0.0:
        return 0.0
    if coordinate >= curves.span[m]:
        return curves.share[m, NODES]
    place = NODES * np.sqrt(np.sqrt(coordinate / curves.span[m]))
    j = min(int(place), NODES - 1)
    x = place - j
    low, high = curves.share[m, j], curves.share[m, j + 1]
    rise = high - low
    below, above = curves.slope[m, j] - rise, curves.slope[m, j + 1] - rise
    found = low + x * (rise + (1.0 - x) * ((1.0 - x) * below - x * above))
    return min(max(found, low), high)


@inner.kernel
def rate_of(minerals: Minerals, m: int, ln_acid: float, ln_oxidant: float) -> float:
    """Seconds of reaction coordinate of mineral m in a second."""
    rate = rate_factor(minerals, m, ln_acid, ln_oxidant)
    if minerals.acid_order[m] == 0.0 and minerals.acid_demand[m] > 0.0:
        rate /= 1.0 + LIMIT * np.exp(-ln_acid)
    return rate


@inner.kernel
def left_over(
    minerals: Minerals,
    curves: Curves,
    held: np.ndarray,
    base: np.ndarray,
    step: float,
    ln_acid: float,
    ln_oxidant: float,
) -> tuple[float, float]:
    """Acid and oxidant, mol, that a stage leaves which has these concentrations: supply less what has been consumed.

    held: (M+2,) mol of each mineral, then supplies of acid and of oxidant; base: (M,) coordinates without the rates of
    the stage; step: s, that its rates are counted for
    """
    M = minerals.law.size
    acid, oxidant = held[M], held[M + 1]
    for m in range(M):
        if held[m] > 0.0:
            gone = held[m] * converted(curves, m, base[m] + step * rate_of(minerals, m, ln_acid, ln_oxidant))
            acid -= minerals.acid_demand[m] * gone
            oxidant -= minerals.oxidant_demand[m] * gone
    return acid, oxidant


@inner.kernel
def largest_of(demand: np.ndarray, held: np.ndarray, supply: float) -> tuple[float, float]:
    """The most of a reagent, mol, that there can be, and what its balance is measured by; demand: (M,)."""
    most, scale = supply, abs(supply) + LEAST
    for m in range(demand.size):
        most += max(0.0, -demand[m]) * held[m]
        scale += abs(demand[m]) * held[m]
    return max(most, LEAST * scale), scale


@inner.kernel
def acid_alone(
    minerals: Minerals, curves: Curves, held: np.ndarray, base: np.ndarray, setting: np.ndarray
) -> tuple[float, float]:
    """The ln of the acid, mol/m3, of a stage that balances, nan for none, where no rate depends on the oxidant.

    setting: (5,) step in s that the rates of the stage are counted for; volume in m3; guesses of the ln of acid and
    of oxidant; mol of acid that may be overdrawn, with which all stands still. The root is bracketed from the guess
    outward, then found by false position with halving (Illinois).
    """
    step, volume = setting[0], setting[1]
    most, scale = largest_of(minerals.acid_demand, held, held[minerals.law.size])
    highest = np.log(most / volume) + 1e-12
    lowest, reach = highest + LOWEST_LN, 0.05
    middle = min(max(setting[2], lowest), highest)
    low, high, at_low, at_high = lowest, highest, np.nan, np.nan
    side = 0
    for trial in range(MOST_TRIES):
        left, _ = left_over(minerals, curves, held, base, step, middle, np.inf)
        value = volume * np.exp(middle) - left
        if abs(value) <= NEAR * scale or high - low <= 1e-15 * (1.0 + abs(middle)):
            break
        if value > 0.0:
            if middle == lowest:
                return (middle if value <= setting[4] + SLIGHT * scale else np.nan), np.inf
            high, at_high = middle, value
            at_low *= 0.5 if side == 1 else 1.0
            side = 1
        else:
            if middle == highest:
                break
            low, at_low = middle, value
            at_high *= 0.5 if side == -1 else 1.0
            side = -1
        if np.isnan(at_low):
            middle, reach = max(lowest, high - reach), 4.0 * reach
        elif np.isnan(at_high):
            middle, reach = min(highest, low + reach), 4.0 * reach
        elif trial > SWIFT and trial % 3 == 0:
            middle = 0.5 * (low + high)
        else:
            middle = (low * at_high - high * at_low) / (at_high - at_low)
    return middle, np.inf


@inner.kernel
def acid_and_oxidant(
    minerals: Minerals, curves: Curves, held: np.ndarray, base: np.ndarray, setting: np.ndarray
) -> tuple[float, float]:
    """The ln of acid and of oxidant, mol/m3, of a stage that balances, nan for none; setting: as of `acid_alone`.

    Newton's method on both with slopes by differences and steps of `LONGEST` at most; what is as good as spent stays at
    the lowest concentration there is.
    """
    M, step, volume = minerals.law.size, setting[0], setting[1]
    most_acid, scale_acid = largest_of(minerals.acid_demand, held, held[M])
    most_oxidant, scale_oxidant = largest_of(minerals.oxidant_demand, held, held[M + 1])
    high_x = np.log(most_acid / volume) + 1e-12
    high_y = np.log(most_oxidant / volume) + 1e-12
    low_x, low_y = high_x + LOWEST_LN, high_y + LOWEST_LN
    x, y = min(max(setting[2], low_x), high_x), min(max(setting[3], low_y), high_y)
    for _ in range(MOST_TRIES):
        acid, oxidant = left_over(minerals, curves, held, base, step, x, y)
        f, g = (volume * np.exp(x) - acid) / scale_acid, (volume * np.exp(y) - oxidant) / scale_oxidant
        fixed_x, fixed_y = x == low_x and f > 0.0, y == low_y and g > 0.0
        if fixed_x and f > setting[4] / scale_acid + SLIGHT:
            return np.nan, np.nan
        if (abs(f) <= NEAR or fixed_x) and (abs(g) <= NEAR_OXIDANT or fixed_y):
            return x, y
        acid, oxidant = left_over(minerals, curves, held, base, step, x + NUDGE, y)
        f_x = ((volume * np.exp(x + NUDGE) - acid) / scale_acid - f) / NUDGE
        g_x = ((volume * np.exp(y) - oxidant) / scale_oxidant - g) / NUDGE
        acid, oxidant = left_over(minerals, curves, held, base, step, x, y + NUDGE)
        f_y = ((volume * np.exp(x) - acid) / scale_acid - f) / NUDGE
        g_y = ((volume * np.exp(y + NUDGE) - oxidant) / scale_oxidant - g) / NUDGE
        if fixed_x:
            f, f_x, f_y = 0.0, 1.0, 0.0
        if fixed_y:
            g, g_x, g_y = 0.0, 0.0, 1.0
        determinant = f_x * g_y - f_y * g_x
        dx, dy = (f_y * g - g_y * f) / determinant, (g_x * f - f_x * g) / determinant
        if not (abs(dx) < 1e9 and abs(dy) < 1e9):
            dx, dy = -np.sign(f), -np.sign(g)
        shrink = min(1.0, LONGEST / max(abs(dx), abs(dy), 1e-300))
        last_x, last_y = x, y
        x, y = min(max(x + shrink * dx, low_x), high_x), min(max(y + shrink * dy, low_y), high_y)
        if abs(x - last_x) + abs(y - last_y) <= 1e-15 * (abs(x) + abs(y)):
            return x, y
    return np.nan, np.nan


@inner.kernel
def soften(
    minerals: Minerals, curves: Curves, held: np.ndarray, after: np.ndarray, apart: np.ndarray, setting: np.ndarray
) -> None:
    """Take out of the error `apart` (M,), s, what a liquor short of a reagent would undo at once.

    The error is that of a method which is not L-stable, so it is solved with I - gamma h J as Shampine does; J is of rank
    one for each reagent: what more dissolves lowers the reagent, which slows all. held: (M+3,) as of the last stage.
    """
    M, step = minerals.law.size, setting[0]
    x, y = setting[2], setting[3]
    for which in range(2):
        if which == 1 and not y < np.inf:
            return
        demand = minerals.acid_demand if which == 0 else minerals.oxidant_demand
        left, more, slope = held[M + 2] * np.exp(x if which == 0 else y), 0.0, 0.0
        for m in range(M):
            here = converted(curves, m, after[m])
            more += demand[m] * held[m] * (converted(curves, m, after[m] + apart[m]) - here)
            nudged = rate_of(minerals, m, x + NUDGE, y) if which == 0 else rate_of(minerals, m, x, y + NUDGE)
            gain = step * (nudged - rate_of(minerals, m, x, y)) / NUDGE
            slope += demand[m] * held[m] * (converted(curves, m, after[m] + NUDGE * gain) - here) / NUDGE
        if not left + slope > 0.0:
            return
        change = min(max(-more / (left + slope), -LONGEST), LONGEST)
        for m in range(M):
            nudged = rate_of(minerals, m, x + NUDGE, y) if which == 0 else rate_of(minerals, m, x, y + NUDGE)
            apart[m] += step * (nudged - rate_of(minerals, m, x, y)) / NUDGE * change


@inner.kernel
def advance(
    minerals: Minerals,
    curves: Curves,
    start: np.ndarray,
    step: float,
    given: np.ndarray,
    guess: np.ndarray,
) -> tuple[np.ndarray, float]:
    """One step of the method.

    start: (M,) coordinates, s; given: (5, M+3) of each stage: moles of the minerals, supply of acid, of oxidant, volume;
    guess: (2,) ln of acid and of oxidant, mol/m3, made those of the end

    Returns (coordinates (M,); error, the largest of a conversion, nan where a stage has no balance).
    """
    M = minerals.law.size
    needs_oxidant = minerals.oxidant_order.max() > 0.0
    rates = np.zeros((5, M))
    base = np.empty(M)
    setting = np.array([GAMMA * step, 0.0, guess[0], guess[1], 0.0])
    for i in range(5):
        left = given[i, M]
        for m in range(M):
            left -= minerals.acid_demand[m] * given[i, m] * converted(curves, m, start[m])
        setting[4] = max(setting[4], -left)
    for i in range(5):
        for m in range(M):
            base[m] = start[m]
            for j in range(i):
                base[m] += step * STAGES[i, j] * rates[j, m]
        held = given[i, : M + 2]
        setting[1] = given[i, M + 2]
        if needs_oxidant:
            ln_acid, ln_oxidant = acid_and_oxidant(minerals, curves, held, base, setting)
        else:
            ln_acid, ln_oxidant = acid_alone(minerals, curves, held, base, setting)
        if np.isnan(ln_acid):
            return start, np.nan
        setting[2], setting[3] = ln_acid, ln_oxidant
        for m in range(M):
            rates[i, m] = rate_of(minerals, m, ln_acid, ln_oxidant)
    after, apart = np.empty(M), np.empty(M)
    for m in range(M):
        after[m] = base[m] + GAMMA * step * rates[4, m]
        apart[m] = start[m] - after[m]
        for i in range(5):
            apart[m] += step * EMBEDDED[i] * rates[i, m]
    soften(minerals, curves, given[4], after, apart, setting)
    error = 0.0
    for m in range(M):
        change = abs(converted(curves, m, after[m]) - converted(curves, m, after[m] + apart[m]))
        if not change <= error:  # written so that a nan is kept
            error = change
    guess[:] = setting[2:4]
    return after, error


@kernel
def batch_leach(
    minerals: Minerals,
    curves: Curves,
    amounts: np.ndarray,
    times: np.ndarray,
    supply: np.ndarray,
    volume: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, float, int, int]:
    """Conversions and reagents along a batch.

    minerals: Minerals; where no order in oxidant is above 0, oxidant is counted and does not matter
    curves: Curves, as of `tabulate`
    amounts: (M,) mol at the start
    times: (T,) s, rising from 0
    supply: (2, T) mol of acid and of oxidant, what was there and what has been dosed until each time, less what has
        been consumed otherwise; straight between
    volume: (T,) m3 of liquor; straight between

    Returns (conversion (T, M); concentrations (2, T) mol/m3 of acid and of oxidant; error, the sum of what steps may have
    added to a conversion; steps; status). Where less is supplied than has been consumed, the concentration is below 0
    and what needs acid stands still.
    """
    T, M = times.size, minerals.law.size
    guess, tried_guess = np.array([np.log(max(supply[0, 0], 1e-30) / volume[0]), 0.0]), np.empty(2)
    guess[1] = np.log(max(supply[1, 0], 1e-30) / volume[0])
    conversion, reagents = np.zeros((T, M)), np.zeros((2, T))
    coordinates = np.zeros(M)
    given = np.empty((5, M + 3))
    reagents[0, 0], reagents[1, 0] = supply[0, 0] / volume[0], supply[1, 0] / volume[0]
    shortest = SMALLEST_STEP * times[T - 1]
    step, error, steps = 1e-3 * (times[T - 1] - times[0]), 0.0, 0
    for t in range(1, T):
        now, span = times[t - 1], times[t] - times[t - 1]
        while now < times[t]:
            last = now + step >= times[t] - shortest
            tried = times[t] - now if last else step
            for i in range(5):
                part = (now + PLACES[i] * tried - times[t - 1]) / span
                given[i, :M] = amounts
                given[i, M] = supply[0, t - 1] + part * (supply[0, t] - supply[0, t - 1])
                given[i, M + 1] = supply[1, t - 1] + part * (supply[1, t] - supply[1, t - 1])
                given[i, M + 2] = volume[t - 1] + part * (volume[t] - volume[t - 1])
            tried_guess[:] = guess
            after, apart = advance(minerals, curves, coordinates, tried, given, tried_guess)
            steps += 1
            if apart <= TOLERANCE or (tried <= 2.0 * shortest and not np.isnan(apart)):
                coordinates, error = after, error + apart
                guess[:] = tried_guess
                now = times[t] if last else now + tried
                step = tried if last and tried < step else step
                step *= min(4.0, max(0.5, 0.9 * (TOLERANCE / max(apart, 1e-16)) ** 0.25))
            else:
                step = 0.25 * tried if np.isnan(apart) else tried * max(0.1, 0.9 * (TOLERANCE / apart) ** 0.25)
            if steps >= MOST_STEPS or step < shortest:
                return conversion, reagents, error, steps, OUT_OF_STEPS
        for m in range(M):
            conversion[t, m] = converted(curves, m, coordinates[m])
        reagents[0, t], reagents[1, t] = supply[0, t] / volume[t], supply[1, t] / volume[t]
        for m in range(M):
            reagents[0, t] -= minerals.acid_demand[m] * amounts[m] * conversion[t, m] / volume[t]
            reagents[1, t] -= minerals.oxidant_demand[m] * amounts[m] * conversion[t, m] / volume[t]
    return conversion, reagents, error, steps, CONVERGED
