"""The dose of a titrant that brings a liquor to a pH.

The dose is an unknown of Newton's method with the pH held, so a steep titration costs no more than a flat one;
bracketing stands behind it.

Shapes: C components, P phases of the mixture.
Sources: Parkhurst & Appelo (2013) USGS Techniques and Methods 6-A43; Nocedal & Wright (2006) Numerical Optimization.
"""

import math

import numpy as np

from .jit import inner, kernel
from .packed import Packed
from .saturation import Control, dosed, neutral, refusal, settle
from .status import CHARGED, CONVERGED, DRY, OUT_OF_STEPS, UNREACHABLE

_LN10 = 2.302585092994046
_PH_TOLERANCE = 1e-10
_FIRST_DOSE = 1e-7
_NARROW = 0.05


@inner.kernel
def _at(packed, totals, titrant, allowed, control, start):
    """Settle totals with the dose of the control in them, or with the dose sought; answers as `settle` does."""
    given = dosed(totals, titrant, 0.0 if control.dosing == 1 else control.dose)
    return settle(packed, given, dosed(titrant, titrant, 0.0), allowed.copy(), np.zeros(0), control, start)


@inner.kernel
def _at_end(packed, totals, titrant, allowed, dose):
    """Settle at a dose that misses the pH; answers as `settle` does, UNREACHABLE when it is solved."""
    control = Control(0, 0.0, dose)
    dose, answer, error, steps, status = _at(packed, totals, titrant, allowed, control, refusal(packed))
    return dose, answer, error, steps, UNREACHABLE if status == CONVERGED else status


@inner.kernel
def _ln_proton(answer):
    """ln a(H+) of a Speciation; far down where there is none."""
    return math.log(max(answer.molality[0], 1e-300)) + answer.ln_gamma[0]


@inner.kernel
def _bracket(packed, totals, titrant, allowed, target, largest_dose):
    """Halve the range of doses until Newton's method finds ln a(H+) = target within it; answers as `settle` does."""
    control = Control(0, target, 0.0)
    dose, answer, error, steps, status = _at(packed, totals, titrant, allowed, control, refusal(packed))
    at_low = _ln_proton(answer) - target
    if status != CONVERGED or abs(at_low) <= _PH_TOLERANCE * _LN10:
        return dose, answer, error, steps, status
    # What a titrant does to the pH does not follow from its H+: bicarbonate holds H+ and is a base. So doses grow until
    # the pH is passed, the largest dose is reached, or the liquor can no longer be solved.
    low = 0.0
    high = largest_dose
    crossed = False
    failed = False
    best = 0.0
    least = abs(at_low)
    growth = largest_dose * _FIRST_DOSE
    for _ in range(120):
        middle = 0.5 * (low + high)
        if not crossed:
            middle = min(growth, middle if failed else largest_dose)
        control = Control(0, target, middle)
        dose, answer, error, taken, status = _at(packed, totals, titrant, allowed, control, refusal(packed))
        steps += taken
        if status != CONVERGED:
            high = dose
            failed = True
            if not crossed and high - low <= _NARROW * high:
                return _at_end(packed, totals, titrant, allowed, best)
            continue
        gap = _ln_proton(answer) - target
        if abs(gap) <= _PH_TOLERANCE * _LN10:
            return dose, answer, error, steps, status
        if abs(gap) < least:
            least = abs(gap)
            best = dose
        if gap * at_low > 0.0:
            low = dose
            growth = 4.0 * dose
            if dose == largest_dose:
                return _at_end(packed, totals, titrant, allowed, best)
        else:
            high = dose
            crossed = True
        if crossed:
            control = Control(1, target, dose)
            outcome = _at(packed, totals, titrant, allowed, control, answer)
            steps += outcome[3]
            if outcome[4] == CONVERGED and low <= outcome[0] <= high:
                return outcome[0], outcome[1], outcome[2], steps, CONVERGED
    return dose, answer, error, steps, OUT_OF_STEPS


@kernel
def dose_to_ph(
    packed: Packed,
    totals: np.ndarray,
    titrant: np.ndarray,
    allowed: np.ndarray,
    target_ph: float,
    largest_dose: float,
):
    """Find the dose in 0 to `largest_dose` of titrant (C,), mol per unit of dose, that brings totals (C,) to the pH.

    pH is -log10 a(H+). Answers (dose, Speciation, error, steps, status); UNREACHABLE comes with the nearer end.
    """
    if not totals[0] > 0.0:
        return 0.0, refusal(packed), 1.0, 0, DRY
    if not (neutral(packed, totals) and neutral(packed, titrant)):
        return 0.0, refusal(packed), 1.0, 0, CHARGED
    target = -_LN10 * target_ph
    steps = 0
    if titrant[1] != 0.0:
        control = Control(1, target, 0.0)
        dose, answer, error, steps, status = _at(packed, totals, titrant, allowed, control, refusal(packed))
        if status == CONVERGED:
            if 0.0 <= dose <= largest_dose:
                return dose, answer, error, steps, status
            return _at_end(packed, totals, titrant, allowed, 0.0 if dose < 0.0 else largest_dose)
    dose, answer, error, taken, status = _bracket(packed, totals, titrant, allowed, target, largest_dose)
    return dose, answer, error, steps + taken, status
