"""Databases of EQ3/6 with Pitzer's parameters: data0.ypf, data0.nh4 and their kin.

    database = read_eq36("data0.ypf")
    nickel = Chemistry("Ni Na S", database=database)

Read: the grids of log K, A of Debye and Hückel, beta, C, alpha of each pair, theta, psi, lambda, mu and zeta with their four
terms of temperature. Charges are written as elsewhere here: `Ni++` of the file is `Ni+2`. Auxiliary species that the file
makes with oxygen, redox states, are components of their own; what cannot be made without oxygen is left out.

A grid has a value at each of eight temperatures; EQ3/6 puts one polynomial through those up to 100 degC and another through
the rest, and so does `laws.Grid`. A value of 500, or `No_Data`, stands for none: the species is absent at that temperature,
and the equilibrium tells so.

Source: Wolery (1992) EQPT, A Data File Preprocessor for the EQ3/6 Software Package, UCRL-MA-110662 PT II; Wolery & Jarek
(2003) EQ3/6 version 8.0 software user's manual (Pitzer blocks).
"""

import re
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import NoReturn

from ..errors import DataError, nearest
from ..files import read_text
from .activity_models import Pitzer
from .assembly import ELECTRON, PROTON, WATER, Entry, Sources, assemble
from .database import atomic_masses
from .databases import Database
from .interactions import Parameters
from .laws import ZERO, Grid
from .phreeqc_text import charge_text
from .species import AQUEOUS, GAS, SOLID

_OXYGEN = "O2(g)"  # what EQ3/6 writes redox reactions with, as others do with the electron
_NO_VALUE = 500.0
_FREEZING = 273.15
_GAS_CONSTANT = 8.31446
_STRONGEST = 6.0  # mol/kg, to which the parameters of most salts were fitted (Pitzer 1991)
_GRID = 8
_PITZER = {
    **{"beta(0)": "beta0", "beta(1)": "beta1", "beta(2)": "beta2", "Cphi": "cphi", "theta": "theta", "psi": "psi"},
    **{"lambda": "lambda", "mu": "mu", "zeta": "zeta"},
}
_SECTIONS = (
    *("Miscellaneous parameters", "elements", "basis species", "auxiliary basis species", "aqueous species", "solids"),
    *("liquids", "gases", "solid solutions", "references"),
)
_MEMBERS = {"theta": 2, "psi": 3, "zeta": 3}
_NAME = re.compile(r"\S+")
_PIECE = re.compile(r"(-?\d+\.\d*)\s+(\S+)")
_TERM = re.compile(r"a(\d)\s*=\s*(\S+)")
_ALPHA = re.compile(r"alpha\((\d)\)\s*=\s*(\S+)")


@dataclass(frozen=True)
class _Line:
    file: str
    number: int
    text: str

    def refuse(self, why: str) -> NoReturn:
        """Raise a `DataError` that names the file and the line."""
        raise DataError(f"{self.file}, line {self.number}: {why}: {self.text.strip()!r}")


@dataclass
class _File:
    """What a data0 file holds, by name in our writing."""

    masses: dict[str, float] = field(default_factory=dict)
    entries: dict[str, Entry] = field(default_factory=dict)
    phases: list[Entry] = field(default_factory=list)
    basis: list[str] = field(default_factory=list)
    auxiliary: list[str] = field(default_factory=list)
    grids: dict[str, tuple[float, ...]] = field(default_factory=dict)
    terms: dict[str, dict[tuple[str, ...], tuple[float, ...]]] = field(default_factory=dict)
    alphas: dict[tuple[str, str], tuple[float, float]] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)


def read_eq36(path: str | Path) -> Database:
    """Read a data0 file with Pitzer's parameters.

    Raises `DataError` naming the file and the line that cannot be read, and for a data0 file without Pitzer's parameters.
    """
    path = Path(path)
    held = _File()
    for title, block in _blocks(path):
        if title in {"basis species", "auxiliary basis species", "aqueous species", "solids", "gases"}:
            _species(block, title, held)
        elif "combinations" in title:
            _interaction(block, title, held)
        elif title == "elements":
            _elements(block, held)
        elif title == "Miscellaneous parameters":
            _miscellaneous(block, held)
    if not held.terms or "debye huckel aphi" not in held.grids:
        raise DataError(f"{path.name}: no parameters of Pitzer, so this is no data0 file that can be read")
    kelvin = tuple(degrees + _FREEZING for degrees in held.grids["temperatures"])
    sources = _sources(held, kelvin)
    species = assemble(sources)
    low, high = held.grids.get("Temperature limits (degC)", (kelvin[0] - _FREEZING, kelvin[-1] - _FREEZING))[:2]
    return Database(
        name=path.name,
        species=MappingProxyType(species),
        activity=Pitzer(_STRONGEST, _parameters(held, kelvin, path.name)),
        temperatures=(low + _FREEZING, high + _FREEZING),
        left_out=MappingProxyType(sources.left_out),
    )


def _blocks(path: Path) -> list[tuple[str, list[_Line]]]:
    """Answer the blocks between rules of `+---`, each with the section that it stands in."""
    section, block = "", []
    found: list[tuple[str, list[_Line]]] = []
    for number, text in enumerate(read_text(path).splitlines(), start=1):
        if text.startswith("+--"):
            if block and (block[0].text.strip() in _SECTIONS or "combinations" in block[0].text):
                section, block = block[0].text.split(":")[0].strip(), block[1:]
            if block:
                found.append((section, block))
            block = []
        elif text.strip() and (not text.startswith("*") or "logK grid" in text):
            block.append(_Line(path.name, number, text))
    if block:
        found.append((section, block))
    return found


def _miscellaneous(block: list[_Line], held: _File) -> None:
    """Read temperatures, limits and A: a heading and the numbers below it."""
    heading = ""
    for line in block:
        try:
            values = [float(word) for word in line.text.split()]
        except ValueError:
            heading = line.text.strip()
            continue
        held.grids[heading] = (*held.grids.get(heading, ()), *values)
    for name in ("temperatures", "debye huckel aphi"):
        if name in held.grids and len(held.grids[name]) != _GRID:
            block[0].refuse(f"{name} are {len(held.grids[name])} numbers, not {_GRID}")


def _elements(block: list[_Line], held: _File) -> None:
    for line in block:
        words = line.text.split()
        if len(words) != 2:
            line.refuse("an element needs its atomic mass")
        held.masses[words[0]] = _number(line, words[1]) * 1e-3


def _number(line: _Line, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        line.refuse(f"{text!r} is no number")


def _species(block: list[_Line], title: str, held: _File) -> None:
    """Read a species: charge, elements, the reaction that destroys it, and its grid."""
    head = _NAME.match(block[0].text)
    if head is None:
        block[0].refuse("a species begins at the start of its line")
    phase = {"solids": SOLID, "gases": GAS}.get(title, AQUEOUS)
    charge, volume = 0.0, None
    sections: dict[str, list[_Line]] = {}
    current: list[_Line] = []
    for line in block[1:]:
        text = line.text.strip()
        if text.startswith("charge"):
            charge = _number(line, text.split("=")[1].strip())
        elif text.startswith("V0PrTr"):
            volume = _number(line, text.split("=")[1].split()[0]) * 1e-6
        elif "logK grid" in text:
            current = sections.setdefault("grid", [])
        elif text.endswith(":"):
            current = sections.setdefault("elements" if "element(s)" in text else "reaction", [])
        elif not text.startswith(("****", "sp.type", "EQ3/6")):
            current.append(line)
    body = head.group().rstrip("+-")
    body = re.sub(r"\((\d+)[+-]\)$", "", body) if charge else body
    own = f"{body}{charge_text(charge)}" if phase == AQUEOUS else head.group()
    elements = {element: count for line in sections.get("elements", ()) for count, element in _pieces(line)}
    where = f"{block[0].file}, line {block[0].number}"
    entry = Entry(own, phase, elements, charge, {}, ZERO, where, volume=volume or None)
    pieces = [piece for line in sections.get("reaction", ()) for piece in _pieces(line)]
    destroyed = -pieces[0][0] if pieces else 1.0
    if pieces and (destroyed <= 0.0 or pieces[0][1] != head.group()):
        block[0].refuse(
            f"the reaction begins with {pieces[0][0]:g} {pieces[0][1]}, it has to destroy the species itself"
        )
    for count, name in pieces[1:]:
        entry.reaction[name] = entry.reaction.get(name, 0.0) + count / destroyed
    _place(entry, head.group(), title, sections.get("grid", []), held)
    if isinstance(entry.law, Grid) and destroyed != 1.0:
        entry.law = entry.law.scaled(1.0 / destroyed)


def _pieces(line: _Line) -> list[tuple[float, str]]:
    found = [(float(count), name) for count, name in _PIECE.findall(line.text)]
    if not found:
        line.refuse("numbers and names are expected")
    return found


def _place(entry: Entry, written: str, title: str, grid: list[_Line], held: _File) -> None:
    """Take up a species under our name, with its grid still as the file has it: of the reaction that destroys it."""
    words = [(line, word) for line in grid for word in line.text.split()]
    values = [_NO_VALUE if word.lower() == "no_data" else _number(line, word) for line, word in words]
    if title == "basis species":
        held.names[written] = ELECTRON if written == _OXYGEN else entry.name
        if written != _OXYGEN:
            held.basis.append(entry.name)
            held.entries[entry.name] = entry
        return
    if len(values) != _GRID:
        raise DataError(f"{entry.place}: {written} has {len(values)} values of log K, not {_GRID}")
    entry.law = Grid(tuple(range(_GRID)), tuple(None if value == _NO_VALUE else value for value in values))
    if entry.phase == AQUEOUS:
        held.names[written] = entry.name
        held.entries[entry.name] = entry
        if title == "auxiliary basis species":
            held.auxiliary.append(entry.name)
    else:
        held.phases.append(entry)


def _interaction(block: list[_Line], title: str, held: _File) -> None:
    """Read the parameters of one combination of species."""
    names = block[0].text.split()
    if not all(line.text.startswith(" ") for line in block[1:]) or not 1 <= len(names) <= 3:
        return  # a note of the file
    quantity, values = "", {}
    alphas = [0.0, 0.0]
    for line in block[1:]:
        text = line.text.strip()
        alpha, term = _ALPHA.match(text), _TERM.match(text)
        if alpha:
            alphas[int(alpha.group(1)) - 1] = _number(line, alpha.group(2))
        elif term and quantity:
            values.setdefault(quantity, {})[int(term.group(1))] = _number(line, term.group(2))
        elif text.endswith(":") and text[:-1] in _PITZER:
            quantity = _PITZER[text[:-1]]
        elif text.endswith(":"):
            line.refuse(f"parameter {text[:-1]!r} of {title} is unknown{nearest(text[:-1], _PITZER)}")
        else:
            line.refuse("a parameter or one of its terms, such as 'a1 = 0.1', is expected")
    for name, terms in values.items():
        members = tuple(names)
        if len(members) == 1:
            members *= 3 if name == "mu" else 2
        ordered = tuple(terms.get(place, 0.0) for place in range(1, 5))
        if any(ordered) or name == "beta0":
            held.terms.setdefault(name, {})[members] = ordered
    if alphas[0]:
        held.alphas[names[0], names[1]] = (alphas[0], alphas[1])


def _sources(held: _File, kelvin: tuple[float, ...]) -> Sources:
    """Answer the entries with names, temperatures and the sense of reactions as the assembly wants them."""
    for entry in (*held.entries.values(), *held.phases):
        if isinstance(entry.law, Grid):
            law = Grid(kelvin, entry.law.values)
            entry.law = law if entry.phase != AQUEOUS else law.scaled(-1.0)
        reaction: dict[str, float] = {}
        for name, count in entry.reaction.items():
            if name not in held.names:
                raise DataError(f"{entry.place}: species {name!r} is not defined{nearest(name, held.names)}")
            reaction[held.names[name]] = reaction.get(held.names[name], 0.0) + count
        entry.reaction = reaction or {entry.name: 1.0}
    redox = [name for name in held.auxiliary if ELECTRON in held.entries[name].reaction]
    masters = list(dict.fromkeys((WATER, PROTON, *held.basis, *redox)))
    for name in (WATER, PROTON):
        if name not in held.entries:
            raise DataError(f"{name} is not among the basis species")
    masses = dict(held.masses) | {e: m for e, m in atomic_masses().items() if e in held.masses}
    agents = frozenset(n for n in redox if set(held.entries[n].elements) <= {"H", "O"})
    return Sources(held.entries, held.phases, masters, masses, _GAS_CONSTANT, agents)


def _parameters(held: _File, kelvin: tuple[float, ...], file: str) -> Parameters:
    """Answer the interactions, pairs as cation and anion; of a species that the file does not have, none."""
    charges = {name: round(entry.charge) for name, entry in held.entries.items()}
    renamed = {written: name for written, name in held.names.items() if name in charges}

    def ours(members: tuple[str, ...], quantity: str) -> tuple[str, ...] | None:
        if not all(name in renamed for name in members):
            return None
        named = tuple(renamed[name] for name in members)
        if quantity in {"beta0", "beta1", "beta2", "cphi"}:
            named = tuple(sorted(named, key=lambda name: -charges[name]))
            if not charges[named[0]] > 0 > charges[named[-1]]:
                raise DataError(f"{file}: {quantity} is of a cation and an anion, not of {' and '.join(members)}")
        return named

    terms: dict[str, dict[tuple[str, ...], tuple[float, ...]]] = {}
    for quantity, values in held.terms.items():
        for members, value in values.items():
            named = ours(members, quantity)
            if named is not None:
                terms.setdefault(quantity, {})[named] = value
    alphas: dict[tuple[str, str], tuple[float, float]] = {}
    for members, value in held.alphas.items():
        named = ours(members, "beta0")
        if named is not None:
            alphas[named[0], named[1]] = value
    aphi = Grid(kelvin, held.grids["debye huckel aphi"])

    def a_phi(temperature: float) -> float:
        value = aphi.at(temperature)
        if value is None:
            raise DataError(f"{file}: A of Debye and Hückel is unknown at {temperature:g} K")
        return value

    return Parameters(terms, alphas, charges, a_phi)
