"""Many rows of mixer-settlers at once: the same as one after another, to the last bit."""

import numba
import numpy as np
import pytest
from rows import ACID, NOTHING, Answer, M, everywhere, medium_for, plant, random_row, row_of

from raffinate.kernels.cascade_sweep import Cascades, solve_cascades
from raffinate.kernels.chain import FORWARD, ORGANIC_BACK, Cascade, Media
from raffinate.kernels.status import CONVERGED, DRY, OVERLOADED, STARVED

STAGES = 5
SHARED = ("ligand_charge", "efficiency", "base", "charge")


def stacked(each: list) -> tuple:
    """One Media or Cascade of many."""
    pick = [
        getattr(each[0], name) if name in SHARED else np.stack([getattr(one, name) for one in each])
        for name in each[0]._fields
    ]
    return type(each[0])(*pick)


def solved_together(media: list[Media], rows: list[Cascade], starts: np.ndarray | None = None) -> Cascades:
    starts = np.zeros((len(rows), 2, 0)) if starts is None else starts
    return solve_cascades(ACID, stacked(media), stacked(rows), starts)


def assert_equal(answers: Cascades, others: Cascades) -> None:
    for name, one, other in zip(Cascades._fields, answers, others, strict=True):
        np.testing.assert_array_equal(one, other, err_msg=name)


def assert_as_one_by_one(answers: Cascades, media: list[Media], rows: list[Cascade], starts: list) -> None:
    for k, case in enumerate(zip(media, rows, starts, strict=True)):
        for name, one, many in zip(Cascades._fields, Answer(ACID, *case).found, answers, strict=True):
            np.testing.assert_array_equal(many[k], one, err_msg=f"{name} of row {k}")


def varied(count: int, ideal: bool = True) -> tuple[list[Media], list[Cascade]]:
    """Rows held at no pH, at one, and at one for each stage, with one efficiency for all."""
    cases = [random_row(seed, STAGES, ("", "uniform", "profile")[seed % 3], ideal) for seed in range(count)]
    efficiency = cases[0][2].efficiency
    return [case[1] for case in cases], [case[2]._replace(efficiency=efficiency) for case in cases]


def with_refused() -> tuple[list[Media], list[Cascade], list[int]]:
    """Rows that run between rows that cannot: dry, starved, overloaded, and without sense; and the status of each."""
    feed, organic = plant()
    row = row_of(STAGES, feed, organic)
    dry, starved, senseless = (
        row._replace(flows=row.flows.copy(), aqueous_source=row.aqueous_source.copy()) for _ in "abc"
    )
    dry.flows[1, FORWARD] = 0.0
    starved.flows[1, ORGANIC_BACK] = 0.0
    senseless.aqueous_source[0, 4] = np.nan
    full = row._replace(unit_total=np.full(STAGES, 0.1))
    rows = [row, dry, row, starved, row, full, row, senseless, row]
    media = [everywhere(medium_for(feed, 1e-3), STAGES)] * len(rows)
    return media, rows, [CONVERGED, DRY, CONVERGED, STARVED, CONVERGED, OVERLOADED, CONVERGED, -1, CONVERGED]


@pytest.mark.parametrize("ideal", [True, False])
def test_solve_cascades__are_those_of_solve_cascade_to_the_last_bit(ideal):
    media, rows = varied(40, ideal)
    answers = solved_together(media, rows)
    assert np.all(answers.status == CONVERGED)
    assert answers.error.max() <= 1e-12
    assert_as_one_by_one(answers, media, rows, [NOTHING] * 40)


@pytest.mark.parametrize("stages", [1, 8])
def test_solve_cascades__of_any_number_of_stages(stages):
    cases = [random_row(seed, stages, ideal=True) for seed in range(20)]
    media, rows = [case[1] for case in cases], [case[2] for case in cases]
    assert_as_one_by_one(solved_together(media, rows), media, rows, [NOTHING] * 20)


def test_solve_cascades__each_from_a_start_of_its_own():
    media, rows = varied(20)
    starts = solved_together(media, rows).sought
    answers = solved_together(media, rows, starts)
    assert np.all(answers.status == CONVERGED)
    assert answers.steps.max() <= 3
    assert_as_one_by_one(answers, media, rows, list(starts))


def test_solve_cascades__a_row_that_is_refused_says_why_and_leaves_no_trace_in_the_others():
    media, rows, expected = with_refused()
    answers = solved_together(media, rows)
    for status, due in zip(answers.status, expected, strict=True):
        assert status == due or (due == -1 and status != CONVERGED)
    assert_as_one_by_one(answers, media, rows, [NOTHING] * len(rows))
    for k in range(2, len(rows), 2):
        np.testing.assert_array_equal(answers.aqueous[k], answers.aqueous[0])
    for k in (1, 3, 5):
        assert not answers.aqueous[k].any()
        assert not answers.organic[k].any()
        assert answers.error[k] == 1.0
        assert answers.steps[k] == 0


@pytest.mark.parametrize("cut", [1, 15, 16, 17, 33])
def test_solve_cascades__any_cut_gives_the_same_answers(cut):
    media, rows = varied(40)
    whole = solved_together(media, rows)
    first, second = solved_together(media[:cut], rows[:cut]), solved_together(media[cut:], rows[cut:])
    assert_equal(Cascades(*(np.concatenate(pair) for pair in zip(first, second, strict=True))), whole)


def test_solve_cascades__any_order_gives_the_same_answers():
    media, rows = varied(40)
    whole = solved_together(media, rows)
    order = np.random.default_rng(0).permutation(40)
    mixed = solved_together([media[k] for k in order], [rows[k] for k in order])
    assert_equal(mixed, Cascades(*(each[order] for each in whole)))


def test_solve_cascades__any_number_of_threads_gives_the_same_answers():
    media, rows = varied(60)
    whole = solved_together(media, rows)
    most = numba.get_num_threads()
    try:
        for threads in range(1, most + 1):
            numba.set_num_threads(threads)
            assert_equal(solved_together(media, rows), whole)
    finally:
        numba.set_num_threads(most)


def test_solve_cascades__leaves_what_it_is_given_as_it_is():
    media, rows = varied(6)
    given = (ACID, stacked(media), stacked(rows))
    before = [each.copy() for part in given for each in part if isinstance(each, np.ndarray)]
    solve_cascades(*given, np.zeros((6, 2, 0)))
    after = [each for part in given for each in part if isinstance(each, np.ndarray)]
    for one, other in zip(before, after, strict=True):
        np.testing.assert_array_equal(one, other)


def test_solve_cascades__of_no_rows_is_nothing():
    media, rows = varied(1)
    none = [
        type(part)(*(e if n in SHARED else e[:0] for n, e in zip(part._fields, part, strict=True)))
        for part in (stacked(media), stacked(rows))
    ]
    answers = solve_cascades(ACID, *none, np.zeros((0, 2, 0)))
    assert answers.aqueous.shape == (0, STAGES, M)
    assert answers.status.shape == (0,)
