"""The media of a row, told by the speciation of its stages, and how they are brought to agree.

A medium is plainly what the last speciation told of its stage, as long as that brings the two together. Where a ligand
goes from metal to metal (fluoride, as aluminium is taken up) it does not: the share of the cation that is active depends
on how much of it is left. There the part that the ligand holds is taken out of what the share is of, which is Newton's
method for it. Where that does not help either, Anderson's combination of the last turns is tried.

Shapes: N stages, M cations, L ligands, C components, S species of the mixture, T turns remembered.
Sources: Walker & Ni (2011) SIAM J. Numer. Anal. 49, 1715 (Anderson's combination).
"""

import math
from typing import NamedTuple

import numpy as np

from .chain import Media, medium_at
from .dense import eliminate
from .extraction import medium_charge
from .jit import kernel, lean
from .newton import newton
from .speciation import DOSE, LN_GAMMA, LN_WATER, MOLALITY, TOTAL, X, form

REMEMBERED = 7
NUDGE = 0.05  # in ln of a total
_NEVER = -690.0  # ln of an activity that there is none of
_BUFFER = 1e-5  # mol/kg, the least that a change of ln a(H+) counts as
_FLAT = 0.05  # of a rise, below which nothing is held


class Memory(NamedTuple):
    """The last turns: place, lag (T, n), what the media were and how far they lay off; following (n,), the next.

    normal (T, T), weight (T,): of their combination.
    """

    place: np.ndarray
    lag: np.ndarray
    following: np.ndarray
    normal: np.ndarray
    weight: np.ndarray


@kernel
def blank_memory(size):
    """Answer Memory of media of so many numbers."""
    return Memory(
        np.zeros((REMEMBERED, size)),
        np.zeros((REMEMBERED, size)),
        np.zeros(size),
        np.zeros((REMEMBERED, REMEMBERED)),
        np.zeros(REMEMBERED),
    )


@kernel
def blank_media(stages, cations, places):
    """Answer Media for so many stages and cations, with the charges of the ligands."""
    ligands = places.ligand.shape[0]
    media = Media(
        np.zeros((stages, cations)),
        np.zeros(stages),
        np.zeros((stages, ligands)),
        np.zeros(ligands),
        np.zeros((stages, ligands, 3)),
        np.zeros((stages, 3)),
    )
    for k in range(ligands):
        media.ligand_charge[k] = places.component_charge[places.ligand[k]]
    return media


@lean.kernel
def tell(liquor, rows, places, media, i, fixed):
    """Fill the medium of stage i with what its speciated liquor says.

    rows: (S,), where species of the mixture stand in the liquor, -1 where absent. fixed: charge of what is not extracted.
    """
    species, component = liquor.species, liquor.component
    water = math.exp(liquor.whole[LN_WATER])
    proton = math.exp(component[X, 1])
    for j in range(places.cation.shape[0]):
        at = rows[places.cation[j] - 1]
        activity = math.log(max(species[MOLALITY, at], 1e-300)) + species[LN_GAMMA, at]
        media.ln_share[i, j] = activity - math.log(component[TOTAL, at + 1])
    if places.anion >= 0:
        at = rows[places.anion - 1]
        media.ln_anion[i] = _NEVER
        if at >= 0:
            media.ln_anion[i] = math.log(max(species[MOLALITY, at], 1e-300)) + species[LN_GAMMA, at]
    media.whole[i, 0] = water * math.exp(-species[LN_GAMMA, 0])
    at = rows[places.hydroxide]
    media.whole[i, 1] = water * species[MOLALITY, at] * proton if at >= 0 else 0.0
    simple = media.whole[i, 0] * proton - media.whole[i, 1] / proton
    bare = 0.0
    for k in range(places.ligand.shape[0]):
        at = rows[places.ligand[k] - 1]
        total = 0.0
        if at >= 0 and species[MOLALITY, at] > 1e-200:
            free = species[MOLALITY, at]
            total = free
            power = 1.0
            for n in range(3):
                power *= proton
                form = places.forms[k, n]
                at = rows[form] if form >= 0 else -1
                m = species[MOLALITY, at] if at >= 0 else 0.0
                media.ligand_beta[i, k, n] = m / (free * power)
                total += m
                simple += water * (n + 1) * m
            bare += water * total * media.ligand_charge[k]
        media.ligand_total[i, k] = water * total
    # what metals hold of hydroxide, or else of protons, goes with the free ones where a(H+) changes
    bound = liquor.whole[DOSE] - simple
    if bound < 0.0:
        media.whole[i, 1] -= bound * proton
    else:
        media.whole[i, 0] += bound / proton
    media.whole[i, 2] = fixed - bare


@lean.kernel
def off(media, told, i, ln_proton):
    """How far the charge of a medium lies off what was told, as the change of ln a(H+) that would make it good."""
    charge, slope, _ = medium_charge(medium_at(told, i), ln_proton)
    return abs(charge - medium_charge(medium_at(media, i), ln_proton)[0]) / max(slope, _BUFFER)


@lean.kernel
def rise_of(liquor, model, terms, solver, at):
    """Answer ln of the share of species `at` that is active where there is e^NUDGE times as much of it, over NUDGE."""
    species, component = liquor.species, liquor.component
    component[TOTAL, at + 1] *= math.exp(NUDGE)
    component[X, at + 1] += NUDGE
    form(liquor)
    newton(liquor, model, terms, solver, 3)
    share = math.log(max(species[MOLALITY, at], 1e-300)) + species[LN_GAMMA, at] - math.log(component[TOTAL, at + 1])
    component[TOTAL, at + 1] *= math.exp(-NUDGE)
    component[X, at + 1] -= NUDGE
    form(liquor)
    return share / NUDGE


@lean.kernel
def hold_back(media, held, true_share, rise, totals, places):
    """Take what a ligand holds of a cation, however much there is of it, out of what the media's share is of.

    rise (N, M): d ln (active share) / d ln (all of it), r. Of a total x the part held (N, M) is x r / (1 + r), so that the
    activity grows with the rest in proportion: Newton's method for the ligand that goes from metal to metal.
    """
    for i in range(held.shape[0]):
        for j in range(held.shape[1]):
            if rise[i, j] > _FLAT:
                total = totals[i, places.cation[j]]
                held[i, j] = total * rise[i, j] / (1.0 + rise[i, j])
                media.ln_share[i, j] = true_share[i, j] + math.log1p(rise[i, j])
            elif held[i, j] > 0.0:
                held[i, j] = 0.0
                media.ln_share[i, j] = true_share[i, j]


@lean.kernel
def write(media, vector):
    """Write the media into a vector: first what is a logarithm, then the rest, which is never below zero but for charge."""
    N, M = media.ln_share.shape
    at = 0
    for i in range(N):
        for j in range(M):
            vector[at] = media.ln_share[i, j]
            at += 1
        vector[at] = media.ln_anion[i]
        at += 1
    for i in range(N):
        for k in range(media.ligand_charge.shape[0]):
            vector[at] = media.ligand_total[i, k]
            at += 1
            for n in range(3):
                vector[at] = media.ligand_beta[i, k, n]
                at += 1
        for n in range(3):
            vector[at] = media.whole[i, n]
            at += 1


@lean.kernel
def read(vector, media):
    """Do the reverse of `_write`."""
    N, M = media.ln_share.shape
    at = 0
    for i in range(N):
        for j in range(M):
            media.ln_share[i, j] = vector[at]
            at += 1
        media.ln_anion[i] = vector[at]
        at += 1
    for i in range(N):
        for k in range(media.ligand_charge.shape[0]):
            media.ligand_total[i, k] = max(vector[at], 0.0)
            at += 1
            for n in range(3):
                media.ligand_beta[i, k, n] = max(vector[at], 0.0)
                at += 1
        for n in range(3):
            media.whole[i, n] = vector[at] if n == 2 else max(vector[at], 0.0)
            at += 1


@lean.kernel
def heed(memory, turn, logarithms, depth, stride):
    """Fill memory.next with the media to try, from those tried (memory.place) and what was told of each (memory.lag).

    Anderson's combination of the last `depth` turns, by least squares of the lags of the `logarithms`; the plain `stride`
    at depth 0.
    """
    place, lag, following = memory.place, memory.lag, memory.following
    held = place.shape[0]
    now = turn % held
    n = place.shape[1]
    for r in range(depth):
        later, earlier = (turn - r) % held, (turn - r - 1) % held
        memory.weight[r] = 0.0
        for q in range(logarithms):
            memory.weight[r] += (lag[later, q] - lag[earlier, q]) * lag[now, q]
        for s in range(depth):
            other, before = (turn - s) % held, (turn - s - 1) % held
            memory.normal[r, s] = 0.0
            for q in range(logarithms):
                memory.normal[r, s] += (lag[later, q] - lag[earlier, q]) * (lag[other, q] - lag[before, q])
        memory.normal[r, r] *= 1.0 + 1e-12
    if depth > 0 and not eliminate(memory.normal, memory.weight, depth):
        depth = 0
    for q in range(n):
        following[q] = place[now, q] + stride * lag[now, q]
    for r in range(depth):
        later, earlier = (turn - r) % held, (turn - r - 1) % held
        for q in range(n):
            moved = place[later, q] - place[earlier, q] + stride * (lag[later, q] - lag[earlier, q])
            following[q] -= memory.weight[r] * moved
