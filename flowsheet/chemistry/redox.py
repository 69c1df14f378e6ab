"""Full redox equilibrium of a liquor: the states of an element share themselves out by mass action, electrons balance.

The electrons that a liquor holds at an activity of the electron grow with the fugacity h of H2 that goes with it (see
`electrons`), and ln h is where they are those that came in:

    sum_i eps_i n_i = sum_j eps_j T_j        eps: H2 in a mole of species i or of total j, beside its component
    pe = -pH - 1/2 log10 h

Oxygen over a liquor whose water takes part stands at one h, whatever its amount: there the amount is the unknown.

Sources: Stumm & Morgan (1996) Aquatic Chemistry, 3rd ed., chapter 8; Chandrupatla (1997) Adv. Eng. Softw. 28, 145 (root).
"""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from ..errors import ConvergenceError, DataError
from . import water
from .couples import FARADAY, Couple, couple, partial_pressure
from .electrons import Balance, RedoxProblem, pose
from .equilibrium import Equilibrium, answered, speciate
from .species import COMPONENT, GAS
from .system import Chemistry

_LN10 = math.log(10.0)
_BAR = 1e5
_LEAST_POISE = 1e-12  # of all electrons, per unit of ln h: less than this and round-off would set the potential
_BALANCED = 1e-9
_WIDEST = 85.0 * _LN10  # of ln h: H2O2 and Co+3 lie within
_FIRST_STEP, _GROWTH, _LARGEST_STEP, _LEAST_STEP = 1.0, 1.7, 12.0, 1e-4
_STEPS = 120
_STARTS = (-10.0, -20.0, -30.0, 0.0, -5.0, -15.0, -25.0, -35.0)  # log h
_NUDGE = 0.01
_ROUNDING = 4e-16
_FAR_BELOW = -100.0


@dataclass(frozen=True, eq=False)
class RedoxEquilibrium:
    """A liquor whose couples are at one potential.

    `equilibrium`: the liquor, each redox state with the total that it came to. `pe`: minus log10 of the activity of the
    electron. `amounts`: moles of the solids and gases that are states of a couple. `electron_error`: electrons made or
    lost, relative to those that the couples could exchange.
    """

    equilibrium: Equilibrium
    pe: float
    amounts: Mapping[str, float]
    electron_error: float

    @property
    def eh(self) -> float:
        """Redox potential, V against the standard hydrogen electrode."""
        return self.pe * _LN10 * water.GAS_CONSTANT * self.equilibrium.temperature / FARADAY


def redox_equilibrium(
    chemistry: Chemistry,
    totals: np.ndarray,
    temperature: float,
    allowed: np.ndarray,
    couples: Iterable[str],
    held: Mapping[str, float] | None = None,
    pressures: Mapping[str, float] | None = None,
) -> RedoxEquilibrium:
    """Answer the equilibrium of component `totals` (mol, C) at `temperature` (K) in which the couples share one potential.

    `allowed` (P,): the phases that may form. A couple of a solid or a gas (`MnO2(s)/Mn+2`, `O2(g)/H2O`) lets that phase
    form too; `held`: moles of such phases at the start, beside the totals. `pressures`: partial pressures, Pa, 1 bar where
    not given. Raises `DataError` for an unknown couple, for couples that close a circle, and where nothing sets a
    potential because an element has one state only; `ConvergenceError` where the kernel finds no answer.
    """
    found = [couple(name) for name in couples]
    problem = pose(chemistry, totals, temperature, allowed, found, held or {}, pressures or {})
    start = speciate(chemistry, problem.totals, temperature, allowed, pressures)
    guess = _guess(start, found, pressures or {})
    oxygen = problem.oxygen()
    if oxygen >= 0:
        problem, balance = _under_oxygen(problem, oxygen, guess, start.ph)
    else:
        balance = _balanced(problem, guess, start.ph)
        _refuse_unpoised(problem, balance, start.ph, ", ".join(c.name for c in found))
    return _answer(problem, balance, found)


def _balanced(problem: RedoxProblem, guess: float, ph: float) -> Balance:
    """Answer the liquor at the ln h, sought from `guess`, at which its electrons balance."""
    ln_proton = -ph * _LN10
    balance, beyond = (problem.balance(ln_h, ln_proton) for ln_h in _root(problem, ln_proton, guess))
    if balance is None:
        raise ConvergenceError("redox equilibrium: the liquor has no equilibrium at its own potential")
    if beyond is not None and abs(balance.excess) > _LEAST_POISE * problem.turnover():
        return _between(balance, beyond)
    return balance


def _between(one: Balance, other: Balance) -> Balance:
    """Answer the mixture of two liquors alike but for their phases, on either side of a jump, whose electrons balance.

    Two solids of one element, such as Cu(OH)2 and Cu2O, stand together at one h whatever their amounts.
    """
    share = one.excess / (one.excess - other.excess) if one.excess * other.excess < 0.0 else 0.0
    water = (1.0 - share) * one.speciation.water + share * other.speciation.water
    moles = (1.0 - share) * one.speciation.water * one.speciation.molality
    moles = moles + share * other.speciation.water * other.speciation.molality
    return one._replace(
        excess=(1.0 - share) * one.excess + share * other.excess,
        speciation=one.speciation._replace(molality=moles / water, water=water),
        amounts=(1.0 - share) * one.amounts + share * other.amounts,
    )


def _refuse_unpoised(problem: RedoxProblem, balance: Balance, ph: float, names: str) -> None:
    """Raise `DataError` where round-off, not the liquor, would set the potential."""
    near = problem.balance(balance.ln_h + _NUDGE, -ph * _LN10)
    if near is not None and near.excess - balance.excess <= _NUDGE * _LEAST_POISE * problem.turnover():
        raise DataError(_undefined(problem, names))


def _under_oxygen(problem: RedoxProblem, phase: int, guess: float, ph: float) -> tuple[RedoxProblem, Balance]:
    """Answer the problem with the amount of oxygen over the liquor found, and its balance."""
    sealed = replace(problem, allowed=problem.allowed & (np.arange(len(problem.allowed)) != phase))

    def with_gas(amount: float) -> RedoxProblem:
        return replace(sealed, fixed=np.where(np.arange(len(sealed.fixed)) == phase, amount, 0.0))

    def supersaturation(amount: float) -> float:
        try:
            held = with_gas(amount)
            return held.saturation(phase, _balanced(held, guess, ph))
        except ConvergenceError:  # more oxygen than the liquor can give
            return _FAR_BELOW

    basis = problem.basis(0.0, 0.0)
    most = problem.turnover() / abs(float(problem.hydrogen(basis)[phase]))
    free = supersaturation(0.0)
    if free > 0.0 and most > 0.0:
        sealed = with_gas(_chandrupatla(supersaturation, 0.0, free, most, supersaturation(most))[0])
    return sealed, _balanced(sealed, guess, ph)


def _guess(start: Equilibrium, couples: list[Couple], pressures: Mapping[str, float]) -> float:
    """Answer a first ln h: where the couple with most of both its states stands, else between the couples."""
    ln_proton = -start.ph * _LN10
    stands, most, best = [], 0.0, 0.0
    for one in couples:
        ln_activity, least = {"H+": ln_proton}, math.inf
        for name in (one.oxidised, one.reduced):
            species = start.chemistry.species[start.chemistry.index[name]]
            if species.phase == COMPONENT and name not in {"H2O", "H+"}:
                least = min(least, start.molality(name))
                ln_activity[name] = math.log(start.activity(name)) if start.molality(name) > 0.0 else 0.0
            elif species.phase == GAS:
                ln_activity[name] = math.log(partial_pressure(name, pressures) / _BAR)
        volts = one.potential(start.temperature, ln_activity)
        stands.append(-2.0 * (volts * FARADAY / (water.GAS_CONSTANT * start.temperature) - ln_proton))
        if most < least < math.inf:
            most, best = least, stands[-1]
    return best if most > 0.0 else float(np.median(stands))


def _root(problem: RedoxProblem, ln_proton: float, guess: float) -> tuple[float, float]:
    """Answer where the electrons balance and the nearest point beyond: widen from a start until they change sign."""

    def excess(ln_h: float) -> float:
        return problem.excess(ln_h, ln_proton)

    x, value = _start(problem, ln_proton, guess)
    step = -math.copysign(_FIRST_STEP, value)
    while value != 0.0 and abs(step) > _LEAST_STEP:
        beyond = x + step
        other = problem.balance(beyond, ln_proton) if abs(beyond) <= _WIDEST else None
        if other is None:
            step *= 0.5
        elif other.excess * value <= 0.0:
            return _chandrupatla(excess, x, value, beyond, other.excess)
        else:
            x, value = beyond, other.excess
            step = math.copysign(min(_LARGEST_STEP, _GROWTH * abs(step)), step)
    return x, x


def _start(problem: RedoxProblem, ln_proton: float, guess: float) -> tuple[float, float]:
    """Answer a first ln h and the excess there: the guess, or one at which water is not torn apart."""
    best, least = guess, math.inf
    for ln_h in (guess, *(log_h * _LN10 for log_h in _STARTS)):
        balance = problem.balance(ln_h, ln_proton)
        if balance is not None and abs(balance.excess) < abs(least):
            best, least = ln_h, balance.excess
        if abs(least) <= 2.0 * problem.turnover():
            return best, least
    if math.isinf(least):
        raise ConvergenceError(f"redox equilibrium: the kernel finds no answer near log h = {guess / _LN10:.1f}")
    return best, least


def _chandrupatla(function: Callable[[float], float], a: float, fa: float, b: float, fb: float) -> tuple[float, float]:
    """Answer the root of a function between a and b, where it is fa and fb, of opposite sign, and the other end then."""
    c, fc, share, best, other = a, fa, 0.5, a, b
    for _ in range(_STEPS):
        x = a + share * (b - a)
        fx = function(x)
        if fx * fa > 0.0:
            c, fc = a, fa
        else:
            c, fc, b, fb = b, fb, a, fa
        a, fa = x, fx
        best, other, f_best = (a, b, fa) if abs(fa) < abs(fb) else (b, a, fb)
        width = _ROUNDING * abs(best) / abs(b - a) if b != a else 1.0
        if width > 0.5 or f_best == 0.0:
            break
        along, across = (a - b) / (c - b), (fa - fb) / (fc - fb)
        share = 0.5
        if across**2 < along and (1.0 - across) ** 2 < 1.0 - along:
            share = fa / (fb - fa) * fc / (fb - fc) + (c - a) / (b - a) * fa / (fc - fa) * fb / (fc - fb)
        share = min(1.0 - width, max(width, share))
    return best, other


def _undefined(problem: RedoxProblem, names: str) -> str:
    """Say which states a liquor lacks that would set its potential."""
    absent = [
        problem.chemistry.components[at].name
        for _, states in problem.groups
        for at in states
        if not problem.totals[at] > 0.0
    ]
    lacks = f"it holds no {' and no '.join(absent)}, and" if absent else "it holds"
    return f"redox equilibrium of {names}: the potential is undefined, {lacks} nothing else to take or give electrons"


def _answer(problem: RedoxProblem, balance: Balance, couples: list[Couple]) -> RedoxEquilibrium:
    """Turn a balanced liquor into totals of each state; what is made of a state is taken from the one kept."""
    chemistry, basis, amounts = problem.chemistry, balance.basis, balance.amounts
    scale = problem.turnover()
    error = abs(balance.excess) / scale if scale > 0.0 else 0.0
    if error > _BALANCED:
        raise ConvergenceError(f"redox equilibrium: electrons balance to {error:.2g} of those exchanged only")
    count = len(chemistry.phases)
    totals = problem.totals - (amounts - problem.held)[count:] @ problem.phases.composition[count:]
    own = amounts[:count] @ problem.phases.composition[:count]
    held = balance.speciation.water * (balance.speciation.molality @ problem.mixture.composition) + own
    change = held[basis.replaced] - totals[basis.replaced]
    totals[basis.replaced] = held[basis.replaced]
    totals[basis.kept] -= change @ basis.made_of
    speciation = balance.speciation._replace(phase_amounts=np.array(amounts[:count]))
    equilibrium = answered(chemistry, problem.temperature, speciation, totals)
    phases = [name for c in couples for name in (c.oxidised, c.reduced) if _is_phase(chemistry, name)]
    made = {name: float(n) for name, n in zip(phases, amounts[count:], strict=True)}
    return RedoxEquilibrium(equilibrium, -equilibrium.ph - 0.5 * balance.ln_h / _LN10, made, error)


def _is_phase(chemistry: Chemistry, name: str) -> bool:
    return chemistry.species[chemistry.index[name]].phase != COMPONENT
