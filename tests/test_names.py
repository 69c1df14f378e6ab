"""A physical name has one unit in the whole project, and CONTRIBUTING.md says which."""

import dataclasses
import importlib
import inspect
import pkgutil
import re
from collections import defaultdict
from pathlib import Path

import pytest

import raffinate.unitops
from raffinate.flowsheet.unitop import UnitOp

CONTRIBUTING = Path(__file__).resolve().parents[1] / "CONTRIBUTING.md"
ROW = re.compile(r"^\| `(\w+)` \| ([^|]+) \| ([^|]+) \|$", re.M)
TABLE = {name: unit.strip() for name, _, unit in ROW.findall(CONTRIBUTING.read_text(encoding="utf-8"))}
UNITS = [
    cls
    for found in pkgutil.iter_modules(raffinate.unitops.__path__)
    for _, cls in inspect.getmembers(importlib.import_module(f"raffinate.unitops.{found.name}"), inspect.isclass)
    if issubclass(cls, UnitOp) and cls is not UnitOp
]


def declared_units() -> dict[str, dict[str, set[str]]]:
    """Answer, by name and by unit of measure, the unit operations that declare it as a figure or a parameter.

    A reagent is a substance, not a quantity: its name stands apart from that of a figure.
    """
    found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for cls in UNITS:
        for name, figure in cls.figures.items():
            found[name][figure.unit].add(cls.__name__)
        for declared in dataclasses.fields(cls):
            if declared.metadata["unit"] != "reagent":
                found[declared.name][declared.metadata["unit"]].add(cls.__name__)
    return found


DECLARED = declared_units()


@pytest.mark.parametrize("name", sorted(DECLARED))
def test_name__has_one_unit_in_every_figure_and_parameter(name):
    by_unit = DECLARED[name]
    assert len(by_unit) == 1, f"{name} is declared in {dict(by_unit)}"


@pytest.mark.parametrize("name", sorted(name for name in DECLARED if len(set().union(*DECLARED[name].values())) > 1))
def test_name__that_several_unit_operations_use_is_in_the_table(name):
    assert name in TABLE, f"say in CONTRIBUTING.md what {name} means"


@pytest.mark.parametrize("name", sorted(set(TABLE) & set(DECLARED)))
def test_table__has_the_unit_that_is_declared(name):
    assert [TABLE[name]] == list(DECLARED[name])


def test_table__has_no_name_twice():
    names = [name for name, _, _ in ROW.findall(CONTRIBUTING.read_text(encoding="utf-8"))]
    assert len(names) == len(set(names)) > 30


def test_name__holds_no_unit():
    """Units stand in the declaration: `residence_time` in s, not `residence_time_h`."""
    measures = {
        "kg",
        "g",
        "mol",
        "h",
        "s",
        "kgh",
        "kgs",
        "kw",
        "pa",
        "bar",
        "degc",
        "celsius",
        "kelvin",
        "percent",
        "ppm",
    }
    assert not [name for name in DECLARED if measures & set(name.split("_"))]
