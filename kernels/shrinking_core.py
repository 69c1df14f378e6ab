"""Particles dissolving in a train of stirred tanks that share one liquor.

Segregated solids, well mixed liquor, co-current: a particle stays in tank i for an exponentially distributed time of
mean tau_i and reacts meanwhile at the acid concentration of that tank. A mineral has one law, one order in acid and one
in oxidant, so all that happened to a particle is summed up in one number, its reaction coordinate s, the time at the
reference acid that would have brought it as far; tank i adds theta_i = tau_i (C_i / C_ref)^order to its mean. How s is
distributed, and what has reacted of a mineral by it, see `leach_panels`. Absolute error of a conversion in equal tanks,
against the incomplete gamma function, of any law: 1e-14 up to 4 tanks, 2e-13 with 8, 1e-11 with 20, 4e-9 with 50, 6e-7
with 100.

The acid of a tank is the root of one scalar balance, which rises with the acid as long as no demand is negative:
safeguarded Newton in ln C.

Size: film, ash and surface resist a particle of diameter d as d, d^2 and d do; the film of a small particle that
shrinks as d^2 (Stokes); first order and Avrami do not know it.

Shapes: M minerals, K size classes, N tanks, T times, D + 1 coefficients on each of J panels, Q points of a curve.
Sources: Levenspiel, Chemical Reaction Engineering, 3rd ed. 1999, ch. 25 (laws of conversion, resistances in series,
segregated flow of solids); Avrami, J. Chem. Phys. 7 (1939) 1103 (with exponent 1 the first-order law).
"""

from typing import NamedTuple

import numpy as np

from .jit import apart, inner, kernel
from .lanes import WIDTH
from .leach_panels import DEGREE, PANELS, avrami_weights, cubic_weights, curve_weights, depth_at, pass_tank
from .status import CONVERGED, OUT_OF_STEPS, STARVED

REACTION = 0  # s = 1 - (1 - X)^(1/3)               surface reaction on a shrinking core
ASH = 1  # s = 1 - 3 (1 - X)^(2/3) + 2 (1 - X)      diffusion through the layer left behind
FILM = 2  # s = X                                    diffusion through the liquid film, particle of constant size
FIRST_ORDER = 3  # s = -ln(1 - X)                    Avrami with exponent 1
MIXED = 4  # s = sum of shares times FILM, ASH, REACTION   resistances in series
AVRAMI = 5  # s = (-ln(1 - X))^(1/n)
TABULATED = 6  # u(s) on a curve given by its points
SHRINKING_FILM = 7  # s = 1 - (1 - X)^(2/3)          diffusion through the film of a small particle that shrinks

LARGEST_THETA = 1e30  # beyond, nothing of a shrinking core is left in double precision
LARGEST_EXPONENT = 600.0
LAST_AVRAMI = 36.7  # -ln of what counts as nothing
BEYOND = 40.0  # mean coordinates, further than which e^-40 of the particles come
LOWEST_LN_ACID = -690.0  # of the acid to the largest possible one: the smallest normal number
CLOSURE = 1e-12
ROUNDING = 4e-15
MOST_STEPS = 100


class Minerals(NamedTuple):
    """What dissolves: arrays of one number, or one row, a mineral. `Minerals.of` fills in what a law does not need.

    law: (M,) int64, one of the laws above
    complete_time: (M,) s, at reference acid, reference oxidant and the tank's temperature, of a particle of size ratio
        1; FIRST_ORDER and AVRAMI: the time constant; TABULATED: the time that the coordinates are counted in
    acid_order: (M,) order of the rate in acid, >= 0
    reference_acid: (M,) mol/m3, where complete_time holds
    acid_demand: (M,) moles of acid consumed by a mole of mineral
    accessible: (M,) fraction that can dissolve at all
    exponent: (M,) n of AVRAMI, > 0
    resistance: (M, 3) shares of film, ash and surface in complete_time, of MIXED; they sum to one
    oxidant_order: (M,) order of the rate in oxidant, >= 0
    reference_oxidant: (M,) mol/m3, where complete_time holds
    oxidant_demand: (M,) moles of oxidant consumed by a mole of mineral
    curve_coordinate: (M, Q) rising from 0, of TABULATED
    curve_unreacted: (M, Q) unreacted fraction there, not rising; straight between the points, constant after the last
    size_exponent: (M,) power of the size ratio that the coordinates of TABULATED grow with: 0, 1 or 2
    """

    law: np.ndarray
    complete_time: np.ndarray
    acid_order: np.ndarray
    reference_acid: np.ndarray
    acid_demand: np.ndarray
    accessible: np.ndarray
    exponent: np.ndarray
    resistance: np.ndarray
    oxidant_order: np.ndarray
    reference_oxidant: np.ndarray
    oxidant_demand: np.ndarray
    curve_coordinate: np.ndarray
    curve_unreacted: np.ndarray
    size_exponent: np.ndarray

    @classmethod
    def of(cls, law: np.ndarray, complete_time: np.ndarray, **given: np.ndarray) -> "Minerals":
        """Answer Minerals of the fields `given`; the others say that neither acid nor oxidant matters."""
        count = len(law)
        usual = {
            "acid_order": np.zeros(count),
            "reference_acid": np.ones(count),
            "acid_demand": np.zeros(count),
            "accessible": np.ones(count),
            "exponent": np.ones(count),
            "resistance": np.tile([0.0, 0.0, 1.0], (count, 1)),
            "oxidant_order": np.zeros(count),
            "reference_oxidant": np.ones(count),
            "oxidant_demand": np.zeros(count),
            "curve_coordinate": np.zeros((count, 1)),
            "curve_unreacted": np.ones((count, 1)),
            "size_exponent": np.ones(count),
        }
        fields = {name: np.array(value, dtype=float, order="C") for name, value in (usual | given).items()}
        return cls(np.array(law, np.int64), np.array(complete_time, dtype=float, order="C"), **fields)


class Sizes(NamedTuple):
    """Particle sizes.

    size_ratio: (K,) diameter to the one complete_time holds for, > 0
    size_fraction: (M, K) mass fractions of each mineral, which sum to one
    """

    size_ratio: np.ndarray
    size_fraction: np.ndarray


class Solids(NamedTuple):
    """Solids on their way through the train.

    weights: (M, D+1, J) of the coefficients, whose sum and `at_once` are the reacted fraction
    at_once: (M,) fraction that reacts in no time
    span: (M,) s of reaction coordinate that the panels cover
    reached: (M, D+1, J) Legendre coefficients of G after the tanks passed so far
    reacted: (M,) fraction of the accessible mineral gone after them
    """

    weights: np.ndarray
    at_once: np.ndarray
    span: np.ndarray
    reached: np.ndarray
    reacted: np.ndarray


class Supply(NamedTuple):
    """A reagent. demand: (M,) mol/s of it that all of the accessible mineral would consume; fed: mol/s to the train;
    volumetric_flow: m3/s."""

    demand: np.ndarray
    fed: float
    volumetric_flow: float


NO_MINERALS = Minerals.of(np.zeros(0), np.zeros(0))
NO_SIZES = Sizes(np.zeros(0), np.zeros((0, 0)))
NO_SOLIDS = Solids(np.zeros((0, 0, 0)), np.zeros(0), np.zeros(0), np.zeros((0, 0, 0)), np.zeros(0))


@inner.kernel
def size_factor(law: int, size_exponent: float, size_ratio: float) -> float:
    """Factor of the coordinates of a law given by points, TABULATED or FILM, for a particle of `size_ratio`."""
    return size_ratio**size_exponent if law == TABULATED else size_ratio


@inner.kernel
def cubic_of(minerals: Minerals, m: int, size_ratio: float) -> tuple[float, float, float]:
    """Reaction coordinate of a shrinking core, in complete times: coefficients of its depth x, of x^2 and of x^3."""
    law = minerals.law[m]
    film, ash, surface = 0.0, 0.0, 0.0
    if law == SHRINKING_FILM:
        return 2.0 * size_ratio**2, -(size_ratio**2), 0.0
    if law == MIXED:
        film, ash, surface = minerals.resistance[m, 0], minerals.resistance[m, 1], minerals.resistance[m, 2]
    elif law == FILM:
        film = 1.0
    elif law == ASH:
        ash = 1.0
    else:
        surface = 1.0
    ash *= size_ratio
    return size_ratio * (3.0 * film + surface), 3.0 * size_ratio * (ash - film), size_ratio * (film - 2.0 * ash)


@inner.kernel
def curve_of(minerals: Minerals, m: int) -> tuple[np.ndarray, np.ndarray]:
    """Points (Q,) of a law that is straight between them, TABULATED or FILM: coordinates and unreacted fractions."""
    if minerals.law[m] == FILM:
        return np.array([0.0, 1.0]), np.array([1.0, 0.0])
    return minerals.curve_coordinate[m], minerals.curve_unreacted[m]


@inner.kernel
def cubics_of(minerals: Minerals, sizes: Sizes, m: int, scale: float) -> np.ndarray:
    """What `cubic_weights` takes: the cubics of all classes times `scale`, and their fractions, in blocks of eight."""
    cubic = np.zeros((4, (sizes.size_ratio.size + WIDTH - 1) // WIDTH, WIDTH))
    cubic[0] = 1.0
    for k in range(sizes.size_ratio.size):
        if sizes.size_fraction[m, k] > 0.0:
            block, lane = k // WIDTH, k % WIDTH
            a, b, c = cubic_of(minerals, m, sizes.size_ratio[k])
            cubic[0, block, lane], cubic[1, block, lane], cubic[2, block, lane] = scale * a, scale * b, scale * c
            cubic[3, block, lane] = sizes.size_fraction[m, k]
    return cubic


@kernel
def unreacted_fraction(minerals: Minerals, m: int, size_ratio: float, elapsed: float) -> float:
    """Unreacted fraction of a particle of mineral m at reaction coordinate `elapsed` (time over complete time, >= 0)."""
    law = minerals.law[m]
    if law == FIRST_ORDER:
        return np.exp(-elapsed)
    if law == AVRAMI:
        return np.exp(-(elapsed ** minerals.exponent[m]))
    if law == TABULATED:
        at = elapsed / size_factor(law, minerals.size_exponent[m], size_ratio)
        return np.interp(at, minerals.curve_coordinate[m], minerals.curve_unreacted[m])
    a, b, c = cubic_of(minerals, m, size_ratio)
    return (1.0 - depth_at(a, b, c, elapsed)) ** 3


@kernel
def batch_conversion(minerals: Minerals, sizes: Sizes, times: np.ndarray, acid: float) -> np.ndarray:
    """Conversion (T, M) after `times` (T,) s in a batch, or plug flow, of constant `acid` in mol/m3."""
    conversion = np.zeros((times.size, minerals.law.size))
    for m in range(minerals.law.size):
        rate = (acid / minerals.reference_acid[m]) ** minerals.acid_order[m] / minerals.complete_time[m]
        for t in range(times.size):
            left = 0.0
            for k in range(sizes.size_ratio.size):
                if sizes.size_fraction[m, k] > 0.0:
                    unreacted = unreacted_fraction(minerals, m, sizes.size_ratio[k], times[t] * rate)
                    left += sizes.size_fraction[m, k] * unreacted
            conversion[t, m] = minerals.accessible[m] * (1.0 - left)
    return conversion


@inner.kernel
def longest_coordinates(minerals: Minerals, residence_times: np.ndarray, ln_acid: float, ln_oxidant: float):
    """Mean reaction coordinate (M,), s, after the tanks of residence_times (N,) if all had this much reagent."""
    longest = np.zeros(minerals.law.size)
    for m in range(minerals.law.size):
        for i in range(residence_times.size):
            longest[m] += residence_times[i] * rate_factor(minerals, m, ln_acid, ln_oxidant)
    return longest


@inner.kernel
def rate_factor(minerals: Minerals, m: int, ln_acid: float, ln_oxidant: float) -> float:
    """How many times as fast mineral m dissolves as at its references.

    ln_acid, ln_oxidant: of mol/m3; -inf for none, an oxidant of inf for its reference
    """
    exponent = 0.0
    if minerals.acid_order[m] != 0.0:
        exponent += minerals.acid_order[m] * (ln_acid - np.log(minerals.reference_acid[m]))
    if minerals.oxidant_order[m] != 0.0 and ln_oxidant < np.inf:
        exponent += minerals.oxidant_order[m] * (ln_oxidant - np.log(minerals.reference_oxidant[m]))
    return np.exp(min(exponent, LARGEST_EXPONENT))


@inner.kernel
def slowest_coordinate(minerals: Minerals, sizes: Sizes, m: int) -> float:
    """Reaction coordinate, s, at which nothing of mineral m changes any more."""
    law = minerals.law[m]
    if law in (FIRST_ORDER, AVRAMI):
        return minerals.complete_time[m] * LAST_AVRAMI ** (1.0 / minerals.exponent[m])
    slowest = 0.0
    for k in range(sizes.size_ratio.size):
        if sizes.size_fraction[m, k] > 0.0:
            if law == TABULATED:
                factor = size_factor(law, minerals.size_exponent[m], sizes.size_ratio[k])
                slowest = max(slowest, factor * minerals.curve_coordinate[m, -1])
            else:
                a, b, c = cubic_of(minerals, m, sizes.size_ratio[k])
                slowest = max(slowest, a + b + c)
    return minerals.complete_time[m] * slowest


@apart(NO_MINERALS, NO_SIZES, np.zeros(1), answers=NO_SOLIDS)
@inner.kernel
def prepare_solids(minerals: Minerals, sizes: Sizes, longest: np.ndarray) -> Solids:
    """Solids before the first tank; longest: (M,) s, no less than the mean reaction coordinate that they will reach."""
    M, K = minerals.law.size, sizes.size_ratio.size
    weights, reached = np.zeros((M, DEGREE + 1, PANELS)), np.zeros((M, DEGREE + 1, PANELS))
    at_once, span = np.zeros(M), np.empty(M)
    through = np.empty(K)
    for m in range(M):
        law = minerals.law[m]
        span[m] = slowest_coordinate(minerals, sizes, m)
        reach = BEYOND * longest[m]
        if 0.0 < reach < span[m]:
            span[m] = reach
        scale = minerals.complete_time[m] / span[m]
        if law == FIRST_ORDER:
            span[m] = minerals.complete_time[m]
            continue
        if law == AVRAMI:
            weights[m] = avrami_weights(minerals.exponent[m], 1.0 / scale)
        elif law in (TABULATED, FILM):
            for k in range(K):
                through[k] = scale * size_factor(law, minerals.size_exponent[m], sizes.size_ratio[k])
            coordinate, unreacted = curve_of(minerals, m)
            at_once[m] = 1.0 - unreacted[0]
            weights[m] = curve_weights(coordinate, unreacted, through, sizes.size_fraction[m])
        else:
            weights[m] = cubic_weights(cubics_of(minerals, sizes, m, scale))
    return Solids(weights, at_once, span, reached, np.zeros(M))


@apart(NO_MINERALS, NO_SOLIDS, 0.0, 0.0, 0.0, answers=(NO_SOLIDS, np.zeros(1)))
@inner.kernel
def dissolve(
    minerals: Minerals, solids: Solids, residence_time: float, ln_acid: float, ln_oxidant: float
) -> tuple[Solids, np.ndarray]:
    """Solids after one more tank of `residence_time` in s at `ln_acid` and `ln_oxidant`, as of `rate_factor`.

    Returns (Solids, slopes (M,) of the reacted fractions by the ln of the rate).
    """
    M = minerals.law.size
    reached = np.zeros_like(solids.reached)
    reacted = np.empty(M)
    slopes = np.empty(M)
    for m in range(M):
        theta = residence_time / solids.span[m] * rate_factor(minerals, m, ln_acid, ln_oxidant)
        theta = min(theta, LARGEST_THETA)  # keeps a nan, in this order of the arguments
        if minerals.law[m] == FIRST_ORDER:
            reacted[m] = (solids.reacted[m] + theta) / (1.0 + theta)
            slopes[m] = (1.0 - reacted[m]) * theta / (1.0 + theta)
            continue
        after, slope = pass_tank(solids.reached[m], theta)
        gone, change = solids.at_once[m], 0.0
        for n in range(DEGREE + 1):
            for j in range(PANELS):
                gone += solids.weights[m, n, j] * after[n, j]
                change += solids.weights[m, n, j] * slope[n, j]
        reached[m] = after
        reacted[m] = min(gone, 1.0)
        slopes[m] = change
    return Solids(solids.weights, solids.at_once, solids.span, reached, reacted), slopes


@inner.kernel
def most_of(supply: Supply) -> tuple[float, float]:
    """Ln of a concentration (mol/m3) that no tank exceeds, and the size of the terms of the balance (mol/s)."""
    most, scale = supply.fed, abs(supply.fed)
    for m in range(supply.demand.size):
        most += max(0.0, -supply.demand[m])
        scale += abs(supply.demand[m])
    return np.log(max(most, 0.0) / supply.volumetric_flow), scale


@inner.kernel
def leach_tank(
    minerals: Minerals,
    solids: Solids,
    residence_time: float,
    supply: Supply,
    acid_before: float,
    ln_oxidant: float,
) -> tuple[float, Solids, float, int]:
    """One tank: the acid that closes its balance, and the solids behind it.

    supply: of acid; the balance is from the feed of the train to this tank, so that no error accumulates
    acid_before: mol/m3 in the liquor that enters
    ln_oxidant: as of `rate_factor`

    Returns (acid in mol/m3, Solids, balance in mol/s, steps).
    """
    demand, acid_flow, volumetric_flow = supply
    present, scale = volumetric_flow * acid_before, acid_flow
    for m in range(demand.size):
        present += max(0.0, -demand[m]) * (1.0 - solids.reacted[m])  # the most that dissolving can set free
        scale += abs(demand[m])
    if present <= 0.0:
        after, _ = dissolve(minerals, solids, residence_time, -np.inf, ln_oxidant)
        balance = -acid_flow
        for m in range(demand.size):
            balance += demand[m] * after.reacted[m]
        return 0.0, after, balance, 1
    high = np.log(present / volumetric_flow)
    floor = high + LOWEST_LN_ACID
    low, ln_acid, reach = floor, high, 2.0
    bracketed, steps = False, 0
    acid, after, balance = acid_before, solids, 0.0
    while steps < MOST_STEPS:
        steps += 1
        after, slopes = dissolve(minerals, solids, residence_time, ln_acid, ln_oxidant)
        acid = np.exp(ln_acid)
        balance, slope = volumetric_flow * acid - acid_flow, volumetric_flow * acid
        for m in range(demand.size):
            balance += demand[m] * after.reacted[m]
            slope += demand[m] * minerals.acid_order[m] * slopes[m]
        if abs(balance) <= ROUNDING * scale or (balance > 0.0 and ln_acid <= floor):
            break
        if balance > 0.0:
            high = ln_acid
        else:
            low, bracketed = ln_acid, True
        change = -balance / slope if slope > 0.0 else -np.inf
        if not bracketed and change < -reach:
            change, reach = max(-reach, floor - ln_acid), 2.0 * reach
        elif not low < ln_acid + change < high:
            change = 0.5 * (low + high) - ln_acid
        if abs(change) <= 1e-15 * (1.0 + abs(ln_acid)):
            break
        ln_acid += change
    return acid, after, balance, steps


@kernel
def leach_train(
    minerals: Minerals,
    sizes: Sizes,
    residence_times: np.ndarray,
    mineral_flows: np.ndarray,
    acid_flow: float,
    volumetric_flow: float,
) -> tuple[np.ndarray, np.ndarray, float, int, int]:
    """Conversions and acid along a co-current train of stirred tanks.

    minerals: Minerals
    sizes: Sizes
    residence_times: (N,) s, mean, of solids and liquor alike
    mineral_flows: (M,) mol/s fed
    acid_flow: mol/s fed
    volumetric_flow: m3/s of liquor

    Returns (conversion (N, M) of the mineral fed, after each tank; acid (N,) mol/m3; error, the largest imbalance of
    acid relative to what is fed and could be consumed; steps in all; status). Where the acid runs out, conversions
    stop at what it allows and the acid left is small but positive. STARVED: no acid concentration balances a tank,
    because less than nothing was fed or a mineral of order 0 goes on dissolving without acid.
    """
    N, M = residence_times.size, minerals.law.size
    conversion, acid = np.zeros((N, M)), np.zeros(N)
    supply = Supply(minerals.acid_demand * minerals.accessible * mineral_flows, acid_flow, volumetric_flow)
    ln_most, scale = most_of(supply)
    solids = prepare_solids(minerals, sizes, longest_coordinates(minerals, residence_times, ln_most, np.inf))
    error, steps = 0.0, 0
    acid_before = acid_flow / volumetric_flow
    for i in range(N):
        acid[i], solids, balance, taken = leach_tank(minerals, solids, residence_times[i], supply, acid_before, np.inf)
        acid_before = acid[i]
        steps += taken
        # Afresh, from the numbers that are answered.
        imbalance = volumetric_flow * acid[i] - acid_flow
        for m in range(M):
            conversion[i, m] = minerals.accessible[m] * solids.reacted[m]
            imbalance += minerals.acid_demand[m] * mineral_flows[m] * conversion[i, m]
        if scale != 0.0 and not abs(imbalance) / scale <= error:  # written so that a nan is kept
            error = abs(imbalance) / scale
        if not error <= CLOSURE:
            return conversion, acid, error, steps, STARVED if balance > 0.0 and taken < MOST_STEPS else OUT_OF_STEPS
    return conversion, acid, error, steps, CONVERGED
