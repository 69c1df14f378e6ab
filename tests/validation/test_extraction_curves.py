"""Extraction against measurements: the curves its constants come from, and pilot cascades that they do not know."""

import csv
import math

import fit_extraction as fit
import numpy as np
import pytest

from raffinate.kernels.cascade import Cascade, solve_cascade
from raffinate.kernels.extraction import Extractant
from raffinate.kernels.status import CONVERGED, OVERLOADED

CATIONS = ["Li+", "Na+", "Ni+2", "Co+2", "Mn+2", "Ca+2", "Mg+2", "Zn+2"]
MASS = {
    "Li+": 6.94,
    "Na+": 22.99,
    "Ni+2": 58.693,
    "Co+2": 58.933,
    "Mn+2": 54.938,
    "Ca+2": 40.078,
    "Mg+2": 24.305,
    "Zn+2": 65.38,
}
LIMIT_PERCENT = {"Mn+2": 3.0, "Co+2": 3.0, "Ni+2": 3.0, "Li+": 4.0, "Na+": 8.0}
LN10 = math.log(10.0)


@pytest.fixture(scope="module")
def fitted():
    return fit.fit_cyanex()


@pytest.fixture(scope="module")
def database():
    with fit.DATABASE.open(newline="") as file:
        return list(csv.DictReader(file))


def constants(database: list[dict[str, str]], extractant: str, cations: list[str]) -> Extractant:
    """What the database says of an extractant; a complex that it does not name does not form."""
    found = {(row["of"], row["quantity"]): float(row["value"]) for row in database}
    ln_k = np.full((len(cations), 2), -np.inf)
    dimers = np.ones((len(cations), 2))
    for k, cation in enumerate(cations):
        for c, loading in enumerate(("trace", "loaded")):
            of = f"{extractant}|{cation}"
            if (of, f"log_k_{loading}") in found:
                ln_k[k, c] = LN10 * found[of, f"log_k_{loading}"]
                dimers[k, c] = found[of, f"dimers_{loading}"]
    return Extractant(ln_k, dimers, np.array([float(fit.charge_of(cation)) for cation in cations]))


def mean_errors(errors: np.ndarray, points: list[tuple[int, float, float]]) -> dict[str, float]:
    """Mean absolute error of each cation, in percent."""
    of = np.array([k for k, _, _ in points])
    return {cation: float(np.abs(errors[of == k]).mean()) for k, cation in enumerate(fit.CATIONS)}


def pilot(case: str) -> dict[str, str]:
    return next(row for row in fit.read("pilot_cascades.csv") if row["case"] == case)


def run_pilot(
    database: list[dict[str, str]], case: str, utilisation: float = 1.0
) -> tuple[float, dict[str, float], int]:
    """(pH, g/L, status) of the raffinate: ideal stages, NaOH fed with the organic, its water in the raffinate."""
    row = pilot(case)
    feed, organic = float(row["feed_ml_min"]), float(row["organic_ml_min"])
    naoh_ml = float(row["naoh_ml_min"])
    naoh = naoh_ml * float(row["naoh_g_ml"]) * float(row["naoh_fraction"]) / 39.997 * 1000.0
    aqueous = feed + naoh_ml
    liquor = (
        np.array([float(row.get(f"feed_{c.split('+')[0]}_g_l") or 0.0) / MASS[c] for c in CATIONS]) * feed / aqueous
    )
    saponified = np.zeros(len(CATIONS))
    saponified[CATIONS.index("Na+")] = utilisation * naoh / organic
    extractant = constants(database, row["extractant"], CATIONS)
    acid = 10.0 ** -float(row["feed_ph"]) * feed / aqueous
    medium = fit.sulfate_medium(0.5 * (float(extractant.charge @ liquor) + acid))
    stages = int(row["stages"])
    dimers = 0.5 * float(row["extractant_molarity"])
    circuit = Cascade(stages, aqueous, organic, dimers, np.ones(len(CATIONS)), 0.0, 0.0)
    base = np.zeros(stages)
    x, _, _, hydrogen, _, _, status = solve_cascade(
        extractant, medium, circuit, liquor, saponified, base, CATIONS.index("Na+")
    )
    ph = -math.log10(hydrogen[-1]) if status == CONVERGED else 0.0
    return ph, {c.split("+")[0]: x[-1, k] * MASS[c] for k, c in enumerate(CATIONS)}, status


def test_database__is_what_the_fit_gives(database):
    rows = [dict(zip(fit.HEADER, row, strict=True)) for row in fit.database_rows()]
    assert [(row["of"], row["quantity"]) for row in rows] == [(row["of"], row["quantity"]) for row in database]
    for fresh, kept in zip(rows, database, strict=True):
        assert float(kept["value"]) == pytest.approx(float(fresh["value"]), abs=0.011), kept
        assert kept["source"] == fresh["source"]
        assert kept["note"].startswith(("fitted", "estimated", "recalled"))


@pytest.mark.parametrize("digitisation", ["A", "B"])
def test_cyanex_curve__is_met_by_the_constants_of_each_digitisation(fitted, digitisation):
    points = fit.curve_points(digitisation)
    log_k = fitted[0] if digitisation == "A" else fitted[1]
    errors = mean_errors(fit.curve_errors(fit.two_complexes(log_k, fitted[2]), points), points)
    assert {c: e for c, e in errors.items() if e > LIMIT_PERCENT[c]} == {}


def test_cyanex_curve__of_the_database_lies_between_the_two_digitisations(fitted, database):
    extractant = constants(database, "Cyanex 272", fit.CATIONS)
    outside = []
    for ph in np.arange(3.0, 7.8, 0.2):
        a, b, ours = (
            fit.extracted_percent(e, fit.FEED, fit.CURVE_CONTACT, ph)
            for e in (fit.two_complexes(fitted[0], fitted[2]), fit.two_complexes(fitted[1], fitted[2]), extractant)
        )
        outside.append(np.maximum(0.0, np.maximum(np.minimum(a, b) - ours, ours - np.maximum(a, b))))
    assert np.mean(outside, axis=0).max() < 0.5


def test_cyanex_curve__two_complexes_are_worth_having(fitted):
    points = fit.curve_points("A")
    both = fit.curve_errors(fit.two_complexes(fitted[0], fitted[2]), points)
    one = fit.curve_errors(fit.two_complexes(np.array([-7.05, -7.66, -10.41, -6.34, -7.17]), np.full(2, -30.0)), points)
    assert float(both @ both) < 0.3 * float(one @ one)


def test_d2ehpa__ph50_comes_back(database):
    extractant = constants(database, "D2EHPA", ["Mn+2", "Co+2", "Ni+2", "Li+"])
    for k, ph50 in enumerate((2.07, 4.04, 4.78, 7.1)):
        ratio = np.exp(extractant.ln_k[k] + extractant.dimers[k] * math.log(0.32) + extractant.charge[k] * LN10 * ph50)
        assert ratio.sum() == pytest.approx(1.0, abs=0.03)


def test_d2ehpa__lithium_curve_has_its_plateau_and_contradicts_the_ph50(fitted, database):
    """Read as Li2SO4 alone, Fig. 2b is met well, sodium included, but by constants two decades above those of pH50."""
    (lithium, sodium), errors = fit.fit_lithium_on_d2ehpa(fitted[2])
    assert np.abs(errors).mean() < 3.0
    assert lithium == pytest.approx(-4.56, abs=0.1)
    assert sodium == pytest.approx(-3.94, abs=0.1)
    from_ph50 = constants(database, "D2EHPA", ["Li+"]).ln_k[0, 0] / LN10
    assert lithium - from_ph50 == pytest.approx(2.1, abs=0.2)


@pytest.mark.parametrize("case", ["Data1", "Data2"])
def test_cyanex_pilot__blind_ph_lithium_and_cobalt(database, case):
    ph, found, status = run_pilot(database, case)
    row = pilot(case)
    assert status == CONVERGED
    assert abs(ph - float(row["raffinate_ph"])) <= 0.5
    assert abs(found["Li"] - float(row["raffinate_Li_g_l"])) <= 0.25
    assert found["Co"] <= 0.01


def test_cyanex_pilot__blind_nickel(database):
    _, found, _ = run_pilot(database, "Data2")
    assert abs(found["Ni"] - float(pilot("Data2")["raffinate_Ni_g_l"])) <= 4.5


@pytest.mark.xfail(
    strict=True,
    reason="5.0 g/L off: the pilot extracted 24.6 meq/min with 30.5 meq/min of NaOH, an ideal cascade uses all of it",
)
def test_cyanex_pilot__blind_nickel_of_the_day_that_lost_base(database):
    _, found, _ = run_pilot(database, "Data1")
    assert abs(found["Ni"] - float(pilot("Data1")["raffinate_Ni_g_l"])) <= 4.5


def test_cyanex_pilot__one_factor_on_the_base_explains_nickel_on_both_days(database):
    """0.83 of the NaOH at work, chosen with these two days in view, between what their equivalents say (0.81, 0.87)."""
    for case in ("Data1", "Data2"):
        ph, found, status = run_pilot(database, case, utilisation=0.83)
        assert status == CONVERGED
        assert abs(found["Ni"] - float(pilot(case)["raffinate_Ni_g_l"])) <= 1.5
        assert abs(found["Li"] - float(pilot(case)["raffinate_Li_g_l"])) <= 0.25
        assert abs(ph - float(pilot(case)["raffinate_ph"])) <= 0.5


def test_d2ehpa_pilot__nickel_manganese_cobalt_with_constants_from_ph50(database):
    """Not wholly blind: of the two contradicting sources for Li and Na, pH50 was kept, and Fig. 2b misses this day.

    With the constants of Fig. 2b (-4.56, -3.94) nickel comes out near 24 g/L against 18.2.
    """
    ph, found, status = run_pilot(database, "Data4")
    row = pilot("Data4")
    assert status == CONVERGED
    assert abs(found["Ni"] - float(row["raffinate_Ni_g_l"])) <= 1.5
    assert found["Mn"] < 0.005
    assert found["Co"] <= 1.0
    # The pH of this day is known to be hard: earlier work found 4.7 to 4.8 against 4.0.
    assert 4.0 < ph < 5.6


def test_d2ehpa_pilot__of_which_more_was_extracted_than_base_and_extractant_allow_is_not_met(database):
    """Data5 claims to extract 2.1 times its NaOH and 1.1 times its extractant: no balance can follow it."""
    row = pilot("Data5")
    metals = ["Ni", "Co", "Mn", "Ca", "Mg", "Zn"]
    feed, aqueous = float(row["feed_ml_min"]), float(row["feed_ml_min"]) + float(row["naoh_ml_min"])
    extracted = sum(
        2.0 / MASS[f"{m}+2"] * (feed * float(row[f"feed_{m}_g_l"]) - aqueous * float(row[f"raffinate_{m}_g_l"]))
        for m in metals
    )
    naoh = float(row["naoh_ml_min"]) * float(row["naoh_g_ml"]) * float(row["naoh_fraction"]) / 39.997 * 1000.0
    assert extracted > 1.5 * naoh
    _, found, status = run_pilot(database, "Data5")
    assert status == CONVERGED
    assert found["Ni"] > 2.0 * float(row["raffinate_Ni_g_l"])


def test_loaded_organic__of_data5_as_a_feed_is_refused(database):
    """The organic that Data5 claims, put into a strip, carries more than its extractant."""
    row = pilot("Data5")
    cations = ["Na+", "Ni+2", "Mg+2"]
    extractant = constants(database, "D2EHPA", cations)
    organic = np.array([0.0, 71.0 / 58.693 * 0.25, 3.0 / 24.305 * 0.25])
    dimers = 0.5 * float(row["extractant_molarity"])
    circuit = Cascade(3, 1.0, 1.0, dimers, np.ones(3), 0.0, 0.0)
    *_, status = solve_cascade(extractant, fit.sulfate_medium(2.0), circuit, np.zeros(3), organic, np.zeros(3), 0)
    assert status == OVERLOADED
