"""Particle sizes: closed forms of the distributions, mixing, and what streams and recycles make of them."""

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pytest

from raffinate.flowsheet import DataError, Flowsheet, Stream, mix, solve
from raffinate.flowsheet.chemistry import Chemistry
from raffinate.flowsheet.sizes import CLASSES, DIAMETERS, EDGES, SizeDistribution
from raffinate.flowsheet.unitop import Outcome, Port, UnitOp
from raffinate.unitops.splitter import Splitter

CHEMISTRY = Chemistry("Ni S C")
FINE, COARSE = SizeDistribution.rosin_rammler(20e-6, 1.2), SizeDistribution.rosin_rammler(200e-6, 2.0)


def slurry(mass, sizes):
    return Stream.of(CHEMISTRY, {"H2O": 10.0, "C(s)": mass}, sizes={"C(s)": sizes})


def test_rosin_rammler__passes_what_its_law_says():
    for size in EDGES[5:40:7]:
        assert FINE.passing(size) == pytest.approx(1.0 - math.exp(-((size / 20e-6) ** 1.2)), abs=1e-12)
    assert FINE.d50 == pytest.approx(20e-6 * math.log(2.0) ** (1.0 / 1.2), rel=5e-3)


def test_gates_gaudin_schuhmann__passes_what_its_law_says_and_has_its_mean():
    found = SizeDistribution.gates_gaudin_schuhmann(100e-6, 2.0)
    assert found.passing(EDGES[20]) == pytest.approx((EDGES[20] / 100e-6) ** 2, rel=1e-12)
    # of passing (d/L)^m: D[4,3] = m L / (m + 1); a class is 26 % wide
    assert found.mean(4, 3) == pytest.approx(2.0 / 3.0 * 100e-6, rel=0.015)
    assert found.passing(1.0) == pytest.approx(1.0, abs=1e-15)


def test_log_normal__has_its_median_and_its_sauter_mean():
    found = SizeDistribution.log_normal(50e-6, 0.5)
    assert found.d50 == pytest.approx(50e-6, rel=2e-3)
    # of a log-normal by mass: D[3,2] = median exp(-deviation^2 / 2)
    assert found.mean(3, 2) == pytest.approx(50e-6 * math.exp(-0.125), rel=5e-3)


def test_tabulated__keeps_the_table():
    found = SizeDistribution.tabulated([10e-6, 50e-6, 150e-6], [0.1, 0.5, 1.0])
    assert found.passing(10e-6) == pytest.approx(0.1, abs=1e-12)
    assert found.d50 == pytest.approx(50e-6, rel=0.03)
    assert found.passing(150e-6) == pytest.approx(1.0, abs=0.03)


def test_single__is_one_class():
    found = SizeDistribution.single(30e-6)
    assert np.count_nonzero(found.fractions) == 1
    assert EDGES[0] < found.d10 <= 30e-6 * 1.26


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: SizeDistribution(np.ones(3)), r"\(3,\) fractions given for the 50"),
        (lambda: SizeDistribution(np.full(CLASSES, 0.1)), "sum to 5, must sum to 1"),
        (lambda: SizeDistribution.rosin_rammler(-1e-6, 1.0), "size_632 = -1e-06 m is not above 0"),
        (lambda: SizeDistribution.tabulated([1e-6, 2e-6], [0.2, 0.9]), "coarsest sieve, 2 um, = 0.9 must be 1"),
        (lambda: SizeDistribution.tabulated([2e-6, 1e-6], [0.2, 1.0]), "must be above 0 and rise"),
        (lambda: FINE.quantile(2.0), "share = 2 is outside 0 to 1"),
        (lambda: Stream.of(CHEMISTRY, {"H2O": 1.0}, sizes={"Ni+2": FINE}), r"Ni\+2, which is no solid"),
        (lambda: Stream.of(CHEMISTRY, {"H2O": 1.0}).size_distribution("C(s)"), r"sizes of C\(s\) are not known"),
    ],
)
def test_sizes__say_what_is_wrong(make, words):
    with pytest.raises(DataError, match=words):
        make()


def test_mix__adds_size_classes_up():
    both = mix([slurry(3.0, FINE), slurry(1.0, COARSE)])
    wanted = 0.75 * FINE.fractions + 0.25 * COARSE.fractions
    assert both.sizes["C(s)"] == pytest.approx(wanted, abs=1e-15)
    assert both.without(slurry(1.0, COARSE)).sizes["C(s)"] == pytest.approx(FINE.fractions, abs=1e-12)
    assert (2.0 * both).sizes["C(s)"] == pytest.approx(wanted, abs=1e-15)
    assert not both.liquor.sizes


def test_mix__takes_unknown_sizes_to_be_as_the_known():
    both = slurry(1.0, FINE) + Stream.of(CHEMISTRY, {"C(s)": 5.0})
    assert both.sizes["C(s)"] is not None
    assert both.sizes["C(s)"] == pytest.approx(FINE.fractions, abs=1e-15)


@dataclass(frozen=True, kw_only=True)
class Grinder(UnitOp):
    """Moves half of every class to the next finer one; for the test of recycles."""

    inlets: ClassVar = {"feed": Port("solids"), "returned": Port("solids", required=False)}
    outlets: ClassVar = {"product": "ground"}

    def run(self, inlets):
        fed = mix([inlets["feed"], inlets["returned"]])
        sizes = {}
        for name, share in fed.sizes.items():
            moved = 0.5 * share
            ground = share - moved
            ground[:-1] += moved[1:]
            ground[0] += moved[0]
            sizes[name] = ground
        return Outcome({"product": fed.with_sizes(sizes)})


def test_solve__converges_the_sizes_of_a_recycle():
    # half of what is ground is ground again: class k holds f/2^n of the feed's class k+n-1 times its ways, a geometric sum
    sheet = Flowsheet()
    sheet.add("mill", Grinder(), feed=slurry(1.0, SizeDistribution.single(DIAMETERS[30])), returned="split.first")
    sheet.add("split", Splitter(fraction=0.5), feed="mill.product")
    product = solve(sheet).streams["split.second"]
    transition = np.zeros((CLASSES, CLASSES))
    for k in range(CLASSES):
        transition[k, k] += 0.5
        transition[max(k - 1, 0), k] += 0.5
    fed = np.zeros(CLASSES)
    fed[30] = 1.0
    # product p = T (f + r), r = p / 2 of twice the feed in all: p = T (f + p) / 2
    wanted = np.linalg.solve(np.eye(CLASSES) - 0.5 * transition, 0.5 * transition @ fed)
    assert product.sizes["C(s)"] == pytest.approx(wanted, abs=1e-9)


def test_sizes__in_another_unit_are_refused():
    """20 for 20 um would put everything into the class of 10 mm without a word."""
    with pytest.raises(DataError, match=r"particle sizes: size_632 = 20 m is above 1 m; 20 um is 20e-6"):
        SizeDistribution.rosin_rammler(20.0, 1.2)
    with pytest.raises(DataError, match=r"particle sizes: coarsest sieve = 75 m is above 1 m"):
        SizeDistribution.tabulated([10.0, 45.0, 75.0], [0.1, 0.5, 1.0])


@pytest.mark.parametrize("median", [1e-6, 3e-6, 1e-5, 2e-5, 7e-5, 2e-4])
def test_quantile__of_all_is_the_largest_particle(median):
    """Classes that rounding leaves a trifle short of 1 do not make particles of 10 mm."""
    for deviation in (0.1, 0.2, 0.3):
        found = SizeDistribution.log_normal(median, deviation)
        largest = EDGES[1:][found.fractions > 0.0].max()
        assert found.quantile(1.0) <= largest * (1.0 + 1e-12)
