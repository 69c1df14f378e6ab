"""A row of mixer-settlers as two arrays, the form in which its kernel takes it; see `kernels.cascade_fold` for what stands where.

And the kernel's answer, which is one array, as a `Settled`.
"""

from typing import NamedTuple

import numpy as np

from ...kernels.cascade_fold import ERROR, SOUGHT, STATUS, STEPS
from ...kernels.chain import Cascade, Media
from ...kernels.extraction import Extractant


class FoldedCascade(NamedTuple):
    """Whole numbers (int64) and numbers (float64) of a row."""

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
    """Fold a row into two arrays. `kernels.cascade_fold.unfold` answers views into them: to change the row, write there."""
    stages, cations = cascade.aqueous_source.shape
    ligands = len(media.ligand_charge)
    due = [(cations, 2), (cations, 2), (cations,), (cations,)]
    due += [(stages, cations), (stages,), (stages, ligands), (ligands,), (stages, ligands, 3), (stages, 3)]
    due += [(stages, 6), (stages, cations), (stages, cations), (stages,), (cations,), (stages,), (cations,)]
    own = [each for name, each in cascade._asdict().items() if name not in ("control", "base")]
    given = [*extractant, *media, *own]
    for each, shape in zip(given, due, strict=True):
        if each.shape != shape:
            raise ValueError(f"an array of shape {each.shape} stands where {shape} is due")
    places = np.array([stages, cations, ligands, cascade.base, *cascade.control], dtype=np.int64)
    return FoldedCascade(places, np.concatenate([each.ravel() for each in given]))


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
