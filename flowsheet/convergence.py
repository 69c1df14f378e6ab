"""Accelerators for recycles: from what a pass over a loop was given and what it answered, what to give it next.

The unknowns are the torn streams x; a pass answers g(x); wanted is x = g(x). Nothing here loops or calls g: an
accelerator is a frozen configuration, `start` and `step` answer states, which are values too.

    state = accelerator.start(x)
    while not done:
        g = pass_over_loop(state.x)
        state, x = accelerator.step(state, g)

Method      Two passes of direct substitution. A loop that then still contracts slowly is far from its answer, and is
            brought near by bounded Wegstein passes. Then Anderson mixing: the combination of the last points whose
            residuals cancel best, by least squares. Every residual is divided by the size of its own entry, so that
            a trace element counts as much as water. An iteration that begins with the secants of one near its answer mixes
            with them from its first pass on.
Safeguards  An entry that must not be negative and would be is replaced by what the pass answered. When the residual
            grows, or has not shrunk for long, the best point is taken up again by bounded Wegstein passes (which damp
            where the answer overshoots), twice as many each time, and a new mixing begins; where secants of an earlier
            iteration were mixed in, they are let go first and mixing begins at the best point. Where that has been fruitless
            the passes drift: they are followed as they come, and every few of them as far ahead as their dominant
            eigenvalue tells, in bounded strides, until these lead nowhere either; mixing is tried again once they are near.
Sources     D. G. Anderson, "Iterative procedures for nonlinear integral equations", J. ACM 12 (1965) 547-560
            H. F. Walker, P. Ni, "Anderson acceleration for fixed-point iterations", SIAM J. Numer. Anal. 49 (2011)
            1715-1735: the least-squares form with differences, and dropping columns that depend on the others
            J. H. Wegstein, "Accelerating convergence of iterative processes", Commun. ACM 1(6) (1958) 9-13
"""

from dataclasses import dataclass, replace
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from ..kernels.orthogonal import orthogonalise
from .errors import DataError

Vector = NDArray[np.float64]

_TINY = 1e-300
_SIGNED_FLOOR = 1e-9  # of the largest entry: a difference of large numbers has no accuracy relative to itself
_DEPENDENT = 1e-8  # of its length is all that a difference adds to the newer ones: it carries round-off only
_DEPENDENT_OLD = 1e-3  # likewise a secant of an earlier iteration, which is not quite of this one
_SECANT_NEAR, _SECANT_LEAST = 0.03, 1e-9  # mean residual of the points that give secants, and least change of it
_GROWTH_TOLD = 10.0  # growth of the residual that is borne while secants of an earlier iteration are tried
_SECANTS = 30  # the most that are kept
_EXACT = 1e-14  # a residual as small as this is round-off; nothing is gained by restarting
_SUBSTITUTIONS = 2
_SLOW = 0.9  # contraction of one substitution above which Wegstein passes come before mixing
_NEAR = 0.03  # largest relative residual at which Wegstein passes end early
_APPROACH = 9  # Wegstein passes before the first mixing
_RELIEF, _LONGEST_RELIEF = 10, 80  # Wegstein passes after a restart: the first time, and at most
_WEGSTEIN_BOUNDS = (-20.0, 0.75)
_FRUITLESS = 2  # restarts in a row that have not halved the best residual
_REST = 3  # plain passes between strides along a drift
_ALIGNED = 0.95  # cosine between two residuals in a row that makes them a drift
_LONGEST_STRIDE, _LARGEST_CHANGE = 50.0, 0.5  # of a stride: passes ahead, and change relative to the size of an entry
_NEAR_AGAIN, _NEARER = (
    1e-4,
    0.01,
)  # residual at which a drift is left for mixing, and the factor of it after each failure
_GIVEN_UP = 50  # passes of a drift that have not halved the best residual


@dataclass(frozen=True, eq=False)
class Secants:
    """What a pass did near an answer: changes (K, n) of what it answered and of its residual, the newest first."""

    answers: Vector
    residuals: Vector


class Phase(Enum):
    """What the accelerator is doing."""

    SUBSTITUTING = "direct substitution"
    APPROACHING = "bounded Wegstein"
    MIXING = "Anderson mixing"
    FOLLOWING = "dominant eigenvalue"


@dataclass(frozen=True, eq=False)
class State:
    """Where an iteration stands. `x` is what to give to the next pass; arrays are never changed.

    `passes`: answers seen. `residual`: largest relative residual of the last one. `stalled`: strides along a drift have
    brought nothing, or a pass has answered what is not finite before there was a point to return to; further steps
    are allowed and seldom help. `best_x`, `best_size`: the point of least mean residual, and that mean. `restarts`:
    how often it was taken up again.
    """

    x: Vector
    phase: Phase
    passes: int
    residual: float
    stalled: bool
    best_x: Vector
    best_size: float
    restarts: int
    _best_g: Vector
    _points: Vector
    _answers: Vector
    _left: int
    _without_gain: int
    _reference: float
    _size_at_restart: float
    _fruitless: int
    _near: float
    _followed: int
    _secants: Secants


def residual(x: Vector, g: Vector, floor: float | Vector = 0.0) -> float:
    """Answer the largest |g - x| / max(|g|, floor) of all entries; infinite where one is not finite."""
    return _largest(_relative(x, g, np.maximum(np.abs(g), floor)))


@dataclass(frozen=True, eq=False)
class Accelerator:
    """Proposes the next x of x = g(x).

    `may_be_negative`: mask of the entries that may be (a total of H+); none by default. `floor`: size below which an
    entry need not be accurate relative to itself, in its own unit; a number or one for each entry. `memory`: the most
    differences that are combined, never more than there are unknowns. `growth`: a mean residual so many times the
    least of this mixing causes a restart. `patience`: so many passes without a better point cause one, in
    multiples of the memory.
    """

    may_be_negative: NDArray[np.bool_] | None = None
    floor: float | Vector = 0.0
    memory: int = 20
    growth: float = 3.0
    patience: float = 2.0

    def start(self, x: Vector, secants: Secants | None = None) -> State:
        """Answer the state before the first pass, which is to be given `x`; `secants`: of an iteration like it, near its end."""
        x = np.array(x, dtype=np.float64)
        if x.ndim != 1 or x.size == 0 or not np.isfinite(x).all():
            raise DataError(f"start of a recycle: {x} is not a vector of finite numbers")
        none = np.empty((0, x.size))
        known = Secants(none, none) if secants is None else secants
        return State(
            x=x,
            phase=Phase.MIXING if len(known.answers) else Phase.SUBSTITUTING,
            passes=0,
            residual=np.inf,
            stalled=False,
            best_x=x,
            best_size=np.inf,
            restarts=0,
            _best_g=x,
            _points=none,
            _answers=none,
            _left=_SUBSTITUTIONS,
            _without_gain=0,
            _reference=np.inf,
            _size_at_restart=np.inf,
            _fruitless=0,
            _near=_NEAR_AGAIN,
            _followed=0,
            _secants=known,
        )

    def secants(self, state: State) -> Secants:
        """Answer what the passes near the end of an iteration tell to a later one like it, with what this one was told."""
        if len(state._answers) == 0:
            return state._secants
        scale = np.maximum(self._sizes(state._answers[-1]), _TINY)
        residuals = state._answers - state._points
        near = np.sqrt(((residuals / scale) ** 2).mean(axis=1)) < _SECANT_NEAR
        answers, residuals = (np.diff(each[near], axis=0)[::-1] for each in (state._answers, residuals))
        told = np.sqrt(((residuals / scale) ** 2).mean(axis=1)) > _SECANT_LEAST
        old = state._secants
        return Secants(
            np.concatenate((answers[told], old.answers))[:_SECANTS],
            np.concatenate((residuals[told], old.residuals))[:_SECANTS],
        )

    def step(self, state: State, g: Vector, given: Vector | None = None) -> tuple[State, Vector]:
        """Answer the state after a pass that answered `g`, and what to give to the next one.

        `given`: what the pass was really given, where the caller has changed `state.x`.
        """
        x = state.x if given is None else np.array(given, dtype=np.float64)
        g = np.array(g, dtype=np.float64)
        if g.shape != x.shape:
            raise DataError(f"recycle: a pass answers {g.shape} numbers, {x.shape} were given")
        if not np.isfinite(g).all():
            return _advance(self._return_to_best(replace(state, passes=state.passes + 1, residual=np.inf)))
        sizes = self._sizes(g)
        relative = _relative(x, g, sizes)
        size = float(np.sqrt(relative @ relative / relative.size))
        state = self._record(state, x, g, relative, size)
        if size <= _EXACT:
            return _advance(replace(state, x=g))
        state = self._next_phase(state, sizes)
        limit = max(4.0, self.patience * min(self.memory, x.size))
        growth = _GROWTH_TOLD if len(state._secants.answers) else self.growth
        lost = size > growth * state._reference or state._without_gain > limit
        if state.phase is Phase.MIXING and lost and len(state._secants.answers):
            return _advance(self._without_secants(state))
        if state.phase is Phase.MIXING and lost:
            return _advance(self._return_to_best(state))
        if state.phase is Phase.MIXING:
            proposal = _mixed(state, relative, sizes)
        elif state.phase is Phase.APPROACHING:
            proposal = _wegstein(state)
        elif state.phase is Phase.FOLLOWING:
            state, proposal = _stride(state, relative, sizes)
        else:
            proposal = g
        return _advance(replace(state, x=self._admissible(proposal, g)))

    def _sizes(self, g: Vector) -> Vector:
        sizes = np.maximum(np.abs(g), self.floor)
        if self.may_be_negative is not None:
            sizes = np.where(self.may_be_negative, np.maximum(sizes, _SIGNED_FLOOR * sizes.max()), sizes)
        return sizes

    def _admissible(self, proposal: Vector, g: Vector) -> Vector:
        refused = ~np.isfinite(proposal)
        if self.may_be_negative is None:
            refused |= proposal < 0.0
            fallback = np.maximum(g, 0.0)
        else:
            refused |= (proposal < 0.0) & ~self.may_be_negative
            fallback = np.where(self.may_be_negative, g, np.maximum(g, 0.0))
        return np.where(refused, fallback, proposal)

    def _record(self, state: State, x: Vector, g: Vector, relative: Vector, size: float) -> State:
        """Add a point to the history and compare it with the best."""
        keep = min(self.memory, x.size)
        better = size < state.best_size
        return replace(
            state,
            passes=state.passes + 1,
            residual=_largest(relative),
            best_x=x if better else state.best_x,
            best_size=size if better else state.best_size,
            _best_g=g if better else state._best_g,
            _points=np.concatenate((state._points[-keep:], x[None, :])),
            _answers=np.concatenate((state._answers[-keep:], g[None, :])),
            _without_gain=0 if better else state._without_gain + 1,
            _reference=min(state._reference, size) if state.phase is Phase.MIXING else size,
        )

    def _next_phase(self, state: State, sizes: Vector) -> State:
        """Go on to the next phase where the present one is over; a phase of n passes has n proposals."""
        if state.phase is Phase.MIXING:
            return state
        if state.phase is Phase.FOLLOWING:
            return _followed(state)
        near = state.phase is Phase.APPROACHING and state.restarts == 0 and state.residual < _NEAR
        if state._left > 0 and not near:
            return replace(state, _left=state._left - 1)
        if state.phase is Phase.SUBSTITUTING and _contraction(state, sizes) > _SLOW:
            return replace(state, phase=Phase.APPROACHING, _left=_APPROACH - 1)
        return replace(state, phase=Phase.MIXING, _without_gain=0)

    def _without_secants(self, state: State) -> State:
        """Take up the best point and mix on without the secants of an earlier iteration, which have led astray."""
        return replace(
            state,
            x=self._admissible(state._best_g, state._best_g),
            _points=state.best_x[None, :],
            _answers=state._best_g[None, :],
            _secants=Secants(state._points[:0], state._points[:0]),
            _without_gain=0,
            _reference=state.best_size,
        )

    def _return_to_best(self, state: State) -> State:
        """Take up the best point with an empty history; say so where returning has brought nothing for a while."""
        if not np.isfinite(state.best_size):
            return replace(state, stalled=True)
        gained = state.best_size < 0.5 * state._size_at_restart
        fruitless = 0 if gained else state._fruitless + 1
        drifts = state.stalled or fruitless >= _FRUITLESS
        passes = _REST if drifts else min(_RELIEF * 2**state.restarts, _LONGEST_RELIEF)
        return replace(
            state,
            x=self._admissible(state._best_g, state._best_g),
            phase=Phase.FOLLOWING if drifts else Phase.APPROACHING,
            restarts=state.restarts + 1,
            _points=state.best_x[None, :],
            _answers=state._best_g[None, :],
            _left=passes - 1,
            _without_gain=0,
            _size_at_restart=state.best_size,
            _fruitless=fruitless,
            _followed=0,
            _secants=Secants(state._points[:0], state._points[:0]),
        )


def _advance(state: State) -> tuple[State, Vector]:
    return state, state.x


def _relative(x: Vector, g: Vector, sizes: Vector) -> Vector:
    return (g - x) / np.maximum(sizes, _TINY)


def _largest(relative: Vector) -> float:
    largest = float(np.abs(relative).max())
    return largest if np.isfinite(largest) else np.inf


def _contraction(state: State, sizes: Vector) -> float:
    """Answer the ratio of the mean residuals of the last two points."""
    weighed = (state._answers[-2:] - state._points[-2:]) / np.maximum(sizes, _TINY)
    before, now = np.sqrt((weighed**2).sum(axis=1))
    return float(now / max(before, _TINY))


def _mixed(state: State, relative: Vector, sizes: Vector) -> Vector:
    """Combine the history so that its residuals cancel best, weighed by the present sizes.

    Differences stand with the newest first and of length 1, so that the triangular factor shows which of the older ones
    add nothing to the newer; those are left out.
    """
    scale = np.maximum(sizes, _TINY)
    old = state._secants
    residuals = state._answers - state._points
    weighed = np.diff(residuals / scale, axis=0)[::-1]
    differences = np.concatenate((weighed, old.residuals / scale))[: relative.size]
    steps = np.concatenate((np.diff(state._answers, axis=0)[::-1], old.answers))[: relative.size]
    lengths = np.sqrt((differences**2).sum(axis=1))
    lengths[lengths == 0.0] = 1.0
    least = np.where(np.arange(len(lengths)) < len(weighed), _DEPENDENT, _DEPENDENT_OLD)
    q, r = orthogonalise((differences / lengths[:, None]).T)
    added = np.abs(np.diagonal(r))
    keep = added > least
    if not keep.any():
        return state._answers[-1]
    if keep.all():
        shares = np.linalg.solve(r, q.T @ relative)
    else:
        shares = np.linalg.lstsq(r[:, keep], q.T @ relative, rcond=None)[0]
    shares = shares / lengths[keep]
    return state._answers[-1] - shares @ steps[keep]


def _followed(state: State) -> State:
    """Leave a drift for mixing where it has come near, and give it up where it leads nowhere."""
    if state.residual <= state._near:
        history = {"_points": state._points[-1:], "_answers": state._answers[-1:]}
        return replace(state, phase=Phase.MIXING, _without_gain=0, _near=state._near * _NEARER, **history)
    if state.best_size < 0.5 * state._size_at_restart:
        return replace(state, _size_at_restart=state.best_size, _followed=0)
    return replace(state, stalled=state.stalled or state._followed >= _GIVEN_UP, _followed=state._followed + 1)


def _stride(state: State, relative: Vector, sizes: Vector) -> tuple[State, Vector]:
    """Follow a drift: as the pass answered, and after a rest as far ahead as the ratio of the last two residuals tells."""
    x, g = state._points[-1], state._answers[-1]
    if state.stalled or state._left > 0 or len(state._points) < 2:
        return replace(state, _left=max(0, state._left - 1)), g
    before = (state._answers[-2] - state._points[-2]) / np.maximum(sizes, _TINY)
    product, length = float(relative @ before), float(before @ before)
    ratio = product / max(length, _TINY)
    aligned = product > _ALIGNED * np.sqrt(length) * float(np.sqrt(relative @ relative))
    if not (aligned and 0.0 < ratio < 1.0):
        return state, g
    ahead = min(ratio / (1.0 - ratio), _LONGEST_STRIDE, _LARGEST_CHANGE / max(_largest(relative), _TINY))
    return replace(state, _left=_REST), g + ahead * (g - x)


def _wegstein(state: State) -> Vector:
    """Extrapolate every entry by itself from the last two points; a bounded share of the old x is kept."""
    x, g = state._points[-1], state._answers[-1]
    if len(state._points) < 2:
        return g
    moved = x - state._points[-2]
    answered = g - state._answers[-2]
    gap = answered - moved
    # slope s = answered/moved; the share s/(s - 1) goes to where the secant meets x = g. For s > 1 that lies behind,
    # and the share above 1 is cut: plain substitution is the better guess
    shares = np.divide(answered, gap, out=np.zeros_like(gap), where=gap != 0.0)
    shares = np.where((shares > 1.0) | (moved == 0.0), 0.0, np.clip(shares, *_WEGSTEIN_BOUNDS))
    return shares * x + (1.0 - shares) * g
