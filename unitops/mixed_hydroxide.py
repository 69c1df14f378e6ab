"""Mixed hydroxide: nickel and cobalt come down with some manganese in two stages, the second of which goes back.

Model      stage 1 to `first_ph`: its solids are the product; the liquor that overflows goes to `second_ph`, whose solids leave by
           `recycle` for the leach or stage 1. Hydroxides of Ni, Co, Mn and Mg are one ideal solid solution, nickel hydroxide
           binds sulfate and lithium (`flowsheet/precipitation.py`)
Assumes    thickeners with a clear overflow and `solids_fraction` in the underflow; manganese stays divalent (no air)
Valid      50 to 60 degC, pH 7 to 7.6 and 7.7 to 8.5, base of MgO (as Mg(OH)2(s)), NaOH or Na2CO3
Sources    product of 35 to 45 % nickel and 3 to 6 % sulfur (estimated from practice); constants as those files
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ..flowsheet.precipitation_equilibrium import Tank
from ..flowsheet.precipitation_trains import Step, Train, begun_after, guesses_of, run_train
from ..flowsheet.stream import Stream, mix
from ..flowsheet.unitop import Figure, Outcome, Port, UnitOp, parameter, reagent

_LATTICE = ("Ni(OH)2(s)", "Co(OH)2(s)", "Mn(OH)2(s)", "Mg(OH)2(s)")
_FORMS = (*_LATTICE, "Cu(OH)2(s)", "Zn(OH)2(s)", "Al(OH)3(s)", "Fe(OH)3(s)", "CaSO4.2H2O(s)", "CaF2(s)", "CO2(g)")
_METALS = {"nickel": "Ni", "cobalt": "Co", "manganese": "Mn", "magnesium": "Mg"}


@dataclass(frozen=True, kw_only=True)
class MixedHydroxide(UnitOp):
    """`base` is drawn in each stage until it has its pH; figures count what leaves by `product` of what is fed.

    A stage 1 that is too thick to overflow leaves by `product` as it is, with a warning. Raises `DataError` for a base that
    cannot reach a pH.
    """

    inlets: ClassVar[Mapping[str, Port]] = {
        "feed": Port(
            "a liquor free of iron and aluminium",
            {"H2O": 1.0, "NiSO4": 0.09, "CoSO4": 0.03, "MnSO4": 0.03, "Li2SO4": 0.05, "MgSO4": 0.002},
        )
    }
    outlets: ClassVar[Mapping[str, str]] = {
        "product": "thickened mixed hydroxide",
        "recycle": "thickened hydroxide of stage 2",
        "liquor": "what overflows from stage 2",
        "offgas": "carbon dioxide",
    }
    figures: ClassVar[Mapping[str, Figure]] = {
        "nickel_yield": Figure("-", "share of nickel in the solids of the product"),
        "cobalt_yield": Figure("-", "share of cobalt in the solids of the product"),
        "manganese_yield": Figure("-", "share of manganese in the solids of the product"),
        "magnesium_yield": Figure("-", "share of magnesium in the solids of the product, base counted"),
        "nickel_recycled": Figure("-", "share of nickel in the solids of stage 2"),
        "formed": Figure("kg/s", "solids in the product"),
        "dose": Figure("kg/s", "base drawn in both stages"),
        "ph": Figure("-", "pH of the liquor that leaves, at its temperature"),
    }

    base: Stream = reagent("base", example={"NaOH": 0.2, "H2O": 0.8})
    first_ph: float = parameter("-", "pH of stage 1", 7.4, low=5.0, high=9.5, default=7.4)
    second_ph: float = parameter("-", "pH of stage 2", 8.2, low=6.0, high=11.0, default=8.2)
    temperature: float = parameter("K", "of the tanks", 328.15, low=283.15, high=368.15, default=328.15)
    tanks: int = parameter("-", "equal stirred tanks in series, of each stage", 2, low=1, high=20, default=2)
    residence_time: float = parameter("s", "of all tanks of a stage", 10800.0, low=60.0, high=1e6, default=10800.0)
    seed_recycle: float = parameter("-", "share of the solids returned to tank 1", 0.5, low=0.0, high=0.99, default=0.5)
    solids_fraction: float = parameter(
        "-", "mass of solids per mass of underflow", 0.1, low=0.001, high=0.9, default=0.1
    )
    uptake: float = parameter("-", "factor on what precipitates take up", 1.0, low=0.0, high=10.0, default=1.0)
    forms: tuple[str, ...] = parameter("names", "solids and gases that may form", _FORMS, default=_FORMS)
    lattice: tuple[str, ...] = parameter("names", "solids that form one solid solution", _LATTICE, default=_LATTICE)

    def run(self, inlets: Mapping[str, Stream]) -> Outcome:
        """Answer product, recycle, liquor, gas and the base drawn."""
        return self.resume(inlets, None)

    def resume(self, inlets: Mapping[str, Stream], start: object) -> Outcome:
        """Answer product, recycle, liquor, gas and the base drawn. `start`: where an earlier run ended."""
        feed = inlets["feed"]
        if feed.mass == 0.0:
            return Outcome({"product": feed, "recycle": feed, "liquor": feed, "offgas": feed})
        guesses = start if isinstance(start, tuple) and len(start) == 2 else (None, None)
        first = self._stage(feed, self.first_ph, guesses[0])
        product, overflow = self._thickened(first.stream.without(first.stream.gas))
        if overflow.liquor.mass == 0.0:
            return self._too_thick(feed, first, product)
        second = self._stage(overflow, self.second_ph, guesses[1] or begun_after(first))
        recycle, liquor = self._thickened(second.stream.without(second.stream.gas))
        drawn = mix([*first.drawn, *second.drawn])
        outlets = {
            "product": product,
            "recycle": recycle,
            "liquor": liquor,
            "offgas": mix([first.stream.gas, second.stream.gas]),
        }
        report = self._report(feed, drawn, product, recycle, second.ph[-1])
        guesses = (first.guesses, second.guesses)
        return Outcome(outlets, report, {"base": drawn}, (*first.warnings, *second.warnings), guesses)

    def _report(self, feed: Stream, drawn: Stream, product: Stream, recycle: Stream, ph: float) -> dict[str, float]:
        fed = mix([feed, drawn]).elements
        solids, returned = product.solids.elements, recycle.solids.elements
        report = {f"{word}_yield": _share(solids, fed, symbol) for word, symbol in _METALS.items()}
        return report | {
            "nickel_recycled": _share(returned, fed, "Ni"),
            "formed": product.solids.mass,
            "dose": drawn.mass,
            "ph": ph,
        }

    def _too_thick(self, feed: Stream, first: Train, product: Stream) -> Outcome:
        """Answer a stage 1 from which nothing overflows."""
        drawn, nothing = mix(first.drawn), product * 0.0
        share = product.solids.mass / product.mass
        warning = (
            f"stage 1 holds {share:.3g} solids, more than the {self.solids_fraction:g} of its underflow: nothing overflows to "
            "stage 2"
        )
        outlets = {"product": product, "recycle": nothing, "liquor": nothing, "offgas": first.stream.gas}
        report = self._report(feed, drawn, product, nothing, first.ph[-1])
        return Outcome(outlets, report, {"base": drawn}, (warning, *first.warnings), (first.guesses, None))

    def _stage(self, feed: Stream, ph: float, start: object) -> Train:
        tank = Tank(
            temperature=self.temperature,
            residence_time=self.residence_time / self.tanks,
            forms=self.forms,
            lattice=self.lattice,
            uptake=self.uptake,
        )
        steps = [Step(tank, self.base, ph)] * self.tanks
        return run_train(feed, steps, recycle=self.seed_recycle, start=guesses_of(start))

    def _thickened(self, slurry: Stream) -> tuple[Stream, Stream]:
        """Answer underflow and overflow of a thickener."""
        solids, liquor = slurry.solids, slurry.liquor
        wanted = solids.mass * (1.0 / self.solids_fraction - 1.0)
        share = min(1.0, wanted / liquor.mass) if liquor.mass > 0.0 else 1.0
        underflow = mix([solids, liquor * share])
        return underflow, slurry.without(underflow)


def _share(of: Mapping[str, float], fed: Mapping[str, float], symbol: str) -> float:
    return of.get(symbol, 0.0) / fed[symbol] if fed.get(symbol, 0.0) > 0.0 else 0.0
