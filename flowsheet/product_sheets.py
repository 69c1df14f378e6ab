"""Product sheets: a product against its standard, limit by limit, with where each impurity comes from and how it sits there.

    >>> sheet = product_sheet(solution, "NiSO4 centrifuge.cake", "NiSO4.6H2O")
    >>> print(sheet.text())
    >>> sheet.write("results/nickel_sulfate.csv")

The product is taken dried, as its buyer analyses it: solids, and what the adhering liquor leaves. Origins are those of the
trace in `origins.py`. How an element sits in the product is told by what it is part of: the crystals and the solids that
have a distribution into their lattice, what travels as occluded in them (`crystallisation/uptake.py`), other solids beside
them, and the liquor that adheres. Limits stand in `product_standards.csv`, with their sources.
"""

from __future__ import annotations

import csv
import functools
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pandas

from .chemistry.database import atomic_masses, table
from .chemistry.system import WATER
from .crystallisation.uptake import guests
from .errors import DataError, nearest
from .files import write_csv
from .origins import element_origins
from .quantities import hour, percent, ppm
from .report import dried
from .solver import Solution
from .stream import Stream, mix

LATTICE, OCCLUDED, SOLIDS, LIQUOR = "lattice", "occluded", "other solids", "adhering liquor"
PLACES = (LATTICE, OCCLUDED, SOLIDS, LIQUOR)
PASS, FAIL, UNKNOWN = "pass", "FAIL", "not followed"
_LEAST, _LARGEST = "least", "largest"
_UNITS = {"%": percent, "ppm": ppm, "-": 1.0}
_GROUPS = {"SO4": ("S", 4), "NO3": ("N", 3)}  # an anion is weighed with its oxygen: the element, and how many O
_SYMBOL = re.compile("[A-Z][a-z]?")
_OTHERS = ("assay", "moisture", "insoluble", "magnetic")
_NAMED = 0.005  # share of an origin from which on it is named in a line of text


@dataclass(frozen=True)
class Limit:
    """One line of a standard: at `least` or at the `largest` so much of an analyte; `value` in SI (a share, or a ratio).

    `analyte`: an element, SO4 or NO3, a ratio of elements by moles ("Fe/P"), or one of assay, moisture, insoluble and
    magnetic. Raises `DataError` for another, a kind that is none of the two, or a unit that is neither %, ppm nor -.
    """

    analyte: str
    kind: str
    value: float
    unit: str
    source: str
    where: str
    note: str

    def __post_init__(self):
        if self.kind not in (_LEAST, _LARGEST):
            raise DataError(f"limit of {self.analyte}: kind {self.kind!r} is neither {_LEAST} nor {_LARGEST}")
        if self.unit not in _UNITS:
            raise DataError(f"limit of {self.analyte}: unit {self.unit!r} is none of {', '.join(_UNITS)}")
        if not 0.0 <= self.value < math.inf:
            raise DataError(f"limit of {self.analyte}: value = {self.value:g} is not 0 or more")
        names = {*atomic_masses(), *_GROUPS, *_OTHERS}
        for name in self.analyte.split("/"):
            if name not in names and not _SYMBOL.fullmatch(name):
                raise DataError(f"limit: analyte {name!r} is no element or group{nearest(name, names)}")


@dataclass(frozen=True)
class Standard:
    """A standard of a product, whose `main` solid it is named for."""

    name: str
    main: str
    limits: tuple[Limit, ...]


@dataclass(frozen=True)
class Line:
    """A limit and what the plant is predicted to make.

    `predicted`: as `limit.value`, nan where the chemistry does not follow it. `margin`: how many times the limit is kept,
    below 1 where it is broken. `origins`: share by feed or reagent. `places`: share by how it sits in the product.
    """

    limit: Limit
    predicted: float
    verdict: str
    margin: float
    origins: Mapping[str, float]
    places: Mapping[str, float]


@dataclass(frozen=True)
class ProductSheet:
    """A product of a solved plant against a standard. `mass`: of the dry product, kg/s. `purity`: share of `main` in it."""

    outlet: str
    standard: Standard
    mass: float
    purity: float
    lines: tuple[Line, ...]

    @property
    def passes(self) -> bool:
        """Whether every limit is kept that the chemistry can follow."""
        return all(line.verdict != FAIL for line in self.lines)

    def table(self) -> pandas.DataFrame:
        """Answer a row a limit; amounts in the unit of the limit, shares in %."""
        return pandas.DataFrame([_row(line) for line in self.lines]).set_index("analyte")

    def text(self) -> str:
        """Answer the sheet as lines of text, for a terminal."""
        verdicts = [line.verdict for line in self.lines]
        head = (
            f"{self.outlet}: {hourly(self.mass)} dry, {self.purity / percent:.4g} % {self.standard.main}; "
            f"{self.standard.name}: {verdicts.count(PASS)} of {len(verdicts)} limits kept, "
            f"{verdicts.count(FAIL)} broken, {verdicts.count(UNKNOWN)} not followed"
        )
        rows = [("analyte", "limit", "predicted", "", "margin", "sits in", "comes from")]
        rows += [_words(line) for line in self.lines]
        widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
        body = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
        foot = ["* not read from the standard: see the note in the table"] if any("*" in row[1] for row in rows) else []
        return "\n".join([head, *body, *foot])

    def write(self, path: str | Path) -> Path:
        """Write the table as CSV, whole or not at all; answers the path."""
        return write_csv(path, self.table())


@functools.cache
def standards() -> Mapping[str, Standard]:
    """Answer every standard of `product_standards.csv` by name."""
    found: dict[str, tuple[str, list[Limit]]] = {}
    with resources.files("raffinate.flowsheet.data").joinpath("product_standards.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            value = float(row["value"]) * _UNITS[row["unit"]]
            limit = Limit(row["analyte"], row["kind"], value, row["unit"], row["source"], row["where"], row["note"])
            found.setdefault(row["standard"], (row["main"], []))[1].append(limit)
    return MappingProxyType({name: Standard(name, main, tuple(limits)) for name, (main, limits) in found.items()})


def product_sheet(solution: Solution, outlet: str, standard: str | Standard) -> ProductSheet:
    """Hold what leaves by "unit.outlet" against a standard, by its name or one made for the purpose.

    Raises `DataError` for a standard or an outlet that does not exist, a standard whose main solid the chemistry does not
    have, or an outlet without a dry product.
    """
    if isinstance(standard, str):
        if standard not in standards():
            raise DataError(f"product sheet: there is no standard {standard!r}{nearest(standard, standards())}")
        standard = standards()[standard]
    if outlet not in solution.streams:
        raise DataError(f"product sheet: outlet {outlet!r} is not in the solution{nearest(outlet, solution.streams)}")
    stream = solution.streams[outlet]
    chemistry = stream.chemistry
    if standard.main not in chemistry.index:
        raise DataError(
            f"product sheet of {outlet}: {standard.name} is of {standard.main}, which the chemistry does not have"
            f"{nearest(standard.main, chemistry.names[chemistry.solid])}"
        )
    dry = dried(stream, standard.main)
    mass = float(dry @ chemistry.molar_masses)
    if mass <= 0.0 or stream.solids.mass <= 0.0:
        raise DataError(
            f"product sheet of {outlet}: {stream.solids.mass * hour:g} kg/h of solids, more than 0 is needed"
        )
    at = chemistry.position(standard.main)
    lines = tuple(_line(solution, outlet, limit, (dry, standard.main)) for limit in standard.limits)
    return ProductSheet(outlet, standard, mass, float(dry[at] * chemistry.molar_masses[at]) / mass, lines)


def _line(solution: Solution, outlet: str, limit: Limit, product: tuple[np.ndarray, str]) -> Line:
    stream = solution.streams[outlet]
    element = _element(limit.analyte)
    predicted = _predicted(stream, limit.analyte, product)
    if math.isnan(predicted):
        return Line(limit, predicted, UNKNOWN, math.nan, {}, {})
    margin = _ratio(predicted, limit.value) if limit.kind == _LEAST else _ratio(limit.value, predicted)
    origins: Mapping[str, float] = {}
    places: Mapping[str, float] = {}
    if element in stream.chemistry.element_names:
        origins = element_origins(solution, element).of(outlet)
        places = _places(_before_drying(solution, outlet), element, product[1])
    return Line(limit, predicted, PASS if margin >= 1.0 else FAIL, margin, origins, places)


def _ratio(above: float, below: float) -> float:
    return above / below if below > 0.0 else math.inf


def _element(analyte: str) -> str:
    """Answer the element that an analyte is measured by."""
    return _GROUPS[analyte][0] if analyte in _GROUPS else analyte


def _predicted(stream: Stream, analyte: str, product: tuple[np.ndarray, str]) -> float:
    """Answer the share of the analyte in the dry product, or the ratio; nan for what is not followed."""
    chemistry = stream.chemistry
    dry, main = product
    flows = dict(zip(chemistry.element_names, (chemistry.element_matrix @ dry).tolist(), strict=True))
    mass = float(dry @ chemistry.molar_masses)
    if analyte == "assay":
        at = chemistry.position(main)
        return float(dry[at] * chemistry.molar_masses[at]) / mass
    if analyte == "moisture":
        return float(stream.flows[WATER] * chemistry.molar_masses[WATER]) / stream.mass
    if "/" in analyte:
        above, below = analyte.split("/")
        return _ratio(flows[above], flows[below]) if {above, below} <= set(flows) else math.nan
    element = _element(analyte)
    if element not in flows:
        return math.nan
    masses = atomic_masses()
    weighed = masses[element] + (_GROUPS[analyte][1] * masses["O"] if analyte in _GROUPS else 0.0)
    return max(0.0, flows[element]) * weighed / mass


def _before_drying(solution: Solution, outlet: str) -> Stream:
    """Answer the stream that tells how impurities sit in a product: what enters a dryer, else the product itself.

    A dryer names the inlet as its `wet_inlet`; what it deposits of the adhering liquor stands beside the crystals.
    """
    unit = outlet.partition(".")[0]
    inlet = getattr(solution.flowsheet.units[unit], "wet_inlet", "")
    entering = [solution.streams[k.source] for k in solution.flowsheet.links() if (k.target, k.inlet) == (unit, inlet)]
    entering += [stream for name, stream in solution.feeds.items() if name == f"{unit}.{inlet}"]
    return mix(entering) if inlet and entering else solution.streams[outlet]


def _places(stream: Stream, element: str, main: str) -> dict[str, float]:
    """Answer the shares of an element that sit in each of the `PLACES`; they sum to 1."""
    chemistry = stream.chemistry
    held = chemistry.element_matrix[chemistry.element_names.index(element)] * stream.flows
    found: dict[str, float] = dict.fromkeys(PLACES, 0.0)
    found[LIQUOR] = max(0.0, float(held[chemistry.liquor].sum()))
    in_lattice = _in_lattice(stream, main)
    for at in np.flatnonzero(held[chemistry.solid]) + chemistry.solid.start:
        lattice = in_lattice.get(int(at))
        if lattice is None:
            found[SOLIDS] += float(held[at])
        else:
            found[LATTICE] += float(held[at]) * lattice
            found[OCCLUDED] += float(held[at]) * (1.0 - lattice)
    whole = sum(found.values())
    return {place: share / whole for place, share in found.items()} if whole > 0.0 else {}


def _in_lattice(stream: Stream, main: str) -> dict[int, float]:
    """Answer of the solids that are part of crystals of `main`, by position, which share is in the lattice, not occluded.

    A guest is in the lattice as far as its distribution from the liquor that adheres has it there, x / x_h = D n / n_h; a
    wash that holds neither leaves that ratio. What a liquor without it cannot have occluded is in the lattice.
    """
    chemistry = stream.chemistry
    found = {chemistry.index[main]: 1.0}
    if main not in chemistry.phase_index or table("crystallisation").find(main, "occlusion") is None:
        return found
    taken = guests(chemistry, main)
    hosts = float(stream.flows[chemistry.index[main]]) * taken.host_count
    liquor = np.maximum(0.0, stream.flows[chemistry.liquor])
    for at, cation, count, coefficient in zip(
        taken.solids, taken.cations, taken.counts, taken.coefficients, strict=True
    ):
        solid = float(stream.flows[at]) * float(count)
        if coefficient > 0.0 and liquor[cation] > 0.0 and liquor[taken.host] > 0.0 and solid > 0.0:
            found[int(at)] = min(1.0, float(coefficient * liquor[cation] / liquor[taken.host]) * hosts / solid)
        else:
            found[int(at)] = 1.0 if coefficient > 0.0 else 0.0
    return found


def _row(line: Line) -> dict[str, object]:
    limit = line.limit
    scale = _UNITS[limit.unit]
    return {
        "analyte": limit.analyte,
        "kind": limit.kind,
        "limit": limit.value / scale,
        "unit": limit.unit,
        "predicted": line.predicted / scale,
        "verdict": line.verdict,
        "margin": line.margin,
        **{
            f"{place} %": line.places[place] / percent if line.places else pandas.NA
            for place in (LATTICE, SOLIDS, LIQUOR)
        },
        "comes from": "; ".join(f"{name} {share / percent:.3g} %" for name, share in line.origins.items()),
        "source": limit.source,
        "where": limit.where,
        "note": limit.note,
    }


def _words(line: Line) -> tuple[str, ...]:
    """Answer the cells of a line of text."""
    limit = line.limit
    scale, unit = _UNITS[limit.unit], "" if limit.unit == "-" else f" {limit.unit}"
    sign = ">=" if limit.kind == _LEAST else "<="
    wanted = f"{sign} {limit.value / scale:.4g}{unit}{' *' if limit.note.startswith(('recalled', 'estimated')) else ''}"
    if line.verdict == UNKNOWN:
        return limit.analyte, wanted, "", UNKNOWN, "", "", ""
    amount = line.predicted / scale
    found = f"{amount:.4g}{unit}" if amount == 0.0 or amount >= 1e-3 else f"< 0.001{unit}"
    margin = f"{line.margin:.3g}" if line.margin < 1000.0 else "> 1000"
    sits = ", ".join(_share(place, share) for place, share in line.places.items() if share >= _NAMED)
    comes = ", ".join(_share(name, share) for name, share in line.origins.items() if share >= _NAMED)
    return limit.analyte, wanted, found, line.verdict, margin, sits, comes


def hourly(mass: float) -> str:
    """Answer a flow of mass (kg/s) in kg/h, as it is printed."""
    return f"{mass * hour:,.0f} kg/h" if mass * hour >= 9999.5 else f"{mass * hour:,.4g} kg/h"


def _share(name: str, share: float) -> str:
    return f"{name} {share / percent:.0f} %"
