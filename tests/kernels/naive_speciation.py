"""A chemistry for the tests of the liquor kernels, and their slow, obvious twin.

The constants are those of textbooks and of phreeqc.dat, minteq.v4.dat and wateq4f.dat (Parkhurst & Appelo 2013),
rounded; the tests need a real chemistry, not the best one. log10 K at 25 degC, aqueous: of formation, phases: of
dissolution.
"""

import numpy as np
from scipy.optimize import root

from raffinate.kernels.activity import Mixture

LN10 = np.log(10.0)
MOLES_PER_KG = 1.0 / 0.018015
COMPONENTS = (
    *("H2O", "H+", "Li+", "Na+", "Ca+2", "Al+3", "Fe+3", "Mn+2"),
    *("Co+2", "Ni+2", "Cu+2", "SO4-2", "Cl-", "CO3-2", "F-"),
)
CHARGES = (0, 1, 1, 1, 2, 3, 3, 2, 2, 2, 2, -2, -1, -2, -1)
AQUEOUS = {
    "OH-": ({"H2O": 1, "H+": -1}, -14.0), "HSO4-": ({"H+": 1, "SO4-2": 1}, 1.988),
    "HCO3-": ({"H+": 1, "CO3-2": 1}, 10.329), "CO2(aq)": ({"H+": 2, "CO3-2": 1, "H2O": -1}, 16.681),
    "HF(aq)": ({"H+": 1, "F-": 1}, 3.18), "HF2-": ({"H+": 1, "F-": 2}, 3.76),
    "LiSO4-": ({"Li+": 1, "SO4-2": 1}, 0.64), "NaSO4-": ({"Na+": 1, "SO4-2": 1}, 0.7),
    "NaCO3-": ({"Na+": 1, "CO3-2": 1}, 1.27), "NaHCO3(aq)": ({"Na+": 1, "H+": 1, "CO3-2": 1}, 10.08),
    "CaOH+": ({"Ca+2": 1, "H2O": 1, "H+": -1}, -12.78), "CaSO4(aq)": ({"Ca+2": 1, "SO4-2": 1}, 2.3),
    "CaCO3(aq)": ({"Ca+2": 1, "CO3-2": 1}, 3.224), "CaHCO3+": ({"Ca+2": 1, "H+": 1, "CO3-2": 1}, 11.435),
    "AlOH+2": ({"Al+3": 1, "H2O": 1, "H+": -1}, -5.0), "Al(OH)2+": ({"Al+3": 1, "H2O": 2, "H+": -2}, -10.1),
    "Al(OH)3(aq)": ({"Al+3": 1, "H2O": 3, "H+": -3}, -16.9), "Al(OH)4-": ({"Al+3": 1, "H2O": 4, "H+": -4}, -22.7),
    "AlSO4+": ({"Al+3": 1, "SO4-2": 1}, 3.5), "Al(SO4)2-": ({"Al+3": 1, "SO4-2": 2}, 5.0),
    "AlF+2": ({"Al+3": 1, "F-": 1}, 7.0), "AlF2+": ({"Al+3": 1, "F-": 2}, 12.7),
    "AlF3(aq)": ({"Al+3": 1, "F-": 3}, 16.8), "AlF4-": ({"Al+3": 1, "F-": 4}, 19.4),
    "FeOH+2": ({"Fe+3": 1, "H2O": 1, "H+": -1}, -2.19), "Fe(OH)2+": ({"Fe+3": 1, "H2O": 2, "H+": -2}, -5.67),
    "Fe(OH)3(aq)": ({"Fe+3": 1, "H2O": 3, "H+": -3}, -12.56), "Fe(OH)4-": ({"Fe+3": 1, "H2O": 4, "H+": -4}, -21.6),
    "FeSO4+": ({"Fe+3": 1, "SO4-2": 1}, 4.04), "Fe(SO4)2-": ({"Fe+3": 1, "SO4-2": 2}, 5.38),
    "MnOH+": ({"Mn+2": 1, "H2O": 1, "H+": -1}, -10.59), "MnSO4(aq)": ({"Mn+2": 1, "SO4-2": 1}, 2.25),
    "MnCO3(aq)": ({"Mn+2": 1, "CO3-2": 1}, 4.9), "MnCl+": ({"Mn+2": 1, "Cl-": 1}, 0.61),
    "CoOH+": ({"Co+2": 1, "H2O": 1, "H+": -1}, -9.7), "Co(OH)2(aq)": ({"Co+2": 1, "H2O": 2, "H+": -2}, -18.8),
    "Co(OH)3-": ({"Co+2": 1, "H2O": 3, "H+": -3}, -31.5), "CoSO4(aq)": ({"Co+2": 1, "SO4-2": 1}, 2.3),
    "NiOH+": ({"Ni+2": 1, "H2O": 1, "H+": -1}, -9.86), "Ni(OH)2(aq)": ({"Ni+2": 1, "H2O": 2, "H+": -2}, -19.0),
    "Ni(OH)3-": ({"Ni+2": 1, "H2O": 3, "H+": -3}, -30.0), "NiSO4(aq)": ({"Ni+2": 1, "SO4-2": 1}, 2.29),
    "Ni(SO4)2-2": ({"Ni+2": 1, "SO4-2": 2}, 1.02), "NiCO3(aq)": ({"Ni+2": 1, "CO3-2": 1}, 6.87),
    "Ni(CO3)2-2": ({"Ni+2": 1, "CO3-2": 2}, 10.11), "NiHCO3+": ({"Ni+2": 1, "H+": 1, "CO3-2": 1}, 12.47),
    "NiCl+": ({"Ni+2": 1, "Cl-": 1}, 0.4),
    "CuOH+": ({"Cu+2": 1, "H2O": 1, "H+": -1}, -8.0), "Cu(OH)2(aq)": ({"Cu+2": 1, "H2O": 2, "H+": -2}, -13.68),
    "Cu(OH)3-": ({"Cu+2": 1, "H2O": 3, "H+": -3}, -26.9), "Cu(OH)4-2": ({"Cu+2": 1, "H2O": 4, "H+": -4}, -39.6),
    "CuSO4(aq)": ({"Cu+2": 1, "SO4-2": 1}, 2.31),
}  # fmt: skip
PHASES = {
    "CaSO4.2H2O(s)": ({"Ca+2": 1, "SO4-2": 1, "H2O": 2}, -4.58), "CaSO4(s)": ({"Ca+2": 1, "SO4-2": 1}, -4.36),
    "CaCO3(s)": ({"Ca+2": 1, "CO3-2": 1}, -8.48), "Ca(OH)2(s)": ({"Ca+2": 1, "H2O": 2, "H+": -2}, 22.8),
    "Al(OH)3(s)": ({"Al+3": 1, "H2O": 3, "H+": -3}, 10.8), "Fe(OH)3(s)": ({"Fe+3": 1, "H2O": 3, "H+": -3}, 4.89),
    "Mn(OH)2(s)": ({"Mn+2": 1, "H2O": 2, "H+": -2}, 15.2), "MnCO3(s)": ({"Mn+2": 1, "CO3-2": 1}, -11.13),
    "Co(OH)2(s)": ({"Co+2": 1, "H2O": 2, "H+": -2}, 13.1), "Ni(OH)2(s)": ({"Ni+2": 1, "H2O": 2, "H+": -2}, 12.8),
    "NiCO3(s)": ({"Ni+2": 1, "CO3-2": 1}, -6.87), "Cu(OH)2(s)": ({"Cu+2": 1, "H2O": 2, "H+": -2}, 8.64),
    "Na2SO4(s)": ({"Na+": 2, "SO4-2": 1}, -0.18), "Na2SO4.10H2O(s)": ({"Na+": 2, "SO4-2": 1, "H2O": 10}, -1.11),
    "Li2CO3(s)": ({"Li+": 2, "CO3-2": 1}, -3.0), "CaF2(s)": ({"Ca+2": 1, "F-": 2}, -10.6),
    "CO2(g)": ({"H+": 2, "CO3-2": 1, "H2O": -1}, -18.15),
}  # fmt: skip


def mixture(components=COMPONENTS, ideal=False):
    """The Mixture over these components, with the names of its species and phases."""
    order = {name: index for index, name in enumerate(components)}
    charge_of = dict(zip(COMPONENTS, CHARGES, strict=True))

    def rows(table):
        kept = {name: entry for name, entry in table.items() if all(part in order for part in entry[0])}
        matrix = np.zeros((len(kept), len(components)))
        for row, (reaction, _) in zip(matrix, kept.values(), strict=True):
            for part, number in reaction.items():
                row[order[part]] = number
        return list(kept), matrix, np.array([LN10 * log_k for _, log_k in kept.values()])

    names, complexes, complex_ln_k = rows(AQUEOUS)
    phases, phase_composition, phase_ln_k = rows(PHASES)
    composition = np.vstack([np.eye(len(components))[1:], complexes])
    charge = composition @ np.array([charge_of[name] for name in components], dtype=float)
    ln_k = np.concatenate([np.zeros(len(components) - 1), complex_ln_k])
    ions = charge != 0
    ion_size = np.where(ions, 4.0 + 0.5 * np.abs(charge), 0.0)
    salting = np.where(ions, 0.05, 0.0)
    if "CO2(aq)" in names:
        salting[len(components) - 1 + names.index("CO2(aq)")] = 0.1
    debye = (0.0, 0.0) if ideal else (0.5092, 0.3283)
    result = Mixture(composition, charge, ln_k, ion_size, salting * (not ideal), *debye, phase_composition, phase_ln_k)
    return result, list(components[1:]) + names, phases


def totals_of(components=COMPONENTS, water=1.0, **amounts):
    """Totals (mol) from kg of water and mol of components; `acid` is H+, `base` is OH-; others by letters."""
    totals = np.zeros(len(components))
    base = amounts.pop("base", 0.0)
    totals[0] = water * MOLES_PER_KG + base
    totals[1] = amounts.pop("acid", 0.0) - base
    letters = {name.split("+")[0].split("-")[0]: name for name in components}
    for name, amount in amounts.items():
        totals[components.index(letters.get(name, name))] += amount
    return totals


def random_totals(generator, components=COMPONENTS, decades=4.0):
    """A neutral random liquor: some metals and anions over `decades`, and acid or base beside them."""
    charge_of = dict(zip(COMPONENTS, CHARGES, strict=True))
    totals = np.zeros(len(components))
    totals[0] = MOLES_PER_KG
    for index, name in enumerate(components[2:], start=2):
        if generator.random() < 0.75:
            totals[index] = 2.0 * 10.0 ** (-decades * generator.random()) / abs(charge_of[name])
    charge = sum(charge_of[name] * total for name, total in zip(components, totals, strict=True))
    totals[1] = -charge
    low, high = -5.0, 8.0
    proton = generator.uniform(-0.2, 0.2) if generator.random() < 0.5 else generator.uniform(low, high)
    proton = min(max(proton, low), high)
    # sodium or chloride carries the charge that the wanted amount of H+ leaves
    missing = proton - totals[1]
    totals[1] = proton
    if missing > 0.0:
        totals[components.index("Cl-")] += missing
    else:
        totals[components.index("Na+")] -= missing
    return totals


def ln_gamma(mixture, strength):
    """ln of the activity coefficients at ionic strength `strength`."""
    root_strength = np.sqrt(strength)
    below = 1 + mixture.debye_b * mixture.ion_size * root_strength
    return LN10 * (-mixture.debye_a * mixture.charge**2 * root_strength / below + mixture.salting * strength)


def ln_water(molalities):
    """ln of the activity of water at the sum of molalities."""
    return np.log(1 - 0.017 * molalities) if molalities <= 30 else np.log(0.49) - 0.017 / 0.49 * (molalities - 30)


def residuals(mixture, totals, active, unknowns):
    """All equations, written as they are spoken; unknowns are ln a, ln W, ln I, amounts of the active phases."""
    count = len(totals)
    ln_a, amounts = unknowns[:count], unknowns[count + 2 :]
    water, strength = np.exp(unknowns[count : count + 2])
    molality = np.exp(mixture.ln_k + mixture.composition @ ln_a - ln_gamma(mixture, strength))
    held = water * molality[:, None] * mixture.composition
    solid = amounts[:, None] * mixture.phase_composition[active]
    balance = held.sum(0) + solid.sum(0) - totals
    scale = np.abs(held).sum(0) + np.abs(solid).sum(0) + np.abs(totals)
    balance[0] += water * MOLES_PER_KG
    scale[0] += water * MOLES_PER_KG
    ionic = 0.5 * np.sum(mixture.charge**2 * molality)
    saturation = mixture.phase_composition[active] @ ln_a - mixture.phase_ln_k[active]
    rest = [np.log(ionic / strength), ln_a[0] - ln_water(molality.sum())]
    return np.concatenate([balance / scale, rest, saturation])


def descend(mixture, totals, phases, ln_a, ln_gammas, mu):
    """Minimise the convex dual at held activity coefficients and ln a of water, damped Newton on all else."""
    weights = np.min(np.where(phases[0] > 0, totals / np.where(phases[0] > 0, phases[0], 1.0), np.inf)[:, 2:], axis=1)
    for _ in range(300):
        molality = np.exp(mixture.ln_k + mixture.composition @ ln_a - ln_gammas)
        slack = phases[1] - phases[0] @ ln_a
        amounts = mu * weights / slack
        gradient = (mixture.composition.T @ molality - totals + phases[0].T @ amounts)[1:]
        hessian = mixture.composition.T @ (molality[:, None] * mixture.composition)
        hessian = (hessian + phases[0].T @ ((amounts / slack)[:, None] * phases[0]))[1:, 1:]
        size = np.sqrt(np.diag(hessian))
        step = np.concatenate([[0.0], -np.linalg.solve(hessian / np.outer(size, size), gradient / size) / size])
        if np.max(np.abs(step)) < 1e-9:
            break
        length = min(1.0, 2.0 / np.max(np.abs(step)))
        while np.any(phases[1] - phases[0] @ (ln_a + length * step) < 0.1 * slack):
            length *= 0.5
        ln_a = ln_a + length * step
    return ln_a, mu * weights / (phases[1] - phases[0] @ ln_a)


def settle(mixture, totals, allowed):
    """The equilibrium by a barrier in numpy, then SciPy's hybrid method: (ln a, water, molality, phase amounts).

    Every component must be present, and the totals must bring 1 kg of water.
    """
    phases = mixture.phase_composition[allowed], mixture.phase_ln_k[allowed]
    ln_a = np.full(len(totals), -90.0)
    ln_a[:2] = 0.0, -10.0
    water, strength = 1.0, 0.5
    for mu in [*np.repeat(10.0 ** -np.arange(8.0), 3), *([1e-8] * 20)]:
        gammas = ln_gamma(mixture, strength)
        ln_a, amounts = descend(mixture, totals / water, phases, ln_a, gammas, mu)
        molality = np.exp(mixture.ln_k + mixture.composition @ ln_a - gammas)
        strength = np.sqrt(strength * 0.5 * np.sum(mixture.charge**2 * molality))
        free = totals[0] - water * phases[0][:, 0] @ amounts
        water *= np.sqrt(free / (MOLES_PER_KG + molality @ mixture.composition[:, 0]) / water)
        ln_a[0] = min(ln_water(molality.sum()), 0.0)
        excess = phases[0] @ ln_a - phases[1]
        ln_a[2:] -= max(0.0, np.max(excess, initial=-1.0) + 1e-9)
    active = np.flatnonzero(allowed)[amounts * water > 1e-5 * np.abs(totals).min()]
    start = np.concatenate([ln_a, np.log([water, strength]), water * amounts[np.isin(np.flatnonzero(allowed), active)]])
    found = root(lambda unknowns: residuals(mixture, totals, active, unknowns), start, method="hybr", tol=1e-14)
    count = len(totals)
    solid = np.zeros(len(allowed))
    solid[active] = found.x[count + 2 :]
    ln_a, water, strength = found.x[:count], *np.exp(found.x[count : count + 2])
    molality = np.exp(mixture.ln_k + mixture.composition @ ln_a - ln_gamma(mixture, strength))
    return ln_a, water, molality, solid
