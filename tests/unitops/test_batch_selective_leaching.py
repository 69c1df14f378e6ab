"""Selective leaching in batches: lithium by stoichiometry, oxidant over time, and the published stoichiometric leach."""

import pytest
from hand import imbalance

from raffinate.flowsheet import DeclarationError, Stream
from raffinate.flowsheet.chemistry import Chemistry
from raffinate.flowsheet.leaching.dosing import PerElement
from raffinate.flowsheet.quantities import celsius
from raffinate.unitops.batch_selective_leaching import BatchSelectiveLeaching
from raffinate.unitops.selective_leaching import SelectiveLeaching

CHEMISTRY = Chemistry("Li Na Cu Al Fe S C P", states=("S2O8-2",))
ACID = Stream.of(CHEMISTRY, {"H2SO4": 0.98, "H2O": 0.02})
PEROXIDE = Stream.of(CHEMISTRY, {"H2O2": 0.3, "H2O": 0.7})
PERSULFATE = Stream.of(CHEMISTRY, {"Na2S2O8": 0.3, "H2O": 0.7})
HOUR = 3600.0
LFP = "LiFePO4(s)"


def _inlets(water=500.0, **solids):
    masses = {f"{name}(s)": mass for name, mass in ({"LiFePO4": 93.0, "C": 4.5, "Al": 2.5} | solids).items()}
    return {"solids": Stream.of(CHEMISTRY, masses), "liquor": Stream.of(CHEMISTRY, {"H2O": water})}


def _unit(oxidant=PEROXIDE, **given):
    given = {"batch_time": 2.0 * HOUR, "oxidant_rule": PerElement("Li", 2.07)} | given
    return BatchSelectiveLeaching(acid=ACID, oxidant=oxidant, **given)


def _run(unit, inlets):
    outcome = unit.run(inlets)
    assert imbalance(inlets, outcome) < 1e-11
    entering = sum(stream.enthalpy_flow for stream in (*inlets.values(), *outcome.drawn.values()))
    leaving = sum(stream.enthalpy_flow for stream in outcome.outlets.values())
    assert leaving - entering == pytest.approx(outcome.report["heat"], abs=1e-9 * abs(entering))
    return outcome


def test_selective_batch__takes_the_lithium_of_the_published_leach():
    """H2SO4/Li 0.57, H2O2/Li 2.07, 60 degC, 2 h: Li 96.85, Fe 0.027 %, in a batch as it was done. Rate fitted to it in tanks."""
    report = _run(_unit(), _inlets(water=1800.0)).report
    assert report["lithium_extraction"] == pytest.approx(0.9685, abs=0.03)
    assert report["iron_extraction"] < 0.005
    assert report["phosphorus_extraction"] < 0.04


def test_selective_batch__is_bounded_by_acid_and_by_oxidant():
    """LiFePO4 + H2O2/2 + H+: 0.4 H2SO4 per Li give 0.8 at the most, 0.3 H2O2 give 0.6."""
    bare = {"Al": 0.0, "C": 7.0}
    sour = _run(_unit(acid_rule=PerElement("Li", 0.4)), _inlets(**bare)).report
    weak = _run(_unit(oxidant_rule=PerElement("Li", 0.3), decomposition=0.0), _inlets(**bare)).report
    assert 0.7 < sour["delithiated"] <= 0.8 + 1e-6
    assert weak["delithiated"] == pytest.approx(0.6, abs=1e-6)
    assert weak["oxidant_utilisation"] == pytest.approx(1.0, abs=1e-6)


def test_selective_batch__follows_the_oxidant_that_is_dosed():
    """Half of the need after half an hour, all of it after an hour: lithium is never ahead of two electrons of each H2O2."""
    unit = _unit(
        oxidant_rule=PerElement("Li", 0.5), oxidant_schedule=((0.0, 0.0), (HOUR, 1.0)), decomposition=0.0
    )  # fmt: skip
    inlets = _inlets(Al=0.0)
    course = unit.profile(inlets)
    for reading in course:
        assert reading.dissolved[LFP] <= reading.reagent + 1e-9
    early = [reading for reading in course if 0.0 < reading.time < 0.5 * HOUR]
    assert all(reading.dissolved[LFP] > 0.9 * reading.reagent for reading in early)
    assert course[-1].dissolved[LFP] > 0.9


def test_selective_batch__wastes_less_peroxide_over_time_beside_copper():
    inlets = _inlets(Cu=2.0)
    given = {"oxidant_rule": PerElement("Li", 0.8)}
    at_once = _run(_unit(**given), inlets).report
    over = _run(_unit(oxidant_schedule=((0.0, 0.1), (1.8 * HOUR, 1.0)), **given), inlets).report
    assert over["oxidant_utilisation"] >= at_once["oxidant_utilisation"]


def test_selective_batch__works_with_persulfate_without_acid():
    given = {"acid_rule": PerElement("Li", 0.0), "oxidant_rule": PerElement("Li", 0.525), "temperature": celsius(25.0)}
    outcome = _run(_unit(PERSULFATE, batch_time=20.0 * 60.0, **given), _inlets(Al=0.0))
    assert outcome.drawn["acid"].mass == 0.0
    assert outcome.report["lithium_extraction"] > 0.98


def test_selective_batch__takes_more_than_tanks_of_the_same_time():
    inlets = _inlets()
    batch = _unit(batch_time=HOUR).run(inlets).report["delithiated"]
    tanks = SelectiveLeaching(
        acid=ACID, oxidant=PEROXIDE, oxidant_rule=PerElement("Li", 2.07), residence_time=HOUR, tanks=2
    ).run(inlets)
    assert batch > tanks.report["delithiated"]


def test_selective_batch__lets_dry_solids_pass_and_refuses_schedules_that_are_none():
    outcome = _unit().run(_inlets(water=0.0))
    assert outcome.warnings == ("no liquor is fed: nothing dissolves",)
    with pytest.raises(DeclarationError, match=r"oxidant_schedule: its last share is 0\.5"):
        _unit(oxidant_schedule=((0.0, 0.5),))
