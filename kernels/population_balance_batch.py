"""A stirred batch that crystallises while it is cooled or boiled down.

    ds/dt = G(sigma(t), size 0)      how far crystals have grown, as measured in l = integral of dL / (G(L) / G(0))
    dN/dt = V B(sigma(t), M(t))      nuclei born at the lowest edge of the classes

In l all crystals grow alike, so that classes move with them (nothing is smeared out): those of the seeds, and one for the
nuclei of each time step. Solute and solvent are what is left of the charge, so that the balance closes at any step. s and N
are integrated by TR-BDF2, of second order and stable where growth soon uses up what little supersaturation there is; a
stage is one equation in sigma. Where the liquor is below saturation nothing grows, and nothing dissolves.

Call `batch_run(kinetics, crystal, table, programme, edges, charge, tolerance)`.

Shapes: K size classes, Q temperatures of the table, P points of the programme, S steps.
Sources: Hosea & Shampine (1996) Appl. Numer. Math. 20, 21; Kumar & Ramkrishna (1997) Chem. Eng. Sci. 52, 4659, classes that
move.
"""

from typing import NamedTuple

import numpy as np

from .jit import inner, kernel, lean
from .msmpr_moments import Rates, growth_of, nucleation_of
from .population_balance import Crystal, Kinetics, next_point, start_search
from .status import CONVERGED, DRY, OUT_OF_STEPS, UNDERSATURATED, WASHED_OUT

MOST_STEPS = 4000
MOST_TURNS = 200
GAMMA = 2.0 - np.sqrt(2.0)
LAST = 0.5 * GAMMA
EQUAL = 0.25 * np.sqrt(2.0)
ERROR = (EQUAL - (1.0 - EQUAL) / 3.0, EQUAL - (3.0 * EQUAL + 1.0) / 3.0, 2.0 * LAST / 3.0)
TRACE = 1e-9  # of crystals, in the solute
BRIEF = 0.01  # of the duration of the batch
DISSOLVING = -1e-9  # sigma below which crystals would dissolve


class Table(NamedTuple):
    """Solubility by temperature; the rate constants of `Kinetics` hold at the same temperatures, (Q,) each.

    temperature: (Q,) K, rising
    solubility: (Q,) kg of solute a kg of solvent
    """

    temperature: np.ndarray
    solubility: np.ndarray


class Programme(NamedTuple):
    """What is done to the batch; straight lines between the points.

    time: (P,) s, rising, from 0
    temperature: (P,) K
    evaporated: (P,) kg of solvent boiled off by then
    """

    time: np.ndarray
    temperature: np.ndarray
    evaporated: np.ndarray


class Charge(NamedTuple):
    """What is in the vessel at first.

    volume: m3 of suspension
    solute: kg dissolved
    solvent: kg
    seeds: (K,) kg of crystals
    """

    volume: float
    solute: float
    solvent: float
    seeds: np.ndarray


class Batch(NamedTuple):
    """What is in the vessel at the end, and how it came to it.

    masses: (K,) kg of crystals; what has outgrown the last edge is in the last class
    numbers: (K,)
    moments: (5,) of the crystals, m^k, outgrown ones in full
    oversize: kg of crystals above the last edge
    solute: kg dissolved
    solvent: kg
    time: (S+1,) s
    supersaturation: (S+1,) sigma
    crystals: (S+1,) kg
    nuclei: (S+1,) born so far
    grown: (S+1,) m, how far a crystal of size 0 would have grown if growth did not depend on size
    """

    masses: np.ndarray
    numbers: np.ndarray
    moments: np.ndarray
    oversize: float
    solute: float
    solvent: float
    time: np.ndarray
    supersaturation: np.ndarray
    crystals: np.ndarray
    nuclei: np.ndarray
    grown: np.ndarray


class Cells(NamedTuple):
    """Classes that move with the crystals: between low + s and high + s, measured in l.

    low: (C,) m
    high: (C,) m
    number: (C,) crystals, evenly spread over the sizes of the cell
    scale: 1/m, size_scale of `Kinetics`, 0 where growth does not depend on size
    power: 1 - size_exponent
    """

    low: np.ndarray
    high: np.ndarray
    number: np.ndarray
    scale: float
    power: float


class Moment(NamedTuple):
    """The vessel at one moment: solute and solvent as if all crystals were dissolved.

    solubility: kg/kg
    solute: kg
    solvent: kg
    growth: m/s at sigma = 1
    nucleation: 1/(m3 s)
    primary: 1/(m3 s)
    """

    solubility: float
    solute: float
    solvent: float
    growth: float
    nucleation: float
    primary: float


@lean.kernel
def read_off(x: float, at: np.ndarray, values: np.ndarray) -> float:
    """Value at `x` on straight lines through `values` (Q,) at rising `at` (Q,); beyond the ends that of the end."""
    last = at.size - 1
    if x <= at[0]:
        return values[0]
    for i in range(last):
        if x < at[i + 1]:
            return values[i] + (values[i + 1] - values[i]) * (x - at[i]) / (at[i + 1] - at[i])
    return values[last]


@lean.kernel
def moment_at(
    kinetics: Kinetics, table: Table, programme: Programme, total: tuple[float, float], time: float
) -> Moment:
    """The vessel at `time` in s; total: kg of solute and solvent at first, seeds dissolved."""
    temperature = read_off(time, programme.time, programme.temperature)
    return Moment(
        read_off(temperature, table.temperature, table.solubility),
        total[0],
        total[1] - read_off(time, programme.time, programme.evaporated),
        read_off(temperature, table.temperature, kinetics.growth),
        read_off(temperature, table.temperature, kinetics.nucleation),
        read_off(temperature, table.temperature, kinetics.primary),
    )


@lean.kernel
def sigma_of(crystal: Crystal, moment: Moment, crystals: float) -> float:
    """Relative supersaturation where `crystals` kg have formed."""
    solvent = moment.solvent - crystal.solvent * crystals
    return (moment.solute - crystal.solute * crystals) / (moment.solubility * solvent) - 1.0


@lean.kernel
def crystals_of(crystal: Crystal, moment: Moment, sigma: float) -> float:
    """Crystals in kg that have formed where the liquor is at `sigma`."""
    ratio = moment.solubility * (1.0 + sigma)
    return (moment.solute - ratio * moment.solvent) / (crystal.solute - ratio * crystal.solvent)


@lean.kernel
def present(crystal: Crystal, moment: Moment, sigma: float, before: float) -> float:
    """Crystals in kg present at `sigma`: what the liquor lost, or, of a trace, what was there `before`, without noise."""
    return before if before < TRACE * moment.solute else crystals_of(crystal, moment, sigma)


@lean.kernel
def grow_rates(kinetics: Kinetics, moment: Moment, volume: float, sigma: float, crystals: float) -> tuple[float, float]:
    """Growth in m/s at size 0 and nuclei in 1/s, at `sigma` and with `crystals` in kg."""
    if not sigma > 0.0:
        return 0.0, 0.0
    rates = Rates(
        moment.growth,
        kinetics.growth_order,
        moment.nucleation,
        kinetics.nucleation_order,
        kinetics.magma_order,
        moment.primary,
        kinetics.primary_order,
    )
    return growth_of(rates, sigma), volume * nucleation_of(rates, sigma, max(crystals, 0.0) / volume)


@lean.kernel
def size_at(scale: float, power: float, length: float) -> float:
    """Size in m of a crystal that stands at `length` in l."""
    if scale == 0.0:
        return length
    return np.expm1(np.log1p(scale * power * length) / power) / scale


@lean.kernel
def length_at(scale: float, power: float, size: float) -> float:
    """Place in l of a crystal of `size` in m."""
    if scale == 0.0:
        return size
    return np.expm1(power * np.log1p(scale * size)) / (scale * power)


@lean.kernel
def cubes_in(cells: Cells, count: int, grown: float) -> float:
    """Size cubed, in m3, of the crystals of the first `count` cells when they have `grown` so far, m."""
    total = 0.0
    scale, power = cells.scale, cells.power
    for c in range(count):
        low, high = cells.low[c] + grown, cells.high[c] + grown
        if scale != 0.0:
            low, high = size_at(scale, power, low), size_at(scale, power, high)
        total += cells.number[c] * (low + high) * (low * low + high * high)
    return 0.25 * total


class Setup(NamedTuple):
    """What stays the same while a batch runs.

    total: kg of solute and of solvent at first, seeds dissolved
    volume: m3
    cells: Cells
    search: (8,) work
    """

    kinetics: Kinetics
    crystal: Crystal
    table: Table
    programme: Programme
    total: tuple[float, float]
    volume: float
    cells: Cells
    search: np.ndarray


class State(NamedTuple):
    """The batch after a step or a stage of one.

    grown: m
    nuclei: born so far
    sigma: relative supersaturation
    crystals: kg
    growth: m/s
    birth: 1/s
    """

    grown: float
    nuclei: float
    sigma: float
    crystals: float
    growth: float
    birth: float


@lean.kernel
def state_at(setup: Setup, moment: Moment, count: int, before: State, grown: float, nuclei: float, sigma: float):
    """State where crystals have `grown` and `nuclei` were born, of them those since the State `before` in a new cell."""
    cells, crystal = setup.cells, setup.crystal
    nucleus = cells.high[cells.high.size - 1]  # place in l where nuclei appear
    cells.low[count] = nucleus - grown
    cells.high[count] = nucleus - before.grown
    cells.number[count] = nuclei - before.nuclei
    crystals = crystal.density * crystal.shape * cubes_in(cells, count + 1, grown)
    held = present(crystal, moment, sigma, before.crystals)
    growth, birth = grow_rates(setup.kinetics, moment, setup.volume, sigma, held)
    return State(grown, nuclei, sigma, crystals, growth, birth)


@lean.kernel
def solve_stage(setup: Setup, moment: Moment, count: int, before: State, base: State, weight: float):
    """State of a stage: grown and nuclei are those of the State `base` and `weight`, s, times the rates at its end.

    moment: Moment of the stage
    before: State at the start of the step
    """
    crystal, search = setup.crystal, setup.search
    rest = state_at(setup, moment, count, before, base.grown, base.nuclei, 0.0)
    high = sigma_of(crystal, moment, rest.crystals)
    if not high > 0.0:
        return State(rest.grown, rest.nuclei, high, rest.crystals, 0.0 * high, 0.0 * high)  # keeps a nan
    start_search(search)
    search[0], search[1] = 0.0, crystals_of(crystal, moment, 0.0) - rest.crystals
    search[2], search[3] = high, -np.inf
    sigma = min(max(before.sigma, 1e-3 * high), high)
    stage = rest
    for _ in range(MOST_TURNS):
        held = present(crystal, moment, sigma, before.crystals)
        growth, birth = grow_rates(setup.kinetics, moment, setup.volume, sigma, held)
        grown, nuclei = base.grown + weight * growth, base.nuclei + weight * birth
        stage = state_at(setup, moment, count, before, grown, nuclei, sigma)
        missing = crystals_of(crystal, moment, sigma) - stage.crystals
        if abs(missing) <= 1e-15 * moment.solute:
            break
        there = next_point(search, sigma, missing)
        if abs(there - sigma) <= 1e-13 * sigma:
            break
        sigma = there
    return stage


@lean.kernel
def step_on(setup: Setup, count: int, time: float, step: float, before: State) -> tuple[State, float]:
    """One step of TR-BDF2 from the State `before` at `time`; leaves the nuclei of the step in cell `count`.

    Returns (State after it, error relative to what has grown and was born and will so at these rates in BRIEF of the batch).
    """
    kinetics, table, programme, total = setup.kinetics, setup.table, setup.programme, setup.total
    moment = moment_at(kinetics, table, programme, total, time + GAMMA * step)
    base = State(
        before.grown + LAST * step * before.growth, before.nuclei + LAST * step * before.birth, 0.0, 0.0, 0.0, 0.0
    )
    middle = solve_stage(setup, moment, count, before, base, LAST * step)
    moment = moment_at(kinetics, table, programme, total, time + step)
    growth, birth = before.growth + middle.growth, before.birth + middle.birth
    base = State(before.grown + EQUAL * step * growth, before.nuclei + EQUAL * step * birth, 0.0, 0.0, 0.0, 0.0)
    after = solve_stage(setup, moment, count, before, base, LAST * step)
    missed = step * abs(ERROR[0] * before.growth + ERROR[1] * middle.growth + ERROR[2] * after.growth)
    lost = step * abs(ERROR[0] * before.birth + ERROR[1] * middle.birth + ERROR[2] * after.birth)
    later = BRIEF * (programme.time[-1] - programme.time[0])
    error = missed / (after.grown + later * after.growth) if not missed <= 0.0 else 0.0
    if not lost <= 0.0:
        error = max(error, lost / (after.nuclei + later * after.birth))
    return after, error


@inner.kernel
def sort_cells(crystal: Crystal, cells: Cells, count: int, grown: float, edges: np.ndarray):
    """Crystals of the first `count` cells by the classes between `edges` (K+1,) in m.

    Returns (masses (K,) kg, numbers (K,), moments (5,), mass above the last edge, kg).
    """
    K = edges.size - 1
    masses, numbers, moments, oversize = np.zeros(K), np.zeros(K), np.zeros(5), 0.0
    unit = crystal.density * crystal.shape
    for c in range(count):
        number = cells.number[c]
        if number <= 0.0:
            continue
        low = size_at(cells.scale, cells.power, cells.low[c] + grown)
        high = max(size_at(cells.scale, cells.power, cells.high[c] + grown), low)
        for k in range(5):
            mean = 0.0
            for j in range(k + 1):
                mean += low**j * high ** (k - j)
            moments[k] += number * mean / (k + 1.0)
        first = min(max(np.searchsorted(edges, low, side="right") - 1, 0), K - 1)
        for i in range(first, K):
            start = max(low, edges[i]) if i > first else low
            end = min(high, edges[i + 1]) if i < K - 1 else high
            share = (end - start) / (high - low) if high > low else 1.0
            cubes = 0.25 * (start + end) * (start * start + end * end)
            numbers[i] += share * number
            masses[i] += share * number * unit * cubes
            if i == K - 1 and end > edges[K]:
                start = max(start, edges[K])
                share = (end - start) / (high - low) if high > low else 1.0
                oversize += share * number * unit * 0.25 * (start + end) * (start * start + end * end)
            if end >= high:
                break
    return masses, numbers, moments, oversize


@inner.kernel
def seed_cells(kinetics: Kinetics, crystal: Crystal, edges: np.ndarray, seeds: np.ndarray) -> tuple[Cells, int, float]:
    """Cells of `seeds` (K,) kg with room for those of all steps; returns (Cells, how many, kg of seeds)."""
    room = seeds.size + MOST_STEPS + 2
    scale = kinetics.size_scale if kinetics.size_exponent != 0.0 else 0.0
    cells = Cells(np.zeros(room), np.zeros(room), np.zeros(room), scale, 1.0 - kinetics.size_exponent)
    count, total = 0, 0.0
    for i in range(seeds.size):
        if seeds[i] > 0.0:
            low, high = edges[i], edges[i + 1]
            cells.low[count] = length_at(scale, cells.power, low)
            cells.high[count] = length_at(scale, cells.power, high)
            cubes = 0.25 * (low + high) * (low * low + high * high)
            cells.number[count] = seeds[i] / (crystal.density * crystal.shape * cubes)
            count += 1
            total += seeds[i]
    cells.high[room - 1] = length_at(scale, cells.power, edges[0])
    return cells, count, total


@inner.kernel
def status_of_batch(course: np.ndarray, steps: int, finished: bool, wet: bool) -> int:
    """Status of a batch by its `course` (5, S): time, sigma, crystals, nuclei, grown."""
    if not wet:
        return DRY
    if not finished:
        return OUT_OF_STEPS
    for i in range(steps + 1):
        if course[2, i] > 0.0 and course[1, i] < DISSOLVING:
            return UNDERSATURATED
    if course[2, steps] > 0.0:
        return CONVERGED
    return WASHED_OUT if np.max(course[1, : steps + 1]) > 0.0 else UNDERSATURATED


@kernel
def batch_run(
    kinetics: Kinetics,
    crystal: Crystal,
    table: Table,
    programme: Programme,
    edges: np.ndarray,
    charge: Charge,
    tolerance: float,
) -> tuple[Batch, float, int, int]:
    """Crystallise a batch.

    kinetics: Kinetics, its arrays (Q,) at the temperatures of the table
    crystal: Crystal
    table: Table
    programme: Programme, at least two points
    edges: (K+1,) m of the classes, strictly increasing; nuclei appear at the lowest
    charge: Charge
    tolerance: error of a step relative to what has grown and was born, 1e-5 or so

    Returns (Batch, error, steps, status). error: of crystals by class against what the liquor lost, relative, and of the
    solute over the solute. UNDERSATURATED: the liquor would have dissolved crystals at some time, or never was
    supersaturated; WASHED_OUT: nothing makes crystals; DRY: no solvent is left.
    """
    cells, count, seeds = seed_cells(kinetics, crystal, edges, charge.seeds)
    total = (charge.solute + crystal.solute * seeds, charge.solvent + crystal.solvent * seeds)
    course, volume, ends = np.zeros((5, MOST_STEPS + 1)), charge.volume, programme.time
    setup = Setup(kinetics, crystal, table, programme, total, volume, cells, np.empty(8))
    end, time, step, knot, steps = ends[-1], ends[0], 1e-5 * (ends[-1] - ends[0]), 1, 0
    moment = moment_at(kinetics, table, programme, total, time)
    sigma = sigma_of(crystal, moment, seeds)
    growth, birth = grow_rates(kinetics, moment, volume, sigma, seeds)
    now = State(0.0, 0.0, sigma, seeds, growth, birth)
    course[0, 0], course[1, 0], course[2, 0] = time, sigma, seeds
    wet = charge.solvent > 0.0
    for _ in range(5 * MOST_STEPS):
        if not (time < end and steps < MOST_STEPS and wet):
            break
        while knot < ends.size - 1 and ends[knot] <= time:
            knot += 1
        room = ends[knot] - time
        taken = room if step > 0.999 * room else step
        after, miss = step_on(setup, count, time, taken, now)
        if not miss <= tolerance and taken > 1e-14 * end:
            step = taken * max(0.2, 0.9 * (tolerance / miss) ** (1.0 / 3.0)) if miss < np.inf else 0.2 * taken
            continue
        step = max(step, taken) if miss <= 0.0 else taken * min(3.0, 0.9 * (tolerance / miss) ** (1.0 / 3.0))
        step = min(3.0 * taken, step) if miss > 0.0 else 3.0 * step
        time = ends[knot] if taken == room else time + taken
        if after.nuclei > now.nuclei:
            count += 1
        now = after
        steps += 1
        course[0, steps], course[1, steps], course[2, steps] = time, now.sigma, now.crystals
        course[3, steps], course[4, steps] = now.nuclei, now.grown
        moment = moment_at(kinetics, table, programme, total, time)
        wet = not moment.solvent - crystal.solvent * now.crystals <= 0.0
    masses, numbers, moments, oversize = sort_cells(crystal, cells, count, now.grown, edges)
    moment = moment_at(kinetics, table, programme, total, time)
    solute = moment.solute - crystal.solute * now.crystals
    solvent = moment.solvent - crystal.solvent * now.crystals
    found = np.sum(masses)
    error = abs(solute + crystal.solute * found - total[0]) / total[0]
    if now.crystals > 0.0:
        error = max(error, abs(found - now.crystals) / now.crystals)
    batch = Batch(
        masses,
        numbers,
        moments,
        oversize,
        solute,
        solvent,
        course[0, : steps + 1].copy(),
        course[1, : steps + 1].copy(),
        course[2, : steps + 1].copy(),
        course[3, : steps + 1].copy(),
        course[4, : steps + 1].copy(),
    )
    return batch, error, steps, status_of_batch(course, steps, time >= end, wet)
