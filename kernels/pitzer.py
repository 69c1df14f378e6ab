"""Pitzer's activity coefficients in the form of Harvie, Moller and Weare, and the activity of water that belongs to them.

Everything is a derivative of the excess Gibbs energy of a kg of water over RT:

    E = f(I) + sum_ca m_c m_a (2 B_ca(I) + Z C_ca) + sum_ij 2 m_i m_j v_ij + sum_ij 2 m_i m_j theta^E_ij(I)
        + sum_ijk m_i m_j m_k w_ijk
    ln gamma_i = dE/dm_i          ln a_w = -0.018015 (sum_i m_i + sum_i m_i ln gamma_i - E)

    f = -4 A I ln(1 + 1.2 sqrt(I)) / 1.2            A    Debye-Hückel parameter of the osmotic coefficient
    B = beta0 + beta1 g(alpha1 sqrt(I)) + beta2 g(alpha2 sqrt(I))       g(x) = 2 (1 - (1 + x) exp(-x)) / x^2
    C = C^phi / (2 sqrt|z_c z_a|)                   Z = sum_i m_i |z_i|, I = 1/2 sum_i m_i z_i^2
    v    theta of two ions of like sign, lambda of a neutral species and another one (half of it with itself)
    w    psi of three ions, zeta of a neutral species and two ions
    theta^E   of ions of like sign and unlike charge; it depends on their charges only, so it is summed by charge

SIT, the specific ion interaction theory, is the same energy with fewer terms: pairs only (v = ln10 epsilon / 2), no
theta^E, and the Debye-Hückel function of which f'/2 = -3 A sqrt(I) / (1 + 1.5 sqrt(I)):

    f = -12 A (I / (2 b) - sqrt(I) / b^2 + ln(1 + b sqrt(I)) / b^3),   b = 1.5

Single ions are not scaled. Beyond I = 20 mol/kg, where no parameter was fitted and virial terms answer nonsense, E is
continued as E(s m) / s with s(I) = (20 + 10 tanh((I - 20) / 10)) / I: a stronger liquor comes to behave as the liquor of
the same composition at I = 30, with two derivatives continuous and the Gibbs-Duhem equation kept. Nothing below changes.

Shapes: S aqueous species, L distinct alpha, B pairs of cation and anion, Q doubles, T triples, K = 11 sizes of charge.
Sources: Harvie, Moller & Weare (1984) Geochim. Cosmochim. Acta 48, 723 (equations); Pitzer (1975) J. Solution Chem. 4,
249 (theta^E; its integral: see `mixing_integral`); Grenthe, Plyasunov & Spahiu (1997) in Modelling in Aquatic
Chemistry, OECD/NEA, ch. IX (SIT).
"""

import math
from typing import NamedTuple

import numpy as np

from .entries import pick, put
from .jit import entry, inner, kernel, lean, maker, within
from .mixing_integral import integral_j

_WATER_KG = 0.018015
_B = 1.2
_SIT_B = 1.5
# what of the energy there is: all, all but theta^E, that of SIT
FULL, WITHOUT_UNEQUAL, SIT = 0, 1, 2
_SIZES = 11
LARGEST_CHARGE = _SIZES - 1  # of a species, either sign
_LEAST_STRENGTH = 1e-20
_SERIES_BELOW = 0.05
_STRONG = 20.0
_BEYOND = 10.0
# places in Terms.whole
_I, _Z, _SECOND, _ENERGY, _LIFT, _THIN, _THINNING, _BENDING = 0, 1, 2, 3, 4, 5, 6, 7
# the first row of Terms.columns for theta^E
_MIXING = 4


class Pitzer(NamedTuple):
    """The interactions of a mixture's species at one temperature; indices are of species.

    a_phi: kg^0.5 mol^-0.5. alpha: (L,), the distinct exponents, kg^0.5 mol^-0.5. pair: (B, 4), cation, anion, places of
    alpha1 and alpha2. pair_value: (B, 4), beta0, beta1, beta2 (kg/mol) and C (kg^2/mol^2). double: (Q, 2);
    double_value: (Q,), theta or lambda, kg/mol. triple: (T, 3); triple_value: (T,), psi or zeta, kg^2/mol^2. form: FULL,
    WITHOUT_UNEQUAL or SIT.
    """

    a_phi: float
    alpha: np.ndarray
    pair: np.ndarray
    pair_value: np.ndarray
    double: np.ndarray
    double_value: np.ndarray
    triple: np.ndarray
    triple_value: np.ndarray
    form: int = FULL


NO_PITZER = Pitzer(
    0.0,
    np.zeros(0),
    np.zeros((0, 4), np.int64),
    np.zeros((0, 4)),
    np.zeros((0, 2), np.int64),
    np.zeros(0),
    np.zeros((0, 3), np.int64),
    np.zeros(0),
    FULL,
)


class Terms(NamedTuple):
    """What ln gamma and its slopes share.

    screening: (L, 3), g and its first and second derivative by I. unequal: (K, K, 3), the same of theta^E by charge.
    own, own_slope: (K, 3), work; sums over it by size and sign, and their slopes by I. held: (2, K), molality of cations
    and of anions by size of charge. by_strength: (S,), what multiplies dI in d ln gamma at held molalities. by_charge:
    (S,), likewise for dZ. thinned: (S,), s m, at which all these are. along: (S,), work. columns: (4 + 2 K, S), work, of the
    species by which slopes are asked for: half the square of z, what multiplies it, |z|, what multiplies it, and 2 theta^E
    by size and sign of the other ion. whole: (8,), I, Z, d2E/dI2 and E
    there; then dE/ds over s, s, and the derivatives of s by the true I.
    """

    screening: np.ndarray
    unequal: np.ndarray
    own: np.ndarray
    own_slope: np.ndarray
    held: np.ndarray
    by_strength: np.ndarray
    by_charge: np.ndarray
    thinned: np.ndarray
    along: np.ndarray
    columns: np.ndarray
    whole: np.ndarray


@kernel
def blank_terms(species, pitzer):
    """Answer Terms with room for so many species."""
    return Terms(
        np.zeros((pitzer.alpha.shape[0], 3)),
        np.zeros((_SIZES, _SIZES, 3)),
        np.zeros((_SIZES, 3)),
        np.zeros((_SIZES, 3)),
        np.zeros((2, _SIZES)),
        np.zeros(species),
        np.zeros(species),
        np.zeros(species),
        np.zeros(species),
        np.empty((_MIXING + 2 * _SIZES, species)),
        np.zeros(8),
    )


@maker.kernel
def few_terms(species):
    """Answer Terms with room for so many species as laws of the ionic strength alone need: by_strength and whole."""
    nothing, neither, work = np.zeros((0, 3)), np.zeros((0, 0)), np.zeros(species + 8)
    return Terms(
        *(nothing, np.zeros((0, 0, 3)), nothing, nothing, neither),
        *(work[:species], work[:0], work[:0], work[:0], neither, work[species:]),
    )


NO_TERMS = Terms(
    np.zeros((0, 3)),
    np.zeros((_SIZES, _SIZES, 3)),
    np.zeros((_SIZES, 3)),
    np.zeros((_SIZES, 3)),
    np.zeros((2, _SIZES)),
    np.zeros(0),
    np.zeros(0),
    np.zeros(0),
    np.zeros(0),
    np.zeros((_MIXING + 2 * _SIZES, 0)),
    np.zeros(8),
)


@lean.kernel
def _integral(product, ln_k, strength):
    """J at x = product * k sqrt(I), and its first and second derivative by I; ln_k is ln (k sqrt(I))."""
    value, first, second = integral_j(math.log(product) + ln_k)
    return value, 0.5 * first / strength, 0.25 * (second - 2.0 * first) / (strength * strength)


@within.kernel
def _unequal(terms, a_phi, strength, largest):
    """Fill theta^E and its derivatives by I for each two sizes of charge, up to the largest, of ions of like sign."""
    ln_k = math.log(6.0 * a_phi * math.sqrt(strength))
    own = terms.own
    for c in range(1, largest + 1):
        own[c, 0], own[c, 1], own[c, 2] = _integral(c * c, ln_k, strength)
    for a in range(1, largest + 1):
        for b in range(a + 1, largest + 1):
            t0, t1, t2 = _integral(a * b, ln_k, strength)
            t0 -= 0.5 * (own[a, 0] + own[b, 0])
            t1 -= 0.5 * (own[a, 1] + own[b, 1])
            t2 -= 0.5 * (own[a, 2] + own[b, 2])
            share = 0.25 * a * b / strength
            t1 -= t0 / strength
            terms.unequal[a, b, 0] = share * t0
            terms.unequal[a, b, 1] = share * t1
            terms.unequal[a, b, 2] = share * (t2 - 2.0 * t1 / strength)
            for n in range(3):
                terms.unequal[b, a, n] = terms.unequal[a, b, n]


@within.kernel
def _screen(terms, alpha, strength):
    """Fill g(alpha sqrt(I)) and its derivatives by I."""
    for q in range(alpha.shape[0]):
        x = alpha[q] * math.sqrt(strength)
        decay = math.exp(-x)
        if x < _SERIES_BELOW:
            rest = x * (1.0 / 72.0 - x * (1.0 / 420.0 - x * (1.0 / 2880.0 - x / 22680.0)))
            g = 1.0 - x * (2.0 / 3.0 - x * (0.25 - x * (1.0 / 15.0 - rest)))
        else:
            g = 2.0 * (1.0 - (1.0 + x) * decay) / (x * x)
        first = (decay - g) / strength
        terms.screening[q, 0] = g
        terms.screening[q, 1] = first
        terms.screening[q, 2] = -(0.5 * x * decay / strength + 2.0 * first) / strength


@within.kernel
def _thin(terms, charge, molality):
    """Fill thinned, s and its derivatives from the molalities (S,); answer their sum."""
    strength = 0.0
    total = 0.0
    for i in range(molality.shape[0]):
        total += molality[i]
        strength += 0.5 * molality[i] * charge[i] * charge[i]
    whole = terms.whole
    whole[_THIN], whole[_THINNING], whole[_BENDING] = 1.0, 0.0, 0.0
    if strength > _STRONG:
        t = math.tanh((strength - _STRONG) / _BEYOND)
        whole[_THIN] = (_STRONG + _BEYOND * t) / strength
        whole[_THINNING] = (1.0 - t * t - whole[_THIN]) / strength
        whole[_BENDING] = (-2.0 * t * (1.0 - t * t) / _BEYOND - 2.0 * whole[_THINNING]) / strength
    for i in range(molality.shape[0]):
        terms.thinned[i] = whole[_THIN] * molality[i]
    return total


@within.kernel
def _measure(terms, charge, molality):
    """Fill I, Z and held from the molalities (S,); answer the largest size of charge."""
    largest = 0
    for a in range(_SIZES):
        terms.held[0, a] = 0.0
        terms.held[1, a] = 0.0
    strength = 0.0
    charges = 0.0
    for i in range(molality.shape[0]):
        m = molality[i]
        if charge[i] != 0.0:
            size = abs(charge[i])
            charges += m * size
            strength += 0.5 * m * size * size
            terms.held[0 if charge[i] > 0.0 else 1, int(size)] += m
            largest = max(largest, int(size))
    terms.whole[_I] = max(strength, _LEAST_STRENGTH)
    terms.whole[_Z] = charges
    return largest


@lean.kernel
def debye_hueckel(a_phi, form, strength):
    """f(I) and its first and second derivative."""
    root = math.sqrt(strength)
    if form == SIT:
        below = 1.0 + _SIT_B * root
        value = 0.5 * strength / _SIT_B - root / _SIT_B**2 + math.log1p(_SIT_B * root) / _SIT_B**3
        return -12.0 * a_phi * value, -6.0 * a_phi * root / below, -3.0 * a_phi / (root * below * below)
    below = 1.0 + _B * root
    logarithm = math.log1p(_B * root)
    value = -4.0 * a_phi / _B * strength * logarithm
    first = -2.0 * a_phi * (root / below + 2.0 / _B * logarithm)
    second = -2.0 * a_phi * (0.5 / below + 1.0) / (root * below)
    return value, first, second


@within.kernel
def _differentiate(pitzer, charge, molality, ln_gamma, terms):
    """Fill dE/dm (S,), into ln_gamma, and terms at the molalities (S,)."""
    largest = _measure(terms, charge, molality)
    strength = terms.whole[_I]
    charges = terms.whole[_Z]
    _screen(terms, pitzer.alpha, strength)
    if pitzer.form == FULL:
        _unequal(terms, pitzer.a_phi, strength, largest)
    energy, first, second = debye_hueckel(pitzer.a_phi, pitzer.form, strength)
    for i in range(molality.shape[0]):
        ln_gamma[i] = 0.0
        terms.by_strength[i] = 0.0
        terms.by_charge[i] = 0.0
    by_charges = 0.0
    g = terms.screening
    for p in range(pitzer.pair.shape[0]):
        c, a = pitzer.pair[p, 0], pitzer.pair[p, 1]
        one, two = pitzer.pair[p, 2], pitzer.pair[p, 3]
        beta1, beta2, third = pitzer.pair_value[p, 1], pitzer.pair_value[p, 2], pitzer.pair_value[p, 3]
        product = pick(molality, c) * pick(molality, a)
        both = 2.0 * (pitzer.pair_value[p, 0] + beta1 * g[one, 0] + beta2 * g[two, 0]) + charges * third
        bend = 2.0 * (beta1 * g[one, 1] + beta2 * g[two, 1])
        put(ln_gamma, c, pick(ln_gamma, c) + pick(molality, a) * both)
        put(ln_gamma, a, pick(ln_gamma, a) + pick(molality, c) * both)
        put(terms.by_strength, c, pick(terms.by_strength, c) + pick(molality, a) * bend)
        put(terms.by_strength, a, pick(terms.by_strength, a) + pick(molality, c) * bend)
        put(terms.by_charge, c, pick(terms.by_charge, c) + pick(molality, a) * third)
        put(terms.by_charge, a, pick(terms.by_charge, a) + pick(molality, c) * third)
        energy += product * both
        first += product * bend
        second += product * 2.0 * (beta1 * g[one, 2] + beta2 * g[two, 2])
        by_charges += product * third
    for q in range(pitzer.double.shape[0]):
        i, j = pitzer.double[q, 0], pitzer.double[q, 1]
        twice = 2.0 * pitzer.double_value[q]
        put(ln_gamma, i, pick(ln_gamma, i) + twice * pick(molality, j))
        if i == j:
            energy += 0.5 * twice * pick(molality, i) * pick(molality, i)
        else:
            put(ln_gamma, j, pick(ln_gamma, j) + twice * pick(molality, i))
            energy += twice * pick(molality, i) * pick(molality, j)
    for t in range(pitzer.triple.shape[0]):
        i, j, k = pitzer.triple[t, 0], pitzer.triple[t, 1], pitzer.triple[t, 2]
        value = pitzer.triple_value[t]
        put(ln_gamma, i, pick(ln_gamma, i) + value * pick(molality, j) * pick(molality, k))
        put(ln_gamma, j, pick(ln_gamma, j) + value * pick(molality, i) * pick(molality, k))
        put(ln_gamma, k, pick(ln_gamma, k) + value * pick(molality, i) * pick(molality, j))
        energy += value * pick(molality, i) * pick(molality, j) * pick(molality, k)
    for sign in range(2):
        for a in range(1, largest + 1):
            own, own_slope = 0.0, 0.0
            for b in range(1, largest + 1):
                held = 2.0 * terms.held[sign, b]
                own += held * terms.unequal[a, b, 0]
                own_slope += held * terms.unequal[a, b, 1]
                if b > a:
                    second += held * terms.held[sign, a] * terms.unequal[a, b, 2]
            terms.own[a, sign] = own
            terms.own_slope[a, sign] = own_slope
            energy += 0.5 * terms.held[sign, a] * own
            first += 0.5 * terms.held[sign, a] * own_slope
    terms.whole[_SECOND] = second
    terms.whole[_ENERGY] = energy
    for i in range(molality.shape[0]):
        if charge[i] != 0.0:
            size = int(abs(charge[i]))
            sign = 0 if charge[i] > 0.0 else 1
            terms.by_strength[i] += terms.own_slope[size, sign]
            ln_gamma[i] += terms.own[size, sign] + 0.5 * size * size * first + size * by_charges


@entry.kernel
def pitzer_log_gamma(pitzer, charge, molality, ln_gamma, terms):
    """Fill ln gamma (S,) and terms at the molalities (S,), mol/kg; answer ln a_w."""
    total = _thin(terms, charge, molality)
    _differentiate(pitzer, charge, terms.thinned, ln_gamma, terms)
    thin = terms.whole[_THIN]
    excess = -terms.whole[_ENERGY] / thin
    for i in range(molality.shape[0]):
        excess += molality[i] * ln_gamma[i]
    if thin < 1.0:
        terms.whole[_LIFT] = excess / thin
        for i in range(molality.shape[0]):
            lift = 0.5 * charge[i] * charge[i] * terms.whole[_THINNING] * terms.whole[_LIFT]
            ln_gamma[i] += lift
            excess += molality[i] * lift
    return -_WATER_KG * (total + excess)


@entry.kernel
def pitzer_slopes(pitzer, charge, molality, terms, place, slopes):
    """Fill slopes (S, S) with d ln gamma_i / d m_j in column place[j] (S,), where that is not negative.

    At the molalities and terms of the last `pitzer_log_gamma`; exact as far as the species left out are scarce.
    """
    _differentiate_twice(pitzer, charge, terms.thinned, terms, place, slopes)
    if terms.whole[_THIN] < 1.0:
        _slopes_beyond(charge, molality, terms, place, slopes)


@within.kernel
def _slopes_beyond(charge, molality, terms, place, slopes):
    """Turn the slopes of E at s m into those of E(s m) / s."""
    count = molality.shape[0]
    thin, thinning = terms.whole[_THIN], terms.whole[_THINNING]
    along = terms.along
    square = 0.0
    for i in range(count):
        along[i] = 0.0
        for j in range(count):
            if place[j] >= 0:
                along[i] += slopes[i, place[j]] * molality[j]
        square += molality[i] * along[i]
    bend = thinning * thinning * (square / thin - 2.0 * terms.whole[_LIFT] / thin)
    bend += terms.whole[_BENDING] * terms.whole[_LIFT]
    for j in range(count):
        if place[j] >= 0:
            half_j = 0.5 * charge[j] * charge[j]
            for i in range(count):
                half_i = 0.5 * charge[i] * charge[i]
                value = thin * slopes[i, place[j]] + thinning * (half_j * along[i] + half_i * along[j])
                slopes[i, place[j]] = value + half_i * half_j * bend


@within.kernel
def _fill_columns(charge, terms, place):
    """Fill what the slopes by the species with a place take from these, 2 theta^E among it; answer how many they are."""
    columns, second = terms.columns, terms.whole[_SECOND]
    found, largest = 0, 0
    for j in range(charge.shape[0]):
        largest = max(largest, int(abs(charge[j])))
        if place[j] >= 0:
            found = max(found, place[j] + 1)
    for sign in range(2):
        for a in range(largest + 1):
            for q in range(found):
                columns[_MIXING + sign * _SIZES + a, q] = 0.0
    for j in range(charge.shape[0]):
        q = place[j]
        if q >= 0:
            size = abs(charge[j])
            columns[0, q] = 0.5 * size * size
            columns[1, q] = 0.5 * size * size * second + terms.by_strength[j]
            columns[2, q] = size
            columns[3, q] = terms.by_charge[j]
            b = int(size)
            first = _MIXING + (_SIZES if charge[j] < 0.0 else 0)
            for a in range(1, largest + 1):
                if b > 0 and a != b:
                    columns[first + a, q] = 2.0 * terms.unequal[a, b, 0]
    return found


@within.kernel
def _differentiate_twice(pitzer, charge, molality, terms, place, slopes):
    """Fill slopes (S, S) with d2E/dm_i dm_j in column place[j] at the molalities of the last `_differentiate`."""
    charges = terms.whole[_Z]
    found = _fill_columns(charge, terms, place)
    columns = terms.columns
    half, by_half, size, by_size = columns[0], columns[1], columns[2], columns[3]
    for i in range(molality.shape[0]):
        size_i = abs(charge[i])
        half_i = 0.5 * size_i * size_i
        mixing = columns[_MIXING + int(size_i) + (_SIZES if charge[i] < 0.0 else 0)]
        by_strength, by_charge = terms.by_strength[i], terms.by_charge[i]
        own = slopes[i]
        for q in range(found):
            own[q] = half_i * by_half[q] + by_strength * half[q] + size_i * by_size[q] + by_charge * size[q] + mixing[q]
    for p in range(pitzer.pair.shape[0]):
        one, two = terms.screening[pitzer.pair[p, 2], 0], terms.screening[pitzer.pair[p, 3], 0]
        beta = pitzer.pair_value[p, 0] + pitzer.pair_value[p, 1] * one + pitzer.pair_value[p, 2] * two
        _add(slopes, place, pitzer.pair[p, 0], pitzer.pair[p, 1], 2.0 * beta + charges * pitzer.pair_value[p, 3])
    for q in range(pitzer.double.shape[0]):
        _add(slopes, place, pitzer.double[q, 0], pitzer.double[q, 1], 2.0 * pitzer.double_value[q])
    for t in range(pitzer.triple.shape[0]):
        i, j, k = pitzer.triple[t, 0], pitzer.triple[t, 1], pitzer.triple[t, 2]
        value = pitzer.triple_value[t]
        _add(slopes, place, i, j, value * pick(molality, k))
        _add(slopes, place, i, k, value * pick(molality, j))
        _add(slopes, place, j, k, value * pick(molality, i))


@within.kernel
def _add(slopes, place, i, j, value):
    """Add value to the slope of i by j and of j by i, once when they are the same."""
    if pick(place, j) >= 0:
        own = slopes[i]
        put(own, pick(place, j), pick(own, pick(place, j)) + value)
    if i != j and pick(place, i) >= 0:
        own = slopes[j]
        put(own, pick(place, i), pick(own, pick(place, i)) + value)


@kernel
def restrict(pitzer, species, count):
    """Answer the Pitzer of some species (R,) out of `count`, with indices into these."""
    place = np.full(count, -1, np.int64)
    for r in range(species.shape[0]):
        place[species[r]] = r
    pair, pair_rows = _renumber(pitzer.pair, place, 2)
    double, double_rows = _renumber(pitzer.double, place, 2)
    triple, triple_rows = _renumber(pitzer.triple, place, 3)
    pair_value = np.empty((pair.shape[0], 4))
    for r in range(pair.shape[0]):
        for n in range(4):
            pair_value[r, n] = pitzer.pair_value[pair_rows[r], n]
    double_value = _picked(pitzer.double_value, double_rows, double.shape[0])
    triple_value = _picked(pitzer.triple_value, triple_rows, triple.shape[0])
    return Pitzer(pitzer.a_phi, pitzer.alpha, pair, pair_value, double, double_value, triple, triple_value, pitzer.form)


@inner.kernel
def _picked(values, rows, count):
    """The values (N,) at the first `count` of rows."""
    picked = np.empty(count)
    for r in range(count):
        picked[r] = values[rows[r]]
    return picked


@inner.kernel
def _renumber(indices, place, leading):
    """Rows of indices (R, N) whose `leading` species all have a place (S,), renumbered; and which rows these are."""
    kept = np.empty_like(indices)
    rows = np.empty(indices.shape[0], np.int64)
    found = 0
    for r in range(indices.shape[0]):
        there = True
        for n in range(leading):
            there = there and place[indices[r, n]] >= 0
        if there:
            for n in range(indices.shape[1]):
                kept[found, n] = place[indices[r, n]] if n < leading else indices[r, n]
            rows[found] = r
            found += 1
    return kept[:found], rows[:found]
