"""Which solids and gases a liquor saturates: a convex problem, solved from any start.

With the activity coefficients, the activity of water and the mass of water W held, the equilibrium is the minimum of

    Phi(x) = sum_i m_i(x) - t.x - mu sum_k w_k ln(s_k),     m_i = K_i exp(nu_i.x) / gamma_i,   s_k = ln K_k - a_k.x

over x = ln activity of the components, as mu goes to 0. Phi is strictly convex, its multipliers n_k = mu w_k / s_k are
the amounts of the phases, and w_k, the most that could form of phase k, makes a trace phase as visible as a major one.
The primal-dual Newton direction is one of descent, so the iteration cannot fail; ionic strength, a_w and W follow it in
an outer loop. The answer is a start for the Newton iteration of `speciation`, which finishes it.

The reduced problem holds only what is present. Amounts are per kg of the water that the totals bring.

Shapes: C components present (0 is water, 1 is H+), S species, P phases, Z nonzero stoichiometric numbers.
Sources: Michelsen & Mollerup (2007) Thermodynamic Models, ch. 10; Nocedal & Wright (2006) Numerical Optimization,
ch. 19; Carrayrou et al. (2002) AIChE J. 48, 894 (positive continuous fractions, the first guess).
"""

import math
from typing import NamedTuple

import numpy as np

from .activity import log_gamma, log_water_activity
from .dense import eliminate_definite
from .jit import kernel

MOLES_PER_KG = 1.0 / 0.0180153
LN_WATER = 0
LN_STRENGTH = 1
DOSE = 2


class Problem(NamedTuple):
    """A mixture and totals without what is absent; stoichiometric numbers of the species row by row.

    components (C,), species (S,), phases (P,): indices in the mixture. start (S + 1,), column (Z,), count (Z,): of
    species i, numbers start[i] to start[i + 1]. debye: (A, B). totals, titrant: (C,), mol per kg of water brought, and
    mol per mol of dose. dosing: 1 when the dose is sought at a given ln a(H+), else 0.
    """

    components: np.ndarray
    species: np.ndarray
    phases: np.ndarray
    start: np.ndarray
    column: np.ndarray
    count: np.ndarray
    charge: np.ndarray
    ln_k: np.ndarray
    ion_size: np.ndarray
    salting: np.ndarray
    debye: np.ndarray
    phase_composition: np.ndarray
    phase_ln_k: np.ndarray
    totals: np.ndarray
    titrant: np.ndarray
    dosing: int


class State(NamedTuple):
    """An iterate: x = ln activity (C,), amounts of phases (P,), environment (ln W, ln I, dose), and what follows.

    active (P,): 1 for a phase held at saturation. weight (P,): the most that could form, mol. molality, ln_gamma, slope
    (of ln gamma with I): (S,). sums (2, C): component molality, signed and absolute.
    """

    x: np.ndarray
    amounts: np.ndarray
    environment: np.ndarray
    active: np.ndarray
    weight: np.ndarray
    molality: np.ndarray
    ln_gamma: np.ndarray
    slope: np.ndarray
    sums: np.ndarray


@kernel
def _present_rows(composition, present):
    """Rows of composition (R, C) that hold present components (C,) only, as indices."""
    rows = np.empty(composition.shape[0], np.int64)
    found = 0
    for i in range(composition.shape[0]):
        fits = True
        for j in range(2, composition.shape[1]):
            if not present[j] and composition[i, j] != 0.0:
                fits = False
        if fits:
            rows[found] = i
            found += 1
    return rows[:found]


@kernel
def reduce(mixture, totals, titrant, allowed, dosing):
    """Answer the Problem of what is present in totals (C,) or, when dosing, in titrant (C,); totals[0] > 0."""
    present = np.zeros(totals.shape[0], np.bool_)
    for j in range(totals.shape[0]):
        present[j] = j < 2 or totals[j] > 0.0 or (dosing == 1 and titrant[j] != 0.0)
    components = np.flatnonzero(present)
    species = _present_rows(mixture.composition, present)
    rows = _present_rows(mixture.phase_composition, present)
    kept = 0
    for k in range(rows.shape[0]):
        if allowed[rows[k]]:
            rows[kept] = rows[k]
            kept += 1
    phases = rows[:kept]
    c = components.shape[0]
    start = np.zeros(species.shape[0] + 1, np.int64)
    column = np.empty(species.shape[0] * c, np.int64)
    count = np.empty(species.shape[0] * c)
    z = 0
    for i in range(species.shape[0]):
        for j in range(c):
            number = mixture.composition[species[i], components[j]]
            if number != 0.0:
                column[z] = j
                count[z] = number
                z += 1
        start[i + 1] = z
    scale = MOLES_PER_KG / totals[0]
    solid = np.empty((kept, c))
    for k in range(kept):
        for j in range(c):
            solid[k, j] = mixture.phase_composition[phases[k], components[j]]
    debye = np.empty(2)
    debye[0] = mixture.debye_a
    debye[1] = mixture.debye_b
    return Problem(components, species, phases, start, column, count, mixture.charge[species], mixture.ln_k[species],
                   mixture.ion_size[species], mixture.salting[species], debye, solid, mixture.phase_ln_k[phases],
                   totals[components] * scale, titrant[components] * 1.0, dosing)


@kernel
def blank_state(problem):
    """Answer a State with room for the problem."""
    c = problem.components.shape[0]
    s = problem.species.shape[0]
    p = problem.phases.shape[0]
    return State(np.zeros(c), np.zeros(p), np.zeros(3), np.zeros(p, np.int64), np.zeros(p), np.zeros(s), np.zeros(s),
                 np.zeros(s), np.zeros((2, c)))


@kernel
def evaluate(problem, state):
    """Fill molality, ln gamma and sums at x and I; answer (the ionic strength they give, the sum of molalities)."""
    sums = state.sums
    sums[:] = 0.0
    strength = math.exp(state.environment[LN_STRENGTH])
    given = 0.0
    molalities = 0.0
    for i in range(problem.species.shape[0]):
        ln_gamma, slope = log_gamma(problem.charge[i], problem.ion_size[i], problem.salting[i], problem.debye, strength)
        ln_m = problem.ln_k[i] - ln_gamma
        for z in range(problem.start[i], problem.start[i + 1]):
            ln_m += problem.count[z] * state.x[problem.column[z]]
        m = math.exp(min(ln_m, 150.0))
        state.ln_gamma[i] = ln_gamma
        state.slope[i] = slope
        state.molality[i] = m
        for z in range(problem.start[i], problem.start[i + 1]):
            sums[0, problem.column[z]] += problem.count[z] * m
            sums[1, problem.column[z]] += abs(problem.count[z]) * m
        given += 0.5 * problem.charge[i] ** 2 * m
        molalities += m
    return given, molalities


@kernel
def growth(problem, state, change, ln_change):
    """Longest step in which no species outgrows the totals or e^1.5; change: (C,) of x, ln_change: of ln I."""
    cap = 1e-4
    for j in range(1, problem.totals.shape[0]):
        cap += 2.0 * abs(problem.totals[j] + state.environment[DOSE] * problem.titrant[j])
    cap = cap * math.exp(-state.environment[LN_WATER])
    di = math.exp(state.environment[LN_STRENGTH]) * ln_change
    longest = 1.0
    for i in range(problem.species.shape[0]):
        d = -state.slope[i] * di
        for z in range(problem.start[i], problem.start[i + 1]):
            d += problem.count[z] * change[problem.column[z]]
        if d > 1.5:
            m = state.molality[i]
            room = 1.5
            if cap > m:
                room = max(room, 1.0 + math.log(cap / max(m, 1e-300)))
            if d * longest > room:
                longest = room / d
    return longest


@kernel
def _sweep(problem, state):
    """One sweep of continuous fractions: each ln activity but those of water and H+ towards its total."""
    evaluate(problem, state)
    for j in range(2, problem.totals.shape[0]):
        total = problem.totals[j] + state.environment[DOSE] * problem.titrant[j]
        held = state.sums[1, j]
        if total > 0.0 and held > 0.0:
            step = math.log(total / held)
            if step < 0.0:
                state.x[j] += max(0.6 * step, -60.0)
            else:
                state.x[j] += 0.6 * min(step, 6.0)


@kernel
def guess(problem, state, ln_proton):
    """Set the state to a first guess without phases: W as brought, pH by bisection (or ln_proton, when dosing)."""
    c = problem.totals.shape[0]
    strength = 1e-7
    molalities = 0.0
    for j in range(1, c):
        total = abs(problem.totals[j])
        strength += 0.25 * problem.charge[j - 1] ** 2 * total
        molalities += total
        state.x[j] = math.log(max(total, 1e-6))
    state.environment[LN_WATER] = 0.0
    state.environment[LN_STRENGTH] = math.log(min(strength, 6.0))
    state.environment[DOSE] = 0.0
    state.x[0] = log_water_activity(molalities)[0]
    low = -40.0
    high = 5.0
    rounds = 8
    if problem.dosing == 1:
        low = ln_proton
        high = ln_proton
        rounds = 6
        state.environment[DOSE] = 1e-3
    for _ in range(rounds):
        state.x[1] = 0.5 * (low + high)
        _sweep(problem, state)
        _sweep(problem, state)
        if problem.dosing == 1:
            seek_dose(problem, state)
        elif state.sums[0, 1] > problem.totals[1]:
            high = state.x[1]
        else:
            low = state.x[1]


@kernel
def seek_dose(problem, state):
    """Set the dose to what closes the balance of H+, if the titrant holds any, and leaves every total positive."""
    if problem.titrant[1] == 0.0:
        return
    held = math.exp(state.environment[LN_WATER]) * state.sums[0, 1] - problem.totals[1]
    for k in range(state.amounts.shape[0]):
        held += problem.phase_composition[k, 1] * state.amounts[k]
    old = state.environment[DOSE]
    new = held / problem.titrant[1]
    for j in range(problem.totals.shape[0]):
        if j != 1 and problem.totals[j] + new * problem.titrant[j] <= 0.0:
            new = 0.5 * (old - problem.totals[j] / problem.titrant[j])
    state.environment[DOSE] = new


@kernel
def log_saturation(problem, state, k):
    """ln of the saturation index of phase k: a_k.x - ln K_k; positive when supersaturated."""
    total = -problem.phase_ln_k[k]
    for j in range(problem.totals.shape[0]):
        total += problem.phase_composition[k, j] * state.x[j]
    return total


@kernel
def weigh(problem, state):
    """Set the weight of each phase: the most of it that the totals could form."""
    for k in range(state.weight.shape[0]):
        most = -1.0
        for j in range(2, problem.totals.shape[0]):
            number = problem.phase_composition[k, j]
            total = problem.totals[j] + state.environment[DOSE] * problem.titrant[j]
            if number > 0.0 and (most < 0.0 or total / number < most):
                most = max(total, 1e-250) / number
        state.weight[k] = most


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
    evaluate(problem, state)
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
    """Fill step (C,) with the Newton direction of Phi from the last `evaluate`; matrix: (C, C) of work."""
    first = 1 + problem.dosing
    c = problem.totals.shape[0]
    matrix[:] = 0.0
    for i in range(problem.species.shape[0]):
        for p in range(problem.start[i], problem.start[i + 1]):
            for q in range(problem.start[i], p + 1):
                if problem.column[q] >= first:
                    matrix[problem.column[p] - first, problem.column[q] - first] += (
                        state.molality[i] * problem.count[p] * problem.count[q])
    per_kg = math.exp(-state.environment[LN_WATER])
    for k in range(state.weight.shape[0]):
        if state.weight[k] > 0.0:
            curvature = per_kg * state.amounts[k] / max(-log_saturation(problem, state, k), 1e-300)
            for p in range(first, c):
                for q in range(first, p + 1):
                    matrix[p - first, q - first] += (
                        curvature * problem.phase_composition[k, p] * problem.phase_composition[k, q])
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
    alpha = growth(problem, state, step, 0.0)
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


@kernel
def _follow(problem, state, memory):
    """Let W, I, a_w and the dose follow x; memory (2,): last ln I and residual of it. Answer how far they moved."""
    given, molalities = evaluate(problem, state)
    environment = state.environment
    water = problem.totals[0] + environment[DOSE] * problem.titrant[0]
    for k in range(state.amounts.shape[0]):
        water -= problem.phase_composition[k, 0] * state.amounts[k]
    change = math.log(max(water, 1e-12) / max(MOLES_PER_KG + state.sums[0, 0], 1e-12)) - environment[LN_WATER]
    change = min(max(change, -0.7), 0.7)
    old = environment[LN_STRENGTH]
    residual = min(max(math.log(given), -25.0), 6.0) - old
    relax = 1.0
    if memory[1] != 0.0 and abs(old - memory[0]) > 1e-12:
        slope = (residual - memory[1]) / (old - memory[0])
        relax = -1.0 / min(max(slope, -10.0), -0.5)
    memory[0] = old
    memory[1] = residual
    move = min(max(relax * residual, -1.5), 1.5)
    environment[LN_STRENGTH] = old + move
    ln_activity = log_water_activity(molalities)[0]
    moved = abs(change) + abs(move) + abs(ln_activity - state.x[0])
    state.x[0] += min(max(ln_activity - state.x[0], -0.5), 0.5)
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
    memory = np.zeros(2)
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
            moved = _follow(problem, state, memory)
            if mu <= smallest and moved < 10.0 * math.sqrt(smallest):
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
