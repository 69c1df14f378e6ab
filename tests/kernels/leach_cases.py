"""Leaching trains that tests solve: minerals, sizes and liquors made of few numbers or of a seed."""

import functools

import numpy as np

from raffinate.flowsheet.chemistry import Chemistry, Davies
from raffinate.kernels.leach_liquor import Pulp
from raffinate.kernels.shrinking_core import Minerals, Sizes

OXIDE = {"H+": -3.0, "Li+": 1.0, "Ni+2": 0.6, "Co+2": 0.2, "Mn+2": 0.2, "H2O": 2.0}  # its electrons given elsewhere
COPPER = {"H+": -2.0, "Cu+2": 1.0}
ALUMINIUM = {"H+": -3.0, "Al+3": 1.0}
IRON = {"H+": -3.0, "Fe+3": 1.0, "H2O": 1.5}
POINTS = np.linspace(0.0, 1.0, 8)


@functools.cache
def chemistry(model):
    """Metals of black mass in sulfuric acid, by "Davies" or "Pitzer"."""
    law = Davies() if model == "Davies" else None
    return Chemistry("Li Ni Co Mn Al Cu Fe S", activity=law, without=("H2O2", "Fe+2"))


def vector(liquor, moles):
    """Totals (C,) of moles by the name of the component."""
    names = [component.name for component in liquor.components]
    found = np.zeros(len(names))
    for name, amount in moles.items():
        found[names.index(name)] = amount
    return found


def rosin_rammler(classes):
    """Sizes of `classes` from 0.03 to 3 times the median."""
    ratios = np.geomspace(0.03, 3.0, classes)
    passing = 1.0 - np.exp(-np.log(2.0) * ratios**1.2)
    fractions = np.diff(np.append(0.0, passing))
    return Sizes(ratios, fractions[None, :] / np.sum(fractions))


def oxide_leach(model="Davies", driver=0, acid=2.0, classes=30, **given):
    """Mixed oxide in four tanks: `acid` mol of H2SO4 to a mole of it and a kg of water."""
    liquor = chemistry(model)
    totals = vector(liquor, {"H2O": 55.5}) + acid * liquor.dissolve("H2SO4") + 0.01 * liquor.dissolve("CuSO4")
    pulp = Pulp(np.full(4, 3600.0), np.ones(1), vector(liquor, OXIDE)[None, :], totals, 1.05e-3, driver)
    rates = {"acid_order": [0.8], "reference_acid": [1000.0 if driver == 0 else 1.0], "acid_demand": [3.0], **given}
    minerals = Minerals.of([0], [7200.0], **rates)
    return minerals, rosin_rammler(classes), pulp, liquor.packed(343.15), liquor.allowed(())


def random_minerals(rng, count, reference):
    """Minerals of any law, complete in 100 s to ten days; reference: (low, high) decades of the reference acid."""
    return Minerals.of(
        rng.integers(0, 8, count),
        10 ** rng.uniform(2.0, 6.0, count),
        acid_order=rng.uniform(0.4, 1.2, count),
        reference_acid=10 ** rng.uniform(*reference, count),
        acid_demand=rng.uniform(0.5, 6.0, count),
        accessible=rng.uniform(0.7, 1.0, count),
        resistance=rng.dirichlet(np.ones(3), size=count),
        exponent=rng.uniform(0.3, 2.0, count),
        curve_coordinate=np.tile(POINTS, (count, 1)),
        curve_unreacted=np.tile((1.0 - POINTS) ** 2, (count, 1)),
        size_exponent=rng.integers(0, 3, count),
    )


def random_sizes(rng, count):
    """One, five or thirty classes, each mineral with its own fractions."""
    classes = int(rng.choice([1, 5, 30]))
    ratios = np.geomspace(0.05, 3.0, classes) if classes > 1 else np.ones(1)
    return Sizes(ratios, rng.dirichlet(0.7 * np.ones(classes), size=count))


def random_train(seed):
    """Arguments of `leach_train`: one to three minerals, one to six tanks, acid 0.3 to 2 times what they could take."""
    rng = np.random.default_rng(seed)
    count = int(rng.integers(1, 4))
    minerals, sizes = random_minerals(rng, count, (2.0, 3.5)), random_sizes(rng, count)
    flows = 10 ** rng.uniform(-2.0, 0.3, count)
    fed = rng.uniform(0.3, 2.0) * float(minerals.acid_demand * minerals.accessible @ flows)
    times = 10 ** rng.uniform(2.5, 4.3, int(rng.integers(1, 7)))
    return minerals, sizes, times, flows, fed, fed / 10 ** rng.uniform(2.3, 3.6)


def random_liquor(seed):
    """Arguments of `leach_train_in_liquor`: the same in liquors of 0.5 to 5 mol H+ per kg, hydroxides allowed in some."""
    rng = np.random.default_rng(seed)
    liquor = chemistry(str(rng.choice(["Davies", "Pitzer"])))
    temperature, driver, count = (
        float(rng.choice([298.15, 333.15, 363.15])),
        int(rng.integers(2)),
        int(rng.integers(1, 4)),
    )
    minerals = random_minerals(rng, count, (2.0, 3.5) if driver == 0 else (-1.0, 0.5))
    kinds = rng.choice([OXIDE, COPPER, ALUMINIUM, IRON], count, replace=False)
    changes = np.array([vector(liquor, kind) for kind in kinds])
    flows = 10 ** rng.uniform(-2.0, 0.3, count)
    protons = rng.uniform(0.3, 2.0) * float(-changes[:, 1] * minerals.accessible @ flows)
    water = protons / 10 ** rng.uniform(-0.3, 0.7)  # kg/s
    totals = vector(liquor, {"H2O": 55.5 * water}) + 0.5 * protons * liquor.dissolve("H2SO4")
    totals += water * rng.choice([0.0, 0.3]) * rng.random() * liquor.dissolve("Li2SO4")
    totals += water * rng.choice([0.0, 0.0, 0.2]) * rng.random() * liquor.dissolve("Al2(SO4)3")
    times = 10 ** rng.uniform(2.5, 4.3, int(rng.integers(1, 7)))
    allowed = liquor.allowed(("Al(OH)3(s)", "Fe(OH)3(s)") if rng.random() < 0.2 else ())
    pulp = Pulp(times, flows, changes, totals, 1.05e-3 * water, driver)
    return minerals, random_sizes(rng, count), pulp, liquor.packed(temperature), allowed
