"""Counter-current cascades: equal to their twin, closed to round-off, and behaving as mixer-settlers do."""

import math

import naive_extraction as naive
import numpy as np
import pytest

from raffinate.kernels.cascade import Cascade, solve_cascade
from raffinate.kernels.extraction import Contact, Extractant, Medium, contact
from raffinate.kernels.status import CONVERGED, DRY, OVERLOADED, STARVED

LN10 = math.log(10.0)
# Li, Na, Mn, Co, Ni, Al on an acid like Cyanex 272
CHARGE = np.array([1.0, 1.0, 2.0, 2.0, 2.0, 3.0])
DIMERS = np.array([[1.0, 0.5], [1.0, 0.5], [2.0, 1.0], [2.0, 1.0], [2.0, 1.0], [3.0, 1.5]])
LOG_K = np.array([[-6.6, -7.6], [-7.1, -8.1], [-6.9, -8.2], [-7.5, -8.8], [-10.5, -11.9], [-6.0, -np.inf]])
ACID = Extractant(LN10 * LOG_K, DIMERS, CHARGE)
LITHIUM, SODIUM, COBALT, NICKEL = 0, 1, 3, 4
M = 6


def medium_for(cations: np.ndarray, acid: float = 0.0, activity: float = 1.0) -> Medium:
    """The sulfate medium of these cations with `acid` equivalents of free sulfuric acid."""
    ln_beta = np.array([[1.3 * LN10, -np.inf, -np.inf]])
    return Medium(np.array([0.5 * (CHARGE @ cations + acid)]), np.array([-2.0]), ln_beta, 0.0, 1e-14, activity)


def circuit_of(stages: int, ratio: float = 1.0, dimers: float = 0.3, **other) -> Cascade:
    efficiency = other.get("efficiency", np.ones(M))
    return Cascade(stages, 1.0, ratio, dimers, efficiency, other.get("aqueous", 0.0), other.get("organic", 0.0))


def products(circuit: Cascade, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Moles per time of each cation that leave on the side of the raffinate and on the side of the loaded organic."""
    a, o = circuit.aqueous_flow, circuit.organic_flow
    b, c = circuit.aqueous_in_organic * o, circuit.organic_in_aqueous * a
    return (a - b) * x[-1] + c * y[-1], (o - c) * y[0] + b * x[0]


def random_case(seed: int) -> tuple:
    """A feasible point: 1 to 50 stages, 0.1 to 100 g/L, pH 1 to 7, saponification to 70 %, entrainment, efficiency."""
    rng = np.random.default_rng(seed)
    stages = int(np.exp(rng.uniform(0.0, np.log(51.0))))
    mass = np.array([6.94, 22.99, 54.94, 58.93, 58.69, 26.98])
    feed = 10.0 ** rng.uniform(-1.0, 2.0, M) / mass * (rng.random(M) < 0.8)
    feed[SODIUM] += 1e-3
    hydrogen = 10.0 ** -rng.uniform(1.0, 7.0)
    bound = 10.0**1.3 * hydrogen / (1.0 + 10.0**1.3 * hydrogen)
    sulfate = (CHARGE @ feed + hydrogen - 1e-14 / hydrogen) / (2.0 - bound)
    ln_beta = np.array([[1.3 * LN10, -np.inf, -np.inf]])
    medium = Medium(np.array([sulfate]), np.array([-2.0]), ln_beta, 0.0, 1e-14, rng.uniform(0.5, 2.0))
    ratio = 5.0 ** rng.uniform(-1.0, 1.0)
    dimers = 0.5 * rng.uniform(0.1, 1.2)
    organic = np.zeros(M)
    organic[SODIUM] = 2.0 * dimers * rng.uniform(0.0, 0.7)
    efficiency = rng.uniform(0.7, 1.0, M)
    circuit = Cascade(stages, 1.0, ratio, dimers, efficiency, rng.uniform(0.0, 0.02), rng.uniform(0.0, 0.02))
    base = np.zeros(stages)
    if rng.random() < 0.3:
        spare = 2.0 * dimers * ratio - ratio * organic[SODIUM]
        base[:] = 0.5 * rng.random() * min(spare, CHARGE[2:] @ feed[2:]) / stages
    extractant = ACID._replace(ln_k=ACID.ln_k + LN10 * rng.normal(0.0, 0.3, (M, 1)))
    return extractant, medium, circuit, feed, organic, base, SODIUM


def plant() -> tuple[np.ndarray, np.ndarray]:
    """A cobalt-nickel liquor and an organic of 0.6 mol/L, 40 % saponified."""
    feed = np.array([0.3, 0.1, 0.01, 0.06, 0.3, 1e-4])
    organic = np.zeros(M)
    organic[SODIUM] = 0.24
    return feed, organic


@pytest.mark.parametrize("seed", range(5))
def test_solve_cascade__of_one_ideal_stage_is_one_contact(seed):
    extractant, medium, circuit, feed, organic, base, cation = random_case(seed)
    circuit = circuit._replace(stages=1, efficiency=np.ones(M), aqueous_in_organic=0.0, organic_in_aqueous=0.0)
    x, y, free, hydrogen, *_, status = solve_cascade(extractant, medium, circuit, feed, organic, base[:1], cation)
    totals = feed + circuit.organic_flow * organic
    totals[SODIUM] += base[0]
    phases = Contact(1.0, circuit.organic_flow, circuit.dimer_total)
    same = contact(extractant, medium, phases, totals)
    assert status == CONVERGED
    np.testing.assert_allclose(x[0], same[0], rtol=1e-10)
    np.testing.assert_allclose(y[0], same[1], rtol=1e-10)
    assert free[0] == pytest.approx(same[2], rel=1e-10)
    assert hydrogen[0] == pytest.approx(same[3], rel=1e-7)


@pytest.mark.parametrize("stages", [1, 4])
@pytest.mark.parametrize("entrained", [0.0, 0.02])
def test_solve_cascade__equals_its_twin(stages, entrained):
    feed, organic = plant()
    organic = organic + 1e-6
    efficiency = np.array([0.95, 0.98, 0.97, 0.92, 0.9, 0.94])
    circuit = circuit_of(stages, 2.0, efficiency=efficiency, aqueous=entrained, organic=0.5 * entrained)
    medium = medium_for(feed, 0.02, activity=0.7)
    base = np.full(stages, 0.02)
    moles = np.zeros((stages, M))
    moles[:, SODIUM] = base
    x, y, free, hydrogen, _, _, status = solve_cascade(ACID, medium, circuit, feed, organic, base, SODIUM)
    assert status == CONVERGED
    exact = naive.residuals(ACID, medium, circuit, (feed, organic, moles), (x, y, free, hydrogen))
    assert np.abs(exact).max() < 1e-13
    twin_x, twin_y, twin_free, twin_hydrogen = naive.cascade(ACID, medium, circuit, (feed, organic, moles))
    np.testing.assert_allclose(x, twin_x, rtol=1e-7)
    np.testing.assert_allclose(y, twin_y, rtol=1e-7)
    np.testing.assert_allclose(free, twin_free, rtol=1e-7)
    np.testing.assert_allclose(hydrogen, twin_hydrogen, rtol=1e-6)


LONG = [pytest.param(first, marks=pytest.mark.validation_long) for first in range(10_000, 20_000, 100)]


@pytest.mark.parametrize("first", [*range(0, 500, 100), *LONG])
def test_solve_cascade__converges_and_closes_at_random_feasible_points(first):
    for seed in range(first, first + 100):
        extractant, medium, circuit, feed, organic, base, cation = random_case(seed)
        x, y, free, _, error, _, status = solve_cascade(extractant, medium, circuit, feed, organic, base, cation)
        assert status == CONVERGED, seed
        assert error <= 1e-12
        assert x.min() >= 0.0
        assert y.min() >= 0.0
        entered = feed + circuit.organic_flow * organic
        entered[cation] += base.sum()
        left = np.add(*products(circuit, x, y))
        np.testing.assert_allclose(left, entered, rtol=1e-12, err_msg=str(seed))
        assert free.max() <= circuit.dimer_total * (1.0 + 1e-12)


@pytest.mark.parametrize("seed", range(40))
def test_solve_cascade__no_organic_carries_more_than_its_extractant(seed):
    extractant, medium, circuit, feed, organic, base, cation = random_case(3000 + seed)
    _, y, *_, status = solve_cascade(extractant, medium, circuit, feed, organic, base, cation)
    assert status == CONVERGED
    least = np.where(extractant.ln_k > -np.inf, DIMERS, np.inf).min(axis=1)
    assert (y @ least).max() <= circuit.dimer_total * (1.0 + 1e-12)


def test_solve_cascade__without_base_extracts_only_what_acid_equilibrium_allows():
    feed, _ = plant()
    circuit = circuit_of(5, 2.0)
    acid = 10.0**-3
    x, y, _, hydrogen, *_, status = solve_cascade(
        ACID, medium_for(feed, acid), circuit, feed, np.zeros(M), np.zeros(5), SODIUM
    )
    assert status == CONVERGED
    extracted = CHARGE @ (feed - x[-1])
    # Every equivalent extracted is a proton in the raffinate, free or on the sulfate.
    sulfate = 0.5 * (CHARGE @ feed + acid)
    on_sulfate = sulfate * 10.0**1.3 * hydrogen[-1] / (1.0 + 10.0**1.3 * hydrogen[-1])
    assert extracted == pytest.approx(hydrogen[-1] + on_sulfate - acid, rel=1e-8)
    assert extracted < 0.1 * CHARGE @ feed
    assert CHARGE @ y[0] * circuit.organic_flow == pytest.approx(extracted, rel=1e-9)


def test_solve_cascade__more_stages_are_never_worse():
    feed, organic = plant()
    left = []
    for stages in range(1, 13):
        x, *_, status = solve_cascade(
            ACID, medium_for(feed, 1e-3), circuit_of(stages, 0.6), feed, organic, np.zeros(stages), SODIUM
        )
        assert status == CONVERGED
        left.append(x[-1, COBALT])
    assert np.all(np.diff(left) <= 1e-12)
    assert left[3] < 0.1 * left[0]


def test_solve_cascade__a_less_efficient_stage_leaves_more_behind():
    feed, organic = plant()
    left = []
    for efficiency in (0.0, 0.5, 0.9, 1.0):
        circuit = circuit_of(4, 1.0, efficiency=np.full(M, efficiency))
        x, *_, status = solve_cascade(ACID, medium_for(feed, 1e-3), circuit, feed, organic, np.zeros(4), SODIUM)
        assert status == CONVERGED
        left.append(x[-1, COBALT])
    assert left[0] == pytest.approx(feed[COBALT], rel=1e-12)
    assert np.all(np.diff(left) < 0.0)


def test_solve_cascade__sodium_in_is_sodium_out_and_most_of_it_goes_to_the_raffinate():
    feed, organic = plant()
    circuit = circuit_of(5, 1.0)
    base = np.array([0.0, 0.0, 0.02, 0.0, 0.0])
    x, y, *_, status = solve_cascade(ACID, medium_for(feed, 1e-3), circuit, feed, organic, base, SODIUM)
    raffinate, loaded = products(circuit, x, y)
    assert status == CONVERGED
    assert raffinate[SODIUM] + loaded[SODIUM] == pytest.approx(feed[SODIUM] + organic[SODIUM] + 0.02, rel=1e-14)
    assert raffinate[SODIUM] > 0.99 * (organic[SODIUM] + feed[SODIUM])


def test_solve_cascade__base_raises_the_ph_and_the_extraction():
    feed, organic = plant()
    answers = []
    for dose in (0.0, 0.1, 0.2):
        base = np.array([0.0, 0.0, 0.0, dose])
        answers.append(solve_cascade(ACID, medium_for(feed, 1e-3), circuit_of(4, 1.5), feed, organic, base, SODIUM))
    assert all(answer[-1] == CONVERGED for answer in answers)
    assert np.all(np.diff([answer[3][-1] for answer in answers]) < 0.0)
    assert np.all(np.diff([answer[0][-1, NICKEL] for answer in answers]) < 0.0)


def test_solve_cascade__sulfuric_acid_strips_the_metal_into_a_small_liquor():
    organic = np.array([0.0, 0.0, 1e-3, 0.08, 1e-3, 0.0])
    circuit = Cascade(3, 1.0, 8.0, 0.3, np.ones(M), 0.0, 0.0)
    medium = medium_for(np.zeros(M), acid=4.0)
    x, y, free, hydrogen, _, _, status = solve_cascade(ACID, medium, circuit, np.zeros(M), organic, np.zeros(3), SODIUM)
    assert status == CONVERGED
    assert x[-1, COBALT] == pytest.approx(8.0 * 0.08, rel=1e-6)
    assert y[0, COBALT] < 1e-6 * organic[COBALT]
    assert free[0] == pytest.approx(0.3, rel=1e-6)
    assert hydrogen[0] > hydrogen[-1] > 0.1


def test_solve_cascade__too_little_acid_strips_its_equivalents_and_no_more():
    organic = np.array([0.0, 0.0, 0.0, 0.1, 0.0, 0.0])
    circuit = Cascade(4, 1.0, 8.0, 0.3, np.ones(M), 0.0, 0.0)
    x, y, _, hydrogen, _, _, status = solve_cascade(
        ACID, medium_for(np.zeros(M), acid=0.4), circuit, np.zeros(M), organic, np.zeros(4), SODIUM
    )
    assert status == CONVERGED
    assert 2.0 * x[-1, COBALT] == pytest.approx(0.4, rel=0.01)
    assert y[0, COBALT] > 0.07
    assert hydrogen[-1] < 1e-3


def test_solve_cascade__scrub_with_cobalt_pushes_nickel_out_of_the_organic():
    organic = np.array([0.0, 0.0, 0.0, 0.10, 0.02, 0.0])
    scrub = np.array([0.0, 0.0, 0.0, 0.4, 0.0, 0.0])
    circuit = Cascade(4, 1.0, 10.0, 0.3, np.ones(M), 0.0, 0.0)
    _, y, *_, status = solve_cascade(ACID, medium_for(scrub, 1e-3), circuit, scrub, organic, np.zeros(4), SODIUM)
    assert status == CONVERGED
    assert y[0, NICKEL] < 0.1 * organic[NICKEL]
    assert y[0, COBALT] > organic[COBALT]


def test_solve_cascade__entrained_liquor_carries_what_does_not_extract():
    feed, organic = plant()
    nothing = ACID._replace(ln_k=ACID.ln_k.copy())
    nothing.ln_k[LITHIUM] = -np.inf
    circuit = circuit_of(5, 2.0, aqueous=1e-3)
    x, y, *_, status = solve_cascade(nothing, medium_for(feed, 1e-3), circuit, feed, organic, np.zeros(5), SODIUM)
    _, loaded = products(circuit, x, y)
    assert status == CONVERGED
    assert y[0, LITHIUM] == 0.0
    assert loaded[LITHIUM] == pytest.approx(2e-3 * feed[LITHIUM], rel=1e-9)


def test_solve_cascade__is_smooth_and_has_no_memory():
    feed, organic = plant()
    circuit = circuit_of(6, 1.1, efficiency=np.full(M, 0.95), aqueous=1e-3)
    medium = medium_for(feed, 1e-3)

    def nickel(factor: float) -> float:
        return solve_cascade(ACID, medium, circuit, feed, factor * organic, np.zeros(6), SODIUM)[0][-1, NICKEL]

    here = nickel(1.0)
    step = 1e-4
    slope = (nickel(1.0 + step) - nickel(1.0 - step)) / (2.0 * step)
    tiny = 1e-9
    assert nickel(1.0 + tiny) - here == pytest.approx(slope * tiny, abs=2e-12 * here + 1e-4 * abs(slope) * tiny)
    assert nickel(1.0) == here


def test_solve_cascade__does_not_depend_on_the_unit_of_flow():
    extractant, medium, circuit, feed, organic, base, cation = random_case(17)
    small = circuit._replace(aqueous_flow=1e-5 * circuit.aqueous_flow, organic_flow=1e-5 * circuit.organic_flow)
    one = solve_cascade(extractant, medium, circuit, feed, organic, base, cation)
    other = solve_cascade(extractant, medium, small, feed, organic, 1e-5 * base, cation)
    assert one[-1] == other[-1] == CONVERGED
    np.testing.assert_allclose(other[0], one[0], rtol=1e-9)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"stages": 0}, STARVED),
        ({"aqueous_flow": 0.0}, DRY),
        ({"aqueous_flow": np.nan}, DRY),
        ({"aqueous_in_organic": 1.5}, DRY),
        ({"organic_flow": 0.0}, STARVED),
        ({"dimer_total": 0.0}, STARVED),
        ({"organic_in_aqueous": 1.5}, STARVED),
        ({"dimer_total": 0.1}, OVERLOADED),
    ],
)
def test_solve_cascade__refuses_what_cannot_run(changes, expected):
    feed, organic = plant()
    circuit = circuit_of(3)._replace(**changes)
    *_, status = solve_cascade(ACID, medium_for(feed), circuit, feed, organic, np.zeros(3), SODIUM)
    assert status == expected


def test_solve_cascade__takes_an_organic_that_is_full_to_the_last_dimer_but_no_cation_it_cannot_bind():
    feed, _ = plant()
    full = np.zeros(M)
    full[SODIUM] = 2.0 * 0.3
    circuit = circuit_of(3)
    assert solve_cascade(ACID, medium_for(feed), circuit, feed, full, np.zeros(3), SODIUM)[-1] == CONVERGED
    full[SODIUM] *= 1.001
    assert solve_cascade(ACID, medium_for(feed), circuit, feed, full, np.zeros(3), SODIUM)[-1] == OVERLOADED
    nothing = ACID._replace(ln_k=ACID.ln_k.copy())
    nothing.ln_k[COBALT] = -np.inf
    organic = np.zeros(M)
    organic[COBALT] = 1e-6
    assert solve_cascade(nothing, medium_for(feed), circuit, feed, organic, np.zeros(3), SODIUM)[-1] == OVERLOADED


def test_solve_cascade__of_nonsense_does_not_claim_to_converge():
    feed, organic = plant()
    feed[NICKEL] = np.nan
    *_, status = solve_cascade(ACID, medium_for(feed), circuit_of(2), feed, organic, np.zeros(2), SODIUM)
    assert status != CONVERGED
