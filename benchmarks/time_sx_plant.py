"""How long a solvent-extraction plant takes: D2EHPA and Cyanex 272 on a sulfate liquor, each with saponification, extraction,
scrub and strip, both organics and both spent scrub liquors returning.

Warm: from the solution of the plant itself, or of one whose feed holds 1 % more manganese. Passes over loops and calls of
units stand beside the times (`extra_info` in the JSON that pytest-benchmark writes).
"""

import runpy
import sys
from pathlib import Path

import pytest

from raffinate.flowsheet import solve

PLANT = Path(__file__).resolve().parents[1] / "examples" / "sx_sulfate.py"
sys.path.insert(0, str(PLANT.parent))  # where the script finds its neighbours when it is run by name
UPKEEP = pytest.mark.parametrize("upkeep", [False, True], ids=["plain", "with losses and bleeds"])


@pytest.fixture(scope="module")
def script():
    return runpy.run_path(str(PLANT))


def note(benchmark, sheet, solution):
    benchmark.extra_info["units"] = len(sheet.units)
    benchmark.extra_info["passes"] = solution.passes
    benchmark.extra_info["unit_calls"] = solution.unit_calls


@UPKEEP
def test_plant__solved_from_nothing(benchmark, script, upkeep):
    sheet = script["build"](upkeep=upkeep)
    note(benchmark, sheet, benchmark.pedantic(solve, (sheet,), rounds=5, warmup_rounds=1))


@UPKEEP
def test_plant__solved_again_from_its_solution(benchmark, script, upkeep):
    sheet = script["build"](upkeep=upkeep)
    start = solve(sheet)
    found = benchmark.pedantic(solve, (sheet,), {"start": start}, rounds=20, warmup_rounds=1)
    note(benchmark, sheet, found)


@UPKEEP
def test_plant__solved_for_a_feed_one_per_cent_richer(benchmark, script, upkeep):
    start = solve(script["build"](upkeep=upkeep))
    richer = script["LIQUOR"] | {"MnSO4": 1.01 * script["LIQUOR"]["MnSO4"]}
    sheet = script["build"](richer, upkeep=upkeep)
    found = benchmark.pedantic(solve, (sheet,), {"start": start}, rounds=10, warmup_rounds=1)
    note(benchmark, sheet, found)
