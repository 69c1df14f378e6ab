"""Which solids and gases a liquor saturates, as a convex problem that is solved from any start.

With the activity coefficients, the activity of water and the mass of water W held, the equilibrium is the minimum of

    Phi(x) = sum_i m_i(x) - t.x - mu sum_k w_k ln(s_k),     m_i = K_i exp(nu_i.x) / gamma_i,   s_k = ln K_k - a_k.x

over x = ln activity of the components, as mu goes to 0. Phi is strictly convex, its multipliers n_k = mu w_k / s_k are
the amounts of the phases, and w_k, the most that could form of phase k, makes a trace phase as visible as a major one.
The primal-dual Newton direction is one of descent, so the iteration cannot fail; ln gamma, a_w and W follow it in
an outer loop. The answer is a start for the Newton iteration of `newton`, which finishes it.

Gases of a headspace are among the sum over i, their amounts and t counted per kg of water as well.

Shapes: C components present (0 is water, 1 is H+), R species and gases of the headspace, P phases.
Sources: Michelsen & Mollerup (2007) Thermodynamic Models, ch. 10; Nocedal & Wright (2006) Numerical Optimization,
ch. 19.
"""

import math
from typing import NamedTuple

import numpy as np

from .activity import NO_MODEL
from .dense import eliminate_definite
from .jit import apart, inner, lean
from .pitzer import NO_TERMS
from .speciation import (
    ACTIVE,
    AMOUNT,
    CHANGE,
    DOSE,
    GAS,
    LN_ACTIVITY,
    LN_GAMMA,
    LN_WATER,
    MOLALITY,
    MOLES_PER_KG,
    NO_LIQUOR,
    SIZE,
    SUM,
    TITRANT,
    TOTAL,
    WEIGHT,
    X,
    form,
    growth,
    log_saturation,
    scarcest,
    seek_dose,
    weigh,
    weigh_activities,
)

# rows of Descent.row
GRADIENT, SCALE, STEP, FROM = 0, 1, 2, 3
# rows of Descent.trail; in [RELAX, 0] the last share of the gap taken
GIVEN, GAP, RELAX = 0, 1, 2


class Descent(NamedTuple):
    """Room for the minimisation.

    matrix (C, C). row (4, C): GRADIENT and its SCALE, STEP, FROM where x moves. trail (3, R): ln gamma GIVEN by the
    molalities, the GAP to those held the last time, RELAX.
    """

    matrix: np.ndarray
    row: np.ndarray
    trail: np.ndarray


@lean.kernel
def _undersaturate(liquor):
    """Lower the activity of the scarcest component of each phase that is not undersaturated by 0.1 at least."""
    for k in range(liquor.phase.shape[1]):
        excess = log_saturation(liquor, k)
        if liquor.phase[WEIGHT, k] > 0.0 and excess > -0.1:
            z = scarcest(liquor, k)[0]
            liquor.component[X, liquor.column[z]] -= (excess + 1.0) / liquor.number[z]


@lean.kernel
def _gradient(liquor, mu, row):
    """Fill GRADIENT of Phi at mu; answer the largest of it relative to the terms that make it up."""
    form(liquor)
    component, phase = liquor.component, liquor.phase
    per_kg = math.exp(-liquor.whole[LN_WATER])
    for j in range(component.shape[1]):
        total = per_kg * (component[TOTAL, j] + liquor.whole[DOSE] * component[TITRANT, j])
        gas = per_kg * component[GAS, j]
        row[GRADIENT, j] = component[SUM, j] + gas - total
        row[SCALE, j] = component[SIZE, j] + abs(gas) + abs(total)
    rows = liquor.species.shape[1]
    for k in range(phase.shape[1]):
        if phase[WEIGHT, k] > 0.0:
            amount = per_kg * mu * phase[WEIGHT, k] / max(-log_saturation(liquor, k), 1e-300)
            for z in range(liquor.start[rows + k], liquor.start[rows + k + 1]):
                row[GRADIENT, liquor.column[z]] += liquor.number[z] * amount
                row[SCALE, liquor.column[z]] += abs(liquor.number[z]) * amount
    error = 0.0
    for j in range(1 + liquor.dosing, component.shape[1]):
        error = max(error, abs(row[GRADIENT, j]) / max(row[SCALE, j], 1e-300))
    return error


@lean.kernel
def _direction(liquor, descent):
    """Fill STEP with the Newton direction of Phi from the last `_gradient`."""
    first = 1 + liquor.dosing
    c = liquor.component.shape[1]
    matrix, row = descent.matrix, descent.row
    for i in range(c):
        for j in range(c):
            matrix[i, j] = 0.0
    per_kg = math.exp(-liquor.whole[LN_WATER])
    rows = liquor.species.shape[1]
    for i in range(rows + liquor.phase.shape[1]):
        if i >= rows:
            k = i - rows
            size = 0.0
            if liquor.phase[WEIGHT, k] > 0.0:
                size = per_kg * liquor.phase[AMOUNT, k] / max(-log_saturation(liquor, k), 1e-300)
        else:
            size = liquor.species[MOLALITY, i] * (1.0 if i < liquor.dissolved else per_kg)
        for p in range(liquor.start[i], liquor.start[i + 1]):
            for q in range(liquor.start[i], p + 1):
                if liquor.column[q] >= first:
                    part = size * liquor.number[p] * liquor.number[q]
                    matrix[liquor.column[p] - first, liquor.column[q] - first] += part
    for j in range(first, c):
        row[STEP, j] = -row[GRADIENT, j]
    eliminate_definite(matrix, row[STEP, first:], c - first)
    for j in range(first):
        row[STEP, j] = 0.0


@lean.kernel
def _along(liquor, step, i):
    """Change of nu_i.x, or of a_k.x, along step (C,); i counts species, gases and phases."""
    total = 0.0
    for z in range(liquor.start[i], liquor.start[i + 1]):
        total += liquor.number[z] * step[liquor.column[z]]
    return total


@lean.kernel
def _search(liquor, mu, row):
    """Move x along STEP until the slope of Phi has fallen to a half; leave GRADIENT at the new x; answer its error."""
    component, phase = liquor.component, liquor.phase
    c, rows = component.shape[1], liquor.species.shape[1]
    step = row[STEP]
    for i in range(rows):
        liquor.species[CHANGE, i] = _along(liquor, step, i)
    alpha = growth(liquor)
    for k in range(phase.shape[1]):
        if phase[WEIGHT, k] > 0.0:
            along = _along(liquor, step, rows + k)
            room = -0.95 * log_saturation(liquor, k)
            if along * alpha > room:
                alpha = room / along
    before = 0.0
    for j in range(c):
        before += row[GRADIENT, j] * step[j]
        row[FROM, j] = component[X, j]
    error = 1.0
    for _ in range(30):
        after = 0.0
        for j in range(c):
            component[X, j] = row[FROM, j] + alpha * step[j]
        error = _gradient(liquor, mu, row)
        for j in range(c):
            after += row[GRADIENT, j] * step[j]
        if after <= 0.5 * abs(before) or error < 1e-9:
            break
        alpha *= 0.5
    for k in range(phase.shape[1]):
        if phase[WEIGHT, k] > 0.0:
            along = _along(liquor, step, rows + k)
            slack = -log_saturation(liquor, k)
            old_slack = slack + alpha * along
            target = mu * phase[WEIGHT, k] / old_slack + phase[AMOUNT, k] / old_slack * along
            middle = mu * phase[WEIGHT, k] / slack
            moved = phase[AMOUNT, k] + alpha * (target - phase[AMOUNT, k])
            phase[AMOUNT, k] = min(max(moved, 0.1 * middle), 10.0 * middle)
    return error


@lean.kernel
def _follow_gamma(liquor, model, terms, trail):
    """Move the ln gamma held towards what the molalities give, by secants along the way; answer how far they move."""
    species = liquor.species
    weigh_activities(liquor, model, terms, trail[GIVEN])
    total = 1e-300
    for i in range(liquor.dissolved):
        total += species[MOLALITY, i]
    along = 0.0
    across = 0.0
    largest = 0.0
    for i in range(liquor.dissolved):
        gap = min(max(trail[GIVEN, i] - species[LN_GAMMA, i], -6.0), 6.0)
        share = species[MOLALITY, i] / total
        along += share * trail[GAP, i] * (gap - trail[GAP, i])
        across += share * (gap - trail[GAP, i]) ** 2
        if share > 1e-6:
            largest = max(largest, abs(gap))
        trail[GIVEN, i] = gap
    relax = 1.0
    if trail[RELAX, 0] > 0.0 and across > 1e-30:
        relax = min(max(-trail[RELAX, 0] * along / across, 0.1), 2.0)
    trail[RELAX, 0] = relax
    share = relax * min(1.0, 2.0 / max(relax * largest, 1e-300))
    for i in range(liquor.dissolved):
        trail[GAP, i] = trail[GIVEN, i]
        species[LN_GAMMA, i] += share * trail[GIVEN, i]
    return largest


@lean.kernel
def _follow(liquor, model, terms, trail):
    """Let W, ln gamma, a_w and the dose follow x. Answer how far they moved."""
    component, whole = liquor.component, liquor.whole
    water = component[TOTAL, 0] + whole[DOSE] * component[TITRANT, 0] - component[GAS, 0]
    rows = liquor.species.shape[1]
    for k in range(liquor.phase.shape[1]):
        for z in range(liquor.start[rows + k], liquor.start[rows + k + 1]):
            if liquor.column[z] == 0:
                water -= liquor.number[z] * liquor.phase[AMOUNT, k]
    change = math.log(max(water, 1e-12) / max(MOLES_PER_KG + component[SUM, 0], 1e-12)) - whole[LN_WATER]
    change = min(max(change, -0.7), 0.7)
    moved = abs(change) + _follow_gamma(liquor, model, terms, trail)
    drier = whole[LN_ACTIVITY] - component[X, 0]
    moved += abs(drier)
    component[X, 0] += min(max(drier, -0.5), 0.5)
    if liquor.dosing == 1:
        dose = whole[DOSE]
        seek_dose(liquor)
        moved += abs(whole[DOSE] - dose) / (abs(dose) + 1e-6)
    whole[LN_WATER] += change
    return moved


@apart(NO_LIQUOR, NO_MODEL, NO_TERMS, 0.0, answers=0)
@inner.kernel
def settle_phases(liquor, model, terms, smallest):
    """Minimise Phi down to mu = `smallest` while the rest follows; mark the active phases. Answer the steps."""
    phase = liquor.phase
    c = liquor.component.shape[1]
    descent = Descent(np.zeros((c, c)), np.zeros((4, c)), np.zeros((3, max(liquor.species.shape[1], 1))))
    mu = 1.0
    if phase.shape[1] == 0:
        mu = smallest
    weigh(liquor, -1.0)
    _undersaturate(liquor)
    for k in range(phase.shape[1]):
        phase[AMOUNT, k] = 0.0
        if phase[WEIGHT, k] > 0.0:
            phase[AMOUNT, k] = mu * phase[WEIGHT, k] / -log_saturation(liquor, k)
    error = _gradient(liquor, mu, descent.row)
    steps = 0
    while steps < 400:
        steps += 1
        if error < 0.05 * math.sqrt(mu) + 1e-10:
            moved = _follow(liquor, model, terms, descent.trail)
            settled = mu <= smallest and moved < 10.0 * math.sqrt(smallest)
            if settled or liquor.whole[LN_WATER] < -14.0:
                break
            mu = max(0.1 * mu, smallest)
            weigh(liquor, -1.0)
            _undersaturate(liquor)
            error = _gradient(liquor, mu, descent.row)
        _direction(liquor, descent)
        error = _search(liquor, mu, descent.row)
    for k in range(phase.shape[1]):
        phase[ACTIVE, k] = 0.0
        if phase[WEIGHT, k] > 0.0 and phase[AMOUNT, k] > -phase[WEIGHT, k] * log_saturation(liquor, k):
            phase[ACTIVE, k] = 1.0
        else:
            phase[AMOUNT, k] = 0.0
    return steps
