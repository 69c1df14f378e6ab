"""The blocks of a PHREEQC database, one function each: lines in, `Contents` filled.

Source: Parkhurst & Appelo (2013) USGS Techniques and Methods 6-A43, "Description of data input"; the defaults (uncharged
species 0.1 kg/mol, ions without -gamma by Davies) are those of its SOLUTION_SPECIES.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple, NoReturn

from ..errors import DataError
from .assembly import ELECTRON, Entry
from .laws import ZERO, Analytic
from .phreeqc_text import (
    Line,
    elements_of,
    equation,
    heat,
    keyword_hint,
    known_species,
    normal,
    numbers,
    option,
    split_charge,
    volume,
)
from .species import AQUEOUS, GAS, SOLID, Critical

GAS_CONSTANT = 8.31470  # J/mol/K, the one PHREEQC computes with (R_KJ_DEG_MOL)
ATMOSPHERE = 101325.0  # Pa
_LAW = (
    "log_k",
    "logk",
    "delta_h",
    "deltah",
    "analytical_expression",
    "a_e",
    "ae",
    "add_logk",
    "add_log_k",
    "add_constant",
)
_SPECIES = (
    *("no_check", "check", "gamma", "mb", "mass_balance", "mole_balance", "llnl_gamma", "co2_llnl_gamma"),
    *("activity_water", "dw", "erm_ddl", "millero", "vm", "viscosity"),
    *_LAW,
)
_PHASE = ("no_check", "check", "t_c", "p_c", "omega", "vm", *_LAW)
_PITZER = (
    *("b0", "b1", "b2", "c0", "theta", "lamda", "lambda", "zeta", "psi", "mu", "eta", "alphas", "aphi"),
    *("macinnes", "macinnis", "mac", "redox", "pe", "etheta", "use_etheta"),
)
_MEMBERS = {"theta": 2, "lambda": 2, "zeta": 3, "psi": 3, "mu": 3, "eta": 3, "aphi": 0, "epsilon": 2}
_SWITCHES = {"macinnes", "macinnis", "mac", "redox", "pe", "etheta", "use_etheta"}
_SIT = ("epsilon", "epsilon1", "epsilon2")
_LLNL = {
    **dict.fromkeys(("temperatures", "temperature", "temp"), "temperatures"),
    **dict.fromkeys(("dh_a", "adh", "debye_huckel_a"), "dh_a"),
    **dict.fromkeys(("dh_b", "bdh", "debye_huckel_b"), "dh_b"),
    **dict.fromkeys(("bdot", "b_dot"), "bdot"),
    **dict.fromkeys(("co2_coefs", "c_co2"), "co2_coefs"),
}
_CO2_COEFFICIENTS = 5
_LN_ALPHA = 1000.0 * math.log(10.0)  # of the fractionation of isotopes, given as 1000 ln alpha


class Gamma(NamedTuple):
    """How the activity coefficient of a species is to be found: by which option, with which numbers."""

    kind: str
    size: float = 0.0
    salting: float = 0.0


@dataclass
class Constant:
    """The law of one equation while its lines are read: the analytic terms rule where any is not 0."""

    log_k: float = 0.0
    enthalpy: float = 0.0
    terms: tuple[float, ...] = ()
    is_given: bool = False

    def law(self) -> Analytic:
        """Answer the law."""
        if any(self.terms):
            one, two, three, four, five, six = (*self.terms, *[0.0] * (6 - len(self.terms)))
            return Analytic((one, two, three, four, five, six))
        return Analytic.of(self.log_k, self.enthalpy, gas_constant=GAS_CONSTANT)

    def read(self, line: Line, name: str, rest: str) -> bool:
        """Take up an option; answer whether it was one of a constant's own."""
        if name in {"log_k", "logk"}:
            self.log_k = numbers(line, rest.replace("=", " "), 1, 1, "log_k")[0]
            self.is_given = True
        elif name in {"delta_h", "deltah"}:
            self.enthalpy = heat(line, rest)
        elif name in {"analytical_expression", "a_e", "ae"}:
            self.terms = tuple(numbers(line, rest, 1, 6, "analytical_expression"))
            self.is_given = True
        elif name == "ln_alpha1000":
            self.terms = tuple(term / _LN_ALPHA for term in numbers(line, rest, 1, 6, name))
            self.is_given = True
        else:
            return False
        return True


@dataclass
class Contents:
    """What the blocks of a database hold, before it is put together."""

    masters: dict[str, tuple[str, Line]] = field(default_factory=dict)
    masses: dict[str, float] = field(default_factory=dict)
    aqueous: dict[str, Entry] = field(default_factory=dict)
    phases: dict[str, Entry] = field(default_factory=dict)
    gammas: dict[str, Gamma] = field(default_factory=dict)
    added: dict[int, list[tuple[str, float, Line]]] = field(default_factory=dict)
    constants: dict[int, Constant] = field(default_factory=dict)
    named: dict[str, Analytic] = field(default_factory=dict)
    interactions: dict[tuple[str, frozenset[str]], tuple[tuple[str, ...], tuple[float, ...], Line]] = field(
        default_factory=dict
    )
    llnl: dict[str, list[float]] = field(default_factory=dict)
    models: set[str] = field(default_factory=set)
    unequal: bool = True


def master_species(lines: Iterable[Line], contents: Contents) -> None:
    """Read SOLUTION_MASTER_SPECIES: element, species, alkalinity, formula or mass, atomic mass."""
    for line in lines:
        words = line.words
        if len(words) < 4:
            line.refuse(f"a master species needs element, species, alkalinity and formula{keyword_hint(line)}")
        element, primary = words[0].replace("(+", "("), words[0].split("(")[0]
        if element in {"Alkalinity", "E"}:
            continue
        try:
            contents.masters[element] = (normal(words[1]), line)
        except ValueError:
            line.refuse(f"charge of {words[1]!r} cannot be read")
        if element == primary and len(words) > 4:
            contents.masses[primary] = numbers(line, words[4], 1, 1, "the atomic mass")[0] * 1e-3


def _logarithm(line: Line, name: str, rest: str, contents: Contents, key: int) -> bool:
    """Take up -add_logk and -add_constant."""
    if name in {"add_logk", "add_log_k"}:
        words = rest.split()
        if not words:
            line.refuse("add_logk needs the name of an expression")
        coefficient = numbers(line, " ".join(words[1:]), 1, 1, "add_logk")[0] if len(words) > 1 else 1.0
        contents.added.setdefault(key, []).append((words[0].lower(), coefficient, line))
    elif name == "add_constant":
        contents.added.setdefault(key, []).append(("", numbers(line, rest, 1, 1, "add_constant")[0], line))
    else:
        return False
    return True


def solution_species(lines: Iterable[Line], contents: Contents) -> None:
    """Read SOLUTION_SPECIES: equations of formation with their constants and activity coefficients."""
    entry, constant = None, Constant()
    for line in lines:
        found = option(line, _SPECIES, "SOLUTION_SPECIES")
        if found is None:
            entry, constant = _formation(line), Constant()
            contents.aqueous[entry.name] = entry
            contents.constants[id(entry)] = constant
            contents.gammas[entry.name] = Gamma("davies") if entry.charge else Gamma("sized", 0.0, 0.1)
            continue
        if entry is None:
            line.refuse("an option stands before any equation")
        name, rest = found
        if constant.read(line, name, rest):
            entry.law = constant.law()
        elif name == "gamma":
            size, *salting = numbers(line, rest, 1, 2, "gamma")
            contents.gammas[entry.name] = Gamma("sized", size, salting[0] if salting else 0.0)
        elif name == "llnl_gamma":
            contents.gammas[entry.name] = Gamma("llnl", numbers(line, rest, 1, 1, "llnl_gamma")[0])
        elif name == "co2_llnl_gamma":
            contents.gammas[entry.name] = Gamma("co2")
        elif name == "activity_water":
            contents.gammas[entry.name] = Gamma("water")
        elif name in {"no_check", "mb", "mass_balance", "mole_balance"}:
            entry.lenient = True
        else:
            _logarithm(line, name, rest, contents, id(entry))


def _formation(line: Line) -> Entry:
    """Answer the species that an equation forms: the first one after '='."""
    left, right = equation(line)
    if not left or not right:
        line.refuse("an equation needs species on both sides")
    (name, made), rest = right[0], right[1:]
    reaction: dict[str, float] = {}
    if left == [(name, made)] and not rest:
        reaction[name] = 1.0
    else:
        for species, count in left:
            reaction[species] = reaction.get(species, 0.0) + count / made
        for species, count in rest:
            reaction[species] = reaction.get(species, 0.0) - count / made
    if made != 1.0 and reaction != {name: 1.0}:
        line.refuse(f"{made:g} {name} are formed, an equation must form one")
    body, charge = split_charge(name)
    return Entry(name, AQUEOUS, _elements(line, body, name), charge, reaction, ZERO, f"{line.file}, line {line.number}")


def _elements(line: Line, body: str, name: str) -> dict[str, float]:
    if name == ELECTRON:
        return {}
    try:
        return elements_of(body)
    except ValueError as error:
        line.refuse(str(error))


def phases(lines: Iterable[Line], contents: Contents) -> None:
    """Read PHASES: a name, an equation of dissolution, constants; a name that ends in (g) is a gas."""
    named, entry, constant, point = None, None, Constant(), {}
    for line in lines:
        found = option(line, _PHASE, "PHASES")
        if named is not None and (found is not None or "=" not in line.text):
            _refuse_name(named)
        if found is None:
            if named is None:
                named = line
                continue
            entry, constant, point = _dissolution(line, named), Constant(), {}
            contents.phases[entry.name] = entry
            contents.constants[id(entry)] = constant
            named = None
            continue
        if entry is None:
            line.refuse("an option stands where the equation of a phase should")
        name, rest = found
        if constant.read(line, name, rest):
            entry.law = constant.law()
        elif name in {"t_c", "p_c", "omega"}:
            point[name] = numbers(line, rest, 1, 1, name)[0]
            entry.critical = Critical(
                point.get("t_c", 0.0), point.get("p_c", 0.0) * ATMOSPHERE, point.get("omega", 0.0)
            )
        elif name == "vm":
            entry.volume = volume(line, rest)
        elif name == "no_check":
            entry.lenient = True
        else:
            _logarithm(line, name, rest, contents, id(entry))
    if named is not None:
        _refuse_name(named)


def _refuse_name(named: Line) -> NoReturn:
    """Refuse a line of PHASES that no equation follows: a phase cut short, or a keyword that PHREEQC does not have."""
    if named.looks_like_keyword:
        named.refuse_keyword()
    named.refuse(f"phase {named.words[0]!r} has no equation on the next line{keyword_hint(named)}")


def _dissolution(line: Line, named: Line) -> Entry:
    """Answer the phase whose formula an equation begins with, under the name of the line before."""
    name = named.words[0]
    left, right = equation(line)
    if not left or not right:
        line.refuse("an equation needs species on both sides")
    (formula, count), rest = left[0], left[1:]
    if count != 1.0:
        line.refuse(f"{count:g} {formula} dissolve, an equation must dissolve one")
    for mark in ("(s)", "(g)", "(S)", "(G)"):
        formula = formula.replace(mark, "")
    reaction: dict[str, float] = {}
    for side, sign in ((right, 1.0), (rest, -1.0)):
        for species, number in side:
            plain = species.replace("(aq)", "").replace("H2O(l)", "H2O")
            reaction[plain] = reaction.get(plain, 0.0) + sign * number
    body, charge = split_charge(formula)
    if charge and named.looks_like_keyword:
        _refuse_name(named)  # an equation of formation, below what was meant to begin its block
    phase = GAS if name.lower().endswith("(g)") else SOLID
    return Entry(
        name, phase, _elements(line, body, formula), charge, reaction, ZERO, f"{line.file}, line {line.number}"
    )


def named_expressions(lines: Iterable[Line], contents: Contents) -> None:
    """Read NAMED_EXPRESSIONS: laws that -add_logk adds to a constant."""
    named, constant = None, Constant()
    for line in lines:
        found = option(line, (*_LAW, "ln_alpha1000"), "NAMED_EXPRESSIONS")
        if found is None:
            _named(named, constant, contents)
            named, constant = line, Constant()
        elif named is None:
            line.refuse("an option stands before any name")
        elif not constant.read(line, *found):
            line.refuse(f"{found[0]} is not read in NAMED_EXPRESSIONS; give log_k or an analytical_expression")
    _named(named, constant, contents)


def _named(named: Line | None, constant: Constant, contents: Contents) -> None:
    """Take up an expression when its lines are read."""
    if named is None:
        return
    if not constant.is_given and named.looks_like_keyword:
        named.refuse_keyword()
    if not constant.is_given:
        named.refuse(f"expression {named.words[0]!r} has no log_k and no analytical_expression{keyword_hint(named)}")
    contents.named[named.words[0].lower()] = constant.law()


def interactions(lines: Iterable[Line], contents: Contents, block: str) -> None:
    """Read PITZER or SIT: species and up to six terms of temperature a line, below the option that says of what."""
    kind = ""
    contents.models.add(block)
    for line in lines:
        found = option(line, _PITZER if block == "PITZER" else _SIT, block)
        if found is not None:
            kind, rest = found
            kind = "lambda" if kind == "lamda" else kind
            if kind in {"etheta", "use_etheta"}:
                contents.unequal = not rest.strip().lower().startswith("f")
            if kind in {"epsilon1", "epsilon2"}:
                line.refuse(f"{kind}, which breaks the Gibbs-Duhem equation, is not supported; known: epsilon")
            continue
        if not kind or kind in _SWITCHES:
            line.refuse(f"data of {block} stand before the option that says of what")
        count = _MEMBERS.get(kind, 2)
        names = line.words[:count]
        values = numbers(line, " ".join(line.words[count:]), 1, 6, f"{kind} of {count} species")
        try:
            members = tuple(normal(name) for name in names)
        except ValueError:
            line.refuse(f"charge of a species in {' '.join(names)!r} cannot be read")
        contents.interactions[kind, frozenset(members)] = (members, tuple(values), line)


def llnl_parameters(lines: Iterable[Line], contents: Contents) -> None:
    """Read LLNL_AQUEOUS_MODEL_PARAMETERS: A, B and b-dot by temperature, and the coefficients of CO2."""
    kind, last = "", None
    contents.models.add("LLNL")
    for line in lines:
        found = option(line, tuple(_LLNL), "LLNL_AQUEOUS_MODEL_PARAMETERS")
        kind, rest = (_LLNL[found[0]], found[1]) if found is not None else (kind, line.text)
        if not kind:
            line.refuse("numbers stand before the option that says of what")
        words = rest.split()
        contents.llnl.setdefault(kind, []).extend(numbers(line, rest, len(words), len(words), kind))
        last = line
    if last is None:
        return
    sizes = {key: len(contents.llnl.get(key, ())) for key in ("temperatures", "dh_a", "dh_b", "bdot")}
    if len(set(sizes.values())) != 1:
        last.refuse(f"temperatures, dh_a, dh_b and bdot must be equally many, not {sizes}")
    if len(contents.llnl.get("co2_coefs", ())) not in {0, _CO2_COEFFICIENTS}:
        last.refuse(f"co2_coefs are {_CO2_COEFFICIENTS} numbers")


def check_members(contents: Contents) -> None:
    """Raise `DataError` for an interaction of a species that is not defined."""
    for members, _, line in contents.interactions.values():
        known_species(line, members, contents.aqueous)


def check_constants(contents: Contents) -> dict[str, str]:
    """Raise `DataError` for a species without a constant; answer the phases without one, with the reason.

    PHREEQC takes 0 for each. Phases that only rates are known of stand without a constant on purpose.
    """

    def lacks(entry: Entry) -> bool:
        known = contents.constants[id(entry)].is_given or id(entry) in contents.added
        return not known and entry.reaction != {entry.name: 1.0}

    for entry in contents.aqueous.values():
        if lacks(entry):
            raise DataError(
                f"{entry.place}: {entry.name} has no log_k and no analytical_expression; give log_k 0 if it is meant"
            )
    without = [name for name, entry in contents.phases.items() if lacks(entry)]
    return {name: f"has no log_k and no analytical_expression ({contents.phases.pop(name).place})" for name in without}
