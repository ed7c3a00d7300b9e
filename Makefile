# Every command of the project. `make help` lists them; each installs what it needs first.
SHELL := /bin/bash
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do \
	$$p -c 'import sys, pip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
UV_COMPILE = uv pip compile -q --python-version 3.11 --universal --generate-hashes --no-header --no-annotate \
	--no-emit-index-url --no-emit-find-links pyproject.toml

.PHONY: help demo test quick browser lint types imports messages migrations bench lock clean

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
