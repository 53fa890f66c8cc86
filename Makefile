# Two commands: `make demo` and `make test`. Everything they need is installed into .venv from
# the hash-locked files in requirements/.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
SOURCES := auditor reports ps_snippets tests benchmarks
PYTEST := $(BIN)/python -m pytest

.PHONY: help demo test lint types imports rulebook check wheel-demo bench-collect bench-assess bench-topology mutate-snippets mutate-rulebook mutate-assess snippets-audit schema lock clean

help:
	@echo 'make demo             audit the lab estate over WinRM on loopback; reports in out/demo'
	@echo 'make test             the whole test suite'
	@echo 'make check            lint, types, import rules, and whether the rulebook is consistent'
	@echo 'make wheel-demo       build the wheel and run the demo from an empty environment'
	@echo 'make bench-collect    the collector beside plain pypsrp and Ansible (minutes)'
	@echo 'make bench-assess     judging 1,000, 3,000 and 10,000 servers'
	@echo 'make bench-topology   reading topology documents of 50, 150 and 500 pools'
	@echo 'make mutate-snippets  does a truth case notice each change to the snippets? (minutes)'
	@echo 'make mutate-rulebook  does a case notice each change to the rulebook?'
	@echo 'make mutate-assess    does a test notice each change to the code that judges? (minutes)'
	@echo 'make snippets-audit   write anew what the snippets touch (needs the engine)'
	@echo 'make schema           write reports/audit.schema.json from the models'
	@echo 'make lock             pin the dependencies anew'

$(VENV)/bin/python:
	@$(PYTHON) -m venv $(VENV) || { \
	  echo 'error: $(PYTHON) cannot make a virtual environment.' >&2; \
	  echo '  Python 3.11 or newer with venv is needed (Debian: apt install python3-venv).' >&2; \
	  rm -rf $(VENV); exit 1; }

$(VENV)/demo.stamp: requirements/demo.txt pyproject.toml | $(VENV)/bin/python
	@echo 'installing sfb-audit and the lab into $(VENV)'
	@$(PIP) install --require-hashes -r requirements/demo.txt
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/dev.stamp: requirements/dev.txt $(VENV)/demo.stamp
	@echo 'installing the test tools into $(VENV)'
	@$(PIP) install --require-hashes -r requirements/dev.txt
	@touch $@

demo: $(VENV)/demo.stamp
	@$(BIN)/sfb-audit demo --out out/demo

test: $(VENV)/dev.stamp
	@$(PYTEST) -n auto --dist loadfile

check: lint types imports rulebook

lint: $(VENV)/dev.stamp
	@$(BIN)/ruff check $(SOURCES)
	@$(BIN)/ruff format --check $(SOURCES)

types: $(VENV)/dev.stamp
	@$(BIN)/mypy

imports: $(VENV)/dev.stamp
	@$(BIN)/lint-imports --no-cache

rulebook: $(VENV)/demo.stamp
	@$(BIN)/sfb-audit rulebook check

wheel-demo: $(VENV)/dev.stamp
	@rm -rf dist out/wheel-venv out/wheel-demo
	@$(BIN)/python -m build --wheel --no-isolation --outdir dist . >/dev/null
	@$(PYTHON) -m venv out/wheel-venv
	@out/wheel-venv/bin/python -m pip --disable-pip-version-check --quiet install --require-hashes -r requirements/demo.txt
	@out/wheel-venv/bin/python -m pip --disable-pip-version-check --quiet install --no-deps dist/*.whl
	@cd / && $(CURDIR)/out/wheel-venv/bin/sfb-audit demo --out $(CURDIR)/out/wheel-demo

bench-collect: $(VENV)/demo.stamp out/ansible-venv/bin/ansible-playbook
	@$(BIN)/python benchmarks/collect.py --ansible out/ansible-venv

bench-assess: $(VENV)/demo.stamp
	@$(BIN)/python -m benchmarks.assess

bench-topology: $(VENV)/demo.stamp
	@$(BIN)/python -m benchmarks.topology

out/ansible-venv/bin/ansible-playbook: requirements/ansible.txt
	@$(PYTHON) -m venv out/ansible-venv
	@out/ansible-venv/bin/python -m pip --disable-pip-version-check --quiet install --require-hashes -r requirements/ansible.txt
	@touch $@

mutate-snippets: $(VENV)/dev.stamp
	@$(BIN)/python -m tests.powershell.mutate

mutate-rulebook: $(VENV)/dev.stamp
	@$(BIN)/python -m tests.rulebook.mutate

mutate-assess: $(VENV)/dev.stamp
	@$(BIN)/python -m tests.assess.mutate

snippets-audit: $(VENV)/dev.stamp
	@$(BIN)/python -m tests.powershell.checker.touched

schema: $(VENV)/demo.stamp
	@$(BIN)/python -m reports.audit_json > reports/audit.schema.json

PIP_COMPILE = out/lock-venv/bin/pip-compile --quiet --upgrade --generate-hashes --allow-unsafe --strip-extras \
  --no-header --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --no-emit-options

lock:
	@$(PYTHON) -m venv out/lock-venv
	@out/lock-venv/bin/python -m pip --disable-pip-version-check --quiet install pip-tools
	@$(PIP_COMPILE) --extra lab --extra dev -o requirements/dev.txt pyproject.toml
	@$(PIP_COMPILE) --extra lab --build-deps-for editable -c requirements/dev.txt -o requirements/demo.txt pyproject.toml
	@$(PIP_COMPILE) -c requirements/dev.txt -o requirements/ansible.txt requirements/ansible.in

clean:
	@rm -rf $(VENV) out dist
