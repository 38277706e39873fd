# Two commands matter: `make run` serves Outlay, `make test` runs every test. Each sets up what is missing.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

PORT ?= 5002
DATA ?= .outlay
TEST_WORKERS ?= 3
# Which Python makes the environment; empty takes the first of python3, python3.13, python3.12, python3.11 that will do.
PYTHON ?=
export PYTHON
# uv and npm trust whom the machine trusts, a company's own authority included, where the machine keeps such a list.
authorities := $(wildcard /etc/ssl/certs/ca-certificates.crt)
ifneq ($(authorities),)
export UV_SYSTEM_CERTS ?= 1
export NODE_EXTRA_CA_CERTS ?= $(authorities)
endif

bin := .venv/bin
npm := $(bin)/python -m tools.npm --prefix web
# One line per package is read by nobody.
uv := .tools/bin/uv --quiet
web_sources := $(shell [ -d web ] && find web -path web/node_modules -prune -o -path web/dist -prune -o -type f ! -name '*.tsbuildinfo' -print)

.PHONY: help setup run test test-needs test-web check check-format check-lint check-types check-layers check-tidy \
	check-api check-reference check-web check-audit bench fmt lock openapi clean

help: ## Show this help
	@echo 'Outlay. What make can do:'
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' \
		| while IFS=$$'\t' read -r name text; do printf '  make %-9s %s\n' "$$name" "$$text"; done
	@echo 'Variables: PORT=$(PORT) DATA=$(DATA) PYTHON=python3.12 TEST_WORKERS=$(TEST_WORKERS) ARGS="…" (more for demo, pytest or bench)'

# --- setting up -----------------------------------------------------------------------------------------------------

setup: .venv/installed ## Make .tools (uv) and .venv (exactly the locked packages, outlay, outlay-sdk)
	@:

.tools/stamp: tools/bootstrap.lock
	@tools/bootstrap.sh

.venv/locked: requirements.lock .tools/stamp
	@echo '→ .venv: the packages of requirements.lock'
	@[ -x $(bin)/python ] && $(bin)/python -c '' 2>/dev/null || $(uv) venv --clear --python .tools/bin/python .venv
	@$(uv) pip sync --python .venv --require-hashes requirements.lock
	@touch $@

# What outlay is built with comes from the lock as well, hence no build isolation.
.venv/installed: .venv/locked pyproject.toml sdk/pyproject.toml $(wildcard hatch_build.py) $(web_sources)
	@echo '→ .venv: outlay and outlay-sdk, editable, with the page built from web/'
	@$(uv) pip install --python .venv --no-deps --no-build-isolation --editable . --editable sdk
	@touch $@

web/node_modules/.package-lock.json: web/package-lock.json | .venv/installed
	@echo '→ web/node_modules: the packages of web/package-lock.json'
	@$(npm) ci --no-audit --no-fund --loglevel=error
	@touch $@

# --- running --------------------------------------------------------------------------------------------------------

run: setup ## Serve Outlay on PORT with its data in DATA; the first time it is filled with a made-up agency
	@exec $(bin)/outlay demo --port $(PORT) --data-dir '$(DATA)' $(ARGS)

# --- testing --------------------------------------------------------------------------------------------------------

test: test-needs test-web ## Run every test; fetch what they need
	@echo '→ pytest, $(TEST_WORKERS) at a time'
	@$(bin)/pytest -n $(TEST_WORKERS) --dist=loadfile $(ARGS)

test-needs: setup
	@tools/test_needs.sh

test-web: web/node_modules/.package-lock.json
	@echo '→ unit tests of the page'
	@$(npm) run --silent test

# --- checking -------------------------------------------------------------------------------------------------------

check: setup web/node_modules/.package-lock.json ## Format, lint, types, layers, tidiness, drift of the API, audit
	@$(MAKE) --jobs=2 --output-sync=target --keep-going \
		check-types check-web check-format check-lint check-layers check-tidy check-api check-reference check-audit
	@echo '→ all checks passed'

check-format:
	@echo '→ format'
	@$(bin)/ruff format --quiet --check --diff

check-lint:
	@echo '→ lint'
	@$(bin)/ruff check --quiet

check-types:
	@echo '→ types'
	@$(bin)/mypy --no-error-summary

check-layers:
	@echo '→ layers'
	@report=$$($(bin)/lint-imports --no-logo 2>&1) || { echo "$$report"; exit 1; }

check-reference:
	@echo '→ reference'
	@$(bin)/python tools/reference.py

check-tidy:
	@echo '→ tidiness'
	@$(bin)/pytest --quiet --no-header --tb=line --noconftest tests/unit/test_tidy.py

check-api:
	@echo '→ API description and its types'
	@$(bin)/python -m tools.api_drift

check-web:
	@echo '→ web: format, lint, types'
	@$(npm) run --silent format:check
	@$(npm) run --silent lint
	@$(npm) exec --silent -- tsc --build web

check-audit:
	@echo '→ known vulnerabilities'
	@$(bin)/python -m tools.audit

# --- working --------------------------------------------------------------------------------------------------------

bench: setup ## Run the benchmarks; they print ratios within one run
	@$(bin)/python -m bench $(ARGS)

fmt: setup web/node_modules/.package-lock.json ## Format everything and mend what the linter can mend
	@$(bin)/ruff check --quiet --fix --exit-zero
	@$(bin)/ruff format --quiet
	@$(npm) run --silent format -- --log-level=warn

lock: .tools/stamp ## Renew requirements.lock and tools/bootstrap.lock
	@tools/lock.sh

openapi: setup web/node_modules/.package-lock.json ## Write web/openapi.json and the types made from it
	@$(bin)/python -m tools.api_drift --write

clean: ## Remove what was set up or built; data stays
	@rm -rf .tools .venv src/outlay/_ui web/node_modules web/dist dist build
	@rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .schemathesis
	@find src sdk tests tools bench -type d -name __pycache__ -prune -exec rm -rf {} +
