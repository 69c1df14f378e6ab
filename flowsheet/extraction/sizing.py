"""Mixers and settlers: how large they have to be for given flows, and how hard given ones are driven.

Mixer    volume by residence time of all that enters it; the liquid of which too little comes is recycled from the settler, so
         that organic per liquor in the mixer keeps its continuity
Settler  area by the flow of dispersion per area; depth of the dispersion band a power of that flux (Barnea and Mizrahi);
         velocity of the organic layer towards its weir

One stage is meant everywhere; a bank has `stages` of them. The numbers stand in `sizing.csv`, each with its source; a pilot
settler tells better ones.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

import pandas

from ..chemistry.database import table
from ..errors import DataError, nearest
from ..quantities import hour, minute, percent
from ..solver import Solution
from .profile import StageProfile

ORGANIC, AQUEOUS = "organic", "aqueous"
_MIXER, _SETTLER = "mixer", "settler"
_MILLIMETRE = 1e-3
_PORTS = {"raffinate", "loaded"}
_CONTINUITIES = ("", ORGANIC, AQUEOUS)
_AT_LIMIT = 1e-9


class Recycle(NamedTuple):
    """What is led from the settler back to the mixer: `flow` (m3/s) of a liquid, `ratio` of organic to liquor it makes."""

    flow: float
    liquid: str
    ratio: float


@dataclass(frozen=True, kw_only=True)
class MixerSettlerSize:
    """One mixer-settler.

    `mixer_volume`: m3, of dispersion. `settler_area`: m2. `settler_width`: m, across the flow. `recycle`: the most that can
    be led from the settler back to the mixer, m3/s; None where that is not limited. Raises `DataError` for a size that is
    not above 0.
    """

    mixer_volume: float
    settler_area: float
    settler_width: float
    recycle: float | None = None

    def __post_init__(self):
        for name, unit in (("mixer_volume", "m3"), ("settler_area", "m2"), ("settler_width", "m")):
            if not 0.0 < getattr(self, name) < math.inf:
                raise DataError(f"mixer-settler: {name} = {getattr(self, name):g} {unit} is not above 0 {unit}")
        if self.recycle is not None and not self.recycle >= 0.0:
            raise DataError(f"mixer-settler: recycle = {self.recycle:g} m3/s is below 0 m3/s")

    @property
    def organic_inventory(self) -> float:
        """Organic that stands in the settler's layer and in half of the mixer, m3."""
        return self.settler_area * _number(_SETTLER, "organic_depth") + 0.5 * self.mixer_volume


@dataclass(frozen=True, eq=False, kw_only=True)
class Rating:
    """How hard a mixer-settler is driven.

    `residence_time`: s. `flux`: m/s, dispersion per area of settler. `band_depth`: m. `organic_velocity`: m/s. `recycle`:
    what keeps the ratio in the mixer. `loads`: for each limit the share of the flow that it allows, 1 at the limit.
    `warnings`: sentences on what is beyond a limit.
    """

    residence_time: float
    flux: float
    band_depth: float
    organic_velocity: float
    recycle: Recycle
    loads: Mapping[str, float]
    warnings: tuple[str, ...]

    @property
    def binding(self) -> str:
        """The limit that is reached first."""
        return max(self.loads, key=lambda name: self.loads[name])

    @property
    def load(self) -> float:
        """Share of the capacity that is used: present flow per flow at which the binding limit is reached."""
        return self.loads[self.binding]


def _number(of: str, quantity: str) -> float:
    return table("sizing").value(of, quantity)


def mixer_recycle(aqueous: float, organic: float, continuity: str = "", mixer_ratio: float | None = None) -> Recycle:
    """Answer what to recycle so that organic per liquor in the mixer is as wanted, for flows in m3/s.

    `continuity`: "organic" asks for enough organic to stay the continuous liquid, "aqueous" for enough liquor, "" for both.
    `mixer_ratio`: the ratio itself instead. Raises `DataError` for flows or a ratio that are not above 0.
    """
    if not (0.0 < aqueous < math.inf and 0.0 < organic < math.inf):
        raise DataError(
            f"mixer-settler: flows aqueous = {aqueous:g}, organic = {organic:g} m3/s are not both above 0 m3/s"
        )
    if continuity not in _CONTINUITIES:
        raise DataError(
            f"mixer-settler: continuity = {continuity!r} is none of organic, aqueous{nearest(continuity, _CONTINUITIES)}"
        )
    if mixer_ratio is not None and not 0.0 < mixer_ratio < math.inf:
        raise DataError(f"mixer-settler: mixer_ratio = {mixer_ratio:g} is not above 0 (organic to aqueous)")
    advance = organic / aqueous
    low = 0.0 if continuity == AQUEOUS else _number(_MIXER, "least_ratio")
    high = math.inf if continuity == ORGANIC else _number(_MIXER, "largest_ratio")
    wanted = min(max(advance, low), high) if mixer_ratio is None else mixer_ratio
    if wanted > advance:
        return Recycle(wanted * aqueous - organic, ORGANIC, wanted)
    if wanted < advance:
        return Recycle(organic / wanted - aqueous, AQUEOUS, wanted)
    return Recycle(0.0, "", advance)


def size_mixer_settler(
    aqueous: float,
    organic: float,
    residence_time: float | None = None,
    flux: float | None = None,
    continuity: str = "",
    mixer_ratio: float | None = None,
) -> MixerSettlerSize:
    """Answer the mixer-settler for flows of liquor and organic (m3/s): design.

    `residence_time` (s) in the mixer and `flux` (m/s) of dispersion over the settler are those of `sizing.csv` where they
    are not given; `continuity` and `mixer_ratio` as in `mixer_recycle`. The settler is made wide enough for the velocity of
    its organic. Raises `DataError` for what is not above 0.
    """
    time = _number(_MIXER, "residence_time") if residence_time is None else residence_time
    speed = _number(_SETTLER, "flux") if flux is None else flux
    if not (0.0 < time < math.inf and 0.0 < speed < math.inf):
        raise DataError(f"mixer-settler: residence_time = {time:g} s and flux = {speed:g} m/s must be above 0")
    recycle = mixer_recycle(aqueous, organic, continuity, mixer_ratio)
    whole = aqueous + organic + recycle.flow
    area = whole / speed
    in_organic = organic + (recycle.flow if recycle.liquid == ORGANIC else 0.0)
    layer = _number(_SETTLER, "organic_depth") * _number(_SETTLER, "largest_organic_velocity")
    width = max(math.sqrt(area / _number(_SETTLER, "length_to_width")), in_organic / layer)
    return MixerSettlerSize(mixer_volume=whole * time, settler_area=area, settler_width=width, recycle=recycle.flow)


def rate_mixer_settler(
    size: MixerSettlerSize, aqueous: float, organic: float, continuity: str = "", mixer_ratio: float | None = None
) -> Rating:
    """Answer how hard a mixer-settler is driven by flows of liquor and organic (m3/s): rating.

    A recycle beyond what the equipment can lead back is cut, and the rating says that the continuity is lost. `continuity`
    and `mixer_ratio` as in `mixer_recycle`, with its errors.
    """
    recycle = mixer_recycle(aqueous, organic, continuity, mixer_ratio)
    warnings = []
    if size.recycle is not None and recycle.flow > size.recycle * (1.0 + _AT_LIMIT):
        wanted = recycle
        recycle = _cut(recycle, size.recycle, aqueous, organic)
        warnings.append(
            f"recycle of {wanted.liquid} {wanted.flow * hour:.3g} m3/h is needed for an organic to aqueous of "
            f"{wanted.ratio:.2g} in the mixer, {size.recycle * hour:.3g} can be led back: it is {recycle.ratio:.2g}"
        )
    whole = aqueous + organic + recycle.flow
    flux = whole / size.settler_area
    depth = _number(_SETTLER, "organic_depth")
    in_organic = organic + (recycle.flow if recycle.liquid == ORGANIC else 0.0)
    velocity = in_organic / (depth * size.settler_width)
    exponent = _number(_SETTLER, "band_exponent")
    band = _number(_SETTLER, "band_depth") * (flux / _number(_SETTLER, "flux")) ** exponent
    time = size.mixer_volume / whole
    loads = {
        "residence time": _number(_MIXER, "least_residence_time") / time,
        "settler flux": flux / _number(_SETTLER, "largest_flux"),
        "dispersion band": (band / _number(_SETTLER, "largest_band_depth")) ** (1.0 / exponent),
        "organic velocity": velocity / _number(_SETTLER, "largest_organic_velocity"),
    }
    warnings += [
        f"{name} is at {load / percent:.0f} % of its limit" for name, load in loads.items() if load > 1.0 + _AT_LIMIT
    ]
    return Rating(
        residence_time=time,
        flux=flux,
        band_depth=band,
        organic_velocity=velocity,
        recycle=recycle,
        loads=MappingProxyType(loads),
        warnings=tuple(warnings),
    )


def _cut(recycle: Recycle, most: float, aqueous: float, organic: float) -> Recycle:
    """Answer the recycle that is left where no more than `most` (m3/s) can be led back."""
    if recycle.liquid == ORGANIC:
        return Recycle(most, ORGANIC, (organic + most) / aqueous)
    return Recycle(most, AQUEOUS, organic / (aqueous + most))


def size_profile(
    profile: StageProfile,
    residence_time: float | None = None,
    flux: float | None = None,
    continuity: str = "",
    mixer_ratio: float | None = None,
) -> MixerSettlerSize:
    """Answer the mixer-settler for the stages of a profile, for the one with the largest flows; as `size_mixer_settler`."""
    at = int((profile.liquor_flow + profile.organic_flow).argmax())
    aqueous, organic = float(profile.liquor_flow[at]), float(profile.organic_flow[at])
    return size_mixer_settler(aqueous, organic, residence_time, flux, continuity, mixer_ratio)


def size_table(
    solution: Solution,
    units: Iterable[str] | None = None,
    sizes: Mapping[str, MixerSettlerSize] | None = None,
    continuity: str = "",
) -> pandas.DataFrame:
    """Answer a row for each bank of mixer-settlers of a solved flowsheet: flows, size and load of one of its stages.

    `units`: names of banks, all of them where it is None. `sizes`: the equipment that stands there, by unit, which is then
    rated; a bank without one is designed for its flows. `continuity` as in `mixer_recycle`. Columns: stages; aqueous,
    organic and recycle in m3/h; mixer m3, settler m2, settler width m; residence time min; flux m3/m2/h; band mm; organic
    inventory of the whole bank m3; load % and the limit that binds. Raises `DataError` for a unit that is no bank of
    mixer-settlers.
    """
    known = solution.flowsheet.units
    banks = [name for name, unit in known.items() if set(unit.outlets) >= _PORTS]
    standing = dict(sizes or {})
    names = banks if units is None else list(units)
    for name in (*names, *standing):
        if name not in banks:
            raise DataError(f"sizes: unit {name!r} is no bank of mixer-settlers{nearest(name, banks)}")
    rows = {}
    for name in names:
        aqueous = solution.streams[f"{name}.raffinate"].liquor_volume
        organic = solution.streams[f"{name}.loaded"].organic_volume
        size = standing.get(name) or size_mixer_settler(aqueous, organic, continuity=continuity)
        rating = rate_mixer_settler(size, aqueous, organic, continuity)
        stages = int(getattr(known[name], "stages", 1))
        rows[name] = _row(stages, (aqueous, organic), size, rating)
    found = pandas.DataFrame.from_dict(rows, orient="index")
    found.index.name = "unit"
    return found


def _row(stages: int, flows: tuple[float, float], size: MixerSettlerSize, rating: Rating) -> dict[str, object]:
    aqueous, organic = flows
    return {
        "stages": stages,
        "aqueous m3/h": aqueous * hour,
        "organic m3/h": organic * hour,
        "recycle m3/h": rating.recycle.flow * hour,
        "of": rating.recycle.liquid,
        "O/A in mixer": rating.recycle.ratio,
        "mixer m3": size.mixer_volume,
        "settler m2": size.settler_area,
        "settler width m": size.settler_width,
        "residence time min": rating.residence_time / minute,
        "flux m3/m2/h": rating.flux * hour,
        "band mm": rating.band_depth / _MILLIMETRE,
        "organic held m3": stages * size.organic_inventory,
        "load %": rating.load / percent,
        "limit": rating.binding,
    }
