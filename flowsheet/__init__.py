"""What flows, through what, and how it is solved."""

from .errors import ConvergenceError, DataError, DeclarationError, EngineError
from .graph import Flowsheet
from .solver import Solution, solve
from .stream import Stream, mix, settle

__all__ = [
    "ConvergenceError",
    "DataError",
    "DeclarationError",
    "EngineError",
    "Flowsheet",
    "Solution",
    "Stream",
    "mix",
    "settle",
    "solve",
]
