"""Gypsum and anhydrite against measured solubility: in water, in NaCl, in Na2SO4; where one gives way to the other."""

import csv

import fit_gypsum as fit
import numpy as np
import pitzer_reference as reference
import pytest

from raffinate.flowsheet.chemistry import Chemistry
from raffinate.flowsheet.chemistry.equilibrium import speciate
from raffinate.flowsheet.quantities import celsius

CHEMISTRY = Chemistry("Ca Na S Cl")
WATER = 55.508  # mol in a kg
# Largest and mean error of the solubility, percent. Block & Waters (1968) scatter by 6 % themselves; on anhydrite at 100 degC
# the sources differ by a quarter.
LIMITS = {
    ("NaCl", fit.GYPSUM): (5.0, 2.0),
    ("Na2SO4", fit.GYPSUM): (10.0, 5.0),
    ("NaCl", fit.ANHYDRITE): (16.0, 10.5),
    ("Na2SO4", fit.ANHYDRITE): (18.0, 8.5),
}


def _dissolved(point, solids=None):
    """mol/kg of Ca that the engine leaves where a point was measured."""
    totals = np.zeros(len(CHEMISTRY.components))
    totals[0] = WATER
    for salt, molality in ((point.salt, point.beside), ("CaSO4", 0.2)):
        totals = totals + molality * CHEMISTRY.dissolve(salt)
    settled = speciate(CHEMISTRY, totals, point.kelvin, CHEMISTRY.allowed(solids or [point.solid]))
    water = settled.totals[0] * CHEMISTRY.molar_masses[0]
    return settled.totals[CHEMISTRY.index["Ca+2"]] / water, settled


def _errors(salt, solid):
    own = [p for p in fit.points() if (p.salt, p.solid) == (salt, solid) and fit.fitted(p)]
    return own, np.array([100.0 * (_dissolved(p)[0] / p.molality - 1.0) for p in own])


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
    found = [_dissolved(fit.Point(fit.GYPSUM, celsius(25.0), "Na2SO4", m, 0.01))[0] for m in beside]
    least = int(np.argmin(found))
    assert 0.03 <= beside[least] <= 0.3
    assert found[:least] == sorted(found[:least], reverse=True)
    assert found[least:] == sorted(found[least:])


def test_gypsum__is_most_soluble_between_30_and_50_degc():
    degrees = np.arange(0.0, 96.0, 2.5)
    found = [_dissolved(fit.Point(fit.GYPSUM, celsius(float(c)), "NaCl", 0.0, 0.01))[0] for c in degrees]
    assert 30.0 <= degrees[int(np.argmax(found))] <= 50.0


def test_gypsum__gives_way_to_anhydrite_between_40_and_58_degc_in_water_and_sooner_in_brine():
    def transition(beside):
        for degrees in np.arange(20.0, 70.0, 0.5):
            point = fit.Point(fit.GYPSUM, celsius(float(degrees)), "NaCl", beside, 0.01)
            settled = _dissolved(point, [fit.GYPSUM, fit.ANHYDRITE])[1]
            if settled.amounts[CHEMISTRY.phase_index[fit.ANHYDRITE]] > 0.0:
                return degrees
        return 70.0

    in_water, in_brine = transition(0.0), transition(4.0)
    assert 40.0 <= in_water <= 58.0
    assert in_brine < in_water - 5.0


def test_anhydrite__comes_near_what_was_measured_in_water_from_70_degc():
    # Below it the points lie up to a third under the curve: anhydrite takes months there.
    for point in fit.points():
        if point.solid == fit.ANHYDRITE and not fit.fitted(point) and point.kelvin > celsius(80.0):
            assert _dissolved(point)[0] == pytest.approx(point.molality, rel=0.12)


def test_calcium_and_sulfate__go_without_an_ion_pair():
    # Their beta2 stands for it, as in Harvie, Moller & Weare (1984).
    assert "CaSO4(aq)" not in CHEMISTRY.aqueous_names
    assert reference.read()[frozenset(("Ca+2", "SO4-2"))]["beta2"][0] < -50.0


def test_reference__leaves_the_liquor_that_the_engine_leaves():
    table = reference.read()
    constants = fit.fit().constants
    for point in fit.points()[::9]:
        assert fit.solubility(table, constants, point) == pytest.approx(_dissolved(point)[0], rel=5e-3)


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
