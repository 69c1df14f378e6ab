"""Where an element came from: the share of every feed and reagent in what flows anywhere in a solved plant.

    F_u m_u = sum over links f_vu m_v + sum over feeds and reagents of u  f_o e_o

    m_u     shares of the origins in what unit u holds of the element; they sum to 1
    f, F    flow of the element along a link or from an origin, and all that enters the unit, mol/s

Atoms of an element do not bear their origin, so a unit is taken to mix all it is given of an element: each of its outlets
carries it as all its inlets together do, drawn reagents among them. Recycles are in the equations, which are linear and
solved at once. What merely passes a unit beside another stream, such as the wash of a filter beside the cake, is mixed all
the same: that is the limit of such a trace.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas

from .errors import DataError, nearest
from .quantities import percent
from .report import FEED, REAGENT, named_streams
from .solver import Solution
from .stream import Stream


@dataclass(frozen=True, eq=False)
class Origins:
    """The origins of an element in a solved plant.

    `names`: of feeds ("unit.inlet"), sources ("unit.outlet") and reagents that units drew ("unit.reagent"), as in
    `report.named_streams`. `shares`: by unit, in the order of `names`; a unit that holds none of the element has none.
    `sources`: units that nothing flows into. `outlets`: of the plant, as "unit.outlet".
    """

    element: str
    names: tuple[str, ...]
    shares: Mapping[str, np.ndarray]
    sources: frozenset[str] = frozenset()
    outlets: frozenset[str] = frozenset()

    def of(self, outlet: str) -> dict[str, float]:
        """Answer the share of each origin in the element that leaves by "unit.outlet", the largest first; they sum to 1.

        Nothing where the unit holds none of the element. Raises `DataError` for a unit or an outlet that is not there.
        """
        unit = outlet.partition(".")[0]
        if unit in self.shares and self.outlets and outlet not in self.outlets | set(self.names):
            raise DataError(f"origins: {outlet!r} is no outlet of the plant{nearest(outlet, self.outlets)}")
        if outlet in self.names or unit in self.sources:
            return {outlet: 1.0}
        if unit not in self.shares:
            raise DataError(f"origins: {outlet!r} leaves no unit of the plant{nearest(unit, self.shares)}")
        found = zip(self.names, self.shares[unit].tolist(), strict=True)
        return dict(sorted(((name, share) for name, share in found if share > 0.0), key=lambda item: -item[1]))


def element_origins(solution: Solution, element: str) -> Origins:
    """Trace an element through a solved plant; raises `DataError` for an element that its chemistry does not have."""
    chemistry = solution.flowsheet.chemistry
    if element not in chemistry.element_names:
        raise DataError(f"origins: the chemistry has no element {element!r}{nearest(element, chemistry.element_names)}")
    row = chemistry.element_matrix[chemistry.element_names.index(element)]
    units = solution.flowsheet.units
    inner = [name for name, unit in units.items() if unit.inlets]
    at = {name: number for number, name in enumerate(inner)}
    links, entries = _flows(solution, row, at)
    names = tuple(dict.fromkeys(name for name, _, _ in entries))
    number = {name: column for column, name in enumerate(names)}
    passed, given = np.zeros((len(inner), len(inner))), np.zeros((len(inner), len(names)))
    for source, target, flow in links:
        passed[target, source] += flow
    for name, target, flow in entries:
        given[target, number[name]] += flow
    mixed = _mixed(passed, given)
    sources = frozenset(name for name in units if name not in at)
    shares = {name: mixed[place] for name, place in at.items()}
    return Origins(element, names, shares, sources, frozenset(solution.streams))


def _flows(
    solution: Solution, row: np.ndarray, at: Mapping[str, int]
) -> tuple[list[tuple[int, int, float]], list[tuple[str, int, float]]]:
    """Answer the flows of an element (mol/s) between units, as (from, to, flow), and into them, as (origin, to, flow)."""

    def flow_of(stream: Stream) -> float:
        return max(0.0, float(row @ stream.flows))

    links, entries = [], []
    for link in solution.flowsheet.links():
        flow = flow_of(solution.streams[link.source])
        if link.from_unit in at:
            links.append((at[link.from_unit], at[link.target], flow))
        else:
            entries.append((link.source, at[link.target], flow))
    for name, (role, stream) in named_streams(solution).items():
        unit = name.partition(".")[0]
        if unit in at and role in (FEED, REAGENT):
            entries.append((name, at[unit], flow_of(stream)))
    return links, entries


def _mixed(passed: np.ndarray, given: np.ndarray) -> np.ndarray:
    """Solve for the shares (U, O) of origins in units, of flows between units (to, from) and from origins (U, O).

    A unit that no origin reaches holds none, or what round-off left in a loop, and has the shares 0.
    """
    reached = given.sum(axis=1) > 0.0
    while True:
        wider = reached | (passed[:, reached] > 0.0).any(axis=1)
        if (wider == reached).all():
            break
        reached = wider
    mixed = np.zeros(given.shape)
    within, entering = passed[np.ix_(reached, reached)], given[reached]
    whole = within.sum(axis=1) + entering.sum(axis=1)
    if whole.size:
        found = np.linalg.solve(np.eye(whole.size) - within / whole[:, None], entering / whole[:, None])
        found = np.maximum(found, 0.0)
        mixed[reached] = found / found.sum(axis=1, keepdims=True)
    return mixed


def origin_table(solution: Solution, outlet: str, elements: Iterable[str]) -> pandas.DataFrame:
    """Answer the shares (%) of the origins in each element of a stream, a row an element, the largest origins first."""
    found = {element: element_origins(solution, element).of(outlet) for element in elements}
    totals: dict[str, float] = {}
    for shares in found.values():
        for name, share in shares.items():
            totals[name] = totals.get(name, 0.0) + share
    columns = sorted(totals, key=lambda name: -totals[name])
    rows = {element: [shares.get(name, 0.0) / percent for name in columns] for element, shares in found.items()}
    table = pandas.DataFrame.from_dict(rows, orient="index", columns=columns)
    table.attrs["unit"] = f"% of the element in {outlet}"
    return table.rename_axis("element")
