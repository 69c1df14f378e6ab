"""What a liquor is made up of, told as the substances one buys: H2SO4, NaOH, Na2CO3, H2O2, H2O.

The totals of a liquor are moles of ions; which anion came with which cation is not in them. They are paired here in a
fixed order: base in excess with sodium first, acid in excess with sulfate first, then carbonate, phosphate, fluoride,
sulfate and chloride with the cations in turn. The masses add up to that of the stream whatever the pairing.
"""

import math
import re
from collections.abc import Iterator

import numpy as np

from .chemistry.system import PROTON, WATER, Chemistry
from .stream import Stream

_ANIONS = ("CO3-2", "PO4-3", "F-", "SO4-2", "Cl-")
_ACIDS = {"SO4-2": "H2SO4", "Cl-": "HCl", "PO4-3": "H3PO4", "F-": "HF"}
_FIRST_CATIONS = ("Na+", "K+", "NH4+", "Li+")
_BICARBONATES = ("Na+", "NH4+", "K+", "Li+")
_ROUND_OFF = 1e-9  # of the stream's largest flow


def substances(stream: Stream) -> dict[str, float]:
    """Answer kg/s by substance: the liquor as neutral substances, all else by the name of the species.

    What cannot be paired, as in a stream that is not neutral, stands under the name of its component.
    """
    chemistry = stream.chemistry
    left = np.array(stream.flows[chemistry.liquor])
    masses = chemistry.molar_masses[chemistry.liquor]
    least = _ROUND_OFF * float(np.abs(stream.flows).max(initial=0.0))
    found: dict[str, float] = {}
    for formula, composition in _candidates(chemistry):
        needed = composition != 0.0
        needed[WATER] = composition[WATER] > 0.0
        amount = float((left[needed] / composition[needed]).min())
        if amount > least:
            left -= amount * composition
            found[formula] = amount * float(composition @ masses)
    for component, amount, mass in zip(chemistry.components, left, masses, strict=True):
        if abs(amount) > least:
            found[component.name] = float(amount * mass)
    for at in range(chemistry.liquor.stop, chemistry.size):
        if stream.flows[at] > 0.0:
            found[chemistry.names[at]] = float(stream.flows[at] * chemistry.molar_masses[at])
    return found


def _candidates(chemistry: Chemistry) -> Iterator[tuple[str, np.ndarray]]:
    """Answer formulas and their component totals (C,), the ones to be tried first before the others."""
    names = [component.name for component in chemistry.components]
    charges = {component.name: component.charge for component in chemistry.components}
    cations = [n for n in _FIRST_CATIONS if n in names]
    cations += [n for n in names[PROTON + 1 :] if charges[n] > 0 and n not in cations]
    anions = [name for name in _ANIONS if name in names]

    def totals(amounts: dict[str, float]) -> np.ndarray:
        return np.array([amounts.get(name, 0.0) for name in names])

    for cation in cations:
        charge = charges[cation]
        if cation == "NH4+":
            yield "NH3", totals({cation: 1.0, "H+": -1.0})
        else:
            yield _salt(cation, 1, "OH-", charge), totals({cation: 1.0, "H2O": float(charge), "H+": -float(charge)})
    if "CO3-2" in names:
        for cation in (n for n in _BICARBONATES if n in names):
            yield _salt(cation, 1, "HCO3-", 1), totals({cation: 1.0, "CO3-2": 1.0, "H+": 1.0})
    for anion in (name for name in _ACIDS if name in names):
        yield _ACIDS[anion], totals({anion: 1.0, "H+": -float(charges[anion])})
    if "CO3-2" in names:
        yield "CO2", totals({"CO3-2": 1.0, "H+": 2.0, "H2O": -1.0})
    for anion in anions:
        for cation in cations:
            shared = math.lcm(charges[cation], -charges[anion])
            positive, negative = shared // charges[cation], shared // -charges[anion]
            yield _salt(cation, positive, anion, negative), totals({cation: float(positive), anion: float(negative)})


def _salt(cation: str, positive: int, anion: str, negative: int) -> str:
    return "".join(_repeated(_ion(name), count) for name, count in ((cation, positive), (anion, negative)))


def _repeated(group: str, count: int) -> str:
    if count == 1:
        return group
    return f"({group}){count}" if sum(letter.isupper() for letter in group) > 1 else f"{group}{count}"


def _ion(name: str) -> str:
    """Answer an ion's formula without its charge."""
    return re.split(r"[+-]", name, maxsplit=1)[0]
