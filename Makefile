# Needs Python 3.11 or later, pip and make; everything else is installed into .venv from
# requirements/lock.txt. `make help` lists the targets. All paths are relative, so a checkout
# whose path contains spaces works.

MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help

PEOPLE ?= 200
EXAMPLE ?= heroin_stop
PYTEST_ARGS ?=

BIN := .venv/bin
READY := .venv/.ready
DOCS_READY := .venv/.docs-ready
PIP_TOOLS := pip-tools==7.6.2
LOCK_FLAGS := --quiet --generate-hashes --allow-unsafe --strip-extras --no-annotate \
	--no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-emit-options

.PHONY: help run test lint format docs validate calibrate bench lock clean distclean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-10s %s\n", $$1, $$2}' Makefile

run: $(READY) ## simulate an example (EXAMPLE=heroin_stop, PEOPLE=200) and say where its report is
	@$(BIN)/ebbtide simulate "examples/$(EXAMPLE).toml" --people $(PEOPLE) --out "$(CURDIR)/out/$(EXAMPLE)"

test: $(READY) ## run the tests (PYTEST_ARGS="-k name" for some of them)
	@$(BIN)/python -m pytest -n 2 $(PYTEST_ARGS)

lint: $(READY) ## check format, style and types
	@$(BIN)/python -m ruff format --check .
	@$(BIN)/python -m ruff check .
	@$(BIN)/python -m mypy --strict src

format: $(READY) ## put the code into the house format
	@$(BIN)/python -m ruff check --fix --quiet . || true
	@$(BIN)/python -m ruff format .

docs: $(DOCS_READY) ## build the documentation into site/
	@NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict --quiet
	@echo "Documentation: $(CURDIR)/site/index.html"

validate: $(READY) ## predicted against observed for the published studies of studies/, with a report
	@$(BIN)/ebbtide validate literature --studies studies --out "$(CURDIR)/out/studies"

calibrate: $(READY) ## run the fits again and print the numbers marked "fitted" in the library
	@set -e; for script in calibration/*.py; do echo "== $$script"; $(BIN)/python "$$script"; done

# Other solvers are an extra: they are installed beside the rest, and a missing one is left out of the
# tables. LSODA in C++ is compiled from the source package of numbalsoda, which itself is not installed.
BENCH_ARGS ?=
BENCH_LSODA := benchmarks/out/numbalsoda-0.3.4.tar.gz
BENCH_READY := .venv/.bench-ready

bench: $(BENCH_READY) $(BENCH_LSODA) ## speed beside other solvers (BENCH_ARGS="--quick" for a short run)
	@$(BIN)/python -m benchmarks.bench $(BENCH_ARGS)

$(BENCH_READY): $(READY) pyproject.toml
	@$(BIN)/python -c "import tomllib; print(*tomllib.load(open('pyproject.toml', 'rb'))['project']['optional-dependencies']['bench'], sep='\n')" > $@
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r $@ || \
		echo "Some of the other solvers could not be installed; they are left out." >&2

$(BENCH_LSODA): | $(READY)
	@mkdir -p benchmarks/out
	@$(BIN)/python -m pip download --quiet --disable-pip-version-check --no-deps --no-binary numbalsoda \
		--require-hashes --requirement benchmarks/lsoda.txt --dest benchmarks/out || \
		echo "The sources of LSODA could not be fetched; that row is left out." >&2

# A person's own pip settings (mirrors, extra indexes) are left out, so that the hashes are
# those of the public files. docs.txt starts as a copy of lock.txt, which keeps the pins of
# both equal.
lock: ## pin the dependencies again (UPGRADE=--upgrade for newer ones)
	@test -x .venv/lock/bin/python || { $(call make-venv,.venv/lock); }
	@.venv/lock/bin/python -m pip install --quiet $(PIP_TOOLS)
	@PIP_CONFIG_FILE=/dev/null CUSTOM_COMPILE_COMMAND="make lock" .venv/lock/bin/python -m piptools compile \
		$(LOCK_FLAGS) $(UPGRADE) --extra dev --output-file requirements/lock.txt pyproject.toml
	@cp requirements/lock.txt requirements/docs.txt
	@PIP_CONFIG_FILE=/dev/null CUSTOM_COMPILE_COMMAND="make lock" .venv/lock/bin/python -m piptools compile \
		$(LOCK_FLAGS) --extra docs --output-file requirements/docs.txt pyproject.toml

clean: ## remove results, the built documentation and caches
	@rm -rf out site dist benchmarks/out benchmarks/results .hypothesis .mypy_cache .pytest_cache .ruff_cache
	@find src tests -name __pycache__ -type d -prune -exec rm -rf {} +

distclean: clean ## the same, and the installed environment
	@rm -rf .venv

# $(call make-venv,DIR): a virtual environment from the first Python that is new enough. Where
# the system's Python lacks ensurepip (Debian without python3-venv), its pip fills the new one.
define make-venv
found=; for python in $(PYTHON) python3.11 python3 python; do \
	if "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then found="$$python"; break; fi; \
done; \
if test -z "$$found"; then \
	echo "Ebbtide needs Python 3.11 or later; found: $$(python3 --version 2>&1 || true)." >&2; \
	echo "Install it, or name one: make PYTHON=/path/to/python3.11" >&2; exit 1; \
fi; \
"$$found" -m venv "$(1)" >/dev/null 2>&1 || { \
	"$$found" -m venv --clear --without-pip "$(1)" && "$$found" -m pip --python "$(1)/bin/python" install --quiet pip; \
}
endef

$(READY): requirements/lock.txt pyproject.toml
	@test -x $(BIN)/python || { echo "Setting up .venv (once; a few minutes)"; $(call make-venv,.venv); }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/lock.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@$(BIN)/python -m compileall -q src
	@touch $(READY)

$(DOCS_READY): $(READY) requirements/docs.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/docs.txt
	@touch $(DOCS_READY)
