"""Passengers of a loop, put at the amount of which as much leaves the loop as enters it.

A little of one circuit's extractant is carried into the next circuit, gathers on its organic and leaves it as slowly: some
ten-thousandth of what circulates goes with a pass, so that pass by pass it takes ten thousand of them to settle. But what
enters a loop is known while the loop is iterated, and of a species that nothing makes or consumes as much leaves as is in
proportion to what is there. So the amount at which it stays is known as well.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from .stream import Stream
from .tearing import TornStreams

_SLOW = 20.0  # passes that what is there would last; what goes faster settles by itself
_LARGEST_CHANGE = 10.0  # of what is there, at a pass: a tenth of the proportion is still true of much more of it
_ROUND_OFF = 1e-12  # of what is there


def settled(
    torn: TornStreams,
    given: np.ndarray,
    answered: np.ndarray,
    crossing: tuple[Iterable[Stream], Iterable[Stream]],
    drawn: Iterable[Stream],
) -> tuple[np.ndarray, np.ndarray]:
    """Answer which unknowns of a loop are slow passengers, and the unknowns with these at the amounts at which they stay.

    `given`, `answered`: the vectors of a pass. `crossing`: what entered the loop at it and what left. `drawn`: reagents of
    the loop's units among what entered; a species among them is held at its amount by a unit, and stays as it is. So does
    an ion, which would have to take others with it.
    """
    before, there = torn.flows(given).sum(axis=0), torn.flows(answered).sum(axis=0)
    enters, leaves, held = (
        np.add.reduce([np.zeros_like(there), *(s.flows for s in side)]) for side in (*crossing, drawn)
    )
    slow = (torn.chemistry.charges == 0.0) & (there > _SLOW * np.maximum(enters, leaves))
    slow &= (leaves > 0.0) & (held == 0.0) & (np.abs(there - before - enters + leaves) <= _ROUND_OFF * there)
    passengers, answer = np.zeros(answered.shape, dtype=np.bool_), answered.copy()
    if slow.any():
        torn.flows(passengers)[:, slow] = True
        torn.flows(answer)[:, slow] *= np.clip(enters[slow] / leaves[slow], 1.0 / _LARGEST_CHANGE, _LARGEST_CHANGE)
    return passengers, answer
