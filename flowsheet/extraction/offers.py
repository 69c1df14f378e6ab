"""Extractants side by side on one liquor and one duty: what each asks for, what it takes up besides, what it costs.

Each extractant is run at the pH that its duty needs, in the fewest stages; costs are those of the first fill and of what is
lost, from the prices and losses of `extractants.csv` or of one's own extractant. They compare, they are no estimate of a plant.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import pandas

from ..chemistry.database import table
from ..chemistry.extractants import Extractant
from ..chemistry.system import DILUENT, Chemistry
from ..errors import ConvergenceError, DataError
from ..quantities import minute
from ..stream import Stream, solvent
from .curves import separation_factors
from .design import LeastBase, least_base
from .duty import Duty
from .levers import ByPh, caustic
from .losses import solubility
from .profile import StageProfile
from .section import Section


@dataclass(frozen=True, kw_only=True)
class Terms:
    """On what extractants are compared.

    `molarity`: mol/m3 of each. `organic_to_aqueous`: volume per volume. `stages`: as many, or where it is None the fewest of
    `most_stages` that do the duty. `ph`: the range searched, one pH for all stages. `base`: the substance dosed.
    `residence_time`: s that organic spends in a stage, settler included. `organic_in_aqueous`: droplets lost, volume per
    volume of raffinate.
    """

    molarity: float = 500.0
    organic_to_aqueous: float = 1.0
    stages: int | None = None
    most_stages: int = 8
    ph: ByPh = field(default_factory=ByPh)
    base: str = "NaOH"
    residence_time: float = 20.0 * minute
    organic_in_aqueous: float = 5e-5

    def __post_init__(self):
        positive = {
            "molarity": (self.molarity, " mol/m3"),
            "organic_to_aqueous": (self.organic_to_aqueous, ""),
            "most_stages": (self.most_stages, ""),
            "residence_time": (self.residence_time, " s"),
        }
        for name, (value, unit) in positive.items():
            if not value > 0.0:
                raise DataError(f"terms: {name} = {value:g}{unit} is not above 0")
        if self.stages is not None and not self.stages >= 1:
            raise DataError(f"terms: stages = {self.stages} is below 1")

    def counts(self) -> range:
        """Answer the numbers of stages to try."""
        return range(1, self.most_stages + 1) if self.stages is None else range(self.stages, self.stages + 1)


def compare_extractants(
    liquor: Stream, extractants: Iterable[str | Extractant], duty: Duty, terms: Terms | None = None
) -> pandas.DataFrame:
    """Answer one row for each extractant: what it needs for a duty, and what that costs.

    `extractants`: names of the built-in data, or extractants of one's own. Columns: `meets`; stages; pH that is held; base
    dosed, mol/m3 of liquor and mol per mol of wanted metals taken up; loading, the highest; the share of each cation (but
    the base's) that is extracted; separation factors of the first wanted metal where the liquor enters; solvent in the
    stages, m3, and its extractant, kg; cost of the first fill, USD; extractant lost to solubility, droplets and decay, g/m3
    of liquor, and its cost, USD/m3 of liquor; `binds`, the limit that asks for the base. Where an extractant misses the duty
    its row is that of the recoveries alone in the most stages, empty if it misses these too, and `binds` says what stands
    against it.
    Raises `DataError` for a name that the data lack, the same name twice, or a duty without a recovery.
    """
    terms = Terms() if terms is None else terms
    offered = list(extractants)
    if not offered:
        raise DataError("compare extractants: 0 extractants given, at least 1 is needed")
    if not duty.recovery:
        raise DataError('compare extractants: the duty has no recovery, such as recovery={"Co+2": 0.99}')
    names = [one if isinstance(one, str) else one.name for one in offered]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise DataError(
            f"compare extractants: {', '.join(twice)} given twice; an extractant of one's own needs its own name"
        )
    rows = []
    for name, one in zip(names, offered, strict=True):
        rows.append(_row(_moved(liquor, one), name, duty, terms))
    found = pandas.DataFrame(rows, index=pandas.Index(names, name="extractant"))
    found = found.reindex(columns=[*(name for name in found.columns if name != "binds"), "binds"])
    found["stages"] = found["stages"].astype("Int64")
    found.attrs["duty"] = "; ".join(limit.text() for limit in duty.limits())
    found.attrs["terms"] = f"{terms.molarity / 1000.0:g} mol/L, O/A {terms.organic_to_aqueous:g}"
    return found


def _moved(liquor: Stream, extractant: str | Extractant) -> Stream:
    """Answer the liquor in a chemistry that has the extractant, its own where it has it already."""
    old = liquor.chemistry
    if isinstance(extractant, str) and extractant in old.extractants:
        return liquor.liquor
    plain = Chemistry(old.elements, states=old.states, activity=old.activity, database=old.database)
    had = {*old.names, *old.aqueous_names}
    without = [name for name in (*plain.names, *plain.aqueous_names) if name not in had]
    chemistry = Chemistry(
        old.elements,
        extractants=(extractant,),
        without=dict.fromkeys(without),
        activity=old.activity,
        states=old.states,
        database=old.database,
    )
    flows = Stream.empty(chemistry).flows.copy()
    for at in range(old.liquor.start, old.liquor.stop):
        flows[chemistry.position(old.names[at])] = liquor.flows[at]
    return Stream(chemistry, flows, liquor.temperature, liquor.pressure)


def _row(liquor: Stream, name: str, duty: Duty, terms: Terms) -> dict[str, object]:
    chemistry = liquor.chemistry
    volume = liquor.liquor_volume
    organic = solvent(chemistry, name, terms.molarity, terms.organic_to_aqueous * volume)
    organic = organic.replace(temperature=liquor.temperature)
    section = Section(extractant=name, base=caustic(liquor, terms.base), organic_in_aqueous=terms.organic_in_aqueous)
    found, reason = _least(section, liquor, organic, duty, terms)
    meets = found is not None
    if found is None:
        most = replace(terms, stages=terms.counts()[-1])  # where it separates best
        found, _ = _least(section, liquor, organic, Duty(recovery=duty.recovery), most)
    row: dict[str, object] = {
        "meets": meets,
        "stages": pandas.NA,
        "binds": reason if found is None or not meets else found.binds,
    }
    if found is None:
        return row
    profile = found.profile
    gone = sum(liquor[cation] * profile.extraction[cation] for cation in duty.wanted())
    row |= {
        "stages": len(profile.ph),
        "pH": found.coordinate,
        "base mol/m3": found.base / volume,
        "base mol/mol": found.base / gone if gone > 0.0 else math.nan,
        "loading": float(profile.loading.max()),
    }
    dosed = chemistry.dissolve(terms.base)
    held = [name for name in profile.cations if liquor[name] > 0.0 and not dosed[chemistry.index[name]] > 0.0]
    row |= {f"extraction of {cation}": float(profile.extraction[cation]) for cation in held}
    row |= _factors(profile, duty.wanted()[0], held)
    return row | _costs(chemistry, name, found, organic, terms)


def _least(section: Section, liquor: Stream, organic: Stream, duty: Duty, terms: Terms) -> tuple[LeastBase | None, str]:
    """Answer the least pH in the fewest stages, and why there is none."""
    reason = ""
    for count in terms.counts():
        try:
            return least_base(replace(section, stages=count), liquor, organic, duty, terms.ph), ""
        except (ConvergenceError, DataError) as error:
            reason = str(error).removeprefix("least base: ")
    return None, reason


def _factors(profile: StageProfile, wanted: str, held: Iterable[str]) -> dict[str, float]:
    factors = separation_factors(profile, 1)
    others = [cation for cation in held if cation != wanted and cation in factors.columns and wanted in factors.index]
    return {f"{wanted}/{cation}": float(factors.loc[wanted, cation]) for cation in others}


def _costs(chemistry: Chemistry, name: str, found: LeastBase, organic: Stream, terms: Terms) -> dict[str, float]:
    """Answer inventory, first fill, loss and its cost; not a number where a property is not known."""
    known: Mapping[str, float] = chemistry.extractant(name).properties
    liquor = found.turned.liquor
    hold = len(found.profile.ph) * terms.residence_time
    solvent_volume = organic.organic_volume * hold
    masses = organic.flows * chemistry.molar_masses * hold
    diluent = float(masses[chemistry.index[DILUENT]])
    extractant = float(masses[chemistry.organic].sum()) - diluent
    price = known.get("price", math.nan) / known.get("purity", 1.0)
    raffinate = found.profile.raffinate.liquor_volume
    dissolved = _solubility(name, known, float(found.profile.ph[-1])) * raffinate
    droplets = terms.organic_in_aqueous * raffinate * extractant / solvent_volume
    decayed = known.get("degradation", 0.0) * extractant
    lost = dissolved + droplets + decayed  # kg/s
    return {
        "solvent m3": solvent_volume,
        "extractant kg": extractant,
        "first fill USD": extractant * price + diluent * table("extractants").value(DILUENT, "price", math.nan),
        "lost g/m3": 1000.0 * lost / liquor.liquor_volume,
        "make-up USD/m3": lost * price / liquor.liquor_volume,
    }


def _solubility(name: str, known: Mapping[str, float], ph: float) -> float:
    """Answer the solubility at a pH (kg/m3) from the built-in data, or the one of one's own; not a number without either."""
    tabled = table("extractants").find(name, "solubility")
    if tabled is not None and known.get("solubility") == tabled.value:
        return solubility(name, ph)
    return known.get("solubility", math.nan)
