"""Pitzer's model and equilibria against Cantera's, on the files that `Chemistry.to_cantera` writes.

Cantera's theta^E is another (Pitzer 1975, eq. 47, at A = 0.392): where ions of like sign and unlike charge meet, a file
that was written for no liquor differs by it, less what makes up for it at I = 5 mol/kg, and by that alone; a file that was
written near the liquor does not differ.
"""

import itertools
import math
import re

import cantera
import numpy as np
import pytest
from scipy import integrate

from raffinate.flowsheet import Stream
from raffinate.flowsheet.chemistry import Chemistry
from raffinate.flowsheet.chemistry.equilibrium import speciate
from raffinate.flowsheet.quantities import celsius
from raffinate.kernels.pitzer import blank_terms, pitzer_log_gamma

LIMIT = 1e-8
PH_LIMIT = 1e-6
RELATIVE_LIMIT = 1e-5  # of molalities and solids; VCS ends at some 1e-7
LEAST = 1e-9  # mol/kg
WATER_KG = 0.018015
ATMOSPHERE = 101325.0
CHEMISTRIES = ("Li Na Ni Co Mn S", "Ca Mg Na Cl S C", "K N Cl S", "Li Na K N Mg Ca Al Fe Mn Co Ni Cu Zn S Cl C P F")
LIQUORS = [
    ("brine", 25, "Na Cl K", {"NaCl": 5.0, "KCl": 1.0}, ()),
    ("leach", 25, "Li Na Ni Co Mn S", {"Li2SO4": 0.4, "NiSO4": 0.5, "CoSO4": 0.2, "MnSO4": 0.2, "H2SO4": 0.1}, ()),
    (
        "hydroxides",
        60,
        "Li Na Ni Co Mn S",
        {"Li2SO4": 0.4, "NiSO4": 0.5, "CoSO4": 0.2, "MnSO4": 0.2, "NaOH": 1.95},
        ("Ni(OH)2(s)", "Co(OH)2(s)", "Mn(OH)2(s)"),
    ),
    (
        "salts",
        25,
        "Li Na Ni Co Mn S",
        {"Na2SO4": 3.0, "NiSO4": 3.0, "Li2SO4": 0.1, "CoSO4": 0.1, "MnSO4": 0.1, "H2SO4": 0.01},
        ("NiSO4.7H2O(s)", "Na2SO4.10H2O(s)"),
    ),
    (
        "gypsum and calcite",
        25,
        "Ca Mg Na Cl S C",
        {"CaCl2": 0.5, "Na2SO4": 1.0, "MgCl2": 0.2, "Na2CO3": 0.05},
        ("CaSO4.2H2O(s)", "CaCO3(s)"),
    ),
    ("ammonia", 40, "K N S Cl", {"K2SO4": 1.2, "NH3": 0.5, "(NH4)2SO4": 0.5, "KCl": 1.0}, ("K2SO4(s)",)),
]


def random_liquors(charge: np.ndarray, count: int, seed: int) -> list[np.ndarray]:
    """Answer molalities over three decades, neutral, at ionic strengths of 0.01 to 15, neutral species to 1 mol/kg."""
    rng = np.random.default_rng(seed)
    liquors = []
    for _ in range(count):
        molality = 10.0 ** rng.uniform(-3.0, 0.0, len(charge))
        for sign in (1.0, -1.0):
            some = np.sign(charge) == sign
            molality[some] /= molality[some] @ np.abs(charge[some])
        molality[charge != 0.0] *= 10.0 ** rng.uniform(-2.0, math.log10(15.0)) / (0.5 * molality @ charge**2)
        molality[charge == 0.0] /= max(1.0, molality[charge == 0.0].sum())
        liquors.append(molality)
    return liquors


def ours(mixture, molality: np.ndarray) -> tuple[np.ndarray, float]:
    """Answer ln gamma and the osmotic coefficient of the kernel."""
    ln_gamma = np.zeros(len(molality))
    ln_water = pitzer_log_gamma(
        mixture.pitzer, mixture.charge, molality, ln_gamma, blank_terms(len(molality), mixture.pitzer)
    )
    return ln_gamma, -ln_water / (WATER_KG * molality.sum())


def theirs(liquor: cantera.Solution, molality: np.ndarray) -> tuple[np.ndarray, float]:
    """Answer ln gamma and the osmotic coefficient of Cantera."""
    moles = np.concatenate([[1.0 / WATER_KG], molality])
    liquor.TPX = liquor.T, ATMOSPHERE, moles / moles.sum()
    activities = liquor.activities
    return np.log(activities[1:] / molality), -math.log(activities[0]) / (WATER_KG * molality.sum())


def integral(x: float) -> float:
    """J by quadrature of Pitzer's integral (1975, eq. A14)."""

    def inside(y: float) -> float:
        return -math.expm1(-x / y * math.exp(-y)) * y * y if y > 0.0 else 0.0

    parts = [
        integrate.quad(inside, low, high, epsabs=1e-13, epsrel=1e-11, limit=200)[0] for low, high in ((0, 2), (2, 60))
    ]
    return 0.25 * x - 1.0 + sum(parts) / x


def short_formula(x: float) -> float:
    return x / (4.0 + 4.581 * x**-0.7237 * math.exp(-0.0120 * x**0.528))


def unequal(law, a_phi: float, pair: tuple[int, int], strength: float) -> float:
    one, two = pair
    unlike, first, second = (law(6.0 * a_phi * z * math.sqrt(strength)) for z in (one * two, one * one, two * two))
    return one * two / (4.0 * strength) * (unlike - 0.5 * first - 0.5 * second)


def of_unequal(law, a_phi: float, charge: np.ndarray, molality: np.ndarray) -> tuple[np.ndarray, float]:
    """Answer what theta^E adds to ln gamma and to the osmotic coefficient; slopes by differences."""
    strength = 0.5 * float(molality @ charge**2)
    sizes = sorted({abs(int(z)) for z in charge if z})
    step = 1e-4 * strength
    values = {}
    for pair in itertools.combinations(sizes, 2):
        low2, low, high, high2 = (unequal(law, a_phi, pair, strength + n * step) for n in (-2, -1, 1, 2))
        values[pair] = unequal(law, a_phi, pair, strength), (8.0 * (high - low) - high2 + low2) / (12.0 * step)
    ln_gamma, lift, osmotic = np.zeros(len(charge)), 0.0, 0.0
    for i, j in itertools.combinations(range(len(charge)), 2):
        one, two = sorted((abs(int(charge[i])), abs(int(charge[j]))))
        if charge[i] * charge[j] > 0.0 and one != two:
            value, slope = values[one, two]
            ln_gamma[i] += 2.0 * molality[j] * value
            ln_gamma[j] += 2.0 * molality[i] * value
            lift += molality[i] * molality[j] * slope
            osmotic += 2.0 * molality[i] * molality[j] * (value + strength * slope) / molality.sum()
    return ln_gamma + charge**2 * lift, osmotic


def of_shift(a_phi: float, charge: np.ndarray, molality: np.ndarray) -> tuple[np.ndarray, float]:
    """Answer what theta of a file that is written near no liquor adds: the difference of the two formulas at 5 mol/kg."""
    ln_gamma, osmotic = np.zeros(len(charge)), 0.0
    for i, j in itertools.combinations(range(len(charge)), 2):
        if charge[i] * charge[j] > 0.0 and charge[i] != charge[j]:
            pair = abs(charge[i]), abs(charge[j])
            theta = unequal(integral, a_phi, pair, 5.0) - unequal(short_formula, 0.392, pair, 5.0)
            ln_gamma[i] += 2.0 * molality[j] * theta
            ln_gamma[j] += 2.0 * molality[i] * theta
            osmotic += 2.0 * molality[i] * molality[j] * theta / molality.sum()
    return ln_gamma, osmotic


@pytest.mark.parametrize("degrees", [25, 80])
def test_ln_gamma__is_canteras_where_no_ions_of_unlike_charge_meet(tmp_path, degrees):
    chemistry = Chemistry("Na K Li Cl")
    temperature = celsius(degrees)
    liquor = cantera.Solution(str(chemistry.to_cantera(tmp_path / "liquor.yaml", temperature)), "liquor")
    mixture = chemistry.mixture(temperature)
    for molality in random_liquors(mixture.charge, 20, 1):
        (ln_gamma, osmotic), (other_ln_gamma, other_osmotic) = ours(mixture, molality), theirs(liquor, molality)
        assert np.abs(ln_gamma - other_ln_gamma).max() < LIMIT
        assert abs(osmotic - other_osmotic) < LIMIT


@pytest.mark.parametrize("degrees", [25, 80])
@pytest.mark.parametrize("elements", CHEMISTRIES)
def test_ln_gamma__differs_from_canteras_by_its_short_formula_of_unequal_mixing_alone(tmp_path, elements, degrees):
    chemistry = Chemistry(elements)
    temperature = celsius(degrees)
    liquor = cantera.Solution(str(chemistry.to_cantera(tmp_path / "liquor.yaml", temperature)), "liquor")
    mixture = chemistry.mixture(temperature)
    charge = mixture.charge
    for molality in random_liquors(charge, 4, 2):
        ln_gamma, osmotic = ours(mixture, molality)
        other_ln_gamma, other_osmotic = theirs(liquor, molality)
        exact = of_unequal(integral, mixture.pitzer.a_phi, charge, molality)
        short = of_unequal(short_formula, 0.392, charge, molality)
        shift = of_shift(mixture.pitzer.a_phi, charge, molality)
        assert np.abs(ln_gamma - exact[0] - (other_ln_gamma - short[0] - shift[0])).max() < LIMIT
        assert abs(osmotic - exact[1] - (other_osmotic - short[1] - shift[1])) < LIMIT


@pytest.mark.parametrize("degrees", [10, 25, 90])
@pytest.mark.parametrize("elements", CHEMISTRIES[:3])
def test_ln_gamma__is_canteras_near_the_liquor_of_the_file(tmp_path, elements, degrees):
    chemistry = Chemistry(elements)
    temperature = celsius(degrees)
    mixture = chemistry.mixture(temperature)
    for molality in random_liquors(mixture.charge, 6, 3):
        path = chemistry.to_cantera(tmp_path / "liquor.yaml", temperature, molality)
        liquor = cantera.Solution(str(path), "liquor")
        (ln_gamma, osmotic), (other_ln_gamma, other_osmotic) = ours(mixture, molality), theirs(liquor, molality)
        assert np.abs(ln_gamma - other_ln_gamma).max() < LIMIT
        assert abs(osmotic - other_osmotic) < LIMIT


HOT = [  # kg/s, at 90 degC
    (
        "Ni Co Mn Li Na Al S",
        {"H2O": 1, "NiSO4": 0.15, "CoSO4": 0.05, "MnSO4": 0.05, "Li2SO4": 0.05, "H2SO4": 0.03},
        0.4,
    ),
    ("Ni Na S", {"H2O": 1, "NiSO4": 0.2, "H2SO4": 0.03, "Na2SO4": 0.1}, 0.5),
    ("Fe Na S", {"H2O": 1, "Fe2(SO4)3": 0.1, "H2SO4": 0.03, "Na2SO4": 0.1}, 0.4),
    ("Mg Na Cl", {"H2O": 1, "NaCl": 0.2, "MgCl2": 0.1}, 0.4),
    ("Ni Na S", {"H2O": 1, "NiSO4": 0.02, "H2SO4": 0.003, "Na2SO4": 0.01}, 0.8),
]


@pytest.mark.parametrize(("elements", "masses", "share"), HOT, ids=lambda v: str(v)[:20])
def test_ln_gamma__of_a_file_for_no_liquor_is_nearer_than_with_our_interactions_as_they_stand(
    tmp_path, elements, masses, share
):
    chemistry = Chemistry(elements, without=("H2O2",))
    stream = Stream.of(chemistry, masses, celsius(90))
    molality = stream.equilibrium.speciation.molality
    present = molality > 1e-6
    mixture = chemistry.mixture(stream.temperature)
    liquor = cantera.Solution(str(chemistry.to_cantera(tmp_path / "liquor.yaml", stream.temperature)), "liquor")
    moles = np.concatenate([[1.0 / WATER_KG], molality])
    liquor.TPX = stream.temperature, ATMOSPHERE, moles / moles.sum()
    off = np.log(liquor.activities[1:][present] / molality[present]) - ours(mixture, molality)[0][present]
    exact, _ = of_unequal(integral, mixture.pitzer.a_phi, mixture.charge, molality)
    short, _ = of_unequal(short_formula, 0.392, mixture.charge, molality)
    assert np.abs(off).max() < share * np.abs((exact - short)[present]).max()


@pytest.mark.parametrize("what", ["equilibrium", "stream", "molalities"])
def test_equilibrium__of_a_hot_liquor_is_canteras_on_a_file_for_it(tmp_path, what):
    """A leach liquor at 90 degC: the same pH in Cantera, and the description says by how much ln gamma differs."""
    chemistry = Chemistry(HOT[0][0], without=("H2O2",))
    stream = Stream.of(chemistry, HOT[0][1], celsius(90))
    answer = stream.equilibrium
    given = {"equilibrium": answer, "stream": stream, "molalities": answer.speciation.molality}[what]
    path = chemistry.to_cantera(tmp_path / "liquor.yaml", stream.temperature, given)
    liquor = cantera.Solution(str(path), "liquor")
    start = np.zeros(liquor.n_species)
    for component, moles in zip(chemistry.components, stream.flows[chemistry.liquor], strict=True):
        start[liquor.species_index(component.name)] = moles / 1000.0
    mixture = cantera.Mixture([(liquor, 1.0)])
    mixture.T, mixture.P = stream.temperature, ATMOSPHERE
    mixture.species_moles = start
    mixture.equilibrate("TP", solver="vcs", rtol=1e-12, max_steps=5000)
    assert -math.log10(liquor.activities[liquor.species_index("H+")]) == pytest.approx(answer.ph, abs=PH_LIMIT)
    description = path.read_text(encoding="utf-8").splitlines()[0]
    said = re.search(
        r"within (\S+) of ours in the liquor that it was written for, of I = ([0-9.]+) mol/kg", description
    )
    assert said is not None
    assert float(said.group(1)) < LIMIT
    assert float(said.group(2)) == pytest.approx(answer.ionic_strength, rel=1e-3)


@pytest.mark.parametrize(
    ("degrees", "elements", "holds", "solids"), [case[1:] for case in LIQUORS], ids=[case[0] for case in LIQUORS]
)
def test_equilibrium__is_canteras(tmp_path, degrees, elements, holds, solids):
    chemistry = Chemistry(elements, without=("H2O2",))
    temperature = celsius(degrees)
    totals = np.zeros(len(chemistry.components))
    totals[0] = 1.0 / WATER_KG
    for formula, moles in holds.items():
        totals += moles * chemistry.dissolve(formula)
    answer = speciate(chemistry, totals, temperature, chemistry.allowed(solids))
    molality = answer.speciation.molality
    path = str(chemistry.to_cantera(tmp_path / "liquor.yaml", temperature, molality))
    liquor = cantera.Solution(path, "liquor")
    mixture = cantera.Mixture([(liquor, 1.0), *((cantera.Solution(path, name), 0.0) for name in solids)])
    mixture.T, mixture.P = temperature, ATMOSPHERE
    start = np.zeros(mixture.n_species)
    for component, moles in zip(chemistry.components, totals, strict=True):
        start[liquor.species_index(component.name)] = moles / 1000.0
    proton, hydroxide = liquor.species_index("H+"), liquor.species_index("OH-")
    if start[proton] < 0.0:
        start[hydroxide], start[0], start[proton] = -start[proton], start[0] + start[proton], 0.0
    mixture.species_moles = start
    mixture.equilibrate("TP", solver="vcs", rtol=1e-12, max_steps=5000)
    moles = mixture.species_moles * 1000.0
    other = moles[1 : liquor.n_species] / (moles[0] * WATER_KG)
    known = molality > LEAST
    assert -math.log10(liquor.activities[proton]) == pytest.approx(answer.ph, abs=PH_LIMIT)
    np.testing.assert_allclose(other[known], molality[known], rtol=RELATIVE_LIMIT)
    amounts = [answer.amounts[chemistry.phase_index[name]] for name in solids]
    np.testing.assert_allclose(moles[liquor.n_species :], amounts, rtol=RELATIVE_LIMIT, atol=1e-12)
