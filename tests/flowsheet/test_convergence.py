"""Accelerators: passes on a synthetic plant of three coupled loops and on linear recycles, safeguards, invariances.

Bounds on passes are of the same kind as published for direct substitution and Wegstein: counts, never times.
"""

from dataclasses import FrozenInstanceError, replace
from itertools import pairwise

import numpy as np
import pytest

from raffinate.flowsheet.convergence import Accelerator, Phase, residual
from raffinate.flowsheet.errors import DataError

SPECIES = 10
LOOPS = 3
INSTANCES = 11


class Plant:
    """Three coupled loops of ten species: chain reactions, extraction that depends on acid, solubility, a nested purge.

    Species 0 is water, 1 acid. Each loop returns up to `recycle` of what it receives; a part of the last product
    returns to the first loop. `strong` doubles reaction rates, steepens the extraction and lowers the solubilities.
    """

    def __init__(self, recycle, strong, seed):
        generator = np.random.default_rng(seed)
        self.feed = np.concatenate(([1000.0], 10.0 ** generator.uniform(-3.0, 2.0, SPECIES - 1)))
        self.rate = generator.uniform(0.0, 0.3, (LOOPS, SPECIES - 1)) * (2.0 if strong else 1.0)
        self.rate[:, -1] = 0.0
        self.share = recycle * generator.uniform(0.8, 1.0, (LOOPS, SPECIES))
        self.share[:, 0] = recycle * np.array([1.0, 0.95, 0.98])
        self.cross = generator.uniform(0.1, 0.3, (LOOPS, SPECIES))
        self.cross *= np.array([[recycle * min(1.0, 5.0 * (1.0 - recycle))], [1.0 - recycle], [1.0 - recycle]])
        self.steepness = 3.0 if strong else 1.0
        self.half = generator.uniform(-3.0, 0.0, SPECIES)
        self.solubility = 0.1 * 10.0 ** generator.uniform(-1.5, 0.5, SPECIES) * (0.3 if strong else 1.0)

    def loop(self, number, x):
        """React, extract and crystallise the liquor of one loop."""
        water, y = x[0], x.copy()
        reacted = self.rate[number] * x[1:] / (1.0 + 50.0 * x[1:] / water)
        y[1:] -= reacted
        y[2:] += reacted[:-1]
        acid = np.log10((y[1] + 1e-6) / (water + 1e-6))
        y[2:] *= 1.0 - 0.3 / (1.0 + np.exp(-self.steepness * (acid - self.half[2:])))
        y[1:] /= (1.0 + (y[1:] / (self.solubility[1:] * water)) ** 4) ** 0.25
        return y

    def __call__(self, x):
        first, second, third = x.reshape(LOOPS, SPECIES)
        one = self.loop(0, self.feed + first + 0.5 * self.cross[1] * second)
        two = self.loop(
            1, (1.0 - self.share[0]) * one + (1.0 - 0.5 * self.cross[1]) * second + 0.5 * self.cross[2] * third
        )
        three = self.loop(2, (1.0 - self.share[1]) * two + (1.0 - 0.5 * self.cross[2]) * third)
        purge = (1.0 - self.share[2]) * three
        return np.concatenate((self.share[0] * one + self.cross[0] * purge, self.share[1] * two, self.share[2] * three))


class Nested:
    """Loops one inside the other: mixers in a row, splitters in the opposite order; 20 species that react in a chain.

    Species flows fall from 50 to 0.005 beside 1000 of water; substitution needs up to thousands of passes.
    """

    def __init__(self, loops, recycle, seed):
        self.feed = np.concatenate(([1000.0], 50.0 * 10.0 ** -np.linspace(0.0, 4.0, 19)))
        shares = np.random.default_rng(seed).uniform(0.6, 1.25, (loops, 20))
        self.share = np.minimum(recycle * shares, 0.995)

    def __call__(self, x):
        flows = self.feed
        for returned in x.reshape(self.share.shape):
            flows = flows + returned
            reacted = 0.05 * flows[1:-1]
            flows[1:-1] -= reacted
            flows[2:] += reacted
        back = np.empty_like(self.share)
        for number in reversed(range(len(self.share))):
            back[number] = self.share[number] * flows
            flows = flows - back[number]
        return back.ravel()


class Linear:
    """x = A x + b with A not negative, of given spectral radius, and entries that span `decades`."""

    def __init__(self, size, radius, seed, decades=0.0):
        generator = np.random.default_rng(seed)
        matrix = generator.uniform(0.0, 1.0, (size, size)) * (generator.uniform(size=(size, size)) < 0.3)
        matrix += np.diag(generator.uniform(0.2, 1.0, size))
        matrix *= radius / np.abs(np.linalg.eigvals(matrix)).max()
        sizes = 10.0 ** generator.uniform(-decades, 0.0, size)
        constant = generator.uniform(0.1, 1.0, size)
        self.exact = sizes * np.linalg.solve(np.eye(size) - matrix, constant)
        self.matrix = sizes[:, None] * matrix / sizes
        self.constant = sizes * constant

    def __call__(self, x):
        return self.matrix @ x + self.constant


def iterate(accelerator, function, start, tolerance=1e-9, most=400):
    """Answer passes and last x; the answer has been checked by a pass that nothing has proposed."""
    state = accelerator.start(np.asarray(start, dtype=float))
    x = state.x
    for count in range(1, most + 1):
        g = function(x)
        if residual(x, g, 1e-15) <= tolerance:
            return count, x
        state, x = accelerator.step(state, g)
    raise AssertionError(f"residual {state.residual} after {most} passes")


def substitute(function, start, tolerance=1e-9, most=5000):
    """The slow and obvious way."""
    x = np.asarray(start, dtype=float)
    for count in range(1, most + 1):
        g = function(x)
        if residual(x, g, 1e-15) <= tolerance:
            return count, x
        x = g
    return most, x


def states_of(accelerator, function, start, passes):
    state = accelerator.start(np.asarray(start, dtype=float))
    states = [state]
    for _ in range(passes):
        state, _ = accelerator.step(state, function(state.x))
        states.append(state)
    return states


# --- how many passes ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("recycle", "strong", "median", "largest"),
    [
        (0.5, False, 24, 40),
        (0.9, False, 48, 110),
        (0.99, False, 90, 250),
        (0.5, True, 24, 40),
        (0.9, True, 48, 100),
        (0.99, True, 92, 250),
    ],
)
def test_accelerator__solves_three_coupled_loops_in_few_passes(recycle, strong, median, largest):
    start = np.zeros(LOOPS * SPECIES)
    passes = [iterate(Accelerator(), Plant(recycle, strong, seed), start)[0] for seed in range(INSTANCES)]
    assert np.median(passes) <= median
    assert max(passes) <= largest


@pytest.mark.parametrize("recycle", [0.9, 0.99])
def test_accelerator__needs_a_fraction_of_the_passes_of_substitution(recycle):
    plant, start = Plant(recycle, strong=False, seed=1), np.zeros(LOOPS * SPECIES)
    assert iterate(Accelerator(), plant, start)[0] * 4 < substitute(plant, start)[0]


@pytest.mark.parametrize(
    ("loops", "recycle", "most"), [(1, 0.6, 14), (3, 0.4, 18), (10, 0.2, 32), (1, 0.7, 18), (3, 0.6, 28), (10, 0.5, 90)]
)
def test_accelerator__solves_nested_loops_as_one_system(loops, recycle, most):
    for seed in range(5):
        passes, _ = iterate(Accelerator(), Nested(loops, recycle, seed), np.zeros(20 * loops), 1e-6)
        assert passes <= most


@pytest.mark.parametrize("size", [1, 2, 5, 10, 20])
@pytest.mark.parametrize("radius", [0.5, 0.9])
def test_accelerator__solves_a_linear_recycle_in_about_as_many_passes_as_unknowns(size, radius):
    passes = [iterate(Accelerator(), Linear(size, radius, seed), np.zeros(size), 1e-11)[0] for seed in range(5)]
    assert max(passes) <= max(size + 4, 14)


@pytest.mark.parametrize("radius", [0.5, 0.95, 0.995])
def test_accelerator__reaches_trace_entries_to_their_own_size(radius):
    for seed in range(5):
        recycle = Linear(20, radius, seed, decades=9.0)
        passes, x = iterate(Accelerator(), recycle, np.zeros(20), 1e-12)
        assert passes <= 30
        assert np.abs(x / recycle.exact - 1.0).max() < 1e-11 / (1.0 - radius)


def test_accelerator__more_unknowns_than_memory_are_solved_as_well():
    recycle = Linear(120, 0.97, seed=0, decades=6.0)
    passes, x = iterate(Accelerator(), recycle, np.zeros(120), 1e-11)
    assert passes <= 100
    np.testing.assert_allclose(x, recycle.exact, rtol=1e-9)


def test_accelerator__goes_to_round_off_and_stays_there():
    recycle = Linear(10, 0.9, seed=3)
    states = states_of(Accelerator(), recycle, np.zeros(10), 80)
    assert all(state.residual < 1e-12 for state in states[40:])
    assert not states[-1].stalled
    np.testing.assert_allclose(states[-1].x, recycle.exact, rtol=1e-12)


# --- what must not matter ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("strong", [False, True])
def test_accelerator__answers_the_same_from_three_starts(strong):
    plant = Plant(0.9, strong, seed=4)
    far = np.tile(plant.feed, LOOPS)
    answers = [iterate(Accelerator(), plant, start, 1e-12)[1] for start in (np.zeros(30), far, 100.0 * far[::-1])]
    for answer in answers[1:]:
        np.testing.assert_allclose(answer, answers[0], rtol=1e-9)


def test_accelerator__answers_what_substitution_answers():
    plant = Plant(0.9, strong=True, seed=2)
    _, slow = substitute(plant, np.zeros(30), 1e-13)
    _, quick = iterate(Accelerator(), plant, np.zeros(30), 1e-12)
    np.testing.assert_allclose(quick, slow, rtol=1e-9)


@pytest.mark.parametrize("strong", [False, True])
def test_accelerator__does_not_depend_on_the_units_of_the_entries(strong):
    plant = Plant(0.9, strong, seed=5)
    units = 2.0 ** np.random.default_rng(0).integers(-30, 30, LOOPS * SPECIES)
    plain = states_of(Accelerator(), plant, np.zeros(30), 20)
    scaled = states_of(Accelerator(), lambda x: units * plant(x / units), np.zeros(30), 20)
    for one, other in zip(plain, scaled, strict=True):
        np.testing.assert_allclose(other.x, units * one.x, rtol=1e-6)


def test_accelerator__does_not_depend_on_the_order_of_the_entries():
    recycle = Linear(12, 0.9, seed=1)
    swap = np.random.default_rng(2).permutation(12)
    back = np.argsort(swap)
    plain = states_of(Accelerator(), recycle, np.zeros(12), 10)[-1]
    swapped = states_of(Accelerator(), lambda x: recycle(x[back])[swap], np.zeros(12), 10)[-1]
    np.testing.assert_allclose(swapped.x, plain.x[swap], rtol=1e-9)


def test_step__answers_the_same_twice_and_changes_nothing():
    plant = Plant(0.9, strong=False, seed=0)
    state = states_of(Accelerator(), plant, np.zeros(30), 15)[-1]
    g = plant(state.x)
    x_before, g_before = state.x.copy(), g.copy()
    _, first = Accelerator().step(state, g)
    later, second = Accelerator().step(state, g)
    np.testing.assert_array_equal(first, second)
    np.testing.assert_array_equal(state.x, x_before)
    np.testing.assert_array_equal(g, g_before)
    assert later.passes == state.passes + 1
    with pytest.raises(FrozenInstanceError):
        state.passes = 0


def test_step__is_not_disturbed_when_the_caller_reuses_its_arrays():
    recycle = Linear(6, 0.9, seed=0)
    accelerator, buffer = Accelerator(), np.zeros(6)
    state = accelerator.start(buffer)
    for _ in range(14):
        buffer[:] = recycle(state.x)
        state, _ = accelerator.step(state, buffer)
        buffer[:] = np.nan
    np.testing.assert_allclose(state.x, recycle.exact, rtol=1e-9)


def test_step__takes_what_the_pass_was_really_given():
    recycle = Linear(8, 0.9, seed=0)
    accelerator, push = Accelerator(), np.linspace(0.9, 1.1, 8)
    state = accelerator.start(np.zeros(8))
    for _ in range(9):
        given = state.x * push
        state, _ = accelerator.step(state, recycle(given), given)
    for _ in range(9):
        state, _ = accelerator.step(state, recycle(state.x))
    np.testing.assert_allclose(state.x, recycle.exact, rtol=1e-10)


# --- phases and safeguards ---------------------------------------------------------------------------------------


def test_accelerator__begins_with_two_direct_substitutions():
    plant = Plant(0.9, strong=False, seed=0)
    states = states_of(Accelerator(), plant, np.ones(30), 2)
    np.testing.assert_array_equal(states[1].x, plant(np.ones(30)))
    np.testing.assert_array_equal(states[2].x, plant(states[1].x))
    assert [state.phase for state in states] == [Phase.SUBSTITUTING] * 3


def test_accelerator__mixes_at_once_where_substitution_contracts_and_approaches_where_it_does_not():
    quick = states_of(Accelerator(), Linear(10, 0.5, seed=0), np.zeros(10), 3)[-1]
    slow = states_of(Accelerator(), Plant(0.99, strong=False, seed=0), np.zeros(30), 3)[-1]
    assert quick.phase is Phase.MIXING
    assert slow.phase is Phase.APPROACHING


@pytest.mark.parametrize("recycle", [0.5, 0.9, 0.99])
@pytest.mark.parametrize("strong", [False, True])
def test_accelerator__proposes_no_negative_flow(recycle, strong):
    for seed in range(4):
        for state in states_of(Accelerator(), Plant(recycle, strong, seed), np.zeros(30), 60):
            assert (state.x >= 0.0).all()


def test_accelerator__replaces_a_refused_entry_by_what_the_pass_answered():
    # the extrapolation of x -> 0.5 x - 0.2 goes to -0.4; while the pass answers above zero, that is taken
    states = states_of(Accelerator(), lambda x: 0.5 * x - 0.2, [4.0], 3)
    assert states[3].phase is Phase.MIXING
    assert states[3].x == pytest.approx([0.15])
    assert 0.5 * states[2].x - 0.2 == pytest.approx(states[3].x)


def test_accelerator__never_proposes_a_negative_answer_of_a_pass():
    for state in states_of(Accelerator(), lambda x: 0.5 * x - 0.2, [4.0], 12):
        assert (state.x >= 0.0).all()


def test_accelerator__lets_marked_entries_be_negative():
    accelerator = Accelerator(may_be_negative=np.array([True, False]))
    matrix, constant = np.array([[0.5, -0.2], [0.1, 0.6]]), np.array([-0.4, 1.0])
    passes, x = iterate(accelerator, lambda x: matrix @ x + constant, np.zeros(2), 1e-12)
    np.testing.assert_allclose(x, np.linalg.solve(np.eye(2) - matrix, constant), rtol=1e-10)
    assert x[0] < 0.0 < x[1]
    assert passes <= 8


def test_accelerator__an_entry_that_passes_through_zero_does_not_hold_up_the_others():
    # the first entry is the difference of two large ones and vanishes in the answer
    accelerator = Accelerator(may_be_negative=np.array([True, False, False]))

    def function(x):
        second, third = 0.9 * x[1] + 1.0, 0.8 * x[2] + 2.0 + 0.01 * np.sin(x[1])
        return np.array([second - x[1], second, third])

    state = states_of(accelerator, function, np.zeros(3), 25)[-1]
    assert state.x[0] == pytest.approx(0.0, abs=1e-12)
    np.testing.assert_allclose(state.x[1:], function(state.x)[1:], rtol=1e-12)


def test_accelerator__zero_entries_stay_zero():
    recycle = Linear(5, 0.9, seed=0)
    wanted = np.array([0, 2, 3, 5, 6])

    def function(x):
        g = np.zeros(7)
        g[wanted] = recycle(x[wanted])
        return g

    passes, x = iterate(Accelerator(), function, np.zeros(7), 1e-12)
    assert passes <= 16
    assert (x[[1, 4]] == 0.0).all()
    np.testing.assert_allclose(x[wanted], recycle.exact, rtol=1e-10)


@pytest.mark.parametrize("slope", [-0.9, -1.5, -5.0])
def test_accelerator__an_overshooting_map_converges(slope):
    coupling = np.array([[slope, 0.1], [0.0, 0.5]])
    answer = np.array([2.0, 3.0])
    passes, x = iterate(Accelerator(), lambda x: answer + coupling @ (x - answer), np.ones(2), 1e-11)
    np.testing.assert_allclose(x, answer, rtol=1e-9)
    assert passes <= 40


def test_accelerator__restarts_from_the_best_point_when_a_residual_grows():
    recycle = Linear(4, 0.8, seed=0)
    accelerator = Accelerator()
    state = states_of(accelerator, recycle, np.zeros(4), 5)[-1]
    assert state.phase is Phase.MIXING
    worse, x = accelerator.step(state, 50.0 * recycle(state.x))
    assert worse.restarts == state.restarts + 1
    assert worse.phase is Phase.APPROACHING
    np.testing.assert_array_equal(worse.best_x, state.best_x)
    np.testing.assert_allclose(x, recycle(state.best_x))
    for _ in range(25):
        worse, x = accelerator.step(worse, recycle(x))
    np.testing.assert_allclose(x, recycle.exact, rtol=1e-10)


def test_accelerator__relief_grows_from_restart_to_restart_until_the_passes_are_followed():
    accelerator = Accelerator()
    generator = np.random.default_rng(0)
    states = states_of(accelerator, lambda x: generator.uniform(0.1, 1.0, x.size), np.ones(4), 300)
    lengths = []
    for before, after in pairwise(states):
        if after.restarts > before.restarts:
            lengths.append(0)
        if after.restarts and after.phase is Phase.APPROACHING:
            lengths[-1] += 1
    assert lengths[:3] == [10, 20, 0]
    assert any(state.phase is Phase.FOLLOWING for state in states)


# --- failures ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1, 3])
def test_accelerator__reports_a_plant_that_only_accumulates(size):
    # nothing leaves: every pass answers what it was given and the feed on top
    states = states_of(Accelerator(), lambda x: 1.5 * x + 1.0, np.zeros(size), 250)
    assert states[-1].stalled
    assert not any(state.stalled for state in states[:10])


def test_accelerator__reports_noise_that_has_no_fixed_point():
    generator = np.random.default_rng(1)
    states = states_of(Accelerator(), lambda x: generator.uniform(0.1, 1.0, x.size), np.ones(4), 250)
    assert states[-1].stalled
    assert np.isfinite(states[-1].x).all()


def test_accelerator__goes_as_the_passes_answer_where_strides_lead_nowhere():
    generator = np.random.default_rng(1)
    accelerator, answers = Accelerator(), []

    def noise(x):
        answers.append(generator.uniform(0.1, 1.0, x.size))
        return answers[-1]

    states = states_of(accelerator, noise, np.ones(4), 300)
    last = [(state.x, answered) for state, answered in zip(states[-50:], answers[-50:], strict=True)]
    assert all(state.stalled and state.phase is Phase.FOLLOWING for state in states[-50:])
    for proposed, answered in last:
        np.testing.assert_array_equal(proposed, answered)


def test_accelerator__returns_from_an_answer_that_is_not_finite():
    recycle = Linear(6, 0.9, seed=2)
    accelerator = Accelerator()
    state = states_of(accelerator, recycle, np.zeros(6), 4)[-1]
    state, x = accelerator.step(state, np.full(6, np.nan))
    assert state.residual == np.inf
    assert np.isfinite(x).all()
    assert not state.stalled
    for _ in range(25):
        state, x = accelerator.step(state, recycle(x))
    np.testing.assert_allclose(x, recycle.exact, rtol=1e-10)


def test_accelerator__is_stalled_when_no_pass_is_finite():
    accelerator = Accelerator()
    state, x = accelerator.step(accelerator.start(np.ones(3)), np.array([1.0, np.inf, 1.0]))
    assert state.stalled
    np.testing.assert_array_equal(x, np.ones(3))


@pytest.mark.parametrize("start", [[], [[1.0]], [np.nan], [1.0, np.inf]])
def test_start__refuses_what_is_no_vector_of_finite_numbers(start):
    with pytest.raises(DataError, match="not a vector of finite numbers"):
        Accelerator().start(np.array(start))


def test_step__refuses_an_answer_of_another_length():
    accelerator = Accelerator()
    with pytest.raises(DataError, match=r"answers \(2,\) numbers, \(3,\) were given"):
        accelerator.step(accelerator.start(np.ones(3)), np.ones(2))


# --- the measure -------------------------------------------------------------------------------------------------


def test_residual__is_the_largest_difference_relative_to_the_answer():
    assert residual(np.array([1.0, 10.0]), np.array([2.0, 8.0])) == pytest.approx(0.5)


def test_residual__measures_trace_entries_by_the_floor():
    x, g = np.array([1.0, 1e-15]), np.array([1.0, 2e-15])
    assert residual(x, g) == pytest.approx(0.5)
    assert residual(x, g, 1e-12) == pytest.approx(1e-3)
    assert residual(x, g, np.array([1e-12, 0.0])) == pytest.approx(0.5)


def test_residual__of_zeros_is_zero_and_of_what_is_not_finite_is_infinite():
    assert residual(np.zeros(2), np.zeros(2)) == 0.0
    assert residual(np.zeros(2), np.array([0.0, np.nan])) == np.inf
    assert residual(np.array([0.0, np.inf]), np.zeros(2)) == np.inf


def test_accelerator__is_a_value():
    accelerator = Accelerator(memory=5)
    assert replace(accelerator, growth=10.0).memory == 5
    with pytest.raises(FrozenInstanceError):
        accelerator.memory = 3


def test_accelerator__follows_a_long_drift_to_its_end():
    """A slow manifold: two entries relax by 2 % a pass to where a third, stiff one, jumps up a step on the way."""

    def passing(x):
        slow = x[:2] + 0.02 * (np.array([1.0, 3.0]) - x[:2])
        stiff = 1.0 + 0.9 * np.tanh(200.0 * (slow[0] - 0.6)) * (1.0 + 0.3 * np.sin(60.0 * slow[1]))
        return np.array([*slow, stiff])

    accelerator = Accelerator()
    state = accelerator.start(np.array([0.01, 0.01, 0.1]))
    for _ in range(400):
        answered = passing(state.x)
        if residual(state.x, answered) < 1e-10:
            break
        state, _ = accelerator.step(state, answered)
    np.testing.assert_allclose(state.x[:2], [1.0, 3.0], rtol=1e-8)
