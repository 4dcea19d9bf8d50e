# Two commands do everything on a fresh machine with python3 and make: `make run` and `make test`.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
OUT ?= out/baseline

.PHONY: run test test-all lint bench validate pictures serve lock sbom clean

run: $(VENV)/.ready
	$(BIN)/sojourn run baseline --out $(OUT)
	@echo "The report is in $(OUT)/report.html"

test: $(VENV)/.ready lint
	$(BIN)/pytest -n 2 --dist loadgroup

test-all: $(VENV)/.ready lint
	$(BIN)/pytest -n 2 --dist loadgroup -m ""

lint: $(VENV)/.ready
	$(BIN)/ruff check src tests benchmarks
	$(BIN)/ruff format --check src tests benchmarks
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

bench: $(VENV)/.ready
	$(BIN)/pip install -q "statsforecast>=2.0"
	$(BIN)/python -m benchmarks

validate: $(VENV)/.ready
	$(BIN)/sojourn validate --write

pictures: $(VENV)/.ready
	$(BIN)/python docs/pictures/make.py

serve: $(VENV)/.ready
	$(BIN)/sojourn serve

# The lock pins every package with its hashes; the project itself is installed without dependencies.
$(VENV)/.ready: requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

lock:
	$(BIN)/python -m pip install -q pip-tools
	$(BIN)/pip-compile -q --no-header --no-annotate --no-emit-index-url --no-emit-find-links \
	  --no-emit-trusted-host --generate-hashes --strip-extras --allow-unsafe \
	  --extra test --output-file requirements.lock pyproject.toml requirements-build.in

sbom: $(VENV)/.ready
	$(BIN)/python -m pip install -q cyclonedx-bom
	$(BIN)/cyclonedx-py environment $(VENV) --pyproject pyproject.toml --of JSON -o out/sbom.json

clean:
	rm -rf $(VENV) out .mypy_cache .ruff_cache .pytest_cache
