"""Pictures: nothing is written over anything, lines keep clear of boxes, files are written."""

import itertools
import subprocess
import sys

import pytest
from matplotlib.patches import FancyBboxPatch
from synthetic_plant import Divider, Sieve, Source, Tank, long_plant, stream

from raffinate.flowsheet import DataError, Flowsheet, solve
from raffinate.flowsheet.canvas import mass_text, rounded, text_width
from raffinate.flowsheet.chemistry.system import Chemistry
from raffinate.flowsheet.pictures import draw_flowsheet, draw_sankey


@pytest.fixture(scope="module")
def chemistry():
    return Chemistry("Na Co Ni S C")


@pytest.fixture(scope="module")
def plant(chemistry):
    """30 units, 8 recycles."""
    solution = solve(long_plant(chemistry, 7))
    assert len(solution.flowsheet.units) == 30
    return solution


@pytest.fixture(scope="module")
def small(chemistry):
    sheet = Flowsheet()
    sheet.add(
        "tank",
        Tank(base=stream(chemistry, NaOH=1.0)),
        feed=stream(chemistry, **{"C(s)": 1.0, "NiSO4": 5.0, "H2O": 20.0}),
    )
    sheet.add("sieve", Sieve(), slurry="tank")
    return solve(sheet)


def extents(figure, texts):
    renderer = figure.canvas.get_renderer()
    return [(text.get_text(), text.get_window_extent(renderer)) for text in texts]


def overlapping(boxes):
    """Pairs of labels whose rectangles share more than the half pixel that anti-aliasing takes."""
    found = []
    for (one, a), (other, b) in itertools.combinations(boxes, 2):
        if min(a.x1, b.x1) - max(a.x0, b.x0) > 0.5 and min(a.y1, b.y1) - max(a.y0, b.y0) > 0.5:
            found.append((one, other))
    return found


def texts_of(figure):
    return [text for axes in figure.axes for text in axes.texts if text.get_text()]


@pytest.mark.parametrize("stages", [1, 3, 7, 11])
def test_draw_flowsheet__labels_do_not_overlap(chemistry, stages):
    figure = draw_flowsheet(solve(long_plant(chemistry, stages)))
    assert overlapping(extents(figure, texts_of(figure))) == []


def test_draw_flowsheet__everything_lies_on_the_sheet(plant):
    figure = draw_flowsheet(plant)
    width, height = figure.get_size_inches() * figure.dpi
    for text, box in extents(figure, texts_of(figure)):
        assert box.x0 >= 0.0, text
        assert box.y0 >= 0.0, text
        assert box.x1 <= width, text
        assert box.y1 <= height, text


def test_draw_flowsheet__names_every_unit_once_and_every_outlet_with_its_flow(small):
    figure = draw_flowsheet(small)
    texts = [text.get_text() for text in texts_of(figure)]
    assert texts.count("tank") == 1
    assert texts.count("sieve") == 1
    assert "feed  26 kg/h" in texts
    assert "slurry  26 kg/h" in texts
    assert "cake  3.5 kg/h" in texts


def test_draw_flowsheet__unit_text_stays_within_its_box(plant):
    figure = draw_flowsheet(plant)
    boxes = [p.get_window_extent() for p in figure.axes[0].patches if isinstance(p, FancyBboxPatch)]
    assert len(boxes) == 29
    for name, box in extents(figure, [text for text in texts_of(figure) if text.get_gid() == "unit"]):
        inside = [b for b in boxes if b.x0 <= box.x0 and box.x1 <= b.x1 and b.y0 <= box.y0 and box.y1 <= b.y1]
        assert len(inside) == 1, name


def test_draw_flowsheet__a_unit_without_inlets_is_drawn_as_a_feed(plant):
    texts = [(text.get_text(), text.get_gid()) for text in texts_of(draw_flowsheet(plant))]
    assert ("black mass  2.98 t/h", "label feed") in texts
    assert ("black mass", "unit") not in texts


def test_draw_flowsheet__is_about_half_as_wide_again_as_high(plant):
    width, height = draw_flowsheet(plant).get_size_inches()
    assert 1.0 < width / height < 2.4


def test_draw_flowsheet__draws_an_isolated_unit(chemistry):
    sheet = Flowsheet()
    sheet.add("well", Source(stream=stream(chemistry, H2O=5.0)))
    texts = [text.get_text() for text in texts_of(draw_flowsheet(solve(sheet)))]
    assert "well" in texts
    assert "out  5 kg/h" in texts


@pytest.mark.parametrize("ending", ["png", "svg"])
def test_draw_flowsheet__writes_a_file(small, tmp_path, ending):
    path = tmp_path / "pictures" / f"plant.{ending}"
    draw_flowsheet(small, path)
    assert path.stat().st_size > 1000
    assert [p.name for p in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize(
    ("hourly", "text"),
    [
        (0.0, "0 kg/h"),
        (1e-6, "< 1 g/h"),
        (0.0213, "0.0213 kg/h"),
        (999.0, "999 kg/h"),
        (999.7, "1 t/h"),
        (12345.0, "12.3 t/h"),
        (2e6, "2000 t/h"),
    ],
)
def test_mass_text__has_three_figures(hourly, text):
    assert mass_text(hourly / 3600.0) == text


def test_text_width__grows_with_size_and_weight():
    assert text_width("Cobalt", 8.0) < text_width("Cobalt", 8.0, bold=True) < text_width("Cobalt", 16.0)


def test_rounded__keeps_the_ends_and_stays_within_the_corners():
    path = rounded([(0.0, 0.0), (10.0, 0.0), (10.0, 0.0), (10.0, 4.0)], 50.0)
    assert tuple(path.vertices[0]) == (0.0, 0.0)
    assert tuple(path.vertices[-1]) == (10.0, 4.0)
    assert path.vertices.min() >= 0.0
    assert path.vertices.max() <= 10.0


@pytest.mark.parametrize("elements", ["Ni", ["Ni", "Co", "C"]])
def test_draw_sankey__labels_do_not_overlap(plant, elements):
    figure = draw_sankey(plant, elements)
    assert overlapping(extents(figure, texts_of(figure))) == []


def test_draw_sankey__everything_lies_on_the_sheet(plant):
    figure = draw_sankey(plant, "Ni")
    width, height = figure.get_size_inches() * figure.dpi
    for text, box in extents(figure, texts_of(figure)):
        assert box.x0 >= 0.0, text
        assert box.y0 >= 0.0, text
        assert box.x1 <= width, text
        assert box.y1 <= height, text


def test_draw_sankey__tells_feeds_and_exits_with_shares(small):
    texts = [text.get_text() for text in texts_of(draw_sankey(small, "Ni"))]
    nickel = 5.0 * 58.693 / 154.749
    assert texts[:2] == ["Ni", f"{nickel:.3g} kg/h fed"]
    assert "feed to tank" in texts
    assert f"{0.9 * nickel:.3g} kg/h,  90.0%" in texts
    assert f"{0.1 * nickel:.3g} kg/h,  10.0%" in texts


def test_draw_sankey__leaves_out_units_where_the_way_does_not_divide(small):
    texts = [text.get_text() for text in texts_of(draw_sankey(small, "Ni"))]
    assert "sieve" in texts
    assert "tank" not in texts


def test_draw_sankey__says_what_is_too_little_to_draw(chemistry):
    sheet = Flowsheet()
    sheet.add("split", Divider(share=0.001), feed=stream(chemistry, NiSO4=5.0, H2O=20.0))
    notes = [text.get_text() for text in texts_of(draw_sankey(solve(sheet), "Ni")) if text.get_gid() == "note"]
    assert notes == ["exits with less than 0.5% of the feed, not drawn: 0.10% in all"]


def test_draw_sankey__a_larger_least_share_makes_a_simpler_picture(plant):
    fine, coarse = (len(texts_of(draw_sankey(plant, "Ni", least_share=share))) for share in (0.005, 0.15))
    assert 0 < coarse < fine


@pytest.mark.parametrize(
    ("elements", "message"),
    [("Nj", "no such element; did you mean"), ("Na", "0 kg/h enters the plant"), ([], "0 elements given")],
)
def test_draw_sankey__refuses_what_cannot_be_drawn(small, elements, message):
    with pytest.raises(DataError, match=message):
        draw_sankey(small, elements)


def test_draw_sankey__writes_a_file(small, tmp_path):
    draw_sankey(small, ["Ni", "C"], tmp_path / "metals.png")
    assert (tmp_path / "metals.png").stat().st_size > 1000


def test_pictures__leave_the_state_of_matplotlib_alone():
    code = "import sys, raffinate.flowsheet.pictures; sys.exit('matplotlib.pyplot' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_flowsheet__does_not_import_pictures_and_tables():
    code = "import sys, raffinate.flowsheet; sys.exit(bool({'matplotlib', 'pandas'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
