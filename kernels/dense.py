"""Elimination for the small dense systems of the kernels: plain loops, no library.

Shapes: N order of the system; the arrays may be larger, only their leading N rows and columns are used.
A matrix in lanes has W rows of a table (N W, 8) for each of its own, and zeros where they are longer.
Sources: Golub & Van Loan (2013) Matrix Computations, 4th ed., algorithms 3.4.1 and 4.2.1.
"""

import math

import numpy as np

from .jit import entry, lean
from .lanes import WIDTH, load, store

_WORTH_A_SWAP = 0.1  # of the largest that could be the pivot, below which the one that stands there is not good enough


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


@entry.kernel
def factorise(table: np.ndarray, factors: np.ndarray, pivots: np.ndarray, order: int):
    """Factorise a matrix in lanes with row pivoting, the upper factor in place. False when singular.

    factors (N, N): the lower factor by columns, each in a row, with the inverse of the pivot on the diagonal; pivots (N,):
    which row came in the place of each.
    """
    wide = (order + WIDTH - 1) // WIDTH
    for k in range(order):
        across, lane = k // WIDTH, k % WIDTH
        own = abs(table[k * wide + across, lane])
        largest = own
        for i in range(k + 1, order):
            largest = max(largest, abs(table[i * wide + across, lane]))
        if not 1e-250 < largest < 1e250:
            return False
        pivot = k
        if own < _WORTH_A_SWAP * largest:
            while abs(table[pivot * wide + across, lane]) < largest:
                pivot += 1
        pivots[k] = pivot
        if pivot != k:
            for w in range(across, wide):
                one, other = load(table, k * wide + w), load(table, pivot * wide + w)
                store(table, k * wide + w, other)
                store(table, pivot * wide + w, one)
        inverse = 1.0 / table[k * wide + across, lane]
        factors[k, k] = inverse
        for i in range(k + 1, order):
            factor = table[i * wide + across, lane] * inverse
            factors[k, i] = factor
            if factor != 0.0:
                for w in range(across, wide):
                    store(table, i * wide + w, load(table, i * wide + w) - factor * load(table, k * wide + w))
    return True


@entry.kernel
def substitute(table: np.ndarray, factors: np.ndarray, pivots: np.ndarray, rhs: np.ndarray, order: int):
    """Turn rhs (N,) into the solution by the factors of `factorise`."""
    wide = (order + WIDTH - 1) // WIDTH
    for k in range(order):
        value = rhs[pivots[k]]
        rhs[pivots[k]] = rhs[k]
        rhs[k] = value
        for i in range(k + 1, order):
            rhs[i] -= factors[k, i] * value
    for k in range(order - 1, -1, -1):
        value = rhs[k] * factors[k, k]
        rhs[k] = value
        for i in range(k):
            rhs[i] -= table[i * wide + k // WIDTH, k % WIDTH] * value
