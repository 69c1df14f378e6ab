"""Redox equilibrium: states at one potential, nothing made or lost, and a reason where there is no potential."""

import numpy as np
import pytest

from raffinate.flowsheet import ConvergenceError, DataError
from raffinate.flowsheet.chemistry import Chemistry, TruesdellJones
from raffinate.flowsheet.chemistry.couples import couple, potential
from raffinate.flowsheet.chemistry.redox import redox_equilibrium
from raffinate.flowsheet.quantities import celsius

IRON, COPPER, SULFITE, OXYGEN = "Fe+3/Fe+2", "Cu+2/Cu+", "SO4-2/SO3-2", "O2(aq)/H2O"
SULFIDE, PEROXIDE = "SO4-2/HS-", "H2O2/H2O"
PYROLUSITE, METAL = "MnO2(s)/Mn+2", "Cu+2/Cu(s)"
BALANCED = 1e-9


@pytest.fixture(scope="module")
def chemistry():
    return Chemistry("Na S Fe Mn Cu Cl", states=("SO3-2", "HS-", "O2(aq)", "Cu+"))


@pytest.fixture(scope="module")
def airless():
    return Chemistry("Na S Fe Cu")


def totals_of(chemistry, holds):
    """Answer a kilogram of water with moles of components or substances."""
    totals = np.zeros(len(chemistry.components))
    totals[0] = 1.0 / chemistry.molar_masses[0]
    for what, moles in holds.items():
        if what in chemistry.index:
            totals[chemistry.index[what]] += moles
        else:
            totals += moles * chemistry.dissolve(what)
    return totals


def solved(chemistry, holds, couples, degrees=25.0, phases=(), held=None, pressures=None):
    allowed = chemistry.allowed(phases)
    totals = totals_of(chemistry, holds)
    return redox_equilibrium(chemistry, totals, celsius(degrees), allowed, couples, held, pressures), totals


def elements_of(chemistry, totals, amounts, extra):
    """Answer moles of each element in a liquor, its phases and the phases of couples."""
    flows = np.zeros(chemistry.size)
    flows[chemistry.liquor] = totals
    flows[chemistry.phase_positions] += amounts
    for name, moles in extra.items():
        flows[chemistry.index[name]] += moles
    return chemistry.element_matrix @ flows


def electrons_of(chemistry, totals, extra, couples):
    """Answer the electrons that could be taken up: each oxidised state counted from the lowest of its element."""
    held = {c.name: float(n) for c, n in zip(chemistry.components, totals, strict=True)} | dict(extra)
    worth = {}
    for one in map(couple, sorted(couples, key=lambda name: couple(name).reduced != "H2O")):
        worth[one.oxidised] = worth.get(one.reduced, 0.0) * one.makes[one.reduced] + one.electrons
    return sum(worth.get(name, 0.0) * moles for name, moles in held.items())


def test_redox_equilibrium__leaves_a_liquor_of_one_couple_as_it_is(airless):
    found, totals = solved(airless, {"FeSO4": 0.05, "Fe2(SO4)3": 0.02, "H2SO4": 0.1}, [IRON])
    assert found.equilibrium.totals == pytest.approx(totals, rel=1e-11)
    assert found.eh == pytest.approx(found.equilibrium.eh, abs=1e-9)
    assert found.amounts == {}


def test_pe__is_eh_in_decades():
    chemistry = Chemistry("Fe S")
    found, _ = solved(chemistry, {"FeSO4": 0.05, "Fe2(SO4)3": 0.02, "H2SO4": 0.1}, [IRON])
    assert found.eh / found.pe == pytest.approx(0.05916, rel=1e-4)


def test_oxygen__oxidises_four_of_ferrous_iron(chemistry):
    found, _ = solved(chemistry, {"FeSO4": 0.05, "O2(aq)": 0.01, "H2SO4": 0.1}, [IRON, OXYGEN])
    at = chemistry.index
    assert found.equilibrium.totals[at["Fe+3"]] == pytest.approx(0.04, rel=1e-9)
    assert found.equilibrium.totals[at["H+"]] == pytest.approx(0.2 - 0.04, rel=1e-9)
    assert 0.0 < found.equilibrium.totals[at["O2(aq)"]] < 1e-30


def test_sulfite__is_oxidised_by_twice_as_much_ferric_iron(chemistry):
    found, _ = solved(chemistry, {"Fe2(SO4)3": 0.05, "Na2SO3": 0.03, "H2SO4": 0.2}, [IRON, SULFITE])
    assert found.equilibrium.totals[chemistry.index["Fe+2"]] == pytest.approx(0.06, rel=1e-9)
    assert found.equilibrium.totals[chemistry.index["SO4-2"]] == pytest.approx(0.15 + 0.2 + 0.03, rel=1e-9)


def test_peroxide__goes_to_oxygen_and_water(chemistry):
    found, _ = solved(chemistry, {"H2O2": 0.01, "H2SO4": 0.1}, [PEROXIDE, OXYGEN])
    assert found.equilibrium.totals[chemistry.index["O2(aq)"]] == pytest.approx(0.005, rel=1e-6)
    assert found.equilibrium.totals[chemistry.index["H2O2"]] < 1e-15


def test_sulfur__in_three_states_settles_between_two_of_them(chemistry):
    """Sulfite is not stable beside sulfate and sulfide: 4 SO3-2 + H+ = 3 SO4-2 + HS-."""
    found, _ = solved(chemistry, {"Na2SO3": 0.04, "NaOH": 0.02}, [SULFITE, SULFIDE])
    at = chemistry.index
    assert found.equilibrium.totals[at["SO4-2"]] == pytest.approx(0.03, rel=1e-3)
    assert found.equilibrium.totals[at["HS-"]] == pytest.approx(0.01, rel=1e-3)
    assert potential(found.equilibrium, SULFITE) == pytest.approx(found.eh, abs=1e-9)
    assert potential(found.equilibrium, SULFIDE) == pytest.approx(found.eh, abs=1e-9)


def test_pyrolusite__dissolves_as_far_as_ferrous_iron_reaches(chemistry):
    holds = {"FeSO4": 0.1, "H2SO4": 0.2, "MnSO4": 0.01}
    found, _ = solved(chemistry, holds, [IRON, PYROLUSITE], 70, held={"MnO2(s)": 0.2})
    assert found.amounts["MnO2(s)"] == pytest.approx(0.15, rel=1e-3)
    assert potential(found.equilibrium, PYROLUSITE) == pytest.approx(found.eh, abs=1e-9)
    spent, _ = solved(chemistry, holds, [IRON, PYROLUSITE], 70, held={"MnO2(s)": 0.03})
    assert spent.amounts["MnO2(s)"] == 0.0
    assert spent.equilibrium.totals[chemistry.index["Fe+3"]] == pytest.approx(0.06, rel=1e-9)


def test_copper__cements_on_itself_until_ferric_iron_is_gone(chemistry):
    holds = {"Fe2(SO4)3": 0.05, "CuSO4": 0.02, "H2SO4": 0.1}
    found, _ = solved(chemistry, holds, [IRON, COPPER, METAL], 50, held={"Cu(s)": 0.2})
    assert found.amounts["Cu(s)"] == pytest.approx(0.15, rel=5e-3)
    assert found.equilibrium.totals[chemistry.index["Fe+3"]] < 1e-6


def test_hydroxide__of_ferric_iron_forms_and_lowers_the_potential(airless):
    holds = {"FeSO4": 0.03, "Fe2(SO4)3": 0.02, "NaOH": 0.12}
    found, totals = solved(airless, holds, [IRON], phases=["Fe(OH)3(s)"])
    solid = found.equilibrium.amounts[airless.phase_index["Fe(OH)3(s)"]]
    iron = found.equilibrium.totals[[airless.index["Fe+2"], airless.index["Fe+3"]]]
    assert solid == pytest.approx(0.04, rel=1e-3)
    assert iron.sum() + solid == pytest.approx(totals[[airless.index["Fe+2"], airless.index["Fe+3"]]].sum(), rel=1e-12)
    assert found.equilibrium.saturation_index("Fe(OH)3(s)") == pytest.approx(0.0, abs=1e-8)
    assert found.eh < 0.5


@pytest.mark.parametrize(
    ("holds", "couples", "solids"),
    [  # both solids of an element stand together at one potential whatever their amounts
        ({"CuSO4": 0.05, "CuCl": 0.05, "NaOH": 0.25}, [COPPER], {"Cu(OH)2(s)": 0.05, "Cu2O(s)": 0.025}),
        ({"FeSO4": 0.05, "Fe2(SO4)3": 0.02, "NaOH": 0.25}, [IRON], {"Fe(OH)2(s)": 0.05, "Fe(OH)3(s)": 0.04}),
    ],
)
def test_redox_equilibrium__finds_two_solids_that_hold_the_potential(chemistry, holds, couples, solids):
    found, totals = solved(chemistry, holds, couples, phases=solids)
    for name, amount in solids.items():
        assert found.equilibrium.amounts[chemistry.phase_index[name]] == pytest.approx(amount, rel=0.03), name
        assert found.equilibrium.saturation_index(name) == pytest.approx(0.0, abs=1e-9)
    assert found.electron_error < 1e-12
    after = elements_of(chemistry, found.equilibrium.totals, found.equilibrium.amounts, {})
    assert after == pytest.approx(elements_of(chemistry, totals, np.zeros(len(chemistry.phases)), {}), abs=1e-12)


def test_redox_equilibrium__finds_its_way_where_the_first_guess_has_no_answer():
    """H2O2 in traces sets a guess at which water would be torn apart."""
    chemistry = Chemistry("Na S Fe Cu Cl Ni", states=("HS-", "O2(aq)", "Cu+"))
    holds = {
        "NaOH": 0.335,
        "NiSO4": 0.0637,
        "CuSO4": 0.0039,
        "H2O2": 5.7e-5,
        "H2SO4": 0.002,
        "CuCl": 0.302,
        "FeSO4": 1e-5,
    }
    solids = ("NiS(millerite)", "CuS(s)", "CuCl(s)", "Fe(OH)3(s)")
    found, _ = solved(chemistry, holds, [IRON, COPPER, SULFIDE, OXYGEN, PEROXIDE], 53, solids)
    assert found.electron_error < 1e-12
    assert -12.0 < found.pe < 5.0


@pytest.mark.parametrize("held", [0.05, 3.0])
def test_oxygen__over_the_liquor_holds_its_pressure(chemistry, held):
    """Ferrous iron takes up oxygen until the liquor is saturated with what is left over it."""
    holds = {"FeSO4": 0.05, "H2SO4": 0.1, "O2(aq)": held}
    found, _ = solved(chemistry, holds, [IRON, OXYGEN], 60, ["O2(g)"], pressures={"O2(g)": 0.2e5})
    gas = found.equilibrium.amounts[chemistry.phase_index["O2(g)"]]
    assert found.equilibrium.fugacity("O2(g)") == pytest.approx(0.2e5, rel=1e-6)
    assert gas + found.equilibrium.totals[chemistry.index["O2(aq)"]] == pytest.approx(held - 0.05 / 4.0, rel=1e-4)
    assert potential(found.equilibrium, "O2(g)/H2O", pressures={"O2(g)": 0.2e5}) == pytest.approx(found.eh, abs=1e-8)


def test_oxygen__without_dissolved_oxygen_stands_over_the_liquor_by_itself(airless):
    found, _ = solved(airless, {"FeSO4": 0.05, "H2SO4": 0.1}, [IRON, "O2(g)/H2O"], held={"O2(g)": 0.1})
    assert found.amounts["O2(g)"] == pytest.approx(0.1 - 0.0125, rel=1e-6)
    assert potential(found.equilibrium, "O2(g)/H2O") == pytest.approx(found.eh, abs=1e-8)
    short, _ = solved(airless, {"FeSO4": 0.05, "H2SO4": 0.1}, [IRON, "O2(g)/H2O"], held={"O2(g)": 0.01})
    assert short.amounts["O2(g)"] == pytest.approx(0.0, abs=1e-12)
    assert short.equilibrium.totals[airless.index["Fe+3"]] == pytest.approx(0.04, rel=1e-9)


def test_redox_equilibrium__conserves_elements_charge_and_electrons_in_random_liquors(chemistry):
    random = np.random.default_rng(5)
    salts = ("FeSO4", "Fe2(SO4)3", "CuSO4", "CuCl", "Na2SO3", "MnSO4", "NaCl", "O2(aq)", "H2SO4")
    couples = [IRON, COPPER, SULFITE, OXYGEN, PYROLUSITE]
    for number in range(60):
        chosen = random.choice(salts, random.integers(3, 8), replace=False).tolist()
        holds = {salt: float(10.0 ** random.uniform(-4.0, -0.7)) for salt in chosen} | {"H2SO4": 0.3}
        held = {"MnO2(s)": float(random.choice([0.0, 0.01, 0.1]))}
        found, totals = solved(chemistry, holds, couples, float(random.uniform(5.0, 90.0)), held=held)
        nothing = np.zeros(len(chemistry.phases))
        before = elements_of(chemistry, totals, nothing, held)
        after = elements_of(chemistry, found.equilibrium.totals, found.equilibrium.amounts, found.amounts)
        assert after == pytest.approx(before, rel=BALANCED, abs=BALANCED), (number, holds)
        assert found.equilibrium.totals @ chemistry.charges[chemistry.liquor] == pytest.approx(0.0, abs=BALANCED)
        electrons = electrons_of(chemistry, totals, held, couples)
        left = electrons_of(chemistry, found.equilibrium.totals, found.amounts, couples)
        assert left == pytest.approx(electrons, rel=BALANCED, abs=BALANCED), (number, holds)
        assert found.electron_error < 1e-12
        for name in couples[:4]:
            states = (couple(name).oxidised, couple(name).reduced)
            if all(found.equilibrium.activity(s) > 1e-250 for s in states if s != "H2O"):
                assert potential(found.equilibrium, name) == pytest.approx(found.eh, abs=1e-6), (number, name)


def test_redox_equilibrium__has_the_same_answer_from_any_share_of_states(chemistry):
    """The start does not matter: only elements, charge and electrons do."""
    one, _ = solved(chemistry, {"FeSO4": 0.05, "Fe2(SO4)3": 0.02, "H2SO4": 0.2, "CuSO4": 0.03}, [IRON, COPPER])
    other, _ = solved(
        chemistry, {"FeSO4": 0.02, "Fe2(SO4)3": 0.035, "H2SO4": 0.2, "Cu+": 0.03, "SO4-2": 0.015}, [IRON, COPPER]
    )
    assert other.pe == pytest.approx(one.pe, abs=1e-8)
    assert other.equilibrium.totals == pytest.approx(one.equilibrium.totals, rel=1e-8, abs=1e-14)


def test_redox_equilibrium__takes_another_activity_model():
    chemistry = Chemistry("Fe S", activity=TruesdellJones())
    found, _ = solved(chemistry, {"FeSO4": 0.005, "Fe2(SO4)3": 0.002, "H2SO4": 0.01}, [IRON])
    assert found.eh == pytest.approx(found.equilibrium.eh, abs=1e-9)


@pytest.mark.parametrize(
    ("holds", "absent"),
    [
        ({"Fe2(SO4)3": 0.02, "H2SO4": 0.1}, r"it holds no Fe\+2, and nothing else"),
        ({"FeSO4": 0.02, "H2SO4": 0.1}, r"it holds no Fe\+3, and nothing else"),
        ({"H2SO4": 0.1}, r"it holds no Fe\+2 and no Fe\+3, and nothing else"),
    ],
)
def test_redox_equilibrium__says_what_is_absent_where_nothing_sets_a_potential(airless, holds, absent):
    with pytest.raises(DataError, match=rf"of Fe\+3/Fe\+2: the potential is undefined, {absent}"):
        solved(airless, holds, [IRON])


@pytest.mark.parametrize(
    ("couples", "reason"),
    [
        (["Fe+3/Fe"], r"couple 'Fe\+3/Fe' is not in redox.csv; did you mean 'Fe\+3/Fe\+2'"),
        (["Co+3/Co+2"], r"couple Co\+3/Co\+2: 'Co\+3' is not in the chemistry"),
        (["H+/H2(g)"], "is the scale of the electron balance"),
        ([IRON, "O2(g)/H2O"], r"O2\(g\) dissolves into O2\(aq\); name a couple of what it dissolves into"),
        ([METAL, "Cu+/Cu(s)"], r"couple Cu\+/Cu\(s\): Cu\(s\) is a state of another couple too"),
        ([COPPER, IRON, COPPER], "close a circle"),
    ],
)
def test_redox_equilibrium__refuses_couples_that_cannot_be(chemistry, couples, reason):
    with pytest.raises(DataError, match=reason):
        solved(chemistry, {"FeSO4": 0.02, "Fe2(SO4)3": 0.02, "H2SO4": 0.1}, couples)


def test_redox_equilibrium__refuses_a_phase_of_no_couple(chemistry):
    with pytest.raises(DataError, match=r"MnO2\(s\) is no solid or gas of a couple"):
        solved(chemistry, {"FeSO4": 0.02, "Fe2(SO4)3": 0.02, "H2SO4": 0.1}, [IRON], held={"MnO2(s)": 0.1})
    with pytest.raises(DataError, match=r"SO2\(gas\) is no solid or gas"):
        solved(chemistry, {"FeSO4": 0.02, "Fe2(SO4)3": 0.02, "H2SO4": 0.1}, [IRON], pressures={"SO2(gas)": 1e5})


def test_redox_equilibrium__refuses_a_liquor_that_is_charged_or_dry(airless):
    nothing = airless.allowed([])
    with pytest.raises(DataError, match="net charge"):
        redox_equilibrium(airless, totals_of(airless, {"Fe+3": 0.1, "Fe+2": 0.1}), 298.15, nothing, [IRON])
    with pytest.raises((DataError, ConvergenceError), match="no liquid water"):
        redox_equilibrium(airless, np.zeros(len(airless.components)), 298.15, nothing, [IRON])
