"""How a constant changes with temperature, as the databases write it; every law is a value and laws add up.

`Analytic` is the six-term law of PHREEQC: log10 K = A1 + A2 T + A3 / T + A4 log10 T + A5 / T^2 + A6 T^2. A constant with
its enthalpy (van 't Hoff) and heat capacity is one of these. `Grid` holds values at temperatures, as EQ3/6 does.

Sources: Parkhurst & Appelo (2013) USGS Techniques and Methods 6-A43, -analytical_expression; Wolery (1992) EQPT, UCRL-MA-
110662 PT II, section 3 (the polynomials of a data0 grid).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

_LN10 = math.log(10.0)
_REFERENCE = 298.15
_FREEZING = 273.15
_STEP = 0.05
_SLACK = 1e-9


class Law(Protocol):
    """A decadic logarithm that depends on temperature."""

    def at(self, temperature: float) -> float | None:
        """Answer the value at `temperature` (K), None where there are no data."""
        ...


@dataclass(frozen=True)
class Analytic:
    """Six terms of temperature, A1 to A6 in the units of kelvin."""

    terms: tuple[float, float, float, float, float, float]

    @classmethod
    def of(cls, log_k: float, enthalpy: float = 0.0, capacity: float = 0.0, gas_constant: float = 8.31446) -> Analytic:
        """Make the law of a constant at 298.15 K with its enthalpy (J/mol) and heat capacity (J/mol/K)."""
        heat, cp = enthalpy / (gas_constant * _LN10), capacity / gas_constant
        fixed = log_k + heat / _REFERENCE - cp * (1.0 + math.log(_REFERENCE)) / _LN10
        return cls((fixed, 0.0, cp * _REFERENCE / _LN10 - heat, cp, 0.0, 0.0))

    def at(self, temperature: float) -> float:
        """Answer log10 K at `temperature` (K)."""
        a, t = self.terms, temperature
        return a[0] + a[1] * t + a[2] / t + a[3] * math.log10(t) + a[4] / t**2 + a[5] * t**2

    def plus(self, other: Analytic, times: float = 1.0) -> Analytic:
        """Answer this law and `times` the other."""
        one, two, three, four, five, six = (a + times * b for a, b in zip(self.terms, other.terms, strict=True))
        return Analytic((one, two, three, four, five, six))


ZERO = Analytic((0.0, 0.0, 0.0, 0.0, 0.0, 0.0))


@dataclass(frozen=True)
class Grid:
    """Values at temperatures (K), None where the file has none; a polynomial through the points of each of two ranges.

    EQ3/6 puts one polynomial through the points up to 100 degC and one through those from 100 degC on, each of the
    degree that the points determine; the lower one holds at 100 degC.
    """

    temperatures: tuple[float, ...]
    values: tuple[float | None, ...]

    def at(self, temperature: float) -> float | None:
        """Answer the value at `temperature` (K); None outside the known points of its range."""
        known = [(t, v) for t, v in zip(self.temperatures, self.values, strict=True) if v is not None]
        boundary = _FREEZING + 100.0
        points = [(t, v) for t, v in known if (t <= boundary + _SLACK) == (temperature <= boundary + _SLACK)]
        if temperature > boundary + _SLACK:
            points = [(t, v) for t, v in known if abs(t - boundary) < _SLACK] + points
        if not points or not points[0][0] - _SLACK <= temperature <= points[-1][0] + _SLACK:
            return None
        total = 0.0
        for i, (t_i, value) in enumerate(points):
            share = value
            for j, (t_j, _) in enumerate(points):
                if i != j:
                    share *= (temperature - t_j) / (t_i - t_j)
            total += share
        return total

    def plus(self, other: Grid, times: float = 1.0) -> Grid:
        """Answer this grid and `times` the other of the same temperatures; unknown where either is."""
        pairs = zip(self.values, other.values, strict=True)
        return Grid(self.temperatures, tuple(None if a is None or b is None else a + times * b for a, b in pairs))

    def scaled(self, times: float) -> Grid:
        """Answer the grid times a number."""
        return Grid(self.temperatures, tuple(None if value is None else times * value for value in self.values))


def at_reference(law: Law, gas_constant: float) -> tuple[float | None, float, float]:
    """Answer log10 K, enthalpy (J/mol) and heat capacity (J/mol/K) of a law at 298.15 K, by central differences."""
    middle = law.at(_REFERENCE)
    below, above = law.at(_REFERENCE - _STEP), law.at(_REFERENCE + _STEP)
    if middle is None or below is None or above is None:
        return middle, 0.0, 0.0
    slope = (above - below) / (2.0 * _STEP)
    bend = (above - 2.0 * middle + below) / _STEP**2
    enthalpy = gas_constant * _LN10 * _REFERENCE**2 * slope
    capacity = gas_constant * _LN10 * (2.0 * _REFERENCE * slope + _REFERENCE**2 * bend)
    return middle, enthalpy, capacity
