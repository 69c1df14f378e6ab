"""Torn streams as the unknowns of a loop: one vector of their flows, temperatures and size classes, and back.

Of each torn stream stand the flows of its species and its temperature; then, of each solid whose particle sizes it knows,
the flows of the size classes. All of these add up where streams mix, so that a combination of torn streams is one again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from .chemistry.system import PROTON, Chemistry
from .sizes import CLASSES, EDGES, sealed
from .stream import Stream

TRACE = 1e-9  # a species below this share of its torn stream is converged to this share, not to its own flow
_PROTON_TRACE = 1e-3
_CLASS_TRACE = 1e-6  # likewise a size class, of its solid
_NOTHING = 1e-280  # a torn stream that dries up differs by very much, and not by more than a number can hold


@dataclass(frozen=True)
class TornStreams:
    """Which streams of a chemistry are torn, by "unit.outlet", and which solids of them have sizes, as (number, name)."""

    chemistry: Chemistry
    keys: tuple[str, ...]
    sized: tuple[tuple[int, str], ...] = ()

    @classmethod
    def of(cls, chemistry: Chemistry, keys: Sequence[str], streams: Mapping[str, Stream]) -> TornStreams:
        """Answer the torn streams `keys` with the sized solids that they hold."""
        sized = tuple((number, name) for number, key in enumerate(keys) for name in sorted(streams[key].sizes))
        return cls(chemistry, tuple(keys), sized)

    def with_sized(self, other: TornStreams) -> TornStreams:
        """Answer these torn streams with the sized solids of the other too."""
        return TornStreams(self.chemistry, self.keys, tuple(sorted({*self.sized, *other.sized})))

    @property
    def _plain(self) -> int:
        return len(self.keys) * (self.chemistry.size + 1)

    def pack(self, streams: Mapping[str, Stream]) -> np.ndarray:
        """Answer the vector of the unknowns."""
        parts = [np.array([*streams[key].flows, streams[key].temperature]) for key in self.keys]
        for number, name in self.sized:
            stream = streams[self.keys[number]]
            share = stream.sizes.get(name)
            parts.append(np.zeros(CLASSES) if share is None else stream[name] * share)
        return np.concatenate(parts)

    def unpack(self, vector: np.ndarray, streams: Mapping[str, Stream]) -> dict[str, Stream]:
        """Answer the torn streams of a vector; `streams` tells their pressures."""
        table = vector[: self._plain].reshape(len(self.keys), -1)
        classes = vector[self._plain :].reshape(-1, CLASSES)
        answer = {}
        for number, key in enumerate(self.keys):
            sizes = {}
            for (owner, name), flow in zip(self.sized, classes, strict=True):
                total = flow.sum()
                if owner == number and total > 0.0:
                    sizes[name] = sealed(flow)
            stream = Stream(self.chemistry, table[number, :-1], float(table[number, -1]), streams[key].pressure, sizes)
            answer[key] = _neutral(stream)
        return answer

    def flows(self, vector: np.ndarray) -> np.ndarray:
        """Answer the flows of the species in a vector of the unknowns, a row for each torn stream, as a view of it."""
        return vector[: self._plain].reshape(len(self.keys), -1)[:, :-1]

    def may_be_negative(self) -> np.ndarray:
        """Answer the mask of the unknowns that may be below zero: H+."""
        mask = np.zeros((len(self.keys), self.chemistry.size + 1), dtype=np.bool_)
        mask[:, PROTON] = True
        return np.concatenate([mask.ravel(), np.zeros(len(self.sized) * CLASSES, dtype=np.bool_)])

    def scales(self, vector: np.ndarray) -> np.ndarray:
        """Answer, for every unknown, a size of which `TRACE` is round-off."""
        flows = np.abs(vector[: self._plain]).reshape(len(self.keys), -1)
        scales = np.empty_like(flows)
        scales[:, :-1] = flows[:, :-1].max(axis=1, keepdims=True)
        # H+ is the difference of the charges of all others, and known no better than they
        scales[:, PROTON] = flows[:, :-1] @ np.abs(self.chemistry.charges) * (_PROTON_TRACE / TRACE)
        scales[:, -1] = flows[:, -1]
        if not self.sized:
            return scales.ravel()
        classes = np.abs(vector[self._plain :]).reshape(-1, CLASSES)
        of_solids = classes.sum(axis=1) * (_CLASS_TRACE / TRACE)
        of_streams = flows[[number for number, _ in self.sized], :-1].max(axis=1)
        by_class = np.repeat(np.maximum(of_solids, of_streams), CLASSES)
        return np.concatenate([scales.ravel(), by_class])

    def residual(self, given: np.ndarray, answered: np.ndarray) -> tuple[float, str]:
        """Answer the largest relative disagreement of the torn streams, and where it is."""
        errors = np.abs(answered - given)
        errors /= np.maximum(np.maximum(np.abs(answered), TRACE * self.scales(answered)), _NOTHING)
        worst = int(np.argmax(errors))
        if worst < self._plain:
            number, species = divmod(worst, self.chemistry.size + 1)
            return float(errors[worst]), f"{(*self.chemistry.names, 'temperature')[species]} of {self.keys[number]}"
        number, size = divmod(worst - self._plain, CLASSES)
        owner, name = self.sized[number]
        band = f"{EDGES[size] * 1e6:.3g} to {EDGES[size + 1] * 1e6:.3g} um"
        return float(errors[worst]), f"{name} of {band} of {self.keys[owner]}"


def _neutral(stream: Stream) -> Stream:
    """Give a proposed stream the H+ that makes it neutral: a combination of neutral streams is neutral but for round-off."""
    flows = np.array(stream.flows)
    flows[PROTON] -= flows @ stream.chemistry.charges
    return stream.replace(flows=flows)
