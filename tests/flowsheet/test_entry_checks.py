"""What the equilibrium is asked with: totals that can be, masks that fit, temperatures of liquors; and a sweep's warnings."""

import itertools

import numpy as np
import pytest

from raffinate.flowsheet import DataError, Stream, mix
from raffinate.flowsheet.chemistry import Chemistry, Database, Davies
from raffinate.flowsheet.chemistry.equilibrium import (
    speciate,
    speciate_many,
    speciate_trial,
    titrate,
    titrate_trial,
    unknown_pairs_of_many,
    warnings_of_many,
)
from raffinate.flowsheet.quantities import celsius
from raffinate.flowsheet.sweeps import AgainstTemperature, warnings_of
from raffinate.kernels.sweep import Answers

ROOM = 298.15
CHEMISTRY = Chemistry("Li Na C S P N")
NOTHING = CHEMISTRY.allowed(())
CAUSTIC = CHEMISTRY.dissolve("NaOH")


def liquor(**moles):
    totals = np.zeros(len(CHEMISTRY.components))
    totals[0] = 1.0 / CHEMISTRY.molar_masses[0]
    for formula, amount in moles.items():
        totals += amount * CHEMISTRY.dissolve(formula)
    return totals


def with_total(name, amount):
    """Soda with another total of a component, neutral by H+."""
    totals = liquor(Na2CO3=0.1)
    totals[CHEMISTRY.index[name]] = amount
    totals[1] -= float(totals @ CHEMISTRY.charges[CHEMISTRY.liquor])
    return totals


def one(totals, allowed=NOTHING, temperature=ROOM):
    return speciate(CHEMISTRY, totals, temperature, allowed)


def many(totals, allowed=NOTHING, temperature=ROOM):
    return speciate_many(CHEMISTRY, [liquor(Na2CO3=0.1), totals], temperature, allowed)


def titrated(totals, allowed=NOTHING, temperature=ROOM):
    return titrate(CHEMISTRY, totals, CAUSTIC, 12.0, temperature, allowed)


ENTRIES = pytest.mark.parametrize("entry", [one, many, titrated])


@ENTRIES
@pytest.mark.parametrize(("name", "amount"), [("Na+", -0.1887), ("CO3-2", -0.1), ("Li+", -1e-9)])
def test_entries__refuse_a_total_below_0_though_the_charges_balance(entry, name, amount):
    totals = with_total(name, amount)
    assert totals @ CHEMISTRY.charges[CHEMISTRY.liquor] == pytest.approx(0.0, abs=1e-15)
    row = "row 1 of totals: " if entry is many else ""
    with pytest.raises(
        DataError, match=f"^{row}liquor: total of {name.replace('+', '[+]')} = {amount:g} mol is below 0"
    ):
        entry(totals)


@ENTRIES
def test_entries__blame_the_total_below_0_and_not_the_charge(entry):
    totals = liquor(Na2CO3=0.1)
    totals[CHEMISTRY.index["Na+"]] = -0.2
    with pytest.raises(DataError, match=r"total of Na\+ = -0\.2 mol is below 0"):
        entry(totals)


@ENTRIES
@pytest.mark.parametrize("name", ["H2O", "H+", "Na+"])
@pytest.mark.parametrize("amount", [np.nan, np.inf, -np.inf])
def test_entries__refuse_a_total_that_is_not_finite(entry, name, amount):
    totals = liquor(Na2CO3=0.1)
    totals[CHEMISTRY.index[name]] = amount
    with pytest.raises(DataError, match=f"total of {name.replace('+', '[+]')} = {amount:g} mol is not a finite number"):
        entry(totals)


@ENTRIES
def test_entries__take_what_rounding_left_below_0_as_0(entry):
    given = with_total("Li+", -1e-13)
    found, plain = entry(given), entry(with_total("Li+", 0.0))
    at = CHEMISTRY.aqueous_names.index("Li+")
    answers = (found[1], plain[1]) if entry is titrated else (found, plain)
    molalities = [answer.molality[1] if entry is many else answer.speciation.molality for answer in answers]
    assert molalities[0][at] == 0.0
    np.testing.assert_allclose(*molalities, rtol=1e-10)
    assert given[CHEMISTRY.index["Li+"]] == -1e-13
    if entry is one:
        assert found.totals[2:].min() == 0.0


@ENTRIES
def test_entries__let_the_total_of_protons_be_below_0(entry):
    totals = liquor(NaOH=0.001)
    assert totals[1] == pytest.approx(-0.001)
    assert entry(totals) is not None


@ENTRIES
@pytest.mark.parametrize("length", [0, 3])
def test_entries__refuse_a_mask_of_another_length(entry, length):
    with pytest.raises(
        DataError, match=rf"allowed has the shape \({length},\) and holds bool; .*mask \({len(NOTHING)},\)"
    ):
        entry(liquor(Na2CO3=0.1), np.zeros(length, dtype=np.bool_))


@ENTRIES
def test_entries__refuse_the_mask_of_another_chemistry_and_one_of_numbers(entry):
    with pytest.raises(DataError, match="this chemistry"):
        entry(liquor(Na2CO3=0.1), Chemistry("Ni S").allowed(["NiSO4.6H2O(s)"]))
    with pytest.raises(DataError, match="holds int64"):
        entry(liquor(Na2CO3=0.1), np.zeros(len(NOTHING), dtype=np.int64))
    for strange in ([True, False], None):
        with pytest.raises(DataError, match="give names of solids and gases"):
            entry(liquor(Na2CO3=0.1), strange)


@pytest.mark.parametrize("names", ["Li2CO3(s)", ["Li2CO3(s)"], ("Li2CO3(s)",), np.array(["Li2CO3(s)"])])
def test_entries__take_names_for_a_mask(names):
    totals, mask = liquor(Li2CO3=1.0), CHEMISTRY.allowed(["Li2CO3(s)"])
    at = CHEMISTRY.phase_index["Li2CO3(s)"]
    expected = one(totals, mask)
    assert expected.amounts[at] > 0.5
    assert one(totals, names).amounts[at] == expected.amounts[at]
    assert many(totals, names).phase_amounts[1, at] == pytest.approx(expected.amounts[at], rel=1e-12)
    dosed, by_mask = titrated(totals, names), titrated(totals, mask)
    assert dosed[0] == by_mask[0]
    with pytest.raises(DataError, match=r"'Li2CO3\(S\)' has no equilibrium in the data; did you mean 'Li2CO3\(s\)'"):
        one(totals, "Li2CO3(S)")


def test_allowed__takes_one_name_as_one():
    assert CHEMISTRY.allowed("Li2CO3(s)").tolist() == CHEMISTRY.allowed(["Li2CO3(s)"]).tolist()


def test_entries__take_a_list_and_a_sealed_array():
    totals = liquor(Na2CO3=0.1)
    expected = one(totals).ph
    assert one(totals.tolist()).ph == expected
    totals.setflags(write=False)
    assert one(totals).ph == expected
    assert one(np.stack([totals, totals], axis=1)[:, 0]).ph == expected


@pytest.mark.parametrize("totals", [np.zeros(3), np.zeros((2, 2)), 1.0, None])
def test_entries__refuse_totals_of_another_shape(totals):
    for entry in (one, titrated):
        with pytest.raises(DataError, match=rf"totals have the shape .* they must be \({len(CHEMISTRY.components)},\)"):
            entry(totals)
    with pytest.raises(DataError, match=rf"totals have the shape .* they must be \(N, {len(CHEMISTRY.components)}\)"):
        speciate_many(CHEMISTRY, totals, ROOM, NOTHING)
    with pytest.raises(DataError, match="titrant: amounts have the shape"):
        titrate(CHEMISTRY, liquor(Na2CO3=0.1), totals, 12.0, ROOM, NOTHING)


def test_entries__refuse_totals_that_are_no_numbers():
    for entry in (one, many, titrated):
        with pytest.raises(DataError, match="totals must be numbers"):
            entry(["much"] * len(CHEMISTRY.components))


@pytest.mark.parametrize("target", [np.nan, np.inf])
def test_titrate__refuses_a_target_that_is_no_number(target):
    with pytest.raises(DataError, match=f"target pH = {target:g} is not a finite number"):
        titrate(CHEMISTRY, liquor(Na2CO3=0.1), CAUSTIC, target, ROOM, NOTHING)


def test_titrate__refuses_a_titrant_that_takes_away():
    with pytest.raises(DataError, match=r"titrant: amount of Na\+ = -1 mol is below 0"):
        titrate(CHEMISTRY, liquor(Na2CO3=0.1), -CAUSTIC, 7.0, ROOM, NOTHING)


def test_trials__let_the_dose_bring_what_the_totals_lack():
    totals = liquor(H2SO4=0.1)
    dose, found = titrate(CHEMISTRY, totals, CAUSTIC, 7.0, ROOM, NOTHING)
    with pytest.raises(DataError, match=r"total of Na\+ = -0\.01 mol is below 0"):
        titrate(CHEMISTRY, totals - 0.01 * CAUSTIC, CAUSTIC, 7.0, ROOM, NOTHING)
    more, same = titrate_trial(CHEMISTRY, totals - 0.01 * CAUSTIC, CAUSTIC, 7.0, ROOM, NOTHING)
    assert more == pytest.approx(dose + 0.01, rel=1e-9)
    np.testing.assert_allclose(same.totals, found.totals, rtol=1e-9, atol=1e-12)


def test_trials__are_what_the_checked_entries_answer():
    totals = liquor(Na2CO3=0.1)
    assert speciate_trial(CHEMISTRY, totals, ROOM, NOTHING).ph == one(totals).ph
    assert titrate_trial(CHEMISTRY, totals, CAUSTIC, 12.0, ROOM, NOTHING)[0] == titrated(totals)[0]


@ENTRIES
@pytest.mark.parametrize("temperature", [25.0, 250.0, 480.0, 600.0, 700.0, 1000.0, np.nan])
def test_entries__refuse_a_liquor_that_the_data_do_not_reach(entry, temperature):
    with pytest.raises(DataError, match=rf"liquor: temperature {temperature:g} K .* outside 253\.15 to 473\.15 K"):
        entry(liquor(Na2CO3=0.1), temperature=temperature)


def test_entries__tell_what_a_temperature_in_degc_is_in_kelvin():
    with pytest.raises(DataError, match=r"celsius\(25\) is 298\.15 K"):
        one(liquor(), temperature=25.0)


@pytest.mark.parametrize("temperature", [celsius(-20.0), celsius(200.0)])
def test_liquors__are_answered_up_to_the_limits_with_a_warning(temperature):
    liquid = Stream.of(CHEMISTRY, {"H2O": 1.0, "Na2SO4": 0.01}, temperature)
    assert 5.0 < liquid.ph < 9.0
    assert np.isfinite(liquid.enthalpy_flow)
    assert any("which the built-in data were made for" in warning for warning in liquid.equilibrium.warnings)


def test_warnings__speak_of_one_database_in_the_singular():
    own = CHEMISTRY.database
    cold = Chemistry("Na C", database=Database("made", own.species, own.activity, made_for=(celsius(-50), ROOM)))
    found = speciate(cold, cold.dissolve("H2O"), celsius(40), ())
    assert found.warnings == ("temperature 313.15 K is outside 223.15 to 298.15 K, which made was made for",)
    assert warnings_of([found]) == (
        "temperatures of 40 to 40 degC are outside -50 to 25 degC, which made was made for",
    )
    hot = one(liquor(), temperature=celsius(110))
    assert warnings_of([hot])[0].endswith("outside 0 to 100 degC, which the built-in data were made for")


@pytest.mark.parametrize("degrees", range(-50, 0, 7))
def test_database__takes_its_limits_as_celsius_rounds_them(degrees):
    own, limit = CHEMISTRY.database, 273.15 + degrees
    for temperatures in ((limit, 400.0), (200.0, limit)):
        database = Database("made", own.species, own.activity, temperatures)
        database.check_temperature(celsius(degrees))
        database.check_temperature(float(f"{limit:.2f}"))
        with pytest.raises(DataError, match="where the data of made hold"):
            database.check_temperature(limit - 1e-5 if temperatures[0] == limit else limit + 1e-5)


@ENTRIES
@pytest.mark.parametrize(
    ("given", "shown"),
    [("25", "'25'"), (np.array([298.15]), r"ndarray\(1,\)"), (None, "None"), (True, "True"), ([ROOM], "list")],
)
def test_entries__refuse_a_temperature_that_is_no_number(entry, given, shown):
    with pytest.raises(DataError, match=rf"liquor: temperature = {shown} is no number; give one such as celsius\(25\)"):
        entry(liquor(Na2CO3=0.1), temperature=given)


@ENTRIES
@pytest.mark.parametrize("given", [298, np.int64(298), np.float32(298.0), np.float64(298.0)])
def test_entries__take_any_number_as_temperature(entry, given):
    found, plain = entry(liquor(Na2CO3=0.1), temperature=given), entry(liquor(Na2CO3=0.1), temperature=298.0)
    if entry is many:
        np.testing.assert_array_equal(found.molality, plain.molality)
    else:
        assert repr(found) == repr(plain)


@pytest.mark.parametrize("given", ["7", None, np.array([7.0])])
def test_titrate__refuses_a_target_of_another_type(given):
    with pytest.raises(DataError, match=r"target pH = .* is no number; give one such as 7\.0"):
        titrate(CHEMISTRY, liquor(Na2CO3=0.1), CAUSTIC, given, ROOM, NOTHING)


def test_speciate__refuses_what_is_no_headspace():
    with pytest.raises(
        DataError, match=r"headspace = 'CO2\(g\)' is no Headspace; give gases .* Headspace\('CO2\(g\)', pres"
    ):
        speciate(CHEMISTRY, liquor(Na2CO3=0.1), ROOM, NOTHING, headspace="CO2(g)")


def test_database__without_limits_of_its_own_ends_where_water_does():
    own = CHEMISTRY.database
    other = Chemistry("Na C", database=Database("made", own.species, own.activity))
    totals = other.dissolve("H2O") * 55.5
    assert speciate(other, totals, 600.0, ()).ph > 4.0
    with pytest.raises(DataError, match=r"outside 223\.15 to 623\.15 K, where the data of made hold"):
        speciate(other, totals, 640.0, ())


@pytest.mark.parametrize("temperature", [230.0, 700.0, 990.0, 1500.0])
@pytest.mark.parametrize("name", ["Li2CO3(s)", "CO2(g)"])
def test_furnaces__hold_solids_and_gases_at_any_temperature(name, temperature):
    dry = Stream.of(CHEMISTRY, {name: 1.0}, temperature)
    cooler = Stream.of(CHEMISTRY, {name: 1.0}, temperature - 1.0)
    assert dry.liquor_volume == 0.0
    assert dry.heat_capacity > 500.0
    assert dry.enthalpy_flow > cooler.enthalpy_flow
    if temperature > 300.0:
        between = 0.5 * (dry.heat_capacity + cooler.heat_capacity)
        assert dry.enthalpy_flow - cooler.enthalpy_flow == pytest.approx(between, rel=1e-6)
    assert mix([dry, Stream.of(CHEMISTRY, {name: 1.0}, ROOM)]).temperature < max(temperature, ROOM)


def test_furnaces__hold_no_liquor():
    wet = Stream.of(CHEMISTRY, {"Li2CO3(s)": 1.0, "H2O": 0.1}, 700.0)
    for of in ("heat_capacity", "liquor_volume", "volume"):
        with pytest.raises(DataError, match=r"a liquor at 700 K, the properties of liquid water end at 623\.15 K"):
            getattr(wet, of)
    for of in ("ph", "enthalpy_flow"):
        with pytest.raises(DataError, match="liquor: temperature 700 K"):
            getattr(wet, of)


def sweep():
    """50 liquors of phosphoric acid, every seventh without lithium."""
    rows = np.stack([liquor(H3PO4=0.3, LiOH=0.1 if at % 7 != 3 else 0.0) for at in range(50)])
    return rows, speciate_many(CHEMISTRY, rows, ROOM, NOTHING)


def test_warnings_of_many__tell_which_rows_lack_which_pair():
    rows, answers = sweep()
    pairs = unknown_pairs_of_many(CHEMISTRY, answers)
    assert list(pairs) == [("Li+", "H2PO4-")]
    assert pairs["Li+", "H2PO4-"].tolist() == [at for at in range(50) if at % 7 != 3]
    few = speciate_many(CHEMISTRY, rows[:10], ROOM, NOTHING)
    (told,) = warnings_of_many(CHEMISTRY, few, ROOM)
    assert told.startswith("rows 0 to 2, 4 to 9: the activity model has no interaction of Li+ with H2PO4-")
    assert warnings_of_many(CHEMISTRY, speciate_many(CHEMISTRY, rows[3:4], ROOM, NOTHING), ROOM) == ()
    (told,) = warnings_of_many(CHEMISTRY, answers, ROOM)
    assert told.startswith("rows 0 to 2, 4 to 9, 11 to 16, 18 to 23, 25 to 30, 32 to 37 and 10 more: ")


def test_warnings_of_many__are_those_of_each_liquor_alone():
    chemistry = Chemistry("Li Na K Mg Al Fe Mn Co Ni Cu Zn S Cl P F N")
    generator = np.random.default_rng(5)
    charges = chemistry.charges[chemistry.liquor]
    rows = generator.random((40, len(charges))) * (generator.random((40, len(charges))) < 0.5)
    rows[:, 0] = 55.5
    rows[:, chemistry.index["H2O2"]] = 0.0
    rows[:, 1] = 0.0
    rows[:, 1] = -(rows @ charges)
    temperature = celsius(110.0)
    answers = speciate_many(chemistry, rows, temperature, ())
    found = {pair: at.tolist() for pair, at in unknown_pairs_of_many(chemistry, answers).items()}
    expected, outside = {}, 0
    for at, row in enumerate(rows):
        alone = speciate(chemistry, row, temperature, ())
        outside += not alone.in_range
        for pair in alone.unknown_pairs:
            expected.setdefault(pair, []).append(at)
    assert found == expected
    told = warnings_of_many(chemistry, answers, temperature)
    assert "temperature 383.15 K is outside" in told[0]
    assert any("ionic strength up to" in warning for warning in told) == (outside > 0)
    assert all(any(f"{c} with {a}" in warning for warning in told) for c, a in found)


def test_warnings_of_many__refuse_answers_of_another_chemistry():
    _, answers = sweep()
    other = Chemistry("Na Cl")
    reason = f"answers are of {len(CHEMISTRY.aqueous)} aqueous species, not of the {len(other.aqueous)} of Chemistry"
    with pytest.raises(DataError, match=reason):
        warnings_of_many(other, answers, ROOM)
    with pytest.raises(DataError, match=reason):
        unknown_pairs_of_many(other, answers)


def test_warnings_of_many__refuse_a_temperature_that_is_no_number():
    with pytest.raises(DataError, match="temperature = '25' is no number"):
        warnings_of_many(CHEMISTRY, sweep()[1], "25")


def again(changed):
    """Soda speciated into room that is changed by a function of the name of an array and the array."""
    rows = [liquor(Na2CO3=0.1)] * 2
    answers = speciate_many(CHEMISTRY, rows, ROOM, NOTHING)
    room = [changed(name, np.zeros_like(array)) for name, array in zip(answers._fields, answers, strict=True)]
    return answers, room, speciate_many(CHEMISTRY, rows, ROOM, NOTHING, out=room)


def sealed(array):
    array.setflags(write=False)
    return array


@pytest.mark.parametrize("name", Answers._fields)
@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda array: array.astype(np.float32), "holds float32, it must hold"),
        (lambda array: array[:1], r"has the shape \(1, "),
        (np.asfortranarray, "does not lie row by row in one piece"),
        (lambda array: np.repeat(array, 2, axis=0)[::2], "does not lie row by row in one piece"),
        (sealed, "is read-only, it must be writeable"),
        (lambda array: array.tolist(), r"= list is no array; it must be \(2, "),
    ],
)
def test_speciate_many__refuses_room_that_it_cannot_write(name, change, reason):
    with pytest.raises(DataError, match=rf"^out\.{name} {reason}"):
        again(lambda each, array: change(array) if each == name else array)


def test_speciate_many__takes_the_five_arrays_as_room():
    plain, room, found = again(lambda _, array: array)
    assert isinstance(found, Answers)
    for array, given, expected in zip(found, room, plain, strict=True):
        assert np.shares_memory(array, given)
        np.testing.assert_array_equal(array, expected)


@pytest.mark.parametrize(
    ("out", "shown"), [(np.zeros((5, 2)), "ndarray"), ((), "tuple"), ([np.zeros(2)] * 4, "list of 4")]
)
def test_speciate_many__says_what_room_is_made_of(out, shown):
    with pytest.raises(
        DataError, match=f"^out = {shown}; give the answers of another sweep, or their 5 arrays: molality, "
    ):
        speciate_many(CHEMISTRY, [liquor(Na2CO3=0.1)], ROOM, NOTHING, out=out)


def test_unknown_pairs__are_those_without_parameters_or_complex():
    _, answers = sweep()
    chemistry, alone = CHEMISTRY, speciate(CHEMISTRY, sweep()[0][0], ROOM, ())
    composition = chemistry.mixture(ROOM).composition
    major = [at for at, molality in enumerate(answers.molality[0]) if molality > 0.05]
    lacking = [
        (chemistry.aqueous_names[c], chemistry.aqueous_names[a])
        for c, a in itertools.product(major, repeat=2)
        if chemistry.aqueous[c].charge > 0 > chemistry.aqueous[a].charge
        and not chemistry.activity.knows(chemistry.aqueous_names[c], chemistry.aqueous_names[a])
        and not (composition == composition[c] + composition[a]).all(axis=1).any()
    ]
    assert alone.unknown_pairs == tuple(lacking)


def test_equilibrium__is_printed_in_a_line():
    found = speciate(CHEMISTRY, liquor(Li2CO3=1.0), ROOM, "Li2CO3(s)")
    amount = found.amounts[CHEMISTRY.phase_index["Li2CO3(s)"]]
    assert repr(found) == (
        f"Equilibrium(at 298.15 K: pH {found.ph:.2f}, ionic strength {found.ionic_strength:.4g} mol/kg, "
        f"Li2CO3(s) {amount:.4g} mol)"
    )


def test_axis__of_temperature_ends_as_celsius_rounds_it():
    assert AgainstTemperature(celsius(-50), 223.25).ends() == pytest.approx((-50.0, -49.9))
    with pytest.raises(DataError, match="temperature range: temperature = '20' is no number"):
        AgainstTemperature("20", celsius(40)).ends()
    with pytest.raises(DataError, match=r"temperature from 223\.1\d* to 293\.15 K is outside 223\.15 to 373\.15 K"):
        AgainstTemperature(223.1, celsius(20)).ends()


@pytest.mark.parametrize("activity", ["pitzer", Davies, 1.0])
def test_chemistry__refuses_what_is_no_activity_model(activity):
    with pytest.raises(DataError, match=r"is no activity model; give one such as Davies\(\)"):
        Chemistry("Na S", activity=activity)
