# Winback Desk. `make help` lists what can be done. On Windows see README.md.

PYTHON := .venv/bin/python
# Tests write thousands of small transactions: in memory where there is plenty, else on the disk.
SCRATCH = $$(if [ -w /dev/shm ] && [ "$$(df -Pk /dev/shm | awk 'NR==2 {print $$4}')" -gt 4000000 ]; \
	then echo /dev/shm; else echo "$${TMPDIR:-/tmp}"; fi)

.DEFAULT_GOAL := help
.PHONY: help setup setup-tests run test long simulate check translations questionnaires lock bench clean

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup:  ## make .venv with the locked libraries; quick when nothing changed
	@sh installer/python.sh installer/setup.py

setup-tests:
	@sh installer/python.sh installer/setup.py --tests

run: setup  ## start the program; without a display: demo pictures and files in build/demo
	@if [ -n "$$DISPLAY$$WAYLAND_DISPLAY" ] || [ "$$(uname -s)" = Darwin ]; then \
		exec .venv/bin/winback; \
	else \
		echo "There is no display: making the demo, its pictures, Excel and PDF in build/demo."; \
		QT_QPA_PLATFORM=offscreen .venv/bin/winback screenshots build/demo --demo && \
		echo "Look into build/demo."; \
	fi

test: setup-tests  ## all tests in random order on two workers, then the coverage floors
	@rm -f .coverage .coverage.*
	@TMPDIR=$(SCRATCH) QT_QPA_PLATFORM=offscreen $(PYTHON) -m pytest -n 2 --dist loadfile --no-loadscope-reorder --cov --cov-report= $(ARGS)
	@$(if $(ARGS),:,$(PYTHON) tests/coverage_floors.py)

long: setup-tests  ## all tests, those that take minutes too (an hour)
	@TMPDIR=$(SCRATCH) QT_QPA_PLATFORM=offscreen $(PYTHON) -m pytest -n 2 --dist loadfile --no-loadscope-reorder --long $(ARGS)

simulate: setup-tests  ## sixty days of a task force of 20, twice: no rule broken, the difference found
	@TMPDIR=$(SCRATCH) $(PYTHON) -m pytest -n 2 --long -rA tests/demo/test_simulation.py $(ARGS)

check: setup  ## format, lint, types, import contracts, translations
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m ruff check .
	$(PYTHON) -m mypy
	.venv/bin/lint-imports
	$(PYTHON) installer/catalogue.py check
	$(PYTHON) -m installer.questionnaires check

translations: setup  ## extract the texts into resources/locale and update every language
	$(PYTHON) installer/catalogue.py update
	-$(PYTHON) installer/catalogue.py check

questionnaires: setup  ## make the shipped questionnaires out of resources/questionnaires/*.md
	$(PYTHON) -m installer.questionnaires

bench: setup  ## measure the program against the raw limit of the machine
	@QT_QPA_PLATFORM=offscreen $(PYTHON) -m tests.bench $(ARGS)

lock:  ## write requirements.lock anew from pyproject.toml (needs uv)
	uv pip compile pyproject.toml --extra dev --universal --generate-hashes \
		--no-emit-index-url --no-header -q -o requirements.lock $(ARGS)

clean:  ## remove everything that was made, .venv too
	rm -rf .venv build dist .coverage .coverage.* .hypothesis .mypy_cache .ruff_cache \
		.pytest_cache .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
	find resources -name '*.mo' -delete
