"""A row of mixer-settlers in two arrays and its answer in one: each array that a call from Python hands over costs time.

places: STAGES N, CATIONS M, LIGANDS L, BASE; from CONTROLS on (N,) control.
numbers: the fields of an `Extractant`, of a `Media` and of a `Cascade` but `control` and `base`, one behind the other.
answer: ERROR, STEPS, STATUS; from SOUGHT on sought, point, dose, aqueous and organic of a `Settled`.

Shapes: N stages, M cations, L ligands. Sources: none.
"""

from typing import NamedTuple

import numpy as np

from .chain import Cascade, Media, State
from .entries import part
from .extraction import Extractant
from .jit import lean, spliced

STAGES, CATIONS, LIGANDS, BASE = 0, 1, 2, 3
CONTROLS = 4
ERROR, STEPS, STATUS = 0, 1, 2
SOUGHT = 3


class FoldedCascade(NamedTuple):
    """See the head of the file: places of int64, numbers of float64."""

    places: np.ndarray
    numbers: np.ndarray


class Settled(NamedTuple):
    """The steady state of a row.

    aqueous (N, M): mol/kg; organic (N, M): mol/L. sought (2, N): ln E; ln a(H+), or what stands for it where the pH is held.
    point (2, N): ln E, ln a(H+). dose (N,): mol of hydroxide. error: the largest relative imbalance. steps, status.
    """

    aqueous: np.ndarray
    organic: np.ndarray
    sought: np.ndarray
    point: np.ndarray
    dose: np.ndarray
    error: float
    steps: int
    status: int


def fold(extractant: Extractant, media: Media, cascade: Cascade) -> FoldedCascade:
    """Fold a row into two arrays. What `unfold` answers are views into them: to change the row, write there."""
    N, M = cascade.aqueous_source.shape
    L = len(media.ligand_charge)
    given = [
        *extractant,
        *media,
        *(each for name, each in cascade._asdict().items() if name not in ("control", "base")),
    ]
    shapes = [(M, 2), (M, 2), (M,), (M,), (N, M), (N,), (N, L), (L,), (N, L, 3), (N, 3)]
    shapes += [(N, 6), (N, M), (N, M), (N,), (M,), (N,), (M,)]
    for each, shape in zip(given, shapes, strict=True):
        if each.shape != shape:
            raise ValueError(f"an array of shape {each.shape} stands where {shape} is due")
    places = np.array([N, M, L, cascade.base, *cascade.control], dtype=np.int64)
    return FoldedCascade(places, np.concatenate([each.ravel() for each in given]))


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


unfold_row = spliced.kernel(unfold)


@lean.kernel
def size_of_answer(stages, cations):
    """How many numbers answer a row of so many stages and cations."""
    return SOUGHT + (5 + 2 * cations) * stages


@spliced.kernel
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


def settled(answer: np.ndarray, stages: int) -> Settled:
    """What the answer to a row of so many stages says, as views into it."""
    sought, point, dose, rest = np.split(answer[SOUGHT:], [2 * stages, 4 * stages, 5 * stages])
    aqueous, organic = rest.reshape((2, stages, -1)) if stages else np.zeros((2, 0, 0))
    return Settled(
        aqueous,
        organic,
        sought.reshape((2, stages)),
        point.reshape((2, stages)),
        dose,
        float(answer[ERROR]),
        int(answer[STEPS]),
        int(answer[STATUS]),
    )
