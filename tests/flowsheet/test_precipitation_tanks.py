"""A stirred precipitation tank: equilibrium and rates, solid solutions, what is taken up, ageing, and its refusals."""

import math

import numpy as np
import pytest

from raffinate.flowsheet import DataError, Stream
from raffinate.flowsheet.balances import balance
from raffinate.flowsheet.chemistry import Chemistry
from raffinate.flowsheet.errors import EngineError
from raffinate.flowsheet.heat import heat_duty
from raffinate.flowsheet.precipitation import precipitate
from raffinate.flowsheet.precipitation_equilibrium import Tank
from raffinate.flowsheet.precipitation_rates import aged, ageing_rate, settling_rate
from raffinate.flowsheet.quantities import celsius
from raffinate.flowsheet.solid_solutions import lattice_members
from raffinate.flowsheet.stream import dose, mix, settle

CHEMISTRY = Chemistry("Li Na Ni Co Mn Mg Ca Fe Al Cu S C P F")
WARM = celsius(55)
LIQUOR = {"H2O": 1.0, "NiSO4": 0.09, "CoSO4": 0.03, "MnSO4": 0.03, "Li2SO4": 0.05, "Na2SO4": 0.05, "MgSO4": 0.002}
FEED = Stream.of(CHEMISTRY, LIQUOR, WARM)
SODA = Stream.of(CHEMISTRY, {"NaOH": 0.2, "H2O": 0.8})
LATTICE = ("Ni(OH)2(s)", "Co(OH)2(s)", "Mn(OH)2(s)", "Mg(OH)2(s)")
SULFATE = Stream.of(CHEMISTRY, {"H2O": 1.0, "Na2SO4": 0.05, "CaSO4": 0.006}, celsius(25))
GYPSUM = ("CaSO4.2H2O(s)",)


def test_precipitate__is_the_equilibrium_where_nothing_is_slow_or_taken_up():
    tank = Tank(WARM, 3600.0, LATTICE, uptake=0.0)
    found = precipitate(FEED, tank, SODA, 8.0)
    wanted, drawn, _ = dose(FEED, SODA, 8.0, WARM, LATTICE)
    assert np.allclose(found.stream.flows, wanted.flows, rtol=1e-9, atol=1e-12)
    assert found.drawn.mass == pytest.approx(drawn.mass, rel=1e-9)


def test_precipitate__goes_the_share_of_its_way_that_the_rate_allows():
    time = 1200.0
    tank = Tank(celsius(25), time, GYPSUM)
    whole, _ = settle(SULFATE, celsius(25), GYPSUM)
    rate = settling_rate("CaSO4.2H2O(s)", celsius(25))
    assert rate == pytest.approx(3.0 / 3600.0)
    share = rate * time / (1.0 + rate * time)
    found = precipitate(SULFATE, tank).stream
    assert found["CaSO4.2H2O(s)"] == pytest.approx(share * whole["CaSO4.2H2O(s)"], rel=1e-9)
    fast = precipitate(SULFATE, Tank(celsius(25), time, GYPSUM, rates=1e6)).stream
    assert fast["CaSO4.2H2O(s)"] == pytest.approx(whole["CaSO4.2H2O(s)"], rel=1e-5)


def test_precipitate__slows_down_when_cold():
    assert settling_rate("CaSO4.2H2O(s)", celsius(60)) > 5.0 * settling_rate("CaSO4.2H2O(s)", celsius(25))
    assert settling_rate("Ni(OH)2(s)", celsius(25)) is None


def test_precipitate__reaches_its_ph_with_slow_solids_too():
    feed = Stream.of(CHEMISTRY, {"H2O": 1.0, "Fe2(SO4)3": 0.05, "H3PO4": 0.02, "H2SO4": 0.01}, celsius(90))
    tank = Tank(celsius(90), 3600.0, ("FePO4.2H2O(s)", "Fe(OH)3(s)"))
    found = precipitate(feed, tank, SODA, 1.6)
    assert found.liquor.ph == pytest.approx(1.6, abs=1e-6)
    assert found.stream.equilibrium.ph == pytest.approx(1.6, abs=1e-6)
    assert found.stream.equilibrium.saturation_index("FePO4.2H2O(s)") > 0.1


def test_lattice__holds_each_metal_at_the_activity_of_its_share():
    found = precipitate(FEED, Tank(WARM, 3600.0, LATTICE, lattice=LATTICE), SODA, 7.6)
    solids = {name: found.stream[name] for name in LATTICE}
    whole = sum(solids.values())
    for name, amount in solids.items():
        index = found.liquor.saturation_index(name)
        assert 10.0**index == pytest.approx(amount / whole, rel=1e-6)


def test_lattice__takes_manganese_that_is_undersaturated_against_its_own_hydroxide():
    pure = precipitate(FEED, Tank(WARM, 3600.0, LATTICE), SODA, 7.3).stream
    mixed = precipitate(FEED, Tank(WARM, 3600.0, LATTICE, lattice=LATTICE), SODA, 7.3).stream
    assert pure["Mn(OH)2(s)"] == 0.0
    assert 0.03 < mixed["Mn(OH)2(s)"] / FEED["Mn+2"] < 0.3
    assert mixed["Co+2"] < pure["Co+2"]


def test_lattice__names_what_a_first_solid_would_be_below_saturation():
    acid = Stream.of(CHEMISTRY, LIQUOR | {"H2SO4": 0.01}, WARM)
    members = lattice_members(acid.equilibrium, LATTICE)
    assert sum(member.fraction for member in members.values()) == pytest.approx(1.0)
    assert all(member.amount == 0.0 for member in members.values())


def test_lattice__refuses_double_salts_and_what_may_not_form():
    with pytest.raises(DataError, match="holds 2 cations"):
        precipitate(FEED, Tank(WARM, 1.0, ("Na2Ni(SO4)2.4H2O(s)",), lattice=("Na2Ni(SO4)2.4H2O(s)",)))
    with pytest.raises(DataError, match=r"Ni\(OH\)2\(s\) is not among the solids that may form"):
        precipitate(FEED, Tank(WARM, 1.0, GYPSUM, lattice=("Ni(OH)2(s)",)))


def test_uptake__loses_nickel_cobalt_and_lithium_to_aluminium_hydroxide():
    liquor = {"H2O": 1.0, "NiSO4": 0.09, "CoSO4": 0.03, "MnSO4": 0.03, "Li2SO4": 0.055, "Al2(SO4)3": 0.0256}
    feed = Stream.of(CHEMISTRY, liquor, celsius(80))
    tank = Tank(celsius(80), 3600.0, ("Al(OH)3(s)",))
    found = precipitate(feed, tank, SODA, 4.8)
    lost = {ion: 1.0 - found.stream[ion] / feed[ion] for ion in ("Ni+2", "Co+2", "Mn+2", "Li+")}
    assert 0.003 < lost["Ni+2"] < 0.03
    assert 0.003 < lost["Co+2"] < 0.03
    assert 0.001 < lost["Li+"] < 0.02
    assert found.stream["Ni(OH)2(s)"] == pytest.approx(lost["Ni+2"] * feed["Ni+2"], rel=1e-9)
    none = precipitate(feed, Tank(celsius(80), 3600.0, ("Al(OH)3(s)",), uptake=0.0), SODA, 4.8)
    assert none.stream["Ni+2"] == pytest.approx(feed["Ni+2"], rel=1e-12)


def test_uptake__binds_sulfate_in_nickel_hydroxide():
    found = precipitate(FEED, Tank(WARM, 3600.0, LATTICE, lattice=LATTICE), SODA, 7.6).stream
    metals = sum(found[name] for name in LATTICE) + 4.0 * found["Ni4(OH)6SO4(s)"]
    assert found["Ni4(OH)6SO4(s)"] / metals == pytest.approx(0.14, rel=1e-6)


@pytest.mark.parametrize("target_ph", [7.2, 8.5])
def test_precipitate__keeps_elements_charge_mass_and_energy(target_ph):
    tank = Tank(WARM, 3600.0, (*LATTICE, *GYPSUM), lattice=LATTICE)
    found = precipitate(FEED, tank, SODA, target_ph)
    assert balance(CHEMISTRY, [FEED, found.drawn], [found.stream]).worst <= 1e-9
    # heat by two ways: at once, and by mixing first
    mixed = mix([FEED, found.drawn])
    at_once = heat_duty([FEED, found.drawn], [found.stream])
    by_steps = heat_duty([FEED, found.drawn], [mixed]) + heat_duty([mixed], [found.stream])
    assert at_once == pytest.approx(by_steps, rel=1e-9, abs=1e-9 * abs(FEED.enthalpy_flow))


def test_aged__turns_a_fresh_solid_into_its_aged_form_by_first_order():
    slurry = Stream.of(CHEMISTRY, {"H2O": 1.0, "Fe(OH)3(s)": 0.1}, celsius(80))
    rate = ageing_rate("Fe(OH)3(s)", "FeOOH(s)", celsius(80))
    assert rate is not None
    time = 1.0 / rate
    after = aged(slurry, celsius(80), time, ())
    assert after["FeOOH(s)"] == pytest.approx(0.5 * slurry["Fe(OH)3(s)"], rel=1e-12)
    assert balance(CHEMISTRY, [slurry], [after]).worst <= 1e-12
    assert after.mass == pytest.approx(slurry.mass, rel=1e-12)
    assert aged(slurry, celsius(80), time, ("FeOOH(s)",))["FeOOH(s)"] == 0.0


def test_ageing__is_the_faster_the_warmer():
    cold, hot = (ageing_rate("Fe(OH)3(s)", "FeOOH(s)", celsius(t)) for t in (24, 80))
    assert math.log(2.0) / cold / 86400.0 == pytest.approx(112.0, rel=0.15)  # days
    assert hot > 100.0 * cold


def test_precipitate__says_where_it_can_not():
    with pytest.raises(DataError, match="0 kg/s enters the tank"):
        precipitate(Stream.empty(CHEMISTRY), Tank(WARM, 1.0, GYPSUM))
    with pytest.raises(DataError, match=r"pH 12 cannot be reached"):
        precipitate(FEED, Tank(WARM, 1.0, LATTICE), Stream.of(CHEMISTRY, {"Mg(OH)2(s)": 0.1, "H2O": 1.0}), 12.0)


def test_precipitate__doses_nothing_to_a_liquor_beyond_its_ph():
    found = precipitate(FEED, Tank(WARM, 1.0, GYPSUM), SODA, 3.0)
    assert found.drawn.mass == 0.0
    assert "stands at pH" in found.warnings[0]


def test_precipitate__settles_or_says_why_on_random_liquors():
    """Liquors over three decades of each salt, four bases, solid solutions or not: each is solved or refused in one sentence."""
    random = np.random.default_rng(5)
    salts = {"NiSO4": 0.1, "CoSO4": 0.05, "MnSO4": 0.05, "Li2SO4": 0.08, "MgSO4": 0.02, "Al2(SO4)3": 0.03}
    salts |= {"Fe2(SO4)3": 0.02, "CuSO4": 0.01, "H2SO4": 0.05, "H3PO4": 0.005, "HF": 0.005, "Na2SO4": 0.2}
    forms = (*LATTICE, "Al(OH)3(s)", "Fe(OH)3(s)", "FePO4.2H2O(s)", "CaSO4.2H2O(s)", "CaF2(s)", "CO2(g)", "Cu(OH)2(s)")
    bases = [{"NaOH": 0.2, "H2O": 0.8}, {"Na2CO3": 0.2, "H2O": 0.8}, {"Ca(OH)2": 0.1, "H2O": 0.9}]
    solved, refusals = 0, []
    for _ in range(40):
        masses = {name: most * 10.0 ** random.uniform(-3.0, 0.0) for name, most in salts.items()}
        feed = Stream.of(CHEMISTRY, {"H2O": 1.0} | masses, celsius(25))
        lattice = LATTICE if random.random() < 0.5 else ()
        tank = Tank(celsius(random.uniform(20, 90)), 3600.0, forms, lattice, uptake=random.choice([0.0, 1.0]))
        target = random.uniform(2.0, 9.5)
        try:
            found = precipitate(feed, tank, Stream.of(CHEMISTRY, bases[random.integers(3)]), target)
        except EngineError as error:
            refusals.append(str(error))
            continue
        solved += 1
        assert balance(CHEMISTRY, [feed, found.drawn], [found.stream]).worst <= 1e-9
        assert found.drawn.mass == 0.0 or found.liquor.ph == pytest.approx(target, abs=1e-5)
    assert all("cannot be reached" in sentence for sentence in refusals)
    assert solved >= 36
