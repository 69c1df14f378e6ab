"""What crystals take up of a liquor's other cations: in the lattice in place of their own, and with occluded mother liquor.

    lattice     x / x_h = D (n / n_h)            crystals in exchange with the liquor they leave (a mixed tank)
                left of n = (left of n_h)^D      crystals grown in layers from a liquor that changes (a batch; Doerner & Hoskins)
    occlusion   share w of the crystals' mass is mother liquor, with what it holds

    x, n    cations in crystals and in the liquor, x_h and n_h of the host            D    `distribution` in `crystallisation.csv`

An impurity travels as a solid of its own beside the host: MgSO4.6H2O(s) in NiSO4.6H2O(s), so that it is conserved, weighed
and analysed like any other, and dissolves again only with the host. The anion and the water go with it from the liquor. What
no row names is occluded as the first sulfate of its cation in the data, a trivalent one without as its hydroxide; the
host's own salt in occluded liquor counts as liquor, and so do anions other than those of these solids (chloride, fluoride).

Sources: Doerner & Hoskins (1925) J. Am. Chem. Soc. 47, 662; Smolik (2003) J. Chil. Chem. Soc. 48 (3).
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np

from ..chemistry.database import table
from ..chemistry.system import PROTON, WATER, Chemistry
from ..errors import DataError, nearest

_SULFATE = "SO4-2"
_TRIVALENT = 3.0
_SPARING = ("Ca+2", "Al+3", "Fe+3")  # whose solids a liquor carries for themselves
_LEAST_LEFT = 1e-12


@dataclass(frozen=True, eq=False)
class Guests:
    """The cations (G) that crystals of a host may take up, and as which solids they travel.

    `solids`: where these stand in a vector of flows. `cations`: where their cations stand among the components, `counts`:
    how many a solid holds. `compositions`: components (G, C) in a mole of solid. `coefficients`: D, 0 where only occluded.
    `host`: the component that the host is named for, `host_count`: how many of it a mole holds. `soluble`: whether a solid
    in the feed dissolves with the host.
    """

    solids: np.ndarray
    cations: np.ndarray
    counts: np.ndarray
    compositions: np.ndarray
    coefficients: np.ndarray
    soluble: np.ndarray
    host: int
    host_count: float
    molar_masses: np.ndarray

    def mixed(self, amounts: np.ndarray, crystallised: float, left: float) -> np.ndarray:
        """Answer the cations (G,) in the lattice of crystals in exchange with the liquor, of `amounts` (G,) in both, mol/s.

        `crystallised` and `left`: of the host's cation.
        """
        drawn = self.coefficients * crystallised
        return amounts * drawn / np.maximum(left + drawn, 1e-300)

    def layered(self, amounts: np.ndarray, crystallised: float, left: float) -> np.ndarray:
        """Answer the same of crystals that grew in layers and exchange nothing."""
        ratio = left / max(left + crystallised, 1e-300)
        return amounts * -np.expm1(self.coefficients * np.log(max(ratio, _LEAST_LEFT)))

    def bound(self, cations: np.ndarray) -> np.ndarray:
        """Answer the components (C,) that guests of `cations` (G,) bind, mol/s."""
        return (cations / self.counts) @ self.compositions


@functools.lru_cache(maxsize=256)
def guests(chemistry: Chemistry, host: str) -> Guests:
    """Answer what crystals of `host` may take up in this chemistry; raises `DataError` for what is no salt of it."""
    if host not in chemistry.phase_index:
        raise DataError(f"crystals: {host!r} has no equilibrium in the chemistry{nearest(host, chemistry.phase_index)}")
    rows = chemistry.mixture(298.15).phase_composition
    own = rows[chemistry.phase_index[host]]
    charges = chemistry.charges[chemistry.liquor]
    host_cations = [int(at) for at in np.flatnonzero(own) if at > PROTON and charges[at] > 0.0]
    if not host_cations:
        raise DataError(f"crystals: {host!r} holds 0 cations of the chemistry, 1 is needed")
    main = max(host_cations, key=lambda at: charges[at])
    solids: list[str] = []
    cations: list[int] = []
    coefficients: list[float] = []
    for guest, coefficient in _in_lattice(host):
        if guest in chemistry.phase_index:
            cation = _cation(chemistry, guest, host_cations)
            if cation is not None:
                solids.append(guest)
                cations.append(cation)
                coefficients.append(coefficient)
    for cation in (at for at in range(PROTON + 1, len(charges)) if charges[at] > 0.0):
        carrier = None if cation in host_cations or cation in cations else _carrier(chemistry, cation)
        if carrier is not None:
            solids.append(carrier)
            cations.append(cation)
            coefficients.append(0.0)
    phases = [chemistry.phase_index[name] for name in solids]
    compositions = np.array(rows[phases]).reshape(len(solids), rows.shape[1])
    counts = compositions[np.arange(len(solids)), cations] if solids else np.zeros(0)
    names = [chemistry.components[at].name for at in cations]
    return Guests(
        solids=chemistry.phase_positions[phases] if solids else np.zeros(0, np.int64),
        cations=np.array(cations, dtype=np.int64),
        counts=counts,
        compositions=compositions,
        coefficients=np.array(coefficients),
        soluble=np.array([name not in _SPARING for name in names], dtype=np.bool_),
        host=int(main),
        host_count=float(own[main]),
        molar_masses=chemistry.molar_masses[chemistry.liquor][np.array(cations, dtype=np.int64)],
    )


@functools.cache
def _in_lattice(host: str) -> tuple[tuple[str, float], ...]:
    numbers = table("crystallisation")
    pairs = (name for name in numbers.names("distribution") if name.partition("|")[0] == host)
    return tuple((pair.partition("|")[2], numbers.value(pair, "distribution")) for pair in pairs)


def _cation(chemistry: Chemistry, solid: str, host_cations: list[int]) -> int | None:
    """Answer the cation that a solid holds beside those of the host."""
    row = chemistry.mixture(298.15).phase_composition[chemistry.phase_index[solid]]
    charges = chemistry.charges[chemistry.liquor]
    found = [int(at) for at in np.flatnonzero(row) if at > PROTON and charges[at] > 0.0 and at not in host_cations]
    return found[0] if found else None


def _carrier(chemistry: Chemistry, cation: int) -> str | None:
    """Answer the first solid that is a cation's sulfate, of a trivalent one without its hydroxide; None without either."""
    rows = chemistry.mixture(298.15).phase_composition
    hydroxide = None
    for phase, row in zip(chemistry.phases, rows, strict=True):
        others = {chemistry.components[at].name for at in np.flatnonzero(row) if at not in (WATER, cation)}
        if row[cation] <= 0.0 or phase not in chemistry.solids:
            continue
        if others == {_SULFATE}:
            return phase.name
        if others == {"H+"} and row[PROTON] < 0.0 and hydroxide is None:
            hydroxide = phase.name
    return hydroxide if chemistry.charges[chemistry.liquor][cation] >= _TRIVALENT else None
