"""Redox couples: an oxidised and a reduced state, the half reaction between them, and the potential that it sets.

A couple is named `oxidised/reduced`: `Fe+3/Fe+2`, `MnO2(s)/Mn+2`, `O2(g)/H2O`. Its half reaction follows from the two:
the element balances, then O by H2O, H by H+, charge by electrons. Constants and heats of `redox.csv` are of the
reduction of a mole of the oxidised state, on the scale of the standard hydrogen electrode, which is 0 at every
temperature.

    E = RT/(nF) (ln K - sum_i nu_i ln a_i)        nu_i: moles of species i that the reduction makes

Sources: Bard & Faulkner (2001) Electrochemical Methods, 2nd ed., section 2.1 (Nernst's equation).
"""

import functools
import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol

import cantera
import numpy as np

from ..errors import DataError, nearest
from . import water
from .database import all_species, table
from .species import COMPONENT, GAS, SOLID, Species

FARADAY = cantera.faraday / 1000.0  # C/mol
HYDROGEN_ELECTRODE = "SHE"
_BAR = 1e5
_REFERENCE_TEMPERATURE = 298.15
_EXACT = 1e-9


@dataclass(frozen=True)
class Couple:
    """A redox couple: moles of each species that the reduction of a mole of `oxidised` makes, and electrons it takes.

    `makes`: negative for what it takes, the oxidised state among it. `log_k`, `enthalpy` (J/mol), `heat_capacity` (J/mol/K):
    at 298.15 K, an electron counting as half a molecule of H2 less H+.
    """

    name: str
    oxidised: str
    reduced: str
    makes: Mapping[str, float]
    electrons: float
    log_k: float
    enthalpy: float
    heat_capacity: float = 0.0

    def ln_k(self, temperature: float) -> float:
        """Answer ln K of the reduction at `temperature` (K): van 't Hoff's law with a constant heat capacity."""
        ratio = _REFERENCE_TEMPERATURE / temperature
        from_enthalpy = self.enthalpy / _REFERENCE_TEMPERATURE * (1.0 - ratio)
        from_capacity = self.heat_capacity * (ratio - 1.0 - math.log(ratio))
        return self.log_k * math.log(10.0) + (from_enthalpy + from_capacity) / water.GAS_CONSTANT

    def standard_potential(self, temperature: float) -> float:
        """Answer the standard potential at `temperature` (K), V against the standard hydrogen electrode."""
        return water.GAS_CONSTANT * temperature / (self.electrons * FARADAY) * self.ln_k(temperature)

    def potential(self, temperature: float, ln_activity: Mapping[str, float]) -> float:
        """Answer the potential at `temperature` (K), V, from ln a of the species; those not given have activity 1."""
        quotient = sum(count * ln_activity.get(name, 0.0) for name, count in self.makes.items())
        return water.GAS_CONSTANT * temperature / (self.electrons * FARADAY) * (self.ln_k(temperature) - quotient)


class Liquor(Protocol):
    """What a potential needs of a liquor at equilibrium."""

    @property
    def temperature(self) -> float:
        """Temperature, K."""
        ...

    @property
    def water_activity(self) -> float:
        """Activity of water."""
        ...

    def activity(self, name: str) -> float:
        """Answer the activity of an aqueous species."""
        ...


def couple_names() -> tuple[str, ...]:
    """Answer the couples of `redox.csv`, in the order of the file."""
    return tuple(table("redox").names("log_k"))


@functools.cache
def couple(name: str) -> Couple:
    """Answer a couple of `redox.csv`; raises `DataError` with the nearest name for one that it does not have.

    So it does for one whose states stand the wrong way round, telling so.
    """
    if name not in couple_names():
        turned = "/".join(reversed(name.split("/")))
        if turned in couple_names():
            first, second = turned.split("/")
            raise DataError(
                f"couple {name!r} has its states the wrong way round: {first} is the oxidised one, {second} the reduced one; "
                f"did you mean {turned!r}?"
            )
        raise DataError(f"couple {name!r} is not in redox.csv{nearest(name, couple_names())}")
    numbers = table("redox")
    oxidised, reduced = name.split("/")
    makes, electrons = _half_reaction(all_species()[oxidised], all_species()[reduced])
    return Couple(
        name=name,
        oxidised=oxidised,
        reduced=reduced,
        makes=makes,
        electrons=electrons,
        log_k=numbers.value(name, "log_k"),
        enthalpy=numbers.value(name, "delta_h"),
        heat_capacity=numbers.value(name, "delta_cp", 0.0),
    )


def _half_reaction(oxidised: Species, reduced: Species) -> tuple[Mapping[str, float], float]:
    """Balance the reduction of a mole of `oxidised`: moles of each species made, and electrons taken."""
    # two states of oxygen, or of hydrogen, balance without water
    beside = ("H+",) if set(reduced.elements) | set(oxidised.elements) <= {"H", "O"} else ("H2O", "H+")
    made = [s for s in dict.fromkeys((reduced, *(all_species()[n] for n in beside))) if s is not oxidised]
    symbols = sorted({element for s in (oxidised, *made) for element in s.elements})
    matrix = np.array([[s.elements.get(symbol, 0.0) for s in made] for symbol in symbols])
    target = np.array([oxidised.elements.get(symbol, 0.0) for symbol in symbols])
    counts = np.linalg.lstsq(matrix, target, rcond=None)[0]
    if np.abs(matrix @ counts - target).max() > _EXACT:
        raise DataError(f"redox.csv: {oxidised.name} and {reduced.name} are not two states of one element")
    makes = {s.name: round(float(n), 9) for s, n in zip(made, counts, strict=True) if abs(n) > _EXACT}
    electrons = oxidised.charge - sum(n * all_species()[name].charge for name, n in makes.items())
    return MappingProxyType({oxidised.name: -1.0, **makes}), float(electrons)


def reference_electrode(name: str, temperature: float) -> float:
    """Answer the potential of a reference electrode at `temperature` (K), V against the standard hydrogen electrode.

    `Ag/AgCl` (3 mol/L KCl), `SCE` (saturated calomel) or `SHE` itself; raises `DataError` for another.
    """
    if name == HYDROGEN_ELECTRODE:
        return 0.0
    numbers = table("redox")
    known = numbers.names("electrode")
    if name not in known:
        raise DataError(
            f"reference electrode {name!r} is not in redox.csv{nearest(name, [*known, HYDROGEN_ELECTRODE])}"
        )
    slope = numbers.value(name, "electrode_slope")
    return numbers.value(name, "electrode") + slope * (temperature - _REFERENCE_TEMPERATURE)


def potential(
    liquor: Liquor, name: str, electrode: str = HYDROGEN_ELECTRODE, pressures: Mapping[str, float] | None = None
) -> float:
    """Answer the potential (V) that a couple sets in a liquor at equilibrium, against a reference electrode.

    Solids count with activity 1, a gas with its partial pressure of `pressures` (Pa), or 1 bar where none is given.
    Raises `DataError` for an unknown couple or electrode, and where a dissolved state is absent: which one.
    """
    found = couple(name)
    ln_activity: dict[str, float] = {}
    for species in found.makes:
        phase = all_species()[species].phase
        if species == "H2O":
            ln_activity[species] = math.log(liquor.water_activity)
        elif phase == COMPONENT:
            activity = liquor.activity(species)
            if not activity > 0.0:
                raise DataError(f"potential of {name} is undefined: the liquor holds no {species}")
            ln_activity[species] = math.log(activity)
        elif phase == GAS:
            ln_activity[species] = math.log(partial_pressure(species, pressures or {}) / _BAR)
        elif phase != SOLID:
            raise DataError(f"redox.csv: {species!r} of {name} is neither a component, a solid nor a gas")
    offset = reference_electrode(electrode, liquor.temperature)
    return found.potential(liquor.temperature, ln_activity) - offset


def partial_pressure(gas: str, pressures: Mapping[str, float]) -> float:
    """Answer the partial pressure of a gas (Pa), 1 bar where none is given; raises `DataError` for one not above 0."""
    pressure = pressures.get(gas, _BAR)
    if not 0.0 < pressure < math.inf:
        raise DataError(f"partial pressure of {gas} = {pressure:g} Pa is not above 0 Pa")
    return pressure
