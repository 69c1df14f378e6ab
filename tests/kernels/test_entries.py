"""Entries by indices that are never negative: as by brackets."""

import numba
import numpy as np
import pytest

from raffinate.kernels.entries import part, pick, put


@numba.njit
def turned(array, places):
    """An array (N,) in the order of places (N,)."""
    answer = np.zeros_like(array)
    for at in range(array.shape[0]):
        put(answer, at, pick(array, pick(places, at)))
    return answer


@numba.njit
def raised(table, by):
    """A table (N, M) with `by`, a whole number, added to the last row."""
    row = table[table.shape[0] - 1]
    for at in range(row.shape[0]):
        put(row, at, pick(row, at) + by)
    return table


@pytest.mark.parametrize("kind", [np.float64, np.int64])
def test_pick_put__are_brackets(kind):
    generator = np.random.default_rng(1)
    array, places = generator.integers(-9, 9, 20).astype(kind), generator.permutation(20)
    assert np.array_equal(turned(array, places), array[places])
    table = np.arange(12.0).reshape(3, 4)
    expected = table.copy()
    expected[2] += 3
    assert np.array_equal(raised(table, 3), expected)


@numba.njit
def doubled(array, first):
    """Double a part (2, 3) of an array from an entry on; answer its sum and that of its last row."""
    view = part(array, first, (2, 3))
    view *= 2.0
    return view.sum(), part(view, 3, (3,)).sum()


def test_part__is_a_view():
    array = np.arange(10.0)
    assert doubled(array, 2) == (54.0, 36.0)
    expected = np.arange(10.0)
    expected[2:8] *= 2.0
    assert np.array_equal(array, expected)
    assert np.array_equal(part(expected.reshape(2, 5), 4, (2, 2)), expected[4:8].reshape(2, 2))
