"""Newton's method for the media of a row: what the media will be told once the row has moved to meet what they are told now.

`settle_cascade` brings a row to rest for media that are held, and the speciation of the stages then tells other media. Here
the row's balances are taken to first order, with media that answer to what stands in a stage: every cation's activity to
the totals of all components and to a(H+), and so do the protons that the liquor holds. The change that makes these balances
good tells the media which the next turn begins with.

Unknown are, of every stage, the changes of ln of the cations' molalities, of ln E, of s (as of `row_newton`), where the
stages are not ideal of ln of what the organic holds, and where base is dosed of ln of the water that leaves and of ln of the
molalities of what is not extracted. Neighbours alone are coupled, so the system is one of blocks.

Shapes: N stages, M cations, Q inert components that the dose moves (0 where none is dosed), B unknowns of a stage: M + 2,
M more where stages are not ideal, and 1 + Q more where base is dosed.
Sources: Golub & Van Loan (2013) Matrix Computations, 4th ed., section 4.5 (block tridiagonal systems).
"""

import math
from typing import NamedTuple

import numpy as np

from .chain import (
    BACK,
    FORWARD,
    LIQUID,
    MEAN,
    ORGANIC_BACK,
    ORGANIC_FORWARD,
    OUT,
    RATIO,
    SPREAD,
    organic_of,
    page_of,
)
from .dense import eliminate_columns
from .jit import kernel, lean
from .lanes import WIDTH
from .speciation import MOLES_PER_KG

_NOTHING = 1e-250


class Correction(NamedTuple):
    """Room for the system, and its answer.

    change (N, B): of the unknowns. moved (M + 1 + Q,): those of a stage that its liquor answers to, as the columns of its
    response. molality (N, M): of all of each cation; inert (N, Q). response (N, M + 2, M + 1 + Q): as of `respond`, of each
    stage. lag (N, M + 1): of ln of the active shares of cations and of ln of the anion's activity. charge_lag (N,), mol/kg.
    above (N, B, B + 1): what is left of the block above the diagonal, and of the right-hand side, after elimination. own,
    before (B, B), right (B, B + 1): of the stage at work. rise (N, M, M + 3 + Q): ln of the equilibrium's organic by ln x, ln E
    and s, what it lags, and by the inert. columns (C + 1, M + 1 + Q): room of `respond`. organic, water: where in a block
    the unknowns of the organic begin and those of water and the inert, 0 where there are none.
    """

    change: np.ndarray
    moved: np.ndarray
    molality: np.ndarray
    inert: np.ndarray
    response: np.ndarray
    lag: np.ndarray
    charge_lag: np.ndarray
    above: np.ndarray
    own: np.ndarray
    before: np.ndarray
    right: np.ndarray
    rise: np.ndarray
    columns: np.ndarray
    organic: int
    water: int


_N1, _N2, _N3 = np.zeros(1), np.zeros((1, 1)), np.zeros((1, 1, 1))
NO_CORRECTION = Correction(*(_N2, _N1, _N2, _N2, _N3, _N2, _N1), *(_N3, _N2, _N2, _N2, _N3, _N2, 0, 0))


@kernel
def blank_correction(stages, cations, inert, components, ideal, dosed):
    """Answer Correction for so many stages, cations, inert and other components of the liquor."""
    organic = 0 if ideal else cations + 2
    unknowns = cations + 2 if ideal else 2 * cations + 2
    water = 0
    if dosed:
        water = unknowns
        unknowns += 1 + inert
    else:
        inert = 0
    wide = cations + 1 + inert
    return Correction(
        np.zeros((stages, unknowns)),
        np.zeros(wide),
        np.zeros((stages, cations)),
        np.zeros((stages, inert)),
        np.zeros((stages, cations + 2, wide)),
        np.zeros((stages, cations + 1)),
        np.zeros(stages),
        np.zeros((stages, unknowns, unknowns + 1)),
        np.zeros((unknowns, unknowns)),
        np.zeros((unknowns, unknowns)),
        np.zeros((unknowns, unknowns + 1)),
        np.zeros((stages, cations, wide + 2)),
        np.zeros((components + 1, wide)),
        organic,
        water,
    )


@lean.kernel
def _part(table, stages, part, i, j):
    """The number of a part of the table of a row, of stage i and cation j."""
    return table[j // WIDTH * page_of(stages) + part * stages + i, j % WIDTH]


@lean.kernel
def _rise(extractant, state, table, room, i):
    """Fill rise of stage i."""
    N, M = state.aqueous.shape
    rise, response = room.rise[i], room.response[i]
    for j in range(M):
        anions = extractant.anions[j]
        for k in range(M):
            rise[j, k] = response[j, k] + anions * response[M, k]
        by_proton = response[j, M] + anions * response[M, M] - extractant.protons[j]
        rise[j, M] = _part(table, N, MEAN, i, j)
        rise[j, M + 1] = state.slope[0, i] * by_proton
        rise[j, M + 2] = room.lag[i, j] + anions * room.lag[i, M]
        for q in range(room.inert.shape[1]):
            rise[j, M + 3 + q] = response[j, M + 1 + q] + anions * response[M, M + 1 + q]


@lean.kernel
def _add_rise(room, i, block, row, j, factor):
    """Add factor times the change of ln of the equilibrium's organic of stage i to a row of a block and its right-hand side."""
    M, Q, water = room.molality.shape[1], room.inert.shape[1], room.water
    rise = room.rise[i]
    for k in range(M + 2):
        block[row, k] += factor * rise[j, k]
    for q in range(Q):
        block[row, water + 1 + q] += factor * rise[j, M + 3 + q]
    room.right[row, room.right.shape[0]] -= factor * rise[j, M + 2]


@lean.kernel
def _add_organic(room, i, block, row, j, factor):
    """Add factor times the change of ln of the organic of stage i to a row of a block and its right-hand side."""
    organic = room.organic
    if organic > 0:
        block[row, organic + j] += factor
    else:
        _add_rise(room, i, block, row, j, factor)


@lean.kernel
def _fill_balance(circuit, cascade, state, room, i, j):
    """Fill the row of the balance of cation j, and that of how far the organic gets towards equilibrium with it."""
    f, organic, wet = cascade.flows, room.organic, room.water
    N = state.aqueous.shape[0]
    x, y = room.molality[i, j], state.organic[i, j]
    water, oil = f[i, FORWARD] + f[i, BACK] + f[i, OUT], organic_of(f, i)
    leaving = water * x + oil * y
    own, before, right = room.own, room.before, room.right
    if not leaving > _NOTHING:
        own[j, j] = 1.0
        if organic > 0:
            own[organic + j, organic + j] = 1.0
        return
    scale = 1.0 / leaving
    own[j, j] += water * x * scale
    _add_organic(room, i, own, j, j, oil * y * scale)
    if j == cascade.base:
        own[j, room.molality.shape[1] + 1] -= state.slope[1, i] / cascade.charge[j] * scale
    if wet > 0:
        own[j, wet] += water * x * scale
    if i > 0:
        ahead = f[i - 1, FORWARD] * room.molality[i - 1, j] * scale
        before[j, j] -= ahead
        brought = f[i - 1, ORGANIC_FORWARD] * state.organic[i - 1, j] * scale
        if brought > 0.0:
            _add_organic(room, i - 1, before, j, j, -brought)
        if wet > 0:
            before[j, wet] -= _passed_on(circuit, f, i - 1) * room.molality[i - 1, j] * scale
    if i < N - 1:
        right[j, j] -= f[i + 1, BACK] * room.molality[i + 1, j] * scale
        _add_organic(room, i + 1, right, j, j, -f[i + 1, ORGANIC_BACK] * state.organic[i + 1, j] * scale)


@lean.kernel
def _passed_on(circuit, flows, i):
    """The part of all water that leaves stage i which goes to the next stage more where there is more of it."""
    return (flows[i, FORWARD] + flows[i, BACK] + flows[i, OUT]) * (1.0 - circuit.bleed[i])


@lean.kernel
def _fill_efficiency(cascade, state, table, room, i, j):
    """Fill the row that says how far the organic of stage i gets towards equilibrium with cation j."""
    N = state.aqueous.shape[0]
    f, row = cascade.flows, room.organic + j
    leaving = organic_of(f, i) * state.organic[i, j]
    if not leaving > _NOTHING:
        room.own[row, row] = 1.0
        return
    efficiency = cascade.efficiency[j]
    reached = _part(table, N, RATIO, i, j) * _part(table, N, LIQUID, i, j)
    room.own[row, row] += 1.0
    _add_rise(room, i, room.own, row, j, -efficiency * organic_of(f, i) * reached / leaving)
    if i > 0:
        brought = f[i - 1, ORGANIC_FORWARD] * state.organic[i - 1, j]
        room.before[row, row] -= (1.0 - efficiency) * brought / leaving
    if i < N - 1:
        brought = f[i + 1, ORGANIC_BACK] * state.organic[i + 1, j]
        room.right[row, row] -= (1.0 - efficiency) * brought / leaving


@lean.kernel
def _fill_whole(extractant, cascade, state, table, places, inert, room, i):
    """Fill the rows of the extractant and of the charge of stage i."""
    N = state.aqueous.shape[0]
    M, Q, wet = room.molality.shape[1], room.inert.shape[1], room.water
    own, response, units = room.own, room.response[i], cascade.unit_total[i]
    own[M, M] += math.exp(state.point[0, i]) / units
    size = 1e-300
    for j in range(M):
        held = state.organic[i, j] / units
        own[M, M] += _part(table, N, SPREAD, i, j) * held
        _add_organic(room, i, own, M, j, _part(table, N, MEAN, i, j) * held)
        own[M + 1, j] = extractant.protons[j] * room.molality[i, j] + response[M + 1, j]
        size = max(size, abs(own[M + 1, j]))
    size = max(size, abs(response[M + 1, M]))
    own[M + 1, M + 1] = state.slope[0, i] * response[M + 1, M]
    for q in range(Q):
        charge = places.component_charge[inert[q]] * room.inert[i, q]
        own[M + 1, wet + 1 + q] = charge + response[M + 1, M + 1 + q]
    for k in range(own.shape[0]):
        own[M + 1, k] /= size
    room.right[M + 1, own.shape[0]] = -room.charge_lag[i] / size


@lean.kernel
def _fill_water(circuit, cascade, state, dosed, inert, room, i):
    """Fill the rows of the water and of the inert components of stage i; the flows were laid for the doses `dosed`."""
    M, Q, wet = room.molality.shape[1], room.inert.shape[1], room.water
    f, own, before = cascade.flows, room.own, room.before
    water = f[i, FORWARD] + f[i, BACK] + f[i, OUT]
    B, besides = own.shape[0], state.dose[i] - dosed[i]
    own[wet, wet] = 1.0
    room.right[wet, B] = besides * circuit.base[0] / MOLES_PER_KG / water
    own[wet, M + 1] = -state.slope[1, i] * circuit.base[0] / MOLES_PER_KG / water
    ahead = 0.0
    if i > 0:
        ahead = _passed_on(circuit, f, i - 1) / water
        before[wet, wet] = -ahead
    for q in range(Q):
        row, there = wet + 1 + q, room.inert[i, q]
        own[row, row] = 1.0
        if not there > _NOTHING:
            continue
        own[row, wet] = 1.0
        brought = circuit.base[inert[q]] / (water * there)
        own[row, M + 1] = -state.slope[1, i] * brought
        room.right[row, B] = besides * brought
        if i > 0:
            share = room.inert[i - 1, q] / there
            before[row, row] = -f[i - 1, FORWARD] / water * share
            before[row, wet] = -ahead * share
        if i < cascade.flows.shape[0] - 1:
            room.right[row, row] = -f[i + 1, BACK] / water * room.inert[i + 1, q] / there


@lean.kernel
def _eliminate(room, i):
    """Take the stage before from the block of stage i, and solve it for what is above; False where it is singular."""
    own, right, above = room.own, room.right, room.above[i]
    B = own.shape[0]
    if i > 0:
        last = room.above[i - 1]
        for r in range(B):
            for k in range(B):
                factor = room.before[r, k]
                if factor != 0.0:
                    for q in range(B):
                        own[r, q] -= factor * last[k, q]
                    right[r, B] -= factor * last[k, B]
    for r in range(B):
        for q in range(B + 1):
            above[r, q] = right[r, q]
    return eliminate_columns(own, above, B, B + 1)


@lean.kernel
def correct(extractant, circuit, cascade, state, dosed, table, places, inert, room):
    """Fill change (N, B) of room; False where the system is singular. dosed (N,): what the flows were laid for. inert (Q,):
    which components of the mixture.
    """
    N, M = state.aqueous.shape
    B = room.own.shape[0]
    for i in range(N):
        _rise(extractant, state, table, room, i)
    for i in range(N):
        for r in range(B):
            for k in range(B):
                room.own[r, k] = 0.0
                room.before[r, k] = 0.0
                room.right[r, k] = 0.0
            room.right[r, B] = 0.0
        for j in range(M):
            _fill_balance(circuit, cascade, state, room, i, j)
            if room.organic > 0:
                _fill_efficiency(cascade, state, table, room, i, j)
        _fill_whole(extractant, cascade, state, table, places, inert, room, i)
        if room.water > 0:
            _fill_water(circuit, cascade, state, dosed, inert, room, i)
        if not _eliminate(room, i):
            return False
    for i in range(N - 1, -1, -1):
        above = room.above[i]
        for r in range(B):
            total = above[r, B]
            if i < N - 1:
                for q in range(B):
                    total -= above[r, q] * room.change[i + 1, q]
            room.change[i, r] = total
    return True
