"""Mixer-settlers in the liquor's own chemistry: every stage is speciated with the activity model of the liquor.

`cascade` solves the row for media that are held; here each stage's medium is made of its own speciation at the totals
and the a(H+) that the row gave it, and the two are repeated until neither moves the other. The a(H+) of a stage is the
row's, where the organic buffers it; the speciation answers how many protons the liquor holds at it, so the charge that
the medium tells is right however the ligands, metals and water share them.

Base that holds a stage at a pH brings its water, so the flows are laid anew with every repetition. What is not
extracted flows through the stages with the water; an anion that complexes take along is what is left of it.

Shapes: N stages, M cations, C components, S species of the mixture, L ligands. Sources: none; the equations are those of
`cascade`, `speciation` and `pitzer`.
"""

import math
from typing import NamedTuple

import numpy as np

from .cascade import (
    BACK,
    FORWARD,
    NO_EXTRACTANT,
    ORGANIC_BACK,
    ORGANIC_FORWARD,
    ORGANIC_OUT,
    OUT,
    Cascade,
    Media,
    blank_room,
    blank_state,
    medium_at,
    settle_cascade,
)
from .dense import eliminate
from .extraction import Extractant, medium_charge
from .jit import apart, kernel, lean
from .newton import blank_work, newton
from .packed import NO_MIXTURE, PHASES, SPECIES, Packed
from .saturation import find
from .speciation import DOSE, LN_GAMMA, LN_WATER, MOLALITY, MOLES_PER_KG, TITRANT, TOTAL, Liquor, X, bring, form, reduce
from .status import CONVERGED, DRY, OUT_OF_STEPS

_TRACE = 1e-30  # mol/kg: what a stage is speciated with of a cation that has left it
_CLOSE = 1e-9  # what the media may still move, in ln; or this, where a repetition takes away all but a twentieth
_CONTRACTED = 2e-8
_SETTLED = 1e-13  # mol/kg, what a dose may still shift
_LEAP = 0.1  # in ln of a total or of a(H+): beyond it a speciation starts from the mass action of the new ones
_MOST_REPEATS = 100
_REMEMBERED = 7
_SLOW = 0.3  # what a turn leaves of the lag of the one before, beyond which repeating is not enough
_STUCK = 0.95
_PATIENCE = 8
_STIFF = 1e-3
_BUFFER = 1e-5  # mol/kg, the least that a change of ln a(H+) counts as
_FLAT = 0.05  # of a rise, below which nothing is held
_NUDGE = 0.05  # in ln of a total
_CAUTIOUS = 0.3  # of a lag, after a turn that made things worse
_NEVER = -690.0  # ln of an activity that there is none of


class Circuit(NamedTuple):
    """A row of mixer-settlers as streams meet it.

    source: (N, C), mol of each component that enters the liquor of a stage from outside, base of known dose among it.
    organic_source: (N, M), mol of each cation bound in the organic that enters.
    base: (C,), components in a mole of hydroxide that holds a pH. dosed: index of its cation among the M.
    carried: (N,), kg of water that leaves a stage with the organic. bleed: (N,), share of the rest that leaves the row.
    organic: (N, 3), L of organic that leave a stage to the one before, to the next, and out. unit_total: (N,), mol/L.
    efficiency: (M,). control, ln_target: (N,), as of `Cascade`.
    """

    source: np.ndarray
    organic_source: np.ndarray
    base: np.ndarray
    dosed: int
    carried: np.ndarray
    bleed: np.ndarray
    organic: np.ndarray
    unit_total: np.ndarray
    efficiency: np.ndarray
    control: np.ndarray
    ln_target: np.ndarray


class Places(NamedTuple):
    """Where in the mixture stands what extraction asks for.

    cation: (M,), components. ligand: (L,), components; forms: (L, 3), species with one to three protons, or -1.
    anion: component that complexes take along, or -1. hydroxide: species. component_charge: (C,).
    """

    cation: np.ndarray
    ligand: np.ndarray
    forms: np.ndarray
    anion: int
    hydroxide: int
    component_charge: np.ndarray


class Memory(NamedTuple):
    """The last turns: place, lag (T, n), what the media were and how far they lay off; following (n,), the next.

    normal (T, T), weight (T,): of their combination.
    """

    place: np.ndarray
    lag: np.ndarray
    following: np.ndarray
    normal: np.ndarray
    weight: np.ndarray


class CircuitAnswer(NamedTuple):
    """The steady state of a row.

    totals: (N, C), mol of each component per kg of water in the liquor of each stage. organic: (N, M), mol/L.
    sought: (2, N), a start for a row near this one. point: (2, N), ln E and ln a(H+). dose: (N,), mol of hydroxide.
    flows: (N, 6), as of `Cascade`.
    """

    totals: np.ndarray
    organic: np.ndarray
    sought: np.ndarray
    point: np.ndarray
    dose: np.ndarray
    flows: np.ndarray


_NONE1, _NONE2, _NO_INTS = np.zeros(1), np.zeros((1, 1)), np.zeros(1, np.int64)
NO_CIRCUIT = Circuit(
    *(_NONE2, _NONE2, _NONE1, 0, _NONE1, _NONE1, _NONE2, _NONE1, _NONE1),
    *(_NO_INTS, _NONE1),
)
NO_PLACES = Places(_NO_INTS, _NO_INTS, np.zeros((1, 3), np.int64), -1, 0, _NONE1)
NO_ANSWER = CircuitAnswer(_NONE2, _NONE2, _NONE2, _NONE2, _NONE1, _NONE2)


@lean.kernel
def _lay_flows(circuit, dose, flows):
    """Fill flows (N, 6) with the doses (N,); answer False where a stage runs dry."""
    N = circuit.carried.shape[0]
    per_mole = circuit.base[0] / MOLES_PER_KG
    before = 0.0
    for i in range(N):
        water = circuit.source[i, 0] / MOLES_PER_KG + before
        if circuit.control[i] != 0:
            water += dose[i] * per_mole
        if i < N - 1:
            water += circuit.carried[i + 1]
        ahead = (water - circuit.carried[i]) * (1.0 - circuit.bleed[i])
        if not ahead > 0.0:
            return False
        out = (water - circuit.carried[i]) * circuit.bleed[i]
        flows[i, FORWARD] = ahead if i < N - 1 else 0.0
        flows[i, BACK] = circuit.carried[i] if i > 0 else 0.0
        flows[i, OUT] = out + (ahead if i == N - 1 else 0.0) + (circuit.carried[i] if i == 0 else 0.0)
        flows[i, ORGANIC_BACK] = circuit.organic[i, 0]
        flows[i, ORGANIC_FORWARD] = circuit.organic[i, 1]
        flows[i, ORGANIC_OUT] = circuit.organic[i, 2]
        before = flows[i, FORWARD]
    return True


@lean.kernel
def _carry(circuit, dose, flows, pivot, totals):
    """Fill totals (N, C) with what the components come to where nothing is extracted; pivot (2, N) is work.

    Stage by stage without a subtraction, as the boxes of `cascade`.
    """
    N, C = totals.shape
    for i in range(N):
        pivot[1, i] = flows[i, OUT]
        for c in range(C):
            totals[i, c] = circuit.source[i, c]
            if circuit.control[i] != 0:
                totals[i, c] += dose[i] * circuit.base[c]
        if i > 0:
            on = flows[i - 1, FORWARD] / pivot[0, i - 1]
            pivot[1, i] += flows[i, BACK] * pivot[1, i - 1] / pivot[0, i - 1]
            for c in range(C):
                totals[i, c] += on * totals[i - 1, c]
        pivot[0, i] = flows[i, FORWARD] + pivot[1, i]
    for i in range(N - 1, -1, -1):
        back = flows[i + 1, BACK] if i < N - 1 else 0.0
        for c in range(C):
            if i < N - 1:
                totals[i, c] += back * totals[i + 1, c]
            totals[i, c] /= pivot[0, i]


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
def _tell(liquor, rows, places, media, i, fixed):
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
def _rise(liquor, model, terms, solver, at):
    """Answer ln of the share of species `at` that is active where there is e^_NUDGE times as much of it, over _NUDGE."""
    species, component = liquor.species, liquor.component
    component[TOTAL, at + 1] *= math.exp(_NUDGE)
    component[X, at + 1] += _NUDGE
    form(liquor)
    newton(liquor, model, terms, solver, 3)
    share = math.log(max(species[MOLALITY, at], 1e-300)) + species[LN_GAMMA, at] - math.log(component[TOTAL, at + 1])
    component[TOTAL, at + 1] *= math.exp(-_NUDGE)
    component[X, at + 1] -= _NUDGE
    form(liquor)
    return share / _NUDGE


@lean.kernel
def _off(media, told, i, ln_proton):
    """How far the charge of a medium lies off what was told, as the change of ln a(H+) that would make it good."""
    charge, slope, _ = medium_charge(medium_at(told, i), ln_proton)
    return abs(charge - medium_charge(medium_at(media, i), ln_proton)[0]) / max(slope, _BUFFER)


@lean.kernel
def _hold_back(media, held, true_share, rise, totals, places):
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
def _write(media, vector):
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
def _read(vector, media):
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
def _heed(memory, turn, logarithms, depth, stride):
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


@kernel
def _blank_media(stages, cations, places):
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


@apart(NO_MIXTURE, NO_EXTRACTANT, NO_CIRCUIT, NO_PLACES, _NONE2, answers=(NO_ANSWER, 0.0, 0, 0))
@kernel
def settle_circuit(packed, extractant, circuit, places, start):
    """Do as `solve_circuit`."""
    N, C = circuit.source.shape
    M = places.cation.shape[0]
    L = places.ligand.shape[0]
    state = blank_state(N, M)
    room = blank_room(N, M)
    work = np.zeros((5, 2, N))
    pivot = np.zeros((2, N))
    flows = np.zeros((N, 6))
    totals = np.zeros((N, C))
    inert = np.zeros((N, C))
    answer = CircuitAnswer(totals, state.organic, state.sought, state.point, state.dose, flows)
    if not _lay_flows(circuit, state.dose, flows):
        return answer, 1.0, 0, DRY
    # the liquor that all would be together gives the first media
    whole_feed = circuit.source.sum(axis=0)
    trace = _TRACE * whole_feed[0]
    for j in range(M):
        whole_feed[places.cation[j]] = max(whole_feed[places.cation[j]], trace)
    none = np.zeros(packed.places[PHASES], np.bool_)
    nothing = np.zeros(packed.places[PHASES])
    titrant = np.zeros(C)
    titrant[1] = 1.0
    model_liquor, model, terms = reduce(packed, whole_feed, titrant, none, nothing, 1)
    solver = blank_work(model_liquor, model.kind)
    bring(model_liquor, whole_feed, titrant, 0)
    free_liquor = Liquor(
        model_liquor.species,
        model_liquor.component,
        model_liquor.phase,
        model_liquor.whole,
        model_liquor.start,
        model_liquor.column,
        model_liquor.number,
        model_liquor.begin,
        model_liquor.member,
        model_liquor.share,
        model_liquor.place,
        model_liquor.dissolved,
        0,
    )
    found, steps, error = find(free_liquor, model, terms, solver, False, 0.0)
    if not found:
        return answer, error, steps, OUT_OF_STEPS
    model_liquor.component[TITRANT, 1] = 1.0
    model_liquor.whole[DOSE] = model_liquor.component[TOTAL, 1]
    model_liquor.component[TOTAL, 1] = 0.0
    S = packed.places[SPECIES]
    rows = np.full(S, -1, np.int64)
    c = model_liquor.component.shape[1]
    for r in range(model_liquor.dissolved):
        rows[model_liquor.place[c + r]] = r
    species = np.empty((N, model_liquor.species.shape[0], model_liquor.species.shape[1]))
    component = np.empty((N, model_liquor.component.shape[0], c))
    whole = np.empty((N, 5))
    media = _blank_media(N, M, places)
    told = _blank_media(N, M, places)
    logarithms = N * (M + 1)
    size = logarithms + N * (4 * L + 3)
    memory = Memory(
        np.zeros((_REMEMBERED, size)),
        np.zeros((_REMEMBERED, size)),
        np.zeros(size),
        np.zeros((_REMEMBERED, _REMEMBERED)),
        np.zeros(_REMEMBERED),
    )
    charge = np.empty(M)
    inside = np.zeros(C, np.bool_)
    for j in range(M):
        charge[j] = places.component_charge[places.cation[j]]
        inside[places.cation[j]] = True
    cascade = Cascade(
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
    held = np.zeros((N, M))
    held_charge = np.zeros(N)
    dosed = np.zeros(N)
    shifted = 0.0
    true_share = np.zeros((N, M))
    rise = np.zeros((N, M))
    for i in range(N):
        species[i] = model_liquor.species
        component[i] = model_liquor.component
        whole[i] = model_liquor.whole
    warm = start.shape[1] == N
    if warm:
        state.sought[:, :] = start
    status = OUT_OF_STEPS
    total_steps = steps
    fixed = np.zeros(N)
    fixed_before = np.zeros(N)
    close = False
    moved = 1.0
    tolerance = 1e-2
    since = -1
    slow = 0
    stuck = 0
    for turn in range(_MOST_REPEATS):
        dosed[:] = state.dose
        if not _lay_flows(circuit, dosed, flows):
            return answer, 1.0, total_steps, DRY
        _carry(circuit, dosed, flows, pivot, inert)
        for i in range(N):
            fixed[i] = 0.0
            for q in range(2, C):
                if not inside[q]:
                    fixed[i] += places.component_charge[q] * inert[i, q]
            for j in range(M):
                fixed[i] += extractant.anions[j] * inert[i, places.cation[j]]
            if turn == 0:
                stage = _stage_liquor(model_liquor, species, component, whole, i)
                _tell(stage, rows, places, media, i, fixed[i])
            else:
                # what the base adds to the inert changes the charge of a medium told before
                media.whole[i, 2] += fixed[i] - fixed_before[i]
            fixed_before[i] = fixed[i]
        _feed(cascade, circuit, held, extractant, places, media, held_charge)
        error, steps, status = settle_cascade(extractant, media, cascade, state, room, work, warm, tolerance)
        total_steps += steps
        shifted = 0.0
        for i in range(N):
            leaving = flows[i, FORWARD] + flows[i, BACK] + flows[i, OUT]
            shifted = max(shifted, abs(state.dose[i] - dosed[i]) / leaving)
        if status != CONVERGED or (close and shifted < _SETTLED):
            break
        warm = True
        before = moved
        moved = 0.0
        for i in range(N):
            for q in range(C):
                totals[i, q] = inert[i, q]
            for j in range(M):
                at = places.cation[j]
                totals[i, at] = max(state.aqueous[i, j] + held[i, j], _TRACE)
                if places.anion >= 0:
                    totals[i, places.anion] += extractant.anions[j] * (totals[i, at] - inert[i, at])
            if places.anion >= 0 and totals[i, places.anion] < 0.0:
                totals[i, places.anion] = 0.0
            stage = _stage_liquor(model_liquor, species, component, whole, i)
            _retotal(stage, totals, i, state.point[1, i])
            good, steps, error = newton(stage, model, terms, solver, 6 if slow > 0 else 2 if turn < 3 else 1)
            if not error < 1e-3:
                # so many protons are missing that the ones sought are more than none, as a dose has to be
                lacking = 10.0
                for q in range(2, c):
                    lacking += 4.0 * stage.component[TOTAL, q]
                stage.component[TOTAL, 1] = -lacking
                good, steps, error = find(stage, model, terms, solver, False, state.point[1, i])
                stage.component[TOTAL, 1] = 0.0
                stage.whole[DOSE] -= lacking
                if not good:
                    return answer, error, total_steps, OUT_OF_STEPS
            _tell(stage, rows, places, told, i, fixed[i] + held_charge[i])
            moved = max(moved, error, _off(media, told, i, state.point[1, i]))
            for j in range(M):
                # as the media have it: the activity over what is not held
                total = totals[i, places.cation[j]]
                true_share[i, j] = told.ln_share[i, j]
                told.ln_share[i, j] += math.log(total / (total - held[i, j]))
                stiff = held[i, j] > 0.0 or abs(told.ln_share[i, j] - media.ln_share[i, j]) > _STIFF
                rise[i, j] = 0.0
                if slow > 0 and stiff and total > _TRACE:
                    rise[i, j] = _rise(stage, model, terms, solver, rows[places.cation[j] - 1])
                    rise[i, j] = max(rise[i, j] - true_share[i, j] / _NUDGE, 0.0)
        now = turn % _REMEMBERED
        _write(media, memory.place[now])
        _write(told, memory.lag[now])
        for q in range(size):
            memory.lag[now, q] -= memory.place[now, q]
        for q in range(logarithms):
            moved = max(moved, abs(memory.lag[now, q]))
        if moved > _SLOW * before and turn > 0:
            slow += 1
        if moved > _STUCK * before and turn > 0:
            stuck += 1
        stride = 1.0
        if stuck > _PATIENCE:
            since += 1
            if moved > 2.0 * before:
                since = 0
                stride = _CAUTIOUS
        _heed(memory, turn, logarithms, max(0, min(since, _REMEMBERED - 1)), stride)
        _read(memory.following, media)
        if slow > 0:
            _hold_back(media, held, true_share, rise, totals, places)
        # one more row with media that no longer move, so that balances close with what they tell
        close = moved < _CLOSE or (moved < _CONTRACTED and moved < 0.05 * before)
        tolerance = 1e-4 if turn == 0 and not close else 1e-7
    if status == CONVERGED and not (close and shifted < _SETTLED):
        status = OUT_OF_STEPS
    for i in range(N):
        for j in range(M):
            totals[i, places.cation[j]] = state.aqueous[i, j] + held[i, j]
        totals[i, 0] = MOLES_PER_KG
        totals[i, 1] = 0.0
        for q in range(2, C):
            totals[i, 1] -= places.component_charge[q] * totals[i, q]
    return answer, max(error, 0.05 * moved, shifted), total_steps, status


@kernel
def solve_circuit(packed: Packed, extractant: Extractant, circuit: Circuit, places: Places, start: np.ndarray):
    """The steady state of a row of mixer-settlers with the liquor of `packed`.

    start: (2, N), what was sought in a row near this one, or (2, 0). Answers (CircuitAnswer, error, steps, status); error is
    the larger of the imbalance of the row and of how far its media lie from the speciation of its liquors.
    """
    return settle_circuit(packed, extractant, circuit, places, start)
