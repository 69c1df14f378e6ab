"""Copper electrowinning: copper is plated from a strip liquor, oxygen evolves, and the acid that stripped it is there again.

Model      Cu+2 + H2O = Cu(s) + 0.5 O2 + 2 H+ down to `copper` in the spent electrolyte, by Faraday's law with a current
           efficiency that Fe(III) lowers; voltage of the cell: Nernst's equation on the liquor's own activities, Tafel's law
           of oxygen, cathode overpotential, resistance of the electrolyte, contacts
Assumes    iron that is reduced at the cathode is oxidised again at the anode; no mist and no evaporation; other metals stay
Valid      sulfate of 28 to 50 g/L copper and 150 to 200 g/L acid, 250 to 320 A/m2, 40 to 50 degC; below 3 g/L Fe(III)
Sources    `electrowinning.csv`, a source in each row; couples of `redox.csv`
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ..flowsheet.chemistry.couples import FARADAY, potential
from ..flowsheet.chemistry.database import table
from ..flowsheet.chemistry.reaction import reaction
from ..flowsheet.errors import ConvergenceError
from ..flowsheet.stream import Stream
from ..flowsheet.unitop import Figure, Outcome, Port, UnitOp, parameter

_METAL, _ELECTRONS = "Cu(s)", 2.0
_PLATING = "Cu+2 + H2O = Cu(s) + 0.5 O2(g) + 2 H+"
_EXACT, _MOST_STEPS = 1e-13, 60
_LEAST_EFFICIENCY = 0.05


def _number(quantity: str) -> float:
    """Answer a number of `electrowinning.csv` for copper."""
    return table("electrowinning").value(_METAL, quantity)


@dataclass(frozen=True, kw_only=True)
class Electrowinning(UnitOp):
    """Copper is plated until the spent electrolyte holds `copper`; the share `bleed` of it leaves by `bleed`.

    An electrolyte that holds no more than `copper` already leaves as it is, with a warning.
    """

    inlets: ClassVar[Mapping[str, Port]] = {
        "electrolyte": Port("the loaded strip liquor", {"H2O": 1.0, "CuSO4": 0.12, "H2SO4": 0.17})
    }
    outlets: ClassVar[Mapping[str, str]] = {
        "cathode": "copper",
        "offgas": "oxygen",
        "spent": "the spent electrolyte, to strip again",
        "bleed": "the share of it that leaves the loop",
    }
    figures: ClassVar[Mapping[str, Figure]] = {
        "mass_flow": Figure("kg/s", "copper plated"),
        "oxygen": Figure("mol/s", "oxygen evolved"),
        "free_acid": Figure("mol/m3", "protons of the spent electrolyte beyond its salts: twice the free H2SO4"),
        "current": Figure("A", "of all cells, as if they stood beside each other"),
        "current_efficiency": Figure("-", "share of the current that plates copper, iron's loss taken off"),
        "voltage": Figure("V", "of a cell"),
        "power": Figure("W", "alternating current to the rectifier"),
        "specific_energy": Figure("J/kg", "alternating current per copper; 3.6e6 J/kg is 1 kWh/kg"),
        "cathode_area": Figure("m2", "both faces of all cathodes"),
    }

    copper: float = parameter("kg/m3", "copper to leave in the spent electrolyte", 35.0, low=0.0, high=80.0)
    current_density: float = parameter(
        "A/m2", "of the cathode", 280.0, low=20.0, high=1000.0, default=_number("current_density")
    )
    current_efficiency: float = parameter(
        "-", "share of the current that plates copper where there is no iron", 0.93, low=0.1, high=1.0,
        default=_number("current_efficiency"),
    )  # fmt: skip
    temperature: float = parameter("K", "of the cells", 318.15, low=283.15, high=343.15, default=318.15)
    bleed: float = parameter("-", "share of the spent electrolyte that leaves", 0.02, low=0.0, high=1.0, default=0.0)

    def run(self, inlets: Mapping[str, Stream]) -> Outcome:
        """Answer the copper, the oxygen, and the spent electrolyte with its bleed."""
        feed = inlets["electrolyte"]
        nothing = Stream.empty(feed.chemistry, self.temperature)
        if feed["Cu+2"] == 0.0:
            return Outcome({"cathode": nothing, "offgas": nothing, "spent": feed, "bleed": nothing})
        warm = feed.replace(temperature=self.temperature)
        plated = self._plated(warm)
        after = warm.replace(flows=warm.flows + plated * reaction(feed.chemistry, _PLATING))
        cathode = after.part(_only(after, _METAL)).without(warm.part(_only(after, _METAL)))
        offgas = after.gas
        spent = after.without(cathode).without(offgas)
        bleed = spent * self.bleed
        report, warnings = self._figures(spent, plated)
        outlets = {"cathode": cathode, "offgas": offgas, "spent": spent.without(bleed), "bleed": bleed}
        return Outcome(outlets, report, warnings=warnings)

    def _plated(self, feed: Stream) -> float:
        """Answer the copper to plate, mol/s: what leaves the spent electrolyte with `copper`."""
        change = reaction(feed.chemistry, _PLATING)
        molar_mass = float(feed.chemistry.molar_masses[feed.chemistry.index["Cu+2"]])
        if feed.concentration("Cu+2") <= self.copper:
            return 0.0
        have, plated = feed["Cu+2"], 0.0
        for _ in range(_MOST_STEPS):
            volume = feed.replace(flows=feed.flows + plated * change).liquor_volume
            following = have - self.copper * volume / molar_mass  # the volume hardly follows what is plated
            if abs(following - plated) <= _EXACT * have:
                return min(following, have)
            plated = following
        raise ConvergenceError(
            f"electrolyte with {have:.4g} mol/s of copper: what to plate down to {self.copper:g} kg/m3 is not found, "
            f"{plated:.6g} mol/s after {_MOST_STEPS} steps"
        )

    def _figures(self, spent: Stream, plated: float) -> tuple[dict[str, float], tuple[str, ...]]:
        """Answer what the cells take and give, and what lies outside the range of the model."""
        iron = spent.concentration("Fe+3") if "Fe+3" in spent.chemistry.index else 0.0
        efficiency = max(_LEAST_EFFICIENCY, self.current_efficiency - _number("iron_loss") * iron)
        voltage = self._voltage(spent) if plated > 0.0 else 0.0
        current = _ELECTRONS * FARADAY * plated / efficiency
        power = current * voltage / _number("rectifier_efficiency")
        chemistry = spent.chemistry
        copper = plated * float(chemistry.molar_masses[chemistry.index[_METAL]])
        report = {
            "mass_flow": copper,
            "oxygen": 0.5 * plated,
            "free_acid": spent["H+"] / spent.liquor_volume,
            "current": current,
            "current_efficiency": efficiency,
            "voltage": voltage,
            "power": power,
            "specific_energy": power / copper if copper > 0.0 else 0.0,
            "cathode_area": current / self.current_density,
        }
        return report, self._warnings(spent, plated, iron)

    def _voltage(self, spent: Stream) -> float:
        """Answer the voltage of a cell: the potentials of the two reactions in the spent electrolyte, and what is lost."""
        found = spent.equilibrium
        reversible = potential(found, "O2(g)/H2O") - potential(found, "Cu+2/Cu(s)")
        anode = _number("anode_overpotential") + _number("tafel_slope") * math.log10(self.current_density)
        ohmic = self.current_density * _number("electrode_gap") / _number("conductivity")
        return reversible + anode + _number("cathode_overpotential") + ohmic + _number("hardware_voltage")

    def _warnings(self, spent: Stream, plated: float, iron: float) -> tuple[str, ...]:
        found = []
        if plated == 0.0:
            found.append(
                f"electrolyte holds {spent.concentration('Cu+2'):.3g} kg/m3 of copper, no more than the "
                f"{self.copper:g} it is to be plated down to"
            )
        elif self.copper < _number("smooth_above"):
            found.append(
                f"copper = {self.copper:g} kg/m3 of the spent electrolyte is below {_number('smooth_above'):g}, where "
                "deposits become rough"
            )
        if self.current_density > _number("largest_current_density"):
            found.append(
                f"current density {self.current_density:g} A/m2 is above {_number('largest_current_density'):g}, where "
                "deposits become rough without air sparging"
            )
        if _number("iron_loss") * iron > self.current_efficiency - _LEAST_EFFICIENCY:
            found.append(f"iron {iron:.3g} kg/m3 of Fe(III) takes all of the current: bleed the electrolyte")
        return tuple(found)


def _only(stream: Stream, name: str) -> slice:
    at = stream.chemistry.position(name)
    return slice(at, at + 1)
