"""Eight liquors side by side whose activity coefficients depend on the ionic strength alone (Truesdell-Jones).

The ionic strength is then one more unknown in place of the molalities, which follow from it and from the activities:

    m_i = K_i prod_j a_j^nu_ij / gamma_i(I),   a_j = exp x_j

so the unknowns are x_1 to x_(C-1), the amounts of the phases at saturation, x_0, ln W and I, in this order, and the
equations the balances of components 1 to C - 1, the phases, the activity of water, the balance of water, and

    I - 1/2 sum_i m_i z_i^2 = 0

Where all nu_ij are whole numbers the powers are products. Species of like charge, size and salting have one gamma.

Shapes: as of `abreast`; G sizes of charge, ion and salting that occur.
Sources: as of `activity` and `newton`.
"""

import math

import numpy as np

from .abreast_activity import (
    BEFORE,
    ERROR,
    FREE,
    I_NOW,
    LARGEST,
    LN_A,
    LN_W,
    LONGEST,
    NO_ABREAST,
    SIZE,
    STATE,
    SUM,
    TOTAL,
    WATER,
    WET,
    X_NOW,
    add,
    exponential,
)
from .abreast_phases import hold_guessed, precipitate_abreast
from .activity import NO_MODEL, log_water_activity
from .elimination import factorise, plan_elimination, solve
from .entries import pick
from .guess import LEAST_LEFT, TURNS
from .jit import apart, inner, lean, within
from .lanes import WIDTH, choose, greater, lesser, load, most_of, root, rough_logarithm, size, spread, store
from .speciation import LN_K, MOLES_PER_KG, NO_LIQUOR

_LN10 = 2.302585092994046
_WATER_SLOPE, _WATER_LIMIT = 0.017, 30.0
_LARGEST_LN_K, _HIGHEST_POWER = 200.0, 12.0
_STRONGEST_GUESS = 6.0
# rows of Abreast.number
CONSTANT, HALF = 0, 1
# rows of Abreast.law
_CHARGE, _ION_SIZE, _SALTING = 0, 1, 2
# parts of Abreast.by_law, of G rows each
_LN_GAMMA, _THIN, _SLOPE = 0, 1, 2


@inner.kernel
def laws_of(model, s):
    """Answer which law of ln gamma each of s species has (S,), and the laws (3, G): charge, ion size, salting."""
    kind = np.empty(s, np.int64)
    law = np.empty((3, s))
    found = 0
    for i in range(s):
        kind[i] = -1
        for g in range(found):
            if law[0, g] == model.charge[i] and law[1, g] == model.ion_size[i] and law[2, g] == model.salting[i]:
                kind[i] = g
        if kind[i] < 0:
            law[0, found], law[1, found], law[2, found] = model.charge[i], model.ion_size[i], model.salting[i]
            kind[i] = found
            found += 1
    return kind, law[:, :found].copy()


@inner.kernel
def factors_of(liquor, model):
    """Answer (first, factor, number, ladder). Of species i, the factors of its molality are factor[first[i]] to first[i + 1],
    places among the powers of activities: those of component j, 1 to ladder[j, 1], stand from ladder[j, 0] on, and those
    of its inverse, 1 to ladder[j, 2], after them; ladder (C + 1, 3), the last row is where they end. number (2, S): K,
    below 0 where m is an exponential, and half the square of the charge."""
    c, s = liquor.component.shape[1], liquor.dissolved
    number = np.empty((2, s))
    first = np.zeros(s + 1, np.int64)
    ladder = np.zeros((c + 1, 3), np.int64)
    for i in range(s):
        whole = abs(liquor.species[LN_K, i]) < _LARGEST_LN_K
        for z in range(liquor.start[i], liquor.start[i + 1]):
            power = liquor.number[z]
            whole = whole and power == round(power) and abs(power) <= _HIGHEST_POWER
        number[CONSTANT, i] = math.exp(liquor.species[LN_K, i]) if whole else -1.0
        number[HALF, i] = 0.5 * model.charge[i] * model.charge[i]
        first[i + 1] = first[i]
        if whole:
            first[i + 1] += liquor.start[i + 1] - liquor.start[i]
            for z in range(liquor.start[i], liquor.start[i + 1]):
                j, power = liquor.column[z], int(liquor.number[z])
                ladder[j, 1] = max(ladder[j, 1], power)
                ladder[j, 2] = max(ladder[j, 2], -power)
    for j in range(c):
        ladder[j, 1] = max(ladder[j, 1], 1)
        ladder[j + 1, 0] = ladder[j, 0] + ladder[j, 1] + ladder[j, 2]
    factor = np.empty(first[s], np.int64)
    at = 0
    for i in range(s):
        if first[i] < first[i + 1]:
            for z in range(liquor.start[i], liquor.start[i + 1]):
                j, power = liquor.column[z], int(liquor.number[z])
                factor[at] = ladder[j, 0] + (power - 1 if power > 0 else ladder[j, 1] - power - 1)
                at += 1
    return first, factor, number, ladder


@inner.kernel
def plan_strength(liquor, active, wanted):
    """Answer the Elimination of the system with these phases at saturation (Q,); one of nothing where it is not wanted."""
    if not wanted:
        return plan_elimination(np.zeros((0, 0), np.bool_), np.zeros(0, np.bool_), 0)
    c, rows = liquor.component.shape[1], liquor.species.shape[1]
    n = c + 2 + active.shape[0]
    pattern = np.zeros((n, n), np.bool_)
    own = np.ones(n, np.bool_)
    for i in range(liquor.dissolved):
        for y in range(liquor.start[i], liquor.start[i + 1]):
            for z in range(liquor.start[i], liquor.start[i + 1]):
                pattern[_unknown(liquor.column[y], n), _unknown(liquor.column[z], n)] = True
    for i in range(n):
        for j in range(n - 3, n):
            if i < c - 1 or i >= n - 3:
                pattern[i, j] = True
                pattern[j, i] = True
    for q in range(active.shape[0]):
        own[c - 1 + q] = False
        for z in range(liquor.start[rows + active[q]], liquor.start[rows + active[q] + 1]):
            # that of water stands in the balance of water and in the activity of water
            for j in (_unknown(liquor.column[z], n), _balance(liquor.column[z], n)):
                pattern[c - 1 + q, j] = True
                pattern[j, c - 1 + q] = True
    return plan_elimination(pattern, own, 3)


@lean.kernel
def _unknown(j, n):
    """Which unknown x_j is."""
    return j - 1 if j > 0 else n - 3


@lean.kernel
def _balance(j, n):
    """Which equation the balance of component j is."""
    return j - 1 if j > 0 else n - 2


@within.kernel
def _fill_laws(model, side):
    """Fill ln gamma and 1 / gamma of each law at I."""
    room, law = side.room, side.law
    many = law.shape[1]
    strength = greater(load(room, I_NOW), spread(1e-20))
    root_strength = root(strength)
    beyond = strength / (1.0 + strength)
    debye_a, debye_b = -_LN10 * model.debye[0], model.debye[1] * root_strength
    for g in range(many):
        value = (_LN10 * law[_SALTING, g]) * strength
        if law[_CHARGE, g] == 0.0:
            value += (_LN10 * law[_ION_SIZE, g]) * beyond
        else:
            below = 1.0 + law[_ION_SIZE, g] * debye_b
            value += (debye_a * law[_CHARGE, g] * law[_CHARGE, g]) * root_strength / below
        store(room, side.by_law + _LN_GAMMA * many + g, value)
        store(room, side.by_law + _THIN * many + g, exponential(-1.0 * value))


@within.kernel
def _fill_law_slopes(model, side):
    """Fill d ln gamma / dI of each law at I."""
    room, law = side.room, side.law
    many = law.shape[1]
    strength = greater(load(room, I_NOW), spread(1e-20))
    root_strength = root(strength)
    half_per_root = 0.5 / root_strength
    beyond = 1.0 / (1.0 + strength)
    debye_a, debye_b = -_LN10 * model.debye[0], model.debye[1] * root_strength
    for g in range(many):
        value = spread(_LN10 * law[_SALTING, g])
        if law[_CHARGE, g] == 0.0:
            value += (_LN10 * law[_ION_SIZE, g]) * beyond * beyond
        else:
            below = 1.0 / (1.0 + law[_ION_SIZE, g] * debye_b)
            value += (debye_a * law[_CHARGE, g] * law[_CHARGE, g]) * below * below * half_per_root
        store(room, side.by_law + _SLOPE * many + g, value)


@within.kernel
def _fill_powers(liquor, side):
    """Fill the powers of the activities."""
    room, c = side.room, liquor.component.shape[1]
    x_0 = side.component + X_NOW * (c + 1)
    for j in range(c):
        one = exponential(load(room, x_0 + j))
        at = side.power + side.ladder[j, 0]
        product = one
        store(room, at, one)
        for power in range(1, side.ladder[j, 1]):
            product *= one
            store(room, at + power, product)
        if side.ladder[j, 2] > 0:
            at += side.ladder[j, 1]
            one = 1.0 / one
            product = one
            store(room, at, one)
            for power in range(1, side.ladder[j, 2]):
                product *= one
                store(room, at + power, product)


@within.kernel
def _exponent(liquor, side, i):
    """Answer the molality of a species as an exponential."""
    room = side.room
    x_0 = side.component + X_NOW * (liquor.component.shape[1] + 1)
    u = liquor.species[LN_K, i] - load(room, side.by_law + side.kind[i])
    for z in range(liquor.start[i], liquor.start[i + 1]):
        u += liquor.number[z] * load(room, x_0 + liquor.column[z])
    return exponential(u)


@within.kernel
def form_abreast(liquor, model, side):
    """Fill the molalities and all that follows from X_NOW, LN_W and I_NOW."""
    store(side.room, WATER, exponential(load(side.room, LN_W)))
    _fill_laws(model, side)
    _form(liquor, side)


@within.kernel
def _form(liquor, side):
    """Fill the molalities and all that follows from them and X_NOW, by the laws of ln gamma as they are."""
    room, s = side.room, liquor.dissolved
    c1 = liquor.component.shape[1] + 1
    _fill_powers(liquor, side)
    thin = side.by_law + _THIN * side.law.shape[1]
    constant, half = side.number[CONSTANT], side.number[HALF]
    strength, total = spread(0.0), spread(0.0)
    for i in range(s):
        if pick(constant, i) >= 0.0:
            m = pick(constant, i) * load(room, thin + pick(side.kind, i))
            for z in range(pick(side.first, i), pick(side.first, i + 1)):
                m *= load(room, side.power + pick(side.factor, z))
        else:
            m = _exponent(liquor, side, i)
        store(room, side.molality + i, m)
        total += m
        strength += pick(half, i) * m
    store(room, FREE, strength)
    _weigh_water(side, total)
    for j in range(c1 - 1):
        held = spread(0.0)
        for z in range(pick(liquor.begin, j), pick(liquor.begin, j + 1)):
            held += pick(liquor.share, z) * load(room, side.molality + pick(liquor.member, z))
        terms = held
        if side.mixed[j]:
            terms = spread(0.0)
            for z in range(pick(liquor.begin, j), pick(liquor.begin, j + 1)):
                terms += abs(pick(liquor.share, z)) * load(room, side.molality + pick(liquor.member, z))
        store(room, side.component + SUM * c1 + j, held)
        store(room, side.component + SIZE * c1 + j, terms)


@within.kernel
def _weigh_water(side, total):
    """Fill LN_A, ln a_w at the sum of all molalities less x_0 to first order, and WET, its slope."""
    room = side.room
    if most_of(total) < _WATER_LIMIT:
        inverse = 1.0 / (1.0 - _WATER_SLOPE * total)
        store(room, LN_A, load(room, side.power) * inverse - 1.0)
        store(room, WET, -_WATER_SLOPE * inverse)
        return
    store(room, LN_A, total)
    for lane in range(WIDTH):
        ln_activity, wet = log_water_activity(room[LN_A, lane])
        room[LN_A, lane] = room[side.power, lane] * math.exp(-ln_activity) - 1.0
        room[WET, lane] = wet


@within.kernel
def compare_abreast(liquor, side):
    """Leave what the equations lack in step, with its sign turned, and the largest in ERROR."""
    room, plan = side.room, side.plan
    c1 = liquor.component.shape[1] + 1
    c, rows, n = c1 - 1, liquor.species.shape[1], side.order
    water = load(room, WATER)
    for j in range(c):
        given = load(room, side.component + TOTAL * c1 + j)
        held = water * load(room, side.component + SUM * c1 + j)
        scale = water * load(room, side.component + SIZE * c1 + j) + size(given)
        if j == 0:
            held += water * MOLES_PER_KG
            scale += water * MOLES_PER_KG
        store(room, side.step + plan.place[_balance(j, n)], given - held)
        store(room, side.scale + j, scale)
    for q in range(side.active.shape[0]):
        k = rows + side.active[q]
        amount = load(room, side.amount + side.active[q])
        excess = spread(-liquor.phase[LN_K, side.active[q]])
        mask = load(room, side.mask + side.active[q])
        for z in range(liquor.start[k], liquor.start[k + 1]):
            j = liquor.column[z]
            part = liquor.number[z] * amount
            add(room, side.step + plan.place[_balance(j, n)], -1.0 * part)
            add(room, side.scale + j, size(part))
            excess += liquor.number[z] * load(room, side.component + X_NOW * c1 + j)
        store(room, side.step + plan.place[c - 1 + q], -1.0 * mask * excess)
    gap = -1.0 * load(room, LN_A)
    store(room, side.step + plan.place[n - 3], gap)
    error, doubt = size(gap), gap
    strength = load(room, I_NOW)
    gap = load(room, FREE) - strength
    store(room, side.step + plan.place[n - 1], gap)
    error = greater(error, size(gap) / (strength + 1e-9))
    doubt += gap
    for j in range(c):
        gap = load(room, side.step + plan.place[_balance(j, n)])
        error = greater(error, size(gap) / greater(load(room, side.scale + j), spread(1e-300)))
        doubt += gap
    for q in range(side.active.shape[0]):
        gap = load(room, side.step + plan.place[c - 1 + q])
        error = greater(error, size(gap))
    store(room, BEFORE, load(room, ERROR))
    # no number is no answer
    store(room, ERROR, choose(size(doubt), spread(1e300), error, spread(1e300)))


@within.kernel
def _pairs(liquor, side):
    """Fill what two components share."""
    room, cell, n = side.room, side.plan.cell, side.order
    c = liquor.component.shape[1]
    water = load(room, WATER)
    for j in range(c):
        for q in range(j + 1):
            first, last = side.pair[j * c + q], side.pair[j * c + q + 1]
            if first == last:
                continue
            total = spread(0.0)
            for z in range(first, last):
                total += pick(side.weight, z) * load(room, side.molality + pick(side.both, z))
            total *= water
            store(room, side.matrix + cell[_balance(j, n), _unknown(q, n)], total)
            store(room, side.matrix + cell[_balance(q, n), _unknown(j, n)], total)


@within.kernel
def factorise_abreast(liquor, model, side):
    """Fill matrix and factorise it."""
    room, cell, n = side.room, side.plan.cell, side.order
    c1 = liquor.component.shape[1] + 1
    c, rows, s = c1 - 1, liquor.species.shape[1], liquor.dissolved
    nothing = spread(0.0)
    for e in range(side.plan.column.shape[0]):
        store(room, side.matrix + e, nothing)
    _fill_law_slopes(model, side)
    slope = side.by_law + _SLOPE * side.law.shape[1]
    own, falling = spread(1.0), spread(0.0)
    half = side.number[HALF]
    for i in range(s):
        part = load(room, side.molality + i) * load(room, slope + pick(side.kind, i))
        store(room, side.weighed + i, part)
        falling += part
        own += pick(half, i) * part
    water, wet = load(room, WATER), load(room, WET)
    _pairs(liquor, side)
    for j in range(c):
        held = load(room, side.component + SUM * c1 + j)
        by_strength, of_strength = spread(0.0), spread(0.0)
        for z in range(pick(liquor.begin, j), pick(liquor.begin, j + 1)):
            i, share = pick(liquor.member, z), pick(liquor.share, z)
            by_strength += share * load(room, side.weighed + i)
            of_strength += (share * pick(half, i)) * load(room, side.molality + i)
        balance, unknown = _balance(j, n), _unknown(j, n)
        store(room, side.matrix + cell[n - 3, unknown], (1.0 if j == 0 else 0.0) - wet * held)
        store(room, side.matrix + cell[n - 1, unknown], -1.0 * of_strength)
        store(room, side.matrix + cell[balance, n - 1], -1.0 * water * by_strength)
        if j == 0:
            held += MOLES_PER_KG
        store(room, side.matrix + cell[balance, n - 2], water * held)
    store(room, side.matrix + cell[n - 3, n - 1], wet * falling)
    store(room, side.matrix + cell[n - 1, n - 1], own)
    for q in range(side.active.shape[0]):
        k = rows + side.active[q]
        mask = load(room, side.mask + side.active[q])
        store(room, side.matrix + cell[c - 1 + q, c - 1 + q], 1.0 - mask)
        for z in range(liquor.start[k], liquor.start[k + 1]):
            j = liquor.column[z]
            store(room, side.matrix + cell[c - 1 + q, _unknown(j, n)], liquor.number[z] * mask)
            store(room, side.matrix + cell[_balance(j, n), c - 1 + q], liquor.number[z] * mask)
    factorise(room, side.matrix, side.plan)


@within.kernel
def step_abreast(liquor, side):
    """Solve for the step and take it in the lanes that are running; fill LARGEST, the largest change of an unknown."""
    room, plan, n = side.room, side.plan, side.order
    c1 = liquor.component.shape[1] + 1
    c, x_0 = c1 - 1, side.component + X_NOW * c1
    solve(room, side.matrix, plan, side.step)
    change = size(load(room, side.step + plan.place[n - 2]))
    longest = 0.7 / greater(change, spread(0.7))
    stronger, strength = load(room, side.step + plan.place[n - 1]), load(room, I_NOW)
    largest = spread(0.0)
    for j in range(c):
        largest = greater(largest, size(load(room, side.step + plan.place[_unknown(j, n)])))
    longest = lesser(longest, 4.0 / greater(largest, spread(4.0)))
    longest = lesser(longest, 0.7 * strength / greater(size(stronger), 0.7 * strength))
    largest = greater(largest, change)
    largest = greater(largest, size(stronger) / (strength + 1e-9))
    store(room, LARGEST, largest)
    store(room, LONGEST, longest)
    # of a lane that is done or failed nothing moves, not even by what is no number
    running, nothing = load(room, STATE), spread(0.0)
    for j in range(c):
        moved = longest * load(room, side.step + plan.place[_unknown(j, n)])
        add(room, x_0 + j, choose(running, spread(0.5), moved, nothing))
    for q in range(side.active.shape[0]):
        moved = longest * load(room, side.step + plan.place[c - 1 + q])
        add(room, side.amount + side.active[q], choose(running, spread(0.5), moved, nothing))
    moved = longest * load(room, side.step + plan.place[n - 2])
    add(room, LN_W, choose(running, spread(0.5), moved, nothing))
    add(room, I_NOW, choose(running, spread(0.5), longest * stronger, nothing))


@within.kernel
def _sweep(liquor, side, relax):
    """One sweep of continuous fractions, as `guess._sweep`; where a total is nothing, nothing moves."""
    _form(liquor, side)
    room = side.room
    c1 = liquor.component.shape[1] + 1
    for j in range(2, c1 - 1):
        given, held = load(room, side.component + TOTAL * c1 + j), load(room, side.component + SIZE * c1 + j)
        left = greater(given - load(room, side.scale + j), LEAST_LEFT * given)
        move = lesser(greater(rough_logarithm(left / held), spread(-60.0)), spread(6.0))
        store(room, side.weighed + j, load(room, side.component + X_NOW * c1 + j))
        add(room, side.component + X_NOW * c1 + j, choose(spread(0.0), given, relax * move, spread(0.0)))


@apart(NO_LIQUOR, NO_MODEL, NO_ABREAST, answers=None)
@lean.kernel
def guess_abreast(liquor, model, side):
    """Set the iterates to a first guess, phases among it, as `guess.guess` does."""
    room = side.room
    c1 = liquor.component.shape[1] + 1
    total, x_0 = side.component + TOTAL * c1, side.component + X_NOW * c1
    for lane in range(WIDTH):
        strength, molalities = 1e-7, 0.0
        for j in range(1, c1 - 1):
            given = abs(room[total + j, lane])
            strength += 0.25 * model.charge[j - 1] ** 2 * given
            molalities += given
            room[x_0 + j, lane] = math.log(max(given, 1e-6))
        room[x_0, lane] = log_water_activity(molalities)[0]
        room[x_0 + 1, lane] = -16.0
        room[I_NOW, lane] = min(strength, _STRONGEST_GUESS)
        room[LN_W, lane] = 0.0
    for j in range(c1 - 1):
        store(room, side.scale + j, spread(0.0))
    _fill_laws(model, side)
    width, relax = 14.0, 1.0
    for _ in range(TURNS):
        for _ in range(2):
            _sweep(liquor, side, relax)
            if liquor.phase.shape[1] > 0:
                precipitate_abreast(liquor, side)
            relax = 0.6
        held = load(room, side.component + SUM * c1 + 1) + load(room, side.scale + 1)
        given = load(room, total + 1)
        add(room, x_0 + 1, choose(given, held, spread(-width), spread(width)))
        width *= 0.6
    hold_guessed(liquor, side)
