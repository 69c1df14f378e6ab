"""Oxidation of iron(II) by oxygen from a gas, in stirred tanks.

    -d[Fe(II)]/dt = (k_0 + k a(OH-)^2) p [Fe(II)]        4 Fe+2 + O2 + 4 H+ = 4 Fe+3 + 2 H2O

    k     `oxygenation`, m6/mol2/Pa/s, with activities of OH- on the molar scale; so ten times faster in 0.5 of pH
    k_0   `acid_oxygenation`, 1/Pa/s, what is left of the rate below pH 4
    p     pressure of oxygen with which the liquor is in equilibrium, below that of the gas by what has to pass over:
          r / 4 = K H (p_gas - p), K `transfer` (1/s), H Henry's constant (mol/m3/Pa)

Copper, sulfate and surfaces of hydroxide make it faster, phosphate and organics slower or faster: several fold either way.

Sources: Stumm & Lee (1961) Ind. Eng. Chem. 53, 143; Singer & Stumm (1970) Science 167, 1121.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from .chemistry import water
from .chemistry.database import all_species, table
from .chemistry.water import GAS_CONSTANT
from .errors import DataError

_ROOM = 298.15
_FOUR = 4.0  # iron per oxygen
_AT = {"oxygenation": 293.65, "acid_oxygenation": 298.15}  # K at which the constants were measured
_BAR = 1e5
_MOLAL = 1e3  # mol/m3 in mol/L, and near enough in mol/kg of the dilute OH-


@dataclass(frozen=True)
class Oxygenation:
    """What a tank does: `conversion` of iron(II), pressure of oxygen in the liquor (`oxygen`, Pa), `rate` constant (1/s)."""

    conversion: float
    oxygen: float
    rate: float


def rate_constant(hydroxide: float, temperature: float) -> float:
    """Answer the first-order constant of iron(II) per pressure of oxygen (1/s/Pa), at an activity of OH- (mol/kg).

    `temperature`: K. Raises `DataError` for an activity below 0.
    """
    if not 0.0 <= hydroxide < math.inf:
        raise DataError(f"activity of OH- = {hydroxide:g} mol/kg is below 0")
    return (
        _constant("acid_oxygenation", temperature) + _constant("oxygenation", temperature) * (hydroxide * _MOLAL) ** 2
    )


def _constant(quantity: str, temperature: float) -> float:
    numbers = table("precipitation")
    energy = numbers.value("Fe+2", f"{quantity}_energy")
    shift = energy / GAS_CONSTANT * (1.0 / temperature - 1.0 / _AT[quantity])
    return numbers.value("Fe+2", quantity) * math.exp(-shift)


def henry(temperature: float) -> float:
    """Answer how much oxygen a cubic metre of water holds at `temperature` (K), mol/m3/Pa; salts hold less."""
    oxygen = all_species()["O2(g)"]
    if oxygen.log_k is None:
        raise DataError("O2(g) has no constant in equilibrium.csv")
    ratio = _ROOM / temperature
    from_heat = oxygen.enthalpy / _ROOM * (1.0 - ratio) + oxygen.heat_capacity * (ratio - 1.0 - math.log(ratio))
    molal = math.exp(oxygen.log_k * math.log(10.0) + from_heat / GAS_CONSTANT) / _BAR
    return molal * water.density(temperature)


def oxygenate(
    iron: float, constant: float, gas: float, transfer: float, residence_time: float, temperature: float
) -> Oxygenation:
    """Answer what a stirred tank does to a liquor that enters with `iron` (mol/m3 of iron(II)).

    `constant`: 1/s/Pa (`rate_constant`). `gas`: pressure of oxygen in the gas, Pa. `transfer`: volumetric coefficient of mass
    transfer, 1/s. `residence_time`: s. Iron that leaves and oxygen are those of a tank at steady state: a quadratic.
    """
    for name, value, unit in (("iron", iron, "mol/m3"), ("gas", gas, "Pa"), ("transfer", transfer, "1/s")):
        if not 0.0 <= value < math.inf:
            raise DataError(f"oxygenation: {name} = {value:g} {unit} is below 0 or not finite")
    if iron == 0.0 or gas == 0.0 or transfer == 0.0:
        return Oxygenation(0.0, gas, 0.0)
    times = constant * residence_time  # 1/Pa
    supply = _FOUR * transfer * henry(temperature) * residence_time  # mol/m3/Pa, of iron
    # iron - c = times p c and iron - c = supply (gas - p): one root with 0 <= p <= gas
    a = times * supply
    b = supply + times * iron - times * supply * gas
    c = -supply * gas
    root = math.sqrt(b * b - 4.0 * a * c)
    pressure = 2.0 * -c / (b + root) if b + root > 0.0 else (root - b) / (2.0 * a)
    pressure = min(max(pressure, 0.0), gas)
    left = 1.0 / (1.0 + times * pressure)
    return Oxygenation(1.0 - left, pressure, constant * pressure)
