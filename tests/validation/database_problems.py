"""Liquors to ask of two engines with the same database: dilute to 8 mol/kg, 0 to 90 degC, with and without solids and gas."""

import itertools
import random

from iphreeqc import Problem

ELEMENTS = {
    "pitzer": "Na K Mg Ca Cl S C Li Mn Fe",
    "phreeqc": "Na K Mg Ca Cl S C Al Fe F P N Zn Cu Cd Si B",
    "wateq4f": "Na K Mg Ca Cl S C Al Fe F P N Zn Cu Ni",
    "minteq.v4": "Na K Mg Ca Cl S C Al Fe F P N Zn Cu Ni Co Edta",
    "llnl": "Na K Mg Ca Cl S C Al Fe F P N Zn Cu Ni Co",
    "Amm": "Amm Na K Mg Ca Cl S C Al Fe F P N Zn Cu",
    "ColdChem": "Na K Mg Ca Cl S",
    "sit_small": "Na Ni Cl S C",
}
CALCIUM = ("Gypsum", "Anhydrite")
SODIUM = ("Mirabilite", "Thenardite")
# what can fall out of a brine of pitzer.dat, by the components that it needs
SALTS = {
    ("Na+", "SO4-2"): SODIUM,
    ("Na+", "Cl-"): ("Halite",),
    ("Ca+2", "SO4-2"): CALCIUM,
    ("Mg+2", "SO4-2"): ("Epsomite", "Hexahydrite", "Kieserite"),
    ("K+", "SO4-2"): ("Arcanite", "Glaserite"),
    ("Mg+2", "Na+", "SO4-2"): ("Bloedite",),
    ("Ca+2", "CO3-2"): ("Calcite",),
    ("K+", "Cl-"): ("Sylvite",),
    ("Na+", "CO3-2"): ("Nahcolite", "Natron", "Trona"),
    ("Ca+2", "Na+", "SO4-2"): ("Glauberite",),
}
BRINES = (
    *({"Na+": 1.0, "Cl-": 1.0}, {"Na+": 2.0, "SO4-2": 1.0}, {"K+": 1.0, "Cl-": 1.0}, {"Mg+2": 1.0, "Cl-": 2.0}),
    *(
        {"Mg+2": 1.0, "SO4-2": 1.0},
        {"Li+": 2.0, "SO4-2": 1.0},
        {"Mn+2": 1.0, "SO4-2": 1.0},
        {"Fe+2": 1.0, "SO4-2": 1.0},
    ),
    *({"SO4-2": 1.0}, {"Ca+2": 0.3, "Cl-": 0.6}, {"Na+": 2.0, "CO3-2": 0.5}, {"Na+": 1.0}),
)
STRONGEST = 20.0  # mol/kg, beyond which ours is continued and PHREEQC's is not


def strength(holds):
    """Ionic strength if nothing binds to anything, the charge made up by H+ or OH-."""
    charges = {name: float(name[-2:]) if name[-1].isdigit() else float(f"{name[-1]}1") for name in holds}
    rest = abs(sum(charges[name] * molality for name, molality in holds.items()))
    return 0.5 * (sum(charges[name] ** 2 * molality for name, molality in holds.items()) + rest)


def brines():
    """Mixtures of one to four salts, acids or bases with pitzer.dat; every second one with its solids."""
    draw = random.Random(4)
    for number in range(80):
        holds: dict[str, float] = {}
        count, most = draw.choice((1, 2, 3, 4)), draw.choice((0.01, 0.5, 2.0, 4.0, 8.0))
        for salt in draw.sample(BRINES, count):
            molality = round(most * draw.random() / count, 4)
            for name, share in salt.items():
                holds[name] = round(holds.get(name, 0.0) + share * molality, 5)
        solids = [s for needs, found in SALTS.items() if number % 2 and set(needs) <= set(holds) for s in found]
        degrees = draw.choice((0, 10, 25, 40, 60, 75, 90))
        if strength(holds) < STRONGEST:
            yield Problem("pitzer", degrees, holds, tuple(solids))


def gypsum(database, degrees=(25, 60, 90)):
    """Gypsum or anhydrite in sodium sulfate."""
    for temperature, molality in itertools.product(degrees, (0.01, 0.3)):
        holds = {"Na+": 2 * molality, "SO4-2": molality, "Ca+2": 0.005, "Cl-": 0.01}
        yield Problem(database, temperature, holds, CALCIUM)


def metals(database, names, degrees=(5, 25, 60, 90), molalities=(0.001, 0.1, 0.5)):
    """Sulfates of metals with some sodium and acid."""
    for temperature, molality in itertools.product(degrees, molalities):
        holds = dict.fromkeys(names, molality) | {"SO4-2": len(names) * molality + 0.06, "Na+": 0.1}
        yield Problem(database, temperature, holds)


IRON = {"Fe+2": 0.01, "Fe+3": 0.001, "SO4-2": 0.05, "Na+": 0.01}
MIXED = {"Cu+2": 0.01, "Zn+2": 0.02, "Al+3": 0.01, "SO4-2": 0.3}
PHOSPHATE = {"PO4-3": 0.01, "Na+": 0.02, "K+": 0.01, "Ca+2": 0.001}
HARD = {"Ca+2": 0.01, "Cl-": 0.02, "Mg+2": 0.01, "SO4-2": 0.01}
NICKEL = {"Ni+2": 0.1, "Na+": 0.25, "Cl-": 0.3}

PROBLEMS = (
    *brines(),
    Problem("pitzer", 25, {"Na+": 1.0, "CO3-2": 0.5}, (), {"CO2(g)": 0.5}),
    Problem("pitzer", 60, {"Na+": 2.0, "CO3-2": 0.5, "Cl-": 1.0}, ("Nahcolite",), {"CO2(g)": 1.0}),
    Problem("pitzer", 25, {"Ca+2": 0.1, "Cl-": 0.2}, ("Calcite",), {"CO2(g)": 10**-3.5}),
    Problem("pitzer", 90, {"Mg+2": 1.0, "Cl-": 2.0}, ("Magnesite",), {"CO2(g)": 0.3}),
    *(Problem("phreeqc", t, {"Na+": m, "Cl-": m}) for t in (0, 25, 60, 90) for m in (0.001, 0.1, 1.0)),
    *gypsum("phreeqc"),
    *(Problem("phreeqc", t, HARD, ("Calcite",), {"CO2(g)": 0.1}) for t in (5, 25, 60)),
    Problem("phreeqc", 25, {"Al+3": 0.01, "SO4-2": 0.1, "Na+": 0.14, "F-": 0.01}, ("Gibbsite",)),
    Problem("phreeqc", 25, {"Zn+2": 0.01, "Cd+2": 0.001, "Cl-": 0.1, "Cu+2": 0.01}),
    Problem("phreeqc", 25, IRON),
    Problem("phreeqc", 60, IRON | {"NO3-": 0.1, "NH4+": 0.1}),
    Problem("phreeqc", 25, PHOSPHATE),
    Problem("phreeqc", 25, {"H4SiO4": 0.001, "Na+": 0.01, "Cl-": 0.005, "H3BO3": 0.01}),
    *metals("wateq4f", ("Ni+2",)),
    *gypsum("wateq4f"),
    Problem("wateq4f", 25, IRON),
    Problem("wateq4f", 25, MIXED | {"Ni+2": 0.1}),
    Problem("wateq4f", 25, NICKEL, ("Ni(OH)2",)),
    Problem("wateq4f", 25, PHOSPHATE),
    Problem("wateq4f", 60, {"Ca+2": 0.01, "Cl-": 0.01}, ("Calcite",), {"CO2(g)": 0.1}),
    *metals("minteq.v4", ("Ni+2", "Co+2"), molalities=(0.001, 0.02, 0.05)),
    *gypsum("minteq.v4"),
    Problem("minteq.v4", 25, IRON),
    Problem("minteq.v4", 25, MIXED | {"Ni+2": 0.1}),
    Problem("minteq.v4", 25, NICKEL, ("Ni(OH)2",)),
    Problem("minteq.v4", 25, PHOSPHATE),
    Problem("minteq.v4", 40, {"NH4+": 0.1, "Cu+2": 0.01, "Cl-": 0.05, "Ni+2": 0.01, "Edta-4": 0.001}),
    *metals("llnl", ("Ni+2", "Co+2"), molalities=(0.001, 0.05, 0.5)),
    *gypsum("llnl"),
    Problem("llnl", 25, IRON),
    Problem("llnl", 25, MIXED | {"Ni+2": 0.1}),
    Problem("llnl", 25, NICKEL, ("Ni(OH)2",)),
    Problem("llnl", 25, {"HPO4-2": 0.01, "Na+": 0.02, "K+": 0.01, "Ca+2": 0.001}),
    Problem("llnl", 40, {"NH3": 0.1, "Cu+2": 0.01, "Cl-": 0.15, "Ni+2": 0.01}),
    Problem("llnl", 60, {"Ca+2": 0.01, "Cl-": 0.01, "Na+": 1.0, "SO4-2": 0.5}, ("Calcite",), {"CO2(g)": 0.5}),
    *(
        Problem("Amm", t, {"AmmH+": m, "SO4-2": m / 2 + 0.001, "Na+": 0.1, "Cl-": 0.1})
        for t in (5, 25, 60, 90)
        for m in (0.001, 0.05, 0.5)
    ),
    Problem("Amm", 25, {"AmmH+": 0.5, "SO4-2": 0.1, "Cu+2": 0.01}),
    Problem("Amm", 25, {"SO4-2": 0.1, "Na+": 0.1}, (), {"Amm(g)": 0.001}),
    *(Problem("ColdChem", t, {"Na+": m, "Cl-": m}) for t in (0, 10, 25) for m in (0.1, 1.0, 5.0)),
    Problem("ColdChem", 0, {"Na+": 4.0, "SO4-2": 2.0, "K+": 0.5, "Cl-": 0.5}, SODIUM),
    Problem("ColdChem", 10, {"Mg+2": 3.0, "SO4-2": 3.0, "Na+": 1.0, "Cl-": 1.0}, ("Halite", "Mirabilite", "Kieserite")),
    Problem("ColdChem", 0, {"Ca+2": 1.0, "Cl-": 4.0, "Na+": 2.0}, ("Halite", "Hydrohalite")),
    *(Problem("ColdChem", t, {"Na+": m, "Cl-": m}) for t in (-5, -10) for m in (1.0, 4.0)),
    *(Problem("ColdChem", t, {"Na+": 2.0, "Mg+2": 1.0, "Cl-": 2.0, "SO4-2": 1.0}, SODIUM) for t in (-5, -10, -30)),
    *(Problem("ColdChem", t, {"Ca+2": 3.0, "Cl-": 6.0}, ("Ice(s)",)) for t in (-5, -10, -50)),
    Problem("ColdChem", -10, {"Na+": 6.0, "Cl-": 6.0}, ("Halite", "Hydrohalite")),
    *metals("sit_small", ("Ni+2",), degrees=(5, 25, 60), molalities=(0.001, 0.5, 2.0)),
    Problem("sit_small", 25, {"Ni+2": 4.0, "SO4-2": 4.05, "Na+": 0.1}, ("NiSO4:7H2O",)),
    Problem("sit_small", 40, {"Na+": 3.0, "Cl-": 2.0}, (), {"CO2(g)": 0.5}),
)


# species that PHREEQC counts otherwise than their equations say, or couples by electrons: polysulfides, polythionates
_APART = {"HS-", "H2S", "SO3-2", "S2O3-2", "H2", "O2"}
_EVERY = 40


def every_component(database, components):
    """Four components of a database, each as dilute as chance has it, in sodium chloride; every component comes up."""
    draw = random.Random(7)
    left = [name for name in components if name not in {"H2O", "H+", *_APART}]
    draw.shuffle(left)
    while len(left) < 4 * _EVERY:
        left += draw.sample(left, 4)
    for at in range(0, len(left) - 3, 4):
        holds = {name: round(10 ** draw.uniform(-5.0, -2.0), 7) for name in left[at : at + 4]}
        holds["Na+"], holds["Cl-"] = (round(10 ** draw.uniform(-3.0, 0.0), 5) for _ in range(2))
        yield Problem(database, draw.choice((1, 25, 50, 90)), holds)
