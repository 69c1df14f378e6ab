"""Feeds: what a black mass or a scrap is made of, from its assay and its history, and how well that is known.

A laboratory tells elements; a plant meets phases. The elements of a feed are laid out over its phases in a fixed order:
binder and electrolyte as they are given; the rest of the fluorine as LiF and the rest of the phosphorus, where no cathode
holds it, as Li3PO4; aluminate as given; then the cathode. A layered oxide of x lithium to a metal and of mean valence v is
x LiMO2 + y MO2 + (1 - x - y) MO with y = (v - 2 - x) / 2; lithium beyond v - 2 or beyond 1 is carbonate. An olivine of x
lithium is x LiMPO4 + (1 - x) MPO4, a spinel LiMn2O4 and MnO2. Copper, aluminium and iron that are left are metal, as zinc is;
dust is calcium carbonate, magnesium hydroxide and silica; graphite makes up the mass. Mixtures of layered oxides are written
as their named cathode and, beyond its ratios, as the oxides of one metal.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from .chemistry.database import atomic_masses, table
from .chemistry.formula import parse
from .chemistry.system import Chemistry
from .errors import DataError, nearest
from .sizes import SizeDistribution
from .stream import Stream, mix

LAYERED, OLIVINE, SPINEL = "layered oxide", "olivine", "spinel"
_CATHODES: Mapping[str, tuple[str, str, str]] = {  # kind, solid with its lithium, solid without it
    "NMC111": (LAYERED, "Li3NiMnCoO6(s)", ""),
    "NMC532": (LAYERED, "LiNi0.5Mn0.3Co0.2O2(s)", ""),
    "NMC622": (LAYERED, "LiNi0.6Mn0.2Co0.2O2(s)", ""),
    "NMC811": (LAYERED, "LiNi0.8Mn0.1Co0.1O2(s)", ""),
    "NCA": (LAYERED, "LiNi0.8Co0.15Al0.05O2(s)", ""),
    "LCO": (LAYERED, "LiCoO2(s)", ""),
    "LMO": (SPINEL, "LiMn2O4(s)", "MnO2(s)"),
    "LFP": (OLIVINE, "LiFePO4(s)", "FePO4(s)"),
    "LMFP": (OLIVINE, "LiMn0.6Fe0.4PO4(s)", "Mn0.6Fe0.4PO4(s)"),
}
_METALS = ("Ni", "Co", "Mn")
_DUST: Mapping[str, str] = {"Zn": "Zn(s)", "Ca": "CaCO3(s)", "Mg": "Mg(OH)2(s)", "Si": "SiO2(s)"}
_DRAWS = 100
_ROUND_OFF = 1e-12


class Measured(NamedTuple):
    """A mass fraction (0 to 1) of the dry mass and its standard deviation."""

    value: float
    deviation: float = 0.0


@dataclass(frozen=True, kw_only=True)
class FeedMaterial:
    """A feed: its assay and what is known of its history.

    `cathode`: one of NMC111 NMC532 NMC622 NMC811 NCA LCO LMO LFP LMFP. `assay`: mass fraction of each element in the dry
    mass, a number or `Measured`; fluorine that it does not name is that of binder and electrolyte. `valence`: mean of Ni,
    Co and Mn of a layered oxide; an olivine's and a spinel's follow from their lithium. `binder`, `electrolyte`: mass
    fractions of polyvinylidene fluoride and LiPF6 in the dry mass. `aluminate`: share of the lithium that a roast has made
    LiAlO2. `pyrolysed`: whether a roast has decomposed the electrolyte, of which there is then none. `moisture`: mass
    fraction of water as received. Raises `DataError` for what cannot be.
    """

    name: str
    cathode: str
    assay: Mapping[str, Measured | float]
    valence: float = 3.0
    pyrolysed: bool = False
    binder: float = 0.0
    electrolyte: float = 0.0
    aluminate: float = 0.0
    moisture: float = 0.0
    sizes: SizeDistribution = field(default_factory=lambda: SizeDistribution.rosin_rammler(20e-6, 1.2))

    def __post_init__(self):
        if self.cathode not in _CATHODES:
            raise DataError(f"feed {self.name}: cathode {self.cathode!r} is unknown{nearest(self.cathode, _CATHODES)}")
        masses = atomic_masses()
        for element, measured in self.measured.items():
            if element not in masses:
                raise DataError(f"feed {self.name}: element {element!r} is unknown{nearest(element, masses)}")
            if not 0.0 <= measured.value <= 1.0 or not measured.deviation >= 0.0:
                raise DataError(
                    f"feed {self.name}: {element} = {measured.value * 100:g} % with a deviation of "
                    f"{measured.deviation * 100:g} % is outside 0 to 100 %"
                )
        for share in ("binder", "electrolyte", "aluminate", "moisture"):
            if not 0.0 <= getattr(self, share) < 1.0:
                raise DataError(f"feed {self.name}: {share} = {getattr(self, share) * 100:g} % is outside 0 to 100 %")
        if self.pyrolysed and self.electrolyte > 0.0:
            raise DataError(
                f"feed {self.name}: electrolyte = {self.electrolyte * 100:g} % cannot be in what was pyrolysed: LiPF6 decomposes "
                f"below 200 degC; its fluorine and phosphorus belong to the assay"
            )
        if self.kind == LAYERED and not 2.0 <= self.valence <= 4.0:
            raise DataError(f"feed {self.name}: valence = {self.valence:g} of Ni, Co and Mn is outside 2 to 4")
        self.phases  # noqa: B018  refuses an assay that the phases cannot hold

    @functools.cached_property
    def measured(self) -> Mapping[str, Measured]:
        """The assay with its standard deviations, 0 where only a number is given."""
        return {e: given if isinstance(given, Measured) else Measured(float(given)) for e, given in self.assay.items()}

    @property
    def kind(self) -> str:
        """Structure of the cathode: layered oxide, olivine or spinel."""
        return _CATHODES[self.cathode][0]

    @functools.cached_property
    def phases(self) -> Mapping[str, float]:
        """Mass fraction of each solid in the dry mass; raises `DataError` where the elements cannot make the phases."""
        return _Layout(self).phases()

    @property
    def elements(self) -> dict[str, float]:
        """Mass fraction of each element in the dry mass, those of binder and electrolyte among them."""
        masses = atomic_masses()
        found: dict[str, float] = {}
        for solid, share in self.phases.items():
            formula = _elements(solid)
            molar = sum(count * masses[e] for e, count in formula.items())
            for element, count in formula.items():
                found[element] = found.get(element, 0.0) + share * count * masses[element] / molar
        return found

    @property
    def lithium_ratio(self) -> float:
        """Moles of lithium, wherever it is, for a mole of the cathode's metals."""
        masses = atomic_masses()
        metals = {LAYERED: _METALS, SPINEL: ("Mn",), OLIVINE: ("Fe", "Mn")}[self.kind]
        held = sum(self.measured[m].value / masses[m] for m in metals if m in self.assay)
        return self.measured.get("Li", Measured(0.0)).value / masses["Li"] / held if held > 0.0 else 0.0

    def with_lithium_ratio(self, ratio: float) -> FeedMaterial:
        """Answer this feed with so much lithium that it has `ratio` moles to a mole of the cathode's metals."""
        now = self.lithium_ratio
        if not ratio > 0.0 or now == 0.0:
            raise DataError(f"feed {self.name}: lithium ratio = {ratio:g} cannot be set from {now:g}")
        lithium = Measured(*(part * ratio / now for part in self.measured["Li"]))
        return dataclasses.replace(self, assay={**self.assay, "Li": lithium})

    def sample(self, random: np.random.Generator) -> FeedMaterial:
        """Answer this feed with an assay drawn from its uncertainties, normal and independent, and none left of them.

        A draw that cannot be (an element below zero, or one that the phases cannot hold) is drawn again. Raises `DataError`
        where no draw of many can be.
        """
        reason = ""
        for _ in range(_DRAWS):
            drawn = {e: float(random.normal(*measured)) for e, measured in self.measured.items()}
            if min(drawn.values()) < 0.0:
                continue
            try:
                return dataclasses.replace(self, assay=drawn)
            except DataError as error:
                reason = f": {error}"
        raise DataError(f"feed {self.name}: none of {_DRAWS} draws of its assay can be{reason}")

    def stream(self, chemistry: Chemistry, mass: float) -> Stream:
        """Make a stream of `mass` (kg/s) as received, moisture in it; each solid has the feed's particle sizes.

        Raises `DataError` for an element or solid that the chemistry lacks.
        """
        missing = sorted({e for solid in self.phases for e in _elements(solid)} - set(chemistry.element_names))
        if missing:
            raise DataError(f"feed {self.name}: {' '.join(missing)} is not among the elements of the chemistry")
        dry = mass * (1.0 - self.moisture)
        masses = {solid: share * dry for solid, share in self.phases.items()}
        return Stream.of(
            chemistry, masses | {"H2O": mass * self.moisture}, sizes=dict.fromkeys(self.phases, self.sizes)
        )


@dataclass(frozen=True)
class Blend:
    """Feeds put together: each with its mass fraction as received; they sum to 1."""

    parts: tuple[tuple[FeedMaterial, float], ...]

    def __post_init__(self):
        total = sum(share for _, share in self.parts)
        if any(share < 0.0 for _, share in self.parts) or abs(total - 1.0) > 1e-9:
            raise DataError(
                f"blend of {len(self.parts)} feeds: the shares sum to {total:g}, must be above 0 and sum to 1"
            )

    @property
    def assay(self) -> dict[str, Measured]:
        """Mass fraction of each element in the dry mass, with its standard deviation, feeds being independent.

        Of what one assay names and another does not, the latter has what its phases hold: fluorine of binder, for one.
        """
        dry = [share * (1.0 - feed.moisture) for feed, share in self.parts]
        total = sum(dry)
        found = {}
        for element in dict.fromkeys(e for feed, _ in self.parts for e in feed.measured):
            known = [
                (part / total, feed.measured.get(element, Measured(feed.elements.get(element, 0.0))))
                for (feed, _), part in zip(self.parts, dry, strict=True)
            ]
            value = sum(share * measured.value for share, measured in known)
            variance = sum((share * measured.deviation) ** 2 for share, measured in known)
            found[element] = Measured(value, variance**0.5)
        return found

    def sample(self, random: np.random.Generator) -> Blend:
        """Answer the blend with the assay of each feed drawn from its uncertainties."""
        return Blend(tuple((feed.sample(random), share) for feed, share in self.parts))

    def stream(self, chemistry: Chemistry, mass: float) -> Stream:
        """Make a stream of `mass` (kg/s) as received."""
        return mix([feed.stream(chemistry, share * mass) for feed, share in self.parts])


def blend(*parts: tuple[FeedMaterial, float]) -> Blend:
    """Blend feeds, each with its mass in any unit: `blend((scrap, 300 * kg), (black_mass, 700 * kg))`."""
    total = sum(mass for _, mass in parts)
    if not parts or not total > 0.0:
        raise DataError(f"blend of {len(parts)} feeds: their mass = {total:g} is not above 0")
    return Blend(tuple((feed, mass / total) for feed, mass in parts))


def feed_names() -> list[str]:
    """Answer the feeds of the library."""
    return table("feeds").names("moisture")


def feed_material(name: str) -> FeedMaterial:
    """Answer a feed of the library: `feed_material("NMC622 end-of-life")`; raises `DataError` with the nearest name.

    Typical values with their ranges in `feeds.csv`; a real lot has its own assay: `dataclasses.replace(feed, assay=...)`.
    """
    if name not in feed_names():
        raise DataError(f"feed {name!r} is not in the library{nearest(name, feed_names())}")
    numbers = table("feeds")
    assay = {
        of.split("|")[1]: Measured(numbers.value(of, "assay"), numbers.value(of, "assay_deviation"))
        for of in numbers.names("assay")
        if of.split("|")[0] == name
    }
    return FeedMaterial(
        name=name,
        cathode=name.split(maxsplit=1)[0],
        assay=assay,
        valence=numbers.value(name, "valence", 3.0),
        pyrolysed=numbers.value(name, "pyrolysed") > 0.0,
        binder=numbers.value(name, "binder"),
        electrolyte=numbers.value(name, "electrolyte"),
        moisture=numbers.value(name, "moisture"),
        sizes=SizeDistribution.rosin_rammler(numbers.value(name, "size_632"), numbers.value(name, "size_spread")),
    )


@functools.lru_cache(maxsize=128)
def _elements(solid: str) -> Mapping[str, float]:
    return parse(solid.removesuffix("(s)")).elements


class _Layout:
    """Elements of a feed being laid out over its phases: moles per kg of dry mass."""

    def __init__(self, feed: FeedMaterial):
        self.feed = feed
        masses = atomic_masses()
        self.left = {e: measured.value / masses[e] for e, measured in feed.measured.items()}
        self.uncounted = {"O", "H", "C", *({"F", "P"} - set(self.left))}
        self.solids: dict[str, float] = {}

    def phases(self) -> Mapping[str, float]:
        """Answer the mass fraction of each solid."""
        feed = self.feed
        self.take("C2H2F2(s)", feed.binder / _molar_mass("C2H2F2(s)"))
        self.take("LiPF6(s)", feed.electrolyte / _molar_mass("LiPF6(s)"))
        self.refuse("F", "binder and electrolyte")
        self.refuse("P", "the electrolyte")
        self.take("LiF(s)", self.left.get("F", 0.0))
        lithium = feed.aluminate * feed.measured["Li"].value / atomic_masses()["Li"] if "Li" in feed.measured else 0.0
        self.take("LiAlO2(s)", lithium)
        {LAYERED: self._layered, OLIVINE: self._olivine, SPINEL: self._spinel}[feed.kind]()
        for metal in ("Cu", "Al", "Fe"):
            self.refuse(metal, "the phases of the cathode")
            self.take(f"{metal}(s)", self.left.get(metal, 0.0))
        for element, solid in _DUST.items():
            self.take(solid, self.left.get(element, 0.0))
        shares = {solid: amount * _molar_mass(solid) for solid, amount in self.solids.items() if amount > 0.0}
        total = sum(shares.values())
        if total > 1.0 + 1e-9:
            raise DataError(f"feed {feed.name}: the phases of its elements add up to {total * 100:.4g} % of the mass")
        unplaced = [e for e, amount in self.left.items() if amount > 1e-9 and e not in self.uncounted]
        if unplaced:
            raise DataError(f"feed {feed.name}: no phase of it holds {' '.join(unplaced)}")
        return shares | {"C(s)": max(0.0, 1.0 - total)}

    def take(self, solid: str, amount: float) -> None:
        """Put `amount` of a solid down and take its elements away, but those that the assay does not count."""
        if amount <= 0.0:
            return
        self.solids[solid] = self.solids.get(solid, 0.0) + amount
        for element, count in _elements(solid).items():
            if element not in self.uncounted:
                self.left[element] = self.left.get(element, 0.0) - count * amount

    def refuse(self, element: str, taker: str) -> None:
        """Raise `DataError` where more of an element was taken than the assay has."""
        short = self.left.get(element, 0.0)
        if short < -_ROUND_OFF:
            mass = atomic_masses()[element] * 100.0
            have = 100.0 * self.feed.measured.get(element, Measured(0.0)).value
            raise DataError(
                f"feed {self.feed.name}: {element} = {have:.4g} % is less than the {have - short * mass:.4g} % that {taker} hold"
            )
        if element in self.left:
            self.left[element] = max(0.0, short)

    def _layered(self) -> None:
        self.take("Li3PO4(s)", self.left.get("P", 0.0))
        self.refuse("Li", "LiF, Li3PO4, LiAlO2 and LiPF6")
        metals = {metal: self.left.get(metal, 0.0) for metal in _METALS}
        total = sum(metals.values())
        if total == 0.0:
            raise DataError(
                f"feed {self.feed.name}: its assay has neither Ni nor Co nor Mn, {self.feed.cathode} needs them"
            )
        named = _CATHODES[self.feed.cathode][1]
        formula = _elements(named)
        # aluminium in the oxide holds lithium too
        held = 1.0 + formula.get("Al", 0.0) / sum(formula.get(metal, 0.0) for metal in _METALS)
        ratio = self.left.get("Li", 0.0) / total / held
        lithiated = min(ratio, self.feed.valence - 2.0, 1.0)
        without = max(0.0, 0.5 * (self.feed.valence - 2.0 - lithiated))
        if lithiated + without > 1.0 + _ROUND_OFF:
            raise DataError(
                f"feed {self.feed.name}: valence = {self.feed.valence:g} of Ni, Co and Mn is above {4.0 - lithiated:.4g}, "
                f"the most that an oxide of {lithiated:.4g} lithium to a metal has"
            )
        amount = min(lithiated * metals.get(e, 0.0) / n for e, n in formula.items() if e in _METALS)
        if "Al" in formula:
            amount = min(amount, self.left.get("Al", 0.0) / formula["Al"])
        self.take(named, amount)
        for metal, flow in metals.items():
            rest = lithiated * flow - amount * formula.get(metal, 0.0)
            self.take(f"Li{metal}O2(s)", rest if rest > _ROUND_OFF * total else 0.0)
            self.take(f"{metal}O2(s)", without * flow)
            self.take(f"{metal}O(s)", max(0.0, 1.0 - lithiated - without) * flow)
            self.left.pop(metal, None)
        self.left["Li"] = max(0.0, self.left.get("Li", 0.0))
        self.take("Li2CO3(s)", 0.5 * self.left["Li"] if self.left["Li"] > _ROUND_OFF * total else 0.0)

    def _olivine(self) -> None:
        named = [(_CATHODES[self.feed.cathode][1:])]
        if self.feed.cathode != "LFP":
            named.append(_CATHODES["LFP"][1:])
        free = {e: self.left.get(e, 0.0) for e in ("P", "Fe", "Mn")}
        amounts = []
        for _, bare in named:
            formula = {e: n for e, n in _elements(bare).items() if e != "O"}
            amounts.append(max(0.0, min(free[e] / n for e, n in formula.items())))
            for element, count in formula.items():
                free[element] -= amounts[-1] * count
        self.take("Li3PO4(s)", max(0.0, free["P"]))
        self.refuse("Li", "LiF, Li3PO4, LiAlO2 and LiPF6")
        total = sum(amounts)
        if total <= 0.0:
            raise DataError(f"feed {self.feed.name}: its assay has no P and metals for {self.feed.cathode}")
        lithiated = min(1.0, self.left.get("Li", 0.0) / total)
        for (full, bare), amount in zip(named, amounts, strict=True):
            self.take(full, lithiated * amount)
            self.take(bare, (1.0 - lithiated) * amount)
        self.left["P"] = 0.0
        self.take("MnO(s)", max(0.0, self.left.get("Mn", 0.0)))
        self.left.pop("Mn", None)
        self.take("Li2CO3(s)", 0.5 * max(0.0, self.left.get("Li", 0.0)))
        self.left["Fe"] = max(0.0, self.left.get("Fe", 0.0))

    def _spinel(self) -> None:
        self.take("Li3PO4(s)", self.left.get("P", 0.0))
        self.refuse("Li", "LiF, Li3PO4, LiAlO2 and LiPF6")
        self.take("LiMn2O4(s)", min(self.left.get("Li", 0.0), 0.5 * self.left.get("Mn", 0.0)))
        self.take("MnO2(s)", max(0.0, self.left.get("Mn", 0.0)))
        self.left.pop("Mn", None)
        self.take("Li2CO3(s)", 0.5 * max(0.0, self.left.get("Li", 0.0)))
        for metal in ("Ni", "Co"):
            self.take(f"{metal}O(s)", self.left.get(metal, 0.0))


def _molar_mass(solid: str) -> float:
    masses = atomic_masses()
    return sum(count * masses[e] for e, count in _elements(solid).items())
