"""How long the lithium iron phosphate line takes: from nothing, and warm, from the solution of a feed a little different.

Warm is what a sweep, a fit or a day of a plant asks for: `solve(sheet, start=solution)` with 1 % more feed and a residence
time 1 % shorter. At most 150 ms are wanted. Passes over loops and calls of unit operations stand beside the times.
"""

import runpy
import sys
from pathlib import Path

import pytest

from raffinate.flowsheet import solve

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
sys.path.insert(0, str(EXAMPLES))  # where the script finds its neighbours when it is run by name
TON = 1000.0 / 3600.0  # kg/s
ROUTES = ("selective", "total")


@pytest.fixture(scope="module")
def script():
    return runpy.run_path(str(EXAMPLES / "lfp_spain.py"))


def noted(benchmark, solution):
    benchmark.extra_info["units"] = len(solution.flowsheet.units)
    benchmark.extra_info["loops"] = len(solution.tears)
    benchmark.extra_info["passes"] = solution.passes
    benchmark.extra_info["unit_calls"] = solution.unit_calls


@pytest.mark.parametrize("route", ROUTES)
def test_line__solved_from_nothing(benchmark, script, route):
    sheet = script["build"](route=route, mass=TON)
    noted(benchmark, benchmark.pedantic(solve, (sheet,), rounds=5, warmup_rounds=1))


@pytest.mark.parametrize("route", ROUTES)
def test_line__solved_warm_with_a_slightly_changed_feed(benchmark, script, route):
    known = solve(script["build"](route=route, mass=TON))
    design = script["Design"]()
    shorter = script["Design"](residence_time=0.99 * design.residence_time)
    sheet = script["build"](route=route, mass=1.01 * TON, design=shorter)
    noted(benchmark, benchmark.pedantic(solve, (sheet,), {"start": known}, rounds=20, warmup_rounds=2))


@pytest.mark.parametrize("route", ROUTES)
def test_line__laid_out(benchmark, script, route):
    benchmark.pedantic(script["build"], kwargs={"route": route, "mass": TON}, rounds=10, warmup_rounds=1)
