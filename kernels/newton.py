"""Newton's method on a liquor whose phases at saturation are known.

The laws of mass action give the changes of ln m as functions of the changes of x,

    du = nu dx + r - D du_a        r: what the laws of mass action lack, D = d ln gamma / d ln m

with du_a of the species that are abundant enough to move an activity coefficient. It is eliminated, so that the
derivatives of ln gamma enter in full and the system that is left has one row for a component, for the activity of water
and for a phase. Rows are scaled by the inventory of their component, so that a trace is solved as well as a major one.
With a pH sought, the dose of a titrant takes the place of x_1.

Shapes: C components, S species, P phases, N = C + 1 + P.
Sources: Reed (1982) Geochim. Cosmochim. Acta 46, 513 (Newton on balances with mass action put in); Nocedal & Wright
(2006) Numerical Optimization, ch. 11 (damping by the residual).
"""

import math
from typing import NamedTuple

import numpy as np

from .activity import activity_slopes
from .dense import eliminate, eliminate_columns
from .jit import kernel
from .speciation import (
    DOSE,
    LN_ACTIVITY,
    LN_WATER,
    MOLES_PER_KG,
    add_up,
    growth,
    log_saturation,
    weigh_activities,
)

# a share of all molality below which a species moves no activity coefficient that matters to convergence
_ABUNDANT = 1e-6


class Work(NamedTuple):
    """Room for the iteration; A abundant species, at most S.

    matrix (N, N), residual, scale, step: (N,). lack: (S,), r. slopes: (S, A), D. wetness: (S,), d ln a_w / d m. place:
    (S,), the column of an abundant species, or -1. abundant: (A,), these species. core: (A, A), 1 + D. reply:
    (A, C + 1), du_a by dx, and at dx = 0. held: (C + 1, A), what du_a takes from the balances and gives to ln a_w.
    change: (S,), du.
    """

    matrix: np.ndarray
    residual: np.ndarray
    scale: np.ndarray
    step: np.ndarray
    lack: np.ndarray
    slopes: np.ndarray
    wetness: np.ndarray
    place: np.ndarray
    abundant: np.ndarray
    core: np.ndarray
    reply: np.ndarray
    held: np.ndarray
    change: np.ndarray


class Origin(NamedTuple):
    """Where a Newton step starts from: x (C,), u (S,), amounts (P,), environment (3,)."""

    x: np.ndarray
    u: np.ndarray
    amounts: np.ndarray
    environment: np.ndarray


@kernel
def blank_work(problem):
    """Answer Work with room for the problem."""
    c = problem.components.shape[0]
    s = problem.species.shape[0]
    n = c + 1 + problem.phases.shape[0]
    return Work(
        np.empty((n, n)),
        np.empty(n),
        np.empty(n),
        np.empty(n),
        np.empty(s),
        np.empty((s, s)),
        np.empty(s),
        np.empty(s, np.int64),
        np.empty(s, np.int64),
        np.empty((s, s)),
        np.empty((s, c + 1)),
        np.empty((c + 1, s)),
        np.empty(s),
    )


@kernel
def _residuals(problem, state, work):
    """Fill residual, scale and lack at the state; answer (largest, sum of squares), both scaled."""
    total = add_up(problem, state)
    weigh_activities(problem, state, state.ln_gamma)
    residual, scale = work.residual, work.scale
    c = problem.totals.shape[0]
    water = math.exp(state.environment[LN_WATER])
    for j in range(c):
        dosed = state.environment[DOSE] * problem.titrant[j]
        residual[j] = water * state.sums[0, j] - (problem.totals[j] + dosed)
        # what cancels between totals and dose is known to rounding only, so both count in full
        scale[j] = water * state.sums[1, j] + abs(problem.totals[j]) + abs(dosed)
    residual[0] += water * MOLES_PER_KG
    scale[0] += water * MOLES_PER_KG
    residual[c] = state.x[0] - state.environment[LN_ACTIVITY]
    scale[c] = 1.0
    row = c + 1
    for k in range(state.active.shape[0]):
        if state.active[k] == 1:
            for j in range(c):
                residual[j] += problem.phase_composition[k, j] * state.amounts[k]
                scale[j] += abs(problem.phase_composition[k, j] * state.amounts[k])
            residual[row] = log_saturation(problem, state, k)
            scale[row] = 1.0
            row += 1
    largest = 0.0
    squares = 0.0
    for j in range(row):
        relative = residual[j] / max(scale[j], 1e-300)
        largest = max(largest, abs(relative))
        squares += relative * relative
    for i in range(problem.species.shape[0]):
        lack = problem.ln_k[i] - state.u[i] - state.ln_gamma[i]
        for z in range(problem.start[i], problem.start[i + 1]):
            lack += problem.number[z] * state.x[problem.column[z]]
        work.lack[i] = lack
        work.place[i] = 0 if state.molality[i] > _ABUNDANT * total else -1
        largest = max(largest, abs(lack))
        share = state.molality[i] / total
        squares += lack * lack * share / (share + 1e-3)
    return largest, squares


@kernel
def _reply(problem, state, work):
    """Fill slopes, wetness and reply at the last `_residuals`; answer the number of abundant species, -1 if singular."""
    c = problem.totals.shape[0]
    s = problem.species.shape[0]
    found = 0
    for i in range(s):
        if work.place[i] >= 0:
            work.place[i] = found
            work.abundant[found] = i
            found += 1
    activity_slopes(problem.model, state.molality, state.terms, work.place, work.slopes, work.wetness)
    for i in range(s):
        for q in range(found):
            work.slopes[i, q] *= state.molality[work.abundant[q]]
    for p in range(found):
        i = work.abundant[p]
        for q in range(found):
            work.core[p, q] = work.slopes[i, q]
        work.core[p, p] += 1.0
        for j in range(c):
            work.reply[p, j] = 0.0
        for z in range(problem.start[i], problem.start[i + 1]):
            work.reply[p, problem.column[z]] = problem.number[z]
        work.reply[p, c] = work.lack[i]
    if not eliminate_columns(work.core, work.reply, found, c + 1):
        return -1
    return found


@kernel
def _system(problem, state, work, found):
    """Fill matrix and step with the system for the changes of (x, ln W, n / weight); answer its order."""
    matrix, step, held = work.matrix, work.step, work.held
    c = problem.totals.shape[0]
    water = math.exp(state.environment[LN_WATER])
    order = c + 1
    for k in range(state.active.shape[0]):
        order += state.active[k]
    for i in range(order):
        step[i] = -work.residual[i]
        for j in range(order):
            matrix[i, j] = 0.0
    for j in range(c):
        for q in range(found):
            held[j, q] = 0.0
    for q in range(found):
        held[c, q] = work.wetness[work.abundant[q]] * state.molality[work.abundant[q]]
    for i in range(problem.species.shape[0]):
        for p in range(problem.start[i], problem.start[i + 1]):
            j = problem.column[p]
            part = water * state.molality[i] * problem.number[p]
            for q in range(problem.start[i], problem.start[i + 1]):
                matrix[j, problem.column[q]] += part * problem.number[q]
            step[j] -= part * work.lack[i]
            for q in range(found):
                held[j, q] += part * work.slopes[i, q]
    for j in range(c + 1):
        for p in range(found):
            part = held[j, p]
            for q in range(c):
                matrix[j, q] -= part * work.reply[p, q]
            step[j] += part * work.reply[p, c]
    matrix[c, 0] += 1.0
    matrix[0, c] = water * MOLES_PER_KG
    for j in range(c):
        matrix[j, c] += water * state.sums[0, j]
    order = c + 1
    for k in range(state.active.shape[0]):
        if state.active[k] == 1:
            for j in range(c):
                matrix[j, order] = problem.phase_composition[k, j] * state.weight[k]
                matrix[order, j] = problem.phase_composition[k, j]
            order += 1
    if problem.dosing == 1:
        for j in range(order):
            matrix[j, 1] = 0.0
        for j in range(c):
            matrix[j, 1] = -problem.titrant[j]
    for i in range(order):
        inverse = 1.0 / max(work.scale[i], 1e-300)
        step[i] *= inverse
        for j in range(order):
            matrix[i, j] *= inverse
    return order


@kernel
def _move(problem, state, origin, work, alpha):
    """Set x, u, environment and amounts to origin plus alpha times the step."""
    step = work.step
    c = problem.totals.shape[0]
    for j in range(c):
        state.x[j] = origin.x[j] + alpha * step[j]
    for i in range(state.u.shape[0]):
        state.u[i] = origin.u[i] + alpha * work.change[i]
    if problem.dosing == 1:
        state.x[1] = origin.x[1]
        state.environment[DOSE] = origin.environment[DOSE] + alpha * step[1]
    state.environment[LN_WATER] = origin.environment[LN_WATER] + alpha * step[c]
    row = c + 1
    for k in range(state.active.shape[0]):
        if state.active[k] == 1:
            state.amounts[k] = origin.amounts[k] + alpha * state.weight[k] * step[row]
            row += 1


@kernel
def _longest_step(problem, state, work, found):
    """Fill change; answer the share of the Newton step within reason, and the largest change of an unknown by it."""
    step = work.step
    c = problem.totals.shape[0]
    dose = step[1]
    if problem.dosing == 1:
        step[1] = 0.0
    for p in range(found):
        change = work.reply[p, c]
        for j in range(c):
            change += work.reply[p, j] * step[j]
        work.reply[p, c] = change
    for i in range(state.u.shape[0]):
        change = work.lack[i]
        for z in range(problem.start[i], problem.start[i + 1]):
            change += problem.number[z] * step[problem.column[z]]
        for p in range(found):
            change -= work.slopes[i, p] * work.reply[p, c]
        work.change[i] = change
    if problem.dosing == 1:
        step[1] = dose
    largest = abs(step[c])
    longest = min(1.0, 0.7 / max(abs(step[c]), 0.7))
    for j in range(c):
        if j == 1 and problem.dosing == 1:
            largest = max(largest, abs(step[1]) / (abs(state.environment[DOSE]) + 1e-9))
        else:
            largest = max(largest, abs(step[j]))
            longest = min(longest, 25.0 / max(abs(step[j]), 25.0))
    return min(longest, growth(problem, state, work.change)), largest


@kernel
def newton(problem, state, work, most):
    """Newton iteration at the active phases. Answer (whether it converged, steps)."""
    error, merit = _residuals(problem, state, work)
    for iteration in range(most):
        found = _reply(problem, state, work)
        if found < 0:
            return False, iteration
        order = _system(problem, state, work, found)
        if not eliminate(work.matrix, work.step, order):
            return False, iteration
        longest, largest = _longest_step(problem, state, work, found)
        origin = Origin(state.x.copy(), state.u.copy(), state.amounts.copy(), state.environment.copy())
        before = error
        old = merit
        for halving in range(7):
            _move(problem, state, origin, work, longest * 0.5**halving)
            error, merit = _residuals(problem, state, work)
            if merit < old or error < 1e-12:
                break
        if not error < 1e6 or state.environment[LN_WATER] < -18.0:
            return False, iteration
        if largest < 1e-7 and (error < 1e-13 or (error < 1e-11 and error > 0.1 * before)):
            return True, iteration + 1
    return False, most
