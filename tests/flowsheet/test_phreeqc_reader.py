"""Reading databases of PHREEQC: the grammar, laws of log K, redox states apart, and what is wrong with a broken line."""

import math

import numpy as np
import pytest

from raffinate.flowsheet import Stream
from raffinate.flowsheet.chemistry import Bdot, Chemistry, Pitzer, Sit, TruesdellJones, phreeqc, read_phreeqc
from raffinate.flowsheet.chemistry.equilibrium import speciate
from raffinate.flowsheet.chemistry.fugacity import fugacity_coefficient
from raffinate.flowsheet.chemistry.phreeqc_text import elements_of, normal, split_charge
from raffinate.flowsheet.chemistry.species import Critical, Species
from raffinate.flowsheet.chemistry.system import ln_constant
from raffinate.flowsheet.errors import DataError
from raffinate.flowsheet.quantities import celsius

LN10 = math.log(10.0)
ROOM = 298.15
MASTERS = """
SOLUTION_MASTER_SPECIES   # comment
H\tH+\t-1\tH\t1.008
H(0) H2 0 H
E e- 0 0 0
O H2O 0 O 16
O(0) O2 0 O
Na Na+ 0 Na 22.9898
Cl Cl- 0 Cl 35.453
S SO4-2 0 SO4 32.064
S(-2) HS- 0 S
Fe Fe+2 0 Fe 55.847
Fe(+3) Fe+3 0 Fe
Cu Cu+2 0 Cu 63.546
Cu(+1) Cu+1 0 Cu
Alkalinity HS- 1 Ca0.5(CO3)0.5 50.05
Amm AmmH+ 0 AmmH 17.031
SOLUTION_SPECIES
H+ = H+; -gamma 9 0
e- = e-
H2O = H2O
Na+ = Na+
    -gamma 4 0.075
    -gamma 4.08 0.082
Cl- = Cl-
    -gamma 3.5
SO4-2 = SO4-2
Fe+2 = Fe+2
Cu+2 = Cu+2
AmmH+ = AmmH+
2H2O = O2 + 4H+ + 4e-
    log_k -86.08
2 H+ + 2 e- = H2
    log_k -3.15
Fe+2 = Fe+3 + e-
    log_k -13.02
    delta_h 9.68 kcal
Cu+2 + e- = Cu+
    log_k 2.72
SO4-2 + 9H+ + 8e- = HS- + 4H2O
    log_k 33.65
H2O = OH- + H+
    -analytic 293.29227 0.1360833 -10576.913 -123.73158 0 -6.996455e-5
"""
SPECIES = """
SO4-2 + H+ = HSO4-
    -log_k 1.988; -delta_h 3.85 kcal
    -dw 1e-9
    -Vm 8.2 9.259 2.1108 -3.1618
Fe+3 + HSO4- = FeHSO4+2
    log_k 2.48
- H+ + Fe+3 + H2O = FeOH+2
    log_k -2.19
    delta_h 10400 cal
Cu+2 + 2Cl- + e- = CuCl2-
    log_k 8.22
    delta_h 1.65 kJ/mol
AmmH+ = Amm + H+
    log_k -9.252
2HS- = S2-2 + 2H+ + 2e-
    log_k -11
HS- = S5-2 + H+
    log_k -9
    -no_check
    -mass_balance S(-2)5
"""
PHASES = """
PHASES
Halite
    NaCl = Na+ + Cl-
    log_k 1.57
    -Vm 27.1
Mirabilite
    Na2SO4:10H2O = 2Na+ + SO4-2 + 10H2O
    -analytical_expression -301.9326 -0.16232 0 141.078
Fe(OH)3(a)
    Fe(OH)3 + 3 H+ = Fe+3 + 3 H2O; log_k 4.891
Jarosite
    FeOHSO4 + H+ = Fe+3 + SO4-2 + H2O
    log_k 1.0
Melanterite \\
    and more
    FeSO4:7H2O = Fe+2 + SO4-2 + 7 H2O
    log_k -2.209
Pyrite
    FeS2 + 2 H+ + 2 e- = Fe+2 + 2 HS-
    log_k -18.479
Acid
    H2SO4 = HSO4- + H+
    log_k 1.0
    -add_logk Shift 2
    -add_constant 0.25
O2(g)
    O2 = O2
    log_k -2.8983
    -T_c 154.6; -P_c 49.8; -Omega 0.021
NAMED_EXPRESSIONS
Shift
    log_k 0.5
RATES
Halite
-start
10 REM this is no data
-end
END
"""
FILE = MASTERS + SPECIES + PHASES


@pytest.fixture
def write(tmp_path):
    """Write a database and answer its path."""

    def written(text):
        path = tmp_path / "made.dat"
        path.write_text(text, encoding="latin-1")
        return path

    return written


@pytest.fixture
def database(write):
    return read_phreeqc(write(FILE))


def log_k(database, name, temperature=ROOM):
    return ln_constant(database.find(name), temperature) / LN10


def test_components__are_water_acid_and_every_redox_state(database):
    names = [component.name for component in database.components]
    assert names[:2] == ["H2O", "H+"]
    assert set(names[2:]) == {"H2", "O2", "Na+", "Cl-", "SO4-2", "HS-", "Fe+2", "Fe+3", "Cu+2", "Cu+", "AmmH+"}


def test_species__defined_from_others_are_made_of_components(database):
    complexed = database.find("FeHSO4+2")
    assert dict(complexed.reaction) == {"Fe+3": 1.0, "H+": 1.0, "SO4-2": 1.0}
    assert complexed.log_k == pytest.approx(2.48 + 1.988)
    assert complexed.enthalpy == pytest.approx(3.85 * 4184.0, rel=1e-5)
    assert dict(database.find("FeOH+2").reaction) == {"Fe+3": 1.0, "H2O": 1.0, "H+": -1.0}


def test_species__written_with_electrons_are_made_of_the_state_without(database):
    copper = database.find("CuCl2-")
    assert dict(copper.reaction) == {"Cu+": 1.0, "Cl-": 2.0}
    assert copper.log_k == pytest.approx(8.22 - 2.72)


def test_phases__made_of_a_species_that_was_written_with_electrons_need_none(write):
    selenium = """
SOLUTION_MASTER_SPECIES
Se SeO4-2 0 Se 78.96
Se(4) SeO3-2 0 Se
SOLUTION_SPECIES
SeO4-2 = SeO4-2
SeO4-2 + 2 e- + 3 H+ = HSeO3- + H2O
    log_k 36.3
HSeO3- = SeO3-2 + H+
    log_k -8.4
PHASES
Fe2(OH)4SeO3
    Fe2(OH)4SeO3 + 5 H+ = HSeO3- + 2 Fe+3 + 4 H2O
    log_k 1.55
References
"""
    database = read_phreeqc(write(MASTERS + selenium))
    assert dict(database.find("HSeO3-").reaction) == {"H+": 1.0, "SeO3-2": 1.0}
    assert database.find("HSeO3-").log_k == pytest.approx(8.4)
    found = database.find("Fe2(OH)4SeO3")
    assert dict(found.reaction) == pytest.approx({"SeO3-2": 1.0, "H+": -4.0, "Fe+3": 2.0, "H2O": 4.0})
    assert found.log_k == pytest.approx(1.55 - 8.4)


def test_phases__dissolve_into_components(database):
    assert dict(database.find("Acid").reaction) == {"H+": 2.0, "SO4-2": 1.0}
    assert log_k(database, "Acid") == pytest.approx(1.0 - 1.988 + 2 * 0.5 + 0.25)
    assert dict(database.find("Melanterite").reaction) == {"Fe+2": 1.0, "SO4-2": 1.0, "H2O": 7.0}


def test_phases__that_need_electrons_are_left_out_and_told(database):
    assert set(database.left_out) == {"S2-2", "S5-2", "Pyrite"}
    with pytest.raises(DataError, match=r"'Pyrite' was left out: it takes up or gives off electrons"):
        database.find("Pyrite")


def test_gases__are_at_a_bar_where_the_file_has_an_atmosphere(database):
    gas = database.find("O2(g)")
    assert gas.phase == "gas"
    assert gas.log_k == pytest.approx(-2.8983 - math.log10(1.01325))
    assert gas.critical == Critical(154.6, pytest.approx(49.8 * 101325.0), 0.021)


@pytest.mark.parametrize("degrees", [0.0, 25.0, 90.0])
def test_laws__are_the_six_terms_and_the_heat(database, degrees):
    t = celsius(degrees)
    water = 293.29227 + 0.1360833 * t - 10576.913 / t - 123.73158 * math.log10(t) - 6.996455e-5 * t * t
    assert log_k(database, "OH-", t) == pytest.approx(water, abs=1e-10)
    heat = 3.85 * 4184.0 / (8.31470 * LN10) * (1.0 / ROOM - 1.0 / t)
    assert log_k(database, "HSO4-", t) == pytest.approx(1.988 + heat, abs=1e-10)
    hydrate = -301.9326 - 0.16232 * t + 141.078 * math.log10(t)
    assert log_k(database, "Mirabilite", t) == pytest.approx(hydrate, abs=1e-9)


def test_species__has_the_enthalpy_and_heat_capacity_of_its_law(database):
    step = 0.5
    below, at, above = (ln_constant(database.find("OH-"), ROOM + d) for d in (-step, 0.0, step))
    enthalpy = 8.3147 * ROOM**2 * (above - below) / (2 * step)
    assert database.find("OH-").enthalpy == pytest.approx(enthalpy, rel=1e-4)
    curve = 8.3147 * (ROOM**2 * (above - 2 * at + below) / step**2 + 2 * ROOM * (above - below) / (2 * step))
    assert database.find("OH-").heat_capacity == pytest.approx(curve, rel=1e-3)


def test_activity__takes_sizes_davies_and_the_default_of_neutral_species(database):
    assert isinstance(database.activity, TruesdellJones)
    assert database.activity.sizes is not None
    sizes = database.activity.sizes.of
    assert sizes["Na+"] == (4.08, 0.082)
    assert sizes["Cl-"] == (3.5, 0.0)
    assert sizes["Fe+3"] is None
    assert sizes["Amm"] == (0.0, 0.1)


def test_masses__are_ours_but_of_what_only_the_file_calls_an_element(database):
    assert database.find("Na+").molar_mass == pytest.approx(0.02298977, rel=1e-4)
    assert database.find("AmmH+").molar_mass == pytest.approx(0.017031 + 0.001008)


def test_chemistry__of_a_database_equilibrates_a_stream(database):
    chemistry = Chemistry("Na S", database=database)
    liquor = Stream.of(chemistry, {"H2O": 1.0, "Na2SO4": 0.142}, celsius(25)).equilibrium
    assert 7.0 < liquor.ph < 9.0
    assert liquor.ionic_strength == pytest.approx(3.0, rel=0.01)
    assert any("outside the activity model's range" in warning for warning in liquor.warnings)


def test_chemistry__keeps_redox_states_apart(database):
    chemistry = Chemistry("Fe S Cl", database=database)
    totals = np.zeros(len(chemistry.components))
    totals[0] = 55.5
    for name, amount in (("Fe+2", 0.02), ("Fe+3", 0.01), ("SO4-2", 0.05), ("H+", 0.03)):
        totals[chemistry.index[name]] = amount
    found = speciate(chemistry, totals, ROOM, chemistry.allowed(["Fe(OH)3(a)"]))
    ferrous = sum(m for s, m in zip(chemistry.aqueous, found.speciation.molality, strict=True) if "Fe+2" in s.reaction)
    assert ferrous * found.speciation.water == pytest.approx(0.02, rel=1e-9)
    assert found.molality("HS-") == 0.0


def test_dissolve__reads_formulas_as_the_database_writes_them(database):
    chemistry = Chemistry("Amm S Fe Cl", database=database)
    found = dict(zip((c.name for c in chemistry.components), chemistry.dissolve("FeSO4:7H2O").tolist(), strict=True))
    assert found["Fe+2"] == found["SO4-2"] == 1.0
    assert found["H2O"] == 7.0
    assert chemistry.dissolve("AmmHCl")[chemistry.index["AmmH+"]] == 1.0
    assert chemistry.dissolve("FeCl3")[chemistry.index["Fe+3"]] == 1.0


def test_chemistry__names_the_element_that_a_database_lacks(database):
    with pytest.raises(DataError, match=r"'Ni' is in no species of the data of made\.dat"):
        Chemistry("Ni S", database=database)
    with pytest.raises(DataError, match=r"extractants need the built-in data, not made\.dat"):
        Chemistry("Na", extractants="D2EHPA", database=database)


def test_volumes__are_asked_for_only_when_needed(database):
    chemistry = Chemistry("Na Cl S Fe", database=database)
    wet = Stream.of(chemistry, {"H2O": 1.0, "Halite": 0.058443}, celsius(25))
    assert wet.solid_volume == pytest.approx(27.1e-6, rel=1e-3)
    assert wet.volume > wet.solid_volume
    with pytest.raises(DataError, match=r"made\.dat: no volume of 'Melanterite' is known"):
        _ = Stream.of(chemistry, {"H2O": 1.0, "Melanterite": 0.1}, celsius(25)).volume
    with pytest.raises(DataError, match=r"no volume of 'Mirabilite' is known; leave it out"):
        _ = chemistry.own_volumes


def test_mixture__refuses_a_temperature_outside_the_data(database):
    with pytest.raises(DataError, match=r"700 K \(426\.85 degC\) is outside 273\.15 to 623\.15 K, where .* made\.dat"):
        Chemistry("Na Cl", database=database).mixture(700.0)


def test_database__is_compared_by_identity(write):
    path = write(FILE)
    one, other = read_phreeqc(path), read_phreeqc(path)
    assert one != other
    assert len({one, other, one}) == 2
    assert repr(one) == "Database('made.dat': 13 components, 26 species)"


def test_chemistry__warns_of_an_ion_without_size(write):
    text = FILE.replace("-gamma 4 0.075\n    -gamma 4.08 0.082", "-gamma 0 0")
    chemistry = Chemistry("Na Cl", database=read_phreeqc(write(text)))
    salt = Stream.of(chemistry, {"H2O": 1.0, "NaCl": 0.01}, celsius(25)).equilibrium
    assert any("Na+ has no size in the database (-gamma 0 0" in warning for warning in salt.warnings)


PITZER = """
PITZER
-MacInnes false
-use_etheta true
-redox false
-B0
  Na+ SO4-2  0.0273 0 -5.8 9.89e-3 0 -1.563e5
  Cl-  Na+   0.07534
-B1
  Na+ SO4-2  0.956
-C0
  Na+ SO4-2  3.418e-3
-THETA
  Cl- SO4--  0.03
-LAMDA
  Amm Na+    0.02
  Amm Amm    0.01
-MU
  Amm Amm Na+ 0.004
-PSI
  Na+ Cl- SO4-2 0.001
-ALPHAS
  SO4-2 Na+  1.7 0.5
-APHI
  0.3915 571.54
"""


def test_pitzer__has_the_parameters_of_its_block(write):
    database = read_phreeqc(write(MASTERS + SPECIES + PITZER))
    assert isinstance(database.activity, Pitzer)
    chemistry = Chemistry("Na S Cl Amm", database=database)
    found = chemistry.mixture(celsius(50)).pitzer
    t = celsius(50)
    at = chemistry.aqueous_names.index
    pair = next(p for p, (c, a, _, _) in enumerate(found.pair) if (c, a) == (at("Na+"), at("SO4-2")))
    beta0 = 0.0273 - 5.8 * math.log(t / ROOM) + 9.89e-3 * (t - ROOM) - 1.563e5 * (t**-2 - ROOM**-2)
    assert found.pair_value[pair, 0] == pytest.approx(beta0, rel=1e-12)
    assert found.pair_value[pair, 3] == pytest.approx(3.418e-3 / (2 * math.sqrt(2)), rel=1e-12)
    assert found.alpha[found.pair[pair, 2:]].tolist() == [1.7, 0.5]
    assert found.a_phi == pytest.approx(0.3915 + 571.54 * (1 / t - 1 / ROOM), rel=1e-12)
    triples = {tuple(sorted(row)): value for row, value in zip(found.triple.tolist(), found.triple_value, strict=True)}
    assert triples[tuple(sorted((at("Amm"), at("Amm"), at("Na+"))))] == pytest.approx(3 * 0.004)
    assert chemistry.activity.knows("Na+", "Cl-")
    assert not chemistry.activity.knows("AmmH+", "SO4-2")


def test_pitzer__reports_the_major_pair_that_it_lacks(write):
    database = read_phreeqc(write(MASTERS + SPECIES + PITZER))
    chemistry = Chemistry("Cu S", database=database)
    found = Stream.of(chemistry, {"H2O": 1.0, "CuSO4": 0.05}, celsius(25)).equilibrium
    assert ("Cu+2", "SO4-2") in found.unknown_pairs
    assert any("Cu+2 with SO4-2" in warning for warning in found.warnings)


def test_sit__has_the_parameters_of_its_block(write):
    text = MASTERS + SPECIES + "SIT\n-epsilon\n Na+ Cl- 0.03 0 0 1e-3\n"
    database = read_phreeqc(write(text))
    assert isinstance(database.activity, Sit)
    found = Chemistry("Na Cl", database=database).mixture(celsius(35)).pitzer
    assert found.double_value.tolist() == pytest.approx([LN10 / 2 * (0.03 + 1e-3 * 10)])


def test_sit__refuses_a_charge_that_its_kernel_has_no_room_for(write):
    cluster = "12 Fe+3 + 24 H2O = Fe12(OH)24+12 + 24 H+\n    log_k -30\n"
    database = read_phreeqc(write(MASTERS + cluster + "SIT\n-epsilon\n Na+ Cl- 0.03\n"))
    with pytest.raises(DataError, match=r"'Fe12\(OH\)24\+12' has the charge \+12, .* go to 10; leave it out"):
        Chemistry("Fe Cl", database=database).mixture(ROOM)
    Chemistry("Fe Cl", database=database, without="Fe12(OH)24+12").mixture(ROOM)


LLNL = """
LLNL_AQUEOUS_MODEL_PARAMETERS
-temperatures
   0.01 25
   60 100
-dh_a
   0.49 0.51 0.55 0.60
-dh_b
   0.325 0.329 0.335 0.342
-bdot
   0.037 0.041 0.044 0.046
-co2_coefs
   -1.0312 0.0012806 255.9 0.4445 -0.001606
"""


def test_bdot__interpolates_its_table(write):
    text = LLNL + MASTERS.replace("-gamma 4 0.075\n    -gamma 4.08 0.082", "-llnl_gamma 4").replace(
        "4e-\n    log_k -86.08", "4e-\n    -CO2_llnl_gamma\n    log_k -86.08"
    )
    database = read_phreeqc(write(text))
    assert isinstance(database.activity, Bdot)
    assert database.temperatures == (pytest.approx(273.16), pytest.approx(373.15))
    chemistry = Chemistry("Na Cl", database=database)
    mixture = chemistry.mixture(celsius(42.5))
    at = chemistry.aqueous_names.index
    assert mixture.debye_a == pytest.approx(0.53)
    assert mixture.ion_size[at("Na+")] == 4.0
    assert mixture.salting[at("Na+")] == pytest.approx(0.0425)
    t, strength = celsius(42.5), 0.8
    law = (-1.0312 + 0.0012806 * t + 255.9 / t) * strength - (0.4445 - 0.001606 * t) * strength / (1 + strength)
    ours = mixture.salting[at("O2")] * strength + mixture.ion_size[at("O2")] * strength / (1 + strength)
    assert ours * LN10 == pytest.approx(law)
    with pytest.raises(DataError, match=r"outside 273\.16 to 373\.15 K"):
        chemistry.mixture(celsius(0))


AFTER = MASTERS.count("\n") + 1
FOOBAR = FILE[: FILE.index("RATES")].count("\n") + 1
BROKEN = (
    (MASTERS.replace("Na Na+ 0 Na 22.9898", "Na Na+"), 8, "a master species needs element, species, alkalinity"),
    (MASTERS + "Na+ + Cl- NaCl\n", AFTER, "an equation needs one '='"),
    (MASTERS + "    -gama 4 0\n", AFTER, "option '-gama' of SOLUTION_SPECIES is unknown; did you mean 'gamma'?"),
    (MASTERS + "Na+ + Cl- = NaCl\n    log_k strong\n", AFTER + 1, "log_k needs 1 number, 0 can be read"),
    (MASTERS + "Na+ + Cl- = NaCl\n    delta_h 1 kelvin\n", AFTER + 1, "unit 'kelvin' of delta_h is unknown"),
    (MASTERS + "Na+ + Cl = NaCl\n    log_k 1\n", AFTER, "species 'Cl' is not defined"),
    (MASTERS + "Na+ + Cl- = NaCl2\n    log_k 1\n", AFTER, "does not balance: Cl is out by -1"),
    (MASTERS + "Na+ + 2 Cl- = 2 NaCl-0.5\n", AFTER, "2 NaCl-0.5 are formed, an equation must form one"),
    (MASTERS + "Na+ + Cl- = Na(Cl\n", AFTER, "leaves a bracket open"),
    (MASTERS + "Na+ + +2 = NaCl\n", AFTER, "term 'Na+++2' cannot be read"),
    (MASTERS + "= NaCl\n", AFTER, "an equation needs species on both sides"),
    (MASTERS + "PHASE\nHalite\n", AFTER, "PHASE is no keyword of PHREEQC; did you mean 'PHASES'?"),
    (MASTERS + "FOOBAR\nHalite\n", AFTER, "FOOBAR is no keyword of PHREEQC"),
    (MASTERS + "SIT\n-epsilon\nFOOBAR\n", AFTER + 2, "epsilon of 2 species needs 1 number"),
    (MASTERS + "PHASES\nHalite\nRATES\n", AFTER + 1, "phase 'Halite' has no equation on the next line"),
    (MASTERS + "PHASES\nHalite\n  log_k 1\n", AFTER + 1, "phase 'Halite' has no equation on the next line"),
    (FILE.replace("RATES", "FOOBAR"), FOOBAR, "FOOBAR is no keyword of PHREEQC"),
    (MASTERS + "PHASES\nFOOBAR\nNa+ Cl- 0.1\n", AFTER + 1, "FOOBAR is no keyword of PHREEQC"),
    (MASTERS + "PHASES\nSOLUTION_SPECIE\nNa+ + Cl- = NaCl\nlog_k 0\n", AFTER + 1, "did you mean 'SOLUTION_SPECIES'?"),
    (MASTERS + "RATES\nHalite\n-end\nPHASE\nHalite\n", AFTER + 3, "PHASE is no keyword of PHREEQC; did you mean"),
    (
        MASTERS + "Na+ + Cl- = NaCl\n -analytic -5.3585 0.0183412 x557.2461\n",
        AFTER + 1,
        "'x557.2461' of analytical_exp",
    ),
    (
        MASTERS + "Na+ + Cl- = NaCl\n -analytic -5.3585 0,0183412 557.2461\n",
        AFTER + 1,
        "'0,0183412' of analytical_expression is no number; decimals stand after a point",
    ),
    (
        MASTERS + "Na+ + Cl- = NaCl\n -analytic 1 2 3 4 5 6 7\n",
        AFTER + 1,
        "analytical_expression takes 6 numbers, not 7",
    ),
    (MASTERS + "Na+ + Cl- = NaCl\n log_k nan\n", AFTER + 1, "log_k needs 1 number, 0 can be read"),
    (MASTERS + "Na+ + Cl- = NaCl\n log_k 1_0\n", AFTER + 1, "log_k needs 1 number, 0 can be read"),
    (MASTERS + "Na+ + Cl- = NaCl\n log_k 1.0 2.0\n", AFTER + 1, "log_k takes 1 number, not 2"),
    (MASTERS + "Na+ + Cl- = NaCl\n log_k 1 -2\n", AFTER + 1, "log_k takes 1 number, not 2"),
    (
        MASTERS + "Na+ + Cl- = NaCl\n log_k 1\n delta_h 2 kJ 3\n",
        AFTER + 2,
        "delta_h takes a number and its unit, not '3'",
    ),
    (MASTERS + "Na+ + Cl- = NaCl\n log_k 1\n -gamma 4.0 zz\n", AFTER + 2, "'zz' of gamma is no number"),
    (MASTERS + "Na+ + Cl- = NaCl\n -gamma 4.0 0.1\n", AFTER, "NaCl has no log_k and no analytical_expression"),
    (MASTERS + "Na+ + Cl- = NaCl\n delta_h 4.0\n", AFTER, "NaCl has no log_k and no analytical_expression"),
    (MASTERS + PHASES.replace("-Vm 27.1", "-Vm 27.1 l/mol"), AFTER + 5, "unit 'l/mol' of vm is unknown; did you mean"),
    (MASTERS + "NAMED_EXPRESSIONS\nShift\nOther\n log_k 1\n", AFTER + 1, "expression 'Shift' has no log_k and no"),
    (
        MASTERS + "NAMED_EXPRESSIONS\nShift\n -add_logk Other 1\n",
        AFTER + 2,
        "add_logk is not read in NAMED_EXPRESSIONS",
    ),
    (MASTERS + "PITZER\n-B0\nNa+ SO4-2 0.01 0.x 3\n", AFTER + 2, "'0.x' of b0 of 2 species is no number"),
    (MASTERS + "SIT\n-epsilon\nNa+ SO4-2 -0.12 zz\n", AFTER + 2, "'zz' of epsilon of 2 species is no number"),
    (MASTERS + "PHASES\nHalite\nNaCl = Na+ + Cl-\n  -lgo_k 1\n", AFTER + 3, "option '-lgo_k' of PHASES is unknown"),
    (MASTERS + "PITZER\n-B0\nNa+ Cl\n", AFTER + 2, "b0 of 2 species needs 1 number"),
    (MASTERS + "PITZER\n-B0\nNa+ K+ 0.1\n", AFTER + 2, "species 'K+' is not defined; did you mean"),
    (MASTERS + "PITZER\n-B0\nNa+ H+ 0.1\n", AFTER + 2, "b0 is of a cation and an anion, not of"),
    (MASTERS + "PITZER\n-B4\nNa+ Cl- 0.1\n", AFTER + 1, "option '-B4' of PITZER is unknown; did you mean 'b"),
    (MASTERS + "SIT\n-epsilon1\nNa+ Cl- 0.1\n", AFTER + 1, "epsilon1, which breaks the Gibbs-Duhem equation"),
    (MASTERS + "LLNL_AQUEOUS_MODEL\n-temperatures 0 25\n-dh_a 0.5\n", AFTER + 2, "must be equally many"),
    ("Na Na+ 0 Na 1\n", 1, "stands before any keyword"),
)


@pytest.mark.parametrize(("text", "line", "why"), BROKEN, ids=[why for _, _, why in BROKEN])
def test_read_phreeqc__names_the_broken_line(write, text, line, why):
    with pytest.raises(DataError) as caught:
        read_phreeqc(write(text))
    assert f"made.dat, line {line}:" in str(caught.value)
    assert why in str(caught.value)


def test_read_phreeqc__leaves_out_and_tells_a_phase_without_a_constant(write):
    """As rocks in databases of rates stand, whose PHREEQC has log K = 0."""
    database = read_phreeqc(write(FILE.replace("    log_k 1.57\n", "")))
    line = FILE[: FILE.index("    NaCl = ")].count("\n") + 1
    assert database.left_out["Halite"] == f"has no log_k and no analytical_expression (made.dat, line {line})"
    with pytest.raises(DataError, match=r"'Halite' was left out: it has no log_k"):
        database.find("Halite")


def test_read_phreeqc__takes_noughts_beyond_the_six_terms(write):
    """As databases that were made by ThermoMatch have, one more in each line."""
    text = FILE.replace("0 141.078", "0 141.078 0 0 0")
    assert log_k(read_phreeqc(write(text)), "Mirabilite") == log_k(read_phreeqc(write(FILE)), "Mirabilite")


@pytest.mark.parametrize("written", ["27.1", "27.1 cm3/mol", "0.0271 dm3/mol", "2.71e-5 m3/mol"])
def test_volumes__are_of_their_unit(write, written):
    database = read_phreeqc(write(FILE.replace("-Vm 27.1", f"-Vm {written}")))
    assert database.find("Halite").volume == pytest.approx(27.1e-6)


def test_read_phreeqc__refuses_a_folder(tmp_path):
    (tmp_path / "pitzer.dat").write_text(FILE)
    with pytest.raises(DataError, match=r"is a folder, name a file in it; known: pitzer\.dat"):
        read_phreeqc(tmp_path)


def test_read_phreeqc__refuses_a_file_that_is_no_database(write):
    with pytest.raises(DataError, match=r"made\.dat: no SOLUTION_MASTER_SPECIES"):
        read_phreeqc(write("TITLE nothing\n"))
    with pytest.raises(DataError, match="NAMED_EXPRESSIONS"):
        read_phreeqc(write(FILE.replace("-add_logk Shift", "-add_logk Shaft")))


@pytest.mark.parametrize(
    ("text", "elements"),
    [
        ("Ca0.5(CO3)0.5", {"Ca": 0.5, "C": 0.5, "O": 1.5}),
        ("CaSO4:2H2O", {"Ca": 1, "S": 1, "O": 6, "H": 4}),
        ("UOFOH:.5H2O", {"U": 1, "O": 2.5, "F": 1, "H": 2}),
        ("Two_picoline", {"Two_picoline": 1}),
        ("(H2Sg)2", {"H": 4, "Sg": 2}),
        ("Na2(B4O5(OH)4):8H2O", {"Na": 2, "B": 4, "O": 17, "H": 20}),
    ],
)
def test_elements__of_formulas_as_phreeqc_writes_them(text, elements):
    assert elements_of(text) == pytest.approx(elements)


@pytest.mark.parametrize(
    ("text", "name", "charge"),
    [("SO4--", "SO4-2", -2), ("Cu+1", "Cu+", 1), ("Fe+++", "Fe+3", 3), ("NaCl", "NaCl", 0), ("Cl-1", "Cl-", -1)],
)
def test_charges__are_written_one_way(text, name, charge):
    assert normal(text) == name
    assert split_charge(text)[1] == charge


def test_fugacity__is_near_the_pressure_and_below_it_for_carbon_dioxide():
    gas = Species("CO2(g)", "gas", {"C": 1.0, "O": 2.0}, 0, 0.044, critical=Critical(304.2, 72.8 * 101325.0, 0.225))
    # second virial coefficient of CO2 at 25 degC, -123 cm3/mol (Dymond & Smith 1980)
    virial = math.exp(-123e-6 * 101325.0 / (8.314 * ROOM))
    assert fugacity_coefficient(gas, ROOM, 101325.0) == pytest.approx(virial, abs=1e-3)
    assert fugacity_coefficient(gas, ROOM, 1.0) == pytest.approx(1.0, abs=1e-6)
    ideal = Species("X(g)", "gas", {}, 0, 0.04)
    assert fugacity_coefficient(ideal, ROOM, 101325.0) == 1.0


def test_module__shows_an_example_that_runs(write, monkeypatch, capsys):
    example = "\n".join(line.strip() for line in str(phreeqc.__doc__).splitlines() if line.startswith("    "))
    monkeypatch.chdir(write(FILE).parent)
    write(FILE).rename("pitzer.dat")
    names = {"Chemistry": Chemistry, "read_phreeqc": read_phreeqc, "Stream": Stream, "celsius": celsius}
    exec(compile(example, "example", "exec"), names)
    assert len(capsys.readouterr().out.split()) == 3
