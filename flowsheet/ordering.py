"""Tears and order: which units form a loop, which links to guess, in which order to calculate.

A flowsheet is a directed graph: unit operations are nodes, links are edges. Its strongly connected parts are
calculated one after another; a part that is a loop is opened by tearing links until no cycle is left. The set of
tears is exact: of the least total weight, and among equals the one whose names come first. To find it is the weighted
feedback arc set problem, written as a covering of all cycles to which cycles are added only as they are needed: a
plant has thousands of them and a few dozen matter.

Sources
  partition and tearing     T. Gundersen, T. Hertzberg, "Partitioning and tearing of networks applied to process
                            flowsheeting", Modeling, Identification and Control 4(3) (1983) 139-165
  lazily added cycles       A. Baharev, H. Schichl, A. Neumaier, T. Achterberg, "An exact method for the minimum
                            feedback arc set problem", ACM Journal of Experimental Algorithmics 26 (2021) 1.4
"""

import functools
import math
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import networkx as nx
import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, vstack

from .errors import ConvergenceError, DeclarationError

Edge = tuple[Any, Any, Any]
"""A link: the unit it leaves, the unit it enters, its key in the graph."""

_Arc = tuple[Any, Any]

# Names decide among sets of equal weight by powers of two, so many arcs at a time as the tolerance of the
# optimiser (1e-6 of a whole number) tells apart with a wide margin.
_ARCS_NAMED_AT_ONCE = 12
_SAME_WEIGHT = 1e-6


@dataclass(frozen=True)
class Part:
    """Units that can only be solved together, or a single unit; `tears` are empty unless `is_loop`."""

    units: tuple[Any, ...]
    tears: tuple[Edge, ...]
    is_loop: bool


@dataclass(frozen=True)
class Order:
    """The parts of a flowsheet in the order of calculation."""

    parts: tuple[Part, ...]

    @property
    def units(self) -> tuple[Any, ...]:
        """All units in the order of calculation."""
        return tuple(unit for part in self.parts for unit in part.units)

    @property
    def tears(self) -> tuple[Edge, ...]:
        """All torn links, part by part."""
        return tuple(tear for part in self.parts for tear in part.tears)


def order(graph: nx.MultiDiGraph) -> Order:
    """Order the units of `graph` and choose its tears.

    An edge may carry `weight`, the cost of tearing it (1 where it is absent; finite and above 0): give a small one to
    links with a good guess or few species. The answer depends on names, edges and weights alone, not on the order in
    which they were inserted. Weights that differ by less than a millionth of the smallest count as equal.
    """
    graph = _sorted_copy(graph)
    condensed = nx.condensation(graph)
    first = {part: min(map(str, members)) for part, members in condensed.nodes(data="members")}
    in_order = nx.lexicographical_topological_sort(condensed, key=first.__getitem__)
    return Order(tuple(_part(graph, condensed.nodes[part]["members"]) for part in in_order))


@functools.lru_cache(maxsize=32)
def parts_of(
    units: tuple[str, ...], links: tuple[tuple[str, str, str], ...]
) -> tuple[tuple[Part, tuple[str, ...]], ...]:
    """Answer the parts in order, each with the loop through it (nothing where it is none), for links as (from, to, key).

    Kept for flowsheets that hang together alike, since a sweep solves one many times.
    """
    graph = nx.MultiDiGraph()
    graph.add_nodes_from(units)
    for source, target, key in links:
        graph.add_edge(source, target, key=key)
    parts = order(graph).parts
    return tuple((part, tuple(loop_through(graph, part)) if part.is_loop else ()) for part in parts)


def loop_through(graph: nx.MultiDiGraph, part: Part) -> list[Any]:
    """Answer a shortest cycle of `part` as a path that ends where it starts, for messages; empty for a part without.

    The path starts at the unit that is calculated first.
    """
    if not part.is_loop:
        return []
    members = _sorted_copy(graph.subgraph(part.units))
    return _shortest_cycle(_successors(members.edges()), part.units[0])


def _sorted_copy(graph: nx.MultiDiGraph) -> nx.MultiDiGraph:
    """Copy names and weights into a graph whose insertion order is the order of names."""
    ordered = nx.MultiDiGraph()
    ordered.add_nodes_from(sorted(graph.nodes, key=str))
    for source, target, key, data in sorted(graph.edges(keys=True, data=True), key=lambda edge: _name(edge[:3])):
        weight = data.get("weight", 1.0)
        if not (math.isfinite(weight) and weight > 0.0):
            raise DeclarationError(
                f"link {key!s} from {source} to {target}: weight = {weight} is not a finite number above 0"
            )
        ordered.add_edge(source, target, key=key, weight=float(weight))
    return ordered


def _name(edge: Sequence[Any]) -> tuple[str, ...]:
    return tuple(map(str, edge))


def _part(graph: nx.MultiDiGraph, members: Iterable[Any]) -> Part:
    """Tear and order one strongly connected part."""
    inside = _sorted_copy(graph.subgraph(members))
    if inside.number_of_edges() == 0:
        return Part(tuple(inside.nodes), (), is_loop=False)
    weights: dict[_Arc, float] = {}
    for source, target, weight in inside.edges(data="weight"):
        weights[source, target] = weights.get((source, target), 0.0) + weight
    torn = {(unit, unit) for unit in inside.nodes if (unit, unit) in weights}
    torn |= _lightest_cover({arc: weight for arc, weight in weights.items() if arc[0] != arc[1]})
    tears = tuple(edge for edge in inside.edges(keys=True) if edge[:2] in torn)
    inside.remove_edges_from(tears)
    units = tuple(nx.lexicographical_topological_sort(inside, key=str))
    return Part(units, tuple(sorted(tears, key=_name)), is_loop=True)


def _lightest_cover(weights: dict[_Arc, float]) -> set[_Arc]:
    """Choose the arcs of least total weight that open every cycle; of equal sets the first by name.

    `weights` are in the order of names and hold no arc from a unit to itself.
    """
    if not weights:
        return set()
    arcs = list(weights)
    cover = _Cover(arcs)
    cost = np.array(list(weights.values())) / min(weights.values())
    chosen = cover.solve(cost, np.zeros(len(arcs)), np.ones(len(arcs)))
    budget = LinearConstraint(csr_array(cost[None, :]), -np.inf, float(cost @ chosen) + _SAME_WEIGHT)
    low, high = np.zeros(len(arcs)), np.ones(len(arcs))
    for start in range(0, len(arcs), _ARCS_NAMED_AT_ONCE):
        if low.sum() == chosen.sum():
            break
        named = slice(start, min(start + _ARCS_NAMED_AT_ONCE, len(arcs)))
        preference = np.zeros(len(arcs))
        preference[named] = -(2.0 ** np.arange(named.stop - named.start)[::-1])
        chosen = cover.solve(preference, low, high, budget)
        low[named] = high[named] = chosen[named]
    return {arc for arc, torn in zip(arcs, chosen, strict=True) if torn > 0.5}


class _Cover:
    """The cycles met so far, as rows over `arcs`: at least one arc of each row is torn."""

    def __init__(self, arcs: list[_Arc]):
        self.arcs = arcs
        self.column = {arc: number for number, arc in enumerate(arcs)}
        self.known: set[frozenset[int]] = set()
        self.rows = csr_array((0, len(arcs)))
        self._add_cycles(arcs)

    def solve(
        self, cost: np.ndarray, low: np.ndarray, high: np.ndarray, budget: LinearConstraint | None = None
    ) -> np.ndarray:
        """Minimise `cost` over the covers of all cycles within the bounds and the budget; answers zeros and ones."""
        while True:
            constraints = [LinearConstraint(self.rows, 1.0, np.inf)] + ([budget] if budget else [])
            found = milp(
                cost,
                integrality=np.ones(len(self.arcs)),
                bounds=Bounds(low, high),  # pyright: ignore[reportArgumentType]  # scipy takes arrays, annotates numbers
                constraints=constraints,
                options={"mip_rel_gap": 0.0},
            )
            if found.x is None:
                raise ConvergenceError(f"tears of the loop of {self.arcs[0][0]}: {found.message}")
            chosen = np.round(found.x)
            left = [arc for arc, torn in zip(self.arcs, chosen, strict=True) if torn < 0.5]
            if not self._add_cycles(left):
                return chosen

    def _add_cycles(self, arcs: list[_Arc]) -> bool:
        """Add a shortest cycle through every unit that lies on one; answers whether there was a cycle left."""
        successors = _successors(arcs)
        fresh: list[frozenset[int]] = []
        for unit in successors:
            cycle = _shortest_cycle(successors, unit)
            row = frozenset(self.column[arc] for arc in pairwise(cycle))
            if row and row not in self.known:
                self.known.add(row)
                fresh.append(row)
        if fresh:
            ends = np.cumsum([0] + [len(row) for row in fresh])
            columns = np.array([column for row in fresh for column in sorted(row)])
            added = csr_array((np.ones(len(columns)), columns, ends), shape=(len(fresh), len(self.arcs)))
            self.rows = csr_array(vstack([self.rows, added]))
        return bool(fresh)


def _successors(arcs: Iterable[_Arc]) -> dict[Any, list[Any]]:
    successors: dict[Any, list[Any]] = {}
    for source, target in arcs:
        successors.setdefault(source, []).append(target)
    return successors


def _shortest_cycle(successors: dict[Any, list[Any]], unit: Any) -> list[Any]:
    """Answer a shortest cycle through `unit`, which stands at both ends; empty where there is none."""
    came_from: dict[Any, Any] = {}
    waiting = deque([unit])
    while waiting:
        here = waiting.popleft()
        for there in successors.get(here, ()):
            if there == unit:
                path = [unit, here]
                while path[-1] != unit:
                    path.append(came_from[path[-1]])
                return path[::-1]
            if there not in came_from:
                came_from[there] = here
                waiting.append(there)
    return []
