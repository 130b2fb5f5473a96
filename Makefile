# `make test` and `make demo` do all the set-up on a machine with Python, pip and make.
SHELL := /bin/bash
.SHELLFLAGS := -o pipefail -c

PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --constraint constraints.txt
SUMMARY := .venv/summary.txt
# Prints how long a part took, and keeps it for the end.
TIMED = start=$$SECONDS; run() { $(1); }; run && echo "$(2): $$((SECONDS - start)) s" | tee -a $(SUMMARY)
# Idle threads of OpenMP spin, which is slow when two test processes share two cores.
PYTEST := TF_CPP_MIN_LOG_LEVEL=3 OMP_WAIT_POLICY=PASSIVE OMP_NUM_THREADS=1 $(BIN)/python -m pytest --quiet --numprocesses 2
OLDEST_KERAS := 3.12.0
# Most of the time of the tests on JAX goes into compiling. They compile with few
# optimizations and keep what they compiled; the run with the oldest Keras compiles as
# users do.
JAX_QUICKLY := JAX_DISABLE_MOST_OPTIMIZATIONS=1 JAX_COMPILATION_CACHE_DIR=$(CURDIR)/.venv/jax-cache \
	JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS=0 JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES=-1

TOUCHING_KERAS := tests/contract tests/layers tests/ids/test_bad_ids.py \
	tests/keras_compat/test_private_names.py tests/test_saving.py \
	tests/optimizers/test_row_sparse.py tests/optimizers/test_row_sparse_in_use.py \
	tests/fusion/test_following.py tests/fusion/test_nested_models.py

# Python 3.12 and newer count covered lines at little cost. Before that it takes a third
# more time, so ask for it: `make suite-torch COVERAGE=yes`.
CHEAP_COVERAGE := $(shell $(PYTHON) -c 'import sys; print("sysmon" * (sys.version_info >= (3, 12)))')
COVERAGE ?= $(CHEAP_COVERAGE)
COUNTED = $(if $(COVERAGE),$(if $(CHEAP_COVERAGE),COVERAGE_CORE=$(CHEAP_COVERAGE)))
COUNTING = $(if $(COVERAGE),--cov --cov-report=)

.PHONY: test demo new-summary lint types suites clean suite-jax suite-tensorflow suite-torch oldest-keras

test: new-summary lint types suites

demo: .venv/demo-ready
	KERAS_BACKEND=jax $(BIN)/hotrow demo --force

# A model of the demo needs one backend; the tests need all three.
.venv/demo-ready: pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(PIP) --editable '.[jax,tabular]'
	touch $@

.venv/test-ready: .venv/demo-ready
	$(PIP) --editable '.[dev,jax,torch]' tensorflow-cpu
	$(BIN)/python -m pip install --quiet --no-deps --target .venv/keras-oldest \
		--upgrade keras==$(OLDEST_KERAS)
	touch $@

new-summary:
	@rm -f $(SUMMARY)

lint: .venv/test-ready
	@$(call TIMED,$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/lint-imports --no-logo,$@)

types: .venv/test-ready
	@$(call TIMED,$(BIN)/mypy,$@)

# Tests marked slow run once: tests/conftest.py says where. The oldest supported Keras
# runs without them.
suites: new-summary .venv/test-ready
	$(MAKE) --no-print-directory suite-jax suite-tensorflow suite-torch oldest-keras
	@cat $(SUMMARY)

suite-jax: .venv/test-ready
	@$(call TIMED,$(JAX_QUICKLY) KERAS_BACKEND=jax HOTROW_SUMMARY=$(SUMMARY) $(PYTEST),$@)

suite-tensorflow: .venv/test-ready
	@$(call TIMED,KERAS_BACKEND=tensorflow HOTROW_SUMMARY=$(SUMMARY) $(PYTEST),$@)

# The one that runs most tests: it counts which lines they cover.
suite-torch: .venv/test-ready
	@$(call TIMED,$(COUNTED) KERAS_BACKEND=torch HOTROW_SUMMARY=$(SUMMARY) $(PYTEST) $(COUNTING),$@)
	@$(if $(COVERAGE),$(BIN)/python -m coverage report --skip-covered --sort=cover)
	@$(if $(COVERAGE),echo "coverage on PyTorch: $$($(BIN)/python -m coverage report --format=total) %" | tee -a $(SUMMARY))

# The parts that touch Keras most.
oldest-keras: .venv/test-ready
	@$(call TIMED,KERAS_BACKEND=jax PYTHONPATH=.venv/keras-oldest HOTROW_SUMMARY=$(SUMMARY) $(PYTEST) -m 'not slow' $(TOUCHING_KERAS),$@)

clean:
	rm -rf .venv .coverage* .mypy_cache .pytest_cache .ruff_cache .hypothesis
