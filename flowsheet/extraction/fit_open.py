"""What measurements leave open, by name and with the reason: the sentences of a fit."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ..chemistry.extractants import Complex, Extractant
from .fit_model import Workbench
from .fit_statistics import Estimate, Quantity, correlation, tied
from .observations import EXTRACTED, PH
from .profile import StageProfile

_LITTLE = 0.03  # share of a cation in the organic, below which a complex is not there
_ALL = 0.97  # share beyond which a contact only bounds a constant


def left_open(
    bench: Workbench,
    extractant: Extractant,
    profiles: Mapping[int, StageProfile],
    quantities: list[Quantity],
    known: Estimate,
) -> dict[str, str]:
    """Answer a sentence for each quantity that is not determined, by its name, and for pairs that are known as a sum alone.

    Not determined is what has too wide an interval, the constant of a complex that is nowhere to speak of, and that of a
    metal of which every reading lies at one end.
    """
    told = {}
    matrix = correlation(known)
    unseen = {
        f"log K {label(c)}"
        for c in extractant.complexes
        if _of_readings(bench, c.cation) or max(populations(bench, extractant, profiles, c), default=0.0) < _LITTLE
    }
    open_at = [
        at
        for at, (quantity, half) in enumerate(zip(quantities, known.halves, strict=True))
        if not half <= quantity.widest or quantity.name in unseen
    ]
    for at in open_at:
        quantity = quantities[at]
        half = known.halves[at] * quantity.factor
        unit = " kJ/mol" if quantity.unit == "kJ/mol" else ""
        wide = f"+-{half:.2g}{unit}" if np.isfinite(half) else "any value fits"
        reason = _reason(at, bench, extractant, profiles, quantities, matrix)
        told[quantity.name] = f"{quantity.name} is not determined ({wide}): {reason}"
    for one, other, value in tied(known, quantities):
        shared = bool((quantities[one].weights * quantities[other].weights).any())
        if not shared and one not in open_at and other not in open_at:
            told[f"{quantities[one].name} and {quantities[other].name}"] = (
                f"{quantities[one].name} and {quantities[other].name} are known together better than apart (correlation "
                f"{value:.3f}); change them together or not at all"
            )
    return told


def _reason(
    at: int,
    bench: Workbench,
    extractant: Extractant,
    profiles: Mapping[int, StageProfile],
    quantities: list[Quantity],
    matrix: np.ndarray,
) -> str:
    """Say why a quantity is not determined."""
    name = quantities[at].name
    if not name.startswith("log K"):
        enthalpy = "its readings lie too close in temperature, or tell too little of the constant itself"
        use = "the constants make up for it; fit it on days whose constants are known from contacts"
        return enthalpy if name.startswith("enthalpy") else use
    complex_ = next(c for c in extractant.complexes if name == f"log K {label(c)}")
    return _of_readings(bench, complex_.cation) or _of_complex(
        at, bench, extractant, profiles, complex_, quantities, matrix
    )


def _of_complex(
    at: int,
    bench: Workbench,
    extractant: Extractant,
    profiles: Mapping[int, StageProfile],
    complex_: Complex,
    quantities: list[Quantity],
    matrix: np.ndarray,
) -> str:
    """Say why the constant of a complex is not determined by readings that lie where they should."""
    cation = complex_.cation
    shares = populations(bench, extractant, profiles, complex_)
    highest = max(shares, default=0.0)
    if highest < _LITTLE:
        return (
            f"this complex is never there, at most {100.0 * highest:.2g} % of the {cation} in any organic; leave it out, or "
            f"measure at {'a higher' if _fewest(extractant, complex_) else 'a lower'} loading"
        )
    others = np.where(np.isfinite(matrix[at]), np.abs(matrix[at]), 0.0)
    others[at] = 0.0
    partner = int(np.argmax(others)) if len(others) > 1 else at
    if others[partner] > 0.9:
        return (
            f"only its combination with {quantities[partner].name} is (correlation {matrix[at, partner]:.3f}); loading or "
            "extractant has to vary more, or the step has to be shared (shared_step=True)"
        )
    beside = [c for c in extractant.complexes if c.cation == cation]
    if len(beside) > 1:
        return (
            f"it is {100.0 * min(shares):.2g} to {100.0 * highest:.2g} % of the {cation} in the organics, which is too like the "
            "other complex; loading or extractant has to vary more, or the step has to be shared (shared_step=True)"
        )
    count = sum(read.reading.cation == cation for read in bench.reads)
    return f"its {count} readings scatter too much, or are too few"


def label(complex_: Complex) -> str:
    """Answer how a complex is called in tables: `Co+2 with 2 units`."""
    return f"{complex_.cation} with {complex_.units:g} unit{'' if complex_.units == 1.0 else 's'}"


def _fewest(extractant: Extractant, complex_: Complex) -> bool:
    """Whether no other complex of the cation takes less extractant."""
    return complex_.units == min(c.units for c in extractant.complexes if c.cation == complex_.cation)


def _of_readings(bench: Workbench, cation: str) -> str:
    """Say that there are no readings of a cation, or that every E is near 0 or near 100 %; empty where one is between."""
    found = [r.reading for r in bench.reads if r.reading.cation == cation]
    if not found:
        return f"there are 0 readings of {cation}"
    shares = [reading.value for reading in found if reading.kind == EXTRACTED]
    if len(shares) < len([reading for reading in found if reading.kind != PH]) or not shares:
        return ""
    low, high = min(shares), max(shares)
    lies = f"every E of {cation} lies at {100.0 * low:.3g} to {100.0 * high:.3g} %"
    if low >= _ALL:
        return f"{lies}, which bounds it from below only; measure at a lower pH"
    if high <= 1.0 - _ALL:
        return f"{lies}, which bounds it from above only; measure at a higher pH"
    if all(share >= _ALL or share <= 1.0 - _ALL for share in shares):
        return f"{lies} with nothing between; measure where it is half extracted"
    return ""


def populations(
    bench: Workbench, extractant: Extractant, profiles: Mapping[int, StageProfile], complex_: Complex
) -> list[float]:
    """Answer the share of a complex in its cation of the organic, in every test that the cation takes part in."""
    beside = [c for c in extractant.complexes if c.cation == complex_.cation]
    shares = []
    for task in bench.holding([complex_.cation]):
        profile = profiles[task]
        at = profile.cations.index(complex_.cation)
        for stage, free in enumerate(profile.free):
            if profile.organic[stage, at] > 0.0 and free > 0.0:
                weights = [10.0**c.log_k * float(free) ** c.units for c in beside]
                shares.append(weights[beside.index(complex_)] / sum(weights))
    return shares
