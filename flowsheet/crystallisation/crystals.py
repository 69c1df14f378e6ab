"""A mixed crystalliser: how much crystallises, how large, and with which impurities, from a liquor and its equilibrium.

    yield       equilibrium with the salts, less what the supersaturation S - 1 keeps dissolved
    S - 1       the population balance: crystals grow and are born as fast as they leave (`population.py`)
    impurities  lattice and occlusion (`uptake.py`), which leave less of them in the liquor

All three are one set of equations, iterated on what the guests bind; a share of water to boil off is found in the same
passes. Crystals of `salts` in the feed whose sizes it knows grow on as seeds, others dissolve and crystallise anew. Of a
salt without rates in `crystallisation.csv` no supersaturation is left and the sizes stay unknown.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from ..chemistry import density, water
from ..chemistry.database import table
from ..chemistry.equilibrium import Equilibrium, speciate_trial
from ..chemistry.species import SOLID
from ..chemistry.system import PROTON, WATER
from ..errors import ConvergenceError, DataError
from ..evaporation import pays, share_until
from ..sizes import CLASSES, sealed
from ..stream import Stream
from .classification import Classification
from .kinetics import Kinetics, beyond_metastable, known
from .population import Population, Salt, mixed_tank, spread
from .uptake import Guests, guests

_PASSES = 60  # of a search for a share
_MOST_PASSES = 1000  # at one share: guests that outnumber their host settle by a tenth a pass
_SETTLED = 2e-12
_HELD = 0.999  # of an anion, what guests may bind
_MOST_ENCLOSED = 0.5  # of the mother liquor
_FORWARD = 0.75  # of the water left, where nothing has crystallised yet
_NOT_BEYOND = 0.4  # of the water left, less than which a step does not leave
_NEAR = 0.01  # of the share, within which a slope would show the uptake settling rather than the boiling
_LOOKS = 15
_STEEP = 0.75  # rise of the gain, of its average, above which boiling pays without any doubt
_DRIEST = 0.995
_STRONGEST = 60.0  # mol/kg, an ionic strength that no mother liquor has


@dataclass(frozen=True, kw_only=True)
class Tank:
    """A mixed crystalliser: `temperature` (K), `salts` that may crystallise, mean `residence_time` of the slurry (s).

    `kinetics`: of the first of `salts`, in place of those in the data. `others`: solids and gases that come to equilibrium
    beside the salts, without sizes and uptake. `classification`: withdrawal by size, None where the product is mixed.
    """

    temperature: float
    salts: tuple[str, ...]
    residence_time: float
    kinetics: Kinetics | None = None
    others: tuple[str, ...] = ()
    classification: Classification | None = None

    def rates(self, solid: str) -> Kinetics | None:
        """Answer the rates of a salt, None where it has none."""
        return self.kinetics if self.kinetics is not None and solid in self.salts[:1] else known(solid)


@dataclass(frozen=True, eq=False)
class Uptake:
    """What crystals of one salt hold at present: cations (G,) in the lattice and occluded, mol/s."""

    guests: Guests
    lattice: np.ndarray
    occluded: np.ndarray


@dataclass(frozen=True, eq=False)
class Start:
    """Where a crystalliser ended: the `share` boiled off, how the gain rises with it, and what the crystals hold."""

    share: float
    slope: float
    uptakes: Mapping[str, Uptake]


@dataclass(frozen=True, eq=False)
class Crystals:
    """What leaves a crystalliser.

    `slurry`: with sizes. `vapour`: at the pressure that it boils at. `evaporated`: share of the feed's water. `equilibrium`:
    of the liquor were it saturated. `populations`: of the salts that crystallised, by name. `lattice`, `occluded`: cations
    that the crystals took up, mol/s by component.
    """

    slurry: Stream
    vapour: Stream
    evaporated: float
    equilibrium: Equilibrium
    populations: Mapping[str, Population]
    lattice: Mapping[str, float]
    occluded: Mapping[str, float]
    warnings: tuple[str, ...]
    start: Start

    @property
    def main(self) -> Population | None:
        """The salt of which most crystallised, None where none did."""
        return max(self.populations.values(), key=lambda population: population.mass, default=None)


class _Passes:
    """The iteration of one crystalliser on one feed: `step` is a pass at a share of the water boiled off."""

    def __init__(self, feed: Stream, tank: Tank, start: Start | None = None):
        chemistry = feed.chemistry
        self.feed, self.tank, self.chemistry = feed, tank, chemistry
        self.allowed = chemistry.allowed((*tank.salts, *tank.others))
        phases = np.flatnonzero(self.allowed)
        salts = [at for at in phases if chemistry.phases[at].name in tank.salts and chemistry.phases[at].phase == SOLID]
        self.phases = {chemistry.phases[at].name: int(at) for at in salts}
        self.others = np.array([at for at in phases if chemistry.phases[at].name not in self.phases], dtype=np.int64)
        self.rows = chemistry.mixture(298.15).phase_composition
        self.volumes = {name: float(chemistry.own_volumes[chemistry.index[name]]) for name in self.phases}
        self.rest = np.array(feed.flows)
        self.totals = np.array(feed.flows[chemistry.liquor])
        self._dissolve(chemistry.phase_positions[phases], self.rows[phases])
        self.inert = chemistry.volume(self.rest, chemistry.solid)
        self.seeds = {
            name: feed.flows[at] * chemistry.molar_masses[at] * feed.sizes[name]
            for name in self.phases
            if name in feed.sizes and tank.rates(name) is not None
            for at in [chemistry.index[name]]
        }
        self.uptakes: Mapping[str, Uptake] = {} if start is None else self._possible(start.uptakes)
        self.slope = 0.0
        self.found: Equilibrium | None = None
        self.left = self.totals
        self.populations: dict[str, Population] = {}

    def _possible(self, uptakes: Mapping[str, Uptake]) -> Mapping[str, Uptake]:
        """Answer what crystals held of another feed, nothing where this one does not have as much."""
        bound = np.zeros_like(self.totals)
        for name, uptake in uptakes.items():
            if name not in self.phases or uptake.guests is not guests(self.chemistry, name):
                return {}
            bound += uptake.guests.bound(uptake.lattice + uptake.occluded)
        bound[PROTON] = 0.0
        return uptakes if (bound <= _HELD * self.totals).all() else {}

    def _dissolve(self, positions: np.ndarray, rows: np.ndarray) -> None:
        """Take the salts of the feed, and guests in them, into the totals."""
        held = self.feed.flows[positions]
        if not held.any():
            return
        self.totals += held @ rows
        self.rest[positions] = 0.0
        for name in self.phases:
            if self.feed.flows[self.chemistry.index[name]] > 0.0:
                own = guests(self.chemistry, name)
                at = own.solids[own.soluble]
                self.totals += self.rest[at] @ own.compositions[own.soluble]
                self.rest[at] = 0.0

    def step(self, share: float) -> float:
        """Work out one pass at a share of the liquor's water boiled off; answers how far what the guests bind has moved."""
        chemistry, tank = self.chemistry, self.tank
        totals = np.array(self.totals)
        totals[WATER] -= share * self.feed.flows[WATER]
        bound = np.zeros_like(totals)
        for uptake in self.uptakes.values():
            bound += uptake.guests.bound(uptake.lattice + uptake.occluded)
        available = totals - bound
        self.found = found = speciate_trial(chemistry, available, tank.temperature, self.allowed, start=self.found)
        formed = [name for name, at in self.phases.items() if found.amounts[at] > 0.0]
        self.left = available - found.amounts[self.others] @ self.rows[self.others]
        self.populations = {}
        if formed:
            outflow = self.inert + density.liquor_volume(chemistry, found.totals, tank.temperature)
            outflow += sum(float(found.amounts[self.phases[name]]) * self.volumes[name] for name in formed)
            for name in formed:
                self._grow(name, found, outflow)
        return self._take_up(formed)

    def _grow(self, name: str, found: Equilibrium, outflow: float) -> None:
        """Let one salt crystallise of which `found` is what equilibrium makes; `outflow` of slurry, m3/s."""
        chemistry, tank = self.chemistry, self.tank
        at, row = self.phases[name], self.rows[self.phases[name]]
        molar_mass = float(chemistry.molar_masses[chemistry.index[name]])
        most = float(found.amounts[at])
        rates = tank.rates(name)
        seeds = self.seeds.get(name)
        if rates is None:
            population = Population(
                most * molar_mass, 0.0, 0.0, 0.0, most * molar_mass / outflow, 0.0, 0.0, np.zeros(CLASSES)
            )
        elif seeds is not None and seeds.sum() >= most * molar_mass:  # some dissolve: what is left is as it was
            mean, variation = spread(seeds / seeds.sum())
            magma = most * molar_mass / outflow
            population = Population(most * molar_mass, 0.0, 0.0, 0.0, magma, mean, variation, sealed(seeds))
        else:
            own = guests(chemistry, name)
            unit = float(chemistry.molar_masses[WATER])
            hydration = float(row[WATER]) * unit / molar_mass
            salt = Salt(name, molar_mass / self.volumes[name], 1.0 - hydration, hydration)
            solute = (molar_mass - float(row[WATER]) * unit) / own.host_count  # kg a mole of cation
            saturated = (float(found.totals[own.host]) * solute, float(found.totals[WATER]) * unit)
            given = np.zeros(CLASSES) if seeds is None else seeds
            if saturated[0] * salt.water >= saturated[1] * salt.solute:
                raise DataError(
                    f"crystalliser at {tank.temperature:.2f} K: its mother liquor holds {saturated[1]:.4g} kg/s of water to "
                    f"{saturated[0]:.4g} kg/s of salt, less than {name} itself: let it keep more water"
                )
            within = most * molar_mass - float(given.sum())
            dissolved = (saturated[0] + within * salt.solute, saturated[1] + within * salt.water)
            population = mixed_tank(
                rates,
                salt,
                tank.temperature,
                dissolved,
                saturated,
                given,
                outflow,
                tank.residence_time,
                tank.classification,
            )
        if population.mass > 0.0:
            self.populations[name] = population
            self.left = self.left - population.mass / molar_mass * row

    def _take_up(self, formed: list[str]) -> float:
        """Renew what the crystals hold of the other cations; answers the largest change, over what there is of them."""
        chemistry = self.chemistry
        uptakes, moved = {}, 0.0
        liquor_mass = float(self.left @ chemistry.molar_masses[chemistry.liquor])
        for name in formed:
            population = self.populations.get(name)
            if population is None:
                continue
            own = guests(chemistry, name)
            held = self.uptakes.get(name)
            before = np.zeros(own.solids.size) if held is None else held.lattice + held.occluded
            amounts = self.left[own.cations] + before
            crystallised = population.mass / float(chemistry.molar_masses[chemistry.index[name]]) * own.host_count
            lattice = own.mixed(amounts, crystallised, float(self.left[own.host]))
            rates = self.tank.rates(name)
            liquor = 0.0 if rates is None else rates.occluded(population.growth, population.mean_size)
            share = min(_MOST_ENCLOSED, liquor * population.mass / max(liquor_mass, 1e-300))
            occluded = share * (amounts - lattice)
            held_back = self._restrained(own, lattice + occluded, before)
            lattice, occluded = lattice * held_back, occluded * held_back
            uptakes[name] = Uptake(own, lattice, occluded)
            present = amounts > 0.0
            change = np.abs(lattice + occluded - before)[present] / amounts[present]
            moved = max(moved, float(change.max(initial=0.0)))
        if set(uptakes) != set(self.uptakes):
            moved = max(moved, 1.0)
        self.uptakes = uptakes
        return moved

    def _restrained(self, own: Guests, cations: np.ndarray, before: np.ndarray) -> float:
        """Answer the share of the guests that the anions in the liquor suffice for."""
        needed = own.bound(cations)
        there = self.left + own.bound(before)
        short = (needed > _HELD * there) & (needed > 0.0)
        short[[WATER, PROTON]] = False
        return float((_HELD * there[short] / needed[short]).min()) if short.any() else 1.0

    def _last(self) -> Equilibrium:
        if self.found is None:
            raise ConvergenceError("crystalliser: 0 passes have been made, there is nothing to answer")
        return self.found

    def slurry(self) -> Stream:
        """Answer the slurry of the last pass."""
        chemistry = self.chemistry
        flows, sizes = np.array(self.rest), {}
        totals = np.array(self.left)
        flows[chemistry.phase_positions[self.others]] += self._last().amounts[self.others]
        for name, population in self.populations.items():
            at = chemistry.index[name]
            flows[at] += population.mass / chemistry.molar_masses[at]
            known_sizes = population.fractions.any()
            if known_sizes:
                sizes[name] = population.fractions
        for name, uptake in self.uptakes.items():
            solids = (uptake.lattice + uptake.occluded) / uptake.guests.counts
            np.add.at(flows, uptake.guests.solids, solids)
            if name in sizes:
                for at in uptake.guests.solids[solids > 0.0]:
                    sizes.setdefault(chemistry.names[at], sizes[name])
        flows[chemistry.liquor] = self._emptied(totals)
        other = {name: fractions for name, fractions in self.feed.sizes.items() if name not in self.phases}
        return Stream(chemistry, flows, self.tank.temperature, self.feed.pressure, {**other, **sizes})

    def _emptied(self, totals: np.ndarray) -> np.ndarray:
        """Answer component totals without what is below 0 by rounding alone."""
        scale = float(np.abs(self.totals).max(initial=0.0))
        rounding = (totals < 0.0) & (totals > -1e-12 * scale)
        rounding[PROTON] = False
        return np.where(rounding, 0.0, totals)

    def answer(self, share: float, notes: tuple[str, ...] = ()) -> Crystals:
        """Answer the last pass, at the share of the water boiled off."""
        chemistry, temperature = self.chemistry, self.tank.temperature
        found = self._last()
        slurry = self.slurry()
        boiled = np.zeros(chemistry.size)
        boiled[chemistry.position("H2O(g)")] = share * self.feed.flows[WATER]
        pressure = found.water_activity * water.vapour_pressure(temperature)
        vapour = Stream(chemistry, boiled, temperature, pressure)
        notes += self._thick(slurry)
        lattice, occluded = ({c.name: 0.0 for c in chemistry.components} for _ in range(2))
        for uptake in self.uptakes.values():
            for at, inside, enclosed in zip(uptake.guests.cations, uptake.lattice, uptake.occluded, strict=True):
                lattice[chemistry.components[at].name] += float(inside)
                occluded[chemistry.components[at].name] += float(enclosed)
        unknown = [name for name in self.populations if self.tank.rates(name) is None]
        if unknown:
            notes += (
                f"crystallisation.csv has no rates of {', '.join(unknown)}: it comes to equilibrium, its sizes are unknown",
            )
        for name, population in self.populations.items():
            notes += beyond_metastable(name, population.supersaturation)
        notes += tuple(
            f"{name} cannot stay in a tank of {self.tank.residence_time:g} s: crystals leave faster than they are born"
            for name, at in self.phases.items()
            if found.amounts[at] > 0.0 and name not in self.populations
        )
        return Crystals(
            slurry, vapour, share, found, self.populations,
            {name: value for name, value in lattice.items() if value > 0.0},
            {name: value for name, value in occluded.items() if value > 0.0},
            found.warnings + notes,
            Start(share, self.slope, self.uptakes),
        )  # fmt: skip

    def _thick(self, slurry: Stream) -> tuple[str, ...]:
        """Say where there are more crystals in the slurry than can be kept moving."""
        chemistry = self.chemistry
        share = sum(
            population.magma / float(chemistry.molar_masses[chemistry.index[name]]) * self.volumes[name]
            for name, population in self.populations.items()
        )
        most = _largest_solids()
        if share <= most:
            return ()
        if share >= 1.0:
            raise DataError(
                f"crystalliser at {self.tank.temperature:.2f} K: crystals would take {share:.0%} of the volume of its tank; "
                f"withdraw them sooner (coarse_flow), or let it yield less"
            )
        return (
            f"crystals take {share:.0%} of the slurry's volume, more than the {most:.0%} that a crystalliser keeps moving: "
            f"return mother liquor to it, or let it yield less",
        )


def crystallise(feed: Stream, tank: Tank, share: float = 0.0, start: Start | None = None) -> Crystals:
    """Boil off a share of the liquor's water and let the salts of a tank crystallise.

    `start`: that of an earlier answer near this one, which saves passes and changes nothing.
    Raises `DataError` for a liquor without water, or so little that no salt comes down, or salts that the data do not know,
    `ConvergenceError` where no answer is found.
    """
    passes = _Passes(feed, tank, start)
    _settle(passes, share)
    made = passes.answer(share)
    strength = made.equilibrium.ionic_strength
    if tank.salts and not made.populations and strength > _STRONGEST:
        raise DataError(
            f"crystalliser at {tank.temperature:.2f} K: with {share:.1%} of the water boiled off the liquor would have an ionic "
            f"strength of {strength:.3g} mol/kg, above the {_STRONGEST:g} of any liquor that can be reckoned, and no "
            f"{' or '.join(tank.salts)}: boil off less"
        )
    return made


def _settle(passes: _Passes, share: float) -> None:
    """Repeat passes at one share until what the guests bind stands still."""
    for _ in range(_MOST_PASSES):
        if passes.step(share) <= _SETTLED:
            return
    raise ConvergenceError(
        f"crystalliser at {passes.tank.temperature:.2f} K: {_MOST_PASSES} passes have not settled what the crystals take up"
    )


def crystallise_until(
    feed: Stream, tank: Tank, gain: Callable[[Stream], float], wanted: float, first: float, start: Start | None = None
) -> tuple[Crystals, float]:
    """Boil off water until the slurry gains what is wanted; `first`: a share to begin with where there is no `start`.

    `gain` measures a slurry. Answers the crystals and their gain: `wanted`, or more of it where nothing need be boiled off, or
    less where boiling on no longer pays before that (`evaporation.share_until`).
    """
    passes = _Passes(feed, tank, start)
    begun, slope = (first, 0.0) if start is None else (start.share, start.slope)
    share = _sought(passes, gain, wanted, min(max(begun, 0.0), _DRIEST), slope)
    if share is None and start is not None:  # as if there had been no start
        passes = _Passes(feed, tank)
        share = _sought(passes, gain, wanted, min(max(first, 0.0), _DRIEST))

    last = start

    def gain_at(at: float) -> float:
        def gained() -> float:
            nonlocal last
            crystals = crystallise(feed, tank, at, last)
            last = crystals.start
            return gain(crystals.slurry)

        return _answered(gained)

    if share is not None and (passes.slope * share > _STEEP * wanted or share == 0.0 or pays(gain_at, share)):
        crystals = passes.answer(share)
    else:
        share, _ = share_until(gain_at, wanted, 0.0 if start is None else start.share)
        crystals = crystallise(feed, tank, share)
    return crystals, gain(crystals.slurry)


def _answered(gain: Callable[[], float]) -> float:
    """Answer a gain, none where no liquor is left."""
    try:
        return gain()
    except DataError:
        return 0.0


def _sought(
    passes: _Passes, gain: Callable[[Stream], float], wanted: float, share: float, slope: float = 0.0
) -> float | None:
    """Find the share of the water to boil off along with the uptake, by secants; None where they do not get there."""
    last: tuple[float, float] | None = None
    for looks in range(_PASSES):
        try:
            moved = passes.step(share)
            gained = gain(passes.slurry())
        except (ConvergenceError, DataError):
            return None
        error = gained - wanted
        if share == 0.0 and error >= 0.0:
            if moved <= _SETTLED:
                return share
            continue
        if not passes.populations:
            if looks > _LOOKS or share >= _DRIEST:
                return None
            share = 1.0 - (1.0 - share) * _FORWARD
            continue
        if last is None and slope == 0.0:
            slope = max(gained, 0.1 * wanted) / max(1.0 - share, 1e-3)
        elif last is not None and abs(share - last[0]) > _NEAR:
            slope = (error - last[1]) / (share - last[0])
        passes.slope = slope
        if not slope > 0.0:
            return None
        new = min(max(share - error / slope, 0.0), 1.0 - (1.0 - share) * _NOT_BEYOND)
        if abs(new - share) <= _SETTLED and moved <= _SETTLED:
            return share
        last, share = (share, error), new
    return None


@functools.cache
def _largest_solids() -> float:
    return table("crystallisation").value("crystalliser", "largest_solids_fraction")
