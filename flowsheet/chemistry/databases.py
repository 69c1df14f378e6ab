"""A thermodynamic database as a value: species with their constants, the activity model that belongs to them, its limits.

`Chemistry` takes one; the data of `flowsheet/data/` are the one that it takes by itself. `read_phreeqc` and `read_eq36` make
others. A database is compared and hashed by identity.
"""

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from ..errors import DataError, nearest
from ..quantities import ROUND_OFF, kelvin
from .activity_models import ActivityModel, Pitzer
from .database import all_species
from .formula import Formula, parse
from .species import COMPONENT, Species

_FREEZING = 273.15
_SLIP = 200.0  # K, below which a temperature was meant in degC
HOTTEST_WATER = 623.15  # K, where the dielectric constant of `water` ends
_LIQUID = (223.15, HOTTEST_WATER)  # below 0 degC water is taken as it is there
_OWN = (253.15, 473.15)  # what van 't Hoff's law with a constant heat capacity may be stretched to
_FITTED = (273.15, 373.15)  # what the solubilities and activities of `flowsheet/data/` reach over


@dataclass(frozen=True, eq=False)
class Database:
    """Species and what they need.

    `species`: by name, components first, H2O and H+ before the others. `activity`: the model that the constants were made
    for. `temperatures`: K, where the file says that it holds. `made_for`: K, beyond which an answer carries a warning.
    `left_out`: what the file has and this has not, with the reason. `read_formula`: how its formulas are written. `own`:
    whether these are the data of the engine, which have densities and extractants.
    """

    name: str
    species: Mapping[str, Species]
    activity: ActivityModel
    temperatures: tuple[float, float] = _LIQUID
    made_for: tuple[float, float] = _LIQUID
    left_out: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    read_formula: Callable[[str], Formula] = parse
    own: bool = False

    @functools.cached_property
    def elements(self) -> frozenset[str]:
        """The elements that any species holds."""
        return frozenset(element for species in self.species.values() for element in species.elements)

    @property
    def components(self) -> tuple[Species, ...]:
        """The species that all others are made of."""
        return tuple(species for species in self.species.values() if species.phase == COMPONENT)

    @property
    def was_made_for(self) -> str:
        """What a warning says of the temperatures beyond `made_for`: `which ColdChem.dat was made for`."""
        return f"which {self.name} {'were' if self.own else 'was'} made for"

    def find(self, name: str) -> Species:
        """Answer a species; raises `DataError` with the nearest name, or the reason why it was left out."""
        if name in self.species:
            return self.species[name]
        if name in self.left_out:
            raise DataError(f"{self.name}: species {name!r} was left out: it {self.left_out[name]}")
        raise DataError(f"{self.name}: species {name!r} is unknown{nearest(name, self.species)}")

    def check_temperature(self, temperature: float) -> None:
        """Raise `DataError` for a temperature (K) of a liquor outside the limits of the data, or that is no number."""
        temperature = kelvin(temperature)
        low, high = self.temperatures
        if not low - ROUND_OFF <= temperature <= high + ROUND_OFF:
            holds = "beyond which the built-in data tell nothing" if self.own else f"where the data of {self.name} hold"
            hint = f"; celsius({temperature:g}) is {temperature + _FREEZING:g} K" if temperature < _SLIP else ""
            raise DataError(
                f"liquor: temperature {temperature:g} K ({temperature - _FREEZING:g} degC) is outside {low:g} to {high:g} K, "
                f"{holds}{hint}"
            )

    def __repr__(self) -> str:
        """Name the database and count its species."""
        return f"Database({self.name!r}: {len(self.components)} components, {len(self.species)} species)"


@functools.cache
def own_data() -> Database:
    """Answer the data of `flowsheet/data/`."""
    return Database("the built-in data", all_species(), Pitzer(), _OWN, made_for=_FITTED, own=True)
