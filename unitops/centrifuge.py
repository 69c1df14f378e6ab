"""Centrifuge: crystals are spun free of their mother liquor, with a wash on the basket.

Model      cake of `moisture`, or, where that is 0, of what capillarity holds against `acceleration` in the pores of the crystals
           (`flowsheet/filtration.py`, which needs their sizes), or else of the table; the wash leaves u + (1 - u) exp(-k N)
           of the mother liquor. Of what is finer than `slot` the share `fines_loss` goes through the screen
Assumes    no reaction, no breakage; spun until only capillaries hold liquor (5 to 8 % in sulfates, which practice betters
           where a wash thins the liquor: give `moisture` where it is known)
Valid      pusher 300 to 600, peeler 500 to 1500 times gravity, crystals above 0.1 mm; moisture 0.02 to 0.06 of sulfates, 0.08 to
           0.15 of lithium carbonate; k 0.7 to 0.9; u 0.001 to 0.01 (estimated); slot 0.1 to 0.25 mm (recalled)
Sources    Wakeman & Tarleton (2005) ch. 5; displacement: Svarovsky (2000) ch. 15
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..flowsheet.chemistry.database import table
from ..flowsheet.errors import DataError
from ..flowsheet.filtration import cake_of, residual_saturation, sauter_mean
from ..flowsheet.sizes import EDGES
from ..flowsheet.stream import Stream, mix
from ..flowsheet.unitop import Figure, Outcome, Port, UnitOp, parameter
from ..flowsheet.washing import displace, held_in_cake, left_by_efficiency, occluded_too, saturate

_GRAVITY = 9.80665  # m/s2


@dataclass(frozen=True, kw_only=True)
class Centrifuge(UnitOp):
    """The solids leave by `cake`; organic droplets and gas go with the filtrate.

    Raises `DataError` where `moisture` is 0 and neither the sizes of the solids nor a row of `filtration.csv` tell it.
    """

    inlets: ClassVar[Mapping[str, Port]] = {
        "slurry": Port("a slurry of crystals", {"H2O": 1.0, "NiSO4": 0.4, "NiSO4.6H2O(s)": 0.5}),
        "wash": Port("wash liquor", {"H2O": 0.03}, required=False),
    }
    outlets: ClassVar[Mapping[str, str]] = {
        "filtrate": "the mother liquor, with what solids pass the screen",
        "washings": "what the wash liquor displaced, and itself",
        "cake": "the moist crystals",
    }
    figures: ClassVar[Mapping[str, Figure]] = {
        "cake_mass_flow": Figure("kg/s", "moist cake"),
        "moisture": Figure("-", "mass of liquor in the moist cake per mass of moist cake"),
        "wash_ratio": Figure("-", "wash liquor per liquor in the cake"),
        "retained_fraction": Figure("-", "share of the cake's mother liquor that the wash left behind"),
        "solids_loss": Figure("-", "share of the solids that pass the screen"),
        "dissolved_fraction": Figure("-", "share of the cake's solids that the wash dissolved"),
    }

    moisture: float = parameter(
        "-",
        "mass of liquor in the moist cake per mass of moist cake, 0 to have it worked out",
        0.05,
        low=0.0,
        high=0.95,
        default=0.0,
    )
    acceleration: float = parameter("-", "at the basket, in times gravity", 500.0, low=10.0, high=1e4, default=500.0)
    cake_thickness: float = parameter("m", "of the cake on the basket", 0.05, low=1e-3, high=0.5, default=0.05)
    slot: float = parameter("m", "opening of the screen, 0 for a cloth", 0.0, low=0.0, high=1e-2, default=0.0)
    fines_loss: float = parameter(
        "-", "share of what is finer than the slot that passes", 0.2, low=0.0, high=1.0, default=0.2
    )
    wash_efficiency: float = parameter("-", "k of the wash curve exp(-k N)", 0.8, low=0.0, high=1.0, default=0.8)
    occluded: float = parameter(
        "-", "share of the cake's mother liquor no wash reaches", 0.005, low=0.0, high=1.0, default=0.005
    )
    dissolving: tuple[str, ...] = parameter("names", "solids that the wash dissolves to saturation", (), default=())

    def run(self, inlets: Mapping[str, Stream]) -> Outcome:
        """Answer filtrate, washings and cake."""
        fed, wash = inlets["slurry"], inlets["wash"]
        if fed.solids.mass == 0.0:
            outlets = {"filtrate": fed, "washings": wash, "cake": Stream.empty(fed.chemistry, fed.temperature)}
            return Outcome(outlets, dict.fromkeys(self.figures, 0.0))
        lost = self._lost(fed)
        slurry, wash, dissolved = saturate(fed.without(lost) if lost.mass > 0.0 else fed, wash, self.dissolving)
        solids, liquor = slurry.solids, slurry.liquor
        moisture = self.moisture if self.moisture > 0.0 or solids.mass == 0.0 else self._moisture(slurry)
        held = solids.mass * moisture / (1.0 - moisture)
        share, filling, ratio = held_in_cake(liquor.mass, held, wash.mass)
        retained = occluded_too(left_by_efficiency(ratio, self.wash_efficiency), self.occluded)
        cake, washings = displace(solids, liquor, share, wash, retained, filling)
        filtrate = mix([liquor * (1.0 - share), lost, slurry.organic, slurry.gas])
        report = {
            "cake_mass_flow": cake.mass,
            "moisture": cake.liquor.mass / cake.mass if cake.mass > 0.0 else 0.0,
            "wash_ratio": ratio,
            "retained_fraction": retained,
            "solids_loss": lost.mass / fed.solids.mass,
            "dissolved_fraction": dissolved,
        }
        warnings = ()
        unknown = [
            name for name in fed.chemistry.names[fed.chemistry.solid] if fed[name] > 0.0 and name not in fed.sizes
        ]
        if self.slot > 0.0 and self.fines_loss > 0.0 and unknown:
            warnings = (f"the sizes of {', '.join(unknown)} are not known: none of it is taken to pass the screen",)
        return Outcome({"filtrate": filtrate, "washings": washings, "cake": cake}, report, warnings=warnings)

    def _lost(self, slurry: Stream) -> Stream:
        """Answer the solids that pass the screen; a class that the slot cuts counts as fine by its part over ln d."""
        chemistry = slurry.chemistry
        flows, sizes = np.zeros_like(slurry.flows), {}
        if self.slot > 0.0:
            widths = np.log(EDGES[1:] / EDGES[:-1])
            passing = self.fines_loss * np.clip(np.log(self.slot / EDGES[:-1]) / widths, 0.0, 1.0)
            for name, fractions in slurry.sizes.items():
                at, fine = chemistry.position(name), fractions * passing
                flows[at] = slurry.flows[at] * float(fine.sum())
                if flows[at] > 0.0:
                    sizes[name] = fine / fine.sum()
        return slurry.replace(flows=flows).with_sizes(sizes)

    def _moisture(self, slurry: Stream) -> float:
        """Answer the moisture by the sizes of the solids, or else by the table."""
        cake, liquor, size = cake_of(slurry), slurry.liquor, sauter_mean(slurry)
        if liquor.mass == 0.0:
            return 0.0
        if size > 0.0:
            density = liquor.mass / liquor.liquor_volume
            pull = density * _GRAVITY * self.acceleration * self.cake_thickness
            return cake.moisture(density, residual_saturation(cake.porosity, size, self.cake_thickness, pull))
        numbers, chemistry = table("filtration"), slurry.chemistry
        masses = slurry.flows[chemistry.solid] * chemistry.molar_masses[chemistry.solid]
        total = 0.0
        for at in np.flatnonzero(masses):
            name = chemistry.names[chemistry.solid][at]
            row = numbers.find(name, "centrifuge_moisture")
            if row is None:
                raise DataError(
                    f"moisture = 0 needs the sizes of {name}, or its centrifuge_moisture in filtration.csv; give a moisture"
                )
            total += float(masses[at]) * row.value
        return total / float(masses.sum())
