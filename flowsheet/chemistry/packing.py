"""A mixture as two arrays, the form in which the equilibrium kernels take it; see `kernels.packed` for what stands where."""

import numpy as np

from ...kernels.activity import Mixture
from ...kernels.packed import Packed


def pack(mixture: Mixture) -> Packed:
    """Pack a mixture; nothing is computed but where the stoichiometric numbers that are not zero stand."""
    pitzer = mixture.pitzer
    rows = np.concatenate([mixture.composition, mixture.phase_composition])
    counts = (
        *(*mixture.composition.shape, mixture.phase_composition.shape[0], mixture.model),
        *(array.shape[0] for array in (pitzer.alpha, pitzer.pair, pitzer.double, pitzer.triple)),
        pitzer.form,
    )
    starts = np.concatenate([[0], np.cumsum(np.count_nonzero(rows, axis=1))])
    _, columns = np.nonzero(rows)
    places = [counts, starts, columns, pitzer.pair.ravel(), pitzer.double.ravel(), pitzer.triple.ravel()]
    numbers = [
        *([mixture.debye_a, mixture.debye_b, pitzer.a_phi], mixture.charge, mixture.ln_k, mixture.ion_size),
        *(mixture.salting, mixture.phase_ln_k, rows[rows != 0.0], pitzer.alpha, pitzer.pair_value.ravel()),
        *(pitzer.double_value, pitzer.triple_value),
    ]
    return Packed(
        np.concatenate([np.asarray(part, np.int64) for part in places]),
        np.concatenate([np.asarray(part, np.float64) for part in numbers]),
    )
