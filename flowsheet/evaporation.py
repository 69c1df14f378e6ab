"""Boiling water off a liquor: a given share of it, or until the mother liquor is as wanted."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
from scipy.optimize import root_scalar

from .chemistry.system import WATER
from .errors import ConvergenceError, DataError
from .stream import Stream, settle

_STEP = 0.9  # of the water left that a step of the search leaves
_LEAST = 1e-3  # share of the water beyond which nothing is left to boil


def evaporate(stream: Stream, share: float, temperature: float) -> tuple[Stream, Stream]:
    """Boil off a share of the water at `temperature` (K); answers what is left and the vapour."""
    chemistry = stream.chemistry
    boiled = stream.flows[WATER] * share
    left, vapour = np.array(stream.flows), np.zeros_like(stream.flows)
    left[WATER] -= boiled
    vapour[chemistry.position("H2O(g)")] = boiled
    return stream.replace(flows=left), stream.replace(flows=vapour, temperature=temperature)


def boil_until(
    feed: Stream, temperature: float, salts: Iterable[str], short_by: Callable[[Stream], float]
) -> tuple[float, float]:
    """Find the share of the water to boil off at `temperature` (K) until the slurry of `salts` is short of nothing.

    `short_by` says how much a slurry is short of what is wanted. Water is taken away in steps, as a boiler does, since
    beyond the most that can be had there is too little water for hydrates and what was gained is lost again. Answers the
    share and what is short there: above 0 where the wanted cannot be reached.
    """
    phases = tuple(salts)

    def short_at(share: float) -> float:
        return short_by(settle(evaporate(feed, share, temperature)[0], temperature, phases)[0])

    low, short = 0.0, short_at(0.0)
    while short > 0.0 and 1.0 - low > _LEAST:
        share = 1.0 - (1.0 - low) * _STEP
        try:
            short_there = short_at(share)
        except (DataError, ConvergenceError):  # no liquor is left
            return low, short
        if short_there > short:
            return low, short
        if short_there <= 0.0:
            found = root_scalar(short_at, bracket=(low, share), method="brentq", xtol=1e-15, rtol=1e-14)
            return float(found.root), 0.0
        low, short = share, short_there
    return low, short
