"""Data that cannot be are refused before a fit, with numbers; pilot days that can are let through, with remarks."""

import csv
from dataclasses import replace
from pathlib import Path

import pytest

from raffinate.flowsheet import DataError
from raffinate.flowsheet.chemistry.extractants import Complex, Extractant
from raffinate.flowsheet.extraction.fit_checks import balance_of, base_cation, checked
from raffinate.flowsheet.extraction.fitting import fit_extractant
from raffinate.flowsheet.extraction.observations import CascadePoint, Conditions, ExtractionPoint, LoadingPoint
from raffinate.flowsheet.quantities import mol_per_litre

PILOTS = Path(__file__).parents[1] / "validation" / "data" / "pilot_cascades.csv"
METALS = ("Li", "Ni", "Co", "Mn", "Ca", "Mg", "Zn")
CATIONS = ("Li+", "Na+", "Ni+2", "Co+2", "Mn+2", "Ca+2", "Mg+2", "Zn+2")
ACID = Extractant("acid", "C16H35O2P", complexes=tuple(Complex(cation, -6.0, 2.0) for cation in CATIONS))
SOLVATE = Extractant(
    "solvate", "C12H27O4P", kind="solvating", unit=1.0, complexes=(Complex("Co+2", 0.0, 2.0, anion="Cl-", anions=2.0),)
)
COBALT = Conditions(feed={"Co": 10.0}, extractant=500.0)


def pilot(case: str, water: bool = True) -> CascadePoint:
    """A day of the pilot plant as an observation; the NaOH fed with the organic is its base."""
    with PILOTS.open(newline="") as file:
        row = next(row for row in csv.DictReader(file) if row["case"] == case)
    strength = float(row["naoh_g_ml"]) * float(row["naoh_fraction"]) / 39.997 * 1e6
    feed = float(row["feed_ml_min"])
    fed = {m: float(row[f"feed_{m}_g_l"] or 0.0) for m in METALS}
    conditions = Conditions(
        feed={m: value for m, value in fed.items() if value > 0.0},
        extractant=float(row["extractant_molarity"]) * mol_per_litre,
        organic_to_aqueous=float(row["organic_ml_min"]) / feed,
        feed_ph=float(row["feed_ph"]),
        base_strength=strength if water else None,
    )
    return CascadePoint(
        conditions=conditions,
        stages=int(row["stages"]),
        raffinate={m: float(row[f"raffinate_{m}_g_l"]) for m, value in fed.items() if value > 0.0},
        ph=float(row["raffinate_ph"]),
        dose=strength * float(row["naoh_ml_min"]) / feed,
        name=case,
    )


def refusal(observation, extractant=ACID) -> str:
    with pytest.raises(DataError) as caught:
        checked([observation], extractant)
    return str(caught.value)


def test_data5__is_refused_with_every_reason_before_anything_is_fitted():
    said = refusal(pilot("Data5"))
    assert said.startswith(
        "1 observation cannot be. Data5: Li+ appears from nowhere: the raffinate carries 6.09 g per litre of"
    )
    assert "are 1.11 times the extractant, 2.42 mol" in said
    assert "equivalents per litre of feed were extracted, 2.09 times what base and acid left allow, 1.29" in said
    with pytest.raises(DataError, match="Data5: Li"):
        fit_extractant([pilot("Data1"), pilot("Data5")], ACID)


@pytest.mark.parametrize(("case", "share"), [("Data1", 0.81), ("Data2", 0.87)])
def test_cyanex_days__pass_and_close_only_with_the_water_of_their_base(case, share):
    day = pilot(case)
    assert checked([day], ACID) == ((day,), ())
    balance = balance_of(day)
    assert balance.volume == pytest.approx(1.0 + (11.0 if case == "Data1" else 9.4) / 25.0)
    assert balance.equivalents() / balance.base == pytest.approx(share, abs=0.01)
    dry = balance_of(pilot(case, water=False))
    assert dry.equivalents() / dry.base > 1.05


def test_data4__passes_without_its_lithium_and_says_so():
    [kept], [remark] = checked([pilot("Data4")], ACID)
    assert remark.startswith("Data4: 1.77 equivalents per litre of feed were extracted, 1.25 times")
    assert remark.endswith("without Li+ it is 0.99 times, so the readings of Li+ are left out")
    assert "Li+" not in kept.raffinate
    assert kept.raffinate["Ni+2"] == 18.186
    assert kept.conditions.feed["Li+"] == 9.767


def test_base__hardly_used_is_remarked_on():
    day = pilot("Data1")
    _, [remark] = checked([replace(day, dose=1.5 * day.dose)], ACID)
    assert remark.startswith("Data1: 47 % of the base is found in what was extracted")


@pytest.mark.parametrize(
    ("observation", "said"),
    [
        (
            ExtractionPoint(conditions=replace(COBALT, extractant=300.0), ph=5.0, extracted={"Co": 1.0}, name="a"),
            "a: 0.339 mol of equivalents per litre of feed are 1.13 times the extractant, 0.3 mol",
        ),
        (
            LoadingPoint(conditions=COBALT, organic={"Co": 8.0}, aqueous={"Co": 4.0}, ph=5.0),
            r"observation 1: Co\+2 closes at 120 %: liquor and organic hold 12 g per litre of feed, the feed brought 10 g",
        ),
        (
            LoadingPoint(conditions=COBALT, aqueous={"Co": 12.0}, ph=5.0),
            r"Co\+2 appears from nowhere: the raffinate carries 12 g per litre of feed, the feed 10 g",
        ),
        (
            ExtractionPoint(conditions=COBALT, ph=5.0, extracted={"Ni": 0.5}),
            r"E of Ni\+2 is given, but the feed holds 0 g/L of it",
        ),
        (
            LoadingPoint(conditions=COBALT, organic={"Co": 9.0}, ph=5.0, dose=150.0),
            "0.305 equivalents per litre of feed were extracted, 2.0. times what base and acid left allow, 0.15",
        ),
    ],
)
def test_checks__refuse_what_no_constants_could_meet(observation, said):
    with pytest.raises(DataError, match=said):
        checked([observation], ACID)


def test_checks__let_acid_that_stays_in_the_liquor_take_the_protons():
    """At pH 1.5 sulfate takes what 8 g/L of copper set free; no base was dosed."""
    copper = Extractant("oxime", "C15H23NO2", unit=1.0, complexes=(Complex("Cu+2", 1.0, 2.0),))
    conditions = Conditions(feed={"Cu": 20.0}, extractant=500.0)
    point = LoadingPoint(conditions=conditions, organic={"Cu": 8.0}, ph=1.0, dose=0.0)
    assert checked([point], copper) == ((point,), ())


def test_checks__count_molecules_of_what_solvates():
    conditions = Conditions(feed={"Co": 10.0}, extractant=200.0, anion="Cl-")
    point = ExtractionPoint(conditions=conditions, ph=1.0, extracted={"Co": 0.9})
    assert "0.305 mol of molecules bound per litre of feed are 1.53 times the extractant" in refusal(point, SOLVATE)


def test_checks__tell_of_every_impossible_observation():
    bad = [LoadingPoint(conditions=COBALT, aqueous={"Co": 12.0}, ph=5.0, name=f"day {n}") for n in range(12)]
    with pytest.raises(DataError, match=r"^12 observations cannot be. day 0: .*day 7: .*; and 4 more$"):
        checked(bad, ACID)


def test_checks__refuse_nothing_at_all():
    with pytest.raises(DataError, match="there are 0 observations to fit"):
        checked([], ACID)


def test_checks__pass_over_what_was_not_measured():
    point = ExtractionPoint(conditions=COBALT, ph=5.0, extracted={"Co": 0.5})
    kept, remarks = checked([point, replace(point, extracted={}, name="blank")], ACID)
    assert kept == (point,)
    assert remarks == ("blank: holds 0 readings, it is passed over",)


@pytest.mark.parametrize(
    ("base", "cation", "equivalents"),
    [
        ("NaOH", "Na+", 1.0),
        ("NH3", "NH4+", 1.0),
        ("Mg(OH)2", "Mg+2", 2.0),
        ("Na2CO3", "Na+", 2.0),
        ("LiOH", "Li+", 1.0),
    ],
)
def test_base_cation__and_its_equivalents(base, cation, equivalents):
    assert base_cation(base) == (cation, equivalents)


def test_base_cation__refuses_what_is_no_base():
    with pytest.raises(DataError, match="base 'H2O' has 0 elements that could be its cation"):
        base_cation("H2O")
