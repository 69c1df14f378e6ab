"""The equilibrium kernels asked with a `Mixture`, as the tests have it; the kernels take it packed."""

from raffinate.flowsheet.chemistry.packing import pack
from raffinate.kernels import saturation, titration
from raffinate.kernels.saturation import NO_ROOM, NO_START


def equilibrate(mixture, totals, allowed, room=NO_ROOM, start=NO_START):
    """(Speciation, error, steps, status) of totals."""
    return saturation.equilibrate(pack(mixture), totals, allowed, room, start)


def dose_to_ph(mixture, totals, titrant, allowed, target_ph, largest_dose):
    """(dose, Speciation, error, steps, status) of totals brought to a pH."""
    return titration.dose_to_ph(pack(mixture), totals, titrant, allowed, target_ph, largest_dose)
