"""One contact: equal to its twin, and to what can be worked out on paper."""

import math

import naive_extraction as naive
import numpy as np
import pytest

from raffinate.kernels.extraction import Contact, Extractant, Medium, contact, medium_charge
from raffinate.kernels.status import CONVERGED, DRY, STARVED

LN10 = math.log(10.0)
# Li, Na, Mn, Co, Ni on an acid like Cyanex 272
CHARGE = np.array([1.0, 1.0, 2.0, 2.0, 2.0])
UNITS = np.array([[1.0, 0.5], [1.0, 0.5], [2.0, 1.0], [2.0, 1.0], [2.0, 1.0]])
LOG_K = np.array([[-6.6, -7.6], [-7.1, -8.1], [-6.9, -8.2], [-7.5, -8.8], [-10.5, -11.9]])
ACID = Extractant(LN10 * LOG_K, UNITS, CHARGE, np.zeros(5))
SODIUM, COBALT = 1, 3
# Co, Zn, Fe as chlorides CoCl2, ZnCl2 and HFeCl4, which takes a proton up
CHLORIDES = Extractant(
    LN10 * np.array([[-2.0, -np.inf], [1.0, 0.3], [2.0, -np.inf]]),
    np.array([[2.0, 1.0], [2.0, 1.0], [1.0, 1.0]]),
    np.array([0.0, 0.0, -1.0]),
    np.array([2.0, 2.0, 4.0]),
)


def medium(sulfate: float, fluoride: float = 0.0, fixed: float = 0.0, gamma: float = 1.0, cations: int = 5) -> Medium:
    """A liquor with `fixed` charge; `gamma` is the activity coefficient of H+."""
    beta = np.zeros((2, 3))
    beta[0, 0] = 10.0**1.3 / gamma
    beta[1, 0] = 10.0**3.0 / gamma
    whole = np.array([1.0 / gamma, 1e-14 * gamma, fixed])
    return Medium(np.zeros(cations), 0.0, np.array([sulfate, fluoride]), np.array([-2.0, -1.0]), beta, whole)


def random_case(seed: int) -> tuple[Medium, Contact, np.ndarray]:
    """A liquor with some free acid and an organic that is partly saponified, together in `totals`."""
    rng = np.random.default_rng(seed)
    aqueous = 10.0 ** rng.uniform(-3.0, 0.0, 5)
    phases = Contact(rng.uniform(0.5, 2.0), 10.0 ** rng.uniform(-0.7, 0.7), rng.uniform(0.05, 0.6))
    sulfate = 0.5 * float(CHARGE @ aqueous) + 10.0 ** rng.uniform(-4.0, -1.0)
    totals = phases.water * aqueous
    totals[SODIUM] += phases.organic * 2.0 * phases.unit_total * rng.uniform(0.0, 0.7)
    liquor = medium(sulfate, gamma=rng.uniform(0.5, 2.0))
    return liquor._replace(ln_share=np.log(rng.uniform(0.01, 1.0, 5))), phases, totals


def random_chlorides(seed: int) -> tuple[Medium, Contact, np.ndarray]:
    """Chlorides in hydrochloric acid and an organic that takes them up with their anions."""
    rng = np.random.default_rng(seed)
    phases = Contact(1.0, 10.0 ** rng.uniform(-0.7, 0.7), rng.uniform(0.05, 1.0))
    totals = 10.0 ** rng.uniform(-3.0, -0.5, 3)
    acid = 10.0 ** rng.uniform(-2.0, 0.5)
    # without the anions that go with them, Co and Zn carry no charge and Fe(+3) with 4 chlorides one negative
    liquor = medium(0.0, fixed=totals[2] - acid, gamma=rng.uniform(0.5, 2.0), cations=3)
    return liquor._replace(ln_anion=math.log(acid + 1.0)), phases, totals


@pytest.mark.parametrize("seed", range(12))
def test_contact__equals_its_twin(seed):
    liquor, phases, totals = random_case(seed)
    x, y, free, proton, _, _, status = contact(ACID, liquor, phases, totals)
    assert status == CONVERGED
    twin_x, twin_y, twin_free, twin_proton = naive.contact(ACID, liquor, phases, totals)
    np.testing.assert_allclose(x, twin_x, rtol=1e-9)
    np.testing.assert_allclose(y, twin_y, rtol=1e-9)
    assert free == pytest.approx(twin_free, rel=1e-9)
    assert proton == pytest.approx(twin_proton, rel=1e-7)


@pytest.mark.parametrize("seed", range(12))
def test_contact__with_anions_equals_its_twin(seed):
    liquor, phases, totals = random_chlorides(seed)
    x, y, free, proton, error, _, status = contact(CHLORIDES, liquor, phases, totals)
    assert status == CONVERGED
    assert error < 1e-12
    twin_x, twin_y, twin_free, twin_proton = naive.contact(CHLORIDES, liquor, phases, totals)
    np.testing.assert_allclose(x, twin_x, rtol=1e-9)
    np.testing.assert_allclose(y, twin_y, rtol=1e-9)
    assert free == pytest.approx(twin_free, rel=1e-9)
    assert proton == pytest.approx(twin_proton, rel=1e-7)


@pytest.mark.parametrize("seed", range(100))
def test_contact__closes_cations_extractant_and_charge(seed):
    liquor, phases, totals = random_case(1000 + seed)
    x, y, free, proton, error, steps, status = contact(ACID, liquor, phases, totals)
    assert status == CONVERGED
    assert error < 1e-12
    assert steps < 100
    np.testing.assert_allclose(phases.water * x + phases.organic * y, totals, rtol=1e-14)
    bound = (UNITS * naive.distribution_ratios(ACID, liquor, free, proton) * x[:, None]).sum()
    assert free + bound == pytest.approx(phases.unit_total, rel=1e-12)
    assert abs(CHARGE @ x + naive.charge_without_cations(liquor, proton)) < 1e-12 * (CHARGE @ totals + 1.0)


@pytest.mark.parametrize("seed", range(40))
def test_contact__meets_the_law_of_mass_action_of_every_complex(seed):
    """Of the sum of both complexes, and of how they share it, which the balance of the extractant tells."""
    liquor, phases, totals = random_case(2000 + seed)
    x, y, free, proton, *_ = contact(ACID, liquor, phases, totals)
    activity = x * np.exp(liquor.ln_share)
    complexes = 10.0**LOG_K * (activity / proton**CHARGE)[:, None] * free**UNITS
    np.testing.assert_allclose(complexes.sum(axis=1), y, rtol=1e-12)
    assert free + (UNITS * complexes).sum() == pytest.approx(phases.unit_total, rel=1e-12)


@pytest.mark.parametrize("seed", range(40))
def test_contact__never_loads_more_than_its_extractant(seed):
    rng = np.random.default_rng(seed)
    totals = 10.0 ** rng.uniform(-1.0, 1.0, 5)
    phases = Contact(1.0, 1.0, rng.uniform(0.05, 0.6))
    # far more base than the extractant has protons
    liquor = medium(0.5 * float(CHARGE @ totals), fixed=10.0 * phases.unit_total)
    x, y, free, _, _, _, status = contact(ACID, liquor, phases, totals)
    assert status == CONVERGED
    assert x.min() >= 0.0
    assert free > 0.0
    assert y @ UNITS.min(axis=1) <= phases.unit_total * (1.0 + 1e-12)


def test_contact__does_not_depend_on_the_unit_of_flow():
    liquor, phases, totals = random_case(5)
    small = Contact(1e-6 * phases.water, 1e-6 * phases.organic, phases.unit_total)
    one = contact(ACID, liquor, phases, totals)
    other = contact(ACID, liquor, small, 1e-6 * totals)
    np.testing.assert_allclose(other[0], one[0], rtol=1e-12)
    assert other[3] == pytest.approx(one[3], rel=1e-11)


def test_contact__at_trace_loading_gives_the_ratio_of_the_law_of_mass_action():
    # Acid fixes the pH; a trace of cobalt cannot change it, nor the free units.
    totals = np.array([0.0, 0.0, 0.0, 1e-9, 0.0])
    x, y, free, proton, *_ = contact(ACID, medium(0.0, fixed=-1e-3), Contact(1.0, 1.0, 0.3), totals)
    assert free == pytest.approx(0.3, rel=1e-7)
    assert proton == pytest.approx(1e-3, rel=1e-5)
    expected = 10.0**-7.5 * 0.3**2 / 1e-6 + 10.0**-8.8 * 0.3 / 1e-6
    assert y[COBALT] / x[COBALT] == pytest.approx(expected, rel=1e-4)


def test_contact__activities_of_proton_and_cation_enter_the_distribution():
    """Acid fixes the molality of H+: at half the activity coefficient cobalt goes four times as far."""
    totals = np.array([0.0, 0.0, 0.0, 1e-9, 0.0])
    phases = Contact(1.0, 1.0, 0.3)
    one = contact(ACID, medium(0.0, fixed=-1e-3), phases, totals)
    two = contact(ACID, medium(0.0, fixed=-1e-3, gamma=2.0), phases, totals)
    assert (one[1][COBALT] / one[0][COBALT]) / (two[1][COBALT] / two[0][COBALT]) == pytest.approx(4.0, rel=1e-6)
    assert one[3] == pytest.approx(0.5 * two[3], rel=1e-5)
    weak = medium(0.0, fixed=-1e-3)
    weak.ln_share[COBALT] = math.log(0.1)
    three = contact(ACID, weak, phases, totals)
    assert (one[1][COBALT] / one[0][COBALT]) / (three[1][COBALT] / three[0][COBALT]) == pytest.approx(10.0, rel=1e-6)


def test_contact__anions_drive_what_takes_them_along():
    """Twice the activity of chloride: four times the CoCl2; of HFeCl4 sixteen times, and as much again by the acid."""
    totals = np.array([1e-9, 0.0, 1e-9])
    phases = Contact(1.0, 1.0, 0.3)
    ratios = []
    for chloride, acid in ((1.0, 0.5), (2.0, 0.5), (1.0, 1.0)):
        liquor = medium(0.0, fixed=-acid, cations=3)._replace(ln_anion=math.log(chloride))
        x, y, *_ = contact(CHLORIDES, liquor, phases, totals)
        ratios.append(y[[0, 2]] / x[[0, 2]])
    np.testing.assert_allclose(ratios[1] / ratios[0], [4.0, 16.0], rtol=1e-6)
    np.testing.assert_allclose(ratios[2] / ratios[0], [1.0, 2.0], rtol=1e-6)
    assert ratios[0][0] == pytest.approx(10.0**-2.0 * 0.3**2, rel=1e-6)


def test_contact__of_a_cation_without_complexes_leaves_it_in_the_liquor():
    extractant = Extractant(np.full((1, 2), -np.inf), np.array([[2.0, 1.0]]), np.array([2.0]), np.zeros(1))
    liquor = medium(0.1, cations=1)
    x, y, free, proton, _, _, status = contact(extractant, liquor, Contact(2.0, 1.0, 0.4), np.array([0.2]))
    assert status == CONVERGED
    assert x[0] == pytest.approx(0.1, rel=1e-14)
    assert y[0] == 0.0
    assert free == pytest.approx(0.4, rel=1e-12)
    # 10^1.3 / 10^14 of the sulfate's 0.1 mol/kg binds a proton, and as much hydroxide balances it
    assert proton == pytest.approx(1e-7 / math.sqrt(1.0 + 0.1 * 10.0**1.3), rel=1e-6)


def test_contact__is_smooth_and_has_no_memory():
    liquor, phases, totals = random_case(7)

    def cobalt(factor: float) -> float:
        more = totals.copy()
        more[SODIUM] *= factor
        return contact(ACID, liquor, phases, more)[1][COBALT]

    here = cobalt(1.0)
    slope = (cobalt(1.0 + 1e-5) - cobalt(1.0 - 1e-5)) / 2e-5
    tiny = 1e-8
    assert cobalt(1.0 + tiny) - here == pytest.approx(slope * tiny, rel=1e-3, abs=1e-12 * here)
    assert cobalt(1.0) == here


def test_medium_charge__slope_and_potential_are_consistent():
    liquor = medium(0.7, 0.2, -0.1)
    step = 1e-5
    for ln_h in np.linspace(-30.0, 2.0, 9):
        charge, slope, _ = medium_charge(liquor, ln_h)
        above, below = medium_charge(liquor, ln_h + step), medium_charge(liquor, ln_h - step)
        assert slope == pytest.approx((above[0] - below[0]) / (2.0 * step), rel=1e-5, abs=1e-9)
        assert charge == pytest.approx((above[2] - below[2]) / (2.0 * step), rel=1e-5, abs=1e-9)


def test_medium_charge__fully_protonated_phosphate_carries_none():
    beta = 10.0 ** np.array([[12.35, 19.55, 21.7]])
    liquor = Medium(np.zeros(0), 0.0, np.array([0.5]), np.array([-3.0]), beta, np.array([1.0, 1e-14, 0.0]))
    acid, _, _ = medium_charge(liquor, math.log(10.0))
    base, _, _ = medium_charge(liquor, math.log(1e-16))
    assert acid - 10.0 == pytest.approx(0.0, abs=0.01)
    assert base + 100.0 == pytest.approx(-1.5, abs=0.01)


@pytest.mark.parametrize(
    ("phases", "expected"),
    [
        (Contact(0.0, 1.0, 0.4), DRY),
        (Contact(np.nan, 1.0, 0.4), DRY),
        (Contact(1.0, 0.0, 0.4), STARVED),
        (Contact(1.0, 1.0, 0.0), STARVED),
        (Contact(1.0, 1.0, np.nan), STARVED),
    ],
)
def test_contact__without_one_of_the_phases_says_so(phases, expected):
    assert contact(ACID, medium(0.4), phases, np.full(5, 0.1))[-1] == expected


def test_contact__of_nonsense_does_not_claim_to_converge():
    totals = np.array([0.1, 0.1, 0.1, np.nan, 0.1])
    assert contact(ACID, medium(0.4), Contact(1.0, 1.0, 0.4), totals)[-1] != CONVERGED
