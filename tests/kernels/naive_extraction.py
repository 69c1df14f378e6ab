"""Extraction written down as a chemist would, and handed to SciPy: slow, and with nothing clever in it.

`residuals` has every equation of every stage. `cascade` searches the free dimer and the acidity of all stages with
SciPy, and finds the concentrations that belong to them from a dense matrix. The arguments are those of the kernels.
"""

import numpy as np
from scipy.optimize import brentq, root

from raffinate.kernels.cascade import Cascade
from raffinate.kernels.extraction import Contact, Extractant, Medium


def distribution_ratios(extractant: Extractant, medium: Medium, free: float, hydrogen: float) -> np.ndarray:
    """(M, 2): organic over aqueous concentration of both complexes of every cation."""
    activity = medium.proton_activity * hydrogen
    return np.exp(extractant.ln_k) * free**extractant.dimers / activity ** extractant.charge[:, None]


def charge_without_cations(medium: Medium, hydrogen: float) -> float:
    charge = hydrogen - medium.water_product / hydrogen + medium.fixed_charge
    for total, bare, ln_beta in zip(medium.ligand_total, medium.ligand_charge, medium.ligand_ln_beta, strict=True):
        forms = [1.0] + [np.exp(ln_beta[n]) * hydrogen ** (n + 1) for n in range(3)]
        bound = sum(n * form for n, form in enumerate(forms)) / sum(forms)
        charge += total * (bare + bound)
    return charge


def contact(extractant: Extractant, medium: Medium, phases: Contact, totals: np.ndarray) -> tuple:
    """(aqueous, organic, free dimer, [H+]): bisection for the free dimer inside bisection for the pH."""
    a, o, dimers = phases

    def split(free: float, hydrogen: float) -> tuple[np.ndarray, np.ndarray]:
        ratios = distribution_ratios(extractant, medium, free, hydrogen)
        aqueous = totals / (a + o * ratios.sum(axis=1))
        return aqueous, ratios * aqueous[:, None]

    def free_dimer(hydrogen: float) -> float:
        def excess(ln_free: float) -> float:
            _, complexes = split(np.exp(ln_free), hydrogen)
            return np.exp(ln_free) + (extractant.dimers * complexes).sum() - dimers

        return np.exp(brentq(excess, np.log(dimers) - 60.0, np.log(dimers), xtol=1e-14, rtol=1e-14))

    def charge(ln_hydrogen: float) -> float:
        hydrogen = np.exp(ln_hydrogen)
        aqueous, _ = split(free_dimer(hydrogen), hydrogen)
        return extractant.charge @ aqueous + charge_without_cations(medium, hydrogen)

    hydrogen = np.exp(brentq(charge, np.log(1e-15), np.log(10.0), xtol=1e-14, rtol=1e-14))
    free = free_dimer(hydrogen)
    aqueous, complexes = split(free, hydrogen)
    return aqueous, complexes.sum(axis=1), free, hydrogen


def residuals(
    extractant: Extractant,
    medium: Medium,
    circuit: Cascade,
    feeds: tuple[np.ndarray, np.ndarray, np.ndarray],
    state: tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray],
) -> np.ndarray:
    """Every equation of every stage. feeds: aqueous (M,), organic (M,), moles of base per stage and cation (N, M)."""
    aqueous_feed, organic_feed, base = feeds
    x, y, free, hydrogen = state
    last = circuit.stages - 1
    a, o = circuit.aqueous_flow, circuit.organic_flow
    b, c = circuit.aqueous_in_organic * o, circuit.organic_in_aqueous * a
    equations = []
    for i in range(circuit.stages):
        aqueous_in = a * (aqueous_feed if i == 0 else x[i - 1]) + (b * x[i + 1] if i < last else 0.0) + base[i]
        organic_in = o * (organic_feed if i == last else y[i + 1]) + (c * y[i - 1] if i > 0 else 0.0)
        aqueous_volume = a + (b if i < last else 0.0)
        organic_volume = o + (c if i > 0 else 0.0)
        ratios = distribution_ratios(extractant, medium, free[i], hydrogen[i])
        entering = organic_in / organic_volume
        scale = aqueous_in + organic_in
        equations.append((aqueous_in + organic_in - aqueous_volume * x[i] - organic_volume * y[i]) / scale)
        reached = entering + circuit.efficiency * (ratios.sum(axis=1) * x[i] - entering)
        equations.append((y[i] - reached) * organic_volume / scale)
        bound = (extractant.dimers * ratios).sum(axis=1) / ratios.sum(axis=1) * y[i]
        equations.append([(free[i] + bound.sum()) / circuit.dimer_total - 1.0])
        equations.append([extractant.charge @ x[i] + charge_without_cations(medium, hydrogen[i])])
    return np.concatenate(equations)


def concentrations(
    circuit: Cascade,
    feeds: tuple[np.ndarray, np.ndarray, np.ndarray],
    j: int,
    ratio: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Cation j in liquor and organic of all stages whose distribution ratios are given: one linear system."""
    aqueous_feed, organic_feed, base = feeds
    n, last = circuit.stages, circuit.stages - 1
    a, o = circuit.aqueous_flow, circuit.organic_flow
    b, c = circuit.aqueous_in_organic * o, circuit.organic_in_aqueous * a
    efficiency = circuit.efficiency[j]
    matrix, right = np.zeros((2 * n, 2 * n)), np.zeros(2 * n)
    for i in range(n):
        balance, transfer = matrix[2 * i], matrix[2 * i + 1]
        organic_volume = o + (c if i > 0 else 0.0)
        balance[2 * i] += a + (b if i < last else 0.0)
        balance[2 * i + 1] += organic_volume
        transfer[2 * i] -= efficiency * ratio[i] * organic_volume
        transfer[2 * i + 1] += organic_volume
        right[2 * i] += base[i, j]
        if i == 0:
            right[2 * i] += a * aqueous_feed[j]
        else:
            balance[2 * i - 2] -= a
            balance[2 * i - 1] -= c
            transfer[2 * i - 1] -= (1.0 - efficiency) * c
        if i == last:
            right[2 * i] += o * organic_feed[j]
            right[2 * i + 1] += (1.0 - efficiency) * o * organic_feed[j]
        else:
            balance[2 * i + 2] -= b
            balance[2 * i + 3] -= o
            transfer[2 * i + 3] -= (1.0 - efficiency) * o
    found = np.linalg.solve(matrix, right)
    return found[0::2], found[1::2]


def cascade(
    extractant: Extractant,
    medium: Medium,
    circuit: Cascade,
    feeds: tuple[np.ndarray, np.ndarray, np.ndarray],
) -> tuple:
    """(aqueous, organic, free dimer, [H+]), starting from one contact of everything that is fed."""
    aqueous_feed, organic_feed, base = feeds
    n, m = circuit.stages, extractant.charge.shape[0]
    totals = circuit.aqueous_flow * aqueous_feed + circuit.organic_flow * organic_feed + base.sum(axis=0)
    phases = Contact(circuit.aqueous_flow, circuit.organic_flow, circuit.dimer_total)
    _, _, free, hydrogen = contact(extractant, medium, phases, totals)

    def state(logarithms: np.ndarray) -> tuple:
        free, hydrogen = np.exp(logarithms[:n]), np.exp(logarithms[n:])
        ratios = np.array([distribution_ratios(extractant, medium, free[i], hydrogen[i]).sum(axis=1) for i in range(n)])
        columns = [concentrations(circuit, feeds, j, ratios[:, j]) for j in range(m)]
        return np.array([x for x, _ in columns]).T, np.array([y for _, y in columns]).T, free, hydrogen

    def equations(logarithms: np.ndarray) -> np.ndarray:
        everything = residuals(extractant, medium, circuit, feeds, state(logarithms)).reshape(n, 2 * m + 2)
        return everything[:, -2:].ravel()

    start = np.concatenate([np.full(n, np.log(free)), np.full(n, np.log(hydrogen))])
    return state(root(equations, start, method="hybr", options={"xtol": 1e-13}).x)
