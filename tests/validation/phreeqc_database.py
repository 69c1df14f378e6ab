"""PHREEQC fed with the constants of a `Chemistry`: its database as text, and one liquor or titration run with it.

What is the same then: formation and dissolution constants with their heats, ion sizes and salting coefficients. What
stays PHREEQC's own: its water (density, dielectric constant and so A and B of Debye and Hückel), its numbers of R and
of the molar mass of water, its arithmetic. Redox states are kept apart by giving Fe(II) and Fe(III) symbols of their
own, so that no pe couples them; H2 and O2 stand in the database because PHREEQC cannot do without.

Source: Parkhurst & Appelo (2013) USGS Techniques and Methods 6-A43, the manual of PHREEQC 3.
"""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from phreeqpy.iphreeqc.phreeqc_dll import IPhreeqc

from raffinate.flowsheet.chemistry import Chemistry, Pitzer
from raffinate.flowsheet.chemistry.database import atomic_masses, table
from raffinate.flowsheet.chemistry.species import Species
from raffinate.flowsheet.chemistry.water import GAS_CONSTANT
from raffinate.flowsheet.quantities import to_celsius

REFERENCE = 298.15
FIXED_PH = "Fixed_pH"
_APART = {"Fe+2": "Fetwo", "Fe+3": "Fethree"}
_INTERACTIONS = {
    **{"beta0": "B0", "beta1": "B1", "beta2": "B2", "cphi": "C0"},
    **{"theta": "THETA", "lambda": "LAMDA", "psi": "PSI", "zeta": "ZETA"},
}
_PHASE_WORD = re.compile(r"\([a-z ]+\)$")
_ITS_OWN = """
SOLUTION_MASTER_SPECIES
H     H+   0 H 1.008
H(0)  H2   0 H
H(1)  H+   0 H
E     e-   0 0 0
O     H2O  0 O 15.999
O(0)  O2   0 O
O(-2) H2O  0 O
SOLUTION_SPECIES
e- = e-
    log_k 0
H2O = H2O
    log_k 0
2 H+ + 2 e- = H2
    log_k -3.15
2 H2O = O2 + 4 H+ + 4 e-
    log_k -86.08
"""


def phreeqc_formula(species: Species) -> str:
    """Write a species for PHREEQC: Fe apart by redox state, no phase, a colon before water of crystallisation."""
    text = _PHASE_WORD.sub("", species.name)
    text = re.sub(r"\.(\d*)H2O$", r":\1H2O", text)
    for component, symbol in _APART.items():
        if component in species.reaction:
            text = re.sub(r"Fe(?![a-z])", symbol, text)
    return text


def database(chemistry: Chemistry) -> str:
    """Write the PHREEQC database of a chemistry; phases have the names that they have in the chemistry."""
    lines = [_ITS_OWN, "SOLUTION_MASTER_SPECIES"]
    written = {component.name: phreeqc_formula(component) for component in chemistry.components}
    for component in chemistry.components[2:]:
        symbol, mass = _own_element(component)
        lines.append(f"{symbol} {written[component.name]} 0 {symbol} {mass}")
    lines.append("SOLUTION_SPECIES")
    mixture = chemistry.mixture(REFERENCE)
    for species, size, salting in zip(chemistry.aqueous, mixture.ion_size, mixture.salting, strict=True):
        lines.append(_equation(species, written, formation=True))
        lines += _constants(species)
        lines.append(f"    -gamma {float(size)!r} {float(salting)!r}")
    lines.append("PHASES")
    for phase in chemistry.phases:
        lines += [phase.name, _equation(phase, written, formation=False), *_constants(phase)]
    lines += [FIXED_PH, "H+ = H+", "    log_k 0"]
    if isinstance(chemistry.activity, Pitzer):
        lines += _pitzer({s.name: phreeqc_formula(s) for s in chemistry.aqueous})
    lines.append("END")
    return "\n".join(lines)


def _pitzer(written: dict[str, str]) -> list[str]:
    """Write the interactions of pitzer.csv among these species; both programs have the same law of temperature."""
    numbers, seen = table("pitzer"), set()
    lines = ["PITZER", "-MacInnes false", "-use_etheta true", "-redox false"]
    for quantity, keyword in _INTERACTIONS.items():
        lines.append(f"-{keyword}")
        for of in numbers.names(quantity):
            members = of.split("|") if "|" in of else [of, of]
            key = (quantity, *sorted(members))
            if key not in seen and all(name in written for name in members):
                seen.add(key)
                terms = [numbers.value(of, quantity)]
                terms += [numbers.value(of, f"{quantity}_t{n}", 0.0) for n in range(2, 7)]
                names = " ".join(written[name] for name in members)
                lines.append(f"  {names} {' '.join(repr(float(term)) for term in terms)}")
    lines.append("-ALPHAS")
    for of in {**dict.fromkeys(numbers.names("alpha1")), **dict.fromkeys(numbers.names("alpha2"))}:
        if all(name in written for name in of.split("|")):
            names = " ".join(written[name] for name in of.split("|"))
            lines.append(f"  {names} {numbers.value(of, 'alpha1', 2.0)!r} {numbers.value(of, 'alpha2', 12.0)!r}")
    return lines


def _own_element(component: Species) -> tuple[str, float]:
    """Answer the symbol and the atomic mass (g/mol) of the element that a component is the master species of."""
    element = next(e for e in component.elements if e not in {"H", "O"}) if component.name != "H+" else "H"
    return _APART.get(component.name, element), atomic_masses()[element] * 1e3


def _equation(species: Species, written: dict[str, str], formation: bool) -> str:
    """Write formation from components, or dissolution into them, with positive coefficients only."""
    own = phreeqc_formula(species)
    if species.name in written:
        return f"{own} = {own}"
    taken = " + ".join(f"{n:g} {written[c]}" for c, n in species.reaction.items() if n > 0.0)
    given = "".join(f" + {-n:g} {written[c]}" for c, n in species.reaction.items() if n < 0.0)
    return f"{taken} = {own}{given}" if formation else f"{own}{given} = {taken}"


def _constants(species: Species) -> list[str]:
    """Write the constant and its change with temperature: the heat, or where cp is not 0 the same law as -analytic."""
    log_k = species.log_k or 0.0
    lines = [f"    log_k {log_k!r}"]
    if species.heat_capacity != 0.0:
        heat, capacity = species.enthalpy / GAS_CONSTANT, species.heat_capacity / GAS_CONSTANT
        fixed = log_k + (heat / REFERENCE - capacity * (1.0 + math.log(REFERENCE))) / math.log(10.0)
        inverse = (capacity * REFERENCE - heat) / math.log(10.0)
        lines.append(f"    -analytic {fixed!r} 0 {inverse!r} {capacity!r}")
    elif species.enthalpy != 0.0:
        lines.append(f"    delta_h {species.enthalpy / 1e3!r} kJ/mol")
    return lines


@dataclass(frozen=True, eq=False)
class Answer:
    """What PHREEQC answers: `water` kg, `dose` mol, `molalities` mol/kg by species, `amounts` mol by phase."""

    ph: float
    ionic_strength: float
    water_activity: float
    water: float
    debye_a: float
    debye_b: float
    dose: float
    molalities: dict[str, float]
    amounts: dict[str, float]


class Phreeqc:
    """PHREEQC with the constants of a chemistry. Raises `RuntimeError` with PHREEQC's own text where it fails."""

    def __init__(self, chemistry: Chemistry):
        self.chemistry = chemistry
        self._library = IPhreeqc()
        self._library.load_database_string(database(chemistry))
        self._formulas = {species.name: phreeqc_formula(species) for species in chemistry.aqueous}

    def equilibrate(self, totals: np.ndarray, temperature: float, phases: Iterable[str]) -> Answer:
        """Bring component totals (mol, C) to equilibrium with the named phases."""
        return self._run(totals, temperature, phases, "")

    def titrate(
        self, totals: np.ndarray, titrant: str, target_ph: float, temperature: float, phases: Iterable[str]
    ) -> Answer:
        """Add of a neutral titrant (formula) what brings the liquor to the pH; `dose` in mol."""
        return self._run(totals, temperature, phases, f"{FIXED_PH} {-target_ph!r} {titrant} 100")

    def _run(self, totals: np.ndarray, temperature: float, phases: Iterable[str], fixed: str) -> Answer:
        phases = list(phases)
        held = [f"{name} 0 0" for name in phases] + ([fixed] if fixed else [])
        text = [
            f"SOLUTION 1\n    temp {to_celsius(temperature)!r}\n    pH 7 charge\n    -water 1",
            "REACTION 1",
            *(f"    {symbol} {moles!r}" for symbol, moles in self._elements(totals).items()),
            "    1 mol",
            *(["EQUILIBRIUM_PHASES 1", *held] if held else []),
            *self._questions(phases, bool(fixed)),
            "END",
        ]
        self._library.run_string("\n".join(text))
        names, *rows = self._library.get_selected_output_array()
        found = dict(zip(names, (float(value) for value in rows[-1]), strict=True))
        aqueous = [species.name for species in self.chemistry.aqueous]
        return Answer(
            *(found[key] for key in ("ph", "strength", "wateractivity", "water", "a", "b")),
            dose=100.0 - found["left"] if fixed else 0.0,
            molalities={name: found[f"m{i}"] for i, name in enumerate(aqueous)},
            amounts={name: found[f"s{i}"] for i, name in enumerate(phases)},
        )

    def _elements(self, totals: np.ndarray) -> dict[str, float]:
        """Answer moles of PHREEQC's elements in the totals beyond the kilogram of water that a solution starts from."""
        kilogram = 1.0 / self.chemistry.molar_masses[0]
        found: dict[str, float] = {}
        for component, total in zip(self.chemistry.components, totals, strict=True):
            moles = total - kilogram if component.name == "H2O" else total
            for element, count in component.elements.items():
                symbol = element if element in {"H", "O"} else _APART.get(component.name, element)
                found[symbol] = found.get(symbol, 0.0) + float(count * moles)
        return {symbol: moles for symbol, moles in found.items() if moles != 0.0}

    def _questions(self, phases: list[str], fixed: bool) -> list[str]:
        asked = {
            "ph": '-LA("H+")',
            "strength": "MU",
            "wateractivity": 'ACT("H2O")',
            "water": 'TOT("water")',
            "a": "DH_A",
            "b": "DH_B",
            "left": f'EQUI("{FIXED_PH}")' if fixed else "0",
        }
        asked |= {f"m{i}": f'MOL("{formula}")' for i, formula in enumerate(self._formulas.values())}
        asked |= {f"s{i}": f'EQUI("{name}")' for i, name in enumerate(phases)}
        lines = ["SELECTED_OUTPUT 1", "    -reset false", "    -high_precision true", "USER_PUNCH 1"]
        lines.append(f"    -headings {' '.join(asked)}")
        return lines + [f"{10 * (i + 1)} PUNCH {question}" for i, question in enumerate(asked.values())]
