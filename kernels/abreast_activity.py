"""Activity coefficients of eight liquors side by side by Pitzer, and the tables in which liquors stand.

The equations are those of `pitzer`, but for liquors beyond I = 20 mol/kg, which are left to it.

Shapes: C components (0 is water, 1 is H+), S species, P phases, Q phases that have a row, A abundant species, N = C + 1 + Q,
L distinct alpha, K = 11 sizes of charge, G laws of ln gamma. A table (N, 8) holds a row for each and in it the eight liquors.
Sources: as of `pitzer`; the exponential is that of `speciation.exponentiate`.
"""

import math
from typing import NamedTuple

import numpy as np

from .elimination import NO_ELIMINATION, Elimination
from .jit import lean, within
from .lanes import SHIFT, WIDTH, choose, greater, lesser, load, most_of, power_of_two, root, spread, store
from .mixing_integral import integral_j
from .pitzer import FULL, debye_hueckel

_WATER_KG = 0.018015
_ABUNDANT = 1e-5
_SERIES_BELOW = 0.05
SIZES = 11
_LN2_HIGH = 6.93147180369123816490e-01
_LN2_LOW = 1.90821492927058770002e-10
_LOWEST, _HIGHEST = -700.0, 150.0
# rows of Abreast.whole
(
    LN_W,
    WATER,
    LN_A,
    WET,
    LARGEST,
    LONGEST,
    ERROR,
    BEFORE,
    LAST,
    STATE,
    I_NOW,
    Z_NOW,
    SECOND,
    OWN,
    FREE,
    LACKING,
    GIVEN,
) = range(17)
WHOLE = 17
# what stands in STATE
RUNNING, DONE, FAILED = 0.0, 1.0, 2.0
# rows of the parts of Abreast.component
TOTAL, X_NOW, SUM, SIZE = 0, 1, 2, 3


class Abreast(NamedTuple):
    """Eight liquors, their iterate and room to solve them.

    room (., 8): the tables, one after the other, `whole` (see the names of its rows) first. The first row of each: molality
    and weighed of S rows; component, of 4 (C + 1) (see the names of its parts); amount of P; matrix; step of N. Of Pitzer,
    whose matrix has N N rows: u, ln_gamma, lack, by_strength, by_charge of S; screening of 3 L, unequal of 3 K K, held of
    6 K, slopes of S A, core of A A, reply of A (C + 1), taken of C A. Of Truesdell-Jones, whose matrix has a row for each
    entry of the plan: power, of activities and their inverses; by_law of 3 G, ln gamma, 1 / gamma and slope of a law;
    scale of C. Of both: mask of P, 1 where a liquor has the phase at saturation, else 0; excess of P, ln saturation.
    Where a(H+) is held and the dose sought: proton of N, by what the protons held rise with the unknowns; asked of N C, room
    for right-hand sides.
    order: N. pair (C * C + 1,): where the species that two components share begin in both (.,), and in weight (.,) the
    products of their numbers. active (Q,): the phases that have a row; abundant, place (S,): as in `newton.Work`. gamma (S,):
    the rows of ln gamma. mixed (C,): whether the numbers of a component have both signs. plan, kind (S,), law (3, G), first
    (S + 1,), factor, number (2, S), ladder (C + 1, 3): see `abreast_strength`.
    """

    room: np.ndarray
    molality: int
    weighed: int
    component: int
    amount: int
    matrix: int
    step: int
    u: int
    ln_gamma: int
    lack: int
    by_strength: int
    by_charge: int
    screening: int
    unequal: int
    held: int
    slopes: int
    core: int
    reply: int
    taken: int
    power: int
    by_law: int
    scale: int
    mask: int
    excess: int
    proton: int
    asked: int
    order: int
    pair: np.ndarray
    both: np.ndarray
    weight: np.ndarray
    active: np.ndarray
    abundant: np.ndarray
    place: np.ndarray
    gamma: np.ndarray
    plan: Elimination
    kind: np.ndarray
    law: np.ndarray
    first: np.ndarray
    factor: np.ndarray
    number: np.ndarray
    ladder: np.ndarray
    mixed: np.ndarray


_I = np.zeros(1, np.int64)
NO_ABREAST = Abreast(
    np.zeros((1, WIDTH)),
    *(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
    *(_I, _I, np.zeros(1), _I, _I, _I, _I),
    *(
        NO_ELIMINATION,
        _I,
        np.zeros((3, 1)),
        _I,
        _I,
        np.zeros((2, 1)),
        np.zeros((1, 3), np.int64),
        np.zeros(1, np.bool_),
    ),
)


@lean.kernel
def add(table, at, value):
    """Add a value to row `at` of a table (N, 8)."""
    store(table, at, load(table, at) + value)


@lean.kernel
def exponential(logarithm):
    """Answer the exponentials of logarithms held within -700 and 150, to 2e-16 of themselves."""
    x = lesser(greater(logarithm, spread(_LOWEST)), spread(_HIGHEST))
    shifted = x * 1.4426950408889634 + SHIFT
    k = shifted - SHIFT
    r = (x - k * _LN2_HIGH) - k * _LN2_LOW
    t = 1.0 / 39916800.0 + r * (1.0 / 479001600.0)
    t = 1.0 / 362880.0 + r * (1.0 / 3628800.0 + r * t)
    t = 1.0 / 5040.0 + r * (1.0 / 40320.0 + r * t)
    t = 1.0 / 120.0 + r * (1.0 / 720.0 + r * t)
    t = 1.0 / 6.0 + r * (1.0 / 24.0 + r * t)
    t = 1.0 + r * (1.0 + r * (0.5 + r * t))
    return power_of_two(shifted) * t


@within.kernel
def _unequal(side, a_phi, largest):
    """Fill theta^E and its derivatives by I, as `pitzer._unequal`."""
    room = side.room
    for lane in range(WIDTH):
        ln_k = math.log(6.0 * a_phi * math.sqrt(room[I_NOW, lane]))
        for a in range(1, largest + 1):
            for b in range(a, largest + 1):
                value, first, second = integral_j(math.log(a * b) + ln_k)
                at = 3 * (a * SIZES + b)
                room[side.unequal + at, lane] = value
                room[side.unequal + at + 1, lane] = first
                room[side.unequal + at + 2, lane] = second
    inverse = 1.0 / load(room, I_NOW)
    for a in range(1, largest + 1):
        for b in range(a, largest + 1):
            at = 3 * (a * SIZES + b)
            first, second = load(room, side.unequal + at + 1), load(room, side.unequal + at + 2)
            store(room, side.unequal + at + 1, 0.5 * first * inverse)
            store(room, side.unequal + at + 2, 0.25 * (second - 2.0 * first) * inverse * inverse)
    for a in range(1, largest + 1):
        for b in range(a + 1, largest + 1):
            at, at_a, at_b = 3 * (a * SIZES + b), 3 * (a * SIZES + a), 3 * (b * SIZES + b)
            t0 = load(room, side.unequal + at) - 0.5 * (
                load(room, side.unequal + at_a) + load(room, side.unequal + at_b)
            )
            t1 = load(room, side.unequal + at + 1) - 0.5 * (
                load(room, side.unequal + at_a + 1) + load(room, side.unequal + at_b + 1)
            )
            t2 = load(room, side.unequal + at + 2) - 0.5 * (
                load(room, side.unequal + at_a + 2) + load(room, side.unequal + at_b + 2)
            )
            share = 0.25 * a * b * inverse
            t1 = t1 - t0 * inverse
            other = 3 * (b * SIZES + a)
            store(room, side.unequal + other, share * t0)
            store(room, side.unequal + other + 1, share * t1)
            store(room, side.unequal + other + 2, share * (t2 - 2.0 * t1 * inverse))


@within.kernel
def _screen(side, alpha):
    """Fill g(alpha sqrt(I)) and its derivatives by I, as `pitzer._screen`."""
    room = side.room
    inverse = 1.0 / load(room, I_NOW)
    root_strength = root(load(room, I_NOW))
    for q in range(alpha.shape[0]):
        x = alpha[q] * root_strength
        decay = exponential(-1.0 * x)
        rest = x * (1.0 / 72.0 - x * (1.0 / 420.0 - x * (1.0 / 2880.0 - x * (1.0 / 22680.0))))
        series = 1.0 - x * (2.0 / 3.0 - x * (0.25 - x * (1.0 / 15.0 - rest)))
        closed = 2.0 * (1.0 - (1.0 + x) * decay) / greater(x * x, spread(1e-300))
        g = choose(x, spread(_SERIES_BELOW), series, closed)
        first = (decay - g) * inverse
        store(room, side.screening + 3 * q, g)
        store(room, side.screening + 3 * q + 1, first)
        store(room, side.screening + 3 * q + 2, -1.0 * (0.5 * x * decay * inverse + 2.0 * first) * inverse)


@within.kernel
def _measure(liquor, model, side):
    """Fill held, of a sign and size of charge, and Z; answer the largest size."""
    room = side.room
    largest = 0
    for i in range(liquor.dissolved):
        largest = max(largest, int(abs(model.charge[i])))
    for a in range(2 * SIZES):
        store(room, side.held + a, spread(0.0))
    charges = spread(0.0)
    for i in range(liquor.dissolved):
        if model.charge[i] != 0.0:
            m = load(room, side.molality + i)
            at = int(abs(model.charge[i])) + (0 if model.charge[i] > 0.0 else SIZES)
            charges += abs(model.charge[i]) * m
            add(room, side.held + at, m)
    store(room, Z_NOW, charges)
    return largest


@within.kernel
def _pairs(pitzer, side):
    """Add what pairs of a cation and an anion give; answer parts of (E, dE/dI, d2E/dI2, dE/dZ)."""
    room = side.room
    energy, first, second, by_charges = spread(0.0), spread(0.0), spread(0.0), spread(0.0)
    charges = load(room, Z_NOW)
    for p in range(pitzer.pair.shape[0]):
        c, a = pitzer.pair[p, 0], pitzer.pair[p, 1]
        one, two = 3 * pitzer.pair[p, 2], 3 * pitzer.pair[p, 3]
        beta1, beta2, third = pitzer.pair_value[p, 1], pitzer.pair_value[p, 2], pitzer.pair_value[p, 3]
        m_c, m_a = load(room, side.molality + c), load(room, side.molality + a)
        product = m_c * m_a
        both = (
            2.0
            * (
                pitzer.pair_value[p, 0]
                + beta1 * load(room, side.screening + one)
                + beta2 * load(room, side.screening + two)
            )
            + charges * third
        )
        bend = 2.0 * (beta1 * load(room, side.screening + one + 1) + beta2 * load(room, side.screening + two + 1))
        add(room, side.ln_gamma + c, m_a * both)
        add(room, side.ln_gamma + a, m_c * both)
        add(room, side.by_strength + c, m_a * bend)
        add(room, side.by_strength + a, m_c * bend)
        add(room, side.by_charge + c, m_a * third)
        add(room, side.by_charge + a, m_c * third)
        energy += product * both
        first += product * bend
        second += product * (
            2.0 * (beta1 * load(room, side.screening + one + 2) + beta2 * load(room, side.screening + two + 2))
        )
        by_charges += product * third
    return energy, first, second, by_charges


@within.kernel
def _others(pitzer, side):
    """Add what doubles and triples give; answer their part of E."""
    room = side.room
    energy = spread(0.0)
    for q in range(pitzer.double.shape[0]):
        i, j = pitzer.double[q, 0], pitzer.double[q, 1]
        twice = 2.0 * pitzer.double_value[q]
        m_i, m_j = load(room, side.molality + i), load(room, side.molality + j)
        add(room, side.ln_gamma + i, twice * m_j)
        if i == j:
            energy += 0.5 * twice * m_i * m_i
        else:
            add(room, side.ln_gamma + j, twice * m_i)
            energy += twice * m_i * m_j
    for t in range(pitzer.triple.shape[0]):
        i, j, k = pitzer.triple[t, 0], pitzer.triple[t, 1], pitzer.triple[t, 2]
        m_i, m_j, m_k = (
            load(room, side.molality + i),
            load(room, side.molality + j),
            pitzer.triple_value[t] * load(room, side.molality + k),
        )
        m_ij = m_i * m_j
        add(room, side.ln_gamma + i, m_j * m_k)
        add(room, side.ln_gamma + j, m_i * m_k)
        add(room, side.ln_gamma + k, pitzer.triple_value[t] * m_ij)
        energy += m_ij * m_k
    return energy


@within.kernel
def fill_pitzer(liquor, model, side, total):
    """Fill LN_GAMMA, what multiplies dI and dZ in it, and LN_A, as `pitzer.pitzer_log_gamma` below I = 20."""
    room = side.room
    pitzer = model.pitzer
    largest = _measure(liquor, model, side)
    _screen(side, pitzer.alpha)
    if pitzer.form == FULL:
        _unequal(side, pitzer.a_phi, largest)
    for lane in range(WIDTH):
        value, by_one, by_two = debye_hueckel(pitzer.a_phi, pitzer.form, room[I_NOW, lane])
        room[FREE, lane] = value
        room[OWN, lane] = by_one
        room[SECOND, lane] = by_two
    nothing = spread(0.0)
    for i in range(liquor.dissolved):
        store(room, side.ln_gamma + i, nothing)
        store(room, side.by_strength + i, nothing)
        store(room, side.by_charge + i, nothing)
    energy, first, second, by_charges = _pairs(pitzer, side)
    energy += load(room, FREE)
    first += load(room, OWN)
    second += load(room, SECOND)
    energy += _others(pitzer, side)
    for sign in range(2):
        for a in range(1, largest + 1):
            own, own_slope = spread(0.0), spread(0.0)
            at = sign * SIZES
            held_a = load(room, side.held + at + a)
            if pitzer.form == FULL:
                for b in range(1, largest + 1):
                    if b != a:
                        twice = 2.0 * load(room, side.held + at + b)
                        where = 3 * (max(a, b) * SIZES + min(a, b))
                        own += twice * load(room, side.unequal + where)
                        own_slope += twice * load(room, side.unequal + where + 1)
                        if b > a:
                            second += twice * held_a * load(room, side.unequal + where + 2)
            store(room, side.held + 2 * SIZES + at + a, own)
            store(room, side.held + 4 * SIZES + at + a, own_slope)
            energy += 0.5 * held_a * own
            first += 0.5 * held_a * own_slope
    store(room, SECOND, second)
    excess = -1.0 * energy
    for i in range(liquor.dissolved):
        value = load(room, side.ln_gamma + i)
        if model.charge[i] != 0.0:
            of_size = abs(model.charge[i])
            at = int(of_size) + (0 if model.charge[i] > 0.0 else SIZES)
            add(room, side.by_strength + i, load(room, side.held + 4 * SIZES + at))
            value += load(room, side.held + 2 * SIZES + at) + (0.5 * of_size * of_size) * first + of_size * by_charges
            store(room, side.ln_gamma + i, value)
        excess += load(room, side.molality + i) * value
    store(room, LN_A, -_WATER_KG * (total + excess))
    store(room, WET, spread(-_WATER_KG))


@within.kernel
def fill_slopes(liquor, model, side):
    """Fill slopes, d ln gamma_i by d ln m of the abundant species, and core; answer how many are abundant."""
    room = side.room
    s = liquor.dissolved
    total = spread(0.0)
    for i in range(s):
        total += load(room, side.molality + i)
    per_total = 1.0 / total
    found = 0
    for i in range(s):
        side.place[i] = -1
        if most_of(load(room, side.molality + i) * per_total) > _ABUNDANT:
            side.place[i] = found
            side.abundant[found] = i
            found += 1
    second, charges = load(room, SECOND), load(room, Z_NOW)
    pitzer, place, charge = model.pitzer, side.place, model.charge
    for q in range(found):
        j = side.abundant[q]
        size_j = abs(charge[j])
        half_j = 0.5 * size_j * size_j
        by_half = half_j * second + load(room, side.by_strength + j)
        by_size = load(room, side.by_charge + j)
        for i in range(s):
            size_i = abs(charge[i])
            value = (0.5 * size_i * size_i) * by_half + half_j * load(room, side.by_strength + i)
            value += size_i * by_size + size_j * load(room, side.by_charge + i)
            if pitzer.form == FULL and charge[i] * charge[j] > 0.0 and size_i != size_j:
                at = 3 * (int(max(size_i, size_j)) * SIZES + int(min(size_i, size_j)))
                value += 2.0 * load(room, side.unequal + at)
            store(room, side.slopes + i * found + q, value)
    for p in range(pitzer.pair.shape[0]):
        if place[pitzer.pair[p, 0]] >= 0 or place[pitzer.pair[p, 1]] >= 0:
            one = load(room, side.screening + 3 * pitzer.pair[p, 2])
            two = load(room, side.screening + 3 * pitzer.pair[p, 3])
            beta = pitzer.pair_value[p, 0] + pitzer.pair_value[p, 1] * one + pitzer.pair_value[p, 2] * two
            value = 2.0 * beta + charges * pitzer.pair_value[p, 3]
            _add(side, found, pitzer.pair[p, 0], pitzer.pair[p, 1], value)
    for q in range(pitzer.double.shape[0]):
        value = spread(2.0 * pitzer.double_value[q])
        _add(side, found, pitzer.double[q, 0], pitzer.double[q, 1], value)
    for t in range(pitzer.triple.shape[0]):
        i, j, k = pitzer.triple[t, 0], pitzer.triple[t, 1], pitzer.triple[t, 2]
        value = pitzer.triple_value[t]
        _add(side, found, i, j, value * load(room, side.molality + k))
        _add(side, found, i, k, value * load(room, side.molality + j))
        _add(side, found, j, k, value * load(room, side.molality + i))
    for q in range(found):
        m = load(room, side.molality + side.abundant[q])
        for i in range(s):
            store(room, side.slopes + i * found + q, load(room, side.slopes + i * found + q) * m)
    for p in range(found):
        for q in range(found):
            store(
                room,
                side.core + p * found + q,
                load(room, side.slopes + side.abundant[p] * found + q) + (1.0 if p == q else 0.0),
            )
    return found


@lean.kernel
def _add(side, columns, i, j, value):
    """Add value to the slope of i by j and of j by i, once when they are the same."""
    place = side.place
    if place[j] >= 0:
        add(side.room, side.slopes + i * columns + place[j], value)
    if i != j and place[i] >= 0:
        add(side.room, side.slopes + j * columns + place[i], value)
