"""What a user imports is there, and the documents name only what exists."""

import importlib
import inspect
import pkgutil
import re
from pathlib import Path

import pytest

import raffinate.flowsheet
import raffinate.kernels
import raffinate.unitops
from raffinate.flowsheet import ConvergenceError, DataError, DeclarationError, EngineError

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")
FOLDERS = ("benchmarks", "examples", "flowsheet", "kernels", "tests", "unitops", ".ci")
WORKED = {"unitops/thickener.py", "tests/unitops/test_thickener.py", "raffinate.unitops.thickener"}  # CONTRIBUTING.md
PACKAGES = (raffinate.flowsheet, raffinate.kernels, raffinate.unitops)
MODULES = sorted(
    found.name for package in PACKAGES for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
)


def text_of(document: str) -> str:
    return (ROOT / document).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", [package.__name__ for package in PACKAGES] + MODULES)
def test_module__imports_and_says_what_it_is_for(name):
    module = importlib.import_module(name)
    assert module.__doc__
    for public in getattr(module, "__all__", ()):
        assert getattr(module, public).__doc__


def test_flowsheet__gives_what_a_script_needs():
    public = {"ConvergenceError", "DataError", "DeclarationError", "EngineError"}
    public |= {"Flowsheet", "Solution", "Stream", "mix", "settle", "solve"}
    assert set(raffinate.flowsheet.__all__) == public


def test_errors__are_all_caught_as_one():
    module = importlib.import_module("raffinate.flowsheet.errors")
    raised = [cls for _, cls in inspect.getmembers(module, inspect.isclass) if issubclass(cls, Exception)]
    assert set(raised) == {EngineError, DataError, DeclarationError, ConvergenceError}
    assert all(issubclass(cls, EngineError) for cls in raised)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_document__imports_what_exists(document):
    for module, names in re.findall(r"^from (raffinate[\w.]*) import (.+)$", text_of(document), re.M):
        if module not in WORKED:
            found = importlib.import_module(module)
            assert all(hasattr(found, name.strip()) for name in names.split(",")), f"from {module} import {names}"


@pytest.mark.parametrize("document", DOCUMENTS)
def test_document__names_files_that_exist(document):
    pattern = rf"`((?:{'|'.join(re.escape(folder) for folder in FOLDERS)})/[\w./]*)`"
    for name in set(re.findall(pattern, text_of(document))) - WORKED:
        assert (ROOT / name).exists(), f"{document} names {name}"


@pytest.mark.parametrize("document", DOCUMENTS)
def test_document__names_commands_that_exist(document):
    targets = set(re.findall(r"^([a-z]+):", text_of("Makefile"), re.M))
    assert set(re.findall(r"`make (\w+)`", text_of(document))) <= targets


@pytest.mark.parametrize("document", DOCUMENTS)
def test_document__links_to_what_exists(document):
    for target in re.findall(r"\]\(([^)#]+?)\)", text_of(document)):
        assert target.startswith("https://") or (ROOT / target).exists(), f"{document} links to {target}"


def test_readme__lists_every_folder():
    tracked = [path.name for path in ROOT.iterdir() if path.is_dir() and any(path.rglob("*.py"))]
    ours = [name for name in tracked if name in FOLDERS]
    assert all(f"`{name}/`" in text_of("README.md") for name in ours)
