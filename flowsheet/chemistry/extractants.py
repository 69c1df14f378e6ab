"""Extractants as data: what each takes up, in which complexes, and what it is like.

A complex forms by

    M(z+) + units + a A(-) = complex + (z - a) H+        K = [complex] a(H+)^(z-a) / (a(M) E^units a(A)^a)

with molal activities in the liquor, mol/L of organic, and E the free extractant in units: dimers (HA)2 of an acid that
forms them, else molecules or ion pairs. ln K follows van 't Hoff from 25 degC. An acid (`acidic`) takes no anions; what
solvates (`solvating`) or exchanges anions (`anion exchange`) takes them along.
"""

from __future__ import annotations

import csv
import functools
import io
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from importlib import resources
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol

from ..errors import DataError, nearest
from ..files import write_text
from .database import atomic_masses, named_formulas, table
from .formula import Formula, parse
from .species import Species

KINDS = ("acidic", "solvating", "anion exchange")
_REFERENCE_TEMPERATURE = 298.15
_GAS_CONSTANT = 8.31446261815324
_LOADS = ("trace", "loaded")
_COLUMNS = ("of", "quantity", "value", "unit", "conditions", "source", "where", "note")


@dataclass(frozen=True)
class Complex:
    """One complex of a cation with an extractant.

    `log_k`: at 25 degC. `units`: of extractant in a mole. `anion`, `anions`: taken from the liquor with the cation, and how
    many. `enthalpy`: of extraction, J/mol. `source`, `note`: where the numbers come from.
    """

    cation: str
    log_k: float
    units: float
    anion: str = ""
    anions: float = 0.0
    enthalpy: float = 0.0
    source: str = ""
    note: str = ""

    def ln_k(self, temperature: float) -> float:
        """Answer ln K at a temperature (K)."""
        slope = self.enthalpy / _GAS_CONSTANT * (1.0 / _REFERENCE_TEMPERATURE - 1.0 / temperature)
        return self.log_k * math.log(10.0) + slope

    @property
    def protons(self) -> float:
        """Protons that a mole sets free."""
        return parse(self.cation).charge - self.anions


@dataclass(frozen=True)
class Extractant:
    """An extractant: `formula` of a molecule (of the ion pair), `kind`, molecules in a `unit`, its `complexes`.

    A cation has one complex or two, that at low loading (trace) first. `properties`: SI values by the names of
    `extractants.csv`, `density` (kg/m3) among them. Raises `DataError` for a kind that is none, a formula or a cation that
    cannot be read, more than two complexes of a cation or two that take different anions, and numbers out of range.
    """

    name: str
    formula: str
    kind: str = "acidic"
    unit: float = 2.0
    complexes: tuple[Complex, ...] = ()
    properties: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))

    def __post_init__(self):
        object.__setattr__(self, "complexes", tuple(self.complexes))
        object.__setattr__(self, "properties", MappingProxyType(dict(self.properties)))
        if self.kind not in KINDS:
            raise DataError(f"extractant {self.name!r}: kind = {self.kind!r} is none of {', '.join(KINDS)}")
        if not self.unit >= 1.0:
            raise DataError(f"extractant {self.name!r}: unit = {self.unit:g} molecules must be 1 or more")
        unknown = set(parse(self.formula).elements) - set(atomic_masses())
        if unknown:
            raise DataError(f"extractant {self.name!r}: formula {self.formula!r} holds {', '.join(sorted(unknown))}")
        for complex_ in self.complexes:
            _check(self, complex_)
        for cation in self.cations:
            pair = self.complexes_of(cation)
            if len(pair) > 2 or len({(c.anion, c.anions) for c in pair}) > 1:
                raise DataError(
                    f"extractant {self.name!r}: {cation} has {len(pair)} complexes, it may have two that take the same anions"
                )

    @classmethod
    def named(cls, name: str) -> Extractant:
        """Answer an extractant of the built-in data; raises `DataError` with the nearest name."""
        known = built_in()
        if name not in known:
            raise DataError(f"extractant {name!r} is not in extraction.csv{nearest(name, known)}")
        return known[name]

    @classmethod
    def read(cls, path: str | Path) -> Extractant:
        """Read what `write` wrote; raises `DataError` naming the file and the line."""
        return _read(Path(path))

    def write(self, path: str | Path) -> Path:
        """Write the extractant as a CSV with the columns of `extraction.csv`, whole or not at all."""
        return write_text(Path(path), _as_csv(self))

    def replace(self, **changes: Any) -> Extractant:
        """Answer this extractant with other values."""
        return replace(self, **changes)

    @property
    def cations(self) -> tuple[str, ...]:
        """The cations that it has a constant for."""
        return tuple(dict.fromkeys(complex_.cation for complex_ in self.complexes))

    @property
    def anion(self) -> str:
        """The anion that its complexes take along, or nothing."""
        return next((complex_.anion for complex_ in self.complexes if complex_.anion), "")

    @property
    def free_form(self) -> str:
        """The name of the free extractant as a species: `HA[...]` of an acid, `L[...]` of others."""
        return f"{'HA' if self.kind == 'acidic' else 'L'}[{self.name}]"

    def complexes_of(self, cation: str) -> tuple[Complex, ...]:
        """Answer the complexes of a cation, that at low loading first."""
        return tuple(complex_ for complex_ in self.complexes if complex_.cation == cation)

    def salt_form(self, cation: str) -> str:
        """Answer the name of a cation's salt as a species: `NiA2[Cyanex 272]`, `CoCl2[TBP]`, `HFeCl4[TBP]`."""
        taken = self.complexes_of(cation)
        metal, charge = cation.split("+", maxsplit=1)[0], parse(cation).charge
        if self.kind == "acidic":
            return f"{metal}A{charge if charge > 1 else ''}[{self.name}]"
        anions = taken[0].anions if taken else float(charge)
        anion = taken[0].anion.rstrip("-") if taken else "Cl"
        acid = "H" if anions > charge else ""
        return f"{acid}{metal}{anion}{anions:g}[{self.name}]".replace("1[", "[")

    def salt_elements(self, cation: str) -> dict[str, float]:
        """Answer the elements in a mole of a cation's salt; that of an acid holds the acid's own, without its protons."""
        charge = parse(cation).charge
        elements = dict(parse(cation).elements)
        if self.kind == "acidic":
            for element, count in parse(self.formula).elements.items():
                elements[element] = elements.get(element, 0.0) + charge * count
            elements["H"] = elements.get("H", 0.0) - charge
            return elements
        taken = self.complexes_of(cation)[0]
        for element, count in parse(taken.anion).elements.items():
            elements[element] = elements.get(element, 0.0) + taken.anions * count
        if taken.anions > charge:
            elements["H"] = elements.get("H", 0.0) + taken.anions - charge
        return elements


def _check(extractant: Extractant, given: Complex) -> None:
    where = f"extractant {extractant.name!r}: complex of {given.cation}"
    charge = parse(given.cation).charge
    if charge < 1:
        raise DataError(f"{where}: charge {charge:+d}, it must be a cation such as 'Co+2'")
    if not (math.isfinite(given.log_k) and math.isfinite(given.enthalpy)):
        raise DataError(f"{where}: log_k = {given.log_k:g}, enthalpy = {given.enthalpy:g} J/mol must be finite")
    if not 0.0 < given.units <= 10.0:
        raise DataError(f"{where}: units = {given.units:g} is outside 0 to 10")
    if extractant.kind == "acidic" and given.units * extractant.unit < charge * (1.0 - 1e-9):
        raise DataError(
            f"{where}: units = {given.units:g} of {extractant.unit:g} molecules cannot bind the charge {charge:+d}"
        )
    if extractant.kind == "acidic" and given.anions:
        raise DataError(f"{where}: anions = {given.anions:g}, an acid takes none")
    if extractant.kind != "acidic" and not given.anions >= charge:
        raise DataError(f"{where}: anions = {given.anions:g}, at least {charge} make it neutral")
    if given.anions and (not given.anion or parse(given.anion).charge != -1):
        raise DataError(f"{where}: anion {given.anion!r} must carry the charge -1, such as 'Cl-'")


@functools.cache
def kinds() -> Mapping[str, str]:
    """Answer the kind of each substance that `names.csv` knows by a trade name."""
    with resources.files("raffinate.flowsheet.data").joinpath("names.csv").open(encoding="utf-8") as file:
        return MappingProxyType({row["species"]: row["kind"] for row in csv.DictReader(file)})


@functools.cache
def built_in() -> Mapping[str, Extractant]:
    """Answer the extractants of `extraction.csv`."""
    constants, facts, volumes = table("extraction"), table("extractants"), table("volumes")
    found: dict[str, list[Complex]] = {}
    for of in constants.names("log_k_trace"):
        name, cation = of.split("|")
        found.setdefault(name, []).extend(_complexes(of, cation))
    extractants = {}
    for name, complexes in found.items():
        properties = {quantity: facts.value(name, quantity) for quantity in facts.quantities(name)}
        density = volumes.find(name, "density")
        if density is not None:
            properties["density"] = density.value
        unit = properties.get("unit", 2.0)
        formula = _written(named_formulas()[name])
        extractants[name] = Extractant(name, formula, kinds()[name], unit, tuple(complexes), properties)
    return MappingProxyType(extractants)


def _complexes(of: str, cation: str) -> Iterable[Complex]:
    constants = table("extraction")
    anions = constants.value(of, "anions", 0.0)
    for load in _LOADS:
        log_k = constants.find(of, f"log_k_{load}")
        if log_k is not None:
            units = constants.value(of, f"units_{load}")
            enthalpy = constants.value(of, f"enthalpy_{load}", constants.value(of, "enthalpy_trace", 0.0))
            anion = "Cl-" if anions else ""
            yield Complex(cation, log_k.value, units, anion, anions, enthalpy, log_k.source, log_k.note)


def _written(formula: Formula) -> str:
    return "".join(f"{element}{count:g}" for element, count in formula.elements.items())


def _as_csv(extractant: Extractant) -> str:
    rows: list[tuple[object, ...]] = []

    def add(of: str, quantity: str, value: object, unit: str, conditions: str = "", source: str = "", note: str = ""):
        rows.append((of, quantity, value, unit, conditions, source, "-", note))

    name = extractant.name
    add(name, "formula", extractant.formula, "-")
    add(name, "kind", extractant.kind, "-")
    add(name, "unit", repr(extractant.unit), "-")
    for quantity, value in extractant.properties.items():
        if quantity != "unit":
            add(name, quantity, repr(value), "SI")
    for cation in extractant.cations:
        of = f"{name}|{cation}"
        for load, given in zip(_LOADS, extractant.complexes_of(cation), strict=False):
            add(of, f"log_k_{load}", repr(given.log_k), "-", "25 degC", given.source, given.note)
            add(of, f"units_{load}", repr(given.units), "-")
            add(of, f"enthalpy_{load}", repr(given.enthalpy), "J/mol")
        if extractant.complexes_of(cation)[0].anions:
            add(of, "anion", extractant.complexes_of(cation)[0].anion, "-")
            add(of, "anions", repr(extractant.complexes_of(cation)[0].anions), "-")
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([_COLUMNS, *rows])
    return text.getvalue()


def _read(path: Path) -> Extractant:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise DataError(f"extractant file {path}: {error.strerror}") from error
    reader = csv.DictReader(lines)
    missing = set(_COLUMNS[:3]) - set(reader.fieldnames or ())
    if missing:
        raise DataError(f"{path}, line 1: the columns {', '.join(sorted(missing))} are missing")
    texts: dict[tuple[str, str], tuple[str, int, Mapping[str, str]]] = {}
    for row in reader:
        texts[row["of"], row["quantity"]] = (row["value"], reader.line_num, row)
    names = [of for of, quantity in texts if quantity == "formula"]
    if len(names) != 1:
        raise DataError(f"{path}: {len(names)} rows with the quantity 'formula', exactly one is needed")
    name = names[0]

    def number(of: str, quantity: str, default: float) -> float:
        if (of, quantity) not in texts:
            return default
        text, line, _ = texts[of, quantity]
        try:
            return float(text)
        except ValueError as error:
            raise DataError(f"{path}, line {line}: {quantity} = {text!r} of {of} must be a number") from error

    complexes = []
    for (of, quantity), (_, line, row) in texts.items():
        if not quantity.startswith("log_k_"):
            continue
        load = quantity.removeprefix("log_k_")
        if load not in _LOADS or "|" not in of:
            raise DataError(
                f"{path}, line {line}: {quantity!r} of {of!r} must be log_k_trace or log_k_loaded of name|cation"
            )
        anion = texts.get((of, "anion"), ("", 0, {}))[0]
        values = (number(of, quantity, 0.0), number(of, f"units_{load}", 1.0))
        rest = (number(of, "anions", 0.0), number(of, f"enthalpy_{load}", 0.0))
        complexes.append(Complex(of.split("|")[1], *values, anion, *rest, row.get("source", ""), row.get("note", "")))
    known = {"formula", "kind", "unit"}
    properties = {
        quantity: number(name, quantity, 0.0) for of, quantity in texts if of == name and quantity not in known
    }
    kind = texts.get((name, "kind"), ("acidic", 0, {}))[0]
    return Extractant(name, texts[name, "formula"][0], kind, number(name, "unit", 2.0), tuple(complexes), properties)


class _Chemistry(Protocol):
    """What a `Chemistry` tells of its extractants."""

    components: tuple[Species, ...]

    def extractant(self, name: str) -> Extractant:
        """Answer an extractant by its name."""
        ...


def cations(chemistry: _Chemistry, extractant: str) -> tuple[str, ...]:
    """Answer the cations of the chemistry that an extractant of the chemistry takes up; raises `DataError` for another."""
    taken = set(chemistry.extractant(extractant).cations)
    return tuple(c.name for c in chemistry.components if c.name in taken and c.name != "H+")


def ignored(chemistry: _Chemistry, extractant: str) -> tuple[str, ...]:
    """Answer the cations of the chemistry that an extractant has no constant for; they stay in the liquor."""
    taken = {*chemistry.extractant(extractant).cations, "H+"}
    return tuple(c.name for c in chemistry.components if c.charge > 0 and c.name not in taken)
