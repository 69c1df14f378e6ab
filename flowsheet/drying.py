"""Drying: what becomes of crystal water, of what the adhering liquor held, and the heat that it takes."""

from __future__ import annotations

import re
from collections.abc import Iterable

import numpy as np

from .chemistry import thermal
from .chemistry.system import PROTON, WATER
from .errors import DataError, EngineError, nearest
from .heat import heat_duty
from .stream import Stream, mix

_HYDRATE = re.compile(r"^(?P<salt>.+)\.(?P<count>\d*(?:\.\d+)?)H2O\(s\)$")


def without_crystal_water(stream: Stream, hydrates: Iterable[str], conversion: float) -> tuple[Stream, float]:
    """Answer the stream whose `hydrates` have lost their water by the share `conversion`, and that water, mol/s.

    The water is in the liquor of the new stream; the anhydrous solid keeps the sizes of its hydrate. Raises `DataError` for
    what is no hydrate, or has no anhydrous solid in the chemistry.
    """
    chemistry = stream.chemistry
    driven = 0.0
    for name in hydrates:
        at = chemistry.position(name)
        found = _HYDRATE.match(name)
        if found is None:
            raise DataError(f"{name} in dehydrated has no water of crystallisation")
        dry = f"{found['salt']}(s)"
        if dry not in chemistry.index:
            raise DataError(
                f"{name} in dehydrated would become {dry}, which the chemistry does not have{nearest(dry, chemistry.names)}"
            )
        amount = float(stream.flows[at]) * conversion
        if amount == 0.0:
            continue
        lost, made = np.zeros_like(stream.flows), np.zeros_like(stream.flows)
        lost[at] = made[chemistry.index[dry]] = amount
        made[WATER] = amount * float(found["count"] or 1.0)
        driven += float(made[WATER])
        sizes = {dry: stream.sizes[name]} if name in stream.sizes else {}
        left = stream.without(stream.replace(flows=lost))
        stream = mix([left, Stream(chemistry, made, stream.temperature, stream.pressure, sizes)])
    return stream, driven


def deposit(stream: Stream, salts: Iterable[str]) -> Stream:
    """Answer the stream whose liquor has left as much of each of the `salts` as can be made of it, one after the other.

    Raises `DataError` for a name that does not dissolve into components of the chemistry.
    """
    chemistry = stream.chemistry
    flows = np.array(stream.flows)
    totals = flows[chemistry.liquor]  # a view: what is taken from it is taken from the flows
    for name in salts:
        species = chemistry.species[chemistry.position(name)]
        if not species.reaction or not chemistry.solid.start <= chemistry.index[name] < chemistry.solid.stop:
            raise DataError(f"{name} in salts is no solid that dissolves{nearest(name, chemistry.phase_index)}")
        counts = np.array([species.reaction.get(component.name, 0.0) for component in chemistry.components])
        limits = [float(totals[at] / counts[at]) for at in np.flatnonzero(counts) if counts[at] > 0.0 or at == PROTON]
        formed = max(0.0, min(limits))
        totals -= formed * counts
        totals[np.abs(totals) < 1e-14 * np.abs(formed * counts)] = 0.0
        flows[chemistry.index[name]] += formed
    return stream.replace(flows=flows)


def drying_heat(cake: Stream, dried: Iterable[Stream]) -> tuple[float, tuple[str, ...]]:
    """Answer the heat to supply (W) and notes: heats of solution are left out where a last liquor has no speciation."""
    outlets = list(dried)
    try:
        return heat_duty([cake], outlets), ()
    except EngineError as error:
        note = f"heat of solution is left out: {error}"
    at = [float(s.flows @ thermal.standard_enthalpies(s.chemistry, s.temperature)) for s in (cake, *outlets)]
    return sum(at[1:]) - at[0], (note,)
