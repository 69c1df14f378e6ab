"""Constants of a rate law from an engineer's own batch curves, with what the curves leave open.

    fit = fit_leaching(read_curves("tests.csv"))
    print(fit.laws)                     every law that was tried, by Akaike's criterion
    print(fit.constants)                value, interval of 95 %, standard error
    print(*fit.left_open, *fit.remarks, sep="\\n")
    fit.draw("fit.png")
    unit = BatchLeaching(rates={"LiCoO2(s)": fit.law}, ...)

A constant is sought where the curves can tell it: an activation energy of curves 5 K apart, an order of curves whose
concentrations differ by a fifth. What they cannot tell stays as `start` has it, and is named. The fitted law has the range
of the curves as its window. How residuals make errors, and errors intervals, is in `extraction/fit_statistics.py`.

Sources: Bates & Watts (1988) Nonlinear Regression Analysis; Burnham & Anderson (2002) Model Selection (the criterion).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas
from matplotlib.figure import Figure
from scipy.optimize import least_squares

from ..errors import DataError, nearest
from ..extraction.fit_statistics import Estimate, Quantity, akaike, correlation, estimate, tied
from ..quantities import kilojoule, minute, mol_per_litre, to_celsius
from .curves import BatchCurve
from .fit_picture import draw_leaching_fit
from .rates import AVRAMI, LAWS, MIXED, TABLE, RateLaw

_TRIED = tuple(law for law in LAWS if law not in {MIXED, TABLE})
_SPAN = 5.0  # K, below which no activation energy is sought
_RATIO = 1.2  # of concentrations, below which no order is sought
_PER_ENERGY = 2e4  # J/mol, of a parameter's unit
_BETTER = 2.0  # of the corrected Akaike criterion, below which two laws are as good
_FLAT = (0.03, 0.97)  # conversions beyond which a reading only bounds a time
_MISFIT = 2.0  # root mean square of the residuals in uncertainties, above which law or uncertainties are wrong
_AT_BOUND = 1e-3
_STARTS = (0.0, -1.2, 1.2)  # of ln time, beside the first guess
# Half of the interval beyond which a constant is not determined.
_WIDEST = {"time": 0.7, "energy": 15e3 / _PER_ENERGY, "order": 0.3, "exponent": 0.3, "share": 0.3, "accessible": 0.1}


class _Unknown(NamedTuple):
    """A parameter that is sought: its name, kind, first guess and bounds."""

    name: str
    kind: str
    start: float
    low: float
    high: float


class _Solution(NamedTuple):
    """The best constants of one law: the parameters (P,), the law with them, residuals (R,) in uncertainties, Jacobian."""

    unknowns: tuple[_Unknown, ...]
    parameters: np.ndarray
    law: RateLaw
    scaled: np.ndarray
    jacobian: np.ndarray

    @property
    def criterion(self) -> float:
        """Akaike's criterion, corrected for few readings."""
        return akaike(self.scaled, len(self.unknowns))


@dataclass(frozen=True, eq=False)
class LeachingFit:
    """A rate law with what is known of it.

    `law`: as it is used, at the mean conditions of the curves. `constants`: value, interval of 95 %, standard error and unit
    by constant, and whether the curves determine it. `correlation`: between constants. `laws`: what was tried, the best
    first: parameters, root mean square of the residuals in uncertainties, criterion, and Akaike weight. `residuals`: a row
    for each reading. `left_open`: a sentence for each constant that the curves do not determine. `remarks`: on the data, the
    choice of the law and on how well it fits. `curves`: what was fitted.
    """

    law: RateLaw
    constants: pandas.DataFrame
    correlation: pandas.DataFrame
    laws: pandas.DataFrame
    residuals: pandas.DataFrame
    left_open: tuple[str, ...]
    remarks: tuple[str, ...]
    curves: tuple[BatchCurve, ...]

    def draw(self, path: str | Path | None = None) -> Figure:
        """Draw the law through the readings, the residuals, and each curve's own rate against 1/T; to a file where asked."""
        return draw_leaching_fit(self.law, self.curves, path)


def fit_leaching(
    curves: Iterable[BatchCurve],
    law: str | Sequence[str] = _TRIED,
    start: RateLaw | None = None,
    accessible: bool = False,
    name: str = "a fitted rate",
) -> LeachingFit:
    """Fit a rate law to batch curves of one mineral, or of one element of it.

    `law`: one of `rates.LAWS` but the table, or several to choose from by the corrected Akaike criterion; mixed control has
    two constants more and is tried where it is named. `start`: constants that the curves cannot tell, such as the activation
    energy of curves at one temperature, and the reference size. `accessible`: the share that dissolves at all is sought too.
    `name`: of the law made. Raises `DataError` for curves that hold too little.
    """
    found = tuple(curves)
    names = (law,) if isinstance(law, str) else tuple(law)
    for one in names:
        if one not in LAWS or one == TABLE:
            raise DataError(f"fit_leaching: law {one!r} cannot be fitted{nearest(one, _TRIED)}")
    readings = sum(curve.times.size for curve in found)
    if readings < 3:
        raise DataError(f"fit_leaching: {readings} readings are given, 3 are the least")
    if start is None:
        start = RateLaw(complete_time=1.0, name=name)
    solved = sorted((_solved(found, replace(start, name=name), one, accessible) for one in names), key=_criterion)
    return _reported(found, solved, start)


def _criterion(solution: _Solution) -> float:
    return solution.criterion


def _spans(values: Iterable[float | None], ratio: bool) -> bool:
    """Whether conditions lie far enough apart to tell what follows from them."""
    known = [value for value in values if value is not None]
    if not known:
        return False
    return max(known) >= _RATIO * min(known) if ratio else max(known) - min(known) >= _SPAN


def _centred(curves: Sequence[BatchCurve], start: RateLaw, law: str) -> RateLaw:
    """Answer the law at the middle of the curves' conditions, where its time is known best."""
    readings = np.array([curve.times.size for curve in curves], dtype=np.float64)
    inverse = np.average([1.0 / curve.temperature for curve in curves], weights=readings)
    given = {"law": law, "reference_temperature": round(float(1.0 / inverse), 2), "window": _window(curves)}
    for what in ("acid", "oxidant"):
        known = [getattr(curve, what) for curve in curves if getattr(curve, what) is not None]
        if known:
            given[f"reference_{what}"] = float(f"{math.exp(np.mean(np.log(known))):.4g}")
    if law == MIXED and start.law != MIXED:
        given["shares"] = (0.0, 0.3, 0.7)
    sizes = [curve.sizes.d50 for curve in curves if curve.sizes is not None]
    if start.reference_size is None and sizes:
        given["reference_size"] = float(f"{math.exp(np.mean(np.log(sizes))):.4g}")
    return replace(start, source="fit_leaching", note="", left=None, **given)


def _window(curves: Sequence[BatchCurve]) -> dict[str, tuple[float, float]]:
    """Answer the range of each condition over the curves."""
    found = {}
    for what in ("temperature", "acid", "oxidant", "pulp_density"):
        known = [getattr(curve, what) for curve in curves if getattr(curve, what) is not None]
        if known:
            found[what] = (min(known), max(known))
    sizes = [curve.sizes.d50 for curve in curves if curve.sizes is not None]
    return found | ({"size": (min(sizes), max(sizes))} if sizes else {})


def _unknowns(curves: Sequence[BatchCurve], law: RateLaw, accessible: bool) -> tuple[_Unknown, ...]:
    """Answer what is sought."""
    found = [_Unknown("complete time", "time", 0.0, -16.0, 16.0)]
    if _spans([curve.temperature for curve in curves], ratio=False):
        found.append(_Unknown("activation energy", "energy", 40e3 / _PER_ENERGY, 0.0, 15.0))
    for what in ("acid", "oxidant"):
        if _spans([getattr(curve, what) for curve in curves], ratio=True):
            found.append(_Unknown(f"{what} order", "order", 0.5, 0.0, 4.0))
    if law.law == AVRAMI:
        found.append(_Unknown("exponent", "exponent", 1.0, 0.1, 4.0))
    if law.law == MIXED:
        film, ash, _ = law.shares
        found.append(_Unknown("ash share", "share", ash, 0.0, 1.0))
        found.append(_Unknown("film share of the rest", "share", film / max(1.0 - ash, 1e-9) or 0.2, 0.0, 1.0))
    if accessible:
        most = max(float(curve.conversions.max()) for curve in curves)
        found.append(_Unknown("accessible", "accessible", min(max(most, 0.1), 0.98), 0.05, 1.0))
    return tuple(found)


def _with(law: RateLaw, guess: float, unknowns: Sequence[_Unknown], parameters: np.ndarray) -> RateLaw:
    """Answer the law with some parameters; `guess`: of the complete time, s."""
    known = dict(zip((unknown.name for unknown in unknowns), parameters.tolist(), strict=True))
    given: dict[str, object] = {"complete_time": guess * math.exp(known["complete time"])}
    if "activation energy" in known:
        given["activation_energy"] = known["activation energy"] * _PER_ENERGY
    given |= {f"{w}_order": known[f"{w} order"] for w in ("acid", "oxidant") if f"{w} order" in known}
    given |= {what: known[what] for what in ("exponent", "accessible") if what in known}
    if "ash share" in known:
        ash, film = known["ash share"], known["film share of the rest"]
        given["shares"] = (film * (1.0 - ash), ash, (1.0 - film) * (1.0 - ash))
    return replace(law, **given)  # pyright: ignore[reportArgumentType]


def _guess(curves: Sequence[BatchCurve], law: RateLaw) -> float:
    """Answer a first complete time, s: the median of what readings between the ends ask for, alone."""
    found = []
    coordinates = np.concatenate([np.zeros(1), np.geomspace(1e-6, 8.0, 400)])
    share = 1.0 - law.unreacted(coordinates)
    for curve in curves:
        middle = (curve.conversions > _FLAT[0]) & (curve.conversions < _FLAT[1]) & (curve.times > 0.0)
        elapsed = np.interp(curve.conversions[middle], share, coordinates)
        found += (curve.times[middle] / np.maximum(elapsed, 1e-6)).tolist()
    if found:
        return float(np.median(found))
    return float(np.median(np.concatenate([curve.times for curve in curves]))) or minute


def _solved(curves: Sequence[BatchCurve], start: RateLaw, name: str, accessible: bool) -> _Solution:
    """Find the best constants of one law, from three first guesses of its time."""
    law = _centred(curves, start, name)
    unknowns = _unknowns(curves, law, accessible)
    guess = _guess(curves, law)
    measured = np.concatenate([curve.conversions for curve in curves])
    uncertainty = np.concatenate([curve.uncertainty for curve in curves])

    def residuals(parameters: np.ndarray) -> np.ndarray:
        trial = _with(law, guess, unknowns, parameters)
        return (np.concatenate([curve.calculated(trial) for curve in curves]) - measured) / uncertainty

    low, high = np.array([u.low for u in unknowns]), np.array([u.high for u in unknowns])
    tried = []
    for shift in _STARTS:
        first = np.array([u.start for u in unknowns])
        first[0] += shift
        first = np.clip(first, low + 1e-6, high - 1e-6)
        tried.append(least_squares(residuals, first, bounds=(low, high), x_scale="jac"))
    parameters = np.asarray(min(tried, key=lambda one: float(one.cost)).x)
    jacobian = _slopes(residuals, parameters, low, high)
    return _Solution(unknowns, parameters, _with(law, guess, unknowns, parameters), residuals(parameters), jacobian)


def _slopes(function, at: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Answer the Jacobian (R, P) by central differences, one-sided at a bound."""
    columns = []
    for place in range(at.size):
        step = 1e-5 * max(1.0, abs(float(at[place])))
        up, down = at.copy(), at.copy()
        up[place], down[place] = min(at[place] + step, high[place]), max(at[place] - step, low[place])
        columns.append((function(up) - function(down)) / (up[place] - down[place]))
    return np.array(columns).T


def _quantities(solution: _Solution) -> list[Quantity]:
    """Answer what is reported, as parameters: a time by its logarithm."""
    found = []
    for at, unknown in enumerate(solution.unknowns):
        weights = np.zeros(len(solution.unknowns))
        weights[at] = 1.0
        unit, factor = {"energy": ("kJ/mol", _PER_ENERGY / kilojoule), "time": ("min", 1.0)}.get(
            unknown.kind, ("-", 1.0)
        )
        found.append(Quantity(unknown.name, weights, _WIDEST[unknown.kind], unit, factor))
    return found


def _reported(curves: tuple[BatchCurve, ...], solved: list[_Solution], start: RateLaw) -> LeachingFit:
    """Answer the fit with its tables."""
    best = solved[0]
    quantities = _quantities(best)
    known = estimate(best.jacobian, best.scaled, quantities)
    told = _left_open(curves, best, quantities, known)
    rows = []
    for at, quantity in enumerate(quantities):
        error, half, value = known.errors[at], known.halves[at], float(best.parameters[at])
        if best.unknowns[at].kind == "time":
            time = best.law.complete_time / minute
            with np.errstate(over="ignore"):
                row = {
                    "value": time,
                    "low": time * np.exp(-half),
                    "high": time * np.exp(half),
                    "standard error": time * error,
                }
        else:
            row = {"value": value, "low": value - half, "high": value + half, "standard error": error}
            row = {name: float(number) * quantity.factor for name, number in row.items()}
        determined = quantity.name not in told
        rows.append({"constant": quantity.name, **row, "unit": quantity.unit, "determined": determined})
    names = [quantity.name for quantity in quantities]
    return LeachingFit(
        law=best.law,
        constants=pandas.DataFrame(rows).set_index("constant"),
        correlation=pandas.DataFrame(correlation(known), index=names, columns=names),
        laws=_ranking(solved),
        residuals=_residual_table(curves, best),
        left_open=tuple(told.values()),
        remarks=(*_not_sought(curves, best, start), *_on_the_choice(solved), *_on_the_fit(curves, best)),
        curves=curves,
    )


def _ranking(solved: list[_Solution]) -> pandas.DataFrame:
    """Answer a row for each law, the best first."""
    criteria = np.array([solution.criterion for solution in solved])
    weights = np.exp(-0.5 * (criteria - criteria[0]))
    rows = [
        {
            "law": solution.law.law,
            "parameters": len(solution.unknowns),
            "root mean square": float(np.sqrt(np.mean(solution.scaled**2))),
            "criterion": float(criterion),
            "weight": float(weight / weights.sum()),
        }
        for solution, criterion, weight in zip(solved, criteria, weights, strict=True)
    ]
    return pandas.DataFrame(rows).set_index("law")


def _residual_table(curves: Sequence[BatchCurve], solution: _Solution) -> pandas.DataFrame:
    """Answer a row for each reading, in minutes and %."""
    rows = []
    for curve in curves:
        for time, measured, calculated, error in zip(
            curve.times, curve.conversions, curve.calculated(solution.law), np.asarray(curve.uncertainty), strict=True
        ):
            rows.append(
                {
                    "curve": curve.name,
                    "time min": float(time) / minute,
                    "measured %": 100.0 * float(measured),
                    "calculated %": 100.0 * float(calculated),
                    "in uncertainties": float((calculated - measured) / error),
                }
            )
    return pandas.DataFrame(rows)


def _left_open(
    curves: Sequence[BatchCurve], solution: _Solution, quantities: list[Quantity], known: Estimate
) -> dict[str, str]:
    """Answer a sentence for each constant that is not determined, by its name, and for pairs known together alone."""
    told = {}
    ends = np.concatenate([curve.conversions for curve in curves])
    flat = bool(((ends < _FLAT[0]) | (ends > _FLAT[1])).all())
    for unknown, quantity, half, value in zip(
        solution.unknowns, quantities, known.halves, solution.parameters, strict=True
    ):
        wide = f"+-{half * quantity.factor:.2g} {quantity.unit}".rstrip(" -") if np.isfinite(half) else "any value fits"
        if unknown.kind == "time" and np.isfinite(half):
            wide = f"within a factor of {math.exp(min(half, 50.0)):.2g}"
        if not half <= quantity.widest or (flat and unknown.kind == "time"):
            reason = (
                "every reading lies below 3 % or above 97 %" if flat else "the readings scatter too much or are too few"
            )
            told[unknown.name] = f"{unknown.name} is not determined ({wide}): {reason}"
        elif unknown.kind != "accessible" and min(value - unknown.low, unknown.high - value) < _AT_BOUND:
            told[unknown.name] = (
                f"{unknown.name} came out at its bound, {value * quantity.factor:.3g} {quantity.unit}".rstrip(" -")
                + ": the curves ask for another law"
            )
    for one, other, value in tied(known, quantities):
        if quantities[one].name not in told and quantities[other].name not in told:
            pair = f"{quantities[one].name} and {quantities[other].name}"
            told[pair] = f"{pair} are known together better than apart (correlation {value:.3f})"
    return told


def _not_sought(curves: Sequence[BatchCurve], solution: _Solution, start: RateLaw) -> list[str]:
    """Say what one temperature or one concentration cannot tell, and what was taken instead."""
    sought = {unknown.name for unknown in solution.unknowns}
    told = []
    if "activation energy" not in sought:
        span = sorted({round(to_celsius(curve.temperature), 1) for curve in curves})
        where = f"{span[0]:g}" if len(span) == 1 else f"{span[0]:g} to {span[-1]:g}"
        told.append(
            f"the activation energy cannot be told from curves at {where} degC ({_SPAN:g} K apart is the least); that of "
            f"{start.activation_energy / kilojoule:g} kJ/mol is kept"
        )
    for what in ("acid", "oxidant"):
        known = [getattr(curve, what) for curve in curves if getattr(curve, what) is not None]
        if f"{what} order" not in sought and known:
            told.append(
                f"the order in {what} cannot be told from curves at {min(known) / mol_per_litre:g} mol/L alone; "
                f"{getattr(start, f'{what}_order'):g} is kept"
            )
        if 0 < len(known) < len(curves):
            told.append(
                f"{len(curves) - len(known)} curves tell no {what} and are taken to be at the mean of the others"
            )
    return told


def _on_the_choice(solved: list[_Solution]) -> list[str]:
    """Say by how much the best law is better than the others, or that the curves do not choose."""
    best = solved[0]
    near = [s.law.law for s in solved[1:] if s.criterion - best.criterion < _BETTER]
    if near:
        return [
            f"the curves do not choose between {best.law.law} and {', '.join(near)}: their criteria lie within {_BETTER:g}; "
            "longer times or another size would"
        ]
    if len(solved) > 1:
        lead = solved[1].criterion - best.criterion
        return [f"{best.law.law} fits best; the next, {solved[1].law.law}, has a criterion {lead:.1f} higher"]
    return []


def _on_the_fit(curves: Sequence[BatchCurve], solution: _Solution) -> list[str]:
    """Say where the law misses the readings by more than they are uncertain."""
    told = []
    level = float(np.sqrt(np.mean(solution.scaled**2)))
    if level > _MISFIT:
        told.append(
            f"the readings lie {level:.1f} of their uncertainties from the law (root mean square): another law, or a larger "
            "uncertainty, is called for"
        )
    slope = solution.law.activation_energy
    if slope > 0.0 and len({round(curve.temperature) for curve in curves}) == 2:
        told.append("two temperatures give an activation energy, but cannot show that one holds throughout")
    return told
