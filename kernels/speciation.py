"""What is dissolved: the reduced problem of a liquor, its iterate, and a first guess.

The unknowns are x_j = ln activity of the components (ln a_w among them), u_i = ln molality of the species, ln W (kg
water) and the amounts n_k of the phases at saturation. Equations:

    W sum_i nu_ij m_i + sum_k a_kj n_k = T_j            each component; water itself counts W / 0.018015 too
    u_i + ln gamma_i(m) = ln K_i + nu_i.x               each species
    x_0 = ln a_w(m)                                     activity of water
    a_k.x = ln K_k                                      each phase at saturation

`newton` solves them all at once; `convex` solves them with ln gamma, ln a_w and W held. The reduced problem holds only
what is present. Amounts are per kg of the water that the totals bring.

Shapes: C components (0 is water, 1 is H+), S species, P phases, Z nonzero stoichiometric numbers, of what is present.
Sources: Parkhurst & Appelo (2013) USGS Techniques and Methods 6-A43 (equations); Carrayrou et al. (2002) AIChE J. 48,
894 (continuous fractions, the first guess).
"""

import math
from typing import NamedTuple

import numpy as np

from .activity import TRUESDELL_JONES, ActivityModel, activities, fill_log_gamma, log_water_activity, model_of
from .jit import kernel
from .pitzer import Terms, blank_terms

MOLES_PER_KG = 1.0 / 0.018015
# places in State.environment
LN_WATER = 0
LN_ACTIVITY = 1
DOSE = 2
# the first guess: turns with the activity coefficients of Truesdell and Jones, more with those of the model
_TURNS = 9
_MORE_TURNS = 6
_SECOND_WIDTH = 3.0
_LEAP = 4.0


class Speciation(NamedTuple):
    """A liquor at equilibrium.

    molality: (S,), mol/kg. ln_gamma: (S,). water: kg (or kg/s). ln_water_activity, ionic_strength (mol/kg).
    phase_amounts: (P,), mol (or mol/s).
    """

    molality: np.ndarray
    ln_gamma: np.ndarray
    water: float
    ln_water_activity: float
    ionic_strength: float
    phase_amounts: np.ndarray


class Problem(NamedTuple):
    """A mixture and totals without what is absent; stoichiometric numbers of the species row by row.

    components (C,), species (S,), phases (P,): indices in the mixture. start (S + 1,), column (Z,), number (Z,): of
    species i, numbers start[i] to start[i + 1]. model: of the activities of these species. totals, titrant: (C,), mol
    per kg of water brought, and mol per mol of dose. dosing: 1 when the dose is sought at a given ln a(H+), else 0.
    """

    components: np.ndarray
    species: np.ndarray
    phases: np.ndarray
    start: np.ndarray
    column: np.ndarray
    number: np.ndarray
    ln_k: np.ndarray
    model: ActivityModel
    phase_composition: np.ndarray
    phase_ln_k: np.ndarray
    totals: np.ndarray
    titrant: np.ndarray
    dosing: int


class State(NamedTuple):
    """An iterate: x = ln activity (C,), u = ln molality (S,), amounts of phases (P,), environment, and what follows.

    environment: (ln W, ln a_w as the molalities give it, dose). active (P,): 1 for a phase held at saturation. weight
    (P,): the most that could form, mol. molality, ln_gamma: (S,). sums (2, C): component molality, signed and absolute.
    """

    x: np.ndarray
    u: np.ndarray
    amounts: np.ndarray
    environment: np.ndarray
    active: np.ndarray
    weight: np.ndarray
    molality: np.ndarray
    ln_gamma: np.ndarray
    sums: np.ndarray
    terms: Terms


@kernel
def _present_rows(composition, present):
    """Rows of composition (R, C) that hold present components (C,) only, as indices."""
    rows = np.empty(composition.shape[0], np.int64)
    found = 0
    for i in range(composition.shape[0]):
        fits = True
        for j in range(2, composition.shape[1]):
            if not present[j] and composition[i, j] != 0.0:
                fits = False
        if fits:
            rows[found] = i
            found += 1
    return rows[:found]


@kernel
def _sparse(composition, rows, columns):
    """Nonzero numbers of composition at rows and columns, row by row: (start, column, number) as in Problem."""
    start = np.zeros(rows.shape[0] + 1, np.int64)
    column = np.empty(rows.shape[0] * columns.shape[0], np.int64)
    number = np.empty(rows.shape[0] * columns.shape[0])
    z = 0
    for i in range(rows.shape[0]):
        for j in range(columns.shape[0]):
            if composition[rows[i], columns[j]] != 0.0:
                column[z] = j
                number[z] = composition[rows[i], columns[j]]
                z += 1
        start[i + 1] = z
    return start, column, number


@kernel
def reduce(mixture, totals, titrant, allowed, dosing):
    """Answer the Problem of what is present in totals (C,) or, when dosing, in titrant (C,); totals[0] > 0."""
    present = np.zeros(totals.shape[0], np.bool_)
    components = np.empty(totals.shape[0], np.int64)
    c = 0
    for j in range(totals.shape[0]):
        present[j] = j < 2 or totals[j] > 0.0 or (dosing == 1 and titrant[j] != 0.0)
        if present[j]:
            components[c] = j
            c += 1
    components = components[:c]
    species = _present_rows(mixture.composition, present)
    found = 0
    for i in range(species.shape[0]):
        if mixture.ln_k[species[i]] > -1e300:
            species[found] = species[i]
            found += 1
    species = species[:found]
    rows = _present_rows(mixture.phase_composition, present)
    kept = 0
    for k in range(rows.shape[0]):
        if allowed[rows[k]]:
            rows[kept] = rows[k]
            kept += 1
    phases = rows[:kept]
    start, column, number = _sparse(mixture.composition, species, components)
    solid = np.empty((kept, c))
    for k in range(kept):
        for j in range(c):
            solid[k, j] = mixture.phase_composition[phases[k], components[j]]
    reduced = totals[components]
    for j in range(c):
        reduced[j] *= MOLES_PER_KG / totals[0]
    return Problem(
        components,
        species,
        phases,
        start,
        column,
        number,
        mixture.ln_k[species],
        model_of(mixture, species),
        solid,
        mixture.phase_ln_k[phases],
        reduced,
        titrant[components],
        dosing,
    )


@kernel
def blank_state(problem):
    """Answer a State with room for the problem."""
    c = problem.components.shape[0]
    s = problem.species.shape[0]
    p = problem.phases.shape[0]
    return State(
        np.zeros(c),
        np.zeros(s),
        np.zeros(p),
        np.zeros(3),
        np.zeros(p, np.int64),
        np.zeros(p),
        np.zeros(s),
        np.zeros(s),
        np.zeros((2, c)),
        blank_terms(s, problem.model.pitzer),
    )


@kernel
def add_up(problem, state):
    """Fill molality and sums from u; answer the sum of molalities."""
    sums = state.sums
    sums[:] = 0.0
    total = 0.0
    for i in range(problem.species.shape[0]):
        m = math.exp(min(state.u[i], 150.0))
        state.molality[i] = m
        for z in range(problem.start[i], problem.start[i + 1]):
            sums[0, problem.column[z]] += problem.number[z] * m
            sums[1, problem.column[z]] += abs(problem.number[z]) * m
        total += m
    return total


@kernel
def form(problem, state):
    """Fill u, molality and sums by the law of mass action at x and the ln gamma held."""
    for i in range(problem.species.shape[0]):
        u = problem.ln_k[i] - state.ln_gamma[i]
        for z in range(problem.start[i], problem.start[i + 1]):
            u += problem.number[z] * state.x[problem.column[z]]
        state.u[i] = u
    add_up(problem, state)


@kernel
def weigh_activities(problem, state, ln_gamma):
    """Fill ln_gamma (S,) by the activity model at the molalities, and the activity of water that belongs to it."""
    state.environment[LN_ACTIVITY] = activities(problem.model, state.molality, ln_gamma, state.terms)


@kernel
def growth(problem, state, change):
    """Longest step in which no species outgrows the totals or e^1.5; change: (S,) of ln molality."""
    cap = 1e-4
    for j in range(1, problem.totals.shape[0]):
        cap += 2.0 * abs(problem.totals[j] + state.environment[DOSE] * problem.titrant[j])
    cap = cap * math.exp(-state.environment[LN_WATER])
    longest = 1.0
    for i in range(problem.species.shape[0]):
        d = change[i]
        if d > 1.5:
            m = state.molality[i]
            room = 1.5
            if cap > m:
                room = max(room, 1.0 + math.log(cap / max(m, 1e-300)))
            if d * longest > room:
                longest = room / d
    return longest


@kernel
def _sweep(problem, state, relax):
    """One sweep of continuous fractions: each ln activity but those of water and H+ a share of the way to its total."""
    form(problem, state)
    for j in range(2, problem.totals.shape[0]):
        total = problem.totals[j] + state.environment[DOSE] * problem.titrant[j]
        held = state.sums[1, j]
        if total > 0.0 and held > 0.0:
            state.x[j] += relax * min(max(math.log(total / held), -60.0), 6.0)


@kernel
def seek_dose(problem, state):
    """Set the dose to what closes the balance of H+, if the titrant holds any, and leaves every total positive."""
    if problem.titrant[1] == 0.0:
        return
    held = math.exp(state.environment[LN_WATER]) * state.sums[0, 1] - problem.totals[1]
    for k in range(state.amounts.shape[0]):
        held += problem.phase_composition[k, 1] * state.amounts[k]
    old = state.environment[DOSE]
    new = held / problem.titrant[1]
    for j in range(problem.totals.shape[0]):
        if j != 1 and problem.totals[j] + new * problem.titrant[j] <= 0.0:
            new = 0.5 * (old - problem.totals[j] / problem.titrant[j])
    state.environment[DOSE] = new


@kernel
def guess(problem, state, ln_proton):
    """Set the state to a first guess without phases: W as brought, pH by halving (or ln_proton, when dosing)."""
    c = problem.totals.shape[0]
    strength = 1e-7
    molalities = 0.0
    for j in range(1, c):
        total = abs(problem.totals[j])
        strength += 0.25 * problem.model.charge[j - 1] ** 2 * total
        molalities += total
        state.x[j] = math.log(max(total, 1e-6))
    state.environment[LN_WATER] = 0.0
    state.environment[DOSE] = 0.0
    fill_log_gamma(problem.model, min(strength, 6.0), state.ln_gamma, state.terms.by_strength)
    state.x[0] = log_water_activity(molalities)[0]
    state.environment[LN_ACTIVITY] = state.x[0]
    # the width shrinks by less than a half, so that one wrong turn of an early round is made good by the later ones
    width = 14.0
    state.x[1] = -16.0
    relax = 1.0
    if problem.dosing == 1:
        state.x[1] = ln_proton
        state.environment[DOSE] = 1e-3
    given = np.empty(problem.species.shape[0])
    for turn in range(_TURNS if problem.model.kind == TRUESDELL_JONES else _TURNS + _MORE_TURNS):
        if turn >= _TURNS:
            weigh_activities(problem, state, given)
            for i in range(given.shape[0]):
                state.ln_gamma[i] += min(max(given[i] - state.ln_gamma[i], -_LEAP), _LEAP)
            if turn == _TURNS:
                width = _SECOND_WIDTH
        for _ in range(2):
            _sweep(problem, state, relax)
            relax = 0.6
        if problem.dosing == 1:
            seek_dose(problem, state)
        elif state.sums[0, 1] > problem.totals[1]:
            state.x[1] -= width
        else:
            state.x[1] += width
        width *= 0.6
    form(problem, state)


@kernel
def log_saturation(problem, state, k):
    """ln of the saturation index of phase k: a_k.x - ln K_k; positive when supersaturated."""
    total = -problem.phase_ln_k[k]
    for j in range(problem.totals.shape[0]):
        total += problem.phase_composition[k, j] * state.x[j]
    return total


@kernel
def weigh(problem, state):
    """Set the weight of each phase: the most of it that the totals could form."""
    for k in range(state.weight.shape[0]):
        most = -1.0
        for j in range(2, problem.totals.shape[0]):
            number = problem.phase_composition[k, j]
            total = problem.totals[j] + state.environment[DOSE] * problem.titrant[j]
            if number > 0.0 and (most < 0.0 or total / number < most):
                most = max(total, 1e-250) / number
        state.weight[k] = most
