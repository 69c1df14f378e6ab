"""Which solids and gases a liquor saturates, as a convex problem that is solved from any start.

With the activity coefficients, the activity of water and the mass of water W held, the equilibrium is the minimum of

    Phi(x) = sum_i m_i(x) - t.x - mu sum_k w_k ln(s_k),     m_i = K_i exp(nu_i.x) / gamma_i,   s_k = ln K_k - a_k.x

over x = ln activity of the components, as mu goes to 0. Phi is strictly convex, its multipliers n_k = mu w_k / s_k are
the amounts of the phases, and w_k, the most that could form of phase k, makes a trace phase as visible as a major one.
The primal-dual Newton direction is one of descent, so the iteration cannot fail; ln gamma, a_w and W follow it in
an outer loop. The answer is a start for the Newton iteration of `speciation`, which finishes it.

Shapes: C components present (0 is water, 1 is H+), P phases.
Sources: Michelsen & Mollerup (2007) Thermodynamic Models, ch. 10; Nocedal & Wright (2006) Numerical Optimization,
ch. 19.
"""

import math
from typing import NamedTuple

import numpy as np

from .dense import eliminate_definite
from .jit import kernel
from .speciation import (
    DOSE,
    LN_ACTIVITY,
    LN_WATER,
    MOLES_PER_KG,
    form,
    growth,
    log_saturation,
    seek_dose,
    weigh,
    weigh_activities,
)


@kernel
def _undersaturate(problem, state):
    """Lower the activity of the scarcest component of each phase that is not undersaturated by 0.1 at least."""
    for k in range(state.weight.shape[0]):
        excess = log_saturation(problem, state, k)
        if state.weight[k] > 0.0 and excess > -0.1:
            scarcest = -1
            least = 0.0
            for j in range(2, problem.totals.shape[0]):
                number = problem.phase_composition[k, j]
                total = problem.totals[j] + state.environment[DOSE] * problem.titrant[j]
                if number > 0.0 and (scarcest < 0 or total / number < least):
                    scarcest = j
                    least = total / number
            state.x[scarcest] -= (excess + 1.0) / problem.phase_composition[k, scarcest]


@kernel
def _gradient(problem, state, mu, gradient):
    """Fill the gradient (C,) of Phi at mu; answer the largest of it relative to the terms that make it up."""
    form(problem, state)
    per_kg = math.exp(-state.environment[LN_WATER])
    c = problem.totals.shape[0]
    scale = np.empty(c)
    for j in range(c):
        total = per_kg * (problem.totals[j] + state.environment[DOSE] * problem.titrant[j])
        gradient[j] = state.sums[0, j] - total
        scale[j] = state.sums[1, j] + abs(total)
    for k in range(state.weight.shape[0]):
        if state.weight[k] > 0.0:
            amount = per_kg * mu * state.weight[k] / max(-log_saturation(problem, state, k), 1e-300)
            for j in range(c):
                gradient[j] += problem.phase_composition[k, j] * amount
                scale[j] += abs(problem.phase_composition[k, j]) * amount
    error = 0.0
    for j in range(1 + problem.dosing, c):
        error = max(error, abs(gradient[j]) / max(scale[j], 1e-300))
    return error


@kernel
def _direction(problem, state, gradient, matrix, step):
    """Fill step (C,) with the Newton direction of Phi from the last `form`; matrix: (C, C) of work."""
    first = 1 + problem.dosing
    c = problem.totals.shape[0]
    matrix[:] = 0.0
    for i in range(problem.species.shape[0]):
        for p in range(problem.start[i], problem.start[i + 1]):
            for q in range(problem.start[i], p + 1):
                if problem.column[q] >= first:
                    matrix[problem.column[p] - first, problem.column[q] - first] += (
                        state.molality[i] * problem.number[p] * problem.number[q]
                    )
    per_kg = math.exp(-state.environment[LN_WATER])
    for k in range(state.weight.shape[0]):
        if state.weight[k] > 0.0:
            curvature = per_kg * state.amounts[k] / max(-log_saturation(problem, state, k), 1e-300)
            for p in range(first, c):
                for q in range(first, p + 1):
                    matrix[p - first, q - first] += (
                        curvature * problem.phase_composition[k, p] * problem.phase_composition[k, q]
                    )
    rhs = np.empty(c)
    for j in range(first, c):
        rhs[j - first] = -gradient[j]
    eliminate_definite(matrix, rhs, c - first)
    step[:first] = 0.0
    for j in range(first, c):
        step[j] = rhs[j - first]


@kernel
def _along(problem, step, k):
    """Change of a_k.x along step (C,)."""
    total = 0.0
    for j in range(step.shape[0]):
        total += problem.phase_composition[k, j] * step[j]
    return total


@kernel
def _search(problem, state, mu, gradient, step):
    """Move x along step (C,) until the slope of Phi has fallen to a half; leave gradient at the new x; its error."""
    change = np.zeros(problem.species.shape[0])
    for i in range(change.shape[0]):
        for z in range(problem.start[i], problem.start[i + 1]):
            change[i] += problem.number[z] * step[problem.column[z]]
    alpha = growth(problem, state, change)
    for k in range(state.weight.shape[0]):
        if state.weight[k] > 0.0:
            along = _along(problem, step, k)
            room = -0.95 * log_saturation(problem, state, k)
            if along * alpha > room:
                alpha = room / along
    before = 0.0
    for j in range(step.shape[0]):
        before += gradient[j] * step[j]
    old = state.x.copy()
    error = 1.0
    for _ in range(30):
        for j in range(step.shape[0]):
            state.x[j] = old[j] + alpha * step[j]
        error = _gradient(problem, state, mu, gradient)
        after = 0.0
        for j in range(step.shape[0]):
            after += gradient[j] * step[j]
        if after <= 0.5 * abs(before) or error < 1e-9:
            break
        alpha *= 0.5
    for k in range(state.weight.shape[0]):
        if state.weight[k] > 0.0:
            slack = -log_saturation(problem, state, k)
            old_slack = slack + alpha * _along(problem, step, k)
            target = mu * state.weight[k] / old_slack + state.amounts[k] / old_slack * _along(problem, step, k)
            middle = mu * state.weight[k] / slack
            moved = state.amounts[k] + alpha * (target - state.amounts[k])
            state.amounts[k] = min(max(moved, 0.1 * middle), 10.0 * middle)
    return error


class Trail(NamedTuple):
    """How ln gamma has been followed: given and residual (S,), relax (1,), the last share of the residual taken."""

    given: np.ndarray
    residual: np.ndarray
    relax: np.ndarray


@kernel
def _follow_gamma(problem, state, trail):
    """Move the ln gamma held towards what the molalities give, by secants along the way; answer how far they move."""
    weigh_activities(problem, state, trail.given)
    total = 1e-300
    for i in range(trail.given.shape[0]):
        total += state.molality[i]
    along = 0.0
    across = 0.0
    gap = 0.0
    for i in range(trail.given.shape[0]):
        residual = min(max(trail.given[i] - state.ln_gamma[i], -6.0), 6.0)
        share = state.molality[i] / total
        along += share * trail.residual[i] * (residual - trail.residual[i])
        across += share * (residual - trail.residual[i]) ** 2
        if share > 1e-6:
            gap = max(gap, abs(residual))
        trail.given[i] = residual
    relax = 1.0
    if trail.relax[0] > 0.0 and across > 1e-30:
        relax = min(max(-trail.relax[0] * along / across, 0.1), 2.0)
    trail.relax[0] = relax
    share = relax * min(1.0, 2.0 / max(relax * gap, 1e-300))
    for i in range(trail.given.shape[0]):
        trail.residual[i] = trail.given[i]
        state.ln_gamma[i] += share * trail.given[i]
    return gap


@kernel
def _follow(problem, state, trail):
    """Let W, ln gamma, a_w and the dose follow x. Answer how far they moved."""
    environment = state.environment
    water = problem.totals[0] + environment[DOSE] * problem.titrant[0]
    for k in range(state.amounts.shape[0]):
        water -= problem.phase_composition[k, 0] * state.amounts[k]
    change = math.log(max(water, 1e-12) / max(MOLES_PER_KG + state.sums[0, 0], 1e-12)) - environment[LN_WATER]
    change = min(max(change, -0.7), 0.7)
    moved = abs(change) + _follow_gamma(problem, state, trail)
    drier = environment[LN_ACTIVITY] - state.x[0]
    moved += abs(drier)
    state.x[0] += min(max(drier, -0.5), 0.5)
    if problem.dosing == 1:
        dose = environment[DOSE]
        seek_dose(problem, state)
        moved += abs(environment[DOSE] - dose) / (abs(dose) + 1e-6)
    environment[LN_WATER] += change
    return moved


@kernel
def settle_phases(problem, state, smallest):
    """Minimise Phi down to mu = `smallest` while the environment follows; mark the active phases. Answer the steps."""
    c = problem.totals.shape[0]
    matrix = np.empty((c, c))
    gradient = np.empty(c)
    step = np.empty(c)
    species = problem.species.shape[0]
    trail = Trail(np.zeros(species), np.zeros(species), np.zeros(1))
    mu = 1.0
    if state.weight.shape[0] == 0:
        mu = smallest
    weigh(problem, state)
    _undersaturate(problem, state)
    for k in range(state.weight.shape[0]):
        state.amounts[k] = 0.0
        if state.weight[k] > 0.0:
            state.amounts[k] = mu * state.weight[k] / -log_saturation(problem, state, k)
    error = _gradient(problem, state, mu, gradient)
    steps = 0
    while steps < 400:
        steps += 1
        if error < 0.05 * math.sqrt(mu) + 1e-10:
            moved = _follow(problem, state, trail)
            settled = mu <= smallest and moved < 10.0 * math.sqrt(smallest)
            if settled or state.environment[LN_WATER] < -14.0:
                break
            mu = max(0.1 * mu, smallest)
            weigh(problem, state)
            _undersaturate(problem, state)
            error = _gradient(problem, state, mu, gradient)
        _direction(problem, state, gradient, matrix, step)
        error = _search(problem, state, mu, gradient, step)
    for k in range(state.weight.shape[0]):
        state.active[k] = 0
        if state.weight[k] > 0.0 and state.amounts[k] > -state.weight[k] * log_saturation(problem, state, k):
            state.active[k] = 1
        else:
            state.amounts[k] = 0.0
    return steps
