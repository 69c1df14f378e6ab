"""The equilibrium kernels asked with a `Mixture`, as the tests have it; the kernels take it packed."""

from raffinate.flowsheet.chemistry import packing
from raffinate.flowsheet.chemistry.packing import pack
from raffinate.kernels import titration
from raffinate.kernels.saturation import NO_ROOM


def equilibrate(mixture, totals, allowed, room=NO_ROOM, start=None):
    """(Speciation, error, steps, status) of totals."""
    return packing.equilibrate(pack(mixture), totals, allowed, room, start)


def dose_to_ph(mixture, totals, titrant, allowed, target_ph, largest_dose):
    """(dose, Speciation, error, steps, status) of totals brought to a pH."""
    return titration.dose_to_ph(pack(mixture), totals, titrant, allowed, target_ph, largest_dose)
