"""What several test files share."""

import runpy
import sys
from pathlib import Path

import pytest

from raffinate.flowsheet import solve

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
LINE = EXAMPLES / "nmc_black_mass.py"


@pytest.fixture(scope="session")
def line():
    """The ternary line's script as a namespace, and its solution."""
    sys.path.insert(0, str(LINE.parent))  # where a script finds its neighbours when it is run by name
    script = runpy.run_path(str(LINE))
    return script, solve(script["build"]())


@pytest.fixture(scope="session")
def lfp_script():
    """The script of the lithium iron phosphate line as a namespace."""
    sys.path.insert(0, str(EXAMPLES))
    return runpy.run_path(str(EXAMPLES / "lfp_spain.py"))


@pytest.fixture(scope="session")
def lfp_line(lfp_script):
    """The solution of the lithium iron phosphate line, 1000 kg/h of black mass."""
    return solve(lfp_script["build"](mass=1000.0 / 3600.0))
