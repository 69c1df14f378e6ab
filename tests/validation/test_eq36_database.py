"""data0.ypf of the Yucca Mountain Project by our reader: what it was made to answer."""

import math

import numpy as np
import pytest
from iphreeqc import DATABASES

from raffinate.flowsheet.chemistry import Chemistry, read_eq36
from raffinate.flowsheet.chemistry.equilibrium import speciate
from raffinate.flowsheet.errors import DataError
from raffinate.flowsheet.quantities import celsius

ROOM = 298.15


@pytest.fixture(scope="module")
def chemistry():
    return Chemistry("Ni Na S Cl C Ca", database=read_eq36(DATABASES / "data0.ypf"))


def liquor(chemistry, solids=(), temperature=ROOM, **molalities):
    totals = np.zeros(len(chemistry.components))
    totals[0] = 1.0 / 0.018015
    for name, molality in molalities.items():
        totals[chemistry.index[name]] = molality
    return speciate(chemistry, totals, temperature, chemistry.allowed(solids))


def dissolved(found, name):
    """mol/kg water left in the liquor."""
    return float(found.totals[found.chemistry.index[name]] / found.speciation.water)


@pytest.mark.parametrize(("molality", "gamma"), [(0.1, 0.778), (1.0, 0.657), (3.0, 0.714), (6.0, 0.986)])
def test_sodium_chloride__has_its_activity(chemistry, molality, gamma):
    """Hamer & Wu (1972)."""
    found = liquor(chemistry, **{"Na+": molality, "Cl-": molality})
    assert math.sqrt(found.activity("Na+") * found.activity("Cl-")) / molality == pytest.approx(gamma, rel=0.006)


def test_nickel_sulfate__dissolves_as_the_handbooks_say(chemistry):
    """40.4 g NiSO4 in 100 g of water at 25 degC, 2.6 mol/kg (Linke 1965)."""
    found = liquor(chemistry, ("NiSO4:7H2O",), **{"Ni+2": 4.0, "SO4-2": 4.0})
    assert dissolved(found, "Ni+2") == pytest.approx(2.6, rel=0.03)


@pytest.mark.parametrize(("degrees", "solid", "measured"), [(10, "Mirabilite", 0.64), (25, "Mirabilite", 1.967)])
def test_sodium_sulfate__dissolves_as_measured(chemistry, degrees, solid, measured):
    """Linke (1965): 9.1 g in 100 g of water at 10 degC, 27.9 g at 25 degC."""
    found = liquor(chemistry, (solid,), celsius(degrees), **{"Na+": 8.0, "SO4-2": 4.0})
    assert dissolved(found, "SO4-2") == pytest.approx(measured, rel=0.05)


def test_equilibrium__tells_what_has_no_constant_at_its_temperature(chemistry):
    warm = liquor(chemistry, temperature=celsius(40), **{"Ni+2": 0.1, "SO4-2": 0.1})
    assert any(w.startswith("the database has no constant at 313.15 K of NiOH+") for w in warm.warnings)
    assert not liquor(chemistry, **{"Ni+2": 0.1, "SO4-2": 0.1}).warnings
    with pytest.raises(DataError, match=r"'NiSO4:7H2O' may form, but data0\.ypf has no constant of it at 313\.15 K"):
        liquor(chemistry, ("NiSO4:7H2O",), celsius(40), **{"Ni+2": 0.1, "SO4-2": 0.1})
    with pytest.raises(DataError, match=r"no constant of 'NiSO4:7H2O' at 313\.15 K"):
        warm.saturation_index("NiSO4:7H2O")
