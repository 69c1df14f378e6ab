"""Sieve or classifier: every solid is split by the sizes of its particles.

Model      of particles of size d the share 1 - exp(-ln 2 (d / `cut_size`)^`sharpness`) goes with the coarse, in a class its
           mean over ln d; the share `bypass` of everything beside that; liquor goes with the coarse by `moisture` of it, in
           a powder of less than 5 % with the particles that it wets
Assumes    particles are neither broken nor stick together; sizes by `flowsheet/sizes.py`, which every solid keeps
Valid      sharpness 1 to 2 for a hydrocyclone, 2 to 3 for an air classifier, 4 to 10 for a sieve (estimated); bypass of fines
           of a hydrocyclone is near the share of liquor in its coarse stream
Sources    Plitt, CIM Bull. 69 (1976) 114 (recalled): the partition curve; a balance
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from scipy.special import exp1

from ..flowsheet.sizes import EDGES
from ..flowsheet.stream import Stream
from ..flowsheet.unitop import Figure, Outcome, Port, UnitOp, parameter

_STEEPEST = 300.0  # beyond which nothing passes
_SMALL = 1e-7
_DAMP = 0.05  # liquor per solids, up to which it does not leave its particles


@dataclass(frozen=True, kw_only=True)
class Sieve(UnitOp):
    """What is coarse leaves by `coarse`, what is fine by `fine` with gas and organic.

    A solid whose sizes are not known leaves by `coarse`, with a warning.
    """

    inlets: ClassVar[Mapping[str, Port]] = {"feed": Port("a powder or slurry", {"Al(s)": 0.1, "C(s)": 0.3})}
    outlets: ClassVar[Mapping[str, str]] = {"coarse": "what stays on the sieve", "fine": "what passes"}
    figures: ClassVar[Mapping[str, Figure]] = {
        "fine_fraction": Figure("-", "share of the mass of solids that passes"),
    }

    cut_size: float = parameter("m", "of which half is coarse", 2.5e-4, low=1e-7, high=1e-2)
    sharpness: float = parameter("-", "exponent of the partition curve", 5.0, low=0.1, high=100.0, default=5.0)
    bypass: float = parameter("-", "share of all that is coarse whatever its size", 0.0, low=0.0, high=1.0, default=0.0)
    moisture: float = parameter(
        "-", "mass of liquor in the coarse per mass of coarse", 0.0, low=0.0, high=0.95, default=0.0
    )

    def run(self, inlets: Mapping[str, Stream]) -> Outcome:
        """Answer coarse and fine."""
        feed = inlets["feed"]
        chemistry = feed.chemistry
        curve = self.bypass + (1.0 - self.bypass) * self._partition()
        coarse, fine = np.zeros_like(feed.flows), np.array(feed.flows)
        coarse_sizes, fine_sizes, unknown = {}, {}, []
        for at in np.flatnonzero(feed.flows[chemistry.solid]) + chemistry.solid.start:
            name = chemistry.names[at]
            if name in feed.sizes:
                kept = feed.sizes[name] * curve
                passed = feed.sizes[name] - kept
                share = min(1.0, float(kept.sum()))
                coarse_sizes |= {name: kept / share} if share > 0.0 else {}
                fine_sizes |= {name: passed / passed.sum()} if passed.any() else {}
            else:
                share = 1.0
                unknown.append(name)
            coarse[at] = feed.flows[at] * share
            fine[at] = feed.flows[at] - coarse[at]
        liquor = feed.liquor
        stays = float(coarse @ chemistry.molar_masses) * self.moisture / (1.0 - self.moisture)
        wet = liquor.flows * (min(1.0, stays / liquor.mass) if liquor.mass > 0.0 else 0.0)
        if 0.0 < liquor.mass <= _DAMP * feed.solids.mass:
            wet = liquor.flows * (float(coarse @ chemistry.molar_masses) / feed.solids.mass)
        coarse += wet
        fine -= wet
        outlets = {
            "coarse": feed.replace(flows=coarse).with_sizes(coarse_sizes),
            "fine": feed.replace(flows=fine).with_sizes(fine_sizes),
        }
        solids = feed.solids.mass
        passes = outlets["fine"].solids.mass / solids if solids > 0.0 else 0.0
        warnings = (f"the sizes of {', '.join(unknown)} are not known: it goes with the coarse",) if unknown else ()
        return Outcome(outlets, {"fine_fraction": passes}, warnings=warnings)

    def _partition(self) -> np.ndarray:
        """Answer the share of each class that is coarse: the mean over it of 1 - exp(-u), u = ln 2 (d / cut_size)^sharpness."""
        steepness = np.clip(self.sharpness * np.log(EDGES / self.cut_size), -_STEEPEST, _STEEPEST)
        at = math.log(2.0) * np.exp(steepness)
        width = self.sharpness * np.log(EDGES[1:] / EDGES[:-1])
        fine = (exp1(at[:-1]) - exp1(at[1:])) / width  # the integral of exp(-u) over ln u
        slow = (at[1:] - at[:-1]) / width  # the same of u itself, where it is so small that nothing else matters
        return np.where(at[1:] < _SMALL, slow, np.clip(1.0 - fine, 0.0, 1.0))
