"""A row of mixer-settlers as streams meet it: what enters, what flows where, and what of it is not extracted.

Shapes: N stages, M cations, C components, S species of the mixture, L ligands.
"""

from typing import NamedTuple

import numpy as np

from .chain import BACK, FORWARD, ORGANIC_BACK, ORGANIC_FORWARD, ORGANIC_OUT, OUT
from .jit import lean
from .speciation import MOLES_PER_KG


class Circuit(NamedTuple):
    """A row of mixer-settlers as streams meet it.

    source: (N, C), mol of each component that enters the liquor of a stage from outside, base of known dose among it.
    organic_source: (N, M), mol of each cation bound in the organic that enters.
    base: (C,), components in a mole of hydroxide that holds a pH. dosed: index of its cation among the M.
    carried: (N,), kg of water that leaves a stage with the organic. bleed: (N,), share of the rest that leaves the row.
    organic: (N, 3), L of organic that leave a stage to the one before, to the next, and out. unit_total: (N,), mol/L.
    efficiency: (M,). control, ln_target: (N,), as of `Cascade`.
    """

    source: np.ndarray
    organic_source: np.ndarray
    base: np.ndarray
    dosed: int
    carried: np.ndarray
    bleed: np.ndarray
    organic: np.ndarray
    unit_total: np.ndarray
    efficiency: np.ndarray
    control: np.ndarray
    ln_target: np.ndarray


class Places(NamedTuple):
    """Where in the mixture stands what extraction asks for.

    cation: (M,), components. ligand: (L,), components; forms: (L, 3), species with one to three protons, or -1.
    anion: component that complexes take along, or -1. hydroxide: species. component_charge: (C,).
    """

    cation: np.ndarray
    ligand: np.ndarray
    forms: np.ndarray
    anion: int
    hydroxide: int
    component_charge: np.ndarray


class CircuitStart(NamedTuple):
    """Where a row near this one may begin; of no stages where there is none.

    sought: (2, N), as of `State`. dose: (N,), mol of hydroxide. media: as `write` lays them. fixed: (N,), as of `Turn`.
    species, component, whole: tables of the liquors of the stages; place: of their rows, as of `Liquor`.
    """

    sought: np.ndarray
    dose: np.ndarray
    media: np.ndarray
    fixed: np.ndarray
    species: np.ndarray
    component: np.ndarray
    whole: np.ndarray
    place: np.ndarray


class CircuitAnswer(NamedTuple):
    """The steady state of a row.

    totals: (N, C), mol of each component per kg of water in the liquor of each stage. organic: (N, M), mol/L.
    point: (2, N), ln E and ln a(H+). dose: (N,), mol of hydroxide. flows: (N, 6), as of `Cascade`. start: for a row near
    this one.
    """

    totals: np.ndarray
    organic: np.ndarray
    point: np.ndarray
    dose: np.ndarray
    flows: np.ndarray
    start: CircuitStart


_NONE1, _NONE2, _NO_INTS = np.zeros(1), np.zeros((1, 1)), np.zeros(1, np.int64)
_NONE3 = np.zeros((1, 1, 1))
COLD_START = CircuitStart(
    *(np.zeros((2, 0)), np.zeros(0), np.zeros(0), np.zeros(0)),
    *(np.zeros((0, 0, 0)), np.zeros((0, 0, 0)), np.zeros((0, 0)), np.zeros(0, np.int64)),
)
NO_CIRCUIT = Circuit(
    *(_NONE2, _NONE2, _NONE1, 0, _NONE1, _NONE1, _NONE2, _NONE1, _NONE1),
    *(_NO_INTS, _NONE1),
)
NO_PLACES = Places(_NO_INTS, _NO_INTS, np.zeros((1, 3), np.int64), -1, 0, _NONE1)
NO_ANSWER = CircuitAnswer(_NONE2, _NONE2, _NONE2, _NONE1, _NONE2, COLD_START)


@lean.kernel
def lay_flows(circuit, dose, flows):
    """Fill flows (N, 6) with the doses (N,); answer False where a stage runs dry."""
    N = circuit.carried.shape[0]
    per_mole = circuit.base[0] / MOLES_PER_KG
    before = 0.0
    for i in range(N):
        water = circuit.source[i, 0] / MOLES_PER_KG + before
        if circuit.control[i] != 0:
            water += dose[i] * per_mole
        if i < N - 1:
            water += circuit.carried[i + 1]
        ahead = (water - circuit.carried[i]) * (1.0 - circuit.bleed[i])
        if not ahead > 0.0:
            return False
        out = (water - circuit.carried[i]) * circuit.bleed[i]
        flows[i, FORWARD] = ahead if i < N - 1 else 0.0
        flows[i, BACK] = circuit.carried[i] if i > 0 else 0.0
        flows[i, OUT] = out + (ahead if i == N - 1 else 0.0) + (circuit.carried[i] if i == 0 else 0.0)
        flows[i, ORGANIC_BACK] = circuit.organic[i, 0]
        flows[i, ORGANIC_FORWARD] = circuit.organic[i, 1]
        flows[i, ORGANIC_OUT] = circuit.organic[i, 2]
        before = flows[i, FORWARD]
    return True


@lean.kernel
def carry(circuit, dose, flows, pivot, totals):
    """Fill totals (N, C) with what the components come to where nothing is extracted; pivot (2, N) is work.

    Stage by stage without a subtraction, as the boxes of `cascade`.
    """
    N, C = totals.shape
    for i in range(N):
        pivot[1, i] = flows[i, OUT]
        for c in range(C):
            totals[i, c] = circuit.source[i, c]
            if circuit.control[i] != 0:
                totals[i, c] += dose[i] * circuit.base[c]
        if i > 0:
            on = flows[i - 1, FORWARD] / pivot[0, i - 1]
            pivot[1, i] += flows[i, BACK] * pivot[1, i - 1] / pivot[0, i - 1]
            for c in range(C):
                totals[i, c] += on * totals[i - 1, c]
        pivot[0, i] = flows[i, FORWARD] + pivot[1, i]
    for i in range(N - 1, -1, -1):
        back = flows[i + 1, BACK] if i < N - 1 else 0.0
        for c in range(C):
            if i < N - 1:
                totals[i, c] += back * totals[i + 1, c]
            totals[i, c] /= pivot[0, i]
