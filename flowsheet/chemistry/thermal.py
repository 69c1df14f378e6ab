"""Enthalpy of liquors, solids and gases, in the model that their equilibrium is in.

    H = sum_c N_c h_c(T) + sum_i n_i R T^2 d ln K_i/dT - R T^2 [sum_i n_i d ln gamma_i/dT + n_w d ln a_w/dT]

    N_c     component totals, mol; h_c = enthalpy of formation at 25 degC plus heat capacity times (T - 298.15 K); water
            by Cantera
    n_i     aqueous species with their constants of formation K_i, at fixed molalities in the last term; n_w free water

which is -T^2 d(G/T)/dT of the liquor at fixed totals: a liquor that shifts its equilibrium with temperature has no other
enthalpy, for the slope of G with its composition is zero. Derivatives are central differences 0.1 K either way of the
constants and parameters themselves, exact to some 1e-6 of a heat. So heats of neutralisation, complexing and dilution are
those that the constants and Pitzer's functions of temperature say; a parameter without a function of temperature adds
nothing to a heat.

A solid or gas with a constant of dissolution has, at 25 degC, the enthalpy of what it dissolves into less R T^2 d ln K/dT.
From there it takes heat by its own heat capacity (Kopp's rule; gases: Cantera), as one without a constant does, and heats of
crystallisation follow with temperature by Kirchhoff's law. The bend of ln K with temperature is not asked: of most solids it
is not known and stands at 0, which would be the heat capacity of the ions at infinite dilution, below 0 for many a salt.

Zero is the elements at 25 degC, so that reactions between components (redox) have their heat as well. The heat of extraction
into an organic is taken as none.

Sulfuric and hydrochloric acid and caustic soda are delivered far beyond the range of Pitzer's model. Their relative apparent
enthalpy L(n), with n moles of water per mole, is published and stands in `enthalpies.csv`: between 0.6 and 1 times the
molality `table_from` a liquor passes smoothly from the model to

    H = sum_c N_c h_c(T) + sum_r n_r [L_r(n_r) + (C_r(n_r) - c_r) (T - 298.15 K)]       (+ 55.8 kJ/mol of OH-)

    C_r, c_r   apparent molal heat capacity of the reagent as it is, and of its components at infinite dilution

with every reagent r as if it were alone in all the water. Other salts in such a liquor have the enthalpy of infinite dilution
at 25 degC, and their ions take no heat beside the water, as in any strong liquor.
Sulfuric acid to 100 %; HCl to 67 %; NaOH to 54 %, beyond which its L stays what it is there.

The heat capacity of a stream is the slope of all this with temperature, `Stream.heat_capacity`. `sensible_capacity` is one
without a speciation, for streams that mix and for steps of an iteration; beside the measured one (Laliberté 2009), 5 to 90 degC:

                  ions as nothing                    slope of the enthalpy
    NaCl, Na2SO4  -5 to +2 % up to 25 and 20 %       within 4 % from 25 degC, +8 % at 5 degC
    KCl, LiCl     +1 to +4 % up to 25 and 15 %       within 2.5 %
    MgSO4         -7 to +2 % up to 30 %              within 2 %
    CaCl2, MgCl2  -6 to +10 % up to 40 and 35 %      within 4 %, -8 % for MgCl2
    NiCl2         +2 to +7 % up to 40 % (25 degC)    -8 % at 30 %, -16 % at 40 %
    FeSO4         -8 to +4 % up to 35 % (35 degC)    -9 % at 25 %, -24 % at 35 %
    Na2CO3        -7 % at 20 % (25 degC)             -2 %; 24 % at 90 degC: some 20 % too much
    H3PO4         -17 % at 40 %                      within 1.5 %
    NH3           -27 to -34 % at 30 %               within 8 %

A second derivative of Pitzer's parameters with temperature is the least certain thing of a fit, and soda, ammonium, potassium
and aluminium salts in hot and strong liquors show it. So `usual_capacities` says between which heat capacities a liquor lies:
0.9 to 1.15 times that of its water, dissolved molecules (NH3, H3PO4, CO2) counted beside it as they are at infinite dilution.
Measured of salts are 0.91 (MgCl2, 30 %) to 1.08 (Na2CO3, 20 %), and 1.15 (Na2CO3, 25 % at 98 degC, recalled: 3600 to 3700
J/kg/K); of hot ammonium sulfate none was found. Enthalpies themselves keep the slope, else they were no state's.

Sources: Pitzer (1991) Activity Coefficients in Electrolyte Solutions ch. 3; heats of solution: Felder & Rousseau (2005)
Table B.11; NaOH: Olsson et al. (1997) Int. J. Thermophys. 18, 779; enthalpies of formation: Wagman et al. (1982); heat
capacities of solutions: Laliberté (2009) J. Chem. Eng. Data 54, 1725, as held by the chemicals library 1.5.2.
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
from .system import PROTON, WATER, Chemistry
from .water import GAS_CONSTANT

_ROOM = 298.15
_BOILING = 373.15
_HOTTEST = 473.15  # K, where liquors end; beyond, what is left of one takes heat as there
_STEP = 0.1  # K, either way of a derivative
_BEGINS = 0.6  # share of `table_from` at which the table begins to count
_MOST_POINTS = 14
_STRONG = 2.0  # equivalents per kg of water, below which the slope of no liquor lies outside the usual
LEAST_USUAL, MOST_USUAL = 0.9, 1.15  # of the heat capacity of the water, between which solutions of salts are measured
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


def sensible_capacity(chemistry: Chemistry, flows: np.ndarray, temperature: float) -> float:
    """Answer the heat capacity (J/K or W/K) of `flows` (mol or mol/s, species) at `temperature` (K), without a speciation.

    Exact but for liquors within the activity model: there ions count as nothing beside their water, which is -8 to +10 % off
    for salts, more for dissolved molecules (the table at the head of the file). A strong reagent has that of its table. A
    straight line between whole kelvins, since a loop needs it without steps; never below 0.
    """
    kelvins, part = divmod(temperature, 1.0)
    lower, upper = _without_ions(chemistry, kelvins), _without_ions(chemistry, kelvins + 1.0)
    whole = (1.0 - part) * float(flows @ lower) + part * float(flows @ upper)
    totals = flows[chemistry.liquor]
    share = tabulated_share(chemistry, totals)
    if share > 0.0:
        for of, amount, free_water in _reagents(density.salts(chemistry, totals), totals):
            bound = (1.0 - part) * lower[WATER] + part * upper[WATER] if _is_base(of) else 0.0
            whole += share * amount * (_apparent_capacity(of, free_water) - bound)
    return max(0.0, whole)


def usual_capacities(
    chemistry: Chemistry, flows: np.ndarray, temperature: float, speciation: Speciation
) -> tuple[float, float]:
    """Answer the least and the most (J/K or W/K) that the heat capacity of a liquor at `temperature` (K) may well be.

    `flows`: of the liquor alone (mol or mol/s, species); `speciation`: that of the liquor, at or near the temperature. See the
    head of the file. Raises `DataError` where the data reach over less than a kelvin.
    """
    of_water = sensible_capacity(chemistry, flows, temperature)
    low, high = chemistry.database.temperatures
    held = min(max(temperature, low + 0.5), high - 0.5)
    of_molecules = speciation.water * float(speciation.molality @ _of_molecules(chemistry, held))
    return LEAST_USUAL * of_water, MOST_USUAL * of_water + of_molecules


def is_concentrated(chemistry: Chemistry, totals: np.ndarray) -> bool:
    """Whether a liquor of component `totals` (mol, C) holds so much that the slope of its enthalpy may be unusual."""
    kilograms = max(0.0, float(totals[WATER])) * float(chemistry.molar_masses[WATER])
    return sum(density.salts(chemistry, totals).values()) > _STRONG * kilograms


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
        whole -= share * _of_other_ions(chemistry, totals) * (temperature - _ROOM)
    if share < 1.0:
        if speciation is None:
            raise DataError(f"enthalpy of a liquor at {temperature:.2f} K needs its speciation, 0 are given")
        whole += (1.0 - share) * relative_enthalpy(chemistry, temperature, speciation)
    return float(whole)


def relative_enthalpy(chemistry: Chemistry, temperature: float, speciation: Speciation) -> float:
    """Answer the enthalpy (J) of a liquor less that of its components at infinite dilution, at `temperature` (K).

    The heats of formation of its complexes and what the activity model says; the heat of dilution to nothing, taken away.
    Raises `DataError` for a temperature outside the data.
    """
    middle = _middle(chemistry, temperature)
    colder, hotter = _around(chemistry, temperature)
    scale = GAS_CONSTANT * temperature**2 / (2.0 * _STEP)
    amounts = speciation.molality * speciation.water
    cold_gamma, cold_water = activities_at(chemistry.packed(middle - _STEP), speciation.molality)
    hot_gamma, hot_water = activities_at(chemistry.packed(middle + _STEP), speciation.molality)
    present = amounts > 0.0
    of_species = (hotter.ln_k - colder.ln_k - hot_gamma + cold_gamma)[present] @ amounts[present]
    of_water = speciation.water / chemistry.molar_masses[WATER] * (hot_water - cold_water)
    return float(scale * (of_species - of_water))


def reagent(of: str, free_water: float, temperature: float, diluted_capacity: float) -> float:
    """Answer the relative apparent enthalpy (J/mol) of a reagent (`H+|SO4-2`) in `free_water` mol of water per mole.

    At `temperature` (K), against infinite dilution at the same; `diluted_capacity`: heat capacity of its components there,
    J/mol/K.
    """
    heat = float(_table(of).curve(_inverse(of, free_water)))
    return heat + (_apparent_capacity(of, free_water) - diluted_capacity) * (temperature - _ROOM)


def _inverse(of: str, free_water: float) -> float:
    return min(_table(of).strongest, 1.0 / (1.0 + max(0.0, free_water)))


def _apparent_capacity(of: str, free_water: float) -> float:
    """Answer the apparent molal heat capacity (J/mol/K) of a reagent in `free_water` mol of water per mole."""
    inverse = _inverse(of, free_water)
    return sum(c * inverse**power for power, c in enumerate(_table(of).capacity))


def tabulated_share(chemistry: Chemistry, totals: np.ndarray) -> float:
    """Answer how far a liquor of component `totals` (mol, C) is one of strong acid or caustic soda: 0 the model, 1 the table.

    Salts beside a reagent leave it to the model for longer: its molality counts by the square of its share in the equivalents.
    """
    excess = abs(float(totals[PROTON]))
    if excess <= _BEGINS * _least_complete() * (float(totals[WATER]) - excess) * chemistry.molar_masses[WATER]:
        return 0.0  # most liquors, without asking for their salts
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


@functools.cache
def _least_complete() -> float:
    return min(_table(of).complete for of in _REAGENTS)


def _is_base(of: str) -> bool:
    return of.endswith(_HYDROXIDE)


@functools.lru_cache(maxsize=64)
def _ionic(chemistry: Chemistry) -> np.ndarray:
    """Answer 1 for each component that is an ion, else 0; (C,)."""
    return np.array([float(c.charge != 0) for c in chemistry.components])


@functools.lru_cache(maxsize=64)
def _diluted(chemistry: Chemistry) -> np.ndarray:
    """Answer the heat capacities (J/mol/K) of the components at infinite dilution, 0 for water; (C,)."""
    numbers = table("heat_capacities")
    return np.array([numbers.value(c.name, "heat_capacity", 0.0) for c in chemistry.components])


def _of_other_ions(chemistry: Chemistry, totals: np.ndarray) -> float:
    """Answer the heat capacity (J/K) at infinite dilution of the ions that belong to no reagent of the table."""
    whole = float(totals @ (_diluted(chemistry) * _ionic(chemistry)))
    for of, amount, _ in _reagents(density.salts(chemistry, totals), totals):
        cation, anion = of.split("|")
        numbers = table("heat_capacities")
        own = _REAGENTS[of] * numbers.value(cation, "heat_capacity")
        whole -= amount * (own if _is_base(of) else own + numbers.value(anion, "heat_capacity"))
    return whole


@functools.lru_cache(maxsize=256)
def _at_infinite_dilution(chemistry: Chemistry, of: str) -> tuple[float, float]:
    """Answer for a mole of a reagent in much water: its enthalpy less that of its components, J/mol, and their capacity, J/mol/K.

    The former is that of ionizing water for NaOH = Na+ + H2O - H+, at 25 degC.
    """
    numbers = table("heat_capacities")
    cation, anion = of.split("|")
    capacity = _REAGENTS[of] * numbers.value(cation, "heat_capacity")
    if not _is_base(of):
        return 0.0, capacity + numbers.value(anion, "heat_capacity")
    colder, hotter = _around(chemistry, _ROOM)
    at = chemistry.aqueous_names.index(_HYDROXIDE)
    ionized = GAS_CONSTANT * _ROOM**2 * float(hotter.ln_k[at] - colder.ln_k[at]) / (2.0 * _STEP)
    return ionized, capacity + water.heat_capacity(_ROOM) * float(chemistry.molar_masses[WATER])


def _formed(chemistry: Chemistry, temperature: float) -> np.ndarray:
    """Answer the heats of formation (J/mol) of the aqueous species from the components, at infinite dilution; (S,)."""
    colder, hotter = _around(chemistry, temperature)
    return GAS_CONSTANT * temperature**2 * (hotter.ln_k - colder.ln_k) / (2.0 * _STEP)


@functools.lru_cache(maxsize=512)
def _of_molecules(chemistry: Chemistry, temperature: float) -> np.ndarray:
    """Answer the heat capacities (J/mol/K) at infinite dilution of aqueous species without charge, others 0; (S,).

    Beside that of the water that they hold; never below 0.
    """
    mixture = chemistry.mixture(temperature)
    risen = _formed(chemistry, temperature + 0.5) - _formed(chemistry, temperature - 0.5)
    own = risen + mixture.composition @ (_diluted(chemistry) * _ionic(chemistry))
    return np.where(mixture.charge == 0.0, np.maximum(own, 0.0), 0.0)


def _middle(chemistry: Chemistry, temperature: float) -> float:
    """Answer the temperature (K) about which a derivative is taken: this one, or at a limit of the data the nearest inside.

    Raises `DataError` for a temperature outside the data, or data that leave no room for a derivative.
    """
    database = chemistry.database
    database.check_temperature(temperature)
    low, high = database.temperatures
    if high - low < 2.0 * _STEP:
        raise DataError(
            f"enthalpy at {temperature:g} K: a slope with temperature needs constants {_STEP:g} K either way, those "
            f"of {database.name} hold from {low:g} to {high:g} K"
        )
    return min(max(temperature, low + _STEP), high - _STEP)


def _around(chemistry: Chemistry, temperature: float) -> tuple[Mixture, Mixture]:
    middle = _middle(chemistry, temperature)
    return chemistry.mixture(middle - _STEP), chemistry.mixture(middle + _STEP)


@functools.lru_cache(maxsize=4096)
def _standard(chemistry: Chemistry, temperature: float) -> np.ndarray:
    enthalpies = _at_room(chemistry) + _risen(chemistry, temperature)
    enthalpies.setflags(write=False)
    return enthalpies


@functools.lru_cache(maxsize=1024)
def _without_ions(chemistry: Chemistry, temperature: float) -> np.ndarray:
    """Answer the heat capacities (J/mol/K) of all but the ions, which have 0; steam's is that of saturated steam."""
    slopes = _risen(chemistry, temperature + 0.5) - _risen(chemistry, temperature - 0.5)
    slopes[chemistry.liquor] *= 1.0 - _ionic(chemistry)
    return slopes


@functools.lru_cache(maxsize=64)
def _at_room(chemistry: Chemistry) -> np.ndarray:
    """Answer the enthalpies (J/mol) at 25 degC: of formation, and of what has a constant of dissolution by its slope.

    Where the constants do not hold at 25 degC, the slope is that at the nearest temperature where they do.
    """
    enthalpies = np.array(_of_formation(chemistry))
    if len(chemistry.phases):
        low, high = chemistry.database.temperatures
        held = _middle(chemistry, min(max(_ROOM, low), high))
        colder, hotter = _around(chemistry, held)
        slopes = (hotter.phase_ln_k - colder.phase_ln_k) / (2.0 * _STEP)
        risen, at = _risen(chemistry, held), chemistry.phase_positions
        dissolved = hotter.phase_composition @ (enthalpies + risen)[chemistry.liquor]
        enthalpies[at] = dissolved - GAS_CONSTANT * held**2 * slopes - risen[at]
    if _STEAM in chemistry.index:
        evaporated = water.heat_of_evaporation(_ROOM) * float(chemistry.molar_masses[WATER])
        enthalpies[chemistry.index[_STEAM]] = enthalpies[WATER] + evaporated
    enthalpies.setflags(write=False)
    return enthalpies


def _risen(chemistry: Chemistry, temperature: float) -> np.ndarray:
    """Answer the enthalpies (J/mol) at `temperature` (K) less those at 25 degC, by heat capacities alone; (species,)."""
    risen = chemistry.heat_capacities(_ROOM) * (temperature - _ROOM)
    held = min(temperature, _HOTTEST)
    hotter = water.heat_capacity(held) * (temperature - held)
    risen[chemistry.liquor] = _diluted(chemistry) * (temperature - _ROOM)
    risen[WATER] = (water.enthalpy(held) + hotter) * chemistry.molar_masses[WATER]
    for gas in chemistry.gases:
        risen[chemistry.index[gas.name]] = water.gas_enthalpy(gas.name, temperature)
    if _STEAM in chemistry.index:
        risen[chemistry.index[_STEAM]] = _steam(chemistry, temperature) - _steam(chemistry, _ROOM)
    return risen


def _steam(chemistry: Chemistry, temperature: float) -> float:
    """Answer the enthalpy (J/mol) of steam above water at 25 degC.

    Saturated up to the boiling point, so that evaporating takes the heat of evaporation.
    """
    held = min(temperature, _BOILING)
    per_kilogram = water.enthalpy(held) + water.heat_of_evaporation(held)
    hotter = water.gas_enthalpy(_STEAM, temperature) - water.gas_enthalpy(_STEAM, held)
    return float(chemistry.molar_masses[WATER]) * per_kilogram + hotter


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
