"""Thickener: solids settle to an underflow, clear liquor overflows.

Model      the underflow holds all solids and as much liquor as leaves them at the mass fraction `solids_fraction`; the area is
           that which passes the solids at `solids_flux`, or at the flux that a `settling_velocity` allows (Coe & Clevenger)
Assumes    clear overflow, no reaction; gas and droplets of organic go with the overflow
Valid      what a settling test of the slurry shows: 0.2 to 0.6 for mineral residues, 0.03 to 0.1 for hydroxides; flux of
           residues with flocculant 0.03 to 0.1 kg/m2/s, of hydroxides 0.001 to 0.005
Sources    a balance; ranges estimated from practice; `flowsheet/thickening.py`
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ..flowsheet.stream import Stream, mix
from ..flowsheet.thickening import limiting_flux
from ..flowsheet.unitop import Figure, Outcome, Port, UnitOp, parameter


@dataclass(frozen=True, kw_only=True)
class Thickener(UnitOp):
    """A feed that is thicker than `solids_fraction` already leaves by `underflow` as it is, with a warning.

    With a `solids_flux` or a `settling_velocity` the area is told; with an `area` too it is rated, and more solids than pass
    it are a warning.
    """

    inlets: ClassVar[Mapping[str, Port]] = {"slurry": Port("a slurry", {"H2O": 1.0, "NiSO4": 0.1, "C(s)": 0.1})}
    outlets: ClassVar[Mapping[str, str]] = {"overflow": "clear liquor", "underflow": "thickened slurry"}
    figures: ClassVar[Mapping[str, Figure]] = {
        "mass_flow": Figure("kg/s", "mass that leaves by `underflow`"),
        "area_needed": Figure("m2", "that passes these solids, 0 where no flux is given"),
        "capacity": Figure("kg/s", "solids that `area` passes, 0 where none is given"),
    }

    solids_fraction: float = parameter("-", "mass of solids per mass of underflow", 0.4, low=0.001, high=0.9)
    solids_flux: float = parameter(
        "kg/m2/s", "solids that pass an area at most, 0 not to rate it", 0.0, low=0.0, high=10.0, default=0.0
    )
    settling_velocity: float = parameter(
        "m/s", "of single grains, from which the flux follows where none is given", 0.0, low=0.0, high=1.0, default=0.0
    )
    area: float = parameter("m2", "of the tank, 0 to have it sized", 0.0, low=0.0, high=1e5, default=0.0)

    def run(self, inlets: Mapping[str, Stream]) -> Outcome:
        """Answer overflow and underflow."""
        slurry = inlets["slurry"]
        solids, liquor = slurry.solids, slurry.liquor
        wanted = solids.mass * (1.0 / self.solids_fraction - 1.0)
        share = min(1.0, wanted / liquor.mass) if liquor.mass > 0.0 else 1.0
        underflow = mix([solids, liquor * share])
        outlets = {"overflow": slurry.without(underflow), "underflow": underflow}
        flux = self._flux(slurry, underflow) if share < 1.0 else self.solids_flux
        needed = solids.mass / flux if flux > 0.0 else 0.0
        report = {"mass_flow": underflow.mass, "area_needed": needed, "capacity": self.area * flux}
        warnings = ()
        if wanted > liquor.mass:
            found = solids.mass / underflow.mass
            warnings = (f"slurry holds {found:.3g} solids, more than the {self.solids_fraction:g} of the underflow",)
        if 0.0 < self.area < needed:
            warnings += (f"area = {self.area:g} m2 is less than the {needed:.3g} m2 that these solids need",)
        return Outcome(outlets, report, warnings=warnings)

    def _flux(self, slurry: Stream, underflow: Stream) -> float:
        """Answer the flux of solids (kg/m2/s) that a thickener passes, 0 where nothing tells it."""
        volume = slurry.solid_volume
        if self.solids_flux > 0.0 or self.settling_velocity == 0.0 or volume == 0.0:
            return self.solids_flux
        feed, thick = (volume / (volume + stream.liquor_volume) for stream in (slurry, underflow))
        return limiting_flux(self.settling_velocity, feed, thick, slurry.solids.mass / volume)
