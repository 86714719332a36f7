# What a person types: make run, make test, make live, make bench, make picture. `make help` lists all.
SHELL := /bin/sh
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUNS := $(VENV)/.runs
STAMP := $(VENV)/.ready

.DEFAULT_GOAL := help
.PHONY: help run test lint types unit matrix live mutants faults hostile soak bench picture lock build package manual clean

help:  ## this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 12

$(RUNS): pyproject.toml tools/make-venv tools/requirements-run.lock
	@tools/make-venv "$(PYTHON)" "$(VENV)" run

$(STAMP): pyproject.toml tools/make-venv tools/requirements.lock
	@tools/make-venv "$(PYTHON)" "$(VENV)"

run: $(RUNS)  ## open the inbox on the built-in demo cast
	@$(BIN)/convo --demo

test: $(STAMP)  ## all checks: lint, types, layers, unit, conformance, UI, on every Python that is here
	@tools/run-tests

lint: $(STAMP)  ## ruff: lint and format
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .

types: $(STAMP)  ## mypy, strict
	@$(BIN)/mypy
	@MYPYPATH=tests/guestbook/src:tests/guestbook/checks $(BIN)/mypy --explicit-package-bases tests/guestbook/src/convo_guestbook/__init__.py tests/guestbook/checks/*.py

unit: $(STAMP)  ## the tests on this Python only
	@$(BIN)/python -m pytest -n 2

live: $(STAMP)  ## start the real servers and run the live tests
	@CONVO_LIVE=1 $(BIN)/python -m pytest -m live tests/live

mutants: $(STAMP)  ## each conformance test fails under its mutation
	@$(BIN)/python tests/mutants.py

faults: $(STAMP)  ## kill the program at every point, and count what was lost or doubled (long)
	@$(BIN)/python tests/faults/table.py --jobs 2

hostile: $(STAMP)  ## hostile text: 100,000 inputs in this process, 2,000 on every screen of a terminal (long)
	@$(BIN)/python -m pytest -n 2 tests/hostile

soak: $(STAMP)  ## a year of talk in two processes and bad weather, and what memory and books say then (long)
	@$(BIN)/python tests/faults/soak.py

bench: $(STAMP)  ## the benchmarks, as ratios
	@$(BIN)/python benchmarks/bench.py

picture: $(STAMP)  ## the README's pictures, from the demo
	@$(BIN)/python tools/picture.py

LOCKED := uv pip compile -q --universal --python-version 3.10 --generate-hashes --no-header --no-annotate --upgrade
lock: $(STAMP)  ## choose the newest versions that fit together, and write their hashes down
	@$(BIN)/python -m pip install -q uv
	@$(BIN)/$(LOCKED) --all-extras --group dev pyproject.toml -o tools/requirements.lock
	@$(BIN)/$(LOCKED) --group install -c tools/requirements.lock pyproject.toml -o tools/requirements-run.lock

build: $(STAMP)  ## wheel and source archive in dist/
	@$(BIN)/python -m build --no-isolation -q

package: $(STAMP)  ## build, install in a clean environment, and see which files the program touches
	@tools/check-package $(BIN)/python

manual: $(STAMP)  ## the completions and the man page, from the table of commands
	@$(BIN)/python tools/manual.py

clean:  ## remove what make made
	rm -rf $(VENV) .venv-* build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
