"""Rate laws of dissolution, each with its source and with the conditions that it was measured at.

    law = RateLaw.named("LiCoO2(s)", "jha2013", "Co")       a parameter set of data/leaching.csv
    law = RateLaw.named("LiFePO4(s)")                       the one that units use by themselves
    law.remarks(temperature=celsius(25), acid=4000.0)       one sentence where that is outside its window
    known, sizes = minerals(names, temperature, {"LiCoO2(s)": law}, stream.sizes)      for the kernels of leaching

A particle that has reacted for the time t at constant conditions has the reaction coordinate s = t / time; the law tells
the share u(s) that is left. The time follows the conditions by

    time = complete_time exp(E/R (1/T - 1/T0)) (acid / acid0)^-m (oxidant / oxidant0)^-n

and the size of the particle by the law: as the diameter (surface reaction, film of a particle that keeps its size), as its
square (ash, film of one that shrinks), not at all (Avrami). `activation_energy` and orders are of the rate 1/time.
Published ones of an Avrami constant k in -ln(1 - X) = k t^n are n times as large; those in (k t)^n, and of the other laws,
are the same.

Sources: Levenspiel, Chemical Reaction Engineering, 3rd ed. 1999, ch. 25; Avrami, J. Chem. Phys. 7 (1939) 1103.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

from ...kernels import shrinking_core
from ..chemistry import water
from ..chemistry.database import table
from ..chemistry.formula import parse
from ..errors import DataError, nearest
from ..quantities import gram_per_litre, mol_per_litre
from ..sizes import DIAMETERS, SizeDistribution

SURFACE, ASH, FILM, SHRINKING_FILM = "surface reaction", "ash", "film", "shrinking film"
MIXED, AVRAMI, TABLE = "mixed", "Avrami", "table"
LAWS = (SURFACE, ASH, FILM, SHRINKING_FILM, MIXED, AVRAMI, TABLE)
_OXIDE = "LiNi0.6Mn0.2Co0.2O2(s)"  # whose rate stands for oxides of nickel, cobalt and manganese that have none
_CODES = MappingProxyType(
    {
        SURFACE: shrinking_core.REACTION,
        ASH: shrinking_core.ASH,
        FILM: shrinking_core.FILM,
        SHRINKING_FILM: shrinking_core.SHRINKING_FILM,
        MIXED: shrinking_core.MIXED,
        AVRAMI: shrinking_core.AVRAMI,
        TABLE: shrinking_core.TABULATED,
    }
)
_CONDITIONS = MappingProxyType(
    {
        "temperature": ("K", 1.0),
        "acid": ("mol/L of protons", mol_per_litre),
        "oxidant": ("mol/L", mol_per_litre),
        "size": ("um", 1e-6),
        "pulp_density": ("g/L", gram_per_litre),
    }
)
_SLACK_KELVIN, _SLACK = 2.0, 0.1
_KNOTS = 101  # of a table made of a function
_NEWTON, _SETTLED, _LEAST_SLOPE = 60, 1e-12, 1e-9
_ROUNDS, _TRIED, _GRID = 6, 33, 501
_ALL = 1e-9  # of a mineral, below which it is gone
_TRACE = 1e-9  # of a mineral, below which a size class is left out
_NOWHERE: Mapping[str, tuple[float, float]] = MappingProxyType({})
_SHARES = {ASH: (0.0, 1.0, 0.0), FILM: (1.0, 0.0, 0.0)}


@dataclass(frozen=True, kw_only=True)
class RateLaw:
    """How fast a mineral dissolves.

    `law`: one of `LAWS`. `complete_time`: s, until a particle of `reference_size` is through at the reference conditions;
    with Avrami the time in -ln(1 - X) = (t / time)^exponent, with a table the unit of s. `activation_energy`: J/mol.
    `acid_order`, `oxidant_order`: of the rate in `reference_acid` (mol/m3 of protons beyond salts) and `reference_oxidant`
    (mol/m3). `reference_temperature`: K. `reference_size`: m, or None, where the time is of the median of what is leached.
    `accessible`: share that can dissolve at all. `shares`: of film, ash and surface in `complete_time`, with the law mixed.
    `exponent`: of Avrami. `left`: with the law table, u(s), as a function on 0 to 1, or as pairs (s, u) with s from 0 and u
    from 1 down, the last u staying; its time grows with the power `size_exponent` of the size. `window`: (lowest, highest)
    of temperature, acid, oxidant, size and pulp_density, of those that are known. Raises `DataError` for what cannot be.
    """

    law: str = SURFACE
    complete_time: float
    activation_energy: float = 0.0
    acid_order: float = 0.0
    oxidant_order: float = 0.0
    reference_temperature: float = 343.15
    reference_acid: float = 3000.0
    reference_oxidant: float = 1000.0
    reference_size: float | None = None
    accessible: float = 1.0
    shares: tuple[float, float, float] = (0.0, 0.0, 1.0)
    exponent: float = 1.0
    left: Callable[[float], float] | Sequence[tuple[float, float]] | None = None
    size_exponent: float = 0.0
    window: Mapping[str, tuple[float, float]] = field(default_factory=lambda: _NOWHERE)
    name: str = "a rate law of your own"
    source: str = "the user"
    note: str = ""

    def __post_init__(self):
        if self.law not in LAWS:
            raise DataError(f"{self.name}: law {self.law!r} is none{nearest(self.law, LAWS)}")
        for what in ("complete_time", "reference_temperature", "reference_acid", "reference_oxidant", "exponent"):
            _check(self.name, what, getattr(self, what), 1e-12)
        for what in ("activation_energy", "acid_order", "oxidant_order", "size_exponent"):
            _check(self.name, what, getattr(self, what), 0.0)
        _check(self.name, "accessible", self.accessible, 0.0, 1.0)
        if self.reference_size is not None:
            _check(self.name, "reference_size", self.reference_size, 1e-12)
        if len(self.shares) != 3 or min(self.shares) < 0.0 or abs(sum(self.shares) - 1.0) > 1e-9:
            raise DataError(
                f"{self.name}: shares of film, ash and surface = {self.shares}, three of 0 or more that sum to 1"
            )
        if (self.left is None) == (self.law == TABLE):
            given = "given" if self.left is not None else "not given"
            raise DataError(f"{self.name}: left is {given} with the law {self.law!r}; it is what the law 'table' needs")
        object.__setattr__(self, "left", _tabulated(self.name, self.left))
        for what, (low, high) in self.window.items():
            if what not in _CONDITIONS:
                raise DataError(f"{self.name}: window of {what!r} is of no condition{nearest(what, _CONDITIONS)}")
            if not low <= high:
                raise DataError(f"{self.name}: window of {what} from {low:g} to {high:g} is empty")
        object.__setattr__(self, "window", MappingProxyType(dict(self.window)))

    @classmethod
    def named(cls, mineral: str, of_set: str = "", element: str = "") -> RateLaw:
        """Answer a parameter set of `data/leaching.csv`: of a mineral, by the key of its source and the element measured.

        Without a set, the one that units use by themselves; an oxide of nickel, cobalt or manganese that has none takes that of
        LiNi0.6Mn0.2Co0.2O2. Raises `DataError` for a set that there is none of.
        """
        if not of_set:
            return _loaded(_standing_for(mineral))
        known = parameter_sets(mineral)
        wanted = "|".join(part for part in (mineral, of_set, element) if part)
        if wanted not in known:
            raise DataError(f"leaching.csv has no parameter set {wanted!r}{nearest(wanted, known)}")
        return _loaded(wanted)

    @property
    def film_ash_surface(self) -> tuple[float, float, float]:
        """Shares of film, ash and surface in the time until a particle is through, whatever the shrinking-core law."""
        return self.shares if self.law == MIXED else _SHARES.get(self.law, (0.0, 0.0, 1.0))

    def time(self, temperature: float, acid: float | None = None, oxidant: float | None = None) -> float:
        """Answer the complete time (s) of a particle of the reference size; None is the reference concentration."""
        energy = self.activation_energy / water.GAS_CONSTANT
        value = self.complete_time * np.exp(energy * (1.0 / temperature - 1.0 / self.reference_temperature))
        for order, found, reference in (
            (self.acid_order, acid, self.reference_acid),
            (self.oxidant_order, oxidant, self.reference_oxidant),
        ):
            if order != 0.0 and found is not None:
                value = value * (found / reference) ** -order if found > 0.0 else np.inf
        return float(value)

    def at_size(self, ratio: float) -> tuple[float, tuple[float, float, float]]:
        """Answer the factor of the complete time of a particle `ratio` times the reference size, and its shares."""
        if self.law == SHRINKING_FILM:
            return ratio**2, self.shares
        if self.law in {AVRAMI, TABLE}:
            return ratio ** (self.size_exponent if self.law == TABLE else 0.0), self.shares
        film, ash, surface = self.film_ash_surface
        parts = (film * ratio, ash * ratio**2, surface * ratio)
        factor = sum(parts)
        return factor, (parts[0] / factor, parts[1] / factor, parts[2] / factor)

    def unreacted(self, elapsed: np.ndarray, ratio: float | np.ndarray = 1.0) -> np.ndarray:
        """Answer the share of the accessible mineral left at s = `elapsed`, for particles of a size ratio; both broadcast."""
        elapsed = np.maximum(np.asarray(elapsed, dtype=np.float64), 0.0)
        ratio = np.asarray(ratio, dtype=np.float64)
        if self.law == AVRAMI:
            return np.exp(-(elapsed**self.exponent)) + 0.0 * ratio
        if self.law == TABLE:
            at, share = np.array(self.left).T
            return np.interp(elapsed / ratio**self.size_exponent, at, share)
        film, ash, surface = self.film_ash_surface
        if self.law == SHRINKING_FILM:
            return np.maximum(1.0 - elapsed / ratio**2, 0.0) ** 1.5
        own = np.minimum(elapsed / ((film + surface) * ratio + ash * ratio**2), 1.0)
        ash, rest = ash * ratio, film + surface  # shares at this size, a common factor left out
        return _core_left(own, film / (rest + ash), ash / (rest + ash), surface / (rest + ash))

    def conversion(
        self,
        times: np.ndarray,
        temperature: float,
        acid: float | None = None,
        oxidant: float | None = None,
        sizes: SizeDistribution | None = None,
        acid_demand: float = 0.0,
    ) -> np.ndarray:
        """Answer the share dissolved (T,) after `times` (T,) s in a batch at constant temperature (K).

        `acid`, `oxidant`: mol/m3 at the start, None is the reference. `acid_demand`: mol of protons that the whole mineral takes
        up per m3 of liquor; the acid falls by it. The oxidant stays. `sizes`: None is particles of the reference size.
        """
        ratios, fractions = self._classes(sizes)
        elapsed = np.asarray(times, dtype=np.float64) / self.time(temperature, acid, oxidant)
        if acid_demand > 0.0 and self.acid_order > 0.0:
            start = self.reference_acid if acid is None else acid
            elapsed = self._slowed(elapsed, acid_demand / start, ratios, fractions)
        return self._dissolved(elapsed, ratios, fractions)

    def _classes(self, sizes: SizeDistribution | None) -> tuple[np.ndarray, np.ndarray]:
        if sizes is None:
            return np.ones(1), np.ones(1)
        held = sizes.fractions > _TRACE
        return DIAMETERS[held] / (self.reference_size or sizes.d50), sizes.fractions[held]

    def _dissolved(self, elapsed: np.ndarray, ratios: np.ndarray, fractions: np.ndarray) -> np.ndarray:
        left = self.unreacted(elapsed[:, None], ratios[None, :]) @ fractions
        return self.accessible * (float(fractions.sum()) - left)

    def _slowed(self, elapsed: np.ndarray, demand: float, ratios: np.ndarray, fractions: np.ndarray) -> np.ndarray:
        """Answer the reaction coordinates where the acid falls by `demand` (of what is there) times the share dissolved.

        dt = ds (1 - demand X(s))^-order, by the midpoint rule on a grid that is dense at both ends: there ash begins, and the
        acid ends.
        """
        low, last = 0.0, float(elapsed.max(initial=0.0))
        for _ in range(_ROUNDS):  # to where the acid or the mineral ends
            tried = np.linspace(low, last, _TRIED)
            share = self._dissolved(tried, ratios, fractions)
            ended = np.flatnonzero((demand * share >= 1.0) | (share >= self.accessible * (1.0 - _ALL)))
            if not ended.size or ended[0] == 0:
                break
            low, last = float(tried[ended[0] - 1]), float(tried[ended[0]])
        last = low if low > 0.0 else last
        grid = 0.5 * last * (1.0 - np.cos(np.linspace(0.0, np.pi, _GRID)))
        acid = 1.0 - demand * self._dissolved(0.5 * (grid[1:] + grid[:-1]), ratios, fractions)
        slowness = np.maximum(acid, 1e-300) ** -self.acid_order
        lasting = np.concatenate([[0.0], np.cumsum(slowness * np.diff(grid))])
        return np.interp(elapsed, lasting, grid)

    def remarks(self, **conditions: float | None) -> tuple[str, ...]:
        """Say in one sentence which of `temperature`, `acid`, `oxidant`, `size` and `pulp_density` lie outside the window.

        Within 2 K, or a tenth of either end, a condition counts as inside: many windows are one measured point.
        """
        outside = []
        for what, value in conditions.items():
            if what not in _CONDITIONS:
                raise DataError(f"{self.name}: {what!r} is no condition of a rate law{nearest(what, _CONDITIONS)}")
            if value is None or what not in self.window:
                continue
            low, high = self.window[what]
            unit, factor = _CONDITIONS[what]
            below, above = (_SLACK_KELVIN,) * 2 if what == "temperature" else (_SLACK * low, _SLACK * high)
            if not low - below <= value <= high + above:
                range_ = f"{low / factor:.4g}" if low == high else f"{low / factor:.4g} to {high / factor:.4g}"
                outside.append(f"{what.replace('_', ' ')} {value / factor:.4g} {unit} (measured at {range_})")
        if not outside:
            return ()
        return (f"rate of {self.name}, from {self.source}, is used outside its window: {', '.join(outside)}",)


def parameter_sets(mineral: str = "") -> tuple[str, ...]:
    """Answer the names of the parameter sets of a mineral, or of all: mineral, mineral|source, mineral|source|element."""
    every = table("leaching").names("complete_time")
    return tuple(name for name in every if not mineral or name.split("|")[0] == mineral)


def has_rate(name: str) -> bool:
    """Whether a solid dissolves by a rate of `data/leaching.csv`, its own or the one that stands for oxides."""
    return name in table("leaching").names("complete_time") or _is_oxide(name)


def minerals(
    names: Sequence[str],
    temperature: float,
    laws: Mapping[str, RateLaw] | None = None,
    sizes: Mapping[str, np.ndarray] | None = None,
    oxidant: float | None = None,
) -> tuple[shrinking_core.Minerals, shrinking_core.Sizes]:
    """Answer what the kernels of leaching take, for minerals at `temperature` (K).

    `laws`: of minerals that shall not dissolve by the law of `RateLaw.named(name)`. `sizes`: mass fractions (50,) of the classes
    of `sizes.py` by mineral, as a stream holds them; a mineral that has none is particles of its reference size. `oxidant`:
    mol/m3, that laws with an order in it hold at, None is their reference. `acid_demand` of the answer is 1 for each: put the
    moles of protons that a mole of each takes up there by `_replace(acid_demand=...)`.

    All minerals share the size ratios, the reference of each is in its complete_time.
    """
    found = [(laws or {}).get(name) or RateLaw.named(name) for name in names]
    known = {name: np.asarray(sizes[name]) for name in names if sizes and name in sizes}
    held = np.flatnonzero(np.sum(list(known.values()), axis=0)) if known else np.zeros(0, dtype=int)
    common = DIAMETERS[held[len(held) // 2]] if held.size else 1.0
    ratios = np.append(DIAMETERS[held] / common, 1.0)
    fractions = np.zeros((len(found), ratios.size))
    times, shares = np.empty(len(found)), np.zeros((len(found), 3))
    for at, (name, law) in enumerate(zip(names, found, strict=True)):
        times[at], shares[at] = law.time(temperature, oxidant=oxidant), law.film_ash_surface
        if name not in known:
            fractions[at, -1] = 1.0
            continue
        fractions[at, :-1] = known[name][held]
        reference = law.reference_size or SizeDistribution(known[name]).d50
        factor, shares[at] = law.at_size(float(common / reference))
        times[at] *= factor
    if len(known) == len(found) and known:
        ratios, fractions = ratios[:-1], fractions[:, :-1]
    return _packed(found, times, shares, oxidant), shrinking_core.Sizes(ratios, np.ascontiguousarray(fractions))


def _packed(
    laws: Sequence[RateLaw], times: np.ndarray, shares: np.ndarray, oxidant: float | None
) -> shrinking_core.Minerals:
    """Answer the kernel's minerals; with an `oxidant` given, the times hold at it and the order is 0."""
    curves = [np.array(law.left).T if law.law == TABLE else np.array([[0.0], [1.0]]) for law in laws]
    points = max(curve.shape[1] for curve in curves)
    coordinate, left = np.zeros((len(laws), points)), np.ones((len(laws), points))
    for at, (s, u) in enumerate(curves):  # the last point goes on, s rising
        coordinate[at] = np.concatenate([s, s[-1] + np.arange(1.0, points - s.size + 1.0)])
        left[at] = np.concatenate([u, np.full(points - u.size, u[-1])])
    return shrinking_core.Minerals.of(
        np.array([_CODES[law.law] for law in laws], dtype=np.int64),
        times,
        acid_order=np.array([law.acid_order for law in laws]),
        reference_acid=np.array([law.reference_acid for law in laws]),
        acid_demand=np.ones(len(laws)),
        accessible=np.array([law.accessible for law in laws]),
        exponent=np.array([law.exponent for law in laws]),
        resistance=shares,
        oxidant_order=np.array([law.oxidant_order if oxidant is None else 0.0 for law in laws]),
        reference_oxidant=np.array([law.reference_oxidant for law in laws]),
        curve_coordinate=coordinate,
        curve_unreacted=left,
        size_exponent=np.array([law.size_exponent for law in laws]),
    )


def _core_left(own: np.ndarray, film: np.ndarray, ash: np.ndarray, surface: np.ndarray) -> np.ndarray:
    """Answer the share left of a shrinking core at `own` of its complete time, with shares of film, ash and surface."""
    if np.all(film == 1.0):
        return 1.0 - own
    if np.all(ash == 1.0):
        angle = np.arcsin(np.sqrt(own)) / 3.0
        return (1.0 - np.sin(angle) ** 2 - math.sqrt(3.0) * np.sin(angle) * np.cos(angle)) ** 3
    radius = 1.0 - own
    if np.all(surface == 1.0):
        return radius**3
    for _ in range(_NEWTON):
        found = film * (1.0 - radius**3) + ash * (1.0 - 3.0 * radius**2 + 2.0 * radius**3) + surface * (1.0 - radius)
        slope = 3.0 * film * radius**2 + 6.0 * ash * radius * (1.0 - radius) + surface
        moved = np.clip(radius + (found - own) / np.maximum(slope, _LEAST_SLOPE), 0.0, 1.0)
        settled = float(np.abs(moved - radius).max(initial=0.0)) < _SETTLED
        radius = moved
        if settled:
            break
    return radius**3


@functools.cache
def _loaded(name: str) -> RateLaw:
    """Read a parameter set; its law is told by the quantities that it has."""
    numbers = table("leaching")
    found = numbers.find(name, "complete_time")
    if found is None:
        raise DataError(
            f"leaching.csv has no rate of {name!r}{nearest(name, numbers.names('complete_time'))}; make a RateLaw of your own"
        )
    film, ash = numbers.value(name, "film_share", 0.0), numbers.value(name, "ash_share", 0.0)
    law = SURFACE
    if numbers.find(name, "avrami_exponent") is not None:
        law = AVRAMI
    elif (film, ash) != (0.0, 0.0):
        law = {(1.0, 0.0): FILM, (0.0, 1.0): ASH}.get((film, ash), MIXED)
    window = {}
    for what in _CONDITIONS:
        low, high = (numbers.find(name, f"{what}_{end}") for end in ("low", "high"))
        if low is not None and high is not None:
            window[what] = (low.value, high.value)
    size = numbers.find(name, "reference_size")
    return RateLaw(
        law=law,
        complete_time=found.value,
        activation_energy=numbers.value(name, "activation_energy", 0.0),
        acid_order=numbers.value(name, "acid_order", 0.0),
        oxidant_order=numbers.value(name, "oxidant_order", 0.0),
        reference_temperature=numbers.value(name, "reference_temperature", 343.15),
        reference_acid=numbers.value(name, "reference_acid", 3000.0),
        reference_oxidant=numbers.value(name, "reference_oxidant", 1000.0),
        reference_size=None if size is None else size.value,
        accessible=numbers.value(name, "accessible", 1.0),
        shares=(film, ash, 1.0 - film - ash),
        exponent=numbers.value(name, "avrami_exponent", 1.0),
        window=window,
        name=name,
        source=found.source,
        note=found.note,
    )


def _standing_for(mineral: str) -> str:
    """Answer the mineral whose rate holds for one: its own, or for an oxide of the cathode the one that stands for them."""
    if mineral not in table("leaching").names("complete_time") and _is_oxide(mineral):
        return _OXIDE
    return mineral


@functools.cache
def _is_oxide(name: str) -> bool:
    elements = parse(name).elements
    return "O" in elements and not {"P", "H", "C", "S"} & set(elements) and bool({"Ni", "Co", "Mn"} & set(elements))


def _tabulated(
    name: str, left: Callable[[float], float] | Sequence[tuple[float, float]] | None
) -> tuple[tuple[float, float], ...] | None:
    """Answer u(s) as pairs, of a function on 0 to 1 or of the pairs given."""
    if left is None:
        return None
    if callable(left):
        pairs = tuple((float(s), float(left(float(s)))) for s in np.linspace(0.0, 1.0, _KNOTS))
    else:
        pairs = tuple((float(s), float(u)) for s, u in left)
    at, share = np.array(pairs).T if len(pairs) > 1 else (np.zeros(1), np.zeros(1))
    if len(pairs) < 2 or at[0] != 0.0 or abs(share[0] - 1.0) > 1e-12 or (np.diff(at) <= 0.0).any():
        raise DataError(
            f"{name}: left has {len(pairs)} pairs (s, u); 2 or more are needed, s rising from 0 and u = 1 there"
        )
    if (np.diff(share) > 0.0).any() or share[-1] < 0.0:
        raise DataError(f"{name}: left rises or lies below 0: u(s) falls from 1 to {share[-1]:.4g} at s = {at[-1]:.4g}")
    return pairs


def _check(name: str, what: str, value: float, low: float, high: float = np.inf) -> None:
    if not low <= value <= high:
        raise DataError(f"{name}: {what} = {value:g} is outside {low:g} to {high:g}")
