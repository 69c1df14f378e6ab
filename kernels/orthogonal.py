"""Orthonormal columns of a tall matrix, on one core: the libraries share such small work out to threads that cost more.

Method      Gram-Schmidt in its modified form, columns to the right first, all of them at once by rows; done twice, since
            what rounding leaves of columns that nearly depend on each other is gone after the second time.
Sources     Golub & Van Loan (2013) Matrix Computations, 4th ed., algorithm 5.2.6
            L. Giraud, J. Langou, M. Rozloznik, "The loss of orthogonality in the Gram-Schmidt orthogonalization process",
            Comput. Math. Appl. 50 (2005) 1069-1075: twice is enough
"""

import math

import numpy as np

from .jit import kernel, lean


@kernel
def orthogonalise(columns: np.ndarray):
    """Answer the orthonormal `basis` (n, K) and upper `triangle` (K, K) whose product is columns (n, K).

    A column that is zero, or becomes exactly zero, has a zero column in the basis and a zero on the diagonal.
    """
    count = columns.shape[1]
    basis = np.empty(columns.shape)
    basis[:, :] = columns
    first, second = np.zeros((count, count)), np.zeros((count, count))
    _sweep(basis, first)
    _sweep(basis, second)
    triangle = np.zeros((count, count))
    for i in range(count):
        for k in range(i, count):
            for j in range(k, count):
                triangle[i, j] += second[i, k] * first[k, j]
    return basis, triangle


@lean.kernel
def _sweep(basis: np.ndarray, triangle: np.ndarray):
    """Make the columns orthonormal in place; what they were is theirs times the triangle."""
    rows, count = basis.shape
    for k in range(count):
        square = 0.0
        for i in range(rows):
            square += basis[i, k] * basis[i, k]
        length = math.sqrt(square)
        triangle[k, k] = length
        if length == 0.0:
            continue
        for i in range(rows):
            value = basis[i, k] / length
            basis[i, k] = value
            for t in range(count - k - 1):
                j = np.uint64(t + k + 1)  # never negative: the compiler takes several columns at a time
                triangle[k, j] += value * basis[i, j]
        for i in range(rows):
            value = basis[i, k]
            for t in range(count - k - 1):
                j = np.uint64(t + k + 1)
                basis[i, j] -= value * triangle[k, j]
