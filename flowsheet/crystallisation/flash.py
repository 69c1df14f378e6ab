"""A hot liquor let into a vacuum: it boils and cools until the heat that it had is in the vapour and in its crystals.

    H(slurry) + H(vapour) = H(feed) + heat       a_w(T) p_sat(T) = p

The boiling temperature hardly depends on what is boiled off and the heat hardly on the temperature, so that each is
corrected by its own equation in turn. Where the liquor is too cold to boil, nothing is boiled off and it warms or cools by
the heat of its crystals.
"""

from __future__ import annotations

import math

from ..chemistry import thermal, water
from ..chemistry.system import WATER
from ..errors import ConvergenceError, DataError
from ..stream import Stream
from .classification import Classification
from .crystals import Crystals, Start, Tank, crystallise
from .kinetics import Kinetics

_PASSES = 80
_SETTLED = 1e-11
_COLDEST, _HOTTEST = 273.15, 473.15  # K
_STEEPEST = 10.0  # times the heat capacity: more than crystals add while one of them comes down
_NEAR = 3.0  # K, about as near as crystals that change into others let the tank be solved
_JUMP = 0.05  # K, within which an excess that is steeper is that of crystals that change into others
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
    earlier: tuple[float, float] | None = None
    before, formed, changed, hotter = set[str](), set[str](), set[str](), 0.0
    per_share = float(feed.chemistry.molar_masses[WATER]) * feed.flows[WATER]
    for _ in range(_PASSES):
        tank = Tank(
            temperature=temperature,
            salts=salts,
            residence_time=residence_time,
            kinetics=kinetics,
            classification=classification,
        )
        try:
            made = crystallise(feed, tank, share, start)
        except ConvergenceError:
            if not changed or abs(hotter) > _NEAR:
                raise
            break  # which of the crystals are there is not settled right here
        start = made.start
        before, formed = formed, set(made.populations)
        changed = before ^ formed if before and before != formed else changed
        excess = made.slurry.enthalpy_flow + made.vapour.enthalpy_flow - wanted
        boiling = water.saturation_temperature(pressure / made.equilibrium.water_activity)
        if boils and pressure < made.equilibrium.water_activity * water.vapour_pressure(_COLDEST):
            raise DataError(
                f"flash: pressure = {pressure:.4g} Pa is below what the liquor boils at when it freezes, "
                f"{made.equilibrium.water_activity * water.vapour_pressure(_COLDEST):.4g} Pa at {_COLDEST:g} K"
            )
        if boils:
            earlier = None
            step = -excess / (per_share * water.heat_of_evaporation(temperature))
            new = max(min(share + step, 1.0 - (1.0 - share) * (1.0 - _WETTEST)), 0.0)
            moved, hotter = new - share, boiling - temperature
            if new == 0.0 and share == 0.0 and step < 0.0:
                boils = False
                continue
            share = new
        else:
            moved, hotter = 0.0, _hotter(made.slurry, excess, earlier, before == formed)
            if hotter == 0.0 != excess:
                break  # within a narrow step its crystals change and hold it there
            earlier = temperature, excess
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
    if changed:
        raise ConvergenceError(
            f"flash at {pressure:.4g} Pa: the heat of its crystals holds it near {temperature - 0.5 * hotter:.2f} K, where "
            f"{' and '.join(sorted(changed))} change into each other; let salts name the one that comes down"
        )
    raise ConvergenceError(
        f"flash at {pressure:.4g} Pa: {_PASSES} passes have not settled the temperature, {temperature:.4f} K"
    )


def _hotter(slurry: Stream, excess: float, earlier: tuple[float, float] | None, alike: bool) -> float:
    """Answer by how much hotter (K) a liquor that does not boil is to be, 0 where its crystals hold it there.

    `excess`: of heat in this pass, W; `earlier`: temperature (K) and excess of the one before, where it did not boil either;
    `alike`: with the same crystals. Then the two tell the slope, with the heat of the crystals in it. Else half the way back
    is the most, or it would go to and fro between the crystals.
    """
    temperature = slurry.temperature
    sensible = thermal.sensible_capacity(slurry.chemistry, slurry.flows, temperature)
    if earlier is None or temperature == earlier[0]:
        return -excess / sensible
    back = earlier[0] - temperature
    slope = (earlier[1] - excess) / back
    if alike:
        return -excess / min(max(slope, sensible), _STEEPEST * sensible)
    if abs(back) < _JUMP and slope > _STEEPEST * sensible:
        return 0.0
    wanted = -excess / sensible
    return wanted if wanted * back < 0.0 else math.copysign(min(abs(wanted), 0.5 * abs(back)), back)
