"""The half reactions of redox couples as arrays, and a liquor solved at one activity of the electron.

Electrons are counted as hydrogen, H+ + e- = 1/2 H2 with constant 1, so that every half reaction is neutral:

    oxidised + n/2 H2 = reduced + ...        ln a(oxidised) = ... - n/2 ln h,    h: the fugacity of H2, bar

At a given h one state of each element stays a component and the others are complexes of it, which the ordinary kernel
solves.

Arrays: C components, E of them replaced, B kept; S aqueous species; P phases, those that a couple brings behind the
chemistry's own; K couples of dissolved states.
Sources: Stumm & Morgan (1996) Aquatic Chemistry, 3rd ed., chapter 8.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ...kernels.activity import Mixture
from ...kernels.speciation import Speciation
from ...kernels.status import CONVERGED
from ..errors import ConvergenceError, DataError, nearest
from .couples import Couple, partial_pressure
from .equilibrium import under
from .packing import equilibrate, pack
from .species import COMPONENT
from .system import PROTON, WATER, Chemistry

_LN10 = math.log(10.0)
_BAR = 1e5


class Reactions(NamedTuple):
    """Half reactions among components: nu (K, C) moles made with H2 as the reductant, ln_k (K,), hydrogen (K,) taken."""

    nu: np.ndarray
    ln_k: np.ndarray
    hydrogen: np.ndarray


class Phases(NamedTuple):
    """Phases: composition (P, C), ln_k (P,) of dissolution at h = 1, hydrogen (P,) in a mole."""

    composition: np.ndarray
    ln_k: np.ndarray
    hydrogen: np.ndarray


class Basis(NamedTuple):
    """Which components are kept and replaced, and replaced ones in terms of those kept.

    kept (B,), replaced (E,): indices. made_of (E, B), ln_k (E,) at h = 1, hydrogen (E,).
    """

    kept: np.ndarray
    replaced: np.ndarray
    made_of: np.ndarray
    ln_k: np.ndarray
    hydrogen: np.ndarray


class Balance(NamedTuple):
    """A liquor solved at one ln_h: electrons in excess (as mol H2), the basis, and amounts (P,) of the phases."""

    ln_h: float
    excess: float
    basis: Basis
    speciation: Speciation
    amounts: np.ndarray


@dataclass(frozen=True, eq=False)
class RedoxProblem:
    """A liquor whose couples share one potential, before that is known.

    `totals`: mol (C,). `allowed`, `held` and `fixed` (P,): the phases that may form, their moles at the start beside the
    totals, and moles that are kept out of the solve. `groups`: the couples (rows) and states (columns) of each element.
    """

    chemistry: Chemistry
    totals: np.ndarray
    temperature: float
    allowed: np.ndarray
    mixture: Mixture
    reactions: Reactions
    groups: tuple[tuple[np.ndarray, np.ndarray], ...]
    phases: Phases
    held: np.ndarray
    fixed: np.ndarray

    def basis(self, ln_h: float, ln_proton: float) -> Basis:
        """Keep of each element the state that is most of it at about this ln h and ln a(H+)."""
        size = len(self.totals)
        replaced: list[int] = []
        for rows, states in self.groups:
            ratio = np.zeros(len(states))
            if len(rows) < len(states):
                known = self.reactions.nu[rows, PROTON] * ln_proton
                right = self.reactions.ln_k[rows] + self.reactions.hydrogen[rows] * ln_h - known
                ratio[1:] = np.linalg.solve(self.reactions.nu[np.ix_(rows, states[1:])], right)
                replaced += np.delete(states, int(np.argmax(ratio))).tolist()
            else:
                replaced += states.tolist()
        kept = np.setdiff1d(np.arange(size), replaced)
        inverse = np.linalg.inv(self.reactions.nu[:, replaced])
        return Basis(
            kept,
            np.array(replaced, dtype=np.int64),
            -inverse @ self.reactions.nu[:, kept],
            inverse @ self.reactions.ln_k,
            inverse @ self.reactions.hydrogen,
        )

    def adapted(self, basis: Basis, ln_h: float) -> tuple[Mixture, np.ndarray]:
        """Answer the arrays of the kernel at this ln h, and the order (S,) in which they have the species."""
        mixture, chemistry = self.mixture, self.chemistry
        components = basis.kept[1:] - 1
        order = np.concatenate([components, np.setdiff1d(np.arange(len(chemistry.aqueous)), components)])
        numbers = chemistry.activity.numbers(tuple(chemistry.aqueous[i] for i in order), self.temperature)
        ln_k = basis.ln_k + basis.hydrogen * ln_h
        parts = mixture.composition[:, basis.replaced]
        in_phases = self.phases.composition[:, basis.replaced]
        adapted = mixture._replace(
            composition=np.ascontiguousarray((mixture.composition[:, basis.kept] + parts @ basis.made_of)[order]),
            charge=mixture.charge[order],
            ln_k=(mixture.ln_k + parts @ ln_k)[order],
            ion_size=numbers.ion_size,
            salting=numbers.salting,
            pitzer=numbers.interactions,
            phase_composition=self.phases.composition[:, basis.kept] + in_phases @ basis.made_of,
            phase_ln_k=self.phases.ln_k - self.phases.hydrogen * ln_h - in_phases @ ln_k,
        )
        return adapted, order

    def balance(self, ln_h: float, ln_proton: float) -> Balance | None:
        """Solve the liquor at one ln h and weigh its electrons; None where the kernel finds no answer."""
        basis = self.basis(ln_h, ln_proton)
        mixture, order = self.adapted(basis, ln_h)
        totals = self.totals + (self.held - self.fixed) @ self.phases.composition
        in_basis = totals[basis.kept] + totals[basis.replaced] @ basis.made_of
        speciation, _, _, status = equilibrate(pack(mixture), in_basis, self.allowed)
        if status != CONVERGED:
            return None
        back = np.argsort(order)
        speciation = speciation._replace(molality=speciation.molality[back], ln_gamma=speciation.ln_gamma[back])
        amounts = speciation.phase_amounts + self.fixed
        of_species = self.mixture.composition[:, basis.replaced] @ basis.hydrogen
        excess = (
            speciation.water * float(speciation.molality @ of_species)
            + float((amounts - self.held) @ self.hydrogen(basis))
            - float(self.totals[basis.replaced] @ basis.hydrogen)
        )
        return Balance(ln_h, excess, basis, speciation, amounts)

    def hydrogen(self, basis: Basis) -> np.ndarray:
        """Answer the H2 in a mole of each phase beside the components kept (P,)."""
        return self.phases.hydrogen + self.phases.composition[:, basis.replaced] @ basis.hydrogen

    def excess(self, ln_h: float, ln_proton: float) -> float:
        """Answer the electrons in excess at one ln h; raises `ConvergenceError` where the kernel finds no answer."""
        balance = self.balance(ln_h, ln_proton)
        if balance is None:
            raise ConvergenceError(f"redox equilibrium: the kernel finds no answer at log h = {ln_h / _LN10:.3f}")
        return balance.excess

    def saturation(self, phase: int, balance: Balance) -> float:
        """Answer ln of ion activity product over constant of a phase that is made of water and electrons."""
        mixture, _ = self.adapted(balance.basis, balance.ln_h)
        proton = float(np.log(balance.speciation.molality[0]) + balance.speciation.ln_gamma[0])
        of_water, of_protons = mixture.phase_composition[phase][:2]
        return float(of_water * balance.speciation.ln_water_activity + of_protons * proton - mixture.phase_ln_k[phase])

    def oxygen(self) -> int:
        """Answer which allowed phase is made of water and electrons alone, so that it fixes h; -1 for none."""
        basis = self.basis(0.0, 0.0)
        mixture, _ = self.adapted(basis, 0.0)
        made = ~np.abs(mixture.phase_composition[:, 2:]).any(axis=1) & (np.abs(self.hydrogen(basis)) > 0.0)
        return int(np.argmax(made & self.allowed)) if (made & self.allowed).any() else -1

    def turnover(self) -> float:
        """Answer the electrons that the couples could exchange, as mol H2."""
        totals = self.totals + self.held @ self.phases.composition
        scale = float(np.abs(self.held * self.phases.hydrogen).sum())
        for rows, states in self.groups:
            most = max((float(np.abs(self.reactions.hydrogen[r])) for r in rows), default=0.0)
            scale += most * float(np.abs(totals[states]).sum())
        bound = np.abs(self.phases.composition[:, 2:]) @ np.abs(totals[2:])
        return max(scale, float((np.abs(self.phases.hydrogen) * bound).max(initial=0.0)))


def pose(
    chemistry: Chemistry,
    totals: np.ndarray,
    temperature: float,
    allowed: np.ndarray,
    couples: list[Couple],
    held: Mapping[str, float],
    pressures: Mapping[str, float],
) -> RedoxProblem:
    """Answer the arrays of a liquor and its couples; arguments and errors are those of `redox_equilibrium`."""
    own = {name: p for name, p in pressures.items() if name in chemistry.phase_index}
    mixture = under(chemistry, temperature, own)
    size, count = len(chemistry.components), len(chemistry.phases)
    dissolved, rows, ln_k, hydrogen, names = [], [], [], [], []
    for one in couples:
        nu, phase = _neutral(chemistry, one)
        half = 0.5 * one.electrons
        if not phase:
            dissolved.append((nu, one.ln_k(temperature), half))
            continue
        if phase in names:
            raise DataError(f"couple {one.name}: {phase} is a state of another couple too; name it in one of them")
        into = one.makes[phase]  # -1 where the phase is the oxidised state
        rows.append(-nu / into)
        fugacity = math.log(partial_pressure(phase, pressures) / _BAR) if phase.endswith("(g)") else 0.0
        ln_k.append(-one.ln_k(temperature) / into + fugacity)
        hydrogen.append(half / into)
        names.append(phase)
    if unknown := (set(held) | set(pressures) - set(own)) - set(names):
        raise DataError(f"{', '.join(sorted(unknown))} is no solid or gas of a couple{nearest(min(unknown), names)}")
    phases = Phases(
        np.vstack([mixture.phase_composition, np.array(rows).reshape(-1, size)]),
        np.concatenate([mixture.phase_ln_k, ln_k]),
        np.concatenate([np.zeros(count), hydrogen]),
    )
    reactions = Reactions(
        np.array([d[0] for d in dissolved]).reshape(-1, size),
        np.array([d[1] for d in dissolved]),
        np.array([d[2] for d in dissolved]),
    )
    return RedoxProblem(
        chemistry=chemistry,
        totals=np.array(totals, dtype=np.float64),
        temperature=temperature,
        allowed=np.concatenate([allowed, np.ones(len(names), dtype=np.bool_)]),
        mixture=mixture,
        reactions=reactions,
        groups=_groups(reactions.nu, [c.name for c in couples]),
        phases=phases,
        held=np.concatenate([np.zeros(count), [held.get(name, 0.0) for name in names]]),
        fixed=np.zeros(count + len(names)),
    )


def _neutral(chemistry: Chemistry, one: Couple) -> tuple[np.ndarray, str]:
    """Answer what a couple's reduction by H2 makes of each component (C,), and its phase where one state is a phase."""
    nu, phase = np.zeros(len(chemistry.components)), ""
    for name, count in one.makes.items():
        if name not in chemistry.index:
            raise DataError(
                f"couple {one.name}: {name!r} is not in the chemistry; ask for it by its states or elements"
            )
        if chemistry.species[chemistry.index[name]].phase == COMPONENT:
            nu[chemistry.index[name]] += count
        elif name in chemistry.phase_index:
            into = " and ".join(chemistry.phases[chemistry.phase_index[name]].reaction)
            raise DataError(f"couple {one.name}: {name} dissolves into {into}; name a couple of what it dissolves into")
        else:
            phase = name
    nu[PROTON] += one.electrons
    if not np.abs(nu).any() or (phase.endswith("(g)") and not np.abs(np.delete(nu, PROTON)).any()):
        raise DataError(f"couple {one.name} is the scale of the electron balance, it cannot be part of it")
    return nu, phase


def _groups(nu: np.ndarray, names: list[str]) -> tuple[tuple[np.ndarray, np.ndarray], ...]:
    """Answer the couples (rows) and the states (columns) of each element that the couples (K, C) link."""
    groups: list[tuple[list[int], set[int]]] = []
    for row in range(len(nu)):
        states = {int(c) for c in np.flatnonzero(nu[row]) if c not in (WATER, PROTON)}
        rows = [row]
        for group in [g for g in groups if g[1] & states]:
            groups.remove(group)
            rows, states = group[0] + rows, group[1] | states
        groups.append((rows, states))
    found = []
    for rows, states in groups:
        columns = np.array(sorted(states), dtype=np.int64)
        if np.linalg.matrix_rank(nu[rows][:, columns]) < len(rows):
            raise DataError(f"couples {', '.join(names)} close a circle; one of them follows from the others")
        found.append((np.array(rows, dtype=np.int64), columns))
    return tuple(found)
