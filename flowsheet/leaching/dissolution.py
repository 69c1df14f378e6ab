"""Half reactions of solids that leach: what a mole of each becomes, and the electrons that it takes up or gives.

In acid, oxygen becomes water and charge is closed by electrons:

    LiMO2 + 4 H+ + e- = Li+ + M+2 + 2 H2O          Cu = Cu+2 + 2 e-          Li2CO3 + 2 H+ = 2 Li+ + CO2 + H2O

A lithium oxide that gets no electrons from outside still loses its lithium: its metals disproportionate into M+2 and MO2,
and what that leaves of electrons makes oxygen (`unreduced` of `leaching_redox.csv`: how much of each metal dissolves so).

    LiMO2 + (1 + 2 d) H+ = Li+ + d M+2 + (1 - d) MO2 + (2 d - 1)/4 O2 + (1/2 + d) H2O        of a metal at valence 3

Phosphates that have lost their lithium give iron(III), and manganese(III) that takes an electron, FePO4 = Fe+3 + PO4-3; an
oxidative leach leaves them to the equilibrium of `iron_phosphate.py`.

Oxidative leaching takes lithium alone: LiFePO4 = Li+ + FePO4 + e-.

Shapes: M minerals, S species of the chemistry.
Sources: Hunter, J. Solid State Chem. 39 (1981) 142 (acid and LiMn2O4: lithium dissolves, MnO2 stays).
"""

import functools
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import numpy as np

from ..chemistry.database import table
from ..chemistry.formula import parse
from ..chemistry.species import Species
from ..chemistry.system import PROTON, WATER, Chemistry
from .rates import RateLaw, has_rate

PRODUCTS: Mapping[str, str] = {
    "Li": "Li+", "Na": "Na+", "K": "K+", "Ni": "Ni+2", "Co": "Co+2", "Mn": "Mn+2", "Fe": "Fe+2", "Al": "Al+3", "Cu": "Cu+2",
    "Zn": "Zn+2", "P": "PO4-3", "F": "F-", "Ca": "Ca+2", "Mg": "Mg+2", "C": "CO2(g)",
}  # fmt: skip
METALS = ("Al(s)", "Mn(s)", "Fe(s)", "Co(s)", "Ni(s)", "Cu(s)")  # that give electrons, the strongest reductant first
PHOSPHATE, STRIPPED = "LiFePO4(s)", "FePO4(s)"
BARE = {"Ni": "NiO2(s)", "Co": "CoO2(s)", "Mn": "MnO2(s)"}
_FERRIC = "Fe+3"
_STRIPPED_SET = "raffinate2026"
_ALKALI = ("Li", "Na", "K")
_FAST = "Li2CO3(s)"  # whose rate stands for carbonates and hydroxides
_SALTS_OF = {"Li", "Na", "K", "Mg", "Ca", "Mn", "Co", "Ni", "Cu", "Zn"}
_FOUR = 4.0  # valence of a metal in MO2


class Ways(NamedTuple):
    """How the minerals of a stream dissolve.

    names: M of them
    changes: (M, S) moles of each species that a mole makes, with electrons from or to outside
    electrons: (M,) that it takes up; below 0 it gives them
    unreduced: (M, S) moles of each species that a mole makes without electrons; rows of 0 where nothing happens
    """

    names: tuple[str, ...]
    changes: np.ndarray
    electrons: np.ndarray
    unreduced: np.ndarray


@functools.lru_cache(maxsize=64)
def acid_ways(chemistry: Chemistry) -> Ways:
    """Answer how every solid of a chemistry dissolves in acid that has a rate, or is an oxide, an olivine or a fast salt."""
    found = [s for s in chemistry.solids if _dissolves(s)]
    known = set(chemistry.index)
    found = [s for s in found if s.elements and {PRODUCTS.get(e, "O") for e in set(s.elements) - {"O", "H"}} <= known]
    found = [s for s in found if set(s.elements) <= {*PRODUCTS, "O", "H"}]
    changes = np.array([_in_acid(chemistry, solid) for solid in found]).reshape(len(found), chemistry.size)
    unreduced = np.array([_unreduced(chemistry, solid) for solid in found]).reshape(len(found), chemistry.size)
    return _frozen(chemistry, tuple(s.name for s in found), changes, unreduced)


@functools.lru_cache(maxsize=64)
def oxidative_ways(chemistry: Chemistry) -> Ways:
    """Answer the same where lithium iron phosphate loses its lithium and an electron, and keeps its lattice.

    Other olivines are left as they are: how far an oxidant takes their lithium is not known here.
    """
    ways = acid_ways(chemistry)
    kept = [
        at
        for at, name in enumerate(ways.names)
        if name == PHOSPHATE or not (is_olivine(name) or is_stripped_olivine(name))
    ]
    names, changes = tuple(ways.names[at] for at in kept), np.array(ways.changes[kept])
    if PHOSPHATE in names and STRIPPED in chemistry.index:
        row = changes[names.index(PHOSPHATE)]
        row[:] = 0.0
        for name, count in ((PHOSPHATE, -1.0), (STRIPPED, 1.0), ("Li+", 1.0)):
            row[chemistry.index[name]] += count
    return _frozen(chemistry, names, changes, np.array(ways.unreduced[kept]))


def _dissolves(solid: Species) -> bool:
    return has_rate(solid.name) or is_fast(solid) or is_olivine(solid.name) or is_stripped_olivine(solid.name)


def present(ways: Ways, flows: np.ndarray, chemistry: Chemistry) -> Ways:
    """Keep the minerals of which there is something."""
    kept = [i for i, name in enumerate(ways.names) if flows[chemistry.index[name]] > 0.0]
    return Ways(tuple(ways.names[i] for i in kept), ways.changes[kept], ways.electrons[kept], ways.unreduced[kept])


def rate_laws(names: Iterable[str], given: Mapping[str, RateLaw]) -> dict[str, RateLaw]:
    """Answer the law that each mineral dissolves by: the one given, its own, or that of a fast salt."""
    return {name: given[name] if name in given else _own_law(name) for name in names}


def is_fast(solid: Species) -> bool:
    """Whether a solid is a carbonate, a hydroxide or LiPF6, which acid dissolves as fast as a salt, without a rate of its own."""
    elements = set(solid.elements)
    if elements == {"Li", "P", "F"}:  # hydrolyses: LiPF6 + 4 H2O = Li+ + PO4-3 + 6 F- + 8 H+
        return True
    carbonate = {"C", "O"} <= elements
    hydroxide = {"H", "O"} <= elements
    return (carbonate or hydroxide) and elements <= _SALTS_OF | {"C", "O", "H"} and bool(elements & _SALTS_OF)


@functools.cache
def is_olivine(name: str) -> bool:
    """Whether a solid is a phosphate of lithium with iron or manganese, which dissolves in acid as LiFePO4 does."""
    elements = set(parse(name).elements)
    return {"Li", "P", "O"} <= elements and bool(elements & {"Fe", "Mn"}) and elements <= {"Li", "P", "O", "Fe", "Mn"}


@functools.cache
def is_stripped_olivine(name: str) -> bool:
    """Whether a solid is a phosphate of iron(III) or manganese(III) without water, as an olivine that lost its lithium is."""
    elements = set(parse(name).elements)
    return (
        {"P", "O"} <= elements
        and bool(elements & {"Fe", "Mn"})
        and elements <= {"P", "O", "Fe", "Mn"}
        and (parse(name).elements["O"] == 4.0 * parse(name).elements["P"])
    )


@functools.cache
def _own_law(name: str) -> RateLaw:
    if is_olivine(name):
        return RateLaw.named(PHOSPHATE)
    if is_stripped_olivine(name):
        return RateLaw.named(STRIPPED, _STRIPPED_SET)
    return RateLaw.named(name if has_rate(name) else _FAST)


def _in_acid(chemistry: Chemistry, solid: Species) -> np.ndarray:
    """Answer what a mole becomes, charge left open."""
    change = np.zeros(chemistry.size)
    change[chemistry.index[solid.name]] = -1.0
    oxygen = solid.elements.get("O", 0.0)
    for element, count in solid.elements.items():
        if element in PRODUCTS:
            product = _FERRIC if element == "Fe" and is_stripped_olivine(solid.name) else PRODUCTS[element]
            change[chemistry.index[product]] += count
            oxygen -= count * {"P": 4.0, "C": 2.0}.get(element, 0.0)
    change[WATER] += oxygen
    change[PROTON] -= 2.0 * oxygen - solid.elements.get("H", 0.0)
    return change


def _unreduced(chemistry: Chemistry, solid: Species) -> np.ndarray:
    """Answer what a mole of a lithium or sodium oxide becomes where nothing gives it electrons; all 0 for other solids."""
    nothing = np.zeros(chemistry.size)
    metals = {element: solid.elements[element] for element in BARE if element in solid.elements}
    alkali = sum(solid.elements.get(element, 0.0) for element in _ALKALI)
    others = set(solid.elements) - {*BARE, *_ALKALI, "O", "Al"}
    if not metals or alkali == 0.0 or others or not {BARE[e] for e in metals} | {"O2(g)"} <= set(chemistry.index):
        return nothing
    charge = 2.0 * solid.elements["O"] - alkali - 3.0 * solid.elements.get("Al", 0.0)  # of the metals
    if charge <= 2.0 * sum(metals.values()):
        return nothing
    numbers = table("leaching_redox")
    dissolved = {element: numbers.value(element, "unreduced") for element in metals}
    # electrons that oxygen gives: 2 d + 4 (1 - d) summed up against the charge; where they came out below 0, more dissolves
    whole, part = sum(metals.values()), sum(count * dissolved[e] for e, count in metals.items())
    least = 0.5 * (_FOUR * whole - charge)
    if part < least:
        raised = (least - part) / (whole - part)
        dissolved = {element: d + (1.0 - d) * raised for element, d in dissolved.items()}
        part = least
    change = _in_acid(chemistry, solid)
    for element, count in metals.items():
        stays = count * (1.0 - dissolved[element])
        change[chemistry.index[PRODUCTS[element]]] -= stays
        change[chemistry.index[BARE[element]]] += stays
        change[WATER] -= 2.0 * stays
        change[PROTON] += 4.0 * stays
    oxygen = 0.25 * (charge - _FOUR * whole + 2.0 * part)  # 2 H2O = O2 + 4 H+ + 4 e-
    change[chemistry.index["O2(g)"]] += oxygen
    change[WATER] -= 2.0 * oxygen
    change[PROTON] += 4.0 * oxygen
    return change


def _frozen(chemistry: Chemistry, names: tuple[str, ...], changes: np.ndarray, unreduced: np.ndarray) -> Ways:
    """Answer the ways; charge that appears is charge that electrons carried in, and the other way round."""
    electrons = 0.0 - np.round(changes @ chemistry.charges, 9)
    for array in (changes, electrons, unreduced):
        array.setflags(write=False)
    return Ways(names, changes, electrons, unreduced)
