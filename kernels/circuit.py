"""Mixer-settlers in the liquor's own chemistry: every stage is speciated with the activity model of the liquor.

`cascade` solves the row for media that are held; here each stage's medium is made of its own speciation at the totals
and the a(H+) that the row gave it, and the two are repeated until neither moves the other; media led to where no row is
found are led less far. The a(H+) of a stage is the row's, where the organic buffers it; the speciation answers how many protons
the liquor holds at it, so the charge that the medium tells is right however the ligands, metals and water share them.

Base that holds a stage at a pH brings its water, so the flows are laid anew with every repetition. What is not
extracted flows through the stages with the water; an anion that complexes take along is what is left of it.

Shapes: N stages, M cations, C components, S species of the mixture, L ligands. Sources: none; the equations are those of
`cascade`, `speciation` and `pitzer`.
"""

import math
from typing import NamedTuple

import numpy as np

from .cascade import settle_cascade
from .chain import (
    BACK,
    FORWARD,
    NO_EXTRACTANT,
    OUT,
    Cascade,
    blank_room,
    blank_state,
)
from .circuit_flows import (
    COLD_START,
    NO_ANSWER,
    NO_CIRCUIT,
    NO_PLACES,
    Circuit,
    CircuitAnswer,
    CircuitStart,
    Places,
    carry,
    lay_flows,
)
from .extraction import Extractant
from .jit import apart, kernel, lean
from .newton import blank_work, newton
from .packed import NO_MIXTURE, PHASES, SPECIES, Packed
from .saturation import find
from .speciation import DOSE, MOLES_PER_KG, TITRANT, TOTAL, Liquor, X, bring, form, reduce
from .stage_media import NUDGE, REMEMBERED, blank_media, blank_memory, heed, hold_back, off, read, rise_of, tell, write
from .status import CONVERGED, DRY, OUT_OF_STEPS

_TRACE = 1e-30  # mol/kg: what a stage is speciated with of a cation that has left it
_CLOSE = 1e-10  # what the media may still move, in ln; or this, where a repetition takes away all but a twentieth
_CONTRACTED = 2e-9
_SETTLED = 1e-13  # mol/kg, what a dose may still shift
_LEAP = 0.1  # in ln of a total or of a(H+): beyond it a speciation starts from the mass action of the new ones
_MOST_REPEATS = 300
_LAST_RESORT = 60  # turns, after which every lag is made good by small steps alone
_SMALL = 0.15
_STIFF = 1e-3  # in ln of a share, a lag that is looked into where turns are slow
_SLOW = 0.3  # what a turn leaves of the lag of the one before, beyond which repeating is not enough
_STUCK = 0.95
_PATIENCE = 8
_CAUTIOUS = 0.3  # of a lag, after a turn that made things worse
_RETREATS = 12  # halvings of a step of the media that leads where no row is found
_NO_ANSWER = 1e30
# counts of turns
_SINCE, _SLOWLY, _STUCK_FOR = 0, 1, 2


@kernel
def _stage_liquor(liquor, species, component, whole, i):
    """The liquor of stage i: its tables stand in species (N, 11, S), component (N, 7, C) and whole (N, 5)."""
    return Liquor(
        species[i],
        component[i],
        liquor.phase,
        whole[i],
        liquor.start,
        liquor.column,
        liquor.number,
        liquor.begin,
        liquor.member,
        liquor.share,
        liquor.place,
        liquor.dissolved,
        1,
    )


@lean.kernel
def _feed(cascade, circuit, held, extractant, places, media, held_charge):
    """Fill the sources of the cations with what enters beside the part held, and bring its charge into the media."""
    N, M = held.shape
    flows = cascade.flows
    for i in range(N):
        leaving = flows[i, FORWARD] + flows[i, BACK] + flows[i, OUT]
        charge = 0.0
        for j in range(M):
            source = circuit.source[i, places.cation[j]] - leaving * held[i, j]
            if i > 0:
                source += flows[i - 1, FORWARD] * held[i - 1, j]
            if i < N - 1:
                source += flows[i + 1, BACK] * held[i + 1, j]
            cascade.aqueous_source[i, j] = source
            charge += extractant.protons[j] * held[i, j]
        media.whole[i, 2] += charge - held_charge[i]
        held_charge[i] = charge


@lean.kernel
def _retotal(liquor, totals, i, ln_proton):
    """Set the totals of a stage's liquor to totals (N, C), no less than a trace, its a(H+), and what follows of them."""
    component = liquor.component
    moved = abs(ln_proton - component[X, 1])
    component[TOTAL, 0] = MOLES_PER_KG
    for q in range(2, component.shape[1]):
        total = max(totals[i, liquor.place[q]], _TRACE)
        change = math.log(total / component[TOTAL, q])
        component[TOTAL, q] = total
        component[X, q] += change
        moved = max(moved, abs(change))
    component[X, 1] = ln_proton
    if moved > _LEAP:
        form(liquor)


class Turn(NamedTuple):
    """What a turn of the repetition works on.

    inert, totals: (N, C), mol/kg, of what is not extracted and of everything. held, true_share, rise: (N, M), as of
    `hold_back`. held_charge, fixed, fixed_before, dosed: (N,): charge of what is held, of what is not extracted, that of the
    turn before, and the doses that the flows are laid for. counts: (3,), of turns.
    """

    inert: np.ndarray
    totals: np.ndarray
    held: np.ndarray
    true_share: np.ndarray
    rise: np.ndarray
    held_charge: np.ndarray
    fixed: np.ndarray
    fixed_before: np.ndarray
    dosed: np.ndarray
    counts: np.ndarray


@kernel
def _blank_turn(stages, components, cations):
    """Answer a Turn before the first."""
    turn = Turn(
        np.zeros((stages, components)),
        np.zeros((stages, components)),
        np.zeros((stages, cations)),
        np.zeros((stages, cations)),
        np.zeros((stages, cations)),
        np.zeros(stages),
        np.zeros(stages),
        np.zeros(stages),
        np.zeros(stages),
        np.zeros(3, np.int64),
    )
    turn.counts[_SINCE] = -1
    return turn


@kernel
def _feed_liquor(packed, circuit, places):
    """Reduce the liquor that all would be together.

    Answers (Liquor, ActivityModel, Terms, Work, rows), rows (S,) as of `tell`.
    """
    feed = circuit.source.sum(axis=0)
    trace = _TRACE * feed[0]
    for j in range(places.cation.shape[0]):
        feed[places.cation[j]] = max(feed[places.cation[j]], trace)
    none = np.zeros(packed.places[PHASES], np.bool_)
    titrant = np.zeros(feed.shape[0])
    titrant[1] = 1.0
    liquor, model, terms = reduce(packed, feed, titrant, none, np.zeros(none.shape[0]), 1)
    solver = blank_work(liquor, model.kind)
    bring(liquor, feed, titrant, 0)
    rows = np.full(packed.places[SPECIES], -1, np.int64)
    for r in range(liquor.dissolved):
        rows[liquor.place[liquor.component.shape[1] + r]] = r
    return liquor, model, terms, solver, rows


@kernel
def _settle_feed(liquor, model, terms, solver):
    """Settle the liquor that all would be together, which gives the first media; then its protons are a dose.

    Answers (found, steps, error).
    """
    free = Liquor(
        liquor.species,
        liquor.component,
        liquor.phase,
        liquor.whole,
        liquor.start,
        liquor.column,
        liquor.number,
        liquor.begin,
        liquor.member,
        liquor.share,
        liquor.place,
        liquor.dissolved,
        0,
    )
    found, steps, error = find(free, model, terms, solver, False, 0.0)
    liquor.component[TITRANT, 1] = 1.0
    liquor.whole[DOSE] = liquor.component[TOTAL, 1]
    liquor.component[TOTAL, 1] = 0.0
    return found, steps, error


@lean.kernel
def _is_like(start, liquor, stages, cations, size):
    """Whether the start is of a row of as many stages and cations with the same species."""
    if start.sought.shape[1] != stages or start.held.shape[1] != cations or start.media.shape[0] != size:
        return False
    if start.place.shape[0] != liquor.place.shape[0] or start.species.shape[2] != liquor.species.shape[1]:
        return False
    for q in range(liquor.place.shape[0]):
        if start.place[q] != liquor.place[q]:
            return False
    return True


@lean.kernel
def _begin(start, media, state, turn):
    """Begin where a row near this one ended."""
    read(start.media, media)
    for i in range(start.dose.shape[0]):
        state.dose[i] = start.dose[i]
        turn.fixed[i] = start.turn[0, i]
        turn.held_charge[i] = start.turn[1, i]
        for j in range(start.held.shape[1]):
            turn.held[i, j] = start.held[i, j]
            turn.rise[i, j] = start.rise[i, j]
    turn.counts[_SLOWLY] = start.slowly[0]


@kernel
def _row_of(circuit, places, flows):
    """Answer the Cascade of a circuit; its sources are left for `_feed`."""
    N, M = circuit.organic_source.shape
    charge = np.empty(M)
    for j in range(M):
        charge[j] = places.component_charge[places.cation[j]]
    return Cascade(
        flows,
        np.zeros((N, M)),
        circuit.organic_source,
        circuit.unit_total,
        circuit.efficiency,
        circuit.control.copy(),
        circuit.ln_target.copy(),
        circuit.dosed,
        charge,
    )


@lean.kernel
def _fix_charge(extractant, places, turn):
    """Fill fixed with the charge of what is not extracted, and of the anions that extracted cations would take along."""
    N, C = turn.inert.shape
    for i in range(N):
        turn.fixed_before[i] = turn.fixed[i]
        charge = 0.0
        for q in range(2, C):
            charge += places.component_charge[q] * turn.inert[i, q]
        for j in range(places.cation.shape[0]):
            at = places.cation[j]
            charge += (extractant.anions[j] - places.component_charge[at]) * turn.inert[i, at]
        turn.fixed[i] = charge


@lean.kernel
def _shift(state, flows, turn):
    """How far the doses, mol per kg of water, lie from those that the flows were laid for."""
    shifted = 0.0
    for i in range(flows.shape[0]):
        leaving = flows[i, FORWARD] + flows[i, BACK] + flows[i, OUT]
        shifted = max(shifted, abs(state.dose[i] - turn.dosed[i]) / leaving)
    return shifted


@lean.kernel
def _total(extractant, places, state, turn, i):
    """Fill totals with what the liquor of stage i holds of each component."""
    for q in range(turn.inert.shape[1]):
        turn.totals[i, q] = turn.inert[i, q]
    for j in range(places.cation.shape[0]):
        at = places.cation[j]
        turn.totals[i, at] = max(state.aqueous[i, j] + turn.held[i, j], _TRACE)
        if places.anion >= 0:
            taken = turn.inert[i, at] - turn.totals[i, at]
            turn.totals[i, places.anion] -= extractant.anions[j] * taken
    if places.anion >= 0:
        turn.totals[i, places.anion] = max(turn.totals[i, places.anion], 0.0)


@lean.kernel
def _speciate(stage, model, terms, solver, totals, i, ln_proton, most):
    """Speciate the liquor of stage i at its totals and ln a(H+), in `most` steps; answer the error."""
    _retotal(stage, totals, i, ln_proton)
    _, _, error = newton(stage, model, terms, solver, most)
    if error < 1e-3:
        return error
    # so many protons are missing that the ones sought are more than none, as a dose has to be
    lacking = 10.0
    for q in range(2, stage.component.shape[1]):
        lacking += 4.0 * stage.component[TOTAL, q]
    stage.component[TOTAL, 1] = -lacking
    found, _, error = find(stage, model, terms, solver, False, ln_proton)
    stage.component[TOTAL, 1] = 0.0
    stage.whole[DOSE] -= lacking
    return error if found else _NO_ANSWER


@lean.kernel
def _look_into(stage, model, terms, solver, rows, places, media, told, turn, i):
    """Tell the shares of stage i as the media have them, of what is not held; where turns are slow, how they rise."""
    for j in range(places.cation.shape[0]):
        total = turn.totals[i, places.cation[j]]
        share = told.ln_share[i, j]
        turn.true_share[i, j] = share
        told.ln_share[i, j] = share + math.log(total / (total - turn.held[i, j]))
        stiff = turn.held[i, j] > 0.0 or abs(told.ln_share[i, j] - media.ln_share[i, j]) > _STIFF
        turn.rise[i, j] = 0.0
        if turn.counts[_SLOWLY] > 0 and stiff and total > _TRACE:
            rise = rise_of(stage, model, terms, solver, rows[places.cation[j] - 1]) - share / NUDGE
            turn.rise[i, j] = max(rise, 0.0)


@lean.kernel
def _agree(media, told, memory, turn, places, count, moved, before):
    """Bring the media nearer to what was told; answer how far they lay off, `moved` at least."""
    place, lag = memory.place[count % REMEMBERED], memory.lag[count % REMEMBERED]
    write(media, place)
    write(told, lag)
    for q in range(place.shape[0]):
        lag[q] -= place[q]
    logarithms = media.ln_share.shape[0] * (media.ln_share.shape[1] + 1)
    for q in range(logarithms):
        moved = max(moved, abs(lag[q]))
    if count > 0:
        turn.counts[_SLOWLY] += 1 if moved > _SLOW * before else 0
        turn.counts[_STUCK_FOR] += 1 if moved > _STUCK * before else 0
    stride = _SMALL if count > _LAST_RESORT else 1.0
    if turn.counts[_STUCK_FOR] > _PATIENCE:
        turn.counts[_SINCE] += 1
        if moved > 2.0 * before:
            turn.counts[_SINCE] = 0
            stride = _CAUTIOUS
    depth = 0 if count > _LAST_RESORT else max(0, min(turn.counts[_SINCE], REMEMBERED - 1))
    heed(memory, count, logarithms, depth, stride)
    read(memory.following, media)
    if turn.counts[_SLOWLY] > 0:
        hold_back(media, turn.held, turn.true_share, turn.rise, turn.totals, places)
    if count >= _LAST_RESORT and turn.counts[_SLOWLY] >= 0:
        turn.rise[:, :] = 0.0
        hold_back(media, turn.held, turn.true_share, turn.rise, turn.totals, places)
        turn.counts[_SLOWLY] = -_MOST_REPEATS
        turn.counts[_STUCK_FOR] = -_MOST_REPEATS
    return moved


@lean.kernel
def _keep(state, turn, good):
    """Keep of a turn whose row was found what a retreat goes back to: sought (2, N), doses, held and fixed charge (3, N)."""
    for i in range(turn.dosed.shape[0]):
        good[0, i] = state.sought[0, i]
        good[1, i] = state.sought[1, i]
        good[2, i] = state.dose[i]
        good[3, i] = turn.held_charge[i]
        good[4, i] = turn.fixed[i]


@lean.kernel
def _retreat(media, memory, state, turn, good, last, stride):
    """Go back to the turn `last`, from which the media are led by `stride` of what was told; what came before is forgotten."""
    place, lag = memory.place[last % REMEMBERED], memory.lag[last % REMEMBERED]
    for q in range(place.shape[0]):
        memory.following[q] = place[q] + stride * lag[q]
    read(memory.following, media)
    for i in range(turn.dosed.shape[0]):
        state.sought[0, i] = good[0, i]
        state.sought[1, i] = good[1, i]
        state.dose[i] = good[2, i]
        turn.held_charge[i] = good[3, i]
        turn.fixed[i] = good[4, i]
    turn.counts[_SINCE] = -1  # the memory holds nothing of the turn that failed


@lean.kernel
def _write_down(places, state, turn):
    """Fill totals with what the stages hold at the end, protons by the charge of all else."""
    N, C = turn.totals.shape
    for i in range(N):
        for j in range(places.cation.shape[0]):
            turn.totals[i, places.cation[j]] = state.aqueous[i, j] + turn.held[i, j]
        turn.totals[i, 0] = MOLES_PER_KG
        protons = 0.0
        for q in range(2, C):
            protons -= places.component_charge[q] * turn.totals[i, q]
        turn.totals[i, 1] = protons


@apart(NO_MIXTURE, NO_EXTRACTANT, NO_CIRCUIT, NO_PLACES, COLD_START, answers=(NO_ANSWER, 0.0, 0, 0))
@kernel
def settle_circuit(packed, extractant, circuit, places, start):
    """Do as `solve_circuit`."""
    N, C = circuit.source.shape
    M = places.cation.shape[0]
    state = blank_state(N, M)
    room = blank_room(N, M)
    work = np.zeros((5, 2, N))
    pivot = np.zeros((2, N))
    flows = np.zeros((N, 6))
    turn = _blank_turn(N, C, M)
    liquor, model, terms, solver, rows = _feed_liquor(packed, circuit, places)
    size = N * (M + 4 + 4 * places.ligand.shape[0])
    like = _is_like(start, liquor, N, M, size)
    media, told = blank_media(N, M, places), blank_media(N, M, places)
    memory = blank_memory(size)
    if like:
        species, component, whole = start.species.copy(), start.component.copy(), start.whole.copy()
        _begin(start, media, state, turn)
    else:
        species = np.empty((N, liquor.species.shape[0], liquor.species.shape[1]))
        component = np.empty((N, liquor.component.shape[0], liquor.component.shape[1]))
        whole = np.empty((N, 5))
    charges = np.zeros((2, N))
    slowly = np.zeros(1, np.int64)
    told_of = (charges, turn.held, turn.rise, slowly, species, component, whole, liquor.place)
    following = CircuitStart(state.sought, state.dose, memory.following, *told_of)
    answer = CircuitAnswer(turn.totals, state.organic, state.point, state.dose, flows, following)
    if not lay_flows(circuit, state.dose, flows):
        return answer, 1.0, 0, DRY
    total_steps, error = 0, 0.0
    if not like:
        found, total_steps, error = _settle_feed(liquor, model, terms, solver)
        if not found:
            return answer, error, total_steps, OUT_OF_STEPS
        for i in range(N):
            species[i] = liquor.species
            component[i] = liquor.component
            whole[i] = liquor.whole
    row = _row_of(circuit, places, flows)
    warm = start.sought.shape[1] == N
    if warm:
        state.sought[:, :] = start.sought
    status = OUT_OF_STEPS
    close = False
    moved, shifted, tolerance = 1.0, 0.0, 1e-2
    good, last, retreats = np.zeros((5, N)), -1, 0
    for count in range(_MOST_REPEATS):
        turn.dosed[:] = state.dose
        if not lay_flows(circuit, turn.dosed, flows):
            return answer, 1.0, total_steps, DRY
        carry(circuit, turn.dosed, flows, pivot, turn.inert)
        _fix_charge(extractant, places, turn)
        for i in range(N):
            if count == 0 and not like:
                tell(_stage_liquor(liquor, species, component, whole, i), rows, places, media, i, turn.fixed[i])
            else:
                # what the base adds to the inert changes the charge of a medium told before
                media.whole[i, 2] += turn.fixed[i] - turn.fixed_before[i]
        _feed(row, circuit, turn.held, extractant, places, media, turn.held_charge)
        error, steps, status = settle_cascade(extractant, media, row, state, room, work, warm, tolerance)
        total_steps += steps
        shifted = _shift(state, flows, turn)
        if status != CONVERGED and last >= 0 and retreats < _RETREATS:
            retreats += 1
            _retreat(media, memory, state, turn, good, last, 0.5**retreats)
            close, tolerance = False, 1e-7
            continue
        retreats = 0
        if status != CONVERGED or (close and shifted < _SETTLED):
            break
        warm = True
        before = moved
        moved = 0.0
        most = 6 if turn.counts[_SLOWLY] != 0 else (2 if count < 3 else 1)
        for i in range(N):
            _total(extractant, places, state, turn, i)
            stage = _stage_liquor(liquor, species, component, whole, i)
            error = _speciate(stage, model, terms, solver, turn.totals, i, state.point[1, i], most)
            if error == _NO_ANSWER:
                return answer, 1.0, total_steps, OUT_OF_STEPS
            tell(stage, rows, places, told, i, turn.fixed[i] + turn.held_charge[i])
            moved = max(moved, error, off(media, told, i, state.point[1, i]))
            _look_into(stage, model, terms, solver, rows, places, media, told, turn, i)
        _keep(state, turn, good)
        moved = _agree(media, told, memory, turn, places, count, moved, before)
        last = count
        # one more row with media that no longer move, so that balances close with what they tell
        close = moved < _CLOSE or (moved < _CONTRACTED and moved < 0.05 * before)
        tolerance = 1e-4 if count == 0 and not close else 1e-7
    if status == CONVERGED and not (close and shifted < _SETTLED):
        status = OUT_OF_STEPS
    _write_down(places, state, turn)
    write(media, memory.following)
    charges[0] = turn.fixed
    charges[1] = turn.held_charge
    slowly[0] = 1 if turn.counts[_SLOWLY] != 0 else 0
    return answer, max(error, 0.05 * moved, shifted), total_steps, status


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
            start.turn,
            start.held,
            start.rise,
            start.slowly,
            start.species,
            start.component,
            start.whole,
            start.place,
        )
        answer, error, more, status = settle_circuit(packed, extractant, circuit, places, none)
        steps += more
    return answer, error, steps, status
