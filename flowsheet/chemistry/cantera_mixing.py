"""theta^E in Cantera: what it differs by from ours, and interactions that make up for it near one liquor.

theta^E, of ions of like sign and unlike charge, is z1 z2 (J(x12) - J(x11)/2 - J(x22)/2) / (4 I), x = 6 A z z' sqrt(I).
Cantera has J from the short formula of Pitzer (1975), eq. 47, up to 0.01 off the integral at x of 8, and A = 0.392 at any
temperature; the kernels follow the integral within 1e-9. A shift d of theta makes up for the value of the difference at
one ionic strength. Its slope d' adds z^2 G to ln gamma of every ion, G = sum m m' d' over the pairs of like sign; the
least change of theta, and of beta0 and C of cations with anions, that does the same and leaves the energy where it is,
is what `near` answers. So ln gamma and the activity of water agree at that liquor, and about it to second order.

Where no liquor is named, `somewhere` answers the shift of theta at I = 5 mol/kg: the difference of the two formulas falls
off slowly, from 0.03 kg/mol of 1 with 2 charges at 0.5 mol/kg to 0.007 at 10 (90 degC). The largest error of ln gamma was
less for it in 296 of 300 random liquors of 0.01 to 15 mol/kg at 90 degC.

Source: Pitzer (1975) J. Solution Chem. 4, 249; the short formula as in Cantera 3.2, `HMWSoln::calc_lambdas`.
"""

import itertools
import math
from typing import NamedTuple

import numpy as np

from ...kernels.mixing_integral import integral_j

CANTERA_A_PHI = 0.392  # kg^0.5 mol^-0.5, in theta^E only
_USUAL_STRENGTH = 5.0  # mol/kg, of the liquors of leaching and of extraction


class Corrections(NamedTuple):
    """What to add for Cantera; indices are of species. theta, beta0: kg/mol; third: C, kg^2/mol^2."""

    theta: dict[tuple[int, int], float]
    beta0: dict[tuple[int, int], float]
    third: dict[tuple[int, int], float]


NO_CORRECTIONS = Corrections({}, {}, {})


def near(charge: np.ndarray, molality: np.ndarray, a_phi: float) -> Corrections:
    """Answer the corrections at a liquor: charges (S,), molalities (S,), mol/kg; A of our theta^E, kg^0.5 mol^-0.5."""
    strength = 0.5 * float(molality @ charge**2)
    if strength == 0.0:
        return NO_CORRECTIONS
    unlike, differences = _differences(charge, a_phi, strength)
    theta = [value for value, _ in differences]
    lift = sum(molality[i] * molality[j] * slope for (i, j), (_, slope) in zip(unlike, differences, strict=True))
    more, beta0, third = _least_change(charge, molality, unlike, lift)
    return Corrections(dict(zip(unlike, (np.array(theta) + more).tolist(), strict=True)), beta0, third)


def somewhere(charge: np.ndarray, a_phi: float) -> Corrections:
    """Answer the corrections where no liquor is known: theta alone; charges (S,); A of our theta^E, kg^0.5 mol^-0.5."""
    unlike, differences = _differences(charge, a_phi, _USUAL_STRENGTH)
    return Corrections({pair: value for pair, (value, _) in zip(unlike, differences, strict=True)}, {}, {})


def _differences(
    charge: np.ndarray, a_phi: float, strength: float
) -> tuple[list[tuple[int, int]], list[tuple[float, float]]]:
    """Answer the pairs of like sign and unlike charge; theta^E and its slope at `strength`, ours less Cantera's, of each."""
    pairs, found, known = [], [], {}
    for i, j in itertools.combinations(range(len(charge)), 2):
        if charge[i] * charge[j] > 0.0 and charge[i] != charge[j]:
            one, two = sorted((abs(int(charge[i])), abs(int(charge[j]))))
            if (one, two) not in known:
                ours = unequal(one, two, a_phi, strength)
                theirs = unequal(one, two, CANTERA_A_PHI, strength, short=True)
                known[one, two] = ours[0] - theirs[0], ours[1] - theirs[1]
            pairs.append((i, j))
            found.append(known[one, two])
    return pairs, found


def unequal(one: int, two: int, a_phi: float, strength: float, short: bool = False) -> tuple[float, float]:
    """Answer theta^E of two sizes of charge (kg/mol) and its slope with the ionic strength (mol/kg)."""
    sum_j, slope = 0.0, 0.0
    for product, weight in ((one * two, 1.0), (one * one, -0.5), (two * two, -0.5)):
        x = 6.0 * a_phi * product * math.sqrt(strength)
        value, first = short_j(x) if short else _whole_j(x)
        sum_j += weight * value
        slope += weight * first * x / (2.0 * strength)
    share = one * two / (4.0 * strength)
    return share * sum_j, share * (slope - sum_j / strength)


def _whole_j(x: float) -> tuple[float, float]:
    value, by_ln_x, _ = integral_j(math.log(x))
    return value, by_ln_x / x


def short_j(x: float) -> tuple[float, float]:
    """Answer J and its slope by the formula that Cantera has (Pitzer 1975, eq. 47)."""
    decay = 4.581 * x**-0.7237 * math.exp(-0.0120 * x**0.528)
    value = x / (4.0 + decay)
    return value, value / x * (1.0 + value / x * decay * (0.7237 + 0.0120 * 0.528 * x**0.528))


def _least_change(
    charge: np.ndarray, molality: np.ndarray, unlike: list[tuple[int, int]], lift: float
) -> tuple[np.ndarray, dict[tuple[int, int], float], dict[tuple[int, int], float]]:
    """Answer the least theta of the unlike pairs, beta0 and C that raise ln gamma of each ion by z^2 `lift`.

    The excess energy stays as it is. With beta0 and C alone, cations and anions would have to take the same share of it.
    """
    cations, anions = np.flatnonzero(charge > 0.0), np.flatnonzero(charge < 0.0)
    opposite = [(int(c), int(a)) for c in cations for a in anions]
    charges = float(molality @ np.abs(charge))
    doubles = [*unlike, *opposite]
    rows = np.zeros((len(charge) + 1, len(doubles) + len(opposite)))
    for column, (i, j) in enumerate(doubles):
        rows[i, column], rows[j, column] = 2.0 * molality[j], 2.0 * molality[i]
        rows[-1, column] = 2.0 * molality[i] * molality[j]
    for column, (c, a) in enumerate(opposite, start=len(doubles)):
        product = molality[c] * molality[a]
        rows[:-1, column] = np.abs(charge) * product
        rows[c, column] += charges * molality[a]
        rows[a, column] += charges * molality[c]
        rows[-1, column] = charges * product
    values, *_ = np.linalg.lstsq(rows, np.append(charge**2 * lift, 0.0), rcond=None)
    theta, beta0, third = np.split(values, [len(unlike), len(doubles)])
    return (
        theta,
        dict(zip(opposite, beta0.tolist(), strict=True)),
        dict(zip(opposite, third.tolist(), strict=True)),
    )
