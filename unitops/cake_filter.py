"""Cake filter: a press or leaf filter at constant pressure, with its area, its cycle and a wash through the cake.

Model      Ruth's equation for the time in which a cake of `cake_thickness` forms; the wash passes that cake at its last
           rate; cycle = filtration + wash + `idle_time`. The cake holds what its pores hold, less what a blow takes out;
           the wash leaves what dispersion leaves (`flowsheet/washing.py`)
Assumes    all solids stay on the cloth; the pores are full while it is washed; no reaction
Valid      2 to 15 bar, cakes of 10 to 25 mm to one cloth; medium resistance 1e10 to 1e11 1/m of a used cloth; dispersion
           number 3 to 30 of a press; occluded 0.001 to 0.01 (all estimated from practice); a blow only of crystals and grains
Sources    `flowsheet/filtration.py`, `flowsheet/washing.py`; specific resistances by `filtration.csv`
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ..flowsheet.filtration import (
    Cake,
    cake_of,
    filtration_time,
    passing_time,
    residual_saturation,
    sauter_mean,
    viscosity,
)
from ..flowsheet.stream import Stream, mix
from ..flowsheet.unitop import Figure, Outcome, Port, UnitOp, parameter
from ..flowsheet.washing import dispersion_number, displace, held_in_cake, left_by_dispersion, occluded_too, saturate

_USUAL_DISPERSION = 10.0


@dataclass(frozen=True, kw_only=True)
class CakeFilter(UnitOp):
    """The solids leave by `cake`, whose moisture and filtration time follow from what they are.

    Design: with `area` 0 the figure `area_needed` is the answer. Rating: with an `area`, `capacity` is what it filters, and
    more is done with a warning. `cake_resistance` 0 takes that of the solids, which goes with their sizes where these are
    known. Organic droplets and gas in the slurry go with the filtrate. Without solids there is no cake.
    """

    inlets: ClassVar[Mapping[str, Port]] = {
        "slurry": Port("a slurry", {"H2O": 1.0, "NiSO4": 0.1, "C(s)": 0.3}),
        "wash": Port("wash liquor", {"H2O": 0.4}, required=False),
    }
    outlets: ClassVar[Mapping[str, str]] = {
        "filtrate": "the mother liquor",
        "washings": "what the wash liquor displaced, itself, and what a blow took out of the cake",
        "cake": "the moist solids",
    }
    figures: ClassVar[Mapping[str, Figure]] = {
        "cake_mass_flow": Figure("kg/s", "moist cake"),
        "moisture": Figure("-", "mass of liquor in the moist cake per mass of moist cake"),
        "wash_ratio": Figure("-", "wash liquor per liquor in the cake"),
        "retained_fraction": Figure("-", "share of the cake's mother liquor that the wash left behind"),
        "dissolved_fraction": Figure("-", "share of the cake's solids that the wash dissolved"),
        "cake_resistance": Figure("m/kg", "specific, at the pressure difference"),
        "filtration_time": Figure("s", "in which the cake forms"),
        "washing_time": Figure("s", "in which the wash passes"),
        "cycle_time": Figure("s", "of filtration, wash and idle time"),
        "area_needed": Figure("m2", "of cloth for this slurry"),
        "capacity": Figure("kg/s", "solids that `area` filters, 0 where none is given"),
    }

    area: float = parameter("m2", "of cloth, 0 to have it sized", 0.0, low=0.0, high=1e5, default=0.0)
    pressure_difference: float = parameter("Pa", "over cake and cloth", 5e5, low=1e4, high=3e6, default=5e5)
    cake_thickness: float = parameter(
        "m", "from the cloth to the middle of the chamber", 0.016, low=1e-3, high=0.5, default=0.016
    )
    idle_time: float = parameter(
        "s", "of a cycle: to close, blow, open and discharge", 900.0, low=0.0, high=86400.0, default=900.0
    )
    cake_resistance: float = parameter(
        "m/kg", "specific, at 1 bar; 0 takes that of the solids", 0.0, low=0.0, high=1e15, default=0.0
    )
    compressibility: float = parameter(
        "-", "exponent on pressure of a `cake_resistance` that is given", 0.0, low=0.0, high=1.2, default=0.0
    )
    medium_resistance: float = parameter("1/m", "of the used cloth", 5e10, low=0.0, high=1e13, default=5e10)
    porosity: float = parameter("-", "of the cake; 0 takes that of the solids", 0.0, low=0.0, high=0.97, default=0.0)
    blow: float = parameter("Pa", "of air through the cake at the end, 0 for none", 0.0, low=0.0, high=3e6, default=0.0)
    dispersion_number: float = parameter(
        "-", "of the wash, v L / D_L, large for plug flow; 0 from sizes and rate", 10.0, low=0.0, high=1e9, default=10.0
    )
    occluded: float = parameter(
        "-", "share of the cake's mother liquor no wash reaches", 0.005, low=0.0, high=1.0, default=0.005
    )
    dissolving: tuple[str, ...] = parameter("names", "solids that the wash dissolves to saturation", (), default=())

    def run(self, inlets: Mapping[str, Stream]) -> Outcome:
        """Answer filtrate, washings and cake."""
        slurry, wash, lost = saturate(inlets["slurry"], inlets["wash"], self.dissolving)
        solids, liquor = slurry.solids.mass, slurry.liquor
        if solids == 0.0:
            nothing = Stream.empty(slurry.chemistry, slurry.temperature)
            outlets = {"filtrate": slurry, "washings": wash, "cake": nothing}
            return Outcome(outlets, dict.fromkeys(self.figures, 0.0))
        cake = self._cake(slurry)
        wets = liquor if liquor.mass > 0.0 else wash.liquor
        full = cake.moisture(wets.mass / wets.liquor_volume if wets.mass > 0.0 else 0.0)
        share, filling, ratio = held_in_cake(liquor.mass, solids * full / (1.0 - full), wash.mass)
        retained = occluded_too(left_by_dispersion(ratio, self._dispersion(slurry, cake, wash)), self.occluded)
        washed, washings = displace(slurry.solids, liquor, share, wash, retained, filling)
        saturation, warnings = self._saturation(slurry, cake)
        blown = washed.liquor * (1.0 - saturation)
        moist = washed.without(blown)
        filtrate = mix([liquor * (1.0 - share), slurry.organic, slurry.gas])
        times = self._times(cake, filtrate.liquor, wash, solids)
        per_area = self._per_area(cake)
        needed = solids * sum(times) / per_area
        report = {
            "cake_mass_flow": moist.mass,
            "moisture": moist.liquor.mass / moist.mass,
            "wash_ratio": ratio,
            "retained_fraction": retained,
            "dissolved_fraction": lost,
            "cake_resistance": self._resistances(cake)[0],
            "filtration_time": times[0],
            "washing_time": times[1],
            "cycle_time": sum(times),
            "area_needed": needed,
            "capacity": self.area * per_area / sum(times) if sum(times) > 0.0 else 0.0,
        }
        if 0.0 < self.area < needed:
            warnings += (f"area = {self.area:g} m2 is less than the {needed:.3g} m2 that this slurry needs",)
        if self.cake_resistance == 0.0 and cake.unknown:
            warnings += (f"cake resistance of {', '.join(cake.unknown)} is not known, 1e11 m/kg at 1 bar is taken",)
        return Outcome({"filtrate": filtrate, "washings": mix([washings, blown]), "cake": moist}, report, {}, warnings)

    def _cake(self, slurry: Stream) -> Cake:
        """Answer what the solids are as a cake, with what is given in place of what is known."""
        found = cake_of(slurry)
        given = self.cake_resistance > 0.0
        return Cake(
            self.cake_resistance if given else found.resistance,
            self.compressibility if given else found.compressibility,
            self.porosity if self.porosity > 0.0 else found.porosity,
            found.density,
            found.unknown,
        )

    def _resistances(self, cake: Cake) -> tuple[float, float]:
        return cake.resistance_at(self.pressure_difference), self.medium_resistance

    def _per_area(self, cake: Cake) -> float:
        """Answer the dry cake on the cloth, kg/m2."""
        return (1.0 - cake.porosity) * cake.density * self.cake_thickness

    def _times(self, cake: Cake, filtrate: Stream, wash: Stream, solids: float) -> tuple[float, float, float]:
        """Answer the times (s) of filtration, wash and rest of a cycle."""
        per_area, resistances = self._per_area(cake), self._resistances(cake)
        made = filtrate.liquor_volume / solids * per_area
        passed = wash.liquor_volume / solids * per_area
        push, washing = self.pressure_difference / viscosity(filtrate), self.pressure_difference / viscosity(wash)
        return (
            filtration_time(per_area, made, resistances, push),
            passing_time(per_area, passed, resistances, washing),
            self.idle_time,
        )

    def _dispersion(self, slurry: Stream, cake: Cake, wash: Stream) -> float:
        """Answer the dispersion number: as given, or of the wash's velocity in the pores; of a press where no size is known."""
        size = sauter_mean(slurry)
        if self.dispersion_number > 0.0 or size == 0.0 or wash.mass == 0.0:
            return self.dispersion_number or _USUAL_DISPERSION
        specific, medium = self._resistances(cake)
        velocity = self.pressure_difference / viscosity(wash) / (specific * self._per_area(cake) + medium)
        return dispersion_number(self.cake_thickness, velocity / cake.porosity, size)

    def _saturation(self, slurry: Stream, cake: Cake) -> tuple[float, tuple[str, ...]]:
        """Answer the share of the pores that stays full, and a note where a blow cannot be followed."""
        if self.blow == 0.0:
            return 1.0, ()
        size = sauter_mean(slurry)
        if size == 0.0:
            return 1.0, ("no sizes of the solids are known, so nothing is taken to be blown out of the cake",)
        return residual_saturation(cake.porosity, size, self.cake_thickness, self.blow), ()
