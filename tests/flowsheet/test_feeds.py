"""Feeds: elements are kept whatever the phases, hand calculations of the phases, uncertainty, blends."""

import dataclasses

import numpy as np
import pytest

from raffinate.flowsheet import DataError
from raffinate.flowsheet.chemistry import Chemistry
from raffinate.flowsheet.feeds import FeedMaterial, Measured, blend, feed_material, feed_names

CHEMISTRY = Chemistry("Li Na Ni Co Mn Cu Fe Al S C P F")
LIBRARY = feed_names()
LITHIUM, NICKEL, OXYGEN = 6.94, 58.693, 15.999


def oxide(lithium=1.0, **given):
    """A nickel oxide of 0.5 mol metal to 100 g with `lithium` to a metal, the rest graphite."""
    assay = {"Li": 0.005 * lithium * LITHIUM, "Ni": 0.005 * NICKEL}
    return FeedMaterial(name="oxide", cathode="NMC811", assay=assay, **given)


def moles(feed, solid, molar_mass):
    return feed.phases.get(solid, 0.0) / molar_mass * 100.0


def test_library__holds_scrap_and_end_of_life_of_every_cathode():
    cathodes = {"NMC111", "NMC532", "NMC622", "NMC811", "NCA", "LCO", "LMO", "LFP", "LMFP"}
    assert set(LIBRARY) == {f"{cathode} {kind}" for cathode in cathodes for kind in ("production scrap", "end-of-life")}


@pytest.mark.parametrize("name", LIBRARY)
def test_feed__keeps_the_elements_of_its_assay(name):
    feed = feed_material(name)
    assert sum(feed.phases.values()) == pytest.approx(1.0, abs=1e-12)
    for element, measured in feed.measured.items():
        assert feed.elements[element] == pytest.approx(measured.value, rel=1e-9)
    stream = feed.stream(CHEMISTRY, 2.0)
    assert stream.mass == pytest.approx(2.0, rel=1e-12)
    assert stream.liquor.mass == pytest.approx(2.0 * feed.moisture, rel=1e-12)
    assert set(stream.sizes) == set(feed.phases)
    assert stream.size_distribution("C(s)").d50 == pytest.approx(feed.sizes.d50, rel=1e-12)


@pytest.mark.parametrize(
    ("lithium", "valence", "layered", "bare", "rock_salt", "carbonate"),
    [
        (1.0, 3.0, 0.5, 0.0, 0.0, 0.0),
        (0.8, 3.0, 0.4, 0.05, 0.05, 0.0),  # x = 0.8, y = (3 - 2 - 0.8) / 2
        (0.6, 3.4, 0.3, 0.2, 0.0, 0.0),  # charged: x LiMO2 and 1 - x MO2
        (1.0, 2.6, 0.3, 0.0, 0.2, 0.1),  # roasted: 0.6 of the metal is trivalent, the rest of the lithium carbonate
        (1.05, 3.0, 0.5, 0.0, 0.0, 0.0125),
    ],
)
def test_layered_oxide__is_laid_out_by_lithium_and_valence(lithium, valence, layered, bare, rock_salt, carbonate):
    feed = oxide(lithium, valence=valence)
    assert moles(feed, "LiNiO2(s)", LITHIUM + NICKEL + 2 * OXYGEN) == pytest.approx(layered, abs=1e-4)
    assert moles(feed, "NiO2(s)", NICKEL + 2 * OXYGEN) == pytest.approx(bare, abs=1e-4)
    assert moles(feed, "NiO(s)", NICKEL + OXYGEN) == pytest.approx(rock_salt, abs=1e-4)
    assert moles(feed, "Li2CO3(s)", 73.89) == pytest.approx(carbonate, abs=1e-4)
    assert feed.lithium_ratio == pytest.approx(lithium, rel=1e-12)


def test_olivine__holds_the_lithium_it_has():
    feed = FeedMaterial(
        name="olivine", cathode="LFP", assay={"Li": 0.7 * 0.0694 * 0.4, "Fe": 0.55845 * 0.4, "P": 0.30974 * 0.4}
    )
    assert feed.phases["LiFePO4(s)"] / 157.76 * 1000 == pytest.approx(2.8, abs=1e-3)
    assert feed.phases["FePO4(s)"] / 150.82 * 1000 == pytest.approx(1.2, abs=1e-3)


def test_with_lithium_ratio__changes_lithium_alone():
    feed = feed_material("NMC622 end-of-life")
    changed = feed.with_lithium_ratio(0.8)
    assert changed.lithium_ratio == pytest.approx(0.8, rel=1e-12)
    assert changed.measured["Ni"] == feed.measured["Ni"]


def test_sample__has_the_mean_and_the_deviation_of_the_assay():
    random = np.random.default_rng(7)
    feed = feed_material("LFP end-of-life")
    drawn = [feed.sample(random).measured for _ in range(300)]
    for element in ("Cu", "Al"):
        values = np.array([assay[element].value for assay in drawn])
        wanted = feed.measured[element]
        assert values.mean() == pytest.approx(wanted.value, abs=4.0 * wanted.deviation / 300**0.5)
        assert values.std() == pytest.approx(wanted.deviation, rel=0.2)
    assert drawn[0]["Cu"].deviation == 0.0


def test_blend__adds_masses_and_variances():
    dry = dataclasses.replace(feed_material("NMC622 end-of-life"), moisture=0.0)
    other = dataclasses.replace(feed_material("LFP end-of-life"), moisture=0.0)
    mixed = blend((dry, 3.0), (other, 1.0))
    copper = mixed.assay["Cu"]
    a, b = dry.measured["Cu"], other.measured["Cu"]
    assert copper.value == pytest.approx(0.75 * a.value + 0.25 * b.value, rel=1e-12)
    assert copper.deviation == pytest.approx(((0.75 * a.deviation) ** 2 + (0.25 * b.deviation) ** 2) ** 0.5, rel=1e-12)
    stream = mixed.stream(CHEMISTRY, 1.0)
    assert stream.elements["Cu"] == pytest.approx(copper.value / 0.063546, rel=1e-4)
    assert mixed.sample(np.random.default_rng(1)).stream(CHEMISTRY, 1.0).mass == pytest.approx(1.0, rel=1e-12)


def test_blend__counts_the_fluorine_of_a_binder_that_an_assay_does_not_name():
    scrap, waste = feed_material("NMC622 production scrap"), feed_material("NMC622 end-of-life")
    assert "F" not in scrap.measured
    mixed = blend((scrap, 1.0), (waste, 1.0))
    stream = mixed.stream(CHEMISTRY, 1.0)
    dry = 1.0 - stream["H2O"] * 0.0180153
    assert mixed.assay["F"].value == pytest.approx(stream.elements["F"] * 0.0189984 / dry, rel=1e-4)


def test_feed__holds_the_dust_of_a_real_assay():
    """Laboratories report calcium, magnesium, silicon and zinc of every lot; none of it is lost on the way into a stream."""
    traces = {"Ca": 0.002, "Mg": 0.001, "Si": 0.003, "Zn": 0.0005}
    feed = feed_material("NMC622 end-of-life")
    real = dataclasses.replace(feed, assay={**feed.assay, **traces})
    assert sum(real.phases.values()) == pytest.approx(1.0, abs=1e-12)
    for element, share in traces.items():
        assert real.elements[element] == pytest.approx(share, rel=1e-9)
    stream = real.stream(Chemistry("Li Ni Co Mn Cu Al Fe P F C Ca Mg Si Zn"), 1.0)
    assert stream.elements["Zn"] == pytest.approx(0.98 * 0.0005 / 0.06538, rel=1e-3)


def test_lithium_ratio__of_a_feed_without_lithium_is_none():
    bare = FeedMaterial(name="x", cathode="LFP", assay={"Fe": 0.3, "P": 0.16})
    assert bare.lithium_ratio == 0.0
    with pytest.raises(DataError, match="lithium ratio = 1 cannot be set from 0"):
        bare.with_lithium_ratio(1.0)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (
            lambda: dataclasses.replace(feed_material("NMC622 end-of-life"), electrolyte=0.01),
            r"electrolyte = 1 % cannot be in what was pyrolysed",
        ),
        (lambda: feed_material("NMC662 end-of-life"), "did you mean 'NMC622 end-of-life'"),
        (lambda: dataclasses.replace(feed_material("LFP end-of-life"), cathode="LFPP"), "cathode 'LFPP' is unknown"),
        (lambda: oxide(0.9, valence=3.5), r"valence = 3.5 of Ni, Co and Mn is above 3.1"),
        (lambda: oxide(binder=1.5), r"binder = 150 % is outside 0 to 100 %"),
        (lambda: oxide().stream(Chemistry("Ni S C"), 1.0), "Li is not among the elements of the chemistry"),
        (
            lambda: FeedMaterial(name="x", cathode="LCO", assay={"Co": 0.3, "F": 0.001}, binder=0.05),
            "F = 0.1 % is less than",
        ),
        (lambda: FeedMaterial(name="x", cathode="LCO", assay={"Co": 0.3, "F": 0.1}), "Li .*LiF"),
        (lambda: FeedMaterial(name="x", cathode="LCO", assay={"Li": 0.05, "Co": Measured(0.9)}), "add up to"),
        (lambda: FeedMaterial(name="x", cathode="LCO", assay={"Li": 0.05}), "neither Ni nor Co nor Mn"),
        (
            lambda: FeedMaterial(name="x", cathode="LCO", assay={"Li": 0.03, "Co": 0.3, "La": 0.1}),
            "no phase of it holds La",
        ),
        (lambda: FeedMaterial(name="x", cathode="LCO", assay={"Xx": 0.05}), "element 'Xx' is unknown"),
        (lambda: blend((oxide(), 0.0)), "their mass = 0 is not above 0"),
    ],
)
def test_feed__says_what_cannot_be(make, words):
    with pytest.raises(DataError, match=words):
        make()
