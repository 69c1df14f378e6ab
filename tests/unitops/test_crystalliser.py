import dataclasses

import numpy as np
import pytest
from hand import imbalance, mass_of

from raffinate.flowsheet import DataError, DeclarationError, Stream, settle
from raffinate.flowsheet.chemistry import Chemistry, water
from raffinate.flowsheet.crystallisation.classification import Classification
from raffinate.flowsheet.crystallisation.kinetics import Kinetics
from raffinate.flowsheet.heat import heat_duty
from raffinate.flowsheet.sizes import EDGES, SizeDistribution
from raffinate.unitops.crystalliser import Crystalliser

CHEMISTRY = Chemistry("Na Ni Mg S")
GLAUBER = "Na2SO4.10H2O(s)"
BRINE = Stream.of(CHEMISTRY, {"H2O": 1.0, "Na2SO4": 0.3}, temperature=313.15)


def test_crystalliser__closes_its_water_balance():
    """Water fed is vapour, water of the hydrate and water of the mother liquor; the salt is crystals and liquor."""
    outcome = Crystalliser(salts=(GLAUBER,), evaporated=0.2, temperature=283.15).run({"feed": BRINE})
    slurry, vapour = outcome.outlets["slurry"], outcome.outlets["vapour"]
    crystals = slurry[GLAUBER]
    assert crystals > 0.5 * BRINE["SO4-2"]
    assert vapour["H2O(g)"] == pytest.approx(0.2 * BRINE["H2O"], rel=1e-13)
    assert slurry["H2O"] == pytest.approx(0.8 * BRINE["H2O"] - 10.0 * crystals, rel=1e-11)
    assert slurry["Na+"] == pytest.approx(BRINE["Na+"] - 2.0 * crystals, rel=1e-11)
    assert outcome.report["crystals"] == pytest.approx(crystals * mass_of("Na2SO4.10H2O"), rel=1e-12)
    assert outcome.report["evaporation"] == pytest.approx(0.2, rel=1e-12)
    assert imbalance({"feed": BRINE}, outcome) < 1e-10


def test_crystalliser__answers_the_same_liquor_whatever_is_boiled_off():
    """A saturated liquor of one salt has one composition; boiling more gives more crystals of it only."""
    found = [
        Crystalliser(salts=(GLAUBER,), evaporated=evaporated, temperature=283.15).run({"feed": BRINE}).outlets["slurry"]
        for evaporated in (0.0, 0.1, 0.2)
    ]
    ratios = [slurry["SO4-2"] / slurry["H2O"] for slurry in found]
    assert ratios == pytest.approx([ratios[0]] * 3, rel=1e-8)
    assert found[0][GLAUBER] < found[1][GLAUBER] < found[2][GLAUBER]


@pytest.mark.parametrize(("degrees", "solubility"), [(0.0, 4.9), (10.0, 9.1), (20.0, 19.5)])
def test_crystalliser__cools_sodium_sulfate_to_glaubers_salt(degrees, solubility):
    """Solubility of Na2SO4, g/100 g water: CRC Handbook of Chemistry and Physics; the model comes within a quarter."""
    outcome = Crystalliser(salts=(GLAUBER,), evaporated=0.0, temperature=273.15 + degrees).run({"feed": BRINE})
    slurry = outcome.outlets["slurry"]
    assert outcome.outlets["vapour"].mass == 0.0
    dissolved = slurry["SO4-2"] * mass_of("Na2SO4") / (slurry["H2O"] * mass_of("H2O"))
    assert dissolved * 100.0 == pytest.approx(solubility, rel=0.26)
    assert slurry[GLAUBER] + slurry["SO4-2"] == pytest.approx(BRINE["SO4-2"], rel=1e-11)
    assert slurry["H2O"] == pytest.approx(BRINE["H2O"] - 10.0 * slurry[GLAUBER], rel=1e-11)
    assert imbalance({"feed": BRINE}, outcome) < 1e-10


def test_crystalliser__counts_steam_and_warming():
    """Boiling half the water off at 60 degC from 40 degC: 0.5 kg/s times the heat of evaporation, and 1 kg/s by 20 K."""
    dilute = Stream.of(CHEMISTRY, {"H2O": 1.0}, temperature=313.15)
    outcome = Crystalliser(salts=(GLAUBER,), evaporated=0.5, temperature=333.15).run({"feed": dilute})
    assert outcome.report["heat"] == pytest.approx(0.5 * 2.358e6 + 4.18e3 * 20.0, rel=2e-3)
    assert 0.5 * water.heat_of_evaporation(333.15) == pytest.approx(0.5 * 2.358e6, rel=2e-3)
    cooled = Crystalliser(salts=(GLAUBER,), evaporated=0.0, temperature=293.15).run({"feed": dilute})
    assert cooled.report["heat"] == pytest.approx(-4.18e3 * 20.0, rel=3e-3)


RETGERSITE = "NiSO4.6H2O(s)"
NICKEL = Stream.of(CHEMISTRY, {"H2O": 1.0, "NiSO4": 0.45, "MgSO4": 0.01, "Na2SO4": 0.01}, temperature=303.15)


def _nickel(**given):
    return Crystalliser(salts=(RETGERSITE,), temperature=328.15, **{"evaporated": 0.4, **given}).run({"feed": NICKEL})


def test_crystalliser__has_the_sizes_of_a_mixed_tank():
    """Randolph & Larson: mean 4 G tau, standard deviation half of it, M = 6 k rho B G^3 tau^4."""
    outcome = _nickel(residence_time=5400.0)
    report, rates = outcome.report, Kinetics.of(RETGERSITE)
    growth = rates.growth(report["supersaturation"], 328.15)
    born = rates.nucleation(report["supersaturation"], report["magma_density"], 328.15)
    assert report["growth_rate"] == pytest.approx(growth, rel=1e-9)
    assert report["mean_size"] == pytest.approx(4.0 * growth * 5400.0, rel=1e-3)
    assert report["size_variation"] == pytest.approx(0.5, rel=0.02)
    magma = 6.0 * rates.shape_factor * 2070.0 * born * growth**3 * 5400.0**4
    assert report["magma_density"] == pytest.approx(magma, rel=1e-3)
    sizes = outcome.outlets["slurry"].size_distribution(RETGERSITE)
    assert sizes.mean(4, 3) == pytest.approx(report["mean_size"], rel=0.01)
    assert sizes.d50 == pytest.approx(3.672 * growth * 5400.0, rel=0.01)  # of the gamma distribution of the mass


def test_crystalliser__leaves_its_supersaturation_in_the_liquor():
    outcome = _nickel()
    slurry = outcome.outlets["slurry"]
    settled, _ = settle(slurry, 328.15, [RETGERSITE])
    ratio = (slurry["Ni+2"] / slurry["H2O"]) / (settled["Ni+2"] / settled["H2O"])
    assert outcome.report["supersaturation"] > 0.001
    assert ratio - 1.0 == pytest.approx(outcome.report["supersaturation"], rel=1e-6)


def test_crystalliser__comes_to_equilibrium_as_growth_gets_fast():
    fast = dataclasses.replace(Kinetics.of(GLAUBER), growth_constant=1e6, occlusion=0.0)
    outcome = Crystalliser(salts=(GLAUBER,), evaporated=0.0, temperature=283.15, kinetics=fast).run({"feed": BRINE})
    settled, _ = settle(BRINE, 283.15, [GLAUBER])
    assert outcome.outlets["slurry"][GLAUBER] == pytest.approx(settled[GLAUBER], rel=1e-5)


def test_crystalliser__makes_larger_crystals_and_leaves_less_dissolved_in_more_time():
    reports = [_nickel(residence_time=time).report for time in (1800.0, 7200.0, 28800.0)]
    sizes, left = ([report[name] for report in reports] for name in ("mean_size", "supersaturation"))
    assert sizes == sorted(sizes)
    assert left == sorted(left, reverse=True)


def test_crystalliser__puts_magnesium_into_the_lattice_by_its_distribution_coefficient():
    """x_Mg / x_Ni of the crystals is 0.6 times that of the liquor; nothing else where nothing is occluded."""
    pure = dataclasses.replace(Kinetics.of(RETGERSITE), occlusion=0.0)
    outcome = _nickel(kinetics=pure)
    slurry = outcome.outlets["slurry"]
    in_crystals = slurry["MgSO4.6H2O(s)"] / slurry[RETGERSITE]
    assert in_crystals == pytest.approx(0.6 * slurry["Mg+2"] / slurry["Ni+2"], rel=1e-9)
    assert slurry["Na2SO4(s)"] == 0.0
    assert slurry["Mg+2"] + slurry["MgSO4.6H2O(s)"] == pytest.approx(NICKEL["Mg+2"], rel=1e-12)
    assert outcome.report["occluded_impurities"] == 0.0
    mass = slurry["MgSO4.6H2O(s)"] * mass_of("Mg")
    assert outcome.report["lattice_impurities"] == pytest.approx(
        mass / (slurry[RETGERSITE] * mass_of("NiSO4.6H2O")), rel=1e-9
    )
    assert imbalance({"feed": NICKEL}, outcome) < 1e-10


def test_crystalliser__occludes_mother_liquor_with_what_it_holds():
    """Sodium has no place in the lattice: what is in the crystals is in as much mother liquor as they enclose."""
    outcome = _nickel()
    slurry, report, rates = outcome.outlets["slurry"], outcome.report, Kinetics.of(RETGERSITE)
    enclosed = rates.occluded(report["growth_rate"], report["mean_size"]) * slurry[RETGERSITE] * mass_of("NiSO4.6H2O")
    total = slurry["Na+"] + 2.0 * slurry["Na2SO4(s)"]
    assert 2.0 * slurry["Na2SO4(s)"] == pytest.approx(total * enclosed / slurry.liquor.mass, rel=1e-6)
    assert slurry.sizes["Na2SO4(s)"] is slurry.sizes[RETGERSITE]


def test_crystalliser__frees_recrystallised_salt_of_most_of_its_magnesium():
    first = _nickel().outlets["slurry"].solids
    water_for_it = Stream.of(CHEMISTRY, {"H2O": 0.6 * first.mass}, temperature=328.15)
    unit = Crystalliser(salts=(RETGERSITE,), evaporated=0.3, temperature=328.15)
    again = unit.run({"feed": first.with_sizes({}) + water_for_it}).outlets["slurry"]
    assert again["MgSO4.6H2O(s)"] / again[RETGERSITE] < 0.75 * first["MgSO4.6H2O(s)"] / first[RETGERSITE]
    assert again["Mg+2"] + again["MgSO4.6H2O(s)"] == pytest.approx(first["MgSO4.6H2O(s)"], rel=1e-9)


def test_crystalliser__grows_seeds_whose_sizes_it_is_told():
    seeds = Stream.of(CHEMISTRY, {GLAUBER: 0.02}, temperature=283.15, sizes={GLAUBER: SizeDistribution.single(3e-4)})
    unit = Crystalliser(salts=(GLAUBER,), evaporated=0.0, temperature=283.15)
    plain, seeded = (unit.run({"feed": feed}) for feed in (BRINE, BRINE + seeds))
    assert seeded.report["supersaturation"] < plain.report["supersaturation"]
    finer = seeded.outlets["slurry"].size_distribution(GLAUBER).passing(2e-4)
    assert finer < plain.outlets["slurry"].size_distribution(GLAUBER).passing(2e-4)


def test_crystalliser__comes_to_equilibrium_with_a_salt_of_unknown_rates_and_says_so():
    feed = Stream.of(CHEMISTRY, {"H2O": 1.0, "MgSO4": 0.6}, temperature=303.15)
    outcome = Crystalliser(salts=("MgSO4.7H2O(s)",), evaporated=0.0, temperature=283.15).run({"feed": feed})
    settled, _ = settle(feed, 283.15, ["MgSO4.7H2O(s)"])
    assert outcome.outlets["slurry"]["MgSO4.7H2O(s)"] == pytest.approx(settled["MgSO4.7H2O(s)"], rel=1e-12)
    assert "MgSO4.7H2O(s)" not in outcome.outlets["slurry"].sizes
    assert any("has no rates of MgSO4.7H2O(s)" in note for note in outcome.warnings)


def test_crystalliser__says_when_its_slurry_is_too_thick_to_move():
    thin, thick = (_nickel(evaporated=share).warnings for share in (0.3, 0.55))
    assert not any("slurry's volume" in note for note in thin)
    assert any("more than the 40% that a crystalliser keeps moving" in note for note in thick)


def test_crystalliser__closes_its_heat():
    outcome = _nickel()
    assert outcome.report["heat"] == heat_duty([NICKEL], outcome.outlets.values())


def test_crystalliser__makes_no_crystals_of_a_dilute_liquor():
    feed = Stream.of(CHEMISTRY, {"H2O": 1.0, "NiSO4": 0.01})
    outcome = Crystalliser(salts=("NiSO4.6H2O(s)",), evaporated=0.3, temperature=328.15).run({"feed": feed})
    assert outcome.report["crystals"] == pytest.approx(0.0, abs=1e-12)


def test_crystalliser__counts_only_crystals_that_formed():
    seeds = Stream.of(CHEMISTRY, {GLAUBER: 0.1})
    plain, seeded = (
        Crystalliser(salts=(GLAUBER,), evaporated=0.0, temperature=283.15).run({"feed": feed})
        for feed in (BRINE, BRINE + seeds)
    )
    assert seeded.outlets["slurry"].solids.mass == pytest.approx(plain.outlets["slurry"].solids.mass + 0.1, rel=1e-9)
    assert seeded.report["crystals"] == pytest.approx(plain.report["crystals"], rel=1e-9)


def test_crystalliser__refuses_to_make_hydrates_without_water():
    dry = Stream.of(CHEMISTRY, {GLAUBER: 0.1})
    with pytest.raises(DataError, match="liquor has no liquid water: 0 mol"):
        Crystalliser(salts=("NiSO4.6H2O(s)",), evaporated=0.0, temperature=300.0).run({"feed": dry})


def test_crystalliser__refuses_an_unknown_salt_and_complete_drying():
    with pytest.raises(
        DataError, match=r"'NiSO4.5H2O\(s\)' has no equilibrium in the data; did you mean 'NiSO4\.[67]H2O"
    ):
        Crystalliser(salts=("NiSO4.5H2O(s)",), evaporated=0.1, temperature=300.0).run({"feed": BRINE})
    with pytest.raises(DeclarationError, match=r"Crystalliser: evaporated = 1 is outside 0 to 0\.99 \(share of the"):
        Crystalliser(salts=(GLAUBER,), evaporated=1.0, temperature=300.0)


def test_crystalliser__is_idle_without_feed():
    outcome = Crystalliser(salts=(GLAUBER,), evaporated=0.5, temperature=300.0).run({"feed": Stream.empty(CHEMISTRY)})
    assert not any(np.any(stream.flows) for stream in outcome.outlets.values())


def test_crystalliser__refuses_to_boil_a_liquor_dry():
    """What is left of the water is far less than the hexahydrate needs, and no model holds for what would be left."""
    with pytest.raises(DataError, match=r"with 99\.0% of the water boiled off the liquor would have an ionic strength"):
        _nickel(evaporated=0.99)


def _larger(sizes, size):
    """Share of the mass of crystals above a size."""
    return 1.0 - SizeDistribution(sizes).passing(size)


def test_crystalliser__that_dissolves_fines_has_the_sizes_of_the_closed_form():
    """n falls with (1 + f) L / G tau below the size of the fines and with L / G tau above it (Randolph & Larson, ch. 8)."""
    fines = Classification(fines_size=EDGES[27], fines_flow=4.0)
    outcome, mixed = _nickel(classification=fines), _nickel()
    report, tau = outcome.report, 7200.0
    decay = report["growth_rate"] * tau
    at = np.linspace(0.0, 3e-3, 300001)
    density = at**3 * np.exp(-(at + 4.0 * np.minimum(at, fines.fines_size)) / decay)
    for size in (2e-4, 5e-4, 1e-3):
        expected = density[at > size].sum() / density.sum()
        sizes = outcome.outlets["slurry"].sizes[RETGERSITE]
        assert _larger(sizes, size) == pytest.approx(expected, abs=0.02)
    assert report["mean_size"] > 1.2 * mixed.report["mean_size"]
    assert report["supersaturation"] > mixed.report["supersaturation"]
    assert imbalance({"feed": NICKEL}, outcome) < 1e-10


def test_crystalliser__whose_product_is_classified_makes_smaller_and_more_even_crystals():
    """Withdrawn three times as fast whatever the size, crystals are those of a third of the time: mean 4 G tau / 3."""
    everything = _nickel(classification=Classification(coarse_size=0.0, coarse_flow=3.0)).report
    assert everything["mean_size"] == pytest.approx(4.0 * everything["growth_rate"] * 7200.0 / 3.0, rel=2e-3)
    outcome, mixed = _nickel(classification=Classification(coarse_size=4e-4, coarse_flow=5.0)), _nickel()
    assert outcome.report["size_variation"] < 0.9 * mixed.report["size_variation"]
    assert outcome.report["mean_size"] < mixed.report["mean_size"]
    assert outcome.report["magma_density"] < mixed.report["magma_density"]
    assert outcome.report["crystals"] == pytest.approx(mixed.report["crystals"], rel=0.02)
    assert imbalance({"feed": NICKEL}, outcome) < 1e-10


def test_crystalliser__grows_agglomerates_where_crystals_stick():
    rates = Kinetics.of(RETGERSITE)
    sticky = _nickel(kinetics=dataclasses.replace(rates, agglomeration=1e-13))
    slightly = _nickel(kinetics=dataclasses.replace(rates, agglomeration=1e-22)).report
    alone = _nickel().report
    assert slightly["mean_size"] == pytest.approx(alone["mean_size"], rel=1e-3)
    assert sticky.report["mean_size"] > 1.05 * alone["mean_size"]
    assert sticky.outlets["slurry"].sizes[RETGERSITE].sum() == pytest.approx(1.0, abs=1e-12)
    assert imbalance({"feed": NICKEL}, sticky) < 1e-10


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"fines_flow": -1.0}, "classification: fines_flow = -1 is not 0 or more"),
        ({"fines_size": float("nan")}, "classification: fines_size = nan m is not 0 or more"),
        ({"coarse_size": 1e-4, "coarse_flow": 0.0}, "crystals above 0.0001 m would stay for ever"),
    ],
)
def test_classification__refuses_what_cannot_be(given, words):
    with pytest.raises(DataError, match=words):
        Classification(**given)


def test_crystalliser__cannot_hold_more_crystals_than_its_tank_has_room_for():
    with pytest.raises(DataError, match=r"crystals would take \d+% of the volume of its tank; withdraw them sooner"):
        _nickel(classification=Classification(coarse_size=5e-4, coarse_flow=0.01))
