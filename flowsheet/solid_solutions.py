"""Solids that share a lattice, as an ideal solid solution in equilibrium with a liquor.

The activity of each member is its mole fraction x. With T in liquor and solid, n in the solid and D = dissolved / activity

    x_i = T_i / (n + D_i),  sum_i x_i = 1

gives n and every x where T and D are known, and a liquor changes its D little. A member that is mostly solid is given to the
equilibrium as a solid of activity x; one that is mostly dissolved is taken out of the totals as an amount n x: each way the
other is ill conditioned. One member, that of most solid, is always a solid, so that it holds the pH.

Sources: Prausnitz et al. (1999) Molecular Thermodynamics of Fluid-Phase Equilibria, 3rd ed., ch. 11; Rachford & Rice (1952)
Petroleum Trans. AIME 195, 327.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.optimize import root_scalar

from .chemistry.equilibrium import Equilibrium
from .chemistry.system import Chemistry
from .errors import DataError

_MARGIN = 10.0  # of dissolved over solid, either way of one, before a member is taken the other way


@dataclass(frozen=True)
class Member:
    """A member of a solid solution: mole `fraction`, `amount` in the solid, `total` with the liquor, `dissolved` D; mol/s."""

    fraction: float
    amount: float
    total: float
    dissolved: float


def lattice_members(found: Equilibrium, lattice: tuple[str, ...]) -> dict[str, Member]:
    """Answer fractions and amounts of an ideal solid solution of the named solids, each of one metal, with a liquor.

    Those of a metal that is not there are left out; below saturation amounts are 0 and the fractions those of the first
    solid that would form. Raises `DataError` for a solid of more than one cation.
    """
    chemistry = found.chemistry
    names, totals, dissolved = [], [], []
    for name in lattice:
        if name not in chemistry.phase_index:
            continue
        at, count = _metal(chemistry, name)
        free, solid = found.totals[at] / count, float(found.amounts[chemistry.phase_index[name]])
        index = found.saturation_index(name)
        if free > 0.0 and np.isfinite(index):
            names.append(name)
            totals.append(free + solid)
            dissolved.append(free / 10.0**index)
    if not names:
        return {}
    total, per_activity = np.array(totals), np.array(dissolved)
    share = total / per_activity
    solid = 0.0
    if share.sum() > 1.0:
        bracket = (0.0, float(total.sum()))
        excess = functools.partial(_excess, total=total, per_activity=per_activity)
        solid = float(root_scalar(excess, bracket=bracket, method="brentq", xtol=1e-300, rtol=1e-14).root)
        share = total / (solid + per_activity)
    share = share / share.sum()
    return {
        name: Member(float(x), float(x) * solid, float(t), float(d))
        for name, x, t, d in zip(names, share, total, per_activity, strict=True)
    }


def _excess(solid: float, total: np.ndarray, per_activity: np.ndarray) -> float:
    """Answer by how much the mole fractions of a solid of that amount (mol/s) exceed 1."""
    return float((total / (solid + per_activity)).sum() - 1.0)


def taken_as_solids(members: Mapping[str, Member], before: frozenset[str]) -> frozenset[str]:
    """Answer the members that are given to the equilibrium as solids; `before`: those that were, which stay unless far off."""
    if not members:
        return frozenset()
    solid = sum(member.amount for member in members.values())
    first = max(members, key=lambda name: members[name].fraction)
    if before and solid > 0.0:
        held = max(before & members.keys(), key=lambda name: members[name].amount, default=first)
        if members[held].amount > 0.2 * members[first].amount:
            first = held
    chosen = {first}
    for name, member in members.items():
        ratio = member.dissolved / solid if solid > 0.0 else np.inf
        if ratio < (_MARGIN if name in before else 1.0 / _MARGIN):
            chosen.add(name)
    return frozenset(chosen)


@functools.lru_cache(maxsize=256)
def _metal(chemistry: Chemistry, name: str) -> tuple[int, float]:
    """Answer the place of the only cation of a solid among the components, and how many it holds."""
    held = {c: n for c, n in chemistry.database.species[name].reaction.items() if c not in {"H2O", "H+"} and n > 0.0}
    cations = [c for c in held if chemistry.database.species[c].charge > 0]
    if len(cations) != 1:
        raise DataError(f"lattice: {name} holds {len(cations)} cations, a solid solution is of solids with 1")
    return chemistry.index[cations[0]], held[cations[0]]
