"""Particles dissolving in a train of stirred tanks that share one liquor.

Segregated solids, well mixed liquor, co-current: a particle stays in tank i for an exponentially distributed time of
mean tau_i and reacts meanwhile at the acid concentration of that tank. A mineral has one law and one order in acid,
so all that happened to a particle is summed up in one number, its reaction coordinate s, the time at the reference
acid that would have brought it as far. With the scaled times theta_i = tau_i (C_i / C_ref)^order / complete_time, s
after tank i is a sum of exponentials, and its distribution function F_i follows from the one before the tank by

    theta_i dF_i/ds + F_i = F_(i-1),    F_i(0) = 0,    F_0 = 1,

whence the unreacted fraction is the integral of F_i(s) (-du/ds) ds, u(s) being the law. F_i is an entire function of
s whatever the law and the sizes: it is kept as Legendre series on panels that shrink towards s = 0, and the equation
above is solved panel by panel by collocation in the Radau points (the tau method, a tridiagonal system whose pivots
are all positive, exact at the panel ends to order 2 D - 1). Law and sizes enter only by the weights of the
coefficients, computed once a call. No partial fractions, which fail for equal tanks. Absolute error of a conversion,
against the same with twice the degree and ten times the panels: 1e-14 for one tank, below 1e-10 up to 8 tanks, 1e-9
up to 20, 2e-6 for 100; one size and many.

The acid of a tank is the root of one scalar balance, which rises with the acid as long as no demand is negative:
safeguarded Newton in ln C.

Shapes: M minerals, K size classes, N tanks, T times, D + 1 coefficients on each of J panels.
Sources: Levenspiel, Chemical Reaction Engineering, 3rd ed. 1999, ch. 25 (laws of conversion, segregated flow of
solids); Avrami with exponent 1 is the first-order law; Hairer & Wanner, Solving Ordinary Differential Equations II,
1996, sec. IV.5 (Radau IIA, stiffly accurate); Legendre tau method: Canuto et al., Spectral Methods, 2006, ch. 3.
"""

from typing import NamedTuple

import numpy as np

from .jit import kernel
from .status import CONVERGED, OUT_OF_STEPS, STARVED

REACTION = 0  # s = 1 - (1 - X)^(1/3)               surface reaction on a shrinking core
ASH = 1  # s = 1 - 3 (1 - X)^(2/3) + 2 (1 - X)      diffusion through the layer left behind
FILM = 2  # s = X                                    diffusion through the liquid film, particle of constant size
FIRST_ORDER = 3  # s = -ln(1 - X)                    Avrami with exponent 1
MIXED = 4  # s = sum of shares times FILM, ASH, REACTION   resistances in series
AVRAMI = 5  # s = (-ln(1 - X))^(1/n)
TABULATED = 6  # u(s) on a curve given by its points
SHRINKING_FILM = 7  # s = 1 - (1 - X)^(2/3)          diffusion through the film of a small particle that shrinks

DEGREE = 12
# Halving panels where the distribution must be exact; quartering ones below, where little of a mineral reacts.
EDGES = np.concatenate((np.zeros(1), 4.0 ** np.arange(-30.0, -6.0), 2.0 ** np.arange(-12.0, 1.0)))
PANELS = EDGES.size - 1
NODES, NODE_WEIGHTS = np.polynomial.legendre.leggauss(16)

LARGEST_THETA = 1e30  # beyond, nothing of a shrinking core is left in double precision
LARGEST_EXPONENT = 600.0
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
        fields = {name: np.ascontiguousarray(value, dtype=float) for name, value in (usual | given).items()}
        return cls(np.asarray(law, np.int64), np.ascontiguousarray(complete_time, dtype=float), **fields)


class Sizes(NamedTuple):
    """Particle sizes.

    size_ratio: (K,) diameter to the one complete_time holds for, > 0
    size_fraction: (M, K) mass fractions of each mineral, which sum to one
    """

    size_ratio: np.ndarray
    size_fraction: np.ndarray


class Solids(NamedTuple):
    """Solids on their way through the train.

    weights: (M, D+1, J) of the coefficients, so that their sum is the unreacted fraction
    slowest: (M,) s, complete_time of the largest class, in which s is counted; FIRST_ORDER: the time constant
    distribution: (M, D+1, J) Legendre coefficients of F after the tanks passed so far
    unreacted: (M,) fraction of the accessible mineral left after them
    """

    weights: np.ndarray
    slowest: np.ndarray
    distribution: np.ndarray
    unreacted: np.ndarray


@kernel
def unreacted_fraction(law: int, elapsed: float) -> float:
    """Unreacted fraction of a particle at reaction coordinate `elapsed` (time over complete time, >= 0)."""
    if law == FIRST_ORDER:
        return np.exp(-elapsed)
    if elapsed >= 1.0:
        return 0.0
    if law == ASH:
        return (1.0 - ash_depth(elapsed)) ** 3
    if law == FILM:
        return 1.0 - elapsed
    return (1.0 - elapsed) ** 3


@kernel
def ash_depth(elapsed: float) -> float:
    """Depth x reacted, of the radius, where 3 x^2 - 2 x^3 = elapsed in [0, 1]; without cancellation for small ones."""
    angle = np.arcsin(np.sqrt(elapsed)) / 3.0
    return np.sin(angle) ** 2 + np.sqrt(3.0) * np.sin(angle) * np.cos(angle)


@kernel
def size_factor(law: int, size_ratio: float) -> float:
    """Factor of the complete time for a particle of `size_ratio`."""
    if law == ASH:
        return size_ratio**2
    if law == FIRST_ORDER:
        return 1.0
    return size_ratio


@kernel
def batch_conversion(minerals: Minerals, sizes: Sizes, times: np.ndarray, acid: float) -> np.ndarray:
    """Conversion (T, M) after `times` (T,) s in a batch, or plug flow, of constant `acid` in mol/m3."""
    conversion = np.zeros((times.size, minerals.law.size))
    for m in range(minerals.law.size):
        law = minerals.law[m]
        rate = (acid / minerals.reference_acid[m]) ** minerals.acid_order[m] / minerals.complete_time[m]
        for t in range(times.size):
            left = 0.0
            for k in range(sizes.size_ratio.size):
                elapsed = times[t] * rate / size_factor(law, sizes.size_ratio[k])
                left += sizes.size_fraction[m, k] * unreacted_fraction(law, elapsed)
            conversion[t, m] = minerals.accessible[m] * (1.0 - left)
    return conversion


@kernel
def panel_weights(law: int, ratios: np.ndarray, fractions: np.ndarray, largest_factor: float) -> np.ndarray:
    """Weights (D+1, J): integrals of each panel's Legendre polynomials times -du/ds, over the size classes.

    `largest_factor` is the size factor of the largest class, which is through at the end of the last panel. Gauss
    quadrature, in s, or for ash in the reacted depth, where the square root at s = 0 is gone.
    """
    weights = np.zeros((DEGREE + 1, PANELS))
    for k in range(ratios.size):
        through = size_factor(law, ratios[k]) / largest_factor
        for j in range(PANELS):
            if EDGES[j] >= through:
                break
            start = EDGES[j] / through
            end = min(EDGES[j + 1] / through, 1.0)
            if law == ASH:
                start, end = ash_depth(start), ash_depth(end)
            for g in range(NODES.size):
                place = 0.5 * (start + end) + 0.5 * (end - start) * NODES[g]
                weight = 0.5 * (end - start) * NODE_WEIGHTS[g] * fractions[k]
                elapsed = place
                if law == ASH:
                    elapsed = place**2 * (3.0 - 2.0 * place)
                if law != FILM:
                    weight *= 3.0 * (1.0 - place) ** 2
                y = 2.0 * (elapsed * through - EDGES[j]) / (EDGES[j + 1] - EDGES[j]) - 1.0
                last, value = 0.0, 1.0
                for n in range(DEGREE + 1):
                    weights[n, j] += weight * value
                    last, value = value, ((2 * n + 1) * y * value - n * last) / (n + 1)
    return weights


@kernel
def substitute(source: np.ndarray, pivots: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Solve the collocation of one tank for the right-hand side `source` (D+1, J) with the `pivots` (D, J).

    Returns the coefficients of the solution (D+1, J) and of its derivative in the panels' own coordinate (D, J).
    """
    gradient = np.empty((DEGREE, PANELS))
    solution = np.empty((DEGREE + 1, PANELS))
    for j in range(PANELS):
        gradient[DEGREE - 1, j] = source[DEGREE - 1, j] + source[DEGREE, j]
    for n in range(DEGREE - 2, -1, -1):
        upper = 1.0 / (2 * n + 3)
        for j in range(PANELS):
            gradient[n, j] = source[n, j] + upper * gradient[n + 1, j] * pivots[n + 1, j]
    start = 0.0
    for j in range(PANELS):
        gradient[0, j] = (gradient[0, j] - start) * pivots[0, j]
        solution[0, j] = start + gradient[0, j]
        start += 2.0 * gradient[0, j]
    for n in range(1, DEGREE):
        lower = 1.0 / (2 * n - 1)
        for j in range(PANELS):
            gradient[n, j] = (gradient[n, j] - lower * gradient[n - 1, j]) * pivots[n, j]
    for j in range(PANELS):
        solution[0, j] -= gradient[1, j] / 3.0
    for n in range(1, DEGREE + 1):
        lower, upper = 1.0 / (2 * n - 1), 1.0 / (2 * n + 3)
        for j in range(PANELS):
            solution[n, j] = lower * gradient[n - 1, j]
            if n < DEGREE - 1:
                solution[n, j] -= upper * gradient[n + 1, j]
    return solution, gradient


@kernel
def pass_tank(before: np.ndarray, theta: float) -> tuple[np.ndarray, np.ndarray]:
    """Distribution after a tank, (D+1, J), and its derivative by ln theta, from the one `before` it (D+1, J).

    theta: (-) mean residence time over the complete time at the tank's acid, of the largest class
    """
    if theta <= 0.0:
        return before.copy(), np.zeros((DEGREE + 1, PANELS))
    stiffness = np.empty(PANELS)
    pivots = np.empty((DEGREE, PANELS))  # their reciprocals
    for j in range(PANELS):
        stiffness[j] = 2.0 * theta / (EDGES[j + 1] - EDGES[j])
        pivots[DEGREE - 1, j] = 1.0 / (stiffness[j] + 1.0 / (2 * DEGREE - 1))
    for n in range(DEGREE - 2, -1, -1):
        product = 1.0 / ((2 * n + 3) * (2 * n + 1))
        edge = 1.0 if n == 0 else 0.0
        for j in range(PANELS):
            pivots[n, j] = 1.0 / (stiffness[j] + edge + product * pivots[n + 1, j])
    after, gradient = substitute(before, pivots)
    source = np.zeros((DEGREE + 1, PANELS))
    for n in range(DEGREE):
        for j in range(PANELS):
            source[n, j] = -stiffness[j] * gradient[n, j]
    slope, _ = substitute(source, pivots)
    return after, slope


@kernel
def prepare_solids(minerals: Minerals, sizes: Sizes) -> Solids:
    """Solids before the first tank."""
    M = minerals.law.size
    weights = np.zeros((M, DEGREE + 1, PANELS))
    distribution = np.zeros((M, DEGREE + 1, PANELS))
    slowest = np.empty(M)
    for m in range(M):
        largest_factor = 0.0
        for k in range(sizes.size_ratio.size):
            largest_factor = max(largest_factor, size_factor(minerals.law[m], sizes.size_ratio[k]))
        slowest[m] = minerals.complete_time[m] * largest_factor
        if minerals.law[m] != FIRST_ORDER:
            weights[m] = panel_weights(minerals.law[m], sizes.size_ratio, sizes.size_fraction[m], largest_factor)
            distribution[m, 0, :] = 1.0
    return Solids(weights, slowest, distribution, np.ones(M))


@kernel
def dissolve(minerals: Minerals, solids: Solids, residence_time: float, ln_acid: float) -> tuple[Solids, np.ndarray]:
    """Solids after one more tank of `residence_time` in s at `ln_acid` (of mol/m3; -inf: no acid).

    Returns (Solids, slopes (M,) of the unreacted fractions by ln_acid).
    """
    M = minerals.law.size
    distribution = np.zeros_like(solids.distribution)
    unreacted = np.empty(M)
    slopes = np.empty(M)
    for m in range(M):
        order = minerals.acid_order[m]
        theta = residence_time / solids.slowest[m]
        if order != 0.0:
            theta *= np.exp(min(order * (ln_acid - np.log(minerals.reference_acid[m])), LARGEST_EXPONENT))
        theta = min(theta, LARGEST_THETA)  # keeps a nan, in this order of the arguments
        if minerals.law[m] == FIRST_ORDER:
            unreacted[m] = solids.unreacted[m] / (1.0 + theta)
            slopes[m] = -order * unreacted[m] * theta / (1.0 + theta)
            continue
        after, slope = pass_tank(solids.distribution[m], theta)
        left, change = 0.0, 0.0
        for n in range(DEGREE + 1):
            for j in range(PANELS):
                left += solids.weights[m, n, j] * after[n, j]
                change += solids.weights[m, n, j] * slope[n, j]
        distribution[m] = after
        unreacted[m] = min(left, 1.0)
        slopes[m] = order * change
    return Solids(solids.weights, solids.slowest, distribution, unreacted), slopes


@kernel
def leach_tank(
    minerals: Minerals,
    solids: Solids,
    residence_time: float,
    demand: np.ndarray,
    acid_before: float,
    acid_flow: float,
    volumetric_flow: float,
) -> tuple[float, Solids, float, int]:
    """One tank: the acid that closes its balance, and the solids behind it.

    demand: (M,) mol/s of acid that all of the accessible mineral would consume
    acid_before: mol/m3 in the liquor that enters
    acid_flow: mol/s fed to the train; the balance is from the feed to this tank, so that no error accumulates

    Returns (acid in mol/m3, Solids, balance in mol/s, steps).
    """
    present, scale = volumetric_flow * acid_before, acid_flow
    for m in range(demand.size):
        present += max(0.0, -demand[m]) * solids.unreacted[m]  # the most that dissolving can set free
        scale += abs(demand[m])
    if present <= 0.0:
        after, _ = dissolve(minerals, solids, residence_time, -np.inf)
        balance = -acid_flow
        for m in range(demand.size):
            balance += demand[m] * (1.0 - after.unreacted[m])
        return 0.0, after, balance, 1
    high = np.log(present / volumetric_flow)
    floor = high + LOWEST_LN_ACID
    low, ln_acid, reach = floor, high, 2.0
    bracketed, steps = False, 0
    acid, after, balance = acid_before, solids, 0.0
    while steps < MOST_STEPS:
        steps += 1
        after, slopes = dissolve(minerals, solids, residence_time, ln_acid)
        acid = np.exp(ln_acid)
        balance, slope = volumetric_flow * acid - acid_flow, volumetric_flow * acid
        for m in range(demand.size):
            balance += demand[m] * (1.0 - after.unreacted[m])
            slope -= demand[m] * slopes[m]
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
    demand = minerals.acid_demand * minerals.accessible * mineral_flows
    scale = abs(acid_flow)
    for m in range(M):
        scale += abs(demand[m])
    solids = prepare_solids(minerals, sizes)
    error, steps = 0.0, 0
    acid_before = acid_flow / volumetric_flow
    for i in range(N):
        acid[i], solids, balance, taken = leach_tank(
            minerals, solids, residence_times[i], demand, acid_before, acid_flow, volumetric_flow
        )
        acid_before = acid[i]
        steps += taken
        # Afresh, from the numbers that are answered.
        imbalance = volumetric_flow * acid[i] - acid_flow
        for m in range(M):
            conversion[i, m] = minerals.accessible[m] * (1.0 - solids.unreacted[m])
            imbalance += minerals.acid_demand[m] * mineral_flows[m] * conversion[i, m]
        if scale != 0.0 and not abs(imbalance) / scale <= error:  # written so that a nan is kept
            error = abs(imbalance) / scale
        if not error <= CLOSURE:
            return conversion, acid, error, steps, STARVED if balance > 0.0 and taken < MOST_STEPS else OUT_OF_STEPS
    return conversion, acid, error, steps, CONVERGED
