"""Anderson's acceleration against the plain fixed point."""

import numpy as np
import pytest

from raffinate.flowsheet.acceleration import Anderson


def passes(matrix, accelerated):
    """Count passes until x = matrix x + 1 agrees to 1e-10."""
    x, history = np.zeros(len(matrix)), Anderson()
    for number in range(1, 2000):
        wanted = matrix @ x + 1.0
        if np.abs(wanted - x).max() <= 1e-10:
            assert np.allclose(x, np.linalg.solve(np.eye(len(matrix)) - matrix, np.ones(len(matrix))), rtol=1e-7)
            return number
        x = history.next(x, wanted) if accelerated else wanted
    return 2000


@pytest.mark.parametrize("seed", range(5))
def test_anderson__needs_a_fraction_of_the_passes(seed):
    random = np.random.default_rng(seed)
    matrix = random.normal(size=(4, 4))
    matrix *= 0.95 / np.abs(np.linalg.eigvals(matrix)).max()
    assert passes(matrix, accelerated=True) <= 30
    assert passes(matrix, accelerated=False) > 100


def test_anderson__settles_what_would_run_away():
    assert passes(np.array([[-3.0]]), accelerated=True) <= 10
