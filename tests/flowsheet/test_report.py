"""Tables against arithmetic by hand; atomic masses from the data, everything else typed here."""

from typing import ClassVar

import numpy as np
import pandas
import pytest
from synthetic_plant import KILOGRAM_PER_HOUR, Divider, Sieve, Source, Tank, stream

from raffinate.flowsheet import DataError, Flowsheet, Stream, solve
from raffinate.flowsheet.chemistry.system import Chemistry
from raffinate.flowsheet.quantities import celsius
from raffinate.flowsheet.report import (
    balance_table,
    exit_table,
    named_streams,
    product_sheet,
    reagent_table,
    recovery_table,
    species_table,
    stream_table,
    unit_balance_table,
)
from raffinate.flowsheet.substances import substances
from raffinate.flowsheet.unitop import Outcome, Port, UnitOp

NI, CO, NA, S, O, H = 58.693, 58.933, 22.990, 32.06, 15.999, 1.008  # noqa: E741  g/mol
NISO4 = NI + S + 4 * O
COSO4 = CO + S + 4 * O
NA2SO4 = 2 * NA + S + 4 * O
HEXAHYDRATE = NISO4 + 6 * (2 * H + O)


@pytest.fixture(scope="module")
def chemistry():
    return Chemistry("Li Na Ca Ni Co Fe S Cl C N")


@pytest.fixture(scope="module")
def solution(chemistry):
    """Slurry of graphite in a liquor, dosed with soda, sieved; a fifth of the filtrate goes back."""
    slurry = Stream.of(
        chemistry,
        {n: m * KILOGRAM_PER_HOUR for n, m in {"C(s)": 20.0, "NiSO4": 10.0, "CoSO4": 5.0, "H2O": 100.0}.items()},
        temperature=celsius(40.0),
    )
    soda = stream(chemistry, NaOH=1.0, H2O=3.0)
    sheet = Flowsheet()
    sheet.add("tank", Tank(base=soda, dose=0.1), feed=slurry, water="split.first")
    sheet.add("sieve", Sieve(adhering=0.25), slurry="tank")
    sheet.add("split", Divider(share=0.2), feed="sieve.filtrate")
    return solve(sheet)


def solve_one(given):
    sheet = Flowsheet()
    sheet.add("box", Source(stream=given))
    return solve(sheet)


def test_stream_table__masses_of_the_feed_are_those_given(solution):
    row = stream_table(solution).loc["tank.feed"]
    assert row["role"] == "feed"
    assert row["mass kg/h"] == pytest.approx(135.0)
    assert row["liquor kg/h"] == pytest.approx(115.0)
    assert row["solids kg/h"] == pytest.approx(20.0)
    assert row["organic kg/h"] == row["gas kg/h"] == 0.0
    assert row["temperature degC"] == pytest.approx(40.0)


def test_stream_table__grams_per_litre_times_volume_is_mass(solution):
    row = stream_table(solution, ["tank.feed"]).loc["tank.feed"]
    assert row["Ni+2 g/L"] * row["liquor m3/h"] == pytest.approx(10.0 * NI / NISO4)
    assert row["Co+2 g/L"] * row["liquor m3/h"] == pytest.approx(5.0 * CO / COSO4)
    assert row["Na+ g/L"] == 0.0
    assert "H+ g/L" not in row.index


def test_stream_table__has_a_row_for_every_stream_and_the_role_of_each(solution):
    table = stream_table(solution)
    assert set(solution.streams) | set(solution.feeds) | set(solution.drawn) == set(table.index)
    assert table.loc["tank.base", "role"] == "reagent"
    assert table.loc["sieve.cake", "role"] == "product"
    assert table.loc["split.first", "role"] == "internal"


def test_stream_table__liquor_has_the_ph_of_its_equilibrium(solution):
    row = stream_table(solution).loc["tank.slurry"]
    found = solution.streams["tank.slurry"].equilibrium
    assert row["pH"] == pytest.approx(found.ph)
    assert row["ionic strength mol/kg"] == pytest.approx(found.ionic_strength)
    assert row["outside activity model"] == (not found.in_range)
    assert row["note"] == ""


def test_stream_table__dry_and_empty_and_charged_streams_have_no_ph(chemistry):
    flows = np.zeros(chemistry.size)
    flows[chemistry.position("H2O")], flows[chemistry.position("Ni+2")] = 1.0, 0.01
    sheet = Flowsheet()
    sheet.add("powder", Source(stream=stream(chemistry, **{"C(s)": 1.0})))
    sheet.add("nothing", Source(stream=Stream.empty(chemistry)))
    sheet.add("charged", Source(stream=Stream(chemistry, flows)))
    table = stream_table(solve(sheet))
    for column in ("pH", "ionic strength mol/kg", "outside activity model"):
        assert table[column].isna().all()
    assert table.loc["powder.out", "Ni+2 g/L"] is pandas.NA
    assert table.loc["charged.out", "Ni+2 g/L"] > 0.0
    assert (table["note"] == "").all()


def test_stream_table__a_liquor_without_an_answer_is_noted(chemistry, monkeypatch):
    def refuse(self):
        raise DataError("no answer is known")

    monkeypatch.setattr(Stream, "equilibrium", property(refuse))
    row = stream_table(solve_one(stream(chemistry, H2O=1.0))).loc["box.out"]
    assert row["note"] == "no answer is known"
    assert row["pH"] is pandas.NA


def test_stream_table__an_unknown_name_is_told_with_the_nearest(solution):
    with pytest.raises(DataError, match=r"'sieve.filtrat' is not in the solution; did you mean 'sieve.filtrate'\?"):
        stream_table(solution, ["sieve.filtrat"])


class Passing(UnitOp):
    """A unit whose inlet and outlet have one name."""

    inlets: ClassVar = {"liquor": Port("in")}
    outlets: ClassVar = {"liquor": "out"}

    def run(self, inlets):
        return Outcome({"liquor": inlets["liquor"]})


def test_named_streams__a_feed_named_as_an_outlet_is_told_apart(chemistry):
    sheet = Flowsheet()
    sheet.add("pipe", Passing(), liquor=stream(chemistry, H2O=1.0))
    found = named_streams(solve(sheet))
    assert {name: role for name, (role, _) in found.items()} == {"pipe.liquor": "product", "pipe.liquor (feed)": "feed"}


def test_species_table__adds_up_to_the_stream(solution):
    table = species_table(solution)
    masses = table.groupby("stream")["kg/h"].sum()
    assert masses["tank.feed"] == pytest.approx(135.0)
    carbon = table[(table["stream"] == "sieve.cake") & (table["species"] == "C(s)")].iloc[0]
    assert carbon["phase"] == "solids"
    assert carbon["kg/h"] == pytest.approx(20.0)
    assert carbon["mol/h"] == pytest.approx(20000.0 / 12.011, rel=1e-4)
    assert not (table["kg/h"] == 0.0).any()


def crystals(chemistry, **adhering):
    return solve_one(stream(chemistry, **{"NiSO4.6H2O(s)": 100.0}, **adhering))


def test_product_sheet__adhering_product_dries_as_product(chemistry):
    sheet = product_sheet(crystals(chemistry, H2O=5.0, NiSO4=1.0, CoSO4=0.05, Na2SO4=0.2), "box.out", "NiSO4.6H2O(s)")
    main = 100.0 + HEXAHYDRATE / NISO4
    dry = main + 0.25
    assert sheet.loc["dry product", "value"] == pytest.approx(dry)
    assert sheet.loc["dry product", "unit"] == "kg/h"
    assert sheet.loc["NiSO4.6H2O(s)", "value"] == pytest.approx(100.0 * main / dry)
    assert sheet.loc["NiSO4.6H2O(s)", "unit"] == "wt %"
    assert sheet.loc["Co", "value"] == pytest.approx(1e6 * 0.05 * CO / COSO4 / dry)
    assert sheet.loc["Na", "value"] == pytest.approx(1e6 * 0.2 * 2 * NA / NA2SO4 / dry)


def test_product_sheet__impurities_come_sorted_and_the_own_elements_are_none(chemistry):
    sheet = product_sheet(crystals(chemistry, H2O=5.0, CoSO4=0.05, Na2SO4=0.2, FeSO4=0.1), "box.out", "NiSO4.6H2O(s)")
    impurities = sheet[sheet["unit"] == "ppm"]
    assert list(impurities.index[:3]) == ["Na", "Fe", "Co"]
    assert impurities["value"].is_monotonic_decreasing
    assert not set(impurities.index) & {"Ni", "S", "O", "H"}
    assert impurities.loc["Li", "value"] == 0.0


def test_product_sheet__water_peroxide_and_carbonic_acid_leave(chemistry):
    wet = crystals(chemistry, H2O=30.0, H2O2=1.0, H2CO3=2.0)
    sheet = product_sheet(wet, "box.out", "NiSO4.6H2O(s)")
    assert sheet.loc["dry product", "value"] == pytest.approx(100.0)
    assert sheet.loc["NiSO4.6H2O(s)", "value"] == pytest.approx(100.0)
    assert sheet.loc["C", "value"] == pytest.approx(0.0, abs=1e-9)


def test_product_sheet__base_dries_as_hydroxide(chemistry):
    wet = solve_one(stream(chemistry, **{"Li2CO3(s)": 50.0}, H2O=10.0, NaOH=0.5))
    sheet = product_sheet(wet, "box.out", "Li2CO3(s)")
    assert sheet.loc["dry product", "value"] == pytest.approx(50.5)
    assert sheet.loc["Na", "value"] == pytest.approx(1e6 * 0.5 * NA / (NA + O + H) / 50.5)


def test_product_sheet__a_solid_without_equilibrium_takes_nothing_from_the_liquor(chemistry):
    wet = solve_one(stream(chemistry, **{"C(s)": 9.0}, H2O=1.0, Na2SO4=1.0))
    sheet = product_sheet(wet, "box.out", "C(s)")
    assert sheet.loc["C(s)", "value"] == pytest.approx(90.0)
    assert sheet.loc["S", "value"] == pytest.approx(1e5 * S / NA2SO4)


@pytest.mark.parametrize(
    ("product", "main", "message"),
    [
        ("box.ou", "C(s)", "did you mean 'box.out'"),
        ("box.out", "CO(g)", r"did you mean 'CO2\(g\)'"),
        ("box.out", "Ni+2", r"'Ni\+2' is not a solid"),
        ("box.out", "C(s)", "0 kg/h of dry product"),
    ],
)
def test_product_sheet__refuses_what_is_no_product(chemistry, product, main, message):
    with pytest.raises(DataError, match=message):
        product_sheet(solve_one(stream(chemistry, H2O=1.0)), product, main)


@pytest.mark.parametrize(
    "given",
    [
        {"H2SO4": 10.0, "H2O": 90.0},
        {"HCl": 30.0, "H2O": 70.0},
        {"NaOH": 30.0, "H2O": 70.0},
        {"Na2CO3": 20.0, "H2O": 80.0},
        {"NaHCO3": 5.0, "H2O": 95.0},
        {"NH3": 25.0, "H2O": 75.0},
        {"Ca(OH)2": 2.0, "H2O": 98.0},
        {"H2O2": 50.0, "H2O": 50.0},
        {"H2SO4": 5.0, "NiSO4": 10.0, "FeSO4": 1.0, "H2O": 84.0},
        {"Fe2(SO4)3": 8.0, "H2O": 92.0},
        {"(NH4)2SO4": 8.0, "H2O": 92.0},
        {"C(s)": 3.0, "H2O": 1.0},
        {"H2O(g)": 4.0},
        {"NaOH": 40.0},
        {},
    ],
)
def test_substances__are_what_was_mixed(chemistry, given):
    found = {name: mass / KILOGRAM_PER_HOUR for name, mass in substances(stream(chemistry, **given)).items()}
    assert found == pytest.approx(given)


def test_substances__mixed_salts_pair_sulfate_before_chloride_and_keep_the_mass(chemistry):
    found = substances(stream(chemistry, NiSO4=10.0, NaCl=2.0, H2O=88.0))
    assert set(found) == {"Na2SO4", "NiSO4", "NiCl2", "H2O"}
    assert sum(found.values()) / KILOGRAM_PER_HOUR == pytest.approx(100.0)


def test_substances__what_is_not_neutral_stands_by_component(chemistry):
    flows = np.zeros(chemistry.size)
    flows[chemistry.position("H2O")], flows[chemistry.position("Ni+2")] = 1.0, 0.01
    assert substances(Stream(chemistry, flows)) == pytest.approx({"Ni+2": 0.01 * NI * 1e-3, "H2O": (2 * H + O) * 1e-3})


def test_reagent_table__lists_feeds_and_reagents_by_unit(solution):
    table = reagent_table(solution).set_index(["unit", "name", "substance"])["kg/h"]
    assert table["tank", "feed", "total"] == pytest.approx(135.0)
    assert table["tank", "feed", "C(s)"] == pytest.approx(20.0)
    assert table["tank", "base", "total"] == pytest.approx(0.4)
    assert table["tank", "base", "NaOH"] == pytest.approx(0.1)


def test_reagent_table__the_plant_is_the_sum_of_its_units(solution):
    table = reagent_table(solution)
    plant, units = table[table["unit"] == "plant"], table[table["unit"] != "plant"]
    sums = units.groupby("substance")["kg/h"].sum().to_dict()
    assert plant.set_index("substance")["kg/h"].to_dict() == pytest.approx(sums)
    assert sums["H2O"] == pytest.approx(100.3)
    assert sums["total"] == pytest.approx(solution.plant.mass_in / KILOGRAM_PER_HOUR)


def test_reagent_table__a_unit_without_inlets_is_a_feed(chemistry):
    table = reagent_table(solve_one(stream(chemistry, H2SO4=2.0)))
    assert list(table["substance"]) == ["total", "H2SO4", "total", "H2SO4"]
    assert list(table["unit"]) == ["box", "box", "plant", "plant"]


def test_recovery_table__shares_by_hand(solution):
    # a quarter of the liquor sticks to the cake, a fifth of the rest returns: of what leaves, 0.25 : 0.6
    table = recovery_table(solution, {"graphite": "sieve.cake"}, "tank.feed")
    assert table.loc["C"].to_dict() == pytest.approx({"graphite": 100.0, "other exits": 0.0, "sum": 100.0})
    row = table.loc["Ni"].to_dict()
    assert row == pytest.approx({"graphite": 25.0 / 0.85, "other exits": 60.0 / 0.85, "sum": 100.0})
    assert "tank.feed" in table.attrs["unit"]


def test_recovery_table__leaves_out_water_and_what_the_feed_lacks(solution):
    table = recovery_table(solution, {"graphite": "sieve.cake", "liquor": "split.second"}, "tank.feed")
    assert set(table.index) == {"C", "Ni", "Co", "S"}
    assert (table["other exits"] == 0.0).all()


def test_recovery_table__refuses_a_stream_that_stays_inside(solution):
    with pytest.raises(DataError, match=r"'split.first' is not an exit of the plant; did you mean"):
        recovery_table(solution, {"x": "split.first"}, "tank.feed")


def test_recovery_table__refuses_an_unknown_feed(solution):
    with pytest.raises(DataError, match=r"'tank.fed' is not in the solution; did you mean 'tank.feed'\?"):
        recovery_table(solution, {"x": "sieve.cake"}, "tank.fed")


def test_exit_table__lists_where_sodium_leaves(solution):
    table = exit_table(solution, "Na")
    assert list(table.index) == ["split.second", "sieve.cake"]
    assert table["kg/h"].sum() == pytest.approx(0.1 * NA / (NA + O + H))
    assert table["share %"].to_dict() == pytest.approx({"split.second": 60.0 / 0.85, "sieve.cake": 25.0 / 0.85})


def test_exit_table__is_empty_for_what_does_not_leave(solution):
    assert exit_table(solution, "Li").empty


def test_exit_table__refuses_an_unknown_element(solution):
    with pytest.raises(DataError, match="did you mean 'Li'"):
        exit_table(solution, "Lii")


def test_balance_table__in_equals_out(solution):
    table = balance_table(solution)
    assert table.loc["Ni", "in kg/h"] == pytest.approx(10.0 * NI / NISO4)
    assert table.loc["mass", "in kg/h"] == pytest.approx(135.4)
    assert table["in kg/h"].to_dict() == pytest.approx(table["out kg/h"].to_dict())
    assert (table["relative error"].abs() < 1e-9).all()


def test_unit_balance_table__has_a_row_a_unit(solution):
    table = unit_balance_table(solution)
    assert list(table.index) == ["tank", "sieve", "split"]
    assert table["in kg/h"].to_dict() == pytest.approx(table["out kg/h"].to_dict())
    assert (table["worst element error"].abs() < 1e-9).all()
    assert table.loc["sieve", "worst element"] in {"C", "Ni", "Co", "S", "O", "H", "Na"}
