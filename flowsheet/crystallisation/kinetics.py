"""Rates of crystallisation of a salt: nucleation, growth, shape of its crystals and what they occlude.

    G = growth_constant exp[-E_g / R (1/T - 1/T_r)] (S - 1)^growth_order                                   m/s
    B = nucleation_constant exp[-E_n / R (1/T - 1/T_r)] (S - 1)^nucleation_order M^magma_order             1/m3/s

    S    supersaturation: the salt per water over what is saturated        M    crystals in the slurry, kg/m3
    T_r  reference temperature                                              B    nuclei, secondary: crystals are there already

    >>> Kinetics.of("NiSO4.6H2O(s)").growth(0.01, celsius(55))
    >>> dataclasses.replace(Kinetics.of("NiSO4.6H2O(s)"), growth_constant=4e-6)  # measured in one's own crystalliser

Most numbers of `crystallisation.csv` are estimates with a wide range: they say what size to expect and how it moves with
residence time, and a crystal size measured once is the way to fit `nucleation_constant`.
Sources: Randolph & Larson (1988) Theory of Particulate Processes; Garside & Shah (1980) Ind. Eng. Chem. Process Des. Dev.
19, 509.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass, fields

import numpy as np

from ...kernels import population_balance
from ..chemistry.database import table
from ..chemistry.water import GAS_CONSTANT
from ..errors import DataError, nearest

_TABLE = "crystallisation"


@dataclass(frozen=True, kw_only=True)
class Kinetics:
    """Rates of one salt, in SI; see the head of the file, and `occluded` for the occlusion.

    `agglomeration`: pairs of crystals that meet and grow together, per product of their numbers in a m3, m3/s; a mixed tank
    alone follows it, and the data have it of no salt: 0. Raises `DataError` for a constant that is not above 0.
    """

    reference_temperature: float
    growth_constant: float
    growth_order: float
    growth_activation: float
    nucleation_constant: float
    nucleation_order: float
    magma_order: float
    nucleation_activation: float
    shape_factor: float
    occlusion: float
    occlusion_growth_order: float
    occlusion_size_order: float
    agglomeration: float = 0.0

    def __post_init__(self):
        for name in ("reference_temperature", "growth_constant", "growth_order", "nucleation_constant", "shape_factor"):
            if not getattr(self, name) > 0.0:
                raise DataError(f"crystallisation kinetics: {name} = {getattr(self, name):g} is not above 0")

        for name in ("nucleation_order", "magma_order", "occlusion", "agglomeration"):
            if not 0.0 <= getattr(self, name) < math.inf:
                raise DataError(f"crystallisation kinetics: {name} = {getattr(self, name):g} is not 0 or more")

    @classmethod
    def of(cls, solid: str) -> Kinetics:
        """Answer the rates of a salt from `crystallisation.csv`; raises `DataError` with the nearest name."""
        found = known(solid)
        if found is None:
            names = table(_TABLE).names("growth_constant")
            raise DataError(f"crystallisation.csv has no rates of {solid!r}{nearest(solid, names)}")
        return found

    def growth(self, supersaturation: float, temperature: float) -> float:
        """Answer the growth of crystals (m/s) at S - 1 = `supersaturation` and `temperature` (K)."""
        return (
            self.growth_constant
            * self._warmer(self.growth_activation, temperature)
            * supersaturation**self.growth_order
        )

    def nucleation(self, supersaturation: float, magma: float, temperature: float) -> float:
        """Answer the nuclei (1/m3/s) at S - 1 = `supersaturation`, `magma` (kg/m3) of crystals and `temperature` (K)."""
        rate = self.nucleation_constant * self._warmer(self.nucleation_activation, temperature)
        return rate * supersaturation**self.nucleation_order * magma**self.magma_order

    def occluded(self, growth: float, mean_size: float) -> float:
        """Answer the mother liquor (kg) that a kg of crystals encloses, grown at `growth` (m/s) to `mean_size` (m).

        `occlusion` is that at 1e-8 m/s and 0.5 mm. Not more than 5 %: beyond it crystals are agglomerates.
        """
        faster = (growth / _USUAL_GROWTH) ** self.occlusion_growth_order
        larger = (mean_size / _USUAL_SIZE) ** self.occlusion_size_order
        return min(_MOST_OCCLUDED, self.occlusion * faster * larger)

    def packed(self, *temperatures: float) -> population_balance.Kinetics:
        """Answer the rates at each of `temperatures` (K) as the kernels take them: one a tank, or one a row of a table."""
        return population_balance.Kinetics(
            growth=np.array([self.growth(1.0, each) for each in temperatures]),
            growth_order=self.growth_order,
            nucleation=np.array([self.nucleation(1.0, 1.0, each) for each in temperatures]),
            nucleation_order=self.nucleation_order,
            magma_order=self.magma_order,
            primary=np.zeros(len(temperatures)),
            primary_order=1.0,
            size_scale=0.0,
            size_exponent=0.0,
        )

    def _warmer(self, activation: float, temperature: float) -> float:
        return math.exp(-activation / GAS_CONSTANT * (1.0 / temperature - 1.0 / self.reference_temperature))


_USUAL_GROWTH = 1e-8  # m/s
_USUAL_SIZE = 5e-4  # m
_MOST_OCCLUDED = 0.05


@functools.cache
def known(solid: str) -> Kinetics | None:
    """Answer the rates of a salt from `crystallisation.csv`, or None where it has none."""
    numbers = table(_TABLE)
    if numbers.find(solid, "growth_constant") is None:
        return None
    names = [field.name for field in fields(Kinetics) if field.name != "agglomeration"]
    return Kinetics(
        **{name: numbers.value(solid, name) for name in names}, agglomeration=numbers.value(solid, "agglomeration", 0.0)
    )


def beyond_metastable(solid: str, supersaturation: float) -> tuple[str, ...]:
    """Say where S - 1 is so high that nuclei are born without crystals, which no rate here follows."""
    most = table(_TABLE).value("crystalliser", "largest_supersaturation")
    if supersaturation <= most:
        return ()
    return (
        f"supersaturation of {solid} reaches {supersaturation:.3g}, above {most:g}: nuclei are born without crystals, more than "
        f"is reckoned here",
    )
