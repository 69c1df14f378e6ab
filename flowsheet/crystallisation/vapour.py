"""Vapour of a boiling liquor: its pressure, the elevation of the boiling point, and its compression to heating steam.

    p   = a_w p_sat(T)           pressure over a liquor of water activity a_w that boils at T
    BPE = T - T_sat(p)           boiling point elevation: what of a difference of temperature does not heat
    w   = [h(p2, s1) - h1] / e   work of a compressor with adiabatic efficiency e, from (p1, T1) to p2

Sources: steam by Cantera's equation of state of water (Reynolds 1979); Green & Perry (2008) ch. 11 (mechanical recompression).
"""

from __future__ import annotations

from ..chemistry import water
from ..errors import DataError


def boiling_pressure(temperature: float, water_activity: float) -> float:
    """Answer the pressure (Pa) at which a liquor boils at `temperature` (K)."""
    return water_activity * water.vapour_pressure(temperature)


def boiling_point_elevation(temperature: float, water_activity: float) -> float:
    """Answer how far above water a liquor boils (K) that boils at `temperature` (K)."""
    return temperature - water.saturation_temperature(boiling_pressure(temperature, water_activity))


def compression_work(temperature: float, pressure: float, to_pressure: float, efficiency: float) -> float:
    """Answer the work (J/kg) that brings steam of `temperature` (K) and `pressure` (Pa) to `to_pressure` (Pa).

    `efficiency`: adiabatic. Raises `DataError` where it would expand.
    """
    if to_pressure < pressure:
        raise DataError(
            f"compressor: pressure = {to_pressure:.4g} Pa is below that of the vapour, {pressure:.4g} Pa; nothing to compress"
        )
    return water.adiabatic_rise(temperature, pressure, to_pressure) / efficiency


def steam_for(heat: float, temperature: float) -> float:
    """Answer the saturated steam (kg/s) of `temperature` (K) that gives `heat` (W) and leaves as its condensate; none below 0."""
    return max(0.0, heat) / water.heat_of_evaporation(temperature)
