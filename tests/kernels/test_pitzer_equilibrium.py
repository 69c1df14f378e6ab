"""Equilibrium of liquors under Pitzer's model: its laws recomputed by the twin, robustness, strong liquors, doses."""

import numba
import numpy as np
import pytest
from asked import dose_to_ph, equilibrate
from naive_pitzer import Salt
from naive_speciation import COMPONENTS, LN10, MOLES_PER_KG, mixture, random_totals, totals_of

from raffinate.kernels.activity import PITZER
from raffinate.kernels.pitzer import Pitzer
from raffinate.kernels.status import CONVERGED, UNREACHABLE

COMPILED = not numba.config.DISABLE_JIT
# Pitzer & Mayorga (1973, 1974) and Harvie, Moller & Weare (1984): beta0, beta1, beta2, C^phi, alpha1, alpha2; CoSO4 as
# NiSO4. The tests need a real model, not the best one.
BETA = {
    ("H+", "Cl-"): (0.1775, 0.2945, 0, 0.0008, 2, 12), ("H+", "HSO4-"): (0.2065, 0.5556, 0, 0, 2, 12),
    ("H+", "SO4-2"): (0.0298, 0, 0, 0.0438, 2, 12), ("Li+", "Cl-"): (0.1494, 0.3074, 0, 0.00359, 2, 12),
    ("Li+", "SO4-2"): (0.1363, 1.2705, 0, -0.00399, 2, 12), ("Na+", "Cl-"): (0.0765, 0.2644, 0, 0.00127, 2, 12),
    ("Na+", "SO4-2"): (0.01958, 1.113, 0, 0.00497, 2, 12), ("Na+", "HSO4-"): (0.0454, 0.398, 0, 0, 2, 12),
    ("Na+", "OH-"): (0.0864, 0.253, 0, 0.0044, 2, 12), ("Na+", "CO3-2"): (0.0399, 1.389, 0, 0.0044, 2, 12),
    ("Na+", "HCO3-"): (0.0277, 0.0411, 0, 0, 2, 12), ("Ca+2", "Cl-"): (0.3159, 1.614, 0, -0.00034, 2, 12),
    ("Ca+2", "SO4-2"): (0.2, 3.1973, -54.24, 0, 1.4, 12), ("Mn+2", "SO4-2"): (0.201, 2.98, -40, 0.0182, 1.4, 12),
    ("Mn+2", "Cl-"): (0.32723, 1.55025, 0, -0.02050, 2, 12), ("Co+2", "Cl-"): (0.36427, 1.47533, 0, -0.01522, 2, 12),
    ("Co+2", "SO4-2"): (0.1702, 2.907, -40.06, 0.0366, 1.4, 12), ("Ni+2", "Cl-"): (0.3499, 1.53, 0, -0.00471, 2, 12),
    ("Ni+2", "SO4-2"): (0.1702, 2.907, -40.06, 0.0366, 1.4, 12), ("Cu+2", "Cl-"): (0.3080, 1.376, 0, -0.0404, 2, 12),
    ("Cu+2", "SO4-2"): (0.2358, 2.485, -47.35, -0.0012, 1.4, 12), ("Al+3", "Cl-"): (0.6993, 5.8447, 0, 0.00273, 2, 12),
}  # fmt: skip
THETA = {("H+", "Na+"): 0.036, ("Li+", "Na+"): 0.0029, ("Cl-", "SO4-2"): 0.02, ("CO3-2", "HCO3-"): -0.04}
PSI = {frozenset(("Na+", "Cl-", "SO4-2")): 0.0014, frozenset(("H+", "Na+", "Cl-")): -0.004}
LAMBDA = {("CO2(aq)", "Na+"): 0.1, ("CO2(aq)", "SO4-2"): 0.097, ("CO2(aq)", "Cl-"): -0.005}
A_PHI = LN10 / 3.0 * 0.5092


def pitzer_mixture(components=COMPONENTS):
    """The Mixture of `mixture` without the complexes that the pairs of BETA stand for, with its names and twin."""
    model, names, phases = mixture(components)
    index = {name: at for at, name in enumerate(components)}
    doubled = [
        model.composition[names.index(c)] + model.composition[names.index(a)]
        for c, a in BETA
        if a in index and c in index and c != "H+"
    ]
    kept = np.array([not any(np.array_equal(row, other) for other in doubled) for row in model.composition])
    kept &= np.array([name != "Ni(SO4)2-2" for name in names])
    names = [name for name, stays in zip(names, kept, strict=True) if stays]
    charge = model.charge[kept]
    beta = {key: values for key, values in BETA.items() if all(part in names for part in key)}
    theta, lam = ({k: v for k, v in table.items() if all(part in names for part in k)} for table in (THETA, LAMBDA))
    psi = {key: value for key, value in PSI.items() if all(part in names for part in key)}
    twin = Salt(A_PHI, dict(zip(names, charge, strict=True)), beta, theta, psi, lam)
    alpha = [2.0, 1.4, 12.0]
    at = names.index
    pitzer = Pitzer(
        A_PHI,
        np.array(alpha),
        np.array([(at(c), at(a), alpha.index(v[4]), alpha.index(v[5])) for (c, a), v in beta.items()], np.int64),
        np.array([(*v[:3], twin.third(c, a)) for (c, a), v in beta.items()], float),
        np.array([(at(i), at(j)) for table in (theta, lam) for i, j in table], np.int64).reshape(-1, 2),
        np.array([value for table in (theta, lam) for value in table.values()], float),
        np.array([[at(n) for n in key] for key in psi], np.int64).reshape(-1, 3),
        np.array(list(psi.values()), float),
    )
    model = model._replace(
        composition=model.composition[kept],
        charge=charge,
        ln_k=model.ln_k[kept],
        ion_size=model.ion_size[kept],
        salting=model.salting[kept],
        model=PITZER,
        pitzer=pitzer,
    )
    return model, names, phases, twin


MODEL, NAMES, PHASES, TWIN = pitzer_mixture()
ALL_PHASES = np.ones(len(PHASES), dtype=bool)


def check(totals, speciation, allowed, model=MODEL):
    """Balances and saturation; no code of the engine is used."""
    held = speciation.water * speciation.molality @ model.composition
    held += speciation.phase_amounts @ model.phase_composition
    held[0] += speciation.water * MOLES_PER_KG
    terms = speciation.water * speciation.molality @ np.abs(model.composition) + np.abs(totals)
    terms += speciation.phase_amounts @ np.abs(model.phase_composition)
    assert np.all(np.abs(held - totals) <= 1e-11 * terms)
    count = len(totals) - 1
    with np.errstate(divide="ignore"):
        ln_a = np.log(speciation.molality[:count]) + speciation.ln_gamma[:count]
    ln_a = np.concatenate([[speciation.ln_water_activity], ln_a])
    absent = np.any(model.phase_composition[:, np.isinf(ln_a)] != 0, axis=1)
    index = model.phase_composition @ np.where(np.isinf(ln_a), 0.0, ln_a) - model.phase_ln_k
    assert np.all(speciation.phase_amounts >= 0.0)
    assert np.all(index[allowed & ~absent] <= 1.1e-9)
    np.testing.assert_allclose(index[speciation.phase_amounts > 0], 0.0, atol=1e-9)
    return ln_a


def solved(totals, allowed=ALL_PHASES, model=MODEL):
    speciation, error, _, status = equilibrate(model, totals, allowed)
    assert status == CONVERGED
    assert error <= 1e-11
    return speciation


def test_equilibrate__obeys_the_printed_equations():
    generator = np.random.default_rng(17)
    for _ in range(3):
        totals = random_totals(generator, decades=1.5)
        allowed = generator.random(len(PHASES)) < 0.5
        speciation = solved(totals, allowed)
        if speciation.ionic_strength > 20.0:
            continue
        present = {name: m for name, m in zip(NAMES, speciation.molality, strict=True) if m > 0.0}
        expected = TWIN.ln_gamma(present)
        found = dict(zip(NAMES, speciation.ln_gamma, strict=True))
        ln_a = check(totals, speciation, allowed)
        assert speciation.ln_water_activity == pytest.approx(TWIN.ln_water(present), rel=1e-6)
        for name, molality in present.items():
            assert found[name] == pytest.approx(expected[name], rel=1e-5, abs=1e-6)
            at = NAMES.index(name)
            takes = MODEL.composition[at] != 0
            formed = MODEL.ln_k[at] + MODEL.composition[at][takes] @ ln_a[takes]
            assert np.log(molality) + found[name] == pytest.approx(formed, abs=1e-11)


@pytest.mark.parametrize("decades", [4.0, 12.0])
def test_equilibrate__converges_for_every_random_liquor(decades):
    generator = np.random.default_rng(2025)
    for _ in range(1250 if COMPILED else 10):
        totals = random_totals(generator, decades=decades)
        allowed = generator.random(len(PHASES)) < generator.choice([0.0, 0.5, 1.0])
        check(totals, solved(totals, allowed), allowed)


def test_equilibrate__is_quadratic_in_a_strip_liquor():
    totals = totals_of(Li=0.8, Ni=1.5, Co=0.4, Mn=0.2, Na=0.3, SO4=2.65 + 0.05, acid=0.1)
    _, error, steps, status = equilibrate(MODEL, totals, np.zeros(len(PHASES), dtype=bool))
    assert status == CONVERGED
    assert steps <= 8
    assert error < 1e-12


@pytest.mark.parametrize("water", [1e-6, 0.03, 1e6])
def test_equilibrate__does_not_depend_on_the_scale(water):
    totals = totals_of(Ni=1.0, Na=0.5, SO4=1.25, Ca=0.1, Cl=0.2)
    one, other = solved(totals), solved(water * totals)
    np.testing.assert_allclose(other.molality, one.molality, rtol=1e-8)
    np.testing.assert_allclose(other.phase_amounts, water * one.phase_amounts, rtol=1e-8, atol=1e-14 * water)


def test_equilibrate__answers_a_liquor_that_is_all_but_dry():
    for water in (0.3, 0.1, 0.03):
        totals = totals_of(water=water, Na=2.1, Li=0.5, SO4=1.3)
        allowed = np.array([name == "Na2SO4(s)" for name in PHASES])
        check(totals, solved(totals, allowed), allowed)


def test_equilibrate__answers_the_same_twice():
    totals = random_totals(np.random.default_rng(8))
    first = solved(totals)
    solved(random_totals(np.random.default_rng(9)))
    assert np.array_equal(first.molality, solved(totals).molality)


def test_dose_to_ph__finds_the_dose_that_gives_the_ph():
    generator = np.random.default_rng(33)
    lye = totals_of(water=0.0, Na=1.0, base=1.0)
    acid = totals_of(water=0.0, acid=2.0, SO4=1.0)
    reached = 0
    for titrant in (lye, acid):
        for _ in range(60 if COMPILED else 4):
            totals, target = random_totals(generator), generator.uniform(1.0, 11.0)
            dose, speciation, error, _, status = dose_to_ph(MODEL, totals, titrant, ALL_PHASES, target, 10.0)
            assert status in (CONVERGED, UNREACHABLE)
            if status == CONVERGED:
                reached += 1
                assert error <= 1e-11
                ph = -(np.log(speciation.molality[0]) + speciation.ln_gamma[0]) / LN10
                assert ph == pytest.approx(target, abs=1e-10)
                check(totals + dose * titrant, speciation, ALL_PHASES)
    assert reached >= 0.3 * (120 if COMPILED else 8)
