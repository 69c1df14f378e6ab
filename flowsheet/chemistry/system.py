"""A chemistry: the species that chosen elements and extractants bring, as arrays for the kernels.

The list of species is settled once; indices, charges and tables follow from it. A vector of flows runs over
components, solids, organic species and gases, in this order.

An extractant brings its acid form `HA[name]`, a salt `MA2[name]` for each cation that it has a constant for, what decay
makes of it, `degraded[name]`, which is written with the formula of the acid and takes up nothing, and `diluent`. How the
salts are bound in dimers is asked of the extraction kernel, not carried.
"""

import functools
import itertools
import math
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType

import numpy as np

from ...kernels.activity import Mixture
from ...kernels.packed import Packed
from ..errors import DataError, nearest
from . import water
from .activity_models import ActivityModel
from .cantera_export import Liquor, write_cantera
from .database import atomic_masses, named_formulas, table
from .databases import HOTTEST_WATER, Database, own_data
from .extractants import Extractant
from .formula import Formula, molar_mass, parse
from .packing import pack
from .species import AQUEOUS, COMPONENT, GAS, ORGANIC, SOLID, Species

WATER, PROTON = 0, 1
_NEVER = 1e301  # ln K of a solid that never forms; its negative, of a species that is never there
_REFERENCE_TEMPERATURE = 298.15
_ALWAYS = frozenset({"H", "O"})
_CHARGE = re.compile(r"[+-]\d*$")
_MOST_CHOICES = 256
_ROUND_OFF = 1e-12  # of the largest total, by which another may lie below zero: sums of moles round to less
_AMBIGUOUS = "could be made up from the components in more than one way"
_WAYS_NAMED = 6
DILUENT = "diluent"


class Chemistry:
    """The species of a flowsheet.

    `elements`: symbols such as "Li Ni Co Mn S"; H and O are always there. `extractants`: names as in `extraction.csv`, or
    an `Extractant` of the user's own.
    `without`: species to leave out. `activity`: the model of activity coefficients, by default that of the database.
    `states`: components that only some liquors have, such as `SO3-2`, `HS-`, `CN-`, `O2(aq)`, `Cu+`; what they are made of
    has to be among the elements. `database`: where the species come from, by default the data of the engine; an extractant
    needs these. Raises `DataError` for an element, extractant or species that the data lack, and for what is no model.
    """

    def __init__(
        self,
        elements: str | Iterable[str],
        extractants: Iterable[str | Extractant] = (),
        without: Iterable[str] = (),
        activity: ActivityModel | None = None,
        states: Iterable[str] = (),
        database: Database | None = None,
    ):
        self.database = own_data() if database is None else database
        if activity is not None and (isinstance(activity, type) or not isinstance(activity, ActivityModel)):
            raise DataError(
                f"activity = {activity!r} is no activity model; give one such as Davies() or TruesdellJones()"
            )
        self.activity = self.database.activity if activity is None else activity
        self.elements = tuple(elements.split() if isinstance(elements, str) else elements)
        given = (extractants,) if isinstance(extractants, (str, Extractant)) else tuple(extractants)
        known_by_name = [Extractant.named(e) if isinstance(e, str) else e for e in given]
        self._extractants = {e.name: e for e in known_by_name}
        self.extractants = tuple(self._extractants)
        if len(self.extractants) < len(given):
            raise DataError(f"extractants: {', '.join(e.name for e in known_by_name)}, each may be named once")
        left_out = (without,) if isinstance(without, str) else tuple(without)
        chosen = _ALWAYS | set(self.elements)
        self.states = (states,) if isinstance(states, str) else tuple(states)
        _refuse_unknown(self.database, self.elements, left_out)
        _refuse_states(self.database, self.states, chosen)
        if self.extractants and not self.database.own:
            raise DataError(f"extractants need the built-in data, not {self.database.name}")
        members = [
            species
            for species in self.database.species.values()
            if species.name not in left_out
            and chosen >= set(species.elements)
            and species.phase != ORGANIC
            and (not species.on_request or species.name in self.states)
            and self.activity.keeps(species)
        ]
        self.components = tuple(s for s in members if s.phase == COMPONENT)
        known = {component.name for component in self.components}
        members = [s for s in members if known >= set(s.reaction) or set(s.elements) <= _ALWAYS]
        self.aqueous = self.components[1:] + tuple(s for s in members if s.phase == AQUEOUS)
        self.solids = tuple(s for s in members if s.phase == SOLID)
        self.organics = tuple(itertools.chain.from_iterable(_organics(e, known) for e in self._extractants.values()))
        if self.extractants:
            self.organics += (_diluent(),)
        self.gases = tuple(s for s in members if s.phase == GAS)
        self.species = self.components + self.solids + self.organics + self.gases
        self.names = tuple(species.name for species in self.species)
        self.aqueous_names = tuple(species.name for species in self.aqueous)
        self.index: Mapping[str, int] = MappingProxyType({name: i for i, name in enumerate(self.names)})
        self._arrays()

    def _arrays(self) -> None:
        sizes = [len(self.components), len(self.solids), len(self.organics), len(self.gases)]
        ends = np.cumsum([0, *sizes])
        self.liquor, self.solid, self.organic, self.gas = (slice(int(a), int(b)) for a, b in itertools.pairwise(ends))
        self.size = len(self.species)
        self.molar_masses = _frozen([s.molar_mass for s in self.species])
        self.charges = _frozen([float(s.charge) for s in self.species])
        symbols = sorted({element for s in self.species for element in s.elements})
        self.element_names = tuple(symbols)
        self.element_matrix = _frozen([[s.elements.get(e, 0.0) for s in self.species] for e in symbols])
        known = {component.name for component in self.components}
        dissolving = [s for s in (*self.solids, *self.gases) if s.log_k is not None and s.reaction]
        self.phases = tuple(s for s in dissolving if known >= set(s.reaction))  # O2(g) is there without O2(aq)
        self.phase_index: Mapping[str, int] = MappingProxyType({s.name: i for i, s in enumerate(self.phases)})
        self.phase_positions = np.array([self.index[s.name] for s in self.phases], dtype=np.int64)
        self._aqueous_composition = self._reactions(self.aqueous)
        self._phase_composition = self._reactions(self.phases)
        self._aqueous_charge = _frozen([float(s.charge) for s in self.aqueous])
        self._kopp = _frozen([_kopp(s) for s in self.species])
        self._own_volumes: np.ndarray | None = None
        volumes = table("volumes")
        self.apparent_volumes = _frozen([volumes.value(c.name, "apparent_molar_volume", 0.0) for c in self.components])
        self.hydroxide_volume = volumes.value("OH-", "apparent_molar_volume")

    @property
    def own_volumes(self) -> np.ndarray:
        """The volume of every species, m3/mol, 0 of what is dissolved or a gas.

        Raises `DataError` where the database tells no volume of a solid that the chemistry has.
        """
        if self._own_volumes is None:
            self._own_volumes = _frozen([_own_volume(s, self.database.name) for s in self.species])
        return self._own_volumes

    def volume(self, flows: np.ndarray, part: slice) -> float:
        """Answer the volume (m3/s) of a part of flows (mol/s, size) that is solid or organic.

        Raises `DataError` where the database tells no volume of a solid that flows.
        """
        taken = flows[part]
        if self.database.own:
            return float(taken @ self.own_volumes[part])
        flowing = (int(at) + part.start for at in np.flatnonzero(taken))
        return float(sum(flows[at] * _own_volume(self.species[at], self.database.name) for at in flowing))

    def _reactions(self, species: tuple[Species, ...]) -> np.ndarray:
        matrix = np.array([[s.reaction.get(c.name, 0.0) for c in self.components] for s in species], dtype=np.float64)
        matrix = matrix.reshape(len(species), len(self.components))
        matrix.setflags(write=False)
        return matrix

    def __repr__(self) -> str:
        return (
            f"Chemistry({' '.join(self.elements)}: {len(self.components)} components, {len(self.aqueous)} aqueous species, "
            f"{len(self.solids)} solids, {len(self.organics)} organic species, {len(self.gases)} gases)"
        )

    def position(self, name: str) -> int:
        """Answer where a species stands in a vector of flows; raises `DataError` with the nearest name."""
        if name not in self.index:
            raise DataError(f"species {name!r} is not in the chemistry{nearest(name, self.index)}")
        return self.index[name]

    def extractant(self, name: str) -> Extractant:
        """Answer an extractant of the chemistry; raises `DataError` with the nearest name."""
        if name not in self._extractants:
            raise DataError(f"extractant {name!r} is not in the chemistry{nearest(name, self._extractants)}")
        return self._extractants[name]

    def allowed(self, names: str | Iterable[str]) -> np.ndarray:
        """Answer the mask (P,) of the solids and gases that may form, given one name or several.

        One that the data know, of elements that this chemistry lacks, cannot form and is passed over. Raises `DataError`
        for one that the data do not know, or know no constant of.
        """
        mask = np.zeros(len(self.phases), dtype=np.bool_)
        for name in (names,) if isinstance(names, str) else names:
            if name in self.phase_index:
                mask[self.phase_index[name]] = True
                continue
            species = self.database.species.values()
            known = [s.name for s in species if s.log_k is not None and s.phase in {SOLID, GAS}]
            if name not in known:
                raise DataError(f"solid or gas {name!r} has no equilibrium in the data{nearest(name, known)}")
        return mask

    def mask(self, allowed: np.ndarray | str | Iterable[str]) -> np.ndarray:
        """Answer the mask (P,) of what may form as the kernels take it: the one given, or that of names.

        Raises `DataError` for a mask of another length or type, such as that of another chemistry, and as `allowed` does.
        """
        if not isinstance(allowed, np.ndarray) or allowed.dtype.kind == "U":
            names = tuple(allowed) if isinstance(allowed, Iterable) and not isinstance(allowed, str) else (allowed,)
            if strange := [name for name in names if not isinstance(name, str)]:
                raise DataError(f"allowed holds {strange[0]!r}; give names of solids and gases, or a mask of them")
            return self.allowed(names)
        if allowed.dtype != np.bool_ or allowed.shape != (len(self.phases),):
            raise DataError(
                f"allowed has the shape {allowed.shape} and holds {allowed.dtype}; it must be names of solids and gases, or "
                f"the mask ({len(self.phases)},) of bool that `allowed(names)` of this chemistry answers"
            )
        return np.ascontiguousarray(allowed)

    def checked(self, totals: np.ndarray, what: str = "liquor: total") -> np.ndarray:
        """Answer component totals (C,), mol, as the kernels take them; what rounding left below zero is zero.

        Raises `DataError` for totals of another shape, that are no finite numbers, or below zero, that of H+ left out;
        `what` they are of stands before the name of the component.
        """
        given = _numbers(totals, what)
        if given.shape != (len(self.components),):
            raise DataError(
                f"{what}s have the shape {given.shape}, they must be ({len(self.components)},), one of each component"
            )
        numbers = given.tolist()  # of a few dozen, a list is compared faster than an array
        if not math.isfinite(sum(numbers)):
            for component, total in zip(self.components, numbers, strict=True):
                if not math.isfinite(total):
                    raise DataError(f"{what} of {component.name} = {total:g} mol is not a finite number")
        least = min(numbers[PROTON + 1 :], default=0.0)
        if least < 0.0:
            at = numbers.index(least, PROTON + 1)
            if least < -_ROUND_OFF * np.abs(given).max():
                raise DataError(f"{what} of {self.components[at].name} = {least:.6g} mol is below 0")
            given = np.concatenate([given[: PROTON + 1], np.maximum(given[PROTON + 1 :], 0.0)])
        return given if given.flags.writeable else given.copy()  # a kernel is compiled anew for an array that is sealed

    def checked_rows(self, totals: np.ndarray) -> np.ndarray:
        """Answer a copy of rows of component totals (N, C), mol, as the kernels take them; raises as `checked`, with the row."""
        rows = np.array(_numbers(totals, "liquor: total"), order="C")
        if rows.ndim != 2 or rows.shape[1] != len(self.components):
            raise DataError(f"totals have the shape {rows.shape}, they must be (N, {len(self.components)})")
        solutes = rows[:, PROTON + 1 :]
        if not (math.isfinite(rows.sum()) and solutes.min(initial=0.0) >= 0.0):
            wrong = ~np.isfinite(rows).all(axis=1)
            wrong |= solutes.min(axis=1, initial=0.0) < -_ROUND_OFF * np.abs(rows).max(axis=1, initial=0.0)
            for at in np.flatnonzero(wrong)[:1]:
                self.checked(rows[at], f"row {at} of totals: liquor: total")
            np.maximum(solutes, 0.0, out=solutes)
        return rows

    @functools.lru_cache(maxsize=512)  # noqa: B019  a chemistry lives as long as the program that defines it
    def mixture(self, temperature: float) -> Mixture:
        """Answer what decides the equilibria at `temperature` (K), as arrays."""
        self.database.check_temperature(temperature)
        numbers = self.activity.numbers(self.aqueous, temperature)
        return Mixture(
            composition=self._aqueous_composition,
            charge=self._aqueous_charge,
            ln_k=np.array([ln_constant(s, temperature, -_NEVER) for s in self.aqueous]),
            ion_size=numbers.ion_size,
            salting=numbers.salting,
            debye_a=numbers.debye[0],
            debye_b=numbers.debye[1],
            phase_composition=self._phase_composition,
            phase_ln_k=np.array([ln_constant(s, temperature, _NEVER) for s in self.phases]),
            model=numbers.model,
            pitzer=numbers.interactions,
        )

    @functools.lru_cache(maxsize=512)  # noqa: B019
    def packed(self, temperature: float) -> Packed:
        """Answer the mixture at `temperature` (K) as the equilibrium kernels take it."""
        return pack(self.mixture(temperature))

    @functools.lru_cache(maxsize=512)  # noqa: B019
    def unknown_at(self, temperature: float) -> tuple[str, ...]:
        """Answer the species that the database has no constant of at `temperature` (K); they are taken as absent."""
        laws = ((s.name, s.law) for s in (*self.aqueous, *self.phases))
        return tuple(name for name, law in laws if law is not None and law.at(temperature) is None)

    @functools.lru_cache(maxsize=4096)  # noqa: B019
    def heat_capacities(self, temperature: float) -> np.ndarray:
        """Answer the heat capacity of every species, J/mol/K.

        Water and gases from Cantera; solids and organic liquids by Kopp's rule; dissolved components count as nothing
        beside their water. That of water stays as it is where `HOTTEST_WATER` ends, for what is hotter has none.
        """
        capacities = np.array(self._kopp)
        capacities[WATER] = water.heat_capacity(min(temperature, HOTTEST_WATER)) * self.molar_masses[WATER]
        for gas in self.gases:
            capacities[self.index[gas.name]] = water.gas_heat_capacity(gas.name, temperature)
        capacities.setflags(write=False)
        return capacities

    def to_cantera(self, path: str | Path, temperature: float = 298.15, liquor: Liquor | None = None) -> Path:
        """Write the chemistry at `temperature` (K) as a file that Cantera reads; see `cantera_export.write_cantera`.

        `liquor`: an `Equilibrium`, a `Stream`, or molalities of the aqueous species (S,), mol/kg, that the file is to agree
        with exactly; without it, it is near. Raises `DataError` for what Cantera cannot take.
        """
        return write_cantera(self, path, temperature, liquor)

    def dissolve(self, formula: str) -> np.ndarray:
        """Answer the component totals of a mole of a neutral substance brought into solution, such as `H2SO4` or `FeSO4`.

        The redox state of an element follows from the charge balance, and where several would do from the ions that the
        formula names. Raises `DataError` where the components cannot make up the substance, could in more than one way, or
        could only as a mix of states that the formula does not show, as sulfite of sulfate and sulfide.
        """
        return _dissolve(self, formula)


@functools.lru_cache(maxsize=1024)
def _dissolve(chemistry: Chemistry, formula: str) -> np.ndarray:
    wanted = chemistry.database.read_formula(formula)
    if wanted.charge != 0:
        raise DataError(f"{formula!r} carries the charge {wanted.charge:+d}; give a neutral substance or a component")
    oxidants = {c.name for c in chemistry.components[PROTON + 1 :] if set(c.elements) <= _ALWAYS}
    candidates = [
        c for c in chemistry.components if c.name not in oxidants and _ALWAYS | set(wanted.elements) >= set(c.elements)
    ]
    usual = [c for c in candidates if not c.on_request]
    asked = [c for c in candidates if c.on_request]
    choices = [usual, *([*(u for u in usual if not _own(u) & _own(c)), c] for c in asked), candidates]
    reason = ""
    for choice in choices if asked else [usual]:
        totals, reason = _made_up(chemistry, formula, choice)
        if not reason:
            return totals
    named = _named_by(formula, candidates)
    totals, no = _made_up(chemistry, formula, named)
    if not no:
        return totals
    spoken = {_state_of(c) for c in named if f"({_body(c)})" in formula}
    left = [c for c in usual if c in named or _state_of(c) not in spoken]  # (NH4)2SO3 holds ammonium, no nitrogen
    found = [
        totals for choice in _one_state_each(left) for totals, no in [_made_up(chemistry, formula, choice)] if not no
    ]
    if len(found) == 1:
        return found[0]
    raise DataError(reason + (_ways(chemistry, found, usual) if _AMBIGUOUS in reason else ""))


def _body(component: Species) -> str:
    """Answer the name of a component without its charge."""
    return _CHARGE.sub("", component.name)


def _state_of(component: Species) -> frozenset[str]:
    """Answer the elements that a component is a redox state of, H and O left out."""
    return frozenset(_own(component))


def _mixed(chemistry: Chemistry, formula: str, made_of: list[Species]) -> str:
    """Say of which states of an element a substance would be a mix that its formula does not show; nothing where of none.

    Fe3O4 names iron, of which both states are, and NH4NO3 has nitrogen in two places; Na2SO3 is no mix of sulfate and sulfide.
    """
    for state in dict.fromkeys(_state_of(c) for c in made_of if _own(c)):
        states = [c for c in made_of if _state_of(c) == state]
        places = min(len(re.findall(rf"{re.escape(element)}(?![a-z])", formula)) for element in state)
        if len(states) <= places or all(_body(c) in formula for c in states):
            continue
        of = set(chemistry.database.read_formula(formula).elements)
        more = [
            s.name
            for s in chemistry.database.components
            if s.on_request and s.name not in chemistry.states and _own(s) == state and of | _ALWAYS >= set(s.elements)
        ]
        whose = "the chemistry" if chemistry.database.own else chemistry.database.name
        ask = f"ask for the one that is meant with `states`: {', '.join(more)}" if more else "give components"
        return (
            f"{formula!r} could be made up only as a mix of {' and '.join(c.name for c in states)}, for {whose} has no "
            f"component of its state; {ask}"
        )
    return ""


def _named_by(formula: str, candidates: list[Species]) -> list[Species]:
    """Answer H2O, H+ and the ions that a formula names: of MnSO4 Mn and SO4, not S2O3; of KMnO4 MnO4 and not Mn."""
    bodies = {c.name: _body(c) for c in candidates}
    bodies = {name: body for name, body in bodies.items() if body in formula or name in {"H2O", "H+"}}
    inner = {a for a in bodies.values() for b in bodies.values() if a != b and a in b and b not in {"H2O", "H"}}
    return [c for c in candidates if c.name in bodies and (bodies[c.name] not in inner or c.name in {"H2O", "H+"})]


def _ways(chemistry: Chemistry, found: list[np.ndarray], usual: list[Species]) -> str:
    """Name the choices of components that would make up a substance, or what there is to choose from."""
    ways = [" with ".join(chemistry.names[at] for at in np.flatnonzero(totals) if at > PROTON) for totals in found]
    listed, between = (ways, ", or ") if ways else ([c.name for c in usual if _own(c)], ", ")
    return f": {between.join(listed[:_WAYS_NAMED])}{', …' if len(listed) > _WAYS_NAMED else ''}"


def _one_state_each(components: list[Species]) -> Iterable[list[Species]]:
    """Answer the choices of components with one of each set of elements, where a database has several redox states."""
    groups: dict[frozenset[str], list[Species]] = {}
    for component in components:
        groups.setdefault(frozenset(_own(component)) or frozenset({component.name}), []).append(component)
    several = math.prod(len(group) for group in groups.values())
    return map(list, itertools.product(*groups.values())) if 1 < several <= _MOST_CHOICES else ()


def _numbers(totals: object, what: str) -> np.ndarray:
    """Answer totals as an array of numbers."""
    try:
        return np.ascontiguousarray(totals, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise DataError(f"{what}s must be numbers, one of each component: {error}") from error


def _own(component: Species) -> set[str]:
    return set(component.elements) - _ALWAYS


def _made_up(chemistry: Chemistry, formula: str, candidates: list[Species]) -> tuple[np.ndarray, str]:
    """Answer the totals of the candidates that make up a substance, and why they cannot where they cannot."""
    wanted = chemistry.database.read_formula(formula)
    totals = np.zeros(len(chemistry.components))
    symbols = sorted(_ALWAYS | set(wanted.elements))
    missing = set(symbols) - {e for c in candidates for e in c.elements}
    if missing:
        return totals, f"{formula!r} holds {', '.join(sorted(missing))}, which no component of the chemistry has"
    matrix = np.array(
        [[c.elements.get(e, 0.0) for c in candidates] for e in symbols] + [[float(c.charge) for c in candidates]]
    )
    target = np.array([wanted.elements.get(e, 0.0) for e in symbols] + [0.0])
    amounts, _, rank, _ = np.linalg.lstsq(matrix, target, rcond=None)
    if np.abs(matrix @ amounts - target).max() > 1e-9 * max(1.0, np.abs(target).max()):
        return totals, f"{formula!r} cannot be made up from the components of the chemistry"
    if rank < len(candidates):
        return totals, f"{formula!r} {_AMBIGUOUS}; give the components"
    for component, amount in zip(candidates, amounts, strict=True):
        if component.name not in {"H2O", "H+"} and amount < -1e-9:
            return totals, f"{formula!r} would need {amount:.3g} mol of {component.name}, which is less than none"
        totals[chemistry.index[component.name]] = round(amount, 12)
    totals.setflags(write=False)
    made_of = [c for c in candidates if totals[chemistry.index[c.name]] > 0.0]
    return totals, _mixed(chemistry, formula, made_of)


def ln_constant(species: Species, temperature: float, unknown: float = math.nan) -> float:
    """Answer ln K of a species' reaction at `temperature` (K): its law, or van 't Hoff's with a constant heat capacity.

    `unknown` is answered where the law has no data; `Chemistry.unknown_at` tells of which species.
    """
    if species.law is not None:
        log_k = species.law.at(temperature)
        return unknown if log_k is None else float(log_k * np.log(10.0))
    ratio = _REFERENCE_TEMPERATURE / temperature
    from_enthalpy = species.enthalpy / water.GAS_CONSTANT * (1.0 / _REFERENCE_TEMPERATURE - 1.0 / temperature)
    from_capacity = species.heat_capacity / water.GAS_CONSTANT * (ratio - 1.0 - np.log(ratio))
    return float((species.log_k or 0.0) * np.log(10.0) + from_enthalpy + from_capacity)


def acid_form(extractant: str) -> str:
    """Answer the name of the free acid of an extractant."""
    return f"HA[{extractant}]"


def degraded_form(extractant: str) -> str:
    """Answer the name of what decay makes of an extractant, such as the mono-ester of D2EHPA."""
    return f"degraded[{extractant}]"


def salt_form(cation: str, extractant: str) -> str:
    """Answer the name of a cation's salt with an extractant: `NiA2[Cyanex 272]`."""
    formula = parse(cation)
    return f"{cation.split('+', maxsplit=1)[0]}A{formula.charge if formula.charge > 1 else ''}[{extractant}]"


def _organic(name: str, formula: Formula, extractant: str, volume: float) -> Species:
    mass = molar_mass(formula, atomic_masses())
    return Species(name, ORGANIC, formula.elements, 0, mass, extractant=extractant, volume=volume)


def _diluent() -> Species:
    formula = named_formulas()[DILUENT]
    volume = molar_mass(formula, atomic_masses()) / table("volumes").value(DILUENT, "density")
    return _organic(DILUENT, formula, "", volume)


def _organics(extractant: Extractant, known: set[str]) -> list[Species]:
    """Answer the species that an extractant brings beside the components `known`.

    The salt of an acid takes the room of its acid, that of another extractant none beside the extractant's own.
    """
    molecule = parse(extractant.formula)
    if "density" not in extractant.properties:
        raise DataError(f"extractant {extractant.name!r}: properties lack the density, kg/m3")
    volume = molar_mass(molecule, atomic_masses()) / extractant.properties["density"]
    found = [_organic(extractant.free_form, molecule, extractant.name, volume)]
    for cation in extractant.cations:
        if cation in known:
            salt = Formula(MappingProxyType(extractant.salt_elements(cation)), 0, ORGANIC)
            room = volume * parse(cation).charge if extractant.kind == "acidic" else 0.0
            found.append(_organic(extractant.salt_form(cation), salt, extractant.name, room))
    return [*found, _organic(degraded_form(extractant.name), molecule, extractant.name, volume)]


def _refuse_unknown(database: Database, elements: tuple[str, ...], left_out: tuple[str, ...]) -> None:
    data = "the data" if database.own else f"the data of {database.name}"
    for element in elements:
        if element not in database.elements:
            raise DataError(f"element {element!r} is in no species of {data}{nearest(element, database.elements)}")
    for name in left_out:
        if name not in database.species:
            raise DataError(
                f"species {name!r} cannot be left out, {data} do not have it{nearest(name, database.species)}"
            )
        if name in {"H2O", "H+"}:
            raise DataError(f"species {name!r} cannot be left out, every liquor holds it")


def _refuse_states(database: Database, states: tuple[str, ...], chosen: frozenset[str]) -> None:
    known = {species.name: species for species in database.species.values() if species.on_request}
    for name in states:
        if name not in known:
            raise DataError(f"state {name!r} is none that a chemistry can be asked for{nearest(name, known)}")
        missing = sorted(set(known[name].elements) - chosen)
        if missing:
            raise DataError(f"state {name!r} holds {', '.join(missing)}, which is not among the elements chosen")


def _kopp(species: Species) -> float:
    if species.phase not in {SOLID, ORGANIC}:
        return 0.0
    numbers, quantity = table("heat_capacities"), "kopp_solid" if species.phase == SOLID else "kopp_liquid"
    other = numbers.value("other", quantity)
    return sum(count * numbers.value(element, quantity, other) for element, count in species.elements.items())


@functools.lru_cache(maxsize=4096)
def _own_volume(species: Species, database: str) -> float:
    """Answer m3/mol of a solid or an organic species."""
    volumes = table("volumes")
    if species.phase == SOLID:
        if species.volume:
            return species.volume
        density = volumes.find(species.name, "density")
        if density is None:
            raise DataError(f"{database}: no volume of {species.name!r} is known; leave it out with `without`")
        return species.molar_mass / density.value
    if species.phase == ORGANIC:
        return species.volume or 0.0
    return 0.0


def _frozen(values: object) -> np.ndarray:
    array = np.array(values, dtype=np.float64)
    array.setflags(write=False)
    return array
