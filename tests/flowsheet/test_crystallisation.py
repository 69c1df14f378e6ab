"""Rates from the data, uptake by lattice and occlusion, vapour and its compression, reports that work out heats when asked."""

import dataclasses

import numpy as np
import pytest

from raffinate.flowsheet import DataError, Stream
from raffinate.flowsheet.chemistry import Chemistry, water
from raffinate.flowsheet.chemistry.database import table
from raffinate.flowsheet.crystallisation.crystals import Tank, crystallise, crystallise_until
from raffinate.flowsheet.crystallisation.figures import Report
from raffinate.flowsheet.crystallisation.kinetics import Kinetics
from raffinate.flowsheet.crystallisation.uptake import guests
from raffinate.flowsheet.crystallisation.vapour import boiling_point_elevation, compression_work, steam_for
from raffinate.flowsheet.sizes import EDGES

CHEMISTRY = Chemistry("Li Na K Mg Ca Al Fe Mn Co Ni S C Cl")
RETGERSITE = "NiSO4.6H2O(s)"


# --- rates


def test_kinetics__are_there_of_every_product_with_the_sizes_of_their_orders():
    products = ["NiSO4.6H2O(s)", "CoSO4.7H2O(s)", "MnSO4.H2O(s)", "Na2SO4(s)", "Na2SO4.10H2O(s)", "Li2SO4.H2O(s)"]
    for solid in [*products, "LiOH.H2O(s)", "(NH4)2SO4(s)", "Li2CO3(s)"]:
        rates = Kinetics.of(solid)
        assert 1e-10 < rates.growth(0.02, rates.reference_temperature) < 1e-6
        assert rates.growth(0.04, 320.0) / rates.growth(0.02, 320.0) == pytest.approx(2.0**rates.growth_order)


def test_kinetics__follow_arrhenius_and_their_orders():
    rates = Kinetics.of(RETGERSITE)
    ratio = rates.growth(0.01, 338.15) / rates.growth(0.01, 328.15)
    assert ratio == pytest.approx(np.exp(55e3 / 8.314462 * (1.0 / 328.15 - 1.0 / 338.15)), rel=1e-6)
    assert rates.growth(0.01, 328.15) == pytest.approx(rates.growth_constant * 0.01, rel=1e-12)
    born = rates.nucleation(0.01, 100.0, 328.15)
    assert born == pytest.approx(rates.nucleation_constant * 1e-4 * 100.0, rel=1e-12)


def test_kinetics__occlude_more_the_faster_and_larger_crystals_grow_and_not_without_end():
    rates = Kinetics.of(RETGERSITE)
    assert rates.occluded(1e-8, 5e-4) == pytest.approx(rates.occlusion, rel=1e-12)
    assert rates.occluded(4e-8, 5e-4) == pytest.approx(2.0 * rates.occlusion, rel=1e-12)
    assert rates.occluded(1e-8, 2e-3) == pytest.approx(2.0 * rates.occlusion, rel=1e-12)
    assert rates.occluded(1.0, 1.0) == 0.05


def test_kinetics__refuse_a_salt_without_rates_and_constants_that_cannot_be():
    with pytest.raises(
        DataError, match=r"crystallisation\.csv has no rates of 'NiSO4\.6HO\(s\)'; did you mean 'NiSO4\.6H2O"
    ):
        Kinetics.of("NiSO4.6HO(s)")
    with pytest.raises(DataError, match="crystallisation kinetics: growth_constant = -1 is not above 0"):
        dataclasses.replace(Kinetics.of(RETGERSITE), growth_constant=-1.0)
    with pytest.raises(DataError, match=r"crystallisation kinetics: occlusion = -0\.1 is not 0 or more"):
        dataclasses.replace(Kinetics.of(RETGERSITE), occlusion=-0.1)
    with pytest.raises(DataError, match="crystallisation kinetics: magma_order = nan is not 0 or more"):
        dataclasses.replace(Kinetics.of(RETGERSITE), magma_order=float("nan"))


def test_crystallise__without_salts_is_an_evaporator():
    acid = Stream.of(CHEMISTRY, {"H2O": 1.0, "H2SO4": 0.1})
    made = crystallise(acid, Tank(temperature=363.15, salts=(), residence_time=3600.0), 0.8)
    assert made.vapour["H2O(g)"] == pytest.approx(0.8 * acid["H2O"], rel=1e-12)
    assert made.slurry["SO4-2"] == pytest.approx(acid["SO4-2"], rel=1e-12)
    assert made.slurry.solids.mass == 0.0


# --- uptake


def test_guests__travel_as_solids_of_their_own_and_each_cation_once():
    own = guests(CHEMISTRY, RETGERSITE)
    names = [CHEMISTRY.names[at] for at in own.solids]
    cations = [CHEMISTRY.components[at].name for at in own.cations]
    assert len(set(cations)) == len(cations)
    assert set(cations) == {"Li+", "Na+", "K+", "Mg+2", "Ca+2", "Al+3", "Fe+2", "Fe+3", "Mn+2", "Co+2"}
    assert names[cations.index("Mg+2")] == "MgSO4.6H2O(s)"
    assert own.coefficients[cations.index("Mg+2")] == 0.6
    assert own.coefficients[cations.index("Na+")] == 0.0
    assert names[cations.index("Al+3")] == "Al(OH)3(s)"
    for solid, cation, count in zip(own.solids, cations, own.counts, strict=True):
        assert CHEMISTRY.species[solid].reaction[cation] == count


def test_guests__bind_what_their_solids_are_made_of():
    own = guests(CHEMISTRY, RETGERSITE)
    cations = np.arange(1.0, own.solids.size + 1.0)
    elements = CHEMISTRY.element_matrix[:, own.solids] @ (cations / own.counts)
    assert CHEMISTRY.element_matrix[:, CHEMISTRY.liquor] @ own.bound(cations) == pytest.approx(elements, rel=1e-12)


def test_lattice__of_a_mixed_tank_and_of_layers():
    """Little crystallises: both take D n / n_host of it. All crystallises: both take all."""
    own = guests(CHEMISTRY, RETGERSITE)
    amounts = np.full(own.solids.size, 0.01)
    mixed, layered = own.mixed(amounts, 1e-4, 1.0), own.layered(amounts, 1e-4, 1.0)
    assert mixed == pytest.approx(own.coefficients * amounts * 1e-4, rel=1e-3)
    assert layered == pytest.approx(mixed, rel=1e-3)
    in_lattice = own.coefficients > 0.0
    assert own.mixed(amounts, 1.0, 1e-9)[in_lattice] == pytest.approx(amounts[in_lattice], rel=1e-5)
    half = own.layered(amounts, 0.5, 0.5)
    assert half == pytest.approx(amounts * (1.0 - 0.5**own.coefficients), rel=1e-12)


def test_guests__refuse_what_is_no_salt():
    with pytest.raises(DataError, match=r"crystals: 'NiSO4\(s\)' has no equilibrium in the chemistry"):
        guests(CHEMISTRY, "NiSO4(s)")


def test_distribution__is_of_solids_that_the_data_have_and_hosts_with_rates():
    for pair in table("crystallisation").names("distribution"):
        host, _, _ = pair.partition("|")
        assert Kinetics.of(host).occlusion > 0.0


# --- crystals


def _feed(**more):
    return Stream.of(CHEMISTRY, {"H2O": 1.0, "NiSO4": 0.45, **more}, temperature=313.15)


TANK = Tank(temperature=328.15, salts=(RETGERSITE,), residence_time=7200.0)


def test_crystals__do_not_take_more_anions_than_there_are():
    """A chloride liquor: sodium could only be occluded as sulfate, and of that there is what the nickel needs."""
    feed = _feed(NaCl=0.2)
    made = crystallise(feed, TANK, 0.5)
    slurry = made.slurry
    assert slurry["SO4-2"] > 0.0
    assert slurry["SO4-2"] + slurry[RETGERSITE] + slurry["Na2SO4(s)"] == pytest.approx(feed["SO4-2"], rel=1e-12)


def test_crystals__begin_where_they_ended_and_answer_the_same():
    feed = _feed(MgSO4=0.02, Na2SO4=0.02)
    made, gained = crystallise_until(feed, TANK, lambda slurry: slurry[RETGERSITE], 1.0, 0.3)
    again, same = crystallise_until(feed, TANK, lambda slurry: slurry[RETGERSITE], 1.0, 0.3, made.start)
    assert gained == pytest.approx(1.0, rel=1e-10)
    assert same == pytest.approx(1.0, rel=1e-10)
    assert again.slurry.flows == pytest.approx(made.slurry.flows, rel=1e-9, abs=1e-12)


def test_crystals__find_the_share_from_a_start_that_is_dry_or_dilute():
    found = [
        crystallise_until(_feed(), TANK, lambda slurry: slurry[RETGERSITE], 1.2, first)[0] for first in (0.0, 0.4, 0.97)
    ]
    assert [made.evaporated for made in found] == pytest.approx([found[1].evaporated] * 3, rel=1e-9)


def test_crystals__leave_other_solids_at_equilibrium_without_sizes():
    gypsum = dataclasses.replace(TANK, others=("CaSO4.2H2O(s)",))
    feed = _feed(CaCl2=0.003)
    made = crystallise(feed, gypsum, 0.5)
    slurry = made.slurry
    assert slurry["CaSO4.2H2O(s)"] > 0.0
    assert set(made.populations) == {RETGERSITE}
    assert slurry["Ca+2"] + slurry["CaSO4.2H2O(s)"] == pytest.approx(feed["Ca+2"], rel=1e-10)


def test_crystals__wash_out_of_a_tank_that_they_leave_too_fast():
    slow = dataclasses.replace(Kinetics.of(RETGERSITE), growth_constant=1e-12, nucleation_constant=1.0)
    made = crystallise(_feed(), dataclasses.replace(TANK, kinetics=slow, residence_time=60.0), 0.5)
    assert not made.populations
    assert made.slurry.solids.mass == 0.0
    assert any("cannot stay in a tank of 60 s" in note for note in made.warnings)


def test_sizes__of_the_product_sum_to_the_crystals():
    made = crystallise(_feed(), TANK, 0.5)
    fractions = made.slurry.sizes[RETGERSITE]
    assert fractions.sum() == pytest.approx(1.0, abs=1e-12)
    assert fractions.shape == (EDGES.size - 1,)
    assert made.main.mass == pytest.approx(made.slurry.solids.mass, rel=1e-12)


# --- vapour


def test_elevation__is_none_of_water_and_what_the_activity_says():
    assert boiling_point_elevation(353.15, 1.0) == pytest.approx(0.0, abs=1e-6)
    # Clausius and Clapeyron: R T^2 ln(1 / a) / L
    linear = 8.3145 * 353.15**2 / (2.308e6 * 0.018015) * np.log(1.0 / 0.98)
    assert boiling_point_elevation(353.15, 0.98) == pytest.approx(linear, rel=0.02)


def test_compression__without_loss_keeps_the_entropy():
    """Saturated at 100 kPa to 200 kPa (steam tables): h at s = 7.359 kJ/kg/K from 2675 to 2804 kJ/kg."""
    work = compression_work(372.78, 1e5, 2e5, 1.0)
    assert work == pytest.approx(1.29e5, rel=0.015)
    assert compression_work(372.78, 1e5, 2e5, 0.5) == pytest.approx(2.0 * work, rel=1e-12)
    with pytest.raises(DataError, match="nothing to compress"):
        compression_work(372.76, 0.99e5, 0.5e5, 1.0)


def test_steam__gives_its_heat_of_condensation():
    assert steam_for(1e6, 393.15) == pytest.approx(1.0 / 2.2025, rel=2e-3)  # steam tables at 120 degC: 2202.5 kJ/kg
    assert steam_for(-1e6, 393.15) == 0.0


def test_saturation__is_the_inverse_of_the_vapour_pressure():
    for temperature in (283.15, 333.15, 373.15, 423.15):
        assert water.saturation_temperature(water.vapour_pressure(temperature)) == pytest.approx(temperature, abs=1e-4)
    assert water.saturation_temperature(100.0) == pytest.approx(273.16, abs=1e-3)


# --- reports


def test_report__works_out_what_is_asked_for_and_only_once():
    calls = []

    def later():
        calls.append(1)
        return {"heat": 3.0, "power": 4.0}

    report = Report({"crystals": 1.0}, ("heat", "power"), later)
    assert report["crystals"] == 1.0
    assert list(report) == ["crystals", "heat", "power"]
    assert len(report) == 3
    assert not calls
    assert dict(report) == {"crystals": 1.0, "heat": 3.0, "power": 4.0}
    assert report["power"] == 4.0
    assert calls == [1]
    with pytest.raises(KeyError):
        report["steam"]
