"""Gypsum and anhydrite against measured solubility: in water, in NaCl, in Na2SO4; where one gives way to the other."""

import csv

import fit_gypsum as fit
import numpy as np
import pitzer_reference as reference
import plot_sparing
import pytest
import sparing

from raffinate.flowsheet.chemistry import Chemistry
from raffinate.flowsheet.quantities import celsius

# Largest and mean error of the solubility, percent. Block & Waters (1968) scatter by 6 % themselves; on anhydrite at 100 degC
# the sources differ by a quarter.
LIMITS = {
    ("NaCl", fit.GYPSUM): (5.0, 2.0),
    ("Na2SO4", fit.GYPSUM): (10.0, 5.0),
    ("NaCl", fit.ANHYDRITE): (16.0, 10.5),
    ("Na2SO4", fit.ANHYDRITE): (18.0, 8.5),
    ("Na2SO4", fit.GLAUBERITE): (16.0, 5.0),
}


def _dissolved(point):
    """mol/kg of CaSO4 that the engine leaves where a point was measured."""
    return sparing.held(sparing.beside_gypsum(point), "Ca+2")


def _errors(salt, solid):
    own = [p for p in fit.points() if (p.salt, p.solid) == (salt, solid) and fit.fitted(p)]
    return own, np.array([100.0 * (_dissolved(p) / p.molality - 1.0) for p in own])


@pytest.mark.parametrize(("salt", "solid"), LIMITS)
def test_solubility__agrees_with_the_measured(salt, solid):
    points, errors = _errors(salt, solid)
    largest, mean = LIMITS[salt, solid]
    assert len(points) >= 11
    assert np.abs(errors).max() <= largest, [(p.kelvin, p.beside, e) for p, e in zip(points, errors, strict=True)]
    assert np.abs(errors).mean() <= mean


def test_gypsum__is_within_5_percent_in_salt_from_0_to_6_mol_per_kg_at_25_degc():
    points, errors = _errors("NaCl", fit.GYPSUM)
    at_room = [(p.beside, e) for p, e in zip(points, errors, strict=True) if abs(p.kelvin - celsius(25.0)) < 0.1]
    assert min(at_room)[0] == 0.0
    assert max(at_room)[0] > 6.0
    assert max(abs(error) for _, error in at_room) <= 5.0


def test_gypsum__dissolves_least_in_a_tenth_molal_sodium_sulfate_and_more_beyond():
    beside = np.array([0.0, 0.01, 0.03, 0.1, 0.3, 1.0, 1.8])
    found = [_dissolved(fit.Point(fit.GYPSUM, celsius(25.0), "Na2SO4", m, 0.01)) for m in beside]
    least = int(np.argmin(found))
    assert 0.03 <= beside[least] <= 0.3
    assert found[:least] == sorted(found[:least], reverse=True)
    assert found[least:] == sorted(found[least:])


@pytest.mark.parametrize("salt", ["MgSO4", "NiSO4", "MnSO4", "H2SO4"])
def test_gypsum__passes_a_maximum_near_1_mol_per_kg_of_sulfates_of_metals_and_of_acid(salt):
    # The shape found at 25 degC by Wollmann & Voigt (2008, J. Chem. Eng. Data 53, 1375) in sulfates of two-valent metals.
    elements = " ".join(sorted({"Ca", "S", salt[:2] if salt != "H2SO4" else "S"}))
    found = []
    for beside in (0.1, 0.5, 1.0, 1.5, 2.0):
        settled = sparing.settle(elements, {salt: beside, "CaSO4": 0.1}, [fit.GYPSUM], 25.0)
        found.append(sparing.held(settled, "Ca+2"))
    assert 0 < int(np.argmax(found)) < 4
    assert 0.008 < min(found) < max(found) < 0.022


def test_gypsum__is_most_soluble_between_30_and_50_degc():
    degrees = np.arange(0.0, 96.0, 2.5)
    found = [_dissolved(fit.Point(fit.GYPSUM, celsius(float(c)), "NaCl", 0.0, 0.01)) for c in degrees]
    assert 30.0 <= degrees[int(np.argmax(found))] <= 50.0


def test_gypsum__gives_way_to_anhydrite_between_40_and_58_degc_in_water_and_sooner_in_brine():
    def transition(beside):
        for degrees in np.arange(20.0, 70.0, 0.5):
            point = fit.Point(fit.GYPSUM, celsius(float(degrees)), "NaCl", beside, 0.01)
            settled = sparing.beside_gypsum(point, [fit.GYPSUM, fit.ANHYDRITE])
            if settled.amounts[settled.chemistry.phase_index[fit.ANHYDRITE]] > 0.0:
                return degrees
        return 70.0

    in_water, in_brine = transition(0.0), transition(4.0)
    assert 40.0 <= in_water <= 58.0
    assert in_brine < in_water - 5.0


def test_anhydrite__comes_near_what_was_measured_in_water_from_70_degc():
    # Below it the points lie up to a third under the curve: anhydrite takes months there.
    for point in fit.points():
        if point.solid == fit.ANHYDRITE and not fit.fitted(point) and point.kelvin > celsius(80.0):
            assert _dissolved(point) == pytest.approx(point.molality, rel=0.12)


@pytest.mark.parametrize(("degrees", "beside"), [(25.0, 1.5), (55.0, 1.2), (70.0, 1.0)])
def test_gypsum__is_what_forms_in_less_sodium_sulfate_and_glauberite_in_more(degrees, beside):
    # Block & Waters (1968): both at 2.1, 1.55 and 1.25 mol/kg at 40, 55 and 70 degC.
    for molality, stable in ((beside, fit.GYPSUM), (2.6, fit.GLAUBERITE if degrees > 40.0 else fit.GYPSUM)):
        point = fit.Point(fit.GYPSUM, celsius(degrees), "Na2SO4", molality, 0.02)
        settled = sparing.beside_gypsum(point, [fit.GYPSUM, fit.GLAUBERITE])
        formed = [
            name for name in (fit.GYPSUM, fit.GLAUBERITE) if settled.amounts[settled.chemistry.phase_index[name]] > 0.0
        ]
        assert stable in formed


def test_calcium_and_sulfate__go_without_an_ion_pair():
    # Their beta2 stands for it, as in Harvie, Moller & Weare (1984).
    assert "CaSO4(aq)" not in Chemistry("Ca S").aqueous_names
    assert reference.read()[frozenset(("Ca+2", "SO4-2"))]["beta2"][0] < -50.0


def test_reference__leaves_the_liquor_that_the_engine_leaves():
    table = reference.read()
    constants = fit.fit().constants
    for point in fit.points()[::9]:
        assert fit.solubility(table, constants, point) == pytest.approx(_dissolved(point), rel=5e-3)


def test_fit__finds_the_terms_and_constants_of_the_tables():
    found, table = fit.fit(), reference.read()
    for term, value in zip(fit.TERMS, found.terms, strict=True):
        stands = table[frozenset(term.of.split("|"))][term.quantity][term.place - 1]
        assert stands == pytest.approx(value, rel=1e-3)
        assert abs(value - term.literature) < 2.0 * term.range
    with fit.DATABASE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))[1:]
    for solid, numbers in found.constants.items():
        first = [float(row[2]) for row in rows if row[0] == solid][:3]
        assert first == pytest.approx(numbers, rel=1e-6)


def test_rows__move_nothing_when_written_again():
    found = fit.fit()
    for path, change in (
        (reference.TABLE, lambda rows: fit.pitzer_rows(found, 4.0, rows)),
        (fit.DATABASE, lambda rows: fit.constant_rows(found, rows)),
    ):
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))[1:]
        assert [row[:2] for row in change(rows)] == [row[:2] for row in rows]


def test_draw__shows_every_point_of_calcium_sulfate_and_of_calcite():
    figure = plot_sparing.draw()
    points = [line for axes in figure.axes for line in axes.get_lines() if line.get_marker() == "o"]
    drawn = {axes.get_title(): axes for axes in figure.axes}
    assert len(drawn) == 9
    assert sum(len(line.get_xdata()) for line in drawn["calcite under CO2"].get_lines() if line in points) == 29
    beside = sum(
        len(line.get_xdata())
        for title in drawn
        for line in drawn[title].get_lines()
        if "in Na" in title and line in points
    )
    in_water = sum(len(line.get_xdata()) for line in drawn["calcium sulfate in water"].get_lines() if line in points)
    assert in_water == sum(p.beside == 0.0 for p in fit.points())
    assert beside == sum(p.beside > 0.0 or p.kelvin > 370.0 for p in fit.points())
