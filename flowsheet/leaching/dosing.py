"""How much of a reagent is dosed: to a target, in proportion to what is fed, or a fixed flow.

    acid_rule=PerElement("Li", 0.57)        0.57 mol of H2SO4 for each mol of Li fed
    reductant_rule=PerElement("Li", 2.07)   2.07 mol of H2O2 for each mol of Li fed
    reductant_rule=Flow(120 * kg / hour)    so much of the solution, water and all

The mole of a reagent is that of what acts in it: H2SO4 (or HCl), H2O2, S2O8-2, SO2; Na2S2O5 counts as two of SO2.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from ..errors import DataError, DeclarationError, nearest
from ..stream import Stream

ELECTRONS: Mapping[str, float] = {"H2O2": 2.0, "S2O8-2": 2.0, "SO3-2": 2.0, "SO2(g)": 2.0, "Fe+2": 1.0}


@dataclass(frozen=True)
class PerElement:
    """`moles` of the reagent for each mole of `element` that is fed, in solids and liquor."""

    element: str
    moles: float

    def __post_init__(self):
        _check("PerElement", "moles", self.moles, "mol/mol")


@dataclass(frozen=True)
class PerElectron:
    """`ratio` times the reagent that the electrons ask for which nothing else gives."""

    ratio: float

    def __post_init__(self):
        _check("PerElectron", "ratio", self.ratio, "-")


@dataclass(frozen=True)
class ToFreeAcid:
    """Until `free_acid` (mol/m3 of protons beyond salts, HF and H3PO4) is left at the end."""

    free_acid: float

    def __post_init__(self):
        _check("ToFreeAcid", "free_acid", self.free_acid, "mol/m3")


@dataclass(frozen=True)
class Flow:
    """`mass` (kg/s) of the reagent as it is, water of its solution included."""

    mass: float

    def __post_init__(self):
        _check("Flow", "mass", self.mass, "kg/s")


AcidRule = PerElement | ToFreeAcid | Flow
ElectronRule = PerElement | PerElectron | Flow


def moles_of_acid(acid: Stream) -> float:
    """Answer mol/s of H2SO4, or of a monobasic acid where there is no sulfate."""
    sulfate = acid["SO4-2"] if "SO4-2" in acid.chemistry.index else 0.0
    return sulfate if sulfate > 0.0 else acid["H+"]


def electrons_of(reagent: Stream) -> float:
    """Answer mol/s of electrons that what acts in a reagent gives or takes."""
    known = reagent.chemistry.index
    return sum(count * reagent[name] for name, count in ELECTRONS.items() if name in known)


def times(rule: PerElement | Flow, reagent: Stream, moles: float, feed: Stream) -> float:
    """Answer how many times `reagent`, which holds `moles` (mol/s), is dosed to `feed` by a rule."""
    if isinstance(rule, Flow):
        return rule.mass / reagent.mass if reagent.mass > 0.0 else 0.0
    elements = feed.elements
    if rule.element not in elements:
        raise DataError(
            f"dose per {rule.element!r}: the chemistry has no such element{nearest(rule.element, elements)}"
        )
    return rule.moles * elements[rule.element] / moles


def _check(owner: str, name: str, value: float, unit: str) -> None:
    if not 0.0 <= value < float("inf"):
        raise DeclarationError(f"{owner}: {name} = {value:g} {unit} must be 0 or more")
