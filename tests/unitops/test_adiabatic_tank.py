"""Adiabatic tank: acid and soda as they are delivered, what forms, and heat that closes."""

import pytest

from raffinate.flowsheet import DataError, Flowsheet, Stream, solve
from raffinate.flowsheet.chemistry import Chemistry
from raffinate.flowsheet.heat import heat_duties, heat_duty
from raffinate.flowsheet.quantities import celsius, to_celsius
from raffinate.unitops.adiabatic_tank import AdiabaticTank

CHEMISTRY = Chemistry("Na Ni S")
ACID = Stream.of(CHEMISTRY, {"H2SO4": 0.98, "H2O": 0.02}, celsius(25))
SODA = Stream.of(CHEMISTRY, {"NaOH": 0.5, "H2O": 0.5}, celsius(25))


def water(mass, temperature=25.0):
    return Stream.of(CHEMISTRY, {"H2O": mass}, celsius(temperature))


def test_tank__heats_sulfuric_acid_diluted_to_30_percent_to_some_90_degrees():
    """200 kJ for each kg of 30 % acid (Table B.11 of Felder & Rousseau) over 3.0 to 3.2 kJ/kg/K."""
    outcome = AdiabaticTank().run({"liquor": water(2.267), "reagent": ACID})
    assert to_celsius(outcome.report["outlet_temperature"]) == pytest.approx(25.0 + 200.0 / 3.12, abs=3.0)
    assert outcome.outlets["out"].temperature == outcome.report["outlet_temperature"]


def test_tank__is_cooled_by_the_heat_that_it_is_given():
    warm = AdiabaticTank().run({"liquor": water(10.0), "reagent": ACID}).outlets["out"]
    cooled = AdiabaticTank(heat=-4e5).run({"liquor": water(10.0), "reagent": ACID}).outlets["out"]
    assert cooled.temperature < warm.temperature
    assert heat_duty([water(10.0), ACID], [cooled]) == pytest.approx(-4e5, rel=1e-6)


def test_tank__precipitates_what_is_named():
    liquor = Stream.of(CHEMISTRY, {"H2O": 5.0, "NiSO4": 0.2}, celsius(40))
    out = AdiabaticTank(forms=("Ni(OH)2(s)",)).run({"liquor": liquor, "reagent": SODA * 0.2}).outlets["out"]
    assert out["Ni(OH)2(s)"] == pytest.approx(liquor["Ni+2"], rel=0.05)
    assert out.temperature > celsius(40)


def test_tank__tells_the_ionic_strength_of_a_liquor_and_none_of_strong_acid():
    weak = AdiabaticTank().run({"liquor": water(20.0), "reagent": ACID})
    assert weak.report["ionic_strength"] > 0.3
    strong = AdiabaticTank().run({"liquor": water(1.0), "reagent": ACID})
    assert strong.report["ionic_strength"] == 0.0
    assert strong.warnings == ()


def test_tank__passes_on_one_stream_and_nothing_at_all():
    alone = AdiabaticTank().run({"liquor": water(1.0, 60.0), "reagent": Stream.empty(CHEMISTRY)})
    assert to_celsius(alone.outlets["out"].temperature) == pytest.approx(60.0, abs=1e-6)
    nothing = AdiabaticTank().run({"liquor": Stream.empty(CHEMISTRY), "reagent": Stream.empty(CHEMISTRY)})
    assert nothing.outlets["out"].mass == 0.0


def test_tank__refuses_what_cannot_stay_liquid():
    with pytest.raises(DataError, match=r"would be hotter than 473\.15 K"):
        AdiabaticTank(heat=1e7).run({"liquor": water(1.0), "reagent": ACID})


def test_tank__has_no_duty_in_a_flowsheet():
    sheet = Flowsheet()
    sheet.add("tank", AdiabaticTank(), liquor=water(5.0, 40.0), reagent=ACID)
    solution = solve(sheet)
    turnover = abs(solution.streams["tank.out"].enthalpy_flow)
    assert heat_duties(solution)["tank"] == pytest.approx(0.0, abs=1e-9 * turnover)
