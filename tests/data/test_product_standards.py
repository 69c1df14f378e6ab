"""Product standards: every limit has a source, a unit and a range, and every standard loads."""

import csv
import re
from collections import Counter
from importlib import resources

import pytest

from raffinate.flowsheet.chemistry.database import all_species, atomic_masses
from raffinate.flowsheet.product_sheets import standards

FOLDER = resources.files("raffinate.flowsheet.data")
COLUMNS = ["standard", "main", "analyte", "kind", "value", "unit", "source", "where", "note"]
HEAVY = {"Pb", "Cr", "Cd", "Hg", "Ti"}  # elements of standards that no chemistry of ours follows
OTHERS = {"assay", "moisture", "insoluble", "magnetic", "SO4", "Fe/P"}
with FOLDER.joinpath("product_standards.csv").open(encoding="utf-8") as file:
    ROWS = list(csv.DictReader(file))
SOURCES = set(re.findall(r"^@\w+\{([^,\s]+),", FOLDER.joinpath("sources.bib").read_text(encoding="utf-8"), flags=re.M))


def test_standards__have_their_columns_and_nothing_twice():
    assert all(list(row) == COLUMNS and None not in row.values() for row in ROWS)
    assert max(Counter((row["standard"], row["analyte"], row["kind"]) for row in ROWS).values()) == 1


def test_standards__name_sources_solids_and_analytes_that_exist():
    for row in ROWS:
        assert row["source"] in SOURCES, row
        assert row["where"], row
        assert all_species()[row["main"]].phase == "solid"
        assert row["analyte"] in {*atomic_masses(), *HEAVY, *OTHERS}, row


def test_limits__lie_in_their_range_and_say_what_was_not_read():
    for row in ROWS:
        assert row["kind"] in {"least", "largest"}, row
        low, high = {"%": (0.05, 100.0), "ppm": (0.01, 5000.0), "-": (0.5, 2.0)}[row["unit"]]
        assert low <= float(row["value"]) <= high, row
        if re.search(r"recalled|estimated", row["note"]):
            assert re.match(r"(recalled|estimated): .*range \d", row["note"]), row
        if row["source"] in {"hgt4823", "hgt4701", "yst582", "raffinate2026"}:
            assert row["note"].startswith(("recalled", "estimated")), row


@pytest.mark.parametrize(
    ("name", "limits", "metal", "least"),
    [
        ("NiSO4.6H2O", 20, "Ni", 0.222),
        ("CoSO4.7H2O", 18, "Co", 0.20),
        ("MnSO4.H2O", 14, "Mn", 0.318),
        ("Li2CO3", 17, "assay", 0.995),
        ("FePO4", 15, "Fe", 0.36),
        ("FePO4.2H2O", 17, "Fe", 0.29),
        ("MHP", 15, "Ni", 0.35),
    ],
)
def test_standard__loads_and_can_be_met_by_its_pure_solid(name, limits, metal, least):
    standard = standards()[name]
    assert len(standard.limits) == limits
    (wanted,) = [limit for limit in standard.limits if (limit.analyte, limit.kind) == (metal, "least")]
    assert wanted.value == pytest.approx(least)
    species = all_species()[standard.main]
    if metal != "assay":
        assert species.elements[metal] * atomic_masses()[metal] / species.molar_mass > least
