"""Which entries of a system of equations stay zero while it is factorised, so that no time is spent on them.

    factors L R of a matrix whose diagonal is never searched for pivots:  R_ij = A_ij - sum_k L_ik R_kj  (i <= j)
                                                                          L_ij = (A_ij - sum_k L_ik R_kj) / R_jj  (i > j)

The unknowns are taken in the order in which the one with the fewest neighbours comes next (least degree). An unknown
without a diagonal of its own, as the amount of a phase, waits until a neighbour of its own has been taken, which gives it
one; the last few unknowns stay where they are.

Shapes: N equations, E entries that are not zero, D of the unknowns with a diagonal, the last L of them held in place.
Sources: George & Liu (1989) SIAM Review 31, 1 (least degree).
"""

from typing import NamedTuple

import numpy as np

from .entries import pick
from .jit import inner, lean
from .lanes import load, store


class Elimination(NamedTuple):
    """The entries, row by row in the order of elimination.

    place (N,): where an equation, and the unknown of its number, stands in that order. cell (N, N): which entry belongs to
    an equation and an unknown, -1 for none. row (N + 1,): the entries of a row, by their column (E,); diagonal (N,) of them.
    start (E + 1,): the products left times right, entries both, that are taken from an entry.
    """

    place: np.ndarray
    cell: np.ndarray
    row: np.ndarray
    column: np.ndarray
    diagonal: np.ndarray
    start: np.ndarray
    left: np.ndarray
    right: np.ndarray


_NONE = np.zeros(0, np.int64)
NO_ELIMINATION = Elimination(_NONE, np.zeros((0, 0), np.int64), _NONE, _NONE, _NONE, _NONE, _NONE, _NONE)


@inner.kernel
def _order(pattern, own, last):
    """Answer the places (N,) of the unknowns and fill the pattern (N, N) with what arises; own (N,): has a diagonal."""
    n = pattern.shape[0]
    given = pattern.copy()
    place = np.full(n, -1, np.int64)
    spent = np.zeros(n, np.bool_)
    for turn in range(n):
        best, fewest, mate = -1, n + 1, -1
        for i in range(n - last if turn < n - last else n):
            if place[i] >= 0:
                continue
            free = -1
            if not own[i]:
                for j in range(n - last):
                    if own[j] and given[i, j] and place[j] >= 0 and not spent[j]:
                        free = j
            degree = 0
            for j in range(n):
                if pattern[i, j] and place[j] < 0:
                    degree += 1
            if turn >= n - last or (not own[i] and free < 0):
                degree = n
            if degree < fewest:
                best, fewest, mate = i, degree, free
        place[best] = turn
        if mate >= 0:
            spent[mate] = True
        for i in range(n):
            if place[i] < 0 and pattern[i, best]:
                for j in range(n):
                    if place[j] < 0 and pattern[best, j]:
                        pattern[i, j] = True
    return place


@inner.kernel
def plan_elimination(pattern: np.ndarray, own: np.ndarray, last: int):
    """Answer the Elimination of a symmetric pattern (N, N), bool, which is overwritten.

    own (N,), bool: whether an unknown has a diagonal. last: how many unknowns at the end are taken last.
    """
    n = pattern.shape[0]
    place = _order(pattern, own, last)
    taken = np.empty(n, np.int64)
    for i in range(n):
        taken[place[i]] = i
        pattern[i, i] = True
    row = np.zeros(n + 1, np.int64)
    at = np.full((n, n), -1, np.int64)
    entries, products = 0, 0
    for i in range(n):
        for j in range(n):
            if pattern[taken[i], taken[j]]:
                at[i, j] = entries
                entries += 1
                for k in range(min(i, j)):
                    if at[i, k] >= 0 and at[k, j] >= 0:
                        products += 1
        row[i + 1] = entries
    cell = np.empty((n, n), np.int64)
    column, diagonal = np.empty(entries, np.int64), np.empty(n, np.int64)
    start = np.empty(entries + 1, np.int64)
    left, right = np.empty(products, np.int64), np.empty(products, np.int64)
    products = 0
    for i in range(n):
        diagonal[i] = at[i, i]
        for j in range(n):
            cell[taken[i], taken[j]] = at[i, j]
            if at[i, j] >= 0:
                column[at[i, j]] = j
                start[at[i, j]] = products
                for k in range(min(i, j)):
                    if at[i, k] >= 0 and at[k, j] >= 0:
                        left[products], right[products] = at[i, k], at[k, j]
                        products += 1
    start[entries] = products
    return Elimination(place, cell, row, column, diagonal, start, left, right)


@lean.kernel
def factorise(room, first, plan):
    """Turn the entries that begin at row `first` of a table (., 8) into the factors, the diagonal of R into its inverse."""
    for i in range(plan.diagonal.shape[0]):
        diagonal = pick(plan.diagonal, i)
        for e in range(pick(plan.row, i), pick(plan.row, i + 1)):
            total = load(room, first + e)
            for z in range(pick(plan.start, e), pick(plan.start, e + 1)):
                total -= load(room, first + pick(plan.left, z)) * load(room, first + pick(plan.right, z))
            if e < diagonal:
                total *= load(room, first + pick(plan.diagonal, pick(plan.column, e)))
            elif e == diagonal:
                total = 1.0 / total
            store(room, first + e, total)


@lean.kernel
def solve(room, first, plan, rhs):
    """Solve for the right-hand side, N rows in the order of elimination that begin at row rhs, by the factors at `first`."""
    n = plan.diagonal.shape[0]
    for i in range(n):
        total = load(room, rhs + i)
        for e in range(pick(plan.row, i), pick(plan.diagonal, i)):
            total -= load(room, first + e) * load(room, rhs + pick(plan.column, e))
        store(room, rhs + i, total)
    for i in range(n - 1, -1, -1):
        total = load(room, rhs + i)
        diagonal = pick(plan.diagonal, i)
        for e in range(diagonal + 1, pick(plan.row, i + 1)):
            total -= load(room, first + e) * load(room, rhs + pick(plan.column, e))
        store(room, rhs + i, total * load(room, first + diagonal))
