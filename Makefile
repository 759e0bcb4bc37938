# `make help` lists what there is. Every target sets up what it needs.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.ready
BENCH := .venv-bench/bin/python
BENCH_STAMP := .venv-bench/.ready

.DEFAULT_GOAL := help
.PHONY: help setup demo gate test check fix bench bench-nation docs clean

help:            ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*##/\t/' | expand -t 14

$(STAMP): requirements-dev.txt pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(STAMP)

setup: $(STAMP)  ## a .venv with the xacthuc command in it

demo: $(STAMP)   ## the whole line on a synthetic district, then the platform with it: who can log in, what to try
	$(BIN)/xacthuc demo
	$(BIN)/xacthuc serve --demonstration demo

gate: $(STAMP)   ## the gate in a browser of this machine, with codes to scan; GATE="--lists DIR" for lists of your own
	$(BIN)/xacthuc gate $(GATE)

test: $(STAMP)   ## all tests, with coverage of the library
	$(BIN)/pytest -n 2 --cov --cov-report=term-missing:skip-covered

check: $(STAMP)  ## lint, types, import layers; changes nothing
	$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/lint-imports

fix: $(STAMP)    ## format and mend what can be mended by itself
	$(BIN)/ruff check --fix . ; $(BIN)/ruff format .

$(BENCH_STAMP): requirements-bench.txt
	$(PYTHON) -m venv .venv-bench
	$(BENCH) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-bench.txt
	@touch $(BENCH_STAMP)

bench: $(BENCH_STAMP) ## reading beside its peers, the whole line beside Splink at 1 M and at 10 M people, on new seeds
	PYTHONPATH=src $(BENCH) bench/intake.py $(INTAKE)
	PYTHONPATH=src $(BENCH) bench/matching.py $(MATCHING)
	PYTHONPATH=src $(BENCH) bench/matching.py --people 10000000 --doses 6000000 --blocking lean $(MATCHING)

bench-nation: $(BENCH_STAMP) ## the line on 98 M people and 61 M doses, on a new seed
	PYTHONPATH=src $(BENCH) bench/nation.py $(NATION)

docs: $(STAMP)   ## write the pages that follow from the code
	$(BIN)/python docs/generate.py

clean:           ## remove what setup, demo and bench made
	rm -rf .venv .venv-bench demo bench/data bench/out build src/*.egg-info
