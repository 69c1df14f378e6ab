"""Counter-current decantation: a train of thickeners, solids one way and wash liquor the other.

Model      every underflow holds its solids at the mass fraction `solids_fraction`; the overflow of each thickener is the wash
           of the one before; a thickener mixes the share `mixing` of its feed's liquor with its wash. The train closes in a
           sum: with all mixed and a feed as thick as the underflows, 1 - recovery = (R - 1) / (R^(n+1) - 1)
Assumes    clear overflows, the same underflow everywhere; no reaction
Valid      wash ratio 1.5 to 3.5, 3 to 8 thickeners, mixing 0.9 to 0.97 (estimated from practice). A train of filters with a
           repulping tank before each is the same, with `solids_fraction` that of the cakes
Sources    `flowsheet/washing.py`; Svarovsky (2000) ch. 15
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ..flowsheet.stream import Stream
from ..flowsheet.unitop import Figure, Outcome, Port, UnitOp, parameter
from ..flowsheet.washing import left_by_decantation


@dataclass(frozen=True, kw_only=True)
class CounterCurrentDecantation(UnitOp):
    """The washed solids leave by `underflow`, what was washed out by `overflow`; organic and gas go with the overflow."""

    inlets: ClassVar[Mapping[str, Port]] = {
        "slurry": Port("a slurry", {"H2O": 1.0, "NiSO4": 0.1, "C(s)": 0.1}),
        "wash": Port("wash liquor", {"H2O": 0.4}),
    }
    outlets: ClassVar[Mapping[str, str]] = {
        "overflow": "clear liquor of the first thickener",
        "underflow": "washed slurry of the last",
    }
    figures: ClassVar[Mapping[str, Figure]] = {
        "wash_ratio": Figure("-", "wash liquor per liquor in an underflow"),
        "retained_fraction": Figure("-", "share of the slurry's liquor that leaves with the underflow"),
        "recovery": Figure("-", "share of the slurry's liquor that leaves with the overflow"),
    }

    thickeners: int = parameter("-", "in counter-current", 4, low=1, high=50)
    solids_fraction: float = parameter("-", "mass of solids per mass of underflow", 0.4, low=0.001, high=0.9)
    mixing: float = parameter("-", "share of the liquor that mixes", 1.0, low=0.0, high=1.0, default=1.0)

    def run(self, inlets: Mapping[str, Stream]) -> Outcome:
        """Answer overflow and underflow."""
        slurry, wash = inlets["slurry"], inlets["wash"]
        wanted = slurry.solids.mass * (1.0 / self.solids_fraction - 1.0)
        liquor = slurry.liquor.mass
        held = min(wanted, liquor + wash.mass)
        if held == 0.0 or liquor == 0.0:
            share = held / wash.mass if wash.mass > 0.0 else 0.0
            underflow = slurry.solids + wash * share
            outlets = {"overflow": slurry.without(slurry.solids) + wash * (1.0 - share), "underflow": underflow}
            return Outcome(outlets, {"wash_ratio": 0.0, "retained_fraction": 0.0, "recovery": 1.0})
        ratio = wash.mass / held
        retained = left_by_decantation(ratio, liquor / held, self.thickeners, self.mixing)
        taken = min(1.0, max(0.0, (held - retained * liquor) / wash.mass)) if wash.mass > 0.0 else 0.0
        underflow = slurry.solids + slurry.liquor * retained + wash * taken
        overflow = slurry.without(slurry.solids + slurry.liquor * retained) + wash * (1.0 - taken)
        warnings = ()
        if wanted > liquor + wash.mass:
            found = slurry.solids.mass / underflow.mass
            warnings = (
                f"slurry and wash hold {found:.3g} solids, more than the {self.solids_fraction:g} of the underflow",
            )
        report = {"wash_ratio": ratio, "retained_fraction": retained, "recovery": 1.0 - retained}
        return Outcome({"overflow": overflow, "underflow": underflow}, report, warnings=warnings)
