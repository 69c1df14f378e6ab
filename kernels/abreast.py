"""Eight liquors of one mixture solved side by side by Newton's method.

The unknowns and equations are those of `speciation` and `newton`, but for gases, which there are none of. Under Pitzer the
ln a(H+) of each liquor may be held instead of its protons (a dose of them is sought); GIVEN answers how many it then holds.
All eight hold the same components, and each has its own phases at saturation (see `abreast_phases`); where the iteration
fails, it is said of the liquor and the way of `saturation` is open. The system of equations is factorised without a
search for pivots: as to the components and phases it is a symmetric one, definite above and below, and the residuals
show what became of it. A factorisation serves for further steps as long as these shrink a thousandfold.

Shapes: C components (0 is water, 1 is H+), S species, P phases, Q phases that have a row, Z numbers of the species, A
abundant species, N = C + 1 + Q, K sizes of charge. A table (N, 8) holds a row for each and in it the eight liquors.
Order of the unknowns: x_1 to x_(C-1), phases, x_0, ln W; of the equations: balances, phases, activity of water, water.
Sources: as of `newton`; Golub & Van Loan (2013) Matrix Computations, 4th ed., section 3.2.
"""

import math

import numpy as np

from .abreast_activity import (
    BEFORE,
    DONE,
    ERROR,
    FAILED,
    FREE,
    GIVEN,
    I_NOW,
    LACKING,
    LARGEST,
    LAST,
    LN_A,
    LN_W,
    LONGEST,
    NO_ABREAST,
    RUNNING,
    SIZE,
    SIZES,
    STATE,
    SUM,
    TOTAL,
    WATER,
    WET,
    WHOLE,
    X_NOW,
    Abreast,
    add,
    exponential,
    fill_pitzer,
    fill_slopes,
)
from .abreast_phases import revise_abreast, saturation_abreast
from .abreast_strength import (
    HALF,
    compare_abreast,
    factorise_abreast,
    factors_of,
    form_abreast,
    laws_of,
    plan_strength,
    step_abreast,
)
from .activity import NO_MODEL, PITZER
from .jit import apart, inner, lean, within
from .lanes import WIDTH, blank_table, choose, greater, lesser, load, size, spread, store
from .speciation import ACTIVE, AMOUNT, LN_GAMMA, LN_K, LN_WATER, MOLALITY, MOLES_PER_KG, NO_LIQUOR, WANTED, X

_STRONGEST = 20.0  # mol/kg; the activity coefficients of Pitzer differ beyond
_NEAR = 1e-3


@inner.kernel
def _shared(liquor):
    """The species that two components share: (pair, both, weight) of an Abreast."""
    c, s = liquor.component.shape[1], liquor.dissolved
    pair = np.zeros(c * c + 1, np.int64)
    count = 0
    for i in range(s):
        many = liquor.start[i + 1] - liquor.start[i]
        count += many * many
    both = np.empty(count, np.int64)
    weight = np.empty(count)
    found = 0
    for j in range(c):
        for q in range(c):
            pair[j * c + q] = found
            if q > j:
                continue
            for z in range(liquor.begin[j], liquor.begin[j + 1]):
                i = liquor.member[z]
                for y in range(liquor.start[i], liquor.start[i + 1]):
                    if liquor.column[y] == q:
                        both[found] = i
                        weight[found] = liquor.share[z] * liquor.number[y]
                        found += 1
    pair[c * c] = found
    return pair, both, weight


@inner.kernel
def _mixed(liquor):
    """Whether the numbers of each component (C,) in the species have both signs."""
    mixed = np.zeros(liquor.component.shape[1], np.bool_)
    for j in range(mixed.shape[0]):
        for z in range(liquor.begin[j], liquor.begin[j + 1]):
            mixed[j] = mixed[j] or liquor.share[z] < 0.0
    return mixed


@apart(NO_LIQUOR, NO_MODEL, answers=NO_ABREAST)
@inner.kernel
def blank_abreast(liquor, model):
    """Answer room for eight liquors that hold what this one does, with its phases at saturation."""
    c, s, p = liquor.component.shape[1], liquor.dissolved, liquor.phase.shape[1]
    active = np.empty(p, np.int64)
    found = 0
    for k in range(p):
        if liquor.phase[ACTIVE, k] > 0.0 or liquor.phase[WANTED, k] > 0.0:
            active[found] = k
            found += 1
    active = active[:found]
    pitzer = model.kind == PITZER
    kind, law = laws_of(model, s)
    first, factor, number, ladder = factors_of(liquor, model)
    n = c + 1 + found if pitzer else c + 2 + found
    plan = plan_strength(liquor, active, not pitzer)
    a, r = (s, s) if pitzer else (0, 0)
    many = 0 if pitzer else law.shape[1]
    weighed = WHOLE + s
    component = weighed + s
    amount = component + 4 * (c + 1)
    matrix = amount + p
    step = matrix + (n * n if pitzer else plan.column.shape[0])
    u = step + n
    screening = u + 5 * r
    unequal = screening + (3 * model.pitzer.alpha.shape[0] if pitzer else 0)
    held = unequal + (3 * SIZES * SIZES if pitzer else 0)
    slopes = held + (6 * SIZES if pitzer else 0)
    core = slopes + s * a
    reply = core + a * a
    taken = reply + a * (c + 1)
    power = taken + c * a
    by_law = power + ladder[c, 0]
    scale = by_law + 3 * many
    mask = scale + c
    proton = mask + 2 * p
    asked = proton + n
    last = asked + n * c if liquor.dosing == 1 else proton
    gamma = np.empty(s, np.int64)
    for i in range(s):
        gamma[i] = u + r + i if pitzer else by_law + kind[i]
    pair, both, weight = _shared(liquor)
    return Abreast(
        blank_table(last),
        *(WHOLE, weighed, component, amount, matrix, step, u, u + r, u + 2 * r, u + 3 * r, u + 4 * r),
        *(screening, unequal, held, slopes, core, reply, taken, power, by_law, scale, mask, mask + p, proton, asked, n),
        *(pair, both, weight, active, np.empty(s, np.int64), np.empty(s, np.int64), gamma),
        *(plan, kind, law, first, factor, number, ladder, _mixed(liquor)),
    )


@lean.kernel
def place_lane(liquor, side, lane):
    """Set the iterate of a lane to that of the liquor."""
    room = side.room
    c1 = liquor.component.shape[1] + 1
    strength = 0.0
    for i in range(liquor.dissolved):
        strength += side.number[HALF, i] * liquor.species[MOLALITY, i]
        room[side.gamma[i], lane] = liquor.species[LN_GAMMA, i]
    if side.ln_gamma > side.u:
        for i in range(liquor.dissolved):
            room[side.u + i, lane] = math.log(max(liquor.species[MOLALITY, i], 1e-300))
    room[I_NOW, lane] = strength
    for j in range(c1 - 1):
        room[side.component + X_NOW * c1 + j, lane] = liquor.component[X, j]
    for k in range(liquor.phase.shape[1]):
        room[side.amount + k, lane] = liquor.phase[AMOUNT, k]
        room[side.mask + k, lane] = liquor.phase[ACTIVE, k]
    room[LN_W, lane] = liquor.whole[LN_WATER]


@lean.kernel
def bring_lane(liquor, side, totals, lane):
    """Bring totals (C,) to a lane, its iterate left where it is."""
    for j in range(liquor.component.shape[1]):
        total = totals[liquor.place[j]]
        if j > 1 and total < 0.0:
            total = 0.0
        side.room[side.component + j, lane] = total * (MOLES_PER_KG / totals[0])


@within.kernel
def _residuals(liquor, model, side):
    """Fill all that follows from U, X_NOW and LN_W."""
    room = side.room
    c1 = liquor.component.shape[1] + 1
    c, s = c1 - 1, liquor.dissolved
    water = exponential(load(room, LN_W))
    store(room, WATER, water)
    strength, total = spread(0.0), spread(0.0)
    for i in range(s):
        m = exponential(load(room, side.u + i))
        store(room, side.molality + i, m)
        total += m
        strength += (0.5 * model.charge[i] * model.charge[i]) * m
    strength = greater(strength, spread(1e-20))
    store(room, I_NOW, strength)
    fill_pitzer(liquor, model, side, total)
    error, doubt = spread(0.0), spread(0.0)
    for i in range(s):
        lack = liquor.species[LN_K, i] - load(room, side.u + i) - load(room, side.ln_gamma + i)
        for z in range(liquor.start[i], liquor.start[i + 1]):
            lack += liquor.number[z] * load(room, side.component + X_NOW * c1 + liquor.column[z])
        store(room, side.lack + i, lack)
        store(room, side.weighed + i, lack * load(room, side.molality + i))
        error = greater(error, size(lack))
        doubt += lack
    for j in range(c):
        held, terms = spread(0.0), spread(0.0)
        for z in range(liquor.begin[j], liquor.begin[j + 1]):
            part = liquor.share[z] * load(room, side.molality + liquor.member[z])
            held += part
            terms += size(part)
        store(room, side.component + SUM * c1 + j, held)
        store(room, side.component + SIZE * c1 + j, terms)
    store(room, LACKING, error)
    store(room, FREE, doubt)


@within.kernel
def _compare(liquor, side):
    """Leave the residuals in step, the largest in ERROR."""
    room = side.room
    c1 = liquor.component.shape[1] + 1
    c, rows, order = c1 - 1, liquor.species.shape[1], side.order
    water, error, doubt = load(room, WATER), load(room, LACKING), load(room, FREE)
    for j in range(c):
        given = load(room, side.component + TOTAL * c1 + j)
        gap = water * load(room, side.component + SUM * c1 + j) - given
        scale = water * load(room, side.component + SIZE * c1 + j) + size(given)
        if j == 0:
            gap += water * MOLES_PER_KG
            scale += water * MOLES_PER_KG
        at = j - 1 if j > 0 else order - 1
        if j == 1 and liquor.dosing == 1:
            store(room, GIVEN, gap + given)
            store(room, side.step + at, spread(0.0))
            continue
        for q in range(side.active.shape[0]):
            k = side.active[q]
            for z in range(liquor.start[rows + k], liquor.start[rows + k + 1]):
                if liquor.column[z] == j:
                    part = liquor.number[z] * load(room, side.amount + k)
                    gap += part
                    scale += size(part)
        store(room, side.step + at, gap)
        error = greater(error, size(gap) / greater(scale, spread(1e-300)))
        doubt += gap
    for q in range(side.active.shape[0]):
        excess = load(room, side.mask + side.active[q]) * saturation_abreast(liquor, side, side.active[q])
        store(room, side.step + c - 1 + q, excess)
        error = greater(error, size(excess))
    gap = load(room, side.component + X_NOW * c1) - load(room, LN_A)
    store(room, side.step + order - 2, gap)
    store(room, BEFORE, load(room, ERROR))
    error = greater(error, size(gap))
    # no number is no answer
    store(room, ERROR, choose(size(doubt + gap), spread(1e300), error, spread(1e300)))


@lean.kernel
def _factorise(room, first, order):
    """Turn the matrix that begins at row `first` into its factors L and R, the diagonal of R into its inverse."""
    for i in range(order):
        row = first + i * order
        for j in range(order):
            total = load(room, row + j)
            for k in range(min(i, j)):
                total -= load(room, row + k) * load(room, first + k * order + j)
            if j < i:
                total *= load(room, first + j * order + j)
            elif j == i:
                total = 1.0 / total
            store(room, row + j, total)


@lean.kernel
def _solve(room, first, order, rhs, columns):
    """Solve for the right-hand side at rows rhs, rhs + columns, ... by the factors that begin at row `first`."""
    for i in range(order):
        total = load(room, rhs + i * columns)
        for k in range(i):
            total -= load(room, first + i * order + k) * load(room, rhs + k * columns)
        store(room, rhs + i * columns, total)
    for i in range(order - 1, -1, -1):
        total = load(room, rhs + i * columns)
        for k in range(i + 1, order):
            total -= load(room, first + i * order + k) * load(room, rhs + k * columns)
        store(room, rhs + i * columns, total * load(room, first + i * order + i))


@within.kernel
def _reply(liquor, side, found):
    """Fill reply, du of the abundant species by dx, and taken, what it takes from the balances."""
    room = side.room
    c = liquor.component.shape[1]
    _factorise(room, side.core, found)
    for p in range(found):
        i = side.abundant[p]
        for j in range(c):
            store(room, side.reply + p * (c + 1) + j, spread(0.0))
        for z in range(liquor.start[i], liquor.start[i + 1]):
            store(room, side.reply + p * (c + 1) + liquor.column[z], spread(liquor.number[z]))
    for j in range(c):
        _solve(room, side.core, found, side.reply + j, c + 1)
    water = load(room, WATER)
    for j in range(c):
        for q in range(found):
            held = spread(0.0)
            for z in range(liquor.begin[j], liquor.begin[j + 1]):
                i = liquor.member[z]
                held += liquor.share[z] * load(room, side.molality + i) * load(room, side.slopes + i * found + q)
            store(room, side.taken + j * found + q, water * held)


@lean.kernel
def _at(j, order):
    """Where the balance of component j stands among the equations, and x_j among the unknowns."""
    return (j - 1, j - 1) if j > 0 else (order - 1, order - 2)


@within.kernel
def _system(liquor, side, found):
    """Fill matrix, factorised."""
    room = side.room
    c1 = liquor.component.shape[1] + 1
    c, order, rows = c1 - 1, side.order, liquor.species.shape[1]
    _reply(liquor, side, found)
    water, wet = load(room, WATER), load(room, WET)
    for j in range(c):
        row_j, x_j = _at(j, order)
        for q in range(j + 1):
            row_q, x_q = _at(q, order)
            total = spread(0.0)
            for z in range(side.pair[j * c + q], side.pair[j * c + q + 1]):
                total += side.weight[z] * load(room, side.molality + side.both[z])
            total *= water
            store(room, side.matrix + row_j * order + x_q, total)
            store(room, side.matrix + row_q * order + x_j, total)
        held = load(room, side.component + SUM * c1 + j)
        slope = -1.0 * wet * held
        if j == 0:
            slope += 1.0
            held += MOLES_PER_KG
        store(room, side.matrix + row_j * order + order - 1, water * held)
        store(room, side.matrix + (order - 2) * order + x_j, slope)
    store(room, side.matrix + (order - 2) * order + order - 1, spread(0.0))
    for j in range(c):
        row_j = _at(j, order)[0]
        for q in range(c):
            x_q = _at(q, order)[1]
            total = load(room, side.matrix + row_j * order + x_q)
            for p in range(found):
                total -= load(room, side.taken + j * found + p) * load(room, side.reply + p * c1 + q)
            store(room, side.matrix + row_j * order + x_q, total)
    for q in range(side.active.shape[0]):
        at = c - 1 + q
        for j in range(order):
            store(room, side.matrix + at * order + j, spread(0.0))
            store(room, side.matrix + j * order + at, spread(0.0))
        k = rows + side.active[q]
        mask = load(room, side.mask + side.active[q])
        store(room, side.matrix + at * order + at, 1.0 - mask)
        for z in range(liquor.start[k], liquor.start[k + 1]):
            row_j, x_j = _at(liquor.column[z], order)
            store(room, side.matrix + at * order + x_j, liquor.number[z] * mask)
            store(room, side.matrix + row_j * order + at, liquor.number[z] * mask)
    if liquor.dosing == 1:
        for j in range(order):
            store(room, side.proton + j, load(room, side.matrix + j))
            store(room, side.matrix + j, spread(1.0 if j == 0 else 0.0))
    _factorise(room, side.matrix, order)


@within.kernel
def _right_hand(liquor, side, found):
    """Turn the residuals in step into the right-hand side."""
    room = side.room
    c1 = liquor.component.shape[1] + 1
    c, order = c1 - 1, side.order
    water, wet = load(room, WATER), load(room, WET)
    lacking = spread(0.0)
    for i in range(liquor.dissolved):
        lacking += load(room, side.weighed + i)
    for p in range(found):
        store(room, side.reply + p * c1 + c, load(room, side.lack + side.abundant[p]))
    _solve(room, side.core, found, side.reply + c, c1)
    for j in range(c):
        at = _at(j, order)[0]
        total = spread(0.0)
        for z in range(liquor.begin[j], liquor.begin[j + 1]):
            total += liquor.share[z] * load(room, side.weighed + liquor.member[z])
        total = -1.0 * load(room, side.step + at) - water * total
        for p in range(found):
            total += load(room, side.taken + j * found + p) * load(room, side.reply + p * c1 + c)
        store(room, side.step + at, total)
    if liquor.dosing == 1:
        store(room, side.step, spread(0.0))
    total = wet * lacking - load(room, side.step + order - 2)
    store(room, side.step + order - 2, total)
    for q in range(side.active.shape[0]):
        store(room, side.step + c - 1 + q, -1.0 * load(room, side.step + c - 1 + q))


@within.kernel
def _bounds(liquor, side):
    """Fill LARGEST, the largest change of an unknown, and LONGEST, the share of the step within reason."""
    room = side.room
    c1 = liquor.component.shape[1] + 1
    c, order = c1 - 1, side.order
    change = size(load(room, side.step + order - 1))
    largest = change
    longest = 0.7 / greater(change, spread(0.7))
    for j in range(c):
        change = size(load(room, side.step + _at(j, order)[1]))
        largest = greater(largest, change)
    longest = lesser(longest, 25.0 / greater(largest, spread(25.0)))
    store(room, LARGEST, largest)
    store(room, LONGEST, longest)


@within.kernel
def _advance(liquor, side, found):
    """Take the step in the lanes that are running."""
    room = side.room
    c1 = liquor.component.shape[1] + 1
    c, order = c1 - 1, side.order
    _bounds(liquor, side)
    for p in range(found):
        change = load(room, side.reply + p * c1 + c)
        for j in range(c):
            change += load(room, side.reply + p * c1 + j) * load(room, side.step + _at(j, order)[1])
        store(room, side.reply + p * c1 + c, change)
    running = load(room, STATE)
    nothing = spread(0.0)
    growth = spread(0.0)
    for i in range(liquor.dissolved):
        change = load(room, side.lack + i)
        for z in range(liquor.start[i], liquor.start[i + 1]):
            change += liquor.number[z] * load(room, side.step + _at(liquor.column[z], order)[1])
        for p in range(found):
            change -= load(room, side.slopes + i * found + p) * load(room, side.reply + p * c1 + c)
        store(room, side.weighed + i, change)
        growth = greater(growth, change)
    longest = load(room, LONGEST)
    longest = lesser(longest, 1.5 / greater(growth, spread(1.5)))
    store(room, LONGEST, longest)
    longest = choose(running, spread(0.5), longest, nothing)
    for i in range(liquor.dissolved):
        moved = choose(running, spread(0.5), longest * load(room, side.weighed + i), nothing)
        add(room, side.u + i, moved)
    for j in range(c):
        moved = choose(running, spread(0.5), longest * load(room, side.step + _at(j, order)[1]), nothing)
        add(room, side.component + X_NOW * c1 + j, moved)
    for q in range(side.active.shape[0]):
        k = side.active[q]
        moved = choose(running, spread(0.5), longest * load(room, side.step + c - 1 + q), nothing)
        add(room, side.amount + k, moved)
    moved = choose(running, spread(0.5), longest * load(room, side.step + order - 1), nothing)
    add(room, LN_W, moved)


@lean.kernel
def answer_abreast(side, columns):
    """Solve for right-hand sides that stand in asked, in so many columns, by the factors of the last system.

    The first equation says what ln a(H+) rises by. Protons held rise by the product with the rows of `proton`.
    """
    for k in range(columns):
        _solve(side.room, side.matrix, side.order, side.asked + k, columns)


@within.kernel
def _running(side):
    """Which lanes are running, as bits."""
    lanes = 0
    for lane in range(WIDTH):
        if side.room[STATE, lane] == RUNNING:
            lanes |= 1 << lane
    return lanes


@within.kernel
def _judge(side, kind, fresh, old):
    """Set STATE after a step; answer the largest step of the lanes that are running still."""
    room = side.room
    most = 0.0
    for lane in range(WIDTH):
        if room[STATE, lane] != RUNNING:
            continue
        error, before = room[ERROR, lane], room[BEFORE, lane]
        largest, last = room[LARGEST, lane], room[LAST, lane]
        # by how much a further step would move
        ahead = largest if old else 2.0 * largest * largest / max(last, 1e-300)
        room[LAST, lane] = largest
        near = largest < 1e-7 and (fresh or ahead < 1e-13)
        if near and (error < 3e-14 or (error < 1e-11 and error > 0.1 * before)):
            room[STATE, lane] = DONE
            continue
        strong = kind == PITZER and room[I_NOW, lane] > _STRONGEST
        if not error < 1e6 or room[LN_W, lane] < -10.0 or strong:
            room[STATE, lane] = FAILED
        else:
            most = max(most, largest)
    return most


@apart(NO_LIQUOR, NO_MODEL, NO_ABREAST, 0, 0, answers=(0, 0))
@lean.kernel
def solve_abreast(liquor, model, side, most, found):
    """Solve the lanes that are RUNNING from where they stand; FAILED or DONE is then in STATE. found: the abundant species
    of the last factorisation, which serves the first step; -1 for none. Answers the same for the next call."""
    room = side.room
    pitzer = model.kind == PITZER
    old = found >= 0
    formed, moved, fresh, near = old and not pitzer, False, False, True
    steps = 0
    while True:
        if pitzer and not formed:
            _residuals(liquor, model, side)
        elif not formed:
            form_abreast(liquor, model, side)
        if pitzer:
            _compare(liquor, side)
        else:
            compare_abreast(liquor, side)
        if moved:
            before = _running(side)
            largest = _judge(side, model.kind, fresh, old)
            if fresh:
                near = largest < _NEAR
            elif old:
                near = False
            old = False
            formed = liquor.phase.shape[1] > 0 and revise_abreast(liquor, side, before)
            if formed:
                found = -1
            if steps == most or _running(side) == 0:
                break
            moved = False
            if formed:
                continue
        fresh = not old and not (near and found >= 0)
        if fresh and pitzer:
            found = fill_slopes(liquor, model, side)
            _system(liquor, side, found)
        elif fresh:
            found = 0
            factorise_abreast(liquor, model, side)
        if pitzer:
            _right_hand(liquor, side, found)
            _solve(room, side.matrix, side.order, side.step, 1)
            _advance(liquor, side, found)
        else:
            step_abreast(liquor, side)
        steps += 1
        formed, moved = False, True
    for lane in range(WIDTH):
        if room[STATE, lane] == RUNNING:
            room[STATE, lane] = FAILED
    return steps, found
