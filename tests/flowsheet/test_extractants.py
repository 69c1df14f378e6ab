"""Extractants as data: what is written is what is read, and each refusal says where and what."""

import math

import pytest

from raffinate.flowsheet import DataError
from raffinate.flowsheet.chemistry import Chemistry
from raffinate.flowsheet.chemistry.extractants import Complex, Extractant, built_in, cations, ignored

ACID = Extractant(
    "My acid",
    "C16H35O2P",
    complexes=(
        Complex("Co+2", -6.5, 2.0, enthalpy=30e3, source="bench", note="fitted: with a comma, and 'quotes'"),
        Complex("Co+2", -7.9, 1.0, enthalpy=20e3),
        Complex("Na+", -7.1, 0.5),
    ),
    properties={"density": 920.0, "loading_limit": 0.6},
)
SOLVENT = Extractant(
    "My solvent",
    "C12H27O4P",
    "solvating",
    1.0,
    (Complex("Co+2", -1.5, 2.0, "Cl-", 2.0), Complex("Fe+3", 1.0, 2.0, "Cl-", 4.0)),
    {"density": 970.0},
)
HEAD = "of,quantity,value,unit,conditions,source,where,note\n"


@pytest.mark.parametrize("extractant", [ACID, SOLVENT, *built_in().values()], ids=lambda e: e.name)
def test_extractant__reads_what_it_wrote(extractant, tmp_path):
    path = extractant.write(tmp_path / "mine.csv")
    again = Extractant.read(path)
    assert again == extractant.replace(properties=again.properties)
    assert {k: v for k, v in extractant.properties.items() if k != "unit"} == dict(again.properties)
    assert Extractant.read(again.write(tmp_path / "again.csv")) == again


def test_extractant__names_its_species():
    assert (ACID.free_form, ACID.salt_form("Co+2"), ACID.salt_form("Na+")) == (
        *("HA[My acid]", "CoA2[My acid]", "NaA[My acid]"),
    )
    assert (SOLVENT.free_form, SOLVENT.salt_form("Co+2"), SOLVENT.salt_form("Fe+3")) == (
        *("L[My solvent]", "CoCl2[My solvent]", "HFeCl4[My solvent]"),
    )
    assert (ACID.anion, SOLVENT.anion) == ("", "Cl-")
    assert ACID.cations == ("Co+2", "Na+")


def test_extractant__salts_hold_what_the_reaction_says():
    assert ACID.salt_elements("Co+2") == {"Co": 1.0, "C": 32.0, "H": 68.0, "O": 4.0, "P": 2.0}
    assert SOLVENT.salt_elements("Fe+3") == {"Fe": 1.0, "Cl": 4.0, "H": 1.0}
    assert [c.protons for c in SOLVENT.complexes] == [0.0, -1.0]
    assert [c.protons for c in ACID.complexes] == [2.0, 2.0, 1.0]


def test_complex__follows_van_t_hoff():
    cobalt = ACID.complexes[0]
    assert cobalt.ln_k(298.15) == pytest.approx(-6.5 * math.log(10.0), rel=1e-15)
    step = 1e-3
    slope = (cobalt.ln_k(320.0 + step) - cobalt.ln_k(320.0 - step)) / (2.0 * step)
    assert slope == pytest.approx(30e3 / 8.31446261815324 / 320.0**2, rel=1e-6)


def test_extractant__stands_in_a_chemistry_beside_built_in_ones():
    chemistry = Chemistry("Na Ni Co S Cl", extractants=("Cyanex 272", ACID, SOLVENT))
    assert chemistry.extractant("My acid") is ACID
    assert chemistry.extractant("Cyanex 272") == Extractant.named("Cyanex 272")
    assert cations(chemistry, "My acid") == ("Na+", "Co+2")
    assert ignored(chemistry, "My acid") == ("Ni+2",)
    assert "CoCl2[My solvent]" in chemistry.names
    assert "HFeCl4[My solvent]" not in chemistry.names


def test_extractant__named_says_the_nearest_name():
    with pytest.raises(DataError, match=r"extractant 'Cyanex 27' is not in extraction\.csv; did you mean 'Cyanex 272'"):
        Extractant.named("Cyanex 27")
    with pytest.raises(DataError, match=r"extractant 'My acd' is not in the chemistry; did you mean 'My acid'"):
        Chemistry("Na S", extractants=(ACID,)).extractant("My acd")


def test_chemistry__needs_the_density_of_an_extractant():
    with pytest.raises(DataError, match=r"extractant 'My acid': properties lack the density, kg/m3"):
        Chemistry("Co S", extractants=(ACID.replace(properties={}),))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"kind": "acid"}, r"extractant 'My acid': kind = 'acid' is none of acidic, solvating, anion exchange"),
        ({"unit": 0.5}, r"extractant 'My acid': unit = 0\.5 molecules must be 1 or more"),
        ({"unit": math.nan}, r"unit = nan molecules"),
        ({"formula": "C16("}, r"C16\("),
        ({"complexes": (Complex("SO4-2", 1.0, 2.0),)}, r"complex of SO4-2: charge -2, it must be a cation"),
        (
            {"complexes": (Complex("Co+2", math.nan, 2.0),)},
            r"complex of Co\+2: log_k = nan, enthalpy = 0 J/mol must be",
        ),
        ({"complexes": (Complex("Co+2", 1.0, 2.0, enthalpy=math.inf),)}, r"enthalpy = inf J/mol must be finite"),
        ({"complexes": (Complex("Co+2", 1.0, 0.0),)}, r"complex of Co\+2: units = 0 is outside 0 to 10"),
        ({"complexes": (Complex("Co+2", 1.0, 11.0),)}, r"units = 11 is outside 0 to 10"),
        ({"complexes": (Complex("Co+2", 1.0, 0.9),)}, r"units = 0\.9 of 2 molecules cannot bind the charge \+2"),
        ({"complexes": (Complex("Co+2", 1.0, 2.0, "Cl-", 2.0),)}, r"complex of Co\+2: anions = 2, an acid takes none"),
        ({"complexes": (Complex("Co+2", 1.0, 2.0),) * 3}, r"Co\+2 has 3 complexes, it may have two that take the same"),
    ],
)
def test_extractant__refuses_what_cannot_be(changes, message):
    with pytest.raises(DataError, match=message):
        ACID.replace(**changes)


@pytest.mark.parametrize(
    ("complexes", "message"),
    [
        ((Complex("Co+2", 1.0, 2.0, "Cl-", 1.0),), r"complex of Co\+2: anions = 1, at least 2 make it neutral"),
        ((Complex("Co+2", 1.0, 2.0),), r"anions = 0, at least 2 make it neutral"),
        ((Complex("Co+2", 1.0, 2.0, "SO4-2", 2.0),), r"anion 'SO4-2' must carry the charge -1, such as 'Cl-'"),
        ((Complex("Co+2", 1.0, 2.0, "", 2.0),), r"anion '' must carry the charge -1"),
        (
            (Complex("Fe+3", 1.0, 2.0, "Cl-", 4.0), Complex("Fe+3", 1.0, 2.0, "Cl-", 3.0)),
            r"Fe\+3 has 2 complexes, it may have two that take the same anions",
        ),
    ],
)
def test_extractant__refuses_anions_that_do_not_fit(complexes, message):
    with pytest.raises(DataError, match=message):
        SOLVENT.replace(complexes=complexes)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name,value\n", r"line 1: the columns of, quantity are missing"),
        (HEAD, r"0 rows with the quantity 'formula', exactly one is needed"),
        (HEAD + "A,formula,C8H18O,-,,,,\nB,formula,C8H18O,-,,,,\n", r"2 rows with the quantity 'formula'"),
        (
            HEAD + "A,formula,C8H18O,-,,,,\nA|Co+2,log_k_trace,much,-,,,,\n",
            r"line 3: log_k_trace = 'much' of A\|Co\+2 must be a number",
        ),
        (
            HEAD + "A,formula,C8H18O,-,,,,\nA,log_k_trace,1,-,,,,\n",
            r"line 3: 'log_k_trace' of 'A' must be log_k_trace or log_k_loaded of name\|cation",
        ),
        (
            HEAD + "A,formula,C8H18O,-,,,,\nA|Co+2,log_k_most,1,-,,,,\n",
            r"line 3: 'log_k_most' of 'A\|Co\+2' must be log_k_trace or log_k_loaded",
        ),
        (HEAD + "A,formula,C8H18O,-,,,,\nA,density,heavy,SI,,,,\n", r"line 3: density = 'heavy' of A must be a number"),
    ],
)
def test_read__refuses_a_file_that_is_none(text, message, tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text(text)
    with pytest.raises(DataError, match=message) as told:
        Extractant.read(path)
    assert str(path) in str(told.value)


def test_read__says_that_there_is_no_file(tmp_path):
    with pytest.raises(DataError, match=r"extractant file .*nowhere\.csv: No such file"):
        Extractant.read(tmp_path / "nowhere.csv")
