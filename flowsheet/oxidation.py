"""Oxidation and reduction of what a stream holds: to a given extent with a reagent, or as far as all couples agree.

A reagent is named by the state that it starts from: `H2O2`, `O2(g)`, `MnO2(s)`, `Fe+3` take electrons; `SO3-2`, `HS-`,
`Cu(s)`, `Fe(s)`, `H2O2` give them. Moles follow from the electrons of the two half reactions, with the H+ and water that
these take or make. Whether the reagent is strong enough is told, not decided: kinetics are not in the couples.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from .chemistry.couples import Couple, couple, couple_names
from .chemistry.redox import RedoxEquilibrium, redox_equilibrium
from .chemistry.species import COMPONENT
from .chemistry.system import PROTON, WATER, Chemistry
from .errors import DataError, nearest
from .stream import Stream, gathered, mix, settled


@dataclass(frozen=True)
class Conversion:
    """A stream after an oxidation or reduction.

    `drawn`: what was drawn of the reagent beyond what the stream held of it, an anion as its acid. `warnings`: what speaks
    against the conversion.
    """

    stream: Stream
    drawn: Stream
    warnings: tuple[str, ...]


def oxidise(stream: Stream, reduced: str, oxidised: str, extent: float, oxidant: str = "H2O2") -> Conversion:
    """Oxidise the share `extent` (0 to 1) of a state, `oxidise(liquor, "Fe+2", "Fe+3", 0.99)`, with an oxidant.

    The stream's own oxidant goes first, the rest is drawn. A mole of H2O2 oxidises two of Fe+2 and takes two of H+.
    Raises `DataError` for an extent beyond 0 to 1, a pair that is no couple, a reagent that takes no electrons, and a
    state that the chemistry does not have.
    """
    target = _couple_of(stream.chemistry, oxidised, reduced)
    return _convert(stream, reduced, target, _reagent(stream.chemistry, oxidant, takes=True), extent)


def reduce(stream: Stream, oxidised: str, reduced: str, extent: float, reductant: str = "SO3-2") -> Conversion:
    """Reduce the share `extent` (0 to 1) of a state, `reduce(liquor, "Fe+3", "Fe+2", 1.0, "Cu(s)")`, with a reductant.

    As `oxidise`, with the same errors.
    """
    target = _couple_of(stream.chemistry, oxidised, reduced)
    return _convert(stream, oxidised, target, _reagent(stream.chemistry, reductant, takes=False), extent)


def settle_redox(
    stream: Stream,
    temperature: float,
    couples: Iterable[str],
    phases: str | Iterable[str] = (),
    pressures: Mapping[str, float] | None = None,
) -> tuple[Stream, RedoxEquilibrium]:
    """Bring the liquor to equilibrium at `temperature` (K) with its redox couples at one potential.

    Solids and gases that are a state of a couple take part with what the stream holds of them, and so do `phases`.
    `pressures`: partial pressures of gases, Pa, 1 bar where not given. Answers the new stream and the equilibrium; raises
    as `redox_equilibrium` does.
    """
    chemistry, couples = stream.chemistry, tuple(couples)
    given = pressures or {}
    also = (phases,) if isinstance(phases, str) else phases
    allowed = chemistry.allowed([*also, *(name for name in given if name in chemistry.phase_index)])
    held = {}
    for one in map(couple, couples):
        for name in (one.oxidised, one.reduced):
            if name in chemistry.index and chemistry.species[chemistry.index[name]].phase != COMPONENT:
                held[name] = stream[name]
    found = redox_equilibrium(chemistry, gathered(stream, allowed), temperature, allowed, couples, held, given)
    after = settled(stream, found.equilibrium, allowed)
    flows = np.array(after.flows)
    for name, amount in found.amounts.items():
        flows[chemistry.index[name]] = amount
    return after.replace(flows=flows), found


def _couple_of(chemistry: Chemistry, oxidised: str, reduced: str) -> Couple:
    for state in (oxidised, reduced):
        chemistry.position(state)
    return couple(f"{oxidised}/{reduced}")


def _reagent(chemistry: Chemistry, name: str, takes: bool) -> Couple:
    """Answer the couple by which a reagent takes (or gives) electrons: the first whose states the chemistry has."""
    known = [couple(of) for of in couple_names()]
    states = {one.oxidised if takes else one.reduced for one in known}
    for one in known:
        if name == (one.oxidised if takes else one.reduced) and set(one.makes) <= set(chemistry.index):
            return one
    does = "oxidant" if takes else "reductant"
    if name in states:
        raise DataError(f"{does} {name!r}, or what becomes of it, is not in the chemistry; ask for it by its states")
    raise DataError(f"{does} {name!r} is in no couple of redox.csv{nearest(name, states)}")


def _convert(stream: Stream, state: str, target: Couple, agent: Couple, extent: float) -> Conversion:
    """Convert a share of `state` by the couple `target`, whose electrons the couple `agent` takes or gives."""
    if not 0.0 <= extent <= 1.0:
        raise DataError(f"extent = {extent:g} of {state} converted is outside 0 to 1")
    chemistry = stream.chemistry
    change = np.zeros(chemistry.size)
    sign = 1.0 if state == target.oxidised else -1.0
    amount = stream[state] * extent / abs(target.makes[state])
    for one, times in ((target, sign), (agent, -sign * target.electrons / agent.electrons)):
        for name, count in one.makes.items():
            change[chemistry.index[name]] += times * count
    reagent = agent.reduced if sign > 0.0 else agent.oxidised
    if change[chemistry.index[reagent]] >= 0.0:
        raise DataError(f"{reagent} cannot convert {state}: it is what {state} becomes, or the state itself")
    at = chemistry.index[reagent]
    added = _drawn(stream, at, max(0.0, -change[at] * amount - stream.flows[at]))
    whole = mix([stream, added]) if added.flows[at] > 0.0 else stream
    flows = whole.flows + change * amount
    flows[at] = max(0.0, flows[at])
    if extent == 1.0:
        flows[chemistry.index[state]] = 0.0
    wet = amount > 0.0 and flows[WATER] > 0.0
    short = _short_of(whole.replace(flows=flows), target, agent) if wet else 0.0
    warnings = []
    if sign * short > 0.0:
        kind = "oxidant" if sign < 0.0 else "reductant"
        warnings.append(
            f"{kind} {reagent} is too weak for {target.name}: at this pH its standard potential is {abs(short):.2f} V on the "
            "wrong side"
        )
    return Conversion(whole.replace(flows=flows), added, tuple(warnings))


def _drawn(stream: Stream, at: int, amount: float) -> Stream:
    """Answer `amount` (mol/s) of a reagent as a stream; an anion comes as its acid, a cation cannot come alone."""
    chemistry = stream.chemistry
    charge = float(chemistry.charges[at])
    if amount > 0.0 and charge > 0.0:
        raise DataError(
            f"{chemistry.names[at]} for the conversion, {amount:.4g} mol/s more than the stream holds, cannot be drawn as an "
            "ion; mix a salt of it in"
        )
    flows = np.zeros(chemistry.size)
    flows[at] = amount
    flows[PROTON] = -charge * amount
    return stream.replace(flows=flows)


def _short_of(stream: Stream, target: Couple, agent: Couple) -> float:
    """Answer by how much (V) the agent stands above the target where each has as much of both states, at the liquor's pH."""
    found = stream.equilibrium
    at_ph = {"H+": float(np.log(found.activity("H+"))), "H2O": float(np.log(found.water_activity))}
    return agent.potential(found.temperature, at_ph) - target.potential(found.temperature, at_ph)
