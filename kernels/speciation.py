"""What is dissolved: a liquor whose phases at saturation are known, by Newton's method.

Unknowns: x_j = ln activity of the components (ln a_w among them), ln W (kg water), ln I and the amounts n_k of the
phases at saturation. Equations:

    W sum_i nu_ij m_i + sum_k a_kj n_k = T_j            each component; water itself counts W / 0.018015 too
    I = 1/2 sum_i z_i^2 m_i                             ionic strength
    x_0 = ln a_w(sum_i m_i)                             activity of water
    a_k.x = ln K_k                                      each phase at saturation

The iteration is damped and runs on all of them at once, with rows scaled by the inventory of their component, so that a
trace is solved as well as a major one. With a pH sought, the dose of a titrant takes the place of x_1.

The reduced problem holds only what is present. Amounts are per kg of the water that the totals bring.

Shapes: C components (0 is water, 1 is H+), S species, P phases, Z nonzero stoichiometric numbers, of what is present.
Sources: Parkhurst & Appelo (2013) USGS Techniques and Methods 6-A43 (equations); Carrayrou et al. (2002) AIChE J. 48,
894 (continuous fractions, the first guess).
"""

import math
from typing import NamedTuple

import numpy as np

from .activity import log_gamma, log_water_activity
from .dense import eliminate
from .jit import kernel

MOLES_PER_KG = 1.0 / 0.018015
# places in State.environment
LN_WATER = 0
LN_STRENGTH = 1
DOSE = 2


class Speciation(NamedTuple):
    """A liquor at equilibrium.

    molality: (S,), mol/kg. ln_gamma: (S,). water: kg (or kg/s). ln_water_activity, ionic_strength (mol/kg).
    phase_amounts: (P,), mol (or mol/s).
    """

    molality: np.ndarray
    ln_gamma: np.ndarray
    water: float
    ln_water_activity: float
    ionic_strength: float
    phase_amounts: np.ndarray


class Problem(NamedTuple):
    """A mixture and totals without what is absent; stoichiometric numbers of the species row by row.

    components (C,), species (S,), phases (P,): indices in the mixture. start (S + 1,), column (Z,), number (Z,): of
    species i, numbers start[i] to start[i + 1]. debye: (A, B). totals, titrant: (C,), mol per kg of water brought, and
    mol per mol of dose. dosing: 1 when the dose is sought at a given ln a(H+), else 0.
    """

    components: np.ndarray
    species: np.ndarray
    phases: np.ndarray
    start: np.ndarray
    column: np.ndarray
    number: np.ndarray
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


class Origin(NamedTuple):
    """Where a step starts: x (C,), amounts of phases (P,) and environment (3,)."""

    x: np.ndarray
    amounts: np.ndarray
    environment: np.ndarray


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
def _pick(values, rows):
    """The values (R,) at rows (K,)."""
    picked = np.empty(rows.shape[0])
    for k in range(rows.shape[0]):
        picked[k] = values[rows[k]]
    return picked


@kernel
def _sparse(composition, rows, columns):
    """Nonzero numbers of composition at rows and columns, row by row: (start, column, number) as in Problem."""
    start = np.zeros(rows.shape[0] + 1, np.int64)
    column = np.empty(rows.shape[0] * columns.shape[0], np.int64)
    number = np.empty(rows.shape[0] * columns.shape[0])
    z = 0
    for i in range(rows.shape[0]):
        for j in range(columns.shape[0]):
            if composition[rows[i], columns[j]] != 0.0:
                column[z] = j
                number[z] = composition[rows[i], columns[j]]
                z += 1
        start[i + 1] = z
    return start, column, number


@kernel
def reduce(mixture, totals, titrant, allowed, dosing):
    """Answer the Problem of what is present in totals (C,) or, when dosing, in titrant (C,); totals[0] > 0."""
    present = np.zeros(totals.shape[0], np.bool_)
    components = np.empty(totals.shape[0], np.int64)
    c = 0
    for j in range(totals.shape[0]):
        present[j] = j < 2 or totals[j] > 0.0 or (dosing == 1 and titrant[j] != 0.0)
        if present[j]:
            components[c] = j
            c += 1
    components = components[:c]
    species = _present_rows(mixture.composition, present)
    rows = _present_rows(mixture.phase_composition, present)
    kept = 0
    for k in range(rows.shape[0]):
        if allowed[rows[k]]:
            rows[kept] = rows[k]
            kept += 1
    phases = rows[:kept]
    start, column, number = _sparse(mixture.composition, species, components)
    solid = np.empty((kept, c))
    for k in range(kept):
        for j in range(c):
            solid[k, j] = mixture.phase_composition[phases[k], components[j]]
    debye = np.empty(2)
    debye[0] = mixture.debye_a
    debye[1] = mixture.debye_b
    reduced = _pick(totals, components)
    for j in range(c):
        reduced[j] *= MOLES_PER_KG / totals[0]
    return Problem(
        components,
        species,
        phases,
        start,
        column,
        number,
        _pick(mixture.charge, species),
        _pick(mixture.ln_k, species),
        _pick(mixture.ion_size, species),
        _pick(mixture.salting, species),
        debye,
        solid,
        _pick(mixture.phase_ln_k, phases),
        reduced,
        _pick(titrant, components),
        dosing,
    )


@kernel
def blank_state(problem):
    """Answer a State with room for the problem."""
    c = problem.components.shape[0]
    s = problem.species.shape[0]
    p = problem.phases.shape[0]
    return State(
        np.zeros(c),
        np.zeros(p),
        np.zeros(3),
        np.zeros(p, np.int64),
        np.zeros(p),
        np.zeros(s),
        np.zeros(s),
        np.zeros(s),
        np.zeros((2, c)),
    )


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
            ln_m += problem.number[z] * state.x[problem.column[z]]
        m = math.exp(min(ln_m, 150.0))
        state.ln_gamma[i] = ln_gamma
        state.slope[i] = slope
        state.molality[i] = m
        for z in range(problem.start[i], problem.start[i + 1]):
            sums[0, problem.column[z]] += problem.number[z] * m
            sums[1, problem.column[z]] += abs(problem.number[z]) * m
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
            d += problem.number[z] * change[problem.column[z]]
        if d > 1.5:
            m = state.molality[i]
            room = 1.5
            if cap > m:
                room = max(room, 1.0 + math.log(cap / max(m, 1e-300)))
            if d * longest > room:
                longest = room / d
    return longest


@kernel
def _sweep(problem, state, relax):
    """One sweep of continuous fractions: each ln activity but those of water and H+ a share of the way to its total."""
    evaluate(problem, state)
    for j in range(2, problem.totals.shape[0]):
        total = problem.totals[j] + state.environment[DOSE] * problem.titrant[j]
        held = state.sums[1, j]
        if total > 0.0 and held > 0.0:
            state.x[j] += relax * min(max(math.log(total / held), -60.0), 6.0)


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
def guess(problem, state, ln_proton):
    """Set the state to a first guess without phases: W as brought, pH by halving (or ln_proton, when dosing)."""
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
    # the width shrinks by less than a half, so that one wrong turn of an early round is made good by the later ones
    width = 14.0
    state.x[1] = -16.0
    relax = 1.0
    if problem.dosing == 1:
        state.x[1] = ln_proton
        state.environment[DOSE] = 1e-3
    for _ in range(9):
        for _ in range(2):
            _sweep(problem, state, relax)
            relax = 0.6
        if problem.dosing == 1:
            seek_dose(problem, state)
        elif state.sums[0, 1] > problem.totals[1]:
            state.x[1] -= width
        else:
            state.x[1] += width
        width *= 0.6


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
def _residuals(problem, state, residual, scale):
    """Fill residual and scale (C + 2 + active phases,) at the state; answer (largest, sum of squares), both scaled."""
    given, molalities = evaluate(problem, state)
    c = problem.totals.shape[0]
    water = math.exp(state.environment[LN_WATER])
    for j in range(c):
        dosed = state.environment[DOSE] * problem.titrant[j]
        residual[j] = water * state.sums[0, j] - (problem.totals[j] + dosed)
        # what cancels between totals and dose is known to rounding only, so both count in full
        scale[j] = water * state.sums[1, j] + abs(problem.totals[j]) + abs(dosed)
    residual[0] += water * MOLES_PER_KG
    scale[0] += water * MOLES_PER_KG
    strength = math.exp(state.environment[LN_STRENGTH])
    residual[c] = given - strength
    scale[c] = given + strength
    residual[c + 1] = state.x[0] - log_water_activity(molalities)[0]
    scale[c + 1] = 1.0
    row = c + 2
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
    return largest, squares


@kernel
def _jacobian(problem, state, matrix):
    """Fill matrix with the derivatives of the residuals by (x, ln W, ln I, n / weight); answer its order."""
    c = problem.totals.shape[0]
    water = math.exp(state.environment[LN_WATER])
    strength = math.exp(state.environment[LN_STRENGTH])
    order = c + 2
    for k in range(state.active.shape[0]):
        order += state.active[k]
    for i in range(order):
        for j in range(order):
            matrix[i, j] = 0.0
    molalities = 0.0
    for i in range(problem.species.shape[0]):
        molalities += state.molality[i]
    wetness = log_water_activity(molalities)[1]
    for i in range(problem.species.shape[0]):
        m = state.molality[i]
        ionic = 0.5 * problem.charge[i] ** 2 * m
        swelling = state.slope[i] * strength
        for p in range(problem.start[i], problem.start[i + 1]):
            j = problem.column[p]
            part = water * m * problem.number[p]
            for q in range(problem.start[i], problem.start[i + 1]):
                matrix[j, problem.column[q]] += part * problem.number[q]
            matrix[j, c + 1] -= part * swelling
            matrix[c, j] += ionic * problem.number[p]
            matrix[c + 1, j] -= wetness * m * problem.number[p]
        matrix[c, c + 1] -= ionic * swelling
        matrix[c + 1, c + 1] += wetness * m * swelling
    matrix[c, c + 1] -= strength
    matrix[c + 1, 0] += 1.0
    matrix[0, c] = water * MOLES_PER_KG
    for j in range(c):
        matrix[j, c] += water * state.sums[0, j]
    order = c + 2
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
    return order


@kernel
def _move(problem, state, origin, step, alpha):
    """Set x, environment and amounts to origin plus alpha times step (C + 2 + active phases,)."""
    c = problem.totals.shape[0]
    for j in range(c):
        state.x[j] = origin.x[j] + alpha * step[j]
    if problem.dosing == 1:
        state.x[1] = origin.x[1]
        state.environment[DOSE] = origin.environment[DOSE] + alpha * step[1]
    state.environment[LN_WATER] = origin.environment[LN_WATER] + alpha * step[c]
    state.environment[LN_STRENGTH] = origin.environment[LN_STRENGTH] + alpha * step[c + 1]
    row = c + 2
    for k in range(state.active.shape[0]):
        if state.active[k] == 1:
            state.amounts[k] = origin.amounts[k] + alpha * state.weight[k] * step[row]
            row += 1


@kernel
def _longest_step(problem, state, step):
    """Share of the Newton step that stays within reason, and the largest change of an unknown at a full step."""
    c = problem.totals.shape[0]
    change = step[:c].copy()
    largest = max(abs(step[c]), abs(step[c + 1]))
    if problem.dosing == 1:
        change[1] = 0.0
        largest = max(largest, abs(step[1]) / (abs(state.environment[DOSE]) + 1e-9))
    longest = min(0.7 / max(abs(step[c]), 0.7), 1.5 / max(abs(step[c + 1]), 1.5))
    for j in range(c):
        largest = max(largest, abs(change[j]))
        longest = min(longest, 25.0 / max(abs(change[j]), 25.0))
    return min(longest, growth(problem, state, change, step[c + 1])), largest


@kernel
def newton(problem, state, matrix, most):
    """Newton iteration at the active phases; matrix is work. Answer (whether it converged, steps)."""
    order = matrix.shape[0]
    residual = np.empty(order)
    scale = np.empty(order)
    step = np.empty(order)
    error, merit = _residuals(problem, state, residual, scale)
    for iteration in range(most):
        order = _jacobian(problem, state, matrix)
        for i in range(order):
            inverse = 1.0 / max(scale[i], 1e-300)
            step[i] = -residual[i] * inverse
            for j in range(order):
                matrix[i, j] *= inverse
        if not eliminate(matrix, step, order):
            return False, iteration
        longest, largest = _longest_step(problem, state, step)
        origin = Origin(state.x.copy(), state.amounts.copy(), state.environment.copy())
        before = error
        old = merit
        for halving in range(7):
            _move(problem, state, origin, step, longest * 0.5**halving)
            error, merit = _residuals(problem, state, residual, scale)
            if merit < old or error < 1e-12:
                break
        if not error < 1e6 or state.environment[LN_WATER] < -18.0:
            return False, iteration
        if largest < 1e-7 and (error < 1e-13 or (error < 1e-11 and error > 0.1 * before)):
            return True, iteration + 1
    return False, most
