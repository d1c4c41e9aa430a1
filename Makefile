# The doors to the workshop. `make` lists them; CONTRIBUTING.md explains them.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
REPORTS := build/reports

# Tests and pictures never touch a display unless told to.
OFFSCREEN := QT_QPA_PLATFORM=$${QT_QPA_PLATFORM:-offscreen}
# The rooms that must work where PySide6 can't be imported.
CORE := $(wildcard $(addprefix tests/unit/,domain application presentation adapters))
WORKERS ?= 2
# Only this project's settings count: no index of the machine's own can change what is installed. Everything is compiled
# here: what is compiled while a window is open keeps the window waiting.
SYNC := UV_PROJECT_ENVIRONMENT=$(abspath $(VENV)) UV_PYTHON_DOWNLOADS=never $(BIN)/uv sync --quiet --locked --inexact \
	--compile-bytecode

.PHONY: help setup run test test-core test-rest check lint types imports architecture catalogues \
	catalogues-update catalogues-check licences licences-check coverage stalls kill tamper fuzz adversary team bench nightly screenshots package audit clean

help:  ## this list
	@sed -nE 's/^([a-z-]+):.*## (.*)/  make \1\t\2/p' Makefile | expand -t 28

# --- Setting up. Each stamp is newer than what it was made from, so a second call costs nothing. ---

# What the program needs, without the tools of development.
$(VENV)/.run: packaging/uv.txt packaging/system-packages pyproject.toml uv.lock
	packaging/system-packages run
	[[ -x $(BIN)/python ]] || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r packaging/uv.txt
	$(SYNC) --no-dev
	$(BIN)/python -m compileall -q app
	touch $@

$(VENV)/.dev: $(VENV)/.run
	packaging/system-packages test
	$(SYNC)
	touch $@

# The checkout reads its catalogues from where their sources are.
$(VENV)/.catalogues: $(VENV)/.run $(wildcard i18n/*/LC_MESSAGES/*.po)
	$(BIN)/python packaging/catalogues.py compile
	touch $@

setup: $(VENV)/.dev $(VENV)/.catalogues  ## everything for working on the program (.venv, libraries, fonts)

# --- The program ---

run: $(VENV)/.run $(VENV)/.catalogues  ## open the program in its practice world (or, with no display, play the tour)
	@if [[ -n "$${DISPLAY:-}$${WAYLAND_DISPLAY:-}" || $$(uname -s) != Linux ]]; then \
		exec $(BIN)/countersign --practice; \
	else \
		echo "There is no display here, so the tour is played instead: a transfer in the real windows,"; \
		echo "with a picture of each step, in build/tour/ (its practice world is kept in build/tour/world/)."; \
		$(OFFSCREEN) $(BIN)/countersign tour --out build/tour; \
	fi

# --- Tests ---

test: test-core test-rest  ## the whole suite, with no display

# The inner rooms, in processes where importing PySide6 fails.
test-core: setup
	@echo "== the core, where PySide6 can't be imported"
	HYPOTHESIS_PROFILE=ci $(BIN)/python -m pytest -q -n $(WORKERS) -p no:pytest-qt -p tests.core_without_qt -m "not nightly" $(CORE)

test-rest: setup
	@echo "== everything else"
	$(OFFSCREEN) HYPOTHESIS_PROFILE=ci $(BIN)/python -m pytest -q -n $(WORKERS) -m "not nightly and not serial" $(addprefix --ignore=,$(CORE)) tests
	@echo "== tests that watch the clock, one at a time"
	$(OFFSCREEN) HYPOTHESIS_PROFILE=ci $(BIN)/python -m pytest -q -n 0 -m "serial and not nightly" tests || \
		{ (( $$? == 5 )) && echo "none is marked so"; }

nightly: setup  ## the long tests, with many more examples
	$(OFFSCREEN) HYPOTHESIS_PROFILE=nightly $(BIN)/python -m pytest -q -n $(WORKERS) -m "not serial" --timeout=3600 tests
	mkdir -p $(REPORTS)
	$(BIN)/python -m tests.security.adversary_campaign --steps 2000000

stalls: setup  ## every test with windows, one at a time: no handler may keep the window for 50 ms
	COUNTERSIGN_NO_STALLS=1 $(OFFSCREEN) HYPOTHESIS_PROFILE=ci $(BIN)/python -m pytest -q -n 0 -m "not nightly" tests/gui

coverage: setup  ## every branch of the domain and of the flows is walked
	mkdir -p $(REPORTS)
	HYPOTHESIS_PROFILE=ci $(BIN)/python -m pytest -q -n $(WORKERS) -p no:pytest-qt -p tests.core_without_qt -m "not nightly" \
		--cov=countersign.domain --cov=countersign.application.flows --cov-branch --cov-report= $(CORE)
	$(BIN)/coverage report --show-missing --fail-under=100 --include='*/domain/*,*/application/flows/*'

# --- Checks ---

check: lint types imports architecture catalogues-check licences-check  ## style, types, imports, architecture, catalogues, licences

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: setup
	$(BIN)/mypy

imports: setup
	$(BIN)/lint-imports

architecture: setup
	$(OFFSCREEN) $(BIN)/python -m pytest -q -n 0 -m "not nightly" tests/architecture

catalogues-check: setup
	$(BIN)/python packaging/catalogues.py check

licences-check: setup
	$(BIN)/python packaging/licences.py check

licences: setup  ## write the table of third-party licences anew
	$(BIN)/python packaging/licences.py write

audit: setup  ## ask the advisory database about every locked package
	mkdir -p build
	$(BIN)/uv export --quiet --locked --no-emit-project --format requirements-txt >build/audit.txt
	$(BIN)/pip-audit --strict --disable-pip --require-hashes -r build/audit.txt

# --- Languages ---

catalogues: $(VENV)/.run  ## compile the catalogues for this checkout
	$(BIN)/python packaging/catalogues.py compile

catalogues-update: $(VENV)/.run  ## write the template anew and merge it into every catalogue
	$(BIN)/python packaging/catalogues.py update

# --- Campaigns; each writes build/reports/NAME.json ---

kill: setup  ## kill the program at every point of a submission and look for lost or doubled money
	mkdir -p $(REPORTS)
	$(OFFSCREEN) $(BIN)/python -m tests.security.kill_campaign

tamper: setup  ## change the vault byte by byte and look for silence
	mkdir -p $(REPORTS)
	$(OFFSCREEN) $(BIN)/python -m tests.security.tamper_campaign

fuzz: setup  ## feed made-up files and messages to every reader (CASES for each door)
	mkdir -p $(REPORTS)
	$(BIN)/python -m tests.security.fuzz_campaign

adversary: setup  ## share a store that cheats, with members who cheat, and look for forged quorums and lost approvals
	mkdir -p $(REPORTS)
	$(BIN)/python -m tests.security.adversary_campaign

team: setup  ## three people with a vault each pay together: by PostgreSQL, by a folder, by files
	mkdir -p $(REPORTS)
	$(OFFSCREEN) $(BIN)/python -m tests.end2end.team_campaign

bench: setup  ## measure against bare baselines
	mkdir -p $(REPORTS)
	$(OFFSCREEN) $(BIN)/python -m tests.benchmarks.bench

screenshots: setup  ## the README's pictures, by playing the tour
	$(OFFSCREEN) $(BIN)/python packaging/screenshots.py

# --- Packages ---

package: setup  ## sdist and wheel in dist/, and the wheel tried in an environment of its own
	$(BIN)/python packaging/package.py

clean:  ## remove what was built (not .venv)
	rm -rf build dist .coverage .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
