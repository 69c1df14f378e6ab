"""Steady crystallisers in series with size classes (mixed suspension; product may be classified, fines dissolved).

    d(G n)/dL = s - (h(L) Q / V + d(L)) n     n crystals in the tank per size, s what enters, h withdrawal relative to
                                              a mixed outflow Q, d rate of dissolution of fines

A population is the sum of what nuclei and what entering crystals become, each linear in its flow, so that at a guess of
sigma one pass over the classes gives what the tank's balance in `msmpr_moments` takes. The pass is exact for growth that
does not depend on size and of second order in the width of the classes otherwise; the balance closes whatever the width.

Call `msmpr_train(kinetics, crystal, vessels, edges, feed)`; the named tuples stand in `population_balance`.

Shapes: N tanks, K size classes.
Sources: Randolph & Larson (1988) Theory of Particulate Processes, 2nd ed., ch. 4 and 8; class integrals derived here.
"""

from typing import NamedTuple

import numpy as np

from .jit import apart, inner, kernel, lean
from .msmpr_moments import (
    CLOSURE,
    GOLDEN,
    HIGHEST,
    LOWEST,
    MOST_STEPS,
    ROUNDING,
    Rates,
    Tank,
    Work,
    Yield,
    drive,
    growth_of,
    make_tank,
    rates_of,
    seed_moments,
    solve_moments,
    surplus,
)
from .population_balance import (
    Classes,
    Crystal,
    Feed,
    Kinetics,
    Train,
    Vessels,
    next_point,
    outgrown,
    pass_classes,
    size_classes,
    size_moments,
    start_search,
)
from .status import CONVERGED, DRY, OUT_OF_STEPS, OUTGROWN, UNDERSATURATED, WASHED_OUT

JUMP = 1e-8  # of f, where it cannot be made smaller
FAINTEST = 1e-280  # of a flow of crystals: below, it is nothing


class Population(NamedTuple):
    """Crystals in one tank, and what moves them.

    removal: (K,) 1/s, rate at which crystals of a class leave with the product
    rates: (K,) 1/s, rate at which they leave in all: product, dissolution and, where they meet, agglomeration
    entering: (K,) 1/s of crystals that enter spread over the class
    following: (K,) crystals that appear spread over the class for each nucleus: aggregates
    shares: (5, K) of `pass_classes`
    """

    removal: np.ndarray
    rates: np.ndarray
    entering: np.ndarray
    following: np.ndarray
    shares: np.ndarray


@lean.kernel
def pass_all(population: Population, flow: float, source: np.ndarray) -> tuple[float, float, float]:
    """Follow a `flow` in 1/s across the lowest edge, and a `source` (K,) in 1/s spread over the classes, to the last edge.

    Returns (size cubed of the crystals in the tank, m3; of those that leave, m3/s; flow across the last edge, 1/s).
    """
    shares, removal = population.shares, population.removal
    cubes, cubes_out = 0.0, 0.0
    for i in range(removal.size):
        within = flow * shares[2, i] + source[i] * shares[3, i]
        cubes += within
        cubes_out += within * removal[i]
        flow = flow * shares[0, i] + source[i] * shares[1, i]
        if flow < FAINTEST:
            flow = 0.0
    return cubes, cubes_out, flow


@lean.kernel
def class_yield(crystal: Crystal, classes: Classes, population: Population, growth: float) -> Yield:
    """Yield of a tank at a `growth` in m/s of size 0; leaves the shares of the classes in `population.shares`."""
    shares, removal, entering = population.shares, population.removal, population.entering
    pass_classes(classes, growth, population.rates, shares)
    K = removal.size
    unit = crystal.density * crystal.shape
    young, young_out, flow = pass_all(population, 1.0, population.following)
    old, old_out, seeded = pass_all(population, 0.0, entering)
    if flow > 0.0 or seeded > 0.0:
        tail = outgrown(classes, growth, population.rates)
        young += flow * tail if flow > 0.0 else 0.0
        old += seeded * tail if seeded > 0.0 else 0.0
        tail *= removal[K - 1]
        young_out += flow * tail if flow > 0.0 else 0.0
        old_out += seeded * tail if seeded > 0.0 else 0.0
    return Yield(unit * young, unit * young_out, unit * old, unit * old_out)


@lean.kernel
def class_surplus(crystal, rates, tank, classes, population, y, by_birth):
    """`surplus` of a tank with size classes."""
    _, sigma = drive(crystal, tank, y)
    yields = class_yield(crystal, classes, population, growth_of(rates, sigma))
    return surplus(crystal, rates, tank, yields, y, by_birth)


@lean.kernel
def find_peak(crystal, rates, tank, classes, population):
    """Where f of `class_surplus` is largest, and how large: (y, f)."""
    left, right = LOWEST, 60.0
    while right - left > 1e-3:
        low, high = right - GOLDEN * (right - left), left + GOLDEN * (right - left)
        f_low, _ = class_surplus(crystal, rates, tank, classes, population, low, False)
        f_high, _ = class_surplus(crystal, rates, tank, classes, population, high, False)
        if f_low > f_high:
            right = high
        else:
            left = low
    y = 0.5 * (left + right)
    f, _ = class_surplus(crystal, rates, tank, classes, population, y, False)
    return y, f


NONE, NONES = np.zeros(0), np.zeros((0, 0))
NO_CRYSTAL = Crystal(0.0, 0.0, 0.0, 0.0)
NO_RATES = Rates(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
NO_TANK = Tank(0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
NO_CLASSES = Classes(NONE, NONE, NONES, NONE, NONE)
NO_POPULATION = Population(NONE, NONE, NONE, NONE, NONES)
NO_WORK = Work(0.0, 0.0, 0.0, 0.0, 0.0)


@apart(NO_CRYSTAL, NO_RATES, NO_TANK, NO_CLASSES, NO_POPULATION, 0.0, True, answers=(0.0, 0.0, NO_WORK, 0, 0))
@inner.kernel
def solve_classes(
    crystal: Crystal, rates: Rates, tank: Tank, classes: Classes, population: Population, start: float, seeded: bool
):
    """y of one tank, from a `start`; `seeded`: crystals enter.

    Returns (y, f, Work, steps, status); the shares of the classes in `population` are those of the answer.
    """
    search = np.empty(8)
    start_search(search)
    y = min(max(start, LOWEST), HIGHEST)
    by_birth = False
    sown = seeded or rates.primary > 0.0
    f, work = class_surplus(crystal, rates, tank, classes, population, y, by_birth)
    for steps in range(1, MOST_STEPS):
        if abs(f) <= CLOSURE:
            return y, f, work, steps, CONVERGED
        if np.isnan(f):
            break
        if f < 0.0 and y <= LOWEST:
            return y, f, work, steps, WASHED_OUT
        if f > 0.0 and y >= HIGHEST:
            return y, f, work, steps, UNDERSATURATED
        there = min(max(next_point(search, y, f), LOWEST), HIGHEST)
        if f < 0.0 and search[0] == -np.inf and rates.magma_order > 1.0 and not sown:
            there, best = find_peak(crystal, rates, tank, classes, population)
            if best <= 0.0:
                return there, best, work, steps, WASHED_OUT
            sown = True
        if abs(there - y) <= ROUNDING * (1.0 + abs(y)):
            if by_birth or abs(f) <= JUMP:
                return y, f, work, steps, CONVERGED
            by_birth = True
            start_search(search)
            there = start
        y = there
        f, work = class_surplus(crystal, rates, tank, classes, population, y, by_birth)
    return y, f, work, MOST_STEPS, OUT_OF_STEPS


@inner.kernel
def record(
    crystal: Crystal, classes: Classes, population: Population, born: float, growth: float, train: Train, i: int
):
    """Write into `train`, for tank `i`, the crystals that leave it, from `born` 1/s of nuclei and what enters."""
    shares, removal, rates = population.shares, population.removal, population.rates
    K = removal.size
    unit = crystal.density * crystal.shape
    moments, flow = np.zeros(5), born
    part, integral = np.empty(5), np.empty(6)
    for j in range(K):
        source = population.entering[j] + born * population.following[j]
        if flow == 0.0 and source == 0.0:
            continue
        time = shares[4, j]
        size_moments(classes.edges[j], classes.width[j], rates[j] * time, flow, source, integral, part)
        train.numbers[i, j] = removal[j] * time * part[0]
        train.masses[i, j] = unit * removal[j] * (flow * shares[2, j] + source * shares[3, j])
        for k in range(5):
            moments[k] += removal[j] * time * part[k]
        flow = flow * shares[0, j] + source * shares[1, j]
        if flow < FAINTEST:
            flow = 0.0
    if flow > 0.0:
        last = K - 1
        size, decay = classes.edges[K], growth / (classes.slowness[last] * rates[last])
        number, value, power = removal[last] * flow / rates[last], 0.0, 1.0
        for k in range(5):
            value = power + k * decay * value
            moments[k] += number * value
            power *= size
        train.oversize[i] = unit * removal[last] * flow * outgrown(classes, growth, rates)
        train.numbers[i, last] += number
        train.masses[i, last] += train.oversize[i]
    train.moments[i] = moments


@inner.kernel
def empty_train(N: int, K: int) -> Train:
    """Nothing from N tanks and K classes."""
    return Train(
        np.zeros((N, K)), np.zeros((N, K)), np.zeros((N, 5)), np.zeros(N), np.zeros(N), np.zeros(N), np.zeros(N),
        np.zeros(N), np.zeros(N), np.zeros(N), np.zeros(N, np.int64),
    )  # fmt: skip


@inner.kernel
def pass_through(crystal: Crystal, classes: Classes, tank: Tank, entering: np.ndarray, train: Train, i: int):
    """Write into `train` that crystals leave tank `i` as they enter it, `entering` (K,) 1/s."""
    part, integral = np.empty(5), np.empty(6)
    unit = crystal.density * crystal.shape
    total = 0.0
    for j in range(entering.size):
        size_moments(classes.edges[j], classes.width[j], 0.0, entering[j], 0.0, integral, part)
        for k in range(5):
            train.moments[i, k] += part[k]
        train.numbers[i, j] = entering[j]
        train.masses[i, j] = unit * entering[j] * classes.volume[j]
        total += train.masses[i, j]
    train.magma[i] = total / tank.outflow


@inner.kernel
def close_tank(crystal: Crystal, tank: Tank, entering: float, y: float, state: int, train: Train, i: int) -> float:
    """Write the liquor of tank `i` into `train`; returns the error of its balances, that of crystals and of solute.

    entering: kg/s of crystals that enter
    """
    product, sigma = entering, np.nan
    if state in (CONVERGED, OUT_OF_STEPS):
        product, sigma = drive(crystal, tank, y)
    train.solute[i] = tank.solute - crystal.solute * product
    train.solvent[i] = tank.solvent - crystal.solvent * product
    if not sigma > 0.0:
        sigma = train.solute[i] / (train.solvent[i] * tank.solubility) - 1.0
    train.supersaturation[i], train.states[i] = sigma, state
    crystals = np.sum(train.masses[i])
    error = abs(crystals - product) / product if product > 0.0 else crystals
    return max(abs(train.solute[i] + crystal.solute * crystals - tank.solute) / tank.solute, error)


@inner.kernel
def status_of(train: Train) -> int:
    """Status of the whole train."""
    last = train.states[train.states.size - 1]
    for state in train.states:
        if state in (OUT_OF_STEPS, DRY, OUTGROWN):
            return state
    if last == UNDERSATURATED or not np.sum(train.masses[train.states.size - 1]) > 0.0:
        return last
    return CONVERGED


@kernel
def msmpr_train(
    kinetics: Kinetics, crystal: Crystal, vessels: Vessels, edges: np.ndarray, feed: Feed
) -> tuple[Train, float, int, int]:
    """Steady crystallisers in series with size classes.

    kinetics: Kinetics
    crystal: Crystal
    vessels: Vessels
    edges: (K+1,) m of the classes, strictly increasing; nuclei appear at the lowest, which may be 0
    feed: Feed

    Returns (Train, error, steps, status). error: the largest, over the tanks, of |crystals by class - crystals the liquor
    lost| over the crystals and of the solute's balance over the solute. Each tank has a state of its own:
    WASHED_OUT: no crystals; UNDERSATURATED: crystals leave as they enter (none dissolves), sigma is below 0; OUTGROWN:
    the last class is never withdrawn; DRY: no solvent is left. The status is OUT_OF_STEPS,
    DRY or OUTGROWN where a tank has it, UNDERSATURATED where the last tank is, the last tank's where nothing
    crystallises, CONVERGED otherwise.
    """
    N, K = vessels.volume.size, edges.size - 1
    train = empty_train(N, K)
    classes = size_classes(edges, kinetics.size_scale, kinetics.size_exponent)
    population = Population(np.empty(K), np.empty(K), np.empty(K), np.zeros(K), np.empty((5, K)))
    search, moments = np.empty(8), np.empty(5)
    unit = crystal.density * crystal.shape
    solute, solvent, coming = feed.solute, feed.solvent, feed.seeds
    error, steps = 0.0, 0
    for i in range(N):
        entering = 0.0
        for j in range(K):
            entering += coming[j]
            population.entering[j] = coming[j] / (unit * classes.volume[j])
            population.removal[j] = vessels.removal[i, j] * vessels.outflow[i] / vessels.volume[i]
            population.rates[j] = population.removal[j] + vessels.dissolution[i, j]
        rates = rates_of(kinetics, i)
        tank, state = make_tank(crystal, vessels, i, solute, solvent, entering)
        y = 0.0
        if state == CONVERGED and not population.rates[K - 1] > 0.0:
            state = OUTGROWN
        if state == CONVERGED:
            seed_moments(edges, coming, crystal, moments)
            start, _, taken, _ = solve_moments(crystal, rates, tank, edges[0], moments, search)
            y, _, work, more, state = solve_classes(crystal, rates, tank, classes, population, start, entering > 0.0)
            steps += taken + more
            if state in (CONVERGED, OUT_OF_STEPS):
                train.magma[i], train.growth[i], train.nucleation[i] = work.magma, work.growth, work.nucleation
                record(crystal, classes, population, tank.volume * work.nucleation, work.growth, train, i)
        if state not in (CONVERGED, OUT_OF_STEPS):
            pass_through(crystal, classes, tank, population.entering, train, i)
        miss = close_tank(crystal, tank, entering, y, state, train, i)
        if not miss <= error:
            error = miss
        solute, solvent, coming = train.solute[i], train.solvent[i], train.masses[i]
    return train, error, steps, status_of(train)
