"""Constants of an extractant from an engineer's own data, under the full balances, with what the data leave open.

    fit = fit_extractant(read_observations("tests.csv"), Extractant.named("Cyanex 272"))
    print(fit.constants)
    fit.draw("fit.png")
    chemistry = Chemistry("Li Ni Co Mn S", extractants=(fit.extractant,))

Every trial brings the liquor of each test to equilibrium with the organic, with the chemistry that plants are calculated
with, so the constants mean the same in the fit and in a section. What cannot be is refused before (`fit_checks.py`), what
the data leave open is named after (`fit_open.py`).
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

from ..chemistry.extractants import Extractant
from ..errors import DataError, nearest
from ..quantities import percent
from .fit_checks import checked
from .fit_model import Workbench
from .fit_open import label, left_open
from .fit_picture import draw_fit
from .fit_solution import Sharing, Solution, Uncertainty
from .fit_statistics import correlation, estimate
from .observations import EXTRACTED, PH, Observation
from .profile import StageProfile

__all__ = ["ExtractantFit", "Uncertainty", "fit_extractant"]

_FARTHEST = 20.0  # times what counts as determined, beyond which an interval has no ends
_BETTER = 2.0  # of the corrected Akaike criterion, below which two choices are as good
_NO_CHOICE: Mapping[str, Sequence[Sequence[float]]] = MappingProxyType({})


@dataclass(frozen=True, eq=False)
class ExtractantFit:
    """Constants with what is known of them.

    `extractant`: as it is used. `base_use`: share of the doses at work, 1 where it was not sought. `constants`: value,
    interval of 95 % and standard error by constant, and whether the data determine it. `correlation`: between constants.
    `residuals`: a row for each reading, in g/L, % or pH. `mean_errors`: mean absolute error by cation. `left_open`: a sentence
    for each constant that the data do not determine. `remarks`: on the data and on the choice. `observations`: what was
    fitted.
    """

    extractant: Extractant
    base_use: float
    constants: pandas.DataFrame
    correlation: pandas.DataFrame
    residuals: pandas.DataFrame
    mean_errors: pandas.DataFrame
    left_open: tuple[str, ...]
    remarks: tuple[str, ...]
    observations: tuple[Observation, ...]

    def draw(self, path: str | Path | None = None) -> Figure:
        """Draw model and measurement, to a file where a `path` is given: E against pH, loading, cascades as parity."""
        return draw_fit(self.extractant, self.observations, path, self.base_use)


def fit_extractant(
    observations: Iterable[Observation],
    extractant: Extractant,
    cations: Iterable[str] = (),
    shared_step: bool = False,
    choices: Mapping[str, Sequence[Sequence[float]]] = _NO_CHOICE,
    uncertainty: Uncertainty | None = None,
    base_use: bool = False,
) -> ExtractantFit:
    """Fit the constants of an extractant to observations.

    `extractant` tells the complexes; their log K are first guesses that matter only where no contact at a pH tells one.
    `cations`: those whose constants are sought, by default all that were measured; the others keep theirs. `shared_step`: the
    step from the first to the second complex is one for all cations of a charge, where each alone would not show it.
    `choices`: complexes to try for a cation, as units of each: `{"Ni+2": [(2,), (2, 1), (3,)]}`; the best by the corrected
    Akaike criterion is kept. `base_use`: the share of all doses that is at work is sought too. An enthalpy is sought for a
    cation that was measured at temperatures 5 K apart. Raises `DataError` for observations that cannot be, each with its
    reason, before anything is fitted, and `ConvergenceError` where a test has no answer with the first guess.
    """
    kept, remarks = checked(observations, extractant)
    uncertainty = Uncertainty() if uncertainty is None else uncertainty
    asked = _asked(kept, extractant, cations)
    sharing = Sharing(shared_step, base_use)
    best = Solution(kept, extractant, asked, sharing, uncertainty)
    told = [*remarks, *_told_of_others(best.bench, extractant, asked)]
    for cation, offered in choices.items():
        if cation not in asked:
            raise DataError(f"choices: {cation!r} is not among the cations fitted{nearest(cation, asked)}")
        found = {}
        for units in offered:
            other = _with_complexes(best.extractant, cation, units)
            found[tuple(units)] = Solution(kept, other, asked, sharing, uncertainty)
        ranked = sorted(found, key=lambda units: found[units].criterion)
        best = found[ranked[0]]
        told += _told_of_choice(cation, ranked, found)
    return _reported(best, tuple(told))


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
            kept = ", ".join(f"{c.log_k:.2f} ({label(c)})" for c in extractant.complexes if c.cation == cation)
            told.append(f"{cation} takes part in {len(bench.holding([cation]))} tests and keeps its log K: {kept}")
    return told


def _with_complexes(extractant: Extractant, cation: str, units: Sequence[float]) -> Extractant:
    """Answer the extractant with other complexes of one cation."""
    own = [complex_ for complex_ in extractant.complexes if complex_.cation == cation]
    if not units:
        raise DataError(f"choices: {cation} is given 0 complexes; name the units of one or two")
    made = [replace(own[min(at, len(own) - 1)], units=float(count)) for at, count in enumerate(units)]
    others = tuple(complex_ for complex_ in extractant.complexes if complex_.cation != cation)
    return replace(extractant, complexes=(*others, *made))


def _reported(solution: Solution, remarks: tuple[str, ...]) -> ExtractantFit:
    """Answer the fit with its tables."""
    quantities = solution.quantities()
    known = estimate(solution.jacobian, solution.scaled, quantities)
    names = [quantity.name for quantity in quantities]
    told = left_open(solution.bench, solution.extractant, solution.profiles, quantities, known)
    residuals = _residual_table(solution.bench, solution.profiles, solution.scaled)
    values = solution.values()
    rows = []
    for quantity, error, half in zip(quantities, known.errors, known.halves, strict=True):
        shown = half * quantity.factor if half < _FARTHEST * quantity.widest else math.inf
        value = values[quantity.name]
        rows.append(
            {
                "constant": quantity.name,
                "value": value,
                "low": value - shown,
                "high": value + shown,
                "standard error": error * quantity.factor,
                "unit": quantity.unit,
                "determined": quantity.name not in told,
            }
        )
    return ExtractantFit(
        extractant=solution.extractant,
        base_use=solution.base_use,
        constants=pandas.DataFrame(rows).set_index("constant"),
        correlation=pandas.DataFrame(correlation(known), index=names, columns=names),
        residuals=residuals,
        mean_errors=_mean_errors(residuals),
        left_open=tuple(told.values()),
        remarks=remarks,
        observations=solution.bench.observations,
    )


def _told_of_choice(
    cation: str, ranked: list[tuple[float, ...]], found: Mapping[tuple[float, ...], Solution]
) -> list[str]:
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
    cations, units = residuals["cation"].to_numpy(), residuals["unit"].to_numpy()
    apart = np.abs(residuals["calculated"].to_numpy() - residuals["measured"].to_numpy())
    rows = {}
    for cation in dict.fromkeys(cations.tolist()):
        own = cations == cation
        row: dict[str, object] = {"readings": int(own.sum())}
        for column, unit in (("E %", "%"), ("g/L", "g/L"), ("pH", "-")):
            chosen = apart[own & (units == unit)]
            row[column] = float(chosen.mean()) if chosen.size else pandas.NA
        rows[cation] = row
    return pandas.DataFrame.from_dict(rows, orient="index").rename_axis("cation")
