"""A mixture in two arrays, as the equilibrium kernels take it: each array that a call from Python hands over costs time.

places: SPECIES S, COMPONENTS C, PHASES P, MODEL, then the counts of Pitzer's lists and his form; from STARTS on
    (S + P + 1,) where the stoichiometric numbers of a row start, (Z,) their components, (B, 4), (Q, 2), (T, 3) of Pitzer.
numbers: debye_a, debye_b, a_phi; from NUMBERS on (S,) charge, ln_k, ion_size, salting; (P,) phase_ln_k; (Z,)
    stoichiometric numbers; (L,) alpha, (B, 4) pair_value, (Q,) double_value, (T,) triple_value.

Shapes: S species, C components, P phases, Z nonzero stoichiometric numbers; L, B, Q, T as in `pitzer`.
"""

from typing import NamedTuple

import numpy as np

from .activity import PITZER, ActivityModel
from .jit import maker
from .pitzer import Pitzer, restrict

SPECIES, COMPONENTS, PHASES, MODEL, ALPHAS, PAIRS, DOUBLES, TRIPLES, FORM = 0, 1, 2, 3, 4, 5, 6, 7, 8
STARTS = 9
NUMBERS = 3


class Packed(NamedTuple):
    """See the head of the file: places of int64, numbers of float64."""

    places: np.ndarray
    numbers: np.ndarray


NO_MIXTURE = Packed(np.zeros(STARTS + 1, np.int64), np.zeros(NUMBERS))


@maker.kernel
def _pitzer(packed):
    """The interactions of all species, as views into the packed arrays."""
    places, numbers = packed.places, packed.numbers
    species, phases = places[SPECIES], places[PHASES]
    alphas, pairs, doubles, triples = places[ALPHAS], places[PAIRS], places[DOUBLES], places[TRIPLES]
    first = STARTS + species + phases
    count = places[first]
    first += 1 + count
    pair = places[first : first + 4 * pairs].reshape((pairs, 4))
    first += 4 * pairs
    double = places[first : first + 2 * doubles].reshape((doubles, 2))
    first += 2 * doubles
    triple = places[first : first + 3 * triples].reshape((triples, 3))
    first = NUMBERS + 4 * species + phases + count
    alpha = numbers[first : first + alphas]
    first += alphas
    pair_value = numbers[first : first + 4 * pairs].reshape((pairs, 4))
    first += 4 * pairs
    double_value = numbers[first : first + doubles]
    first += doubles
    triple_value = numbers[first : first + triples]
    return Pitzer(numbers[2], alpha, pair, pair_value, double, double_value, triple, triple_value, places[FORM])


@maker.kernel
def model_of(packed, rows, count):
    """Answer the ActivityModel of the first `count` of rows, indices of species in the mixture."""
    numbers = packed.numbers
    species = packed.places[SPECIES]
    numbers_of = np.empty(3 * count)
    charge, ion_size, salting = numbers_of[:count], numbers_of[count : 2 * count], numbers_of[2 * count :]
    for i in range(count):
        charge[i] = numbers[NUMBERS + rows[i]]
        ion_size[i] = numbers[NUMBERS + 2 * species + rows[i]]
        salting[i] = numbers[NUMBERS + 3 * species + rows[i]]
    pitzer = _pitzer(packed)
    if count < species and packed.places[MODEL] == PITZER:
        pitzer = restrict(pitzer, rows[:count], species)
    return ActivityModel(packed.places[MODEL], charge, ion_size, salting, numbers[:2], pitzer)
