"""The equilibrium kernels asked with a `Mixture`, as the tests have it; the kernels take it packed."""

import numpy as np

from raffinate.flowsheet.chemistry import packing
from raffinate.flowsheet.chemistry.packing import pack
from raffinate.kernels import sweep, titration
from raffinate.kernels.saturation import NO_ROOM
from raffinate.kernels.status import CONVERGED


def equilibrate(mixture, totals, allowed, room=NO_ROOM, start=None):
    """(Speciation, error, steps, status) of totals."""
    return packing.equilibrate(pack(mixture), totals, allowed, room, start)


def dose_to_ph(mixture, totals, titrant, allowed, target_ph, largest_dose):
    """(dose, Speciation, error, steps, status) of totals brought to a pH."""
    return titration.dose_to_ph(pack(mixture), totals, titrant, allowed, target_ph, largest_dose)


def equilibrate_many(mixture, totals, allowed):
    """Answers of totals (N, C), written where something else was."""
    packed = pack(mixture)
    answers = packing.room_for_answers(packed, len(totals))
    for array in answers:
        array.fill(np.nan if array.dtype == float else -7)
    found = sweep.equilibrate_many(packed, totals, allowed, answers)
    assert found == (answers.counts[:, 1] == CONVERGED).sum()
    return answers
