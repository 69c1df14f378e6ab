"""The layout of a drawn flowsheet, on random graphs: cells apart, lines clear of cells and of one another."""

import itertools
import random

import networkx
import pytest

from raffinate.flowsheet.layout import GAP, Cell, Row, arrange, layer, reading_order


def random_layout(seed):
    """Lay out a random flowsheet of 2 to 45 units, mostly forward links, with feeds and products here and there."""
    rng = random.Random(seed)
    names = [f"unit {number}" for number in range(rng.randint(2, 45))]
    graph = networkx.MultiDiGraph()
    graph.add_nodes_from(names)
    links = []
    for number, outlet in itertools.product(range(len(names)), range(3)):
        if rng.random() < 0.5:
            near = min(len(names) - 1, number + rng.choice([1, 1, 1, 2, 3]))
            target = near if rng.random() < 0.8 else rng.randrange(len(names))
            links.append((names[number], names[target], f"{names[number]}.{outlet}"))
            graph.add_edge(names[number], names[target])
    order = reading_order(graph)
    layers = layer(order, [(a, b) for a, b, _ in links])
    cells = []
    for name in order:
        entering = [Row("", 0.0, "link", key) for _, target, key in links if target == name]
        leaving = [Row("x", 30.0, "link", key) for source, _, key in links if source == name]
        entering += [Row("feed", 20.0, "feed")] if rng.random() < 0.3 else []
        leaving += [Row("product", 40.0, "product")] if rng.random() < 0.5 else []
        cells.append(Cell(name, (name,), 60.0, 28.0, entering, leaving, layer=layers[name]))
    return arrange(cells, links, {key: rng.random() for _, _, key in links})


@pytest.fixture(scope="module", params=range(12), ids=lambda seed: f"seed{seed}")
def layout(request):
    return random_layout(request.param)


def rectangle(cell):
    """The room of a cell: box and labels, without the gap around them (x0, y0, x1, y1)."""
    half = (cell.height - GAP) / 2.0
    return cell.x, cell.y - half, cell.x + cell.width, cell.y + half


def share(one, other):
    """Whether two rectangles have more in common than an edge."""
    return all(min(one[i + 2], other[i + 2]) - max(one[i], other[i]) > 0.1 for i in (0, 1))


def crosses(start, end, box):
    """Whether an upright or level piece passes through the inside of a rectangle (x0, y0, x1, y1)."""
    (x0, x1), (y0, y1) = sorted((start[0], end[0])), sorted((start[1], end[1]))
    return x0 < box[2] - 0.1 and x1 > box[0] + 0.1 and y0 < box[3] - 0.1 and y1 > box[1] + 0.1


def test_arrange__cells_lie_apart_and_on_the_sheet(layout):
    for cell in layout.cells:
        x0, y0, x1, y1 = rectangle(cell)
        assert 0.0 <= x0 < x1 <= layout.width
        assert 0.0 <= y0 < y1 <= layout.height
    for one, other in itertools.combinations(layout.cells, 2):
        assert not share(rectangle(one), rectangle(other)), (one.name, other.name)


def test_arrange__rows_lie_within_their_cell(layout):
    for cell in layout.cells:
        _, top, _, bottom = rectangle(cell)
        for row in (*cell.entering, *cell.leaving):
            assert top < row.y < bottom


def test_arrange__lines_lie_on_the_sheet(layout):
    for line in layout.lines:
        for x, y in line.points:
            assert 0.0 <= x <= layout.width
            assert 0.0 <= y <= layout.height


def test_arrange__a_line_ends_at_the_left_of_its_target(layout):
    for line in layout.lines:
        (x, y), (end, level) = line.points[-2:]
        assert y == level
        assert x < end


def test_arrange__lines_pass_through_no_cell_but_to_the_box_they_join(layout):
    for line in layout.lines:
        pieces = list(itertools.pairwise(line.points))
        for cell in layout.cells:
            whole = rectangle(cell)
            left = cell.x + cell.left
            inner = (left, whole[1], left + cell.box_width, whole[3])
            for number, (start, end) in enumerate(pieces):
                joined = (number == 0 and cell is line.source) or (number == len(pieces) - 1 and cell is line.target)
                assert not crosses(start, end, inner if joined else whole), (line.link, cell.name)


def test_arrange__lines_run_level_or_upright_from_outlet_to_inlet(layout):
    for line in layout.lines:
        assert line.points[0] == (line.source.x + line.source.left + line.source.box_width, line.start.y)
        assert line.points[-1] == (line.target.x + line.target.left, line.end.y)
        for (x0, y0), (x1, y1) in itertools.pairwise(line.points):
            assert x0 == x1 or y0 == y1


def test_arrange__lines_do_not_run_along_one_another(layout):
    pieces = [
        (line.link, *sorted(piece))
        for line in layout.lines
        for piece in itertools.pairwise(line.points)
        if piece[0] != piece[1]
    ]
    for (one, a, b), (other, c, d) in itertools.combinations(pieces, 2):
        if one != other:
            for axis in (0, 1):
                level = a[axis] == b[axis] and c[axis] == d[axis] and abs(a[axis] - c[axis]) < 1.0
                across = 1 - axis
                assert not (level and min(b[across], d[across]) - max(a[across], c[across]) > 1.0), (one, other)


def test_reading_order__starts_where_the_feed_comes_in():
    graph = networkx.MultiDiGraph()
    graph.add_nodes_from(["leach", "filter", "alpha", "end"])
    graph.add_edges_from([("leach", "filter"), ("filter", "alpha"), ("alpha", "leach"), ("filter", "end")])
    assert reading_order(graph) == ["leach", "filter", "alpha", "end"]


def test_reading_order__follows_links_where_units_were_added_out_of_order():
    graph = networkx.MultiDiGraph()
    graph.add_nodes_from(["last", "first", "middle"])
    graph.add_edges_from([("first", "middle"), ("middle", "last")])
    assert reading_order(graph) == ["first", "middle", "last"]


def test_layer__puts_a_unit_right_of_what_feeds_it():
    layers = layer(["a", "b", "c", "d"], [("a", "b"), ("b", "c"), ("c", "a"), ("a", "c"), ("c", "d")])
    assert layers == {"a": 0, "b": 1, "c": 2, "d": 3}


def test_layer__moves_what_nothing_feeds_up_to_what_it_feeds():
    layers = layer(["a", "store", "b", "c"], [("a", "b"), ("b", "c"), ("store", "c")])
    assert layers == {"a": 0, "b": 1, "store": 1, "c": 2}


def test_layer__stacks_three_at_most():
    names = [f"unit {number}" for number in range(8)]
    layers = layer(names, [])
    assert [list(layers.values()).count(at) for at in (0, 1, 2)] == [3, 3, 2]
