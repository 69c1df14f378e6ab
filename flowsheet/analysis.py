"""What a liquor would do: titration, speciation, solubility, precipitation and saturation, each as one table.

Every function takes a stream and answers a pandas DataFrame in the units of those who read it (g/L, degC, mol/kg water),
which stand in the column names. A cell is empty (`pandas.NA`) where the quantity does not exist; `attrs["warnings"]` tells
where the activity model was left. `diagrams` draws each of
them. Constants, activity coefficients and their limits are those of the stream's chemistry; nothing is kept between calls.

Sources: Stumm & Morgan (1996) Aquatic Chemistry, 3rd ed., chapters 3 and 7 (what the tables are).
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas

from .chemistry.equilibrium import Equilibrium, titrate
from .chemistry.system import PROTON, Chemistry
from .errors import DataError, nearest
from .quantities import gram_per_litre, to_celsius
from .solubility import precipitation_table, solubility_table
from .stream import Stream, gathered, settled
from .sweeps import (
    AgainstDose,
    AgainstPh,
    AgainstTemperature,
    Axis,
    State,
    axis_of,
    check_liquor,
    mask,
    per_dose,
    solutes,
    solve_all,
    trace,
    warnings_of,
)

__all__ = [
    "AgainstDose",
    "AgainstPh",
    "AgainstTemperature",
    "precipitation_table",
    "saturation_table",
    "solubility_table",
    "speciation_table",
    "titration_table",
]

_LN10 = float(np.log(10.0))
_POINTS = 101


def titration_table(
    stream: Stream,
    titrant: str | Stream,
    largest: float | None = None,
    target_ph: float | None = None,
    phases: str | Iterable[str] = (),
) -> pandas.DataFrame:
    """Answer pH, what is left in the liquor and what has formed, by dose of a titrant.

    `titrant`: a substance, dosed in mol per kg of the liquor's water, or a stream, dosed in kg per kg of the stream; up to
    the dose `largest`, or until `target_ph` is reached. `phases`: solids and gases that may form. All g/L are per litre of
    the liquor as it stands at that dose. Points lie closer where the pH runs off. Raises `DataError` where neither or both
    ends are given, a name is unknown, or the titrant does not reach the pH.
    """
    chemistry = stream.chemistry
    check_liquor("titration", stream)
    allowed = mask(chemistry, phases)
    if (largest is None) == (target_ph is None):
        raise DataError(f"titration: largest = {largest} and target_ph = {target_ph}; give one of the two")
    if target_ph is not None:
        titre = per_dose(stream, titrant)
        largest, _ = titrate(chemistry, gathered(stream, allowed), titre, target_ph, stream.temperature, allowed)
        if largest == 0.0:
            raise DataError(f"titration: the liquor stands at pH {target_ph:g} already, there is nothing to dose")
    axis = AgainstDose(titrant, float(largest or 0.0))
    doses, found = trace("titration", stream, axis, allowed, _POINTS)
    rows = [_dosed(stream, equilibrium, allowed) for equilibrium in found]
    table = pandas.DataFrame(rows, index=pandas.Index(doses, name=axis.label()))
    present = [f"{name} g/L" for name in solutes(chemistry, found[0].totals + found[-1].totals)]
    formed = [f"{chemistry.phases[at].name} g/L" for at in np.flatnonzero(allowed)]
    kept = ["pH", "ionic strength mol/kg", "outside activity model", *present, *formed]
    table = table.reindex(columns=kept).fillna(dict.fromkeys(present, 0.0))
    table.attrs["warnings"] = warnings_of(found)
    return table


def _dosed(stream: Stream, found: Equilibrium, allowed: np.ndarray) -> dict[str, object]:
    chemistry = stream.chemistry
    after = settled(Stream.empty(chemistry, found.temperature), found, allowed)
    row: dict[str, object] = {
        "pH": found.ph,
        "ionic strength mol/kg": found.ionic_strength,
        "outside activity model": not found.in_range,
    }
    row |= {f"{name} g/L": after.concentration(name) / gram_per_litre for name in solutes(chemistry, after.flows)}
    masses = after.flows * chemistry.molar_masses
    for at in np.flatnonzero(allowed):
        mass = float(masses[chemistry.phase_positions[at]])
        row[f"{chemistry.phases[at].name} g/L"] = mass / after.liquor_volume / gram_per_litre
    return row


def speciation_table(stream: Stream, component: str, axis: Axis, phases: str | Iterable[str] = ()) -> pandas.DataFrame:
    """Answer the share of each species of a component, 0 to 1, along pH, temperature or dose.

    Columns: aqueous species and the `phases` that may form, those first that reach the largest share. A row sums to 1.
    Raises `DataError` for a component that the chemistry or the stream lacks, and for H2O and H+, of which excess of base
    is a negative total.
    """
    chemistry = stream.chemistry
    check_liquor("speciation", stream)
    at = _component("speciation", chemistry, component)
    allowed = mask(chemistry, phases)
    axis = axis_of("speciation", axis, stream)
    coordinates, found = trace("speciation", stream, axis, allowed, 2 * _POINTS - 1)
    mixture = chemistry.mixture(stream.temperature)
    amounts = np.array([
        np.concatenate([
            e.speciation.water * e.speciation.molality * mixture.composition[:, at],
            e.amounts * mixture.phase_composition[:, at],
        ])
        for e in found
    ])  # fmt: skip
    totals = amounts.sum(axis=1, keepdims=True)
    if not (totals > 0.0).all():
        raise DataError(f"speciation: the stream holds 0 mol/s {component} at {axis.label()} = {axis.ends()[0]:g}")
    names = [*chemistry.aqueous_names, *(phase.name for phase in chemistry.phases)]
    shares = pandas.DataFrame(amounts / totals, columns=names, index=pandas.Index(coordinates, name=axis.label()))
    shares = shares.loc[:, [bool(column.any()) for column in amounts.T]]
    shares = shares[shares.max().sort_values(ascending=False, kind="stable").index]
    shares.attrs |= {"component": component, "warnings": warnings_of(found)}
    return shares


def _component(where: str, chemistry: Chemistry, name: str) -> int:
    known = [component.name for component in chemistry.components[PROTON + 1 :]]
    if name not in known:
        raise DataError(f"{where}: {name!r} is no component of the chemistry that has shares{nearest(name, known)}")
    return chemistry.index[name]


def saturation_table(stream: Stream, phases: str | Iterable[str] = ()) -> pandas.DataFrame:
    """Answer how far every solid and gas of the liquor is from saturation, the most supersaturated first.

    `saturation index` is `log IAP` - `log K`, the ion activity product of dissolution over its constant; of a gas it is log10
    of its fugacity in bar. `phases`: those allowed to form, which are brought to equilibrium first, so that none of them
    stands above 0; they are marked. Solids of which the liquor lacks an ion are left out.
    """
    chemistry = stream.chemistry
    check_liquor("saturation", stream)
    allowed = mask(chemistry, phases)
    axis = AgainstTemperature()
    state = State(to_celsius(stream.temperature), gathered(stream, allowed), stream.temperature)
    [found] = solve_all("saturation", axis, [state], chemistry, allowed)
    ln_k = chemistry.mixture(stream.temperature).phase_ln_k
    rows = []
    for at, phase in enumerate(chemistry.phases):
        index = found.saturation_index(phase.name)
        if np.isfinite(index):
            constant = float(ln_k[at]) / _LN10
            kind = "gas" if phase in chemistry.gases else "solid"
            rows.append(
                (phase.name, kind, index, index + constant, constant, bool(allowed[at]), found.amounts[at] > 0.0)
            )
    rows.sort(key=lambda row: -row[2])
    columns = ["solid or gas", "phase", "saturation index", "log IAP", "log K", "allowed", "present"]
    table = pandas.DataFrame(rows, columns=columns).set_index("solid or gas")
    table.attrs["warnings"] = warnings_of([found])
    return table
