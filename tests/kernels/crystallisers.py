"""Crystallisers to test on: one plain tank, and random trains over the ranges of industrial practice and beyond."""

import numpy as np

from raffinate.kernels.msmpr import msmpr_train
from raffinate.kernels.population_balance import Crystal, Feed, Kinetics, Vessels
from raffinate.kernels.population_balance_exchange import (
    BROWNIAN,
    CONSTANT,
    SHEAR,
    SUM,
    agglomeration_of,
    breakage_of,
    collision_frequency,
)

CLASSES = 200
EDGES = np.geomspace(1e-6, 1e-2, CLASSES + 1)
LAWS = (CONSTANT, SUM, SHEAR, BROWNIAN)
TABLES = {}


def plain(tanks=1, edges=EDGES, seeds=0.0, **changes):
    """Mixed tanks in which a salt with water of hydration crystallises; `changes` of the kinetics and the vessels."""
    one, K = np.ones(tanks), edges.size - 1
    kinetics = Kinetics(1e-7 * one, 1.3, 1e8 * one, 2.0, 1.0, 0.0 * one, 2.0, 0.0, 0.0)
    crystal = Crystal(2070.0, np.pi / 6, 0.6, 0.4)
    vessels = Vessels(5.0 * one, 1e-3 * one, 0.4 * one, 0.05 * one, np.ones((tanks, K)), np.zeros((tanks, K)))
    kinetics = kinetics._replace(**{k: v for k, v in changes.items() if k in Kinetics._fields})
    vessels = vessels._replace(**{k: v for k, v in changes.items() if k in Vessels._fields})
    sown = np.zeros(K)
    sown[K // 2] = seeds
    return kinetics, crystal, vessels, edges, Feed(0.5, 0.9, sown)


def random_train(rng, least=0.2, most=3.0):
    """One to three tanks; growth 1e-9 to 1e-6 m/s, seeds, fines dissolved, hydrates, boiling.

    Of classified product, fines leave `least` to 1 times and coarse crystals 1 to `most` times as a mixed outflow takes
    them.
    """
    N, K = int(rng.integers(1, 4)), CLASSES
    depends = float(rng.random() < 0.5)
    kinetics = Kinetics(
        *(10 ** rng.uniform(-9, -6, N), rng.uniform(1, 2), 10 ** rng.uniform(4, 12, N), rng.uniform(1, 4)),
        *(float(rng.choice([0.0, 0.5, 1.0, 1.5, rng.uniform(0, 2)])),),
        *(10 ** rng.uniform(0, 10, N) * (rng.random() < 0.3), rng.uniform(1, 6)),
        *(10 ** rng.uniform(2, 5) * depends, rng.uniform(0, 0.9) * depends),
    )
    anhydrous = float(rng.choice([1.0, rng.uniform(0.4, 1)]))
    boiling = rng.choice([0.0, 0.1])
    crystal = Crystal(rng.uniform(1500, 4000), rng.uniform(0.3, 1), anhydrous, 1 - anhydrous + boiling)
    outflow, times = 10 ** rng.uniform(-5, -1), 10 ** rng.uniform(2.5, 4.7, N)
    concentration, solvent = 10 ** rng.uniform(-2.5, -0.3), outflow * 900
    solute = solvent * concentration * (1 + 10 ** rng.uniform(-2, 0.5))
    removal, dissolution = np.ones((N, K)), np.zeros((N, K))
    if rng.random() < 0.3:
        removal[:] = np.where(EDGES[:-1] < 10 ** rng.uniform(-5, -3.5), rng.uniform(least, 1), rng.uniform(1, most))
    if rng.random() < 0.3:
        dissolution[:, EDGES[1:] < 10 ** rng.uniform(-5.5, -4)] = 10 ** rng.uniform(-1, 1) / times[0]
    falling = concentration * np.sort(rng.uniform(0.5, 1, N))[::-1]
    evaporated = np.full(N, solvent * rng.choice([0.0, 0.05]))
    vessels = Vessels(outflow * times, np.full(N, outflow), falling, evaporated, removal, dissolution)
    seeds = np.zeros(K)
    if rng.random() < 0.4:
        seeds = np.exp(-0.5 * (np.log(EDGES[:-1] / 10 ** rng.uniform(-5, -3.8)) / 0.3) ** 2)
        seeds *= solute * 10 ** rng.uniform(-3, -0.5) / seeds.sum()
    return kinetics, crystal, vessels, EDGES, Feed(solute, solvent, seeds)


def random_exchange(rng, train):
    """Agglomeration and breakage for a train.

    A crystal of the mean size by mass meets others 0.01 to 3 times in a residence time; crystals of 0.3 mm break 0.03 to
    3 times in it, or never.
    """
    _, _, vessels, edges, _ = train
    law = LAWS[rng.integers(0, len(LAWS))]
    if law not in TABLES:
        TABLES[law] = agglomeration_of(edges, collision_frequency(edges, law), np.ones(1))
    alone = msmpr_train(*train)[0]
    number = np.maximum((alone.numbers / vessels.removal).sum(1) / vessels.outflow, 1.0)
    size = np.maximum(alone.moments[:, 4] / np.maximum(alone.moments[:, 3], 1e-300), 1e-6)
    frequency = {CONSTANT: size**0, SUM: 2 * size**3, SHEAR: 8 * size**3, BROWNIAN: 4 * size**0}[law]
    times = vessels.volume / vessels.outflow
    strength = 10 ** rng.uniform(-2, 0.5) / (frequency * number * times)
    selection = np.zeros(CLASSES)
    if rng.random() < 0.3:
        selection = 10 ** rng.uniform(-1.5, 0.5) / times[0] * (edges[:-1] / 3e-4) ** rng.uniform(1, 3)
    if "breakage" not in TABLES:
        TABLES["breakage"] = breakage_of(edges, np.zeros(CLASSES))
    return TABLES[law]._replace(strength=strength), TABLES["breakage"]._replace(selection=selection)
