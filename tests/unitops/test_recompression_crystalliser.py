import pytest
from hand import imbalance

from raffinate.flowsheet import Stream
from raffinate.flowsheet.chemistry import Chemistry, water
from raffinate.flowsheet.crystallisation.vapour import compression_work
from raffinate.flowsheet.heat import heat_duty
from raffinate.unitops.evaporative_crystalliser import EvaporativeCrystalliser
from raffinate.unitops.recompression_crystalliser import RecompressionCrystalliser

CHEMISTRY = Chemistry("Na S")
BRINE = Stream.of(CHEMISTRY, {"H2O": 1.0, "Na2SO4": 0.3}, temperature=313.15)
KWH_PER_TONNE = 3600.0


def _run(**given):
    return RecompressionCrystalliser(salts=("Na2SO4(s)",), temperature=363.15, **given).run({"feed": BRINE})


def test_recompression__makes_the_crystals_of_an_evaporator_heated_with_steam():
    boiler = EvaporativeCrystalliser(salts=("Na2SO4(s)",), temperature=363.15).run({"feed": BRINE})
    outcome = _run()
    assert outcome.outlets["slurry"]["Na2SO4(s)"] == boiler.outlets["slurry"]["Na2SO4(s)"]
    assert outcome.outlets["condensate"]["H2O"] == boiler.outlets["vapour"]["H2O(g)"]
    assert imbalance({"feed": BRINE}, outcome) < 1e-10


def test_recompression__closes_its_energy():
    outcome = _run()
    supplied = outcome.report["heat"] + outcome.report["power"]
    assert heat_duty([BRINE], outcome.outlets.values()) == pytest.approx(supplied, rel=1e-12)


def test_recompression__takes_the_power_of_published_plants():
    """12 to 25 kWh per tonne of water, 10 to 15 without an elevation of the boiling point."""
    assert 12.0 < _run().report["specific_power"] / KWH_PER_TONNE < 25.0
    work = compression_work(363.15, water.vapour_pressure(363.15), water.vapour_pressure(368.15), 0.75)
    assert 9.0 < work / KWH_PER_TONNE < 15.0


def test_recompression__works_as_an_ideal_gas_would():
    """w = cp T [(p2 / p1)^(R / cp) - 1] / e, cp of steam 34.3 J/mol/K; steam tables: 82.0 kPa at 94.3, 70.1 kPa at 90 degC."""
    outcome = _run(temperature_difference=5.0, compressor_efficiency=0.8)
    pressure = outcome.report["pressure"]
    ideal = 34.3 / 0.018015 * 363.15 * ((84.5e3 / pressure) ** (8.314 / 34.3) - 1.0) / 0.8  # 84.5 kPa at 95 degC
    assert outcome.report["specific_power"] == pytest.approx(ideal, rel=0.03)


def test_recompression__takes_more_for_a_larger_difference_and_a_poorer_compressor():
    works = [_run(temperature_difference=each).report["specific_power"] for each in (3.0, 6.0, 12.0)]
    assert works == sorted(works)
    half, whole = (_run(compressor_efficiency=each).report["power"] for each in (0.5, 1.0))
    assert half == pytest.approx(2.0 * whole, rel=1e-12)


def test_recompression__needs_little_heat_where_the_condensate_warms_the_feed():
    """Without the compressor the same boiling takes 2.2 MJ/kg: what is left to supply is a few percent of that."""
    outcome = _run()
    assert abs(outcome.report["heat"]) < 0.05 * 2.2e6 * outcome.report["evaporation"]
    assert outcome.outlets["condensate"].temperature == BRINE.temperature + 5.0


def test_recompression__passes_a_liquor_without_the_metal():
    plain = Stream.of(CHEMISTRY, {"H2O": 1.0})
    outcome = RecompressionCrystalliser(salts=("Na2SO4(s)",), temperature=363.15).run({"feed": plain})
    assert outcome.outlets["slurry"] is plain
    assert outcome.outlets["condensate"].mass == 0.0
