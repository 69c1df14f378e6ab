"""Constants of an extractant from an engineer's own data, under the full balances, with what the data leave open.

    fit = fit_extractant(read_observations("tests.csv"), Extractant.named("Cyanex 272"))
    print(fit.constants)
    fit.draw("fit.png")
    chemistry = Chemistry("Li Ni Co Mn S", extractants=(fit.extractant,))

Every trial brings the liquor of each test to equilibrium with the organic, with the chemistry that plants are calculated
with, so the constants mean the same in the fit and in a section. Residuals are measured in standard uncertainties of the
readings; a weak pull of 5 decades about the first guess keeps in place what the data do not see, and takes no part in the
intervals.

Sources: Bates & Watts (1988) Nonlinear Regression Analysis; Burnham & Anderson (2002) Model Selection (the choice).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pandas
from matplotlib.figure import Figure
from scipy.optimize import least_squares

from ..chemistry.extractants import Extractant
from ..errors import DataError, nearest
from ..quantities import kilojoule, percent
from .fit_checks import charge_of, checked
from .fit_model import Workbench
from .fit_open import label, left_open
from .fit_picture import draw_fit
from .fit_start import started
from .fit_statistics import Estimate, Quantity, correlation, estimate
from .observations import EXTRACTED, PH, Observation
from .profile import StageProfile

_PULL = 5.0  # decades
_REACH = 12.0  # decades from the first guess
_STEP = 1e-4  # decades, of a difference
_PER_ENTHALPY = 2e4  # J/mol, of a parameter's unit
_SPAN = 5.0  # K, below which no enthalpy is sought
_WIDE, _WIDE_ENTHALPY = 1.0, 5e4  # half-intervals: decades, J/mol
_BETTER = 2.0  # of the corrected Akaike criterion, below which two choices are as good
_NO_CHOICE: Mapping[str, Sequence[Sequence[float]]] = MappingProxyType({})


@dataclass(frozen=True, kw_only=True)
class Uncertainty:
    """Standard uncertainties of readings.

    `extracted`: of a share. `concentration`: relative, of g/L in either phase; `lowest`: kg/m3, added to it. `ph`: of a pH
    that is compared.
    """

    extracted: float = 0.02
    concentration: float = 0.05
    lowest: float = 0.005
    ph: float = 0.1

    def __post_init__(self):
        for name in ("extracted", "concentration", "lowest", "ph"):
            if not getattr(self, name) > 0.0:
                raise DataError(f"uncertainty: {name} = {getattr(self, name):g} is not above 0")

    def of(self, kinds: np.ndarray, values: np.ndarray) -> np.ndarray:
        """Answer the uncertainty of each reading (R,), in the unit of the reading."""
        relative = np.hypot(self.concentration * values, self.lowest)
        return np.where(kinds == EXTRACTED, self.extracted, np.where(kinds == PH, self.ph, relative))


@dataclass(frozen=True, eq=False)
class ExtractantFit:
    """Constants with what is known of them.

    `extractant`: as it is used. `constants`: value, interval of 95 % and standard error by constant, and whether the data
    determine it. `correlation`: between constants. `residuals`: a row for each reading, in g/L, % or pH. `mean_errors`: mean
    absolute error by cation. `left_open`: a sentence for each constant that the data do not determine. `remarks`: on the data
    and on the choice. `observations`: what was fitted.
    """

    extractant: Extractant
    constants: pandas.DataFrame
    correlation: pandas.DataFrame
    residuals: pandas.DataFrame
    mean_errors: pandas.DataFrame
    left_open: tuple[str, ...]
    remarks: tuple[str, ...]
    observations: tuple[Observation, ...]

    def draw(self, path: str | Path | None = None) -> Figure:
        """Draw model and measurement, to a file where a `path` is given: E against pH, loading, cascades as parity."""
        return draw_fit(self.extractant, self.observations, path)


def fit_extractant(
    observations: Iterable[Observation],
    extractant: Extractant,
    cations: Iterable[str] = (),
    shared_step: bool = False,
    choices: Mapping[str, Sequence[Sequence[float]]] = _NO_CHOICE,
    uncertainty: Uncertainty | None = None,
) -> ExtractantFit:
    """Fit the constants of an extractant to observations.

    `extractant` tells the complexes; their log K are first guesses that matter only where no contact at a pH tells one.
    `cations`: those whose constants are sought, by default all that were measured; the others keep theirs. `shared_step`: the
    step from the first to the second complex is one for all cations of a charge, where each alone would not show it.
    `choices`: complexes to try for a cation, as units of each: `{"Ni+2": [(2,), (2, 1), (3,)]}`; the best by the corrected
    Akaike criterion is kept. An enthalpy is sought for a cation that was measured at temperatures 5 K apart. Raises
    `DataError` for observations that cannot be, each with its reason, before anything is fitted.
    """
    kept, remarks = checked(observations, extractant)
    uncertainty = Uncertainty() if uncertainty is None else uncertainty
    asked = _asked(kept, extractant, cations)
    best = _Fit(kept, extractant, asked, shared_step, uncertainty)
    told = [*remarks, *_told_of_others(best.bench, extractant, asked)]
    for cation, offered in choices.items():
        if cation not in asked:
            raise DataError(f"choices: {cation!r} is not among the cations fitted{nearest(cation, asked)}")
        found = {}
        for units in offered:
            other = _with_complexes(best.extractant, cation, units)
            found[tuple(units)] = _Fit(kept, other, asked, shared_step, uncertainty)
        ranked = sorted(found, key=lambda units: found[units].criterion)
        best = found[ranked[0]]
        told += _told_of_choice(cation, ranked, found)
    return best.report(tuple(told))


def _asked(observations: Sequence[Observation], extractant: Extractant, cations: Iterable[str]) -> tuple[str, ...]:
    """Answer the cations to fit."""
    known = dict.fromkeys(complex_.cation for complex_ in extractant.complexes)
    measured = {reading.cation for each in observations for reading in each.readings}
    wanted = tuple(cations)
    for cation in wanted:
        if cation not in known:
            raise DataError(f"{extractant.name} has no complex of {cation!r} to fit{nearest(cation, known)}")
    asked = wanted or tuple(cation for cation in known if cation in measured)
    if not asked:
        raise DataError(
            f"there are 0 cations to fit: measured are {', '.join(sorted(measured))}, {extractant.name} has complexes of "
            f"{', '.join(known)}"
        )
    return asked


def _told_of_others(bench: Workbench, extractant: Extractant, asked: tuple[str, ...]) -> list[str]:
    """Say which cations take part in the tests with the constants that they were given."""
    told = []
    for cation in dict.fromkeys(complex_.cation for complex_ in extractant.complexes):
        if cation not in asked and bench.holding([cation]):
            kept = ", ".join(f"{c.log_k:g} ({c.units:g} units)" for c in extractant.complexes if c.cation == cation)
            told.append(f"{cation} takes part in {len(bench.holding([cation]))} tests and keeps its log K of {kept}")
    return told


def _with_complexes(extractant: Extractant, cation: str, units: Sequence[float]) -> Extractant:
    """Answer the extractant with other complexes of one cation."""
    own = [complex_ for complex_ in extractant.complexes if complex_.cation == cation]
    if not units:
        raise DataError(f"choices: {cation} is given 0 complexes; name the units of one or two")
    made = [replace(own[min(at, len(own) - 1)], units=float(count)) for at, count in enumerate(units)]
    others = tuple(complex_ for complex_ in extractant.complexes if complex_.cation != cation)
    return replace(extractant, complexes=(*others, *made))


class _Fit:
    """One fit: the parameters, their best values, and how well they are known."""

    def __init__(
        self,
        observations: tuple[Observation, ...],
        extractant: Extractant,
        cations: tuple[str, ...],
        shared_step: bool,
        uncertainty: Uncertainty,
    ):
        self.bench = Workbench(observations, extractant)
        self.cations = cations
        guessed = tuple(
            new if new.cation in cations else old
            for old, new in zip(extractant.complexes, started(self.bench, extractant), strict=True)
        )
        self._first = replace(extractant, complexes=guessed)
        self._uncertainty = uncertainty.of(self.bench.kinds, self.bench.measured)
        self._design(shared_step)
        self._solve()

    def _design(self, shared_step: bool) -> None:
        """Lay out the parameters: log K and enthalpies of complexes are `base` + `design` @ parameters."""
        columns: dict[str, list[tuple[int, float]]] = {}  # of each parameter: (row, weight)
        self._moves: list[set[str]] = []  # which cations a parameter concerns
        count = len(self._first.complexes)
        seen: dict[str, int] = {}
        concerns: dict[str, set[str]] = {}
        for at, complex_ in enumerate(self._first.complexes):
            cation = complex_.cation
            if cation not in self.cations:
                continue
            rank = seen[cation] = seen.get(cation, -1) + 1
            name = f"{cation} {rank}" if rank == 0 or not shared_step else f"step {charge_of(cation)}"
            columns.setdefault(name, []).append((at, 1.0))
            concerns.setdefault(name, set()).add(cation)
            if rank and shared_step:
                columns[f"{cation} 0"].append((at, 1.0))
            if self._spans(cation):
                columns.setdefault(f"enthalpy {cation}", []).append((count + at, 1.0))
                concerns.setdefault(f"enthalpy {cation}", set()).add(cation)
        self.names = list(columns)
        self.design = np.zeros((2 * count, len(columns)))
        for place, name in enumerate(columns):
            for row, weight in columns[name]:
                self.design[row, place] = weight
            self._moves.append(concerns[name])
        self.base = np.array([c.log_k for c in self._first.complexes] + [0.0] * count)
        if shared_step:  # the first guess of a step is the mean of those of its cations
            for name, entries in columns.items():
                if name.startswith("step"):
                    rows = [row for row, _ in entries]
                    heads = [self._head(row) for row in rows]
                    step = float(
                        np.mean([self.base[row] - self.base[head] for row, head in zip(rows, heads, strict=True)])
                    )
                    for row, head in zip(rows, heads, strict=True):
                        self.base[row] = self.base[head] + step

    def _head(self, row: int) -> int:
        """Answer the first complex of the cation of a complex."""
        cation = self._first.complexes[row].cation
        return next(at for at, complex_ in enumerate(self._first.complexes) if complex_.cation == cation)

    def _spans(self, cation: str) -> bool:
        """Whether a cation was measured at temperatures far enough apart."""
        found = [
            self.bench.tasks[read.task].conditions.temperature
            for read in self.bench.reads
            if read.reading.cation == cation
        ]
        return bool(found) and max(found) - min(found) >= _SPAN

    def _at(self, parameters: np.ndarray) -> Extractant:
        values = self.base + self.design @ parameters
        count = len(self._first.complexes)
        complexes = [
            replace(
                complex_,
                log_k=float(values[at]),
                enthalpy=complex_.enthalpy + _PER_ENTHALPY * float(values[count + at]),
            )
            if complex_.cation in self.cations
            else complex_
            for at, complex_ in enumerate(self._first.complexes)
        ]
        return replace(self._first, complexes=tuple(complexes))

    def _residuals(self, profiles: dict[int, StageProfile]) -> np.ndarray:
        return (self.bench.calculated(profiles) - self.bench.measured) / self._uncertainty

    def _solve(self) -> None:
        """Find the best parameters; each column of the Jacobian asks only for the tests that its cations take part in."""
        latest: list[tuple[np.ndarray, dict[int, StageProfile], np.ndarray]] = []

        def at(parameters: np.ndarray) -> tuple[dict[int, StageProfile], np.ndarray]:
            if not (latest and np.array_equal(latest[0][0], parameters)):
                profiles = self.bench.profiles(self._at(parameters))
                latest[:] = [(parameters.copy(), profiles, self._residuals(profiles))]
            return latest[0][1], latest[0][2]

        def jacobian(parameters: np.ndarray) -> np.ndarray:
            profiles, here = at(parameters)
            slopes = np.zeros((len(here), len(parameters)))
            for place, cations in enumerate(self._moves):
                moved = parameters.copy()
                moved[place] += _STEP
                touched = self.bench.holding(cations)
                there = self._residuals(profiles | self.bench.profiles(self._at(moved), touched))
                slopes[:, place] = (there - here) / _STEP
            return slopes

        pull = np.eye(len(self.names)) / _PULL
        found = least_squares(
            lambda parameters: np.concatenate([at(parameters)[1], pull @ parameters]),
            np.zeros(len(self.names)),
            jac=lambda parameters: np.vstack([jacobian(parameters), pull]),  # type: ignore[arg-type]  SciPy's stub lacks it
            bounds=(-_REACH, _REACH),
            xtol=1e-7,
            ftol=1e-8,
            gtol=1e-8,
            max_nfev=60,
        )
        self.parameters = found.x
        self.extractant = self._at(found.x)
        self.profiles, self.scaled = at(found.x)
        self.jacobian = jacobian(found.x)
        self.steps = int(found.nfev)

    @property
    def criterion(self) -> float:
        """Akaike's criterion, corrected for few readings; the lower of two fits of the same readings is the better."""
        count, parameters = len(self.scaled), len(self.names) + 1
        spare = max(count - parameters - 1, 1)
        scatter = max(float(self.scaled @ self.scaled), 1e-12) / count
        return count * math.log(scatter) + 2.0 * parameters * (1.0 + (parameters + 1) / spare)

    def _quantities(self) -> list[Quantity]:
        count = len(self._first.complexes)
        found = []
        for at, complex_ in enumerate(self._first.complexes):
            if complex_.cation in self.cations:
                found.append(Quantity(f"log K {label(complex_)}", self.design[at], _WIDE, "-"))
        done: set[str] = set()
        for at, complex_ in enumerate(self._first.complexes):
            if self.design[count + at].any() and complex_.cation not in done:
                done.add(complex_.cation)
                name = f"enthalpy {complex_.cation}"
                widest = _WIDE_ENTHALPY / _PER_ENTHALPY
                found.append(Quantity(name, self.design[count + at], widest, "kJ/mol", _PER_ENTHALPY / kilojoule))
        return found

    def report(self, remarks: tuple[str, ...]) -> ExtractantFit:
        """Answer the fit with its tables."""
        quantities = self._quantities()
        known = estimate(self.jacobian, self.scaled, quantities)
        names = [quantity.name for quantity in quantities]
        told = left_open(self.bench, self.extractant, self.profiles, quantities, known)
        residuals = _residual_table(self.bench, self.profiles, self.scaled)
        return ExtractantFit(
            extractant=self.extractant,
            constants=self._constants(quantities, known, told),
            correlation=pandas.DataFrame(correlation(known), index=names, columns=names),
            residuals=residuals,
            mean_errors=_mean_errors(residuals),
            left_open=tuple(told.values()),
            remarks=remarks,
            observations=self.bench.observations,
        )

    def _constants(self, quantities: list[Quantity], known: Estimate, told: Mapping[str, str]) -> pandas.DataFrame:
        values = self._values()
        rows = []
        for quantity, error, half in zip(quantities, known.errors, known.halves, strict=True):
            value = values[quantity.name]
            rows.append(
                {
                    "constant": quantity.name,
                    "value": value,
                    "low": value - half * quantity.factor,
                    "high": value + half * quantity.factor,
                    "standard error": error * quantity.factor,
                    "unit": quantity.unit,
                    "determined": quantity.name not in told,
                }
            )
        return pandas.DataFrame(rows).set_index("constant")

    def _values(self) -> dict[str, float]:
        values = {f"log K {label(c)}": c.log_k for c in self.extractant.complexes}
        return values | {f"enthalpy {c.cation}": c.enthalpy / kilojoule for c in self.extractant.complexes}


def _told_of_choice(cation: str, ranked: list[tuple[float, ...]], found: Mapping[tuple[float, ...], _Fit]) -> list[str]:
    """Say which complexes were kept, and by how much the next are worse."""
    if len(ranked) < 2:
        return []
    best, second = ranked[:2]
    lead = found[second].criterion - found[best].criterion
    kept = f"{cation}: complexes of {_listed(best)} units are kept"
    if lead < _BETTER:
        return [
            f"{kept}, though those of {_listed(second)} fit as well (criterion {lead:.1f} apart): the data do not choose"
        ]
    return [f"{kept}; those of {_listed(second)} fit worse, their criterion is {lead:.1f} higher"]


def _listed(units: Sequence[float]) -> str:
    return " and ".join(f"{count:g}" for count in units)


def _residual_table(bench: Workbench, profiles: dict[int, StageProfile], scaled: np.ndarray) -> pandas.DataFrame:
    """Answer a row for each reading, in the units of the bench."""
    rows = []
    for read, value, apart in zip(bench.reads, bench.calculated(profiles), scaled, strict=True):
        reading = read.reading
        unit, factor = {EXTRACTED: ("%", 1.0 / percent), PH: ("-", 1.0)}.get(reading.kind, ("g/L", 1.0))
        rows.append(
            {
                "observation": read.observation,
                "what": reading.kind,
                "cation": reading.cation,
                "stage": reading.stage,
                "measured": reading.value * factor,
                "calculated": float(value) * factor,
                "unit": unit,
                "in uncertainties": float(apart),
            }
        )
    return pandas.DataFrame(rows)


def _mean_errors(residuals: pandas.DataFrame) -> pandas.DataFrame:
    """Answer mean absolute errors by cation: of E in %, of g/L, and of pH."""
    rows = {}
    for cation, part in residuals.groupby("cation", sort=False):
        apart = (part["calculated"] - part["measured"]).abs()
        row: dict[str, object] = {"readings": len(part)}
        for column, unit in (("E %", "%"), ("g/L", "g/L"), ("pH", "-")):
            chosen = apart[part["unit"] == unit]
            row[column] = float(chosen.mean()) if len(chosen) else pandas.NA
        rows[str(cation)] = row
    return pandas.DataFrame.from_dict(rows, orient="index").rename_axis("cation")
