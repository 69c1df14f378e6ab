"""Constants of sparing solids as published: that they are those of their files, that the engine's is one of them, pictures."""

import csv
import math

import fit_solids
import numpy as np
import plot_constants
import pytest
import sparing
from iphreeqc import DATABASES

from raffinate.flowsheet.chemistry import read_phreeqc
from raffinate.flowsheet.chemistry.database import all_species

FILES = {"minteq4": "minteq.v4.dat", "llnl": "llnl.dat", "wateq4f": "wateq4f.dat"}
# What llnl.dat writes solids with instead of these ions.
PROTONATED = {"HCO3-": "CO3-2", "HPO4-2": "PO4-3"}
with (sparing.DATA / "sparing_constants.csv").open(encoding="utf-8", newline="") as file:
    ROWS = list(csv.DictReader(file))


@pytest.mark.parametrize("row", [row for row in ROWS if row["source"] in FILES], ids=lambda row: row["where"])
def test_constant__is_that_of_its_database_on_the_ions_of_the_engine(row):
    database = read_phreeqc(DATABASES / FILES[row["source"]])
    name = row["where"].partition(": ")[2]
    solid = database.find(f"{name}(s)" if f"{name}(s)" in database.species else name)
    log_k, reaction = float(solid.log_k or 0.0), dict(solid.reaction)
    for acid, ion in PROTONATED.items():
        if acid in reaction:
            log_k += float(database.find(ion).log_k or 0.0)
            reaction[ion] = reaction.pop(acid)
            del reaction["H+"]
    assert float(row["log_k"]) == pytest.approx(log_k, abs=2e-3)
    assert reaction == pytest.approx(dict(all_species()[f"{row['solid']}(s)"].reaction))


@pytest.mark.parametrize("row", [row for row in ROWS if row["source"] == "newfound2025"], ids=lambda row: row["solid"])
def test_constant__of_the_handbook_is_its_solubility_product(row):
    hydroxides = {"(OH)2": 2, "(OH)3": 3}.get(row["solid"][2:], 0)
    product = math.log10(float(row["note"].split()[0]))
    assert float(row["log_k"]) == pytest.approx(
        product - hydroxides * float(all_species()["OH-"].log_k or 0.0), abs=2e-3
    )


@pytest.mark.parametrize("solid", plot_constants.LIQUORS)
def test_constant__of_the_engine_is_a_published_one(solid):
    constants = plot_constants.published("sparing_constants.csv")[solid.removesuffix("(s)")]
    assert plot_constants.own(solid) in [constant.log_k for constant in constants]


def test_magnesium_fluoride__is_within_a_quarter_of_the_one_measurement_though_not_fitted():
    """The solubility product of the same handbook would leave a sixth of it."""
    [point] = fit_solids.points()["MgF2(s)"]
    lines = (plot_constants.line_with("MgF2(s)", log_k)[1] for log_k in (plot_constants.own("MgF2(s)"), -10.287))
    engine, handbook = (10.0 ** line[0] / point.molality for line in lines)
    assert engine == pytest.approx(1.0, abs=0.25)
    assert handbook < 0.2


def test_draw_hydroxides__shows_a_point_for_every_constant():
    figure = plot_constants.draw_hydroxides()
    constants = plot_constants.published("hydroxides.csv", "sparing_constants.csv")
    for axes, (ion, (fresh, *_)) in zip(figure.axes, sparing.HYDROXIDES.items(), strict=True):
        (left, right), (low, high) = axes.get_xlim(), axes.get_ylim()
        points = [line for line in axes.get_lines() if line.get_marker() not in {"None", ""} and len(line.get_xdata())]
        assert len(points) == len(constants[fresh.rpartition("(")[0]]), ion
        for line in points:
            assert left < line.get_xdata()[0] < right, ion
            assert low < line.get_ydata()[0] < high, ion


def test_draw_hydroxides__shows_where_a_line_leaps_out_of_its_panel():
    figure = plot_constants.draw_hydroxides()
    leaps = {
        axes.get_title(loc="left"): line
        for axes in figure.axes
        for line in axes.get_lines()
        if line.get_gid() == "jump"
    }
    assert set(leaps) == {"Al³⁺"}
    ph, left = leaps["Al³⁺"].get_data()
    assert ph == pytest.approx([4.51, 4.64], abs=0.02)
    assert left == pytest.approx([0.7, -1.12], abs=0.02)


def test_draw_constants__shows_the_line_of_every_constant_and_what_is_measured():
    figure = plot_constants.draw_constants()
    constants = plot_constants.published("sparing_constants.csv")
    for axes, solid in zip(figure.axes, plot_constants.LIQUORS, strict=False):
        lines = [line for line in axes.get_lines() if len(line.get_xdata()) > 1]
        unsaturated = sum(text.get_text().count("(−") for text in axes.texts)
        assert len(lines) + unsaturated == len(constants[solid.removesuffix("(s)")]) + 1
        engine = next(line for line in lines if line.get_linewidth() == 2.0)
        assert (np.diff(engine.get_ydata()) < 0.01).all()
    stars = [line for line in figure.axes[0].get_lines() if line.get_marker() == "*"]
    assert len(stars) == len(fit_solids.points()["MgF2(s)"])
