"""Pitzer's integral J, on which theta^E of two ions of like sign and unlike charge stands.

The series that are printed for J and its derivatives take as long as all else in a set of activity coefficients. So
they are summed once, when the module is imported, at points 0.05 apart in ln x; polynomials of degree five between
them share value, slope and curvature with the series at both ends and are right to 1e-12.

Sources: Pitzer (1975) J. Solution Chem. 4, 249 (J); Harvie (1981), thesis, Univ. of California San Diego, as printed in
Pitzer (1991) Activity Coefficients in Electrolyte Solutions, 2nd ed., ch. 3, appendix (Chebyshev series of J).
"""

import numpy as np
from numpy.polynomial import chebyshev

from .jit import entry

_SMALL_X = np.array(
    [
        *(1.925154014814667, -0.060076477753119, -0.029779077456514, -0.007299499690937, 0.000388260636404),
        *(0.000636874599598, 0.000036583601823, -0.000045036975204, -0.000004537895710, 0.000002937706971),
        *(0.000000396566462, -0.000000202099617, -0.000000025267769, 0.000000013522610, 0.000000001229405),
        *(-0.000000000821969, -0.000000000050847, 0.000000000046333, 0.000000000001943, -0.000000000002563),
        -0.000000000010991,
    ]
)
_LARGE_X = np.array(
    [
        *(0.628023320520852, 0.462762985338493, 0.150044637187895, -0.028796057604906, -0.036552745910311),
        *(-0.001668087945272, 0.006519840398744, 0.001130378079086, -0.000887171310131, -0.000242107641309),
        *(0.000087294451594, 0.000034682122751, -0.000004583768938, -0.000003548684306, -0.000000250453880),
        *(0.000000216991779, 0.000000080779570, 0.000000004558555, -0.000000006944757, -0.000000002849257),
        0.000000000237816,
    ]
)
_APART = 0.05
_POINTS_BELOW_1 = 276  # down to x = 1e-6, where J is nothing
_LN_X = _APART * np.arange(-_POINTS_BELOW_1, 185)  # up to x = 1e4
_X = np.exp(_LN_X)
_IS_SMALL = _X <= 1.0
# the series run over z, -1 to 1, and z over a power of x: z = scale x^power + shift
_SCALE, _POWER, _SHIFT = np.where(_IS_SMALL, [[2.0], [0.2], [-1.0]], [[20.0 / 9.0], [-0.1], [-11.0 / 9.0]])
_Z = _SCALE * _X**_POWER + _SHIFT
_HALVED = np.where(np.arange(21) == 0, 0.5, 1.0)  # the first term counts half
_SUMS = [
    np.where(
        _IS_SMALL,
        chebyshev.chebval(_Z, chebyshev.chebder(_HALVED * _SMALL_X, order)),
        chebyshev.chebval(_Z, chebyshev.chebder(_HALVED * _LARGE_X, order)),
    )
    for order in range(3)
]
_BY_LN_X = _POWER * (_Z - _SHIFT)
_VALUE = 0.25 * _X - 1.0 + _SUMS[0]
_FIRST = _APART * (0.25 * _X + _SUMS[1] * _BY_LN_X)
_SECOND = _APART**2 * (0.25 * _X + _SUMS[2] * _BY_LN_X**2 + _SUMS[1] * _POWER * _BY_LN_X)
_RISE = _VALUE[1:] - _VALUE[:-1] - _FIRST[:-1] - 0.5 * _SECOND[:-1]
_TURN = _FIRST[1:] - _FIRST[:-1] - _SECOND[:-1]
_BEND = _SECOND[1:] - _SECOND[:-1]
# (points - 1, 6): coefficients of a polynomial in the share of the way to the next point
_PIECES = np.ascontiguousarray(
    np.stack(
        [
            *(_VALUE[:-1], _FIRST[:-1], 0.5 * _SECOND[:-1]),
            *(10.0 * _RISE - 4.0 * _TURN + 0.5 * _BEND, -15.0 * _RISE + 7.0 * _TURN - _BEND),
            6.0 * _RISE - 3.0 * _TURN + 0.5 * _BEND,
        ],
        axis=1,
    )
)


@entry.kernel
def integral_j(ln_x: float) -> tuple[float, float, float]:
    """Answer J at ln x, and its first and second derivative by ln x; nothing below x = 1e-6, at most x = 1e4."""
    at = ln_x / _APART + _POINTS_BELOW_1
    if at < 0.0:
        return 0.0, 0.0, 0.0
    piece = min(int(at), _PIECES.shape[0] - 1)
    t = at - piece
    c0, c1, c2 = _PIECES[piece, 0], _PIECES[piece, 1], _PIECES[piece, 2]
    c3, c4, c5 = _PIECES[piece, 3], _PIECES[piece, 4], _PIECES[piece, 5]
    value = c0 + t * (c1 + t * (c2 + t * (c3 + t * (c4 + t * c5))))
    first = c1 + t * (2.0 * c2 + t * (3.0 * c3 + t * (4.0 * c4 + t * 5.0 * c5)))
    second = 2.0 * c2 + t * (6.0 * c3 + t * (12.0 * c4 + t * 20.0 * c5))
    return value, first / _APART, second / (_APART * _APART)
