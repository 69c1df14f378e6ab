"""What the extraction kernels take, made from the data and from a liquor's own speciation.

Constants of extraction hold on the scale of concentration, so the liquor's constants (protonation of its ligands, the
product of water, the activity of H+) are brought to that scale with the activity coefficients of the liquor that is fed.
A ligand that a metal holds (fluoride by aluminium) takes no proton: only its free and protonated share does.
"""

import functools

import numpy as np

from ...kernels.extraction import Extractant, Medium
from ..errors import DataError, nearest
from .database import table
from .equilibrium import Equilibrium
from .system import WATER, Chemistry, salt_form

_MOST_PROTONS = 3
_NONE = -np.inf
_LIGANDS = {
    "SO4-2": ("HSO4-",),
    "F-": ("HF(aq)",),
    "PO4-3": ("HPO4-2", "H2PO4-", "H3PO4(aq)"),
    "CO3-2": ("HCO3-", "CO2(aq)"),
}


@functools.lru_cache(maxsize=64)
def cations(chemistry: Chemistry, extractant: str) -> tuple[str, ...]:
    """Answer the cations of the chemistry that an extractant of the chemistry takes up; raises `DataError` for another."""
    if extractant not in chemistry.extractants:
        raise DataError(
            f"extractant {extractant!r} is not in the chemistry{nearest(extractant, chemistry.extractants)}"
        )
    components = (c.name for c in chemistry.components if c.name != "H+")  # whose salt is the acid itself
    return tuple(name for name in components if salt_form(name, extractant) in chemistry.index)


@functools.lru_cache(maxsize=64)
def constants(chemistry: Chemistry, extractant: str) -> Extractant:
    """Answer the constants of an extractant for its cations, in the order of `cations`."""
    numbers = table("extraction")
    names = cations(chemistry, extractant)
    ln_k, dimers = np.full((len(names), 2), _NONE), np.ones((len(names), 2))
    for row, cation in enumerate(names):
        for column, load in enumerate(("trace", "loaded")):
            found = numbers.find(f"{extractant}|{cation}", f"log_k_{load}")
            if found is not None:
                ln_k[row, column] = found.value * np.log(10.0)
                dimers[row, column] = numbers.value(f"{extractant}|{cation}", f"dimers_{load}")
    charge = np.array([chemistry.charges[chemistry.index[name]] for name in names])
    return Extractant(ln_k, dimers, charge)


def medium(chemistry: Chemistry, found: Equilibrium, volume: float, taken: tuple[str, ...]) -> Medium:
    """Answer the charge-carrying surroundings of the cations `taken` in a liquor of `volume` (m3 for the totals given)."""
    names = chemistry.aqueous_names
    gamma = dict(zip(names, found.speciation.ln_gamma.tolist(), strict=True))
    molality = dict(zip(names, found.speciation.molality.tolist(), strict=True))
    ln_k = dict(zip(names, chemistry.mixture(found.temperature).ln_k.tolist(), strict=True))
    litres = 1000.0 * volume
    ln_w = float(np.log(found.speciation.water / litres))  # kg of water per litre of liquor
    concentration = found.totals / litres
    ligands, totals, betas, fixed = [], [], [], 0.0
    for at, component in enumerate(chemistry.components):
        name = component.name
        if at == WATER or name == "H+" or name in taken or component.charge == 0:
            continue
        fixed += component.charge * concentration[at]
        forms = [form for form in _LIGANDS.get(name, ()) if form in gamma]
        if not forms or concentration[at] <= 0.0:
            continue
        free = found.speciation.water / litres * (molality[name] + sum(molality[form] for form in forms))
        fixed -= component.charge * free
        beta = np.full(_MOST_PROTONS, _NONE)
        for count, form in enumerate(forms, start=1):
            beta[count - 1] = ln_k[form] + gamma[name] + count * gamma["H+"] - gamma[form] - count * ln_w
        ligands.append(float(component.charge))
        totals.append(free)
        betas.append(beta)
    ln_kw = ln_k["OH-"] + found.speciation.ln_water_activity - gamma["H+"] - gamma["OH-"] + 2.0 * ln_w
    return Medium(
        ligand_total=np.array(totals),
        ligand_charge=np.array(ligands),
        ligand_ln_beta=np.array(betas).reshape(len(totals), _MOST_PROTONS),
        fixed_charge=float(fixed),
        water_product=float(np.exp(ln_kw)),
        proton_activity=float(np.exp(gamma["H+"] - ln_w)),
    )
