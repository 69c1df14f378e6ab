"""What a row of mixer-settlers answers: its streams, and what stands in each of its stages."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas

from ...kernels.circuit_flows import CircuitStart
from ..chemistry.database import atomic_masses
from ..chemistry.formula import molar_mass, parse
from ..stream import Stream

_GRAMS, _LITRES = 1000.0, 1000.0
_GELS = 0.7  # equivalents per extractant, where its data name no limit
_PRECIPITATES = 8.0  # pH
_COLDEST, _WARMEST = 283.15, 333.15  # K


@dataclass(frozen=True, eq=False)
class StageProfile:
    """A row of N stages in its steady state; stage 1 is where the liquor enters, arrays start with it. M cations.

    `ph`: (N,). `molality`: (N, M), mol per kg of water; `organic`: (N, M), mol/L of organic. `free`: (N,), mol/L of free
    extractant in units. `loading`: (N,), share of the extractant that is bound. `dosed`: (N,), mol/s of hydroxide.
    `water_flow` (kg/s), `organic_flow` (m3/s): (N,), that leave a stage. `feed_flow`: m3/s of liquor that enter stage 1.
    `aqueous_feed`, `organic_feed`: (M,), mol/L, of what enters at the ends. `raffinate`, `loaded`, `base` (drawn), `bleeds` (by
    name, such as "liquor of stage 2"): streams. `error`: the largest imbalance found by an independent check. `steps`: of
    the solver. `warnings`: what lies outside the range of the model. `start`: for `run_section`. `totals`: (N, C),
    mol of each component per kg of water.
    """

    extractant: str
    cations: tuple[str, ...]
    ph: np.ndarray
    molality: np.ndarray
    organic: np.ndarray
    free: np.ndarray
    loading: np.ndarray
    dosed: np.ndarray
    water_flow: np.ndarray
    organic_flow: np.ndarray
    feed_flow: float
    aqueous_feed: np.ndarray
    organic_feed: np.ndarray
    raffinate: Stream
    loaded: Stream
    base: Stream
    bleeds: Mapping[str, Stream]
    error: float
    steps: int
    warnings: tuple[str, ...]
    start: CircuitStart
    totals: np.ndarray

    @property
    def stages(self) -> int:
        """How many stages there are."""
        return len(self.ph)

    @property
    def extraction(self) -> dict[str, float]:
        """The share of each cation fed with the liquor that did not leave with the raffinate (0 where none was fed)."""
        fed = self.aqueous_feed * self.feed_flow * _LITRES
        left = np.array([self.raffinate[name] for name in self.cations])
        shares = 1.0 - np.divide(left, fed, out=np.ones_like(fed), where=fed > 0.0)
        return dict(zip(self.cations, shares.tolist(), strict=True))

    @functools.cached_property
    def liquor_flow(self) -> np.ndarray:
        """The liquor that leaves each stage, m3/s (N,)."""
        chemistry = self.raffinate.chemistry
        volumes = []
        for totals, water in zip(self.totals, self.water_flow, strict=True):
            flows = np.zeros(chemistry.size)
            flows[chemistry.liquor] = totals * water
            volumes.append(self.raffinate.replace(flows=flows).liquor_volume)
        return np.array(volumes)

    @functools.cached_property
    def aqueous(self) -> np.ndarray:
        """Each cation in the liquor of each stage, mol/L (N, M)."""
        return self.molality * (self.water_flow / (self.liquor_flow * _LITRES))[:, None]

    def warned(self, ignored: Iterable[str]) -> StageProfile:
        """Answer this profile with what lies outside the range of the model, `ignored` cations among it."""
        return replace(self, warnings=_warnings(self, tuple(ignored)))

    def table(self) -> pandas.DataFrame:
        """Answer a row a stage: pH, loading, base, and each cation in liquor and organic, g/L."""
        masses = {name: _GRAMS * molar_mass(parse(name), atomic_masses()) for name in self.cations}
        columns: dict[str, object] = {"pH": self.ph, "loading": self.loading, "base, mol/s": self.dosed}
        for j, name in enumerate(self.cations):
            columns[f"{name}, g/L liquor"] = self.aqueous[:, j] * masses[name]
        for j, name in enumerate(self.cations):
            columns[f"{name}, g/L organic"] = self.organic[:, j] * masses[name]
        return pandas.DataFrame(columns, index=pandas.RangeIndex(1, self.stages + 1, name="stage"))


def _warnings(profile: StageProfile, ignored: tuple[str, ...]) -> tuple[str, ...]:
    """Say where a profile lies outside the range of the model."""
    found = []
    extractant = profile.raffinate.chemistry.extractant(profile.extractant)
    limit = extractant.properties.get("loading_limit", _GELS)
    highest = float(profile.loading.max())
    if highest > limit:
        found.append(f"loading {highest:.2f} is above {limit:g} equivalents per extractant, where an organic gels")
    if float(profile.ph.max()) > _PRECIPITATES:
        found.append(
            f"pH {profile.ph.max():.2f} is above {_PRECIPITATES:g}, where hydroxides come down that the model leaves out"
        )
    temperature = profile.raffinate.temperature
    if not _COLDEST <= temperature <= _WARMEST:
        found.append(
            f"temperature {temperature:.1f} K is outside {_COLDEST:g} to {_WARMEST:g} K, where the constants hold"
        )
    if ignored:
        found.append(f"{profile.extractant} has no constant for {', '.join(ignored)}: taken to stay in the liquor")
    return tuple(found)
