"""A row of mixer-settlers: extraction, scrubbing, stripping and regeneration are all `Section`.

The liquor enters stage 1 and goes on from stage to stage; the organic comes the other way (counter-current) or fresh to
every stage (cross-current). Every stage is one equilibrium of the liquor's own chemistry, with its activity model, and of
the extractant's complexes; base goes in, pH comes out. See `kernels/circuit.py` for the equations.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from ...kernels import cascade, circuit, circuit_flows
from ...kernels.extraction import Extractant as Complexes
from ...kernels.status import CONVERGED, DRY, OVERLOADED, SENTENCES, UNREACHABLE
from ..chemistry.extractants import cations, ignored
from ..chemistry.formula import parse
from ..chemistry.system import PROTON, WATER, Chemistry
from ..errors import ConvergenceError, DataError, nearest
from ..stream import Stream, gathered, mix
from .profile import StageProfile

COUNTER_CURRENT, CROSS_CURRENT = "counter-current", "cross-current"
_FLOWS = (COUNTER_CURRENT, CROSS_CURRENT)
_LITRES = 1000.0
_LN10 = math.log(10.0)
_ROUND_OFF = 1e-9
_MOST_PROTONS = 3
_NOTHING: Mapping[int, float] = MappingProxyType({})


@dataclass(frozen=True, kw_only=True)
class Section:
    """A row of mixer-settlers with one extractant; stage 1 is where the liquor enters.

    `efficiency`: Murphree's, of all cations or by cation. `aqueous_in_organic`, `organic_in_aqueous`: entrainment, volume per
    volume of the liquid that carries, of what leaves a stage. `flow`: "counter-current", or "cross-current" with fresh organic
    shared out evenly.
    `ph`: what the stages are held at by `base`, one pH for all or by stage; a stage that lies higher by itself gets none,
    unless `exact`, which draws base away too. `dose`: mol/s of hydroxide of `base` to stages. `base`: the titrant's
    composition (NaOH, NH3, Mg(OH)2 ... in water), whose water goes with the liquor. `liquor_feeds`, `organic_feeds`: streams
    that enter a stage from the side. `liquor_bleeds`, `organic_bleeds`: the share of what leaves a stage that is drawn off.
    Raises `DataError` for numbers out of range.
    """

    extractant: str
    stages: int = 1
    efficiency: float | Mapping[str, float] = 1.0
    aqueous_in_organic: float = 0.0
    organic_in_aqueous: float = 0.0
    flow: str = COUNTER_CURRENT
    ph: float | Mapping[int, float] | None = None
    exact: bool = False
    dose: Mapping[int, float] = field(default_factory=lambda: _NOTHING)
    base: Stream | None = None
    liquor_feeds: Mapping[int, Stream] = field(default_factory=lambda: MappingProxyType({}))
    organic_feeds: Mapping[int, Stream] = field(default_factory=lambda: MappingProxyType({}))
    liquor_bleeds: Mapping[int, float] = field(default_factory=lambda: _NOTHING)
    organic_bleeds: Mapping[int, float] = field(default_factory=lambda: _NOTHING)

    def __post_init__(self):
        for name in ("dose", "liquor_feeds", "organic_feeds", "liquor_bleeds", "organic_bleeds"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name) or {})))
        _refuse(self)

    @property
    def set_points(self) -> dict[int, float]:
        """The pH that stages are held at, by stage."""
        if self.ph is None:
            return {}
        return dict(self.ph) if isinstance(self.ph, Mapping) else dict.fromkeys(range(1, self.stages + 1), self.ph)


def _refuse(section: Section) -> None:
    where = f"section with {section.extractant}"
    if not (isinstance(section.stages, (int, np.integer)) and section.stages >= 1):
        raise DataError(f"{where}: stages = {section.stages!r} must be a whole number, 1 or more")
    if section.flow not in _FLOWS:
        raise DataError(f"{where}: flow = {section.flow!r}{nearest(section.flow, _FLOWS)}")
    for name in ("aqueous_in_organic", "organic_in_aqueous"):
        value = getattr(section, name)
        if not 0.0 <= value < 1.0:
            raise DataError(f"{where}: {name} = {value:g} is outside 0 to 1 volume per volume")
    given = section.efficiency
    for name, value in given.items() if isinstance(given, Mapping) else [("all", given)]:
        if not 0.0 < value <= 1.0:
            raise DataError(f"{where}: efficiency = {value:g} of {name} is outside 0 to 1")
    limits = (
        ("ph", section.set_points, -2.0, 14.0),
        ("dose", section.dose, 0.0, math.inf),
        ("liquor_bleeds", section.liquor_bleeds, 0.0, 1.0),
        ("organic_bleeds", section.organic_bleeds, 0.0, 1.0),
    )
    stages = {name: tuple(by_stage) for name, by_stage, _, _ in limits}
    stages |= {"liquor_feeds": tuple(section.liquor_feeds), "organic_feeds": tuple(section.organic_feeds)}
    for name, named in stages.items():
        for stage in named:
            if not 1 <= stage <= section.stages:
                raise DataError(f"{where}: {name} names stage {stage}, there are stages 1 to {section.stages}")
    for name, by_stage, low, high in limits:
        for stage, value in by_stage.items():
            if not low <= value <= high:
                raise DataError(f"{where}: {name} = {value:g} of stage {stage} is outside {low:g} to {high:g}")
    if (section.ph is not None or section.dose) and section.base is None:
        raise DataError(f"{where}: a pH or a dose needs the base that is dosed, such as sodium hydroxide in water")


def contact(
    liquor: Stream, organic: Stream, extractant: str, ph: float | None = None, base: Stream | None = None
) -> StageProfile:
    """Answer one ideal stage, held at a pH by `base` if one is given; see `run_section`."""
    return run_section(Section(extractant=extractant, ph=ph, base=base), liquor, organic)


def run_section(
    section: Section, liquor: Stream, organic: Stream, start: circuit_flows.CircuitStart = circuit_flows.COLD_START
) -> StageProfile:
    """Answer the steady state of a section fed with a liquor and an organic.

    `start`: `StageProfile.start` of a section near this one, which may save time and changes nothing. Raises `DataError` for
    an organic without the extractant or with more bound to it than it can bind, a base that is none, a pH that base cannot
    reach and a stage that runs dry; `ConvergenceError` where the kernel finds no answer.
    """
    row = _Row(section, liquor, organic)
    answer, error, steps, status = circuit.solve_circuit(
        liquor.chemistry.packed(row.temperature), row.complexes, row.circuit, row.places, start
    )
    if status != CONVERGED:
        row.refuse(status, error)
    return row.profile(answer, error, steps)


class _Base(NamedTuple):
    """The base: components (C,) in a mole of hydroxide, the index of its cation, and how much of its stream that is."""

    components: np.ndarray
    cation: int
    share: float


@functools.lru_cache(maxsize=64)
def _ligands(chemistry: Chemistry) -> tuple[np.ndarray, np.ndarray]:
    """Answer the components that bind protons (L,) and the species with one to three of them (L, 3), -1 where none."""
    index = {c.name: at for at, c in enumerate(chemistry.components)}
    found: dict[int, list[int]] = {}
    for at, species in enumerate(chemistry.aqueous[len(chemistry.components) - 1 :]):
        held = {name: count for name, count in species.reaction.items() if name not in {"H2O", "H+"}}
        protons = species.reaction.get("H+", 0.0)
        if list(held.values()) == [1.0] and protons in {1.0, 2.0, 3.0}:
            ligand = index[next(iter(held))]
            forms = found.setdefault(ligand, [-1] * _MOST_PROTONS)
            forms[int(protons) - 1] = at + len(chemistry.components) - 1
    ligands = np.array(list(found), dtype=np.int64)
    return ligands, np.array(list(found.values()), dtype=np.int64).reshape(len(ligands), _MOST_PROTONS)


@functools.lru_cache(maxsize=256)
def _complexes(chemistry: Chemistry, extractant: str, names: tuple[str, ...], temperature: float) -> Complexes:
    """Answer the constants of the cations `names` as the kernels take them; a cation without any forms no complex."""
    known = chemistry.extractant(extractant)
    ln_k, units = np.full((len(names), 2), -np.inf), np.ones((len(names), 2))
    protons, anions = np.ones(len(names)), np.zeros(len(names))
    for row, name in enumerate(names):
        protons[row] = parse(name).charge
        for column, given in enumerate(known.complexes_of(name)):
            ln_k[row, column], units[row, column] = given.ln_k(temperature), given.units
            protons[row], anions[row] = given.protons, given.anions
    return Complexes(ln_k, units, protons, anions)


def _hydroxide(chemistry: Chemistry, base: Stream, where: str) -> _Base:
    """Answer what a mole of hydroxide of a base brings; raises `DataError` for a stream that is no base."""
    if base.chemistry is not chemistry:
        raise DataError(f"{where}: base is of {base.chemistry!r}, not of {chemistry!r}")
    dissolved = gathered(base, np.ones(len(chemistry.phases), dtype=np.bool_))
    held = {
        at: float(dissolved[at]) for at, c in enumerate(chemistry.components) if at > PROTON and dissolved[at] > 0.0
    }
    hydroxide = -float(dissolved[PROTON])
    named = ", ".join(f"{chemistry.components[at].name} {amount:.4g} mol/s" for at, amount in held.items())
    if not hydroxide > 0.0 or len(held) != 1 or chemistry.components[next(iter(held))].charge <= 0:
        raise DataError(
            f"{where}: base holds {named or 'no cation'} and OH- {hydroxide:.4g} mol/s; it must be the hydroxide of one cation "
            f"(or ammonia) in water, without other salts"
        )
    return _Base(dissolved / hydroxide, next(iter(held)), 1.0 / hydroxide)


class _Members(NamedTuple):
    """What an extractant of a chemistry concerns: names of its cations (K), and of those that it has no constant for.

    component, salt: (K,), where each cation and its salt stand among components and organics. charge: (K,). left: where the
    ignored ones stand. charges: (C,), of the components. free: of the free extractant among the organics. anion, hydroxide: as
    of `Places`. others: organics that are in no exchange.
    """

    names: tuple[str, ...]
    ignored: tuple[str, ...]
    component: np.ndarray
    salt: np.ndarray
    charge: np.ndarray
    left: np.ndarray
    charges: np.ndarray
    free: int
    anion: int
    hydroxide: int
    others: np.ndarray


@functools.lru_cache(maxsize=64)
def _members(chemistry: Chemistry, extractant: str) -> _Members:
    """Answer what an extractant of a chemistry concerns."""
    known = chemistry.extractant(extractant)
    index = {c.name: at for at, c in enumerate(chemistry.components)}
    first = chemistry.organic.start
    names, passed = cations(chemistry, extractant), ignored(chemistry, extractant)
    salt = np.array([chemistry.position(known.salt_form(name)) - first for name in names], dtype=np.int64)
    free = chemistry.position(known.free_form) - first
    taking_part = {free, *salt.tolist()}
    return _Members(
        names=names,
        ignored=passed,
        component=np.array([index[name] for name in names], dtype=np.int64),
        salt=salt,
        charge=np.array([float(parse(name).charge) for name in names]),
        left=np.array([index[name] for name in passed], dtype=np.int64),
        charges=np.array([float(c.charge) for c in chemistry.components]),
        free=free,
        anion=index.get(known.anion, -1),
        hydroxide=chemistry.aqueous_names.index("OH-"),
        others=np.array([at for at in range(chemistry.organic.stop - first) if at not in taking_part], dtype=np.int64),
    )


class _Row:
    """A section and its streams as the kernel takes them, and the way back."""

    def __init__(self, section: Section, liquor: Stream, organic: Stream):
        chemistry = liquor.chemistry
        self.section, self.liquor, self.organic, self.chemistry = section, liquor, organic, chemistry
        self.where = f"section of {section.stages} stages with {section.extractant}"
        extractant = chemistry.extractant(section.extractant)
        self.extractant = extractant
        self.base = None if section.base is None else _hydroxide(chemistry, section.base, self.where)
        self.members = _members(chemistry, section.extractant)
        self._gather()
        self._choose()
        ligands, forms = _ligands(chemistry)
        self.places = circuit_flows.Places(
            cation=self.at,
            ligand=ligands,
            forms=forms,
            anion=self.members.anion,
            hydroxide=self.members.hydroxide,
            component_charge=self.members.charges,
        )
        self.complexes = _complexes(chemistry, section.extractant, self.names, self.temperature)
        self._lay_organic()
        self._lay_liquor()

    def _gather(self) -> None:
        """Sort what enters by stage: liquor and organic flows (N, size), the drops of each in the other where they belong."""
        section, chemistry = self.section, self.chemistry
        stages = section.stages
        if self.organic.chemistry is not chemistry:
            raise DataError(f"{self.where}: the organic is of {self.organic.chemistry!r}, not of {chemistry!r}")
        organic = np.zeros((stages, chemistry.size))
        liquor = np.zeros((stages, chemistry.size))
        if section.flow == COUNTER_CURRENT:
            organic[-1] += self.organic.flows
        else:
            organic += self.organic.flows / stages
        liquor[0] += self.liquor.flows
        entering = [self.liquor, self.organic]
        for into, feeds in ((liquor, section.liquor_feeds), (organic, section.organic_feeds)):
            for stage, stream in feeds.items():
                if stream.chemistry is not chemistry:
                    raise DataError(f"{self.where}: the side feed of stage {stage} is of another chemistry")
                into[stage - 1] += stream.flows
                entering.append(stream)
        both = liquor + organic
        self.mixed = mix(entering)
        self.temperature = self.mixed.temperature
        self.aqueous_in = both[:, chemistry.liquor]
        if self.base is not None:
            for stage, amount in section.dose.items():
                self.aqueous_in[stage - 1] += amount * self.base.components
        self.organic_in = both[:, chemistry.organic]
        self.rest = both.sum(axis=0)
        self.rest[chemistry.liquor] = 0.0
        self.rest[chemistry.organic] = 0.0

    def _choose(self) -> None:
        """Choose the cations that take part: those that are there and that the extractant, or the base, concerns."""
        members = self.members
        flowing = self.aqueous_in.sum(axis=0)
        bound = self.organic_in.sum(axis=0)
        there = (flowing[members.component] > 0.0) | (bound[members.salt] > 0.0)
        if not there.any() and there.size:
            there[0] = self.base is None
        names = [name for name, taken in zip(members.names, there.tolist(), strict=True) if taken]
        self.at, self.salts, self.charge = members.component[there], members.salt[there], members.charge[there]
        if self.base is None and not names:
            self._add("H+", PROTON, names)
        elif self.base is not None and self.base.cation not in self.at:
            self._add(self.chemistry.components[self.base.cation].name, self.base.cation, names)
        self.names = tuple(names)
        self.free_at = members.free
        self.passed = tuple(
            name
            for name, flow in zip(members.ignored, flowing[members.left].tolist(), strict=True)
            if flow > 0.0 and name not in names
        )

    def _add(self, name: str, component: int, names: list[str]) -> None:
        """Have a cation take part; one that the extractant has no constant for forms no salt."""
        salt = dict(zip(self.members.names, self.members.salt.tolist(), strict=True)).get(name, -1)
        names.append(name)
        self.at = np.append(self.at, component)
        self.salts = np.append(self.salts, salt)
        self.charge = np.append(self.charge, float(parse(name).charge))

    def _bound(self, organics: np.ndarray) -> np.ndarray:
        """Answer what of organic flows (..., organics) is each cation's salt (..., M)."""
        taken = organics[..., np.maximum(self.salts, 0)]
        return np.where(self.salts >= 0, taken, 0.0)

    def _lay_organic(self) -> None:
        """Lay the flows of the organic, L/s, and the extractant that each stage holds."""
        section, chemistry = self.section, self.chemistry
        stages = section.stages
        volumes = chemistry.own_volumes[chemistry.organic]
        oil = self.organic_in @ volumes * _LITRES
        liquor_volume = self.liquor.liquor_volume * _LITRES
        self.drops = section.organic_in_aqueous * liquor_volume
        acidic = self.extractant.kind == "acidic"
        bound = self._bound(self.organic_in)
        molecules = self.organic_in[:, self.free_at] + (bound @ self.charge if acidic else 0.0)
        self.molecules = molecules
        if not (oil.sum() > 0.0 and molecules.sum() > 0.0):
            raise DataError(f"{self.where}: the organic holds none of {self.extractant.name}")
        if not liquor_volume > 0.0:
            raise DataError(f"{self.where}: no liquor enters stage 1")
        back, bled = np.zeros(stages), np.zeros(stages)
        flows = np.zeros((stages, 3))
        carry = np.zeros((stages, stages))  # of what leaves stage k to stage i, by L/s
        through = np.zeros(stages)
        before = 0.0
        for i in range(stages - 1, -1, -1):
            through[i] = oil[i] + before + (self.drops if i > 0 else 0.0)
            main = through[i] - self.drops
            if not main > 0.0:
                raise DataError(
                    f"{self.where}: stage {i + 1} gets {through[i] / _LITRES:.4g} m3/s of organic, its liquor carries "
                    f"{self.drops / _LITRES:.4g} m3/s away"
                )
            bled[i] = main * section.organic_bleeds.get(i + 1, 0.0)
            back[i] = main - bled[i]
            before = back[i] if section.flow == COUNTER_CURRENT else 0.0
            flows[i, 1] = self.drops if i < stages - 1 else 0.0
            if section.flow == COUNTER_CURRENT and i > 0:
                flows[i, 0] = back[i]
            flows[i, 2] = through[i] - flows[i, 0] - flows[i, 1]
            if i < stages - 1:
                carry[i + 1, i] = self.drops
            if flows[i, 0] > 0.0:
                carry[i - 1, i] = flows[i, 0]
        self.oil, self.back, self.bled, self.through = flows, back, bled, through
        # what is in no exchange goes with the organic: shares of each stage's throughput, per L
        self.carried_by_oil = np.linalg.solve(np.diag(through) - carry, np.eye(stages))
        self.unit_total = np.maximum(self.carried_by_oil @ molecules, 0.0) / self.extractant.unit

    def _lay_liquor(self) -> None:
        """Lay the flows of the liquor and make the kernel's circuit."""
        section, stages = self.section, self.section.stages
        litres = self.liquor.liquor_volume * _LITRES
        water = float(self.liquor.flows[WATER] * self.chemistry.molar_masses[WATER]) / litres  # kg per L
        leaving = section.aqueous_in_organic * self.back * water
        carried = leaving if section.flow == COUNTER_CURRENT else np.zeros(stages)
        bleed = np.array([section.liquor_bleeds.get(i + 1, 0.0) for i in range(stages)])
        if section.flow == CROSS_CURRENT:
            through = np.cumsum(self.aqueous_in[:, WATER]) * self.chemistry.molar_masses[WATER]
            self.wet = np.minimum(leaving / through, 1.0)
            bleed = 1.0 - (1.0 - bleed) * (1.0 - self.wet)
        else:
            self.wet = np.zeros(stages)
        given = section.efficiency
        each = given if isinstance(given, Mapping) else dict.fromkeys(self.names, given)
        points = section.set_points
        held = cascade.EXACT if section.exact else cascade.AT_LEAST
        control = np.array([held if i + 1 in points else cascade.NATURAL for i in range(stages)], dtype=np.int64)
        self.circuit = circuit_flows.Circuit(
            source=np.ascontiguousarray(self.aqueous_in),
            organic_source=np.ascontiguousarray(self._bound(self.organic_in)),
            base=np.zeros(self.aqueous_in.shape[1]) if self.base is None else self.base.components,
            dosed=0 if self.base is None else self.names.index(self.chemistry.components[self.base.cation].name),
            carried=carried,
            bleed=bleed,
            organic=self.oil,
            unit_total=self.unit_total,
            efficiency=np.array([each.get(name, 1.0) for name in self.names]),
            control=control,
            ln_target=np.array([-_LN10 * points.get(i + 1, 0.0) for i in range(stages)]),
        )

    def refuse(self, status: int, error: float) -> None:
        """Raise what a status other than CONVERGED means."""
        if status == OVERLOADED:
            bound = self._bound(self.organic_in).sum(axis=0)
            carried = ", ".join(f"{n} {b:.4g}" for n, b in zip(self.names, bound, strict=True) if b > 0.0)
            least = np.where(np.isfinite(self.complexes.ln_k), self.complexes.units, np.inf).min(axis=1)
            taken = float(bound @ np.where(bound > 0.0, least, 0.0)) * self.extractant.unit
            raise DataError(
                f"{self.where}: organic carries {carried} mol/s, whose complexes take {taken:.4g} mol/s of "
                f"{self.extractant.name} at the least; there is {self.molecules.sum():.4g} mol/s of it"
            )
        if status == DRY:
            raise DataError(f"{self.where}: a stage loses all its liquor to the organic and to bleeds")
        if status == UNREACHABLE:
            raise DataError(f"{self.where}: a pH lies so low that more base would be drawn away than there is")
        raise ConvergenceError(
            f"{self.where}: the row {SENTENCES[status]} (error {error:.2g}; organic to aqueous "
            f"{self.organic.organic_volume / self.liquor.liquor_volume:.3g}, feed pH {self.liquor.ph:.2f})"
        )

    def profile(self, answer: circuit_flows.CircuitAnswer, error: float, steps: int) -> StageProfile:
        """Make the streams and the profile of the kernel's answer."""
        chemistry, section = self.chemistry, self.section
        stages = section.stages
        dose = answer.dose if self.base is not None else np.zeros(stages)
        drawn_in = self.aqueous_in.copy()
        if self.base is not None:
            drawn_in += dose[:, None] * self.base.components
        named, water, oil = self._exits(answer)
        organics = self._organics(answer)
        flows = np.zeros((len(named), chemistry.size))
        flows[:, chemistry.liquor] = water @ answer.totals
        flows[:, chemistry.organic] = oil @ organics
        self._close(flows, drawn_in.sum(axis=0))
        flows[0] += self.rest
        made = {name: self.mixed.replace(flows=row) for name, row in zip(named, flows, strict=True)}
        bound = self._bound(organics)
        molecules = organics[:, self.free_at] + (bound @ self.charge if self.extractant.kind == "acidic" else 0.0)
        free = np.exp(answer.point[0])
        loading = 1.0 - free / self.unit_total
        if self.extractant.kind == "acidic":
            loading = (bound @ self.charge) / molecules
        doses = dose + np.array([section.dose.get(i + 1, 0.0) for i in range(stages)])
        base = (
            Stream.empty(chemistry)
            if section.base is None or self.base is None
            else section.base * (max(float(doses.sum()), 0.0) * self.base.share)
        )
        oil_fed = max(float(self.organic.organic_volume) * _LITRES, 1e-300)
        return StageProfile(
            extractant=section.extractant,
            cations=self.names,
            ph=-answer.point[1] / _LN10,
            molality=answer.totals[:, self.at],
            organic=bound,
            free=free,
            loading=loading,
            dosed=doses,
            water_flow=answer.flows[:, :3].sum(axis=1),
            organic_flow=self.through / _LITRES,
            feed_flow=self.liquor.liquor_volume,
            aqueous_feed=self.liquor.flows[self.at] / (self.liquor.liquor_volume * _LITRES),
            organic_feed=self._bound(self.organic.flows[chemistry.organic]) / oil_fed,
            raffinate=made.pop("raffinate"),
            loaded=made.pop("loaded"),
            base=base,
            bleeds=MappingProxyType(made),
            error=error,
            steps=steps,
            warnings=(),
            start=answer.start,
            totals=answer.totals,
        ).warned(self.passed)

    def _exits(self, answer: circuit_flows.CircuitAnswer) -> tuple[tuple[str, ...], np.ndarray, np.ndarray]:
        """Answer the exits (E), kg of water of the liquor of each stage that leave by them, and L of its organic, (E, N)."""
        section, stages = self.section, self.section.stages
        through = answer.flows[:, :3].sum(axis=1)
        rest = through - self.circuit.carried
        wet = self.wet * rest
        bled = np.zeros(stages)
        for stage, share in section.liquor_bleeds.items():
            bled[stage - 1] = share * (rest[stage - 1] - wet[stage - 1])
        names = ["raffinate", "loaded"]
        water, oil = np.zeros((2, stages)), np.zeros((2, stages))
        water[1] = wet
        water[1, 0] += self.circuit.carried[0]
        water[0, -1] = rest[-1] - wet[-1] - bled[-1]
        oil[0, -1] = self.drops
        oil[1] = self.back if section.flow == CROSS_CURRENT else 0.0
        oil[1, 0] = self.back[0]
        alone = np.eye(stages)
        for name, flows in (("liquor", bled), ("organic", self.bled)):
            for i in np.flatnonzero(flows > 0.0):
                names.append(f"{name} of stage {i + 1}")
                row = flows[i] * alone[i]
                water = np.vstack([water, row if name == "liquor" else 0.0 * row])
                oil = np.vstack([oil, row if name == "organic" else 0.0 * row])
        return tuple(names), water, oil

    def _organics(self, answer: circuit_flows.CircuitAnswer) -> np.ndarray:
        """Answer mol/L of every organic species in each stage (N, organics)."""
        held = self.carried_by_oil @ self.organic_in
        known = self.salts >= 0
        held[:, self.salts[known]] = answer.organic[:, known]
        molecules = self.unit_total * self.extractant.unit
        if self.extractant.kind == "acidic":
            held[:, self.free_at] = molecules - answer.organic @ self.charge
        else:
            held[:, self.free_at] = molecules
        return held

    def _close(self, flows: np.ndarray, entered: np.ndarray) -> None:
        """Take round-off out of the balance of each component and of the extractant, and charge out of every exit.

        `flows`: (E, size), of what leaves by each exit. `entered`: (C,).
        """
        chemistry, members = self.chemistry, self.members
        acidic = self.extractant.kind == "acidic"
        liquor, organic = flows[:, chemistry.liquor], flows[:, chemistry.organic]  # views: what is set in them is set
        known = self.salts >= 0
        salts, at = self.salts[known], self.at[known]
        bound_in = self.organic_in[:, salts].sum(axis=0)
        total = entered.copy()
        total[at] += bound_in
        computed = liquor.sum(axis=0)
        taken = organic[:, salts].sum(axis=0)
        computed[at] += taken
        if not acidic:
            anions = self.complexes.anions[known]
            total[members.anion] += bound_in @ anions
            computed[members.anion] += taken @ anions
        factor = np.divide(total, computed, out=np.ones_like(total), where=computed > 0.0)
        factor[PROTON] = 1.0
        liquor *= factor
        organic[:, salts] *= factor[at]
        molecules = organic[:, members.free].sum()
        if acidic:
            molecules += organic[:, salts].sum(axis=0) @ self.charge[known]
        liquor[:, PROTON] = 0.0
        liquor[:, PROTON] = -(liquor @ members.charges)
        largest = int(np.argmax(organic[:, members.free]))
        organic[largest, members.free] += self.molecules.sum() - molecules
        left = organic[:, members.others].sum(axis=0)
        entered_oil = self.organic_in[:, members.others].sum(axis=0)
        organic[:, members.others] *= np.divide(entered_oil, left, out=np.ones_like(left), where=left > 0.0)
