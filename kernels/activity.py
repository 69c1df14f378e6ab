"""Activity coefficients and the activity of water: the one place where the choice of an activity model stands.

Pitzer (1): see `pitzer`.

Truesdell-Jones (0), of ions:    log10 gamma = -A z^2 sqrt(I) / (1 + B a sqrt(I)) + b I
Neutral species (z = 0):         log10 gamma = b I + a I / (1 + I)     (a is 0 but for the law of Drummond)
Water:                           a_w = 1 - 0.017 sum(m) up to sum(m) = 30 mol/kg, an exponential beyond, equal in value
                                 and slope where they meet, so that a_w stays positive

    A, B   Debye-Hückel parameters, kg^0.5 mol^-0.5 (log10 units) and angstrom^-1 kg^0.5 mol^-0.5
    a, b   ion size, angstrom, or of a neutral species the coefficient of Drummond's law; salting coefficient, kg/mol
    I      ionic strength, mol/kg

Shapes: S aqueous species, C components, P solids and gases.
Sources: Truesdell & Jones (1974) J. Res. USGS 2, 233; Parkhurst & Appelo (2013) USGS Techniques and Methods 6-A43,
whose `-gamma a b` and water activity these are; Drummond (1981), thesis, Pennsylvania State Univ. (CO2 in NaCl).
"""

import math
from typing import NamedTuple

import numpy as np

from .jit import entry, lean, within
from .pitzer import NO_PITZER, Pitzer, pitzer_log_gamma

TRUESDELL_JONES = 0
PITZER = 1
_LN10 = 2.302585092994046
_WATER_SLOPE = 0.017
_WATER_LIMIT = 30.0


class Mixture(NamedTuple):
    """A chemistry at one temperature, as the kernels see it.

    composition: (S, C), components in a mole of each aqueous species; column 0 is H2O, column 1 is H+. The first C - 1
        species are the components 1 to C - 1 themselves, then come the complexes.
    charge: (S,), elementary charges.
    ln_k: (S,), of formation from components; 0 for the components.
    ion_size: (S,), angstrom; of a neutral species, Drummond's coefficient.
    salting: (S,), kg/mol.
    debye_a, debye_b: Debye-Hückel parameters.
    phase_composition: (P, C), components in a mole of each solid or gas.
    phase_ln_k: (P,), of dissolution; for a gas, of dissolution plus ln of its fugacity in bar.
    model: TRUESDELL_JONES or PITZER. pitzer: its interactions. The first guess of a liquor always uses the former.
    """

    composition: np.ndarray
    charge: np.ndarray
    ln_k: np.ndarray
    ion_size: np.ndarray
    salting: np.ndarray
    debye_a: float
    debye_b: float
    phase_composition: np.ndarray
    phase_ln_k: np.ndarray
    model: int = TRUESDELL_JONES
    pitzer: Pitzer = NO_PITZER


class ActivityModel(NamedTuple):
    """What of a mixture the activities of some of its species (S,) depend on. debye: (A, B)."""

    kind: int
    charge: np.ndarray
    ion_size: np.ndarray
    salting: np.ndarray
    debye: np.ndarray
    pitzer: Pitzer


NO_MODEL = ActivityModel(TRUESDELL_JONES, np.zeros(0), np.zeros(0), np.zeros(0), np.zeros(2), NO_PITZER)


@entry.kernel
def log_gamma(
    charge: float, ion_size: float, salting: float, debye: np.ndarray, strength: float
) -> tuple[float, float]:
    """Answer ln gamma of a species and its slope with ionic strength (kg/mol), at `strength` I > 0; debye is (A, B)."""
    if charge == 0.0:
        beyond = 1.0 + strength
        ln_gamma = _LN10 * (salting * strength + ion_size * strength / beyond)
        return ln_gamma, _LN10 * (salting + ion_size / (beyond * beyond))
    root = math.sqrt(strength)
    below = 1.0 + debye[1] * ion_size * root
    size = _LN10 * debye[0] * charge * charge
    ln_gamma = -size * root / below + _LN10 * salting * strength
    slope = -size / (2.0 * root * below * below) + _LN10 * salting
    return ln_gamma, slope


@entry.kernel
def log_water_activity(molalities: float) -> tuple[float, float]:
    """Answer ln a_w and its slope (kg/mol) at the sum of all molalities, mol/kg."""
    if molalities <= _WATER_LIMIT:
        activity = 1.0 - _WATER_SLOPE * molalities
        return math.log(activity), -_WATER_SLOPE / activity
    lowest = 1.0 - _WATER_SLOPE * _WATER_LIMIT
    slope = -_WATER_SLOPE / lowest
    return math.log(lowest) + slope * (molalities - _WATER_LIMIT), slope


@lean.kernel
def fill_log_gamma(model, strength, ln_gamma, slope):
    """Fill ln gamma and its slope with I (S,) by Truesdell-Jones at the ionic strength, whatever the model is.

    As `log_gamma`, without a branch, so that species are taken several at a time.
    """
    root = math.sqrt(strength)
    half_per_root = 0.5 / root
    beyond = 1.0 / (1.0 + strength)
    debye_a, debye_b = -_LN10 * model.debye[0], model.debye[1] * root
    charge, ion_size, salting = model.charge, model.ion_size, model.salting
    for i in range(ln_gamma.shape[0]):
        slope[i] = 1.0 / (1.0 + debye_b * ion_size[i])
    for i in range(ln_gamma.shape[0]):
        neutral = ion_size[i] * beyond if charge[i] == 0.0 else 0.0
        ionic = debye_a * charge[i] * charge[i] * slope[i]
        ln_gamma[i] = ionic * root + _LN10 * (salting[i] + neutral) * strength
    for i in range(ln_gamma.shape[0]):
        neutral = ion_size[i] * beyond * beyond if charge[i] == 0.0 else 0.0
        ionic = debye_a * charge[i] * charge[i] * slope[i]
        slope[i] = ionic * slope[i] * half_per_root + _LN10 * (salting[i] + neutral)


@within.kernel
def simple_activities(model, molality, ln_gamma, terms):
    """Do as `activities` by Truesdell-Jones."""
    strength = 0.0
    total = 0.0
    charge = model.charge
    for i in range(molality.shape[0]):
        strength += 0.5 * charge[i] * charge[i] * molality[i]
        total += molality[i]
    terms.whole[0] = max(strength, 1e-20)
    fill_log_gamma(model, terms.whole[0], ln_gamma, terms.by_strength)
    ln_activity, terms.whole[1] = log_water_activity(total)
    return ln_activity


@entry.kernel
def activities(model, molality, ln_gamma, terms):
    """Fill ln gamma (S,) and terms at the molalities (S,), mol/kg; answer ln a_w."""
    if model.kind == PITZER:
        return pitzer_log_gamma(model.pitzer, model.charge, molality, ln_gamma, terms)
    return simple_activities(model, molality, ln_gamma, terms)
