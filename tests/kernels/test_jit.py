"""What the user is told of compiling: one line, in a process that compiles one of our kernels, and nowhere else."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[1]  # not the top, where `flowsheet` would be found beside `raffinate`
ASKED = "from raffinate.kernels.mixing_integral import integral_j\nprint(integral_j(0.5)[0])"
TOLD = "raffinate: compiling its kernels, once on this machine; a first equilibrium takes about 20 s\n"


def said(program: str, cache: Path, **environment: str) -> str:
    """What a new process writes to stderr."""
    usual = {k: v for k, v in os.environ.items() if not k.startswith(("RAFFINATE_", "NUMBA_DISABLE_JIT"))}
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=usual | {"NUMBA_CACHE_DIR": str(cache)} | environment,
        capture_output=True,
        text=True,
        check=True,
        cwd=FOLDER,
    )
    assert 0.0 < float(done.stdout.split()[0]) < 1.0
    return done.stderr


def test_compiling__is_told_once_and_kernels_from_the_disk_are_not(tmp_path):
    assert said(ASKED, tmp_path) == TOLD
    assert said(ASKED, tmp_path) == ""


@pytest.mark.parametrize(
    ("before", "environment"),
    [
        ("", {"RAFFINATE_QUIET": "1"}),
        ("import logging\nlogging.getLogger('raffinate').setLevel(logging.ERROR)\n", {}),
        ("from raffinate.kernels.jit import tell_nothing\ntell_nothing()\n", {}),
    ],
    ids=["environment", "logger", "caller"],
)
def test_compiling__is_not_told_where_that_is_asked_for(tmp_path, before, environment):
    assert said(before + ASKED, tmp_path, **environment) == ""


def test_compiling__without_a_cache_is_told_as_what_it_is(tmp_path):
    for _ in range(2):
        assert "in every process, as RAFFINATE_KERNEL_CACHE=0 asks for" in said(
            ASKED, tmp_path, RAFFINATE_KERNEL_CACHE="0"
        )


def test_compiling__of_somebody_elses_function_is_not_told(tmp_path):
    own = "import numba\nimport raffinate.kernels.jit\n@numba.njit\ndef half(x):\n    return 0.5 * x\nprint(half(1.0))"
    assert said(own, tmp_path) == ""
