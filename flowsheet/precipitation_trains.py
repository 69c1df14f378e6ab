"""Stirred precipitation tanks in series: staged reagents, seed, solids returned, ageing, and the sizes of the product.

A share r of the solids that is returned to the first tank does not change what is made of what is fed: at steady state the
tanks hold 1 / (1 - r) times the solids, so slow solids come nearer to equilibrium, a fresh solid ages through more passes, and
crystals grow for longer. With p the share of a fresh solid that one pass leaves fresh, (1 - r) / (1 - r p) of what the first
pass leaves is still fresh in the product.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from .chemistry.database import table
from .chemistry.equilibrium import Equilibrium
from .errors import DataError
from .grown_sizes import crystal_sizes, grown
from .precipitation import precipitate
from .precipitation_equilibrium import Guess, State, Tank
from .precipitation_rates import aged, ageing_rate
from .sizes import SizeDistribution
from .stream import Stream, mix

_MOST_HELD = 1000.0


@dataclass(frozen=True)
class Step:
    """A tank and what goes into it: a `titrant` dosed to `target_ph`, and a stream `added` as it is."""

    tank: Tank
    titrant: Stream | None = None
    target_ph: float | None = None
    added: Stream | None = None


@dataclass(frozen=True)
class Train:
    """What tanks in series answer: `stream` with its gas, and of each tank what it drew and the pH of its liquor."""

    stream: Stream
    drawn: tuple[Stream, ...]
    ph: tuple[float, ...]
    liquor: Equilibrium
    warnings: tuple[str, ...]
    guesses: tuple[Guess | None, ...] = ()


def run_train(
    feed: Stream,
    steps: Sequence[Step],
    seed: Stream | None = None,
    recycle: float = 0.0,
    start: Sequence[Guess | None] | None = None,
) -> Train:
    """Run `feed` and `seed` through tanks in series, gas leaving each; `recycle`: share of the solids that is returned.

    `start`: the guesses of a run on a feed like this, which save time and change nothing. Raises `DataError` for no tank, a
    share that is not from 0 to below 1, or what `precipitate` refuses.
    """
    if not steps:
        raise DataError("train: 0 tanks are given, at least 1 is needed")
    if not 0.0 <= recycle < 1.0:
        raise DataError(f"train: share of solids returned = {recycle:g} is outside 0 to below 1")
    hold = 1.0 / (1.0 - recycle)
    entering = mix([feed, seed]) if seed is not None and seed.mass > 0.0 else feed
    if seed is not None and seed.solids.mass > 0.0:
        first = _through(entering, steps, hold, start)
        start = first.guesses
        made = first.stream.solids.mass - entering.solids.mass
        hold *= 1.0 + seed.solids.mass / made if made > 0.0 else 1.0
    train = _through(entering, steps, min(hold, _MOST_HELD), start)
    stream = _aged_again(train.stream, steps, recycle)
    return replace(train, stream=_sized(entering, stream, steps, recycle))


def guesses_of(start: object) -> Sequence[Guess | None] | None:
    """Answer the guesses that an earlier run of a unit kept; None where it kept something else or nothing."""
    if isinstance(start, tuple) and all(guess is None or isinstance(guess, Guess) for guess in start):
        return start
    return None


def _after(guess: Guess | None, before: float, now: float) -> Guess | None:
    """Answer where a tank begins after another: with its solid solution, no dose and nothing taken up yet; masses in kg/s."""
    if guess is None:
        return None
    amounts = {name: amount * before / now for name, amount in guess.state.amounts.items()}
    return Guess(0.0, State(guess.state.activities, amounts, dict.fromkeys(guess.state.bound, 0.0)))


def begun_after(train: Train) -> Sequence[Guess | None]:
    """Answer the guesses with which clear liquor of a train may begin in another of as many tanks."""
    last = train.guesses[-1] if train.guesses else None
    if last is None:
        return [None] * len(train.guesses)
    state = State(last.state.activities, dict.fromkeys(last.state.amounts, 0.0), dict.fromkeys(last.state.bound, 0.0))
    return (Guess(0.0, state), *[None] * (len(train.guesses) - 1))


def _through(entering: Stream, steps: Sequence[Step], hold: float, start: Sequence[Guess | None] | None) -> Train:
    slurry, gases, drawn, ph, warnings, guesses = entering, [], [], [], [], []
    liquor = None
    known = start if start is not None and len(start) == len(steps) else [None] * len(steps)
    for number, (step, guess) in enumerate(zip(steps, known, strict=True), start=1):
        within = mix([slurry, step.added]) if step.added is not None and step.added.mass > 0.0 else slurry
        tank = replace(step.tank, hold=hold)
        begun = guess if guess is not None or not guesses else _after(guesses[-1], entering.mass, within.mass)
        found = precipitate(within, tank, step.titrant, step.target_ph, begun)
        after = aged(found.stream, tank.temperature, tank.residence_time, tank.forms)
        gases.append(after.gas)
        slurry = after.without(after.gas)
        drawn.append(found.drawn)
        ph.append(found.liquor.ph)
        of = f"tank {number}: " if len(steps) > 1 else ""
        warnings += [of + sentence for sentence in found.warnings]
        liquor = found.liquor
        guesses.append(found.guess)
    if liquor is None:
        raise DataError("train: 0 tanks are given, at least 1 is needed")
    return Train(mix([slurry, *gases]), tuple(drawn), tuple(ph), liquor, tuple(warnings), tuple(guesses))


def _aged_again(stream: Stream, steps: Sequence[Step], recycle: float) -> Stream:
    """Age what comes round again; see the head of the file."""
    if recycle == 0.0:
        return stream
    forms = tuple(name for step in steps for name in step.tank.forms)
    for of in table("precipitation").names("ageing_rate"):
        fresh, old = of.split("|")
        if fresh not in stream.chemistry.index or stream[fresh] <= 0.0 or old in forms:
            continue
        left = 1.0
        for step in steps:
            rate = ageing_rate(fresh, old, step.tank.temperature) or 0.0
            left /= 1.0 + rate * step.tank.residence_time
        turned = 1.0 - (1.0 - recycle) / (1.0 - recycle * left)
        stream = aged(stream, steps[0].tank.temperature, np.inf, (*forms, *_others(of)), turned)
    return stream


def _others(of: str) -> tuple[str, ...]:
    """Answer the aged forms of every other solid, so that they are left alone."""
    return tuple(pair.split("|")[1] for pair in table("precipitation").names("ageing_rate") if pair != of)


def _sized(entering: Stream, stream: Stream, steps: Sequence[Step], recycle: float) -> Stream:
    """Give the solids that formed their sizes, where `precipitation.csv` has a rate of growth."""
    chemistry = stream.chemistry
    time = sum(step.tank.residence_time for step in steps)
    found = {}
    for name in table("precipitation").names("growth"):
        if name not in chemistry.index or stream[name] <= 0.0 or time <= 0.0:
            continue
        growth = table("precipitation").value(name, "growth")
        kept, made = min(entering[name], stream[name]), stream[name] - entering[name]
        if made <= 0.0:
            continue
        new = crystal_sizes(growth, time, len(steps), recycle).fractions
        if kept > 0.0 and name in entering.sizes:
            seed, gained = grown(SizeDistribution(entering.sizes[name]), kept, made, growth * time)
            fractions = (seed.fractions * (kept + gained) + new * (made - gained)) / (kept + made)
            found[name] = SizeDistribution(fractions / fractions.sum())
        elif kept == 0.0:
            found[name] = SizeDistribution(new)
    for of in table("precipitation").names("ageing_rate"):
        fresh, old = of.split("|")
        if fresh in found and old not in stream.sizes and stream[old] > 0.0:
            found[old] = found[fresh]
    return stream.with_sizes(found) if found else stream
