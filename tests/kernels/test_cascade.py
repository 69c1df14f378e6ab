"""Rows of mixer-settlers: equal to their twin, closed to round-off, and behaving as mixer-settlers do."""

import naive_extraction as naive
import numpy as np
import pytest
from rows import (
    ACID,
    ALUMINIUM,
    CHARGE,
    COBALT,
    LITHIUM,
    LN10,
    NICKEL,
    NOTHING,
    SODIUM,
    UNITS,
    Answer,
    M,
    entered,
    everywhere,
    left,
    medium_for,
    plant,
    random_row,
    row_of,
    solved,
)

from raffinate.kernels.chain import FORWARD, ORGANIC_BACK, ORGANIC_OUT, OUT, Cascade
from raffinate.kernels.extraction import Contact, Extractant, contact
from raffinate.kernels.status import CONVERGED, DRY, OVERLOADED, STARVED, UNREACHABLE


def check_feasible(case: tuple, seed: int) -> Answer:
    """Converged, closed to 1e-12 also when counted here, nothing negative, no extractant from nowhere."""
    _, _, circuit = case
    answer = Answer(*case)
    assert answer.status == CONVERGED, seed
    assert answer.error <= 1e-12
    assert answer.x.min() >= 0.0
    assert answer.y.min() >= 0.0
    np.testing.assert_allclose(left(circuit, answer), entered(circuit, answer), rtol=1e-12, err_msg=str(seed))
    assert np.all(answer.free <= circuit.unit_total * (1.0 + 1e-12))
    return answer


def check_held(circuit: Cascade, answer: Answer, seed: int) -> None:
    """Base is dosed, or the pH is higher than asked, and never both."""
    above = answer.ph + circuit.ln_target / LN10
    assert answer.dose.min() >= 0.0, seed
    assert above.min() >= -1e-12, seed
    assert np.all((answer.dose == 0.0) | (above < 1e-12)), seed


@pytest.mark.parametrize("seed", range(5))
def test_solve_cascade__of_one_ideal_stage_is_one_contact(seed):
    extractant, media, circuit = random_row(seed, stages=1, ideal=True)
    answer = solved(extractant, media, circuit)
    phases = Contact(1.0, circuit.flows[0, ORGANIC_OUT], circuit.unit_total[0])
    totals = circuit.aqueous_source[0] + circuit.organic_source[0]
    same = contact(extractant, naive.medium_of(media, 0), phases, totals)
    np.testing.assert_allclose(answer.x[0], same[0], rtol=1e-10)
    np.testing.assert_allclose(answer.y[0], same[1], rtol=1e-10)
    assert answer.free[0] == pytest.approx(same[2], rel=1e-10)
    assert answer.proton[0] == pytest.approx(same[3], rel=1e-7)


EFFICIENCY = np.array([0.95, 0.98, 0.97, 0.92, 0.9, 0.94])
ROWS = {
    "ideal": {},
    "efficiency": {"efficiency": EFFICIENCY},
    "entrained": {"wet": 0.02, "oily": 0.01},
    "base of known dose": {"efficiency": EFFICIENCY, "wet": 0.02, "oily": 0.01, "base": 0.02},
    "held": {"ph": 4.5},
    "held, with all": {"ph": 4.5, "efficiency": EFFICIENCY, "wet": 0.02, "oily": 0.01},
    "held by stage": {"ph": [4.5, 2.0, 5.0, 4.0]},
    "held by stage, with all": {"ph": [3.0, 5.5, 2.0, 4.0], "efficiency": EFFICIENCY, "wet": 0.02, "oily": 0.01},
    "held exactly": {"ph": 4.5, "held": "exact"},
}


@pytest.mark.parametrize("stages", [1, 4])
@pytest.mark.parametrize("name", ROWS)
def test_solve_cascade__equals_its_twin(name, stages):
    feed, organic = plant()
    settings = dict(ROWS[name])
    saponified = 0.0 if "ph" in settings else 1.0
    if "ph" in settings:
        settings["ph"] = np.broadcast_to(settings["ph"], 4)[:stages]
    circuit = row_of(stages, feed, saponified * organic + 1e-6, 2.0, **settings)
    media = everywhere(medium_for(feed, 0.02, gamma=0.7), stages)
    answer = solved(ACID, media, circuit)
    assert np.abs(naive.residuals(ACID, media, circuit, answer.state)).max() < 1e-12
    twin_x, twin_y, twin_free, twin_proton, twin_dose = naive.row(ACID, media, circuit)
    np.testing.assert_allclose(answer.x, twin_x, rtol=1e-7)
    np.testing.assert_allclose(answer.y, twin_y, rtol=1e-7)
    np.testing.assert_allclose(answer.free, twin_free, rtol=1e-7)
    np.testing.assert_allclose(answer.proton, twin_proton, rtol=1e-6)
    np.testing.assert_allclose(answer.dose, twin_dose, rtol=1e-6, atol=1e-9)
    if settings.get("held") is None and "ph" in settings:
        check_held(circuit, answer, 0)


@pytest.mark.parametrize("hold", ["", "uniform", "profile"])
@pytest.mark.parametrize("seed", range(20))
def test_solve_cascade__ideal_stages_are_the_limit_of_others(seed, hold):
    extractant, media, circuit = random_row(seed, stages=1 + seed, hold=hold, ideal=True)
    ideal = solved(extractant, media, circuit)
    nearly = solved(extractant, media, circuit._replace(efficiency=np.full(M, 1.0 - 1e-10)))
    np.testing.assert_allclose(ideal.x, nearly.x, rtol=1e-6, atol=1e-12)
    np.testing.assert_allclose(ideal.dose, nearly.dose, rtol=1e-6, atol=1e-9)
    # the same method on the same equations, only that one has a matrix filled in another way
    assert ideal.steps <= nearly.steps + 2


@pytest.mark.parametrize("seed", range(60))
def test_solve_cascade__meets_every_equation_of_its_twin_at_random_points(seed):
    extractant, media, circuit = random_row(seed, hold=("", "uniform", "profile")[seed % 3])
    answer = solved(extractant, media, circuit)
    equations = naive.residuals(extractant, media, circuit, answer.state)
    assert np.abs(equations[:, [*range(M), 2 * M, 2 * M + 1]]).max() < 1e-11
    assert (
        np.abs(equations[:, M : 2 * M]).max() < 1e-9
    )  # where hardly any of a cation is left, a difference of like numbers


LONG = pytest.mark.validation_long
NATURAL_POINTS = [*range(0, 500, 100), *(pytest.param(first, marks=LONG) for first in range(10_000, 20_000, 100))]
UNIFORM_POINTS = [0, *(pytest.param(first, marks=LONG) for first in range(100, 10_000, 100))]
PROFILE_POINTS = [0, *(pytest.param(first, marks=LONG) for first in range(20, 3_000, 20))]


@pytest.mark.parametrize("first", NATURAL_POINTS)
def test_solve_cascade__converges_and_closes_at_random_feasible_points(first):
    for seed in range(first, first + 100):
        check_feasible(random_row(seed), seed)


@pytest.mark.parametrize("first", UNIFORM_POINTS)
def test_solve_cascade__holds_all_stages_at_any_ph(first):
    for seed in range(first, first + 100):
        case = random_row(seed, hold="uniform", ideal=seed % 2 == 1)
        check_held(case[-1], check_feasible(case, seed), seed)


@pytest.mark.parametrize("first", PROFILE_POINTS)
def test_solve_cascade__holds_each_stage_at_any_ph_of_its_own(first):
    for seed in range(first, first + 20):
        case = random_row(seed, hold="profile", ideal=seed % 2 == 1)
        check_held(case[-1], check_feasible(case, seed), seed)


@pytest.mark.parametrize("seed", range(40))
def test_solve_cascade__no_organic_carries_more_than_its_extractant(seed):
    extractant, media, circuit = random_row(3000 + seed)
    answer = solved(extractant, media, circuit)
    least = np.where(extractant.ln_k > -np.inf, UNITS, np.inf).min(axis=1)
    assert np.all(answer.y @ least <= circuit.unit_total * (1.0 + 1e-12))


@pytest.mark.parametrize("hold", ["", "uniform", "profile"])
@pytest.mark.parametrize("seed", range(8))
def test_solve_cascade__any_start_gives_the_same_answer(seed, hold):
    extractant, media, circuit = random_row(400 + seed, stages=1 + seed, hold=hold)
    cold = solved(extractant, media, circuit)
    rng = np.random.default_rng(seed)
    for _ in range(4):
        start = np.array([rng.uniform(-20.0, 0.0, 1 + seed), rng.uniform(-16.0, 0.0, 1 + seed)])
        answer = solved(extractant, media, circuit, start)
        np.testing.assert_allclose(answer.x, cold.x, rtol=1e-9, atol=1e-30)
        np.testing.assert_allclose(answer.y, cold.y, rtol=1e-9, atol=1e-30)
        np.testing.assert_allclose(answer.dose, cold.dose, rtol=1e-8, atol=1e-12)
    again = solved(extractant, media, circuit, cold.sought)
    assert again.steps <= 3
    np.testing.assert_allclose(again.x, cold.x, rtol=1e-11, atol=1e-30)


def test_solve_cascade__without_base_extracts_only_what_acid_equilibrium_allows():
    feed, _ = plant()
    acid = 10.0**-3
    circuit = row_of(5, feed, np.zeros(M), 2.0)
    answer = solved(ACID, everywhere(medium_for(feed, acid), 5), circuit)
    extracted = CHARGE @ (feed - answer.x[-1])
    # Every equivalent extracted is a proton in the raffinate, free or on the sulfate.
    hydrogen, sulfate = answer.proton[-1], 0.5 * (CHARGE @ feed + acid)
    on_sulfate = sulfate * 10.0**1.3 * hydrogen / (1.0 + 10.0**1.3 * hydrogen)
    assert extracted == pytest.approx(hydrogen + on_sulfate - acid, rel=1e-8)
    assert extracted < 0.1 * CHARGE @ feed
    assert CHARGE @ answer.y[0] * 2.0 == pytest.approx(extracted, rel=1e-9)


def test_solve_cascade__more_stages_are_never_worse():
    feed, organic = plant()
    cobalt = [
        solved(ACID, everywhere(medium_for(feed, 1e-3), n), row_of(n, feed, organic, 0.6)).x[-1, COBALT]
        for n in range(1, 13)
    ]
    assert np.all(np.diff(cobalt) <= 1e-12)
    assert cobalt[3] < 0.1 * cobalt[0]


def test_solve_cascade__a_less_efficient_stage_leaves_more_behind():
    feed, organic = plant()
    media = everywhere(medium_for(feed, 1e-3), 4)
    cobalt = [
        solved(ACID, media, row_of(4, feed, organic, efficiency=efficiency)).x[-1, COBALT]
        for efficiency in (0.0, 0.5, 0.9, 1.0)
    ]
    assert cobalt[0] == pytest.approx(feed[COBALT], rel=1e-12)
    assert np.all(np.diff(cobalt) < 0.0)


def test_solve_cascade__sodium_in_is_sodium_out_and_most_of_it_goes_to_the_raffinate():
    feed, organic = plant()
    circuit = row_of(5, feed, organic)
    circuit.aqueous_source[2, SODIUM] += 0.02
    answer = solved(ACID, everywhere(medium_for(feed, 1e-3), 5), circuit)
    raffinate, loaded = answer.x[-1, SODIUM], answer.y[0, SODIUM]
    assert raffinate + loaded == pytest.approx(feed[SODIUM] + organic[SODIUM] + 0.02, rel=1e-14)
    assert raffinate > 0.99 * (organic[SODIUM] + feed[SODIUM])


def test_solve_cascade__base_raises_the_ph_and_the_extraction():
    feed, organic = plant()
    answers = []
    for dose in (0.0, 0.1, 0.2):
        circuit = row_of(4, feed, organic, 1.5)
        circuit.aqueous_source[3, SODIUM] += dose
        answers.append(solved(ACID, everywhere(medium_for(feed, 1e-3), 4), circuit))
    assert np.all(np.diff([answer.ph[-1] for answer in answers]) > 0.0)
    assert np.all(np.diff([answer.x[-1, NICKEL] for answer in answers]) < 0.0)


def test_solve_cascade__sulfuric_acid_strips_the_metal_into_a_small_liquor():
    organic = np.array([0.0, 0.0, 1e-3, 0.08, 1e-3, 0.0])
    circuit = row_of(3, np.zeros(M), organic, 8.0)
    answer = solved(ACID, everywhere(medium_for(np.zeros(M), acid=4.0), 3), circuit)
    assert answer.x[-1, COBALT] == pytest.approx(8.0 * 0.08, rel=1e-6)
    assert answer.y[0, COBALT] < 1e-6 * organic[COBALT]
    assert answer.free[0] == pytest.approx(0.3, rel=1e-6)
    assert answer.proton[0] > answer.proton[-1] > 0.1


def test_solve_cascade__too_little_acid_strips_its_equivalents_and_no_more():
    organic = np.array([0.0, 0.0, 0.0, 0.1, 0.0, 0.0])
    answer = solved(ACID, everywhere(medium_for(np.zeros(M), acid=0.4), 4), row_of(4, np.zeros(M), organic, 8.0))
    assert 2.0 * answer.x[-1, COBALT] == pytest.approx(0.4, rel=0.01)
    assert answer.y[0, COBALT] > 0.07
    assert answer.proton[-1] < 1e-3


def test_solve_cascade__excess_acid_returns_the_metal():
    """What a saponified organic took up comes back into a stripping liquor, mole by mole."""
    feed, organic = plant()
    loaded = solved(ACID, everywhere(medium_for(feed, 1e-3), 4), row_of(4, feed, organic)).y[0]
    answer = solved(ACID, everywhere(medium_for(np.zeros(M), acid=3.0), 6), row_of(6, np.zeros(M), loaded))
    np.testing.assert_allclose(answer.x[-1][loaded > 1e-6], loaded[loaded > 1e-6], rtol=1e-4)


def test_solve_cascade__scrub_with_cobalt_pushes_nickel_out_of_the_organic():
    organic = np.array([0.0, 0.0, 0.0, 0.10, 0.02, 0.0])
    scrub = np.array([0.0, 0.0, 0.0, 0.4, 0.0, 0.0])
    answer = solved(ACID, everywhere(medium_for(scrub, 1e-3), 4), row_of(4, scrub, organic, 10.0))
    assert answer.y[0, NICKEL] < 0.1 * organic[NICKEL]
    assert answer.y[0, COBALT] > organic[COBALT]


def test_solve_cascade__entrained_liquor_carries_what_does_not_extract():
    feed, organic = plant()
    nothing = ACID._replace(ln_k=ACID.ln_k.copy())
    nothing.ln_k[LITHIUM] = -np.inf
    circuit = row_of(5, feed, organic, 2.0, wet=1e-3)
    answer = solved(nothing, everywhere(medium_for(feed, 1e-3), 5), circuit)
    assert answer.y[0, LITHIUM] < 1e-300
    assert circuit.flows[0, OUT] * answer.x[0, LITHIUM] == pytest.approx(2e-3 * feed[LITHIUM], rel=1e-9)


# Set-points


@pytest.mark.parametrize("ph", [3.0, 4.5, 6.0, 7.5])
def test_solve_cascade__a_held_stage_is_the_contact_that_its_dose_gives(ph):
    feed = np.array([0.3, 0.0, 0.04, 0.28, 0.04, 0.0])
    medium = medium_for(feed, 0.02, gamma=0.8)
    answer = solved(ACID, everywhere(medium, 1), row_of(1, feed, np.zeros(M), 2.5, 0.4, ph=ph))
    assert answer.ph[0] == pytest.approx(ph, abs=1e-12)
    assert answer.dose[0] > 0.0
    totals = feed.copy()
    totals[SODIUM] += answer.dose[0]
    again = contact(ACID, medium, Contact(1.0, 2.5, 0.4), totals)
    np.testing.assert_allclose(again[0], answer.x[0], rtol=1e-6)
    np.testing.assert_allclose(again[1], answer.y[0], rtol=1e-6)
    assert again[2] == pytest.approx(answer.free[0], rel=1e-6)


@pytest.mark.parametrize("stages", [1, 3, 8, 20])
def test_solve_cascade__held_is_the_row_that_its_doses_give(stages):
    feed, _ = plant()
    settings = {"ratio": 1.5, "efficiency": EFFICIENCY, "wet": 0.01, "oily": 0.01}
    held = solved(
        ACID, everywhere(medium_for(feed, 0.05), stages), row_of(stages, feed, np.zeros(M), **settings, ph=5.0)
    )
    circuit = row_of(stages, feed, np.zeros(M), **settings)
    circuit.aqueous_source[:, SODIUM] += held.dose
    natural = solved(ACID, everywhere(medium_for(feed, 0.05), stages), circuit)
    np.testing.assert_allclose(natural.ph, 5.0, atol=1e-7)
    np.testing.assert_allclose(natural.y, held.y, rtol=1e-6)


def test_solve_cascade__dose_rises_with_ph():
    feed, _ = plant()
    media = everywhere(medium_for(feed, 0.01), 4)
    doses = [solved(ACID, media, row_of(4, feed, np.zeros(M), ph=ph)).dose.sum() for ph in np.arange(3.5, 7.1, 0.5)]
    assert np.all(np.diff(doses) > 0.0)


def test_solve_cascade__a_stage_above_its_set_point_gets_nothing():
    """Saponified, the row lies above pH 5: held at 2 it is the row that nobody holds."""
    feed, organic = plant()
    media = everywhere(medium_for(feed, 1e-3), 5)
    natural = solved(ACID, media, row_of(5, feed, organic))
    held = solved(ACID, media, row_of(5, feed, organic, ph=2.0))
    assert np.all(held.dose == 0.0)
    np.testing.assert_allclose(held.ph, natural.ph, atol=1e-9)
    np.testing.assert_allclose(held.x, natural.x, rtol=1e-9)


def test_solve_cascade__holds_at_the_ph_that_a_row_has_by_itself():
    """The corner where neither base nor a higher pH is needed."""
    feed, organic = plant()
    media = everywhere(medium_for(feed, 1e-3), 5)
    natural = solved(ACID, media, row_of(5, feed, organic))
    for offset in (0.0, 1e-9, -1e-9):
        held = solved(ACID, media, row_of(5, feed, organic, ph=natural.ph + offset))
        np.testing.assert_allclose(held.dose, 0.0, atol=1e-8)
        np.testing.assert_allclose(held.ph, natural.ph, atol=2e-9)


def test_solve_cascade__exact_agrees_with_at_least_where_base_is_needed():
    feed, _ = plant()
    media = everywhere(medium_for(feed, 0.05), 6)
    one_sided = solved(ACID, media, row_of(6, feed, np.zeros(M), ph=5.0))
    assert one_sided.dose.min() > 0.0
    exact = solved(ACID, media, row_of(6, feed, np.zeros(M), ph=5.0, held="exact"))
    np.testing.assert_allclose(exact.dose, one_sided.dose, rtol=1e-8)
    np.testing.assert_allclose(exact.x, one_sided.x, rtol=1e-8)


def test_solve_cascade__exact_draws_base_away():
    feed, _ = plant()
    feed[SODIUM] = 0.5
    media = everywhere(medium_for(feed, -0.1), 1)
    natural = solved(ACID, media, row_of(1, feed, np.zeros(M)))
    target = natural.ph[0] - 0.3
    circuit = row_of(1, feed, np.zeros(M), ph=target, held="exact")
    answer = solved(ACID, media, circuit)
    assert -0.5 < answer.dose[0] < 0.0
    assert answer.ph[0] == pytest.approx(target, abs=1e-12)
    np.testing.assert_allclose(left(circuit, answer), entered(circuit, answer), rtol=1e-12)
    assert np.abs(naive.residuals(ACID, media, circuit, answer.state)).max() < 1e-12


def test_solve_cascade__exact_that_would_draw_more_base_away_than_there_is_says_so():
    feed, _ = plant()
    circuit = row_of(1, feed, np.zeros(M), ph=0.0, held="exact")
    answer = Answer(ACID, everywhere(medium_for(feed), 1), circuit)
    assert answer.status == UNREACHABLE
    assert answer.dose[0] < -feed[SODIUM]


def test_solve_cascade__holds_some_stages_and_leaves_the_others():
    feed, _ = plant()
    circuit = row_of(5, feed, np.zeros(M), ph=5.0)
    circuit.control[[0, 1, 3]] = 0
    answer = solved(ACID, everywhere(medium_for(feed, 0.02), 5), circuit)
    np.testing.assert_allclose(answer.ph[[2, 4]], 5.0, atol=1e-12)
    assert np.all(answer.dose[[0, 1, 3]] == 0.0)
    assert np.all(answer.ph[[0, 1, 3]] < 5.0)
    twin = naive.row(ACID, everywhere(medium_for(feed, 0.02), 5), circuit)
    np.testing.assert_allclose(answer.x, twin[0], rtol=1e-7)
    np.testing.assert_allclose(answer.dose, twin[4], rtol=1e-6, atol=1e-10)


# Other rows than counter-current


def test_solve_cascade__cross_current_is_one_contact_after_the_other():
    feed, organic = plant()
    medium = medium_for(feed, 1e-3)
    circuit = row_of(3, feed, organic)
    circuit.flows[:, ORGANIC_BACK], circuit.flows[:, ORGANIC_OUT] = 0.0, 0.5
    circuit.organic_source[:] = 0.5 * organic
    answer = solved(ACID, everywhere(medium, 3), circuit)
    entering = feed
    for i in range(3):
        x, y, *_ = contact(ACID, medium, Contact(1.0, 0.5, 0.3), entering + 0.5 * organic)
        np.testing.assert_allclose(answer.x[i], x, rtol=1e-9)
        np.testing.assert_allclose(answer.y[i], y, rtol=1e-9)
        entering = x


def test_solve_cascade__a_side_feed_at_the_feed_stage_is_a_mixed_feed():
    feed, organic = plant()
    side = np.array([0.05, 0.02, 0.0, 0.01, 0.02, 0.0])
    medium = medium_for((feed + side) / 1.25, 1e-3)
    fed = row_of(4, feed, organic)
    fed.flows[:3, FORWARD], fed.flows[3, OUT] = 1.25, 1.25
    fed.aqueous_source[0] += side
    one = solved(ACID, everywhere(medium, 4), fed)
    mixed = row_of(4, (feed + side) / 1.25, organic, 0.8)
    other = solved(ACID, everywhere(medium, 4), mixed)
    np.testing.assert_allclose(one.x, other.x, rtol=1e-9)
    np.testing.assert_allclose(one.ph, other.ph, atol=1e-9)


def test_solve_cascade__side_feeds_and_bleeds_equal_their_twin():
    feed, organic = plant()
    circuit = row_of(5, feed, organic, 1.2, wet=0.01, oily=0.01, efficiency=EFFICIENCY)
    # a liquor of 0.3 kg enters stage 3; a tenth of that of stage 4 leaves, and so does organic of stage 2
    circuit.flows[2:, :3] *= 1.3
    circuit.aqueous_source[2] += 0.3 * np.array([0.1, 0.3, 0.0, 0.1, 0.0, 0.0])
    bled = 0.1 * circuit.flows[3, FORWARD]
    circuit.flows[3, FORWARD] -= bled
    circuit.flows[3, OUT] += bled
    circuit.flows[4, OUT] -= bled
    bled = 0.2 * circuit.flows[1, ORGANIC_BACK]
    circuit.flows[1, ORGANIC_BACK] -= bled
    circuit.flows[1, ORGANIC_OUT] += bled
    circuit.flows[0, ORGANIC_OUT] -= bled
    media = everywhere(medium_for(feed, 1e-3), 5)
    answer = solved(ACID, media, circuit)
    assert np.abs(naive.residuals(ACID, media, circuit, answer.state)).max() < 1e-11
    twin = naive.row(ACID, media, circuit)
    np.testing.assert_allclose(answer.x, twin[0], rtol=1e-7)
    np.testing.assert_allclose(answer.y, twin[1], rtol=1e-7)
    np.testing.assert_allclose(left(circuit, answer), entered(circuit, answer), rtol=1e-12)


def test_solve_cascade__a_bleed_after_the_last_stage_changes_nothing_before():
    feed, organic = plant()
    media = everywhere(medium_for(feed, 1e-3), 4)
    whole = solved(ACID, media, row_of(4, feed, organic))
    circuit = row_of(4, feed, organic)
    circuit.flows[3, OUT] *= 0.7  # the other 0.3 leave by the same stage, so that they count as out
    circuit.flows[3, OUT] += 0.3
    np.testing.assert_allclose(solved(ACID, media, circuit).x, whole.x, rtol=1e-12)


# Anions taken along

# Co, Zn, Fe as CoCl2, ZnCl2 and HFeCl4; Na stays
CHLORIDES = Extractant(
    LN10 * np.array([[-2.0, -np.inf], [1.0, 0.3], [2.0, -np.inf], [-np.inf, -np.inf]]),
    np.array([[2.0, 1.0], [2.0, 1.0], [1.0, 1.0], [1.0, 1.0]]),
    np.array([0.0, 0.0, -1.0, 1.0]),
    np.array([2.0, 2.0, 4.0, 0.0]),
)
CHLORIDE_CHARGE = np.array([2.0, 2.0, 3.0, 1.0])


def chloride_row(stages: int, efficiency: float, entrained: float) -> tuple:
    acid, feed = 2.0, np.array([0.3, 0.05, 0.02, 0.1])
    medium = medium_for(np.zeros(M))
    # of what stays in the liquor: H+ and Na+ against the chloride that is not the metals' own
    whole = np.array([1.0, 1e-14, -acid - feed[3] + feed[2]])
    medium = medium._replace(ln_share=np.log(np.array([0.5, 0.1, 0.3, 1.0])), ln_anion=np.log(3.0), whole=whole)
    row = row_of(stages, np.zeros(M), np.zeros(M), 1.5, 0.5, wet=entrained, oily=entrained)
    aqueous, organic = np.zeros((stages, 4)), np.zeros((stages, 4))
    aqueous[0] = feed
    circuit = row._replace(
        aqueous_source=aqueous,
        organic_source=organic,
        efficiency=np.full(4, efficiency),
        base=3,
        charge=CHLORIDE_CHARGE,
    )
    return CHLORIDES, everywhere(medium, stages), circuit


@pytest.mark.parametrize("stages", [1, 5])
@pytest.mark.parametrize(("efficiency", "entrained"), [(1.0, 0.0), (0.9, 0.01)])
def test_solve_cascade__with_anions_equals_its_twin(stages, efficiency, entrained):
    case = chloride_row(stages, efficiency, entrained)
    answer = solved(*case)
    assert np.abs(naive.residuals(*case, answer.state)).max() < 1e-12
    twin = naive.row(*case)
    np.testing.assert_allclose(answer.x, twin[0], rtol=1e-7)
    np.testing.assert_allclose(answer.y, twin[1], rtol=1e-7, atol=1e-300)
    np.testing.assert_allclose(left(case[2], answer), entered(case[2], answer), rtol=1e-12)


def test_solve_cascade__each_iron_that_goes_as_an_acid_takes_a_proton_along():
    _, _, circuit = case = chloride_row(5, 1.0, 0.0)
    answer = solved(*case)
    iron = circuit.aqueous_source[0, 2] - answer.x[-1, 2]
    assert iron > 0.01
    # charge of the raffinate: its protons are the 2 mol/kg of the feed less those with the iron
    assert answer.proton[-1] == pytest.approx(2.0 - iron, rel=1e-9)


# Answers as such


def test_solve_cascade__is_smooth_and_has_no_memory():
    feed, organic = plant()
    media = everywhere(medium_for(feed, 1e-3), 6)

    def nickel(factor: float) -> float:
        circuit = row_of(6, feed, factor * organic, 1.1, efficiency=0.95, wet=1e-3)
        return solved(ACID, media, circuit).x[-1, NICKEL]

    here = nickel(1.0)
    step = 1e-4
    slope = (nickel(1.0 + step) - nickel(1.0 - step)) / (2.0 * step)
    tiny = 1e-9
    assert nickel(1.0 + tiny) - here == pytest.approx(slope * tiny, abs=2e-12 * here + 1e-4 * abs(slope) * tiny)
    assert nickel(1.0) == here


def test_solve_cascade__does_not_depend_on_the_unit_of_flow():
    extractant, media, circuit = random_row(17)
    small = circuit._replace(
        flows=1e-5 * circuit.flows,
        aqueous_source=1e-5 * circuit.aqueous_source,
        organic_source=1e-5 * circuit.organic_source,
    )
    one, other = solved(extractant, media, circuit), solved(extractant, media, small)
    np.testing.assert_allclose(other.x, one.x, rtol=1e-9)


def test_solve_cascade__leaves_what_it_is_given_as_it_is():
    extractant, media, circuit = random_row(23, hold="profile")
    given = [each.copy() for each in (*extractant, *media, *circuit) if isinstance(each, np.ndarray)]
    start = np.zeros(NOTHING.shape)
    solved(extractant, media, circuit, start)
    kept = [each for each in (*extractant, *media, *circuit) if isinstance(each, np.ndarray)]
    for before, after in zip(given, kept, strict=True):
        np.testing.assert_array_equal(before, after)


# Refusals


def without(circuit: Cascade, column: slice) -> Cascade:
    flows = circuit.flows.copy()
    flows[:, column] = 0.0
    return circuit._replace(flows=flows)


def test_solve_cascade__refuses_what_cannot_run():
    feed, organic = plant()
    circuit = row_of(3, feed, organic)
    media = everywhere(medium_for(feed), 3)
    nowhere = circuit._replace(flows=np.full((3, 6), np.nan))
    cases = [
        (without(circuit, slice(0, 3)), DRY),
        (nowhere, DRY),
        (without(circuit, slice(3, 6)), STARVED),
        (circuit._replace(unit_total=np.zeros(3)), STARVED),
        (circuit._replace(unit_total=np.full(3, 0.1)), OVERLOADED),
    ]
    for case, expected in cases:
        assert Answer(ACID, media, case).status == expected
    blocked = without(circuit, slice(0, 0))
    blocked.flows[1, FORWARD] = 0.0
    assert Answer(ACID, media, blocked).status == DRY
    bare = without(circuit, slice(0, 0))
    bare.flows[1, ORGANIC_BACK] = 0.0
    assert Answer(ACID, media, bare).status == STARVED


def test_solve_cascade__of_no_stages_is_dry():
    media = everywhere(medium_for(np.zeros(M)), 0)
    one = row_of(1, np.zeros(M), np.zeros(M))
    by_stage = ("flows", "aqueous_source", "organic_source", "unit_total", "control", "ln_target")
    none = one._replace(**{name: getattr(one, name)[:0] for name in by_stage})
    assert Answer(ACID, media, none).status == DRY


def test_solve_cascade__takes_an_organic_that_is_full_to_the_last_unit_but_no_cation_it_cannot_bind():
    feed, _ = plant()
    full = np.zeros(M)
    full[SODIUM] = 2.0 * 0.3
    media = everywhere(medium_for(feed), 3)
    solved(ACID, media, row_of(3, feed, full))
    assert Answer(ACID, media, row_of(3, feed, 1.001 * full)).status == OVERLOADED
    nothing = ACID._replace(ln_k=ACID.ln_k.copy())
    nothing.ln_k[COBALT] = -np.inf
    organic = np.zeros(M)
    organic[COBALT] = 1e-6
    assert Answer(nothing, media, row_of(3, feed, organic)).status == OVERLOADED


def test_solve_cascade__aluminium_that_forms_one_complex_binds_its_three_units():
    feed, _ = plant()
    organic = np.zeros(M)
    organic[ALUMINIUM] = 0.1
    media = everywhere(medium_for(feed), 2)
    solved(ACID, media, row_of(2, feed, organic))
    assert Answer(ACID, media, row_of(2, feed, 1.001 * organic)).status == OVERLOADED


def test_solve_cascade__of_nonsense_does_not_claim_to_converge():
    feed, organic = plant()
    feed[NICKEL] = np.nan
    media = everywhere(medium_for(np.nan_to_num(feed)), 2)
    assert Answer(ACID, media, row_of(2, feed, organic)).status != CONVERGED
