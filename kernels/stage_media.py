"""The media of a row: as the speciation of its stages tells them, and as they will be told once a liquor has changed.

Shapes: N stages, M cations, L ligands, C components, S species of the mixture, Q inert components.
Sources: none; the equations are those of `extraction`.
"""

import math

import numpy as np

from .chain import Media, medium_at
from .extraction import medium_charge
from .jit import kernel, lean
from .speciation import DOSE, LN_GAMMA, LN_WATER, MOLALITY, TOTAL, X

_NEVER = -690.0  # ln of an activity that there is none of


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
def foresee(told, response, change, weight, i, ln_proton):
    """Turn what was told of stage i into what will be told once its liquor has changed.

    change: of what stands over the columns of its response, as of `respond`. weight (M,): of the cations in their share.
    """
    M, wide = told.ln_share.shape[1], response.shape[1]
    for j in range(M):
        rise = -weight[j] * change[j]
        for k in range(wide):
            rise += response[j, k] * change[k]
        told.ln_share[i, j] += rise
    rise = 0.0
    charge = -medium_charge(medium_at(told, i), ln_proton)[1] * change[M]
    for k in range(wide):
        rise += response[M, k] * change[k]
        charge += response[M + 1, k] * change[k]
    told.ln_anion[i] += rise
    told.whole[i, 2] += charge
