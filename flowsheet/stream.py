"""A stream is a value: what flows, at which temperature and pressure.

It carries what is conserved, once for each phase: moles of each component of the liquor and of its water, of each
solid, organic species and gas; of a solid also how its mass is shared out to size classes, where that is known.
Speciation and pH are asked for, so mixing is addition.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np

from .chemistry import density, thermal, water
from .chemistry.databases import HOTTEST_WATER
from .chemistry.equilibrium import Equilibrium, speciate, titrate
from .chemistry.formula import parse
from .chemistry.headspace import Headspace, refuse_other
from .chemistry.system import DILUENT, PROTON, Chemistry
from .errors import DataError, nearest
from .quantities import ROUND_OFF, kelvin
from .sizes import SizeDistribution, sealed

_ROUND_OFF = 1e-9
_COMMON = ("H2SO4", "HCl", "NaOH", "Na2CO3", "Na2SO4", "Li2SO4")  # substances whose solution holds no such species
_COLDEST, _HOTTEST = 223.15, 2273.15  # K: colder than any brine or hotter than any furnace is a slip of units
_KELVIN = 0.5  # either way of a slope with temperature
_NO_SIZES: Mapping[str, np.ndarray] = MappingProxyType({})


@dataclass(frozen=True, eq=False)
class Stream:
    """Flows of the species of a chemistry.

    `flows`: mol/s, in the order of `chemistry.names` (the component H+ may be negative: base in excess).
    `temperature`: K. `pressure`: Pa. `sizes`: of solids whose particle sizes are known, by name, the mass fractions of the
    size classes of `sizes.py`. Raises `DataError` for a flow below zero or not finite, or sizes of what is no solid.
    """

    chemistry: Chemistry
    flows: np.ndarray
    temperature: float = 298.15
    pressure: float = water.STANDARD_PRESSURE
    sizes: Mapping[str, np.ndarray] = field(default_factory=lambda: _NO_SIZES)

    def __post_init__(self):
        flows = np.array(self.flows, dtype=np.float64)
        kelvin(self.temperature, "stream")
        if flows.shape != (self.chemistry.size,):
            raise DataError(f"stream: {flows.shape} flows given for the {self.chemistry.size} species of the chemistry")
        if not (math.isfinite(flows.sum()) and math.isfinite(self.temperature)):
            bad = [name for name, flow in zip(self.chemistry.names, flows, strict=True) if not np.isfinite(flow)]
            if bad or not math.isfinite(self.temperature):
                raise DataError(f"stream: flow of {', '.join(bad) or 'heat'} is not a finite number")
        if not _COLDEST - ROUND_OFF <= self.temperature <= _HOTTEST + ROUND_OFF:
            raise DataError(
                f"stream: temperature = {self.temperature:g} K is outside {_COLDEST:g} to {_HOTTEST:g} K; celsius(25) is 298.15 K"
            )
        if not self.pressure > 0.0:
            raise DataError(f"stream: pressure = {self.pressure:g} Pa is not above 0 Pa")
        if flows[0] < 0.0 or flows[PROTON + 1 :].min(initial=0.0) < 0.0:
            flows = self._without_round_off(flows)
        flows.setflags(write=False)
        object.__setattr__(self, "flows", flows)
        if self.sizes:
            object.__setattr__(self, "sizes", _sizes_of(self.chemistry, flows, self.sizes))

    def _without_round_off(self, flows: np.ndarray) -> np.ndarray:
        """Set to zero what is below zero by round-off; raises `DataError` for what is so by more."""
        negative = flows < 0.0
        negative[PROTON] = False
        at = int(np.argmin(np.where(negative, flows, 0.0)))
        if flows[at] < -_ROUND_OFF * max(1e-30, float(np.abs(flows).max())):
            raise DataError(f"stream: flow of {self.chemistry.names[at]} = {flows[at]:.6g} mol/s is below 0")
        flows[negative] = 0.0
        return flows

    @classmethod
    def of(
        cls,
        chemistry: Chemistry,
        masses: Mapping[str, float],
        temperature: float = 298.15,
        pressure: float = water.STANDARD_PRESSURE,
        sizes: Mapping[str, SizeDistribution | np.ndarray] = _NO_SIZES,
    ) -> Stream:
        """Make a stream from mass flows (kg/s) of species, or of neutral substances brought into solution.

        `{"H2SO4": 100 * kg / hour, "H2O": 5 * kg / hour, "CoO(s)": 10 * kg / hour}`. `sizes`: of solids, by name. Raises
        `DataError` for a name that is neither, or a flow below zero.
        """
        flows = np.zeros(chemistry.size)
        for name, mass in masses.items():
            if not isinstance(mass, (int, float, np.number)) or np.isnan(mass):
                raise DataError(f"stream: flow of {name} = {mass!r} must be a number in kg/s")
            if mass < 0.0:
                raise DataError(f"stream: flow of {name} = {mass:g} kg/s is below 0")
            if name in chemistry.index:
                at = chemistry.index[name]
                flows[at] += mass / chemistry.molar_masses[at]
            elif name.endswith(")") or name.endswith("]"):
                chemistry.position(name)
            else:
                try:
                    totals = chemistry.dissolve(name)
                except DataError as error:
                    raise DataError(f"stream: {error}{_meant(name, chemistry)}") from error
                flows[chemistry.liquor] += totals * mass / float(totals @ chemistry.molar_masses[chemistry.liquor])
        return cls(chemistry, flows, temperature, pressure, sizes)  # pyright: ignore[reportArgumentType]

    @classmethod
    def empty(cls, chemistry: Chemistry, temperature: float = 298.15) -> Stream:
        """Make a stream in which nothing flows."""
        return cls(chemistry, np.zeros(chemistry.size), temperature)

    def replace(self, flows: np.ndarray | None = None, temperature: float | None = None) -> Stream:
        """Answer this stream with other flows or another temperature (K)."""
        return Stream(
            self.chemistry,
            self.flows if flows is None else flows,
            self.temperature if temperature is None else temperature,
            self.pressure,
            self.sizes,
        )

    def with_sizes(self, sizes: Mapping[str, SizeDistribution | np.ndarray]) -> Stream:
        """Answer this stream with the particle sizes of the named solids replaced; of a solid that does not flow, nothing.

        Raises `DataError` for what is no solid of the chemistry, or fractions that do not sum to 1.
        """
        merged: Mapping[str, Any] = {**self.sizes, **sizes}
        return Stream(self.chemistry, self.flows, self.temperature, self.pressure, merged)

    def size_distribution(self, name: str) -> SizeDistribution:
        """Answer the particle sizes of a solid; raises `DataError` where the stream knows none of it."""
        if name not in self.sizes:
            self.chemistry.position(name)
            known = ", ".join(self.sizes) or "no solid"
            raise DataError(f"stream: the particle sizes of {name} are not known, those of {known} are")
        return SizeDistribution(self.sizes[name])

    def __getitem__(self, name: str) -> float:
        """Flow of a species, mol/s."""
        return float(self.flows[self.chemistry.position(name)])

    def __add__(self, other: Stream) -> Stream:
        """Mix, as `mix` does."""
        return mix([self, other])

    def __mul__(self, factor: float) -> Stream:
        """Answer the same stream, `factor` times as much."""
        return self.replace(flows=self.flows * factor)

    __rmul__ = __mul__

    def part(self, which: slice) -> Stream:
        """Answer the part of the stream in one phase: `stream.part(chemistry.solid)`."""
        flows = np.zeros_like(self.flows)
        flows[which] = self.flows[which]
        return self.replace(flows=flows)

    @property
    def liquor(self) -> Stream:
        """The dissolved part with its water."""
        return self.part(self.chemistry.liquor)

    @property
    def solids(self) -> Stream:
        """The solid part."""
        return self.part(self.chemistry.solid)

    @property
    def organic(self) -> Stream:
        """The organic part."""
        return self.part(self.chemistry.organic)

    @property
    def gas(self) -> Stream:
        """The gaseous part."""
        return self.part(self.chemistry.gas)

    def without(self, other: Stream) -> Stream:
        """Take away a part of this stream, such as its gas; what is left by round-off alone is nothing."""
        left = self.flows - other.flows
        left[np.abs(left) <= _ROUND_OFF * 1e-5 * np.abs(self.flows)] = 0.0
        if self.sizes and other.sizes:
            rest = _shared(self.chemistry, [(self, 1.0), (other, -1.0)], left)
            return Stream(self.chemistry, left, self.temperature, self.pressure, rest)
        return self.replace(flows=left)

    @property
    def mass(self) -> float:
        """Mass flow of everything, kg/s."""
        return float(self.flows @ self.chemistry.molar_masses)

    @property
    def charge(self) -> float:
        """Net flow of charge, mol/s; 0 for a stream that can exist."""
        return float(self.flows @ self.chemistry.charges)

    @property
    def elements(self) -> dict[str, float]:
        """Flow of every element over all phases, mol/s."""
        flows = self.chemistry.element_matrix @ self.flows
        return dict(zip(self.chemistry.element_names, (float(f) for f in flows), strict=True))

    @functools.cached_property
    def heat_capacity(self) -> float:
        """Heat capacity of the flow, W/K: the slope of `enthalpy_flow` with temperature, all phases and totals as they are.

        Its liquor's speciation shifts, nothing precipitates or boils. That of the liquor is taken at the nearest whole kelvin,
        0.2 % off at most from 0 to 100 degC. Where the slope lies outside 0.9 to 1.15 times what its water takes, as measured
        solutions of salts do not (`thermal.usual_capacities`), it is that limit, and `enthalpy_remarks` says so. Within 6 % of
        the measured ones up to saturation, but for 25 % NaCl at 5 degC (+8 %), 15 % H2SO4 at 5 degC (-11 %), FeSO4 above 25 %
        (-17 %) and NH3 above 25 % (-18 %). It takes two speciations; a step of an iteration does with
        `thermal.sensible_capacity`. Raises the `DataError` or `ConvergenceError` of a liquor without a speciation, and
        `DataError` for one outside the temperatures of the data.
        """
        self._refuse_hot_liquor()
        rest = thermal.sensible_capacity(self.chemistry, self.flows - self.liquor.flows, self.temperature)
        slope, least, most = self._slope_of_liquor
        return rest + min(max(slope, least), most)

    @functools.cached_property
    def _slope_of_liquor(self) -> tuple[float, float, float]:
        """The slope of the liquor's enthalpy with temperature, and the least and most that its heat capacity may be, W/K."""
        chemistry, liquor = self.chemistry, self.liquor
        if self.is_strong or not liquor.flows.any():
            sensible = thermal.sensible_capacity(chemistry, liquor.flows, self.temperature)
            return sensible, sensible, sensible
        chemistry.database.check_temperature(self.temperature)
        low, high = chemistry.database.temperatures
        if high - low < 4.0 * _KELVIN:
            raise DataError(
                f"stream: heat capacity of a liquor at {self.temperature:g} K is a slope with temperature over {2.0 * _KELVIN:g} "
                f"K, the data of {chemistry.database.name} hold from {low:g} to {high:g} K only"
            )
        middle = min(max(float(round(self.temperature)), low + 2.0 * _KELVIN), high - 2.0 * _KELVIN)
        cold, hot = (liquor.replace(temperature=middle + step) for step in (-_KELVIN, _KELVIN))
        usual = thermal.usual_capacities(chemistry, liquor.flows, middle, cold.equilibrium.speciation)
        return (hot.enthalpy_flow - cold.enthalpy_flow) / (2.0 * _KELVIN), *usual

    def _refuse_hot_liquor(self) -> None:
        """Raise `DataError` for a liquor at a temperature at which the properties of water end; solids and gases go on."""
        if self.temperature > HOTTEST_WATER and self.flows[self.chemistry.liquor].any():
            raise DataError(
                f"stream: a liquor at {self.temperature:g} K, the properties of liquid water end at {HOTTEST_WATER:g} K"
            )

    @functools.cached_property
    def liquor_volume(self) -> float:
        """Volume flow of the liquor, m3/s, by the densities of Laliberté and Cooper.

        Within 1 % in the range of each salt (`density.csv`), sulfuric acid to 100 %; `density_remarks` says what is not.
        """
        self._refuse_hot_liquor()
        return density.liquor_volume(
            self.chemistry, self.flows[self.chemistry.liquor], min(self.temperature, HOTTEST_WATER)
        )

    @property
    def density_remarks(self) -> tuple[str, ...]:
        """What to know of the volume of the liquor: salts beyond their published range, or estimated."""
        return density.remarks(self.chemistry, self.flows[self.chemistry.liquor], self.temperature)

    @property
    def organic_volume(self) -> float:
        """Volume flow of the organic, m3/s."""
        return self.chemistry.volume(self.flows, self.chemistry.organic)

    @property
    def solid_volume(self) -> float:
        """Volume flow of the solids themselves, m3/s."""
        return self.chemistry.volume(self.flows, self.chemistry.solid)

    @property
    def volume(self) -> float:
        """Volume flow of liquor, organic and solids, m3/s; the gas is left out."""
        return self.liquor_volume + self.organic_volume + self.solid_volume

    def concentration(self, name: str) -> float:
        """Mass concentration of a component in the liquor, kg/m3 (= g/L); 0 where there is no liquor."""
        at = self.chemistry.position(name)
        volume = self.liquor_volume
        return float(self.flows[at] * self.chemistry.molar_masses[at] / volume) if volume > 0.0 else 0.0

    @functools.cached_property
    def enthalpy_flow(self) -> float:
        """Flow of enthalpy of all phases, W, from the elements at 25 degC; its liquor as it stands, nothing precipitating.

        See `chemistry/thermal.py`; `heat.heat_duty` and `heat.adiabatic` compare streams by it.
        """
        chemistry = self.chemistry
        totals = np.array(self.flows[chemistry.liquor])
        whole = float(self.flows @ thermal.standard_enthalpies(chemistry, self.temperature))
        if not totals.any():
            return whole
        speciation = None if self.is_strong else self.equilibrium.speciation
        dissolved = thermal.liquor_enthalpy(chemistry, totals, self.temperature, speciation)
        ideal = float(totals @ thermal.standard_enthalpies(chemistry, self.temperature)[chemistry.liquor])
        return whole + dissolved - ideal

    @property
    def is_strong(self) -> bool:
        """Whether the liquor is acid or caustic soda beyond the activity model, whose heat comes from tables alone."""
        return thermal.tabulated_share(self.chemistry, np.array(self.flows[self.chemistry.liquor])) == 1.0

    @property
    def enthalpy_remarks(self) -> tuple[str, ...]:
        """What to know of the enthalpy: where tables and model end, species without an enthalpy of formation.

        And where its slope with temperature is none that a solution of salts has, which is asked of liquors above 2 equivalents
        per kg of water. Raises the `DataError` or `ConvergenceError` of such a liquor without a speciation.
        """
        found = thermal.remarks(self.chemistry, self.flows)
        if not thermal.is_concentrated(self.chemistry, self.flows[self.chemistry.liquor]):
            return found
        slope, least, most = (each / max(self.liquor.mass, 1e-300) for each in self._slope_of_liquor)
        if not least <= slope <= most:
            found += (
                f"heat capacity of the liquor would be {slope:.0f} J/kg/K by the activity model, solutions of salts have "
                f"{thermal.LEAST_USUAL:g} to {thermal.MOST_USUAL:g} times that of their water; "
                f"heat_capacity takes {min(max(slope, least), most):.0f} J/kg/K, enthalpies go by the model",
            )
        return found

    @functools.cached_property
    def equilibrium(self) -> Equilibrium:
        """The liquor's speciation as it stands, nothing precipitating."""
        chemistry = self.chemistry
        nothing = np.zeros(len(chemistry.phases), dtype=np.bool_)
        return speciate(chemistry, np.array(self.flows[chemistry.liquor]), self.temperature, nothing)

    @property
    def ph(self) -> float:
        """The pH of the liquor at its temperature."""
        return self.equilibrium.ph


def _meant(name: str, chemistry: Chemistry) -> str:
    """Say which species or substance a name that cannot be dissolved was meant to be, where one is near."""
    if f"{name}(s)" in chemistry.index:
        return f"; did you mean '{name}(s)'?"
    neutral = {
        species.name.removesuffix("(aq)")
        for species in chemistry.database.species.values()
        if species.name.endswith("(aq)") and set(species.elements) <= set(chemistry.element_names)
    }
    common = [other for other in _COMMON if set(parse(other).elements) <= set(chemistry.element_names)]
    found = nearest(name, {*chemistry.names, *neutral, *common})
    return found if "did you mean" in found else ""


def _sizes_of(chemistry: Chemistry, flows: np.ndarray, sizes: Mapping) -> Mapping[str, np.ndarray]:
    """Check the size fractions of solids and keep those of the solids that flow."""
    kept = {}
    for name, given in sizes.items():
        at = chemistry.position(name)
        if not chemistry.solid.start <= at < chemistry.solid.stop:
            raise DataError(f"stream: particle sizes are given of {name}, which is no solid")
        fractions = given.fractions if isinstance(given, SizeDistribution) else given
        if flows[at] > 0.0:
            if not (isinstance(fractions, np.ndarray) and not fractions.flags.writeable):  # ours are checked already
                fractions = SizeDistribution(fractions).fractions
            kept[name] = fractions
    return MappingProxyType(kept)


def _shared(chemistry: Chemistry, signed: list[tuple[Stream, float]], flows: np.ndarray) -> dict[str, np.ndarray]:
    """Answer the size fractions of the sum of streams, each with its sign; what has no sizes is taken to be as the rest."""
    found = {}
    for name in dict.fromkeys(name for stream, _ in signed for name in stream.sizes):
        at = chemistry.index[name]
        if flows[at] <= 0.0:
            continue
        known = [(stream, sign) for stream, sign in signed if name in stream.sizes]
        if all(stream.sizes[name] is known[0][0].sizes[name] for stream, _ in known):
            found[name] = known[0][0].sizes[name]
            continue
        classes = np.add.reduce([sign * stream.flows[at] * stream.sizes[name] for stream, sign in known])
        if classes.max() > 0.0:
            found[name] = sealed(classes)
    return found


def solvent(chemistry: Chemistry, extractant: str, concentration: float, volume_flow: float) -> Stream:
    """Make an organic: `concentration` (mol/m3) of an extractant in diluent, `volume_flow` (m3/s) of both together.

    Raises `DataError` for an extractant that the chemistry does not have, or a concentration above that of the pure one.
    """
    at = chemistry.index[chemistry.extractant(extractant).free_form]
    share = concentration * chemistry.own_volumes[at]
    if not 0.0 <= share <= 1.0:
        limit = 1.0 / chemistry.own_volumes[at]
        raise DataError(
            f"solvent: concentration of {extractant} = {concentration:g} mol/m3 is outside 0 to {limit:.0f} mol/m3"
        )
    flows = np.zeros(chemistry.size)
    flows[at] = concentration * volume_flow
    flows[chemistry.index[DILUENT]] = (1.0 - share) * volume_flow / chemistry.own_volumes[chemistry.index[DILUENT]]
    return Stream(chemistry, flows)


def mix(streams: Iterable[Stream]) -> Stream:
    """Add streams up; sensible heat is shared by heat capacity (`thermal.sensible_capacity`), the lower pressure holds.

    That capacity is -8 to +10 % off for salts (the head of `thermal`). The heat of mixing is left out, and counts with what the
    capacity misses where enthalpies are compared: `heat.heat_duty` of a unit, `heat.adiabatic`.
    Raises `DataError` where streams are of different chemistries, or where there are none.
    """
    streams = list(streams)
    if not streams:
        raise DataError("mix: there are 0 streams to mix, at least 1 is needed")
    first = streams[0]
    if len(streams) == 1:
        return first
    if any(stream.chemistry is not first.chemistry for stream in streams):
        raise DataError(f"mix: {len(streams)} streams of different chemistries cannot be mixed; share one Chemistry")
    flows = np.add.reduce([stream.flows for stream in streams])
    temperature = first.temperature
    if any(stream.temperature != temperature for stream in streams):
        capacities = [thermal.sensible_capacity(first.chemistry, s.flows, s.temperature) for s in streams]
        total = sum(capacities)
        if total > 0.0:
            temperature = sum(c * s.temperature for c, s in zip(capacities, streams, strict=True)) / total
    sizes = _NO_SIZES
    if any(stream.sizes for stream in streams):
        sizes = _shared(first.chemistry, [(stream, 1.0) for stream in streams], flows)
    return Stream(first.chemistry, flows, temperature, min(stream.pressure for stream in streams), sizes)


def settle(
    stream: Stream,
    temperature: float,
    phases: str | Iterable[str],
    pressures: Mapping[str, float] | None = None,
    headspace: Headspace | None = None,
) -> tuple[Stream, Equilibrium]:
    """Bring the liquor to equilibrium with the named solids and gases at `temperature` (K).

    What the stream holds of those phases takes part; its other solids stay as they are. `pressures` names gases with
    their partial pressures, Pa: `{"CO2(g)": 0.2e5}`; a gas that `phases` alone names stands at 1 bar. `headspace`: gases that
    the liquor is closed in with, in a bubble at a pressure (Pa), its water vapour included, or in a volume, which is m3/s as
    all of a stream is per second; what the stream holds of them takes part, what the space holds of them is its gas
    after. Answers the new stream and the equilibrium of its liquor. Raises `DataError` for an unknown phase and as `speciate`
    does, for a liquor that boils in its headspace among others.
    """
    chemistry = stream.chemistry
    allowed = _named(chemistry, phases, pressures)
    if headspace is not None:
        refuse_other(headspace)
    takes_part = allowed if headspace is None else allowed | headspace.mask(chemistry)
    found = speciate(chemistry, gathered(stream, takes_part), temperature, allowed, pressures, headspace=headspace)
    return settled(stream, found, takes_part), found


def dose(
    stream: Stream,
    titrant: Stream,
    target_ph: float,
    temperature: float,
    phases: str | Iterable[str],
    pressures: Mapping[str, float] | None = None,
) -> tuple[Stream, Stream, Equilibrium]:
    """Dose `titrant` to a target pH at `temperature` (K) while the named solids and gases come to equilibrium.

    `pressures` names gases with their partial pressures, Pa, as in `settle`; in a closed headspace nothing is dosed. Answers
    the new stream, what was drawn of the titrant, and the equilibrium. Raises `DataError` where the titrant cannot reach the
    target.
    """
    chemistry = stream.chemistry
    allowed = _named(chemistry, phases, pressures)
    totals = gathered(stream, allowed)
    factor, found = titrate(chemistry, totals, gathered(titrant, allowed), target_ph, temperature, allowed, pressures)
    drawn = titrant * factor
    return settled(mix([stream, drawn]), found, allowed), drawn, found


def _named(chemistry: Chemistry, phases: str | Iterable[str], pressures: Mapping[str, float] | None) -> np.ndarray:
    """Answer the mask (P,) of the phases named, one or several, and of the gases that have a partial pressure."""
    return chemistry.allowed([*((phases,) if isinstance(phases, str) else phases), *(pressures or {})])


def gathered(stream: Stream, allowed: np.ndarray) -> np.ndarray:
    """Answer the component totals (mol/s) of the liquor and of the allowed phases (P,) together."""
    chemistry = stream.chemistry
    held = np.where(allowed, stream.flows[chemistry.phase_positions], 0.0)
    return stream.flows[chemistry.liquor] + held @ chemistry.mixture(298.15).phase_composition


def settled(stream: Stream, found: Equilibrium, allowed: np.ndarray) -> Stream:
    """Answer the stream with its liquor and allowed phases as the equilibrium has them."""
    chemistry = stream.chemistry
    flows = np.array(stream.flows)
    flows[chemistry.liquor] = found.totals
    positions = chemistry.phase_positions[allowed]
    flows[positions] = found.amounts[allowed]
    return stream.replace(flows=flows, temperature=found.temperature)
