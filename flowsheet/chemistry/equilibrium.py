"""Asking the equilibrium kernel, and what it answers with names on it.

A stream carries totals; speciation, pH and saturation are asked for here. Base dosed is the input and pH the output;
`titrate` solves the dose for a target pH.
"""

import functools
import itertools
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ...kernels.activity import Mixture
from ...kernels.packed import Packed
from ...kernels.saturation import NO_ROOM
from ...kernels.speciation import Speciation
from ...kernels.status import CHARGED, CONVERGED, DRY, SENTENCES, UNREACHABLE
from ...kernels.sweep import Answers, equilibrate_many
from ...kernels.titration import dose_to_ph
from ..errors import ConvergenceError, DataError, nearest
from ..quantities import kelvin, number
from .couples import partial_pressure, potential
from .fugacity import fugacity_coefficient
from .headspace import Headspace, bubble, refuse_other, room
from .packing import equilibrate, pack, room_for_answers
from .species import GAS
from .system import WATER, Chemistry
from .thermal import liquor_enthalpy
from .water import GAS_CONSTANT, vapour_pressure

_LN10 = float(np.log(10.0))
_FIRST_SOLUTE = 2  # components 0 and 1 are H2O and H+
_ALWAYS = frozenset({"H2O", "H+"})
_TRACE = 1e-6
_NEUTRAL = 1e-9
_BAR = 1e5
_IRON = "Fe+3/Fe+2"
_MOST_NAMED = 6
_NEAR = 1.0  # K, by which a boiling liquor may pass the temperatures of the data
_MAJOR = 0.05  # mol/kg, above which an interaction that is not known is reported
LARGEST_DOSE_PER_WATER = 100.0  # mol of titrant per mol of water: beyond any liquor


@dataclass(frozen=True, eq=False, repr=False)
class Equilibrium:
    """A liquor at equilibrium: what its species are doing.

    `totals`: moles of each component left in the liquor. `amounts`: moles of each phase of `chemistry.phases`.
    """

    chemistry: Chemistry
    temperature: float
    speciation: Speciation
    totals: np.ndarray
    amounts: np.ndarray

    def __repr__(self) -> str:
        """Name the pH, the ionic strength and what formed."""
        formed = [f"{p.name} {n:.4g} mol" for p, n in zip(self.chemistry.phases, self.amounts, strict=True) if n > 0.0]
        parts = [f"pH {self.ph:.2f}", f"ionic strength {self.ionic_strength:.4g} mol/kg", *formed]
        return f"Equilibrium(at {self.temperature:.2f} K: {', '.join(parts)})"

    @property
    def ph(self) -> float:
        """Minus the decadic logarithm of the activity of H+ on the molal scale."""
        return float(-(np.log(self.speciation.molality[0]) + self.speciation.ln_gamma[0]) / _LN10)

    @property
    def ionic_strength(self) -> float:
        """Ionic strength, mol/kg water."""
        return float(self.speciation.ionic_strength)

    @property
    def water_activity(self) -> float:
        """Activity of water, 1 for pure water."""
        return float(np.exp(self.speciation.ln_water_activity))

    @property
    def enthalpy(self) -> float:
        """Enthalpy of the liquor for the totals given, J from the elements at 25 degC; see `thermal`."""
        return liquor_enthalpy(self.chemistry, self.totals, self.temperature, self.speciation)

    @property
    def in_range(self) -> bool:
        """Whether the ionic strength lies where the activity model was made for."""
        return self.ionic_strength <= self.chemistry.activity.largest_ionic_strength

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a reader must know of this answer: a liquor outside the range of the model, interactions it lacks."""
        found = _too_hot(self.chemistry, self.temperature)
        if not self.in_range:
            limit = self.chemistry.activity.largest_ionic_strength
            found.append(
                f"ionic strength {self.ionic_strength:.2f} mol/kg is outside the activity model's range of 0 to {limit:g}"
            )
        if self.unknown_pairs:
            found.append(_no_interaction([f"{cation} with {anion}" for cation, anion in self.unknown_pairs]))
        major = [s for s, m in zip(self.chemistry.aqueous, self.speciation.molality, strict=True) if m > _MAJOR]
        found += [doubt for species in major if (doubt := self.chemistry.activity.doubts(species))]
        if unknown := self._unknown:
            found.append(_no_constant(unknown, self.temperature))
        return tuple(found)

    @property
    def _unknown(self) -> list[str]:
        """Dissolved species that could be there, had the database a constant of them at this temperature."""
        chemistry, unknown = self.chemistry, self.chemistry.unknown_at(self.temperature)
        present = {c.name for c, total in zip(chemistry.components, self.totals, strict=True) if total > 0.0}
        present |= {c.name for c in chemistry.components[:_FIRST_SOLUTE]}
        return [s.name for s in chemistry.aqueous if s.name in unknown and present >= set(s.reaction)]

    @property
    def unknown_pairs(self) -> tuple[tuple[str, str], ...]:
        """Cations and anions above 0.05 mol/kg that the activity model has no parameters for, and no complex of."""
        names, lacking = self.chemistry.aqueous_names, _lacking(self.chemistry)
        major = self.speciation.molality > _MAJOR
        return tuple((names[c], names[a]) for c, a in lacking[major[lacking].all(axis=1)])

    def _aqueous(self, name: str) -> int:
        names = self.chemistry.aqueous_names
        if name not in names:
            raise DataError(f"aqueous species {name!r} is not in the chemistry{nearest(name, names)}")
        return names.index(name)

    def molality(self, name: str) -> float:
        """Answer the molality of an aqueous species, mol/kg water."""
        return float(self.speciation.molality[self._aqueous(name)])

    def activity(self, name: str) -> float:
        """Answer the activity of an aqueous species on the molal scale."""
        at = self._aqueous(name)
        return float(self.speciation.molality[at] * np.exp(self.speciation.ln_gamma[at]))

    def saturation_index(self, name: str) -> float:
        """Answer log10 of ion activity product over constant of a solid or gas; minus infinity where an ion is absent."""
        chemistry = self.chemistry
        if name not in chemistry.phase_index:
            raise DataError(
                f"solid or gas {name!r} has no equilibrium in the chemistry{nearest(name, chemistry.phase_index)}"
            )
        if name in chemistry.unknown_at(self.temperature):
            raise DataError(f"the database has no constant of {name!r} at {self.temperature:g} K")
        mixture = chemistry.mixture(self.temperature)
        at = chemistry.phase_index[name]
        count = len(chemistry.components) - 1
        with np.errstate(divide="ignore"):
            ln_activity = np.log(self.speciation.molality[:count]) + self.speciation.ln_gamma[:count]
        ln_activity = np.concatenate([[self.speciation.ln_water_activity], ln_activity])
        takes_part = mixture.phase_composition[at] != 0.0
        product = float((mixture.phase_composition[at][takes_part] * ln_activity[takes_part]).sum())
        return (product - float(mixture.phase_ln_k[at])) / _LN10

    def fugacity(self, name: str) -> float:
        """Answer the partial pressure of a gas with which the liquor is in equilibrium, Pa; 0 where it holds none of it."""
        if name in self.chemistry.phase_index and self.chemistry.phases[self.chemistry.phase_index[name]].phase != GAS:
            raise DataError(f"{name!r} is no gas; it has a saturation index, no fugacity")
        return float(_BAR * 10.0 ** self.saturation_index(name))

    @property
    def eh(self) -> float:
        """Redox potential from Fe+3 and Fe+2, V against the standard hydrogen electrode; `DataError` where one is absent."""
        return potential(self, _IRON)

    def orp(self, electrode: str = "Ag/AgCl") -> float:
        """Answer the redox potential from Fe+3 and Fe+2 against a reference electrode (`Ag/AgCl` in 3 mol/L KCl, `SCE`), V."""
        return potential(self, _IRON, electrode)


def _too_hot(chemistry: Chemistry, temperature: float) -> list[str]:
    """Answer the warning of a temperature (K) that the data were not made for, where it is one."""
    low, high = chemistry.database.made_for
    if low - _NEAR <= temperature <= high + _NEAR:
        return []
    made_for = chemistry.database.was_made_for
    return [f"temperature {temperature:.2f} K is outside {low:g} to {high:g} K, {made_for}"]


def _no_interaction(pairs: list[str]) -> str:
    return f"the activity model has no interaction of {', '.join(pairs)}, each above {_MAJOR:g} mol/kg; taken as none"


def _no_constant(names: list[str], temperature: float) -> str:
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    listed = ", ".join(names[:_MOST_NAMED]) + more
    return f"the database has no constant at {temperature:g} K of {listed}; taken as absent"


@functools.lru_cache(maxsize=64)
def _lacking(chemistry: Chemistry) -> np.ndarray:
    """Answer which aqueous species (K, 2), cation and anion, the activity model has no parameters for, and no complex of."""
    makeup = [{name: number for name, number in s.reaction.items() if number != 0.0} for s in chemistry.aqueous]
    complexes = {frozenset(made.items()) for made in makeup}
    found = []
    for c, a in itertools.product(range(len(makeup)), repeat=2):
        cation, anion = chemistry.aqueous[c], chemistry.aqueous[a]
        if cation.charge > 0 > anion.charge and not chemistry.activity.knows(cation.name, anion.name):
            both = {name: makeup[c].get(name, 0.0) + makeup[a].get(name, 0.0) for name in {*makeup[c], *makeup[a]}}
            if frozenset((name, number) for name, number in both.items() if number != 0.0) not in complexes:
                found.append((c, a))
    return np.array(found, dtype=np.int64).reshape(-1, 2)


def answered(chemistry: Chemistry, temperature: float, speciation: Speciation, totals: np.ndarray) -> Equilibrium:
    """Answer what a speciation leaves of component `totals` (mol, C) in the liquor, as an equilibrium."""
    mixture = chemistry.mixture(temperature)
    amounts = speciation.phase_amounts
    left = totals - amounts @ mixture.phase_composition
    # A component that has all but precipitated is the sum of its species: the difference would be round-off.
    dissolved = speciation.water * (speciation.molality @ mixture.composition)
    trace = np.abs(left) < _TRACE * np.abs(totals)
    trace[:_FIRST_SOLUTE] = False
    left = np.where(trace, dissolved, left)
    return Equilibrium(chemistry, temperature, speciation, left, amounts)


def _describe(chemistry: Chemistry, totals: np.ndarray, temperature: float) -> str:
    kilograms = totals[WATER] * chemistry.molar_masses[WATER]
    parts = [
        f"{c.name} {totals[i] / kilograms:.4g}"
        for i, c in enumerate(chemistry.components)
        if i != WATER and totals[i] != 0.0
    ]
    return f"at {temperature:.2f} K, in mol/kg water: {', '.join(parts)}" if kilograms > 0 else "no water"


def _refuse(status: int, error: float, chemistry: Chemistry, totals: np.ndarray, temperature: float) -> None:
    """Raise what a status of the kernel means."""
    if status == CONVERGED:
        return
    if status == CHARGED:
        charge = float(totals @ chemistry.charges[chemistry.liquor])
        raise DataError(
            f"liquor carries a net charge of {charge:.4g} mol ({_describe(chemistry, totals, temperature)})"
        )
    if status == DRY:
        raise DataError(f"liquor has no liquid water: {totals[WATER]:.4g} mol water, less than its solids bind")
    raise ConvergenceError(
        f"equilibrium {SENTENCES[status]} (error {error:.2g}; {_describe(chemistry, totals, temperature)})"
    )


def _refuse_unknown(chemistry: Chemistry, temperature: float, allowed: np.ndarray) -> None:
    """Raise `DataError` for a phase that may form, but that the database has no constant of at `temperature` (K)."""
    for name in chemistry.unknown_at(temperature):
        if name in chemistry.phase_index and allowed[chemistry.phase_index[name]]:
            raise DataError(
                f"{name!r} may form, but {chemistry.database.name} has no constant of it at {temperature:g} K"
            )


def under(
    chemistry: Chemistry,
    temperature: float,
    pressures: Mapping[str, float] | None,
    activities: Mapping[str, float] | None = None,
) -> Mixture:
    """Answer the arrays of the equilibrium kernel with gases at partial pressures (Pa); those not named are at 1 bar.

    The gas is ideal, or that of Peng and Robinson where the database tells its critical point. `activities`: of solids that
    are not pure, as in a solid solution. Raises `DataError` for a name that is no gas or solid of the chemistry, or a
    pressure or an activity that is not above 0.
    """
    mixture = chemistry.mixture(temperature)
    if not pressures and not activities:
        return mixture
    gases = [phase.name for phase in chemistry.phases if phase.phase == GAS]
    ln_k = np.array(mixture.phase_ln_k)
    for name, activity in (activities or {}).items():
        if name not in chemistry.phase_index or name in gases:
            raise DataError(f"solid {name!r} has no equilibrium in the chemistry{nearest(name, chemistry.phase_index)}")
        if not 0.0 < activity < np.inf:
            raise DataError(f"activity of {name} = {activity:g} is not above 0")
        ln_k[chemistry.phase_index[name]] += np.log(activity)
    given = pressures or {}
    for name in given:
        if name not in gases:
            raise DataError(f"gas {name!r} has no equilibrium in the chemistry{nearest(name, gases)}")
        at = chemistry.phase_index[name]
        pressure = partial_pressure(name, given)
        ln_k[at] += np.log(fugacity_coefficient(chemistry.phases[at], temperature, pressure) * pressure / _BAR)
    return mixture._replace(phase_ln_k=ln_k)


def _packed(
    chemistry: Chemistry,
    temperature: float,
    pressures: Mapping[str, float] | None,
    activities: Mapping[str, float] | None = None,
) -> Packed:
    special = pressures or activities
    return pack(under(chemistry, temperature, pressures, activities)) if special else chemistry.packed(temperature)


def speciate(
    chemistry: Chemistry,
    totals: np.ndarray,
    temperature: float,
    allowed: np.ndarray | str | Iterable[str],
    pressures: Mapping[str, float] | None = None,
    start: Equilibrium | None = None,
    headspace: Headspace | None = None,
    activities: Mapping[str, float] | None = None,
) -> Equilibrium:
    """Answer the equilibrium of component `totals` (mol, C) at `temperature` (K) with the `allowed` phases.

    `totals` hold all that may dissolve, the allowed phases' own contents included. `allowed`: their mask (P,), or their names.
    `pressures`: partial pressures of gases, Pa, 1 bar where not given. `start`: the equilibrium of a liquor near this one, of
    the same chemistry, which saves time and changes nothing. `headspace`: gases of a closed vessel, whose `amounts` are what
    the space holds of them. `activities`: of solids that are not pure (`under`). Raises `DataError` for totals that are below
    zero (but of H+) or not finite, a liquor that is charged, dry, too hot or boils in its headspace, or for a start of another
    chemistry, `ConvergenceError` where the kernel finds no answer.
    """
    checked, may_form = chemistry.checked(totals), chemistry.mask(allowed)
    return speciate_trial(chemistry, checked, temperature, may_form, pressures, start, headspace, activities)


def speciate_trial(
    chemistry: Chemistry,
    totals: np.ndarray,
    temperature: float,
    allowed: np.ndarray,
    pressures: Mapping[str, float] | None = None,
    start: Equilibrium | None = None,
    headspace: Headspace | None = None,
    activities: Mapping[str, float] | None = None,
) -> Equilibrium:
    """Answer what `speciate` does of totals that an iteration tries on its way, which may take more than there is.

    A component below zero counts as absent from the liquor. Totals (C,) and the mask `allowed` (P,) are taken as they are; where
    the iteration ends they have to be above zero, as the flows of a `Stream` are seen to be.
    """
    temperature = kelvin(temperature)
    _refuse_unknown(chemistry, temperature, allowed)
    if start is not None and start.chemistry is not chemistry:
        raise DataError(f"start is of {start.chemistry!r}, not of {chemistry!r}")
    packed = _packed(chemistry, temperature, pressures, activities)
    begun = None if start is None else start.speciation
    room_for = NO_ROOM
    if headspace is not None:
        refuse_other(headspace)
        if twice := [name for name in headspace.gases if name in (pressures or {})]:
            raise DataError(
                f"gas {twice[0]!r} is in the headspace and has a partial pressure of its own; give one of them"
            )
        allowed = allowed & ~headspace.mask(chemistry)  # they form at the pressure of the space and no other
        room_for = _room(chemistry, packed, totals, temperature, allowed, headspace)
    speciation, error, _, status = equilibrate(packed, totals, allowed, room_for, begun)
    _refuse(status, error, chemistry, totals, temperature)
    return answered(chemistry, temperature, speciation, totals)


def _room(
    chemistry: Chemistry,
    packed: Packed,
    totals: np.ndarray,
    temperature: float,
    allowed: np.ndarray,
    headspace: Headspace,
) -> np.ndarray:
    """Answer V / RT of the gases of a headspace, mol/bar; the volume of one at a pressure is sought, water vapour in it."""
    places, count = headspace.places(chemistry), len(chemistry.phases)
    if headspace.volume is not None:
        return room(places, count, headspace.volume, temperature)
    over_pure = vapour_pressure(temperature)

    def pressure_at(volume: float) -> float:
        held = room(places, count, volume, temperature)
        speciation, error, _, status = equilibrate(packed, totals, allowed, held)
        _refuse(status, error, chemistry, totals, temperature)
        gases = float((speciation.phase_amounts[places] / held[places]).sum()) * _BAR
        return gases + math.exp(speciation.ln_water_activity) * over_pure

    unit = totals[WATER] * GAS_CONSTANT * temperature / _BAR
    volume = bubble(pressure_at, float(headspace.pressure or 0.0), unit)
    return room(places, count, volume, temperature)


def speciate_many(
    chemistry: Chemistry,
    totals: np.ndarray,
    temperature: float,
    allowed: np.ndarray | str | Iterable[str],
    out: Sequence[np.ndarray] | None = None,
) -> Answers:
    """Answer the equilibria of many liquors, component `totals` (N, C) in mol, at one `temperature` (K); see `Answers`.

    As `speciate` of each row, with the `allowed` phases (their mask (P,), or their names), on all cores and without an object
    for each. Answers carry no warnings: `warnings_of_many` tells what `Equilibrium.warnings` would tell of each. `out`: answers
    of another sweep of as many liquors to write over, which spares a sweep in parts new memory for each, or its five arrays.
    Raises `DataError` for totals of another shape, for `out` that cannot be written over, and for the first row with a total
    below zero or not finite, then for the first that `speciate` would refuse, `ConvergenceError` for the first without an
    answer, each with the number of the row.
    """
    may_form, temperature = chemistry.mask(allowed), kelvin(temperature)
    _refuse_unknown(chemistry, temperature, may_form)
    rows = chemistry.checked_rows(totals)
    packed = chemistry.packed(temperature)
    answers = room_for_answers(packed, len(rows))
    if out is not None:
        answers = _writeable(out, answers)
    equilibrate_many(packed, rows, may_form, answers)
    for at in np.flatnonzero(answers.counts[:, 1] != CONVERGED)[:1]:
        try:
            _refuse(int(answers.counts[at, 1]), float(answers.whole[at, 3]), chemistry, rows[at], temperature)
        except (ConvergenceError, DataError) as refusal:
            raise type(refusal)(f"row {at} of totals: {refusal}") from refusal
    return answers


def _writeable(out: object, wanted: Answers) -> Answers:
    """Answer the arrays of `out` as the kernel writes them; raises `DataError` for one that it cannot, of what is `wanted`."""
    arrays = tuple(out) if isinstance(out, Sequence) else ()
    if len(arrays) != len(wanted):
        held = f" of {len(arrays)}" if arrays else ""
        raise DataError(
            f"out = {type(out).__name__}{held}; give the answers of another sweep, or their {len(wanted)} arrays: "
            f"{', '.join(wanted._fields)}"
        )
    for name, given, made in zip(wanted._fields, arrays, wanted, strict=True):
        if not isinstance(given, np.ndarray):
            raise DataError(f"out.{name} = {type(given).__name__} is no array; it must be {made.shape} of {made.dtype}")
        if given.shape != made.shape:
            raise DataError(f"out.{name} has the shape {given.shape}, for these totals it must be {made.shape}")
        if given.dtype != made.dtype:
            raise DataError(f"out.{name} holds {given.dtype}, it must hold {made.dtype}")
        if not (given.flags.c_contiguous and given.flags.aligned):
            raise DataError(f"out.{name} does not lie row by row in one piece (C-contiguous), as numpy.empty makes it")
        if not given.flags.writeable:
            raise DataError(f"out.{name} is read-only, it must be writeable")
    return Answers(*(np.asarray(given) for given in arrays))


def _refuse_other(chemistry: Chemistry, answers: Answers) -> None:
    """Raise `DataError` for answers that are not of as many species as the chemistry has."""
    if (found := answers.molality.shape[1]) != (count := len(chemistry.aqueous)):
        raise DataError(f"answers are of {found} aqueous species, not of the {count} of {chemistry!r}")


def unknown_pairs_of_many(chemistry: Chemistry, answers: Answers) -> dict[tuple[str, str], np.ndarray]:
    """Answer the `unknown_pairs` of many liquors: each cation and anion with the rows of `answers` that lack it, rising.

    Raises `DataError` for answers of another number of species than the chemistry has.
    """
    _refuse_other(chemistry, answers)
    names, major = chemistry.aqueous_names, answers.molality > _MAJOR
    ever = np.count_nonzero(major, axis=0)
    found = {}
    for c, a in _lacking(chemistry):
        if ever[c] and ever[a] and len(rows := np.flatnonzero(major[:, c] & major[:, a])):
            found[names[c], names[a]] = rows
    return found


def warnings_of_many(chemistry: Chemistry, answers: Answers, temperature: float) -> tuple[str, ...]:
    """Answer the warnings of `answers` of `speciate_many` at `temperature` (K), each once with the rows that it is of.

    They are those of `Equilibrium.warnings`: rows 0 to 41 and 50 lack a pair, say. An empty tuple where there are none.
    Raises `DataError` for answers of another number of species than the chemistry has.
    """
    _refuse_other(chemistry, answers)
    temperature = kelvin(temperature)
    found = _too_hot(chemistry, temperature)
    limit, strength = chemistry.activity.largest_ionic_strength, answers.whole[:, 2]
    if len(rows := np.flatnonzero(strength > limit)):
        found.append(
            f"{_stretches(rows)}: ionic strength up to {strength.max():.2f} mol/kg is outside the activity model's range of 0 to "
            f"{limit:g}"
        )
    pairs = unknown_pairs_of_many(chemistry, answers)
    for names, rows in _alike({f"{cation} with {anion}": rows for (cation, anion), rows in pairs.items()}):
        found.append(f"{_stretches(rows)}: {_no_interaction(names)}")
    for at, species in enumerate(chemistry.aqueous):
        if (doubt := chemistry.activity.doubts(species)) and len(
            rows := np.flatnonzero(answers.molality[:, at] > _MAJOR)
        ):
            found.append(f"{_stretches(rows)}: {doubt}")
    unknown, absent = set(chemistry.unknown_at(temperature)), {}
    for species in chemistry.aqueous:
        if species.name in unknown:
            needs = [chemistry.aqueous_names.index(name) for name in species.reaction if name not in _ALWAYS]
            absent[species.name] = np.flatnonzero((answers.molality[:, needs] > 0.0).all(axis=1))
    found += [f"{_stretches(rows)}: {_no_constant(names, temperature)}" for names, rows in _alike(absent)]
    return tuple(found)


def _alike(rows_of: Mapping[str, np.ndarray]) -> list[tuple[list[str], np.ndarray]]:
    """Answer which names are of the same rows, and those rows; none of a name without rows."""
    groups: dict[bytes, tuple[list[str], np.ndarray]] = {}
    for name, rows in rows_of.items():
        if len(rows):
            groups.setdefault(rows.tobytes(), ([], rows))[0].append(name)
    return list(groups.values())


def _stretches(rows: np.ndarray) -> str:
    """Answer rows (N,) that rise as stretches: `rows 0 to 41, 50, 60 to 64`."""
    ends = np.flatnonzero(np.diff(rows) > 1)
    firsts, lasts = rows[np.concatenate([[0], ends + 1])], rows[np.concatenate([ends, [len(rows) - 1]])]
    parts = [f"{a} to {b}" if b > a else f"{a}" for a, b in zip(firsts, lasts, strict=True)]
    left = len(rows) - int((lasts - firsts + 1)[:_MOST_NAMED].sum())
    more = f" and {left} more" if left else ""
    return f"row{'s' if len(rows) > 1 else ''} {', '.join(parts[:_MOST_NAMED])}{more}"


def titrate(
    chemistry: Chemistry,
    totals: np.ndarray,
    titrant: np.ndarray,
    target_ph: float,
    temperature: float,
    allowed: np.ndarray | str | Iterable[str],
    pressures: Mapping[str, float] | None = None,
    activities: Mapping[str, float] | None = None,
) -> tuple[float, Equilibrium]:
    """Answer the dose of `titrant` (mol per unit dose, C) that brings the liquor to `target_ph`, and the equilibrium.

    `allowed`: the mask (P,) of the phases that may form, or their names. `pressures`: partial pressures of gases, Pa, 1 bar where
    not given. `activities`: of solids that are not pure (`under`). Raises `DataError` as `speciate`, for a target that is no
    number or a titrant that takes something away, and where the titrant cannot reach the target, telling the pH that it does
    reach.
    """
    given, per_dose = chemistry.checked(totals), chemistry.checked(titrant, "titrant: amount")
    may_form = chemistry.mask(allowed)
    return titrate_trial(chemistry, given, per_dose, target_ph, temperature, may_form, pressures, activities)


def titrate_trial(
    chemistry: Chemistry,
    totals: np.ndarray,
    titrant: np.ndarray,
    target_ph: float,
    temperature: float,
    allowed: np.ndarray,
    pressures: Mapping[str, float] | None = None,
    activities: Mapping[str, float] | None = None,
) -> tuple[float, Equilibrium]:
    """Answer what `titrate` does of totals that an iteration tries, as `speciate_trial`; the dose may bring what they lack."""
    target_ph, temperature = number(target_ph, "target pH", "7.0"), kelvin(temperature)
    if not math.isfinite(target_ph):
        raise DataError(f"target pH = {target_ph:g} is not a finite number")
    _refuse_unknown(chemistry, temperature, allowed)
    per_dose = float(np.abs(titrant).max())
    largest = LARGEST_DOSE_PER_WATER * totals[WATER] / per_dose if per_dose > 0.0 else 0.0
    dose, speciation, error, _, status = dose_to_ph(
        _packed(chemistry, temperature, pressures, activities), totals, titrant, allowed, target_ph, largest
    )
    if status == UNREACHABLE:
        reached = answered(chemistry, temperature, speciation, totals + dose * titrant).ph
        names = [c.name for i, c in enumerate(chemistry.components) if titrant[i] != 0.0]
        start = speciate_trial(chemistry, totals, temperature, allowed, pressures, activities=activities).ph
        raise DataError(
            f"pH {target_ph:g} cannot be reached with the titrant ({', '.join(names)}): the liquor stands at pH {start:.2f}, "
            f"the nearest it comes to is pH {reached:.2f}"
        )
    if status == CHARGED and abs(charge := float(titrant @ chemistry.charges[chemistry.liquor])) > _NEUTRAL * per_dose:
        raise DataError(f"titrant carries a net charge of {charge:.4g} mol per dose, it must be neutral")
    _refuse(status, error, chemistry, totals, temperature)
    return float(dose), answered(chemistry, temperature, speciation, totals + dose * titrant)
