"""Extraction against plants that its constants do not know: pilot cascades and a nickel circuit, sodium hydroxide as fed."""

import extraction_bench as bench
import extraction_scores as scores
import pytest


@pytest.mark.parametrize("case", ["Data1", "Data2", "Data3"])
def test_cyanex_pilot__blind_ph_lithium_and_cobalt(case):
    assert abs(scores.pilot_ph_error(case)) <= 0.5
    assert abs(scores.pilot_error(case, "Li")) <= 0.25
    assert abs(scores.pilot_error(case, "Co")) <= 0.01


@pytest.mark.parametrize("case", ["Data1", "Data2", "Data3"])
def test_cyanex_pilot__blind_nickel(case):
    assert abs(scores.pilot_error(case, "Ni")) <= 4.5


def test_cyanex_pilot__one_share_of_the_base_explains_nickel_of_two_days():
    """A fit of one number to these two days: what their equivalents say is 0.81 and 0.87."""
    share = scores.utilisation()
    assert 0.8 <= share <= 0.9
    for case in ("Data1", "Data2"):
        assert abs(scores.pilot_error(case, "Ni", share)) <= 1.5
        assert abs(scores.pilot_error(case, "Li", share)) <= 0.25
        assert abs(scores.pilot_ph_error(case, share)) <= 0.5


@pytest.mark.parametrize("case", ["Data4", "Data6"])
def test_d2ehpa_pilot__blind_manganese_and_cobalt(case):
    assert scores.pilot_error(case, "Mn") < 0.005
    assert abs(scores.pilot_error(case, "Co")) <= 1.0


@pytest.mark.xfail(
    strict=True,
    reason="6.1 and 3.0 g/L too much: lithium and sodium, as strong as their isotherm and curve, take base from nickel",
)
@pytest.mark.parametrize("case", ["Data4", "Data6"])
def test_d2ehpa_pilot__blind_nickel(case):
    assert abs(scores.pilot_error(case, "Ni")) <= 1.5


@pytest.mark.parametrize("case", ["Data4", "Data6"])
def test_d2ehpa_pilot__nickel_asks_for_weak_lithium_and_all_else_for_strong(case):
    """Base, nickel, cobalt and manganese close without lithium; lithium, cobalt slip and pH say that lithium goes along."""
    weak, row = scores.pilot_with_weak_alkali(case), scores.pilot_row(case)
    assert abs(bench.grams(weak, "Ni+2") - float(row["raffinate_Ni_g_l"])) <= 0.5
    assert abs(bench.grams(weak, "Li+") - float(row["raffinate_Li_g_l"])) > abs(scores.pilot_error(case, "Li"))
    assert abs(bench.grams(weak, "Co+2") - float(row["raffinate_Co_g_l"])) > abs(scores.pilot_error(case, "Co"))
    assert abs(float(weak.ph[-1]) - float(row["raffinate_ph"])) > abs(scores.pilot_ph_error(case))


def test_d2ehpa_pilot__of_which_more_was_extracted_than_base_and_extractant_allow_is_not_met():
    """Data5 claims to extract 2.1 times its NaOH and 1.1 times its extractant: no balance can follow it."""
    row = scores.pilot_row("Data5")
    aqueous = float(row["feed_ml_min"]) + float(row["naoh_ml_min"])
    taken = sum(
        2.0
        / bench.MASS[f"{m}+2"]
        * (float(row["feed_ml_min"]) * float(row[f"feed_{m}_g_l"]) - aqueous * float(row[f"raffinate_{m}_g_l"]))
        for m in ("Ni", "Co", "Mn", "Ca", "Mg", "Zn")
    )
    naoh = float(row["naoh_ml_min"]) * float(row["naoh_g_ml"]) * float(row["naoh_fraction"]) / bench.NAOH * 1000.0
    assert taken > 1.5 * naoh
    assert taken > float(row["extractant_molarity"]) * float(row["organic_ml_min"])
    assert scores.pilot_error("Data5", "Ni") > float(row["raffinate_Ni_g_l"])


def test_nickel_circuit__blind_with_its_sodium_hydroxide():
    days = scores.preload(held=False)
    assert len(days) == 14
    assert scores.mean_error([day.nickel for day in days]) <= 9.0
    assert scores.mean_error([day.ph for day in days]) <= 0.4


def test_nickel_circuit__at_the_ph_of_its_raffinate():
    """Met with digitisation B of the curve, 3.7 g/L; the mean of A and B, the database before, gives 5.1: not wholly blind."""
    days = scores.preload(held=True)
    assert len(days) == 21
    assert scores.mean_error([day.nickel for day in days]) <= 4.0
    stage = [abs(a / b - 1.0) for a, b in (day.feed_stage_nickel for day in days)]
    assert sum(stage) / len(stage) <= 0.06


def test_separation_factors__rank_as_the_literature_has_them():
    """Cobalt over nickel at pH 4, recalled from Flett (2005): 14, 280 and 7000; the curve of Cyanex 272 says 650."""
    rows = [row for row in bench.read("extraction_points.csv") if row["source"] == "Flett (2005)"]
    assert [row["extractant"] for row in rows] == ["D2EHPA", "PC-88A", "Cyanex 272"]
    phosphoric, phosphonic, phosphinic = (scores.point(row) for row in rows)
    assert 5.0 < phosphoric < 50.0
    assert 100.0 < phosphonic < 1000.0
    assert phosphonic < phosphinic
