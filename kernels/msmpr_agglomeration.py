"""Steady crystallisers in series whose crystals also agglomerate and break; see `population_balance_exchange`.

Guesses of the densities and of y are mixed (Anderson, in logarithms): a pass over the classes from small to large, in which
aggregates follow from the classes below, tells what each becomes. Where they do not settle, the tank is followed in time,
in growing implicit steps, by the same means: what was there enters, what will be there leaves. At the births and deaths
found, `msmpr` solves the tank once more, so that its balance closes as without agglomeration.

Call `agglomerating_train(kinetics, crystal, vessels, edges, feed, agglomeration, breakage)`.

Shapes: N tanks, K size classes.
Sources: Anderson (1965) J. ACM 12, 547; Kelley & Keyes (1998) SIAM J. Numer. Anal. 35, 508, growing time steps.
"""

from typing import NamedTuple

import numpy as np

from .dense import eliminate
from .jit import inner, kernel, lean
from .msmpr import (
    FAINTEST,
    Population,
    close_tank,
    empty_train,
    pass_through,
    record,
    solve_classes,
    status_of,
)
from .msmpr_moments import (
    HIGHEST,
    LOWEST,
    Rates,
    Tank,
    Work,
    drive,
    growth_of,
    make_tank,
    nucleation_of,
    rates_of,
    seed_moments,
    share_of,
    solve_moments,
)
from .population_balance import (
    SLOWEST_GROWTH,
    Classes,
    Crystal,
    Feed,
    Kinetics,
    Train,
    Vessels,
    outgrown,
    pass_long,
    pass_short,
    size_classes,
)
from .population_balance_exchange import Agglomeration, Breakage, bear, fragment, partial_sum
from .status import CONVERGED, OUT_OF_STEPS, OUTGROWN, WASHED_OUT

MEMORY = 6  # mixed guesses
LONGEST = 1.0  # step of ln of a density, and of y
NOTHING = 1e-200  # of a density
SETTLED = 1e-10  # change of the crystals, by number and by volume, at which they repeat
STEADY = 1e-9  # change at which they are taken to repeat
MOST_MIXES, MANY_MIXES = 25, 50  # to a rough and to a settled tank
ROUGH = 1e-4  # change at which a short step in time is taken to settle
LONG = 100.0  # residence times, a step after which one without end is tried
WASHED = 1e-12  # of the most crystals a tank can yield: then they wash out
LONGEST_TIME = 1e9  # residence times
MOST_TIMES = 200


class Case(NamedTuple):
    """One tank to be solved.

    tank: Tank without what time steps add
    rates: Rates
    number: its place in the train
    removal: (K,) 1/s with the product
    leaving: (K,) 1/s with the product and by dissolution
    seeds: (K,) 1/s of crystals that enter
    population: Population, work
    birth: (K,) 1/(m3 s), work
    density: (K,) 1/m3, work
    """

    tank: Tank
    rates: Rates
    number: int
    removal: np.ndarray
    leaving: np.ndarray
    seeds: np.ndarray
    population: Population
    birth: np.ndarray
    density: np.ndarray


@lean.kernel
def sweep(
    classes: Classes, case: Case, agglomeration: Agglomeration, breakage: Breakage, work: Work, density: np.ndarray
):
    """Replace `density` (K,) in 1/m3 class by class, at the growth and nucleation of `work`, from small to large.

    Births by agglomeration and deaths by smaller crystals are those of the new densities, fragments and deaths by larger
    crystals those of the old ones. Sets the births and the rates in `case.population`.
    """
    K, volume = density.size, case.tank.volume
    strength, birth, rates = agglomeration.strength[case.number], case.birth, case.population.rates
    slowest, last = max(work.growth, SLOWEST_GROWTH), K - 1
    fragment(breakage, density, birth)
    flow = volume * work.nucleation
    for i in range(K):
        met = 0.0
        if strength > 0.0 and i < last:
            met = strength * partial_sum(agglomeration.loss, i, density, 0, K)
        elif strength > 0.0:
            bear(agglomeration, strength, last, density, birth)
        rates[i] = case.leaving[i] + met - breakage.selection[i] * breakage.fragments[i, i]
        source = case.seeds[i] + volume * birth[i]
        time = classes.width[i] * classes.slowness[i] / slowest
        a = rates[i] * time
        if a <= 1.0:
            left, reach, within, spread = pass_short(classes.cubes, i, time, a)
        else:
            left, reach, within, spread = pass_long(classes.cubes, i, time, a)
        cubes = flow * within + source * spread
        flow = flow * left + source * reach
        if flow < FAINTEST:
            flow = 0.0
        if i == last and flow > 0.0:
            cubes += flow * outgrown(classes, work.growth, rates)
        density[i] = cubes / (volume * classes.volume[i])
        if strength > 0.0 and i < last and density[i] > 0.0:
            bear(agglomeration, strength, i, density, birth)


@inner.kernel
def densities(classes: Classes, case: Case, born: float, growth: float, after: np.ndarray):
    """Set `after` (K,) to the pivots in a m3 of the tank, from `born` 1/s of nuclei and what enters or follows."""
    shares, population = case.population.shares, case.population
    flow, K = born, after.size
    for j in range(K):
        source = population.entering[j] + born * population.following[j]
        cubes = flow * shares[2, j] + source * shares[3, j]
        after[j] = cubes / (case.tank.volume * classes.volume[j])
        flow = flow * shares[0, j] + source * shares[1, j]
        if flow < FAINTEST:
            flow = 0.0
    if flow > 0.0:
        tail = flow * outgrown(classes, growth, population.rates)
        after[K - 1] += tail / (case.tank.volume * classes.volume[K - 1])


@lean.kernel
def change_of(classes: Classes, density: np.ndarray, after: np.ndarray) -> float:
    """Change from `density` to `after` (K,), relative, by number or by volume, whichever is larger."""
    number, volume, numbers, volumes = 0.0, 0.0, 0.0, 0.0
    for j in range(density.size):
        change = abs(after[j] - density[j])
        number += change
        volume += change * classes.volume[j]
        numbers += after[j]
        volumes += after[j] * classes.volume[j]
    return max(number / numbers, volume / volumes)


@lean.kernel
def work_of(crystal: Crystal, classes: Classes, case: Case, y: float) -> Work:
    """Work of the tank at `y` and the densities of `case`."""
    product, sigma = drive(crystal, case.tank, y)
    inside, outside = 0.0, 0.0
    for j in range(case.density.size):
        cubes = case.density[j] * classes.volume[j]
        inside += cubes
        outside += cubes * case.removal[j]
    magma = product / case.tank.volume * inside / outside
    return Work(product, sigma, growth_of(case.rates, sigma), nucleation_of(case.rates, sigma, magma), magma)


@lean.kernel
def outcome(crystal, classes, case, agglomeration, breakage, before, after):
    """What a tank becomes that holds `before`, ln of (K,) densities and y behind them; sets `after`, (K+1,) likewise.

    Returns f, logarithm of the crystals made over those that leave. y moves by as much as it would at constant rates of
    agglomeration in a mixed tank without seeds.
    """
    K, y, rates = case.density.size, before[case.density.size], case.rates
    for j in range(K):
        case.density[j] = np.exp(before[j])
    work = work_of(crystal, classes, case, y)
    sweep(classes, case, agglomeration, breakage, work, case.density)
    made = 0.0
    for j in range(K):
        made += case.density[j] * classes.volume[j] * case.removal[j]
        after[j] = np.log(max(case.density[j], NOTHING))
    f = np.log(crystal.density * crystal.shape * case.tank.volume * made / work.product)
    order = rates.nucleation_order if rates.nucleation > 0.0 else 0.0
    order = max(order, rates.primary_order if rates.primary > 0.0 else 0.0)
    share, rest = share_of(y)
    slope = share * (order + 3.0 * rates.growth_order) + rest
    after[K] = y + min(max(f / slope, -2.0), 2.0)
    return f


@inner.kernel
def mix(weight: np.ndarray, residual: np.ndarray, memory: np.ndarray, kept: int, pace: float, guess: np.ndarray):
    """Move `guess` (K+1,) to Anderson's next one from its `residual` (K+1,).

    weight: (K+1,) of the squares of the residual
    memory: (2, MEMORY, K+1) changes of guesses and of residuals, of which the first `kept` are used
    pace: (-) share of what is left of the residual that is taken
    """
    size = weight.size
    matrix, shares = np.zeros((kept, kept)), np.zeros(kept)
    for j in range(size):
        for m in range(kept):
            scaled = weight[j] * memory[1, m, j]
            shares[m] += scaled * residual[j]
            for n in range(m + 1):
                matrix[m, n] += scaled * memory[1, n, j]
    for m in range(kept):
        matrix[m, m] *= 1.0 + 1e-10
        for n in range(m):
            matrix[n, m] = matrix[m, n]
    if not eliminate(matrix, shares, kept):
        shares[:] = 0.0
    for j in range(size):
        step = pace * residual[j]
        for m in range(kept):
            step -= shares[m] * (memory[0, m, j] + pace * memory[1, m, j])
        if weight[j] < 1e-13:
            step = residual[j]
        else:
            step = min(max(step, -LONGEST), LONGEST)
        guess[j] += step


@lean.kernel
def exchange(agglomeration: Agglomeration, breakage: Breakage, case: Case):
    """Set the births of `case`, and the rates in its population, to those at its densities."""
    K, density = case.density.size, case.density
    strength = agglomeration.strength[case.number]
    fragment(breakage, density, case.birth)
    for i in range(K):
        met = 0.0
        if strength > 0.0:
            if density[i] > 0.0:
                bear(agglomeration, strength, i, density, case.birth)
            if i < K - 1:
                met = strength * partial_sum(agglomeration.loss, i, density, 0, K)
        case.population.rates[i] = case.leaving[i] + met - breakage.selection[i] * breakage.fragments[i, i]


@inner.kernel
def repeat(crystal, classes, case, agglomeration, breakage, y, enough):
    """Have the crystals of `case`, which it moves, and y repeat by mixing of guesses, to a relative change of `enough`.

    Returns (y, change, steps).
    """
    K = case.density.size
    guess, after, before, residual = np.empty(K + 1), np.empty(K + 1), np.zeros(K + 1), np.zeros(K + 1)
    weight, memory = np.ones(K + 1), np.empty((2, MEMORY, K + 1))
    for j in range(K):
        guess[j] = np.log(max(case.density[j], NOTHING))
    guess[K] = y
    change, last, kept, at, pace, steps = np.inf, np.inf, 0, 0, 0.5, 0
    most = MOST_MIXES if enough > SETTLED else MANY_MIXES
    while steps < most:
        f = outcome(crystal, classes, case, agglomeration, breakage, guess, after)
        numbers, volumes, number, whole = 0.0, 0.0, 0.0, 0.0
        for j in range(K):
            was = np.exp(guess[j])
            here, gone = max(case.density[j], was), abs(case.density[j] - was)
            weight[j] = here
            numbers += here
            volumes += here * classes.volume[j]
            number += gone
            whole += gone * classes.volume[j]
        change = max(number / numbers, whole / volumes, abs(f))
        if change <= enough or not change < np.inf:
            break
        norm = min(abs(after[K] - guess[K]), 3.0) ** 2
        for j in range(K):
            weight[j] = weight[j] / numbers + weight[j] * classes.volume[j] / volumes
            norm += weight[j] * min(abs(after[j] - guess[j]), 3.0) ** 2
        if steps > 0:
            for j in range(K + 1):
                memory[0, at, j] = guess[j] - before[j]
                memory[1, at, j] = (after[j] - guess[j]) - residual[j]
            at = (at + 1) % MEMORY
            kept = min(kept + 1, MEMORY)
        if norm > 4.0 * last:
            kept, at = 0, 0
            pace = max(0.5 * pace, 0.2)
        elif norm < last:
            pace = min(1.3 * pace, 1.0)
        last = norm
        for j in range(K + 1):
            before[j] = guess[j]
            residual[j] = after[j] - guess[j]
        mix(weight, residual, memory, kept, pace, guess)
        steps += 1
    return guess[K], change, steps


@lean.kernel
def y_of(crystal: Crystal, tank: Tank, sigma: float) -> float:
    """y of a tank at `sigma`, within the bounds of y."""
    per = (crystal.solute - tank.solubility * crystal.solvent) * tank.most
    made = per - sigma * tank.solubility * tank.solvent
    left = sigma * tank.solubility * (tank.solvent - crystal.solvent * tank.most)
    if not (made > 0.0 and left > 0.0):
        return LOWEST if left > 0.0 else HIGHEST
    return min(max(np.log(made / left), LOWEST), HIGHEST)


@inner.kernel
def follow(crystal, classes, case, agglomeration, breakage, sigma):
    """Have the tank become steady from the densities of `case`, which it moves, and `sigma`.

    By one step in time without end, or, where that does not settle, by implicit steps of Euler, longer after one that
    settles and shorter after one that does not, until one without end does.
    Returns (y, change, steps); y is LOWEST where next to no crystals are left.
    """
    K, tank = case.density.size, case.tank
    unit, volume = crystal.density * crystal.shape, tank.volume
    old, seeds, removal, leaving = case.density.copy(), np.empty(K), np.empty(K), np.empty(K)
    time = volume / tank.outflow
    step, last, long, y, change, steps = np.inf, 0.1 * time, LONG * time, 0.0, np.inf, 0
    for _ in range(MOST_TIMES):
        per, held = 1.0 / step, 0.0
        for j in range(K):
            held += unit * volume * per * old[j] * classes.volume[j]
            seeds[j] = case.seeds[j] + volume * per * old[j]
            removal[j], leaving[j] = case.removal[j] + per, case.leaving[j] + per
            case.density[j] = old[j]
        solute, solvent = tank.solute + crystal.solute * held, tank.solvent + crystal.solvent * held
        most = (solute - tank.solubility * solvent) / (crystal.solute - tank.solubility * crystal.solvent)
        there = Tank(volume, tank.outflow, tank.solubility, solute, solvent, most)
        stage = Case(there, case.rates, case.number, removal, leaving, seeds, case.population, case.birth, case.density)
        enough = ROUGH if step < 10.0 * time else SETTLED
        y, change, taken = repeat(crystal, classes, stage, agglomeration, breakage, y_of(crystal, there, sigma), enough)
        steps += taken
        if change <= enough:
            if step == np.inf:
                break
            old[:] = case.density
            _, sigma = drive(crystal, there, y)
            product = 0.0
            for j in range(K):
                product += unit * volume * old[j] * classes.volume[j] * case.removal[j]
            if product < WASHED * tank.most:
                y, change = LOWEST, 0.0
                break
            last = step
            step = np.inf if step > long else 4.0 * step
        elif step == np.inf:
            long = max(long, LONG * last)
            step = 4.0 * last
        else:
            step *= 0.2
            long = max(long, 100.0 * step)
        if not last < LONGEST_TIME * time or step < time / LONGEST_TIME:
            break
    return y, change, steps


@inner.kernel
def settle(
    crystal: Crystal, classes: Classes, case: Case, agglomeration: Agglomeration, breakage: Breakage, start: float
):
    """Steady tank with agglomeration and breakage; leaves its crystals in `case.population`.

    Returns (y, Work, change, steps, status); change: of the crystals by a last repetition, relative.
    """
    K = case.removal.size
    population, volume = case.population, case.tank.volume
    population.removal[:] = case.removal
    population.rates[:] = case.leaving
    population.entering[:] = case.seeds
    population.following[:] = 0.0
    seeded = np.sum(case.seeds) > 0.0
    y, _, work, steps, state = solve_classes(crystal, case.rates, case.tank, classes, population, start, seeded)
    if state != CONVERGED:
        return y, work, 0.0, steps, state
    densities(classes, case, volume * work.nucleation, work.growth, case.density)
    for j in range(K):  # no more breaks than a residence time brings
        case.density[j] /= 1.0 - breakage.selection[j] * breakage.fragments[j, j] * volume / case.tank.outflow
    y, change, taken = follow(crystal, classes, case, agglomeration, breakage, work.supersaturation)
    steps += taken
    if y <= LOWEST:
        return y, work, 0.0, steps, WASHED_OUT
    work = work_of(crystal, classes, case, y)
    exchange(agglomeration, breakage, case)
    for j in range(K):
        population.following[j] = 0.0 if seeded else case.birth[j] / work.nucleation
        population.entering[j] = case.seeds[j] + (volume * case.birth[j] if seeded else 0.0)
    y, _, work, taken, state = solve_classes(crystal, case.rates, case.tank, classes, population, y, seeded)
    if not change <= STEADY:
        top = case.density[K - 1] * classes.volume[K - 1]
        for j in range(K - 1):
            top -= 1e-3 * case.density[j] * classes.volume[j]
        state = OUTGROWN if top > 0.0 else OUT_OF_STEPS
    return y, work, change, steps + taken, state


@kernel
def agglomerating_train(
    kinetics: Kinetics,
    crystal: Crystal,
    vessels: Vessels,
    edges: np.ndarray,
    feed: Feed,
    agglomeration: Agglomeration,
    breakage: Breakage,
) -> tuple[Train, float, int, int]:
    """Steady crystallisers in series whose crystals agglomerate and break.

    kinetics, crystal, vessels, edges, feed: as `msmpr.msmpr_train` takes them
    agglomeration: Agglomeration
    breakage: Breakage, the same in each tank

    Returns (Train, error, steps, status) as `msmpr_train` does. error: the largest of the errors of the balances and of
    the change of the crystals, by number or by volume, when their rates of agglomeration and breakage are worked out anew.
    """
    N, K = vessels.volume.size, edges.size - 1
    train = empty_train(N, K)
    classes = size_classes(edges, kinetics.size_scale, kinetics.size_exponent)
    population = Population(np.empty(K), np.empty(K), np.empty(K), np.zeros(K), np.empty((5, K)))
    removal, leaving, seeds, birth, density = np.empty(K), np.empty(K), np.empty(K), np.empty(K), np.empty(K)
    search, moments = np.empty(8), np.empty(5)
    unit = crystal.density * crystal.shape
    solute, solvent, coming = feed.solute, feed.solvent, feed.seeds
    error, steps = 0.0, 0
    for i in range(N):
        entering = 0.0
        for j in range(K):
            entering += coming[j]
            seeds[j] = coming[j] / (unit * classes.volume[j])
            removal[j] = vessels.removal[i, j] * vessels.outflow[i] / vessels.volume[i]
            leaving[j] = removal[j] + vessels.dissolution[i, j]
        rates = rates_of(kinetics, i)
        tank, state = make_tank(crystal, vessels, i, solute, solvent, entering)
        y = 0.0
        if state == CONVERGED and not leaving[K - 1] > 0.0:
            state = OUTGROWN
        if state == CONVERGED:
            seed_moments(edges, coming, crystal, moments)
            start, _, taken, _ = solve_moments(crystal, rates, tank, edges[0], moments, search)
            case = Case(tank, rates, i, removal, leaving, seeds, population, birth, density)
            y, work, change, more, state = settle(crystal, classes, case, agglomeration, breakage, start)
            steps += taken + more
            if state in (CONVERGED, OUT_OF_STEPS):
                train.magma[i], train.growth[i], train.nucleation[i] = work.magma, work.growth, work.nucleation
                record(crystal, classes, population, tank.volume * work.nucleation, work.growth, train, i)
                if not change <= error:
                    error = change
        if state not in (CONVERGED, OUT_OF_STEPS):
            pass_through(crystal, classes, tank, seeds, train, i)
        miss = close_tank(crystal, tank, entering, y, state, train, i)
        if not miss <= error:
            error = miss
        solute, solvent, coming = train.solute[i], train.solvent[i], train.masses[i]
    return train, error, steps, status_of(train)
