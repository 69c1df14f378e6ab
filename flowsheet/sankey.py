"""Where an element goes: ribbons as wide as its flow, from the feeds through the units to the exits.

Only the units where the element's way divides are drawn, and no flow below a least share of what is fed. They stand in
columns from left to right; a ribbon that skips columns keeps a place of its own in each of them. Recycles run below.
Each column is wide enough for its labels and each node high enough, so labels cannot meet.
"""

from __future__ import annotations

import itertools
import textwrap
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path as Outline
from matplotlib.patheffects import withStroke

from .canvas import FONT, mass_text, rounded, sheet, text_width
from .chemistry.database import atomic_masses
from .errors import DataError, nearest
from .files import write_figure
from .layout import reading_order
from .solver import Solution
from .stream import Stream

_LEAST_SHARE = 0.005
_LOWEST, _HIGHEST, _SLOPE = 170.0, 400.0, 0.18  # height of the highest column's ribbons, by the width of the picture
_BAR, _GAP, _SPACE = 11.0, 10.0, 26.0
_NAME, _AMOUNT, _TITLE = 8.5, 7.5, 14.0
_NAME_LETTERS = 14
_LEADING = 1.25
_EDGE = 14.0
_SWEEPS = 6
_COLOURS = {
    "Ni": "#2e9e6b",
    "Co": "#3566b8",
    "Mn": "#c2679d",
    "Li": "#7f62b3",
    "Cu": "#c8692c",
    "Fe": "#a3512f",
    "Al": "#7b8a99",
    "Na": "#c79a14",
    "S": "#a8a01c",
}
_OTHER_COLOUR = "#4f8f9e"
_UNIT, _FEED, _EXIT, _BEND = "unit", "feed", "exit", "bend"
_INK = {_UNIT: "#2b3a48", _FEED: "#1b7a3d", _EXIT: "#a3202c"}


@dataclass(eq=False)
class _Node:
    """A feed, a unit, an exit, or the place of a long ribbon in a column that it passes."""

    name: str
    kind: str
    flow: float = 0.0
    layer: int = 0
    y: float = 0.0  # of its middle

    def slot(self, scale: float) -> float:
        """Height that the node needs in its column."""
        label = _LEADING * (_NAME * len(_name_lines(self)) + _AMOUNT)
        return max(self.flow * scale, 0.0 if self.kind == _BEND else label) + _GAP


@dataclass(eq=False)
class _Ribbon:
    """A flow between two nodes, kg/s; `y_start`, `y_end` are the middles of its ends."""

    source: _Node
    target: _Node
    flow: float
    is_back: bool = False
    y_start: float = 0.0
    y_end: float = 0.0


@dataclass(eq=False)
class _Panel:
    """The picture of one element."""

    element: str
    fed: float
    left_out: float
    least_share: float
    nodes: list[_Node]
    ribbons: list[_Ribbon]
    scale: float = 1.0
    x: list[float] = field(default_factory=list)
    width: float = 0.0
    bottom: float = 0.0
    height: float = 0.0


def draw_sankey(
    solution: Solution,
    element: str | Iterable[str],
    path: str | Path | None = None,
    least_share: float = _LEAST_SHARE,
) -> Figure:
    """Draw where an element goes, or a panel for each of several; also writes the figure where a `path` is given.

    `least_share`: flows below this share of what enters the plant are not drawn; more of it makes a simpler picture.
    Raises `DataError` for an element that the chemistry lacks, or that nothing brings into the plant.
    """
    elements = [element] if isinstance(element, str) else list(element)
    panels = [_panel(solution, name, least_share) for name in elements]
    if not panels:
        raise DataError("sankey: 0 elements given, at least 1 is needed")
    figure, axes = sheet(max(panel.width for panel in panels), sum(panel.height for panel in panels))
    top = 0.0
    for panel in panels:
        _draw_panel(axes, panel, top)
        top += panel.height
    if path is not None:
        write_figure(path, figure)
    return figure


def _panel(solution: Solution, element: str, least_share: float) -> _Panel:
    known = solution.plant.elements_in
    if element not in known:
        raise DataError(f"sankey of {element!r}: the chemistry has no such element{nearest(element, known)}")
    mass = atomic_masses()[element]
    fed = known[element] * mass
    if fed <= 0.0:
        brought = [name for name, flow in known.items() if flow > 0.0]
        raise DataError(f"sankey of {element}: 0 kg/h enters the plant; {', '.join(brought)} do")
    ribbons, exits = _ribbons(solution, element, mass, least_share * fed)
    shown = sum(ribbon.flow for ribbon in ribbons if ribbon.target.kind == _EXIT)
    names = reading_order(solution.flowsheet.graph)
    ribbons = _contract(ribbons)
    nodes = _nodes(ribbons)
    _put_in_layers(nodes, ribbons, names)
    panel = _Panel(element, fed, max(0.0, exits - shown), least_share, nodes, ribbons)
    _bend(panel)
    _place(panel)
    return panel


def _ribbons(solution: Solution, element: str, mass: float, least: float) -> tuple[list[_Ribbon], float]:
    """Answer every flow of the element above `least`, and the flow of all exits together (kg/s)."""
    units = {name: _Node(name, _UNIT if unit.inlets else _FEED) for name, unit in solution.flowsheet.units.items()}
    flows: list[tuple[_Node, _Node, float]] = []

    def flow(stream: Stream) -> float:
        return stream.elements[element] * mass

    for link in solution.flowsheet.links():
        flows.append((units[link.from_unit], units[link.target], flow(solution.streams[link.source])))
    for full, stream in (*solution.feeds.items(), *solution.drawn.items()):
        owner, _, own = full.partition(".")
        flows.append((_Node(f"{own} to {owner}", _FEED), units[owner], flow(stream)))
    leaving = 0.0
    for full in solution.products:
        owner, _, own = full.partition(".")
        flows.append((units[owner], _Node(f"{owner} {own}", _EXIT), flow(solution.streams[full])))
        leaving += flows[-1][2]
    return [_Ribbon(a, b, amount) for a, b, amount in flows if amount > least], leaving


def _nodes(ribbons: list[_Ribbon]) -> list[_Node]:
    return list(dict.fromkeys(itertools.chain.from_iterable((r.source, r.target) for r in ribbons)))


def _contract(ribbons: list[_Ribbon]) -> list[_Ribbon]:
    """Leave only the units where the element's way divides, and one ribbon between two nodes.

    A unit with one ribbon out hands what it receives on to the next; one with none in, its inflows being too small to
    draw, is left out with what comes from it.
    """
    while True:
        merged: dict[tuple[_Node, _Node], _Ribbon] = {}
        for ribbon in ribbons:
            key = (ribbon.source, ribbon.target)
            merged[key] = _Ribbon(*key, ribbon.flow + (merged[key].flow if key in merged else 0.0))
        ribbons = list(merged.values())
        for node in _nodes(ribbons):
            into = [r for r in ribbons if r.target is node]
            out = [r for r in ribbons if r.source is node]
            if node.kind != _UNIT or not (len(out) == 1 or not into) or out[0].target is node:
                continue
            handed_on = [_Ribbon(r.source, out[0].target, r.flow) for r in into]
            ribbons = [r for r in ribbons if node not in (r.source, r.target)] + handed_on
            break
        else:
            return ribbons


def _put_in_layers(nodes: list[_Node], ribbons: list[_Ribbon], names: list[str]) -> None:
    """Give each node its column and its flow; a ribbon against the reading order is a recycle."""
    rank = {name: number for number, name in enumerate(names)}

    def place(node: _Node) -> float:
        return {_FEED: -1.0, _EXIT: float(len(rank))}[node.kind] if node.kind != _UNIT else float(rank[node.name])

    for ribbon in ribbons:
        ribbon.is_back = place(ribbon.source) >= place(ribbon.target)
    for node in sorted(nodes, key=place):
        node.layer = max((r.source.layer + 1 for r in ribbons if r.target is node and not r.is_back), default=0)
        node.flow = max(
            sum(r.flow for r in ribbons if r.target is node), sum(r.flow for r in ribbons if r.source is node)
        )
    for node in nodes:
        if node.kind == _FEED:
            node.layer = min(r.target.layer for r in ribbons if r.source is node) - 1


def _bend(panel: _Panel) -> None:
    """Give a ribbon that skips columns a place in each of them."""
    ribbons = []
    for ribbon in panel.ribbons:
        source = ribbon.source
        for at in range(ribbon.source.layer + 1, ribbon.target.layer if not ribbon.is_back else 0):
            bend = _Node("", _BEND, ribbon.flow, at)
            panel.nodes.append(bend)
            ribbons.append(_Ribbon(source, bend, ribbon.flow))
            source = bend
        ribbon.source = source
        ribbons.append(ribbon)
    panel.ribbons = ribbons


def _place(panel: _Panel) -> None:
    """Find the places of nodes and ribbons, and the size of the panel."""
    columns = [
        [node for node in panel.nodes if node.layer == at] for at in range(max(node.layer for node in panel.nodes) + 1)
    ]
    room = [_BAR + _SPACE + max([24.0, *(_label_width(panel, node) for node in column)]) for column in columns]
    height = min(max(_SLOPE * sum(room), _LOWEST), _HIGHEST)
    panel.scale = height / max(sum(node.flow for node in column) for column in columns)
    _stand(panel, columns)
    back = [ribbon for ribbon in panel.ribbons if ribbon.is_back]
    first, last = (
        max([0.0, *(r.flow * panel.scale + 5.0 for r in ribbons)])
        for ribbons in (
            [r for r in back if r.target.layer == 0],
            [r for r in back if r.source.layer == len(columns) - 1],
        )
    )
    panel.x = list(itertools.accumulate(room, initial=_EDGE + first))
    panel.width = max(panel.x.pop() - _SPACE + last + _EDGE, 320.0)
    top = min(node.y - node.slot(panel.scale) / 2.0 for node in panel.nodes)
    for node in panel.nodes:
        node.y += 2.2 * _TITLE + _GAP - top
    _attach(panel)
    panel.bottom = max(node.y + node.slot(panel.scale) / 2.0 for node in panel.nodes)
    recycles = sum(r.flow * panel.scale + _GAP for r in back)
    panel.height = panel.bottom + recycles + _AMOUNT * 2.0 + _EDGE


def _stand(panel: _Panel, columns: list[list[_Node]]) -> None:
    """Find the heights of the nodes: level with what they are joined to, looking left and right in turn."""
    for column in columns:
        _spread(column, [0.0] * len(column), panel.scale)
    for sweep in range(_SWEEPS):
        forward = sweep % 2 == 0
        for column in columns if forward else columns[::-1]:
            wished = [_wish(panel, node, forward) for node in column]
            pairs = sorted(zip(wished, column, strict=True), key=lambda pair: pair[0])
            column[:] = [node for _, node in pairs]
            _spread(column, [wish for wish, _ in pairs], panel.scale)


def _wish(panel: _Panel, node: _Node, forward: bool) -> float:
    """Answer where a node would stand if it were alone: level with what it is joined to."""
    joined = [
        (r.flow, r.source.y if forward else r.target.y)
        for r in panel.ribbons
        if not r.is_back and (r.target if forward else r.source) is node
    ]
    total = sum(flow for flow, _ in joined)
    return sum(flow * y for flow, y in joined) / total if total > 0.0 else node.y


def _spread(column: list[_Node], wished: list[float], scale: float) -> None:
    """Stand nodes in a column without overlap, as near to the wished places as can be.

    They keep their order; the sum of the squares of what each is moved is the least there can be.
    """
    offsets = list(itertools.accumulate((node.slot(scale) for node in column), initial=0.0))
    middles = [(a + b) / 2.0 for a, b in itertools.pairwise(offsets)]
    pools: list[list[float]] = []  # sum of the wishes and their number, of nodes that stand close together
    for wish, middle in zip(wished, middles, strict=True):
        pools.append([wish - middle, 1.0])
        while len(pools) > 1 and pools[-2][0] / pools[-2][1] > pools[-1][0] / pools[-1][1]:
            total, count = pools.pop()
            pools[-1][0] += total
            pools[-1][1] += count
    starts = [total / count for total, count in pools for _ in range(int(count))]
    for node, start, middle in zip(column, starts, middles, strict=True):
        node.y = start + middle


def _attach(panel: _Panel) -> None:
    """Give each ribbon its place on the bars at its ends; recycles take the lowest."""
    for node in panel.nodes:
        top = node.y - node.flow * panel.scale / 2.0
        for ribbon in sorted((r for r in panel.ribbons if r.source is node), key=lambda r: (r.is_back, r.target.y)):
            ribbon.y_start = top + ribbon.flow * panel.scale / 2.0
            top += ribbon.flow * panel.scale
        top = node.y - node.flow * panel.scale / 2.0
        for ribbon in sorted((r for r in panel.ribbons if r.target is node), key=lambda r: (r.is_back, r.source.y)):
            ribbon.y_end = top + ribbon.flow * panel.scale / 2.0
            top += ribbon.flow * panel.scale


def _name_lines(node: _Node) -> list[str]:
    return textwrap.wrap(node.name.replace("_", " "), _NAME_LETTERS) if node.kind != _BEND else []


def _amount(panel: _Panel, node: _Node) -> str:
    share = f",  {node.flow / panel.fed:.1%}" if node.kind == _EXIT else ""
    return f"{mass_text(node.flow)}{share}"


def _label_width(panel: _Panel, node: _Node) -> float:
    if node.kind == _BEND:
        return 0.0
    names = max(text_width(line, _NAME, True) for line in _name_lines(node))
    return max(names, text_width(_amount(panel, node), _AMOUNT)) + 6.0


def _draw_panel(axes: Axes, panel: _Panel, top: float) -> None:
    colour = _COLOURS.get(panel.element, _OTHER_COLOUR)
    y = top + 1.3 * _TITLE
    title = axes.text(_EDGE, y, panel.element, fontsize=_TITLE, family=FONT, weight="bold", color=colour)
    x = _EDGE + text_width(panel.element, _TITLE, True) + 8.0
    beside = axes.text(x, y, f"{mass_text(panel.fed)} fed", fontsize=_NAME, family=FONT, color="#555555")
    for text in (title, beside):
        text.set_gid("title")
    lane = panel.bottom
    for ribbon in sorted(panel.ribbons, key=lambda r: (r.is_back, abs(r.source.layer - r.target.layer))):
        if ribbon.is_back:
            thickness = ribbon.flow * panel.scale
            _draw_recycle(axes, panel, ribbon, top, lane + thickness / 2.0)
            lane += thickness + _GAP
        else:
            _draw_ribbon(axes, panel, ribbon, top, colour)
    for node in panel.nodes:
        if node.kind != _BEND:
            _draw_node(axes, panel, node, top)
    if panel.left_out > 0.0:
        least, share = f"{panel.least_share:.1%}", f"{panel.left_out / panel.fed:.2%}"
        text = f"exits with less than {least} of the feed, not drawn: {share} in all"
        y = top + panel.height - _AMOUNT
        axes.text(_EDGE, y, text, fontsize=_AMOUNT, family=FONT, color="#777777", gid="note")


def _draw_ribbon(axes: Axes, panel: _Panel, ribbon: _Ribbon, top: float, colour: str) -> None:
    start = panel.x[ribbon.source.layer] + (_BAR if ribbon.source.kind != _BEND else 0.0)
    end = panel.x[ribbon.target.layer]
    half = max(ribbon.flow * panel.scale, 0.8) / 2.0
    y0, y1, middle = ribbon.y_start + top, ribbon.y_end + top, (start + end) / 2.0
    points = [(start, y0 - half), (middle, y0 - half), (middle, y1 - half), (end, y1 - half)]
    points += [(end, y1 + half), (middle, y1 + half), (middle, y0 + half), (start, y0 + half)]
    codes = [Outline.MOVETO, *[Outline.CURVE4] * 3, Outline.LINETO, *[Outline.CURVE4] * 3]
    axes.add_patch(PathPatch(Outline(points, codes), facecolor=colour, alpha=0.42, linewidth=0.0, zorder=2))


def _draw_recycle(axes: Axes, panel: _Panel, ribbon: _Ribbon, top: float, lane: float) -> None:
    thickness = max(ribbon.flow * panel.scale, 0.8)
    start, end = panel.x[ribbon.source.layer] + _BAR, panel.x[ribbon.target.layer]
    turn = thickness / 2.0 + 5.0
    points = [(start, ribbon.y_start), (start + turn, ribbon.y_start), (start + turn, lane), (end - turn, lane)]
    points += [(end - turn, ribbon.y_end), (end, ribbon.y_end)]
    path = rounded([(x, y + top) for x, y in points], turn)
    axes.add_patch(
        PathPatch(path, fill=False, edgecolor="#8fa3b5", alpha=0.6, linewidth=thickness, capstyle="butt", zorder=1)
    )


def _draw_node(axes: Axes, panel: _Panel, node: _Node, top: float) -> None:
    x, height = panel.x[node.layer], max(node.flow * panel.scale, 1.5)
    corner = (x, node.y + top - height / 2.0)
    axes.add_patch(Rectangle(corner, _BAR, height, facecolor=_INK[node.kind], linewidth=0.0, zorder=3))
    effects = [withStroke(linewidth=2.2, foreground=(1.0, 1.0, 1.0, 0.85))]
    lines = [(text, _NAME, "bold") for text in _name_lines(node)] + [(_amount(panel, node), _AMOUNT, "normal")]
    y = node.y + top - _LEADING * sum(size for _, size, _ in lines) / 2.0
    for text, size, weight in lines:
        axes.text(
            x + _BAR + 4.0,
            y + _LEADING * size / 2.0,
            text,
            fontsize=size,
            family=FONT,
            weight=weight,
            color=_INK[node.kind],
            va="center_baseline",
            path_effects=effects,
            zorder=5,
            gid=f"label {node.kind}",
        )
        y += _LEADING * size
