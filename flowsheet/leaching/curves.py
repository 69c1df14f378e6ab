"""Batch leaching curves as a laboratory has them: share dissolved against time, with the conditions of the test.

`read_curves` takes them from a table in the units of the bench, a reading in each row; rows of one `curve` belong together
and say the same of its conditions. Columns in brackets may be missing or empty:

    curve                       name of the test
    time min, X %               when, and the share dissolved
    [+- %]                      standard uncertainty of X (2)
    temperature degC
    [acid mol/L]                protons beyond salts at the start: twice the free H2SO4
    [oxidant mol/L]             H2O2 or what stands for it, held through the test
    [acid demand mol/L]         protons that all of the mineral takes up, per litre of liquor (0: acid in great excess)
    [size um, spread]           of a Rosin-Rammler distribution: size that 63.2 % pass, and its spread
    [pulp density g/L]

Lines that begin with # are passed over.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..errors import DataError, nearest
from ..files import read_text
from ..quantities import celsius, gram_per_litre, minute, mol_per_litre, percent
from ..sizes import SizeDistribution
from .rates import RateLaw

_USUAL = 0.02
_COLUMNS = (
    "curve", "time min", "X %", "+- %", "temperature degC", "acid mol/L", "oxidant mol/L", "acid demand mol/L", "size um",
    "spread", "pulp density g/L",
)  # fmt: skip
_NEEDED = ("curve", "time min", "X %", "temperature degC")
_UM = 1e-6


@dataclass(frozen=True, kw_only=True, eq=False)
class BatchCurve:
    """One batch test.

    `times`: (R,) s. `conversions`: (R,) share dissolved, 0 to 1. `uncertainty`: standard, of each, one number or (R,).
    `temperature`: K. `acid`: mol/m3 of protons beyond salts at the start; `oxidant`: mol/m3, held; None where not known.
    `acid_demand`: mol/m3 of protons that all of the mineral takes up. `sizes`: None where all particles are alike.
    `pulp_density`: kg/m3. Raises `DataError` for what cannot be.
    """

    name: str
    times: np.ndarray
    conversions: np.ndarray
    temperature: float
    acid: float | None = None
    oxidant: float | None = None
    acid_demand: float = 0.0
    sizes: SizeDistribution | None = None
    pulp_density: float | None = None
    uncertainty: float | np.ndarray = _USUAL

    def __post_init__(self):
        times = np.array(self.times, dtype=np.float64)
        found = np.array(self.conversions, dtype=np.float64)
        uncertainty = np.broadcast_to(np.array(self.uncertainty, dtype=np.float64), found.shape).copy()
        if times.shape != found.shape or times.ndim != 1 or times.size == 0:
            raise DataError(
                f"curve {self.name!r}: {times.size} times and {found.size} conversions, as many of each are needed"
            )
        for what, values, low, high in (
            ("time", times, 0.0, math.inf), ("conversion", found, -0.05, 1.05), ("uncertainty", uncertainty, 1e-6, 0.5),
        ):  # fmt: skip
            bad = ~((values >= low) & (values <= high))
            if bad.any():
                raise DataError(f"curve {self.name!r}: {what} = {values[bad][0]:g} is outside {low:g} to {high:g}")
        if not 250.0 <= self.temperature <= 550.0:
            raise DataError(
                f"curve {self.name!r}: temperature = {self.temperature:g} K is outside 250 to 550 K; celsius(25) is 298.15 K"
            )
        for what in ("acid", "oxidant", "pulp_density"):
            value = getattr(self, what)
            if value is not None and not value > 0.0:
                raise DataError(f"curve {self.name!r}: {what} = {value:g} is not above 0; None where there is none")
        if not self.acid_demand >= 0.0 or (self.acid_demand > 0.0 and self.acid is None):
            raise DataError(
                f"curve {self.name!r}: acid_demand = {self.acid_demand:g} mol/m3 needs the acid that it is taken from"
            )
        for what, values in (("times", times), ("conversions", found), ("uncertainty", uncertainty)):
            values.setflags(write=False)
            object.__setattr__(self, what, values)

    def calculated(self, law: RateLaw) -> np.ndarray:
        """Answer the conversions (R,) that a law has at the times of the readings."""
        return law.conversion(self.times, self.temperature, self.acid, self.oxidant, self.sizes, self.acid_demand)


def read_curves(path: str | Path) -> tuple[BatchCurve, ...]:
    """Read batch curves from a CSV; raises `DataError` for a column or a value that cannot be, with its row."""
    lines = [line for line in read_text(Path(path)).splitlines() if line.strip() and not line.lstrip().startswith("#")]
    rows = list(csv.DictReader(lines))
    if not rows:
        raise DataError(f"{path}: there are 0 readings")
    for column in rows[0]:
        if column not in _COLUMNS:
            raise DataError(f"{path}: column {column!r} is unknown{nearest(str(column), _COLUMNS)}")
    for column in _NEEDED:
        if column not in rows[0]:
            raise DataError(f"{path}: the column {column!r} is missing")
    grouped: dict[str, list[Mapping[str, float | None]]] = {}
    for number, row in enumerate(rows, start=2):
        grouped.setdefault(row["curve"], []).append(_numbers(path, number, row))
    return tuple(_curve(path, name, readings) for name, readings in grouped.items())


def _numbers(path: str | Path, number: int, row: Mapping[str, str]) -> dict[str, float | None]:
    """Read the cells of a row, None where one is empty."""
    found: dict[str, float | None] = {}
    for column in _COLUMNS[1:]:
        text = (row.get(column) or "").strip()
        try:
            found[column] = float(text) if text else None
        except ValueError:
            raise DataError(f"{path}: row {number}, {column} = {text!r} is no number") from None
        if column in _NEEDED and found[column] is None:
            raise DataError(f"{path}: row {number}, {column} is empty")
    return found


def _curve(path: str | Path, name: str, readings: list[Mapping[str, float | None]]) -> BatchCurve:
    """Make one curve of its readings, which agree on the conditions."""
    told = {}
    for column in _COLUMNS[4:]:
        values = {reading[column] for reading in readings} - {None}
        if len(values) > 1:
            raise DataError(f"{path}: curve {name!r} has {len(values)} values of {column}: {sorted(values)}")  # type: ignore[type-var]
        told[column] = next(iter(values), None)

    def si(column: str, factor: float) -> float | None:
        value = told[column]
        return None if value is None else value * factor

    size, spread = si("size um", _UM), told["spread"]
    if (size is None) != (spread is None):
        raise DataError(f"{path}: curve {name!r} needs both size um and spread, or neither")
    return BatchCurve(
        name=name,
        times=np.array([reading["time min"] for reading in readings], dtype=np.float64) * minute,
        conversions=np.array([reading["X %"] for reading in readings], dtype=np.float64) * percent,
        uncertainty=np.array([_USUAL / percent if r["+- %"] is None else r["+- %"] for r in readings]) * percent,
        temperature=celsius(told["temperature degC"] or 0.0),
        acid=si("acid mol/L", mol_per_litre),
        oxidant=si("oxidant mol/L", mol_per_litre),
        acid_demand=si("acid demand mol/L", mol_per_litre) or 0.0,
        sizes=None if size is None or spread is None else SizeDistribution.rosin_rammler(size, spread),
        pulp_density=si("pulp density g/L", gram_per_litre),
    )
