"""Many rows of mixer-settlers of as many stages and cations each, shared out to the cores.

The rows are taken in chunks of fixed length, and each is solved by itself, as `solve_cascade` would. The answers therefore
depend neither on how many cores there are nor on the order of the rows.

Shapes: K rows, N stages, M cations, L ligands. Sources: none; the equations are those of `cascade`.
"""

from typing import NamedTuple

import numba
import numpy as np

from .cascade import STEP, settle_cascade
from .chain import Cascade, Media, State, room_in, size_of_room
from .entries import part
from .extraction import Extractant
from .jit import apart, inner, lean, parallel

_CHUNK = 16


class Cascades(NamedTuple):
    """The steady states of K rows, each as `solve_cascade` answers it: (K, N, M), (K, N, M), (K, 2, N), (K, 2, N), (K, N).

    error, steps, status: (K,).
    """

    aqueous: np.ndarray
    organic: np.ndarray
    sought: np.ndarray
    point: np.ndarray
    dose: np.ndarray
    error: np.ndarray
    steps: np.ndarray
    status: np.ndarray


_NONE1, _NONE2, _NONE3, _NONE4 = np.zeros(1), np.zeros((1, 1)), np.zeros((1, 1, 1)), np.zeros((1, 1, 1, 1))
_NO_INTS, _NO_CONTROLS = np.zeros(1, np.int64), np.zeros((1, 1), np.int64)
_NO_EXTRACTANT = Extractant(_NONE2, _NONE2, _NONE1, _NONE1)
_NO_MEDIA = Media(_NONE3, _NONE2, _NONE3, _NONE1, _NONE4, _NONE3)
_NO_CASCADE = Cascade(_NONE3, _NONE3, _NONE3, _NONE2, _NONE1, _NO_CONTROLS, _NONE2, 0, _NONE1)
_NO_CASCADES = Cascades(_NONE3, _NONE3, _NONE3, _NONE3, _NONE2, _NONE1, _NO_INTS, _NO_INTS)


@lean.kernel
def _settle_rows(extractant, media, cascade, starts, answers, rows, integers, numbers):
    """Settle some rows, and write them down; rows: the first, and the one behind the last. integers, numbers: room."""
    N, M = cascade.aqueous_source.shape[1:]
    room = room_in(part(numbers, 14 * N, (numbers.shape[0] - 14 * N,)), part(integers, 0, (2 * N,)), N, M)
    control = part(integers, 2 * N, (N,))  # of our own, since some are changed on the way where a dose is sought
    slope, residual, work = part(numbers, 0, (2, N)), part(numbers, 2 * N, (2 * N,)), part(numbers, 4 * N, (5, 2, N))
    warm = starts.shape[2] == N
    for k in range(rows[0], rows[1]):
        row_media = Media(
            media.ln_share[k],
            media.ln_anion[k],
            media.ligand_total[k],
            media.ligand_charge,
            media.ligand_beta[k],
            media.whole[k],
        )
        for i in range(N):
            control[i] = cascade.control[k, i]
        row = Cascade(
            cascade.flows[k],
            cascade.aqueous_source[k],
            cascade.organic_source[k],
            cascade.unit_total[k],
            cascade.efficiency,
            control,
            cascade.ln_target[k],
            cascade.base,
            cascade.charge,
        )
        state = State(
            answers.sought[k],
            answers.point[k],
            answers.dose[k],
            slope,
            answers.aqueous[k],
            answers.organic[k],
            residual,
        )
        if warm:
            for r in range(2):
                for i in range(N):
                    state.sought[r, i] = starts[k, r, i]
        error, steps, status = settle_cascade(extractant, row_media, row, state, room, work, warm, STEP)
        answers.error[k], answers.steps[k], answers.status[k] = error, steps, status


@apart(_NO_EXTRACTANT, _NO_MEDIA, _NO_CASCADE, _NONE3, _NO_CASCADES, 0, 0, answers=0)
@inner.kernel
def _settle_chunk(extractant, media, cascade, starts, answers, first, last):
    """Settle rows first to last - 1 and write them down; answer how many they are."""
    N, M = cascade.aqueous_source.shape[1:]
    integers, numbers = np.empty(3 * N, np.int64), np.empty(14 * N + size_of_room(N, M))
    _settle_rows(extractant, media, cascade, starts, answers, (first, last), integers, numbers)
    return last - first


@parallel.kernel
def solve_cascades(extractant: Extractant, media: Media, cascade: Cascade, starts: np.ndarray):
    """The steady states of K rows of mixer-settlers with one extractant.

    media and cascade hold those of `solve_cascade` stacked, with K before every shape; only ligand_charge (L,),
    efficiency, base and charge are of all rows. starts: (K, 2, N), or (K, 2, 0) to start from nothing.
    Answers `Cascades`; the status (K,) tells of each row what `solve_cascade` would.
    """
    K, N, M = cascade.aqueous_source.shape
    answers = Cascades(
        np.zeros((K, N, M)),
        np.zeros((K, N, M)),
        np.zeros((K, 2, N)),
        np.zeros((K, 2, N)),
        np.zeros((K, N)),
        np.zeros(K),
        np.zeros(K, np.int64),
        np.zeros(K, np.int64),
    )
    for chunk in numba.prange((K + _CHUNK - 1) // _CHUNK):
        _settle_chunk(extractant, media, cascade, starts, answers, chunk * _CHUNK, min(K, chunk * _CHUNK + _CHUNK))
    return answers
