"""A seeded batch that is cooled: its seeds grow, nuclei are born of them, and the supersaturation follows from both.

    T(t) = T0 + (T1 - T0) (t / t1)^p       cooling programme: p = 1 linear, 3 as Mullin & Nyvlt (1971) found best
    dL/dt = G,  dN/dt = B V                of every crystal; rates as in `kinetics.py` at the temperature of the moment
    S - 1 = c / c*(T) - 1                  c* from the equilibrium of the whole content along the programme

Growth does not depend on size, so that a crystal is as large as all growth since it was born; numbers, lengths, areas and
volumes of the nuclei are ordinary differential equations. Nothing dissolves while it runs. What seeds hold of guests stays in
them; what grows on them takes up impurities in layers (`uptake.py`), with the mean growth rate deciding the occlusion. All
flows are those of a cycle, batch and turnaround, divided by its time.

Sources: Mullin & Nyvlt (1971) Chem. Eng. Sci. 26, 369; Randolph & Larson (1988) Theory of Particulate Processes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.integrate import solve_ivp

from ..chemistry import density
from ..chemistry.equilibrium import Equilibrium, speciate
from ..chemistry.system import WATER
from ..errors import ConvergenceError, DataError
from ..sizes import CLASSES, DIAMETERS, EDGES
from ..stream import Stream
from .crystals import Uptake
from .kinetics import Kinetics
from .population import Population, sealed, spread
from .uptake import guests

_TEMPERATURES = 25
_ACCURACY = 1e-8
_LOOKS = 2000  # of the nuclei born along the programme
_MOST_ENCLOSED = 0.5


@dataclass(frozen=True, kw_only=True)
class Programme:
    """From `first` to `last` (K) in `time` (s), as the power `exponent` of time."""

    first: float
    last: float
    time: float
    exponent: float

    def at(self, when: float) -> float:
        """Answer the temperature (K) at a time (s)."""
        return self.first + (self.last - self.first) * (when / self.time) ** self.exponent


@dataclass(frozen=True, eq=False)
class Batch:
    """What a batch makes: `slurry`, its `population`, the `largest` S - 1 on the way, and what crystals took up (mol/s)."""

    slurry: Stream
    population: Population
    largest: float
    lattice: dict[str, float]
    occluded: dict[str, float]
    equilibrium: Equilibrium


@dataclass(frozen=True, eq=False)
class _Content:
    """What a batch holds of one salt, as flows averaged over the cycle.

    `solute`, `water`: kg/s dissolved at the start; `per_solute`, `per_water`: kg that leave with a kg of crystals; `volume`:
    m3/s of slurry; `numbers` (K,), `sizes` (K,) of seeds, 1/s and m; `unit`: kg of a crystal over its size cubed.
    """

    solute: float
    water: float
    per_solute: float
    per_water: float
    volume: float
    numbers: np.ndarray
    sizes: np.ndarray
    unit: float


def cooled_batch(
    feed: Stream, salt: str, programme: Programme, kinetics: Kinetics, seeds: np.ndarray, others: tuple[str, ...]
) -> Batch:
    """Answer what a seeded batch makes of a feed (flows averaged over the cycle) that holds the seeds as its crystals.

    `seeds`: mass fractions of their sizes. `others`: solids that come to equilibrium at the end. Raises `DataError` for a feed
    without seeds, `ConvergenceError` where the equations of the batch cannot be integrated.
    """
    chemistry = feed.chemistry
    allowed, alone = chemistry.allowed((salt, *others)), chemistry.allowed((salt,))
    at, phase = chemistry.position(salt), chemistry.phase_index[salt]
    if feed.flows[at] <= 0.0:
        raise DataError(
            f"batch: 0 kg/s of seeds of {salt} are fed; without seeds a batch does not begin to crystallise"
        )
    row, own = chemistry.mixture(298.15).phase_composition[phase], guests(chemistry, salt)
    molar_mass, unit = float(chemistry.molar_masses[at]), float(chemistry.molar_masses[WATER])
    liquor = np.array(feed.flows[chemistry.liquor])
    whole = liquor + feed.flows[at] * row
    solute = (molar_mass - float(row[WATER]) * unit) / own.host_count  # kg a mole of the salt's cation
    temperatures = np.linspace(programme.first, programme.last, _TEMPERATURES)
    saturated = np.array([_solubility(feed, whole, salt, float(t), alone) for t in temperatures]) * solute / unit
    own_volume = float(chemistry.own_volumes[at])
    inert = feed.solid_volume - feed.flows[at] * own_volume
    mass = feed.flows[at] * molar_mass
    grain = molar_mass / own_volume * kinetics.shape_factor
    content = _Content(
        solute=liquor[own.host] * solute,
        water=liquor[WATER] * unit,
        per_solute=1.0 - float(row[WATER]) * unit / molar_mass,
        per_water=float(row[WATER]) * unit / molar_mass,
        volume=density.liquor_volume(chemistry, liquor, programme.last) + inert + feed.flows[at] * own_volume,
        numbers=mass * seeds / (grain * DIAMETERS**3),
        sizes=DIAMETERS,
        unit=grain,
    )
    most = speciate(chemistry, whole, programme.last, alone).amounts[phase]
    if most <= feed.flows[at]:  # some of the seeds dissolve, the others stay as they were
        population = Population(
            float(most) * molar_mass,
            0.0,
            0.0,
            0.0,
            float(most) * molar_mass / content.volume,
            *spread(seeds),
            sealed(seeds),
        )
        return _answer(feed, whole, salt, population, 0.0, kinetics, allowed, programme.last)
    population, largest = _grown(content, programme, kinetics, temperatures, saturated)
    return _answer(feed, whole, salt, population, largest, kinetics, allowed, programme.last)


def _solubility(feed: Stream, whole: np.ndarray, salt: str, temperature: float, allowed: np.ndarray) -> float:
    """Answer moles of the salt's cation per mole of water in the content at saturation, `whole` (C,) in mol/s.

    Of content that does not saturate by its own saturation index: near enough, since nothing grows there.
    """
    chemistry, own = feed.chemistry, guests(feed.chemistry, salt)
    found = speciate(chemistry, whole, temperature, allowed)
    ratio = float(found.totals[own.host] / found.totals[WATER])
    if found.amounts[chemistry.phase_index[salt]] > 0.0:
        return ratio
    row = chemistry.mixture(298.15).phase_composition[chemistry.phase_index[salt]]
    ions = float(np.abs(row[1:]).sum())
    return ratio * 10.0 ** (-found.saturation_index(salt) / ions)


def _grown(
    content: _Content, programme: Programme, kinetics: Kinetics, temperatures: np.ndarray, saturated: np.ndarray
) -> tuple[Population, float]:
    """Follow a batch; answers its crystals and the largest S - 1."""
    start = content.unit * float(content.numbers @ content.sizes**3)
    rising = programme.last >= programme.first
    along = temperatures if rising else temperatures[::-1]
    solubilities = saturated if rising else saturated[::-1]
    length = max(1e-9, kinetics.growth(0.02, programme.last) * programme.time)
    born = float(content.numbers.sum())

    def state(time: float, y: np.ndarray) -> tuple[float, float, float, float]:
        """Mass of crystals, S - 1, growth and nuclei born per second."""
        seeds = content.unit * float(content.numbers @ (content.sizes + y[0] * length) ** 3)
        mass = seeds + content.unit * y[4] * born * length**3
        made = mass - start
        temperature = programme.at(min(time, programme.time))
        solubility = float(np.interp(temperature, along, solubilities))
        left = content.water - content.per_water * made
        sigma = (content.solute - content.per_solute * made) / (left * solubility) - 1.0
        if sigma <= 0.0:
            return mass, sigma, 0.0, 0.0
        growth = kinetics.growth(sigma, temperature)
        return mass, sigma, growth, kinetics.nucleation(sigma, mass / content.volume, temperature) * content.volume

    def rates(time: float, y: np.ndarray) -> list[float]:
        _, _, growth, nuclei = state(time, y)
        grown = growth / length
        return [grown, nuclei / born, grown * y[1], 2.0 * grown * y[2], 3.0 * grown * y[3]]

    found = solve_ivp(
        rates, (0.0, programme.time), np.zeros(5), method="LSODA", rtol=_ACCURACY, atol=1e-14, dense_output=True
    )
    if not found.success:
        raise ConvergenceError(f"batch: its growth cannot be followed beyond {found.t[-1]:.4g} s ({found.message})")
    last = found.y[:, -1]
    mass, sigma, _, nuclei = state(programme.time, last)
    times = np.linspace(0.0, programme.time, _LOOKS + 1)
    path = found.sol(times)
    sigmas = [
        state(float(time), y)[1] for time, y in zip(times[:: _LOOKS // 100], path.T[:: _LOOKS // 100], strict=True)
    ]
    fractions = _fractions(content, path * np.array([length, born, 1.0, 1.0, 1.0])[:, None])
    mean, variation = spread(fractions)
    population = Population(
        mass=mass,
        supersaturation=sigma,
        growth=float(last[0]) * length / programme.time,
        nucleation=nuclei / content.volume,
        magma=mass / content.volume,
        mean_size=mean,
        variation=variation,
        fractions=fractions,
    )
    return population, max(sigmas)


def _fractions(content: _Content, path: np.ndarray) -> np.ndarray:
    """Answer the mass fractions by class of seeds and nuclei; `path`: growth since the start (m) and nuclei born, by time."""
    grown, nuclei = path[0], np.diff(np.maximum.accumulate(path[1]))
    seeds = content.sizes + grown[-1]
    young = grown[-1] - 0.5 * (grown[1:] + grown[:-1])
    sizes = np.concatenate([seeds, young])
    masses = np.concatenate([content.numbers * seeds**3, nuclei * young**3])
    places = np.clip(np.searchsorted(EDGES, sizes, side="right") - 1, 0, CLASSES - 1)
    return sealed(np.bincount(places, masses, minlength=CLASSES))


def _answer(
    feed: Stream,
    whole: np.ndarray,
    salt: str,
    population: Population,
    largest: float,
    kinetics: Kinetics,
    allowed: np.ndarray,
    temperature: float,
) -> Batch:
    """Answer the slurry with what the crystals that grew took up, and with other solids at equilibrium."""
    chemistry, own = feed.chemistry, guests(feed.chemistry, salt)
    at, phase = chemistry.position(salt), chemistry.phase_index[salt]
    row = chemistry.mixture(298.15).phase_composition[phase]
    crystals = population.mass / float(chemistry.molar_masses[at])
    left = whole - crystals * row
    formed = max(0.0, crystals - feed.flows[at])
    lattice = own.layered(left[own.cations], formed * own.host_count, float(left[own.host]))
    enclosed = kinetics.occluded(population.growth, population.mean_size) * formed * float(chemistry.molar_masses[at])
    share = min(_MOST_ENCLOSED, enclosed / float(left @ chemistry.molar_masses[chemistry.liquor]))
    uptake = Uptake(own, lattice, share * (left[own.cations] - lattice))
    taken = uptake.lattice + uptake.occluded
    liquor = left - own.bound(taken)
    beside = np.array(allowed)
    beside[phase] = False
    others = chemistry.phase_positions[beside]
    held = feed.flows[others] @ chemistry.mixture(298.15).phase_composition[beside]
    found = speciate(chemistry, liquor + held, temperature, beside)
    flows = np.array(feed.flows)
    flows[chemistry.liquor] = found.totals
    flows[others] = found.amounts[beside]
    flows[at] = crystals
    np.add.at(flows, own.solids, taken / own.counts)
    slurry = Stream(chemistry, flows, temperature, feed.pressure, feed.sizes)
    named = [chemistry.components[c].name for c in own.cations]
    return Batch(
        slurry.with_sizes(
            {salt: population.fractions}
            | {chemistry.names[s]: population.fractions for s in own.solids if flows[s] > 0.0}
        ),
        population,
        largest,
        dict(zip(named, uptake.lattice.tolist(), strict=True)),
        dict(zip(named, uptake.occluded.tolist(), strict=True)),
        found,
    )
