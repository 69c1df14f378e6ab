"""A seeded batch that is cooled: its seeds grow, nuclei are born of them, and the supersaturation follows from both.

    T(t) = T0 + (T1 - T0) (t / t1)^p       cooling programme: p = 1 linear, 3 as Mullin & Nyvlt (1971) found best
    dL/dt = G,  dN/dt = B V                of every crystal; rates as in `kinetics.py` at the temperature of the moment
    S - 1 = c / c*(T) - 1                  c* from the equilibrium of the whole content along the programme

The kernel `population_balance_batch` follows it; nothing dissolves while it runs. What seeds hold of guests stays in them;
what grows on them takes up impurities in layers (`uptake.py`), with the mean growth rate deciding the occlusion. All flows
are those of a cycle, batch and turnaround, divided by its time.

Sources: Mullin & Nyvlt (1971) Chem. Eng. Sci. 26, 369; Randolph & Larson (1988) Theory of Particulate Processes.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np

from ...kernels.population_balance import Crystal
from ...kernels.population_balance_batch import Charge, Table, batch_run
from ...kernels.population_balance_batch import Programme as Course
from ...kernels.status import CONVERGED, SENTENCES, UNDERSATURATED
from ..chemistry import density
from ..chemistry.equilibrium import Equilibrium, speciate
from ..chemistry.system import WATER
from ..errors import ConvergenceError, DataError
from ..sizes import sealed
from ..stream import Stream
from .crystals import Uptake
from .kinetics import Kinetics, beyond_metastable
from .population import CLASS_EDGES, Population, Salt, spread
from .uptake import guests

_TEMPERATURES = 25
_POINTS = 61  # of the programme, between which it is straight
_ACCURACY = 1e-6  # of a step
_CLOSED = 1e-9
_MOST_ENCLOSED = 0.5
_NEARLY_SATURATED = 0.01


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
    """What a batch makes: `slurry`, its `population`, the `largest` S - 1 on the way, and what crystals took up (mol/s).

    `remarks`: where it leaves what the model holds for.
    """

    slurry: Stream
    population: Population
    largest: float
    lattice: dict[str, float]
    occluded: dict[str, float]
    equilibrium: Equilibrium
    remarks: tuple[str, ...] = ()


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
    if kinetics.agglomeration > 0.0:
        raise DataError(
            f"batch: agglomeration = {kinetics.agglomeration:g} m3/s of {salt} is followed in mixed tanks alone"
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
    hydration = float(row[WATER]) * unit / molar_mass
    made_of = Salt(salt, molar_mass / own_volume, 1.0 - hydration, hydration)
    volume = density.liquor_volume(chemistry, liquor, programme.last) + inert + feed.flows[at] * own_volume
    content = Charge(volume, liquor[own.host] * solute, liquor[WATER] * unit, mass * seeds)
    most = speciate(chemistry, whole, programme.last, alone).amounts[phase]
    if most <= feed.flows[at]:  # some of the seeds dissolve, the others stay as they were
        left = float(most) * molar_mass
        mean, variation = spread(seeds) if left > 0.0 else (0.0, 0.0)
        population = Population(left, 0.0, 0.0, 0.0, left / volume, mean, variation, sealed(seeds))
        return _answer(feed, whole, salt, population, 0.0, kinetics, allowed, programme.last)
    population, largest = _grown(made_of, content, programme, kinetics, temperatures, saturated)
    made = _answer(feed, whole, salt, population, largest, kinetics, allowed, programme.last)
    first = content.solute / content.solvent / float(saturated[0]) - 1.0
    remarks = beyond_metastable(salt, largest)
    if first < -_NEARLY_SATURATED:
        remarks += (
            f"batch: the liquor is {-first:.1%} below saturation at {programme.first:.2f} K, where seeds of {salt} would "
            f"dissolve, which is not followed: seed it at a temperature where it is saturated",
        )
    return dataclasses.replace(made, remarks=remarks)


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
    salt: Salt,
    content: Charge,
    programme: Programme,
    kinetics: Kinetics,
    temperatures: np.ndarray,
    saturated: np.ndarray,
) -> tuple[Population, float]:
    """Follow a batch; answers its crystals and the largest S - 1."""
    rising = slice(None) if programme.last >= programme.first else slice(None, None, -1)
    along = temperatures[rising]
    rates = kinetics.packed(*along.tolist())
    times = np.linspace(0.0, programme.time, _POINTS)
    course = Course(times, np.array([programme.at(float(when)) for when in times]), np.zeros(_POINTS))
    crystal = Crystal(salt.density, kinetics.shape_factor, salt.solute, salt.water)
    solubility = Table(along, saturated[rising])
    made, error, _, status = batch_run(rates, crystal, solubility, course, CLASS_EDGES, content, _ACCURACY)
    if status not in (CONVERGED, UNDERSATURATED) or not error <= _CLOSED:
        raise ConvergenceError(
            f"batch of {salt.name} from {programme.first:.2f} to {programme.last:.2f} K in {programme.time:g} s: it "
            f"{SENTENCES[status]} (error {error:.2g})"
        )
    mass = float(made.crystals[-1])
    fractions = sealed(made.masses)
    mean, variation = spread(fractions)
    population = Population(
        mass=mass,
        supersaturation=float(made.supersaturation[-1]),
        growth=float(made.grown[-1]) / programme.time,
        nucleation=float(made.nuclei[-1]) / (content.volume * programme.time),
        magma=mass / content.volume,
        mean_size=float(made.moments[4] / made.moments[3]) if made.moments[3] > 0.0 else mean,
        variation=variation,
        fractions=fractions,
    )
    return population, float(made.supersaturation.max())


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
