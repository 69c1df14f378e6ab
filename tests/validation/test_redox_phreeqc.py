"""Redox equilibrium against PHREEQC 3.7.3 with the same constants and couples: the arithmetic alone differs.

PHREEQC keeps the electrons by its totals of H and O, the engine by the half reactions. Iron, copper and sulfur, apart in
the database of `phreeqc_database`, are joined here by the half reactions of `redox.csv`.
"""

import re
from types import SimpleNamespace

import numpy as np
import pytest
from phreeqc_database import Phreeqc, _constants, database
from phreeqpy.iphreeqc.phreeqc_dll import IPhreeqc

from raffinate.flowsheet.chemistry import Chemistry, TruesdellJones
from raffinate.flowsheet.chemistry.couples import couple, potential
from raffinate.flowsheet.chemistry.redox import redox_equilibrium
from raffinate.flowsheet.quantities import celsius, to_celsius

STATES = {"Fe+3": "Fe(3)", "Fe+2": "Fe(2)", "Cu+": "Cu(1)", "Cu+2": "Cu(2)", "SO3-2": "S(4)", "SO4-2": "S(6)"}
IRON, COPPER, SULFUR, OXYGEN = "Fe+3/Fe+2", "Cu+2/Cu+", "SO4-2/SO3-2", "O2(aq)/H2O"
METAL, PYROLUSITE = "Cu+2/Cu(s)", "MnO2(s)/Mn+2"
PE_LIMIT = 1e-4
PH_LIMIT = 1e-5
LIMIT = 1e-4  # of the total of a state; A and B of Debye and Hückel are PHREEQC's own

# kg of water with mol of substances and states; degC; the solids that may form; solids held at the start
LIQUORS = {
    "ferric and ferrous": ({"FeSO4": 0.05, "Fe2(SO4)3": 0.02, "H2SO4": 0.1}, 25, (), {}),
    "ferric and ferrous, hot": ({"FeSO4": 0.05, "Fe2(SO4)3": 0.02, "H2SO4": 0.1}, 80, (), {}),
    "copper by ferrous in chloride": ({"FeCl2": 0.1, "CuCl2": 0.05, "NaCl": 1.0, "HCl": 0.1}, 60, (), {}),
    "sulfite in ferric sulfate": ({"Fe2(SO4)3": 0.05, "Na2SO3": 0.03, "H2SO4": 0.2}, 40, (), {}),
    "sulfite in excess": ({"Fe2(SO4)3": 0.05, "Na2SO3": 0.08, "H2SO4": 0.2}, 40, (), {}),
    "hydroxide of iron": ({"FeSO4": 0.03, "Fe2(SO4)3": 0.02, "NaOH": 0.12}, 25, ("Fe(OH)3(s)",), {}),
    "copper metal in ferric": ({"Fe2(SO4)3": 0.05, "CuSO4": 0.02, "H2SO4": 0.1}, 50, (), {"Cu(s)": 0.2}),
    "pyrolusite in ferrous": ({"FeSO4": 0.1, "MnSO4": 0.05, "H2SO4": 0.2}, 70, (), {"MnO2(s)": 0.03}),
    "oxygen in ferrous": ({"FeSO4": 0.05, "O2(aq)": 0.01, "H2SO4": 0.1}, 25, (), {}),
    "oxygen in excess": ({"FeSO4": 0.02, "O2(aq)": 0.01, "H2SO4": 0.1}, 25, (), {}),
    "oxygen in sulfite": ({"Na2SO3": 0.02, "O2(aq)": 0.012, "NaOH": 0.01}, 25, (), {}),
}


def joined(text: str) -> str:
    """Join the states of Fe, Cu and S in a database that has them apart."""
    text = re.sub(r"Fe(?:two|three)", "Fe", text)
    for component, state in STATES.items():
        symbol = state[:-3]
        text = re.sub(
            rf"^{symbol} {re.escape(component)} 0 {symbol} (\S+)$", rf"{state} {component} 0 {symbol}", text, flags=re.M
        )
    primary = "\n".join(["Fe Fe+2 0 Fe 55.845", "Cu Cu+2 0 Cu 63.546", "S SO4-2 0 S 32.06"])
    text = text.replace("SOLUTION_MASTER_SPECIES\nNa", f"SOLUTION_MASTER_SPECIES\n{primary}\nNa")
    for name in (IRON, COPPER, SULFUR):
        one = couple(name)
        made = one.oxidised if name == IRON else one.reduced
        text = re.sub(
            rf"^{re.escape(made)} = {re.escape(made)}\n    log_k 0.0$", equation(name, made), text, flags=re.M
        )
    text = text.replace("    log_k -86.08", "\n".join([*law(OXYGEN, -1.0), "    -gamma 0 0.1"]))
    solids = [f"{name}\n{equation(of, '')}" for name, of in (("Cu(s)", METAL), ("MnO2(s)", PYROLUSITE))]
    return text.replace("PHASES\n", "PHASES\n" + "\n".join(solids) + "\n", 1)


def equation(name: str, made: str) -> str:
    """Write a half reaction for PHREEQC with `made` on the right, or a solid on the left."""
    one = couple(name)
    backward = made == one.oxidised or (not made and one.reduced.endswith("(s)"))
    terms = {**one.makes, "e-": -one.electrons}  # PHREEQC takes the first species on a side as the one defined
    sides = [
        " + ".join(f"{abs(n):g} {species.replace('(s)', '')}" for species, n in terms.items() if n * sign < 0.0)
        for sign in ((-1.0, 1.0) if backward else (1.0, -1.0))
    ]
    sign = -1.0 if backward else 1.0
    return "\n".join([f"{sides[0]} = {sides[1]}", *law(name, sign)])


def law(name: str, sign: float) -> list[str]:
    """Write the constant of a half reaction with its heat and heat capacity, forward (1) or backward (-1)."""
    one = couple(name)
    return _constants(
        SimpleNamespace(log_k=sign * one.log_k, enthalpy=sign * one.enthalpy, heat_capacity=sign * one.heat_capacity)
    )


class RedoxPhreeqc(Phreeqc):
    """PHREEQC with the couples of the engine."""

    def __init__(self, chemistry: Chemistry):
        self.chemistry = chemistry
        self._library = IPhreeqc()
        without_oxygen = Chemistry(
            " ".join(chemistry.elements), without=("H2O2",), activity=TruesdellJones(), states=("SO3-2", "Cu+")
        )
        self._library.load_database_string(joined(database(without_oxygen)))

    def settle(self, totals, temperature, phases, held):
        """Answer (pe, pH, {state: total molality times water}, {phase: mol})."""
        wanted = dict.fromkeys(phases, 0.0) | held
        text = [
            "KNOBS\n    -convergence_tolerance 1e-12",
            f"SOLUTION 1\n    temp {to_celsius(temperature)!r}\n    pH 7 charge\n    -water 1",
            "REACTION 1",
            *(f"    {symbol} {moles!r}" for symbol, moles in self._elements(totals).items()),
            "    1 mol",
            *(["EQUILIBRIUM_PHASES 1"] if wanted else []),
            *(f"    {name} 0 {moles!r}" for name, moles in wanted.items()),
            "SELECTED_OUTPUT 1\n    -reset false\n    -high_precision true\nUSER_PUNCH 1",
        ]
        asked = ['-LA("e-")', '-LA("H+")', *(f'TOT("{state}") * TOT("water")' for state in STATES.values())]
        asked += [f'EQUI("{name}")' for name in wanted]
        text += [f"    -headings {' '.join(f'h{i}' for i in range(len(asked)))}"]
        text += [f"{10 * (i + 1)} PUNCH {question}" for i, question in enumerate(asked)] + ["END"]
        self._library.run_string("\n".join(text))
        values = [float(value) for value in self._library.get_selected_output_array()[-1]]
        totals_of = dict(zip(STATES, values[2 : 2 + len(STATES)], strict=True))
        return values[0], values[1], totals_of, dict(zip(wanted, values[2 + len(STATES) :], strict=True))

    def _elements(self, totals):
        """Answer moles of elements with the states of one element together."""
        found: dict[str, float] = {}
        kilogram = 1.0 / self.chemistry.molar_masses[0]
        for component, total in zip(self.chemistry.components, totals, strict=True):
            moles = total - kilogram if component.name == "H2O" else total
            for element, count in component.elements.items():
                found[element] = found.get(element, 0.0) + float(count * moles)
        return {symbol: moles for symbol, moles in found.items() if moles != 0.0}


@pytest.fixture(scope="module")
def chemistry():
    return Chemistry(
        "Na S Fe Mn Cu Cl", without=("H2O2",), activity=TruesdellJones(), states=("SO3-2", "O2(aq)", "Cu+")
    )


@pytest.fixture(scope="module")
def answers(chemistry):
    """Every liquor by both: {name: (ours, PHREEQC's, the solids that may form)}."""
    phreeqc, found = RedoxPhreeqc(chemistry), {}
    for name, (holds, degrees, phases, held) in LIQUORS.items():
        totals = np.zeros(len(chemistry.components))
        totals[0] = 1.0 / chemistry.molar_masses[0]
        for what, moles in holds.items():
            if what in chemistry.index:
                totals[chemistry.index[what]] += moles
            else:
                totals += moles * chemistry.dissolve(what)
        couples = [IRON, COPPER, SULFUR, OXYGEN]
        couples += [of for solid, of in (("Cu(s)", METAL), ("MnO2(s)", PYROLUSITE)) if solid in held]
        temperature = celsius(degrees)
        ours = redox_equilibrium(chemistry, totals, temperature, chemistry.allowed(phases), couples, held)
        found[name] = ours, phreeqc.settle(totals, temperature, phases, held), phases
    return found


PER_LIQUOR = pytest.mark.parametrize("name", LIQUORS)


@PER_LIQUOR
def test_redox_equilibrium__answers_the_pe_and_ph_of_phreeqc(answers, name):
    ours, (pe, ph, _, _), _ = answers[name]
    assert ours.pe == pytest.approx(pe, abs=PE_LIMIT)
    assert ours.equilibrium.ph == pytest.approx(ph, abs=PH_LIMIT)


@PER_LIQUOR
def test_redox_equilibrium__shares_the_states_out_as_phreeqc_does(chemistry, answers, name):
    ours, (_, _, totals, _), _ = answers[name]
    for state, total in totals.items():
        assert ours.equilibrium.totals[chemistry.index[state]] == pytest.approx(total, rel=LIMIT, abs=1e-12), state


@PER_LIQUOR
def test_redox_equilibrium__forms_the_solids_of_phreeqc(chemistry, answers, name):
    ours, (_, _, _, amounts), phases = answers[name]
    for solid, amount in amounts.items():
        found = ours.equilibrium.amounts[chemistry.phase_index[solid]] if solid in phases else ours.amounts[solid]
        assert found == pytest.approx(amount, rel=LIMIT, abs=1e-9), solid


@PER_LIQUOR
def test_redox_equilibrium__has_every_couple_at_its_potential(answers, name):
    ours, _, _ = answers[name]
    for one in (IRON, COPPER, SULFUR, OXYGEN):
        states = (couple(one).oxidised, couple(one).reduced)
        if all(ours.equilibrium.activity(state) > 0.0 for state in states if state != "H2O"):
            assert potential(ours.equilibrium, one) == pytest.approx(ours.eh, abs=1e-9), one
