"""Heat duties and adiabatic temperatures: they close, and they are the published ones."""

import numpy as np
import pytest

from raffinate.flowsheet import DataError, Flowsheet, Stream, heat, mix, settle, solve
from raffinate.flowsheet.chemistry import Chemistry, thermal
from raffinate.flowsheet.heat import adiabatic, heat_duties, heat_duty
from raffinate.flowsheet.quantities import celsius, to_celsius
from raffinate.unitops.crystalliser import Crystalliser
from raffinate.unitops.leaching import Leaching
from raffinate.unitops.mixer import Mixer
from raffinate.unitops.neutralisation import Neutralisation
from raffinate.unitops.splitter import Splitter


@pytest.fixture(scope="module")
def chemistry():
    return Chemistry("Li Na Ni Co Mn Al Cu Fe S Cl C")


def flow(chemistry, masses, temperature=25.0):
    return Stream.of(chemistry, masses, celsius(temperature))


def test_heat_duty__of_warming_water_is_its_heat_capacity(chemistry):
    water = flow(chemistry, {"H2O": 2.0}, 20.0)
    assert heat_duty([water], [water.replace(temperature=celsius(80))]) == pytest.approx(2.0 * 4183.0 * 60.0, rel=1e-3)
    assert heat_duty([water], [water]) == 0.0
    assert heat_duty([], []) == 0.0


def test_heat_duty__there_and_back_is_nothing(chemistry):
    liquor = flow(chemistry, {"H2O": 1.0, "NiSO4": 0.3, "H2SO4": 0.05}, 25.0)
    hot = liquor.replace(temperature=celsius(85))
    assert heat_duty([liquor], [hot]) + heat_duty([hot], [liquor]) == pytest.approx(0.0, abs=1e-6)


@pytest.mark.parametrize(
    ("share", "hottest"),
    [  # heat of solution of Table B.11 of Felder & Rousseau over the heat capacity of the product (Perry's handbook)
        (0.1, 44.0),
        (0.2, 67.0),
        (0.3, 91.0),
        (0.5, 135.0),
    ],
)
def test_adiabatic__dilution_of_sulfuric_acid_heats_as_published(chemistry, share, hottest):
    acid = flow(chemistry, {"H2SO4": 0.98, "H2O": 0.02})
    water = flow(chemistry, {"H2O": 0.98 / share - 1.0})
    assert to_celsius(adiabatic([acid, water]).temperature) == pytest.approx(hottest, abs=3.0)


def test_adiabatic__neutralising_a_molar_acid_heats_by_seven_kelvin(chemistry):
    """57.5 kJ for each mole over some 2.1 kg of brine of 4.0 kJ/kg/K."""
    acid = flow(chemistry, {"H2O": 1.0, "HCl": 0.036461})
    base = flow(chemistry, {"H2O": 1.0, "NaOH": 0.039997})
    assert to_celsius(adiabatic([acid, base]).temperature) == pytest.approx(25.0 + 57.5 / (2.076 * 4.03), abs=0.15)


def test_adiabatic__dissolving_glaubers_salt_cools(chemistry):
    """+79 kJ for each mole of Na2SO4.10H2O."""
    crystals = flow(chemistry, {"Na2SO4.10H2O(s)": 0.3222})
    water = flow(chemistry, {"H2O": 3.0})
    found = adiabatic([crystals, water], ["Na2SO4.10H2O(s)"])
    assert found["Na2SO4.10H2O(s)"] == 0.0
    assert to_celsius(found.temperature) == pytest.approx(25.0 - 78.0 / (3.322 * 3.95), abs=0.4)


def test_adiabatic__crystallising_warms_a_supercooled_liquor(chemistry):
    liquor = flow(chemistry, {"H2O": 0.7, "Na2SO4": 0.3}, 15.0)
    found = adiabatic(liquor, ["Na2SO4.10H2O(s)"])
    assert found["Na2SO4.10H2O(s)"] > 0.1
    assert 20.0 < to_celsius(found.temperature) < 32.4


@pytest.mark.parametrize(
    ("masses", "phases"),
    [
        ([{"H2SO4": 0.98, "H2O": 0.02}, {"H2O": 3.0, "NiSO4": 0.2}], ()),
        ([{"NaOH": 0.5, "H2O": 0.5}, {"H2O": 5.0, "NiSO4": 0.3, "H2SO4": 0.1}], ("Ni(OH)2(s)",)),
        ([{"H2O": 1.0, "Na2SO4": 0.3}, {"H2O": 0.1, "LiCl": 0.05}], ("Na2SO4.10H2O(s)", "Na2SO4(s)")),
        ([{"LiCoO2(s)": 0.2, "H2O": 1.0}, {"Cu(s)": 0.1, "C(s)": 0.3}], ()),
    ],
)
@pytest.mark.parametrize("duty", [0.0, 5e4, -3e4])
def test_adiabatic__closes_to_a_part_in_a_milliard(chemistry, masses, phases, duty):
    inlets = [flow(chemistry, m, t) for m, t in zip(masses, (20.0, 45.0), strict=True)]
    out = adiabatic(inlets, phases, duty)
    turnover = sum(abs(s.enthalpy_flow) for s in inlets)
    assert heat_duty(inlets, [out]) == pytest.approx(duty, abs=1e-9 * turnover)
    assert chemistry.element_matrix @ out.flows == pytest.approx(
        chemistry.element_matrix @ sum(s.flows for s in inlets), rel=1e-9
    )


def test_adiabatic__holds_two_hydrates_where_one_turns_into_the_other(chemistry):
    """Na2SO4.10H2O warmed melts into Na2SO4 and liquor at 32.4 degC, and stays there while it takes up the heat."""
    crystals = flow(chemistry, {"Na2SO4.10H2O(s)": 1.0, "H2O": 0.1}, 25.0)
    hydrates = ["Na2SO4.10H2O(s)", "Na2SO4(s)"]
    found = [adiabatic(crystals, hydrates, duty) for duty in (1e5, 1.5e5, 2e5)]
    for stream, duty in zip(found, (1e5, 1.5e5, 2e5), strict=True):
        assert to_celsius(stream.temperature) == pytest.approx(32.4, abs=0.6)
        assert stream["Na2SO4.10H2O(s)"] > 0.0 < stream["Na2SO4(s)"]
        turnover = abs(crystals.enthalpy_flow)
        assert heat_duty([crystals], [stream]) == pytest.approx(duty, abs=1e-9 * turnover)
    assert found[0].temperature == pytest.approx(found[2].temperature, abs=0.01)
    assert found[0]["Na2SO4.10H2O(s)"] > found[1]["Na2SO4.10H2O(s)"] > found[2]["Na2SO4.10H2O(s)"]


def test_adiabatic__finds_a_smooth_temperature_in_a_few_looks(chemistry, monkeypatch):
    """Secants do it; halving the bracket, which takes ten more, is for enthalpies that jump."""
    looks, asked = [], heat._between
    monkeypatch.setattr(heat, "_between", lambda excess, mixed: asked(lambda t: looks.append(t) or excess(t), mixed))
    acid, water = flow(chemistry, {"H2SO4": 0.98, "H2O": 0.02}), flow(chemistry, {"H2O": 2.0, "NiSO4": 0.2}, 60.0)
    for streams in ([acid, water], [water, flow(chemistry, {"H2O": 1.0})]):
        looks.clear()
        found = adiabatic(streams)
        assert len(looks) <= 7
        assert heat_duty(streams, [found]) == pytest.approx(0.0, abs=1e-9 * abs(found.enthalpy_flow))


def test_adiabatic__of_one_stream_changes_nothing(chemistry):
    liquor = flow(chemistry, {"H2O": 1.0, "CoSO4": 0.2}, 41.0)
    assert adiabatic(liquor).temperature == pytest.approx(liquor.temperature, abs=1e-9)


def test_adiabatic__refuses_what_would_boil_or_freeze(chemistry):
    acid = flow(chemistry, {"H2SO4": 0.98, "H2O": 0.02}, 80.0)
    with pytest.raises(DataError, match=r"the mixture would be hotter than 473\.15 K, where a liquor boils"):
        adiabatic([acid, flow(chemistry, {"H2O": 0.3}, 80.0)])
    with pytest.raises(DataError, match=r"the mixture would be colder than 253\.15 K, where a liquor freezes"):
        adiabatic(flow(chemistry, {"H2O": 1.0}), duty=-1e6)


def plant(chemistry):
    sheet = Flowsheet()
    feed = flow(chemistry, {"H2O": 1.0, "NiSO4": 0.15, "H2SO4": 0.05}, 60.0)
    base = Stream.of(chemistry, {"NaOH": 0.3, "H2O": 0.7})
    sheet.add("mix", Mixer(), feed=[feed, flow(chemistry, {"H2SO4": 0.0098, "H2O": 0.0002}), "split.second"])
    sheet.add("neutral", Neutralisation(reagent=base, target_ph=4.0, temperature=celsius(50)), feed="mix")
    sheet.add(
        "crystals",
        Crystalliser(salts=("NiSO4.6H2O(s)",), evaporated=0.6, temperature=celsius(55)),
        feed="neutral.slurry",
    )
    sheet.add("split", Splitter(fraction=0.8), feed="crystals.slurry")
    return sheet


def test_heat_duties__add_up_to_the_enthalpy_of_products_less_feeds(chemistry):
    solution = solve(plant(chemistry))
    duties = heat_duties(solution)
    assert set(duties) == {"mix", "neutral", "crystals", "split"}
    assert {type(duty) for duty in duties.values()} == {float}
    products = [solution.streams[name] for name in solution.products]
    feeds = [s for streams in solution.flowsheet.feeds.values() for s in streams] + list(solution.drawn.values())
    turnover = sum(abs(s.enthalpy_flow) for s in products)
    assert sum(duties.values()) == pytest.approx(heat_duty(feeds, products), abs=1e-9 * turnover)
    assert duties["split"] == pytest.approx(0.0, abs=1e-9 * turnover)
    assert duties["mix"] < 0.0  # strong acid gives off its heat of dilution, the port keeps the mean temperature
    boiled = solution.streams["crystals.vapour"].mass
    assert duties["crystals"] == pytest.approx(2.37e6 * boiled, rel=0.1)


def test_heat_duties__say_which_unit_holds_a_liquor_without_an_answer(chemistry):
    sheet = Flowsheet()
    sheet.add("halves", Splitter(fraction=0.5), feed=Stream.of(chemistry, {"NaCl": 1.0}))
    with pytest.raises(DataError, match="halves: no heat duty, liquor has no liquid water"):
        heat_duties(solve(sheet))


def test_heat_duty__of_neutralising_is_the_heat_of_the_acid_and_of_warming(chemistry):
    feed = flow(chemistry, {"H2O": 1.0, "H2SO4": 0.02}, 25.0)
    base = Stream.of(chemistry, {"NaOH": 0.3, "H2O": 0.7})
    outcome = Neutralisation(reagent=base, target_ph=7.0, temperature=celsius(25)).run({"feed": feed})
    heat = heat_duty([feed, outcome.drawn["reagent"]], outcome.outlets.values())
    acid = 0.02 / 0.098079
    # H2SO4 at 0.2 mol/kg is 20 kJ/mol above its ions, 30 % NaOH 5; each of two protons gives 55.8
    assert heat / acid / 1e3 == pytest.approx(-2.0 * 55.8 - 20.0 - 2.0 * 4.5, abs=4.0)


def test_heat_duty__of_leaching_is_that_of_the_oxide(chemistry):
    solids = flow(chemistry, {"LiCoO2(s)": 0.5})
    liquor = flow(chemistry, {"H2O": 4.0})
    unit = Leaching(
        acid=Stream.of(chemistry, {"H2SO4": 0.98, "H2O": 0.02}),
        reductant=Stream.of(chemistry, {"H2O2": 0.3, "H2O": 0.7}),
        residence_time=1e6,
        free_acid=10.0,
        temperature=celsius(25),
        decomposition=0.0,
        reductant_ratio=1.0,
    )
    outcome = unit.run({"solids": solids, "liquor": liquor})
    dissolved = solids["LiCoO2(s)"] - outcome.outlets["slurry"]["LiCoO2(s)"]
    heat = heat_duty([solids, liquor, *outcome.drawn.values()], outcome.outlets.values()) / dissolved / 1e3
    # -133 for the oxide in dilute acid, and 1.5 mol of 98 % acid for each that come down 92 kJ/mol to their ions, which are
    # 5 above infinite dilution in the liquor
    assert dissolved == pytest.approx(solids["LiCoO2(s)"], rel=0.1)
    assert heat == pytest.approx(-133.0 - 1.5 * 92.0 + 5.0, abs=15.0)


def test_enthalpy__of_crystals_comes_out_as_heat_of_crystallisation(chemistry):
    """NBS tables: Na2SO4.10H2O takes up 79 kJ/mol when it dissolves at 25 degC in much water, less in a brine that is cold."""
    cold = flow(chemistry, {"H2O": 0.8, "Na2SO4": 0.2}, 5.0)
    slurry, _ = settle(cold, celsius(5), ["Na2SO4.10H2O(s)"])
    heat = heat_duty([cold], [slurry]) / slurry["Na2SO4.10H2O(s)"] / 1e3
    assert -80.0 < heat < -60.0


def test_mix__keeps_heat_by_capacity_and_leaves_the_heat_of_mixing_to_be_asked_for(chemistry):
    acid, water = flow(chemistry, {"H2SO4": 0.98, "H2O": 0.02}), flow(chemistry, {"H2O": 2.0})
    assert mix([acid, water]).temperature == pytest.approx(celsius(25))
    assert heat_duty([acid, water], [mix([acid, water])]) < -5e5


def test_mix__of_hot_strong_acid_with_a_little_cold_water_stays_hot(chemistry):
    """1 kg of 98 % acid takes 1.45 kJ/K, 20 g of water 0.08: without the heat of mixing 77 degC, not 50."""
    acid, water = flow(chemistry, {"H2SO4": 0.98, "H2O": 0.02}, 80.0), flow(chemistry, {"H2O": 0.02}, 20.0)
    mixed = mix([acid, water])
    shared = (1.45 * 80.0 + 0.02 * 4.18 * 20.0) / (1.45 + 0.02 * 4.18)
    assert to_celsius(mixed.temperature) == pytest.approx(shared, abs=0.1)
    # with it, from 98 to 96 %: 4 kJ for each mole of acid
    assert to_celsius(adiabatic([acid, water]).temperature) == pytest.approx(102.0, abs=4.0)


@pytest.mark.parametrize(
    ("one", "other", "within"),
    [  # of the heat that passes: heat capacities are those before; ions of a liquor of the model count as nothing
        ({"H2SO4": 0.98, "H2O": 0.02}, {"H2SO4": 1.96, "H2O": 0.04}, 2e-3),
        ({"NaOH": 0.5, "H2O": 0.5}, {"NaOH": 0.1, "H2O": 0.1}, 2e-3),
        ({"LiCoO2(s)": 1.0}, {"C(s)": 0.5, "Cu(s)": 0.5}, 1e-6),
        ({"CO2(g)": 1.0}, {"O2(g)": 0.5}, 0.02),
        ({"H2O": 1.0}, {"C(s)": 0.5}, 0.01),
        ({"H2O": 1.0, "NiSO4": 0.2}, {"H2O": 0.5, "NiSO4": 0.1}, 0.05),
        ({"H2O": 1.0, "NiSO4": 0.2}, {"LiCoO2(s)": 0.5}, 0.05),
    ],
    ids=str,
)
def test_mix__keeps_the_sensible_heat(chemistry, one, other, within):
    """What each inlet gives or takes up on its way to the temperature of the mixture adds up to nothing."""
    streams = [flow(chemistry, one, 90.0), flow(chemistry, other, 20.0)]
    mixed = mix(streams)
    brought = [s.replace(temperature=mixed.temperature) for s in streams]
    passed = heat_duty([streams[1]], [brought[1]])
    assert 20.0 < to_celsius(mixed.temperature) < 90.0
    assert passed > 0.0
    assert heat_duty(streams, brought) == pytest.approx(0.0, abs=within * passed)


def test_mix__of_one_temperature_keeps_it_to_the_last_bit(chemistry):
    streams = [flow(chemistry, {"H2SO4": 0.98, "H2O": 0.02}, 33.3), flow(chemistry, {"H2O": 2.0}, 33.3)]
    assert mix(streams).temperature == celsius(33.3)


def test_enthalpy__is_a_function_of_state_for_random_liquors(chemistry):
    """Mixing in any order at one temperature gives the same enthalpy; it is finite for whatever comes."""
    random = np.random.default_rng(11)
    for _ in range(30):
        masses = {
            name: float(10.0 ** random.uniform(-4, -0.5)) for name in ("NiSO4", "Na2SO4", "H2SO4", "LiCl", "MnSO4")
        }
        one = flow(chemistry, {"H2O": 1.0} | masses, float(random.uniform(5, 90)))
        assert np.isfinite(one.enthalpy_flow)
        assert one.enthalpy_flow < 0.0
        share = thermal.tabulated_share(chemistry, np.array(one.flows[chemistry.liquor]))
        assert 0.0 <= share <= 1.0
