# Everything a developer types. Needs Python 3.11 or newer and make; the rest comes by itself into .venv.
# Nothing is installed in editable form: `python -m idp` from here runs these sources, so there is no build step,
# no copy that could be stale, and the same lock file serves a developer and a production image.

PYTHON ?= $(shell command -v python3.11 || command -v python3 || echo python3)
VENV := .venv
PIP := $(VENV)/bin/python -m pip --disable-pip-version-check install --quiet --require-hashes
WORKERS ?= auto

.PHONY: run test lint format bench clean

run: $(VENV)/installed-run  ## Portico on http://127.0.0.1:8000 and an app that signs people in on http://127.0.0.1:8001
	@exec $(VENV)/bin/python -m idp demo --with-facebook

test: lint  ## ruff, mypy and every test; brings in what the system lacks where it may, else says what to install
	@$(VENV)/bin/python scripts/system_parts.py
	@exec $(VENV)/bin/python -m pytest -n $(WORKERS) --dist worksteal -q

lint: $(VENV)/installed-dev
	@$(VENV)/bin/ruff check
	@$(VENV)/bin/ruff format --check
	@$(VENV)/bin/mypy

format: $(VENV)/installed-dev
	@$(VENV)/bin/ruff check --fix
	@$(VENV)/bin/ruff format

bench: $(VENV)/installed-dev  ## what a flow costs, beside npm oidc-provider where Node is there (bench/README.md)
	@exec $(VENV)/bin/python -m bench

clean:  ## removes what was installed; the database, the keys and the mails stay
	rm -rf $(VENV) tests/interop/node/node_modules

$(VENV)/created:
	@$(PYTHON) scripts/check_python.py
	@echo "Creating $(VENV) with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/installed-run: requirements.lock | $(VENV)/created
	@echo "Installing what Portico needs (requirements.lock)"
	@$(PIP) -r requirements.lock
	@touch $@

$(VENV)/installed-dev: requirements-dev.lock | $(VENV)/created
	@echo "Installing what its tests need (requirements-dev.lock)"
	@$(PIP) -r requirements-dev.lock
	@touch $@ $(VENV)/installed-run
