"""Where the boxes, labels and lines of a drawn flowsheet go: numbers only, nothing is drawn here.

Units stand in layers from left to right, each to the right of what feeds it; a long flowsheet is wrapped into bands,
one below the other. A unit is a cell: its box in the middle, to the left a row for each thing that enters, to the right
a row for each that leaves, with room for their labels. Lines run in channels between the columns and in corridors
between the bands, where there is neither box nor label; so nothing is written over anything, by construction.

Lengths are points (1/72 inch); x runs to the right, y downward.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import networkx

ROW = 15.0
TRACK = 7.0
GAP = 12.0
_PADDING = 12.0  # of a channel, each side of its tracks
_CORRIDOR = 16.0
_TOGETHER = 4.0  # lines closer than this look like one
_MOST_STACKED = 3  # units in a layer
_MOST_BANDS = 10
_ASPECT = 1.5


@dataclass
class Row:
    """Something that enters or leaves a unit: its label, its role, and the link it belongs to where there is one."""

    text: str
    width: float
    role: str
    link: str = ""
    y: float = 0.0


@dataclass
class Cell:
    """A unit in the drawing. `box_width`, `box_height`: what its own text needs. The rest is found by `arrange`."""

    name: str
    lines: tuple[str, ...]
    box_width: float
    box_height: float
    entering: list[Row]
    leaving: list[Row]
    layer: int = 0
    band: int = 0
    column: int = 0
    x: float = 0.0
    y: float = 0.0

    @property
    def height(self) -> float:
        """Height of the cell; the box is `GAP` less."""
        return max(ROW * max(len(self.entering), len(self.leaving)) + 4.0, self.box_height) + GAP

    @property
    def left(self) -> float:
        """Width of the room for the labels of what enters."""
        return max([14.0, *(row.width + 14.0 for row in self.entering if row.text)])

    @property
    def right(self) -> float:
        """Width of the room for the labels of what leaves."""
        return max([8.0, *(row.width + 12.0 for row in self.leaving if row.text)])

    @property
    def width(self) -> float:
        """Width of box and labels."""
        return self.left + self.box_width + self.right

    def place(self, y: float) -> None:
        """Put the middle of the cell at `y`, its rows about it."""
        self.y = y
        for rows in (self.entering, self.leaving):
            for number, row in enumerate(rows):
                row.y = y + ROW * (number - (len(rows) - 1) / 2.0)


@dataclass
class Line:
    """A link in the drawing: the rows it joins, where it turns, and the points of its path."""

    link: str
    source: Cell
    target: Cell
    start: Row
    end: Row
    corridors: tuple[int, ...] = ()
    is_back: bool = False
    points: list[tuple[float, float]] = field(default_factory=list)


@dataclass
class _Upright:
    """An upright piece of a line in a channel."""

    line: Line
    low: float
    high: float
    leaves_at: float | None
    enters_at: float | None
    x: float = 0.0

    def rank(self) -> tuple[bool, float]:
        """Order that spares crossings: what turns off first stands on the side where it turns off."""
        if self.leaves_at is not None:
            goes_down = self.high > self.leaves_at
            return False, -self.leaves_at if goes_down else self.leaves_at
        entry = self.high if self.enters_at is None else self.enters_at
        return True, entry if self.high > entry else -entry


@dataclass
class Layout:
    """The finished layout: size, cells and lines with their places."""

    width: float
    height: float
    cells: list[Cell]
    lines: list[Line]


def reading_order(graph: networkx.MultiDiGraph) -> list[str]:
    """Answer the units in the order to read them: along the links, and within a loop as they were added.

    A link against this order is a recycle. The order of calculation is no guide here: it starts a loop where it is
    cheapest to guess a stream, seldom where the feed comes in.
    """
    added = {name: number for number, name in enumerate(graph.nodes)}
    parts = networkx.condensation(graph)
    members = {part: sorted(names, key=added.__getitem__) for part, names in parts.nodes(data="members")}
    in_order = networkx.lexicographical_topological_sort(parts, key=lambda part: added[members[part][0]])
    return [name for part in in_order for name in members[part]]


def layer(names: Sequence[str], links: Iterable[tuple[str, str]]) -> dict[str, int]:
    """Answer the layer of each unit. `names` are in reading order; links against it are recycles."""
    place = {name: number for number, name in enumerate(names)}
    forward = [(a, b) for a, b in links if place[a] < place[b]]
    layers: dict[str, int] = {}
    filled: dict[int, int] = {}
    for name in names:
        at = max((layers[a] + 1 for a, b in forward if b == name), default=0)
        while filled.get(at, 0) >= _MOST_STACKED:
            at += 1
        layers[name] = at
        filled[at] = filled.get(at, 0) + 1
    for name in reversed(names):  # what is fed by nothing before it moves up to what it feeds
        fed = [layers[b] - 1 for a, b in forward if a == name]
        if fed and not any(b == name for _, b in forward):
            for at in range(min(fed), layers[name], -1):
                if filled.get(at, 0) < _MOST_STACKED:
                    filled[layers[name]] -= 1
                    filled[at] = filled.get(at, 0) + 1
                    layers[name] = at
                    break
    used = sorted(set(layers.values()))
    return {name: used.index(at) for name, at in layers.items()}


def arrange(cells: list[Cell], links: list[tuple[str, str, str]], weights: dict[str, float]) -> Layout:
    """Place cells and lines. `links`: (source unit, target unit, key); `weights`: by key, the heaviest run straight.

    Wraps the flowsheet into as many bands as make the picture about half as wide again as it is high.
    """
    columns = [list(group) for _, group in itertools.groupby(sorted(cells, key=lambda c: c.layer), lambda c: c.layer)]
    widths = [max(cell.width for cell in column) + 50.0 for column in columns]
    heights = [sum(cell.height for cell in column) for column in columns]

    def badness(count: int) -> float:
        bands = _wrap(widths, count)
        width = max(sum(widths[i] for i in band) for band in bands)
        height = sum(max(heights[i] for i in band) * 1.15 + 70.0 for band in bands)
        return max(width / height / _ASPECT, height * _ASPECT / width)

    count = min(range(1, min(_MOST_BANDS, len(columns)) + 1), key=badness)
    bands = [[columns[i] for i in band] for band in _wrap(widths, count)]
    for number, band in enumerate(bands):
        for position, column in enumerate(band):
            for cell in column:
                cell.band, cell.column = number, position
    lines = _lines(cells, links)
    _sort_rows(cells, lines)
    return _Placing(bands, lines, weights).layout(cells)


def _wrap(widths: list[float], count: int) -> list[list[int]]:
    """Cut the columns into `count` bands, none wider than need be."""

    def cut(limit: float) -> list[list[int]]:
        bands: list[list[int]] = [[]]
        filled = 0.0
        for number, width in enumerate(widths):
            if bands[-1] and filled + width > limit:
                bands.append([])
                filled = 0.0
            bands[-1].append(number)
            filled += width
        return bands

    limit = max(*widths, sum(widths) / count)
    while len(cut(limit)) > count:
        limit *= 1.02
    return cut(limit)


def _lines(cells: list[Cell], links: list[tuple[str, str, str]]) -> list[Line]:
    by_name = {cell.name: cell for cell in cells}
    lines = []
    for source_name, target_name, key in links:
        source, target = by_name[source_name], by_name[target_name]
        start = next(row for row in source.leaving if row.link == key)
        end = next(row for row in target.entering if row.link == key)
        line = Line(key, source, target, start, end, is_back=target.layer <= source.layer)
        line.corridors = _corridors(line)
        lines.append(line)
    return lines


def _corridors(line: Line) -> tuple[int, ...]:
    """Answer the corridors a line takes; corridor n is above band n. Recycles go below, what skips a column above."""
    here, there = line.source.band, line.target.band
    if here == there:
        if line.target.column == line.source.column + 1:
            return ()
        return (here + 1,) if line.is_back else (here,)
    first = here + 1 if there > here else here
    last = there if there > here else there + 1
    return (first,) if first == last else (first, last)


def _sort_rows(cells: list[Cell], lines: list[Line]) -> None:
    """Order the rows of each cell so that what comes from above stands above."""
    by_link = {line.link: line for line in lines}

    def rank(row: Row, cell: Cell, end: int) -> int:
        line = by_link.get(row.link)
        if line is None:
            return 0 if end else 2
        if not line.corridors:
            return 1
        return -1 if line.corridors[-1 if end else 0] == cell.band else 3

    for cell in cells:
        cell.entering.sort(key=lambda row, cell=cell: rank(row, cell, 1))
        cell.leaving.sort(key=lambda row, cell=cell: rank(row, cell, 0))


class _Placing:
    """The steps from columns and lines to coordinates."""

    def __init__(self, bands: list[list[list[Cell]]], lines: list[Line], weights: dict[str, float]):
        self.bands = bands
        self.lines = lines
        self.weights = weights
        self.corridor_y: dict[tuple[str, int], float] = {}
        self.uprights: dict[tuple[int, int], list[_Upright]] = {}

    def layout(self, cells: list[Cell]) -> Layout:
        """Place all and answer the layout."""
        height = self._place_rows()
        self._collect_uprights()
        width, margins = self._place_columns()
        self._separate()
        self._trace(margins)
        return Layout(width, height, cells, self.lines)

    def _place_rows(self) -> float:
        """Give each cell its y, band by band, and each line its y in the corridors; answers the height of all."""
        y = GAP
        for number, band in enumerate(self.bands):
            y = self._place_corridor(number, y)
            for column in band:
                self._place_column(column)
            top = min(cell.y - cell.height / 2.0 for column in band for cell in column)
            for column in band:
                for cell in column:
                    cell.place(cell.y - top + y)
            y = max(cell.y + cell.height / 2.0 for column in band for cell in column)
        return self._place_corridor(len(self.bands), y) + GAP

    def _place_column(self, column: list[Cell]) -> None:
        """Stack the cells of a column so that the heaviest line to each from its left neighbour runs straight."""
        for cell in column:
            cell.place(0.0)
            direct = [line for line in self.lines if line.target is cell and not line.corridors]
            if direct:
                main = max(direct, key=lambda line: self.weights[line.link])
                cell.place(main.start.y - main.end.y)
        column.sort(key=lambda cell: cell.y)
        wished = [cell.y for cell in column]
        for above, below in itertools.pairwise(column):
            least = above.y + (above.height + below.height) / 2.0 + GAP / 2.0
            below.place(max(below.y, least))
        shift = max((cell.y - wish for cell, wish in zip(column, wished, strict=True)), default=0.0) / 2.0
        if len(column) > 1 and shift > 0.0:
            for cell in column:
                cell.place(cell.y - ROW * round(shift / ROW))

    def _place_corridor(self, number: int, y: float) -> float:
        """Give each line of a corridor its own track: close to the band that it belongs to, the short ones nearest."""

        def rank(line: Line) -> tuple[int, float]:
            span = abs(line.source.column - line.target.column)
            ends = {line.source.band, line.target.band}
            if ends == {number - 1}:
                return 0, span
            return (2, -span) if ends == {number} else (1, span)

        using = sorted((line for line in self.lines if number in line.corridors), key=rank)
        for place, line in enumerate(using):
            self.corridor_y[line.link, number] = y + _CORRIDOR / 2.0 + TRACK * place
        return y + (_CORRIDOR + TRACK * (len(using) - 1) if using else _CORRIDOR / 2.0)

    def _collect_uprights(self) -> None:
        def add(band: int, channel: int, upright: _Upright) -> None:
            self.uprights.setdefault((band, channel), []).append(upright)

        for line in self.lines:
            out, into = line.start.y, line.end.y
            if not line.corridors:
                if abs(out - into) > 0.1:
                    direct = _Upright(line, min(out, into), max(out, into), out, into)
                    add(line.source.band, line.source.column + 1, direct)
                continue
            first = self.corridor_y[line.link, line.corridors[0]]
            last = self.corridor_y[line.link, line.corridors[-1]]
            add(line.source.band, line.source.column + 1, _Upright(line, min(out, first), max(out, first), out, None))
            add(line.target.band, line.target.column, _Upright(line, min(into, last), max(into, last), None, into))

    def _place_columns(self) -> tuple[float, dict[str, float]]:
        """Give each channel its tracks and each cell its x; answers the width of all and the margins' tracks."""
        outside = [line for line in self.lines if len(line.corridors) > 1]
        margins = {line.link: GAP + TRACK * number for number, line in enumerate(outside)}
        edge = GAP + TRACK * len(outside)
        width = 0.0
        for number, band in enumerate(self.bands):
            x = edge
            for position, column in enumerate(band):
                x = self._place_channel((number, position), x)
                for cell in column:
                    cell.x = x + max(other.left for other in column) - cell.left
                x += max(other.left for other in column) + max(c.box_width + c.right for c in column)
            width = max(width, self._place_channel((number, len(band)), x))
        return width + GAP, margins

    def _place_channel(self, key: tuple[int, int], x: float) -> float:
        """Give the uprights of a channel their tracks; answers where the channel ends."""
        tracks: list[list[_Upright]] = []
        waiting = sorted(self.uprights.get(key, []), key=_Upright.rank)
        while waiting:
            free = (u for u in waiting if not any(_must_precede(other, u) for other in waiting if other is not u))
            upright = next(free, waiting[0])
            waiting.remove(upright)
            before = [i for i, track in enumerate(tracks) if any(_must_precede(other, upright) for other in track)]
            least = max(before, default=-1) + 1
            fits = (i for i in range(least, len(tracks)) if not any(_overlap(upright, other) for other in tracks[i]))
            place = next(fits, len(tracks))
            if place == len(tracks):
                tracks.append([])
            tracks[place].append(upright)
        for number, track in enumerate(tracks):
            for upright in track:
                upright.x = x + _PADDING + TRACK * number
        inner = 0 < key[1] < len(self.bands[key[0]])
        return x + (2.0 * _PADDING + TRACK * (len(tracks) - 1) if tracks else _PADDING * inner)

    def _separate(self) -> None:
        """Move uprights of different bands apart where they meet in a corridor."""
        placed: list[_Upright] = []
        for key in sorted(self.uprights):
            for upright in self.uprights[key]:
                for _ in range(3):
                    near = (o for o in placed if abs(o.x - upright.x) < _TOGETHER and _overlap(upright, o))
                    if next(near, None) is None:
                        break
                    upright.x += _TOGETHER
                placed.append(upright)

    def _trace(self, margins: dict[str, float]) -> None:
        """Write down the points of every line."""
        of_line: dict[str, list[_Upright]] = {}
        for uprights in self.uprights.values():
            for upright in uprights:
                of_line.setdefault(upright.line.link, []).append(upright)
        for line in self.lines:
            uprights = sorted(of_line.get(line.link, []), key=lambda u: u.leaves_at is None)
            points = [(line.source.x + line.source.left + line.source.box_width, line.start.y)]
            if line.corridors:
                out, into = uprights
                first, last = (self.corridor_y[line.link, line.corridors[i]] for i in (0, -1))
                points += [(out.x, line.start.y), (out.x, first)]
                if len(line.corridors) > 1:
                    points += [(margins[line.link], first), (margins[line.link], last)]
                points += [(into.x, last), (into.x, line.end.y)]
            elif uprights:
                points += [(uprights[0].x, line.start.y), (uprights[0].x, line.end.y)]
            points.append((line.target.x + line.target.left, line.end.y))
            line.points = points


def _must_precede(first: _Upright, second: _Upright) -> bool:
    """Whether `first` must stand to the left, because it leaves at the height where `second` enters."""
    if first.leaves_at is None or second.enters_at is None or first.line is second.line:
        return False
    return abs(first.leaves_at - second.enters_at) < _TOGETHER


def _overlap(one: _Upright, other: _Upright) -> bool:
    return one.low < other.high + _TOGETHER and other.low < one.high + _TOGETHER
