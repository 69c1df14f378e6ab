"""A species: its name, its phase, what it is made of, and the reaction that ties it to the components."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from .laws import Law

COMPONENT, AQUEOUS, SOLID, ORGANIC, GAS = "component", "aqueous", "solid", "organic", "gas"


@dataclass(frozen=True)
class Critical:
    """The critical point of a gas: temperature (K), pressure (Pa), acentric factor."""

    temperature: float
    pressure: float
    acentric: float


@dataclass(frozen=True, eq=False)
class Species:
    """One species.

    `elements`: moles of each element in a mole. `charge`: elementary charges. `molar_mass`: kg/mol. `reaction`: moles of
    each component in a mole, empty where a solid takes no part in equilibrium. `log_k`, `enthalpy` (J/mol),
    `heat_capacity` (J/mol/K): of formation from the components for an aqueous species, of dissolution into them for a
    solid or a gas, at 298.15 K. `extractant`: the extractant an organic species belongs to. `on_request`: whether it is a
    component of only those chemistries that name it, such as a redox state that most liquors have nothing of. `law`: log10
    K at any temperature, where it is not that of enthalpy and heat capacity. `volume`: m3/mol of a solid where its database
    tells. `critical`: of a gas where its database tells.
    """

    name: str
    phase: str
    elements: Mapping[str, float]
    charge: int
    molar_mass: float
    reaction: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    log_k: float | None = None
    enthalpy: float = 0.0
    heat_capacity: float = 0.0
    extractant: str = ""
    on_request: bool = False
    law: Law | None = None
    volume: float | None = None
    critical: Critical | None = None
