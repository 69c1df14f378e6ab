"""What an evaporator with heating steam reports beside its crystals."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from ..heat import heat_duty
from ..stream import Stream
from ..unitop import Figure
from .crystals import Crystals
from .figures import CRYSTALS, Report, crystal_report
from .vapour import boiling_point_elevation, boiling_pressure, steam_for

BOILER: Mapping[str, Figure] = MappingProxyType(
    {
        **CRYSTALS,
        "evaporation": Figure("kg/s", "water boiled off"),
        "evaporated_fraction": Figure("-", "share of the feed's water that is boiled off"),
        "heat": Figure("W", "heat to supply"),
        "steam": Figure("kg/s", "heating steam, which leaves as its condensate"),
        "pressure": Figure("Pa", "at which the liquor boils"),
        "boiling_point_elevation": Figure("K", "how much hotter the liquor boils than water"),
    }
)
_LATER = ("heat", "steam", "pressure", "boiling_point_elevation")


def boiler_report(made: Crystals, feed: Stream, steam_temperature: float, **known: float) -> Report:
    """Answer the figures of `BOILER` of an evaporator heated with saturated steam of `steam_temperature` (K), and `known`."""

    def later() -> dict[str, float]:
        temperature, activity = made.slurry.temperature, made.equilibrium.water_activity
        heat = heat_duty([feed], [made.slurry, made.vapour])
        return {
            "heat": heat,
            "steam": steam_for(heat, steam_temperature),
            "pressure": boiling_pressure(temperature, activity),
            "boiling_point_elevation": boiling_point_elevation(temperature, activity),
        }

    figures = {
        **crystal_report(made, feed),
        "evaporation": made.vapour.mass,
        "evaporated_fraction": made.evaporated,
        **known,
    }
    return Report(figures, _LATER, later)
