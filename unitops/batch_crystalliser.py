"""Batch crystalliser: a liquor is seeded and cooled by a programme (or heated, where solubility falls with temperature).

Model      seeds grow and nuclei are born of them while the solubility moves; what is left dissolved at the end follows from
           the rates; impurities are taken up in layers. Flows are those of a cycle over its time
Assumes    mixed; growth does not depend on size; no agglomeration; nothing is born without crystals (a warning where the
           supersaturation goes beyond `crystallisation.csv`) and nothing dissolves on the way; seeds keep what they hold
Valid      0 to 100 degC; rates in `crystallisation.csv` are mostly estimates: fit them to sizes measured once
Sources    `flowsheet/crystallisation/batch.py`; Mullin & Nyvlt (1971) Chem. Eng. Sci. 26, 369
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..flowsheet.crystallisation.batch import Batch, Programme, cooled_batch
from ..flowsheet.crystallisation.figures import CRYSTALS, Report
from ..flowsheet.crystallisation.kinetics import Kinetics
from ..flowsheet.heat import heat_duty
from ..flowsheet.sizes import SizeDistribution
from ..flowsheet.stream import Stream, mix
from ..flowsheet.unitop import Figure, Outcome, Port, UnitOp, parameter


@dataclass(frozen=True, kw_only=True)
class BatchCrystalliser(UnitOp):
    """`salt` crystallises on `seeds` while the batch goes from `start_temperature` to `temperature` in `batch_time`.

    Seeds whose sizes the stream does not know are of `seed_size`. Raises `DataError` for a feed without seeds.
    """

    inlets: ClassVar[Mapping[str, Port]] = {
        "feed": Port("a liquor", {"H2O": 1.0, "NiSO4": 0.5}),
        "seeds": Port("crystals of the salt", {"NiSO4.6H2O(s)": 0.01}),
    }
    outlets: ClassVar[Mapping[str, str]] = {"slurry": "crystals in their mother liquor"}
    figures: ClassVar[Mapping[str, Figure]] = {
        **CRYSTALS,
        "largest_supersaturation": Figure("-", "on the way, as `supersaturation` at the end"),
        "vessel_volume": Figure("m3", "of slurry in the vessels of one cycle"),
        "heat": Figure("W", "heat to supply, below 0 to take away, averaged over the cycle"),
    }

    salt: str = parameter("name", "solid that is seeded", "NiSO4.6H2O(s)")
    start_temperature: float = parameter("K", "when the batch is seeded", 333.15, low=273.15, high=373.15)
    temperature: float = parameter("K", "at the end", 308.15, low=273.15, high=373.15)
    batch_time: float = parameter("s", "from the first temperature to the last", 14400.0, low=60.0, high=1e6)
    turnaround: float = parameter("s", "filling, emptying and cleaning", 3600.0, low=0.0, high=1e6, default=3600.0)
    cooling_exponent: float = parameter(
        "-", "of the programme: 1 linear, 3 as the area of the crystals grows", 3.0, low=0.2, high=6.0, default=3.0
    )
    seed_size: float = parameter("m", "of seeds whose sizes are not known", 2e-4, low=1e-6, high=5e-3, default=2e-4)
    forms: tuple[str, ...] = parameter("names", "solids that may form beside the salt", (), default=())
    kinetics: Kinetics | None = parameter("kinetics", "of the salt, where not those of the data", None, default=None)

    def run(self, inlets: Mapping[str, Stream]) -> Outcome:
        """Answer the slurry."""
        streams = [inlets["feed"], inlets["seeds"]]
        whole = mix(streams)
        if whole["H2O"] == 0.0:
            return Outcome({"slurry": whole})
        kinetics = Kinetics.of(self.salt) if self.kinetics is None else self.kinetics
        fractions = whole.sizes.get(self.salt, SizeDistribution.single(self.seed_size).fractions)
        programme = Programme(
            first=self.start_temperature, last=self.temperature, time=self.batch_time, exponent=self.cooling_exponent
        )
        made = cooled_batch(whole, self.salt, programme, kinetics, np.array(fractions), self.forms)
        report = Report(self._known(made, whole), ("heat",), lambda: {"heat": heat_duty(streams, [made.slurry])})
        return Outcome({"slurry": made.slurry}, report, warnings=made.equilibrium.warnings + made.remarks)

    def _known(self, made: Batch, whole: Stream) -> dict[str, float]:
        """Answer the figures that need no enthalpy."""
        population, chemistry = made.population, whole.chemistry

        def share(cations: Mapping[str, float]) -> float:
            mass = sum(flow * chemistry.molar_masses[chemistry.index[name]] for name, flow in cations.items())
            return float(mass / population.mass) if population.mass > 0.0 else 0.0

        return {
            "crystals": made.slurry.solids.mass - whole.solids.mass,
            "supersaturation": population.supersaturation,
            "growth_rate": population.growth,
            "mean_size": population.mean_size,
            "size_variation": population.variation,
            "magma_density": population.magma,
            "lattice_impurities": share(made.lattice),
            "occluded_impurities": share(made.occluded),
            "ionic_strength": made.equilibrium.ionic_strength,
            "largest_supersaturation": made.largest,
            "vessel_volume": made.slurry.volume * (self.batch_time + self.turnaround),
        }
