"""How base comes into a section: dosed to its stages, with a saponified organic, or as a pH that is held.

A lever is a value with one coordinate; the searches of `design` turn it and know nothing else of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple, Protocol

import numpy as np

from ..chemistry.system import PROTON, WATER, acid_form
from ..errors import DataError, nearest
from ..stream import Stream
from .holding import charge, holding, salts
from .section import Section

_MOST_DEGREE = 0.95
_SUM = 1e-9


class Turned(NamedTuple):
    """A section with its feeds at one place of a lever, and the base, mol/s, that came with the organic."""

    section: Section
    liquor: Stream
    organic: Stream
    saponified: float


class Lever(Protocol):
    """What a search varies."""

    def ends(self, liquor: Stream, organic: Stream, extractant: str) -> tuple[float, float]:
        """Answer the range of the coordinate."""
        ...

    def label(self) -> str:
        """Answer what the coordinate is, with its unit."""
        ...

    def text(self, coordinate: float) -> str:
        """Answer the coordinate as a sentence says it, with its unit."""
        ...

    def turn(self, section: Section, liquor: Stream, organic: Stream, coordinate: float) -> Turned:
        """Answer the section and its feeds at a coordinate."""
        ...


@dataclass(frozen=True)
class BySaponification:
    """Degree of saponification of the organic, from 0 to `most`: the share of its extractant that a cation holds."""

    cation: str = "Na+"
    most: float = _MOST_DEGREE

    def ends(self, liquor: Stream, organic: Stream, extractant: str) -> tuple[float, float]:
        """Answer 0 to `most`; raises `DataError` for what is no degree."""
        if not 0.0 < self.most <= 1.0:
            raise DataError(f"degree of saponification up to {self.most:g} is outside 0 to 1")
        saponified(organic, extractant, 0.0, self.cation)
        return 0.0, self.most

    def label(self) -> str:
        """Answer `degree of saponification`."""
        return "degree of saponification"

    def text(self, coordinate: float) -> str:
        """Answer `40 % saponified`."""
        return f"{100.0 * coordinate:.4g} % saponified"

    def turn(self, section: Section, liquor: Stream, organic: Stream, coordinate: float) -> Turned:
        """Answer the organic saponified."""
        out = saponified(organic, section.extractant, coordinate, self.cation)
        base = organic[acid_form(section.extractant)] - out[acid_form(section.extractant)]
        return Turned(section, liquor, out, base)


@dataclass(frozen=True)
class ByDose:
    """Hydroxide, mol/s, dosed to stages in fixed `shares` that sum to 1, such as `{1: 0.5, 2: 0.5}`; all to stage 1 by default.

    `most`: mol/s; by default what the free extractant and the acid of the liquor can take together.
    """

    shares: Mapping[int, float] | None = None
    most: float | None = None

    def ends(self, liquor: Stream, organic: Stream, extractant: str) -> tuple[float, float]:
        """Answer 0 to `most`; raises `DataError` where the shares do not sum to 1."""
        shares = self._shares()
        if min(shares.values()) < 0.0 or abs(sum(shares.values()) - 1.0) > _SUM:
            raise DataError(
                f"dose: shares {dict(shares)} sum to {sum(shares.values()):g}; they must be 0 or more and sum to 1"
            )
        acid = acid_form(extractant)
        free = organic[acid] if acid in organic.chemistry.index else 0.0
        most = free + max(0.0, float(liquor.flows[PROTON])) if self.most is None else self.most
        if not most > 0.0:
            raise DataError(f"dose: up to {most:g} mol/s is an empty range; nothing is there that takes base")
        return 0.0, most

    def _shares(self) -> Mapping[int, float]:
        return self.shares or {1: 1.0}

    def label(self) -> str:
        """Answer `dose, mol/s`."""
        return "dose, mol/s"

    def text(self, coordinate: float) -> str:
        """Answer `0.2 mol/s dosed`."""
        return f"{coordinate:.4g} mol/s dosed"

    def turn(self, section: Section, liquor: Stream, organic: Stream, coordinate: float) -> Turned:
        """Answer the section with its doses."""
        dose = {stage: coordinate * share for stage, share in self._shares().items()}
        return Turned(replace(section, dose=dose, ph=None, base=_base(section, liquor)), liquor, organic, 0.0)


@dataclass(frozen=True)
class ByPh:
    """pH from `low` to `high` that is held in all stages, or in the `stages` named, by dosing base."""

    low: float = 1.0
    high: float = 7.5
    stages: tuple[int, ...] = ()

    def ends(self, liquor: Stream, organic: Stream, extractant: str) -> tuple[float, float]:
        """Answer the range; raises `DataError` where it is empty."""
        if not -1.0 <= self.low < self.high <= 14.0:
            raise DataError(f"pH from {self.low:g} to {self.high:g} is an empty range or outside -1 to 14")
        return self.low, self.high

    def label(self) -> str:
        """Answer `pH`."""
        return "pH"

    def text(self, coordinate: float) -> str:
        """Answer `pH 5.2`."""
        return f"pH {coordinate:.4g}"

    def turn(self, section: Section, liquor: Stream, organic: Stream, coordinate: float) -> Turned:
        """Answer the section at a pH."""
        ph = dict.fromkeys(self.stages, coordinate) if self.stages else coordinate
        return Turned(replace(section, ph=ph, dose={}, base=_base(section, liquor)), liquor, organic, 0.0)


def saponified(organic: Stream, extractant: str, degree: float, cation: str = "Na+") -> Stream:
    """Answer an organic of which a share `degree` (0 to 1) of the extractant is in the form of a cation's salt.

    The base that does it leaves its water behind, so the organic is dry. Raises `DataError` for an extractant that is no
    acid, a cation that it does not take up, a degree outside 0 to 1, or one that there is no free extractant for.
    """
    chemistry = organic.chemistry
    kind = chemistry.extractant(extractant).kind
    if kind != "acidic":
        raise DataError(
            f"saponification: {extractant} is of the kind {kind!r}; only an acidic extractant is saponified"
        )
    known = salts(chemistry, extractant)
    if cation not in known:
        raise DataError(f"saponification: {extractant} does not take up {cation!r}{nearest(cation, known)}")
    if not 0.0 <= degree <= 1.0:
        raise DataError(f"saponification: degree = {degree:g} is outside 0 to 1")
    held = holding(organic, extractant)
    moved = max(0.0, degree * held.total - held.bound[cation])
    if moved > held.free * (1.0 + _SUM):
        raise DataError(
            f"saponification: degree = {degree:g} asks for {moved:.4g} mol/s of {extractant}, {held.free:.4g} mol/s is free"
        )
    flows = np.array(organic.flows)
    flows[chemistry.index[acid_form(extractant)]] -= min(moved, held.free)
    flows[chemistry.index[known[cation]]] += min(moved, held.free) / charge(cation)
    return organic.replace(flows=flows)


def _base(section: Section, liquor: Stream) -> Stream:
    """Answer the base of a section, caustic soda where it has none."""
    return caustic(liquor) if section.base is None else section.base


def caustic(liquor: Stream, substance: str = "NaOH", water: float = 5.0) -> Stream:
    """Answer a base to dose: a mole of a substance with moles of water (5: some 10 mol/L), at the liquor's temperature."""
    chemistry = liquor.chemistry
    flows = np.zeros(chemistry.size)
    flows[chemistry.liquor] = chemistry.dissolve(substance)
    flows[WATER] += water
    return liquor.replace(flows=flows)
