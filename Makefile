# Every command of the project. `make help` lists them; each installs what it needs first.
SHELL := /bin/bash
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do \
	$$p -c 'import sys, pip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
UV_COMPILE = uv pip compile -q --python-version 3.11 --universal --generate-hashes --no-header --no-annotate \
	--no-emit-index-url --no-emit-find-links
WATCHED := --extra prometheus --extra sentry
PACKAGES := heka_confirm privacy counter upstream applications identity mailing records core demo
PYTEST := $(BIN)/python -m pytest
PARALLEL ?= -n 2 --dist worksteal
# What asks no database, starts the demo with one of its own, or looks at what a page says of the rows that it has read:
# once is enough.
SAME_ON_BOTH := tests/test_consistency.py tests/test_catalogues.py tests/demo tests/heka_confirm/test_stylesheet.py \
	tests/heka_confirm/test_pages.py tests/pages tests/test_non_disclosure.py tests/applications/test_protected.py \
	tests/identity/test_rotation.py tests/test_lines.py tests/test_buttons.py tests/counter/test_staff_pages.py \
	tests/heka_confirm/test_language_links.py tests/heka_confirm/test_search_engines.py tests/upstream/generated \
	tests/running
# What runs beside others prints in one piece at its end, where make can do that (4.0 and newer).
UNMIXED := $(if $(filter output-sync,$(.FEATURES)),--output-sync=target)
DEVELOPMENT := DEBUG=true DEMO=true
# Where it is set, each of the many processes of a test run compiles every test again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help demo test quick browser system lint types imports messages migrations icons bench chaos lock clean

help: ## list the commands
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

# A venv without ensurepip, filled by the pip outside it: Debian's python3 has no ensurepip of its own.
$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "python3 (3.11 or newer) with pip is needed" >&2; exit 1; }
	$(PYTHON) -m venv --without-pip $(VENV)

$(VENV)/.run: requirements.txt | $(VENV)/bin/python
	$(PYTHON) -m pip --python $(VENV) install --quiet --require-hashes --no-deps -r requirements.txt
	@touch $@

$(VENV)/.dev: requirements-dev.txt | $(VENV)/bin/python
	$(PYTHON) -m pip --python $(VENV) install --quiet --require-hashes --no-deps -r requirements-dev.txt
	@touch $@ $(VENV)/.run

demo: $(VENV)/.run ## try the service with demo data at http://localhost:8000 (PORT=8001 changes it)
	@exec env $(DEVELOPMENT) LOG_FORMAT=plain PUBLIC_URL=http://localhost:$(PORT) $(BIN)/python manage.py demo

test: $(VENV)/.dev system ## everything: linters, types, and all tests on both databases
	@$(MAKE) --no-print-directory --jobs 4 $(UNMIXED) lint types imports migrations
	$(PYTEST) $(PARALLEL)
	$(BIN)/python -m tests.postgres $(PYTEST) $(PARALLEL) -m "not browser" $(SAME_ON_BOTH:%=--ignore=%)

quick: $(VENV)/.dev ## the tests without a browser, on SQLite
	$(PYTEST) $(PARALLEL) -m "not browser and not counterpart"

browser: $(VENV)/.dev system ## the tests in the browser
	$(PYTEST) $(PARALLEL) -m browser

system: ## install browsers, fonts, PostgreSQL, nginx, PgBouncer, buildah, Prometheus, systemd, Node, Java, SpamAssassin and gettext where they are missing (Debian, as root)
	@tests/install_system_packages.sh

lint: $(VENV)/.dev ## style of code and templates
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/djlint --lint --quiet templates $(wildcard */templates)

types: $(VENV)/.dev ## mypy, strict
	$(DEVELOPMENT) $(BIN)/mypy $(PACKAGES) gunicorn.conf.py

imports: $(VENV)/.dev ## the rooms import one way
	$(BIN)/lint-imports --no-cache

messages: $(VENV)/.dev system ## the catalogues are complete, compiled and up to date
	$(PYTEST) tests/test_catalogues.py

migrations: $(VENV)/.dev ## the migrations match the models
	$(DEVELOPMENT) DATABASE_URL=sqlite://:memory: $(BIN)/python manage.py makemigrations --check --dry-run

icons: $(VENV)/.dev system ## draw the icons in webroot/ anew, after a change of static/icon.svg
	$(BIN)/python -m tests.icons

bench: $(VENV)/.dev system ## measure the speed on this machine, with PostgreSQL
	$(BIN)/python -m bench
	$(BIN)/python -m bench.letters
	$(BIN)/python -m bench.webhooks
	$(BIN)/python -m bench.form
	$(BIN)/python -m bench.tick
	$(BIN)/python -m bench.desk
	$(BIN)/python -m bench.importing
	$(BIN)/python -m bench.reconciling

chaos: $(VENV)/.dev system ## let processes, databases, networks and neighbours fail, and look for losses
	$(BIN)/python -m chaos

lock: | $(VENV)/bin/python ## pin the dependencies of pyproject.toml anew
	@set -e; uv=$$(mktemp -d); trap 'rm -rf "$$uv"' EXIT; \
	$(PYTHON) -m pip install --quiet --target "$$uv" uv; export PATH="$$uv/bin:$$PATH"; \
	$(UV_COMPILE) pyproject.toml --upgrade $(WATCHED) -o requirements.txt; \
	$(UV_COMPILE) pyproject.toml --upgrade $(WATCHED) --extra pdf -o requirements-pdf.txt; \
	$(UV_COMPILE) pyproject.toml --upgrade $(WATCHED) --group dev -o requirements-dev.txt; \
	$(UV_COMPILE) --upgrade --group sbom -o requirements-sbom.txt

clean: ## remove what the commands made, the demo's database too
	rm -rf $(VENV) var .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find tests -name node_modules -type d -prune -exec rm -rf {} +
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
