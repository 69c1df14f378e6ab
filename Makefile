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

# Numba does not see an edit in a file that a cached kernel calls, so every state of the kernels has a cache of its own.
KERNELS = $(CURDIR)/$(VENV)/kernels-$(shell cat kernels/*.py | cksum | cut -d ' ' -f 1)

test: $(VENV)/.test
	NUMBA_CACHE_DIR=$(KERNELS) $(BIN)/python -m pytest -n 2 --dist worksteal

bench: $(VENV)/.test
	$(BIN)/python -m pytest benchmarks --benchmark-enable --benchmark-only --benchmark-columns=min,median,max,rounds
	$(BIN)/python benchmarks/time_equilibrium.py

validate: $(VENV)/.test
	NUMBA_CACHE_DIR=$(KERNELS) $(BIN)/python -m pytest -n 2 --dist worksteal -m validation_long

lint: $(VENV)/.lint
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright

clean:
	rm -rf $(VENV) results build *.egg-info
