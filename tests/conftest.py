"""What several test files share."""

import runpy
import sys
from pathlib import Path

import pytest

from raffinate.flowsheet import solve

LINE = Path(__file__).resolve().parents[1] / "examples" / "nmc_black_mass.py"


@pytest.fixture(scope="session")
def line():
    """The ternary line's script as a namespace, and its solution."""
    sys.path.insert(0, str(LINE.parent))  # where a script finds its neighbours when it is run by name
    script = runpy.run_path(str(LINE))
    return script, solve(script["build"]())
