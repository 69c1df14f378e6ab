"""Evaporating crystallisers in a row, each heated by the vapour of the one before: how much each of them boils off.

    heat of effect i     Q_i = H(slurry_i) + H(vapour_i) - H(slurry_{i-1})
    given to it          Q_i = w_{i-1} (h_vapour - h_condensate)_{i-1},  Q_1 by live steam
    all together         sum of w_i = W, for the yield that is wanted

The slurry runs with the steam, from the hottest to the coldest. Q_i is nearly a straight line in w_i, so that the balances
are solved as linear ones again and again with what Q_i is beside the evaporation; W is sought in the same passes.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..chemistry import water
from ..chemistry.system import WATER
from ..errors import ConvergenceError, DataError
from ..stream import Stream, mix
from .crystals import Crystals, Start, Tank, crystallise
from .vapour import boiling_point_elevation

_PASSES = 80
_SETTLED = 1e-12
_NEAR = 0.01  # of the share, within which a slope is not renewed
_DRIEST = 0.9995


@dataclass(frozen=True, eq=False)
class Effects:
    """Effects in a row: `made` by each of them, `boiled` by each as a share of the feed's water, condensates together.

    `least_difference`: the smallest difference of temperature that heats an effect, K; the first is heated by steam.
    """

    made: tuple[Crystals, ...]
    boiled: np.ndarray
    condensate: Stream
    least_difference: float

    @property
    def evaporation(self) -> float:
        """Water boiled off by all, kg/s."""
        return sum(each.vapour.mass for each in self.made)


def forward_effects(
    feed: Stream, tanks: tuple[Tank, ...], gain: Callable[[Stream], float], wanted: float, first: float
) -> Effects:
    """Boil water off in `tanks`, the hottest first, until the slurry of the last gains what is wanted.

    `gain` measures a slurry; `first`: a share of the feed's water to begin with. Raises `DataError` where that cannot be had
    or a vapour is too cold to heat the next effect, `ConvergenceError` where the passes do not settle.
    """
    count, available = len(tanks), feed.flows[WATER]
    entering = feed.enthalpy_flow
    boiled = np.full(count, max(first, 0.01) / count)
    starts: list[Start | None] = [None] * count
    mass = float(feed.chemistry.molar_masses[WATER]) * available
    latent = np.array([water.heat_of_evaporation(tank.temperature) for tank in tanks]) * mass
    slope, last = 0.0, None
    for _ in range(_PASSES):
        made, heats, given = [], [], []
        slurry, before = feed, entering
        for at, (tank, share) in enumerate(zip(tanks, boiled, strict=True)):
            each = crystallise(slurry, tank, share * available / slurry.flows[WATER], starts[at])
            after = each.slurry.enthalpy_flow
            heats.append(after + each.vapour.enthalpy_flow - before)
            given.append(_given(each) * available)
            made.append(each)
            starts[at], slurry, before = each.start, each.slurry, after
        total = float(boiled.sum())
        error = gain(slurry) - wanted
        if last is None:
            slope = max(wanted, 1e-6) / max(1.0 - total, 0.01)
        elif abs(total - last[0]) > _NEAR:
            slope = max((error - last[1]) / (total - last[0]), 0.05 * slope)
        aim = min(max(total - error / slope, 0.0), 1.0 - 0.4 * (1.0 - total))
        if aim >= _DRIEST:
            raise DataError(
                f"yield = {wanted:g} cannot be had: with {total:.1%} of the water boiled off it is {error + wanted:.4g}"
            )
        last = (total, error)
        new = _shared(aim, np.array(heats), np.array(given), latent, boiled)
        settled = float(np.abs(new - boiled).max()) <= _SETTLED
        boiled = new
        if settled:
            return _answer(made, boiled, available)
    raise ConvergenceError(f"{count} effects: {_PASSES} passes have not settled what each of them boils off")


def _given(each: Crystals) -> float:
    """Answer what a mole of an effect's vapour gives the next (J), condensing at the pressure that it comes at."""
    chemistry = each.vapour.chemistry
    temperature = each.slurry.temperature
    condenses = temperature - boiling_point_elevation(temperature, each.equilibrium.water_activity)
    per_kilogram = water.heat_of_evaporation(temperature) + water.enthalpy(temperature) - water.enthalpy(condenses)
    return float(chemistry.molar_masses[WATER]) * per_kilogram


def _shared(aim: float, heats: np.ndarray, given: np.ndarray, latent: np.ndarray, boiled: np.ndarray) -> np.ndarray:
    """Answer what each effect boils off (shares of the water) so that all boil off `aim` and each is given what it takes.

    `heats`: W that each takes at present. W per share that it boils off: `given` to the next, `latent` that it takes.
    """
    beside = heats - latent * boiled
    constant, linear = np.zeros(boiled.size), np.ones(boiled.size)
    for at in range(1, boiled.size):
        constant[at] = (given[at - 1] * constant[at - 1] - beside[at]) / latent[at]
        linear[at] = given[at - 1] * linear[at - 1] / latent[at]
    shares = constant + linear * ((aim - constant.sum()) / linear.sum())
    return np.clip(shares, 0.0, None)


def _answer(made: list[Crystals], boiled: np.ndarray, available: float) -> Effects:
    """Answer the effects, with the condensates of all vapours but the last, which leaves as vapour."""
    chemistry = made[0].slurry.chemistry
    condensates, differences = [Stream.empty(chemistry)], []
    for at, (each, following) in enumerate(itertools.pairwise(made)):
        temperature = each.slurry.temperature
        condenses = temperature - boiling_point_elevation(temperature, each.equilibrium.water_activity)
        differences.append(condenses - following.slurry.temperature)
        if differences[-1] <= 0.0:
            raise DataError(
                f"effect {at + 2} of {len(made)}: the vapour before it condenses at {condenses:.2f} K, which does not heat a "
                f"liquor at {following.slurry.temperature:.2f} K; let the effects lie further apart"
            )
        flows = np.zeros(chemistry.size)
        flows[WATER] = boiled[at] * available
        condensates.append(Stream(chemistry, flows, condenses))
    return Effects(tuple(made), boiled, mix(condensates), min(differences, default=np.inf))
