"""How long equilibria take beside IPhreeqc: the same problems and the same data, in one run, on one thread.

    python benchmarks/time_equilibrium.py

Written are the medians over problems of the shortest of several runs, in microseconds, and the ratio of theirs to ours.
Cold: from nothing; IPhreeqc has a new SOLUTION for each, its results are not read. Warm: from the solution of a liquor
about 1 % away; IPhreeqc has a REACTION on the solution it saved. Batch: ours on all cores, beside IPhreeqc warm and cold
on one. The library is that of the package phreeqcrm where it is installed, else the older one of phreeqpy. The data are
ours, written for IPhreeqc with no species more than the liquor has, or IPhreeqc's own minteq.v4, read by us.
"""

import importlib.util
import statistics
import sys
import time
from pathlib import Path

import numba
import numpy as np

from raffinate.flowsheet.chemistry import Chemistry, Davies, read_phreeqc
from raffinate.flowsheet.chemistry.databases import own_data
from raffinate.flowsheet.quantities import celsius
from raffinate.kernels.saturation import NO_ROOM, NO_START, equilibrate
from raffinate.kernels.status import CONVERGED
from raffinate.kernels.sweep import equilibrate_many

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "validation"))
from phreeqc_database import Phreeqc, database
from phreeqpy.iphreeqc.phreeqc_dll import IPhreeqc

MINTEQ = Path(sys.path[0]) / "data" / "databases" / "minteq.v4.dat"
TEMPERATURE = celsius(25.0)
RUNS, PROBLEMS, MANY = 25, 20, 4096
HYDROXIDES = ("Al(OH)3(s)", "Fe(OH)3(s)", "Mn(OH)2(s)", "Co(OH)2(s)", "Ni(OH)2(s)", "Cu(OH)2(s)")
LEACH = {
    "Li2SO4": 0.4, "NiSO4": 0.5, "CoSO4": 0.2, "MnSO4": 0.2, "Al2(SO4)3": 0.01, "Fe2(SO4)3": 0.005, "CuSO4": 0.01,
    "Na2SO4": 0.05, "H2SO4": 0.1,
}  # mol/kg  # fmt: skip
STRIP = {"Li2SO4": 0.1, "NiSO4": 1.5, "CoSO4": 0.2, "Na2SO4": 0.2, "MgSO4": 0.05, "H2SO4": 0.1}


def library_path() -> str | None:
    """Answer the newest IPhreeqc at hand; None for phreeqpy's own."""
    found = importlib.util.find_spec("phreeqcrm")
    origins = [] if found is None or found.origin is None else sorted(Path(found.origin).parent.glob("_phreeqcrm*.so"))
    return str(origins[0]) if origins else None


def problems(chemistry: Chemistry, holds: dict[str, float], count: int) -> np.ndarray:
    """Answer totals (count + 1, C) of a liquor and of others whose contents are 1 % off, each neutral."""
    generator = np.random.default_rng(7)
    base = np.zeros(len(chemistry.components))
    base[0] = 1.0 / chemistry.molar_masses[0]
    rows = np.tile(base, (count + 1, 1))
    for formula, moles in holds.items():
        off = np.concatenate([[1.0], 1.0 + 0.01 * generator.standard_normal(count)])
        rows += moles * np.outer(off, chemistry.dissolve(formula))
    return rows


def shortest(calls: list, runs: int) -> float:
    """Answer the median over calls of their shortest run, microseconds."""
    best = [float("inf")] * len(calls)
    for _ in range(runs):
        for at, call in enumerate(calls):
            begun = time.perf_counter()
            call()
            best[at] = min(best[at], time.perf_counter() - begun)
    return 1e6 * statistics.median(best)


def ours(chemistry: Chemistry, rows: np.ndarray, phases: tuple[str, ...]) -> tuple[float, float, float]:
    """Answer microseconds a liquor: cold, warm, and in a batch on all cores."""
    packed, allowed = chemistry.packed(TEMPERATURE), chemistry.allowed(phases)
    start, _, _, status = equilibrate(packed, rows[0], allowed, NO_ROOM, NO_START)
    if status != CONVERGED:
        raise SystemExit(f"status {status} of the first liquor")
    few = [row.copy() for row in rows[1 : PROBLEMS + 1]]
    cold = shortest([lambda row=row: equilibrate(packed, row, allowed, NO_ROOM, NO_START) for row in few], 20 * RUNS)
    warm = shortest([lambda row=row: equilibrate(packed, row, allowed, NO_ROOM, start) for row in few], 20 * RUNS)
    answers = equilibrate_many(packed, rows, allowed)
    if (answers.counts[:, 1] != CONVERGED).any():
        raise SystemExit("a liquor of the batch did not converge")
    return cold, warm, shortest([lambda: equilibrate_many(packed, rows, allowed)], RUNS) / len(rows)


def atoms(chemistry: Chemistry, row: np.ndarray) -> dict[str, float]:
    """Answer the atoms of totals (C,) by the names that IPhreeqc has for them."""
    if chemistry.database is own_data():
        return Phreeqc(chemistry)._elements(row)
    found: dict[str, float] = {}
    for component, moles in zip(chemistry.components, row, strict=True):
        for element, count in component.elements.items():
            found[element] = found.get(element, 0.0) + count * float(moles)
    return {element: moles for element, moles in found.items() if moles != 0.0}


def theirs(chemistry: Chemistry, rows: np.ndarray, phases: tuple[str, ...]) -> tuple[float, float]:
    """Answer IPhreeqc's microseconds a liquor: cold and warm, its answers not read."""
    path = library_path()
    library = IPhreeqc(path) if path else IPhreeqc()
    if chemistry.database is own_data():
        library.load_database_string(database(chemistry))
    else:
        library.load_database(str(MINTEQ))
    held = ["EQUILIBRIUM_PHASES 1", *(f"{name} 0 0" for name in phases)] if phases else []

    def reaction(row: np.ndarray) -> list[str]:
        return ["REACTION 1", *(f" {symbol} {moles!r}" for symbol, moles in atoms(chemistry, row).items()), " 1 mol"]

    head = [f"SOLUTION 1\n temp {TEMPERATURE - 273.15!r}\n pH 7 charge\n -water 1"]
    texts = ["\n".join([*head, *reaction(row), *held, "END"]) for row in rows[1 : PROBLEMS + 1]]
    cold = shortest([lambda text=text: library.run_string(text) for text in texts], RUNS)
    library.run_string(
        "\n".join([*head, *reaction(rows[0]), *held, "SAVE solution 2", "SAVE equilibrium_phases 2", "END"])
    )
    water = np.zeros(rows.shape[1])
    water[0] = rows[0, 0]
    changes = [row - rows[0] + water for row in rows[1 : PROBLEMS + 1]]
    use = ["USE solution 2", *(["USE equilibrium_phases 2"] if phases else [])]
    texts = ["\n".join([*use, *reaction(change), "END"]) for change in changes]
    return cold, shortest([lambda text=text: library.run_string(text) for text in texts], RUNS)


def main() -> None:
    """Print the table."""
    metals = "Li Na Ni Co Mn Cu Fe Al S"
    davies, pitzer = (Chemistry(metals, activity=law, without=("H2O2", "Fe+2")) for law in (Davies(), None))
    strip = Chemistry("Li Na Ni Co Mg S", without=("H2O2",))
    minteq = Chemistry(metals, database=read_phreeqc(MINTEQ))
    neutralised = {**LEACH, "NaOH": 2.0}
    cases = (
        ("minteq.v4, leach liquor", minteq, LEACH, ()),
        ("Davies, leach liquor", davies, LEACH, ()),
        ("Davies, six hydroxides", davies, neutralised, HYDROXIDES),
        ("Pitzer, strip liquor", strip, STRIP, ()),
        ("Pitzer, leach liquor", pitzer, LEACH, ()),
        ("Pitzer, six hydroxides", pitzer, neutralised, HYDROXIDES),
    )
    print(f"IPhreeqc: {library_path() or 'of phreeqpy'}; {numba.get_num_threads()} threads in the batch")
    print(
        f"{'':24}{'species':>8}{'cold':>16}{'warm':>16}{'batch':>8}   ratio to IPhreeqc: cold  warm  batch to warm, cold"
    )
    for name, chemistry, holds, phases in cases:
        rows = problems(chemistry, holds, MANY)
        cold, warm, batch = ours(chemistry, rows, phases)
        their_cold, their_warm = theirs(chemistry, rows, phases)
        found = equilibrate(chemistry.packed(TEMPERATURE), rows[0], chemistry.allowed(phases), NO_ROOM, NO_START)[0]
        print(
            f"{name:24}{(found.molality > 0).sum():8d}{cold:8.1f} {their_cold:7.0f}{warm:8.1f} {their_warm:7.0f}{batch:8.2f}"
            f"{their_cold / cold:27.0f}x{their_warm / warm:5.0f}x{their_warm / batch:6.0f}x{their_cold / batch:6.0f}x"
        )


if __name__ == "__main__":
    main()
