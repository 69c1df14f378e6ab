"""Factors of a matrix in lanes, against NumPy."""

import numpy as np
import pytest

from raffinate.kernels.dense import factorise, substitute
from raffinate.kernels.lanes import WIDTH


def in_lanes(matrix: np.ndarray) -> np.ndarray:
    """The table of a square matrix."""
    order = len(matrix)
    table = np.zeros((order, -(-order // WIDTH) * WIDTH))
    table[:, :order] = matrix
    return table.reshape(-1, WIDTH)


def solved(matrix: np.ndarray, *sides: np.ndarray) -> list[np.ndarray]:
    """The solution of each side, by one factorisation."""
    order = len(matrix)
    table, factors, pivots = in_lanes(matrix), np.zeros((order, order)), np.zeros(order, np.int64)
    assert factorise(table, factors, pivots, order)
    found = [side.copy() for side in sides]
    for each in found:
        substitute(table, factors, pivots, each, order)
    return found


@pytest.mark.parametrize("order", [1, 2, 7, 8, 9, 16, 23, 40])
def test_factorise__serves_for_several_right_hand_sides(order):
    rng = np.random.default_rng(order)
    matrix = rng.normal(size=(order, order)) * 10.0 ** rng.uniform(-3.0, 3.0, (order, 1))
    sides = [rng.normal(size=order) for _ in range(3)]
    for side, found in zip(sides, solved(matrix, *sides), strict=True):
        np.testing.assert_allclose(found, np.linalg.solve(matrix, side), rtol=1e-9)


def test_factorise__interchanges_rows_where_a_pivot_is_zero():
    matrix = np.array([[0.0, 2.0, 1.0], [1.0, 0.0, 0.0], [0.0, 0.0, 3.0]])
    (found,) = solved(matrix, np.array([4.0, 5.0, 6.0]))
    np.testing.assert_allclose(found, [5.0, 1.0, 2.0], rtol=1e-15)


@pytest.mark.parametrize(
    "matrix", [np.zeros((3, 3)), np.ones((9, 9)), np.full((2, 2), np.nan), np.full((2, 2), np.inf)]
)
def test_factorise__says_that_a_matrix_is_singular(matrix):
    order = len(matrix)
    assert not factorise(in_lanes(matrix), np.zeros((order, order)), np.zeros(order, np.int64), order)
