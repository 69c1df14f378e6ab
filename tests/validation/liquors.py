"""Liquors for the comparison with PHREEQC: made up, pH 0 to 13, 5 to 90 degC, dilute to an ionic strength above 5.

Each is a kilogram of water with mol of neutral substances in it, at a temperature in degC, with the solids and gases
that may form. CO2(g) stands at 1 bar.
"""

from typing import NamedTuple


class Liquor(NamedTuple):
    """One liquor; `holds`: mol per kg of water; `degrees`: degC."""

    name: str
    degrees: float
    holds: dict[str, float]
    phases: tuple[str, ...] = ()


HYDROXIDES = (
    "Mg(OH)2(s)",
    "Al(OH)3(s)",
    "Fe(OH)3(s)",
    "Mn(OH)2(s)",
    "Co(OH)2(s)",
    "Ni(OH)2(s)",
    "Cu(OH)2(s)",
    "Zn(OH)2(s)",
)
CARBONATES = ("CaCO3(s)", "FeCO3(s)", "MnCO3(s)", "CoCO3(s)", "NiCO3(s)", "ZnCO3(s)", "Li2CO3(s)")
PHOSPHATES = ("FePO4.2H2O(s)", "AlPO4.2H2O(s)", "Li3PO4(s)", "Mn3(PO4)2(s)", "Co3(PO4)2(s)", "Ni3(PO4)2(s)")
APATITES = ("Ca5(PO4)3OH(s)", "Ca5(PO4)3F(s)", "CaF2(s)")
FLUORIDES = ("CaF2(s)", "MgF2(s)", "LiF(s)", "Na3AlF6(s)")
GYPSUM = ("CaSO4.2H2O(s)", "CaSO4(s)")
GLAUBER = ("Na2SO4.10H2O(s)", "Na2SO4(s)")
VITRIOLS = ("NiSO4.6H2O(s)", "NiSO4.7H2O(s)", "CoSO4.6H2O(s)", "CoSO4.7H2O(s)", "MnSO4.H2O(s)")

_LEACH = {
    "Li2SO4": 0.28,
    "NiSO4": 0.34,
    "CoSO4": 0.12,
    "MnSO4": 0.13,
    "CuSO4": 0.03,
    "Al2(SO4)3": 0.046,
    "FeSO4": 0.012,
}
_TRACES = {"NiSO4": 1e-3, "CoSO4": 1e-3, "MnSO4": 1e-3, "CuSO4": 5e-4, "ZnSO4": 5e-4, "MgSO4": 2e-3, "Al2(SO4)3": 2e-4}

LIQUORS = (
    # acids, bases and salts alone
    Liquor("sulfuric acid 1 mol", 25, {"H2SO4": 1.0}),
    Liquor("sulfuric acid 1 mmol, cold", 5, {"H2SO4": 1e-3}),
    Liquor("sulfuric acid 0.3 mol, hot", 90, {"H2SO4": 0.3}),
    Liquor("hydrochloric acid 1.2 mol", 25, {"HCl": 1.2}),
    Liquor("phosphoric acid", 40, {"H3PO4": 0.1}),
    Liquor("hydrofluoric acid", 25, {"HF": 0.2, "NaF": 0.1}),
    Liquor("caustic 0.01 mol", 25, {"NaOH": 0.01}),
    Liquor("caustic 0.2 mol, cold", 5, {"NaOH": 0.2}),
    Liquor("caustic in brine, hot", 80, {"NaOH": 0.05, "NaCl": 1.0}),
    Liquor("lithium hydroxide", 60, {"LiOH": 0.5}),
    Liquor("ammonia and its sulfate", 25, {"NH3": 0.5, "(NH4)2SO4": 0.5}),
    Liquor("soda and bicarbonate", 25, {"Na2CO3": 0.1, "NaHCO3": 0.1}),
    Liquor("hard water", 10, {"CaCl2": 1e-3, "MgSO4": 5e-4, "NaHCO3": 2e-3}),
    Liquor("phosphate buffer", 25, {"Na2HPO4": 0.05, "NaH2PO4": 0.05}),
    Liquor("sodium sulfate 1.2 mol", 50, {"Na2SO4": 1.2}),
    Liquor("sodium chloride 5 mol", 25, {"NaCl": 5.0}),
    # leach liquors, nothing forming
    Liquor("leach of black mass", 25, {**_LEACH, "H2SO4": 0.2}),
    Liquor("leach of black mass, 60 degC", 60, {**_LEACH, "H2SO4": 0.2}),
    Liquor("leach of black mass, 90 degC", 90, {**_LEACH, "H2SO4": 0.5, "HF": 0.1, "H3PO4": 0.01}),
    Liquor("pregnant liquor, strong", 70, {"NiSO4": 1.2, "CoSO4": 0.4, "MnSO4": 0.4, "Li2SO4": 0.6, "H2SO4": 0.05}),
    Liquor("ferric sulfate in acid", 40, {"Fe2(SO4)3": 0.2, "FeSO4": 0.1, "H2SO4": 0.3}),
    Liquor(
        "chlorides of the metals",
        60,
        {"NiCl2": 0.3, "CoCl2": 0.3, "CuCl2": 0.1, "ZnCl2": 0.2, "FeCl3": 0.1, "HCl": 0.5},
    ),
    Liquor(
        "ammines of nickel and cobalt", 25, {"NiSO4": 0.1, "CoSO4": 0.05, "CuSO4": 0.02, "NH3": 1.5, "(NH4)2SO4": 0.5}
    ),
    # hydroxides
    Liquor("aluminium and iron out at pH 4", 60, {**_LEACH, "Fe2(SO4)3": 0.02, "NaOH": 0.33}, HYDROXIDES),
    Liquor("copper out", 50, {**_LEACH, "NaOH": 0.37}, HYDROXIDES),
    Liquor("mixed hydroxide precipitate", 60, {"NiSO4": 0.3, "CoSO4": 0.1, "MnSO4": 0.1, "NaOH": 0.96}, HYDROXIDES),
    Liquor("traces in caustic", 25, {**_TRACES, "NaOH": 0.03}, HYDROXIDES),
    Liquor("traces in strong caustic, hot", 80, {**_TRACES, "NaOH": 0.3}, HYDROXIDES),
    Liquor("brucite in sulfate", 40, {"MgSO4": 0.4, "NaOH": 0.3}, HYDROXIDES),
    Liquor("goethite, hot", 90, {"Fe2(SO4)3": 0.05, "ZnSO4": 0.5, "NaOH": 0.2}, ("FeOOH(s)",)),
    Liquor("lime slurry", 25, {"Ca(OH)2": 0.1}, ("Ca(OH)2(s)",)),
    Liquor("lithium hydroxide crystals", 20, {"LiOH": 14.0}, ("LiOH.H2O(s)",)),
    Liquor("hydroxides against ammonia", 25, {"NiSO4": 0.2, "CoSO4": 0.1, "NH3": 0.6, "NaOH": 0.3}, HYDROXIDES),
    # gypsum
    Liquor("gypsum in acid", 25, {"CaSO4": 0.1, "H2SO4": 0.5}, GYPSUM),
    Liquor("gypsum or anhydrite, hot", 90, {"CaCl2": 0.2, "Na2SO4": 0.3}, GYPSUM),
    Liquor("liming of a leach", 50, {**_LEACH, "H2SO4": 0.2, "Ca(OH)2": 0.35}, (*GYPSUM, *HYDROXIDES)),
    # carbonates and CO2
    Liquor("lithium carbonate, hot", 90, {"Li2SO4": 1.0, "Na2CO3": 1.0}, ("Li2CO3(s)",)),
    Liquor("lithium carbonate redissolved under CO2", 20, {"Li2CO3": 0.4, "CO2": 1.0}, ("Li2CO3(s)", "CO2(g)")),
    Liquor("mixed carbonate", 40, {"NiSO4": 0.2, "CoSO4": 0.1, "MnSO4": 0.1, "Na2CO3": 0.42}, CARBONATES),
    Liquor("calcite under CO2", 25, {"CaCO3": 0.05, "CO2": 0.2}, ("CaCO3(s)", "CO2(g)")),
    Liquor("soda into acid", 40, {"H2SO4": 0.3, "Na2CO3": 0.2}, ("CO2(g)",)),
    Liquor("natron, cold", 5, {"Na2CO3": 2.0}, ("Na2CO3.10H2O(s)", "Na2CO3.H2O(s)")),
    # fluorides and phosphates
    Liquor("fluorite and sellaite", 60, {"NiSO4": 0.5, "CaSO4": 0.01, "MgSO4": 0.05, "NaF": 0.15}, FLUORIDES),
    Liquor("lithium fluoride", 25, {"Li2SO4": 0.3, "HF": 0.2, "NaOH": 0.2}, FLUORIDES),
    Liquor("cryolite", 50, {"Al2(SO4)3": 0.1, "NaF": 1.3, "NaOH": 0.1}, FLUORIDES),
    Liquor("leach of LFP", 40, {"Li2SO4": 0.4, "FeSO4": 0.02, "Fe2(SO4)3": 0.1, "H3PO4": 0.3, "NaOH": 0.3}, PHOSPHATES),
    Liquor("lithium phosphate", 80, {"Li2SO4": 0.2, "Na3PO4": 0.15, "NaOH": 0.05}, PHOSPHATES),
    Liquor(
        "phosphates of nickel and cobalt", 25, {"NiSO4": 0.1, "CoSO4": 0.1, "MnSO4": 0.1, "Na3PO4": 0.1}, PHOSPHATES
    ),
    Liquor("apatite", 30, {"CaCl2": 0.05, "Na2HPO4": 0.03, "NaOH": 0.04, "NaF": 0.005}, APATITES),
    # crystals that bind water
    Liquor("mirabilite, cold", 5, {"Na2SO4": 2.0}, GLAUBER),
    Liquor("mirabilite out of a mother liquor", 10, {"Na2SO4": 1.8, "Li2SO4": 0.5, "H2SO4": 0.02}, GLAUBER),
    Liquor("thenardite, hot", 80, {"Na2SO4": 4.5}, GLAUBER),
    Liquor("retgersite", 45, {"NiSO4": 9.0}, VITRIOLS),
    Liquor("morenosite and bieberite", 15, {"NiSO4": 3.5, "CoSO4": 2.5}, VITRIOLS),
    Liquor("szmikite, hot", 90, {"MnSO4": 5.0, "H2SO4": 0.1}, VITRIOLS),
    Liquor("melanterite in acid", 20, {"FeSO4": 5.0, "H2SO4": 0.3}, ("FeSO4.7H2O(s)",)),
    Liquor("chalcanthite", 25, {"CuSO4": 2.0, "H2SO4": 0.5}, ("CuSO4.5H2O(s)",)),
    Liquor("epsomite", 25, {"MgSO4": 4.0}, ("MgSO4.6H2O(s)", "MgSO4.7H2O(s)")),
    Liquor("ammonium sulfate", 60, {"(NH4)2SO4": 9.0}, ("(NH4)2SO4(s)",)),
    Liquor("lithium sulfate", 50, {"Li2SO4": 4.0}, ("Li2SO4.H2O(s)",)),
)
