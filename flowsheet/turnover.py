"""Passengers of a loop, put at the amount of which as much goes from the loop as comes to it.

A little of one circuit's extractant is carried into the next circuit, gathers on its organic and leaves it as slowly: some
ten-thousandth of what circulates goes with a pass, so that pass by pass it takes ten thousand of them to settle. But what
comes to such a species is known while a loop is iterated, since it does not depend on how much is there; and what goes is in
proportion to what is there. So the amount at which it stays is known as well.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable

import numpy as np

from .chemistry.system import Chemistry, degraded_form
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
    drawn: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Answer which unknowns of a loop are slow passengers, and the unknowns with these at the amounts at which they stay.

    `given`, `answered`: the vectors of a pass. `crossing`: what entered the loop at it and what left. `drawn`: mask of the
    species that units of the loop draw as reagents, at this pass or another. A passenger is a species that the pass neither
    made nor consumed, or belongs to an extractant that the loop does not draw, or is what decay makes of one. A species that
    is drawn is held at its amount by a unit, and stays as it is; so does an ion, which would have to take others with it.
    """
    chemistry = torn.chemistry
    before, there = torn.flows(given).sum(axis=0), torn.flows(answered).sum(axis=0)
    comes, goes = (np.add.reduce([np.zeros_like(there), *(stream.flows for stream in side)]) for side in crossing)
    made = there - before - comes + goes
    owners, spoiled = _owners(chemistry)
    passengers = np.abs(made) <= _ROUND_OFF * there
    made[passengers] = 0.0
    topped_up = owners[(owners & drawn).any(axis=1)].any(axis=0)
    passengers = (passengers | owners.any(axis=0)) & ~topped_up | spoiled
    comes, goes = comes + np.maximum(made, 0.0), goes - np.minimum(made, 0.0)
    passengers &= (chemistry.charges == 0.0) & ~drawn & (goes > 0.0) & (there > _SLOW * np.maximum(comes, goes))
    unknowns, answer = np.zeros(answered.shape, dtype=np.bool_), answered.copy()
    if passengers.any():
        torn.flows(unknowns)[:, passengers] = True
        changes = np.clip(comes[passengers] / goes[passengers], 1.0 / _LARGEST_CHANGE, _LARGEST_CHANGE)
        torn.flows(answer)[:, passengers] *= changes
    return unknowns, answer


@functools.lru_cache(maxsize=64)
def _owners(chemistry: Chemistry) -> tuple[np.ndarray, np.ndarray]:
    """Answer the species that belong to each extractant (a row), and those that are what decay makes of one."""
    owners = np.array(
        [[s.extractant == name for s in chemistry.species] for name in chemistry.extractants], dtype=np.bool_
    )
    spoiled = np.isin(chemistry.names, [degraded_form(name) for name in chemistry.extractants])
    return owners.reshape(len(chemistry.extractants), chemistry.size), spoiled
