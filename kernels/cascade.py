"""Counter-current mixer-settlers: extraction, scrubbing, stripping and washing with acid are all this one kernel.

The liquor enters stage 0 and leaves stage N-1; the organic enters stage N-1 and leaves stage 0. Settlers are
imperfect: the organic leaving a stage carries `aqueous_in_organic` volumes of liquor per volume of organic feed, the
liquor carries `organic_in_aqueous` volumes of organic per volume of liquor feed. Volumes are conserved, so that the
products are

    raffinate:        (A - b) of liquor N-1 with c of organic N-1,      b = aqueous_in_organic * O
    loaded organic:   (O - c) of organic 0 with b of liquor 0,          c = organic_in_aqueous * A

Per stage the unknowns are u = (ln E, ln [H+]) alone, with the balances of extractant and of charge as equations.
Given u the component balances are linear, and are solved exactly at every iterate: as the throughputs of a chain of 2
N boxes, eliminated without one subtraction (Grassmann, Taksar and Heyman 1985, Oper. Res. 33, 1107). Concentrations
are therefore never negative, and balances close to round-off whether or not the iteration has converged. Newton's
matrix is the response of the chain to a change of each stage's distribution.

Box 2 i (mixed) takes all liquor entering stage i and the share `efficiency` of each cation in the organic entering
it; box 2 i + 1 (organic) takes the rest and what the mixed box extracts. So y = y_in + efficiency (D x - y_in),
Murphree's organic efficiency, with y_in the mean of the organic that enters. The extractant balance is that of the
organic that leaves, every cation binding the mean of its two complexes: so no organic ever carries more than it can,
and a stage keeps a unique answer even if the efficiencies differ (with the balance of the equilibrium organic it may
have none).

What globalises it: a line search with fixed scales; else continuation from strong back-mixing between stages (one
mixed contact, whose convex problem `contact` solves from anywhere) to none; else implicit steps in time.

Shapes: N stages, M cations. mol/L of liquor or organic; flows in any one unit of volume per time.
"""

import math
from typing import NamedTuple

import numpy as np

from .extraction import Contact, Extractant, Medium, charge_scale, contact, distribution, medium_charge
from .jit import kernel
from .status import CONVERGED, DRY, OUT_OF_STEPS, OVERLOADED, SINGULAR, STARVED


class Cascade(NamedTuple):
    """A row of mixer-settlers.

    stages: N. aqueous_flow, organic_flow: volume per time. dimer_total: mol/L of organic, free and bound.
    efficiency: (M,), Murphree's, 0 to 1.
    aqueous_in_organic, organic_in_aqueous: volume carried over per volume of feed.
    """

    stages: int
    aqueous_flow: float
    organic_flow: float
    dimer_total: float
    efficiency: np.ndarray
    aqueous_in_organic: float
    organic_in_aqueous: float


class Chain(NamedTuple):
    """Where the liquids of each stage go and what enters from outside.

    flows: (N, 6), volumes of liquor forward, back, out; of organic forward, back, out.
    aqueous_source, organic_source: (N, M), mol per time.
    """

    flows: np.ndarray
    aqueous_source: np.ndarray
    organic_source: np.ndarray


class Work(NamedTuple):
    """Arrays made once.

    aqueous, organic: (N, M). residual: (2 N,). jacobian: (2 N, 2 N).
    band: (2 N, 7), shares of a box's throughput that go 3 boxes back .. 3 boxes on. pivot, throughput: (2 N,).
    share: (N,), of the mixed box that stays in the liquor, over the volume of liquor.
    held: (2, N, M), liquor and organic of the last moment.
    """

    aqueous: np.ndarray
    organic: np.ndarray
    residual: np.ndarray
    jacobian: np.ndarray
    band: np.ndarray
    pivot: np.ndarray
    throughput: np.ndarray
    share: np.ndarray
    held: np.ndarray


@kernel
def _lay_pipes(circuit, mixing, drain, flows):
    """Fill flows (N, 6), with `mixing` times each flow exchanged between neighbours and `drain` times it let out."""
    N = circuit.stages
    a = circuit.aqueous_flow
    o = circuit.organic_flow
    b = circuit.aqueous_in_organic * o
    c = circuit.organic_in_aqueous * a
    for i in range(N):
        on = 1.0 if i < N - 1 else 0.0
        back = 1.0 if i > 0 else 0.0
        flows[i, 0] = on * (a + mixing * a)
        flows[i, 1] = back * (b + mixing * a)
        flows[i, 2] = (1.0 - on) * (a - b) + (1.0 - back) * b + drain * a
        flows[i, 3] = on * (c + mixing * o)
        flows[i, 4] = back * (o + mixing * o)
        flows[i, 5] = (1.0 - back) * (o - c) + (1.0 - on) * c + drain * o


@kernel
def _factor(flows, ratio, efficiency, work):
    """Fill band, pivot and share for one cation with distribution ratio (N,), and eliminate the band in place."""
    N = ratio.shape[0]
    n = 2 * N
    band = work.band
    out = work.throughput
    for s in range(n):
        for k in range(7):
            band[s, k] = 0.0
    bypass = 1.0 - efficiency
    for i in range(N):
        va = flows[i, 0] + flows[i, 1] + flows[i, 2]
        vo = flows[i, 3] + flows[i, 4] + flows[i, 5]
        extracting = efficiency * ratio[i] * vo
        stay = va / (va + extracting)
        work.share[i] = stay / va
        s = 2 * i
        band[s, 4] = extracting / (va + extracting)
        out[s] = work.share[i] * flows[i, 2]
        out[s + 1] = flows[i, 5] / vo
        if i < N - 1:
            band[s, 5] = work.share[i] * flows[i, 0]
            band[s + 1, 4] = efficiency * flows[i, 3] / vo
            band[s + 1, 5] = bypass * flows[i, 3] / vo
        if i > 0:
            band[s, 1] = work.share[i] * flows[i, 1]
            band[s + 1, 0] = efficiency * flows[i, 4] / vo
            band[s + 1, 1] = bypass * flows[i, 4] / vo
    for s in range(n):
        last = min(s + 3, n - 1)
        pivot = out[s]
        for t in range(s + 1, last + 1):
            pivot += band[s, t - s + 3]
        work.pivot[s] = pivot
        for u in range(s + 1, last + 1):
            through = band[u, s - u + 3] / pivot
            if through > 0.0:
                for t in range(s + 1, last + 1):
                    if t != u:
                        band[u, t - u + 3] += through * band[s, t - s + 3]
                out[u] += through * out[s]


@kernel
def _flow_through(work, first, source):
    """Turn a source (2 N,), zero before box `first`, into the throughput of every box; `_factor` must have run."""
    n = source.shape[0]
    band = work.band
    for s in range(first, n):
        q = source[s] / work.pivot[s]
        source[s] = q
        if q != 0.0:
            for t in range(s + 1, min(s + 3, n - 1) + 1):
                source[t] += q * band[s, t - s + 3]
    for s in range(n - 2, -1, -1):
        total = source[s]
        for t in range(s + 1, min(s + 3, n - 1) + 1):
            total += source[t] * band[t, s - t + 3] / work.pivot[s]
        source[s] = total


@kernel
def _respond(extractant, flows, work, j, moments, source):
    """Add to Newton's matrix what cation j does to it; `moments` (N, 3) are its ratio and two moments in each stage."""
    N = flows.shape[0]
    z = extractant.charge[j]
    x = work.aqueous
    for k in range(N):
        # One unit of d ln D moves this much from the liquor to the organic of stage k.
        va = flows[k, 0] + flows[k, 1] + flows[k, 2]
        moved = x[k, j] * va * (1.0 - work.share[k] * va)
        mean = moments[k, 1] / moments[k, 0] if moments[k, 0] > 0.0 else 0.0
        if moments[k, 0] > 0.0:
            work.jacobian[2 * k, 2 * k] += (moments[k, 2] / moments[k, 0] - mean * mean) * work.organic[k, j]
        if moved == 0.0:
            continue
        for s in range(2 * N):
            source[s] = 0.0
        source[2 * k + 1] = moved
        first = 2 * k + 1
        if k > 0:
            source[2 * k - 2] = -moved * flows[k, 1] / va
            first = 2 * k - 2
        if k < N - 1:
            source[2 * k + 2] = -moved * flows[k, 0] / va
        _flow_through(work, first, source)
        for i in range(N):
            vo = flows[i, 3] + flows[i, 4] + flows[i, 5]
            dx = work.share[i] * source[2 * i]
            if i == k:
                dx -= moved / va
            dy = moments[i, 1] / moments[i, 0] * source[2 * i + 1] / vo if moments[i, 0] > 0.0 else 0.0
            work.jacobian[2 * i, 2 * k] += dy * mean
            work.jacobian[2 * i, 2 * k + 1] -= dy * z
            work.jacobian[2 * i + 1, 2 * k] += z * dx * mean
            work.jacobian[2 * i + 1, 2 * k + 1] -= z * z * dx


@kernel
def _evaluate(extractant, medium, circuit, chain, u, work, derivatives):
    """Concentrations and residuals, mol/L, at u (2 N,), and with `derivatives` the matrix of the residuals by u."""
    N = circuit.stages
    M = extractant.charge.shape[0]
    moments = np.zeros((N, 3))
    source = np.zeros(2 * N)
    if derivatives:
        work.jacobian[:, :] = 0.0
    for i in range(N):
        charge, slope, _ = medium_charge(medium, u[2 * i + 1])
        e = math.exp(u[2 * i])
        work.residual[2 * i] = e - circuit.dimer_total
        work.residual[2 * i + 1] = charge
        if derivatives:
            work.jacobian[2 * i, 2 * i] = e
            work.jacobian[2 * i + 1, 2 * i + 1] = slope
    ln_gamma = math.log(medium.proton_activity)
    for j in range(M):
        for i in range(N):
            ratio, first, second = distribution(extractant, j, u[2 * i], u[2 * i + 1] + ln_gamma)
            moments[i, 0] = ratio
            moments[i, 1] = first
            moments[i, 2] = second
        efficiency = circuit.efficiency[j]
        _factor(chain.flows, moments[:, 0], efficiency, work)
        for i in range(N):
            source[2 * i] = chain.aqueous_source[i, j] + efficiency * chain.organic_source[i, j]
            source[2 * i + 1] = (1.0 - efficiency) * chain.organic_source[i, j]
        _flow_through(work, 0, source)
        for i in range(N):
            work.aqueous[i, j] = work.share[i] * source[2 * i]
            vo = chain.flows[i, 3] + chain.flows[i, 4] + chain.flows[i, 5]
            work.organic[i, j] = source[2 * i + 1] / vo
            if moments[i, 0] > 0.0:
                work.residual[2 * i] += moments[i, 1] / moments[i, 0] * work.organic[i, j]
            work.residual[2 * i + 1] += extractant.charge[j] * work.aqueous[i, j]
        if derivatives:
            _respond(extractant, chain.flows, work, j, moments, source)


@kernel
def _eliminate(matrix, right):
    """Solve in place by elimination with row scaling and pivoting; the answer stands in right. False if singular."""
    n = right.shape[0]
    for i in range(n):
        largest = 0.0
        for k in range(n):
            largest = max(largest, abs(matrix[i, k]))
        if not 0.0 < largest < np.inf:
            return False
        for k in range(n):
            matrix[i, k] /= largest
        right[i] /= largest
    for i in range(n):
        best = i
        for k in range(i + 1, n):
            if abs(matrix[k, i]) > abs(matrix[best, i]):
                best = k
        if matrix[best, i] == 0.0:
            return False
        if best != i:
            for k in range(i, n):
                matrix[i, k], matrix[best, k] = matrix[best, k], matrix[i, k]
            right[i], right[best] = right[best], right[i]
        for k in range(i + 1, n):
            if matrix[k, i] != 0.0:
                factor = matrix[k, i] / matrix[i, i]
                for m in range(i + 1, n):
                    matrix[k, m] -= factor * matrix[i, m]
                right[k] -= factor * right[i]
    for i in range(n - 1, -1, -1):
        for k in range(i + 1, n):
            right[i] -= matrix[i, k] * right[k]
        right[i] /= matrix[i, i]
    return True


@kernel
def _merit(residual, dimer_total, scale):
    """Half the sum of squares of the scaled residuals, and the largest of them."""
    total = 0.0
    largest = 0.0
    for i in range(residual.shape[0]):
        r = residual[i] / (dimer_total if i % 2 == 0 else scale)
        total += 0.5 * r * r
        largest = max(largest, abs(r))
    return total, largest


@kernel
def _newton(extractant, medium, circuit, chain, u, work, limits):
    """Newton's method from u (2 N,), which it overwrites.

    limits: (scale of charge mol/L, tolerance of the step, most steps, slow steps in a row that end it).
    Answers (largest scaled residual, steps, status). With a tolerance below 1e-12 it goes on until rounding stops it.
    """
    scale, tolerance, most, patience = limits
    n = u.shape[0]
    direction = np.zeros(n)
    trial = np.zeros(n)
    largest = 1.0
    slow = 0
    steps = 0
    status = OUT_OF_STEPS
    while steps < most and slow < patience and status == OUT_OF_STEPS:
        steps += 1
        _evaluate(extractant, medium, circuit, chain, u, work, True)
        before, _ = _merit(work.residual, circuit.dimer_total, scale)
        for s in range(n):
            direction[s] = -work.residual[s]
        regular = _eliminate(work.jacobian, direction)
        size = 0.0
        for s in range(n):
            size = max(size, abs(direction[s]))
        if not (regular and size < np.inf):
            status = SINGULAR
            break
        fraction = min(1.0, 3.0 / size)
        merit = np.inf
        for _ in range(9):
            for s in range(n):
                trial[s] = min(max(u[s] + fraction * direction[s], -180.0), 6.0)
            _evaluate(extractant, medium, circuit, chain, trial, work, False)
            merit, largest = _merit(work.residual, circuit.dimer_total, scale)
            if merit <= (1.0 - 2e-4 * fraction) * before:
                break
            if fraction == 1.0 and size < 1e-6 and merit < 1e-24:
                # So near the answer a full step would have helped, if rounding had not taken over.
                status = CONVERGED
                break
            fraction *= 0.35
        u[:] = trial
        if fraction == 1.0 and size < tolerance:
            status = CONVERGED
        slow = slow + 1 if (fraction < 0.1 or merit > 0.8 * before) else 0
    return largest, steps, status


@kernel
def _refuse(extractant, circuit, organic_feed):
    """The status of a circuit that cannot run, else CONVERGED."""
    a = circuit.aqueous_flow
    o = circuit.organic_flow
    if circuit.stages < 1:
        return STARVED
    if not (a > 0.0 and circuit.aqueous_in_organic * o < a):
        return DRY
    if not (o > 0.0 and circuit.dimer_total > 0.0 and circuit.organic_in_aqueous * a < o):
        return STARVED
    bound = 0.0
    for j in range(organic_feed.shape[0]):
        least = np.inf
        for c in range(2):
            if extractant.ln_k[j, c] > -np.inf:
                least = min(least, extractant.dimers[j, c])
        if organic_feed[j] > 0.0:
            bound += least * organic_feed[j]
    # A little more than all, so that a feed saponified to the last dimer passes.
    if bound > circuit.dimer_total * (1.0 + 1e-9):
        return OVERLOADED
    return CONVERGED


@kernel
def _imbalance(extractant, medium, circuit, chain, u, work):
    """Largest relative error of the balances, found anew from the concentrations and not as the solver found them.

    Cations in every stage and in the whole chain; extractant and charge in every stage.
    """
    N = circuit.stages
    x = work.aqueous
    y = work.organic
    f = chain.flows
    worst = 0.0
    for j in range(x.shape[1]):
        fed = 0.0
        left = 0.0
        for i in range(N):
            fed += chain.aqueous_source[i, j] + chain.organic_source[i, j]
        for i in range(N):
            entering = chain.aqueous_source[i, j] + chain.organic_source[i, j]
            leaving = f[i, 2] * x[i, j] + f[i, 5] * y[i, j]
            left += leaving
            leaving += (f[i, 0] + f[i, 1]) * x[i, j] + (f[i, 3] + f[i, 4]) * y[i, j]
            if i > 0:
                entering += f[i - 1, 0] * x[i - 1, j] + f[i - 1, 3] * y[i - 1, j]
            if i < N - 1:
                entering += f[i + 1, 1] * x[i + 1, j] + f[i + 1, 4] * y[i + 1, j]
            # A trace may fade from stage to stage until the machine cannot hold it.
            if entering > 1e-60 * fed:
                worst = max(worst, abs(leaving / entering - 1.0))
        if fed > 0.0:
            worst = max(worst, abs(left / fed - 1.0))
    ln_gamma = math.log(medium.proton_activity)
    for i in range(N):
        dimers = math.exp(u[2 * i])
        charge = medium_charge(medium, u[2 * i + 1])[0]
        for j in range(x.shape[1]):
            ratio, first, _ = distribution(extractant, j, u[2 * i], u[2 * i + 1] + ln_gamma)
            if ratio > 0.0:
                dimers += first / ratio * y[i, j]
            charge += extractant.charge[j] * x[i, j]
        scale = charge_scale(extractant, medium, x[i], 1.0)
        worst = max(worst, abs(dimers / circuit.dimer_total - 1.0), abs(charge) / scale)
    return worst


@kernel
def _continue(extractant, medium, circuit, chain, u, work, scale):
    """Solve from u (2 N,), which it overwrites: by Newton alone, else with less and less back-mixing, else in time.

    work.held is where time begins. Answers (steps, status).
    """
    start = u.copy()
    good = u.copy()
    aqueous_feed = chain.aqueous_source.copy()
    organic_feed = chain.organic_source.copy()
    method = 0
    mixing = 0.0
    good_mixing = 30.0
    drain = 0.0
    factor = 0.3
    total = 0
    status = OUT_OF_STEPS
    for _ in range(400):
        _lay_pipes(circuit, mixing, drain, chain.flows)
        for i in range(circuit.stages):
            for j in range(circuit.efficiency.shape[0]):
                keep_x = drain * circuit.aqueous_flow * work.held[0, i, j]
                keep_y = drain * circuit.organic_flow * work.held[1, i, j]
                chain.aqueous_source[i, j] = aqueous_feed[i, j] + keep_x
                chain.organic_source[i, j] = organic_feed[i, j] + keep_y
        final = mixing == 0.0 and drain == 0.0
        limits = (scale, 1e-13 if final else 1e-5, 60, 8 if method == 0 else 30)
        _, steps, status = _newton(extractant, medium, circuit, chain, u, work, limits)
        total += steps
        solved = status == CONVERGED
        if final and solved:
            break
        if solved:
            good[:] = u
        else:
            u[:] = good
        if method == 0:
            method = 1
            mixing = 10.0
        elif method == 1:
            if solved:
                good_mixing = mixing
                factor = max(factor * factor, 1e-3)
            else:
                factor = math.sqrt(factor)
            mixing = good_mixing * factor
            if mixing < 1e-3 and factor < 0.5:
                mixing = 0.0
            if factor > 0.9 or good_mixing < 1e-6:
                method = 2
                u[:] = start
                good[:] = start
                mixing = 0.0
                drain = 10.0
        elif solved:
            work.held[0] = work.aqueous
            work.held[1] = work.organic
            drain = drain / 4.0 if drain > 1e-5 else 0.0
        else:
            drain = max(4.0 * drain, 1e-4)
            if drain > 1e6:
                break
        if total > 6000:
            break
    return total, status


@kernel
def solve_cascade(
    extractant: Extractant,
    medium: Medium,
    circuit: Cascade,
    aqueous_feed: np.ndarray,
    organic_feed: np.ndarray,
    base: np.ndarray,
    base_cation: int,
):
    """The steady state of a cascade.

    aqueous_feed, organic_feed: (M,), mol/L of each cation in the liquor and bound in the organic (a saponified organic
    carries its sodium here). base: (N,), equivalents of hydroxide of the cation `base_cation` dosed to each stage,
    mol/L times the flow; its water belongs to the aqueous flow given. No entry may be negative.
    Answers (aqueous (N, M), organic (N, M), free dimer (N,), [H+] (N,), all mol/L, error, steps, status).
    The error is the largest relative imbalance of cations, extractant and charge; CONVERGED promises 1e-12 of it.
    """
    N = circuit.stages
    M = extractant.charge.shape[0]
    a = circuit.aqueous_flow
    o = circuit.organic_flow
    u = np.zeros(2 * N)
    work = Work(
        np.zeros((N, M)),
        np.zeros((N, M)),
        np.zeros(2 * N),
        np.zeros((2 * N, 2 * N)),
        np.zeros((2 * N, 7)),
        np.zeros(2 * N),
        np.zeros(2 * N),
        np.zeros(N),
        np.zeros((2, N, M)),
    )
    free = np.zeros(N)
    hydrogen = np.zeros(N)
    refused = _refuse(extractant, circuit, organic_feed)
    if refused != CONVERGED:
        return work.aqueous, work.organic, free, hydrogen, 1.0, 0, refused
    chain = Chain(np.zeros((N, 6)), np.zeros((N, M)), np.zeros((N, M)))
    totals = a * aqueous_feed + o * organic_feed
    chain.aqueous_source[0] = a * aqueous_feed
    chain.organic_source[N - 1] = o * organic_feed
    for i in range(N):
        chain.aqueous_source[i, base_cation] += base[i] / extractant.charge[base_cation]
        totals[base_cation] += base[i] / extractant.charge[base_cation]
    x, y, e, h, _, _, _ = contact(extractant, medium, Contact(a, o, circuit.dimer_total), totals)
    for i in range(N):
        u[2 * i] = math.log(e)
        u[2 * i + 1] = math.log(h)
        work.held[0, i] = x
        work.held[1, i] = y
    scale = charge_scale(extractant, medium, totals, a)
    steps, status = _continue(extractant, medium, circuit, chain, u, work, scale)
    for i in range(N):
        free[i] = math.exp(u[2 * i])
        hydrogen[i] = math.exp(u[2 * i + 1])
    error = _imbalance(extractant, medium, circuit, chain, u, work)
    if status == CONVERGED and not error <= 1e-12:
        status = OUT_OF_STEPS
    return work.aqueous, work.organic, free, hydrogen, error, steps, status
