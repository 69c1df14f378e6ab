"""The most that a substance can yield of a product, by the element that both hold: what no plant can exceed.

>>> round(largest_yield("Li2CO3(s)", "LiFePO4(s)", "Li"), 4)
0.2342
"""

from __future__ import annotations

from .chemistry.database import atomic_masses
from .chemistry.formula import Formula, molar_mass, parse
from .errors import DataError, nearest


def largest_yield(product: str, source: str, element: str) -> float:
    """Answer how many kg of `product` the `element` in one kg of `source` makes at most.

    Raises `DataError` for a formula that cannot be read or one that does not hold the element.
    """
    made, held = _parsed(product), _parsed(source)
    for name, formula in ((product, made), (source, held)):
        if formula.elements.get(element, 0.0) <= 0.0:
            raise DataError(f"yield: {name} holds 0 {element}{nearest(element, formula.elements)}")
    masses = atomic_masses()
    per_source = held.elements[element] / molar_mass(held, masses)
    return per_source * molar_mass(made, masses) / made.elements[element]


def refuse_yield(where: str, target: float, product: str, source: str, element: str) -> None:
    """Raise `DataError` for a `target` (kg of product per kg of source) that is not above 0, or above what is possible."""
    most = largest_yield(product, source, element)
    if not target > 0.0:
        raise DataError(f"{where}: yield = {target:g} t {_plain(product)} per t {_plain(source)} must be above 0")
    if target > most:
        share = 100.0 * _parsed(source).elements[element] * atomic_masses()[element]
        share /= molar_mass(_parsed(source), atomic_masses())
        raise DataError(
            f"{where}: yield = {target:g} t {_plain(product)} per t {_plain(source)} is impossible: {_plain(source)} holds "
            f"{share:.2f} % {element}, which makes {most:.4f} t at most"
        )


def _parsed(name: str) -> Formula:
    return parse(_plain(name))


def _plain(name: str) -> str:
    return name.removesuffix("(s)")
