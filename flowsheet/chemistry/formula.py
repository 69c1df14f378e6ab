"""Formulas as chemists write them, turned into elements, charge and phase.

`CO3-2`, `Fe2(OH)2+4`, `NiSO4.6H2O(s)`, `CaSO4.0.5H2O(s)`, `LiNi0.6Mn0.2Co0.2O2(s)`, `Al(OH)3(gibbsite)`. A point before
`nH2O` at the end binds water of crystallisation; any other point is a decimal one.
"""

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from ..errors import DataError, nearest

_PHASE_WORDS = {"aq": "aqueous", "g": "gas", "org": "organic"}
_WHOLE = re.compile(r"^(?P<body>.+?)(?P<charge>[+-]\d*)?(?:\((?P<phase>[a-z][a-z ]*)\))?$")
_HYDRATE = re.compile(r"^(?P<salt>.+?)\.(?P<count>\d*(?:\.\d+)?)H2O$")
_TOKEN = re.compile(r"([A-Z][a-z]?)|(\()|(\))|(\d+(?:\.\d+)?)")


@dataclass(frozen=True)
class Formula:
    """What a formula says: moles of each element in a mole, charge in elementary charges, phase."""

    elements: Mapping[str, float]
    charge: int
    phase: str


@functools.cache
def parse(name: str) -> Formula:
    """Read a formula; raises `DataError` naming the text and the place that cannot be read."""
    match = _WHOLE.match(name.strip())
    if match is None:
        raise DataError(f"formula {name!r} cannot be read")
    body, charge_text, word = match["body"], match["charge"], match["phase"]
    charge = 0
    if charge_text:
        charge = int(charge_text) if len(charge_text) > 1 else int(charge_text + "1")
    elements: dict[str, float] = {}
    hydrate = _HYDRATE.match(body)
    if hydrate is not None:
        count = float(hydrate["count"] or 1)
        _add(elements, {"H": 2.0, "O": 1.0}, count)
        body = hydrate["salt"]
    _add(elements, _count(body, name), 1.0)
    phase = _PHASE_WORDS.get(word, "solid") if word else "aqueous"
    return Formula(MappingProxyType(elements), charge, phase)


def _add(into: dict[str, float], what: Mapping[str, float], times: float) -> None:
    for element, count in what.items():
        into[element] = into.get(element, 0.0) + times * count


def _count(body: str, name: str) -> dict[str, float]:
    """Count the elements of a formula without charge, phase or water of crystallisation."""
    stack: list[dict[str, float]] = [{}]
    last: dict[str, float] = {}
    position = 0
    while position < len(body):
        match = _TOKEN.match(body, position)
        if match is None:
            raise DataError(f"formula {name!r} cannot be read at {body[position:]!r}")
        element, opening, closing, number = match.groups()
        position = match.end()
        if number:
            raise DataError(f"formula {name!r} has a number where an element should stand: {number!r}")
        if opening:
            stack.append({})
            continue
        if closing:
            if len(stack) == 1:
                raise DataError(f"formula {name!r} closes a bracket that is not open")
            last = stack.pop()
        else:
            last = {element: 1.0}
        factor = _TOKEN.match(body, position)
        times = 1.0
        if factor is not None and factor.group(4):
            times = float(factor.group(4))
            position = factor.end()
        if times == 0.0:
            raise DataError(f"formula {name!r} counts 0 of {'a bracket' if closing else element}")
        _add(stack[-1], last, times)
    if len(stack) != 1:
        raise DataError(f"formula {name!r} leaves a bracket open")
    return stack[0]


def molar_mass(formula: Formula, atomic_masses: Mapping[str, float]) -> float:
    """Add up kg/mol from atomic masses (kg/mol); raises `DataError` for an element without one."""
    total = 0.0
    for element, count in formula.elements.items():
        if element not in atomic_masses:
            raise DataError(f"element {element!r} has no atomic mass{nearest(element, atomic_masses)}")
        total += count * atomic_masses[element]
    return total
