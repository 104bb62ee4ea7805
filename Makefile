# The project's commands. Everything is installed into .venv; nothing else is touched.
PYTHON ?= python3
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help demo test check format generate cassettes bench clean

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: .venv/.tool ## play plan, apply and an empty second plan on the embedded emulator
	@$(BIN)/reconciler demo

test: .venv/.dev ## run the tests, side by side
	$(BIN)/pytest -n auto

check: .venv/.dev ## ruff, mypy --strict, import layers, generated files up to date
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pytest -q tests/test_layers.py
	$(BIN)/reconciler schema --check schemas

format: .venv/.dev ## put the code into its standard form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

generate: .venv/.dev ## write schemas/ and docs/reference/ anew from the kinds, and docs/api-coverage.md from the contract
	$(BIN)/reconciler schema --write schemas
	$(BIN)/reconciler explain --write docs/reference
	$(BIN)/python -m tests.contract.coverage

cassettes: .venv/.dev ## record cassettes/ anew from the emulator server
	$(BIN)/pytest -q tests/wire --record-mode=rewrite

bench: .venv/.dev ## measure speed and memory against bare scripts, as ratios
	$(BIN)/python -m benchmarks.scan
	$(BIN)/python -m benchmarks.validate
	$(BIN)/python -m benchmarks.plan
	$(BIN)/python -m benchmarks.contacts
	$(BIN)/python -m benchmarks.apply_contacts

clean: ## remove what the commands made
	rm -rf .venv build dist .mypy_cache .ruff_cache .hypothesis

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; name one: make PYTHON=python3.12 ..."; exit 1; }
	@$(PYTHON) -m venv .venv || { echo "python3 -m venv does not work here; on Debian and Ubuntu: apt install python3-venv"; rm -rf .venv; exit 1; }

.venv/.tool: pyproject.toml | .venv/bin/python
	@echo "Installing into .venv (once)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .
	@touch $@

.venv/.dev: pyproject.toml | .venv/bin/python
	@echo "Installing into .venv with the development tools (once)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@command -v chromium >/dev/null || command -v google-chrome >/dev/null || $(BIN)/playwright install chromium \
		|| echo "There is no Chromium: tests/browser will be skipped"
	@touch .venv/.tool $@
