"""Design of a section: the fewest stages and the least base do the duty, a little less does not; what cannot be is told."""

import math
from dataclasses import replace

import numpy as np
import pandas
import pytest

from raffinate.flowsheet import DataError, Stream
from raffinate.flowsheet.chemistry import Chemistry
from raffinate.flowsheet.chemistry.extractants import Complex, Extractant
from raffinate.flowsheet.extraction.design import least_base, stages_against_ratio
from raffinate.flowsheet.extraction.duty import Duty
from raffinate.flowsheet.extraction.levers import ByDose, ByPh, BySaponification, caustic, saponified
from raffinate.flowsheet.extraction.offers import Terms, compare_extractants
from raffinate.flowsheet.extraction.section import Section, run_section
from raffinate.flowsheet.stream import solvent

CYANEX, DEHPA = "Cyanex 272", "D2EHPA"
CHEMISTRY = Chemistry("Li Na Ni Co S", extractants=(CYANEX, DEHPA))
LIQUOR = Stream.of(CHEMISTRY, {"H2O": 1.0, "CoSO4": 0.030, "NiSO4": 0.080, "Li2SO4": 0.020, "Na2SO4": 0.010})
FRESH = solvent(CHEMISTRY, CYANEX, 600.0, 1.2 * LIQUOR.liquor_volume)
BASE = caustic(LIQUOR)
SECTION = Section(extractant=CYANEX, stages=3, base=BASE)
DUTY = Duty(recovery={"Co+2": 0.95}, co_extraction={"Ni+2": 0.05})
LEVERS = [BySaponification(), ByDose({1: 0.3, 2: 0.4, 3: 0.3}), ByPh(3.5, 6.5)]


def test_stages__fewer_do_not_do_the_duty_and_more_do():
    held = replace(SECTION, ph=4.9)
    table = stages_against_ratio(held, LIQUOR, FRESH, DUTY, (0.4, 1.2, 1.6, 2.4), most_stages=10)
    for ratio, stages in table["stages"].items():
        organic = FRESH * (ratio * LIQUOR.liquor_volume / FRESH.organic_volume)
        if stages is pandas.NA:
            assert table.loc[ratio, "missed"] == "recovery of Co+2 >= 0.95"
            continue
        reached = [
            run_section(replace(held, stages=n), LIQUOR, organic).extraction["Co+2"] for n in range(1, stages + 2)
        ]
        assert (np.diff(reached) >= -1e-9).all()
        assert reached[stages - 1] >= 0.95
        assert stages == 1 or reached[stages - 2] < 0.95
        assert table.loc[ratio, "recovery of Co+2"] == pytest.approx(reached[stages - 1])
    needed = [math.inf if one is pandas.NA else one for one in table["stages"]]
    assert needed == sorted(needed, reverse=True)
    assert needed[0] == math.inf
    assert needed[-1] < 10


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"ratios": (1.0, 0.0)}, "organic to aqueous = 0 is not above 0"),
        ({"most_stages": 0}, "most_stages = 0 is below 1"),
        ({"section": replace(SECTION, dose={3: 0.1}), "most_stages": 2}, "doses to stage 3, and 2 stages at most"),
        ({"liquor": Stream.empty(CHEMISTRY)}, "0 m3/s of liquor"),
        ({"duty": Duty(recovery={"Cu+2": 0.9})}, r"Cyanex 272 does not take up 'Cu\+2'; did you mean 'Co\+2'"),
    ],
)
def test_stages__refuses_what_cannot_be(change, message):
    given = {"section": replace(SECTION, ph=5.0), "liquor": LIQUOR, "organic": FRESH, "duty": DUTY} | change
    with pytest.raises(DataError, match=message):
        stages_against_ratio(**given)


@pytest.mark.parametrize("lever", LEVERS, ids=lambda lever: type(lever).__name__)
def test_least_base__meets_the_duty_and_a_little_less_does_not(lever):
    found = least_base(SECTION, LIQUOR, FRESH, DUTY, lever)
    assert found.profile.extraction["Co+2"] == pytest.approx(0.95, abs=1e-6)
    assert found.profile.extraction["Co+2"] >= 0.95 - 1e-11
    assert found.profile.extraction["Ni+2"] <= 0.05
    assert found.binds == "recovery of Co+2 >= 0.95"
    less = lever.turn(SECTION, LIQUOR, FRESH, found.coordinate * (1.0 - 1e-4))
    assert run_section(less.section, less.liquor, less.organic).extraction["Co+2"] < 0.95
    assert found.window[0] == found.coordinate < found.window[1]
    assert found.text.startswith(lever.text(found.coordinate))


def test_least_base__takes_two_moles_for_each_of_cobalt():
    found = least_base(SECTION, LIQUOR, FRESH, DUTY)
    assert found.per_mole("Co+2") == pytest.approx(2.0, rel=0.05)  # and some for nickel and lithium
    assert found.base == pytest.approx(found.coordinate * FRESH["HA[Cyanex 272]"])
    assert found.mass("NaOH") == pytest.approx(found.base * 0.0399971, rel=1e-5)


def test_least_base__ways_of_dosing_agree():
    found = [least_base(SECTION, LIQUOR, FRESH, Duty(recovery={"Co+2": 0.9}), lever).base for lever in LEVERS]
    assert found == pytest.approx([found[0]] * 3, rel=0.05)


def test_least_base__window_closes_where_the_other_limit_is_lost():
    found = least_base(SECTION, LIQUOR, FRESH, DUTY)
    assert found.closes == "co-extraction of Ni+2 <= 0.05"
    more = BySaponification().turn(SECTION, LIQUOR, FRESH, found.window[1] + 1e-4)
    assert run_section(more.section, more.liquor, more.organic).extraction["Ni+2"] > 0.05


def test_least_base__is_none_where_the_duty_is_met_without():
    found = least_base(SECTION, LIQUOR, FRESH, Duty(co_extraction={"Ni+2": 0.5}))
    assert found.coordinate == 0.0
    assert found.base == 0.0
    assert found.binds == ""


def test_least_base__names_the_nearest_that_is_reached():
    with pytest.raises(
        DataError, match=r"recovery of Ni\+2 >= 0\.999 cannot be met; the nearest reached is .* at pH 5"
    ):
        least_base(SECTION, LIQUOR, FRESH, Duty(recovery={"Ni+2": 0.999}), ByPh(3.0, 5.0))


def test_least_base__names_both_limits_of_a_conflict():
    duty = Duty(recovery={"Co+2": 0.9}, co_extraction={"Ni+2": 2e-4})
    with pytest.raises(
        DataError, match=r"recovery of Co\+2 >= 0\.9 asks for pH .* where co-extraction of Ni\+2 is"
    ) as caught:
        least_base(replace(SECTION, stages=1), LIQUOR, FRESH, duty, ByPh(3.0, 6.5))
    assert "the nearest reached is" in str(caught.value)


def test_least_base__finds_a_window_between_two_places_of_its_grid():
    one = least_base(SECTION, LIQUOR, FRESH, Duty(recovery={"Co+2": 0.9}), ByPh(3.0, 7.0))
    nickel = one.profile.extraction["Ni+2"]
    narrow = Duty(recovery={"Co+2": 0.9}, co_extraction={"Ni+2": nickel * 1.0001})
    found = least_base(SECTION, LIQUOR, FRESH, narrow, ByPh(3.0, 7.0))
    assert found.coordinate == pytest.approx(one.coordinate, abs=1e-9)


@pytest.mark.parametrize(
    ("lever", "message"),
    [
        (BySaponification("Ca+2"), r"Cyanex 272 does not take up 'Ca\+2'"),
        (BySaponification(most=1.2), "up to 1.2 is outside 0 to 1"),
        (ByDose({1: 0.5}), "sum to 0.5"),
        (ByDose(most=-1.0), "empty range"),
        (ByPh(6.0, 5.0), "empty range"),
    ],
)
def test_least_base__refuses_a_lever_that_cannot_be(lever, message):
    with pytest.raises(DataError, match=message):
        least_base(SECTION, LIQUOR, FRESH, DUTY, lever)


def test_saponified__keeps_charge_and_extractant():
    salt = saponified(FRESH, CYANEX, 0.4)
    assert salt.charge == pytest.approx(0.0, abs=1e-12)
    assert salt["NaA[Cyanex 272]"] == pytest.approx(0.4 * FRESH["HA[Cyanex 272]"])
    assert salt["NaA[Cyanex 272]"] + salt["HA[Cyanex 272]"] == pytest.approx(FRESH["HA[Cyanex 272]"])
    with pytest.raises(DataError, match=r"degree = 1\.5 is outside 0 to 1"):
        saponified(FRESH, CYANEX, 1.5)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "0 limits given"),
        ({"recovery": {"Co+2": 99.0}}, r"recovery of Co\+2 = 99 is outside 0 to 1; a percentage is written 0\.99"),
        ({"left": {"Co+2": -1.0}}, r"Co\+2 in the raffinate = -1 is outside"),
        ({"taken_per": {("Ni+2", "Co+2"): math.nan}}, "is outside 0 to inf"),
    ],
)
def test_duty__refuses_what_cannot_be(given, message):
    with pytest.raises(DataError, match=message):
        Duty(**given)


def test_duty__names_a_metal_that_is_not_there():
    with pytest.raises(DataError, match=r"stripped of Co\+2: the organic brings 0 mol/s of it"):
        least_base(SECTION, LIQUOR, FRESH, Duty(stripped={"Co+2": 0.9}))


def test_duty__counts_what_acid_strips():
    loaded = saponified(FRESH, CYANEX, 0.3, "Co+2")
    spirit = Stream.of(CHEMISTRY, {"H2O": 1.0, "H2SO4": 0.04})
    profile = run_section(Section(extractant=CYANEX, stages=2), spirit, loaded)
    [limit] = Duty(stripped={"Co+2": 0.9}).limits()
    brought = loaded["CoA2[Cyanex 272]"]
    assert limit.reached(profile) == pytest.approx(profile.raffinate["Co+2"] / brought, rel=1e-6)
    assert limit.is_met(profile)


def test_duty__limits_are_what_the_streams_hold():
    duty = Duty(left={"Co+2": 1.0}, left_per={("Co+2", "Ni+2"): 0.01}, taken_per={("Ni+2", "Co+2"): 0.01})
    profile = run_section(replace(SECTION, ph=5.0), LIQUOR, FRESH)
    left, per, taken = (limit.reached(profile) for limit in duty.limits())
    raffinate, loaded = profile.raffinate, profile.loaded
    assert left == pytest.approx(raffinate.concentration("Co+2"))
    assert per == pytest.approx(raffinate.concentration("Co+2") / raffinate.concentration("Ni+2"))
    assert taken == pytest.approx(
        loaded["NiA2[Cyanex 272]"] * 58.6934 / (loaded["CoA2[Cyanex 272]"] * 58.9332), rel=1e-5
    )


def test_compare__gives_a_row_for_each_and_says_who_misses():
    table = compare_extractants(LIQUOR, [CYANEX, DEHPA], DUTY, Terms(most_stages=3, molarity=800.0))
    assert list(table.index) == [CYANEX, DEHPA]
    assert table.loc[CYANEX, "meets"]
    assert not table.loc[DEHPA, "meets"]
    assert table.loc[CYANEX, "Co+2/Ni+2"] > 10.0 * table.loc[DEHPA, "Co+2/Ni+2"]
    assert "co-extraction of Ni+2" in table.loc[DEHPA, "binds"]
    assert table.loc[CYANEX, "extraction of Co+2"] == pytest.approx(0.95, abs=1e-3)


def test_compare__costs_follow_from_the_properties():
    terms = Terms(stages=2, molarity=800.0, residence_time=600.0, organic_in_aqueous=1e-4)
    table = compare_extractants(LIQUOR, [CYANEX], Duty(recovery={"Co+2": 0.9}), terms)
    known = CHEMISTRY.extractant(CYANEX).properties
    volume = LIQUOR.liquor_volume * 2 * 600.0
    mass = volume * 800.0 * CHEMISTRY.molar_masses[CHEMISTRY.position("HA[Cyanex 272]")]
    assert table.loc[CYANEX, "solvent m3"] == pytest.approx(volume)
    assert table.loc[CYANEX, "extractant kg"] == pytest.approx(mass)
    price = known["price"] / known["purity"]
    assert table.loc[CYANEX, "first fill USD"] > mass * price
    lost = table.loc[CYANEX, "lost g/m3"]
    assert lost > 1000.0 * known["solubility"]
    assert table.loc[CYANEX, "make-up USD/m3"] == pytest.approx(lost / 1000.0 * price)


def test_compare__takes_an_extractant_of_ones_own():
    mine = Extractant(
        name="mine",
        formula="C16H35O2P",
        complexes=(Complex("Co+2", -6.0, 2.0), Complex("Ni+2", -10.0, 2.0), Complex("Na+", -7.0, 1.0)),
        properties={"density": 920.0},
    )
    table = compare_extractants(
        LIQUOR, [CYANEX, mine], Duty(recovery={"Co+2": 0.9}), Terms(most_stages=2, molarity=1200.0)
    )
    assert table.loc["mine", "meets"]
    assert table.loc["mine", "pH"] < table.loc[CYANEX, "pH"]
    assert math.isnan(table.loc["mine", "make-up USD/m3"])


@pytest.mark.parametrize(
    ("extractants", "duty", "message"),
    [
        ([], DUTY, "0 extractants given"),
        ([CYANEX, CYANEX], DUTY, "Cyanex 272 given twice"),
        (["Cyanex 273"], DUTY, "did you mean 'Cyanex 272'"),
        ([CYANEX], Duty(co_extraction={"Ni+2": 0.1}), "the duty has no recovery"),
    ],
)
def test_compare__refuses_what_cannot_be(extractants, duty, message):
    with pytest.raises(DataError, match=message):
        compare_extractants(LIQUOR, extractants, duty)


def test_terms__refuses_what_cannot_be():
    with pytest.raises(DataError, match=r"molarity = 0 mol/m3 is not above 0"):
        Terms(molarity=0.0)
    with pytest.raises(DataError, match=r"stages = 0 is below 1"):
        Terms(stages=0)
