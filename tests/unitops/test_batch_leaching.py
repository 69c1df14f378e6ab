"""Batch leaching: its closed balances, its course against the train's limits, doses over time and what acid allows."""

import numpy as np
import pytest
from hand import imbalance

from raffinate.flowsheet import DeclarationError, Stream
from raffinate.flowsheet.chemistry import Chemistry
from raffinate.flowsheet.leaching.dosing import Flow, PerElement
from raffinate.flowsheet.leaching.rates import AVRAMI, RateLaw
from raffinate.flowsheet.sizes import SizeDistribution
from raffinate.unitops.batch_leaching import BatchLeaching
from raffinate.unitops.leaching import Leaching

CHEMISTRY = Chemistry("Li Ni Co Mn Cu Al Fe S C P F")
ACID = Stream.of(CHEMISTRY, {"H2SO4": 0.98, "H2O": 0.02})
PEROXIDE = Stream.of(CHEMISTRY, {"H2O2": 0.3, "H2O": 0.7})
OXIDE = "LiNi0.6Mn0.2Co0.2O2(s)"
HOUR = 3600.0
SPREAD = SizeDistribution.rosin_rammler(25e-6, 1.3)


def _inlets(sizes=None, water=4000.0, **solids):
    masses = {OXIDE if name == "oxide" else f"{name}(s)": mass for name, mass in solids.items()}
    sizes = {} if sizes is None else {OXIDE: sizes}
    return {"solids": Stream.of(CHEMISTRY, masses, sizes=sizes), "liquor": Stream.of(CHEMISTRY, {"H2O": water})}


def _unit(**given):
    given = {"batch_time": 2.0 * HOUR, "reductant_ratio": 1.0, "decomposition": 0.0} | given
    return BatchLeaching(acid=ACID, reductant=PEROXIDE, **given)


def _run(unit, inlets):
    """An outcome whose elements, charge, mass and heat close, and whose last reading is what leaves."""
    outcome = unit.run(inlets)
    assert imbalance(inlets, outcome) < 1e-11
    entering = sum(stream.enthalpy_flow for stream in (*inlets.values(), *outcome.drawn.values()))
    leaving = sum(stream.enthalpy_flow for stream in outcome.outlets.values())
    assert leaving - entering == pytest.approx(outcome.report["heat"], abs=1e-9 * abs(entering))
    return outcome


def test_batch__is_what_the_law_says_at_constant_acid():
    """Acid in great excess of little oxide: 1 - (1 - t / tau)^3 of 98.5 %, tau at the acid that is there."""
    acid = 2.5 * 98.08 * 4.2
    unit = _unit(acid_rule=Flow(acid), batch_time=0.5 * HOUR)
    inlets = _inlets(oxide=1.0)
    report = _run(unit, inlets).report
    law = RateLaw.named(OXIDE)
    expected = law.conversion([0.5 * HOUR], 343.15, acid=report["free_acid"])[0]
    assert report["oxide_conversion"] == pytest.approx(expected, rel=2e-3)


def test_batch__closes_every_reading():
    """What the vessel holds at each reading is what was charged and dosed until then, element by element."""
    unit = _unit(
        acid_schedule=((0.0, 0.4), (HOUR, 1.0)), reductant_schedule=((600.0, 0.0), (HOUR, 1.0)), decomposition=None
    )
    inlets = _inlets(oxide=400.0, Cu=20.0, Al=20.0, LiF=5.0, C=200.0)
    outcome = _run(unit, inlets)
    charged = sum(stream.flows for stream in inlets.values())
    for reading in unit.profile(inlets):
        dosed = reading.acid * outcome.drawn["acid"].flows + reading.reagent * outcome.drawn["reductant"].flows
        found = CHEMISTRY.element_matrix @ (reading.stream.flows - charged - dosed)
        assert np.abs(found).max() <= 1e-9 * np.abs(CHEMISTRY.element_matrix @ (charged + dosed)).max()
        assert reading.stream.charge == pytest.approx(0.0, abs=1e-9 * reading.stream.flows.max())


def test_batch__releases_the_heat_of_the_whole_in_its_readings():
    unit, inlets = _unit(acid_schedule=((0.0, 0.4), (HOUR, 1.0))), _inlets(oxide=400.0, Al=20.0)
    outcome = _run(unit, inlets)
    heat = sum(reading.heat for reading in unit.profile(inlets))
    assert heat == pytest.approx(outcome.report["heat"], rel=1e-9)


def test_profile__runs_from_the_charge_to_what_leaves():
    unit, inlets = _unit(), _inlets(oxide=400.0)
    outcome, course = unit.run(inlets), unit.profile(inlets)
    converted = [reading.dissolved[OXIDE] for reading in course]
    assert course[0].time == 0.0
    assert converted[0] == pytest.approx(0.0, abs=1e-12)
    assert (np.diff(converted) > 0.0).all()
    assert (np.diff([reading.free_acid for reading in course]) < 0.0).all()
    assert course[-1].time == 2.0 * HOUR
    assert course[-1].dissolved[OXIDE] == pytest.approx(outcome.report["oxide_conversion"], rel=1e-9)
    assert course[-1].free_acid == pytest.approx(outcome.report["free_acid"], rel=1e-9)
    assert course[-1].ph == pytest.approx(outcome.report["ph"], abs=1e-9)


def test_batch__leaves_the_free_acid_asked():
    for schedule in (((0.0, 1.0),), ((0.0, 0.2), (HOUR, 1.0))):
        report = _run(_unit(free_acid=300.0, acid_schedule=schedule), _inlets(oxide=400.0, Al=10.0)).report
        assert report["free_acid"] == pytest.approx(300.0, rel=1e-7)


def test_batch__dissolves_more_than_tanks_of_the_same_time_and_as_much_as_many():
    """99 % in a batch is 91 % in four tanks of equal mean time: tanks rise towards the batch, acid in excess."""
    inlets = _inlets(oxide=40.0)
    given = {"acid_rule": Flow(1200.0), "reductant_ratio": 1.0, "decomposition": 0.0}
    batch = _unit(batch_time=HOUR, acid_rule=Flow(1200.0)).run(inlets).report["oxide_conversion"]
    trains = [
        Leaching(acid=ACID, reductant=PEROXIDE, residence_time=HOUR, tanks=tanks, **given).run(inlets).report["oxide_conversion"]
        for tanks in (1, 4, 20)
    ]  # fmt: skip
    assert trains == sorted(trains)
    assert trains[0] < batch - 0.1
    assert trains[-1] == pytest.approx(batch, abs=0.012)


def test_batch__agrees_with_the_course_of_its_law_while_the_acid_falls():
    """One oxide of many sizes: as `RateLaw.conversion` has it with the acid that 3 protons a mole leave."""
    law = RateLaw(complete_time=HOUR, acid_order=0.7, reference_acid=2000.0, reference_size=20e-6)
    unit = _unit(acid_rule=Flow(98.08 * 3.0), batch_time=0.5 * HOUR, laws={OXIDE: law}, reductant_ratio=1.0)
    inlets = _inlets(sizes=SPREAD, oxide=100.0)
    course = unit.profile(inlets)
    volume = np.mean([reading.stream.liquor_volume for reading in course])
    demand = 3.0 * inlets["solids"][OXIDE] / volume
    times = [reading.time for reading in course]
    expected = law.conversion(times, 343.15, course[0].free_acid, None, SPREAD, demand)
    assert [reading.dissolved[OXIDE] for reading in course] == pytest.approx(expected, abs=4e-3)


def test_batch__takes_acid_as_it_is_dosed_where_it_is_short():
    """A fast oxide takes the acid up at once: half of the dose after half of the time, half of what it dissolves."""
    fast = RateLaw(complete_time=1.0, acid_order=0.7, reference_acid=3000.0)
    schedule = ((0.0, 0.0), (2.0 * HOUR, 1.0))
    unit = _unit(acid_rule=PerElement("Li", 0.75), acid_schedule=schedule, laws={OXIDE: fast})
    inlets = _inlets(oxide=400.0)
    course = unit.profile(inlets)
    assert _run(unit, inlets).report["oxide_conversion"] == pytest.approx(0.5, abs=0.01)
    for reading in course[1:]:
        assert reading.dissolved[OXIDE] == pytest.approx(0.5 * reading.time / (2.0 * HOUR), abs=0.01)
        assert abs(reading.free_acid) < 30.0


def test_batch__reduces_with_peroxide_as_it_comes():
    """Before the peroxide is dosed, oxides lose their lithium and disproportionate; after, all is reduced."""
    unit = _unit(reductant_schedule=((0.0, 0.0), (HOUR, 0.0), (1.5 * HOUR, 1.0)), readings=12)
    inlets = _inlets(oxide=400.0)
    course = unit.profile(inlets)
    before = [reading for reading in course if 0.0 < reading.time <= HOUR]
    assert all(
        reading.extraction("Mn", inlets["solids"]) < reading.extraction("Li", inlets["solids"]) for reading in before
    )
    assert all(reading.exchange.reducing == 0.0 for reading in before)
    last = course[-1]
    assert last.extraction("Mn", inlets["solids"]) == pytest.approx(last.extraction("Li", inlets["solids"]), rel=1e-6)
    assert last.exchange.reducing == pytest.approx(last.exchange.needed, rel=1e-9)


def test_batch__loses_less_peroxide_that_is_dosed_over_time():
    """Staged dosing leaves less to decay beside dissolved copper and manganese."""
    inlets = _inlets(oxide=400.0, Cu=20.0)
    given = {"reductant_ratio": 1.3, "decomposition": None}
    at_once = _run(_unit(**given), inlets).report["peroxide_utilisation"]
    over = _run(_unit(reductant_schedule=((0.0, 0.0), (1.5 * HOUR, 1.0)), **given), inlets).report[
        "peroxide_utilisation"
    ]
    assert over > at_once


def test_batch__slows_as_an_oxidant_goes():
    """LiFePO4 in peroxide by a law of order 0.65: less with half as much of it, in a batch that uses none up."""
    law = RateLaw(
        law=AVRAMI, complete_time=3600.0, oxidant_order=0.65, reference_oxidant=500.0, reference_temperature=343.15
    )
    conversions = []
    for amount in (400.0, 200.0):
        unit = _unit(laws={OXIDE: law}, reductant_rule=Flow(amount), decomposition=0.0, batch_time=0.5 * HOUR)
        conversions.append(unit.profile(_inlets(oxide=40.0))[-1].dissolved[OXIDE])
    assert 0.1 < conversions[1] < conversions[0] < 0.7


def test_batch__leaves_particles_that_have_shrunk():
    unit, inlets = _unit(batch_time=0.5 * HOUR), _inlets(sizes=SPREAD, oxide=400.0)
    left = _run(unit, inlets).outlets["slurry"].size_distribution(OXIDE)
    assert left.fractions.sum() == pytest.approx(1.0)
    assert left.d10 > SPREAD.d10


def test_batch__tells_its_vessel():
    report = _run(_unit(idle_time=HOUR), _inlets(oxide=400.0)).report
    assert report["cycle_time"] == 3.0 * HOUR
    assert report["vessel_volume"] == pytest.approx(3.0 * HOUR * 4.6, rel=0.15)


def test_batch__lets_dry_solids_pass_and_says_so():
    outcome = _unit().run(_inlets(water=0.0, oxide=10.0))
    assert outcome.warnings == ("no liquor is fed: nothing dissolves",)


def test_batch__warns_outside_the_window_of_its_rates():
    outcome = _unit(temperature=298.15).run(_inlets(oxide=100.0))
    assert any("is used outside its window: temperature 298.1 K" in warning for warning in outcome.warnings)


@pytest.mark.parametrize(
    ("schedule", "message"),
    [
        (((0.0, 0.5),), "its last share is 0.5, all is dosed at the end"),
        (((0.0, 0.5), (9000.0, 1.0)), "times rise to 7200 s at the most"),
        (((0.0, 0.5), (600.0, 0.4), (700.0, 1.0)), r"\(600 s, 0.4\) after \(0 s, 0.5\)"),
        ((), "must be pairs"),
    ],
)
def test_batch__refuses_schedules_that_are_none(schedule, message):
    with pytest.raises(DeclarationError, match=message):
        _unit(acid_schedule=schedule)


def test_batch__warns_of_a_denser_pulp_than_was_measured():
    law = RateLaw.named("Li3NiMnCoO6(s)", "he2017", "Ni")
    unit = _unit(laws={OXIDE: law}, temperature=313.15)
    assert any("pulp density" in warning for warning in unit.run(_inlets(oxide=800.0)).warnings)
    assert not any("pulp density" in warning for warning in unit.run(_inlets(oxide=160.0)).warnings)


@pytest.mark.parametrize("seed", range(12))
def test_batch__settles_and_closes_whatever_is_fed(seed):
    """Random solids, sizes, doses over time, free acid from next to none, and temperatures."""
    random = np.random.default_rng(seed)
    solids = {"oxide": random.uniform(10.0, 600.0), "C": random.uniform(1.0, 300.0)}
    for name, most in (("Al", 40.0), ("Cu", 60.0), ("Fe", 20.0), ("LiF", 40.0), ("LiFePO4", 200.0), ("LiCoO2", 300.0)):
        if random.random() < 0.5:
            solids[name] = random.uniform(0.0, most)
    times = np.sort(random.uniform(0.0, 3.0 * HOUR, 2)).tolist()
    unit = _unit(
        batch_time=3.0 * HOUR,
        acid_schedule=((times[0], 0.4), (times[1], 1.0)),
        reductant_schedule=((0.0, 0.1), (times[1], 1.0)),
        free_acid=10.0 ** random.uniform(0.5, 3.3),
        reductant_ratio=random.uniform(0.0, 2.5),
        decomposition=None if seed % 2 else random.uniform(0.0, 1.0),
        temperature=random.uniform(298.0, 368.0),
    )
    outcome = _run(unit, _inlets(sizes=SPREAD if seed % 3 else None, **solids))
    assert outcome.report["free_acid"] == pytest.approx(unit.free_acid, rel=1e-4)
    assert 0.0 <= outcome.report["oxide_conversion"] <= 1.0


def test_batch__takes_no_more_acid_than_there_is():
    """Copper's law heeds no acid; it slows down where there is none, as in a train."""
    inlets = _inlets(oxide=500.0, Al=20.0, Cu=20.0)
    for moles in (0.1, 0.5):
        outcome = _run(_unit(acid_rule=PerElement("Li", moles), batch_time=4.0 * HOUR, reductant_ratio=1.8), inlets)
        assert outcome.report["free_acid"] > -5.0


def test_batch__refuses_a_schedule_that_is_no_pairs():
    with pytest.raises(DeclarationError, match="must be pairs"):
        _unit(acid_schedule=(5.0, 1.0))
