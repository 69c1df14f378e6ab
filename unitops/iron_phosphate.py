"""Iron phosphate: FePO4.2H2O with iron and phosphorus in the ratio that a cathode wants.

Model      phosphoric acid, or an iron(II) salt, is drawn until total iron over phosphorus is `iron_phosphorus`; peroxide oxidises
           iron(II); base is dosed to `target_ph`; solids come down by equilibrium and rate (`flowsheet/precipitation.py`)
Assumes    peroxide left over decomposes; ripening turns all phosphate of iron into the dihydrate; adhering liquor is washed off
           elsewhere (Filtration)
Valid      pH 1.2 to 3, 80 to 95 degC; iron in excess of phosphorus comes down as hydroxide, but that the phosphate itself turns
           to hydroxide above pH 3 or so is not foreseen by the constants
Sources    pH 1.5 to 2.2, 85 to 95 degC, 4 to 6 h: practice (recalled); constants: `equilibrium.csv`, `precipitation.csv`
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..flowsheet.chemistry.reaction import reaction
from ..flowsheet.errors import DataError
from ..flowsheet.oxidation import oxidise
from ..flowsheet.precipitation_equilibrium import Tank
from ..flowsheet.precipitation_trains import Step, guesses_of, run_train
from ..flowsheet.stream import Stream, mix
from ..flowsheet.unitop import Figure, Outcome, Port, UnitOp, parameter, reagent

_FORMS = ("FePO4.2H2O(s)", "Fe(OH)3(s)", "AlPO4.2H2O(s)", "CaSO4.2H2O(s)", "CaHPO4.2H2O(s)")
_RATIOS = (0.96, 1.02)  # of iron over phosphorus that a cathode maker takes


@dataclass(frozen=True, kw_only=True)
class IronPhosphate(UnitOp):
    """`phosphate` or `iron` is drawn, whichever is short; `oxidant` at `oxidant_ratio` times what iron(II) needs, then `base`.

    Without `iron`, an excess of phosphorus stays in the liquor, with a warning. Raises `DataError` for reagents that do not
    hold what they are named after, or a base that cannot reach the pH.
    """

    inlets: ClassVar[Mapping[str, Port]] = {
        "feed": Port("a liquor with iron and phosphate", {"H2O": 1.0, "FeSO4": 0.07, "H3PO4": 0.042, "H2SO4": 0.02}),
        "seed": Port("a slurry of seed", {"H2O": 0.02, "FePO4.2H2O(s)": 0.002}, required=False),
    }
    outlets: ClassVar[Mapping[str, str]] = {"slurry": "iron phosphate in its mother liquor", "offgas": "oxygen"}
    figures: ClassVar[Mapping[str, Figure]] = {
        "iron_yield": Figure("-", "share of the iron that came down"),
        "phosphorus_yield": Figure("-", "share of the phosphorus that came down"),
        "product_ratio": Figure("-", "iron per phosphorus in the solids, by moles"),
        "dose": Figure("kg/s", "base drawn"),
        "oxidant_dose": Figure("kg/s", "oxidant drawn"),
        "adjusted": Figure("kg/s", "phosphoric acid or iron salt drawn"),
        "formed": Figure("kg/s", "solids that formed"),
        "ph": Figure("-", "pH of the liquor that leaves, at its temperature"),
    }

    base: Stream = reagent("base", example={"NaOH": 0.2, "H2O": 0.8})
    oxidant: Stream = reagent("hydrogen peroxide", example={"H2O2": 0.3, "H2O": 0.7})
    phosphate: Stream = reagent("phosphoric acid", example={"H3PO4": 0.5, "H2O": 0.5})
    iron: Stream | None = parameter("reagent", "iron salt", None, default=None)
    iron_phosphorus: float = parameter(
        "-", "iron per phosphorus of what is fed, by moles", 0.98, low=0.5, high=1.5, default=0.98
    )
    target_ph: float = parameter("-", "pH to reach", 1.8, low=0.5, high=5.0, default=1.8)
    temperature: float = parameter("K", "of the tanks", 363.15, low=293.15, high=373.15, default=363.15)
    tanks: int = parameter("-", "equal stirred tanks in series", 2, low=1, high=20, default=2)
    residence_time: float = parameter("s", "of all tanks together", 18000.0, low=60.0, high=1e6, default=18000.0)
    seed_recycle: float = parameter("-", "share of the solids returned to tank 1", 0.5, low=0.0, high=0.99, default=0.5)
    oxidant_ratio: float = parameter(
        "-", "oxidant per oxidant that iron(II) needs", 1.2, low=1.0, high=10.0, default=1.2
    )
    extent: float = parameter("-", "share of iron(II) that is oxidised", 0.999, low=0.0, high=1.0, default=0.999)
    uptake: float = parameter("-", "factor on what precipitates take up", 1.0, low=0.0, high=10.0, default=1.0)
    forms: tuple[str, ...] = parameter("names", "solids and gases that may form", _FORMS, default=_FORMS)

    def run(self, inlets: Mapping[str, Stream]) -> Outcome:
        """Answer the slurry, the gas and the reagents drawn."""
        return self.resume(inlets, None)

    def resume(self, inlets: Mapping[str, Stream], start: object) -> Outcome:
        """Answer the slurry, the gas and the reagents drawn. `start`: where an earlier run ended."""
        feed, seed = inlets["feed"], inlets["seed"]
        if feed.mass == 0.0:
            return Outcome({"slurry": seed, "offgas": feed})
        adjusted, drawn, warnings = self._adjusted(feed)
        ready, oxidant, oxygen = self._oxidised(adjusted)
        drawn["oxidant"] = oxidant
        tank = Tank(self.temperature, self.residence_time / self.tanks, self.forms, uptake=self.uptake)
        train = run_train(
            ready,
            [Step(tank, self.base, self.target_ph)] * self.tanks,
            seed,
            self.seed_recycle,
            start=guesses_of(start),
        )
        drawn["base"] = mix(train.drawn)
        slurry = train.stream.without(train.stream.gas)
        came = slurry.solids.elements
        held = mix([ready, seed]).elements
        ratio = came["Fe"] / came["P"] if came["P"] > 0.0 else 0.0
        if ratio and not _RATIOS[0] <= ratio <= _RATIOS[1]:
            warnings.append(
                f"iron over phosphorus of the solids is {ratio:.3f}, outside {_RATIOS[0]:g} to {_RATIOS[1]:g}"
            )
        report = {
            "iron_yield": came["Fe"] / held["Fe"] if held["Fe"] > 0.0 else 0.0,
            "phosphorus_yield": came["P"] / held["P"] if held["P"] > 0.0 else 0.0,
            "product_ratio": ratio,
            "dose": drawn["base"].mass,
            "oxidant_dose": oxidant.mass,
            "adjusted": sum(drawn[name].mass for name in ("phosphate", "iron") if name in drawn),
            "formed": slurry.solids.mass - feed.solids.mass - seed.solids.mass,
            "ph": train.ph[-1],
        }
        outlets = {"slurry": slurry, "offgas": mix([train.stream.gas, oxygen])}
        return Outcome(outlets, report, drawn, (*warnings, *train.warnings), train.guesses)

    def _adjusted(self, feed: Stream) -> tuple[Stream, dict[str, Stream], list[str]]:
        """Answer the liquor with the ratio wanted, what was drawn for it and warnings."""
        iron, phosphorus = _iron(feed), feed["PO4-3"]
        wanted = iron / self.iron_phosphorus
        if phosphorus <= wanted:
            held = self.phosphate["PO4-3"] - _iron(self.phosphate) / self.iron_phosphorus
            if held <= 0.0:
                raise DataError(
                    f"phosphate: PO4-3 = {self.phosphate['PO4-3']:.4g} mol/s, the reagent must hold phosphate"
                )
            drawn = self.phosphate * ((wanted - phosphorus) / held)
            return mix([feed, drawn]), {"phosphate": drawn}, []
        if self.iron is None:
            ratio = iron / phosphorus
            return (
                feed,
                {},
                [f"feed holds {ratio:.3f} iron per phosphorus, below {self.iron_phosphorus:g}; no iron is given"],
            )
        held = _iron(self.iron) - self.iron["PO4-3"] * self.iron_phosphorus
        if held <= 0.0:
            raise DataError(f"iron: Fe = {_iron(self.iron):.4g} mol/s, the reagent must hold iron")
        drawn = self.iron * ((phosphorus * self.iron_phosphorus - iron) / held)
        return mix([feed, drawn]), {"iron": drawn}, []

    def _oxidised(self, liquor: Stream) -> tuple[Stream, Stream, Stream]:
        """Answer the liquor with its iron oxidised, the oxidant drawn and the oxygen of its excess."""
        if self.oxidant["H2O2"] <= 0.0:
            raise DataError(f"oxidant: H2O2 = {self.oxidant['H2O2']:.4g} mol/s, the reagent must hold peroxide")
        drawn = self.oxidant * (0.5 * self.oxidant_ratio * liquor["Fe+2"] / self.oxidant["H2O2"])
        mixed = mix([liquor, drawn])
        done = oxidise(mixed, "Fe+2", "Fe+3", self.extent, "H2O2").stream
        flows = done.flows + done["H2O2"] * reaction(liquor.chemistry, "H2O2 = H2O + 0.5 O2(g)")
        flows = np.where(np.abs(flows) <= 1e-15 * np.abs(done.flows), 0.0, flows)
        after = done.replace(flows=flows)
        return after.without(after.gas), drawn, after.gas


def _iron(stream: Stream) -> float:
    return stream["Fe+2"] + stream["Fe+3"]
