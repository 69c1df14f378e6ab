"""The chain of boxes that a row of mixer-settlers is to each cation, solved without one subtraction.

Where all stages are ideal a stage is one box, and the chain a band of three. Otherwise box 2 i (mixed) takes all liquor
entering stage i and the share `efficiency` of each cation in the organic entering it; box 2 i + 1 (organic) takes the
rest and what the mixed box extracts. So y = y_in + efficiency (D x - y_in), Murphree's organic efficiency, with y_in the
mean of the organic that enters. Throughputs of boxes are found by elimination that adds and multiplies only, so they are
never negative and balances close to round-off.

Shapes: N stages, M cations, L ligands, B boxes. mol per kg of water, mol per L of organic; kg, L and mol per time.
Sources: Grassmann, Taksar and Heyman (1985) Oper. Res. 33, 1107 (elimination).
"""

from typing import NamedTuple

import numpy as np

from .extraction import Extractant, Medium
from .jit import kernel, lean

# columns of Cascade.flows
FORWARD, BACK, OUT, ORGANIC_BACK, ORGANIC_FORWARD, ORGANIC_OUT = 0, 1, 2, 3, 4, 5
# how a stage is controlled
NATURAL, AT_LEAST, EXACT = 0, 1, 2


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
NO_ROW_ROOM = Room(
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
def lay_pipes(cascade, mixing, drain, room):
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
def lay_boxes(flows, efficiency, room, ideal):
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
def eliminate_boxes(room, boxes, width):
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
def flow_through(room, boxes, width):
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
def respond(room, j, boxes, width):
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
def is_ideal(efficiency):
    """Whether every cation comes to equilibrium in a stage."""
    for j in range(efficiency.shape[0]):
        if efficiency[j] != 1.0:
            return False
    return True
