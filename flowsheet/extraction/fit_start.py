"""First guesses of constants, read off each contact as if its own complex were the only one: no engineer has to give any."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from ..chemistry.extractants import Complex, Extractant
from ..quantities import mol_per_litre
from ..stream import Stream
from .fit_checks import charge_of, mass_of
from .fit_model import Task, Workbench
from .observations import AQUEOUS, EXTRACTED, ORGANIC

_SURE = (0.03, 0.97)  # shares between which a contact tells a constant
_CLIPPED = (0.005, 0.995)
_OF_BASE = 0.6  # activity over concentration of a cation that comes with the base
_LEAST_FREE = 0.03  # of the extractant


def started(bench: Workbench, extractant: Extractant) -> tuple[Complex, ...]:
    """Answer the complexes with a first log K wherever a contact at a pH tells one; the others keep theirs."""
    found: dict[Complex, list[tuple[bool, float]]] = {complex_: [] for complex_ in extractant.complexes}
    for at, task in enumerate(bench.tasks):
        if task.stages == 1 and task.ph is not None:
            _read_contact(bench, at, task, extractant, found)
    guessed = []
    for complex_, values in found.items():
        kept = [value for sure, value in values if sure] or [value for _, value in values]
        if kept:
            beside = sum(other.cation == complex_.cation for other in extractant.complexes)
            value = float(np.median(kept)) - math.log10(beside)
            complex_ = replace(complex_, log_k=value)  # noqa: PLW2901  the same with another number
        guessed.append(complex_)
    return tuple(guessed)


def _read_contact(
    bench: Workbench, at: int, task: Task, extractant: Extractant, found: dict[Complex, list[tuple[bool, float]]]
) -> None:
    """Add what one contact says of each complex."""
    conditions = task.conditions
    liquor = Stream(bench.chemistry, bench.fed[at].liquor, conditions.temperature)
    shares = _shares(bench, at, task)
    ratio = conditions.organic_to_aqueous
    fed = {c: value / mass_of(c) / mol_per_litre for c, value in conditions.feed.items() if value > 0.0}
    bound = sum(charge_of(c) * shares.get(c, 0.0) * amount / ratio for c, amount in fed.items())
    total = conditions.extractant / mol_per_litre
    free = max(_LEAST_FREE, 1.0 - bound / total) * total / extractant.unit
    equilibrium = liquor.equilibrium
    for complex_, values in found.items():
        cation = complex_.cation
        if cation not in shares:
            continue
        share = min(max(shares[cation], _CLIPPED[0]), _CLIPPED[1])
        active = (
            equilibrium.activity(cation) / fed[cation] if cation in fed else _OF_BASE
        )  # per total, as in the liquor fed
        log_k = math.log10(share / (1.0 - share) / ratio / active) - complex_.units * math.log10(free)
        if complex_.anions:
            log_k -= complex_.anions * math.log10(equilibrium.activity(complex_.anion))
        log_k -= (charge_of(cation) - complex_.anions) * (task.ph or 0.0)
        values.append((_SURE[0] < shares[cation] < _SURE[1], log_k))


def _shares(bench: Workbench, at: int, task: Task) -> Mapping[str, float]:
    """Answer the share of each cation that a contact was found to extract."""
    conditions = task.conditions
    shares = {}
    for read in bench.reads:
        if read.task != at:
            continue
        reading = read.reading
        fed = conditions.feed.get(reading.cation, 0.0)
        if reading.kind == EXTRACTED:
            shares[reading.cation] = reading.value
        elif fed > 0.0 and reading.kind == ORGANIC:
            shares[reading.cation] = min(1.0, conditions.organic_to_aqueous * reading.value / fed)
        elif fed > 0.0 and reading.kind == AQUEOUS:
            shares.setdefault(reading.cation, min(1.0, max(0.0, 1.0 - reading.value / fed)))
    return shares
