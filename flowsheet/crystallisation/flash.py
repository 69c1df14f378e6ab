"""A hot liquor let into a vacuum: it boils and cools until the heat that it had is in the vapour and in its crystals.

    H(slurry) + H(vapour) = H(feed) + heat       a_w(T) p_sat(T) = p

The boiling temperature hardly depends on what is boiled off and the heat hardly on the temperature, so that each is
corrected by its own equation in turn. Where the liquor is too cold to boil, nothing is boiled off and it warms or cools by
the heat of its crystals.
"""

from __future__ import annotations

from ..chemistry import water
from ..chemistry.system import WATER
from ..errors import ConvergenceError, DataError
from ..stream import Stream
from .classification import Classification
from .crystals import Crystals, Start, Tank, crystallise
from .kinetics import Kinetics

_PASSES = 80
_SETTLED = 1e-11
_COLDEST, _HOTTEST = 273.15, 473.15  # K
_WETTEST = 0.9  # of the water left, more than which a step does not boil off


def flash(
    feed: Stream,
    salts: tuple[str, ...],
    pressure: float,
    residence_time: float,
    kinetics: Kinetics | None,
    heat: float,
    classification: Classification | None = None,
) -> Crystals:
    """Answer what leaves a flash crystalliser at `pressure` (Pa) that `heat` (W) is supplied to.

    Raises `DataError` where it would be colder than 0 degC, `ConvergenceError` where temperature and vapour do not settle.
    """
    wanted = feed.enthalpy_flow + heat
    lowest = water.saturation_temperature(max(pressure, water.vapour_pressure(_COLDEST)))
    temperature, share = min(max(feed.temperature, _COLDEST), _HOTTEST), 0.0
    boils = temperature > lowest
    temperature = lowest if boils else temperature
    start: Start | None = None
    before, formed, hotter = set[str](), set[str](), 0.0
    per_share = float(feed.chemistry.molar_masses[WATER]) * feed.flows[WATER]
    for _ in range(_PASSES):
        tank = Tank(
            temperature=temperature,
            salts=salts,
            residence_time=residence_time,
            kinetics=kinetics,
            classification=classification,
        )
        made = crystallise(feed, tank, share, start)
        start = made.start
        before, formed = formed, set(made.populations)
        excess = made.slurry.enthalpy_flow + made.vapour.enthalpy_flow - wanted
        boiling = water.saturation_temperature(pressure / made.equilibrium.water_activity)
        if boils and pressure < made.equilibrium.water_activity * water.vapour_pressure(_COLDEST):
            raise DataError(
                f"flash: pressure = {pressure:.4g} Pa is below what the liquor boils at when it freezes, "
                f"{made.equilibrium.water_activity * water.vapour_pressure(_COLDEST):.4g} Pa at {_COLDEST:g} K"
            )
        if boils:
            step = -excess / (per_share * water.heat_of_evaporation(temperature))
            new = max(min(share + step, 1.0 - (1.0 - share) * (1.0 - _WETTEST)), 0.0)
            moved, hotter = new - share, boiling - temperature
            if new == 0.0 and share == 0.0 and step < 0.0:
                boils = False
                continue
            share = new
        else:
            moved, hotter = 0.0, -excess / made.slurry.heat_capacity
            if temperature + hotter > boiling:
                boils, hotter = True, boiling - temperature
        temperature += hotter
        if not _COLDEST <= temperature <= _HOTTEST:
            raise DataError(
                f"flash: the liquor would be at {temperature:.2f} K under {pressure:.4g} Pa, outside {_COLDEST:g} to "
                f"{_HOTTEST:g} K"
            )
        if abs(moved) <= _SETTLED and abs(hotter) <= _SETTLED * temperature:
            return made
    if before != formed:
        raise ConvergenceError(
            f"flash at {pressure:.4g} Pa: the heat of its crystals holds it near {temperature - 0.5 * hotter:.2f} K, where "
            f"{' and '.join(sorted(before ^ formed))} change into each other; let salts name the one that comes down"
        )
    raise ConvergenceError(
        f"flash at {pressure:.4g} Pa: {_PASSES} passes have not settled the temperature, {temperature:.4f} K"
    )
