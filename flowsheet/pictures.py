"""Pictures of a solved flowsheet: the flowsheet itself, and where each element goes.

Colours tell what flows: liquor blue, slurry and solids brown, organic amber, gas grey. Recycles are dashed.
"""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch, PathPatch, Polygon
from matplotlib.patheffects import withStroke

from .canvas import FONT, mass_text, rounded, sheet, text_width
from .files import write_figure
from .layout import GAP, Cell, Layout, Line, Row, arrange, layer, reading_order
from .sankey import draw_sankey
from .solver import Solution
from .stream import Stream

__all__ = ["draw_flowsheet", "draw_sankey"]

_TITLE, _KIND, _LABEL = 8.0, 6.0, 6.5
_LEADING = 1.25
_COLOURS = {
    "liquor": "#2a6fb0",
    "slurry, solids": "#8a5a2b",
    "organic": "#d08a00",
    "gas": "#8c8c8c",
    "nothing flows": "#c4c4c4",
}
_FEED, _REAGENT, _PRODUCT, _LINK = "feed", "reagent", "product", "link"
_INK = {_FEED: "#1b7a3d", _REAGENT: "#7a3e9d", _PRODUCT: "#a3202c", _LINK: "#333333"}
_BOX, _BOX_EDGE = "#eef3f8", "#3d5166"
_NAME_WIDTH = 18  # letters
_SOLID_SHARE = 0.01
_LEGEND_HEIGHT = 22.0
_DASHES = (0, (4.0, 1.6))


def draw_flowsheet(solution: Solution, path: str | Path | None = None) -> Figure:
    """Draw units and streams with their mass flows; also writes the figure where a `path` is given.

    Green labels are feeds, purple ones reagents that units draw, red ones what leaves the plant. A unit without inlets
    is drawn as a feed of the unit that it feeds.
    """
    layout = _layout(solution)
    figure, axes = sheet(max(layout.width, 430.0), layout.height + _LEGEND_HEIGHT)
    colours = {line.link: _colour(solution.streams[line.link]) for line in layout.lines}
    for line in layout.lines:
        _draw_line(axes, line, colours[line.link])
    for cell in layout.cells:
        _draw_cell(axes, cell)
    _draw_legend(axes, layout, set(colours.values()))
    if path is not None:
        write_figure(path, figure)
    return figure


def _layout(solution: Solution) -> Layout:
    graph = solution.flowsheet.graph
    sources = {name for name, unit in solution.flowsheet.units.items() if not unit.inlets and graph.out_degree(name)}
    names = [name for name in reading_order(graph) if name not in sources]
    links = [(a, b, key) for a, b, key in graph.edges(keys=True) if a not in sources]
    layers = layer(names, [(a, b) for a, b, _ in links])
    cells = [_cell(solution, name, sources) for name in names]
    for cell in cells:
        cell.layer = layers[cell.name]
    weights = {key: solution.streams[key].mass for _, _, key in links}
    return arrange(cells, links, weights)


def _cell(solution: Solution, name: str, sources: set[str]) -> Cell:
    unit = solution.flowsheet.units[name]
    title = _title(name)
    kind = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", type(unit).__name__).capitalize()
    lines = (*title, *(textwrap.wrap(kind, _NAME_WIDTH + 4) if kind.casefold() != " ".join(title).casefold() else ()))
    width = max(text_width(text, _TITLE if i < len(title) else _KIND, i < len(title)) for i, text in enumerate(lines))
    entering = []
    for link in solution.flowsheet.links():
        if link.target == name:
            if link.from_unit in sources:
                entering.append(_row(_text(link.from_unit, solution.streams[link.source]), _FEED))
            else:
                entering.append(_row("", _LINK, link.source))
    for role, streams in ((_FEED, solution.feeds), (_REAGENT, solution.drawn)):
        for full, stream in streams.items():
            owner, _, own = full.partition(".")
            if owner == name:
                entering.append(_row(_text(own, stream), role))
    leaving = []
    for outlet in unit.outlets:
        full = f"{name}.{outlet}"
        role = _PRODUCT if full in solution.products else _LINK
        leaving.append(_row(_text(outlet, solution.streams[full]), role, "" if role == _PRODUCT else full))
    height = len(title) * _TITLE * _LEADING + (len(lines) - len(title)) * _KIND * _LEADING + 12.0
    return Cell(name, tuple(lines), max(width + 16.0, 60.0), height, entering, leaving)


def _title(name: str) -> list[str]:
    return textwrap.wrap(name.replace("_", " "), _NAME_WIDTH) or [name]


def _text(name: str, stream: Stream) -> str:
    return f"{name.replace('_', ' ')}  {mass_text(stream.mass)}"


def _row(text: str, role: str, link: str = "") -> Row:
    return Row(text, text_width(text, _LABEL, role == _PRODUCT) if text else 0.0, role, link)


def _colour(stream: Stream) -> str:
    mass = stream.mass
    if mass <= 0.0:
        return _COLOURS["nothing flows"]
    if stream.solids.mass > _SOLID_SHARE * mass:
        return _COLOURS["slurry, solids"]
    masses = {"liquor": stream.liquor.mass, "organic": stream.organic.mass, "gas": stream.gas.mass}
    return _COLOURS[max(masses, key=masses.__getitem__)]


def _draw_line(axes: Axes, line: Line, colour: str) -> None:
    effects = [withStroke(linewidth=3.4, foreground="white")]
    points = [*line.points[:-1], (line.points[-1][0] - 5.0, line.points[-1][1])]
    patch = PathPatch(rounded(points, 5.0), fill=False, edgecolor=colour, linewidth=1.3, path_effects=effects, zorder=2)
    patch.set_linestyle(_DASHES if line.is_back else "solid")
    axes.add_patch(patch)
    _draw_head(axes, *line.points[-1], colour)


def _draw_head(axes: Axes, x: float, y: float, colour: str) -> None:
    """Draw an arrowhead whose tip is at (x, y)."""
    axes.add_patch(Polygon([(x, y), (x - 7.0, y - 3.0), (x - 7.0, y + 3.0)], facecolor=colour, linewidth=0.0, zorder=3))


def _draw_cell(axes: Axes, cell: Cell) -> None:
    left, height = cell.x + cell.left, cell.height - GAP
    style = "round,pad=0,rounding_size=4"
    corner = (left, cell.y - height / 2.0)
    box = FancyBboxPatch(corner, cell.box_width, height, boxstyle=style, facecolor=_BOX, edgecolor=_BOX_EDGE, zorder=4)
    axes.add_patch(box)
    count = len(_title(cell.name))
    sizes = [_TITLE if number < count else _KIND for number in range(len(cell.lines))]
    y = cell.y - sum(sizes) * _LEADING / 2.0
    for text, size in zip(cell.lines, sizes, strict=True):
        title = size == _TITLE
        axes.text(
            left + cell.box_width / 2.0,
            y + size * _LEADING / 2.0,
            text,
            fontsize=size,
            family=FONT,
            weight="bold" if title else "normal",
            color="#1d2b38" if title else "#5b6b7a",
            ha="center",
            va="center_baseline",
            zorder=5,
            gid="unit",
        )
        y += size * _LEADING
    for row in cell.entering:
        if row.text:
            _draw_stub(axes, left - cell.left + 4.0, left, row)
            _draw_label(axes, left - cell.left + 5.0, row)
    right = left + cell.box_width
    for row in cell.leaving:
        if row.role == _PRODUCT:
            _draw_stub(axes, right, right + row.width + 12.0, row)
        _draw_label(axes, right + 3.0, row)


def _draw_stub(axes: Axes, start: float, end: float, row: Row) -> None:
    """Draw the arrow of something that enters or leaves the plant."""
    axes.plot([start, end - 5.0], [row.y, row.y], color=_INK[row.role], linewidth=1.0, zorder=2)
    _draw_head(axes, end, row.y, _INK[row.role])


def _draw_label(axes: Axes, x: float, row: Row) -> None:
    axes.text(
        x,
        row.y - 2.0,
        row.text,
        fontsize=_LABEL,
        family=FONT,
        weight="bold" if row.role == _PRODUCT else "normal",
        color=_INK[row.role],
        ha="left",
        va="bottom",
        zorder=5,
        gid=f"label {row.role}",
    )


def _draw_legend(axes: Axes, layout: Layout, used: set[str]) -> None:
    """Explain the colours that are `used`, and the roles that there are."""
    x, y = GAP, layout.height + _LEGEND_HEIGHT / 2.0 - 4.0
    entries = [(name, colour) for name, colour in _COLOURS.items() if colour in used]
    entries += [("recycle", _INK[_LINK])] if any(line.is_back for line in layout.lines) else []
    roles = {row.role for cell in layout.cells for row in (*cell.entering, *cell.leaving)}
    entries += [(name, ink) for name, ink in _INK.items() if name in roles and name != _LINK]
    for name, colour in entries:
        dashes = _DASHES if name == "recycle" else "solid"
        axes.plot([x, x + 16.0], [y, y], color=colour, linewidth=1.6, linestyle=dashes)
        axes.text(x + 20.0, y, name, fontsize=_LABEL, family=FONT, color=colour, va="center_baseline", gid="legend")
        x += 32.0 + text_width(name, _LABEL)
