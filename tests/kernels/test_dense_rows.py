"""Dense systems eight columns at a time: solved as by numpy, told apart where singular."""

import numpy as np
import pytest

from raffinate.kernels.dense_rows import eliminate_beside, eliminate_lanes
from raffinate.kernels.lanes import WIDTH


@pytest.mark.parametrize("order", [1, 7, 8, 9, 18])
def test_eliminate_lanes__solves_as_numpy_does(order):
    generator = np.random.default_rng(order)
    for _ in range(20):
        square, rhs = generator.standard_normal((order, order)), generator.standard_normal(order)
        square[0, 0] = 0.0 if order > 1 else 1.0  # the first row cannot be the first pivot
        matrix = np.full((order + 1, WIDTH * ((order + 1) // WIDTH + 1)), 7.0)
        matrix[:order, :order] = square
        answer = np.append(rhs, 3.0)
        assert eliminate_lanes(matrix, answer, order)
        np.testing.assert_allclose(square @ answer[:order], rhs, rtol=1e-9, atol=1e-10)
        assert answer[order] == 3.0
    assert not eliminate_lanes(np.zeros((order, 24)), np.ones(order), order)


@pytest.mark.parametrize("order", [1, 8, 13])
@pytest.mark.parametrize("columns", [1, 8, 12])
def test_eliminate_beside__solves_as_numpy_does(order, columns):
    generator = np.random.default_rng(order)
    first = WIDTH * ((columns + WIDTH - 1) // WIDTH)
    for _ in range(20):
        square, rhs = generator.standard_normal((order, order)), generator.standard_normal((order, columns))
        square[0, 0] = 0.0 if order > 1 else 1.0
        matrix = np.zeros((order + 2, first + WIDTH * ((order + WIDTH - 1) // WIDTH)))
        matrix[:order, :columns] = rhs
        matrix[:order, first : first + order] = square
        assert eliminate_beside(matrix, first, order)
        np.testing.assert_allclose(square @ matrix[:order, :columns], rhs, rtol=1e-9, atol=1e-10)
    assert not eliminate_beside(np.zeros((order, 32)), first, order)
