"""The crystals of a mixed tank: how many, how large, and the supersaturation that they leave.

Solute is counted by the cation that the salt is named for, solvent as the liquor's water, water of hydration of what is
dissolved among it: so a kilogram of crystals takes fixed masses of both, whatever else the liquor holds. The solubility is
what the equilibrium of the very liquor leaves, so that all the kernel adds is S - 1.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np

from ...kernels.msmpr import msmpr_train
from ...kernels.msmpr_agglomeration import agglomerating_train
from ...kernels.population_balance import Crystal, Feed, Vessels
from ...kernels.population_balance_exchange import (
    CONSTANT,
    Agglomeration,
    Breakage,
    agglomeration_of,
    collision_frequency,
)
from ...kernels.status import CONVERGED, SENTENCES, UNDERSATURATED, WASHED_OUT
from ..errors import ConvergenceError
from ..sizes import CLASSES, DIAMETERS, EDGES, sealed
from .classification import Classification
from .kinetics import Kinetics

_MIXED = np.ones((1, CLASSES))
_NONE_DISSOLVED = np.zeros((1, CLASSES))
_NO_EVAPORATION = np.zeros(1)
_CLOSED = 1e-9
CLASS_EDGES = np.array(EDGES)  # m; as kernels are compiled for it, an array that may be written to
_UNBROKEN = Breakage(np.zeros(CLASSES), np.zeros((CLASSES, CLASSES)))


@functools.cache
def _meeting() -> Agglomeration:
    """Answer what becomes of crystals that meet, all sizes alike likely."""
    return agglomeration_of(CLASS_EDGES, collision_frequency(CLASS_EDGES, CONSTANT), np.ones(1))


@dataclass(frozen=True)
class Salt:
    """What a kilogram of crystals is made of: kg of `solute` and of `water`, with their `density` (kg/m3); see the head."""

    name: str
    density: float
    solute: float
    water: float


@dataclass(frozen=True, eq=False)
class Population:
    """Crystals of one salt as they leave a crystalliser.

    `mass`: kg/s. `supersaturation`: S - 1 of the mother liquor. `growth`: m/s. `nucleation`: 1/m3/s. `magma`: kg/m3 in the
    tank. `mean_size`: of the mass (L43), m. `variation`: standard deviation of the size by mass over its mean. `fractions`:
    mass fractions of the classes of `sizes.py`.
    """

    mass: float
    supersaturation: float
    growth: float
    nucleation: float
    magma: float
    mean_size: float
    variation: float
    fractions: np.ndarray


def mixed_tank(
    kinetics: Kinetics,
    salt: Salt,
    temperature: float,
    dissolved: tuple[float, float],
    saturated: tuple[float, float],
    seeds: np.ndarray,
    outflow: float,
    residence_time: float,
    classification: Classification | None = None,
) -> Population:
    """Answer the crystals of a steady mixed tank of `residence_time` (s), `outflow` m3/s of slurry, at `temperature` (K).

    `dissolved`: kg/s of solute and water that enter, seeds apart. `saturated`: the same of the liquor at equilibrium.
    `seeds`: kg/s of crystals that enter by class. `classification`: withdrawal by size, None where mixed. Raises
    `ConvergenceError` where the kernel finds no answer.
    """
    vessels = Vessels(
        volume=np.array([outflow * residence_time]),
        outflow=np.array([outflow]),
        solubility=np.array([saturated[0] / saturated[1]]),
        evaporated=_NO_EVAPORATION,
        removal=_MIXED if classification is None else classification.removal()[None, :],
        dissolution=_NONE_DISSOLVED if classification is None else classification.dissolution(residence_time)[None, :],
    )
    crystal = Crystal(salt.density, kinetics.shape_factor, salt.solute, salt.water)
    feed = Feed(float(dissolved[0]), float(dissolved[1]), seeds)
    if kinetics.agglomeration > 0.0:
        meeting = _meeting()._replace(strength=np.array([kinetics.agglomeration]))
        case = kinetics.packed(temperature), crystal, vessels, CLASS_EDGES, feed
        train, error, _, status = agglomerating_train(*case, meeting, _UNBROKEN)
    else:
        train, error, _, status = msmpr_train(kinetics.packed(temperature), crystal, vessels, CLASS_EDGES, feed)
    if status not in (CONVERGED, WASHED_OUT, UNDERSATURATED) or not error <= _CLOSED:
        raise ConvergenceError(
            f"crystals of {salt.name} at {temperature:.2f} K: the population balance {SENTENCES[status]} (error {error:.2g}; "
            f"solute {dissolved[0]:.4g} kg/s, {saturated[0]:.4g} kg/s of it soluble, {outflow:.4g} m3/s, {residence_time:g} s)"
        )
    mass, sigma = float(train.masses[0].sum()), float(train.supersaturation[0])
    if not mass > 0.0:
        return Population(0.0, sigma, 0.0, 0.0, 0.0, 0.0, 0.0, np.zeros(CLASSES))
    fractions = train.masses[0] / mass
    moments = train.moments[0]
    mean, variation = spread(fractions)
    return Population(
        mass=mass,
        supersaturation=sigma,
        growth=float(train.growth[0]),
        nucleation=float(train.nucleation[0]),
        magma=float(train.magma[0]),
        mean_size=float(moments[4] / moments[3]) if moments[3] > 0.0 else mean,
        variation=variation,
        fractions=sealed(fractions),
    )


def spread(fractions: np.ndarray) -> tuple[float, float]:
    """Answer the mean size by mass (m) of mass fractions by class, and the standard deviation over it."""
    mean = float(fractions @ DIAMETERS)
    if mean == 0.0:
        return 0.0, 0.0
    return mean, float(max(0.0, fractions @ DIAMETERS**2 / mean**2 - 1.0) ** 0.5)
