"""Precipitation train: stirred tanks in series, base dosed to the pH of each, until solids come down.

Model      each tank brings its liquor to the pH of `ph_profile` and its solids to equilibrium as far as their rates go; fresh
           solids age; solids that form take up ions; crystals get the sizes of tanks in series (`flowsheet/precipitation.py`,
           `precipitation_trains.py`, `grown_sizes.py`)
Assumes    stirred tanks of equal volume and temperature; seed has the composition of the product where it is not fed by `seed`;
           gas leaves each tank; a solid that has aged does not dissolve again
Valid      0 to 100 degC; constants of ageing, settling, growth and uptake are estimates with ranges: `precipitation.csv`.
           `rates` = 1e6 is equilibrium, `uptake` = 0 nothing taken up
Sources    as those files; base staged over tanks: practice of goethite and hydroxide precipitation (estimated)
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ..flowsheet.errors import DeclarationError
from ..flowsheet.precipitation_equilibrium import Tank
from ..flowsheet.precipitation_trains import Step, guesses_of, run_train
from ..flowsheet.stream import Stream, mix
from ..flowsheet.unitop import Figure, Outcome, Port, UnitOp, parameter, reagent

_FORMS = ("Al(OH)3(s)", "Fe(OH)3(s)", "FePO4.2H2O(s)", "AlPO4.2H2O(s)", "CaSO4.2H2O(s)", "CaF2(s)", "CO2(g)")


@dataclass(frozen=True, kw_only=True)
class PrecipitationTrain(UnitOp):
    """`base` is drawn in each tank until its liquor has its pH; from tank `second_from` on `second_base`, where there is one.

    `ph_profile`: the pH of each tank, or one for all. Raises `DeclarationError` for a profile of another length, `DataError`
    for a base that cannot reach a pH.
    """

    inlets: ClassVar[Mapping[str, Port]] = {
        "feed": Port("a liquor or slurry", {"H2O": 1.0, "Fe2(SO4)3": 0.005, "Al2(SO4)3": 0.02, "NiSO4": 0.08}),
        "seed": Port("a slurry of seed", {"H2O": 0.02, "Al(OH)3(s)": 0.002}, required=False),
    }
    outlets: ClassVar[Mapping[str, str]] = {"slurry": "liquor and solids", "offgas": "gas that formed"}
    figures: ClassVar[Mapping[str, Figure]] = {
        "dose": Figure("kg/s", "base drawn, of both kinds"),
        "ph": Figure("-", "pH of the liquor that leaves, at its temperature"),
        "formed": Figure("kg/s", "solids that formed"),
        "ionic_strength": Figure("mol/kg", "of the liquor that leaves"),
    }

    base: Stream = reagent("base, or acid", example={"NaOH": 0.2, "H2O": 0.8})
    second_base: Stream | None = parameter("reagent", "base of the later tanks", None, default=None)
    second_from: int = parameter("-", "first tank that gets the second base", 2, low=1, high=20, default=2)
    ph_profile: tuple[float, ...] = parameter("-", "pH of each tank", (3.5, 4.8))
    tanks: int = parameter("-", "equal stirred tanks in series", 2, low=1, high=20, default=1)
    residence_time: float = parameter("s", "of all tanks together", 7200.0, low=1.0, high=1e6, default=7200.0)
    temperature: float = parameter("K", "of the tanks", 353.15, low=273.15, high=373.15, default=298.15)
    forms: tuple[str, ...] = parameter("names", "solids and gases that may form", _FORMS, default=_FORMS)
    lattice: tuple[str, ...] = parameter("names", "solids that form one solid solution", (), default=())
    seed_recycle: float = parameter("-", "share of the solids returned to tank 1", 0.5, low=0.0, high=0.99, default=0.0)
    rates: float = parameter("-", "factor on rates of settling", 1.0, low=1e-6, high=1e6, default=1.0)
    uptake: float = parameter("-", "factor on what precipitates take up", 1.0, low=0.0, high=10.0, default=1.0)

    def __post_init__(self):
        super().__post_init__()
        if not isinstance(self.ph_profile, tuple):
            raise DeclarationError(
                f"PrecipitationTrain: ph_profile = {self.ph_profile!r} must be a tuple, such as (3.5, 4.8)"
            )
        if len(self.ph_profile) not in {1, self.tanks}:
            raise DeclarationError(
                f"PrecipitationTrain: ph_profile holds {len(self.ph_profile)} values, {self.tanks} tanks need 1 or {self.tanks}"
            )
        beyond = [ph for ph in self.ph_profile if not -1.0 <= ph <= 14.0]
        if beyond:
            raise DeclarationError(
                f"PrecipitationTrain: ph_profile = {beyond[0]:g} is outside -1 to 14 (pH of each tank)"
            )

    def run(self, inlets: Mapping[str, Stream]) -> Outcome:
        """Answer the slurry, the gas and the bases drawn."""
        return self.resume(inlets, None)

    def resume(self, inlets: Mapping[str, Stream], start: object) -> Outcome:
        """Answer the slurry, the gas and the bases drawn. `start`: where an earlier run ended."""
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
        profile = self.ph_profile * self.tanks if len(self.ph_profile) == 1 else self.ph_profile
        later = [self.second_base is not None and number >= self.second_from for number in range(1, self.tanks + 1)]
        bases = [self.second_base if second else self.base for second in later]
        steps = [Step(tank, base, ph) for base, ph in zip(bases, profile, strict=True)]
        train = run_train(feed, steps, seed, self.seed_recycle, start=guesses_of(start))
        drawn = {"base": _sum(train.drawn, later, False)}
        if self.second_base is not None:
            drawn["second_base"] = _sum(train.drawn, later, True)
        report = {
            "dose": sum(stream.mass for stream in drawn.values()),
            "ph": train.ph[-1],
            "formed": train.stream.solids.mass - feed.solids.mass - seed.solids.mass,
            "ionic_strength": train.liquor.ionic_strength,
        }
        outlets = {"slurry": train.stream.without(train.stream.gas), "offgas": train.stream.gas}
        return Outcome(outlets, report, drawn, train.warnings, train.guesses)


def _sum(drawn: tuple[Stream, ...], later: list[bool], second: bool) -> Stream:
    chosen = [stream for stream, is_later in zip(drawn, later, strict=True) if is_later == second]
    return mix(chosen) if chosen else drawn[0] * 0.0
