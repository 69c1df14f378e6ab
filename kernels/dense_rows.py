"""Elimination for small dense systems, eight columns of a row at a time.

Shapes: N rows of a matrix, which may be more than the order of the system; W eights of columns.
Sources: Golub & Van Loan (2013) Matrix Computations, 4th ed., algorithm 3.4.1.
"""

import numpy as np

from .dense import WORTH_A_SWAP
from .jit import entry
from .lanes import WIDTH, load, store


@entry.kernel
def eliminate_lanes(matrix: np.ndarray, rhs: np.ndarray, order: int):
    """Solve matrix (N, 8 W), its leading square of this order, times u = rhs (N,) in place with row pivoting; rhs becomes u.

    False when singular. A row has more columns than the order, the rest of which are overwritten: eight columns at a time.
    """
    table = matrix.reshape((-1, WIDTH))
    wide, last = matrix.shape[1] // WIDTH, order // WIDTH + 1
    for i in range(order):
        matrix[i, order] = rhs[i]
    for k in range(order):
        largest = abs(matrix[k, k])
        for i in range(k + 1, order):
            largest = max(largest, abs(matrix[i, k]))
        if not 1e-250 < largest < 1e250:
            return False
        pivot = k
        if abs(matrix[k, k]) < WORTH_A_SWAP * largest:
            while abs(matrix[pivot, k]) < largest:
                pivot += 1
        if pivot != k:
            for w in range(k // WIDTH, last):
                one, other = load(table, k * wide + w), load(table, pivot * wide + w)
                store(table, k * wide + w, other)
                store(table, pivot * wide + w, one)
        inverse = 1.0 / matrix[k, k]
        for i in range(k + 1, order):
            factor = matrix[i, k] * inverse
            if factor != 0.0:
                for w in range(k // WIDTH, last):
                    store(table, i * wide + w, load(table, i * wide + w) - factor * load(table, k * wide + w))
    for i in range(order):
        rhs[i] = matrix[i, order]
    for k in range(order - 1, -1, -1):
        value = rhs[k] / matrix[k, k]
        rhs[k] = value
        for i in range(k):
            rhs[i] -= matrix[i, k] * value
    return True


@entry.kernel
def eliminate_beside(matrix: np.ndarray, first: int, order: int):
    """Solve for several right-hand sides in place, with row pivoting: False when singular.

    matrix (N, 8 W): the square begins at column `first`, a multiple of 8, and the right-hand sides stand before it.
    """
    table = matrix.reshape((-1, WIDTH))
    wide, before, last = matrix.shape[1] // WIDTH, first // WIDTH, (first + order - 1) // WIDTH + 1
    for k in range(order):
        largest = abs(matrix[k, first + k])
        for i in range(k + 1, order):
            largest = max(largest, abs(matrix[i, first + k]))
        if not 1e-250 < largest < 1e250:
            return False
        pivot = k
        if abs(matrix[k, first + k]) < WORTH_A_SWAP * largest:
            while abs(matrix[pivot, first + k]) < largest:
                pivot += 1
            for w in range(wide):
                one, other = load(table, k * wide + w), load(table, pivot * wide + w)
                store(table, k * wide + w, other)
                store(table, pivot * wide + w, one)
        inverse = 1.0 / matrix[k, first + k]
        for i in range(k + 1, order):
            factor = matrix[i, first + k] * inverse
            for w in range(before):
                store(table, i * wide + w, load(table, i * wide + w) - factor * load(table, k * wide + w))
            for w in range((first + k) // WIDTH, last):
                store(table, i * wide + w, load(table, i * wide + w) - factor * load(table, k * wide + w))
    for k in range(order - 1, -1, -1):
        inverse = 1.0 / matrix[k, first + k]
        for w in range(before):
            value = inverse * load(table, k * wide + w)
            store(table, k * wide + w, value)
            for i in range(k):
                store(table, i * wide + w, load(table, i * wide + w) - matrix[i, first + k] * value)
    return True
