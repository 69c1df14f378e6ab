"""IPhreeqc of today on its own databases: one liquor at a time, redox states apart.

The wheel of PhreeqcRM holds the library of IPhreeqc with its C interface, newer than the one of phreeqpy (3.7.3, which reads
today's databases no more); phreeqpy drives it.
"""

import contextlib
import importlib.util
import math
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from phreeqpy.iphreeqc.phreeqc_dll import IPhreeqc

from raffinate.flowsheet.chemistry import Database

DATABASES = Path(__file__).parent / "data" / "databases"


@dataclass(frozen=True)
class Problem:
    """Molalities of components, H+ as the charge asks; solids allowed; gases held at pressures in atm."""

    database: str
    degrees: float
    holds: dict[str, float]
    solids: tuple[str, ...] = ()
    gases: dict[str, float] = field(default_factory=dict)
    pe: float = 4.0

    @property
    def name(self) -> str:
        """What to call it in a test."""
        held = ", ".join(f"{n} {m:g}" for n, m in self.holds.items())
        return f"{self.database} {self.degrees:g} degC: {held}; {' '.join((*self.solids, *self.gases))}"


@dataclass(frozen=True)
class Answer:
    """What PHREEQC answers. `oxygen`: mol in all that is dissolved with its water, before solids and gases."""

    ph: float
    ionic_strength: float
    water_activity: float
    oxygen: float
    water_mass: float
    amounts: dict[str, float]


class Library:
    """IPhreeqc with one database loaded."""

    def __init__(self, path: Path, macinnes: bool = False):
        spec = importlib.util.find_spec("phreeqcrm")
        folder = Path(spec.submodule_search_locations[0])
        self._library = IPhreeqc(str(next(folder.glob("_phreeqcrm*.so"))))
        self._library.load_database(str(path))
        if any(line.strip().upper().startswith("PITZER") for line in path.read_text(encoding="latin-1").splitlines()):
            self._library.run_string(f"PITZER\n-MacInnes {str(macinnes).lower()}\nEND")

    def run(self, problem: Problem, elements: dict[str, tuple[str, float]]) -> Answer:
        """Answer a problem; `elements`: PHREEQC's name of the element of each component, and its atoms in a mole."""
        solution = [
            f"SOLUTION 1\n temp {problem.degrees!r}\n pH 7 charge\n pe {problem.pe!r}\n units mol/kgw",
            *(f" {elements[name][0]} {molality * elements[name][1]!r}" for name, molality in problem.holds.items()),
        ]
        phases = [f" {name} 0 0" for name in problem.solids]
        phases += [f" {name} {math.log10(pressure)!r} 10" for name, pressure in problem.gases.items()]
        questions = ['-LA("H+")', "MU", 'ACT("H2O")', 'TOTMOLE("O")', 'GFW("H2O")']
        questions += [f'EQUI("{name}")' for name in (*problem.solids, *problem.gases)]
        lines = [
            "KNOBS\n -convergence_tolerance 1e-12",
            *solution,
            "SELECTED_OUTPUT 1\n -reset false\n -high_precision true",
            "USER_PUNCH 1\n -headings " + " ".join(f"q{i}" for i in range(len(questions))),
            *(f" {10 * (i + 1)} PUNCH {question}" for i, question in enumerate(questions)),
            "END",
        ]
        if phases:
            lines += ["USE solution 1", "EQUILIBRIUM_PHASES 1", *phases, "END"]
        # where it fails, PHREEQC leaves a file behind
        with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
            self._library.run_string("\n".join(lines))
        rows = self._library.get_selected_output_array()[1:]
        ph, strength, water = (float(value) for value in rows[-1][:3])
        amounts = dict(zip((*problem.solids, *problem.gases), map(float, rows[-1][5:]), strict=True))
        return Answer(ph, strength, water, float(rows[0][3]), float(rows[0][4]) * 1e-3, amounts)


def elements_of(database: Database, path: Path) -> dict[str, tuple[str, float]]:
    """Answer PHREEQC's name of the element, or redox state, of each component, from the file, and its atoms in a mole."""
    names: dict[str, tuple[str, float]] = {}
    reading = False
    for line in path.read_text(encoding="latin-1").splitlines():
        words = line.split("#")[0].split()
        if words and words[0].isupper() and "_" in words[0] and len(words) == 1:
            reading = words[0] == "SOLUTION_MASTER_SPECIES"
        elif reading and len(words) > 3 and words[0] not in {"E", "Alkalinity"}:
            species = words[1].replace("+1", "+").replace("-1", "-")
            if species in database.species:
                element = words[0].split("(")[0]
                names[species] = words[0], database.species[species].elements.get(element, 1.0)
    return names
