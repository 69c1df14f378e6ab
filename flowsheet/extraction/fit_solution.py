"""Finding the constants of an extractant: the parameters, their best values, and how the readings answer to them.

Residuals are measured in standard uncertainties of the readings. A weak pull of 5 decades about the first guess keeps in place
what the data do not see, and takes no part in the intervals. Slopes are differences, of the tests alone in which what a
parameter concerns takes part.

Sources: Bates & Watts (1988) Nonlinear Regression Analysis.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from scipy.optimize import least_squares

from ..chemistry.extractants import Extractant
from ..errors import ConvergenceError, DataError
from ..quantities import kilojoule
from .fit_checks import charge_of
from .fit_model import Workbench
from .fit_open import label
from .fit_start import started
from .fit_statistics import Quantity, akaike
from .observations import EXTRACTED, PH, Observation
from .profile import StageProfile

BASE_USE = "share of the base at work"
_PULL = 5.0  # decades
_REACH = 12.0  # decades from the first guess
_USE = (0.2, 2.0)  # of the base
_STEP = 1e-4  # of a difference
_PER_ENTHALPY = 2e4  # J/mol, of a parameter's unit
_SPAN = 5.0  # K, below which no enthalpy is sought
_WIDE, _WIDE_ENTHALPY, _WIDE_USE = 1.0, 5e4, 0.3  # half-intervals: decades, J/mol, share


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


class Sharing(NamedTuple):
    """What is common to constants: `step`, from the first complex to the second; `base_use`, one share of all doses."""

    step: bool
    base_use: bool


class Solution:
    """The best constants of one set of complexes.

    `bench`: the tests. `extractant`, `base_use`: as fitted. `profiles`: of the tests with them. `scaled`: residuals (R,), in
    uncertainties, and `jacobian` (R, P) of them. Raises `DataError` for what the tests cannot be calculated with.
    """

    def __init__(
        self,
        observations: tuple[Observation, ...],
        extractant: Extractant,
        cations: tuple[str, ...],
        sharing: Sharing,
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
        self._design(sharing)
        self._solve()

    def _design(self, sharing: Sharing) -> None:
        """Lay out the parameters: log K, then enthalpies of complexes, then use of base are `base` + `design` @ parameters."""
        count = len(self._first.complexes)
        columns: dict[str, list[int]] = {}  # the rows that a parameter moves
        concerns: dict[str, set[str]] = {}  # and the cations
        heads = {c.cation: at for at, c in reversed(list(enumerate(self._first.complexes)))}
        for at, complex_ in enumerate(self._first.complexes):
            cation = complex_.cation
            if cation not in self.cations:
                continue
            head = heads[cation]
            name = f"step {charge_of(cation)}" if sharing.step and at != head else f"complex {at}"
            columns.setdefault(name, []).append(at)
            concerns.setdefault(name, set()).add(cation)
            if sharing.step and at != head:
                columns[f"complex {head}"].append(at)
            if self._spans(cation):
                columns.setdefault(f"enthalpy {cation}", []).append(count + at)
                concerns.setdefault(f"enthalpy {cation}", set()).add(cation)
        self._touched = [self.bench.holding(cations) for cations in concerns.values()]
        dosed = [at for at, task in enumerate(self.bench.tasks) if task.dose]
        if sharing.base_use:
            if not dosed:
                raise DataError("base_use: there are 0 tests that were run on a dose of base")
            columns[BASE_USE] = [2 * count]
            self._touched.append(dosed)
        self._fits_use = sharing.base_use
        self.design = np.zeros((2 * count + 1, len(columns)))
        for place, rows in enumerate(columns.values()):
            self.design[rows, place] = 1.0
        self.base = np.array([c.log_k for c in self._first.complexes] + [0.0] * count + [1.0])
        for name, rows in columns.items():
            if name.startswith("step"):  # its first guess is the mean of those of its cations
                of_head = [heads[self._first.complexes[row].cation] for row in rows]
                self.base[rows] = self.base[of_head] + np.mean(self.base[rows] - self.base[of_head])

    def _spans(self, cation: str) -> bool:
        """Whether a cation was measured at temperatures far enough apart."""
        found = [
            self.bench.tasks[read.task].conditions.temperature
            for read in self.bench.reads
            if read.reading.cation == cation
        ]
        return bool(found) and max(found) - min(found) >= _SPAN

    def _at(self, parameters: np.ndarray) -> tuple[Extractant, float]:
        """Answer the extractant and the use of base of some parameters."""
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
        return replace(self._first, complexes=tuple(complexes)), float(values[-1])

    def _profiles(self, parameters: np.ndarray, tasks: list[int] | None = None) -> dict[int, StageProfile]:
        extractant, use = self._at(parameters)
        return self.bench.profiles(extractant, tasks, use)

    def _residuals(self, profiles: dict[int, StageProfile]) -> np.ndarray:
        return (self.bench.calculated(profiles) - self.bench.measured) / self._uncertainty

    def _solve(self) -> None:
        """Find the best parameters."""
        start = np.zeros(self.design.shape[1])
        latest = {"at": start, "profiles": self._profiles(start)}

        def profiles(parameters: np.ndarray) -> dict[int, StageProfile]:
            if not np.array_equal(latest["at"], parameters):
                latest.update(at=parameters.copy(), profiles=self._profiles(parameters))
            return latest["profiles"]

        def residuals(parameters: np.ndarray) -> np.ndarray:
            try:
                found = self._residuals(profiles(parameters))
            except ConvergenceError:
                found = np.full(len(self.bench.reads), np.nan)  # upon which SciPy tries a shorter step
            return np.concatenate([found, pull @ parameters])

        def jacobian(parameters: np.ndarray) -> np.ndarray:
            base = profiles(parameters)
            here = self._residuals(base)
            slopes = np.zeros((len(here), len(parameters)))
            for place, tasks in enumerate(self._touched):
                moved = parameters.copy()
                moved[place] += _STEP
                slopes[:, place] = (self._residuals(base | self._profiles(moved, tasks)) - here) / _STEP
            return slopes

        pull = np.eye(len(start)) / _PULL
        low, high = np.full(len(start), -_REACH), np.full(len(start), _REACH)
        if self._fits_use:
            low[-1], high[-1] = _USE[0] - 1.0, _USE[1] - 1.0
        found = least_squares(
            residuals,
            start,
            jac=lambda parameters: np.vstack([jacobian(parameters), pull]),  # type: ignore[arg-type]  SciPy's stub lacks it
            bounds=(low, high),
            xtol=1e-7,
            ftol=1e-8,
            gtol=1e-8,
            max_nfev=60,
        )
        self.extractant, self.base_use = self._at(found.x)
        self.profiles = profiles(found.x)
        self.scaled = self._residuals(self.profiles)
        self.jacobian = jacobian(found.x)

    @property
    def criterion(self) -> float:
        """Akaike's criterion, corrected for few readings; the lower of two fits of the same readings is the better."""
        return akaike(self.scaled, self.design.shape[1])

    def quantities(self) -> list[Quantity]:
        """Answer what is reported: a constant for each complex, enthalpies, the use of base."""
        count = len(self._first.complexes)
        found = []
        for at, complex_ in enumerate(self._first.complexes):
            if complex_.cation in self.cations:
                found.append(Quantity(f"log K {label(complex_)}", self.design[at], _WIDE, "-"))
        enthalpies = {c.cation: at for at, c in enumerate(self._first.complexes) if self.design[count + at].any()}
        for cation, at in enthalpies.items():
            widest, factor = _WIDE_ENTHALPY / _PER_ENTHALPY, _PER_ENTHALPY / kilojoule
            found.append(Quantity(f"enthalpy {cation}", self.design[count + at], widest, "kJ/mol", factor))
        if self._fits_use:
            found.append(Quantity(BASE_USE, self.design[-1], _WIDE_USE, "-"))
        return found

    def values(self) -> dict[str, float]:
        """Answer the value of every quantity by its name."""
        values = {f"log K {label(c)}": c.log_k for c in self.extractant.complexes}
        values |= {f"enthalpy {c.cation}": c.enthalpy / kilojoule for c in self.extractant.complexes}
        return values | {BASE_USE: self.base_use}
