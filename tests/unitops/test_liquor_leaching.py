"""Leaching by acid alone: a strong acid is the plain train, a liquor that holds protons lies between the limits of it."""

import numpy as np
import pytest
from hand import imbalance
from scipy.optimize import brentq

from raffinate.flowsheet import ConvergenceError, DataError, DeclarationError, Stream
from raffinate.flowsheet.chemistry import Chemistry
from raffinate.flowsheet.chemistry.equilibrium import speciate
from raffinate.flowsheet.heat import heat_duty
from raffinate.flowsheet.leaching.dosing import Flow, PerElement, ToFreeAcid
from raffinate.flowsheet.leaching.rates import RateLaw, minerals
from raffinate.flowsheet.leaching.tank_table import tank_table
from raffinate.flowsheet.sizes import SizeDistribution
from raffinate.kernels.shrinking_core import leach_train
from raffinate.unitops.liquor_leaching import LiquorLeaching
from raffinate.unitops.phosphate_dissolution import PhosphateDissolution

CHEMISTRY = Chemistry("Li Na Ni Co Mn Fe Al S C P F")
SULFURIC = Stream.of(CHEMISTRY, {"H2SO4": 0.98, "H2O": 0.02})
CHLORIDE = Chemistry("Li Ni P Cl")
HYDROCHLORIC = Stream.of(CHLORIDE, {"HCl": 0.3, "H2O": 0.7})
HYDROXIDE, FLUORIDE, PHOSPHATE, IRON, DIHYDRATE = "Ni(OH)2(s)", "LiF(s)", "Li3PO4(s)", "FePO4(s)", "FePO4.2H2O(s)"
WARM = 333.15
SIZES = SizeDistribution.rosin_rammler(20e-6, 1.2)
SLOW = RateLaw(complete_time=7200.0, acid_order=0.7, reference_acid=1000.0, reference_temperature=WARM)
NO_ACID = Flow(0.0)


def leach(solids, liquor, chemistry=CHEMISTRY, acid=SULFURIC, sizes=(), **given):
    """Answer the unit, its inlets and what it answers."""
    inlets = {
        "solids": Stream.of(chemistry, solids, sizes=dict(sizes)),
        "liquor": Stream.of(chemistry, liquor),
    }
    unit = LiquorLeaching(acid=acid, **{"residence_time": 7200.0, "temperature": WARM} | given)
    outcome = unit.run(inlets)
    assert imbalance(inlets, outcome) < 1e-11
    return unit, inlets, outcome


def plain_train(outcome, reference, acid, tanks=3, flows=1.0):
    """Conversions and acids of the train whose acid is a number: all free, `acid` mol/s of it, two to a mole of hydroxide."""
    packed, sizes = minerals([HYDROXIDE], WARM, {HYDROXIDE: SLOW}, {HYDROXIDE: SIZES.fractions})
    packed = packed._replace(reference_acid=np.array([reference]), acid_demand=np.array([2.0]))
    volume = outcome.outlets["slurry"].liquor_volume
    times = np.full(tanks, 7200.0 / tanks)
    return leach_train(packed, sizes, times, np.array([flows]), acid, volume)[:2]


def hydrogen_ion(stream):
    """mol/m3 of H+ in the liquor of a stream."""
    found = stream.equilibrium
    return found.molality("H+") * found.speciation.water / stream.liquor_volume


def acid_of(protons):
    """A kg of water with sulfuric acid to `protons` mol/m3."""

    def stream(mass):
        return Stream.of(CHEMISTRY, {"H2O": 1.0, "H2SO4": mass}, WARM)

    def short(mass):
        return stream(mass)["H+"] / stream(mass).liquor_volume - protons

    return stream(brentq(short, 1e-9, 5.0, xtol=1e-15))


def test_liquor_leaching__is_the_plain_train_in_a_strong_acid():
    solids = {HYDROXIDE: 0.0927}
    unit, inlets, outcome = leach(
        solids, {"H2O": 1.0}, CHLORIDE, HYDROCHLORIC, {HYDROXIDE: SIZES}, laws={HYDROXIDE: SLOW}, proton_ratio=1.2
    )
    moles, acid = inlets["solids"][HYDROXIDE], outcome.drawn["acid"]["H+"]
    assert acid == pytest.approx(2.4 * moles, rel=1e-12)
    conversion, acids = plain_train(outcome, 1000.0, acid, flows=moles)
    tanks = unit.profile(inlets)
    np.testing.assert_allclose([tank.dissolved[HYDROXIDE] for tank in tanks], conversion[:, 0], rtol=1e-6)
    np.testing.assert_allclose([tank.hydrogen_ion for tank in tanks], acids, rtol=1e-6)
    np.testing.assert_allclose([tank.free_acid for tank in tanks], acids, rtol=1e-2)  # each at its own volume
    assert tanks[-1].free_acid == pytest.approx(acids[-1], rel=1e-6)


@pytest.mark.parametrize("driver", ["concentration", "activity"])
@pytest.mark.parametrize("tau", [1800.0, 7200.0])
def test_liquor_leaching__holds_its_law_in_the_acid_that_it_was_measured_in(driver, tau):
    """One tank at constant acid: X = 3 y - 6 y^2 + 6 y^3 (1 - exp(-1/y)), y = tau / time (Levenspiel, ch. 25)."""
    liquor = acid_of(1000.0)
    inlets = {"solids": Stream.of(CHEMISTRY, {HYDROXIDE: 1e-9}), "liquor": liquor}
    unit = LiquorLeaching(
        acid=SULFURIC, acid_rule=NO_ACID, residence_time=tau, tanks=1, temperature=WARM, driver=driver,
        laws={HYDROXIDE: SLOW},
    )  # fmt: skip
    y = tau / 7200.0
    expected = 3.0 * y - 6.0 * y**2 + 6.0 * y**3 * (1.0 - np.exp(-1.0 / y))
    assert unit.run(inlets).report["conversion"] == pytest.approx(expected, rel=1e-6)
    assert unit.profile(inlets)[0].hydrogen_ion == pytest.approx(hydrogen_ion(liquor), rel=1e-6)


@pytest.mark.parametrize("salt", [{"Na2SO4": 0.1}, {"Li2SO4": 0.2}, {}])
def test_liquor_leaching__in_sulfate_lies_between_all_protons_free_and_those_free_at_first(salt):
    solids, liquor = {HYDROXIDE: 0.0927}, {"H2O": 1.0, "H2SO4": 0.12, **salt}
    unit, inlets, outcome = leach(solids, liquor, sizes={HYDROXIDE: SIZES}, laws={HYDROXIDE: SLOW}, acid_rule=NO_ACID)
    moles, reference = inlets["solids"][HYDROXIDE], hydrogen_ion(acid_of(1000.0))
    first = inlets["liquor"].replace(temperature=WARM)
    free = first.equilibrium.molality("H+") * first.equilibrium.speciation.water
    high, _ = plain_train(outcome, reference, first["H+"], flows=moles)
    low, _ = plain_train(outcome, reference, free, flows=moles)
    found = np.array([tank.dissolved[HYDROXIDE] for tank in unit.profile(inlets)])
    assert np.all(found < high[:, 0] - 1e-3)
    assert np.all(found > low[:, 0] + 1e-3)


def test_liquor_leaching__in_phosphoric_acid_lies_between_the_limits():
    """Phosphoric acid gives up one proton of three as the hydroxide takes it, and few of them before."""
    unit, inlets, outcome = leach(
        {HYDROXIDE: 0.0927}, {"H2O": 1.0, "HCl": 0.01, "H3PO4": 0.3}, CHLORIDE, HYDROCHLORIC, {HYDROXIDE: SIZES},
        laws={HYDROXIDE: SLOW}, acid_rule=NO_ACID,
    )  # fmt: skip
    moles, first = inlets["solids"][HYDROXIDE], inlets["liquor"].replace(temperature=WARM)
    free = first.equilibrium.molality("H+") * first.equilibrium.speciation.water
    high, _ = plain_train(outcome, 1000.0, first["H+"], flows=moles)
    low, _ = plain_train(outcome, 1000.0, free, flows=moles)
    found = np.array([tank.dissolved[HYDROXIDE] for tank in unit.profile(inlets)])
    assert np.all((found < high[:, 0] - 1e-3) & (found > low[:, 0] + 1e-3))


def test_liquor_leaching__leaves_each_tank_at_the_ph_of_a_speciation_from_nothing():
    solids = {HYDROXIDE: 0.1, PHOSPHATE: 0.05, IRON: 0.1, FLUORIDE: 0.02, "Al(OH)3(s)": 0.01}
    unit, inlets, outcome = leach(solids, {"H2O": 2.0, "Na2SO4": 0.1})
    for tank in unit.profile(inlets):
        assert tank.ph == pytest.approx(tank.stream.ph, abs=1e-8)  # as it stands, nothing precipitating
        allowed = CHEMISTRY.allowed(unit.forms)
        held = np.where(allowed, tank.stream.flows[CHEMISTRY.phase_positions], 0.0)
        totals = tank.stream.flows[CHEMISTRY.liquor] + held @ CHEMISTRY.mixture(WARM).phase_composition
        assert tank.ph == pytest.approx(speciate(CHEMISTRY, totals, WARM, allowed).ph, abs=1e-8)
    assert outcome.report["ph"] == tank.ph
    assert tank.stream[DIHYDRATE] > 0.0


def test_liquor_leaching__dissolves_salts_of_weak_acids_by_their_own_protons():
    """Half of the protons that fluoride and phosphate can hold: the liquor is spent, and each mineral counts its own."""
    _, inlets, outcome = leach({FLUORIDE: 0.026, PHOSPHATE: 0.116}, {"H2O": 2.0}, proton_ratio=0.5)
    moles = [inlets["solids"][name] for name in (FLUORIDE, PHOSPHATE)]
    demand = moles[0] + 0.95 * 3.0 * moles[1]
    assert outcome.drawn["acid"]["H+"] == pytest.approx(0.5 * demand, rel=1e-12)
    slurry = outcome.outlets["slurry"]
    assert slurry["F-"] == pytest.approx(moles[0] - slurry[FLUORIDE], rel=1e-12)
    assert 2.0 < outcome.report["ph"] < 7.0


def test_liquor_leaching__makes_carbon_dioxide_of_carbonate():
    _, inlets, outcome = leach({"Li2CO3(s)": 0.1}, {"H2O": 1.0}, proton_ratio=1.3, residence_time=1e5)
    dissolved = inlets["solids"]["Li2CO3(s)"] - outcome.outlets["slurry"]["Li2CO3(s)"]
    gas = outcome.outlets["offgas"]["CO2(g)"]
    assert gas == outcome.report["carbon_dioxide"]
    assert gas + outcome.outlets["slurry"]["CO3-2"] == pytest.approx(dissolved, rel=1e-12)
    assert gas > 0.9 * dissolved


def test_liquor_leaching__redissolves_iron_phosphate_as_far_as_rate_and_solubility_go():
    """More acid dissolves more; little acid leaves the dihydrate behind, in its own place."""
    shares, formed = [], []
    for ratio in (1.0, 1.5, 2.8):
        _, _, outcome = leach({IRON: 0.3}, {"H2O": 1.5}, proton_ratio=ratio, residence_time=14400.0)
        shares.append(outcome.report["iron_extraction"])
        formed.append(outcome.outlets["slurry"][DIHYDRATE])
    assert shares == sorted(shares)
    assert formed[0] > formed[-1] == 0.0
    assert shares[-1] > 0.9
    assert outcome.report["iron_extraction"] == pytest.approx(outcome.report["conversion"], rel=1e-12)


@pytest.mark.parametrize("ratio", [1.5, 3.0, 4.5])
def test_liquor_leaching__ends_where_the_unit_at_equilibrium_does(ratio):
    """After days iron phosphate has dissolved as far as `PhosphateDissolution` has it, saturation and all."""
    solids, liquor = {IRON: 0.63, "C(s)": 0.28}, {"H2O": 7.0}
    days = {"residence_time": 1e6, "tanks": 4, "acid_rule": PerElement("Fe", ratio)}
    _, inlets, outcome = leach(solids, liquor, forms=(DIHYDRATE,), **days)
    peroxide = Stream.of(CHEMISTRY, {"H2O2": 0.35, "H2O": 0.65})
    expected = PhosphateDissolution(acid=SULFURIC, oxidant=peroxide, acid_ratio=ratio, reached=0.99).run(inlets)
    slurry, other = outcome.outlets["slurry"], expected.outlets["slurry"]
    assert slurry["Fe+3"] == pytest.approx(other["Fe+3"], rel=1e-4)
    assert slurry[DIHYDRATE] == pytest.approx(other[DIHYDRATE], rel=1e-4, abs=1e-6)
    assert outcome.report["ph"] == pytest.approx(other.ph, abs=1e-4)


def test_liquor_leaching__carries_sizes_to_the_residue():
    _, inlets, outcome = leach(
        {HYDROXIDE: 0.0927, PHOSPHATE: 0.02, "C(s)": 0.1}, {"H2O": 1.0},
        sizes={HYDROXIDE: SIZES, "C(s)": SIZES}, laws={HYDROXIDE: SLOW}, residence_time=2400.0,
    )  # fmt: skip
    slurry, fed = outcome.outlets["slurry"], inlets["solids"].sizes
    np.testing.assert_array_equal(slurry.sizes["C(s)"], fed["C(s)"])
    assert PHOSPHATE not in slurry.sizes
    left = slurry[HYDROXIDE] / inlets["solids"][HYDROXIDE]
    coarser = [np.cumsum(sizes[::-1])[::-1] for sizes in (left * slurry.sizes[HYDROXIDE], fed[HYDROXIDE])]
    assert np.all(coarser[0] <= coarser[1] + 1e-12)  # shrinking moves mass to finer classes, never to coarser ones
    assert slurry.sizes[HYDROXIDE].sum() == pytest.approx(1.0, rel=1e-12)


@pytest.mark.parametrize("size", [464e-6, 1e-3])
def test_liquor_leaching__has_sizes_of_next_to_nothing(size):
    """After days in seven tanks little is left but the rounding of integrals, which is not below 0."""
    sizes = SizeDistribution.rosin_rammler(size, 1.2)
    for days in (5.0, 6.5, 8.7):
        _, _, outcome = leach(
            {FLUORIDE: 0.1},
            {"H2O": 1.0},
            sizes={FLUORIDE: sizes},
            proton_ratio=2.36,
            tanks=7,
            residence_time=days * 86400.0,
        )
        fractions = outcome.outlets["slurry"].sizes[FLUORIDE]
        assert np.all(fractions >= 0.0)
        assert fractions.sum() == pytest.approx(1.0, rel=1e-12)


def test_liquor_leaching__doses_acid_by_ratio_target_element_and_flow():
    solids, liquor = {HYDROXIDE: 0.0927, "Li2CO3(s)": 0.01}, {"H2O": 1.0, "NaOH": 0.01}
    fed = Stream.of(CHEMISTRY, {**solids, **liquor})
    _, _, outcome = leach(solids, liquor, proton_ratio=1.0)
    accessible = RateLaw.named("Li2CO3(s)").accessible  # of fast salts without a rate
    demand = 2.0 * accessible * (fed[HYDROXIDE] + fed["Li2CO3(s)"])
    assert outcome.drawn["acid"]["H+"] == pytest.approx(demand + fed["Na+"], rel=1e-9)
    _, _, outcome = leach(solids, liquor, acid_rule=ToFreeAcid(200.0))
    assert outcome.report["free_acid"] == pytest.approx(200.0, rel=1e-8)
    _, _, outcome = leach(solids, liquor, acid_rule=PerElement("Ni", 1.5))
    assert outcome.drawn["acid"]["SO4-2"] == pytest.approx(1.5 * fed["Ni+2"] + 1.5 * fed[HYDROXIDE], rel=1e-12)
    _, _, outcome = leach(solids, liquor, acid_rule=Flow(0.2))
    assert outcome.report["acid_dose"] == pytest.approx(0.2, rel=1e-12)


def test_liquor_leaching__resumes_to_the_same_with_acid_to_a_target():
    unit, inlets, outcome = leach({HYDROXIDE: 0.0927, IRON: 0.05}, {"H2O": 1.0}, acid_rule=ToFreeAcid(200.0))
    near = unit.run({port: stream * 10.0 for port, stream in inlets.items()})
    for start in (outcome.start, near.start, None, "nonsense"):
        again = unit.resume(inlets, start).outlets["slurry"].flows
        np.testing.assert_allclose(again, outcome.outlets["slurry"].flows, rtol=1e-8, atol=1e-9)


def test_liquor_leaching__accounts_for_its_heat_tank_by_tank():
    unit, inlets, outcome = leach({HYDROXIDE: 0.1, PHOSPHATE: 0.05}, {"H2O": 2.0})
    entering = [*inlets.values(), outcome.drawn["acid"]]
    expected = heat_duty(entering, list(outcome.outlets.values()))
    assert outcome.report["heat"] == pytest.approx(expected, rel=1e-2)
    tanks = unit.profile(inlets)
    assert sum(tank.heat for tank in tanks) == pytest.approx(outcome.report["heat"], rel=1e-9)
    table = tank_table(tanks, inlets["solids"])
    assert list(table.index) == [1, 2, 3]
    np.testing.assert_allclose(table["pH"], [tank.ph for tank in tanks])


def test_liquor_leaching__stops_at_the_acid_where_a_mineral_does_not_heed_it():
    """Order 0 would take more than there is; what dissolves is what acid there was for, by its stoichiometry."""
    heedless = RateLaw(complete_time=600.0, reference_temperature=WARM)
    _, _, outcome = leach(
        {HYDROXIDE: 0.0927}, {"H2O": 1.0}, laws={HYDROXIDE: heedless}, proton_ratio=0.5, residence_time=1e5
    )
    assert outcome.report["conversion"] == pytest.approx(0.5, abs=1e-3)


def test_liquor_leaching__dissolves_no_more_than_saturates_the_liquor():
    """Of lithium phosphate in hardly any acid, and of a hydroxide in half of what it takes."""
    eager = RateLaw(complete_time=60.0, acid_order=0.1)
    for name in (PHOSPHATE, HYDROXIDE):
        _, _, outcome = leach({name: 0.2}, {"H2O": 1.0}, laws={name: eager}, proton_ratio=0.3, residence_time=1e6)
        slurry = outcome.outlets["slurry"]
        assert slurry.equilibrium.saturation_index(name) == pytest.approx(0.0, abs=1e-6)
        assert slurry[name] > 0.0


def test_liquor_leaching__says_what_it_leaves():
    solids = {HYDROXIDE: 0.1, "LiNi0.6Mn0.2Co0.2O2(s)": 0.1, "Ni(s)": 0.01, "FeOOH(s)": 0.01, "Al(OH)3(gibbsite)": 0.01}
    _, inlets, outcome = leach(solids, {"H2O": 1.0})
    said = " ".join(outcome.warnings)
    assert "Ni(s), LiNi0.6Mn0.2Co0.2O2(s) would exchange electrons; that is not followed here" in said
    assert "Al(OH)3(gibbsite), FeOOH(s) would dissolve in acid; without a rate" in said
    for name in set(solids) - {HYDROXIDE}:
        assert outcome.outlets["slurry"][name] == pytest.approx(inlets["solids"][name], rel=1e-12)


def test_liquor_leaching__refuses_what_cannot_be():
    solids, liquor = {HYDROXIDE: 0.1}, {"H2O": 1.0}
    with pytest.raises(DeclarationError, match=r"driver = 'activities' is none; did you mean 'activity'\?"):
        leach(solids, liquor, driver="activities")
    with pytest.raises(DataError, match=r"laws: a rate of 'LiCoO2\(s\)' is given, it is no solid that acid dissolves"):
        leach(solids, liquor, laws={"LiCoO2(s)": SLOW})
    with pytest.raises(DataError, match=r"species 'Ni\(OH\)3\(s\)' is not in the chemistry; did you mean"):
        leach(solids, liquor, laws={"Ni(OH)3(s)": SLOW})
    with pytest.raises(DeclarationError, match=r"laws: that of LiF\(s\) = 3.0 is no RateLaw"):
        leach(solids, liquor, laws={FLUORIDE: 3.0})
    with pytest.raises(DeclarationError, match=r"rule of the acid = 0.5 is none of PerElement, ToFreeAcid, Flow"):
        leach(solids, liquor, acid_rule=0.5)
    with pytest.raises(DataError, match=r"acid: H\+ = 0 mol/s, the reagent must hold acid"):
        leach(solids, liquor, acid=Stream.of(CHEMISTRY, {"H2O": 1.0}))
    with pytest.raises(DataError, match=r"liquor fed carries a net charge of .* mol/s, it must be neutral"):
        leach(solids, {"H2O": 1.0, "Na+": 0.01})
    with pytest.raises(ConvergenceError, match=r"tank 1 ran out of the reagent .* pH is above 7; .* dose more acid"):
        leach(solids, {"H2O": 1.0, "NaOH": 0.1}, acid_rule=NO_ACID)


def test_liquor_leaching__leaves_a_feed_without_minerals_or_liquor_as_it_is():
    _, inlets, outcome = leach({"C(s)": 0.1}, {"H2O": 1.0, "H2SO4": 0.1})
    np.testing.assert_allclose(outcome.outlets["slurry"].flows, sum(s.flows for s in inlets.values()), atol=1e-13)
    _, _, outcome = leach({HYDROXIDE: 0.1}, {})
    assert outcome.warnings == ("no liquor is fed: nothing dissolves",)


def random_feed(seed):
    """One to five minerals in 2 to 20 kg of liquor for each kg of solids, acid 0.3 to 3 times what they can take up."""
    rng = np.random.default_rng(seed)
    names = [HYDROXIDE, "Co(OH)2(s)", "Mn(OH)2(s)", PHOSPHATE, FLUORIDE, "Li2CO3(s)", "NiO(s)", "MnO(s)", IRON]
    chosen = rng.choice(names, int(rng.integers(1, 6)), replace=False)
    solids = {str(name): float(10 ** rng.uniform(-2.0, 0.0)) for name in chosen}
    solids |= {"C(s)": 0.3, "Al(OH)3(s)": float(rng.choice([0.0, 0.02]))}
    liquor = {"H2O": sum(solids.values()) * rng.uniform(2.0, 20.0), "Na2SO4": rng.uniform(0.0, 0.3)}
    sizes = {str(chosen[0]): SizeDistribution.rosin_rammler(10 ** rng.uniform(-5.5, -4.0), rng.uniform(0.8, 2.0))}
    given = {
        "proton_ratio": rng.uniform(0.3, 3.0),
        "acid_rule": None if rng.random() < 0.6 else ToFreeAcid(10 ** rng.uniform(0.0, 3.0)),
        "tanks": int(rng.integers(1, 7)),
        "temperature": rng.uniform(298.15, 363.15),
        "residence_time": 10 ** rng.uniform(3.0, 5.0),
        "driver": str(rng.choice(["concentration", "activity"])),
    }
    return solids, liquor, sizes, given


@pytest.mark.parametrize("count", [20, pytest.param(2000, marks=pytest.mark.validation_long)])
def test_liquor_leaching__converges_in_every_random_case(count):
    for seed in range(count):
        solids, liquor, sizes, given = random_feed(seed)
        unit, inlets, outcome = leach(solids, liquor, sizes=sizes, **given)
        assert 0.0 <= outcome.report["conversion"] <= 1.0, seed
        if given["acid_rule"] is not None and outcome.report["acid_dose"] > 0.0:
            assert outcome.report["free_acid"] == pytest.approx(given["acid_rule"].free_acid, rel=1e-7), seed
        if seed < 20:
            for tank in unit.profile(inlets):
                assert tank.ph == pytest.approx(tank.stream.ph, abs=1e-8), seed
