"""Eight liquors side by side: each as when it is solved alone, and told apart where it is not solved."""

import numba
import numpy as np
import pytest
from asked import equilibrate, equilibrate_many
from naive_speciation import COMPONENTS, mixture, settle, totals_of
from test_pitzer_equilibrium import MODEL as PITZER_MODEL

from raffinate.flowsheet.chemistry.packing import pack
from raffinate.kernels.abreast import blank_abreast, bring_lane, place_lane, solve_abreast
from raffinate.kernels.abreast_activity import DONE, FAILED, I_NOW, RUNNING, STATE, WATER, exponential
from raffinate.kernels.abreast_strength import guess_abreast
from raffinate.kernels.lanes import (
    WIDTH,
    choose,
    counted,
    exceeds,
    greater,
    lesser,
    load,
    load_at,
    most_of,
    nth,
    number_at,
    put_at,
    root,
    rough_logarithm,
    size,
    spread,
    store,
    store_at,
)
from raffinate.kernels.newton import blank_work
from raffinate.kernels.saturation import find
from raffinate.kernels.speciation import WANTED, bring, reduce, weigh
from raffinate.kernels.status import CONVERGED

MODEL, NAMES, PHASES = mixture()
NONE = np.zeros(len(PHASES), dtype=bool)
COMPILED = not numba.config.DISABLE_JIT
ALL = np.ones(len(PHASES), dtype=bool)
HYDROXIDES = np.array(["(OH)" in name for name in PHASES])
MODELS = pytest.mark.parametrize("model", [MODEL, PITZER_MODEL], ids=["truesdell_jones", "pitzer"])
LIQUOR = {"Na": 0.4, "Li": 0.5, "Ni": 0.6, "Co": 0.2, "Mn": 0.1, "Al": 0.02, "Fe": 0.01, "Cu": 0.02, "F": 0.01}


def neighbours(generator, spread_of=0.02, acid=0.1, **more):
    """Nine neutral liquors, the contents of each some per cent off."""
    rows = []
    for _ in range(WIDTH + 1):
        amounts = {name: amount * (1.0 + spread_of * generator.standard_normal()) for name, amount in LIQUOR.items()}
        amounts.update(more)
        metals = {"Na": 1, "Li": 1, "Ni": 2, "Co": 2, "Mn": 2, "Al": 3, "Fe": 3, "Cu": 2, "Ca": 2, "F": -1, "CO3": -2}
        charge = sum(number * amounts.get(name, 0.0) for name, number in metals.items())
        rows.append(totals_of(**amounts, SO4=0.5 * (charge + acid), acid=acid))
    return np.array(rows)


@numba.njit
def abreast(packed, base, rows, allowed):
    """(molality (8, S), whole (8, 3), state (8,)) of rows (8, C) from where the liquor `base` was left."""
    liquor, model, terms = reduce(packed, base, base, allowed, np.zeros(allowed.shape[0]), 0)
    work = blank_work(liquor, model.kind)
    bring(liquor, base, base, 0)
    find(liquor, model, terms, work, False, 0.0)
    side = blank_abreast(liquor, model)
    for lane in range(WIDTH):
        place_lane(liquor, side, lane)
        bring_lane(liquor, side, rows[lane], lane)
        side.room[STATE, lane] = RUNNING
    solve_abreast(liquor, model, side, 12, -1)
    molality = np.zeros((WIDTH, packed.places[0]))
    whole = np.zeros((WIDTH, 2))
    for lane in range(WIDTH):
        for i in range(liquor.dissolved):
            molality[lane, liquor.place[liquor.component.shape[1] + i]] = side.room[side.molality + i, lane]
        whole[lane, 0] = side.room[WATER, lane]
        whole[lane, 1] = side.room[I_NOW, lane]
    return molality, whole, side.room[STATE].copy()


@numba.njit
def calculate(table, values):
    """What each function answers of rows 0 and 1 of table (N, 8), in rows of values; answers the most of row 0."""
    one, other = load(table, 0), load(table, 1)
    store(values, 0, root(size(one)))
    store(values, 1, lesser(one, other))
    store(values, 2, greater(one, other))
    store(values, 3, choose(one, other, spread(2.0), one * 3.0 - other / 7))
    one += 1
    one -= other
    store(values, 4, 2 * one)
    return most_of(load(table, 0))


@numba.njit
def move(table, values):
    """Fill values (6, 8) from table (2, 8) by places; answer whether the first row exceeds the second, and 9, in any lane."""
    store(values, 0, load_at(table, 3))
    store_at(values, 11, load(table, 1))
    put_at(values, 0, number_at(table, 15))
    for lane in range(WIDTH):
        put_at(values, 24 + lane, number_at(table, lane))
        put_at(values, 32 + lane, 0.0)
    store(values, 4, nth(load(table, 0), 5))
    store(values, 5, counted(-2.0))
    return exceeds(load(table, 0), load(table, 1)), exceeds(load(table, 0), spread(9.0))


@numba.njit
def exponentials(table, values):
    """Fill values (N, 8) with the exponentials of table (N, 8)."""
    for at in range(table.shape[0]):
        store(values, at, exponential(load(table, at)))


@numba.njit
def rough_logarithms(table, values):
    """Fill values (N, 8) with the rough logarithms of table (N, 8)."""
    for at in range(table.shape[0]):
        store(values, at, rough_logarithm(load(table, at)))


@numba.njit
def guessed(packed, rows, allowed):
    """(molality (8, S), amounts (8, P), state (8,), steps) of rows (8, C) that hold the same components, from nothing."""
    liquor, model, _ = reduce(packed, rows[0], rows[0], allowed, np.zeros(allowed.shape[0]), 0)
    bring(liquor, rows[0], rows[0], 0)
    liquor.phase[WANTED] = 1.0
    weigh(liquor, 1.0)
    side = blank_abreast(liquor, model)
    for lane in range(WIDTH):
        bring_lane(liquor, side, rows[lane], lane)
        side.room[STATE, lane] = RUNNING
    guess_abreast(liquor, model, side)
    steps, _ = solve_abreast(liquor, model, side, 25, -1)
    molality, amounts = np.zeros((WIDTH, packed.places[0])), np.zeros((WIDTH, allowed.shape[0]))
    c, rows_of = liquor.component.shape[1], liquor.species.shape[1]
    for lane in range(WIDTH):
        for i in range(liquor.dissolved):
            molality[lane, liquor.place[c + i]] = side.room[side.molality + i, lane]
        for k in range(liquor.phase.shape[1]):
            amounts[lane, liquor.place[c + rows_of + k] - packed.places[0]] = side.room[side.amount + k, lane]
    return molality, amounts, side.room[STATE].copy(), steps


def unrelated(generator, count, base=0.0):
    """Neutral liquors of the same components over two decades each, acid to base, to which up to so much base is added."""
    names = [name for name in LIQUOR if name != "F"]
    rows = []
    for _ in range(count):
        amounts = {name: 10.0 ** generator.uniform(-3.0, -1.0) for name in names}
        metals = {"Na": 1, "Li": 1, "Ni": 2, "Co": 2, "Mn": 2, "Al": 3, "Fe": 3, "Cu": 2}
        charge = sum(metals[name] * amount for name, amount in amounts.items())
        acid = generator.uniform(-0.5, 1.0) * amounts["Na"] - base * generator.random()
        amounts["Na"] += base
        charge += base
        rows.append(totals_of(**amounts, SO4=0.5 * (charge + acid), acid=acid))
    return np.array(rows)


def test_lanes__calculate_as_numbers_do():
    table = np.random.default_rng(1).standard_normal((2, WIDTH))
    values = np.zeros((5, WIDTH))
    assert calculate(table, values) == table[0].max()
    one, other = table
    chosen = np.where(one < other, 2.0, one * 3.0 - other / 7)
    expected = [np.sqrt(abs(one)), np.minimum(one, other), np.maximum(one, other), chosen, 2 * (one + 1 - other)]
    np.testing.assert_allclose(values, expected, rtol=1e-15)


def test_lanes__are_numbers_by_their_places():
    table = np.random.default_rng(1).standard_normal((2, WIDTH))
    values = np.zeros((6, WIDTH))
    assert move(table, values) == (True, False)
    numbers, expected = table.ravel(), np.zeros(6 * WIDTH)
    expected[:8] = numbers[3:11]
    expected[11:19] = numbers[8:]
    expected[0] = numbers[15]
    expected[24:32] = numbers[:8]
    expected[32:40] = numbers[5]
    expected[40:] = np.arange(-2.0, 6.0)
    np.testing.assert_array_equal(values.ravel(), expected)


def test_rough_logarithm__grows_as_the_logarithm():
    table = np.exp(np.linspace(-300.0, 300.0, 4000)).reshape(-1, WIDTH)
    table[0] = 2.0 ** np.arange(-3.0, 5.0)
    values = np.empty_like(table)
    rough_logarithms(table, values)
    np.testing.assert_allclose(values[0], np.log(table[0]), atol=1e-12)
    assert np.all(np.diff(values[1:].ravel()) > 0.0)
    np.testing.assert_allclose(values, np.log(table), atol=0.06)


def test_exponential__equals_exp_within_its_range():
    table = np.linspace(-700.0, 150.0, 8000).reshape(-1, WIDTH)
    table[0, 0] = 0.0
    values = np.empty_like(table)
    exponentials(table, values)
    np.testing.assert_allclose(values, np.exp(table), rtol=4e-16)
    exponentials(np.array([[-1e9, 1e9] * 4]), values[:1])
    np.testing.assert_allclose(values[0], np.exp([-700.0, 150.0] * 4), rtol=4e-16)


@MODELS
@pytest.mark.parametrize("acid", [0.3, 0.01, -0.01])
def test_solve_abreast__answers_as_each_alone(model, acid):
    rows = neighbours(np.random.default_rng(2), acid=acid)
    molality, whole, state = abreast(pack(model), rows[0], rows[1:], NONE)
    assert np.all(state == DONE)
    for lane, totals in enumerate(rows[1:]):
        one, _, _, status = equilibrate(model, totals, NONE)
        assert status == CONVERGED
        np.testing.assert_allclose(molality[lane], one.molality, rtol=1e-11)
        np.testing.assert_allclose(whole[lane], [one.water, one.ionic_strength], rtol=1e-12)


def test_solve_abreast__equals_the_twin_of_one():
    components = ("H2O", "H+", "Na+", "Ca+2", "Al+3", "Ni+2", "SO4-2", "CO3-2", "Cl-")
    model, _, phases = mixture(components)
    generator = np.random.default_rng(12)
    rows = []
    for _ in range(WIDTH + 1):
        amounts = 0.1 * (1.0 + 0.02 * generator.standard_normal(6))
        sodium, calcium, aluminium, nickel, carbonate, sulfate = amounts
        chloride = sodium + 2.0 * calcium + 3.0 * aluminium + 2.0 * nickel - 2.0 * carbonate - 2.0 * sulfate + 0.1
        rows.append(
            totals_of(
                components,
                Na=sodium,
                Ca=calcium,
                Al=aluminium,
                Ni=nickel,
                CO3=carbonate,
                SO4=sulfate,
                Cl=chloride,
                acid=0.1,
            )
        )
    none = np.zeros(len(phases), dtype=bool)
    molality, whole, state = abreast(pack(model), rows[0], np.array(rows[1:]), none)
    assert np.all(state == DONE)
    for lane in range(0, WIDTH, 3):
        _, water, expected, _ = settle(model, rows[1 + lane], none)
        np.testing.assert_allclose(molality[lane], expected, rtol=1e-11)
        assert whole[lane, 0] == pytest.approx(water, rel=1e-12)


@pytest.mark.parametrize("ln_k", [0.0, -250.0], ids=["number", "constant"])
def test_solve_abreast__takes_numbers_that_are_not_whole_and_large_constants(ln_k):
    # half an ion pair, and a species so rare that its constant is outside the range of products
    composition, constants = MODEL.composition.copy(), MODEL.ln_k.copy()
    pair = next(at for at, name in enumerate(NAMES) if MODEL.charge[at] == 0.0 and name.startswith("NiSO4"))
    composition[pair] *= 0.5
    constants[pair] += ln_k
    model = MODEL._replace(composition=composition, ln_k=constants)
    rows = neighbours(np.random.default_rng(8))
    molality, _, state = abreast(pack(model), rows[0], rows[1:], NONE)
    assert np.all(state == DONE)
    for lane, totals in enumerate(rows[1:]):
        np.testing.assert_allclose(molality[lane], equilibrate(model, totals, NONE)[0].molality, rtol=1e-11)


@pytest.mark.parametrize("allowed", [NONE, HYDROXIDES], ids=["liquor", "solids"])
def test_guess_abreast__leads_to_what_each_is_alone(allowed):
    generator = np.random.default_rng(21)
    solved = 0
    held = set()
    for _ in range(25 if COMPILED else 1):
        rows = unrelated(generator, WIDTH, base=0.5 if allowed.any() else 0.0)
        molality, amounts, state, steps = guessed(pack(MODEL), rows, allowed)
        for lane in np.flatnonzero(state == DONE):
            one, _, _, status = equilibrate(MODEL, rows[lane], allowed)
            assert status == CONVERGED
            np.testing.assert_allclose(molality[lane], one.molality, rtol=1e-10)
            np.testing.assert_allclose(amounts[lane], one.phase_amounts, rtol=1e-10, atol=1e-12)
            held.add(tuple(np.flatnonzero(one.phase_amounts)))
        solved += np.count_nonzero(state == DONE)
        assert steps < 25 or not np.all(state == DONE)
    assert len(held) > 1 or not (COMPILED and allowed.any())
    # what is not solved is left to others, which has to be rare
    assert solved >= 0.9 * WIDTH * (25 if COMPILED else 1)


def test_solve_abreast__tells_which_it_did_not_solve():
    rows = neighbours(np.random.default_rng(3))
    rows[3, 2:] *= 1e-9  # far from where it starts
    rows[3, 1] = -(rows[3, 2:] @ MODEL.charge[1 : len(COMPONENTS) - 1])
    rows[5, 0] = np.nan
    with np.errstate(all="ignore"):
        molality, _, state = abreast(pack(MODEL), rows[0], rows[1:], NONE)
    assert state[4] == FAILED
    for lane in (0, 1, 3, 5, 6, 7):
        assert state[lane] == DONE
        np.testing.assert_allclose(molality[lane], equilibrate(MODEL, rows[1 + lane], NONE)[0].molality, rtol=1e-11)
    if state[2] == DONE:
        np.testing.assert_allclose(molality[2], equilibrate(MODEL, rows[3], NONE)[0].molality, rtol=1e-10)


def test_solve_abreast__leaves_other_phases_and_strong_liquors_to_others():
    rows = neighbours(np.random.default_rng(4), acid=-0.01, CO3=0.02, Ca=0.02)
    lean = rows.copy()
    calcium, carbonate, sodium = (COMPONENTS.index(name) for name in ("Ca+2", "CO3-2", "Na+"))
    lean[4, calcium] *= 1e-6
    lean[4, carbonate] *= 1e-6
    lean[4, sodium] -= lean[4] @ np.concatenate([[0.0], MODEL.charge[: len(COMPONENTS) - 1]])
    _, _, state = abreast(pack(MODEL), lean[0], lean[1:], ALL)
    assert state[3] == FAILED
    strong = neighbours(np.random.default_rng(4))
    strong[:, 2:] *= 6.0
    strong[:, 1] *= 6.0
    _, _, state = abreast(pack(PITZER_MODEL), strong[0], strong[1:], NONE)
    assert np.all(state == FAILED)


@MODELS
@pytest.mark.parametrize("allowed", [NONE, ALL], ids=["liquor", "solids"])
def test_equilibrate_many__answers_neighbours_as_each_alone(model, allowed):
    generator = np.random.default_rng(6)
    rows = np.concatenate([neighbours(generator, acid=-0.02, Ca=0.02, CO3=0.03) for _ in range(8)])
    rows[20] = neighbours(generator)[0]  # of other components
    rows[40, 2] *= 3.0  # charged
    answers = equilibrate_many(model, rows, allowed)
    for at, totals in enumerate(rows):
        one, _, _, status = equilibrate(model, totals, allowed)
        assert status == answers.counts[at, 1]
        np.testing.assert_allclose(answers.molality[at], one.molality, rtol=1e-10)
        np.testing.assert_allclose(answers.phase_amounts[at], one.phase_amounts, rtol=1e-10, atol=1e-12)
        whole = [one.water, one.ln_water_activity, one.ionic_strength]
        np.testing.assert_allclose(answers.whole[at, :3], whole, rtol=1e-10)


@MODELS
@pytest.mark.parametrize("allowed", [NONE, HYDROXIDES, ALL], ids=["liquor", "hydroxides", "solids"])
def test_equilibrate_many__answers_strangers_as_each_alone(model, allowed):
    rows = unrelated(np.random.default_rng(22), 300 if COMPILED else 9, base=0.5 if allowed.any() else 0.0)
    answers = equilibrate_many(model, rows, allowed)
    assert np.all(answers.counts[:, 1] == CONVERGED)
    for at, totals in enumerate(rows):
        one = equilibrate(model, totals, allowed)[0]
        np.testing.assert_allclose(answers.molality[at], one.molality, rtol=1e-10)
        np.testing.assert_allclose(answers.phase_amounts[at], one.phase_amounts, rtol=1e-10, atol=1e-12)


def test_equilibrate_many__does_not_depend_on_the_number_of_cores():
    rows = np.concatenate([neighbours(np.random.default_rng(seed), Ca=0.02) for seed in range(20)])
    on_all = equilibrate_many(MODEL, rows, ALL)
    threads = numba.get_num_threads()
    numba.set_num_threads(1)
    try:
        on_one = equilibrate_many(MODEL, rows, ALL)
    finally:
        numba.set_num_threads(threads)
    for one, other in zip(on_one, on_all, strict=True):
        assert np.array_equal(one, other)
