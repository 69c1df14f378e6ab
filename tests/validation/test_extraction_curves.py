"""Extraction against what its constants come from: curves, isotherms, the rows of the database."""

import csv

import extraction_bench as bench
import extraction_scores as scores
import fit_extraction as fit
import numpy as np
import pytest

from raffinate.flowsheet.chemistry.extractants import Extractant

METALS = [*fit.D2EHPA_METALS, "Al+3", "Li+"]


@pytest.fixture(scope="module")
def database():
    with fit.DATABASE.open(newline="") as file:
        return list(csv.DictReader(file))


def test_database__is_what_the_fit_gives(database):
    rows = [dict(zip(fit.HEADER, row, strict=True)) for row in fit.database_rows()]
    assert [(row["of"], row["quantity"]) for row in rows] == [(row["of"], row["quantity"]) for row in database]
    for fresh, kept in zip(rows, database, strict=True):
        assert float(kept["value"]) == pytest.approx(float(fresh["value"]), abs=0.011), kept
        assert kept["source"] == fresh["source"]


def test_database__says_of_every_constant_where_it_comes_from(database):
    for row in database:
        if row["quantity"].startswith("log_k"):
            assert row["note"].startswith(("fitted", "estimated", "recalled")), row
            assert "range" in row["note"], row


@pytest.mark.parametrize("digitisation", ["A", "B"])
def test_cyanex_curve__is_met_by_the_constants_of_each_digitisation(digitisation):
    errors = scores.curve_errors(digitisation)
    assert {c: e for c, e in errors.items() if e > scores.CURVE_LIMITS[c]} == {}


def test_cyanex_curve__of_the_database_meets_what_the_paper_says_in_words_and_digitisation_a_does_not():
    measured = np.array([percent for _, _, percent in fit.TEXT])
    ours = np.abs(fit.curve_errors("Cyanex 272", fit.TEXT))
    assert ours.max() < 1.5
    log_a, _, steps = fit.fit_cyanex()
    other = np.abs(fit.curve_errors(fit.cyanex(log_a, steps), fit.TEXT))
    assert other[measured < 50.0].max() > 5.0


def test_cyanex_curve__agrees_with_the_recalled_ph50():
    """The curve and the recalled pH50 are independent; both speak of activities once the medium is taken out."""
    for cation in ("Mn+2", "Co+2", "Ni+2"):
        seed = fit.ph50_row("Cyanex 272", cation)
        pair = fit.from_ph50(cation, float(seed["ph50"]), float(seed["molarity"]), 2.0, None)
        trace = Extractant.named("Cyanex 272").complexes_of(cation)[0].log_k
        assert abs(pair.trace - trace) < 2.0 * float(seed["within"])


def test_d2ehpa__lithium_curve_has_its_plateau():
    errors = scores.plateau_errors()
    assert np.abs(errors).mean() < 4.0
    assert np.abs(errors[-4:]).max() < 5.0  # from pH 6 to 8.5, where sodium holds the organic


@pytest.mark.parametrize("cation", METALS)
def test_d2ehpa__isotherms_are_met(cation):
    assert np.abs(scores.isotherm_errors(cation)).mean() <= 0.15


def test_d2ehpa__ph_follows_from_the_base_weighed_where_metal_and_base_agree():
    """Not fitted. At pH 4.5 and above a percent of the base is a unit of pH, so those metals are left to the table."""
    for cation in ("Mn+2", "Cu+2", "Mg+2", "Zn+2"):
        assert scores.mean_error(scores.dosed_ph(cation)) < 0.35


def test_lix__meets_the_points_of_the_suppliers_test():
    extraction, strip = fit.lix_errors("LIX 984N")
    stated = [float(row["organic_Cu_g_l"]) for row in bench.read("lix984n.csv")[1:]]
    net = stated[0] * 10.0**extraction - stated[1] * 10.0**strip
    assert net == pytest.approx(2.6, abs=0.6)  # g/L at 10 vol %
