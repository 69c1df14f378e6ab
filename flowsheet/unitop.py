"""What a unit operation is: a frozen value of declared parameters with a pure `run`.

A unit operation declares its ports, its parameters with unit, range and meaning, and the figures that it reports. `run`
takes the inlet streams and answers an `Outcome`. It keeps nothing, changes nothing it is given, and answers the same
twice. Its name belongs to its place in the flowsheet.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from .chemistry.system import Chemistry
from .errors import DeclarationError, nearest
from .stream import Stream

_NOTHING: Mapping[str, float] = {}


@dataclass(frozen=True)
class Port:
    """An inlet: its meaning, an `example` inflow (kg/s by species, for checks), and whether something must be fed."""

    doc: str
    example: Mapping[str, float] = field(default_factory=dict)
    required: bool = True


@dataclass(frozen=True)
class Figure:
    """A number that a unit reports: its unit (SI) and its meaning."""

    unit: str
    doc: str


@dataclass(frozen=True)
class Outcome:
    """What a unit operation answers.

    `outlets`: a stream for each outlet. `report`: the declared figures. `drawn`: what the unit drew from outside to meet
    its own targets (a base dosed to a pH), by name of the reagent parameter. `warnings`: sentences on what lies outside
    the range of a model. `start`: where a later run of the unit may begin, for `resume`.
    """

    outlets: Mapping[str, Stream]
    report: Mapping[str, float] = field(default_factory=dict)
    drawn: Mapping[str, Stream] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    start: object = None


def parameter(
    unit: str,
    doc: str,
    example: Any,
    *,
    low: float | None = None,
    high: float | None = None,
    default: Any = dataclasses.MISSING,
) -> Any:
    """Declare a parameter: its SI unit, meaning and an example, and for a number its range and perhaps a default."""
    metadata = {"unit": unit, "doc": doc, "low": low, "high": high, "example": example}
    return field(default=default, metadata=metadata)


def reagent(doc: str, example: Mapping[str, float]) -> Any:
    """Declare a reagent: a stream whose composition is dosed; `example` in kg/s by species."""
    return field(metadata={"unit": "reagent", "doc": doc, "low": None, "high": None, "example": example})


@dataclass(frozen=True, kw_only=True)
class UnitOp:
    """The base of every unit operation.

    A subclass is a frozen dataclass with `inlets` (port by name), `outlets` (meaning by name), `figures` (what it
    reports) and `run`. Raises `DeclarationError` for a parameter that does not exist, is missing, or lies out of range.
    """

    inlets: ClassVar[Mapping[str, Port]] = {}
    outlets: ClassVar[Mapping[str, str]] = {}
    figures: ClassVar[Mapping[str, Figure]] = {}

    def __new__(cls, *args: object, **given: object):
        """Refuse a misspelt or missing parameter before the dataclass does, with the nearest name."""
        known = {f.name: f for f in dataclasses.fields(cls)}
        for name in given:
            if name not in known:
                raise DeclarationError(f"{cls.__name__} has no parameter {name!r}{nearest(name, known)}")
        if not args:
            for name, declared in known.items():
                if name not in given and declared.default is dataclasses.MISSING:
                    doc = declared.metadata.get("doc", "")
                    raise DeclarationError(f"{cls.__name__} needs the parameter {name!r} ({doc})")
        return super().__new__(cls)

    def __post_init__(self):
        for declared in dataclasses.fields(self):
            _check(type(self).__name__, declared, getattr(self, declared.name))

    def run(self, inlets: Mapping[str, Stream]) -> Outcome:
        """Answer what leaves the unit; every unit operation defines it."""
        raise DeclarationError(f"{type(self).__name__} defines no run, {len(inlets)} inlets are given to it")

    def resume(self, inlets: Mapping[str, Stream], start: object) -> Outcome:
        """Answer what `run` answers, begun at the `Outcome.start` of an earlier run, which saves time and changes nothing.

        A unit operation that is solved by iteration defines it; for all others this is `run`.
        """
        return self.run(inlets)

    @classmethod
    def example(cls, chemistry: Chemistry) -> UnitOp:
        """Make the unit from the examples of its parameters, for checks and for documentation."""
        given: dict[str, Any] = {}
        for declared in dataclasses.fields(cls):
            example = declared.metadata["example"]
            if declared.metadata["unit"] == "reagent" and example is not None:
                example = Stream.of(chemistry, example)
            given[declared.name] = example
        return cls(**given)


def _check(owner: str, declared: dataclasses.Field, value: object) -> None:
    """Raise `DeclarationError` for a value of the wrong kind or out of its range."""
    unit, low, high = (declared.metadata.get(key) for key in ("unit", "low", "high"))
    if unit == "reagent":
        if value is None and declared.default is None:
            return
        if not isinstance(value, Stream):
            raise DeclarationError(
                f"{owner}: {declared.name} = {value!r} must be a Stream (the composition that is dosed)"
            )
        return
    if unit == "name" and not isinstance(value, str):
        raise DeclarationError(
            f"{owner}: {declared.name} = {value!r} must be a name, such as {declared.metadata['example']!r}"
        )
    if unit == "names" and not (isinstance(value, tuple) and all(isinstance(name, str) for name in value)):
        raise DeclarationError(
            f"{owner}: {declared.name} = {value!r} must be a tuple of names, such as {declared.metadata['example'][:1]!r}"
        )
    if low is None and high is None:
        return
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise DeclarationError(
            f"{owner}: {declared.name} = {value!r} must be a number{'' if unit == '-' else f' in {unit}'}"
        )
    if declared.type in (int, "int") and value != int(value):
        raise DeclarationError(
            f"{owner}: {declared.name} = {value:g} must be a whole number ({declared.metadata['doc']})"
        )
    lower, upper = (float("-inf") if low is None else low), (float("inf") if high is None else high)
    if not lower <= value <= upper:
        suffix = "" if unit == "-" else f" {unit}"
        raise DeclarationError(
            f"{owner}: {declared.name} = {value:g}{suffix} is outside {lower:g} to {upper:g}{suffix} "
            f"({declared.metadata['doc']})"
        )
