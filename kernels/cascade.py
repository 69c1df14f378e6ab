"""Mixer-settlers in any row: extraction, scrubbing, stripping and regeneration are all this one kernel.

Liquor and organic go from stage to stage as `flows` says: forward, back (droplets carried over by the other liquid), or
out. Whatever enters from outside enters as a source of its stage, so a counter-current or cross-current row, side feeds
and bleeds are the same problem. Liquors are counted by their water.

Per stage the unknowns are ln E and ln a(H+) alone, with the balances of extractant and of charge as equations. Given
them the balances of cations are linear, and are solved exactly at every iterate: as the throughputs of a chain of boxes,
eliminated without one subtraction (Grassmann, Taksar and Heyman 1985, Oper. Res. 33, 1107). Molalities are therefore
never negative, and balances close to round-off whether or not the iteration has converged. The same elimination gives
the response of every stage to a change in any other, and so Newton's matrix; it is dense, of order 2 N, which up to 50
stages costs less than blocks of the order of the cations would.

Where all stages are ideal a stage is one box, and the chain a band of three. Otherwise box 2 i (mixed) takes all liquor
entering stage i and the share `efficiency` of each cation in the organic entering it; box 2 i + 1 (organic) takes the
rest and what the mixed box extracts. So y = y_in + efficiency (D x - y_in), Murphree's organic efficiency, with y_in the
mean of the organic that enters. The extractant balance is that of the organic that leaves, every cation binding the mean
of its two complexes: so no organic ever carries more than it can, and a stage keeps a unique answer even if the
efficiencies differ (with the balance of the equilibrium organic it may have none).

A stage may be held at a pH by a base. Its unknown is then a number s that stands for both the dose and how far the pH
lies above what is asked,

    dose = d q(s),   ln a(H+) = target - q(-s),   q(s) = (s + sqrt(s^2 + 4 epsilon)) / 2,   epsilon -> 0,

so that base is dosed, or the pH is higher than asked, and never both; epsilon is above 0 only where the corner needs
rounding on the way.

What globalises it: a line search with fixed scales; else continuation from strong back-mixing between stages (one
mixed contact, whose convex problem `meet` solves from anywhere) to none; else implicit steps in time; and last, where base
is dosed, trying which stages it goes to.

Shapes: N stages, M cations, L ligands, B boxes. mol per kg of water, mol per L of organic; kg, L and mol per time.
"""

import math
from typing import NamedTuple

import numpy as np

from .dense import eliminate
from .extraction import Contact, Extractant, Medium, charge_scale, distribution, medium_charge, meet, meet_held
from .jit import apart, kernel, lean
from .speciation import exponentiate
from .status import CONVERGED, DRY, OUT_OF_STEPS, OVERLOADED, SINGULAR, STARVED, UNREACHABLE

# columns of Cascade.flows
FORWARD, BACK, OUT, ORGANIC_BACK, ORGANIC_FORWARD, ORGANIC_OUT = 0, 1, 2, 3, 4, 5
# how a stage is controlled
NATURAL, AT_LEAST, EXACT = 0, 1, 2
_LOWEST, _HIGHEST = -180.0, 6.0
_LONGEST = 3.0
_ROUNDING = 1e-12
_MOST_STEPS = 6000
_TOLERANCE = 1e-7  # of the last step; the residuals that it leaves are looked at beside


class Media(NamedTuple):
    """The `Medium` of each stage, by rows: (N, M), (N,), (N, L), (L,), (N, L, 3), (N, 3)."""

    ln_share: np.ndarray
    ln_anion: np.ndarray
    ligand_total: np.ndarray
    ligand_charge: np.ndarray
    ligand_beta: np.ndarray
    whole: np.ndarray


class Cascade(NamedTuple):
    """A row of mixer-settlers.

    flows: (N, 6): kg of water that leave a stage to the next, to the one before, and out; L of organic that leave it to
        the one before, to the next, and out. To the one before the first and the next after the last, none.
    aqueous_source, organic_source: (N, M), mol of each cation that enter from outside in either liquid.
    unit_total: (N,), mol/L of extractant in units, free and bound.
    efficiency: (M,), Murphree's, 0 to 1.
    control: (N,), NATURAL, AT_LEAST (dosed if needed) or EXACT (dose of either sign). ln_target: (N,), ln a(H+).
    base: index of the cation whose hydroxide is dosed; charge: (M,).
    """

    flows: np.ndarray
    aqueous_source: np.ndarray
    organic_source: np.ndarray
    unit_total: np.ndarray
    efficiency: np.ndarray
    control: np.ndarray
    ln_target: np.ndarray
    base: int
    charge: np.ndarray


class State(NamedTuple):
    """Where the iteration stands.

    sought (2, N): ln E; ln a(H+), or s where the pH is held. point (2, N): ln E, ln a(H+). dose (N,), mol of hydroxide.
    slope (2, N): of ln a(H+) and of dose by s. aqueous, organic (N, M). residual (2 N,).
    """

    sought: np.ndarray
    point: np.ndarray
    dose: np.ndarray
    slope: np.ndarray
    aqueous: np.ndarray
    organic: np.ndarray
    residual: np.ndarray


class Room(NamedTuple):
    """Arrays made once.

    logs, terms (2 N M,): of each complex. ratio, mean, spread (N, M): D, and mean and variance of its units.
    mean_of (M, N). band (B, 7, M): shares of a box's throughput that go 3 boxes back to 3 on, eliminated. out, inverse,
    source (B, M). share (N, M): of a mixed box's throughput, by molality. answer (B, N): to each stage.
    matrix (2 N, 2 N). step (2 N,). kept (2, N). held (2, N, M): where time begins. flows (N, 6), sources (2, N, M):
    those given, with what the continuation adds. slope (N,): of the charge of a medium.
    """

    logs: np.ndarray
    terms: np.ndarray
    ratio: np.ndarray
    mean: np.ndarray
    spread: np.ndarray
    mean_of: np.ndarray
    band: np.ndarray
    out: np.ndarray
    inverse: np.ndarray
    source: np.ndarray
    share: np.ndarray
    answer: np.ndarray
    matrix: np.ndarray
    step: np.ndarray
    kept: np.ndarray
    held: np.ndarray
    flows: np.ndarray
    sources: np.ndarray
    slope: np.ndarray


_NONE1, _NONE2, _NONE3, _NO_INTS = np.zeros(1), np.zeros((1, 1)), np.zeros((1, 1, 1)), np.zeros(1, np.int64)
NO_EXTRACTANT = Extractant(_NONE2, _NONE2, _NONE1, _NONE1)
NO_MEDIA = Media(_NONE2, _NONE1, _NONE2, _NONE1, _NONE3, _NONE2)
NO_CASCADE = Cascade(_NONE2, _NONE2, _NONE2, _NONE1, _NONE1, _NO_INTS, _NONE1, 0, _NONE1)
NO_STATE = State(_NONE2, _NONE2, _NONE1, _NONE2, _NONE2, _NONE2, _NONE1)
NO_CHAIN_ROOM = Room(
    *(_NONE1, _NONE1, _NONE2, _NONE2, _NONE2, _NONE2, _NONE3, _NONE2, _NONE2, _NONE2, _NONE2, _NONE2),
    *(_NONE2, _NONE1, _NONE2, _NONE3, _NONE2, _NONE3, _NONE1),
)


@kernel
def blank_state(stages, cations):
    """Answer a State for so many stages and cations."""
    return State(
        np.zeros((2, stages)),
        np.zeros((2, stages)),
        np.zeros(stages),
        np.zeros((2, stages)),
        np.zeros((stages, cations)),
        np.zeros((stages, cations)),
        np.zeros(2 * stages),
    )


@kernel
def blank_room(stages, cations):
    """Answer Room for so many stages and cations."""
    boxes = 2 * stages
    return Room(
        np.empty(2 * stages * cations),
        np.empty(2 * stages * cations),
        np.zeros((stages, cations)),
        np.zeros((stages, cations)),
        np.zeros((stages, cations)),
        np.zeros((cations, stages)),
        np.zeros((boxes, 7, cations)),
        np.zeros((boxes, cations)),
        np.zeros((boxes, cations)),
        np.zeros((boxes, cations)),
        np.zeros((stages, cations)),
        np.zeros((boxes, stages)),
        np.zeros((boxes, boxes)),
        np.zeros(boxes),
        np.zeros((2, stages)),
        np.zeros((2, stages, cations)),
        np.zeros((stages, 6)),
        np.zeros((2, stages, cations)),
        np.zeros(stages),
    )


@lean.kernel
def medium_at(media, i):
    """The Medium of stage i."""
    return Medium(
        media.ln_share[i],
        media.ln_anion[i],
        media.ligand_total[i],
        media.ligand_charge,
        media.ligand_beta[i],
        media.whole[i],
    )


@lean.kernel
def _lay_pipes(cascade, mixing, drain, room):
    """Fill flows and sources, with `mixing` times each flow exchanged between neighbours, `drain` times it let out."""
    flows, N = room.flows, cascade.flows.shape[0]
    for i in range(N):
        water = cascade.flows[i, FORWARD] + cascade.flows[i, BACK] + cascade.flows[i, OUT]
        oil = cascade.flows[i, ORGANIC_BACK] + cascade.flows[i, ORGANIC_FORWARD] + cascade.flows[i, ORGANIC_OUT]
        for k in range(6):
            flows[i, k] = cascade.flows[i, k]
        flows[i, OUT] += drain * water
        flows[i, ORGANIC_OUT] += drain * oil
        for j in range(cascade.efficiency.shape[0]):
            room.sources[0, i, j] = cascade.aqueous_source[i, j] + drain * water * room.held[0, i, j]
            room.sources[1, i, j] = cascade.organic_source[i, j] + drain * oil * room.held[1, i, j]
    if mixing > 0.0:
        water = mixing * (cascade.flows[0, FORWARD] + cascade.flows[0, OUT])
        last = N - 1
        oil = mixing * (cascade.flows[last, ORGANIC_BACK] + cascade.flows[last, ORGANIC_OUT])
        for i in range(last):
            flows[i, FORWARD] += water
            flows[i + 1, BACK] += water
            flows[i, ORGANIC_FORWARD] += oil
            flows[i + 1, ORGANIC_BACK] += oil


@lean.kernel
def _lay_boxes(flows, efficiency, room, ideal):
    """Fill band and out before elimination, and share."""
    N, M = room.ratio.shape
    band, out, ratio = room.band, room.out, room.ratio
    for i in range(N):
        va = flows[i, FORWARD] + flows[i, BACK] + flows[i, OUT]
        vo = flows[i, ORGANIC_BACK] + flows[i, ORGANIC_FORWARD] + flows[i, ORGANIC_OUT]
        if ideal:
            for j in range(M):
                room.share[i, j] = 1.0 / (va + vo * ratio[i, j])
            for j in range(M):
                d, share = ratio[i, j], room.share[i, j]
                out[i, j] = (flows[i, OUT] + flows[i, ORGANIC_OUT] * d) * share
                band[i, 2, j] = (flows[i, BACK] + flows[i, ORGANIC_BACK] * d) * share
                band[i, 4, j] = (flows[i, FORWARD] + flows[i, ORGANIC_FORWARD] * d) * share
            continue
        s = 2 * i
        per_oil = 1.0 / vo
        for k in range(7):
            for j in range(M):
                band[s, k, j] = 0.0
                band[s + 1, k, j] = 0.0
        for j in range(M):
            extracting = efficiency[j] * ratio[i, j] * vo
            share = 1.0 / (va + extracting)
            bypass = 1.0 - efficiency[j]
            room.share[i, j] = share
            band[s, 4, j] = extracting * share
            out[s, j] = share * flows[i, OUT]
            out[s + 1, j] = flows[i, ORGANIC_OUT] * per_oil
            band[s, 5, j] = share * flows[i, FORWARD]
            band[s, 1, j] = share * flows[i, BACK]
            band[s + 1, 4, j] = efficiency[j] * flows[i, ORGANIC_FORWARD] * per_oil
            band[s + 1, 5, j] = bypass * flows[i, ORGANIC_FORWARD] * per_oil
            band[s + 1, 0, j] = efficiency[j] * flows[i, ORGANIC_BACK] * per_oil
            band[s + 1, 1, j] = bypass * flows[i, ORGANIC_BACK] * per_oil


@lean.kernel
def _eliminate_boxes(room, boxes, width):
    """Eliminate the boxes one by one; below, band holds shares by pivots, and inverse one by each pivot."""
    band, out, inverse = room.band, room.out, room.inverse
    M = out.shape[1]
    for s in range(boxes):
        last = min(s + width, boxes - 1)
        for j in range(M):
            inverse[s, j] = out[s, j]
        for t in range(s + 1, last + 1):
            for j in range(M):
                inverse[s, j] += band[s, t - s + 3, j]
        for j in range(M):
            inverse[s, j] = 1.0 / inverse[s, j]
        for a in range(s + 1, last + 1):
            for j in range(M):
                band[a, s - a + 3, j] *= inverse[s, j]
                out[a, j] += band[a, s - a + 3, j] * out[s, j]
            for t in range(s + 1, last + 1):
                if t != a:
                    for j in range(M):
                        band[a, t - a + 3, j] += band[a, s - a + 3, j] * band[s, t - s + 3, j]
        for t in range(s + 1, last + 1):
            for j in range(M):
                band[s, t - s + 3, j] *= inverse[s, j]


@lean.kernel
def _flow_through(room, boxes, width):
    """Turn source (B, M) into the throughput of every box."""
    band, source, inverse = room.band, room.source, room.inverse
    M = source.shape[1]
    for s in range(boxes):
        for t in range(s + 1, min(s + width, boxes - 1) + 1):
            for j in range(M):
                source[t, j] += source[s, j] * band[s, t - s + 3, j]
    for s in range(boxes - 1, -1, -1):
        for j in range(M):
            source[s, j] *= inverse[s, j]
        for a in range(s + 1, min(s + width, boxes - 1) + 1):
            for j in range(M):
                source[s, j] += source[a, j] * band[a, s - a + 3, j]


@lean.kernel
def _answers(room, j, boxes, width):
    """Turn answer (B, N), what each stage sends where, into the throughput of every box, for cation j."""
    band, answer = room.band, room.answer
    N = answer.shape[1]
    for s in range(boxes):
        for t in range(s + 1, min(s + width, boxes - 1) + 1):
            share = band[s, t - s + 3, j]
            for k in range(N):
                answer[t, k] += answer[s, k] * share
    for s in range(boxes - 1, -1, -1):
        inverse = room.inverse[s, j]
        for k in range(N):
            answer[s, k] *= inverse
        for a in range(s + 1, min(s + width, boxes - 1) + 1):
            share = band[a, s - a + 3, j]
            for k in range(N):
                answer[s, k] += answer[a, k] * share


@lean.kernel
def _is_ideal(efficiency):
    """Whether every cation comes to equilibrium in a stage."""
    for j in range(efficiency.shape[0]):
        if efficiency[j] != 1.0:
            return False
    return True


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
    _lay_boxes(room.flows, cascade.efficiency, room, ideal)
    _eliminate_boxes(room, boxes, width)
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
    _flow_through(room, boxes, width)
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
        _answers(room, j, boxes, width)
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
    _answers(room, b, boxes, width)
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
    *(NO_EXTRACTANT, NO_MEDIA, NO_CASCADE, NO_STATE, NO_CHAIN_ROOM, 0.0, 0.0, 0.0, 0, 0),
    answers=(0.0, 0, 0),
)
@lean.kernel
def newton_cascade(extractant, media, cascade, state, room, scale, epsilon, tolerance, most, patience):
    """Newton's method from what is sought, which it overwrites, between the flows and sources of `room`.

    scale: of charge, mol/kg. epsilon: of the held pH. tolerance: of the step. most: steps. patience: slow steps in a row
    that end it. Answers (largest scaled residual, steps, status).
    """
    N = state.aqueous.shape[0]
    ideal = _is_ideal(cascade.efficiency)
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
                state.sought[0, i] = min(max(room.kept[0, i] + fraction * room.step[i], _LOWEST), _HIGHEST)
                state.sought[1, i] = min(max(room.kept[1, i] + fraction * room.step[N + i], _LOWEST), -_LOWEST)
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


@lean.kernel
def _water(cascade):
    """All water that leaves, kg, and all organic, L."""
    water, oil = 0.0, 0.0
    for i in range(cascade.flows.shape[0]):
        water += cascade.flows[i, OUT]
        oil += cascade.flows[i, ORGANIC_OUT]
    return water, oil


@lean.kernel
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
    totals = room.step[:M] if 2 * N >= M else room.logs[:M]
    units = 0.0
    for i in range(N):
        units += cascade.unit_total[i] / N
    for j in range(M):
        totals[j] = 0.0
        for i in range(N):
            totals[j] += cascade.aqueous_source[i, j] + cascade.organic_source[i, j]
    medium = medium_at(media, N - 1)
    ln_e, ln_h, _, _, _ = meet(extractant, medium, Contact(water, oil, units), totals)
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


@apart(NO_EXTRACTANT, NO_MEDIA, NO_CASCADE, NO_STATE, NO_CHAIN_ROOM, _NONE3, 0.0, 0.0, 0.0, answers=(0, 0))
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
    drain = 0.0
    factor = 0.3
    total = 0
    status = OUT_OF_STEPS
    for _ in range(400):
        _lay_pipes(cascade, mixing, drain, room)
        final = mixing == 0.0 and drain == 0.0
        tolerance, patience = least if final else max(least, 1e-4), 8 if method == 0 else 30
        _, steps, status = newton_cascade(
            extractant, media, cascade, state, room, scale, epsilon, tolerance, 60, patience
        )
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
            drain = drain / 4.0 if drain > 1e-5 else 0.0
        else:
            drain = max(4.0 * drain, 1e-4)
            if drain > 1e6:
                break
        status = OUT_OF_STEPS  # of the row as it is
        if total > _MOST_STEPS:
            break
    return total, status


@lean.kernel
def _is_held(cascade):
    """Whether any stage is held at a pH."""
    for i in range(cascade.control.shape[0]):
        if cascade.control[i] != NATURAL:
            return True
    return False


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


@apart(NO_EXTRACTANT, NO_MEDIA, NO_CASCADE, NO_STATE, NO_CHAIN_ROOM, _NONE3, 0.0, 0.0, answers=(0, 0))
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


@lean.kernel
def imbalance(extractant, media, cascade, state, room):
    """Largest relative error of the balances, found anew from the answers and not as the solver found them.

    Cations in every stage and in the whole row; extractant and charge in every stage.
    """
    x, y, f = state.aqueous, state.organic, cascade.flows
    N, M = x.shape
    worst = 0.0
    for j in range(M):
        fed = 0.0
        left = 0.0
        for i in range(N):
            fed += cascade.aqueous_source[i, j] + cascade.organic_source[i, j]
            if j == cascade.base and cascade.control[i] != NATURAL:
                fed += state.dose[i] / cascade.charge[j]
        for i in range(N):
            entering = cascade.aqueous_source[i, j] + cascade.organic_source[i, j]
            if j == cascade.base and cascade.control[i] != NATURAL:
                entering += state.dose[i] / cascade.charge[j]
            leaving = f[i, OUT] * x[i, j] + f[i, ORGANIC_OUT] * y[i, j]
            left += leaving
            leaving += (f[i, FORWARD] + f[i, BACK]) * x[i, j]
            leaving += (f[i, ORGANIC_BACK] + f[i, ORGANIC_FORWARD]) * y[i, j]
            if i > 0:
                entering += f[i - 1, FORWARD] * x[i - 1, j] + f[i - 1, ORGANIC_FORWARD] * y[i - 1, j]
            if i < N - 1:
                entering += f[i + 1, BACK] * x[i + 1, j] + f[i + 1, ORGANIC_BACK] * y[i + 1, j]
            # A trace may fade from stage to stage until the machine cannot hold it.
            if entering > 1e-60 * fed:
                worst = max(worst, abs(leaving / entering - 1.0))
        if fed > 0.0:
            worst = max(worst, abs(left / fed - 1.0))
    for i in range(N):
        medium = medium_at(media, i)
        units = math.exp(state.point[0, i])
        charge = medium_charge(medium, state.point[1, i])[0]
        for j in range(M):
            units += room.mean[i, j] * y[i, j]
            charge += extractant.protons[j] * x[i, j]
        scale = charge_scale(extractant, medium, x[i], 1.0)
        worst = max(worst, abs(units / cascade.unit_total[i] - 1.0), abs(charge) / scale)
    return worst


@apart(NO_EXTRACTANT, NO_MEDIA, NO_CASCADE, NO_STATE, NO_CHAIN_ROOM, _NONE3, True, 0.0, answers=(0.0, 0, 0))
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
    steps = 0
    status = OUT_OF_STEPS
    if warm:
        _lay_pipes(cascade, 0.0, 0.0, room)
        _, steps, status = newton_cascade(extractant, media, cascade, state, room, scale, 0.0, tolerance, 25, 6)
    epsilon = 0.0
    while status != CONVERGED and epsilon < 1e-3:
        _begin(extractant, media, cascade, state, room, water, oil, dose_scale)
        taken, status = _continue(extractant, media, cascade, state, room, places, scale, epsilon, tolerance)
        steps += taken
        if status == CONVERGED and epsilon > 0.0:
            taken, status = _continue(extractant, media, cascade, state, room, places, scale, 0.0, tolerance)
            steps += taken
        epsilon = 1e-6 if epsilon == 0.0 else 10.0 * epsilon
    if status != CONVERGED and _is_held(cascade):
        taken, status = _choose(extractant, media, cascade, state, room, places, scale, tolerance)
        steps += taken
    if tolerance > _TOLERANCE:
        return 1.0, steps, status
    error = imbalance(extractant, media, cascade, state, room)
    if status == CONVERGED and not error <= 1e-12:
        status = OUT_OF_STEPS
    if status == CONVERGED:
        for i in range(N):
            if state.aqueous[i, cascade.base] < 0.0:  # EXACT took more base away than there was
                status = UNREACHABLE
    return error, steps, status


@kernel
def solve_cascade(extractant: Extractant, media: Media, cascade: Cascade, start: np.ndarray):
    """The steady state of a row of mixer-settlers.

    start: (2, N), what was sought in a row near this one, or (2, 0) to start from nothing.
    Answers (aqueous (N, M) mol/kg, organic (N, M) mol/L, sought (2, N), point (2, N), dose (N,) mol of hydroxide, error,
    steps, status). The error is the largest relative imbalance of cations, extractant and charge; CONVERGED promises
    1e-12 of it. EXACT that would take base away answers UNREACHABLE.
    """
    N, M = cascade.aqueous_source.shape
    state = blank_state(N, M)
    room = blank_room(N, M)
    places = np.zeros((5, 2, N))
    warm = start.shape[1] == N
    if warm:
        state.sought[:, :] = start
    own = Cascade(
        cascade.flows,
        cascade.aqueous_source,
        cascade.organic_source,
        cascade.unit_total,
        cascade.efficiency,
        cascade.control.copy(),
        cascade.ln_target.copy(),
        cascade.base,
        cascade.charge,
    )
    error, steps, status = settle_cascade(extractant, media, own, state, room, places, warm, _TOLERANCE)
    return state.aqueous, state.organic, state.sought, state.point, state.dose, error, steps, status
