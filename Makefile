# One-word commands. `make demo` and `make test` do every set-up step themselves.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
# Compiled once, not by each of the many processes that tests and demonstrations start.
unexport PYTHONDONTWRITEBYTECODE
BIN := .venv/bin
PY := $(BIN)/python
BENCHES := $(notdir $(patsubst %/__main__.py,%,$(wildcard benchmarks/*/__main__.py)))

.PHONY: help setup demo up test unit pythons lint types fmt check bench crash week explore coverage docs lock

help: ## this list
	@grep -hE '^[a-z]+:.*?## ' $(MAKEFILE_LIST) | awk -F':.*?## ' '{printf "  make %-10s %s\n", $$1, $$2}'

setup: .venv/.ready ## install everything into .venv (uv is fetched into .tools if it is missing)

.venv/.ready: requirements.lock $(wildcard packages/*/pyproject.toml) tools/setup.py
	@python3 tools/setup.py
	@touch $@

demo: setup ## a video, photos and a draft reach the emulator, each once  [VIDEO=path] [KEEP=1]
	@$(PY) -m demo $(if $(VIDEO),--video "$$VIDEO") $(if $(KEEP),--keep)

up: setup ## emulator and service, left running to play with
	@$(BIN)/postwright up --emulator

unit: setup ## the tests without input or output, in seconds
	@$(PY) -m pytest -q packages/*/tests/unit

test: setup ## every test
	@$(PY) -m tests.browser.chromium > /dev/null
	@$(PY) -m pytest -q -n 3 --dist worksteal

pythons: setup ## the client's tests on every Python from 3.11 on that is on this machine
	@$(PY) tools/pythons.py

lint: setup ## ruff, formatting, import contracts, house rules, generated code up to date
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports
	@$(PY) tools/unasync.py --check
	@$(PY) tools/lints

types: setup ## pyright, strict
	@$(BIN)/pyright

fmt: setup ## format and mend what can be mended
	@$(BIN)/ruff check --fix-only -q . ; $(BIN)/ruff format -q . ; $(PY) tools/unasync.py

check: lint types ## lint and types

bench: setup ## a benchmark: make bench NAME=memory
	@test -f "benchmarks/$(NAME)/__main__.py" || { echo "make bench NAME=...: there are $(BENCHES)"; exit 2; }
	@$(PY) -m benchmarks.$(NAME)

crash: setup ## 200 kills and stops of workers, web and database over real publications  [SEED=n]
	@$(PY) -m benchmarks.crash $(if $(SEED),--seed "$(SEED)")

week: setup ## a week in the life of fifty accounts, on a fast clock
	@$(PY) -m benchmarks.week

explore: setup ## every interleaving of the publish protocol, and mutations that must be caught
	@$(PY) -m benchmarks.explorer

coverage: setup ## which rows of spec/ have a client operation, an emulator rule and a contract test
	@$(PY) tools/coverage.py

docs: setup ## regenerate the generated pages
	@$(PY) tools/rules.py
	@$(PY) tools/docs.py
	@$(PY) tools/rules.py

lock: ## resolve the dependencies anew into requirements.lock
	@python3 tools/setup.py --lock
