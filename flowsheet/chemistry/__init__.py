"""Formulas, species, the data, and the arrays that the kernels take."""

from .equilibrium import Equilibrium
from .system import Chemistry

__all__ = ["Chemistry", "Equilibrium"]
