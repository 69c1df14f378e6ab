# Two commands do everything on a fresh machine: `make demo` and `make test`.
PYTHON ?= $(or $(shell command -v python3.11),$(shell command -v python3),python3.11)
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo test bench validate lint clean

# Each stamp is an installed environment; they are separate so that the demo installs no test tools.
$(VENV)/.base: pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "make: $(PYTHON) is not installed; name yours with PYTHON=..."; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade pip
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	touch $@

$(VENV)/.test: $(VENV)/.base
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test]'
	touch $@

$(VENV)/.lint: $(VENV)/.test
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test,lint]'
	touch $@

demo: $(VENV)/.base
	$(BIN)/python examples/nmc_black_mass.py

# The tests run with the kernel cache off, since numba does not see an edit in a file that a cached kernel calls.
test: $(VENV)/.test
	RAFFINATE_KERNEL_CACHE=0 $(BIN)/python -m pytest

bench: $(VENV)/.test
	$(BIN)/python -m pytest benchmarks --benchmark-enable --benchmark-only --benchmark-columns=min,median,max,rounds
	$(BIN)/python benchmarks/time_equilibrium.py

validate: $(VENV)/.test
	RAFFINATE_KERNEL_CACHE=0 $(BIN)/python -m pytest -m validation_long

lint: $(VENV)/.lint
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright

clean:
	rm -rf $(VENV) results build *.egg-info
