"""Elimination without what stays zero: as the solution of the whole system, with no entry more than arise."""

import numba
import numpy as np
import pytest

from raffinate.kernels.elimination import factorise, plan_elimination, solve
from raffinate.kernels.lanes import WIDTH, load, store


@numba.njit
def planned(pattern, own, last):
    """The Elimination of a pattern (N, N), as a tuple."""
    return plan_elimination(pattern.copy(), own, last)


@numba.njit
def solved(pattern, own, last, matrix, rhs):
    """The solutions (N, 8) of eight systems, matrix (N * N, 8) of this pattern times x = rhs (N, 8)."""
    plan = plan_elimination(pattern.copy(), own, last)
    n, entries = pattern.shape[0], plan.column.shape[0]
    room = np.zeros((entries + n, WIDTH))
    for i in range(n):
        store(room, entries + plan.place[i], load(rhs, i))
        for j in range(n):
            if plan.cell[i, j] >= 0:
                store(room, plan.cell[i, j], load(matrix, i * n + j))
    factorise(room, 0, plan)
    solve(room, 0, plan, entries)
    answer = np.zeros((n, WIDTH))
    for i in range(n):
        store(answer, i, load(room, entries + plan.place[i]))
    return answer


def naive_fill(pattern, taken):
    """The entries that are not zero while the unknowns are taken in this order, of a pattern (N, N)."""
    full = pattern | np.eye(len(pattern), dtype=bool)
    for at, k in enumerate(taken):
        rest = [i for i in taken[at + 1 :] if full[i, k]]
        full[np.ix_(rest, rest)] = True
    return full


def sparse_system(generator, diagonals, waiting, last):
    """(pattern, own, matrices (8, N, N)) with so many unknowns with a diagonal, without one, and held at the end."""
    n = diagonals + waiting + last
    pattern = np.zeros((n, n), dtype=bool)
    pattern[:diagonals, :diagonals] = generator.random((diagonals, diagonals)) < 0.15
    for k in range(diagonals, diagonals + waiting):
        pattern[k, [0, k - diagonals + 1]] = True  # as a hydroxide has H+ and a metal of its own
    pattern[n - last :] = True
    pattern[n - last :, diagonals : diagonals + waiting] = False
    pattern |= pattern.T
    own = np.ones(n, dtype=bool)
    own[diagonals : diagonals + waiting] = False
    pattern[np.diag_indices(n)] = own
    values = generator.standard_normal((WIDTH, n, n)) * pattern
    values = values + values.transpose(0, 2, 1)
    for k in range(diagonals, diagonals + waiting):
        values[:, k, 0] = values[:, 0, k] = -2.0
        values[:, k, k - diagonals + 1] = values[:, k - diagonals + 1, k] = 1.0
    # definite where there is a diagonal, zero where a phase's would stand
    values[:, np.arange(n), np.arange(n)] = np.where(own, 3.0 + np.abs(values).sum(axis=2), 0.0)
    return pattern, own, values


@pytest.mark.parametrize(("diagonals", "waiting", "last"), [(1, 0, 0), (6, 0, 3), (9, 4, 3), (14, 7, 3)])
def test_plan_elimination__solves_as_the_whole_system(diagonals, waiting, last):
    generator = np.random.default_rng(diagonals)
    for _ in range(20):
        pattern, own, values = sparse_system(generator, diagonals, waiting, last)
        rhs = generator.standard_normal((WIDTH, len(pattern)))
        table = np.ascontiguousarray(values.reshape(WIDTH, -1).T)
        found = solved(pattern, own, last, table, np.ascontiguousarray(rhs.T))
        expected = np.linalg.solve(values, rhs[:, :, None])[:, :, 0]
        np.testing.assert_allclose(found.T, expected, rtol=1e-9, atol=1e-11)


def test_plan_elimination__keeps_what_arises_and_no_more():
    generator = np.random.default_rng(5)
    for _ in range(20):
        pattern, own, _ = sparse_system(generator, 9, 4, 3)
        plan = planned(pattern, own, 3)
        taken = np.argsort(plan.place)
        assert np.array_equal(plan.cell >= 0, naive_fill(pattern, taken))
        assert taken[-3:].tolist() == [13, 14, 15]
        for k in np.flatnonzero(~own):
            assert any(plan.place[j] < plan.place[k] for j in np.flatnonzero(pattern[k]) if own[j])


def test_plan_elimination__takes_the_arrow_from_its_tip():
    # a column and a row of neighbours and a diagonal: nothing arises where the full row comes last
    pattern = np.eye(8, dtype=bool)
    pattern[0] = pattern[:, 0] = True
    plan = planned(pattern, np.ones(8, dtype=bool), 0)
    assert plan.place[0] >= 6
    assert len(plan.column) == pattern.sum()
