"""Electrons in a leach: who gives them, who takes them, and what is left over makes hydrogen, copper or oxygen.

A donor gives to an acceptor of a higher potential, the strongest donor first. With the couples of `redox.csv`, from below:

    donors     Al, Mn, Fe, Co, Ni, sulfite (SO2, Na2S2O5), Cu, LiFePO4 (that keeps its lattice), H2O2, Fe+2
    acceptors  the oxides of the cathode; then S2O8-2 and such H2O2 as acts as an oxidant; Fe+3; Cu+2 (copper cements);
               H+ (hydrogen), of the metals above it

Metals dissolve as fast as their kinetics allow whether an acceptor is there or not, copper and LiFePO4 only as far as one is.
A share of aluminium's electrons makes hydrogen at once. Peroxide that no one has used decays by a law of the first order that
dissolved iron, copper and manganese catalyse:

    dc/dt = -ln 2 (1/t_0 + sum_i c_i/t_i) c        t_i: half-life at 1 mol/L of i, `leaching_redox.csv`

All amounts are moles (or mol/s) since the solids entered the first tank.
Sources: Chernyaev et al. (2022) Sep. Purif. Technol. 281, 119903; potentials by `redox.csv`.
"""

import functools
import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from ..chemistry import water
from ..chemistry.couples import couple
from ..chemistry.database import table
from ..chemistry.reaction import reaction
from ..chemistry.system import Chemistry
from .dissolution import METALS

CATALYSTS = ("Fe", "Cu", "Mn")
_DECAY_MEASURED = 338.15  # K, at which the half-lives hold
_LITRE = 1e-3
# The half reactions beside those of the minerals: by couple, and whether it gives the electrons (-1) or takes them (1).
_COUPLES = {
    "reducing": ("O2(g)/H2O2", -1.0),
    "oxidising": ("H2O2/H2O", 1.0),
    "sulfite": ("SO4-2/SO3-2", -1.0),
    "persulfate": ("S2O8-2/SO4-2", 1.0),
    "hydrogen": ("H+/H2(g)", 1.0),
    "ferrous": ("Fe+3/Fe+2", -1.0),
    "ferric": ("Fe+3/Fe+2", 1.0),
    "cementation": ("Cu+2/Cu(s)", 1.0),
}
_WHOLE = ("H2O2 = H2O + 0.5 O2(g)", "SO2(g) + H2O = SO3-2 + 2 H+")


class Offers(NamedTuple):
    """What may exchange electrons, as electrons: all that the kinetics or the liquor offer.

    oxide: wanted by oxides. metals: by name, of metals that dissolve whether wanted or not. copper, phosphate: of what
    dissolves where wanted. sulfite, peroxide, persulfate: dosed and not lost; ferrous, ferric, cupric: in the liquor before
    any exchange. hydrogen_share: of aluminium's electrons that makes hydrogen at once. oxidising: whether peroxide that
    oxides leave acts as an oxidant.
    """

    oxide: float
    metals: Mapping[str, float]
    copper: float
    phosphate: float
    sulfite: float
    peroxide: float
    persulfate: float
    ferrous: float
    ferric: float
    cupric: float
    hydrogen_share: float
    oxidising: bool


class Exchange(NamedTuple):
    """Electrons exchanged.

    needed: that oxides took up. metals: of them, by the metals and by copper. sulfite, ferrous, phosphate: given in all.
    reducing, oxidising: by peroxide as reductant, as oxidant. persulfate: taken up. ferric: taken by iron(III) of the liquor.
    hydrogen, cementation: taken up by H+, by Cu+2. copper: given in all. covered: share of the oxides' wants.
    """

    needed: float
    metals: float
    copper: float
    phosphate: float
    sulfite: float
    reducing: float
    oxidising: float
    persulfate: float
    ferrous: float
    ferric: float
    hydrogen: float
    cementation: float
    covered: float


def exchange(offers: Offers) -> Exchange:
    """Let the donors give to the acceptors."""
    donors = {name: amount for name in METALS if (amount := offers.metals.get(name, 0.0)) > 0.0}
    hydrogen = offers.hydrogen_share * donors.get("Al(s)", 0.0)
    if hydrogen > 0.0:
        donors["Al(s)"] -= hydrogen
    order = [*donors, "sulfite", "copper", "phosphate"]
    left = {**donors, "sulfite": offers.sulfite, "copper": offers.copper, "phosphate": offers.phosphate}
    taken = _take(left, order, offers.oxide)
    metals = sum(taken.get(name, 0.0) for name in (*donors, "copper"))
    short = offers.oxide - sum(taken.values())
    reducing = min(short, offers.peroxide)
    by_ferrous = min(short - reducing, offers.ferrous)
    needed = offers.oxide - (short - reducing - by_ferrous)
    ferrous = offers.ferrous - by_ferrous
    # oxidants that no oxide has to share with: persulfate before peroxide, the metals before iron(II)
    persulfate = sum(_take(left, order, offers.persulfate).values())
    more = min(ferrous, offers.persulfate - persulfate)
    persulfate, ferrous, by_ferrous = persulfate + more, ferrous - more, by_ferrous + more
    spare = offers.peroxide - reducing if offers.oxidising else 0.0
    oxidising = sum(_take(left, order, spare).values())
    more = min(ferrous, spare - oxidising)
    oxidising, by_ferrous = oxidising + more, by_ferrous + more
    ferric = sum(_take(left, order, offers.ferric).values())
    cementation = sum(_take(left, [name for name in donors if name != "Ni(s)"], offers.cupric).values())
    return Exchange(
        needed=needed,
        metals=metals,
        copper=offers.copper - left["copper"],
        phosphate=offers.phosphate - left["phosphate"],
        sulfite=offers.sulfite - left["sulfite"],
        reducing=reducing,
        oxidising=oxidising,
        persulfate=persulfate,
        ferrous=by_ferrous,
        ferric=ferric,
        hydrogen=hydrogen + sum(left[name] for name in donors),
        cementation=cementation,
        covered=needed / offers.oxide if offers.oxide > 0.0 else 1.0,
    )


def _take(left: dict[str, float], order: list[str], wanted: float) -> dict[str, float]:
    """Take up to `wanted` electrons from the donors in turn; answers by donor, and lowers what they have `left`."""
    taken = {}
    for name in order:
        if wanted <= 0.0:
            break
        amount = min(wanted, left[name])
        if amount > 0.0:
            taken[name] = amount
            left[name] -= amount
            wanted -= amount
    return taken


@functools.lru_cache(maxsize=64)
def exchange_rows(chemistry: Chemistry) -> np.ndarray:
    """Answer moles of each species (R, S) that an electron through each half reaction makes, the electron left out.

    Two more rows are whole reactions by the mole: peroxide that decays, sulfur dioxide that dissolves. What needs a species
    that the chemistry lacks is a row of 0.
    """
    rows = np.zeros((len(_COUPLES) + len(_WHOLE), chemistry.size))
    for row, (name, sign) in zip(rows, _COUPLES.values(), strict=False):
        of = couple(name)
        if set(of.makes) <= set(chemistry.index):
            for species, count in of.makes.items():
                row[chemistry.index[species]] += sign * count / of.electrons
    for at, equation in enumerate(_WHOLE, len(_COUPLES)):
        if {"SO2(g)", "SO3-2"} <= set(chemistry.index) or "SO2" not in equation:
            rows[at] = reaction(chemistry, equation)
    rows.setflags(write=False)
    return rows


def extents(found: Exchange, decayed: float, dissolved_gas: float) -> np.ndarray:
    """Answer how far each row of `exchange_rows` went (R,): electrons, then moles of peroxide decayed and SO2 dissolved."""
    return np.array([*(getattr(found, name) for name in _COUPLES), decayed, dissolved_gas])


def decay_constant(temperature: float, concentrations: Sequence[float]) -> float:
    """Answer the rate constant (1/s) of the decay of peroxide at `temperature` (K) beside mol/m3 of each of `CATALYSTS`."""
    own, of = _half_lives()
    factor = math.exp(own[1] / water.GAS_CONSTANT * (1.0 / _DECAY_MEASURED - 1.0 / temperature))
    frequency = own[0] + sum(r * c * _LITRE for r, c in zip(of, concentrations, strict=True))
    return math.log(2.0) * frequency * factor


@functools.cache
def _half_lives() -> tuple[tuple[float, float], tuple[float, ...]]:
    numbers = table("leaching_redox")
    own = (1.0 / numbers.value("H2O2", "peroxide_half_life"), numbers.value("H2O2", "activation_energy"))
    return own, tuple(1.0 / numbers.value(name, "peroxide_half_life") for name in CATALYSTS)
