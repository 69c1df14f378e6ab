"""One contact of a liquor with an acidic extractant, brought to equilibrium.

Each cation exchanges for protons with dimers (HA)2 of the extractant and may form two complexes, one that holds much
extractant (low loading) and one that holds little (high loading):

    M(z+) + m (HA)2 = complex + z H+        K = [complex] a(H+)^z / ([M(z+)] E^m)

Concentrations are mol per L of the aqueous liquor or of the organic, E is the free dimer. The proton enters K with
its activity, a(H+) = gamma_h [H+]; everything else enters with its concentration. Protons are found from the charge
of the liquor, and ligands that bind protons (sulfate, fluoride, phosphate, carbonate) are given by their totals.
Complexes of metals with ligands belong into K, which is conditional: it holds for the medium it was fitted in.

With e = ln E and h = ln [H+] the two balances are the gradient of one strictly convex function,

    Phi(e, h) = O (E - T e) + A (H + Kw/H + q h + sum_k L_k ln(1 + sum_n beta_kn H^n))
                + sum_j N_j (ln(A + O D_j) + z_j h),     D_j = sum_c K_jc E^m_jc / a(H+)^z_j,

so a damped Newton iteration finds the one equilibrium from anywhere. Component balances hold exactly throughout.

Shapes: M cations, L ligands. Sources: Gibbs' dual as in Michelsen (1994) Fluid Phase Equilib. 96, 129; reactions as in
Ritcey (2006) Solvent Extraction.
"""

import math
from typing import NamedTuple

import numpy as np

from .jit import kernel
from .status import CONVERGED, DRY, OUT_OF_STEPS, STARVED, UNREACHABLE

_LN10 = 2.302585092994046


class Extractant(NamedTuple):
    """What an extractant does to each cation; the first column is the complex at low loading.

    ln_k: (M, 2), natural logarithm, mol/L; a complex that does not form has -inf.
    dimers: (M, 2), dimers (HA)2 in a mole of the complex.
    charge: (M,), of the cation.
    """

    ln_k: np.ndarray
    dimers: np.ndarray
    charge: np.ndarray


class Medium(NamedTuple):
    """What a liquor holds besides the cations; the same in every stage.

    ligand_total: (L,), mol/L, with and without protons together.
    ligand_charge: (L,), of the bare ligand, -2 for sulfate.
    ligand_ln_beta: (L, 3), cumulative protonation constants with [H+] in mol/L, natural logarithm; padding is -inf.
    fixed_charge: mol/L of charge that never changes, -[Cl-] for instance.
    water_product: [H+][OH-], (mol/L)^2.
    proton_activity: a(H+)/[H+], L/mol.
    """

    ligand_total: np.ndarray
    ligand_charge: np.ndarray
    ligand_ln_beta: np.ndarray
    fixed_charge: float
    water_product: float
    proton_activity: float


class Contact(NamedTuple):
    """The two phases of a contact: volumes or flows in one unit, and mol/L of dimers, free and bound together."""

    aqueous_flow: float
    organic_flow: float
    dimer_total: float


@kernel
def medium_charge(medium: Medium, ln_h: float):
    """Charge of everything but the cations, mol/L: (charge, its derivative by ln H, its integral over ln H)."""
    h = math.exp(ln_h)
    oh = medium.water_product / h
    charge = h - oh + medium.fixed_charge
    slope = h + oh
    potential = h + oh + medium.fixed_charge * ln_h
    for k in range(medium.ligand_total.shape[0]):
        total = medium.ligand_total[k]
        weight = 1.0
        first = 0.0
        second = 0.0
        for n in range(3):
            term = math.exp(medium.ligand_ln_beta[k, n] + (n + 1) * ln_h)
            weight += term
            first += (n + 1) * term
            second += (n + 1) ** 2 * term
        bound = first / weight
        charge += total * (medium.ligand_charge[k] + bound)
        slope += total * (second / weight - bound * bound)
        potential += total * (math.log(weight) + medium.ligand_charge[k] * ln_h)
    return charge, slope, potential


@kernel
def distribution(extractant: Extractant, j: int, ln_e: float, ln_activity: float):
    """Organic over aqueous concentration of cation j, and its first and second moment in dimers."""
    ratio = 0.0
    first = 0.0
    second = 0.0
    for c in range(2):
        m = extractant.dimers[j, c]
        term = math.exp(extractant.ln_k[j, c] + m * ln_e - extractant.charge[j] * ln_activity)
        ratio += term
        first += m * term
        second += m * m * term
    return ratio, first, second


@kernel
def _potential(extractant, medium, phases, totals, ln_e, ln_h):
    """Phi, its gradient and its second derivatives: (phi, by e, by h, by ee, by eh, by hh)."""
    a, o, dimers = phases
    e = math.exp(ln_e)
    charge, slope, integral = medium_charge(medium, ln_h)
    phi = o * (e - dimers * ln_e) + a * integral
    by_e = o * (e - dimers)
    by_h = a * charge
    by_ee = o * e
    by_eh = 0.0
    by_hh = a * slope
    ln_activity = ln_h + math.log(medium.proton_activity)
    for j in range(totals.shape[0]):
        if totals[j] > 0.0:
            z = extractant.charge[j]
            ratio, first, second = distribution(extractant, j, ln_e, ln_activity)
            volume = a + o * ratio
            x = totals[j] / volume
            phi += totals[j] * (math.log(volume) + z * ln_h)
            by_e += o * first * x
            by_h += a * z * x
            by_ee += o * x * (second - o * first * first / volume)
            by_eh -= a * z * o * first * x / volume
            by_hh += a * z * z * o * ratio * x / volume
    return phi, by_e, by_h, by_ee, by_eh, by_hh


@kernel
def charge_scale(extractant: Extractant, medium: Medium, totals: np.ndarray, volume: float) -> float:
    """Sum of the sizes of all charges that a liquor may hold, mol/L: what a charge balance is measured against."""
    scale = 1e-4 + abs(medium.fixed_charge)
    for k in range(medium.ligand_total.shape[0]):
        scale += medium.ligand_total[k] * abs(medium.ligand_charge[k])
    for j in range(totals.shape[0]):
        scale += extractant.charge[j] * totals[j] / volume
    return scale


@kernel
def contact(extractant: Extractant, medium: Medium, phases: Contact, totals: np.ndarray):
    """Equilibrium of a liquor and an organic.

    phases: a Contact. totals: (M,), each cation in both phases together, mol (or mol/s) per unit of volume (or flow)
    being L, so that mol/L times the flow given.
    Answers (aqueous (M,) mol/L, organic (M,) mol/L, free dimer mol/L, [H+] mol/L, error, steps, status); the error is
    the larger of the extractant balance over its total and the charge balance over the sum of charges.
    """
    M = totals.shape[0]
    x = np.zeros(M)
    y = np.zeros(M)
    a, o, dimers = phases
    if not a > 0.0:
        return x, y, 0.0, 0.0, 1.0, 0, DRY
    if not (o > 0.0 and dimers > 0.0):
        return x, y, 0.0, 0.0, 1.0, 0, STARVED
    scale = charge_scale(extractant, medium, totals, a)
    ln_e = math.log(0.5 * dimers)
    ln_h = -7.0
    status = OUT_OF_STEPS
    error = 1.0
    steps = 0
    previous = np.inf
    trial = _potential(extractant, medium, phases, totals, ln_e, ln_h)
    phi, by_e, by_h, by_ee, by_eh, by_hh = trial
    while steps < 300:
        steps += 1
        error = max(abs(by_e) / (o * dimers), abs(by_h) / (a * scale))
        determinant = by_ee * by_hh - by_eh * by_eh
        step_e = -(by_hh * by_e - by_eh * by_h) / determinant
        step_h = -(by_ee * by_h - by_eh * by_e) / determinant
        if not (determinant > 0.0 and by_e * step_e + by_h * step_h <= 0.0):
            step_e = -by_e / by_ee
            step_h = -by_h / by_hh
        size = max(abs(step_e), abs(step_h))
        # Below the noise of the balances a further step only wanders.
        if size < 1e-13 or (error < 1e-13 and error >= previous):
            status = CONVERGED
            break
        previous = error if error < 1e-13 else np.inf
        fraction = min(1.0, 3.0 / size)
        slope = by_e * step_e + by_h * step_h
        noise = 1e-13 * (abs(phi) + o * dimers + a * scale)
        for _ in range(40):
            trial = _potential(extractant, medium, phases, totals, ln_e + fraction * step_e, ln_h + fraction * step_h)
            if trial[0] <= phi + 1e-4 * fraction * slope + noise:
                break
            fraction *= 0.4
        ln_e += fraction * step_e
        ln_h += fraction * step_h
        phi, by_e, by_h, by_ee, by_eh, by_hh = trial
    if status != CONVERGED and error < 1e-12:
        status = CONVERGED
    ln_activity = ln_h + math.log(medium.proton_activity)
    for j in range(M):
        ratio = distribution(extractant, j, ln_e, ln_activity)[0]
        x[j] = totals[j] / (a + o * ratio)
        y[j] = ratio * x[j]
    return x, y, math.exp(ln_e), math.exp(ln_h), error, steps, status


@kernel
def contact_at_ph(
    extractant: Extractant, medium: Medium, phases: Contact, totals: np.ndarray, base_cation: int, ph: float
):
    """Equilibrium at a given pH, held there by dosing the hydroxide of one cation.

    totals: (M,) as in `contact`; that of the base cation is what was there before. Answers (dose, aqueous (M,),
    organic (M,), free dimer, [H+], error, steps, status), dose in equivalents per unit of time or batch. A pH that
    would take acid answers UNREACHABLE, with the dose below zero.
    """
    M = totals.shape[0]
    x = np.zeros(M)
    y = np.zeros(M)
    a, o, dimers = phases
    if not a > 0.0:
        return 0.0, x, y, 0.0, 0.0, 1.0, 0, DRY
    if not (o > 0.0 and dimers > 0.0):
        return 0.0, x, y, 0.0, 0.0, 1.0, 0, STARVED
    ln_activity = -ph * _LN10
    ln_h = ln_activity - math.log(medium.proton_activity)
    rest = medium_charge(medium, ln_h)[0]
    b = base_cation
    z_base = extractant.charge[b]
    low = math.log(dimers) - 200.0
    high = math.log(dimers)
    ln_e = high - 1.0
    error = 1.0
    previous = np.inf
    charge = 0.0
    steps = 0
    status = OUT_OF_STEPS
    while steps < 400:
        steps += 1
        charge = rest
        charge_slope = 0.0
        bound = math.exp(ln_e)
        slope = bound
        for j in range(M):
            if j != b:
                ratio, first, second = distribution(extractant, j, ln_e, ln_activity)
                volume = a + o * ratio
                x[j] = totals[j] / volume
                y[j] = ratio * x[j]
                change = -x[j] * o * first / volume
                bound += first * x[j]
                slope += second * x[j] + first * change
                charge += extractant.charge[j] * x[j]
                charge_slope += extractant.charge[j] * change
        ratio, first, second = distribution(extractant, b, ln_e, ln_activity)
        # A liquor that lacks anions for its pH holds none of the base cation.
        x[b] = max(0.0, -charge / z_base)
        y[b] = ratio * x[b]
        bound += first * x[b]
        slope += second * x[b]
        if charge < 0.0:
            slope -= first * charge_slope / z_base
        residual = bound - dimers
        error = abs(residual) / dimers
        if residual > 0.0:
            high = ln_e
        else:
            low = ln_e
        step = -residual / slope
        if abs(step) < 1e-14 or (error < 1e-13 and error >= previous):
            status = CONVERGED
            break
        previous = error if error < 1e-13 else np.inf
        ln_e += step
        if not low <= ln_e <= high:
            ln_e = 0.5 * (low + high)
    dose = z_base * (a * x[b] + o * y[b] - totals[b])
    if charge > 0.0:
        dose = -a * charge - z_base * totals[b]
    if status == CONVERGED and dose < -1e-12 * a * charge_scale(extractant, medium, totals, a):
        status = UNREACHABLE
    return dose, x, y, math.exp(ln_e), math.exp(ln_h), error, steps, status
