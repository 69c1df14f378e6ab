"""Rows of mixer-settlers that several tests solve: an acid, its media, and rows made of few numbers."""

import math

import numpy as np

from raffinate.flowsheet.extraction.folding import fold, settled
from raffinate.kernels.cascade import solve_cascade
from raffinate.kernels.chain import AT_LEAST, EXACT, NATURAL, ORGANIC_OUT, OUT, Cascade, Media
from raffinate.kernels.extraction import Extractant, Medium
from raffinate.kernels.status import CONVERGED

LN10 = math.log(10.0)
NOTHING = np.zeros((2, 0))
# Li, Na, Mn, Co, Ni, Al on an acid like Cyanex 272
CHARGE = np.array([1.0, 1.0, 2.0, 2.0, 2.0, 3.0])
UNITS = np.array([[1.0, 0.5], [1.0, 0.5], [2.0, 1.0], [2.0, 1.0], [2.0, 1.0], [3.0, 1.5]])
LOG_K = np.array([[-6.6, -7.6], [-7.1, -8.1], [-6.9, -8.2], [-7.5, -8.8], [-10.5, -11.9], [-6.0, -np.inf]])
ACID = Extractant(LN10 * LOG_K, UNITS, CHARGE, np.zeros(6))
LITHIUM, SODIUM, COBALT, NICKEL, ALUMINIUM = 0, 1, 3, 4, 5
M = 6
MASS = np.array([6.94, 22.99, 54.94, 58.93, 58.69, 26.98])
HELD = {"at least": AT_LEAST, "exact": EXACT}


def medium_for(cations: np.ndarray, acid: float = 0.0, gamma: float = 1.0) -> Medium:
    """The sulfate medium of these cations with `acid` equivalents of free sulfuric acid, where H+ has `gamma`."""
    sulfate = 0.5 * (CHARGE @ cations + acid)
    beta = np.array([[10.0**1.3 / gamma, 0.0, 0.0]])
    whole = np.array([1.0 / gamma, 1e-14 * gamma, 0.0])
    return Medium(np.zeros(M), 0.0, np.array([sulfate]), np.array([-2.0]), beta, whole)


def everywhere(medium: Medium, stages: int) -> Media:
    """The same medium in every stage."""
    share, anion, total, charge, beta, whole = medium
    alike = [np.repeat(each[None], stages, axis=0) for each in (share, total, beta, whole)]
    return Media(alike[0], np.full(stages, anion), alike[1], charge, alike[2], alike[3])


def row_of(
    stages: int, feed: np.ndarray, organic: np.ndarray, ratio: float = 1.0, units: float = 0.3, **other
) -> Cascade:
    """A counter-current row: 1 kg of water, `ratio` L of organic; `wet`, `oily` are what either liquid carries back."""
    wet, oily = other.get("wet", 0.0) * ratio, other.get("oily", 0.0)
    flows = np.zeros((stages, 6))
    for i in range(stages):
        onward, back = float(i < stages - 1), float(i > 0)
        flows[i, :3] = onward, back * wet, (1.0 - onward) * (1.0 - wet) + (1.0 - back) * wet
        flows[i, 3:] = back * ratio, onward * oily, (1.0 - back) * (ratio - oily) + (1.0 - onward) * oily
    aqueous, bound = np.zeros((stages, M)), np.zeros((stages, M))
    aqueous[0] = feed
    aqueous[:, SODIUM] += other.get("base", 0.0)
    bound[-1] = ratio * organic
    control, target = np.full(stages, NATURAL, dtype=np.int64), np.zeros(stages)
    if "ph" in other:
        control[:] = HELD[other.get("held", "at least")]
        target[:] = -LN10 * np.asarray(other["ph"])
    efficiency = np.ones(M) * other.get("efficiency", 1.0)
    return Cascade(flows, aqueous, bound, np.full(stages, units), efficiency, control, target, SODIUM, CHARGE)


def random_row(seed: int, stages: int | None = None, hold: str = "", ideal: bool = False) -> tuple:
    """A feasible point: 1 to 50 stages, 0.1 to 100 g/L, pH 1 to 7, O/A 0.2 to 5, saponified to 70 %.

    `hold`: nothing, "uniform" (one set-point from pH 1 to 7 for all stages) or "profile" (one of its own for each).
    """
    rng = np.random.default_rng(seed)
    stages = stages or int(np.exp(rng.uniform(0.0, np.log(51.0))))
    feed = 10.0 ** rng.uniform(-1.0, 2.0, M) / MASS * (rng.random(M) < 0.8)
    feed[SODIUM] += 1e-3
    hydrogen = 10.0 ** -rng.uniform(1.0, 7.0)
    on_sulfate = 10.0**1.3 * hydrogen / (1.0 + 10.0**1.3 * hydrogen)
    sulfate = (CHARGE @ feed + hydrogen - 1e-14 / hydrogen) / (2.0 - on_sulfate)
    acid = 2.0 * sulfate - CHARGE @ feed
    ratio = 5.0 ** rng.uniform(-1.0, 1.0)
    units = 0.5 * rng.uniform(0.1, 1.2)
    organic = np.zeros(M)
    organic[SODIUM] = 2.0 * units * rng.uniform(0.0, 0.7)
    efficiency = np.ones(M) if ideal else rng.uniform(0.7, 1.0, M)
    wet, oily = (0.0, 0.0) if ideal else (rng.uniform(0.0, 0.02), rng.uniform(0.0, 0.02))
    base = 0.0
    if rng.random() < 0.3:
        spare = 2.0 * units * ratio - ratio * organic[SODIUM]
        base = 0.5 * rng.random() * min(spare, CHARGE[2:] @ feed[2:]) / stages
    extractant = ACID._replace(ln_k=ACID.ln_k + LN10 * rng.normal(0.0, 0.3, (M, 1)))
    held = {"ph": rng.uniform(1.0, 7.0, stages if hold == "profile" else None)} if hold else {}
    circuit = row_of(stages, feed, organic, ratio, units, wet=wet, oily=oily, base=base, efficiency=efficiency, **held)
    return extractant, everywhere(medium_for(feed, acid), stages), circuit


def plant() -> tuple[np.ndarray, np.ndarray]:
    """A cobalt-nickel liquor and an organic of 0.6 mol/L of acid, 40 % saponified."""
    feed = np.array([0.3, 0.1, 0.01, 0.06, 0.3, 1e-4])
    organic = np.zeros(M)
    organic[SODIUM] = 0.24
    return feed, organic


class Answer:
    """What `solve_cascade` answers, by name."""

    def __init__(self, extractant, media, circuit, start=NOTHING):
        self.found = settled(solve_cascade(*fold(extractant, media, circuit), start), len(circuit.flows))
        self.x, self.y, self.sought, point, self.dose, self.error, self.steps, self.status = self.found
        self.free, self.proton = np.exp(point)
        self.ph = -point[1] / LN10

    @property
    def state(self):
        return self.x, self.y, self.free, self.proton, self.dose


def solved(extractant, media, circuit, start=NOTHING):
    answer = Answer(extractant, media, circuit, start)
    assert answer.status == CONVERGED
    assert answer.error <= 1e-12
    return answer


def left(circuit: Cascade, answer: Answer) -> np.ndarray:
    """Moles per time of each cation that leave the row."""
    return circuit.flows[:, OUT] @ answer.x + circuit.flows[:, ORGANIC_OUT] @ answer.y


def entered(circuit: Cascade, answer: Answer) -> np.ndarray:
    """Moles per time of each cation that enter the row."""
    total = (circuit.aqueous_source + circuit.organic_source).sum(axis=0)
    total[circuit.base] += answer.dose.sum() / circuit.charge[circuit.base]
    return total
