"""What a crystalliser is run for: a yield of the metal that its main salt is named for."""

from __future__ import annotations

from ..chemistry.system import WATER, Chemistry
from ..errors import DataError
from ..stream import Stream
from .crystals import Crystals, Start, Tank, crystallise_until
from .uptake import guests

_SHORT = 0.95  # of the water that leaves by a simple balance, where the search begins
_MET = 1e-9


def main_metal(chemistry: Chemistry, salts: tuple[str, ...]) -> str:
    """Answer the component that the first of `salts` is named for: its cation."""
    if not salts:
        raise DataError("salts = () names 0 salts, the main one is needed")
    chemistry.position(salts[0])
    return chemistry.components[guests(chemistry, salts[0]).host].name


def first_share(feed: Stream, tank: Tank, wanted: float) -> float:
    """Answer a share of the water to begin a search for the yield `wanted` with: of the water that the crystals leave."""
    chemistry = feed.chemistry
    own = guests(chemistry, tank.salts[0])
    row = chemistry.mixture(298.15).phase_composition[chemistry.phase_index[tank.salts[0]]]
    bound = float(row[WATER]) * wanted * feed.flows[own.host] / own.host_count / max(feed.flows[WATER], 1e-300)
    return _SHORT * wanted * max(0.0, 1.0 - bound)


def crystallise_to_yield(
    feed: Stream, tank: Tank, wanted: float, start: Start | None = None
) -> tuple[Crystals, float, tuple[str, ...]]:
    """Boil off water until the share `wanted` of the main salt's metal is crystals; answers them, the yield, and a note.

    Less, with the note, where that is the most that can be had. Raises `DataError` where nothing crystallises at all.
    """
    metal = main_metal(feed.chemistry, tank.salts)

    def crystallised(slurry: Stream) -> float:
        return 1.0 - slurry[metal] / feed[metal]

    made, gained = crystallise_until(feed, tank, crystallised, wanted, first_share(feed, tank, wanted), start)
    if gained >= wanted * (1.0 - _MET):
        return made, gained, ()
    if gained <= 0.0:
        raise DataError(
            f"yield_per_pass = {wanted:g} cannot be reached: no {tank.salts[0]} comes down, whatever share up to "
            f"99.9 % of the water is boiled off ({metal} is {feed[metal]:.4g} mol/s in {feed['H2O']:.4g} mol/s of water)"
        )
    note = (
        f"yield per pass is {gained:.3f}, {wanted:g} was wanted: with more than {made.evaporated:.1%} of the water gone the "
        f"hydrate has too little of it, or the liquor lies too far beyond the activity model"
    )
    return made, gained, (note,)
