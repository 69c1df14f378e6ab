"""Yields of crystallisers against those that published solubilities give by hand, transitions, and what is purified of what."""

import csv
import dataclasses
from pathlib import Path

import pytest

from raffinate.flowsheet import Stream
from raffinate.flowsheet.chemistry import Chemistry
from raffinate.flowsheet.chemistry.database import atomic_masses
from raffinate.flowsheet.chemistry.formula import molar_mass, parse
from raffinate.flowsheet.crystallisation.kinetics import Kinetics
from raffinate.flowsheet.quantities import celsius
from raffinate.unitops.crystalliser import Crystalliser
from raffinate.unitops.evaporative_crystalliser import EvaporativeCrystalliser

CHEMISTRY = Chemistry("Li Na N Mg Mn Co Ni S")
SOLUBILITIES = Path(__file__).parent / "data" / "solubility.csv"


def solubility(solid: str, degrees: float) -> float:
    """The first published solubility of a salt, kg without water of crystallisation per kg of water."""
    with SOLUBILITIES.open(newline="", encoding="utf-8") as file:
        row = next(r for r in csv.DictReader(file) if r["solid"] == solid and float(r["temperature"]) == degrees)
    value = float(row["value"])
    return value / 100.0 if row["unit"] == "g/100 g" else value * mass_of(row["salt"])


def mass_of(formula: str) -> float:
    return molar_mass(parse(formula), atomic_masses())


def yield_by_table(salt: str, solid: str, content: float, saturated: float, boiled: float = 0.0) -> float:
    """Share of a salt that crystallises from `content` kg per kg of water, by its balance and that of water."""
    hydrate = mass_of(solid.removesuffix("(s)"))
    share = mass_of(salt) / hydrate  # kg of salt a kg of crystals
    crystals = (content - saturated * (1.0 - boiled)) / (share - saturated * (1.0 - share))
    return crystals * share / content


def fast(solid: str) -> Kinetics:
    """Rates of a salt that leave no supersaturation, so that the yield is that of the table."""
    return dataclasses.replace(Kinetics.of(solid), growth_constant=1e6, occlusion=0.0)


@pytest.mark.parametrize(
    ("salt", "solid", "hot", "cold"),
    [
        ("NiSO4", "NiSO4.7H2O(s)", ("NiSO4.6H2O(s)", 60.0), 25.0),
        ("NiSO4", "NiSO4.7H2O(s)", ("NiSO4.6H2O(s)", 60.0), 10.0),
        ("CoSO4", "CoSO4.7H2O(s)", ("CoSO4.7H2O(s)", 40.0), 20.0),
        ("Na2SO4", "Na2SO4.10H2O(s)", ("Na2SO4.10H2O(s)", 30.0), 10.0),
        ("Na2SO4", "Na2SO4.10H2O(s)", ("Na2SO4.10H2O(s)", 30.0), 0.0),
        ("(NH4)2SO4", "(NH4)2SO4(s)", ("(NH4)2SO4(s)", 90.0), 20.0),
        ("LiOH", "LiOH.H2O(s)", ("LiOH.H2O(s)", 100.0), 20.0),
        ("MnSO4", "MnSO4.H2O(s)", ("MnSO4.H2O(s)", 40.0), 100.0),  # its solubility falls with temperature
    ],
)
def test_yield__of_cooling_a_saturated_liquor_is_that_of_the_table(salt, solid, hot, cold):
    content = solubility(*hot)
    feed = Stream.of(CHEMISTRY, {"H2O": 1.0, salt: content}, celsius(hot[1]))
    unit = Crystalliser(salts=(solid,), evaporated=0.0, temperature=celsius(cold), kinetics=fast(solid))
    slurry = unit.run({"feed": feed}).outlets["slurry"]
    whole = mass_of(salt)
    found = slurry[solid] * whole / content
    assert found == pytest.approx(yield_by_table(salt, solid, content, solubility(solid, cold)), abs=0.02)


@pytest.mark.parametrize(
    ("salt", "solid", "degrees"),
    [
        ("NiSO4", "NiSO4.6H2O(s)", 60.0),
        ("MnSO4", "MnSO4.H2O(s)", 90.0),
        ("Na2SO4", "Na2SO4(s)", 80.0),
        ("Li2SO4", "Li2SO4.H2O(s)", 80.0),
        ("LiOH", "LiOH.H2O(s)", 80.0),
        ("(NH4)2SO4", "(NH4)2SO4(s)", 70.0),
    ],
)
def test_evaporation__for_a_yield_is_that_of_the_table(salt, solid, degrees):
    """Of a liquor with 0.8 of the salt that it could hold, for a yield of 0.6."""
    content = 0.8 * solubility(solid, degrees)
    feed = Stream.of(CHEMISTRY, {"H2O": 1.0, salt: content}, celsius(degrees))
    unit = EvaporativeCrystalliser(
        salts=(solid,), temperature=celsius(degrees), yield_per_pass=0.6, kinetics=fast(solid)
    )
    boiled = unit.run({"feed": feed}).report["evaporation"]
    saturated = solubility(solid, degrees)
    by_table = max(at for at in range(1000) if yield_by_table(salt, solid, content, saturated, at / 1e3) < 0.6) / 1e3
    assert boiled == pytest.approx(by_table, abs=0.01)


def test_glaubers_salt__gives_way_to_thenardite_at_32_4_degc():
    """Published 32.384 degC for the pure salt."""
    feed = Stream.of(CHEMISTRY, {"H2O": 1.0, "Na2SO4": 0.6}, celsius(40.0))

    def is_thenardite(degrees):
        unit = Crystalliser(salts=("Na2SO4(s)", "Na2SO4.10H2O(s)"), evaporated=0.0, temperature=celsius(degrees))
        slurry = unit.run({"feed": feed}).outlets["slurry"]
        return slurry["Na2SO4(s)"] > 0.0 and slurry["Na2SO4.10H2O(s)"] == 0.0

    low, high = 25.0, 40.0
    assert not is_thenardite(low)
    assert is_thenardite(high)
    while high - low > 0.01:
        middle = 0.5 * (low + high)
        low, high = (low, middle) if is_thenardite(middle) else (middle, high)
    assert low == pytest.approx(32.384, abs=0.5)


def test_nickel_sulfate__is_freed_of_sodium_rather_than_of_magnesium():
    """Han et al. (2019): magnesium is the hardest to remove, since the lattice takes it."""
    feed = Stream.of(CHEMISTRY, {"H2O": 1.0, "NiSO4": 0.5, "MgSO4": 0.005, "Na2SO4": 0.005}, celsius(60.0))
    unit = Crystalliser(salts=("NiSO4.6H2O(s)",), evaporated=0.1, temperature=celsius(40.0))
    slurry = unit.run({"feed": feed}).outlets["slurry"]

    def kept(cation, solid, count):
        """Of a cation per nickel, in the crystals over the liquor that was fed."""
        return count * slurry[solid] / slurry["NiSO4.6H2O(s)"] / (feed[cation] / feed["Ni+2"])

    magnesium, sodium = kept("Mg+2", "MgSO4.6H2O(s)", 1.0), kept("Na+", "Na2SO4(s)", 2.0)
    assert sodium < 0.1 * magnesium
    assert 0.3 < magnesium < 1.0


@pytest.mark.parametrize(
    ("solid", "degrees", "smallest", "largest"),
    [  # m; of products of plants with residence times of 1 to 4 h, as the notes of crystallisation.csv tell
        ("NiSO4.6H2O(s)", 55.0, 2e-4, 1.5e-3),
        ("MnSO4.H2O(s)", 95.0, 1e-4, 5e-4),
        ("Na2SO4(s)", 80.0, 2e-4, 1e-3),
        ("Na2SO4.10H2O(s)", 10.0, 2e-4, 1e-3),
        ("(NH4)2SO4(s)", 70.0, 5e-4, 2e-3),
        ("LiOH.H2O(s)", 80.0, 2e-4, 1e-3),
    ],
)
def test_sizes__are_those_that_plants_make(solid, degrees, smallest, largest):
    rates = Kinetics.of(solid)
    density = 2000.0

    def magma_at(sigma):
        growth = rates.growth(sigma, celsius(degrees))
        return (
            6.0
            * rates.shape_factor
            * density
            * rates.nucleation(sigma, 200.0, celsius(degrees))
            * growth**3
            * 7200.0**4
        )

    low, high = 1e-6, 1.0
    for _ in range(100):
        middle = (low * high) ** 0.5
        low, high = (middle, high) if magma_at(middle) < 200.0 else (low, middle)
    assert smallest < 4.0 * rates.growth(low, celsius(degrees)) * 7200.0 < largest
