"""Extraction written down as a chemist would, and handed to SciPy: slow, and with nothing clever in it.

`residuals` has every equation of every stage. `row` searches the free units and the acidity of all stages with SciPy, and
finds the concentrations that belong to them from a dense matrix. Which stages with a set-point are dosed is found by
trying: all are, until one would have to give base away or one lies below its set-point. The arguments are those of the
kernels.
"""

import numpy as np
from scipy.optimize import brentq, fsolve, least_squares

from raffinate.kernels.chain import NATURAL, Cascade, Media
from raffinate.kernels.extraction import Contact, Extractant, Medium


def distribution_ratios(extractant: Extractant, medium: Medium, free: float, proton: float) -> np.ndarray:
    """(M, 2): mol/L of organic over mol/kg of water, of both complexes of every cation."""
    activity = np.exp(medium.ln_share + extractant.anions * medium.ln_anion)
    return np.exp(extractant.ln_k) * free**extractant.units * (activity / proton**extractant.protons)[:, None]


def charge_without_cations(medium: Medium, proton: float) -> float:
    per_proton, per_hydroxide, fixed = medium.whole
    charge = per_proton * proton - per_hydroxide / proton + fixed
    for total, bare, beta in zip(medium.ligand_total, medium.ligand_charge, medium.ligand_beta, strict=True):
        forms = [1.0] + [beta[n] * proton ** (n + 1) for n in range(3)]
        bound = sum(n * form for n, form in enumerate(forms)) / sum(forms)
        charge += total * (bare + bound)
    return charge


def contact(extractant: Extractant, medium: Medium, phases: Contact, totals: np.ndarray) -> tuple:
    """(aqueous, organic, free units, a(H+)): bisection for the free units inside bisection for the pH."""
    water, oil, units = phases

    def split(free: float, proton: float) -> tuple[np.ndarray, np.ndarray]:
        ratios = distribution_ratios(extractant, medium, free, proton)
        aqueous = totals / (water + oil * ratios.sum(axis=1))
        return aqueous, ratios * aqueous[:, None]

    def free_units(proton: float) -> float:
        def excess(ln_free: float) -> float:
            _, complexes = split(np.exp(ln_free), proton)
            return np.exp(ln_free) + (extractant.units * complexes).sum() - units

        return np.exp(brentq(excess, np.log(units) - 60.0, np.log(units), xtol=1e-14, rtol=1e-14))

    def charge(ln_proton: float) -> float:
        proton = np.exp(ln_proton)
        aqueous, _ = split(free_units(proton), proton)
        return extractant.protons @ aqueous + charge_without_cations(medium, proton)

    proton = np.exp(brentq(charge, np.log(1e-15), np.log(30.0), xtol=1e-14, rtol=1e-14))
    free = free_units(proton)
    aqueous, complexes = split(free, proton)
    return aqueous, complexes.sum(axis=1), free, proton


def medium_of(media: Media, i: int) -> Medium:
    share, anion, total, charge, beta, whole = media
    return Medium(share[i], anion[i], total[i], charge, beta[i], whole[i])


def entering(circuit: Cascade, x: np.ndarray, y: np.ndarray, dose: np.ndarray, i: int) -> tuple[np.ndarray, np.ndarray]:
    """(mol in the liquor, mol in the organic) of each cation that enter stage i per time."""
    liquor, organic = circuit.aqueous_source[i].copy(), circuit.organic_source[i].copy()
    liquor[circuit.base] += dose[i] / circuit.charge[circuit.base]
    if i > 0:
        liquor += circuit.flows[i - 1, 0] * x[i - 1]
        organic += circuit.flows[i - 1, 4] * y[i - 1]
    if i < len(x) - 1:
        liquor += circuit.flows[i + 1, 1] * x[i + 1]
        organic += circuit.flows[i + 1, 3] * y[i + 1]
    return liquor, organic


def residuals(extractant: Extractant, media: Media, circuit: Cascade, state: tuple) -> np.ndarray:
    """Every equation of every stage, (N, 2 M + 2), each over what it adds up. state: x, y, free, a(H+), dose."""
    x, y, free, proton, dose = state
    equations = []
    for i in range(len(x)):
        medium = medium_of(media, i)
        water, oil = circuit.flows[i, :3].sum(), circuit.flows[i, 3:].sum()
        liquor_in, organic_in = entering(circuit, x, y, dose, i)
        ratios = distribution_ratios(extractant, medium, free[i], proton[i])
        ratio, scale = ratios.sum(axis=1), np.maximum(liquor_in + organic_in, 1e-300)
        balance = (liquor_in + organic_in - water * x[i] - oil * y[i]) / scale
        reached = organic_in + circuit.efficiency * (oil * ratio * x[i] - organic_in)
        transfer = (oil * y[i] - reached) / scale
        bound = np.divide(
            (extractant.units * ratios).sum(axis=1) * y[i], ratio, out=np.zeros_like(ratio), where=ratio > 0.0
        )
        held = (free[i] + bound.sum()) / circuit.unit_total[i] - 1.0
        charge = extractant.protons @ x[i] + charge_without_cations(medium, proton[i])
        charge /= 1e-4 + np.abs(circuit.charge) @ x[i] + np.abs(medium.ligand_charge) @ medium.ligand_total
        equations.append(np.concatenate([balance, transfer, [held, charge]]))
    return np.array(equations)


def concentrations(circuit: Cascade, j: int, ratio: np.ndarray, dose: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Cation j in liquor and organic of all stages whose distribution ratios are given: one linear system."""
    n = len(ratio)
    matrix, right = np.zeros((2 * n, 2 * n)), np.zeros(2 * n)
    efficiency = circuit.efficiency[j]
    forward, back, _, oil_back, oil_forward, _ = circuit.flows.T
    for i in range(n):
        balance, transfer = matrix[2 * i], matrix[2 * i + 1]
        oil = circuit.flows[i, 3:].sum()
        balance[2 * i] += circuit.flows[i, :3].sum()
        balance[2 * i + 1] += oil
        transfer[2 * i] -= efficiency * ratio[i] * oil
        transfer[2 * i + 1] += oil
        right[2 * i] += circuit.aqueous_source[i, j] + circuit.organic_source[i, j]
        right[2 * i + 1] += (1.0 - efficiency) * circuit.organic_source[i, j]
        if j == circuit.base:
            right[2 * i] += dose[i] / circuit.charge[j]
        if i > 0:
            balance[2 * i - 2] -= forward[i - 1]
            balance[2 * i - 1] -= oil_forward[i - 1]
            transfer[2 * i - 1] -= (1.0 - efficiency) * oil_forward[i - 1]
        if i < n - 1:
            balance[2 * i + 2] -= back[i + 1]
            balance[2 * i + 3] -= oil_back[i + 1]
            transfer[2 * i + 3] -= (1.0 - efficiency) * oil_back[i + 1]
    found = np.linalg.solve(matrix, right)
    return found[0::2], found[1::2]


def row(extractant: Extractant, media: Media, circuit: Cascade) -> tuple:
    """(aqueous, organic, free units, a(H+), dose), starting from one contact of everything that is fed."""
    n = len(circuit.aqueous_source)
    totals = (circuit.aqueous_source + circuit.organic_source).sum(axis=0)
    phases = Contact(circuit.flows[:, 2].sum(), circuit.flows[:, 5].sum(), circuit.unit_total.mean())
    _, _, free, proton = contact(extractant, medium_of(media, n - 1), phases, totals)
    target = np.exp(circuit.ln_target)
    may_be_dosed = circuit.control != NATURAL
    dosed = may_be_dosed.copy()
    start = np.concatenate([np.full(n, np.log(free)), np.where(dosed, 0.0, np.log(proton))])
    for _ in range(30):
        answer, start = _row_with(extractant, media, circuit, dosed, start)
        _, _, _, proton, dose = answer
        gives_away, too_low = dosed & (dose < 0.0), may_be_dosed & ~dosed & (proton > target)
        if not (gives_away.any() or too_low.any()):
            return answer
        dosed = (dosed & ~gives_away) | too_low
        start[n:] = np.where(dosed, np.maximum(dose, 0.0), np.log(np.minimum(proton, np.where(too_low, 1.0, proton))))
    raise AssertionError("no set of dosed stages agrees with itself")


def _row_with(extractant: Extractant, media: Media, circuit: Cascade, dosed: np.ndarray, start: np.ndarray) -> tuple:
    """The row whose stages `dosed` lie at their set-points, and the others get no base: (answer, unknowns)."""
    n, m = circuit.aqueous_source.shape

    def state(sought: np.ndarray) -> tuple:
        free = np.exp(sought[:n])
        proton = np.exp(np.where(dosed, circuit.ln_target, sought[n:]))
        dose = np.where(dosed, sought[n:], 0.0)
        ratios = np.array(
            [distribution_ratios(extractant, medium_of(media, i), free[i], proton[i]).sum(axis=1) for i in range(n)]
        )
        columns = [concentrations(circuit, j, ratios[:, j], dose) for j in range(m)]
        return np.array([x for x, _ in columns]).T, np.array([y for _, y in columns]).T, free, proton, dose

    def equations(sought: np.ndarray) -> np.ndarray:
        return residuals(extractant, media, circuit, state(sought))[:, -2:].ravel()

    low = np.concatenate([np.full(n, -40.0), np.where(dosed, -np.inf, -40.0)])  # pH 17
    high = np.concatenate([np.full(n, 3.0), np.where(dosed, np.inf, 5.0)])
    within = {"bounds": (low, high), "x_scale": "jac"}
    near = least_squares(equations, start, xtol=1e-12, ftol=1e-14, gtol=1e-14, **within).x
    found = fsolve(equations, near, xtol=1e-13, full_output=True)[0]
    if np.abs(equations(found)).max() > np.abs(equations(near)).max():
        found = near
    return state(found), found
