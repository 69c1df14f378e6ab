"""The liquors in the stages of a row: the same species in all, each speciated at the totals and the a(H+) of its stage.

Shapes: N stages, M cations, Q inert components, C components, S species, P phases of the mixture.
Sources: none; the equations are those of `speciation`.
"""

import math
from typing import NamedTuple

import numpy as np

from .abreast import blank_abreast
from .abreast_activity import NO_ABREAST, Abreast
from .activity import NO_MODEL, ActivityModel
from .circuit_flows import Places
from .guess import guess
from .jit import kernel, lean
from .newton import NO_WORK, Work, blank_work, newton
from .packed import PHASES, SPECIES
from .pitzer import NO_TERMS, Terms
from .saturation import find
from .speciation import DOSE, MOLES_PER_KG, NO_LIQUOR, TITRANT, TOTAL, Liquor, X, bring, form, reduce

TRACE = 1e-30  # mol/kg: what a stage is speciated with of a cation that has left it
NO_ANSWER = 1e30
_LEAP = 0.1  # in ln of a total or of a(H+): beyond it a speciation starts from the mass action of the new ones
_STEPS = 8
_ROUGH = 1e-3
_NEAR_ENOUGH = 0.1  # of what the first media are told of
_FEED_STEPS = 8


class Liquors(NamedTuple):
    """The liquors of all stages and what solves them.

    feed: that which all would be together. work, side: room for one of them and for eight. species (N, 11, S), component
    (N, 7, C), whole (N, 5): the tables of each stage, as of Liquor. rows: of each species of the mixture, where it stands in a
    liquor, -1 where absent. cation (M,), anion: which components of a liquor the cations are, and the anion that complexes take
    along, or -1; inert (Q,): those which are not extracted; inert_of (Q,): which of the mixture these are.
    """

    feed: Liquor
    model: ActivityModel
    terms: Terms
    work: Work
    side: Abreast
    species: np.ndarray
    component: np.ndarray
    whole: np.ndarray
    rows: np.ndarray
    cation: np.ndarray
    inert: np.ndarray
    inert_of: np.ndarray
    anion: int


_N2, _N3, _NO_INTS = np.zeros((1, 1)), np.zeros((1, 1, 1)), np.zeros(1, np.int64)
NO_LIQUORS = Liquors(
    *(NO_LIQUOR, NO_MODEL, NO_TERMS, NO_WORK, NO_ABREAST),
    *(_N3, _N3, _N2, _NO_INTS, _NO_INTS, _NO_INTS, _NO_INTS, 0),
)


@lean.kernel
def _alike(liquor, species, component, whole, given):
    """A liquor that holds what this one does, with tables of its own; its ln a(H+) is given (1) or its protons are (0)."""
    return Liquor(
        species,
        component,
        liquor.phase,
        whole,
        liquor.start,
        liquor.column,
        liquor.number,
        liquor.begin,
        liquor.member,
        liquor.share,
        liquor.place,
        liquor.dissolved,
        given,
    )


@lean.kernel
def undosed(liquor):
    """The liquor with its protons given instead of its ln a(H+)."""
    return _alike(liquor, liquor.species, liquor.component, liquor.whole, 0)


@kernel
def blank_liquors(packed, source, places: Places):
    """Reduce the liquor that all would be together, and answer Liquors with its tables in every stage, not solved yet."""
    feed = source.sum(axis=0)
    trace = TRACE * feed[0]
    for j in range(places.cation.shape[0]):
        feed[places.cation[j]] = max(feed[places.cation[j]], trace)
    none = np.zeros(packed.places[PHASES], np.bool_)
    titrant = np.zeros(feed.shape[0])
    titrant[1] = 1.0
    liquor, model, terms = reduce(packed, feed, titrant, none, np.zeros(none.shape[0]), 1)
    bring(liquor, feed, titrant, 0)
    rows = np.full(packed.places[SPECIES], -1, np.int64)
    for r in range(liquor.dissolved):
        rows[liquor.place[liquor.component.shape[1] + r]] = r
    cation = np.empty(places.cation.shape[0], np.int64)
    for j in range(cation.shape[0]):
        cation[j] = rows[places.cation[j] - 1] + 1
    anion = -1
    if places.anion >= 0 and rows[places.anion - 1] >= 0:
        anion = rows[places.anion - 1] + 1
    inert = np.empty(liquor.component.shape[1] - 2 - cation.shape[0], np.int64)
    inert_of = inert.copy()
    found = 0
    for q in range(2, liquor.component.shape[1]):
        if not (cation == q).any():
            inert[found] = q
            inert_of[found] = liquor.place[q]
            found += 1
    N = source.shape[0]
    species = np.empty((N, liquor.species.shape[0], liquor.species.shape[1]))
    component = np.empty((N, liquor.component.shape[0], liquor.component.shape[1]))
    work = blank_work(liquor, model.kind)
    side = blank_abreast(liquor, model)
    return Liquors(
        liquor, model, terms, work, side, species, component, np.empty((N, 5)), rows, cation, inert, inert_of, anion
    )


@lean.kernel
def copy_tables(species, component, whole, liquors, i):
    """Let the liquor of stage i stand where these tables (11, S), (7, C), (5,) do."""
    for q in range(species.shape[1]):
        for r in range(species.shape[0]):
            liquors.species[i, r, q] = species[r, q]
    for q in range(component.shape[1]):
        for r in range(component.shape[0]):
            liquors.component[i, r, q] = component[r, q]
    for r in range(whole.shape[0]):
        liquors.whole[i, r] = whole[r]


@lean.kernel
def settle_feed(liquors):
    """Settle the feed nearly; from then on its protons are a dose, and settled again it has none.

    Answers (found, steps, error).
    """
    liquor = liquors.feed
    liquor.whole[DOSE] = 0.0
    free = undosed(liquor)
    model, terms, work = liquors.model, liquors.terms, liquors.work
    guess(free, model, terms, 0.0)
    steps, error = 0, 1.0
    while steps < _FEED_STEPS and not error < _NEAR_ENOUGH:
        _, _, error = newton(free, model, terms, work, 1)
        steps += 1
    found = error < _NEAR_ENOUGH
    if not found:
        found, taken, error = find(free, model, terms, work, False, 0.0)
        steps += taken
    liquor.component[TITRANT, 1] = 1.0
    liquor.whole[DOSE] = liquor.component[TOTAL, 1]
    liquor.component[TOTAL, 1] = 0.0
    return found, steps, error


@lean.kernel
def begin_with_feed(liquors):
    """Let every stage begin with the feed, which has been settled."""
    feed = liquors.feed
    for i in range(liquors.whole.shape[0]):
        copy_tables(feed.species, feed.component, feed.whole, liquors, i)


@lean.kernel
def stage_liquor(liquors, i):
    """The liquor of stage i."""
    return _alike(liquors.feed, liquors.species[i], liquors.component[i], liquors.whole[i], 1)


@lean.kernel
def retotal(liquors, totals, i, ln_proton):
    """Set the totals of the liquor of stage i to totals (N, C), no less than a trace, its a(H+), and what follows of them."""
    liquor = stage_liquor(liquors, i)
    component = liquor.component
    moved = abs(ln_proton - component[X, 1])
    component[TOTAL, 0] = MOLES_PER_KG
    for q in range(2, component.shape[1]):
        total = max(totals[i, liquor.place[q]], TRACE)
        change = math.log(total / component[TOTAL, q])
        component[TOTAL, q] = total
        component[X, q] += change
        moved = max(moved, abs(change))
    component[X, 1] = ln_proton
    if moved > _LEAP:
        form(liquor)


@lean.kernel
def speciate_stage(liquors, i, ln_proton):
    """Speciate the liquor of stage i at its totals and ln a(H+); answer the error, NO_ANSWER where there is none."""
    stage = stage_liquor(liquors, i)
    model, terms, work = liquors.model, liquors.terms, liquors.work
    _, _, error = newton(stage, model, terms, work, _STEPS)
    if error < _ROUGH:
        return error
    # so many protons are missing that the ones sought are more than none, as a dose has to be
    lacking = 10.0
    for q in range(2, stage.component.shape[1]):
        lacking += 4.0 * stage.component[TOTAL, q]
    stage.component[TOTAL, 1] = -lacking
    found, _, error = find(stage, model, terms, work, False, ln_proton)
    stage.component[TOTAL, 1] = 0.0
    stage.whole[DOSE] -= lacking
    return error if found else NO_ANSWER
