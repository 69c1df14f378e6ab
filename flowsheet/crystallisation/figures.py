"""What every crystalliser reports, and a report whose heats are worked out when they are asked for.

An enthalpy at a temperature that was never met costs milliseconds (constants and parameters anew), and the temperature of a
feed changes with every pass over a recycle. Figures that no stream depends on are therefore left until someone reads them.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from ..stream import Stream
from ..unitop import Figure
from .crystals import Crystals

CRYSTALS: Mapping[str, Figure] = MappingProxyType(
    {
        "crystals": Figure("kg/s", "crystals that formed"),
        "supersaturation": Figure("-", "of the mother liquor: the salt per water over what is saturated, less 1"),
        "growth_rate": Figure("m/s", "of the crystals"),
        "mean_size": Figure("m", "mean size of the crystals by mass"),
        "size_variation": Figure("-", "standard deviation of the size by mass over its mean"),
        "magma_density": Figure("kg/m3", "crystals per volume of slurry"),
        "lattice_impurities": Figure("kg/kg", "other cations in the lattice per mass of crystals"),
        "occluded_impurities": Figure("kg/kg", "other cations in occluded mother liquor per mass of crystals"),
        "ionic_strength": Figure("mol/kg", "of the mother liquor"),
    }
)


class Report(Mapping[str, float]):
    """Figures, some of which are worked out when one of them is first asked for: `later` answers those in `names`."""

    def __init__(self, known: Mapping[str, float], names: tuple[str, ...], later: Callable[[], Mapping[str, float]]):
        self._known, self._names, self._later = dict(known), names, functools.cache(later)

    def __getitem__(self, name: str) -> float:
        if name in self._names:
            return self._later()[name]
        return self._known[name]

    def __iter__(self) -> Iterator[str]:
        yield from self._known
        yield from self._names

    def __len__(self) -> int:
        return len(self._known) + len(self._names)


def crystal_report(crystals: Crystals, feed: Stream) -> dict[str, float]:
    """Answer the figures of `CRYSTALS`."""
    main = crystals.main
    formed = sum(population.mass for population in crystals.populations.values())
    chemistry = feed.chemistry

    def share(cations: Mapping[str, float]) -> float:
        mass = sum(flow * chemistry.molar_masses[chemistry.index[name]] for name, flow in cations.items())
        return float(mass / formed) if formed > 0.0 else 0.0

    return {
        "crystals": crystals.slurry.solids.mass - feed.solids.mass,
        "supersaturation": main.supersaturation if main else 0.0,
        "growth_rate": main.growth if main else 0.0,
        "mean_size": main.mean_size if main else 0.0,
        "size_variation": main.variation if main else 0.0,
        "magma_density": sum(population.magma for population in crystals.populations.values()),
        "lattice_impurities": share(crystals.lattice),
        "occluded_impurities": share(crystals.occluded),
        "ionic_strength": crystals.equilibrium.ionic_strength,
    }
