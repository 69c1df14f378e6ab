"""The exceptions of the engine. No other is raised on purpose.

A message tells where, what, the value with its unit, the limit, and the nearest thing that exists.
"""

import difflib
from collections.abc import Iterable


class EngineError(Exception):
    """Anything the engine refuses; catch this one to catch all."""


class DataError(EngineError):
    """A number, a name or a composition that cannot be: an unknown species, a negative flow, an assay above 100 %."""


class DeclarationError(EngineError):
    """A unit operation or flowsheet that is declared wrongly: a parameter out of its range, a port that does not exist."""


class ConvergenceError(EngineError):
    """A calculation that reached no answer. `solution` holds the last iterate where there is one."""

    def __init__(self, message: str, solution: object = None):
        super().__init__(message)
        self.solution = solution


def nearest(name: str, known: Iterable[str]) -> str:
    """Say what `name` was probably meant to be: `; did you mean 'filter.first'?`, or list what exists."""
    known = sorted(known)
    folded = {candidate.casefold(): candidate for candidate in known}
    if name.casefold() in folded:
        close = [folded[name.casefold()]]
    else:
        close = [folded[match] for match in difflib.get_close_matches(name.casefold(), folded, n=1, cutoff=0.5)]
    if close:
        return f"; did you mean {close[0]!r}?"
    listing = ", ".join(known[:12]) + (", …" if len(known) > 12 else "")
    return f"; known: {listing}" if known else ""
