"""A chemistry as a file for Cantera: its liquor by Pitzer's model (HMW-electrolyte), its solids and its gases.

The file is for one temperature: Debye-Hückel's A and every interaction are numbers there, as the kernels have them.
Standard chemical potentials are counted from the components, which have none, so that each reaction has our log K; the
slopes of log K with temperature become enthalpies and heat capacities, of water and of reactions.

What Cantera does otherwise, and what the file does about it:

* theta^E, of ions of like sign and unlike charge, is coarser in Cantera (see `cantera_mixing`), and for 25 degC at any
  temperature: the one term of the model that its form cannot carry. Where no such ions meet, ln gamma is the same to
  round-off. A file that is written near a liquor has interactions that make up for it there. One that is written without
  has theta that makes up for it at I = 5 mol/kg: in random liquors of 1 to 6 mol/kg at 90 degC ln gamma was up to 0.02 off,
  with trivalent ions up to 0.25, where our interactions as they stand were 0.1 and 0.7 off; beyond 10 mol/kg it helps
  little. A pH is not always nearer for it. The description of the file says by how much it was found off.
* Beyond I = 20 mol/kg, and beyond a mole fraction of 0.4 of all solutes, either continues Pitzer's model in its own way.
* ln gamma below -5 is cut off, which the trivalent ions of any strong liquor are. The file sets the bounds far apart.
* Elements are conserved, not components. Where components are made of the same elements, as Fe+2, Fe+3 and H2O2 are,
  Cantera would oxidise what we hold apart: the last of them gets an element of its own, `O[H2O2]`.
* Mixtures are to be equilibrated with the solver `vcs`; `gibbs` answers wrong for this model and does not say so.

Sources: Cantera 3.2, `HMWSoln.cpp` and the reference of its YAML format.
"""

import functools
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Protocol, runtime_checkable

import cantera
import numpy as np

from ...kernels.activity import PITZER, Mixture
from ...kernels.pitzer import FULL, Pitzer
from ...kernels.speciation import Speciation, activities_at
from ..errors import DataError
from ..files import write_text
from ..quantities import kelvin
from . import water
from .activity_models import ActivityModel
from .cantera_mixing import Corrections, near, somewhere
from .database import atomic_masses, table
from .packing import pack
from .species import GAS, SOLID, Species

LIQUOR, GASES = "liquor", "gas"
_LARGEST_CHARGE = 4  # of theta^E in Cantera
_USUAL_ALPHA = (2.0, 12.0)  # of a pair that has no beta1 and beta2
_STEP = 0.25  # K, between the log K that enthalpies and heat capacities are differences of
_LEAST_RANK = 1e-9
_NO_CONSTANT = 1e100  # a ln K beyond it stands for a species that is never there
_BAR = 1e5
_SAME = 0.01  # K, between a liquor and the file that is to agree with it
_PROBES = (1.0, 5.0, 10.0)  # mol/kg, ionic strengths at which a file that is written near no liquor is tried
_LEAST_MOLALITY = 1e-20  # of an ion that is compared


class Chemistry(Protocol):
    """What of a chemistry a file holds; see `system.Chemistry`."""

    components: tuple[Species, ...]
    aqueous: tuple[Species, ...]
    phases: tuple[Species, ...]
    activity: ActivityModel
    apparent_volumes: np.ndarray

    def mixture(self, temperature: float) -> Mixture:
        """Answer the arrays of the kernels at `temperature` (K)."""
        ...


@runtime_checkable
class Settled(Protocol):
    """A liquor whose speciation is known, `Equilibrium`."""

    @property
    def chemistry(self) -> Chemistry:
        """Answer whose species it has."""
        ...

    @property
    def temperature(self) -> float:
        """Answer its temperature, K."""
        ...

    @property
    def speciation(self) -> Speciation:
        """Answer what its species are doing."""
        ...


@runtime_checkable
class Flowing(Protocol):
    """What holds a liquor, `Stream`."""

    @functools.cached_property
    def equilibrium(self) -> Settled:
        """Answer its speciation as it stands."""
        ...


Liquor = np.ndarray | Settled | Flowing


def write_cantera(
    chemistry: Chemistry, path: str | Path, temperature: float = 298.15, liquor: Liquor | None = None
) -> Path:
    """Write a chemistry at `temperature` (K) as a YAML file that Cantera reads; answers the path.

    The phase `liquor` has the aqueous species under their names; each solid is a phase of its own name, and all gases
    together are the phase `gas`, at fugacities in bar. `liquor`: that the file is to agree with, though Cantera's theta^E
    is another: an `Equilibrium`, a `Stream`, or molalities of the aqueous species (S,), mol/kg. The file's description
    tells the largest difference of ln gamma, between our kernels and Cantera with this very file: in that liquor, or, for
    none, in liquors of all ions alike.
    Raises `DataError` for a model other than Pitzer's, for a species or an interaction that Cantera cannot take, for
    molalities that are none, and for a liquor of another chemistry or temperature.
    """
    if hasattr(temperature, "temperature"):
        raise DataError(
            f"temperature = {type(temperature).__name__} is a liquor; give the temperature, then the liquor: "
            "to_cantera(path, liquor.temperature, liquor)"
        )
    temperature = kelvin(temperature, "file for Cantera")
    mixture = chemistry.mixture(temperature)
    if mixture.model != PITZER or mixture.pitzer.form != FULL:
        model = type(chemistry.activity).__name__
        raise DataError(f"Cantera has no equal of the activity model {model!r}; it takes a chemistry with Pitzer's")
    for species in chemistry.aqueous:
        if abs(species.charge) > _LARGEST_CHARGE:
            raise DataError(
                f"Cantera cannot take species {species.name!r} with the charge {species.charge:+d}, "
                f"it goes up to {_LARGEST_CHARGE:+d} and {-_LARGEST_CHARGE:+d}; leave it out with `without`"
            )
    a_phi = mixture.pitzer.a_phi
    if liquor is None:
        corrections = somewhere(mixture.charge, a_phi)
        probes = _probes(mixture)
        where = (
            f"in liquors of all its ions alike, of I = {_PROBES[0]:g} to {_PROBES[-1]:g} mol/kg; written near no liquor"
        )
    else:
        molality = _molality(chemistry, temperature, liquor)
        corrections, probes = near(mixture.charge, molality, a_phi), [molality]
        where = f"in the liquor that it was written for, of I = {0.5 * float(molality @ mixture.charge**2):.4g} mol/kg"
    content = [
        "units: {length: m, mass: kg, time: s, quantity: mol, energy: J, pressure: Pa}",
        *_document(chemistry, mixture, temperature, corrections),
    ]
    off = _difference(chemistry, mixture, temperature, "\n".join(content) + "\n", probes)
    title = f"{chemistry!r} at {temperature:.2f} K, written by raffinate; ln gamma of Cantera is within {off:.1g} of ours {where}"
    return write_text(path, "\n".join([f"description: {_text(title)}", *content]) + "\n")


def _molality(chemistry: Chemistry, temperature: float, liquor: Liquor) -> np.ndarray:
    """Answer the molalities (S,) of a liquor, checked."""
    settled = liquor.equilibrium if isinstance(liquor, Flowing) else liquor
    if isinstance(settled, Settled):
        theirs, ours = ([s.name for s in each.aqueous] for each in (settled.chemistry, chemistry))
        if theirs != ours:
            raise DataError(
                f"the liquor for the file for Cantera is of another chemistry: {settled.chemistry!r}, not {chemistry!r}"
            )
        if abs(settled.temperature - temperature) > _SAME:
            raise DataError(
                f"the liquor is at {settled.temperature:.2f} K, the file for Cantera at {temperature:.2f} K, where it would "
                "not agree; give that temperature, or a liquor of it"
            )
        return settled.speciation.molality
    try:
        given = np.asarray(settled, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise DataError(
            f"liquor = {type(liquor).__name__} for the file for Cantera must be a Stream, an Equilibrium, or molalities of the "
            f"{len(chemistry.aqueous)} aqueous species in their order (`aqueous_names`): {error}"
        ) from error
    if given.shape != (len(chemistry.aqueous),):
        raise DataError(
            f"molalities of {given.size} species are given to the file for Cantera, the liquor has {len(chemistry.aqueous)}"
        )
    for species, value in zip(chemistry.aqueous, given.tolist(), strict=True):
        if not 0.0 <= value < math.inf:
            raise DataError(f"molality of {species.name!r} = {value:g} mol/kg is outside 0 to infinity (of the liquor)")
    return given


def _probes(mixture: Mixture) -> list[np.ndarray]:
    """Answer the molalities of neutral liquors in which every ion that the file has carries as much charge as the next."""
    charge = np.where(np.abs(mixture.ln_k) < _NO_CONSTANT, mixture.charge, 0.0)
    alike = np.zeros(len(charge))
    for sign in (1.0, -1.0):
        some = np.sign(charge) == sign
        alike[some] = 1.0 / (np.abs(charge[some]) * max(1, some.sum()))
    strength = 0.5 * float(alike @ charge**2)
    return [alike * (probe / strength) for probe in _PROBES] if strength > 0.0 else []


def _difference(
    chemistry: Chemistry, mixture: Mixture, temperature: float, content: str, probes: Sequence[np.ndarray]
) -> float:
    """Answer by how much ln gamma of ions differs at most between our kernels and Cantera with a file."""
    liquor = cantera.Solution(yaml=content, name=LIQUOR)
    at = {name: place for place, name in enumerate(liquor.species_names)}
    largest = 0.0
    for molality in probes:
        ours, _ = activities_at(pack(mixture), molality)
        moles = np.zeros(liquor.n_species)
        moles[0] = 1.0 / chemistry.components[0].molar_mass
        present = [
            (i, at[s.name])
            for i, s in enumerate(chemistry.aqueous)
            if s.name in at and molality[i] > _LEAST_MOLALITY and s.charge != 0
        ]
        for i, s in enumerate(chemistry.aqueous):
            if s.name in at:
                moles[at[s.name]] = molality[i]
        liquor.TPX = temperature, water.STANDARD_PRESSURE, moles / moles.sum()
        activities = liquor.activities
        off = [abs(math.log(activities[there] / molality[i]) - ours[i]) for i, there in present]
        largest = max([largest, *off])
    return largest


def _document(chemistry: Chemistry, mixture: Mixture, temperature: float, corrections: Corrections) -> Iterator[str]:
    makeup, masses = _elements(chemistry.components)
    aqueous = [s.name for s, ln_k in zip(chemistry.aqueous, mixture.ln_k, strict=True) if abs(ln_k) < _NO_CONSTANT]
    phases = [s for s, ln_k in zip(chemistry.phases, mixture.phase_ln_k, strict=True) if abs(ln_k) < _NO_CONSTANT]
    solids, gases = ([s.name for s in phases if s.phase == phase] for phase in (SOLID, GAS))
    dissolved = [chemistry.components[0].name, *aqueous]
    elements = [*masses, "E"]
    yield "elements:"
    for symbol, mass in masses.items():
        yield f"- {_flow({'symbol': symbol, 'atomic-weight': 1000.0 * mass})}"
    yield "phases:"
    yield from _phase(LIQUOR, "HMW-electrolyte", elements, dissolved, temperature)
    yield "  activity-data:"
    yield "    temperature-model: constant"
    yield f"    A_Debye: {float(3.0 * mixture.pitzer.a_phi)!r} kg^0.5/gmol^0.5"
    bounds = {f"ln_gamma_{which}_{end}": sign * 500.0 for which in "ko" for end, sign in (("min", -1), ("max", 1))}
    yield f"    cropping-coefficients: {_flow(bounds)}"
    interactions = [
        f"    - {_flow(interaction)}"
        for interaction in _interactions(chemistry.aqueous, mixture, corrections)
        if set(interaction["species"]) <= set(aqueous)
    ]
    yield from ["    interactions:", *interactions] if interactions else []
    for name in solids:
        yield from _phase(name, "fixed-stoichiometry", elements, [name], temperature)
    if gases:
        yield from _phase(GASES, "ideal-gas", elements, gases, temperature)
    compositions, heats = _compositions(chemistry, mixture, makeup), _heats(chemistry, temperature)
    volumes = _volumes(chemistry, mixture, temperature)
    yield "species:"
    for name in (*dissolved, *solids, *gases):
        pressure = _BAR if name in gases else water.STANDARD_PRESSURE
        thermo = {"model": "constant-cp", "T0": temperature, **heats[name], "reference-pressure": pressure}
        yield f"- name: {_text(name)}"
        yield f"  composition: {_flow(compositions[name])}"
        yield f"  thermo: {_flow(thermo)}"
        if name in volumes:
            yield f"  equation-of-state: {_flow({'model': 'constant-volume', 'molar-volume': volumes[name]})}"


def _phase(name: str, thermo: str, elements: list[str], species: list[str], temperature: float) -> Iterator[str]:
    state = {"T": temperature, "P": water.STANDARD_PRESSURE, "X": {species[0]: 1.0}}
    yield f"- name: {_text(name)}"
    yield f"  thermo: {thermo}"
    yield f"  elements: {_flow(elements)}"
    yield f"  species: {_flow(species)}"
    yield f"  state: {_flow(state)}"


def _elements(components: Sequence[Species]) -> tuple[list[dict[str, float]], dict[str, float]]:
    """Answer what each component is made of, charge included as electrons `E`, and the masses (kg/mol) of the elements.

    A component that those before it could turn into gets an element of its own.
    """
    makeup: list[dict[str, float]] = []
    masses: dict[str, float] = {}
    for component in components:
        own = dict(component.elements)
        if _rank([*makeup, _charged(own, component)]) == len(makeup):
            key = next((e for e in own if e not in {"H", "O"}), "O" if "O" in own else "H")
            special = f"{key}[{component.name}]"
            own[special] = own.pop(key)
        masses |= {element: _mass(element, component) for element in own if element not in masses}
        makeup.append(_charged(own, component))
    return makeup, masses


def _mass(element: str, component: Species) -> float:
    """Answer the atomic mass of an element, kg/mol; of one that only a user's database has, by its component."""
    symbol, masses = element.split("[", maxsplit=1)[0], atomic_masses()
    if symbol in masses:
        return masses[symbol]
    others = sum(n * masses[e] for e, n in component.elements.items() if e in masses)
    return (component.molar_mass - others) / sum(n for e, n in component.elements.items() if e not in masses)


def _charged(elements: Mapping[str, float], species: Species) -> dict[str, float]:
    return {**elements, "E": -float(species.charge)}


def _rank(makeup: Sequence[Mapping[str, float]]) -> int:
    symbols = sorted({symbol for counts in makeup for symbol in counts})
    matrix = np.array([[counts.get(symbol, 0.0) for symbol in symbols] for counts in makeup])
    return int(np.linalg.matrix_rank(matrix, tol=_LEAST_RANK))


def _members(chemistry: Chemistry, mixture: Mixture) -> dict[str, np.ndarray]:
    """Answer the moles of each component in a mole of every species of the file."""
    members = {chemistry.components[0].name: np.eye(1, len(chemistry.components))[0]}
    members |= {s.name: row for s, row in zip(chemistry.aqueous, mixture.composition, strict=True)}
    return members | {s.name: row for s, row in zip(chemistry.phases, mixture.phase_composition, strict=True)}


def _compositions(
    chemistry: Chemistry, mixture: Mixture, makeup: Sequence[Mapping[str, float]]
) -> dict[str, dict[str, float]]:
    compositions = {}
    for name, row in _members(chemistry, mixture).items():
        counts: dict[str, float] = {}
        for count, part in zip(row, makeup, strict=True):
            for symbol, number in part.items():
                counts[symbol] = round(counts.get(symbol, 0.0) + float(count) * number, 12)
        compositions[name] = {symbol: number for symbol, number in counts.items() if number != 0.0}
    return compositions


def _heats(chemistry: Chemistry, temperature: float) -> dict[str, dict[str, float]]:
    """Answer enthalpy (J/mol), entropy and heat capacity (J/mol/K) of every species at `temperature`.

    Those of water are 0, 0 and its heat capacity; other components have none.
    """
    solvent = chemistry.components[0]
    capacity = water.heat_capacity(temperature) * solvent.molar_mass
    heats = {solvent.name: {"h0": 0.0, "s0": 0.0, "cp0": capacity}}
    mixture = chemistry.mixture(temperature)
    ln_k = _formation(mixture)
    slope, bend = _slopes(chemistry, temperature)
    scale = water.GAS_CONSTANT * temperature
    rows = np.vstack([mixture.composition, mixture.phase_composition])
    for at, species in enumerate((*chemistry.aqueous, *chemistry.phases)):
        enthalpy = scale * temperature * slope[at]
        heats[species.name] = {
            "h0": float(enthalpy),
            "s0": float(enthalpy / temperature + water.GAS_CONSTANT * ln_k[at]),
            "cp0": float(scale * (2.0 * slope[at] + temperature * bend[at]) + rows[at, 0] * capacity),
        }
    return heats


def _formation(mixture: Mixture) -> np.ndarray:
    """Answer ln K of formation of the aqueous species and of the phases (S + P,)."""
    return np.clip(np.concatenate([mixture.ln_k, -mixture.phase_ln_k]), -_NO_CONSTANT, _NO_CONSTANT)


def _slopes(chemistry: Chemistry, temperature: float) -> tuple[np.ndarray, np.ndarray]:
    """Answer the first and second derivative of ln K by temperature; one-sided at an end of the data's range."""
    for middle in (0.0, _STEP, -_STEP):
        try:
            low, here, high = (
                _formation(chemistry.mixture(temperature + middle + step)) for step in (-_STEP, 0.0, _STEP)
            )
        except DataError:
            continue
        bend = (high - 2.0 * here + low) / _STEP**2
        return (high - low) / (2.0 * _STEP) - middle * bend, bend
    raise DataError(
        f"temperature {temperature:.2f} K: the data hold for less than {2.0 * _STEP:g} K there, too little for the heats "
        "of the file for Cantera"
    )


def _volumes(chemistry: Chemistry, mixture: Mixture, temperature: float) -> dict[str, float]:
    """Answer the volumes of liquor and solids, m3/mol.

    A solid whose volume nobody tells is taken to be as dense as water; at one atmosphere no equilibrium asks for it.
    """
    parts = np.array(chemistry.apparent_volumes)
    parts[0] = chemistry.components[0].molar_mass / water.density(temperature)
    members = _members(chemistry, mixture)
    volumes = {s.name: float(members[s.name] @ parts) for s in (chemistry.components[0], *chemistry.aqueous)}
    for solid in (s for s in chemistry.phases if s.phase == SOLID):
        density = table("volumes").value(solid.name, "density", water.density(temperature))
        volumes[solid.name] = solid.volume or solid.molar_mass / density
    return volumes


def _interactions(aqueous: Sequence[Species], mixture: Mixture, corrections: Corrections) -> Iterator[dict]:
    """Answer the interactions as Cantera writes them."""
    charge, names = mixture.charge, [s.name for s in aqueous]
    for (c, a), numbers in _pairs(mixture.pitzer, corrections).items():
        beta0, beta1, beta2, third, alpha1, alpha2 = numbers
        yield {
            "species": [names[c], names[a]],
            **{"beta0": beta0, "beta1": beta1, "beta2": beta2},
            "Cphi": third * 2.0 * math.sqrt(-charge[c] * charge[a]),
            **{"alpha1": alpha1, "alpha2": alpha2},
        }
    yield from _doubles(names, mixture, corrections)
    for members, value in zip(mixture.pitzer.triple, mixture.pitzer.triple_value, strict=True):
        kind = _triple_kind([names[i] for i in members], charge[members])
        # Cantera 3.2 miscounts the signs of a psi whose first ion is the odd one
        odd = -np.sign(np.sign(charge[members]).sum())
        ordered = sorted(members, key=lambda i, odd=odd: bool(odd) and np.sign(charge[i]) == odd)
        yield {"species": [names[i] for i in ordered], kind: float(value)}


def _pairs(pitzer: Pitzer, corrections: Corrections) -> dict[tuple[int, int], list[float]]:
    """Answer beta0, beta1, beta2, C, alpha1 and alpha2 of each pair of cation and anion."""
    found = {}
    for (c, a, one, two), values in zip(pitzer.pair.tolist(), pitzer.pair_value.tolist(), strict=True):
        found[c, a] = [*values, float(pitzer.alpha[one]), float(pitzer.alpha[two])]
    for place, more in ((0, corrections.beta0), (3, corrections.third)):
        for pair, value in more.items():
            found.setdefault(pair, [0.0, 0.0, 0.0, 0.0, *_USUAL_ALPHA])[place] += value
    return found


def _doubles(names: list[str], mixture: Mixture, corrections: Corrections) -> Iterator[dict]:
    """Answer theta and lambda; two neutral species in both orders, which Cantera reads one by one."""
    charge, pitzer = mixture.charge, mixture.pitzer
    thetas = dict(corrections.theta)
    for (i, j), value in zip(pitzer.double.tolist(), pitzer.double_value.tolist(), strict=True):
        product = charge[i] * charge[j]
        if product < 0.0 or (product > 0.0 and i == j):
            raise DataError(
                f"Cantera cannot take the interaction of {names[i]} and {names[j]}: it has theta, of two ions of one sign, "
                "and lambda, of a neutral species and another one"
            )
        if product > 0.0:
            pair = min(i, j), max(i, j)
            thetas[pair] = thetas.get(pair, 0.0) + value
            continue
        yield {"species": [names[i], names[j]], "lambda": value}
        if i != j and charge[i] == charge[j] == 0.0:
            yield {"species": [names[j], names[i]], "lambda": value}
    for (i, j), value in thetas.items():
        yield {"species": [names[i], names[j]], "theta": value}


def _triple_kind(names: list[str], charges: np.ndarray) -> str:
    """Answer what Cantera calls an interaction of three species; raises `DataError` for one that it has not."""
    signs = sorted(float(sign) for sign in np.sign(charges))
    distinct = len(set(names)) == len(names)
    if distinct and signs in ([-1.0, -1.0, 1.0], [-1.0, 1.0, 1.0]):
        return "psi"
    if distinct and signs == [-1.0, 0.0, 1.0]:
        return "zeta"
    raise DataError(
        f"Cantera cannot take the interaction of {', '.join(names)}: it has psi, of two ions of one sign and one of the "
        "other, and zeta, of a neutral species, a cation and an anion"
    )


def _flow(value: object) -> str:
    """Answer a list or a mapping on one line; what JSON writes so, YAML reads."""
    return json.dumps(value, ensure_ascii=False)


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)
