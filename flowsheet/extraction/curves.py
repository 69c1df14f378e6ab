"""Numbers behind the pictures of extraction: extraction curves, pH50, separation factors, McCabe-Thiele's diagram.

All of them ask the model of the section itself; nothing is fitted or drawn by eye. Tables are pandas DataFrames in the units
of those who read them (g/L, pH, shares from 0 to 1).

Sources: Ritcey & Ashbrook (1984) Solvent Extraction I, chapters 2 and 5; McCabe & Thiele (1925) Ind. Eng. Chem. 17, 605.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import pandas

from ..chemistry.extractants import cations
from ..chemistry.system import WATER
from ..errors import ConvergenceError, DataError, nearest
from ..quantities import litre
from ..stream import Stream, dose, mix, solvent
from ..sweeps import AgainstPh, axis_of, check_liquor
from .profile import StageProfile
from .section import Section, contact, run_section

_NUMBER = re.compile(r"\d+(\.\d+)?")
_POINTS = 81
_BETWEEN, _BEYOND = 16, 40  # contacts between two stages, and beyond the first and the last
_LEAST_PART = 1e-3  # of the liquor or organic that meets the other at the ends of the curve
_PROBE = 1e-6  # share of a stage's outflow that is let out to see what it is
_WATER_OF_BASE = 5.0  # mol of water per mol of base: caustic soda of about 10 mol/L


def extraction_curves(
    liquor: Stream,
    extractants: str | Iterable[str],
    organic_to_aqueous: float = 1.0,
    molarity: float = 500.0,
    axis: AgainstPh | None = None,
) -> pandas.DataFrame:
    """Answer the share of each cation in the organic, 0 to 1, after one contact against its equilibrium pH.

    `extractants`: of the chemistry of the liquor. `molarity`: of each in its fresh diluent, mol/m3; `organic_to_aqueous`:
    volume per volume. `axis`: the range of pH, 0 to 8 by default, with the acid and the base that bring the liquor there, as
    in the laboratory: the liquor is acidified where it has to be, then base is dosed into the mixture. The share is
    organic / (organic + liquor), that of a base's own cation too. Columns: (extractant, cation), for the cations that the
    liquor holds and the extractant takes up; index: pH. A cell is not a number where the section has no answer, which
    `attrs["warnings"]` tells. Raises `DataError` for an unknown extractant, an empty liquor, or
    one that holds nothing the extractant takes up.
    """
    check_liquor("extraction curves", liquor)
    if not organic_to_aqueous > 0.0 or not np.isfinite(organic_to_aqueous):
        raise DataError(f"extraction curves: organic_to_aqueous = {organic_to_aqueous:g} is not above 0")
    if not molarity > 0.0:
        raise DataError(f"extraction curves: molarity = {molarity:g} mol/m3 is not above 0; 0.5 mol/L is 500 mol/m3")
    axis = ph_axis(axis, liquor)
    levels = np.linspace(*axis.ends(), _POINTS)
    names = (extractants,) if isinstance(extractants, str) else tuple(extractants)
    start = liquor.liquor
    ready = [_acidified(start, axis, float(level)) for level in levels]
    columns: dict[tuple[str, str], list[float]] = {}
    warnings: dict[str, None] = {}
    for name in names:
        organic = solvent(liquor.chemistry, name, molarity, organic_to_aqueous * start.liquor_volume)
        organic = organic.replace(temperature=liquor.temperature)
        profiles = [
            _contacted(one, organic, name, float(level), base) for (one, base), level in zip(ready, levels, strict=True)
        ]
        lost = [float(level) for profile, level in zip(profiles, levels, strict=True) if profile is None]
        if lost:
            warnings[f"{name}: no answer at {len(lost)} points from pH {min(lost):.2f} to {max(lost):.2f}"] = None
        for cation in cations(liquor.chemistry, name):
            if start[cation] > 0.0:
                columns[name, cation] = [_share(profile, cation) for profile in profiles]
        warnings |= dict.fromkeys(f"{name}: {warning}" for warning in _gathered(profiles, levels))
    if not columns:
        raise DataError(
            f"extraction curves: the liquor holds nothing that {', '.join(names) or 'no extractant'} takes up"
        )
    table = pandas.DataFrame(columns, index=pandas.Index(levels, name="pH"))
    table.columns = pandas.MultiIndex.from_tuples(columns, names=["extractant", "cation"])
    table.attrs["warnings"] = tuple(warnings)
    return table


def ph_axis(axis: AgainstPh | None, liquor: Stream) -> AgainstPh:
    """Answer the range of pH of extraction curves, 0 to 8 where none is given, with its acid and its base named.

    Raises `DataError` for another axis.
    """
    found = axis_of("extraction curves", AgainstPh(0.0, 8.0) if axis is None else axis, liquor)
    if not isinstance(found, AgainstPh):
        raise DataError(f"extraction curves: axis = {axis!r} is no range of pH; give AgainstPh(0.0, 8.0)")
    return found


def _acidified(liquor: Stream, axis: AgainstPh, level: float) -> tuple[Stream, Stream]:
    """Answer the liquor brought down to a pH where it lies above it, and the base of the axis with some water, mol/s."""
    chemistry = liquor.chemistry
    state = axis.state(liquor, liquor.flows[chemistry.liquor], level)
    acid, base = (
        _of_totals(liquor, totals, water) for totals, water in ((state.acid, 0.0), (state.base, _WATER_OF_BASE))
    )
    if liquor.ph <= level:
        return liquor, base
    return dose(liquor, acid, level, liquor.temperature, ())[0], base


def _of_totals(liquor: Stream, totals: np.ndarray | None, water: float) -> Stream:
    flows = np.zeros_like(liquor.flows)
    if totals is not None:
        flows[liquor.chemistry.liquor] = totals
    flows[WATER] += water
    return liquor.replace(flows=flows)


def _gathered(profiles: Iterable[StageProfile | None], levels: Iterable[float]) -> list[str]:
    """Answer warnings that differ in their numbers alone as one, the last, with the pH from which they come."""
    found: dict[str, tuple[float, str]] = {}
    for profile, level in zip(profiles, levels, strict=True):
        for warning in profile.warnings if profile else ():
            kind = _NUMBER.sub("", warning)
            found[kind] = (found.get(kind, (level, ""))[0], warning)
    return [f"{warning}; such from pH {level:.2f}" for level, warning in found.values()]


def _contacted(liquor: Stream, organic: Stream, name: str, level: float, base: Stream) -> StageProfile | None:
    """Answer a contact at a pH, or None where the solver finds none, as far beyond the range of an extractant."""
    try:
        return contact(liquor, organic, name, ph=level, base=base)
    except ConvergenceError:
        return None


def _share(profile: StageProfile | None, cation: str) -> float:
    if profile is None or cation not in profile.cations:
        return float("nan")
    at = profile.cations.index(cation)
    held = profile.organic[0, at] * profile.organic_flow[0]
    left = profile.aqueous[0, at] * profile.liquor_flow[0]
    return float(held / (held + left)) if held + left > 0.0 else float("nan")


def ph50(curves: pandas.DataFrame) -> pandas.DataFrame:
    """Answer the pH at which half of each cation (rows) is extracted, by extractant (columns), from `extraction_curves`.

    Between two points of the table the logarithm of the distribution is a straight line. A cell is not a number where half
    is not reached within the table.
    """
    found = {
        column: _crossing(np.array(curves.index, dtype=float), curves[column].to_numpy(dtype=float))
        for column in curves.columns
    }
    extractants = list(dict.fromkeys(name for name, _ in found))
    taken = list(dict.fromkeys(name for _, name in found))
    rows = [[found.get((extractant, cation), float("nan")) for extractant in extractants] for cation in taken]
    return pandas.DataFrame(
        rows, index=pandas.Index(taken, name="cation"), columns=pandas.Index(extractants, name="extractant")
    )


def _crossing(ph: np.ndarray, share: np.ndarray) -> float:
    """Answer where a share first passes a half, up or down."""
    with np.errstate(divide="ignore"):
        odds = np.log(share) - np.log1p(-share)
    over, there = odds > 0.0, np.isfinite(odds)
    [places] = np.nonzero((over[1:] != over[:-1]) & there[1:] & there[:-1])
    if places.size == 0:
        return float("nan")
    at = int(places[0])
    part = -odds[at] / (odds[at + 1] - odds[at])
    return float(ph[at] + part * (ph[at + 1] - ph[at]))


def distribution_ratios(profile: StageProfile) -> pandas.DataFrame:
    """Answer D of each cation (columns), organic per liquor, by stage; not a number where there is none in the liquor."""
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = np.where(profile.aqueous > 0.0, profile.organic / profile.aqueous, np.nan)
    stages = pandas.Index(np.arange(1, len(profile.ph) + 1), name="stage")
    return pandas.DataFrame(ratios, index=stages, columns=list(profile.cations))


def separation_factors(profile: StageProfile, stage: int = 1) -> pandas.DataFrame:
    """Answer beta = D(row) / D(column) in a stage, 1 being where the liquor enters, for the cations that are there.

    Cations stand in the order of their D, the best extracted first. Raises `DataError` for a stage that there is not.
    """
    count = len(profile.ph)
    if not 1 <= stage <= count:
        raise DataError(f"separation factors: stage {stage} is outside 1 to {count}")
    ratios = distribution_ratios(profile).loc[stage]
    ratios = ratios[ratios > 0.0].sort_values(ascending=False, kind="stable")
    if ratios.empty:
        raise DataError(f"separation factors: stage {stage} holds no cation that {profile.extractant} takes up")
    values = ratios.to_numpy(dtype=float)
    return pandas.DataFrame(values[:, None] / values[None, :], index=list(ratios.index), columns=list(ratios.index))


def separation_over_ph(curves: pandas.DataFrame, extractant: str = "") -> pandas.DataFrame:
    """Answer beta of every pair of cations against pH (index) from `extraction_curves`, named `Co+2/Ni+2`.

    `extractant`: the first of the table where none is named. The better extracted of a pair (in the mean) stands above the
    line. Raises `DataError` for an extractant that the table lacks, or fewer than two cations.
    """
    known = list(dict.fromkeys(str(name) for name, _ in curves.columns))
    name = extractant or known[0]
    if name not in known:
        raise DataError(f"separation factors: {name!r} is not in the table{nearest(name, known)}")
    shares = curves[name]
    taken = list(shares.columns)
    if len(taken) < 2:
        raise DataError(f"separation factors: the table holds {len(taken)} cation of {name}, at least 2 are needed")
    with np.errstate(divide="ignore", invalid="ignore"):
        odds = {cation: _odds(np.array(shares[cation], dtype=float)) for cation in taken}
        columns = {}
        for one, other in itertools.combinations(taken, 2):
            beta = odds[one] / odds[other]
            good = np.isfinite(beta) & (beta > 0.0)
            turned = bool(good.any()) and float(np.log(beta[good]).mean()) < 0.0
            columns[f"{other}/{one}" if turned else f"{one}/{other}"] = 1.0 / beta if turned else beta
    return pandas.DataFrame(columns, index=curves.index)


def _odds(share: np.ndarray) -> np.ndarray:
    return share / (1.0 - share)


@dataclass(frozen=True, eq=False)
class McCabeThiele:
    """McCabe-Thiele's diagram of a section: points of liquor and organic, g/L of a cation, (P, 2) each.

    `curve`: equilibrium along the section. `lines`: the operating line, or one for each stage of a cross-current. `steps`:
    the stages themselves, from the liquor fed to the organic fed. `profile`: the section as it was run.
    """

    cation: str
    curve: np.ndarray
    lines: tuple[np.ndarray, ...]
    steps: np.ndarray
    profile: StageProfile


def mccabe_thiele(section: Section, liquor: Stream, organic: Stream, cation: str) -> McCabeThiele:
    """Answer McCabe-Thiele's diagram of a cation in a section as it runs.

    Equilibrium of one metal depends on the pH and on the other metals, which change from stage to stage, so no isotherm of
    the feed is right for all of them. The curve here is made of single ideal contacts of the liquor and the organic that
    meet at each place of the section, all their metals with them: at a stage the liquor of the stage before and the organic
    of the stage behind, between two stages a mixture of what meets in the one and in the other, beyond the first stage the
    feed with ever less organic, beyond the last the fresh organic with ever less liquor. The pH is free and the base is
    what is dosed there; where the section holds a pH that pH is held. So ideal stages lie on the curve, and stages of a
    lower efficiency inside it. The operating line joins the liquor and the organic that pass each other between stages; it
    bends where volumes change, a feed enters or a bleed leaves. Temperatures, volumes and entrainment are those of the section.
    Raises `DataError` for a cation that the extractant does not take up.
    """
    known = cations(liquor.chemistry, section.extractant)
    if cation not in known:
        raise DataError(f"McCabe-Thiele: {section.extractant} does not take up {cation!r}{nearest(cation, known)}")
    passing = _passing(section, liquor, organic, cation)
    profile, count = passing.profile, section.stages
    if cation not in profile.cations:
        raise DataError(
            f"McCabe-Thiele: neither liquor nor organic holds {cation}; known: {', '.join(profile.cations)}"
        )
    at = profile.cations.index(cation)
    chemistry = liquor.chemistry
    grams = float(chemistry.molar_masses[chemistry.position(cation)]) / litre
    x, y = profile.aqueous[:, at] * grams, profile.organic[:, at] * grams
    fed_x, fed_y = float(profile.aqueous_feed[at]) * grams, float(profile.organic_feed[at]) * grams
    before = np.concatenate([[fed_x], x])
    behind = np.concatenate([y, [fed_y]])
    if section.flow == "counter-current":
        lines = (np.column_stack([before, behind]),)
        steps = np.empty((2 * count + 1, 2))
        steps[0::2] = np.column_stack([before, behind])
        steps[1::2] = np.column_stack([x, y])
    else:
        lines = tuple(np.array([[before[i], fed_y], [x[i], y[i]]]) for i in range(count))
        steps = np.concatenate(lines)
    outward = count == 1 or (fed_x - x[0]) * (x[0] - x[1]) > 0.0
    curve = np.array([_meet(passing, place) for place in _places(count, outward)]) * grams
    return McCabeThiele(cation, _finite(curve), lines, steps, profile)


def _finite(points: np.ndarray) -> np.ndarray:
    return points[np.isfinite(points).all(axis=1)]


@dataclass(frozen=True, eq=False)
class _Passing:
    """What meets in each stage: liquors (N) with their side feeds, organics (N), and base dosed, mol/s, or pH held (N)."""

    section: Section
    cation: str
    profile: StageProfile
    liquors: list[Stream]
    organics: list[Stream]
    held: np.ndarray  # pH, not a number where it is free


def _passing(section: Section, liquor: Stream, organic: Stream, cation: str) -> _Passing:
    """Run the section with vanishing bleeds, which show what leaves each stage."""
    count = section.stages
    stages = range(1, count + 1)
    probed = replace(
        section,
        liquor_bleeds={stage: section.liquor_bleeds.get(stage, 0.0) or _PROBE for stage in stages},
        organic_bleeds={stage: section.organic_bleeds.get(stage, 0.0) or _PROBE for stage in stages},
    )
    shown = run_section(probed, liquor, organic)
    profile = run_section(section, liquor, organic)

    def onward(side: str, stage: int, shares: dict[int, float], own: dict[int, float]) -> Stream:
        share = shares[stage]
        return shown.bleeds[f"{side} of stage {stage}"] * ((1.0 - own.get(stage, 0.0)) / share)

    liquors = [onward("liquor", i, dict(probed.liquor_bleeds), dict(section.liquor_bleeds)) for i in stages]
    organics = [onward("organic", i, dict(probed.organic_bleeds), dict(section.organic_bleeds)) for i in stages]
    if section.flow == "counter-current":
        entering = [*organics[1:], organic]
    else:
        entering = [organic * (1.0 / count)] * count
    fed = [liquor, *liquors[:-1]]
    fed = [
        mix([one, section.liquor_feeds[i]]) if i in section.liquor_feeds else one
        for i, one in zip(stages, fed, strict=True)
    ]
    entering = [
        mix([one, section.organic_feeds[i]]) if i in section.organic_feeds else one
        for i, one in zip(stages, entering, strict=True)
    ]
    held = np.full(count, np.nan)
    for stage, value in section.set_points.items():
        held[stage - 1] = value
    return _Passing(section, cation, profile, fed, entering, held)


def _places(count: int, outward: bool) -> list[tuple[float, float, float]]:
    """Answer places along a section: how many stages from the first, and the parts of the liquor and organic that meet.

    `outward`: whether the liquor fed lies beyond that of the first stage, so that the curve goes on there.
    """
    parts = np.geomspace(_LEAST_PART, 1.0, _BEYOND, endpoint=False)
    parts = np.unique(np.concatenate([parts, np.linspace(0.0, 1.0, _BEYOND + 1)[1:-1]]))
    along = np.linspace(0.0, count - 1.0, (count - 1) * _BETWEEN + 1)
    first = [(0.0, 1.0, float(part)) for part in parts] if outward else []
    last = [(count - 1.0, float(part), 1.0) for part in parts[::-1]]
    return [*first, *((float(place), 1.0, 1.0) for place in along), *last]


def _meet(passing: _Passing, place: tuple[float, float, float]) -> np.ndarray:
    """Answer liquor and organic, mol/L (2,), after an ideal contact of what meets at a place."""
    along, of_liquor, of_organic = place
    low = min(int(along), len(passing.liquors) - 1)
    part = along - low
    section, profile = passing.section, passing.profile

    def between(streams: list[Stream]) -> Stream:
        return streams[low] if part == 0.0 else mix([streams[low] * (1.0 - part), streams[low + 1] * part])

    def at(values: np.ndarray) -> float:
        return float(values[low] if part == 0.0 else (1.0 - part) * values[low] + part * values[low + 1])

    level = at(passing.held)
    is_held = np.isfinite(level)
    one = Section(
        extractant=section.extractant,
        ph=level if is_held else None,
        exact=section.exact,
        dose={} if is_held or section.base is None else {1: at(profile.dosed) * of_liquor},
        base=section.base,
    )
    found = run_section(one, between(passing.liquors) * of_liquor, between(passing.organics) * of_organic)
    column = found.cations.index(passing.cation)
    return np.array([found.aqueous[0, column], found.organic[0, column]])
