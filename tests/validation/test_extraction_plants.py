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
    reason="6.1 and 3.0 g/L too much: the log's lithium and metals take 1.24 and 1.08 times the base that was fed",
)
@pytest.mark.parametrize("case", ["Data4", "Data6"])
def test_d2ehpa_pilot__blind_nickel(case):
    assert abs(scores.pilot_error(case, "Ni")) <= 1.5


@pytest.mark.parametrize(("case", "metals", "all_of_it"), [("Data4", 0.993, 1.240), ("Data6", 0.969, 1.079)])
def test_d2ehpa_pilot__its_log_takes_more_base_than_was_fed(case, metals, all_of_it):
    """By assays and flows alone, no model: the metals close without lithium, and lithium did not stay in the liquor."""
    log = scores.base_of_the_log(case)
    assert log.metals / log.fed == pytest.approx(metals, abs=0.002)
    assert (log.metals + log.lithium) / log.fed == pytest.approx(all_of_it, abs=0.002)


@pytest.mark.parametrize("case", ["Data4", "Data6"])
def test_d2ehpa_pilot__nickel_is_what_charge_leaves_it(case):
    """Base fed is what the organic took up, to 1 %, so the nickel error follows from those of lithium and cobalt."""
    found, log = scores.pilot(case), scores.base_of_the_log(case)
    charges = [bench.charge(cation) for cation in found.cations]
    taken = 1e6 * float(found.organic_flow[0] * (found.organic[0] @ charges))
    assert taken == pytest.approx(log.fed, rel=0.01)
    sodium = 1e6 * float(found.organic_flow[0] * found.organic[0, found.cations.index("Na+")])
    least = log.nickel(scores.pilot_error(case, "Li"), scores.pilot_error(case, "Co"))
    with_sodium = least + 0.5 * bench.MASS["Ni+2"] * sodium / log.raffinate
    assert with_sodium == pytest.approx(scores.pilot_error(case, "Ni"), abs=0.3)


def test_d2ehpa_pilot__no_model_that_keeps_charge_meets_nickel_and_lithium_of_its_log():
    """Least nickel error of any model at all, no sodium lost: 7.4 g/L on Data4 even with all that cobalt is allowed.

    On Data6 it is 2.4 with cobalt as measured, 1.4 with all that cobalt is allowed: there the log is at the limit.
    Nickel within 1.5 on Data4 asks that lithium be 1.4 g/L off, a third of what the log says was extracted.
    """
    first, last = scores.base_of_the_log("Data4"), scores.base_of_the_log("Data6")
    assert first.nickel(0.0, 1.0) == pytest.approx(7.44, abs=0.05)
    assert last.nickel(0.0, 0.0) == pytest.approx(2.37, abs=0.05)
    assert last.nickel(0.0, 1.0) == pytest.approx(1.37, abs=0.05)
    assert first.nickel(1.40, 1.0) > 1.5
    left = first.lithium - 1.40 / bench.MASS["Li+"] * first.raffinate
    assert left < 0.33 * first.lithium


@pytest.mark.parametrize("sodium", [0.0, scores.LEACHATE_SODIUM])
@pytest.mark.parametrize("form", scores.ALKALI_FORMS)
def test_d2ehpa_pilot__nickel_does_not_depend_on_how_many_dimers_lithium_and_sodium_take(form, sodium):
    """Each form fitted to SX-02 and SX-10a, the liquor of SX-02 as lithium sulfate and as what is left of a leachate."""
    found = scores.alkali_fit(form, sodium)
    assert found.curve <= 4.5
    assert found.isotherm <= 0.15
    for case, least in (("Data4", 5.3), ("Data6", 2.8)):
        assert scores.raffinate_error(scores.pilot_with_alkali(case, found.pairs), case, "Ni") > least


def test_d2ehpa_pilot__lithium_and_sodium_meet_nickel_only_where_they_bear_no_more():
    """Sought with the nickel itself, so no prediction: SX-02 and SX-10a at both their limits, the same way, for 1.5 g/L.

    Fitted, the curve is met to 1.7 % and the isotherm to 0.03. Lithium is then as far off on Data4 as charge asks.
    """
    pairs = scores.DRAWN_TO_THE_PILOT
    curve, isotherm = scores.lithium_errors(pairs, scores.DRAWN_SODIUM)
    assert 3.9 < abs(curve).mean() < 4.05
    assert curve.min() < -12.0
    assert 0.14 < abs(isotherm).mean() < 0.155
    found = scores.pilot_with_alkali("Data4", pairs)
    assert scores.raffinate_error(found, "Data4", "Ni") == pytest.approx(1.5, abs=0.1)
    assert scores.raffinate_error(found, "Data4", "Li") > 1.6


@pytest.mark.parametrize(("case", "nickel", "dosed"), [("Data4", 7.1, 0.78), ("Data6", 4.4, 0.67)])
def test_d2ehpa_pilot__is_not_met_at_the_ph_of_its_raffinate_either(case, nickel, dosed):
    """The pH of the raffinate asks for less base than was fed, where its metals ask for more."""
    found = scores.pilot_at_ph(case)
    assert scores.raffinate_error(found, case, "Ni") == pytest.approx(nickel, abs=0.2)
    assert float(found.dosed.sum()) / bench.caustic_of(scores.pilot_row(case)) == pytest.approx(dosed, abs=0.02)


@pytest.mark.parametrize("case", ["Data4", "Data6"])
def test_d2ehpa_pilot__nickel_asks_for_weak_lithium_and_all_else_for_strong(case):
    """Base, nickel, cobalt and manganese close without lithium; lithium, cobalt slip and pH say that lithium goes along."""
    weak, row = scores.pilot_with_weak_alkali(case), scores.pilot_row(case)
    assert abs(scores.raffinate_error(weak, case, "Ni")) <= 0.5
    for metal in ("Li", "Co"):
        assert abs(scores.raffinate_error(weak, case, metal)) > abs(scores.pilot_error(case, metal))
    assert abs(float(weak.ph[-1]) - float(row["raffinate_ph"])) > abs(scores.pilot_ph_error(case))


def test_d2ehpa_pilot__of_which_more_was_extracted_than_base_and_extractant_allow_is_not_met():
    """Data5 claims to extract 2.1 times its NaOH and 1.1 times its extractant: no balance can follow it."""
    row, log = scores.pilot_row("Data5"), scores.base_of_the_log("Data5")
    assert log.metals > 1.5 * log.fed
    assert log.metals > float(row["extractant_molarity"]) * float(row["organic_ml_min"])
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
