"""A reaction as chemists write it, turned into changes of flow: `Fe(s) + Cu+2 = Fe+2 + Cu(s)`."""

import functools

import numpy as np

from ..errors import DataError
from .database import read_reaction
from .system import Chemistry

_BALANCED = 1e-9


@functools.lru_cache(maxsize=1024)
def reaction(chemistry: Chemistry, equation: str) -> np.ndarray:
    """Answer the change of every species (mol) in one mole of reaction, as a vector of flows.

    Terms are components, solids, gases or organic species of the chemistry. Raises `DataError` for a species that it does
    not have, or an equation that does not balance, naming what is out.
    """
    left, equals, right = equation.partition(" = ")
    if not equals:
        raise DataError(f"reaction {equation!r} has no ' = '")
    change = np.zeros(chemistry.size)
    for sign, side in ((-1.0, left), (1.0, right)):
        for name, count in read_reaction(side).items():
            change[chemistry.position(name)] += sign * count
    errors = dict(zip(chemistry.element_names, chemistry.element_matrix @ change, strict=True))
    errors["charge"] = float(change @ chemistry.charges)
    for what, error in errors.items():
        if abs(error) > _BALANCED:
            raise DataError(f"reaction {equation!r} does not balance: {what} differs by {error:+.4g}")
    change.setflags(write=False)
    return change
