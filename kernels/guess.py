"""A first guess of a liquor from nothing but its totals.

Ln activities are moved to where each component's species add up to its total, by shares, while the pH is halved in on
the balance of H+. Where a phase would be supersaturated, its scarcest component stays at saturation and what is then
left over of it is in the phase.

Shapes: C components, S species, R species and gases of the headspace, P phases.
Sources: Carrayrou et al. (2002) AIChE J. 48, 894 (continuous fractions).
"""

import math

import numpy as np

from .activity import NO_MODEL, TRUESDELL_JONES, fill_log_gamma, log_water_activity
from .jit import apart, lean, within
from .pitzer import NO_TERMS
from .speciation import (
    ACTIVE,
    AMOUNT,
    CHANGE,
    DOSE,
    GAS,
    LN_ACTIVITY,
    LN_GAMMA,
    LN_WATER,
    NO_LIQUOR,
    OLD_AMOUNT,
    OLD_X,
    RISE,
    SIZE,
    SOLID,
    SUM,
    TITRANT,
    TOTAL,
    WEIGHT,
    X,
    form,
    log_saturation,
    scarcest,
    seek_dose,
    weigh_activities,
)

# turns with the activity coefficients of Truesdell and Jones, more with those of the model
TURNS = 9
_MORE_TURNS = 6
_SECOND_WIDTH = 3.0
_LEAP = 4.0
LEAST_LEFT = 1e-3
SATURATED = 0.05
_PER_BIT, _LN2 = 2.0**-52, 0.6931471805599453


@within.kernel
def _sweep(liquor, relax):
    """One sweep of continuous fractions: each ln activity but those of water and H+ a share of the way to its total.

    The logarithm is that of `lanes.rough_logarithm`.
    """
    form(liquor)
    component, ratio = liquor.component, liquor.species[RISE]
    bits = ratio.view(np.int64)
    count = component.shape[1] - 2
    for t in range(count):
        j = np.uint64(t + 2)  # never negative: the compiler takes several at a time
        total = component[TOTAL, j] + liquor.whole[DOSE] * component[TITRANT, j]
        left = max(total - component[SOLID, j], LEAST_LEFT * total)
        held = component[SIZE, j] + component[GAS, j]
        ratio[t] = left / held if left > 0.0 and held > 0.0 else 1.0
    for t in range(count):
        j = np.uint64(t + 2)
        component[OLD_X, j] = component[X, j]
        move = (bits[t] * _PER_BIT - 1023.0) * _LN2
        component[X, j] += relax * min(max(move, -60.0), 6.0)


@lean.kernel
def _bound(liquor):
    """Leave in OLD_AMOUNT which number of each phase is that of its scarcest component, in WEIGHT the most of it."""
    phase = liquor.phase
    for k in range(phase.shape[1]):
        z, phase[WEIGHT, k] = scarcest(liquor, k)
        phase[OLD_AMOUNT, k] = float(z)


@within.kernel
def _precipitate(liquor):
    """Hold the scarcest component of each phase at saturation, and put what is left over of it into the phase."""
    component, phase, start = liquor.component, liquor.phase, liquor.start
    rows = liquor.species.shape[1]
    for j in range(component.shape[1]):
        component[SOLID, j] = 0.0
    for k in range(phase.shape[1]):
        z = int(phase[OLD_AMOUNT, k])
        if z >= 0:
            component[X, liquor.column[z]] -= max(log_saturation(liquor, k), 0.0) / liquor.number[z]
    for k in range(phase.shape[1]):
        z = int(phase[OLD_AMOUNT, k])
        phase[AMOUNT, k] = 0.0
        phase[ACTIVE, k] = 0.0
        if z >= 0 and log_saturation(liquor, k) > -SATURATED:
            j = liquor.column[z]
            held = (component[SIZE, j] + component[GAS, j]) * math.exp(min(component[X, j] - component[OLD_X, j], 60.0))
            amount = phase[WEIGHT, k] - (held + component[SOLID, j]) / liquor.number[z]
            if amount > 0.0:
                phase[AMOUNT, k] = amount
                phase[ACTIVE, k] = 1.0
                for y in range(start[rows + k], start[rows + k + 1]):
                    component[SOLID, liquor.column[y]] += liquor.number[y] * amount
    # a component that bounds a phase is not short of what stands in it: the next sweep moves it towards saturation again
    for k in range(phase.shape[1]):
        if phase[ACTIVE, k] > 0.0:
            z = int(phase[OLD_AMOUNT, k])
            component[SOLID, liquor.column[z]] -= liquor.number[z] * phase[AMOUNT, k]


@apart(NO_LIQUOR, NO_MODEL, NO_TERMS, 0.0, answers=None)
@lean.kernel
def guess(liquor, model, terms, ln_proton):
    """Set the iterate to a first guess, phases among it: W as brought, pH by halving (or ln_proton, when dosing)."""
    component, whole = liquor.component, liquor.whole
    s = liquor.dissolved
    strength = 1e-7
    molalities = 0.0
    for j in range(1, component.shape[1]):
        total = abs(component[TOTAL, j])
        strength += 0.25 * model.charge[j - 1] ** 2 * total
        molalities += total
        component[X, j] = math.log(max(total, 1e-6))
    whole[LN_WATER] = 0.0
    whole[DOSE] = 0.0
    for j in range(component.shape[1]):
        component[SOLID, j] = 0.0
    ln_gamma = liquor.species[LN_GAMMA, :s]
    fill_log_gamma(model, min(strength, 6.0), ln_gamma, terms.by_strength)
    component[X, 0] = log_water_activity(molalities)[0]
    whole[LN_ACTIVITY] = component[X, 0]
    # the width shrinks by less than a half, so that one wrong turn of an early round is made good by the later ones
    width = 14.0
    component[X, 1] = -16.0
    relax = 1.0
    if liquor.dosing == 1:
        component[X, 1] = ln_proton
        whole[DOSE] = 1e-3
    given = liquor.species[CHANGE]
    _bound(liquor)
    for turn in range(TURNS if model.kind == TRUESDELL_JONES else TURNS + _MORE_TURNS):
        if turn >= TURNS:
            weigh_activities(liquor, model, terms, given)
            for i in range(s):
                ln_gamma[i] += min(max(given[i] - ln_gamma[i], -_LEAP), _LEAP)
            if turn == TURNS:
                width = _SECOND_WIDTH
        for _ in range(2):
            _sweep(liquor, relax)
            if liquor.phase.shape[1] > 0:
                _precipitate(liquor)
            relax = 0.6
        if liquor.dosing == 1:
            seek_dose(liquor)
            _bound(liquor)
        elif component[SUM, 1] + component[GAS, 1] + component[SOLID, 1] > component[TOTAL, 1]:
            component[X, 1] -= width
        else:
            component[X, 1] += width
        width *= 0.6
    form(liquor)
