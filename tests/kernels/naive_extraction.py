"""Extraction written down as a chemist would, and handed to SciPy: slow, and with nothing clever in it.

All concentrations of all stages are unknowns, in logarithms. The arguments are those of the kernels.
"""

import numpy as np
from raffinate.kernels.cascade import Cascade
from raffinate.kernels.extraction import Contact, Extractant, Medium
from scipy.optimize import brentq, root


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


def cascade(
    extractant: Extractant,
    medium: Medium,
    circuit: Cascade,
    feeds: tuple[np.ndarray, np.ndarray, np.ndarray],
) -> tuple:
    """(aqueous, organic, free dimer, [H+]); every cation must be fed. Starts from one contact of everything."""
    aqueous_feed, organic_feed, base = feeds
    n, m = circuit.stages, extractant.charge.shape[0]
    totals = circuit.aqueous_flow * aqueous_feed + circuit.organic_flow * organic_feed + base.sum(axis=0)
    phases = Contact(circuit.aqueous_flow, circuit.organic_flow, circuit.dimer_total)
    x, y, free, hydrogen = contact(extractant, medium, phases, totals)
    start = np.concatenate([np.tile(x, n), np.tile(y, n), np.full(n, free), np.full(n, hydrogen)])

    def unpack(logarithms: np.ndarray) -> tuple:
        v = np.exp(np.clip(logarithms, -200.0, 10.0))
        return v[: n * m].reshape(n, m), v[n * m : 2 * n * m].reshape(n, m), v[2 * n * m : -n], v[-n:]

    def equations(logarithms: np.ndarray) -> np.ndarray:
        return residuals(extractant, medium, circuit, feeds, unpack(logarithms))

    found = root(equations, np.log(start), method="hybr", options={"xtol": 1e-13, "maxfev": 20000})
    return unpack(found.x)
