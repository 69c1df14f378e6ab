"""What is dissolved: the reduced problem of a liquor and its iterate.

The unknowns are x_j = ln activity of the components (ln a_w among them), u_i = ln molality of the species, ln W (kg
water) and the amounts n_k of the phases at saturation. A gas of the headspace is one more species, but for its amount
v_i being counted itself, not per kg of water. Equations:

    W sum_i nu_ij m_i + sum_g nu_gj v_g + sum_k a_kj n_k = T_j      each component; water itself counts W / 0.018015 too
    u_i + ln gamma_i(m) = ln K_i + nu_i.x                           each species
    u_g = ln (V / RT) - ln K_g + nu_g.x                             each gas of the headspace, u_g = ln v_g
    x_0 = ln a_w(m)                                                 activity of water
    a_k.x = ln K_k                                                  each phase at saturation

`newton` solves them all at once; `convex` solves them with ln gamma, ln a_w and W held. The reduced problem holds only
what is present. Amounts are per kg of the water that the totals bring.

Shapes: C components (0 is water, 1 is H+), S species, R species and gases of the headspace, P phases, of what is
present; Z nonzero stoichiometric numbers of these R + P.
Sources: Parkhurst & Appelo (2013) USGS Techniques and Methods 6-A43 (equations).
"""

import math
from typing import NamedTuple

import numpy as np

from .activity import NO_MODEL, PITZER, activities, simple_activities
from .entries import pick, put
from .jit import apart, entry, inner, kernel, lean, maker, within
from .packed import NO_MIXTURE, NUMBERS, PHASES, SPECIES, STARTS, Packed, model_of
from .pitzer import NO_TERMS, blank_terms, few_terms

MOLES_PER_KG = 1.0 / 0.018015
# rows of Liquor.species
LN_K, U, MOLALITY, LN_GAMMA, LACK, CHANGE, OLD_U, PRODUCT, RISE, OLD_PRODUCT, FREE = 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10
# rows of Liquor.component
TOTAL, TITRANT, X, SUM, SIZE, GAS, OLD_X, SOLID = 0, 1, 2, 3, 4, 5, 6, 7
# rows of Liquor.phase; LN_K as of species
AMOUNT, WEIGHT, ACTIVE, OLD_AMOUNT, WANTED = 1, 2, 3, 4, 5
# places in Liquor.whole
LN_WATER, LN_ACTIVITY, DOSE, OLD_LN_WATER, OLD_DOSE = 0, 1, 2, 3, 4
_LN2_HIGH = 6.93147180369123816490e-01
_LN2_LOW = 1.90821492927058770002e-10
_SHIFT = 6755399441055744.0  # 1.5 * 2^52: a number of moderate size added to it is rounded to an integer
_SHIFT_BITS = 4843621399236968448
_LOWEST, _HIGHEST = -700.0, 150.0


class Speciation(NamedTuple):
    """A liquor at equilibrium.

    molality: (S,), mol/kg; ln_gamma: (S,); both 0 of what is absent. water: kg (or kg/s). ln_water_activity,
    ionic_strength (mol/kg). phase_amounts: (P,), mol (or mol/s), gases of the headspace among them.
    """

    molality: np.ndarray
    ln_gamma: np.ndarray
    water: float
    ln_water_activity: float
    ionic_strength: float
    phase_amounts: np.ndarray


class Liquor(NamedTuple):
    """A mixture and totals without what is absent, and the iterate: a row of each table for each quantity.

    species (11, R): LN_K, U, MOLALITY, LN_GAMMA, LACK of the laws of mass action, CHANGE of U in a step, OLD_U; PRODUCT,
    ln K + nu.x, its RISE in a step, OLD_PRODUCT; FREE, for anybody's work.
    component (8, C): TOTAL, TITRANT (mol per kg of water brought, and mol per mol of dose), X, SUM, SIZE (of molality,
    signed and absolute), GAS (mol in the headspace), OLD_X, SOLID (mol in the phases of a guess). phase (6, P): LN_K, AMOUNT,
    WEIGHT (the most that could form, mol), ACTIVE (1 at saturation), OLD_AMOUNT, WANTED (see `abreast_phases`). whole (5,):
    LN_WATER, LN_ACTIVITY (ln a_w as the molalities give it), DOSE.
    start (R + P + 1,), column (Z,), number (Z,): of row i, numbers start[i] to start[i + 1]; species, gases, phases.
    begin (C + 1,), member, share: the same of the S species, component by component.
    place (C + R + P,): where each stands in the mixture; gases and phases after the S species of the mixture.
    dissolved: S. dosing: 1 when the dose is sought at a given ln a(H+), else 0.
    """

    species: np.ndarray
    component: np.ndarray
    phase: np.ndarray
    whole: np.ndarray
    start: np.ndarray
    column: np.ndarray
    number: np.ndarray
    begin: np.ndarray
    member: np.ndarray
    share: np.ndarray
    place: np.ndarray
    dissolved: int
    dosing: int


NO_LIQUOR = Liquor(
    np.zeros((11, 0)),
    np.zeros((8, 0)),
    np.zeros((6, 0)),
    np.zeros(5),
    np.zeros(1, np.int64),
    np.zeros(0, np.int64),
    np.zeros(0),
    np.zeros(1, np.int64),
    np.zeros(0, np.int64),
    np.zeros(0),
    np.zeros(0, np.int64),
    0,
    0,
)


@maker.kernel
def _position(packed, totals, titrant, dosing):
    """Where each component (C,) stands among those present, -1 where absent."""
    position = np.empty(totals.shape[0], np.int64)
    found = 0
    for j in range(totals.shape[0]):
        position[j] = -1
        if j < 2 or totals[j] > 0.0 or (dosing == 1 and titrant[j] != 0.0):
            position[j] = found
            found += 1
    return position, found


@maker.kernel
def _present(packed, position, allowed, room):
    """The rows of the mixture that are present: species, then gases of the headspace, then phases.

    Answers (rows, their number of species, of gases, of phases, and of stoichiometric numbers).
    """
    places = packed.places
    species, phases = places[SPECIES], places[PHASES]
    column = STARTS + species + phases + 1
    rows = np.empty(species + phases, np.int64)
    counts = np.zeros(4, np.int64)
    found = 0
    for kind in range(3):
        first = 0 if kind == 0 else species
        last = species if kind == 0 else species + phases
        for row in range(first, last):
            if kind == 0:
                fits = pick(packed.numbers, NUMBERS + species + row) > -1e300
            elif kind == 1:
                fits = room[row - species] > 0.0
            else:
                fits = allowed[row - species] and not room[row - species] > 0.0
            if fits:
                for z in range(pick(places, STARTS + row), pick(places, STARTS + row + 1)):
                    if pick(position, pick(places, column + z)) < 0:
                        fits = False
                        break
            if fits:
                rows[found] = row
                found += 1
                counts[kind] += 1
                counts[3] += pick(places, STARTS + row + 1) - pick(places, STARTS + row)
    return rows, counts


@maker.kernel
def _by_component(start, column, number, components, species):
    """The numbers of the first `species` rows, component by component: (begin, member, share) of a Liquor."""
    begin = np.zeros(components + 1, np.int64)
    count = start[species]
    member = np.empty(count, np.int64)
    share = np.empty(count)
    for z in range(count):
        after = pick(column, z) + 1
        put(begin, after, pick(begin, after) + 1)
    for j in range(components):
        begin[j + 1] += begin[j]
    for i in range(species):
        for z in range(pick(start, i), pick(start, i + 1)):
            at = pick(begin, pick(column, z))
            put(member, at, i)
            put(share, at, pick(number, z))
            put(begin, pick(column, z), at + 1)
    for j in range(components, 0, -1):
        begin[j] = begin[j - 1]
    begin[0] = 0
    return begin, member, share


@apart(
    *(NO_MIXTURE, np.zeros(1), np.zeros(1), np.zeros(1, np.bool_), np.zeros(1), 0),
    answers=(NO_LIQUOR, NO_MODEL, NO_TERMS),
)
@inner.kernel
def reduce(packed: Packed, totals: np.ndarray, titrant: np.ndarray, allowed: np.ndarray, room: np.ndarray, dosing: int):
    """Answer the Liquor of what is present in totals (C,) or, when dosing, in titrant (C,), and its ActivityModel.

    totals[0] > 0; they and the iterate are left for `bring`. room (P,): mol/bar of each gas of a headspace, else 0.
    """
    places, numbers = packed.places, packed.numbers
    all_species, all_phases = places[SPECIES], places[PHASES]
    position, c = _position(packed, totals, titrant, dosing)
    rows, counts = _present(packed, position, allowed, room)
    s, r, p = counts[0], counts[0] + counts[1], counts[2]
    start = np.empty(r + p + 1, np.int64)
    column = np.empty(counts[3], np.int64)
    number = np.empty(counts[3])
    place = np.empty(c + r + p, np.int64)
    for j in range(totals.shape[0]):
        if position[j] >= 0:
            place[position[j]] = j
    source = STARTS + all_species + all_phases + 1
    values = NUMBERS + 4 * all_species + all_phases
    found = 0
    for i in range(r + p):
        row = rows[i]
        place[c + i] = row
        start[i] = found
        for z in range(pick(places, STARTS + row), pick(places, STARTS + row + 1)):
            put(column, found, pick(position, pick(places, source + z)))
            put(number, found, pick(numbers, values + z))
            found += 1
    start[r + p] = found
    begin, member, share = _by_component(start, column, number, c, s)
    species = np.empty((11, r))
    component = np.empty((8, c))
    phase = np.empty((6, p))
    for i in range(s):
        species[LN_K, i] = numbers[NUMBERS + all_species + rows[i]]
    for i in range(s, r):
        k = rows[i] - all_species
        per_bar = room[k] * MOLES_PER_KG / totals[0]
        species[LN_K, i] = math.log(per_bar) - numbers[NUMBERS + 4 * all_species + k]
        species[LN_GAMMA, i] = 0.0
    for k in range(p):
        phase[LN_K, k] = numbers[NUMBERS + 4 * all_species + rows[r + k] - all_species]
    model = model_of(packed, rows, s)
    liquor = Liquor(
        species, component, phase, np.zeros(5), start, column, number, begin, member, share, place, s, dosing
    )
    return liquor, model, blank_terms(s, model.pitzer) if model.kind == PITZER else few_terms(s)


@lean.kernel
def bring(liquor, totals, titrant, dosing):
    """Set the totals of the liquor to totals (C,), and its titrant to titrant (C,) when dosing, else to nothing."""
    component = liquor.component
    per_kg = MOLES_PER_KG / totals[0]
    for j in range(component.shape[1]):
        component[TOTAL, j] = totals[liquor.place[j]] * per_kg
        component[TITRANT, j] = titrant[liquor.place[j]] if dosing == 1 else 0.0
    liquor.whole[LN_WATER] = 0.0
    liquor.whole[LN_ACTIVITY] = 0.0
    liquor.whole[DOSE] = 0.0
    for k in range(liquor.phase.shape[1]):
        liquor.phase[AMOUNT, k] = 0.0
        liquor.phase[ACTIVE, k] = 0.0
        liquor.phase[WANTED, k] = 0.0


@entry.kernel
def exponentiate(logarithms: np.ndarray, values: np.ndarray):
    """Fill values (N,) with the exponentials of logarithms (N,) held within -700 and 150, to 2e-16 of themselves.

    exp(x) = 2^k exp(x - k ln 2) with the integer k that leaves |x - k ln 2| < 0.35, and a polynomial of degree 12. Plain
    arithmetic on whole arrays, which the compiler turns into vector instructions.
    """
    bits = values.view(np.int64)
    count = values.shape[0]
    for i in range(count):
        values[i] = min(max(logarithms[i], _LOWEST), _HIGHEST) * 1.4426950408889634 + _SHIFT
    for i in range(count):
        bits[i] = (bits[i] - _SHIFT_BITS + 1023) << 52
    for i in range(count):
        x = min(max(logarithms[i], _LOWEST), _HIGHEST)
        k = (x * 1.4426950408889634 + _SHIFT) - _SHIFT
        r = (x - k * _LN2_HIGH) - k * _LN2_LOW
        t = 1.0 / 39916800.0 + r * (1.0 / 479001600.0)
        t = 1.0 / 362880.0 + r * (1.0 / 3628800.0 + r * t)
        t = 1.0 / 5040.0 + r * (1.0 / 40320.0 + r * t)
        t = 1.0 / 120.0 + r * (1.0 / 720.0 + r * t)
        t = 1.0 / 6.0 + r * (1.0 / 24.0 + r * t)
        t = 1.0 + r * (1.0 + r * (0.5 + r * t))
        values[i] = values[i] * t


@within.kernel
def add_up(liquor):
    """Fill MOLALITY, SUM, SIZE and GAS from U."""
    component, member, share = liquor.component, liquor.member, liquor.share
    molality = liquor.species[MOLALITY]
    exponentiate(liquor.species[U], molality)
    for j in range(component.shape[1]):
        total = 0.0
        size = 0.0
        for z in range(pick(liquor.begin, j), pick(liquor.begin, j + 1)):
            part = pick(share, z) * pick(molality, pick(member, z))
            total += part
            size += abs(part)
        component[SUM, j] = total
        component[SIZE, j] = size
        component[GAS, j] = 0.0
    for i in range(liquor.dissolved, molality.shape[0]):
        for z in range(liquor.start[i], liquor.start[i + 1]):
            component[GAS, liquor.column[z]] += liquor.number[z] * molality[i]


@within.kernel
def multiply(liquor):
    """Fill PRODUCT, ln K + nu.x."""
    x = liquor.component[X]
    for i in range(liquor.species.shape[1]):
        product = liquor.species[LN_K, i]
        for z in range(pick(liquor.start, i), pick(liquor.start, i + 1)):
            product += pick(liquor.number, z) * pick(x, pick(liquor.column, z))
        liquor.species[PRODUCT, i] = product


@lean.kernel
def form(liquor):
    """Fill PRODUCT, U, MOLALITY and the sums by the law of mass action at X and the LN_GAMMA held."""
    multiply(liquor)
    for i in range(liquor.species.shape[1]):
        liquor.species[U, i] = liquor.species[PRODUCT, i] - liquor.species[LN_GAMMA, i]
    add_up(liquor)


@apart(NO_MODEL, np.zeros(1), np.zeros(1), NO_TERMS, answers=0.0)
@lean.kernel
def _activities(model, molality, ln_gamma, terms):
    """Do as `activities`."""
    return activities(model, molality, ln_gamma, terms)


@kernel
def activities_at(packed: Packed, molality: np.ndarray):
    """Answer ln gamma of the species (S,) of a mixture and ln a_w, at molalities (S,), mol/kg."""
    count = molality.shape[0]
    model = model_of(packed, np.arange(count), count)
    ln_gamma = np.zeros(count)
    ln_activity = _activities(model, molality.copy(), ln_gamma, blank_terms(count, model.pitzer))
    return ln_gamma, ln_activity


@within.kernel
def weigh_activities(liquor, model, terms, ln_gamma):
    """Fill ln_gamma (R,) by the activity model at the molalities, and the activity of water that belongs to it."""
    s = liquor.dissolved
    if model.kind == PITZER:
        liquor.whole[LN_ACTIVITY] = _activities(model, liquor.species[MOLALITY, :s], ln_gamma[:s], terms)
    else:
        liquor.whole[LN_ACTIVITY] = simple_activities(model, liquor.species[MOLALITY, :s], ln_gamma[:s], terms)


@within.kernel
def growth(liquor):
    """Longest step in which no species, by its CHANGE, outgrows the totals or e^1.5."""
    cap = 1e-4
    for j in range(1, liquor.component.shape[1]):
        cap += 2.0 * abs(liquor.component[TOTAL, j] + liquor.whole[DOSE] * liquor.component[TITRANT, j])
    cap = cap * math.exp(-liquor.whole[LN_WATER])
    longest = 1.0
    for i in range(liquor.species.shape[1]):
        d = liquor.species[CHANGE, i]
        if d > 1.5:
            m = liquor.species[MOLALITY, i]
            room = 1.5
            if cap > m:
                room = max(room, 1.0 + math.log(cap / max(m, 1e-300)))
            if d * longest > room:
                longest = room / d
    return longest


@lean.kernel
def log_saturation(liquor, k):
    """ln of the saturation index of phase k: a_k.x - ln K_k; positive when supersaturated."""
    row = liquor.species.shape[1] + k
    total = -liquor.phase[LN_K, k]
    for z in range(liquor.start[row], liquor.start[row + 1]):
        total += liquor.number[z] * liquor.component[X, liquor.column[z]]
    return total


@lean.kernel
def scarcest(liquor, k):
    """Which component but water and H+ bounds the amount of phase k, as a place in `column`, and the most; -1 for none."""
    row = liquor.species.shape[1] + k
    component = liquor.component
    least = -1
    most = -1.0
    for z in range(liquor.start[row], liquor.start[row + 1]):
        j = liquor.column[z]
        if j >= 2 and liquor.number[z] > 0.0:
            total = component[TOTAL, j] + liquor.whole[DOSE] * component[TITRANT, j]
            bound = max(total, 1e-250) / liquor.number[z]
            if least < 0 or bound < most:
                least = z
                most = bound
    return least, most


@lean.kernel
def weigh(liquor, unbounded):
    """Set the WEIGHT of each phase: the most of it that the totals could form, `unbounded` where none bounds it."""
    for k in range(liquor.phase.shape[1]):
        most = scarcest(liquor, k)[1]
        liquor.phase[WEIGHT, k] = most if most > 0.0 else unbounded


@lean.kernel
def seek_dose(liquor):
    """Set the dose to what closes the balance of H+, if the titrant holds any, and leaves every total positive."""
    component, whole = liquor.component, liquor.whole
    if component[TITRANT, 1] == 0.0:
        return
    held = math.exp(whole[LN_WATER]) * component[SUM, 1] + component[GAS, 1] - component[TOTAL, 1]
    rows = liquor.species.shape[1]
    for k in range(liquor.phase.shape[1]):
        for z in range(liquor.start[rows + k], liquor.start[rows + k + 1]):
            if liquor.column[z] == 1:
                held += liquor.number[z] * liquor.phase[AMOUNT, k]
    old = whole[DOSE]
    new = held / component[TITRANT, 1]
    for j in range(component.shape[1]):
        if j != 1 and component[TOTAL, j] + new * component[TITRANT, j] <= 0.0:
            new = 0.5 * (old - component[TOTAL, j] / component[TITRANT, j])
    whole[DOSE] = new
