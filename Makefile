# Two commands do everything: `make maps` and `make test`. Both work in .venv.
# `make PYTHON=...` names the Python to build with; else the newest that works is found.
PYTHON ?=
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint .ci/constraints.txt

.PHONY: maps test test-system lint benchmark clean

maps: .venv/.installed
	$(BIN)/erdao build --into maps

test: .venv/.tested lint
	$(BIN)/python -m pytest -q

test-system: .venv/.tested
	$(BIN)/python -m pytest -q -m system

lint: .venv/.tested
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

benchmark: .venv/.tested
	$(BIN)/python benchmarks/pages.py
	$(BIN)/python benchmarks/parcels.py
	$(BIN)/python benchmarks/measures.py

.venv/bin/python:
	@python="$(PYTHON)"; python=$${python:-$$(.ci/python)} && echo "Python: $$python ($$("$$python" -V))" \
	  && "$$python" -m venv .venv

.venv/.installed: .venv/bin/python setup.cfg pyproject.toml .ci/constraints.txt
	$(PIP) --editable .
	touch $@

.venv/.tested: .venv/.installed
	.ci/browser
	$(PIP) --editable '.[test,parquet]'
	touch $@

clean:
	rm -rf .venv build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
