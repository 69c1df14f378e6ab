"""The numbers of `flowsheet/data/`, read once. Units become SI here and nowhere else."""

import csv
import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from types import MappingProxyType

from ..errors import DataError, nearest
from .formula import Formula, molar_mass, parse
from .species import AQUEOUS, COMPONENT, Species

_SI = {
    "-": 1.0,
    "g/mol": 1e-3,
    "kJ/mol": 1e3,
    "J/mol/K": 1.0,
    "angstrom": 1.0,
    "kg/mol": 1.0,
    "kg/mol*K": 1.0,
    "kg/mol*K^2": 1.0,
    "kg/mol/K": 1.0,
    "kg/mol/K^2": 1.0,
    "kg^2/mol^2": 1.0,
    "kg^2/mol^2*K": 1.0,
    "kg^2/mol^2*K^2": 1.0,
    "kg^2/mol^2/K": 1.0,
    "kg^2/mol^2/K^2": 1.0,
    "kg^0.5/mol^0.5": 1.0,
    "mol/kg": 1.0,
    "kg/m3": 1.0,
    "cm3/mol": 1e-6,
    "m3/kg": 1.0,
    "m3/kg/K2": 1.0,
    "bar": 1e5,
    "K": 1.0,
    "1/K": 1.0,
    "1/K2": 1.0,
    "bar/K": 1e5,
    "bar*K": 1e5,
    "min": 60.0,
    "h": 3600.0,
    "mol/L": 1e3,
    "kg/kg": 1.0,
    "mg/L": 1e-3,
    "mPa*s": 1e-3,
    "USD/kg": 1.0,
    "1/year": 1.0 / (365.25 * 86400.0),
    "m3/m2/h": 1.0 / 3600.0,
    "V": 1.0,
    "V/K": 1.0,
    "A/m2": 1.0,
    "S/m": 1.0,
    "m": 1.0,
    "um": 1e-6,
    "%": 0.01,
    "m/s": 1.0,
    "1/h": 1.0 / 3600.0,
    "um/h": 1e-6 / 3600.0,
    "mol/mol": 1.0,
    "L2/mol2/atm/min": 1e-6 / 101325.0 / 60.0,
    "1/atm/min": 1.0 / 101325.0 / 60.0,
    "1/m3/s": 1.0,
    "m/kg": 1.0,
    "m2/s": 1.0,
    "N/m": 1.0,
    "Pa*s": 1.0,
}

_ON_REQUEST = "component on request"


_TERM = re.compile(r"^(?:(?P<count>\d+(?:\.\d+)?)\s+)?(?P<name>[A-Z(d][^=]*)$")


@dataclass(frozen=True)
class Number:
    """One row of a table: a value in SI with where it comes from, and the conditions that it holds for."""

    value: float
    source: str
    note: str
    conditions: str = ""


class Table:
    """The rows of one CSV file, looked up by what they are of and by quantity. The first row is the preferred one."""

    def __init__(self, name: str):
        self.name = name
        self._rows: dict[tuple[str, str], Number] = {}
        self._all: dict[tuple[str, str], list[Number]] = {}
        with resources.files("raffinate.flowsheet.data").joinpath(f"{name}.csv").open(encoding="utf-8") as file:
            for row in csv.DictReader(file):
                if row["unit"] not in _SI:
                    raise DataError(
                        f"{name}.csv: unit {row['unit']!r} of {row['of']!r} is unknown{nearest(row['unit'], _SI)}"
                    )
                value = float(row["value"]) * _SI[row["unit"]]
                number = Number(value, row["source"], row["note"], row["conditions"])
                self._rows.setdefault((row["of"], row["quantity"]), number)
                self._all.setdefault((row["of"], row["quantity"]), []).append(number)

    def find(self, of: str, quantity: str) -> Number | None:
        """Answer the preferred row, or None."""
        return self._rows.get((of, quantity))

    def quantities(self, of: str) -> list[str]:
        """Answer the quantities that there are rows of."""
        return [quantity for name, quantity in self._rows if name == of]

    def rows(self, of: str, quantity: str) -> tuple[Number, ...]:
        """Answer every row, the preferred one first: a quantity at several conditions."""
        return tuple(self._all.get((of, quantity), ()))

    def value(self, of: str, quantity: str, default: float | None = None) -> float:
        """Answer the preferred value in SI; raises `DataError` where there is none and no default is given."""
        number = self._rows.get((of, quantity))
        if number is not None:
            return number.value
        if default is None:
            known = {key for key, what in self._rows if what == quantity}
            raise DataError(f"{self.name}.csv has no {quantity} of {of!r}{nearest(of, known)}")
        return default

    def names(self, quantity: str) -> list[str]:
        """Answer everything that has a row of this quantity, in the order of the file."""
        return [of for of, what in self._rows if what == quantity]


@functools.cache
def table(name: str) -> Table:
    """Read a table of numbers of `flowsheet/data/`, once."""
    return Table(name)


@functools.cache
def atomic_masses() -> Mapping[str, float]:
    """Answer the atomic masses, kg/mol."""
    masses = table("atomic_masses")
    return MappingProxyType({element: masses.value(element, "atomic_mass") for element in masses.names("atomic_mass")})


@functools.cache
def named_formulas() -> Mapping[str, Formula]:
    """Answer the formulas of substances that are known by a trade name."""
    return MappingProxyType({row["species"]: parse(row["formula"]) for row in _names()})


def _names() -> list[dict[str, str]]:
    with resources.files("raffinate.flowsheet.data").joinpath("names.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def read_reaction(text: str) -> dict[str, float]:
    """Read `Ni+2 + 2 H2O - 2 H+` into moles of each species; raises `DataError` for a term that cannot be read."""
    reaction: dict[str, float] = {}
    if not text.strip():
        return reaction
    signed = text.strip() if text.strip().startswith("- ") else f"+ {text.strip()}"
    pieces = re.split(r"(?:^|\s)([+-])\s+", signed)
    for sign, term in zip(pieces[1::2], pieces[2::2], strict=True):
        match = _TERM.match(term.strip())
        if match is None:
            raise DataError(f"reaction {text!r} has the term {term!r}, which is no species with its count")
        count = float(match["count"] or 1.0) * (1.0 if sign == "+" else -1.0)
        reaction[match["name"]] = reaction.get(match["name"], 0.0) + count
    return reaction


@functools.cache
def all_species() -> Mapping[str, Species]:
    """Answer every species of `species.csv`, components first, in the order of the file."""
    constants = table("equilibrium")
    found: dict[str, Species] = {}
    with resources.files("raffinate.flowsheet.data").joinpath("species.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        name, formula = row["species"], parse(row["species"])
        is_component = row["reaction"].strip() in {"component", _ON_REQUEST}
        reaction = {name: 1.0} if is_component else read_reaction(row["reaction"])
        log_k = constants.find(name, "log_k")
        if row["phase"] == AQUEOUS and not is_component and log_k is None:
            raise DataError(f"species.csv: aqueous species {name!r} has no log_k in equilibrium.csv")
        found[name] = Species(
            name=name,
            phase=COMPONENT if is_component else row["phase"],
            elements=formula.elements,
            charge=formula.charge,
            molar_mass=molar_mass(formula, atomic_masses()),
            reaction=MappingProxyType(reaction),
            log_k=0.0 if is_component else (log_k.value if log_k else None),
            enthalpy=constants.value(name, "delta_h", 0.0),
            heat_capacity=constants.value(name, "delta_cp", 0.0),
            on_request=row["reaction"].strip() == _ON_REQUEST,
        )
    return MappingProxyType(found)
