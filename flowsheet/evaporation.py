"""Boiling water off a liquor: a given share of it, or until the mother liquor is as wanted."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.optimize import fminbound, root_scalar

from .chemistry.system import WATER
from .stream import Stream

_STEP = 0.9  # of the water left that a step of the search leaves
_HELD = 0.97  # of the most that can be gained
_LEAST = 1e-3  # share of the water beyond which nothing is left to boil


def evaporate(stream: Stream, share: float, temperature: float) -> tuple[Stream, Stream]:
    """Boil off a share of the water at `temperature` (K); answers what is left and the vapour."""
    chemistry = stream.chemistry
    boiled = stream.flows[WATER] * share
    left, vapour = np.array(stream.flows), np.zeros_like(stream.flows)
    left[WATER] -= boiled
    vapour[chemistry.position("H2O(g)")] = boiled
    return stream.replace(flows=left), stream.replace(flows=vapour, temperature=temperature)


def share_until(gain_at: Callable[[float], float], wanted: float) -> tuple[float, float]:
    """Find the share of the water to boil off until what `gain_at` that share answers is `wanted`.

    Water is taken away in steps, as a boiler does, since beyond the most that can be had there is too little water for
    hydrates and what was gained is lost again. Answers the share and the gain there: less than `wanted` where that cannot be
    had, and then a little less than the most, where a boiler can still be held.
    """

    def share_for(target: float, low: float, high: float) -> float:
        found = root_scalar(lambda share: gain_at(share) - target, bracket=(low, high), xtol=1e-15, rtol=1e-14)
        return float(found.root)

    before, low, gained = 0.0, 0.0, gain_at(0.0)
    if gained >= wanted:
        return 0.0, gained
    while 1.0 - low > _LEAST:
        share = 1.0 - (1.0 - low) * _STEP
        gained_there = gain_at(share)
        if gained_there >= wanted:
            return share_for(wanted, low, share), wanted
        if gained_there < gained:
            break
        before, low, gained = low, share, gained_there
    # the most is known far better than where it is; a part of it lies where the gain still rises
    at_most = np.asarray(fminbound(lambda share: -gain_at(share), before, 1.0 - (1.0 - low) * _STEP, xtol=1e-9)).item()
    most = max(gained, gain_at(at_most))
    if most >= wanted:
        return share_for(wanted, 0.0, at_most), wanted
    target = _HELD * most
    if target <= gain_at(0.0):
        return 0.0, gain_at(0.0)
    return share_for(target, 0.0, at_most), target
