"""Enthalpy of liquors, solids and gases, in the model that their equilibrium is in.

    H = sum_c N_c h_c(T) + sum_i n_i R T^2 d ln K_i/dT - R T^2 [sum_i n_i d ln gamma_i/dT + n_w d ln a_w/dT]

    N_c     component totals, mol; h_c = enthalpy of formation at 25 degC plus heat capacity times (T - 298.15 K); water
            by Cantera
    n_i     aqueous species with their constants of formation K_i, at fixed molalities in the last term; n_w free water

which is -T^2 d(G/T)/dT of the liquor at fixed totals: a liquor that shifts its equilibrium with temperature has no other
enthalpy, for the slope of G with its composition is zero. A solid or gas with a constant of dissolution has the enthalpy
of what it dissolves into less R T^2 d ln K/dT. Derivatives are central differences 0.1 K either way of the constants and
parameters themselves, exact to some 1e-6 of a heat. So heats of neutralisation, complexing, crystallisation and dilution
are those that the constants and Pitzer's functions of temperature say; a parameter without a function of temperature adds
nothing to a heat. Above 473.15 K, where liquors end, solids and gases take heat by their heat capacities.

Zero is the elements at 25 degC, so that reactions between components (redox) have their heat as well. The heat of extraction
into an organic is taken as none.

Sulfuric and hydrochloric acid and caustic soda are delivered far beyond the range of Pitzer's model. Their relative apparent
enthalpy L(n), with n moles of water per mole, is published and stands in `enthalpies.csv`: between 0.6 and 1 times the
molality `table_from` a liquor passes smoothly from the model to

    H = sum_c N_c h_c(T) + sum_r n_r [L_r(n_r) + (C_r(n_r) - c_r) (T - 298.15 K)]       (+ 55.8 kJ/mol of OH-)

    C_r, c_r   apparent molal heat capacity of the reagent as it is, and of its components at infinite dilution

with every reagent r as if it were alone in all the water. Other salts in such a liquor count as at infinite dilution.
Sulfuric acid to 100 %; HCl to 67 %; NaOH to 54 %, beyond which its L stays what it is there.

Sources: Pitzer (1991) Activity Coefficients in Electrolyte Solutions ch. 3; heats of solution: Felder & Rousseau (2005)
Table B.11; NaOH: Olsson et al. (1997) Int. J. Thermophys. 18, 779; enthalpies of formation: Wagman et al. (1982).
"""

import functools
import math
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from scipy.interpolate import PchipInterpolator

from ...kernels.activity import Mixture
from ...kernels.speciation import Speciation, activities_at
from ..errors import DataError
from . import density, water
from .activity_models import Pitzer
from .database import table
from .species import GAS
from .system import WATER, Chemistry
from .water import GAS_CONSTANT

_ROOM = 298.15
_BOILING = 373.15
_COLDEST, _HOTTEST = 253.15, 473.15  # K, where liquors end
_STEP = 0.1  # K, either way of a derivative
_BEGINS = 0.6  # share of `table_from` at which the table begins to count
_MOST_POINTS = 14
_MAJOR = 0.5  # equivalents per kg of water, above which a heat of dilution that is not known is remarked on
_STEAM = "H2O(g)"
_HYDROXIDE = "OH-"
_REAGENTS = {"H+|SO4-2": 2.0, "H+|Cl-": 1.0, "Na+|OH-": 1.0}  # equivalents in a mole


class _Table(NamedTuple):
    """Relative apparent enthalpy of a reagent (J/mol) against 1 / (1 + n); see `reagent`."""

    curve: PchipInterpolator
    strongest: float
    capacity: tuple[float, ...]
    complete: float


def standard_enthalpies(chemistry: Chemistry, temperature: float) -> np.ndarray:
    """Answer the enthalpy of every species at `temperature` (K), J/mol from the elements at 25 degC; (species,).

    Components as at infinite dilution.
    """
    return _standard(chemistry, temperature)


def liquor_enthalpy(
    chemistry: Chemistry, totals: np.ndarray, temperature: float, speciation: Speciation | None
) -> float:
    """Answer the enthalpy (J) of a liquor of component `totals` (mol, C) whose speciation at `temperature` (K) is given.

    Zero is the elements at 25 degC. `speciation` may be None where `tabulated_share` is 1. Raises `DataError` where it is
    missing.
    """
    whole = float(totals @ standard_enthalpies(chemistry, temperature)[chemistry.liquor])
    share = tabulated_share(chemistry, totals)
    if share > 0.0:
        whole += share * sum(
            amount * (reagent(of, free_water, temperature, capacity) + formed)
            for of, amount, free_water in _reagents(density.salts(chemistry, totals), totals)
            for formed, capacity in [_at_infinite_dilution(chemistry, of)]
        )
    if share < 1.0:
        if speciation is None:
            raise DataError(f"enthalpy of a liquor at {temperature:.2f} K needs its speciation, 0 are given")
        whole += (1.0 - share) * relative_enthalpy(chemistry, temperature, speciation)
    return whole


def relative_enthalpy(chemistry: Chemistry, temperature: float, speciation: Speciation) -> float:
    """Answer the enthalpy (J) of a liquor less that of its components at infinite dilution, at `temperature` (K).

    The heats of formation of its complexes and what the activity model says; the heat of dilution to nothing, taken away.
    """
    colder, hotter = _around(chemistry, temperature)
    scale = GAS_CONSTANT * temperature**2 / (2.0 * _STEP)
    amounts = speciation.molality * speciation.water
    cold_gamma, cold_water = activities_at(chemistry.packed(temperature - _STEP), speciation.molality)
    hot_gamma, hot_water = activities_at(chemistry.packed(temperature + _STEP), speciation.molality)
    present = amounts > 0.0
    of_species = (hotter.ln_k - colder.ln_k - hot_gamma + cold_gamma)[present] @ amounts[present]
    of_water = speciation.water / chemistry.molar_masses[WATER] * (hot_water - cold_water)
    return float(scale * (of_species - of_water))


def reagent(of: str, free_water: float, temperature: float, diluted_capacity: float) -> float:
    """Answer the relative apparent enthalpy (J/mol) of a reagent (`H+|SO4-2`) in `free_water` mol of water per mole.

    At `temperature` (K), against infinite dilution at the same; `diluted_capacity`: heat capacity of its components there,
    J/mol/K.
    """
    known = _table(of)
    inverse = min(known.strongest, 1.0 / (1.0 + max(0.0, free_water)))
    capacity = sum(c * inverse**power for power, c in enumerate(known.capacity))
    return float(known.curve(inverse)) + (capacity - diluted_capacity) * (temperature - _ROOM)


def tabulated_share(chemistry: Chemistry, totals: np.ndarray) -> float:
    """Answer how far a liquor of component `totals` (mol, C) is one of strong acid or caustic soda: 0 the model, 1 the table.

    Salts beside a reagent leave it to the model for longer: its molality counts by the square of its share in the equivalents.
    """
    salts = density.salts(chemistry, totals)
    strength, equivalents = 0.0, 0.0
    for of, amount, free_water in _reagents(salts, totals):
        kilograms = amount * max(0.0, free_water) * chemistry.molar_masses[WATER]
        strength += amount / (kilograms * _table(of).complete) if kilograms > 0.0 else math.inf
        equivalents += amount * _REAGENTS[of]
    if strength == 0.0:
        return 0.0
    strength *= (equivalents / sum(salts.values())) ** 2
    along = min(1.0, max(0.0, (strength - _BEGINS) / (1.0 - _BEGINS)))
    return along * along * (3.0 - 2.0 * along)


def remarks(chemistry: Chemistry, flows: np.ndarray) -> tuple[str, ...]:
    """Say where the enthalpy of `flows` (mol or mol/s, species) rests on more than the model or the tables know."""
    found = []
    totals = flows[chemistry.liquor]
    for of, _, free_water in _reagents(density.salts(chemistry, totals), totals):
        least = 1.0 / _table(of).strongest - 1.0
        if free_water < least - 1e-9:
            found.append(
                f"heat of {of.replace('|', ' with ')} is known down to {least:.3g} mol of water per mole, here there are "
                f"{free_water:.3g}"
            )
    found += [
        f"heat of dilution of {of.replace('|', ' with ')} is that of Debye and Hückel's law alone: its interaction has no "
        f"function of temperature in pitzer.csv"
        for of in _without_slope(chemistry, totals)
    ]
    unknown = [name for name in _without_enthalpy(chemistry) if flows[chemistry.index[name]] > 0.0]
    if unknown:
        found.append(
            f"{', '.join(unknown)} has no enthalpy of formation in the data, taken as 0: heats of its reactions are wrong"
        )
    return tuple(found)


def _without_slope(chemistry: Chemistry, totals: np.ndarray) -> list[str]:
    """Answer the salts, each above 0.5 equivalents per kg of water, whose Pitzer parameters do not know temperature."""
    if not isinstance(chemistry.activity, Pitzer) or tabulated_share(chemistry, totals) == 1.0:
        return []
    numbers = table("pitzer")
    least = _MAJOR * max(0.0, float(totals[WATER])) * float(chemistry.molar_masses[WATER])
    return [
        of
        for of, equivalents in density.salts(chemistry, totals).items()
        if equivalents > least
        and numbers.find(of, "beta0") is not None
        and not any(numbers.find(of, f"{q}_t{n}") for q in ("beta0", "beta1", "cphi") for n in range(2, 7))
    ]


@functools.lru_cache(maxsize=64)
def _without_enthalpy(chemistry: Chemistry) -> tuple[str, ...]:
    """Answer the solids and gases whose enthalpy neither a constant nor the data give."""
    numbers = table("enthalpies")
    return tuple(
        s.name
        for s in (*chemistry.solids, *chemistry.gases)
        if s.name not in chemistry.phase_index and numbers.find(s.name, "enthalpy_of_formation") is None
    )


def _reagents(salts: Mapping[str, float], totals: np.ndarray) -> list[tuple[str, float, float]]:
    """Answer name, amount (mol) and free water (mol per mole) of each reagent in the `salts` (equivalents) of a liquor."""
    free = float(totals[WATER]) - salts.get("Na+|OH-", 0.0)
    present = [(of, salts[of] / count) for of, count in _REAGENTS.items() if salts.get(of, 0.0) > 0.0]
    return [(of, amount, free / amount) for of, amount in present]


@functools.cache
def _table(of: str) -> _Table:
    numbers = table("enthalpies")
    points = []
    for place in range(1, _MOST_POINTS + 1):
        found = numbers.find(of, f"heat{place}")
        if found is not None:
            points.append((1.0 / (1.0 + numbers.value(of, f"water{place}")), found.value))
    points.sort()
    inverse, heat = (np.array(column) for column in zip(*points, strict=True))
    capacity = tuple(numbers.value(of, f"capacity{power}") for power in range(4))
    return _Table(PchipInterpolator(inverse, heat), float(inverse[-1]), capacity, numbers.value(of, "table_from"))


@functools.lru_cache(maxsize=256)
def _at_infinite_dilution(chemistry: Chemistry, of: str) -> tuple[float, float]:
    """Answer for a mole of a reagent in much water: its enthalpy less that of its components, J/mol, and their capacity, J/mol/K.

    The former is that of ionizing water for NaOH = Na+ + H2O - H+, at 25 degC.
    """
    numbers = table("heat_capacities")
    cation, anion = of.split("|")
    capacity = _REAGENTS[of] * numbers.value(cation, "heat_capacity")
    if anion != _HYDROXIDE:
        return 0.0, capacity + numbers.value(anion, "heat_capacity")
    colder, hotter = _around(chemistry, _ROOM)
    at = chemistry.aqueous_names.index(_HYDROXIDE)
    ionized = GAS_CONSTANT * _ROOM**2 * float(hotter.ln_k[at] - colder.ln_k[at]) / (2.0 * _STEP)
    return ionized, capacity + water.heat_capacity(_ROOM) * float(chemistry.molar_masses[WATER])


def _around(chemistry: Chemistry, temperature: float) -> tuple[Mixture, Mixture]:
    return chemistry.mixture(temperature - _STEP), chemistry.mixture(temperature + _STEP)


@functools.lru_cache(maxsize=4096)
def _standard(chemistry: Chemistry, temperature: float) -> np.ndarray:
    held = min(max(temperature, _COLDEST), _HOTTEST)
    capacities = chemistry.heat_capacities(_ROOM)
    enthalpies = _of_formation(chemistry) + capacities * (temperature - _ROOM)
    enthalpies[chemistry.liquor] = _components(chemistry, held)
    for gas in chemistry.gases:
        at = chemistry.index[gas.name]
        enthalpies[at] = _of_formation(chemistry)[at] + water.gas_enthalpy(gas.name, temperature)
    if _STEAM in chemistry.index:
        enthalpies[chemistry.index[_STEAM]] = _steam(chemistry, temperature)
    if len(chemistry.phases):
        colder, hotter = _around(chemistry, held)
        slopes = (hotter.phase_ln_k - colder.phase_ln_k) / (2.0 * _STEP)
        dissolved = hotter.phase_composition @ enthalpies[chemistry.liquor]
        beyond = capacities[chemistry.phase_positions] * (temperature - held)
        for place, phase in enumerate(chemistry.phases):
            if phase.phase == GAS:
                beyond[place] = water.gas_enthalpy(phase.name, temperature) - water.gas_enthalpy(phase.name, held)
        enthalpies[chemistry.phase_positions] = dissolved - GAS_CONSTANT * held**2 * slopes + beyond
    enthalpies.setflags(write=False)
    return enthalpies


def _components(chemistry: Chemistry, temperature: float) -> np.ndarray:
    numbers = table("heat_capacities")
    capacities = np.array([numbers.value(c.name, "heat_capacity", 0.0) for c in chemistry.components])
    enthalpies = _of_formation(chemistry)[chemistry.liquor] + capacities * (temperature - _ROOM)
    enthalpies[WATER] += water.enthalpy(temperature) * chemistry.molar_masses[WATER]
    return enthalpies


def _steam(chemistry: Chemistry, temperature: float) -> float:
    """Answer the enthalpy of steam: saturated up to the boiling point, so that evaporating takes the heat of evaporation."""
    held = min(temperature, _BOILING)
    per_kilogram = water.enthalpy(held) + water.heat_of_evaporation(held)
    hotter = water.gas_enthalpy(_STEAM, temperature) - water.gas_enthalpy(_STEAM, held)
    formed = float(_of_formation(chemistry)[WATER])
    return formed + float(chemistry.molar_masses[WATER]) * per_kilogram + hotter


@functools.lru_cache(maxsize=64)
def _of_formation(chemistry: Chemistry) -> np.ndarray:
    """Answer the enthalpies of formation at 25 degC (J/mol); of the salt of an extractant, without heat of extraction."""
    numbers = table("enthalpies")
    found = np.array([numbers.value(s.name, "enthalpy_of_formation", 0.0) for s in chemistry.species])
    for extractant in chemistry.extractants:
        for component in chemistry.components:
            salt = chemistry.extractant(extractant).salt_form(component.name) if component.charge > 0 else ""
            if salt in chemistry.index:
                found[chemistry.index[salt]] = found[chemistry.index[component.name]]
    found.setflags(write=False)
    return found
