"""Pictures of extraction and the numbers behind them: diagrams end where the section does, nothing is written over anything."""

import itertools
from dataclasses import replace

import numpy as np
import pytest

from raffinate.flowsheet import DataError, Stream
from raffinate.flowsheet.chemistry import Chemistry
from raffinate.flowsheet.chemistry.system import salt_form
from raffinate.flowsheet.extraction.curves import (
    distribution_ratios,
    extraction_curves,
    mccabe_thiele,
    ph50,
    separation_factors,
    separation_over_ph,
)
from raffinate.flowsheet.extraction.design import base_table, stages_against_ratio
from raffinate.flowsheet.extraction.design_pictures import (
    draw_base_window,
    draw_comparison,
    draw_stages_against_ratio,
)
from raffinate.flowsheet.extraction.duty import Duty
from raffinate.flowsheet.extraction.gauges import draw_gauges, gauge_table
from raffinate.flowsheet.extraction.levers import ByPh, caustic, saponified
from raffinate.flowsheet.extraction.offers import Terms, compare_extractants
from raffinate.flowsheet.extraction.pictures import (
    draw_extraction_curves,
    draw_mccabe_thiele,
    draw_profile,
    draw_separation_factors,
    draw_separation_over_ph,
)
from raffinate.flowsheet.extraction.section import Section, contact, run_section
from raffinate.flowsheet.stream import solvent
from raffinate.flowsheet.sweeps import AgainstPh, AgainstTemperature

CYANEX, DEHPA = "Cyanex 272", "D2EHPA"
CHEMISTRY = Chemistry("Li Na Ni Co Mn Mg S", extractants=(CYANEX, DEHPA))
LIQUOR = Stream.of(
    CHEMISTRY,
    {"H2O": 1.0, "CoSO4": 0.030, "NiSO4": 0.080, "Li2SO4": 0.020, "Na2SO4": 0.010, "MnSO4": 0.002, "MgSO4": 0.002},
)
FRESH = solvent(CHEMISTRY, CYANEX, 600.0, 1.2 * LIQUOR.liquor_volume)
HELD = Section(extractant=CYANEX, stages=3, ph=5.0, base=caustic(LIQUOR))
FREE = Section(extractant=CYANEX, stages=4)
SALT = saponified(FRESH, CYANEX, 0.5)
DUTY = Duty(recovery={"Co+2": 0.9}, co_extraction={"Ni+2": 0.05})


def compared():
    return compare_extractants(LIQUOR, [CYANEX, DEHPA], DUTY, Terms(most_stages=3, molarity=800.0))


PICTURES = {
    "held": lambda path=None: draw_mccabe_thiele(HELD, LIQUOR, FRESH, "Co+2", path),
    "held, by decades": lambda path=None: draw_mccabe_thiele(HELD, LIQUOR, FRESH, "Co+2", path, by_decades=True),
    "saponified": lambda path=None: draw_mccabe_thiele(FREE, LIQUOR, SALT, "Co+2", path),
    "cross-current": lambda path=None: draw_mccabe_thiele(
        replace(HELD, flow="cross-current"), LIQUOR, FRESH, "Co+2", path
    ),
    "profile": lambda path=None: draw_profile(run_section(FREE, LIQUOR, SALT), path),
    "profile, evenly": lambda path=None: draw_profile(run_section(HELD, LIQUOR, FRESH), path, by_decades=False),
    "one stage": lambda path=None: draw_profile(contact(LIQUOR, SALT, CYANEX), path),
    "curves": lambda path=None: draw_extraction_curves(LIQUOR, CYANEX, path),
    "curves of two": lambda path=None: draw_extraction_curves(LIQUOR, [CYANEX, DEHPA], path, axis=AgainstPh(1.0, 7.0)),
    "factors": lambda path=None: draw_separation_factors(run_section(HELD, LIQUOR, FRESH), path, stage=2),
    "factors over pH": lambda path=None: draw_separation_over_ph(
        extraction_curves(LIQUOR, CYANEX), path, pairs=("Co+2/Ni+2", "Mn+2/Co+2", "Co+2/Mg+2")
    ),
    "gauges": lambda path=None: draw_gauges(run_section(FREE, LIQUOR, SALT), path),
    "stages": lambda path=None: draw_stages_against_ratio(
        stages_against_ratio(HELD, LIQUOR, FRESH, DUTY, (0.5, 1.0, 1.5, 2.0)), path
    ),
    "base": lambda path=None: draw_base_window(base_table(HELD, LIQUOR, FRESH, DUTY, ByPh(3.5, 6.5)), path),
    "base, with a limit in g/L": lambda path=None: draw_base_window(
        base_table(FREE, LIQUOR, FRESH, Duty(recovery={"Co+2": 0.8}, left={"Co+2": 1.0})), path
    ),
    "comparison": lambda path=None: draw_comparison(compared(), path),
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


def test_picture__has_a_title_and_a_note(picture):
    assert len(said(picture, "title")) == 1
    assert said(picture, "note")


@pytest.mark.parametrize("name", ["held", "profile", "factors", "gauges", "comparison"])
def test_picture__is_the_same_twice(name, tmp_path):
    for number in (1, 2):
        PICTURES[name](tmp_path / f"{number}.png")
    assert (tmp_path / "1.png").read_bytes() == (tmp_path / "2.png").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["1.png", "2.png"]


@pytest.mark.parametrize(("section", "organic"), [(HELD, FRESH), (FREE, SALT)], ids=["pH held", "saponified"])
def test_mccabe_thiele__steps_run_from_the_feed_to_the_fresh_organic(section, organic):
    found = mccabe_thiele(section, LIQUOR, organic, "Co+2")
    profile = run_section(section, LIQUOR, organic)
    at = profile.cations.index("Co+2")
    grams = 1000.0 * CHEMISTRY.molar_masses[CHEMISTRY.position("Co+2")]
    assert found.steps[0] == pytest.approx(grams * np.array([profile.aqueous_feed[at], profile.organic[0, at]]))
    assert found.steps[-1] == pytest.approx(
        grams * np.array([profile.aqueous[-1, at], profile.organic_feed[at]]), abs=1e-12
    )
    assert found.steps[0, 0] == pytest.approx(LIQUOR.concentration("Co+2"), rel=1e-6)
    assert found.steps[-1, 0] == pytest.approx(profile.raffinate.concentration("Co+2"), rel=1e-3)


@pytest.mark.parametrize(("section", "organic"), [(HELD, FRESH), (FREE, SALT)], ids=["pH held", "saponified"])
def test_mccabe_thiele__ideal_stages_lie_on_the_curve(section, organic):
    found = mccabe_thiele(section, LIQUOR, organic, "Co+2")
    for stage in found.steps[1::2]:
        apart = np.abs(found.curve - stage).max(axis=1) / stage.max()
        assert apart.min() < 2e-4


def test_mccabe_thiele__operating_line_has_the_slope_of_the_phase_ratio():
    found = mccabe_thiele(FREE, LIQUOR, SALT, "Co+2")
    [line] = found.lines
    slopes = np.diff(line[:, 1]) / np.diff(line[:, 0])
    assert slopes[1] == pytest.approx(LIQUOR.liquor_volume / SALT.organic_volume, rel=0.03)


def test_mccabe_thiele__stages_of_a_lower_efficiency_lie_inside_the_curve():
    cobalt = Stream.of(
        CHEMISTRY, {"H2O": 1.0, "CoSO4": 0.030, "Na2SO4": 0.010}
    )  # others would displace it, stage by stage
    found = mccabe_thiele(replace(HELD, efficiency=0.8), cobalt, FRESH, "Co+2")
    order = np.argsort(found.curve[:, 0])
    for x, y in found.steps[1::2]:
        assert y < np.interp(x, found.curve[order, 0], found.curve[order, 1])


def test_mccabe_thiele__cross_current_has_a_line_for_each_stage():
    found = mccabe_thiele(replace(HELD, flow="cross-current"), LIQUOR, FRESH, "Co+2")
    assert len(found.lines) == 3
    for one, other in itertools.pairwise(found.lines):
        assert one[1, 0] == pytest.approx(other[0, 0])
        assert other[0, 1] == pytest.approx(0.0, abs=1e-12)


def test_mccabe_thiele__names_the_nearest_cation():
    with pytest.raises(DataError, match=r"Cyanex 272 does not take up 'Co\+3'; did you mean 'Co\+2'\?"):
        mccabe_thiele(HELD, LIQUOR, FRESH, "Co+3")


def test_curves__are_single_contacts_and_rise_with_ph():
    curves = extraction_curves(LIQUOR, CYANEX, 1.5, 400.0, AgainstPh(2.0, 7.0))
    share = curves[CYANEX, "Co+2"].to_numpy()
    assert (np.diff(share) > -1e-9).all()
    organic = solvent(CHEMISTRY, CYANEX, 400.0, 1.5 * LIQUOR.liquor_volume)
    level = float(curves.index[48])
    assert level == pytest.approx(5.0)
    profile = contact(LIQUOR, organic, CYANEX, ph=level, base=caustic(LIQUOR))
    assert share[48] == pytest.approx(profile.extraction["Co+2"], rel=0.02)


def test_curves__half_is_extracted_at_ph50():
    liquor = Stream.of(CHEMISTRY, {"H2O": 1.0, "CoSO4": 0.002, "Na2SO4": 0.05})
    table = extraction_curves(liquor, [CYANEX, DEHPA], 1.0, 500.0, AgainstPh(1.0, 7.0))
    halves = ph50(table)
    assert halves.loc["Co+2", DEHPA] < halves.loc["Co+2", CYANEX]
    organic = solvent(CHEMISTRY, CYANEX, 500.0, liquor.liquor_volume)
    profile = contact(liquor, organic, CYANEX, ph=float(halves.loc["Co+2", CYANEX]), base=caustic(liquor))
    held = profile.loaded[salt_form("Co+2", CYANEX)]
    assert held / (held + profile.raffinate["Co+2"]) == pytest.approx(0.5, abs=0.003)


def test_curves__name_the_acid_and_the_base_that_reach_a_ph():
    frames = [axes for axes in PICTURES["curves"]().axes if axes.axison]
    assert frames[-1].get_xlabel() == "pH at equilibrium, reached with H₂SO₄ or NaOH"


def test_ph50__is_empty_where_half_is_not_reached():
    table = extraction_curves(LIQUOR, CYANEX, axis=AgainstPh(1.0, 3.0))
    assert np.isnan(ph50(table).loc["Ni+2", CYANEX])


def test_curves__tell_once_from_which_ph_an_organic_gels():
    warnings = extraction_curves(LIQUOR, CYANEX, 1.0, 300.0).attrs["warnings"]
    assert len([warning for warning in warnings if "loading" in warning]) == 1
    assert "such from pH" in warnings[0]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"extractants": "Cyanex 273"}, "did you mean 'Cyanex 272'"),
        ({"organic_to_aqueous": 0.0}, "organic_to_aqueous = 0 is not above 0"),
        ({"molarity": -1.0}, "molarity = -1 mol/m3 is not above 0"),
        ({"liquor": Stream.of(CHEMISTRY, {"H2O": 1.0})}, "holds nothing that Cyanex 272 takes up"),
        ({"liquor": Stream.empty(CHEMISTRY)}, "0 mol/s water"),
        ({"extractants": ()}, "holds nothing that no extractant takes up"),
        ({"axis": "pH"}, r"extraction curves: axis = 'pH' is no axis; give AgainstPh\(\)"),
        ({"axis": AgainstTemperature()}, r"is no range of pH; give AgainstPh\(0\.0, 8\.0\)"),
    ],
)
def test_curves__refuses_what_cannot_be(change, message):
    with pytest.raises(DataError, match=message):
        extraction_curves(**{"liquor": LIQUOR, "extractants": CYANEX} | change)


def test_separation_factors__are_ratios_of_distribution():
    profile = run_section(HELD, LIQUOR, FRESH)
    table = separation_factors(profile, 2)
    ratios = distribution_ratios(profile).loc[2]
    values = table.to_numpy()
    assert values * values.T == pytest.approx(np.ones_like(values))
    assert table.loc["Co+2", "Ni+2"] == pytest.approx(ratios["Co+2"] / ratios["Ni+2"])
    assert (np.diff(values[:, -1]) <= 0.0).all()  # the best extracted first


def test_separation_factors__refuses_a_stage_that_there_is_not():
    with pytest.raises(DataError, match="stage 4 is outside 1 to 3"):
        separation_factors(run_section(HELD, LIQUOR, FRESH), 4)


def test_separation_over_ph__names_the_better_extracted_first():
    curves = extraction_curves(LIQUOR, CYANEX)
    table = separation_over_ph(curves)
    assert "Co+2/Ni+2" in table
    assert float(table["Co+2/Ni+2"].loc[5.0]) > 100.0
    with pytest.raises(DataError, match="'DEHPA' is not in the table"):
        separation_over_ph(curves, "DEHPA")
    with pytest.raises(DataError, match="pair 'Ni/Co' is not in the table"):
        draw_separation_over_ph(curves, pairs=("Ni/Co",))


def test_profile__shows_each_metal_and_the_feeds():
    figure = PICTURES["profile"]()
    frames = [axes for axes in figure.axes if axes.axison]
    assert [axes.get_ylabel() for axes in frames] == ["in the liquor, g/L", "in the organic, g/L", "pH", "loading, %"]
    assert frames[-1].get_xlabel() == "stage"
    assert {"Co²⁺", "Ni²⁺", "Li⁺", "Mn²⁺"} <= set(said(figure, "curve"))


def test_gauges__hold_the_loading_against_its_limit():
    table = gauge_table(run_section(FREE, LIQUOR, SALT))
    assert table.loc["loading", "highest"] == CHEMISTRY.extractant(CYANEX).properties["loading_limit"]
    assert table.loc["loading", "within"]
    assert table.loc["saponified, as fed", "high"] == pytest.approx(0.5, rel=1e-6)
    assert table.loc["pH", "low"] <= table.loc["pH", "high"]
    heavy = run_section(replace(HELD, ph=6.5), LIQUOR, FRESH * 0.5)
    assert not gauge_table(heavy).loc["loading", "within"]


def test_gauges__tell_what_is_carried_over():
    carried = replace(FREE, aqueous_in_organic=2e-3, organic_in_aqueous=1e-4)
    table = gauge_table(run_section(carried, LIQUOR, SALT))
    assert table.loc["liquor in the organic", "high"] == pytest.approx(2e-3, rel=0.05)
    assert table.loc["organic in the raffinate", "high"] == pytest.approx(1e-4, rel=0.05)


def test_pictures_of_design__refuse_another_table():
    with pytest.raises(DataError, match="no column 'stages'"):
        draw_stages_against_ratio(extraction_curves(LIQUOR, CYANEX, axis=AgainstPh(2.0, 3.0)))
    with pytest.raises(DataError, match="the table has no limits"):
        draw_base_window(extraction_curves(LIQUOR, CYANEX, axis=AgainstPh(2.0, 3.0)))
    with pytest.raises(DataError, match="no column 'meets'"):
        draw_comparison(extraction_curves(LIQUOR, CYANEX, axis=AgainstPh(2.0, 3.0)))
