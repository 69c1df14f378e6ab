"""Oxidation and reduction by a reagent to an extent: electrons, acid and water follow from the half reactions."""

import numpy as np
import pytest

from raffinate.flowsheet import DataError, Stream
from raffinate.flowsheet.chemistry import Chemistry
from raffinate.flowsheet.oxidation import oxidise, reduce, settle_redox


@pytest.fixture(scope="module")
def chemistry():
    return Chemistry("Na S Fe Mn Cu Co", states=("O2(aq)", "SO3-2", "Co+3"))


@pytest.fixture(scope="module")
def liquor(chemistry):
    return Stream.of(chemistry, {"H2O": 1.0, "FeSO4": 0.0151908, "H2SO4": 0.05, "CuSO4": 0.01})  # 0.1 mol/s of Fe+2


def check_conserved(before, after, drawn):
    elements = np.array(list(after.elements.values())) - np.array(list(before.elements.values()))
    assert elements == pytest.approx(np.array(list(drawn.elements.values())), abs=1e-12)
    assert after.charge == pytest.approx(before.charge + drawn.charge, abs=1e-14)
    assert after.mass == pytest.approx(before.mass + drawn.mass, rel=1e-13)


@pytest.mark.parametrize(
    ("oxidant", "per_iron", "acid"),
    [  # moles of oxidant and of H+ taken by one of Fe+2
        ("H2O2", 0.5, 1.0),
        ("O2(g)", 0.25, 1.0),
        ("O2(aq)", 0.25, 1.0),
        ("MnO2(s)", 0.5, 2.0),
    ],
)
def test_oxidise__draws_the_oxidant_and_acid_of_the_electrons(liquor, oxidant, per_iron, acid):
    done = oxidise(liquor, "Fe+2", "Fe+3", 0.8, oxidant)
    converted = 0.8 * liquor["Fe+2"]
    assert done.stream["Fe+3"] == pytest.approx(converted, rel=1e-12)
    assert done.stream["Fe+2"] == pytest.approx(0.2 * liquor["Fe+2"], rel=1e-12)
    assert done.drawn[oxidant] == pytest.approx(per_iron * converted, rel=1e-12)
    assert liquor["H+"] - done.stream["H+"] == pytest.approx(acid * converted, rel=1e-10)
    assert done.warnings == ()
    check_conserved(liquor, done.stream, done.drawn)


def test_oxidise__uses_the_oxidant_of_the_stream_first(liquor, chemistry):
    peroxide = Stream.of(chemistry, {"H2O2": 0.3 * liquor["Fe+2"] * 0.0340147})
    done = oxidise(liquor + peroxide, "Fe+2", "Fe+3", 1.0)
    assert done.drawn["H2O2"] == pytest.approx(0.2 * liquor["Fe+2"], rel=1e-4)
    assert done.stream["H2O2"] == 0.0
    assert done.stream["Fe+2"] == 0.0
    rich = oxidise(liquor + peroxide * 3.0, "Fe+2", "Fe+3", 1.0)
    assert rich.drawn.mass == 0.0
    assert rich.stream["H2O2"] == pytest.approx(0.4 * liquor["Fe+2"], rel=1e-4)


def test_oxidise__of_nothing_changes_nothing(liquor, chemistry):
    for done in (oxidise(liquor, "Fe+2", "Fe+3", 0.0), oxidise(Stream.empty(chemistry), "Fe+2", "Fe+3", 1.0)):
        assert done.drawn.mass == 0.0
        assert done.warnings == ()
    assert oxidise(liquor, "Fe+2", "Fe+3", 0.0).stream.flows == pytest.approx(liquor.flows, rel=1e-15)


def test_oxidise__raises_the_potential_with_the_extent(liquor):
    found = [oxidise(liquor, "Fe+2", "Fe+3", extent).stream.equilibrium.orp() for extent in (0.1, 0.5, 0.9, 0.99)]
    assert found == sorted(found)
    assert found[2] - found[1] == pytest.approx(0.0592 * np.log10(9.0), abs=0.02)


def test_reduce__by_copper_metal_takes_half_a_mole_for_each_of_iron(liquor, chemistry):
    ferric = oxidise(liquor, "Fe+2", "Fe+3", 1.0).stream
    done = reduce(ferric, "Fe+3", "Fe+2", 1.0, "Cu(s)")
    assert done.drawn["Cu(s)"] == pytest.approx(0.5 * ferric["Fe+3"], rel=1e-12)
    assert done.stream["Cu+2"] - ferric["Cu+2"] == pytest.approx(0.5 * ferric["Fe+3"], rel=1e-12)
    assert done.stream["Cu(s)"] == 0.0
    assert done.warnings == ()
    check_conserved(ferric, done.stream, done.drawn)


def test_reduce__by_sulfite_draws_it_as_its_acid(liquor, chemistry):
    """2 Fe+3 + SO2 + 2 H2O = 2 Fe+2 + SO4-2 + 4 H+."""
    ferric = oxidise(liquor, "Fe+2", "Fe+3", 1.0).stream
    done = reduce(ferric, "Fe+3", "Fe+2", 0.5)
    sulfite = 0.25 * ferric["Fe+3"]
    assert done.drawn["SO3-2"] == pytest.approx(sulfite, rel=1e-12)
    assert done.drawn["H+"] == pytest.approx(2.0 * sulfite, rel=1e-12)
    assert done.stream["H+"] - ferric["H+"] == pytest.approx(4.0 * sulfite, rel=1e-10)
    assert done.stream["SO4-2"] - ferric["SO4-2"] == pytest.approx(sulfite, rel=1e-9)
    check_conserved(ferric, done.stream, done.drawn)


def test_reduce__by_peroxide_sets_oxygen_free(chemistry):
    """2 Co+3 + H2O2 = 2 Co+2 + O2 + 2 H+, as in the leach of a cathode."""
    feed = Stream.of(chemistry, {"H2O": 1.0, "H2SO4": 0.1, "Co2(SO4)3": 0.0406})
    done = reduce(feed, "Co+3", "Co+2", 1.0, "H2O2")
    assert done.drawn["H2O2"] == pytest.approx(0.5 * feed["Co+3"], rel=1e-12)
    assert done.stream["O2(g)"] == pytest.approx(0.5 * feed["Co+3"], rel=1e-12)
    assert done.stream["H+"] - feed["H+"] == pytest.approx(feed["Co+3"], rel=1e-9)
    check_conserved(feed, done.stream, done.drawn)


def test_oxidise__warns_of_an_oxidant_that_is_too_weak(chemistry):
    cobalt = Stream.of(chemistry, {"H2O": 1.0, "CoSO4": 0.05, "H2SO4": 0.05})
    done = oxidise(cobalt, "Co+2", "Co+3", 0.1, "O2(g)")
    assert len(done.warnings) == 1
    assert done.warnings[0].startswith(
        "oxidant O2(g) is too weak for Co+3/Co+2: at this pH its standard potential is 0.7"
    )
    check_conserved(cobalt, done.stream, done.drawn)


def test_reduce__warns_of_a_reductant_that_is_too_weak(liquor):
    done = reduce(liquor, "Cu+2", "Cu(s)", 0.5, "Fe+2")
    assert done.warnings[0].startswith("reductant Fe+2 is too weak for Cu+2/Cu(s)")
    assert done.stream["Cu(s)"] == pytest.approx(0.5 * liquor["Cu+2"])


@pytest.mark.parametrize("extent", [-0.1, 1.0001, float("nan")])
def test_oxidise__refuses_an_extent_beyond_0_to_1(liquor, extent):
    with pytest.raises(DataError, match=rf"extent = {extent:g} of Fe\+2 converted is outside 0 to 1"):
        oxidise(liquor, "Fe+2", "Fe+3", extent)


@pytest.mark.parametrize(
    ("states", "oxidant", "reason"),
    [
        (("Fe2", "Fe+3"), "H2O2", r"species 'Fe2' is not in the chemistry; did you mean 'Fe\+2'"),
        (("Fe+3", "Fe+2"), "H2O2", r"the wrong way round: Fe\+3 is the oxidised one, Fe\+2 the reduced one"),
        (("Fe+2", "Mn+2"), "H2O2", r"couple 'Mn\+2/Fe\+2' is not in redox.csv"),
        (("Fe+2", "Fe+3"), "H2O3", r"oxidant 'H2O3' is in no couple of redox.csv; did you mean 'H2O2'"),
        (("Fe+2", "Fe+3"), "Mn+3", r"oxidant 'Mn\+3', or what becomes of it, is not in the chemistry"),
        (("Fe+2", "Fe+3"), "Fe+3", r"Fe\+3 cannot convert Fe\+2"),
    ],
)
def test_oxidise__says_what_cannot_be(liquor, states, oxidant, reason):
    with pytest.raises(DataError, match=reason):
        oxidise(liquor, *states, 0.9, oxidant)


def test_oxidise__draws_no_cation_by_itself(chemistry):
    feed = Stream.of(chemistry, {"H2O": 1.0, "FeSO4": 0.05, "CuSO4": 0.001, "H2SO4": 0.05})
    with pytest.raises(
        DataError, match=r"Cu\+2 for the conversion, 0\.1\d+ mol/s more than the stream holds, cannot be drawn"
    ):
        oxidise(feed, "Fe+2", "Fe+3", 1.0, "Cu+2")


def test_settle_redox__lets_air_turn_ferrous_iron_into_hydroxide(chemistry):
    feed = Stream.of(chemistry, {"H2O": 1.0, "FeSO4": 0.0151908, "NaOH": 0.0079, "O2(g)": 0.01})
    after, found = settle_redox(feed, 333.15, ["Fe+3/Fe+2", "O2(aq)/H2O"], ["Fe(OH)3(s)"], {"O2(g)": 0.21e5})
    assert after["Fe(OH)3(s)"] == pytest.approx(feed["Fe+2"], rel=0.5)
    assert after["Fe(OH)3(s)"] > 0.5 * feed["Fe+2"]
    assert after["Fe+2"] < 1e-4 * feed["Fe+2"]
    assert found.equilibrium.fugacity("O2(g)") == pytest.approx(0.21e5, rel=1e-6)
    assert np.array(list(after.elements.values())) == pytest.approx(np.array(list(feed.elements.values())), rel=1e-9)
    assert after.mass == pytest.approx(feed.mass, rel=1e-9)
    assert after.temperature == 333.15


def test_settle_redox__takes_the_solids_that_the_stream_holds(chemistry):
    feed = Stream.of(chemistry, {"H2O": 1.0, "FeSO4": 0.0151908, "H2SO4": 0.05, "MnO2(s)": 0.1})
    after, found = settle_redox(feed, 343.15, ["Fe+3/Fe+2", "MnO2(s)/Mn+2"])
    assert after["Fe+3"] == pytest.approx(feed["Fe+2"], rel=1e-4)
    assert feed["MnO2(s)"] - after["MnO2(s)"] == pytest.approx(0.5 * feed["Fe+2"], rel=1e-4)
    assert found.amounts["MnO2(s)"] == after["MnO2(s)"]
    assert np.array(list(after.elements.values())) == pytest.approx(np.array(list(feed.elements.values())), rel=1e-9)
