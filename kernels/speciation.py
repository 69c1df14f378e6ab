"""Equilibrium of a liquor with the solids and gases allowed, and the dose of a titrant that brings it to a pH.

Unknowns: x_j = ln activity of the components (ln a_w among them), ln W (kg water), ln I and the amounts n_k of the
phases at saturation. Equations:

    W sum_i nu_ij m_i + sum_k a_kj n_k = T_j            each component; water itself counts W / 0.0180153 too
    I = 1/2 sum_i z_i^2 m_i                             ionic strength
    x_0 = ln a_w(sum_i m_i)                             activity of water
    a_k.x = ln K_k                                      each phase at saturation

A damped Newton iteration on all of them, rows scaled by the inventory of their component, so that a trace is solved as
well as a major one. Where it fails, or several phases compete, `saturation` gives the start. Phases are dropped when
negative and added when supersaturated until none is either. With a pH sought, the dose takes the place of x_1.
Nothing is kept between calls. The answer is recomputed from the mixture as given before it is called converged.

Shapes: C components, S species, P phases of the mixture (or of what is present).
Sources: Parkhurst & Appelo (2013) USGS Techniques and Methods 6-A43 (equations); Nocedal & Wright (2006) ch. 11.
"""

import math
from typing import NamedTuple

import numpy as np

from .activity import log_gamma, log_water_activity
from .dense import eliminate
from .jit import kernel
from .saturation import (
    DOSE,
    LN_STRENGTH,
    LN_WATER,
    MOLES_PER_KG,
    blank_state,
    evaluate,
    growth,
    guess,
    log_saturation,
    reduce,
    settle_phases,
    weigh,
)
from .status import CHARGED, CONVERGED, DRY, OUT_OF_STEPS, UNREACHABLE

_LN10 = 2.302585092994046
_BALANCE = 1e-11
_NEUTRALITY = 1e-9
_SUPERSATURATION = 1e-9
_FIXED_DOSE = 0
_SEEK_FROM_GUESS = 1
_SEEK_FROM_MEMORY = 2


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


class Memory(NamedTuple):
    """Where a liquor is left for the next try of the same call: x (C,), phase amounts (P,), environment (3,)."""

    x: np.ndarray
    amounts: np.ndarray
    environment: np.ndarray


@kernel
def _residuals(problem, state, residual, scale):
    """Fill residual and scale (C + 2 + active phases,) at the state; answer (largest, sum of squares), both scaled."""
    given, molalities = evaluate(problem, state)
    c = problem.totals.shape[0]
    water = math.exp(state.environment[LN_WATER])
    for j in range(c):
        total = problem.totals[j] + state.environment[DOSE] * problem.titrant[j]
        residual[j] = water * state.sums[0, j] - total
        scale[j] = water * state.sums[1, j] + abs(total)
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
    order = c + 2 + np.sum(state.active)
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
            part = water * m * problem.count[p]
            for q in range(problem.start[i], problem.start[i + 1]):
                matrix[j, problem.column[q]] += part * problem.count[q]
            matrix[j, c + 1] -= part * swelling
            matrix[c, j] += ionic * problem.count[p]
            matrix[c + 1, j] -= wetness * m * problem.count[p]
        matrix[c, c + 1] -= ionic * swelling
        matrix[c + 1, c + 1] += wetness * m * swelling
    matrix[c, c + 1] -= strength
    matrix[c + 1, 0] += 1.0
    for j in range(c):
        matrix[j, c] = water * state.sums[0, j]
    matrix[0, c] += water * MOLES_PER_KG
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
def _newton(problem, state, matrix, most):
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
        origin = Memory(state.x.copy(), state.amounts.copy(), state.environment.copy())
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


@kernel
def _revise(problem, state):
    """Drop the most negative phase, or add the most supersaturated one. Answer how many are supersaturated, or -1.

    0: nothing to revise. -1: a phase was dropped. More: one phase was added and so many were supersaturated.
    """
    worst = -1
    least = 0.0
    for k in range(state.active.shape[0]):
        if state.active[k] == 1 and state.amounts[k] < least * state.weight[k]:
            least = state.amounts[k] / state.weight[k]
            worst = k
    if worst >= 0:
        state.active[worst] = 0
        state.amounts[worst] = 0.0
        return -1
    most = _SUPERSATURATION
    found = 0
    for k in range(state.active.shape[0]):
        if state.active[k] == 0:
            excess = log_saturation(problem, state, k)
            if excess > _SUPERSATURATION:
                found += 1
            if excess > most:
                most = excess
                worst = k
    if worst >= 0:
        state.active[worst] = 1
    return found


@kernel
def _find(problem, state, warm, ln_proton):
    """Solve the reduced problem from its guess, or from the state when warm. Answer (whether it converged, steps)."""
    c = problem.totals.shape[0]
    order = c + 2 + state.active.shape[0]
    matrix = np.empty((order, order))
    steps = 0
    patience = 12
    smallest = 1e-3
    rough = False
    if not warm:
        guess(problem, state, ln_proton)
    for _ in range(80):
        if rough:
            steps += settle_phases(problem, state, smallest)
            smallest *= 1e-2
            patience = 12
            rough = False
        weigh(problem, state)
        for k in range(state.weight.shape[0]):
            if state.weight[k] < 0.0:
                state.weight[k] = MOLES_PER_KG
        converged, taken = _newton(problem, state, matrix, 40)
        steps += taken
        revised = 0
        if converged:
            revised = _revise(problem, state)
            if revised == 0:
                return True, steps
            patience -= 1
        if not converged or patience == 0 or (revised > 1 and smallest == 1e-3):
            if warm or smallest < 1e-12:
                return False, steps
            if not converged or patience == 0:
                guess(problem, state, ln_proton)
                state.active[:] = 0
            rough = True
    return False, steps


@kernel
def _spread(mixture, problem, state, water):
    """Spread the reduced state over the whole mixture as a Speciation; `water` is what the totals brought, kg."""
    strength = math.exp(state.environment[LN_STRENGTH])
    molality = np.zeros(mixture.charge.shape[0])
    ln_gamma = np.empty(mixture.charge.shape[0])
    debye = problem.debye
    for i in range(molality.shape[0]):
        ln_gamma[i] = log_gamma(mixture.charge[i], mixture.ion_size[i], mixture.salting[i], debye, strength)[0]
    for i in range(problem.species.shape[0]):
        molality[problem.species[i]] = state.molality[i]
    amounts = np.zeros(mixture.phase_ln_k.shape[0])
    for k in range(problem.phases.shape[0]):
        amounts[problem.phases[k]] = state.amounts[k] * water
    return Speciation(molality, ln_gamma, math.exp(state.environment[LN_WATER]) * water, state.x[0], strength, amounts)


@kernel
def imbalance(mixture, totals, speciation):
    """Largest balance error of a speciation against totals (C,), relative to the terms of the balance.

    Counts every component, the ionic strength, the activity of water and a negative phase.
    """
    error = 0.0
    given = 0.0
    molalities = 0.0
    for i in range(speciation.molality.shape[0]):
        given += 0.5 * mixture.charge[i] ** 2 * speciation.molality[i]
        molalities += speciation.molality[i]
    for j in range(totals.shape[0]):
        held = speciation.water * MOLES_PER_KG if j == 0 else 0.0
        terms = abs(totals[j]) + held
        for i in range(speciation.molality.shape[0]):
            part = mixture.composition[i, j] * speciation.molality[i] * speciation.water
            held += part
            terms += abs(part)
        for k in range(speciation.phase_amounts.shape[0]):
            part = mixture.phase_composition[k, j] * speciation.phase_amounts[k]
            held += part
            terms += abs(part)
        if terms > 0.0:
            error = max(error, abs(held - totals[j]) / terms)
    for k in range(speciation.phase_amounts.shape[0]):
        if not speciation.phase_amounts[k] >= 0.0:
            error = max(error, 1.0)
    error = max(error, abs(given - speciation.ionic_strength) / (given + speciation.ionic_strength))
    wet = log_water_activity(molalities)[0] - speciation.ln_water_activity
    error = max(error, abs(wet))
    if not error < 1e300:
        error = 1e300
    return error


@kernel
def _neutral(mixture, totals):
    """Whether the charges of totals (C,) cancel to within rounding and 1e-9 of themselves."""
    charge = 0.0
    terms = 0.0
    for j in range(1, totals.shape[0]):
        part = mixture.charge[j - 1] * totals[j]
        charge += part
        terms += abs(part)
    return abs(charge) <= _NEUTRALITY * terms


@kernel
def _settle(mixture, totals, titrant, allowed, control, memory):
    """Settle one liquor; control is (way, ln a(H+) sought, dose): how the dose is had. Leaves the iterate in memory.

    Answers (dose, Speciation, error, steps, status) with the dose in the unit of totals.
    """
    dosing = 0 if control[0] == _FIXED_DOSE else 1
    water = totals[0] / MOLES_PER_KG
    given = totals + control[2] * titrant if dosing == 0 else totals
    if dosing == 0:
        water = given[0] / MOLES_PER_KG
    problem = reduce(mixture, given, titrant, allowed, dosing)
    if dosing == 0:
        problem.titrant[:] = 0.0
    state = blank_state(problem)
    warm = control[0] == _SEEK_FROM_MEMORY
    if warm:
        for j in range(problem.components.shape[0]):
            state.x[j] = memory.x[problem.components[j]]
        for k in range(problem.phases.shape[0]):
            state.amounts[k] = memory.amounts[problem.phases[k]] / water
            if state.amounts[k] > 0.0:
                state.active[k] = 1
        state.environment[:] = memory.environment
        state.environment[DOSE] = control[2] / water
    if dosing == 1:
        state.x[1] = control[1]
    converged, steps = _find(problem, state, warm, control[1])
    dose = state.environment[DOSE] * water if dosing == 1 else control[2]
    answer = _spread(mixture, problem, state, water)
    reached = totals + dose * titrant
    error = imbalance(mixture, reached, answer)
    status = CONVERGED
    if not converged or error > _BALANCE:
        status = OUT_OF_STEPS
        if state.environment[LN_WATER] < -12.0:
            status = DRY
    for j in range(problem.components.shape[0]):
        memory.x[problem.components[j]] = state.x[j]
    memory.amounts[:] = answer.phase_amounts
    memory.environment[:] = state.environment
    memory.environment[LN_WATER] += math.log(water * MOLES_PER_KG / totals[0])
    return dose, answer, error, steps, status


@kernel
def _refusal(mixture):
    """The Speciation of a liquor that was not solved: nothing anywhere."""
    s = mixture.charge.shape[0]
    return Speciation(np.zeros(s), np.zeros(s), 0.0, 0.0, 0.0, np.zeros(mixture.phase_ln_k.shape[0]))


@kernel
def _blank_memory(mixture):
    """A Memory with room for the mixture."""
    return Memory(np.zeros(mixture.composition.shape[1]), np.zeros(mixture.phase_ln_k.shape[0]), np.zeros(3))


@kernel
def equilibrate(mixture, totals, allowed):
    """Bring totals (C,) of components, mol or mol/s, to equilibrium with the phases allowed (P,), bool.

    Answers (Speciation, error, steps, status): error is the largest balance error, relative to its terms.
    """
    if not totals[0] > 0.0:
        return _refusal(mixture), 1.0, 0, DRY
    if not _neutral(mixture, totals):
        return _refusal(mixture), 1.0, 0, CHARGED
    control = np.zeros(3)
    outcome = _settle(mixture, totals, totals, allowed, control, _blank_memory(mixture))
    return outcome[1], outcome[2], outcome[3], outcome[4]


@kernel
def dose_to_ph(mixture, totals, titrant, allowed, target_ph, largest_dose):
    """Find the dose in 0 to `largest_dose` of titrant (C,), mol per unit of dose, that brings totals (C,) to the pH.

    pH is -log10 a(H+). Answers (dose, Speciation, error, steps, status); UNREACHABLE comes with the nearer end.
    """
    if not totals[0] > 0.0:
        return 0.0, _refusal(mixture), 1.0, 0, DRY
    if not (_neutral(mixture, totals) and _neutral(mixture, titrant)):
        return 0.0, _refusal(mixture), 1.0, 0, CHARGED
    target = -_LN10 * target_ph
    memory = _blank_memory(mixture)
    control = np.array([float(_SEEK_FROM_GUESS), target, 0.0])
    low = 0.0
    high = largest_dose
    # gap at an end: ln a(H+) minus the target there; 0 means not known yet
    gap_low = 0.0
    gap_high = 0.0
    verdict = CONVERGED
    steps = 0
    if titrant[1] == 0.0:
        control[0] = _FIXED_DOSE
    for _ in range(400):
        outcome = _settle(mixture, totals, titrant, allowed, control, memory)
        dose, answer, error, taken, status = outcome
        steps += taken
        gap = memory.x[1] - target
        if control[0] != _FIXED_DOSE:
            if status == CONVERGED and low <= dose <= high:
                return dose, answer, error, steps, status
            if status == CONVERGED and control[0] == _SEEK_FROM_GUESS:
                # the pH is met outside the range, so the end on that side is the nearest
                verdict = UNREACHABLE
                control[2] = low if dose < low else high
            elif gap_low == 0.0:
                control[2] = low
            elif gap_high == 0.0:
                control[2] = high
            else:
                control[2] = 0.5 * (low + high)
            control[0] = _FIXED_DOSE
            continue
        if status == CONVERGED and abs(gap) <= 1e-10 * _LN10:
            return dose, answer, error, steps, CONVERGED
        if verdict == UNREACHABLE or (status != CONVERGED and (dose == 0.0 or gap_high != 0.0)):
            return dose, answer, error, steps, UNREACHABLE if status == CONVERGED else status
        if gap_low == 0.0:
            gap_low = gap
        elif gap_high == 0.0:
            gap_high = gap if status == CONVERGED else -gap_low
            if gap_high * gap_low > 0.0:
                if abs(gap_high) <= abs(gap_low):
                    return dose, answer, error, steps, UNREACHABLE
                verdict = UNREACHABLE
                control[2] = 0.0
                continue
        elif gap * gap_low > 0.0:
            low = dose
        else:
            high = dose
        if high - low <= 4e-16 * high:
            return dose, answer, error, steps, OUT_OF_STEPS
        if gap_high == 0.0:
            control[2] = high
        elif dose > 0.0 and status == CONVERGED:
            control[0] = _SEEK_FROM_MEMORY
        else:
            control[2] = 0.5 * (low + high)
    return dose, answer, error, steps, OUT_OF_STEPS
