"""Water, steam and off-gas: properties from Cantera, and the Debye-Hückel parameters that follow from them.

Cantera's `Water` is the equation of state of Reynolds (1979); its ideal gases use the NASA polynomials of GRI-Mech 3.0, and
of `nasa_gas.yaml` (Burcat & McBride's collection) those that GRI-Mech lacks.
The dielectric constant is that of Bradley & Pitzer (1979); the Debye-Hückel A and B are written as in Parkhurst & Appelo
(2013), so that a check against PHREEQC compares the same model. `phreeqc_debye_hueckel` is PHREEQC's own, with the
density of saturated water of Wagner & Pruss (2002), for what is read from its databases.
"""

import functools
import math

import cantera

from .database import table

STANDARD_PRESSURE = 101325.0
GAS_CONSTANT = cantera.gas_constant / 1000.0  # J/mol/K

_ROOM = 298.15  # K
_BOILS = 373.0  # K, below which water's own vapour pressure need not be asked for
_TRIPLE_POINT = 273.16  # K; 0 degC lies 0.01 K below it, where Cantera has no liquid
_OFF_GASES = {"O2(g)": "O2", "H2(g)": "H2", "CO2(g)": "CO2", "H2O(g)": "H2O", "N2(g)": "N2", "NH3(g)": "NH3"}
_RARER_GASES = {"HF(g)": "HF", "HCl(g)": "HCL", "SO2(g)": "SO2", "H2S(g)": "H2S", "HCN(g)": "HCN"}  # not in GRI-Mech


@functools.cache
def _water() -> cantera.PureFluid:
    return cantera.Water()


@functools.cache
def _thermo(name: str) -> cantera.SpeciesThermo:
    """Answer what Cantera knows of a gas of `_OFF_GASES` or `_RARER_GASES`: enthalpies and heat capacities per kmol."""
    species = _gri() if name in _OFF_GASES else _nasa()
    return species[_OFF_GASES[name] if name in _OFF_GASES else _RARER_GASES[name]]


def _knows(name: str) -> bool:
    return name in _OFF_GASES or name in _RARER_GASES


@functools.cache
def _gri() -> dict[str, cantera.SpeciesThermo]:
    return {each.name: each.thermo for each in cantera.Solution("gri30.yaml").species()}


@functools.cache
def _nasa() -> dict[str, cantera.SpeciesThermo]:
    return {each.name: each.thermo for each in cantera.Species.list_from_file("nasa_gas.yaml")}


def _liquid_pressure(temperature: float) -> float:
    """Answer a pressure (Pa) at which water is liquid: one atmosphere where that will do."""
    return STANDARD_PRESSURE if temperature < _BOILS else max(STANDARD_PRESSURE, 1.001 * vapour_pressure(temperature))


@functools.lru_cache(maxsize=4096)
def density(temperature: float) -> float:
    """Answer the density of liquid water at `temperature` (K) and one atmosphere, kg/m3."""
    water = _water()
    water.TP = max(temperature, _TRIPLE_POINT), _liquid_pressure(temperature)
    return float(water.density)


@functools.lru_cache(maxsize=4096)
def heat_capacity(temperature: float) -> float:
    """Answer the heat capacity of liquid water at `temperature` (K), J/kg/K."""
    water = _water()
    water.TP = max(temperature, _TRIPLE_POINT), _liquid_pressure(temperature)
    return float(water.cp_mass)


@functools.lru_cache(maxsize=4096)
def vapour_pressure(temperature: float) -> float:
    """Answer the saturation pressure of water at `temperature` (K), Pa."""
    water = _water()
    water.TQ = max(temperature, _TRIPLE_POINT), 0.0
    return float(water.P)


@functools.lru_cache(maxsize=4096)
def heat_of_evaporation(temperature: float) -> float:
    """Answer the heat that evaporates water at `temperature` (K), J/kg."""
    water = _water()
    water.TQ = max(temperature, _TRIPLE_POINT), 1.0
    steam = water.enthalpy_mass
    water.TQ = max(temperature, _TRIPLE_POINT), 0.0
    return float(steam - water.enthalpy_mass)


@functools.lru_cache(maxsize=4096)
def saturation_temperature(pressure: float) -> float:
    """Answer the temperature at which water boils under `pressure` (Pa), K; that of the triple point where it would freeze."""
    water = _water()
    water.PQ = max(pressure, vapour_pressure(_TRIPLE_POINT)), 1.0
    return float(water.T)


@functools.lru_cache(maxsize=4096)
def adiabatic_rise(temperature: float, pressure: float, to_pressure: float) -> float:
    """Answer what the enthalpy of steam at `temperature` (K) and `pressure` (Pa) gains on the way to another, J/kg.

    Without loss: its entropy stays. Steam that would be liquid at that temperature is taken as saturated.
    """
    water = _water()
    if pressure < vapour_pressure(temperature):
        water.TP = temperature, pressure
    else:
        water.PQ = pressure, 1.0
    before, entropy = water.enthalpy_mass, water.entropy_mass
    water.SP = entropy, to_pressure
    return float(water.enthalpy_mass - before)


@functools.lru_cache(maxsize=4096)
def enthalpy(temperature: float) -> float:
    """Answer the enthalpy of liquid water at `temperature` (K) less that at 25 degC, J/kg.

    Below the triple point, where only a brine is liquid, its heat capacity stays what it is there.
    """
    water = _water()
    found = []
    for each in (temperature, _ROOM):
        water.TP = max(each, _TRIPLE_POINT), _liquid_pressure(each)
        found.append(float(water.enthalpy_mass))
    below = min(0.0, temperature - _TRIPLE_POINT)
    return found[0] - found[1] + (heat_capacity(_TRIPLE_POINT) * below if below < 0.0 else 0.0)


@functools.lru_cache(maxsize=4096)
def gas_enthalpy(name: str, temperature: float) -> float:
    """Answer the enthalpy of an off-gas species at `temperature` (K) less that at 25 degC, J/mol; 0 as for its capacity."""
    if not _knows(name):
        return 0.0
    return (_thermo(name).h(temperature) - _thermo(name).h(_ROOM)) / 1000.0


@functools.lru_cache(maxsize=4096)
def gas_heat_capacity(name: str, temperature: float) -> float:
    """Answer the heat capacity of an off-gas species at `temperature` (K), J/mol/K; 0 for one Cantera's files lack."""
    return _thermo(name).cp(temperature) / 1000.0 if _knows(name) else 0.0


def dielectric_constant(temperature: float) -> float:
    """Answer the dielectric constant of water at `temperature` (K) and 1.01325 bar (Bradley & Pitzer 1979, eq. 2)."""
    numbers = table("dielectric")
    u = [numbers.value("H2O", f"u{index}") for index in range(1, 10)]
    bar = 1e5
    reference = u[0] * math.exp(u[1] * temperature + u[2] * temperature**2)
    slope = u[3] + u[4] / (u[5] + temperature)
    offset = (u[6] + u[7] / temperature + u[8] * temperature) / bar
    return reference + slope * math.log((offset + STANDARD_PRESSURE / bar) / (offset + 1000.0))


@functools.lru_cache(maxsize=4096)
def debye_hueckel(temperature: float) -> tuple[float, float]:
    """Answer A (kg^0.5 mol^-0.5, decadic) and B (kg^0.5 mol^-0.5 per angstrom) of the Debye-Hückel law."""
    rho = density(temperature) / 1000.0
    product = dielectric_constant(temperature) * temperature
    return 1.82483e6 * math.sqrt(rho) / product**1.5, 50.2916 * math.sqrt(rho) / math.sqrt(product)


@functools.lru_cache(maxsize=4096)
def saturated_density(temperature: float) -> float:
    """Answer the density of water at saturation, kg/m3 (Wagner & Pruss 2002, J. Phys. Chem. Ref. Data 31, 387, eq. 2.6)."""
    numbers = table("dielectric")
    theta = 1.0 - temperature / numbers.value("H2O", "critical_temperature")
    powers = (1.0 / 3.0, 2.0 / 3.0, 5.0 / 3.0, 16.0 / 3.0, 43.0 / 3.0, 110.0 / 3.0)
    terms = (numbers.value("H2O", f"b{n}") * theta**power for n, power in enumerate(powers, start=1))
    return numbers.value("H2O", "critical_density") * (1.0 + sum(terms))


@functools.lru_cache(maxsize=4096)
def phreeqc_debye_hueckel(temperature: float) -> tuple[float, float]:
    """Answer A and B as PHREEQC 3 computes them at one atmosphere, in the units of `debye_hueckel`.

    From its charges and its number of Avogadro (calc_dielectrics of utilities.cpp): e^2 / (4 pi eps0 k) = 1.671008e-3 cm K,
    6.02252e23 / mol. The density is that of saturated water, brought to one atmosphere with Cantera's compressibility.
    """
    pressed = density(temperature)
    water = _water()
    water.TQ = max(temperature, _TRIPLE_POINT), 0.0
    rho = saturated_density(temperature) * pressed / float(water.density) / 1000.0
    length = 1.671008e-3 / (dielectric_constant(temperature) * temperature)
    inverse = math.sqrt(8.0 * math.pi * 6.02252e23 * length * rho / 1000.0)
    return inverse * length / (2.0 * math.log(10.0)), inverse / 1e8
