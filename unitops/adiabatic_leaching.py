"""Reductive leaching without cooling: every tank of the train takes the temperature that its heat makes.

Model      that of `leaching.py`, and the enthalpy of every tank: what enters and what is dosed there leaves again, plus a share
           of `heat` that is supplied (below 0 taken away, as by a jacket), the same in each tank
Assumes    as `leaching.py`; rates follow the temperatures of the tanks by the activation energy of the mineral that takes up
           the most acid; no water boils off: above 100 degC the tanks are under pressure; of several steady states that a cooled
           tank can have, the one near the temperature of what enters is found
Valid      as `leaching.py`; told by a warning where a tank is hotter than 100 degC
Sources    as `leaching.py`; enthalpies: `flowsheet/chemistry/thermal.py`
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar, NamedTuple

import numpy as np

from ..flowsheet.chemistry.thermal import sensible_capacity
from ..flowsheet.convergence import Accelerator
from ..flowsheet.errors import ConvergenceError, DataError, DeclarationError
from ..flowsheet.leaching.bookkeeping import Train
from ..flowsheet.leaching.dosing import AcidRule, ElectronRule, PerElectron, ToFreeAcid
from ..flowsheet.leaching.rates import RateLaw
from ..flowsheet.leaching.train import Leached, Tank, leach
from ..flowsheet.leaching.unit import (
    ELECTRON_FIGURES,
    FIGURES,
    electron_figures,
    figures,
    left_alone,
    remarks,
    with_gas,
)
from ..flowsheet.stream import Stream, mix
from ..flowsheet.unitop import Figure, Outcome, Port, UnitOp, parameter, reagent

_STEPS = 60
_AGREED = 1e-11  # of a temperature
_BOILING = 373.15
_HOTTEST = 423.15  # K, beyond which neither rates nor activities mean anything
_COLDEST = 273.15


class _Begun(NamedTuple):
    """Where a run may begin: temperatures of the tanks, K, and the start of their leach."""

    temperatures: tuple[float, ...]
    start: object


@dataclass(frozen=True, kw_only=True)
class AdiabaticLeaching(UnitOp):
    """`tanks` equal stirred tanks to which `heat` is supplied; other parameters and outlets as of `Leaching`."""

    inlets: ClassVar[Mapping[str, Port]] = {
        "solids": Port("black mass", {"LiNi0.6Mn0.2Co0.2O2(s)": 0.5, "C(s)": 0.3, "Al(s)": 0.02, "Cu(s)": 0.02}),
        "liquor": Port("water or a liquor to pulp it with", {"H2O": 6.0}),
    }
    outlets: ClassVar[Mapping[str, str]] = {"slurry": "leach liquor and residue", "offgas": "gas evolved"}
    figures: ClassVar[Mapping[str, Figure]] = {
        **{name: figure for name, figure in FIGURES.items() if name != "heat"},
        **ELECTRON_FIGURES,
        "first_tank_temperature": Figure("K", "of the first tank"),
        "last_tank_temperature": Figure("K", "of the last tank, at which the slurry leaves"),
    }

    acid: Stream = reagent("sulfuric acid", example={"H2SO4": 0.98, "H2O": 0.02})
    reductant: Stream = reagent("hydrogen peroxide solution", example={"H2O2": 0.3, "H2O": 0.7})
    free_acid: float = parameter(
        "mol/m3", "protons to leave beyond salts, HF and H3PO4", 245.0, low=1.0, high=5000.0, default=245.0
    )
    reductant_ratio: float = parameter("-", "reductant per net electrons needed", 1.8, low=0.0, high=10.0, default=1.8)
    acid_rule: AcidRule | None = parameter("rule", "how acid is dosed instead of to `free_acid`", None, default=None)
    reductant_rule: ElectronRule | None = parameter(
        "rule", "how reductant is dosed instead of by `reductant_ratio`", None, default=None
    )
    decomposition: float | None = parameter(
        "-", "share of the peroxide that decomposes unused; None for the law of its decay", 0.44, default=0.44
    )
    hydrogen_share: float = parameter(
        "-", "share of aluminium's electrons that makes hydrogen", 0.5, low=0.0, high=1.0, default=0.5
    )
    residence_time: float = parameter("s", "of the liquor in all tanks together", 14400.0, low=60.0, high=1e6)
    tanks: int = parameter("-", "equal tanks in series", 3, low=1, high=20, default=3)
    heat: float = parameter("W", "supplied to all tanks together; below 0 taken away", 0.0, default=0.0)
    laws: Mapping[str, RateLaw] | None = parameter(
        "rate laws", "by mineral, instead of those of the data", None, default=None
    )

    def __post_init__(self):
        super().__post_init__()
        if not isinstance(self.heat, (int, float)) or not math.isfinite(self.heat):
            raise DeclarationError(f"AdiabaticLeaching: heat = {self.heat!r} must be a finite number in W")

    def run(self, inlets: Mapping[str, Stream]) -> Outcome:
        """Answer the slurry, the gas, and the acid and reductant drawn."""
        return self.resume(inlets, None)

    def resume(self, inlets: Mapping[str, Stream], start: object) -> Outcome:
        """Answer the slurry, the gas, and the acid and reductant drawn. `start`: where an earlier run ended."""
        entering = [inlets["solids"], inlets["liquor"]]
        feed = mix(entering)
        if feed["H2O"] == 0.0:
            idle = ("no liquor is fed: nothing dissolves",) if feed.mass > 0.0 else ()
            nothing = Stream.empty(feed.chemistry)
            return Outcome({"slurry": feed, "offgas": nothing}, dict.fromkeys(self.figures, 0.0), warnings=idle)
        found, tanks = self._settled(entering, start)
        slurry = with_gas(found.slurry)
        report = figures(found, slurry) | electron_figures(found, slurry)
        del report["heat"]
        report |= {"first_tank_temperature": tanks[0].temperature, "last_tank_temperature": tanks[-1].temperature}
        said = remarks(found, slurry, report["free_acid"]) + left_alone(found, slurry)
        hottest = max(tank.temperature for tank in tanks)
        if hottest > _BOILING:
            said += (
                f"a tank is at {hottest:.1f} K: above {_BOILING:.2f} K water boils unless it is under pressure; cool it",
            )
        drawn = {"acid": found.acid, "reductant": found.reagent}
        begun = _Begun(tuple(tank.temperature for tank in tanks), found.start)
        return Outcome({"slurry": slurry.without(slurry.gas), "offgas": slurry.gas}, report, drawn, said, begun)

    def profile(self, inlets: Mapping[str, Stream]) -> tuple[Tank, ...]:
        """Answer what leaves each tank, at its temperature."""
        return self._settled([inlets["solids"], inlets["liquor"]])[1]

    def _settled(self, entering: list[Stream], begun: object = None) -> tuple[Leached, tuple[Tank, ...]]:
        """Find the temperatures at which no tank wants another heat than its share of `heat`."""
        share = self.heat / self.tanks
        first, start = np.full(self.tanks, max(mix(entering).temperature, 313.15)), None
        if isinstance(begun, _Begun):
            first, start = np.array(begun.temperatures), begun.start
        accelerator = Accelerator()
        state, temperatures = accelerator.start(first), first
        for _ in range(_STEPS):
            temperatures = np.clip(state.x, _COLDEST, _HOTTEST)
            train = replace(
                self._train(), temperature=float(temperatures[-1]), temperatures=tuple(temperatures.tolist())
            )
            found = leach(train, entering, start)
            start = found.start
            tanks = found.tanks
            wanted = np.cumsum([tank.heat - share for tank in tanks])  # of all tanks up to each
            slurries = [tank.stream for tank in tanks]
            capacities = np.array([sensible_capacity(s.chemistry, s.flows, s.temperature) for s in slurries])
            state, _ = accelerator.step(state, temperatures - wanted / capacities)
            if state.residual <= _AGREED:
                break
        else:
            self._refuse(float(temperatures.min()), float(temperatures.max()))
            raise ConvergenceError(
                f"temperatures of {self.tanks} tanks have not settled in {_STEPS} steps, they change by {state.residual:.2g}"
            )
        self._refuse(float(temperatures.min()), float(temperatures.max()))
        return found, tanks

    def _refuse(self, coldest: float, hottest: float) -> None:
        """Raise `DataError` for temperatures (K) at which there is no liquor that the data are of."""
        if hottest >= _HOTTEST:
            raise DataError(
                f"a tank would be hotter than {_HOTTEST:g} K with heat = {self.heat:g} W: take heat away (heat below that), or "
                "leach in more liquor"
            )
        if coldest <= _COLDEST:
            raise DataError(
                f"a tank would be colder than {_COLDEST:g} K with heat = {self.heat:g} W: take less heat away (heat above that)"
            )

    def _train(self) -> Train:
        return Train(
            acid=self.acid,
            reagent=self.reductant,
            acid_rule=self.acid_rule or ToFreeAcid(self.free_acid),
            reagent_rule=self.reductant_rule or PerElectron(self.reductant_ratio),
            decomposition=self.decomposition,
            hydrogen_share=self.hydrogen_share,
            residence_time=self.residence_time,
            tanks=self.tanks,
            temperature=343.15,
            laws=self.laws or {},
        )
