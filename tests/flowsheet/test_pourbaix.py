"""Eh-pH diagrams: slopes, closed forms, ligands, that areas fill the frame, what is refused."""

import math

import numpy as np
import pytest

from raffinate.flowsheet import DataError, Stream
from raffinate.flowsheet.chemistry import Chemistry, Database
from raffinate.flowsheet.chemistry.couples import couple
from raffinate.flowsheet.chemistry.database import all_species
from raffinate.flowsheet.pourbaix import basis_of, bearers, nernst, pourbaix, pourbaix_table

NERNST = 0.05916
AGED = tuple(name for name in all_species() if "(aged)" in name or name == "CuO(s)")
STANDARD_ZERO = {
    "Fe+3/Fe+2": 0.771,
    "Cu+2/Cu(s)": 0.340,
    "MnO2(s)/Mn+2": 1.224,
    "Ni+2/Ni(s)": -0.24,
    "Co+2/Co(s)": -0.28,
}


@pytest.fixture(scope="module")
def water():
    return Stream.of(Chemistry("Fe Ni S"), {"H2O": 1.0})


def boundary(found, one, other):
    pair = {one, other}
    [line] = [line for line in found.boundaries() if {line.one, line.other} == pair]
    return line


def log_k(name):
    return all_species()[name].log_k


def test_nernst__is_59_millivolt_at_25_degrees():
    assert nernst(298.15) == pytest.approx(NERNST, abs=1e-5)
    assert nernst(363.15) == pytest.approx(NERNST * 363.15 / 298.15, abs=1e-4)


@pytest.mark.parametrize(("name", "volts"), STANDARD_ZERO.items())
def test_couples__have_the_potentials_of_the_handbooks(name, volts):
    # Bard, Parsons & Jordan (1985) Standard Potentials in Aqueous Solution
    assert couple(name).standard_potential(298.15) == pytest.approx(volts, abs=0.015)


@pytest.mark.parametrize(
    ("element", "one", "other", "protons", "electrons"),
    [
        ("Fe", "Fe+2", "Fe+3", 0, 1),
        ("Fe", "FeOOH(s)", "Fe+2", 3, 1),
        ("Fe", "Fe(OH)2(s)", "FeOOH(s)", 1, 1),
        ("Fe", "Fe(s)", "Fe+2", 0, 2),
        ("Mn", "MnO2(s)", "Mn+2", 4, 2),
        ("Mn", "Mn2O3(s)", "Mn+2", 3, 1),
        ("Mn", "Mn3O4(s)", "Mn+2", 8, 2),
        ("Mn", "Mn2O3(s)", "MnO2(s)", 1, 1),
        ("Co", "Co3O4(s)", "Co+2", 8, 2),
        ("Co", "Co(s)", "Co(OH)2(s)", 2, 2),
        ("Cu", "Cu(s)", "Cu2O(s)", 1, 1),
        ("Cu", "Cu+2", "Cu2O(s)", -1, 1),
        ("Ni", "Ni(s)", "Ni(OH)2(s)", 2, 2),
        ("S", "SO4-2", "HS-", 9, 8),
        ("S", "H2S(aq)", "SO4-2", 10, 8),
    ],
)
def test_boundary__has_the_slope_of_its_protons_and_electrons(water, element, one, other, protons, electrons):
    line = boundary(pourbaix(water, element, 1e-3, {}, without=AGED), one, other)
    assert line.slope == pytest.approx(-nernst(298.15) * protons / electrons, abs=1e-6)


@pytest.mark.parametrize(
    ("element", "one", "other"),
    [("Fe", "Fe(OH)2(s)", "Fe+2"), ("Mn", "Mn(OH)2(s)", "Mn+2"), ("Cu", "Cu(OH)2(s)", "Cu+2"), ("S", "HSO4-", "SO4-2")],
)
def test_boundary__without_electrons_is_upright(water, element, one, other):
    line = boundary(pourbaix(water, element, 1e-3, {}, without=AGED), one, other)
    assert line.slope == math.inf
    assert line.start[0] == pytest.approx(line.end[0], abs=1e-9)


@pytest.mark.parametrize("total", [1e-6, 1e-3, 0.5])
def test_boundary__of_a_hydroxide_is_where_its_product_is_reached(water, total):
    # Mn(OH)2 + 2 H+ = Mn+2 + 2 H2O
    line = boundary(pourbaix(water, "Mn", total, {}, without=AGED), "Mn(OH)2(s)", "Mn+2")
    assert line.start[0] == pytest.approx(0.5 * (log_k("Mn(OH)2(s)") - math.log10(total)), abs=1e-9)


def test_boundary__of_ferric_and_ferrous_iron_is_the_standard_potential(water):
    line = boundary(pourbaix(water, "Fe", 1e-4, {}), "Fe+2", "Fe+3")
    assert line.start[1] == pytest.approx(couple("Fe+3/Fe+2").standard_potential(298.15), abs=1e-9)
    assert line.start[0] == pytest.approx(0.0, abs=1e-9)
    # FeOOH + 3 H+ = Fe+3 + 2 H2O
    assert line.end[0] == pytest.approx((log_k("FeOOH(s)") + 4.0) / 3.0, abs=1e-9)


@pytest.mark.parametrize("ph", [0.5, 2.0, 4.0])
def test_boundary__of_manganese_dioxide_follows_nernst(water, ph):
    found = pourbaix(water, "Mn", 1e-2, {})
    line = boundary(found, "MnO2(s)", "Mn+2")
    closed = couple("MnO2(s)/Mn+2").potential(298.15, {"Mn+2": math.log(1e-2), "H+": -ph * math.log(10.0)})
    assert line.start[1] + line.slope * (ph - line.start[0]) == pytest.approx(closed, abs=1e-9)
    assert found.at(ph, closed + 0.01) == "MnO2(s)"
    assert found.at(ph, closed - 0.01) == "Mn+2"


def test_boundary__of_a_dimer_stands_at_half_the_total(water):
    found = {one.name: one for one in bearers("Cu", (), 298.15)}
    assert found["Cu2(OH)2+2"].atoms == 2.0
    assert found["Cu2O(s)"].atoms == 2.0
    assert found["Cu2O(s)"].is_solid


@pytest.mark.parametrize("degrees", [5.0, 25.0, 90.0])
def test_water__lines_are_those_of_oxygen_and_hydrogen(water, degrees):
    lines = pourbaix(water.replace(temperature=degrees + 273.15), "Fe", 1e-3, {}).water_lines()
    assert lines["H2"] == pytest.approx((0.0, -nernst(degrees + 273.15)), abs=1e-12)
    assert lines["O2"][0] == pytest.approx(1.229 - 0.000846 * (degrees - 25.0), abs=2e-3)  # Bratsch (1989)
    assert lines["O2"][1] == pytest.approx(-nernst(degrees + 273.15), abs=1e-12)


@pytest.mark.parametrize(
    ("element", "ligands"),
    [
        ("Fe", {}),
        ("Fe", {"S": 0.1, "C": 0.01}),
        ("Cu", {"S": 0.1}),
        ("Ni", {"S": 1.0}),
        ("Mn", {"C": 0.1}),
        ("Co", {"N": 1.0}),
    ],
)
def test_areas__fill_the_frame_and_hold_the_lowest_potential(water, element, ligands):
    found = pourbaix(water, element, 1e-3, ligands)
    area = sum(_area(polygon) for polygons in found.areas.values() for polygon in polygons)
    assert area == pytest.approx(14.0 * 2.8, rel=1e-9)
    # a slow twin: of all species the one whose activity per atom leaves the basis state the least
    generator = np.random.default_rng(5)
    for ph, volts in zip(generator.uniform(0, 14, 60), generator.uniform(-1.2, 1.6, 60), strict=True):
        levels = sorted((level, name) for name, level in _levels(found, element, ph, volts).items())
        if levels[1][0] - levels[0][0] > 1e-6:
            assert found.at(ph, volts) == levels[0][1], (ph, volts)


def _area(polygon):
    x, y = polygon.T
    return 0.5 * abs(float(x @ np.roll(y, -1) - y @ np.roll(x, -1)))


def _levels(found, element, ph, volts):
    """The logarithm of the activity of the basis state where each species predominates."""
    known = {"H+": -ph, "e-": -volts / nernst(found.temperature), "": 1.0}
    for ligand, total in found.ligands.items():
        known[basis_of(ligand)] = min(_basis_levels(found, ligand, total, (), known).values())
    return _basis_levels(found, element, found.total, tuple(found.ligands), known)


def _basis_levels(found, element, total, ligands, known):
    levels = {}
    for one in bearers(element, ligands, found.temperature):
        own = 0.0 if one.is_solid else math.log10(total / one.atoms)
        rest = sum(number * known[name] for name, number in one.terms.items() if name != basis_of(element))
        levels[one.name] = (own - rest) / one.atoms
    return levels


def test_ligands__make_sulfides_and_carbonates(water):
    assert "FeS(s)" in pourbaix(water, "Fe", 1e-3, {"S": 0.1}).areas
    assert "MnCO3(s)" in pourbaix(water, "Mn", 1e-3, {"C": 0.1}).areas
    bare = pourbaix(water, "Ni", 1e-3, {}).areas
    assert not any("S" in name for name in bare)


def test_sulfide__boundary_moves_where_the_ligand_changes(water):
    # NiS = Ni + HS- - H+: below pH 7.02 the ligand is H2S, above HS-
    lines = [
        line
        for line in pourbaix(water, "Ni", 1e-3, {"S": 0.1}).boundaries()
        if {line.one, line.other} == {"Ni(s)", "NiS(millerite)"}
    ]
    slopes = sorted(line.slope for line in lines)
    assert slopes == pytest.approx([-nernst(298.15), -0.5 * nernst(298.15)], abs=1e-6)
    assert lines[0].end[0] == pytest.approx(7.02, abs=0.01)


def test_totals__are_those_of_the_stream():
    chemistry = Chemistry("Fe Ni S")
    liquor = Stream.of(chemistry, {"H2O": 2.0, "NiSO4": 0.3095, "H2SO4": 0.098})
    found = pourbaix(liquor, "Ni")
    kilograms = liquor["H2O"] * chemistry.molar_masses[0]
    assert found.total == pytest.approx(liquor["Ni+2"] / kilograms, rel=1e-12)
    assert found.ligands == {"S": pytest.approx(liquor["SO4-2"] / kilograms, rel=1e-12)}
    assert found.total == pytest.approx(1.0, rel=0.02)


def test_without__shows_what_forms_in_time(water):
    fresh = pourbaix(water, "Fe", 1e-3, {}, without=("FeOOH(s)", *AGED)).areas
    assert "Fe(OH)3(s)" in fresh
    assert "FeOOH(s)" not in fresh


def test_table__has_a_row_a_line(water):
    found = pourbaix(water, "Fe", 1e-3, {})
    table = pourbaix_table(found)
    assert len(table) == len(found.boundaries())
    assert table.attrs["element"] == "Fe"
    flat = table[(table["one"] == "Fe+2") & (table["other"] == "Fe+3")].iloc[0]
    assert flat["slope V/pH"] == pytest.approx(0.0, abs=1e-9)
    assert flat["V from"] == pytest.approx(0.77, abs=0.005)
    assert table["pH from"].min() >= 0.0
    assert table["V to"].max() <= 1.6 + 1e-9


@pytest.mark.parametrize(
    ("element", "arguments", "message"),
    [
        ("Fr", {"total": 1e-3}, "element 'Fr' is in no component of the data; did you mean 'F'"),
        ("Fe", {}, "total of Fe = 0 mol/kg water is not above 0; give total="),
        ("Fe", {"total": -1.0}, "total of Fe = -1 mol/kg water"),
        ("Fe", {"total": 1e-3, "ligands": {"Ni": 1.0}}, "'Ni' is no ligand element; did you mean 'N'"),
        ("Fe", {"total": 1e-3, "ligands": {"S": -1.0}}, "total of S = -1 mol/kg water is below 0"),
        (
            "Fe",
            {"total": 1e-3, "without": ("FeOH(s)",)},
            r"species 'FeOH\(s\)' is not in the data; did you mean 'FeOOH\(s\)'",
        ),
        ("Fe", {"total": 1e-3, "ph": (7.0, 7.0)}, "pH from 7 to 7 is an empty range"),
        ("Fe", {"total": 1e-3, "potential": (1.0, -1.0)}, "potential from 1 to -1 V is an empty range"),
    ],
)
def test_pourbaix__refuses_what_cannot_be(water, element, arguments, message):
    with pytest.raises(DataError, match=message):
        pourbaix(water, element, **arguments)


def test_pourbaix__refuses_a_stream_of_another_database():
    """Its couples and constants would be those of the built-in data, under other names."""
    own = Chemistry("Mn").database
    other = Database("llnl.dat", own.species, own.activity)
    stream = Stream.of(Chemistry("Mn S", database=other), {"H2O": 1.0, "MnSO4": 0.01})
    with pytest.raises(
        DataError, match=r"Eh-pH diagram: the stream is of llnl\.dat, .* a Chemistry without `database`"
    ):
        pourbaix(stream, "Mn")


def test_pourbaix__refuses_temperatures_without_data(water):
    with pytest.raises(DataError, match="temperature = 500 K"):
        pourbaix(water.replace(temperature=500.0), "Fe", 1e-3)
