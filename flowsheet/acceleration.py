"""Anderson's acceleration of a fixed point whose map is costly: the next point is made of the last few.

Source: Walker & Ni (2011) SIAM J. Numer. Anal. 49, 1715.
"""

from __future__ import annotations

import numpy as np

_MEMORY = 6  # passes that the next one is made of
_DAMPED = 0.7  # of the first step
_LONGEST = 5.0  # step of any unknown; a longer one is that of the map itself
_WORSE = 2.0  # times the step before: what is remembered does no longer hold


class Anderson:
    """Remembers points and where the map took them; forgets where it gets worse."""

    def __init__(self) -> None:
        self._points: list[np.ndarray] = []
        self._steps: list[np.ndarray] = []

    def next(self, old: np.ndarray, wanted: np.ndarray) -> np.ndarray:
        """Answer the point to try after `old`, which the map took to `wanted`."""
        step = wanted - old
        if len(self._steps) > 1 and np.abs(step).max() > _WORSE * np.abs(self._steps[-1]).max():
            self._points, self._steps = [], []
        self._points, self._steps = [*self._points, old][-_MEMORY:], [*self._steps, step][-_MEMORY:]
        if len(self._steps) == 1:
            return old + _DAMPED * step
        turns = np.array([step - s for s in self._steps[:-1]]).T
        share = np.linalg.lstsq(turns, step, rcond=1e-12)[0]
        moved = np.array([old - q for q in self._points[:-1]]).T
        following = wanted - (moved + turns) @ share
        return following if np.isfinite(following).all() and np.abs(following - old).max() < _LONGEST else wanted
