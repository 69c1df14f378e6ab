"""Boiling water off a liquor: a given share of it, or until the mother liquor is as wanted."""

from __future__ import annotations

import functools
from collections.abc import Callable

import numpy as np
from scipy.optimize import root_scalar

from .chemistry.system import WATER
from .stream import Stream

_STEP, _SHORT_STEP = 0.9, 0.98  # of the water left that a step of the search leaves, and one near the answer
_LAST = 0.02  # of the water left: what was boiled off last
_WORTH = 0.25  # of what water brought on the average; chosen: it does not pay to boil the last of it off for less
_LEAST = 1e-3  # share of the water beyond which nothing is left to boil


def evaporate(stream: Stream, share: float, temperature: float) -> tuple[Stream, Stream]:
    """Boil off a share of the water at `temperature` (K); answers what is left and the vapour."""
    chemistry = stream.chemistry
    boiled = stream.flows[WATER] * share
    left, vapour = np.array(stream.flows), np.zeros_like(stream.flows)
    left[WATER] -= boiled
    vapour[chemistry.position("H2O(g)")] = boiled
    return stream.replace(flows=left), stream.replace(flows=vapour, temperature=temperature)


def share_until(gain_at: Callable[[float], float], wanted: float, near: float = 0.0) -> tuple[float, float]:
    """Find the share of the water to boil off until what `gain_at` that share answers is `wanted`.

    Water is taken away in steps, as a boiler does, since beyond the most that can be had there is too little water for
    hydrates and what was gained is lost again. Answers the share and the gain there: less than `wanted` where boiling on no
    longer pays before that is had, and no share where nothing is gained at all. `near`: a share near the answer, with which
    it is found sooner.
    """
    gain_at = functools.cache(gain_at)
    low, step, first = 0.0, _STEP, gain_at(0.0)
    gained = first
    if first >= wanted:
        return 0.0, first
    before = max(0.0, 1.0 - (1.0 - near) / _SHORT_STEP)
    if before > 0.0 and first < gain_at(before) < wanted and _surplus(gain_at, before, first) >= 0.0:
        low, step, gained = before, _SHORT_STEP, gain_at(before)
    while 1.0 - low > _LEAST:
        high = 1.0 - (1.0 - low) * step
        there = gain_at(high)
        if there < gained or _surplus(gain_at, high, first) < 0.0:
            high = _held(gain_at, low, high, first)
            there = gain_at(high)
            if there < wanted:
                return high, there
        if there >= wanted:
            found = root_scalar(lambda at: gain_at(at) - wanted, bracket=(low, high), xtol=1e-15, rtol=1e-14)
            return float(found.root), wanted
        low, gained = high, there
    return 0.0, first


def pays(gain_at: Callable[[float], float], share: float) -> bool:
    """Answer whether boiling off the last of a share of the water has brought enough, beside what all of it did."""
    return _surplus(gain_at, share, gain_at(0.0)) >= 0.0


def _held(gain_at: Callable[[float], float], low: float, high: float, first: float) -> float:
    """Answer the share up to which boiling pays, between `low` where it does and `high` where it no longer does."""
    least = gain_at(low)

    def excess(at: float) -> float:
        return -1.0 if gain_at(at) < least else _surplus(gain_at, at, first)

    return float(root_scalar(excess, bracket=(low, high), xtol=1e-15, rtol=1e-14, method="brentq").root)


def _surplus(gain_at: Callable[[float], float], share: float, first: float) -> float:
    """Answer how much more the last of the water brought than it must, each by the share; `first`: the gain without boiling.

    With this bound the answer turns gradually from what was wanted to where boiling ends, and both are known as well as the
    gain is. The most that can be gained is known as well, but hardly where it is.
    """
    stride = min(_LAST * (1.0 - share), share)
    if stride == 0.0:
        return 1.0
    gained = gain_at(share)
    return (gained - gain_at(share - stride)) / stride - _WORTH * max(0.0, gained - first) / share
