"""Dosed precipitation: stirred tanks in series, each with a given dose of reagent; pH and what comes down follow.

Model      as PrecipitationTrain, with `dose_profile` in place of pH set-points: kg of reagent per kg of feed into each tank
Assumes    as PrecipitationTrain
Valid      0 to 100 degC; reagents such as sulfide, oxalate, carbonate, phosphate, fluoride, lime; see `precipitation.csv`
Sources    `flowsheet/precipitation.py`, `precipitation_trains.py`
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ..flowsheet.errors import DataError, DeclarationError
from ..flowsheet.precipitation_equilibrium import Tank
from ..flowsheet.precipitation_trains import Step, guesses_of, run_train
from ..flowsheet.stream import Stream
from ..flowsheet.unitop import Figure, Outcome, Port, UnitOp, parameter, reagent

_FORMS = ("CaSO4.2H2O(s)", "CaCO3(s)", "CaF2(s)", "MgF2(s)", "Mg(OH)2(s)", "Al(OH)3(s)", "Fe(OH)3(s)", "CO2(g)")


@dataclass(frozen=True, kw_only=True)
class DosedPrecipitation(UnitOp):
    """`dose_profile`: kg of `precipitant` per kg of feed into each tank, or one dose for the first tank alone.

    Raises `DeclarationError` for a profile of another length or a dose below 0.
    """

    inlets: ClassVar[Mapping[str, Port]] = {
        "feed": Port("a liquor or slurry", {"H2O": 1.0, "H2SO4": 0.01, "MgSO4": 0.02, "Na2SO4": 0.05}),
        "seed": Port("a slurry of seed", {"H2O": 0.02, "CaSO4.2H2O(s)": 0.002}, required=False),
    }
    outlets: ClassVar[Mapping[str, str]] = {"slurry": "liquor and solids", "offgas": "gas that formed"}
    figures: ClassVar[Mapping[str, Figure]] = {
        "dose": Figure("kg/s", "reagent drawn"),
        "ph": Figure("-", "pH of the liquor that leaves, at its temperature"),
        "formed": Figure("kg/s", "solids that formed"),
        "ionic_strength": Figure("mol/kg", "of the liquor that leaves"),
    }

    precipitant: Stream = reagent("what is dosed", example={"Ca(OH)2": 0.1, "H2O": 0.9})
    dose_profile: tuple[float, ...] = parameter("kg/kg", "reagent per feed into each tank", (0.05, 0.03))
    tanks: int = parameter("-", "equal stirred tanks in series", 2, low=1, high=20, default=1)
    residence_time: float = parameter("s", "of all tanks together", 7200.0, low=1.0, high=1e6, default=7200.0)
    temperature: float = parameter("K", "of the tanks", 333.15, low=273.15, high=373.15, default=298.15)
    forms: tuple[str, ...] = parameter("names", "solids and gases that may form", _FORMS, default=_FORMS)
    lattice: tuple[str, ...] = parameter("names", "solids that form one solid solution", (), default=())
    seed_recycle: float = parameter("-", "share of the solids returned to tank 1", 0.0, low=0.0, high=0.99, default=0.0)
    rates: float = parameter("-", "factor on rates of settling", 1.0, low=1e-6, high=1e6, default=1.0)
    uptake: float = parameter("-", "factor on what precipitates take up", 1.0, low=0.0, high=10.0, default=1.0)

    def __post_init__(self):
        super().__post_init__()
        if not isinstance(self.dose_profile, tuple):
            raise DeclarationError(
                f"DosedPrecipitation: dose_profile = {self.dose_profile!r} must be a tuple, such as (0.05, 0.03)"
            )
        if len(self.dose_profile) not in {1, self.tanks}:
            raise DeclarationError(
                f"DosedPrecipitation: dose_profile holds {len(self.dose_profile)} values, {self.tanks} tanks need 1 or "
                f"{self.tanks}"
            )
        beyond = [dose for dose in self.dose_profile if not 0.0 <= dose <= 100.0]
        if beyond:
            raise DeclarationError(
                f"DosedPrecipitation: dose_profile = {beyond[0]:g} kg/kg is outside 0 to 100 kg/kg (reagent per feed)"
            )

    def run(self, inlets: Mapping[str, Stream]) -> Outcome:
        """Answer the slurry, the gas and the reagent drawn."""
        return self.resume(inlets, None)

    def resume(self, inlets: Mapping[str, Stream], start: object) -> Outcome:
        """Answer the slurry, the gas and the reagent drawn. `start`: where an earlier run ended."""
        feed, seed = inlets["feed"], inlets["seed"]
        if feed.mass == 0.0:
            return Outcome({"slurry": seed, "offgas": feed})
        tank = Tank(
            temperature=self.temperature,
            residence_time=self.residence_time / self.tanks,
            forms=self.forms,
            lattice=self.lattice,
            uptake=self.uptake,
            rates=self.rates,
        )
        if self.precipitant.mass <= 0.0:
            raise DataError("precipitant: 0 kg/s, the reagent must hold what is dosed")
        doses = [*self.dose_profile, *[0.0] * (self.tanks - len(self.dose_profile))]
        per_kilogram = self.precipitant * (feed.mass / self.precipitant.mass)
        train = run_train(
            feed,
            [Step(tank, added=per_kilogram * dose) for dose in doses],
            seed,
            self.seed_recycle,
            start=guesses_of(start),
        )
        drawn = per_kilogram * sum(doses)
        report = {
            "dose": drawn.mass,
            "ph": train.ph[-1],
            "formed": train.stream.solids.mass - feed.solids.mass - seed.solids.mass,
            "ionic_strength": train.liquor.ionic_strength,
        }
        outlets = {"slurry": train.stream.without(train.stream.gas), "offgas": train.stream.gas}
        return Outcome(outlets, report, {"precipitant": drawn}, train.warnings, train.guesses)
