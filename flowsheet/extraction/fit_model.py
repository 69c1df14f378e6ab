"""What the engine makes of an observation: the same balances, speciation and activities as in a plant.

Liquor, organic and base of each observation are made once, for 1 m3/s of liquor; what changes from one trial to the next are
the constants of the extractant alone. Readings of the same test share one calculation.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from ...kernels.circuit_flows import COLD_START, CircuitStart
from ..chemistry.extractants import Extractant
from ..chemistry.formula import parse
from ..chemistry.system import WATER, Chemistry
from ..errors import DataError, EngineError, nearest
from ..quantities import mol_per_litre
from ..stream import Stream, dose, solvent
from .fit_checks import base_cation, charge_of, mass_of
from .observations import AQUEOUS, EXTRACTED, ORGANIC, CascadePoint, Conditions, Observation, Reading
from .profile import StageProfile
from .section import Section, run_section

_ACIDS = {"SO4-2": "H2SO4", "Cl-": "HCl"}
_VOLUME_ERROR = 1e-9
_ROUNDS = 60


class Task(NamedTuple):
    """One calculation: what is brought together, in how many stages, and what is held (a pH, or a dose in mol/m3)."""

    conditions: Conditions
    stages: int
    ph: float | None
    dose: float | None


class Read(NamedTuple):
    """A reading with the observation that it is of, and the task that answers it."""

    observation: str
    reading: Reading
    task: int


class Fed(NamedTuple):
    """Flows (mol/s) of the liquor and the organic of a task, and its base."""

    liquor: np.ndarray
    organic: np.ndarray
    base: Stream


class Workbench:
    """Observations made ready for calculation with any constants of one set of complexes.

    `tasks`, `reads`: what is calculated, and what is compared. Raises `DataError` for a reading of a cation that the
    extractant has no complex of.
    """

    def __init__(self, observations: Sequence[Observation], extractant: Extractant):
        self.observations = tuple(observations)
        self.elements = _elements(observations)
        self.chemistry = Chemistry(self.elements, extractants=(extractant,))
        self.tasks: list[Task] = []
        self.named: list[str] = []
        self.reads: list[Read] = []
        places: dict[tuple, int] = {}
        taken = {complex_.cation for complex_ in extractant.complexes}
        for number, observation in enumerate(observations, start=1):
            name = observation.name or f"observation {number}"
            held = None if observation.dose is not None and _is_dosed(observation) else observation.ph
            task = Task(observation.conditions, observation.stages, held, observation.dose if held is None else None)
            key = (_key(task.conditions), *task[1:])
            at = places.setdefault(key, len(self.tasks))
            if at == len(self.tasks):
                self.tasks.append(task)
                self.named.append(name)
            for reading in observation.readings:
                if reading.cation not in taken and reading.cation != "H+":
                    raise DataError(
                        f"{name}: {reading.cation} was measured, but {extractant.name} has no complex of it"
                        f"{nearest(reading.cation, taken)}"
                    )
                self.reads.append(Read(name, reading, at))
        self._kept: dict[tuple, Fed] = {}
        self._start: dict[int, CircuitStart] = {}
        self.fed = [self._make(task, extractant) for task in self.tasks]
        self.kinds = np.array([read.reading.kind for read in self.reads])
        self.cations = np.array([read.reading.cation for read in self.reads])
        self.measured = np.array([read.reading.value for read in self.reads])
        self.task_of = np.array([read.task for read in self.reads])

    def holding(self, cations: Iterable[str]) -> list[int]:
        """Answer the tasks in which any of the cations takes part."""
        asked = set(cations)
        found = []
        for at, task in enumerate(self.tasks):
            present = {c for c, value in task.conditions.feed.items() if value > 0.0}
            present |= {c for c, value in task.conditions.organic_feed.items() if value > 0.0}
            if asked & (present | {base_cation(task.conditions.base)[0]}):
                found.append(at)
        return found

    def profiles(
        self, extractant: Extractant, tasks: Iterable[int] | None = None, base_use: float = 1.0
    ) -> dict[int, StageProfile]:
        """Answer the profiles of some tasks, of all by default, with the constants of `extractant`.

        `base_use`: share of the doses that is at work. Raises `ConvergenceError` that names the test.
        """
        chemistry = Chemistry(self.elements, extractants=(extractant,))
        wanted = range(len(self.tasks)) if tasks is None else tasks
        found = {}
        for at in wanted:
            task = self.tasks[at]
            if task.dose is not None:
                task = task._replace(dose=base_use * task.dose)
            try:
                found[at] = _solve(chemistry, extractant.name, task, self.fed[at], self._start.get(at, COLD_START))
                self._start[at] = found[at].start
            except EngineError as error:
                raise type(error)(f"{self.named[at]}: {error}") from error
        return found

    def calculated(self, profiles: dict[int, StageProfile]) -> np.ndarray:
        """Answer every reading (R,) as the profiles of the tasks have it; not a number where a profile is not given."""
        return np.array([
            read_off(read.reading, profiles[read.task]) if read.task in profiles else np.nan for read in self.reads
        ])  # fmt: skip

    def along_ph(self, extractant: Extractant, conditions: Conditions, phs: np.ndarray) -> list[StageProfile]:
        """Answer single contacts under one set of conditions at many pH."""
        chemistry = Chemistry(self.elements, extractants=(extractant,))
        tasks = [Task(conditions, 1, float(ph), None) for ph in phs]
        return [_solve(chemistry, extractant.name, task, self._make(task, extractant)) for task in tasks]

    def _make(self, task: Task, extractant: Extractant) -> Fed:
        """Make the streams of a task; a pH below that of the feed is reached with acid, and one above with base."""
        conditions = task.conditions
        limits = [ph for ph in (conditions.feed_ph, task.ph) if ph is not None]
        ph = min(limits) if limits else None
        key = (_key(conditions), ph)
        if key not in self._kept:
            liquor = feed_liquor(self.chemistry, conditions, ph)
            organic = fresh_organic(self.chemistry, extractant, conditions)
            self._kept[key] = Fed(liquor.flows, organic.flows, titrant(self.chemistry, conditions))
        return self._kept[key]


def read_off(reading: Reading, profile: StageProfile) -> float:
    """Answer what a profile has for a reading, in the unit of the reading."""
    stage = reading.stage - 1
    if reading.kind not in {EXTRACTED, AQUEOUS, ORGANIC}:
        return float(profile.ph[stage])
    at = profile.cations.index(reading.cation)
    if reading.kind == EXTRACTED:
        organic = float(profile.organic[0, at] * profile.organic_flow[0])
        aqueous = float(profile.aqueous[-1, at] * profile.liquor_flow[-1])
        return organic / (organic + aqueous) if organic + aqueous > 0.0 else 0.0
    concentration = (profile.aqueous if reading.kind == AQUEOUS else profile.organic)[stage, at]
    return float(concentration) * mol_per_litre * mass_of(reading.cation)


def feed_liquor(chemistry: Chemistry, conditions: Conditions, ph: float | None) -> Stream:
    """Answer 1 m3/s of the liquor fed; acid of its anion brings it to `ph` where it stands higher."""
    flows = np.zeros(chemistry.size)
    for cation, value in conditions.feed.items():
        flows[chemistry.position(cation)] += value / mass_of(cation)
    anion = chemistry.position(conditions.anion)
    flows[anion] += float(flows @ chemistry.charges) / -charge_of(conditions.anion)
    acid = Stream.of(chemistry, {_ACIDS[conditions.anion]: 1.0}) if ph is not None else None
    salts = np.array(flows)
    flows[WATER] = 1000.0 / chemistry.molar_masses[WATER]
    for _ in range(_ROUNDS):
        salts[WATER] = flows[WATER]
        stream = Stream(chemistry, salts, conditions.temperature)
        if acid is not None and ph is not None and stream.ph > ph:
            stream = dose(stream, acid, ph, conditions.temperature, ())[0]
        excess = stream.liquor_volume - 1.0
        if abs(excess) < _VOLUME_ERROR:
            return stream
        flows[WATER] -= excess * 1000.0 / chemistry.molar_masses[WATER]
        if flows[WATER] <= 0.0:
            break
    held = ", ".join(f"{cation} {value:g} g/L" for cation, value in conditions.feed.items())
    raise DataError(f"a litre cannot hold the feed ({held})")


def titrant(chemistry: Chemistry, conditions: Conditions) -> Stream:
    """Answer the base: a mole of it each second, with the water of its solution."""
    mass = 1.0
    dry = Stream.of(chemistry, {conditions.base: mass}, conditions.temperature)
    cation, equivalents = base_cation(conditions.base)
    moles = dry[cation] * charge_of(cation) / equivalents
    dry = dry * (1.0 / moles)
    if conditions.base_strength is None:
        return dry
    water = Stream.of(chemistry, {"H2O": 1.0}, conditions.temperature)
    kilograms = 1000.0 / conditions.base_strength
    for _ in range(_ROUNDS):
        solution = dry + water * kilograms
        excess = solution.liquor_volume - 1.0 / conditions.base_strength
        if abs(excess) * conditions.base_strength < _VOLUME_ERROR:
            return solution
        kilograms -= excess * 1000.0
        if kilograms <= 0.0:
            break
    raise DataError(
        f"base: a litre of water cannot hold {conditions.base_strength / mol_per_litre:g} mol of {conditions.base}"
    )


def fresh_organic(chemistry: Chemistry, extractant: Extractant, conditions: Conditions) -> Stream:
    """Answer the organic fed, for 1 m3/s of liquor, with what it holds of cations already."""
    ratio = conditions.organic_to_aqueous
    organic = solvent(chemistry, extractant.name, conditions.extractant, ratio)
    flows = np.array(organic.flows)
    for cation, value in conditions.organic_feed.items():
        if value > 0.0:
            moles = ratio * value / mass_of(cation)
            flows[chemistry.position(extractant.salt_form(cation))] += moles
            if extractant.kind == "acidic":  # whose salts hold the acid; what solvates is counted whole
                flows[chemistry.position(extractant.free_form)] -= charge_of(cation) * moles
    return Stream(chemistry, flows, conditions.temperature)


def _solve(
    chemistry: Chemistry, extractant: str, task: Task, fed: Fed, start: CircuitStart = COLD_START
) -> StageProfile:
    """Run the section of a task."""
    temperature = task.conditions.temperature
    last = task.stages
    _, equivalents = base_cation(task.conditions.base)
    section = Section(
        extractant=extractant,
        stages=task.stages,
        ph=None if task.ph is None else {last: task.ph},
        exact=True,
        dose={} if task.dose is None else {last: task.dose * equivalents},
        base=Stream(chemistry, fed.base.flows, temperature),
    )
    liquor, organic = Stream(chemistry, fed.liquor, temperature), Stream(chemistry, fed.organic, temperature)
    return run_section(section, liquor, organic, start)


def _elements(observations: Iterable[Observation]) -> tuple[str, ...]:
    """Answer the elements of everything that the observations bring together."""
    found: dict[str, None] = {}
    for observation in observations:
        conditions = observation.conditions
        names = [*conditions.feed, *conditions.organic_feed, conditions.anion, conditions.base]
        names += [reading.cation for reading in observation.readings]
        found |= dict.fromkeys(element for name in names for element in parse(name).elements)
    return tuple(element for element in found if element not in {"H", "O"})


def _is_dosed(observation: Observation) -> bool:
    """Whether the dose is what is held: always in a cascade, and in a contact where no pH is told."""
    return isinstance(observation, CascadePoint) or observation.ph is None


def _key(conditions: Conditions) -> tuple:
    return (
        tuple(sorted(conditions.feed.items())),
        tuple(sorted(conditions.organic_feed.items())),
        conditions.extractant,
        conditions.organic_to_aqueous,
        conditions.temperature,
        conditions.feed_ph,
        conditions.anion,
        conditions.base,
        conditions.base_strength,
    )
