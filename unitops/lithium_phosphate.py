"""Lithium phosphate: phosphate is dosed by its ratio to lithium, for liquors too thin for lithium carbonate.

Model      phosphate at `phosphate_ratio` times a third of the lithium, base to `target_ph` where there is one, then solids by
           equilibrium and rate in stirred tanks (`flowsheet/precipitation.py`)
Assumes    metals left in the feed come down with the product; no occlusion of sulfate (it comes with the adhering liquor)
Valid      60 to 95 degC, pH 10 to 13, lithium 0.5 to 10 kg/m3
Sources    solubility of Li3PO4 as fitted in `equilibrium.csv`; recovery 95.6 % of Li et al. (2017, recalled) is a test
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ..flowsheet.errors import DataError
from ..flowsheet.precipitation_equilibrium import Tank
from ..flowsheet.precipitation_trains import Step, guesses_of, run_train
from ..flowsheet.stream import Stream, mix
from ..flowsheet.unitop import Figure, Outcome, Port, UnitOp, parameter, reagent

_FORMS = (
    "Li3PO4(s)", "LiF(s)", "Ca5(PO4)3OH(s)", "Mg(OH)2(s)", "Al(OH)3(s)", "Fe(OH)3(s)", "Fe(OH)2(s)", "Mn(OH)2(s)",
    "Co(OH)2(s)", "Ni(OH)2(s)", "Cu(OH)2(s)", "Zn(OH)2(s)",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class LithiumPhosphate(UnitOp):
    """`phosphate` is drawn until phosphate is `phosphate_ratio` times a third of the lithium; that of the feed counts.

    Raises `DataError` for a reagent without phosphate, or a base that cannot reach the pH.
    """

    inlets: ClassVar[Mapping[str, Port]] = {
        "feed": Port("a lithium liquor", {"H2O": 1.0, "Li2SO4": 0.03, "Na2SO4": 0.02})
    }
    outlets: ClassVar[Mapping[str, str]] = {
        "slurry": "lithium phosphate in its mother liquor",
        "offgas": "gas that formed",
    }
    figures: ClassVar[Mapping[str, Figure]] = {
        "precipitated_fraction": Figure("-", "share of the feed's lithium that came down"),
        "lithium": Figure("kg/m3", "lithium left in the mother liquor"),
        "phosphate_dose": Figure("kg/s", "phosphate drawn"),
        "dose": Figure("kg/s", "base drawn"),
        "formed": Figure("kg/s", "solids that formed"),
        "ph": Figure("-", "pH of the mother liquor, at its temperature"),
    }

    phosphate: Stream = reagent("sodium phosphate or phosphoric acid", example={"Na3PO4": 0.12, "H2O": 0.88})
    base: Stream | None = parameter("reagent", "base", None, default=None)
    phosphate_ratio: float = parameter("-", "phosphate per third of a lithium", 1.05, low=0.0, high=3.0, default=1.05)
    target_ph: float = parameter("-", "pH that base is dosed to", 11.5, low=7.0, high=14.0, default=11.5)
    temperature: float = parameter("K", "of the tanks", 343.15, low=273.15, high=373.15, default=343.15)
    tanks: int = parameter("-", "equal stirred tanks in series", 2, low=1, high=20, default=2)
    residence_time: float = parameter("s", "of all tanks together", 7200.0, low=60.0, high=1e6, default=7200.0)
    seed_recycle: float = parameter("-", "share of the solids returned to tank 1", 0.5, low=0.0, high=0.99, default=0.5)
    rates: float = parameter("-", "factor on rates of settling", 1.0, low=1e-6, high=1e6, default=1.0)
    forms: tuple[str, ...] = parameter("names", "solids and gases that may form", _FORMS, default=_FORMS)

    def run(self, inlets: Mapping[str, Stream]) -> Outcome:
        """Answer the slurry, the gas and the reagents drawn."""
        return self.resume(inlets, None)

    def resume(self, inlets: Mapping[str, Stream], start: object) -> Outcome:
        """Answer the slurry, the gas and the reagents drawn. `start`: where an earlier run ended."""
        feed = inlets["feed"]
        if feed.mass == 0.0:
            return Outcome({"slurry": feed, "offgas": feed})
        if self.phosphate["PO4-3"] <= 0.0:
            raise DataError("phosphate: PO4-3 = 0 mol/s, the reagent must hold phosphate")
        wanted = max(0.0, self.phosphate_ratio * feed["Li+"] / 3.0 - feed["PO4-3"])
        drawn = {"phosphate": self.phosphate * (wanted / self.phosphate["PO4-3"])}
        tank = Tank(self.temperature, self.residence_time / self.tanks, self.forms, uptake=0.0, rates=self.rates)
        target = None if self.base is None else self.target_ph
        steps = [Step(tank, self.base, target)] * self.tanks
        train = run_train(mix([feed, drawn["phosphate"]]), steps, recycle=self.seed_recycle, start=guesses_of(start))
        if self.base is not None:
            drawn["base"] = mix(train.drawn)
        slurry = train.stream.without(train.stream.gas)
        report = {
            "precipitated_fraction": 1.0 - slurry["Li+"] / feed["Li+"] if feed["Li+"] > 0.0 else 0.0,
            "lithium": slurry.concentration("Li+"),
            "phosphate_dose": drawn["phosphate"].mass,
            "dose": drawn["base"].mass if "base" in drawn else 0.0,
            "formed": slurry.solids.mass - feed.solids.mass,
            "ph": train.ph[-1],
        }
        return Outcome({"slurry": slurry, "offgas": train.stream.gas}, report, drawn, train.warnings, train.guesses)
