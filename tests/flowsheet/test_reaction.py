"""Reactions as text, read into counts and into changes of flow."""

import numpy as np
import pytest

from raffinate.flowsheet import DataError
from raffinate.flowsheet.chemistry import Chemistry
from raffinate.flowsheet.chemistry.database import read_reaction
from raffinate.flowsheet.chemistry.reaction import reaction


@pytest.fixture(scope="module")
def chemistry():
    return Chemistry("Li Ni Co Mn Cu Fe S")


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("Ni+2 + 2 H2O - 2 H+", {"Ni+2": 1, "H2O": 2, "H+": -2}),
        ("- H+ + NH4+", {"H+": -1, "NH4+": 1}),
        ("0.5 O2(g)", {"O2(g)": 0.5}),
        ("H+ + H+", {"H+": 2}),
        ("", {}),
        ("  ", {}),
    ],
)
def test_read_reaction__counts_each_species(text, counts):
    assert read_reaction(text) == counts


@pytest.mark.parametrize("text", ["+", "2Ni", "nickel", "Ni+2 + 2", "2 - H+"])
def test_read_reaction__refuses_a_term_that_is_no_species(text):
    with pytest.raises(DataError, match="which is no species with its count"):
        read_reaction(text)


def test_reaction__is_products_less_reactants(chemistry):
    change = reaction(chemistry, "Fe(s) + Cu+2 = Fe+2 + Cu(s)")
    found = {name: count for name, count in zip(chemistry.names, change, strict=True) if count}
    assert found == {"Fe(s)": -1, "Cu+2": -1, "Fe+2": 1, "Cu(s)": 1}


def test_reaction__of_a_cathode_balances_with_broken_counts(chemistry):
    text = "LiNi0.6Mn0.2Co0.2O2(s) + 3 H+ + 0.5 H2O2 = Li+ + 0.6 Ni+2 + 0.2 Mn+2 + 0.2 Co+2 + 2 H2O + 0.5 O2(g)"
    change = reaction(chemistry, text)
    assert chemistry.element_matrix @ change == pytest.approx(np.zeros(len(chemistry.element_names)), abs=1e-12)
    assert change @ chemistry.molar_masses == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Fe(s) + Cu+2 -> Fe+2 + Cu(s)", "has no ' = '"),
        ("Fe(s) + Cu+2 = Fe+3 + Cu(s)", r"charge differs by \+1"),
        ("Fe(s) + 2 H+ = Fe+2", "H differs by -2"),
        ("Fe(s) + 2 H+ = 2 Fe+2 + H2(g)", r"Fe differs by \+1"),
        ("Fes + Cu+2 = Fe+2 + Cu(s)", r"'Fes' is not in the chemistry; did you mean 'Fe\(s\)'"),
        ("Fe(s) + Zn+2 = Fe+2 + Zn(s)", r"'Zn\+2' is not in the chemistry"),
        ("Fe(s) + 2 H2O = Fe+2 + 2 OH- + H2(g)", "'OH-' is not in the chemistry"),
    ],
)
def test_reaction__says_what_is_wrong(chemistry, text, reason):
    with pytest.raises(DataError, match=reason):
        reaction(chemistry, text)


def test_reaction__answers_what_cannot_be_changed(chemistry):
    with pytest.raises(ValueError, match="read-only"):
        reaction(chemistry, "Fe(s) + Cu+2 = Fe+2 + Cu(s)")[0] = 1.0
