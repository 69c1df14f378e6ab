"""What a laboratory or a plant has measured of an extractant: contacts at a pH, loading, cascades; made by hand or read.

Each observation is a small value in SI: `conditions` of the test, what was held (a pH, or a dose of base) and what was
found. Stage 1 is where the liquor enters; the raffinate leaves the last stage, the loaded organic the first.

`read_observations` takes them from a table in the units of the bench (g/L, mol/L, degC, %), a test in each row. Columns
that a row leaves empty were not measured; `X` is an element or an ion (`Co`, `Fe+3`), `n` the number of a stage:

    extractant mol/L    of the organic fed, free and bound, counted as single molecules
    feed X g/L          what the liquor fed holds; its anion makes up the charge
    O/A                 volume of organic per volume of liquor, as they are fed (1)
    temperature degC    (25)
    feed pH             of the liquor fed; without it the feed is of neutral salts
    anion               SO4-2 (what a row takes that names none) or Cl-
    base, base mol/L    what sets the pH (NaOH), and its strength; its water dilutes the liquor. Without a strength it is dry
    fresh X g/L         what the organic fed holds already
    pH                  at equilibrium; of the raffinate where there are several stages
    dose mol/L          mol of the base per litre of liquor fed
    E X %               share of X that is in the organic, of what is in both
    aqueous X g/L, organic X g/L        in the two phases after contact
    stages              in counter-current (1)
    raffinate X g/L, loaded X g/L       what leaves a cascade
    aqueous n X g/L, organic n X g/L, pH n          of stage n of a cascade
    name, source, note  text; `name` stands in tables and messages

A row with `raffinate`, `loaded`, numbered columns or `stages` above 1 is a cascade, one with `E` a contact at a pH, any other
a loading. Lines that begin with # are passed over. `mg/L` may stand for `g/L`.
"""

from __future__ import annotations

import csv
import functools
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from ..chemistry.databases import own_data
from ..errors import DataError, nearest
from ..files import read_text
from ..quantities import celsius, mol_per_litre, percent, to_celsius

EXTRACTED, AQUEOUS, ORGANIC, PH = "extracted", "aqueous", "organic", "pH"
_ANIONS = ("SO4-2", "Cl-")
_NOTHING: Mapping[str, float] = MappingProxyType({})
_PH = (-2.0, 14.0)
_MOST_STAGES = 60
_PLAIN = (
    "name",
    "source",
    "note",
    "extractant mol/L",
    "O/A",
    "temperature degC",
    "feed pH",
    "anion",
    "base",
    "base mol/L",
)
_PLAIN += ("pH", "dose mol/L", "stages")  # fmt: skip
_OF_ION = re.compile(
    r"^(?P<what>feed|fresh|raffinate|loaded|aqueous|organic)(?: (?P<stage>\d+))? (?P<ion>\S+) (?P<unit>m?g/L)$"
)
_SHARE = re.compile(r"^E (?P<ion>\S+) %$")
_STAGE_PH = re.compile(r"^pH (?P<stage>\d+)$")
_IN_GRAMS = {"g/L": 1.0, "mg/L": 1e-3}


@dataclass(frozen=True)
class Reading:
    """A measured value: `kind` of it, of which cation, in which stage.

    `value`: a share (0 to 1) where the kind is EXTRACTED, kg/m3 where it is AQUEOUS or ORGANIC, or a PH.
    """

    kind: str
    cation: str
    stage: int
    value: float


@dataclass(frozen=True, kw_only=True)
class Conditions:
    """What was brought together.

    `feed`: kg/m3 (= g/L) of each cation in the liquor. `extractant`: mol/m3 of the organic, free and bound, counted as
    single molecules. `organic_to_aqueous`: volumes as they are fed. `temperature`: K. `feed_ph`: of the liquor; None where
    it holds neutral salts alone. `anion`: makes up the charge of the feed. `base`: sets the pH; `base_strength`: mol/m3 of
    its solution, None where it comes without water. `organic_feed`: kg/m3 of cations that the organic brings. Raises
    `DataError` for what cannot be.
    """

    feed: Mapping[str, float]
    extractant: float
    organic_to_aqueous: float = 1.0
    temperature: float = 298.15
    feed_ph: float | None = None
    anion: str = "SO4-2"
    base: str = "NaOH"
    base_strength: float | None = None
    organic_feed: Mapping[str, float] = field(default_factory=lambda: _NOTHING)

    def __post_init__(self):
        _frozen(self, "feed")
        _frozen(self, "organic_feed")
        for where, held in (("feed", self.feed), ("fresh organic", self.organic_feed)):
            for cation, value in held.items():
                _within(f"{where} {cation}", value, 0.0, math.inf, "g/L")
        if not any(self.feed.values()):
            raise DataError("feed holds 0 g/L of every cation; name what the liquor brings")
        _above(f"extractant = {self.extractant / mol_per_litre:g} mol/L", self.extractant)
        _above(f"O/A = {self.organic_to_aqueous:g}", self.organic_to_aqueous)
        _within("temperature", round(to_celsius(self.temperature), 9), 0.0, 100.0, "degC")
        if self.feed_ph is not None:
            _within("feed pH", self.feed_ph, *_PH)
        if self.base_strength is not None:
            _above(f"base = {self.base_strength / mol_per_litre:g} mol/L", self.base_strength)
        if self.anion not in _ANIONS:
            raise DataError(f"anion {self.anion!r} is not one that feeds are made of{nearest(self.anion, _ANIONS)}")


@dataclass(frozen=True, kw_only=True)
class ExtractionPoint:
    """One contact at a `ph`; `extracted`: share (0 to 1) of each cation that is in the organic, of what is in both."""

    conditions: Conditions
    ph: float
    extracted: Mapping[str, float]
    name: str = ""

    def __post_init__(self):
        _frozen(self, "extracted")
        _within("pH", self.ph, *_PH)
        for cation, share in self.extracted.items():
            if not 0.0 <= share <= 1.0:
                raise DataError(f"E {cation} = {share / percent:g} % is outside 0 to 100 %")

    @property
    def stages(self) -> int:
        """1."""
        return 1

    @property
    def dose(self) -> float | None:
        """None: the pH is held."""
        return None

    @property
    def readings(self) -> tuple[Reading, ...]:
        """What was measured."""
        return tuple(Reading(EXTRACTED, cation, 1, share) for cation, share in self.extracted.items())


@dataclass(frozen=True, kw_only=True)
class LoadingPoint:
    """One contact of which the phases were analysed: kg/m3 (= g/L) of cations in either.

    Held at `ph`; where that is not given `dose` is, mol of the base per m3 of liquor fed. Where both are given the pH is
    held, and the dose is checked against what was extracted.
    """

    conditions: Conditions
    aqueous: Mapping[str, float] = field(default_factory=lambda: _NOTHING)
    organic: Mapping[str, float] = field(default_factory=lambda: _NOTHING)
    ph: float | None = None
    dose: float | None = None
    name: str = ""

    def __post_init__(self):
        _check_held(self.ph, self.dose)
        for kind in (AQUEOUS, ORGANIC):
            _frozen(self, kind)
            for cation, value in getattr(self, kind).items():
                _within(f"{kind} {cation}", value, 0.0, math.inf, "g/L")

    @property
    def stages(self) -> int:
        """1."""
        return 1

    @property
    def readings(self) -> tuple[Reading, ...]:
        """What was measured."""
        found = [Reading(AQUEOUS, cation, 1, value) for cation, value in self.aqueous.items()]
        return (*found, *(Reading(ORGANIC, cation, 1, value) for cation, value in self.organic.items()))


@dataclass(frozen=True, kw_only=True)
class CascadePoint:
    """`stages` in counter-current, the base dosed where the fresh organic enters, as in saponifying it.

    `raffinate`, `loaded`: kg/m3 (= g/L) of cations in what leaves. `aqueous`, `organic`: the same within stages, by their
    number, and `stage_ph`. Where `dose` (mol of base per m3 of liquor fed) is given it is what the cascade is run with, and
    `ph` of the raffinate is compared; where it is not, the pH of the raffinate is held.
    """

    conditions: Conditions
    stages: int
    raffinate: Mapping[str, float] = field(default_factory=lambda: _NOTHING)
    loaded: Mapping[str, float] = field(default_factory=lambda: _NOTHING)
    aqueous: Mapping[int, Mapping[str, float]] = field(default_factory=lambda: MappingProxyType({}))
    organic: Mapping[int, Mapping[str, float]] = field(default_factory=lambda: MappingProxyType({}))
    stage_ph: Mapping[int, float] = field(default_factory=lambda: MappingProxyType({}))
    ph: float | None = None
    dose: float | None = None
    name: str = ""

    def __post_init__(self):
        if not (isinstance(self.stages, int) and 1 <= self.stages <= _MOST_STAGES):
            raise DataError(f"stages = {self.stages!r} must be a whole number from 1 to {_MOST_STAGES}")
        _check_held(self.ph, self.dose)
        for what in ("raffinate", "loaded"):
            _frozen(self, what)
        for what in (AQUEOUS, ORGANIC, "stage_ph"):
            for stage in getattr(self, what):
                if stage not in range(1, self.stages + 1):
                    raise DataError(f"stage {stage} is none of the {self.stages} stages; the liquor enters stage 1")
        for what in (AQUEOUS, ORGANIC):
            held = {stage: _by_ion(values) for stage, values in getattr(self, what).items()}
            object.__setattr__(self, what, MappingProxyType(held))
        for reading in self.readings:
            if reading.kind == PH:
                _within(f"pH {reading.stage}", reading.value, *_PH)
            else:
                where = f"{reading.kind} {reading.stage} {reading.cation}"
                _within(where, reading.value, 0.0, math.inf, "g/L")

    @property
    def readings(self) -> tuple[Reading, ...]:
        """What was measured."""
        found = [Reading(AQUEOUS, cation, self.stages, value) for cation, value in self.raffinate.items()]
        found += [Reading(ORGANIC, cation, 1, value) for cation, value in self.loaded.items()]
        for kind, by_stage in ((AQUEOUS, self.aqueous), (ORGANIC, self.organic)):
            for stage, values in by_stage.items():
                found += [Reading(kind, cation, stage, value) for cation, value in values.items()]
        found += [Reading(PH, "H+", stage, value) for stage, value in self.stage_ph.items()]
        if self.ph is not None and self.dose is not None:
            found.append(Reading(PH, "H+", self.stages, self.ph))
        return tuple(found)


Observation = ExtractionPoint | LoadingPoint | CascadePoint


@functools.cache
def ion_name(written: str) -> str:
    """Answer the cation that an element or ion names: `Co` is `Co+2`; raises `DataError` for none or for several."""
    ions = [c for c in own_data().components if c.charge > 0 and c.name != "H+"]
    names = [ion.name for ion in ions]
    if written in names:
        return written
    of_element = [ion.name for ion in ions if not ion.on_request and set(ion.elements) - {"H", "O"} == {written}]
    if len(of_element) > 1:
        raise DataError(f"{written!r} is {' or '.join(of_element)}; name the ion")
    if not of_element:
        known = {*names, *(element for ion in ions for element in set(ion.elements) - {"H", "O"})}
        raise DataError(f"{written!r} is no cation that liquors hold{nearest(written, known)}")
    return of_element[0]


def read_observations(path: str | Path) -> tuple[Observation, ...]:
    """Read a table of tests, a row each; the columns stand at the head of this file.

    Raises `DataError` that names file and line for an unknown column or ion, what is no number, a value that cannot be, and
    what a row lacks.
    """
    found = []
    lines = _lines(read_text(Path(path)))
    first = next(lines, None)
    if first is None:
        raise DataError(f"file {str(path)!r} holds 0 lines, no heading and no tests")
    try:
        heading = [_known(cell.strip()) for cell in first[1]]
    except DataError as error:
        raise DataError(f"{path}, line {first[0]}: {error}") from error
    for number, cells in lines:
        try:
            if len(cells) > len(heading):
                raise DataError(f"there are {len(cells)} cells for {len(heading)} columns")
            row = {column: cell.strip() for column, cell in zip(heading, cells, strict=False) if cell.strip()}
            found.append(_observation(row, f"line {number}"))
        except DataError as error:
            raise DataError(f"{path}, line {number}: {error}") from error
    if not found:
        raise DataError(f"file {str(path)!r} holds 0 tests, only its heading")
    return tuple(found)


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """Answer the number and the cells of every line that holds some; semicolons part them where the first line has one."""
    lines = text.removeprefix("\xef\xbb\xbf").splitlines()  # the mark of UTF-8, read as Latin-1
    kept = [(number, line) for number, line in enumerate(lines, start=1) if line.strip(" ,;") and line[0] != "#"]
    mark = ";" if kept and ";" in kept[0][1] else ","
    for number, line in kept:
        yield number, next(csv.reader([line], delimiter=mark))


def _known(column: str) -> str:
    """Answer a heading if it is one; raises `DataError` with the nearest."""
    if column in _PLAIN or _STAGE_PH.match(column):
        return column
    found = _OF_ION.match(column) or _SHARE.match(column)
    if found:
        ion_name(found["ion"])
        return column
    ions = [match for match in re.findall(r"[A-Z][a-z]?(?:H4)?(?:\+\d?)?", column) if _is_ion(match)]
    ion = ions[-1] if ions else "Co"
    of_ions = [f"{what} {ion} g/L" for what in ("feed", "fresh", "raffinate", "loaded", "aqueous", "organic")]
    raise DataError(f"column {column!r} is unknown{nearest(column, [*_PLAIN, *of_ions, f'E {ion} %'])}")


def _is_ion(written: str) -> bool:
    try:
        ion_name(written)
    except DataError:
        return False
    return True


def _observation(row: Mapping[str, str], line: str) -> Observation:
    """Make an observation of the cells of a row."""
    held: dict[str, dict[str, float]] = {
        what: {} for what in ("feed", "fresh", "raffinate", "loaded", AQUEOUS, ORGANIC, "E")
    }
    within: dict[str, dict[int, dict[str, float]]] = {AQUEOUS: {}, ORGANIC: {}}
    stage_ph = {}
    for column, cell in row.items():
        if found := _OF_ION.match(column):
            value = _number(column, cell) * _IN_GRAMS[found["unit"]]
            if found["stage"] is None:
                held[found["what"]][found["ion"]] = value
            elif found["what"] in within:
                within[found["what"]].setdefault(int(found["stage"]), {})[found["ion"]] = value
            else:
                raise DataError(f"column {column!r}: {found['what']} belongs to no stage; did you mean 'aqueous n'?")
        elif found := _SHARE.match(column):
            held["E"][found["ion"]] = _number(column, cell) * percent
        elif found := _STAGE_PH.match(column):
            stage_ph[int(found["stage"])] = _number(column, cell)
    ph, dose = _optional(row, "pH"), _optional(row, "dose mol/L", mol_per_litre)
    conditions = _conditions(row, held)
    name = row.get("name", line)
    stages = _number("stages", row.get("stages", "1"))
    if stages != 1.0 or held["raffinate"] or held["loaded"] or any(within.values()) or stage_ph:
        if held["E"] or held[AQUEOUS] or held[ORGANIC]:
            raise DataError(
                "E, aqueous and organic belong to one contact; a cascade has raffinate, loaded or aqueous n"
            )
        return CascadePoint(
            conditions=conditions,
            stages=int(stages) if stages == int(stages) else stages,  # type: ignore[arg-type]  which it refuses
            raffinate=held["raffinate"],
            loaded=held["loaded"],
            aqueous=within[AQUEOUS],
            organic=within[ORGANIC],
            stage_ph=stage_ph,
            ph=ph,
            dose=dose,
            name=name,
        )
    if held["E"] and (held[AQUEOUS] or held[ORGANIC]):
        raise DataError("E stands beside aqueous or organic; give either, since one follows from the other")
    if held["E"]:
        if ph is None:
            raise DataError("E is given, but no pH at which it was found")
        return ExtractionPoint(conditions=conditions, ph=ph, extracted=held["E"], name=name)
    if not (held[AQUEOUS] or held[ORGANIC]):
        raise DataError("0 results are given: E, aqueous, organic, raffinate or loaded")
    return LoadingPoint(
        conditions=conditions, aqueous=held[AQUEOUS], organic=held[ORGANIC], ph=ph, dose=dose, name=name
    )


def _conditions(row: Mapping[str, str], held: Mapping[str, Mapping[str, float]]) -> Conditions:
    if "extractant mol/L" not in row:
        raise DataError("'extractant mol/L' is empty; the balance of the extractant needs it")
    return Conditions(
        feed=held["feed"],
        extractant=_number("extractant mol/L", row["extractant mol/L"]) * mol_per_litre,
        organic_to_aqueous=_number("O/A", row.get("O/A", "1")),
        temperature=celsius(_number("temperature degC", row.get("temperature degC", "25"))),
        feed_ph=_optional(row, "feed pH"),
        anion=row.get("anion", "SO4-2"),
        base=row.get("base", "NaOH"),
        base_strength=_optional(row, "base mol/L", mol_per_litre),
        organic_feed=held["fresh"],
    )


def _number(column: str, cell: str) -> float:
    try:
        value = float(cell)
    except ValueError as error:
        hint = f"; did you mean '{cell.replace(',', '.')}'?" if "," in cell else ""
        raise DataError(f"{column} = {cell!r} is no number{hint}") from error
    if not math.isfinite(value):
        raise DataError(f"{column} = {cell!r} is no finite number")
    return value


def _optional(row: Mapping[str, str], column: str, factor: float = 1.0) -> float | None:
    return _number(column, row[column]) * factor if column in row else None


def _by_ion(values: Mapping[str, float]) -> Mapping[str, float]:
    return MappingProxyType({ion_name(cation): float(value) for cation, value in values.items()})


def _frozen(observation: object, what: str) -> None:
    """Give an attribute the names of ions for keys, and let nobody change it."""
    object.__setattr__(observation, what, _by_ion(getattr(observation, what)))


def _within(what: str, value: float, low: float, high: float, unit: str = "") -> None:
    said = f" {unit}" if unit else ""
    if not low <= value <= high:
        limits = f"below {low:g}" if math.isinf(high) and value < low else f"outside {low:g} to {high:g}"
        raise DataError(f"{what} = {value:g}{said} is {limits}{said}")


def _above(said: str, value: float) -> None:
    if not 0.0 < value < math.inf:
        raise DataError(f"{said} is not above 0")


def _check_held(ph: float | None, dose: float | None) -> None:
    if ph is None and dose is None:
        raise DataError("neither pH nor dose is given; give the pH at equilibrium, or the dose of base (0 for none)")
    if ph is not None:
        _within("pH", ph, *_PH)
    if dose is not None:
        _within("dose", dose / mol_per_litre, 0.0, math.inf, "mol/L")
