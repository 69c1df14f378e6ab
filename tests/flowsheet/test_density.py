"""Density: salts made of ions, whatever their order, smoothly; what lies beyond the data."""

import numpy as np
import pytest

from raffinate.flowsheet import Stream
from raffinate.flowsheet.chemistry import Chemistry, density, water
from raffinate.flowsheet.quantities import celsius


@pytest.fixture(scope="module")
def chemistry():
    return Chemistry("Li Na N Ni Co Mn Fe Al S Cl C P F")


def totals(chemistry, masses):
    return np.array(Stream.of(chemistry, masses).flows[chemistry.liquor])


def naive_volume(chemistry, amounts, temperature):
    """The same, salt by salt, for salts within their range and no strong acid."""
    named = {name: float(n) for name, n in zip(chemistry.names, amounts, strict=False)}
    base = max(0.0, -named["H+"])
    cations = {c.name: c.charge * max(0.0, named[c.name]) for c in chemistry.components if c.charge > 0}
    anions = {c.name: -c.charge * named[c.name] for c in chemistry.components if c.charge < 0} | {"OH-": base}
    whole = sum(anions.values())
    masses = {c.name: c.molar_mass for c in chemistry.components} | {"OH-": 0.018015 - 0.001008}
    charges = {c.name: abs(c.charge) for c in chemistry.components} | {"OH-": 1}
    of_salt = {}
    for cation, n in cations.items():
        for anion, share in anions.items():
            equivalents = n * share / whole
            if equivalents > 0.0:
                mass = equivalents * (masses[cation] / charges[cation] + masses[anion] / charges[anion])
                of_salt[f"{cation}|{anion}"] = mass
    mass = float(amounts @ chemistry.molar_masses[chemistry.liquor])
    w, t = sum(of_salt.values()) / mass, temperature - 273.15
    volume = (mass - sum(of_salt.values())) / water.density(temperature)
    for name, part in of_salt.items():
        c = [density.table("density").value(name, f"c{n}") for n in range(5)]
        apparent = (c[0] * w + c[1]) * np.exp(1e-6 * (t + c[4]) ** 2) / (w + c[2] + c[3] * t)
        volume += part / apparent
    return volume


@pytest.mark.parametrize(
    "masses",
    [
        {"H2O": 1.0, "NiSO4": 0.2},
        {"H2O": 1.0, "Na2SO4": 0.1, "MnSO4": 0.1, "H2SO4": 0.05},
        {"H2O": 1.0, "Na2SO4": 0.02, "NaOH": 0.1},
        {"H2O": 1.0, "NaCl": 0.05, "NiCl2": 0.1},
    ],
)
def test_liquor_volume__is_the_sum_over_the_salts(chemistry, masses):
    amounts = totals(chemistry, masses)
    for temperature in (celsius(21), celsius(25)):
        assert density.liquor_volume(chemistry, amounts, temperature) == pytest.approx(
            naive_volume(chemistry, amounts, temperature), rel=1e-5
        )


def test_liquor_volume__of_water_is_that_of_water(chemistry):
    amounts = totals(chemistry, {"H2O": 2.0})
    assert density.liquor_volume(chemistry, amounts, celsius(60)) == pytest.approx(2.0 / water.density(celsius(60)))
    assert density.density(chemistry, amounts, celsius(25)) == pytest.approx(997.05, abs=0.1)


def test_liquor_volume__of_nothing_is_nothing(chemistry):
    nothing = np.zeros(len(chemistry.components))
    assert density.liquor_volume(chemistry, nothing, 298.15) == 0.0
    assert density.density(chemistry, nothing, 298.15) == 0.0
    assert density.salts(chemistry, nothing) == {}
    assert density.remarks(chemistry, nothing, 298.15) == ()


def test_liquor_volume__grows_with_the_amount(chemistry):
    amounts = totals(chemistry, {"H2O": 1.0, "NiSO4": 0.2, "H2SO4": 0.1, "H2O2": 0.01})
    one = density.liquor_volume(chemistry, amounts, 320.0)
    assert density.liquor_volume(chemistry, 1e6 * amounts, 320.0) == pytest.approx(1e6 * one, rel=1e-12)


def test_liquor_volume__is_smooth_where_acid_turns_into_base(chemistry):
    """Neutral sodium sulfate: a little acid or base moves the volume by a little."""
    neutral = totals(chemistry, {"H2O": 1.0, "Na2SO4": 0.1})
    sodium, proton = chemistry.index["Na+"], chemistry.index["H+"]

    def volume(base):
        shifted = np.array(neutral)
        shifted[sodium] += base
        shifted[proton] -= base
        return density.liquor_volume(chemistry, shifted, 298.15)

    for step in (1e-3, 1e-6):
        assert abs(volume(step) - volume(0.0)) < 1e-4 * step
        assert abs(volume(-step) - volume(0.0)) < 1e-4 * step


def test_liquor_volume__has_no_jump_at_the_ends_of_ranges(chemistry):
    """Stronger and stronger acid, through the mass fraction at which its additional room begins."""
    shares = np.linspace(0.70, 0.86, 161)
    densities = [density.density(chemistry, totals(chemistry, {"H2SO4": s, "H2O": 1.0 - s}), 298.15) for s in shares]
    steps = np.diff(densities)
    assert steps.min() > 0.5
    assert np.abs(np.diff(steps)).max() < 0.2


def test_salts__share_equivalents_in_proportion(chemistry):
    amounts = totals(chemistry, {"H2O": 1.0, "NiSO4": 0.1547, "NaCl": 0.05844})
    found = density.salts(chemistry, amounts)
    assert found["Ni+2|SO4-2"] == pytest.approx(4.0 / 3.0, rel=1e-3)
    assert found["Na+|Cl-"] == pytest.approx(1.0 / 3.0, rel=1e-3)
    assert sum(found.values()) == pytest.approx(3.0, rel=1e-3)


def test_salts__of_base_are_hydroxides(chemistry):
    found = density.salts(chemistry, totals(chemistry, {"H2O": 1.0, "NaOH": 0.04}))
    assert set(found) == {"Na+|OH-"}


def test_density__of_mixed_sulfates_lies_between_those_of_each(chemistry):
    """Young's rule, as found for sulfates of Ni, Co and Mn by Vielma et al. (2023)."""
    nickel = density.density(chemistry, totals(chemistry, {"H2O": 0.8, "NiSO4": 0.2}), 298.15)
    manganese = density.density(chemistry, totals(chemistry, {"H2O": 0.8, "MnSO4": 0.2}), 298.15)
    both = density.density(chemistry, totals(chemistry, {"H2O": 0.8, "NiSO4": 0.1, "MnSO4": 0.1}), 298.15)
    assert manganese < both < nickel
    assert both == pytest.approx(0.5 * (nickel + manganese), rel=1e-3)


def test_density__falls_with_temperature_in_every_liquor(chemistry):
    random = np.random.default_rng(3)
    substances = ["NiSO4", "CoSO4", "MnSO4", "Na2SO4", "Li2SO4", "H2SO4", "NaCl", "FeSO4", "Al2(SO4)3", "NH3"]
    for _ in range(40):
        masses = {"H2O": 1.0} | {s: 0.1 * random.random() for s in substances}
        amounts = totals(chemistry, masses)
        densities = [density.density(chemistry, amounts, t) for t in (283.15, 303.15, 333.15, 363.15)]
        assert densities == sorted(densities, reverse=True)
        assert 1000.0 < densities[-1] < 1900.0


def test_density__grows_with_what_is_dissolved(chemistry):
    for salt in ("NiSO4", "CoSO4", "MnSO4", "Na2SO4", "Li2SO4", "FeSO4", "Al2(SO4)3", "H2SO4", "NaOH", "NaCl"):
        dense = [
            density.density(chemistry, totals(chemistry, {"H2O": 1.0, salt: m}), 298.15) for m in (0, 0.05, 0.2, 0.4)
        ]
        assert dense == sorted(dense), salt


def test_density__of_bicarbonate_lies_between_carbonate_and_dissolved_gas(chemistry):
    """CRC Handbook: NaHCO3 6 % at 20 degC 1043 kg/m3."""
    assert density.density(chemistry, totals(chemistry, {"H2O": 0.94, "NaHCO3": 0.06}), 293.15) == pytest.approx(
        1043, abs=2
    )


def test_remarks__say_what_lies_beyond_the_data(chemistry):
    usual = totals(chemistry, {"H2O": 0.8, "NiSO4": 0.2})
    assert density.remarks(chemistry, usual, 298.15) == ()
    (hot,) = density.remarks(chemistry, usual, 368.15)
    assert hot == "density of Ni+2 with SO4-2 is known at 288.15 to 333.15 K, here it is 368.15 K"
    (strong,) = density.remarks(chemistry, totals(chemistry, {"H2O": 0.3, "NaOH": 0.7}), 298.15)
    assert "is known up to a mass fraction of 0.503 dissolved, here it is 0.7" in strong
    (estimate,) = density.remarks(chemistry, totals(chemistry, {"H2O": 0.9, "NH4F": 0.1}), 298.15)
    assert estimate == "density of NH4+ with F- is an estimate: the data have no coefficients of it"


def test_remarks__take_sulfuric_acid_to_100_percent(chemistry):
    assert density.remarks(chemistry, totals(chemistry, {"H2SO4": 0.98, "H2O": 0.02}), 298.15) == ()


def test_stream__asks_density_for_its_volume(chemistry):
    stream = Stream.of(chemistry, {"H2O": 0.8, "NH4F": 0.2}, celsius(25))
    amounts = np.array(stream.flows[chemistry.liquor])
    assert stream.liquor_volume == density.liquor_volume(chemistry, amounts, stream.temperature)
    assert stream.density_remarks == density.remarks(chemistry, amounts, stream.temperature)
