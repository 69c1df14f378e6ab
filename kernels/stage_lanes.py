"""The liquors of the stages of a row, speciated eight at a time, each at the totals and the ln a(H+) that the row gave it.

All hold the same species, and no phase is at saturation, so `abreast` solves them side by side, and its factors tell how
they answer to changes. A stage that it does not bring near enough is left as it was, for `newton` alone.

Shapes: N stages, M cations, Q inert components, C components, S species.
Sources: none; the equations are those of `speciation`.
"""

from .abreast import answer_abreast, solve_abreast
from .abreast_activity import DONE, ERROR, GIVEN, LN_W, RUNNING, STATE, TOTAL, X_NOW
from .jit import lean
from .lanes import WIDTH, load, spread, store
from .speciation import DOSE, LN_GAMMA, LN_WATER, MOLALITY, U, X
from .speciation import TOTAL as TOTAL_OF

_STEPS = 8


@lean.kernel
def _bring(liquors, side, stage, lane):
    """Bring the iterate and the totals of a stage to a lane."""
    room, species, component = side.room, liquors.species, liquors.component
    c1 = component.shape[2] + 1
    for r in range(species.shape[2]):
        room[side.u + r, lane] = species[stage, U, r]
        room[side.ln_gamma + r, lane] = species[stage, LN_GAMMA, r]
    for q in range(c1 - 1):
        room[side.component + TOTAL * c1 + q, lane] = component[stage, TOTAL_OF, q]
        room[side.component + X_NOW * c1 + q, lane] = component[stage, X, q]
    room[LN_W, lane] = liquors.whole[stage, LN_WATER]
    room[STATE, lane] = RUNNING


@lean.kernel
def _take(liquors, side, stage, lane):
    """Take the iterate of a lane for that of a stage."""
    room, species, component = side.room, liquors.species, liquors.component
    c1 = component.shape[2] + 1
    for r in range(species.shape[2]):
        species[stage, U, r] = room[side.u + r, lane]
        species[stage, MOLALITY, r] = room[side.molality + r, lane]
        species[stage, LN_GAMMA, r] = room[side.ln_gamma + r, lane]
    for q in range(c1 - 1):
        component[stage, X, q] = room[side.component + X_NOW * c1 + q, lane]
    liquors.whole[stage, LN_WATER] = room[LN_W, lane]
    liquors.whole[stage, DOSE] = room[GIVEN, lane]


@lean.kernel
def _ask(liquors, side, anions, inert, first, wide):
    """Fill the right-hand sides, one for each column of a response, as of `stage_response.respond`."""
    room, many = side.room, liquors.cation.shape[0]
    c1 = liquors.component.shape[2] + 1
    total = side.component + TOTAL * c1
    for r in range(side.order * wide):
        store(room, side.asked + r, spread(0.0))
    for j in range(many):
        given = load(room, total + liquors.cation[j])
        store(room, side.asked + (liquors.cation[j] - 1) * wide + j, given)
        if liquors.anion >= 0:
            store(room, side.asked + (liquors.anion - 1) * wide + j, anions[j] * given)
    store(room, side.asked + many, spread(1.0))
    for k in range(many + 1, wide):
        row = side.asked + (liquors.inert[k - many - 1] - 1) * wide + k
        for lane in range(WIDTH):
            room[row, lane] = inert[min(first + lane, inert.shape[0] - 1), k - many - 1]


@lean.kernel
def _answer(liquors, side, response, first, wide):
    """Fill the responses (N, M + 2, M + 1 + Q) of the stages from `first` on."""
    room, many = side.room, liquors.cation.shape[0]
    answer_abreast(side, wide)
    lanes = min(WIDTH, response.shape[0] - first)
    for k in range(wide):
        held = spread(0.0)
        for r in range(side.order):
            held += load(room, side.proton + r) * load(room, side.asked + r * wide + k)
        store(room, side.step, held)
        for lane in range(lanes):
            for j in range(many):
                response[first + lane, j, k] = room[side.asked + (liquors.cation[j] - 1) * wide + k, lane]
            response[first + lane, many, k] = (
                room[side.asked + (liquors.anion - 1) * wide + k, lane] if liquors.anion >= 0 else 0.0
            )
            response[first + lane, many + 1, k] = room[side.step, lane]


@lean.kernel
def speciate_abreast(liquors, side, anions, inert, response, errors):
    """Speciate all stages and fill their responses (N, M + 2, M + 1 + Q) and errors (N,), 1 of a stage that is left as it was.

    anions (M,), inert (N, Q): as of `stage_response.respond`, mol/kg.
    """
    N, wide = errors.shape[0], response.shape[2]
    for first in range(0, N, WIDTH):
        for lane in range(WIDTH):
            _bring(liquors, side, min(first + lane, N - 1), lane)
        solve_abreast(liquors.feed, liquors.model, side, _STEPS, -1)
        for lane in range(min(WIDTH, N - first)):
            errors[first + lane] = 1.0
            if side.room[STATE, lane] == DONE:
                errors[first + lane] = side.room[ERROR, lane]
                _take(liquors, side, first + lane, lane)
        _ask(liquors, side, anions, inert, first, wide)
        _answer(liquors, side, response, first, wide)
