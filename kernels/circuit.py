"""Mixer-settlers in the liquor's own chemistry: every stage is speciated with the activity model of the liquor.

`cascade` solves the row for media that are held; here each stage's medium is made of its own speciation at the totals
and the a(H+) that the row gave it, and `circuit_turn` repeats the two until neither moves the other. The a(H+) of a stage is
the row's, where the organic buffers it; the speciation answers how many protons the liquor holds at it, so the charge that
the medium tells is right however the ligands, metals and water share them. A row whose media are too far away for that is
brought to its steady state in time, by steps that hold its contents back first and less and less.

Shapes: N stages, M cations, C components, S species of the mixture, L ligands. Sources: none; the equations are those of
`cascade`, `speciation` and `pitzer`.
"""

import numpy as np

from .chain import NO_EXTRACTANT, Cascade, blank_room, blank_state, is_ideal
from .circuit_flows import (
    COLD_START,
    NO_ANSWER,
    NO_CIRCUIT,
    NO_PLACES,
    Circuit,
    CircuitAnswer,
    CircuitStart,
    Places,
)
from .circuit_turn import CLOSE, NO_COURSE, Course, blank_turn, lay, repeat, write_down
from .extraction import Extractant
from .jit import apart, kernel, lean
from .packed import NO_MIXTURE, Packed
from .row_newton import is_held
from .row_response import blank_correction
from .stage_liquors import begin_with_feed, blank_liquors, copy_tables, settle_feed, stage_liquor
from .stage_media import blank_media, read, tell
from .status import CONVERGED, DRY, OUT_OF_STEPS

_TURNS = 30  # of a row at once
_TURNS_OF_A_STEP = 12
_STEPS = 120  # in time
_FIRST_DRAIN = 10.0
_LEAST_DRAIN, _MOST_DRAIN = 1e-3, 1e6
_NEAR = 1e-3  # what media may still move at the end of a step in time


@kernel
def _row_of(circuit, places):
    """Answer the Cascade of a circuit; flows and sources are left for `lay`."""
    N, M = circuit.organic_source.shape
    charge = np.empty(M)
    for j in range(M):
        charge[j] = places.component_charge[places.cation[j]]
    return Cascade(
        np.zeros((N, 6)),
        np.zeros((N, M)),
        np.zeros((N, M)),
        circuit.unit_total,
        circuit.efficiency.copy(),
        circuit.control.copy(),
        circuit.ln_target.copy(),
        circuit.dosed,
        charge,
    )


@lean.kernel
def _is_like(start, liquors, size):
    """Whether the start is of a row of as many stages with the same species, and media of that size."""
    place = liquors.feed.place
    if start.sought.shape[1] != liquors.species.shape[0] or start.media.shape[0] != size:
        return False
    if start.place.shape[0] != place.shape[0] or start.species.shape[2] != liquors.species.shape[2]:
        return False
    for q in range(place.shape[0]):
        if start.place[q] != place[q]:
            return False
    return True


@lean.kernel
def _begin(course, start):
    """Begin where a row near this one ended."""
    read(start.media, course.media)
    for i in range(start.dose.shape[0]):
        copy_tables(start.species[i], start.component[i], start.whole[i], course.liquors, i)
        course.state.dose[i] = start.dose[i]
        course.turn.fixed[i] = start.fixed[i]


@lean.kernel
def _begin_anew(course):
    """Begin with the feed, which has been settled, in every stage; answer False where a stage runs dry."""
    turn, liquors = course.turn, course.liquors
    begin_with_feed(liquors)
    for i in range(turn.fixed.shape[0]):
        course.state.dose[i] = 0.0
        turn.held_charge[i] = 0.0
        for j in range(turn.held.shape[1]):
            turn.held[i, j] = 0.0
    if not lay(course, 0.0):
        return False
    for i in range(turn.fixed.shape[0]):
        tell(stage_liquor(liquors, i), liquors.rows, course.places, course.media, i, turn.fixed[i])
    return True


@lean.kernel
def _rest(course):
    """Let a step in time begin with what the stages hold."""
    state, turn = course.state, course.turn
    for i in range(turn.held.shape[0]):
        for j in range(turn.held.shape[1]):
            turn.rest[0, i, j] = max(state.aqueous[i, j] + turn.held[i, j], 0.0)
            turn.rest[1, i, j] = max(state.organic[i, j], 0.0)


@apart(NO_COURSE, answers=(0.0, 0.0, 0, 0))
@lean.kernel
def _settle_in_time(course):
    """Bring the row to its steady state by implicit steps in time. Answers as `repeat`.

    They begin with what the stages hold where the media are those of the feed without its protons: from there all of 1,000
    random rows with aluminium and fluoride arrive, from the acid feed 14 do not.
    """
    found, total, error = settle_feed(course.liquors)
    if not found:
        return error, error, total, OUT_OF_STEPS
    if not _begin_anew(course):
        return 1.0, 1.0, total, DRY
    drain = _FIRST_DRAIN
    repeat(course, 0.0, False, CLOSE, 1)  # for what the stages about hold
    _rest(course)
    warm, least = False, _LEAST_DRAIN
    for _ in range(_STEPS):
        at_last = drain == 0.0
        off, error, steps, status = repeat(
            course, drain, warm, CLOSE if at_last else _NEAR, _TURNS if at_last else _TURNS_OF_A_STEP
        )
        total += steps
        if status == CONVERGED and at_last:
            return off, error, total, status
        if status == CONVERGED:
            warm = True
            _rest(course)
            drain = 0.25 * drain if drain > least else 0.0
        else:
            if at_last:
                least *= 0.01  # what is slower than the longest step so far
            drain = max(8.0 * drain, 10.0 * least)
            if drain > _MOST_DRAIN:
                break
    return 1.0, 1.0, total, OUT_OF_STEPS


@apart(NO_MIXTURE, NO_EXTRACTANT, NO_CIRCUIT, NO_PLACES, COLD_START, answers=(NO_ANSWER, 0.0, 0, 0))
@kernel
def settle_circuit(packed, extractant, circuit, places, start):
    """Do as `solve_circuit`."""
    N, C = circuit.source.shape
    M = places.cation.shape[0]
    state = blank_state(N, M)
    size = N * (M + 4 + 4 * places.ligand.shape[0])
    turn = blank_turn(N, C, M, size)
    liquors = blank_liquors(packed, circuit.source, places)
    cascade = _row_of(circuit, places)
    room, starts = blank_room(N, M), np.zeros((5, 2, N))
    media, told = blank_media(N, M, places), blank_media(N, M, places)
    course = Course(
        *(circuit, extractant, places, cascade, state, room, starts, media, told),
        *(
            blank_correction(N, M, liquors.inert.shape[0], C, is_ideal(circuit.efficiency), is_held(cascade)),
            liquors,
            turn,
        ),
    )
    following = CircuitStart(
        state.sought,
        state.dose,
        turn.following,
        turn.fixed,
        liquors.species,
        liquors.component,
        liquors.whole,
        liquors.feed.place,
    )
    answer = CircuitAnswer(turn.totals, state.organic, state.point, state.dose, cascade.flows, following)
    total = 0
    if _is_like(start, liquors, size):
        _begin(course, start)
    else:
        found, total, error = settle_feed(liquors)
        if not found:
            return answer, error, total, OUT_OF_STEPS
        if not _begin_anew(course):
            return answer, 1.0, total, DRY
    warm = start.sought.shape[1] == N
    if warm:
        state.sought[:, :] = start.sought
    off, error, steps, status = repeat(course, 0.0, warm, CLOSE, _TURNS)
    total += steps
    if status == OUT_OF_STEPS and not warm:
        slow = Course(
            *(circuit, extractant, places, cascade, state, room, starts, media, told),
            *(blank_correction(N, M, 0, C, False, False), liquors, turn),
        )
        off, error, steps, status = _settle_in_time(slow)
        total += steps
    write_down(course)
    return answer, max(error, off), total, status


@kernel
def solve_circuit(packed: Packed, extractant: Extractant, circuit: Circuit, places: Places, start: CircuitStart):
    """The steady state of a row of mixer-settlers with the liquor of `packed`.

    start: of a row near this one, or `COLD_START`; one that leads nowhere is left for none. Answers (CircuitAnswer, error,
    steps, status); error is the larger of the imbalance of the row and of how far its media lie from the speciation of its
    liquors.
    """
    answer, error, steps, status = settle_circuit(packed, extractant, circuit, places, start)
    if status != CONVERGED and start.sought.shape[1] > 0:
        none = CircuitStart(
            np.zeros((2, 0)),
            start.dose,
            start.media,
            start.fixed,
            start.species,
            start.component,
            start.whole,
            start.place,
        )
        answer, error, more, status = settle_circuit(packed, extractant, circuit, places, none)
        steps += more
    return answer, error, steps, status
