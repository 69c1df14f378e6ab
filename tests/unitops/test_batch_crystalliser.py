import dataclasses

import numpy as np
import pytest
from hand import imbalance, mass_of

from raffinate.flowsheet import DataError, Stream, settle
from raffinate.flowsheet.chemistry import Chemistry
from raffinate.flowsheet.crystallisation.kinetics import Kinetics
from raffinate.flowsheet.heat import heat_duty
from raffinate.flowsheet.sizes import EDGES, SizeDistribution
from raffinate.unitops.batch_crystalliser import BatchCrystalliser

CHEMISTRY = Chemistry("Na Ni Mg S")
SALT = "NiSO4.6H2O(s)"
LIQUOR = Stream.of(CHEMISTRY, {"H2O": 1.0, "NiSO4": 0.55, "MgSO4": 0.01, "Na2SO4": 0.01}, temperature=333.15)
SEEDS = Stream.of(CHEMISTRY, {SALT: 0.02}, temperature=298.15, sizes={SALT: SizeDistribution.single(2e-4)})
RATES = Kinetics.of(SALT)
BARREN = dataclasses.replace(RATES, nucleation_constant=1e-6, occlusion=0.0)


def _run(feed=LIQUOR, seeds=SEEDS, **given):
    parameters = {"salt": SALT, "start_temperature": 333.15, "temperature": 308.15, "batch_time": 14400.0, **given}
    return BatchCrystalliser(**parameters).run({"feed": feed, "seeds": seeds})


def test_batch__closes_its_balances_and_its_heat():
    outcome = _run()
    assert imbalance({"feed": LIQUOR, "seeds": SEEDS}, outcome) < 1e-10
    assert outcome.report["heat"] == pytest.approx(heat_duty([LIQUOR, SEEDS], outcome.outlets.values()), rel=1e-12)
    assert outcome.report["heat"] < 0.0
    slurry = outcome.outlets["slurry"]
    assert outcome.report["vessel_volume"] == pytest.approx(slurry.volume * 18000.0, rel=1e-12)


def test_batch__grows_every_seed_by_the_same_length_where_nothing_is_born():
    """M / M0 = mean of (L + Gamma)^3 over that of L^3, over seeds spread evenly in the one class that they lie in."""
    outcome = _run(kinetics=BARREN)
    at = np.argmax(SEEDS.sizes[SALT])
    seeds = np.linspace(EDGES[at], EDGES[at + 1], 2001)
    length = outcome.report["growth_rate"] * 14400.0
    gained = np.mean((seeds + length) ** 3) / np.mean(seeds**3)
    assert outcome.outlets["slurry"][SALT] == pytest.approx(SEEDS[SALT] * gained, rel=1e-4)
    mean = np.mean((seeds + length) ** 4) / np.mean((seeds + length) ** 3)
    assert outcome.report["mean_size"] == pytest.approx(mean, rel=1e-4)
    assert outcome.report["size_variation"] < 0.1


def test_batch__ends_saturated_where_growth_is_fast():
    fast = dataclasses.replace(BARREN, growth_constant=1e-3)
    outcome = _run(kinetics=fast)
    slurry = outcome.outlets["slurry"]
    settled, _ = settle(slurry, 308.15, [SALT])
    assert outcome.report["supersaturation"] == pytest.approx(0.0, abs=1e-3)
    assert slurry[SALT] == pytest.approx(
        settled[SALT], rel=1e-2
    )  # what magnesium in the lattice frees of water and sulfate


def test_batch__leaves_the_supersaturation_that_it_tells():
    feed = Stream.of(CHEMISTRY, {"H2O": 1.0, "NiSO4": 0.55}, temperature=333.15)
    outcome = _run(feed=feed)
    slurry = outcome.outlets["slurry"]
    settled, _ = settle(slurry, 308.15, [SALT])
    ratio = (slurry["Ni+2"] / slurry["H2O"]) / (settled["Ni+2"] / settled["H2O"])
    assert outcome.report["supersaturation"] == pytest.approx(ratio - 1.0, rel=1e-6)
    assert outcome.report["largest_supersaturation"] >= outcome.report["supersaturation"] > 0.0


def test_batch__cooled_slowly_at_first_stays_less_supersaturated_and_coarser():
    """Mullin & Nyvlt: the area to grow on is small at first, of few seeds above all."""
    linear, slower = (_run(cooling_exponent=exponent, seeds=SEEDS * 0.2).report for exponent in (1.0, 2.0))
    assert slower["largest_supersaturation"] < 0.8 * linear["largest_supersaturation"]
    assert slower["mean_size"] > linear["mean_size"]


def test_batch__with_more_seeds_makes_smaller_and_more_even_crystals():
    few, many = (_run(seeds=SEEDS * factor).report for factor in (0.5, 5.0))
    assert many["size_variation"] < few["size_variation"]
    assert many["largest_supersaturation"] < few["largest_supersaturation"]


def test_batch__takes_magnesium_up_in_layers():
    """Doerner & Hoskins: what is left of magnesium is what is left of nickel, to the power of D."""
    slurry = _run(kinetics=BARREN).outlets["slurry"]
    nickel = slurry["Ni+2"] / LIQUOR["Ni+2"]
    magnesium = slurry["Mg+2"] / LIQUOR["Mg+2"]
    assert magnesium == pytest.approx(nickel**0.6, rel=1e-9)
    assert slurry["MgSO4.6H2O(s)"] == pytest.approx(LIQUOR["Mg+2"] - slurry["Mg+2"], rel=1e-9)
    assert slurry["Na2SO4(s)"] == 0.0


def test_batch__heats_what_is_less_soluble_when_hot():
    chemistry = Chemistry("Mn S")
    salt = "MnSO4.H2O(s)"
    feed = Stream.of(chemistry, {"H2O": 1.0, "MnSO4": 0.55}, temperature=323.15)
    seeds = Stream.of(chemistry, {salt: 0.01}, sizes={salt: SizeDistribution.single(5e-5)})
    outcome = _run(feed=feed, seeds=seeds, salt=salt, start_temperature=323.15, temperature=368.15)
    assert outcome.report["heat"] > 0.0
    assert outcome.outlets["slurry"][salt] * mass_of("MnSO4") > 0.1


def test_batch__keeps_seeds_that_some_dissolve_of_as_they_are():
    thin = Stream.of(CHEMISTRY, {"H2O": 1.0, "NiSO4": 0.452}, temperature=308.15)
    outcome = _run(feed=thin)
    slurry = outcome.outlets["slurry"]
    assert 0.0 < slurry[SALT] < SEEDS[SALT]
    assert slurry.equilibrium.saturation_index(SALT) == pytest.approx(0.0, abs=1e-6)
    assert slurry.sizes[SALT] == pytest.approx(SEEDS.sizes[SALT], abs=1e-12)
    water_alone = _run(feed=Stream.of(CHEMISTRY, {"H2O": 1.0}, temperature=308.15))
    assert water_alone.outlets["slurry"][SALT] == 0.0
    assert water_alone.report["lattice_impurities"] == 0.0


def test_batch__takes_the_seed_size_where_none_is_known():
    unsized = Stream.of(CHEMISTRY, {SALT: 0.02}, temperature=298.15)
    named, known = _run(seeds=unsized, seed_size=2e-4), _run()
    assert named.report["mean_size"] == pytest.approx(known.report["mean_size"], rel=1e-9)


def test_batch__refuses_to_crystallise_without_seeds():
    with pytest.raises(DataError, match=r"batch: 0 kg/s of seeds of NiSO4\.6H2O\(s\) are fed"):
        _run(seeds=Stream.empty(CHEMISTRY))


def test_batch__of_a_dilute_liquor_has_no_crystals_left_to_measure():
    dilute = Stream.of(CHEMISTRY, {"H2O": 1.0, "NiSO4": 0.001})
    report = _run(dilute).report
    assert report["crystals"] < 0.0
    assert (report["mean_size"], report["size_variation"], report["magma_density"]) == (0.0, 0.0, 0.0)


def test_batch__warns_of_seeds_that_would_dissolve_and_of_nuclei_born_without_crystals():
    usual = _run()
    assert usual.report["largest_supersaturation"] < 0.15
    assert not any("batch" in note or "supersaturation" in note for note in usual.warnings)
    early = _run(start_temperature=353.15)
    assert any("below saturation at 353.15 K, where seeds" in note for note in early.warnings)
    hasty = _run(batch_time=600.0)
    assert hasty.report["largest_supersaturation"] > 0.15
    assert any("above 0.15: nuclei are born without crystals" in note for note in hasty.warnings)
