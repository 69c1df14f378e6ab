"""One contact: equal to its twin, and to what can be worked out on paper."""

import math

import naive_extraction as naive
import numpy as np
import pytest

from raffinate.kernels.extraction import Contact, Extractant, Medium, contact, contact_at_ph, medium_charge
from raffinate.kernels.status import CONVERGED, DRY, STARVED, UNREACHABLE

LN10 = math.log(10.0)
# Li, Na, Mn, Co, Ni on an acid like Cyanex 272
CHARGE = np.array([1.0, 1.0, 2.0, 2.0, 2.0])
DIMERS = np.array([[1.0, 0.5], [1.0, 0.5], [2.0, 1.0], [2.0, 1.0], [2.0, 1.0]])
LOG_K = np.array([[-6.6, -7.6], [-7.1, -8.1], [-6.9, -8.2], [-7.5, -8.8], [-10.5, -11.9]])
ACID = Extractant(LN10 * LOG_K, DIMERS, CHARGE)
SODIUM = 1


def medium(sulfate: float, fluoride: float = 0.0, fixed: float = 0.0, activity: float = 1.0) -> Medium:
    beta = np.full((2, 3), -np.inf)
    beta[0, 0] = 1.3 * LN10
    beta[1, 0] = 3.0 * LN10
    return Medium(np.array([sulfate, fluoride]), np.array([-2.0, -1.0]), beta, fixed, 1e-14, activity)


def random_case(seed: int) -> tuple[Medium, Contact, np.ndarray]:
    """A liquor with some free acid and an organic that is partly saponified, together in `totals`."""
    rng = np.random.default_rng(seed)
    aqueous = 10.0 ** rng.uniform(-3.0, 0.0, 5)
    phases = Contact(1.0, 10.0 ** rng.uniform(-0.7, 0.7), rng.uniform(0.05, 0.6))
    sulfate = 0.5 * float(CHARGE @ aqueous) + 10.0 ** rng.uniform(-4.0, -1.0)
    totals = aqueous.copy()
    totals[SODIUM] += phases.organic_flow * 2.0 * phases.dimer_total * rng.uniform(0.0, 0.7)
    return medium(sulfate, activity=rng.uniform(0.5, 2.0)), phases, totals


@pytest.mark.parametrize("seed", range(12))
def test_contact__equals_its_twin(seed):
    liquor, phases, totals = random_case(seed)
    x, y, free, hydrogen, _, _, status = contact(ACID, liquor, phases, totals)
    assert status == CONVERGED
    twin_x, twin_y, twin_free, twin_hydrogen = naive.contact(ACID, liquor, phases, totals)
    np.testing.assert_allclose(x, twin_x, rtol=1e-9)
    np.testing.assert_allclose(y, twin_y, rtol=1e-9)
    assert free == pytest.approx(twin_free, rel=1e-9)
    assert hydrogen == pytest.approx(twin_hydrogen, rel=1e-7)


@pytest.mark.parametrize("seed", range(100))
def test_contact__closes_cations_extractant_and_charge(seed):
    liquor, phases, totals = random_case(1000 + seed)
    x, y, free, hydrogen, error, steps, status = contact(ACID, liquor, phases, totals)
    assert status == CONVERGED
    assert error < 1e-12
    assert steps < 100
    np.testing.assert_allclose(phases.aqueous_flow * x + phases.organic_flow * y, totals, rtol=1e-14)
    ratios = naive.distribution_ratios(ACID, liquor, free, hydrogen)
    bound = (DIMERS * ratios * x[:, None]).sum()
    assert free + bound == pytest.approx(phases.dimer_total, rel=1e-12)
    assert abs(CHARGE @ x + naive.charge_without_cations(liquor, hydrogen)) < 1e-12 * (CHARGE @ totals + 1.0)


def test_contact__does_not_depend_on_the_unit_of_flow():
    liquor, phases, totals = random_case(5)
    small = Contact(1e-6 * phases.aqueous_flow, 1e-6 * phases.organic_flow, phases.dimer_total)
    one = contact(ACID, liquor, phases, totals)
    other = contact(ACID, liquor, small, 1e-6 * totals)
    np.testing.assert_allclose(other[0], one[0], rtol=1e-12)
    assert other[3] == pytest.approx(one[3], rel=1e-11)


def test_contact__at_trace_loading_gives_the_ratio_of_the_law_of_mass_action():
    # Acid fixes the pH; a trace of cobalt cannot change it, nor the free dimer.
    totals = np.array([0.0, 0.0, 0.0, 1e-9, 0.0])
    x, y, free, hydrogen, *_ = contact(ACID, medium(0.0, fixed=-1e-3), Contact(1.0, 1.0, 0.3), totals)
    assert free == pytest.approx(0.3, rel=1e-7)
    assert hydrogen == pytest.approx(1e-3, rel=1e-5)
    expected = 10.0**-7.5 * 0.3**2 / 1e-6 + 10.0**-8.8 * 0.3 / 1e-6
    assert y[3] / x[3] == pytest.approx(expected, rel=1e-4)


def test_contact__proton_activity_enters_the_distribution_and_nothing_else():
    totals = np.array([0.0, 0.0, 0.0, 1e-9, 0.0])
    phases = Contact(1.0, 1.0, 0.3)
    one = contact(ACID, medium(0.0, fixed=-1e-3), phases, totals)
    two = contact(ACID, medium(0.0, fixed=-1e-3, activity=2.0), phases, totals)
    assert (one[1][3] / one[0][3]) / (two[1][3] / two[0][3]) == pytest.approx(4.0, rel=1e-6)
    assert one[3] == pytest.approx(two[3], rel=1e-5)


def test_contact__of_a_cation_without_complexes_leaves_it_in_the_liquor():
    extractant = Extractant(np.full((1, 2), -np.inf), np.array([[2.0, 1.0]]), np.array([2.0]))
    x, y, free, hydrogen, _, _, status = contact(extractant, medium(0.1), Contact(2.0, 1.0, 0.4), np.array([0.2]))
    assert status == CONVERGED
    assert x[0] == pytest.approx(0.1, rel=1e-14)
    assert y[0] == 0.0
    assert free == pytest.approx(0.4, rel=1e-12)
    # 10^1.3 / 10^14 of the sulfate's 0.1 mol/L binds a proton, and as much hydroxide balances it
    assert hydrogen == pytest.approx(1e-7 / math.sqrt(1.0 + 0.1 * 10.0**1.3), rel=1e-6)


def test_medium_charge__slope_and_potential_are_consistent():
    liquor = medium(0.7, 0.2, -0.1)
    step = 1e-5
    for ln_h in np.linspace(-30.0, 2.0, 9):
        charge, slope, _ = medium_charge(liquor, ln_h)
        above, below = medium_charge(liquor, ln_h + step), medium_charge(liquor, ln_h - step)
        assert slope == pytest.approx((above[0] - below[0]) / (2.0 * step), rel=1e-5, abs=1e-9)
        assert charge == pytest.approx((above[2] - below[2]) / (2.0 * step), rel=1e-5, abs=1e-9)


def test_medium_charge__fully_protonated_phosphate_carries_none():
    beta = LN10 * np.array([[12.35, 19.55, 21.7]])
    liquor = Medium(np.array([0.5]), np.array([-3.0]), beta, 0.0, 1e-14, 1.0)
    acid, _, _ = medium_charge(liquor, math.log(10.0))
    base, _, _ = medium_charge(liquor, math.log(1e-16))
    assert acid - 10.0 == pytest.approx(0.0, abs=0.01)
    assert base + 100.0 == pytest.approx(-1.5, abs=0.01)


@pytest.mark.parametrize("ph", [3.0, 4.5, 6.0, 7.5])
def test_contact_at_ph__is_the_contact_that_its_dose_gives(ph):
    totals = np.array([0.3, 0.0, 0.04, 0.28, 0.04])
    liquor = medium(0.5 * float(CHARGE @ totals) + 0.01, activity=0.8)
    phases = Contact(1.0, 2.5, 0.4)
    dose, x, y, free, hydrogen, error, _, status = contact_at_ph(ACID, liquor, phases, totals, SODIUM, ph)
    assert status == CONVERGED
    assert error < 1e-12
    assert -math.log10(0.8 * hydrogen) == pytest.approx(ph, abs=1e-12)
    assert dose > 0.0
    dosed = totals.copy()
    dosed[SODIUM] += dose
    again = contact(ACID, liquor, phases, dosed)
    np.testing.assert_allclose(again[0], x, rtol=1e-6)
    np.testing.assert_allclose(again[1], y, rtol=1e-6)
    assert again[2] == pytest.approx(free, rel=1e-6)


def test_contact_at_ph__below_what_the_liquor_has_answers_unreachable():
    totals = np.array([0.3, 0.0, 0.04, 0.28, 0.04])
    liquor = medium(0.5 * float(CHARGE @ totals))
    dose, *_, status = contact_at_ph(ACID, liquor, Contact(1.0, 2.5, 0.4), totals, SODIUM, 1.0)
    assert status == UNREACHABLE
    assert dose < 0.0


def test_contact_at_ph__dose_rises_with_ph():
    totals = np.array([0.3, 0.0, 0.04, 0.28, 0.04])
    liquor = medium(0.5 * float(CHARGE @ totals) + 0.01)
    doses = [contact_at_ph(ACID, liquor, Contact(1.0, 2.5, 0.4), totals, SODIUM, ph)[0] for ph in np.arange(3, 9)]
    assert np.all(np.diff(doses) > 0.0)


@pytest.mark.parametrize(
    ("phases", "expected"),
    [
        (Contact(0.0, 1.0, 0.4), DRY),
        (Contact(np.nan, 1.0, 0.4), DRY),
        (Contact(1.0, 0.0, 0.4), STARVED),
        (Contact(1.0, 1.0, 0.0), STARVED),
    ],
)
def test_contact__without_one_of_the_phases_says_so(phases, expected):
    totals = np.full(5, 0.1)
    assert contact(ACID, medium(0.4), phases, totals)[-1] == expected
    assert contact_at_ph(ACID, medium(0.4), phases, totals, SODIUM, 5.0)[-1] == expected
