"""Databases of PHREEQC, read so that an engineer brings the one they trust.

    brine = Chemistry("Na S", database=read_phreeqc("pitzer.dat"))
    liquor = Stream.of(brine, {"H2O": 1.0, "Na2SO4": 0.2}, celsius(25))
    print(liquor.equilibrium.ph, liquor.equilibrium.water_activity, liquor.equilibrium.saturation_index("Mirabilite"))

Temperatures: those of an LLNL table, else 0 to 350 degC, where PHREEQC's dielectric constant ends; a database of brines that
freeze goes down to -50 degC, and warns above 25 degC.

Read: SOLUTION_MASTER_SPECIES, SOLUTION_SPECIES, PHASES, PITZER, SIT, LLNL_AQUEOUS_MODEL_PARAMETERS, NAMED_EXPRESSIONS; any
other block is passed over. Each redox state that the file names is a component of its own, so no pe couples them; a species
that cannot be made without electrons is left out (`Database.left_out`). Gases stand at a fugacity in bar, not in atm.

What is PHREEQC's own and taken over: its A and B of Debye and Hückel, its gas constant, the coefficients of species that
have none in the file (uncharged 0.1 kg/mol; ions by Davies; ideal where the file has an LLNL model). Molar masses are ours.
Volumes of solution species are not read: off one atmosphere they shift log K in PHREEQC, not here.

Source: Parkhurst & Appelo (2013) USGS Techniques and Methods 6-A43.
"""

import difflib
import math
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from types import MappingProxyType

from ..errors import DataError, nearest
from . import phreeqc_blocks as blocks
from .activity_models import ActivityModel, Bdot, BdotTable, Pitzer, Sit, Sizes, TruesdellJones
from .assembly import ELECTRON, PROTON, WATER, Entry, Sources, assemble
from .database import atomic_masses
from .databases import Database
from .formula import Formula
from .interactions import Parameters, parameter_of, phreeqc_a_phi
from .laws import Analytic
from .phreeqc_blocks import ATMOSPHERE, GAS_CONSTANT, Contents
from .phreeqc_text import BLOCKS, KEYWORDS, Line, elements_of, keyword, read_lines, split_charge
from .species import GAS, SOLID

_ALMOST = 0.8  # of likeness: PHASE for PHASES, but not PYRITE, which has a rate, for PITZER
_BAR = 1e5
_FREEZING, _ROOM = 273.15, 298.15
_COLDEST = 223.15  # K, as a stream; where brines of calcium chloride freeze
_HOTTEST = 350.0  # degC, where PHREEQC's dielectric constant ends
_SAME_MASS = 0.01
_STRONGEST = 6.0  # mol/kg, to which the parameters of most salts were fitted (Pitzer 1991)
_QUANTITIES = {
    **{"b0": "beta0", "b1": "beta1", "b2": "beta2", "c0": "cphi", "theta": "theta", "lambda": "lambda"},
    **{"zeta": "zeta", "psi": "psi", "mu": "mu", "eta": "eta", "epsilon": "epsilon"},
}
_READERS: dict[str, Callable[[Iterable[Line], Contents], None]] = {
    "SOLUTION_MASTER_SPECIES": blocks.master_species,
    "SOLUTION_SPECIES": blocks.solution_species,
    "PHASES": blocks.phases,
    "PITZER": partial(blocks.interactions, block="PITZER"),
    "SIT": partial(blocks.interactions, block="SIT"),
    **dict.fromkeys(("LLNL_AQUEOUS_MODEL_PARAMETERS", "LLNL_AQUEOUS_MODEL"), blocks.llnl_parameters),
    **dict.fromkeys((name for name in BLOCKS if name.startswith("NAMED_")), blocks.named_expressions),
}


def read_phreeqc(path: str | Path) -> Database:
    """Read a database of PHREEQC.

    Raises `DataError` naming the file, the line and what is wrong with it, for a file without master species too.
    """
    path = Path(path)
    contents = Contents()
    for name, lines in _blocks(path):
        _READERS[name](lines, contents)
    if not contents.masters:
        raise DataError(f"{path.name}: no SOLUTION_MASTER_SPECIES, so this is no database of PHREEQC")
    blocks.check_members(contents)
    left_out = blocks.check_constants(contents)
    _add_named(contents)
    sources = _sources(contents)
    sources.left_out.update(left_out)
    species = assemble(sources)
    temperatures, made_for = _temperatures(contents)
    return Database(
        name=path.name,
        species=MappingProxyType(species),
        activity=_activity(contents),
        temperatures=temperatures,
        made_for=made_for,
        left_out=MappingProxyType(sources.left_out),
        read_formula=_formula,
    )


def _blocks(path: Path) -> list[tuple[str, list[Line]]]:
    """Answer the blocks that are read, each with its lines."""
    found: list[tuple[str, list[Line]]] = []
    current: list[Line] | None = None
    began, name_after = False, ""
    for line in read_lines(path):
        name = keyword(line)
        if name is not None:
            began, current, name_after = True, None, name
            if name in BLOCKS:
                current, name_after = [], ""
                found.append((name, current))
        elif current is not None:
            current.append(line)
        elif began and name_after not in {"TITLE", "COMMENT"}:
            _refuse_near_keyword(line)
        elif not began:
            line.refuse(f"stands before any keyword{nearest(line.words[0].upper(), KEYWORDS)}")
    title, last = found[-1] if found and name_after in {"", "END"} else ("", [])
    if title == "PHASES" and last and len(last[-1].words) == 1 and not last[-1].is_option:
        last.pop()  # a heading below the last phase, which PHREEQC takes for a name and forgets
    return found


def _temperatures(contents: Contents) -> tuple[tuple[float, float], tuple[float, float]]:
    """Answer between which temperatures (K) a database holds, and which it was made for.

    One with Pitzer's parameters and a law of ice over temperature was made for brines below 0 degC: ColdChem.dat and
    frezchem.dat, which reach from 25 degC downward (Toner & Catling 2017; Marion et al. 2010).
    """
    if "temperatures" in contents.llnl:
        degrees = contents.llnl["temperatures"]
        held = (degrees[0] + _FREEZING, degrees[-1] + _FREEZING)
        return held, held
    ice = [entry for entry in contents.phases.values() if entry.phase == SOLID and entry.reaction == {WATER: 1.0}]
    if "PITZER" in contents.models and any(any(contents.constants[id(entry)].terms) for entry in ice):
        return (_COLDEST, _HOTTEST + _FREEZING), (_COLDEST, _ROOM)
    held = (_FREEZING, _HOTTEST + _FREEZING)
    return held, held


def _refuse_near_keyword(line: Line) -> None:
    """Refuse a line within what is passed over that was to begin a block: the block would be lost without a word."""
    if line.looks_like_keyword and difflib.get_close_matches(line.text, BLOCKS, n=1, cutoff=_ALMOST):
        line.refuse_keyword()


def _add_named(contents: Contents) -> None:
    """Add named expressions and constants to the laws that ask for them."""
    for entry in (*contents.aqueous.values(), *contents.phases.values()):
        for name, coefficient, line in contents.added.get(id(entry), ()):
            if name and name not in contents.named:
                line.refuse(f"expression {name!r} is not among the NAMED_EXPRESSIONS{nearest(name, contents.named)}")
            law = contents.named[name] if name else Analytic.of(1.0)
            if isinstance(entry.law, Analytic):
                entry.law = entry.law.plus(law, coefficient)


def _sources(contents: Contents) -> Sources:
    """Answer the entries with masters, masses and the gases brought from atm to bar."""
    for element, (name, line) in contents.masters.items():
        if name not in contents.aqueous:
            line.refuse(f"master species {name!r} of {element} has no equation{nearest(name, contents.aqueous)}")
    names = [name for name, _ in contents.masters.values() if name != ELECTRON]
    for needed in (WATER, PROTON):
        if needed not in names:
            raise DataError(f"{needed} is no master species of the database")
    masters = list(dict.fromkeys((WATER, PROTON, *names)))
    for entry in contents.phases.values():
        if entry.phase == GAS and isinstance(entry.law, Analytic):
            entry.law = entry.law.plus(Analytic.of(-math.log10(ATMOSPHERE / _BAR)))
    agents = [n for n in masters if set(contents.aqueous[n].elements) <= {"H", "O"} and n not in {WATER, PROTON}]
    return Sources(
        aqueous={name: _formed(entry, masters) for name, entry in contents.aqueous.items()},
        phases=list(contents.phases.values()),
        masters=masters,
        masses=_masses(contents),
        gas_constant=GAS_CONSTANT,
        agents=frozenset(agents),
    )


def _formed(entry: Entry, masters: list[str]) -> Entry:
    """Refuse a species that is neither a master nor formed from others."""
    if entry.reaction == {entry.name: 1.0} and entry.name not in masters and entry.name != ELECTRON:
        raise DataError(f"{entry.place}: {entry.name} is formed from itself, but it is no master species")
    return entry


def _masses(contents: Contents) -> dict[str, float]:
    """Answer atomic masses, kg/mol: ours, and the file's own of what it calls an element and we do not."""
    masses = dict(contents.masses)
    for element, mass in atomic_masses().items():
        if abs(masses.get(element, mass) - mass) <= _SAME_MASS * mass:
            masses[element] = mass
    return masses


def _activity(contents: Contents) -> ActivityModel:
    """Answer the model of the file: PITZER, SIT, LLNL, or Truesdell-Jones with Davies."""
    if "PITZER" in contents.models:
        return Pitzer(_STRONGEST, _parameters(contents))
    if "SIT" in contents.models:
        return Sit(_parameters(contents))
    if "LLNL" in contents.models:
        return Bdot(_bdot(contents))
    sizes: dict[str, tuple[float, float] | None] = {}
    for name, gamma in contents.gammas.items():
        sizes[name] = None if gamma.kind == "davies" else (gamma.size, gamma.salting)
        if gamma.kind in {"sized", "davies"} and not contents.aqueous[name].charge:
            sizes[name] = (0.0, gamma.salting)
        elif gamma.kind in {"llnl", "co2"}:
            raise DataError(f"{contents.aqueous[name].place}: {name} has -{gamma.kind}_gamma, the file no LLNL model")
    return TruesdellJones(sizes=Sizes(sizes))


def _bdot(contents: Contents) -> BdotTable:
    """Answer the table of an LLNL model with the sizes of its ions."""
    columns = contents.llnl
    kinds = {name: gamma.kind for name, gamma in contents.gammas.items()}
    sizes = {name: gamma.size if gamma.kind == "llnl" else None for name, gamma in contents.gammas.items()}
    return BdotTable(
        *(tuple(columns[key]) for key in ("temperatures", "dh_a", "dh_b", "bdot")),
        co2=tuple(columns.get("co2_coefs", [0.0] * 5)),
        ion_sizes=MappingProxyType(sizes),
        like_co2=frozenset(name for name, kind in kinds.items() if kind == "co2"),
        salting=MappingProxyType({n: g.salting for n, g in contents.gammas.items() if g.kind == "sized"}),
    )


def _parameters(contents: Contents) -> Parameters:
    """Answer the interactions of a PITZER or SIT block."""
    charges = {name: round(entry.charge) for name, entry in contents.aqueous.items()}
    terms: dict[str, dict[tuple[str, ...], tuple[float, ...]]] = {}
    alphas: dict[tuple[str, str], tuple[float, float]] = {}
    own = None
    for (kind, _), (members, values, line) in contents.interactions.items():
        if kind == "aphi":
            own = values
            continue
        if kind in {"b0", "b1", "b2", "c0", "alphas"}:
            cation, anion = sorted(members, key=lambda name: -charges[name])
            if not charges[cation] > 0 > charges[anion]:
                line.refuse(f"{kind} is of a cation and an anion, not of {' and '.join(members)}")
            if kind == "alphas":
                alphas[cation, anion] = (values[0], values[1] if len(values) > 1 else 0.0)
            else:
                terms.setdefault(_QUANTITIES[kind], {})[cation, anion] = values
        else:
            terms.setdefault(_QUANTITIES[kind], {})[members] = values
    a_phi = phreeqc_a_phi if own is None else partial(parameter_of, own)
    return Parameters(terms, alphas, charges, a_phi, contents.unequal)


def _formula(text: str) -> Formula:
    """Read a formula as PHREEQC writes it; raises `DataError`."""
    try:
        body, charge = split_charge(text.strip())
        return Formula(MappingProxyType(elements_of(body)), round(charge), "aqueous")
    except ValueError as error:
        raise DataError(str(error)) from error
