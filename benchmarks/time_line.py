"""How long the example line takes: solved again in one process, and from a new process with and without compiled kernels.

Passes over loops and calls of unit operations stand beside the times (`extra_info` in the JSON that pytest-benchmark
writes). The processes are timed from their start to their end, with the import.
"""

import os
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

from raffinate.flowsheet import solve

LINE = Path(__file__).resolve().parents[1] / "examples" / "nmc_black_mass.py"
sys.path.insert(0, str(LINE.parent))  # where the script finds its neighbours when it is run by name
SOLVE_ONCE = (
    "import runpy, sys; from raffinate.flowsheet import solve; solve(runpy.run_path(sys.argv[1])['build']())",
    str(LINE),
)


def run_process(program: str, *arguments: str, cache: Path | None = None) -> None:
    """Run a program in a new interpreter; `cache`: the folder of compiled kernels, numba's own where it is None."""
    environment = {name: value for name, value in os.environ.items() if name != "RAFFINATE_KERNEL_CACHE"}
    if cache is not None:
        environment["NUMBA_CACHE_DIR"] = str(cache)
    subprocess.run([sys.executable, "-c", program, *arguments], check=True, env=environment, cwd=LINE.parent)


@pytest.fixture(scope="module")
def script():
    return runpy.run_path(str(LINE))


@pytest.fixture(scope="module")
def sheet(script):
    return script["build"]()


def test_line__solved_again_in_one_process(benchmark, sheet):
    solution = benchmark.pedantic(solve, (sheet,), rounds=3, warmup_rounds=1)
    benchmark.extra_info["units"] = len(sheet.units)
    benchmark.extra_info["loops"] = len(solution.tears)
    benchmark.extra_info["passes"] = solution.passes
    benchmark.extra_info["unit_calls"] = solution.unit_calls


@pytest.mark.parametrize("change", [1.001, 1.01])
def test_line__solved_warm_from_a_feed_like_it(benchmark, script, sheet, change):
    known = solve(sheet)  # of the same chemistry, or it is no start
    changed = script["build"](script["ASSAY"] | {"Ni": change * script["ASSAY"]["Ni"]})
    solution = benchmark.pedantic(solve, (changed,), {"start": known}, rounds=5, warmup_rounds=1)
    benchmark.extra_info["passes"] = solution.passes
    benchmark.extra_info["unit_calls"] = solution.unit_calls


def test_line__laid_out(benchmark):
    build = runpy.run_path(str(LINE))["build"]
    benchmark.pedantic(build, rounds=3, warmup_rounds=1)


def test_process__solves_the_line_and_compiles_every_kernel_for_it(benchmark, tmp_path):
    benchmark.pedantic(run_process, SOLVE_ONCE, {"cache": tmp_path}, rounds=1)


def test_process__solves_the_line_with_kernels_from_disk(benchmark):
    benchmark.pedantic(run_process, SOLVE_ONCE, rounds=3, warmup_rounds=1)


@pytest.mark.parametrize("program", ["pass", "import raffinate.flowsheet"])
def test_process__starts_and_imports(benchmark, program):
    benchmark.pedantic(run_process, (program,), rounds=3, warmup_rounds=1)
