"""What the tests of unit operations share: molar masses for hand calculations, and what went in against what came out."""

from raffinate.flowsheet.balances import balance
from raffinate.flowsheet.chemistry.database import atomic_masses
from raffinate.flowsheet.chemistry.formula import molar_mass, parse


def mass_of(formula):
    """kg/mol of a formula, of atomic masses alone."""
    return molar_mass(parse(formula), atomic_masses())


def imbalance(inlets, outcome):
    """The largest relative error of any element, charge or mass over a unit."""
    entering = [*inlets.values(), *outcome.drawn.values()]
    return balance(entering[0].chemistry, entering, outcome.outlets.values()).worst
