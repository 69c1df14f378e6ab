"""One contact of a liquor with an extractant, brought to equilibrium.

An extractant takes cations in complexes of `units` of itself, which are dimers (HA)2 of an acid that forms dimers, and
molecules or ion pairs of others. Each cation may form two complexes, one that holds much extractant (low loading) and
one that holds little (high loading); it leaves protons behind or takes anions along:

    M(z+) + m units + a A(-) = complex + p H+,   p = z - a       K = [complex] a(H+)^p / (a(M) E^m a(A)^a)

[complex] and E, the free units, are mol per L of organic; a are activities on the molal scale. What a liquor does
is told by a `Medium`: the share of a cation that is free times its activity coefficient, the ligands that bind protons
(sulfate, fluoride, phosphate, carbonate) with their constants at the activity coefficients of that liquor, and the
charge of all the rest. `circuit` makes it of the liquor's own speciation, stage by stage.

With e = ln E and h = ln a(H+) the balances of units and of charge are the gradient of one strictly convex function,

    Phi(e, h) = O (E - T e) + W (integral of the medium's charge over h) + sum_j N_j (ln(W + O D_j) + p_j h),

D_j = sum_c K_jc E^m_jc a_j / a(H+)^p_j per molality, so a damped Newton iteration finds the one equilibrium from
anywhere. Balances of cations hold exactly throughout.

Shapes: M cations, L ligands. Sources: Gibbs' dual as in Michelsen (1994) Fluid Phase Equilib. 96, 129; reactions as in
Ritcey (2006) Solvent Extraction.
"""

import math
from typing import NamedTuple

import numpy as np

from .jit import entry, kernel, lean, within
from .status import CONVERGED, DRY, OUT_OF_STEPS, STARVED


class Extractant(NamedTuple):
    """What an extractant does to each cation; the first column is the complex at low loading.

    ln_k: (M, 2), natural logarithm; a complex that does not form has -inf.
    units: (M, 2), of extractant in a mole of the complex.
    protons: (M,), set free by a mole of either complex; anions: (M,), taken along.
    """

    ln_k: np.ndarray
    units: np.ndarray
    protons: np.ndarray
    anions: np.ndarray


class Medium(NamedTuple):
    """What a liquor does beside its cations; molalities in mol per kg of water.

    ln_share: (M,), ln of the activity of each cation per molality of all of it.
    ln_anion: ln of the activity of the anion that complexes take along.
    ligand_total, ligand_charge: (L,), of each free of metals, with and without protons; of the bare ligand.
    ligand_beta: (L, 3), cumulative protonation constants, of molalities by a(H+); padding is 0.
    whole: (3,): molality of H+ by a(H+), of OH- times a(H+), and the charge that never changes.
    """

    ln_share: np.ndarray
    ln_anion: float
    ligand_total: np.ndarray
    ligand_charge: np.ndarray
    ligand_beta: np.ndarray
    whole: np.ndarray


class Contact(NamedTuple):
    """The two phases of a contact: kg of water, L of organic (or flows), mol/L of units, free and bound together."""

    water: float
    organic: float
    unit_total: float


@lean.kernel
def charge_at(medium: Medium, proton: float):
    """Charge of all but the cations, mol/kg, at a(H+), and its derivative by ln a(H+)."""
    hydrogen = medium.whole[0] * proton
    hydroxide = medium.whole[1] / proton
    charge = hydrogen - hydroxide + medium.whole[2]
    slope = hydrogen + hydroxide
    for k in range(medium.ligand_total.shape[0]):
        total = medium.ligand_total[k]
        one = medium.ligand_beta[k, 0] * proton
        two = medium.ligand_beta[k, 1] * proton * proton
        three = medium.ligand_beta[k, 2] * proton * proton * proton
        inverse = 1.0 / (1.0 + one + two + three)
        bound = (one + 2.0 * two + 3.0 * three) * inverse
        charge += total * (medium.ligand_charge[k] + bound)
        slope += total * ((one + 4.0 * two + 9.0 * three) * inverse - bound * bound)
    return charge, slope


@entry.kernel
def medium_charge(medium: Medium, ln_proton: float):
    """Charge of all but the cations, mol/kg, at ln a(H+): (charge, its derivative, its integral)."""
    proton = math.exp(ln_proton)
    charge, slope = charge_at(medium, proton)
    integral = medium.whole[0] * proton + medium.whole[1] / proton + medium.whole[2] * ln_proton
    for k in range(medium.ligand_total.shape[0]):
        beta = medium.ligand_beta[k]
        weight = 1.0 + proton * (beta[0] + proton * (beta[1] + proton * beta[2]))
        integral += medium.ligand_total[k] * (math.log(weight) + medium.ligand_charge[k] * ln_proton)
    return charge, slope, integral


@lean.kernel
def distribution(extractant: Extractant, medium: Medium, j: int, ln_e: float, ln_proton: float):
    """Organic (mol/L) over molality of cation j, and its first and second moment in units."""
    ratio = 0.0
    first = 0.0
    second = 0.0
    held = medium.ln_share[j] + extractant.anions[j] * medium.ln_anion - extractant.protons[j] * ln_proton
    for c in range(2):
        m = extractant.units[j, c]
        if extractant.ln_k[j, c] > -np.inf:
            term = math.exp(extractant.ln_k[j, c] + m * ln_e + held)
            ratio += term
            first += m * term
            second += m * m * term
    return ratio, first, second


@within.kernel
def _potential(extractant, medium, phases, totals, ln_e, ln_proton):
    """Phi, its gradient and its second derivatives: (phi, by e, by h, by ee, by eh, by hh)."""
    w, o, units = phases
    e = math.exp(ln_e)
    charge, slope, integral = medium_charge(medium, ln_proton)
    phi = o * (e - units * ln_e) + w * integral
    by_e = o * (e - units)
    by_h = w * charge
    by_ee = o * e
    by_eh = 0.0
    by_hh = w * slope
    for j in range(totals.shape[0]):
        if totals[j] > 0.0:
            p = extractant.protons[j]
            ratio, first, second = distribution(extractant, medium, j, ln_e, ln_proton)
            volume = w + o * ratio
            x = totals[j] / volume
            phi += totals[j] * (math.log(volume) + p * ln_proton)
            by_e += o * first * x
            by_h += w * p * x
            by_ee += o * x * (second - o * first * first / volume)
            by_eh -= w * p * o * first * x / volume
            by_hh += w * p * p * o * ratio * x / volume
    return phi, by_e, by_h, by_ee, by_eh, by_hh


@lean.kernel
def medium_scale(medium: Medium) -> float:
    """Sum of the sizes of all charges but those of cations, mol/kg."""
    scale = 1e-4 + abs(medium.whole[2])
    for k in range(medium.ligand_total.shape[0]):
        scale += medium.ligand_total[k] * abs(medium.ligand_charge[k])
    return scale


@lean.kernel
def charge_scale(extractant: Extractant, medium: Medium, totals: np.ndarray, water: float) -> float:
    """Sum of the sizes of all charges that a liquor may hold, mol/kg: what a charge balance is measured against."""
    scale = 0.0
    for j in range(totals.shape[0]):
        scale += abs(extractant.protons[j] + extractant.anions[j]) * totals[j]
    return medium_scale(medium) + scale / water


@within.kernel
def meet(extractant: Extractant, medium: Medium, phases: Contact, totals: np.ndarray, tolerance: float):
    """Find the equilibrium of a liquor and an organic: (ln E, ln a(H+), error, steps, status), as `contact`.

    tolerance: of the first step that is not taken.
    """
    w, o, units = phases
    if not w > 0.0:
        return 0.0, 0.0, 1.0, 0, DRY
    if not (o > 0.0 and units > 0.0):
        return 0.0, 0.0, 1.0, 0, STARVED
    scale = charge_scale(extractant, medium, totals, w)
    ln_e = math.log(0.5 * units)
    ln_h = -7.0
    status = OUT_OF_STEPS
    error, previous = 1.0, np.inf
    steps, trials = 0, 0
    phi, step_e, step_h, fraction, slope, noise = np.inf, 0.0, 0.0, 0.0, 0.0, 0.0
    while True:
        trial = _potential(extractant, medium, phases, totals, ln_e + fraction * step_e, ln_h + fraction * step_h)
        trials += 1
        if not trial[0] <= phi + 1e-4 * fraction * slope + noise and trials < 40:
            fraction *= 0.4
            continue
        ln_e += fraction * step_e
        ln_h += fraction * step_h
        phi, by_e, by_h, by_ee, by_eh, by_hh = trial
        if steps >= 300:
            break
        steps += 1
        error = max(abs(by_e) / (o * units), abs(by_h) / (w * scale))
        determinant = by_ee * by_hh - by_eh * by_eh
        step_e = -(by_hh * by_e - by_eh * by_h) / determinant
        step_h = -(by_ee * by_h - by_eh * by_e) / determinant
        if not (determinant > 0.0 and by_e * step_e + by_h * step_h <= 0.0):
            step_e = -by_e / by_ee
            step_h = -by_h / by_hh
        size = max(abs(step_e), abs(step_h))
        # Below the noise of the balances a further step only wanders.
        if size < tolerance or (error < 1e-13 and error >= previous):
            status = CONVERGED
            break
        previous = error if error < 1e-13 else np.inf
        fraction, trials = min(1.0, 3.0 / size), 0
        slope = by_e * step_e + by_h * step_h
        noise = 1e-13 * (abs(phi) + o * units + w * scale)
    if status != CONVERGED and error < 1e-12:
        status = CONVERGED
    return ln_e, ln_h, error, steps, status


@lean.kernel
def meet_held(extractant: Extractant, medium: Medium, phases: Contact, totals: np.ndarray, base: int, ln_proton: float):
    """Find the equilibrium at a given ln a(H+), held by adding or drawing away a cation with hydroxide.

    base: the cation. Answers (ln E, mol of it that was added). The balance of units rises with ln E, so halving stands behind
    Newton's method. A liquor that lacks anions for its a(H+) holds none of the cation.
    """
    w, o, units = phases
    rest = medium_charge(medium, ln_proton)[0]
    p_base = extractant.protons[base]
    low = math.log(units) - 200.0
    high = math.log(units)
    ln_e = high - 1.0
    added = 0.0
    for _ in range(200):
        charge = rest
        charge_slope = 0.0
        bound = math.exp(ln_e)
        slope = bound
        for j in range(totals.shape[0]):
            if j != base:
                ratio, first, second = distribution(extractant, medium, j, ln_e, ln_proton)
                volume = w + o * ratio
                x = totals[j] / volume
                change = -x * o * first / volume
                bound += first * x
                slope += second * x + first * change
                charge += extractant.protons[j] * x
                charge_slope += extractant.protons[j] * change
        ratio, first, second = distribution(extractant, medium, base, ln_e, ln_proton)
        x = max(0.0, -charge / p_base)
        bound += first * x
        slope += second * x
        if charge < 0.0:
            slope -= first * charge_slope / p_base
        added = (w + o * ratio) * x - totals[base]
        residual = bound - units
        if residual > 0.0:
            high = ln_e
        else:
            low = ln_e
        step = -residual / slope
        if abs(step) < 1e-13 or abs(residual) < 1e-14 * units:
            break
        ln_e += step
        if not low <= ln_e <= high:
            ln_e = 0.5 * (low + high)
    return ln_e, added


@kernel
def contact(extractant: Extractant, medium: Medium, phases: Contact, totals: np.ndarray):
    """Equilibrium of a liquor and an organic.

    phases: a Contact. totals: (M,), mol of each cation in both phases together (or flows).
    Answers (aqueous (M,) mol/kg, organic (M,) mol/L, free units mol/L, a(H+), error, steps, status); the error is the
    larger of the extractant balance over its total and the charge balance over the sum of charges.
    """
    M = totals.shape[0]
    x = np.zeros(M)
    y = np.zeros(M)
    ln_e, ln_h, error, steps, status = meet(extractant, medium, phases, totals, 1e-13)
    if status in (DRY, STARVED):
        return x, y, 0.0, 0.0, error, steps, status
    for j in range(M):
        ratio = distribution(extractant, medium, j, ln_e, ln_h)[0]
        x[j] = totals[j] / (phases.water + phases.organic * ratio)
        y[j] = ratio * x[j]
    return x, y, math.exp(ln_e), math.exp(ln_h), error, steps, status
