"""Mixer-settlers: liquor and organic in counter-current. Extraction, scrubbing, stripping and acid washing are all this.

Model      M^z + m (HA)2 = complex + z H+ in every stage, sodium and lithium among the cations; balance of the extractant and
           of charge; Murphree efficiency; entrainment of either liquid in the other
Assumes    constants of 25 degC; volumes unchanged by transfer; activity coefficients of the liquor fed hold in all stages;
           droplets of organic in the liquor fed join the organic; the water that comes with a saponified organic leaves
           with the raffinate and dilutes it only there
Valid      loading below gelling, about 0.7 equivalents per extractant; pH below about 8, no precipitate
Sources    `kernels/cascade.py`; constants of `extraction.csv`, each with its source
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np

from ..flowsheet.chemistry.extractants import cations, constants, medium
from ..flowsheet.chemistry.system import PROTON, acid_form, salt_form
from ..flowsheet.errors import ConvergenceError, DataError
from ..flowsheet.stream import Stream, mix
from ..flowsheet.unitop import Figure, Outcome, Port, UnitOp, parameter
from ..kernels.cascade import Cascade, solve_cascade
from ..kernels.status import CONVERGED, OVERLOADED, SENTENCES

_LITRES = 1000.0
_GELS = 0.7  # equivalents per extractant
_COLDEST, _WARMEST = 283.15, 318.15
_PRECIPITATES = 8.0  # pH


class _Answer(NamedTuple):
    """The kernel's concentrations, mol/L: liquor and organic (N, M), hydrogen (N,), and a(H+)/[H+] in L/mol."""

    aqueous: np.ndarray
    organic: np.ndarray
    hydrogen: np.ndarray
    proton_activity: float


@dataclass(frozen=True, kw_only=True)
class MixerSettler(UnitOp):
    """`stages` of mixer-settlers: the liquor enters at one end, the organic at the other.

    Raises `DataError` for an organic that carries more than its extractant can bind.
    """

    inlets: ClassVar[Mapping[str, Port]] = {
        "aqueous": Port("a liquor", {"H2O": 1.0, "CoSO4": 0.02, "NiSO4": 0.05, "Li2SO4": 0.02}),
        "organic": Port("an organic", {"HA[Cyanex 272]": 0.12, "NaA[Cyanex 272]": 0.1, "diluent": 0.7, "H2O": 0.01}),
    }
    outlets: ClassVar[Mapping[str, str]] = {
        "raffinate": "the liquor after contact",
        "loaded": "the organic after contact",
    }
    figures: ClassVar[Mapping[str, Figure]] = {
        "ph_raffinate": Figure("-", "pH of the last stage, where the raffinate leaves"),
        "ph_first": Figure("-", "pH of the first stage, where the liquor enters"),
        "loading": Figure("-", "equivalents of cations per extractant in the organic that leaves"),
        "organic_to_aqueous": Figure("-", "volume of organic per volume of liquor"),
    }

    extractant: str = parameter("name", "the extractant that works here", "Cyanex 272")
    stages: int = parameter("-", "stages", 4, low=1, high=60)
    efficiency: float = parameter("-", "Murphree efficiency of every cation", 0.95, low=0.01, high=1.0, default=0.95)
    aqueous_in_organic: float = parameter(
        "-", "liquor entrained, volume per organic", 5e-4, low=0.0, high=0.05, default=5e-4
    )
    organic_in_aqueous: float = parameter(
        "-", "organic entrained, volume per liquor", 5e-5, low=0.0, high=0.05, default=5e-5
    )

    def run(self, inlets: Mapping[str, Stream]) -> Outcome:
        """Answer the raffinate and the loaded organic."""
        carried, droplets = inlets["organic"].liquor, inlets["aqueous"].organic
        liquor = inlets["aqueous"].without(droplets)
        organic = mix([inlets["organic"].without(carried), droplets])
        volume, oil = liquor.liquor_volume, organic.organic_volume
        if volume == 0.0 or self._extractant(organic) == 0.0:
            idle = (f"no {self.extractant} in the organic: nothing is taken up",) if volume > 0.0 and oil > 0.0 else ()
            return Outcome({"raffinate": mix([liquor, carried]), "loaded": organic}, warnings=idle)
        answer = self._contact(liquor, organic)
        raffinate, loaded = self._share(liquor, organic, answer)
        held = loaded.chemistry
        bound = sum(
            loaded[salt_form(name, self.extractant)] * charge
            for name, charge in zip(
                cations(held, self.extractant), constants(held, self.extractant).charge, strict=True
            )
        )
        ph = -np.log10(answer.hydrogen * answer.proton_activity)
        report = {
            "ph_raffinate": float(ph[-1]),
            "ph_first": float(ph[0]),
            "loading": float(bound / (bound + loaded[acid_form(self.extractant)])),
            "organic_to_aqueous": oil / volume,
        }
        return Outcome(
            {"raffinate": mix([raffinate, carried]), "loaded": loaded}, report, warnings=_warnings(report, raffinate)
        )

    def _positions(self, stream: Stream) -> tuple[np.ndarray, np.ndarray]:
        """Answer where the cations and their salts stand in a vector of flows."""
        names, index = cations(stream.chemistry, self.extractant), stream.chemistry.index
        salts = [index[salt_form(name, self.extractant)] for name in names]
        return np.array([index[name] for name in names]), np.array(salts)

    def _extractant(self, organic: Stream) -> float:
        """Answer the flow of the extractant, free and bound (mol/s)."""
        _, bound = self._positions(organic)
        charge = constants(organic.chemistry, self.extractant).charge
        return organic[acid_form(self.extractant)] + float(organic.flows[bound] @ charge)

    def _contact(self, liquor: Stream, organic: Stream) -> _Answer:
        """Ask the kernel."""
        chemistry = liquor.chemistry
        names = cations(chemistry, self.extractant)
        known = constants(chemistry, self.extractant)
        dissolved, bound = self._positions(liquor)
        volume, oil = liquor.liquor_volume, organic.organic_volume
        extractant = self._extractant(organic)
        surroundings = medium(chemistry, liquor.equilibrium, volume, names)
        circuit = Cascade(
            stages=self.stages,
            aqueous_flow=volume,
            organic_flow=oil,
            dimer_total=0.5 * extractant / (oil * _LITRES),
            efficiency=np.full(len(names), self.efficiency),
            aqueous_in_organic=self.aqueous_in_organic,
            organic_in_aqueous=self.organic_in_aqueous,
        )
        aqueous, loaded, _, hydrogen, error, _, status = solve_cascade(
            known,
            surroundings,
            circuit,
            liquor.flows[dissolved] / (volume * _LITRES),
            organic.flows[bound] / (oil * _LITRES),
            np.zeros(self.stages),
            names.index("Na+") if "Na+" in names else 0,
        )
        if status == OVERLOADED:
            dimers = np.where(np.isfinite(known.ln_k), known.dimers, np.inf).min(axis=1)
            flows = organic.flows[bound]
            carried = ", ".join(f"{name} {flow:.4g}" for name, flow in zip(names, flows, strict=True) if flow > 0.0)
            raise DataError(
                f"organic carries {carried} mol/s, whose complexes take {2.0 * float(flows @ dimers):.4g} mol/s of "
                f"{self.extractant} at the least; there is {extractant:.4g} mol/s of it"
            )
        if status != CONVERGED:
            raise ConvergenceError(
                f"{self.stages} stages with {self.extractant}: the cascade {SENTENCES[status]} (error {error:.2g}; organic to "
                f"aqueous {oil / volume:.3g}, extractant {extractant / (oil * _LITRES):.3g} mol/L, feed pH {liquor.ph:.2f})"
            )
        return _Answer(aqueous, loaded, hydrogen, surroundings.proton_activity)

    def _share(self, liquor: Stream, organic: Stream, answer: _Answer) -> tuple[Stream, Stream]:
        """Make the outlets of the kernel's concentrations, closing every balance to round-off."""
        chemistry = liquor.chemistry
        dissolved, bound = self._positions(liquor)
        charge = constants(chemistry, self.extractant).charge
        volume, oil = liquor.liquor_volume, organic.organic_volume
        wet = self.aqueous_in_organic * oil / volume  # share of the liquor that the loaded organic carries away
        lost = self.organic_in_aqueous * volume / oil  # share of the organic that the raffinate carries away
        aqueous, held = answer.aqueous, answer.organic
        amounts = np.array(
            [
                volume * (1.0 - wet) * aqueous[-1],
                volume * wet * aqueous[0],
                oil * lost * held[-1],
                oil * (1.0 - lost) * held[0],
            ]
        )
        total = liquor.flows[dissolved] + organic.flows[bound]
        computed = amounts.sum(axis=0)
        amounts *= np.divide(total, computed, out=np.zeros_like(total), where=computed > 0.0)
        at_acid = chemistry.index[acid_form(self.extractant)]
        extractant = self._extractant(organic)
        outlets = []
        for in_liquor, in_organic, of_liquor, of_organic in (
            (amounts[0], amounts[2], 1.0 - wet, lost),
            (amounts[1], amounts[3], wet, 1.0 - lost),
        ):
            flows = liquor.flows * of_liquor + organic.flows * of_organic
            flows[dissolved], flows[bound] = in_liquor, in_organic
            flows[at_acid] = extractant * of_organic - in_organic @ charge
            flows[PROTON] = 0.0
            flows[PROTON] = -float(flows @ chemistry.charges)
            outlets.append(mix([liquor, organic]).replace(flows=flows))
        return outlets[0], outlets[1]


def _warnings(report: Mapping[str, float], raffinate: Stream) -> tuple[str, ...]:
    """Say where the answer lies outside the range of the model."""
    found = []
    if report["loading"] > _GELS:
        found.append(
            f"loading {report['loading']:.2f} is above {_GELS:g} equivalents per extractant, where an organic gels"
        )
    highest = max(report["ph_raffinate"], report["ph_first"])
    if highest > _PRECIPITATES:
        found.append(
            f"pH {highest:.2f} is above {_PRECIPITATES:g}, where hydroxides come down that the model leaves out"
        )
    if not _COLDEST <= raffinate.temperature <= _WARMEST:
        found.append(
            f"temperature {raffinate.temperature:.1f} K is outside {_COLDEST:g} to {_WARMEST:g} K, where the constants hold"
        )
    return tuple(found)
