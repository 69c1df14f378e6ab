"""Tables of the tanks of a leach say what the streams hold."""

import pytest

from raffinate.flowsheet import Stream
from raffinate.flowsheet.chemistry import Chemistry
from raffinate.flowsheet.leaching.tank_table import tank_table
from raffinate.unitops.leaching import Leaching

CHEMISTRY = Chemistry("Li Ni Co Mn Cu S C")


@pytest.fixture(scope="module")
def leached():
    """Solids, tanks and outcome of black mass in three tanks."""
    solids = Stream.of(CHEMISTRY, {"LiNi0.6Mn0.2Co0.2O2(s)": 0.2, "Cu(s)": 0.01, "C(s)": 0.1})
    unit = Leaching(
        acid=Stream.of(CHEMISTRY, {"H2SO4": 0.98, "H2O": 0.02}),
        reductant=Stream.of(CHEMISTRY, {"H2O2": 0.3, "H2O": 0.7}),
        residence_time=14400.0,
        tanks=3,
    )
    inlets = {"solids": solids, "liquor": Stream.of(CHEMISTRY, {"H2O": 1.0})}
    return solids, unit.profile(inlets), unit.run(inlets)


def test_tank_table__has_a_row_for_each_tank_in_the_units_of_a_plant(leached):
    solids, tanks, outcome = leached
    table = tank_table(tanks, solids)
    assert list(table.index) == [1, 2, 3]
    last, slurry = table.loc[3], outcome.outlets["slurry"]
    assert last["degC"] == pytest.approx(70.0)
    assert last["pH"] == pytest.approx(outcome.report["ph"], rel=1e-9)
    assert last["free H2SO4 g/L"] == pytest.approx(245.0 * 0.09808 / 2.0, rel=1e-6)
    assert last["Ni g/L"] == pytest.approx(slurry.concentration("Ni+2"), rel=1e-4)
    assert last["Ni dissolved %"] == pytest.approx(100.0 * outcome.report["nickel_extraction"], rel=1e-9)
    assert table["heat kW"].sum() == pytest.approx(outcome.report["heat"] / 1e3, rel=1e-9)


def test_tank_table__leaves_out_what_the_solids_lack(leached):
    solids, tanks, _ = leached
    table = tank_table(tanks, solids)
    assert "S g/L" not in table
    assert "C dissolved %" not in table
