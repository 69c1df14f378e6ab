"""What measurements of an extractant cannot be, told before anything is fitted to them.

All balances are per m3 of liquor fed. What is extracted is what the organic was found to hold, else what the liquor has lost,
the water of the base counted: raffinate = feed + base. Each bound is a lower one of what was extracted against an upper one
of what there was, so that what is refused here cannot be by any constants.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from ..chemistry.database import atomic_masses
from ..chemistry.extractants import Extractant
from ..chemistry.formula import molar_mass, parse
from ..errors import DataError, nearest
from ..quantities import mol_per_litre, percent
from .observations import AQUEOUS, EXTRACTED, ORGANIC, PH, CascadePoint, Observation, Reading, ion_name

MASS_ALLOWANCE = 0.10  # by which analyses of two phases may sum to more than was fed
CAPACITY_ALLOWANCE = 0.05
BASE_ALLOWANCE = 0.10
_LEFT_OVER = 0.80  # of the base, below which its use is remarked on
_LOWEST = 0.01  # kg/m3, below which an analysis is no proof
_SULFATE_PROTONS = 100.0  # [HSO4-] / ([H+] [SO4-2]), L/mol, at the most
_MOST_TOLD = 8


@dataclass(frozen=True)
class Balance:
    """One observation, mol per m3 of liquor fed: what came in, what is in the organic, equivalents of base."""

    fed: Mapping[str, float]
    bound: Mapping[str, float]
    volume: float
    base: float | None

    def equivalents(self, without: Iterable[str] = ()) -> float:
        """Answer the equivalents of cations in the organic, those of some cations left out."""
        return sum(charge_of(cation) * amount for cation, amount in self.bound.items() if cation not in without)


@functools.cache
def charge_of(cation: str) -> int:
    """Answer the charge of an ion."""
    return parse(cation).charge


@functools.cache
def mass_of(cation: str) -> float:
    """Answer the molar mass of an ion, kg/mol."""
    return molar_mass(parse(cation), atomic_masses())


@functools.cache
def base_cation(base: str) -> tuple[str, float]:
    """Answer the cation of a base and its equivalents in a mole: `Na+` and 1 of NaOH; `DataError` for what has none."""
    elements = {element: count for element, count in parse(base).elements.items() if element not in {"H", "O", "C"}}
    if len(elements) != 1:
        known = ("NaOH", "NH3", "KOH", "LiOH", "Mg(OH)2", "Na2CO3", "Ca(OH)2")
        raise DataError(f"base {base!r} has {len(elements)} elements that could be its cation{nearest(base, known)}")
    [(element, count)] = elements.items()
    cation = ion_name(element)
    return cation, count * charge_of(cation)


def checked(
    observations: Iterable[Observation], extractant: Extractant
) -> tuple[tuple[Observation, ...], tuple[str, ...]]:
    """Answer the observations that can be fitted, and remarks.

    A cascade whose equivalents close against its base once one cation is left out goes without the readings of that
    cation, with a remark. Raises `DataError` that tells each impossible observation with its reasons and numbers.
    """
    kept, remarks, refused = [], [], []
    for number, observation in enumerate(observations, start=1):
        name = observation.name or f"observation {number}"
        try:
            balance = balance_of(observation)
            reasons = _impossible(observation, balance, extractant)
        except DataError as error:
            reasons, balance = [str(error)], None
        if balance is not None and not reasons and extractant.kind == "acidic":
            observation, told, reasons = _against_base(observation, balance)  # noqa: PLW2901  the same with less in it
            remarks += [f"{name}: {remark}" for remark in told]
        if reasons:
            refused.append(f"{name}: {'; '.join(reasons)}")
        elif observation.readings:
            kept.append(observation)
        else:
            remarks.append(f"{name}: holds 0 readings, it is passed over")
    if refused:
        more = f"; and {len(refused) - _MOST_TOLD} more" if len(refused) > _MOST_TOLD else ""
        count = "1 observation" if len(refused) == 1 else f"{len(refused)} observations"
        raise DataError(f"{count} cannot be. {'. '.join(refused[:_MOST_TOLD])}{more}")
    if not kept:
        raise DataError("there are 0 observations to fit")
    return tuple(kept), tuple(remarks)


def balance_of(observation: Observation) -> Balance:
    """Answer the balance of one observation."""
    conditions = observation.conditions
    sodium, equivalents = base_cation(conditions.base)
    dose = observation.dose
    base = None if dose is None else dose * equivalents
    strength = conditions.base_strength
    volume = 1.0 + (dose / strength if dose is not None and strength is not None else 0.0)
    ratio = conditions.organic_to_aqueous
    fed = {c: value / mass_of(c) for c, value in conditions.feed.items()}
    for cation, value in conditions.organic_feed.items():
        fed[cation] = fed.get(cation, 0.0) + ratio * value / mass_of(cation)
    bound = {}
    for reading in observation.readings:
        cation = reading.cation
        if reading.kind == EXTRACTED and cation != sodium:
            bound[cation] = reading.value * fed.get(cation, 0.0)
        elif reading.kind == ORGANIC and reading.stage == 1:
            bound[cation] = ratio * reading.value / mass_of(cation)
    for reading in observation.readings:
        cation = reading.cation
        if _leaves(reading, observation) and cation not in bound and cation != sodium:
            bound[cation] = max(0.0, fed.get(cation, 0.0) - volume * reading.value / mass_of(cation))
    return Balance(MappingProxyType(fed), MappingProxyType(bound), volume, base)


def _leaves(reading: Reading, observation: Observation) -> bool:
    return reading.kind == AQUEOUS and reading.stage == observation.stages


def _impossible(observation: Observation, balance: Balance, extractant: Extractant) -> list[str]:
    """Say which balances no constants could meet."""
    conditions = observation.conditions
    sodium, _ = base_cation(conditions.base)
    found = []
    for cation in sorted({r.cation for r in observation.readings if r.kind != PH} - {sodium}):
        fed = balance.fed.get(cation, 0.0)
        left = [r.value for r in observation.readings if r.cation == cation and _leaves(r, observation)]
        aqueous = balance.volume * left[0] / mass_of(cation) if left else 0.0
        held = any(r.kind == ORGANIC and r.cation == cation and r.stage == 1 for r in observation.readings)
        organic = balance.bound.get(cation, 0.0) if held else 0.0
        limit = (1.0 + MASS_ALLOWANCE) * fed + _LOWEST / mass_of(cation)
        grams = mass_of(cation)
        if any(r.kind == EXTRACTED and r.cation == cation for r in observation.readings) and fed == 0.0:
            found.append(f"E of {cation} is given, but the feed holds 0 g/L of it")
        elif aqueous > limit:
            found.append(
                f"{cation} appears from nowhere: the raffinate carries {aqueous * grams:.3g} g per litre of feed, the feed "
                f"{fed * grams:.3g} g"
            )
        elif aqueous + organic > limit:
            found.append(
                f"{cation} closes at {100.0 * (aqueous + organic) / fed if fed else float('inf'):.0f} %: liquor and organic "
                f"hold {(aqueous + organic) * grams:.3g} g per litre of feed, the feed brought {fed * grams:.3g} g"
            )
    taken = sum(least_bound(extractant, cation) * amount for cation, amount in balance.bound.items())
    capacity = conditions.organic_to_aqueous * conditions.extractant
    if taken > (1.0 + CAPACITY_ALLOWANCE) * capacity:
        what = "equivalents" if extractant.kind == "acidic" else "molecules bound"
        found.append(
            f"{taken / mol_per_litre:.3g} mol of {what} per litre of feed are {taken / capacity:.2f} times the extractant, "
            f"{capacity / mol_per_litre:.3g} mol"
        )
    supply = _supply(observation, balance)
    if found and extractant.kind == "acidic" and supply is not None:
        asked = balance.equivalents((sodium,))
        if asked > (1.0 + BASE_ALLOWANCE) * supply:
            found.append(_too_little_base(asked, supply))
    return found


def least_bound(extractant: Extractant, cation: str) -> float:
    """Answer the molecules of extractant that a mole of a cation takes at the least."""
    known = [c.units * extractant.unit for c in extractant.complexes if c.cation == cation]
    if extractant.kind == "acidic":
        return float(charge_of(cation))
    return min(known, default=0.0)


def _supply(observation: Observation, balance: Balance) -> float | None:
    """Answer the equivalents that could take up the protons of extraction, at the most; None where no base is told."""
    if balance.base is None:
        return None
    conditions = observation.conditions
    anion = -charge_of(conditions.anion)
    sulfate = sum(charge_of(c) * value / mass_of(c) for c, value in conditions.feed.items()) / anion
    fresh = sum(charge_of(c) * value / mass_of(c) for c, value in conditions.organic_feed.items())
    if observation.ph is None:
        acid = sulfate if conditions.anion == "SO4-2" else balance.equivalents()
    else:
        hydrogen = 10.0**-observation.ph * mol_per_litre
        takes = _SULFATE_PROTONS * hydrogen / mol_per_litre if conditions.anion == "SO4-2" else 0.0
        acid = balance.volume * (2.0 * hydrogen + sulfate * takes / (1.0 + takes))
    return balance.base + conditions.organic_to_aqueous * fresh + acid


def _too_little_base(asked: float, supply: float) -> str:
    return (
        f"{asked / mol_per_litre:.3g} equivalents per litre of feed were extracted, {asked / supply:.2f} times what base and "
        f"acid left allow, {supply / mol_per_litre:.3g}"
    )


def _against_base(observation: Observation, balance: Balance) -> tuple[Observation, list[str], list[str]]:
    """Answer the observation with what its base allows, remarks, and the reasons to refuse it."""
    sodium, _ = base_cation(observation.conditions.base)
    supply = _supply(observation, balance)
    if supply is None or not balance.bound:
        return observation, [], []
    asked = balance.equivalents((sodium,))
    if asked <= (1.0 + BASE_ALLOWANCE) * supply:
        unused = balance.base is not None and observation.stages > 1 and asked < _LEFT_OVER * balance.base
        share = asked / balance.base if balance.base else 0.0
        told = (
            f"{share / percent:.0f} % of the base is found in what was extracted; the rest left as salt of the organic, took "
            "up carbon dioxide, or a flow is off"
        )
        return observation, [told] if unused else [], []
    closes = {c: balance.equivalents((sodium, c)) / supply for c in balance.bound if c != sodium}
    suspect = min(closes, key=lambda c: abs(closes[c] - 1.0), default="")
    if not (
        isinstance(observation, CascadePoint) and suspect and abs(closes[suspect] - 1.0) <= BASE_ALLOWANCE
    ):  # another test shows nothing beyond the one that is wrong
        return observation, [], [_too_little_base(asked, supply)]
    remark = (
        f"{_too_little_base(asked, supply)}; without {suspect} it is {closes[suspect]:.2f} times, so the readings of "
        f"{suspect} are left out"
    )
    return _without(observation, suspect), [remark], []


def _without(observation: CascadePoint, cation: str) -> CascadePoint:
    """Answer a cascade without the readings of a cation."""

    def rest(values: Mapping[str, float]) -> dict[str, float]:
        return {name: value for name, value in values.items() if name != cation}

    return replace(
        observation,
        raffinate=rest(observation.raffinate),
        loaded=rest(observation.loaded),
        aqueous={stage: rest(values) for stage, values in observation.aqueous.items()},
        organic={stage: rest(values) for stage, values in observation.organic.items()},
    )
