"""A mixture as two arrays, the form in which the equilibrium kernels take it; see `kernels.packed` for what stands where.

And their answer for one liquor, which is one array, as a `Speciation`.
"""

import numpy as np

from ...kernels import saturation
from ...kernels.activity import Mixture
from ...kernels.packed import PHASES, SPECIES, Packed
from ...kernels.saturation import FOLDED, NO_ANSWER, NO_ROOM
from ...kernels.speciation import Speciation
from ...kernels.sweep import Answers


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


def equilibrate(
    packed: Packed,
    totals: np.ndarray,
    allowed: np.ndarray,
    room: np.ndarray = NO_ROOM,
    start: Speciation | None = None,
) -> tuple[Speciation, float, int, int]:
    """Ask `kernels.saturation.equilibrate`; answer (Speciation, error, steps, status)."""
    begun = NO_ANSWER if start is None else fold(start)
    folded = saturation.equilibrate(packed.places, packed.numbers, totals, allowed, room, begun)
    water, ln_water_activity, ionic_strength, error, steps, status = folded[:FOLDED].tolist()
    species = int(packed.places[SPECIES])
    ends = FOLDED + species, FOLDED + 2 * species
    parts = folded[FOLDED : ends[0]], folded[ends[0] : ends[1]], folded[ends[1] :]
    found = Speciation(parts[0], parts[1], water, ln_water_activity, ionic_strength, parts[2])
    return found, error, int(steps), int(status)


def fold(speciation: Speciation) -> np.ndarray:
    """Answer a Speciation as one array, as the kernel takes a start."""
    head = speciation.water, speciation.ln_water_activity, speciation.ionic_strength, 0.0, 0.0, 0.0
    return np.concatenate([head, speciation.molality, speciation.ln_gamma, speciation.phase_amounts])


def room_for_answers(packed: Packed, count: int) -> Answers:
    """Answer room for the answers of so many liquors of a mixture; what is in it is not yet an answer."""
    species, phases = int(packed.places[SPECIES]), int(packed.places[PHASES])
    molality, ln_gamma, amounts, whole = (np.empty((count, width)) for width in (species, species, phases, 4))
    return Answers(molality, ln_gamma, amounts, whole, np.empty((count, 2), np.int64))
