"""Leaching without cooling: the heat that `Leaching` would take away warms the tanks."""

import pytest
from hand import imbalance

from raffinate.flowsheet import DataError, DeclarationError, Stream
from raffinate.flowsheet.chemistry import Chemistry
from raffinate.flowsheet.quantities import celsius
from raffinate.unitops.adiabatic_leaching import AdiabaticLeaching
from raffinate.unitops.leaching import Leaching

CHEMISTRY = Chemistry("Li Ni Co Mn Cu Al Fe S C P F")
ACID = Stream.of(CHEMISTRY, {"H2SO4": 0.98, "H2O": 0.02})
PEROXIDE = Stream.of(CHEMISTRY, {"H2O2": 0.3, "H2O": 0.7})
OXIDE = "LiNi0.6Mn0.2Co0.2O2(s)"


def _run(oxide=300.0, water=4000.0, temperature=celsius(40.0), **given):  # noqa: B008
    solids = Stream.of(CHEMISTRY, {OXIDE: oxide, "C(s)": 200.0})
    inlets = {"solids": solids, "liquor": Stream.of(CHEMISTRY, {"H2O": water}, temperature)}
    unit = AdiabaticLeaching(acid=ACID, reductant=PEROXIDE, residence_time=14400.0, **given)
    outcome = unit.run(inlets)
    assert imbalance(inlets, outcome) < 1e-9
    return unit, inlets, outcome


def _enthalpies(inlets, outcome):
    entering = [*inlets.values(), *outcome.drawn.values()]
    return (sum(s.enthalpy_flow for s in entering), sum(s.enthalpy_flow for s in outcome.outlets.values()))


@pytest.mark.parametrize("heat", [0.0, -1e8])
def test_adiabatic_leaching__keeps_its_enthalpy(heat):
    _, inlets, outcome = _run(heat=heat)
    fed, left = _enthalpies(inlets, outcome)
    assert left - fed == pytest.approx(heat, abs=1e-9 * abs(fed))


def test_adiabatic_leaching__warms_every_tank_by_what_it_gives_off():
    unit, inlets, outcome = _run()
    tanks = unit.profile(inlets)
    assert tanks[0].temperature == outcome.report["first_tank_temperature"] > inlets["liquor"].temperature + 5.0
    assert tanks[-1].temperature == outcome.report["last_tank_temperature"]
    assert tanks[0].temperature < tanks[1].temperature < tanks[2].temperature  # each dissolves some more
    assert all(abs(tank.heat) < 1e-6 * abs(tank.stream.enthalpy_flow) for tank in tanks)
    assert outcome.outlets["slurry"].temperature == pytest.approx(tanks[-1].temperature, rel=1e-12)


def test_adiabatic_leaching__is_leaching_where_its_heat_is_taken_away():
    """With the heat that a leach at 70 degC reports taken away, one tank stands at 70 degC and dissolves as much."""
    solids = Stream.of(CHEMISTRY, {OXIDE: 100.0, "C(s)": 200.0})
    inlets = {"solids": solids, "liquor": Stream.of(CHEMISTRY, {"H2O": 4000.0}, celsius(65.0))}
    usual = {"acid": ACID, "reductant": PEROXIDE, "residence_time": 14400.0, "tanks": 1}
    cooled = Leaching(temperature=celsius(70.0), **usual).run(inlets)
    same = AdiabaticLeaching(heat=cooled.report["heat"], **usual).run(inlets)
    assert same.report["last_tank_temperature"] == pytest.approx(celsius(70.0), abs=1e-6)
    assert same.report["oxide_conversion"] == pytest.approx(cooled.report["oxide_conversion"], abs=1e-8)


def test_adiabatic_leaching__dissolves_more_where_it_is_hotter():
    cool, warm = (_run(heat=heat)[2].report for heat in (-1e8, 0.0))
    assert warm["last_tank_temperature"] > cool["last_tank_temperature"]
    assert warm["oxide_conversion"] > cool["oxide_conversion"]


def test_adiabatic_leaching__says_where_it_would_boil():
    """500 kg of oxide per 4 m3 from 40 degC: reaction, acid and decay warm the slurry by some 70 K."""
    _, _, outcome = _run(oxide=500.0)
    assert any("above 373.15 K water boils" in warning for warning in outcome.warnings)


def test_adiabatic_leaching__refuses_more_heat_than_tanks_stand():
    with pytest.raises(DataError, match=r"a tank would be hotter than 423\.15 K"):
        _run(oxide=1000.0, heat=3e9)


def test_adiabatic_leaching__refuses_less_heat_than_tanks_stand_and_what_is_no_heat():
    with pytest.raises(DataError, match=r"a tank would be colder than 273\.15 K"):
        _run(heat=-1e10)
    for heat in (float("nan"), "warm"):
        with pytest.raises(DeclarationError, match="must be a finite number"):
            _run(heat=heat)


def test_adiabatic_leaching__lets_dry_solids_pass():
    _, inlets, outcome = _run(water=0.0)
    assert outcome.outlets["slurry"].mass == pytest.approx(inlets["solids"].mass, rel=1e-14)
    assert outcome.warnings == ("no liquor is fed: nothing dissolves",)
