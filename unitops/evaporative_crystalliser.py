"""Evaporative crystalliser: water is boiled off until a wanted share of the main salt's metal has crystallised.

Model      equilibrium with the named salts at `temperature`; the evaporation is solved for the yield per pass
Assumes    no supersaturation left, no impurity in the lattice: impurities come with the adhering liquor (see Filtration)
Valid      where the constants of the salts were fitted to solubility (`equilibrium.csv`), 0 to 100 degC; yields of 0.8 to
           0.9 are usual, since impurities build up in what is left
Sources    `kernels/saturation.py`; heat of evaporation from Cantera's water; yield 0.86: Zhang et al. (2022)
           Hydrometallurgy 208, 105821
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ..flowsheet.errors import DataError
from ..flowsheet.evaporation import boil, boil_until
from ..flowsheet.stream import Stream
from ..flowsheet.unitop import Figure, Outcome, Port, UnitOp, parameter


@dataclass(frozen=True, kw_only=True)
class EvaporativeCrystalliser(UnitOp):
    """Water leaves by `vapour` until `yield_per_pass` of the metal of the first of `salts` is crystals.

    A feed that yields as much without boiling is not boiled. Where less is the most that can be had, that is answered with a
    warning. Raises `DataError` where nothing crystallises at all.
    """

    inlets: ClassVar[Mapping[str, Port]] = {"feed": Port("a liquor", {"H2O": 1.0, "NiSO4": 0.4})}
    outlets: ClassVar[Mapping[str, str]] = {"slurry": "crystals in their mother liquor", "vapour": "water boiled off"}
    figures: ClassVar[Mapping[str, Figure]] = {
        "evaporation": Figure("kg/s", "water boiled off"),
        "evaporated_fraction": Figure("-", "share of the feed's water that is boiled off"),
        "crystals": Figure("kg/s", "crystals that formed"),
        "yield_per_pass": Figure("-", "share of the main salt's metal that crystallised"),
        "heat": Figure("W", "heat to supply: evaporation and warming, heat of crystallisation left out"),
        "ionic_strength": Figure("mol/kg", "of the mother liquor"),
    }

    salts: tuple[str, ...] = parameter("names", "solids that may crystallise, the main one first", ("NiSO4.6H2O(s)",))
    temperature: float = parameter("K", "of the crystals and the mother liquor", 328.15, low=273.15, high=373.15)
    yield_per_pass: float = parameter(
        "-", "share of the main salt's metal to crystallise", 0.86, low=0.0, high=0.99, default=0.86
    )

    def run(self, inlets: Mapping[str, Stream]) -> Outcome:
        """Answer the slurry and the vapour."""
        feed = inlets["feed"]
        if feed[self._metal(feed)] == 0.0:
            return Outcome({"slurry": feed, "vapour": Stream.empty(feed.chemistry)})
        share, notes = self._share(feed)
        boiled = boil(feed, share, self.temperature, self.salts)
        slurry, vapour = boiled.slurry, boiled.vapour
        report = {
            "evaporation": vapour.mass,
            "evaporated_fraction": share,
            "crystals": slurry.solids.mass - feed.solids.mass,
            "yield_per_pass": 1.0 - slurry[self._metal(feed)] / feed[self._metal(feed)],
            "heat": boiled.heat,
            "ionic_strength": boiled.equilibrium.ionic_strength,
        }
        return Outcome({"slurry": slurry, "vapour": vapour}, report, warnings=boiled.equilibrium.warnings + notes)

    def _metal(self, feed: Stream) -> str:
        """Answer the component that the main salt is named for: its cation."""
        if not self.salts:
            raise DataError("salts = () names 0 salts, the main one is needed")
        species = feed.chemistry.species[feed.chemistry.position(self.salts[0])]
        return next(
            name for name, count in species.reaction.items() if count > 0.0 and name.rstrip("0123456789").endswith("+")
        )

    def _share(self, feed: Stream) -> tuple[float, tuple[str, ...]]:
        """Answer the share of the water to boil off, and a note where it yields less than is wanted."""
        metal = self._metal(feed)

        def crystallised(slurry: Stream) -> float:
            return 1.0 - slurry[metal] / feed[metal]

        share, most = boil_until(feed, self.temperature, self.salts, crystallised, self.yield_per_pass)
        if most >= self.yield_per_pass:
            return share, ()
        if most <= 0.0:
            raise DataError(
                f"yield_per_pass = {self.yield_per_pass:g} cannot be reached: no {self.salts[0]} comes down, whatever share of "
                f"the water is boiled off ({metal} is {feed[metal]:.4g} mol/s in {feed['H2O']:.4g} mol/s of water)"
            )
        note = (
            f"yield per pass is {most:.3f}, {self.yield_per_pass:g} was wanted: with more than {share:.0%} of the water gone the "
            f"hydrate has too little of it, or the liquor lies too far beyond the activity model"
        )
        return share, (note,)
