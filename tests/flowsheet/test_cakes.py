"""Filter cakes: Ruth's equation against its integration, resistances against Kozeny's law, saturation, settling."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from raffinate.flowsheet import DataError, Stream
from raffinate.flowsheet.chemistry import Chemistry
from raffinate.flowsheet.filtration import (
    Cake,
    cake_of,
    filtration_time,
    kozeny_resistance,
    passing_time,
    residual_saturation,
    sauter_mean,
    viscosity,
)
from raffinate.flowsheet.sizes import SizeDistribution
from raffinate.flowsheet.thickening import limiting_flux

CHEMISTRY = Chemistry("Li Na Ni Co Fe Al S C")
PUSH, ALPHA, MEDIUM, SOLIDS = 5e5 / 1e-3, 4e10, 5e10, 120.0  # 1/s, m/kg, 1/m, kg of dry cake per m3 of filtrate


def test_filtration_time__is_the_integral_of_the_rate():
    found = solve_ivp(
        lambda _, q: PUSH / (ALPHA * SOLIDS * q + MEDIUM), (0.0, 600.0), [0.0], rtol=1e-11, atol=1e-14, method="DOP853"
    )
    made = float(found.y[0, -1])
    assert filtration_time(SOLIDS * made, made, (ALPHA, MEDIUM), PUSH) == pytest.approx(600.0, rel=1e-9)


def test_filtration_time__over_filtrate_is_a_straight_line():
    """t / q against q, as a filtration test is read: slope alpha c / (2 push), intercept R / push."""
    made = np.array([0.05, 0.1, 0.2, 0.4])
    per = np.array([filtration_time(SOLIDS * q, q, (ALPHA, MEDIUM), PUSH) / q for q in made])
    slope, intercept = np.polyfit(made, per, 1)
    assert slope == pytest.approx(ALPHA * SOLIDS / (2.0 * PUSH), rel=1e-9)
    assert intercept == pytest.approx(MEDIUM / PUSH, rel=1e-9)


def test_wash__passes_at_the_last_rate_of_filtration():
    """A wash as large as the filtrate takes twice as long, where the cloth resists nothing."""
    made, cake = 0.2, 0.2 * SOLIDS
    forming = filtration_time(cake, made, (ALPHA, 0.0), PUSH)
    assert passing_time(cake, made, (ALPHA, 0.0), PUSH) == pytest.approx(2.0 * forming, rel=1e-14)


def test_cake__takes_the_mean_of_its_solids():
    """Two thirds graphite (3e10 m/kg, 0.3) by mass with gypsum-free hydroxide (3e12 m/kg, 0.8): geometric and arithmetic."""
    cake = cake_of(Stream.of(CHEMISTRY, {"C(s)": 2.0, "Fe(OH)3(s)": 1.0, "H2O": 5.0}))
    assert cake.resistance == pytest.approx((3e10**2 * 3e12) ** (1.0 / 3.0), rel=1e-12)
    assert cake.compressibility == pytest.approx((2.0 * 0.3 + 0.8) / 3.0, rel=1e-12)
    assert 0.55 < cake.porosity < 0.87
    assert cake.unknown == ()


def test_cake__resists_more_under_pressure_by_its_compressibility():
    cake = Cake(1e11, 0.5, 0.6, 2000.0)
    assert cake.resistance_at(4e5) == pytest.approx(2e11, rel=1e-12)
    assert Cake(1e11, 0.0, 0.6, 2000.0).resistance_at(9e5) == 1e11


def test_cake__resists_by_the_square_of_its_sizes():
    coarse = Stream.of(CHEMISTRY, {"C(s)": 1.0}, sizes={"C(s)": SizeDistribution.single(4e-5)})
    fine = coarse.with_sizes({"C(s)": SizeDistribution.single(1e-5)})
    ratio = sauter_mean(coarse) / sauter_mean(fine)
    assert cake_of(fine).resistance / cake_of(coarse).resistance == pytest.approx(ratio**2, rel=1e-12)
    assert cake_of(Stream.of(CHEMISTRY, {"C(s)": 1.0})).resistance == pytest.approx(3e10, rel=1e-12)


def test_cake__of_a_solid_without_a_row_takes_kozenys_law_or_says_so():
    nothing_known = Stream.of(CHEMISTRY, {"CoO(s)": 1.0})
    assert cake_of(nothing_known).unknown == ("CoO(s)",)
    assert cake_of(nothing_known).resistance == pytest.approx(1e11, rel=1e-12)
    sized = nothing_known.with_sizes({"CoO(s)": SizeDistribution.single(1e-5)})
    found = cake_of(sized)
    assert found.unknown == ()
    assert found.resistance == pytest.approx(kozeny_resistance(sauter_mean(sized), 0.55, found.density), rel=1e-12)
    assert kozeny_resistance(1e-5, 0.55, 6400.0) == pytest.approx(180 * 0.45 / (6400 * 0.55**3 * 1e-10), rel=1e-12)


def test_cake__of_no_solids_is_refused():
    with pytest.raises(DataError, match="0 kg/s of solids make no cake"):
        cake_of(Stream.of(CHEMISTRY, {"H2O": 1.0}))


def test_moisture__is_that_of_full_pores():
    """Pores 0.55 of graphite, 2260 kg/m3: 550 kg water on 1017 kg of solids."""
    cake = Cake(3e10, 0.3, 0.55, 2260.0)
    assert cake.moisture(1000.0) == pytest.approx(550.0 / (550.0 + 0.45 * 2260.0), rel=1e-12)
    assert 0.35 <= cake.moisture(1000.0) <= 0.45
    assert cake.moisture(1000.0, 0.0) == 0.0


def test_sauter_mean__is_by_surface():
    """Half the mass of 10 um and half of 40 um, of one solid: 2 / (1/10 + 1/40)."""
    half = 0.5 * SizeDistribution.single(1e-5).fractions + 0.5 * SizeDistribution.single(4e-5).fractions
    stream = Stream.of(CHEMISTRY, {"C(s)": 1.0}, sizes={"C(s)": half})
    small, large = (SizeDistribution.single(size).mean(3, 2) for size in (1e-5, 4e-5))
    assert sauter_mean(stream) == pytest.approx(2.0 / (1.0 / small + 1.0 / large), rel=1e-12)
    assert sauter_mean(Stream.of(CHEMISTRY, {"C(s)": 1.0})) == 0.0


@pytest.mark.parametrize(
    ("temperature", "expected"), [(273.15, 1.79e-3), (298.15, 0.890e-3), (333.15, 0.466e-3), (363.15, 0.314e-3)]
)
def test_viscosity__of_water_is_that_of_tables(temperature, expected):
    assert viscosity(Stream.of(CHEMISTRY, {"H2O": 1.0}, temperature)) == pytest.approx(expected, rel=0.03)


def test_viscosity__of_a_fifth_of_sulfate_is_more_than_twice_that_of_water():
    water = viscosity(Stream.of(CHEMISTRY, {"H2O": 1.0}))
    assert viscosity(Stream.of(CHEMISTRY, {"H2O": 0.8, "NiSO4": 0.2})) == pytest.approx(2.4 * water, rel=0.05)


def test_saturation__of_spun_crystals_gives_the_moisture_of_practice():
    """Sodium sulfate of 0.3 mm, 500 g, 50 mm of cake: 3 to 6 %; of 30 um two to three times that."""
    pull = 1200.0 * 9.81 * 500.0 * 0.05
    cake = Cake(5e8, 0.4, 0.42, 2660.0)
    coarse = residual_saturation(0.42, 3e-4, 0.05, pull)
    fine = residual_saturation(0.42, 3e-5, 0.05, pull)
    assert 0.03 <= cake.moisture(1200.0, coarse) <= 0.06
    assert coarse < fine < 1.0
    assert residual_saturation(0.42, 3e-7, 0.05, 10.0) == 1.0
    assert residual_saturation(0.42, 3e-4, 0.05, 0.0) == 1.0


def test_limiting_flux__is_that_of_the_layer_that_passes_least():
    """Coe and Clevenger level by level, coarser; and without hindrance that of the feed's own concentration."""
    levels = np.linspace(0.02, 0.25, 4000, endpoint=False)
    fluxes = 1e-3 * (1.0 - levels) ** 4.65 * 2500.0 / (1.0 / levels - 4.0)
    assert limiting_flux(1e-3, 0.02, 0.25, 2500.0) == pytest.approx(fluxes.min(), rel=1e-4)
    assert limiting_flux(1e-3, 0.02, 0.25, 2500.0, 0.0) == pytest.approx(1e-3 * 2500.0 / (50.0 - 4.0), rel=1e-12)


def test_limiting_flux__needs_a_feed_thinner_than_its_underflow():
    with pytest.raises(DataError, match=r"volume fraction 0\.3 of the feed and 0\.2 of the underflow"):
        limiting_flux(1e-3, 0.3, 0.2, 2500.0)
