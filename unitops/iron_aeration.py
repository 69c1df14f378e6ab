"""Iron aeration: iron(II) is oxidised by the oxygen of air or of oxygen gas, base holding the pH, iron(III) coming down.

Model      rate law of Stumm and Lee in equal stirred tanks, oxygen passing from the gas by `transfer`; then equilibrium with the
           solids of `forms` at `target_ph` (`flowsheet/iron_oxidation.py`, `precipitation.py`)
Assumes    gas stirred as well as the liquor, so that bubbles hold what leaves; the off-gas carries no water away; nothing but
           iron(II) takes oxygen; no catalyst
Valid      pH 2 to 8, 5 to 60 degC; several fold either way with copper, sulfate, phosphate and surfaces of hydroxide
Sources    Stumm & Lee (1961), Singer & Stumm (1970); transfer 0.01 to 0.1 1/s of aerated stirred tanks, use of oxygen 0.1 to 0.6
           (estimated from practice)
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..flowsheet.chemistry import water
from ..flowsheet.chemistry.reaction import reaction
from ..flowsheet.errors import DataError
from ..flowsheet.iron_oxidation import oxygenate, rate_constant
from ..flowsheet.precipitation import precipitate
from ..flowsheet.precipitation_equilibrium import Tank
from ..flowsheet.stream import Stream, mix
from ..flowsheet.unitop import Figure, Outcome, Port, UnitOp, parameter, reagent

_FORMS = ("Fe(OH)3(s)", "Al(OH)3(s)", "FePO4.2H2O(s)", "AlPO4.2H2O(s)", "CaSO4.2H2O(s)")


@dataclass(frozen=True, kw_only=True)
class IronAeration(UnitOp):
    """`gas` is drawn at what iron takes of oxygen over `oxygen_used`, `base` until each tank's liquor has `target_ph`.

    Raises `DataError` for a gas without oxygen, or a base that cannot reach the pH.
    """

    inlets: ClassVar[Mapping[str, Port]] = {
        "feed": Port("a liquor with iron(II)", {"H2O": 1.0, "FeSO4": 0.01, "NiSO4": 0.05})
    }
    outlets: ClassVar[Mapping[str, str]] = {"slurry": "liquor and precipitate", "offgas": "gas that is left"}
    figures: ClassVar[Mapping[str, Figure]] = {
        "conversion": Figure("-", "share of iron(II) that is oxidised"),
        "gas_flow": Figure("kg/s", "gas drawn"),
        "oxygen_pressure": Figure("Pa", "of oxygen in the gas that leaves the liquor"),
        "dose": Figure("kg/s", "base drawn"),
        "ph": Figure("-", "pH of the liquor that leaves, at its temperature"),
    }

    base: Stream = reagent("base", example={"NaOH": 0.2, "H2O": 0.8})
    gas: Stream = reagent("air or oxygen", example={"O2(g)": 1.0})
    target_ph: float = parameter("-", "pH of the tanks", 5.5, low=0.0, high=9.0)
    temperature: float = parameter("K", "of the tanks", 313.15, low=273.15, high=372.0, default=298.15)
    tanks: int = parameter("-", "equal stirred tanks in series", 3, low=1, high=20, default=3)
    residence_time: float = parameter("s", "of all tanks together", 7200.0, low=1.0, high=1e7, default=7200.0)
    gas_pressure: float = parameter("Pa", "of the gas", 101325.0, low=1e4, high=5e6, default=101325.0)
    oxygen_used: float = parameter("-", "share of the oxygen fed that is used", 0.3, low=0.001, high=0.999, default=0.3)
    transfer: float = parameter("1/s", "volumetric transfer coefficient", 0.03, low=1e-5, high=10.0, default=0.03)
    forms: tuple[str, ...] = parameter("names", "solids and gases that may form", _FORMS, default=_FORMS)

    def run(self, inlets: Mapping[str, Stream]) -> Outcome:
        """Answer the slurry, the gas left and what was drawn."""
        feed = inlets["feed"]
        if feed.mass == 0.0:
            return Outcome({"slurry": feed, "offgas": feed})
        oxygen_pressure = self._oxygen_pressure()
        time = self.residence_time / self.tanks
        tank = Tank(self.temperature, time, self.forms)
        constant = rate_constant(self._hydroxide(feed), self.temperature)
        oxidises = reaction(feed.chemistry, "Fe+2 + 0.25 O2(g) + H+ = Fe+3 + 0.5 H2O")
        slurry, bases, warnings, ph = feed, [], [], 0.0
        oxidised = np.zeros(feed.chemistry.size)
        for _ in range(self.tanks):
            volume = slurry.liquor_volume
            content = slurry["Fe+2"] / volume if volume > 0.0 else 0.0
            done = oxygenate(content, constant, oxygen_pressure, self.transfer, time, self.temperature)
            change = slurry["Fe+2"] * done.conversion * oxidises
            oxidised += change
            # the oxygen comes with the gas below; here only what it does to the liquor
            liquor = np.where(np.arange(change.size) == feed.chemistry.index["O2(g)"], 0.0, change)
            found = precipitate(slurry.replace(flows=slurry.flows + liquor), tank, self.base, self.target_ph)
            slurry, ph = found.stream, found.liquor.ph
            bases.append(found.drawn)
            warnings += found.warnings
        used = -float(oxidised[feed.chemistry.index["O2(g)"]])
        drawn = self.gas * (used / self.oxygen_used / self.gas["O2(g)"])
        left = np.array(drawn.flows)
        left[feed.chemistry.index["O2(g)"]] -= used
        formed = slurry.gas
        offgas = mix([drawn.replace(flows=left, temperature=self.temperature), formed])
        report = {
            "conversion": 1.0 - slurry["Fe+2"] / feed["Fe+2"] if feed["Fe+2"] > 0.0 else 0.0,
            "gas_flow": drawn.mass,
            "oxygen_pressure": oxygen_pressure,
            "dose": sum(stream.mass for stream in bases),
            "ph": ph,
        }
        outlets = {"slurry": slurry.without(formed), "offgas": offgas}
        return Outcome(outlets, report, {"base": mix(bases), "gas": drawn}, tuple(dict.fromkeys(warnings)))

    def _oxygen_pressure(self) -> float:
        """Answer the partial pressure of oxygen (Pa) in the gas that leaves, which is saturated with water."""
        gas, chemistry = self.gas, self.gas.chemistry
        moles = float(gas.flows[chemistry.gas].sum())
        if gas["O2(g)"] <= 0.0:
            raise DataError("gas: O2(g) = 0 mol/s, the gas must hold oxygen")
        dry = self.gas_pressure - water.vapour_pressure(self.temperature)
        if dry <= 0.0:
            raise DataError(
                f"gas: {self.gas_pressure:g} Pa is below the vapour pressure of water at {self.temperature:g} K, "
                f"{self.gas_pressure - dry:.0f} Pa"
            )
        fed = gas["O2(g)"] / moles
        return dry * fed * (1.0 - self.oxygen_used) / (1.0 - fed * self.oxygen_used)

    def _hydroxide(self, feed: Stream) -> float:
        """Answer the activity of OH- at the target pH, water taken as pure."""
        mixture = feed.chemistry.mixture(self.temperature)
        ionized = float(mixture.ln_k[feed.chemistry.aqueous_names.index("OH-")])
        return float(np.exp(ionized + np.log(10.0) * self.target_ph))
