"""Mixer-settlers in any row: extraction, scrubbing, stripping and regeneration are all this one kernel.

Liquor and organic go from stage to stage as `flows` says: forward, back (droplets carried over by the other liquid), or
out. Whatever enters from outside enters as a source of its stage, so a counter-current or cross-current row, side feeds
and bleeds are the same problem. Liquors are counted by their water.

Per stage the unknowns are ln E and ln a(H+) alone, with the balances of extractant and of charge as equations. Given
them the balances of cations are linear, and are solved exactly at every iterate (`chain`). Molalities are therefore never
negative, and balances close to round-off whether or not the iteration (`row_newton`) has converged.

What globalises it: a line search with fixed scales; else continuation from strong back-mixing between stages (one
mixed contact, whose convex problem `meet` solves from anywhere) to none; else implicit steps in time; and last, where base
is dosed, trying which stages it goes to.

Shapes: N stages, M cations, L ligands. mol per kg of water, mol per L of organic; kg, L and mol per time.
Sources: none beside those of `chain`, `row_newton` and `extraction`.
"""

import math

import numpy as np

from .cascade_fold import CATIONS, ERROR, STAGES, STATUS, STEPS, size_of_answer, state_in, unfold_row
from .chain import (
    AT_LEAST,
    BACK,
    BOUND,
    CHARGES,
    EXACT,
    FED,
    FED_ORGANIC,
    FORWARD,
    LIQUID,
    MEAN,
    NATURAL,
    NO_CASCADE,
    NO_EXTRACTANT,
    NO_MEDIA,
    NO_ROW_ROOM,
    NO_STATE,
    ORGANIC_BACK,
    ORGANIC_FORWARD,
    ORGANIC_OUT,
    OUT,
    PROTONS,
    RISE,
    Cascade,
    constants_of,
    lay_constants,
    lay_pipes,
    medium_at,
    page_of,
    pages_of,
    room_in,
    size_of_room,
)
from .entries import part
from .extraction import Contact, charge_at, charge_scale, distribution, medium_scale, meet, meet_held
from .jit import apart, kernel, lean, within
from .lanes import WIDTH, choose, greater, load, most_of, number_at, size, spread, store, sum_of
from .row_newton import is_held, newton_cascade, raise_powers
from .status import CONVERGED, DRY, OUT_OF_STEPS, OVERLOADED, STARVED, UNREACHABLE

STEP = 1e-7  # of the last step; the residuals that it leaves are looked at beside
_ROUNDING = 1e-12
_START = 1e-2  # of the one contact from which all stages start
_MOST_STEPS = 6000
_PLACES = np.zeros((1, 1, 1))


@within.kernel
def _water(cascade):
    """All water that leaves, kg, and all organic, L."""
    water, oil = 0.0, 0.0
    for i in range(cascade.flows.shape[0]):
        water += cascade.flows[i, OUT]
        oil += cascade.flows[i, ORGANIC_OUT]
    return water, oil


@within.kernel
def _refuse(extractant, cascade, units_in, water, oil):
    """The status of a row that cannot run, else CONVERGED. units_in: mol of units that enter."""
    if not water > 0.0:
        return DRY
    if not (oil > 0.0 and units_in > 0.0):
        return STARVED
    for i in range(cascade.flows.shape[0]):
        if not cascade.flows[i, FORWARD] + cascade.flows[i, OUT] > 0.0:
            return DRY
        if not (cascade.unit_total[i] > 0.0 and cascade.flows[i, ORGANIC_BACK] + cascade.flows[i, ORGANIC_OUT] > 0.0):
            return STARVED
    bound = 0.0
    for j in range(cascade.efficiency.shape[0]):
        least = np.inf
        for c in range(2):
            if extractant.ln_k[j, c] > -np.inf:
                least = min(least, extractant.units[j, c])
        for i in range(cascade.flows.shape[0]):
            if cascade.organic_source[i, j] > 0.0:
                bound += least * cascade.organic_source[i, j]
    # A little more than all, so that a feed saponified to the last unit passes.
    if bound > units_in * (1.0 + 1e-9):
        return OVERLOADED
    return CONVERGED


@lean.kernel
def _begin(extractant, media, cascade, state, room, water, oil, dose_scale):
    """Start every stage from the one contact of all that enters; its molalities are where time begins.

    A stage that is held at a pH which that contact lies below starts from the contact held at it.
    """
    N, M = state.aqueous.shape
    totals = room.totals
    units = 0.0
    for i in range(N):
        units += cascade.unit_total[i] / N
    for j in range(M):
        totals[j] = 0.0
        for i in range(N):
            totals[j] += cascade.aqueous_source[i, j] + cascade.organic_source[i, j]
    medium = medium_at(media, N - 1)
    ln_e, ln_h, _, _, _ = meet(extractant, medium, Contact(water, oil, units), totals, _START)
    for j in range(M):
        ratio = distribution(extractant, medium, j, ln_e, ln_h)[0]
        x = totals[j] / (water + oil * ratio)
        for i in range(N):
            room.held[0, i, j] = x
            room.held[1, i, j] = ratio * x
    for i in range(N):
        state.sought[0, i] = ln_e
        below = ln_h - cascade.ln_target[i]
        if cascade.control[i] == NATURAL:
            state.sought[1, i] = ln_h
        elif cascade.control[i] == AT_LEAST and below < 0.0:
            state.sought[1, i] = below
        else:
            phases = Contact(water, oil, units)
            ln_e_held, added = meet_held(extractant, medium, phases, totals, cascade.base, cascade.ln_target[i])
            state.sought[0, i] = ln_e_held
            state.sought[1, i] = added * cascade.charge[cascade.base] / (N * dose_scale)


@lean.kernel
def _copy(source, target):
    """Copy what is sought (2, N)."""
    for r in range(2):
        for i in range(source.shape[1]):
            target[r, i] = source[r, i]


@apart(NO_EXTRACTANT, NO_MEDIA, NO_CASCADE, NO_STATE, NO_ROW_ROOM, _PLACES, 0.0, 0.0, 0.0, answers=(0, 0))
@lean.kernel
def _continue(extractant, media, cascade, state, room, places, scale, epsilon, least):
    """Solve from what is sought: by Newton alone, else with less and less back-mixing, else in time.

    places (2, 2, N): room for the start and the last good iterate. least: tolerance at the end. Answers (steps, status).
    """
    start, good = places[0], places[1]
    _copy(state.sought, start)
    _copy(state.sought, good)
    method = 0
    mixing = 0.0
    good_mixing = 30.0
    drain, least_drain = 0.0, 1e-5
    factor = 0.3
    total = 0
    status = OUT_OF_STEPS
    for _ in range(400):
        lay_pipes(cascade, mixing, drain, room)
        final = mixing == 0.0 and drain == 0.0
        tolerance, patience = least if final else max(least, 1e-4), 8 if method == 0 else 30
        _, steps, status = newton_cascade(media, cascade, state, room, scale, epsilon, tolerance, 60, patience)
        total += steps
        solved = status == CONVERGED
        if final and solved:
            break
        if solved:
            _copy(state.sought, good)
        else:
            _copy(good, state.sought)
        if method == 0:
            method = 1
            mixing = 10.0
        elif method == 1:
            if solved:
                good_mixing = mixing
                factor = max(factor * factor, 1e-3)
            else:
                factor = math.sqrt(factor)
            mixing = good_mixing * factor
            if mixing < 1e-3 and factor < 0.5:
                mixing = 0.0
            if factor > 0.9 or good_mixing < 1e-6:
                method = 2
                _copy(start, state.sought)
                _copy(start, good)
                mixing = 0.0
                drain = 10.0
        elif solved:
            for i in range(state.aqueous.shape[0]):
                for j in range(state.aqueous.shape[1]):
                    room.held[0, i, j] = state.aqueous[i, j]
                    room.held[1, i, j] = state.organic[i, j]
            drain = drain / 4.0 if drain > least_drain else 0.0
        else:
            if final:
                least_drain *= 0.01  # what is slower than the longest step so far
            drain = max(4.0 * drain, 10.0 * least_drain)
            if drain > 1e6:
                break
        status = OUT_OF_STEPS  # of the row as it is
        if total > _MOST_STEPS:
            break
    return total, status


@lean.kernel
def _revise(cascade, state, asked, dose_scale, all_at_once):
    """Hold stages that lie below what is asked, let go of those whose dose is negative; answer how many were neither.

    asked: (N,), the controls as given. Not `all_at_once`, only the worst is changed.
    """
    worst = -1
    size = 0.0
    found = 0
    for i in range(asked.shape[0]):
        if asked[i] != AT_LEAST:
            continue
        lacking = 0.0
        if cascade.control[i] == EXACT:
            lacking = -state.dose[i] / dose_scale
        else:
            lacking = state.point[1, i] - cascade.ln_target[i]
        if lacking > _ROUNDING:
            found += 1
            if all_at_once:
                cascade.control[i] = EXACT if cascade.control[i] == NATURAL else NATURAL
            elif lacking > size:
                worst, size = i, lacking
    if worst >= 0:
        cascade.control[worst] = EXACT if cascade.control[worst] == NATURAL else NATURAL
    return found


@apart(NO_EXTRACTANT, NO_MEDIA, NO_CASCADE, NO_STATE, NO_ROW_ROOM, _PLACES, 0.0, 0.0, answers=(0, 0))
@lean.kernel
def _choose(extractant, media, cascade, state, room, places, scale, tolerance):
    """Find which stages base is dosed to, by holding some at their pH and letting others go. Answers (steps, status)."""
    N = cascade.control.shape[0]
    asked = places[4, 0]
    dose_scale = scale * (cascade.flows[0, FORWARD] + cascade.flows[0, OUT])
    water, oil = _water(cascade)
    for i in range(N):
        asked[i] = cascade.control[i]
        if cascade.control[i] == AT_LEAST:
            cascade.control[i] = NATURAL
    total = 0
    status = OUT_OF_STEPS
    for turn in range(4 * N + 8):
        for i in range(N):
            state.dose[i] = 0.0
        _begin(extractant, media, cascade, state, room, water, oil, dose_scale)
        steps, status = _continue(extractant, media, cascade, state, room, places, scale, 0.0, tolerance)
        total += steps
        if status != CONVERGED or _revise(cascade, state, asked, dose_scale, turn < N) == 0:
            break
        status = OUT_OF_STEPS
    for i in range(N):
        cascade.control[i] = int(asked[i])
        if cascade.control[i] == AT_LEAST:
            dosed = state.dose[i] > 0.0
            state.dose[i] = max(state.dose[i], 0.0)
            state.sought[1, i] = state.dose[i] / dose_scale if dosed else state.point[1, i] - cascade.ln_target[i]
    return total, status


@within.kernel
def _cation_imbalance(cascade, state, table, first):
    """Largest relative error of the balances of eight cations, in every stage and in the whole row."""
    f, N = cascade.flows, cascade.flows.shape[0]
    xs, ys, fed, organic = first + LIQUID * N, first + BOUND * N, first + FED * N, first + FED_ORGANIC * N
    lane = cascade.base - first // page_of(N) * WIDTH
    whole, left, worst = spread(0.0), spread(0.0), spread(0.0)
    for i in range(N):
        store(table, first + RISE * N + i, load(table, fed + i) + load(table, organic + i))
        if 0 <= lane < WIDTH and cascade.control[i] != NATURAL:
            table[first + RISE * N + i, lane] += state.dose[i] / cascade.charge[cascade.base]
        whole += load(table, first + RISE * N + i)
    for i in range(N):
        x, y, entering = load(table, xs + i), load(table, ys + i), load(table, first + RISE * N + i)
        leaving = f[i, OUT] * x + f[i, ORGANIC_OUT] * y
        left += leaving
        leaving += (f[i, FORWARD] + f[i, BACK]) * x + (f[i, ORGANIC_BACK] + f[i, ORGANIC_FORWARD]) * y
        if i > 0:
            entering += f[i - 1, FORWARD] * load(table, xs + i - 1)
            entering += f[i - 1, ORGANIC_FORWARD] * load(table, ys + i - 1)
        if i < N - 1:
            entering += f[i + 1, BACK] * load(table, xs + i + 1)
            entering += f[i + 1, ORGANIC_BACK] * load(table, ys + i + 1)
        # A trace may fade from stage to stage until the machine cannot hold it.
        worst = greater(worst, choose(1e-60 * whole, entering, size(leaving / entering - 1.0), spread(0.0)))
    worst = greater(worst, choose(spread(0.0), whole, size(left / whole - 1.0), spread(0.0)))
    return most_of(worst)


@within.kernel
def imbalance(media, cascade, state, room):
    """Largest relative error of the balances, found anew from the answers and not as the solver found them.

    Cations in every stage and in the whole row; extractant and charge in every stage.
    """
    N, M = state.aqueous.shape
    table, rows = room.table, page_of(N)
    worst = 0.0
    for page in range(pages_of(M)):
        worst = max(worst, _cation_imbalance(cascade, state, table, page * rows))
    half = raise_powers(state.point, room.powers)
    for i in range(N):
        medium = medium_at(media, i)
        units = number_at(room.powers, i)
        charge = charge_at(medium, number_at(room.powers, half + i))[0]
        scale = medium_scale(medium)
        for page in range(pages_of(M)):
            first = page * rows
            constants = constants_of(first, N)
            x = load(table, first + LIQUID * N + i)
            units += sum_of(load(table, first + MEAN * N + i) * load(table, first + BOUND * N + i))
            charge += sum_of(load(table, constants + PROTONS) * x)
            scale += sum_of(load(table, constants + CHARGES) * x)
        worst = max(worst, abs(units / cascade.unit_total[i] - 1.0), abs(charge) / scale)
    return worst


@apart(NO_EXTRACTANT, NO_MEDIA, NO_CASCADE, NO_STATE, NO_ROW_ROOM, _PLACES, True, 0.0, answers=(0.0, 0, 0))
@lean.kernel
def settle_cascade(extractant, media, cascade, state, room, places, warm, tolerance):
    """Bring a row to its steady state, from what is sought if `warm`; answers as `solve_cascade`, into state.

    With a `tolerance` of the step above 1e-7 the row is only near its steady state, and its balances are not checked.
    """
    N = state.aqueous.shape[0]
    water, oil = _water(cascade)
    units = 0.0
    for i in range(N):
        units += cascade.unit_total[i] * cascade.flows[i, ORGANIC_OUT]
    status = _refuse(extractant, cascade, units, water, oil)
    if status != CONVERGED:
        return 1.0, 0, status
    scale = 0.0
    for i in range(N):
        water_on = cascade.flows[i, FORWARD] + cascade.flows[i, OUT]
        scale = max(scale, charge_scale(extractant, medium_at(media, i), cascade.aqueous_source[i], water_on))
    dose_scale = scale * (cascade.flows[0, FORWARD] + cascade.flows[0, OUT])
    lay_constants(extractant, media, cascade.efficiency, room.table)
    steps = 0
    status = OUT_OF_STEPS
    if warm:
        lay_pipes(cascade, 0.0, 0.0, room)
        _, steps, status = newton_cascade(media, cascade, state, room, scale, 0.0, tolerance, 25, 6)
    epsilon = 0.0
    while status != CONVERGED and epsilon < 1e-3:
        _begin(extractant, media, cascade, state, room, water, oil, dose_scale)
        taken, status = _continue(extractant, media, cascade, state, room, places, scale, epsilon, tolerance)
        steps += taken
        if status == CONVERGED and epsilon > 0.0:
            taken, status = _continue(extractant, media, cascade, state, room, places, scale, 0.0, tolerance)
            steps += taken
        epsilon = 1e-6 if epsilon == 0.0 else 10.0 * epsilon
    if status != CONVERGED and is_held(cascade):
        taken, status = _choose(extractant, media, cascade, state, room, places, scale, tolerance)
        steps += taken
    if tolerance > STEP:
        return 1.0, steps, status
    if status != CONVERGED:
        lay_pipes(cascade, 0.0, 0.0, room)
    error = imbalance(media, cascade, state, room)
    if status == CONVERGED and not error <= 1e-12:
        status = OUT_OF_STEPS
    if status == CONVERGED:
        for i in range(N):
            if state.aqueous[i, cascade.base] < 0.0:  # EXACT took more base away than there was
                status = UNREACHABLE
    return error, steps, status


@within.kernel
def _settle_folded(places, numbers, start, answer, integers, space):
    """Fill the answer to a folded row; integers (3 N,), space: room."""
    extractant, media, given = unfold_row(places, numbers)
    N, M = given.aqueous_source.shape
    room = room_in(part(space, 14 * N, (space.shape[0] - 14 * N,)), part(integers, 0, (2 * N,)), N, M)
    state = state_in(answer, space, N, M)
    warm = start.shape[1] == N
    if warm:
        for r in range(2):
            for i in range(N):
                state.sought[r, i] = start[r, i]
    control = part(integers, 2 * N, (N,))  # of our own, since some are changed on the way where a dose is sought
    for i in range(N):
        control[i] = given.control[i]
    cascade = Cascade(
        given.flows,
        given.aqueous_source,
        given.organic_source,
        given.unit_total,
        given.efficiency,
        control,
        given.ln_target,
        given.base,
        given.charge,
    )
    work = part(space, 4 * N, (5, 2, N))
    answer[ERROR], answer[STEPS], answer[STATUS] = settle_cascade(
        extractant, media, cascade, state, room, work, warm, STEP
    )


@kernel
def solve_cascade(places: np.ndarray, numbers: np.ndarray, start: np.ndarray):
    """The steady state of a row of mixer-settlers.

    places, numbers: see `cascade_fold`. start: (2, N), what was sought in a row near this one, or (2, 0) to start from
    nothing. What is handed over are plain arrays, since named tuples take longer than many a row. Answers an array, see
    `cascade_fold`. Its error is the largest relative imbalance of cations, extractant and charge; CONVERGED promises 1e-12
    of it. EXACT that would take base away answers UNREACHABLE.
    """
    N, M = places[STAGES], places[CATIONS]
    answer = np.zeros(size_of_answer(N, M))
    space = np.empty(14 * N + size_of_room(N, M))
    _settle_folded(places, numbers, start, answer, np.empty(3 * N, np.int64), space)
    return answer
