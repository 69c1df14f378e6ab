"""Equilibrium of many liquors of one mixture, shared out to the cores.

The liquors are taken in rows of a fixed length. The first of a row starts from nothing, each other from the one before
it, so the answers do not depend on how many cores there are. What of the mixture is present is worked out anew only
where a liquor holds other components than the one before it.

Shapes: N liquors, C components, S species, P phases of the mixture.
Sources: none; the equations are those of `saturation`.
"""

import math
from typing import NamedTuple

import numba
import numpy as np

from .jit import apart, kernel, lean, parallel
from .newton import blank_work
from .packed import NO_MIXTURE, PHASES, SPECIES, Packed
from .saturation import dosed, dry_out, find, neutral, outcome_of
from .speciation import (
    AMOUNT,
    LN_GAMMA,
    LN_WATER,
    MOLALITY,
    MOLES_PER_KG,
    TOTAL,
    X,
    bring,
    reduce,
)
from .status import CHARGED, CONVERGED, DRY, OUT_OF_STEPS

_ROW = 64


class Answers(NamedTuple):
    """N liquors at equilibrium, as in `Speciation`: molality (N, S), ln_gamma (N, S), phase_amounts (N, P).

    whole (N, 4): water, ln_water_activity, ionic_strength, error. counts (N, 2): steps, status.
    """

    molality: np.ndarray
    ln_gamma: np.ndarray
    phase_amounts: np.ndarray
    whole: np.ndarray
    counts: np.ndarray


NO_ANSWERS = Answers(np.zeros((1, 1)), np.zeros((1, 1)), np.zeros((1, 1)), np.zeros((1, 4)), np.zeros((1, 2), np.int64))


@lean.kernel
def _differing(totals, other):
    """How many components one of two totals (C,) holds and the other lacks."""
    count = 0
    for j in range(2, totals.shape[0]):
        if (totals[j] > 0.0) != (other[j] > 0.0):
            count += 1
    return count


@lean.kernel
def _rebring(liquor, totals):
    """Bring the liquor to other totals (C,) of the same components, its iterate left where it is."""
    for j in range(liquor.component.shape[1]):
        liquor.component[TOTAL, j] = totals[liquor.place[j]] * (MOLES_PER_KG / totals[0])


@lean.kernel
def _write(packed, liquor, model, water, answers, at):
    """Write the iterate as the answer for liquor `at`; `water` is what the totals brought, kg."""
    species, phase = liquor.species, liquor.phase
    c, rows, all_species = liquor.component.shape[1], species.shape[1], packed.places[SPECIES]
    strength = 0.0
    for i in range(liquor.dissolved):
        answers.molality[at, liquor.place[c + i]] = species[MOLALITY, i]
        answers.ln_gamma[at, liquor.place[c + i]] = species[LN_GAMMA, i]
        strength += 0.5 * model.charge[i] ** 2 * species[MOLALITY, i]
    for k in range(phase.shape[1]):
        answers.phase_amounts[at, liquor.place[c + rows + k] - all_species] = phase[AMOUNT, k] * water
    answers.whole[at, 0] = math.exp(liquor.whole[LN_WATER]) * water
    answers.whole[at, 1] = liquor.component[X, 0]
    answers.whole[at, 2] = strength


@apart(
    *(NO_MIXTURE, np.zeros((1, 1)), np.zeros(1, np.bool_), NO_ANSWERS, 0, 0),
    answers=0,
)
@kernel
def _settle_row(packed, totals, allowed, answers, first, last):
    """Settle liquors first to last - 1 of totals (N, C), each from the one before it; answer how many converged."""
    room = np.zeros(allowed.shape[0])
    given = dosed(totals[first], totals[first], 0.0)
    liquor, model, terms = reduce(packed, given, given, allowed, room, 0)
    work = blank_work(liquor, model.kind)
    before = given
    warm = False
    found = 0
    for at in range(first, last):
        given = dosed(totals[at], totals[at], 0.0)
        status = CONVERGED
        if not given[0] > 0.0:
            status = DRY
        elif not neutral(packed, given):
            status = CHARGED
        steps = 0
        error = 1.0
        if status == CONVERGED:
            if at > first and _differing(given, before) > 0:
                liquor, model, terms = reduce(packed, given, given, allowed, room, 0)
                work = blank_work(liquor, model.kind)
                warm = False
            if warm:
                _rebring(liquor, given)
            else:
                bring(liquor, given, given, 0)
            before = given
            warm, steps, error = find(liquor, model, terms, work, warm, 0.0)
            if not warm and outcome_of(liquor, warm) == OUT_OF_STEPS:
                warm, taken, error = dry_out(liquor, model, terms, work)
                steps += taken
            status = outcome_of(liquor, warm)
            _write(packed, liquor, model, given[0] / MOLES_PER_KG, answers, at)
            found += 1 if warm else 0
        answers.whole[at, 3] = error
        answers.counts[at, 0] = steps
        answers.counts[at, 1] = status
    return found


@parallel.kernel
def equilibrate_many(packed: Packed, totals: np.ndarray, allowed: np.ndarray):
    """Bring each of totals (N, C) of components, mol or mol/s, to equilibrium with the phases allowed (P,), bool.

    Answers `Answers`; status (N,) in its counts tells of each liquor what `equilibrate` would.
    """
    count, species, phases = totals.shape[0], packed.places[SPECIES], packed.places[PHASES]
    answers = Answers(
        np.zeros((count, species)),
        np.zeros((count, species)),
        np.zeros((count, phases)),
        np.zeros((count, 4)),
        np.zeros((count, 2), np.int64),
    )
    may_form = allowed.copy()
    for row in numba.prange((count + _ROW - 1) // _ROW):
        _settle_row(packed, totals, may_form, answers, row * _ROW, min(count, row * _ROW + _ROW))
    return answers
