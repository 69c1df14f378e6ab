"""Rate laws against their closed forms, their sizes and conditions, and the parameter sets of leaching.csv."""

import math

import numpy as np
import pytest

from raffinate.flowsheet import DataError
from raffinate.flowsheet.leaching.rates import AVRAMI, LAWS, MIXED, RateLaw, has_rate, minerals, parameter_sets
from raffinate.flowsheet.quantities import celsius
from raffinate.flowsheet.sizes import SizeDistribution
from raffinate.kernels.shrinking_core import Sizes, batch_conversion

SPREAD = SizeDistribution.rosin_rammler(25e-6, 1.3)
SHRINKING = [law for law in LAWS if law not in {AVRAMI, "table"}]


def _law(law, **given):
    given = {"shares": (0.2, 0.3, 0.5)} | given if law == MIXED else given
    return RateLaw(law=law, complete_time=3600.0, **given)


def _coordinate(law, conversion):
    """Write s(X) as books have it."""
    left = 1.0 - conversion
    film, ash, surface = conversion, 1.0 - 3.0 * left ** (2.0 / 3.0) + 2.0 * left, 1.0 - left ** (1.0 / 3.0)
    return {
        "surface reaction": surface, "ash": ash, "film": film, "shrinking film": 1.0 - left ** (2.0 / 3.0),
        "mixed": 0.2 * film + 0.3 * ash + 0.5 * surface, "Avrami": math.sqrt(-math.log(left)) if left > 0.0 else 0.0,
    }[law]  # fmt: skip


@pytest.mark.parametrize("law", [law for law in LAWS if law != "table"])
@pytest.mark.parametrize("conversion", [1e-3, 0.1, 0.5, 0.9, 0.999])
def test_law__inverts_the_formula_of_the_book(law, conversion):
    rate = _law(law, exponent=2.0)
    found = rate.unreacted(np.array([_coordinate(law, conversion)]))
    assert 1.0 - found[0] == pytest.approx(conversion, rel=1e-8)


@pytest.mark.parametrize("law", SHRINKING)
def test_law__is_through_at_its_complete_time_and_not_before(law):
    rate = _law(law)
    assert rate.conversion([3600.0, 4000.0], 343.15) == pytest.approx([1.0, 1.0], abs=1e-12)
    assert rate.conversion([0.0, 3500.0], 343.15)[0] == 0.0
    assert rate.conversion([3500.0], 343.15)[0] < 1.0 - 1e-6


@pytest.mark.parametrize(("law", "power"), [("surface reaction", 1), ("film", 1), ("ash", 2), ("shrinking film", 2)])
def test_law__takes_a_larger_particle_longer(law, power):
    rate, elapsed = _law(law), np.array([0.3])
    assert rate.unreacted(elapsed * 3.0**power, 3.0) == pytest.approx(rate.unreacted(elapsed), rel=1e-12)


def test_mixed__grows_with_size_towards_ash():
    """Film and surface as the diameter, ash as its square: 0.2 x 4 + 0.3 x 16 + 0.5 x 4."""
    factor, shares = _law(MIXED).at_size(4.0)
    assert factor == pytest.approx(7.6)
    assert shares == pytest.approx((0.8 / 7.6, 4.8 / 7.6, 2.0 / 7.6))


def test_table__is_any_law_of_your_own():
    own = RateLaw(law="table", complete_time=3600.0, left=lambda s: (1.0 - s) ** 3)
    pairs = RateLaw(law="table", complete_time=3600.0, left=[(0.0, 1.0), (1.0, 0.4), (2.0, 0.1)], size_exponent=1.0)
    times = np.linspace(0.0, 5000.0, 9)
    assert own.conversion(times, 343.15) == pytest.approx(_law("surface reaction").conversion(times, 343.15), abs=2e-4)
    assert pairs.conversion([1800.0, 9999.0], 343.15) == pytest.approx([0.3, 0.9])
    assert pairs.unreacted(np.array([2.0]), 2.0) == pytest.approx([0.4])


def test_time__follows_arrhenius_and_the_orders():
    rate = RateLaw(
        complete_time=3600.0, activation_energy=65e3, acid_order=0.7, oxidant_order=0.5, reference_temperature=343.15
    )
    warmer = math.exp(-65e3 / 8.314462618 * (1.0 / 333.15 - 1.0 / 343.15))
    assert rate.time(333.15) == pytest.approx(3600.0 / warmer, rel=1e-9)
    assert rate.time(343.15, acid=1500.0, oxidant=4000.0) == pytest.approx(3600.0 * 2.0**0.7 / 2.0, rel=1e-12)
    assert rate.time(343.15, acid=0.0) == math.inf
    assert rate.conversion([1e9], 343.15, acid=0.0)[0] == 0.0


def test_conversion__slows_as_the_acid_goes():
    """First order of a first-order mineral that takes up half of the acid: dX/dt = (1 - X)(1 - X/2), in closed form."""
    rate = RateLaw(law=AVRAMI, complete_time=3600.0, acid_order=1.0, reference_acid=1000.0)
    times = np.array([600.0, 3600.0, 10000.0])
    grown = np.exp(0.5 * times / 3600.0)
    expected = (grown - 1.0) / (grown - 0.5)
    found = rate.conversion(times, 343.15, acid=1000.0, acid_demand=500.0)
    assert found == pytest.approx(expected, abs=2e-6)


def test_conversion__stops_where_the_acid_ends():
    rate = RateLaw(complete_time=600.0, acid_order=0.7, reference_acid=1000.0)
    assert rate.conversion([1e5], 343.15, acid=1000.0, acid_demand=2500.0)[0] == pytest.approx(0.4, abs=2e-3)


@pytest.mark.parametrize("law", [law for law in LAWS if law != "table"])
def test_minerals__mean_the_same_to_the_kernels(law):
    """Sizes, temperature and reference of each of two minerals, one with sizes and one without."""
    rates = {"LiCoO2(s)": _law(law, reference_size=20e-6, acid_order=0.6), "Cu(s)": RateLaw.named("Cu(s)")}
    known, sizes = minerals(list(rates), 333.15, rates, {"LiCoO2(s)": SPREAD.fractions})
    assert isinstance(sizes, Sizes)
    assert sizes.size_fraction.sum(axis=1) == pytest.approx([1.0, 1.0])
    times = np.array([60.0, 900.0, 3600.0])
    found = batch_conversion(known, sizes, times, 1200.0)
    own = rates["LiCoO2(s)"].conversion(times, 333.15, acid=1200.0, sizes=SPREAD)
    assert found[:, 0] == pytest.approx(own, abs=1e-9)
    assert found[:, 1] == pytest.approx(rates["Cu(s)"].conversion(times, 333.15, acid=1200.0), abs=1e-12)


def test_minerals__without_a_reference_size_count_from_the_median():
    known, sizes = minerals(["Fe(s)"], 343.15, sizes={"Fe(s)": SizeDistribution.single(40e-6).fractions})
    assert sizes.size_ratio == pytest.approx([1.0])
    assert known.complete_time == pytest.approx([RateLaw.named("Fe(s)").complete_time], rel=0.02)


@pytest.mark.parametrize("name", parameter_sets())
def test_parameter_set__can_be_used(name):
    law = RateLaw.named(*name.split("|"))
    assert law.name == name
    assert 0.0 < law.conversion([3600.0], law.reference_temperature, law.reference_acid)[0] <= 1.0
    assert 0.0 <= law.activation_energy < 80e3


def test_named__lends_the_oxide_of_the_cathode_to_the_others():
    assert RateLaw.named("LiNi0.8Mn0.1Co0.1O2(s)") == RateLaw.named("LiNi0.6Mn0.2Co0.2O2(s)")
    assert has_rate("LiMn2O4(s)")
    assert not has_rate("C(s)")
    assert not has_rate("Ni(OH)2(s)")


def test_remarks__say_in_one_sentence_what_lies_outside():
    law = RateLaw.named("LiCoO2(s)", "jha2013", "Co")
    assert law.remarks(temperature=348.15, acid=4000.0, oxidant=1000.0, size=None) == ()
    assert law.remarks(temperature=349.5, acid=3700.0, pulp_density=105.0) == ()
    (sentence,) = law.remarks(temperature=celsius(25.0), acid=4000.0, pulp_density=200.0)
    assert sentence == (
        "rate of LiCoO2(s)|jha2013|Co, from jha2013, is used outside its window: temperature 298.1 K (measured at 348.1), "
        "pulp density 200 g/L (measured at 100)"
    )


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"law": "shrinking"}, "law 'shrinking' is none; did you mean 'shrinking film'"),
        ({"complete_time": 0.0}, "complete_time = 0 is outside"),
        ({"accessible": 1.1}, "accessible = 1.1 is outside 0 to 1"),
        ({"law": MIXED, "shares": (0.5, 0.5, 0.5)}, "three of 0 or more that sum to 1"),
        ({"law": "table"}, "left is not given with the law 'table'"),
        ({"law": "table", "left": [(0.0, 1.0), (0.5, 1.2)]}, "left rises or lies below 0"),
        ({"law": "table", "left": [(0.1, 1.0), (0.5, 0.2)]}, "s rising from 0 and u = 1 there"),
        ({"window": {"temprature": (1.0, 2.0)}}, "did you mean 'temperature'"),
        ({"window": {"acid": (2.0, 1.0)}}, "window of acid from 2 to 1 is empty"),
    ],
)
def test_law__refuses_what_cannot_be(given, message):
    with pytest.raises(DataError, match=message):
        RateLaw(**({"complete_time": 60.0} | given))


def test_named__refuses_sets_that_there_are_none_of():
    with pytest.raises(DataError, match=r"no parameter set 'LiCoO2\(s\)\|jha2012'"):
        RateLaw.named("LiCoO2(s)", "jha2012")
    with pytest.raises(DataError, match=r"no rate of 'C\(s\)'"):
        RateLaw.named("C(s)")
    with pytest.raises(DataError, match="is no condition of a rate law"):
        RateLaw.named("Fe(s)").remarks(ph=1.0)
