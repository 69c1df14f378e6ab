"""Sections as an engineer writes them: side feeds, bleeds, cross-current, base with its water, entrainment, and refusals."""

import re

import numpy as np
import pytest

from raffinate.flowsheet import DataError, Stream
from raffinate.flowsheet.balances import balance
from raffinate.flowsheet.chemistry import Chemistry
from raffinate.flowsheet.chemistry.extractants import Complex, Extractant
from raffinate.flowsheet.extraction.section import Section, contact, run_section
from raffinate.flowsheet.quantities import celsius
from raffinate.flowsheet.stream import mix
from raffinate.kernels.speciation import MOLES_PER_KG

ACID = Extractant(
    "Acid",
    "C16H35O2P",
    complexes=(
        *(Complex("Li+", -6.6, 1.0), Complex("Li+", -7.6, 0.5)),
        *(Complex("Na+", -7.1, 1.0), Complex("Na+", -8.1, 0.5)),
        *(Complex("Co+2", -6.5, 2.0), Complex("Co+2", -7.9, 1.0)),
        *(Complex("Ni+2", -9.5, 2.0), Complex("Ni+2", -10.9, 1.0)),
    ),
    properties={"density": 920.0},
)
SOLVENT = Extractant(
    "Solvent",
    "C12H27O4P",
    "solvating",
    1.0,
    (Complex("Co+2", -1.5, 2.0, "Cl-", 2.0), Complex("Fe+3", 1.0, 2.0, "Cl-", 4.0)),
    {"density": 970.0},
)
CHEMISTRY = Chemistry("Li Na Mg N Ni Co S", extractants=(ACID,))
LIQUOR = Stream.of(CHEMISTRY, {"H2O": 1.0, "CoSO4": 0.02, "NiSO4": 0.05, "Li2SO4": 0.02, "H2SO4": 0.001})
ORGANIC = Stream.of(CHEMISTRY, {"HA[Acid]": 0.12, "NaA[Acid]": 0.1, "diluent": 0.7})
UNSAPONIFIED = Stream.of(CHEMISTRY, {"HA[Acid]": 0.22, "diluent": 0.7})
CAUSTIC = Stream.of(CHEMISTRY, {"NaOH": 0.2, "H2O": 0.8})
STRIP = Stream.of(CHEMISTRY, {"H2O": 0.3, "H2SO4": 0.06})


def run(liquor, organic, **given):
    """The profile of a section, closed in elements, charge and mass."""
    section = Section(extractant=given.pop("extractant", "Acid"), **given)
    profile = run_section(section, liquor, organic)
    entering = [liquor, organic, profile.base, *section.liquor_feeds.values(), *section.organic_feeds.values()]
    leaving = [profile.raffinate, profile.loaded, *profile.bleeds.values()]
    assert balance(liquor.chemistry, entering, leaving).worst < 1e-12
    return profile


def test_run_section__tells_of_streams_what_its_stages_hold():
    profile = run(LIQUOR, ORGANIC, stages=4)
    cobalt = profile.cations.index("Co+2")
    assert profile.raffinate.ph == pytest.approx(profile.ph[-1], abs=1e-6)
    assert profile.raffinate["Co+2"] == pytest.approx(profile.molality[-1, cobalt] * profile.water_flow[-1], rel=1e-9)
    oil = 1000.0 * profile.organic_flow[0]
    assert profile.loaded["CoA2[Acid]"] == pytest.approx(profile.organic[0, cobalt] * oil, rel=1e-9)
    assert profile.extraction["Co+2"] == pytest.approx(1.0 - profile.raffinate["Co+2"] / LIQUOR["Co+2"], rel=1e-9)
    held = 2.0 * profile.loaded["CoA2[Acid]"] + 2.0 * profile.loaded["NiA2[Acid]"]
    held += profile.loaded["LiA[Acid]"] + profile.loaded["NaA[Acid]"]
    extractant = ORGANIC["HA[Acid]"] + ORGANIC["NaA[Acid]"]
    assert profile.loading[0] == pytest.approx(held / extractant, rel=1e-9)
    assert profile.stages == 4
    assert profile.warnings == ()


def test_table__has_a_row_a_stage_in_grams_per_litre():
    profile = run(LIQUOR, ORGANIC, stages=3)
    table = profile.table()
    assert list(table.index) == [1, 2, 3]
    np.testing.assert_array_equal(table["pH"], profile.ph)
    volume = 1000.0 * profile.raffinate.liquor_volume
    assert table["Ni+2, g/L liquor"].iloc[-1] == pytest.approx(profile.raffinate["Ni+2"] * 58.693 / volume, rel=1e-4)
    oil = 1000.0 * profile.organic_flow[0]
    assert table["Co+2, g/L organic"].iloc[0] == pytest.approx(profile.loaded["CoA2[Acid]"] * 58.933 / oil, rel=1e-4)


def test_contact__is_a_section_of_one_ideal_stage():
    one, other = contact(LIQUOR, UNSAPONIFIED, "Acid", 5.0, CAUSTIC), run(LIQUOR, UNSAPONIFIED, ph=5.0, base=CAUSTIC)
    np.testing.assert_array_equal(one.organic, other.organic)
    assert one.ph[0] == pytest.approx(5.0, abs=1e-9)


def test_run_section__gives_back_the_sodium_it_is_given_and_strips_with_acid():
    loaded = run(LIQUOR, ORGANIC, stages=4)
    sodium = loaded.raffinate["Na+"] + loaded.loaded["NaA[Acid]"]
    assert sodium == pytest.approx(ORGANIC["NaA[Acid]"], rel=1e-12)
    stripped = run(STRIP, loaded.loaded, stages=4)
    assert stripped.raffinate["Co+2"] == pytest.approx(loaded.loaded["CoA2[Acid]"], rel=1e-3)
    assert stripped.loading[0] < 1e-3


def test_run_section__without_base_stops_at_acid_equilibrium():
    profile = run(LIQUOR, UNSAPONIFIED, stages=20)
    assert profile.extraction["Co+2"] < 0.15
    gained = sum(
        LIQUOR[name] * n * profile.extraction[name] for name, n in {"Co+2": 2.0, "Ni+2": 2.0, "Li+": 1.0}.items()
    )
    assert profile.raffinate["H+"] - LIQUOR["H+"] == pytest.approx(gained, rel=1e-7)


# Base


def test_run_section__dilutes_the_liquor_with_the_water_of_its_base():
    weak = Stream.of(CHEMISTRY, {"NaOH": 0.02, "H2O": 0.98})
    strong, thin = (run(LIQUOR, UNSAPONIFIED, stages=3, ph=5.0, base=base) for base in (CAUSTIC, weak))
    for profile, share in ((strong, 0.8 / 0.2), (thin, 0.98 / 0.02)):
        water = profile.dosed.sum() * 39.997e-3 * share
        assert profile.base["H2O"] * 18.015e-3 == pytest.approx(water + profile.dosed.sum() * 18.015e-3, rel=2e-3)
        added = profile.water_flow[-1] * MOLES_PER_KG - LIQUOR["H2O"]
        assert added == pytest.approx(profile.base["H2O"], rel=1e-7)
    assert thin.aqueous[-1, thin.cations.index("Ni+2")] < 0.9 * strong.aqueous[-1, strong.cations.index("Ni+2")]


def test_run_section__the_dose_that_held_a_ph_gives_it():
    held = run(LIQUOR, UNSAPONIFIED, stages=3, ph={1: 4.8, 2: 5.0, 3: 5.1}, base=CAUSTIC)
    np.testing.assert_allclose(held.ph, [4.8, 5.0, 5.1], atol=1e-9)
    dosed = run(LIQUOR, UNSAPONIFIED, stages=3, dose=dict(enumerate(held.dosed, 1)), base=CAUSTIC)
    np.testing.assert_allclose(dosed.ph, held.ph, atol=1e-6)
    np.testing.assert_allclose(dosed.dosed, held.dosed, rtol=1e-12)
    assert dosed.base.mass == pytest.approx(held.base.mass, rel=1e-9)


@pytest.mark.parametrize("formula", ["LiOH", "NH3", "Mg(OH)2", "NaOH"])
def test_run_section__holds_with_any_base(formula):
    base = Stream.of(CHEMISTRY, {formula: 0.03, "H2O": 0.97})
    profile = run(LIQUOR, UNSAPONIFIED, stages=2, ph=4.8, base=base)
    np.testing.assert_allclose(profile.ph, 4.8, atol=1e-9)
    assert profile.base.mass > 0.0
    assert profile.base["H2O"] / profile.base.mass == pytest.approx(base["H2O"] / base.mass, rel=1e-12)


def test_run_section__gives_no_base_to_a_stage_that_lies_higher_by_itself():
    natural, held = run(LIQUOR, ORGANIC, stages=3), run(LIQUOR, ORGANIC, stages=3, ph=2.0, base=CAUSTIC)
    np.testing.assert_allclose(held.ph, natural.ph, atol=1e-7)
    assert held.base.mass == 0.0
    assert np.all(held.dosed == 0.0)


def test_run_section__exact_draws_base_away():
    salty = LIQUOR + Stream.of(CHEMISTRY, {"Na2SO4": 0.03})
    natural = run(salty, ORGANIC)
    target = float(natural.ph[0]) - 0.3
    profile = run_section(Section(extractant="Acid", ph=target, base=CAUSTIC, exact=True), salty, ORGANIC)
    assert profile.ph[0] == pytest.approx(target, abs=1e-9)
    assert profile.dosed[0] < 0.0
    assert profile.extraction["Co+2"] < natural.extraction["Co+2"]


# Rows


def test_run_section__cross_current_is_one_contact_after_the_other():
    profile = run(LIQUOR, ORGANIC, stages=3, flow="cross-current")
    liquor, loaded = LIQUOR, []
    for i in range(3):
        one = contact(liquor, ORGANIC * (1.0 / 3.0), "Acid")
        assert one.ph[0] == pytest.approx(profile.ph[i], abs=1e-6)
        np.testing.assert_allclose(one.organic[0], profile.organic[i][: len(one.cations)], rtol=1e-6)
        liquor = one.raffinate
        loaded.append(one.loaded)
    assert profile.loaded["CoA2[Acid]"] == pytest.approx(mix(loaded)["CoA2[Acid]"], rel=1e-7)


def test_run_section__a_side_feed_at_the_first_stage_is_a_mixed_feed():
    side = Stream.of(CHEMISTRY, {"H2O": 0.2, "CoSO4": 0.01})
    fed, mixed = run(LIQUOR, ORGANIC, stages=3, liquor_feeds={1: side}), run(LIQUOR + side, ORGANIC, stages=3)
    np.testing.assert_allclose(fed.ph, mixed.ph, atol=1e-7)
    np.testing.assert_allclose(fed.organic, mixed.organic, rtol=1e-6)


def test_run_section__a_side_feed_of_organic_at_the_last_stage_is_a_mixed_feed():
    fed = run(LIQUOR, ORGANIC * 0.5, stages=3, organic_feeds={3: UNSAPONIFIED * 0.5})
    mixed = run(LIQUOR, ORGANIC * 0.5 + UNSAPONIFIED * 0.5, stages=3)
    np.testing.assert_allclose(fed.ph, mixed.ph, atol=1e-7)
    np.testing.assert_allclose(fed.organic, mixed.organic, rtol=1e-6)


def test_run_section__bleeds_take_their_share_of_what_leaves_a_stage():
    profile = run(LIQUOR, ORGANIC, stages=4, liquor_bleeds={2: 0.1}, organic_bleeds={3: 0.2})
    liquor, organic = profile.bleeds["liquor of stage 2"], profile.bleeds["organic of stage 3"]
    assert liquor["H2O"] == pytest.approx(0.1 * LIQUOR["H2O"], rel=1e-9)
    assert liquor.ph == pytest.approx(profile.ph[1], abs=1e-6)
    assert organic.organic_volume == pytest.approx(0.2 * ORGANIC.organic_volume, rel=1e-9)
    cobalt = profile.cations.index("Co+2")
    share = organic["CoA2[Acid]"] / (1000.0 * organic.organic_volume)
    assert share == pytest.approx(profile.organic[2, cobalt], rel=1e-9)
    assert set(profile.bleeds) == {"liquor of stage 2", "organic of stage 3"}


def test_run_section__a_bleed_of_all_liquor_leaves_the_stages_after_dry():
    with pytest.raises(
        DataError, match="section of 3 stages with Acid: a stage loses all its liquor to the organic and to"
    ):
        run(LIQUOR, ORGANIC, stages=3, liquor_bleeds={1: 1.0})


def test_run_section__entrains_volume_per_volume():
    wet, oily = 5e-3, 2e-3
    profile = run(LIQUOR, ORGANIC, stages=4, aqueous_in_organic=wet, organic_in_aqueous=oily)
    volume, oil = LIQUOR.liquor_volume, ORGANIC.organic_volume
    assert profile.loaded["SO4-2"] == pytest.approx(wet * oil / volume * LIQUOR["SO4-2"], rel=2e-2)
    assert profile.raffinate["diluent"] == pytest.approx(oily * volume / oil * ORGANIC["diluent"], rel=1e-9)
    # water of the feed goes along; sulfate is neither taken up nor diluted here
    water = profile.loaded["H2O"] / LIQUOR["H2O"]
    assert profile.loaded["SO4-2"] / LIQUOR["SO4-2"] == pytest.approx(water, rel=1e-9)


def test_run_section__efficiency_by_cation():
    ideal = run(LIQUOR, ORGANIC, stages=2)
    slow = run(LIQUOR, ORGANIC, stages=2, efficiency={"Co+2": 0.5})
    assert slow.extraction["Co+2"] < ideal.extraction["Co+2"]
    assert slow.extraction["Ni+2"] > ideal.extraction["Ni+2"]


# Chlorides, and cations without a constant


def test_run_section__takes_chlorides_with_an_extractant_of_the_users_own():
    chemistry = Chemistry("Na Co Ni Fe Cl", extractants=(SOLVENT,))
    brine = Stream.of(chemistry, {"H2O": 1.0, "HCl": 0.08, "NaCl": 0.1, "CoCl2": 0.03, "FeCl3": 0.002})
    solvent = Stream.of(chemistry, {"L[Solvent]": 0.3, "diluent": 0.6})
    profile = run(brine, solvent, extractant="Solvent", stages=3)
    assert profile.extraction["Fe+3"] > 0.5
    chloride = 2.0 * profile.loaded["CoCl2[Solvent]"] + 4.0 * profile.loaded["HFeCl4[Solvent]"]
    assert brine["Cl-"] - profile.raffinate["Cl-"] == pytest.approx(chloride, rel=1e-9)
    assert brine["H+"] - profile.raffinate["H+"] == pytest.approx(profile.loaded["HFeCl4[Solvent]"], rel=1e-6)
    # water takes it back
    stripped = run(Stream.of(chemistry, {"H2O": 1.0}), profile.loaded, extractant="Solvent", stages=5)
    assert stripped.raffinate["Co+2"] == pytest.approx(profile.loaded["CoCl2[Solvent]"], rel=1e-2)
    assert profile.warnings == ("Solvent has no constant for Na+: taken to stay in the liquor",)


def test_run_section__warns_of_what_lies_outside_the_model():
    liquor = LIQUOR + Stream.of(CHEMISTRY, {"MgSO4": 0.01})
    profile = run(liquor, ORGANIC)
    assert profile.warnings == ("Acid has no constant for Mg+2: taken to stay in the liquor",)
    assert profile.raffinate["Mg+2"] == pytest.approx(liquor["Mg+2"], rel=1e-12)
    hot = run(LIQUOR.replace(temperature=celsius(80.0)), ORGANIC.replace(temperature=celsius(80.0)))
    assert hot.warnings == ("temperature 353.1 K is outside 283.15 to 333.15 K, where the constants hold",)
    soap = Stream.of(CHEMISTRY, {"NaA[Acid]": 0.3, "diluent": 0.6})
    gelled, caustic = run(LIQUOR, soap, stages=3).warnings
    assert re.fullmatch(r"loading 1\.00 is above 0\.7 equivalents per extractant, where an organic gels", gelled)
    assert re.match(r"pH \d+\.\d\d is above 8, where hydroxides come down", caustic)


# Refusals


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"stages": 0}, r"section with Acid: stages = 0 must be a whole number, 1 or more"),
        ({"stages": 2.5}, r"stages = 2\.5 must be a whole number"),
        ({"flow": "cross current"}, r"flow = 'cross current'; did you mean 'cross-current'"),
        ({"aqueous_in_organic": -0.1}, r"aqueous_in_organic = -0\.1 is outside 0 to 1 volume per volume"),
        ({"organic_in_aqueous": 1.0}, r"organic_in_aqueous = 1 is outside 0 to 1 volume per volume"),
        ({"efficiency": 0.0}, r"efficiency = 0 of all is outside 0 to 1"),
        ({"efficiency": {"Co+2": 1.2}}, r"efficiency = 1\.2 of Co\+2 is outside 0 to 1"),
        ({"ph": 15.0, "base": CAUSTIC}, r"ph = 15 of stage 1 is outside -2 to 14"),
        ({"ph": {3: 5.0}, "stages": 2, "base": CAUSTIC}, r"ph names stage 3, there are stages 1 to 2"),
        ({"dose": {0: 1.0}, "base": CAUSTIC}, r"dose names stage 0, there are stages 1 to 1"),
        ({"dose": {1: -1.0}, "base": CAUSTIC}, r"dose = -1 of stage 1 is outside 0 to inf"),
        ({"liquor_bleeds": {1: 1.5}}, r"liquor_bleeds = 1\.5 of stage 1 is outside 0 to 1"),
        ({"organic_feeds": {2: ORGANIC}}, r"organic_feeds names stage 2, there are stages 1 to 1"),
        ({"ph": 5.0}, r"a pH or a dose needs the base that is dosed, such as sodium hydroxide in water"),
        ({"dose": {1: 0.1}}, r"a pH or a dose needs the base that is dosed"),
    ],
)
def test_section__refuses_what_is_out_of_range(given, message):
    with pytest.raises(DataError, match=message):
        Section(extractant="Acid", **given)


OTHER = Chemistry("Li Na Ni Co S", extractants=(ACID,))


@pytest.mark.parametrize(
    ("liquor", "organic", "given", "message"),
    [
        (LIQUOR, ORGANIC, {"extractant": "Acd"}, r"extractant 'Acd' is not in the chemistry; did you mean 'Acid'"),
        (
            LIQUOR,
            Stream.of(CHEMISTRY, {"diluent": 0.7}),
            {},
            r"section of 1 stages with Acid: the organic holds none of Acid",
        ),
        (Stream.empty(CHEMISTRY), ORGANIC, {}, r"no liquor enters stage 1"),
        (LIQUOR, Stream.of(OTHER, {"HA[Acid]": 0.2}), {}, r"the organic is of Chemistry\(.*\), not of Chemistry\("),
        (LIQUOR, ORGANIC, {"liquor_feeds": {1: Stream.of(OTHER, {"H2O": 1.0})}}, r"side feed of stage 1 is of another"),
        (LIQUOR, ORGANIC, {"ph": 5.0, "base": Stream.of(OTHER, {"NaOH": 1.0})}, r"base is of Chemistry\("),
        (LIQUOR, ORGANIC, {"ph": 5.0, "base": STRIP}, r"base holds .*must be the hydroxide of one cation"),
        (
            *(LIQUOR, ORGANIC),
            {"ph": 5.0, "base": Stream.of(CHEMISTRY, {"H2O": 1.0, "NaOH": 0.1, "LiOH": 0.1})},
            r"base holds Li\+ [0-9.]+ mol/s, Na\+ [0-9.]+ mol/s and OH- [0-9.]+ mol/s; it must be the hydroxide of one",
        ),
        (
            *(LIQUOR, ORGANIC * 0.5),
            {"organic_in_aqueous": 0.999, "stages": 3},
            r"stage 1 gets [0-9.e-]+ m3/s of organic, its liquor carries [0-9.e-]+ m3/s away",
        ),
        (
            LIQUOR,
            ORGANIC,
            {"ph": 0.5, "base": CAUSTIC, "exact": True},
            r"a pH lies so low that more base would be drawn",
        ),
    ],
)
def test_run_section__refuses_streams_that_do_not_fit(liquor, organic, given, message):
    with pytest.raises(DataError, match=message):
        run_section(Section(**{"extractant": "Acid", **given}), liquor, organic)


def test_run_section__refuses_an_organic_that_carries_more_than_it_can():
    """A complex of nickel that takes two units takes four molecules: more than the organic has."""
    greedy = ACID.replace(complexes=(Complex("Na+", -7.1, 1.0), Complex("Ni+2", -9.5, 2.0)))
    chemistry = Chemistry("Na Ni S", extractants=(greedy,))
    organic = Stream.of(chemistry, {"NiA2[Acid]": 0.2, "HA[Acid]": 0.02, "diluent": 0.7})
    acid = Stream.of(chemistry, {"H2O": 1.0, "H2SO4": 0.1})
    with pytest.raises(
        DataError, match=r"organic carries Ni\+2 [0-9.]+ mol/s, whose complexes take .*; there is .* of it"
    ):
        run_section(Section(extractant="Acid", stages=2), acid, organic)
