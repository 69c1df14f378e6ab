"""Newton's method on a row of mixer-settlers: ln E and ln a(H+) of every stage at once.

Given them the chains of the cations answer what stands in each stage, and what a change in any stage does to every
other, so Newton's matrix is known; it is dense, of order 2 N, which up to 50 stages costs less than blocks of the order
of the cations would. The extractant balance is that of the organic that leaves a stage, every cation binding the mean of
its two complexes: so no organic ever carries more than it can, and a stage keeps a unique answer even if the
efficiencies differ (with the balance of the equilibrium organic it may have none).

A stage may be held at a pH by a base. Its unknown is then a number s that stands for both the dose and how far the pH
lies above what is asked,

    dose = d q(s),   ln a(H+) = target - q(-s),   q(s) = (s + sqrt(s^2 + 4 epsilon)) / 2,   epsilon -> 0,

so that base is dosed, or the pH is higher than asked, and never both; epsilon is above 0 only where the corner needs
rounding on the way.

Near the answer the factors of one matrix serve for several steps, each of which is Broyden's: it learns from those taken.

Shapes: N stages, M cations, W = (2 N + 7) / 8. Sources: Nocedal & Wright (2006) Numerical Optimization, ch. 11 (line search,
Broyden's method); Kelley (1995) Iterative Methods for Linear and Nonlinear Equations, ch. 7 (his steps without a matrix).
"""

import math

import numpy as np

from .abreast_activity import exponential
from .chain import (
    BOUND,
    EFFICIENCY,
    EXACT,
    FED,
    FED_ORGANIC,
    FORWARD,
    LIQUID,
    LN_ONE,
    LN_TWO,
    MEAN,
    NATURAL,
    NO_CASCADE,
    NO_MEDIA,
    NO_ROW_ROOM,
    NO_STATE,
    ONE_UNITS,
    OUT,
    PROTONS,
    RATIO,
    RISE,
    RISE_BOUND,
    SHARE,
    SPREAD,
    STEPS_KEPT,
    TWO_UNITS,
    constants_of,
    eliminate_boxes,
    flow_through,
    is_ideal,
    medium_at,
    organic_of,
    page_of,
    pages_of,
    throughs_of,
)
from .dense import factorise, factorise_in_order, substitute
from .entries import part
from .extraction import charge_at
from .ideal_chain import differentiate_ideal, dose_ideal, evaluate_ideal
from .jit import apart, lean, within
from .lanes import WIDTH, load, number_at, put_at, spread, store, sum_of, sums_of
from .status import CONVERGED, OUT_OF_STEPS, SINGULAR

LOWEST, HIGHEST = -180.0, 6.0
_LONGEST = 3.0
_ROUNDING = 1e-6  # of a step so short that the residuals stand at what rounding leaves
_NEAR = 1e-2  # of a step, after which the factors of the last matrix serve again
_REMEMBERED = STEPS_KEPT - 1  # steps by factors that serve again
_WORTH = 0.05  # what a step by them has to leave of the residuals at most, so that they serve once more


@within.kernel
def _place(cascade, state, epsilon, dose_scale):
    """Fill point, dose and slope from what is sought."""
    for i in range(cascade.control.shape[0]):
        s = state.sought[1, i]
        state.point[0, i] = state.sought[0, i]
        if cascade.control[i] == NATURAL:
            state.point[1, i] = s
            state.slope[0, i] = 1.0
            state.slope[1, i] = 0.0
        elif cascade.control[i] == EXACT:
            state.point[1, i] = cascade.ln_target[i]
            state.dose[i] = dose_scale * s
            state.slope[0, i] = 0.0
            state.slope[1, i] = dose_scale
        else:
            root = math.sqrt(s * s + 4.0 * epsilon)
            rise = 0.5 if root == 0.0 else 0.5 * (1.0 + s / root)
            if s > 0.0:
                above = 0.5 * (s + root)
                below = epsilon / above
            else:
                below = 0.5 * (root - s)
                above = epsilon / below if below > 0.0 else 0.0
            state.point[1, i] = cascade.ln_target[i] - below
            state.dose[i] = dose_scale * above
            state.slope[0, i] = 1.0 - rise
            state.slope[1, i] = dose_scale * rise


@lean.kernel
def _distribute(table, first, point):
    """Fill D of eight cations, and mean and variance of its units, in every stage."""
    N = point.shape[1]
    constants = constants_of(first, N)
    m, n = load(table, constants + ONE_UNITS), load(table, constants + TWO_UNITS)
    protons = load(table, constants + PROTONS)
    for i in range(N):
        ln_e, held = point[0, i], protons * point[1, i]
        one = exponential(load(table, first + LN_ONE * N + i) + m * ln_e - held)
        two = exponential(load(table, first + LN_TWO * N + i) + n * ln_e - held)
        ratio = one + two
        inverse = 1.0 / ratio
        one *= inverse
        two *= inverse
        store(table, first + RATIO * N + i, ratio)
        store(table, first + MEAN * N + i, m * one + n * two)
        store(table, first + SPREAD * N + i, one * two * (m - n) * (m - n))


@lean.kernel
def _contents(table, first, flows, i):
    """Answer what the throughputs of the boxes of stage i come to in its liquor and its organic, molalities of eight cations."""
    N = flows.shape[0]
    through, share = throughs_of(first, N), load(table, first + SHARE * N + i)
    return load(table, through + 2 * i) * share, load(table, through + 2 * i + 1) * (1.0 / organic_of(flows, i))


@lean.kernel
def _hold(cascade, state, room, first):
    """Fill molalities of eight cations from what is fed, and add them to the residuals."""
    table, flows = room.table, room.flows
    N = flows.shape[0]
    constants, through = constants_of(first, N), throughs_of(first, N)
    efficiency, protons = load(table, constants + EFFICIENCY), load(table, constants + PROTONS)
    for i in range(N):
        fed, organic = load(table, first + FED * N + i), load(table, first + FED_ORGANIC * N + i)
        part = efficiency * organic
        store(table, through + 2 * i, fed + part)
        store(table, through + 2 * i + 1, organic - part)
    lane = cascade.base - first // page_of(N) * WIDTH
    if 0 <= lane < WIDTH:
        for i in range(N):
            if cascade.control[i] != NATURAL:
                table[through + 2 * i, lane] += state.dose[i] / cascade.charge[cascade.base]
    flow_through(table, first, N, 0)
    for i in range(N):
        x, y = _contents(table, first, flows, i)
        store(table, first + LIQUID * N + i, x)
        store(table, first + BOUND * N + i, y)
        state.residual[i] += sum_of(load(table, first + MEAN * N + i) * y)
        state.residual[N + i] += sum_of(protons * x)


@apart(NO_CASCADE, NO_STATE, NO_ROW_ROOM, answers=0)
@lean.kernel
def _evaluate_mixed(cascade, state, room):
    """Do for cations that do not come to equilibrium what `evaluate_ideal` does; answer how many they are."""
    N, M = state.aqueous.shape
    for page in range(pages_of(M)):
        first = page * page_of(N)
        _distribute(room.table, first, state.point)
        eliminate_boxes(room.table, first, room.flows)
        _hold(cascade, state, room, first)
    return M


@lean.kernel
def raise_powers(point, powers):
    """Fill powers with the exponentials of a point; answer the place of the second half."""
    N = point.shape[1]
    half = WIDTH * powers.shape[0] // 2
    for r in range(2):
        for i in range(N):
            put_at(powers, r * half + i, point[r, i])
    for row in range(powers.shape[0]):
        store(powers, row, exponential(load(powers, row)))
    return half


@within.kernel
def _evaluate(media, cascade, state, room, ideal):
    """Fill molalities, ratios and residuals (mol/L, mol/kg) at the point and the doses."""
    N, M = state.aqueous.shape
    half = raise_powers(state.point, room.powers)
    for i in range(N):
        charge, slope = charge_at(medium_at(media, i), number_at(room.powers, half + i))
        state.residual[i] = number_at(room.powers, i) - cascade.unit_total[i]
        state.residual[N + i] = charge
        room.slope[i] = slope
    if not ideal:
        _evaluate_mixed(cascade, state, room)
        return
    for page in range(pages_of(M)):
        evaluate_ideal(cascade, state, room, page * page_of(N))


@lean.kernel
def _respond(table, first, flows, begin):
    """Fill RISE and RISE_BOUND, what molalities do if the boxes are given their throughputs, from `begin` on, besides."""
    N = flows.shape[0]
    flow_through(table, first, N, begin)
    for i in range(N):
        rise, bound = _contents(table, first, flows, i)
        store(table, first + RISE * N + i, rise)
        store(table, first + RISE_BOUND * N + i, bound)


@lean.kernel
def _clear(table, first, stages):
    """Let nothing enter the boxes of a page."""
    through = throughs_of(first, stages)
    for s in range(2 * stages):
        store(table, through + s, spread(0.0))


@lean.kernel
def _differentiate(room, first):
    """Add what eight cations do to Newton's matrix, at the last `_evaluate`."""
    table, flows, matrix, measure = room.table, room.flows, room.matrix, room.measure
    N = flows.shape[0]
    long = WIDTH * ((2 * N + WIDTH - 1) // WIDTH)
    constants, through = constants_of(first, N), throughs_of(first, N)
    protons, efficiency = load(table, constants + PROTONS), load(table, constants + EFFICIENCY)
    for k in range(N):
        # One unit of d ln D moves this much from the liquor to the organic of stage k.
        _clear(table, first, N)
        oil, y = organic_of(flows, k), load(table, first + BOUND * N + k)
        own = load(table, first + MEAN * N + k)
        reached = load(table, first + RATIO * N + k) * load(table, first + LIQUID * N + k)
        moved = efficiency * reached * oil
        store(table, through + 2 * k, -1.0 * moved)
        store(table, through + 2 * k + 1, moved)
        _respond(table, first, flows, 2 * k)
        for i in range(N):
            a = load(table, first + MEAN * N + i) * load(table, first + RISE_BOUND * N + i) * measure[i]
            b = protons * load(table, first + RISE * N + i) * measure[N + i]
            by_e, by_h, charge_by_e, charge_by_h = sums_of(a * own, a * protons, b * own, b * protons)
            at = k * long + i
            put_at(matrix, at, number_at(matrix, at) + by_e)
            put_at(matrix, at + N, number_at(matrix, at + N) + charge_by_e)
            at += N * long
            put_at(matrix, at, number_at(matrix, at) - by_h)
            put_at(matrix, at + N, number_at(matrix, at + N) - charge_by_h)
        at = k * long + k
        put_at(matrix, at, number_at(matrix, at) + sum_of(load(table, first + SPREAD * N + k) * y) * measure[k])


@apart(NO_ROW_ROOM, 0, answers=0)
@lean.kernel
def _differentiate_mixed(room, cations):
    """Do for cations that do not come to equilibrium what `differentiate_ideal` does; answer how many they are."""
    for page in range(pages_of(cations)):
        _differentiate(room, page * page_of(room.flows.shape[0]))
    return cations


@apart(NO_CASCADE, NO_STATE, NO_ROW_ROOM, True, answers=0)
@lean.kernel
def _by_dose(cascade, state, room, ideal):
    """Put what a dose does in the place of what ln a(H+) does, where the pH is held; answer in how many stages."""
    table, flows, matrix, measure = room.table, room.flows, room.matrix, room.measure
    N = flows.shape[0]
    long = WIDTH * ((2 * N + WIDTH - 1) // WIDTH)
    first, lane = cascade.base // WIDTH * page_of(N), cascade.base % WIDTH
    protons = table[constants_of(first, N) + PROTONS, lane]
    found = 0
    for k in range(N):
        if cascade.control[k] == NATURAL:
            continue
        found += 1
        if ideal:
            dose_ideal(table, first, N, k, lane)
        else:
            _clear(table, first, N)
            table[throughs_of(first, N) + 2 * k, lane] = 1.0
            _respond(table, first, flows, 2 * k)
        slope = state.slope[1, k] / cascade.charge[cascade.base]
        for i in range(N):
            bound = table[first + MEAN * N + i, lane] * table[first + RISE_BOUND * N + i, lane] * measure[i]
            charge = protons * table[first + RISE * N + i, lane] * measure[N + i]
            at = (N + k) * long + i
            put_at(matrix, at, state.slope[0, k] * number_at(matrix, at) + slope * bound)
            put_at(matrix, at + N, state.slope[0, k] * number_at(matrix, at + N) + slope * charge)
    return found


@apart(np.zeros((1, 1)), np.zeros((1, 1)), np.zeros((1, 1)), np.zeros(1, np.int64), 0, answers=True)
@lean.kernel
def _factorise(matrix, lower, inverse, pivots, order):
    """As `factorise`, which hardly any row needs."""
    return factorise(matrix, lower, inverse, pivots, order)


@within.kernel
def _fill(cascade, state, room, ideal):
    """Fill Newton's matrix, equations in the units of their merit so that pivots compare."""
    N, M = state.aqueous.shape
    matrix, measure = room.matrix, room.measure
    long = WIDTH * ((2 * N + WIDTH - 1) // WIDTH)
    for r in range(matrix.shape[0]):
        store(matrix, r, spread(0.0))
    for i in range(N):
        put_at(matrix, i * long + i, number_at(room.powers, i) * measure[i])
        put_at(matrix, (N + i) * long + N + i, room.slope[i] * measure[N + i])
    if ideal:
        for page in range(pages_of(M)):
            differentiate_ideal(room, page * page_of(N), min(WIDTH, M - page * WIDTH))
    else:
        _differentiate_mixed(room, M)
    if is_held(cascade):
        _by_dose(cascade, state, room, ideal)


@within.kernel
def is_held(cascade):
    """Whether any stage is held at a pH."""
    for i in range(cascade.control.shape[0]):
        if cascade.control[i] != NATURAL:
            return True
    return False


@within.kernel
def _learn(steps, wide, earlier):
    """Turn a step by old factors into Broyden's, who learns of the matrix from each full step taken since they were made.

    steps: first the one by the factors, then those taken, the first of them by factors that were new, W rows each.
    """
    for j in range(1, min(earlier, _REMEMBERED) + 1):
        along, length = spread(0.0), spread(0.0)
        for w in range(wide):
            taken = load(steps, j * wide + w)
            along += taken * load(steps, w)
            length += taken * taken
        share = sum_of(along) / sum_of(length)
        if j == _REMEMBERED or not abs(share) < 0.5:
            return
        for w in range(wide):
            if j < earlier:
                store(steps, w, load(steps, w) + load(steps, (j + 1) * wide + w) * share)
            else:
                store(steps, w, load(steps, w) * (1.0 / (1.0 - share)))


@within.kernel
def _step(state, room, earlier):
    """Fill step by the factors at hand, which served `earlier` steps, and keep what is sought; answer its longest part."""
    N, steps = state.aqueous.shape[0], room.steps
    wide = room.inverse.shape[0]
    for r in range(2 * N):
        put_at(steps, r, -state.residual[r] * room.measure[r])
    for r in range(2 * N, WIDTH * wide):
        put_at(steps, r, 0.0)  # whatever another row may have left there
    substitute(room.matrix, room.lower, room.inverse, room.pivots, steps, 2 * N)
    if earlier > 0:
        _learn(steps, wide, earlier)
    if earlier < _REMEMBERED:
        for w in range(wide):
            store(steps, (earlier + 1) * wide + w, load(steps, w))
    size = 0.0
    for i in range(N):
        size = max(size, abs(number_at(steps, i)), abs(number_at(steps, N + i)))
        room.kept[0, i] = state.sought[0, i]
        room.kept[1, i] = state.sought[1, i]
    return size


@within.kernel
def _write_down(state, room):
    """Fill molalities from the table."""
    N, M = state.aqueous.shape
    rows = page_of(N)
    for i in range(N):
        for j in range(M):
            at = j // WIDTH * rows + i
            state.aqueous[i, j] = room.table[at + LIQUID * N, j % WIDTH]
            state.organic[i, j] = room.table[at + BOUND * N, j % WIDTH]


@within.kernel
def _merit(residual, measure):
    """Half the sum of squares of the scaled residuals, and the largest of them."""
    total = 0.0
    largest = 0.0
    for r in range(residual.shape[0]):
        scaled = residual[r] * measure[r]
        total += 0.5 * scaled * scaled
        largest = max(largest, abs(scaled))
    return total, largest


@apart(
    *(NO_MEDIA, NO_CASCADE, NO_STATE, NO_ROW_ROOM, 0.0, 0.0, 0.0, 0, 0),
    answers=(0.0, 0, 0),
)
@lean.kernel
def newton_cascade(media, cascade, state, room, scale, epsilon, tolerance, most, patience):
    """Newton's method from what is sought, which it overwrites, between the flows and sources of `room`.

    scale: of charge, mol/kg. epsilon: of the held pH. tolerance: of the step. most: steps. patience: slow steps in a row
    that end it. Answers (largest scaled residual, steps, status).
    """
    ideal = is_ideal(cascade.efficiency)
    dose_scale = scale * (cascade.flows[0, FORWARD] + cascade.flows[0, OUT])
    for i in range(cascade.unit_total.shape[0]):
        room.measure[i] = 1.0 / cascade.unit_total[i]
        room.measure[cascade.unit_total.shape[0] + i] = 1.0 / scale
    slow, steps, trials = 0, 0, 0
    status = OUT_OF_STEPS
    before, size, fraction = np.inf, np.inf, 1.0
    fresh, sound, served, order = True, True, 0, 2 * state.aqueous.shape[0]
    spare = part(room.turned, 2 * WIDTH * WIDTH * (room.powers.shape[0] // 2), (WIDTH, WIDTH))
    while True:
        _place(cascade, state, epsilon, dose_scale)
        _evaluate(media, cascade, state, room, ideal)
        merit, largest = _merit(state.residual, room.measure)
        if steps > 0:
            trials += 1
            good = merit <= (1.0 - 2e-4 * fraction) * before
            if not good and fraction == 1.0 and size < _ROUNDING and merit < 1e-24:
                # So near the answer a full step would have helped, if rounding had not taken over.
                status = CONVERGED
            elif not good and trials < 9:
                fraction *= 0.35
                _move(state, room, fraction)
                continue
            # a step by old factors leaves more than the square of itself
            if fraction == 1.0 and size < tolerance and largest < (100.0 if fresh else 10.0) * tolerance * tolerance:
                status = CONVERGED
            slow = slow + 1 if (fraction < 0.1 or merit > 0.8 * before) else 0
            if steps >= most or slow >= patience or status == CONVERGED:
                break
        fresh = not (steps > 0 and fraction == 1.0 and size < _NEAR and merit < _WORTH * _WORTH * before)
        before = merit
        for search in range(2 if fresh else 0):
            _fill(cascade, state, room, ideal)
            if search > 0:
                sound = _factorise(room.matrix, room.lower, room.inverse, room.pivots, order)
            else:
                sound = factorise_in_order(room.matrix, room.lower, room.inverse, room.pivots, spare, order)
            if sound:
                break
        if not sound:
            status = SINGULAR
            break
        steps += 1
        served = 0 if fresh else served + 1
        size = _step(state, room, served)
        if not size < np.inf:
            status = SINGULAR
            break
        trials = 0
        fraction = min(1.0, _LONGEST / size)
        _move(state, room, fraction)
    _write_down(state, room)
    return largest, steps, status


@within.kernel
def _move(state, room, fraction):
    """Set what is sought to what is kept and a fraction of the step."""
    N = state.sought.shape[1]
    for i in range(N):
        state.sought[0, i] = min(max(room.kept[0, i] + fraction * number_at(room.steps, i), LOWEST), HIGHEST)
        state.sought[1, i] = min(max(room.kept[1, i] + fraction * number_at(room.steps, N + i), LOWEST), -LOWEST)
