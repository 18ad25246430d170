# Everything starts from Python 3.11+ and a package registry:
#   make demo   set-up + the bundled calls scored, with a report
#   make test   set-up + tests (make soak: the long ones)

PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
VENV ?= .venv
BIN := $(VENV)/bin
CONSTRAINTS := .ci/constraints.txt
EXTRAS := transcription,language,multilingual,models,forms,ocr,app
JOBS ?= 2
# Certificates of the machine, so that a site's own registry is trusted.
export UV_SYSTEM_CERTS := 1
export UV_NATIVE_TLS := 1

.PHONY: demo test soak lint format app benchmarks constraints clean

demo: $(VENV)/.ready-demo
	$(BIN)/qa demo

app: $(VENV)/.ready-demo
	$(BIN)/qa app

test: $(VENV)/.ready-dev
	$(BIN)/python -m pytest -n $(JOBS) --dist loadgroup -m "not soak" $(PYTEST)

soak: $(VENV)/.ready-dev
	$(BIN)/python -m pytest -n $(JOBS) --dist loadgroup -m soak $(PYTEST)

lint: $(VENV)/.ready-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.ready-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

benchmarks: $(VENV)/.ready-dev
	$(BIN)/python benchmarks/judgement.py
	$(BIN)/python benchmarks/transcription.py

constraints: $(VENV)/bin/uv
	$(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --all-extras --group dev \
		--no-header --no-annotate --no-emit-index-url --upgrade --output-file $(CONSTRAINTS)

$(VENV)/bin/uv:
	@test -n "$(PYTHON)" || { echo "error: no Python 3.11 or newer found, install one or set PYTHON"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade pip uv

# uv is quick; pip is the second way, for machines whose registry only pip is configured for.
$(VENV)/.ready-demo: pyproject.toml $(CONSTRAINTS) | $(VENV)/bin/uv
	VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install --quiet --constraint $(CONSTRAINTS) --editable '.[$(EXTRAS)]' \
		|| $(BIN)/python -m pip install --quiet --constraint $(CONSTRAINTS) --editable '.[$(EXTRAS)]'
	@touch $@

$(VENV)/.ready-dev: pyproject.toml $(CONSTRAINTS) | $(VENV)/bin/uv
	VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install --quiet --constraint $(CONSTRAINTS) --editable '.[all]' --group dev \
		|| $(BIN)/python -m pip install --quiet --constraint $(CONSTRAINTS) --editable '.[all]' --group dev
	@touch $@ $(VENV)/.ready-demo

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache build dist .model-cache
