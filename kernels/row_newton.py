"""Newton's method on a row of mixer-settlers: ln E and ln a(H+) of every stage at once.

Given them the chains of the cations answer what stands in each stage, and what a change in any stage does to every
other, so Newton's matrix is known; it is dense, of order 2 N, which up to 50 stages costs less than blocks of the order
of the cations would. The extractant balance is that of the organic that leaves a stage, every cation binding the mean of
its two complexes: so no organic ever carries more than it can, and a stage keeps a unique answer even if the
efficiencies differ (with the balance of the equilibrium organic it may have none).

A stage may be held at a pH by a base. Its unknown is then a number s that stands for both the dose and how far the pH
lies above what is asked,

    dose = d q(s),   ln a(H+) = target - q(-s),   q(s) = (s + sqrt(s^2 + 4 epsilon)) / 2,   epsilon -> 0,

so that base is dosed, or the pH is higher than asked, and never both; epsilon is above 0 only where the corner needs
rounding on the way.

Shapes: N stages, M cations. Sources: Nocedal & Wright (2006) Numerical Optimization, ch. 11 (line search).
"""

import math

import numpy as np

from .chain import (
    EXACT,
    FORWARD,
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
    eliminate_boxes,
    flow_through,
    is_ideal,
    lay_boxes,
    medium_at,
    respond,
)
from .dense import eliminate
from .extraction import medium_charge
from .jit import apart, lean
from .speciation import exponentiate
from .status import CONVERGED, OUT_OF_STEPS, SINGULAR

LOWEST, HIGHEST = -180.0, 6.0
_LONGEST = 3.0


@lean.kernel
def _place(cascade, state, epsilon, dose_scale):
    """Fill point, dose and slope from what is sought."""
    for i in range(cascade.control.shape[0]):
        s = state.sought[1, i]
        state.point[0, i] = state.sought[0, i]
        if cascade.control[i] == NATURAL:
            state.point[1, i] = s
            state.slope[0, i] = 1.0
            state.slope[1, i] = 0.0
        elif cascade.control[i] == EXACT:
            state.point[1, i] = cascade.ln_target[i]
            state.dose[i] = dose_scale * s
            state.slope[0, i] = 0.0
            state.slope[1, i] = dose_scale
        else:
            root = math.sqrt(s * s + 4.0 * epsilon)
            rise = 0.5 if root == 0.0 else 0.5 * (1.0 + s / root)
            if s > 0.0:
                above = 0.5 * (s + root)
                below = epsilon / above
            else:
                below = 0.5 * (root - s)
                above = epsilon / below if below > 0.0 else 0.0
            state.point[1, i] = cascade.ln_target[i] - below
            state.dose[i] = dose_scale * above
            state.slope[0, i] = 1.0 - rise
            state.slope[1, i] = dose_scale * rise


@lean.kernel
def _evaluate(extractant, media, cascade, state, room, ideal):
    """Fill molalities, ratios and residuals (mol/L, mol/kg) at the point and the doses."""
    N, M = state.aqueous.shape
    logs, terms = room.logs, room.terms
    for i in range(N):
        ln_e, ln_h, ln_a = state.point[0, i], state.point[1, i], media.ln_anion[i]
        for j in range(M):
            held = media.ln_share[i, j] + extractant.anions[j] * ln_a - extractant.protons[j] * ln_h
            logs[i * M + j] = extractant.ln_k[j, 0] + extractant.units[j, 0] * ln_e + held
            logs[(N + i) * M + j] = extractant.ln_k[j, 1] + extractant.units[j, 1] * ln_e + held
    exponentiate(logs, terms)
    for i in range(N):
        for j in range(M):
            one, two = terms[i * M + j], terms[(N + i) * M + j]
            m, n = extractant.units[j, 0], extractant.units[j, 1]
            share = 1.0 / (one + two)
            room.ratio[i, j] = one + two
            room.mean[i, j] = (m * one + n * two) * share
            room.spread[i, j] = one * share * two * share * (m - n) * (m - n)
    width = 1 if ideal else 3
    boxes = N if ideal else 2 * N
    lay_boxes(room.flows, cascade.efficiency, room, ideal)
    eliminate_boxes(room, boxes, width)
    source = room.source
    for i in range(N):
        for j in range(M):
            if ideal:
                source[i, j] = room.sources[0, i, j] + room.sources[1, i, j]
            else:
                part = cascade.efficiency[j] * room.sources[1, i, j]
                source[2 * i, j] = room.sources[0, i, j] + part
                source[2 * i + 1, j] = room.sources[1, i, j] - part
        if cascade.control[i] != NATURAL:
            source[i if ideal else 2 * i, cascade.base] += state.dose[i] / cascade.charge[cascade.base]
    flow_through(room, boxes, width)
    for i in range(N):
        flows = room.flows[i]
        per_oil = 1.0 / (flows[ORGANIC_BACK] + flows[ORGANIC_FORWARD] + flows[ORGANIC_OUT])
        charge, slope, _ = medium_charge(medium_at(media, i), state.point[1, i])
        bound = math.exp(state.point[0, i]) - cascade.unit_total[i]
        for j in range(M):
            if ideal:
                state.aqueous[i, j] = source[i, j] * room.share[i, j]
                state.organic[i, j] = room.ratio[i, j] * state.aqueous[i, j]
            else:
                state.aqueous[i, j] = source[2 * i, j] * room.share[i, j]
                state.organic[i, j] = source[2 * i + 1, j] * per_oil
            bound += room.mean[i, j] * state.organic[i, j]
            charge += extractant.protons[j] * state.aqueous[i, j]
        state.residual[i] = bound
        state.residual[N + i] = charge
        room.slope[i] = slope


@lean.kernel
def _add_up(extractant, state, room, j, ideal):
    """Add what the answers of cation j to a change of ln D in each stage do to Newton's matrix."""
    N = state.aqueous.shape[0]
    matrix, answer, mean = room.matrix, room.answer, room.mean_of[j]
    p = extractant.protons[j]
    for i in range(N):
        dx, by_mean = room.share[i, j], room.mean[i, j]
        if ideal:
            aqueous, organic = answer[i], answer[i]
            dy = dx * room.ratio[i, j]
        else:
            aqueous, organic = answer[2 * i], answer[2 * i + 1]
            flows = room.flows[i]
            dy = 1.0 / (flows[ORGANIC_BACK] + flows[ORGANIC_FORWARD] + flows[ORGANIC_OUT])
        row, other = matrix[i], matrix[N + i]
        a, b = by_mean * dy, p * dx
        for k in range(N):
            row[k] += a * organic[k] * mean[k]
            row[N + k] -= a * p * organic[k]
        for k in range(N):
            other[k] += b * aqueous[k] * mean[k]
            other[N + k] -= b * p * aqueous[k]
        if ideal:
            row[i] += by_mean * state.organic[i, j] * by_mean
            row[N + i] -= by_mean * state.organic[i, j] * p
        row[i] += room.spread[i, j] * state.organic[i, j]


@lean.kernel
def _differentiate(extractant, cascade, state, room, ideal):
    """Fill matrix, the derivatives of the residuals by what is sought, at the last `_evaluate`."""
    N, M = state.aqueous.shape
    matrix, answer, flows = room.matrix, room.answer, room.flows
    width = 1 if ideal else 3
    boxes = N if ideal else 2 * N
    for r in range(2 * N):
        for k in range(2 * N):
            matrix[r, k] = 0.0
    for i in range(N):
        matrix[i, i] = math.exp(state.point[0, i])
        matrix[N + i, N + i] = room.slope[i]
        for j in range(M):
            room.mean_of[j, i] = room.mean[i, j]
    held = False
    for i in range(N):
        held = held or cascade.control[i] != NATURAL
    for j in range(M):
        for s in range(boxes):
            for k in range(N):
                answer[s, k] = 0.0
        for k in range(N):
            # One unit of d ln D moves this much from the liquor to the organic of stage k.
            if ideal:
                y = state.organic[k, j]
                oil = flows[k, ORGANIC_BACK] + flows[k, ORGANIC_FORWARD] + flows[k, ORGANIC_OUT]
                answer[k, k] = -oil * y
                if k > 0:
                    answer[k - 1, k] = flows[k, ORGANIC_BACK] * y
                if k < N - 1:
                    answer[k + 1, k] = flows[k, ORGANIC_FORWARD] * y
            else:
                oil = flows[k, ORGANIC_BACK] + flows[k, ORGANIC_FORWARD] + flows[k, ORGANIC_OUT]
                moved = cascade.efficiency[j] * oil * room.ratio[k, j] * state.aqueous[k, j]
                answer[2 * k, k] = -moved
                answer[2 * k + 1, k] = moved
        respond(room, j, boxes, width)
        _add_up(extractant, state, room, j, ideal)
    if held:
        _by_dose(extractant, cascade, state, room, ideal)


@lean.kernel
def _by_dose(extractant, cascade, state, room, ideal):
    """Put what a dose does in the place of what ln a(H+) does, where the pH is held."""
    N = state.aqueous.shape[0]
    matrix, answer = room.matrix, room.answer
    width = 1 if ideal else 3
    boxes = N if ideal else 2 * N
    b = cascade.base
    for s in range(boxes):
        for k in range(N):
            answer[s, k] = 0.0
    for k in range(N):
        answer[k if ideal else 2 * k, k] = 1.0 / cascade.charge[b]
    respond(room, b, boxes, width)
    p = extractant.protons[b]
    for k in range(N):
        if cascade.control[k] == NATURAL:
            continue
        for i in range(N):
            flows = room.flows[i]
            if ideal:
                dx = answer[i, k] * room.share[i, b]
                dy = dx * room.ratio[i, b]
            else:
                dx = answer[2 * i, k] * room.share[i, b]
                dy = answer[2 * i + 1, k] / (flows[ORGANIC_BACK] + flows[ORGANIC_FORWARD] + flows[ORGANIC_OUT])
            matrix[i, N + k] = state.slope[0, k] * matrix[i, N + k] + state.slope[1, k] * room.mean[i, b] * dy
            matrix[N + i, N + k] = state.slope[0, k] * matrix[N + i, N + k] + state.slope[1, k] * p * dx


@lean.kernel
def _merit(cascade, residual, scale):
    """Half the sum of squares of the scaled residuals, and the largest of them."""
    N = cascade.unit_total.shape[0]
    total = 0.0
    largest = 0.0
    for i in range(N):
        r = residual[i] / cascade.unit_total[i]
        total += 0.5 * r * r
        largest = max(largest, abs(r))
        r = residual[N + i] / scale
        total += 0.5 * r * r
        largest = max(largest, abs(r))
    return total, largest


@apart(
    *(NO_EXTRACTANT, NO_MEDIA, NO_CASCADE, NO_STATE, NO_ROW_ROOM, 0.0, 0.0, 0.0, 0, 0),
    answers=(0.0, 0, 0),
)
@lean.kernel
def newton_cascade(extractant, media, cascade, state, room, scale, epsilon, tolerance, most, patience):
    """Newton's method from what is sought, which it overwrites, between the flows and sources of `room`.

    scale: of charge, mol/kg. epsilon: of the held pH. tolerance: of the step. most: steps. patience: slow steps in a row
    that end it. Answers (largest scaled residual, steps, status).
    """
    N = state.aqueous.shape[0]
    ideal = is_ideal(cascade.efficiency)
    dose_scale = scale * (cascade.flows[0, FORWARD] + cascade.flows[0, OUT])
    slow = 0
    steps = 0
    status = OUT_OF_STEPS
    _place(cascade, state, epsilon, dose_scale)
    _evaluate(extractant, media, cascade, state, room, ideal)
    before, largest = _merit(cascade, state.residual, scale)
    while steps < most and slow < patience and status == OUT_OF_STEPS:
        steps += 1
        _differentiate(extractant, cascade, state, room, ideal)
        for r in range(2 * N):
            # rows in the units of their merit, so that pivots compare
            inverse = 1.0 / (cascade.unit_total[r] if r < N else scale)
            room.step[r] = -state.residual[r] * inverse
            for k in range(2 * N):
                room.matrix[r, k] *= inverse
        if not eliminate(room.matrix, room.step, 2 * N):
            status = SINGULAR
            break
        size = 0.0
        for r in range(2 * N):
            size = max(size, abs(room.step[r]))
        if not size < np.inf:
            status = SINGULAR
            break
        for i in range(N):
            room.kept[0, i] = state.sought[0, i]
            room.kept[1, i] = state.sought[1, i]
        fraction = min(1.0, _LONGEST / size)
        merit = np.inf
        for _ in range(9):
            for i in range(N):
                state.sought[0, i] = min(max(room.kept[0, i] + fraction * room.step[i], LOWEST), HIGHEST)
                state.sought[1, i] = min(max(room.kept[1, i] + fraction * room.step[N + i], LOWEST), -LOWEST)
            _place(cascade, state, epsilon, dose_scale)
            _evaluate(extractant, media, cascade, state, room, ideal)
            merit, largest = _merit(cascade, state.residual, scale)
            if merit <= (1.0 - 2e-4 * fraction) * before:
                break
            if fraction == 1.0 and size < 1e-6 and merit < 1e-24:
                # So near the answer a full step would have helped, if rounding had not taken over.
                status = CONVERGED
                break
            fraction *= 0.35
        if fraction == 1.0 and size < tolerance and largest < 100.0 * tolerance * tolerance:
            status = CONVERGED
        slow = slow + 1 if (fraction < 0.1 or merit > 0.8 * before) else 0
        before = merit
    return largest, steps, status
