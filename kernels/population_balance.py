"""Populations of growing crystals: what a stirred tank is given, and how a population passes its size classes.

Solute is what dissolves, in kg of solute a kg of solvent, so that water of hydration and boiling are counted; crystals
are kg of crystal. A kernel knows no temperature: rate constants and solubility hold at the tank's.

    sigma  relative supersaturation, concentration over solubility less 1
    G      growth of a crystal of size L, m/s: growth sigma^growth_order (1 + size_scale L)^size_exponent (Abegg et al.)
    B      nuclei, 1/(m3 s): primary sigma^primary_order + nucleation sigma^nucleation_order M^magma_order,
           M kg of crystals in a m3 of suspension; they appear at the lowest edge of the classes

In a class growth and the rate of removal are constant (1/G and the rate averaged over it), so that the flow of crystals
across sizes falls off exponentially and its moments are known in closed form: without size dependence the classes are
exact, whatever their width, with it the error is of second order. What comes in from outside (seeds, aggregates) is
spread evenly over its class; it is counted by mass. Crystals that outgrow the last edge keep the growth and removal of
the last class; their mass is counted in it.

The kernels are `msmpr.msmpr_train` (steady tanks in series), `msmpr_moments.moments_train` (the same by moments),
`msmpr_agglomeration.agglomerating_train` (with agglomeration and breakage, from the tables of
`population_balance_exchange`) and `population_balance_batch.batch_run`.

Shapes: N tanks, K size classes.
Sources: Randolph & Larson (1988) Theory of Particulate Processes, 2nd ed.; Abegg, Stevens & Larson (1968) AIChE J. 14, 118.
"""

import math
from typing import NamedTuple

import numpy as np

from .jit import kernel, lean

SLOWEST_GROWTH = 1e-150  # m/s, below which dividing by it would overflow
SERIES = tuple(1.0 / (math.factorial(n) * (n + 5.0)) for n in range(18))  # of the integral of t^4 exp(-b t), in -b
THIRD, SIXTH = 1.0 / 3.0, 1.0 / 6.0
MOST_LENGTHS = 690.0  # lengths of decay in a class, beyond which nothing passes


class Crystal(NamedTuple):
    """What crystallises.

    density: kg/m3
    shape: volume of a crystal over its size cubed, pi/6 for spheres
    solute: kg of solute in a kg of crystals, 1 without water of hydration
    solvent: kg of solvent that leaves the liquor with a kg of crystals: water of hydration, and what the heat of
        crystallisation boils off where the tank is adiabatic
    """

    density: float
    shape: float
    solute: float
    solvent: float


class Kinetics(NamedTuple):
    """Rates of growth and nucleation; an array holds one number a tank, at its temperature.

    growth: (N,) m/s at sigma = 1 and size 0
    growth_order: (-) > 0
    nucleation: (N,) 1/(m3 s) at sigma = 1 and M = 1 kg/m3, in the presence of crystals
    nucleation_order: (-)
    magma_order: (-) order in M, >= 0
    primary: (N,) 1/(m3 s) at sigma = 1, without crystals; 0: none
    primary_order: (-)
    size_scale: 1/m, 0: all sizes grow alike
    size_exponent: (-) < 1
    """

    growth: np.ndarray
    growth_order: float
    nucleation: np.ndarray
    nucleation_order: float
    magma_order: float
    primary: np.ndarray
    primary_order: float
    size_scale: float
    size_exponent: float


class Vessels(NamedTuple):
    """Stirred tanks in series.

    volume: (N,) m3 of suspension
    outflow: (N,) m3/s of suspension that leaves
    solubility: (N,) kg of solute a kg of solvent
    evaporated: (N,) kg/s of solvent boiled off
    removal: (N, K) crystals of a class in the outflow over those in as much of the tank's suspension; 1: mixed,
        another: classified product
    dissolution: (N, K) 1/s, rate at which crystals of a class are taken out and dissolved (fines); 0: none
    """

    volume: np.ndarray
    outflow: np.ndarray
    solubility: np.ndarray
    evaporated: np.ndarray
    removal: np.ndarray
    dissolution: np.ndarray


class Feed(NamedTuple):
    """What enters the first tank.

    solute: kg/s dissolved
    solvent: kg/s
    seeds: (K,) kg/s of crystals
    """

    solute: float
    solvent: float
    seeds: np.ndarray


class Train(NamedTuple):
    """What leaves each tank, and what is in it.

    masses: (N, K) kg/s of crystals that leave; what has outgrown the last edge is in the last class
    numbers: (N, K) 1/s of crystals that leave
    moments: (N, 5) of the crystals that leave: m^k/s, outgrown ones in full
    oversize: (N,) kg/s of crystals above the last edge
    solute: (N,) kg/s left dissolved
    solvent: (N,) kg/s left
    supersaturation: (N,) sigma
    magma: (N,) kg/m3, crystals in a m3 of suspension in the tank
    growth: (N,) m/s of a crystal of size 0
    nucleation: (N,) 1/(m3 s)
    states: (N,) int64, a code of `status` for each tank
    """

    masses: np.ndarray
    numbers: np.ndarray
    moments: np.ndarray
    oversize: np.ndarray
    solute: np.ndarray
    solvent: np.ndarray
    supersaturation: np.ndarray
    magma: np.ndarray
    growth: np.ndarray
    nucleation: np.ndarray
    states: np.ndarray


class Classes(NamedTuple):
    """Size classes in numbers.

    edges: (K+1,) m
    width: (K,) m
    cubes: (4, K) m3, of (lower edge + width t)^3 in powers of t
    volume: (K,) m3, mean size cubed of crystals spread evenly over the class
    slowness: (K,) mean of growth at size 0 over growth
    """

    edges: np.ndarray
    width: np.ndarray
    cubes: np.ndarray
    volume: np.ndarray
    slowness: np.ndarray


@kernel
def size_classes(edges: np.ndarray, size_scale: float, size_exponent: float) -> Classes:
    """Size classes between strictly increasing `edges` (K+1,) in m, for growth as in `Kinetics`."""
    K = edges.size - 1
    width, volume, slowness = np.empty(K), np.empty(K), np.ones(K)
    cubes = np.empty((4, K))
    power = 1.0 - size_exponent
    for i in range(K):
        low, wide = edges[i], edges[i + 1] - edges[i]
        width[i] = wide
        cubes[0, i] = low * low * low
        cubes[1, i] = 3.0 * low * low * wide
        cubes[2, i] = 3.0 * low * wide * wide
        cubes[3, i] = wide * wide * wide
        volume[i] = cubes[0, i] + 0.5 * cubes[1, i] + cubes[2, i] / 3.0 + 0.25 * cubes[3, i]
        if size_scale != 0.0 and size_exponent != 0.0:
            ratio = size_scale * wide / (1.0 + size_scale * low)  # of 1 + size_scale L across the class, less 1
            rise = np.expm1(power * np.log1p(ratio)) / (power * ratio)
            slowness[i] = rise * (1.0 + size_scale * low) ** -size_exponent
    return Classes(edges, width, cubes, volume, slowness)


@lean.kernel
def fourth_integral(b: float) -> float:
    """Integral of t^4 exp(-b t) over t from 0 to 1, for b from 0 to 1; written out, so that several classes go abreast."""
    value = SERIES[16] - b * SERIES[17]
    value = SERIES[15] - b * value
    value = SERIES[14] - b * value
    value = SERIES[13] - b * value
    value = SERIES[12] - b * value
    value = SERIES[11] - b * value
    value = SERIES[10] - b * value
    value = SERIES[9] - b * value
    value = SERIES[8] - b * value
    value = SERIES[7] - b * value
    value = SERIES[6] - b * value
    value = SERIES[5] - b * value
    value = SERIES[4] - b * value
    value = SERIES[3] - b * value
    value = SERIES[2] - b * value
    value = SERIES[1] - b * value
    value = SERIES[0] - b * value
    return value


@lean.kernel
def pass_short(cubes: np.ndarray, i: int, time: float, b: float) -> tuple[float, float, float, float]:
    """How crystals pass class `i` in `time`, in s, over `b` lengths of decay, at most 1; see `pass_classes`.

    Integrals of t^k exp(-b t) over 0 to 1: the fourth by its series, the lower ones downwards, sums of positive terms.
    """
    fourth = fourth_integral(b)
    left = (1.0 - b * b * b * b * b * fourth / 24.0) / (1.0 + b * (1.0 + b * (0.5 + b * (SIXTH + b / 24.0))))
    third = 0.25 * (b * fourth + left)
    second = (b * third + left) * THIRD
    first = 0.5 * (b * second + left)
    zeroth = b * first + left
    within = cubes[0, i] * zeroth + cubes[1, i] * first + cubes[2, i] * second + cubes[3, i] * third
    spread = cubes[0, i] * (zeroth - first) + 0.5 * cubes[1, i] * (zeroth - second)
    spread += THIRD * cubes[2, i] * (zeroth - third) + 0.25 * cubes[3, i] * (zeroth - fourth)
    return left, zeroth, time * within, time * spread


@lean.kernel
def pass_long(cubes: np.ndarray, i: int, time: float, a: float) -> tuple[float, float, float, float]:
    """`pass_short` over `a` lengths of decay, at least 1: the integrals upwards."""
    left = np.exp(-a) if a < MOST_LENGTHS else 0.0
    per = 1.0 / a
    zeroth = (1.0 - left) * per
    first = (zeroth - left) * per
    second = (2.0 * first - left) * per
    third = (3.0 * second - left) * per
    fourth = (4.0 * third - left) * per
    within = cubes[0, i] * zeroth + cubes[1, i] * first + cubes[2, i] * second + cubes[3, i] * third
    spread = cubes[0, i] * (zeroth - first) + 0.5 * cubes[1, i] * (zeroth - second)
    spread += THIRD * cubes[2, i] * (zeroth - third) + 0.25 * cubes[3, i] * (zeroth - fourth)
    return left, zeroth, time * within, time * spread


@lean.kernel
def pass_classes(classes: Classes, growth: float, rates: np.ndarray, shares: np.ndarray):
    """Work out how crystals pass each class, of `growth` at size 0 in m/s and removal `rates` (K,) in 1/s.

    Writes into `shares` (5, K): the share of a flow of crystals across the lower edge that reaches the upper one; the
    share of a flow that enters spread over the class that does; for both flows, size cubed of the crystals in the class
    over the flow, m3 s; and the time to cross the class, s.
    """
    cubes = classes.cubes
    slowest = max(growth, SLOWEST_GROWTH)
    for at in range(rates.size):
        i = np.uint64(at)
        time = classes.width[i] * classes.slowness[i] / slowest
        a = rates[i] * time
        shares[4, i] = time
        b = a if a < 1.0 else 1.0
        shares[0, i], shares[1, i], shares[2, i], shares[3, i] = pass_short(cubes, i, time, b)
    for i in range(rates.size):
        a = rates[i] * shares[4, i]
        if not a <= 1.0:
            shares[0, i], shares[1, i], shares[2, i], shares[3, i] = pass_long(cubes, i, shares[4, i], a)


@lean.kernel
def outgrown(classes: Classes, growth: float, rates: np.ndarray) -> float:
    """Size cubed of the crystals above the last edge over the flow across it, m3 s."""
    last = rates.size - 1
    size = classes.edges[last + 1]
    decay = growth / (classes.slowness[last] * rates[last])  # m, of a number by 1/e
    return (size**3 + 3.0 * decay * (size * size + 2.0 * decay * (size + decay))) / rates[last]


@lean.kernel
def size_moments(
    low: float, width: float, a: float, crossing: float, spread: float, integral: np.ndarray, moments: np.ndarray
):
    """Set `moments` (5,) to those of a class, for flows `crossing` its lower edge and `spread` over it, over its time.

    a: (-) lengths of decay in the class
    integral: (6,) work, of t^k exp(-a t) over t from 0 to 1
    """
    left = np.exp(-a)
    if a <= 1.0:
        term = SIXTH
        value, n = term, 7.0
        while term > 1e-17 * value:  # exp(-a) times the sum of a^n 5! / (6 + n)!
            term *= a / n
            value += term
            n += 1.0
        integral[5] = left * value
        for k in range(5, 0, -1):
            integral[k - 1] = (a * integral[k] + left) / k
    else:
        per = 1.0 / a
        integral[0] = (1.0 - left) * per
        for k in range(1, 6):
            integral[k] = (k * integral[k - 1] - left) * per
    power = 1.0
    for k in range(5):
        moments[k] = power * (crossing * integral[k] + spread * (integral[0] - integral[k + 1]) / (k + 1))
        power *= width
    for done in range(1, 5):  # from sizes above the lower edge to sizes
        for k in range(4, done - 1, -1):
            moments[k] += low * moments[k - 1]


@lean.kernel
def next_point(search: np.ndarray, y: float, f: float) -> float:
    """Next place to look for the root of a function that falls from left to right, after it was `f` at `y`.

    search: (8,) memory of the search: bracket (left, f, right, f), last point (y, f), reach, width when last halved.
    """
    if f > 0.0:
        search[0], search[1] = y, f
    else:
        search[2], search[3] = y, f
    slope = (f - search[5]) / (y - search[4]) if y != search[4] else np.nan
    search[4], search[5] = y, f
    step = -f / slope if slope < 0.0 else np.nan
    if search[0] == -np.inf or search[2] == np.inf:
        reach = search[6]
        search[6] *= 2.0
        if f > 0.0:
            return y + (min(step, reach) if step > 0.0 else reach)
        return y + (max(step, -reach) if step < 0.0 else -reach)
    width = search[2] - search[0]
    middle = search[0] + 0.5 * width
    search[7] += 1.0
    if search[7] >= 4.0:  # four steps have not halved it
        if not width < 0.5 * search[6]:
            search[6], search[7] = width, 3.0
            return middle
        search[6], search[7] = width, 0.0
    there = y + step
    if search[0] < there < search[2]:
        return there
    rise = search[1] - search[3]
    there = search[0] + width * search[1] / rise if rise < np.inf else middle
    return there if search[0] < there < search[2] else middle


@lean.kernel
def start_search(search: np.ndarray):
    """Forget a search: `search` (8,) as `next_point` takes it."""
    search[0], search[1] = -np.inf, np.inf
    search[2], search[3] = np.inf, -np.inf
    search[4], search[5] = np.nan, np.nan
    search[6], search[7] = 1.0, 0.0
