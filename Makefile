# Two commands do everything: `make maps` and `make test`; `make quick` is for while one works.
# `make PYTHON=...` names the Python to build with; else the newest that works is found.
# `make VENV=...` keeps a second environment beside .venv.
PYTHON ?=
VENV := .venv
BIN := $(VENV)/bin
PINS := .ci/constraints.txt
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint $(PINS)
# One worker a core takes the tests in the order of their modules, which share what they build.
PYTEST := $(BIN)/python -m pytest -q -n auto --dist worksteal

.PHONY: maps test quick test-system lint oldest benchmark clean

maps: $(VENV)/.installed
	$(BIN)/erdao build --into maps

test: $(VENV)/.tested lint
	$(PYTEST)

# Without what looks at built pages, runs a notebook or sets a PDF (tests/conftest.py).
quick: $(VENV)/.tested
	$(BIN)/ruff check .
	$(PYTEST) -m "not slow and not system"

test-system: $(VENV)/.tested
	$(BIN)/python -m pytest -q -m system

lint: $(VENV)/.tested
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# The quick tests with the oldest versions that setup.cfg names; the result stands in
# docs/contributing.md with its date.
oldest: .venv-oldest.txt
	$(MAKE) quick VENV=.venv-oldest PINS=$< PYTHON="$(or $(PYTHON),python3.11)"

.venv-oldest.txt: setup.cfg
	sed -nE 's/^    ([a-z]+)>=([0-9.]+)$$/\1==\2/p' $< | sort -u > $@

benchmark: $(VENV)/.tested
	$(BIN)/python benchmarks/pages.py
	$(BIN)/python benchmarks/parcels.py
	$(BIN)/python benchmarks/measures.py

$(VENV)/bin/python:
	@python="$(PYTHON)"; python=$${python:-$$(.ci/python)} && echo "Python: $$python ($$("$$python" -V))" \
	  && "$$python" -m venv $(VENV)

$(VENV)/.installed: $(VENV)/bin/python setup.cfg pyproject.toml $(PINS)
	$(PIP) --editable .
	touch $@

$(VENV)/.tested: $(VENV)/.installed
	.ci/browser
	$(PIP) --editable '.[test,parquet]'
	touch $@

clean:
	rm -rf .venv* build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
