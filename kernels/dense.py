"""Elimination for the small dense systems of the kernels: plain loops, no library.

Shapes: N order of the system; the arrays may be larger, only their leading N rows and columns are used.
A matrix in lanes has W rows of a table (8 W W, 8) for each of its own, and zeros where they are longer or it ends.
Sources: Golub & Van Loan (2013) Matrix Computations, 4th ed., algorithms 3.4.1 and 4.2.1.
"""

import math

import numpy as np

from .jit import entry, lean
from .lanes import WIDTH, choose, counted, exceeds, greater, load, nth, number_at, put_at, size, spread, store

WORTH_A_SWAP = 0.1  # of the largest that could be the pivot, below which the one that stands there is not good enough


@lean.kernel
def eliminate(matrix: np.ndarray, rhs: np.ndarray, order: int):
    """Solve matrix (N, N) times u = rhs (N,) in place with row pivoting; rhs becomes u. False when singular."""
    for k in range(order):
        pivot = k
        largest = abs(matrix[k, k])
        for i in range(k + 1, order):
            if abs(matrix[i, k]) > largest:
                largest = abs(matrix[i, k])
                pivot = i
        if not 1e-250 < largest < 1e250:
            return False
        if pivot != k:
            for j in range(k, order):
                matrix[k, j], matrix[pivot, j] = matrix[pivot, j], matrix[k, j]
            rhs[k], rhs[pivot] = rhs[pivot], rhs[k]
        inverse = 1.0 / matrix[k, k]
        for i in range(k + 1, order):
            factor = matrix[i, k] * inverse
            if factor != 0.0:
                for t in range(order - k - 1):
                    j = np.uint64(t + k + 1)  # never negative: the compiler takes several columns at a time
                    matrix[i, j] -= factor * matrix[k, j]
                rhs[i] -= factor * rhs[k]
    for k in range(order - 1, -1, -1):
        total = rhs[k]
        for j in range(k + 1, order):
            total -= matrix[k, j] * rhs[j]
        rhs[k] = total / matrix[k, k]
    return True


@lean.kernel
def eliminate_columns(matrix: np.ndarray, rhs: np.ndarray, order: int, columns: int):
    """Solve matrix (N, N) times U = rhs (N, columns) in place with row pivoting; rhs becomes U. False when singular."""
    for k in range(order):
        pivot = k
        largest = abs(matrix[k, k])
        for i in range(k + 1, order):
            if abs(matrix[i, k]) > largest:
                largest = abs(matrix[i, k])
                pivot = i
        if not 1e-250 < largest < 1e250:
            return False
        if pivot != k:
            for j in range(k, order):
                matrix[k, j], matrix[pivot, j] = matrix[pivot, j], matrix[k, j]
            for j in range(columns):
                rhs[k, j], rhs[pivot, j] = rhs[pivot, j], rhs[k, j]
        inverse = 1.0 / matrix[k, k]
        for i in range(k + 1, order):
            factor = matrix[i, k] * inverse
            if factor != 0.0:
                for j in range(k + 1, order):
                    matrix[i, j] -= factor * matrix[k, j]
                for j in range(columns):
                    rhs[i, j] -= factor * rhs[k, j]
    for k in range(order - 1, -1, -1):
        inverse = 1.0 / matrix[k, k]
        for j in range(columns):
            rhs[k, j] *= inverse
        for i in range(k):
            factor = matrix[i, k]
            if factor != 0.0:
                for j in range(columns):
                    rhs[i, j] -= factor * rhs[k, j]
    return True


@lean.kernel
def eliminate_definite(matrix: np.ndarray, rhs: np.ndarray, order: int):
    """Solve a symmetric positive definite matrix (N, N) times u = rhs (N,) in place, by Cholesky; rhs becomes u.

    Only the lower triangle is read. A pivot lost to rounding is replaced by 1e-14 of its diagonal, so that the answer
    stays a direction of descent.
    """
    for k in range(order):
        diagonal = matrix[k, k]
        pivot = diagonal
        for j in range(k):
            pivot -= matrix[k, j] * matrix[k, j]
        pivot = math.sqrt(max(pivot, 1e-14 * diagonal, 1e-290))
        matrix[k, k] = pivot
        for i in range(k + 1, order):
            total = matrix[i, k]
            for j in range(k):
                total -= matrix[i, j] * matrix[k, j]
            matrix[i, k] = total / pivot
    for k in range(order):
        total = rhs[k]
        for j in range(k):
            total -= matrix[k, j] * rhs[j]
        rhs[k] = total / matrix[k, k]
    for k in range(order - 1, -1, -1):
        total = rhs[k]
        for i in range(k + 1, order):
            total -= matrix[i, k] * rhs[i]
        rhs[k] = total / matrix[k, k]


@lean.kernel
def _exchange(table, long, order, one, other):
    """Exchange two columns of a matrix in lanes."""
    for i in range(order):
        first, second = number_at(table, i * long + one), number_at(table, i * long + other)
        put_at(table, i * long + one, second)
        put_at(table, i * long + other, first)


@lean.kernel
def _largest(table, first, begin, end):
    """Where from `begin` on a row that starts at place `first` is largest."""
    found = begin
    for i in range(begin + 1, end):
        if abs(number_at(table, first + i)) > abs(number_at(table, first + found)):
            found = i
    return found


@entry.kernel
def factorise(table: np.ndarray, lower: np.ndarray, inverse: np.ndarray, pivots: np.ndarray, order: int):
    """Factorise a matrix in lanes that holds each equation in a column, with pivoting of equations. False when singular.

    So both factors are used by their rows, whole lanes at a time. table: becomes the upper factor with each row by its
    pivot; lower, like it: the lower factor with each column by its pivot; both without their diagonals. inverse (W, 8): of
    the pivots; pivots (N,): which equation came in the place of each. Rows of tables behind the last are zeros.
    """
    wide = (order + WIDTH - 1) // WIDTH
    long = wide * WIDTH
    for k in range(order):
        across, row = k // WIDTH, k * wide
        place, zero = counted(float(across * WIDTH - k)), spread(0.0)
        enough = spread(abs(number_at(table, k * long + k)) / WORTH_A_SWAP)
        better = exceeds(choose(place, spread(-0.5), zero, size(load(table, row + across))), enough)
        for w in range(across + 1, wide):
            better = better or exceeds(size(load(table, row + w)), enough)
        pivots[k] = k
        if better:
            pivots[k] = _largest(table, k * long, k, order)
            _exchange(table, long, order, k, pivots[k])
        if not 1e-250 < abs(number_at(table, k * long + k)) < 1e250:
            return False
        by = 1.0 / number_at(table, k * long + k)
        put_at(inverse, k, by)
        upper = choose(place, spread(0.5), zero, load(table, row + across) * by)
        store(table, row + across, upper)
        for i in range(k + 1, order):
            factor = number_at(table, i * long + k)
            put_at(lower, i * long + k, factor * by)
            store(table, i * wide + across, load(table, i * wide + across) - factor * upper)
        for w in range(across + 1, wide):
            whole = load(table, row + w)
            store(table, row + w, whole * by)
            for i in range(k + 1, order):
                factor = number_at(lower, i * long + k)
                store(table, i * wide + w, load(table, i * wide + w) - factor * whole)
    return True


@lean.kernel
def _by_former(table, lower, inverse, wide, own):
    """Take what the tiles of eight rows before tile `own` do to it from it."""
    for k in range(own):
        for i in range(own * WIDTH, own * WIDTH + WIDTH):
            value = load(table, i * wide + k)
            for lane in range(WIDTH):
                value -= load(table, (k * WIDTH + lane) * wide + k) * nth(value, lane)
            store(lower, i * wide + k, value * load(inverse, k))
            for w in range(k + 1, wide):
                rest = load(table, i * wide + w)
                for lane in range(WIDTH):
                    rest -= load(table, (k * WIDTH + lane) * wide + w) * nth(value, lane)
                store(table, i * wide + w, rest)


@entry.kernel
def factorise_in_order(
    table: np.ndarray, lower: np.ndarray, inverse: np.ndarray, pivots: np.ndarray, spare: np.ndarray, order: int
):
    """As `factorise`, without a search for pivots; False also where one would have been found. spare (8, 8): room.

    Loops are of eight throughout, which a processor foresees where it does not the ends of a triangle.
    """
    wide = (order + WIDTH - 1) // WIDTH
    long = wide * WIDTH
    most, zero = spread(0.0), spread(0.0)
    for own in range(wide):
        first = own * WIDTH
        _by_former(table, lower, inverse, wide, own)
        for r in range(WIDTH):
            i = first + r
            place, value = counted(-float(r)), load(table, i * wide + own)
            by = 1.0 / number_at(table, i * long + i) if i < order else 0.0
            upper = choose(place, spread(0.5), zero, value * by)
            most = greater(most, size(upper))
            store(lower, i * wide + own, choose(place, spread(-0.5), value, zero))
            store(spare, r, upper)
            put_at(inverse, i, by)
            for s in range(first, first + WIDTH):  # rows that are done come to no harm, since they stand elsewhere
                factor = number_at(table, s * long + i)
                store(table, s * wide + own, load(table, s * wide + own) - factor * upper)
        for r in range(WIDTH):
            store(table, (first + r) * wide + own, load(spare, r))
        for w in range(own + 1, wide):
            for i in range(first, first + WIDTH):
                rest, factors = load(table, i * wide + w), load(lower, i * wide + own)
                for lane in range(WIDTH):
                    rest -= load(table, (first + lane) * wide + w) * nth(factors, lane)
                rest *= number_at(inverse, i)
                most = greater(most, size(rest))
                store(table, i * wide + w, rest)
        for i in range(first, first + WIDTH):
            store(lower, i * wide + own, load(lower, i * wide + own) * load(inverse, own))
    sound = not exceeds(most, spread(1.0 / WORTH_A_SWAP))
    for k in range(order):
        pivots[k] = k
        sound = sound and 1e-250 < abs(number_at(inverse, k)) < 1e250
    return sound


@entry.kernel
def substitute(
    table: np.ndarray, lower: np.ndarray, inverse: np.ndarray, pivots: np.ndarray, rhs: np.ndarray, order: int
):
    """Turn rhs (W, 8) into the solution by the factors of `factorise`."""
    wide = (order + WIDTH - 1) // WIDTH
    for k in range(order):
        if pivots[k] != k:
            first, second = number_at(rhs, k), number_at(rhs, pivots[k])
            put_at(rhs, k, second)
            put_at(rhs, pivots[k], first)
    for across in range(wide):
        value = load(rhs, across)
        row = across * WIDTH * wide
        for lane in range(WIDTH):
            value -= load(table, row + lane * wide + across) * nth(value, lane)
        store(rhs, across, value * load(inverse, across))
        for w in range(across + 1, wide):
            rest = load(rhs, w)
            for lane in range(WIDTH):
                rest -= load(table, row + lane * wide + w) * nth(value, lane)
            store(rhs, w, rest)
    for back in range(wide):
        across = wide - 1 - back
        value = load(rhs, across)
        row = across * WIDTH * wide
        for up in range(WIDTH):
            lane = WIDTH - 1 - up
            value -= load(lower, row + lane * wide + across) * nth(value, lane)
        store(rhs, across, value)
        for w in range(across):
            rest = load(rhs, w)
            for lane in range(WIDTH):
                rest -= load(lower, row + lane * wide + w) * nth(value, lane)
            store(rhs, w, rest)
