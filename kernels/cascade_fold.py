"""A row of mixer-settlers in two arrays and its answer in one: each array that a call from Python hands over costs time.

places: STAGES N, CATIONS M, LIGANDS L, BASE; from CONTROLS on (N,) control.
numbers: the fields of an `Extractant`, of a `Media` and of a `Cascade` but `control` and `base`, one behind the other.
answer: ERROR, STEPS, STATUS; from SOUGHT on sought, point, dose, aqueous and organic of a `Settled`.

Shapes: N stages, M cations, L ligands. Sources: none.
"""

from typing import NamedTuple

import numpy as np

from .chain import Cascade, Media, State
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
    parts = [
        *extractant,
        *media,
        *(each for name, each in cascade._asdict().items() if name not in ("control", "base")),
    ]
    shapes = [(M, 2), (M, 2), (M,), (M,), (N, M), (N,), (N, L), (L,), (N, L, 3), (N, 3)]
    shapes += [(N, 6), (N, M), (N, M), (N,), (M,), (N,), (M,)]
    for part, shape in zip(parts, shapes, strict=True):
        if part.shape != shape:
            raise ValueError(f"an array of shape {part.shape} stands where {shape} is due")
    places = np.array([N, M, L, cascade.base, *cascade.control], dtype=np.int64)
    return FoldedCascade(places, np.concatenate([part.ravel() for part in parts]))


def unfold(places: np.ndarray, numbers: np.ndarray) -> tuple[Extractant, Media, Cascade]:
    """A row as it is folded."""
    N, M, L = places[0], places[1], places[2]
    first = 0
    last = first + 2 * M
    ln_k = numbers[first:last].reshape((M, 2))
    first, last = last, last + 2 * M
    units = numbers[first:last].reshape((M, 2))
    first = last + 2 * M
    extractant = Extractant(ln_k, units, numbers[last : last + M], numbers[last + M : first])
    last = first + N * M
    ln_share = numbers[first:last].reshape((N, M))
    first, last = last + N, last + N + N * L
    ligand_total = numbers[first:last].reshape((N, L))
    ln_anion = numbers[first - N : first]
    first = last + L
    ligand_charge = numbers[last:first]
    last = first + 3 * N * L
    ligand_beta = numbers[first:last].reshape((N, L, 3))
    first, last = last, last + 3 * N
    whole = numbers[first:last].reshape((N, 3))
    media = Media(ln_share, ln_anion, ligand_total, ligand_charge, ligand_beta, whole)
    first, last = last, last + 6 * N
    flows = numbers[first:last].reshape((N, 6))
    first, last = last, last + N * M
    aqueous = numbers[first:last].reshape((N, M))
    first, last = last, last + N * M
    organic = numbers[first:last].reshape((N, M))
    first = last + N + M
    cascade = Cascade(
        flows,
        aqueous,
        organic,
        numbers[last : last + N],
        numbers[last + N : first],
        places[CONTROLS : CONTROLS + N],
        numbers[first : first + N],
        places[BASE],
        numbers[first + N : first + N + M],
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
    middle, last = first + stages * cations, first + 2 * stages * cations
    return State(
        answer[SOUGHT : SOUGHT + 2 * stages].reshape((2, stages)),
        answer[SOUGHT + 2 * stages : SOUGHT + 4 * stages].reshape((2, stages)),
        answer[SOUGHT + 4 * stages : first],
        rest[: 2 * stages].reshape((2, stages)),
        answer[first:middle].reshape((stages, cations)),
        answer[middle:last].reshape((stages, cations)),
        rest[2 * stages : 4 * stages],
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
