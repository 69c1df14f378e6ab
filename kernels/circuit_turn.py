"""Media and row brought to agree, turn by turn.

A turn solves the row for its media, speciates the stages at what the row gave them, and finds by `row_response` the media
that will be told once the row has moved to meet what they tell now: Newton's method for the media. Where it makes matters
worse the media go back and are led half as far. A ligand that goes from metal to metal (fluoride, as aluminium is taken up)
bends this so much that the way there would be long; so what it holds of a cation is taken out of what the row moves.

Base that holds a stage at a pH brings its water, so the flows are laid anew in every turn, for the doses foreseen. What is
not extracted flows through the stages with the water; an anion that complexes take along is what is left of it.

Shapes: N stages, M cations, C components, V numbers of the media. Sources: none beside those of `row_response`.
"""

import math
from typing import NamedTuple

import numpy as np

from .activity import PITZER
from .cascade import settle_cascade
from .chain import (
    AT_LEAST,
    BACK,
    FORWARD,
    NO_CASCADE,
    NO_EXTRACTANT,
    NO_MEDIA,
    NO_ROW_ROOM,
    NO_STATE,
    ORGANIC_OUT,
    OUT,
    Cascade,
    Media,
    Room,
    State,
    medium_at,
    organic_of,
)
from .circuit_flows import NO_CIRCUIT, NO_PLACES, Circuit, Places, carry, lay_flows
from .extraction import Extractant, medium_charge
from .jit import apart, kernel, lean
from .row_response import NO_CORRECTION, Correction, correct
from .speciation import MOLES_PER_KG
from .stage_lanes import speciate_abreast
from .stage_liquors import NO_ANSWER, NO_LIQUORS, TRACE, Liquors, retotal, speciate_stage, stage_liquor
from .stage_media import foresee, read, tell, write
from .stage_response import respond
from .status import CONVERGED, DRY, OUT_OF_STEPS

CLOSE = 1e-10  # what the media may still move, in ln
_NEAR = 1e-6  # of that, what a row solved roughly is worth
_TIGHT = 1e-7  # tolerance of the row with which its balances are checked
_SHIFT = 1e-3  # mol/kg, what a dose may still shift for each that the media may move
_LONGEST = 3.0  # in ln, what a turn may change of a row
_RETREATS = 8  # halvings of a step of the media that leads to worse
_FREE = 3  # turns at the beginning that may make matters worse
_FLAT = 1.05  # of a rise, below which nothing is held
_BUFFER = 1e-5  # mol/kg, the least that a change of ln a(H+) counts as
_LEAST_CHARGE = 1e-4  # mol/kg
_LEAST_WEIGHT = 1e-3  # of a cation that is neither in the liquor nor in the organic to speak of


class Turn(NamedTuple):
    """What the turns have found so far.

    inert, totals: (N, C), mol/kg, of what is not extracted and of everything. held, weight: (N, M), mol/kg of what the row does
    not move, and all of a cation over the rest. held_charge, fixed, fixed_before, dosed: (N,): charge of what is held, of what
    is not extracted, that of the laying before, and the doses that the flows are laid for. rest: (2, N, M), contents of the
    liquor and of the organic before a step in time. place, plain, way: (V,): the media of the turn that was kept, what was told
    of them, and the way on from them; dose_way: (N,), that of the doses. errors: (N,), of the speciations. kept: (5, N), what
    else there was: sought, dose, fixed and held charge. following: (V,), the media at the end. pivot: (2, N), room.
    """

    inert: np.ndarray
    totals: np.ndarray
    held: np.ndarray
    weight: np.ndarray
    held_charge: np.ndarray
    fixed: np.ndarray
    fixed_before: np.ndarray
    dosed: np.ndarray
    rest: np.ndarray
    place: np.ndarray
    plain: np.ndarray
    way: np.ndarray
    dose_way: np.ndarray
    errors: np.ndarray
    kept: np.ndarray
    following: np.ndarray
    pivot: np.ndarray


class Course(NamedTuple):
    """A row on its way to its steady state; starts (5, 2, N): room of `settle_cascade`."""

    circuit: Circuit
    extractant: Extractant
    places: Places
    cascade: Cascade
    state: State
    room: Room
    starts: np.ndarray
    media: Media
    told: Media
    correction: Correction
    liquors: Liquors
    turn: Turn


_N1, _N2, _N3 = np.zeros(1), np.zeros((1, 1)), np.zeros((1, 1, 1))
NO_TURN = Turn(*(_N2, _N2, _N2, _N2, _N1, _N1, _N1, _N1), *(_N3, _N1, _N1, _N1, _N1, _N1, _N2, _N1, _N2))
NO_COURSE = Course(
    *(NO_CIRCUIT, NO_EXTRACTANT, NO_PLACES, NO_CASCADE, NO_STATE, NO_ROW_ROOM, _N3, NO_MEDIA, NO_MEDIA),
    *(NO_CORRECTION, NO_LIQUORS, NO_TURN),
)


@kernel
def blank_turn(stages, components, cations, size):
    """Answer a Turn before the first; size: of the media."""
    return Turn(
        np.zeros((stages, components)),
        np.zeros((stages, components)),
        np.zeros((stages, cations)),
        np.ones((stages, cations)),
        np.zeros(stages),
        np.zeros(stages),
        np.zeros(stages),
        np.zeros(stages),
        np.zeros((2, stages, cations)),
        np.zeros(size),
        np.zeros(size),
        np.zeros(size),
        np.zeros(stages),
        np.zeros(stages),
        np.zeros((5, stages)),
        np.zeros(size),
        np.zeros((2, stages)),
    )


@lean.kernel
def lay(course, drain):
    """Lay flows, inert and fixed charge for the doses at hand; answer False where a stage runs dry.

    drain: times all that is in a stage, by which its contents are let out and those at rest come in: a step in time, in which
    the organic gets the less far towards equilibrium the shorter it is, and base brings no water.
    """
    circuit, extractant, places, turn = course.circuit, course.extractant, course.places, course.turn
    flows = course.cascade.flows
    N, C = turn.inert.shape
    for i in range(N):
        turn.dosed[i] = course.state.dose[i] if drain == 0.0 else 0.0
        turn.fixed_before[i] = turn.fixed[i]
    if not lay_flows(circuit, turn.dosed, flows):
        return False
    carry(circuit, turn.dosed, flows, turn.pivot, turn.inert)
    for i in range(N):
        charge = 0.0
        for q in range(2, C):
            charge += places.component_charge[q] * turn.inert[i, q]
        # and that of the anions which extracted cations would take along
        for j in range(places.cation.shape[0]):
            at = places.cation[j]
            charge += (extractant.anions[j] - places.component_charge[at]) * turn.inert[i, at]
        turn.fixed[i] = charge
        water, oil = flows[i, FORWARD] + flows[i, BACK] + flows[i, OUT], organic_of(flows, i)
        flows[i, OUT] += drain * water
        flows[i, ORGANIC_OUT] += drain * oil
        for j in range(places.cation.shape[0]):
            course.cascade.aqueous_source[i, j] = (
                circuit.source[i, places.cation[j]] + drain * water * turn.rest[0, i, j]
            )
            course.cascade.organic_source[i, j] = circuit.organic_source[i, j] + drain * oil * turn.rest[1, i, j]
            course.cascade.efficiency[j] = circuit.efficiency[j] / (1.0 + drain)
    return True


@lean.kernel
def _feed(course):
    """Take the part held out of the sources of the cations, and bring its charge into the media."""
    cascade, turn = course.cascade, course.turn
    held, flows = turn.held, cascade.flows
    N, M = held.shape
    for i in range(N):
        leaving = flows[i, FORWARD] + flows[i, BACK] + flows[i, OUT]
        charge = 0.0
        for j in range(M):
            source = cascade.aqueous_source[i, j] - leaving * held[i, j]
            if i > 0:
                source += flows[i - 1, FORWARD] * held[i - 1, j]
            if i < N - 1:
                source += flows[i + 1, BACK] * held[i + 1, j]
            cascade.aqueous_source[i, j] = source
            charge += course.extractant.protons[j] * held[i, j]
        # what the base adds to the inert changes the charge of a medium told before, too
        course.media.whole[i, 2] += charge - turn.held_charge[i] + turn.fixed[i] - turn.fixed_before[i]
        turn.held_charge[i] = charge


@lean.kernel
def _shift(course):
    """How far the doses, mol per kg of water, lie from those that the flows were laid for."""
    flows, shifted = course.cascade.flows, 0.0
    for i in range(flows.shape[0]):
        leaving = flows[i, FORWARD] + flows[i, BACK] + flows[i, OUT]
        shifted = max(shifted, abs(course.state.dose[i] - course.turn.dosed[i]) / leaving)
    return shifted


@lean.kernel
def _total(course, i):
    """Fill totals with what the liquor of stage i holds of each component."""
    extractant, places, turn = course.extractant, course.places, course.turn
    for q in range(turn.inert.shape[1]):
        turn.totals[i, q] = turn.inert[i, q]
    for j in range(places.cation.shape[0]):
        at = places.cation[j]
        turn.totals[i, at] = max(course.state.aqueous[i, j] + turn.held[i, j], TRACE)
        if places.anion >= 0:
            taken = turn.inert[i, at] - turn.totals[i, at]
            turn.totals[i, places.anion] -= extractant.anions[j] * taken
    if places.anion >= 0:
        turn.totals[i, places.anion] = max(turn.totals[i, places.anion], 0.0)


@lean.kernel
def _compare(course, i):
    """Fill what the media of stage i lag; answer how far they lie off, in ln."""
    media, told, room, turn = course.media, course.told, course.correction, course.turn
    ln_proton = course.state.point[1, i]
    charge, slope, _ = medium_charge(medium_at(told, i), ln_proton)
    room.charge_lag[i] = charge - medium_charge(medium_at(media, i), ln_proton)[0]
    moved = abs(room.charge_lag[i]) / max(slope, _BUFFER)
    M = told.ln_share.shape[1]
    for j in range(M):
        room.molality[i, j] = turn.totals[i, course.places.cation[j]]
        turn.weight[i, j] = room.molality[i, j] / max(course.state.aqueous[i, j], TRACE)
        told.ln_share[i, j] += math.log(turn.weight[i, j])
        room.lag[i, j] = told.ln_share[i, j] - media.ln_share[i, j]
        moved = max(moved, abs(room.lag[i, j]))
    room.lag[i, M] = told.ln_anion[i] - media.ln_anion[i]
    return max(moved, abs(room.lag[i, M]))


@lean.kernel
def _ask(course):
    """Speciate all stages, and fill what their media are told, lag and will answer; answer how far they lie off."""
    liquors, turn, room, anions = course.liquors, course.turn, course.correction, course.extractant.anions
    point = course.state.point
    for i in range(point.shape[1]):
        _total(course, i)
        retotal(liquors, turn.totals, i, point[1, i])
        turn.errors[i] = 1.0
        for q in range(room.inert.shape[1]):
            room.inert[i, q] = turn.inert[i, liquors.inert_of[q]]
    if liquors.model.kind == PITZER:
        speciate_abreast(liquors, liquors.side, anions, room.inert, room.response, turn.errors)
    moved = 0.0
    for i in range(point.shape[1]):
        error = turn.errors[i]
        if error == 1.0:
            error = speciate_stage(liquors, i, point[1, i])
            if error == NO_ANSWER or not respond(liquors, i, anions, room.inert, room.columns, room.response[i]):
                return NO_ANSWER
        tell(stage_liquor(liquors, i), liquors.rows, course.places, course.told, i, turn.fixed[i] + turn.held_charge[i])
        moved = max(moved, error, _compare(course, i))
    return moved


@lean.kernel
def _merit(course):
    """How far the media lie off, each by what it does to the balances of extractant and of charge."""
    extractant, room, organic = course.extractant, course.correction, course.state.organic
    total = 0.0
    for i in range(organic.shape[0]):
        scale = _LEAST_CHARGE
        for j in range(organic.shape[1]):
            scale += abs(extractant.protons[j]) * room.molality[i, j]
        for j in range(organic.shape[1]):
            share = room.molality[i, j] / scale + organic[i, j] / course.cascade.unit_total[i]
            weight = _LEAST_WEIGHT + abs(extractant.protons[j]) * share
            lag = weight * (room.lag[i, j] + extractant.anions[j] * room.lag[i, organic.shape[1]])
            total += lag * lag
        total += (room.charge_lag[i] / scale) ** 2
    return math.sqrt(total)


@lean.kernel
def _hold(course):
    """Take what ligands hold of a cation out of what the row moves, and out of what its share is of.

    Of a total x whose activity grows as x^r the part x (r - 1) / r is held, so that the activity grows with the rest in
    proportion: a tangent as that of `row_response`, but one that the row cannot follow beyond what is there.
    """
    turn, media, told = course.turn, course.media, course.told
    for i in range(turn.held.shape[0]):
        for j in range(turn.held.shape[1]):
            rise = course.correction.response[i, j, j]
            if not rise > _FLAT:
                rise = 1.0
            turn.held[i, j] = course.correction.molality[i, j] * (rise - 1.0) / rise
            change = math.log(rise / turn.weight[i, j])
            media.ln_share[i, j] += change
            told.ln_share[i, j] += change
            turn.weight[i, j] = rise


@lean.kernel
def _keep(course):
    """Keep of this turn what a retreat goes back to."""
    turn, state = course.turn, course.state
    write(course.media, turn.place)
    write(course.told, turn.plain)
    for i in range(turn.dosed.shape[0]):
        turn.kept[0, i] = state.sought[0, i]
        turn.kept[1, i] = state.sought[1, i]
        turn.kept[2, i] = state.dose[i]
        turn.kept[3, i] = turn.fixed[i]
        turn.kept[4, i] = turn.held_charge[i]


@lean.kernel
def _lead(course):
    """Find the way from the media that were kept to those that will be told once the row has moved to meet them."""
    room, state, turn = course.correction, course.state, course.turn
    N, M = state.aqueous.shape
    longest = 1.0
    for i in range(N):
        for k in range(M + 1):
            longest = max(longest, abs(room.change[i, k]) / _LONGEST)
        longest = max(longest, state.slope[0, i] * abs(room.change[i, M + 1]) / _LONGEST)
        if room.water > 0:
            longest = max(longest, abs(room.change[i, room.water]) / _LONGEST)
    for i in range(N):
        for k in range(M):
            room.moved[k] = room.change[i, k]
        room.moved[M] = state.slope[0, i] * room.change[i, M + 1]
        for q in range(room.inert.shape[1]):
            room.moved[M + 1 + q] = room.change[i, room.water + 1 + q]
        foresee(course.told, room.response[i], room.moved, turn.weight[i], i, state.point[1, i])
        turn.dose_way[i] = state.slope[1, i] * room.change[i, M + 1] / longest
    write(course.told, turn.way)
    for q in range(turn.way.shape[0]):
        turn.way[q] = turn.plain[q] - turn.place[q] + (turn.way[q] - turn.plain[q]) / longest


@lean.kernel
def _go(course, stride):
    """Lead the media by `stride` of the way from those that were kept."""
    turn = course.turn
    for q in range(turn.way.shape[0]):
        turn.following[q] = turn.place[q] + stride * turn.way[q]
    read(turn.following, course.media)
    for i in range(turn.dosed.shape[0]):
        dose = turn.kept[2, i] + stride * turn.dose_way[i]
        course.state.dose[i] = max(dose, 0.0) if course.circuit.control[i] == AT_LEAST else dose


@lean.kernel
def _retreat(course):
    """Go back to what was kept beside the media."""
    turn, state = course.turn, course.state
    for i in range(turn.dosed.shape[0]):
        state.sought[0, i] = turn.kept[0, i]
        state.sought[1, i] = turn.kept[1, i]
        state.dose[i] = turn.kept[2, i]
        turn.fixed[i] = turn.kept[3, i]
        turn.held_charge[i] = turn.kept[4, i]


@apart(NO_COURSE, 0.0, True, 0.0, 0, answers=(0.0, 0.0, 0, 0))
@lean.kernel
def repeat(course, drain, warm, goal, most):
    """Turn until the media move by less than `goal`, at most so often.

    Answers (what they still lie off, error of the row, steps, status): the stages have been speciated at what the row gave.
    """
    moved, shifted, tolerance = 1.0, 0.0, _TIGHT if warm else 1e-2
    settled = _SHIFT * goal
    limit = NO_ANSWER
    total, retreats = 0, 0
    kept = False
    for count in range(most):
        error, status = 1.0, DRY
        if lay(course, drain):
            _feed(course)
            error, steps, status = settle_cascade(
                course.extractant,
                course.media,
                course.cascade,
                course.state,
                course.room,
                course.starts,
                warm,
                tolerance,
            )
            total += steps
        shifted = _shift(course) if drain == 0.0 else 0.0
        merit, moved = NO_ANSWER, NO_ANSWER
        if status == CONVERGED:
            warm = True
            moved = _ask(course)
        if moved < NO_ANSWER:
            merit = _merit(course)
        if kept and retreats < _RETREATS and not merit < limit:
            retreats += 1
            _retreat(course)
            _go(course, 0.5**retreats)
            continue
        if moved == NO_ANSWER:
            return 1.0, 1.0, total, status if status != CONVERGED else OUT_OF_STEPS
        if moved < goal and shifted < settled and tolerance <= _TIGHT:
            return max(moved, shifted), error, total, CONVERGED
        _hold(course)
        _keep(course)
        if not correct(
            course.extractant,
            course.circuit,
            course.cascade,
            course.state,
            course.turn.dosed,
            course.room.table,
            course.places,
            course.liquors.inert_of,
            course.correction,
        ):
            return 1.0, 1.0, total, OUT_OF_STEPS
        _lead(course)
        _go(course, 1.0)
        limit = merit if count > _FREE else NO_ANSWER
        retreats, kept = 0, True
        tolerance = 1e-4 if count == 0 and moved > _NEAR else _TIGHT
    return max(moved, shifted), 1.0, total, OUT_OF_STEPS


@lean.kernel
def write_down(course):
    """Fill totals with what the stages hold at the end, protons by the charge of all else; and the media for a row near it."""
    places, turn = course.places, course.turn
    N, C = turn.totals.shape
    for i in range(N):
        _total(course, i)
        for j in range(places.cation.shape[0]):
            total = course.state.aqueous[i, j] + turn.held[i, j]
            turn.totals[i, places.cation[j]] = total
            if turn.held[i, j] > 0.0:
                course.media.ln_share[i, j] += math.log(max(course.state.aqueous[i, j], TRACE) / total)
        course.media.whole[i, 2] -= turn.held_charge[i]
        turn.totals[i, 0] = MOLES_PER_KG
        protons = 0.0
        for q in range(2, C):
            protons -= places.component_charge[q] * turn.totals[i, q]
        turn.totals[i, 1] = protons
    write(course.media, turn.following)
