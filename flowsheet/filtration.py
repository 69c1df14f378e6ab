"""Cake filtration: how a slurry's solids resist the flow, what a cake holds, how long a filter takes.

    dt/dq = mu (alpha c q + R) / p        so     t = mu (alpha c q^2 / 2 + R q) / p      at constant pressure (Ruth)

    q       filtrate per area, m; c dry cake per filtrate, kg/m3; c q = w, dry cake per area, kg/m2
    alpha   specific cake resistance, m/kg: alpha_1 (p / 1 bar)^n; n compressibility
    R       resistance of the medium, 1/m; p pressure difference, Pa; mu viscosity, Pa s

Resistance and porosity are those of the solids by `filtration.csv`. Where the sizes of a solid are known its resistance goes
with the Sauter mean d as Kozeny's law has it, d^-2 at equal porosity; a solid without a row takes 180 (1 - e) / (rho e^3 d^2).
Of a mixture ln alpha is the mean by mass, and porosity the mean by volume. A cake that is blown or spun keeps the liquor of

    S = 0.155 (1 + 0.031 N^-0.49),  N = e^3 d^2 p / ((1 - e)^2 L sigma)     share of its pores, at equilibrium

Sources: Ruth, Ind. Eng. Chem. 27 (1935) 708; Svarovsky (2000) ch. 9; saturation: Wakeman & Tarleton (2005) ch. 5; numbers
recalled.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass

import numpy as np

from .chemistry.database import table
from .chemistry.system import WATER, Chemistry
from .errors import DataError
from .sizes import DIAMETERS
from .stream import Stream

BAR = 1e5
_OTHER, _MODEL = "other", "model"
_STRONGEST = 0.35  # mass fraction of solutes beyond which the viscosity is not carried further


@dataclass(frozen=True)
class Cake:
    """What solids are as a cake.

    `resistance`: m/kg at 1 bar. `compressibility`: -. `porosity`: share of the cake's volume that is pores. `density`: of the
    solids, kg/m3. `unknown`: solids that have no row of their own and no sizes.
    """

    resistance: float
    compressibility: float
    porosity: float
    density: float
    unknown: tuple[str, ...] = ()

    def resistance_at(self, pressure: float) -> float:
        """Answer the specific resistance (m/kg) at a pressure difference (Pa)."""
        return self.resistance * (pressure / BAR) ** self.compressibility

    def moisture(self, liquor_density: float, saturation: float = 1.0) -> float:
        """Answer the mass of liquor per mass of moist cake whose pores are filled to `saturation`."""
        liquor = saturation * self.porosity * liquor_density
        return liquor / (liquor + (1.0 - self.porosity) * self.density)


def cake_of(stream: Stream) -> Cake:
    """Answer what the solids of a stream are as a cake; raises `DataError` where there are none."""
    chemistry = stream.chemistry
    masses = stream.flows[chemistry.solid] * chemistry.molar_masses[chemistry.solid]
    mass = float(masses.sum())
    if mass <= 0.0:
        raise DataError("cake: 0 kg/s of solids make no cake")
    volumes = np.zeros(masses.shape)
    for at in np.flatnonzero(masses):
        volumes[at] = _volume(stream, int(at) + chemistry.solid.start)
    volume = float(volumes.sum())
    resistances, powers, porosities, sizes = _rows(chemistry)
    by_mass, by_volume = masses / mass, volumes / volume
    logs = np.log(resistances)
    unknown = []
    names = chemistry.names[chemistry.solid]
    for at in np.flatnonzero(masses):
        name = names[at]
        if name in stream.sizes:
            logs[at] = _log_resistance(stream, name, (float(resistances[at]), float(sizes[at]), float(porosities[at])))
        elif table("filtration").find(name, "cake_resistance") is None:
            unknown.append(name)
    return Cake(
        resistance=math.exp(float(by_mass @ logs)),
        compressibility=float(by_mass @ powers),
        porosity=float(by_volume @ porosities),
        density=mass / volume,
        unknown=tuple(unknown),
    )


def _log_resistance(stream: Stream, name: str, row: tuple[float, float, float]) -> float:
    """Answer ln of the resistance (m/kg) of a solid whose sizes are known."""
    resistance, size, porosity = row
    mean = sauter_mean(stream, (name,))
    if size > 0.0:
        return math.log(resistance) + 2.0 * math.log(size / mean)
    if table("filtration").find(name, "cake_resistance") is not None:
        return math.log(resistance)  # flocs, which the size of their grains says nothing of
    at = stream.chemistry.position(name)
    density = float(stream.flows[at] * stream.chemistry.molar_masses[at]) / _volume(stream, at)
    return math.log(kozeny_resistance(mean, porosity, density))


def _volume(stream: Stream, at: int) -> float:
    """Answer the volume (m3/s) of the species at a position."""
    return stream.chemistry.volume(stream.flows, slice(at, at + 1))


@functools.cache
def _rows(chemistry: Chemistry) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Answer of every solid resistance (m/kg), compressibility, porosity and the size (m) that these are of, 0 for none."""
    numbers = table("filtration")
    names = chemistry.names[chemistry.solid]

    def column(quantity: str, default: float) -> np.ndarray:
        return np.array([numbers.value(name, quantity, default) for name in names])

    return (
        column("cake_resistance", numbers.value(_OTHER, "cake_resistance")),
        column("compressibility", numbers.value(_OTHER, "compressibility")),
        column("cake_porosity", numbers.value(_OTHER, "cake_porosity")),
        column("cake_size", 0.0),
    )


def kozeny_resistance(size: float, porosity: float, density: float) -> float:
    """Answer the specific resistance (m/kg) of grains of one `size` (m) and `density` (kg/m3), by Kozeny and Carman."""
    constant = table("filtration").value(_MODEL, "kozeny")
    return constant * (1.0 - porosity) / (density * porosity**3 * size**2)


def sauter_mean(stream: Stream, names: tuple[str, ...] = ()) -> float:
    """Answer the Sauter mean (m) of the named solids, or of all whose sizes are known; 0 where there is none."""
    volume, surface = 0.0, 0.0
    for name in names or tuple(stream.sizes):
        if name in stream.sizes:
            own = _volume(stream, stream.chemistry.position(name))
            volume += own
            surface += own * float(stream.sizes[name] @ (1.0 / DIAMETERS))
    return volume / surface if surface > 0.0 else 0.0


def viscosity(stream: Stream) -> float:
    """Answer the viscosity (Pa s) of the liquor: water by Vogel's law, times exp(3.5 w / (1 - w)) of its solutes."""
    numbers = table("filtration")
    liquor = stream.flows[stream.chemistry.liquor] * stream.chemistry.molar_masses[stream.chemistry.liquor]
    mass = float(liquor.sum())
    share = min(_STRONGEST, max(0.0, 1.0 - float(liquor[WATER]) / mass)) if mass > 0.0 else 0.0
    power = numbers.value(_MODEL, "viscosity_at") / (stream.temperature - numbers.value(_MODEL, "viscosity_from"))
    water = numbers.value(_MODEL, "viscosity_factor") * 10.0**power
    return water * math.exp(numbers.value(_MODEL, "viscosity_slope") * share / (1.0 - share))


def filtration_time(cake: float, filtrate: float, resistances: tuple[float, float], push: float) -> float:
    """Answer the time (s) to make a cake at constant pressure.

    `cake`: kg/m2 of dry solids. `filtrate`: m of it. `resistances`: specific of the cake (m/kg) and of the medium (1/m).
    `push`: pressure difference over viscosity, 1/s.
    """
    specific, medium = resistances
    return filtrate * (0.5 * specific * cake + medium) / push


def passing_time(cake: float, liquid: float, resistances: tuple[float, float], push: float) -> float:
    """Answer the time (s) in which `liquid` (m) passes a cake that grows no more; the others as in `filtration_time`."""
    specific, medium = resistances
    return liquid * (specific * cake + medium) / push


def residual_saturation(porosity: float, size: float, thickness: float, pull: float) -> float:
    """Answer the share of the pores that stays full when a cake is blown, or spun, to equilibrium.

    `size`: Sauter mean, m. `thickness`: of the cake, m. `pull`: gas pressure over it, or density x acceleration x
    thickness, Pa. Never above 1.
    """
    numbers = table("filtration")
    tension = numbers.value(_MODEL, "surface_tension")
    capillary = porosity**3 * size**2 * pull / ((1.0 - porosity) ** 2 * thickness * tension)
    if capillary <= 0.0:
        return 1.0
    rise = numbers.value(_MODEL, "saturation_slope") * capillary ** -numbers.value(_MODEL, "saturation_power")
    return min(1.0, numbers.value(_MODEL, "saturation_factor") * (1.0 + rise))
