"""Fits to published and plant data: the curve of Cyanex 272, isotherms of D2EHPA, days of a pilot."""

import csv
from pathlib import Path

import numpy as np
import pytest

from raffinate.flowsheet import DataError
from raffinate.flowsheet.chemistry.extractants import Complex, Extractant
from raffinate.flowsheet.extraction.fitting import fit_extractant
from raffinate.flowsheet.extraction.observations import Conditions, LoadingPoint, read_observations

TESTS = Path(__file__).parents[1]
CURVE = TESTS.parent / "examples" / "data" / "cyanex272_jantunen2022.csv"
ISOTHERMS = TESTS / "validation" / "data" / "d2ehpa_isotherms.csv"
SODA = 2773.0  # mol/m3 of 10 % NaOH
LITRES = 0.5  # of liquor in a test, with a tenth of that of organic
PHOSPHINIC = Extractant(
    "phosphinic",
    "C16H35O2P",
    complexes=(
        *(Complex(cation, 0.0, units) for cation in ("Mn+2", "Co+2", "Ni+2") for units in (2.0, 1.0)),
        *(Complex(cation, 0.0, units) for cation in ("Li+", "Na+") for units in (1.0, 0.5)),
    ),
    properties={"density": 920.0},
)


def phosphoric(*complexes: Complex) -> Extractant:
    return Extractant("phosphoric", "C16H35O4P", complexes=complexes, properties={"density": 970.0})


def isotherm(cation: str, extractant: float = 900.0) -> list[LoadingPoint]:
    """Three contacts of a metal's sulfate with D2EHPA, of a molarity that the source does not tell."""
    with ISOTHERMS.open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["cation"] == cation]
    points = []
    for row in rows:
        conditions = Conditions(
            feed={cation: float(row["feed_g_l"])},
            extractant=extractant,
            organic_to_aqueous=0.1,
            base_strength=SODA,
        )
        points.append(
            LoadingPoint(
                conditions=conditions,
                aqueous={cation: float(row["aqueous_mg_l"]) / 1000.0},
                organic={cation: float(row["organic_mg_l"]) / 1000.0},
                ph=float(row["ph"]),
                name=f"{cation} {row['feed_g_l']} g/L",
            )
        )
    return points


@pytest.fixture(scope="module")
def curve():
    return fit_extractant(read_observations(CURVE), PHOSPHINIC, shared_step=True)


def test_curve__of_each_digitisation_is_met_within_three_percent():
    for digitisation in ("A", "B"):
        points = [point for point in read_observations(CURVE) if point.name.startswith(digitisation)]
        errors = fit_extractant(points, PHOSPHINIC, shared_step=True).mean_errors["E %"]
        assert errors[["Mn+2", "Co+2", "Ni+2"]].max() < 3.0
        assert errors["Li+"] < 4.0
        assert errors["Na+"] < 8.0


def test_curve__both_digitisations_together_widen_the_intervals(curve):
    """They lie a quarter of a pH unit apart: half a decade of a divalent metal's constant."""
    one = [point for point in read_observations(CURVE) if point.name.startswith("A")]
    alone = fit_extractant(one, PHOSPHINIC, shared_step=True).constants["standard error"]
    assert (curve.constants["standard error"] / alone).median() > 1.3
    assert curve.constants.loc["log K Ni+2 with 2 units", "standard error"] < 0.3


@pytest.mark.parametrize(
    ("cation", "units"), [("Mn+2", 2.0), ("Cu+2", 1.5), ("Co+2", 1.0), ("Zn+2", 1.5), ("Ca+2", 1.5), ("Al+3", 2.0)]
)
def test_isotherm__is_met_by_a_complex_of_its_own(cation, units):
    d2ehpa = phosphoric(Complex(cation, 0.0, units), Complex("Na+", -7.0, 1.0))
    fit = fit_extractant(isotherm(cation), d2ehpa, cations=(cation,))
    organic = fit.residuals[fit.residuals["what"] == "organic"]
    assert np.abs(np.log10(organic["calculated"] / organic["measured"])).mean() < 0.15
    assert fit.constants["determined"].all()


def test_isotherm__of_cobalt_refuses_the_molarity_that_is_often_quoted():
    d2ehpa = phosphoric(Complex("Co+2", 0.0, 1.0))
    with pytest.raises(DataError, match=r"Co\+2 5\.756 g/L: .* are 1\.23 times the extractant"):
        fit_extractant(isotherm("Co+2", 630.0), d2ehpa)
