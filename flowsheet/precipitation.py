"""What a stirred precipitation tank does: solids come down as far as equilibrium and their rates let them, and take ions along.

    n_s = n_s0 + f_s (n_s,eq - n_s0)        f_s = k h t / (1 + k h t)

    n_s, n_s0   flow of a solid that leaves and that enters, mol/s; eq: at equilibrium of all that enters
    k           `settling_rate` of `precipitation.csv` at the tank's temperature; f = 1 of a solid without a row
    t, h        residence time; solids held per solids made, seed and recycled ones counted

Solid solutions and what precipitates take up: `solid_solutions.py`, `precipitation_equilibrium.py`.

Source: first-order approach: Mullin (2001) Crystallization, 4th ed., ch. 6.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import root_scalar

from .chemistry.equilibrium import Equilibrium, speciate
from .chemistry.system import PROTON, Chemistry
from .errors import ConvergenceError, DataError
from .precipitation_equilibrium import Guess, State, Tank, balanced, changes_of
from .precipitation_rates import settling_rate
from .stream import Stream, gathered, mix

_DOSE_ACCURACY = 1e-13
_REACHES = (1e-3, 0.03)  # either way of the dose expected, within which it is sought
_LEAST = 0.05  # of the dose of equilibrium, below which none is tried
_LONGER = 60  # times that a dose is made longer
_ENDLESS_TIME = 1e5  # times that a solid would need: it is at equilibrium
_NOTICED = 0.05  # of pH
_THERE = 1e-4  # of pH: a tank after one of the same pH may stand a little beyond it, or short of it
_WEAK = {"CO3-2": 1.5, "PO4-3": 1.5, "HS-": 0.5, "SO3-2": 0.5, "NH4+": 0.5}  # protons that a mole takes near pH 7


@dataclass(frozen=True)
class Precipitated:
    """What leaves a tank: `stream`; what was `drawn` of the titrant; `liquor`, its liquor's speciation; `warnings`."""

    stream: Stream
    drawn: Stream
    liquor: Equilibrium
    warnings: tuple[str, ...] = ()
    guess: Guess | None = None


def precipitate(
    stream: Stream,
    tank: Tank,
    titrant: Stream | None = None,
    target_ph: float | None = None,
    start: Guess | None = None,
) -> Precipitated:
    """Let solids come down in a tank; with a titrant, dosed until the liquor that leaves has `target_ph`.

    A liquor already beyond the target gets nothing, with a warning. `start`: the guess of a run on a stream like this, which
    saves time and changes nothing. Raises `DataError` where the titrant cannot reach the target or is none,
    `ConvergenceError` where tank and uptake do not agree.
    """
    chemistry = stream.chemistry
    unknown = [name for name in tank.lattice if name not in tank.forms]
    if unknown:
        raise DataError(f"lattice: {', '.join(unknown)} is not among the solids that may form")
    if stream.mass == 0.0:
        raise DataError("precipitation: 0 kg/s enters the tank, there is nothing to precipitate from")
    if titrant is not None and target_ph is not None and _alkalinity(titrant, tank) == 0.0:
        raise DataError(
            f"pH {target_ph:g} cannot be reached: what is dosed holds neither acid nor base (a solid counts among the "
            "solids that may form)"
        )
    nothing = stream.replace(flows=np.zeros(chemistry.size))
    warnings: list[str] = []
    dose, state = 0.0, State() if start is None else start.state.times(stream.mass)
    if titrant is not None and target_ph is not None:
        expected = 0.0 if start is None else start.dose * stream.mass
        dose, state = _dose_near(stream, tank, titrant, target_ph, expected, state) or _dose(
            stream, tank, titrant, target_ph, state, warnings
        )
    drawn = titrant * dose if titrant is not None and dose > 0.0 else nothing
    whole = mix([stream, _dissolved(drawn, tank)]) if dose > 0.0 else stream
    after, found, state = _left(whole, tank, state)
    guess = Guess(dose / stream.mass, state.times(1.0 / stream.mass))
    return Precipitated(after, drawn, found, (*warnings, *found.warnings), guess)


def _dissolved(titrant: Stream, tank: Tank) -> Stream:
    """Answer a titrant with those of its solids that may form in the tank as their components: they are not made there."""
    chemistry = titrant.chemistry
    allowed = chemistry.allowed(tank.forms)
    flows = np.array(titrant.flows)
    flows[chemistry.liquor] = gathered(titrant, allowed)
    flows[chemistry.phase_positions[allowed]] = 0.0
    return titrant.replace(flows=flows)


def _dose_near(
    stream: Stream, tank: Tank, titrant: Stream, target_ph: float, expected: float, state: State
) -> tuple[float, State] | None:
    """Answer what `_dose` does from a dose that is near, or None where it is not near."""
    if expected <= 0.0:
        return None
    try:
        dose, found, state = balanced(stream, tank, state, titrant, target_ph)
    except (DataError, ConvergenceError):
        return None
    if not _is_slow(stream, tank, found):
        return (dose, state) if dose > 0.0 else None
    beyond = _Beyond(stream, tank, _dissolved(titrant, tank), target_ph, state, {})
    for reach in _REACHES:
        low, high = expected * (1.0 - reach), expected * (1.0 + reach)
        if beyond(low) * beyond(high) < 0.0:
            return _root(beyond, low, high)
    return None


def _dose(
    stream: Stream, tank: Tank, titrant: Stream, target_ph: float, state: State, warnings: list[str]
) -> tuple[float, State]:
    """Answer how much of the titrant brings the liquor that leaves to the pH, 0 where it is beyond already, and the solids."""
    is_base = _alkalinity(titrant, tank) > 0.0
    try:
        dose, found, held = balanced(stream, tank, state, titrant, target_ph)
    except DataError as refusal:
        return _no_dose(stream, tank, target_ph, state, is_base, warnings, refusal)
    if not _is_slow(stream, tank, found):
        return dose, held
    beyond = _Beyond(stream, tank, _dissolved(titrant, tank), target_ph, held, {})
    high = dose
    for _ in range(_LONGER):
        if (beyond(high) >= 0.0) == is_base:
            break
        high = 1.3 * high
    else:
        raise DataError(f"pH {target_ph:g} cannot be reached: {high:.3g} doses leave the liquor short of it")
    low = high
    while (beyond(low) >= 0.0) == is_base:
        if low == 0.0:
            return _no_dose(stream, tank, target_ph, beyond.state, is_base, warnings, None)
        high, low = low, 0.7 * low if low > _LEAST * dose else 0.0
    return _root(beyond, low, high)


def _no_dose(
    stream: Stream,
    tank: Tank,
    target_ph: float,
    state: State,
    is_base: bool,
    warnings: list[str],
    refusal: DataError | None,
) -> tuple[float, State]:
    """Answer a dose of 0 where the liquor that leaves is beyond the pH without one, or raise why it cannot be reached."""
    _, liquor, state = _left(stream, tank, state)
    beyond = (liquor.ph - target_ph) if is_base else (target_ph - liquor.ph)
    if refusal is not None and beyond < -_THERE:
        raise refusal
    if beyond > _NOTICED:
        side = "above" if is_base else "below"
        warnings.append(f"the liquor stands at pH {liquor.ph:.2f} without a dose, {side} the {target_ph:g} wanted")
    return 0.0, state


def _root(beyond: _Beyond, low: float, high: float) -> tuple[float, State]:
    found = root_scalar(beyond, bracket=(low, high), method="brentq", xtol=_DOSE_ACCURACY * high, rtol=1e-15)
    return float(found.root), beyond.state


@dataclass
class _Beyond:
    """How far beyond the pH a dose takes what leaves; remembers doses it knows and the solids of the last."""

    stream: Stream
    tank: Tank
    titrant: Stream
    target_ph: float
    state: State
    known: dict[float, float]

    def __call__(self, dose: float) -> float:
        if dose not in self.known:
            _, left, self.state = _left(mix([self.stream, self.titrant * dose]), self.tank, self.state)
            self.known[dose] = left.ph - self.target_ph
        return self.known[dose]


def _alkalinity(titrant: Stream, tank: Tank) -> float:
    """Answer how much base (mol/s) a titrant is at pH 7 or so; below 0 an acid."""
    chemistry = titrant.chemistry
    totals = gathered(titrant, chemistry.allowed(tank.forms))
    weak = sum(share * totals[chemistry.index[name]] for name, share in _WEAK.items() if name in chemistry.index)
    return float(weak - totals[PROTON])


def _is_slow(stream: Stream, tank: Tank, found: Equilibrium) -> bool:
    """Answer whether a solid that is there before or after is slow to come or go."""
    return bool((_shares(stream, tank, found) < 1.0).any())


def _shares(stream: Stream, tank: Tank, found: Equilibrium) -> np.ndarray:
    """Answer f (P,) of the phases that are there before or after, 1 of all others."""
    chemistry = stream.chemistry
    allowed = chemistry.allowed((*tank.forms, *tank.pressures))
    there = allowed & ((found.amounts > 0.0) | (stream.flows[chemistry.phase_positions] > 0.0))
    return np.where(there, _approach(chemistry, tank), 1.0)


def _approach(chemistry: Chemistry, tank: Tank) -> np.ndarray:
    """Answer f (P,): the share of its way to equilibrium that each phase goes in the tank; one for all of a lattice."""
    shares = np.ones(len(chemistry.phases))
    for place, phase in enumerate(chemistry.phases):
        rate = settling_rate(phase.name, tank.temperature)
        if rate is not None:
            times = rate * tank.rates * tank.hold * tank.residence_time
            shares[place] = times / (1.0 + times) if times < _ENDLESS_TIME else 1.0
    shared = [chemistry.phase_index[name] for name in tank.lattice if name in chemistry.phase_index]
    if shared:
        shares[shared] = shares[shared].min()
    return shares


def _left(stream: Stream, tank: Tank, start: State) -> tuple[Stream, Equilibrium, State]:
    """Answer what leaves the tank of what is in it, the speciation of its liquor, and the solids of the equilibrium."""
    chemistry = stream.chemistry
    allowed = chemistry.allowed((*tank.forms, *tank.pressures))
    _, found, state = balanced(stream, tank, start)
    bound = state.bound
    held = np.where(allowed, stream.flows[chemistry.phase_positions], 0.0)
    shares = _shares(stream, tank, found)
    flows = np.array(stream.flows)
    if (shares == 1.0).all():
        flows += changes_of(chemistry, bound)
        flows[chemistry.liquor] = found.totals
        flows[chemistry.phase_positions[allowed]] = found.amounts[allowed]
        return stream.replace(flows=flows, temperature=tank.temperature), found, state
    composition = chemistry.mixture(tank.temperature).phase_composition
    totals = gathered(stream, allowed)

    def at(way: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        going = shares.min() + way * (shares - shares.min())
        amounts = held + going * (found.amounts - held)
        gone = {name: float(going[place]) for name, place in chemistry.phase_index.items()}
        bind = changes_of(chemistry, bound, gone)
        return amounts, bind, totals + bind[chemistry.liquor] - amounts @ composition

    amounts, bind, liquor = at(_furthest(lambda way: at(way)[2], found.totals))
    flows += bind
    liquor[PROTON + 1 :] = np.maximum(liquor[PROTON + 1 :], 0.0)
    flows[chemistry.liquor] = liquor
    flows[chemistry.phase_positions[allowed]] = np.maximum(amounts[allowed], 0.0)
    as_it_is = speciate(chemistry, liquor, tank.temperature, np.zeros(len(chemistry.phases), dtype=np.bool_))
    return stream.replace(flows=flows, temperature=tank.temperature), as_it_is, state


def _furthest(liquor_at, scale: np.ndarray) -> float:
    """Answer how far (0 to 1) solids may go at rates of their own before one takes what another has not given yet."""
    nearest, furthest = liquor_at(0.0), liquor_at(1.0)
    solutes = slice(PROTON + 1, None)
    short = furthest[solutes] < -1e-14 * np.abs(scale).max()
    if not short.any():
        return 1.0
    falls = nearest[solutes][short] - furthest[solutes][short]
    return float(np.clip((nearest[solutes][short] / falls).min(), 0.0, 1.0))
