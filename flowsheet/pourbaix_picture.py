"""The picture of an Eh-pH diagram: areas, the lines between them, names where there is room for them.

Dissolved species are blue, solids tan. A name stands in its area where it has the most room; an area that is too small has
a number, which is explained beside the frame. Where it is too small for that as well, the number stands beside it on a line.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Polygon
from matplotlib.path import Path as Outline
from scipy.ndimage import distance_transform_edt, label, minimum_filter

from .canvas import FONT
from .charts import COLOURS, DASHES, INK, LABEL, TICK, Chart, charts, finish, name_axes, wide, write_over, written
from .chemistry.couples import couple, couple_names
from .chemistry.couples import potential as potential_of
from .pourbaix import DEFAULT_PH, DEFAULT_POTENTIAL, Pourbaix, pourbaix
from .quantities import to_celsius
from .stream import Stream

_SMALL = 6.5
_DISSOLVED, _SOLID = "#e4eff8", "#f3e6d3"
_MARGIN = 62.0
_WORTH_NAMING, _WORTH_A_NUMBER = 30.0, 60.0  # square points, of the largest area of a species and of its others
_DOT = 5.0  # points around the liquor's dot that are kept clear
_LEADER = 14.0  # points, the least length of the line from a number to an area beside it
_GRAIN = 2.0  # points between the places that are tried for the name of an area


def draw_pourbaix(
    stream: Stream,
    element: str,
    path: str | Path | None = None,
    total: float | None = None,
    ligands: Mapping[str, float] | None = None,
    without: str | Iterable[str] = (),
    ph: tuple[float, float] = DEFAULT_PH,
    potential: tuple[float, float] = DEFAULT_POTENTIAL,
) -> Figure:
    """Draw the Eh-pH diagram of an element; the arguments are those of `pourbaix`.

    Dissolved species are blue, solids tan. Dashed: where water is in equilibrium with O2 and H2 of 1 bar. A dot marks the
    liquor itself where it holds both states of a couple, such as Fe+3 and Fe+2.
    """
    found = pourbaix(stream, element, total, ligands, without, ph, potential)
    held = ", ".join(f"{name} {amount:.3g}" for name, amount in {element: found.total, **found.ligands}.items())
    note = f"{held} mol/kg water; {to_celsius(found.temperature):.4g} °C; activities as concentrations"
    margin = max(_MARGIN, *(wide(f"0  {written(name)}", TICK) + 10.0 for name in found.areas))
    figure, drawn = charts(f"Eh-pH diagram of {element}", note, 380.0, (300.0,), right=margin)
    chart = drawn[0]
    axes = chart.axes
    axes.set_xlim(*found.ph)
    axes.set_ylim(*found.potential)
    axes.grid(False)
    for name, polygons in found.areas.items():
        fill = _SOLID if name in found.solids else _DISSOLVED
        for polygon in polygons:
            axes.add_patch(Polygon(polygon, facecolor=fill, edgecolor=fill, linewidth=0.6, zorder=1))
    for line in found.boundaries():
        (x, y), (u, v) = line.start, line.end
        axes.plot([x, u], [y, v], color=INK, linewidth=1.1, solid_capstyle="round", zorder=3)
    _draw_water(chart, found)
    own = _own_point(found, stream)
    lines = _write_areas(chart, found, own[:2] if own else None)
    if own:
        _mark_liquor(chart, *own, chart.top + 12.0 * lines + 14.0)
    name_axes(chart, "pH", "Eh, V against SHE")
    return finish(figure, drawn, path)


def _draw_water(chart: Chart, found: Pourbaix) -> None:
    """Draw the lines between which water is stable, and name them beside the frame."""
    x = np.array(found.ph)
    for gas, (start, slope) in found.water_lines().items():
        y = start + slope * x
        chart.axes.plot(x, y, color=COLOURS[0], linewidth=1.1, linestyle=DASHES, zorder=4)
        if found.potential[0] < y[-1] < found.potential[1]:
            end = chart.to_sheet(x[-1:], y[-1:])[0]
            text = f"{written(gas)}, 1 bar"
            font = {"fontsize": TICK, "family": FONT, "color": COLOURS[0], "va": "center"}
            chart.base.text(float(end[0]) + 5.0, float(end[1]), text, gid="water", **font)


def _own_point(found: Pourbaix, stream: Stream) -> tuple[float, float, str] | None:
    """Answer the liquor's own pH and potential (V) with what sets it, where they lie within the frame.

    That is the first couple of the data of which the liquor holds both states.
    """
    index, flows = stream.chemistry.index, stream.flows
    for one in (couple(name) for name in couple_names()):
        if all(name in index and flows[index[name]] > 0.0 for name in (one.oxidised, one.reduced)):
            ph, volts = stream.ph, potential_of(stream.equilibrium, one.name)
            within = found.ph[0] < ph < found.ph[1] and found.potential[0] < volts < found.potential[1]
            return (ph, volts, f"{written(one.oxidised)}/{written(one.reduced)}") if within else None
    return None


def _mark_liquor(chart: Chart, ph: float, potential: float, couple_text: str, y: float) -> None:
    """Mark the liquor by a dot that is explained beside the frame at `y` points."""
    dot = {"color": COLOURS[1], "markersize": 5.5, "markeredgecolor": "white", "clip_on": False}
    chart.axes.plot(ph, potential, "o", zorder=5, **dot)
    x = chart.left + chart.width + 8.0
    chart.base.plot(x, y, "o", **dot)
    font = {"fontsize": TICK, "family": FONT, "color": INK, "va": "center", "gid": "liquor"}
    chart.base.text(x + 6.0, y, "liquor, by", **font)
    chart.base.text(x + 6.0, y + 10.0, couple_text, **font)


def _write_areas(chart: Chart, found: Pourbaix, dot: tuple[float, float] | None) -> int:
    """Write each species where its area has the most room; where there is none, a number that is explained beside it.

    `dot`: pH and V of a place that nothing is to be written on. Answers how many numbers there are.
    """
    xs, ys = _grid(chart, found)
    owner = _owners(found, xs, ys)
    crossed = np.zeros(owner.shape, dtype=bool)
    for start, slope in found.water_lines().values():
        crossed |= np.abs(ys[:, None] - (start + slope * xs[None, :])) < 2.0 * (ys[1] - ys[0])
    free = np.ones(owner.shape, dtype=bool)
    if dot is not None:
        reach = (_DOT * (xs[1] - xs[0]) / _GRAIN, _DOT * (ys[1] - ys[0]) / _GRAIN)
        free = (np.abs(ys - dot[1]) > reach[1])[:, None] | (np.abs(xs - dot[0]) > reach[0])[None, :]
    numbers: dict[str, int] = {}
    tiny: dict[str, tuple[int, int]] = {}
    for at, name in enumerate(found.areas):
        ground = _SOLID if name in found.solids else _DISSOLVED
        parts = np.zeros(owner.shape, dtype=np.int64)
        label(owner == at, output=parts)
        sizes = np.bincount(parts.ravel())
        largest = int(sizes[1:].argmax()) + 1 if sizes.size > 1 else 0
        for part in range(1, sizes.size):
            own = parts == part
            if any(
                _write_within(chart, mask, written(name), xs, ys, ground)
                for mask in (own & free & ~crossed, own & free)
            ):
                continue
            if own.sum() * _GRAIN**2 > (_WORTH_NAMING if part == largest else _WORTH_A_NUMBER):
                number = numbers.setdefault(name, len(numbers) + 1)
                room = _room(own & free)
                y, x = np.unravel_index(int(np.argmax(room)), room.shape)
                _write_at(chart, float(xs[x]), float(ys[y]), str(number), _SMALL, ground)
            elif part == largest:
                room = _room(own)
                y, x = np.unravel_index(int(np.argmax(room)), room.shape)
                tiny[name] = int(y), int(x)
    for name, place in tiny.items():
        number = numbers.setdefault(name, len(numbers) + 1)
        _write_beside(chart, found, owner, free & ~crossed, place, str(number))
    for name, number in numbers.items():
        font = {"fontsize": TICK, "family": FONT, "color": INK, "va": "center"}
        place = (chart.left + chart.width + 5.0, chart.top + 8.0 + 12.0 * (number - 1))
        chart.base.text(*place, f"{number}  {written(name)}", gid="key", **font)
    return len(numbers)


def _grid(chart: Chart, found: Pourbaix) -> tuple[np.ndarray, np.ndarray]:
    """Answer pH (X,) and V (Y,) of the places that are tried for names."""
    xs = np.linspace(*found.ph, 2 * int(chart.width / _GRAIN) + 1)[1::2]
    return xs, np.linspace(*found.potential, 2 * int(chart.height / _GRAIN) + 1)[1::2]


def _write_beside(
    chart: Chart, found: Pourbaix, owner: np.ndarray, free: np.ndarray, place: tuple[int, int], number: str
) -> None:
    """Write a number on a line to a place (row, column) of the grid, as near as no line and no other text is in its way."""
    xs, ys = _grid(chart, found)
    clear = free.copy()
    across = chart.left + (np.arange(len(xs)) + 0.5) * chart.width / len(xs)
    down = chart.top + chart.height - (np.arange(len(ys)) + 0.5) * chart.height / len(ys)
    for other in (text for text in chart.base.texts if text.get_gid() == "area"):
        (x, y), size = other.get_position(), float(other.get_fontsize())
        room = wide(other.get_text(), size) + _DOT, 1.3 * size + _DOT
        width, height = room[::-1] if other.get_rotation() else room
        clear[np.ix_(np.abs(down - y) < height / 2.0, np.abs(across - x) < width / 2.0)] = False
    extent = [math.ceil(length / _GRAIN) | 1 for length in (2.0 * _SMALL, 2.0 * wide(number, _SMALL))]
    fits = np.zeros(owner.shape, dtype=bool)
    for at in range(len(found.areas)):
        fits |= np.asarray(minimum_filter(np.pad(clear & (owner == at), 1), tuple(extent)))[1:-1, 1:-1]
    if not fits.any():
        return
    rows, columns = np.nonzero(fits)
    away = np.hypot(rows - place[0], columns - place[1]) * _GRAIN
    nearest = int(np.argmin(np.where(away < _LEADER, math.inf, away)))
    y, x = int(rows[nearest]), int(columns[nearest])
    line = {"color": INK, "linewidth": 0.6, "zorder": 3, "gid": f"to {number}"}
    chart.axes.plot([xs[place[1]], xs[x]], [ys[place[0]], ys[y]], **line)
    ground = _SOLID if list(found.areas)[owner[y, x]] in found.solids else _DISSOLVED
    _write_at(chart, float(xs[x]), float(ys[y]), number, _SMALL, ground)


def _room(own: np.ndarray) -> np.ndarray:
    """Answer how far each point of a mask (Y, X) is from the nearest outside, in steps of the grid."""
    return np.asarray(distance_transform_edt(np.pad(own, 1)))[1:-1, 1:-1]


def _owners(found: Pourbaix, xs: np.ndarray, ys: np.ndarray) -> np.ndarray:
    """Answer the number of the area, (Y, X), that each point of a grid lies in."""
    points = np.column_stack([np.tile(xs, len(ys)), np.repeat(ys, len(xs))])
    owner = np.full(len(points), -1, dtype=np.int64)
    for at, polygons in enumerate(found.areas.values()):
        for polygon in polygons:
            owner[Outline(polygon).contains_points(points)] = at
    return owner.reshape(len(ys), len(xs))


def _write_within(chart: Chart, own: np.ndarray, text: str, xs: np.ndarray, ys: np.ndarray, ground: str) -> bool:
    """Write a text where a mask (Y, X) leaves the most room around it; answers False where it leaves too little."""
    room = _room(own)
    for size, turned, margin in itertools.product((LABEL, _SMALL), (False, True), (1.6, 1.0)):
        width, height = margin * (wide(text, size) + 2.0), margin * size * 1.3
        extent = (width, height) if turned else (height, width)
        fits = np.asarray(minimum_filter(np.pad(own, 1), tuple(math.ceil(length / _GRAIN) | 1 for length in extent)))[
            1:-1, 1:-1
        ]
        if fits.any():
            y, x = np.unravel_index(int(np.argmax(np.where(fits, room, -1.0))), room.shape)
            _write_at(chart, float(xs[x]), float(ys[y]), text, size, ground, turned)
            return True
    return False


def _write_at(
    chart: Chart, ph: float, potential: float, text: str, size: float, ground: str, turned: bool = False
) -> None:
    x, y = chart.to_sheet(np.array([ph]), np.array([potential]))[0]
    font = {"fontsize": size, "color": INK, "ha": "center", "va": "center", "gid": "area"}
    write_over(chart.base, float(x), float(y), text, ground, rotation=90.0 if turned else 0.0, **font)
