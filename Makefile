# Two commands do everything: `make serve` and `make test`. Both make the environment they need.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed
CONFORMANCE := .environments/conformance
SUITES := tests/conformance/suites

.PHONY: serve test check soak bench conformance format clean

serve: $(STAMP)          ## the pod, running on skills/
	$(BIN)/skillpod serve --skills skills --home .skillpod

test: $(STAMP)           ## every test but the soak
	$(BIN)/python -m pytest -m "not soak" $(ARGS)

check: $(STAMP)          ## style, types, layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

soak: $(STAMP)           ## the long repetitions
	$(BIN)/python -m pytest -m soak $(ARGS)

bench: $(STAMP)          ## every figure beside its floor, in one run
	$(BIN)/python -m benchmarks

conformance: $(STAMP) $(CONFORMANCE)/.installed   ## the official MCP suites against a real pod, as a table
	$(BIN)/python -m tests.conformance

format: $(STAMP)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf $(VENV) .environments .skillpod build *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache

$(STAMP): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[dev]"
	touch $@

$(CONFORMANCE)/.installed: $(SUITES)/node.txt $(wildcard $(SUITES)/*/package-lock.json)
	$(PYTHON) -m venv $(CONFORMANCE)
	$(CONFORMANCE)/bin/python -m pip install --quiet --disable-pip-version-check --requirement $(SUITES)/node.txt
	for suite in $(notdir $(patsubst %/,%,$(dir $(wildcard $(SUITES)/*/package-lock.json)))); do \
		mkdir -p $(CONFORMANCE)/$$suite && cp $(SUITES)/$$suite/package*.json $(CONFORMANCE)/$$suite/ && \
		(cd $(CONFORMANCE)/$$suite && PATH="$(abspath $(CONFORMANCE))/bin:$$PATH" npm ci --ignore-scripts --no-audit --no-fund --silent) || exit 1; \
	done
	touch $@
