# Everything here works on a machine with Python 3.11+ and make; nothing else is needed beforehand.
#   make demo    run the whole job on the packaged sample project
#   make test    pass the tests
#   make bench   measure everything beside other programs (about 20 minutes), write docs/benchmarks.md
#   make check   what must hold before a change is offered: format, lint, types, imports, tests
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

# What is measured, in which order, on which day, by which Pythons.
BENCHMARKS := start_up periods tables miro page check_calendar sync memory matching
DAY ?= $(shell date +%F)
BENCH_PYTHON ?= $(BIN)/python
PEERS ?= $(VENV)/peers/bin/python
RIVALS ?= $(VENV)/rivals/bin/python
# Only Pythons of this Makefile's own are made.
BENCH_READY := $(if $(filter $(BIN)/python,$(BENCH_PYTHON)),$(VENV)/dev)
PEERS_READY := $(if $(filter $(VENV)/peers/bin/python,$(PEERS)),$(VENV)/peers/ready)
RIVALS_READY := $(if $(filter $(VENV)/rivals/bin/python,$(RIVALS)),$(VENV)/rivals/ready)

.DEFAULT_GOAL := help
.PHONY: help demo test check lint types imports format coverage bench bench-page bench-country fuzz pictures mutation lock \
    dependencies sbom audit test-oldest test-python clean

help:
	@sed -n 's/^#   //p' Makefile

$(VENV)/run: requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.11 …")'
	$(PYTHON) -m venv $(VENV)
	$(PIP) install --require-hashes -r requirements.lock
	$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/dev: $(VENV)/run requirements-dev.lock
	$(PIP) install --require-hashes -r requirements-dev.lock
	@touch $@

# The official client of Miro and another one: witnesses of the tests, rivals of the benchmarks.
$(VENV)/peers/ready: requirements-peers.lock
	$(PYTHON) -m venv $(VENV)/peers
	$(VENV)/peers/bin/python -m pip --disable-pip-version-check --quiet install --require-hashes \
	    -r requirements-peers.lock
	@touch $@

# What benchmarks compare with: readers of dates, titles and tables.
$(VENV)/rivals/ready: requirements-rivals.lock
	$(PYTHON) -m venv $(VENV)/rivals
	$(VENV)/rivals/bin/python -m pip --disable-pip-version-check --quiet install --require-hashes \
	    -r requirements-rivals.lock
	@touch $@

demo: $(VENV)/run
	$(BIN)/miro-sync demo

test: $(VENV)/dev $(VENV)/peers/ready
	MIRO_SYNC_PEERS=$(VENV)/peers/bin/python $(BIN)/python -m pytest -n 2 --dist worksteal

check: lint types imports test

lint: $(VENV)/dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/deptry .

types: $(VENV)/dev
	$(BIN)/mypy miro_sync tests benchmarks docs tools fuzz

imports: $(VENV)/dev
	$(BIN)/lint-imports

format: $(VENV)/dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

coverage: $(VENV)/dev
	$(BIN)/coverage run -m pytest
	$(BIN)/coverage report --skip-covered

# Every benchmark in turn, then docs/benchmarks.md. In environments of one's own:
#   make bench BENCH_PYTHON=… PEERS=… RIVALS=… (each a Python; PEERS and RIVALS may be empty)
bench: $(BENCH_READY) $(PEERS_READY) $(RIVALS_READY)
	@for name in $(BENCHMARKS); do \
	    MIRO_SYNC_MEASURED=$(DAY) MIRO_SYNC_PEERS=$(PEERS) MIRO_SYNC_RIVALS=$(RIVALS) \
	        $(BENCH_PYTHON) benchmarks/$$name.py || exit 1; \
	done
	$(BENCH_PYTHON) benchmarks/write_page.py

bench-page: $(BENCH_READY)
	$(BENCH_PYTHON) benchmarks/write_page.py

# PostgreSQL is needed, and half an hour.
bench-country: $(BENCH_READY)
	$(BENCH_PYTHON) benchmarks/country.py

# How long each target is searched, and which: make fuzz FUZZ_SECONDS=600 FUZZ_TARGETS=workbook
FUZZ_SECONDS ?= 60
FUZZ_TARGETS ?= $(notdir $(wildcard fuzz/corpus/*))

$(VENV)/fuzz/ready: requirements.lock requirements-fuzz.lock
	$(PYTHON) -m venv $(VENV)/fuzz
	$(VENV)/fuzz/bin/python -m pip --disable-pip-version-check --quiet install --require-hashes \
	    -r requirements.lock -r requirements-fuzz.lock
	@touch $@

fuzz: $(VENV)/fuzz/ready
	@for target in $(FUZZ_TARGETS); do \
	    echo "== $$target"; \
	    $(VENV)/fuzz/bin/python -m fuzz.run $$target --seconds $(FUZZ_SECONDS) || exit 1; \
	done

# A browser is needed: .venv/bin/playwright install chromium, or MIRO_SYNC_BROWSER=PATH.
pictures: $(VENV)/dev
	$(BIN)/python docs/pictures/make.py

# make mutation RULES=periods SAMPLE=300 SEED=1: breaks of rules that no test notices.
RULES ?= periods
SAMPLE ?= 300
SEED ?= 1
mutation: $(VENV)/dev
	$(BIN)/python tools/mutation.py $(RULES) --sample $(SAMPLE) --seed $(SEED)

# Pins every dependency with hashes, for all systems; the files hold no index address.
lock:
	$(PYTHON) -m venv $(VENV)/lock
	$(VENV)/lock/bin/python -m pip --quiet install uv
	$(VENV)/lock/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	    --no-emit-index-url --no-header --group build pyproject.toml -o requirements.lock
	$(VENV)/lock/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	    --no-emit-index-url --no-header --extra server --extra scale --group build \
	    --constraint requirements.lock pyproject.toml -o requirements-server.lock
	$(VENV)/lock/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	    --no-emit-index-url --no-header --group dev --constraint requirements.lock pyproject.toml \
	    -o requirements-dev.lock
	$(VENV)/lock/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	    --no-emit-index-url --no-header --group pyproject.toml:peers -o requirements-peers.lock
	$(VENV)/lock/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	    --no-emit-index-url --no-header --group pyproject.toml:fuzz --constraint requirements.lock \
	    -o requirements-fuzz.lock
	$(VENV)/lock/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	    --no-emit-index-url --no-header --group pyproject.toml:rivals -o requirements-rivals.lock

# What the program runs on, why, under which licence and how large: docs/dependencies.md.
dependencies: $(VENV)/dev
	$(BIN)/python docs/supply/dependencies.py

# The bill of materials of the lock (CycloneDX), into dist/.
sbom: $(VENV)/dev
	$(BIN)/python docs/supply/bill.py

# Known vulnerabilities. Asks the index; with ADVISORIES=FOLDER a clone of pypa/advisory-database.
# Either way it fails where the one asked does not know what everybody knows.
audit: $(VENV)/dev $(if $(ADVISORIES),,$(VENV)/audit/ready)
	$(BIN)/python docs/supply/audit.py $(if $(ADVISORIES),--advisories $(ADVISORIES),--pip-audit $(VENV)/audit/bin/pip-audit)

$(VENV)/audit/ready:
	$(PYTHON) -m venv $(VENV)/audit
	$(VENV)/audit/bin/python -m pip --disable-pip-version-check --quiet install pip-audit
	@touch $@

# The tests with the oldest versions that pyproject.toml allows; TESTS=tests/test_x.py for some.
test-oldest: $(VENV)/peers/ready
	$(PYTHON) -m venv --clear $(VENV)/oldest
	$(VENV)/oldest/bin/python -m pip --disable-pip-version-check --quiet install uv
	$(VENV)/oldest/bin/uv pip compile --quiet --resolution lowest-direct --no-header \
	    --extra server --extra scale --group dev pyproject.toml -o $(VENV)/oldest/requirements.txt
	$(VENV)/oldest/bin/uv pip install --quiet --python $(VENV)/oldest -r $(VENV)/oldest/requirements.txt
	MIRO_SYNC_PEERS=$(VENV)/peers/bin/python $(VENV)/oldest/bin/python -m pytest $(TESTS)

# The tests with another Python: make test-python PYTHON=python3.14
test-python: $(VENV)/peers/ready
	$(PYTHON) -m venv --clear $(VENV)/other
	$(VENV)/other/bin/python -m pip --disable-pip-version-check --quiet install --require-hashes \
	    -r requirements-dev.lock
	MIRO_SYNC_PEERS=$(VENV)/peers/bin/python $(VENV)/other/bin/python -m pytest $(TESTS)

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .fuzz mutants
