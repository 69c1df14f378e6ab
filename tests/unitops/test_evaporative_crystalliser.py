import pytest
from hand import imbalance, mass_of

from raffinate.flowsheet import DataError, DeclarationError, Stream, settle
from raffinate.flowsheet.chemistry import Chemistry
from raffinate.flowsheet.heat import heat_duty
from raffinate.unitops.evaporative_crystalliser import EvaporativeCrystalliser

CHEMISTRY = Chemistry("Na Mg S")
GLAUBER = "Na2SO4.10H2O(s)"
BRINE = Stream.of(CHEMISTRY, {"H2O": 1.0, "Na2SO4": 0.1, "MgSO4": 0.002}, temperature=293.15)


def _boiler(share, temperature=283.15, salts=(GLAUBER,)):
    return EvaporativeCrystalliser(salts=salts, temperature=temperature, yield_per_pass=share)


@pytest.mark.parametrize("share", [0.2, 0.5, 0.8])
def test_evaporative__reaches_its_yield(share):
    """The sodium that stays is in a saturated liquor; water fed is vapour, hydrate and liquor."""
    outcome = _boiler(share).run({"feed": BRINE})
    slurry, vapour = outcome.outlets["slurry"], outcome.outlets["vapour"]
    crystals = slurry[GLAUBER]
    assert 2.0 * crystals == pytest.approx(share * BRINE["Na+"], rel=1e-9)
    assert slurry["Na+"] == pytest.approx((1.0 - share) * BRINE["Na+"], rel=1e-9)
    bound = 10.0 * crystals + slurry["MgSO4.H2O(s)"]
    assert slurry["H2O"] + vapour["H2O(g)"] + bound == pytest.approx(BRINE["H2O"], rel=1e-10)
    assert slurry["Mg+2"] + slurry["MgSO4.H2O(s)"] == pytest.approx(BRINE["Mg+2"], rel=1e-12)
    assert slurry.equilibrium.saturation_index(GLAUBER) > 0.0
    assert outcome.report["yield_per_pass"] == pytest.approx(share, rel=1e-9)
    occluded = slurry["MgSO4.H2O(s)"] * mass_of("MgSO4.H2O")
    assert outcome.report["crystals"] == pytest.approx(crystals * mass_of("Na2SO4.10H2O") + occluded, rel=1e-9)
    assert outcome.report["evaporated_fraction"] == pytest.approx(vapour["H2O(g)"] / BRINE["H2O"], rel=1e-12)
    assert imbalance({"feed": BRINE}, outcome) < 1e-10


def test_evaporative__tells_its_vacuum_and_the_steam_for_it():
    """A liquor boils where water activity times the vapour pressure is the pressure; steam gives heat by condensing."""
    boiler = EvaporativeCrystalliser(
        salts=("Na2SO4(s)",), temperature=333.15, yield_per_pass=0.5, steam_temperature=383.15
    )
    outcome = boiler.run({"feed": BRINE})
    report, slurry = outcome.report, outcome.outlets["slurry"]
    _, found = settle(slurry, 333.15, ["Na2SO4(s)"])
    assert report["pressure"] == pytest.approx(found.water_activity * 19.95e3, rel=4e-3)  # steam tables at 60 degC
    assert report["boiling_point_elevation"] == pytest.approx(3.0, abs=1.0)
    assert report["steam"] == pytest.approx(report["heat"] / 2.230e6, rel=2e-3)  # steam tables at 110 degC
    assert outcome.outlets["vapour"].pressure == report["pressure"]
    assert report["heat"] == pytest.approx(heat_duty([BRINE], outcome.outlets.values()), rel=1e-12)


def test_evaporative__boils_more_for_more_crystals():
    boiled = [_boiler(share).run({"feed": BRINE}).report["evaporation"] for share in (0.2, 0.4, 0.6, 0.8)]
    assert boiled == sorted(boiled)


def test_evaporative__does_not_boil_what_yields_as_much_by_cooling():
    strong = Stream.of(CHEMISTRY, {"H2O": 1.0, "Na2SO4": 0.3}, temperature=313.15)
    outcome = _boiler(0.3).run({"feed": strong})
    assert outcome.report["evaporation"] == 0.0
    assert outcome.report["yield_per_pass"] > 0.3


def test_evaporative__passes_a_liquor_without_the_metal():
    water = Stream.of(CHEMISTRY, {"H2O": 1.0, "MgSO4": 0.1})
    outcome = _boiler(0.5).run({"feed": water})
    assert outcome.outlets["slurry"] is water
    assert outcome.outlets["vapour"].mass == 0.0


def test_evaporative__says_that_water_does_not_last_for_the_yield():
    """Each sulfate binds ten waters: with magnesium sulfate in plenty, the liquor dries before the sodium is down."""
    rich = Stream.of(CHEMISTRY, {"H2O": 1.0, "Na2SO4": 0.05, "MgSO4": 0.3}, temperature=293.15)
    outcome = _boiler(0.99).run({"feed": rich})
    most = outcome.report["yield_per_pass"]
    assert 0.0 < most < 0.99
    assert any(f"yield per pass is {most:.3f}, 0.99 was wanted" in note for note in outcome.warnings)


def test_evaporative__refuses_a_liquor_that_nothing_comes_down_from():
    sour = Stream.of(CHEMISTRY, {"H2O": 1.0, "Na2SO4": 1e-6}, temperature=293.15)
    with pytest.raises(DataError, match=r"yield_per_pass = 0\.5 cannot be reached: no Na2SO4.* comes down"):
        _boiler(0.5).run({"feed": sour})


def test_evaporative__refuses_an_unknown_salt_and_a_yield_of_all():
    with pytest.raises(
        DataError, match=r"'Na2SO4.9H2O\(s\)' is not in the chemistry; did you mean 'Na2SO4\.10H2O\(s\)'"
    ):
        _boiler(0.5, salts=("Na2SO4.9H2O(s)",)).run({"feed": BRINE})
    with pytest.raises(DeclarationError, match=r"EvaporativeCrystalliser: yield_per_pass = 1 is outside 0 to 0\.99 \("):
        _boiler(1.0)
    with pytest.raises(DataError, match=r"salts = \(\) names 0 salts, the main one is needed"):
        _boiler(0.5, salts=()).run({"feed": BRINE})


NICKEL = Chemistry("Na Ni Mg Co S")
LIQUORS = [
    Stream.of(NICKEL, {"H2O": 1.0, "NiSO4": 0.3, "MgSO4": 0.1, "CoSO4": 0.05}),
    Stream.of(NICKEL, {"H2O": 1.0, "NiSO4": 0.33, "MgSO4": 0.1, "Na2SO4": 0.1}),
    Stream.of(NICKEL, {"H2O": 1.0, "NiSO4": 0.4, "Na2SO4": 0.01}),
    Stream.of(NICKEL, {"H2O": 1.0, "NiSO4": 0.2, "MgSO4": 0.001, "CoSO4": 0.003, "H2SO4": 0.05}),
]


def test_evaporative__answers_the_same_from_wherever_it_starts():
    """An earlier pass may have met other impurities, none or far more than this liquor holds."""
    boiler = EvaporativeCrystalliser(salts=("NiSO4.6H2O(s)",), temperature=328.15, yield_per_pass=0.86)
    cold = [boiler.run({"feed": liquor}) for liquor in LIQUORS]
    for liquor, alone in zip(LIQUORS, cold, strict=True):
        for other in cold:
            warm = boiler.resume({"feed": liquor}, other.start)
            for name, stream in warm.outlets.items():
                expected = alone.outlets[name].flows
                assert stream.flows == pytest.approx(expected, rel=1e-8, abs=1e-9 * expected.max())
