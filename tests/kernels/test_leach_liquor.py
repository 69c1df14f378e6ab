"""The train in a real liquor: its twin, closed forms, elements, equilibrium afresh, statuses, random cases."""

import leach_cases as cases
import naive_leach_liquor
import numpy as np
import pytest
from naive_speciation import mixture

from raffinate.flowsheet.chemistry.packing import equilibrate, pack
from raffinate.kernels.leach_liquor import ACTIVITY, CONCENTRATION, Pulp, leach_train_in_liquor
from raffinate.kernels.shrinking_core import FIRST_ORDER, REACTION, Minerals, Sizes, leach_train
from raffinate.kernels.status import CHARGED, CONVERGED, DRY, OUT_OF_STEPS, STARVED

ONE_SIZE = Sizes(np.ones(1), np.ones((3, 1)))
HOUR = 3600.0


def acid_of(packed, allowed, pulp):
    """What drives the rates in a liquor of given totals, by an equilibrium from nothing."""

    def answer(totals):
        liquor, _, _, status = equilibrate(packed, totals, allowed)
        assert status == CONVERGED
        if pulp.driver == ACTIVITY:
            return liquor.molality[0] * np.exp(liquor.ln_gamma[0])
        return liquor.molality[0] * liquor.water / pulp.volumetric_flow

    return answer


def check(answer, pulp, packed, allowed):
    """The liquor of every tank is that of an equilibrium, from nothing, of what was fed and has dissolved."""
    for i in range(pulp.residence_times.size):
        expected = pulp.totals + (pulp.mineral_flows * answer.conversion[i]) @ pulp.changes
        np.testing.assert_allclose(answer.totals[i], expected, rtol=1e-13, atol=1e-15 * pulp.totals[0])
        liquor, _, _, status = equilibrate(packed, expected, allowed)
        assert status == CONVERGED
        assert answer.water[i] == pytest.approx(liquor.water, rel=1e-8)
        np.testing.assert_allclose(answer.molality[i], liquor.molality, rtol=1e-5, atol=1e-9)
        np.testing.assert_allclose(answer.phase_amounts[i], liquor.phase_amounts, atol=1e-7 * pulp.totals[0])


@pytest.mark.parametrize("model", ["Davies", "Pitzer"])
@pytest.mark.parametrize("driver", [CONCENTRATION, ACTIVITY])
def test_leach_train_in_liquor__equals_its_slow_twin(model, driver):
    minerals, _, pulp, packed, allowed = cases.oxide_leach(model, driver)
    minerals = minerals._replace(law=np.array([FIRST_ORDER]))
    answer, error, _, status = leach_train_in_liquor(minerals, ONE_SIZE, pulp, packed, allowed)
    assert status == CONVERGED
    assert error <= 1e-12
    expected = naive_leach_liquor.leach_train(minerals, ONE_SIZE, pulp, acid_of(packed, allowed, pulp))
    np.testing.assert_allclose(answer.conversion, expected[0], atol=1e-9)
    np.testing.assert_allclose(answer.acid, expected[1], rtol=1e-9)


def test_leach_train_in_liquor__equals_its_slow_twin_with_two_minerals_and_hydroxides():
    """Iron that a poor acid cannot hold falls out as hydroxide, and gives its acid back."""
    liquor = cases.chemistry("Davies")
    packed, allowed = liquor.packed(343.15), liquor.allowed(("Fe(OH)3(s)",))
    totals = cases.vector(liquor, {"H2O": 55.5}) + 0.6 * liquor.dissolve("H2SO4")
    changes = np.array([cases.vector(liquor, cases.OXIDE), cases.vector(liquor, cases.IRON)])
    pulp = Pulp(np.full(2, HOUR), np.array([0.4, 0.1]), changes, totals, 1.03e-3, CONCENTRATION)
    minerals = Minerals.of([REACTION, FIRST_ORDER], [HOUR, 600.0], acid_order=[0.7, 0.5], reference_acid=[300.0, 100.0])
    answer, _, _, status = leach_train_in_liquor(minerals, ONE_SIZE, pulp, packed, allowed)
    assert status == CONVERGED
    assert answer.phase_amounts[-1].max() > 0.005
    expected = naive_leach_liquor.leach_train(minerals, ONE_SIZE, pulp, acid_of(packed, allowed, pulp))
    np.testing.assert_allclose(answer.conversion, expected[0], atol=1e-7)
    np.testing.assert_allclose(answer.acid, expected[1], rtol=1e-6)
    check(answer, pulp, packed, allowed)


def simple_liquor(ideal):
    """Lithium, chloride and sulfate by a chemistry of the tests; carbonate-like oxide M of lithium: Li+ for H+."""
    model, names, _ = mixture(("H2O", "H+", "Li+", "SO4-2", "Cl-"), ideal=ideal)
    return pack(model), names, np.zeros(model.phase_composition.shape[0], dtype=bool)


def test_leach_train_in_liquor__is_the_plain_train_in_an_ideal_strong_acid():
    """Nothing holds a proton of hydrochloric acid: its free acid is all of it, but for what water adds."""
    packed, _, allowed = simple_liquor(ideal=True)
    totals = np.array([55.5, 0.9, 0.0, 0.0, 0.9])
    change = np.array([[1.0, -1.0, 1.0, 0.0, 0.0]])
    pulp = Pulp(np.full(3, HOUR), np.ones(1), change, totals, 1e-3, CONCENTRATION)
    minerals = Minerals.of([REACTION], [2 * HOUR], acid_order=[0.7], reference_acid=[500.0], acid_demand=[1.0])
    sizes = cases.rosin_rammler(5)
    answer, _, _, status = leach_train_in_liquor(minerals, sizes, pulp, packed, allowed)
    conversion, acid, *_ = leach_train(minerals, sizes, pulp.residence_times, pulp.mineral_flows, 0.9, 1e-3)
    assert status == CONVERGED
    np.testing.assert_allclose(answer.conversion, conversion, atol=1e-11)
    np.testing.assert_allclose(answer.acid, acid, rtol=1e-10)


def test_leach_train_in_liquor__is_slowed_by_sulfate_that_holds_protons():
    packed, names, allowed = simple_liquor(ideal=False)
    assert "HSO4-" in names
    change = np.array([[1.0, -1.0, 1.0, 0.0, 0.0]])
    minerals = Minerals.of([REACTION], [2 * HOUR], acid_order=[0.7], reference_acid=[500.0])
    found = []
    for sulfate in (0.0, 0.3):
        totals = np.array([55.5, 0.9, 2.0 * sulfate, sulfate, 0.9])
        pulp = Pulp(np.full(3, HOUR), np.ones(1), change, totals, 1e-3, CONCENTRATION)
        answer, _, _, status = leach_train_in_liquor(minerals, ONE_SIZE, pulp, packed, allowed)
        assert status == CONVERGED
        found.append(answer.conversion[-1, 0])
    assert found[1] < found[0] - 0.01


def test_leach_train_in_liquor__follows_rates_that_know_no_acid():
    minerals, sizes, pulp, packed, allowed = cases.oxide_leach(acid_order=[0.0])
    answer, _, _, status = leach_train_in_liquor(minerals, sizes, pulp, packed, allowed)
    conversion, *_ = leach_train(minerals, sizes, pulp.residence_times, pulp.mineral_flows, 10.0, 1e-3)
    assert status == CONVERGED
    np.testing.assert_allclose(answer.conversion, conversion, atol=1e-12)
    check(answer, pulp, packed, allowed)


def test_leach_train_in_liquor__does_not_depend_on_the_scale_of_the_flows():
    minerals, sizes, pulp, packed, allowed = cases.oxide_leach("Pitzer")
    expected, *_ = leach_train_in_liquor(minerals, sizes, pulp, packed, allowed)
    for scale in (1e-4, 1e4):
        flows = {name: scale * getattr(pulp, name) for name in ("mineral_flows", "totals", "volumetric_flow")}
        found, *_ = leach_train_in_liquor(minerals, sizes, pulp._replace(**flows), packed, allowed)
        np.testing.assert_allclose(found.conversion, expected.conversion, rtol=1e-10)
        np.testing.assert_allclose(found.acid, expected.acid, rtol=1e-10)


def test_leach_train_in_liquor__repeats_itself_and_rises_with_the_acid():
    dissolved = []
    for acid in (0.5, 1.0, 1.4, 1.5, 1.6, 2.0, 2.5):
        case = cases.oxide_leach("Pitzer", acid=acid)
        answer, _, _, status = leach_train_in_liquor(*case)
        assert status == CONVERGED
        np.testing.assert_array_equal(answer.conversion, leach_train_in_liquor(*case)[0].conversion)
        assert np.all(np.diff(answer.conversion[:, 0]) > 0.0)
        assert np.all(np.diff(answer.acid) < 0.0)
        dissolved.append(answer.conversion[-1, 0])
    assert np.all(np.diff(dissolved) > 0.0)
    assert dissolved[0] == pytest.approx(1.0 / 3.0, abs=0.01)  # what the acid allows


def test_leach_train_in_liquor__answers_starved_where_no_acid_is_left():
    minerals, sizes, pulp, packed, allowed = cases.oxide_leach(acid=0.5, acid_order=[0.0])
    answer, _, _, status = leach_train_in_liquor(minerals, sizes, pulp, packed, allowed)
    assert status == STARVED
    liquor = cases.chemistry("Davies")
    alkaline = cases.vector(liquor, {"H2O": 55.5, "H+": -2.0, "Li+": 2.0})
    minerals, sizes, pulp, packed, allowed = cases.oxide_leach()
    answer, _, _, status = leach_train_in_liquor(minerals, sizes, pulp._replace(totals=alkaline), packed, allowed)
    assert status == STARVED
    assert answer.acid[0] < 1e-8


def test_leach_train_in_liquor__refuses_charges_and_dryness():
    minerals, sizes, pulp, packed, allowed = cases.oxide_leach()
    charged = pulp.totals.copy()
    charged[1] += 0.1
    assert leach_train_in_liquor(minerals, sizes, pulp._replace(totals=charged), packed, allowed)[-1] == CHARGED
    charged = pulp.changes.copy()
    charged[0, 1] += 0.1
    assert leach_train_in_liquor(minerals, sizes, pulp._replace(changes=charged), packed, allowed)[-1] == CHARGED
    dry = pulp.totals.copy()
    dry[0] = 0.0
    assert leach_train_in_liquor(minerals, sizes, pulp._replace(totals=dry), packed, allowed)[-1] == DRY


@pytest.mark.parametrize("field", ["complete_time", "acid_order"])
def test_leach_train_in_liquor__never_calls_a_nan_converged(field):
    minerals, sizes, pulp, packed, allowed = cases.oxide_leach(classes=2)
    minerals = minerals._replace(**{field: np.array([np.nan])})
    assert leach_train_in_liquor(minerals, sizes, pulp, packed, allowed)[-1] == OUT_OF_STEPS


@pytest.mark.parametrize("count", [300, pytest.param(10_000, marks=pytest.mark.validation_long)])
def test_leach_train_in_liquor__converges_in_every_random_case(count):
    for seed in range(count):
        minerals, sizes, pulp, packed, allowed = cases.random_liquor(seed)
        answer, error, _, status = leach_train_in_liquor(minerals, sizes, pulp, packed, allowed)
        assert status == CONVERGED, seed
        assert error <= 1e-11, seed
        assert np.all(answer.conversion <= minerals.accessible * (1.0 + 1e-12))
        if seed % 10 == 0 and count < 1000:
            check(answer, pulp, packed, allowed)


@pytest.mark.parametrize("seed", [3889, 4203, 4483, 5851, 5982, 7624])
def test_leach_train_in_liquor__halves_where_newton_fails(seed):
    minerals, sizes, pulp, packed, allowed = cases.random_liquor(seed)
    answer, error, steps, status = leach_train_in_liquor(minerals, sizes, pulp, packed, allowed)
    assert status == CONVERGED
    assert steps > 300
    assert error <= 1e-11
    check(answer, pulp, packed, allowed)


@pytest.mark.parametrize("count", [300, pytest.param(10_000, marks=pytest.mark.validation_long)])
def test_leach_train__converges_in_every_random_case(count):
    for seed in range(count):
        minerals, sizes, times, flows, fed, volumetric_flow = cases.random_train(seed)
        conversion, acid, error, _, status = leach_train(minerals, sizes, times, flows, fed, volumetric_flow)
        assert status == CONVERGED, seed
        assert error <= 1e-12, seed
        left = fed - conversion @ (minerals.acid_demand * flows)
        np.testing.assert_allclose(volumetric_flow * acid, left, atol=1e-11 * fed, err_msg=str(seed))
