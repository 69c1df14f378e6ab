import naive_shrinking_core as naive
import numpy as np
import pytest

from raffinate.kernels.leach_residue import residue_sizes
from raffinate.kernels.shrinking_core import (
    ASH,
    AVRAMI,
    FILM,
    FIRST_ORDER,
    MIXED,
    REACTION,
    SHRINKING_FILM,
    TABULATED,
    Minerals,
    Sizes,
    leach_train,
)
from raffinate.kernels.status import CONVERGED

EDGES = np.geomspace(0.05, 3.0, 14)
SIZES = Sizes(np.array([0.1, 0.5, 1.0, 2.0]), np.array([[0.1, 0.4, 0.3, 0.2]]))
TIMES = np.array([0.2, 0.3, 0.05])


def mineral(law, **given):
    fields = {"resistance": [[0.2, 0.5, 0.3]], "exponent": [0.7], "size_exponent": [1.0], **given}
    curve = {"curve_coordinate": [[0.0, 0.1, 0.35, 1.0]], "curve_unreacted": [[1.0, 0.6, 0.2, 0.05]]}
    return Minerals.of([law], [1.0], **fields, **curve)


def left_by(known, sizes=SIZES, times=TIMES, edges=EDGES):
    full = np.ones(times.size)
    return residue_sizes(known, sizes, times, full, np.full(times.size, np.inf), edges)[0]


@pytest.mark.parametrize("law", range(8))
@pytest.mark.parametrize("accessible", [1.0, 0.9])
def test_residue_sizes__equal_their_slow_twin(law, accessible):
    known = mineral(law, accessible=[accessible])
    found = left_by(known)
    assert np.sum(found) == pytest.approx(1.0, abs=1e-14)
    np.testing.assert_allclose(found, naive.residue_sizes(known, 0, TIMES, SIZES, EDGES), atol=1e-8)


def test_residue_sizes__of_one_tank_are_an_integral_by_hand():
    # surface reaction in one tank: particles of age s, exp(-s/theta)/theta of them, have the diameter 1 - s, mass (1-s)^3
    theta = 0.4
    ages = np.linspace(0.0, 1.0, 200001)
    ages = 0.5 * (ages[1:] + ages[:-1])
    mass = (1.0 - ages) ** 3 * np.exp(-ages / theta)
    expected, _ = np.histogram(1.0 - ages, bins=[0.0, *EDGES[1:]], weights=mass)
    found = left_by(mineral(REACTION), Sizes(np.ones(1), np.ones((1, 1))), np.array([theta]))
    np.testing.assert_allclose(found, expected / np.sum(expected), atol=2e-5)


@pytest.mark.parametrize("law", [ASH, FILM, MIXED, TABULATED])
def test_residue_sizes__coarsen_where_particles_keep_their_size(law):
    found = left_by(mineral(law))
    fed, _ = np.histogram(SIZES.size_ratio, bins=EDGES, weights=SIZES.size_fraction[0])
    assert np.all(np.cumsum(found) <= np.cumsum(fed) + 1e-14)
    assert np.all(found[fed == 0.0] == 0.0)


@pytest.mark.parametrize("law", [FIRST_ORDER, AVRAMI])
def test_residue_sizes__stay_where_size_plays_no_part(law):
    fed, _ = np.histogram(SIZES.size_ratio, bins=EDGES, weights=SIZES.size_fraction[0])
    np.testing.assert_allclose(left_by(mineral(law)), fed, rtol=1e-14)


@pytest.mark.parametrize("law", [REACTION, SHRINKING_FILM])
def test_residue_sizes__spread_below_the_size_fed_where_particles_shrink(law):
    found = left_by(mineral(law), Sizes(np.ones(1), np.ones((1, 1))))
    assert np.all(found[EDGES[:-1] > 1.0] == 0.0)
    assert np.all(found[EDGES[1:] < 1.0] > 0.0)


def test_residue_sizes__are_those_fed_where_nothing_is_left_or_nothing_happened():
    fed, _ = np.histogram(SIZES.size_ratio, bins=EDGES, weights=SIZES.size_fraction[0])
    np.testing.assert_allclose(left_by(mineral(REACTION), times=np.full(3, 1e-9)), fed, atol=1e-8)
    np.testing.assert_allclose(left_by(mineral(TABULATED, accessible=[0.0])), fed, atol=1e-14)
    sour = mineral(REACTION, acid_order=[1.0])
    for acid in (np.zeros(3), np.full(3, 1e-300)):
        found = residue_sizes(sour, SIZES, TIMES, acid, np.full(3, np.inf), EDGES)[0]
        np.testing.assert_allclose(found, fed, atol=1e-14)


def test_residue_sizes__hold_the_mass_that_the_train_leaves():
    """Of two classes leached alone, the residues weighed by what is left of each make the residue of both."""
    known = Minerals.of([REACTION], [5000.0], acid_order=[0.7], reference_acid=[1500.0], acid_demand=[2.0])
    both = Sizes(np.array([0.4, 1.3]), np.array([[0.35, 0.65]]))
    times = np.full(4, 1800.0)
    conversion, acid, *_, status = leach_train(known, both, times, np.ones(1), 2.6, 1e-3)
    assert status == CONVERGED
    oxidant = np.full(4, np.inf)
    whole = residue_sizes(known, both, times, acid, oxidant, EDGES)[0]
    parts, left = [], []
    fixed = known._replace(acid_order=np.zeros(1), acid_demand=np.zeros(1))
    rate = (acid / 1500.0) ** 0.7
    for k in range(2):
        one = Sizes(both.size_ratio[k : k + 1], np.ones((1, 1)))
        parts.append(residue_sizes(fixed, one, times * rate, acid, oxidant, EDGES)[0])
        left.append(
            both.size_fraction[0, k] * (1.0 - leach_train(fixed, one, times * rate, np.ones(1), 1.0, 1.0)[0][-1, 0])
        )
    assert sum(left) == pytest.approx(1.0 - conversion[-1, 0], abs=1e-9)
    np.testing.assert_allclose(whole, (left[0] * parts[0] + left[1] * parts[1]) / sum(left), atol=1e-9)
