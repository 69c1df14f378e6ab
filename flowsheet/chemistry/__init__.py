"""Formulas, species, the data, and the arrays that the kernels take."""

from .activity_models import Bdot, Davies, Pitzer, Sit, TruesdellJones
from .databases import Database
from .equilibrium import Equilibrium
from .phreeqc import read_phreeqc
from .system import Chemistry

__all__ = [
    "Bdot",
    "Chemistry",
    "Database",
    "Davies",
    "Equilibrium",
    "Pitzer",
    "Sit",
    "TruesdellJones",
    "read_phreeqc",
]
