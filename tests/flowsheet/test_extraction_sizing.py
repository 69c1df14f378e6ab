import math
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from raffinate.flowsheet import DataError, Flowsheet, Stream, solve
from raffinate.flowsheet.chemistry import Chemistry
from raffinate.flowsheet.extraction.sizing import (
    AQUEOUS,
    ORGANIC,
    MixerSettlerSize,
    mixer_recycle,
    rate_mixer_settler,
    size_mixer_settler,
    size_profile,
    size_table,
)
from raffinate.flowsheet.quantities import hour, minute
from raffinate.flowsheet.stream import solvent
from raffinate.unitops.mixer_settler import MixerSettler

FLOW = 36.0 / hour  # m3/s


def test_recycle__is_none_where_the_ratio_keeps_both_continuities():
    for ratio in (0.5, 1.0, 2.0):
        assert mixer_recycle(FLOW, ratio * FLOW) == (0.0, "", ratio)


def test_recycle__brings_the_scarce_liquid_to_the_limit():
    """An organic of a tenth of the liquor lacks four tenths for 0.5; a liquor of a tenth of the organic as much for 2."""
    scarce = mixer_recycle(FLOW, 0.1 * FLOW)
    assert scarce.liquid == ORGANIC
    assert scarce.flow == pytest.approx(0.4 * FLOW, rel=1e-12)
    assert scarce.ratio == 0.5
    plenty = mixer_recycle(0.1 * FLOW, FLOW)
    assert plenty.liquid == AQUEOUS
    assert plenty.flow == pytest.approx(0.4 * FLOW, rel=1e-12)
    assert plenty.ratio == 2.0


def test_recycle__follows_the_continuity_or_the_ratio_that_is_asked_for():
    assert mixer_recycle(0.1 * FLOW, FLOW, ORGANIC).flow == 0.0
    assert mixer_recycle(FLOW, 0.1 * FLOW, AQUEOUS).flow == 0.0
    even = mixer_recycle(FLOW, 0.25 * FLOW, mixer_ratio=1.0)
    assert even == (pytest.approx(0.75 * FLOW), ORGANIC, 1.0)


def test_size__is_flow_times_time_and_flow_over_flux():
    """36 and 36 m3/h for 3 min are 3.6 m3; at 4 m3/m2/h they want 18 m2, 3 m wide and 6 m long."""
    size = size_mixer_settler(FLOW, FLOW)
    assert size.mixer_volume == pytest.approx(3.6, rel=1e-12)
    assert size.settler_area == pytest.approx(18.0, rel=1e-12)
    assert size.settler_width == pytest.approx(3.0, rel=1e-12)
    assert size.recycle == 0.0
    assert size.organic_inventory == pytest.approx(18.0 * 0.3 + 1.8, rel=1e-12)
    slow = size_mixer_settler(FLOW, FLOW, residence_time=6 * minute, flux=2.0 / hour)
    assert slow.mixer_volume == pytest.approx(2.0 * size.mixer_volume, rel=1e-12)
    assert slow.settler_area == pytest.approx(2.0 * size.settler_area, rel=1e-12)


def test_size__makes_the_settler_wide_enough_for_its_organic():
    """3600 m3/h of organic in a layer of 0.3 m at 0.06 m/s want 55.6 m of weir, more than half of the length."""
    size = size_mixer_settler(0.5, 1.0)
    assert size.settler_width == pytest.approx(1.0 / (0.3 * 0.06), rel=1e-12)


def test_size__is_larger_by_what_is_recycled():
    size = size_mixer_settler(FLOW, 0.1 * FLOW)
    assert size.mixer_volume == pytest.approx(1.5 * FLOW * 180.0, rel=1e-12)


def test_rating__finds_the_design_again():
    size = size_mixer_settler(FLOW, FLOW)
    rating = rate_mixer_settler(size, FLOW, FLOW)
    assert rating.residence_time == pytest.approx(180.0, rel=1e-12)
    assert rating.flux * hour == pytest.approx(4.0, rel=1e-12)
    assert rating.band_depth == pytest.approx(0.1, rel=1e-12)
    assert rating.loads["residence time"] == pytest.approx(0.5, rel=1e-12)
    assert rating.loads["settler flux"] == pytest.approx(4.0 / 6.0, rel=1e-12)
    assert rating.binding == "dispersion band"
    assert rating.load == pytest.approx(0.4**0.4, rel=1e-12)
    assert rating.warnings == ()


def test_rating__grows_in_proportion_to_the_flow():
    """The load is a share of the flow: at 1 / load times the flow the binding limit is reached, and nothing else."""
    size = size_mixer_settler(FLOW, FLOW)
    once = rate_mixer_settler(size, FLOW, FLOW)
    most = FLOW / once.load
    full = rate_mixer_settler(size, most, most)
    assert full.load == pytest.approx(1.0, rel=1e-12)
    assert full.warnings == ()
    assert full.band_depth == pytest.approx(0.25, rel=1e-9)
    beyond = rate_mixer_settler(size, 1.2 * most, 1.2 * most)
    assert beyond.load == pytest.approx(1.2, rel=1e-12)
    assert "dispersion band is at 120 % of its limit" in beyond.warnings


def test_rating__names_the_limit_that_binds():
    size = size_mixer_settler(FLOW, FLOW)
    assert (
        rate_mixer_settler(replace(size, mixer_volume=0.2 * size.mixer_volume), FLOW, FLOW).binding == "residence time"
    )
    narrow = rate_mixer_settler(replace(size, settler_width=0.1), FLOW, FLOW)
    assert narrow.binding == "organic velocity"
    assert narrow.organic_velocity == pytest.approx(FLOW / 0.03, rel=1e-12)


def test_rating__says_that_the_continuity_is_lost():
    size = replace(size_mixer_settler(FLOW, 0.1 * FLOW), recycle=0.1 * FLOW)
    rating = rate_mixer_settler(size, FLOW, 0.1 * FLOW)
    assert rating.recycle == (0.1 * FLOW, ORGANIC, pytest.approx(0.2))
    assert rating.warnings[0].startswith("recycle of organic 14.4 m3/h is needed for an organic to aqueous of 0.5")
    other = rate_mixer_settler(replace(size, recycle=0.0), 0.1 * FLOW, FLOW)
    assert other.recycle.ratio == pytest.approx(10.0)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: mixer_recycle(0.0, 1.0), "aqueous = 0, organic = 1 m3/s are not both above 0"),
        (lambda: mixer_recycle(1.0, 1.0, "organc"), "continuity = 'organc' is none of organic, aqueous; did you mean 'organic'"),
        (lambda: mixer_recycle(1.0, 1.0, mixer_ratio=-1.0), "mixer_ratio = -1 is not above 0"),
        (lambda: size_mixer_settler(1.0, 1.0, flux=0.0), "flux = 0 m/s must be above 0"),
        (lambda: MixerSettlerSize(mixer_volume=0.0, settler_area=1.0, settler_width=1.0), "mixer_volume = 0 m3 is not above 0"),
        (
            lambda: MixerSettlerSize(mixer_volume=1.0, settler_area=1.0, settler_width=1.0, recycle=-1.0),
            "recycle = -1 m3/s is below 0",
        ),
    ],
)  # fmt: skip
def test_sizing__refuses_what_cannot_be(call, message):
    with pytest.raises(DataError, match=message):
        call()


def test_profile__is_sized_for_the_stage_with_the_largest_flows():
    profile = SimpleNamespace(liquor_flow=np.array([1.0, 2.0, 1.5]), organic_flow=np.array([1.0, 1.1, 1.2]))
    assert size_profile(cast(Any, profile)) == size_mixer_settler(2.0, 1.1)


@pytest.fixture(scope="module")
def plant():
    chemistry = Chemistry("Na Ni Co S", extractants=("Cyanex 272",))
    liquor = Stream.of(chemistry, {"H2O": 10.0, "CoSO4": 0.2, "NiSO4": 0.5})
    acid = Stream.of(chemistry, {"H2O": 1.0, "H2SO4": 0.1})
    sheet = Flowsheet()
    bank = MixerSettler(extractant="Cyanex 272", stages=3)
    sheet.add("extraction", bank, aqueous=liquor, organic=solvent(chemistry, "Cyanex 272", 600.0, 0.008))
    sheet.add("strip", bank, aqueous=acid, organic="extraction.loaded")
    return solve(sheet)


def test_table__sizes_every_bank_of_a_solved_flowsheet(plant):
    found = size_table(plant)
    assert list(found.index) == ["extraction", "strip"]
    row = found.loc["strip"]
    assert row["organic m3/h"] == pytest.approx(0.008 * hour, rel=0.01)
    assert row["of"] == AQUEOUS
    assert row["O/A in mixer"] == 2.0
    assert row["residence time min"] == pytest.approx(3.0, rel=1e-9)
    assert row["flux m3/m2/h"] == pytest.approx(4.0, rel=1e-9)
    assert row["stages"] == 3
    assert math.isclose(row["load %"], 100.0 * 0.4**0.4, rel_tol=1e-9)


def test_table__rates_what_stands_there(plant):
    designed = size_mixer_settler(plant.streams["strip.raffinate"].liquor_volume, 0.008)
    half = replace(designed, mixer_volume=0.2 * designed.mixer_volume, settler_area=10.0 * designed.settler_area)
    found = size_table(plant, ["strip"], {"strip": half})
    assert found.loc["strip", "limit"] == "residence time"
    assert found.loc["strip", "load %"] > 100.0


def test_table__names_the_bank_that_exists(plant):
    with pytest.raises(DataError, match="unit 'strp' is no bank of mixer-settlers; did you mean 'strip'"):
        size_table(plant, ["strp"])
