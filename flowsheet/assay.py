"""An assay becomes a stream: which phases hold the elements that the laboratory found.

A black mass is sold by its elements; chemistry needs its phases. Elements are laid out over the phases that are named, in
proportions no phase can go below zero; for the cathode's oxides the mean valence of Ni, Co and Mn closes the count.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from scipy.optimize import nnls

from .chemistry.database import atomic_masses
from .chemistry.system import Chemistry
from .errors import DataError, nearest
from .stream import Stream

_CLOSED = 1e-6
_TRANSITION = ("Ni", "Co", "Mn")
_VALENCES = {
    "H": 1.0,
    "Li": 1.0,
    "Na": 1.0,
    "K": 1.0,
    "Mg": 2.0,
    "Ca": 2.0,
    "Al": 3.0,
    "C": 4.0,
    "P": 5.0,
    "S": 6.0,
    "O": -2.0,
    "F": -1.0,
    "Cl": -1.0,
}


def from_assay(
    chemistry: Chemistry,
    mass: float,
    assay: Mapping[str, float],
    phases: Sequence[str],
    balance: str = "C(s)",
    valence: float = 3.0,
) -> Stream:
    """Make a stream of solids from an assay of its elements.

    `mass`: kg/s, dry. `assay`: mass fraction of each element (0 to 1). `phases`: solids that hold them. `balance`: the
    solid that makes up the rest of the mass, on top of what the assay and the phases hold. `valence`: mean
    valence of Ni, Co and Mn. Raises `DataError` for an assay above 100 %, an unknown element or solid, or elements that
    the phases cannot hold in these proportions.
    """
    if not mass >= 0.0:
        raise DataError(f"assay: mass = {mass:g} kg/s is below 0")
    masses = atomic_masses()
    for element, fraction in assay.items():
        if element not in masses:
            raise DataError(f"assay: element {element!r} is unknown{nearest(element, masses)}")
        if not 0.0 <= fraction <= 1.0:
            raise DataError(f"assay: {element} = {fraction * 100:g} % is outside 0 to 100 %")
    if not assay or not phases:
        raise DataError(
            f"assay: {len(assay)} elements and {len(phases)} phases are given, at least 1 of each is needed"
        )
    total = sum(assay.values())
    if total > 1.0 + _CLOSED:
        raise DataError(f"assay: the elements add up to {total * 100:.4g} %, above 100 % ({', '.join(assay)})")
    species = [chemistry.species[chemistry.position(name)] for name in phases]
    wanted = {element: fraction / masses[element] for element, fraction in assay.items()}  # mol per kg
    rows = [[s.elements.get(e, 0.0) for s in species] for e in wanted]
    targets = list(wanted.values())
    if any(wanted.get(metal, 0.0) > 0.0 for metal in _TRANSITION):
        rows.append([_charge_of_metals(s.elements) - valence * _metals(s.elements) for s in species])
        targets.append(0.0)
    amounts, _ = nnls(np.array(rows), np.array(targets))
    found = np.array(rows) @ amounts
    for element, got, want in zip([*wanted, "valence"], found, targets, strict=False):
        if abs(got - want) > _CLOSED * max(1.0, *targets):
            have = got * masses.get(element, 1.0) * 100.0
            metals = f" at a mean valence of {valence:g} of Ni, Co and Mn" if len(targets) > len(wanted) else ""
            raise DataError(
                f"assay: {element} = {want * masses.get(element, 1.0) * 100:.4g} % cannot be held by the phases "
                f"{', '.join(phases)} in these proportions{metals}; the nearest is {have:.4g} %"
            )
    held = float(sum(a * s.molar_mass for a, s in zip(amounts, species, strict=True)))
    if held > 1.0 + _CLOSED:
        raise DataError(f"assay: the phases of the elements add up to {held * 100:.4g} % of the mass, above 100 %")
    flows = np.zeros(chemistry.size)
    for amount, s in zip(amounts, species, strict=True):
        flows[chemistry.index[s.name]] += mass * amount
    at = chemistry.position(balance)
    flows[at] += mass * max(0.0, 1.0 - held) / chemistry.molar_masses[at]
    return Stream(chemistry, flows)


def _metals(elements: Mapping[str, float]) -> float:
    return sum(elements.get(metal, 0.0) for metal in _TRANSITION)


def _charge_of_metals(elements: Mapping[str, float]) -> float:
    """Answer the charge that Ni, Co and Mn together must carry in an oxide, a hydroxide or a salt."""
    if _metals(elements) == 0.0:
        return 0.0
    return -sum(count * _VALENCES.get(element, 0.0) for element, count in elements.items())
