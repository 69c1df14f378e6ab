"""The distribution of a reaction coordinate over the particles in a train of stirred tanks, and what a law weighs it with.

The coordinate s of a particle is the time at reference acid that would have brought it as far. After tank i the share
of the particles that has come beyond s follows from the one before,

    theta_i dG_i/ds + G_i = G_(i-1),    G_i(0) = 1,    G_0 = 0,

and the reacted fraction is the integral of G_i(s) (-du/ds) ds, u(s) being the law; it keeps its digits where little has
reacted. G_i is an entire function of s whatever the law and the sizes: it is kept as Legendre series on panels of
s / span that shrink towards 0, and the equation is solved panel by panel by collocation in the Radau points (the tau
method, a tridiagonal system whose pivots are all positive, exact at the panel ends to order 2 D - 1). Law and sizes enter
only by the weights of the coefficients, computed once a call. No partial fractions, which fail for equal tanks. The span
ends where all has reacted, or where hardly a particle comes: beyond it G = 0.

Shrinking cores, whatever resists, have s = c_1 x + c_2 x^2 + c_3 x^3 of the depth x = 1 - (1 - X)^(1/3), and -du is
3 (1 - x)^2 dx. Weights by Gauss quadrature in x, exact where s is linear in x.

Shapes: K size classes, D + 1 coefficients on each of J panels, Q points of a curve, G nodes of a quadrature.
Sources: Hairer & Wanner, Solving Ordinary Differential Equations II, 1996, sec. IV.5 (Radau IIA, stiffly accurate);
Canuto et al., Spectral Methods, 2006, ch. 3 (Legendre tau method).
"""

import math

import numpy as np

from .jit import entry, inner, kernel, lean
from .lanes import WIDTH, choose, greater, load, most_of, root, size, spread, store

DEGREE = 12
# Halving panels where the distribution must be exact; quartering ones below, where little of a mineral reacts.
EDGES = np.concatenate((np.zeros(1), 4.0 ** np.arange(-24.0, -6.0), 2.0 ** np.arange(-12.0, 1.0)))
PANELS = EDGES.size - 1
_NODES, _NODE_WEIGHTS = np.polynomial.legendre.leggauss(12)
_FEW_NODES = np.array(np.polynomial.legendre.leggauss(WIDTH))  # and their weights
_MOST_PARTS = 64
# of the recurrence of Legendre's polynomials
_ONWARD = np.array([(2 * n + 1) / (n + 1) for n in range(DEGREE + 1)])
_BACKWARD = np.array([n / (n + 1) for n in range(DEGREE + 1)])


@entry.kernel
def depth_at(a: float, b: float, c: float, s: float) -> float:
    """Depth x in 0 to 1 where a x + b x^2 + c x^3 = s; 1 where it is never reached."""
    if s >= a + b + c:
        return 1.0
    low, high = 0.0, 1.0
    x = 2.0 * s / (a + math.sqrt(a * a + 4.0 * max(b, 0.0) * s))
    for _ in range(100):
        if not low < x < high:
            x = 0.5 * (low + high)
        excess = x * (a + x * (b + x * c)) - s
        if excess > 0.0:
            high = x
        else:
            low = x
        change = -excess / (a + x * (2.0 * b + x * 3.0 * c))
        x += change
        if abs(change) <= 1e-9 * x:  # the next would be 1e-18
            break
    return min(max(x, low), high)


@lean.kernel
def _depths_at(a, b, c, s, start):
    """As `depth_at`, of eight classes; from `start`, below which none is. Where a panel ends need be known roughly only."""
    low, high = start, spread(1.0)
    x = 2.0 * s / (a + root(a * a + greater(4.0 * b, spread(0.0)) * s))
    for _ in range(12):
        middle = 0.5 * (low + high)
        x = choose(low, x, choose(x, high, x, middle), middle)
        excess = x * (a + x * (b + x * c)) - s
        high = choose(spread(0.0), excess, x, high)
        low = choose(spread(0.0), excess, low, x)
        change = excess / (a + x * (2.0 * b + x * (3.0 * c)))
        x = x - change
        if most_of(size(change) - 1e-6 * x) <= 0.0:
            break
    x = choose(low, x, choose(x, high, x, high), low)
    return choose(s, a + b + c, x, spread(1.0))


@lean.kernel
def _add_nodes(sums, place, weight, room):
    """Add to sums (D+1, G) the Legendre polynomials at place (G,), -1 to 1, times weight (G,). room (2, G)."""
    last, value = room[0], room[1]
    count = place.shape[0]
    for g in range(count):
        last[g] = 0.0
        value[g] = weight[g]
    for n in range(DEGREE + 1):
        for g in range(count):
            sums[n, g] += value[g]
            following = _ONWARD[n] * place[g] * value[g] - _BACKWARD[n] * last[g]
            last[g] = value[g]
            value[g] = following


@lean.kernel
def _collect(sums, weights, panel):
    """Add the sums (D+1, G) to the weights (D+1, J) of a panel, and clear them."""
    for n in range(sums.shape[0]):
        total = 0.0
        for g in range(sums.shape[1]):
            total += sums[n, g]
            sums[n, g] = 0.0
        weights[n, panel] += total


@lean.kernel
def _add_classes(sums, cubic, block, start, end, panel):
    """Add to sums (D+1, 8) the Legendre polynomials of a panel over depths `start` to `end` of a block of classes."""
    a, b, c = load(cubic[0], block), load(cubic[1], block), load(cubic[2], block)
    half, middle = 0.5 * (end - start), 0.5 * (end + start)
    scale = 2.0 / (EDGES[panel + 1] - EDGES[panel])
    share = 3.0 * load(cubic[3], block) * half
    for g in range(_NODES.size):
        x = middle + half * _NODES[g]
        y = scale * (x * (a + x * (b + x * c)) - EDGES[panel]) - 1.0
        left = 1.0 - x
        last, value = spread(0.0), share * (left * left * _NODE_WEIGHTS[g])
        for n in range(DEGREE + 1):
            store(sums, n, load(sums, n) + value)
            following = _ONWARD[n] * y * value - _BACKWARD[n] * last
            last = value
            value = following


@lean.kernel
def _add_parabolas(sums, a, share, panel):
    """Do as `_add_classes` where surface reaction goes on throughout: -du/ds is a parabola, and no fourth polynomial."""
    width = EDGES[panel + 1] - EDGES[panel]
    slope = 0.5 * width / a
    height = 1.0 - (EDGES[panel] + 0.5 * width) / a
    density = 3.0 * share * slope
    store(sums, 0, load(sums, 0) + density * (2.0 * height * height + 2.0 / 3.0 * slope * slope))
    store(sums, 1, load(sums, 1) - 4.0 / 3.0 * density * height * slope)
    store(sums, 2, load(sums, 2) + 4.0 / 15.0 * density * slope * slope)


@lean.kernel
def _fill_cubic_weights(cubic, straight, start, sums, weights):
    """Fill the weights; start (B, 8) becomes the depth that each class reaches within the span."""
    for j in range(PANELS):
        for block in range(start.shape[0]):
            a, b, c = load(cubic[0], block), load(cubic[1], block), load(cubic[2], block)
            begin, s = load(start, block), spread(EDGES[j + 1])
            if straight and most_of(s - a) <= 0.0:
                _add_parabolas(sums, a, load(cubic[3], block), j)
                store(start, block, s / a)
            elif most_of(1.0 - begin) > 0.0:
                end = _depths_at(a, b, c, s, begin)
                _add_classes(sums, cubic, block, begin, end, j)
                store(start, block, end)
        _collect(sums, weights, j)


@kernel
def cubic_weights(cubic: np.ndarray) -> np.ndarray:
    """Weights (D+1, J) of shrinking cores.

    cubic: (4, B, 8) coefficients of s / span by the depth, of each class, and its mass fraction, classes in blocks of
    eight; a class of no fraction fills the last block up
    """
    weights = np.zeros((DEGREE + 1, PANELS))
    start = np.zeros(cubic.shape[1:])
    straight = True
    for block in range(cubic.shape[1]):
        for lane in range(WIDTH):
            straight = straight and cubic[1, block, lane] == 0.0 and cubic[2, block, lane] == 0.0
    _fill_cubic_weights(cubic, straight, start, np.zeros((DEGREE + 1, WIDTH)), weights)
    return weights


@kernel
def avrami_weights(exponent: float, span: float) -> np.ndarray:
    """Weights (D+1, J) of u = exp(-s^n); `span` in time constants."""
    weights = np.zeros((DEGREE + 1, PANELS))
    place, weight, room = np.empty(_NODES.size), np.empty(_NODES.size), np.empty((2, _NODES.size))
    sums = np.zeros((DEGREE + 1, _NODES.size))
    for j in range(PANELS):
        low, high = EDGES[j] * span, EDGES[j + 1] * span
        # up to n = 1 in s^n, which makes s smooth; beyond in s, in parts over which s^n grows little
        parts = 1
        if exponent > 1.0 and high**exponent > 1e-15:
            parts = int(min(1.0 + exponent, _MOST_PARTS))
        power = min(exponent, 1.0)
        width = (high**power - low**power) / parts
        for part in range(parts):
            for g in range(_NODES.size):
                v = low**power + width * (part + 0.5 + 0.5 * _NODES[g])
                if exponent > 1.0:
                    s = v
                    density = exponent * s ** (exponent - 1.0) * math.exp(-(s**exponent))
                else:
                    s = v ** (1.0 / exponent)
                    density = math.exp(-v)
                place[g] = 2.0 * (s - low) / (high - low) - 1.0
                weight[g] = 0.5 * width * density * _NODE_WEIGHTS[g]
            _add_nodes(sums, place, weight, room)
        _collect(sums, weights, j)
    return weights


@lean.kernel
def _add_stretch(sums, panel, start, end, mass):
    """Add to sums ((D+1) J, 8) the Legendre polynomials of a panel, `mass` spread evenly over `start` to `end`."""
    scale = 2.0 / (EDGES[panel + 1] - EDGES[panel])
    y = scale * (start - EDGES[panel] + 0.5 * (end - start) * (1.0 + load(_FEW_NODES, 0))) - 1.0
    last, value = spread(0.0), 0.5 * mass * load(_FEW_NODES, 1)
    for n in range(DEGREE + 1):
        row = panel * (DEGREE + 1) + n
        store(sums, row, load(sums, row) + value)
        following = _ONWARD[n] * y * value - _BACKWARD[n] * last
        last = value
        value = following


@kernel
def curve_weights(
    coordinate: np.ndarray, unreacted: np.ndarray, through: np.ndarray, fraction: np.ndarray
) -> np.ndarray:
    """Weights (D+1, J) of a law given by points (Q,), straight between them.

    through: (K,) what the coordinates of each class are multiplied by to be s / span; fraction: (K,) mass fractions
    """
    weights = np.zeros((DEGREE + 1, PANELS))
    sums = np.zeros(((DEGREE + 1) * PANELS, WIDTH))
    for k in range(fraction.shape[0]):
        j = 0
        for q in range(coordinate.shape[0] - 1):
            start, stop = coordinate[q] * through[k], coordinate[q + 1] * through[k]
            fall = (unreacted[q] - unreacted[q + 1]) / (stop - start)
            while j < PANELS and EDGES[j + 1] <= start:
                j += 1
            while start < stop and j < PANELS:
                end = min(stop, EDGES[j + 1])
                if start == EDGES[j] and end == EDGES[j + 1]:
                    weights[0, j] += fraction[k] * fall * (end - start)
                else:
                    _add_stretch(sums, j, start, end, fraction[k] * fall * (end - start))
                start = end
                if end == EDGES[j + 1]:
                    j += 1
    for j in range(PANELS):
        for n in range(DEGREE + 1):
            for lane in range(WIDTH):
                weights[n, j] += sums[j * (DEGREE + 1) + n, lane]
    return weights


@kernel
def share_beyond(reached: np.ndarray, s: float) -> float:
    """G at s, in spans, of its coefficients (D+1, J); 0 beyond the span."""
    if s >= 1.0:
        return 0.0
    j = 0
    while EDGES[j + 1] <= s:
        j += 1
    y = 2.0 * (s - EDGES[j]) / (EDGES[j + 1] - EDGES[j]) - 1.0
    last, value, total = 0.0, 1.0, 0.0
    for n in range(DEGREE + 1):
        total += reached[n, j] * value
        last, value = value, _ONWARD[n] * y * value - _BACKWARD[n] * last
    return total


@inner.kernel
def substitute(source: np.ndarray, pivots: np.ndarray, start: float) -> tuple[np.ndarray, np.ndarray]:
    """Solve the collocation of one tank for the right-hand side `source` (D+1, J) and the value `start` at s = 0.

    Returns the coefficients of the solution (D+1, J) and of its derivative in the panels' own coordinate (D, J).
    """
    gradient = np.empty((DEGREE, PANELS))
    solution = np.empty((DEGREE + 1, PANELS))
    for j in range(PANELS):
        gradient[DEGREE - 1, j] = source[DEGREE - 1, j] + source[DEGREE, j]
    for n in range(DEGREE - 2, -1, -1):
        upper = 1.0 / (2 * n + 3)
        for j in range(PANELS):
            gradient[n, j] = source[n, j] + upper * gradient[n + 1, j] * pivots[n + 1, j]
    for j in range(PANELS):
        gradient[0, j] = (gradient[0, j] - start) * pivots[0, j]
        solution[0, j] = start + gradient[0, j]
        start += 2.0 * gradient[0, j]
    for n in range(1, DEGREE):
        lower = 1.0 / (2 * n - 1)
        for j in range(PANELS):
            gradient[n, j] = (gradient[n, j] - lower * gradient[n - 1, j]) * pivots[n, j]
    for j in range(PANELS):
        solution[0, j] -= gradient[1, j] / 3.0
    for n in range(1, DEGREE + 1):
        lower, upper = 1.0 / (2 * n - 1), 1.0 / (2 * n + 3)
        for j in range(PANELS):
            solution[n, j] = lower * gradient[n - 1, j]
            if n < DEGREE - 1:
                solution[n, j] -= upper * gradient[n + 1, j]
    return solution, gradient


@kernel
def pass_tank(before: np.ndarray, theta: float) -> tuple[np.ndarray, np.ndarray]:
    """G after a tank, (D+1, J), and its derivative by ln theta, from the one `before` it (D+1, J).

    theta: (-) mean residence time over the span, both as reaction coordinates
    """
    if theta <= 0.0:
        return before.copy(), np.zeros((DEGREE + 1, PANELS))
    stiffness = np.empty(PANELS)
    pivots = np.empty((DEGREE, PANELS))  # their reciprocals
    for j in range(PANELS):
        stiffness[j] = 2.0 * theta / (EDGES[j + 1] - EDGES[j])
        pivots[DEGREE - 1, j] = 1.0 / (stiffness[j] + 1.0 / (2 * DEGREE - 1))
    for n in range(DEGREE - 2, -1, -1):
        product = 1.0 / ((2 * n + 3) * (2 * n + 1))
        edge = 1.0 if n == 0 else 0.0
        for j in range(PANELS):
            pivots[n, j] = 1.0 / (stiffness[j] + edge + product * pivots[n + 1, j])
    after, gradient = substitute(before, pivots, 1.0)
    source = np.zeros((DEGREE + 1, PANELS))
    for n in range(DEGREE):
        for j in range(PANELS):
            source[n, j] = -stiffness[j] * gradient[n, j]
    slope, _ = substitute(source, pivots, 0.0)
    return after, slope
