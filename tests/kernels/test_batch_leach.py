"""Batch leaching against closed forms, its naive twin, and the balance of its reagents."""

import naive_batch_leach as naive
import numpy as np
import pytest

from raffinate.kernels.batch_leach import NODES, batch_leach, tabulate
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
    batch_conversion,
)
from raffinate.kernels.status import CONVERGED, OUT_OF_STEPS

LAWS = (REACTION, ASH, FILM, FIRST_ORDER, MIXED, AVRAMI, SHRINKING_FILM)
FOREVER = 1e12
ONE = Sizes(np.ones(1), np.ones((1, 1)))


def one(law=FIRST_ORDER, complete_time=3600.0, **given):
    given = {name: np.atleast_1d(value).astype(float) for name, value in given.items()}
    return Minerals.of(np.array([law]), np.array([complete_time]), **given)


def constant(times, acid, oxidant=0.0):
    """Supplies (2, T) of all reagents at the start, in 1 m3."""
    return np.array([np.full(len(times), acid), np.full(len(times), oxidant)]), np.ones(len(times))


def leach(minerals, sizes, amounts, times, supply, volume):
    curves = tabulate(minerals, sizes, np.full(minerals.law.size, FOREVER))
    return batch_leach(minerals, curves, np.atleast_1d(np.asarray(amounts, float)), times, supply, volume)


def imbalance(minerals, amounts, conversion, reagents, supply, volume):
    gone = conversion * amounts
    left = np.array([gone @ minerals.acid_demand, gone @ minerals.oxidant_demand]) + reagents * volume
    return np.abs(left - supply).max() / np.abs(supply).max()


def test_batch__of_half_the_acid_follows_its_closed_form():
    """First order in acid of a first-order mineral: dX/dt = (1 - X)(1 - X/2) / tau."""
    minerals = one(acid_order=1.0, reference_acid=1000.0, acid_demand=0.5)
    times = np.array([0.0, 600.0, 3600.0, 10000.0])
    conversion, reagents, error, steps, status = leach(minerals, ONE, 1000.0, times, *constant(times, 1000.0))
    grown = np.exp(0.5 * times / 3600.0)
    assert status == CONVERGED
    assert conversion[:, 0] == pytest.approx((grown - 1.0) / (grown - 0.5), abs=1e-9)
    assert reagents[0] == pytest.approx(1000.0 - 500.0 * conversion[:, 0], rel=1e-12)
    assert error < 1e-6
    assert steps < 100


def test_batch__is_second_order_where_the_oxidant_goes_with_the_mineral():
    """First order in an oxidant that the mineral takes up one to one, both 1000 mol: X = t / (tau + t)."""
    minerals = one(oxidant_order=1.0, reference_oxidant=1000.0, oxidant_demand=1.0)
    times = np.array([0.0, 900.0, 3600.0, 36000.0])
    conversion, reagents, _, _, status = leach(minerals, ONE, 1000.0, times, *constant(times, 500.0, 1000.0))
    assert status == CONVERGED
    assert conversion[:, 0] == pytest.approx(times / (3600.0 + times), abs=1e-8)
    assert reagents[0] == pytest.approx(500.0)
    assert reagents[1] == pytest.approx(1000.0 * (1.0 - conversion[:, 0]), rel=1e-9)


def test_batch__takes_what_is_dosed_where_it_is_starved():
    """A fast mineral with acid dosed evenly dissolves as fast as the dose: 2 mol of acid each."""
    minerals = one(REACTION, 1.0, acid_order=0.7, reference_acid=1000.0, acid_demand=2.0)
    times = np.linspace(0.0, 3600.0, 7)
    supply = np.array([1600.0 * times / 3600.0, np.zeros(7)])
    conversion, reagents, _, steps, status = leach(minerals, ONE, 1000.0, times, supply, np.ones(7))
    assert status == CONVERGED
    assert conversion[:, 0] == pytest.approx(0.8 * times / 3600.0, abs=1e-3)
    assert reagents[0, 1:].max() < 2.0
    assert reagents.min() >= 0.0
    assert steps < 500


@pytest.mark.parametrize("order", [0.0, 0.5, 1.0])
def test_batch__ends_where_the_acid_does(order):
    minerals = one(REACTION, 60.0, acid_order=order, reference_acid=1000.0, acid_demand=2.0)
    times = np.array([0.0, 3600.0, 1e5])
    conversion, reagents, _, _, status = leach(minerals, ONE, 1000.0, times, *constant(times, 500.0))
    assert status == CONVERGED
    assert conversion[-1, 0] == pytest.approx(0.25, abs=1e-6)
    assert abs(reagents[0, -1]) < 1e-3


@pytest.mark.parametrize("law", LAWS)
def test_batch__at_constant_liquor_is_the_law(law):
    sizes = Sizes(np.array([0.3, 1.0, 2.5]), np.array([[0.2, 0.5, 0.3]]))
    minerals = one(law, exponent=0.6, resistance=[[0.2, 0.3, 0.5]], acid_order=0.7, reference_acid=1500.0)
    times = np.array([0.0, 1.0, 60.0, 1000.0, 4000.0, 9000.0])
    conversion, _, _, _, status = leach(minerals, sizes, 1000.0, times, *constant(times, 900.0))
    assert status == CONVERGED
    exact = batch_conversion(minerals, sizes, times, 900.0)
    assert conversion == pytest.approx(exact, abs=2e-5 if law == FILM else 1e-6)


@pytest.mark.parametrize("seed", range(6))
def test_batch__agrees_with_its_naive_twin(seed):
    """Two minerals of random laws, sizes, orders and demands, acid dosed in two rates, the volume growing."""
    random = np.random.default_rng(seed)
    law = random.choice([REACTION, ASH, MIXED, AVRAMI, SHRINKING_FILM], 2)
    minerals = Minerals.of(
        law,
        random.uniform(1000.0, 6000.0, 2),
        acid_order=random.uniform(0.3, 1.0, 2),
        reference_acid=np.full(2, 1000.0),
        acid_demand=random.uniform(0.2, 2.0, 2),
        accessible=random.uniform(0.8, 1.0, 2),
        exponent=random.uniform(0.7, 1.5, 2),
        resistance=np.tile([0.2, 0.3, 0.5], (2, 1)),
        oxidant_order=np.array([0.6 * (seed % 2), 0.0]),
        reference_oxidant=np.full(2, 200.0),
        oxidant_demand=np.array([0.4, 0.0]),
    )
    sizes = Sizes(np.array([0.5, 1.0, 2.0]), random.dirichlet(np.ones(3), 2))
    amounts = random.uniform(200.0, 800.0, 2)
    times = np.array([0.0, 600.0, 1800.0, 5400.0])
    supply = np.array([[600.0, 900.0, 1400.0, 1400.0], [300.0, 500.0, 500.0, 500.0]])
    volume = np.array([1.0, 1.05, 1.1, 1.1])
    conversion, reagents, _, _, status = leach(minerals, sizes, amounts, times, supply, volume)
    assert status == CONVERGED
    assert imbalance(minerals, amounts, conversion, reagents, supply, volume) < 1e-13
    exact, left = naive.batch_leach(minerals, sizes, amounts, times, supply, volume)
    assert conversion == pytest.approx(exact, abs=3e-6)
    assert reagents == pytest.approx(left, abs=1e-2)


def test_batch__balances_on_random_cases():
    random = np.random.default_rng(5)
    for _ in range(60):
        count = int(random.integers(1, 5))
        minerals = Minerals.of(
            random.choice(LAWS, count),
            10.0 ** random.uniform(1.0, 5.0, count),
            acid_order=random.choice([0.0, 0.5, 0.7, 1.0], count),
            reference_acid=np.full(count, 1000.0),
            acid_demand=random.uniform(0.0, 4.0, count),
            exponent=random.uniform(0.4, 2.0, count),
            resistance=np.tile([0.2, 0.3, 0.5], (count, 1)),
            oxidant_order=random.choice([0.0, 0.0, 0.65], count),
            reference_oxidant=np.full(count, 300.0),
            oxidant_demand=random.uniform(0.0, 1.0, count),
        )
        sizes = Sizes(np.array([0.3, 1.0, 3.0]), random.dirichlet(np.ones(3), count))
        amounts = random.uniform(10.0, 1000.0, count)
        times = np.concatenate([[0.0], np.sort(random.uniform(10.0, 20000.0, 6))])
        rise = np.concatenate([[random.uniform(0.0, 1.0)], np.sort(random.uniform(0.0, 1.0, 5)), [1.0]])
        rise = np.maximum.accumulate(rise)
        supply = np.array([3000.0 * rise, 600.0 * rise]) * random.uniform(0.05, 1.5)
        volume = 1.0 + 0.2 * rise
        conversion, reagents, _, _, status = leach(minerals, sizes, amounts, times, supply, volume)
        assert status == CONVERGED
        assert (np.diff(conversion, axis=0) >= -1e-12).all()
        assert conversion.max() <= 1.0
        assert reagents[0].min() >= -1e-7 * supply[0].max()
        assert imbalance(minerals, amounts, conversion, reagents, supply, volume) < 1e-12


def test_table__passes_through_the_law_and_ends():
    minerals = one(TABULATED, 100.0, curve_coordinate=[[0.0, 1.0, 2.0]], curve_unreacted=[[1.0, 0.4, 0.1]])
    curves = tabulate(minerals, ONE, np.array([FOREVER]))
    assert curves.span == pytest.approx([200.0])
    assert curves.share[0, NODES] == pytest.approx(0.9)
    assert curves.share[0, 0] == 0.0


def test_batch__without_oxidant_stands_still():
    minerals = one(REACTION, 60.0, oxidant_order=0.5, reference_oxidant=100.0, oxidant_demand=0.5)
    times = np.array([0.0, 1000.0])
    conversion, _, _, _, status = leach(minerals, ONE, 10.0, times, *constant(times, 100.0, 0.0))
    assert status == CONVERGED
    assert conversion[-1, 0] == 0.0


def test_batch__stands_still_while_less_than_nothing_is_supplied():
    """Acid is short by 1 mol until half the time, then comes: only then the mineral dissolves."""
    minerals = one(acid_order=1.0, reference_acid=100.0, acid_demand=1.0)
    times = np.array([0.0, 1800.0, 3600.0, 7200.0])
    supply = np.array([[-1.0, -1.0, 100.0, 100.0], np.zeros(4)])
    conversion, reagents, _, _, status = leach(minerals, ONE, 10.0, times, supply, np.ones(4))
    assert status == CONVERGED
    assert conversion[1, 0] == pytest.approx(0.0, abs=1e-12)
    assert reagents[0, 1] == pytest.approx(-1.0)
    assert conversion[2, 0] > 0.05
    assert conversion[3, 0] > conversion[2, 0]


def test_batch__says_that_its_steps_ran_out():
    minerals = one(acid_order=1.0, reference_acid=100.0, acid_demand=1.0)
    times = np.array([0.0, 1000.0])
    status = leach(minerals, ONE, 10.0, times, *constant(times, np.nan))[-1]
    assert status == OUT_OF_STEPS
