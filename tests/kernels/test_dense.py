"""Factors of a matrix in lanes, against NumPy."""

import numpy as np
import pytest

from raffinate.kernels.dense import factorise, factorise_in_order, substitute
from raffinate.kernels.lanes import WIDTH


def in_lanes(matrix: np.ndarray) -> np.ndarray:
    """The table of a square matrix, each equation in a column."""
    order = len(matrix)
    long = -(-order // WIDTH) * WIDTH
    table = np.zeros((long, long))
    table[:order, :order] = matrix.T
    return table.reshape(-1, WIDTH)


def factors(matrix: np.ndarray) -> tuple[bool, tuple]:
    """Whether there are factors, and these as `substitute` takes them."""
    table = in_lanes(matrix)
    inverse, pivots = np.zeros((-(-len(matrix) // WIDTH), WIDTH)), np.zeros(len(matrix), np.int64)
    parts = (table, np.zeros(table.shape), inverse, pivots)
    return factorise(*parts, len(matrix)), parts


def solved(matrix: np.ndarray, *sides: np.ndarray) -> list[np.ndarray]:
    """The solution of each side, by one factorisation."""
    order = len(matrix)
    done, parts = factors(matrix)
    assert done
    found = []
    for side in sides:
        rhs = np.zeros(parts[2].shape)
        rhs.reshape(-1)[:order] = side
        substitute(*parts, rhs, order)
        found.append(rhs.reshape(-1)[:order])
    return found


@pytest.mark.parametrize("order", [1, 2, 7, 8, 9, 16, 23, 40])
def test_factorise__serves_for_several_right_hand_sides(order):
    rng = np.random.default_rng(order)
    matrix = rng.normal(size=(order, order)) * 10.0 ** rng.uniform(-3.0, 3.0, (order, 1))
    sides = [rng.normal(size=order) for _ in range(3)]
    for side, found in zip(sides, solved(matrix, *sides), strict=True):
        np.testing.assert_allclose(found, np.linalg.solve(matrix, side), rtol=1e-9)


def test_factorise__interchanges_equations_where_a_pivot_is_zero():
    matrix = np.array([[0.0, 2.0, 1.0], [1.0, 0.0, 0.0], [0.0, 0.0, 3.0]])
    (found,) = solved(matrix, np.array([4.0, 5.0, 6.0]))
    np.testing.assert_allclose(found, [5.0, 1.0, 2.0], rtol=1e-15)


@pytest.mark.parametrize(
    "matrix", [np.zeros((3, 3)), np.ones((9, 9)), np.full((2, 2), np.nan), np.full((2, 2), np.inf)]
)
def test_factorise__says_that_a_matrix_is_singular(matrix):
    assert not factors(matrix)[0]


@pytest.mark.parametrize("order", [1, 2, 7, 8, 9, 16, 23, 40])
def test_factorise_in_order__solves_where_no_pivot_has_to_be_sought(order):
    rng = np.random.default_rng(order)
    matrix = rng.uniform(-1.0, 1.0, (order, order)) + 2.0 * order * np.diag(rng.choice([-1.0, 1.0], order))
    found = (in_lanes(matrix), *(np.zeros_like(part) for part in factors(matrix)[1][1:]))
    assert factorise_in_order(*found, np.zeros((WIDTH, WIDTH)), order)
    rhs = np.zeros(found[2].shape)
    rhs.reshape(-1)[:order] = side = rng.normal(size=order)
    substitute(*found, rhs, order)
    np.testing.assert_allclose(rhs.reshape(-1)[:order], np.linalg.solve(matrix, side), rtol=1e-11)


@pytest.mark.parametrize(
    "matrix",
    [np.array([[0.0, 2.0], [1.0, 0.0]]), np.array([[0.1, 2.0], [2.0, 1.0]]), np.ones((9, 9)), np.full((2, 2), np.nan)],
)
def test_factorise_in_order__refuses_where_a_pivot_has_to_be_sought(matrix):
    order, table = len(matrix), in_lanes(matrix)
    room = (np.zeros_like(table), np.zeros((-(-order // WIDTH), WIDTH)), np.zeros(order, np.int64))
    assert not factorise_in_order(table, *room, np.zeros((WIDTH, WIDTH)), order)
