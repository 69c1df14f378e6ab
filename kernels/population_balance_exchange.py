"""How crystals go from class to class by agglomeration and breakage: fixed pivots over the size classes.

    agglomeration  beta(i, j) N_i N_j events in a m3 and s; the aggregate has the volume of both
    breakage       S(j) N_j events in a m3 and s; the fragments have the volume of the crystal

N_i is the volume of the crystals of class i over that of its pivot, the mean volume of the class. What is born between two
pivots goes to both so that number and volume are kept (Kumar & Ramkrishna), above the last pivot to the last class so that
volume is kept. An aggregate that would fall back in part on the class of its larger partner is counted net, so that
aggregates of a class go to higher ones. Volume is kept exactly, whatever the width of the classes.

Shapes: N tanks, K size classes.
Sources: Kumar & Ramkrishna (1996) Chem. Eng. Sci. 51, 1311.
"""

from typing import NamedTuple

import numpy as np

from .jit import entry, kernel
from .population_balance import size_classes

CONSTANT = 0  # frequency 1
SUM = 1  # (Li^3 + Lj^3), m3
SHEAR = 2  # (Li + Lj)^3, m3: laminar shear
BROWNIAN = 3  # (Li + Lj)^2 / (Li Lj)


class Agglomeration(NamedTuple):
    """How crystals meet; made by `agglomeration_of`.

    strength: (N,) of each tank: beta = strength times frequency, m3/s
    loss: (K, K) frequency times the crystals that class i loses when one of it meets one of class j
    first: (K,) first class j whose aggregates with class i leave class i altogether
    target: (K, K) class the aggregate of i with j <= i goes to; the rest goes to the next
    share: (K, K) crystals of that class for an aggregate
    next_share: (K, K) crystals of the next class
    """

    strength: np.ndarray
    loss: np.ndarray
    first: np.ndarray
    target: np.ndarray
    share: np.ndarray
    next_share: np.ndarray


class Breakage(NamedTuple):
    """How crystals break; made by `breakage_of`.

    selection: (K,) 1/s, rate at which a crystal of a class breaks
    fragments: (K, K) crystals of class i, in row j, that one of class j gives, net of the broken one
    """

    selection: np.ndarray
    fragments: np.ndarray


@kernel
def collision_frequency(edges: np.ndarray, law: int) -> np.ndarray:
    """Frequency (K, K) of collisions by a `law`: CONSTANT, SUM, SHEAR or BROWNIAN, between `edges` (K+1,) in m."""
    K = edges.size - 1
    size = np.cbrt(size_classes(edges, 0.0, 0.0).volume)
    frequency = np.ones((K, K))
    for i in range(K):
        for j in range(K):
            if law == SUM:
                frequency[i, j] = size[i] ** 3 + size[j] ** 3
            elif law == SHEAR:
                frequency[i, j] = (size[i] + size[j]) ** 3
            elif law == BROWNIAN:
                frequency[i, j] = (size[i] + size[j]) ** 2 / (size[i] * size[j])
    return frequency


@kernel
def agglomeration_of(edges: np.ndarray, frequency: np.ndarray, strength: np.ndarray) -> Agglomeration:
    """Agglomeration between `edges` (K+1,) in m with a symmetric `frequency` (K, K) and `strength` (N,)."""
    K = edges.size - 1
    pivot = size_classes(edges, 0.0, 0.0).volume
    loss, share, next_share = frequency.copy(), np.zeros((K, K)), np.zeros((K, K))
    target = np.full((K, K), K - 1)
    first = np.zeros(K, np.int64)
    for i in range(K):
        at, found = i, False
        for j in range(i + 1):
            volume = pivot[i] + pivot[j]
            while at < K - 1 and pivot[at + 1] <= volume:
                at += 1
            target[i, j] = at
            if at == K - 1:
                share[i, j] = volume / pivot[K - 1]
            else:
                next_share[i, j] = (volume - pivot[at]) / (pivot[at + 1] - pivot[at])
                share[i, j] = 1.0 - next_share[i, j]
            if at == i:
                if j == i:  # two are lost, `share` comes back
                    loss[i, j] *= 1.0 - 0.5 * share[i, j]
                else:  # 1 - share without cancellation; what the last class gains is a loss below zero
                    loss[i, j] *= next_share[i, j] if at < K - 1 else -pivot[j] / pivot[i]
            elif not found:
                first[i], found = j, True
        if not found:
            first[i] = i + 1
    return Agglomeration(strength, loss, first, target, share, next_share)


@kernel
def breakage_of(edges: np.ndarray, selection: np.ndarray) -> Breakage:
    """Breakage in two, all volumes of the fragments alike likely, at rates `selection` (K,) in 1/s."""
    K = edges.size - 1
    pivot = size_classes(edges, 0.0, 0.0).volume
    fragments = np.zeros((K, K))
    for j in range(1, K):  # what the lowest class breaks into stays there
        for i in range(j + 1):
            below = pivot[i] - pivot[i - 1] if i > 0 else pivot[0]
            above = pivot[i + 1] - pivot[i] if i < j else 0.0
            fragments[j, i] = (below + above) / pivot[j]
        fragments[j, j] -= 1.0
    return Breakage(selection, fragments)


@entry.kernel
def partial_sum(matrix: np.ndarray, row: int, vector: np.ndarray, start: int, stop: int) -> float:
    """Sum of a row of `matrix` (K, K) times `vector` (K,) from `start` to `stop`; eight sums abreast."""
    a, b, c, d, e, f, g, h = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    j = np.uint64(start)
    for _ in range((stop - start) // 8):
        a += matrix[row, j] * vector[j]
        b += matrix[row, j + np.uint64(1)] * vector[j + np.uint64(1)]
        c += matrix[row, j + np.uint64(2)] * vector[j + np.uint64(2)]
        d += matrix[row, j + np.uint64(3)] * vector[j + np.uint64(3)]
        e += matrix[row, j + np.uint64(4)] * vector[j + np.uint64(4)]
        f += matrix[row, j + np.uint64(5)] * vector[j + np.uint64(5)]
        g += matrix[row, j + np.uint64(6)] * vector[j + np.uint64(6)]
        h += matrix[row, j + np.uint64(7)] * vector[j + np.uint64(7)]
        j += np.uint64(8)
    total = ((a + e) + (b + f)) + ((c + g) + (d + h))
    for k in range(stop - max(stop - start, 0) % 8, stop):
        total += matrix[row, k] * vector[k]
    return total


@entry.kernel
def bear(agglomeration: Agglomeration, strength: float, i: int, density: np.ndarray, birth: np.ndarray) -> None:
    """Add to `birth` (K,) in 1/(m3 s) the aggregates of class `i` with smaller or equal ones; `density` (K,) in 1/m3.

    Aggregates of a class go to higher ones, but in the last class.
    """
    K, first = density.size, agglomeration.first[i]
    back = strength * density[i] * partial_sum(agglomeration.loss, i, density, 0, min(first, i))
    if i == K - 1:  # takes in what meets it
        birth[i] -= back
        return
    birth[i + 1] += back
    events = strength * density[i]
    if first > i:  # aggregates of two of class i
        next_share = agglomeration.next_share[i, i]
        birth[i + 1] += 0.5 * next_share * events * density[i] * agglomeration.loss[i, i] / (0.5 + 0.5 * next_share)
    for j in range(first, i + 1):
        met = events * agglomeration.loss[i, j] * density[j]
        if j == i:
            met *= 0.5
        t = agglomeration.target[i, j]
        birth[t] += agglomeration.share[i, j] * met
        if t < K - 1:
            birth[t + 1] += agglomeration.next_share[i, j] * met


@entry.kernel
def fragment(breakage: Breakage, density: np.ndarray, birth: np.ndarray):
    """Set `birth` (K,) in 1/(m3 s) to the fragments of crystals of `density` (K,) in 1/m3."""
    birth[:] = 0.0
    for j in range(1, density.size):
        broken = breakage.selection[j] * density[j]
        if broken > 0.0:
            for i in range(j):
                birth[i] += breakage.fragments[j, i] * broken
