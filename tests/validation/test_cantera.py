"""Cantera's own HMW model on the files that a chemistry writes: the same activities, and the same equilibrium.

The file is written near each liquor, since Cantera's theta^E is a coarser one (`flowsheet/chemistry/cantera_mixing.py`);
where no ions of like sign and unlike charge meet, the file as it stands agrees as well.
"""

import functools

import cantera
import numpy as np
import pytest

from raffinate.flowsheet import DataError, Stream
from raffinate.flowsheet.chemistry import Chemistry, Davies, TruesdellJones
from raffinate.flowsheet.quantities import celsius
from raffinate.flowsheet.stream import settle

AGREED = 1e-8
WATER = 1.0 / 0.018015
SYSTEMS = {
    "Li Na Ni Co Mn S": ("Li2SO4", "Na2SO4", "NiSO4", "CoSO4", "MnSO4", "H2SO4"),
    "Na Mg Ca Cl S C": ("NaCl", "MgSO4", "CaCl2", "Na2CO3", "HCl"),
    "K N Na S Cl": ("K2SO4", "(NH4)2SO4", "NaCl", "NH3"),
    "Na Cl": ("NaCl",),
    "Al Fe Zn Cu S": ("Al2(SO4)3", "Fe2(SO4)3", "FeSO4", "ZnSO4", "CuSO4", "H2SO4"),
}


@functools.cache
def chemistry_of(elements):
    return Chemistry(elements)


def liquor(elements, seed):
    """A random liquor of a system, up to an ionic strength of some 10 mol/kg, at 5 to 90 degC."""
    rng = np.random.default_rng(seed)
    chemistry = chemistry_of(elements)
    salts = SYSTEMS[elements]
    molalities = 10.0 ** rng.uniform(-3.0, 0.3, len(salts)) / len(salts)
    parts = {salt: float(m) * float(np.abs(_mass(chemistry, salt))) for salt, m in zip(salts, molalities, strict=True)}
    return Stream.of(chemistry, {"H2O": 1.0, **parts}, celsius(float(rng.uniform(5.0, 90.0))))


def _mass(chemistry, formula):
    return chemistry.dissolve(formula) @ chemistry.molar_masses[chemistry.liquor]


def cantera_state(path, found):
    """Cantera's phase at the molalities of an equilibrium; molalities of its solutes (S,), and their places in ours."""
    phase = cantera.Solution(str(path), "liquor")
    places = [found.chemistry.aqueous_names.index(name) for name in phase.species_names[1:]]
    molality = found.speciation.molality[places]
    amounts = np.concatenate([[1000.0 / phase.molecular_weights[0]], molality])
    phase.TPX = found.temperature, cantera.one_atm, amounts / amounts.sum()
    return phase, molality, places


@pytest.mark.parametrize("elements", SYSTEMS)
def test_cantera__has_the_activity_coefficients_and_the_osmotic_coefficient_of_a_liquor(elements, tmp_path):
    worst = 0.0
    for seed in range(8):
        found = liquor(elements, seed).equilibrium
        path = found.chemistry.to_cantera(tmp_path / "a.yaml", found.temperature, found.speciation.molality)
        phase, molality, places = cantera_state(path, found)
        there = molality > 1e-12
        activities = phase.activities
        ln_gamma = np.log(activities[1:][there] / molality[there])
        error = np.abs(ln_gamma - found.speciation.ln_gamma[places][there]).max()
        osmotic = -np.log(activities[0]) * WATER / molality.sum()
        ours = -found.speciation.ln_water_activity * WATER / molality.sum()
        worst = max(worst, error, abs(osmotic - ours))
    print(f"{elements}: {worst:.1e}")
    assert worst <= AGREED


@pytest.mark.parametrize("molality", [0.01, 1.0, 6.0])
def test_cantera__agrees_without_a_liquor_where_charges_are_alike(molality, tmp_path):
    chemistry = chemistry_of("Na Cl")
    path = chemistry.to_cantera(tmp_path / "a.yaml")
    found = Stream.of(chemistry, {"H2O": 1.0, "NaCl": molality * _mass(chemistry, "NaCl")}).equilibrium
    phase, amounts, places = cantera_state(path, found)
    there = amounts > 0.0
    ln_gamma = np.log(phase.activities[1:][there] / amounts[there])
    assert np.abs(ln_gamma - found.speciation.ln_gamma[places][there]).max() <= AGREED


CASES = {
    "mixed liquor": ("Li Na Ni Mn S", {"NiSO4": 0.15, "MnSO4": 0.05, "Li2SO4": 0.04, "H2SO4": 0.02}, 25.0, ()),
    "hydroxide": ("Na Ni S", {"NiSO4": 0.15, "NaOH": 0.02}, 25.0, ("Ni(OH)2(s)",)),
    "glauber": ("Na Ni S", {"NiSO4": 0.05, "Na2SO4": 0.35}, 15.0, ("Na2SO4.10H2O(s)",)),
    "gypsum": ("Na Ca S Cl", {"CaCl2": 0.05, "Na2SO4": 0.05}, 60.0, ("CaSO4.2H2O(s)",)),
}


@pytest.mark.parametrize("case", CASES)
def test_cantera__equilibrates_to_the_same_liquor(case, tmp_path):
    """Started from water and the totals as components; VCS stops at about 1e-6 of a mole number."""
    elements, masses, degrees, solids = CASES[case]
    chemistry = chemistry_of(elements)
    stream = Stream.of(chemistry, {"H2O": 1.0, **masses}, celsius(degrees))
    settled, found = settle(stream, celsius(degrees), solids)
    path = chemistry.to_cantera(tmp_path / "a.yaml", found.temperature, found.speciation.molality)
    phase, _, places = cantera_state(path, found)
    crystals = [cantera.Solution(str(path), name) for name in solids]
    mixture = cantera.Mixture([(phase, 1.0), *((crystal, 0.0) for crystal in crystals)])
    mixture.T, mixture.P = found.temperature, cantera.one_atm
    disturbed = _with_all_dissolved(chemistry, stream, phase)
    mixture.species_moles = np.concatenate([disturbed, np.zeros(len(solids))])
    mixture.equilibrate("TP", solver="vcs", rtol=1e-10, max_steps=5000)
    moles = np.array([mixture.species_moles[k] for k in range(mixture.n_species)])
    water = moles[0] * phase.molecular_weights[0] / 1000.0
    molality = moles[1 : 1 + len(places)] / water
    ours = found.speciation.molality[places]
    major = ours > 1e-6
    assert molality[major] == pytest.approx(ours[major], rel=1e-4)
    proton = phase.species_names.index("H+")
    phase.TPX = found.temperature, cantera.one_atm, moles[: phase.n_species] / moles[: phase.n_species].sum()
    assert -np.log10(phase.activities[proton]) == pytest.approx(found.ph, abs=1e-4)
    for name, amount in zip(solids, moles[phase.n_species :], strict=True):
        assert settled[name] > 0.0
        assert amount == pytest.approx(settled[name], rel=1e-4)


def _with_all_dissolved(chemistry, stream, phase):
    """Moles of Cantera's species that hold the totals: components as they are, a lack of H+ as OH-."""
    amounts = dict.fromkeys(phase.species_names, 0.0)
    for at, component in enumerate(chemistry.components):
        if component.name in amounts:
            amounts[component.name] = float(stream.flows[at])
    if amounts["H+"] < 0.0:
        amounts["OH-"] = -amounts["H+"]
        amounts["H2O"] += amounts["H+"]
        amounts["H+"] = 0.0
    return np.array([amounts[name] for name in phase.species_names])


@pytest.mark.parametrize("activity", [TruesdellJones(), Davies()])
def test_to_cantera__refuses_a_model_that_cantera_lacks(activity, tmp_path):
    with pytest.raises(DataError, match=f"no equal of the activity model '{type(activity).__name__}'"):
        Chemistry("Na S", activity=activity).to_cantera(tmp_path / "a.yaml")
    assert not list(tmp_path.iterdir())


def test_to_cantera__refuses_molalities_that_are_none(tmp_path):
    chemistry = chemistry_of("Na Cl")
    count = len(chemistry.aqueous)
    with pytest.raises(DataError, match=f"molalities of 1 species are given .* the liquor has {count}"):
        chemistry.to_cantera(tmp_path / "a.yaml", molality=np.zeros(1))
    with pytest.raises(DataError, match=r"molality of 'H\+' = -1 mol/kg is outside 0"):
        chemistry.to_cantera(tmp_path / "a.yaml", molality=-np.ones(count))
