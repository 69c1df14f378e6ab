"""Tables of tests: what is read, in which units, and what is refused with file, line and value."""

import pytest

from raffinate.flowsheet import DataError
from raffinate.flowsheet.extraction.observations import (
    AQUEOUS,
    EXTRACTED,
    ORGANIC,
    PH,
    CascadePoint,
    Conditions,
    ExtractionPoint,
    LoadingPoint,
    Reading,
    ion_name,
    read_observations,
)

HEAD = "name,extractant mol/L,feed Co g/L,O/A,pH,E Co %\n"
COBALT = Conditions(feed={"Co": 10.0}, extractant=500.0)


@pytest.fixture
def table(tmp_path):
    """Write a table and answer its path."""

    def write(text: str):
        path = tmp_path / "tests.csv"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_read__takes_units_of_the_bench_to_si(table):
    text = (
        "name,extractant mol/L,feed Co g/L,feed Li mg/L,O/A,temperature degC,feed pH,base,base mol/L,pH,E Co %,E Li %\n"
        "first,0.5,10,250,2,40,2.5,NaOH,5,4.5,62.5,1\n"
    )
    [point] = read_observations(table(text))
    assert isinstance(point, ExtractionPoint)
    assert point.name == "first"
    assert point.ph == 4.5
    assert dict(point.extracted) == pytest.approx({"Co+2": 0.625, "Li+": 0.01})
    conditions = point.conditions
    assert dict(conditions.feed) == {"Co+2": 10.0, "Li+": 0.25}
    assert (conditions.extractant, conditions.base_strength) == (500.0, 5000.0)
    assert conditions.temperature == pytest.approx(313.15)
    assert (conditions.organic_to_aqueous, conditions.feed_ph, conditions.base) == (2.0, 2.5, "NaOH")
    assert point.readings == (Reading(EXTRACTED, "Co+2", 1, 0.625), Reading(EXTRACTED, "Li+", 1, 0.01))


def test_read__passes_over_comments_empty_lines_and_empty_cells(table):
    text = f"# where it is from\n\n{HEAD}a,0.5,10,,4,50\n,,,,,\nb,0.5,10,,5,\n"
    with pytest.raises(DataError, match="line 6: 0 results are given"):
        read_observations(table(text))
    found = read_observations(table(text.replace("5,\n", "5,90\n")))
    assert [point.name for point in found] == ["a", "b"]


def test_read__takes_semicolons_and_the_mark_of_utf8(table):
    [point] = read_observations(table("\ufeff" + (HEAD + "a,0.5,10,1,4,50\n").replace(",", ";")))
    assert point.extracted["Co+2"] == 0.5


def test_read__tells_the_kind_by_the_columns(table):
    text = (
        "extractant mol/L,feed Co g/L,pH,dose mol/L,stages,aqueous Co g/L,organic Co g/L,raffinate Co g/L,loaded Co g/L,"
        "aqueous 2 Co g/L,pH 2\n"
        "0.5,10,4.5,,,3,7,,,,\n"
        "0.5,10,,0.2,,3,,,,,\n"
        "0.5,10,5.5,0.3,3,,,0.1,9.9,2,4.8\n"
    )
    held, dosed, cascade = read_observations(table(text))
    assert isinstance(held, LoadingPoint)
    assert isinstance(dosed, LoadingPoint)
    assert (held.ph, held.dose) == (4.5, None)
    assert (dosed.ph, dosed.dose) == (None, 200.0)
    assert held.readings == (Reading(AQUEOUS, "Co+2", 1, 3.0), Reading(ORGANIC, "Co+2", 1, 7.0))
    assert isinstance(cascade, CascadePoint)
    assert cascade.name == "line 4"
    assert set(cascade.readings) == {
        Reading(AQUEOUS, "Co+2", 3, 0.1),
        Reading(ORGANIC, "Co+2", 1, 9.9),
        Reading(AQUEOUS, "Co+2", 2, 2.0),
        Reading(PH, "H+", 2, 4.8),
        Reading(PH, "H+", 3, 5.5),  # of the raffinate, since the dose is what the cascade is run with
    }


def test_read__holds_the_ph_of_a_raffinate_where_no_dose_is_told(table):
    [cascade] = read_observations(table("extractant mol/L,feed Co g/L,pH,stages,raffinate Co g/L\n0.5,10,5.5,3,0.1\n"))
    assert (cascade.ph, cascade.dose) == (5.5, None)
    assert [reading.kind for reading in cascade.readings] == [AQUEOUS]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (HEAD.replace("E Co", "E Coo"), r"line 1: 'Coo' is no cation that liquors hold; did you mean 'Co'\?"),
        (
            HEAD.replace("feed Co g/L", "feed Co g/l"),
            r"line 1: column 'feed Co g/l' is unknown; did you mean 'feed Co g/L'\?",
        ),
        (HEAD.replace("O/A", "o/a"), r"column 'o/a' is unknown; did you mean 'O/A'\?"),
        (
            HEAD.replace("extractant mol/L", "extractant"),
            r"column 'extractant' is unknown; did you mean 'extractant mol/L'\?",
        ),
        (HEAD.replace("feed Co", "feed Fe"), r"'Fe' is Fe\+2 or Fe\+3; name the ion"),
        (HEAD + "a,0.5,10,1,4,145\n", r"tests.csv, line 2: E Co\+2 = 145 % is outside 0 to 100 %"),
        (HEAD + "a,0.5,10,1,4,-2\n", r"E Co\+2 = -2 % is outside 0 to 100 %"),
        (HEAD + "a,0.5,10,1,4,50\nb,0.5,10,1,x,50\n", "line 3: pH = 'x' is no number"),
        (HEAD + 'a,0.5,10,1,"4,5",50\n', r"pH = '4,5' is no number; did you mean '4\.5'\?"),
        (HEAD + "a,0.5,10,1,inf,50\n", "pH = 'inf' is no finite number"),
        (HEAD + "a,0.5,10,1,15,50\n", "pH = 15 is outside -2 to 14"),
        (HEAD + "a,0.5,-10,1,4,50\n", r"feed Co\+2 = -10 g/L is below 0 g/L"),
        (HEAD + "a,0.5,,1,4,50\n", "feed holds 0 g/L of every cation"),
        (HEAD + "a,,10,1,4,50\n", "'extractant mol/L' is empty"),
        (HEAD + "a,0,10,1,4,50\n", "extractant = 0 mol/L is not above 0"),
        (HEAD + "a,0.5,10,-1,4,50\n", "O/A = -1 is not above 0"),
        (HEAD + "a,0.5,10,1,,50\n", "E is given, but no pH at which it was found"),
        (HEAD + "a,0.5,10,1,4,50,7\n", "line 2: there are 7 cells for 6 columns"),
        (HEAD, "holds 0 tests, only its heading"),
        ("# nothing\n", "holds 0 lines"),
    ],
)
def test_read__refuses_with_file_line_value_and_what_was_meant(table, text, said):
    with pytest.raises(DataError, match=said):
        read_observations(table(text))


@pytest.mark.parametrize(
    ("columns", "cells", "said"),
    [
        ("aqueous Co g/L", "3", "neither pH nor dose is given"),
        ("pH,E Co %,organic Co g/L", "4,50,5", "E stands beside aqueous or organic"),
        ("pH,E Co %,raffinate Co g/L", "4,50,5", "a cascade has raffinate, loaded or aqueous n"),
        ("pH,stages,raffinate Co g/L", "4,2.5,5", "stages = 2.5 must be a whole number from 1 to 60"),
        ("pH,stages,aqueous 4 Co g/L", "4,3,5", "stage 4 is none of the 3 stages"),
        ("pH,stages,feed 2 Li g/L", "4,3,5", "feed belongs to no stage"),
        ("pH,anion,E Co %", "4,NO3-,5", "anion 'NO3-' is not one that feeds are made of"),
        ("pH,temperature degC,E Co %", "4,298,5", "temperature = 298 degC is outside 0 to 100 degC"),
        ("dose mol/L,organic Co g/L", "-1,5", "dose = -1 mol/L is below 0 mol/L"),
    ],
)
def test_read__refuses_rows_that_tell_too_little_or_too_much(table, columns, cells, said):
    with pytest.raises(DataError, match=said):
        read_observations(table(f"extractant mol/L,feed Co g/L,{columns}\n0.5,10,{cells}\n"))


def test_read__names_the_file_beside_a_missing_one(table):
    path = table(HEAD)
    with pytest.raises(DataError, match=r"does not exist; did you mean 'tests.csv'\?"):
        read_observations(path.with_name("test.csv"))


def test_point__made_by_hand_is_refused_alike():
    with pytest.raises(DataError, match=r"E Co\+2 = 120 % is outside 0 to 100 %"):
        ExtractionPoint(conditions=COBALT, ph=4.0, extracted={"Co": 1.2})
    with pytest.raises(DataError, match="neither pH nor dose"):
        LoadingPoint(conditions=COBALT, organic={"Co": 1.0})


def test_point__cannot_be_changed():
    point = ExtractionPoint(conditions=COBALT, ph=4.0, extracted={"Co": 0.5})
    with pytest.raises(TypeError):
        point.extracted["Co+2"] = 0.6


@pytest.mark.parametrize(
    ("written", "name"), [("Co", "Co+2"), ("Li", "Li+"), ("Fe+3", "Fe+3"), ("N", "NH4+"), ("Al", "Al+3")]
)
def test_ion_name__follows_from_the_element(written, name):
    assert ion_name(written) == name
