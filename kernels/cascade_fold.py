"""A row of mixer-settlers in two arrays and its answer in one: each array that a call from Python hands over costs time.

places: STAGES N, CATIONS M, LIGANDS L, BASE; from CONTROLS on (N,) control.
numbers: the fields of an `Extractant`, of a `Media` and of a `Cascade` but `control` and `base`, one behind the other.
answer: ERROR, STEPS, STATUS; from SOUGHT on sought, point, dose, aqueous and organic of a `State`.

Shapes: N stages, M cations, L ligands. Sources: none.
"""

import numpy as np

from .chain import Cascade, Media, State
from .entries import part
from .extraction import Extractant
from .jit import lean, within

STAGES, CATIONS, LIGANDS, BASE = 0, 1, 2, 3
CONTROLS = 4
ERROR, STEPS, STATUS = 0, 1, 2
SOUGHT = 3


def unfold(places: np.ndarray, numbers: np.ndarray) -> tuple[Extractant, Media, Cascade]:
    """A row as it is folded."""
    N, M, L = int(places[STAGES]), int(places[CATIONS]), int(places[LIGANDS])
    extractant = Extractant(
        part(numbers, 0, (M, 2)),
        part(numbers, 2 * M, (M, 2)),
        part(numbers, 4 * M, (M,)),
        part(numbers, 5 * M, (M,)),
    )
    first = 6 * M
    anion, behind = first + N * M, first + N * (M + 1 + L)
    media = Media(
        part(numbers, first, (N, M)),
        part(numbers, anion, (N,)),
        part(numbers, anion + N, (N, L)),
        part(numbers, behind, (L,)),
        part(numbers, behind + L, (N, L, 3)),
        part(numbers, behind + L + 3 * N * L, (N, 3)),
    )
    first = behind + L + 3 * N * (L + 1)
    behind = first + 6 * N + 2 * N * M
    cascade = Cascade(
        part(numbers, first, (N, 6)),
        part(numbers, first + 6 * N, (N, M)),
        part(numbers, first + 6 * N + N * M, (N, M)),
        part(numbers, behind, (N,)),
        part(numbers, behind + N, (M,)),
        part(places, CONTROLS, (N,)),
        part(numbers, behind + N + M, (N,)),
        int(places[BASE]),
        part(numbers, behind + 2 * N + M, (M,)),
    )
    return extractant, media, cascade


unfold_row = within.kernel(unfold)


@lean.kernel
def size_of_answer(stages, cations):
    """How many numbers answer a row of so many stages and cations."""
    return SOUGHT + (5 + 2 * cations) * stages


@within.kernel
def state_in(answer, rest, stages, cations):
    """The State that an answer holds; rest (4 N,): room for what is not asked for."""
    first = SOUGHT + 5 * stages
    return State(
        part(answer, SOUGHT, (2, stages)),
        part(answer, SOUGHT + 2 * stages, (2, stages)),
        part(answer, SOUGHT + 4 * stages, (stages,)),
        part(rest, 0, (2, stages)),
        part(answer, first, (stages, cations)),
        part(answer, first + stages * cations, (stages, cations)),
        part(rest, 2 * stages, (2 * stages,)),
    )
