"""Pitzer's activity coefficients: the twin, Gibbs-Duhem, slopes, published values."""

import math

import numpy as np
import pytest
from naive_pitzer import WATER, Salt
from naive_pitzer import integral_j as naive_integral_j

from raffinate.kernels.activity import PITZER, ActivityModel, activities
from raffinate.kernels.mixing_integral import integral_j
from raffinate.kernels.pitzer import Pitzer, blank_terms, pitzer_slopes, restrict

A_PHI = 0.3915
# Harvie, Moller & Weare (1984), tables 1 to 4 (sodium, potassium, magnesium, calcium), NiSO4 of Pitzer & Mayorga (1974);
# the aluminium rows are invented, to have a charge of 3 and other exponents.
CHARGE = {"H+": 1, "Na+": 1, "Mg+2": 2, "Ni+2": 2, "Al+3": 3, "Cl-": -1, "SO4-2": -2, "HSO4-": -1, "CO2": 0, "NH3": 0}
BETA = {
    ("H+", "Cl-"): (0.1775, 0.2945, 0.0, 0.0008, 2.0, 12.0),
    ("H+", "SO4-2"): (0.0298, 0.0, 0.0, 0.0438, 2.0, 12.0),
    ("Na+", "Cl-"): (0.0765, 0.2644, 0.0, 0.00127, 2.0, 12.0),
    ("Na+", "SO4-2"): (0.01958, 1.113, 0.0, 0.00497, 2.0, 12.0),
    ("Mg+2", "Cl-"): (0.35235, 1.6815, 0.0, 0.00519, 2.0, 12.0),
    ("Mg+2", "SO4-2"): (0.2210, 3.343, -37.23, 0.025, 1.4, 12.0),
    ("Ni+2", "SO4-2"): (0.1702, 2.907, -40.06, 0.0366, 1.4, 12.0),
    ("Al+3", "SO4-2"): (0.8, 10.0, -500.0, -0.02, 2.0, 50.0),
}
THETA = {("H+", "Na+"): 0.036, ("Mg+2", "Na+"): 0.07, ("Cl-", "SO4-2"): 0.02}
PSI = {
    frozenset(("H+", "Na+", "Cl-")): -0.004,
    frozenset(("Mg+2", "Na+", "SO4-2")): -0.015,
    frozenset(("Na+", "Cl-", "SO4-2")): 0.0014,
}
LAMBDA = {("CO2", "Na+"): 0.1, ("CO2", "Mg+2"): 0.183, ("CO2", "SO4-2"): 0.097, ("NH3", "Ni+2"): -0.04}
LAMBDA |= {("CO2", "NH3"): 0.05, ("NH3", "CO2"): 0.05, ("NH3", "NH3"): 0.01}
ZETA = {frozenset(("CO2", "Na+", "SO4-2")): -0.015}
NAMES = list(CHARGE)


def kernel_model(salt=None, names=NAMES):
    """The dictionaries as arrays."""
    salt = salt or Salt(A_PHI, CHARGE, BETA, THETA, PSI, LAMBDA, ZETA)
    at = names.index
    alpha = sorted({alpha for values in salt.beta.values() for alpha in values[4:]})
    pairs, values = [], []
    for (c, a), (b0, b1, b2, _, one, two) in salt.beta.items():
        pairs.append((at(c), at(a), alpha.index(one), alpha.index(two)))
        values.append((b0, b1, b2, salt.third(c, a)))
    doubles = {tuple(sorted((at(i), at(j)))): v for table in (salt.theta, salt.lam) for (i, j), v in table.items()}
    triples = {tuple(at(n) for n in sorted(key)): v for table in (salt.psi, salt.zeta) for key, v in table.items()}
    pitzer = Pitzer(
        salt.a_phi,
        np.array(alpha),
        np.array(pairs, np.int64).reshape(-1, 4),
        np.array(values, float).reshape(-1, 4),
        np.array(list(doubles), np.int64).reshape(-1, 2),
        np.array(list(doubles.values()), float),
        np.array(list(triples), np.int64).reshape(-1, 3),
        np.array(list(triples.values()), float),
    )
    none = np.zeros(len(names))
    charge = np.array([float(salt.charge[n]) for n in names])
    return ActivityModel(PITZER, charge, none, none, np.zeros(2), pitzer)


MODEL = kernel_model()


def kernel_values(molality, model=MODEL):
    ln_gamma = np.empty(len(molality))
    ln_water = activities(model, molality, ln_gamma, blank_terms(len(molality), model.pitzer))
    return ln_gamma, ln_water


def kernel_slopes(molality, model=MODEL):
    """d ln gamma / d m and, by the equation of Gibbs and Duhem, d ln a_w / d m."""
    count = len(molality)
    terms = blank_terms(count, model.pitzer)
    slopes = np.empty((count, count))
    activities(model, molality, np.empty(count), terms)
    pitzer_slopes(model.pitzer, model.charge, molality, terms, np.arange(count), slopes)
    return slopes, -WATER * (1.0 + molality @ slopes)


def liquors():
    generator = np.random.default_rng(4)
    return [10.0 ** generator.uniform(-4.0, 0.4, len(NAMES)) for _ in range(5)] + [
        np.full(len(NAMES), 1e-6),
        np.where(np.arange(len(NAMES)) % 2, 1.0, 1e-9),
    ]


def beyond():
    generator = np.random.default_rng(6)
    return [scale * generator.uniform(0.1, 1.0, len(NAMES)) for scale in (4.0, 6.0, 40.0)]


@pytest.mark.parametrize("x", [1e-3, 0.05, 0.7, 0.999999, 1.000001, 3.0, 12.0, 90.0])
def test_integral_j__equals_its_integral_and_its_own_derivatives(x):
    value, first, second = integral_j(np.log(x))
    assert value == pytest.approx(naive_integral_j(x), rel=1e-6, abs=2e-9)
    step = 1e-4
    above, below = integral_j(np.log(x) + step), integral_j(np.log(x) - step)
    if abs(x - 1.0) > 2e-4:
        assert first == pytest.approx((above[0] - below[0]) / (2 * step), rel=1e-6)
        assert second == pytest.approx((above[1] - below[1]) / (2 * step), rel=1e-6)


def test_integral_j__is_nothing_where_no_ion_is():
    assert integral_j(-50.0) == (0.0, 0.0, 0.0)
    assert integral_j(math.log(1e-6))[0] == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize("molality", liquors())
def test_activities__equal_the_printed_equations(molality):
    salt = Salt(A_PHI, CHARGE, BETA, THETA, PSI, LAMBDA, ZETA)
    m = dict(zip(NAMES, molality, strict=True))
    expected = salt.ln_gamma(m)
    ln_gamma, ln_water = kernel_values(molality)
    # the series of J is good to 1e-9, the twin's derivative of theta^E to 1e-6
    np.testing.assert_allclose(ln_gamma, [expected[n] for n in NAMES], rtol=2e-6, atol=1e-7)
    assert ln_water == pytest.approx(salt.ln_water(m), rel=1e-6)


@pytest.mark.parametrize("molality", liquors() + beyond())
def test_pitzer_slopes__are_symmetric_equal_differences_and_obey_gibbs_and_duhem(molality):
    slopes, wetness = kernel_slopes(molality)
    np.testing.assert_allclose(slopes, slopes.T, rtol=1e-12, atol=1e-12 * np.abs(slopes).max())
    for j in range(len(NAMES)):
        step = 1e-5 * molality[j]
        shift = step * (np.arange(len(NAMES)) == j)
        above, below = kernel_values(molality + shift), kernel_values(molality - shift)
        numeric = (above[0] - below[0]) / (2 * step)
        noise = 1e-10 / step
        np.testing.assert_allclose(slopes[:, j], numeric, rtol=1e-5, atol=1e-6 * np.abs(slopes).max() + noise)
        assert wetness[j] == pytest.approx((above[1] - below[1]) / (2 * step), rel=1e-5, abs=1e-6 + noise)


def test_pitzer_slopes__fill_only_the_columns_asked_for():
    molality = liquors()[0]
    count = len(NAMES)
    terms = blank_terms(count, MODEL.pitzer)
    place = np.full(count, -1)
    place[[3, 6]] = 0, 1
    slopes = np.full((count, count), np.nan)
    activities(MODEL, molality, np.empty(count), terms)
    pitzer_slopes(MODEL.pitzer, MODEL.charge, molality, terms, place, slopes)
    whole, _ = kernel_slopes(molality)
    np.testing.assert_allclose(slopes[:, :2], whole[:, [3, 6]])
    assert np.all(np.isnan(slopes[:, 2:]))


def test_activities__stay_within_bounds_beyond_the_range():
    composition = beyond()[0] / (0.5 * MODEL.charge**2 @ beyond()[0])
    values = [kernel_values(strength * composition) for strength in (60.0, 1e3, 1e6)]
    np.testing.assert_allclose(values[0][0], values[2][0], atol=0.3)
    np.testing.assert_allclose(values[1][0], values[2][0], atol=1e-9)
    # the liquor has become an ideal one
    assert values[2][1] == pytest.approx(-WATER * 1e6 * composition.sum(), rel=1e-9)


def test_restrict__leaves_out_what_is_absent():
    molality = liquors()[1].copy()
    absent = [NAMES.index(n) for n in ("Mg+2", "CO2", "HSO4-")]
    molality[absent] = 0.0
    present = np.setdiff1d(np.arange(len(NAMES)), absent)
    part = MODEL._replace(charge=MODEL.charge[present], pitzer=restrict(MODEL.pitzer, present, len(NAMES)))
    few, few_water = kernel_values(molality[present], part)
    whole, whole_water = kernel_values(molality)
    np.testing.assert_allclose(few, whole[present], rtol=1e-14)
    assert few_water == pytest.approx(whole_water, rel=1e-14)


def test_activities__approach_the_limiting_law():
    molality = np.zeros(len(NAMES))
    molality[[NAMES.index("Na+"), NAMES.index("Cl-")]] = 1e-8
    ln_gamma, ln_water = kernel_values(molality)
    law = -3.0 * A_PHI * np.sqrt(1e-8)
    # theta^E of Al+3 and Na+ is what is left of it
    np.testing.assert_allclose(ln_gamma[:5], law * MODEL.charge[:5] ** 2, rtol=3e-3)
    assert ln_water == pytest.approx(-WATER * 2e-8, rel=1e-3)


def mean(cation, anion, molality):
    """gamma of a salt and its osmotic coefficient."""
    z = CHARGE[cation], -CHARGE[anion]
    counts = (z[1], z[0]) if z[0] != z[1] else (1, 1)
    m = np.zeros(len(NAMES))
    m[NAMES.index(cation)], m[NAMES.index(anion)] = counts[0] * molality, counts[1] * molality
    ln_gamma, ln_water = kernel_values(m)
    total = counts[0] * ln_gamma[NAMES.index(cation)] + counts[1] * ln_gamma[NAMES.index(anion)]
    return np.exp(total / sum(counts)), -ln_water / (WATER * m.sum())


# Robinson & Stokes (1959) Electrolyte Solutions, 2nd ed., appendix 8.10, 25 degC
@pytest.mark.parametrize(
    ("molality", "gamma", "phi"),
    [(0.1, 0.778, 0.9324), (1.0, 0.657, 0.9355), (2.0, 0.668, 0.9833), (3.0, 0.714, 1.0453), (6.0, 0.986, 1.2706)],
)
def test_activities__match_measured_sodium_chloride(molality, gamma, phi):
    found = mean("Na+", "Cl-", molality)
    assert found[0] == pytest.approx(gamma, abs=0.004)
    assert found[1] == pytest.approx(phi, abs=0.003)


@pytest.mark.parametrize(
    ("cation", "anion", "dilute", "strong"),
    [("Na+", "SO4-2", 0.452, 0.204), ("Mg+2", "SO4-2", 0.150, 0.0485), ("Ni+2", "SO4-2", 0.150, 0.0425)],
)
def test_activities__match_measured_sulfates(cation, anion, dilute, strong):
    # Robinson & Stokes (1959), appendix 8.10: at 0.1 and 1 mol/kg; the 2-2 sulfates are relative to 0.150 there
    assert mean(cation, anion, 1.0)[0] / mean(cation, anion, 0.1)[0] == pytest.approx(strong / dilute, rel=0.03)
