"""Asking the equilibrium kernel, and what it answers with names on it.

A stream carries totals; speciation, pH and saturation are asked for here. Base dosed is the input and pH the output;
`titrate` solves the dose for a target pH.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ...kernels.activity import Mixture
from ...kernels.packed import PHASES, SPECIES, Packed
from ...kernels.saturation import NO_ROOM
from ...kernels.speciation import Speciation
from ...kernels.status import CHARGED, CONVERGED, DRY, SENTENCES, UNREACHABLE
from ...kernels.sweep import Answers, blank_answers, equilibrate_many
from ...kernels.titration import dose_to_ph
from ..errors import ConvergenceError, DataError, nearest
from .couples import partial_pressure, potential
from .fugacity import fugacity_coefficient
from .headspace import Headspace, bubble, room
from .packing import equilibrate, pack
from .species import GAS
from .system import WATER, Chemistry
from .thermal import liquor_enthalpy
from .water import GAS_CONSTANT

_LN10 = float(np.log(10.0))
_FIRST_SOLUTE = 2  # components 0 and 1 are H2O and H+
_TRACE = 1e-6
_NEUTRAL = 1e-9
_BAR = 1e5
_IRON = "Fe+3/Fe+2"
_MOST_NAMED = 6
_NEAR = 1.0  # K, by which a boiling liquor may pass the temperatures of the data
_MAJOR = 0.05  # mol/kg, above which an interaction that is not known is reported
LARGEST_DOSE_PER_WATER = 100.0  # mol of titrant per mol of water: beyond any liquor


@dataclass(frozen=True, eq=False)
class Equilibrium:
    """A liquor at equilibrium: what its species are doing.

    `totals`: moles of each component left in the liquor. `amounts`: moles of each phase of `chemistry.phases`.
    """

    chemistry: Chemistry
    temperature: float
    speciation: Speciation
    totals: np.ndarray
    amounts: np.ndarray

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
        found = []
        low, high = self.chemistry.database.made_for
        if not low - _NEAR <= self.temperature <= high + _NEAR:
            found.append(
                f"temperature {self.temperature:.2f} K is outside {low:g} to {high:g} K, which "
                f"{self.chemistry.database.name} were made for"
            )
        if not self.in_range:
            limit = self.chemistry.activity.largest_ionic_strength
            found.append(
                f"ionic strength {self.ionic_strength:.2f} mol/kg is outside the activity model's range of 0 to {limit:g}"
            )
        if self.unknown_pairs:
            pairs = ", ".join(f"{cation} with {anion}" for cation, anion in self.unknown_pairs)
            found.append(
                f"the activity model has no interaction of {pairs}, each above {_MAJOR:g} mol/kg; taken as none"
            )
        major = [s for s, m in zip(self.chemistry.aqueous, self.speciation.molality, strict=True) if m > _MAJOR]
        found += [doubt for species in major if (doubt := self.chemistry.activity.doubts(species))]
        if unknown := self._unknown:
            more = f" and {len(unknown) - _MOST_NAMED} more" if len(unknown) > _MOST_NAMED else ""
            names = ", ".join(unknown[:_MOST_NAMED]) + more
            found.append(f"the database has no constant at {self.temperature:g} K of {names}; taken as absent")
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
        chemistry = self.chemistry
        major = [i for i in range(len(chemistry.aqueous)) if self.speciation.molality[i] > _MAJOR]
        composition = chemistry.mixture(self.temperature).composition
        return tuple(
            (chemistry.aqueous[c].name, chemistry.aqueous[a].name)
            for c in major
            for a in major
            if chemistry.aqueous[c].charge > 0 > chemistry.aqueous[a].charge
            and not chemistry.activity.knows(chemistry.aqueous[c].name, chemistry.aqueous[a].name)
            and not (composition == composition[c] + composition[a]).all(axis=1).any()
        )

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
    allowed: np.ndarray,
    pressures: Mapping[str, float] | None = None,
    start: Equilibrium | None = None,
    headspace: Headspace | None = None,
    activities: Mapping[str, float] | None = None,
) -> Equilibrium:
    """Answer the equilibrium of component `totals` (mol, C) at `temperature` (K) with the `allowed` phases (P,).

    `totals` hold all that may dissolve, the allowed phases' own contents included. `pressures`: partial pressures of
    gases, Pa, 1 bar where not given. `start`: the equilibrium of a liquor near this one, of the same chemistry, which saves
    time and changes nothing. `headspace`: gases of a closed vessel, whose `amounts` are what the space holds of them.
    `activities`: of solids that are not pure (`under`). Raises
    `DataError` for a liquor that is charged or dry or for a start of another chemistry, `ConvergenceError` where the kernel
    finds no answer.
    """
    _refuse_unknown(chemistry, temperature, allowed)
    if start is not None and start.chemistry is not chemistry:
        raise DataError(f"start is of {start.chemistry!r}, not of {chemistry!r}")
    packed = _packed(chemistry, temperature, pressures, activities)
    begun = None if start is None else start.speciation
    room_for = NO_ROOM if headspace is None else _room(chemistry, totals, temperature, allowed, headspace)
    speciation, error, _, status = equilibrate(packed, totals, allowed, room_for, begun)
    _refuse(status, error, chemistry, totals, temperature)
    return answered(chemistry, temperature, speciation, totals)


def _room(
    chemistry: Chemistry, totals: np.ndarray, temperature: float, allowed: np.ndarray, headspace: Headspace
) -> np.ndarray:
    """Answer V / RT of the gases of a headspace, mol/bar; the volume of one at a pressure is sought."""
    places, count = headspace.places(chemistry), len(chemistry.phases)
    if headspace.volume is not None:
        return room(places, count, headspace.volume, temperature)

    def pressure_at(volume: float) -> float:
        held = room(places, count, volume, temperature)
        speciation, error, _, status = equilibrate(chemistry.packed(temperature), totals, allowed, held)
        _refuse(status, error, chemistry, totals, temperature)
        return float((speciation.phase_amounts[places] / held[places]).sum()) * _BAR

    unit = totals[WATER] * GAS_CONSTANT * temperature / _BAR
    volume = bubble(pressure_at, float(headspace.pressure or 0.0), unit)
    return room(places, count, volume, temperature)


def speciate_many(
    chemistry: Chemistry, totals: np.ndarray, temperature: float, allowed: np.ndarray, out: Answers | None = None
) -> Answers:
    """Answer the equilibria of many liquors, component `totals` (N, C) in mol, at one `temperature` (K); see `Answers`.

    As `speciate` of each row, with the `allowed` phases (P,), on all cores and without an object for each. `out`: answers of
    another sweep of as many liquors to write over, which spares a sweep in parts new memory for each. Raises `DataError` for
    totals or `out` of another shape, and for the first row that `speciate` would refuse, `ConvergenceError` for the first
    without an answer, each with the number of the row.
    """
    _refuse_unknown(chemistry, temperature, allowed)
    rows = np.array(totals, dtype=np.float64, order="C")
    if rows.ndim != 2 or rows.shape[1] != len(chemistry.components):
        raise DataError(f"totals have the shape {rows.shape}, they must be (N, {len(chemistry.components)})")
    packed = chemistry.packed(temperature)
    answers = blank_answers(len(rows), packed.places[SPECIES], packed.places[PHASES])
    if out is not None:
        for name, given, wanted in zip(Answers._fields, out, answers, strict=True):
            if given.shape != wanted.shape:
                raise DataError(f"out.{name} has the shape {given.shape}, for these totals it must be {wanted.shape}")
        answers = out
    equilibrate_many(packed, rows, allowed, answers)
    for at in np.flatnonzero(answers.counts[:, 1] != CONVERGED)[:1]:
        try:
            _refuse(int(answers.counts[at, 1]), float(answers.whole[at, 3]), chemistry, rows[at], temperature)
        except (ConvergenceError, DataError) as refusal:
            raise type(refusal)(f"row {at} of totals: {refusal}") from refusal
    return answers


def titrate(
    chemistry: Chemistry,
    totals: np.ndarray,
    titrant: np.ndarray,
    target_ph: float,
    temperature: float,
    allowed: np.ndarray,
    pressures: Mapping[str, float] | None = None,
    activities: Mapping[str, float] | None = None,
) -> tuple[float, Equilibrium]:
    """Answer the dose of `titrant` (mol per unit dose, C) that brings the liquor to `target_ph`, and the equilibrium.

    `pressures`: partial pressures of gases, Pa, 1 bar where not given. `activities`: of solids that are not pure (`under`).
    Raises `DataError` where the titrant cannot reach the target, telling the pH that it does reach.
    """
    _refuse_unknown(chemistry, temperature, allowed)
    per_dose = float(np.abs(titrant).max())
    largest = LARGEST_DOSE_PER_WATER * totals[WATER] / per_dose if per_dose > 0.0 else 0.0
    dose, speciation, error, _, status = dose_to_ph(
        _packed(chemistry, temperature, pressures, activities), totals, titrant, allowed, target_ph, largest
    )
    if status == UNREACHABLE:
        reached = answered(chemistry, temperature, speciation, totals + dose * titrant).ph
        names = [c.name for i, c in enumerate(chemistry.components) if titrant[i] != 0.0]
        start = speciate(chemistry, totals, temperature, allowed, pressures).ph
        raise DataError(
            f"pH {target_ph:g} cannot be reached with the titrant ({', '.join(names)}): the liquor stands at pH {start:.2f}, "
            f"the nearest it comes to is pH {reached:.2f}"
        )
    if status == CHARGED and abs(charge := float(titrant @ chemistry.charges[chemistry.liquor])) > _NEUTRAL * per_dose:
        raise DataError(f"titrant carries a net charge of {charge:.4g} mol per dose, it must be neutral")
    _refuse(status, error, chemistry, totals, temperature)
    return float(dose), answered(chemistry, temperature, speciation, totals + dose * titrant)
