"""What goes in must come out: balances of every element, of charge and of total mass, over a unit or a plant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from .chemistry.system import Chemistry
from .stream import Stream


@dataclass(frozen=True)
class Balance:
    """Flows into and out of a unit or a plant.

    `elements_in`, `elements_out`: mol/s by element. `mass_in`, `mass_out`: kg/s. `charge_in`, `charge_out`: mol/s.
    `turnover`: mol/s of ions' charge that passes, the measure of an error in charge. `floors`: mol/s by element, below
    which a flow is not measured against itself: a millionth of what circulates of it inside, whose round-off it carries, or
    a billionth of the largest flow that does, to which torn streams are known.
    """

    elements_in: Mapping[str, float]
    elements_out: Mapping[str, float]
    mass_in: float
    mass_out: float
    charge_in: float
    charge_out: float
    turnover: float
    floors: Mapping[str, float]

    @property
    def element_errors(self) -> dict[str, float]:
        """Relative error of each element that passes: (out - in) / in; a flow from nothing counts as 1."""
        errors = {}
        for element, inflow in self.elements_in.items():
            outflow = self.elements_out[element]
            scale = max(inflow if inflow > 0.0 else abs(outflow), self.floors[element])
            if scale > 0.0:
                errors[element] = (outflow - inflow) / scale
        return errors

    @property
    def mass_error(self) -> float:
        """Relative error of total mass."""
        larger = max(self.mass_in, self.mass_out)
        return (self.mass_out - self.mass_in) / larger if larger > 0.0 else 0.0

    @property
    def charge_error(self) -> float:
        """Charge created, relative to the charge that the ions carry through."""
        return (self.charge_out - self.charge_in) / self.turnover if self.turnover > 0.0 else 0.0

    @property
    def worst(self) -> float:
        """The largest relative error of all elements, of charge and of mass."""
        return max([0.0, abs(self.mass_error), abs(self.charge_error), *(abs(e) for e in self.element_errors.values())])


_CIRCULATING = 1e-6
_TRACE = 1e-9


def balance(
    chemistry: Chemistry,
    inflows: Iterable[Stream],
    outflows: Iterable[Stream],
    inside: Iterable[Stream] = (),
    least: np.ndarray | None = None,
) -> Balance:
    """Answer the balance of what flows in (mol/s) against what flows out.

    `inside`: streams that circulate between. `least`: by element, mol/s, less than which is not measured against itself.
    """
    circulating = np.max([np.zeros(chemistry.size), *(stream.flows for stream in inside)], axis=0)
    floors = _CIRCULATING * (chemistry.element_matrix @ np.maximum(0.0, circulating))
    floors = np.maximum(floors, _TRACE * circulating.max(initial=0.0))
    if least is not None:
        floors = np.maximum(floors, least)
    into = np.add.reduce([np.zeros(chemistry.size), *(stream.flows for stream in inflows)])
    out = np.add.reduce([np.zeros(chemistry.size), *(stream.flows for stream in outflows)])
    names = chemistry.element_names
    carried = np.abs(chemistry.charges)
    return Balance(
        elements_in=MappingProxyType(dict(zip(names, (chemistry.element_matrix @ into).tolist(), strict=True))),
        elements_out=MappingProxyType(dict(zip(names, (chemistry.element_matrix @ out).tolist(), strict=True))),
        mass_in=float(into @ chemistry.molar_masses),
        mass_out=float(out @ chemistry.molar_masses),
        charge_in=float(into @ chemistry.charges),
        charge_out=float(out @ chemistry.charges),
        turnover=float(max(np.abs(into) @ carried, np.abs(out) @ carried)),
        floors=MappingProxyType(dict(zip(names, floors.tolist(), strict=True))),
    )
