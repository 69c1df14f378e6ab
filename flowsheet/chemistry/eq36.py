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

import difflib
import math
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
_NEEDED = _SECTIONS[:6]
_LIMITS, _TEMPERATURES, _A = "Temperature limits (degC)", "temperatures", "debye huckel aphi"
_HEADINGS = (_LIMITS, _TEMPERATURES, _A, "pressures", "log k for eh reaction")
_NAME = re.compile(r"\S+(?: \S+)*")  # of `Soda Niter` both words
_WIDEST = 24  # columns of a name, the formula stands behind them
_COUNT = re.compile(r"^[-+]?\d+\.\d*$")
_DATA = re.compile(r"[-+.\d]")
_TERM = re.compile(r"a(\d+)\s*=\s*(.*)")
_ALPHA = re.compile(r"alpha\((\d+)\)\s*=\s*(.*)")
_TERMS, _ALPHAS = 4, 2


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
    headings: dict[str, _Line] = field(default_factory=dict)
    terms: dict[str, dict[tuple[str, ...], tuple[float, ...]]] = field(default_factory=dict)
    alphas: dict[tuple[str, str], tuple[float, float]] = field(default_factory=dict)
    lines: dict[tuple[str, ...], _Line] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)


def read_eq36(path: str | Path) -> Database:
    """Read a data0 file with Pitzer's parameters.

    Raises `DataError` naming the file and the line that cannot be read, and for a data0 file without Pitzer's parameters.
    """
    path = Path(path)
    held = _File()
    blocks = _blocks(path)
    if not any("combinations" in title for title, _ in blocks):
        raise DataError(f"{path.name}: no parameters of Pitzer, so this is no data0 file that can be read")
    _check_sections(blocks, path.name)
    for title, block in blocks:
        if title in {"basis species", "auxiliary basis species", "aqueous species", "solids", "gases"}:
            _species(block, title, held)
        elif "combinations" in title:
            _interaction(block, title, held)
        elif title == "elements":
            _elements(block, held)
        elif title == "Miscellaneous parameters":
            _miscellaneous(block, held)
    _check_headings(held, path.name)
    kelvin = tuple(degrees + _FREEZING for degrees in held.grids[_TEMPERATURES])
    sources = _sources(held, kelvin)
    species = assemble(sources)
    low, high = held.grids.get(_LIMITS, (kelvin[0] - _FREEZING, kelvin[-1] - _FREEZING))[:2]
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


def _check_sections(blocks: list[tuple[str, list[_Line]]], file: str) -> None:
    """Raise `DataError` for a section that is missing, at the line that was meant to begin it where there is one."""
    known = {title for title, _ in blocks}
    alone = {block[0].text.strip(): block[0] for _, block in blocks if len(block) == 1}
    for name in _NEEDED:
        if name not in known:
            _refuse_missing(f"section {name!r}", name, alone, file)


def _refuse_missing(what: str, name: str, lines: dict[str, _Line], file: str) -> NoReturn:
    meant = difflib.get_close_matches(name, lines, n=1, cutoff=0.8)
    if meant:
        lines[meant[0]].refuse(f"{what} is missing; was this line to begin it?")
    raise DataError(f"{file}: {what} is missing")


def _check_headings(held: _File, file: str) -> None:
    """Raise `DataError` for miscellaneous parameters that are missing, not whole or unknown."""
    for name in (_TEMPERATURES, _A):
        if name not in held.grids:
            _refuse_missing(f"heading {name!r}", name, held.headings, file)
    for name, count in ((_TEMPERATURES, _GRID), (_A, _GRID), (_LIMITS, 2)):
        if name in held.headings and len(held.grids[name]) != count:
            held.headings[name].refuse(f"{name} are {len(held.grids[name])} numbers, not {count}")
    for name, line in held.headings.items():
        if name not in _HEADINGS:
            line.refuse(f"heading {name!r} is unknown{nearest(name, _HEADINGS)}")


def _miscellaneous(block: list[_Line], held: _File) -> None:
    """Read temperatures, limits and A: a heading and the numbers below it."""
    heading = ""
    for line in block:
        if _DATA.match(line.text.strip()) and heading:
            values = [_number(line, word) for word in line.text.split()]
            held.grids[heading] = (*held.grids[heading], *values)
        else:
            heading = line.text.strip()
            held.headings[heading], held.grids[heading] = line, ()


def _elements(block: list[_Line], held: _File) -> None:
    for line in block:
        words = line.text.split()
        if len(words) != 2:
            line.refuse("an element needs its atomic mass")
        held.masses[words[0]] = _number(line, words[1]) * 1e-3


def _number(line: _Line, text: str) -> float:
    try:
        value = float(text.replace("_", "?"))  # Python reads 1_0 as ten
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        line.refuse(f"{text!r} is no number")
    return value


def _value(line: _Line) -> str:
    """Answer what stands behind the equals sign of a line."""
    name, sign, rest = line.text.partition("=")
    if not sign or not rest.strip():
        line.refuse(f"{name.split()[0]} needs '=' and a number")
    return rest.strip()


def _species(block: list[_Line], title: str, held: _File) -> None:
    """Read a species: charge, elements, the reaction that destroys it, and its grid."""
    head = _NAME.match(block[0].text[:_WIDEST])
    if head is None:
        block[0].refuse("a species begins at the start of its line")
    phase = {"solids": SOLID, "gases": GAS}.get(title, AQUEOUS)
    charge, volume = 0.0, None
    sections: dict[str, list[_Line]] = {}
    current: list[_Line] = []
    for line in block[1:]:
        text = line.text.strip()
        if text.startswith("charge"):
            charge = _number(line, _value(line))
        elif text.startswith("V0PrTr"):
            volume = _number(line, _value(line).split()[0]) * 1e-6
        elif "logK grid" in text:
            current = sections.setdefault("grid", [])
        elif text.endswith(":"):
            current = sections.setdefault("elements" if "element(s)" in text else "reaction", [])
        elif not text.startswith(("****", "sp.type", "EQ3/6")):
            current.append(line)
    body = head.group().rstrip("+-")
    body = re.sub(r"\((\d+)[+-]\)$", "", body) if charge else body
    own = f"{body}{charge_text(charge)}" if phase == AQUEOUS else head.group()
    if "elements" not in sections:
        block[0].refuse(f"{head.group()} has no elements, so it is neither a species nor a section")
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
    words = line.text.split()
    found: list[tuple[float, str]] = []
    while words:
        count, name = words.pop(0), []
        while words and not (name and _COUNT.match(words[0])):
            name.append(words.pop(0))
        if not name:
            line.refuse(f"a name is expected behind {count}")
        found.append((_number(line, count), " ".join(name)))
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
    if not 1 <= len(names) <= 3 or not any(_says(line.text) for line in block[1:]):
        return  # a note of the file
    quantity, values = "", {}
    alphas = [0.0, 0.0]
    for line in block[1:]:
        text = line.text.strip()
        alpha, term = _ALPHA.match(text), _TERM.match(text)
        if alpha:
            alphas[_place_of(line, alpha, "alpha", _ALPHAS) - 1] = _number(line, alpha.group(2).strip())
        elif term and quantity:
            place = _place_of(line, term, "a", _TERMS)
            if place in values.setdefault(quantity, {}):
                line.refuse(f"a{place} of {quantity} stands twice")
            values[quantity][place] = _number(line, term.group(2).strip())
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
        ordered = tuple(terms.get(place, 0.0) for place in range(1, _TERMS + 1))
        held.lines[members] = block[0]
        if any(ordered) or name == "beta0":
            held.terms.setdefault(name, {})[members] = ordered
    if alphas[0]:
        if len(names) != 2:
            block[0].refuse(f"alpha is of a cation and an anion, not of {len(names)} species")
        held.lines[names[0], names[1]] = block[0]
        held.alphas[names[0], names[1]] = (alphas[0], alphas[1])


def _says(text: str) -> bool:
    """Whether a line holds a parameter or a term of one, wherever on the line it begins."""
    text = text.strip()
    return bool(_ALPHA.match(text) or _TERM.match(text) or (text.endswith(":") and text[:-1] in _PITZER))


def _place_of(line: _Line, match: re.Match[str], what: str, most: int) -> int:
    """Answer the number of a term, of `most`: of temperature there are four."""
    place = int(match.group(1))
    if not 1 <= place <= most:
        line.refuse(f"{what}{place} is none of the terms {what}1 to {what}{most}")
    return place


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
    """Answer the interactions, pairs as cation and anion; raises `DataError` for a species that the file does not have."""
    charges = {name: round(entry.charge) for name, entry in held.entries.items()}
    renamed = {written: name for written, name in held.names.items() if name in charges}

    def ours(members: tuple[str, ...], quantity: str) -> tuple[str, ...]:
        for name in members:
            if name not in renamed:
                held.lines[members].refuse(f"species {name!r} is not defined{nearest(name, renamed)}")
        named = tuple(renamed[name] for name in members)
        if quantity in {"beta0", "beta1", "beta2", "cphi"}:
            named = tuple(sorted(named, key=lambda name: -charges[name]))
            if not charges[named[0]] > 0 > charges[named[-1]]:
                held.lines[members].refuse(f"{quantity} is of a cation and an anion, not of {' and '.join(members)}")
        return named

    terms: dict[str, dict[tuple[str, ...], tuple[float, ...]]] = {}
    for quantity, values in held.terms.items():
        for members, value in values.items():
            terms.setdefault(quantity, {})[ours(members, quantity)] = value
    alphas: dict[tuple[str, str], tuple[float, float]] = {}
    for members, value in held.alphas.items():
        cation, anion = ours(members, "beta0")
        alphas[cation, anion] = value
    aphi = Grid(kelvin, held.grids[_A])

    def a_phi(temperature: float) -> float:
        value = aphi.at(temperature)
        if value is None:
            raise DataError(f"{file}: A of Debye and Hückel is unknown at {temperature:g} K")
        return value

    return Parameters(terms, alphas, charges, a_phi)
