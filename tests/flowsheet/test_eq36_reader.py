"""Reading data0 files of EQ3/6: grids of log K, Pitzer's parameters, redox states apart, and broken lines."""

import math

import pytest

from raffinate.flowsheet.chemistry import Chemistry, Pitzer, read_eq36
from raffinate.flowsheet.chemistry.laws import ZERO, Analytic, Grid, at_reference
from raffinate.flowsheet.errors import DataError
from raffinate.flowsheet.quantities import celsius

FILE = """data0.made
A file made for a test
+--------------------------------------------------------------------
Miscellaneous parameters
+--------------------------------------------------------------------
Temperature limits (degC)
         0.0000  150.0000
temperatures
         0.0000   25.0000   60.0000  100.0000
       150.0000  200.0000  250.0000  300.0000
debye huckel aphi
         0.3767    0.3915    0.4190    0.4605
         0.5295    0.6228    0.7535    0.9594
+--------------------------------------------------------------------
ca combinations: beta(n)(ca) and Cphi(ca) [optional: alpha(n)(ca)]
+--------------------------------------------------------------------
Ni++                      SO4--
  alpha(1) = 1.4
  alpha(2) = 12.0
  beta(0):
    a1 = 0.1702
    a2 = 10.0
    a3 = 0
    a4 = 1E-03
  beta(1):
    a1 = 2.907
  beta(2):
    a1 = -40.06
  Cphi:
    a1 = 0.0366
* Source: 74Pit/May
+---------------------------------------------------------------
cc' and aa' combinations: theta(cc') and theta(aa')
+---------------------------------------------------------------
* Note: constant values often seem to be satisfactory.
H+                        Ni++
  theta:
    a1 = 0.069
+---------------------------------------------------------------
nn combinations: lambda(nn) and mu(nnn)
+---------------------------------------------------------------
O2(aq)
  lambda:
    a1 = 0.05
  mu:
    a1 = 0.01
+--------------------------------------------------------------------
elements
+--------------------------------------------------------------------
O         15.99940
H          1.00794
Ni        58.69340
S         32.06600
Fe        55.847
+--------------------------------------------------------------------
basis species
+--------------------------------------------------------------------
H2O
     charge  =   0.0
****
     2 element(s):
      2.0000 H              1.0000 O
****
+--------------------------------------------------------------------
Ni++
     charge  =   2.0
****
     1 element(s):
      1.0000 Ni
****
+--------------------------------------------------------------------
Fe++
     charge  =   2.0
****
     1 element(s):
      1.0000 Fe
****
+--------------------------------------------------------------------
H+
     charge  =   1.0
****
     1 element(s):
      1.0000 H
****
+--------------------------------------------------------------------
SO4--
     charge  =  -2.0
****
     2 element(s):
      4.0000 O              1.0000 S
****
+--------------------------------------------------------------------
O2(g)
     charge  =   0.0
****
     1 element(s):
      2.0000 O
****
+--------------------------------------------------------------------
auxiliary basis species
+--------------------------------------------------------------------
Fe+++
     charge  =   3.0
****
     1 element(s):
      1.0000 Fe
****
     5 species in reaction:
    -1.0000  Fe+++                       -0.5000  H2O
     0.2500  O2(g)                        1.0000  Fe++
     1.0000  H+
*
**** logK grid [0-25-60-100C @1.0132bar; 150-200-250-300C @Psat-H2O]:
        -9.3693   -7.7654   -5.9151   -4.2176
        -2.5286   -1.1656   -0.0198    0.9786
+--------------------------------------------------------------------
O2(aq)
     charge  =   0.0
****
     1 element(s):
      2.0000 O
****
     2 species in reaction:
    -1.0000  O2(aq)                       1.0000  O2(g)
**** logK grid [0-25-60-100C @1.0132bar; 150-200-250-300C @Psat-H2O]:
         2.6567    2.8980    3.0630    3.1080
         3.0370    2.8740    2.6490    2.3540
+--------------------------------------------------------------------
aqueous species
+--------------------------------------------------------------------
OH-
     charge  =  -1.0
****
     2 element(s):
      1.0000 H              1.0000 O
****
     3 species in reaction:
    -1.0000  OH-                         -1.0000  H+
     1.0000  H2O
**** logK grid [0-25-60-100C @1.0132bar; 150-200-250-300C @Psat-H2O]:
        14.9398   13.9951   13.0272   12.2551
        11.6308   11.2836   11.1675   11.3002
+--------------------------------------------------------------------
HSO4-
     charge  =  -1.0
****
     3 element(s):
      1.0000 H              4.0000 O              1.0000 S
****
     3 species in reaction:
    -1.0000  HSO4-                        1.0000  H+
     1.0000  SO4--
**** logK grid [0-25-60-100C @1.0132bar; 150-200-250-300C @Psat-H2O]:
       500.0000   -1.9791  500.0000  No_Data
       500.0000  500.0000  500.0000  500.0000
+--------------------------------------------------------------------
solids
+--------------------------------------------------------------------
NiSO4:7H2O              NiSO4.7H2O
     V0PrTr  =   145.000 cm**3/mol [source: made]
****
     4 element(s):
     14.0000 H              1.0000 Ni            11.0000 O
      1.0000 S
****
     4 species in reaction:
    -1.0000  NiSO4:7H2O                   1.0000  Ni++
     1.0000  SO4--                        7.0000  H2O
**** logK grid [0-25-60-100C @1bar; 150-200-250-300C @Psat-H2O]:
        -2.4000   -2.2000   -2.0000   -1.9000
       500.0000  500.0000  500.0000  500.0000
+--------------------------------------------------------------------
Hematite                Fe2O3
****
     2 element(s):
      2.0000 Fe             3.0000 O
****
     5 species in reaction:
    -2.0000  Hematite                   -8.0000  H+
     4.0000  Fe++                        4.0000  H2O
     1.0000  O2(g)
**** logK grid [0-25-60-100C @1bar; 150-200-250-300C @Psat-H2O]:
         1.0000    1.0000    1.0000    1.0000
         1.0000    1.0000    1.0000    1.0000
+--------------------------------------------------------------------
Iron                    Fe
****
     1 element(s):
      1.0000 Fe
****
     5 species in reaction:
    -1.0000  Iron                       -2.0000  H+
    -0.5000  O2(g)                       1.0000  Fe++
     1.0000  H2O
**** logK grid [0-25-60-100C @1bar; 150-200-250-300C @Psat-H2O]:
        64.8000   59.0000   52.0000   46.0000
        40.0000   35.0000   31.0000   27.0000
+--------------------------------------------------------------------
gases
+--------------------------------------------------------------------
O2(g)                   O2(g)
****
     1 element(s):
      2.0000 O
****
     2 species in reaction:
    -1.0000  O2(g)                        1.0000  O2(g)
**** logK grid [0-25-60-100C @1.0132bar; 150-200-250-300C @Psat-H2O]:
         0.0000    0.0000    0.0000    0.0000
         0.0000    0.0000    0.0000    0.0000
+--------------------------------------------------------------------
references
+--------------------------------------------------------------------
74Pit/May   Pitzer and Mayorga
"""


@pytest.fixture
def write(tmp_path):
    def written(text):
        path = tmp_path / "data0.made"
        path.write_text(text, encoding="latin-1")
        return path

    return written


@pytest.fixture
def database(write):
    return read_eq36(write(FILE))


def test_components__are_the_basis_and_the_redox_states(database):
    assert [c.name for c in database.components] == ["H2O", "H+", "Ni+2", "Fe+2", "SO4-2", "Fe+3", "O2(aq)"]
    assert dict(database.left_out) == {"Iron": "takes up or gives off electrons"}
    assert database.temperatures == (pytest.approx(273.15), pytest.approx(423.15))


def test_reactions__form_dissolved_species_and_dissolve_solids(database):
    assert dict(database.find("OH-").reaction) == {"H2O": 1.0, "H+": -1.0}
    assert database.find("OH-").log_k == pytest.approx(-13.9951)
    assert database.find("OH-").law.at(celsius(60)) == pytest.approx(-13.0272)
    solid = database.find("NiSO4:7H2O")
    assert dict(solid.reaction) == {"Ni+2": 1.0, "SO4-2": 1.0, "H2O": 7.0}
    assert solid.log_k == pytest.approx(-2.2)
    assert solid.volume == pytest.approx(145e-6)


def test_reactions__with_oxygen_are_written_with_the_state_that_needs_none(database):
    hematite = database.find("Hematite")
    assert dict(hematite.reaction) == pytest.approx({"Fe+3": 2.0, "H2O": 3.0, "H+": -6.0})
    # half of the reaction of two, less twice that of Fe+++
    assert hematite.log_k == pytest.approx(0.5 + 2 * 7.7654)
    assert dict(database.find("O2(g)").reaction) == {"O2(aq)": 1.0}
    assert database.find("O2(g)").log_k == pytest.approx(-2.898)


def test_pitzer__has_the_parameters_of_the_file(database):
    assert isinstance(database.activity, Pitzer)
    chemistry = Chemistry("Ni S", database=database)
    t = celsius(60)
    found = chemistry.mixture(t).pitzer
    assert found.a_phi == pytest.approx(0.4190)
    beta0 = 0.1702 + 10.0 * (1 / t - 1 / 298.15) + 1e-3 * (t - 298.15)
    assert found.pair_value.tolist() == [pytest.approx([beta0, 2.907, -40.06, 0.0366 / 4])]
    assert found.alpha.tolist() == [1.4, 12.0]
    at = chemistry.aqueous_names.index
    doubles = {tuple(row): value for row, value in zip(found.double.tolist(), found.double_value, strict=True)}
    assert doubles[tuple(sorted((at("H+"), at("Ni+2"))))] == 0.069
    assert doubles[at("O2(aq)"), at("O2(aq)")] == 0.05
    assert found.triple.tolist() == [[at("O2(aq)")] * 3]


def test_mixture__holds_no_species_without_a_constant_at_the_temperature(database):
    chemistry = Chemistry("Ni S", database=database)
    assert chemistry.unknown_at(298.15) == ()
    assert chemistry.unknown_at(celsius(40)) == ("HSO4-",)
    assert chemistry.mixture(celsius(40)).ln_k[chemistry.aqueous_names.index("HSO4-")] < -1e300


def test_mixture__refuses_a_temperature_outside_the_limits_of_the_file(database):
    with pytest.raises(DataError, match=r"outside 273\.15 to 423\.15 K, where the data of data0\.made hold"):
        Chemistry("Ni S", database=database).mixture(celsius(180))


BROKEN = (
    ("    a2 = 10.0", "    a2 10.0", "a parameter or one of its terms, such as 'a1 = 0.1', is expected"),
    ("    a2 = 10.0", "    a2 = ten", "'ten' is no number"),
    ("  theta:", "  thetta:", "parameter 'thetta' of cc' and aa' combinations is unknown; did you mean 'theta'?"),
    ("Fe        55.847", "Fe", "an element needs its atomic mass"),
    ("     2.6567", "     2.65x7", "'2.65x7' is no number"),
    ("         2.6567    2.8980", "         2.6567", "has 7 values of log K, not 8"),
    ("-1.0000  OH- ", "-1.0000  OHH ", "the reaction begins with -1 OHH, it has to destroy the species itself"),
    (
        "1.0000  SO4--                        7.0000  H2O",
        "1.0000  SO3--   7.0000  H2O",
        "species 'SO3--' is not defined",
    ),
    ("     1.0000  H+\n*\n", "     2.0000  H+\n*\n", "the equation of"),
    ("    a1 = 0.1702", "    a9 = 0.1702", "a9 is none of the terms a1 to a4"),
    ("    a1 = 0.1702", "    a5 = 0.1702", "a5 is none of the terms a1 to a4"),
    ("    a1 = 0.1702", "    a1 = 0.1702 0.2", "'0.1702 0.2' is no number"),
    ("    a1 = 0.1702", "    a1 = 0,1702", "'0,1702' is no number"),
    ("    a2 = 10.0", "    a1 = 10.0", "a1 of beta0 stands twice"),
    ("  alpha(2)", "  alpha(3)", "alpha3 is none of the terms alpha1 to alpha2"),
    ("  beta(1):", "beta[1]:", "parameter 'beta[1]' of ca combinations is unknown; did you mean 'beta(1)'?"),
    (
        "Ni++                      SO4--\n",
        "Nj++                      SO4--\n",
        "species 'Nj++' is not defined; did you mean",
    ),
    (
        "H+                        Ni++\n  th",
        "H+                      Ni+++\n  th",
        "species 'Ni+++' is not defined; did you",
    ),
    (
        "Ni++                      SO4--\n",
        "Ni++                      H+\n",
        "beta0 is of a cation and an anion, not of Ni++",
    ),
    ("O2(aq)\n  lambda", "O2aq\n  lambda", "species 'O2aq' is not defined; did you mean 'O2(aq)'?"),
    ("\ntemperatures\n", "\ntemperture\n", "heading 'temperatures' is missing; was this line to begin it?"),
    ("\ndebye huckel aphi\n", "\ndebye hückel aphi\n", "heading 'debye huckel aphi' is missing; was this line to"),
    ("Temperature limits (degC)", "Temperature limit (degC)", "heading 'Temperature limit (degC)' is unknown; did you"),
    ("    0.4605\n", "    \n", "debye huckel aphi are 7 numbers, not 8"),
    ("    0.4605\n", "    0.46x5\n", "'0.46x5' is no number"),
    ("\nbasis species\n", "\nbasic species\n", "section 'basis species' is missing; was this line to begin it?"),
    ("\nsolids\n", "\nsoldis\n", "section 'solids' is missing; was this line to begin it?"),
    ("\ngases\n", "\ngasses\n", "gasses has no elements, so it is neither a species nor a section"),
    ("     charge  =   2.0\n", "     charge      2.0\n", "charge needs '=' and a number"),
    ("1.0000  SO4--  ", "1.x000  SO4--  ", "'1.x000' is no number"),
)


@pytest.mark.parametrize(("old", "new", "why"), BROKEN, ids=[why for _, _, why in BROKEN])
def test_read_eq36__names_the_broken_line(write, old, new, why):
    assert old in FILE
    with pytest.raises(DataError) as caught:
        read_eq36(write(FILE.replace(old, new)))
    assert "data0.made, line " in str(caught.value)
    assert why in str(caught.value)


def test_read_eq36__refuses_a_file_without_a_section(write):
    begin, end = FILE.index("elements\n+---"), FILE.index("basis species\n+---")
    with pytest.raises(DataError, match=r"data0\.made: section 'elements' is missing"):
        read_eq36(write(FILE[:begin] + FILE[end:]))


def test_read_eq36__reads_names_of_two_words(write):
    text = FILE.replace("NiSO4:7H2O              NiSO4.7H2O", "Nickel vitriol          NiSO4.7H2O")
    database = read_eq36(write(text.replace("-1.0000  NiSO4:7H2O    ", "-1.0000  Nickel vitriol")))
    assert dict(database.find("Nickel vitriol").reaction) == {"Ni+2": 1.0, "SO4-2": 1.0, "H2O": 7.0}


def test_read_eq36__refuses_a_file_without_pitzers_parameters(write):
    with pytest.raises(DataError, match="no parameters of Pitzer"):
        read_eq36(write("data0.com\nnothing\n"))


GRID = Grid(tuple(celsius(t) for t in (0, 25, 60, 100, 150, 200)), (1.0, 2.0, 3.0, 4.0, None, 6.0))


def test_grid__goes_through_its_points_and_is_a_polynomial_of_each_range():
    for temperature, value in zip(GRID.temperatures, GRID.values, strict=True):
        if value is not None:
            assert GRID.at(temperature) == pytest.approx(value)
    cubic = Grid(GRID.temperatures[:4], tuple((t - 300.0) ** 3 for t in GRID.temperatures[:4]))
    assert cubic.at(celsius(40)) == pytest.approx((celsius(40) - 300.0) ** 3)
    assert GRID.at(celsius(150)) == pytest.approx(5.0)
    assert GRID.at(celsius(250)) is None
    assert Grid(GRID.temperatures, (None, 2.0, None, None, None, None)).at(celsius(30)) is None


def test_laws__add_up():
    total = GRID.plus(GRID, -0.5)
    assert total.at(celsius(25)) == pytest.approx(1.0)
    assert total.values[4] is None
    one, other = Analytic.of(1.0, 1e4), Analytic((0.5, 1e-3, 10.0, 0.1, 5.0, 1e-6))
    assert one.plus(other, 2.0).at(350.0) == pytest.approx(one.at(350.0) + 2.0 * other.at(350.0))
    assert ZERO.at(300.0) == 0.0


def test_analytic__of_a_heat_capacity_is_that_of_van_t_hoff():
    law = Analytic.of(-5.0, 3e4, -200.0)
    t, reference = 350.0, 298.15
    heat = 3e4 / 8.31446 * (1 / reference - 1 / t)
    capacity = -200.0 / 8.31446 * (reference / t - 1.0 - math.log(reference / t))
    assert law.at(t) * math.log(10) == pytest.approx(-5.0 * math.log(10) + heat + capacity)
    log_k, enthalpy, cp = at_reference(law, 8.31446)
    assert log_k == pytest.approx(-5.0)
    assert enthalpy == pytest.approx(3e4, rel=1e-5)
    assert cp == pytest.approx(-200.0, rel=1e-3)
