"""A closed headspace: gases that share a volume over the liquor, or a bubble that holds a total pressure.

Model    ideal gas, n = p V / (R T); the partial pressure is the one that the liquor is in equilibrium with. To the pressure of
         a bubble the liquor's water vapour counts, a_w p_sat(T), and leaves the gases the rest
Assumes  the water that is vapour is still counted to the liquor; a volume does not change as the liquor does
"""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from numbers import Real

import numpy as np
from scipy.optimize import root_scalar

from ..errors import DataError, DeclarationError, nearest
from .species import GAS
from .system import Chemistry
from .water import GAS_CONSTANT

_BAR = 1e5  # Pa
_SMALLEST, _LARGEST = 1e-12, 1e12  # volumes of a bubble, in units of what an ideal gas of a mole of water would fill
_SAME = 1e-13


@dataclass(frozen=True)
class Headspace:
    """`gases` over the liquor in a `volume` (m3) of their own, or in a bubble as large as a `pressure` (Pa) lets it be.

    Give one of the two; one gas may be given as its name alone. The pressure is that of the gases named and of the liquor's
    water vapour together: 101325 Pa at 90 degC leaves the gases some 31 kPa. A liquor whose gases and vapour cannot hold the
    pressure has no bubble, one whose vapour alone holds it boils and is refused with `DataError` when it is speciated. Gases
    that are held at partial pressures beside it do not count. Raises `DeclarationError` for both or neither of the two, one
    not above 0 or no number, no gas, or what is no name.
    """

    gases: tuple[str, ...] | str
    volume: float | None = None
    pressure: float | None = None

    def __post_init__(self) -> None:
        if (self.volume is None) == (self.pressure is None):
            raise DeclarationError(
                f"headspace: give volume or pressure, got {self.volume!r} m3 and {self.pressure!r} Pa"
            )
        given = self.volume if self.volume is not None else self.pressure
        name, unit = ("volume", "m3") if self.volume is not None else ("pressure", "Pa")
        if not isinstance(given, Real) or isinstance(given, bool):
            raise DeclarationError(f"headspace: {name} = {given!r} is no number; give it in {unit}")
        if not 0.0 < given < math.inf:
            raise DeclarationError(f"headspace: {name} = {given!r} {unit} is not above 0")
        listed = tuple(self.gases) if isinstance(self.gases, Iterable) else (self.gases,)
        gases = (self.gases,) if isinstance(self.gases, str) else tuple(dict.fromkeys(listed))
        if strange := [gas for gas in gases if not isinstance(gas, str)]:
            raise DeclarationError(f"headspace: gas = {strange[0]!r} is no name; give one such as 'CO2(g)'")
        if not gases:
            raise DeclarationError("headspace: gases = (), at least 1 is needed, such as 'CO2(g)'")
        object.__setattr__(self, "gases", gases)

    def places(self, chemistry: Chemistry) -> np.ndarray:
        """Answer where the gases stand among the phases; raises `DeclarationError` with the nearest name."""
        known = [phase.name for phase in chemistry.phases if phase.phase == GAS]
        for name in self.gases:
            if name not in known:
                raise DeclarationError(
                    f"headspace: gas {name!r} has no equilibrium in the chemistry{nearest(name, known)}"
                )
        return np.array([chemistry.phase_index[name] for name in self.gases], dtype=np.int64)

    def mask(self, chemistry: Chemistry) -> np.ndarray:
        """Answer the mask (P,) of the gases among the phases; raises as `places`."""
        mask = np.zeros(len(chemistry.phases), dtype=np.bool_)
        mask[self.places(chemistry)] = True
        return mask


def room(places: np.ndarray, phases: int, volume: float, temperature: float) -> np.ndarray:
    """Answer V / RT of each of so many phases, mol/bar, 0 but at the places of gases; `volume` in m3, K."""
    per_gas = np.zeros(phases)
    per_gas[places] = volume * _BAR / (GAS_CONSTANT * temperature)
    return per_gas


def bubble(pressure_at: Callable[[float], float], pressure: float, unit: float) -> float:
    """Answer the volume (m3) at which the gases hold the `pressure` (Pa), 0 where they cannot.

    `pressure_at`: Pa of a volume, falling; `unit`: a volume of the size of the liquor's, m3. Raises `DataError` where no
    volume is large enough, since the liquor's vapour alone holds the pressure.
    """
    if pressure_at(_SMALLEST * unit) <= pressure:
        return 0.0
    vapour = pressure_at(_LARGEST * unit)
    if vapour >= pressure:
        raise DataError(
            f"headspace: the liquor boils: its vapour holds {vapour:.4g} Pa, more than the pressure = {pressure:.4g} Pa"
        )
    low, high = math.log(_SMALLEST * unit), math.log(_LARGEST * unit)
    found = root_scalar(
        lambda ln_v: math.log(pressure_at(math.exp(ln_v)) / pressure), bracket=(low, high), method="brentq", xtol=_SAME
    )
    return math.exp(found.root)


def refuse_other(headspace: object) -> None:
    """Raise `DataError` for what is no headspace."""
    if not isinstance(headspace, Headspace):
        raise DataError(
            f"headspace = {headspace!r} is no Headspace; give gases with a volume or a pressure, such as "
            "Headspace('CO2(g)', pressure=101325.0)"
        )
