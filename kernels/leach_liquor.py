"""Particles dissolving in a train of stirred tanks whose acid is what the chemistry of the whole liquor leaves free.

As in `shrinking_core`, but the acid that drives the rates is the H+ of the liquor at equilibrium, its concentration or
its activity: sulfate, fluoride and metals hold protons, and what dissolves changes what they hold. In tank i, with p the
ln of that acid,

    T_j(p) = T_j0 + sum_m nu_mj n_m a_m X_m(p)        totals of the components
    p = ln of the acid in the liquor of these totals

and the equations of the liquor (see `speciation`) are solved as one system with T(p) in their balances, by Newton's
method: the rank-one change dT/dp of its matrix is all that the kinetics add to it. So the kinetics are evaluated once a
step, and no titration jump is in the way. Where that fails, p is halved in between bounds: p rises with the acid of the
liquor that it leaves behind falling, as long as no mineral sets acid free.

Shapes: M minerals, N tanks, C components, S species, P solids and gases of the mixture.
Sources: Levenspiel (1999) ch. 25; Parkhurst & Appelo (2013) USGS Techniques and Methods 6-A43 (equations of the liquor).
"""

import math
from typing import NamedTuple

import numpy as np

from .activity import PITZER, ActivityModel
from .dense import eliminate
from .jit import inner, kernel, lean
from .newton import (
    BY_X,
    SCALE,
    STEP,
    Work,
    blank_work,
    fill_changes,
    fill_reply,
    fill_system,
    keep,
    longest_step,
    move,
    residuals,
)
from .packed import NUMBERS, PHASES, SPECIES, STARTS, Packed
from .pitzer import Terms
from .saturation import dosed, find, neutral
from .shrinking_core import (
    Minerals,
    Sizes,
    Supply,
    dissolve,
    leach_tank,
    longest_coordinates,
    prepare_solids,
)
from .speciation import (
    AMOUNT,
    LACK,
    LN_GAMMA,
    LN_WATER,
    MOLALITY,
    MOLES_PER_KG,
    TOTAL,
    Liquor,
    U,
    X,
    bring,
    multiply,
    reduce,
    weigh,
)
from .status import CHARGED, CONVERGED, DRY, OUT_OF_STEPS, STARVED

CONCENTRATION = 0  # of H+, mol/m3
ACTIVITY = 1  # of H+, on the molal scale

_NO_ACID = -7.0 * math.log(10.0)  # ln a(H+) below which a liquor holds none
_LEAST = 1e-30  # of what is there in the end: the least of a component that a tank is solved with
_MOST_STEPS = 30
_MOST_TURNS = 12
_MOST_HALVINGS = 120
_AGREED = 1e-9
_CLOSURE = 1e-10
_ROUNDING = 4e-15
_SWELL = 100.0  # how much more active than its concentration the acid may be


class Pulp(NamedTuple):
    """What flows into the train.

    residence_times: (N,) s, mean, of solids and liquor alike
    mineral_flows: (M,) mol/s
    changes: (M, C) moles of each component that a mole of a mineral brings to the liquor's totals; H+ it takes below 0
    totals: (C,) mol/s of components in the liquor
    volumetric_flow: m3/s of liquor
    driver: CONCENTRATION or ACTIVITY, what `reference_acid` of the minerals is in
    """

    residence_times: np.ndarray
    mineral_flows: np.ndarray
    changes: np.ndarray
    totals: np.ndarray
    volumetric_flow: float
    driver: int


class Leached(NamedTuple):
    """The tanks. conversion (N, M) of the mineral fed; acid (N,), mol/m3 or activity; totals (N, C), mol/s; molality and
    ln_gamma (N, S); water (N,), kg/s; phase_amounts (N, P), mol/s."""

    conversion: np.ndarray
    acid: np.ndarray
    totals: np.ndarray
    molality: np.ndarray
    ln_gamma: np.ndarray
    water: np.ndarray
    phase_amounts: np.ndarray


class Bench(NamedTuple):
    """A liquor on its way through the train, and what it takes to solve it.

    exchange: (M, C) mol per kg of water fed that all of a mineral would bring, of the components present
    feed: (C,) mol per kg of water fed; least: (C,) below which no total may fall
    by_acid: (C,) slopes of the totals by ln of the driving acid, at the last evaluation; noise: (C,) their rounding
    scale: ln of what turns molality times water into the driver; unused for the activity
    """

    liquor: Liquor
    model: ActivityModel
    terms: Terms
    work: Work
    exchange: np.ndarray
    feed: np.ndarray
    least: np.ndarray
    by_acid: np.ndarray
    noise: np.ndarray
    scale: float
    driver: int


@lean.kernel
def _driving(bench):
    """Ln of the acid that drives the rates, of the iterate."""
    if bench.driver == ACTIVITY:
        return bench.liquor.component[X, 1]
    return bench.liquor.species[U, 0] + bench.liquor.whole[LN_WATER] + bench.scale


@inner.kernel
def _dissolve_into(bench, minerals, solids, residence_time, ln_acid):
    """Set the totals of the liquor to what they are when the tank's solids have met that acid; answer these Solids."""
    after, slopes = dissolve(minerals, solids, residence_time, ln_acid, np.inf)
    component = bench.liquor.component
    for j in range(component.shape[1]):
        total, slope, size = bench.feed[j], 0.0, abs(bench.feed[j])
        for m in range(slopes.shape[0]):
            total += bench.exchange[m, j] * after.reacted[m]
            size += abs(bench.exchange[m, j]) * after.reacted[m]
            slope += bench.exchange[m, j] * minerals.acid_order[m] * slopes[m]
        if j != 1 and total < bench.least[j]:
            total, slope = bench.least[j], 0.0
        component[TOTAL, j] = total
        bench.by_acid[j] = slope
        bench.noise[j] = _ROUNDING * size
    return after


@lean.kernel
def _couple(bench, found):
    """Put into the matrix what the totals follow the acid by; found: the number of abundant species."""
    liquor, work = bench.liquor, bench.work
    matrix, row, species = work.matrix, work.row, liquor.species
    c = liquor.component.shape[1]
    for q in range(c + 1):
        # what a step in x_q does to the driver; its constant part at q = c
        follows = 0.0
        if bench.driver == ACTIVITY:
            follows = 1.0 if q == 1 else 0.0
        else:
            if q == 1:
                follows = 1.0
            elif q == c:
                follows = species[LACK, 0]
            if bench.model.kind == PITZER:
                for p in range(found):
                    follows -= work.slopes[0, p] * work.reply[p, q]
            else:
                follows -= bench.terms.by_strength[0] * row[BY_X, q]
        for j in range(c):
            part = bench.by_acid[j] * follows / row[SCALE, j]
            if q < c:
                matrix[j, q] -= part
            else:
                row[STEP, j] += part
    if bench.driver == CONCENTRATION:
        for j in range(c):
            matrix[j, c] -= bench.by_acid[j] / row[SCALE, j]


@inner.kernel
def _newton(bench, minerals, solids, residence_time):
    """Newton's method on liquor and kinetics at the phases at saturation. Answer (converged, steps, error, Solids)."""
    liquor, model, terms, work = bench.liquor, bench.model, bench.terms, bench.work
    row = work.row
    multiply(liquor)
    after = _dissolve_into(bench, minerals, solids, residence_time, _driving(bench))
    error, merit = residuals(liquor, model, terms, row)
    for iteration in range(_MOST_STEPS):
        found = 0
        if model.kind == PITZER:
            found = fill_reply(liquor, model, terms, work)
        order = fill_system(liquor, model, terms, work, found)
        if found < 0:
            return False, iteration, error, after
        _couple(bench, found)
        if not eliminate(work.matrix, row[STEP], order):
            return False, iteration, error, after
        fill_changes(liquor, model.kind, terms, work, found)
        longest, largest = longest_step(liquor, row)
        keep(liquor)
        before, old = error, merit
        for _ in range(7):
            move(liquor, row, longest)
            after = _dissolve_into(bench, minerals, solids, residence_time, _driving(bench))
            error, merit = residuals(liquor, model, terms, row)
            if merit < old or error < 1e-12:
                break
            longest *= 0.5
        if not error < 1e6 or liquor.whole[LN_WATER] < -18.0:
            return False, iteration, error, after
        blurred = 1e-11  # what is left of feed less consumption is known to the rounding of these only
        for j in range(bench.noise.shape[0]):
            blurred = max(blurred, bench.noise[j] / row[SCALE, j])
        if largest < 1e-7 and (error < 1e-13 or (error < blurred and error > 0.1 * before)):
            return True, iteration + 1, error, after
    return False, _MOST_STEPS, error, after


@inner.kernel
def _settle(bench, minerals, solids, residence_time):
    """Solve a tank from its iterate, phases and all. Answers as `_newton`."""
    steps = 0
    phases = bench.liquor.phase.shape[1]
    converged, error, after = False, 1.0, solids
    for _ in range(_MOST_TURNS):
        weigh(bench.liquor, MOLES_PER_KG)
        converged, taken, error, after = _newton(bench, minerals, solids, residence_time)
        steps += taken
        if not converged or phases == 0:
            break
        # the phases that the totals found ask for; where they are those held, nothing moves
        ln_acid = _driving(bench)
        converged, taken, error = find(bench.liquor, bench.model, bench.terms, bench.work, True, 0.0)
        steps += taken
        if not converged or abs(_driving(bench) - ln_acid) <= _AGREED:
            break
        converged = False
    return converged, steps, error, after


@inner.kernel
def _gap(bench, minerals, solids, residence_time, ln_acid):
    """How far the liquor's acid lies above the one that its solids were given, in ln; -inf where it cannot be solved."""
    _dissolve_into(bench, minerals, solids, residence_time, ln_acid)
    converged, steps, _ = find(bench.liquor, bench.model, bench.terms, bench.work, False, 0.0)
    return _driving(bench) - ln_acid if converged else -np.inf, steps


@inner.kernel
def _halve(bench, minerals, solids, residence_time):
    """Solve a tank by halving the range of ln acid until `_settle` finds the answer from there. Answers as it does."""
    gap, steps = _gap(bench, minerals, solids, residence_time, -np.inf)
    converged, error, after = False, 1.0, solids
    if not gap > 0.0:
        return converged, steps, error, after
    low = high = _driving(bench)  # the acid where nothing dissolves
    reach = 1.0
    for _ in range(_MOST_HALVINGS):  # more acid than that, where minerals set it free
        gap, taken = _gap(bench, minerals, solids, residence_time, high)
        steps += taken
        if not gap > 0.0:
            break
        low = high
        high += gap + 0.1
    for _ in range(_MOST_HALVINGS):
        if low < high:
            break
        gap, taken = _gap(bench, minerals, solids, residence_time, low - reach)
        steps += taken
        low -= reach
        reach *= 2.0
        if not gap > 0.0:
            high = low
    for _ in range(_MOST_HALVINGS):
        middle = 0.5 * (low + high)
        gap, taken = _gap(bench, minerals, solids, residence_time, middle)
        steps += taken
        if gap > -np.inf:
            converged, taken, error, after = _settle(bench, minerals, solids, residence_time)
            steps += taken
            if converged:
                break
        if gap > 0.0:
            low = middle
        else:
            high = middle
    return converged, steps, error, after


@inner.kernel
def _lay_out(minerals, pulp, packed, allowed):
    """Answer the Bench with nothing dissolved yet."""
    M, C = pulp.changes.shape
    water = pulp.totals[0] / MOLES_PER_KG
    whole = dosed(pulp.totals, pulp.totals, 0.0)  # with all that may come
    for m in range(M):
        for j in range(2, C):
            whole[j] += max(0.0, pulp.changes[m, j] * minerals.accessible[m] * pulp.mineral_flows[m])
    liquor, model, terms = reduce(packed, whole, whole, allowed.copy(), np.zeros(allowed.shape[0]), 0)
    bring(liquor, whole, whole, 0)
    c = liquor.component.shape[1]
    exchange, feed, least = np.zeros((M, c)), np.zeros(c), np.zeros(c)
    for j in range(c):
        at = liquor.place[j]
        feed[j] = pulp.totals[at] / water
        least[j] = _LEAST * whole[at] / water
        for m in range(M):
            exchange[m, j] = pulp.changes[m, at] * minerals.accessible[m] * pulp.mineral_flows[m] / water
    scale = math.log(water / pulp.volumetric_flow)
    work = blank_work(liquor, model.kind)
    return Bench(liquor, model, terms, work, exchange, feed, least, np.zeros(c), np.zeros(c), scale, pulp.driver)


@inner.kernel
def _most_acid(bench, packed):
    """Ln of an acid that no tank exceeds: every charge that is or may come in solution one of a proton."""
    charges = 0.0
    for j in range(1, bench.feed.shape[0]):
        charge = abs(packed.numbers[NUMBERS + bench.liquor.place[j] - 1])
        charges += charge * abs(bench.feed[j])
        for m in range(bench.exchange.shape[0]):
            charges += charge * abs(bench.exchange[m, j])
    return math.log(charges) + (math.log(_SWELL) if bench.driver == ACTIVITY else bench.scale)


@inner.kernel
def _guess(bench, minerals, solids, residence_time):
    """Bring the liquor to the totals of a tank as a balance of H+ alone has them, and solve it; answer the steps."""
    demand = -bench.exchange[:, 1]
    volume = math.exp(-bench.scale) if bench.driver == CONCENTRATION else 1.0  # m3 per kg of water; or molal acid
    after = solids
    if bench.feed[1] > 0.0:
        before = max(bench.liquor.component[TOTAL, 1], 0.0) / volume
        _, after, _, _ = leach_tank(
            minerals, solids, residence_time, Supply(demand, bench.feed[1], volume), before, np.inf
        )
    for j in range(bench.feed.shape[0]):
        total = bench.feed[j]
        for m in range(demand.shape[0]):
            total += bench.exchange[m, j] * after.reacted[m]
        bench.liquor.component[TOTAL, j] = total if j == 1 else max(total, bench.least[j])
    return find(bench.liquor, bench.model, bench.terms, bench.work, False, 0.0)[1]


@inner.kernel
def _record(bench, answer, i, water):
    """Write the liquor of tank i into the answer; `water` is what was fed, kg/s."""
    liquor = bench.liquor
    species, phase = liquor.species, liquor.phase
    c, rows = liquor.component.shape[1], species.shape[1]
    for r in range(rows):
        answer.molality[i, liquor.place[c + r]] = species[MOLALITY, r]
        answer.ln_gamma[i, liquor.place[c + r]] = species[LN_GAMMA, r]
    for k in range(phase.shape[1]):
        answer.phase_amounts[i, liquor.place[c + rows + k] - answer.molality.shape[1]] = phase[AMOUNT, k] * water
    answer.water[i] = math.exp(liquor.whole[LN_WATER]) * water
    answer.acid[i] = math.exp(_driving(bench))


@inner.kernel
def _imbalance(packed, pulp, answer, i):
    """Largest imbalance of a component in tank i to its terms: what came and dissolved, what is in liquor and phases."""
    places, numbers = packed.places, packed.numbers
    species, phases = places[SPECIES], places[PHASES]
    C = answer.totals.shape[1]
    held, size = np.zeros(C), np.zeros(C)
    held[0] = size[0] = answer.water[i] * MOLES_PER_KG
    for r in range(species + phases):
        amount = answer.water[i] * answer.molality[i, r] if r < species else answer.phase_amounts[i, r - species]
        for z in range(places[STARTS + r], places[STARTS + r + 1]):
            j = places[STARTS + species + phases + 1 + z]
            part = amount * numbers[NUMBERS + 4 * species + phases + z]
            held[j] += part
            size[j] += abs(part)
    largest = 0.0
    for j in range(C):
        held[j] -= pulp.totals[j]
        size[j] += abs(pulp.totals[j])
        for m in range(pulp.mineral_flows.shape[0]):
            dissolved = pulp.changes[m, j] * pulp.mineral_flows[m] * answer.conversion[i, m]
            held[j] -= dissolved
            size[j] += abs(dissolved)
        if size[j] > 0.0 and not abs(held[j]) / size[j] <= largest:  # written so that a nan is kept
            largest = abs(held[j]) / size[j]
    return largest


@kernel
def leach_train_in_liquor(
    minerals: Minerals, sizes: Sizes, pulp: Pulp, packed: Packed, allowed: np.ndarray
) -> tuple[Leached, float, int, int]:
    """Conversions and liquors along a co-current train of stirred tanks, each tank at equilibrium in its liquor.

    minerals: Minerals, `acid_demand` unused; reference_acid in mol/m3 of free H+, or its activity
    sizes: Sizes
    pulp: Pulp
    packed: the mixture, whose components pulp.totals and pulp.changes count
    allowed: (P,) bool, solids and gases that may form

    Answers (Leached, error, steps, status): error is the largest imbalance of a component in a tank, what its species and
    phases add up to against feed and conversion, relative to its terms. STARVED: the pH of a tank is above 7 because less
    than no acid was fed, or a mineral of order 0 goes on dissolving without. CHARGED: feed or what a mineral brings is
    not neutral. DRY: no water.
    """
    N, M, C = pulp.residence_times.size, pulp.mineral_flows.size, pulp.totals.size
    S, P = packed.places[SPECIES], packed.places[PHASES]
    answer = Leached(
        np.zeros((N, M)),
        np.zeros(N),
        np.zeros((N, C)),
        np.zeros((N, S)),
        np.zeros((N, S)),
        np.zeros(N),
        np.zeros((N, P)),
    )
    if not pulp.totals[0] > 0.0:
        return answer, 1.0, 0, DRY
    if not neutral(packed, pulp.totals):
        return answer, 1.0, 0, CHARGED
    for m in range(M):
        if not neutral(packed, pulp.changes[m]):
            return answer, 1.0, 0, CHARGED
    bench = _lay_out(minerals, pulp, packed, allowed)
    water = pulp.totals[0] / MOLES_PER_KG
    longest = longest_coordinates(minerals, pulp.residence_times, _most_acid(bench, packed), np.inf)
    solids = prepare_solids(minerals, sizes, longest)
    heedless = pulp.totals[1] < 0.0  # of there being acid
    for m in range(M):
        heedless = heedless or (minerals.acid_order[m] == 0.0 and pulp.changes[m, 1] * pulp.mineral_flows[m] < 0.0)
    error, steps = 0.0, 0
    for i in range(N):
        converged, after, before = False, solids, bench.liquor.component[TOTAL, 1]
        for turn in range(2):  # from the tank before; else from what H+ alone says
            if turn == 1 or i == 0:
                bench.liquor.component[TOTAL, 1] = before
                steps += _guess(bench, minerals, solids, pulp.residence_times[i])
            converged, taken, _, after = _settle(bench, minerals, solids, pulp.residence_times[i])
            steps += taken
            if converged or i == 0:
                break
        if not converged:
            converged, taken, _, after = _halve(bench, minerals, solids, pulp.residence_times[i])
            steps += taken
        solids = after
        _record(bench, answer, i, water)
        for j in range(C):
            answer.totals[i, j] = pulp.totals[j]
        for m in range(M):
            answer.conversion[i, m] = minerals.accessible[m] * solids.reacted[m]
            for j in range(C):
                answer.totals[i, j] += pulp.changes[m, j] * pulp.mineral_flows[m] * answer.conversion[i, m]
        found = _imbalance(packed, pulp, answer, i)
        if not found <= error:  # written so that a nan is kept
            error = found
        if not converged or not error <= _CLOSURE:
            return answer, error, steps, OUT_OF_STEPS
        if bench.liquor.component[X, 1] < _NO_ACID and heedless:
            return answer, error, steps, STARVED
    return answer, error, steps, CONVERGED
