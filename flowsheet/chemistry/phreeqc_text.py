"""The text of a PHREEQC database: lines with their numbers, names, formulas, equations and numbers with units.

Source: Parkhurst & Appelo (2013) USGS Techniques and Methods 6-A43, "Description of data input".
"""

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from ..errors import DataError, nearest
from ..files import read_text

BLOCKS = frozenset(
    (
        *("SOLUTION_MASTER_SPECIES", "SOLUTION_SPECIES", "PHASES", "PITZER", "SIT"),
        *("LLNL_AQUEOUS_MODEL_PARAMETERS", "LLNL_AQUEOUS_MODEL", "NAMED_EXPRESSIONS", "NAMED_LOG_K"),
        *("NAMED_ANALYTICAL_EXPRESSION", "NAMED_ANALYTICAL_EXPRESSIONS"),
    )
)
_PASSED_OVER = frozenset(
    (
        *("END", "EOF", "SOLUTION", "REACTION", "MIX", "USE", "SAVE", "EXCHANGE_SPECIES", "EXCHANGE_MASTER_SPECIES"),
        *("EXCHANGE", "SURFACE_SPECIES", "SURFACE_MASTER_SPECIES", "SURFACE", "REACTION_TEMPERATURE", "COMMENT"),
        *("INVERSE_MODELING", "GAS_PHASE", "TRANSPORT", "DEBUG", "SELECTED_OUTPUT", "KNOBS", "PRINT", "TITLE"),
        *(
            "EQUILIBRIUM_PHASES",
            "EQUILIBRIUM",
            "PURE_PHASES",
            "ADVECTION",
            "KINETICS",
            "INCREMENTAL_REACTIONS",
            "RATES",
        ),
        *("USER_PRINT", "USER_PUNCH", "SOLID_SOLUTIONS", "SOLID_SOLUTION", "SOLUTION_SPREAD", "USER_GRAPH", "DATABASE"),
        *("ISOTOPES", "CALCULATE_VALUES", "ISOTOPE_RATIOS", "ISOTOPE_ALPHAS", "COPY", "DUMP", "DELETE", "RUN_CELLS"),
        *("REACTION_PRESSURE", "RATE_PARAMETERS_PK", "RATE_PARAMETERS_SVD", "RATE_PARAMETERS_HERMANSKA"),
        *("MEAN_GAMMAS", "GAS_BINARY_PARAMETERS"),
    )
)
KEYWORDS = BLOCKS | _PASSED_OVER
_CALORIE = 4.184  # J
_VOLUMES = {"cm3/mol": 1e-6, "dm3/mol": 1e-3, "m3/mol": 1.0}
_POINT = "; decimals stand after a point"
_CAPITALS = re.compile(r"^[A-Z][A-Z_]{3,}$")
_OPTION = re.compile(r"^-[A-Za-z]")
_COUNT = re.compile(r"[+-]?\d*\.?\d*")
_TOKEN = re.compile(
    r"(?P<element>[A-Z][a-z_]*|\[[^\]]*\][a-z_]*)|(?P<open>\()|(?P<close>\))|(?P<number>\d+\.?\d*|\.\d+)"
)
_LONGEST_LISTING = 60
_BYTE_ORDER = "\u00ef\u00bb\u00bf"  # the mark that some editors put before UTF-8, as latin-1 has it


@dataclass(frozen=True)
class Line:
    """A line of a database without its comment: where it stands, and its words."""

    file: str
    number: int
    text: str

    @property
    def words(self) -> list[str]:
        """What stands between blanks."""
        return self.text.split()

    @property
    def is_option(self) -> bool:
        """Whether the line begins with a minus and a letter; `- H+ + …` is an equation."""
        return _OPTION.match(self.text) is not None

    @property
    def looks_like_keyword(self) -> bool:
        """Whether it is one word in capitals, as keywords are and few names of minerals."""
        return _CAPITALS.match(self.text) is not None

    def refuse_keyword(self) -> NoReturn:
        """Raise a `DataError` for a word that was to begin a block and that PHREEQC does not know."""
        self.refuse(f"{self.text} is no keyword of PHREEQC{nearest(self.text, KEYWORDS)}")

    def refuse(self, why: str) -> NoReturn:
        """Raise a `DataError` that names the file and the line."""
        shown = self.text if len(self.text) <= _LONGEST_LISTING else f"{self.text[:_LONGEST_LISTING]}…"
        raise DataError(f"{self.file}, line {self.number}: {why}: {shown!r}")


def read_lines(path: Path) -> Iterator[Line]:
    """Answer the lines that say something: comments cut, `;` a line's end, a backslash at the end goes on."""
    held, began = "", 0
    for number, raw in enumerate(read_text(path).removeprefix(_BYTE_ORDER).splitlines(), start=1):
        text = raw.split("#", maxsplit=1)[0].rstrip()
        began = began or number
        if text.endswith("\\"):
            held += text[:-1] + " "
            continue
        for part in (held + text).split(";"):
            if part.strip():
                yield Line(path.name, began, part.strip())
        held, began = "", 0


def option(line: Line, names: Sequence[str], block: str) -> tuple[str, str] | None:
    """Answer the option that a line sets, of `names`, and the rest of the line; None for a line of data.

    With its minus an option may be cut short, without it must be whole. Raises `DataError` for one that does not exist.
    """
    word, _, rest = line.text.replace("\t", " ").partition(" ")
    folded = word.lower().lstrip("-")
    if not line.is_option:
        return (folded, rest) if folded in names else None
    for name in names:
        if name.startswith(folded):
            return name, rest
    line.refuse(f"option {word!r} of {block} is unknown{nearest(folded, names)}")


def numbers(line: Line, text: str, least: int, most: int, what: str) -> list[float]:
    """Answer the numbers that a text holds, and nothing else may it hold.

    Raises `DataError` where there are fewer than `least`, for a word that is no number, and where more than `most` tell
    something: PHREEQC reads on in silence, so that a slip of the pen changes a constant.
    """
    words = text.split()
    found = [value for value in map(_number, words) if value is not None]
    if len(found) < least:
        line.refuse(f"{what} needs {least} number{'s' if least > 1 else ''}, {len(found)} can be read")
    if len(found) < len(words):
        wrong = next(word for word in words if _number(word) is None)
        line.refuse(f"{wrong!r} of {what} is no number{_POINT if ',' in wrong else ''}")
    if any(found[most:]):
        line.refuse(f"{what} takes {most} number{'s' if most > 1 else ''}, not {len(found)}")
    return found[:most]


def _number(word: str) -> float | None:
    """Answer a finite number, or None; Python reads `1_0` as ten, which is a slip here."""
    try:
        value = float(word.replace("_", "?"))
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def heat(line: Line, text: str) -> float:
    """Answer an enthalpy in J/mol; kJ where no unit is given, as in PHREEQC."""
    value, unit = _quantity(line, text, "delta_h", "kj")
    if not re.match(r"^k?(j|c)", unit):
        line.refuse(f"unit {unit!r} of delta_h is unknown{nearest(unit, ('kJ', 'kcal', 'J', 'cal'))}")
    return value * (1e3 if unit.startswith("k") else 1.0) * (_CALORIE if "c" in unit else 1.0)


def volume(line: Line, text: str) -> float:
    """Answer a molar volume in m3/mol; cm3/mol where no unit is given, as in PHREEQC."""
    value, unit = _quantity(line, text, "vm", "cm3/mol")
    if unit not in _VOLUMES:
        line.refuse(f"unit {unit!r} of vm is unknown{nearest(unit, _VOLUMES)}")
    return value * _VOLUMES[unit]


def _quantity(line: Line, text: str, what: str, usual: str) -> tuple[float, str]:
    """Answer a number and its unit, `usual` where none is given."""
    words = text.replace("=", " ").split()
    value = numbers(line, " ".join(words[:1]), 1, 1, what)[0]
    if len(words) > 2:
        line.refuse(f"{what} takes a number and its unit, not {' '.join(words[2:])!r} after them")
    return value, words[1].lower() if len(words) > 1 else usual


def normal(name: str) -> str:
    """Answer a species name with its charge as PHREEQC writes it: `Cu+1` is `Cu+`, `SO4--` is `SO4-2`."""
    body, charge = split_charge(name)
    return f"{body}{charge_text(charge)}"


def charge_text(charge: float) -> str:
    """Write a charge: nothing, `+`, `-2`."""
    if charge == 0.0:
        return ""
    return f"{charge:+g}" if abs(charge) != 1.0 else f"{charge:+g}"[0]


def split_charge(name: str) -> tuple[str, float]:
    """Answer the name without its charge, and the charge; raises `ValueError` for a charge that cannot be read."""
    match = re.match(r"^(.*?)([+-][+\-\d.]*)$", re.sub(r"\[[^\]]*\]", lambda m: m.group().replace("-", "~"), name))
    if match is None:
        return name, 0.0
    body, text = match.group(1).replace("~", "-"), match.group(2)
    if set(text) in ({"+"}, {"-"}):
        return body, float(len(text)) * (1.0 if text[0] == "+" else -1.0)
    return body, float(text)


def elements_of(formula: str) -> dict[str, float]:
    """Count the elements of a formula without charge; raises `ValueError` naming what cannot be read.

    `Ca0.5(CO3)0.5`, `CaSO4:2H2O`, `UOFOH:.5H2O`; an element is a capital with small letters and underscores after it.
    """
    total: dict[str, float] = {}
    for part in formula.split(":"):
        lead = re.match(r"^\d*\.?\d+", part)
        times = float(lead.group()) if lead else 1.0
        for element, count in _count(part[lead.end() if lead else 0 :], formula).items():
            total[element] = total.get(element, 0.0) + times * count
    return total


def _count(text: str, formula: str) -> dict[str, float]:
    stack: list[dict[str, float]] = [{}]
    place = 0
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None or match["number"]:
            raise ValueError(f"formula {formula!r} cannot be read at {text[place:]!r}")
        place = match.end()
        if match["open"]:
            stack.append({})
            continue
        if match["close"]:
            if len(stack) == 1:
                raise ValueError(f"formula {formula!r} closes a bracket that is not open")
            part = stack.pop()
        else:
            part = {match["element"]: 1.0}
        following = _TOKEN.match(text, place)
        times = 1.0
        if following is not None and following["number"]:
            times, place = float(following["number"]), following.end()
        for element, count in part.items():
            stack[-1][element] = stack[-1].get(element, 0.0) + times * count
    if len(stack) != 1:
        raise ValueError(f"formula {formula!r} leaves a bracket open")
    return stack[0]


def equation(line: Line) -> tuple[list[tuple[str, float]], list[tuple[str, float]]]:
    """Answer both sides of an equation, each species with its count; blanks mean nothing in it."""
    sides = re.sub(r"\s+", "", line.text).split("=")
    if line.looks_like_keyword:
        line.refuse_keyword()
    if len(sides) != 2:
        line.refuse("an equation needs one '='" + ("" if len(sides) > 2 else keyword_hint(line)))
    return _side(sides[0], line), _side(sides[1], line)


def keyword_hint(line: Line) -> str:
    """Say which keyword a line that looks like one was meant to be, or nothing."""
    word = line.words[0]
    found = nearest(word.upper(), KEYWORDS) if len(line.words) == 1 and (word.isupper() or "_" in word) else ""
    return found if "did you mean" in found else ""


def _side(text: str, line: Line) -> list[tuple[str, float]]:
    found: list[tuple[str, float]] = []
    place = 0
    while place < len(text):
        match = _COUNT.match(text, place)
        count_text = match.group() if match else ""
        place += len(count_text)
        end = place
        while end < len(text) and text[end] not in "+-":
            end = text.index("]", end) + 1 if text[end] == "[" and "]" in text[end:] else end + 1
        name_end = end
        while end < len(text) and not (text[end].isalpha() or text[end] in "()[]"):
            end += 1
        if end < len(text):
            while text[end] not in "+-":
                end -= 1
        if name_end == place:
            line.refuse(f"a species is missing at {text[max(0, place - len(count_text)) :]!r}")
        try:
            count = float(count_text) if count_text.strip("+-") else float(f"{count_text}1")
            found.append((normal(text[place:end]), count))
        except ValueError:
            line.refuse(f"term {count_text + text[place:end]!r} cannot be read")
        place = end
    return found


def keyword(line: Line) -> str | None:
    """Answer the keyword that a line begins a block with, or None."""
    word = line.words[0].upper()
    return word if word in KEYWORDS else None


def known_species(line: Line, names: Iterable[str], known: Iterable[str]) -> None:
    """Raise `DataError` for the first name that is no species."""
    known = set(known)
    for name in names:
        if name not in known:
            line.refuse(f"species {name!r} is not defined{nearest(name, known)}")
