"""Newton's method on a liquor whose phases at saturation are known.

The laws of mass action give the changes of ln m as functions of the changes of x,

    du = nu dx + r - D du_a        r: what the laws of mass action lack, D = d ln gamma / d ln m

with du_a of the species that are abundant enough to move an activity coefficient (Pitzer). It is eliminated, so that
the derivatives of ln gamma enter in full and the system that is left has one row for a component, for the activity of
water and for a phase. Where ln gamma depends on the ionic strength alone (Truesdell-Jones), dI is eliminated instead:

    du = nu dx + r - s dI,   dI = sum_i h_i m_i du_i        s = d ln gamma / dI, h = z^2 / 2

Rows are scaled by the inventory of their component, so that a trace is solved as well as a major one. With a pH sought,
the dose of a titrant takes the place of x_1.

Shapes: C components, S species, R species and gases of the headspace, P phases, A abundant species, N = C + 1 + P.
Sources: Reed (1982) Geochim. Cosmochim. Acta 46, 513 (Newton on balances with mass action put in); Nocedal & Wright
(2006) Numerical Optimization, ch. 11 (damping by the residual).
"""

import math
from typing import NamedTuple

import numpy as np

from .activity import NO_MODEL, PITZER
from .dense_rows import eliminate_beside, eliminate_lanes
from .entries import pick, put
from .jit import apart, lean, maker, within
from .lanes import WIDTH, load, spread, store
from .pitzer import NO_TERMS, pitzer_slopes
from .speciation import (
    ACTIVE,
    AMOUNT,
    CHANGE,
    DOSE,
    FREE,
    GAS,
    LACK,
    LN_ACTIVITY,
    LN_GAMMA,
    LN_WATER,
    MOLALITY,
    MOLES_PER_KG,
    NO_LIQUOR,
    OLD_AMOUNT,
    OLD_DOSE,
    OLD_LN_WATER,
    OLD_PRODUCT,
    OLD_U,
    OLD_X,
    PRODUCT,
    RISE,
    SIZE,
    SUM,
    TITRANT,
    TOTAL,
    WEIGHT,
    U,
    X,
    add_up,
    growth,
    log_saturation,
    multiply,
    weigh_activities,
)

# a share of all molality below which a species moves no activity coefficient that matters to convergence
_ABUNDANT = 1e-5
# rows of Work.row
RESIDUAL, SCALE, STEP, BY_X, TAKEN = 0, 1, 2, 3, 4
_WATER_KG = 0.018015
_TRIES = 7  # of shares of a step, each half of the one before
SUPERSATURATION = 1e-9
# when phases are revised before the iteration has converged, how often, and by what excess (ln) or lack (of WEIGHT)
WORTH_REVISING, _REVISIONS, ROUGH_EXCESS, ROUGH_LACK = 0.1, 8, 1e-3, 1e-6


class Work(NamedTuple):
    """Room for the iteration.

    matrix (N, N and some more columns, as `eliminate_lanes` wants). row (5, N): RESIDUAL, SCALE, STEP; for Truesdell-Jones
    BY_X, dI by dx, and at dx = 0, and TAKEN, what dI takes from the balances and from ln a_w. For Pitzer: place (S,), the
    column of an abundant species, or -1; abundant (A,), these species; slopes (S, S), D in its first A columns; reply (S, .),
    in its first C + 1 columns du_a by dx, and at dx = 0, and further on room for 1 + D of the abundant; held (C + 1, .),
    what du_a takes from the balances, and a row of room.
    """

    matrix: np.ndarray
    row: np.ndarray
    place: np.ndarray
    abundant: np.ndarray
    slopes: np.ndarray
    reply: np.ndarray
    held: np.ndarray


NO_WORK = Work(
    np.zeros((1, 1)),
    np.zeros((5, 1)),
    np.zeros(0, np.int64),
    np.zeros(0, np.int64),
    np.zeros((1, 1)),
    np.zeros((1, 1)),
    np.zeros((1, 1)),
)


@lean.kernel
def _in_lanes(count):
    """The least multiple of 8 that is no less than count."""
    return WIDTH * ((count + WIDTH - 1) // WIDTH)


@maker.kernel
def blank_work(liquor, kind):
    """Answer Work with room for the liquor under an activity model of this kind."""
    c, s = liquor.component.shape[1], liquor.dissolved
    n = c + 1 + liquor.phase.shape[1]
    matrix, row = np.zeros((n, WIDTH * (n // WIDTH + 1))), np.empty((5, n))
    if kind != PITZER:
        none, nothing = np.empty(0, np.int64), np.empty((0, 0))
        return Work(matrix, row, none, none, nothing, nothing, nothing)
    across = _in_lanes(c + 1)
    return Work(
        matrix,
        row,
        np.empty(s, np.int64),
        np.empty(s, np.int64),
        np.empty((s, s)),
        np.zeros((s, across + _in_lanes(s))),
        np.empty((c + 1, max(_in_lanes(s), across))),
    )


@within.kernel
def _balances(liquor, row):
    """Fill RESIDUAL and SCALE of the balances, of the activity of water and of the phases; answer how many."""
    component, phase, whole = liquor.component, liquor.phase, liquor.whole
    c = component.shape[1]
    water = math.exp(whole[LN_WATER])
    for j in range(c):
        dosed = whole[DOSE] * component[TITRANT, j]
        row[RESIDUAL, j] = water * component[SUM, j] + component[GAS, j] - (component[TOTAL, j] + dosed)
        # what cancels between totals and dose is known to rounding only, so both count in full
        scale = water * component[SIZE, j] + abs(component[GAS, j]) + abs(component[TOTAL, j]) + abs(dosed)
        row[SCALE, j] = max(scale, 1e-300)
    row[RESIDUAL, 0] += water * MOLES_PER_KG
    row[SCALE, 0] += water * MOLES_PER_KG
    row[RESIDUAL, c] = component[X, 0] - whole[LN_ACTIVITY]
    row[SCALE, c] = 1.0
    order = c + 1
    rows = liquor.species.shape[1]
    for k in range(phase.shape[1]):
        if phase[ACTIVE, k] > 0.0:
            for z in range(liquor.start[rows + k], liquor.start[rows + k + 1]):
                part = liquor.number[z] * phase[AMOUNT, k]
                row[RESIDUAL, liquor.column[z]] += part
                row[SCALE, liquor.column[z]] += abs(part)
            row[RESIDUAL, order] = log_saturation(liquor, k)
            row[SCALE, order] = 1.0
            order += 1
    return order


@within.kernel
def residuals(liquor, model, terms, row):
    """Fill MOLALITY, LN_GAMMA, LACK, RESIDUAL and SCALE at U and PRODUCT; answer (largest, sum of squares), scaled."""
    species = liquor.species
    add_up(liquor)
    weigh_activities(liquor, model, terms, species[LN_GAMMA])
    order = _balances(liquor, row)
    largest = 0.0
    squares = 0.0
    for j in range(order):
        relative = row[RESIDUAL, j] / row[SCALE, j]
        largest = max(largest, abs(relative))
        squares += relative * relative
    molality, lack, weighed = species[MOLALITY], species[LACK], species[FREE]
    ln_gamma, product, u = species[LN_GAMMA], species[PRODUCT], species[U]
    total = 0.0
    for i in range(liquor.dissolved):
        total += molality[i]
    few = 1e-3 * total
    for i in range(lack.shape[0]):
        lack[i] = product[i] - u[i] - ln_gamma[i]
    for i in range(lack.shape[0]):
        weighed[i] = lack[i] * lack[i] * molality[i] / (molality[i] + few)
    for i in range(lack.shape[0]):
        largest = max(largest, abs(lack[i]))
        squares += weighed[i]
    return largest, squares


@lean.kernel
def fill_reply(liquor, model, terms, work):
    """Fill slopes and reply at the last `residuals`; answer the number of abundant species, -1 if singular."""
    species = liquor.species
    c, s = liquor.component.shape[1], liquor.dissolved
    total = 0.0
    for i in range(s):
        total += species[MOLALITY, i]
    found = 0
    for i in range(s):
        work.place[i] = -1
        if species[MOLALITY, i] > _ABUNDANT * total:
            work.place[i] = found
            work.abundant[found] = i
            found += 1
    pitzer_slopes(model.pitzer, model.charge, species[MOLALITY, :s], terms, work.place, work.slopes)
    abundant = terms.columns[0]  # free once the slopes are there
    for q in range(found):
        abundant[q] = species[MOLALITY, work.abundant[q]]
    for i in range(s):
        own = work.slopes[i]
        for q in range(found):
            own[q] *= abundant[q]
    first = _in_lanes(c + 1)
    for p in range(found):
        i = work.abundant[p]
        for q in range(found):
            work.reply[p, first + q] = work.slopes[i, q]
        work.reply[p, first + p] += 1.0
        for j in range(c):
            work.reply[p, j] = 0.0
        for z in range(liquor.start[i], liquor.start[i + 1]):
            work.reply[p, liquor.column[z]] = liquor.number[z]
        work.reply[p, c] = species[LACK, i]
    if not eliminate_beside(work.reply, first, found):
        return -1
    return found


@within.kernel
def _take_reply(liquor, work, found):
    """Take from the balances what the activity coefficients of the abundant species do to them."""
    matrix, row, held, species = work.matrix, work.row, work.held, liquor.species
    c = liquor.component.shape[1]
    water = math.exp(liquor.whole[LN_WATER])
    for j in range(c):
        for q in range(found):
            held[j, q] = 0.0
    for i in range(liquor.dissolved):
        own = work.slopes[i]
        for z in range(pick(liquor.start, i), pick(liquor.start, i + 1)):
            taken = held[pick(liquor.column, z)]
            part = water * species[MOLALITY, i] * pick(liquor.number, z)
            for q in range(found):
                taken[q] += part * own[q]
    reply, room = work.reply.reshape((-1, WIDTH)), held.reshape((-1, WIDTH))
    wide, at = work.reply.shape[1] // WIDTH, c * (held.shape[1] // WIDTH)
    for j in range(c):
        for w in range((c + WIDTH) // WIDTH):
            total = spread(0.0)
            for p in range(found):
                total += held[j, p] * load(reply, p * wide + w)
            store(room, at + w, total)
        for q in range(c):
            matrix[j, q] -= held[c, q]
        row[STEP, j] += held[c, c]


@within.kernel
def _take_strength(liquor, model, terms, work):
    """Take from the balances and from ln a_w what the change of the ionic strength does to them; leave it in BY_X."""
    matrix, row, species = work.matrix, work.row, liquor.species
    c = liquor.component.shape[1]
    half, drop = species[OLD_U], species[OLD_PRODUCT]  # free until the step is taken
    own, lacking, falling = 1.0, 0.0, 0.0
    for i in range(liquor.dissolved):
        half[i] = 0.5 * model.charge[i] * model.charge[i] * species[MOLALITY, i]
        drop[i] = species[MOLALITY, i] * terms.by_strength[i]
        own += half[i] * terms.by_strength[i]
        lacking += half[i] * species[LACK, i]
        falling += drop[i]
    inverse = 1.0 / own
    row[BY_X, c] = lacking * inverse
    row[TAKEN, c] = -terms.whole[1] * falling
    water = math.exp(liquor.whole[LN_WATER])
    for j in range(c):
        by_x = 0.0
        taken = 0.0
        for z in range(pick(liquor.begin, j), pick(liquor.begin, j + 1)):
            by_x += pick(liquor.share, z) * pick(half, pick(liquor.member, z))
            taken += pick(liquor.share, z) * pick(drop, pick(liquor.member, z))
        row[BY_X, j] = by_x * inverse
        row[TAKEN, j] = water * taken
    for j in range(c + 1):
        for q in range(c):
            matrix[j, q] -= row[TAKEN, j] * row[BY_X, q]
        row[STEP, j] += row[TAKEN, j] * row[BY_X, c]


@within.kernel
def _mass_action(liquor, work, wetness):
    """Fill matrix and STEP with the balances and ln a_w (wetness: its slope by all molality), ln gamma being held."""
    matrix, row, species, component = work.matrix, work.row, liquor.species, liquor.component
    c = component.shape[1]
    water = math.exp(liquor.whole[LN_WATER])
    for i in range(species.shape[1]):
        amount = species[MOLALITY, i] * (water if i < liquor.dissolved else 1.0)
        for p in range(pick(liquor.start, i), pick(liquor.start, i + 1)):
            j = pick(liquor.column, p)
            part = amount * pick(liquor.number, p)
            of_balance = matrix[j]
            for q in range(pick(liquor.start, i), p + 1):
                at = pick(liquor.column, q)
                put(of_balance, at, pick(of_balance, at) + part * pick(liquor.number, q))
            if i >= liquor.dissolved:
                row[STEP, j] -= part * species[LACK, i]
    lacking = 0.0
    molality, lack = species[MOLALITY], species[LACK]
    for i in range(liquor.dissolved):
        lacking += molality[i] * lack[i]
    row[STEP, c] += wetness * lacking
    for j in range(c):
        lacking = 0.0
        for z in range(pick(liquor.begin, j), pick(liquor.begin, j + 1)):
            i = pick(liquor.member, z)
            lacking += pick(liquor.share, z) * (pick(molality, i) * pick(lack, i))
        row[STEP, j] -= water * lacking
        for q in range(j):
            matrix[q, j] = matrix[j, q]
        matrix[c, j] = -wetness * component[SUM, j]
        matrix[j, c] = water * component[SUM, j]
    matrix[c, 0] += 1.0
    matrix[0, c] += water * MOLES_PER_KG


@within.kernel
def fill_system(liquor, model, terms, work, found):
    """Fill matrix and STEP with the system for the changes of (x, ln W, n / weight); answer its order."""
    matrix, row, phase = work.matrix, work.row, liquor.phase
    c = liquor.component.shape[1]
    rows = liquor.species.shape[1]
    order = c + 1
    for k in range(phase.shape[1]):
        if phase[ACTIVE, k] > 0.0:
            order += 1
    for i in range(order):
        row[STEP, i] = -row[RESIDUAL, i]
        for j in range(order):
            matrix[i, j] = 0.0
    if model.kind == PITZER:
        # the equation of Gibbs and Duhem: what the activities of the species do, that of water undoes
        _mass_action(liquor, work, -_WATER_KG)
        _take_reply(liquor, work, found)
    else:
        _mass_action(liquor, work, terms.whole[1])
        _take_strength(liquor, model, terms, work)
    order = c + 1
    for k in range(phase.shape[1]):
        if phase[ACTIVE, k] > 0.0:
            for z in range(liquor.start[rows + k], liquor.start[rows + k + 1]):
                matrix[liquor.column[z], order] = liquor.number[z] * phase[WEIGHT, k]
                matrix[order, liquor.column[z]] = liquor.number[z]
            order += 1
    if liquor.dosing == 1:
        for j in range(order):
            matrix[j, 1] = -liquor.component[TITRANT, j] if j < c else 0.0
    for i in range(order):
        inverse = 1.0 / row[SCALE, i]
        row[STEP, i] *= inverse
        for j in range(order):
            matrix[i, j] *= inverse
    return order


@within.kernel
def keep(liquor):
    """Keep the iterate as the place that a step starts from."""
    for i in range(liquor.species.shape[1]):
        liquor.species[OLD_U, i] = liquor.species[U, i]
        liquor.species[OLD_PRODUCT, i] = liquor.species[PRODUCT, i]
    for j in range(liquor.component.shape[1]):
        liquor.component[OLD_X, j] = liquor.component[X, j]
    for k in range(liquor.phase.shape[1]):
        liquor.phase[OLD_AMOUNT, k] = liquor.phase[AMOUNT, k]
    liquor.whole[OLD_LN_WATER] = liquor.whole[LN_WATER]
    liquor.whole[OLD_DOSE] = liquor.whole[DOSE]


@within.kernel
def move(liquor, row, alpha):
    """Set the iterate to the one kept plus alpha times the step."""
    species, component, phase, whole = liquor.species, liquor.component, liquor.phase, liquor.whole
    c = component.shape[1]
    for j in range(c):
        if j == 1 and liquor.dosing == 1:
            whole[DOSE] = whole[OLD_DOSE] + alpha * row[STEP, 1]
        else:
            component[X, j] = component[OLD_X, j] + alpha * row[STEP, j]
    for i in range(species.shape[1]):
        species[U, i] = species[OLD_U, i] + alpha * species[CHANGE, i]
        species[PRODUCT, i] = species[OLD_PRODUCT, i] + alpha * species[RISE, i]
    whole[LN_WATER] = whole[OLD_LN_WATER] + alpha * row[STEP, c]
    order = c + 1
    for k in range(phase.shape[1]):
        if phase[ACTIVE, k] > 0.0:
            phase[AMOUNT, k] = phase[OLD_AMOUNT, k] + alpha * phase[WEIGHT, k] * row[STEP, order]
            order += 1


@within.kernel
def fill_changes(liquor, kind, terms, work, found):
    """Fill CHANGE, what the step does to ln m, and RISE."""
    row, species, slopes, reply = work.row, liquor.species, work.slopes, work.reply
    c = liquor.component.shape[1]
    dose = row[STEP, 1]
    if liquor.dosing == 1:
        row[STEP, 1] = 0.0
    stronger = 0.0
    step = row[STEP]
    if kind == PITZER:
        for p in range(found):
            change = reply[p, c]
            for j in range(c):
                change += reply[p, j] * row[STEP, j]
            reply[p, c] = change
    else:
        stronger = row[BY_X, c]
        for j in range(c):
            stronger += row[BY_X, j] * row[STEP, j]
    for i in range(species.shape[1]):
        rise = 0.0
        for z in range(pick(liquor.start, i), pick(liquor.start, i + 1)):
            rise += pick(liquor.number, z) * pick(step, pick(liquor.column, z))
        species[RISE, i] = rise
        species[CHANGE, i] = rise + species[LACK, i]
    for i in range(liquor.dissolved):
        if kind == PITZER:
            change = 0.0
            for p in range(found):
                change += slopes[i, p] * reply[p, c]
            species[CHANGE, i] -= change
        else:
            species[CHANGE, i] -= terms.by_strength[i] * stronger
    row[STEP, 1] = dose


@within.kernel
def longest_step(liquor, row):
    """Answer the share of the Newton step within reason, and the largest change of an unknown by it."""
    c = liquor.component.shape[1]
    largest = abs(row[STEP, c])
    longest = min(1.0, 0.7 / max(largest, 0.7))
    for j in range(c):
        size = abs(row[STEP, j])
        if j == 1 and liquor.dosing == 1:
            largest = max(largest, size / (abs(liquor.whole[DOSE]) + 1e-9))
        else:
            largest = max(largest, size)
            longest = min(longest, 25.0 / max(size, 25.0))
    return min(longest, growth(liquor)), largest


@lean.kernel
def revise(liquor, excess, lack):
    """Drop the most negative phase, of less than -lack of its WEIGHT, or add the most supersaturated, by more than excess.

    Answer whether one was dropped or added.
    """
    phase = liquor.phase
    worst = -1
    least = -lack
    for k in range(phase.shape[1]):
        if phase[ACTIVE, k] > 0.0 and phase[AMOUNT, k] < least * phase[WEIGHT, k]:
            least = phase[AMOUNT, k] / phase[WEIGHT, k]
            worst = k
    if worst >= 0:
        phase[ACTIVE, worst] = 0.0
        phase[AMOUNT, worst] = 0.0
        return True
    most = excess
    for k in range(phase.shape[1]):
        if phase[ACTIVE, k] == 0.0:
            found = log_saturation(liquor, k)
            if found > most:
                most = found
                worst = k
    if worst >= 0:
        phase[ACTIVE, worst] = 1.0
    return worst >= 0


@apart(NO_LIQUOR, NO_MODEL, NO_TERMS, NO_WORK, 0, answers=(True, 0, 0.0))
@lean.kernel
def newton(liquor, model, terms, work, most):
    """Newton iteration at the active phases, revised on the way. Answer (whether it converged, steps, the largest residual)."""
    row = work.row
    revisions = _REVISIONS if liquor.phase.shape[1] > 0 else 0
    multiply(liquor)
    moved = False
    steps, tries = 0, 0
    longest, largest, before, old = 1.0, 0.0, 0.0, 0.0
    # each part is called from one place, where the compiler puts it in
    while True:
        if moved:
            move(liquor, row, longest)
        error, merit = residuals(liquor, model, terms, row)
        if moved:
            tries += 1
            if not (merit < old or error < 1e-12) and tries < _TRIES:
                longest *= 0.5
                continue
            if not error < 1e6 or liquor.whole[LN_WATER] < -18.0:
                return False, steps - 1, error
            # of a last step of 1e-6 the square is left
            if (largest < 1e-6 and error < 1e-13) or (largest < 1e-7 and error < 1e-11 and error > 0.1 * before):
                return True, steps, error
            moved = False
            if revisions > 0 and longest == 1.0 and error < WORTH_REVISING and revise(liquor, ROUGH_EXCESS, ROUGH_LACK):
                revisions -= 1
                continue
        if steps == most:
            return False, most, error
        found = 0
        if model.kind == PITZER:
            found = fill_reply(liquor, model, terms, work)
        order = fill_system(liquor, model, terms, work, found)
        if found < 0 or not eliminate_lanes(work.matrix, row[STEP], order):
            return False, steps, error
        fill_changes(liquor, model.kind, terms, work, found)
        longest, largest = longest_step(liquor, row)
        keep(liquor)
        before = error
        old = merit
        steps += 1
        moved, tries = True, 0
