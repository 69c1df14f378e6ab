"""Steady crystallisers by moments, and the balance of a tank that moments and size classes share.

    0 = m_k + k G mu_(k-1) + B L0^k - mu_k / tau    moments mu_k of the tank, m_k of what enters, tau mean residence time

The crystals that leave a tank, P, are sought as a share x of the most it can yield, in y = ln(x / (1 - x)), so that both
a trace of crystals and a trace of supersaturation keep all their digits:

    f(y) = ln(crystals that the kinetics make at sigma(P)) - ln P

It falls with y, unless nucleation is of more than first order in the crystals present: then there are two roots or none,
and the one with more crystals is stable. If only a share below 1e-15 would stay, crystals wash out.

Shapes: N tanks, K size classes.
Sources: Randolph & Larson (1988) Theory of Particulate Processes, 2nd ed., ch. 4 and 8.
"""

from typing import NamedTuple

import numpy as np

from .jit import kernel, lean
from .population_balance import Crystal, Feed, Kinetics, Vessels, next_point, start_search
from .status import CONVERGED, DRY, OUT_OF_STEPS, UNDERSATURATED, WASHED_OUT

LOWEST, HIGHEST = -34.5, 690.0  # of y: a share of 1e-15, and the least supersaturation in double precision
CLOSURE = 1e-11
ROUNDING = 4e-16
MOST_STEPS = 200
GOLDEN = 0.6180339887498949


class Tank(NamedTuple):
    """One tank, seeds counted as dissolved.

    volume: m3 of suspension
    outflow: m3/s of suspension
    solubility: kg of solute a kg of solvent
    solute: kg/s in all
    solvent: kg/s in all, without what is boiled off
    most: kg/s, crystals at which the liquor would be just saturated
    """

    volume: float
    outflow: float
    solubility: float
    solute: float
    solvent: float
    most: float


class Rates(NamedTuple):
    """Kinetics at the temperature of one tank; see `Kinetics`."""

    growth: float
    growth_order: float
    nucleation: float
    nucleation_order: float
    magma_order: float
    primary: float
    primary_order: float


class Yield(NamedTuple):
    """Crystals of one tank by the flow of what starts them.

    nuclei: kg in the tank per 1/s of nuclei
    nuclei_out: kg/s that leave, per 1/s of nuclei
    seeds: kg in the tank that stem from what enters
    seeds_out: kg/s that leave and stem from what enters
    """

    nuclei: float
    nuclei_out: float
    seeds: float
    seeds_out: float


class Work(NamedTuple):
    """How one tank runs at a guess of its crystals.

    product: kg/s of crystals that leave
    supersaturation: sigma
    growth: m/s at size 0
    nucleation: 1/(m3 s)
    magma: kg/m3
    """

    product: float
    supersaturation: float
    growth: float
    nucleation: float
    magma: float


class MomentTrain(NamedTuple):
    """What leaves each tank, and what is in it, by moments.

    moments: (N, 5) of the crystals that leave, m^k/s
    crystals: (N,) kg/s
    solute: (N,) kg/s left dissolved
    solvent: (N,) kg/s left
    supersaturation: (N,) sigma
    magma: (N,) kg/m3
    growth: (N,) m/s
    nucleation: (N,) 1/(m3 s)
    states: (N,) int64, a code of `status` for each tank
    """

    moments: np.ndarray
    crystals: np.ndarray
    solute: np.ndarray
    solvent: np.ndarray
    supersaturation: np.ndarray
    magma: np.ndarray
    growth: np.ndarray
    nucleation: np.ndarray
    states: np.ndarray


@lean.kernel
def rates_of(kinetics: Kinetics, i: int) -> Rates:
    """Kinetics of tank `i`."""
    return Rates(
        kinetics.growth[i],
        kinetics.growth_order,
        kinetics.nucleation[i],
        kinetics.nucleation_order,
        kinetics.magma_order,
        kinetics.primary[i],
        kinetics.primary_order,
    )


@lean.kernel
def make_tank(crystal: Crystal, vessels: Vessels, i: int, solute: float, solvent: float, seeds: float):
    """Tank `i` for kg/s of dissolved solute, solvent and crystals that enter.

    Returns (Tank, status): DRY where no solvent is left, UNDERSATURATED where no crystal can be.
    """
    solute += crystal.solute * seeds
    solvent += crystal.solvent * seeds - vessels.evaporated[i]
    solubility = vessels.solubility[i]
    excess = solute - solubility * solvent
    per = crystal.solute - solubility * crystal.solvent
    tank = Tank(vessels.volume[i], vessels.outflow[i], solubility, solute, solvent, excess / per)
    if not solvent > 0.0:
        return tank, DRY
    if not excess > 0.0:
        return tank, UNDERSATURATED
    if not (per > 0.0 and solvent > crystal.solvent * tank.most):
        return tank, DRY
    return tank, CONVERGED


@lean.kernel
def share_of(y: float) -> tuple[float, float]:
    """Share x that `y` stands for, and what it leaves."""
    if y < 0.0:
        exponential = np.exp(y)
        return exponential / (1.0 + exponential), 1.0 / (1.0 + exponential)
    exponential = np.exp(-y)
    return 1.0 / (1.0 + exponential), exponential / (1.0 + exponential)


@lean.kernel
def drive(crystal: Crystal, tank: Tank, y: float) -> tuple[float, float]:
    """Crystals in kg/s that leave a tank, and sigma, at `y`."""
    share, rest = share_of(y)
    product = tank.most * share
    per = crystal.solute - tank.solubility * crystal.solvent
    sigma = per * tank.most * rest / (tank.solubility * (tank.solvent - crystal.solvent * product))
    return product, sigma


@lean.kernel
def growth_of(rates: Rates, sigma: float) -> float:
    """Growth in m/s of a crystal of size 0."""
    return rates.growth * sigma if rates.growth_order == 1.0 else rates.growth * sigma**rates.growth_order


@lean.kernel
def nucleation_of(rates: Rates, sigma: float, magma: float) -> float:
    """Nucleation in 1/(m3 s) where `magma` kg of crystals are in a m3."""
    born = 0.0
    if rates.nucleation > 0.0:
        born = rates.nucleation * sigma**rates.nucleation_order
        if rates.magma_order == 1.0:
            born *= magma
        elif rates.magma_order != 0.0:
            born *= magma**rates.magma_order
    if rates.primary > 0.0:
        born += rates.primary * sigma**rates.primary_order
    return born


@lean.kernel
def magma_of(rates: Rates, tank: Tank, yields: Yield, product: float, sigma: float) -> float:
    """Crystals in kg/m3 in a tank that `product` kg/s leave."""
    if yields.nuclei_out == 0.0 and yields.seeds_out == 0.0:
        return product / tank.outflow
    young = yields.nuclei / yields.nuclei_out if yields.nuclei_out > 0.0 else yields.seeds / yields.seeds_out
    old = yields.seeds / yields.seeds_out if yields.seeds_out > 0.0 else young
    low, high = min(young, old) * product / tank.volume, max(young, old) * product / tank.volume
    if not high < np.inf:
        return product / tank.outflow
    while high - low > ROUNDING * 4.0 * high:
        middle = np.sqrt(low * high) if high > 2.0 * low else 0.5 * (low + high)
        nuclei = tank.volume * nucleation_of(rates, sigma, middle)
        ratio = (nuclei * yields.nuclei + yields.seeds) / (nuclei * yields.nuclei_out + yields.seeds_out)
        if not low < middle < high:
            break
        if ratio * product > middle * tank.volume:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)


@lean.kernel
def surplus(crystal: Crystal, rates: Rates, tank: Tank, yields: Yield, y: float, by_birth: bool):
    """f at `y`, the logarithm of the crystals made over those that leave, and the Work of the tank there.

    `by_birth`: f is that of the nuclei born over those that make up for what the seeds leave open. Both are 0 at the same
    places; the one by crystals keeps all digits where seeds make most of them, but jumps where several amounts of crystals
    in a classified tank go with the same product.
    """
    product, sigma = drive(crystal, tank, y)
    if by_birth:
        needed = (product - yields.seeds_out) / yields.nuclei_out
        magma = (needed * yields.nuclei + yields.seeds) / tank.volume
        born = nucleation_of(rates, sigma, magma)
        f = np.inf if needed <= 0.0 else np.log(tank.volume * born / needed)
        return f, Work(product, sigma, growth_of(rates, sigma), born, magma)
    magma = magma_of(rates, tank, yields, product, sigma)
    born = nucleation_of(rates, sigma, magma)
    made = tank.volume * born * yields.nuclei_out + yields.seeds_out
    f = -np.inf if made <= 0.0 else np.log(made / product)
    return f, Work(product, sigma, growth_of(rates, sigma), born, magma)


@lean.kernel
def moment_yield(crystal: Crystal, tank: Tank, growth: float, nucleus: float, seeds: np.ndarray) -> Yield:
    """Yield of a mixed tank, of nuclei of size `nucleus` in m and `seeds` (5,) m^k/s that enter."""
    time = tank.volume / tank.outflow
    unit = crystal.density * crystal.shape
    young, old, power = 0.0, 0.0, 1.0
    for k in range(4):
        young = time * (power + k * growth * young)
        old = time * (seeds[k] + k * growth * old)
        power *= nucleus
    return Yield(unit * young, unit * young / time, unit * old, unit * old / time)


@lean.kernel
def moment_surplus(crystal, rates, tank, nucleus, seeds, y):
    """`surplus` of a mixed tank by moments; see `moment_yield`."""
    _, sigma = drive(crystal, tank, y)
    return surplus(crystal, rates, tank, moment_yield(crystal, tank, growth_of(rates, sigma), nucleus, seeds), y, False)


@lean.kernel
def solve_moments(crystal, rates, tank, nucleus, seeds, search):
    """y of a mixed tank by moments.

    nucleus: m, size of nuclei
    seeds: (5,) m^k/s that enter
    search: (8,) work

    Returns (y, f, steps, status). Where nothing but crystals makes nuclei, in an order above 1, the search starts from
    the y of the largest f.
    """
    y, steps = 0.0, 0
    if rates.magma_order > 1.0 and rates.primary <= 0.0 and seeds[3] <= 0.0:
        left, right = LOWEST, 60.0
        while right - left > 1e-3:
            low, high = right - GOLDEN * (right - left), left + GOLDEN * (right - left)
            f_low, _ = moment_surplus(crystal, rates, tank, nucleus, seeds, low)
            f_high, _ = moment_surplus(crystal, rates, tank, nucleus, seeds, high)
            if f_low > f_high:
                right = high
            else:
                left = low
            steps += 2
        y = 0.5 * (left + right)
        f, _ = moment_surplus(crystal, rates, tank, nucleus, seeds, y)
        if f <= 0.0:
            return y, f, steps, WASHED_OUT
    start_search(search)
    f = np.nan
    for _ in range(MOST_STEPS):
        steps += 1
        f, _ = moment_surplus(crystal, rates, tank, nucleus, seeds, y)
        if abs(f) <= CLOSURE:
            return y, f, steps, CONVERGED
        if np.isnan(f):
            break
        if f < 0.0 and y <= LOWEST:
            return y, f, steps, WASHED_OUT
        if f > 0.0 and y >= HIGHEST:
            return y, f, steps, UNDERSATURATED
        there = min(max(next_point(search, y, f), LOWEST), HIGHEST)
        if abs(there - y) <= ROUNDING * (1.0 + abs(y)):
            return y, f, steps, CONVERGED
        y = there
    return y, f, steps, OUT_OF_STEPS


@lean.kernel
def seed_moments(edges: np.ndarray, seeds: np.ndarray, crystal: Crystal, moments: np.ndarray):
    """Set `moments` (5,) m^k/s to those of `seeds` (K,) kg/s, spread evenly over their classes."""
    moments[:] = 0.0
    for i in range(seeds.size):
        low, high = edges[i], edges[i + 1]
        cubes = 0.25 * (low + high) * (low * low + high * high)
        number = seeds[i] / (crystal.density * crystal.shape * cubes)
        for k in range(5):
            # (high^(k+1) - low^(k+1)) / (high - low), a sum of positive terms
            total = 0.0
            for j in range(k + 1):
                total += low**j * high ** (k - j)
            moments[k] += number * total / (k + 1.0)


@kernel
def moments_train(
    kinetics: Kinetics, crystal: Crystal, vessels: Vessels, edges: np.ndarray, feed: Feed
) -> tuple[MomentTrain, float, int, int]:
    """Steady crystallisers in series by moments, for mixed tanks and growth that does not depend on size.

    The arguments are those of `msmpr.msmpr_train`; removal, dissolution and the size dependence are not looked at, of
    `edges` the lowest is the size of nuclei, the others only serve the seeds.

    Returns (MomentTrain, error, steps, status) as `msmpr_train` does.
    """
    N = vessels.volume.size
    answer = MomentTrain(
        np.zeros((N, 5)), np.zeros(N), np.zeros(N), np.zeros(N), np.zeros(N), np.zeros(N), np.zeros(N), np.zeros(N),
        np.zeros(N, np.int64),
    )  # fmt: skip
    search, seeds = np.empty(8), np.empty(5)
    seed_moments(edges, feed.seeds, crystal, seeds)
    unit = crystal.density * crystal.shape
    solute, solvent, nucleus = feed.solute, feed.solvent, edges[0]
    error, steps, worst = 0.0, 0, CONVERGED
    for i in range(N):
        rates = rates_of(kinetics, i)
        entering = unit * seeds[3]
        tank, state = make_tank(crystal, vessels, i, solute, solvent, entering)
        y = 0.0
        if state == CONVERGED:
            y, _, taken, state = solve_moments(crystal, rates, tank, nucleus, seeds, search)
            steps += taken
        product, magma = entering, entering / tank.outflow
        if state in (CONVERGED, OUT_OF_STEPS):
            _, work = moment_surplus(crystal, rates, tank, nucleus, seeds, y)
            product, magma = work.product, work.magma
            answer.growth[i], answer.nucleation[i] = work.growth, work.nucleation
            time, before, power = tank.volume / tank.outflow, 0.0, 1.0
            for k in range(5):
                seeds[k] += k * work.growth * before + tank.volume * work.nucleation * power
                before = time * seeds[k]
                power *= nucleus
            made = unit * seeds[3]
            miss = abs(made - product) / product
            if not miss <= error:
                error = miss
        solute = tank.solute - crystal.solute * product
        solvent = tank.solvent - crystal.solvent * product
        answer.moments[i] = seeds
        answer.crystals[i], answer.magma[i] = product, magma
        answer.solute[i], answer.solvent[i], answer.states[i] = solute, solvent, state
        answer.supersaturation[i] = solute / (solvent * tank.solubility) - 1.0
        if state == CONVERGED:
            _, answer.supersaturation[i] = drive(crystal, tank, y)
        if state in (OUT_OF_STEPS, DRY):
            worst = state
    last = answer.states[N - 1]
    if worst == CONVERGED and not answer.crystals[N - 1] > 0.0:
        worst = last
    if worst == CONVERGED and last == UNDERSATURATED:
        worst = last
    return answer, error, steps, worst
