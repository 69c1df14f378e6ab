"""Formulas, species, the data, and the arrays that the kernels take."""

from .activity_models import Bdot, Davies, Pitzer, Sit, TruesdellJones
from .databases import Database
from .eq36 import read_eq36
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
    "read_eq36",
    "read_phreeqc",
]
