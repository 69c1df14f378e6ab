"""How an organic is lost and spoiled: extractant that dissolves in the liquor, extractant that decays.

Solubility   of an extractant in the liquor by its pH, from the rows of `extractants.csv`: its logarithm is a straight line
             between two pH, and stays as it is beyond the last
Decay        a share of the inventory a year, as a product that stays in the organic and takes up nothing

Salt lowers the solubility below what water dissolves; the rows are of process liquors where their conditions say no other.
"""

import functools
import re

import numpy as np

from ..chemistry.database import table
from ..chemistry.system import Chemistry
from ..errors import DataError, nearest

_PH = re.compile(r"pH\s*(\d+(?:\.\d+)?)(?:\s*to\s*(\d+(?:\.\d+)?))?")


@functools.cache
def _points(extractant: str) -> tuple[np.ndarray, np.ndarray]:
    """Answer the pH and the logarithm of the solubility (kg/m3) at each; a row without a pH holds at any."""
    rows = table("extractants").rows(extractant, "solubility")
    found = {}
    for row in rows:
        match = _PH.search(row.conditions)
        low, high = (float(match[1]), float(match[2] or match[1])) if match else (7.0, 7.0)
        found.setdefault(0.5 * (low + high), float(np.log(row.value)))
    at = sorted(found)
    return np.array(at), np.array([found[ph] for ph in at])


def solubility(extractant: str, ph: float) -> float:
    """Answer how much extractant a liquor of this pH dissolves, kg/m3; raises `DataError` where the data do not tell."""
    at, values = _points(extractant)
    if at.size == 0:
        known = table("extractants").names("solubility")
        raise DataError(f"extractants.csv has no solubility of {extractant!r}{nearest(extractant, known)}")
    return float(np.exp(np.interp(ph, at, values)))


def decay(extractant: str) -> float:
    """Answer the share of an extractant's inventory that decays, 1/s; raises `DataError` where the data do not tell."""
    return table("extractants").value(extractant, "degradation")


def dissolved(chemistry: Chemistry, extractant: str, volume: float, ph: float) -> float:
    """Answer the extractant (mol/s) that a liquor of `volume` (m3/s) and this pH dissolves."""
    free = chemistry.position(chemistry.extractant(extractant).free_form)
    return volume * solubility(extractant, ph) / float(chemistry.molar_masses[free])
