"""Reductive leaching: black mass dissolves in sulfuric acid in a train of stirred tanks, with its electrons counted.

Model      shrinking cores that react at their surface, tank after tank, all minerals drawing on one acid; oxides need
           electrons (one for each metal above valence two), which aluminium, iron and copper metal, then peroxide, then
           iron(II) give, in this order; what the donors cannot cover stays undissolved; a share of aluminium's electrons
           makes hydrogen; peroxide that is not used decomposes to oxygen; acid is dosed to the free acid wanted at the end
Assumes    isothermal, co-current, solids segregated and liquor mixed in each tank; graphite and binder do not react
Valid      where the rate of each mineral was measured or estimated (`leaching.csv`); 40 to 90 degC, 0.5 to 2.5 mol/L acid
Sources    Levenspiel (1999) ch. 25; rates in `leaching.csv`, each with its source; copper and aluminium as reductants:
           Chernyaev et al. (2022) Sep. Purif. Technol. 281, 119903
"""

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np
from scipy.optimize import root_scalar

from ..flowsheet.chemistry import water
from ..flowsheet.chemistry.database import table
from ..flowsheet.chemistry.reaction import reaction
from ..flowsheet.chemistry.system import PROTON, WATER, Chemistry
from ..flowsheet.convergence import Accelerator
from ..flowsheet.errors import ConvergenceError, DataError
from ..flowsheet.stream import Stream, mix
from ..flowsheet.unitop import Figure, Outcome, Port, UnitOp, parameter, reagent
from ..kernels.shrinking_core import REACTION, Minerals, Sizes, leach_train
from ..kernels.status import CONVERGED, SENTENCES

_REFERENCE_TEMPERATURE = 343.15
_REFERENCE_ACID = 3000.0  # mol/m3 of protons in 1.5 mol/L H2SO4
_PRODUCTS = {
    "Li": "Li+", "Na": "Na+", "Ni": "Ni+2", "Co": "Co+2", "Mn": "Mn+2", "Fe": "Fe+2",
    "Al": "Al+3", "Cu": "Cu+2", "P": "PO4-3", "F": "F-", "Ca": "Ca+2", "Mg": "Mg+2",
}  # fmt: skip
_OXIDES = "LiNi0.6Mn0.2Co0.2O2(s)"  # whose rate stands for every oxide of the cathode
_STEPS = 60
_FIRST_ACCURACY = 1e-4
_ACCURACY = 1e-3
_AGREED = 1e-11


class _Dissolution(NamedTuple):
    """How the minerals of a chemistry dissolve: names, changes of flow (M, species), electrons taken up (M,)."""

    names: tuple[str, ...]
    changes: np.ndarray
    electrons: np.ndarray


class _Electrons(NamedTuple):
    """Moles of electrons (mol/s): needed by oxides; given by metals, peroxide and iron(II); `hydrogen` made."""

    needed: float
    metals: float
    peroxide: float
    ferrous: float
    hydrogen: float
    copper: float
    covered: float


@dataclass(frozen=True, kw_only=True)
class Leaching(UnitOp):
    """`tanks` equal stirred tanks.

    `acid` is drawn until the liquor that leaves holds `free_acid`; `reductant` at `reductant_ratio` times the electrons
    that the oxides need beyond those of the metals. The slurry leaves by `slurry`, oxygen and hydrogen by `offgas`.
    """

    inlets: ClassVar[Mapping[str, Port]] = {
        "solids": Port("black mass", {"LiNi0.6Mn0.2Co0.2O2(s)": 0.5, "C(s)": 0.3, "Al(s)": 0.02, "Cu(s)": 0.02}),
        "liquor": Port("water or a liquor to pulp it with", {"H2O": 4.0}),
    }
    outlets: ClassVar[Mapping[str, str]] = {"slurry": "leach liquor and residue", "offgas": "oxygen and hydrogen"}
    figures: ClassVar[Mapping[str, Figure]] = {
        "acid_dose": Figure("kg/s", "acid drawn"),
        "reductant_dose": Figure("kg/s", "reductant solution drawn"),
        "oxide_conversion": Figure("-", "share of the cathode's oxides that dissolved"),
        "electrons_needed": Figure("mol/s", "electrons that the dissolved oxides took up"),
        "electrons_by_metals": Figure("mol/s", "of them given by aluminium, iron and copper metal"),
        "electrons_by_peroxide": Figure("mol/s", "of them given by hydrogen peroxide"),
        "peroxide_utilisation": Figure("-", "share of the peroxide that reduced oxide"),
        "oxygen": Figure("mol/s", "oxygen evolved"),
        "hydrogen": Figure("mol/s", "hydrogen evolved"),
        "free_acid": Figure("mol/m3", "protons beyond salts, HF and H3PO4 in the liquor that leaves"),
        "pulp_density": Figure("kg/m3", "solids fed per volume of liquor that leaves"),
    }

    acid: Stream = reagent("sulfuric acid", example={"H2SO4": 0.98, "H2O": 0.02})
    reductant: Stream = reagent("hydrogen peroxide solution", example={"H2O2": 0.3, "H2O": 0.7})
    free_acid: float = parameter(
        "mol/m3",
        "protons to leave beyond salts, HF and H3PO4: twice the free H2SO4",
        245.0,
        low=1.0,
        high=5000.0,
        default=245.0,
    )
    reductant_ratio: float = parameter("-", "reductant per net electrons needed", 1.8, low=0.0, high=10.0, default=1.8)
    decomposition: float = parameter(
        "-", "share of the peroxide that decomposes unused", 0.44, low=0.0, high=1.0, default=0.44
    )
    hydrogen_share: float = parameter(
        "-", "share of aluminium's electrons that makes hydrogen", 0.5, low=0.0, high=1.0, default=0.5
    )
    residence_time: float = parameter("s", "of the liquor in all tanks together", 14400.0, low=60.0, high=1e6)
    tanks: int = parameter("-", "equal tanks in series", 4, low=1, high=20, default=4)
    temperature: float = parameter("K", "of the tanks", 343.15, low=273.15, high=373.15, default=343.15)

    def run(self, inlets: Mapping[str, Stream]) -> Outcome:
        """Answer the slurry, the gas, and the acid and reductant drawn."""
        feed = mix([inlets["solids"], inlets["liquor"]])
        chemistry = feed.chemistry
        if feed.mass == 0.0:
            return Outcome({"slurry": feed, "offgas": feed})
        if feed["H2O"] == 0.0:  # as on the first pass of a recycle that brings the liquor
            idle = ("no liquor is fed: nothing dissolves",)
            return Outcome({"slurry": feed, "offgas": Stream.empty(chemistry)}, warnings=idle)
        _check_reagents(self.acid, self.reductant)
        ways = _present(_dissolution(chemistry), feed)
        positions = np.array([chemistry.index[name] for name in ways.names])
        minerals = feed.flows[positions]
        acid_fed, strength = _free_protons(chemistry, feed.flows), self.acid["H+"]
        accelerator = Accelerator(floor=np.array([feed.liquor_volume, 1.0, 1.0]))
        state = accelerator.start(np.array([feed.liquor_volume, 1.0, 1.0]))
        for _ in range(_STEPS):
            volume, by_peroxide, consumed = state.x
            demand = self._demand(ways, min(1.0, by_peroxide))
            # the acid need not be known better than the volume that it is found for
            closely = (
                min(_FIRST_ACCURACY, max(_AGREED, _ACCURACY * state.residual)) if state.passes else _FIRST_ACCURACY
            )
            acid = self._acid(ways, minerals, (acid_fed, volume, closely), consumed * demand)
            dose = (acid - acid_fed) / strength
            conversion = self._conversion(ways, minerals, acid, volume, consumed * demand)
            dissolved, electrons, peroxide_fed = self._electron_balance(ways, minerals * conversion)
            flows = self._react(chemistry, ways, dissolved, electrons, peroxide_fed)
            drawn = self.reductant * (peroxide_fed / self.reductant["H2O2"])
            out = mix([feed, self.acid * dose, drawn])
            slurry = out.replace(flows=_rounded(out.flows + flows), temperature=self.temperature)
            answered = [
                slurry.liquor_volume,
                _ratio(electrons.peroxide, electrons.needed, 0.0),
                # by what the electrons left undissolved, and by HF and H3PO4, the acid taken up differs from the demand
                max(0.0, _ratio(-_free_protons(chemistry, flows), float(minerals * conversion @ demand), 1.0)),
            ]
            state, _ = accelerator.step(state, np.array(answered))
            if state.residual <= _AGREED:
                break
        else:
            raise ConvergenceError(
                f"acid for free_acid = {self.free_acid:g} mol/m3 has not settled in {_STEPS} steps: the liquor changes by "
                f"{state.residual:.2g} of itself, {_AGREED:g} is wanted"
            )
        drawn_acid = self.acid * dose
        report = self._report(feed, slurry, ways, dissolved, electrons)
        report |= {"acid_dose": drawn_acid.mass, "reductant_dose": drawn.mass}
        report["peroxide_utilisation"] = electrons.peroxide / (2.0 * peroxide_fed) if peroxide_fed > 0.0 else 0.0
        outlets = {"slurry": slurry.without(slurry.gas), "offgas": slurry.gas}
        return Outcome(outlets, report, {"acid": drawn_acid, "reductant": drawn}, self._warnings(slurry))

    def _acid(
        self, ways: _Dissolution, minerals: np.ndarray, known: tuple[float, float, float], demand: np.ndarray
    ) -> float:
        """Answer the acid (mol/s) of which `free_acid` is left at the end, and not less than is fed.

        `known`: acid fed (mol/s), volume of the liquor (m3/s), relative accuracy that is wanted.
        """
        fed, volume, closely = known
        left = self.free_acid * volume

        def excess(acid: float) -> float:
            return acid - left - float(minerals * demand @ self._conversion(ways, minerals, acid, volume, demand))

        least, most = max(fed, left), (left + float(minerals @ demand)) * (1.0 + 1e-9)
        if least >= most or excess(least) >= 0.0:
            return least
        found = root_scalar(
            excess, bracket=(least, most), method="brentq", xtol=closely * most, rtol=max(closely, 1e-14)
        )
        return float(found.root)

    def _demand(self, ways: _Dissolution, by_peroxide: float) -> np.ndarray:
        """Answer the protons that a mole of each mineral takes up, (M,); peroxide sets some free."""
        protons = -ways.changes[:, PROTON] - by_peroxide * np.maximum(0.0, ways.electrons)
        by_metals = _hydrogen_protons(ways, self.hydrogen_share)
        return np.maximum(0.0, np.where(ways.electrons < 0.0, by_metals, protons))

    def _conversion(
        self, ways: _Dissolution, minerals: np.ndarray, acid: float, volume: float, demand: np.ndarray
    ) -> np.ndarray:
        """Answer how much of each mineral its kinetics dissolve: (M,), from the kernel."""
        time, order, accessible = _rates(ways.names, self.temperature)
        # Minerals that dissolve alike are one to the kernel: all oxides of the cathode are.
        alike, group = np.unique(np.column_stack([time, order]), axis=0, return_inverse=True)
        reactive = minerals * accessible
        flows = np.bincount(group, reactive)
        taken = np.bincount(group, reactive * demand)
        known = Minerals.of(
            law=np.full(len(alike), REACTION, dtype=np.int64),
            complete_time=np.ascontiguousarray(alike[:, 0]),
            acid_order=np.ascontiguousarray(alike[:, 1]),
            reference_acid=np.full(len(alike), _REFERENCE_ACID),
            acid_demand=np.divide(taken, flows, out=np.zeros_like(taken), where=flows > 0.0),
            accessible=np.ones(len(alike)),
        )
        one_size = Sizes(np.ones(1), np.ones((len(alike), 1)))
        times = np.full(self.tanks, self.residence_time / self.tanks)
        conversion, _, error, _, status = leach_train(known, one_size, times, flows, max(acid, 1e-12), volume)
        if status != CONVERGED:
            raise ConvergenceError(
                f"train of {self.tanks} tanks {SENTENCES[status]} (acid {acid:.4g} mol/s, error {error:.2g})"
            )
        return conversion[-1][group] * accessible

    def _electron_balance(self, ways: _Dissolution, kinetic: np.ndarray) -> tuple[np.ndarray, _Electrons, float]:
        """Answer what dissolves once the electrons are counted, who gave them, and the peroxide fed (mol/s)."""
        dissolved = np.array(kinetic)
        by_name = dict(zip(ways.names, dissolved, strict=True))
        needed = float(dissolved @ np.maximum(0.0, ways.electrons))
        aluminium = 3.0 * by_name.get("Al(s)", 0.0)
        iron = 2.0 * by_name.get("Fe(s)", 0.0)
        by_aluminium = min(needed, (1.0 - self.hydrogen_share) * aluminium)
        by_iron = min(needed - by_aluminium, iron)
        by_copper = min(needed - by_aluminium - by_iron, 2.0 * by_name.get("Cu(s)", 0.0))
        metals = by_aluminium + by_iron + by_copper
        net = max(0.0, needed - metals)
        fed = 0.5 * self.reductant_ratio * net
        by_peroxide = min(net, 2.0 * fed * (1.0 - self.decomposition))
        ferrous = by_name.get("Fe(s)", 0.0) + by_name.get("LiFePO4(s)", 0.0)
        by_ferrous = min(net - by_peroxide, ferrous)
        given = metals + by_peroxide + by_ferrous
        covered = given / needed if needed > 0.0 else 1.0
        if covered < 1.0:
            dissolved = np.where(ways.electrons > 0.0, dissolved * covered, dissolved)
        if "Cu(s)" in by_name:
            dissolved[ways.names.index("Cu(s)")] = 0.5 * by_copper
        hydrogen = 0.5 * (aluminium + iron - by_aluminium - by_iron)
        return dissolved, _Electrons(given, metals, by_peroxide, by_ferrous, hydrogen, by_copper, covered), fed

    def _react(
        self, chemistry: Chemistry, ways: _Dissolution, dissolved: np.ndarray, electrons: _Electrons, peroxide: float
    ) -> np.ndarray:
        """Answer the change of every flow."""
        change = dissolved @ ways.changes
        used = 0.5 * electrons.peroxide
        at = chemistry.index
        # the half reactions' electrons: H2O2 = O2 + 2 H+ + 2 e-, 2 H+ + 2 e- = H2, Fe+2 = Fe+3 + e-
        change[at["H2O2"]] -= used
        change[at["O2(g)"]] += used
        change[PROTON] += 2.0 * used - 2.0 * electrons.hydrogen
        change[at["H2(g)"]] += electrons.hydrogen
        if electrons.ferrous > 0.0:
            change[at["Fe+2"]] -= electrons.ferrous
            change[at["Fe+3"]] += electrons.ferrous
        return change + (peroxide - used) * reaction(chemistry, "H2O2 = H2O + 0.5 O2(g)")

    def _report(
        self, feed: Stream, slurry: Stream, ways: _Dissolution, dissolved: np.ndarray, electrons: _Electrons
    ) -> dict[str, float]:
        oxides = ways.electrons > 0.0
        fed = sum(feed[name] for name, oxide in zip(ways.names, oxides, strict=True) if oxide)
        volume = slurry.liquor_volume
        return {
            "oxide_conversion": float(dissolved[oxides].sum()) / fed if fed > 0.0 else 0.0,
            "electrons_needed": electrons.needed,
            "electrons_by_metals": electrons.metals,
            "electrons_by_peroxide": electrons.peroxide,
            "oxygen": slurry["O2(g)"],
            "hydrogen": slurry["H2(g)"],
            "free_acid": _free_protons(slurry.chemistry, slurry.flows) / volume,
            "pulp_density": feed.solids.mass / volume,
        }

    def _warnings(self, slurry: Stream) -> tuple[str, ...]:
        warnings = slurry.equilibrium.warnings
        if not 313.15 <= self.temperature <= 363.15:
            warnings += (f"temperature {self.temperature:.1f} K is outside 313.15 to 363.15 K, where the rates hold",)
        chemistry = slurry.chemistry
        dissolving = set(_dissolution(chemistry).names)
        left = [s.name for s in chemistry.phases if s.reaction.get("H+", 0.0) < 0.0 and slurry[s.name] > 0.0]
        left = [name for name in left if name not in dissolving and name in {s.name for s in chemistry.solids}]
        if left:
            warnings += (f"{', '.join(left)} would dissolve in acid; without a rate in leaching.csv it stays as it is",)
        return warnings


def _check_reagents(acid: Stream, reductant: Stream) -> None:
    if acid["H+"] <= 0.0:
        raise DataError(f"acid: H+ = {acid['H+']:.4g} mol/s, the reagent must hold acid")
    if reductant["H2O2"] <= 0.0:
        raise DataError(f"reductant: H2O2 = {reductant['H2O2']:.4g} mol/s, the reagent must hold peroxide")


def _free_protons(chemistry: Chemistry, flows: np.ndarray) -> float:
    """Answer the protons in excess of the neutral salts, of HF and of H3PO4: twice the free sulfuric acid, mol/s."""
    held = [(chemistry.index[name], count) for name, count in (("F-", 1.0), ("PO4-3", 3.0)) if name in chemistry.index]
    return float(flows[PROTON] - sum(count * flows[at] for at, count in held))


def _ratio(part: float, whole: float, otherwise: float) -> float:
    return part / whole if whole > 0.0 else otherwise


def _rounded(flows: np.ndarray) -> np.ndarray:
    """Set to zero what is below zero by round-off alone."""
    tiny = (flows < 0.0) & (flows > -1e-12 * np.abs(flows).max())
    tiny[PROTON] = False
    flows[tiny] = 0.0
    return flows


@functools.lru_cache(maxsize=64)
def _dissolution(chemistry: Chemistry) -> _Dissolution:
    """Write the half reaction of every mineral that dissolves in acid: oxygen to water, charge closed by electrons."""
    names, changes, electrons = [], [], []
    for solid in chemistry.solids:
        dissolves = solid.name in table("leaching").names("complete_time") or _is_oxide(solid.elements)
        if not dissolves or not set(solid.elements) <= {*_PRODUCTS, "O"}:
            continue
        change = np.zeros(chemistry.size)
        change[chemistry.index[solid.name]] = -1.0
        oxygen = solid.elements.get("O", 0.0) - 4.0 * solid.elements.get("P", 0.0)
        for element, count in solid.elements.items():
            if element != "O":
                change[chemistry.index[_PRODUCTS[element]]] += count
        change[WATER] += oxygen
        change[PROTON] -= 2.0 * oxygen
        names.append(solid.name)
        changes.append(change)
        # charge that appears is charge that electrons carried in, and the other way round
        electrons.append(-round(float(change @ chemistry.charges), 9))
    return _Dissolution(tuple(names), np.array(changes).reshape(len(names), chemistry.size), np.array(electrons))


def _present(ways: _Dissolution, feed: Stream) -> _Dissolution:
    """Keep the minerals that the feed holds."""
    kept = [i for i, name in enumerate(ways.names) if feed[name] > 0.0]
    return _Dissolution(tuple(ways.names[i] for i in kept), ways.changes[kept], ways.electrons[kept])


def _is_oxide(elements: Mapping[str, float]) -> bool:
    return "O" in elements and "P" not in elements and bool({"Ni", "Co", "Mn"} & set(elements)) and "H" not in elements


@functools.lru_cache(maxsize=256)
def _rates(names: tuple[str, ...], temperature: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Answer time of complete conversion (s) at the temperature, order in acid, accessible share: (M,) each."""
    numbers = table("leaching")
    measured = set(numbers.names("complete_time"))
    rows = [name if name in measured else _OXIDES for name in names]
    energy = np.array([numbers.value(row, "activation_energy") for row in rows])
    factor = np.exp(energy / water.GAS_CONSTANT * (1.0 / temperature - 1.0 / _REFERENCE_TEMPERATURE))
    time = np.array([numbers.value(row, "complete_time") for row in rows]) * factor
    order = np.array([numbers.value(row, "acid_order") for row in rows])
    accessible = np.array([numbers.value(row, "accessible") for row in rows])
    for array in (time, order, accessible):
        array.setflags(write=False)
    return time, order, accessible


def _hydrogen_protons(ways: _Dissolution, share: float) -> np.ndarray:
    """Answer the protons that a mole of each metal turns to hydrogen; of the metals aluminium does."""
    return np.array(
        [-e * share if name == "Al(s)" else 0.0 for name, e in zip(ways.names, ways.electrons, strict=True)]
    )
