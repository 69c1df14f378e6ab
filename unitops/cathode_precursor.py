"""Cathode precursor: nickel, cobalt and manganese hydroxide is co-precipitated with ammonia in one stirred tank.

Model      hydroxides of the metals as one ideal solid solution at the pH, ammonia drawn by its ratio to the metals; ammines keep
           metal in the filtrate; nitrogen carries ammonia off at the pressure that the liquor has of it; mass of crystals
           distributed over sizes as in a stirred tank with size-independent growth (`flowsheet/grown_sizes.py`)
Assumes    equilibrium; well crystallised beta hydroxides; nothing oxidised under nitrogen; no ammine of manganese; the gas
           carries off no water
Valid      40 to 65 degC, pH (at temperature) 10 to 12, ammonia 0.1 to 1 mol/L; growth 0.1 to 0.4 um/h is an estimate, and
           neither tap density nor shape is promised
Sources    ammines: `equilibrium.csv`; conditions: 4 to 8 mol/L NaOH, 8 to 20 h (estimated from practice)
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ..flowsheet.chemistry import water
from ..flowsheet.chemistry.reaction import reaction
from ..flowsheet.errors import ConvergenceError, DataError
from ..flowsheet.grown_sizes import crystal_sizes
from ..flowsheet.precipitation import Precipitated, precipitate
from ..flowsheet.precipitation_equilibrium import Tank
from ..flowsheet.sizes import SizeDistribution
from ..flowsheet.stream import Stream, mix
from ..flowsheet.unitop import Figure, Outcome, Port, UnitOp, parameter, reagent

_LATTICE = ("Ni(OH)2(aged)", "Co(OH)2(aged)", "Mn(OH)2(s)")
_METALS = {"nickel": "Ni+2", "cobalt": "Co+2", "manganese": "Mn+2"}
_AMMONIA = "NH4+"
_PASSES = 60
_AGREED = 1e-11


@dataclass(frozen=True, kw_only=True)
class CathodePrecursor(UnitOp):
    """`base` is drawn until the liquor has `target_ph`, `ammonia` at `ammonia_ratio` times the metals.

    `nitrogen` is drawn at `nitrogen_ratio` kg per kg of feed. Raises `DataError` for an ammonia without ammonia, or a base
    that cannot reach the pH.
    """

    inlets: ClassVar[Mapping[str, Port]] = {
        "feed": Port("a liquor of the metals", {"H2O": 1.0, "NiSO4": 0.2, "CoSO4": 0.025, "MnSO4": 0.025})
    }
    outlets: ClassVar[Mapping[str, str]] = {
        "slurry": "precursor in its mother liquor",
        "offgas": "nitrogen and ammonia",
    }
    figures: ClassVar[Mapping[str, Figure]] = {
        "dose": Figure("kg/s", "base drawn"),
        "formed": Figure("kg/s", "precursor"),
        "nickel": Figure("kg/m3", "nickel in the liquor that leaves"),
        "cobalt": Figure("kg/m3", "cobalt in the liquor that leaves"),
        "manganese": Figure("kg/m3", "manganese in the liquor that leaves"),
        "ammonia_content": Figure("mol/m3", "ammonia and ammonium in the liquor that leaves"),
        "ammonia_loss": Figure("-", "share of the ammonia that leaves with the gas"),
        "median_size": Figure("m", "size that half the mass of the precursor is finer than"),
        "ph": Figure("-", "pH of the liquor that leaves, at its temperature"),
    }

    base: Stream = reagent("sodium hydroxide solution", example={"NaOH": 0.25, "H2O": 0.75})
    ammonia: Stream | None = parameter("reagent", "ammonia solution", None, default=None)
    nitrogen: Stream | None = parameter("reagent", "nitrogen", None, default=None)
    target_ph: float = parameter("-", "pH to reach, at temperature", 11.0, low=8.0, high=13.0, default=11.0)
    ammonia_ratio: float = parameter("-", "ammonia per metal", 0.35, low=0.0, high=5.0, default=0.35)
    nitrogen_ratio: float = parameter("kg/kg", "nitrogen per feed", 0.002, low=0.0, high=1.0, default=0.002)
    temperature: float = parameter("K", "of the tank", 328.15, low=283.15, high=363.15, default=328.15)
    residence_time: float = parameter("s", "of the tank", 43200.0, low=60.0, high=1e6, default=43200.0)
    growth: float = parameter("m/s", "rate of growth", 5.6e-11, low=1e-13, high=1e-8, default=5.6e-11)
    lattice: tuple[str, ...] = parameter("names", "solids that form one solid solution", _LATTICE, default=_LATTICE)

    def run(self, inlets: Mapping[str, Stream]) -> Outcome:
        """Answer the slurry, the gas and what was drawn."""
        feed = inlets["feed"]
        if feed.mass == 0.0:
            return Outcome({"slurry": feed, "offgas": feed})
        metals = sum(feed[name] for name in _METALS.values() if name in feed.chemistry.index)
        drawn: dict[str, Stream] = {}
        if self.ammonia is not None:
            if self.ammonia[_AMMONIA] <= 0.0:
                raise DataError("ammonia: NH4+ = 0 mol/s, the reagent must hold ammonia")
            drawn["ammonia"] = self.ammonia * (self.ammonia_ratio * metals / self.ammonia[_AMMONIA])
        if self.nitrogen is not None:
            drawn["nitrogen"] = self.nitrogen * (self.nitrogen_ratio * feed.mass / self.nitrogen.mass)
        whole = mix([feed, drawn["ammonia"]]) if "ammonia" in drawn else feed
        found, lost = self._tank(whole, drawn.get("nitrogen"))
        drawn["base"] = found.drawn
        slurry = found.stream.without(found.stream.gas)
        sizes = crystal_sizes(self.growth, self.residence_time)
        slurry = slurry.with_sizes({n: sizes for n in self.lattice if n in feed.chemistry.index and slurry[n] > 0.0})
        sweep = drawn["nitrogen"].replace(temperature=self.temperature) if "nitrogen" in drawn else slurry * 0.0
        report = self._report(feed, slurry, found, sizes)
        held = mix([feed, drawn["ammonia"]])[_AMMONIA] if "ammonia" in drawn else 0.0
        report["ammonia_loss"] = lost / held if held > 0.0 else 0.0
        outlets = {"slurry": slurry, "offgas": mix([sweep, found.stream.gas])}
        return Outcome(outlets, report, drawn, found.warnings)

    def _tank(self, whole: Stream, nitrogen: Stream | None) -> tuple[Precipitated, float]:
        """Answer what leaves the tank, and the ammonia that the nitrogen carries off (mol/s); the two agree."""
        tank = Tank(self.temperature, self.residence_time, self.lattice, self.lattice, uptake=0.0)
        if nitrogen is None or nitrogen.mass == 0.0 or _AMMONIA not in whole.chemistry.index or whole[_AMMONIA] == 0.0:
            return precipitate(whole, tank, self.base, self.target_ph), 0.0
        chemistry = whole.chemistry
        leaves = reaction(chemistry, "NH4+ = NH3(g) + H+")
        moles = float(nitrogen.flows[chemistry.gas].sum())
        steam = water.vapour_pressure(self.temperature)
        lost, guess = 0.0, None
        for _ in range(_PASSES):
            stripped = whole.replace(flows=whole.flows + lost * leaves)
            found = precipitate(stripped, tank, self.base, self.target_ph, guess)
            guess = found.guess
            pressure = found.liquor.fugacity("NH3(g)")
            dry = whole.pressure - steam - pressure
            if dry <= 0.0:
                raise DataError(
                    f"ammonia boils: {pressure:.0f} Pa of it and {steam:.0f} Pa of water at {self.temperature:g} K"
                )
            wanted = min(moles * pressure / dry, 0.9 * whole[_AMMONIA])
            if abs(wanted - lost) <= _AGREED * whole[_AMMONIA]:
                return found, lost
            lost = wanted
        raise ConvergenceError(
            f"ammonia in the gas: {_PASSES} passes have not settled it, {lost:.4g} mol/s at the last"
        )

    def _report(self, feed: Stream, slurry: Stream, found: Precipitated, sizes: SizeDistribution) -> dict[str, float]:
        chemistry = feed.chemistry
        volume = slurry.liquor_volume
        ammonia = slurry[_AMMONIA] / volume if _AMMONIA in chemistry.index and volume > 0.0 else 0.0
        report = {
            "dose": found.drawn.mass,
            "formed": slurry.solids.mass - feed.solids.mass,
            "ammonia_content": ammonia,
            "median_size": sizes.d50,
            "ph": found.liquor.ph,
        }
        for word, name in _METALS.items():
            report[word] = slurry.concentration(name) if name in chemistry.index else 0.0
        return report
