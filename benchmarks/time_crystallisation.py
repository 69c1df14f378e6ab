"""How long a crystalliser takes, with 200 size classes: alone, in series, with agglomeration, as a batch.

Steps of the iteration stand beside the times (`extra_info`). Compiling is left out: each kernel is called once before.
"""

import numpy as np
import pytest

from raffinate.kernels.msmpr import msmpr_train
from raffinate.kernels.msmpr_agglomeration import agglomerating_train
from raffinate.kernels.msmpr_moments import moments_train
from raffinate.kernels.population_balance import Crystal, Feed, Kinetics, Vessels
from raffinate.kernels.population_balance_batch import Charge, Programme, Table, batch_run
from raffinate.kernels.population_balance_exchange import CONSTANT, agglomeration_of, breakage_of, collision_frequency
from raffinate.kernels.status import CONVERGED

CLASSES = 200
EDGES = np.geomspace(1e-6, 1e-2, CLASSES + 1)
SALT = Crystal(density=2070.0, shape=np.pi / 6, solute=0.6, solvent=0.4)


def crystalliser(tanks=1, seeds=0.0, size_scale=0.0):
    """A salt with water of hydration in mixed tanks of 5 m3, 1.4 h each."""
    one = np.ones(tanks)
    kinetics = Kinetics(1e-7 * one, 1.3, 1e8 * one, 2.0, 1.0, 0.0 * one, 2.0, size_scale, 0.5)
    vessels = Vessels(
        5.0 * one, 1e-3 * one, 0.4 * one, 0.05 * one, np.ones((tanks, CLASSES)), np.zeros((tanks, CLASSES))
    )
    sown = np.zeros(CLASSES)
    sown[80:120] = seeds / 40
    return kinetics, SALT, vessels, EDGES, Feed(0.5, 0.9, sown)


def measure(benchmark, kernel, *arguments):
    """Call a kernel once, which compiles it, then time it; a call that has not converged is no measurement."""
    *_, steps, status = kernel(*arguments)
    assert status == CONVERGED
    benchmark.extra_info["steps"] = int(steps)
    benchmark(kernel, *arguments)


@pytest.mark.parametrize(
    "train",
    [crystalliser(), crystalliser(seeds=0.01), crystalliser(seeds=0.01, size_scale=1e5), crystalliser(tanks=3)],
    ids=["alone", "seeded", "seeded_growth_by_size", "three_in_series"],
)
def test_msmpr_train__classes(benchmark, train):
    measure(benchmark, msmpr_train, *train)


def test_moments_train__one_tank(benchmark):
    measure(benchmark, moments_train, *crystalliser())


@pytest.mark.parametrize(("meetings", "selection"), [(0.3, 0.0), (2.0, 0.0), (2.0, 1e-4)])
def test_agglomerating_train__one_tank(benchmark, meetings, selection):
    """A crystal meets others so many times in a residence time, of which it breaks 0 or 0.5 times."""
    train = crystalliser()
    number = msmpr_train(*train)[0].numbers.sum() / 1e-3
    strength = np.full(1, meetings / (number * 5000.0))
    agglomeration = agglomeration_of(EDGES, collision_frequency(EDGES, CONSTANT), strength)
    measure(benchmark, agglomerating_train, *train, agglomeration, breakage_of(EDGES, np.full(CLASSES, selection)))


def test_batch_run__seeded_cooling(benchmark):
    one, temperature = np.ones(41), np.linspace(293.15, 343.15, 41)
    kinetics = Kinetics(1e-7 * one, 1.3, 1e7 * one, 1.8, 1.0, 1e5 * one, 3.0, 0.0, 0.0)
    programme = Programme(np.array([0.0, 14400.0]), np.array([343.15, 293.15]), np.zeros(2))
    sown = np.exp(-0.5 * (np.log(EDGES[:-1] / 5e-5) / 0.2) ** 2)
    charge = Charge(1.0, 480.0, 800.0, 5.0 * sown / sown.sum())
    table = Table(temperature, 0.3 + 0.006 * (temperature - 293.15))
    measure(benchmark, batch_run, kinetics, SALT, table, programme, EDGES, charge, 1e-4)
