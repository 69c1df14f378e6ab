"""Equilibrium of a liquor with the solids and gases allowed, and the dose of a titrant that brings it to a pH.

`newton` solves the liquor without phases. Where several are then supersaturated, or where it
fails, the convex problem of `convex` says which phases form and gives the start. Phases are dropped when negative and
added when supersaturated until none is either. Nothing is kept between calls. The answer is recomputed from the mixture
as given before it is called converged.

The dose is an unknown of Newton's method with the pH held, so a steep titration costs no more than a flat one;
bracketing stands behind it.

Shapes: C components, S species, P phases of the mixture.
Sources: Parkhurst & Appelo (2013) USGS Techniques and Methods 6-A43; Nocedal & Wright (2006) Numerical Optimization.
"""

import math
from typing import NamedTuple

import numpy as np

from .activity import Mixture, activities, model_of
from .convex import settle_phases
from .jit import kernel
from .newton import blank_work, newton
from .pitzer import blank_terms
from .speciation import (
    DOSE,
    LN_WATER,
    MOLES_PER_KG,
    Speciation,
    blank_state,
    form,
    guess,
    log_saturation,
    reduce,
    weigh,
)
from .status import CHARGED, CONVERGED, DRY, OUT_OF_STEPS, UNREACHABLE

_LN10 = 2.302585092994046
_BALANCE = 1e-11
_NEUTRALITY = 1e-9
_SUPERSATURATION = 1e-9
_PH_TOLERANCE = 1e-10
_ROUNDING = 1e-14
_FIRST_DOSE = 1e-7
_NARROW = 0.05
# ln of the share of its water that a liquor keeps when it counts as dry
_DRY = -12.0
_FIXED_DOSE = 0.0
_SEEK_FROM_GUESS = 1.0
_SEEK_FROM_MEMORY = 2.0


class Memory(NamedTuple):
    """Where a liquor is left for the next try of the same call: x (C,), ln_gamma (S,), amounts (P,), environment (3,)."""

    x: np.ndarray
    ln_gamma: np.ndarray
    amounts: np.ndarray
    environment: np.ndarray


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
    work = blank_work(problem)
    steps = 0
    patience = 12
    smallest = 1e-3
    rough = False
    if not warm:
        guess(problem, state, ln_proton)
        if problem.dosing == 1 and state.environment[DOSE] <= 0.0:
            return False, steps
    for _ in range(80):
        if rough:
            steps += settle_phases(problem, state, smallest)
            if state.environment[LN_WATER] < _DRY:
                return False, steps
            if problem.dosing == 1 and (state.environment[DOSE] <= 0.0 or smallest < 1e-6):
                return False, steps
            smallest *= 1e-2
            patience = 12
            rough = False
        weigh(problem, state)
        for k in range(state.weight.shape[0]):
            if state.weight[k] < 0.0:
                state.weight[k] = MOLES_PER_KG
        converged, taken = newton(problem, state, work, 25)
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
    s = mixture.charge.shape[0]
    molality = np.zeros(s)
    ln_gamma = np.empty(s)
    strength = 0.0
    for i in range(problem.species.shape[0]):
        molality[problem.species[i]] = state.molality[i]
        strength += 0.5 * problem.model.charge[i] ** 2 * state.molality[i]
    activities(model_of(mixture, np.arange(s)), molality, ln_gamma, blank_terms(s, mixture.pitzer))
    for i in range(problem.species.shape[0]):
        ln_gamma[problem.species[i]] = state.ln_gamma[i]
    amounts = np.zeros(mixture.phase_ln_k.shape[0])
    for k in range(problem.phases.shape[0]):
        amounts[problem.phases[k]] = state.amounts[k] * water
    return Speciation(molality, ln_gamma, math.exp(state.environment[LN_WATER]) * water, state.x[0], strength, amounts)


@kernel
def _lawlessness(mixture, speciation):
    """How far a speciation is from the activity model and the laws of mass action, in ln of an activity."""
    s = speciation.molality.shape[0]
    ln_gamma = np.empty(s)
    model = model_of(mixture, np.arange(s))
    ln_activity = activities(model, speciation.molality, ln_gamma, blank_terms(s, mixture.pitzer))
    error = abs(ln_activity - speciation.ln_water_activity)
    for i in range(s):
        m = speciation.molality[i]
        if m > 1e-290:
            error = max(error, abs(ln_gamma[i] - speciation.ln_gamma[i]))
            lack = mixture.ln_k[i] - math.log(m) - ln_gamma[i] + mixture.composition[i, 0] * ln_activity
            for j in range(1, mixture.composition.shape[1]):
                if mixture.composition[i, j] != 0.0:
                    ln_m = math.log(max(speciation.molality[j - 1], 1e-300))
                    lack += mixture.composition[i, j] * (ln_m + ln_gamma[j - 1])
            error = max(error, abs(lack))
    return error


@kernel
def imbalance(mixture: Mixture, totals: np.ndarray, inventory: np.ndarray, speciation: Speciation) -> float:
    """Largest balance error of a speciation against totals (C,), relative to the terms of the balance.

    inventory (C,): the sizes of what the totals were summed from, which bounds how well they are known.
    Counts every component, the ionic strength, the activities, the laws of mass action and a negative phase.
    """
    error = _lawlessness(mixture, speciation)
    given = 0.0
    for i in range(speciation.molality.shape[0]):
        given += 0.5 * mixture.charge[i] ** 2 * speciation.molality[i]
    for j in range(totals.shape[0]):
        held = speciation.water * MOLES_PER_KG if j == 0 else 0.0
        terms = inventory[j] + held
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
def _dosed(totals, titrant, dose):
    """totals (C,) plus dose of titrant (C,); what rounding left just below nothing is nothing."""
    given = np.empty(totals.shape[0])
    for j in range(totals.shape[0]):
        given[j] = totals[j] + dose * titrant[j]
        if j > 1 and -_ROUNDING * totals[0] < given[j] < 0.0:
            given[j] = 0.0
    return given


@kernel
def _settle(mixture, totals, titrant, allowed, control, memory):
    """Settle one liquor; control is (way, ln a(H+) sought, dose): how the dose is had. Leaves the iterate in memory.

    Answers (dose, Speciation, error, steps, status) with the dose in the unit of totals.
    """
    dosing = 0 if control[0] == _FIXED_DOSE else 1
    given = _dosed(totals, titrant, control[2] if dosing == 0 else 0.0)
    water = given[0] / MOLES_PER_KG
    problem = reduce(mixture, given, titrant, allowed, dosing)
    if dosing == 0:
        problem.titrant[:] = 0.0
    state = blank_state(problem)
    warm = control[0] == _SEEK_FROM_MEMORY
    if warm:
        for j in range(problem.components.shape[0]):
            state.x[j] = memory.x[problem.components[j]]
        for i in range(problem.species.shape[0]):
            state.ln_gamma[i] = memory.ln_gamma[problem.species[i]]
        for k in range(problem.phases.shape[0]):
            state.amounts[k] = memory.amounts[problem.phases[k]] / water
            if state.amounts[k] > 0.0:
                state.active[k] = 1
        for e in range(memory.environment.shape[0]):
            state.environment[e] = memory.environment[e]
        state.environment[DOSE] = control[2] / water
    if dosing == 1:
        state.x[1] = control[1]
    if warm:
        form(problem, state)
    converged, steps = _find(problem, state, warm, control[1])
    dose = state.environment[DOSE] * water if dosing == 1 else control[2]
    answer = _spread(mixture, problem, state, water)
    inventory = np.empty(totals.shape[0])
    for j in range(totals.shape[0]):
        inventory[j] = abs(given[j]) + dosing * abs(dose * titrant[j])
    error = imbalance(mixture, _dosed(totals, titrant, dose), inventory, answer)
    status = CONVERGED
    if not converged or error > _BALANCE:
        status = OUT_OF_STEPS
        if state.environment[LN_WATER] < _DRY:
            status = DRY
    for j in range(problem.components.shape[0]):
        memory.x[problem.components[j]] = state.x[j]
    for i in range(memory.ln_gamma.shape[0]):
        memory.ln_gamma[i] = answer.ln_gamma[i]
    for k in range(memory.amounts.shape[0]):
        memory.amounts[k] = answer.phase_amounts[k]
    for e in range(memory.environment.shape[0]):
        memory.environment[e] = state.environment[e]
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
    species, components = mixture.composition.shape
    return Memory(np.zeros(components), np.zeros(species), np.zeros(mixture.phase_ln_k.shape[0]), np.zeros(3))


@kernel
def equilibrate(mixture: Mixture, totals: np.ndarray, allowed: np.ndarray):
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
def _at_end(mixture, totals, titrant, allowed, dose):
    """Settle at a dose that misses the pH; answers as `_settle` does, UNREACHABLE when it is solved."""
    control = np.array([_FIXED_DOSE, 0.0, dose])
    dose, answer, error, steps, status = _settle(mixture, totals, titrant, allowed, control, _blank_memory(mixture))
    return dose, answer, error, steps, UNREACHABLE if status == CONVERGED else status


@kernel
def _bracket(mixture, totals, titrant, allowed, target, largest_dose):
    """Halve the range of doses until Newton's method finds ln a(H+) = target within it; answers as `_settle` does."""
    memory = _blank_memory(mixture)
    control = np.array([_FIXED_DOSE, target, 0.0])
    dose, answer, error, steps, status = _settle(mixture, totals, titrant, allowed, control, memory)
    at_low = memory.x[1] - target
    if status != CONVERGED or abs(at_low) <= _PH_TOLERANCE * _LN10:
        return dose, answer, error, steps, status
    # What a titrant does to the pH does not follow from its H+: bicarbonate holds H+ and is a base. So doses grow until
    # the pH is passed, the largest dose is reached, or the liquor can no longer be solved.
    low = 0.0
    high = largest_dose
    crossed = False
    failed = False
    best = 0.0
    least = abs(at_low)
    growth = largest_dose * _FIRST_DOSE
    for _ in range(120):
        control[0] = _FIXED_DOSE
        control[2] = 0.5 * (low + high)
        if not crossed:
            control[2] = min(growth, control[2] if failed else largest_dose)
        dose, answer, error, taken, status = _settle(mixture, totals, titrant, allowed, control, memory)
        steps += taken
        gap = memory.x[1] - target
        if status != CONVERGED:
            high = dose
            failed = True
            if not crossed and high - low <= _NARROW * high:
                return _at_end(mixture, totals, titrant, allowed, best)
            continue
        if abs(gap) <= _PH_TOLERANCE * _LN10:
            return dose, answer, error, steps, status
        if abs(gap) < least:
            least = abs(gap)
            best = dose
        if gap * at_low > 0.0:
            low = dose
            growth = 4.0 * dose
            if dose == largest_dose:
                return _at_end(mixture, totals, titrant, allowed, best)
        else:
            high = dose
            crossed = True
        if crossed:
            control[0] = _SEEK_FROM_MEMORY
            outcome = _settle(mixture, totals, titrant, allowed, control, memory)
            steps += outcome[3]
            if outcome[4] == CONVERGED and low <= outcome[0] <= high:
                return outcome[0], outcome[1], outcome[2], steps, CONVERGED
    return dose, answer, error, steps, OUT_OF_STEPS


@kernel
def dose_to_ph(
    mixture: Mixture,
    totals: np.ndarray,
    titrant: np.ndarray,
    allowed: np.ndarray,
    target_ph: float,
    largest_dose: float,
):
    """Find the dose in 0 to `largest_dose` of titrant (C,), mol per unit of dose, that brings totals (C,) to the pH.

    pH is -log10 a(H+). Answers (dose, Speciation, error, steps, status); UNREACHABLE comes with the nearer end.
    """
    if not totals[0] > 0.0:
        return 0.0, _refusal(mixture), 1.0, 0, DRY
    if not (_neutral(mixture, totals) and _neutral(mixture, titrant)):
        return 0.0, _refusal(mixture), 1.0, 0, CHARGED
    target = -_LN10 * target_ph
    if titrant[1] != 0.0:
        control = np.array([_SEEK_FROM_GUESS, target, 0.0])
        dose, answer, error, steps, status = _settle(mixture, totals, titrant, allowed, control, _blank_memory(mixture))
        if status == CONVERGED:
            if 0.0 <= dose <= largest_dose:
                return dose, answer, error, steps, status
            return _at_end(mixture, totals, titrant, allowed, 0.0 if dose < 0.0 else largest_dose)
        dose, answer, error, taken, status = _bracket(mixture, totals, titrant, allowed, target, largest_dose)
        return dose, answer, error, steps + taken, status
    return _bracket(mixture, totals, titrant, allowed, target, largest_dose)
