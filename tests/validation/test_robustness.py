"""Random liquors of every metal, four decades, acid to base, 0 to 95 degC, all solids allowed: each converges and balances.

The liquors of a temperature are taken in one sweep, so nearly each starts from a stranger where one holds the same.
"""

import numpy as np
import pytest

from raffinate.flowsheet.chemistry import Chemistry, TruesdellJones
from raffinate.flowsheet.chemistry.equilibrium import speciate_many
from raffinate.flowsheet.chemistry.packing import equilibrate
from raffinate.flowsheet.chemistry.species import SOLID
from raffinate.flowsheet.quantities import celsius
from raffinate.kernels.status import CONVERGED

ELEMENTS = "Li Na K Mg Ca Al Fe Mn Co Ni Cu Zn S Cl C F N P"
CHEMISTRIES = {"pitzer": None, "truesdell_jones": TruesdellJones()}
MOLES_PER_KG = 1.0 / 0.018015
BALANCE = 1e-10


def random_totals(generator, chemistry, count):
    """Totals (N, C): a share of the components over four decades, acid or base beside them, neutral."""
    charges = chemistry.charges[chemistry.liquor]
    shape = (count, len(charges))
    rows = 10.0 ** (-4.0 * generator.random(shape)) * (generator.random(shape) < 0.75)
    rows /= np.maximum(np.abs(charges), 1.0)
    rows[:, 0] = MOLES_PER_KG
    near_neutral = generator.random(count) < 0.5
    rows[:, 1] = np.where(near_neutral, generator.uniform(-0.2, 0.2, count), generator.uniform(-4.0, 4.0, count))
    missing = -(rows @ charges)
    rows[:, chemistry.index["Na+"]] += np.maximum(missing, 0.0)
    rows[:, chemistry.index["Cl-"]] += np.maximum(-missing, 0.0)
    return rows


def check(chemistry, temperature, rows, allowed, answers):
    """Balances of components and charge, signs and saturation; no kernel is used."""
    mixture = chemistry.mixture(temperature)
    water, ln_water = answers.whole[:, :1], answers.whole[:, 1:2]
    held = water * answers.molality @ mixture.composition + answers.phase_amounts @ mixture.phase_composition
    held[:, :1] += water * MOLES_PER_KG
    terms = water * answers.molality @ np.abs(mixture.composition) + np.abs(rows)
    terms += answers.phase_amounts @ np.abs(mixture.phase_composition)
    assert np.all(np.abs(held - rows) <= BALANCE * terms)
    charge = answers.molality * mixture.charge
    assert np.all(np.abs(charge.sum(1)) <= BALANCE * np.abs(charge).sum(1))
    assert np.all(answers.phase_amounts >= 0.0)
    count = rows.shape[1] - 1
    present = answers.molality[:, :count] > 0.0
    ln_a = (
        np.where(present, np.log(np.where(present, answers.molality[:, :count], 1.0)), 0.0)
        + answers.ln_gamma[:, :count]
    )
    ln_a = np.concatenate([ln_water, ln_a], axis=1)
    index = ln_a @ mixture.phase_composition.T - mixture.phase_ln_k
    absent = (~present).astype(float) @ (mixture.phase_composition[:, 1:] != 0.0).T.astype(float) > 0.0
    assert np.all((index <= 2e-9) | absent | ~allowed)


@pytest.mark.parametrize("law", CHEMISTRIES)
@pytest.mark.parametrize("liquors", [500, pytest.param(20_000, marks=pytest.mark.validation_long)])
def test_speciate_many__converges_for_every_random_liquor(law, liquors):
    chemistry = Chemistry(ELEMENTS, activity=CHEMISTRIES[law], without=("H2O2",))
    generator = np.random.default_rng(77)
    allowed = np.array([phase.phase == SOLID for phase in chemistry.phases])
    degrees = np.linspace(0.0, 95.0, 20)
    for temperature in celsius(degrees):
        rows = random_totals(generator, chemistry, liquors // len(degrees))
        answers = speciate_many(chemistry, rows, float(temperature), allowed)
        check(chemistry, float(temperature), rows, allowed, answers)
        for at in range(0, len(rows), 10):
            found, _, _, status = equilibrate(chemistry.packed(float(temperature)), rows[at], allowed)
            assert status == CONVERGED
            np.testing.assert_allclose(found.molality, answers.molality[at], rtol=1e-8)
