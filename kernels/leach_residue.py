"""Sizes of the particles that a train of leaching tanks leaves.

A core whose surface reacts, and a particle within a film that shrinks with it, have the diameter d (1 - x) at the depth
x; whatever leaves a layer behind (ash, mixed resistances), a film about a particle of constant size, Avrami and a curve
keep the diameter. What cannot dissolve keeps it too. Of a class, the mass left down to the depth x is

    integral of (1 - x)^3 dF(s(x)) = (1 - x)^3 F(s(x)) + integral of 3 (1 - x)^2 F(s(x)) dx

with the share F = 1 - G of the particles that have not come beyond s, see `leach_panels`.

Shapes: M minerals, K size classes fed, E size classes asked for, N tanks.
Sources: Levenspiel, Chemical Reaction Engineering, 3rd ed. 1999, ch. 25.
"""

import numpy as np

from .jit import kernel, lean
from .lanes import WIDTH, load, spread, store
from .leach_panels import DEGREE, EDGES, PANELS, curve_weights, depth_at, pass_tank, share_beyond
from .shrinking_core import (
    AVRAMI,
    FILM,
    FIRST_ORDER,
    REACTION,
    SHRINKING_FILM,
    TABULATED,
    Minerals,
    Sizes,
    cubic_of,
    curve_of,
    prepare_solids,
    rate_factor,
    size_factor,
)

_NODES = np.array(np.polynomial.legendre.leggauss(WIDTH))  # and their weights


@lean.kernel
def _class_of(edges, ratio):
    """Place of the class that holds a size; the first and the last hold what is beyond them."""
    at = 0
    while at < edges.shape[0] - 2 and edges[at + 1] <= ratio:
        at += 1
    return at


@lean.kernel
def _integral(reached, panel, cubic, start, end, room):
    """Integral of 3 (1 - x)^2 F(s(x)) over depths `start` to `end` that lie within a panel. room: (1, 8)."""
    a, b, c = cubic
    half = 0.5 * (end - start)
    x = start + half * (1.0 + load(_NODES, 0))
    y = 2.0 / (EDGES[panel + 1] - EDGES[panel]) * (x * (a + x * (b + x * c)) - EDGES[panel]) - 1.0
    last, value = spread(0.0), spread(1.0)
    total = spread(1.0)
    for n in range(DEGREE + 1):
        total = total - reached[n, panel] * value
        following = (2 * n + 1) / (n + 1) * y * value - n / (n + 1) * last
        last = value
        value = following
    store(room, 0, 3.0 * half * (1.0 - x) * (1.0 - x) * total * load(_NODES, 1))
    found = 0.0
    for lane in range(WIDTH):
        found += room[0, lane]
    return found


@lean.kernel
def _add_core(masses, reached, cubic, ratio, share, shrinks, edges, room):
    """Add to masses (E,) what is left of a class of shrinking cores. cubic: of s / span by the depth."""
    a, b, c = cubic
    at = _class_of(edges, ratio)
    x, j, below, before = 0.0, 0, 0.0, 0.0
    panel_end = depth_at(a, b, c, EDGES[1])
    while j < PANELS and x < 1.0:
        class_end = 1.0 - edges[at] / ratio if shrinks and at > 0 else 1.0
        end = max(min(panel_end, class_end), x)
        below += _integral(reached, j, cubic, x, end, room)
        x = end
        if x == class_end and class_end < 1.0:
            found = below + (1.0 - x) ** 3 * (1.0 - share_beyond(reached, x * (a + x * (b + x * c))))
            masses[at] += share * (found - before)
            before = found
            at -= 1
        else:
            j += 1
            panel_end = depth_at(a, b, c, EDGES[min(j + 1, PANELS)])
    masses[at] += share * max(below + (1.0 - x) ** 3 - before, 0.0)


@kernel
def residue_sizes(
    minerals: Minerals,
    sizes: Sizes,
    residence_times: np.ndarray,
    acid: np.ndarray,
    oxidant: np.ndarray,
    edges: np.ndarray,
) -> np.ndarray:
    """Mass fractions (M, E) of what is left of each mineral by size after the train.

    residence_times: (N,) s
    acid: (N,) mol/m3, in the tanks, as a train answers it
    oxidant: (N,) mol/m3; inf where it is at its reference, or plays no part
    edges: (E + 1,) of the classes asked for, in the size ratios of `sizes`, rising; what is finer than the first counts to
        the first class, what is coarser than the last to the last

    Of a mineral of which nothing is left, the fractions fed.
    """
    M, K, N = minerals.law.size, sizes.size_ratio.size, residence_times.size
    rates, longest = np.empty((M, N)), np.zeros(M)
    for m in range(M):
        for i in range(N):
            rates[m, i] = rate_factor(minerals, m, np.log(acid[i]), np.log(oxidant[i]))
            longest[m] += residence_times[i] * rates[m, i]
    solids = prepare_solids(minerals, sizes, longest)
    found = np.zeros((M, edges.size - 1))
    masses, room, whole, one = np.zeros(edges.size - 1), np.zeros((1, WIDTH)), np.zeros(1), np.ones(1)
    for m in range(M):
        law, accessible = minerals.law[m], minerals.accessible[m]
        masses[:] = 0.0
        for k in range(K):
            found[m, _class_of(edges, sizes.size_ratio[k])] += sizes.size_fraction[m, k]
        if law in (FIRST_ORDER, AVRAMI):
            continue
        after = solids.reached[m]
        for i in range(N):
            after, _ = pass_tank(after, residence_times[i] * rates[m, i] / solids.span[m])
        scale = minerals.complete_time[m] / solids.span[m]
        shrinks = law in (REACTION, SHRINKING_FILM)
        for k in range(K):
            ratio, share = sizes.size_ratio[k], accessible * sizes.size_fraction[m, k]
            if share <= 0.0:
                continue
            if law in (TABULATED, FILM):
                whole[0] = scale * size_factor(law, minerals.size_exponent[m], ratio)
                coordinate, unreacted = curve_of(minerals, m)
                weights, left = curve_weights(coordinate, unreacted, whole, one), unreacted[0]
                for n in range(weights.shape[0]):
                    for j in range(weights.shape[1]):
                        left -= weights[n, j] * after[n, j]
                masses[_class_of(edges, ratio)] += share * left
            else:
                a, b, c = cubic_of(minerals, m, ratio)
                _add_core(masses, after, (scale * a, scale * b, scale * c), ratio, share, shrinks, edges, room)
        total = 0.0
        for e in range(masses.size):
            # where next to nothing is left, the difference of two integrals may be below 0 by their rounding
            masses[e] = max(masses[e], 0.0) + (1.0 - accessible) * found[m, e]
            total += masses[e]
        if total > 0.0:
            for e in range(masses.size):
                found[m, e] = masses[e] / total
    return found
