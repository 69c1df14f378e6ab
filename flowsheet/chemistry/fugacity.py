"""How far a gas is from an ideal one: the equation of state of Peng and Robinson for one gas alone.

Sources: Peng & Robinson (1976) Ind. Eng. Chem. Fundam. 15, 59; the numbers are those that PHREEQC 3 uses with the critical
constants of its databases (calc_PR of prep.cpp).
"""

import functools
import math

import numpy as np

from .species import Species

_GAS_CONSTANT = 0.0820597 * 101325.0 * 1e-3  # J/mol/K, PHREEQC's R_LITER_ATM
_ATTRACTION, _VOLUME = 0.457235, 0.077796
_ROOT = math.sqrt(2.0)


@functools.lru_cache(maxsize=1024)
def fugacity_coefficient(gas: Species, temperature: float, pressure: float) -> float:
    """Answer fugacity over pressure of a gas at `temperature` (K) and its own `pressure` (Pa); 1 without critical data."""
    point = gas.critical
    if point is None or point.temperature <= 0.0 or point.pressure <= 0.0:
        return 1.0
    energy = _GAS_CONSTANT * temperature
    slope = 0.37464 + point.acentric * (1.54226 - 0.26992 * point.acentric)
    alpha = (1.0 + slope * (1.0 - math.sqrt(temperature / point.temperature))) ** 2
    attraction = _ATTRACTION * (_GAS_CONSTANT * point.temperature) ** 2 / point.pressure * alpha
    a = attraction * pressure / energy**2
    b = _VOLUME * _GAS_CONSTANT * point.temperature / point.pressure * pressure / energy
    roots = np.roots([1.0, b - 1.0, a - b * (2.0 + 3.0 * b), b * (b**2 + b - a)])
    z = float(max(root.real for root in roots if abs(root.imag) < 1e-9))
    tail = a / (2.0 * _ROOT * b) * math.log((z + (1.0 + _ROOT) * b) / (z + (1.0 - _ROOT) * b))
    return math.exp(z - 1.0 - math.log(z - b) - tail)
