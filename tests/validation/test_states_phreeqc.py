"""Sulfite and sulfide liquors against PHREEQC 3.7.3 with the same constants, gases at partial pressures among them."""

import numpy as np
import pytest
from phreeqc_database import Phreeqc

from raffinate.flowsheet.chemistry import Chemistry, TruesdellJones
from raffinate.flowsheet.chemistry.equilibrium import speciate
from raffinate.flowsheet.quantities import celsius

PH_LIMIT = 1e-4
LIMIT = 1e-3
LEAST_AMOUNT = 1e-8

# kg of water with mol of substances; degC; phases that may form, a gas at 1 bar
SULFITES = {
    "sulfite": ({"Na2SO3": 0.1}, 25, ()),
    "bisulfite, hot": ({"Na2SO3": 0.1, "SO2": 0.1}, 60, ()),
    "sulfurous acid": ({"SO2": 0.5}, 10, ()),
    "sulfur dioxide over its acid": ({"SO2": 3.0}, 25, ("SO2(g)",)),
    "sulfur dioxide out of acid": ({"Na2SO3": 1.0, "HCl": 2.5}, 50, ("SO2(g)",)),
}
SULFIDES = {
    "sulfide": ({"Na2S": 0.1}, 25, ()),
    "bisulfide, hot": ({"Na2S": 0.1, "HCl": 0.1}, 80, ()),
    "hydrogen sulfide over acid": ({"Na2S": 0.3, "HCl": 0.7}, 25, ("H2S(g)",)),
    "nickel sulfide": ({"NiCl2": 0.05, "Na2S": 0.03, "HCl": 0.01}, 60, ("NiS(s)",)),
    "metals one after another": (
        {"NiCl2": 0.05, "CuCl2": 0.02, "ZnCl2": 0.05, "FeCl2": 0.05, "MnCl2": 0.05, "Na2S": 0.1, "HCl": 0.05},
        40,
        ("NiS(s)", "CuS(s)", "ZnS(s)", "FeS(s)", "MnS(s)", "H2S(g)"),
    ),
    "zinc in sulfide": ({"ZnCl2": 0.001, "Na2S": 0.2}, 25, ("ZnS(s)",)),
}


def pairs(chemistry, liquors):
    """Answer every liquor by both: {name: (ours, PHREEQC's, phases)}."""
    phreeqc, found = Phreeqc(chemistry), {}
    for name, (holds, degrees, phases) in liquors.items():
        totals = np.zeros(len(chemistry.components))
        totals[0] = 1.0 / chemistry.molar_masses[0]
        for formula, moles in holds.items():
            totals += moles * chemistry.dissolve(formula)
        ours = speciate(chemistry, totals, celsius(degrees), chemistry.allowed(phases))
        found[name] = ours, phreeqc.equilibrate(totals, celsius(degrees), phases), phases
    return found


@pytest.fixture(scope="module")
def answers():
    # PHREEQC knows a master species by its element: sulfate, of the same element, stays out
    without = ("H2O2", "SO4-2")
    sulfite = Chemistry("Na S Cl", without=without, activity=TruesdellJones(), states=("SO3-2",))
    sulfide = Chemistry(
        "Na S Cl Ni Cu Zn Fe Mn", without=(*without, "Fe+3"), activity=TruesdellJones(), states=("HS-",)
    )
    return pairs(sulfite, SULFITES) | pairs(sulfide, SULFIDES)


PER_LIQUOR = pytest.mark.parametrize("name", [*SULFITES, *SULFIDES])


@PER_LIQUOR
def test_speciate__answers_the_liquor_of_phreeqc(answers, name):
    ours, theirs, _ = answers[name]
    assert ours.ph == pytest.approx(theirs.ph, abs=PH_LIMIT)
    assert ours.ionic_strength == pytest.approx(theirs.ionic_strength, rel=LIMIT)
    assert float(ours.speciation.water) == pytest.approx(theirs.water, rel=LIMIT)


@PER_LIQUOR
def test_speciate__answers_every_species_of_phreeqc(answers, name):
    ours, theirs, _ = answers[name]
    seen = {species: molality for species, molality in theirs.molalities.items() if molality > 1e-9}
    assert {species: ours.molality(species) for species in seen} == pytest.approx(seen, rel=LIMIT)


@PER_LIQUOR
def test_speciate__forms_the_phases_of_phreeqc(answers, name):
    ours, theirs, phases = answers[name]
    for phase in phases:
        amount = float(ours.amounts[ours.chemistry.phase_index[phase]])
        assert amount == pytest.approx(theirs.amounts[phase], rel=LIMIT, abs=LEAST_AMOUNT), phase
