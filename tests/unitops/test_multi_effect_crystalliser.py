import pytest
from hand import imbalance, mass_of

from raffinate.flowsheet import DataError, Stream
from raffinate.flowsheet.chemistry import Chemistry, water
from raffinate.flowsheet.crystallisation.crystals import Tank
from raffinate.flowsheet.crystallisation.effects import forward_effects
from raffinate.flowsheet.heat import heat_duty
from raffinate.unitops.evaporative_crystalliser import EvaporativeCrystalliser
from raffinate.unitops.multi_effect_crystalliser import MultiEffectCrystalliser

CHEMISTRY = Chemistry("Na S")
SALT = "Na2SO4(s)"
BRINE = Stream.of(CHEMISTRY, {"H2O": 1.0, "Na2SO4": 0.3}, temperature=363.15)


def _run(feed=BRINE, **given):
    return MultiEffectCrystalliser(**{"salts": (SALT,), "temperature": 333.15, "yield_per_pass": 0.8, **given}).run(
        {"feed": feed}
    )


@pytest.mark.parametrize("effects", [1, 2, 3, 4])
def test_effects__reach_the_yield_and_close_water_and_heat(effects):
    outcome = _run(effects=effects)
    slurry, vapour, condensate = (outcome.outlets[name] for name in ("slurry", "vapour", "condensate"))
    assert slurry[SALT] == pytest.approx(0.8 * BRINE["SO4-2"], rel=1e-9)
    assert slurry["H2O"] + vapour["H2O(g)"] + condensate["H2O"] == pytest.approx(BRINE["H2O"], rel=1e-11)
    assert outcome.report["evaporation"] == pytest.approx(vapour.mass + condensate.mass, rel=1e-11)
    assert imbalance({"feed": BRINE}, outcome) < 1e-10
    assert outcome.report["heat"] == pytest.approx(heat_duty([BRINE], outcome.outlets.values()), rel=1e-12)
    condensing = water.heat_of_evaporation(393.15)
    assert outcome.report["steam"] == pytest.approx(outcome.report["heat"] / condensing, rel=1e-12)


def test_effects__save_steam_nearly_by_their_number():
    """Economies of 0.8 to 0.95 an effect (Perry, ch. 11); published for three: 0.38 to 0.42 t steam a tonne of water."""
    economies = [_run(effects=effects).report["steam_economy"] for effects in (1, 2, 3, 4)]
    assert 0.9 < economies[0] < 1.0
    for effects, economy in enumerate(economies, start=1):
        assert 0.75 * effects < economy < effects
    cooler = _run(feed=BRINE.replace(temperature=333.15), effects=3)
    assert 0.36 < 1.0 / cooler.report["steam_economy"] < 0.45


def test_effect__takes_what_the_vapour_before_it_gives():
    tanks = tuple(Tank(temperature=t, salts=(SALT,), residence_time=3600.0) for t in (368.15, 338.15))
    row = forward_effects(BRINE, tanks, lambda slurry: 1.0 - slurry["Na+"] / BRINE["Na+"], 0.8, 0.7)
    first, second = row.made
    taken = heat_duty([first.slurry], [second.slurry, second.vapour])
    condensate = row.condensate
    given = first.vapour.enthalpy_flow - condensate.enthalpy_flow
    assert taken == pytest.approx(given, rel=1e-7)
    assert condensate.mass == pytest.approx(first.vapour["H2O(g)"] * mass_of("H2O"), rel=1e-9)


def test_effects__of_one_are_an_evaporator():
    single = _run(effects=1)
    boiler = EvaporativeCrystalliser(salts=(SALT,), temperature=333.15, yield_per_pass=0.8, residence_time=14400.0)
    other = boiler.run({"feed": BRINE})
    assert single.outlets["slurry"][SALT] == pytest.approx(other.outlets["slurry"][SALT], rel=1e-9)
    assert single.report["heat"] == pytest.approx(other.report["heat"], rel=1e-9)
    assert single.report["mean_size"] == pytest.approx(other.report["mean_size"], rel=1e-6)


def test_effects__let_crystals_of_the_first_grow_on():
    """More effects spread the sizes: what was born early is larger."""
    assert _run(effects=3).report["size_variation"] > 1.05 * _run(effects=1).report["size_variation"]


def test_effects__refuse_to_lie_so_near_that_a_vapour_heats_nothing():
    with pytest.raises(DataError, match=r"effect 2 of 3: the vapour before it condenses at .* which does not heat"):
        _run(first_temperature=337.15)


def test_effects__refuse_a_yield_that_cannot_be_had():
    thin = Stream.of(CHEMISTRY, {"H2O": 1.0, "Na2SO4": 1e-4}, temperature=363.15)
    with pytest.raises(DataError, match=r"yield_per_pass = 0\.8 cannot be reached: no Na2SO4\(s\) comes down"):
        _run(feed=thin)


def test_effects__pass_a_liquor_without_the_metal():
    plain = Stream.of(CHEMISTRY, {"H2O": 1.0})
    assert _run(feed=plain).outlets["slurry"] is plain


def test_effects__reach_a_yield_that_a_first_guess_overshoots():
    """Acid holds nickel back until much water is gone; soon after there is too little of it for the hexahydrate."""
    liquor = Stream.of(Chemistry("Ni S"), {"H2O": 1.0, "NiSO4": 0.4, "H2SO4": 0.2})
    given = {"salts": ("NiSO4.6H2O(s)",), "temperature": 328.15}
    assert _run(liquor, yield_per_pass=0.8, **given).report["yield_per_pass"] == pytest.approx(0.8, rel=1e-9)
    with pytest.raises(DataError, match=r"yield_per_pass = 0\.95 cannot be had: 0\.8\d* is the most at 328\.15 K"):
        _run(liquor, yield_per_pass=0.95, **given)
