"""Washing of filter cakes: what a wash leaves of the mother liquor, and the liquors that follow from it.

All of it is a share of the mother liquor that is left in the cake, for the liquor keeps its composition while a cake is
washed without a reaction: the cake then holds that share of it, and the rest of its moisture is wash liquor.

    displacement     F = exp(-k N)                                            (Rhodes 1934; k wash efficiency)
                     F = (1 - N) erfc(-a) / 2 + (1 + N) exp(D) erfc(b) / 2    (dispersion in plug flow)
                     a, b = sqrt(D) (1 -+ N) / (2 sqrt N)
    repulping        F = 1 / (1 + N) each time
    counter-current  F = 1 / (1 + (1 - f) / f sum r^-k), k = 0 to n - 1, of n stages that leave f each,
                     r = f / (1 - (1 - f) / N); n mixed stages: (N - 1) / (N^(n+1) - 1)

    N       wash ratio: wash liquor per liquor in the cake
    D       dispersion number v L / D_L: 1 badly channelled, 10 usual, above 100 nearly plug flow

The second form is the integral of the breakthrough curve of the dispersion model (flux concentrations, a cake that is long
against its grains), which is the inverse Gaussian distribution with mean 1: it closes in two error functions.

A wash may dissolve some of the cake itself, lithium carbonate above all: `saturate` lets it.

Sources: Rhodes, Ind. Eng. Chem. 26 (1934) 1331; Brenner, Chem. Eng. Sci. 17 (1962) 229; Wakeman & Tarleton (2005)
Solid/Liquid Separation ch. 6; counter-current: Svarovsky (2000) ch. 15 (all recalled; derived anew and checked by the tests).
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
from scipy.special import erfc, erfcx

from .chemistry.database import table
from .stream import Stream, mix, settle

_OFFERED = 5.0  # kg of solids per kg of wash, more than dissolve: a dry heap would only burden the equilibrium
_PLUG_FLOW = 1e6  # dispersion number beyond which the front is a step


def left_by_efficiency(ratio: float, efficiency: float) -> float:
    """Answer the share that a displacement of `ratio` leaves, by Rhodes: exp(-`efficiency` N)."""
    return math.exp(-efficiency * ratio)


def left_by_dispersion(ratio: float, dispersion_number: float) -> float:
    """Answer the share that a displacement of `ratio` leaves where a dispersion number smears its front."""
    if ratio <= 0.0:
        return 1.0
    if dispersion_number >= _PLUG_FLOW:
        return max(0.0, 1.0 - ratio)
    scale = math.sqrt(dispersion_number / ratio) / 2.0
    before, after = scale * (1.0 - ratio), scale * (1.0 + ratio)
    # exp(D) erfc(b) = exp(-a^2) erfcx(b), since b^2 - a^2 = D; for N > 1 the two terms nearly cancel, so both by erfcx
    tail = math.exp(-before * before) * float(erfcx(after))
    if before <= 0.0:
        front = math.exp(-before * before) * float(erfcx(-before))
    else:
        front = float(erfc(-before))
    return max(0.0, 0.5 * ((1.0 - ratio) * front + (1.0 + ratio) * tail))


def left_by_mixing(ratio: float, efficiency: float = 1.0) -> float:
    """Answer the share that mixing with `ratio` leaves, where the share `efficiency` of the liquor mixes."""
    return 1.0 - efficiency * ratio / (1.0 + ratio)


def left_by_repulps(
    liquors: tuple[float, float], wash: float, times: int, efficiency: float = 1.0
) -> tuple[float, float]:
    """Answer the share of a cake's liquor that repulping leaves, and how much liquor the cake holds at the end.

    `liquors`: what the cake comes with, and what it can hold when it is filtered again. `wash`: each time, in the same
    measure. `efficiency`: share of the cake's liquor that mixes; the rest stays in lumps.
    """
    within, holds = liquors
    left = 1.0
    for _ in range(times):
        kept = min(holds, within + wash)
        if within > 0.0:
            mixes = _mixing(efficiency, within / kept) if kept > 0.0 else 1.0
            left *= min(1.0, left_by_mixing(wash / within, mixes) * kept / within)
        within = kept
    return left, within


def left_by_stages(left: float, ratio: float, stages: int) -> float:
    """Answer the share that `stages` in counter-current leave, each of which leaves `left` at the wash ratio `ratio`."""
    if stages == 0 or ratio <= 0.0:
        return 1.0
    if left <= 0.0:
        return 0.0
    rising = (1.0 - (1.0 - left) / ratio) / left
    total, power = 0.0, 1.0
    for _ in range(stages):
        total += power
        power *= rising
    return 1.0 / (1.0 + (1.0 - left) / left * total)


def left_by_decantation(ratio: float, feed: float, thickeners: int, efficiency: float = 1.0) -> float:
    """Answer the share of a slurry's liquor that a train of thickeners in counter-current leaves in the last underflow.

    `ratio`: wash per liquor of an underflow. `feed`: liquor of the slurry per liquor of an underflow, 1 or more, or as
    much less than 1 as the wash makes up for. `efficiency`: share of the liquor of an underflow that mixes.
    """
    beyond = left_by_stages(left_by_mixing(ratio, efficiency), ratio, thickeners - 1)
    mixed = _mixing(efficiency, feed) / (feed + ratio)
    first = (1.0 - mixed * ratio) / (1.0 - mixed * (1.0 - beyond))
    return min(1.0, beyond * first / feed)


def _mixing(efficiency: float, before: float) -> float:
    """Answer the share that mixes of the liquor that solids hold, `before` as much came with them, lumps and all."""
    return 1.0 - (1.0 - efficiency) * min(1.0, before)


def occluded_too(left: float, occluded: float) -> float:
    """Answer the share left where the share `occluded` of the cake's liquor is reached by no wash."""
    return occluded + (1.0 - occluded) * left


def held_in_cake(liquor: float, holds: float, wash: float) -> tuple[float, float, float]:
    """Answer which share of a slurry's liquor a cake keeps, how much wash fills pores it leaves dry, and the wash ratio.

    `liquor`: of the slurry. `holds`: what the cake can hold. `wash`: all in the same measure. The ratio is that of the wash
    beyond what fills the pores.
    """
    share = min(1.0, holds / liquor) if liquor > 0.0 else 0.0
    filling = min(max(0.0, holds - liquor), wash)
    within = liquor * share + filling
    return share, filling, (wash - filling) / within if within > 0.0 else 0.0


def displace(
    solids: Stream, liquor: Stream, share: float, wash: Stream, retained: float, filling: float = 0.0
) -> tuple[Stream, Stream]:
    """Answer a cake that has been washed, and the washings.

    `share`: of the liquor that the solids hold as a cake. `retained`: share of that which the wash leaves; as much wash
    liquor by mass takes the place of the rest. `filling`: wash (kg/s) that pores without liquor take besides.
    """
    gone = share * (1.0 - retained)
    wash_mass = wash.mass
    taken = min(1.0, (gone * liquor.mass + filling) / wash_mass) if wash_mass > 0.0 else 0.0
    cake = mix([solids, liquor * (share * retained), wash * taken])
    return cake, mix([liquor * gone, wash * (1.0 - taken)])


def saturate(cake: Stream, wash: Stream, names: Iterable[str]) -> tuple[Stream, Stream, float]:
    """Let a wash dissolve what it can of the named solids of a cake, before it displaces anything.

    It leaves them saturated, at the temperature of both together. Answers the cake, the wash, and the share of the mass of
    the cake's solids that dissolved (below 0 where the wash was beyond saturation). Raises `DataError` for a name that does
    not dissolve by an equilibrium.
    """
    chemistry = cake.chemistry
    names = tuple(names)
    met = np.zeros(chemistry.size)
    for name in names:
        met[chemistry.position(name)] = cake[name]
    if not met.any() or wash.liquor.mass == 0.0:
        return cake, wash, 0.0
    offered = min(1.0, _OFFERED * wash.liquor.mass / float(met @ chemistry.molar_masses))
    named = cake.replace(flows=met * offered)
    both = mix([wash, named])
    reached, _ = settle(both, both.temperature, names)
    left = reached.part(chemistry.solid).replace(flows=np.where(met > 0.0, reached.flows, 0.0))
    solids = cake.solids.mass
    return mix([cake.without(named), left]), reached.without(left), (named.mass - left.mass) / solids


def dispersion_number(thickness: float, velocity: float, size: float) -> float:
    """Answer the dispersion number of a cake from its thickness (m), the wash's velocity in the pores (m/s) and grains (m).

    D_L / D = 0.707 + 1.75 Re Sc with Re Sc = v d / D, for cakes thinner than 0.1 m; D is the diffusivity of the solutes.
    """
    numbers = table("filtration")
    diffusivity = numbers.value("model", "diffusivity")
    carried = velocity * size / diffusivity
    spread = numbers.value("model", "dispersion_least") + numbers.value("model", "dispersion_slope") * carried
    return velocity * thickness / (diffusivity * spread)
