# Needs bash, Python 3.11 with venv, and git; everything else is set up on the way.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help run setup test test-fast statement lint format types contracts catalogues catalogues-check \
	migrations-check lock lock-check bench simulate clean

BIN := .venv/bin
PORT ?= 8000
# Test processes: one more than cores, as some tests only wait for time to pass.
WORKERS ?= $(shell expr $$(nproc) + 1)
PYTEST := $(BIN)/python -m pytest -q --numprocesses $(WORKERS) --dist worksteal

help: ## Show what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-20s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# ---------------------------------------------------------------------------------- run
run: ## Serve a demonstration city on 127.0.0.1 (PORT=8000), set up from nothing
	@.ci/setup runtime
	@.ci/catalogues compile
	@PORTAL_PORT=$(PORT) PORTAL_EMBED_ORIGINS='*' exec $(BIN)/portal up --demo

setup: ## Set up everything needed to work on the portal
	@.ci/setup dev
	@.ci/catalogues compile

# --------------------------------------------------------------------------------- test
test: setup ## Run all tests: both databases, a real browser (ARGS= for pytest)
	@.ci/system
	@$(PYTEST) $(ARGS)

test-fast: setup ## Run the tests that need neither browser nor PostgreSQL nor patience
	@$(PYTEST) -m "not browser and not postgres and not replay and not slow" $(ARGS)

statement: setup ## Check every page for accessibility, and date the accessibility statement
	@.ci/system
	@$(BIN)/python -m tests.browser.statement $(ARGS)

bench: setup ## Measure the rating form and posting a rating against a bare Flask page
	@.ci/system
	@$(BIN)/python -m tests.bench $(ARGS)

simulate: setup ## Try early warning on simulated cities with planted effects (ARGS=runs)
	@$(BIN)/python -m tests.simulate $(ARGS)

# ------------------------------------------------------------------------------- checks
lint: setup ## Check style of Python and templates
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/djlint --quiet --lint portal/templates

format: setup ## Put Python into shape and mend what can be mended
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

types: setup ## Check types
	@$(BIN)/mypy

contracts: setup ## Check who may import whom
	@$(BIN)/lint-imports --no-logo

migrations-check: setup ## Check that the migrations lead to the models, up, down and up again
	@$(PYTEST) -k migration tests

# --------------------------------------------------------------------------- catalogues
catalogues: setup ## Bring the translation catalogues up to date with the source
	@.ci/catalogues update
	@.ci/catalogues compile

catalogues-check: setup ## Check that catalogues are fresh and their placeholders right
	@.ci/catalogues check


# --------------------------------------------------------------------------------- lock
lock: setup ## Write requirements*.txt anew from pyproject.toml (ARGS=--upgrade; needs uv)
	@$(BIN)/python .ci/lock.py write $(ARGS)

lock-check: setup ## Check that requirements*.txt belong to pyproject.toml
	@$(BIN)/python .ci/lock.py check

clean: ## Remove the environment, caches and compiled files (the demonstration stays)
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find portal tests migrations -name __pycache__ -type d -prune -exec rm -rf {} +
	@find translations -name '*.mo' -delete
