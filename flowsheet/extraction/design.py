"""Design of a section: how many stages, how much base, which extractant, for a duty.

Every answer is found by running the section itself (`run_section`), many times; nothing is interpolated between two runs.
The searches look along a grid before they halve, so they do not rest on a number that only rises: a co-extraction may
fall again when the wanted metal crowds it out.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas

from ..errors import ConvergenceError, DataError
from ..stream import Stream
from .duty import Duty, Limit
from .levers import BySaponification, Lever, Turned
from .profile import StageProfile
from .section import Section, run_section

_GRID = 41
_HALVINGS = 44
_RATIOS = (0.25, 0.35, 0.5, 0.7, 1.0, 1.4, 2.0, 2.8, 4.0)


def stages_against_ratio(
    section: Section,
    liquor: Stream,
    organic: Stream,
    duty: Duty,
    ratios: Sequence[float] = _RATIOS,
    most_stages: int = 20,
) -> pandas.DataFrame:
    """Answer the fewest stages that do a duty, by volume of organic per liquor (index).

    `section`: as it is to run, its `stages` aside; a pH for all stages, or doses to stages that are always there. `organic`:
    its composition, in any amount. Columns: stages (`pandas.NA` where `most_stages` do not do it), pH of the raffinate,
    loading, base dosed per liquor (mol/m3), what each limit of the duty reaches, and `missed`, the limits that
    `most_stages` miss. Raises `DataError` for a ratio that is not above 0, or a cation that the extractant does not take up.
    """
    if not most_stages >= 1:
        raise DataError(f"stages against ratio: most_stages = {most_stages} is below 1")
    rows = []
    for ratio in ratios:
        if not ratio > 0.0 or not math.isfinite(ratio):
            raise DataError(f"stages against ratio: organic to aqueous = {ratio:g} is not above 0")
        scaled = _scaled("stages against ratio", liquor, organic, ratio)
        duty.check(section.extractant, liquor, scaled)
        rows.append(_fewest(section, liquor, scaled, duty, most_stages))
    table = pandas.DataFrame(rows, index=pandas.Index([float(ratio) for ratio in ratios], name="organic to aqueous"))
    table["stages"] = table["stages"].astype("Int64")
    table.attrs["duty"] = "; ".join(limit.text() for limit in duty.limits())
    return table


def _scaled(where: str, liquor: Stream, organic: Stream, ratio: float) -> Stream:
    if not liquor.liquor_volume > 0.0 or not organic.organic_volume > 0.0:
        raise DataError(
            f"{where}: there are {liquor.liquor_volume:g} m3/s of liquor and {organic.organic_volume:g} m3/s of organic, "
            "more than 0 of both is needed"
        )
    return organic * (ratio * liquor.liquor_volume / organic.organic_volume)


def _fewest(section: Section, liquor: Stream, organic: Stream, duty: Duty, most: int) -> dict[str, object]:
    by_stage = section.ph if isinstance(section.ph, Mapping) else {}
    start = max((int(stage) for stage in (*section.dose, *by_stage)), default=1)
    profile, missed = None, duty.limits()
    for count in range(start, most + 1):
        profile = run_section(replace(section, stages=count), liquor, organic)
        missed = duty.missed(profile)
        if not missed:
            break
    if profile is None:
        raise DataError(
            f"stages against ratio: the section doses to stage {start}, and {most} stages at most are asked for"
        )
    row: dict[str, object] = {
        "stages": pandas.NA if missed else len(profile.ph),
        "pH of raffinate": float(profile.ph[-1]),
        "loading": float(profile.loading[0]),
        "base mol/m3": float(profile.dosed.sum()) / liquor.liquor_volume,
    }
    row |= {limit.name(): limit.reached(profile) for limit in duty.limits()}
    return row | {"missed": "; ".join(limit.text() for limit in missed)}


@dataclass(frozen=True, eq=False)
class LeastBase:
    """The least base that does a duty.

    `coordinate`: of the lever. `base`: hydroxide dosed and with the saponified organic together, mol/s. `binds`: the limit
    that asks for no less. `window`: the coordinates between which the duty is met; `closes`: the limit that is lost
    beyond, empty where the lever's end is reached first. `turned`: section and feeds as they were run. `text`: all that.
    """

    coordinate: float
    base: float
    binds: str
    window: tuple[float, float]
    closes: str
    profile: StageProfile
    turned: Turned
    text: str

    def per_mole(self, cation: str) -> float:
        """Answer mol of base per mol of a cation that went to the organic; infinite where none did."""
        turned, profile = self.turned, self.profile
        gone = turned.liquor[cation] * profile.extraction[cation]
        return self.base / gone if gone > 0.0 else math.inf

    def mass(self, substance: str = "NaOH") -> float:
        """Answer the base as kg/s of a dry substance that gives up one hydroxide or more per mole, such as NaOH or Mg(OH)2."""
        chemistry = self.turned.liquor.chemistry
        totals = chemistry.dissolve(substance)
        given = -float(totals[chemistry.index["H+"]])
        if not given > 0.0:
            raise DataError(f"base {substance!r} takes up {given:g} H+ per mole, more than 0 is needed")
        return self.base / given * float(totals @ chemistry.molar_masses[chemistry.liquor])


def least_base(section: Section, liquor: Stream, organic: Stream, duty: Duty, lever: Lever | None = None) -> LeastBase:
    """Answer the least base with which a section does a duty.

    `lever`: how the base comes in: `BySaponification()` (by default), `ByDose()` or `ByPh()`. The lever is tried along a
    grid from its low end, and the first place where every limit holds is found by halving. Raises `DataError` where there
    is none: it names the limit, the number nearest to it that is reached and where, and which limit stands against it.
    """
    lever = BySaponification() if lever is None else lever
    search = _Search.along(section, liquor, organic, duty, lever)
    search.refuse_unreachable()
    places = np.flatnonzero(search.met.all(axis=1))
    low, high = lever.ends(liquor, organic, section.extractant)
    if places.size == 0:
        places = search.finer()
    first = int(places[0])
    grid = [float(place) for place in search.grid]
    least = _edge(search.is_met, grid[first - 1], grid[first]) if first > 0 else grid[first]
    ahead = np.flatnonzero(~search.met.all(axis=1) & (np.arange(len(grid)) > first))
    most = _edge(search.is_met, grid[int(ahead[0])], grid[int(ahead[0]) - 1]) if ahead.size else high
    turned, profile = search.run(least)
    step = (high - low) * 1e-6
    binds = _text_of(search.missed(least - step)) if first > 0 else ""
    closes = search.lost(most + step) if ahead.size else ""
    base = turned.saponified + float(profile.dosed.sum())
    parts = [f"{lever.text(least)}, {base:.4g} mol/s of base"]
    parts.append(f"bound by {binds}" if binds else "the duty is met without any more")
    parts.append(
        f"holds up to {lever.text(most)}" + (f", where {closes} is lost" if closes else ", the end of the range")
    )
    return LeastBase(float(least), base, binds, (float(least), float(most)), closes, profile, turned, "; ".join(parts))


def base_table(
    section: Section, liquor: Stream, organic: Stream, duty: Duty, lever: Lever | None = None
) -> pandas.DataFrame:
    """Answer what each limit of a duty reaches along a lever (index), with the base, mol/s, pH of the raffinate and loading.

    `met` says where the whole duty holds. A row is not a number where the section has no answer. `attrs["limits"]` holds the
    limits themselves. Raises `DataError` as `least_base` does, but for a duty that cannot be met.
    """
    lever = BySaponification() if lever is None else lever
    search = _Search.along(section, liquor, organic, duty, lever)
    table = pandas.DataFrame(search.rows, index=pandas.Index(search.grid, name=lever.label()))
    table["met"] = search.met.all(axis=1)
    table.attrs["limits"] = duty.limits()
    return table


def _text_of(limits: Iterable[Limit]) -> str:
    return " and ".join(limit.text() for limit in limits)


def _edge(is_met: Callable[[float], bool], outside: float, inside: float) -> float:
    """Halve between a place where a duty is not met and one where it is; answers the nearest where it is met."""
    for _ in range(_HALVINGS):
        middle = 0.5 * (outside + inside)
        if middle in (outside, inside):
            break
        if is_met(middle):
            inside = middle
        else:
            outside = middle
    return inside


@dataclass(eq=False)
class _Search:
    """A lever along a grid (G,): what each of L limits reaches (G, L), not a number where the section has no answer."""

    section: Section
    liquor: Stream
    organic: Stream
    duty: Duty
    lever: Lever
    grid: np.ndarray
    reached: np.ndarray
    met: np.ndarray
    rows: list[dict[str, float]]

    @classmethod
    def along(cls, section: Section, liquor: Stream, organic: Stream, duty: Duty, lever: Lever) -> _Search:
        """Run the section along the lever."""
        duty.check(section.extractant, liquor, organic)
        grid = np.linspace(*lever.ends(liquor, organic, section.extractant), _GRID)
        shape = (_GRID, len(duty.limits()))
        reached, met = np.full(shape, np.nan), np.zeros(shape, dtype=bool)
        search = cls(section, liquor, organic, duty, lever, grid, reached, met, [{} for _ in grid])
        failure: Exception | None = None
        for at, coordinate in enumerate(grid):
            try:
                turned, profile = search.run(coordinate)
            except (ConvergenceError, DataError) as error:
                failure = error
                continue
            search.reached[at] = [limit.reached(profile) for limit in duty.limits()]
            search.met[at] = [limit.is_met(profile) for limit in duty.limits()]
            names = [limit.name() for limit in duty.limits()]
            search.rows[at] = {
                "base mol/s": turned.saponified + float(profile.dosed.sum()),
                "pH of raffinate": float(profile.ph[-1]),
                "loading": float(profile.loading.max()),
            } | dict(zip(names, search.reached[at], strict=True))
        if failure is not None and not np.isfinite(search.reached).any():
            raise type(failure)(
                f"least base: the section has no answer anywhere along the lever: {failure}"
            ) from failure
        return search

    def run(self, coordinate: float) -> tuple[Turned, StageProfile]:
        """Run the section at a coordinate."""
        turned = self.lever.turn(self.section, self.liquor, self.organic, float(coordinate))
        return turned, run_section(turned.section, turned.liquor, turned.organic)

    def missed(self, coordinate: float) -> tuple[Limit, ...]:
        """Answer the limits that are missed at a coordinate."""
        return self.duty.missed(self.run(coordinate)[1])

    def lost(self, coordinate: float) -> str:
        """Say which limits are missed at a coordinate, or that the section has no answer there."""
        try:
            return _text_of(self.missed(coordinate))
        except (ConvergenceError, DataError):
            return "the answer of the section"

    def is_met(self, coordinate: float) -> bool:
        """Whether the duty is met at a coordinate; where the section has no answer it is not."""
        try:
            return not self.missed(coordinate)
        except (ConvergenceError, DataError):
            return False

    def refuse_unreachable(self) -> None:
        """Refuse a limit that is met nowhere along the lever."""
        for at, limit in enumerate(self.duty.limits()):
            if not self.met[:, at].any():
                best, value = self._best(at, limit)
                raise DataError(
                    f"least base: {limit.text()} cannot be met; the nearest reached is {limit.number(value)}, at "
                    f"{self.lever.text(best)}"
                )

    def _best(self, at: int, limit: Limit) -> tuple[float, float]:
        values = np.where(np.isfinite(self.reached[:, at]), self.reached[:, at], -np.inf if limit.is_least else np.inf)
        place = int(np.argmax(values) if limit.is_least else np.argmin(values))
        return float(self.grid[place]), float(values[place])

    def finer(self) -> np.ndarray:
        """Look for a window between two places of the grid, put it into the grid and answer where it is.

        Between neighbours a limit is gained and another lost: the edges of both are found; if the gained one comes first
        there is a window. Raises `DataError` with the two limits where there is none.
        """
        limits = self.duty.limits()
        conflict = ""
        for at in range(len(self.grid) - 1):
            gained = np.flatnonzero(~self.met[at] & self.met[at + 1])
            lost = np.flatnonzero(self.met[at] & ~self.met[at + 1])
            if gained.size == 0:
                continue
            edges = [self._edge_of(int(one), self.grid[at], self.grid[at + 1]) for one in gained]
            start = max(edges)
            last = int(gained[int(np.argmax(edges))])
            missed = self.missed(start)
            if not missed:
                self._insert(at + 1, start)
                return np.array([at + 1])
            if not conflict or lost.size:
                conflict = self._conflict(limits[last], start, missed)
        raise DataError(f"least base: {conflict or 'the limits are not met together'}")

    def _edge_of(self, limit: int, outside: float, inside: float) -> float:
        one = self.duty.limits()[limit]
        return _edge(lambda coordinate: one.is_met(self.run(coordinate)[1]), outside, inside)

    def _insert(self, at: int, coordinate: float) -> None:
        self.grid = np.insert(self.grid, at, coordinate)
        values = [limit.reached(self.run(coordinate)[1]) for limit in self.duty.limits()]
        self.reached = np.insert(self.reached, at, values, axis=0)
        self.met = np.insert(self.met, at, True, axis=0)

    def _conflict(self, gained: Limit, start: float, missed: Sequence[Limit]) -> str:
        profile = self.run(start)[1]
        other = missed[0]
        at = self.duty.limits().index(other)
        keeps = self.met[:, at] & (self.grid < start)
        value = f"{other.name()} is {other.number(other.reached(profile))}, beyond {other.number(other.bound)}"
        text = f"{gained.text()} asks for {self.lever.text(start)}, where {value}"
        if keeps.any():
            edge = _edge(lambda c: other.is_met(self.run(c)[1]), start, float(self.grid[np.flatnonzero(keeps)[-1]]))
            nearest = gained.number(gained.reached(self.run(edge)[1]))
            text += f"; with {other.text()} the nearest reached is {nearest}, at {self.lever.text(edge)}"
        return text
