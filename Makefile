# make chat    sets everything up, indexes corpus/ and opens the chat page
# make test    sets everything up and runs every check
# make setup   makes .venv with everything in it
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Test processes; a file of tests stays in one.
WORKERS ?= 2
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet

.PHONY: setup chat test check lint types imports tests format bench bench-page clean

setup: $(VENV)/.ready

# torch comes first and by its exact version, so that a CPU build that is at hand is taken and
# nothing after it can ask for another one.
$(VENV)/.ready: pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -c 'import sys; ok = (3, 10) <= sys.version_info[:2] <= (3, 13); \
	  sys.exit(0 if ok else "mlqa needs Python 3.10 to 3.13; remove .venv and name one: make setup PYTHON=python3.12")'
	@echo "Setting up $(VENV) (a few minutes the first time)"
	@$(PIP) "$$(sed -n 's/^  "\(torch==[^"]*\)",$$/\1/p' pyproject.toml)"
	@$(PIP) --editable '.[dev]'
	@touch $@

chat: setup
	@$(BIN)/mlqa index build
	@$(BIN)/mlqa serve

test: check

check: lint types imports tests

lint: setup
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .

types: setup
	@$(BIN)/mypy

imports: setup
	@$(BIN)/lint-imports

tests: setup
	@$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile

format: setup
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: setup
	@$(BIN)/python benchmarks/speed.py

bench-page: setup
	@$(BIN)/python benchmarks/page.py

clean:
	rm -rf .mypy_cache .ruff_cache .pytest_cache .import_linter_cache build dist
