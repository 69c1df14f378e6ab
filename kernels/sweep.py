"""Equilibrium of many liquors of one mixture, shared out to the cores and solved eight side by side.

The liquors are taken in rows, whose length follows from how many there are, so the answers do not depend on how many
cores there are. The first of a row starts from nothing. The others that hold the same components are solved eight at a
time by `abreast`, each from the one before it, or where neighbours prove to be too far apart each from a guess. What is
then not solved is solved one after another by `saturation`, from the one before it where that holds the same.

Shapes: N liquors, C components, S species, P phases of the mixture.
Sources: none; the equations are those of `saturation`.
"""

import math
from typing import NamedTuple

import numba
import numpy as np

from .abreast import blank_abreast, bring_lane, place_lane, solve_abreast
from .abreast_activity import DONE, ERROR, FAILED, I_NOW, RUNNING, STATE, WATER
from .abreast_phases import lacks_rows
from .abreast_strength import guess_abreast
from .activity import NO_MODEL, PITZER
from .jit import apart, inner, lean, parallel
from .lanes import WIDTH
from .newton import blank_work
from .packed import NO_MIXTURE, SPECIES, Packed
from .saturation import dosed, dry_out, find, neutral, outcome_of, recall
from .speciation import (
    AMOUNT,
    LN_GAMMA,
    LN_WATER,
    MOLALITY,
    MOLES_PER_KG,
    NO_LIQUOR,
    Speciation,
    X,
    bring,
    reduce,
)
from .status import CHARGED, CONVERGED, DRY, OUT_OF_STEPS

_SHORTEST_ROW, _LONGEST_ROW, _ROWS = 65, 257, 16
_STEPS_ABREAST, _STEPS_GUESSED, _STEPS_WORTH, _MOST_ROWS = 12, 25, 15, 8


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
def _clear(answers, at):
    """Set the answer for liquor `at` to nothing."""
    for i in range(answers.molality.shape[1]):
        answers.molality[at, i] = 0.0
        answers.ln_gamma[at, i] = 0.0
    for k in range(answers.phase_amounts.shape[1]):
        answers.phase_amounts[at, k] = 0.0
    for i in range(answers.whole.shape[1]):
        answers.whole[at, i] = 0.0


@lean.kernel
def _write(packed, liquor, model, water, answers, at):
    """Write the iterate as the answer for liquor `at`; `water` is what the totals brought, kg."""
    _clear(answers, at)
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


@lean.kernel
def _refused(packed, totals):
    """The status of totals (C,) that cannot be solved, CONVERGED for others."""
    if not totals[0] > 0.0:
        return DRY
    return CONVERGED if neutral(packed, totals) else CHARGED


@lean.kernel
def _write_lane(packed, liquor, model, side, lane, answers, at, water):
    """Write a lane as the answer for liquor `at`; `water` is what its totals brought, kg."""
    _clear(answers, at)
    c, rows, all_species = liquor.component.shape[1], liquor.species.shape[1], packed.places[SPECIES]
    for i in range(liquor.dissolved):
        answers.molality[at, liquor.place[c + i]] = side.room[side.molality + i, lane]
        answers.ln_gamma[at, liquor.place[c + i]] = side.room[side.gamma[i], lane]
    for q in range(side.active.shape[0]):
        k = side.active[q]
        answers.phase_amounts[at, liquor.place[c + rows + k] - all_species] = side.room[side.amount + k, lane] * water
    answers.whole[at, 0] = side.room[WATER, lane] * water
    answers.whole[at, 1] = side.room[side.component + c + 1, lane]
    answers.whole[at, 2] = side.room[I_NOW, lane]
    answers.whole[at, 3] = side.room[ERROR, lane]


@lean.kernel
def _load_lanes(liquor, side, totals, answers, places, base):
    """Bring the liquors at places (8,) to the lanes; a place without one that holds what liquor `base` does is made -1."""
    for lane in range(WIDTH):
        at = places[lane]
        if at >= 0 and answers.counts[at, 1] == CONVERGED and _differing(totals[at], totals[base]) == 0:
            side.room[STATE, lane] = RUNNING
            bring_lane(liquor, side, totals[at], lane)
        else:
            side.room[STATE, lane] = DONE
            places[lane] = -1


@lean.kernel
def _place_lanes(liquor, side, totals):
    """Set each lane to what the liquor of totals (C,) is."""
    for lane in range(WIDTH):
        place_lane(liquor, side, lane)
        bring_lane(liquor, side, totals, lane)


@apart(NO_MIXTURE, NO_LIQUOR, NO_MODEL, np.zeros((1, 1)), NO_ANSWERS, 0, 0, answers=None)
@inner.kernel
def _settle_abreast(packed, liquor, model, totals, answers, first, last):
    """Settle what can be of liquors first + 1 to last - 1 of totals (N, C), eight at a time, from that of the first.

    Each lane takes a stretch of neighbours. Where most of the lanes fail twice running, each liquor that is left is begun
    from a guess, but for Pitzer; where they fail again, the rest is left as it is. A phase that a lane wants has a row in the
    system from the next turn on.
    """
    side = blank_abreast(liquor, model)
    length = (last - first - 1 + WIDTH - 1) // WIDTH
    places = np.empty(WIDTH, np.int64)
    found = -1
    bad = 0
    guessing = False
    _place_lanes(liquor, side, totals[first])
    for turn in range(length):
        for _ in range(_MOST_ROWS):
            for lane in range(WIDTH):
                at = first + 1 + lane * length + turn
                places[lane] = at if at < last else -1
            _load_lanes(liquor, side, totals, answers, places, first)
            if guessing:
                guess_abreast(liquor, model, side)
                found = -1
            if not lacks_rows(liquor, side):
                break
            side = blank_abreast(liquor, model)
            _place_lanes(liquor, side, totals[first])
            found = -1
        steps, found = solve_abreast(liquor, model, side, _STEPS_GUESSED if guessing else _STEPS_ABREAST, found)
        failed = 0
        for lane in range(WIDTH):
            at = places[lane]
            if side.room[STATE, lane] == FAILED:
                place_lane(liquor, side, lane)
                bring_lane(liquor, side, totals[first], lane)
                found = -1
                failed += 1
            elif at >= 0:
                _write_lane(packed, liquor, model, side, lane, answers, at, totals[at, 0] / MOLES_PER_KG)
                answers.counts[at, 0] = steps
        if lacks_rows(liquor, side):
            continue
        bad = bad + 1 if 2 * failed > WIDTH or (steps == _STEPS_ABREAST and not guessing) else 0
        if bad == 2:
            if guessing or model.kind == PITZER:
                break
            guessing = True
            bad = 0


@apart(
    *(NO_MIXTURE, np.zeros((1, 1)), np.zeros(1, np.bool_), NO_ANSWERS, 0, 0),
    answers=0,
)
@inner.kernel
def _settle_row(packed, totals, allowed, answers, first, last):
    """Settle liquors first to last - 1 of totals (N, C), each from one before it; answer how many converged."""
    room = np.zeros(allowed.shape[0])
    given = dosed(totals[first], totals[first], 0.0)
    liquor, model, terms = reduce(packed, given, given, allowed, room, 0)
    work = blank_work(liquor, model.kind)
    for at in range(first, last):
        answers.counts[at, 0] = 0
        answers.counts[at, 1] = _refused(packed, totals[at])
    before = given
    found = 0
    bad = 0  # how often running a start from the one before has cost more than it saved
    for at in range(first, last):
        status = answers.counts[at, 1]
        if status != CONVERGED:
            _clear(answers, at)
            answers.whole[at, 3] = 1.0
            continue
        if answers.counts[at, 0] > 0:
            found += 1
            continue
        given = dosed(totals[at], totals[at], 0.0)
        if at > first and _differing(given, before) > 0:
            liquor, model, terms = reduce(packed, given, given, allowed, room, 0)
            work = blank_work(liquor, model.kind)
        warm = False
        bring(liquor, given, given, 0)
        near = bad < 2 and at > first and answers.counts[at - 1, 1] == CONVERGED
        if near and _differing(given, totals[at - 1]) == 0:
            start = Speciation(
                answers.molality[at - 1],
                answers.ln_gamma[at - 1],
                answers.whole[at - 1, 0] * given[0] / totals[at - 1, 0],
                answers.whole[at - 1, 1],
                0.0,
                answers.phase_amounts[at - 1],
            )
            warm = recall(liquor, start, given[0] / MOLES_PER_KG)
        before = given
        begun = warm
        warm, steps, error = find(liquor, model, terms, work, warm, 0.0)
        if begun:
            bad = bad + 1 if steps > _STEPS_WORTH else 0
        if not warm and outcome_of(liquor, warm) == OUT_OF_STEPS:
            warm, taken, error = dry_out(liquor, model, terms, work)
            steps += taken
        answers.counts[at, 1] = outcome_of(liquor, warm)
        _write(packed, liquor, model, given[0] / MOLES_PER_KG, answers, at)
        answers.whole[at, 3] = error
        answers.counts[at, 0] = steps
        if warm:
            found += 1
            if at == first:
                _settle_abreast(packed, liquor, model, totals, answers, first, last)
    return found


@parallel.kernel
def equilibrate_many(packed: Packed, totals: np.ndarray, allowed: np.ndarray, answers: Answers):
    """Bring each of totals (N, C) of components, mol or mol/s, to equilibrium with the phases allowed (P,), bool.

    Writes `answers` (N rows of each array), whatever they held; status (N,) in its counts tells of each liquor what `equilibrate`
    would. Answers how many converged. Answers written over again cost no new pages of memory, which where there are many
    species cost as much as a third of the chemistry.
    """
    count = totals.shape[0]
    may_form = allowed.copy()
    length = min(max(count // _ROWS, _SHORTEST_ROW), _LONGEST_ROW)
    found = 0
    for row in numba.prange((count + length - 1) // length):
        found += _settle_row(packed, totals, may_form, answers, row * length, min(count, row * length + length))
    return found
