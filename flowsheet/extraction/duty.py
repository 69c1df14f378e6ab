"""What a section is asked to do: limits on what the organic takes up, leaves behind and gives back.

A `Duty` is a value; each of its limits tells how far a profile meets it. The searches of `design` know nothing else of it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import NamedTuple

from ..chemistry.extractants import cations
from ..errors import DataError, nearest
from ..quantities import litre
from ..stream import Stream
from .profile import StageProfile

_NONE: Mapping = MappingProxyType({})
_ROUND_OFF = 1e-12
_RECOVERY, _CO_EXTRACTION, _STRIPPED = "recovery", "co-extraction", "stripped"
_LEFT, _LEFT_PER, _TAKEN_PER = "in the raffinate", "per another in the raffinate", "per another in the loaded organic"
_AT_LEAST = frozenset({_RECOVERY, _STRIPPED})
SHARES = frozenset({_RECOVERY, _CO_EXTRACTION, _STRIPPED})  # kinds of limits that are shares from 0 to 1
_UNITS = {_LEFT: " kg/m3", _LEFT_PER: " kg/kg", _TAKEN_PER: " kg/kg"}


class Limit(NamedTuple):
    """One limit: what `kind` of number, of a cation (or of a cation per `other`), and its `bound`."""

    kind: str
    cation: str
    other: str
    bound: float

    @property
    def is_least(self) -> bool:
        """Whether the number is to be the bound at least; at most otherwise."""
        return self.kind in _AT_LEAST

    def name(self) -> str:
        """Answer what the number is: `recovery of Co+2`, `Ni+2 per Co+2 in the loaded organic`."""
        if self.kind in SHARES:
            return f"{self.kind} of {self.cation}"
        return f"{self.cation} {self.kind.replace('another', self.other)}"

    def text(self) -> str:
        """Answer the limit as a sentence says it: `recovery of Co+2 >= 0.99`."""
        return f"{self.name()} {'>=' if self.is_least else '<='} {self.number(self.bound)}"

    def number(self, value: float) -> str:
        """Answer a number of this kind with its unit, close to its limit with the figures that tell it apart."""
        far = abs(value - self.bound) > 1e-3 * abs(self.bound)
        return f"{value:.4g}{_UNITS.get(self.kind, '')}" if far else f"{value:.6g}{_UNITS.get(self.kind, '')}"

    def reached(self, profile: StageProfile) -> float:
        """Answer the number that a profile reaches; not a number where nothing of it flows."""
        if self.kind in (_RECOVERY, _CO_EXTRACTION):
            return float(profile.extraction.get(self.cation, math.nan))
        if self.kind == _STRIPPED:
            return _stripped(profile, self.cation)
        if self.kind == _LEFT:
            return profile.raffinate.concentration(self.cation)
        if self.kind == _LEFT_PER:
            return _ratio(*(_dissolved(profile, name) for name in (self.cation, self.other)))
        return _ratio(*(_bound(profile, name) for name in (self.cation, self.other)))

    def is_met(self, profile: StageProfile) -> bool:
        """Whether a profile keeps the limit; of what does not flow there is not too much."""
        value = self.reached(profile)
        if math.isnan(value):
            return not self.is_least
        room = _ROUND_OFF * abs(self.bound)
        return value >= self.bound - room if self.is_least else value <= self.bound + room


@dataclass(frozen=True, kw_only=True)
class Duty:
    """What a section is to do. Cations are named as in the chemistry: `{"Co+2": 0.99}`.

    `recovery`: least share (0 to 1) of what the liquor brings that leaves with the organic. `co_extraction`: the most of it.
    `stripped`: least share of what the organic brings (at the end, not from the side) that does not leave with it. `left`:
    most that the raffinate may hold, kg/m3 (= g/L). `left_per`, `taken_per`: most of one cation per another, kg/kg, in the
    raffinate and in the loaded organic: `{("Ni+2", "Co+2"): 1e-3}`. Raises `DataError` for a bound that cannot be, or none.
    """

    recovery: Mapping[str, float] = field(default_factory=dict)
    co_extraction: Mapping[str, float] = field(default_factory=dict)
    stripped: Mapping[str, float] = field(default_factory=dict)
    left: Mapping[str, float] = field(default_factory=dict)
    left_per: Mapping[tuple[str, str], float] = field(default_factory=dict)
    taken_per: Mapping[tuple[str, str], float] = field(default_factory=dict)

    def __post_init__(self):
        limits = self.limits()
        if not limits:
            raise DataError('duty: 0 limits given, at least 1 is needed, such as recovery={"Co+2": 0.99}')
        for limit in limits:
            share = limit.kind in SHARES
            highest = 1.0 if share else math.inf
            if not 0.0 <= limit.bound <= highest or not math.isfinite(limit.bound):
                meant = (
                    f"; a percentage is written {limit.bound / 100.0:g}" if share and 1.0 < limit.bound <= 100.0 else ""
                )
                raise DataError(f"duty: {limit.name()} = {limit.bound:g} is outside 0 to {highest:g}{meant}")

    def limits(self) -> tuple[Limit, ...]:
        """Answer every limit, recoveries first."""
        single = ((_RECOVERY, self.recovery), (_STRIPPED, self.stripped), (_CO_EXTRACTION, self.co_extraction))
        found = [Limit(kind, cation, "", bound) for kind, some in single for cation, bound in some.items()]
        found += [Limit(_LEFT, cation, "", bound) for cation, bound in self.left.items()]
        for kind, pairs in ((_LEFT_PER, self.left_per), (_TAKEN_PER, self.taken_per)):
            found += [Limit(kind, *pair, bound) for pair, bound in pairs.items()]
        return tuple(found)

    def wanted(self) -> tuple[str, ...]:
        """Answer the cations that are to go to the other side: those with a recovery, or stripped."""
        return tuple(dict.fromkeys([*self.recovery, *self.stripped]))

    def check(self, extractant: str, liquor: Stream, organic: Stream) -> None:
        """Raise `DataError` for a cation that an extractant does not take up, and one to recover that is not there."""
        known = cations(liquor.chemistry, extractant)
        for limit in self.limits():
            for name in (limit.cation, limit.other):
                if name and name not in known:
                    raise DataError(
                        f"duty: {limit.name()}: {extractant} does not take up {name!r}{nearest(name, known)}"
                    )
            brought = liquor if limit.kind == _RECOVERY else organic
            if limit.is_least and not _total(brought, extractant, limit.cation) > 0.0:
                what = "liquor" if limit.kind == _RECOVERY else "organic"
                raise DataError(f"duty: {limit.name()}: the {what} brings 0 mol/s of it")

    def missed(self, profile: StageProfile) -> tuple[Limit, ...]:
        """Answer the limits that a profile does not keep."""
        return tuple(limit for limit in self.limits() if not limit.is_met(profile))


def _ratio(one: float, other: float) -> float:
    if other > 0.0:
        return one / other
    return math.inf if one > 0.0 else math.nan


def _total(stream: Stream, extractant: str, cation: str) -> float:
    """Answer a cation dissolved and bound in a stream, mol/s."""
    return stream[cation] + stream[stream.chemistry.extractant(extractant).salt_form(cation)]


def _dissolved(profile: StageProfile, cation: str) -> float:
    """Answer the cation in the raffinate, kg/s."""
    stream = profile.raffinate
    return stream[cation] * float(stream.chemistry.molar_masses[stream.chemistry.position(cation)])


def _bound(profile: StageProfile, cation: str) -> float:
    """Answer the cation in the loaded organic, kg/s."""
    stream = profile.loaded
    mass = float(stream.chemistry.molar_masses[stream.chemistry.position(cation)])
    return stream[stream.chemistry.extractant(profile.extractant).salt_form(cation)] * mass


def _stripped(profile: StageProfile, cation: str) -> float:
    """Answer the share of what the organic brought that did not leave with it; the volume of an organic stays as it is."""
    if cation not in profile.cations:
        return math.nan
    volume = sum(stream.organic_volume for stream in (profile.raffinate, profile.loaded, *profile.bleeds.values()))
    brought = float(profile.organic_feed[profile.cations.index(cation)]) / litre * volume
    left = profile.loaded[profile.loaded.chemistry.extractant(profile.extractant).salt_form(cation)]
    return 1.0 - left / brought if brought > 0.0 else math.nan
