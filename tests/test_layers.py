"""Imports run one way: unitops -> flowsheet -> kernels; within flowsheet a file imports only what stands above it."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LAYERS = {"kernels": 0, "flowsheet": 1, "unitops": 2}
FLOWSHEET = (
    "errors", "quantities", "files", "chemistry.formula", "chemistry.laws", "chemistry.species", "chemistry.fugacity",
    "chemistry.database", "chemistry.water", "chemistry.interactions", "chemistry.activity_models", "chemistry.databases",
    "chemistry.assembly", "chemistry.phreeqc_text", "chemistry.phreeqc_blocks", "chemistry.phreeqc", "chemistry.eq36",
    "chemistry.packing", "chemistry.cantera_mixing", "chemistry.cantera_export", "chemistry.extractants", "chemistry.system",
    "chemistry.density", "chemistry.thermal", "chemistry.reaction", "chemistry.couples", "chemistry.headspace",
    "chemistry.equilibrium", "chemistry.macinnes", "chemistry.electrons", "chemistry.redox", "sizes", "leaching.rates",
    "stream", "extraction.folding", "extraction.profile", "extraction.section", "extraction.holding", "extraction.losses",
    "oxidation", "acceleration", "grown_sizes", "solid_solutions", "precipitation_rates", "precipitation_equilibrium",
    "precipitation", "precipitation_trains", "iron_oxidation", "yields", "assay", "feeds", "filtration", "washing", "thickening",
    "evaporation", "crystallisation.classification", "crystallisation.kinetics", "crystallisation.uptake",
    "crystallisation.population", "crystallisation.crystals", "crystallisation.vapour", "crystallisation.targets",
    "crystallisation.effects", "crystallisation.flash", "crystallisation.batch", "unitop", "crystallisation.figures",
    "graph", "ordering", "convergence", "balances", "tearing", "turnover", "solver", "warm_up", "heat", "crystallisation.boiling",
    "drying", "leaching.dissolution", "leaching.electrons", "leaching.dosing", "leaching.bookkeeping", "leaching.train",
    "leaching.batch", "leaching.iron_phosphate", "leaching.unit", "leaching.liquor", "leaching.tank_table",
    "extraction.sizing", "substances", "report", "crystallisation.impurities", "origins", "product_sheets", "layout",
    "canvas", "sankey", "pictures", "charts", "product_pictures", "results", "sweeps", "solubility", "analysis", "pourbaix",
    "pourbaix_picture", "diagrams", "extraction.duty", "extraction.curves", "extraction.levers", "extraction.design",
    "extraction.offers", "extraction.pictures", "extraction.gauges", "extraction.design_pictures", "extraction.observations",
    "extraction.fit_checks", "extraction.fit_model", "extraction.fit_start", "extraction.fit_statistics",
    "extraction.fit_open", "extraction.fit_solution", "extraction.fit_picture", "extraction.fitting", "leaching.curves",
    "leaching.fit_picture", "leaching.fitting",
)  # fmt: skip
FILES = sorted(path for layer in LAYERS for path in (ROOT / layer).rglob("*.py"))


def imported(path: Path) -> list[str]:
    """Answer the modules of the engine that a file imports, as paths from the top: `flowsheet.chemistry.formula`."""
    here = list(path.relative_to(ROOT).with_suffix("").parts)
    package = here[:-1]
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = package[: len(package) - node.level + 1]
            target = [*base, *(node.module.split(".") if node.module else [])]
            names = [".".join([*target, alias.name]) for alias in node.names]
            found += [
                name if (ROOT / Path(*name.split("."))).with_suffix(".py").exists() else ".".join(target)
                for name in names
            ]
        elif isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("raffinate"):
            found.append(f"absolute import of {node.module}")
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_file__imports_only_what_stands_below(path):
    own = path.relative_to(ROOT).parts[0]
    for name in imported(path):
        layer = name.split(".")[0]
        assert layer in LAYERS, name
        assert LAYERS[layer] <= LAYERS[own], f"{path.name} imports {name}"
        assert not (own == layer == "unitops"), f"a unit operation imports another: {name}"


@pytest.mark.parametrize(
    "path", [p for p in FILES if p.parts[-2] != "data" and "flowsheet" in p.parts], ids=lambda p: p.stem
)
def test_flowsheet__is_ordered(path):
    if path.name == "__init__.py":
        return
    own = ".".join(path.relative_to(ROOT / "flowsheet").with_suffix("").parts)
    assert own in FLOWSHEET, f"say where {own} stands"
    for name in imported(path):
        if name.startswith("flowsheet."):
            other = name.removeprefix("flowsheet.")
            assert FLOWSHEET.index(other) < FLOWSHEET.index(own), f"{own} imports {other}, which stands below it"


def test_import__compiles_nothing_and_needs_no_pictures():
    program = (
        "import sys, raffinate.flowsheet\n"
        "from raffinate.kernels import cascade, saturation, shrinking_core, titration\n"
        "kernels = [cascade.solve_cascade, saturation.equilibrate, titration.dose_to_ph, shrinking_core.leach_train]\n"
        "print(sum(len(k.signatures) for k in kernels), 'matplotlib' in sys.modules, 'pandas' in sys.modules)"
    )
    answer = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT / "tests"
    )
    assert answer.stdout.split() == ["0", "False", "False"]
