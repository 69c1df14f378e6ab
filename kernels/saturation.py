"""Equilibrium of a liquor with the solids and gases allowed.

`newton` solves the liquor with the phases that a guess or a start names, and drops those that are negative and adds those
that are supersaturated until none is either. Where it fails, the convex problem of `convex` says which phases form and
gives the start. Nothing is kept between calls: a start, where one is given, saves steps, and the answer is solved to the
same residual from any.

Shapes: C components, S species, P phases of the mixture.
Sources: Parkhurst & Appelo (2013) USGS Techniques and Methods 6-A43; Nocedal & Wright (2006) Numerical Optimization.
"""

import math
from typing import NamedTuple

import numpy as np

from .activity import NO_MODEL
from .convex import settle_phases
from .guess import guess
from .jit import apart, inner, kernel, lean, maker
from .newton import NO_WORK, SUPERSATURATION, blank_work, newton, revise
from .packed import NO_MIXTURE, NUMBERS, PHASES, SPECIES, Packed
from .pitzer import NO_TERMS
from .speciation import (
    ACTIVE,
    AMOUNT,
    DOSE,
    LN_GAMMA,
    LN_WATER,
    MOLALITY,
    MOLES_PER_KG,
    NO_LIQUOR,
    TOTAL,
    Speciation,
    X,
    bring,
    form,
    reduce,
    weigh,
)
from .status import CHARGED, CONVERGED, DRY, OUT_OF_STEPS

_NEUTRALITY = 1e-9
_ROUNDING = 1e-14
# ln of the share of its water that a liquor keeps when it counts as dry
_DRY = -12.0
# the largest change of ln W that a start is used over
_NEAR = 2.0
_WARM_STEPS = 12
_DILUTIONS = 8
_COLD_STEPS = 25

NO_START = Speciation(np.zeros(0), np.zeros(0), 0.0, 0.0, 0.0, np.zeros(0))
NO_ROOM = np.zeros(0)
# how many numbers stand before the molalities where an answer is one array; no answer
FOLDED = 6
NO_ANSWER = np.zeros(0)


class Control(NamedTuple):
    """How the dose is had: as given (dosing 0), or sought with ln a(H+) held at ln_proton (dosing 1)."""

    dosing: int
    ln_proton: float
    dose: float


@apart(NO_LIQUOR, NO_MODEL, NO_TERMS, NO_WORK, True, 0.0, answers=(True, 0, 0.0))
@lean.kernel
def find(liquor, model, terms, work, warm, ln_proton):
    """Solve the liquor from its iterate when warm, else or then from a guess. Answer (whether it converged, steps, error).

    ln_proton: ln a(H+) held when dosing.
    """
    steps = 0
    patience = 12
    smallest = 1e-3
    rough = False
    error = 1.0
    for _ in range(80):
        if not warm and steps == 0:
            guess(liquor, model, terms, ln_proton)
            if liquor.dosing == 1 and liquor.whole[DOSE] <= 0.0:
                return False, steps, error
        if rough:
            steps += settle_phases(liquor, model, terms, smallest)
            if liquor.whole[LN_WATER] < _DRY:
                return False, steps, error
            if liquor.dosing == 1 and (liquor.whole[DOSE] <= 0.0 or smallest < 1e-6):
                return False, steps, error
            smallest *= 1e-2
            patience = 12
            rough = False
        weigh(liquor, MOLES_PER_KG)
        converged, taken, error = newton(liquor, model, terms, work, _WARM_STEPS if warm else _COLD_STEPS)
        steps += taken
        if converged:
            if not revise(liquor, SUPERSATURATION, 0.0):
                return True, steps, error
            patience -= 1
        if not converged or patience == 0:
            if smallest < 1e-12 or (warm and liquor.dosing == 1):
                return False, steps, error
            guess(liquor, model, terms, ln_proton)
            rough = not warm
            warm = False
            steps += 1
    return False, steps, error


@apart(NO_LIQUOR, NO_MODEL, NO_TERMS, NO_WORK, answers=(True, 0, 0.0))
@lean.kernel
def dry_out(liquor, model, terms, work):
    """Solve a hard liquor as the end of a row of ever less dilute ones, each the start of the next; answers as `find`."""
    water = liquor.component[TOTAL, 0]
    more = 1.0
    steps = 0
    converged, error = True, 1.0
    for turn in range(_DILUTIONS + 1):
        liquor.component[TOTAL, 0] = water * (1.0 + more)
        if converged:
            converged, taken, error = find(liquor, model, terms, work, turn > 0, 0.0)
            steps += taken
        more = 0.5 * more if turn < _DILUTIONS - 1 else 0.0
    return converged, steps, error


@apart(NO_LIQUOR, NO_START, 0.0, answers=True)
@lean.kernel
def recall(liquor, start, water):
    """Set the iterate to where a liquor of the same mixture was left; answer False where it says nothing of this one."""
    component, species, phase, whole = liquor.component, liquor.species, liquor.phase, liquor.whole
    c, rows = component.shape[1], species.shape[1]
    if not start.water > 0.0 or not abs(math.log(start.water / water)) < _NEAR:
        return False
    component[X, 0] = start.ln_water_activity
    for j in range(1, c):
        i = liquor.place[j] - 1
        if not start.molality[i] > 0.0:
            return False
        component[X, j] = math.log(start.molality[i]) + start.ln_gamma[i]
    for i in range(liquor.dissolved):
        species[LN_GAMMA, i] = start.ln_gamma[liquor.place[c + i]]
    for k in range(phase.shape[1]):
        phase[AMOUNT, k] = start.phase_amounts[liquor.place[c + rows + k] - start.molality.shape[0]] / water
        phase[ACTIVE, k] = 1.0 if phase[AMOUNT, k] > 0.0 else 0.0
    whole[LN_WATER] = math.log(start.water / water)
    form(liquor)
    return True


@maker.kernel
def _spread(packed, liquor, model, water):
    """Spread the iterate over the whole mixture as a Speciation; `water` is what the totals brought, kg."""
    species, phase = liquor.species, liquor.phase
    c, rows = liquor.component.shape[1], species.shape[1]
    all_species = packed.places[SPECIES]
    molality = np.zeros(all_species)
    ln_gamma = np.zeros(all_species)
    amounts = np.zeros(packed.places[PHASES])
    strength = 0.0
    for i in range(liquor.dissolved):
        molality[liquor.place[c + i]] = species[MOLALITY, i]
        ln_gamma[liquor.place[c + i]] = species[LN_GAMMA, i]
        strength += 0.5 * model.charge[i] ** 2 * species[MOLALITY, i]
    for i in range(liquor.dissolved, rows):
        amounts[liquor.place[c + i] - all_species] = species[MOLALITY, i] * water
    for k in range(phase.shape[1]):
        amounts[liquor.place[c + rows + k] - all_species] = phase[AMOUNT, k] * water
    ln_activity = liquor.component[X, 0]
    return Speciation(molality, ln_gamma, math.exp(liquor.whole[LN_WATER]) * water, ln_activity, strength, amounts)


@inner.kernel
def dosed(totals, titrant, dose):
    """totals (C,) plus dose of titrant (C,); what rounding left just below nothing is nothing."""
    given = np.empty(totals.shape[0])
    for j in range(totals.shape[0]):
        given[j] = totals[j] + dose * titrant[j]
        if j > 1 and -_ROUNDING * totals[0] < given[j] < 0.0:
            given[j] = 0.0
    return given


@lean.kernel
def outcome_of(liquor, converged):
    """The status of a liquor that has been tried."""
    if converged:
        return CONVERGED
    return DRY if liquor.whole[LN_WATER] < _DRY else OUT_OF_STEPS


@apart(
    *(NO_MIXTURE, np.zeros(1), np.zeros(1), np.zeros(1, np.bool_), NO_ROOM, Control(0, 0.0, 0.0), NO_START),
    answers=(0.0, NO_START, 0.0, 0, 0),
)
@inner.kernel
def settle(packed, totals, titrant, allowed, room, control, start):
    """Settle one liquor from a start, or from nothing (NO_START); totals hold a dose that is fixed.

    Answers (dose, Speciation, error, steps, status) with the dose in the unit of totals.
    """
    water = totals[0] / MOLES_PER_KG
    if room.shape[0] == 0:
        room = np.zeros(allowed.shape[0])
    liquor, model, terms = reduce(packed, totals, titrant, allowed, room, control.dosing)
    bring(liquor, totals, titrant, control.dosing)
    work = blank_work(liquor, model.kind)
    warm = recall(liquor, start, water)
    if control.dosing == 1:
        liquor.component[X, 1] = control.ln_proton
        liquor.whole[DOSE] = control.dose / water
        if warm:
            form(liquor)
    converged, steps, error = find(liquor, model, terms, work, warm, control.ln_proton)
    if control.dosing == 0 and outcome_of(liquor, converged) == OUT_OF_STEPS:
        converged, taken, error = dry_out(liquor, model, terms, work)
        steps += taken
    dose = liquor.whole[DOSE] * water if control.dosing == 1 else control.dose
    return dose, _spread(packed, liquor, model, water), error, steps, outcome_of(liquor, converged)


@inner.kernel
def neutral(packed, totals):
    """Whether the charges of totals (C,) cancel to within rounding and 1e-9 of themselves."""
    charge = 0.0
    terms = 0.0
    for j in range(1, totals.shape[0]):
        part = packed.numbers[NUMBERS + j - 1] * totals[j]
        charge += part
        terms += abs(part)
    return abs(charge) <= _NEUTRALITY * terms


@inner.kernel
def refusal(packed):
    """The Speciation of a liquor that was not solved: nothing anywhere."""
    s = packed.places[SPECIES]
    return Speciation(np.zeros(s), np.zeros(s), 0.0, 0.0, 0.0, np.zeros(packed.places[PHASES]))


@maker.kernel
def _unfolded(packed, folded):
    """A Speciation as it is folded, NO_START of nothing."""
    s = packed.places[SPECIES]
    first, last = FOLDED, FOLDED + s
    if folded.shape[0] == 0:
        return refusal(packed)
    return Speciation(folded[first:last], folded[last : last + s], folded[0], folded[1], folded[2], folded[last + s :])


@kernel
def equilibrate(
    places: np.ndarray,
    numbers: np.ndarray,
    totals: np.ndarray,
    allowed: np.ndarray,
    room: np.ndarray,
    start: np.ndarray,
):
    """Bring totals (C,) of components, mol or mol/s, to equilibrium with the phases allowed (P,), bool.

    places, numbers: of a `Packed`. room (P,): mol/bar, V / RT of the headspace for each gas in it, 0 for others; NO_ROOM for
    none. start: an answer for a liquor near this one, NO_ANSWER for none. What is handed over are plain arrays, since named
    tuples take longer than many a liquor. Answers (FOLDED + 2 S + P,): water, ln a_w, ionic strength, error, steps, status;
    then molality, ln_gamma and phase_amounts of a `Speciation`. error is the largest balance error, relative to its terms.
    """
    packed = Packed(places, numbers)
    s = places[SPECIES]
    folded = np.zeros(FOLDED + 2 * s + places[PHASES])
    status = CONVERGED if neutral(packed, totals) else CHARGED
    if not totals[0] > 0.0:
        status = DRY
    folded[3], folded[5] = 1.0, status
    if status != CONVERGED:
        return folded
    given = dosed(totals, totals, 0.0)
    control = Control(0, 0.0, 0.0)
    _, answer, error, steps, status = settle(
        packed, given, given, allowed.copy(), room.copy(), control, _unfolded(packed, start)
    )
    folded[0], folded[1], folded[2] = answer.water, answer.ln_water_activity, answer.ionic_strength
    folded[3], folded[4], folded[5] = error, steps, status
    for i in range(s):
        folded[FOLDED + i] = answer.molality[i]
        folded[FOLDED + s + i] = answer.ln_gamma[i]
    for k in range(places[PHASES]):
        folded[FOLDED + 2 * s + k] = answer.phase_amounts[k]
    return folded
