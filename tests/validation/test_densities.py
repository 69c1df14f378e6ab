"""Densities of liquors against published ones: within 1 % over the range of Laliberté's coefficients, acid to 100 %."""

import csv
import io
from pathlib import Path

import numpy as np
import pytest

from raffinate.flowsheet import Stream
from raffinate.flowsheet.chemistry import Chemistry
from raffinate.flowsheet.quantities import celsius

DATA = Path(__file__).parent / "data" / "densities.csv"
ROWS = list(csv.DictReader(io.StringIO(DATA.read_text(encoding="utf-8"))))


@pytest.fixture(scope="module")
def chemistry():
    return Chemistry("Li Na K N Mg Ca Al Fe Mn Co Ni Cu Zn S Cl C P")


def _error(chemistry, row):
    share = float(row["mass_fraction"])
    stream = Stream.of(chemistry, {row["substance"]: share, "H2O": 1.0 - share}, celsius(float(row["temperature_c"])))
    return stream.mass / stream.liquor_volume / float(row["density"]) - 1.0


@pytest.mark.parametrize(
    "row", ROWS, ids=lambda r: f"{r['substance']} {r['mass_fraction']} {r['temperature_c']} {r['source']}"
)
def test_density__is_within_1_percent_of_the_published_one(chemistry, row):
    assert abs(_error(chemistry, row)) < 0.01


def test_densities__are_right_to_a_third_of_a_percent_on_average(chemistry):
    errors = np.array([_error(chemistry, row) for row in ROWS])
    assert np.abs(errors).mean() < 0.0033
    assert abs(errors.mean()) < 0.002


def test_strong_acid__is_densest_near_98_percent(chemistry):
    densities = {
        share: Stream.of(chemistry, {"H2SO4": share, "H2O": 1.0 - share}, celsius(20))
        for share in (0.9, 0.95, 0.97, 1.0)
    }
    densities = {share: s.mass / s.liquor_volume for share, s in densities.items()}
    assert densities[0.9] < densities[0.95] < densities[0.97] > densities[1.0]
