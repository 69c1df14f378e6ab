"""How fast precipitates come to equilibrium and age, by the first-order constants of `precipitation.csv`.

Constants are of 25 degC and follow Arrhenius; nearly all are estimates with a range.
"""

from __future__ import annotations

import functools
import math

import numpy as np

from .chemistry.database import table
from .chemistry.reaction import reaction
from .chemistry.system import Chemistry
from .chemistry.water import GAS_CONSTANT
from .stream import Stream

_ROOM = 298.15


def settling_rate(name: str, temperature: float) -> float | None:
    """Answer the rate constant (1/s) by which a solid comes to equilibrium at `temperature` (K); None without a row."""
    return _rate(name, "settling", temperature)


def _rate(of: str, what: str, temperature: float) -> float | None:
    numbers = table("precipitation")
    found = numbers.find(of, f"{what}_rate")
    if found is None:
        return None
    energy = numbers.value(of, f"{what}_energy", 0.0)
    return found.value * math.exp(-energy / GAS_CONSTANT * (1.0 / temperature - 1.0 / _ROOM))


def aged(
    stream: Stream, temperature: float, residence_time: float, forms: tuple[str, ...], share: float = 1.0
) -> Stream:
    """Answer the stream with its fresh solids aged in a stirred tank, by the first-order `ageing_rate`.

    An aged solid that is among `forms` is in equilibrium anyway and left alone. `share`: of the fresh solid that is let
    age, for solids that come round again.
    """
    chemistry = stream.chemistry
    flows = np.array(stream.flows)
    numbers = table("precipitation")
    for of in numbers.names("ageing_rate"):
        fresh, old = of.split("|")
        if fresh not in chemistry.index or old in forms or flows[chemistry.index[fresh]] == 0.0:
            continue
        rate = _rate(of, "ageing", temperature) or 0.0
        turned = flows[chemistry.index[fresh]] * share * (1.0 - 1.0 / (1.0 + rate * residence_time))
        flows += turned * _turning(chemistry, fresh, old)
    return stream.replace(flows=flows)


def ageing_rate(fresh: str, old: str, temperature: float) -> float | None:
    """Answer the first-order constant (1/s) by which a fresh solid turns into its aged form at `temperature` (K)."""
    return _rate(f"{fresh}|{old}", "ageing", temperature)


@functools.lru_cache(maxsize=256)
def _turning(chemistry: Chemistry, fresh: str, old: str) -> np.ndarray:
    species = chemistry.database.species
    water = species[fresh].reaction.get("H2O", 0.0) - species[old].reaction.get("H2O", 0.0)
    released = f" + {water:g} H2O" if water > 0.0 else ""
    return reaction(chemistry, f"{fresh} = {old}{released}")
