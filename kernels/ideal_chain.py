"""The chains of `chain` where every cation comes to equilibrium in a stage: one box a stage, which has two neighbours.

Each box hands shares of what passes it to the box after it, to the one before it, and out. Boxes are eliminated from the
first to the last, which answers throughputs, and for Newton's matrix from the last to the first as well: what one stage
hears of a change in another then is a product of one share for each box between them. So the matrix is filled without a
solution for each stage, and with stages in the lanes; where the chain is solved the lanes hold cations.

Shapes: N stages, M cations, V = (N + 7) / 8. Sources: none beside those of `chain`.
"""

from .abreast_activity import exponential
from .chain import (
    BACK,
    BOUND,
    FED,
    FED_ORGANIC,
    FORWARD,
    LIQUID,
    LN_ONE,
    LN_TWO,
    MEAN,
    NATURAL,
    ONE_UNITS,
    ORGANIC_BACK,
    ORGANIC_FORWARD,
    ORGANIC_OUT,
    OUT,
    PROTONS,
    RATIO,
    RISE,
    RISE_BOUND,
    SHARE,
    SPREAD,
    TWO_UNITS,
    boxes_of,
    constants_of,
    page_of,
)
from .jit import within
from .lanes import WIDTH, choose, counted, load, load_at, number_at, put_at, size, spread, store, store_at, sum_of

# parts of N rows in the room of the boxes. Shares of what passes a box that go to the box after it, before it, and out;
# what in the end leaves by the boxes up to it, and from it on; the inverse of its pivot from either side; what the box before
# it hears of it, and the box after it; its throughput by its own pivot; throughput for one unit that enters here; what a change
# of D does to the throughput of the box itself, of the one before it and of the one after it
(_ON, _BEFORE, _OUT, _LEFT, _PIVOT, _UP, _DOWN, _THROUGH, _WHOLE, _HERE, _ABOVE, _BELOW) = range(12)


@within.kernel
def evaluate_ideal(cascade, state, room, first):
    """Fill D, mean and variance of its units, and molalities of eight cations; add what they hold to the residuals."""
    table, flows = room.table, room.flows
    N = flows.shape[0]
    constants, boxes = constants_of(first, N), boxes_of(first, N)
    m, n = load(table, constants + ONE_UNITS), load(table, constants + TWO_UNITS)
    protons = load(table, constants + PROTONS)
    lane = cascade.base - first // page_of(N) * WIDTH
    value, passing, left, inverse = spread(0.0), spread(0.0), spread(0.0), spread(0.0)
    for i in range(N):
        ln_e, held = state.point[0, i], protons * state.point[1, i]
        one = exponential(load(table, first + LN_ONE * N + i) + m * ln_e - held)
        two = exponential(load(table, first + LN_TWO * N + i) + n * ln_e - held)
        ratio = one + two
        by_ratio = 1.0 / ratio
        one *= by_ratio
        two *= by_ratio
        water = flows[i, FORWARD] + flows[i, BACK] + flows[i, OUT]
        oil = flows[i, ORGANIC_BACK] + flows[i, ORGANIC_FORWARD] + flows[i, ORGANIC_OUT]
        share = 1.0 / (water + oil * ratio)
        out = (flows[i, OUT] + flows[i, ORGANIC_OUT] * ratio) * share
        back = (flows[i, BACK] + flows[i, ORGANIC_BACK] * ratio) * share
        on = (flows[i, FORWARD] + flows[i, ORGANIC_FORWARD] * ratio) * share
        entering = load(table, first + FED * N + i) + load(table, first + FED_ORGANIC * N + i)
        if 0 <= lane < WIDTH and cascade.control[i] != NATURAL:
            entering += unit_vector(lane) * (state.dose[i] / cascade.charge[cascade.base])
        up = back * inverse
        left = out + up * left
        value = entering + value * passing
        inverse = 1.0 / (left + on if i < N - 1 else left)
        passing = on * inverse
        store(table, first + RATIO * N + i, ratio)
        store(table, first + MEAN * N + i, m * one + n * two)
        store(table, first + SPREAD * N + i, one * two * (m - n) * (m - n))
        store(table, first + SHARE * N + i, share)
        store(table, boxes + _ON * N + i, on)
        store(table, boxes + _BEFORE * N + i, back)
        store(table, boxes + _OUT * N + i, out)
        store(table, boxes + _LEFT * N + i, left)
        store(table, boxes + _PIVOT * N + i, inverse)
        store(table, boxes + _UP * N + i, up)
        store(table, boxes + _THROUGH * N + i, value * inverse)
    value = spread(0.0)
    for back_from in range(N):
        i = N - 1 - back_from
        value += load(table, boxes + _THROUGH * N + i)
        x = value * load(table, first + SHARE * N + i)
        y = x * load(table, first + RATIO * N + i)
        value *= load(table, boxes + _UP * N + i)
        store(table, first + LIQUID * N + i, x)
        store(table, first + BOUND * N + i, y)
        state.residual[i] += sum_of(load(table, first + MEAN * N + i) * y)
        state.residual[N + i] += sum_of(protons * x)


@within.kernel
def unit_vector(lane):
    """One in a lane, if there is such a lane, and nothing in the others."""
    return choose(size(counted(-float(lane))), spread(0.5), spread(1.0), spread(0.0))


@within.kernel
def respond_ideal(room, first):
    """Fill what one unit of ln D of eight cations does in each stage, and how far that is heard, at the last evaluation."""
    table, flows = room.table, room.flows
    N = flows.shape[0]
    boxes = boxes_of(first, N)
    right, inverse, back_below = spread(0.0), spread(0.0), spread(0.0)
    for back_from in range(N):
        k = N - 1 - back_from
        on, back = load(table, boxes + _ON * N + k), load(table, boxes + _BEFORE * N + k)
        down = on * inverse
        whole = 1.0 / (load(table, boxes + _LEFT * N + k) + down * right)
        # it moves this much from the liquor to the organic, which is handed on at once
        y = load(table, first + BOUND * N + k)
        above, below = y * flows[k, ORGANIC_BACK], y * flows[k, ORGANIC_FORWARD]
        heard = below * (back_below * inverse) - y * (
            flows[k, ORGANIC_BACK] + flows[k, ORGANIC_FORWARD] + flows[k, ORGANIC_OUT]
        )
        if k > 0:
            pivot = load(table, boxes + _PIVOT * N + k - 1)
            heard += above * (load(table, boxes + _ON * N + k - 1) * pivot)
            above *= pivot
        here = heard * whole
        store(table, boxes + _DOWN * N + k, down)
        store(table, boxes + _WHOLE * N + k, whole)
        store(table, boxes + _HERE * N + k, here)
        store(table, boxes + _ABOVE * N + k, above + here * load(table, boxes + _UP * N + k))
        store(table, boxes + _BELOW * N + k, below * inverse + here * down)
        right = load(table, boxes + _OUT * N + k) + down * right
        inverse = 1.0 / (right + back)
        back_below = back


@within.kernel
def _turn(room, first, cations):
    """Put stages in the lanes: what throughput comes to in each balance (2, 8, V), and shares heard downwards (N, 8, V)."""
    table, turned, measure = room.table, room.turned, room.measure
    N = room.flows.shape[0]
    wide = (N + WIDTH - 1) // WIDTH
    protons = load(table, constants_of(first, N) + PROTONS)
    row = first + RISE * N
    for i in range(N):
        share = load(table, first + SHARE * N + i)
        held = load(table, first + MEAN * N + i) * load(table, first + RATIO * N + i) * share * measure[i]
        store(table, row, held)
        store(table, row + 1, protons * share * measure[N + i])
        for j in range(cations):
            put_at(turned, j * wide * WIDTH + i, number_at(table, row * WIDTH + j))
            put_at(turned, (WIDTH + j) * wide * WIDTH + i, number_at(table, (row + 1) * WIDTH + j))
    at = boxes_of(first, N) + _DOWN * N
    for w in range(wide):
        for j in range(cations):
            heard = spread(0.0)
            for back_from in range(N):
                k = N - 1 - back_from
                if k < N - 1:
                    heard = heard * number_at(table, (at + k + 1) * WIDTH + j) + unit_vector(k + 1 - w * WIDTH)
                store(turned, ((3 + k) * WIDTH + j) * wide + w, heard)


@within.kernel
def differentiate_ideal(room, first, cations):
    """Add what so many cations, at most eight, do to Newton's matrix, at the last evaluation."""
    table, turned, matrix, measure = room.table, room.turned, room.matrix, room.measure
    N = room.flows.shape[0]
    wide = (N + WIDTH - 1) // WIDTH
    long = WIDTH * ((2 * N + WIDTH - 1) // WIDTH)
    respond_ideal(room, first)
    _turn(room, first, cations)
    boxes, protons_at = boxes_of(first, N), (constants_of(first, N) + PROTONS) * WIDTH
    protons = load(table, constants_of(first, N) + PROTONS)
    for w in range(WIDTH * wide):
        store(turned, 2 * WIDTH * wide + w, spread(0.0))
    for k in range(N):
        mean_at = (first + MEAN * N + k) * WIDTH
        up_at, here_at = (boxes + _UP * N + k - 1) * WIDTH, (boxes + _HERE * N + k) * WIDTH
        above_at, below_at = here_at + N * WIDTH, here_at + 2 * N * WIDTH
        for w in range(wide):
            before, own = unit_vector(k - 1 - w * WIDTH), unit_vector(k - w * WIDTH)
            by_e, by_h, charge_by_e, charge_by_h = spread(0.0), spread(0.0), spread(0.0), spread(0.0)
            for j in range(cations):
                at = (2 * WIDTH + j) * wide + w
                heard = before
                if k > 0:
                    heard = before + load(turned, at) * number_at(table, up_at + j)
                    store(turned, at, heard)
                change = heard * number_at(table, above_at + j) + own * number_at(table, here_at + j)
                change += load(turned, ((3 + k) * WIDTH + j) * wide + w) * number_at(table, below_at + j)
                held, charge = change * load(turned, j * wide + w), change * load(turned, (WIDTH + j) * wide + w)
                mean, proton = number_at(table, mean_at + j), number_at(table, protons_at + j)
                by_e += held * mean
                by_h += held * proton
                charge_by_e += charge * mean
                charge_by_h += charge * proton
            # behind the last stage there is nothing to add to what the next lanes hold
            at = k * long + w * WIDTH
            store_at(matrix, at, load_at(matrix, at) + by_e)
            store_at(matrix, at + N, load_at(matrix, at + N) + charge_by_e)
            at += N * long
            store_at(matrix, at, load_at(matrix, at) - by_h)
            store_at(matrix, at + N, load_at(matrix, at + N) - charge_by_h)
        mean, y = load(table, first + MEAN * N + k), load(table, first + BOUND * N + k)
        at = k * long + k
        more = sum_of(y * (mean * mean + load(table, first + SPREAD * N + k))) * measure[k]
        put_at(matrix, at, number_at(matrix, at) + more)
        at += N * long
        put_at(matrix, at, number_at(matrix, at) - sum_of(y * mean * protons) * measure[k])


@within.kernel
def dose_ideal(table, first, stages, k, lane):
    """Fill RISE and RISE_BOUND of one cation with what one mol of it that enters stage k does, after `respond_ideal`."""
    N = stages
    boxes = boxes_of(first, N)
    through = number_at(table, (boxes + _WHOLE * N + k) * WIDTH + lane)
    table[boxes + _THROUGH * N + k, lane] = through
    for i in range(k - 1, -1, -1):
        above = table[boxes + _UP * N + i + 1, lane] * table[boxes + _THROUGH * N + i + 1, lane]
        table[boxes + _THROUGH * N + i, lane] = above
    for i in range(k + 1, N):
        below = table[boxes + _DOWN * N + i - 1, lane] * table[boxes + _THROUGH * N + i - 1, lane]
        table[boxes + _THROUGH * N + i, lane] = below
    for i in range(N):
        rise = table[boxes + _THROUGH * N + i, lane] * table[first + SHARE * N + i, lane]
        table[first + RISE * N + i, lane] = rise
        table[first + RISE_BOUND * N + i, lane] = rise * table[first + RATIO * N + i, lane]
