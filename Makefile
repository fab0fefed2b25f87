# OpenClaw: run it, test it, build it. `make` alone says how.
#
# Needed: Python ≥ 3.11 with venv (or uv) and Node.js ≥ 20.19 with npm. Everything else is installed below this folder,
# locked and checked by hash. Where packages come from is this machine's configuration (pip.conf, UV_*, .npmrc).

SHELL := /bin/sh
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

VENV ?= .venv
BIN := $(VENV)/bin
PYTHON3 = $$(command -v python3 || command -v python || echo $(BIN)/python)
# Arguments to go on: `make run UP="--port 8080"`, `make test PYTEST="-k devices -x"`.
UP ?=
PYTEST ?= -n 2

.PHONY: help run test check bench lock build clean setup setup-system setup-npm web web-packages pytest web-test \
  soak check-format check-lint check-types check-imports check-rules check-deps check-web

help:
	@echo "make run     start OpenClaw on this machine and print its address"
	@echo "make test    install what tests need, then: make check, all tests, the web app's tests"
	@echo "make check   format, lint, types, architecture, dependencies (no tests)"
	@echo "make soak    a hundred random schedules of lost connections and killed processes, over each transport; 500 workflows under 50 kills; 50 revocations"
	@echo "make bench   measure, each figure as a ratio to its floor"
	@echo "make lock    resolve pyproject.toml into requirements/*.txt (UPGRADE=1: to the newest)"
	@echo "make build   a wheel and a source archive in dist/"
	@echo "make clean   remove everything that these made"

# ── Environment ─────────────────────────────────────────────────────────────────────────────────────────────────────
# A stamp per lock: installed once, and again when the lock or the package's metadata changes. The development lock
# holds all of the server's, so whoever has the one needs not the other.

$(VENV)/.dev: requirements/dev.txt pyproject.toml tools/setup_venv.sh
	@tools/setup_venv.sh $(VENV) dev
	@touch $@ $(VENV)/.server

$(VENV)/.server: requirements/server.txt pyproject.toml tools/setup_venv.sh
	@tools/setup_venv.sh $(VENV) server
	@touch $@

web:
	@$(PYTHON3) tools/build_web.py

web-packages:
	@$(PYTHON3) tools/build_web.py install

setup-system:
	@tools/setup_system.sh

setup-npm:
	@tools/setup_npm.sh

setup: setup-system $(VENV)/.dev web-packages setup-npm

# ── Run ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

run: $(VENV)/.server web
	@exec $(BIN)/openclaw up $(UP)

# ── Check and test ──────────────────────────────────────────────────────────────────────────────────────────────────

# Two at a time, each one's output in one piece (where make is new enough); all are run, so that one look shows
# everything that is red.
ONE_PIECE := $(if $(filter output-sync,$(.FEATURES)),--output-sync=target)
check: $(VENV)/.dev web-packages
	@$(MAKE) -k -j2 $(ONE_PIECE) \
	  check-types check-web check-format check-lint check-imports check-rules check-deps
	@echo "check: all green"

# A tool's output matters when it is red.
quietly = @out=$$($(1) 2>&1) || { printf '%s\n' "$$out"; exit 1; }

check-format:
	$(call quietly,$(BIN)/ruff format --check --output-format concise .)

check-lint:
	$(call quietly,$(BIN)/ruff check --output-format concise .)

# TYPED=<files>: these only.
check-types:
	$(call quietly,$(BIN)/pyright --pythonpath $(BIN)/python $(TYPED))

check-imports:
	$(call quietly,$(BIN)/lint-imports --no-logo)

check-rules:
	$(call quietly,$(BIN)/python -m tools.source_rules)

check-deps:
	$(call quietly,$(BIN)/deptry --no-ansi src)

check-web:
	$(call quietly,cd web && npm run --silent typecheck && npm run --silent lint)

# In this order: a set-up that fails says so before anything else, and the quick gates before the slow tests.
test: setup
	@$(MAKE) check
	@$(MAKE) web
	@$(MAKE) pytest
	@$(MAKE) web-test
	@echo "test: all green"

pytest: $(VENV)/.dev
	@$(BIN)/python -m pytest $(PYTEST)

web-test: web-packages
	@cd web && npm run --silent test

# The suite plays the first dozen, and a small size of the others; here all of them, over PostgreSQL and over Valkey.
soak: $(VENV)/.dev
	@OPENCLAW_TEST_SCHEDULES=100 $(BIN)/python -m pytest -q tests/chaos/test_schedules.py
	@OPENCLAW_TEST_SCHEDULES=100 OPENCLAW_TEST_BROKER=1 $(BIN)/python -m pytest -q tests/chaos/test_schedules.py
	@OPENCLAW_TEST_RUNS=500 OPENCLAW_TEST_KILLS=50 OPENCLAW_TEST_RESTARTS=2 \
	  $(BIN)/python -m pytest -q tests/chaos/test_workflow_death.py
	@OPENCLAW_TEST_REVOCATIONS=50 $(BIN)/python -m pytest -q tests/chaos/test_revocation.py

bench: $(VENV)/.dev web
	@$(BIN)/python -m benchmarks

# ── Release ─────────────────────────────────────────────────────────────────────────────────────────────────────────

lock:
	@tools/lock.sh

# Without isolation: the build backend is the locked one.
build: $(VENV)/.dev web
	@rm -rf dist
	@$(BIN)/python -m hatchling build
	@ls dist

clean:
	rm -rf $(VENV) dist build .pytest_cache .ruff_cache .import_linter_cache src/openclaw/apps/server/static
	find . -name node_modules -prune -exec rm -rf {} +
	find src tests tools benchmarks migrations -name __pycache__ -prune -exec rm -rf {} + 2>/dev/null || true
