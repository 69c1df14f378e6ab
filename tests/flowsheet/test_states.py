"""Components that a chemistry has only where it is asked for them: sulfite, sulfide, cyanide, oxygen, copper(I)."""

import numpy as np
import pytest

from raffinate.flowsheet import DataError, Stream
from raffinate.flowsheet.chemistry import Chemistry

EVERY = ("SO3-2", "HS-", "CN-", "O2(aq)", "Cu+", "Mn+3", "Co+3", "S2O8-2")


@pytest.fixture(scope="module")
def chemistry():
    return Chemistry("Na K S C N Fe Mn Co Ni Cu Zn Cl", states=EVERY)


def made_of(chemistry, formula):
    totals = chemistry.dissolve(formula)
    return {c.name: float(n) for c, n in zip(chemistry.components, totals, strict=True) if n}


def test_chemistry__has_no_state_that_it_was_not_asked_for():
    plain = Chemistry("Na S C N Fe Cu")
    names = {*plain.names, *plain.aqueous_names}
    assert not names & {*EVERY, "HSO3-", "H2S(aq)", "HCN(aq)", "FeS(s)", "Cu2O(s)", "SO2(g)", "H2S(g)", "HCN(g)"}
    assert all(not component.on_request for component in plain.components)


def test_chemistry__keeps_oxygen_as_a_gas_that_dissolves_only_where_asked():
    plain, asked = Chemistry("Na S"), Chemistry("Na S", states="O2(aq)")
    assert "O2(g)" in plain.index
    assert "O2(g)" not in plain.phase_index
    assert "O2(g)" in asked.phase_index
    assert asked.states == ("O2(aq)",)


def test_chemistry__brings_with_a_state_what_forms_of_it():
    sulfide = Chemistry("Na Ni S", states=("HS-",))
    assert {"H2S(aq)", "S-2", "NiS(s)", "H2S(g)"} <= {*sulfide.names, *sulfide.aqueous_names}
    assert not {"SO3-2", "HSO3-", "SO2(g)", "FeS(s)"} & {*sulfide.names, *sulfide.aqueous_names}
    cyanide = Chemistry("K Ni C N", states=("CN-",), without=("CO3-2", "NH4+"))
    assert [c.name for c in cyanide.components] == ["H2O", "H+", "K+", "Ni+2", "H2O2", "CN-"]
    assert "Ni(CN)4-2" in cyanide.aqueous_names


def test_chemistry__speciates_alike_with_and_without_states_that_are_empty():
    flows = {"H2O": 1.0, "FeSO4": 0.1, "Na2CO3": 0.05, "H2SO4": 0.1}
    plain = Stream.of(Chemistry("Na S C N Fe Cu"), flows).equilibrium
    asked = Stream.of(Chemistry("Na S C N Fe Cu", states=("SO3-2", "HS-", "CN-", "O2(aq)", "Cu+")), flows).equilibrium
    assert asked.ph == pytest.approx(plain.ph, abs=1e-12)
    assert asked.molality("HSO4-") == pytest.approx(plain.molality("HSO4-"), rel=1e-12)


@pytest.mark.parametrize(
    ("formula", "totals"),
    [
        ("Na2SO3", {"Na+": 2, "SO3-2": 1}),
        ("SO2", {"SO3-2": 1, "H+": 2, "H2O": -1}),
        ("Na2S2O5", {"Na+": 2, "SO3-2": 2, "H+": 2, "H2O": -1}),
        ("Na2S", {"Na+": 2, "HS-": 1, "H+": -1}),
        ("H2S", {"HS-": 1, "H+": 1}),
        ("KCN", {"K+": 1, "CN-": 1}),
        ("NH4CN", {"NH4+": 1, "CN-": 1}),
        ("CuCl", {"Cu+": 1, "Cl-": 1}),
        ("FeSO4", {"Fe+2": 1, "SO4-2": 1}),
        ("Na2SO4", {"Na+": 2, "SO4-2": 1}),
        ("CuCl2", {"Cu+2": 1, "Cl-": 2}),
        ("Mn2(SO4)3", {"Mn+3": 2, "SO4-2": 3}),
    ],
)
def test_dissolve__takes_the_usual_states_first_and_one_asked_for_next(chemistry, formula, totals):
    assert made_of(chemistry, formula) == pytest.approx(totals)


def test_dissolve__asks_for_components_where_states_could_mix():
    with pytest.raises(DataError, match="could be made up from the components in more than one way"):
        Chemistry("Fe Cu S", states=("SO3-2", "HS-", "Cu+")).dissolve("FeS2O3")


@pytest.mark.parametrize(
    ("states", "reason"),
    [
        ("SO3", "state 'SO3' is none that a chemistry can be asked for; did you mean 'SO3-2'"),
        ("Fe+2", "state 'Fe\\+2' is none that a chemistry can be asked for"),
        ("CN-", "state 'CN-' holds C, N, which is not among the elements chosen"),
    ],
)
def test_chemistry__refuses_a_state_that_it_cannot_have(states, reason):
    with pytest.raises(DataError, match=reason):
        Chemistry("Na S", states=states)


def test_sulfide__brings_metals_down_in_the_known_order(chemistry):
    """Copper before zinc before nickel before iron before manganese, as acid sulfide precipitation has it."""
    feed = {"H2O": 1.0, "Na2S": 1e-4, "H2SO4": 1e-3} | dict.fromkeys(
        ("CuSO4", "ZnSO4", "NiSO4", "FeSO4", "MnSO4"), 1e-3
    )
    found = Stream.of(chemistry, feed).equilibrium
    order = ["CuS(s)", "ZnS(s)", "NiS(s)", "FeS(s)", "MnS(s)"]
    indices = [found.saturation_index(name) for name in order]
    assert indices == sorted(indices, reverse=True)


def test_cyanide__binds_nickel_and_iron_and_leaves_little_free(chemistry):
    found = Stream.of(chemistry, {"H2O": 1.0, "NiSO4": 0.001547, "KCN": 0.00260484}).equilibrium
    assert found.molality("Ni(CN)4-2") == pytest.approx(0.01, rel=2e-3)
    assert found.molality("CN-") < 1e-5


def test_acid__sets_hydrogen_cyanide_free(chemistry):
    basic = Stream.of(chemistry, {"H2O": 1.0, "KCN": 0.01, "NaOH": 0.01}).equilibrium
    acid = Stream.of(chemistry, {"H2O": 1.0, "KCN": 0.01, "H2SO4": 0.02}).equilibrium
    assert basic.fugacity("HCN(g)") < 1e-2 * acid.fugacity("HCN(g)")
    assert acid.fugacity("HCN(g)") > 1e3  # Pa: far above the 10 mg/m3 (1 Pa) of a workplace


def test_components__asked_for_stand_behind_the_usual_ones(chemistry):
    names = [c.name for c in chemistry.components]
    assert tuple(names[-len(EVERY) :]) == EVERY
    assert np.array_equal(chemistry.liquor, slice(0, len(names), None))
