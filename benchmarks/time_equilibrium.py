"""How long equilibria take beside IPhreeqc: the same problems and the same data, in one run, on one thread.

    python benchmarks/time_equilibrium.py

Written are the medians over problems of the shortest of several runs, in microseconds a liquor, and the ratio of theirs to
ours. Cold: one call from nothing; IPhreeqc has a new SOLUTION for each. Warm: one call from the solution of a liquor about
1 % away; for IPhreeqc the shorter of its two ways, a REACTION on the solution it saved or SOLUTION_MODIFY and RUN_CELLS.
Neighbours: many such liquors in one call of ours, beside IPhreeqc warm. Strangers: many whose contents lie anywhere between
a tenth and the double, in one call of ours, beside IPhreeqc cold on some of them. There IPhreeqc's answers are not read, and
its tolerance is its own, 1e-8, ours 1e-13. The last two columns are one call of each again with IPhreeqc at 1e-12 and four of
its answers read (pH, ionic strength, activity of water, water), all of ours being there. Before it is timed each of its ways
has to answer our pH. The library is that of the package phreeqcrm where it is installed, else the older one of phreeqpy. The
data are ours, written for IPhreeqc with no species more than the liquor has, or IPhreeqc's own minteq.v4, read by us.
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
from raffinate.flowsheet.chemistry.equilibrium import speciate
from raffinate.flowsheet.chemistry.packing import room_for_answers
from raffinate.flowsheet.quantities import celsius
from raffinate.kernels.saturation import FOLDED, NO_ANSWER, NO_ROOM, equilibrate
from raffinate.kernels.status import CONVERGED
from raffinate.kernels.sweep import equilibrate_many

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "validation"))
from phreeqc_database import Phreeqc, database
from phreeqpy.iphreeqc.phreeqc_dll import IPhreeqc

MINTEQ = Path(sys.path[0]) / "data" / "databases" / "minteq.v4.dat"
TEMPERATURE = celsius(25.0)
RUNS, PROBLEMS, MANY = 25, 20, 4096
SAME_PH = 1e-4
VALENCES = {"S": "S(6)", "Fe": "Fe(3)", "Mn": "Mn(2)", "Co": "Co(2)", "Cu": "Cu(2)"}
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


def problems(chemistry: Chemistry, holds: dict[str, float], count: int, strangers: bool = False) -> np.ndarray:
    """Answer totals (count + 1, C) of a liquor and of others, neighbours by 1 % or strangers, each neutral."""
    generator = np.random.default_rng(7)
    base = np.zeros(len(chemistry.components))
    base[0] = kilogram(chemistry)
    rows = np.tile(base, (count + 1, 1))
    for formula, moles in holds.items():
        off = (
            10.0 ** generator.uniform(-1.0, 0.3, count) if strangers else 1.0 + 0.01 * generator.standard_normal(count)
        )
        rows += moles * np.outer(np.concatenate([[1.0], off]), chemistry.dissolve(formula))
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


def ours(chemistry: Chemistry, rows: np.ndarray, phases: tuple[str, ...]) -> tuple[float, float]:
    """Answer microseconds a liquor of one call: cold and warm."""
    (places, numbers), allowed = chemistry.packed(TEMPERATURE), chemistry.allowed(phases)
    start = equilibrate(places, numbers, rows[0], allowed, NO_ROOM, NO_ANSWER)
    if start[FOLDED - 1] != CONVERGED:
        raise SystemExit(f"status {start[FOLDED - 1]} of the first liquor")
    few = [row.copy() for row in rows[1 : PROBLEMS + 1]]
    cold, warm = (
        shortest(
            [lambda row=row, begun=begun: equilibrate(places, numbers, row, allowed, NO_ROOM, begun) for row in few],
            20 * RUNS,
        )
        for begun in (NO_ANSWER, start)
    )
    return cold, warm


def swept(chemistry: Chemistry, rows: np.ndarray, phases: tuple[str, ...], threads: int) -> float:
    """Answer microseconds a liquor of a sweep on so many threads."""
    packed, allowed = chemistry.packed(TEMPERATURE), chemistry.allowed(phases)
    many = numba.get_num_threads()
    numba.set_num_threads(threads)
    answers = room_for_answers(packed, len(rows))
    equilibrate_many(packed, rows, allowed, answers)
    if (answers.counts[:, 1] != CONVERGED).any():
        raise SystemExit("a liquor of the sweep did not converge")
    found = shortest([lambda: equilibrate_many(packed, rows, allowed, answers)], RUNS) / len(rows)
    numba.set_num_threads(many)
    return found


def atoms(chemistry: Chemistry, row: np.ndarray) -> dict[str, float]:
    """Answer the atoms of totals (C,) beyond a kilogram of water, by the names that IPhreeqc has for them."""
    if chemistry.database is own_data():
        return Phreeqc(chemistry)._elements(row)
    found = {"H": -2.0 * kilogram(chemistry), "O": -kilogram(chemistry)}
    for component, moles in zip(chemistry.components, row, strict=True):
        for element, count in component.elements.items():
            found[element] = found.get(element, 0.0) + count * float(moles)
    return {element: moles for element, moles in found.items() if moles != 0.0}


def kilogram(chemistry: Chemistry) -> float:
    """Answer the moles of a kilogram of water."""
    return float(1.0 / chemistry.molar_masses[0])


class Theirs:
    """IPhreeqc with the data of a chemistry, and texts that have it solve liquors of these totals (N, C)."""

    def __init__(self, chemistry: Chemistry, rows: np.ndarray, phases: tuple[str, ...]):
        path = library_path()
        self.chemistry, self.rows, self.phases = chemistry, rows, phases
        self.library = IPhreeqc(path) if path else IPhreeqc()
        self.read = False
        if chemistry.database is own_data():
            self.library.load_database_string(database(chemistry))
        else:
            self.library.load_database(str(MINTEQ))
        self._held = ["EQUILIBRIUM_PHASES 1", *(f"{name} 0 0" for name in phases)] if phases else []

    def _reaction(self, row: np.ndarray) -> list[str]:
        lines = [f" {symbol} {moles!r}" for symbol, moles in atoms(self.chemistry, row).items()]
        return ["REACTION 1", *lines, " 1 mol"]

    def cold(self, row: np.ndarray) -> str:
        """Answer the text for totals (C,) from nothing."""
        head = f"SOLUTION 1\n temp {TEMPERATURE - 273.15!r}\n pH 7 charge\n -water 1"
        return "\n".join([head, *self._reaction(row), *self._held, "END"])

    def save(self) -> None:
        """Have it solve the first liquor and save it."""
        self.library.run_string(
            self.cold(self.rows[0]).replace("END", "SAVE solution 2\nSAVE equilibrium_phases 2\nEND")
        )

    def changed(self, row: np.ndarray) -> str:
        """Answer the text for totals (C,) by a REACTION on the first."""
        change = row - self.rows[0]
        change[0] += kilogram(self.chemistry)
        use = ["USE solution 2", *(["USE equilibrium_phases 2"] if self.phases else [])]
        return "\n".join([*use, *self._reaction(change), "END"])

    def modified(self, row: np.ndarray) -> str:
        """Answer the text for totals (C,) in place of those of the solution saved, its solids dissolved."""
        held = atoms(self.chemistry, row)
        water = kilogram(self.chemistry)
        hydrogen, oxygen = held.pop("H", 0.0) + 2.0 * water, held.pop("O", 0.0) + water
        named = {} if self.chemistry.database is own_data() else VALENCES
        lines = ["SOLUTION_MODIFY 2", f" -total_h {hydrogen!r}", f" -total_o {oxygen!r}", " -cb 0", " -totals"]
        lines += [f"  {named.get(symbol, symbol)} {moles!r}" for symbol, moles in held.items()]
        if self.phases:
            lines += ["EQUILIBRIUM_PHASES_MODIFY 2", *(f" -component {name}\n  -moles 0" for name in self.phases)]
        return "\n".join([*lines, "RUN_CELLS\n -cells 2\nEND"])

    def ph(self, text: str) -> float:
        """Answer the pH that a text comes to."""
        self.library.run_string("SELECTED_OUTPUT 1\n -reset false\n -ph true\nEND")
        self.library.run_string(text)
        found = float(self.library.get_selected_output_array()[-1][0])
        self.library.run_string("SELECTED_OUTPUT 1\n -reset false\nEND")
        return found

    def be_exact(self) -> None:
        """Have it solve to 1e-12, and its answers read from now on."""
        questions = '-LA("H+"), MU, ACT("H2O"), TOT("water")'
        self.library.run_string(
            "KNOBS\n -convergence_tolerance 1e-12\n"
            f"SELECTED_OUTPUT 1\n -high_precision true\nUSER_PUNCH 1\n -headings pH I aw water\n 10 PUNCH {questions}\nEND"
        )
        self.read = True

    def answer(self, text: str) -> None:
        """Have it solve a text."""
        self.library.run_string(text)
        if self.read:
            self.library.get_selected_output_array()

    def times(self, ways: tuple) -> list[float]:
        """Answer microseconds a liquor by each of its ways."""
        found = []
        for way in ways:
            self.save()
            texts = [way(row) for row in self.rows[1 : PROBLEMS + 1]]
            found.append(shortest([lambda text=text: self.answer(text) for text in texts], RUNS))
        return found


def theirs(
    chemistry: Chemistry, rows: np.ndarray, strangers: np.ndarray, phases: tuple[str, ...]
) -> tuple[float, float, float, float, float]:
    """Answer IPhreeqc's microseconds a liquor: cold, warm by the shorter way, cold of strangers; exact cold and warm."""
    engine = Theirs(chemistry, rows, phases)
    ph = speciate(chemistry, rows[1], TEMPERATURE, chemistry.allowed(phases)).ph
    ways = (engine.cold, engine.changed, engine.modified)
    for way in ways:
        engine.save()
        theirs = engine.ph(way(rows[1]))
        if abs(theirs - ph) > SAME_PH:
            raise SystemExit(f"not the same problem: pH {theirs} by {way.__name__}, ours {ph}")
    cold, *warm = engine.times(ways)
    texts = [engine.cold(row) for row in strangers[1 : PROBLEMS + 1]]
    far = shortest([lambda text=text: engine.answer(text) for text in texts], RUNS)
    engine.be_exact()
    exact_cold, *exact_warm = engine.times(ways)
    return cold, min(warm), far, exact_cold, min(exact_warm)


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
    threads = numba.get_num_threads()
    print(f"IPhreeqc: {library_path() or 'of phreeqpy'}; microseconds: ours, IPhreeqc's, ratio")
    titles = ("cold", "warm", "neighbours", f"... {threads} threads", "strangers", "cold, exact", "warm, exact")
    print(f"{'':36}" + "".join(f"{title:>21}" for title in titles))
    for name, chemistry, holds, phases in cases:
        rows, strangers = (problems(chemistry, holds, MANY, apart) for apart in (False, True))
        cold, warm = ours(chemistry, rows, phases)
        near, far = swept(chemistry, rows, phases, 1), swept(chemistry, strangers, phases, 1)
        shared = swept(chemistry, rows, phases, threads)
        their_cold, their_warm, their_far, exact_cold, exact_warm = theirs(chemistry, rows, strangers, phases)
        found = speciate(chemistry, rows[0], TEMPERATURE, chemistry.allowed(phases)).speciation
        pairs = (
            *((cold, their_cold), (warm, their_warm), (near, their_warm), (shared, their_warm), (far, their_far)),
            *((cold, exact_cold), (warm, exact_warm)),
        )
        cells = "".join(f"{mine:9.2f}{other:6.0f}{other / mine:5.0f}x" for mine, other in pairs)
        print(f"{name:24}{(found.molality > 0).sum():4d} species{cells}")


if __name__ == "__main__":
    main()
