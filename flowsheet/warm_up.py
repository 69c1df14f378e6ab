"""Compiling the kernels before they are needed, and telling the user while it lasts.

Numba compiles a kernel when it is first called and keeps the code on disk: the first run after an installation takes
half a minute or so, later ones a second. Who does not call `warm_up` is told in one line (`kernels/jit.py`).
"""

from collections.abc import Callable

import numpy as np
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from ..kernels.jit import tell_nothing
from ..kernels.shrinking_core import REACTION, Minerals, Sizes, leach_train
from .chemistry.equilibrium import speciate_many
from .chemistry.system import Chemistry
from .crystallisation.crystals import Tank, crystallise
from .extraction.section import contact
from .stream import Stream, dose, settle, solvent

_WHAT_IS_HAPPENING = "compiling kernels, once"


def warm_up(quiet: bool = False) -> None:
    """Compile or load every kernel; shows a progress bar on a terminal and a line elsewhere, nothing if `quiet`."""
    tell_nothing()  # the bar does
    steps: list[tuple[str, Callable[[], None]]] = [
        ("equilibrium", _equilibrium),
        ("titration", _titration),
        ("sweeps of liquors", _sweep),
        ("extraction", _extraction),
        ("leaching", _leaching),
        ("crystallisation", _crystallisation),
    ]
    console = Console(stderr=True, quiet=quiet)
    columns = (TextColumn(f"{_WHAT_IS_HAPPENING}: {{task.description}}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("", total=len(steps))
        for name, step in steps:
            progress.update(task, description=name)
            step()
            progress.advance(task)
        progress.update(task, description="done")


def _example() -> Stream:
    return Stream.of(Chemistry("Na S"), {"H2O": 1.0, "H2SO4": 0.01})


def _equilibrium() -> None:
    settle(_example(), 298.15, ["Na2SO4(s)"])


def _crystallisation() -> None:
    brine = Stream.of(Chemistry("Na S"), {"H2O": 1.0, "Na2SO4": 0.5})
    crystallise(brine, Tank(temperature=353.15, salts=("Na2SO4(s)",), residence_time=7200.0))


def _titration() -> None:
    example = _example()
    dose(example, Stream.of(example.chemistry, {"NaOH": 0.1, "H2O": 0.9}), 3.0, 298.15, ["Na2SO4(s)"])


def _sweep() -> None:
    chemistry = Chemistry("Na S")
    totals = np.zeros((1, len(chemistry.components)))
    totals[0, 0] = 1.0
    speciate_many(chemistry, totals, 298.15, chemistry.allowed(()))


def _extraction() -> None:
    chemistry = Chemistry("Na Co S", "Cyanex 272")
    liquor = Stream.of(chemistry, {"H2O": 1.0, "CoSO4": 0.02})
    contact(liquor, solvent(chemistry, "Cyanex 272", 600.0, 1e-3), "Cyanex 272")


def _leaching() -> None:
    one = np.ones(1)
    minerals = Minerals.of(np.full(1, REACTION), one, acid_order=one, acid_demand=one)
    leach_train(minerals, Sizes(one, np.ones((1, 1))), one, one, 2.0, 1.0)
