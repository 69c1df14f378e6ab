"""Pictures of liquors: nothing is written over anything, axes have units, files are written and the same twice."""

import itertools
import math

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.path import Path as Outline

from raffinate.flowsheet import DataError, Stream
from raffinate.flowsheet.analysis import AgainstDose, AgainstPh, AgainstTemperature, speciation_table
from raffinate.flowsheet.charts import COLOURS, charts, colour_of, logarithmic, styles_of, wide, written
from raffinate.flowsheet.chemistry import Chemistry
from raffinate.flowsheet.diagrams import (
    draw_pourbaix,
    draw_precipitation,
    draw_saturation,
    draw_solubility,
    draw_speciation,
    draw_titration,
)
from raffinate.flowsheet.pourbaix import pourbaix

HYDROXIDES = ("Al(OH)3(s)", "Fe(OH)3(s)", "Cu(OH)2(s)", "Ni(OH)2(s)", "Co(OH)2(s)", "Mn(OH)2(s)")
METALS = Chemistry("Li Na Al Fe Cu Ni Co Mn S C N")
LEACH = Stream.of(
    METALS,
    {"H2O": 1.0, "NiSO4": 0.08, "CoSO4": 0.02, "MnSO4": 0.02, "Li2SO4": 0.05, "CuSO4": 0.004, "Al2(SO4)3": 0.008}
    | {"Fe2(SO4)3": 0.003, "H2SO4": 0.02},
)
WATER = Stream.of(METALS, {"H2O": 1.0})
FERROUS = Stream.of(METALS, {"H2O": 1.0, "FeSO4": 0.02, "Fe2(SO4)3": 0.003, "H2SO4": 0.02})
AMMONIA = Stream.of(METALS, {"H2O": 1.0, "CuSO4": 0.016, "NH3": 0.03, "(NH4)2SO4": 0.06})

PICTURES = {
    "titration": lambda path=None: draw_titration(LEACH, "NaOH", path, target_ph=10.5, phases=HYDROXIDES),
    "titration, pH alone": lambda path=None: draw_titration(LEACH, "NaOH", path, largest=0.4),
    "titration by a stream": lambda path=None: draw_titration(
        LEACH, Stream.of(METALS, {"NaOH": 0.3, "H2O": 0.7}), path, largest=0.2, phases=HYDROXIDES
    ),
    "speciation along pH": lambda path=None: draw_speciation(AMMONIA, "Cu+2", AgainstPh(3.0, 12.0), path),
    "speciation of aluminium": lambda path=None: draw_speciation(LEACH, "Al+3", AgainstPh(0.0, 13.0), path),
    "speciation with solids": lambda path=None: draw_speciation(LEACH, "Ni+2", AgainstPh(4.0, 11.0), path, HYDROXIDES),
    "speciation along temperature": lambda path=None: draw_speciation(LEACH, "SO4-2", AgainstTemperature(), path),
    "solubility of hydrates": lambda path=None: draw_solubility(WATER, "MnSO4", AgainstTemperature(), path),
    "solubility along a salt": lambda path=None: draw_solubility(WATER, "Li2CO3", AgainstDose("Na2SO4", 2.5), path),
    "solubility along pH": lambda path=None: draw_solubility(WATER, "Mn(OH)2(s)", AgainstPh(8.0, 13.0), path),
    "precipitation": lambda path=None: draw_precipitation(LEACH, path),
    "saturation": lambda path=None: draw_saturation(LEACH, path, HYDROXIDES, lowest=-6.0),
    "iron": lambda path=None: draw_pourbaix(WATER, "Fe", path, 1e-3, {}),
    "iron with ligands": lambda path=None: draw_pourbaix(WATER, "Fe", path, 1e-3, {"S": 0.1, "C": 0.01}),
    "manganese": lambda path=None: draw_pourbaix(WATER, "Mn", path, 1e-3, {"C": 0.1}),
    "cobalt": lambda path=None: draw_pourbaix(WATER, "Co", path, 1e-3, {}),
    "nickel": lambda path=None: draw_pourbaix(LEACH, "Ni", path),
    "iron of a liquor": lambda path=None: draw_pourbaix(FERROUS, "Fe", path),
    "copper": lambda path=None: draw_pourbaix(WATER, "Cu", path, 1e-3, {"S": 0.1}),
    "sulfur": lambda path=None: draw_pourbaix(WATER, "S", path, 1e-3, {}),
}


@pytest.fixture(scope="module", params=PICTURES, ids=lambda name: name)
def picture(request):
    return PICTURES[request.param]()


def texts_of(figure):
    return [text for axes in figure.axes for text in axes.texts if text.get_text()]


def extents(figure):
    renderer = figure.canvas.get_renderer()
    return [(text.get_text(), text.get_window_extent(renderer)) for text in texts_of(figure)]


def said(figure, kind):
    return [text.get_text() for text in texts_of(figure) if text.get_gid() == kind]


def test_picture__labels_do_not_overlap(picture):
    found = [
        (one, other)
        for (one, a), (other, b) in itertools.combinations(extents(picture), 2)
        if min(a.x1, b.x1) - max(a.x0, b.x0) > 0.5 and min(a.y1, b.y1) - max(a.y0, b.y0) > 0.5
    ]
    assert found == []


def test_picture__everything_lies_on_the_sheet(picture):
    width, height = picture.get_size_inches() * picture.dpi
    for text, box in extents(picture):
        assert box.x0 >= 0.0, text
        assert box.y0 >= 0.0, text
        assert box.x1 <= width, text
        assert box.y1 <= height, text


def test_picture__has_a_title_a_note_and_named_axes(picture):
    assert len(said(picture, "title")) == 1
    assert said(picture, "note")
    frames = [axes for axes in picture.axes if axes.axison]
    assert frames[-1].get_xlabel()
    assert any(axes.get_ylabel() for axes in frames) or "saturation index" in frames[-1].get_xlabel()


@pytest.mark.parametrize("name", ["titration", "solubility of hydrates", "iron with ligands", "saturation"])
def test_picture__is_the_same_twice(name, tmp_path):
    for number in (1, 2):
        PICTURES[name](tmp_path / f"{number}.png")
    assert (tmp_path / "1.png").read_bytes() == (tmp_path / "2.png").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["1.png", "2.png"]


def test_titration__names_metals_and_solids():
    names = said(PICTURES["titration"](), "curve")
    assert {"Ni²⁺", "Al³⁺", "Li⁺", "Ni(OH)₂(s)", "Al(OH)₃(s)"} <= set(names)


def test_titration__without_solids_is_one_frame():
    figure = PICTURES["titration, pH alone"]()
    assert [axes.get_ylabel() for axes in figure.axes if axes.axison] == ["pH"]
    assert said(figure, "title") == ["Titration with NaOH"]


def test_speciation__curves_are_the_table_in_percent():
    figure = draw_speciation(AMMONIA, "Cu+2", AgainstPh(3.0, 12.0))
    table = speciation_table(AMMONIA, "Cu+2", AgainstPh(3.0, 12.0))
    [frame] = [axes for axes in figure.axes if axes.axison]
    assert frame.get_ylabel() == "share of Cu²⁺, %"
    assert len(frame.lines) == sum(table.max() >= 0.01)
    assert frame.lines[0].get_ydata() == pytest.approx(100.0 * table.iloc[:, 0].to_numpy())


def label_of(figure):
    return [axes for axes in figure.axes if axes.axison][-1].get_xlabel()


def test_ph_axis__names_the_acid_and_the_base_that_reach_it():
    assert label_of(draw_speciation(AMMONIA, "Cu+2", AgainstPh(3.0, 12.0))) == "pH, reached with H₂SO₄ or NaOH"
    named = AgainstPh(9.0, 11.0, acid="H2SO4", base="LiOH")
    assert label_of(draw_solubility(WATER, "Mn(OH)2(s)", named)) == "pH, reached with H₂SO₄ or LiOH"


def test_solubility__says_why_a_curve_ends():
    figure = draw_solubility(LEACH, "Al(OH)3(s)", AgainstPh(3.0, 8.0))
    note = " ".join(said(figure, "note"))
    assert "no curve at pH 3 to 4" in note
    assert "30 mol/kg water do not saturate the liquor" in note
    assert "no curve" not in " ".join(said(draw_solubility(LEACH, "Al(OH)3(s)", AgainstPh(6.0, 8.0)), "note"))
    assert "a curve ends where 5 mol/kg water do not saturate the liquor" in " ".join(
        said(draw_precipitation(LEACH), "note")
    )


def test_titration__tells_curves_apart_that_lie_upon_each_other():
    """As much magnesium as zinc by mass: both lines are one until zinc comes down."""
    chemistry = Chemistry("Na Zn Mg S")
    held = {"ZnSO4": 0.005 / 0.4050, "MgSO4": 0.005 / 0.20193}  # 5 g/kg of each metal
    liquor = Stream.of(chemistry, {"H2O": 1.0} | held)
    figure = draw_titration(liquor, "NaOH", largest=0.3, phases=("Zn(OH)2(s)", "Mg(OH)2(s)"))
    metals = [axes for axes in figure.axes if axes.axison][1]
    assert sorted(line.get_linestyle() for line in metals.lines) == ["-", "--"]


def test_styles__change_only_where_curves_run_together():
    x = np.linspace(0.0, 1.0, 101)
    crossing, apart = 1.0 - x, np.where(x < 0.5, np.nan, x)
    styles = styles_of(x, [x, crossing, apart, x + 1e-3], 0.01)
    assert styles[:2] == ["solid", "solid"]
    assert len(set(map(str, (styles[0], styles[2], styles[3])))) == 3


@pytest.mark.parametrize(
    ("axis", "message"),
    [
        ("pH", r"axis = 'pH' is no axis; give AgainstPh\(\)$"),
        ("Temperature", r"axis = 'Temperature' is no axis; give AgainstTemperature\(\)$"),
        (7.0, r"axis = 7\.0 is no axis; give AgainstPh\(\) or AgainstTemperature\(\) or AgainstDose"),
        (AgainstPh, r"is no axis; give AgainstPh\(\)"),
    ],
)
@pytest.mark.parametrize(
    "draw",
    [
        lambda axis: draw_speciation(LEACH, "Ni+2", axis),
        lambda axis: draw_solubility(LEACH, "NiSO4", axis),
        lambda axis: draw_precipitation(LEACH, axis=axis),
    ],
)
def test_pictures__say_what_an_axis_is(draw, axis, message):
    with pytest.raises(DataError, match=message):
        draw(axis)


def test_solubility__writes_where_the_solid_changes():
    figure = draw_solubility(Stream.of(Chemistry("Na S"), {"H2O": 1.0}), "Na2SO4", AgainstTemperature())
    [place] = said(figure, "transition")
    assert float(place.removesuffix(" °C")) == pytest.approx(32.4, abs=0.6)
    assert set(said(figure, "curve")) == {"Na₂SO₄(s)", "Na₂SO₄·10H₂O(s)"}


def test_precipitation__dots_mark_where_metals_begin_to_come_down():
    figure = PICTURES["precipitation"]()
    [frame] = [axes for axes in figure.axes if axes.axison]
    dots = [line for line in frame.lines if line.get_marker() == "o"]
    assert len(dots) == 6
    assert all(-3.0 < float(dot.get_ydata()[0]) < 0.0 for dot in dots)


def test_saturation__writes_a_value_beside_each_name():
    figure = PICTURES["saturation"]()
    names, values = said(figure, "name"), said(figure, "value")
    assert len(names) == len(values) > 5
    numbers = [float(value.replace("−", "-")) for value in values]
    assert numbers == sorted(numbers, reverse=True)


def test_pourbaix__names_every_area():
    figure = draw_pourbaix(WATER, "Fe", total=1e-3, ligands={})
    names = set(said(figure, "area")) | {key.split("  ")[-1] for key in said(figure, "key")}
    found = pourbaix(WATER, "Fe", total=1e-3, ligands={})
    assert {written(name) for name in found.areas} <= names
    assert {"Fe²⁺", "Fe³⁺", "FeOOH(s)", "Fe(s)"} <= names
    assert said(figure, "water") == ["O₂, 1 bar", "H₂, 1 bar"]


def test_pictures__refuse_what_their_tables_refuse(tmp_path):
    with pytest.raises(DataError, match="did you mean 'Ni\\+2'"):
        draw_speciation(LEACH, "Ni", AgainstPh(), tmp_path / "x.png")
    with pytest.raises(DataError, match="'jpgg' is no format of figures"):
        draw_pourbaix(WATER, "Fe", tmp_path / "x.jpgg", 1e-3, {})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("SO4-2", "SO₄²⁻"),
        ("H+", "H⁺"),
        ("Na2SO4.10H2O(s)", "Na₂SO₄·10H₂O(s)"),
        ("MnSO4.H2O(s)", "MnSO₄·H₂O(s)"),
        ("Cu2(OH)2+2", "Cu₂(OH)₂²⁺"),
        ("Al(OH)3(gibbsite)", "Al(OH)₃(gibbsite)"),
        ("CO2(aq)", "CO₂(aq)"),
        ("Fe(OH)3(am)", "Fe(OH)₃(am)"),
        ("Co(NH3)6+2", "Co(NH₃)₆²⁺"),
        ("(NH4)2SO4(s)", "(NH₄)₂SO₄(s)"),
        ("Fe(CN)6-4", "Fe(CN)₆⁴⁻"),
    ],
)
def test_written__sets_figures_and_charges(name, text):
    assert written(name) == text


def test_colours__are_told_apart_and_the_same_for_a_metal():
    shades = [np.array(to_rgb(colour)) for colour in COLOURS]
    assert min(np.abs(a - b).max() for a, b in itertools.combinations(shades, 2)) > 0.15
    assert colour_of("Ni+2", 0) == colour_of("Ni+2", 5)
    assert colour_of("SO4-2", 1) == COLOURS[1]


def test_wide__is_no_less_than_what_is_printed():
    assert wide("SO₄²⁻", 8.0) > 0.0
    assert wide("SO₄²⁻", 16.0) > 1.7 * wide("SO₄²⁻", 8.0)


def test_charts__break_a_long_note_into_lines():
    figure, [chart] = charts("Title", ", ".join(f"number {n}" for n in range(60)) + "; end", width=300.0)
    assert len(said(figure, "note")) > 2
    assert all(wide(line, 7.0) < 310.0 for line in said(figure, "note"))
    assert chart.width == 300.0


def test_chart__leaves_gaps_where_there_is_no_value():
    _, [chart] = charts("Title", "note")
    chart.axes.set_xlim(0.0, 1.0)
    logarithmic(chart, 0.1, 10.0)
    chart.curve(np.linspace(0.0, 1.0, 5), np.full(5, math.nan), COLOURS[0], "nothing")
    chart.curve(np.linspace(0.0, 1.0, 5), np.array([1.0, math.nan, 2.0, 3.0, 4.0]), COLOURS[1], "some")
    chart.write_labels()
    assert [text.get_text() for text in chart.base.texts if text.get_gid() == "curve"] == ["some"]


def test_pourbaix__marks_the_liquor_by_its_own_couple():
    liquor = Stream.of(METALS, {"H2O": 1.0, "NiSO4": 0.08, "FeSO4": 0.02, "Fe2(SO4)3": 0.003, "H2SO4": 0.02})
    figure = draw_pourbaix(liquor, "Fe")
    assert said(figure, "liquor") == ["liquor, by", "Fe³⁺/Fe²⁺"]
    [frame] = [axes for axes in figure.axes if axes.axison]
    [dot] = [line for line in frame.lines if line.get_marker() == "o"]
    assert float(dot.get_xdata()[0]) == pytest.approx(liquor.ph, abs=1e-9)
    assert float(dot.get_ydata()[0]) == pytest.approx(0.65, abs=0.1)  # sulfate binds ferric iron: below 0.77 V
    assert said(draw_pourbaix(LEACH, "Fe"), "liquor") == []  # all of its iron is ferric


def test_pictures__say_where_the_activity_model_was_left():
    strong = Stream.of(METALS, {"H2O": 1.0, "NiSO4": 0.8})
    figure = draw_titration(strong, "NaOH", largest=0.01)
    assert "outside the activity model's range of 0 to 12" in " ".join(said(figure, "note"))
    assert "outside" not in " ".join(said(PICTURES["titration, pH alone"](), "note"))


def assert_clear(figure, frame):
    """No line of another colour goes through a label of a curve."""
    renderer = figure.canvas.get_renderer()
    for text in (t for t in texts_of(figure) if t.get_gid() == "curve"):
        box = text.get_window_extent(renderer)
        for line in frame.lines:
            if line.get_color() != text.get_color():
                at = np.linspace(0.0, len(line.get_xdata()) - 1.0, 4000)
                data = [np.interp(at, np.arange(len(d)), d) for d in line.get_data()]
                x, y = frame.transData.transform(np.column_stack(data)).T
                assert not ((x > box.x0) & (x < box.x1) & (y > box.y0) & (y < box.y1)).any(), text.get_text()


def test_titration__labels_of_the_hydroxides_keep_clear_of_their_lines():
    figure = PICTURES["titration"]()
    frames = [axes for axes in figure.axes if axes.axison]
    assert_clear(figure, frames[-1])


def test_pourbaix__numbers_an_area_that_is_too_small_from_beside():
    figure = PICTURES["nickel"]()
    [frame] = [axes for axes in figure.axes if axes.axison]
    key = said(figure, "key")
    [number] = [entry.split()[0] for entry in key if entry.endswith("Ni²⁺")]
    assert number in said(figure, "area")
    [leader] = [line for line in frame.lines if line.get_gid() == f"to {number}"]
    (x, _), (y, _) = leader.get_data()
    area = next(p for p in pourbaix(LEACH, "Ni").areas["Ni+2"])
    assert Outline(area).contains_point((x, y))


def test_chart__labels_keep_clear_of_other_curves():
    figure = PICTURES["speciation along pH"]()
    [frame] = [axes for axes in figure.axes if axes.axison]
    assert len(said(figure, "curve")) == len(frame.lines)
    assert_clear(figure, frame)


def test_chart__label_has_the_colour_of_its_curve_and_lies_near_it():
    figure = PICTURES["precipitation"]()
    [frame] = [axes for axes in figure.axes if axes.axison]
    for text in (t for t in texts_of(figure) if t.get_gid() == "curve"):
        line = next(line for line in frame.lines if line.get_color() == text.get_color())
        points = frame.transData.transform(np.column_stack([line.get_xdata(), line.get_ydata()]))
        box = text.get_window_extent(figure.canvas.get_renderer())
        centre = np.array([0.5 * (box.x0 + box.x1), 0.5 * (box.y0 + box.y1)])
        assert np.nanmin(np.hypot(*(points - centre).T)) < 0.5 * box.width + 30.0
