"""What the unit operations of leaching share: their ports' examples, what they report, and the liquor that leaves them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ..chemistry.database import table
from ..stream import Stream, settle
from ..unitop import Figure
from .bookkeeping import extraction, free_protons
from .dissolution import BARE, METALS, PHOSPHATE, STRIPPED
from .iron_phosphate import DIHYDRATE, settle_phosphate
from .rates import RateLaw
from .train import Leached

ELEMENTS: Mapping[str, str] = {
    "Li": "lithium", "Ni": "nickel", "Co": "cobalt", "Mn": "manganese", "Cu": "copper", "Al": "aluminium", "Fe": "iron",
    "P": "phosphorus", "F": "fluorine",
}  # fmt: skip
GASES: Mapping[str, str] = {
    "O2(g)": "oxygen", "H2(g)": "hydrogen", "CO2(g)": "carbon_dioxide", "SO2(g)": "sulfur_dioxide"
}  # fmt: skip
_WEAK = {"CO2(g)": "CO3-2", "SO2(g)": "SO3-2"}
_TRACE = 1e-12
_SEEN = 1e-9  # of the moles of solids

FIGURES: Mapping[str, Figure] = {
    **{f"{word}_extraction": Figure("-", f"share of the solids' {word} that dissolved") for word in ELEMENTS.values()},
    **{word: Figure("mol/s", f"{word.replace('_', ' ')} evolved") for word in GASES.values()},
    "free_acid": Figure("mol/m3", "protons beyond salts, HF and H3PO4 in the liquor that leaves"),
    "ph": Figure("-", "pH of the liquor that leaves, at its temperature"),
    "pulp_density": Figure("kg/m3", "solids fed per volume of liquor that leaves"),
    "acid_dose": Figure("kg/s", "acid drawn"),
    "peroxide_utilisation": Figure("-", "share of the peroxide that exchanged electrons"),
    "heat": Figure("W", "to supply; below 0 to take away"),
}
ELECTRON_FIGURES: Mapping[str, Figure] = {
    "reductant_dose": Figure("kg/s", "reductant solution drawn"),
    "oxide_conversion": Figure("-", "share of the nickel, cobalt and manganese of the cathode that dissolved"),
    "electrons_needed": Figure("mol/s", "electrons that the dissolved oxides took up from others"),
    "electrons_by_metals": Figure("mol/s", "of them given by aluminium, iron, nickel, cobalt and copper metal"),
    "electrons_by_peroxide": Figure("mol/s", "of them given by hydrogen peroxide"),
    "electrons_by_sulfite": Figure("mol/s", "electrons given by sulfite or SO2"),
    "electrons_by_iron": Figure("mol/s", "electrons given by iron(II)"),
}
SELECTIVE_FIGURES: Mapping[str, Figure] = {
    "oxidant_dose": Figure("kg/s", "oxidant solution drawn"),
    "delithiated": Figure("-", "share of the lithium iron phosphate that became FePO4"),
    "oxidant_utilisation": Figure("-", "share of the electrons of the oxidant dosed that lithium iron phosphate gave"),
}


def with_gas(slurry: Stream) -> Stream:
    """Let dissolved CO2 and SO2 leave the liquor as gas where they are above 1 bar."""
    index = slurry.chemistry.index
    gases = [gas for gas, ion in _WEAK.items() if ion in index and slurry[ion] > _TRACE * slurry["H2O"]]
    return settle(slurry, slurry.temperature, gases)[0] if gases else slurry


def figures(found: Leached, slurry: Stream) -> dict[str, float]:
    """Answer `FIGURES` of a leach whose slurry, gas included, is `slurry`."""
    volume = slurry.liquor_volume
    exchanged = found.exchange.reducing + found.exchange.oxidising
    fed = found.feed["H2O2"] + found.reagent["H2O2"]
    report = {f"{word}_extraction": extraction(element, found.feed, slurry) for element, word in ELEMENTS.items()}
    index = slurry.chemistry.index
    report |= {word: slurry[gas] if gas in index else 0.0 for gas, word in GASES.items()}
    return report | {
        "free_acid": free_protons(slurry.chemistry, slurry.flows) / volume,
        "ph": slurry.ph,
        "pulp_density": found.feed.solids.mass / volume,
        "acid_dose": found.acid.mass,
        "peroxide_utilisation": 0.5 * exchanged / fed if fed > 0.0 else 0.0,
        "heat": slurry.enthalpy_flow - sum(found.enthalpies),
    }


def electron_figures(found: Leached, slurry: Stream) -> dict[str, float]:
    """Answer `ELECTRON_FIGURES` of a reductive leach."""
    exchange = found.exchange
    return {
        "reductant_dose": found.reagent.mass,
        "oxide_conversion": _converted(found, slurry),
        "electrons_needed": exchange.needed,
        "electrons_by_metals": exchange.metals,
        "electrons_by_peroxide": exchange.reducing,
        "electrons_by_sulfite": exchange.sulfite,
        "electrons_by_iron": exchange.ferrous,
    }


def remarks(found: Leached, slurry: Stream, free_acid: float) -> tuple[str, ...]:
    """Say what of a leach lies outside the range of its models."""
    said = list(slurry.equilibrium.warnings)
    pulp = found.feed.solids.mass / slurry.liquor_volume
    for name in found.kinetics.members:
        law: RateLaw = found.kinetics.laws[name]
        size = found.feed.size_distribution(name).d50 if name in found.feed.sizes else None
        acid = free_acid if law.acid_order > 0.0 else None
        said += law.remarks(temperature=found.train.temperature, acid=acid, size=size, pulp_density=pulp)
    said += _beyond_dihydrate(found, slurry)
    if found.unsettled > 0.0:
        said.append(f"the liquor is settled to {found.unsettled:.1g} of itself only, as where acid is nearly spent")
    return tuple(dict.fromkeys(said))


def selective_laws(oxidant: Stream) -> dict[str, RateLaw]:
    """Answer the laws of a selective leach that differ from those of acid: of the phosphate by its oxidant, and of copper."""
    index = oxidant.chemistry.index
    persulfate = "S2O8-2" in index and oxidant["S2O8-2"] > oxidant["H2O2"]
    return {
        PHOSPHATE: RateLaw.named(PHOSPHATE, "zhang2019" if persulfate else "li2017"),
        METALS[-1]: RateLaw.named(METALS[-1], "raffinate2026"),  # slower than beside oxides
    }


def selective_slurry(slurry: Stream, saturation: float | None = None, release: float | None = None) -> Stream:
    """Answer what a selective leach leaves, its gas beside it; `saturation`, `release`: None for those of the data."""
    numbers = table("leaching_redox")
    return settle_phosphate(
        with_gas(slurry),
        numbers.value(DIHYDRATE, "dihydrate_saturation") if saturation is None else saturation,
        numbers.value(STRIPPED, "phosphate_release") if release is None else release,
    )


def selective_figures(found: Leached) -> dict[str, float]:
    """Answer `SELECTIVE_FIGURES` of a selective leach."""
    fed, index = found.feed[PHOSPHATE], found.feed.chemistry.index
    brought = 2.0 * sum(found.reagent[name] for name in ("H2O2", "S2O8-2") if name in index)
    return {
        "oxidant_dose": found.reagent.mass,
        "delithiated": found.exchange.phosphate / fed if fed > 0.0 else 0.0,
        "oxidant_utilisation": found.exchange.phosphate / brought if brought > 0.0 else 0.0,
    }


def _beyond_dihydrate(found: Leached, slurry: Stream) -> tuple[str, ...]:
    """Say where the liquor could not hold the iron phosphate that the rates dissolve."""
    chemistry = slurry.chemistry
    if STRIPPED not in found.ways.names or found.train.oxidative or DIHYDRATE not in chemistry.phase_index:
        return ()
    index = slurry.equilibrium.saturation_index(DIHYDRATE)
    keeps = table("leaching_redox").value(DIHYDRATE, "dihydrate_saturation")
    if not index > keeps:
        return ()
    return (
        f"the liquor has a saturation index of {index:.2f} of {DIHYDRATE}, at most {keeps:g} lasts: less {STRIPPED} dissolves "
        "than told, or the dihydrate comes down; use more acid",
    )


def left_alone(found: Leached, slurry: Stream, made: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Name the solids, those `made` left out, that would dissolve in acid or in the liquor or are phosphates, without a rate."""
    chemistry = slurry.chemistry
    basic = {s.name for s in chemistry.phases if s.reaction.get("H+", 0.0) < 0.0}
    known = {*found.ways.names, *made}
    least = _SEEN * float(slurry.flows[chemistry.solid].sum())
    left = [
        s.name
        for s in chemistry.solids
        if s.name not in known and (s.name in basic or "P" in s.elements) and slurry[s.name] > least
    ]
    salts = [
        s.name
        for s in chemistry.phases
        if "SO4-2" in s.reaction and s.name not in {*known, *left} and slurry[s.name] > least
    ]
    soluble = [name for name in salts if slurry.equilibrium.saturation_index(name) < 0.0]
    said = []
    if left:
        said.append(f"{', '.join(left)} would dissolve in acid; without a rate in leaching.csv it stays as it is")
    if soluble:
        said.append(
            f"{', '.join(soluble)} would dissolve in this liquor; a leach leaves salts, dissolve them before it"
        )
    return tuple(said)


def _converted(found: Leached, slurry: Stream) -> float:
    """Answer the share of the metals of oxides that need electrons which has left the solids."""
    chemistry, ways = slurry.chemistry, found.ways
    known = chemistry.element_names
    metals = sum((chemistry.element_matrix[known.index(e)] for e in BARE if e in known), np.zeros(chemistry.size))
    needy = np.zeros(chemistry.size)
    for name, electrons in zip(ways.names, ways.electrons, strict=True):
        needy[chemistry.index[name]] = electrons > 0.0
    for name in BARE.values():
        if name in chemistry.index:
            needy[chemistry.index[name]] = 1.0
    fed = float(metals * needy @ found.feed.flows)
    return 1.0 - float(metals * needy @ slurry.flows) / fed if fed > 0.0 else 0.0
