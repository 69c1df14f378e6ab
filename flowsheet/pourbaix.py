"""Eh-pH diagrams: which species of an element predominates, from the constants of the data and the couples of `redox.csv`.

The activity of a species is a power of those of H+, e-, one state of the element and its ligands, so the chemical potential
that the element has where a species predominates is a plane over pH and potential. A dissolved species stands at the
total concentration shared by its atoms, a solid at activity 1; the lowest plane predominates. Planes meet in straight
lines, so areas are convex polygons, cut exactly. A ligand has areas of its own, within each of which the planes hold, and
the areas of the element are put together from them (a mosaic diagram).

Assumes   activities are concentrations, water has activity 1; ligands are in excess over the element
Sources   Pourbaix (1974) Atlas of Electrochemical Equilibria in Aqueous Solutions, 2nd ed.; Garrels & Christ (1965)
          Solutions, Minerals, and Equilibria, ch. 7; Huang (2016) Metals 6, 23 (mosaic method with ligands)
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas

from .chemistry import water
from .chemistry.couples import FARADAY, couple, couple_names
from .chemistry.database import all_species
from .chemistry.species import AQUEOUS, COMPONENT, GAS, ORGANIC, SOLID, Species
from .chemistry.system import WATER, ln_constant
from .errors import DataError, nearest
from .stream import Stream
from .sweeps import check_liquor, check_temperature

_LIGANDS = ("S", "C", "P", "F", "Cl", "N")
_ALWAYS = frozenset({"H", "O"})
_LN10 = math.log(10.0)
_ELECTRON, _CONSTANT = "e-", ""
_THIN = 1e-9  # of area, pH times V: a polygon smaller than this is a line
_NUDGE = 1e-6
_SAME = 1e-6
DEFAULT_PH, DEFAULT_POTENTIAL = (0.0, 14.0), (-1.2, 1.6)

Expression = Mapping[str, float]
Plane = tuple[float, float, float]


@dataclass(frozen=True)
class Bearer:
    """A species that holds the element: log10 of its activity, linear in those of what it is made of.

    `atoms`: of the element. `terms`: by name of a basis state, `H+`, `e-`, and a constant under the empty name.
    """

    name: str
    is_solid: bool
    atoms: float
    terms: Expression


@dataclass(frozen=True)
class Boundary:
    """A line on which two species predominate alike, from (pH, V) to (pH, V)."""

    one: str
    other: str
    start: tuple[float, float]
    end: tuple[float, float]

    @property
    def slope(self) -> float:
        """Slope, V per unit of pH; infinite for an upright line."""
        rise, run = self.end[1] - self.start[1], self.end[0] - self.start[0]
        if abs(run) <= _NUDGE:
            return math.inf
        return rise / run if abs(rise) > _NUDGE * abs(run) else 0.0


@dataclass(frozen=True)
class Pourbaix:
    """The areas of an element: convex polygons, (V, 2) of pH and V, by species.

    `total`, `ligands`: mol/kg water, of atoms. `temperature`: K. `ph`, `potential` (V): the frame.
    """

    element: str
    total: float
    ligands: Mapping[str, float]
    temperature: float
    ph: tuple[float, float]
    potential: tuple[float, float]
    areas: Mapping[str, tuple[np.ndarray, ...]]
    solids: frozenset[str]

    def at(self, ph: float, potential: float) -> str:
        """Answer the species that predominates at a pH and a potential (V against the standard hydrogen electrode)."""
        point = np.array([ph, potential])
        best, least = "", math.inf
        for name, polygons in self.areas.items():
            for polygon in polygons:
                outside = _outside(polygon, point)
                if outside < least:
                    best, least = name, outside
        return best

    def boundaries(self) -> tuple[Boundary, ...]:
        """Answer the lines between the areas."""
        vertices = np.concatenate([polygon for polygons in self.areas.values() for polygon in polygons])
        found: dict[tuple[str, str], list[tuple[np.ndarray, np.ndarray]]] = {}
        for name, polygons in self.areas.items():
            for polygon, edge in ((p, e) for p in polygons for e in _edges(p)):
                for one, two in itertools.pairwise(_split(edge, vertices)):
                    middle, along = 0.5 * (one + two), two - one
                    normal = np.array([along[1], -along[0]]) / np.hypot(*along)
                    if (middle - polygon.mean(axis=0)) @ normal < 0.0:
                        normal = -normal
                    beyond = middle + _NUDGE * normal
                    if self._within(beyond) and (other := self.at(*beyond)) > name:
                        found.setdefault((name, other), []).append((one, two))
        return tuple(
            Boundary(*pair, (float(start[0]), float(start[1])), (float(end[0]), float(end[1])))
            for pair, pieces in found.items()
            for start, end in _merged(pieces)
        )

    def _within(self, point: np.ndarray) -> bool:
        (low, high), (least, most) = self.ph, self.potential
        return bool(low < point[0] < high and least < point[1] < most)

    def water_lines(self) -> dict[str, tuple[float, float]]:
        """Answer the potential of O2 and H2 of 1 bar over water, V: at pH 0, and its slope per unit of pH."""
        scale = nernst(self.temperature)
        lines = {}
        for gas, name in (("O2", "O2(g)/H2O"), ("H2", "H+/H2(g)")):
            found = couple(name)
            lines[gas] = (found.standard_potential(self.temperature), scale * found.makes["H+"] / found.electrons)
        return lines


def nernst(temperature: float) -> float:
    """Answer ln(10) RT/F at `temperature` (K), V: 0.05916 V at 25 degC."""
    return _LN10 * water.GAS_CONSTANT * temperature / FARADAY


def pourbaix(
    stream: Stream,
    element: str,
    total: float | None = None,
    ligands: Mapping[str, float] | None = None,
    without: str | Iterable[str] = (),
    ph: tuple[float, float] = DEFAULT_PH,
    potential: tuple[float, float] = DEFAULT_POTENTIAL,
) -> Pourbaix:
    """Answer the predominance areas of an element at the temperature of a stream.

    `total`, `ligands`: mol/kg water of the element and of ligand elements (S, C, P, F, Cl, N); what the stream holds where
    they are not given. `without`: species to leave out, such as an aged oxide that does not form in time. `ph`, `potential`
    (V against the standard hydrogen electrode): the frame. Species are all those of the data, whatever the activity model
    of the stream's chemistry. Raises `DataError` for an unknown element or species, a total not above 0, an empty range,
    and for a stream of another database than the built-in data, whose couples and constants these are.
    """
    check_liquor("Eh-pH diagram", stream)
    if not stream.chemistry.database.own:
        raise DataError(
            f"Eh-pH diagram: the stream is of {stream.chemistry.database.name}, but couples with their potentials are known "
            "of the built-in data alone; give a stream of a Chemistry without `database`"
        )
    left_out = (without,) if isinstance(without, str) else tuple(without)
    for name in left_out:
        if name not in all_species():
            raise DataError(f"Eh-pH diagram: species {name!r} is not in the data{nearest(name, all_species())}")
    given = _totals(stream, element, ligands)
    amount = given.pop(element, 0.0) if total is None else float(total)
    given.pop(element, None)
    if not 0.0 < amount < math.inf:
        raise DataError(f"Eh-pH diagram: total of {element} = {amount:g} mol/kg water is not above 0; give total=")
    for what, (low, high), unit in (("pH", ph, ""), ("potential", potential, " V")):
        if not (math.isfinite(low) and math.isfinite(high) and low < high):
            raise DataError(f"Eh-pH diagram: {what} from {low:g} to {high:g}{unit} is an empty range")
    scale = nernst(stream.temperature)
    frame = np.array([(ph[0], potential[0]), (ph[1], potential[0]), (ph[1], potential[1]), (ph[0], potential[1])])
    cells: list[tuple[np.ndarray, dict[str, Plane]]] = [(frame, {})]
    for ligand, concentration in given.items():
        states = bearers(ligand, (), stream.temperature, left_out)
        cells = [
            (part, {**planes, basis_of(ligand): plane})
            for polygon, planes in cells
            for _, part, plane in _shared(states, concentration, polygon, {}, scale)
        ]
    own = bearers(element, tuple(given), stream.temperature, left_out)
    areas: dict[str, list[np.ndarray]] = {}
    for polygon, planes in cells:
        for name, part, _ in _shared(own, amount, polygon, planes, scale):
            areas.setdefault(name, []).append(part)
    solids = frozenset(one.name for one in own if one.is_solid)
    whole = {name: tuple(parts) for name, parts in areas.items()}
    return Pourbaix(element, amount, given, stream.temperature, ph, potential, whole, solids)


def pourbaix_table(found: Pourbaix) -> pandas.DataFrame:
    """Answer the lines between the areas of an Eh-pH diagram, a row each, those at low potential first."""
    rows = [(line.one, line.other, *line.start, *line.end, line.slope) for line in found.boundaries()]
    rows.sort(key=lambda row: (min(row[3], row[5]), row[2], row[0], row[1]))
    columns = ["one", "other", "pH from", "V from", "pH to", "V to", "slope V/pH"]
    table = pandas.DataFrame(rows, columns=columns)
    table.attrs |= {"element": found.element, "total mol/kg water": found.total, "ligands": dict(found.ligands)}
    return table


def _totals(stream: Stream, element: str, ligands: Mapping[str, float] | None) -> dict[str, float]:
    """Answer mol/kg water of the element and of its ligands, of which there is any."""
    known = {e for species in all_species().values() if species.phase == COMPONENT for e in species.elements} - _ALWAYS
    if element not in known:
        raise DataError(f"Eh-pH diagram: element {element!r} is in no component of the data{nearest(element, known)}")
    kilograms = stream.flows[WATER] * stream.chemistry.molar_masses[WATER]
    held = (stream.liquor + stream.solids).elements
    found = {name: held.get(name, 0.0) / kilograms for name in (element, *_LIGANDS)}
    if ligands is not None:
        for name, amount in ligands.items():
            if name not in _LIGANDS:
                raise DataError(f"Eh-pH diagram: {name!r} is no ligand element{nearest(name, _LIGANDS)}")
            if not 0.0 <= amount < math.inf:
                raise DataError(f"Eh-pH diagram: total of {name} = {amount:g} mol/kg water is below 0")
        found = {element: found[element]} | dict(ligands)
    return {name: amount for name, amount in found.items() if amount > 0.0 or name == element}


def basis_of(element: str) -> str:
    """Answer the component that the states of an element are counted from: the first of the data that holds it."""
    for species in all_species().values():
        if species.phase == COMPONENT and element in species.elements:
            return species.name
    raise DataError(f"element {element!r} is in no component of the data")


def bearers(element: str, ligands: tuple[str, ...], temperature: float, without: Iterable[str] = ()) -> list[Bearer]:
    """Answer the species of an element with H, O and the `ligands` at `temperature` (K)."""
    check_temperature("Eh-pH diagram", temperature)
    basis = basis_of(element)
    allowed = _ALWAYS | {element} | set(ligands)
    left_out = set(without)
    known = _states(frozenset({basis, *(basis_of(ligand) for ligand in ligands)}), temperature)
    found = []
    for species in all_species().values():
        fits = element in species.elements and set(species.elements) <= allowed and species.name not in left_out
        if not fits or species.phase in {GAS, ORGANIC}:
            continue
        terms = _terms(species, known, temperature)
        if terms is not None and terms.get(basis, 0.0) > 0.0:
            found.append(Bearer(species.name, species.phase == SOLID, terms[basis], terms))
    if not found:
        raise DataError(f"Eh-pH diagram: 0 species of {element} are left, at least 1 is needed")
    return found


def _states(basis: frozenset[str], temperature: float) -> dict[str, Expression]:
    """Answer log10 activity of every component and solid that couples tie to the basis states."""
    known: dict[str, Expression] = {name: {name: 1.0} for name in (*basis, "H+")}
    known["H2O"] = {}
    couples = [couple(name) for name in couple_names()]
    waiting = True
    while waiting:
        waiting = False
        for one in couples:
            unknown = [name for name in one.makes if name not in known]
            if len(unknown) != 1 or all_species()[unknown[0]].phase == GAS:
                continue
            count = one.makes[unknown[0]]
            terms = {_CONSTANT: one.ln_k(temperature) / _LN10, _ELECTRON: one.electrons}
            for name, number in one.makes.items():
                if name != unknown[0]:
                    _add(terms, known[name], -number)
            known[unknown[0]] = {name: value / count for name, value in terms.items()}
            waiting = True
    return known


def _terms(species: Species, known: Mapping[str, Expression], temperature: float) -> dict[str, float] | None:
    """Answer log10 activity of a species in terms of the basis; None where the basis does not make it."""
    if species.phase == COMPONENT or not species.reaction or species.log_k is None:
        return dict(known[species.name]) if species.name in known else None
    if not set(species.reaction) <= set(known):
        return None
    sign = 1.0 if species.phase == AQUEOUS else -1.0  # aqueous species form, solids dissolve
    terms = {_CONSTANT: sign * ln_constant(species, temperature) / _LN10}
    for name, number in species.reaction.items():
        _add(terms, known[name], number)
    return terms


def _add(terms: dict[str, float], more: Expression, factor: float) -> None:
    for name, value in more.items():
        terms[name] = terms.get(name, 0.0) + factor * value


def _plane(bearer: Bearer, total: float, ligands: Mapping[str, Plane], scale: float) -> np.ndarray:
    """Answer log10 of the activity of the basis state where a species predominates: at pH 0 and 0 V, per pH, per V."""
    level = 0.0 if bearer.is_solid else math.log10(total / bearer.atoms)
    terms = bearer.terms
    plane = np.array([level - terms.get(_CONSTANT, 0.0), terms.get("H+", 0.0), terms.get(_ELECTRON, 0.0) / scale])
    for name, ligand in ligands.items():
        plane -= terms.get(name, 0.0) * np.array(ligand)
    return plane / bearer.atoms


def _shared(
    own: list[Bearer], total: float, polygon: np.ndarray, ligands: Mapping[str, Plane], scale: float
) -> list[tuple[str, np.ndarray, Plane]]:
    """Share a polygon among species: the part of each in which its plane is the lowest.

    `ligands`: planes of the activity of ligands by the names of their basis states. `scale`: V per unit of pe.
    """
    planes = [_plane(one, total, ligands, scale) for one in own]
    found = []
    for at, plane in enumerate(planes):
        part = polygon
        for number, other in enumerate(planes):
            if number != at:
                difference = plane - other
                alike = np.abs(difference).max() < _SAME  # of two that are the same the first has the area
                part = part if alike and at < number else polygon[:0] if alike else _cut(part, difference)
        if len(part) > 2 and _area(part) > _THIN:
            constant, per_ph, per_volt = (float(value) for value in plane)
            found.append((own[at].name, part, (constant, per_ph, per_volt)))
    return found


def _cut(polygon: np.ndarray, plane: np.ndarray) -> np.ndarray:
    """Answer the part of a convex polygon (V, 2) in which a plane is not above 0 (Sutherland & Hodgman 1974)."""
    if len(polygon) == 0:
        return polygon
    heights = plane[0] + polygon @ plane[1:]
    kept = []
    for at in range(len(polygon)):
        before, here = heights[at - 1], heights[at]
        if (before > 0.0) != (here > 0.0):
            kept.append(polygon[at - 1] + before / (before - here) * (polygon[at] - polygon[at - 1]))
        if here <= 0.0:
            kept.append(polygon[at])
    return np.array(kept).reshape(-1, 2)


def _area(polygon: np.ndarray) -> float:
    x, y = polygon.T
    return 0.5 * abs(float(x @ np.roll(y, -1) - y @ np.roll(x, -1)))


def _edges(polygon: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    pairs = zip(polygon, np.roll(polygon, -1, axis=0), strict=True)
    return [(one, two) for one, two in pairs if np.hypot(*(two - one)) > _NUDGE]


def _outside(polygon: np.ndarray, point: np.ndarray) -> float:
    """Answer how far a point lies outside a convex polygon; negative within."""
    along = np.roll(polygon, -1, axis=0) - polygon
    length = np.hypot(*along.T)
    long = length > 0.0
    turn = along[:, 0] * (point[1] - polygon[:, 1]) - along[:, 1] * (point[0] - polygon[:, 0])
    x, y = polygon.T
    sense = 1.0 if float(x @ np.roll(y, -1) - y @ np.roll(x, -1)) > 0.0 else -1.0
    return float((-sense * turn[long] / length[long]).max())


def _split(edge: tuple[np.ndarray, np.ndarray], vertices: np.ndarray) -> list[np.ndarray]:
    """Answer an edge's ends with the vertices of other polygons that lie on it, in order."""
    one, two = edge
    along = two - one
    length = np.hypot(*along)
    share = (vertices - one) @ along / length**2
    aside = np.abs((vertices[:, 0] - one[0]) * along[1] - (vertices[:, 1] - one[1]) * along[0]) / length
    on = np.sort(share[(aside < _SAME) & (share > _SAME) & (share < 1.0 - _SAME)])
    kept = [0.0]
    for value in on:
        if value - kept[-1] > _SAME:
            kept.append(float(value))
    return [one + value * along for value in (*kept, 1.0)]


def _merged(pieces: list[tuple[np.ndarray, np.ndarray]]) -> list[tuple[np.ndarray, np.ndarray]]:
    """Join pieces that lie on one line and touch."""
    left = [(one, two) if _rank(one) <= _rank(two) else (two, one) for one, two in pieces]
    left.sort(key=lambda piece: _rank(piece[0]))
    joined = True
    while joined:
        joined = False
        for one, other in itertools.permutations(range(len(left)), 2):
            (a, b), (c, d) = left[one], left[other]
            cross = (b - a)[0] * (d - c)[1] - (b - a)[1] * (d - c)[0]
            if np.hypot(*(b - c)) < 10.0 * _SAME and abs(cross) < 1e-5 * np.hypot(*(b - a)) * np.hypot(*(d - c)):
                left[one] = (a, d)
                del left[other]
                joined = True
                break
    return left


def _rank(point: np.ndarray) -> tuple[float, float]:
    """Answer what points are put in order by; upright lines run upward whatever the rounding of their pH."""
    return round(float(point[0]), 6), float(point[1])
