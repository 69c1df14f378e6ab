"""Tears and order: published optima, exhaustive search on small graphs, ties, weights, and order of insertion."""

import csv
from itertools import combinations, pairwise, permutations
from pathlib import Path

import networkx as nx
import numpy as np
import pytest

from raffinate.flowsheet.errors import DeclarationError
from raffinate.flowsheet.ordering import Order, Part, loop_through, order

CASES = Path(__file__).parent / "data" / "tear_cases.csv"


def published():
    with CASES.open(newline="", encoding="utf-8") as file:
        return [
            pytest.param(int(row["optimum"]), [tuple(edge.split(">")) for edge in row["edges"].split()], id=row["case"])
            for row in csv.DictReader(file)
        ]


def graph_of(edges, nodes=()):
    """Edges are (source, target), (source, target, key) or (source, target, key, weight)."""
    graph = nx.MultiDiGraph()
    graph.add_nodes_from(nodes)
    for edge in edges:
        source, target, key, *weight = (*edge, f"{edge[0]}.out") if len(edge) == 2 else edge
        graph.add_edge(source, target, key=key, **({"weight": weight[0]} if weight else {}))
    return graph


def random_edges(seed, units, links):
    generator = np.random.default_rng(seed)
    names = [f"u{number}" for number in range(units)]
    pairs = [(a, b) for a in names for b in names if a != b]
    chosen = generator.choice(len(pairs), size=links, replace=False)
    return [(*pairs[number], f"link{number}", float(generator.integers(1, 4))) for number in chosen]


def assert_can_be_calculated(graph, found):
    """Every link that is not torn comes from a unit calculated before; every unit is calculated once."""
    assert sorted(found.units) == sorted(graph.nodes)
    place = {unit: number for number, unit in enumerate(found.units)}
    torn = set(found.tears)
    for edge in graph.edges(keys=True):
        assert edge in torn or place[edge[0]] < place[edge[1]]


def weight_of(graph, edges):
    return sum(graph.edges[edge].get("weight", 1.0) for edge in edges)


def opens_all_cycles(graph, edges):
    left = graph.copy()
    left.remove_edges_from(edges)
    return nx.is_directed_acyclic_graph(left)


def first_of_the_lightest(graph):
    """Try every set of edges: the slow and obvious way."""
    edges = sorted(graph.edges(keys=True))
    sets = [s for count in range(len(edges) + 1) for s in combinations(edges, count) if opens_all_cycles(graph, s)]
    lightest = min(weight_of(graph, s) for s in sets)
    # the first by name: where two sets differ, the one that holds the earlier edge
    return max((s for s in sets if weight_of(graph, s) == lightest), key=lambda s: [edge in s for edge in edges])


@pytest.mark.parametrize(("optimum", "edges"), published())
def test_order__finds_the_published_number_of_tears(optimum, edges):
    graph = graph_of(edges)
    found = order(graph)
    assert len(found.tears) == optimum
    assert_can_be_calculated(graph, found)


def test_order__has_all_the_published_cases():
    assert len(published()) == 12


@pytest.mark.parametrize(("optimum", "edges"), published())
def test_order__does_not_depend_on_the_order_of_insertion(optimum, edges):
    expected = order(graph_of(edges))
    shuffled = list(edges)
    np.random.default_rng(optimum).shuffle(shuffled)
    nodes = sorted({unit for edge in edges for unit in edge}, reverse=True)
    assert order(graph_of([tuple(edge) for edge in shuffled], nodes)) == expected


@pytest.mark.parametrize("seed", range(12))
def test_order__agrees_with_exhaustive_search_weights_and_names_included(seed):
    graph = graph_of(random_edges(seed, units=5, links=10))
    found = order(graph)
    inside = graph.edge_subgraph(
        [e for part in found.parts for e in graph.edges(keys=True) if {e[0], e[1]} <= set(part.units)]
    )
    assert set(found.tears) == set(first_of_the_lightest(inside))


@pytest.mark.parametrize("seed", range(5))
def test_order__of_random_plants_can_be_calculated_and_no_tear_is_idle(seed):
    graph = graph_of(random_edges(seed, units=20, links=45))
    found = order(graph)
    assert_can_be_calculated(graph, found)
    for tear in found.tears:
        assert not opens_all_cycles(graph, [other for other in found.tears if other != tear])


def test_order__of_a_straight_plant_has_no_loop():
    graph = graph_of([("leach", "filter"), ("filter", "strip"), ("leach", "strip", "bypass")])
    assert order(graph) == Order(tuple(Part((unit,), (), is_loop=False) for unit in ("leach", "filter", "strip")))


def test_order__of_nothing_is_empty():
    assert order(nx.MultiDiGraph()) == Order(())


def test_order__keeps_units_without_links():
    found = order(graph_of([("b", "c"), ("c", "b")], nodes=["z", "a"]))
    assert [part.units for part in found.parts if not part.is_loop] == [("a",), ("z",)]
    assert found.units == ("a", "c", "b", "z")


def test_order__calculates_parts_downstream_of_what_feeds_them():
    edges = [("z1", "z2"), ("z2", "z1"), ("z2", "m"), ("m", "a1"), ("a1", "a2"), ("a2", "a1")]
    found = order(graph_of(edges))
    assert [set(part.units) for part in found.parts] == [{"z1", "z2"}, {"m"}, {"a1", "a2"}]
    assert [part.is_loop for part in found.parts] == [True, False, True]


def test_order__tears_a_link_from_a_unit_to_itself():
    graph = graph_of([("mill", "mill", "oversize"), ("mill", "leach", "fines")])
    found = order(graph)
    assert found.parts[0] == Part(("mill",), (("mill", "mill", "oversize"),), is_loop=True)
    assert not found.parts[1].is_loop


def test_order__tears_a_link_to_itself_inside_a_larger_loop_as_well():
    graph = graph_of([("a", "b", "ab"), ("b", "a", "ba"), ("b", "b", "bb")])
    found = order(graph)
    assert found.tears == (("a", "b", "ab"), ("b", "b", "bb"))


def test_order__counts_parallel_links_together():
    parallel = [("a", "b", "clear"), ("a", "b", "mud"), ("b", "a", "return")]
    assert order(graph_of(parallel)).tears == (("b", "a", "return"),)
    dear = [("a", "b", "clear"), ("a", "b", "mud"), ("b", "a", "return", 3.0)]
    assert order(graph_of(dear)).tears == (("a", "b", "clear"), ("a", "b", "mud"))


@pytest.mark.parametrize("cheap", range(4))
def test_order__tears_the_link_of_least_weight(cheap):
    ring = [(f"u{n}", f"u{(n + 1) % 4}", f"s{n}", 0.5 if n == cheap else 1.0) for n in range(4)]
    assert order(graph_of(ring)).tears == (tuple(ring[cheap][:3]),)


def test_order__prefers_several_light_tears_to_a_heavy_one():
    # both cycles share m -> s; the returns are two tears and still lighter
    edges = [("m", "s", "shared", 3.0), ("s", "m", "first"), ("s", "x", "second"), ("x", "m", "third")]
    assert order(graph_of(edges)).tears == (("s", "m", "first"), ("s", "x", "second"))
    equal = [("m", "s", "shared"), *edges[1:]]
    assert order(graph_of(equal)).tears == (("m", "s", "shared"),)


def test_order__breaks_ties_by_name():
    for names in permutations("abc"):
        ring = [(names[n], names[(n + 1) % 3], "out") for n in range(3)]
        assert order(graph_of(ring)).tears == (min(ring),)


def test_order__tells_light_links_apart_beside_very_heavy_ones():
    edges = [("a", "b", "ab", 1e6), ("b", "a", "ba", 2e6), ("b", "c", "bc", 1.5), ("c", "b", "cb", 1.25)]
    assert order(graph_of(edges)).tears == (("a", "b", "ab"), ("c", "b", "cb"))


@pytest.mark.parametrize("weight", [0.0, -1.0, float("nan"), float("inf")])
def test_order__refuses_a_weight_that_cannot_be(weight):
    graph = graph_of([("a", "b", "slurry", weight)])
    with pytest.raises(DeclarationError, match="link slurry from a to b: weight = "):
        order(graph)


def test_order__leaves_its_graph_as_it_was():
    graph = graph_of(random_edges(1, units=6, links=12))
    before = list(graph.edges(keys=True, data=True))
    order(graph)
    assert list(graph.edges(keys=True, data=True)) == before


def test_loop_through__is_a_path_of_links_that_closes():
    graph = graph_of([("filter", "split"), ("split", "leach"), ("leach", "filter"), ("split", "out")])
    part = order(graph).parts[0]
    path = loop_through(graph, part)
    assert path[0] == path[-1] == part.units[0]
    assert set(path) == {"filter", "split", "leach"}
    assert all(graph.has_edge(a, b) for a, b in pairwise(path))


def test_loop_through__takes_a_shortest_way():
    graph = graph_of([("a", "b"), ("b", "c"), ("c", "a"), ("b", "a", "short")])
    part = order(graph).parts[0]
    assert part.units[0] == "b"
    assert loop_through(graph, part) == ["b", "a", "b"]


def test_loop_through__a_link_to_itself_names_the_unit_twice():
    graph = graph_of([("mill", "mill", "oversize")])
    assert loop_through(graph, order(graph).parts[0]) == ["mill", "mill"]


def test_loop_through__a_single_unit_is_empty():
    graph = graph_of([("a", "b")])
    assert loop_through(graph, order(graph).parts[0]) == []
