"""Pitzer's model against PHREEQC's on the same parameters: pitzer.csv written as a PITZER block.

PHREEQC keeps its own A of Debye and Hückel and its own molar mass of water (1.7e-5 apart), so that agreement ends there.
"""

import contextlib
import math

import numpy as np
import pytest
from liquors import LIQUORS
from phreeqc_database import Phreeqc

from raffinate.flowsheet.chemistry import Chemistry, water
from raffinate.flowsheet.chemistry.equilibrium import speciate
from raffinate.flowsheet.quantities import celsius

PH_LIMIT = 1e-4
WATER_LIMIT = 5e-5
LIMIT = 5e-3
LEAST = 1e-9
# beyond the range of the model, where ours is continued and PHREEQC's is not
STRONGEST = 15.0
NO_ANSWER = ("not converged", "Numerical method failed")


@pytest.fixture(scope="module")
def pairs(tmp_path_factory):
    """Every liquor by both, where PHREEQC finds an answer: {name: (liquor, our Equilibrium, PHREEQC's Answer)}."""
    chemistry = Chemistry("Li Na K N Mg Ca Al Fe Mn Co Ni Cu Zn S Cl C P F", without=("H2O2",))
    phreeqc = Phreeqc(chemistry)
    found = {}
    for liquor in LIQUORS:
        totals = np.zeros(len(chemistry.components))
        totals[0] = 1.0 / chemistry.molar_masses[0]
        for formula, moles in liquor.holds.items():
            totals += moles * chemistry.dissolve(formula)
        ours = speciate(chemistry, totals, celsius(liquor.degrees), chemistry.allowed(liquor.phases))
        try:
            # where it fails, PHREEQC leaves a file behind
            with contextlib.chdir(tmp_path_factory.mktemp("phreeqc")):
                theirs = phreeqc.equilibrate(totals, celsius(liquor.degrees), liquor.phases)
        except Exception as error:
            if not any(told in str(error) for told in NO_ANSWER):
                raise
        else:
            found[liquor.name] = (liquor, ours, theirs)
    return found


def within_range(pairs):
    return {name: pair for name, pair in pairs.items() if pair[1].ionic_strength < STRONGEST}


def test_phreeqc__answers_nearly_all_liquors(pairs):
    assert len(within_range(pairs)) >= 0.95 * len(LIQUORS)


def test_speciate__answers_the_ph_of_phreeqc(pairs):
    for name, (_, ours, theirs) in within_range(pairs).items():
        # what the two A make of log10 gamma of a two-valent ion: at saturation it moves the molalities, and they the pH
        apart = abs(water.debye_hueckel(ours.temperature)[0] - theirs.debye_a)
        limit = PH_LIMIT + 4.0 * apart * math.sqrt(ours.ionic_strength)
        assert ours.ph == pytest.approx(theirs.ph, abs=limit), name


def test_speciate__answers_the_water_activity_and_strength_of_phreeqc(pairs):
    for name, (_, ours, theirs) in within_range(pairs).items():
        assert ours.water_activity == pytest.approx(theirs.water_activity, rel=WATER_LIMIT), name
        assert ours.ionic_strength == pytest.approx(theirs.ionic_strength, rel=1e-3), name


def test_speciate__answers_every_species_and_solid_of_phreeqc(pairs):
    for name, (liquor, ours, theirs) in within_range(pairs).items():
        for species, molality in theirs.molalities.items():
            if molality > LEAST:
                assert ours.molality(species) == pytest.approx(molality, rel=LIMIT), (name, species)
        for phase in liquor.phases:
            amount = float(ours.amounts[ours.chemistry.phase_index[phase]])
            assert amount == pytest.approx(theirs.amounts[phase], rel=LIMIT, abs=LIMIT * 1e-3), (name, phase)
