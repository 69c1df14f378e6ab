"""Orthonormal columns: against the library's, and of columns that depend on each other."""

import numpy as np
import pytest

from raffinate.kernels.orthogonal import orthogonalise

ROUNDING = 1e-13


@pytest.mark.parametrize(("rows", "count"), [(1, 1), (5, 5), (133, 13), (583, 31)])
def test_columns__have_the_basis_of_a_library(rows, count):
    columns = np.random.default_rng([3, rows]).normal(size=(rows, count)) * np.logspace(-6, 6, count)
    basis, triangle = orthogonalise(columns)
    expected, factor = np.linalg.qr(columns)
    signs = np.sign(np.diagonal(factor))
    np.testing.assert_allclose(basis, expected * signs, atol=ROUNDING * count)
    np.testing.assert_allclose(triangle, factor * signs[:, None], rtol=1e-10, atol=ROUNDING * np.abs(factor).max())


def test_columns__nearly_alike_are_still_orthonormal():
    random = np.random.default_rng(4)
    first = random.normal(size=(133, 1))
    columns = first + 1e-9 * random.normal(size=(133, 12))
    basis, triangle = orthogonalise(columns)
    np.testing.assert_allclose(basis.T @ basis, np.eye(12), atol=ROUNDING)
    np.testing.assert_allclose(basis @ triangle, columns, atol=ROUNDING)
    assert (np.tril(triangle, -1) == 0.0).all()


def test_columns__of_nothing_stay_nothing():
    columns = np.array([[3.0, 0.0, 1.0], [4.0, 0.0, 2.0]])
    basis, triangle = orthogonalise(columns)
    assert (basis[:, 1] == 0.0).all()
    assert triangle[1, 1] == 0.0
    np.testing.assert_allclose(basis @ triangle, columns, atol=ROUNDING)
