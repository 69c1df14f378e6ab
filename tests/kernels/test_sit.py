"""The specific ion interaction theory in Pitzer's kernel: the twin, Gibbs-Duhem, slopes, what falls away."""

import numpy as np
import pytest
from naive_pitzer import WATER, Specific

from raffinate.kernels.activity import PITZER, ActivityModel, activities
from raffinate.kernels.pitzer import (
    FULL,
    LARGEST_CHARGE,
    SIT,
    WITHOUT_UNEQUAL,
    Pitzer,
    blank_terms,
    pitzer_slopes,
    restrict,
)

DEBYE_A = 0.509
LN10 = np.log(10.0)
CHARGE = {"H+": 1, "Na+": 1, "Ni+2": 2, "Al+3": 3, "Cl-": -1, "SO4-2": -2, "CO2": 0}
EPSILON = {
    ("H+", "Cl-"): 0.12,
    ("Na+", "Cl-"): 0.03,
    ("Na+", "SO4-2"): -0.12,
    ("Ni+2", "Cl-"): 0.17,
    ("Al+3", "Cl-"): 0.33,
    ("CO2", "Na+"): 0.08,
    ("CO2", "CO2"): -0.02,
}
NAMES = list(CHARGE)


def model(form=SIT, names=NAMES):
    """The dictionaries as arrays."""
    at = names.index
    doubles = [(at(i), at(j)) for i, j in EPSILON]
    values = [LN10 * value * (1.0 if i == j else 0.5) for (i, j), value in EPSILON.items()]
    pitzer = Pitzer(
        LN10 / 3.0 * DEBYE_A,
        np.zeros(0),
        np.zeros((0, 4), np.int64),
        np.zeros((0, 4)),
        np.array(doubles, np.int64),
        np.array(values),
        np.zeros((0, 3), np.int64),
        np.zeros(0),
        form,
    )
    none = np.zeros(len(names))
    return ActivityModel(PITZER, np.array([float(CHARGE[n]) for n in names]), none, none, np.zeros(2), pitzer)


def answer(kernel, molality):
    """ln gamma, ln a_w and the terms at molalities."""
    ln_gamma, terms = np.zeros(len(molality)), blank_terms(len(molality), kernel.pitzer)
    return ln_gamma, activities(kernel, molality, ln_gamma, terms), terms


def molalities(seed, largest=2.0):
    return np.random.default_rng(seed).uniform(0.0, largest, len(NAMES))


@pytest.mark.parametrize("seed", range(6))
def test_activities__are_those_of_the_twin(seed):
    molality = molalities(seed, 0.8)
    ln_gamma, ln_water, _ = answer(model(), molality)
    m = dict(zip(NAMES, molality.tolist(), strict=True))
    twin = Specific(DEBYE_A, CHARGE, EPSILON)
    assert ln_gamma == pytest.approx([twin.ln_gamma(m)[n] for n in NAMES], rel=1e-11, abs=1e-12)
    assert ln_water == pytest.approx(twin.ln_water(m), rel=1e-5)


@pytest.mark.parametrize("form", [FULL, WITHOUT_UNEQUAL, SIT])
@pytest.mark.parametrize("seed", range(3))
def test_slopes__are_the_differences_of_the_activities(form, seed):
    kernel, molality = model(form), molalities(seed, 0.7)
    _, _, terms = answer(kernel, molality)
    count = len(molality)
    slopes = np.zeros((count, count))
    pitzer_slopes(kernel.pitzer, kernel.charge, molality, terms, np.arange(count), slopes)
    wetness = -WATER * (1.0 + molality @ slopes)
    for j in range(count):
        step = np.zeros(count)
        step[j] = 1e-5
        above, wet_above, _ = answer(kernel, molality + step)
        below, wet_below, _ = answer(kernel, molality - step)
        assert slopes[:, j] == pytest.approx((above - below) / 2e-5, rel=1e-6, abs=1e-7)
        assert wetness[j] == pytest.approx((wet_above - wet_below) / 2e-5, rel=1e-6, abs=1e-8)


@pytest.mark.parametrize("form", [WITHOUT_UNEQUAL, SIT])
def test_water__obeys_gibbs_and_duhem(form):
    kernel = model(form)
    molality = molalities(3)
    step = 1e-5
    above, wet_above, _ = answer(kernel, molality * (1 + step))
    below, wet_below, _ = answer(kernel, molality * (1 - step))
    changes = molality @ (above - below) + 2 * step * molality.sum()
    assert (wet_above - wet_below) / WATER == pytest.approx(-changes, rel=1e-7)


def test_water__is_ideal_at_infinite_dilution():
    _, ln_water, _ = answer(model(), np.full(len(NAMES), 1e-9))
    assert ln_water == pytest.approx(-WATER * len(NAMES) * 1e-9, rel=1e-3)


def test_ions_of_like_sign__do_not_act_on_each_other():
    with_sodium = np.zeros(len(NAMES))
    with_sodium[[NAMES.index("Al+3"), NAMES.index("Na+"), NAMES.index("Cl-")]] = 0.1, 0.2, 0.5
    ln_gamma, _, _ = answer(model(), with_sodium)
    root = np.sqrt(0.5 * (0.9 + 0.2 + 0.5))
    law = LN10 * (-9 * DEBYE_A * root / (1 + 1.5 * root) + 0.33 * 0.5)
    assert ln_gamma[NAMES.index("Al+3")] == pytest.approx(law, rel=1e-12)


def test_without_unequal__differs_from_the_full_energy_where_charges_of_like_sign_differ():
    molality = molalities(1)
    full, bare = answer(model(FULL), molality)[0], answer(model(WITHOUT_UNEQUAL), molality)[0]
    assert abs(full - bare).max() > 0.01
    molality[[NAMES.index("Ni+2"), NAMES.index("Al+3"), NAMES.index("SO4-2")]] = 0.0
    one_sized = [NAMES.index(name) for name in ("H+", "Na+", "Cl-", "CO2")]
    full, bare = answer(model(FULL), molality)[0], answer(model(WITHOUT_UNEQUAL), molality)[0]
    assert full[one_sized] == pytest.approx(bare[one_sized], rel=1e-13)


def test_restrict__keeps_the_form():
    kept = restrict(model().pitzer, np.array([1, 4, 5]), len(NAMES))
    assert kept.form == SIT
    assert kept.double.tolist() == [[0, 1], [0, 2]]


@pytest.mark.parametrize("form", [FULL, SIT])
def test_activities__have_room_for_the_largest_charge(form):
    kernel = model(form)
    charged = kernel._replace(charge=np.where(kernel.charge == 3.0, float(LARGEST_CHARGE), kernel.charge))
    molality = molalities(5, 0.01)
    ln_gamma, _, terms = answer(charged, molality)
    assert np.isfinite(ln_gamma).all()
    slopes = np.zeros((len(NAMES), len(NAMES)))
    pitzer_slopes(charged.pitzer, charged.charge, molality, terms, np.arange(len(NAMES)), slopes)
    wetness = -WATER * (1.0 + molality @ slopes)
    step = np.zeros(len(NAMES))
    step[NAMES.index("Al+3")] = 1e-7
    above, below = answer(charged, molality + step)[1], answer(charged, molality - step)[1]
    assert wetness[NAMES.index("Al+3")] == pytest.approx((above - below) / 2e-7, rel=1e-5)
