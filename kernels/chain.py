"""The chain of boxes that a row of mixer-settlers is to each cation, solved without one subtraction.

Where all stages are ideal a stage is one box (`ideal_chain`). Otherwise box 2 i (mixed) takes all liquor entering stage i
and the share `efficiency` of each cation in the organic entering it; box 2 i + 1 (organic) takes the rest and what the
mixed box extracts. So y = y_in + efficiency (D x - y_in), Murphree's organic efficiency, with y_in the mean of the
organic that enters. Throughputs of boxes are found by elimination that adds and multiplies only, so they are never
negative and balances close to round-off.

Cations are taken eight at a time, as `lanes` does: each eight have a page of rows in one table.

Shapes: N stages, M cations, L ligands, B = 2 N boxes, P pages of R rows, V = (N + 7) / 8, W = (2 N + 7) / 8. mol per kg of
water, mol per L of organic; kg, L and mol per time. Sources: Grassmann, Taksar and Heyman (1985) Oper. Res. 33, 1107
(elimination).
"""

from typing import NamedTuple

import numpy as np

from .entries import part
from .extraction import Extractant, Medium
from .jit import inner, lean, within
from .lanes import WIDTH, blank_table, load, put_at, spread, store

# columns of Cascade.flows
FORWARD, BACK, OUT, ORGANIC_BACK, ORGANIC_FORWARD, ORGANIC_OUT = 0, 1, 2, 3, 4, 5
# how a stage is controlled
NATURAL, AT_LEAST, EXACT = 0, 1, 2
# parts of a page of N rows: ln of K and what the medium does to it, of both complexes; D, mean and variance of its units;
# molality per throughput of the box; molality, mol/L; what enters; what a change does to the liquor and to the organic
(LN_ONE, LN_TWO, RATIO, MEAN, SPREAD, SHARE, LIQUID, BOUND, FED, FED_ORGANIC, RISE, RISE_BOUND) = range(12)
_PARTS = 12
# rows behind them: units of both complexes, protons, efficiency, size of charge
ONE_UNITS, TWO_UNITS, PROTONS, EFFICIENCY, CHARGES = range(5)
_CONSTANTS = 5
# parts of N boxes behind these: the band in seven, what leaves the row, the inverse of pivots, throughputs
_BAND, _LEAVING, _INVERSE, _THROUGH = 0, 7, 8, 9
_BOX_PARTS = 10
STEPS_KEPT = 4


class Media(NamedTuple):
    """The `Medium` of each stage, by rows: (N, M), (N,), (N, L), (L,), (N, L, 3), (N, 3)."""

    ln_share: np.ndarray
    ln_anion: np.ndarray
    ligand_total: np.ndarray
    ligand_charge: np.ndarray
    ligand_beta: np.ndarray
    whole: np.ndarray


class Cascade(NamedTuple):
    """A row of mixer-settlers.

    flows: (N, 6): kg of water that leave a stage to the next, to the one before, and out; L of organic that leave it to
        the one before, to the next, and out. To the one before the first and the next after the last, none.
    aqueous_source, organic_source: (N, M), mol of each cation that enter from outside in either liquid.
    unit_total: (N,), mol/L of extractant in units, free and bound.
    efficiency: (M,), Murphree's, 0 to 1.
    control: (N,), NATURAL, AT_LEAST (dosed if needed) or EXACT (dose of either sign). ln_target: (N,), ln a(H+).
    base: index of the cation whose hydroxide is dosed; charge: (M,).
    """

    flows: np.ndarray
    aqueous_source: np.ndarray
    organic_source: np.ndarray
    unit_total: np.ndarray
    efficiency: np.ndarray
    control: np.ndarray
    ln_target: np.ndarray
    base: int
    charge: np.ndarray


class State(NamedTuple):
    """Where the iteration stands.

    sought (2, N): ln E; ln a(H+), or s where the pH is held. point (2, N): ln E, ln a(H+). dose (N,), mol of hydroxide.
    slope (2, N): of ln a(H+) and of dose by s. aqueous, organic (N, M). residual (2 N,).
    """

    sought: np.ndarray
    point: np.ndarray
    dose: np.ndarray
    slope: np.ndarray
    aqueous: np.ndarray
    organic: np.ndarray
    residual: np.ndarray


class Room(NamedTuple):
    """Arrays made once.

    table (P R, 8): see the names of its parts. matrix (8 W W + 1, 8): Newton's in W rows for each of its unknowns, with the
    equations in the lanes; lower, inverse, pivots as of `factorise`; steps (STEPS_KEPT W, 8): this one and earlier ones.
    turned ((3 + N) 8 V, 8): what has stages in the lanes, in V rows for each cation; powers (2 V, 8): E and a(H+).
    measure (2 N,): the inverse of what a balance is measured against. kept (2, N). totals (M,). held (2, N, M): where
    time begins. flows (N, 6): those given, with what the continuation adds. slope (N,): of the charge of a medium.
    """

    table: np.ndarray
    matrix: np.ndarray
    lower: np.ndarray
    inverse: np.ndarray
    pivots: np.ndarray
    steps: np.ndarray
    turned: np.ndarray
    measure: np.ndarray
    kept: np.ndarray
    totals: np.ndarray
    held: np.ndarray
    flows: np.ndarray
    slope: np.ndarray
    powers: np.ndarray


_NONE1, _NONE2, _NONE3, _NO_INTS = np.zeros(1), np.zeros((1, 1)), np.zeros((1, 1, 1)), np.zeros(1, np.int64)
NO_EXTRACTANT = Extractant(_NONE2, _NONE2, _NONE1, _NONE1)
NO_MEDIA = Media(_NONE2, _NONE1, _NONE2, _NONE1, _NONE3, _NONE2)
NO_CASCADE = Cascade(_NONE2, _NONE2, _NONE2, _NONE1, _NONE1, _NO_INTS, _NONE1, 0, _NONE1)
NO_STATE = State(_NONE2, _NONE2, _NONE1, _NONE2, _NONE2, _NONE2, _NONE1)
NO_ROW_ROOM = Room(
    *(_NONE2, _NONE2, _NONE2, _NONE2, _NO_INTS, _NONE2, _NONE2, _NONE1),
    *(_NONE2, _NONE1, _NONE3, _NONE2, _NONE1, _NONE2),
)


@inner.kernel
def blank_state(stages, cations):
    """Answer a State for so many stages and cations."""
    return State(
        np.zeros((2, stages)),
        np.zeros((2, stages)),
        np.zeros(stages),
        np.zeros((2, stages)),
        np.zeros((stages, cations)),
        np.zeros((stages, cations)),
        np.zeros(2 * stages),
    )


@lean.kernel
def size_of_room(stages, cations):
    """How many numbers `room_in` takes."""
    wide, across = (2 * stages + WIDTH - 1) // WIDTH, (stages + WIDTH - 1) // WIDTH
    rows = pages_of(cations) * page_of(stages) + (3 + stages) * WIDTH * across
    rows += 2 * WIDTH * wide * wide + (1 + STEPS_KEPT) * wide + 1 + 2 * across
    return WIDTH * (rows + 1) + (11 + 2 * cations) * stages + cations


@within.kernel
def room_in(numbers, pivots, stages, cations):
    """The Room that numbers of any value and integers (2 N,) have; whoever calls holds on to them."""
    order = 2 * stages
    wide, across = (order + WIDTH - 1) // WIDTH, (stages + WIDTH - 1) // WIDTH
    square = WIDTH * wide * wide
    # what has to begin as zeros stands together, the rest is written before it is read
    first = -(numbers.ctypes.data // 8) % WIDTH
    lower = first + WIDTH * (square + 1)
    inverse = lower + WIDTH * square
    steps = inverse + WIDTH * wide
    turned = steps + WIDTH * STEPS_KEPT * wide
    table = turned + WIDTH * WIDTH * (3 + stages) * across
    powers = table + WIDTH * pages_of(cations) * page_of(stages)
    measure = powers + WIDTH * 2 * across
    zeros = part(numbers, lower, ((turned - lower) // WIDTH + 2 * WIDTH * across, WIDTH))
    for row in range(zeros.shape[0]):
        store(zeros, row, spread(0.0))
    return Room(
        part(numbers, table, (pages_of(cations) * page_of(stages), WIDTH)),
        part(numbers, first, (square + 1, WIDTH)),
        part(numbers, lower, (square, WIDTH)),
        part(numbers, inverse, (wide, WIDTH)),
        pivots,
        part(numbers, steps, (STEPS_KEPT * wide, WIDTH)),
        part(numbers, turned, (WIDTH * (3 + stages) * across, WIDTH)),
        part(numbers, measure, (order,)),
        part(numbers, measure + order, (2, stages)),
        part(numbers, measure + 11 * stages, (cations,)),
        part(numbers, measure + 11 * stages + cations, (2, stages, cations)),
        part(numbers, measure + 2 * order, (stages, 6)),
        part(numbers, measure + 10 * stages, (stages,)),
        part(numbers, powers, (2 * across, WIDTH)),
    )


@inner.kernel
def blank_room(stages, cations):
    """Answer Room of arrays that stay as long as it does; `room_in` takes less time."""
    order = 2 * stages
    wide, across = (order + WIDTH - 1) // WIDTH, (stages + WIDTH - 1) // WIDTH
    return Room(
        blank_table(pages_of(cations) * page_of(stages)),
        blank_table(WIDTH * wide * wide + 1),
        blank_table(WIDTH * wide * wide),
        blank_table(wide),
        np.zeros(order, np.int64),
        blank_table(STEPS_KEPT * wide),
        blank_table((3 + stages) * WIDTH * across),
        np.zeros(order),
        np.zeros((2, stages)),
        np.zeros(cations),
        np.zeros((2, stages, cations)),
        np.zeros((stages, 6)),
        np.zeros(stages),
        blank_table(2 * across),
    )


@lean.kernel
def pages_of(cations):
    """How many pages so many cations fill."""
    return (cations + WIDTH - 1) // WIDTH


@lean.kernel
def page_of(stages):
    """How many rows a page has."""
    return _PARTS * stages + _CONSTANTS + _BOX_PARTS * 2 * stages


@lean.kernel
def medium_at(media, i):
    """The Medium of stage i."""
    M = media.ln_share.shape[1]
    L = media.ligand_charge.shape[0]
    return Medium(
        part(media.ln_share, i * M, (M,)),
        media.ln_anion[i],
        part(media.ligand_total, i * L, (L,)),
        part(media.ligand_charge, 0, (L,)),
        part(media.ligand_beta, 3 * i * L, (L, 3)),
        part(media.whole, 3 * i, (3,)),
    )


@lean.kernel
def lay_constants(extractant, media, efficiency, table):
    """Fill what the iteration leaves as it is: the constants of each cation, and of each stage what the medium does."""
    N, M = media.ln_share.shape
    rows = page_of(N)
    for j in range(pages_of(M) * WIDTH):
        first, lane = j // WIDTH * rows, j % WIDTH
        constants = first + _PARTS * N
        if j >= M:
            for part in range(_CONSTANTS):
                put_at(table, (constants + part) * WIDTH + lane, 1.0 if part == EFFICIENCY else 0.0)
            for i in range(N):
                put_at(table, (first + LN_ONE * N + i) * WIDTH + lane, -np.inf)
                put_at(table, (first + LN_TWO * N + i) * WIDTH + lane, -np.inf)
                put_at(table, (first + FED * N + i) * WIDTH + lane, 0.0)
                put_at(table, (first + FED_ORGANIC * N + i) * WIDTH + lane, 0.0)
            continue
        anions = extractant.anions[j]
        put_at(table, (constants + ONE_UNITS) * WIDTH + lane, extractant.units[j, 0])
        put_at(table, (constants + TWO_UNITS) * WIDTH + lane, extractant.units[j, 1])
        put_at(table, (constants + PROTONS) * WIDTH + lane, extractant.protons[j])
        put_at(table, (constants + EFFICIENCY) * WIDTH + lane, efficiency[j])
        put_at(table, (constants + CHARGES) * WIDTH + lane, abs(extractant.protons[j] + anions))
        one, two = extractant.ln_k[j, 0], extractant.ln_k[j, 1]
        for i in range(N):
            held = media.ln_share[i, j] + anions * media.ln_anion[i]
            put_at(table, (first + LN_ONE * N + i) * WIDTH + lane, one + held)
            put_at(table, (first + LN_TWO * N + i) * WIDTH + lane, two + held)


@lean.kernel
def constants_of(first, stages):
    """The row of a page, which begins at `first`, where its constants begin."""
    return first + _PARTS * stages


@lean.kernel
def lay_pipes(cascade, mixing, drain, room):
    """Fill flows and what is fed, with `mixing` times each flow exchanged between neighbours, `drain` times it let out."""
    flows, table, N = room.flows, room.table, cascade.flows.shape[0]
    rows = page_of(N)
    for i in range(N):
        water = cascade.flows[i, FORWARD] + cascade.flows[i, BACK] + cascade.flows[i, OUT]
        oil = cascade.flows[i, ORGANIC_BACK] + cascade.flows[i, ORGANIC_FORWARD] + cascade.flows[i, ORGANIC_OUT]
        for k in range(6):
            flows[i, k] = cascade.flows[i, k]
        flows[i, OUT] += drain * water
        flows[i, ORGANIC_OUT] += drain * oil
        for j in range(cascade.efficiency.shape[0]):
            fed, organic = cascade.aqueous_source[i, j], cascade.organic_source[i, j]
            if drain > 0.0:
                fed += drain * water * room.held[0, i, j]
                organic += drain * oil * room.held[1, i, j]
            at = (j // WIDTH * rows + i) * WIDTH + j % WIDTH
            put_at(table, at + FED * N * WIDTH, fed)
            put_at(table, at + FED_ORGANIC * N * WIDTH, organic)
    if mixing > 0.0:
        water = mixing * (cascade.flows[0, FORWARD] + cascade.flows[0, OUT])
        last = N - 1
        oil = mixing * (cascade.flows[last, ORGANIC_BACK] + cascade.flows[last, ORGANIC_OUT])
        for i in range(last):
            flows[i, FORWARD] += water
            flows[i + 1, BACK] += water
            flows[i, ORGANIC_FORWARD] += oil
            flows[i + 1, ORGANIC_BACK] += oil


@lean.kernel
def organic_of(flows, i):
    """All organic that leaves stage i."""
    return flows[i, ORGANIC_BACK] + flows[i, ORGANIC_FORWARD] + flows[i, ORGANIC_OUT]


@lean.kernel
def _lay_boxes(table, first, flows):
    """Fill the band and what leaves the row before elimination, and SHARE, of the page that begins at row `first`."""
    N = flows.shape[0]
    ratios, shares, band = first + RATIO * N, first + SHARE * N, boxes_of(first, N)
    leaving = band + _LEAVING * 2 * N
    efficiency = load(table, constants_of(first, N) + EFFICIENCY)
    for i in range(N):
        water = flows[i, FORWARD] + flows[i, BACK] + flows[i, OUT]
        oil = organic_of(flows, i)
        ratio = load(table, ratios + i)
        s = 2 * i
        per_oil = 1.0 / oil
        at = band + 7 * s
        for k in range(14):
            store(table, at + k, spread(0.0))
        extracting = efficiency * ratio * oil
        share = 1.0 / (water + extracting)
        bypass = 1.0 - efficiency
        store(table, shares + i, share)
        store(table, leaving + s, share * flows[i, OUT])
        store(table, leaving + s + 1, spread(flows[i, ORGANIC_OUT] * per_oil))
        store(table, at + 1, share * flows[i, BACK])
        store(table, at + 4, extracting * share)
        store(table, at + 5, share * flows[i, FORWARD])
        at += 7
        store(table, at, efficiency * (flows[i, ORGANIC_BACK] * per_oil))
        store(table, at + 1, bypass * (flows[i, ORGANIC_BACK] * per_oil))
        store(table, at + 4, efficiency * (flows[i, ORGANIC_FORWARD] * per_oil))
        store(table, at + 5, bypass * (flows[i, ORGANIC_FORWARD] * per_oil))


@lean.kernel
def boxes_of(first, stages):
    """The row of a page where what belongs to its boxes begins."""
    return first + _PARTS * stages + _CONSTANTS


@lean.kernel
def eliminate_boxes(table, first, flows):
    """Lay the boxes of a page and eliminate them one by one; below, the band holds shares by pivots."""
    _lay_boxes(table, first, flows)
    N = flows.shape[0]
    boxes, width = 2 * N, 3
    band = boxes_of(first, N)
    leaving, inverse = band + _LEAVING * 2 * N, band + _INVERSE * 2 * N
    for s in range(boxes):
        last = min(s + width, boxes - 1)
        own = band + 7 * s + 3 - s
        pivot = load(table, leaving + s)
        for t in range(s + 1, last + 1):
            pivot += load(table, own + t)
        pivot = 1.0 / pivot
        store(table, inverse + s, pivot)
        for a in range(s + 1, last + 1):
            other = band + 7 * a + 3 - a
            share = load(table, other + s) * pivot
            store(table, other + s, share)
            store(table, leaving + a, load(table, leaving + a) + share * load(table, leaving + s))
            for t in range(s + 1, last + 1):
                if t != a:
                    store(table, other + t, load(table, other + t) + share * load(table, own + t))
        for t in range(s + 1, last + 1):
            store(table, own + t, load(table, own + t) * pivot)


@lean.kernel
def throughs_of(first, stages):
    """The row of a page where throughputs begin."""
    return first + _PARTS * stages + _CONSTANTS + _THROUGH * 2 * stages


@lean.kernel
def flow_through(table, first, stages, begin):
    """Turn what enters each box, box `begin` and those after it, into the throughput of every box."""
    boxes, width = 2 * stages, 3
    band, through = boxes_of(first, stages), throughs_of(first, stages)
    inverse = band + _INVERSE * 2 * stages
    for s in range(begin, boxes):
        own = band + 7 * s + 3 - s
        value = load(table, through + s)
        for t in range(s + 1, min(s + width, boxes - 1) + 1):
            store(table, through + t, load(table, through + t) + value * load(table, own + t))
    for s in range(boxes - 1, -1, -1):
        value = load(table, through + s) * load(table, inverse + s)
        for a in range(s + 1, min(s + width, boxes - 1) + 1):
            value += load(table, through + a) * load(table, band + 7 * a + 3 - a + s)
        store(table, through + s, value)


@lean.kernel
def is_ideal(efficiency):
    """Whether every cation comes to equilibrium in a stage."""
    for j in range(efficiency.shape[0]):
        if efficiency[j] != 1.0:
            return False
    return True
