"""One contract for every unit operation in the folder; a new file is found without being listed anywhere."""

import dataclasses
import importlib
import inspect
import pkgutil
import re

import numpy as np
import pytest

import raffinate.unitops
from raffinate.flowsheet import DeclarationError, Stream
from raffinate.flowsheet.balances import balance
from raffinate.flowsheet.chemistry import Chemistry
from raffinate.flowsheet.unitop import UnitOp

MODULES = [
    importlib.import_module(f"raffinate.unitops.{m.name}") for m in pkgutil.iter_modules(raffinate.unitops.__path__)
]
UNITS = [
    cls
    for module in MODULES
    for _, cls in inspect.getmembers(module, inspect.isclass)
    if issubclass(cls, UnitOp) and cls.__module__ == module.__name__
]
PER_UNIT = pytest.mark.parametrize("cls", UNITS, ids=lambda cls: cls.__name__)


@pytest.fixture(scope="module")
def chemistry():
    return Chemistry("Li Na Ni Co Mn Cu Fe Al Ca Mg S C P F", extractants=["Cyanex 272", "D2EHPA"])


@pytest.fixture(scope="module")
def outcomes(chemistry):
    """Every unit run once on its examples: {class: (unit, inlets, outcome)}."""
    found = {}
    for cls in UNITS:
        unit = cls.example(chemistry)
        inlets = {port: Stream.of(chemistry, declared.example) for port, declared in unit.inlets.items()}
        found[cls] = (unit, inlets, unit.run(inlets))
    return found


def test_folder__has_a_class_in_each_file():
    assert len(UNITS) == len(MODULES)


@PER_UNIT
def test_unit__is_a_frozen_dataclass_named_after_its_file(cls):
    snake = re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()
    assert cls.__module__.rsplit(".", 1)[-1] == snake
    assert dataclasses.is_dataclass(cls)
    assert cls.__dataclass_params__.frozen


@PER_UNIT
def test_unit__has_a_card(cls):
    card = inspect.getmodule(cls).__doc__
    for heading in ("Model", "Assumes", "Valid", "Sources"):
        assert heading in card


@PER_UNIT
def test_unit__declares_units_and_meanings(cls):
    for declared in dataclasses.fields(cls):
        assert declared.metadata["unit"]
        assert len(declared.metadata["doc"]) > 3
    for port in cls.inlets.values():
        assert port.doc
    for figure in cls.figures.values():
        assert figure.unit
        assert figure.doc
    assert cls.outlets


@PER_UNIT
def test_unit__conserves_elements_charge_and_mass(cls, chemistry, outcomes):
    _, inlets, outcome = outcomes[cls]
    if not inlets:
        pytest.skip("a source")
    found = balance(chemistry, [*inlets.values(), *outcome.drawn.values()], outcome.outlets.values())
    assert found.worst <= 1e-9


@PER_UNIT
def test_unit__answers_what_it_declares(cls, outcomes):
    unit, _, outcome = outcomes[cls]
    assert set(outcome.outlets) == set(unit.outlets)
    assert set(outcome.report) == set(unit.figures)
    reagents = {f.name for f in dataclasses.fields(cls) if f.metadata["unit"] == "reagent"}
    assert set(outcome.drawn) <= reagents
    assert all(np.isfinite(value) for value in outcome.report.values())


@PER_UNIT
def test_unit__changes_nothing_and_answers_the_same_twice(cls, outcomes):
    unit, inlets, outcome = outcomes[cls]
    before = {port: stream.flows.copy() for port, stream in inlets.items()}
    again = unit.run(inlets)
    for port, stream in inlets.items():
        assert np.array_equal(stream.flows, before[port])
    for name, stream in outcome.outlets.items():
        assert np.array_equal(stream.flows, again.outlets[name].flows)
        assert stream.temperature == again.outlets[name].temperature
    assert again.report == outcome.report


@PER_UNIT
def test_unit__answers_the_same_from_where_another_run_ended(cls, outcomes):
    unit, inlets, outcome = outcomes[cls]
    near = unit.run({port: stream * 1.02 for port, stream in inlets.items()})
    for start in (outcome.start, near.start):
        again = unit.resume(inlets, start)
        for name, stream in outcome.outlets.items():
            scale = max(1e-30, float(np.abs(stream.flows).max()))
            assert np.allclose(again.outlets[name].flows, stream.flows, rtol=1e-7, atol=1e-9 * scale)


@PER_UNIT
def test_unit__scales_with_its_feed(cls, chemistry, outcomes):
    unit, inlets, outcome = outcomes[cls]
    if not inlets or any(f.metadata["unit"] == "reagent" and f.name == "solvent" for f in dataclasses.fields(cls)):
        pytest.skip("its flow is a parameter")
    tripled = unit.run({port: stream * 3.0 for port, stream in inlets.items()})
    for name, stream in outcome.outlets.items():
        scale = max(1e-30, float(np.abs(stream.flows).max()))
        assert np.allclose(tripled.outlets[name].flows, 3.0 * stream.flows, rtol=1e-7, atol=1e-9 * scale)


@PER_UNIT
def test_unit__makes_nothing_of_nothing(cls, chemistry):
    unit = cls.example(chemistry)
    outcome = unit.run({port: Stream.empty(chemistry) for port in unit.inlets})
    drawn = sum(stream.mass for stream in outcome.drawn.values())
    if unit.inlets:
        assert sum(stream.mass for stream in outcome.outlets.values()) == pytest.approx(drawn, abs=1e-15)


@PER_UNIT
def test_unit__refuses_values_outside_its_ranges_and_unknown_names(cls, chemistry):
    example = cls.example(chemistry)
    for declared in dataclasses.fields(cls):
        low, high = declared.metadata["low"], declared.metadata["high"]
        for beyond in [
            v for v in (None if low is None else low - 1.0, None if high is None else high + 1.0) if v is not None
        ]:
            with pytest.raises(DeclarationError, match=rf"{cls.__name__}: {declared.name} = .* is outside"):
                dataclasses.replace(example, **{declared.name: beyond})
    with pytest.raises(DeclarationError, match="has no parameter 'nonsense'"):
        cls(nonsense=1)
