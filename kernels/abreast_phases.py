"""The phases of eight liquors side by side, of which each has its own at saturation.

The system of equations has a row for each phase that any of the eight may have, those of `Abreast.active`; in a liquor
that does not have it, the row says that its amount does not change. Phases are dropped and added on the way, as in
`newton.revise`. One that is supersaturated but has no row is marked WANTED.

Shapes: as of `abreast`.
Sources: as of `saturation`.
"""

from .abreast_activity import DONE, ERROR, FAILED, NO_ABREAST, RUNNING, SIZE, STATE, TOTAL, X_NOW, add, exponential
from .guess import SATURATED
from .jit import apart, lean, within
from .lanes import WIDTH, choose, greater, lesser, load, spread, store
from .newton import ROUGH_EXCESS, ROUGH_LACK, SUPERSATURATION, WORTH_REVISING
from .speciation import ACTIVE, LN_K, NO_LIQUOR, WANTED, WEIGHT

_MOST_ROWS = 1  # phases for each component


@lean.kernel
def saturation_abreast(liquor, side, k):
    """ln of the saturation index of phase k."""
    row = liquor.species.shape[1] + k
    first = X_NOW * (liquor.component.shape[1] + 1)
    total = spread(-liquor.phase[LN_K, k])
    for z in range(liquor.start[row], liquor.start[row + 1]):
        total += liquor.number[z] * load(side.room, side.component + first + liquor.column[z])
    return total


@lean.kernel
def _has_row(side, k):
    """Whether the system has a row for phase k."""
    for q in range(side.active.shape[0]):
        if side.active[q] == k:
            return True
    return False


@lean.kernel
def _rows(liquor):
    """How many phases have a row, or will have one."""
    count = 0
    for k in range(liquor.phase.shape[1]):
        if liquor.phase[ACTIVE, k] > 0.0 or liquor.phase[WANTED, k] > 0.0:
            count += 1
    return count


@lean.kernel
def lacks_rows(liquor, side):
    """Whether a phase is WANTED that has no row."""
    return _rows(liquor) > side.active.shape[0]


@lean.kernel
def _want(liquor, k):
    """Mark a phase WANTED, if there may be more rows."""
    if _rows(liquor) < _MOST_ROWS * liquor.component.shape[1]:
        liquor.phase[WANTED, k] = 1.0


@within.kernel
def _revise_lane(liquor, side, lane, excess, lack):
    """Do as `newton.revise` in a lane; answer whether anything changed. FAILED is in STATE where it wants another."""
    room, phase = side.room, liquor.phase
    worst, least = -1, -lack
    for q in range(side.active.shape[0]):
        k = side.active[q]
        if room[side.mask + k, lane] > 0.0 and room[side.amount + k, lane] < least * phase[WEIGHT, k]:
            worst, least = k, room[side.amount + k, lane] / phase[WEIGHT, k]
    if worst >= 0:
        room[side.mask + worst, lane] = 0.0
        room[side.amount + worst, lane] = 0.0
        return True
    most = excess
    for k in range(phase.shape[1]):
        if room[side.mask + k, lane] == 0.0 and room[side.excess + k, lane] > most:
            worst, most = k, room[side.excess + k, lane]
    if worst < 0:
        return False
    if _has_row(side, worst):
        room[side.mask + worst, lane] = 1.0
        return True
    _want(liquor, worst)
    room[STATE, lane] = FAILED
    return False


@apart(NO_LIQUOR, NO_ABREAST, 0, answers=True)
@lean.kernel
def revise_abreast(liquor, side, before):
    """Revise the phases of the lanes that are nearly solved, and of those DONE now that were RUNNING before (bits of lanes).

    Answer whether any has other phases than it had.
    """
    room = side.room
    changed = False
    for k in range(liquor.phase.shape[1]):
        store(room, side.excess + k, saturation_abreast(liquor, side, k))
    for lane in range(WIDTH):
        if (before >> lane) & 1 == 0:
            continue
        if room[STATE, lane] == DONE:
            if _revise_lane(liquor, side, lane, SUPERSATURATION, 0.0):
                changed = True
                room[STATE, lane] = RUNNING
        elif room[STATE, lane] == RUNNING and room[ERROR, lane] < WORTH_REVISING:
            changed = _revise_lane(liquor, side, lane, ROUGH_EXCESS, ROUGH_LACK) or changed
    return changed


@within.kernel
def _least(liquor, side, k):
    """The most of phase k that could form, by the scarcest of its components but water and H+."""
    row = liquor.species.shape[1] + k
    total = side.component + TOTAL * (liquor.component.shape[1] + 1)
    least = spread(1e300)
    for z in range(liquor.start[row], liquor.start[row + 1]):
        if liquor.column[z] >= 2 and liquor.number[z] > 0.0:
            least = lesser(least, load(side.room, total + liquor.column[z]) * (1.0 / liquor.number[z]))
    return least


@within.kernel
def _charge_scarcest(liquor, side, k, by, first):
    """Add `by` over its number in phase k to what stands at row first + j for the component j that is the scarcest."""
    row = liquor.species.shape[1] + k
    total = side.component + TOTAL * (liquor.component.shape[1] + 1)
    limit = 1.0000001 * _least(liquor, side, k)
    for z in range(liquor.start[row], liquor.start[row + 1]):
        j = liquor.column[z]
        if j >= 2 and liquor.number[z] > 0.0:
            bound = load(side.room, total + j) * (1.0 / liquor.number[z])
            add(side.room, first + j, choose(bound, limit, by * (1.0 / liquor.number[z]), spread(0.0)))


@within.kernel
def precipitate_abreast(liquor, side):
    """Do as `guess._precipitate`: old x_j, ln activity, stand in weighed; what the phases hold is left in scale."""
    room = side.room
    c1 = liquor.component.shape[1] + 1
    total, x_0, nothing = side.component + TOTAL * c1, side.component + X_NOW * c1, spread(0.0)
    for k in range(liquor.phase.shape[1]):
        excess = greater(saturation_abreast(liquor, side, k), nothing)
        _charge_scarcest(liquor, side, k, -1.0 * excess, x_0)
    for j in range(c1 - 1):
        store(room, side.scale + j, nothing)
        grown = exponential(lesser(load(room, x_0 + j) - load(room, side.weighed + j), spread(60.0)))
        store(room, side.step + j, load(room, side.component + SIZE * c1 + j) * grown)
    rows = liquor.species.shape[1]
    for k in range(liquor.phase.shape[1]):
        amount = spread(1e300)
        for z in range(liquor.start[rows + k], liquor.start[rows + k + 1]):
            j = liquor.column[z]
            if j >= 2 and liquor.number[z] > 0.0:
                left = load(room, total + j) - load(room, side.step + j) - load(room, side.scale + j)
                amount = lesser(amount, left * (1.0 / liquor.number[z]))
        amount = choose(amount, spread(1e299), greater(amount, nothing), nothing)
        amount = choose(spread(-SATURATED), saturation_abreast(liquor, side, k), amount, nothing)
        store(room, side.amount + k, amount)
        for z in range(liquor.start[rows + k], liquor.start[rows + k + 1]):
            add(room, side.scale + liquor.column[z], liquor.number[z] * amount)
    for k in range(liquor.phase.shape[1]):
        amount = load(room, side.amount + k)
        row = rows + k
        limit = 1.0000001 * _least(liquor, side, k)
        for z in range(liquor.start[row], liquor.start[row + 1]):
            j = liquor.column[z]
            if j >= 2 and liquor.number[z] > 0.0:
                bound = load(room, total + j) * (1.0 / liquor.number[z])
                add(room, side.scale + j, choose(bound, limit, -liquor.number[z] * amount, nothing))


@lean.kernel
def hold_guessed(liquor, side):
    """Hold at saturation the phases that a guess has some of and for which there is a row; mark those WANTED that have none."""
    room, nothing = side.room, spread(0.0)
    for k in range(liquor.phase.shape[1]):
        amount = load(room, side.amount + k)
        if _has_row(side, k):
            store(room, side.mask + k, choose(nothing, amount, spread(1.0), nothing))
            continue
        for lane in range(WIDTH):
            if room[STATE, lane] == RUNNING and room[side.amount + k, lane] > 0.0:
                _want(liquor, k)
        store(room, side.amount + k, nothing)
        store(room, side.mask + k, nothing)
