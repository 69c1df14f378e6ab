"""Formulas, species, the data, and the arrays that the kernels take."""

from .activity_models import Davies, Pitzer, TruesdellJones
from .equilibrium import Equilibrium
from .system import Chemistry

__all__ = ["Chemistry", "Davies", "Equilibrium", "Pitzer", "TruesdellJones"]
