"""The complete times of leaching.csv that were fitted, each to the one conversion that its source gives: run to print them.

A set of one reading has no freedom left: that it gives its reading back says nothing, and the table of `test_leaching_table.py`
marks it as fitted. What the sets foretell elsewhere rests on their activation energy and orders.
"""

from dataclasses import replace
from typing import NamedTuple

import numpy as np
from scipy.optimize import brentq

from raffinate.flowsheet.leaching.rates import RateLaw
from raffinate.flowsheet.quantities import minute

NMC, LCO = "Li3NiMnCoO6(s)", "LiCoO2(s)"
MOLAR_MASS = 0.28945  # kg/mol of Li3NiMnCoO6, three formula units of NMC 111
PROTONS = 9.0  # that a mole of it takes up where peroxide reduces it


class Reading(NamedTuple):
    """A conversion (0 to 1) after a time (s) at the references of a set; acid_demand: mol/m3 that all of it takes up."""

    mineral: str
    source: str
    element: str
    conversion: float
    time: float
    acid_demand: float = 0.0


READINGS = (
    *(Reading(NMC, "he2017", e, 0.997, 60 * minute, 40.0 / MOLAR_MASS * PROTONS) for e in ("Li", "Ni", "Co", "Mn")),
    Reading(NMC, "meshram2015", "Li", 0.934, 240 * minute),
    Reading(NMC, "meshram2015", "Ni", 0.963, 240 * minute),
    Reading(NMC, "meshram2015", "Co", 0.662, 240 * minute),
    Reading(NMC, "meshram2015", "Mn", 0.502, 240 * minute),
    Reading(LCO, "jha2013", "Li", 0.991, 60 * minute),
    Reading(LCO, "jha2013", "Co", 0.700, 60 * minute),
    Reading(LCO, "lee2003", "Li", 0.95, 30 * minute),
    Reading(LCO, "lee2003", "Co", 0.95, 30 * minute),
)


def calculated(law: RateLaw, reading: Reading) -> float:
    """Answer the conversion that a law has at the conditions of its set."""
    times = np.array([reading.time])
    return float(law.conversion(times, law.reference_temperature, acid_demand=reading.acid_demand)[0])


def fitted_time(reading: Reading) -> float:
    """Answer the complete time (s) at which the law of a set gives its reading."""
    law = RateLaw.named(reading.mineral, reading.source, reading.element)

    def apart(ln_time: float) -> float:
        return calculated(replace(law, complete_time=float(np.exp(ln_time))), reading) - reading.conversion

    return float(np.exp(brentq(apart, np.log(1e-2 * reading.time), np.log(1e3 * reading.time), xtol=1e-10)))


if __name__ == "__main__":
    for one in READINGS:
        print(f"{one.mineral}|{one.source}|{one.element}: complete_time {fitted_time(one) / minute:.4g} min")
