"""The liquors of the stages of a row, speciated eight at a time, each at the totals and the ln a(H+) that the row gave it.

All hold the same species, and no phase is at saturation, so `abreast` solves them side by side. A stage that it does not
bring near enough is left as it was, for `newton` alone.

Shapes: N stages, C components, S species. Sources: none; the equations are those of `speciation`.
"""

from .abreast import solve_abreast
from .abreast_activity import ERROR, GIVEN, I_NOW, LN_W, RUNNING, STATE, TOTAL, X_NOW
from .jit import lean
from .lanes import WIDTH
from .speciation import DOSE, LN_GAMMA, LN_WATER, MOLALITY, U, X
from .speciation import TOTAL as TOTAL_OF

FEWEST = 3  # stages for which eight places side by side are less work than one after another
_STRONGEST = 20.0  # mol/kg; the activity coefficients of Pitzer differ beyond
_NEAR = 1e-3  # of the residuals; farther off the way to the answer is `newton`'s


@lean.kernel
def _bring(liquor, side, tables, stage, lane):
    """Bring the iterate and the totals of a stage to a lane."""
    species, component, whole = tables
    room, c1 = side.room, component.shape[2] + 1
    for r in range(liquor.dissolved):
        room[side.u + r, lane] = species[stage, U, r]
        room[side.ln_gamma + r, lane] = species[stage, LN_GAMMA, r]
    for q in range(c1 - 1):
        room[side.component + TOTAL * c1 + q, lane] = component[stage, TOTAL_OF, q]
        room[side.component + X_NOW * c1 + q, lane] = component[stage, X, q]
    room[LN_W, lane] = whole[stage, LN_WATER]
    room[STATE, lane] = RUNNING


@lean.kernel
def _take(liquor, side, tables, stage, lane):
    """Take the iterate of a lane for that of a stage."""
    species, component, whole = tables
    room, c1 = side.room, component.shape[2] + 1
    for r in range(liquor.dissolved):
        species[stage, U, r] = room[side.u + r, lane]
        species[stage, MOLALITY, r] = room[side.molality + r, lane]
        species[stage, LN_GAMMA, r] = room[side.ln_gamma + r, lane]
    for q in range(c1 - 1):
        component[stage, X, q] = room[side.component + X_NOW * c1 + q, lane]
    whole[stage, LN_WATER] = room[LN_W, lane]
    whole[stage, DOSE] = room[GIVEN, lane]


@lean.kernel
def speciate_abreast(liquor, model, side, tables, errors, most, found):
    """Speciate all stages in `most` steps; fill errors (N,), 1 of a stage that is left as it was.

    tables: species (N, 11, S), component (N, 7, C) and whole (N, 5) of the stages, each as of a Liquor. found: what the last
    call answered, -1 for the first.
    """
    stages = errors.shape[0]
    for first in range(0, stages, WIDTH):
        for lane in range(WIDTH):
            _bring(liquor, side, tables, min(first + lane, stages - 1), lane)
        _, found = solve_abreast(liquor, model, side, most, found if stages <= WIDTH else -1)
        for lane in range(min(WIDTH, stages - first)):
            errors[first + lane] = 1.0
            if side.room[ERROR, lane] < _NEAR and side.room[I_NOW, lane] < _STRONGEST:
                errors[first + lane] = side.room[ERROR, lane]
                _take(liquor, side, tables, first + lane, lane)
    return found
